//! What is done in a run: steps, values, another version, its end. Each is kept once under its `op`, so that a phone may send it as often
//! as it takes.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Web;
use super::body::Asked;
use super::no_content;
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing};
use super::runs::StepNow;
use super::timeline::must_be_the_same;
use super::words::{DeedName, OutcomeName, StandName, moment};
use crate::service::caller::Caller;
use crate::service::problem::Problem;
use crate::service::runs::{EventWanted, FinishWanted};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(add_event))
        .routes(routes!(give_params))
        .routes(routes!(rebase_run))
        .routes(routes!(finish_run))
}

/// Something that was done in a run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventBody {
    /// What the sender calls it, 1 to 64 visible ASCII characters: kept once, for ever.
    op: String,
    /// The step's id; left out: a note about the run as a whole.
    step: Option<String>,
    /// What: `tick`, `untick`, `skip`, `fail`, `answer`, `confirm`, `note`, `wrong` or `copied`.
    #[schema(value_type = DeedName)]
    deed: String,
    /// `seq` of the run as the sender last saw it. What somebody else did to the same step since then makes this one too late.
    expected_seq: i64,
    /// The answer to a decision.
    answer: Option<String>,
    /// The reason, the note, or the command that was copied, at most 4,000 characters.
    text: Option<String>,
    /// When it happened; left out: now. Kept within the time of the run.
    #[schema(format = DateTime)]
    occurred_at: Option<String>,
    /// Keeps the text although it looks like it holds a secret.
    keep_secrets: Option<bool>,
}

/// An event that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptEventRow {
    /// Its place.
    seq: i64,
    /// Where its step stands now; `null`: it is of the run as a whole, or the step is gone from the version that is followed.
    #[schema(value_type = Option<StandName>)]
    stand: Option<&'static str>,
    /// False when it was there before.
    is_new: bool,
}

/// Values of a run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ParamsBody {
    /// What the sender calls it.
    op: String,
    /// Values by name. Those that are left out stay.
    params: BTreeMap<String, String>,
}

/// Another version to follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RebaseBody {
    /// What the sender calls it.
    op: String,
    /// The number of the newer version.
    to: i64,
    /// `seq` of the run as the sender last saw it.
    expected_seq: i64,
}

/// The end of a run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FinishBody {
    /// What the sender calls it.
    op: String,
    /// What came of it.
    #[schema(value_type = OutcomeName)]
    outcome: String,
    /// What there is to say. Needed when it was given up, and when something that was done was not taken back.
    text: Option<String>,
    /// When it was the wrong one: the slug of the one that would have been right.
    right_runbook: Option<String>,
    /// `seq` of the run as the sender last saw it.
    expected_seq: i64,
    /// Keeps the text although it looks like it holds a secret.
    keep_secrets: Option<bool>,
}

/// The problem of an event, with how its step stands where that is the matter.
pub(super) async fn failed(web: &Web, caller: &Caller, number: i64, step: &str, problem: Problem) -> Failed {
    let failed = Failed::from(problem);
    if !failed.is_of_the_present() {
        return failed;
    }
    let found = web.desk.run(caller, number).await.ok();
    match found.and_then(|found| StepNow::of(&found, step)) {
        Some(now) => failed.stale(now),
        None => failed,
    }
}

/// The form of the desk calls the other runbook otherwise.
fn of_this_body(problem: Problem) -> Problem {
    let Problem::Invalid(mut all) = problem else { return problem };
    for invalid in all.iter_mut().filter(|invalid| invalid.field == "right") {
        "right_runbook".clone_into(&mut invalid.field);
    }
    Problem::Invalid(all)
}

/// Does something in a run.
///
/// Sent again under the same `op`, it is answered as it was the first time. Too late: status 409, with how the step stands now as `state`.
/// Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/runs/{number}/events", tag = "Runs",
    params(("number" = i64, Path, description = "The run's number.")), request_body = EventBody,
    responses((status = 200, description = "It is kept.", body = KeptEventRow), Always, Changing, Missing))]
async fn add_event(
    State(web): State<Web>,
    Path(number): Path<i64>,
    headers: HeaderMap,
    asked: Asked<EventBody>,
) -> Result<Json<KeptEventRow>, Failed> {
    let Asked { asker, caller, body } = asked;
    must_be_the_same(&asker, &headers)?;
    let text = Option::unwrap_or_default;
    let step: String = text(body.step);
    let occurred_at = body.occurred_at.as_deref().map(|at| moment(at, "occurred_at", "invalid-when")).transpose()?;
    let wanted = EventWanted {
        op: body.op,
        step: step.clone(),
        deed: body.deed,
        expected_seq: body.expected_seq,
        answer: text(body.answer),
        text: text(body.text),
        keep_secrets: body.keep_secrets.unwrap_or(false),
        occurred_at,
    };
    match web.desk.run_event(&caller, number, wanted).await {
        Ok(kept) => Ok(Json(KeptEventRow {
            seq: kept.seq,
            stand: kept.stand.map(domain::runbook::run::Stand::name),
            is_new: kept.is_new,
        })),
        Err(problem) => Err(failed(&web, &caller, number, &step, problem).await),
    }
}

/// Gives values that were missing.
///
/// Each is held to its pattern. Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/runs/{number}/params", tag = "Runs",
    params(("number" = i64, Path, description = "The run's number.")), request_body = ParamsBody,
    responses((status = 204, description = "They are known."), Always, Changing, Missing))]
async fn give_params(State(web): State<Web>, Path(number): Path<i64>, asked: Asked<ParamsBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    web.desk.give_params(&caller, number, &body.op, body.params).await?;
    Ok(no_content())
}

/// Goes on with a newer version.
///
/// Ticks of steps whose text is the same stay; the others have to be looked at once more. Needs the scope `incidents:write`, the role
/// responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/runs/{number}/rebase", tag = "Runs",
    params(("number" = i64, Path, description = "The run's number.")), request_body = RebaseBody,
    responses((status = 204, description = "It follows that version."), Always, Changing, Missing))]
async fn rebase_run(State(web): State<Web>, Path(number): Path<i64>, asked: Asked<RebaseBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    web.desk.rebase_run(&caller, number, &body.op, body.to, body.expected_seq).await?;
    Ok(no_content())
}

/// Ends a run.
///
/// Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/runs/{number}/finish", tag = "Runs",
    params(("number" = i64, Path, description = "The run's number.")), request_body = FinishBody,
    responses((status = 204, description = "It has ended."), Always, Changing, Missing))]
async fn finish_run(State(web): State<Web>, Path(number): Path<i64>, asked: Asked<FinishBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let wanted = FinishWanted {
        op: body.op,
        expected_seq: body.expected_seq,
        outcome: body.outcome,
        text: body.text.unwrap_or_default(),
        right: body.right_runbook.unwrap_or_default(),
        keep_secrets: body.keep_secrets.unwrap_or(false),
    };
    let finished = web.desk.finish_run(&caller, number, wanted).await;
    finished.map_err(of_this_body)?;
    Ok(no_content())
}
