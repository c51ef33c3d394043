//! The page on which an incident is worked: its record, figures and timeline, out of the store.

use std::collections::HashMap;
use std::sync::Arc;

use app::data::desk::{
    AffectedRow, DeskPage, EntryRow, EvidenceRow, FormState, IncidentPage, MetricCell, OfferedRunbook, TimelineDay, UpdateRow,
};
use app::format;
use app::i18n::Text;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::incident::metrics::{Moments, measure};
use domain::incident::work::{Marker, Role};
use domain::runbook::run::{Progress, RunState};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::action_items::{Earlier, ItemFilter};
use store::alerts::AlertFilter;
use store::incidents::{Entry, EntryContent, EvidenceHead, IncidentStory, MarkedEntry, Update};
use store::runbooks::Run;
use store::runbooks::runs::RunFilter;

use super::super::super::alert_rows::AlertsKnown;
use super::super::super::incident_rows::Known;
use super::super::super::runbook_rows::{run_row, title};
use super::super::super::{Web, markdown, zone_named};
use super::super::action_items::{Names, line};
use super::super::form;
use super::super::show::{Answer, on_to, with_status};
use super::super::visit::Visit;
use super::{at, known};
use crate::service::incidents::Found;
use crate::service::incidents::words::machine_words;
use crate::service::runbooks::Edition;

/// Runs on the page of an incident.
const RUNS: u32 = 20;
/// Alerts that the page shows.
const ALERTS: u32 = 30;

/// Forms on the page of an incident, one of which may have been refused.
#[derive(Default)]
pub(super) struct Forms {
    pub(super) composer: FormState,
    pub(super) state: FormState,
    pub(super) other: FormState,
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    with_forms(&web, &visit, number, Forms::default()).await
}

/// The page with what was typed into its forms, and what is wrong with that. Whoever sends one decides about the status.
pub(super) async fn with_forms(web: &Web, visit: &Visit, number: i64, forms: Forms) -> Answer {
    let caller = visit.caller()?;
    let story = match web.desk.incident(&caller, number).await? {
        Found::Story(story) => story,
        // What was typed comes along, to be sent there.
        Found::Merged(into) if is_refused(&forms) => return Box::pin(with_forms(web, visit, into, forms)).await,
        Found::Merged(into) => return Ok(on_to(&at(into))),
    };
    let known = known(web, visit).await;
    let may = (web.desk.may_write(&caller, &story.incident), web.desk.may_respond(&caller, &story.incident));
    let followed = RunFilter { incident: Some(number), limit: RUNS, ..RunFilter::default() };
    let followed = web.desk.run_list(&caller, &followed).await?;
    let offered = offered(web, visit, &story, &followed);
    let runs = followed.iter().map(|(run, edition, progress)| run_row(run, edition, progress, visit.language)).collect();
    let user = visit.person().map(|person| person.id.to_string()).unwrap_or_default();
    let refused = is_refused(&forms);
    let shown = incident_page(&story, &known, &visit.text(), (may, user, web.monitoring.desk_version()), forms);
    let of_incident = AlertFilter { incident: Some(number), limit: ALERTS, ..AlertFilter::default() };
    let alerts = web.desk.alert_list(&caller, &of_incident).await?;
    let rows = AlertsKnown::new(web, &known);
    let alerts = alerts.iter().map(|alert| rows.row(alert)).collect();
    let postmortem = web.desk.postmortem_of(&caller, story.incident.key).await?;
    let postmortem = postmortem.map(|one| (one.number, one.facts.state));
    let text = visit.text();
    let names = Names { text: &text, people: &known.people, today: web.desk.today() };
    let of_incident = ItemFilter { incident_key: Some(story.incident.key), ..ItemFilter::default() };
    let actions = web.desk.action_items(&caller, &of_incident).await?.iter().map(|item| line(item, &names)).collect();
    let (earlier, kin) = web.desk.kin(&caller, number).await?;
    let kin = kin.iter().map(|item| line(item, &names)).collect();
    let title = |one: &Earlier| one.title.get(visit.language).to_owned();
    let earlier = earlier.iter().map(|one| (one.number, title(one), one.opened_at, one.postmortem)).collect();
    let shown = IncidentPage { runs, alerts, offered, postmortem, actions, earlier, kin, ..shown };
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_status(web, visit, DeskPage::Incident(Box::new(shown)), status).await
}

/// Runbooks that may help and are not being followed in it yet.
fn offered(web: &Web, visit: &Visit, story: &IncidentStory, followed: &[(Run, Arc<Edition>, Progress)]) -> Vec<OfferedRunbook> {
    let library = web.desk.library();
    let is_followed =
        |slug: &Slug| followed.iter().any(|(run, ..)| run.state == RunState::Active && run.version.runbook == *slug);
    let all = web.desk.offered_runbooks(&story.incident, &story.affected).into_iter().filter(|(slug, _)| !is_followed(slug));
    let row = |(slug, why): (Slug, &'static str)| {
        let runbook = library.runbooks.get(&slug)?;
        Some(OfferedRunbook { slug: slug.to_string(), title: title(runbook, visit.language), why })
    };
    all.filter_map(row).collect()
}

fn is_refused(forms: &Forms) -> bool {
    [&forms.composer, &forms.state, &forms.other].iter().any(|form| !form.errors.is_empty())
}

fn incident_page(
    story: &IncidentStory,
    known: &Known,
    text: &Text,
    ((may_write, may_respond), user, version): ((bool, bool), String, u64),
    forms: Forms,
) -> IncidentPage {
    let incident = &story.incident;
    let facts = &incident.facts;
    let zone = zone_named(&facts.zone);
    let moments = moments(&story.entries, &story.markers);
    let next = facts.state.next();
    let roles = [(Role::Lead, facts.lead), (Role::Scribe, facts.scribe), (Role::Comms, facts.comms)];
    let state_form =
        if forms.state.values.is_empty() { forms.state.with("version", incident.version.to_string()) } else { forms.state };
    IncidentPage {
        version,
        row: known.incident(incident, &story.affected),
        public_number: incident.public_number.filter(|_| facts.is_public),
        record_version: incident.version,
        roles: roles.into_iter().filter_map(|(role, key)| Some((role, known.person(key)?))).collect(),
        shows_metrics: facts.shows_metrics,
        affected: story
            .affected
            .iter()
            .map(|one| AffectedRow {
                name: known.component(one.component.as_str()),
                status: one.status,
                from: one.from,
                until: one.until,
            })
            .collect(),
        metrics: measure(&moments)
            .into_iter()
            .map(|one| MetricCell { name: one.measure.name(), ms: one.ms, from: one.from, until: one.until })
            .collect(),
        stated_ms: facts.stated_duration.map(|span| span.as_millis() as u64),
        days: days(story, known, text, &zone),
        markers: Marker::ALL
            .iter()
            .map(|marker| {
                let entry = story.markers.iter().find(|marked| marked.marker == *marker);
                let entry = entry.and_then(|marked| story.entries.iter().find(|entry| entry.key == marked.entry_key));
                (*marker, entry.map(|entry| (entry.id.to_string(), entry.occurred_at)))
            })
            .collect(),
        updates: story.updates.iter().rev().map(|update| update_row(update, &story.updates, known)).collect(),
        related: story.related.iter().map(|(number, title)| (*number, title.get(known.language).to_owned())).collect(),
        absorbed: story.absorbed.clone(),
        runs: Vec::new(),
        alerts: Vec::new(),
        offered: Vec::new(),
        postmortem: None,
        actions: Vec::new(),
        earlier: Vec::new(),
        kin: Vec::new(),
        next_states: next.into_iter().map(|state| (state, facts.state.needs_reason(state))).collect(),
        may_write,
        may_respond,
        user,
        composer: form::numbered(forms.composer),
        state_form,
        other_form: forms.other,
        zone,
    }
}

/// The moments that markers stand for.
pub(super) fn moments(entries: &[Entry], markers: &[MarkedEntry]) -> Moments {
    let of = |marked: &MarkedEntry| {
        let entry = entries.iter().find(|entry| entry.key == marked.entry_key && entry.deleted_at.is_none())?;
        Some((marked.marker, entry.occurred_at))
    };
    markers.iter().filter_map(of).collect()
}

/// Rows by day of the incident's zone, each day once: rows are in order of time.
fn days(story: &IncidentStory, known: &Known, text: &Text, zone: &TimeZone) -> Vec<TimelineDay> {
    let mut evidence: HashMap<i64, Vec<&EvidenceHead>> = HashMap::new();
    for head in story.evidence.iter().filter(|head| head.deleted_at.is_none()) {
        evidence.entry(head.entry_key).or_default().push(head);
    }
    let mut markers: HashMap<i64, Vec<Marker>> = HashMap::new();
    for marked in &story.markers {
        markers.entry(marked.entry_key).or_default().push(marked.marker);
    }
    let mut days: Vec<TimelineDay> = Vec::new();
    for entry in &story.entries {
        let date = entry.occurred_at.to_jiff().to_zoned(zone.clone()).date();
        let evidence = evidence.get(&entry.key).map(Vec::as_slice).unwrap_or_default();
        let row = EntryRow {
            markers: markers.get(&entry.key).cloned().unwrap_or_default(),
            evidence: evidence.iter().map(|head| evidence_row(head)).collect(),
            ..entry_row(entry, known, text, zone)
        };
        let written = date.to_string();
        match days.last_mut().filter(|day| day.date == written) {
            Some(day) => day.rows.push(row),
            None => days.push(TimelineDay { label: format::date(text, date), date: written, rows: vec![row] }),
        }
    }
    days
}

fn evidence_row(head: &EvidenceHead) -> EvidenceRow {
    EvidenceRow {
        id: head.id.to_string(),
        name: head.name.clone(),
        is_image: head.media_type.starts_with("image/"),
        bytes: head.bytes.unsigned_abs(),
    }
}

/// A row without its markers and files.
pub(super) fn entry_row(entry: &Entry, known: &Known, text: &Text, zone: &TimeZone) -> EntryRow {
    let (html, rejected, hypothesis, is_machine) = match &entry.content {
        EntryContent::Words { body, rejected, hypothesis } => (markdown::html(body), rejected.clone(), *hypothesis, false),
        EntryContent::Machine(event) => {
            let words = machine_words(text, event, zone, &|slug| Some(known.component(slug))).unwrap_or_default();
            (format!("<p>{}</p>", super::super::super::markup::escape(&words)), Vec::new(), None, true)
        }
    };
    EntryRow {
        id: entry.id.to_string(),
        occurred_at: entry.occurred_at,
        precision: entry.precision,
        recorded_at: entry.recorded_at,
        kind: entry.kind,
        source: entry.source,
        actor: entry.actor_name.clone(),
        html,
        rejected,
        hypothesis,
        is_starred: entry.is_starred,
        visibility: entry.visibility,
        annotation: entry.annotation.clone(),
        revision: entry.revision,
        is_deleted: entry.deleted_at.is_some(),
        is_machine,
        markers: Vec::new(),
        evidence: Vec::new(),
    }
}

/// A row with its markers and files.
pub(super) fn whole_row(entry: &Entry, story: &IncidentStory, known: &Known, text: &Text, zone: &TimeZone) -> EntryRow {
    let of = story.evidence.iter().filter(|head| head.entry_key == entry.key && head.deleted_at.is_none());
    let markers = story.markers.iter().filter(|marked| marked.entry_key == entry.key);
    EntryRow {
        markers: markers.map(|marked| marked.marker).collect(),
        evidence: of.map(evidence_row).collect(),
        ..entry_row(entry, known, text, zone)
    }
}

/// A text in each language that it has, as HTML.
pub(super) fn bodies(body: &LocalizedText) -> Vec<(&'static str, String)> {
    match body {
        LocalizedText::Same(text) => vec![("", markdown::html(text))],
        LocalizedText::Each { .. } => Language::ALL.map(|language| (language.tag(), markdown::html(body.get(language)))).to_vec(),
    }
}

/// What the public was told.
pub(super) fn update_row(update: &Update, all: &[Update], known: &Known) -> UpdateRow {
    let content = &update.content;
    UpdateRow {
        number: update.number,
        status: content.status,
        bodies: bodies(&content.body),
        changes: content
            .changes
            .iter()
            .map(|change| (known.component(change.component.as_str()), change.before, change.after))
            .collect(),
        author: content.author.clone(),
        published_at: content.published_at,
        display_at: content.display_at,
        corrects: content.corrects,
        corrected_by: all.iter().find(|other| other.content.corrects == Some(update.number)).map(|other| other.number),
    }
}

/// A time as it stands in a field.
pub(super) fn typed_time(at: Timestamp, precision: domain::incident::work::Precision, zone: &TimeZone) -> String {
    domain::incident::when::written(at, precision, zone)
}
