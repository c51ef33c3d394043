//! Incidents and maintenance on public pages: what is the matter and what was told about it, the newest first.

use domain::incident::IncidentStatus;
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::{PublicIncident, PublicMaintenance, PublicUpdate};
use crate::i18n::Text;
use crate::parts::time_text::{Since, TimeText};

/// Updates shown at once; older ones are a tap away.
const UPDATES_OPEN: usize = 1;

/// The words for an incident's status.
pub fn incident_status(text: &Text, status: IncidentStatus) -> String {
    text.get(&format!("incident-{}", status.name()))
}

/// One incident.
#[component]
pub fn IncidentItem(
    /// What to show.
    incident: PublicIncident,
    /// The site's zone.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let updates =
        incident.updates.iter().map(|update| (incident_status(&text, update.status), update.display_at, update.body.clone()));
    let updates = updates_list(&text, &zone, updates.collect());
    let id = format!("incident-{}", incident.id);
    view! {
        <article class=format!("incident impact-{}", incident.impact.name()) id=id>
            <h3>{incident.name.clone()}</h3>
            <p class="incident-state">
                <strong>{incident_status(&text, incident.status)}</strong> " · " {text.get(&format!("impact-{}", incident.impact.name()))} " · "
                <Since at=incident.started_at zone=zone text=text/>
            </p>
            {updates}
        </article>
    }
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
    let word =
        |status: domain::incident::MaintenanceStatus| text.get(&format!("maintenance-{}", status.name().replace('_', "-")));
    let updates =
        maintenance.updates.iter().map(|update: &PublicUpdate<_>| (word(update.status), update.display_at, update.body.clone()));
    let updates = updates_list(&text, &zone, updates.collect());
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

fn updates_list(text: &Text, zone: &TimeZone, updates: Vec<(String, Timestamp, String)>) -> impl IntoView + use<> {
    let item = |(word, at, body): &(String, Timestamp, String)| {
        // Paragraphs; whatever stands in them is text.
        let body =
            body.lines().filter(|line| !line.trim().is_empty()).map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
        view! { <li><p><strong>{word.clone()}</strong> " " <TimeText at=*at zone=zone.clone() text=text.clone()/></p> {body}</li> }
    };
    let newest = updates.iter().take(UPDATES_OPEN).map(item).collect_view();
    let older = (updates.len() > UPDATES_OPEN).then(|| {
        let count = updates.len() - UPDATES_OPEN;
        let items = updates.iter().skip(UPDATES_OPEN).map(item).collect_view();
        view! {
            <details><summary>{text.with("updates-older", &[("n", count.into())])}</summary><ol class="updates">{items}</ol></details>
        }
    });
    view! { <ol class="updates">{newest}</ol> {older} }
}
