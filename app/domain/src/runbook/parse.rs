//! Markdown → a runbook. Nothing is refused and nothing lost: what is no step, heading or command is prose, and what is odd is also told.
//!
//! Code map: [`marks`] turns what the Markdown parser says into few kinds of marks, [`outline`] finds headings and steps among them,
//! [`title`] takes the first paragraph of a step apart, [`text`] cuts out and dedents; this file puts the document together. All that lies
//! between two things that were found is prose, so that no rule of Markdown can make a text vanish.

mod marks;
mod outline;
#[cfg(test)]
pub(super) mod tests;
mod text;
mod title;

use self::marks::Mark;
use self::outline::{Item, Outline, Part as ItemPart, Top};
use super::comment::{self, inner, is_step_comment};
use super::lint::{Code, Finding};
use super::{Block, Document, Part, SOURCE_BYTES_MAX, Section, SectionKind, Span, Step, front_matter};

/// Most mistakes that are told of one source: more than anybody mends in one go.
const MISTAKES_MAX: usize = 200;
/// How much of a text that cannot be read is repeated, in characters.
const QUOTED_CHARS_MAX: usize = 80;
/// The language of a block that shows what is to be seen.
const EXPECT: &str = "expect";

/// Reads a source, whatever it holds.
pub fn parse(source: &str) -> Document {
    read(source).0
}

/// The source in the form in which it is kept: no mark before it, lines end in `\n`, and so does the last one, once.
pub fn canonical(source: &str) -> String {
    let text = source.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_end_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

/// Reads a source; with each step, in order, the place where a comment for it can be put.
pub(super) fn read(source: &str) -> (Document, Vec<usize>) {
    if source.len() > SOURCE_BYTES_MAX {
        let too_large = Finding::new(Code::TooLarge, 0..0, Vec::new());
        return (unread(source, front_matter::FrontMatter::default(), 0, vec![too_large]), Vec::new());
    }
    let (front, mut mistakes) = front_matter::read(source);
    let body = front.span.end.max(front_matter::split(source).1);
    let marks = match marks::of(source, body) {
        Ok(marks) => marks,
        Err(at) => {
            mistakes.push(Finding::new(Code::TooDeep, at..at, Vec::new()));
            return (unread(source, front, body, mistakes), Vec::new());
        }
    };
    let comments = step_comments(source, &marks);
    let Outline { tops, mistakes: more } = outline::of(source, marks);
    // What was too much is prose now, and its comments with it.
    let is_whole = more.is_empty();
    mistakes.extend(more);
    let document = Document { front, sections: Vec::new(), steps: Vec::new(), mistakes };
    let mut maker = Maker { source, document, spots: Vec::new() };
    maker.sections(tops, body);
    if is_whole {
        maker.lone_comments(&comments);
    }
    let Maker { mut document, spots, .. } = maker;
    document.mistakes.sort_by_key(|finding| finding.span.start);
    document.mistakes.truncate(MISTAKES_MAX);
    (document, spots)
}

/// A document all of whose body is prose.
fn unread(source: &str, front: front_matter::FrontMatter, body: usize, mistakes: Vec<Finding>) -> Document {
    let mut section = section(String::new(), SectionKind::Preamble, body..body);
    let part = text::trimmed(source, body..source.len());
    section.parts.extend(part.map(|span| Part::Prose { markdown: source[span.clone()].to_owned(), span }));
    Document { front, sections: vec![section], steps: Vec::new(), mistakes }
}

fn section(heading: String, kind: SectionKind, span: Span) -> Section {
    Section { kind, heading, span, parts: Vec::new() }
}

/// Every comment that is meant for a step, in order.
fn step_comments(source: &str, marks: &[(Mark, Span)]) -> Vec<Span> {
    let mut all = Vec::new();
    for (mark, span) in marks {
        match mark {
            Mark::Comment => all.push(span.clone()),
            Mark::Html => all.extend(text::comments(source, span.clone())),
            _ => {}
        }
    }
    all.retain(|span| inner(source, span).is_some_and(|(_, text)| is_step_comment(text)));
    all
}

/// Puts a document together.
struct Maker<'a> {
    source: &'a str,
    document: Document,
    /// Where a comment can be put, for each step.
    spots: Vec<usize>,
}

impl Maker<'_> {
    fn sections(&mut self, tops: Vec<Top>, body: usize) {
        let mut current = section(String::new(), SectionKind::Preamble, body..body);
        let mut at = body;
        for top in tops {
            match top {
                Top::Heading(span) => {
                    self.prose(&mut current, at..span.start);
                    at = span.end;
                    let heading = text::heading(&self.source[span.clone()]).to_owned();
                    let kind = SectionKind::of_heading(&heading);
                    let finished = std::mem::replace(&mut current, section(heading, kind, span));
                    self.finish(finished);
                }
                Top::Step(item) => {
                    self.prose(&mut current, at..item.span.start);
                    at = at.max(item.span.end);
                    let number = self.document.sections.len();
                    let place = self.step(item, number, None, 1);
                    current.parts.push(Part::Step(place));
                }
            }
        }
        self.prose(&mut current, at..self.source.len());
        self.finish(current);
    }

    /// Keeps a section, unless it is a preamble with nothing in it.
    fn finish(&mut self, section: Section) {
        if section.kind != SectionKind::Preamble || !section.parts.is_empty() {
            self.document.sections.push(section);
        }
    }

    fn prose(&self, section: &mut Section, span: Span) {
        let part = text::trimmed(self.source, span);
        section.parts.extend(part.map(|span| Part::Prose { markdown: self.source[span.clone()].to_owned(), span }));
    }

    /// Adds a step and all below it; gives its place. As deep as steps nest, which is little.
    fn step(&mut self, item: Item, section: usize, parent: Option<usize>, depth: usize) -> usize {
        let title = title::of(self.source, &item);
        let columns = text::content_column(self.source, item.span.start);
        let place = self.document.steps.len();
        let read = title.comment.as_ref().map(|span| self.comment(span)).unwrap_or_default();
        self.spots.push(title.spot);
        self.document.steps.push(Step {
            id: read.id,
            span: item.span.clone(),
            title: title.text,
            title_span: title.span.clone(),
            comment_span: title.comment,
            section,
            parent,
            depth,
            is_ticked: item.is_ticked,
            blocks: Vec::new(),
            flags: read.flags,
        });
        let mut blocks = Vec::new();
        self.block(&mut blocks, item.box_end..title.span.start, columns);
        let mut at = title.span.end;
        for part in item.parts {
            let span = part.span();
            self.block(&mut blocks, at..span.start, columns);
            at = at.max(span.end);
            match part {
                ItemPart::Step(below) => {
                    self.step(below, section, Some(place), depth + 1);
                }
                ItemPart::Code { language, code, span } => blocks.push(code_block(language, code, span)),
            }
        }
        self.block(&mut blocks, at..item.span.end, columns);
        self.document.steps[place].blocks = blocks;
        place
    }

    fn block(&self, blocks: &mut Vec<Block>, span: Span, columns: usize) {
        let part = text::trimmed(self.source, span);
        blocks.extend(part.map(|span| Block::Prose { markdown: text::dedented(self.source, span.clone(), columns), span }));
    }

    fn comment(&mut self, span: &Span) -> comment::Comment {
        let Some((at, text)) = inner(self.source, span) else { return comment::Comment::default() };
        let read = comment::read(text);
        self.document.mistakes.extend(read.problems.iter().map(|problem| problem.finding(at)));
        read
    }

    /// Tells of comments that are meant for a step and stand behind none. Without a word their steps would have no id.
    fn lone_comments(&mut self, comments: &[Span]) {
        let mut taken: Vec<usize> =
            self.document.steps.iter().filter_map(|step| step.comment_span.as_ref().map(|span| span.start)).collect();
        taken.sort_unstable();
        for span in comments.iter().filter(|span| taken.binary_search(&span.start).is_err()) {
            let text = self.source[span.clone()].chars().take(QUOTED_CHARS_MAX).collect();
            self.document.mistakes.push(Finding::new(Code::CommentUnreadable, span.clone(), vec![("text", text)]));
        }
    }
}

fn code_block(language: Option<String>, code: String, span: Span) -> Block {
    if language.as_ref().is_some_and(|language| language.eq_ignore_ascii_case(EXPECT)) {
        return Block::Expect { text: code.trim_end_matches('\n').to_owned(), span };
    }
    Block::Code { language, code, span }
}
