//! What a condition is once it has been read.

use super::glob::Glob;
use super::value::Value;

/// The placeholders that an HTTP probe can fill.
pub(super) const PLACEHOLDERS: [&str; 6] =
    ["[STATUS]", "[RESPONSE_TIME]", "[IP]", "[CONNECTED]", "[CERTIFICATE_EXPIRATION]", "[BODY]"];

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Compare { left: Operand, operator: Operator, right: Operand },
    OneOf { operand: Operand, choices: Vec<Choice>, is_negated: bool },
}

impl Test {
    pub(super) fn any_side(&self, is_so: impl Fn(&What) -> bool) -> bool {
        match self {
            Self::Compare { left, right, .. } => is_so(&left.what) || is_so(&right.what),
            Self::OneOf { operand, .. } => is_so(&operand.what),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Operator {
    /// The longer before those they begin with.
    pub(super) const ALL: [Self; 6] = [Self::Equal, Self::NotEqual, Self::AtMost, Self::AtLeast, Self::Less, Self::Greater];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    pub(super) const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

/// A side that has one value, with the text it was written as.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operand {
    pub(super) source: String,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Status,
    ResponseTime,
    Ip,
    Connected,
    CertificateExpiration,
    /// The value at a path; with no steps the whole text.
    Body(Vec<Step>),
    Len(Vec<Step>),
    Has(Vec<Step>),
    Literal(Value<'static>),
}

impl What {
    pub(super) const fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }

    pub(super) const fn needs_body(&self) -> bool {
        matches!(self, Self::Body(_) | Self::Len(_) | Self::Has(_))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    Literal(Value<'static>),
    Pattern(Glob),
}
