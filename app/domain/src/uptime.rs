//! The arithmetic of uptime: how long each status lasted within a span, and what percentage that makes.
//!
//! Uptime = 1 − (major + *wₚ* · partial + *w_d* · degraded) ÷ (total − unknown − maintenance), with Statuspage's weights by default
//! (partial 0.3, degraded 0). It is computed from a component's exact history, never from counts of results. Days are days of
//! the site's zone: 23 or 25 hours long when clocks change.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::component::Status;
use crate::time::{Change, TimeRange, Timestamp};

/// How much of a bad minute counts as downtime, 0 to 1, per status.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Of a partial outage.
    pub partial_outage: f64,
    /// Of degraded performance.
    pub degraded_performance: f64,
}

impl Default for Weights {
    /// Statuspage's convention.
    fn default() -> Self {
        Self { partial_outage: 0.3, degraded_performance: 0.0 }
    }
}

/// How long each status lasted, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Operational.
    pub operational_ms: u64,
    /// Degraded performance.
    pub degraded_ms: u64,
    /// Partial outage.
    pub partial_ms: u64,
    /// Major outage.
    pub major_ms: u64,
    /// Planned work, whatever the status in it.
    pub maintenance_ms: u64,
    /// Nothing known: no data, the watching failed, or nobody watched.
    pub unknown_ms: u64,
}

impl Tally {
    fn slot(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Operational => &mut self.operational_ms,
            Status::DegradedPerformance => &mut self.degraded_ms,
            Status::PartialOutage => &mut self.partial_ms,
            Status::MajorOutage => &mut self.major_ms,
            Status::UnderMaintenance => &mut self.maintenance_ms,
            Status::Unknown | Status::Unwatched => &mut self.unknown_ms,
        }
    }

    /// Everything, known or not.
    pub fn total_ms(&self) -> u64 {
        self.known_ms() + self.maintenance_ms + self.unknown_ms
    }

    /// The denominator of uptime: total − unknown − maintenance.
    pub fn known_ms(&self) -> u64 {
        self.operational_ms + self.degraded_ms + self.partial_ms + self.major_ms
    }

    /// Time in a partial or major outage.
    pub fn down_ms(&self) -> u64 {
        self.partial_ms + self.major_ms
    }

    /// Uptime as a ratio from 0 to 1; `None` when nothing was known.
    pub fn uptime(&self, weights: Weights) -> Option<f64> {
        let known = self.known_ms();
        let down = self.major_ms as f64
            + self.partial_ms as f64 * weights.partial_outage
            + self.degraded_ms as f64 * weights.degraded_performance;
        (known > 0).then(|| (1.0 - down / known as f64).clamp(0.0, 1.0))
    }

    /// Uptime over a span of `span_ms`, of which this tally may cover only a part: `None` when less than half of the span was known. A
    /// figure over the last hour is none over 90 days.
    pub fn uptime_over(&self, span_ms: u64, weights: Weights) -> Option<f64> {
        self.uptime(weights).filter(|_| self.known_ms() + self.maintenance_ms >= span_ms / 2)
    }

    /// The worst status that took any time, which colours a day. A day of which less than half was known is good only as far as
    /// that goes: without trouble it is `Unknown`.
    pub fn worst(&self) -> Status {
        if self.degraded_ms + self.down_ms() == 0 && self.unknown_ms > self.operational_ms + self.maintenance_ms {
            return Status::Unknown;
        }
        let seen = [
            (self.major_ms, Status::MajorOutage),
            (self.partial_ms, Status::PartialOutage),
            (self.degraded_ms, Status::DegradedPerformance),
            (self.operational_ms, Status::Operational),
            (self.maintenance_ms, Status::UnderMaintenance),
        ];
        seen.into_iter().find(|(ms, _)| *ms > 0).map_or(Status::Unknown, |(_, status)| status)
    }

    /// Adds another span's times.
    pub fn add(&mut self, other: &Self) {
        self.operational_ms += other.operational_ms;
        self.degraded_ms += other.degraded_ms;
        self.partial_ms += other.partial_ms;
        self.major_ms += other.major_ms;
        self.maintenance_ms += other.maintenance_ms;
        self.unknown_ms += other.unknown_ms;
    }
}

/// How many ten-thousandths a ratio is, rounded **down** unless it is exactly one: 99.999 % is never shown as 100 %.
pub fn basis_points(ratio: f64) -> u32 {
    if ratio >= 1.0 { 10_000 } else { ((ratio.max(0.0) * 10_000.0).floor() as u32).min(9_999) }
}

/// Measures `ranges`, which must be in order of time and not overlap, against a history (in order of time; before its first
/// change nothing is known) and spans of maintenance (in order of time, not overlapping). One tally per range, in one pass.
pub fn tally(history: &[Change<Status>], maintenance: &[TimeRange], ranges: &[TimeRange]) -> Vec<Tally> {
    let mut first = 0;
    ranges
        .iter()
        .map(|range| {
            let mut tally = Tally::default();
            first += history[first..].partition_point(|change| change.at <= range.from()).saturating_sub(1);
            let mut cursor = range.from();
            let mut status = history.get(first).filter(|change| change.at <= cursor).map_or(Status::Unknown, |c| c.state);
            for change in history[first..].iter().skip_while(|change| change.at <= range.from()) {
                if change.at >= range.until() {
                    break;
                }
                spend(&mut tally, TimeRange::new(cursor, change.at), status, maintenance);
                (cursor, status) = (change.at, change.state);
            }
            spend(&mut tally, TimeRange::new(cursor, range.until()), status, maintenance);
            tally
        })
        .collect()
}

fn spend(tally: &mut Tally, span: TimeRange, status: Status, maintenance: &[TimeRange]) {
    let from = maintenance.partition_point(|window| window.until() <= span.from());
    let planned: u64 = maintenance[from..].iter().take_while(|w| w.from() < span.until()).map(|w| w.intersect(span).ms()).sum();
    *tally.slot(Status::UnderMaintenance) += planned;
    *tally.slot(status) += span.ms() - planned;
}

/// The `count` calendar days in `zone` that end with the one in which `now` lies, oldest first. The last is cut off at `now`.
pub fn days_until(now: Timestamp, count: u16, zone: &TimeZone) -> Vec<(Date, TimeRange)> {
    let today = now.to_jiff().to_zoned(zone.clone()).date();
    (0..i64::from(count))
        .rev()
        .filter_map(|back| {
            let date = today.checked_sub(jiff::Span::new().days(back)).ok()?;
            let from = start_of_day(date, zone)?;
            let until = start_of_day(date.tomorrow().ok()?, zone)?;
            Some((date, TimeRange::new(from, until.min(now))))
        })
        .collect()
}

/// The first moment of a calendar day, which is not midnight where clocks skip it.
pub fn start_of_day(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned(zone.clone()).ok()?.start_of_day().ok().map(|start| Timestamp::from_jiff(start.timestamp()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn days_are_23_24_or_25_hours_long() {
        let noon = |text: &str| Timestamp::from_jiff(text.parse().unwrap());
        let hours = |now: Timestamp, zone: &TimeZone| -> Vec<u64> {
            days_until(now, 3, zone).iter().map(|(_, range)| range.ms() / 3_600_000).collect()
        };
        let berlin = zone("Europe/Berlin");
        assert_eq!(hours(noon("2026-03-30T22:00:00Z"), &berlin)[..2], [23, 24]);
        assert_eq!(hours(noon("2026-10-26T12:00:00Z"), &berlin)[..2], [24, 25]);
        assert_eq!(hours(noon("2026-10-26T12:00:00Z"), &zone("Asia/Tokyo")), [24, 24, 21]);
    }

    #[test]
    fn nearly_perfect_is_not_perfect() {
        assert_eq!(basis_points(1.0), 10_000);
        assert_eq!(basis_points(0.999_999), 9_999);
        assert_eq!(basis_points(0.5), 5_000);
        assert_eq!(basis_points(0.0), 0);
    }

    #[test]
    fn unknown_and_maintenance_stay_out_of_the_denominator() {
        let tally = Tally { operational_ms: 900, major_ms: 100, unknown_ms: 5_000, maintenance_ms: 5_000, ..Tally::default() };
        assert_eq!(tally.uptime(Weights::default()), Some(0.9));
        assert_eq!(Tally { unknown_ms: 9, ..Tally::default() }.uptime(Weights::default()), None);
    }

    #[test]
    fn less_than_half_of_a_span_gives_no_figure_of_it() {
        let tally = Tally { operational_ms: 400, major_ms: 100, ..Tally::default() };
        assert_eq!(tally.uptime_over(1_000, Weights::default()), Some(0.8));
        assert_eq!(tally.uptime_over(1_002, Weights::default()), None);
        assert_eq!(Tally { maintenance_ms: 1, ..tally }.uptime_over(1_002, Weights::default()), Some(0.8));
    }

    #[test]
    fn a_day_that_was_hardly_seen_is_not_green() {
        let tally = Tally { operational_ms: 1_000, unknown_ms: 86_399_000, ..Tally::default() };
        assert_eq!(tally.worst(), Status::Unknown);
        assert_eq!(Tally { major_ms: 1_000, ..tally }.worst(), Status::MajorOutage, "trouble that was seen is shown");
        assert_eq!(Tally::default().worst(), Status::Unknown);
    }

    #[test]
    fn weights_say_how_much_of_a_bad_minute_counts() {
        let tally = Tally { operational_ms: 0, degraded_ms: 500, partial_ms: 500, ..Tally::default() };
        let close = |weights, expected: f64| (tally.uptime(weights).unwrap() - expected).abs() < 1e-9;
        assert!(close(Weights::default(), 0.85));
        assert!(close(Weights { partial_outage: 1.0, degraded_performance: 0.5 }, 0.25));
    }

    fn statuses() -> impl Strategy<Value = Status> {
        prop::sample::select(Status::ALL.to_vec())
    }

    proptest! {
        /// Millisecond by millisecond, as a person with much patience would count.
        #[test]
        fn tallies_agree_with_counting(
            cuts in prop::collection::btree_map(0_i64..200, statuses(), 0..12),
            windows in prop::collection::btree_set(0_i64..200, 0..6),
            edges in prop::collection::btree_set(-20_i64..220, 2..6),
        ) {
            let history: Vec<_> = cuts.into_iter().map(|(ms, state)| Change { at: at(ms), state }).collect();
            let windows: Vec<i64> = windows.into_iter().collect();
            let maintenance: Vec<_> = windows.chunks_exact(2).map(|w| TimeRange::new(at(w[0]), at(w[1]))).collect();
            let edges: Vec<i64> = edges.into_iter().collect();
            let ranges: Vec<_> = edges.windows(2).map(|w| TimeRange::new(at(w[0]), at(w[1]))).collect();
            let counted = tally(&history, &maintenance, &ranges);
            for (range, tally) in ranges.iter().zip(&counted) {
                let mut expected = Tally::default();
                for ms in range.from().as_ms()..range.until().as_ms() {
                    let planned = maintenance.iter().any(|w| w.from().as_ms() <= ms && ms < w.until().as_ms());
                    let status = history.iter().rev().find(|c| c.at.as_ms() <= ms).map_or(Status::Unknown, |c| c.state);
                    *expected.slot(if planned { Status::UnderMaintenance } else { status }) += 1;
                }
                prop_assert_eq!(tally, &expected);
                prop_assert_eq!(tally.total_ms(), range.ms());
            }
        }

        #[test]
        fn ninety_days_are_contiguous_and_end_now(ms in 0_i64..4_000_000_000_000, zone_name in prop::sample::select(vec![
            "Asia/Tokyo", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "UTC", "America/St_Johns",
        ])) {
            let days = days_until(at(ms), 90, &zone(zone_name));
            prop_assert_eq!(days.len(), 90);
            prop_assert_eq!(days[89].1.until(), at(ms));
            for pair in days.windows(2) {
                prop_assert_eq!(pair[0].1.until(), pair[1].1.from());
            }
        }
    }
}
