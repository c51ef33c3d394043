//! Values as words: moments with date and zone, lengths of time, percentages that never flatter.

use domain::component::Status;
use domain::time::Timestamp;
use domain::uptime::{Tally, Weights, basis_points};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::i18n::Text;

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

/// A length of time by its two largest units: `2 h 5 min`. Seconds are rounded down; less than one is said so.
pub fn length(text: &Text, ms: u64) -> String {
    let seconds = ms / 1000;
    let units = [
        ("unit-day", seconds / 86_400),
        ("unit-hour", seconds / 3_600 % 24),
        ("unit-minute", seconds / 60 % 60),
        ("unit-second", seconds % 60),
    ];
    let Some(first) = units.iter().position(|(_, n)| *n > 0) else { return text.get("under-a-second") };
    let shown: Vec<String> =
        units.iter().skip(first).take(2).filter(|(_, n)| *n > 0).map(|(key, n)| text.with(key, &[("n", (*n).into())])).collect();
    shown.join(&text.get("unit-separator").replace('_', " "))
}

/// How long something took: `38 ms`, `1.24 s`. From microseconds.
pub fn duration(text: &Text, us: u64) -> String {
    let (key, number) = match us {
        0..1_000 => ("took-ms", format!("0.{}", us / 100)),
        1_000..10_000 => ("took-ms", format!("{}.{}", us / 1_000, us % 1_000 / 100)),
        10_000..1_000_000 => ("took-ms", (us / 1_000).to_string()),
        _ => ("took-s", format!("{}.{:02}", us / 1_000_000, us % 1_000_000 / 10_000)),
    };
    text.with(key, &[("n", number.into())])
}

/// Uptime in percent, rounded down unless perfect; says so when nothing was known.
pub fn uptime(text: &Text, tally: &Tally, weights: Weights) -> String {
    tally.uptime(weights).map_or_else(
        || text.get("uptime-unknown"),
        |ratio| {
            let points = basis_points(ratio);
            let number = if points == 10_000 { "100".to_owned() } else { format!("{}.{:02}", points / 100, points % 100) };
            text.with("percent", &[("n", number.into())])
        },
    )
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

/// A day in words: `12 April 2026: 99.31 % up, 9 min 56 s down`.
pub fn day(text: &Text, on: Date, tally: &Tally, weights: Weights) -> String {
    let date = date(text, on);
    if tally.known_ms() == 0 && tally.maintenance_ms == 0 {
        return text.with("day-unknown", &[("date", date.into())]);
    }
    let mut spoken = vec![text.with("day-up", &[("uptime", uptime(text, tally, weights).into())])];
    for (key, ms) in [
        ("day-down", tally.down_ms()),
        ("day-degraded", tally.degraded_ms),
        ("day-maintenance", tally.maintenance_ms),
        ("day-partly-unknown", tally.unknown_ms),
    ] {
        if ms >= 1_000 {
            spoken.push(text.with(key, &[("length", length(text, ms).into())]));
        }
    }
    text.with("day", &[("date", date.into()), ("facts", spoken.join(&text.get("list-separator").replace('_', " ")).into())])
}
