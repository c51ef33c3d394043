//! What stands between commands: HTML that is not let through, and sentences that send the reader to a step by its number.

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::{Code, Finding, Text};
use crate::runbook::{Block, Part, Span, front_matter};

/// Tags that are let through. Everything else is shown as text.
const TAGS: [&str; 4] = ["details", "summary", "kbd", "br"];
/// How far before `step 4` a verb is looked for, in characters: about one clause.
const CLAUSE_CHARS: usize = 60;
/// Verbs that lead elsewhere.
const VERBS: [&str; 8] = ["go", "goto", "jump", "skip", "continue", "proceed", "return", "resume"];
/// What follows a number in Japanese when it is a jump: to, go on to, return to, as far as, skip.
const JUMPS: [&str; 9] = ["へ", "に進", "に戻", "に移", "に飛", "まで戻", "まで進", "まで飛", "を飛ば"];

pub(super) fn look(text: &Text<'_>, found: &mut Vec<Finding>) {
    look_at_html(text, found);
    let document = text.document;
    let mut spans: Vec<&Span> = document.steps.iter().map(|step| &step.title_span).collect();
    for part in document.sections.iter().flat_map(|section| &section.parts) {
        if let Part::Prose { span, .. } = part {
            spans.push(span);
        }
    }
    for block in document.steps.iter().flat_map(|step| &step.blocks) {
        if let Block::Prose { span, .. } = block {
            spans.push(span);
        }
    }
    for span in spans {
        let jumps = jumps(text.slice(span)).into_iter();
        found.extend(jumps.map(|jump| Finding::new(Code::ProseJump, span.start + jump.start..span.start + jump.end, Vec::new())));
    }
}

fn look_at_html(text: &Text<'_>, found: &mut Vec<Finding>) {
    let (_, body) = front_matter::split(text.source);
    let markdown = text.source.get(body..).unwrap_or_default();
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        if !matches!(event, Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_)) {
            continue;
        }
        for (at, name) in foreign_tags(markdown.get(range.clone()).unwrap_or_default()) {
            let start = body + range.start + at;
            found.push(Finding::new(Code::HtmlRaw, start..start + 1 + name.len(), vec![("name", name.to_owned())]));
        }
    }
}

/// Tags in a piece of HTML that are not let through: where, and their names. Those that close are left out.
fn foreign_tags(html: &str) -> Vec<(usize, &str)> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(open) = html.get(at..).and_then(|rest| rest.find('<')).map(|open| at + open) {
        let rest = &html[open..];
        at = open + 1;
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(html.len(), |end| open + end + "-->".len());
            continue;
        }
        let name = &rest[1..];
        let marks = name.len() - name.trim_start_matches(['!', '?']).len();
        let end = name[marks..].find(|c: char| !c.is_ascii_alphanumeric() && c != '-').map_or(name.len(), |end| marks + end);
        let name = &name[..end];
        if !name.is_empty() && !TAGS.iter().any(|tag| name.eq_ignore_ascii_case(tag)) {
            tags.push((open, name));
        }
    }
    tags
}

/// Where a text sends its reader to a step by number. Numbers change with every edit, and a run cannot follow them.
fn jumps(text: &str) -> Vec<Span> {
    let lower = text.to_ascii_lowercase();
    let mut all: Vec<Span> = lower.match_indices("step").filter_map(|(at, _)| english(&lower, at)).collect();
    for word in ["手順", "ステップ"] {
        all.extend(text.match_indices(word).filter_map(|(at, _)| japanese(text, at, at + word.len())));
    }
    all
}

/// “go to step 4”: a verb before it in the same clause.
fn english(lower: &str, at: usize) -> Option<Span> {
    let behind = &lower[at + "step".len()..];
    let behind = behind.strip_prefix('s').unwrap_or(behind);
    let number = behind.trim_start();
    let digits = number.trim_start_matches('#');
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let before = &lower[..at];
    if number.len() == behind.len() || rest.len() == digits.len() || before.ends_with(char::is_alphanumeric) {
        return None;
    }
    let clause_start = before.char_indices().rev().nth(CLAUSE_CHARS - 1).map_or(0, |(start, _)| start);
    let clause = before[clause_start..].rsplit(['.', '!', '?', ';']).next()?;
    let has_verb = clause.split(|c: char| !c.is_alphanumeric()).any(|word| VERBS.contains(&word));
    has_verb.then(|| at..lower.len() - rest.len())
}

/// 「手順 4 へ」
fn japanese(text: &str, at: usize, word_end: usize) -> Option<Span> {
    const SPACES: [char; 3] = [' ', '\u{3000}', '#'];
    let digits = text[word_end..].trim_start_matches(SPACES);
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let leads = JUMPS.iter().any(|jump| rest.trim_start_matches(SPACES).starts_with(jump));
    (leads && rest.len() < digits.len()).then(|| at..text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_told_from_a_mention() {
        let english = ["If it hangs, go to step 4.", "Otherwise skip\n  steps 3 and 5", "Return to Step #2"];
        let japanese = ["だめなら手順 4 へ", "ステップ３に進む", "手順2まで戻ります"];
        for jump in english.into_iter().chain(japanese) {
            assert_eq!(jumps(jump).len(), 1, "{jump}");
        }
        let english = ["Step 4 showed it.", "Go on with the next steps.", "Go. As in step 4.", "footstep 4"];
        let japanese = ["手順 4 で見た値", "次の手順へ", "3 つの手順"];
        for mention in english.into_iter().chain(japanese) {
            assert!(jumps(mention).is_empty(), "{mention}");
        }
    }

    #[test]
    fn tags_that_are_shown_as_text_are_named_once() {
        assert_eq!(foreign_tags("<details><b onclick='x'>a</b><BR><!-- <i> --><?php"), [(9, "b"), (45, "?php")]);
        assert!(foreign_tags("<!-- not closed <b>").is_empty());
    }
}
