//! Says whether a document of ours has the shape of one that was recorded from Statuspage: the same fields, the same JSON types, the
//! same words. What was recorded is in `tests/contract/statuspage`; its content is invented, its fields are those of live answers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::Document;

/// The words of a component's status.
pub(super) const COMPONENT_WORDS: &[&str] =
    &["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"];
/// The words of an incident's status.
pub(super) const INCIDENT_WORDS: &[&str] = &["investigating", "identified", "monitoring", "resolved", "postmortem"];
/// The words of a maintenance's status.
pub(super) const MAINTENANCE_WORDS: &[&str] = &["scheduled", "in_progress", "verifying", "completed"];
/// The words of an impact; the last is for maintenance.
pub(super) const IMPACT_WORDS: &[&str] = &["none", "minor", "major", "critical", "maintenance"];
/// The words of the indicator.
pub(super) const INDICATOR_WORDS: &[&str] = &["none", "maintenance", "minor", "major", "critical"];
/// Lengths of time of `metrics-display`.
const PERIOD_WORDS: &[&str] = &["day", "week", "month"];

/// Our only field of our own.
const OURS: &str = "yagura_status";

/// Fields that may be `null`, and what they are otherwise, even if only the one was recorded.
const NULLABLE: &[(&str, &str)] = &[
    ("description", "string"),
    ("start_date", "string"),
    ("group_id", "string"),
    ("monitoring_at", "string"),
    ("resolved_at", "string"),
    ("affected_components", "array"),
    ("custom_tweet", "string"),
    ("tweet_id", "number"),
    ("metrics_provider_id", "string"),
    ("most_recent_data_at", "string"),
    ("last_fetched_at", "string"),
    ("mean", "number"),
    ("last", "number"),
];

macro_rules! contract {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/contract/statuspage/", $name, ".json"))
    };
}

/// What was recorded of this document.
pub(super) fn recorded(document: Document) -> Value {
    let text = match document {
        Document::Summary => contract!("summary"),
        Document::Status => contract!("status"),
        Document::Components => contract!("components"),
        Document::Incidents => contract!("incidents"),
        Document::UnresolvedIncidents => contract!("unresolved"),
        Document::Maintenances => contract!("scheduled-maintenances"),
        Document::UpcomingMaintenances => contract!("upcoming"),
        Document::ActiveMaintenances => contract!("active"),
    };
    serde_json::from_str(text).unwrap()
}

/// What was recorded of response times.
pub(super) fn recorded_metrics() -> Value {
    serde_json::from_str(contract!("metrics-display-day")).unwrap()
}

/// Compares field by field. The error says which field differs and how.
pub(super) fn same_shape(recorded: &Value, ours: &Value) -> Result<(), String> {
    compare("$", &[recorded], ours)
}

/// `samples` is everything that was recorded at `path`: all elements of a list are samples of each other.
fn compare(path: &str, samples: &[&Value], ours: &Value) -> Result<(), String> {
    let kinds: BTreeSet<&str> = samples.iter().map(|sample| kind(sample)).collect();
    if !kinds.contains(kind(ours)) && !is_nullable(path, kind(ours)) {
        return Err(format!("{path} is {}, recorded is {kinds:?}", kind(ours)));
    }
    match ours {
        Value::Object(fields) => compare_fields(path, samples, fields),
        Value::Array(elements) => {
            let recorded: Vec<&Value> = samples.iter().filter_map(|sample| sample.as_array()).flatten().collect();
            elements.iter().try_for_each(|element| compare(&format!("{path}[]"), &recorded, element))
        }
        Value::String(text) => compare_text(path, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn compare_fields(path: &str, samples: &[&Value], fields: &Map<String, Value>) -> Result<(), String> {
    let recorded: Vec<&Map<String, Value>> = samples.iter().filter_map(|sample| sample.as_object()).collect();
    let names: BTreeSet<&String> = fields.keys().filter(|name| *name != OURS).collect();
    if !recorded.iter().any(|sample| sample.keys().collect::<BTreeSet<&String>>() == names) {
        return Err(format!("{path} has the fields {names:?}, which no recorded one has"));
    }
    for (name, value) in fields {
        let path = format!("{path}.{name}");
        if name == OURS {
            let is_in_its_place = path.ends_with(".components[].yagura_status") && value.as_str() == Some("unknown");
            is_in_its_place.then_some(()).ok_or(path)?;
        } else {
            let samples: Vec<&Value> = recorded.iter().filter_map(|sample| sample.get(name)).collect();
            compare(&path, &samples, value)?;
        }
    }
    Ok(())
}

fn compare_text(path: &str, text: &str) -> Result<(), String> {
    let (place, field) = path.rsplit_once('.').unwrap_or_default();
    let is_word = vocabulary(place, field).is_none_or(|words| words.contains(&text));
    let is_of_time = field.ends_with("_at") || field == "scheduled_for" || field == "scheduled_until";
    let is_moment = !is_of_time || text.parse::<jiff::Timestamp>().is_ok();
    let is_date = field != "start_date" || text.parse::<jiff::civil::Date>().is_ok();
    if is_word && is_moment && is_date { Ok(()) } else { Err(format!("{path} is {text:?}")) }
}

/// What the field `field` of `place` may say, if that is a closed list.
fn vocabulary(place: &str, field: &str) -> Option<&'static [&'static str]> {
    match field {
        "indicator" => Some(INDICATOR_WORDS),
        "identifier" => Some(PERIOD_WORDS),
        "impact" => Some(IMPACT_WORDS),
        "old_status" | "new_status" => Some(COMPONENT_WORDS),
        "status" if place.ends_with(".components[]") => Some(COMPONENT_WORDS),
        "status" if place.contains(".scheduled_maintenances[]") => Some(MAINTENANCE_WORDS),
        "status" if place.contains(".incidents[]") => Some(INCIDENT_WORDS),
        _ => None,
    }
}

fn is_nullable(path: &str, kind: &str) -> bool {
    let (_, field) = path.rsplit_once('.').unwrap_or_default();
    NULLABLE.iter().any(|(name, otherwise)| *name == field && (kind == "null" || kind == *otherwise))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn what_was_recorded_has_its_own_shape() {
    for (document, path) in Document::ALL {
        assert_eq!(same_shape(&recorded(document), &recorded(document)), Ok(()), "{path}");
    }
    assert_eq!(same_shape(&recorded_metrics(), &recorded_metrics()), Ok(()));
}

fn is_noticed(document: Document, spoil: fn(&mut Value)) -> bool {
    let good = recorded(document);
    let mut spoiled = recorded(document);
    spoil(&mut spoiled);
    assert_ne!(good, spoiled, "the test must change something");
    same_shape(&good, &spoiled).is_err()
}

#[test]
fn every_difference_of_shape_is_noticed() {
    use Document::{Components, Incidents, Maintenances, Status};
    assert!(is_noticed(Components, |page| page["page"]["id"] = json!(12)), "another type");
    assert!(is_noticed(Components, |page| page["page"]["id"] = json!(null)), "null where there is none");
    assert!(is_noticed(Components, |page| page["components"][0]["more"] = json!("more")), "a field too many");
    assert!(is_noticed(Components, |page| page["components"][0]["components"] = json!([1])), "a group of what are no ids");
    assert!(is_noticed(Components, |page| page["components"][0]["status"] = json!("unknown")), "a word of our own");
    assert!(is_noticed(Components, |page| page["components"][0]["yagura_status"] = json!("operational")), "another mark");
    assert!(is_noticed(Components, |page| page["yagura_status"] = json!("unknown")), "a mark where none belongs");
    assert!(is_noticed(Components, |page| page["components"][0]["start_date"] = json!("12 April")), "a date in words");
    assert!(is_noticed(Components, |page| page["page"]["updated_at"] = json!("2024-03-07 09:41")), "a moment without zone");
    assert!(is_noticed(Status, |page| page["status"]["indicator"] = json!("unknown")), "an indicator of our own");
    assert!(is_noticed(Incidents, |page| page["incidents"][0]["status"] = json!("scheduled")), "a maintenance's status");
    assert!(is_noticed(Incidents, |page| page["incidents"][0]["scheduled_for"] = json!(null)), "a maintenance's field");
    assert!(
        is_noticed(Maintenances, |page| page["scheduled_maintenances"][0]["incident_updates"][0]["status"] = json!("resolved"))
    );
    assert!(is_noticed(Incidents, |page| {
        page["incidents"][0].as_object_mut().unwrap().remove("shortlink");
    }));
    assert!(is_noticed(Incidents, |page| {
        page["incidents"][0]["incident_updates"][0]["affected_components"][0]["new_status"] = json!("unwatched");
    }));
}

#[test]
fn what_is_allowed_is_not_taken_for_a_difference() {
    use Document::{Components, Incidents};
    assert!(!is_noticed(Components, |page| page["components"][0]["yagura_status"] = json!("unknown")));
    assert!(!is_noticed(Components, |page| page["components"] = json!([])));
    assert!(!is_noticed(Incidents, |page| page["incidents"][0]["monitoring_at"] = json!(null)));
    assert!(!is_noticed(Incidents, |page| page["incidents"][0]["incident_updates"][0]["affected_components"] = json!(null)));
}
