//! Planned work: when it is, how far it is, and which time it takes out of the uptime.
//!
//! A plan is written as people plan: a local time in a zone, and how long the work takes. The start is local, so that "Sundays at
//! 02:00" stays at 02:00 when clocks change; the length is *elapsed* time, because work takes as long as it takes: two hours from
//! 01:30 on a night when clocks go forward end at 04:30 on the wall. A start that clocks leave out is as much later as they jump
//! (02:30 becomes 03:30); one that comes twice is the first of the two.
//!
//! A recurrence is kept as the text of its rule. Its form is checked here; what it means is known only where it is expanded.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::incident::MaintenanceStatus;
use crate::time::{TimeRange, Timestamp};

/// Shortest planned work. What is over sooner needs no announcement.
pub const DURATION_MIN: Duration = Duration::from_secs(5 * 60);
/// Longest planned work. What takes longer is several works, or no maintenance any more.
pub const DURATION_MAX: Duration = Duration::from_secs(7 * 24 * 3600);
/// Years in which planned work may begin: those in which every zone and every later step of the arithmetic is at home.
pub const START_YEARS: RangeInclusive<i16> = 1970..=9000;
/// Longest rule, in characters. With every hour, every day of the month and every month in it a rule has less than 250.
pub const RULE_CHARS_MAX: usize = 500;

const RULE_PREFIX: &str = "RRULE:";

/// Planned work, once or again and again. Only [`Plan::new`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    starts: DateTime,
    zone: TimeZone,
    zone_name: String,
    duration: Duration,
    recurrence: Option<Recurrence>,
}

/// Why work cannot be planned so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Shorter than [`DURATION_MIN`].
    #[error("planned work takes at least {} minutes, not {} s; let it end later", DURATION_MIN.as_secs() / 60, .0.as_secs())]
    TooShort(Duration),
    /// Longer than [`DURATION_MAX`].
    #[error("planned work takes at most {} hours, not {} s; plan it in parts", DURATION_MAX.as_secs() / 3600, .0.as_secs())]
    TooLong(Duration),
    /// A start or a duration with seconds.
    #[error("planned work begins at a whole minute and takes whole minutes; leave the seconds out")]
    Seconds,
    /// A start outside of [`START_YEARS`].
    #[error("planned work begins in the years {} to {}, not in {}", START_YEARS.start(), START_YEARS.end(), .0)]
    Year(i16),
    /// A zone that has no name, such as a fixed offset: it cannot be stored, and its clocks never change.
    #[error("the time zone has no IANA name; use one like `Europe/Berlin` or `UTC`")]
    NamelessZone,
}

impl Plan {
    /// Work that begins at `starts` in `zone` and takes `duration` of elapsed time; with a recurrence, each time.
    pub fn new(starts: DateTime, zone: TimeZone, duration: Duration, recurrence: Option<Recurrence>) -> Result<Self, PlanError> {
        if duration < DURATION_MIN {
            return Err(PlanError::TooShort(duration));
        }
        if duration > DURATION_MAX {
            return Err(PlanError::TooLong(duration));
        }
        let starts_at_minute = starts.second() == 0 && starts.subsec_nanosecond() == 0;
        let takes_minutes = duration.as_secs().is_multiple_of(60) && duration.subsec_nanos() == 0;
        if !starts_at_minute || !takes_minutes {
            return Err(PlanError::Seconds);
        }
        if !START_YEARS.contains(&starts.year()) {
            return Err(PlanError::Year(starts.year()));
        }
        let zone_name = zone.iana_name().ok_or(PlanError::NamelessZone)?.to_owned();
        Ok(Self { starts, zone, zone_name, duration, recurrence })
    }

    /// When it begins on the wall; with a recurrence, from when on the rule counts.
    pub const fn starts(&self) -> DateTime {
        self.starts
    }

    /// Whose wall.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The zone's IANA name.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// How long it takes, in elapsed time.
    pub const fn duration(&self) -> Duration {
        self.duration
    }

    /// How it comes again; `None` for work that is done once.
    pub const fn recurrence(&self) -> Option<&Recurrence> {
        self.recurrence.as_ref()
    }

    /// The window of work that is done once. Of work that comes again only the rule says when it comes first.
    pub fn first_window(&self) -> TimeRange {
        self.window_at(self.starts).expect("every local time of START_YEARS is a moment in every zone")
    }

    /// The window that begins at a local time; `None` at the end of the calendar.
    pub fn window_at(&self, local: DateTime) -> Option<TimeRange> {
        // Of a time that clocks leave out this takes the later reading, of one that comes twice the earlier.
        let from = Timestamp::from_jiff(self.zone.to_timestamp(local).ok()?);
        Some(TimeRange::new(from, from.plus(self.duration)))
    }
}

/// The rule by which work comes again: an RFC 5545 `RRULE` in upper case, without the name in front. It has the form of a rule,
/// no part twice, and says how often.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recurrence(String);

/// Why a text is not a rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleError {
    /// Nothing there.
    #[error("a rule must not be empty; write it like `FREQ=WEEKLY;BYDAY=SU`")]
    Empty,
    /// Longer than [`RULE_CHARS_MAX`].
    #[error("a rule has at most {RULE_CHARS_MAX} characters, this one has {0}")]
    TooLong(usize),
    /// Not `NAME=VALUE` with semicolons between.
    #[error("a rule consists of parts like `FREQ=WEEKLY` with semicolons between them, as in `FREQ=WEEKLY;BYDAY=SU`")]
    Shape,
    /// One part is there more than once.
    #[error("the rule has {0} twice; write its values behind each other, as in `BYDAY=MO,TH`")]
    Twice(String),
    /// How often is not said.
    #[error("the rule does not say how often; begin it with FREQ, as in `FREQ=WEEKLY;BYDAY=SU`")]
    NoFrequency,
}

impl Recurrence {
    /// The rule, without `RRULE:`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its parts, names and values, in the order in which they were written. No name comes twice.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split(';').filter_map(|part| part.split_once('='))
    }

    /// The value of one part.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.parts().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

impl FromStr for Recurrence {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim();
        let has_prefix = text.get(..RULE_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(RULE_PREFIX));
        let rule = if has_prefix { text[RULE_PREFIX.len()..].trim_start() } else { text };
        // Some programs end each part with a semicolon, the last one too.
        let rule = rule.trim_end_matches(';');
        if rule.is_empty() {
            return Err(RuleError::Empty);
        }
        let count = rule.chars().count();
        if count > RULE_CHARS_MAX {
            return Err(RuleError::TooLong(count));
        }
        let rule = rule.to_ascii_uppercase();
        let mut names = BTreeSet::new();
        for part in rule.split(';') {
            let (name, value) = part.split_once('=').ok_or(RuleError::Shape)?;
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase());
            let may_stand = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b',');
            if !is_name || value.is_empty() || !value.bytes().all(may_stand) {
                return Err(RuleError::Shape);
            }
            if !names.insert(name) {
                return Err(RuleError::Twice(name.to_owned()));
            }
        }
        if !names.contains("FREQ") {
            return Err(RuleError::NoFrequency);
        }
        Ok(Self(rule))
    }
}

/// How far the work of one window is, as far as the clock can say; that it is being looked over only a person can. Work that was
/// ended early is over from then on, and never began if that was before its window.
pub fn status_at(window: TimeRange, now: Timestamp, ended_early: Option<Timestamp>) -> MaintenanceStatus {
    let end = ended_early.map_or(window.until(), |at| at.min(window.until()));
    if now >= end {
        MaintenanceStatus::Completed
    } else if now >= window.from() {
        MaintenanceStatus::InProgress
    } else {
        MaintenanceStatus::Scheduled
    }
}

/// The same time in order and without overlaps: what [`crate::uptime::tally`] takes out. Windows that overlap or touch become
/// one, empty ones none.
pub fn merged(mut windows: Vec<TimeRange>) -> Vec<TimeRange> {
    windows.retain(|window| !window.is_empty());
    windows.sort_unstable_by_key(|window| window.from());
    let mut merged: Vec<TimeRange> = Vec::with_capacity(windows.len());
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.from() <= last.until() => {
                *last = TimeRange::new(last.from(), last.until().max(window.until()));
            }
            _ => merged.push(window),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
