//! The figures of an incident: how long it took to notice it, to begin, to end it.
//!
//! They are derived from the markers of the timeline and never typed; a duration that the authors state themselves stands beside
//! the computed one and changes nothing in it. They are shown for one incident, and over several as a distribution: median, 90th
//! percentile and how many there are. A mean is left out below [`MEAN_N_MIN`] values, where a single long night would make it.

use std::collections::BTreeMap;

use super::work::Marker;
use crate::time::Timestamp;

/// From so many values on there is a mean.
pub const MEAN_N_MIN: usize = 5;

/// The moments that the markers of an incident stand for.
pub type Moments = BTreeMap<Marker, Timestamp>;

/// A figure, in the order in which they come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// From the start of the impact until we knew.
    Detect,
    /// From knowing until somebody took it on.
    Acknowledge,
    /// From knowing until somebody began to work on it.
    Respond,
    /// From beginning until somebody could reach what is broken.
    Access,
    /// From beginning until the cause was found.
    Identify,
    /// From the start of the impact until users were better off.
    Mitigate,
    /// From the start of the impact until its end.
    Recover,
    /// From the start of the impact until the public was told.
    Tell,
}

impl Measure {
    /// Every one, in order.
    pub const ALL: [Self; 8] =
        [Self::Detect, Self::Acknowledge, Self::Respond, Self::Access, Self::Identify, Self::Mitigate, Self::Recover, Self::Tell];

    /// The name in JSON, and behind `metric-` in message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Acknowledge => "acknowledge",
            Self::Respond => "respond",
            Self::Access => "access",
            Self::Identify => "identify",
            Self::Mitigate => "mitigate",
            Self::Recover => "recover",
            Self::Tell => "tell",
        }
    }

    /// The markers between which it is measured.
    pub const fn markers(self) -> (Marker, Marker) {
        match self {
            Self::Detect => (Marker::ImpactStart, Marker::Detected),
            Self::Acknowledge => (Marker::Detected, Marker::Acknowledged),
            Self::Respond => (Marker::Detected, Marker::ResponseStarted),
            Self::Access => (Marker::ResponseStarted, Marker::AccessGained),
            Self::Identify => (Marker::ResponseStarted, Marker::CauseIdentified),
            Self::Mitigate => (Marker::ImpactStart, Marker::Mitigated),
            Self::Recover => (Marker::ImpactStart, Marker::ImpactEnd),
            Self::Tell => (Marker::ImpactStart, Marker::FirstPublicUpdate),
        }
    }
}

/// A figure of one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What it is.
    pub measure: Measure,
    /// From which marker.
    pub from: Marker,
    /// To which.
    pub until: Marker,
    /// How long, in milliseconds. `None`: a marker is missing. Negative: they are in the wrong order, and the reader is told so.
    pub ms: Option<i64>,
}

/// All figures, in order. Recovery is measured to the end of the impact; where nobody marked that, to the moment of resolution.
pub fn measure(moments: &Moments) -> Vec<Measured> {
    let of = |measure: Measure| {
        let (from, wanted) = measure.markers();
        let has = |marker: Marker| moments.contains_key(&marker);
        let is_unmarked = wanted == Marker::ImpactEnd && !has(wanted) && has(Marker::Resolved);
        let until = if is_unmarked { Marker::Resolved } else { wanted };
        let ends = moments.get(&from).zip(moments.get(&until));
        Measured { measure, from, until, ms: ends.map(|(from, until)| until.as_ms().saturating_sub(from.as_ms())) }
    };
    Measure::ALL.into_iter().map(of).collect()
}

/// How values are distributed, in the unit that they are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many there are.
    pub n: usize,
    /// The nearest-rank median: the smallest value that at least half of them do not exceed. It is always one of them.
    pub median: u64,
    /// The nearest-rank 90th percentile: the smallest value that at least nine tenths of them do not exceed.
    pub p90: u64,
    /// The mean, rounded to the nearest; none below [`MEAN_N_MIN`] values.
    pub mean: Option<u64>,
}

/// How `values` are distributed, in whatever order they come; `None` when there are none.
pub fn spread(values: &[u64]) -> Option<Spread> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let n = sorted.len();
    let tenths = |tenths: usize| sorted.get((n * tenths).div_ceil(10).checked_sub(1)?).copied();
    let sum: u128 = values.iter().copied().map(u128::from).sum();
    let mean = (n >= MEAN_N_MIN).then(|| (sum + n as u128 / 2) / n as u128);
    // A mean is between its values, so it fits where they do.
    Some(Spread { n, median: tenths(5)?, p90: tenths(9)?, mean: mean.map(|mean| u64::try_from(mean).unwrap_or(u64::MAX)) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE_MS: i64 = 60_000;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn ms(moments: &Moments, wanted: Measure) -> Option<i64> {
        measure(moments).into_iter().find(|measured| measured.measure == wanted).unwrap().ms
    }

    /// The night of 18 April 2024: its start stands in the text of the write-up, the other moments in its timeline.
    fn pasokey() -> Moments {
        Moments::from([
            (Marker::ImpactStart, at("2024-04-18T22:15:00+09:00")),
            (Marker::Detected, at("2024-04-18T22:36:00+09:00")),
            (Marker::ResponseStarted, at("2024-04-18T23:38:00+09:00")),
            (Marker::CauseIdentified, at("2024-04-19T00:25:00+09:00")),
            (Marker::ImpactEnd, at("2024-04-19T00:34:00+09:00")),
        ])
    }

    #[test]
    fn the_pasokey_night_took_21_minutes_to_detect_and_139_to_recover() {
        let moments = pasokey();
        assert_eq!(ms(&moments, Measure::Detect), Some(21 * MINUTE_MS));
        assert_eq!(ms(&moments, Measure::Respond), Some(62 * MINUTE_MS));
        assert_eq!(ms(&moments, Measure::Identify), Some(47 * MINUTE_MS));
        assert_eq!(ms(&moments, Measure::Recover), Some(139 * MINUTE_MS));
    }

    #[test]
    fn all_figures_are_there_in_order_and_none_is_made_up() {
        let measured = measure(&Moments::new());
        assert_eq!(measured.iter().map(|measured| measured.measure).collect::<Vec<_>>(), Measure::ALL);
        for measured in measured {
            assert_eq!(measured.ms, None);
            assert_eq!((measured.from, measured.until), measured.measure.markers());
        }
        let missing = measure(&pasokey()).into_iter().filter(|measured| measured.ms.is_none());
        let missing: Vec<Measure> = missing.map(|measured| measured.measure).collect();
        assert_eq!(missing, [Measure::Acknowledge, Measure::Access, Measure::Mitigate, Measure::Tell]);
    }

    #[test]
    fn without_an_end_of_the_impact_recovery_is_measured_to_the_resolution() {
        let mut moments = pasokey();
        moments.insert(Marker::Resolved, at("2024-04-19T00:40:00+09:00"));
        assert_eq!(ms(&moments, Measure::Recover), Some(139 * MINUTE_MS), "the end of the impact counts while it is there");
        moments.remove(&Marker::ImpactEnd);
        let recovery = measure(&moments).into_iter().find(|measured| measured.measure == Measure::Recover).unwrap();
        assert_eq!((recovery.until, recovery.ms), (Marker::Resolved, Some(145 * MINUTE_MS)));
        moments.remove(&Marker::Resolved);
        let recovery = measure(&moments).into_iter().find(|measured| measured.measure == Measure::Recover).unwrap();
        assert_eq!((recovery.until, recovery.ms), (Marker::ImpactEnd, None));
    }

    #[test]
    fn markers_in_the_wrong_order_stay_negative() {
        let detected_after = |start_ms: i64, detected_ms: i64| {
            let moments = [(Marker::ImpactStart, start_ms), (Marker::Detected, detected_ms)];
            ms(&moments.into_iter().map(|(marker, ms)| (marker, Timestamp::from_ms(ms))).collect(), Measure::Detect)
        };
        assert_eq!(detected_after(5000, 2000), Some(-3000));
        assert_eq!(detected_after(i64::MAX, i64::MIN), Some(i64::MIN), "what cannot be represented stops at the end");
    }

    #[test]
    fn names_differ() {
        let names: std::collections::BTreeSet<&str> = Measure::ALL.into_iter().map(Measure::name).collect();
        assert_eq!(names.len(), Measure::ALL.len());
    }

    #[test]
    fn a_distribution_is_of_values_that_were_there() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[7]), Some(Spread { n: 1, median: 7, p90: 7, mean: None }));
        assert_eq!(spread(&[40, 10, 30, 20]), Some(Spread { n: 4, median: 20, p90: 40, mean: None }));
        assert_eq!(spread(&[1, 2, 3, 4, 990]), Some(Spread { n: 5, median: 3, p90: 990, mean: Some(200) }));
        assert_eq!(spread(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), Some(Spread { n: 10, median: 5, p90: 9, mean: Some(6) }));
        assert_eq!(spread(&[u64::MAX; 6]), Some(Spread { n: 6, median: u64::MAX, p90: u64::MAX, mean: Some(u64::MAX) }));
    }

    proptest! {
        #[test]
        fn half_of_the_values_reach_up_to_the_median_and_nine_tenths_to_the_percentile(
            values in prop::collection::vec(0_u64..1000, 1..40),
        ) {
            let spread = spread(&values).unwrap();
            let up_to = |limit: u64| values.iter().filter(|value| **value <= limit).count();
            let below = |limit: u64| values.iter().filter(|value| **value < limit).count();
            prop_assert!(values.contains(&spread.median) && values.contains(&spread.p90));
            prop_assert!(up_to(spread.median) * 2 >= spread.n && below(spread.median) * 2 < spread.n);
            prop_assert!(up_to(spread.p90) * 10 >= spread.n * 9 && below(spread.p90) * 10 < spread.n * 9);
            prop_assert_eq!(spread.mean.is_some(), values.len() >= MEAN_N_MIN);
            let mut reversed = values.clone();
            reversed.reverse();
            prop_assert_eq!(super::spread(&reversed), Some(spread));
        }

        #[test]
        fn figures_do_not_change_when_all_moments_move_alike(
            moments in prop::collection::btree_map(prop::sample::select(Marker::ALL), 0_i64..1_000_000, 0..10),
            by in -1_000_000_i64..1_000_000,
        ) {
            let moved = |by: i64| moments.iter().map(|(marker, ms)| (*marker, Timestamp::from_ms(ms + by))).collect::<Moments>();
            prop_assert_eq!(measure(&moved(0)), measure(&moved(by)));
        }
    }
}
