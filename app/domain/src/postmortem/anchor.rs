//! Keeps a comment at the passage it speaks of while the text is edited. The passage is kept as words with what stood around them; where
//! the words are changed, they are followed through the difference of the two texts.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::compare::words;

/// Longest passage, in characters.
pub const QUOTE_CHARS_MAX: usize = 1_000;
/// How much is remembered of what stands before and behind it, in characters.
const AROUND: usize = 40;
/// Of a text with more words a passage is only looked for as it was.
const WORDS_MAX: usize = 60_000;

/// A passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Its words.
    pub quote: String,
    /// What stood before it.
    pub before: String,
    /// What stood behind it.
    pub after: String,
}

impl Anchor {
    /// The passage in `range`, in bytes; none where there is nothing, too much, or half a character.
    pub fn new(text: &str, range: Range<usize>) -> Option<Self> {
        let quote = text.get(range.clone())?;
        let count = quote.chars().count();
        if quote.trim().is_empty() || count > QUOTE_CHARS_MAX {
            return None;
        }
        let before: Vec<char> = text[..range.start].chars().rev().take(AROUND).collect();
        Some(Self {
            quote: quote.to_owned(),
            before: before.into_iter().rev().collect(),
            after: text[range.end..].chars().take(AROUND).collect(),
        })
    }

    /// Where it stands in a text, as it was. Where its words stand more than once, there where what is around them is likest.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        let alike = |range: &Range<usize>| {
            let before = text[..range.start].chars().rev().zip(self.before.chars().rev()).take_while(|(a, b)| a == b).count();
            let after = text[range.end..].chars().zip(self.after.chars()).take_while(|(a, b)| a == b).count();
            before + after
        };
        if self.quote.is_empty() {
            return None;
        }
        let all = text.match_indices(&self.quote).map(|(at, quote)| at..at + quote.len());
        // Of those that are equally alike the first: whoever quotes a word means where it first stands.
        all.reduce(|best, next| if alike(&next) > alike(&best) { next } else { best })
    }

    /// Where it stands in `text`, which was made from `old`, in which it stood; none: most of it is gone.
    pub fn follow(&self, old: &str, text: &str) -> Option<Range<usize>> {
        if old == text {
            return self.find(text);
        }
        let was = self.find(old);
        let now = self.find(text);
        let Some(was) = was else { return now };
        let (old_words, new_words) = (words_of(old), words_of(text));
        if old_words.len().max(new_words.len()) > WORDS_MAX {
            return now;
        }
        let moved = moved(&was, &old_words, &new_words);
        // As it was, if the difference of the texts does not say that it went elsewhere.
        match (moved, now) {
            (Some(moved), Some(now)) if text[moved.clone()] != self.quote => {
                Some(if overlap(&moved, &now) { moved } else { now })
            }
            (moved, now) => moved.or(now),
        }
    }
}

/// Where something that was marked in the text as it is read stands in the text as it is written: signs and blanks do not count, since Markdown is
/// made of them.
pub fn find_rendered(text: &str, quote: &str) -> Option<Range<usize>> {
    if let Some(at) = text.find(quote) {
        return Some(at..at + quote.len());
    }
    let counts = |c: &char| c.is_alphanumeric();
    let wanted: Vec<char> = quote.chars().filter(counts).collect();
    let written: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| counts(c)).collect();
    if wanted.is_empty() || wanted.len() > QUOTE_CHARS_MAX || written.len() < wanted.len() {
        return None;
    }
    let is_here = |window: &&[(usize, char)]| window.iter().map(|(_, c)| c).eq(&wanted);
    let found = written.windows(wanted.len()).find(is_here)?;
    let (first, (last, c)) = (found.first()?.0, *found.last()?);
    Some(first..last + c.len_utf8())
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Words with where they begin, in bytes.
fn words_of(text: &str) -> Vec<(&str, usize)> {
    let mut at = 0;
    let with_place = |word: &'_ str| {
        at += word.len();
        at - word.len()
    };
    let words: Vec<&str> = text.split_inclusive('\n').flat_map(words).collect();
    let places: Vec<usize> = words.iter().copied().map(with_place).collect();
    words.into_iter().zip(places).collect()
}

/// From the first to the last word of a range that is still there, if at least half of it is.
fn moved(range: &Range<usize>, old: &[(&str, usize)], new: &[(&str, usize)]) -> Option<Range<usize>> {
    let (old_words, new_words): (Vec<&str>, Vec<&str>) =
        (old.iter().map(|(word, _)| *word).collect(), new.iter().map(|(word, _)| *word).collect());
    let is_inside = |index: usize| {
        let (word, at) = old[index];
        range.start <= at && at + word.len() <= range.end && !word.trim().is_empty()
    };
    let of_range = (0..old.len()).filter(|index| is_inside(*index)).map(|index| old[index].0.len()).sum::<usize>();
    let mut kept = 0;
    let mut found: Option<Range<usize>> = None;
    for op in capture_diff_slices(Algorithm::Patience, &old_words, &new_words) {
        let DiffOp::Equal { old_index, new_index, len } = op else { continue };
        for step in (0..len).filter(|step| is_inside(old_index + step)) {
            let (word, at) = new[new_index + step];
            kept += word.len();
            let start = found.as_ref().map_or(at, |found| found.start);
            found = Some(start..at + word.len());
        }
    }
    found.filter(|_| kept * 2 >= of_range && kept > 0)
}
