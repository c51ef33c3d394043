//! Foreign texts made fit to be shown, and guesses at what a misspelt name was meant to be.

use super::SHOWN_CHARS_MAX;

/// A foreign text, made fit for one line of a log or a table: short, and without characters that move others about.
pub(super) fn shown(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    let mut characters = printable(text);
    let mut start: String = characters.by_ref().take(SHOWN_CHARS_MAX).collect();
    if characters.next().is_some() {
        start.pop();
        start.push('…');
    }
    start
}

/// The characters of `text`, with U+FFFD for control characters, line separators and marks that turn the writing direction.
pub(super) fn printable(text: &str) -> impl Iterator<Item = char> {
    let is_harmful =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars().map(move |c| if is_harmful(c) { '\u{fffd}' } else { c })
}

pub(super) fn did_you_mean(near: Option<&'static str>) -> String {
    near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}

/// The one of `names` that differs least from `text`, unless that is too much for a slip of the finger.
pub(super) fn nearest<const N: usize>(text: &str, names: [&'static str; N]) -> Option<&'static str> {
    let (slips, name) = names.into_iter().map(|name| (edit_distance(text, name), name)).min()?;
    (slips <= name.len().div_ceil(4).max(1)).then_some(name)
}

/// Characters to insert, remove or replace to make `b` of `a`.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
