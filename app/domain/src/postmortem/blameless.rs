//! Hints at words that look for somebody to blame: they make the next person say less. Only hints, and nobody has to follow one: "the limit should have
//! been an alert" is about a limit.

use std::ops::Range;

/// Words, and the key of what is said about them. Lower case; Japanese as it is written.
const WORDS: [(&str, &str); 26] = [
    ("ヒューマンエラー", "hint-human-error"),
    ("人為ミス", "hint-human-error"),
    ("人為的ミス", "hint-human-error"),
    ("操作ミス", "hint-human-error"),
    ("設定ミス", "hint-human-error"),
    ("確認ミス", "hint-human-error"),
    ("うっかり", "hint-carelessness"),
    ("不注意", "hint-carelessness"),
    ("注意不足", "hint-carelessness"),
    ("確認不足", "hint-carelessness"),
    ("怠った", "hint-carelessness"),
    ("怠り", "hint-carelessness"),
    ("べきだった", "hint-should-have"),
    ("べきでした", "hint-should-have"),
    ("するはずだった", "hint-should-have"),
    ("のせいで", "hint-fault"),
    ("human error", "hint-human-error"),
    ("operator error", "hint-human-error"),
    ("careless", "hint-carelessness"),
    ("negligen", "hint-carelessness"),
    ("should have", "hint-should-have"),
    ("should not have", "hint-should-have"),
    ("shouldn't have", "hint-should-have"),
    ("failed to notice", "hint-should-have"),
    ("forgot to", "hint-carelessness"),
    ("to blame", "hint-fault"),
];
/// Most hints that are given about one text.
pub const HINTS_MAX: usize = 50;

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// The key of what is said about it.
    pub key: &'static str,
}

/// Hints, in order; at most [`HINTS_MAX`].
pub fn hints(text: &str) -> Vec<Hint> {
    // Only ASCII changes, so places stay the same.
    let folded = text.to_ascii_lowercase();
    let mut found: Vec<Hint> = WORDS
        .iter()
        .flat_map(|(word, key)| folded.match_indices(word).map(|(at, word)| Hint { range: at..at + word.len(), key }))
        .collect();
    found.sort_by_key(|hint| (hint.range.start, std::cmp::Reverse(hint.range.end)));
    found.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    found.truncate(HINTS_MAX);
    found
}
