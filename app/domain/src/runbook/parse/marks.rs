//! What the Markdown parser says of a text, as far as runbooks need it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::runbook::Span;

/// Most lists and quotes that one line may open. Nobody writes more than a few, and the parser needs time for each of them on every line
/// that follows.
const OPENINGS_MAX: usize = 64;

/// A sign in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Something begins that holds blocks or lines.
    Open(Kind),
    /// What was opened last ends.
    Close,
    /// `[ ]`, or `[x]` when true.
    Task(bool),
    /// A piece of a paragraph.
    Inline,
    /// `<!-- … -->` in a paragraph.
    Comment,
    /// A line of a paragraph ends, and it goes on.
    Break,
    /// A block of HTML.
    Html,
    /// A block of code.
    Code {
        /// The word behind the fence.
        language: Option<String>,
        /// The code without indentation.
        code: String,
    },
    /// A line across.
    Rule,
}

/// What holds others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph,
    /// Begins a section where it begins with `##`.
    Heading2,
    Heading,
    List,
    Item,
    /// Quotes and tables.
    Other,
}

/// The marks of the body of a source, in order, with their places in the source. The error: where it is too deep to be read.
pub(super) fn of(source: &str, body: usize) -> Result<Vec<(Mark, Span)>, usize> {
    let text = &source[body..];
    if let Some(at) = overnested(text) {
        return Err(body + at);
    }
    // The parser of Markdown is somebody else's, and the text anybody's: should it ever give up, the text can still be read by people.
    std::panic::catch_unwind(|| marks(text, body)).map_err(|_| body)
}

/// The beginning of a line that opens too many lists and quotes.
fn overnested(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        if openings(line) > OPENINGS_MAX {
            return Some(at);
        }
        at += line.len();
    }
    None
}

fn openings(line: &str) -> usize {
    const BLANKS: [char; 2] = [' ', '\t'];
    let line = line.trim();
    // `- - -` is a line across, however long.
    let is_rule = |sign: char| line.starts_with(sign) && line.chars().all(|c| c == sign || BLANKS.contains(&c));
    if is_rule('-') || is_rule('*') {
        return 0;
    }
    let mut rest = line;
    let mut count = 0;
    loop {
        rest = rest.trim_start_matches(BLANKS);
        let sign = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let has_number = sign.len() < rest.len();
        let behind = if has_number { sign.strip_prefix(['.', ')']) } else { sign.strip_prefix(['-', '+', '*']) };
        let behind = behind.filter(|behind| behind.starts_with(BLANKS)).or_else(|| rest.strip_prefix('>'));
        let Some(behind) = behind else { return count };
        rest = behind;
        count += 1;
    }
}

fn marks(text: &str, body: usize) -> Vec<(Mark, Span)> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut marks = Vec::new();
    // The block of code that is being read: the word behind its fence, and its text so far.
    let mut open_code: Option<(Option<String>, String)> = None;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let mark = match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                open_code = Some((language(&kind), String::new()));
                continue;
            }
            Event::End(TagEnd::CodeBlock) => {
                let Some((language, code)) = open_code.take() else { continue };
                Mark::Code { language, code }
            }
            Event::Text(piece) => {
                if let Some((_, code)) = &mut open_code {
                    code.push_str(&piece);
                    continue;
                }
                Mark::Inline
            }
            Event::Start(Tag::HtmlBlock) => Mark::Html,
            // The lines of a block of HTML; the block as a whole was marked.
            Event::Html(_) | Event::End(TagEnd::HtmlBlock) => continue,
            Event::InlineHtml(html) if html.starts_with("<!--") => Mark::Comment,
            Event::Start(tag) => kind(&tag).map_or(Mark::Inline, Mark::Open),
            // What is in a paragraph ends without a mark: its place was told when it began.
            Event::End(tag) if is_inline(tag) => continue,
            Event::End(_) => Mark::Close,
            Event::TaskListMarker(is_ticked) => Mark::Task(is_ticked),
            Event::SoftBreak | Event::HardBreak => Mark::Break,
            Event::Rule => Mark::Rule,
            Event::Code(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_) => Mark::Inline,
        };
        // The parser counts columns here and there: a place must be one between characters all the same.
        let start = text.floor_char_boundary(range.start);
        let end = text.floor_char_boundary(range.end).max(start);
        marks.push((mark, body + start..body + end));
    }
    marks
}

/// The word behind a fence: as far as a blank, a comma or a brace, which begin what other programs put there.
fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let word = info.split(|c: char| c.is_whitespace() || c == ',' || c == '{').next()?;
    (!word.is_empty()).then(|| word.to_owned())
}

/// What a tag that holds blocks or lines opens. None: it stands in a paragraph.
fn kind(tag: &Tag<'_>) -> Option<Kind> {
    match tag {
        Tag::Paragraph => Some(Kind::Paragraph),
        Tag::Heading { level: HeadingLevel::H2, .. } => Some(Kind::Heading2),
        Tag::Heading { .. } => Some(Kind::Heading),
        Tag::List(_) => Some(Kind::List),
        Tag::Item => Some(Kind::Item),
        tag if is_inline(tag.to_end()) => None,
        _ => Some(Kind::Other),
    }
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}
