//! The glob inside `pat()`.

/// A glob, cut at its stars. The first piece must begin the text and the last must end it; those between are looked for from left to
/// right, each at its first place, which is never worse than a later one. Hence nothing is ever tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    first: String,
    middle: Vec<String>,
    /// `None` when there is no star: then `first` is everything.
    last: Option<String>,
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let mut pieces = pattern.split('*').map(str::to_owned);
        let first = pieces.next().unwrap_or_default();
        let mut middle: Vec<_> = pieces.collect();
        let last = middle.pop();
        middle.retain(|piece| !piece.is_empty());
        Self { first, middle, last }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(mut rest) = strip_piece(text, &self.first) else {
            return false;
        };
        let Some(last) = &self.last else {
            return rest.is_empty();
        };
        for piece in &self.middle {
            // Without `?` the standard library's search is linear in the text, however the piece repeats itself.
            let after = if piece.contains('?') {
                rest.char_indices().find_map(|(at, _)| strip_piece(&rest[at..], piece))
            } else {
                rest.find(piece.as_str()).map(|at| &rest[at + piece.len()..])
            };
            match after {
                Some(after) => rest = after,
                None => return false,
            }
        }
        let Some(before_end) = last.chars().count().checked_sub(1) else {
            return true;
        };
        rest.char_indices().rev().nth(before_end).is_some_and(|(at, _)| strip_piece(&rest[at..], last) == Some(""))
    }
}

/// What follows `piece` (in which `?` is any character) at the beginning of `text`.
fn strip_piece<'t>(text: &'t str, piece: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in piece.chars() {
        let found = rest.next()?;
        if wanted != '?' && wanted != found {
            return None;
        }
    }
    Some(rest.as_str())
}
