//! Puts together what two people made of the same text. What only one of them changed is taken; where both changed the same sentence otherwise,
//! somebody has to choose. Compared are sentences and lines: a paragraph in Japanese is one long line, in which two people may well work.

use similar::{MergeResolution, TextMerge};

/// Ends a sentence inside of a line while texts are merged. Private use (Unicode 16, 23.5): no text has a reason to hold it.
const BREAK: char = '\u{E0F5}';

/// A part of what comes out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Region {
    /// What everybody agrees on.
    Merged(String),
    /// Both changed it, otherwise.
    Conflict {
        /// As it was.
        base: String,
        /// As the one made it.
        ours: String,
        /// As the other made it.
        theirs: String,
    },
}

/// Cut into sentences: each on a line of its own, with [`BREAK`] where the line did not end.
fn cut(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text.chars().filter(|c| *c != BREAK && *c != '\r').peekable();
    while let Some(c) = rest.next() {
        lines.push(c);
        let next = rest.peek();
        let ends = match c {
            '。' | '！' | '？' | '、' => next.is_some_and(|next| *next != '\n' && *next != '」' && *next != '）'),
            '.' | '!' | '?' => next == Some(&' '),
            _ => false,
        };
        if ends {
            if matches!(c, '.' | '!' | '?') {
                lines.extend(rest.next());
            }
            if rest.peek().is_some_and(|next| *next != '\n') {
                lines.push(BREAK);
                lines.push('\n');
            }
        }
    }
    lines
}

fn whole<'l>(lines: impl Iterator<Item = Option<&'l str>>) -> String {
    let mut text = String::new();
    for line in lines.flatten() {
        match line.strip_suffix('\n') {
            Some(inner) if inner.ends_with(BREAK) => text.push_str(inner.trim_end_matches(BREAK)),
            _ => text.push_str(line),
        }
    }
    text
}

/// What comes of a text that two people changed.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Vec<Region> {
    let (base, ours, theirs) = (cut(base), cut(ours), cut(theirs));
    let merged = TextMerge::from_lines(base.as_str(), ours.as_str(), theirs.as_str());
    let mut regions: Vec<Region> = Vec::new();
    for region in merged.regions() {
        let of_base = || whole(region.base_range().map(|at| merged.base_line(at)));
        let of_ours = || whole(region.ours_range().map(|at| merged.ours_line(at)));
        let of_theirs = || whole(region.theirs_range().map(|at| merged.theirs_line(at)));
        let text = match region.resolution() {
            MergeResolution::Unchanged => of_base(),
            MergeResolution::Ours | MergeResolution::Both => of_ours(),
            MergeResolution::Theirs => of_theirs(),
            // Whatever else there will be is for people to decide.
            _ => {
                regions.push(Region::Conflict { base: of_base(), ours: of_ours(), theirs: of_theirs() });
                continue;
            }
        };
        match regions.last_mut() {
            Some(Region::Merged(merged)) => merged.push_str(&text),
            _ => regions.push(Region::Merged(text)),
        }
    }
    regions
}

/// The merged text, if nobody has to choose.
pub fn clean(regions: &[Region]) -> Option<String> {
    let text = |region: &Region| match region {
        Region::Merged(text) => Some(text.clone()),
        Region::Conflict { .. } => None,
    };
    regions.iter().map(text).collect()
}
