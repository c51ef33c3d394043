//! What is done with probes: reading what they saw, running them now, pausing them.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::account::Permission;
use domain::probe::observation::{CauseKind, Observation, Verdict};
use domain::text::Slug;
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use serde::{Deserialize, Serialize};
use store::writer::KeptResult;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::paging::{Paging, cursor, list};
use super::probes::{self, Probe};
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged, Repeatable};
use super::words::{CauseName, VerdictName, moment};
use crate::service::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(list_results))
        .routes(routes!(pause_probe))
        .routes(routes!(resume_probe))
        .routes(routes!(run_probe))
}

/// What one execution saw.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProbeResult {
    /// When it was made.
    #[schema(format = DateTime)]
    at: String,
    /// What it says.
    #[schema(value_type = VerdictName)]
    verdict: Verdict,
    /// How long it took, in microseconds.
    duration_us: Option<u64>,
    /// HTTP status, or the exit code that a heartbeat reported.
    code: Option<u16>,
    /// What kind of thing went wrong; `null` when it was up.
    #[schema(value_type = Option<CauseName>)]
    cause: Option<&'static str>,
    /// What exactly, as the prober says it.
    detail: Option<String>,
}

list!(ResultList, ProbeResult, "Results, the newest first.");

/// How long and why a probe is paused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PauseBody {
    /// Until when, within a year; left out or `null`: until somebody lets it go on.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// For the others, at most 200 characters.
    reason: Option<String>,
}

impl From<KeptResult> for ProbeResult {
    fn from(kept: KeptResult) -> Self {
        Self {
            at: kept.at.to_string(),
            verdict: kept.verdict,
            duration_us: kept.duration_us,
            code: kept.code,
            cause: kept.cause.map(CauseKind::name),
            detail: kept.detail.map(String::from),
        }
    }
}

impl From<Observation> for ProbeResult {
    fn from(seen: Observation) -> Self {
        Self {
            at: seen.at.to_string(),
            verdict: seen.verdict,
            duration_us: seen.duration_us,
            code: seen.code,
            cause: seen.cause.as_ref().map(|cause| cause.kind.name()),
            detail: seen.cause.map(|cause| cause.detail),
        }
    }
}

/// Its number while it is watched; none while it is paused.
fn key(web: &Web, slug: &Slug) -> Result<Option<ProbeKey>, Problem> {
    if !web.desk.configuration.whole().config.probes.iter().any(|probe| probe.slug == *slug) {
        return Err(Problem::NotFound("probe"));
    }
    let state = web.monitoring.state();
    Ok(state.probes.iter().find(|(_, watched)| watched.slug == *slug).map(|(key, _)| *key))
}

/// Lists what a probe saw.
///
/// Its results, the newest first, as long as single results are kept. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/probes/{slug}/results", tag = "Probes",
    params(("slug" = String, Path, description = "Its slug."), Paging),
    responses((status = 200, description = "A page of results.", body = ResultList), Always, Paged, Missing))]
async fn list_results(
    State(web): State<Web>,
    asker: Asker,
    Path(slug): Path<Slug>,
    Query(paging): Query<Paging>,
) -> Result<Json<ResultList>, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let (limit, before) = (paging.limit()?, paging.after::<i64>()?.map(Timestamp::from_ms));
    let mut kept = match key(&web, &slug)? {
        Some(key) => web.desk.results(key, before, limit + 1).await?,
        None => Vec::new(),
    };
    let has_more = kept.len() > limit as usize;
    kept.truncate(limit as usize);
    let next_cursor = kept.last().filter(|_| has_more).map(|last| cursor(last.at.as_ms()));
    Ok(Json(ResultList { items: kept.into_iter().map(ProbeResult::from).collect(), next_cursor }))
}

/// Pauses a probe.
///
/// Nobody looks while it is paused: it counts as unknown, not as up. A probe that is paused already is paused anew. Needs the scope
/// `probes:operate` or the role responder.
#[utoipa::path(post, path = "/api/v1/probes/{slug}/pause", tag = "Probes",
    params(("slug" = String, Path, description = "Its slug."), Repeatable), request_body = PauseBody,
    responses((status = 200, description = "The probe as it is now.", body = Probe), Always, Changing, Missing))]
async fn pause_probe(State(web): State<Web>, Path(slug): Path<Slug>, asked: Asked<PauseBody>) -> Result<Json<Probe>, Failed> {
    let Asked { caller, body, .. } = asked;
    let until = body.until.as_deref().map(|text| moment(text, "until", "invalid-until")).transpose()?;
    web.desk.pause(&caller, &slug, until, body.reason.as_deref().unwrap_or_default()).await?;
    Ok(Json(probes::one(&web, &caller, &slug).await?))
}

/// Lets a paused probe go on.
///
/// It looks at once. Needs the scope `probes:operate` or the role responder.
#[utoipa::path(post, path = "/api/v1/probes/{slug}/resume", tag = "Probes",
    params(("slug" = String, Path, description = "Its slug.")),
    responses((status = 200, description = "The probe as it is now.", body = Probe), Always, Changing, Missing))]
async fn resume_probe(State(web): State<Web>, Path(slug): Path<Slug>, asked: Asked<Empty>) -> Result<Json<Probe>, Failed> {
    let caller = asked.asker.caller;
    caller.must(Permission::OperateProbes, asked.asker.now)?;
    key(&web, &slug)?;
    web.desk.resume(&caller, &slug).await?;
    Ok(Json(probes::one(&web, &caller, &slug).await?))
}

/// Runs a probe now.
///
/// Once, beside its rhythm; what it sees counts like every result. Not for heartbeats, and not while it is paused. Needs the scope
/// `probes:operate` or the role responder.
#[utoipa::path(post, path = "/api/v1/probes/{slug}/run", tag = "Probes",
    params(("slug" = String, Path, description = "Its slug.")),
    responses((status = 200, description = "What was seen.", body = ProbeResult), Always, Changing, Missing))]
async fn run_probe(State(web): State<Web>, Path(slug): Path<Slug>, asked: Asked<Empty>) -> Result<Json<ProbeResult>, Failed> {
    let seen = web.desk.run_probe(&asked.asker.caller, &slug).await?;
    Ok(Json(seen.into()))
}
