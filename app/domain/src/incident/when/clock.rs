//! What a clock shows, as people write it: `22:36`, `22:36:10`, `10:36 pm`, `22時36分`, `22時半`, `午後10時36分`; and that it was about then.

use jiff::civil::Time;

use super::scan::Scanner;
use crate::incident::work::Precision;

/// Words before a time that is not known exactly; the longer before those they begin with.
const ABOUT_BEFORE: [&str; 8] = ["approximately", "approx.", "approx", "about", "around", "だいたい", "約", "~"];
/// The same, behind it.
const ABOUT_BEHIND: [&str; 8] = ["頃", "ごろ", "ころ", "くらい", "ぐらい", "前後", "過ぎ", "すぎ"];
/// The first hour that no clock shows.
const NO_HOUR: u32 = 24;

/// Reads a word that says "about", and the spaces behind it.
pub(in crate::incident) fn about_before(scanner: &mut Scanner<'_>) -> bool {
    let is_about = scanner.eat_any(&ABOUT_BEFORE);
    if is_about {
        scanner.skip_spaces();
    }
    is_about
}

/// Reads a word that says "about", right behind a time.
pub(in crate::incident) fn about_behind(scanner: &mut Scanner<'_>) -> bool {
    scanner.eat_any(&ABOUT_BEHIND)
}

/// Hour, minute and perhaps second as they were written. Whether any clock shows them is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::incident) struct Clock {
    hour: u32,
    minute: u32,
    second: Option<u32>,
    ms: u32,
}

/// Before or after noon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

impl Clock {
    /// Reads a time of the day.
    pub(in crate::incident) fn read(scanner: &mut Scanner<'_>) -> Option<Self> {
        let mut ahead = *scanner;
        let before = Half::before(&mut ahead);
        let hour = ahead.number(1..=2)?;
        let clock = if ahead.eat(':') {
            Some(Self::with_colons(hour, &mut ahead)?)
        } else if ahead.eat('時') {
            Some(Self::in_kanji(hour, &mut ahead)?)
        } else {
            None
        };
        let half = before.or_else(|| Half::behind(&mut ahead));
        let clock = match clock {
            Some(clock) => clock,
            // A bare number is an hour only with `am` or `pm` behind it.
            None if before.is_none() && half.is_some() => Self { hour, minute: 0, second: None, ms: 0 },
            None => return None,
        };
        *scanner = ahead;
        Some(Self { hour: hour_of_day(hour, half), ..clock })
    }

    /// Behind `22:`.
    fn with_colons(hour: u32, scanner: &mut Scanner<'_>) -> Option<Self> {
        let minute = scanner.number(2..=2)?;
        let mut clock = Self { hour, minute, second: None, ms: 0 };
        let mut ahead = *scanner;
        if eat_colon_before_digit(&mut ahead) {
            clock.second = Some(ahead.number(2..=2)?);
            clock.ms = fraction_ms(&mut ahead);
            *scanner = ahead;
            // `12:34:56:78` is an address or a counter.
            if eat_colon_before_digit(&mut ahead) {
                return None;
            }
        }
        Some(clock)
    }

    /// Behind `22時`. With `間` it is how long something took.
    fn in_kanji(hour: u32, scanner: &mut Scanner<'_>) -> Option<Self> {
        if scanner.peek() == Some('間') {
            return None;
        }
        let mut clock = Self { hour, minute: 0, second: None, ms: 0 };
        if scanner.eat('半') {
            clock.minute = 30;
        } else if let Some(minute) = part(scanner, '分') {
            clock.minute = minute;
            clock.second = part(scanner, '秒');
        }
        Some(clock)
    }

    /// True when the seconds were written too.
    pub(in crate::incident) const fn has_seconds(self) -> bool {
        self.second.is_some()
    }

    /// How exactly it was written.
    pub(in crate::incident) const fn precision(self) -> Precision {
        if self.has_seconds() { Precision::Exact } else { Precision::Minute }
    }

    /// The time; `None` when no clock shows it.
    pub(in crate::incident) fn time(self) -> Option<Time> {
        // At most two digits each, so they fit.
        let [hour, minute, second] = [self.hour, self.minute, self.second.unwrap_or(0)].map(|number| number as i8);
        Time::new(hour, minute, second, self.ms as i32 * 1_000_000).ok()
    }
}

impl Half {
    fn before(scanner: &mut Scanner<'_>) -> Option<Self> {
        let half = if scanner.eat_any(&["午前", "am"]) {
            Self::Morning
        } else if scanner.eat_any(&["午後", "pm"]) {
            Self::Afternoon
        } else {
            return None;
        };
        scanner.skip_spaces();
        Some(half)
    }

    fn behind(scanner: &mut Scanner<'_>) -> Option<Self> {
        let mut ahead = *scanner;
        ahead.skip_spaces();
        let half = if ahead.eat_any(&["a.m.", "am"]) {
            Self::Morning
        } else if ahead.eat_any(&["p.m.", "pm"]) {
            Self::Afternoon
        } else {
            return None;
        };
        // Not the first letters of another word.
        if ahead.peek().is_some_and(|next| next.is_ascii_alphanumeric()) {
            return None;
        }
        *scanner = ahead;
        Some(half)
    }
}

fn hour_of_day(hour: u32, half: Option<Half>) -> u32 {
    match half {
        Some(Half::Afternoon) if hour < 12 => hour + 12,
        Some(Half::Morning) if hour == 12 => 0,
        // No morning is so long.
        Some(Half::Morning) if hour > 12 => NO_HOUR,
        _ => hour,
    }
}

fn eat_colon_before_digit(scanner: &mut Scanner<'_>) -> bool {
    let mut ahead = *scanner;
    let is_followed = ahead.eat(':') && ahead.peek().is_some_and(|next| next.is_ascii_digit());
    if is_followed {
        *scanner = ahead;
    }
    is_followed
}

/// `36分`, but not `36分間`, which is how long something took.
fn part(scanner: &mut Scanner<'_>, unit: char) -> Option<u32> {
    let mut ahead = *scanner;
    ahead.skip_spaces();
    let number = ahead.number(1..=2)?;
    if !ahead.eat(unit) || ahead.peek() == Some('間') {
        return None;
    }
    *scanner = ahead;
    Some(number)
}

/// `.123` of ISO 8601, or `,123` as some logs have it, in whole milliseconds; nothing is zero.
fn fraction_ms(scanner: &mut Scanner<'_>) -> u32 {
    let mut ahead = *scanner;
    let digits = match ahead.advance() {
        Some('.') => 1..=9,
        Some(',') => 3..=3,
        _ => return 0,
    };
    let start = ahead;
    let Some(number) = ahead.number(digits) else { return 0 };
    let places = ahead.since(start).chars().count() as u32;
    *scanner = ahead;
    if places < 3 { number * 10_u32.pow(3 - places) } else { number / 10_u32.pow(places - 3) }
}
