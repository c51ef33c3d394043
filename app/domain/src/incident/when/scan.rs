//! A text that is read character by character, with what different keyboards type for the same thing made one.
//!
//! Nothing here cuts a text by a number that could fall inside a character.

use std::ops::RangeInclusive;

/// What is left of a text. Reading forward changes it; whoever wants to try something reads on in a copy.
#[derive(Clone, Copy, Debug)]
pub(in crate::incident) struct Scanner<'t> {
    rest: &'t str,
}

impl<'t> Scanner<'t> {
    /// Before the first character of `text`.
    pub(in crate::incident) const fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    /// What is left, as it was written.
    pub(in crate::incident) const fn rest(self) -> &'t str {
        self.rest
    }

    /// What was read since `earlier`, as it was written.
    pub(in crate::incident) fn since(self, earlier: Self) -> &'t str {
        earlier.rest.get(..earlier.rest.len().saturating_sub(self.rest.len())).unwrap_or_default()
    }

    /// True when nothing is left.
    pub(in crate::incident) const fn is_at_end(self) -> bool {
        self.rest.is_empty()
    }

    /// The next character, folded.
    pub(in crate::incident) fn peek(self) -> Option<char> {
        self.rest.chars().next().map(folded)
    }

    /// The next character, folded, which is then read.
    pub(in crate::incident) fn advance(&mut self) -> Option<char> {
        let mut left = self.rest.chars();
        let next = left.next().map(folded);
        self.rest = left.as_str();
        next
    }

    /// Reads the next character if it is wanted.
    pub(in crate::incident) fn eat_if(&mut self, is_wanted: impl Fn(char) -> bool) -> Option<char> {
        let next = self.peek().filter(|next| is_wanted(*next))?;
        self.advance();
        Some(next)
    }

    /// Reads the next character if it is this one.
    pub(in crate::incident) fn eat(&mut self, wanted: char) -> bool {
        self.eat_if(|next| next == wanted).is_some()
    }

    /// Reads this text, given as [`folded`] leaves it, if it comes next.
    pub(in crate::incident) fn eat_text(&mut self, wanted: &str) -> bool {
        let mut ahead = *self;
        let is_there = wanted.chars().all(|expected| ahead.advance() == Some(expected));
        if is_there {
            *self = ahead;
        }
        is_there
    }

    /// Reads the first of these texts that comes next. Longer ones stand before those that they begin with.
    pub(in crate::incident) fn eat_any(&mut self, wanted: &[&str]) -> bool {
        wanted.iter().any(|text| self.eat_text(text))
    }

    /// Reads spaces of every kind; true when there was one.
    pub(in crate::incident) fn skip_spaces(&mut self) -> bool {
        let mut is_any = false;
        while self.eat(' ') {
            is_any = true;
        }
        is_any
    }

    /// Reads all digits that come next, if there are so many.
    pub(in crate::incident) fn number(&mut self, digits: RangeInclusive<usize>) -> Option<u32> {
        let mut ahead = *self;
        let mut count = 0;
        let mut number = 0_u32;
        while let Some(digit) = ahead.peek().and_then(|next| next.to_digit(10)) {
            ahead.advance();
            count += 1;
            number = number.saturating_mul(10).saturating_add(digit);
        }
        if !digits.contains(&count) {
            return None;
        }
        *self = ahead;
        Some(number)
    }
}

/// What a character is to a reader: full width is half width, capitals are small, every space is one, every dash a hyphen. Invisible
/// marks, which come with a text that was copied, are spaces.
pub(in crate::incident) fn folded(c: char) -> char {
    if c.is_whitespace() || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}') {
        return ' ';
    }
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{223c}' | '\u{301c}' => '~',
        '\u{2236}' | '\u{fe55}' => ':',
        _ => c,
    };
    narrow.to_ascii_lowercase()
}
