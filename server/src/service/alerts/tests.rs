//! Tests of what kinds of trouble are known, and which runbook is for one.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::alert::label::{Fingerprint, Pairs};
use domain::alert::occurrence::{Course, Report, Said};
use domain::alert::record::Origin;
use domain::incident::work::Severity;
use domain::runbook::front_matter::alert_key;
use domain::text::Language;
use domain::time::Timestamp;
use store::alerts::Alert;

use super::types::{Kinds, Remedy, address};
use super::{AlertWanted, by_hand};
use crate::config::{Config, Sources, parse};
use crate::service::problem::Problem;
use crate::service::runbooks::Library;

struct Nothing;

impl Sources for Nothing {
    fn variable(&self, _name: &str) -> Option<String> {
        None
    }

    fn file(&self, _path: &std::path::Path) -> std::io::Result<String> {
        Err(std::io::Error::other("there is none"))
    }
}

fn config(more: &str) -> Arc<Config> {
    let text = format!(
        "site: {{name: S, time_zone: Asia/Tokyo}}\ncomponents: [{{slug: db, name: DB}}, {{slug: web, name: Web}}]\n{more}"
    );
    Arc::new(parse(&text, "yagura.yaml", &Nothing).unwrap().config)
}

/// Kinds as they are configured, with a library without runbooks.
fn kinds(more: &str) -> Kinds {
    Kinds::new(config(more), Arc::new(Library::default()))
}

fn pairs(all: &[(&str, &str)]) -> Pairs {
    Pairs::annotations(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn alert(labels: &[(&str, &str)], annotations: &[(&str, &str)]) -> Alert {
    let at = Timestamp::from_ms(0);
    let name = labels.iter().find(|(name, _)| *name == "alertname").map_or("unnamed", |(_, value)| value);
    Alert {
        number: 1,
        source: String::new(),
        origin: Origin::Alertmanager,
        fingerprint: Fingerprint::of(labels.iter().copied()),
        course: Course::begin(Report { starts_at: at, said: Said::Firing { until: None } }, at),
        is_flapping: false,
        labels: pairs(labels),
        annotations: pairs(annotations),
        links: BTreeMap::new(),
        name: name.to_owned(),
        name_key: alert_key(name),
        kind: None,
        severity: Severity::Sev3,
        component: None,
        above: None,
        incident: None,
        acknowledged: None,
        ended_by: None,
    }
}

#[test]
fn what_an_alert_is_is_said_by_its_type_then_by_its_label_then_by_nobody() {
    let kinds = kinds("alert_types: [{slug: disk, alerts: DiskFull, severity: sev1, component: db, runbook: disk}]");
    let sorted = |labels: &[(&str, &str)]| kinds.sort(&pairs(labels), None);
    let of_type = sorted(&[("alertname", "DiskFull"), ("severity", "warning"), ("job", "web")]);
    assert_eq!((of_type.kind.unwrap().as_str(), of_type.severity), ("disk", Severity::Sev1));
    assert_eq!(of_type.component.unwrap().as_str(), "db");
    let by_label = sorted(&[("alertname", "Other"), ("severity", "critical"), ("job", "Web")]);
    assert_eq!((by_label.kind, by_label.severity), (None, Severity::Sev1));
    assert_eq!(by_label.component.unwrap().as_str(), "web", "however it is written");
    let unknown = sorted(&[("alertname", "Other"), ("component", "no-such-thing")]);
    assert_eq!((unknown.severity, unknown.component), (Severity::Sev3, None));
    let given = kinds.sort(&pairs(&[("alertname", "x")]), Some(&"disk".parse().unwrap()));
    assert_eq!(given.kind.unwrap().as_str(), "disk", "whoever raises it names its type");
}

#[test]
fn links_of_others_are_asked_in_their_order_and_only_pages_are_links() {
    let kinds = kinds("");
    let all = [("documentation", "https://d.example.org"), ("runbook_url", "https://r.example.org/a")];
    assert_eq!(kinds.remedy(&alert(&[], &all)), Remedy::Elsewhere("https://r.example.org/a".to_owned()));
    assert_eq!(kinds.remedy(&alert(&[], &all[..1])), Remedy::Elsewhere("https://d.example.org/".to_owned()));
    let script = [("runbook_url", "javascript:alert(1)"), ("runbook", "https://other.example.org")];
    assert_eq!(kinds.remedy(&alert(&[], &script)), Remedy::Elsewhere("https://other.example.org/".to_owned()));
    assert_eq!(kinds.remedy(&alert(&[], &[("summary", "https://x.example.org")])), Remedy::Nothing);
    for bad in ["", "ftp://a", "//a", "https://u:p@a", "data:text/html,x", &format!("https://a/{}", "x".repeat(3_000))] {
        assert_eq!(address(bad), None, "{bad}");
    }
}

#[test]
fn a_waiver_holds_to_the_end_of_its_last_day_where_the_site_is() {
    let kinds = kinds("alert_types: [{slug: a, waiver: {reason: r, until: 2027-01-31}}]");
    let until = kinds.types[0].waiver.as_ref().unwrap().until;
    assert_eq!(until.to_string(), "2027-01-31T15:00:00.000Z", "midnight in Tokyo");
}

#[test]
fn what_somebody_raises_is_read_or_told_what_is_wrong_with_it() {
    let kinds = kinds("alert_types: [{slug: disk, name: {ja: ディスク, en: Disk}, runbook: disk}]");
    let now = Timestamp::from_ms(5);
    let wanted = |kind: &str, name: &str| AlertWanted { kind: kind.to_owned(), name: name.to_owned(), ..AlertWanted::default() };
    let named = by_hand(&kinds, &wanted("disk", ""), "Tester", now).unwrap();
    assert_eq!(named.name.as_deref(), Some("disk"));
    assert_eq!(kinds.title(&Alert { kind: Some("disk".parse().unwrap()), ..alert(&[], &[]) }, Language::Ja), "ディスク");
    let fields = |wanted: AlertWanted| match by_hand(&kinds, &wanted, "Tester", now) {
        Err(Problem::Invalid(all)) => all.into_iter().map(|invalid| invalid.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(fields(wanted("", " ")), ["name"]);
    assert_eq!(fields(wanted("dsik", "x")), ["kind"]);
    let all_wrong = AlertWanted {
        name: "x".repeat(129),
        severity: "grave".to_owned(),
        component: "nothing".to_owned(),
        summary: "x".repeat(1_001),
        ..AlertWanted::default()
    };
    assert_eq!(fields(all_wrong), ["name", "severity", "component", "summary"]);
    let again = |request: &str, asker: &str| {
        let wanted = AlertWanted { request: request.to_owned(), ..wanted("", "x") };
        by_hand(&kinds, &wanted, asker, now).unwrap().fingerprint
    };
    assert_eq!(again("r1", "Alice"), again("r1", "Alice"));
    assert_ne!(again("r1", "Alice"), again("r1", "Bob"), "each counts their requests themselves");
    assert_ne!(again("", "Alice"), again("", "Alice"), "without a request each is another");
}
