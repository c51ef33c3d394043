//! Passages that are withheld: `||the name of the host||` stands in the text as its authors wrote it, and for everybody else there is a word in
//! its place. Also in code, where the host's name is likeliest to stand. A passage ends on the line on which it begins.

use std::ops::Range;

/// What stands before and behind a passage.
const MARK: &str = "||";
/// The same in full width, which means nothing here.
const WIDE_MARK: &str = "\u{ff5c}\u{ff5c}";

/// Passages, marks and all, in order, in bytes. A mark opens where something other than a blank or a bar follows, and closes where such stands
/// before it, so that empty cells of tables and `a || b` are none.
pub fn passages(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        of_line(line, start, &mut found);
        start += line.len();
    }
    found
}

fn of_line(line: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let is_word = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != '|');
    let mut from = 0;
    while let Some(open) = line[from..].find(MARK).map(|at| from + at) {
        let inner = open + MARK.len();
        let is_escaped = line[..open].ends_with('\\');
        if is_escaped || !is_word(line[inner..].chars().next()) {
            from = inner;
            continue;
        }
        let closing = line[inner..].match_indices(MARK).find(|(at, _)| is_word(line[inner..inner + at].chars().next_back()));
        let Some((at, _)) = closing else { return };
        let end = inner + at + MARK.len();
        found.push(start + open..start + end);
        from = end;
    }
}

/// The text with a word in the place of each passage.
pub fn without(text: &str, word: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for passage in passages(text) {
        kept.push_str(&text[from..passage.start]);
        kept.push_str(word);
        from = passage.end;
    }
    kept.push_str(&text[from..]);
    kept
}

/// The text as everybody reads it, for words that are no Markdown: of a title, an action item. The word in the place of a passage is in the language
/// that the text seems to be in.
pub fn plain(text: &str) -> String {
    let is_japanese = text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}'));
    without(text, if is_japanese { "[非公開]" } else { "[withheld]" })
}

/// Lines, from 1, on which something seems to be meant to be withheld and would be read: a passage that does not end, one with blanks within its
/// marks, or one between the wide bars of a Japanese keyboard.
pub fn unclosed(text: &str) -> Vec<usize> {
    let has_open = |line: &str| {
        let rest = without(line, "");
        let opens = rest.match_indices(MARK).any(|(at, _)| {
            let before = rest[..at].chars().next_back();
            let after = rest[at + MARK.len()..].chars().next();
            let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
            // As it is written in commands and tables, it means something else.
            before != Some('\\') && before != Some('|') && after != Some('|') && is_blank(before) != is_blank(after)
        });
        let is_table = rest.trim_start().starts_with('|') && !rest.trim_start().starts_with(MARK);
        let blanks = rest.split(MARK).count() > 2 && rest.split(MARK).skip(1).step_by(2).any(|within| !within.trim().is_empty());
        let is_code = rest.contains('`') || rest.starts_with("    ");
        rest.contains(WIDE_MARK) || (!is_table && (opens || (blanks && !is_code)))
    };
    text.lines().enumerate().filter(|(_, line)| has_open(line)).map(|(index, _)| index + 1).collect()
}
