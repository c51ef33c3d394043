//! Action items: what is to be done so that it does not happen again, or is seen sooner, or is over sooner. How far one is, what may follow, what
//! proves that it is done, and when somebody has to be reminded. Pure: days and moments are passed in.
//!
//! What is done is not yet proven: *verified* is an item whose proof can be named. What is put off comes back by itself on its day, and what will not
//! be done names who accepts that.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::incident::work::REASON_CHARS_MIN;
use crate::text::Slug;
use crate::time::Timestamp;
use crate::words::words;

/// For so long a probe that an item is bound to must have been up.
pub const GREEN_FOR: Duration = Duration::from_secs(24 * 3600);
/// Longest reason or note, in characters.
pub const REASON_CHARS_MAX: usize = 500;

words! {
    /// What an item is good for.
    ActionKind {
        /// It does not happen again.
        Prevent = "prevent",
        /// It is seen sooner.
        Detect = "detect",
        /// It does less harm, or is over sooner.
        Mitigate = "mitigate",
        /// What was damaged is whole again.
        Repair = "repair",
        /// People work otherwise.
        Process = "process",
        /// It is known what happened.
        Investigate = "investigate",
    }
}

words! {
    /// How soon.
    Horizon {
        /// At once.
        Now = "now",
        /// Within months.
        Mid = "mid",
        /// Beyond that.
        Long = "long",
        /// One day, perhaps. Nobody is ever reminded of it.
        Someday = "someday",
    }
}

words! {
    /// How much it matters, the most first.
    Priority {
        /// Before everything else.
        P0 = "p0",
        /// Soon.
        P1 = "p1",
        /// In its turn.
        P2 = "p2",
        /// When there is time.
        P3 = "p3",
    }
}

words! {
    /// How far an item is, in a word.
    Stage {
        /// Nobody has begun.
        Open = "open",
        /// Somebody is at it.
        InProgress = "in_progress",
        /// Said to be done.
        Done = "done",
        /// Done, and proven.
        Verified = "verified",
        /// Put off until a day.
        Deferred = "deferred",
        /// Will not be done.
        WontDo = "wont_do",
    }
}

/// Why an item cannot be so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// A reason or note is missing or too long.
    #[error("say why, in {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters")]
    Reason,
    /// Nothing that may follow.
    #[error("an action item that is {} cannot do that; reopen it first", .0.name())]
    NotFromThere(Stage),
    /// Put off until a day that is not to come.
    #[error("an action item is put off until a day after today, not until {0}")]
    NotToCome(Date),
    /// Nobody, or no day, for what matters most.
    #[error("an action item of priority {} needs an owner and a due date", .0.name())]
    NoDuty(Priority),
    /// Nobody accepts the risk.
    #[error("say who accepts that it is not done")]
    NobodyAccepts,
}

/// Why: neither empty nor endless.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    /// A reason, without blanks around it.
    pub fn new(text: &str) -> Result<Self, ActionError> {
        let text = text.trim();
        let fits = (REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&text.chars().count());
        if fits { Ok(Self(text.to_owned())) } else { Err(ActionError::Reason) }
    }

    /// As it was said.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Reason {
    type Error = ActionError;

    fn try_from(text: String) -> Result<Self, ActionError> {
        Self::new(&text)
    }
}

impl From<Reason> for String {
    fn from(Reason(text): Reason) -> Self {
        text
    }
}

/// What an item brings about, so that its being there proves that the item is done.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "slug", rename_all = "snake_case")]
pub enum Bound {
    /// A probe, or a heartbeat.
    Probe(Slug),
    /// A version of a runbook.
    Runbook(Slug),
    /// An exercise by a runbook.
    Drill(Slug),
    /// Nothing that can be looked at: a component that it is about.
    Component(Slug),
}

/// What is seen of what an item is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The probe is configured, watches, and has been up since then.
    UpSince(Timestamp),
    /// The newest version of the runbook, and since when it is there.
    Version(i64, Timestamp),
    /// The last exercise that came to its end, its number and when.
    DrillEnded(i64, Timestamp),
}

/// What proves that an item is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Proof {
    /// The probe is there, and was up for [`GREEN_FOR`].
    Probe {
        /// Its slug.
        probe: Slug,
        /// Up since.
        since: Timestamp,
    },
    /// The runbook has a version that is younger than the item.
    Runbook {
        /// Its slug.
        runbook: Slug,
        /// The version's number.
        version: i64,
    },
    /// It was exercised after the item was made.
    Drill {
        /// Slug of the runbook.
        runbook: Slug,
        /// The run's number.
        run: i64,
    },
    /// Somebody looked.
    Person {
        /// Who.
        name: String,
        /// What they saw, or where it can be seen.
        note: Reason,
    },
}

/// What proves an item that was made at `made_at` and is bound so, by what is seen `now`. Nothing, if it does not prove it yet.
pub fn proof(bound: &Bound, seen: Seen, made_at: Timestamp, now: Timestamp) -> Option<Proof> {
    match (bound, seen) {
        (Bound::Probe(probe), Seen::UpSince(since)) if since <= now && now.since(since) >= GREEN_FOR => {
            Some(Proof::Probe { probe: probe.clone(), since })
        }
        (Bound::Runbook(runbook), Seen::Version(version, at)) if at > made_at => {
            Some(Proof::Runbook { runbook: runbook.clone(), version })
        }
        (Bound::Drill(runbook), Seen::DrillEnded(run, at)) if at > made_at => {
            Some(Proof::Drill { runbook: runbook.clone(), run })
        }
        _ => None,
    }
}

/// How far an item is, with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Standing {
    /// Nobody has begun.
    Open,
    /// Somebody is at it.
    InProgress,
    /// Said to be done.
    Done,
    /// Done, and proven.
    Verified {
        /// By what.
        proof: Proof,
    },
    /// Put off.
    Deferred {
        /// The day on which it comes back.
        #[serde(with = "day")]
        until: Date,
        /// Why.
        reason: Reason,
    },
    /// Will not be done.
    WontDo {
        /// Why.
        reason: Reason,
        /// Who accepts the risk.
        accepted_by: String,
    },
}

/// A day as it is written: `2026-07-01`.
mod day {
    use jiff::civil::Date;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(super) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom(format!("`{text}` is no day like 2026-07-01")))
    }
}

/// What becomes of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody begins.
    Begin,
    /// It is done.
    Finish,
    /// It is proven.
    Verify(Proof),
    /// It is put off until a day.
    Defer(Date, Reason),
    /// It will not be done, and somebody accepts that.
    Decline {
        /// Why.
        reason: Reason,
        /// Who accepts the risk.
        accepted_by: String,
    },
    /// It is to be done after all, or once more. What was done or decided is undone only with a reason.
    Reopen(Option<Reason>),
}

impl Standing {
    /// In a word.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Open => Stage::Open,
            Self::InProgress => Stage::InProgress,
            Self::Done => Stage::Done,
            Self::Verified { .. } => Stage::Verified,
            Self::Deferred { .. } => Stage::Deferred,
            Self::WontDo { .. } => Stage::WontDo,
        }
    }

    /// True while something is left to do.
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }

    /// What it is after a step on this day, if that may follow.
    pub fn after(&self, step: Step, today: Date) -> Result<Self, ActionError> {
        let stage = self.stage();
        let is_left = matches!(stage, Stage::Open | Stage::InProgress | Stage::Deferred);
        match step {
            Step::Begin if matches!(stage, Stage::Open | Stage::Deferred) => Ok(Self::InProgress),
            Step::Finish if is_left => Ok(Self::Done),
            Step::Verify(proof) if stage == Stage::Done => Ok(Self::Verified { proof }),
            Step::Defer(until, reason) if is_left => {
                if until > today {
                    Ok(Self::Deferred { until, reason })
                } else {
                    Err(ActionError::NotToCome(until))
                }
            }
            Step::Decline { reason, accepted_by } if is_left => {
                if accepted_by.trim().is_empty() {
                    return Err(ActionError::NobodyAccepts);
                }
                Ok(Self::WontDo { reason, accepted_by })
            }
            Step::Reopen(reason) if stage != Stage::Open => {
                let is_taken_back = matches!(stage, Stage::Done | Stage::Verified | Stage::WontDo);
                if is_taken_back && reason.is_none() { Err(ActionError::Reason) } else { Ok(Self::Open) }
            }
            _ => Err(ActionError::NotFromThere(stage)),
        }
    }

    /// True on the day until which it was put off, and after it.
    pub fn comes_back(&self, today: Date) -> bool {
        matches!(self, Self::Deferred { until, .. } if *until <= today)
    }
}

/// What an item asks of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    /// How much it matters.
    pub priority: Priority,
    /// How soon.
    pub horizon: Horizon,
    /// Whether somebody is to do it.
    pub has_owner: bool,
    /// By which day.
    pub due: Option<Date>,
}

impl Duty {
    /// Whether that may be asked: what matters most has an owner and a day.
    pub const fn check(&self) -> Result<(), ActionError> {
        let is_pressing = matches!(self.priority, Priority::P0 | Priority::P1);
        if is_pressing && (!self.has_owner || self.due.is_none()) {
            return Err(ActionError::NoDuty(self.priority));
        }
        Ok(())
    }

    /// True when its day has passed and something is left to do. Of what is for some day nobody is reminded.
    pub fn is_overdue(&self, standing: &Standing, today: Date) -> bool {
        let has_passed = self.due.is_some_and(|due| due < today);
        has_passed && self.horizon != Horizon::Someday && (standing.is_active() || standing.comes_back(today))
    }
}
