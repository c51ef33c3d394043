//! The state of everything, as the page *Now* shows it.

use std::collections::HashMap;

use app::data::desk::{BackupState, IncidentRow, MaintenanceRow, NowComponent, NowPage, NowProbe};
use axum::Json;
use axum::extract::State;
use domain::account::Permission;
use domain::component::Status;
use domain::time::TimeRange;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::incident_rows::Known;
use super::super::{Web, overview};
use super::caller::Asker;
use super::problem::Failed;
use super::refusals::Always;
use super::words::{ComponentStatus, IncidentStateName, PlanStatus, SeverityName, written};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(show_now))
}

/// The state of everything. Names are in the site's own language.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Now {
    /// Counts confirmed changes.
    version: u64,
    /// How many components are operational.
    operational: usize,
    /// How many there are.
    total: usize,
    /// Those that are not operational, the worst first. Unknown ones are among them.
    troubled: Vec<TroubledComponent>,
    /// Probes whose newest result is not up although their component is still believed to be: something may be beginning.
    suspicious: Vec<TroubledProbe>,
    /// Heartbeats that are late and not missed yet; `at` is when the call was due.
    late: Vec<TroubledProbe>,
    /// Probes that could not do their work: Yagura's own trouble.
    failed: Vec<TroubledProbe>,
    /// Slugs of probes that are paused.
    paused: Vec<String>,
    /// Since when Yagura's own uplink is gone.
    #[schema(format = DateTime)]
    uplink_lost_since: Option<String>,
    /// What is wrong with Yagura itself: `config-invalid`, `database-stuck`, `results-dropped`.
    problems: Vec<&'static str>,
    /// Incidents that people work on, the gravest first.
    incidents: Vec<OpenIncident>,
    /// How many incidents Yagura suggests.
    suggestions: usize,
    /// Planned work that goes on or begins within a week.
    maintenance: Vec<PlannedWork>,
    /// How old the newest backup is, if backups are configured.
    backup: Option<Backup>,
}

/// An incident that people work on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenIncident {
    /// Its number.
    number: i64,
    /// Its title.
    title: String,
    /// How far it is.
    #[schema(value_type = IncidentStateName)]
    state: &'static str,
    /// How grave it is.
    #[schema(value_type = SeverityName)]
    severity: &'static str,
    /// When somebody began to work on it.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When the public was promised the next update.
    #[schema(format = DateTime)]
    next_update_due_at: Option<String>,
}

/// A component in trouble.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TroubledComponent {
    /// Its slug.
    slug: String,
    /// Its name.
    name: String,
    /// Its status.
    #[schema(value_type = ComponentStatus)]
    status: Status,
    /// Since when.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Names of the components it needs that are in trouble too.
    because: Vec<String>,
    /// Its probes that are not up.
    probes: Vec<TroubledProbe>,
}

/// A probe that says something.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TroubledProbe {
    /// Its slug.
    slug: String,
    /// The cause, as the prober says it.
    detail: Option<String>,
    /// When the newest result was made.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// Planned work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlannedWork {
    /// Its id.
    id: String,
    /// Its title.
    title: String,
    /// How far it is.
    #[schema(value_type = PlanStatus)]
    status: &'static str,
    /// When the window begins that goes on, or the next one.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// When it ends.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
}

/// How old the newest backup is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Backup {
    /// When the newest good one was made.
    #[schema(format = DateTime)]
    made_at: Option<String>,
    /// Its size.
    bytes: Option<u64>,
    /// When the next one is due.
    #[schema(format = DateTime)]
    due_at: String,
    /// True when that is overdue.
    is_late: bool,
    /// Why the newest attempt failed.
    error: Option<String>,
}

fn probes(probes: Vec<NowProbe>) -> Vec<TroubledProbe> {
    let probe = |NowProbe { slug, detail, at }| TroubledProbe { slug, detail, at: written(at) };
    probes.into_iter().map(probe).collect()
}

impl From<NowComponent> for TroubledComponent {
    fn from(component: NowComponent) -> Self {
        let NowComponent { slug, name, status, since, because, probes: seen } = component;
        Self { slug, name, status, since: written(since), because, probes: probes(seen) }
    }
}

impl From<MaintenanceRow> for PlannedWork {
    fn from(row: MaintenanceRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            status: row.status.name(),
            starts_at: written(row.window.map(TimeRange::from)),
            ends_at: written(row.window.map(TimeRange::until)),
        }
    }
}

impl From<IncidentRow> for OpenIncident {
    fn from(row: IncidentRow) -> Self {
        Self {
            number: row.number,
            title: row.title,
            state: row.state.name(),
            severity: row.severity.name(),
            opened_at: row.opened_at.to_string(),
            next_update_due_at: written(row.next_update_due_at),
        }
    }
}

impl From<BackupState> for Backup {
    fn from(backup: BackupState) -> Self {
        let BackupState { made_at, bytes, due_at, is_late, error } = backup;
        Self { made_at: written(made_at), bytes, due_at: due_at.to_string(), is_late, error }
    }
}

impl From<NowPage> for Now {
    fn from(page: NowPage) -> Self {
        Self {
            version: page.version,
            operational: page.operational,
            total: page.total,
            troubled: page.troubled.into_iter().map(TroubledComponent::from).collect(),
            suspicious: probes(page.suspicious),
            late: probes(page.late),
            failed: probes(page.failed),
            paused: page.paused.into_iter().map(|probe| probe.slug).collect(),
            uplink_lost_since: written(page.uplink_lost_since),
            problems: page.problems,
            incidents: page.incidents.into_iter().map(OpenIncident::from).collect(),
            suggestions: page.suggestions.len(),
            maintenance: page.maintenance.into_iter().map(PlannedWork::from).collect(),
            backup: page.backup.map(Backup::from),
        }
    }
}

/// Shows the state of everything.
///
/// What is wrong, what may be beginning, and what is planned. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/now", tag = "Now", responses((status = 200, description = "The state now.", body = Now), Always))]
async fn show_now(State(web): State<Web>, asker: Asker) -> Result<Json<Now>, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let known = Known::new(&web, web.default_language(), HashMap::new());
    Ok(Json(overview::now(&web, &known, Vec::new()).into()))
}
