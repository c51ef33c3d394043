//! A day's figures as they travel in the page: so few bytes that every bar can carry ninety of them, and the same sentence on the
//! server and in the browser.

use std::fmt::Write as _;

use domain::uptime::{Tally, Weights, basis_points};
use serde::{Deserialize, Serialize};

use crate::format::LengthWords;
use crate::i18n::{PLACE, Text};

/// What is told of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayFigures {
    /// It lies before the component was first watched.
    NotWatched,
    /// Nothing was known on it.
    Unknown,
    /// Something was known. Lengths are whole seconds, rounded down.
    Known {
        /// Uptime in ten-thousandths, rounded down.
        uptime_bp: Option<u32>,
        /// In a partial or major outage.
        down_s: u64,
        /// Degraded.
        degraded_s: u64,
        /// In maintenance.
        maintenance_s: u64,
        /// Not known.
        unknown_s: u64,
    },
}

const PERFECT: DayFigures =
    DayFigures::Known { uptime_bp: Some(10_000), down_s: 0, degraded_s: 0, maintenance_s: 0, unknown_s: 0 };

impl DayFigures {
    /// The figures of a tally.
    pub fn of(tally: &Tally, weights: Weights) -> Self {
        if tally.total_ms() == 0 {
            Self::NotWatched
        } else if tally.known_ms() == 0 && tally.maintenance_ms == 0 {
            Self::Unknown
        } else {
            Self::Known {
                uptime_bp: tally.uptime(weights).map(basis_points),
                down_s: tally.down_ms() / 1000,
                degraded_s: tally.degraded_ms / 1000,
                maintenance_s: tally.maintenance_ms / 1000,
                unknown_s: tally.unknown_ms / 1000,
            }
        }
    }

    /// Days as text: `_3` for three not watched, `-2` for two unknown, `40` for forty perfect ones, else uptime and the four lengths
    /// with dots between, zeros at the end left out: `9931.596`.
    pub fn encode(days: &[Self]) -> String {
        let mut text = String::new();
        for same in days.chunk_by(|a, b| a == b && Self::mark(a).is_some()) {
            let separator = if text.is_empty() { "" } else { " " };
            // A String takes any write.
            let _ = match (Self::mark(&same[0]), same[0]) {
                (Some(mark), _) => write!(text, "{separator}{mark}{}", same.len()),
                (None, Self::Known { uptime_bp, down_s, degraded_s, maintenance_s, unknown_s }) => {
                    let uptime = uptime_bp.map(|points| points.to_string()).unwrap_or_default();
                    let lengths = [down_s, degraded_s, maintenance_s, unknown_s];
                    let shown = lengths.iter().rposition(|length| *length > 0).map_or(1, |last| last + 1);
                    let lengths: Vec<String> = lengths[..shown].iter().map(u64::to_string).collect();
                    write!(text, "{separator}{uptime}.{}", lengths.join("."))
                }
                (None, _) => Ok(()),
            };
        }
        text
    }

    fn mark(day: &Self) -> Option<&'static str> {
        match day {
            Self::NotWatched => Some("_"),
            Self::Unknown => Some("-"),
            day if *day == PERFECT => Some(""),
            Self::Known { .. } => None,
        }
    }

    /// Reads what [`DayFigures::encode`] wrote.
    pub fn decode(text: &str) -> Vec<Self> {
        let mut days = Vec::new();
        for token in text.split_ascii_whitespace() {
            if let Some((uptime, lengths)) = token.split_once('.') {
                let mut lengths = lengths.split('.').map(|length| length.parse().unwrap_or(0));
                let mut next = || lengths.next().unwrap_or(0);
                let (down_s, degraded_s, maintenance_s, unknown_s) = (next(), next(), next(), next());
                days.push(Self::Known { uptime_bp: uptime.parse().ok(), down_s, degraded_s, maintenance_s, unknown_s });
            } else {
                let (day, count) = match token.as_bytes().first() {
                    Some(b'_') => (Self::NotWatched, &token[1..]),
                    Some(b'-') => (Self::Unknown, &token[1..]),
                    _ => (PERFECT, token),
                };
                let count: usize = count.parse().unwrap_or(0);
                days.extend(std::iter::repeat_n(day, count.min(DAYS_MAX)));
            }
        }
        days
    }
}

/// More than a bar ever has.
const DAYS_MAX: usize = 1_000;

/// Words for a day's figures; [`PLACE`] stands where a value goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayWords {
    length: LengthWords,
    percent: String,
    separator: String,
    /// Date and facts, split where they go.
    day: [String; 3],
    up: String,
    down: String,
    degraded: String,
    maintenance: String,
    unknown: String,
    no_data: String,
    not_watched: String,
}

impl DayWords {
    /// The words in the language of `text`.
    pub fn of(text: &Text) -> Self {
        let with = |key, name: &'static str| text.with(key, &[(name, PLACE.into())]);
        let day = text.with("day", &[("date", PLACE.into()), ("facts", PLACE.into())]);
        let mut parts = day.split(PLACE).map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Self {
            length: LengthWords::of(text),
            percent: with("percent", "n"),
            separator: text.separator("list-separator"),
            day: [next(), next(), next()],
            up: with("day-up", "uptime"),
            down: with("day-down", "length"),
            degraded: with("day-degraded", "length"),
            maintenance: with("day-maintenance", "length"),
            unknown: with("day-partly-unknown", "length"),
            no_data: text.get("day-no-data"),
            not_watched: text.get("day-not-watched"),
        }
    }

    /// A day in words: `12 April 2026: 99.31 % up, 9 min 56 s down`.
    pub fn say(&self, date: &str, day: &DayFigures) -> String {
        let facts = match day {
            DayFigures::NotWatched => self.not_watched.clone(),
            DayFigures::Unknown => self.no_data.clone(),
            DayFigures::Known { uptime_bp, down_s, degraded_s, maintenance_s, unknown_s } => {
                let uptime = uptime_bp.map(|points| self.up.replace(PLACE, &self.percent.replace(PLACE, &percent(points))));
                let lengths = [
                    (&self.down, down_s),
                    (&self.degraded, degraded_s),
                    (&self.maintenance, maintenance_s),
                    (&self.unknown, unknown_s),
                ];
                let lengths = lengths.into_iter().filter(|(_, seconds)| **seconds > 0);
                let lengths = lengths.map(|(words, seconds)| words.replace(PLACE, &self.length.say(seconds * 1000)));
                uptime.into_iter().chain(lengths).collect::<Vec<_>>().join(&self.separator)
            }
        };
        [self.day[0].as_str(), date, &self.day[1], &facts, &self.day[2]].concat()
    }
}

/// Ten-thousandths as percent: `99.31`, `100`. Floating point is left out, for the browser's sake.
pub fn percent(points: u32) -> String {
    if points == 10_000 { "100".to_owned() } else { format!("{}.{:02}", points / 100, points % 100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(uptime_bp: u32, lengths: [u64; 4]) -> DayFigures {
        let [down_s, degraded_s, maintenance_s, unknown_s] = lengths;
        DayFigures::Known { uptime_bp: Some(uptime_bp), down_s, degraded_s, maintenance_s, unknown_s }
    }

    #[test]
    fn ninety_days_travel_in_a_few_bytes_and_arrive_whole() {
        let mut days = vec![DayFigures::NotWatched; 10];
        days.extend([DayFigures::Unknown; 2]);
        days.extend([PERFECT; 40]);
        days.extend([known(9931, [596, 0, 0, 0]), known(10_000, [0, 0, 0, 300]), known(9931, [596, 0, 0, 0])]);
        days.push(DayFigures::Known { uptime_bp: None, down_s: 0, degraded_s: 0, maintenance_s: 86_400, unknown_s: 0 });
        let text = DayFigures::encode(&days);
        assert_eq!(text, "_10 -2 40 9931.596 10000.0.0.0.300 9931.596 .0.0.86400");
        assert_eq!(DayFigures::decode(&text), days);
    }

    #[test]
    fn nonsense_gives_no_days_and_no_panic() {
        assert_eq!(DayFigures::decode("x -y _ .").len(), 1);
        assert!(DayFigures::decode("99999999999").len() <= DAYS_MAX);
        assert!(DayFigures::decode("_é").is_empty());
    }
}
