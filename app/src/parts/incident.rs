//! Incidents and maintenance on public pages: what is the matter and what was told about it, the newest first.

use domain::incident::{IncidentStatus, MaintenanceStatus};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::{PublicIncident, PublicMaintenance, PublicUpdate};
use crate::format;
use crate::i18n::Text;
use crate::parts::time_text::{Since, TimeText};
use crate::routes::to;

/// Updates that lists show at once; older ones are a tap away,
const UPDATES_OPEN: usize = 1;
/// and so many of those; an incident's own page has all.
const UPDATES_FOLDED_MAX: usize = 9;

/// The words for an incident's status.
pub fn incident_status(text: &Text, status: IncidentStatus) -> String {
    text.get(&format!("incident-{}", status.name()))
}

/// One incident in a list.
#[component]
pub fn IncidentItem(
    /// What to show.
    incident: PublicIncident,
    /// The site's zone.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let updates: Vec<Told> = incident.updates.iter().map(|update| told(&text, &incident, update)).collect();
    let href = to::incident(text.language(), incident.number);
    let all = (updates.len() > UPDATES_OPEN + UPDATES_FOLDED_MAX).then(|| href.clone());
    let updates = updates_list(&text, &zone, &updates, all);
    let id = format!("incident-{}", incident.id);
    view! {
        <article class=format!("incident impact-{}", incident.impact.name()) id=id>
            <h3><a href=href>{incident.name.clone()}</a></h3>
            {incident_state(&text, &zone, &incident)}
            {updates}
        </article>
    }
}

/// How far an incident is, how bad, since when or for how long, and when more is promised.
pub fn incident_state(text: &Text, zone: &TimeZone, incident: &PublicIncident) -> impl IntoView + use<> {
    let began_at = incident.started_at;
    let time = match incident.resolved_at {
        Some(ended_at) => {
            let length = format::length(text, ended_at.since(began_at).as_millis() as u64);
            let lasted = text.with("story-lasted", &[("length", length.into())]);
            view! { <TimeText at=began_at zone=zone.clone() text=text.clone()/> " · " {lasted} }.into_any()
        }
        None => view! { <Since at=began_at zone=zone.clone() text=text.clone()/> }.into_any(),
    };
    let next = incident.next_update_due_at.map(|at| {
        let (before, after) = text.around("story-next-update", "when");
        view! { <p class="incident-state">{before} <TimeText at=at zone=zone.clone() text=text.clone()/> {after}</p> }
    });
    let postmortem = incident.postmortem.as_ref().map(|slug| {
        view! { <p class="incident-state"><a href=to::postmortem(text.language(), slug)>{text.get("postmortem-read")}</a></p> }
    });
    view! {
        <p class="incident-state">
            <strong>{incident_status(text, incident.status)}</strong> " · " {text.get(&format!("impact-{}", incident.impact.name()))} " · "
            {time}
        </p>
        {next}
        {postmortem}
    }
}

/// Everything that was told of an incident, each update with a place of its own and with what became of components.
pub fn incident_updates(text: &Text, zone: &TimeZone, incident: &PublicIncident) -> impl IntoView + use<> {
    let items = incident.updates.iter().map(|update| {
        let changes = update.changes.iter().map(|change| {
            let (before, after) = (format::status(text, change.before), format::status(text, change.after));
            text.with("feed-change", &[("name", change.name.as_str().into()), ("before", before.into()), ("after", after.into())])
        });
        let (id, changes) = (Some(format!("u{}", update.number)), changes.collect());
        update_item(text, zone, &Told { id, changes, ..told(text, incident, update) })
    });
    view! { <ol class="updates">{items.collect_view()}</ol> }
}

/// One maintenance.
#[component]
pub fn MaintenanceItem(
    /// What to show.
    maintenance: PublicMaintenance,
    /// Names of the components it affects, where they are not plain.
    #[prop(optional)]
    names: Vec<String>,
    /// The site's zone.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let word = |status: MaintenanceStatus| text.get(&format!("maintenance-{}", status.name().replace('_', "-")));
    let updates = maintenance.updates.iter().map(|update| Told::new(word(update.status), update));
    let updates = updates_list(&text, &zone, &updates.collect::<Vec<_>>(), None);
    let id = format!("maintenance-{}", maintenance.id);
    let names = names.join(&text.separator("list-separator"));
    let affects = (!names.is_empty())
        .then(|| view! { <p class="incident-state">{text.with("maintenance-affects", &[("names", names.into())])}</p> });
    view! {
        <article class="incident maintenance" id=id>
            <h3>{maintenance.name.clone()}</h3>
            <p class="incident-state">
                <strong>{word(maintenance.status)}</strong> " · "
                <TimeText at=maintenance.scheduled_for zone=zone.clone() text=text.clone()/> " – "
                <TimeText at=maintenance.scheduled_until zone=zone.clone() text=text.clone()/>
            </p>
            {affects}
            {updates}
        </article>
    }
}

/// An update as it is shown.
struct Told {
    /// Its place on the page, where it has one.
    id: Option<String>,
    /// The status that it tells, in words.
    word: String,
    at: Timestamp,
    /// That it corrects another one, or another one it: words and where that is.
    notes: Vec<(String, String)>,
    /// Safe to show.
    html: String,
    /// What became of components, in words.
    changes: Vec<String>,
}

impl Told {
    fn new<S>(word: String, update: &PublicUpdate<S>) -> Self {
        Self { id: None, word, at: update.display_at, notes: Vec::new(), html: update.html.clone(), changes: Vec::new() }
    }
}

/// An update of an incident. What is corrected says so, so that nobody who finds the older text takes it for the last word.
fn told(text: &Text, incident: &PublicIncident, update: &PublicUpdate) -> Told {
    let page = to::incident(text.language(), incident.number);
    let note = |key: &str, number: i64| (text.get(key), format!("{page}#u{number}"));
    let corrected_by = incident.updates.iter().find(|other| other.corrects == Some(update.number));
    let notes = update.corrects.map(|number| note("story-corrects", number)).into_iter();
    let notes = notes.chain(corrected_by.map(|other| note("story-corrected", other.number))).collect();
    Told { notes, ..Told::new(incident_status(text, update.status), update) }
}

fn update_item(text: &Text, zone: &TimeZone, told: &Told) -> impl IntoView + use<> {
    let notes = told.notes.iter().map(|(words, href)| {
        view! { <p class="incident-state"><a href=href.clone()>{words.clone()}</a></p> }
    });
    let changes = told.changes.iter().map(|change| view! { <p class="incident-state">{change.clone()}</p> });
    view! {
        <li id=told.id.clone()>
            <p><strong>{told.word.clone()}</strong> " " <TimeText at=told.at zone=zone.clone() text=text.clone()/></p>
            {notes.collect_view()}
            <div class="told" inner_html=told.html.clone()></div>
            {changes.collect_view()}
        </li>
    }
}

/// The newest update, the older ones folded, and `all`, the address where every one is, if that is not here.
fn updates_list(text: &Text, zone: &TimeZone, updates: &[Told], all: Option<String>) -> impl IntoView + use<> {
    let items = |updates: &[Told]| updates.iter().map(|told| update_item(text, zone, told)).collect_view();
    let (newest, older) = updates.split_at(updates.len().min(UPDATES_OPEN));
    let older = &older[..older.len().min(UPDATES_FOLDED_MAX)];
    let older = (!older.is_empty()).then(|| {
        let all = all.map(|href| view! { <p><a href=href>{text.get("story-all-updates")}</a></p> });
        view! {
            <details>
                <summary>{text.with("updates-older", &[("n", older.len().into())])}</summary>
                <ol class="updates">{items(older)}</ol>
                {all}
            </details>
        }
    });
    view! { <ol class="updates">{items(newest)}</ol> {older} }
}
