//! The head of a runbook: YAML between two `---` lines at the very beginning of the file. What is wrong in it is told, and the rest is read.
//!
//! Code map: this file has what a head says and which keys there are; [`reader`] reads the values that they share, [`param`] parameters.

mod param;
mod reader;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::time::Duration;

use self::reader::{Reader, line, scalar};
use super::comment::duration;
use super::lint::{Code, Finding};
use super::params::Param;
use super::{Need, Span};
use crate::incident::work::Severity;
use crate::text::{Language, LocalizedText, Slug};
use crate::yaml::{self, Kind, Node};

/// Longest head, in bytes: several times the longest that ships.
const BYTES_MAX: usize = 64 * 1024;
/// Most keys that are kept without being known.
const UNKNOWN_MAX: usize = 50;
/// Longest name of an alert, an owner or a product, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Keys of neighbours, Hugo and Runme (whose `title` is ours too). They mean nothing here and harm nobody.
const NEIGHBOURS: [&str; 5] = ["weight", "draft", "runme", "shell", "cwd"];
/// The line above and below the head.
const FENCE: &str = "---";

const SLUG: &str = "a-z 0-9 -";
const DURATION: &str = "90d";
const TEXT: &str = "text";

/// What a head says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// `id`: the slug of the runbook.
    pub id: Option<Slug>,
    /// `title`
    pub title: Option<LocalizedText>,
    /// `lang`: the language of the text.
    pub language: Option<Language>,
    /// `alerts`: names of alerts that lead here, as written.
    pub alerts: Vec<String>,
    /// `components` that it is for; none: any.
    pub components: Vec<Slug>,
    /// `severity_hint`
    pub severity_hint: Option<Severity>,
    /// `style`
    pub style: Style,
    /// `needs`
    pub needs: Vec<Need>,
    /// `applies_to`: product and versions.
    pub applies_to: Vec<(String, String)>,
    /// `owner`
    pub owner: Option<String>,
    /// `review_every`
    pub review_every: Option<Duration>,
    /// `drill_every`
    pub drill_every: Option<Duration>,
    /// `params`
    pub params: Vec<Param>,
    /// `estimated`: how long it takes.
    pub estimated: Option<Duration>,
    /// `visibility: public`
    pub is_public: bool,
    /// `offered`: in which incidents it is offered without an alert.
    pub offered: Vec<Offer>,
    /// `replaced_by`: the runbook to be followed instead.
    pub replaced_by: Option<Slug>,
    /// Keys that mean nothing.
    pub unknown: Vec<String>,
    /// Where it stands, with the lines around it; empty without one.
    pub span: Span,
}

/// How it is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Read a step, do it.
    #[default]
    ReadDo,
    /// Do it from memory, then confirm step by step.
    DoConfirm,
}

impl Style {
    /// Every style.
    pub const ALL: [Self; 2] = [Self::ReadDo, Self::DoConfirm];

    /// The name in sources and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadDo => "read-do",
            Self::DoConfirm => "do-confirm",
        }
    }
}

/// When a runbook is offered without an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// In incidents of this severity.
    Severity(Severity),
    /// In incidents that are over.
    Resolved,
}

impl Offer {
    fn from_name(name: &str) -> Option<Self> {
        if name == "resolved" { Some(Self::Resolved) } else { Severity::from_name(name).map(Self::Severity) }
    }
}

/// What an alert's name is compared by: writing it in capitals or with `_` makes no other alert of it.
pub fn alert_key(name: &str) -> String {
    name.trim().to_lowercase().replace('_', "-")
}

/// Where the YAML stands, if the source begins with a head, and where its body begins.
pub fn split(source: &str) -> (Option<Range<usize>>, usize) {
    let start = start(source);
    let line_end = |at: usize| source[at..].find('\n').map_or(source.len(), |end| at + end + 1);
    let is_fence = |line: &str| line.trim_end() == FENCE;
    let yaml = line_end(start);
    if !is_fence(&source[start..yaml]) {
        return (None, start);
    }
    let mut at = yaml;
    while at < source.len() {
        let end = line_end(at);
        if is_fence(&source[at..end]) {
            return (Some(yaml..at), end);
        }
        at = end;
    }
    (None, start)
}

/// Behind the mark that some editors put before everything.
fn start(source: &str) -> usize {
    source.len() - source.strip_prefix('\u{feff}').unwrap_or(source).len()
}

/// What the head says, and what is wrong with it.
pub fn read(source: &str) -> (FrontMatter, Vec<Finding>) {
    let (yaml, body) = split(source);
    let Some(yaml) = yaml else {
        return (FrontMatter::default(), vec![Finding::new(Code::FrontMissing, 0..0, Vec::new())]);
    };
    let mut front = FrontMatter { span: start(source)..body, ..FrontMatter::default() };
    let mut reader = Reader::new(source, yaml.clone());
    if yaml.len() > BYTES_MAX {
        reader.not_yaml(front.span.clone(), format!("it is longer than {BYTES_MAX} bytes"));
        return (front, reader.findings);
    }
    // The parser of YAML is somebody else's, and the text anybody's: should it ever give up, this file is at fault and not the server.
    let tree = std::panic::catch_unwind(|| yaml::parse(&source[yaml.clone()]));
    match tree {
        Ok(Ok(Some(root))) => take_root(&mut front, &mut reader, &root),
        Ok(Ok(None)) => reader.findings.push(Finding::new(Code::FrontMissing, front.span.clone(), Vec::new())),
        Ok(Err(error)) => {
            let at = reader.offset(error.at);
            let problem =
                error.expected.map_or(error.problem.clone(), |expected| format!("{}; expected: {expected}", error.problem));
            reader.not_yaml(at..at, problem);
        }
        Err(_) => reader.not_yaml(front.span.clone(), "it cannot be read".to_owned()),
    }
    (front, reader.findings)
}

fn take_root(front: &mut FrontMatter, reader: &mut Reader<'_>, root: &Node) {
    if root.is_null() {
        reader.findings.push(Finding::new(Code::FrontMissing, front.span.clone(), Vec::new()));
        return;
    }
    let Kind::Map(entries) = &root.kind else {
        let span = reader.span(root);
        reader.not_yaml(span, "it is not a list of keys with values".to_owned());
        return;
    };
    for (key, value) in reader.once(entries) {
        if !take(front, reader, &key.text, value) && !NEIGHBOURS.contains(&key.text.as_str()) {
            reader.unknown(&key.text, key);
            if front.unknown.len() < UNKNOWN_MAX {
                front.unknown.push(key.text.clone());
            }
        }
    }
}

/// Takes the value of a key. False: no such key is known.
fn take(front: &mut FrontMatter, reader: &mut Reader<'_>, key: &str, node: &Node) -> bool {
    match key {
        "id" => front.id = reader.one(key, node, SLUG, slug),
        "title" => front.title = reader.localized(key, node),
        "lang" => front.language = reader.one(key, node, "ja | en", Language::from_tag),
        "alerts" => front.alerts = reader.many(key, node, "[name, …]", name),
        "components" => front.components = reader.many(key, node, "[a-z 0-9 -, …]", slug),
        "severity_hint" => front.severity_hint = reader.one(key, node, "sev1 | sev2 | sev3 | sev4", Severity::from_name),
        "style" => front.style = reader.one(key, node, "read-do | do-confirm", style).unwrap_or_default(),
        "needs" => front.needs = reader.many(key, node, "[vpn, ssh, console, lan, physical, phone-ok]", need),
        "applies_to" => front.applies_to = applies_to(reader, node),
        "owner" => front.owner = reader.one(key, node, TEXT, name),
        "review_every" => front.review_every = reader.one(key, node, DURATION, duration::parse),
        "drill_every" => front.drill_every = reader.one(key, node, DURATION, duration::parse),
        "params" => front.params = param::params(reader, node),
        "estimated" => front.estimated = reader.one(key, node, "30m", duration::parse),
        "visibility" => front.is_public = reader.one(key, node, "public | internal", is_public).unwrap_or_default(),
        "offered" => front.offered = reader.many(key, node, "[sev1, sev2, sev3, sev4, resolved]", Offer::from_name),
        "replaced_by" => front.replaced_by = reader.one(key, node, SLUG, slug),
        _ => return false,
    }
    true
}

fn slug(text: &str) -> Option<Slug> {
    text.parse().ok()
}

fn name(text: &str) -> Option<String> {
    line(text, NAME_CHARS_MAX)
}

fn style(text: &str) -> Option<Style> {
    Style::ALL.into_iter().find(|style| style.name() == text)
}

fn need(text: &str) -> Option<Need> {
    Need::ALL.into_iter().find(|need| need.name() == text)
}

fn is_public(text: &str) -> Option<bool> {
    match text {
        "public" => Some(true),
        "internal" => Some(false),
        _ => None,
    }
}

/// `{ kubernetes: ">=1.28" }`
fn applies_to(reader: &mut Reader<'_>, node: &Node) -> Vec<(String, String)> {
    const KEY: &str = "applies_to";
    const EXPECTED: &str = "{ name: \">=1.2\", … }";
    if node.is_null() {
        return Vec::new();
    }
    let Kind::Map(entries) = &node.kind else {
        reader.wrong(KEY, EXPECTED, node);
        return Vec::new();
    };
    let mut all = Vec::new();
    for (product, versions) in reader.once(entries) {
        match (name(&product.text), scalar(versions).and_then(name)) {
            (Some(product), Some(versions)) => all.push((product, versions)),
            _ => reader.wrong(KEY, EXPECTED, versions),
        }
    }
    all
}
