//! Types of alerts: what kind of trouble something is. A type has matchers on labels; of all types that match, the most particular one is
//! meant, so that every alert has exactly one or none.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use regex_lite::{Regex, RegexBuilder};
use thiserror::Error;

use super::label::{ALERT_NAME, LABEL_CHARS_MAX, NAME_CHARS_MAX, Pairs};
use crate::incident::work::{AutoIncident, Severity};
use crate::runbook::front_matter::alert_key;
use crate::text::{LocalizedText, Slug};
use crate::time::Timestamp;

/// Largest compiled pattern, in bytes: what somebody writes into a configuration must not cost memory without bounds.
const PATTERN_BYTES_MAX: usize = 64 * 1024;

/// How a matcher compares.
#[derive(Clone, Debug)]
enum Operator {
    Equal(String),
    NotEqual(String),
    Like(Regex),
    NotLike(Regex),
}

/// A condition on one label, written as in Alertmanager: `severity="critical"`, `cluster!="test"`, `instance=~"db-.*"`, `job!~"batch|test"`.
/// A label that is not there has the empty value. Patterns hold for the whole value.
#[derive(Clone, Debug)]
pub struct Matcher {
    label: String,
    operator: Operator,
    /// As it was written, in its usual form.
    text: String,
}

/// Why a text is no matcher.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MatcherError {
    /// No operator in it.
    #[error("it needs one of =, !=, =~, !~ between a label and a value, as in severity=\"critical\"")]
    Operator,
    /// No name before the operator, or too long a one.
    #[error("the name of a label has 1 to {NAME_CHARS_MAX} characters")]
    Label,
    /// A quote that does not end, or text behind it.
    #[error("the value must be in one pair of quotes, or in none")]
    Quotes,
    /// Too long.
    #[error("a value has at most {LABEL_CHARS_MAX} characters")]
    Value,
    /// No regular expression.
    #[error("the pattern cannot be read: {0}")]
    Pattern(String),
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Matcher {}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Matcher {
    /// One for exactly this value.
    pub fn equal(label: &str, value: &str) -> Self {
        let text = format!("{label}={value:?}");
        Self { label: label.to_owned(), operator: Operator::Equal(value.to_owned()), text }
    }

    /// True for these labels.
    pub fn matches(&self, labels: &Pairs) -> bool {
        let value = labels.get(&self.label).unwrap_or_default();
        match &self.operator {
            Operator::Equal(wanted) => value == wanted,
            Operator::NotEqual(wanted) => value != wanted,
            Operator::Like(pattern) => pattern.is_match(value),
            Operator::NotLike(pattern) => !pattern.is_match(value),
        }
    }
}

/// The value between quotes, with `\"`, `\\` and `\n` as in Alertmanager; without quotes as it is.
fn unquoted(text: &str) -> Result<String, MatcherError> {
    let Some(inner) = text.strip_prefix('"') else {
        return if text.contains('"') { Err(MatcherError::Quotes) } else { Ok(text.to_owned()) };
    };
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    loop {
        match chars.next() {
            None => return Err(MatcherError::Quotes),
            Some('"') => return if chars.as_str().is_empty() { Ok(value) } else { Err(MatcherError::Quotes) },
            Some('\\') => match chars.next() {
                Some('n') => value.push('\n'),
                Some(c @ ('"' | '\\')) => value.push(c),
                // What means nothing here may mean something in a pattern.
                Some(c) => value.extend(['\\', c]),
                None => return Err(MatcherError::Quotes),
            },
            Some(c) => value.push(c),
        }
    }
}

fn pattern(value: &str) -> Result<Regex, MatcherError> {
    let built = RegexBuilder::new(&format!("^(?:{value})$")).size_limit(PATTERN_BYTES_MAX).dot_matches_new_line(true).build();
    built.map_err(|error| MatcherError::Pattern(error.to_string()))
}

impl FromStr for Matcher {
    type Err = MatcherError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let at = text.find(['=', '!']).ok_or(MatcherError::Operator)?;
        let (label, rest) = (text[..at].trim(), &text[at..]);
        let sign = ["=~", "!~", "!=", "="].into_iter().find(|sign| rest.starts_with(sign)).ok_or(MatcherError::Operator)?;
        if label.is_empty() || label.chars().count() > NAME_CHARS_MAX {
            return Err(MatcherError::Label);
        }
        let value = unquoted(rest[sign.len()..].trim())?;
        if value.chars().count() > LABEL_CHARS_MAX {
            return Err(MatcherError::Value);
        }
        let text = format!("{label}{sign}\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
        let operator = match sign {
            "=~" => Operator::Like(pattern(&value)?),
            "!~" => Operator::NotLike(pattern(&value)?),
            "!=" => Operator::NotEqual(value),
            _ => Operator::Equal(value),
        };
        Ok(Self { label: label.to_owned(), operator, text })
    }
}

/// Which component an alert is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentRule {
    /// This one, always.
    Fixed(Slug),
    /// The one whose slug stands in the first of these labels that names one.
    Label(Vec<String>),
}

impl Default for ComponentRule {
    /// Labels in which others say what it is about.
    fn default() -> Self {
        Self::Label(["component", "service", "job"].map(str::to_owned).to_vec())
    }
}

impl ComponentRule {
    /// The component, if it is one that `is_known`.
    pub fn component(&self, labels: &Pairs, is_known: impl Fn(&Slug) -> bool) -> Option<Slug> {
        match self {
            Self::Fixed(slug) => is_known(slug).then(|| slug.clone()),
            Self::Label(names) => {
                let values = names.iter().filter_map(|name| labels.get(name));
                values.filter_map(|value| value.to_lowercase().parse().ok()).find(is_known)
            }
        }
    }
}

/// Why a type may be without a runbook, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Why, in somebody's words.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
}

/// A kind of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertType {
    /// Its name in addresses and in the configuration.
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
    /// What alerts of it are called, as [`alert_key`] writes names; empty: whatever they are called.
    pub names: BTreeSet<String>,
    /// All of them must hold. Without any and without names nothing matches: such a type is for probes, and for people who raise it by hand.
    pub matchers: Vec<Matcher>,
    /// How grave it is; none: as the label `severity` says.
    pub severity: Option<Severity>,
    /// What it is about.
    pub component: ComponentRule,
    /// The runbook for it.
    pub runbook: Option<Slug>,
    /// Why it has none.
    pub waiver: Option<Waiver>,
    /// What it does to incidents.
    pub incident: AutoIncident,
}

impl AlertType {
    /// True when it has one of its names and all matchers hold.
    pub fn matches(&self, labels: &Pairs) -> bool {
        let is_named = || labels.get(ALERT_NAME).is_some_and(|name| self.names.contains(&alert_key(name)));
        self.conditions() > 0
            && (self.names.is_empty() || is_named())
            && self.matchers.iter().all(|matcher| matcher.matches(labels))
    }

    /// How much it takes to be of this type: the more, the more particular it is.
    fn conditions(&self) -> usize {
        self.matchers.len() + usize::from(!self.names.is_empty())
    }
}

/// The type of an alert with these labels: of those that match, the one with the most conditions; of several, the first by slug.
pub fn of<'t>(types: &'t [AlertType], labels: &Pairs) -> Option<&'t AlertType> {
    types.iter().filter(|kind| kind.matches(labels)).min_by_key(|kind| (Reverse(kind.conditions()), &kind.slug))
}

/// How grave something is by a label, in the words that are usual with Prometheus, and in ours. None: it says nothing that is known.
pub fn severity_of(word: &str) -> Option<Severity> {
    let word = word.trim().to_lowercase();
    Severity::from_name(&word).or(match word.as_str() {
        "critical" | "emergency" | "page" | "p1" | "fatal" => Some(Severity::Sev1),
        "error" | "major" | "high" | "p2" => Some(Severity::Sev2),
        "warning" | "warn" | "minor" | "medium" | "p3" => Some(Severity::Sev3),
        "info" | "low" | "none" | "notice" | "p4" | "p5" => Some(Severity::Sev4),
        _ => None,
    })
}
