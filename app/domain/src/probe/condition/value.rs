//! Values, written in a condition or found in an answer, and how two of them compare.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value as Json;

use super::duration::parse_duration;
use super::show::shown;

/// A value and what it may be compared as.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) kind: Kind,
}

/// What a value may be compared as, beside its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Number(Number),
    /// A measured time in microseconds: beside a bare number it counts milliseconds.
    Elapsed(i128),
    /// A span with a unit, in microseconds.
    Duration(i128),
    Bool,
    Null,
    /// A text that may look like a number or a duration.
    Text,
    /// A text that must not be taken for anything else.
    Quoted,
}

impl<'a> Value<'a> {
    pub(super) fn new(text: impl Into<Cow<'a, str>>, kind: Kind) -> Self {
        Self { text: text.into(), kind }
    }

    pub(super) fn bool(value: bool) -> Self {
        Self::new(if value { "true" } else { "false" }, Kind::Bool)
    }

    pub(super) fn count(count: usize) -> Self {
        Self::new(count.to_string(), Kind::Number(Number::Whole(count as i128)))
    }

    pub(super) fn json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::new("null", Kind::Null),
            Json::Bool(value) => Self::bool(*value),
            Json::String(text) => Self::new(text, Kind::Text),
            Json::Number(number) => {
                let known = number.as_i128().map(Number::Whole).or_else(|| number.as_f64().map(Number::Decimal));
                Self::new(number.to_string(), known.map_or(Kind::Text, Kind::Number))
            }
            // Arrays and objects are their compact JSON, and nothing but text.
            Json::Array(_) | Json::Object(_) => Self::new(json.to_string(), Kind::Quoted),
        }
    }

    /// The same without a copy of the text.
    pub(super) fn borrowed(&'a self) -> Self {
        Self::new(&*self.text, self.kind)
    }

    /// The number or span this is or looks like.
    fn measure(&self) -> Option<Kind> {
        match self.kind {
            Kind::Number(_) | Kind::Elapsed(_) | Kind::Duration(_) => Some(self.kind),
            Kind::Text => Kind::of_measure(&self.text),
            Kind::Bool | Kind::Null | Kind::Quoted => None,
        }
    }

    pub(super) fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self.measure()?, other.measure()?) {
            (Kind::Number(left), Kind::Number(right)) => left.compare(right),
            (Kind::Elapsed(left) | Kind::Duration(left), Kind::Elapsed(right) | Kind::Duration(right)) => Some(left.cmp(&right)),
            (Kind::Elapsed(left), Kind::Number(right)) => Number::Whole(left).compare(right.times_1000()),
            (Kind::Number(left), Kind::Elapsed(right)) => left.times_1000().compare(Number::Whole(right)),
            _ => None,
        }
    }

    pub(super) fn equals(&self, other: &Value<'_>) -> bool {
        match (self.kind, other.kind) {
            (Kind::Null, _) | (_, Kind::Null) => self.kind == other.kind,
            // Two texts are equal only as texts: of the versions 1.1 and 1.10 nobody said that they are numbers.
            (Kind::Text, Kind::Text) => self.text == other.text,
            _ => self.compare(other).map_or_else(|| self.text == other.text, Ordering::is_eq),
        }
    }

    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::Elapsed(_) => format!("{} ms", self.text),
            _ => shown(&self.text),
        }
    }
}

impl Kind {
    /// The number or span that `text` looks like.
    pub(super) fn of_measure(text: &str) -> Option<Self> {
        parse_number(text).map(Self::Number).or_else(|| parse_duration(text).map(Self::Duration))
    }
}

/// Whole numbers are kept exact, since ids in JSON are often larger than what an `f64` can hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Whole(i128),
    Decimal(f64),
}

impl Number {
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => Some(left.cmp(&right)),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }

    const fn as_f64(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Decimal(number) => number,
        }
    }

    fn times_1000(self) -> Self {
        match self {
            Self::Whole(number) => Self::Whole(number.saturating_mul(1000)),
            Self::Decimal(number) => Self::Decimal(number * 1000.0),
        }
    }
}

/// `12`, `-3`, `0.25`. No exponents, no `inf`: those are more likely words than numbers.
pub(super) fn parse_number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !fraction.is_none_or(are_digits) {
        return None;
    }
    match (fraction, text.parse()) {
        (None, Ok(number)) => Some(Number::Whole(number)),
        _ => text.parse().ok().map(Number::Decimal),
    }
}
