//! Planned work that comes again: from a rule to windows.
//!
//! The crate `rrule` counts *local* times: it is given the plan's start as if that were UTC, so it knows of no zone and of no clock
//! that changes. What it counts becomes a moment in [`Plan::window_at`], by the same time zone database as everything else: 02:00
//! stays 02:00 in summer and winter; 02:30 on the night when clocks jump over it is 03:30; of a 02:30 that comes twice it is the first.
//!
//! `UNTIL` is read here and never reaches the crate, which would take one without a `Z` for the machine's own zone. It is a moment:
//! with a `Z` it is UTC, as RFC 5545 asks; without, it is on the plan's wall; a mere date takes in all of that day. A window that
//! begins at that moment is the last one.
//!
//! What the crate takes for something else than what is written, and what would make it slow, is refused before it sees it.
//!
//! The crate counts from its start and has no way to begin later; its `after` only throws away what came before. So a rule without
//! `COUNT` is given a start near the span that is asked for, a whole number of intervals later: an old plan costs no more than a new
//! one. A rule with `COUNT` is counted from its start, at most [`COUNT_MAX`] times. Looking for a day that never comes ends after
//! 100,000 of the crate's steps ([`RRuleSet::limit`]) or in its year 10,000.

#[cfg(test)]
mod tests;

use std::time::Duration;

use domain::maintenance::{Plan, Recurrence};
use domain::time::{TimeRange, Timestamp};
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span};
use rrule::{RRuleError, RRuleSet};
use thiserror::Error;

/// Most times that a rule may count. What comes more often has no end that anybody planned.
const COUNT_MAX: u32 = 1_000;
/// Most windows that are given at once: more than a year of hourly work.
const WINDOWS_MAX: usize = 10_000;
/// How many starts [`check`] looks at: more than a year of daily work and nine of weekly, so that no usual distance is missed. Of an
/// unusual one [`windows`] makes no overlap either.
const STARTS_CHECKED: usize = 500;
/// Work that does not come within so many years never does. The rarest that does, a Monday the 29th of February, may take 40.
const HORIZON_YEARS: i16 = 100;
/// The farthest that clocks ever jumped: at the date line a whole day was left out, in Samoa in 2011, or came twice, in Alaska.
const CLOCKS_JUMP_MAX: SignedDuration = SignedDuration::from_hours(24);
/// Where clocks jump, a start may come before an earlier one of the rule: with at least an hour between starts at most 24 may. One
/// more to end the last window by.
const OUT_OF_ORDER_MAX: usize = 25;
/// Starts that are looked at for one answer. A year of hourly work has 8,784, and at most nine years are counted before a span (from
/// one 29th of February to the next and on); so this cuts nothing off, it only makes sure of an end.
const STARTS_MAX: usize = 100_000;

/// Parts that RFC 5545 knows.
const PARTS: [&str; 14] = [
    "FREQ",
    "UNTIL",
    "COUNT",
    "INTERVAL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
];
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const EXAMPLE: &str = "FREQ=WEEKLY;BYDAY=SU";

/// Why work cannot come again so. Each says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum RecurrenceError {
    /// No frequency, or one below an hour.
    #[error("FREQ={0} is none of HOURLY, DAILY, WEEKLY, MONTHLY and YEARLY; write one of these, like `{EXAMPLE}`")]
    Frequency(String),
    /// More than one window within an hour.
    #[error(
        "BYMINUTE={0} begins several windows within an hour; write one minute, like `BYMINUTE=30`, or make one window longer"
    )]
    Minutes(String),
    /// A second that is not the first.
    #[error("BYSECOND={0} is no whole minute; leave BYSECOND out")]
    Seconds(String),
    /// No such part.
    #[error("{0} is not a part of a rule; the parts are {parts}", parts = PARTS.join(", "))]
    Unknown(String),
    /// Nothing, or too much, between two times.
    #[error("INTERVAL={0} is no whole number from 1 to {max}; write `INTERVAL=2` for every second time", max = u16::MAX)]
    Interval(String),
    /// No count, or a huge one.
    #[error("COUNT={0} is no whole number from 1 to {COUNT_MAX}; leave it out for work that goes on, or write UNTIL")]
    Count(String),
    /// Two ends.
    #[error("COUNT and UNTIL are two ends; leave one of them out")]
    TwoEnds,
    /// Not a date or a moment.
    #[error("UNTIL={0} is no date and no moment; write it like `UNTIL=20271231` or `UNTIL=20271231T170000Z`")]
    Until(String),
    /// Not a day of the week.
    #[error("{0} in BYDAY is none of MO, TU, WE, TH, FR, SA and SU, with a number in front where a month or a year is meant")]
    Day(String),
    /// The second Sunday of what is neither a month nor a year.
    #[error(
        "{0} in BYDAY has a number, which counts days of a month or of a year; \
         write FREQ=MONTHLY, or leave the number out, like `{EXAMPLE}`"
    )]
    NumberedDay(String),
    /// Every Monday and the first Sunday.
    #[error("BYDAY={0} has days with and without a number; number all or none of them, like `BYDAY=1SU,3SU`")]
    MixedDays(String),
    /// The day before the first.
    #[error("BYMONTHDAY={0} has a day 0; write days from 1 to 31, or from the end of the month: `BYMONTHDAY=-1` is the last")]
    MonthDay(String),
    /// A whole week.
    #[error("BYWEEKNO={0} is every day of a week; name the day, like `BYWEEKNO={0};BYDAY=MO`")]
    WeekWithoutDay(String),
    /// What the parts say is not allowed; the crate's words.
    #[error("the rule is not allowed: {0}; write it like `{EXAMPLE}`")]
    Rule(String),
    /// Not one window.
    #[error(
        "the rule does not begin a window within {HORIZON_YEARS} years of the start; \
         look at the days and months it allows and at its end, or write it like `{EXAMPLE}`"
    )]
    Never,
    /// The work is not done when it comes again.
    #[error(
        "the work takes {} minutes, but comes again after {}; shorten it, or let it come less often, like `{EXAMPLE}`",
        .duration.as_secs() / 60, .distance.as_secs() / 60
    )]
    Overlap {
        /// How long the work takes.
        duration: Duration,
        /// The shortest time, on the wall, from one start to the next.
        distance: Duration,
    },
}

/// Whether the plan's rule is one that [`windows`] can expand: understood, not more often than hourly, with at least one window, and
/// with none that begins before the one before has ended. A plan without a rule is always fine.
///
/// Distances are those on the wall. In the night that is an hour shorter, work that takes almost all of the time between two starts may
/// still come again too early; then [`windows`] ends it there.
pub(crate) fn check(plan: &Plan) -> Result<(), RecurrenceError> {
    let Some(recurrence) = plan.recurrence() else { return Ok(()) };
    let rule = Rule::read(recurrence, plan.zone())?;
    let horizon = plan.starts().saturating_add(Span::new().years(HORIZON_YEARS));
    let is_allowed = |local: DateTime| plan.window_at(local).is_some_and(|window| rule.may_start(window.from()));
    let starts = rule.starts(plan.starts(), plan.starts())?.take_while(|local| *local <= horizon && is_allowed(*local));
    let starts: Vec<DateTime> = starts.take(STARTS_CHECKED).collect();
    if starts.is_empty() {
        return Err(RecurrenceError::Never);
    }
    let distances = starts.windows(2).map(|pair| pair[0].duration_until(pair[1]).unsigned_abs());
    match distances.min() {
        Some(distance) if plan.duration() >= distance => Err(RecurrenceError::Overlap { duration: plan.duration(), distance }),
        _ => Ok(()),
    }
}

/// The windows of a plan that touch `[from, until)`, whole, in order and not overlapping: the first `max` of them, at most 10,000. A
/// plan whose rule cannot be understood has none, and the log says so.
pub(crate) fn windows(plan: &Plan, from: Timestamp, until: Timestamp, max: usize) -> Vec<TimeRange> {
    let span = TimeRange::new(from, until);
    let max = max.min(WINDOWS_MAX);
    if span.is_empty() || max == 0 {
        return Vec::new();
    }
    let Some(recurrence) = plan.recurrence() else {
        return std::iter::once(plan.first_window()).filter(|window| touches(*window, span)).collect();
    };
    Rule::read(recurrence, plan.zone()).and_then(|rule| rule.windows(plan, span, max)).unwrap_or_else(|error| {
        tracing::warn!(%error, rule = recurrence.as_str(), "planned work has no windows, because its rule is refused");
        Vec::new()
    })
}

fn touches(window: TimeRange, span: TimeRange) -> bool {
    window.from() < span.until() && span.from() < window.until()
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Frequency {
    fn read(name: &str) -> Result<Self, RecurrenceError> {
        match name {
            "HOURLY" => Ok(Self::Hourly),
            "DAILY" => Ok(Self::Daily),
            "WEEKLY" => Ok(Self::Weekly),
            "MONTHLY" => Ok(Self::Monthly),
            "YEARLY" => Ok(Self::Yearly),
            other => Err(RecurrenceError::Frequency(other.to_owned())),
        }
    }

    /// True when BYDAY may count days.
    const fn has_numbered_days(self) -> bool {
        matches!(self, Self::Monthly | Self::Yearly)
    }

    /// `count` times.
    fn span(self, count: i64) -> Span {
        match self {
            Self::Hourly => Span::new().hours(count),
            Self::Daily => Span::new().days(count),
            Self::Weekly => Span::new().weeks(count),
            Self::Monthly => Span::new().months(count),
            Self::Yearly => Span::new().years(count),
        }
    }

    /// How many times this surely passed between two local times; negative when the second is the earlier.
    fn passed(self, first: DateTime, second: DateTime) -> i64 {
        let hours = first.duration_until(second).as_hours();
        let months = i64::from(second.year() - first.year()) * 12 + i64::from(second.month() - first.month());
        match self {
            Self::Hourly => hours,
            Self::Daily => hours / 24,
            Self::Weekly => hours / (7 * 24),
            Self::Monthly => months,
            Self::Yearly => months / 12,
        }
    }
}

/// A rule that was understood.
#[derive(Debug)]
struct Rule {
    /// For the crate: all but UNTIL.
    text: String,
    frequency: Frequency,
    interval: i64,
    has_count: bool,
    last_start: Option<Timestamp>,
}

impl Rule {
    fn read(recurrence: &Recurrence, zone: &TimeZone) -> Result<Self, RecurrenceError> {
        if let Some((name, _)) = recurrence.parts().find(|(name, _)| !PARTS.contains(name)) {
            return Err(RecurrenceError::Unknown(name.to_owned()));
        }
        let part = |name| recurrence.part(name);
        let frequency = Frequency::read(part("FREQ").unwrap_or_default())?;
        let interval = part("INTERVAL").unwrap_or("1");
        let times = interval.parse::<u16>().ok().filter(|times| *times > 0);
        let times = times.ok_or_else(|| RecurrenceError::Interval(interval.to_owned()))?;
        let (count, until) = (part("COUNT"), part("UNTIL"));
        if let Some(count) = count
            && !count.parse().is_ok_and(|times: u32| (1..=COUNT_MAX).contains(&times))
        {
            return Err(RecurrenceError::Count(count.to_owned()));
        }
        if count.is_some() && until.is_some() {
            return Err(RecurrenceError::TwoEnds);
        }
        // Two minutes are less than an hour apart, whatever else the rule says; and with a list of them the crate would make a year of
        // up to 525,600 starts at once.
        if let Some(minutes) = part("BYMINUTE").filter(|minutes| minutes.contains(',')) {
            return Err(RecurrenceError::Minutes(minutes.to_owned()));
        }
        if let Some(seconds) = part("BYSECOND").filter(|seconds| *seconds != "0") {
            return Err(RecurrenceError::Seconds(seconds.to_owned()));
        }
        // The crate drops a day 0 and takes the start's instead.
        let has_zero = |days: &&str| days.split(',').any(|day| day.parse() == Ok(0_i8));
        if let Some(days) = part("BYMONTHDAY").filter(has_zero) {
            return Err(RecurrenceError::MonthDay(days.to_owned()));
        }
        match (part("BYDAY"), part("BYWEEKNO")) {
            (Some(days), weeks) => check_days(days, frequency.has_numbered_days() && weeks.is_none())?,
            (None, Some(weeks)) => return Err(RecurrenceError::WeekWithoutDay(weeks.to_owned())),
            (None, None) => {}
        }
        let last = |text: &str| last_start(text, zone).ok_or_else(|| RecurrenceError::Until(text.to_owned()));
        let last_start = until.map(last).transpose()?;
        let kept = recurrence.parts().filter(|(name, _)| *name != "UNTIL");
        let kept: Vec<String> = kept.map(|(name, value)| format!("{name}={value}")).collect();
        Ok(Self { text: kept.join(";"), frequency, interval: i64::from(times), has_count: count.is_some(), last_start })
    }

    /// Whether the rule has not ended before this moment.
    fn may_start(&self, at: Timestamp) -> bool {
        self.last_start.is_none_or(|last| at <= last)
    }

    fn windows(&self, plan: &Plan, span: TimeRange, max: usize) -> Result<Vec<TimeRange>, RecurrenceError> {
        let local = |at: Timestamp| plan.zone().to_datetime(at.to_jiff());
        let end = self.last_start.map_or(span.until(), |last| last.min(span.until()));
        // Moments and local times are not in the same order where clocks jump; a day more at both ends misses nothing.
        let earliest = local(span.from().minus(plan.duration())).saturating_sub(CLOCKS_JUMP_MAX);
        let latest = local(end).saturating_add(CLOCKS_JUMP_MAX);
        let mut windows: Vec<TimeRange> = self
            .starts(plan.starts(), earliest)?
            .take_while(|start| *start <= latest)
            .map_while(|start| plan.window_at(start))
            .filter(|window| self.may_start(window.from()) && window.until() > span.from())
            .take(max.saturating_add(OUT_OF_ORDER_MAX))
            .collect();
        windows.sort_unstable_by_key(|window| window.from());
        // Two local times can be one moment: a 02:30 that clocks leave out, and the 03:30 that it becomes.
        windows.dedup_by_key(|window| window.from());
        let ended_by_next = windows.iter().enumerate().map(|(n, window)| {
            let next = windows.get(n + 1).map_or(window.until(), |next| next.from());
            TimeRange::new(window.from(), window.until().min(next))
        });
        Ok(ended_by_next.filter(|window| touches(*window, span)).take(max).collect())
    }

    /// The local times at which windows begin, in order: all of those from `earliest` on, and perhaps some before, none of them before
    /// `first`. UNTIL does not end them.
    fn starts(&self, first: DateTime, earliest: DateTime) -> Result<impl Iterator<Item = DateTime>, RecurrenceError> {
        let begin = if self.has_count { first } else { self.nearer(first, earliest) };
        let set: RRuleSet = format!("DTSTART:{}\nRRULE:{}", begin.strftime("%Y%m%dT%H%M%SZ"), self.text)
            .parse()
            .map_err(|error: RRuleError| RecurrenceError::Rule(error.to_string().trim_end_matches('.').to_owned()))?;
        Ok(set.limit().into_iter().take(STARTS_MAX).map_while(|start| {
            let start = jiff::Timestamp::from_second(start.timestamp()).ok()?;
            Some(Offset::UTC.to_datetime(start))
        }))
    }

    /// A start from which the rule comes to the same times from `earliest` on: whole intervals after `first`, and at least one before
    /// `earliest`, because the crate sees only a part of the week in which it begins. The day of the month stays, as the rule may take
    /// it from there: after 31 January comes 31 March, not 28 February.
    fn nearer(&self, first: DateTime, earliest: DateTime) -> DateTime {
        let intervals = (self.frequency.passed(first, earliest) / self.interval - 1).max(0);
        let keeps_day = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        (0..=intervals)
            .rev()
            .filter_map(|count| first.checked_add(self.frequency.span(count * self.interval)).ok())
            .find(|begin| !keeps_day || begin.day() == first.day())
            .unwrap_or(first)
    }
}

/// Refuses what the crate takes for something else: it passes over a number that it cannot read, and over one where none belongs, and
/// of "every Monday and the first Sunday" it makes days that are both.
fn check_days(days: &str, may_have_numbers: bool) -> Result<(), RecurrenceError> {
    let (mut with_number, mut without) = (None, false);
    for day in days.split(',') {
        let (number, name) = day.split_at_checked(day.len().saturating_sub(2)).unwrap_or_default();
        let is_number = number.parse::<i8>().is_ok_and(|number| (1..=53).contains(&number.unsigned_abs()));
        if !WEEKDAYS.contains(&name) || !(number.is_empty() || is_number) {
            return Err(RecurrenceError::Day(day.to_owned()));
        }
        if number.is_empty() {
            without = true;
        } else {
            with_number = Some(day);
        }
    }
    match with_number {
        Some(day) if !may_have_numbers => Err(RecurrenceError::NumberedDay(day.to_owned())),
        Some(_) if without => Err(RecurrenceError::MixedDays(days.to_owned())),
        _ => Ok(()),
    }
}

/// The last moment at which a window may begin, of the value of UNTIL.
fn last_start(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z')) {
        return None;
    }
    let moment = |text: &str| DateTime::strptime("%Y%m%dT%H%M%S", text).ok();
    let at = match text.len() {
        8 => zone.to_timestamp(Date::strptime("%Y%m%d", text).ok()?.at(23, 59, 59, 0)),
        15 => zone.to_timestamp(moment(text)?),
        16 => Offset::UTC.to_timestamp(moment(text.strip_suffix('Z')?)?),
        _ => return None,
    };
    at.ok().map(Timestamp::from_jiff)
}
