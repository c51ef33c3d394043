//! The contract with what reads Statuspage: every document has the shape of a recorded one, whatever the page, and says what is true.

mod made;
mod shape;

use std::collections::BTreeSet;

use app::data::{PublicComponent, PublicUpdate, StatusPage};
use domain::component::Status;
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use self::made::{Sketch, at, component, grouped, incident, maintenance, page, pages, site, ungrouped};
use self::shape::{
    COMPONENT_WORDS, IMPACT_WORDS, INCIDENT_WORDS, INDICATOR_WORDS, MAINTENANCE_WORDS, recorded, recorded_metrics, same_shape,
};
use super::{Document, MetricPeriod, metrics_display};

/// Every sentence that may stand for an indicator.
const SENTENCES: [&str; 5] = [
    "All Systems Operational",
    "Service Under Maintenance",
    "Partially Degraded Service",
    "Partial System Outage",
    "Major System Outage",
];

fn read(document: Document, page: &StatusPage) -> Value {
    serde_json::from_str(&document.json(&site(), page)).unwrap()
}

fn list<'a>(document: &'a Value, field: &str) -> &'a [Value] {
    document[field].as_array().unwrap()
}

fn with_status<'a>(rows: &'a [Value], words: &[&str]) -> Vec<&'a Value> {
    rows.iter().filter(|row| words.contains(&row["status"].as_str().unwrap())).collect()
}

fn members(page: &StatusPage) -> Vec<&PublicComponent> {
    page.groups.iter().flat_map(|group| group.components.iter()).collect()
}

fn is_known(status: Status) -> bool {
    status != Status::Unknown && status != Status::Unwatched
}

fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(elements) => elements.iter().for_each(|element| strings(element, found)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn update_texts<S>(updates: &[PublicUpdate<S>], known: &mut BTreeSet<String>) {
    for update in updates {
        known.extend([update.id.clone(), update.body.clone(), update.created_at.to_string(), update.display_at.to_string()]);
        known.extend(update.changes.iter().flat_map(|change| [change.component_id.clone(), change.name.clone()]));
    }
}

/// Every text that may stand in a document about this page.
fn public_texts(page: &StatusPage) -> BTreeSet<String> {
    let site = site();
    let mut known: BTreeSet<String> = [COMPONENT_WORDS, INCIDENT_WORDS, MAINTENANCE_WORDS, IMPACT_WORDS, INDICATOR_WORDS]
        .into_iter()
        .flatten()
        .chain(&SENTENCES)
        .map(|word| (*word).to_owned())
        .collect();
    known.extend(["unknown".to_owned(), "Asia/Tokyo".to_owned(), site.id, site.base, site.name, site.created_at.to_string()]);
    for group in &page.groups {
        known.insert(group.id.clone());
        known.extend(group.name.clone());
    }
    for component in members(page) {
        let date = component.watched_since.to_jiff().to_zoned(site.time_zone.clone()).strftime("%Y-%m-%d").to_string();
        known.extend([component.id.clone(), component.name.clone(), component.watched_since.to_string(), date]);
        known.extend(component.description.clone());
        known.extend(component.since.map(|since| since.to_string()));
    }
    for incident in &page.incidents {
        let link = format!("https://status.example.org/ja/incidents/{}", incident.number);
        known.extend([incident.id.clone(), incident.name.clone(), link]);
        let times = [Some(incident.started_at), Some(incident.created_at), Some(incident.updated_at)];
        let ends = [incident.monitoring_at, incident.resolved_at];
        known.extend(times.into_iter().chain(ends).flatten().map(|at| at.to_string()));
        update_texts(&incident.updates, &mut known);
    }
    for maintenance in &page.maintenances {
        let link = format!("https://status.example.org/ja/#maintenance-{}", maintenance.id);
        known.extend([maintenance.id.clone(), maintenance.name.clone(), link]);
        let times = [maintenance.created_at, maintenance.updated_at, maintenance.scheduled_for, maintenance.scheduled_until];
        known.extend(times.into_iter().chain(maintenance.completed_at).map(|at| at.to_string()));
        update_texts(&maintenance.updates, &mut known);
    }
    known
}

proptest! {
    #[test]
    fn every_document_has_the_shape_that_was_recorded(page in pages()) {
        for (document, _) in Document::ALL {
            prop_assert_eq!(same_shape(&recorded(document), &read(document, &page)), Ok(()));
        }
    }

    #[test]
    fn the_same_state_gives_the_same_bytes_whenever_it_is_read(page in pages(), taken_ms in 0_i64..4_000_000_000_000) {
        let later = StatusPage { version: page.version + 1, taken_at: Timestamp::from_ms(taken_ms), ..page.clone() };
        for (document, _) in Document::ALL {
            prop_assert_eq!(document.json(&site(), &page), document.json(&site(), &later));
        }
    }

    #[test]
    fn a_component_that_is_not_known_is_never_operational(page in pages()) {
        let document = read(Document::Summary, &page);
        for component in members(&page) {
            let row = list(&document, "components").iter().find(|row| row["id"] == json!(component.id)).unwrap();
            let status = row["status"].as_str().unwrap();
            let mark = row.get("yagura_status").map(|mark| mark.as_str().unwrap());
            if is_known(component.status) {
                prop_assert_eq!(status, component.status.name());
                prop_assert_eq!(mark, None);
            } else {
                prop_assert_eq!(status, "degraded_performance");
                prop_assert_eq!(mark, Some("unknown"));
            }
        }
        for group in page.groups.iter().filter(|group| group.name.is_some()) {
            let row = list(&document, "components").iter().find(|row| row["id"] == json!(group.id)).unwrap();
            if group.components.iter().any(|component| !is_known(component.status)) {
                prop_assert_ne!(row["status"].as_str(), Some("operational"));
                prop_assert_ne!(row["status"].as_str(), Some("under_maintenance"));
            }
        }
        let is_all_known = members(&page).iter().all(|component| is_known(component.status));
        let indicator = document["status"]["indicator"].as_str().unwrap();
        prop_assert!(is_all_known || ["minor", "major", "critical"].contains(&indicator));
    }

    #[test]
    fn a_group_names_exactly_the_rows_that_name_it(page in pages()) {
        let document = read(Document::Components, &page);
        let rows = list(&document, "components");
        for row in rows {
            let named: Vec<&Value> =
                rows.iter().filter(|member| member["group_id"] == row["id"]).map(|member| &member["id"]).collect();
            let is_group = row["group"] == json!(true);
            prop_assert_eq!(is_group, row.get("components").is_some());
            let told: Vec<&Value> = if is_group { list(row, "components").iter().collect() } else { Vec::new() };
            prop_assert_eq!(told, named);
        }
        let components = rows.iter().filter(|row| row["group"] == json!(false)).count();
        prop_assert_eq!(components, members(&page).len());
    }

    #[test]
    fn parts_are_parts_of_the_whole(page in pages()) {
        let incidents = read(Document::Incidents, &page);
        let incidents = list(&incidents, "incidents");
        prop_assert_eq!(incidents.len(), page.incidents.len());
        let open = with_status(incidents, &["investigating", "identified", "monitoring"]);
        for document in [Document::UnresolvedIncidents, Document::Summary] {
            let part = read(document, &page);
            let part: Vec<&Value> = list(&part, "incidents").iter().collect();
            prop_assert_eq!(&part, &open);
        }

        let maintenances = read(Document::Maintenances, &page);
        let maintenances = list(&maintenances, "scheduled_maintenances");
        prop_assert_eq!(maintenances.len(), page.maintenances.len());
        for (document, words) in [
            (Document::UpcomingMaintenances, &["scheduled"][..]),
            (Document::ActiveMaintenances, &["in_progress", "verifying"][..]),
            (Document::Summary, &["scheduled", "in_progress", "verifying"][..]),
        ] {
            let part = read(document, &page);
            let part: Vec<&Value> = list(&part, "scheduled_maintenances").iter().collect();
            prop_assert_eq!(part, with_status(maintenances, words));
        }

        let summary = read(Document::Summary, &page);
        let (status, components) = (read(Document::Status, &page), read(Document::Components, &page));
        prop_assert_eq!(&summary["status"], &status["status"]);
        prop_assert_eq!(&summary["components"], &components["components"]);
    }

    #[test]
    fn no_text_comes_from_anywhere_but_the_public_types(page in pages()) {
        let known = public_texts(&page);
        for (document, _) in Document::ALL {
            let mut found = BTreeSet::new();
            strings(&read(document, &page), &mut found);
            let foreign: Vec<&String> = found.difference(&known).collect();
            prop_assert!(foreign.is_empty(), "{document:?} holds {foreign:?}");
        }
    }

    #[test]
    fn the_page_changed_when_anything_on_it_last_did(page in pages()) {
        let components = members(&page).into_iter().map(|component| component.since.unwrap_or(component.watched_since));
        let incidents = page.incidents.iter().map(|incident| incident.updated_at);
        let maintenances = page.maintenances.iter().map(|maintenance| maintenance.updated_at);
        let newest = components.chain(incidents).chain(maintenances).max().unwrap_or(site().created_at).to_string();
        for (document, _) in Document::ALL {
            let told = read(document, &page);
            prop_assert_eq!(told["page"]["updated_at"].as_str(), Some(newest.as_str()));
        }
    }

    #[test]
    fn response_times_have_the_recorded_shape(
        slices in prop::collection::vec(prop::option::of(any::<u64>()), 0..12),
        period in prop::sample::select(MetricPeriod::ALL.to_vec()),
    ) {
        let series: Vec<(Timestamp, Option<u64>)> =
            slices.into_iter().enumerate().map(|(n, us)| (Timestamp::from_ms(n as i64 * 300_000), us)).collect();
        let groups = ungrouped(&[Status::Operational]);
        let json = metrics_display(&groups[0].components[0], period, &series);
        let document: Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(same_shape(&recorded_metrics(), &document), Ok(()));
        let measured = series.iter().filter(|(_, us)| us.is_some()).count();
        prop_assert_eq!(list(&document["metrics"][0], "data").len(), measured);
    }
}

#[test]
fn the_indicator_follows_the_table() {
    use Impact::{Critical, Major, Minor};
    use IncidentStatus::{Investigating, Monitoring, Postmortem, Resolved};
    use Status::{
        DegradedPerformance as Degraded, MajorOutage as Down, Operational as Fine, PartialOutage as Partial,
        UnderMaintenance as Planned, Unknown, Unwatched,
    };
    type Told<'a> = (&'a [Status], &'a [(IncidentStatus, Impact)], &'a str, &'a str);
    let table: &[Told<'_>] = &[
        // components, incidents, indicator, description
        (&[Fine, Fine], &[], "none", "All Systems Operational"),
        (&[], &[], "minor", "Partially Degraded Service"),
        (&[Fine, Degraded], &[], "minor", "Partially Degraded Service"),
        (&[Fine, Unknown], &[], "minor", "Partially Degraded Service"),
        (&[Fine, Unwatched], &[], "minor", "Partially Degraded Service"),
        (&[Unknown], &[], "minor", "Partially Degraded Service"),
        (&[Planned, Unknown], &[], "minor", "Partially Degraded Service"),
        (&[Fine, Planned], &[], "maintenance", "Service Under Maintenance"),
        (&[Planned], &[], "maintenance", "Service Under Maintenance"),
        (&[Fine, Partial], &[], "major", "Partial System Outage"),
        (&[Partial], &[], "major", "Partial System Outage"),
        (&[Fine, Down], &[], "major", "Partial System Outage"),
        (&[Unknown, Down], &[], "major", "Partial System Outage"),
        (&[Down, Down], &[], "critical", "Major System Outage"),
        (&[Fine], &[(Investigating, Impact::None)], "none", "All Systems Operational"),
        (&[Fine], &[(Investigating, Minor)], "minor", "Partially Degraded Service"),
        (&[Planned], &[(Monitoring, Minor)], "minor", "Partially Degraded Service"),
        (&[Fine], &[(Monitoring, Major), (Investigating, Minor)], "major", "Partial System Outage"),
        (&[Fine, Down], &[(Investigating, Critical)], "critical", "Major System Outage"),
        (&[Down], &[(Investigating, Minor)], "critical", "Major System Outage"),
        (&[], &[(Investigating, Impact::None)], "minor", "Partially Degraded Service"),
        (&[Fine], &[(Resolved, Critical), (Postmortem, Major)], "none", "All Systems Operational"),
    ];
    for (statuses, incidents, indicator, description) in table {
        let incidents = incidents.iter().map(|(status, impact)| incident(*status, *impact)).collect();
        let document = read(Document::Status, &page(ungrouped(statuses), incidents, Vec::new()));
        assert_eq!(document["status"], json!({ "indicator": indicator, "description": description }), "{statuses:?}");
    }
}

#[test]
fn fields_stand_in_the_order_of_statuspage() {
    let page = page(ungrouped(&[Status::Unknown]), Vec::new(), Vec::new());
    assert_eq!(
        Document::Status.json(&site(), &page),
        concat!(
            r#"{"page":{"id":"site00000000","name":"Lighthouse","url":"https://status.example.org","time_zone":"Asia/Tokyo","#,
            r#""updated_at":"2026-04-12T15:30:00.000Z"},"#,
            r#""status":{"indicator":"minor","description":"Partially Degraded Service"}}"#,
        )
    );
    let components = Document::Components.json(&site(), &page);
    let row = concat!(
        r#""components":[{"id":"component000","name":"Component 0 plain","status":"degraded_performance","#,
        r#""created_at":"2026-04-12T15:30:00.000Z","updated_at":"2026-04-12T15:30:00.000Z","position":1,"#,
        r#""description":"About plain","showcase":true,"start_date":"2026-04-13","group_id":null,"#,
        r#""page_id":"site00000000","group":false,"only_show_if_degraded":false,"yagura_status":"unknown"}]}"#,
    );
    assert!(components.ends_with(row), "{components}");
}

#[test]
fn positions_count_from_one_on_the_page_and_within_each_group() {
    let watched = |day: u32, since: Option<&str>| Sketch {
        status: Status::Operational,
        since: since.map(at),
        watched_since: at(&format!("2026-02-{day:02}T00:00:00Z")),
        text: "plain",
    };
    let groups = grouped(&[
        (false, vec![watched(1, None)]),
        (true, vec![watched(3, None), watched(2, Some("2026-03-01T00:00:00Z"))]),
        (true, vec![watched(4, None)]),
    ]);
    let document = read(Document::Components, &page(groups, Vec::new(), Vec::new()));
    let rows: Vec<Value> = list(&document, "components")
        .iter()
        .map(|row| json!([row["id"], row["position"], row["group_id"], row["created_at"], row["updated_at"]]))
        .collect();
    let expected = json!([
        ["component000", 1, null, "2026-02-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
        ["group0000001", 2, null, "2026-02-02T00:00:00.000Z", "2026-03-01T00:00:00.000Z"],
        ["component001", 1, "group0000001", "2026-02-03T00:00:00.000Z", "2026-02-03T00:00:00.000Z"],
        ["component002", 2, "group0000001", "2026-02-02T00:00:00.000Z", "2026-03-01T00:00:00.000Z"],
        ["group0000002", 3, null, "2026-02-04T00:00:00.000Z", "2026-02-04T00:00:00.000Z"],
        ["component003", 1, "group0000002", "2026-02-04T00:00:00.000Z", "2026-02-04T00:00:00.000Z"],
    ]);
    assert_eq!(json!(rows), expected);
}

#[test]
fn a_group_is_as_bad_as_its_worst_and_unwatched_is_not_well() {
    let sketch = |status: Status| Sketch { status, since: None, watched_since: at("2026-02-01T00:00:00Z"), text: "" };
    for (statuses, word, mark) in [
        ([Status::Operational, Status::MajorOutage], "major_outage", json!(null)),
        ([Status::Unknown, Status::PartialOutage], "partial_outage", json!(null)),
        ([Status::Unwatched, Status::Operational], "degraded_performance", json!("unknown")),
        ([Status::UnderMaintenance, Status::Unknown], "degraded_performance", json!("unknown")),
        ([Status::UnderMaintenance, Status::Operational], "under_maintenance", json!(null)),
        ([Status::Operational, Status::Operational], "operational", json!(null)),
    ] {
        let groups = grouped(&[(true, statuses.into_iter().map(sketch).collect())]);
        let document = read(Document::Components, &page(groups, Vec::new(), Vec::new()));
        let row = &document["components"][0];
        assert_eq!(row["status"].as_str(), Some(word), "{statuses:?}");
        assert_eq!(row["yagura_status"], mark, "{statuses:?}");
    }
}

#[test]
fn an_incident_shows_its_components_in_full_and_leaves_out_what_is_not_on_the_page() {
    let mut told = incident(IncidentStatus::Identified, Impact::Minor);
    told.component_ids = vec!["component001".to_owned(), "hidden000000".to_owned()];
    let statuses = [Status::Operational, Status::Unknown];
    let document = read(Document::Summary, &page(ungrouped(&statuses), vec![told], Vec::new()));
    assert_eq!(document["incidents"][0]["components"], json!([document["components"][1]]));
    assert_eq!(document["incidents"][0]["shortlink"], json!("https://status.example.org/ja/incidents/7"));
    assert_eq!(document["incidents"][0].get("scheduled_for"), None);
}

#[test]
fn a_maintenance_is_looked_over_since_it_was_first_said() {
    let update = |status: MaintenanceStatus, said: &str| PublicUpdate {
        id: "up0000000000".to_owned(),
        status,
        number: 0,
        corrects: None,
        body: "Told".to_owned(),
        html: "<p>Told</p>".to_owned(),
        created_at: at("2026-05-10T00:00:00Z"),
        display_at: at(said),
        changes: Vec::new(),
    };
    let mut told = maintenance(MaintenanceStatus::Completed);
    told.completed_at = Some(at("2026-05-09T18:10:00Z"));
    told.updates = vec![
        update(MaintenanceStatus::Completed, "2026-05-09T18:10:00Z"),
        update(MaintenanceStatus::Verifying, "2026-05-09T17:50:00Z"),
        update(MaintenanceStatus::Verifying, "2026-05-09T17:40:00Z"),
        update(MaintenanceStatus::InProgress, "2026-05-09T17:00:00Z"),
    ];
    let document = read(Document::Maintenances, &page(Vec::new(), Vec::new(), vec![told]));
    let row = &document["scheduled_maintenances"][0];
    assert_eq!(row["monitoring_at"], json!("2026-05-09T17:40:00.000Z"));
    assert_eq!(row["resolved_at"], json!("2026-05-09T18:10:00.000Z"));
    assert_eq!(row["started_at"], json!("2026-05-02T10:00:00.000Z"));
    assert_eq!(row["scheduled_until"], json!("2026-05-09T18:00:00.000Z"));
    assert_eq!(row["incident_updates"][0]["affected_components"], json!(null));
}

#[test]
fn response_times_are_milliseconds_and_what_was_not_measured_is_left_out() {
    let sketch = Sketch { status: Status::Operational, since: None, watched_since: at("2026-02-01T00:00:00Z"), text: "" };
    let series = [
        (at("2026-06-01T00:00:00Z"), Some(75_500)),
        (at("2026-06-01T00:05:00Z"), None),
        (at("2026-06-01T00:10:00Z"), Some(24_500)),
        (at("2026-06-01T00:15:00Z"), None),
    ];
    let read = |series: &[(Timestamp, Option<u64>)]| -> Value {
        serde_json::from_str(&metrics_display(&component(0, &sketch), MetricPeriod::Day, series)).unwrap()
    };
    let document = read(&series);
    assert_eq!(document["period"], json!({ "count": 288, "interval": 300, "identifier": "day" }));
    assert_eq!(document["summary"], json!({ "sum": 100.0, "mean": 50.0, "last": 24.5 }));
    let shown = &document["metrics"][0];
    assert_eq!(shown["summary"], json!({ "sum": 100.0, "mean": 50.0 }));
    let first_s = at("2026-06-01T00:00:00Z").as_seconds();
    assert_eq!(shown["data"], json!([{ "timestamp": first_s, "value": 75.5 }, { "timestamp": first_s + 600, "value": 24.5 }]));
    assert_eq!(shown["metric"]["id"], json!("component000"));
    assert_eq!(shown["metric"]["name"], json!("Response time"));
    assert_eq!(shown["metric"]["suffix"], json!("ms"));
    assert_eq!(shown["metric"]["most_recent_data_at"], json!("2026-06-01T00:10:00.000Z"));
    let silent = read(&series[1..2]);
    assert_eq!(silent["summary"], json!({ "sum": 0.0, "mean": null, "last": null }));
    assert_eq!(silent["metrics"][0]["data"], json!([]));
}

#[test]
fn periods_are_those_of_statuspage() {
    for (name, count, interval_s) in [("day", 288, 300), ("week", 336, 1800), ("month", 336, 7200)] {
        let period = MetricPeriod::from_name(name).unwrap();
        assert_eq!((period.name(), period.count(), period.interval_s()), (name, count, interval_s));
    }
    assert_eq!(MetricPeriod::from_name("year"), None);
}
