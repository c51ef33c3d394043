//! Outages: confirmed intervals in which a component was degraded or down, cut from its history of statuses.
//!
//! An outage runs from the first status that is an outage to the first operational one. Severities within it are its segments.
//! Not knowing neither begins nor ends one; maintenance neither. Taking the component out of the configuration ends it, *unwatched*.

use serde::{Deserialize, Serialize};

use crate::component::Status;
use crate::time::{Change, Timestamp};

/// How an outage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutageEnd {
    /// The component is operational again.
    Recovered,
    /// Nobody watches the component any more.
    Unwatched,
}

/// One outage of one component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// The first bad moment.
    pub started_at: Timestamp,
    /// The first good moment and what made it one; `None` while it lasts.
    pub ended: Option<(Timestamp, OutageEnd)>,
    /// The worst status in it.
    pub worst: Status,
    /// Severities in order of time; they include stretches of [`Status::Unknown`].
    pub segments: Vec<Change<Status>>,
}

impl Outage {
    /// When it ended, if it did.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended.map(|(at, _)| at)
    }

    /// True when any of it lies after `moment`.
    pub fn touches(&self, moment: Timestamp) -> bool {
        self.ended_at().is_none_or(|end| end >= moment)
    }
}

/// Cuts the outages from a history (in order of time).
pub fn cut(history: &[Change<Status>]) -> Vec<Outage> {
    let mut outages: Vec<Outage> = Vec::new();
    let mut open: Option<Outage> = None;
    for change in history {
        match (&mut open, change.state) {
            (None, status) if status.is_outage() => {
                open = Some(Outage { started_at: change.at, ended: None, worst: status, segments: vec![*change] });
            }
            (None, _) => {}
            (Some(_), Status::Operational | Status::Unwatched) => {
                let end = if change.state == Status::Operational { OutageEnd::Recovered } else { OutageEnd::Unwatched };
                outages.extend(open.take().map(|outage| Outage { ended: Some((change.at, end)), ..outage }));
            }
            (Some(outage), status) => {
                if status.concern() > outage.worst.concern() && status.is_outage() {
                    outage.worst = status;
                }
                outage.segments.push(*change);
            }
        }
    }
    outages.extend(open);
    outages
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{
        DegradedPerformance as G, MajorOutage as M, Operational as O, PartialOutage as P, Unknown as X, Unwatched as W,
    };

    fn history(statuses: &[Status]) -> Vec<Change<Status>> {
        statuses.iter().enumerate().map(|(n, state)| Change { at: Timestamp::from_ms(n as i64), state: *state }).collect()
    }

    fn spell(statuses: &[Status]) -> Vec<(i64, Option<i64>, Status, usize)> {
        cut(&history(statuses))
            .iter()
            .map(|o| (o.started_at.as_ms(), o.ended_at().map(Timestamp::as_ms), o.worst, o.segments.len()))
            .collect()
    }

    #[test]
    fn one_outage_runs_from_the_first_bad_moment_to_recovery_with_a_segment_per_severity() {
        assert_eq!(spell(&[O, G, M, P, O, G]), vec![(1, Some(4), M, 3), (5, None, G, 1)]);
    }

    #[test]
    fn not_knowing_neither_begins_nor_ends_an_outage() {
        assert_eq!(spell(&[O, X, O]), vec![]);
        assert_eq!(spell(&[O, M, X, M, O]), vec![(1, Some(4), M, 3)]);
    }

    #[test]
    fn leaving_the_configuration_ends_it_unwatched() {
        let outages = cut(&history(&[M, W, M]));
        assert_eq!(outages[0].ended, Some((Timestamp::from_ms(1), OutageEnd::Unwatched)));
        assert_eq!(outages[1].ended, None);
    }
}
