//! A time as people type it while something is broken: `22:36`, `-5m`, `昨日 23:10`, `2024-04-18 22:36 JST`, `22時36分頃`.
//!
//! Code map: [`understand`] reads a whole text, [`written`] is the way back. [`scan`] folds what keyboards type differently, [`clock`] reads
//! times of the day, [`day`] days, [`shift`] spans from now, [`zone`] zones; a pasted timeline is read with the same pieces.
//!
//! What is not said is taken as it is meant at a desk: a time without a day is the latest such time that is not to come, and so is a day
//! without a year. Local times that clocks leave out are later by as much, of those that come twice it is the first.

pub(super) mod clock;
pub(super) mod day;
pub(super) mod scan;
mod shift;
#[cfg(test)]
mod tests;
pub(super) mod zone;

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use thiserror::Error;

use self::clock::{Clock, about_before, about_behind};
use self::day::{Day, days_ago, joint};
use self::scan::Scanner;
use self::shift::Shift;
use super::work::Precision;
use crate::time::Timestamp;

/// A row may be so far in the future: clocks differ, and "in two minutes I switch over" is said beforehand.
pub const FUTURE_MAX: Duration = Duration::from_secs(5 * 60);
/// A row may be backdated by so many years. What is older is a year mistyped.
pub const PAST_YEARS_MAX: i64 = 100;

/// The mean year of the calendar, in milliseconds.
const YEAR_MS: i64 = 31_556_952_000;
/// Days that may have to be tried for the latest one with some local time: clocks can leave out a whole one.
const DAYS_TRIED: usize = 3;
/// Most years between two leap days.
const LEAP_YEARS: i16 = 8;

/// What a typed time means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Understood {
    /// The moment.
    pub at: Timestamp,
    /// How exactly it was said.
    pub precision: Precision,
}

/// Why a typed time is not understood, or not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WhenError {
    /// Not written as a time.
    #[error("this is not a time; write it like `22:36`, `-5m`, `yesterday 23:10` or `2024-04-18 22:36 JST`")]
    NotATime,
    /// A time that no clock shows.
    #[error("no clock shows this time; hours go from 0 to 23, minutes and seconds from 0 to 59")]
    NoSuchTime,
    /// A day that the calendar does not have.
    #[error("the calendar has no such day; look at its month and its number again")]
    NoSuchDay,
    /// More than [`FUTURE_MAX`] from now.
    #[error("this is more than {} minutes ahead; look at the day and the time zone again", FUTURE_MAX.as_secs() / 60)]
    Future,
    /// More than [`PAST_YEARS_MAX`] ago.
    #[error("this is more than {PAST_YEARS_MAX} years ago; look at the year again")]
    TooLongAgo,
    /// A zone that is not known, or a name that several zones have.
    #[error("{}", zone::refusal(.0))]
    UnknownZone(String),
}

impl WhenError {
    /// The key of the message for people.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NotATime => "invalid-when",
            Self::NoSuchTime | Self::NoSuchDay => "invalid-when-day",
            Self::Future => "invalid-when-future",
            Self::TooLongAgo => "invalid-when-past",
            Self::UnknownZone(_) => "invalid-when-zone",
        }
    }
}

/// What somebody means who types `text` at `now`, where clocks show the time of `zone`.
pub fn understand(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Understood, WhenError> {
    let mut scanner = Scanner::new(text);
    scanner.skip_spaces();
    let mut is_about = about_before(&mut scanner);
    let meant = if eat_now(&mut scanner, !is_about) {
        Meant::Now
    } else if let Some(shift) = Shift::read(&mut scanner) {
        Meant::Shifted(shift)
    } else {
        Meant::Local(Local::read(&mut scanner)?)
    };
    is_about |= eat_about(&mut scanner) || meant.is_about();
    scanner.skip_spaces();
    if !scanner.is_at_end() {
        return Err(WhenError::NotATime);
    }
    let (at, precision) = match meant {
        Meant::Now => (now, Precision::Exact),
        Meant::Shifted(shift) => {
            let precision = if shift.has_seconds { Precision::Exact } else { Precision::Minute };
            (Timestamp::from_ms(now.as_ms().saturating_add(shift.ms)), precision)
        }
        Meant::Local(local) => (local.moment(now, zone)?, local.clock.precision()),
    };
    if is_too_late(at, now) {
        return Err(WhenError::Future);
    }
    if is_too_long_ago(at, now) {
        return Err(WhenError::TooLongAgo);
    }
    Ok(Understood { at, precision: if is_about { Precision::About } else { precision } })
}

/// A moment as people would type it, to the second when it is known so exactly, else to the minute. [`understand`] gives it back: what is
/// about so has a `~`, and a local time that comes twice its offset.
pub fn written(at: Timestamp, precision: Precision, zone: &TimeZone) -> String {
    let instant = at.to_jiff();
    let local = zone.to_datetime(instant);
    let second = if precision == Precision::Exact { local.second() } else { 0 };
    let shown = local.date().at(local.hour(), local.minute(), second, 0);
    let about = if precision == Precision::About { "~" } else { "" };
    let seconds = if second == 0 { String::new() } else { format!(":{second:02}") };
    let comes_twice = matches!(zone.to_ambiguous_timestamp(shown).offset(), AmbiguousOffset::Fold { .. });
    let offset = if comes_twice { written_offset(zone.to_offset(instant).seconds()) } else { String::new() };
    format!("{about}{} {:02}:{:02}{seconds}{offset}", shown.date(), shown.hour(), shown.minute())
}

/// ` +09:00`, with seconds for the clocks of a century ago.
fn written_offset(east_s: i32) -> String {
    let sign = if east_s < 0 { '-' } else { '+' };
    let [hours, minutes, seconds] = [east_s.abs() / 3600, east_s.abs() / 60 % 60, east_s.abs() % 60];
    let seconds = if seconds == 0 { String::new() } else { format!(":{seconds:02}") };
    format!(" {sign}{hours:02}:{minutes:02}{seconds}")
}

/// True when no row may be so late.
pub(super) fn is_too_late(at: Timestamp, now: Timestamp) -> bool {
    at > now.plus(FUTURE_MAX)
}

/// True when no row may be so old.
pub(super) fn is_too_long_ago(at: Timestamp, now: Timestamp) -> bool {
    at.as_ms() < now.as_ms().saturating_sub(PAST_YEARS_MAX * YEAR_MS)
}

/// The moment at which clocks show this; `None` at the end of the calendar.
pub(super) fn moment(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    // Of a time that clocks leave out this takes the later reading, of one that comes twice the earlier.
    zone.to_timestamp(local).ok().map(Timestamp::from_jiff)
}

/// What a text is about, before it is known which moment that is.
enum Meant {
    Now,
    Shifted(Shift),
    Local(Local),
}

impl Meant {
    const fn is_about(&self) -> bool {
        match self {
            Self::Now => false,
            Self::Shifted(shift) => shift.is_about,
            Self::Local(local) => local.is_about,
        }
    }
}

/// What clocks showed, and where and on which day, if that was said.
struct Local {
    day: Option<TypedDay>,
    clock: Clock,
    zone: Option<TimeZone>,
    is_about: bool,
}

enum TypedDay {
    Ago(u8),
    Written(Day),
}

impl Local {
    fn read(scanner: &mut Scanner<'_>) -> Result<Self, WhenError> {
        let day = days_ago(scanner).map(TypedDay::Ago).or_else(|| Day::read(scanner).map(TypedDay::Written));
        if day.is_some() {
            joint(scanner);
        }
        let mut is_about = about_before(scanner);
        let clock = Clock::read(scanner).ok_or(WhenError::NotATime)?;
        is_about |= eat_about(scanner);
        let zone = zone::typed(scanner).map_err(WhenError::UnknownZone)?;
        Ok(Self { day, clock, zone, is_about })
    }

    fn moment(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, WhenError> {
        let zone = self.zone.as_ref().unwrap_or(zone);
        let time = self.clock.time().ok_or(WhenError::NoSuchTime)?;
        let limit = now.plus(FUTURE_MAX);
        let date = match &self.day {
            None => return latest_day(time, limit, zone).ok_or(WhenError::NotATime),
            Some(TypedDay::Written(Day::OfYear { month, day })) => {
                return latest_year((*month, *day), time, limit, zone).ok_or(WhenError::NoSuchDay);
            }
            Some(TypedDay::Written(Day::Full { year, month, day })) => Date::new(*year, *month, *day),
            Some(TypedDay::Ago(days)) => {
                let today = zone.to_datetime(now.to_jiff()).date();
                (0..*days).try_fold(today, |date, _| date.yesterday())
            }
        };
        let date = date.map_err(|_| WhenError::NoSuchDay)?;
        // Only the last day of the calendar has local times that are no moments.
        moment(date.to_datetime(time), zone).ok_or(WhenError::Future)
    }
}

/// The latest moment at which clocks show `time` and that is not after `limit`.
fn latest_day(time: Time, limit: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let mut date = zone.to_datetime(limit.to_jiff()).date();
    for _ in 0..DAYS_TRIED {
        if let Some(at) = moment(date.to_datetime(time), zone).filter(|at| *at <= limit) {
            return Some(at);
        }
        date = date.yesterday().ok()?;
    }
    None
}

/// The same on a day of the year; `None` when no year has that day.
fn latest_year((month, day): (i8, i8), time: Time, limit: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let year = zone.to_datetime(limit.to_jiff()).year();
    let dates = (0..=LEAP_YEARS).filter_map(|years| Date::new(year - years, month, day).ok());
    dates.filter_map(|date| moment(date.to_datetime(time), zone)).find(|at| *at <= limit)
}

/// Reads a word for now; where nothing more was typed, that too is now, if it `may_be_empty`.
fn eat_now(scanner: &mut Scanner<'_>, may_be_empty: bool) -> bool {
    let mut ahead = *scanner;
    let is_said = ahead.eat_any(&["now", "今", "いま"]);
    ahead.skip_spaces();
    // `今` begins `今日` too.
    let is_now = ahead.is_at_end() && (is_said || may_be_empty);
    if is_now {
        *scanner = ahead;
    }
    is_now
}

/// Reads a word that says "about" behind a time, with or without a space between.
fn eat_about(scanner: &mut Scanner<'_>) -> bool {
    let mut ahead = *scanner;
    ahead.skip_spaces();
    let is_about = about_behind(&mut ahead);
    if is_about {
        *scanner = ahead;
    }
    is_about
}
