//! Incidents: the words in which they are worked on and told, and the rules for them.
//!
//! Code map: this file has the words for the public, Statuspage's, so that its readers understand ours; [`work`] those in which people
//! work (states, severities, kinds of rows, markers); [`machine`] what Yagura itself writes into a timeline; [`when`] understands a time as
//! people type it, [`paste`] a whole timeline; [`metrics`] computes times to detect, to recover and so on; [`suggest`] says which outages
//! belong together and which component is to be suspected; [`secret`] finds what looks like a secret.

pub mod machine;
pub mod metrics;
pub mod paste;
pub mod secret;
pub mod suggest;
pub mod when;
pub mod work;

use serde::{Deserialize, Serialize};

/// How far the work on an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStatus {
    /// Something is wrong; the cause is not known.
    Investigating,
    /// The cause is known.
    Identified,
    /// A remedy is in place and being watched.
    Monitoring,
    /// It is over.
    Resolved,
    /// It is over and its story is told.
    Postmortem,
}

impl IncidentStatus {
    /// Every status, in the usual order.
    pub const ALL: [Self; 5] = [Self::Investigating, Self::Identified, Self::Monitoring, Self::Resolved, Self::Postmortem];

    /// The name in JSON, CSS classes and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Postmortem => "postmortem",
        }
    }

    /// The status with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// How far planned work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenanceStatus {
    /// It has not begun.
    Scheduled,
    /// It is being done.
    InProgress,
    /// It is done and being looked over.
    Verifying,
    /// It is over.
    Completed,
}

impl MaintenanceStatus {
    /// Every status, in the usual order.
    pub const ALL: [Self; 4] = [Self::Scheduled, Self::InProgress, Self::Verifying, Self::Completed];

    /// The name in JSON, CSS classes and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
        }
    }
}

/// How bad something is for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// They notice nothing.
    None,
    /// Some notice something.
    Minor,
    /// Many cannot do what they came for.
    Major,
    /// Nobody can.
    Critical,
}

impl Impact {
    /// Every impact, the least first.
    pub const ALL: [Self; 4] = [Self::None, Self::Minor, Self::Major, Self::Critical];

    /// The name in JSON, CSS classes and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// The impact with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|impact| impact.name() == name)
    }
}
