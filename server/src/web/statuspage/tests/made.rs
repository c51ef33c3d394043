//! Pages for tests: plain ones made by hand, and any other by `proptest`, with every status of everything in them.

use std::fmt::Debug;

use app::data::{
    PublicComponent, PublicComponentChange, PublicGroup, PublicIncident, PublicMaintenance, PublicSite, PublicUpdate, StatusPage,
    Summary,
};
use domain::component::Status;
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::text::Language;
use domain::time::Timestamp;
use domain::uptime::{Tally, Weights};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::select;

/// More than a page has components, so that incidents also name some that are not on it.
const INDICES: usize = 14;

/// What tests choose of a component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sketch {
    pub(super) status: Status,
    pub(super) since: Option<Timestamp>,
    pub(super) watched_since: Timestamp,
    pub(super) text: &'static str,
}

/// The moment that RFC 3339 writes so.
pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

/// A site in Tokyo, first in Japanese.
pub(super) fn site() -> PublicSite {
    PublicSite {
        id: "site00000000".to_owned(),
        base: "https://status.example.org".to_owned(),
        name: "Lighthouse".to_owned(),
        description: Some("A line that the API has no field for".to_owned()),
        languages: vec![Language::Ja, Language::En],
        time_zone: TimeZone::get("Asia/Tokyo").unwrap(),
        created_at: at("2026-01-01T00:00:00Z"),
    }
}

/// The id of the component with this number.
pub(super) fn component_id(index: usize) -> String {
    format!("component{index:03}")
}

/// A component with this number.
pub(super) fn component(index: usize, sketch: &Sketch) -> PublicComponent {
    PublicComponent {
        slug: format!("slug-{index}"),
        id: component_id(index),
        name: format!("Component {index} {}", sketch.text),
        description: (!sketch.text.is_empty()).then(|| format!("About {}", sketch.text)),
        status: sketch.status,
        since: sketch.since,
        watched_since: sketch.watched_since,
        checked_at: sketch.since,
        days: Vec::new(),
        uptimes: [Tally::default(); 4],
        latency: None,
        troubled_dependencies: vec![format!("Dependency {index}")],
    }
}

/// Groups of components, numbered through; those that are not `true` have no name.
pub(super) fn grouped(sketches: &[(bool, Vec<Sketch>)]) -> Vec<PublicGroup> {
    let mut groups = Vec::new();
    let mut count = 0;
    for (number, (is_named, members)) in sketches.iter().enumerate() {
        let mut components = Vec::new();
        for sketch in members {
            components.push(component(count, sketch));
            count += 1;
        }
        groups.push(PublicGroup {
            slug: format!("slug-of-group-{number}"),
            id: format!("group{number:07}"),
            name: is_named.then(|| format!("Group {number}")),
            components,
        });
    }
    groups
}

/// A page with all this on it.
pub(super) fn page(groups: Vec<PublicGroup>, incidents: Vec<PublicIncident>, maintenances: Vec<PublicMaintenance>) -> StatusPage {
    StatusPage {
        version: 7,
        taken_at: at("2026-06-01T12:00:00Z"),
        summary: Summary {
            worst: Status::Unknown,
            total: 0,
            affected: 0,
            others: [
                (Status::DegradedPerformance, 0),
                (Status::PartialOutage, 0),
                (Status::MajorOutage, 0),
                (Status::UnderMaintenance, 0),
            ],
            since: None,
        },
        uplink_lost_since: None,
        groups,
        weights: Weights::default(),
        outages: Vec::new(),
        outages_left_out: 0,
        incidents,
        maintenances,
    }
}

/// Components with these statuses, in no group.
pub(super) fn ungrouped(statuses: &[Status]) -> Vec<PublicGroup> {
    let watched_since = at("2026-04-12T15:30:00Z");
    let sketches: Vec<Sketch> =
        statuses.iter().map(|status| Sketch { status: *status, since: None, watched_since, text: "plain" }).collect();
    if sketches.is_empty() { Vec::new() } else { grouped(&[(false, sketches)]) }
}

/// An incident about which nothing was told.
pub(super) fn incident(status: IncidentStatus, impact: Impact) -> PublicIncident {
    PublicIncident {
        id: "incident0000".to_owned(),
        number: 7,
        name: "Incident".to_owned(),
        status,
        impact,
        started_at: at("2026-05-01T10:00:00Z"),
        created_at: at("2026-05-01T10:05:00Z"),
        updated_at: at("2026-05-01T10:30:00Z"),
        monitoring_at: None,
        resolved_at: None,
        next_update_due_at: None,
        updates: Vec::new(),
        component_ids: Vec::new(),
        postmortem: None,
    }
}

/// A maintenance about which nothing was told.
pub(super) fn maintenance(status: MaintenanceStatus) -> PublicMaintenance {
    PublicMaintenance {
        id: "maintenance0".to_owned(),
        name: "Maintenance".to_owned(),
        status,
        impact: Impact::Minor,
        created_at: at("2026-05-02T10:00:00Z"),
        updated_at: at("2026-05-03T10:00:00Z"),
        scheduled_for: at("2026-05-09T17:00:00Z"),
        scheduled_until: at("2026-05-09T18:00:00Z"),
        completed_at: None,
        updates: Vec::new(),
        component_ids: Vec::new(),
    }
}

fn statuses() -> impl Strategy<Value = Status> {
    select(Status::ALL.to_vec())
}

/// Any moment up to the year 2096.
fn moments() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000_000).prop_map(Timestamp::from_ms)
}

fn texts() -> impl Strategy<Value = &'static str> {
    select(vec!["plain", "with \"quotes\" and \\", "<b>tags</b> & more", "日本語 🗼", "two\nlines", "odd \u{2028} ends", ""])
}

fn sketches() -> impl Strategy<Value = Sketch> {
    let parts = (statuses(), prop::option::of(moments()), moments(), texts());
    parts.prop_map(|(status, since, watched_since, text)| Sketch { status, since, watched_since, text })
}

fn affected() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(0..INDICES, 0..4).prop_map(|indices| indices.into_iter().map(component_id).collect())
}

fn changes() -> impl Strategy<Value = PublicComponentChange> {
    (0..INDICES, statuses(), statuses(), texts()).prop_map(|(index, before, after, text)| PublicComponentChange {
        component_id: component_id(index),
        name: format!("Component {index} {text}"),
        before,
        after,
    })
}

fn updates<S: Clone + Debug + 'static>(every: Vec<S>) -> impl Strategy<Value = Vec<PublicUpdate<S>>> {
    let parts = (select(every), moments(), moments(), texts(), prop::collection::vec(changes(), 0..3));
    let update = parts.prop_map(|(status, created_at, display_at, text, changes)| PublicUpdate {
        id: format!("up{:010}", created_at.as_ms() % 10_000_000_000),
        status,
        number: 1,
        corrects: None,
        body: format!("It was told: {text}"),
        html: "<p>It was told</p>".to_owned(),
        created_at,
        display_at,
        changes,
    });
    prop::collection::vec(update, 0..4)
}

fn incidents() -> impl Strategy<Value = PublicIncident> {
    let kinds = (select(IncidentStatus::ALL.to_vec()), select(Impact::ALL.to_vec()), texts());
    let times = (moments(), moments(), moments(), moments(), prop::option::of(moments()));
    let parts = (kinds, times, updates(IncidentStatus::ALL.to_vec()), affected());
    parts.prop_map(|((status, impact, text), times, updates, component_ids)| {
        let (started_at, created_at, updated_at, ended_at, monitoring_at) = times;
        let mut made = PublicIncident {
            name: format!("Incident {text}"),
            started_at,
            created_at,
            updated_at,
            monitoring_at,
            updates,
            component_ids,
            postmortem: None,
            ..incident(status, impact)
        };
        made.resolved_at = (!made.is_open()).then_some(ended_at);
        made
    })
}

fn maintenances() -> impl Strategy<Value = PublicMaintenance> {
    let kinds = (select(MaintenanceStatus::ALL.to_vec()), select(Impact::ALL.to_vec()), texts());
    let times = (moments(), moments(), moments(), moments(), moments());
    let parts = (kinds, times, updates(MaintenanceStatus::ALL.to_vec()), affected());
    parts.prop_map(|((status, impact, text), times, updates, component_ids)| {
        let (created_at, updated_at, scheduled_for, scheduled_until, ended_at) = times;
        PublicMaintenance {
            name: format!("Maintenance {text}"),
            impact,
            created_at,
            updated_at,
            scheduled_for,
            scheduled_until,
            completed_at: (status == MaintenanceStatus::Completed).then_some(ended_at),
            updates,
            component_ids,
            ..maintenance(status)
        }
    })
}

/// Any page.
pub(super) fn pages() -> impl Strategy<Value = StatusPage> {
    let groups = prop::collection::vec((any::<bool>(), prop::collection::vec(sketches(), 1..4)), 0..4);
    let parts = (groups, prop::collection::vec(incidents(), 0..4), prop::collection::vec(maintenances(), 0..4));
    parts.prop_map(|(groups, mut incidents, mut maintenances)| {
        for (number, incident) in incidents.iter_mut().enumerate() {
            incident.id = format!("incident{number:04}");
            incident.number = 1 + number as i64;
        }
        for (number, maintenance) in maintenances.iter_mut().enumerate() {
            maintenance.id = format!("maintenan{number:03}");
        }
        page(grouped(&groups), incidents, maintenances)
    })
}
