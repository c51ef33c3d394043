//! The sections `alerts` and `alert_types`, what probes ring with, and what heartbeats take for a call.

use std::time::Duration;

use domain::alert::kind::ComponentRule;
use domain::incident::work::{AutoIncident, Severity};
use domain::probe::spec::{CheckSpec, ProbeAlert};

use super::super::AlertSettings;
use super::{SITE, good, mistakes, probes};

const COMPONENT: &str = "components:\n  - {slug: db, name: DB}\n";

/// `SITE` with a component `db` and one type on line 6, from column 5 on.
fn one_type(text: &str) -> String {
    format!("{SITE}{COMPONENT}alert_types:\n  - {{{text}}}\n")
}

#[track_caller]
fn refused(text: &str, said: &str) {
    let all = mistakes(text);
    assert!(all.len() == 1 && all[0].contains(said), "{text}: {all:?}");
}

#[test]
fn without_the_sections_everything_has_its_usual_measure() {
    let settings = good(SITE).config.alerts;
    assert_eq!(settings, AlertSettings::default());
    assert_eq!(settings.group_labels, ["cluster"]);
    assert_eq!(good(&format!("{SITE}alerts: {{}}\nalert_types:\n")).config.alerts, settings);
}

#[test]
fn measures_are_read() {
    let text = "alerts: {reopen_within: 0s, flapping: {turns: 4, within: 30m}, \
                storm: {alerts: 20, within: 1m, labels: [cluster, env]}, component_labels: app}\n";
    let settings = good(&format!("{SITE}{text}")).config.alerts;
    assert_eq!((settings.flap.reopen_within, settings.flap.turns), (Duration::ZERO, 4));
    assert_eq!((settings.flap.window, settings.storm.at_least), (Duration::from_secs(1800), 20));
    assert_eq!((settings.storm.within, settings.group_labels.len()), (Duration::from_secs(60), 2));
    assert_eq!(settings.component, ComponentRule::Label(vec!["app".to_owned()]));
    refused(&format!("{SITE}alerts: {{flapping: {{turns: 31}}}}\n"), "31");
    refused(&format!("{SITE}alerts: {{storm: {{labels: []}}}}\n"), "0 labels are given");
    refused(&format!("{SITE}alerts: {{mute: 1h}}\n"), "mute");
}

#[test]
fn a_type_needs_no_more_than_a_runbook() {
    let types = good(&one_type("runbook: etcd-quorum-lost")).config.alerts.types;
    let only = &types[0];
    assert_eq!((only.slug.as_str(), only.runbook.as_ref().unwrap().as_str()), ("etcd-quorum-lost", "etcd-quorum-lost"));
    assert!(only.name.is_none() && only.names.is_empty() && only.matchers.is_empty() && only.severity.is_none());
}

#[test]
fn a_type_is_read_with_everything_that_it_can_say() {
    let text = "slug: disk, name: {ja: ディスク, en: Disk}, alerts: [Disk_Full, Other], match: ['cluster=\"home\"', 'env!~\"test|dev\"'], \
                severity: sev2, component: db, waiver: {reason: nobody wrote it yet, until: 2027-01-31}, incidents: open";
    let only = good(&one_type(text)).config.alerts.types.remove(0);
    assert_eq!(only.names.iter().map(String::as_str).collect::<Vec<_>>(), ["disk-full", "other"]);
    assert_eq!(only.matchers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["cluster=\"home\"", "env!~\"test|dev\""]);
    assert_eq!((only.severity, only.incidents), (Some(Severity::Sev2), Some(AutoIncident::Open)));
    assert_eq!(only.component, Some(ComponentRule::Fixed("db".parse().unwrap())));
    assert_eq!(only.waiver.unwrap().until.to_string(), "2027-01-31");
}

#[test]
fn what_is_wrong_with_a_type_is_said() {
    refused(&one_type("slug: a"), "has no runbook");
    refused(&one_type("name: A, waiver: {reason: r, until: 2027-01-31}"), "`slug` is missing");
    refused(&one_type("slug: a, waiver: {reason: r, until: soon}"), "2027-01-31");
    refused(&one_type("slug: a, waiver: {until: 2027-01-31}"), "`reason` is missing");
    refused(&one_type("slug: a, runbook: b, match: nothing"), "no matcher");
    refused(&one_type("slug: a, runbook: b, match: 'a=~\"(\"'"), "cannot be read");
    refused(&one_type("slug: a, runbook: b, match: ['a=\"1\"', 'a=1']"), "already given");
    refused(&one_type("slug: a, runbook: b, component: web"), "there is no component `web`");
    refused(&one_type("slug: a, runbook: b, component: db, component_labels: job"), "both `component` and `component_labels`");
    refused(&one_type("slug: a, runbook: b, severity: critical"), "critical");
    refused(&one_type("slug: none, runbook: b"), "there is none");
    refused(&format!("{SITE}alert_types:\n  - {{runbook: a}}\n  - {{slug: a, runbook: b}}\n"), "alert type `a` already exists");
}

#[test]
fn a_probe_rings_with_a_type_of_its_own_or_not_at_all() {
    let ring = |alert: &str| {
        let text = format!(
            "- {{slug: p, component: blog, tcp: {{host: example.org, port: 1}}{alert}}}\nalert_types: [{{runbook: disk}}]"
        );
        good(&probes(&text)).config.probes.remove(0).alert
    };
    assert_eq!(ring(""), ProbeAlert::ByCause);
    assert_eq!(ring(", alert: none"), ProbeAlert::Off);
    assert_eq!(ring(", alert: disk"), ProbeAlert::Type("disk".parse().unwrap()));
    refused(
        &probes("- {slug: p, component: blog, tcp: {host: example.org, port: 1}, alert: dsik}"),
        "there is no alert type `dsik`",
    );
}

#[test]
fn a_heartbeat_says_which_alerts_are_its_call() {
    let heartbeat = |watchdog: &str| {
        probes(&format!("- {{slug: p, component: blog, heartbeat: {{token: 0123456789abcdef, period: 5m{watchdog}}}}}"))
    };
    let matchers = |watchdog: &str| match good(&heartbeat(watchdog)).config.probes.remove(0).check {
        CheckSpec::Heartbeat(heartbeat) => heartbeat.watchdog.iter().map(ToString::to_string).collect::<Vec<_>>(),
        CheckSpec::Active(_) => panic!("it is a heartbeat"),
    };
    assert!(matchers("").is_empty());
    assert_eq!(matchers(", watchdog: 'alertname=Watchdog'"), ["alertname=\"Watchdog\""]);
    assert_eq!(matchers(", watchdog: [alertname=Watchdog, cluster=home]").len(), 2);
    refused(&heartbeat(", watchdog: Watchdog"), "no matcher");
}
