//! The title of a step: its first paragraph, up to the end of the line that has the comment. What stands on further lines is prose.

use super::outline::{Item, Paragraph};
use super::text;
use crate::runbook::Span;
use crate::runbook::comment::{inner, is_step_comment};

pub(super) struct Title {
    /// On one line, without comments.
    pub(super) text: String,
    /// Where it stands, the step's comment included.
    pub(super) span: Span,
    /// Where that comment stands.
    pub(super) comment: Option<Span>,
    /// Where a comment can be put.
    pub(super) spot: usize,
}

pub(super) fn of(source: &str, item: &Item) -> Title {
    let Some(paragraph) = &item.paragraph else {
        let comment = html_comment(source, item);
        let span = comment.clone().unwrap_or(item.box_end..item.box_end);
        return Title { text: String::new(), span, comment, spot: item.box_end };
    };
    let spot = spot(source, item, paragraph);
    let own = paragraph.comments.iter().find(|span| is_of_step(source, span)).cloned();
    let words_end = own.as_ref().map_or(paragraph.span.end, |comment| words_end(source, paragraph, comment));
    let mut text = plain(source, paragraph.span.start..words_end, &paragraph.comments);
    if words_end < paragraph.span.end && text.ends_with('\\') {
        text.pop();
        text.truncate(text.trim_end().len());
    }
    let comment = own.or_else(|| html_comment(source, item));
    let mut end = comment.as_ref().map_or(words_end, |comment| words_end.max(comment.end));
    if words_end == paragraph.span.end {
        end = end.max(paragraph.end);
    }
    Title { text, span: paragraph.span.start..end, comment, spot }
}

fn is_of_step(source: &str, comment: &Span) -> bool {
    inner(source, comment).is_some_and(|(_, text)| is_step_comment(text))
}

/// The step's comment, if it stands on a line of its own right below the title. To Markdown that is a block of HTML.
fn html_comment(source: &str, item: &Item) -> Option<Span> {
    let block = item.html.clone()?;
    let first = text::comments(source, block.clone()).into_iter().next()?;
    let is_first = source[block.start..first.start].trim().is_empty();
    (is_first && is_of_step(source, &first)).then_some(first)
}

/// Where the words of a title end that has this comment: with its line, or with the paragraph when nothing else stands on that line.
fn words_end(source: &str, paragraph: &Paragraph, comment: &Span) -> usize {
    let line = line_end(source, paragraph, comment.end);
    if plain(source, paragraph.span.start..line, &paragraph.comments).is_empty() {
        return paragraph.span.end;
    }
    comment.end + source[comment.end..line].trim_end().len()
}

/// Where the line ends that goes on at `at`. A comment may go over lines, and belongs to that on which it begins.
fn line_end(source: &str, paragraph: &Paragraph, mut at: usize) -> usize {
    let next_break = |from: usize, to: usize| source[from..to].find(['\n', '\r']).map(|length| from + length);
    for comment in &paragraph.comments {
        if comment.start < at {
            continue;
        }
        if let Some(end) = next_break(at, comment.start) {
            return end;
        }
        at = comment.end;
    }
    next_break(at, paragraph.span.end).unwrap_or(paragraph.span.end)
}

/// A piece of a paragraph on one line, without comments.
fn plain(source: &str, span: Span, comments: &[Span]) -> String {
    let mut kept = String::with_capacity(span.len());
    let mut at = span.start;
    for comment in comments.iter().filter(|comment| span.start <= comment.start && comment.end <= span.end) {
        kept.push_str(&source[at..comment.start]);
        at = comment.end;
    }
    kept.push_str(&source[at..span.end]);
    // A backslash at its end keeps a line apart from the next one: here they are put together.
    let kept = kept.replace("\\\n", "\n").replace("\\\r", "\r");
    // Spaces of Japanese texts stay: they are not there for layout.
    kept.split_ascii_whitespace().collect::<Vec<&str>>().join(" ")
}

/// Where a comment can be put: at the end of the first line, unless it would be part of something else there.
fn spot(source: &str, item: &Item, paragraph: &Paragraph) -> usize {
    let line = paragraph.first_break.unwrap_or(paragraph.span.end).max(paragraph.span.start);
    let end = paragraph.span.start + source[paragraph.span.start..line].trim_end().len();
    let closed = paragraph.comments.iter().map(|comment| comment.end).filter(|closed| *closed <= end).max();
    let rest = &source[closed.unwrap_or(paragraph.span.start)..end];
    // `<!` may be a comment that nobody closed, and `|` the head of a table: right behind the box nothing is open yet.
    // A backslash that breaks the line must stay at its end.
    let has_break = paragraph.first_break.is_some();
    let is_open = rest.contains("<!") || (has_break && (rest.contains('|') || source[end..].starts_with('\\')));
    if is_open { item.box_end } else { end }
}
