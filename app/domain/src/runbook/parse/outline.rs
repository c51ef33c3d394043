//! Finds headings and steps. A list is looked at for steps where it stands at the top or right in a step, and nowhere else: what is in a
//! quote, a table or a plain item belongs to those.

use super::marks::{Kind, Mark};
use crate::runbook::lint::{Code, Finding};
use crate::runbook::{DEPTH_MAX, STEPS_MAX, Span};

pub(super) struct Outline {
    /// In order.
    pub(super) tops: Vec<Top>,
    pub(super) mistakes: Vec<Finding>,
}

/// Something at the top.
pub(super) enum Top {
    /// A heading that begins a section.
    Heading(Span),
    Step(Item),
}

/// A task item.
pub(super) struct Item {
    /// From the sign of the list to its last letter.
    pub(super) span: Span,
    /// Behind the `]`.
    pub(super) box_end: usize,
    pub(super) is_ticked: bool,
    /// Its first paragraph.
    pub(super) paragraph: Option<Paragraph>,
    /// The block of HTML right behind that.
    pub(super) html: Option<Span>,
    /// What stands in it and is not prose, in order.
    pub(super) parts: Vec<Part>,
}

pub(super) struct Paragraph {
    /// Its text.
    pub(super) span: Span,
    /// The same with the line below it that makes a heading of it.
    pub(super) end: usize,
    /// Where its first line ends, if another one follows.
    pub(super) first_break: Option<usize>,
    /// Comments in it, in order.
    pub(super) comments: Vec<Span>,
}

/// A piece of a step that is not prose.
pub(super) enum Part {
    Code { language: Option<String>, code: String, span: Span },
    Step(Item),
}

impl Part {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Code { span, .. } => span.clone(),
            Self::Step(item) => item.span.clone(),
        }
    }
}

/// Headings and steps among these marks.
pub(super) fn of(source: &str, marks: Vec<(Mark, Span)>) -> Outline {
    let mut walk = Walk { source, marks, at: 0, steps: 0, deep: None, many: None };
    let tops = walk.tops();
    let deep = walk.deep.map(|span| Finding::new(Code::TooDeep, span, Vec::new()));
    let many = walk.many.map(|span| Finding::new(Code::TooManySteps, span, Vec::new()));
    Outline { tops, mistakes: deep.into_iter().chain(many).collect() }
}

struct Walk<'a> {
    source: &'a str,
    marks: Vec<(Mark, Span)>,
    at: usize,
    /// How many were found.
    steps: usize,
    /// The first step that is too deep.
    deep: Option<Span>,
    /// The first step that is one too many.
    many: Option<Span>,
}

impl Walk<'_> {
    fn mark(&self) -> Option<&Mark> {
        self.marks.get(self.at).map(|(mark, _)| mark)
    }

    fn span(&self) -> Span {
        self.marks.get(self.at).map(|(_, span)| span.clone()).unwrap_or_default()
    }

    /// The place without the blanks around it.
    fn bare_span(&self) -> Span {
        let span = self.span();
        let text = &self.source[span.clone()];
        let start = span.start + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    }

    /// Goes behind what is opened here.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(mark) = self.mark() {
            match mark {
                Mark::Open(_) => depth += 1,
                Mark::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn tops(&mut self) -> Vec<Top> {
        let mut tops = Vec::new();
        while let Some(mark) = self.mark() {
            match mark {
                Mark::Open(Kind::List) => tops.extend(self.list(1).into_iter().map(Top::Step)),
                Mark::Open(Kind::Heading2) => {
                    let span = self.bare_span();
                    // Underlined with `---`, a line is no heading that begins a section: that is too easily a mishap.
                    if self.source[span.clone()].starts_with("##") {
                        tops.push(Top::Heading(span));
                    }
                    self.skip();
                }
                _ => self.skip(),
            }
        }
        tops
    }

    /// The steps of the list that is opened here.
    fn list(&mut self, depth: usize) -> Vec<Item> {
        self.at += 1;
        let mut items = Vec::new();
        while let Some(mark) = self.mark() {
            match mark {
                Mark::Open(Kind::Item) => items.extend(self.item(depth)),
                Mark::Close => {
                    self.at += 1;
                    break;
                }
                _ => self.skip(),
            }
        }
        items
    }

    /// Where the box of the item that is opened here stands among the marks.
    fn task(&self) -> Option<usize> {
        let is_task = |at: usize| matches!(self.marks.get(at), Some((Mark::Task(_), _)));
        let is_around =
            |at: usize| matches!(self.marks.get(at), Some((Mark::Open(Kind::Paragraph | Kind::Heading | Kind::Heading2), _)));
        let next = self.at + 1;
        if is_task(next) {
            return Some(next);
        }
        (is_around(next) && is_task(next + 1)).then_some(next + 1)
    }

    /// The item that is opened here, if it is a step. Goes behind it.
    fn item(&mut self, depth: usize) -> Option<Item> {
        let Some(task) = self.task() else {
            self.skip();
            return None;
        };
        let span = self.bare_span();
        let excess = if depth > DEPTH_MAX {
            Some(&mut self.deep)
        } else if self.steps >= STEPS_MAX {
            Some(&mut self.many)
        } else {
            None
        };
        if let Some(first) = excess {
            first.get_or_insert(span);
            self.skip();
            return None;
        }
        self.steps += 1;
        let is_opened = task > self.at + 1;
        self.at = task;
        let is_ticked = self.mark() == Some(&Mark::Task(true));
        let box_end = self.span().end;
        self.at += 1;
        let paragraph = self.first_paragraph(is_opened);
        let html = (self.mark() == Some(&Mark::Html)).then(|| self.span());
        let parts = self.parts(depth);
        let end = paragraph.as_ref().map_or(box_end, |paragraph| paragraph.end);
        Some(Item { span: span.start..span.end.max(end), box_end, is_ticked, paragraph, html, parts })
    }

    /// The paragraph behind a box. `is_opened`: the box stands in it.
    fn first_paragraph(&mut self, is_opened: bool) -> Option<Paragraph> {
        // With the box alone on its line, the paragraph begins on the next one.
        let opens_now = !is_opened && self.mark() == Some(&Mark::Open(Kind::Paragraph));
        if opens_now {
            self.at += 1;
        }
        let mut paragraph = self.paragraph();
        if (is_opened || opens_now) && self.mark() == Some(&Mark::Close) {
            let end = self.bare_span().end;
            if let Some(paragraph) = &mut paragraph {
                paragraph.end = paragraph.end.max(end);
            }
            self.at += 1;
        }
        paragraph
    }

    /// What stands in lines from here on. None: nothing does.
    fn paragraph(&mut self) -> Option<Paragraph> {
        let mut found: Option<Paragraph> = None;
        while let Some((mark, span)) = self.marks.get(self.at) {
            if !matches!(mark, Mark::Inline | Mark::Comment | Mark::Break) {
                break;
            }
            let paragraph = found.get_or_insert_with(|| Paragraph {
                span: span.clone(),
                end: span.end,
                first_break: None,
                comments: Vec::new(),
            });
            match mark {
                Mark::Break => {
                    paragraph.first_break.get_or_insert(span.start);
                }
                Mark::Comment => paragraph.comments.push(span.clone()),
                _ => {}
            }
            if *mark != Mark::Break {
                paragraph.span.end = paragraph.span.end.max(span.end);
                paragraph.end = paragraph.span.end;
            }
            self.at += 1;
        }
        found
    }

    /// The rest of an item, up to behind its end.
    fn parts(&mut self, depth: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        while let Some((mark, span)) = self.marks.get_mut(self.at) {
            match mark {
                Mark::Open(Kind::List) => parts.extend(self.list(depth + 1).into_iter().map(Part::Step)),
                Mark::Close => {
                    self.at += 1;
                    break;
                }
                Mark::Code { language, code } => {
                    parts.push(Part::Code { language: language.take(), code: std::mem::take(code), span: span.clone() });
                    self.at += 1;
                }
                _ => self.skip(),
            }
        }
        parts
    }
}
