//! Values as words: moments with date and zone, lengths of time, percentages that never flatter.

use domain::component::Status;
use domain::month::Month;
use domain::time::Timestamp;
use domain::uptime::{Tally, Weights, basis_points};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::day_figures::percent;
use crate::i18n::{PLACE, Text};

/// A day: `12 April 2026`, `2026年4月12日`.
pub fn date(text: &Text, date: Date) -> String {
    let month = text.get(&format!("month-{}", date.month()));
    let (day, year) = (i64::from(date.day()), date.year().to_string());
    text.with("date", &[("day", day.into()), ("month", month.into()), ("year", year.into())])
}

/// A moment with its date and zone: `12 April 2026, 14:03:09 JST`.
pub fn moment(text: &Text, at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_jiff().to_zoned(zone.clone());
    let abbreviation = local.strftime("%Z").to_string();
    text.with(
        "moment",
        &[("date", date(text, local.date()).into()), ("time", time_of_day(at, zone).into()), ("zone", abbreviation.into())],
    )
}

/// The time of day alone, for where the date is plain: `14:03:09`.
pub fn time_of_day(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_jiff().to_zoned(zone.clone());
    format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())
}

/// A moment that is nearly always of today: the time of day, with the date before it if it is not of the same day as `now`.
pub fn short_moment(text: &Text, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let day = |moment: Timestamp| moment.to_jiff().to_zoned(zone.clone()).date();
    if day(at) == day(now) { time_of_day(at, zone) } else { format!("{} {}", date(text, day(at)), time_of_day(at, zone)) }
}

/// Words for lengths of time; [`PLACE`] stands where the number goes. They travel to the browser too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LengthWords {
    /// Days, hours, minutes, seconds.
    units: [String; 4],
    separator: String,
    under_a_second: String,
}

impl LengthWords {
    /// The words in the language of `text`.
    pub fn of(text: &Text) -> Self {
        let unit = |key| text.with(key, &[("n", PLACE.into())]);
        Self {
            units: ["unit-day", "unit-hour", "unit-minute", "unit-second"].map(unit),
            separator: text.separator("unit-separator"),
            under_a_second: text.get("under-a-second"),
        }
    }

    /// A length of time by its two largest units: `2 h 5 min`. Seconds are rounded down; less than one is said so.
    pub fn say(&self, ms: u64) -> String {
        let seconds = ms / 1000;
        let numbers = [seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60];
        let Some(first) = numbers.iter().position(|n| *n > 0) else { return self.under_a_second.clone() };
        let shown = self.units.iter().zip(numbers).skip(first).take(2).filter(|(_, n)| *n > 0);
        shown.map(|(unit, n)| unit.replace(PLACE, &n.to_string())).collect::<Vec<_>>().join(&self.separator)
    }
}

/// A length of time by its two largest units: `2 h 5 min`.
pub fn length(text: &Text, ms: u64) -> String {
    LengthWords::of(text).say(ms)
}

/// How long something took: `38 ms`, `1.24 s`. From microseconds.
pub fn duration(text: &Text, us: u64) -> String {
    let (key, number) = match us {
        0..100 => ("took-ms", "<0.1".to_owned()),
        100..1_000 => ("took-ms", format!("0.{}", us / 100)),
        1_000..10_000 => ("took-ms", format!("{}.{}", us / 1_000, us % 1_000 / 100)),
        10_000..1_000_000 => ("took-ms", (us / 1_000).to_string()),
        _ => ("took-s", format!("{}.{:02}", us / 1_000_000, us % 1_000_000 / 10_000)),
    };
    text.with(key, &[("n", number.into())])
}

/// Uptime in percent, rounded down unless perfect; says so when nothing was known.
pub fn uptime(text: &Text, tally: &Tally, weights: Weights) -> String {
    ratio(text, tally.uptime(weights))
}

/// A ratio in percent, rounded down unless perfect; "no data" for none.
pub fn ratio(text: &Text, ratio: Option<f64>) -> String {
    ratio.map_or_else(|| text.get("uptime-unknown"), |ratio| text.with("percent", &[("n", percent(basis_points(ratio)).into())]))
}

/// A weight as people write it: `0.3`, `1`.
pub fn weight(weight: f64) -> String {
    let rounded = (weight * 1000.0).round() / 1000.0;
    rounded.to_string()
}

/// The word for a status.
pub fn status(text: &Text, status: Status) -> String {
    text.get(&format!("status-{}", status.name().replace('_', "-")))
}

/// A month: `April 2026`, `2026年4月`.
pub fn month(text: &Text, month: Month) -> String {
    let name = text.get(&format!("month-{}", month.number()));
    text.with("month-of-year", &[("month", name.into()), ("year", month.year().to_string().into())])
}
