//! Incidents and maintenance as the public sees them, the same on pages, in the Statuspage API and in feeds. Nothing makes incidents yet;
//! all of these already know how to show them.

use domain::component::Status;
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::time::Timestamp;

/// What people work on, as they tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicIncident {
    /// Its stable public id: 12 characters of base32.
    pub id: String,
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
    /// What was told, the newest first.
    pub updates: Vec<PublicUpdate>,
    /// The components it affects: ids as in [`super::PublicComponent::id`].
    pub component_ids: Vec<String>,
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
    /// What it says, as plain text; lines are paragraphs.
    pub body: String,
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
