//! Incidents and maintenance as the public sees them, the same on pages, in the Statuspage API and in feeds.

use domain::component::Status;
use domain::incident::work::{EntryKind, Marker, Precision};
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::time::Timestamp;

/// What people work on, as they tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicIncident {
    /// Its stable public id: 12 characters of base32.
    pub id: String,
    /// Its number among those that were ever public; its page is `/incidents/{number}`.
    pub number: i64,
    /// Its title in the page's language.
    pub name: String,
    /// How far the work is.
    pub status: IncidentStatus,
    /// How bad it is for users.
    pub impact: Impact,
    /// When it began to matter.
    pub started_at: Timestamp,
    /// When it was made public.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When a remedy was in place and being watched.
    pub monitoring_at: Option<Timestamp>,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// When the next update was promised for, while it is open.
    pub next_update_due_at: Option<Timestamp>,
    /// What was told, the newest first.
    pub updates: Vec<PublicUpdate>,
    /// The components it affects: ids as in [`super::PublicComponent::id`].
    pub component_ids: Vec<String>,
    /// The address of its postmortem, if that was published.
    pub postmortem: Option<String>,
}

impl PublicIncident {
    /// True until it is over.
    pub fn is_open(&self) -> bool {
        matches!(self.status, IncidentStatus::Investigating | IncidentStatus::Identified | IncidentStatus::Monitoring)
    }
}

/// One public update of an incident (`S` is [`IncidentStatus`]) or a maintenance (`S` is [`MaintenanceStatus`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUpdate<S = IncidentStatus> {
    /// Its stable public id: 12 characters of base32.
    pub id: String,
    /// The status it tells.
    pub status: S,
    /// The number, within the incident, of this update and of the one that it corrects; 0 where updates have none.
    pub number: i64,
    /// Of the one that it corrects.
    pub corrects: Option<i64>,
    /// What it says, as plain text; lines are paragraphs.
    pub body: String,
    /// The same as HTML that is safe to show.
    pub html: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it says it is of.
    pub display_at: Timestamp,
    /// What became of components with it.
    pub changes: Vec<PublicComponentChange>,
}

/// What an update says about one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicComponentChange {
    /// The component's stable public id.
    pub component_id: String,
    /// The component's name in the page's language.
    pub name: String,
    /// Its status before.
    pub before: Status,
    /// Its status from then on.
    pub after: Status,
}

/// Planned work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicMaintenance {
    /// Its stable public id: 12 characters of base32.
    pub id: String,
    /// Its title in the page's language.
    pub name: String,
    /// How far the work is.
    pub status: MaintenanceStatus,
    /// What users will notice.
    pub impact: Impact,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it is planned to begin.
    pub scheduled_for: Timestamp,
    /// When it is planned to end.
    pub scheduled_until: Timestamp,
    /// When it was over.
    pub completed_at: Option<Timestamp>,
    /// What was told, the newest first.
    pub updates: Vec<PublicUpdate<MaintenanceStatus>>,
    /// The components it affects.
    pub component_ids: Vec<String>,
}

/// The page of one incident.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentPage {
    /// Counts confirmed changes.
    pub version: u64,
    /// When this was taken.
    pub taken_at: Timestamp,
    /// The incident.
    pub incident: PublicIncident,
    /// Public components that it affects, in order of time.
    pub affected: Vec<PublicAffected>,
    /// Those rows of its timeline that everybody may see, in order.
    pub rows: Vec<PublicRow>,
    /// Its figures, if they are shown; empty: they are not.
    pub metrics: Vec<PublicMetric>,
    /// How long it took as its authors say, in milliseconds, if figures are shown.
    pub stated_ms: Option<u64>,
}

/// A component that an incident affects, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicAffected {
    /// The component's slug.
    pub slug: String,
    /// Its name in the page's language.
    pub name: String,
    /// How.
    pub status: Status,
    /// From when.
    pub from: Timestamp,
    /// Until when; `None`: it goes on.
    pub until: Option<Timestamp>,
}

/// A row of a timeline that everybody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRow {
    /// Its place on the page, `t-{id}`: 12 characters of base32.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// How exactly that is known.
    pub precision: Precision,
    /// What it is; `None` when what it says is withheld.
    pub kind: Option<EntryKind>,
    /// What it says, as HTML that is safe to show; `None` when it is withheld.
    pub html: Option<String>,
}

/// A figure of an incident that is shown to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicMetric {
    /// What it is: `metric-…` in messages.
    pub name: &'static str,
    /// How long, in milliseconds.
    pub ms: i64,
    /// From which marker.
    pub from: Marker,
    /// To which.
    pub until: Marker,
}
