//! Alerts at the desk: what rings, one of them, what people decide about it, raising one by hand, and one tap to its runbook.

use std::collections::BTreeMap;

use app::data::desk::{AlertEventRow, AlertPage, AlertRaisePage, AlertsPage, DeskPage, FormState};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::runbook::front_matter::alert_key;
use store::alerts::AlertFilter;
use store::notifications::NotificationFilter;
use store::runbooks::runs::RunFilter;

use super::super::alert_rows::{AlertsKnown, write_href};
use super::super::incident_rows::Known;
use super::super::runbook_rows::run_row;
use super::super::{Web, notification_rows};
use super::form::{self, Sent, Typed, after, numbered};
use super::notifications::HERE as NOTIFICATIONS;
use super::show::{Answer, done, form_page, on_to, page, query};
use super::visit::Visit;
use super::watching::choices;
use crate::service::alerts::AlertWanted;
use crate::service::problem::Problem;
use crate::service::runs::RunWanted;

/// Alerts that are over on one page.
const ROWS: u32 = 50;
/// Those under one that its page shows.
const UNDER_MAX: usize = 300;
/// Runs that its page shows.
const RUNS_MAX: u32 = 20;
/// Most notifications on the page of an alert.
const TOLD_MAX: u32 = 30;

/// The page of one.
fn at(number: i64) -> String {
    format!("/desk/alerts/{number}")
}

async fn known(web: &Web, visit: &Visit) -> Known {
    Known::new(web, visit.language, web.desk.people_names().await.unwrap_or_default())
}

/// The address of the page after this one.
fn older(name: &str, before: i64) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if !name.is_empty() {
        pairs.append_pair("name", name);
    }
    pairs.append_pair("before", &before.to_string());
    format!("/desk/alerts?{}", pairs.finish())
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let caller = visit.caller()?;
    let firing = web.desk.firing_alerts(&caller)?;
    let known = known(&web, &visit).await;
    let rows = AlertsKnown::new(&web, &known);
    let name = query(&visit, "name").unwrap_or_default().trim().to_owned();
    let filter = AlertFilter {
        fires: Some(false),
        name_key: (!name.is_empty()).then(|| alert_key(&name)),
        before: query(&visit, "before").and_then(|before| before.parse().ok()),
        limit: ROWS + 1,
        ..AlertFilter::default()
    };
    // What fires is shown even if what is over cannot be read.
    let mut over = match web.desk.alert_list(&caller, &filter).await {
        Ok(over) => over,
        Err(error) => {
            tracing::warn!(%error, "alerts that are over cannot be read");
            Vec::new()
        }
    };
    let has_more = over.len() > ROWS as usize;
    over.truncate(ROWS as usize);
    let last = over.last().map(|alert| alert.number).filter(|_| has_more);
    let is_empty = firing.is_empty() && over.is_empty() && name.is_empty() && filter.before.is_none();
    let shown = AlertsPage {
        version: web.monitoring.desk_version(),
        bell: notification_rows::bell(&web),
        total: firing.len(),
        firing: rows.folded(&firing),
        over: over.iter().map(|alert| rows.row(alert)).collect(),
        older: last.map(|number| older(&name, number)),
        form: FormState::default().with("name", name),
        is_empty,
    };
    page(&web, &visit, DeskPage::Alerts(shown)).await
}

async fn alert_page(web: &Web, visit: &Visit, number: i64, form: FormState) -> Answer {
    let caller = visit.caller()?;
    let found = web.desk.alert(&caller, number).await?;
    let known = known(web, visit).await;
    let rows = AlertsKnown::new(web, &known);
    let alert = &found.alert;
    let filter = RunFilter { alert: Some(number), limit: RUNS_MAX, ..RunFilter::default() };
    let runs = web.desk.run_list(&caller, &filter).await?;
    let active = web.desk.active_incidents(&caller)?;
    let version = web.monitoring.desk_version();
    // What it is stands there even if it cannot be read who was told.
    let filter = NotificationFilter { alert: Some(number), limit: TOLD_MAX + 1, ..NotificationFilter::default() };
    let told = web.desk.notifications(&caller, &filter).await;
    let is_late = told.is_err() || web.monitoring.writer.health().is_stuck;
    let mut told = told.unwrap_or_default();
    let has_more = told.len() > TOLD_MAX as usize;
    told.truncate(TOLD_MAX as usize);
    let shown = AlertPage {
        version,
        row: rows.row(alert),
        kind: alert.kind.as_ref().map(ToString::to_string),
        labels: alert.labels.as_map().clone(),
        annotations: alert.annotations.as_map().clone(),
        is_cut: alert.labels.is_cut() || alert.annotations.is_cut(),
        links: alert.links.clone(),
        events: found
            .events
            .iter()
            .map(|event| AlertEventRow {
                at: event.content.occurred_at,
                event: event.content.event,
                actor: event.content.actor_name.clone(),
                number: event.content.number,
            })
            .collect(),
        under: found.under.iter().take(UNDER_MAX).map(|alert| rows.row(alert)).collect(),
        bell: notification_rows::bell(web),
        told: notification_rows::rows(web, told, visit.language),
        told_more: has_more.then(|| format!("{NOTIFICATIONS}?alert={number}")),
        told_late: is_late,
        runs: runs.iter().map(|(run, edition, progress)| run_row(run, edition, progress, visit.language)).collect(),
        incidents: active
            .iter()
            .map(|one| (one.incident.number, one.incident.facts.title.get(visit.language).to_owned()))
            .collect(),
        write_href: write_href(&alert.name),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::Alert(Box::new(shown))).await
}

pub(super) async fn show_one(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    alert_page(&web, &visit, number, FormState::default()).await
}

async fn raise_page(web: &Web, visit: &Visit, form: FormState) -> Answer {
    visit.caller()?.must(Permission::Respond, visit.now)?;
    let known = Known::new(web, visit.language, std::collections::HashMap::new());
    let kinds = web.desk.kinds();
    let form = numbered(form);
    let shown = AlertRaisePage {
        form: form.clone(),
        kinds: kinds.types.iter().map(|kind| (kind.slug.to_string(), kind.name.get(visit.language).to_owned())).collect(),
        components: choices(web, visit.language).into_iter().map(|one| (one.slug, one.name)).collect(),
        severities: known.severities(),
    };
    form_page(web, visit, &form, DeskPage::AlertRaise(shown)).await
}

pub(super) async fn show_new(State(web): State<Web>, visit: Visit) -> Answer {
    let preset = |name: &str| query(&visit, name).unwrap_or_default();
    let form = FormState::default().with("kind", preset("kind")).with("component", preset("component"));
    raise_page(&web, &visit, form).await
}

pub(super) async fn raise(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let wanted = AlertWanted {
        kind: typed.get("kind").to_owned(),
        name: typed.get("name").to_owned(),
        severity: typed.get("severity").to_owned(),
        component: typed.get("component").to_owned(),
        summary: typed.get("summary").to_owned(),
        request: typed.get("request").to_owned(),
    };
    let problem = match web.desk.raise_alert(&visit.caller()?, wanted).await {
        Ok(number) => return Ok(done(&at(number), "alert-raised")),
        Err(problem) => problem,
    };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    refusal.with(raise_page(&web, &visit, form).await)
}

pub(super) async fn acknowledge(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    after(web.desk.acknowledge_alert(&visit.caller()?, number).await, &at(number), "alert-acknowledged")
}

pub(super) async fn unacknowledge(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    after(web.desk.unacknowledge_alert(&visit.caller()?, number).await, &at(number), "alert-unacknowledged")
}

pub(super) async fn end(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    after(web.desk.end_alert(&visit.caller()?, number).await, &at(number), "alert-ended")
}

/// Opens an incident for it, or makes it part of one.
pub(super) async fn incident(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    let outcome = if typed.get("joins").is_empty() {
        web.desk.open_for_alert(&caller, number).await
    } else {
        match typed.get("incident").parse() {
            Ok(incident) => web.desk.join_incident(&caller, number, incident).await,
            Err(_) => Err(Problem::invalid("incident", "invalid-number")),
        }
    };
    match outcome {
        Ok(incident) => Ok(done(&format!("/desk/incidents/{incident}"), "alert-joined")),
        Err(problem @ (Problem::Invalid(_) | Problem::Conflict)) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(alert_page(&web, &visit, number, form).await)
        }
        Err(problem) => after::<()>(Err(problem), &at(number), ""),
    }
}

/// One tap: its runbook with everything that its labels say filled in. Somebody who taps after somebody else follows the same run.
pub(super) async fn follow(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = typed.once(visit.caller()?);
    let wanted = RunWanted {
        runbook: typed.get("runbook").to_owned(),
        incident: None,
        alert: Some(number),
        mode: String::new(),
        component: String::new(),
        labels: BTreeMap::new(),
        params: BTreeMap::new(),
        joins: true,
    };
    match web.desk.start_run(&caller, wanted).await {
        Ok(run) => Ok(on_to(&format!("/desk/runs/{run}"))),
        Err(problem) => after::<()>(Err(problem), &at(number), ""),
    }
}
