//! Timelines: rows, and the moments that figures are computed from.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::incident::machine::MachineEvent;
use domain::incident::work::{Marker, Source};
use serde::{Deserialize, Serialize};
use store::incidents::{Entry, EntryContent, EntryRevision, IncidentStory};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::incidents::story;
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Repeatable, Versioned};
use super::timeline_files::EvidenceFileHead;
use super::words::{EntryKindName, EntrySourceName, HypothesisName, MarkerName, PrecisionName, VisibilityName, moment};
use super::{no_content, versions};
use crate::service::caller::Who;
use crate::service::incidents::{EntryEdit, EntryWanted};
use crate::service::problem::Problem;

/// By this header the browser says whose row it sends: one that waited while somebody else signed in is not kept in their name.
const USER_HEADER: &str = "yagura-user";

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(add_row))
        .routes(routes!(change_row, delete_row))
        .routes(routes!(restore_row))
        .routes(routes!(list_revisions))
        .routes(routes!(set_marker, remove_marker))
}

/// A row of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineRow {
    /// Its id; `#t-<id>` on the incident's page.
    id: Uuid,
    /// When it happened.
    #[schema(format = DateTime)]
    occurred_at: String,
    /// How exactly that is known.
    #[schema(value_type = PrecisionName)]
    precision: &'static str,
    /// When it was written down.
    #[schema(format = DateTime)]
    recorded_at: String,
    /// What it is.
    #[schema(value_type = EntryKindName)]
    kind: &'static str,
    /// Where it came from.
    #[schema(value_type = EntrySourceName)]
    source: &'static str,
    /// Who wrote it.
    actor: String,
    /// What a person wrote, Markdown; `null` for a row that Yagura wrote, or one that was deleted.
    body: Option<String>,
    /// What Yagura wrote: `event` says what it is.
    #[schema(value_type = Option<Object>)]
    event: Option<MachineEvent>,
    /// What was decided against.
    rejected: Vec<String>,
    /// What became of a hypothesis.
    #[schema(value_type = Option<HypothesisName>)]
    hypothesis: Option<&'static str>,
    /// True when it stands out.
    is_starred: bool,
    /// Who may see it.
    #[schema(value_type = VisibilityName)]
    visibility: &'static str,
    /// What somebody noted beside it.
    annotation: Option<String>,
    /// Its revision, which is also its version for `If-Match`.
    revision: i64,
    /// True when it was deleted.
    is_deleted: bool,
    /// Its files.
    evidence: Vec<EvidenceFileHead>,
}

/// A row as it once was.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RowRevision {
    /// Which.
    revision: i64,
    /// When it became so.
    #[schema(format = DateTime)]
    at: String,
    /// Who made it so.
    actor: String,
    /// When it happened, as it was said then.
    #[schema(format = DateTime)]
    occurred_at: String,
    /// What it was.
    #[schema(value_type = EntryKindName)]
    kind: &'static str,
    /// What it said.
    body: Option<String>,
}

/// How a row once was.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RowRevisions {
    /// The newest first.
    items: Vec<RowRevision>,
}

/// A row to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RowBody {
    /// What it says, Markdown, at most 10,000 characters.
    pub(super) body: String,
    /// What it is; left out: a note.
    #[schema(value_type = Option<EntryKindName>)]
    pub(super) kind: Option<String>,
    /// When it happened, as people type a time: `22:36`, `-5m`, `昨日 23:10`, `2024-04-18 22:36 JST`; left out: now.
    pub(super) at: Option<String>,
    /// When it was typed, if it was kept for a while before it is sent: `at` is understood from there.
    #[schema(format = DateTime)]
    pub(super) typed_at: Option<String>,
    /// How exactly the time is known; left out: as it is written.
    #[schema(value_type = Option<PrecisionName>)]
    pub(super) precision: Option<String>,
    /// Of a decision: what was decided against.
    #[serde(default)]
    pub(super) rejected: Vec<String>,
    /// Of a hypothesis: what became of it; left out: it is open.
    #[schema(value_type = Option<HypothesisName>)]
    pub(super) hypothesis: Option<String>,
    /// Who may see it; left out: internal.
    #[schema(value_type = Option<VisibilityName>)]
    pub(super) visibility: Option<String>,
    /// Makes it stand out.
    pub(super) is_starred: Option<bool>,
    /// What the sender calls it, 1 to 64 visible ASCII characters: a row with the same name is kept once, for ever.
    pub(super) op: Option<String>,
    /// Keeps it although it looks like it holds a secret.
    pub(super) keep_secrets: Option<bool>,
}

/// A row as it shall be. Of one that Yagura wrote, `visibility`, `is_starred`, `annotation` and `markers` are taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RowChange {
    /// When it happened, as people type a time.
    at: String,
    /// What it is.
    #[schema(value_type = EntryKindName)]
    kind: String,
    /// How exactly the time is known; left out: as it is written.
    #[schema(value_type = Option<PrecisionName>)]
    precision: Option<String>,
    /// What it says.
    body: String,
    /// Of a decision: what was decided against.
    #[serde(default)]
    rejected: Vec<String>,
    /// Of a hypothesis: what became of it.
    #[schema(value_type = Option<HypothesisName>)]
    hypothesis: Option<String>,
    /// Who may see it.
    #[schema(value_type = VisibilityName)]
    visibility: String,
    /// Makes it stand out.
    is_starred: bool,
    /// What is noted beside it.
    annotation: Option<String>,
    /// The markers that point at it.
    #[serde(default)]
    #[schema(value_type = Vec<MarkerName>)]
    markers: Vec<String>,
    /// Keeps it although it looks like it holds a secret.
    keep_secrets: Option<bool>,
}

/// A row that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddedRow {
    /// The number of its incident.
    pub(super) number: i64,
    /// Its id.
    pub(super) id: Uuid,
}

/// At which row a marker points.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkerBody {
    /// Its id.
    row: Uuid,
}

fn body_of(content: &EntryContent) -> Option<String> {
    match content {
        EntryContent::Words { body, .. } => Some(body.clone()),
        EntryContent::Machine(_) => None,
    }
}

impl TimelineRow {
    pub(super) fn new(entry: &Entry, story: &IncidentStory) -> Self {
        let is_deleted = entry.deleted_at.is_some();
        let (event, rejected, hypothesis) = match &entry.content {
            EntryContent::Machine(event) => (Some(event.clone()), Vec::new(), None),
            EntryContent::Words { rejected, hypothesis, .. } => (None, rejected.clone(), *hypothesis),
        };
        let files = story.evidence.iter().filter(|head| head.entry_key == entry.key && head.deleted_at.is_none());
        Self {
            id: entry.id,
            occurred_at: entry.occurred_at.to_string(),
            precision: entry.precision.name(),
            recorded_at: entry.recorded_at.to_string(),
            kind: entry.kind.name(),
            source: entry.source.name(),
            actor: entry.actor_name.clone(),
            body: body_of(&entry.content).filter(|_| !is_deleted),
            event,
            rejected: if is_deleted { Vec::new() } else { rejected },
            hypothesis: hypothesis.map(domain::incident::work::HypothesisState::name),
            is_starred: entry.is_starred,
            visibility: entry.visibility.name(),
            annotation: entry.annotation.clone(),
            revision: entry.revision,
            is_deleted,
            evidence: files.map(EvidenceFileHead::from).collect(),
        }
    }
}

impl From<EntryRevision> for RowRevision {
    fn from(revision: EntryRevision) -> Self {
        Self {
            revision: revision.revision,
            at: revision.at.to_string(),
            actor: revision.actor_name,
            occurred_at: revision.occurred_at.to_string(),
            kind: revision.kind.name(),
            body: body_of(&revision.content),
        }
    }
}

/// The row that a body describes.
pub(super) fn wanted(body: RowBody, source: Source) -> Result<EntryWanted, Failed> {
    let text = Option::unwrap_or_default;
    let typed_at = body.typed_at.as_deref().map(|at| moment(at, "typed_at", "invalid-when")).transpose()?;
    Ok(EntryWanted {
        kind: text(body.kind),
        body: body.body,
        at: text(body.at),
        typed_at,
        precision: text(body.precision),
        rejected: body.rejected,
        hypothesis: text(body.hypothesis),
        visibility: text(body.visibility),
        is_starred: body.is_starred.unwrap_or(false),
        op: body.op,
        keep_secrets: body.keep_secrets.unwrap_or(false),
        source,
    })
}

/// Rows of people in a browser are theirs; those of programs are told apart.
pub(super) fn source(asker: &Asker) -> Source {
    if matches!(asker.caller.who, Who::User(_)) { Source::Human } else { Source::Api }
}

/// Refuses what a browser sends in the name of somebody who has left it.
pub(super) fn must_be_the_same(asker: &Asker, headers: &HeaderMap) -> Result<(), Failed> {
    let Some(named) = headers.get(USER_HEADER) else { return Ok(()) };
    match &asker.caller.who {
        Who::User(user) if named.as_bytes() == user.id.to_string().as_bytes() => Ok(()),
        _ => Err(Problem::SignedOut.into()),
    }
}

/// Adds a row to a timeline.
///
/// With `op` it is kept once, however often it is sent. Needs the scope `timeline:write`, the role responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/timeline", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), Repeatable), request_body = RowBody,
    responses((status = 201, description = "The row.", body = AddedRow), Always, Changing, Missing))]
async fn add_row(
    State(web): State<Web>,
    Path(number): Path<i64>,
    headers: HeaderMap,
    asked: Asked<RowBody>,
) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    must_be_the_same(&asker, &headers)?;
    let wanted = wanted(body, source(&asker))?;
    let number = web.desk.where_now(&caller, number).await?;
    let added = web.desk.add_entries(&caller, number, vec![wanted]).await.map_err(of_the_only_row)?;
    let id = added.first().copied().ok_or(Problem::NotFound("entry"))?;
    Ok(versions::answer(StatusCode::CREATED, None, AddedRow { number, id }))
}

/// The service counts rows; here there is one.
pub(super) fn of_the_only_row(problem: Problem) -> Problem {
    let Problem::Invalid(mut all) = problem else { return problem };
    for invalid in &mut all {
        if let Some(name) = invalid.field.strip_suffix("_0") {
            invalid.field = name.to_owned();
        }
    }
    Problem::Invalid(all)
}

/// Changes a row.
///
/// Every text it had is kept. Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(put, path = "/api/v1/incidents/{number}/timeline/{id}", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("id" = Uuid, Path, description = "The row's id."), IfMatch, Repeatable),
    request_body = RowChange,
    responses(
        (status = 200, description = "The row as it is now.", body = TimelineRow, headers(("ETag" = String, description = "Its revision."))),
        Always, Changing, Missing, Versioned))]
async fn change_row(
    State(web): State<Web>,
    Path((number, id)): Path<(i64, Uuid)>,
    headers: HeaderMap,
    asked: Asked<RowChange>,
) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    let revision = versions::wanted(&headers)?;
    let edit = EntryEdit {
        at: body.at,
        kind: body.kind,
        precision: body.precision.unwrap_or_default(),
        body: body.body,
        rejected: body.rejected,
        hypothesis: body.hypothesis.unwrap_or_default(),
        keep_secrets: body.keep_secrets.unwrap_or(false),
        visibility: body.visibility,
        is_starred: body.is_starred,
        annotation: body.annotation.unwrap_or_default(),
        markers: body.markers,
    };
    web.desk.change_entry(&caller, number, id, revision, edit).await.map_err(versions::differs)?;
    let story = story(&web, &asker, number).await?;
    let entry = story.entries.iter().find(|entry| entry.id == id).ok_or(Problem::NotFound("entry"))?;
    Ok(versions::answer(StatusCode::OK, Some(entry.revision), TimelineRow::new(entry, &story)))
}

/// Deletes a row.
///
/// It can be restored; rows that Yagura wrote cannot be deleted. Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(delete, path = "/api/v1/incidents/{number}/timeline/{id}", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("id" = Uuid, Path, description = "The row's id."), IfMatch, Repeatable),
    responses((status = 204, description = "It is gone."), Always, Changing, Missing, Versioned))]
async fn delete_row(
    State(web): State<Web>,
    Path((number, id)): Path<(i64, Uuid)>,
    headers: HeaderMap,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    let revision = versions::wanted(&headers)?;
    web.desk.delete_entry(&asked.caller, number, id, revision).await.map_err(versions::differs)?;
    Ok(no_content())
}

/// Restores a row that was deleted.
///
/// Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/timeline/{id}/restore", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("id" = Uuid, Path, description = "The row's id."), IfMatch, Repeatable),
    responses((status = 204, description = "It is back."), Always, Changing, Missing, Versioned))]
async fn restore_row(
    State(web): State<Web>,
    Path((number, id)): Path<(i64, Uuid)>,
    headers: HeaderMap,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    let revision = versions::wanted(&headers)?;
    web.desk.restore_entry(&asked.caller, number, id, revision).await.map_err(versions::differs)?;
    Ok(no_content())
}

/// Lists how a row once was.
///
/// Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/incidents/{number}/timeline/{id}/revisions", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("id" = Uuid, Path, description = "The row's id.")),
    responses((status = 200, description = "Its revisions.", body = RowRevisions), Always, Missing))]
async fn list_revisions(
    State(web): State<Web>,
    asker: Asker,
    Path((number, id)): Path<(i64, Uuid)>,
) -> Result<Json<RowRevisions>, Failed> {
    let revisions = web.desk.entry_revisions(&asker.caller, number, id).await?;
    Ok(Json(RowRevisions { items: revisions.into_iter().map(RowRevision::from).collect() }))
}

fn marker(name: &str) -> Result<Marker, Failed> {
    Marker::from_name(name).ok_or_else(|| Failed::invalid("marker", "invalid-marker"))
}

/// Lets a marker point at a row.
///
/// Figures are computed again. Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(put, path = "/api/v1/incidents/{number}/markers/{marker}", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("marker" = MarkerName, Path, description = "Which."), Repeatable),
    request_body = MarkerBody,
    responses((status = 204, description = "It is set."), Always, Changing, Missing))]
async fn set_marker(
    State(web): State<Web>,
    Path((number, name)): Path<(i64, String)>,
    asked: Asked<MarkerBody>,
) -> Result<Response, Failed> {
    web.desk.set_marker(&asked.caller, number, marker(&name)?, Some(asked.body.row)).await?;
    Ok(no_content())
}

/// Takes a marker away.
///
/// Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(delete, path = "/api/v1/incidents/{number}/markers/{marker}", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("marker" = MarkerName, Path, description = "Which."), Repeatable),
    responses((status = 204, description = "It points at nothing."), Always, Changing, Missing))]
async fn remove_marker(
    State(web): State<Web>,
    Path((number, name)): Path<(i64, String)>,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.set_marker(&asked.caller, number, marker(&name)?, None).await?;
    Ok(no_content())
}
