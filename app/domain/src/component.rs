//! What the public page shows: a component's status, made of its probes' believed states. Dependencies explain it, never change it.

use serde::{Deserialize, Serialize};

use crate::probe::confirm::ProbeState;

/// The status of a component. The first five are Statuspage's words; the others are what honest watching adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All is well.
    Operational,
    /// Slow, or otherwise not as it should be, but usable.
    DegradedPerformance,
    /// Some of it is down.
    PartialOutage,
    /// It is down.
    MajorOutage,
    /// Planned work.
    UnderMaintenance,
    /// Nothing is known: no data yet, or the watching itself failed. Never shown as good.
    Unknown,
    /// Taken out of the configuration: nobody looks.
    Unwatched,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Operational,
        Self::DegradedPerformance,
        Self::PartialOutage,
        Self::MajorOutage,
        Self::UnderMaintenance,
        Self::Unknown,
        Self::Unwatched,
    ];

    /// The name in JSON, the database, CSS classes and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::DegradedPerformance => "degraded_performance",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
            Self::UnderMaintenance => "under_maintenance",
            Self::Unknown => "unknown",
            Self::Unwatched => "unwatched",
        }
    }

    /// The status with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// True for the three that make an outage.
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::DegradedPerformance | Self::PartialOutage | Self::MajorOutage)
    }

    /// How much attention it wants: 0 for operational, most for a major outage. Orders the summary of a page, where trouble that
    /// is known outweighs what is not known, and that outweighs planned work.
    pub const fn concern(self) -> u8 {
        match self {
            Self::Operational | Self::Unwatched => 0,
            Self::UnderMaintenance => 1,
            Self::Unknown => 2,
            Self::DegradedPerformance => 3,
            Self::PartialOutage => 4,
            Self::MajorOutage => 5,
        }
    }
}

/// How the states of several probes make one status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// All down is a major outage, some down a partial one.
    #[default]
    Standard,
    /// Any down is a major outage: every probe is essential.
    Worst,
    /// Only all down is an outage: the probes watch spares of one another.
    Best,
}

impl Combine {
    /// The status made of `states`. No probe at all is unknown. A probe of unknown state never makes its component operational,
    /// except under [`Combine::Best`], where one that is up suffices.
    pub fn status(self, states: impl IntoIterator<Item = ProbeState>) -> Status {
        let (mut up, mut degraded, mut down, mut unknown) = (0_u32, 0_u32, 0_u32, 0_u32);
        for state in states {
            match state {
                ProbeState::Up => up += 1,
                ProbeState::Degraded => degraded += 1,
                ProbeState::Down => down += 1,
                ProbeState::Unknown => unknown += 1,
            }
        }
        let answering = up + degraded;
        match self {
            Self::Best if up > 0 => Status::Operational,
            Self::Best if degraded > 0 => Status::DegradedPerformance,
            Self::Best if unknown > 0 || down == 0 => Status::Unknown,
            Self::Best => Status::MajorOutage,
            Self::Worst if down > 0 => Status::MajorOutage,
            Self::Standard if down > 0 && answering + unknown == 0 => Status::MajorOutage,
            Self::Standard if down > 0 => Status::PartialOutage,
            Self::Standard | Self::Worst if degraded > 0 => Status::DegradedPerformance,
            Self::Standard | Self::Worst if unknown > 0 || up == 0 => Status::Unknown,
            Self::Standard | Self::Worst => Status::Operational,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use ProbeState::{Degraded as G, Down as D, Unknown as X, Up as U};

    #[test]
    fn statuses_follow_the_table() {
        use Status::{DegradedPerformance as Degraded, MajorOutage as Major, Operational, PartialOutage as Partial, Unknown};
        let table: &[(&[ProbeState], Status, Status, Status)] = &[
            // states, standard, worst, best
            (&[], Unknown, Unknown, Unknown),
            (&[U], Operational, Operational, Operational),
            (&[D], Major, Major, Major),
            (&[G], Degraded, Degraded, Degraded),
            (&[X], Unknown, Unknown, Unknown),
            (&[U, D], Partial, Major, Operational),
            (&[D, D], Major, Major, Major),
            (&[U, G], Degraded, Degraded, Operational),
            (&[G, D], Partial, Major, Degraded),
            (&[U, X], Unknown, Unknown, Operational),
            (&[D, X], Partial, Major, Unknown),
            (&[G, X], Degraded, Degraded, Degraded),
            (&[U, D, X], Partial, Major, Operational),
        ];
        for (states, standard, worst, best) in table {
            for (combine, expected) in [(Combine::Standard, standard), (Combine::Worst, worst), (Combine::Best, best)] {
                assert_eq!(combine.status(states.iter().copied()), *expected, "{combine:?} of {states:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn an_unknown_probe_is_never_green(n_up in 0_usize..4, n_unknown in 1_usize..4) {
            let states = std::iter::repeat_n(U, n_up).chain(std::iter::repeat_n(X, n_unknown));
            for combine in [Combine::Standard, Combine::Worst] {
                prop_assert_ne!(combine.status(states.clone()), Status::Operational);
            }
        }

        #[test]
        fn best_is_never_worse_than_standard_and_worst_never_better(states in prop::collection::vec(prop_oneof![Just(U), Just(G), Just(D)], 1..6)) {
            let of = |combine: Combine| combine.status(states.iter().copied()).concern();
            prop_assert!(of(Combine::Best) <= of(Combine::Standard));
            prop_assert!(of(Combine::Standard) <= of(Combine::Worst));
        }
    }
}
