//! Reads a timeline that was written elsewhere, line by line, so that people can look it over before it is kept.
//!
//! Code map: [`line`] takes one line apart; here it is found out on which day its time is.
//!
//! A day that was written is carried on to the lines below. Where the clock goes clearly backwards, midnight was crossed; where it goes
//! back a little, somebody wrote rows out of order. The order stays as written, and no line is dropped: what is not understood is said.

mod line;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use self::line::{Line, Row};
use super::when::day::Day;
use super::when::{is_too_late, is_too_long_ago, moment};
use super::work::Precision;
use crate::time::Timestamp;

/// Most rows that are taken at once: more than any timeline that was written by hand.
pub const LINES_MAX: usize = 2_000;

/// A clock that goes back by more than this has passed midnight.
const BACK_MAX: Duration = Duration::from_secs(6 * 3600);
/// Right after midnight was passed, a clock that goes on by more than this is from before it.
const ON_MAX: Duration = Duration::from_secs(23 * 3600);
/// Years before and after in which a day without a year is looked for: so many lie at most between two leap days.
const YEARS: i16 = 8;

/// A line that was pasted, and how it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedLine {
    /// Which line of the text it is, from 1, with blank lines counted.
    pub number: usize,
    /// The line as it was pasted.
    pub source: String,
    /// What it is.
    pub reading: Reading,
}

/// How a line is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Something that happened.
    Row {
        /// When.
        at: Timestamp,
        /// How exactly that was written.
        precision: Precision,
        /// What.
        body: String,
    },
    /// No row, and why not.
    Unreadable(PasteProblem),
}

/// Why a line is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PasteProblem {
    /// It does not begin with a time.
    NoTime,
    /// It begins with a time that no clock or calendar shows, or in a zone that means several.
    NoSuchTime,
    /// There is nothing but a time.
    NoText,
    /// It is a heading, or the day of what follows.
    Heading,
    /// The time is still to come.
    TooLate,
}

impl PasteProblem {
    /// The key of the message for people.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NoTime => "paste-no-time",
            Self::NoSuchTime => "paste-no-such-time",
            Self::NoText => "paste-no-text",
            Self::Heading => "paste-heading",
            Self::TooLate => "paste-too-late",
        }
    }
}

/// How many lines of `text` are not blank: as many as [`read`] gives.
pub fn lines(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty()).count()
}

/// Every line of `text` that is not blank, in order. Until a line has a day, it is `day`; clocks show the time of `zone` unless a line
/// names its own.
pub fn read(text: &str, day: Date, zone: &TimeZone, now: Timestamp) -> Vec<PastedLine> {
    let lines: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    let mut days = Days { day, last: None, is_after_midnight: false, zone, now };
    let nexts = lines.iter().skip(1).map(|(_, line)| Some(*line)).chain([None]);
    let pasted = lines.iter().zip(nexts).map(|((index, line), next)| {
        let reading = days.reading(Line::read(line, next)).unwrap_or_else(Reading::Unreadable);
        PastedLine { number: index + 1, source: (*line).to_owned(), reading }
    });
    pasted.collect()
}

/// Which day it is, while lines are read.
struct Days<'z> {
    /// The day of a row without one that follows no other row.
    day: Date,
    /// The row before, unless a day has been named since.
    last: Option<Timestamp>,
    /// True when its day was not written but came by midnight.
    is_after_midnight: bool,
    zone: &'z TimeZone,
    now: Timestamp,
}

impl Days<'_> {
    fn reading(&mut self, line: Line<'_>) -> Result<Reading, PasteProblem> {
        match line {
            Line::Row(row) => {
                let at = self.place(&row)?;
                if is_too_late(at, self.now) {
                    return Err(PasteProblem::TooLate);
                }
                if row.body.is_empty() {
                    return Err(PasteProblem::NoText);
                }
                Ok(Reading::Row { at, precision: row.precision, body: row.body.to_owned() })
            }
            Line::Day(day) => {
                self.day = self.date(day).ok_or(PasteProblem::NoSuchTime)?;
                self.last = None;
                self.is_after_midnight = false;
                Err(PasteProblem::Heading)
            }
            Line::Unreadable(problem) => Err(problem),
        }
    }

    /// The moment of a row, which those below go by.
    fn place(&mut self, row: &Row<'_>) -> Result<Timestamp, PasteProblem> {
        let zone = row.zone.as_ref().unwrap_or(self.zone);
        let time = row.time.ok_or(PasteProblem::NoSuchTime)?;
        let (at, is_after_midnight) = match row.day {
            Some(day) => (self.date(day).and_then(|date| moment(date.to_datetime(time), zone)), false),
            None => self.carried(time, zone),
        };
        let at = at.filter(|at| !is_too_long_ago(*at, self.now)).ok_or(PasteProblem::NoSuchTime)?;
        self.last = Some(at);
        self.is_after_midnight = is_after_midnight;
        Ok(at)
    }

    /// The moment of a time without a day, and whether its day came by midnight.
    fn carried(&self, time: Time, zone: &TimeZone) -> (Option<Timestamp>, bool) {
        let on = |date: Date| moment(date.to_datetime(time), zone);
        let Some(last) = self.last else { return (on(self.day), false) };
        // The day in the row's own zone, so that rows of different zones can follow each other.
        let day = zone.to_datetime(last.to_jiff()).date();
        let Some(at) = on(day) else { return (None, false) };
        if last.since(at) > BACK_MAX {
            // What would be still to come was rather written out of order.
            let next = day.tomorrow().ok().and_then(on).filter(|next| !is_too_late(*next, self.now));
            return (next.or(Some(at)), next.is_some() || self.is_after_midnight);
        }
        if self.is_after_midnight && at.since(last) > ON_MAX {
            let before = day.yesterday().ok().and_then(on);
            return (before.or(Some(at)), true);
        }
        (Some(at), self.is_after_midnight)
    }

    /// The day that was written; without a year it is the one nearest to the rows before. `None` when the calendar has no such day.
    fn date(&self, day: Day) -> Option<Date> {
        match day {
            Day::Full { year, month, day } => Date::new(year, month, day).ok(),
            Day::OfYear { month, day } => {
                let here = self.last.map_or(self.day, |last| self.zone.to_datetime(last.to_jiff()).date());
                let dates = (-YEARS..=YEARS).filter_map(|years| Date::new(here.year() + years, month, day).ok());
                dates.min_by_key(|date| date.until(here).map_or(i32::MAX, |span| span.get_days().abs()))
            }
        }
    }
}
