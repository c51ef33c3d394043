//! Runbooks as they are kept: versions of their texts, reviews, and runs with every event and file. What may follow what is for others to
//! decide.
//!
//! Code map: this file has the shapes; [`versions`] texts and reviews, [`runs`] runs and their events, [`uses`] when runbooks were followed, [`files`] what was kept with them.

pub mod files;
pub mod runs;
#[cfg(test)]
mod tests;
pub mod uses;
pub mod versions;

use std::collections::BTreeMap;

use domain::runbook::StepId;
use domain::runbook::run::{Deed, Mode, Outcome, RunState};
use domain::text::{Language, Slug};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::audit::ActorKind;

/// Most files of one run.
pub const RUN_FILES_MAX: u32 = 200;

/// What is known of a version without its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionHead {
    /// Its key.
    pub key: i64,
    /// The runbook's slug.
    pub runbook: Slug,
    /// Its number within the runbook, from 1.
    pub number: i64,
    /// SHA-256 of its texts with their languages.
    pub sha256: [u8; 32],
    /// When it was first read.
    pub created_at: Timestamp,
}

/// All languages of a runbook at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// What is known of it.
    pub head: VersionHead,
    /// The source in each language that it has.
    pub texts: BTreeMap<Language, String>,
}

/// Somebody read a runbook and found it good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Which version.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor_name: String,
    /// What they said, may be empty.
    pub note: String,
}

/// A run to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// The key of the version that is followed.
    pub version_key: i64,
    /// The key of the incident.
    pub incident_key: Option<i64>,
    /// The number of the alert for which it is followed.
    pub alert: Option<i64>,
    /// Why it is followed.
    pub mode: Mode,
    /// The component that values were taken from.
    pub component: Option<Slug>,
    /// Values by name.
    pub params: BTreeMap<String, String>,
    /// What kind of actor began it.
    pub actor_kind: ActorKind,
    /// Its id.
    pub actor_id: String,
    /// Its name, as it was then.
    pub actor_name: String,
    /// When.
    pub started_at: Timestamp,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its key.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The number people speak of, `RUN-7`.
    pub number: i64,
    /// The version that it follows now.
    pub version: VersionHead,
    /// Key and number of its incident.
    pub incident: Option<(i64, i64)>,
    /// The number of the alert for which it is followed.
    pub alert: Option<i64>,
    /// Why it is followed.
    pub mode: Mode,
    /// The component that values were taken from.
    pub component: Option<Slug>,
    /// Values by name, with those that were given later.
    pub params: BTreeMap<String, String>,
    /// What kind of actor began it.
    pub actor_kind: ActorKind,
    /// Its id.
    pub actor_id: String,
    /// Its name, as it was then.
    pub actor_name: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Whether it goes on.
    pub state: RunState,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// What was said at its end.
    pub outcome_text: Option<String>,
    /// The runbook that would have been right.
    pub right_runbook: Option<Slug>,
    /// The place of its newest event.
    pub last_seq: i64,
}

/// An event to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRunEvent {
    /// Of which step; none: of the run as a whole.
    pub step: Option<StepId>,
    /// What.
    pub deed: Deed,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// Its id.
    pub actor_id: String,
    /// Its name, as it was then.
    pub actor_name: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it is written down.
    pub recorded_at: Timestamp,
    /// What whoever sent it calls it; unique within the run.
    pub op: String,
    /// The answer to a decision.
    pub answer: Option<String>,
    /// The reason, the note, the command that was copied.
    pub text: Option<String>,
    /// Values that were filled in; of [`Deed::Params`]: those that were given.
    pub params: BTreeMap<String, String>,
    /// Of a rebase: ids of steps whose text has changed.
    pub changed: Vec<StepId>,
    /// The key of the version that was followed; of a rebase, the new one.
    pub version_key: i64,
}

/// An event of a run; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEvent {
    /// Its place, from 1.
    pub seq: i64,
    /// What it is.
    pub content: NewRunEvent,
}

impl RunEvent {
    /// What the rules look at.
    pub fn for_rules(&self) -> domain::runbook::run::Event {
        let content = &self.content;
        domain::runbook::run::Event {
            seq: self.seq,
            step: content.step.clone(),
            deed: content.deed,
            actor: format!("{}:{}", content.actor_kind.name(), content.actor_id),
            occurred_at: content.occurred_at,
            answer: content.answer.clone(),
            changed: content.changed.clone(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// What was said.
    pub text: Option<String>,
    /// The runbook that would have been right.
    pub right_runbook: Option<Slug>,
}

/// What is known of a file without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFileHead {
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The place of the event that it belongs to.
    pub seq: i64,
    /// What it is called.
    pub name: String,
    /// What it is, as found out from its bytes.
    pub media_type: String,
    /// How large it is.
    pub bytes: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it.
    pub actor_name: String,
    /// When it was deleted; its bytes are gone since.
    pub deleted_at: Option<Timestamp>,
}

/// Everything about one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStory {
    /// The run.
    pub run: Run,
    /// Its events in order.
    pub events: Vec<RunEvent>,
    /// Files, in order of time.
    pub files: Vec<RunFileHead>,
}
