//! Reads values of a head and notes what is wrong with them.

use std::collections::HashSet;
use std::rc::Rc;

use crate::runbook::Span;
use crate::runbook::lint::{Code, Finding};
use crate::text::LocalizedText;
use crate::yaml::{Key, Kind, Node, Position};

/// Most findings in one head: more than anybody mends in one go.
const FINDINGS_MAX: usize = 100;
/// Most values of one list, and most keys of one mapping.
const LIST_MAX: usize = 100;
/// Longest title or label, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// How much of a text that means nothing is repeated, in characters.
const QUOTED_CHARS_MAX: usize = 80;

pub(super) struct Reader<'a> {
    source: &'a str,
    /// Where the YAML ends.
    end: usize,
    /// Where its lines begin.
    lines: Vec<usize>,
    pub(super) findings: Vec<Finding>,
}

/// The text of a value, without spaces around it. None: it is a list or a mapping.
pub(super) fn scalar(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar { text, .. } => Some(text.trim()),
        Kind::List(_) | Kind::Map(_) => None,
    }
}

/// A text of one line that is neither empty nor too long.
pub(super) fn line(text: &str, chars_max: usize) -> Option<String> {
    let is_good = !text.is_empty() && text.chars().count() <= chars_max && !text.chars().any(char::is_control);
    is_good.then(|| text.to_owned())
}

/// As much of a text as is repeated to people.
pub(super) fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_CHARS_MAX).collect()
}

impl<'a> Reader<'a> {
    /// A reader of the YAML that stands there.
    pub(super) fn new(source: &'a str, yaml: Span) -> Self {
        let text = &source[yaml.clone()];
        // As the parser counts: `\n`, `\r` and `\r\n` are each one break.
        let is_break = |at: usize, c: char| c == '\n' || (c == '\r' && !text[at..].starts_with("\r\n"));
        let breaks = text.char_indices().filter(|(at, c)| is_break(*at, *c));
        let lines = std::iter::once(yaml.start).chain(breaks.map(|(at, _)| yaml.start + at + 1)).collect();
        Self { source, end: yaml.end, lines, findings: Vec::new() }
    }

    /// The place in the source.
    pub(super) fn offset(&self, at: Position) -> usize {
        let Some(start) = self.lines.get(at.line.saturating_sub(1)).copied() else { return self.end };
        let mut signs = self.source[start..self.end].char_indices();
        signs.nth(at.column.saturating_sub(1)).map_or(self.end, |(column, _)| start + column)
    }

    /// Where a value stands, without the line breaks behind it.
    pub(super) fn span(&self, node: &Node) -> Span {
        let start = self.offset(node.start);
        let end = self.offset(node.end).max(start);
        start..start + self.source[start..end].trim_end().len()
    }

    fn report(&mut self, code: Code, span: impl FnOnce(&Self) -> Span, args: Vec<(&'static str, String)>) {
        // Finding a place takes as long as its line is, which is why too much of it is not even begun.
        if self.findings.len() < FINDINGS_MAX {
            let span = span(self);
            self.findings.push(Finding::new(code, span, args));
        }
    }

    pub(super) fn found(&mut self, code: Code, node: &Node, args: Vec<(&'static str, String)>) {
        self.report(code, |reader| reader.span(node), args);
    }

    pub(super) fn not_yaml(&mut self, span: Span, problem: String) {
        self.report(Code::FrontYaml, |_| span, vec![("problem", problem)]);
    }

    pub(super) fn wrong(&mut self, key: &str, expected: &str, node: &Node) {
        self.found(Code::FrontValue, node, vec![("key", quoted(key)), ("expected", expected.to_owned())]);
    }

    pub(super) fn unknown(&mut self, name: &str, key: &Key) {
        self.report(Code::FrontKeyUnknown, |reader| reader.key_span(key), vec![("key", quoted(name))]);
    }

    fn key_span(&self, key: &Key) -> Span {
        let start = self.offset(key.at);
        let end = self.end.min(start + key.text.len());
        start..self.source.floor_char_boundary(end).max(start)
    }

    /// The entries of a mapping, each key once and not too many of them.
    pub(super) fn once<'n>(&mut self, entries: &'n [(Key, Rc<Node>)]) -> Vec<(&'n Key, &'n Node)> {
        let mut known = HashSet::new();
        let mut kept = Vec::new();
        for (key, value) in entries.iter().take(LIST_MAX) {
            if known.insert(key.text.as_str()) {
                kept.push((key, value.as_ref()));
            } else {
                let problem = format!("the key `{}` stands there twice", quoted(&key.text));
                self.report(Code::FrontYaml, |reader| reader.key_span(key), vec![("problem", problem)]);
            }
        }
        if let Some((key, _)) = entries.get(LIST_MAX) {
            let problem = format!("there are more than {LIST_MAX} keys");
            self.report(Code::FrontYaml, |reader| reader.key_span(key), vec![("problem", problem)]);
        }
        kept
    }

    /// One value. A key without one is as good as none.
    pub(super) fn one<T>(&mut self, key: &str, node: &Node, expected: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        if node.is_null() {
            return None;
        }
        let value = scalar(node).and_then(read);
        if value.is_none() {
            self.wrong(key, expected, node);
        }
        value
    }

    /// Values of a list. One alone may stand there without brackets.
    pub(super) fn many<T>(&mut self, key: &str, node: &Node, expected: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let items: Vec<&Node> = match &node.kind {
            _ if node.is_null() => Vec::new(),
            Kind::Scalar { .. } => vec![node],
            Kind::List(items) => items.iter().map(Rc::as_ref).collect(),
            Kind::Map(_) => {
                self.wrong(key, expected, node);
                Vec::new()
            }
        };
        let mut values = Vec::new();
        for item in items.iter().take(LIST_MAX) {
            match scalar(item).and_then(&read) {
                Some(value) => values.push(value),
                None => self.wrong(key, expected, item),
            }
        }
        if let Some(item) = items.get(LIST_MAX) {
            self.wrong(key, &format!("≤ {LIST_MAX}"), item);
        }
        values
    }

    /// `text`, or `{ ja: text, en: text }`, of which one may be missing.
    pub(super) fn localized(&mut self, key: &str, node: &Node) -> Option<LocalizedText> {
        const EXPECTED: &str = "text | { ja: text, en: text }";
        let title = |text: &str| line(text, TITLE_CHARS_MAX);
        let Kind::Map(entries) = &node.kind else {
            return self.one(key, node, EXPECTED, title).map(LocalizedText::Same);
        };
        let (mut ja, mut en) = (None, None);
        for (language, text) in self.once(entries) {
            match language.text.as_str() {
                "ja" => ja = self.one(key, text, EXPECTED, title),
                "en" => en = self.one(key, text, EXPECTED, title),
                other => self.unknown(&format!("{key}.{other}"), language),
            }
        }
        match (ja, en) {
            (Some(ja), Some(en)) => Some(LocalizedText::Each { ja, en }),
            (Some(text), None) | (None, Some(text)) => Some(LocalizedText::Same(text)),
            (None, None) => {
                self.wrong(key, EXPECTED, node);
                None
            }
        }
    }
}
