//! What is wrong with runbooks, in words: for pages, the API and the command line alike.

use app::i18n::{Argument, Messages};
use domain::runbook::lint::{Finding, Level, position};
use domain::text::Language;

use super::FluentMessages;
use crate::service::runbooks::{FileProblem, FileRead};

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FindingWords {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    pub(crate) level: Level,
    /// What is wrong.
    pub(crate) words: String,
    /// What to do.
    pub(crate) suggestion: String,
}

/// An argument of a message. A number is one, so that it can choose the form of a word.
fn argument(value: &str) -> Argument {
    let number = value.parse::<u32>().ok().filter(|number| number.to_string() == value);
    number.map_or_else(|| Argument::from(value), |number| Argument::from(i64::from(number)))
}

/// What was found in a text, and what to do about it.
pub(crate) fn of_finding(language: Language, finding: &Finding) -> (String, String) {
    let arguments: Vec<(&'static str, Argument)> = finding.args.iter().map(|(name, value)| (*name, argument(value))).collect();
    let key = format!("lint-{}", finding.code.name());
    let said = |key: &str| FluentMessages.message(language, key, &arguments);
    (said(&key), said(&format!("{key}-fix")))
}

/// What is wrong with a file, and what to do about it.
pub(crate) fn of_problem(language: Language, problem: &FileProblem) -> (String, String) {
    let arguments = match problem {
        FileProblem::Unreadable(detail) => vec![("detail", Argument::from(detail.as_str()))],
        _ => Vec::new(),
    };
    let said = |key: &str| FluentMessages.message(language, key, &arguments);
    let (words, suggestion) = problem.keys();
    (said(words), said(suggestion))
}

/// All that is wrong with a file, that with the file itself first.
pub(crate) fn of_file(language: Language, file: &FileRead) -> Vec<FindingWords> {
    let with_file = file.problem.iter().map(|problem| {
        let (words, suggestion) = of_problem(language, problem);
        FindingWords { line: 1, column: 1, level: problem.level(), words, suggestion }
    });
    let with_text = file.findings.iter().map(|finding| {
        let (line, column) = position(&file.source, finding.span.start);
        let (words, suggestion) = of_finding(language, finding);
        FindingWords { line, column, level: finding.level, words, suggestion }
    });
    with_file.chain(with_text).collect()
}

/// How many files were looked through, and what was found in them all.
pub(crate) fn summary(language: Language, files: usize, errors: usize, warnings: usize) -> String {
    let arguments = [("total", Argument::from(files)), ("bad", Argument::from(errors)), ("n", Argument::from(warnings))];
    FluentMessages.message(language, "runbook-files-summary", &arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_said_in_each_language_with_what_to_do() {
        let problems = [
            FileProblem::Unreadable("Permission denied".to_owned()),
            FileProblem::TooLarge,
            FileProblem::NotUtf8,
            FileProblem::Name,
            FileProblem::Twice,
            FileProblem::Outside,
        ];
        for language in Language::ALL {
            for problem in &problems {
                let (words, suggestion) = of_problem(language, problem);
                let (key, fix_key) = problem.keys();
                assert!(words != key && suggestion != fix_key && !words.contains('{'), "{words} {suggestion}");
            }
        }
        assert!(of_problem(Language::En, &problems[0]).0.ends_with("Permission denied"));
        assert_eq!(summary(Language::En, 2, 1, 0), "2 files: 1 mistake, 0 warnings");
    }

    #[test]
    fn numbers_choose_the_form_of_a_word_and_names_stay_as_they_are() {
        assert_eq!(argument("12"), Argument::Number(12));
        for name in ["007", "1st", "-1", ""] {
            assert_eq!(argument(name), Argument::Text(name.to_owned()));
        }
    }
}
