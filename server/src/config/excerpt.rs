//! The source line under a mistake, with a mark below the place, and with everything that may be secret blotted out.
//!
//! A literal password in the file is not good practice, but it must not get into a log because of a typing error beside it.

use std::fmt;
use std::ops::Range;

use super::mistake::{Mistake, Position};
use super::pem::PEM_BEGIN;
use super::tree::{Kind, Node};

/// Longest line that is shown, in bytes. Longer ones help nobody, and walking them for each mistake would cost.
pub(super) const SHOWN_LINE_BYTES_MAX: usize = 1000;
/// What stands for hidden text, whatever its length.
const BLOT: &str = "···";
/// The characters of a value that are shown when the file is not YAML.
const STRUCTURE: &str = "{}[],:\"'#";
/// Keys below which everything is hidden.
const SECRET_KEYS: [&str; 7] = ["auth", "headers", "body", "send", "token", "password", "bearer"];
/// Keys whose text is never secret. `heartbeat` is not among them: who forgot the mapping may have put the token there. Nor is
/// `references`: who mistook it may have put a value there instead of its name.
#[rustfmt::skip]
const HARMLESS_KEYS: [&str; 67] = [
    "auto", "backup", "bundled", "ca", "certificate", "combine", "component", "components", "conditions", "confirm", "cron", "degraded",
    "degraded_performance", "depends_on", "description", "desk", "down", "en", "every", "expect", "folder", "grace", "group",
    "groups", "host", "hour", "http", "incidents", "ja", "keep", "key", "languages", "method", "minute", "name", "networks", "outside",
    "partial_outage", "period", "port", "probes", "public", "raw", "redirects", "renamed_from", "retention", "runbooks", "self_check",
    "sev1", "sev2", "sev3", "sev4", "severities", "site", "skip_verify", "slug", "status", "tcp", "templates", "text", "time_zone", "timeout", "tls", "trusted_proxies", "up", "uptime", "url",
];

/// One source line and the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Line number, from 1.
    line: usize,
    /// The line, secrets blotted out.
    text: String,
    /// What to print below it before the mark: blanks as wide as what stands before the place.
    indent: String,
}

impl fmt::Display for Excerpt {
    /// Two lines, without a newline at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>5} | {}", self.line, self.text)?;
        write!(f, "{:>5} | {}^", "", self.indent)
    }
}

/// Adds the source lines to `mistakes`. Without a tree (the file is not YAML) nothing is known about what is secret, so of values
/// only quotes and brackets are shown, which is what a syntax error is about.
pub(super) fn attach(text: &str, root: Option<&Node>, mistakes: &mut [Mistake]) {
    let lines: Vec<&str> = text.lines().collect();
    let mut hidden = Vec::new();
    if let Some(root) = root {
        collect_secrets(root, None, &mut hidden);
        hidden.sort_unstable_by_key(|span| span.start);
    }
    for mistake in mistakes {
        let Some(line) = mistake.at.line.checked_sub(1).and_then(|index| lines.get(index)) else { continue };
        if line.len() > SHOWN_LINE_BYTES_MAX {
            continue;
        }
        let number = mistake.at.line;
        let excerpt = if root.is_some() {
            let start = Position { line: number, column: 0 };
            let end = Position { line: number + 1, column: 0 };
            let here: Vec<_> = overlapping(&hidden, start, end).collect();
            excerpt(line, mistake.at, |column, _| {
                let at = Position { line: number, column };
                here.iter().any(|span| span.contains(&at))
            })
        } else {
            let value_from = key_end(line);
            excerpt(line, mistake.at, |column, c| column > value_from && !c.is_whitespace() && !STRUCTURE.contains(c))
        };
        mistake.excerpt = Some(Box::new(excerpt));
    }
}

/// The column before which nothing but a key stands, as far as one line can tell; else 0.
fn key_end(line: &str) -> usize {
    let Some((before, _)) = line.split_once(':') else { return 0 };
    let key = before.trim_start_matches([' ', '\t', '-', '{', '[']);
    let is_key = key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if is_key { before.chars().count() } else { 0 }
}

/// The spans that touch `start..end`. They are sorted by start and never overlap each other: the walk does not descend into them.
fn overlapping(spans: &[Range<Position>], start: Position, end: Position) -> impl Iterator<Item = &Range<Position>> {
    let until = spans.partition_point(|span| span.start < end);
    spans[..until].iter().rev().take_while(move |span| span.end > start)
}

fn excerpt(line: &str, at: Position, is_hidden: impl Fn(usize, char) -> bool) -> Excerpt {
    let mut shown = String::new();
    let mut indent = String::new();
    let mut was_hidden = false;
    for (index, c) in line.chars().enumerate() {
        let column = index + 1;
        let hides = is_hidden(column, c);
        if column < at.column && !(hides && was_hidden) {
            indent.push_str(if hides { "   " } else { blank_for(c) });
        }
        match (hides, was_hidden) {
            (true, false) => shown.push_str(BLOT),
            (true, true) => {}
            // A terminal must not be steered by what stands in a file.
            (false, _) => shown.push(if c.is_control() && c != '\t' { '\u{fffd}' } else { c }),
        }
        was_hidden = hides;
    }
    Excerpt { line: at.line, text: shown.trim_end().to_owned(), indent }
}

/// A blank as wide as `c` is on a terminal. The ranges are the common part of East Asian Width W and F.
fn blank_for(c: char) -> &'static str {
    match c {
        '\t' => "\t",
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => "  ",
        _ => " ",
    }
}

/// Collects the places of values that may be secret. `key` is the one the node stands under, through lists.
fn collect_secrets(node: &Node, key: Option<&str>, hidden: &mut Vec<Range<Position>>) {
    match &node.kind {
        Kind::Scalar { text, .. } => {
            if may_be_secret(key, text) {
                hide_scalars(node, hidden);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| collect_secrets(item, key, hidden)),
        Kind::Map(entries) => {
            for (key, value) in entries {
                if SECRET_KEYS.iter().any(|known| is_nearly(known, &key.text)) {
                    hide_scalars(value, hidden);
                } else {
                    collect_secrets(value, Some(&key.text), hidden);
                }
            }
        }
    }
}

/// Equal, or what slips of the finger make of it.
fn is_nearly(known: &str, key: &str) -> bool {
    known == key || key.len() > 3 && strsim::osa_distance(known, key) <= 2
}

/// A scalar under an unknown key might have been meant as a secret; an address may carry one in its query or before its host;
/// and a key that belongs into a file may have been put here.
fn may_be_secret(key: Option<&str>, text: &str) -> bool {
    key.is_some_and(|key| !HARMLESS_KEYS.contains(&key))
        || text.contains("://") && text.contains(['?', '@'])
        || text.contains(PEM_BEGIN)
}

/// A value that is one placeholder holds no secret itself.
fn hide_scalars(node: &Node, hidden: &mut Vec<Range<Position>>) {
    match &node.kind {
        Kind::Scalar { text, .. } => {
            let is_placeholder = text.starts_with("${") && text.ends_with('}') && text.matches(['$', '}']).count() == 2;
            if !is_placeholder && node.start < node.end {
                hidden.push(node.start..node.end);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| hide_scalars(item, hidden)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| hide_scalars(value, hidden)),
    }
}
