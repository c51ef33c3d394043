//! Labels and annotations of alerts, as they come from anywhere: bounded, and otherwise as they are. Nothing here makes them safe to show or
//! to run; whoever does that has to.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most pairs that are kept.
pub const PAIRS_MAX: usize = 64;
/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 128;
/// Longest value of a label, in characters.
pub const LABEL_CHARS_MAX: usize = 1024;
/// Longest value of an annotation, in characters: some carry a whole description.
pub const ANNOTATION_CHARS_MAX: usize = 4096;
/// Longest identity that a source gives, in characters. Alertmanager's has 16.
pub const FINGERPRINT_CHARS_MAX: usize = 128;
/// The label that names an alert.
pub const ALERT_NAME: &str = "alertname";
/// The label that says how grave it is.
pub const SEVERITY: &str = "severity";
/// Kept before all others if there are too many.
const FIRST: [&str; 2] = [ALERT_NAME, SEVERITY];

/// Names and values, sorted by name; no value is empty. As many and as long as fit: what was too much is left out, and said by
/// [`Pairs::is_cut`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    pairs: BTreeMap<String, String>,
    is_cut: bool,
}

impl Pairs {
    /// Labels that fit. Empty ones are none, as in Prometheus.
    pub fn labels(given: BTreeMap<String, String>) -> Self {
        Self::fit(given, LABEL_CHARS_MAX)
    }

    /// Annotations that fit.
    pub fn annotations(given: BTreeMap<String, String>) -> Self {
        Self::fit(given, ANNOTATION_CHARS_MAX)
    }

    fn fit(given: BTreeMap<String, String>, chars_max: usize) -> Self {
        let mut is_cut = false;
        let mut pairs = BTreeMap::new();
        let (first, others): (Vec<_>, Vec<_>) =
            given.into_iter().filter(|(_, value)| !value.is_empty()).partition(|(name, _)| FIRST.contains(&name.as_str()));
        for (mut name, mut value) in first.into_iter().chain(others) {
            if pairs.len() == PAIRS_MAX {
                is_cut = true;
                break;
            }
            is_cut |= cut(&mut name, NAME_CHARS_MAX);
            is_cut |= cut(&mut value, chars_max);
            // Two names that are the same where they were cut: the first stays.
            pairs.entry(name).or_insert(value);
        }
        Self { pairs, is_cut }
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(String::as_str)
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// True when something was left out or cut short.
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// What is to be kept: the pairs.
    pub const fn as_map(&self) -> &BTreeMap<String, String> {
        &self.pairs
    }

    /// What was kept, as it was.
    pub const fn from_kept(pairs: BTreeMap<String, String>, is_cut: bool) -> Self {
        Self { pairs, is_cut }
    }
}

/// Leaves so many characters; true when there were more.
fn cut(text: &mut String, chars_max: usize) -> bool {
    let end = text.char_indices().nth(chars_max).map(|(at, _)| at);
    if let Some(end) = end {
        text.truncate(end);
    }
    end.is_some()
}

/// Which trouble it is, to its source: the same for every report of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

/// Why something is no identity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a fingerprint is 1 to {FINGERPRINT_CHARS_MAX} visible ASCII characters")]
pub struct FingerprintError;

impl Fingerprint {
    /// The one that Prometheus and Alertmanager compute from all labels: FNV-1a of 64 bits over names and values in the order of names, each
    /// followed by a byte 255, as 16 hexadecimal digits (`prometheus/common:model/signature.go`). So an alert is the same one whichever
    /// way it came.
    pub fn of<'l>(labels: impl IntoIterator<Item = (&'l str, &'l str)>) -> Self {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        const SEPARATOR: u8 = 255;
        let mut sorted: Vec<(&str, &str)> = labels.into_iter().collect();
        sorted.sort_unstable();
        let texts = sorted.into_iter().flat_map(|(name, value)| [name, value]);
        let bytes = texts.flat_map(|text| text.bytes().chain([SEPARATOR]));
        let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
        Self(format!("{hash:016x}"))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_good = (1..=FINGERPRINT_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_good { Ok(Self(text.to_owned())) } else { Err(FingerprintError) }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(Fingerprint(text): Fingerprint) -> Self {
        text
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
