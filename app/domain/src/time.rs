//! Points and spans on the one time line that everything is stored on: UTC, in whole milliseconds.
//!
//! There is no `now()` here; whoever needs the present is handed it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// 9999-12-30T22:00:00Z, the last moment `jiff` can show in every zone.
const LAST_SHOWN_MS: i64 = 253_402_207_200_000;

impl Timestamp {
    /// The moment `ms` milliseconds after the Unix epoch.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment plus `span`, stopping at the end of the representable range.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment minus `span`, stopping at the start of the representable range.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same moment for calendar arithmetic. Moments outside the years `jiff` knows are moved to its nearest end.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.clamp(-LAST_SHOWN_MS / 2, LAST_SHOWN_MS)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// From calendar arithmetic, rounded down to the millisecond.
    pub fn from_jiff(at: jiff::Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds, e.g. `2026-04-12T03:04:05.678Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}

/// A half-open span `[from, until)`; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    from: Timestamp,
    until: Timestamp,
}

impl TimeRange {
    /// The span from `from` to `until`; empty when `until` is not after `from`.
    pub fn new(from: Timestamp, until: Timestamp) -> Self {
        Self { from, until: until.max(from) }
    }

    /// First moment inside.
    pub const fn from(self) -> Timestamp {
        self.from
    }

    /// First moment after.
    pub const fn until(self) -> Timestamp {
        self.until
    }

    /// Length in milliseconds.
    pub const fn ms(self) -> u64 {
        (self.until.0 - self.from.0).unsigned_abs()
    }

    /// True when nothing is inside.
    pub fn is_empty(self) -> bool {
        self.from == self.until
    }

    /// What both spans cover.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self::new(self.from.max(other.from), self.until.min(other.until))
    }
}

/// A point and what begins there: the element of every piecewise constant history in this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change<S> {
    /// When `state` begins.
    pub at: Timestamp,
    /// What holds from `at` on.
    pub state: S,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_shown_in_rfc_3339_with_milliseconds() {
        assert_eq!(Timestamp::from_ms(1_776_000_000_042).to_string(), "2026-04-12T13:20:00.042Z");
    }

    #[test]
    fn a_range_is_never_negative() {
        let range = TimeRange::new(Timestamp::from_ms(10), Timestamp::from_ms(5));
        assert!(range.is_empty());
        assert_eq!(range.ms(), 0);
    }
}
