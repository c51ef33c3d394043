//! What is done with an incident as a whole: its state, whether the public sees it, relations and merging; and what Yagura suggests.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::incident::suggest::Suggestion;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::incidents::{WholeIncident, answer};
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Repeatable, Versioned};
use super::words::{ComponentStatus, IncidentStateName};
use super::{no_content, versions};
use crate::service::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(move_incident))
        .routes(routes!(set_visibility))
        .routes(routes!(relate, unrelate))
        .routes(routes!(merge))
        .routes(routes!(list_suggestions))
        .routes(routes!(accept_suggestion))
        .routes(routes!(dismiss_suggestion))
}

/// A state to go to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StateBody {
    /// Which.
    #[schema(value_type = IncidentStateName)]
    state: String,
    /// Why; needed to cancel and to reopen.
    reason: Option<String>,
    /// When it became so, as people type a time; left out: now.
    at: Option<String>,
}

/// Who may see an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VisibilityBody {
    /// True: everybody.
    is_public: bool,
}

/// Into which incident another is merged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeBody {
    /// Its number.
    into: i64,
}

/// A component in an outage.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuggestedComponent {
    /// Its slug.
    component: String,
    /// Its status.
    #[schema(value_type = ComponentStatus)]
    status: &'static str,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
}

/// A component that may be the cause.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuspectedComponent {
    /// Its slug.
    component: String,
    /// How many of those that need it are in an outage.
    failing: usize,
    /// How many need it.
    dependants: usize,
}

/// An incident that Yagura suggests.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuggestedIncident {
    /// Its id, as long as it lasts.
    id: String,
    /// Components in trouble, the worst first.
    components: Vec<SuggestedComponent>,
    /// Those that may be the cause, the likeliest first.
    suspects: Vec<SuspectedComponent>,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// The number of the open incident that it belongs to; accepting adds the components there.
    joins: Option<i64>,
}

/// What Yagura suggests.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuggestionList {
    /// All of it.
    items: Vec<SuggestedIncident>,
}

/// The incident that a suggestion became.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcceptedIncident {
    /// Its number.
    number: i64,
}

impl From<Suggestion> for SuggestedIncident {
    fn from(suggestion: Suggestion) -> Self {
        Self {
            id: suggestion.id(),
            components: suggestion
                .outages
                .iter()
                .map(|outage| SuggestedComponent {
                    component: outage.component.to_string(),
                    status: outage.status.name(),
                    since: outage.started_at.to_string(),
                })
                .collect(),
            suspects: suggestion
                .suspects
                .iter()
                .map(|suspect| SuspectedComponent {
                    component: suspect.component.to_string(),
                    failing: suspect.failing,
                    dependants: suspect.dependants,
                })
                .collect(),
            since: suggestion.since.to_string(),
            joins: suggestion.joins,
        }
    }
}

/// Moves an incident to another state.
///
/// Also backwards. Needs the scope `incidents:write`, the role responder, or to lead it.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/state", tag = "Incidents",
    params(("number" = i64, Path, description = "Its number."), IfMatch, Repeatable), request_body = StateBody,
    responses(
        (status = 200, description = "The incident as it is now.", body = WholeIncident, headers(
            ("ETag" = String, description = "Its new version."))),
        Always, Changing, Missing, Versioned))]
async fn move_incident(
    State(web): State<Web>,
    Path(number): Path<i64>,
    headers: HeaderMap,
    asked: Asked<StateBody>,
) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    let version = versions::wanted(&headers)?;
    let (reason, at) = (body.reason.unwrap_or_default(), body.at.unwrap_or_default());
    let moved: Result<_, Problem> = web.desk.move_incident(&caller, number, version, (&body.state, &reason, &at)).await;
    moved.map_err(versions::differs)?;
    answer(&web, &asker, number).await
}

/// Shows an incident to the public, or no longer.
///
/// A drill is never shown. Needs the scope `incidents:write`, the role responder, or to lead it.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/visibility", tag = "Incidents",
    params(("number" = i64, Path, description = "Its number."), Repeatable), request_body = VisibilityBody,
    responses((status = 204, description = "It is so."), Always, Changing, Missing))]
async fn set_visibility(
    State(web): State<Web>,
    Path(number): Path<i64>,
    asked: Asked<VisibilityBody>,
) -> Result<Response, Failed> {
    web.desk.set_incident_public(&asked.caller, number, asked.body.is_public).await?;
    Ok(no_content())
}

/// Says that two incidents are related.
///
/// Needs the scope `incidents:write`, the role responder, or to lead the first.
#[utoipa::path(put, path = "/api/v1/incidents/{number}/related/{other}", tag = "Incidents",
    params(("number" = i64, Path, description = "The number of one."), ("other" = i64, Path, description = "Of the other."), Repeatable),
    responses((status = 204, description = "It is so."), Always, Changing, Missing))]
async fn relate(
    State(web): State<Web>,
    Path((number, other)): Path<(i64, i64)>,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.relate_incidents(&asked.caller, number, other, true).await?;
    Ok(no_content())
}

/// Says that two incidents are not related.
///
/// Needs the scope `incidents:write`, the role responder, or to lead the first.
#[utoipa::path(delete, path = "/api/v1/incidents/{number}/related/{other}", tag = "Incidents",
    params(("number" = i64, Path, description = "The number of one."), ("other" = i64, Path, description = "Of the other."), Repeatable),
    responses((status = 204, description = "It is so."), Always, Changing, Missing))]
async fn unrelate(
    State(web): State<Web>,
    Path((number, other)): Path<(i64, i64)>,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.relate_incidents(&asked.caller, number, other, false).await?;
    Ok(no_content())
}

/// Merges an incident into another.
///
/// Its rows, updates and files go there; its number leads there. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/merge", tag = "Incidents",
    params(("number" = i64, Path, description = "The number of the one that ends."), Repeatable), request_body = MergeBody,
    responses((status = 204, description = "They are one."), Always, Changing, Missing))]
async fn merge(State(web): State<Web>, Path(number): Path<i64>, asked: Asked<MergeBody>) -> Result<Response, Failed> {
    web.desk.merge_incident(&asked.caller, number, asked.body.into).await?;
    Ok(no_content())
}

/// Lists the incidents that Yagura suggests.
///
/// Outages that belong together are one. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/suggestions", tag = "Incidents",
    responses((status = 200, description = "All of them.", body = SuggestionList), Always))]
async fn list_suggestions(State(web): State<Web>, asker: Asker) -> Result<Json<SuggestionList>, Failed> {
    let suggestions = web.desk.suggestions(&asker.caller)?;
    Ok(Json(SuggestionList { items: suggestions.into_iter().map(SuggestedIncident::from).collect() }))
}

/// Opens the incident that Yagura suggests.
///
/// Or adds the components to the open one that it belongs to. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/suggestions/{id}/accept", tag = "Incidents",
    params(("id" = String, Path, description = "Its id."), Repeatable),
    responses((status = 200, description = "Where it is.", body = AcceptedIncident), Always, Changing))]
async fn accept_suggestion(
    State(web): State<Web>,
    Path(id): Path<String>,
    asked: Asked<Empty>,
) -> Result<Json<AcceptedIncident>, Failed> {
    Ok(Json(AcceptedIncident { number: web.desk.accept_suggestion(&asked.caller, &id).await? }))
}

/// Lets a suggestion be.
///
/// Its outages are not suggested again. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/suggestions/{id}/dismiss", tag = "Incidents",
    params(("id" = String, Path, description = "Its id."), Repeatable),
    responses((status = 204, description = "It is gone."), Always, Changing))]
async fn dismiss_suggestion(State(web): State<Web>, Path(id): Path<String>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.dismiss_suggestion(&asked.caller, &id).await?;
    Ok(no_content())
}
