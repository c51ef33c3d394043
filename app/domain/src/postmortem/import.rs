//! Reads a postmortem that was written elsewhere: its title, its text, and the timeline in it, which becomes rows. Nothing is lost: what is not taken
//! out as a row stays in the text.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::block::Fences;
use crate::incident::paste::{self, PastedLine, Reading};
use crate::time::Timestamp;

/// So many rows in a row are a timeline; fewer are times in a text.
const ROWS_MIN: usize = 3;
/// So many lines that are no rows may stand between two rows of one timeline.
const GAP_MAX: usize = 2;
/// What stands in the place of the timeline.
const BLOCK: &str = "{{timeline}}\n";

/// A postmortem that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its title, if it has one.
    pub title: Option<String>,
    /// Its text, with a block in the place of the timeline.
    pub body: String,
    /// Rows of its timeline, in the order in which they stand there.
    pub rows: Vec<PastedLine>,
}

/// A value of front matter: `title: "…"`.
fn front_title(head: &str) -> Option<String> {
    let value = head.lines().find_map(|line| line.strip_prefix("title:"))?.trim();
    let value = value.trim_matches(['"', '\'']).trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The text behind its front matter, and that.
fn without_front(text: &str) -> (Option<&str>, &str) {
    let rest = text.strip_prefix("---\n");
    match rest.and_then(|rest| rest.split_once("\n---\n")) {
        Some((head, body)) => (Some(head), body),
        None => (None, text),
    }
}

/// Reads a text; until a row has a day, it is of `day`, and clocks show the time of `zone`.
pub fn read(text: &str, day: Date, zone: &TimeZone, now: Timestamp) -> Imported {
    let text = text.replace("\r\n", "\n");
    let text = text.trim_start_matches('\u{feff}');
    let (head, body) = without_front(text);
    let (title, body) = with_title(head.and_then(front_title), body);
    let (body, rows) = without_timeline(&body, day, zone, now);
    Imported { title, body, rows }
}

/// The first line is the title if it is a heading of the first level, and the only one; then it does not stand in the text once more.
fn with_title(front: Option<String>, body: &str) -> (Option<String>, String) {
    let mut lines = body.trim_start_matches('\n').lines();
    let first = lines.next().unwrap_or_default();
    let underlined = lines.clone().next().is_some_and(|line| line.len() >= 3 && line.bytes().all(|byte| byte == b'='));
    let heading = match first.strip_prefix("# ") {
        Some(words) => Some(words),
        None if underlined => {
            lines.next();
            Some(first)
        }
        None => None,
    };
    match heading {
        Some(words) => {
            let rest = lines.collect::<Vec<_>>().join("\n");
            let title = front.or_else(|| Some(words.trim().to_owned()));
            (title, format!("{}\n", rest.trim_matches('\n')))
        }
        None => (front, format!("{}\n", body.trim_matches('\n'))),
    }
}

/// True for the rule or the head of a table: it goes with the rows.
fn is_of_table(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

fn without_timeline(body: &str, day: Date, zone: &TimeZone, now: Timestamp) -> (String, Vec<PastedLine>) {
    let mut fences = Fences::default();
    // Code is not read: times stand in every log.
    let open: Vec<bool> = body.split_inclusive('\n').map(|line| !fences.is_code(line)).collect();
    let lines: Vec<&str> = body.lines().collect();
    let source = lines.iter().zip(&open).map(|(line, is_open)| if *is_open { *line } else { "" }).collect::<Vec<_>>().join("\n");
    let pasted = paste::read(&source, day, zone, now);
    let is_row = |line: &PastedLine| matches!(line.reading, Reading::Row { .. });
    let numbers: Vec<usize> = pasted.iter().filter(|line| is_row(line)).map(|line| line.number).collect();
    let Some((first, last)) = longest(&numbers) else { return (body.to_owned(), Vec::new()) };
    let (rows, _): (Vec<PastedLine>, Vec<PastedLine>) =
        pasted.into_iter().partition(|line| is_row(line) && (first..=last).contains(&line.number));
    // The head of a table stands above its rows, and its rule between them.
    let has_head = first >= 3 && is_of_table(lines[first - 2]) && is_rule(lines[first - 2]) && is_of_table(lines[first - 3]);
    let from = if has_head { first - 2 } else { first };
    let taken: Vec<usize> = rows.iter().map(|row| row.number).collect();
    let mut kept = String::with_capacity(body.len());
    for (index, line) in lines.iter().enumerate() {
        let number = index + 1;
        if number == from {
            kept.push_str(BLOCK);
        }
        let is_within = (from..=last).contains(&number);
        let goes = is_within
            && (taken.contains(&number) || line.trim().is_empty() || (is_of_table(line) && is_empty_row(line, number < first)));
        if !goes {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    (kept, rows)
}

/// A line of a table that says nothing: its rule, or its head.
fn is_empty_row(line: &str, is_head: bool) -> bool {
    is_head || is_rule(line)
}

fn is_rule(line: &str) -> bool {
    line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// From where to where the most rows stand together.
fn longest(numbers: &[usize]) -> Option<(usize, usize)> {
    let runs = numbers.chunk_by(|a, b| b - a <= GAP_MAX + 1);
    let best = runs.max_by_key(|run| run.len()).filter(|run| run.len() >= ROWS_MIN)?;
    Some((*best.first()?, *best.last()?))
}
