//! Incidents as they are kept: the record, the components it affects, its timeline with every revision, markers, public updates and
//! evidence, and the index that is searched. What may follow what is for others to decide.
//!
//! Code map: this file has the shapes; [`records`] incidents themselves, [`timeline`] rows and markers, [`updates`] what the public was
//! told, [`evidence`] files, [`search`] the index, [`public`] what pages read at once.

pub mod evidence;
pub mod public;
pub mod records;
pub mod search;
#[cfg(test)]
pub(crate) mod tests;
pub mod timeline;
pub mod updates;

use std::time::Duration;

use domain::component::Status;
use domain::incident::machine::MachineEvent;
use domain::incident::work::{EntryKind, HypothesisState, IncidentKind, Marker, Precision, Severity, Source, State, Visibility};
use domain::incident::{Impact, IncidentStatus};
use domain::text::{LocalizedText, Slug};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::audit::ActorKind;

/// Most rows of one timeline: weeks of writing one a minute.
pub const ENTRIES_MAX: u32 = 10_000;
/// Most public updates of one incident.
pub const UPDATES_MAX: u32 = 500;
/// Most files of one incident.
pub const EVIDENCE_MAX: u32 = 200;
/// Largest file, in bytes.
pub const EVIDENCE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What can be changed of an incident at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentFacts {
    /// What it is called.
    pub title: LocalizedText,
    /// What it is.
    pub kind: IncidentKind,
    /// How far the work is.
    pub state: State,
    /// How grave it is.
    pub severity: Severity,
    /// How bad it is for users.
    pub impact: Impact,
    /// True when everybody may see it.
    pub is_public: bool,
    /// True when its figures are shown to everybody, once it is public.
    pub shows_metrics: bool,
    /// Name of the time zone in which its times are shown and understood.
    pub zone: String,
    /// Keys of the people with a role.
    pub lead: Option<i64>,
    /// Who writes down.
    pub scribe: Option<i64>,
    /// Who tells the public.
    pub comms: Option<i64>,
    /// How long it took, as its authors say.
    pub stated_duration: Option<Duration>,
    /// When the public was promised the next update.
    pub next_update_due_at: Option<Timestamp>,
    /// When somebody began to work on it; may lie before it was written down.
    pub opened_at: Timestamp,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its key.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The number people speak of, `INC-42`.
    pub number: i64,
    /// Its number on public pages, given when it was first made public and kept: from the numbers of others nobody outside can tell
    /// how many were never shown.
    pub public_number: Option<i64>,
    /// What can be changed.
    pub facts: IncidentFacts,
    /// When it was first made public.
    pub made_public_at: Option<Timestamp>,
    /// The key of the incident it was merged into.
    pub merged_into: Option<i64>,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// Counts changes of `facts` and components.
    pub version: i64,
}

/// A component that an incident affects, for a time. One whose status changes has several, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Which.
    pub component: Slug,
    /// How.
    pub status: Status,
    /// From when.
    pub from: Timestamp,
    /// Until when; none: it goes on.
    pub until: Option<Timestamp>,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryContent {
    /// A person's words.
    Words {
        /// The text, Markdown.
        body: String,
        /// Of a decision: what was decided against.
        rejected: Vec<String>,
        /// Of a hypothesis: what became of it.
        hypothesis: Option<HypothesisState>,
    },
    /// A fact that Yagura wrote.
    Machine(MachineEvent),
}

/// A row to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// How exactly that is known.
    pub precision: Precision,
    /// When it is written down.
    pub recorded_at: Timestamp,
    /// What it is.
    pub kind: EntryKind,
    /// Where it came from.
    pub source: Source,
    /// What kind of actor wrote it.
    pub actor_kind: ActorKind,
    /// Its id.
    pub actor_id: String,
    /// Its name, as it was then.
    pub actor_name: String,
    /// What it says.
    pub content: EntryContent,
    /// Who may see it.
    pub visibility: Visibility,
    /// True when it stands out.
    pub is_starred: bool,
    /// What whoever sent it calls it, so that it is kept once however often it is sent; unique within the incident.
    pub op: Option<String>,
}

/// A row of a timeline. Rows are in order of (`occurred_at`, `seq`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The key of its incident.
    pub incident_key: i64,
    /// Its place among rows of the same moment; grows within the incident.
    pub seq: i64,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// How exactly that is known.
    pub precision: Precision,
    /// When it was first written down; never changes.
    pub recorded_at: Timestamp,
    /// What it is.
    pub kind: EntryKind,
    /// Where it came from.
    pub source: Source,
    /// What kind of actor wrote it.
    pub actor_kind: ActorKind,
    /// The actor's id.
    pub actor_id: String,
    /// The actor's name, as it was then.
    pub actor_name: String,
    /// What it says.
    pub content: EntryContent,
    /// True when it stands out.
    pub is_starred: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// What somebody noted beside it.
    pub annotation: Option<String>,
    /// Counts changes, from 1; every older one of the text is kept.
    pub revision: i64,
    /// When it was deleted. Its text is still there, in its revisions.
    pub deleted_at: Option<Timestamp>,
    /// What whoever sent it called it.
    pub op: Option<String>,
}

/// What can be changed of a row. Of a row that Yagura wrote only the last three are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryChange {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// How exactly that is known.
    pub precision: Precision,
    /// What it is.
    pub kind: EntryKind,
    /// What it says.
    pub content: EntryContent,
    /// True when it stands out.
    pub is_starred: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// What somebody notes beside it.
    pub annotation: Option<String>,
}

/// A row as it once was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRevision {
    /// Which, from 1.
    pub revision: i64,
    /// When it happened, as it was said then.
    pub occurred_at: Timestamp,
    /// How exactly.
    pub precision: Precision,
    /// What it was.
    pub kind: EntryKind,
    /// What it said.
    pub content: EntryContent,
    /// When it became so.
    pub at: Timestamp,
    /// Who made it so.
    pub actor_name: String,
}

/// A marker and the row it points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkedEntry {
    /// Which.
    pub marker: Marker,
    /// The key of the row.
    pub entry_key: i64,
}

/// What an update says about a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateChange {
    /// Which.
    pub component: Slug,
    /// Its status before.
    pub before: Status,
    /// Its status from then on.
    pub after: Status,
}

/// What is told to the public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpdate {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// The status it tells.
    pub status: IncidentStatus,
    /// What it says, Markdown. One text for both languages only where somebody chose so.
    pub body: LocalizedText,
    /// What became of components.
    pub changes: Vec<UpdateChange>,
    /// The name of who wrote it.
    pub author: String,
    /// When it was published; never backdated.
    pub published_at: Timestamp,
    /// When it says it is of.
    pub display_at: Timestamp,
    /// The number of the update that it corrects.
    pub corrects: Option<i64>,
}

/// What was told to the public; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its number within its incident, from 1.
    pub number: i64,
    /// What it is.
    pub content: NewUpdate,
}

/// What is known of a file without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceHead {
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The key of the row it belongs to.
    pub entry_key: i64,
    /// What it is called.
    pub name: String,
    /// What it is, as found out from its bytes: `image/png`, `image/jpeg`, `image/webp`, `image/gif` or `text/plain`.
    pub media_type: String,
    /// How large it is.
    pub bytes: i64,
    /// SHA-256 of the bytes as they are kept.
    pub sha256: [u8; 32],
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it.
    pub actor_name: String,
    /// When it was deleted; its bytes are gone since.
    pub deleted_at: Option<Timestamp>,
}

/// Everything about one incident, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentStory {
    /// The incident.
    pub incident: Incident,
    /// What it affects, in order of time.
    pub affected: Vec<Affected>,
    /// Its timeline in order, deleted rows too.
    pub entries: Vec<Entry>,
    /// Where its markers are.
    pub markers: Vec<MarkedEntry>,
    /// What the public was told, in order of number.
    pub updates: Vec<Update>,
    /// Files, in order of time.
    pub evidence: Vec<EvidenceHead>,
    /// Numbers and titles of related incidents.
    pub related: Vec<(i64, LocalizedText)>,
    /// Numbers of the incidents that were merged into it.
    pub absorbed: Vec<i64>,
}
