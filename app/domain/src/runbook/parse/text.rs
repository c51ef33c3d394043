//! Pieces of a source: where they begin and end, and what they are without the indentation of the list around them.

use crate::runbook::Span;

/// A tab goes on to the next multiple of this.
const TAB: usize = 4;

/// The piece without blank lines around it. The first line keeps its indentation, if it is a whole one. None: there is nothing in it.
pub(super) fn trimmed(source: &str, span: Span) -> Option<Span> {
    let text = source.get(span.clone())?;
    let end = span.start + text.trim_end().len();
    let blank = &text[..text.len() - text.trim_start().len()];
    if span.start + blank.len() >= end {
        return None;
    }
    let start = match blank.rfind(['\n', '\r']) {
        Some(line_break) => line_break + 1,
        None if begins_line(source, span.start) => 0,
        None => blank.len(),
    };
    Some(span.start + start..end)
}

fn begins_line(source: &str, at: usize) -> bool {
    at == 0 || source[..at].ends_with(['\n', '\r', '\u{feff}'])
}

/// The words of a heading with its signs around them.
pub(super) fn heading(line: &str) -> &str {
    let words = line.trim().trim_start_matches('#').trim();
    let without = words.trim_end_matches('#');
    // Signs at its end close it only behind a space: `C#` is a word.
    if without.is_empty() || without.ends_with([' ', '\t']) { without.trim_end() } else { words }
}

/// The column at which the content of a list item begins, whose marker stands at `marker`.
pub(super) fn content_column(source: &str, marker: usize) -> usize {
    let line = source[..marker].rfind(['\n', '\r']).map_or(0, |line_break| line_break + 1);
    let item = &source[marker..];
    let width = item.bytes().take_while(u8::is_ascii_digit).count() + 1;
    let column = column_behind(source[line..marker].trim_start_matches('\u{feff}'), 0) + width;
    let rest = item.get(width..).unwrap_or_default();
    let blank = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
    let content = column_behind(blank, column);
    // More than four are one, and code that is indented.
    if content > column + TAB { column + 1 } else { content }
}

/// The column behind a blank that begins at `column`.
fn column_behind(blank: &str, column: usize) -> usize {
    blank.chars().fold(column, |column, c| if c == '\t' { column - column % TAB + TAB } else { column + 1 })
}

/// A piece without as much of its indentation as the list around it has.
pub(super) fn dedented(source: &str, span: Span, columns: usize) -> String {
    let is_whole = begins_line(source, span.start);
    let mut text = String::with_capacity(span.len());
    for (number, line) in source[span].split_inclusive('\n').enumerate() {
        if number > 0 || is_whole {
            push_dedented(&mut text, line, columns);
        } else {
            text.push_str(line);
        }
    }
    text
}

fn push_dedented(text: &mut String, line: &str, columns: usize) {
    let mut column = 0;
    let mut rest = line;
    while column < columns && rest.starts_with([' ', '\t']) {
        column = column_behind(&rest[..1], column);
        rest = &rest[1..];
    }
    // A tab may reach further than the indentation: what it covers beyond stays.
    text.extend(std::iter::repeat_n(' ', column.saturating_sub(columns)));
    text.push_str(rest);
}

/// Where comments stand in a block of HTML.
pub(super) fn comments(source: &str, block: Span) -> Vec<Span> {
    let mut all = Vec::new();
    let mut at = block.start;
    while let Some(span) = next_comment(source, at..block.end) {
        at = span.end;
        all.push(span);
    }
    all
}

fn next_comment(source: &str, span: Span) -> Option<Span> {
    let text = source.get(span.clone())?;
    let start = text.find("<!--")?;
    let behind = start + "<!--".len();
    let end = behind + text[behind..].find("-->")? + "-->".len();
    Some(span.start + start..span.start + end)
}
