//! What is wrong with a runbook, where, and how grave it is. The words for it are messages; here are only codes and their arguments.
//!
//! Code map: this file puts together what is found; [`code`] is the list of what there is to find. One file is looked at by [`head`] (what
//! it says of itself, and its sections), [`steps`] (ids, decisions, pairs, blocks), [`flow`] (what is reached, and what was looked at
//! before), [`commands`] (parameters in commands) and [`prose`]. [`languages`] compares two files. [`shell`] and [`dash`] read
//! shell and patterns as far as these rules need.
//!
//! A text may be broken in any way: each rule looks at what it understands and passes over the rest. All of them take time in proportion
//! to the text, but for [`flow`], which keeps to [`STEPS_MAX`](super::STEPS_MAX) steps.

mod code;
mod commands;
mod dash;
mod flow;
mod head;
mod languages;
mod prose;
mod shell;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use self::code::Code;
pub use self::languages::lint_languages;
use super::compare::places;
use super::{Document, Span, Step, StepId};
use crate::words::words;

/// Most findings of one file: more than anybody mends in one go. Warnings are left out before mistakes are.
pub const FINDINGS_MAX: usize = 500;

words! {
    /// How grave a finding is.
    Level {
        /// The text is not taken up before it is mended.
        Error = "error",
        /// It could be better.
        Warning = "warning",
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How grave it is.
    pub level: Level,
    /// Where.
    pub span: Span,
    /// Arguments of its words.
    pub args: Vec<(&'static str, String)>,
}

impl Finding {
    /// A finding of this kind at this place.
    pub fn new(code: Code, span: Span, args: Vec<(&'static str, String)>) -> Self {
        Self { code, level: code.level(), span, args }
    }
}

/// What is found in one file, in order of place, with what its reader found. `file_name` is the name of the file, if it has one.
pub fn lint(source: &str, document: &Document, file_name: Option<&str>) -> Vec<Finding> {
    let mut found = document.mistakes.clone();
    // A text that was not read would lack everything.
    if found.iter().any(|finding| finding.code == Code::TooLarge) {
        return in_order(found);
    }
    let text = Text::new(source, document);
    head::look(&text, file_name, &mut found);
    steps::look(&text, &mut found);
    flow::look(&text, &mut found);
    commands::look(&text, &mut found);
    prose::look(&text, &mut found);
    in_order(found)
}

/// Line and column of a place, both from 1; the column counts characters.
pub fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..source.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn in_order(mut found: Vec<Finding>) -> Vec<Finding> {
    if found.len() > FINDINGS_MAX {
        found.sort_by_key(|finding| (finding.level, finding.span.start));
        found.truncate(FINDINGS_MAX);
    }
    found.sort_by_key(|finding| (finding.span.start, finding.level));
    found
}

/// What the rules look at.
struct Text<'a> {
    source: &'a str,
    document: &'a Document,
    /// Where each id stands first.
    places: HashMap<&'a StepId, usize>,
    /// Where lines begin.
    line_starts: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(source: &'a str, document: &'a Document) -> Self {
        let line_starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { source, document, places: places(document), line_starts }
    }

    /// The line of a place, from 1, without counting through the text each time.
    fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    fn place(&self, id: &StepId) -> Option<usize> {
        self.places.get(id).copied()
    }

    fn slice(&self, span: &Span) -> &'a str {
        self.source.get(span.clone()).unwrap_or_default()
    }
}

/// Where a step says what is to be known of it; its title, if it says nothing.
fn flags_span(step: &Step) -> Span {
    step.comment_span.clone().unwrap_or_else(|| step.title_span.clone())
}
