//! Latency percentiles that can be added up: a histogram per bucket of time, stored in a few bytes, merged without error.
//!
//! Buckets are those of the `histogram` crate with a grouping power of 5: a value is off by at most 3.2 %. Values are microseconds.

use histogram::{Histogram, SparseHistogram};
use thiserror::Error;

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

    proptest! {
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
