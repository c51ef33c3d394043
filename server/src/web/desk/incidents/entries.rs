//! Rows of a timeline: the composer without a script, and the form of one row.

use app::data::desk::{DeskPage, EntryEditPage, FormState, RevisionRow};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::incident::work::{Marker, Source};
use domain::time::Timestamp;
use store::incidents::{Entry, EntryContent, IncidentStory};
use uuid::Uuid;

use super::super::super::{Web, zone_named};
use super::super::form::{self, Sent, Typed, after};
use super::super::show::{Answer, done, with_status};
use super::super::visit::Visit;
use super::show::{Forms, typed_time, whole_row, with_forms};

use super::{at, known, story};
use crate::service::incidents::{EntryEdit, EntryWanted};
use crate::service::problem::Problem;

/// Lines that are not empty.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The address of a row's form.
pub(super) fn at_entry(number: i64, id: Uuid) -> String {
    format!("{}/entries/{id}", at(number))
}

fn to_wanted(typed: &Typed) -> EntryWanted {
    let text = |name| typed.get(name).to_owned();
    EntryWanted {
        kind: text("kind"),
        body: text("body"),
        at: text("at"),
        typed_at: None,
        precision: text("precision"),
        rejected: lines(typed.get("rejected")),
        hypothesis: text("hypothesis"),
        visibility: text("visibility"),
        is_starred: typed.has("is_starred"),
        op: None,
        keep_secrets: typed.has("keep_secrets"),
        source: Source::Human,
    }
}

pub(in super::super) async fn add(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = typed.once(visit.caller()?);
    let number = web.desk.where_now(&caller, number).await?;
    let problem = match web.desk.add_entries(&caller, number, vec![to_wanted(&typed)]).await {
        Ok(ids) => {
            let place = ids.first().map(|id| format!("?done=entry-added#t-{id}")).unwrap_or_default();
            return Ok(super::super::show::on_to(&format!("{}{place}", at(number))));
        }
        Err(problem) => problem,
    };
    let mut composer = typed.state();
    let refusal = form::refuse(&mut composer, problem, &visit)?;
    refusal.with(with_forms(&web, &visit, number, Forms { composer, ..Forms::default() }).await)
}

/// What stands in the form of a row.
fn from_entry(entry: &Entry, story: &IncidentStory) -> FormState {
    let zone = zone_named(&story.incident.facts.zone);
    let (body, rejected, hypothesis) = words(&entry.content);
    let mut form = FormState::default()
        .with("revision", entry.revision.to_string())
        .with("at", typed_time(entry.occurred_at, entry.precision, &zone))
        .with("kind", entry.kind.name())
        .with("precision", entry.precision.name())
        .with("body", body)
        .with("rejected", rejected)
        .with("hypothesis", hypothesis)
        .with("visibility", entry.visibility.name())
        .with("annotation", entry.annotation.clone().unwrap_or_default());
    if entry.is_starred {
        form = form.with("is_starred", "yes");
    }
    for marked in story.markers.iter().filter(|marked| marked.entry_key == entry.key) {
        form = form.with("markers", marked.marker.name());
    }
    form
}

/// A row's text, options and state of its hypothesis, as they stand in fields.
fn words(content: &EntryContent) -> (String, String, &'static str) {
    match content {
        EntryContent::Words { body, rejected, hypothesis } => {
            (body.clone(), rejected.join("\n"), hypothesis.map_or("", domain::incident::work::HypothesisState::name))
        }
        EntryContent::Machine(_) => Default::default(),
    }
}

/// What the form of a row is shown with besides.
#[derive(Default)]
pub(super) struct Shown {
    /// What was typed; nothing: the row as it is.
    pub(super) form: Option<FormState>,
    pub(super) evidence: FormState,
    pub(super) theirs: Option<(String, Timestamp, String)>,
    pub(super) status: StatusCode,
}

pub(super) async fn edit_page(web: &Web, visit: &Visit, number: i64, id: Uuid, shown: Shown) -> Answer {
    let story = story(web, visit, number).await?;
    let caller = visit.caller()?;
    let entry = story.entries.iter().find(|entry| entry.id == id).ok_or(Problem::NotFound("entry"))?;
    let known = known(web, visit).await;
    let zone = zone_named(&story.incident.facts.zone);
    let revisions = web.desk.entry_revisions(&caller, number, id).await?;
    let revision_row = |revision: store::incidents::EntryRevision| RevisionRow {
        revision: revision.revision,
        at: revision.at,
        actor: revision.actor_name,
        occurred_at: revision.occurred_at,
        kind: revision.kind,
        body: words(&revision.content).0,
    };
    let points_here =
        |marker: &Marker| story.markers.iter().any(|marked| marked.marker == *marker && marked.entry_key == entry.key);
    let page = EntryEditPage {
        number,
        title: story.incident.facts.title.get(visit.language).to_owned(),
        row: whole_row(entry, &story, &known, &visit.text(), &zone),
        theirs: shown.theirs,
        revisions: revisions.into_iter().map(revision_row).collect(),
        markers: Marker::ALL.iter().map(|marker| (*marker, points_here(marker))).collect(),
        may_write: web.desk.may_write(&caller, &story.incident),
        user: visit.person().map(|person| person.id.to_string()).unwrap_or_default(),
        form: shown.form.unwrap_or_else(|| from_entry(entry, &story)),
        evidence_form: shown.evidence,
        zone,
    };
    with_status(web, visit, DeskPage::EntryEdit(Box::new(page)), shown.status).await
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    edit_page(&web, &visit, number, id, Shown::default()).await
}

fn revision(typed: &Typed) -> i64 {
    typed.get("revision").parse().unwrap_or(-1)
}

fn to_edit(typed: &Typed) -> EntryEdit {
    let text = |name| typed.get(name).to_owned();
    EntryEdit {
        at: text("at"),
        kind: text("kind"),
        precision: text("precision"),
        body: text("body"),
        rejected: lines(typed.get("rejected")),
        hypothesis: text("hypothesis"),
        keep_secrets: typed.has("keep_secrets"),
        visibility: text("visibility"),
        is_starred: typed.has("is_starred"),
        annotation: text("annotation"),
        markers: typed.all("markers").into_iter().map(str::to_owned).collect(),
    }
}

pub(in super::super) async fn change(
    State(web): State<Web>,
    visit: Visit,
    Path((number, id)): Path<(i64, Uuid)>,
    sent: Sent,
) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    let outcome = web.desk.change_entry(&caller, number, id, revision(&typed), to_edit(&typed)).await;
    let Err(problem) = outcome else {
        return Ok(super::super::show::on_to(&format!("{}?done=entry-changed#t-{id}", at(number))));
    };
    if matches!(problem, Problem::Conflict) {
        return conflict(&web, &visit, number, id, typed).await;
    }
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    let shown = Shown { form: Some(form), ..Shown::default() };
    refusal.with(edit_page(&web, &visit, number, id, shown).await)
}

/// Somebody changed the row meanwhile: both texts, neither lost, and the way to put one's own over theirs.
async fn conflict(web: &Web, visit: &Visit, number: i64, id: Uuid, typed: Typed) -> Answer {
    let caller = visit.caller()?;
    let story = story(web, visit, number).await?;
    let entry = story.entries.iter().find(|entry| entry.id == id).ok_or(Problem::NotFound("entry"))?;
    let newest = web.desk.entry_revisions(&caller, number, id).await?.into_iter().next();
    let (who, when) =
        newest.map_or_else(|| (entry.actor_name.clone(), entry.recorded_at), |revision| (revision.actor_name, revision.at));
    let theirs = words(&entry.content).0;
    let mut form = typed.state();
    // Whoever sends the form again has seen what is there now.
    form.values.retain(|(name, _)| name != "revision");
    form = form.with("revision", entry.revision.to_string());
    let text = visit.text();
    form.refuse("", text.get("refused-conflict-entry"));
    // Their text stands above as a whole; what else they changed, hidden it from the public perhaps, stands beside its field.
    let now = from_entry(entry, &story);
    // Its choice is sent with rows of every kind.
    let of_hypotheses = if now.value("hypothesis").is_empty() { "hypothesis" } else { "" };
    form::compare(&mut form, &now, &["revision", "body", "keep_secrets", of_hypotheses], &text);
    let shown = Shown { form: Some(form), theirs: Some((who, when, theirs)), status: StatusCode::CONFLICT, ..Shown::default() };
    edit_page(web, visit, number, id, shown).await
}

pub(in super::super) async fn star(
    State(web): State<Web>,
    visit: Visit,
    Path((number, id)): Path<(i64, Uuid)>,
    sent: Sent,
) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    let story = story(&web, &visit, number).await?;
    if !web.desk.may_write(&caller, &story.incident) {
        return Err(Problem::Forbidden.into());
    }
    let entry = story.entries.iter().find(|entry| entry.id == id).ok_or(Problem::NotFound("entry"))?;
    let outcome = web.desk.star_entry(&caller, number, id, revision(&typed), !entry.is_starred).await;
    after(outcome, &at(number), "entry-changed")
}

pub(in super::super) async fn delete(
    State(web): State<Web>,
    visit: Visit,
    Path((number, id)): Path<(i64, Uuid)>,
    sent: Sent,
) -> Answer {
    let typed = Typed::from(sent);
    let outcome = web.desk.delete_entry(&visit.caller()?, number, id, revision(&typed)).await;
    after(outcome, &at(number), "entry-deleted")
}

pub(in super::super) async fn restore(
    State(web): State<Web>,
    visit: Visit,
    Path((number, id)): Path<(i64, Uuid)>,
    sent: Sent,
) -> Answer {
    let typed = Typed::from(sent);
    web.desk.restore_entry(&visit.caller()?, number, id, revision(&typed)).await?;
    Ok(done(&at_entry(number, id), "entry-restored"))
}
