//! How changes of what is said of an incident are told: in its timeline, one row for each thing, and in the audit log, where all of it
//! stands in one row. Pure.

use std::collections::HashMap;

use domain::incident::machine::MachineEvent;
use domain::incident::work::Role;
use domain::text::Language;
use serde_json::{Value, json};
use store::incidents::{Affected, IncidentFacts};

use crate::service::desk::Done;

/// Names of people by key.
pub(in crate::service::incidents) type Names = HashMap<i64, String>;

/// What the timeline is told: one event for each thing that changed. A title is told in `language`, if it changed there.
pub(super) fn differences(before: &IncidentFacts, after: &IncidentFacts, names: &Names, language: Language) -> Vec<MachineEvent> {
    let mut events = Vec::new();
    let mut languages = std::iter::once(language).chain(Language::ALL);
    if let Some(language) = languages.find(|language| before.title.get(*language) != after.title.get(*language)) {
        let [from, to] = [before, after].map(|facts| facts.title.get(language).to_owned());
        events.push(MachineEvent::Renamed { from, to });
    }
    if before.kind != after.kind {
        events.push(MachineEvent::KindChanged { from: before.kind, to: after.kind });
    }
    if before.severity != after.severity {
        events.push(MachineEvent::SeverityChanged { from: before.severity, to: after.severity });
    }
    if before.impact != after.impact {
        events.push(MachineEvent::ImpactChanged { from: before.impact, to: after.impact });
    }
    for (role, from, to) in [
        (Role::Lead, before.lead, after.lead),
        (Role::Scribe, before.scribe, after.scribe),
        (Role::Comms, before.comms, after.comms),
    ] {
        if from != to {
            let [from, to] = [from, to].map(|key| name(key, names));
            events.push(MachineEvent::RoleChanged { role, from, to });
        }
    }
    events
}

fn name(key: Option<i64>, names: &Names) -> Option<String> {
    // Accounts are never removed; one made this very moment goes by its number.
    key.map(|key| names.get(&key).cloned().unwrap_or_else(|| key.to_string()))
}

fn facts(facts: &IncidentFacts, affected: &[Affected], names: &Names) -> [(&'static str, Value); 13] {
    let periods = affected.iter().map(|Affected { component, status, from, until }| {
        let until = until.map(|until| until.to_string()).unwrap_or_default();
        format!("{component} {} {from}/{until}", status.name())
    });
    [
        ("title_ja", json!(facts.title.get(Language::Ja))),
        ("title_en", json!(facts.title.get(Language::En))),
        ("kind", json!(facts.kind)),
        ("severity", json!(facts.severity)),
        ("impact", json!(facts.impact)),
        ("zone", json!(facts.zone)),
        ("lead", json!(name(facts.lead, names))),
        ("scribe", json!(name(facts.scribe, names))),
        ("comms", json!(name(facts.comms, names))),
        ("components", json!(periods.collect::<Vec<_>>())),
        ("stated_minutes", json!(facts.stated_duration.map(|stated| stated.as_secs() / 60))),
        ("shows_metrics", json!(facts.shows_metrics)),
        ("opened_at", json!(facts.opened_at.to_string())),
    ]
}

/// Notes what is said of an incident that was not said before, for the audit log.
pub(in crate::service::incidents) fn noted(
    done: Done,
    before: Option<(&IncidentFacts, &[Affected])>,
    after: (&IncidentFacts, &[Affected]),
    names: &Names,
) -> Done {
    let before = before.map(|(said, affected)| facts(said, affected, names));
    facts(after.0, after.1, names).into_iter().enumerate().fold(done, |done, (place, (name, value))| {
        let earlier = before.as_ref().map_or(Value::Null, |facts| facts[place].1.clone());
        done.changed(name, earlier, value)
    })
}

#[cfg(test)]
mod tests {
    use domain::component::Status;
    use domain::incident::Impact;
    use domain::incident::work::{IncidentKind, Severity, State};
    use domain::text::LocalizedText;
    use domain::time::Timestamp;

    use super::*;

    fn said() -> IncidentFacts {
        IncidentFacts {
            title: LocalizedText::Same("Disk full".to_owned()),
            kind: IncidentKind::Incident,
            state: State::Investigating,
            severity: Severity::Sev2,
            impact: Impact::Major,
            is_public: false,
            shows_metrics: false,
            zone: "Asia/Tokyo".to_owned(),
            lead: Some(1),
            scribe: None,
            comms: None,
            stated_duration: None,
            next_update_due_at: None,
            opened_at: Timestamp::from_ms(0),
            resolved_at: None,
        }
    }

    fn names() -> Names {
        HashMap::from([(1, "mika".to_owned()), (2, "ken".to_owned())])
    }

    #[test]
    fn each_thing_that_changed_is_told_once() {
        let after = IncidentFacts { severity: Severity::Sev1, lead: Some(2), comms: Some(1), ..said() };
        let told = differences(&said(), &after, &names(), Language::Ja);
        let (mika, ken) = (Some("mika".to_owned()), Some("ken".to_owned()));
        assert_eq!(
            told,
            [
                MachineEvent::SeverityChanged { from: Severity::Sev2, to: Severity::Sev1 },
                MachineEvent::RoleChanged { role: Role::Lead, from: mika.clone(), to: ken },
                MachineEvent::RoleChanged { role: Role::Comms, from: None, to: mika },
            ]
        );
        assert!(differences(&said(), &said(), &names(), Language::Ja).is_empty());
    }

    #[test]
    fn another_title_is_told_in_the_language_of_the_site_if_it_changed_there() {
        let each = |ja: &str, en: &str| LocalizedText::Each { ja: ja.to_owned(), en: en.to_owned() };
        let renamed = |title: LocalizedText| {
            let before = IncidentFacts { title: each("円盤", "Disk"), ..said() };
            differences(&before, &IncidentFacts { title, ..said() }, &names(), Language::Ja)
        };
        let event = |from: &str, to: &str| MachineEvent::Renamed { from: from.to_owned(), to: to.to_owned() };
        assert_eq!(renamed(each("容量", "Room")), [event("円盤", "容量")]);
        assert_eq!(renamed(each("円盤", "Room")), [event("Disk", "Room")]);
    }

    #[test]
    fn the_audit_log_tells_what_changed_and_nothing_else() {
        let component = "web".parse().unwrap();
        let affected = [Affected { component, status: Status::MajorOutage, from: Timestamp::from_ms(0), until: None }];
        let after = IncidentFacts { impact: Impact::Critical, ..said() };
        let done = Done::new("incident.changed", "incident", 1, "x");
        let none: &[Affected] = &[];
        let done = noted(done, Some((&said(), none)), (&after, &affected), &names());
        let period = "web major_outage 1970-01-01T00:00:00.000Z/";
        assert_eq!(done.change, json!({"impact": ["major", "critical"], "components": [[], [period]]}));
    }
}
