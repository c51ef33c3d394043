//! Runbooks, runs and what the linter found, as rows of lists.

use app::data::desk::{FindingRow, RunRow, RunbookRow};
use domain::runbook::history::{Stale, Use};
use domain::runbook::lint::{Finding, Level, position};
use domain::runbook::run::Progress;
use domain::text::Language;
use store::runbooks::Run;

use super::finding_words;
use crate::service::runbooks::{Edition, FileRead, Library, Runbook};

/// Where runbooks lead at the desk.
pub(in crate::web) fn desk_leads(library: &Library) -> impl Fn(&str) -> Option<String> + '_ {
    |name: &str| {
        let slug = name.parse().ok()?;
        library.runbooks.contains_key(&slug).then(|| format!("/desk/runbooks/{slug}"))
    }
}

/// What was found in a text, in words.
pub(in crate::web) fn finding_row(language: Language, source: &str, finding: &Finding) -> FindingRow {
    let (words, suggestion) = finding_words::of_finding(language, finding);
    FindingRow {
        file: String::new(),
        line: position(source, finding.span.start).0,
        is_error: finding.level == Level::Error,
        words,
        suggestion,
    }
}

/// Everything that is wrong with files, in words.
pub(in crate::web) fn file_rows(language: Language, files: &[FileRead]) -> Vec<FindingRow> {
    let of = |file: &FileRead| {
        let found = finding_words::of_file(language, file).into_iter().map(|found| FindingRow {
            file: file.path.clone(),
            line: found.line,
            is_error: found.level == Level::Error,
            words: found.words,
            suggestion: found.suggestion,
        });
        found.collect::<Vec<_>>()
    };
    files.iter().flat_map(of).collect()
}

/// How many mistakes and how many things that could be better the files of a runbook have.
pub(in crate::web) fn counts(runbook: &Runbook) -> (usize, usize) {
    runbook
        .files
        .iter()
        .map(FileRead::counts)
        .fold((0, 0), |(errors, warnings), (more, others)| (errors + more, warnings + others))
}

/// What needs attention about a runbook, the gravest first.
pub(in crate::web) fn stale(runbook: &Runbook, used: &Use, languages: &[Language], now: domain::time::Timestamp) -> Vec<Stale> {
    let (errors, warnings) = counts(runbook);
    let Some(edition) = &runbook.current else {
        return vec![Stale::Mistakes(errors)];
    };
    // Languages that the site is not offered in are nobody's loss.
    let there: Vec<Language> = Language::ALL
        .into_iter()
        .filter(|language| edition.texts.contains_key(language) || !languages.contains(language))
        .collect();
    domain::runbook::history::stale(edition.front(), edition.head.created_at, used, &there, errors, warnings, now)
}

/// A runbook.
pub(in crate::web) fn runbook_row(runbook: &Runbook, used: &Use, language: Language, due: Vec<&'static str>) -> RunbookRow {
    let (errors, warnings) = counts(runbook);
    let front = runbook.current.as_ref().map(|edition| edition.front());
    RunbookRow {
        slug: runbook.slug.to_string(),
        title: title(runbook, language),
        alerts: front.map(|front| front.alerts.clone()).unwrap_or_default(),
        steps: runbook.current.as_ref().map_or(0, |edition| edition.plan.steps.iter().filter(|step| !step.is_group).count()),
        estimated_minutes: front.and_then(|front| front.estimated).map(|estimated| estimated.as_secs().div_ceil(60)),
        version: runbook.current.as_ref().map(|edition| edition.head.number),
        is_bundled: runbook.is_bundled,
        is_public: runbook.is_public,
        errors,
        warnings,
        last_used_at: used.used_at,
        last_drilled_at: used.drilled_at,
        due,
    }
}

/// What a runbook is called; its slug while nothing of it can be read.
pub(in crate::web) fn title(runbook: &Runbook, language: Language) -> String {
    runbook.current.as_ref().map_or_else(|| runbook.slug.to_string(), |edition| edition.title(language))
}

/// A run.
pub(in crate::web) fn run_row(run: &Run, edition: &Edition, progress: &Progress, language: Language) -> RunRow {
    RunRow {
        number: run.number,
        runbook: run.version.runbook.to_string(),
        title: edition.title(language),
        mode: run.mode,
        state: run.state,
        outcome: run.outcome,
        incident: run.incident.map(|(_, number)| number),
        started_by: run.actor_name.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        settled: progress.settled,
        total: progress.total,
    }
}
