//! Planned work.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::Permission;
use domain::text::{Language, LocalizedText};
use domain::time::TimeRange;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::paging::{self, Paging, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Paged, Repeatable, Versioned};
use super::words::{Localized, PlanStatus, written};
use super::{no_content, versions};
use crate::service::maintenance::{MaintenanceState, MaintenanceWanted};
use crate::service::problem::Problem;

/// Local date and time as it is sent and shown.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(list_maintenance, plan_maintenance))
        .routes(routes!(show_maintenance, change_maintenance))
        .routes(routes!(cancel_maintenance))
        .routes(routes!(end_maintenance))
        .routes(routes!(preview_maintenance))
}

/// One window of planned work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WindowOfWork {
    /// When it begins.
    #[schema(format = DateTime)]
    starts_at: String,
    /// When it ends.
    #[schema(format = DateTime)]
    ends_at: String,
}

/// Planned work, once or again and again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Maintenance {
    /// Its id.
    id: Uuid,
    /// Its version, which is also its `ETag`.
    version: i64,
    /// What it is called.
    title: Localized,
    /// What is done, and what one notices of it.
    description: Option<Localized>,
    /// How far it is.
    #[schema(value_type = PlanStatus)]
    status: &'static str,
    /// When it begins on the wall of its zone, such as `2026-11-29T02:00`; with a rule, from when on that counts.
    starts: String,
    /// Name of the time zone.
    time_zone: String,
    /// How long a window lasts, in minutes.
    duration_minutes: u64,
    /// How it comes again (RFC 5545, section 3.3.10); `null`: it is done once.
    rule: Option<String>,
    /// Slugs of the components.
    components: Vec<String>,
    /// True when its time is left out of uptime.
    excludes_uptime: bool,
    /// True when alerts wait until its end.
    holds_alerts: bool,
    /// The window that goes on, or the next one, or the last.
    window: Option<WindowOfWork>,
    /// The first of those after it.
    next: Vec<WindowOfWork>,
    /// When it was planned.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the plan was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// From when on nothing of it begins any more.
    #[schema(format = DateTime)]
    cancelled_at: Option<String>,
}

list!(MaintenanceList, Maintenance, "Planned work, by id.");

/// The windows of a plan that is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Preview {
    /// The first windows from now on.
    items: Vec<WindowOfWork>,
}

/// Work that is planned or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MaintenanceBody {
    /// What it is called, at most 120 characters.
    title: Localized,
    /// What is done, and what one notices of it, at most 2,000 characters.
    description: Option<Localized>,
    /// Slugs of the components; at least one.
    components: Vec<String>,
    /// When it begins on the wall of its zone, such as `2026-11-29T02:00`.
    starts: String,
    /// Name of the time zone (IANA); left out: the site's.
    time_zone: Option<String>,
    /// How long a window lasts, in minutes: 5 to 10,080.
    #[schema(minimum = 5, maximum = 10080)]
    duration_minutes: u32,
    /// How it comes again (RFC 5545, section 3.3.10), such as `FREQ=WEEKLY;BYDAY=SU`; left out: it is done once.
    rule: Option<String>,
    /// Leaves its time out of uptime; left out: yes.
    excludes_uptime: Option<bool>,
    /// Lets alerts wait until its end; left out: yes.
    holds_alerts: Option<bool>,
}

impl From<TimeRange> for WindowOfWork {
    fn from(range: TimeRange) -> Self {
        Self { starts_at: range.from().to_string(), ends_at: range.until().to_string() }
    }
}

impl From<MaintenanceState> for Maintenance {
    fn from(state: MaintenanceState) -> Self {
        let MaintenanceState { record, status, window, next } = state;
        let text = |text: &LocalizedText| Localized::from(text);
        Self {
            id: record.id,
            version: record.version,
            title: text(&record.title),
            description: record.description.as_ref().map(text),
            status: status.name(),
            starts: record.starts.strftime(LOCAL).to_string(),
            time_zone: record.zone,
            duration_minutes: record.duration.as_secs() / 60,
            rule: record.rule,
            components: record.components.iter().map(ToString::to_string).collect(),
            excludes_uptime: record.excludes_uptime,
            holds_alerts: record.holds_alerts,
            window: window.map(WindowOfWork::from),
            next: next.into_iter().map(WindowOfWork::from).collect(),
            created_at: record.created_at.to_string(),
            updated_at: record.updated_at.to_string(),
            cancelled_at: written(record.cancelled_at),
        }
    }
}

fn wanted(web: &Web, body: MaintenanceBody) -> MaintenanceWanted {
    let texts = |text: Option<&Localized>| {
        let of = |language| text.map(|text| text.of(language).to_owned()).unwrap_or_default();
        (of(Language::Ja), of(Language::En))
    };
    let ((title_ja, title_en), (description_ja, description_en)) = (texts(Some(&body.title)), texts(body.description.as_ref()));
    let zone = body.time_zone.unwrap_or_else(|| web.monitoring.state().config.site.time_zone_name.clone());
    MaintenanceWanted {
        title_ja,
        title_en,
        description_ja,
        description_en,
        components: body.components,
        starts: body.starts,
        zone,
        duration: Duration::from_secs(u64::from(body.duration_minutes) * 60),
        rule: body.rule,
        excludes_uptime: body.excludes_uptime.unwrap_or(true),
        holds_alerts: body.holds_alerts.unwrap_or(true),
    }
}

/// Lists planned work.
///
/// Also what is over or was cancelled. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/maintenance", tag = "Maintenance", params(Paging),
    responses((status = 200, description = "A page of plans.", body = MaintenanceList), Always, Paged))]
async fn list_maintenance(
    State(web): State<Web>,
    asker: Asker,
    Query(paging): Query<Paging>,
) -> Result<Json<MaintenanceList>, Failed> {
    let states = web.desk.maintenances(&asker.caller)?;
    let (states, next_cursor) = paging::page(states, &paging, |state| state.record.id.to_string())?;
    Ok(Json(MaintenanceList { items: states.into_iter().map(Maintenance::from).collect(), next_cursor }))
}

/// Shows planned work.
///
/// Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/maintenance/{id}", tag = "Maintenance",
    params(("id" = Uuid, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The plan.", body = Maintenance, headers(("ETag" = String, description = "Its version."))),
        Always, Missing))]
async fn show_maintenance(State(web): State<Web>, asker: Asker, Path(id): Path<Uuid>) -> Result<Response, Failed> {
    let state = web.desk.maintenance(&asker.caller, id)?;
    Ok(versions::answer(StatusCode::OK, Some(state.record.version), Maintenance::from(state)))
}

/// Plans work.
///
/// It is shown on the public page ahead and while it goes on. Needs the scope `maintenance:write` or the role maintainer.
#[utoipa::path(post, path = "/api/v1/maintenance", tag = "Maintenance", params(Repeatable), request_body = MaintenanceBody,
    responses(
        (status = 201, description = "What was planned.", body = Maintenance, headers(
            ("ETag" = String, description = "Its version."), ("Location" = String, description = "Where it is."))),
        Always, Changing))]
async fn plan_maintenance(State(web): State<Web>, asked: Asked<MaintenanceBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let id = web.desk.plan_maintenance(&caller, wanted(&web, body)).await?;
    let state = web.desk.maintenance(&caller, id)?;
    Ok(versions::made(&format!("/api/v1/maintenance/{id}"), Some(state.record.version), Maintenance::from(state)))
}

/// Shows the windows that a plan would have.
///
/// Nothing is kept. Needs the scope `maintenance:write` or the role maintainer.
#[utoipa::path(post, path = "/api/v1/maintenance/preview", tag = "Maintenance", request_body = MaintenanceBody,
    responses((status = 200, description = "The first windows from now on.", body = Preview), Always, Changing))]
async fn preview_maintenance(State(web): State<Web>, asked: Asked<MaintenanceBody>) -> Result<Json<Preview>, Failed> {
    let Asked { caller, body, .. } = asked;
    caller.must(Permission::PlanMaintenance, web.desk.now())?;
    let windows = web.desk.preview(&wanted(&web, body))?;
    Ok(Json(Preview { items: windows.into_iter().map(WindowOfWork::from).collect() }))
}

/// Changes planned work.
///
/// What has begun goes on as it was planned. Needs the scope `maintenance:write` or the role maintainer.
#[utoipa::path(put, path = "/api/v1/maintenance/{id}", tag = "Maintenance",
    params(("id" = Uuid, Path, description = "Its id."), IfMatch, Repeatable), request_body = MaintenanceBody,
    responses(
        (status = 200, description = "The plan as it is now.", body = Maintenance, headers(
            ("ETag" = String, description = "Its new version."))),
        Always, Changing, Missing, Versioned))]
async fn change_maintenance(
    State(web): State<Web>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    asked: Asked<MaintenanceBody>,
) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let version = versions::wanted(&headers)?;
    web.desk.change_maintenance(&caller, id, version, wanted(&web, body)).await.map_err(versions::differs)?;
    let state = web.desk.maintenance(&caller, id)?;
    Ok(versions::answer(StatusCode::OK, Some(state.record.version), Maintenance::from(state)))
}

/// Cancels planned work.
///
/// Nothing of it begins any more; what has begun goes on. Needs the scope `maintenance:write` or the role maintainer.
#[utoipa::path(delete, path = "/api/v1/maintenance/{id}", tag = "Maintenance",
    params(("id" = Uuid, Path, description = "Its id."), IfMatch, Repeatable),
    responses((status = 204, description = "It is cancelled."), Always, Changing, Missing, Versioned))]
async fn cancel_maintenance(
    State(web): State<Web>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    let version = versions::wanted(&headers)?;
    let cancelled: Result<_, Problem> = web.desk.cancel_maintenance(&asked.caller, id, version).await;
    cancelled.map_err(versions::differs)?;
    Ok(no_content())
}

/// Ends the window that goes on.
///
/// Alerts that waited for its end come now. Needs the scope `maintenance:write` or the role maintainer.
#[utoipa::path(post, path = "/api/v1/maintenance/{id}/end", tag = "Maintenance",
    params(("id" = Uuid, Path, description = "Its id."), Repeatable),
    responses((status = 204, description = "It is over."), Always, Changing, Missing))]
async fn end_maintenance(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.end_maintenance(&asked.caller, id).await?;
    Ok(no_content())
}
