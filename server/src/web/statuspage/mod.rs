//! Atlassian Statuspage's public API (v2), so that what reads Statuspage reads Yagura: eight JSON documents made of the same public types
//! as the front page, and response times in the shape of its undocumented `metrics-display`.
//!
//! A document depends on nothing but what it is made of: no clock is read, so the same state gives the same bytes and one ETag. It
//! never claims what is not known: a component of unknown state is never "operational", a page about nothing never "all systems".

mod model;
mod response_times;
#[cfg(test)]
mod tests;

use app::data::{PublicIncident, PublicSite, StatusPage};
use domain::incident::MaintenanceStatus;
use serde::Serialize;

use self::model::{Body, Source};
pub(crate) use self::response_times::{MetricPeriod, metrics_display};

/// One of the documents of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Document {
    /// Everything that matters now.
    Summary,
    /// The state of everything in one word and one sentence.
    Status,
    /// Every component, and the groups they stand in.
    Components,
    /// The newest incidents, over or not.
    Incidents,
    /// Incidents that are not over.
    UnresolvedIncidents,
    /// The newest maintenance, over or not.
    Maintenances,
    /// Maintenance that has not begun.
    UpcomingMaintenances,
    /// Maintenance that has begun and is not over.
    ActiveMaintenances,
}

impl Document {
    /// Every document and the path it is served at.
    pub(crate) const ALL: [(Self, &'static str); 8] = [
        (Self::Summary, "/api/v2/summary.json"),
        (Self::Status, "/api/v2/status.json"),
        (Self::Components, "/api/v2/components.json"),
        (Self::Incidents, "/api/v2/incidents.json"),
        (Self::UnresolvedIncidents, "/api/v2/incidents/unresolved.json"),
        (Self::Maintenances, "/api/v2/scheduled-maintenances.json"),
        (Self::UpcomingMaintenances, "/api/v2/scheduled-maintenances/upcoming.json"),
        (Self::ActiveMaintenances, "/api/v2/scheduled-maintenances/active.json"),
    ];

    /// The document as JSON. Texts are in the language that `site` and `page` were read in.
    pub(crate) fn json(self, site: &PublicSite, page: &StatusPage) -> String {
        let source = Source::new(site, page);
        let mut body = Body::new(&source);
        match self {
            Self::Summary => {
                body.components = Some(source.components());
                body.incidents = Some(source.incidents(PublicIncident::is_open));
                body.scheduled_maintenances = Some(source.maintenances(|status| status != MaintenanceStatus::Completed));
                body.status = Some(source.status());
            }
            Self::Status => body.status = Some(source.status()),
            Self::Components => body.components = Some(source.components()),
            Self::Incidents => body.incidents = Some(source.incidents(|_| true)),
            Self::UnresolvedIncidents => body.incidents = Some(source.incidents(PublicIncident::is_open)),
            Self::Maintenances => body.scheduled_maintenances = Some(source.maintenances(|_| true)),
            Self::UpcomingMaintenances => {
                body.scheduled_maintenances = Some(source.maintenances(|status| status == MaintenanceStatus::Scheduled));
            }
            Self::ActiveMaintenances => {
                let is_active =
                    |status: MaintenanceStatus| matches!(status, MaintenanceStatus::InProgress | MaintenanceStatus::Verifying);
                body.scheduled_maintenances = Some(source.maintenances(is_active));
            }
        }
        to_json(&body)
    }
}

fn to_json(document: &impl Serialize) -> String {
    serde_json::to_string(document).expect("structs of texts and numbers can always be written as JSON")
}
