//! Parts of a condition's text that remember where they stand, and what in them is inside quotes and parentheses.

use std::str::CharIndices;

use super::show::shown;
use super::{ConditionError, ConditionProblem};

/// A part of the condition's text.
#[derive(Clone, Copy)]
pub(super) struct Piece<'t> {
    whole: &'t str,
    /// Bytes of the whole text before it.
    at: usize,
    pub(super) text: &'t str,
}

impl<'t> Piece<'t> {
    pub(super) const fn of_whole(text: &'t str) -> Self {
        Self { whole: text, at: 0, text }
    }

    /// The bytes `from..until` of this piece.
    pub(super) fn cut(self, from: usize, until: usize) -> Self {
        Self { whole: self.whole, at: self.at + from, text: &self.text[from..until] }
    }

    pub(super) fn from(self, from: usize) -> Self {
        self.cut(from, self.text.len())
    }

    pub(super) fn trim(self) -> Self {
        let start = self.from(self.text.len() - self.text.trim_start().len());
        start.cut(0, start.text.trim_end().len())
    }

    pub(super) fn shown(self) -> String {
        shown(self.text)
    }

    /// The error that `problem` stands where this piece begins.
    pub(super) fn fails(self, problem: ConditionProblem) -> ConditionError {
        ConditionError { column: self.whole[..self.at].chars().count() + 1, problem }
    }
}

/// A character outside quotes.
pub(super) struct Mark {
    /// Bytes before it in the piece.
    pub(super) at: usize,
    pub(super) character: char,
    /// How many parentheses are open around it. A parenthesis itself stands outside of what it encloses.
    pub(super) depth: usize,
}

/// The characters outside quotes, once it is certain that quotes and parentheses are closed.
pub(super) fn outline(piece: Piece<'_>) -> Result<Vec<Mark>, ConditionError> {
    let mut marks = Vec::new();
    let mut open = Vec::new();
    let mut characters = piece.text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '"' {
            close_quote(&mut characters).ok_or_else(|| piece.from(at).fails(ConditionProblem::UnclosedQuote))?;
            continue;
        }
        if character == ')' && open.pop().is_none() {
            return Err(piece.from(at).fails(ConditionProblem::UnopenedParenthesis));
        }
        marks.push(Mark { at, character, depth: open.len() });
        if character == '(' {
            open.push(at);
        }
    }
    match open.first() {
        Some(at) => Err(piece.from(*at).fails(ConditionProblem::UnclosedParenthesis)),
        None => Ok(marks),
    }
}

/// Reads up to the closing quote and gives what stood before it.
pub(super) fn close_quote(characters: &mut CharIndices<'_>) -> Option<String> {
    let mut content = String::new();
    loop {
        match characters.next()?.1 {
            '"' => return Some(content),
            '\\' if characters.as_str().starts_with(['"', '\\']) => content.push(characters.next()?.1),
            // A backslash before anything else is itself, so that `"C:\temp"` needs no thought.
            character => content.push(character),
        }
    }
}
