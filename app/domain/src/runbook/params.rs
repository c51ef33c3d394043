//! Parameters: values that commands are filled in with. They come from labels of alerts, from the configuration or from people, so they are
//! hostile until they were checked, and they are quoted wherever a shell would see more in them than a word.
//!
//! Code map: this file has what a parameter is and which values are taken; [`fill`] puts them into commands, [`place`] knows where in a
//! shell command a placeholder stands.

mod fill;
mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use regex_lite::{Regex, RegexBuilder};
use thiserror::Error;

pub use self::fill::{Piece, copyable, fill, used};
use super::Span;
use crate::text::LocalizedText;
use crate::words::words;

/// What a value looks like when its parameter has no pattern: a host, a path, a URL, a name. None that a command takes for an option.
pub const DEFAULT_PATTERN: &str = "^[A-Za-z0-9._:/@][A-Za-z0-9._:/@-]{0,127}$";
/// Longest value of that kind, in characters.
const PLAIN_CHARS_MAX: usize = 128;
/// Longest pattern, in characters.
pub const PATTERN_CHARS_MAX: usize = 200;
/// Longest value, in characters. A list of URLs is the longest that ships.
pub const VALUE_CHARS_MAX: usize = 1_000;
/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 32;
/// Longest name of a label, in characters.
const LABEL_CHARS_MAX: usize = 100;
/// Memory for one compiled pattern, in bytes: `{1,400}` of a class needs a tenth of it.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A value that is needed to follow a runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name, as it stands in `{{name}}`.
    pub name: String,
    /// Its name for people.
    pub label: Option<LocalizedText>,
    /// Where its value is taken from by itself.
    pub from: Option<Source>,
    /// Its value when nothing better is known.
    pub default: Option<String>,
    /// What its values look like; none: as [`DEFAULT_PATTERN`] says.
    pub pattern: Option<Pattern>,
    /// A run is to ask for it.
    pub is_required: bool,
    /// It is set in one's own shell and never comes here.
    pub is_secret: bool,
    /// Where it stands in the source.
    pub span: Span,
}

impl Param {
    /// The environment variable that stands for it when it is secret.
    pub fn variable(&self) -> String {
        self.name.to_ascii_uppercase().replace('-', "_")
    }
}

/// True for what may stand between the braces: ASCII letters, digits, `_` and `-`, not beginning with a digit or hyphen.
pub fn is_name(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.len() <= NAME_CHARS_MAX
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(is_allowed)
}

/// What values look like. It always speaks of the whole value, with or without `^` and `$`.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    whole: Regex,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Longer than [`PATTERN_CHARS_MAX`].
    #[error("a pattern has at most {PATTERN_CHARS_MAX} characters")]
    Long,
    /// No regular expression, or one that needs too much memory.
    #[error("{0}")]
    Invalid(String),
}

impl Pattern {
    /// A pattern with this source.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        if source.chars().count() > PATTERN_CHARS_MAX {
            return Err(PatternError::Long);
        }
        let compiled = |source: &str| RegexBuilder::new(source).size_limit(PATTERN_BYTES_MAX).build();
        // Alone first: `a)|(b` is no pattern, though it is one with parentheses around it.
        let whole = compiled(source).and_then(|_| compiled(&format!("^(?:{source})$")));
        let whole = whole.map_err(|error| PatternError::Invalid(error.to_string()))?;
        Ok(Self { source: source.to_owned(), whole })
    }

    /// Its source.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// True when the whole value looks like that.
    pub fn is_match(&self, value: &str) -> bool {
        self.whole.is_match(value)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// Where a value is taken from by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `labels.<name>`: a label of the alert.
    Label(String),
    /// `component.<field>`: the component that is in trouble.
    Component(ComponentField),
    /// `incident.number`
    IncidentNumber,
    /// `site.url`
    SiteUrl,
}

/// Why a text names no source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("values come from `labels.<name>`, `component.slug|name|group|host|port|url|probe`, `incident.number` or `site.url`")]
pub struct SourceError;

words! {
    /// What of a component may be a value.
    ComponentField {
        /// Its slug.
        Slug = "slug",
        /// Its name.
        Name = "name",
        /// The slug of its group.
        Group = "group",
        /// The host that its first probe of HTTP or TCP asks.
        Host = "host",
        /// The port of that probe.
        Port = "port",
        /// The URL of that probe.
        Url = "url",
        /// The slug of its first probe.
        Probe = "probe",
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let (place, name) = text.split_once('.').ok_or(SourceError)?;
        match (place, name) {
            ("labels", name) if is_label(name) => Ok(Self::Label(name.to_owned())),
            ("component", name) => ComponentField::from_name(name).map(Self::Component).ok_or(SourceError),
            ("incident", "number") => Ok(Self::IncidentNumber),
            ("site", "url") => Ok(Self::SiteUrl),
            _ => Err(SourceError),
        }
    }
}

/// The name of a label, as Prometheus has them.
fn is_label(text: &str) -> bool {
    text.len() <= LABEL_CHARS_MAX
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(name) => write!(f, "labels.{name}"),
            Self::Component(field) => write!(f, "component.{}", field.name()),
            Self::IncidentNumber => f.write_str("incident.number"),
            Self::SiteUrl => f.write_str("site.url"),
        }
    }
}

/// What is known when a run begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Labels of the alert.
    pub labels: BTreeMap<String, String>,
    /// The component.
    pub component: BTreeMap<ComponentField, String>,
    /// The number of the incident.
    pub incident: Option<i64>,
    /// The address of the site.
    pub site_url: Option<String>,
}

impl Facts {
    /// What `source` names, unless it is not known or empty.
    fn value(&self, source: &Source) -> Option<String> {
        let value = match source {
            Source::Label(name) => self.labels.get(name).cloned(),
            Source::Component(field) => self.component.get(field).cloned(),
            Source::IncidentNumber => self.incident.map(|number| number.to_string()),
            Source::SiteUrl => self.site_url.clone(),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// Values by the names of their parameters.
pub type Values = BTreeMap<String, String>;

/// Why a value is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParamError {
    /// It does not look as its parameter says.
    #[error("the value does not look as the runbook says")]
    Pattern,
    /// There is a line break or something else in it that nobody sees.
    #[error("the value has a line break or another invisible character in it")]
    Control,
    /// Longer than [`VALUE_CHARS_MAX`].
    #[error("a value has at most {VALUE_CHARS_MAX} characters")]
    Long,
}

/// The values that are known by themselves. A value that was found and is not fit is left out, not replaced by the default: the default would
/// be another machine than the one that is in trouble.
pub fn collect(params: &[Param], facts: &Facts) -> Values {
    let open = params.iter().filter(|param| !param.is_secret);
    let known = open.filter_map(|param| {
        let found = param.from.as_ref().and_then(|source| facts.value(source));
        let value = found.or_else(|| param.default.clone())?;
        check(param, &value).ok().map(|()| (param.name.clone(), value))
    });
    known.collect()
}

/// Whether a parameter takes this value.
pub fn check(param: &Param, value: &str) -> Result<(), ParamError> {
    if value.chars().any(is_invisible) {
        return Err(ParamError::Control);
    }
    if value.chars().count() > VALUE_CHARS_MAX {
        return Err(ParamError::Long);
    }
    let is_match = param.pattern.as_ref().map_or_else(|| is_plain(value), |pattern| pattern.is_match(value));
    if is_match { Ok(()) } else { Err(ParamError::Pattern) }
}

/// Characters that break a line, or that make a command look like another one.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// The same as [`DEFAULT_PATTERN`]. Such a value is one word to a shell, and the same within quotes and without.
fn is_plain(value: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._:/@-".contains(c);
    (1..=PLAIN_CHARS_MAX).contains(&value.len()) && !value.starts_with('-') && value.chars().all(is_allowed)
}

/// A value as one word for a POSIX shell: as it is where that is one, else in single quotes.
pub fn quoted(value: &str) -> String {
    if is_plain(value) { value.to_owned() } else { in_quotes(value) }
}

/// A single quote ends the quotes, stands there escaped, and begins them anew.
fn in_quotes(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
