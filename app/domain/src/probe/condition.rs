//! What an HTTP answer must be: the condition language of Gatus, such as `[STATUS] == 200` or `len([BODY].items) > 0`.
//!
//! A condition is read once, when the configuration is loaded, and every mistake that can be seen without an answer is refused then,
//! with the column it stands in. Afterwards [`Condition::check`] holds it against what one execution saw ([`Seen`]).
//!
//! A condition is two sides with one operator (`==`, `!=`, `<`, `<=`, `>`, `>=`) between them. A side is
//! - a placeholder: `[STATUS]`, `[RESPONSE_TIME]` (milliseconds), `[IP]`, `[CONNECTED]`, `[CERTIFICATE_EXPIRATION]` (time left),
//!   `[BODY]` (the text, without white space around it) or a path into it read as JSON, `[BODY].a.b[0].c`;
//! - `len([BODY].path)`: entries of an array or object, characters of a string or of the whole body;
//! - `has([BODY].path)`: whether the path exists, even if `null` stands there;
//! - a literal: `200`, `-1.5`, `1h30m`, `true`, `null`, `UP`, `"in quotes"` (with `\"` and `\\`);
//! - `pat(web-*)`, a glob with `*` and `?`, or `any(200, pat(3*))`, a list of literals and globs; both only with `==` and `!=`.
//!
//! Whatever is missing makes a condition unmet, with `!=` too: "the version is not 1" says nothing about an answer without a version.
//! Only `has` may ask. Numbers are compared as numbers, also with a JSON string that looks like one; a literal in quotes is only
//! ever text.

mod duration;
mod error;
mod evaluate;
mod glob;
mod model;
mod parse;
mod piece;
mod seen;
mod sense;
mod show;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;
use std::str::FromStr;

pub use self::error::{ConditionError, ConditionProblem, Unmet, UnmetReason};
use self::model::{Test, What};
pub use self::seen::{Body, Seen};

/// Longest condition, in characters.
pub const CONDITION_CHARS_MAX: usize = 1000;
/// Most names and indexes in the path of one `[BODY]`.
pub const PATH_STEPS_MAX: usize = 32;
/// Most characters that are shown of a value that was found.
pub const SHOWN_CHARS_MAX: usize = 80;

/// One condition, already parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    source: String,
    test: Test,
}

impl Condition {
    /// The condition's text, without white space around it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// True when the answer's body must be read.
    pub fn needs_body(&self) -> bool {
        self.test.any_side(What::needs_body)
    }

    /// True when it asks for the certificate, hence can only be met over TLS.
    pub fn needs_certificate(&self) -> bool {
        self.test.any_side(|what| *what == What::CertificateExpiration)
    }

    /// Holds the condition against what was seen.
    pub fn check(&self, seen: &Seen<'_>) -> Result<(), Unmet> {
        self.test.check(seen).map_err(|reason| Unmet { condition: show::printable(&self.source).collect(), reason })
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        Ok(Self { source: text.trim().to_owned(), test: parse::parse(text)? })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}
