//! A run: somebody follows a runbook, and every tick is an event that is never changed. What stands where is computed from the events.
//!
//! Code map: this file has the words and shapes; [`plan`] what of a document matters for following it, [`reach`] which steps apply,
//! [`fold`] where each step stands, [`rules`] what may be done next.

pub mod fold;
pub mod plan;
pub mod reach;
pub mod rules;

use serde::{Deserialize, Serialize};

use super::StepId;
use crate::time::Timestamp;
use crate::words::words;

/// Most events of one run: every step of the longest runbook ticked six times over.
pub const EVENTS_MAX: usize = 2_000;
/// Longest reason, note or pasted output that stands in an event itself, in characters. Longer output is evidence.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Shortest reason, in characters.
pub const REASON_CHARS_MIN: usize = 3;

words! {
    /// Why it is followed.
    Mode {
        /// Something is wrong.
        Live = "live",
        /// It is practised on real systems. Counted apart.
        Drill = "drill",
        /// It is read through without doing anything. Counted apart.
        Rehearsal = "rehearsal",
    }
}

words! {
    /// Whether it goes on.
    RunState {
        /// It is being followed.
        Active = "active",
        /// It was followed to its end.
        Done = "done",
        /// It was given up.
        Aborted = "aborted",
    }
}

words! {
    /// What came of it.
    Outcome {
        /// The trouble is gone.
        Resolved = "resolved",
        /// The trouble is kept away from users.
        Mitigated = "mitigated",
        /// It changed nothing.
        NoEffect = "no_effect",
        /// It was the wrong runbook.
        WrongRunbook = "wrong_runbook",
        /// It was given up.
        Aborted = "aborted",
    }
}

impl Outcome {
    /// The state of a run that ended so.
    pub const fn state(self) -> RunState {
        match self {
            Self::Resolved | Self::Mitigated | Self::NoEffect => RunState::Done,
            Self::WrongRunbook | Self::Aborted => RunState::Aborted,
        }
    }
}

words! {
    /// What an event is.
    Deed {
        /// A step was done.
        Tick = "tick",
        /// That it was done, skipped, failed or answered is taken back.
        Untick = "untick",
        /// It was left out.
        Skip = "skip",
        /// It was tried and did not work.
        Fail = "fail",
        /// A decision was taken.
        Answer = "answer",
        /// A second person confirmed it.
        Confirm = "confirm",
        /// Yagura saw that it is so.
        Verify = "verify",
        /// Somebody noted something.
        Note = "note",
        /// Somebody noted that the runbook itself is wrong.
        Wrong = "wrong",
        /// Output or a picture was kept.
        Output = "output",
        /// The command was copied.
        Copied = "copied",
        /// Values were given. Of the run as a whole.
        Params = "params",
        /// It goes on with another version. Of the run as a whole.
        Rebase = "rebase",
        /// It ended. Of the run as a whole.
        Finish = "finish",
    }
}

impl Deed {
    /// True when it changes where its step stands.
    pub const fn moves_step(self) -> bool {
        matches!(self, Self::Tick | Self::Untick | Self::Skip | Self::Fail | Self::Answer | Self::Confirm | Self::Verify)
    }

    /// True when it is about the run and not about a step.
    pub const fn is_of_run(self) -> bool {
        matches!(self, Self::Params | Self::Rebase | Self::Finish)
    }
}

words! {
    /// Where a step stands.
    Stand {
        /// Nothing was done.
        Open = "open",
        /// It was done, and a second person has to confirm it.
        Awaiting = "awaiting",
        /// It was done, or the decision was taken.
        Done = "done",
        /// Yagura saw that it is so.
        Verified = "verified",
        /// It was left out.
        Skipped = "skipped",
        /// It did not work.
        Failed = "failed",
        /// It was done, but the text has changed since, or what it took back was done again: look once more.
        Recheck = "recheck",
        /// By the decisions taken it is not on the way.
        NotApplicable = "not_applicable",
    }
}

impl Stand {
    /// True when nothing is left to do about it.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Verified | Self::Skipped | Self::NotApplicable)
    }
}

/// Something that happened in a run, as far as the rules go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place, from 1.
    pub seq: i64,
    /// Of which step; none: of the run as a whole.
    pub step: Option<StepId>,
    /// What.
    pub deed: Deed,
    /// Who, as the audit log names them (kind and id).
    pub actor: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The answer to a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Of a rebase: ids of steps whose text has changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<StepId>,
}

/// Where one step stands, and by which event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where.
    pub stand: Stand,
    /// The place of the event that made it so; none: nobody did anything, or it follows from others.
    pub seq: Option<i64>,
    /// The answer that was given, also while the step is not applicable.
    pub answer: Option<String>,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Of each step of the plan, in order.
    pub steps: Vec<Standing>,
    /// Steps to tick that apply (groups not counted).
    pub total: usize,
    /// How many of those are settled.
    pub settled: usize,
    /// Place of the step that is next; none: nothing is left.
    pub current: Option<usize>,
    /// Places of steps that were done and whose undo was not.
    pub unpaired: Vec<usize>,
    /// How often each decision led back, by its place.
    pub loops: Vec<u32>,
    /// True when it has ended.
    pub is_finished: bool,
}
