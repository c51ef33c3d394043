//! How two texts differ, for people: line by line, and within lines word by word. Japanese has no blanks between words, so there every character
//! that is no letter of a foreign word is one; what is shown then is what somebody typed.

use std::ops::Range;

use similar::{Algorithm, DiffOp, TextDiff, capture_diff_slices};

/// Lines around what differs.
pub const CONTEXT: usize = 3;
/// Longer lines are not compared within themselves, in words: the whole line is marked.
const WORDS_MAX: usize = 3_000;

/// A line of one of the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its words, in pieces; true: not in the other one.
    pub pieces: Vec<(String, bool)>,
}

/// What stands side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line as it was; none: it was not there.
    pub old: Option<Line>,
    /// The line as it is; none: it is there no more.
    pub new: Option<Line>,
    /// True when both say the same.
    pub is_same: bool,
}

/// Words of a line: letters and digits of the same kind together, everything else by itself.
pub(super) fn words(line: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Latin,
        Katakana,
        Blank,
        Single,
    }
    let kind = |c: char| match c {
        'ァ'..='ヺ' | 'ー' => Kind::Katakana,
        c if c.is_whitespace() => Kind::Blank,
        c if (c.is_alphanumeric() && (c as u32) < 0x2e80) || c == '_' => Kind::Latin,
        _ => Kind::Single,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in line.char_indices() {
        let now = kind(c);
        if last.is_some_and(|last| last != now || now == Kind::Single) {
            words.push(&line[start..at]);
            start = at;
        }
        last = Some(now);
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

fn line(number: usize, text: &str, is_marked: bool) -> Line {
    let text = text.trim_end_matches(['\n', '\r']);
    let pieces = if text.is_empty() { Vec::new() } else { vec![(text.to_owned(), is_marked)] };
    Line { number, pieces }
}

fn push(pieces: &mut Vec<(String, bool)>, words: &[&str], is_marked: bool) {
    if words.is_empty() {
        return;
    }
    let words = words.concat();
    match pieces.last_mut() {
        Some((piece, kind)) if *kind == is_marked => piece.push_str(&words),
        _ => pieces.push((words, is_marked)),
    }
}

/// Two lines, each with what is not in the other marked.
fn pair((old_number, old): (usize, &str), (new_number, new): (usize, &str)) -> Row {
    let strip = |text: &'_ str| text.trim_end_matches(['\n', '\r']).len();
    let (old, new) = (&old[..strip(old)], &new[..strip(new)]);
    let (old_words, new_words) = (words(old), words(new));
    if old_words.len().max(new_words.len()) > WORDS_MAX {
        return Row { old: Some(line(old_number, old, true)), new: Some(line(new_number, new, true)), is_same: false };
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &old_words, &new_words) {
        let is_marked = !matches!(op, DiffOp::Equal { .. });
        push(&mut before, &old_words[op.old_range()], is_marked);
        push(&mut after, &new_words[op.new_range()], is_marked);
    }
    Row {
        old: Some(Line { number: old_number, pieces: before }),
        new: Some(Line { number: new_number, pieces: after }),
        is_same: false,
    }
}

/// What became of a piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stands in both.
    Same,
    /// It stood in the old one.
    Removed,
    /// It stands in the new one.
    Added,
}

/// How two short texts differ, word by word in one text: what was removed stands before what was added in its place. Where they are long, one stands
/// behind the other as a whole.
pub fn inline(old: &str, new: &str) -> Vec<(String, Change)> {
    let (old_words, new_words) = (words(old), words(new));
    let mut pieces: Vec<(String, Change)> = Vec::new();
    let mut push = |words: &[&str], change: Change| {
        if !words.is_empty() {
            let words = words.concat();
            match pieces.last_mut() {
                Some((piece, last)) if *last == change => piece.push_str(&words),
                _ => pieces.push((words, change)),
            }
        }
    };
    if old_words.len().max(new_words.len()) > WORDS_MAX {
        push(&old_words, Change::Removed);
        push(&new_words, Change::Added);
        return pieces;
    }
    for op in capture_diff_slices(Algorithm::Myers, &old_words, &new_words) {
        if matches!(op, DiffOp::Equal { .. }) {
            push(&old_words[op.old_range()], Change::Same);
        } else {
            push(&old_words[op.old_range()], Change::Removed);
            push(&new_words[op.new_range()], Change::Added);
        }
    }
    pieces
}

/// How two texts differ: parts that differ with [`CONTEXT`] lines around them. Empty: they do not.
pub fn compare(old: &str, new: &str) -> Vec<Vec<Row>> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(old, new);
    let old_line = |index: usize| (index + 1, diff.old_slice(index).unwrap_or_default());
    let new_line = |index: usize| (index + 1, diff.new_slice(index).unwrap_or_default());
    let rows = |op: &DiffOp| -> Vec<Row> {
        let (mut olds, mut news): (Range<usize>, Range<usize>) = (op.old_range(), op.new_range());
        let is_same = matches!(op, DiffOp::Equal { .. });
        let mut rows = Vec::new();
        loop {
            let row = match (olds.next(), news.next()) {
                (Some(before), Some(after)) if is_same => {
                    let (number, text) = old_line(before);
                    Row { old: Some(line(number, text, false)), new: Some(line(after + 1, text, false)), is_same }
                }
                (Some(before), Some(after)) => pair(old_line(before), new_line(after)),
                (Some(before), None) => {
                    let (number, text) = old_line(before);
                    Row { old: Some(line(number, text, true)), new: None, is_same }
                }
                (None, Some(after)) => {
                    let (number, text) = new_line(after);
                    Row { old: None, new: Some(line(number, text, true)), is_same }
                }
                (None, None) => return rows,
            };
            rows.push(row);
        }
    };
    diff.grouped_ops(CONTEXT).iter().map(|group| group.iter().flat_map(rows).collect()).collect()
}
