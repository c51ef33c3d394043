//! Alerts: the list, one with what happened to it, raising one, and what people decide about it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::alert::label::Pairs;
use domain::alert::record::{Event, Origin};
use domain::alert::storm::Because;
use domain::incident::work::Severity;
use domain::runbook::front_matter::alert_key;
use serde::{Deserialize, Serialize};
use store::alerts::{Alert as Record, AlertEvent, AlertFilter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::paging::{self, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged, Repeatable};
use super::words::{AlertEventName, AlertOriginName, BecauseName, SeverityName, written};
use super::{no_content, versions};
use crate::service::alerts::{AlertWanted, Kinds, Remedy};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(list_alerts, raise_alert))
        .routes(routes!(show_alert))
        .routes(routes!(acknowledge_alert, unacknowledge_alert))
        .routes(routes!(end_alert))
        .routes(routes!(alert_incident))
}

/// An alert: one trouble, however often it was reported.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alert {
    /// The number people speak of, `ALERT-7`.
    number: i64,
    /// What its source calls it.
    name: String,
    /// The slug of its type.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// How grave it is.
    #[schema(value_type = SeverityName)]
    severity: &'static str,
    /// The slug of what it is about.
    component: Option<String>,
    /// How it came.
    #[schema(value_type = AlertOriginName)]
    origin: &'static str,
    /// The name of the key that reports it; empty: Yagura itself, or a person.
    source: String,
    /// What the source knows it by.
    fingerprint: String,
    /// When its first occurrence began.
    #[schema(format = DateTime)]
    began_at: String,
    /// When its newest occurrence began.
    #[schema(format = DateTime)]
    starts_at: String,
    /// When that ended; `null`: it fires.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// When it was last heard of.
    #[schema(format = DateTime)]
    received_at: String,
    /// How often it was said to fire.
    received: u64,
    /// True while it turns too often to be told of each time.
    is_flapping: bool,
    /// True when its source promised to say it again and did not.
    is_stale: bool,
    /// The number of the alert that it is under.
    above: Option<i64>,
    /// Why it is under that.
    #[schema(value_type = Option<BecauseName>)]
    because: Option<&'static str>,
    /// The number of its incident.
    incident: Option<i64>,
    /// Who took it on.
    acknowledged_by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    acknowledged_at: Option<String>,
    /// Who said that it is over; `null`: its source did, or it fires.
    ended_by: Option<String>,
    /// The slug of the runbook that is for it.
    runbook: Option<String>,
    /// The address of a runbook that its source links, where there is none of ours.
    runbook_url: Option<String>,
    /// Its labels. What stands in them comes from anywhere.
    labels: BTreeMap<String, String>,
    /// Its annotations.
    annotations: BTreeMap<String, String>,
}

list!(Alerts, Alert, "Alerts, the newest number first.");

/// Something that happened to an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertEventRow {
    /// Its place, from 1.
    seq: i64,
    /// What.
    #[schema(value_type = AlertEventName)]
    event: &'static str,
    /// When.
    #[schema(format = DateTime)]
    occurred_at: String,
    /// Who.
    actor: String,
    /// The number of an incident, or of the alert above.
    number: Option<i64>,
}

/// An alert with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeAlert {
    /// It.
    alert: Alert,
    /// What happened to it, in order.
    events: Vec<AlertEventRow>,
    /// Numbers of those that are or were under it.
    under: Vec<i64>,
}

/// Which alerts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertQuery {
    /// `next_cursor` of the page before; left out for the first page.
    cursor: Option<String>,
    /// Most items on the page; 50 when it is left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// True: only those that fire; false: only those that are over.
    firing: Option<bool>,
    /// Only those of this name, however it is written.
    name: Option<String>,
    /// Only those about the component with this slug.
    component: Option<String>,
    /// Only those in the incident with this number.
    incident: Option<i64>,
}

/// An alert to be raised.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertBody {
    /// The slug of its type.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// What it is called; may be left out with a type.
    name: Option<String>,
    /// How grave it is; left out: as its type says.
    #[schema(value_type = Option<SeverityName>)]
    severity: Option<String>,
    /// The slug of what it is about; left out: as its type says.
    component: Option<String>,
    /// What is wrong, in a sentence.
    summary: Option<String>,
}

/// An alert that was raised.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RaisedAlert {
    /// Its number.
    number: i64,
}

/// Into which incident an alert goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertIncidentBody {
    /// Its number; left out: a new one is opened.
    incident: Option<i64>,
}

/// The incident of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertIncident {
    /// Its number.
    incident: i64,
}

fn texts(pairs: &Pairs) -> BTreeMap<String, String> {
    pairs.as_map().clone()
}

impl Alert {
    fn new(web: &Web, kinds: &Kinds, alert: &Record) -> Self {
        let (runbook, runbook_url) = match kinds.remedy(alert) {
            Remedy::Runbook(slug) => (Some(slug.to_string()), None),
            Remedy::Elsewhere(address) => (None, Some(address)),
            Remedy::Nothing => (None, None),
        };
        Self {
            number: alert.number,
            name: alert.name.clone(),
            kind: alert.kind.as_ref().map(ToString::to_string),
            severity: Severity::name(alert.severity),
            component: alert.component.as_ref().map(ToString::to_string),
            origin: Origin::name(alert.origin),
            source: alert.source.clone(),
            fingerprint: alert.fingerprint.to_string(),
            began_at: alert.course.began_at.to_string(),
            starts_at: alert.course.starts_at.to_string(),
            ended_at: written(alert.course.ended_at),
            received_at: alert.course.received_at.to_string(),
            received: alert.course.received,
            is_flapping: alert.is_flapping,
            is_stale: alert.course.is_stale(web.desk.now()),
            above: alert.above.map(|(number, _)| number),
            because: alert.above.map(|(_, because)| Because::name(because)),
            incident: alert.incident.map(|(_, number)| number),
            acknowledged_by: alert.acknowledged.as_ref().map(|(_, by)| by.clone()),
            acknowledged_at: written(alert.acknowledged.as_ref().map(|(at, _)| *at)),
            ended_by: alert.ended_by.clone(),
            runbook,
            runbook_url,
            labels: texts(&alert.labels),
            annotations: texts(&alert.annotations),
        }
    }
}

impl AlertEventRow {
    fn new(event: &AlertEvent) -> Self {
        Self {
            seq: event.seq,
            event: Event::name(event.content.event),
            occurred_at: event.content.occurred_at.to_string(),
            actor: event.content.actor_name.clone(),
            number: event.content.number,
        }
    }
}

/// Lists alerts.
///
/// The newest number first, those that fire and those that are over. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "Alerts", params(AlertQuery), responses((status = 200, description = "A page of alerts.", body = Alerts), Always, Paged))]
async fn list_alerts(State(web): State<Web>, asker: Asker, Query(query): Query<AlertQuery>) -> Result<Json<Alerts>, Failed> {
    let paging = paging::Paging { cursor: query.cursor, limit: query.limit };
    let limit = paging.limit()?;
    let component = match query.component.as_deref() {
        None => None,
        Some(slug) => Some(slug.parse().map_err(|_| Failed::invalid("component", "invalid-word"))?),
    };
    let filter = AlertFilter {
        fires: query.firing,
        name_key: query.name.as_deref().map(alert_key),
        component,
        incident: query.incident,
        before: paging.after()?,
        limit: limit + 1,
        ..AlertFilter::default()
    };
    let mut found = web.desk.alert_list(&asker.caller, &filter).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| has_more).map(|alert| paging::cursor(alert.number));
    let kinds = web.desk.kinds();
    Ok(Json(Alerts { items: found.iter().map(|alert| Alert::new(&web, &kinds, alert)).collect(), next_cursor }))
}

/// Shows an alert.
///
/// With what happened to it and what is under it. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/alerts/{number}", tag = "Alerts", params(("number" = i64, Path, description = "The alert's number.")), responses((status = 200, description = "The alert.", body = WholeAlert), Always, Missing))]
async fn show_alert(State(web): State<Web>, asker: Asker, Path(number): Path<i64>) -> Result<Json<WholeAlert>, Failed> {
    let found = web.desk.alert(&asker.caller, number).await?;
    Ok(Json(WholeAlert {
        alert: Alert::new(&web, &found.kinds, &found.alert),
        events: found.events.iter().map(AlertEventRow::new).collect(),
        under: found.under.iter().map(|alert| alert.number).collect(),
    }))
}

/// Raises an alert.
///
/// As somebody does who sees what no probe sees. Scripts and other programs rather report to `/hooks/alert`, where one that is over is said to
/// be. With `Idempotency-Key` it is done once. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/alerts", tag = "Alerts", params(Repeatable), request_body = AlertBody, responses((status = 201, description = "It was raised.", body = RaisedAlert), Always, Changing))]
async fn raise_alert(State(web): State<Web>, Asked { caller, body, .. }: Asked<AlertBody>) -> Result<Response, Failed> {
    let request = caller.idempotency.as_ref().map(|asked| asked.key.chars().take(100).collect::<String>());
    let wanted = AlertWanted {
        kind: body.kind.unwrap_or_default(),
        name: body.name.unwrap_or_default(),
        severity: body.severity.unwrap_or_default(),
        component: body.component.unwrap_or_default(),
        summary: body.summary.unwrap_or_default(),
        request: request.unwrap_or_default(),
    };
    let number = web.desk.raise_alert(&caller, wanted).await?;
    Ok(versions::made(&format!("/api/v1/alerts/{number}"), None, RaisedAlert { number }))
}

/// Takes an alert on.
///
/// Others are not told of it again. Doing it twice changes nothing. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(put, path = "/api/v1/alerts/{number}/acknowledgement", tag = "Alerts", params(("number" = i64, Path, description = "The alert's number.")), responses((status = 204, description = "It is yours."), Always, Changing, Missing))]
async fn acknowledge_alert(
    State(web): State<Web>,
    Path(number): Path<i64>,
    Asked { caller, .. }: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.acknowledge_alert(&caller, number).await?;
    Ok(no_content())
}

/// Lets an alert go.
///
/// Whoever is told of alerts is told of it again. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(delete, path = "/api/v1/alerts/{number}/acknowledgement", tag = "Alerts", params(("number" = i64, Path, description = "The alert's number.")), responses((status = 204, description = "It is nobody's."), Always, Changing, Missing))]
async fn unacknowledge_alert(
    State(web): State<Web>,
    Path(number): Path<i64>,
    Asked { caller, .. }: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.unacknowledge_alert(&caller, number).await?;
    Ok(no_content())
}

/// Says that an alert is over.
///
/// When its source says that it begins again, it rings again. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/alerts/{number}/end", tag = "Alerts", params(("number" = i64, Path, description = "The alert's number.")), responses((status = 204, description = "It is over."), Always, Changing, Missing))]
async fn end_alert(
    State(web): State<Web>,
    Path(number): Path<i64>,
    Asked { caller, .. }: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.end_alert(&caller, number).await?;
    Ok(no_content())
}

/// Makes an alert part of an incident.
///
/// Of one that people work on, or of a new one. An alert that is in one already stays there, and the answer says in which. Needs the scope
/// `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/alerts/{number}/incident", tag = "Alerts", params(("number" = i64, Path, description = "The alert's number."), Repeatable), request_body = AlertIncidentBody, responses((status = 200, description = "It is part of this incident.", body = AlertIncident), Always, Changing, Missing))]
async fn alert_incident(
    State(web): State<Web>,
    Path(number): Path<i64>,
    Asked { caller, body, .. }: Asked<AlertIncidentBody>,
) -> Result<Json<AlertIncident>, Failed> {
    let incident = match body.incident {
        Some(incident) => web.desk.join_incident(&caller, number, incident).await?,
        None => web.desk.open_for_alert(&caller, number).await?,
    };
    Ok(Json(AlertIncident { incident }))
}
