//! A day of one probe's results, made ready to be looked at: columns for a chart, and stretches in which every change of the result stands.
//!
//! Nothing is lost on the way: the columns' counts and the stretches' counts both add up to the number of results.

use crate::probe::observation::{CauseKind, Verdict};
use crate::time::{TimeRange, Timestamp};

/// A result, as far as it is looked at here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub verdict: Verdict,
    /// The kind of trouble.
    pub cause: Option<CauseKind>,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
}

/// How many results of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Up.
    pub up: u32,
    /// Degraded.
    pub degraded: u32,
    /// Down.
    pub down: u32,
    /// Unknown.
    pub unknown: u32,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Up => self.up += 1,
            Verdict::Degraded => self.degraded += 1,
            Verdict::Down => self.down += 1,
            Verdict::Unknown => self.unknown += 1,
        }
    }

    /// All of them.
    pub const fn total(&self) -> u32 {
        self.up + self.degraded + self.down + self.unknown
    }

    /// The verdict that wants most attention, of those that are there; trouble that is known outweighs what is not known.
    pub const fn worst(&self) -> Option<Verdict> {
        match self {
            Self { down: 1.., .. } => Some(Verdict::Down),
            Self { degraded: 1.., .. } => Some(Verdict::Degraded),
            Self { unknown: 1.., .. } => Some(Verdict::Unknown),
            Self { up: 1.., .. } => Some(Verdict::Up),
            _ => None,
        }
    }
}

/// How long the executions of a column took, in microseconds: those that were up or degraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took {
    /// The shortest.
    pub min_us: u64,
    /// The median.
    pub p50_us: u64,
    /// 95 % took at most this.
    pub p95_us: u64,
}

/// The results that began within one slice of the span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// How many of each verdict.
    pub counts: Counts,
    /// `None` when nothing was measured.
    pub took: Option<Took>,
}

/// Results that follow each other and say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// When the first began.
    pub from: Timestamp,
    /// When the last began.
    pub until: Timestamp,
    /// How many.
    pub count: u32,
    /// What they say.
    pub verdict: Verdict,
    /// The kind of trouble.
    pub cause: Option<CauseKind>,
    /// The shortest and the longest, in microseconds, as far as measured.
    pub took_us: Option<(u64, u64)>,
}

/// A span of results, ready to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The span that was looked at.
    pub span: TimeRange,
    /// The span in equal slices, oldest first.
    pub columns: Vec<Column>,
    /// The newest first, at most as many as were asked for.
    pub stretches: Vec<Stretch>,
    /// How many older stretches are left out.
    pub stretches_left_out: usize,
}

impl Review {
    /// Reviews `results` (in order of time; those outside `span` are passed over) in `columns` slices and at most `stretches_max` stretches.
    pub fn new(span: TimeRange, results: &[Seen], columns: usize, stretches_max: usize) -> Self {
        let inside = |seen: &&Seen| span.from() <= seen.at && seen.at < span.until();
        let mut slices = vec![(Counts::default(), Vec::new()); columns];
        let mut stretches: Vec<Stretch> = Vec::new();
        for seen in results.iter().filter(inside) {
            let since = seen.at.since(span.from()).as_millis() as u64;
            // Below `columns`, for `since` is below the span's length.
            let index = (u128::from(since) * columns as u128 / u128::from(span.ms().max(1))) as usize;
            if let Some((counts, durations)) = slices.get_mut(index) {
                counts.add(seen.verdict);
                if matches!(seen.verdict, Verdict::Up | Verdict::Degraded) {
                    durations.extend(seen.duration_us);
                }
            }
            match stretches.last_mut() {
                Some(stretch) if stretch.verdict == seen.verdict && stretch.cause == seen.cause => stretch.take(seen),
                _ => stretches.push(Stretch::of(seen)),
            }
        }
        stretches.reverse();
        let stretches_left_out = stretches.len().saturating_sub(stretches_max);
        stretches.truncate(stretches_max);
        let columns = slices.into_iter().map(|(counts, durations)| Column { counts, took: took(durations) }).collect();
        Self { span, columns, stretches, stretches_left_out }
    }

    /// All results.
    pub fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for Column { counts, .. } in &self.columns {
            sum.up += counts.up;
            sum.degraded += counts.degraded;
            sum.down += counts.down;
            sum.unknown += counts.unknown;
        }
        sum
    }
}

impl Stretch {
    fn of(seen: &Seen) -> Self {
        let took_us = seen.duration_us.map(|us| (us, us));
        Self { from: seen.at, until: seen.at, count: 1, verdict: seen.verdict, cause: seen.cause, took_us }
    }

    fn take(&mut self, seen: &Seen) {
        self.until = seen.at;
        self.count += 1;
        self.took_us = match (self.took_us, seen.duration_us) {
            (Some((min, max)), Some(us)) => Some((min.min(us), max.max(us))),
            (known, us) => known.or(us.map(|us| (us, us))),
        };
    }
}

fn took(mut durations: Vec<u64>) -> Option<Took> {
    durations.sort_unstable();
    let rank = |percent: usize| (durations.len() * percent).div_ceil(100).saturating_sub(1);
    let at = |percent| durations.get(rank(percent)).copied();
    Some(Took { min_us: *durations.first()?, p50_us: at(50)?, p95_us: at(95)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(at: i64, verdict: Verdict, duration_us: u64) -> Seen {
        let cause = (verdict == Verdict::Down).then_some(CauseKind::Timeout);
        Seen { at: Timestamp::from_ms(at), verdict, cause, duration_us: Some(duration_us) }
    }

    fn span() -> TimeRange {
        TimeRange::new(Timestamp::from_ms(0), Timestamp::from_ms(100))
    }

    #[test]
    fn results_that_say_the_same_are_one_run_and_every_turn_is_seen() {
        use Verdict::{Down, Up};
        let results = [seen(0, Up, 5), seen(10, Up, 9), seen(20, Down, 50), seen(30, Up, 7), seen(100, Up, 1)];
        let review = Review::new(span(), &results, 10, 10);
        let told: Vec<_> =
            review.stretches.iter().map(|r| (r.from.as_ms(), r.until.as_ms(), r.count, r.verdict, r.took_us)).collect();
        assert_eq!(
            told,
            [(30, 30, 1, Up, Some((7, 7))), (20, 20, 1, Down, Some((50, 50))), (0, 10, 2, Up, Some((5, 9)))],
            "the newest first; what began after the span is not in it"
        );
        assert_eq!(review.columns[2].counts.worst(), Some(Down));
        assert_eq!(review.columns[2].took, None, "how long a failure took is no latency");
        let few = Review::new(span(), &results, 10, 2);
        assert_eq!((few.stretches.len(), few.stretches_left_out), (2, 1));
    }

    #[test]
    fn the_median_and_the_95th_percentile_are_results_that_were_seen() {
        let results: Vec<_> = (1..=20).map(|n| seen(n, Verdict::Up, n as u64)).collect();
        let took = Review::new(span(), &results, 1, 1).columns[0].took;
        assert_eq!(took, Some(Took { min_us: 1, p50_us: 10, p95_us: 19 }));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(results in prop::collection::btree_map(-20_i64..120, (prop::sample::select(Verdict::ALL.to_vec()), 0_u64..999), 0..60), columns in 1_usize..40) {
            let results: Vec<_> = results.into_iter().map(|(at, (verdict, us))| seen(at, verdict, us)).collect();
            let inside = results.iter().filter(|seen| (0..100).contains(&seen.at.as_ms())).count() as u32;
            let review = Review::new(span(), &results, columns, usize::MAX);
            prop_assert_eq!(review.counts().total(), inside);
            prop_assert_eq!(review.stretches.iter().map(|stretch| stretch.count).sum::<u32>(), inside);
            for pair in review.stretches.windows(2) {
                prop_assert!(pair[0].from > pair[1].until);
                prop_assert!((pair[0].verdict, pair[0].cause) != (pair[1].verdict, pair[1].cause));
            }
        }
    }
}
