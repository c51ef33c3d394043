//! What is understood before it is kept, typed times and pasted timelines, and notes of scripts and chat bots.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Permission;
use domain::incident::paste::{LINES_MAX, PastedLine, Reading, lines, read};
use domain::incident::when;
use domain::text::Language;
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::{FluentMessages, Web};
use super::body::Asked;
use super::caller::Asker;
use super::incidents::story;
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged, Repeatable};
use super::timeline::{AddedRow, RowBody, of_the_only_row, source, wanted};
use super::versions;
use super::words::{EntryKindName, PrecisionName, moment, written};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(read_paste)).routes(routes!(add_note)).routes(routes!(read_time))
}

/// A timeline that was written elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasteBody {
    /// The text.
    text: String,
    /// The day of the first line that has none: `2024-04-18`.
    day: String,
}

/// How a line is understood.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadLine {
    /// Which line, from 1.
    line: usize,
    /// The line itself.
    source: String,
    /// When it was, as a row takes it; `null`: it was not understood.
    at: Option<String>,
    /// What it says.
    body: Option<String>,
    /// Why it was not understood.
    problem: Option<String>,
}

/// How a text is understood.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadLines {
    /// Every line that is not empty, in order.
    items: Vec<ReadLine>,
}

/// A row for a script: into a named incident, or the one that is open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteBody {
    /// What it says.
    text: String,
    /// The incident's number; left out: the only one that is open.
    incident: Option<i64>,
    /// What it is; left out: a note.
    #[schema(value_type = Option<EntryKindName>)]
    kind: Option<String>,
    /// When it happened, as people type a time; left out: now.
    at: Option<String>,
    /// What the sender calls it, so that it is kept once.
    op: Option<String>,
}

/// A time as people type it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeQuery {
    /// The time, such as `22:36`, `-5m`, `昨日 23:10`.
    text: String,
    /// Name of the time zone (IANA); left out: the site's.
    zone: Option<String>,
    /// When it was typed; left out: now.
    typed_at: Option<String>,
}

/// How a time is understood.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadTime {
    /// The moment.
    #[schema(format = DateTime)]
    at: String,
    /// How exactly it is known.
    #[schema(value_type = PrecisionName)]
    precision: &'static str,
    /// The same as it is written in the zone.
    written: String,
}

/// Reads a timeline that was written elsewhere.
///
/// Nothing is kept: send the lines as rows. Needs the scope `read` or the role viewer.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/paste", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number.")), request_body = PasteBody,
    responses((status = 200, description = "Every line.", body = ReadLines), Always, Changing, Missing))]
async fn read_paste(State(web): State<Web>, Path(number): Path<i64>, asked: Asked<PasteBody>) -> Result<Json<ReadLines>, Failed> {
    let Asked { asker, body, .. } = asked;
    let story = story(&web, &asker, number).await?;
    let day = Date::from_str(&body.day).map_err(|_| Failed::invalid("day", "invalid-day"))?;
    let zone = TimeZone::get(&story.incident.facts.zone).unwrap_or(TimeZone::UTC);
    if lines(&body.text) > LINES_MAX {
        return Err(Failed::invalid("text", "invalid-paste-long"));
    }
    let line = |line: PastedLine| {
        let (at, body, problem) = match line.reading {
            Reading::Row { at, precision, body } => (Some(when::written(at, precision, &zone)), Some(body), None),
            Reading::Unreadable(problem) => (None, None, FluentMessages::find(Language::En, problem.key(), &[])),
        };
        ReadLine { line: line.number, source: line.source, at, body, problem }
    };
    let read = read(&body.text, day, &zone, asker.now);
    Ok(Json(ReadLines { items: read.into_iter().map(line).collect() }))
}

/// Notes something that was done or seen.
///
/// For scripts and chat bots. Needs the scope `timeline:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/notes", tag = "Timelines", params(Repeatable), request_body = NoteBody,
    responses((status = 201, description = "The row, and of which incident.", body = AddedRow), Always, Changing, Missing))]
async fn add_note(State(web): State<Web>, asked: Asked<NoteBody>) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    let row = RowBody {
        body: body.text,
        kind: body.kind,
        at: body.at,
        typed_at: None,
        precision: None,
        rejected: Vec::new(),
        hypothesis: None,
        visibility: None,
        is_starred: None,
        op: body.op,
        keep_secrets: None,
    };
    let wanted = wanted(row, source(&asker))?;
    let (number, id) = web.desk.note(&caller, body.incident, wanted).await.map_err(of_the_only_row)?;
    Ok(versions::answer(StatusCode::CREATED, None, AddedRow { number, id }))
}

/// Understands a time as people type it.
///
/// For whoever wants to show it before it is kept. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/times", tag = "Timelines", params(TimeQuery),
    responses((status = 200, description = "The moment.", body = ReadTime), Always, Paged))]
async fn read_time(State(web): State<Web>, asker: Asker, Query(query): Query<TimeQuery>) -> Result<Json<ReadTime>, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let typed_at: Option<Timestamp> = query.typed_at.as_deref().map(|at| moment(at, "typed_at", "invalid-when")).transpose()?;
    let zone = query.zone.unwrap_or_else(|| web.monitoring.state().config.site.time_zone_name.clone());
    let understood = web.desk.understand_time(&query.text, &zone, typed_at)?;
    let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    Ok(Json(ReadTime {
        at: written(Some(understood.at)).unwrap_or_default(),
        precision: understood.precision.name(),
        written: when::written(understood.at, understood.precision, &zone),
    }))
}
