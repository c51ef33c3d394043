//! Incidents: the list with its search, opening one and changing what is said of it. The page on which one is worked is in [`show`], its
//! buttons in [`actions`], rows in [`entries`] and [`paste`], what the public is told in [`updates`], files in [`evidence`].

pub(super) mod actions;
pub(super) mod choose;
pub(super) mod entries;
pub(super) mod evidence;
pub(super) mod paste;
pub(super) mod show;
pub(super) mod updates;

use std::collections::BTreeMap;

use app::data::desk::{DeskPage, FormState, HitRow, IncidentEditPage, IncidentsPage};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::account::Permission;
use domain::component::Status;
use domain::incident::work::{IncidentKind, Severity, State as WorkState};
use domain::time::Timestamp;
use store::incidents::records::IncidentFilter;
use store::incidents::search::{Hit, Place, Search, folded};
use store::incidents::{Affected, Incident};

use super::super::Web;
use super::super::incident_rows::Known;
use super::form::{self, Sent, Typed};
use super::show::{Answer, done, form_page, page, query};
use super::visit::Visit;
use super::watching::choices;
use crate::service::incidents::{Found, IncidentWanted};
use crate::service::problem::Problem;

/// The page of an incident.
pub(super) fn at(number: i64) -> String {
    format!("/desk/incidents/{number}")
}

const HERE: &str = "/desk/incidents";
/// Rows of the list on one page, and hits of a search.
const ROWS: u32 = 50;
/// How much is shown around what was found, in characters.
const AROUND: usize = 60;
/// The statuses that an incident may give a component, the worst first.
const STATUSES: [Status; 4] = [Status::MajorOutage, Status::PartialOutage, Status::DegradedPerformance, Status::UnderMaintenance];

/// What rows need to know; without the names of people when those cannot be read.
async fn known(web: &Web, visit: &Visit) -> Known {
    Known::new(web, visit.language, web.desk.people_names().await.unwrap_or_default())
}

fn filter(visit: &Visit) -> (IncidentFilter, FormState, bool) {
    let value = |name: &str| query(visit, name).unwrap_or_default().trim().to_owned();
    let active = |is_wanted: bool| WorkState::ALL.iter().copied().filter(|state| state.is_active() == is_wanted).collect();
    let states = match value("state").as_str() {
        "open" => active(true),
        "ended" => active(false),
        _ => Vec::new(),
    };
    let filter = IncidentFilter {
        states,
        severity: Severity::from_name(&value("severity")),
        kind: IncidentKind::from_name(&value("kind")),
        component: value("component").parse().ok(),
        is_public: None,
        before: value("before").parse().ok(),
        limit: ROWS,
    };
    let names = ["q", "state", "severity", "component", "kind"];
    let is_filtered = names.iter().any(|name| !value(name).is_empty());
    let form = names.into_iter().fold(FormState::default(), |form, name| form.with(name, value(name)));
    (filter, form, is_filtered)
}

/// The address of the page after this one.
fn older(form: &FormState, before: i64) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in form.values.iter().filter(|(_, value)| !value.is_empty()) {
        pairs.append_pair(name, value);
    }
    pairs.append_pair("before", &before.to_string());
    format!("{HERE}?{}", pairs.finish())
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Read, visit.now)?;
    let known = known(&web, &visit).await;
    let (filter, form, is_filtered) = filter(&visit);
    let words = form.value("q");
    let is_first = filter.before.is_none();
    let mut shown = IncidentsPage {
        version: web.monitoring.desk_version(),
        suggestions: known.suggestions(web.desk.suggestions(&caller)?),
        open: Vec::new(),
        rest: Vec::new(),
        hits: None,
        components: choices(&web, visit.language),
        severities: known.severities(),
        older: None,
        form,
    };
    if words.is_empty() {
        let mut filter = filter;
        if !is_filtered {
            if is_first {
                shown.open = known.active(web.desk.active_incidents(&caller)?);
            }
            filter.states = WorkState::ALL.iter().copied().filter(|state| !state.is_active()).collect();
        }
        let found = web.desk.incident_list(&caller, &IncidentFilter { limit: ROWS + 1, ..filter }).await?;
        let has_more = found.len() > ROWS as usize;
        let rows = found.iter().take(ROWS as usize);
        shown.rest = rows.map(|(incident, affected)| known.incident(incident, affected)).collect();
        shown.older = shown.rest.last().filter(|_| has_more).map(|last| older(&shown.form, last.number));
    } else {
        let search = Search { words: words.clone(), filter };
        let hits = web.desk.search_incidents(&caller, &search).await?;
        shown.hits = Some(hits.into_iter().map(|hit| hit_row(hit, &words, &visit)).collect());
    }
    page(&web, &visit, DeskPage::Incidents(shown)).await
}

fn hit_row(hit: Hit, words: &str, visit: &Visit) -> HitRow {
    let page = at(hit.number);
    let (place, href) = match &hit.place {
        Place::Title => ("title", page),
        Place::Entry(id) => ("entry", format!("{page}#t-{id}")),
        Place::Update(number) => ("update", format!("{page}#update-{number}")),
    };
    HitRow {
        number: hit.number,
        title: hit.title.get(visit.language).to_owned(),
        href,
        place,
        excerpt: excerpt(&hit.text, words),
        at: hit.at,
    }
}

/// The words around the first place in which one of those that were searched for stands, in pieces: true for what was searched for.
fn excerpt(text: &str, words: &str) -> Vec<(String, bool)> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let characters: Vec<char> = text.chars().collect();
    // Folding may change how many characters there are; then nothing is marked, and the beginning is shown.
    let plain: Vec<char> = folded(&text).chars().collect();
    let sought: Vec<Vec<char>> = words.split_whitespace().map(|word| folded(word).chars().collect()).collect();
    let mut marks = vec![false; characters.len()];
    if plain.len() == characters.len() {
        for word in sought.iter().filter(|word| !word.is_empty() && word.len() <= plain.len()) {
            for start in (0..=plain.len() - word.len()).filter(|start| plain[*start..].starts_with(word)) {
                marks[start..start + word.len()].fill(true);
            }
        }
    }
    let first = marks.iter().position(|is_marked| *is_marked).unwrap_or(0);
    let from = first.saturating_sub(AROUND);
    let until = (first + 2 * AROUND).min(characters.len());
    let mut pieces: Vec<(String, bool)> = Vec::new();
    if from > 0 {
        pieces.push(("… ".to_owned(), false));
    }
    for (c, is_marked) in characters[from..until].iter().zip(&marks[from..until]) {
        match pieces.last_mut() {
            Some((piece, kind)) if kind == is_marked => piece.push(*c),
            _ => pieces.push((c.to_string(), *is_marked)),
        }
    }
    if until < characters.len() {
        pieces.push((" …".to_owned(), false));
    }
    pieces
}

async fn edit_page(web: &Web, visit: &Visit, number: Option<i64>, form: FormState) -> Answer {
    let known = known(web, visit).await;
    let mut people: Vec<String> = known.people.values().cloned().collect();
    people.sort_unstable();
    let shown = IncidentEditPage {
        number,
        components: choices(web, visit.language),
        people,
        zones: super::planned::zones(&web.monitoring.offer().time_zone, &form.value("zone")),
        severities: known.severities(),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::IncidentEdit(shown)).await
}

pub(super) async fn show_new(State(web): State<Web>, visit: Visit) -> Answer {
    visit.caller()?.must(Permission::Respond, visit.now)?;
    let zone = web.monitoring.state().config.site.time_zone_name.clone();
    let preset = [("kind", "incident"), ("severity", "sev3"), ("impact", "minor"), ("zone", zone.as_str())];
    let form = preset.into_iter().fold(FormState::default(), |form, (name, value)| form.with(name, value));
    edit_page(&web, &visit, None, form).await
}

/// The incident that an address means, with what it affects. One that was merged leads on.
async fn story(web: &Web, visit: &Visit, number: i64) -> Result<Box<store::incidents::IncidentStory>, Problem> {
    match web.desk.incident(&visit.caller()?, number).await? {
        Found::Story(story) => Ok(story),
        Found::Merged(_) => Err(Problem::Refused("refused-merged")),
    }
}

/// The same for somebody who may do everything with it.
async fn story_to_work_on(web: &Web, visit: &Visit, number: i64) -> Result<Box<store::incidents::IncidentStory>, Problem> {
    let story = story(web, visit, number).await?;
    if web.desk.may_respond(&visit.caller()?, &story.incident) { Ok(story) } else { Err(Problem::Forbidden) }
}

pub(super) async fn show_edit(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    let story = story_to_work_on(&web, &visit, number).await?;
    let known = known(&web, &visit).await;
    edit_page(&web, &visit, Some(number), from_record(&story.incident, &story.affected, &known, visit.now)).await
}

fn from_record(incident: &Incident, affected: &[Affected], known: &Known, now: Timestamp) -> FormState {
    use domain::text::Language;
    let facts = &incident.facts;
    let person = |key| known.person(key).unwrap_or_default();
    let stated = facts.stated_duration.map(|span| (span.as_secs() / 60).to_string()).unwrap_or_default();
    let mut form = FormState::default()
        .with("version", incident.version.to_string())
        .with("title_ja", facts.title.get(Language::Ja))
        .with("title_en", facts.title.get(Language::En))
        .with("kind", facts.kind.name())
        .with("severity", facts.severity.name())
        .with("impact", facts.impact.name())
        .with("zone", facts.zone.as_str())
        .with("lead", person(facts.lead))
        .with("scribe", person(facts.scribe))
        .with("comms", person(facts.comms))
        .with("stated_minutes", stated);
    if facts.shows_metrics {
        form = form.with("shows_metrics", "yes");
    }
    // Of what is over: whatever it affected. The newest period says how.
    let is_shown = |one: &&Affected| !facts.state.is_active() || one.until.is_none_or(|until| until > now);
    let shown: BTreeMap<_, _> = affected.iter().filter(is_shown).map(|one| (&one.component, one.status)).collect();
    for (component, status) in shown {
        form = form.with(&format!("status_{component}"), status.name());
    }
    form
}

/// Slugs and statuses of the components that a form names.
fn components(typed: &Typed) -> Vec<(String, String)> {
    let of = typed.all_with_prefix("status_");
    of.into_iter().filter(|(_, status)| !status.is_empty()).map(|(slug, status)| (slug.to_owned(), status.to_owned())).collect()
}

fn to_wanted(typed: &Typed) -> IncidentWanted {
    let text = |name| typed.get(name).to_owned();
    IncidentWanted {
        title_ja: text("title_ja"),
        title_en: text("title_en"),
        kind: text("kind"),
        severity: text("severity"),
        impact: text("impact"),
        zone: text("zone"),
        lead: text("lead"),
        scribe: text("scribe"),
        comms: text("comms"),
        components: components(typed),
        began: text("began"),
        body: text("body"),
        stated_minutes: text("stated_minutes"),
        shows_metrics: typed.has("shows_metrics"),
    }
}

pub(super) async fn make(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = typed.once(visit.caller()?);
    let problem = match web.desk.open_incident(&caller, to_wanted(&typed)).await {
        Ok(number) => return Ok(done(&at(number), "incident-opened")),
        Err(problem) => problem,
    };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    refusal.with(edit_page(&web, &visit, None, form).await)
}

pub(super) async fn change(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let outcome = web.desk.change_incident(&visit.caller()?, number, typed.version(), to_wanted(&typed)).await;
    let Err(problem) = outcome else { return Ok(done(&at(number), "incident-changed")) };
    if matches!(problem, Problem::Conflict) {
        return conflict(&web, &visit, number, typed).await;
    }
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    refusal.with(edit_page(&web, &visit, Some(number), form).await)
}

/// Somebody changed the incident meanwhile: what was typed stays, beside each field stands what it says now, and whoever sends it again
/// has seen that.
async fn conflict(web: &Web, visit: &Visit, number: i64, typed: Typed) -> Answer {
    let story = story_to_work_on(web, visit, number).await?;
    let known = known(web, visit).await;
    let text = visit.text();
    let now = from_record(&story.incident, &story.affected, &known, visit.now);
    let mut form = typed.state();
    form.refuse("", text.get("refused-conflict-incident"));
    form::compare(&mut form, &now, &["version", "request", "began", "body"], &text);
    form.values.retain(|(name, _)| name != "version");
    let form = form.with("version", story.incident.version.to_string());
    let mut response = edit_page(web, visit, Some(number), form).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_where_the_words_stand() {
        let text = "a ".repeat(100) + "ＮＦＳ server hung, 障害 recognised" + &" b".repeat(100);
        let pieces = excerpt(&text, "nfs 障害");
        let marked: Vec<&str> = pieces.iter().filter(|(_, is_marked)| *is_marked).map(|(piece, _)| piece.as_str()).collect();
        assert_eq!(marked, ["ＮＦＳ", "障害"]);
        assert!(pieces.first().unwrap().0.starts_with("… a a") && pieces.last().unwrap().0 == " …", "{pieces:?}");
        assert_eq!(excerpt("", "x"), []);
        assert_eq!(excerpt("short", "absent"), [("short".to_owned(), false)]);
    }
}
