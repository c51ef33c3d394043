//! Runs: the list, one with where each step stands, beginning one, and who else is there.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::runbook::StepId;
use domain::runbook::run::{Progress, RunState};
use serde::{Deserialize, Serialize};
use store::runbooks::runs::RunFilter;
use store::runbooks::{Run as Record, RunEvent, RunFileHead};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::Asked;
use super::caller::Asker;
use super::paging::{self, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged, Repeatable};
use super::versions;
use super::words::{DeedName, OutcomeName, RunModeName, RunStateName, StandName, written};
use crate::service::problem::Problem;
use crate::service::runbooks::Edition;
use crate::service::runs::{RunFound, RunWanted};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(list_runs, start_run)).routes(routes!(show_run)).routes(routes!(be_present))
}

/// A run without its steps.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunHead {
    /// The number people speak of, `RUN-7`.
    number: i64,
    /// Its id.
    id: Uuid,
    /// The runbook's slug.
    runbook: String,
    /// The version that it follows.
    version: i64,
    /// The number of its incident.
    incident: Option<i64>,
    /// The number of the alert for which it is followed.
    alert: Option<i64>,
    /// Why it is followed.
    #[schema(value_type = RunModeName)]
    mode: &'static str,
    /// Whether it goes on.
    #[schema(value_type = RunStateName)]
    state: &'static str,
    /// What came of it.
    #[schema(value_type = Option<OutcomeName>)]
    outcome: Option<&'static str>,
    /// Who began it.
    started_by: String,
    /// When.
    #[schema(format = DateTime)]
    started_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// How many steps are settled.
    settled: usize,
    /// How many apply.
    total: usize,
    /// The place of its newest event.
    seq: i64,
}

list!(RunHeads, RunHead, "Runs, the newest number first.");

/// Where a step stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepNow {
    /// Its id.
    step: String,
    /// Where it stands.
    #[schema(value_type = StandName)]
    stand: &'static str,
    /// The answer, of a decision.
    answer: Option<String>,
    /// Who made it so.
    by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// The place of the run's newest event.
    seq: i64,
}

/// Something that happened in a run.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunEventRow {
    /// Its place, from 1.
    seq: i64,
    /// Of which step; `null`: of the run as a whole.
    step: Option<String>,
    /// What.
    #[schema(value_type = DeedName)]
    deed: &'static str,
    /// Who.
    actor: String,
    /// When it happened.
    #[schema(format = DateTime)]
    occurred_at: String,
    /// When it was written down.
    #[schema(format = DateTime)]
    recorded_at: String,
    /// The answer, of a decision.
    answer: Option<String>,
    /// The reason, the note, or the command that was copied.
    text: Option<String>,
    /// Values that were filled in.
    params: BTreeMap<String, String>,
}

/// A file of a run, without its bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunFileRow {
    /// Its id.
    id: Uuid,
    /// The place of the event that it belongs to.
    seq: i64,
    /// What it is called.
    name: String,
    /// What it is, as found out from its bytes.
    media_type: String,
    /// How large it is.
    bytes: i64,
}

/// A run with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeRun {
    /// The run.
    #[serde(flatten)]
    head: RunHead,
    /// Values by name.
    params: BTreeMap<String, String>,
    /// Where each step stands, in order.
    steps: Vec<StepNow>,
    /// The id of the step that comes next; `null`: nothing is left.
    current: Option<String>,
    /// Ids of steps that were done and not taken back.
    unpaired: Vec<String>,
    /// A newer version that it could follow.
    newer_version: Option<i64>,
    /// What was said at its end.
    outcome_text: Option<String>,
    /// What happened, in order.
    events: Vec<RunEventRow>,
    /// Its files.
    files: Vec<RunFileRow>,
}

/// Which runs.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct RunQuery {
    /// `next_cursor` of the page before; left out for the first page.
    cursor: Option<String>,
    /// Most items on the page; 50 when it is left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only those in this state.
    #[param(value_type = Option<RunStateName>)]
    state: Option<String>,
    /// Only those of the runbook with this slug.
    runbook: Option<String>,
    /// Only those in the incident with this number.
    incident: Option<i64>,
    /// Only those for the alert with this number.
    alert: Option<i64>,
}

/// A run to be begun.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunBody {
    /// The runbook's slug.
    runbook: String,
    /// The number of its incident; left out: that of its alert, if there is one.
    incident: Option<i64>,
    /// The number of the alert for which it is followed: its labels and its component are taken where nothing else is said.
    alert: Option<i64>,
    /// Why; left out: a drill in an incident that is one, else live.
    #[schema(value_type = Option<RunModeName>)]
    mode: Option<String>,
    /// The component that values are taken from; left out: the one that the incident affects worst.
    component: Option<String>,
    /// Labels of an alert, from which values are taken as the runbook says.
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// Values by name, before all others.
    #[serde(default)]
    params: BTreeMap<String, String>,
}

/// A run that was begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StartedRun {
    /// Its number.
    number: i64,
}

/// What somebody has before them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PresenceBody {
    /// The step's id; left out: none.
    step: Option<String>,
}

/// Somebody who looks at a run.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PresentPerson {
    /// Their name.
    name: String,
    /// The step that they have before them.
    step: Option<String>,
    /// When they were last seen.
    #[schema(format = DateTime)]
    seen_at: String,
}

/// Who looks at a run.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PresentPeople {
    /// Everybody else.
    people: Vec<PresentPerson>,
}

impl RunHead {
    fn new(run: &Record, progress: &Progress) -> Self {
        Self {
            number: run.number,
            id: run.id,
            runbook: run.version.runbook.to_string(),
            version: run.version.number,
            incident: run.incident.map(|(_, number)| number),
            alert: run.alert,
            mode: run.mode.name(),
            state: run.state.name(),
            outcome: run.outcome.map(domain::runbook::run::Outcome::name),
            started_by: run.actor_name.clone(),
            started_at: run.started_at.to_string(),
            finished_at: written(run.finished_at),
            settled: progress.settled,
            total: progress.total,
            seq: run.last_seq,
        }
    }
}

impl StepNow {
    /// Where the step at a place of the plan stands.
    fn at(found: &RunFound, place: usize) -> Option<Self> {
        let standing = found.progress.steps.get(place)?;
        let event = standing.seq.and_then(|seq| found.story.events.iter().find(|event| event.seq == seq));
        Some(Self {
            step: found.edition.plan.steps.get(place)?.id.to_string(),
            stand: standing.stand.name(),
            answer: standing.answer.clone(),
            by: event.map(|event| event.content.actor_name.clone()),
            at: event.map(|event| event.content.occurred_at.to_string()),
            seq: found.story.run.last_seq,
        })
    }

    /// Where the step with this id stands; none: the version has no such step.
    pub(super) fn of(found: &RunFound, step: &str) -> Option<Self> {
        let id: StepId = step.parse().ok()?;
        Self::at(found, found.edition.plan.place(&id)?)
    }
}

impl From<&RunEvent> for RunEventRow {
    fn from(event: &RunEvent) -> Self {
        let content = &event.content;
        Self {
            seq: event.seq,
            step: content.step.as_ref().map(ToString::to_string),
            deed: content.deed.name(),
            actor: content.actor_name.clone(),
            occurred_at: content.occurred_at.to_string(),
            recorded_at: content.recorded_at.to_string(),
            answer: content.answer.clone(),
            text: content.text.clone(),
            params: content.params.clone(),
        }
    }
}

impl From<&RunFileHead> for RunFileRow {
    fn from(head: &RunFileHead) -> Self {
        let RunFileHead { id, seq, name, media_type, bytes, .. } = head.clone();
        Self { id, seq, name, media_type, bytes }
    }
}

fn id_at(edition: &Edition, place: usize) -> Option<String> {
    edition.plan.steps.get(place).map(|step| step.id.to_string())
}

fn whole(found: &RunFound) -> WholeRun {
    let (story, progress) = (&found.story, &found.progress);
    WholeRun {
        head: RunHead::new(&story.run, progress),
        params: story.run.params.clone(),
        steps: (0..found.edition.plan.steps.len()).filter_map(|place| StepNow::at(found, place)).collect(),
        current: progress.current.and_then(|place| id_at(&found.edition, place)),
        unpaired: progress.unpaired.iter().filter_map(|place| id_at(&found.edition, *place)).collect(),
        newer_version: found.newer.as_ref().map(|newer| newer.head.number),
        outcome_text: story.run.outcome_text.clone(),
        events: story.events.iter().map(RunEventRow::from).collect(),
        files: story.files.iter().filter(|head| head.deleted_at.is_none()).map(RunFileRow::from).collect(),
    }
}

fn filter(query: &RunQuery) -> Result<RunFilter, Failed> {
    let state =
        query.state.as_deref().map(|name| RunState::from_name(name).ok_or_else(|| Failed::invalid("state", "invalid-word")));
    let runbook = query.runbook.as_deref().map(|slug| slug.parse().map_err(|_| Failed::invalid("runbook", "invalid-word")));
    let paging = paging::Paging { cursor: query.cursor.clone(), limit: query.limit };
    Ok(RunFilter {
        state: state.transpose()?,
        runbook: runbook.transpose()?,
        incident: query.incident,
        alert: query.alert,
        is_live: None,
        before: paging.after()?,
        limit: paging.limit()?,
    })
}

/// Lists runs.
///
/// Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/runs", tag = "Runs", params(RunQuery),
    responses((status = 200, description = "A page of runs.", body = RunHeads), Always, Paged))]
async fn list_runs(State(web): State<Web>, asker: Asker, Query(query): Query<RunQuery>) -> Result<Json<RunHeads>, Failed> {
    let (found, next) = web.desk.run_page(&asker.caller, &filter(&query)?).await?;
    let items = found.iter().map(|(run, _, progress)| RunHead::new(run, progress)).collect();
    Ok(Json(RunHeads { items, next_cursor: next.map(paging::cursor) }))
}

/// Shows a run.
///
/// With where each step stands and everything that happened. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/runs/{number}", tag = "Runs", params(("number" = i64, Path, description = "Its number.")),
    responses((status = 200, description = "The run.", body = WholeRun), Always, Missing))]
async fn show_run(State(web): State<Web>, asker: Asker, Path(number): Path<i64>) -> Result<Json<WholeRun>, Failed> {
    let found = web.desk.run(&asker.caller, number).await?;
    Ok(Json(whole(&found)))
}

/// Begins a run.
///
/// It follows the version that is in use now, whatever becomes of the runbook. Needs the scope `incidents:write`, the role responder, or a
/// role in the incident.
#[utoipa::path(post, path = "/api/v1/runs", tag = "Runs", params(Repeatable), request_body = RunBody,
    responses(
        (status = 201, description = "The run.", body = StartedRun, headers(("Location" = String, description = "Where it is."))),
        Always, Changing, Missing))]
async fn start_run(State(web): State<Web>, asked: Asked<RunBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let wanted = RunWanted {
        runbook: body.runbook,
        incident: body.incident,
        alert: body.alert,
        mode: body.mode.unwrap_or_default(),
        component: body.component.unwrap_or_default(),
        labels: body.labels,
        params: body.params,
        joins: false,
    };
    let number = web.desk.start_run(&caller, wanted).await?;
    Ok(versions::made(&format!("/api/v1/runs/{number}"), None, StartedRun { number }))
}

/// Says that somebody looks at a run.
///
/// Good for 45 seconds, kept in memory only. Answers with everybody else. Needs the scope `read` or the role viewer.
#[utoipa::path(post, path = "/api/v1/runs/{number}/presence", tag = "Runs",
    params(("number" = i64, Path, description = "Its number.")), request_body = PresenceBody,
    responses((status = 200, description = "Everybody else.", body = PresentPeople), Always, Changing, Missing))]
async fn be_present(
    State(web): State<Web>,
    Path(number): Path<i64>,
    asked: Asked<PresenceBody>,
) -> Result<Json<PresentPeople>, Failed> {
    let Asked { caller, body, .. } = asked;
    let step = body.step.unwrap_or_default();
    if !step.is_empty() && step.parse::<StepId>().is_err() {
        return Err(Problem::invalid("step", "invalid-step").into());
    }
    let people = web.desk.be_present(&caller, number, &step).await?;
    let people = people.into_iter().map(|one| PresentPerson {
        name: one.name,
        step: one.step.map(|step| step.to_string()),
        seen_at: one.seen_at.to_string(),
    });
    Ok(Json(PresentPeople { people: people.collect() }))
}
