//! Latency percentiles that can be added up: a histogram per bucket of time, stored in a few bytes, merged without error.
//!
//! Buckets are those of the `histogram` crate with a grouping power of 5: a value is off by at most 3.2 %. Values are microseconds.

use std::collections::VecDeque;

use histogram::{Histogram, SparseHistogram};
use thiserror::Error;

use crate::time::Timestamp;

/// Sub-buckets per power of two, as a power of two itself: 2⁻⁵ = 3.2 % relative error.
const GROUPING_POWER: u8 = 5;
/// Largest value kept apart is 2³⁷ µs, 38 hours; longer ones count as that.
const MAX_VALUE_POWER: u8 = 37;
const MAX_VALUE_US: u64 = (1 << MAX_VALUE_POWER) - 1;

/// A distribution of durations.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram);

/// Stored bytes that are no histogram of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the stored latency histogram is damaged at byte {byte}; the rollup it stands in can be rebuilt while raw results are kept"
)]
pub struct DamagedHistogram {
    /// Where reading stopped.
    pub byte: usize,
}

impl Default for Latencies {
    fn default() -> Self {
        Self(Histogram::new(GROUPING_POWER, MAX_VALUE_POWER).expect("the two powers are constants that the crate accepts"))
    }
}

impl Latencies {
    /// Adds one duration in microseconds.
    pub fn record(&mut self, duration_us: u64) {
        self.0.increment(duration_us.min(MAX_VALUE_US)).expect("the value is clamped to the histogram's range");
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.0.reset();
    }

    /// How many durations are in it.
    pub fn count(&self) -> u64 {
        self.0.as_slice().iter().sum()
    }

    /// The duration in microseconds below which `ratio` (0 to 1) of all lie; `None` when empty.
    pub fn quantile_us(&self, ratio: f64) -> Option<u64> {
        self.0.quantile_bucket(ratio.clamp(0.0, 1.0)).ok().flatten().map(|bucket| bucket.end())
    }

    /// The stored form: per non-empty bucket its distance from the one before and its count, as LEB128.
    pub fn encode(&self) -> Vec<u8> {
        let sparse = SparseHistogram::from(&self.0);
        let mut bytes = Vec::with_capacity(sparse.index().len() * 3);
        let mut previous = 0;
        for (index, count) in sparse.index().iter().zip(sparse.count()) {
            push_leb128(&mut bytes, u64::from(index - previous));
            push_leb128(&mut bytes, *count);
            previous = *index;
        }
        bytes
    }

    /// Adds a stored histogram to this one.
    pub fn merge_encoded(&mut self, bytes: &[u8]) -> Result<(), DamagedHistogram> {
        let (mut at, mut index) = (0, 0_usize);
        while at < bytes.len() {
            let start = at;
            let damaged = || DamagedHistogram { byte: start };
            let step = read_leb128(bytes, &mut at).ok_or_else(damaged)?;
            let count = read_leb128(bytes, &mut at).ok_or_else(damaged)?;
            index = usize::try_from(step).ok().and_then(|step| index.checked_add(step)).ok_or_else(damaged)?;
            let slot = self.0.as_mut_slice().get_mut(index).ok_or_else(damaged)?;
            *slot = slot.saturating_add(count);
        }
        Ok(())
    }
}

const HOUR_MS: i64 = 3_600_000;
/// Hours that a [`LatencyDay`] keeps, the present one included.
pub const HOURS_KEPT: usize = 24;

/// The last 24 hours of durations, hour by hour: a few dozen bytes an hour, and the durations of the present hour as they are.
#[derive(Clone, Debug, Default)]
pub struct LatencyDay {
    /// Hours that are over, oldest first.
    hours: VecDeque<Hour>,
    /// The hour that is going on, counted from the Unix epoch.
    present: i64,
    durations_us: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Hour {
    number: i64,
    p50_us: u64,
    encoded: Box<[u8]>,
}

impl Hour {
    fn of(number: i64, latencies: &Latencies) -> Option<Self> {
        Some(Self { number, p50_us: latencies.quantile_us(0.5)?, encoded: latencies.encode().into_boxed_slice() })
    }
}

/// What a [`LatencyDay`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatencySummary {
    /// The median of all, in microseconds.
    pub p50_us: u64,
    /// 95 % of all took at most this, in microseconds.
    pub p95_us: u64,
    /// The median of each hour, oldest first, [`HOURS_KEPT`] of them, the last being the present one; `None` for hours without any.
    pub hours: Vec<Option<u64>>,
}

impl LatencyDay {
    /// Adds one duration, in microseconds, of an execution at `at`. One of more than 71 minutes counts as that.
    pub fn record(&mut self, at: Timestamp, duration_us: u64) {
        let hour = at.as_ms().div_euclid(HOUR_MS);
        if hour > self.present {
            self.close_present();
            self.present = hour;
        } else if hour < self.present - 1 {
            // No result is that late: the clock was ahead, and what is of after this hour never was.
            self.hours.retain(|known| known.number <= hour);
            self.durations_us.clear();
            self.present = hour;
        }
        if hour == self.present {
            self.durations_us.push(u32::try_from(duration_us).unwrap_or(u32::MAX));
        } else {
            let mut one = Latencies::default();
            one.record(duration_us);
            self.merge(hour, &one);
        }
    }

    /// Adds a stored histogram of executions in the hour of `at`.
    pub fn put(&mut self, at: Timestamp, encoded: &[u8]) -> Result<(), DamagedHistogram> {
        let mut stored = Latencies::default();
        stored.merge_encoded(encoded)?;
        self.merge(at.as_ms().div_euclid(HOUR_MS), &stored);
        Ok(())
    }

    /// Adds what another day holds of hours that are over.
    pub fn absorb(&mut self, other: &Self) {
        for hour in &other.hours {
            let mut stored = Latencies::default();
            // What is kept was encoded here.
            if stored.merge_encoded(&hour.encoded).is_ok() {
                self.merge(hour.number, &stored);
            }
        }
    }

    /// Moves the present hour's durations to the hours that are over.
    fn close_present(&mut self) {
        let mut latencies = Latencies::default();
        self.durations_us.iter().for_each(|us| latencies.record(u64::from(*us)));
        self.durations_us = Vec::new();
        self.merge(self.present, &latencies);
    }

    fn merge(&mut self, number: i64, more: &Latencies) {
        let place = self.hours.partition_point(|hour| hour.number < number);
        let known = self.hours.get(place).filter(|hour| hour.number == number);
        let mut sum = more.clone();
        // What is kept was encoded here.
        if known.is_none_or(|hour| sum.merge_encoded(&hour.encoded).is_ok())
            && let Some(hour) = Hour::of(number, &sum)
        {
            if known.is_some() {
                self.hours.remove(place);
            }
            self.hours.insert(place, hour);
        }
        let newest = self.hours.back().map_or(0, |hour| hour.number);
        self.hours.retain(|hour| hour.number > newest - HOURS_KEPT as i64);
    }

    /// The sum of the 24 hours of which `now` is in the last; `None` when nothing was measured in them.
    pub fn summary(&self, now: Timestamp) -> Option<LatencySummary> {
        let last = now.as_ms().div_euclid(HOUR_MS);
        let first = last - HOURS_KEPT as i64 + 1;
        let is_within = |number: i64| (first..=last).contains(&number);
        let mut sum = Latencies::default();
        let mut hours = vec![None; HOURS_KEPT];
        for hour in self.hours.iter().filter(|hour| is_within(hour.number)) {
            let _ = sum.merge_encoded(&hour.encoded);
            hours[(hour.number - first) as usize] = Some(hour.p50_us);
        }
        if is_within(self.present) && !self.durations_us.is_empty() {
            let mut present = Latencies::default();
            for us in self.durations_us.iter().copied().map(u64::from) {
                present.record(us);
                sum.record(us);
            }
            if let Some(known) = self.hours.iter().find(|hour| hour.number == self.present) {
                let _ = present.merge_encoded(&known.encoded);
            }
            hours[(self.present - first) as usize] = present.quantile_us(0.5);
        }
        Some(LatencySummary { p50_us: sum.quantile_us(0.5)?, p95_us: sum.quantile_us(0.95)?, hours })
    }
}

fn push_leb128(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read_leb128(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Latencies {
        let mut latencies = Latencies::default();
        values.iter().for_each(|value| latencies.record(*value));
        latencies
    }

    #[test]
    fn percentiles_are_within_the_promised_error() {
        let latencies = of(&(1..=10_000).collect::<Vec<_>>());
        for (ratio, exact) in [(0.5, 5_000.0), (0.95, 9_500.0), (0.99, 9_900.0)] {
            let error = (latencies.quantile_us(ratio).unwrap() as f64 - exact).abs() / exact;
            assert!(error <= 0.032, "{ratio}: off by {error}");
        }
        assert_eq!(Latencies::default().quantile_us(0.5), None);
    }

    fn hours(hours: i64) -> Timestamp {
        Timestamp::from_ms(hours * HOUR_MS)
    }

    #[test]
    fn a_day_of_latencies_has_a_median_per_hour_and_forgets_what_is_older() {
        let mut day = LatencyDay::default();
        assert_eq!(day.summary(hours(1_000)), None);
        for hour in 1_000..1_030 {
            (0..10).for_each(|n| day.record(hours(hour), 1_000 * (hour.unsigned_abs() - 999) + n));
        }
        let summary = day.summary(hours(1_029)).unwrap();
        assert_eq!(summary.hours.len(), HOURS_KEPT);
        assert!(summary.hours.iter().all(Option::is_some));
        assert!(summary.hours[0].unwrap() >= 7_000, "the first six hours are forgotten");
        assert!(summary.p50_us > 17_000 && summary.p50_us < 20_000 && summary.p95_us > 28_000, "{summary:?}");
        let later = day.summary(hours(1_050)).unwrap();
        assert_eq!(later.hours.iter().flatten().count(), 3, "only hours of the last 24 count");
        assert_eq!(day.summary(hours(1_100)), None);
    }

    #[test]
    fn a_clock_that_was_ahead_leaves_no_trace() {
        let mut day = LatencyDay::default();
        (1_000..1_010).for_each(|hour| day.record(hours(hour), 5_000));
        (1_030..1_033).for_each(|hour| day.record(hours(hour), 9_000));
        (1_010..1_012).for_each(|hour| day.record(hours(hour), 5_000));
        let summary = day.summary(hours(1_011)).unwrap();
        assert!(summary.p95_us < 6_000 && summary.hours.iter().flatten().count() >= 2, "{summary:?}");
    }

    proptest! {
        #[test]
        fn a_day_made_of_stored_and_fresh_parts_is_the_day_as_a_whole(values in prop::collection::vec((0_i64..24, 1_u64..9_000_000, any::<bool>()), 1..80)) {
            let (mut whole, mut parts, mut stored) = (LatencyDay::default(), LatencyDay::default(), LatencyDay::default());
            let mut values = values;
            values.sort_unstable();
            for (hour, us, _) in &values {
                whole.record(hours(1_000 + hour), *us);
            }
            for (hour, us, is_stored) in &values {
                if *is_stored {
                    stored.put(hours(1_000 + hour), &of(&[*us]).encode()).unwrap();
                } else {
                    parts.record(hours(1_000 + hour), *us);
                }
            }
            parts.absorb(&stored);
            prop_assert_eq!(whole.summary(hours(1_023)), parts.summary(hours(1_023)));
        }

        #[test]
        fn merging_stored_halves_gives_the_whole(a in prop::collection::vec(0_u64..u64::MAX, 0..50), b in prop::collection::vec(0_u64..5_000_000, 0..50)) {
            let mut merged = Latencies::default();
            merged.merge_encoded(&of(&a).encode()).unwrap();
            merged.merge_encoded(&of(&b).encode()).unwrap();
            let whole = of(&[a, b].concat());
            prop_assert_eq!(merged.encode(), whole.encode());
            prop_assert_eq!(merged.count(), whole.count());
        }

        #[test]
        fn damaged_bytes_are_an_error_not_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Latencies::default().merge_encoded(&bytes);
        }
    }
}
