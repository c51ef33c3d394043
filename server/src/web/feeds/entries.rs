//! Which entries a feed has, in which order, and what they are called for ever.
//!
//! An id is a tag (RFC 4151) of the site's host and first day, then what the entry is about: `outage/<component id>-<ordinal>`,
//! `incident/<id>`, `maintenance/<id>`, `postmortem/<id>`, and for one change of it a slash and the change's number or id. It is the same in every
//! language, in every format, and in the feeds of the site and of the component: one event has one id, and who subscribed twice can be
//! shown it once. The feeds themselves have an id each.

use std::cmp::Reverse;
use std::slice;

use app::data::{OutageOf, PublicIncident, PublicMaintenance, PublicSite, PublicUpdate};
use app::routes::to;
use domain::incident::MaintenanceStatus;
use domain::month::Month;
use domain::time::{Change, Timestamp};
use url::Url;

use super::content::{self, Turn};
use super::{Granularity, PostmortemEntry, Source};

/// Most entries of a feed, the newest: readers ask every few minutes and remember what they have seen.
pub(crate) const ENTRIES_MAX: usize = 50;

/// One entry, in no format yet. All of it is free of characters that XML forbids.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) url: String,
    /// `outage`, `incident`, `maintenance` or `postmortem`.
    pub(super) kind: &'static str,
    /// Plain text.
    pub(super) title: String,
    pub(super) html: String,
    /// The same in short, as plain text.
    pub(super) text: String,
    /// Never changes.
    pub(super) published_at: Timestamp,
    /// Never before it was published.
    pub(super) updated_at: Timestamp,
}

/// What an entry is about.
#[derive(Clone, Copy)]
enum About<'a> {
    Outage(&'a OutageOf),
    /// One change of an outage.
    Turn(&'a OutageOf, Change<Turn>),
    Incident(&'a PublicIncident),
    IncidentUpdate(&'a PublicIncident, &'a PublicUpdate),
    Maintenance(&'a PublicMaintenance),
    MaintenanceUpdate(&'a PublicMaintenance, &'a PublicUpdate<MaintenanceStatus>),
    Postmortem(&'a PostmortemEntry),
    /// One publication of a postmortem: its number and what changed.
    Edit(&'a PostmortemEntry, i64, &'a str),
}

/// An entry before it is put into words, which is only done for those that are shown.
struct Subject<'a> {
    about: About<'a>,
    published_at: Timestamp,
    updated_at: Timestamp,
}

impl<'a> Subject<'a> {
    fn new(about: About<'a>, published_at: Timestamp, updated_at: Timestamp) -> Self {
        Self { about, published_at, updated_at: updated_at.max(published_at) }
    }

    fn entry(&self, source: &Source<'_>, tag: &str) -> Entry {
        let (kind, name, url, words) = match self.about {
            About::Outage(of) => ("outage", outage_name(of), outage_url(source, of), content::outage(source, of)),
            About::Turn(of, turn) => {
                let name = format!("{}/{}-{}", outage_name(of), turn.at.as_ms(), turn.state.name());
                ("outage", name, outage_url(source, of), content::turn(source, of, turn))
            }
            About::Incident(incident) => {
                let url = incident_url(source, incident);
                ("incident", incident.id.clone(), url, content::incident(source, incident))
            }
            About::IncidentUpdate(incident, update) => {
                let name = format!("{}/{}", incident.id, update.id);
                let url = incident_url(source, incident);
                ("incident", name, url, content::update(source, &incident.name, update))
            }
            About::Maintenance(maintenance) => {
                let url = maintenance_url(source, &maintenance.id);
                ("maintenance", maintenance.id.clone(), url, content::maintenance(source, maintenance))
            }
            About::MaintenanceUpdate(maintenance, update) => {
                let name = format!("{}/{}", maintenance.id, update.id);
                let url = maintenance_url(source, &maintenance.id);
                ("maintenance", name, url, content::update(source, &maintenance.name, update))
            }
            About::Postmortem(postmortem) => {
                let url = postmortem_url(source, postmortem);
                ("postmortem", postmortem.id.clone(), url, content::postmortem(source, postmortem, None))
            }
            About::Edit(postmortem, number, message) => {
                let url = postmortem_url(source, postmortem);
                let name = format!("{}/{number}", postmortem.id);
                ("postmortem", name, url, content::postmortem(source, postmortem, Some(message)))
            }
        };
        Entry {
            id: format!("{tag}{kind}/{name}"),
            url,
            kind,
            title: words.title,
            html: words.html,
            text: words.text,
            published_at: self.published_at,
            updated_at: self.updated_at,
        }
    }
}

/// The newest entries, the newest first; of those that changed in the same millisecond, first the one that was given first.
pub(super) fn entries(granularity: Granularity, source: &Source<'_>) -> Vec<Entry> {
    let mut subjects = match granularity {
        Granularity::Event => events(source),
        Granularity::Update => updates(source),
    };
    subjects.sort_by_key(|subject| Reverse(subject.updated_at));
    subjects.truncate(ENTRIES_MAX);
    let tag = tag(source.site);
    subjects.iter().map(|subject| subject.entry(source, &tag)).collect()
}

/// What every id begins with: `tag:status.example.org,2026-04-12:`. The day is that of UTC, so that another zone changes no id.
pub(super) fn tag(site: &PublicSite) -> String {
    let host = Url::parse(&site.base).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    // A tag has no place for the brackets and colons of an IPv6 address.
    let host = host.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "-");
    format!("tag:{host},{}:", site.created_at.to_jiff().strftime("%Y-%m-%d"))
}

fn outages<'a>(source: &'a Source<'_>) -> impl Iterator<Item = &'a OutageOf> {
    source.outages.iter().filter(move |of| source.tells_of(slice::from_ref(&of.component_id)))
}

fn incidents<'a>(source: &'a Source<'_>) -> impl Iterator<Item = &'a PublicIncident> {
    source.incidents.iter().filter(move |incident| source.tells_of(&incident.component_ids))
}

fn maintenances<'a>(source: &'a Source<'_>) -> impl Iterator<Item = &'a PublicMaintenance> {
    source.maintenances.iter().filter(move |maintenance| source.tells_of(&maintenance.component_ids))
}

fn postmortems<'a>(source: &'a Source<'_>) -> impl Iterator<Item = &'a PostmortemEntry> {
    source.postmortems.iter().filter(move |postmortem| source.tells_of(&postmortem.component_ids))
}

fn postmortem_url(source: &Source<'_>, postmortem: &PostmortemEntry) -> String {
    format!("{}{}", source.site.base, to::postmortem(source.text.language(), &postmortem.slug))
}

/// One subject for each event.
fn events<'a>(source: &'a Source<'_>) -> Vec<Subject<'a>> {
    let mut subjects = Vec::new();
    for of in outages(source) {
        subjects.push(Subject::new(About::Outage(of), of.outage.started_at, of.outage.updated_at()));
    }
    for incident in incidents(source) {
        subjects.push(Subject::new(About::Incident(incident), incident.created_at, incident.updated_at));
    }
    for maintenance in maintenances(source) {
        // When it was announced: a moment to come would be wrong in every reader.
        subjects.push(Subject::new(About::Maintenance(maintenance), maintenance.created_at, maintenance.updated_at));
    }
    for postmortem in postmortems(source) {
        if let Some(((_, newest, _), (_, first, _))) = postmortem.edits.first().zip(postmortem.edits.last()) {
            subjects.push(Subject::new(About::Postmortem(postmortem), *first, *newest));
        }
    }
    subjects
}

/// One subject for each change, those of one event from its newest to its oldest.
fn updates<'a>(source: &'a Source<'_>) -> Vec<Subject<'a>> {
    let mut subjects = Vec::new();
    for of in outages(source) {
        for turn in content::turns(&of.outage).into_iter().rev() {
            subjects.push(Subject::new(About::Turn(of, turn), turn.at, turn.at));
        }
    }
    for incident in incidents(source) {
        for update in &incident.updates {
            subjects.push(Subject::new(About::IncidentUpdate(incident, update), update.created_at, update.created_at));
        }
    }
    for maintenance in maintenances(source) {
        for update in &maintenance.updates {
            subjects.push(Subject::new(About::MaintenanceUpdate(maintenance, update), update.created_at, update.created_at));
        }
    }
    for postmortem in postmortems(source) {
        for (number, at, message) in &postmortem.edits {
            subjects.push(Subject::new(About::Edit(postmortem, *number, message), *at, *at));
        }
    }
    subjects
}

fn outage_name(of: &OutageOf) -> String {
    format!("{}-{}", of.component_id, of.outage.ordinal)
}

fn outage_url(source: &Source<'_>, of: &OutageOf) -> String {
    let month = Month::of(of.outage.started_at, source.zone);
    let page = to::history(source.text.language(), Some(month));
    format!("{}{page}#{}", source.site.base, of.anchor())
}

fn incident_url(source: &Source<'_>, incident: &PublicIncident) -> String {
    format!("{}{}", source.site.base, to::incident(source.text.language(), incident.number))
}

/// On the front page, which has all maintenance that a feed tells of.
fn maintenance_url(source: &Source<'_>, id: &str) -> String {
    let page = to::status(source.text.language());
    format!("{}{page}#maintenance-{id}", source.site.base)
}
