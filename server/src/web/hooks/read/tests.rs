//! Tests of what senders send. The bodies in `tests/data/alerts` were recorded from Alertmanager 0.25 and Prometheus 2.42.

use super::*;

macro_rules! recorded {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../../../../tests/data/alerts/", $name))).unwrap()
    };
}

fn at(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

fn now() -> Timestamp {
    at("2026-11-23T05:05:27Z")
}

fn fires(reported: &Reported) -> bool {
    matches!(reported.report.said, Said::Firing { .. })
}

#[test]
fn what_alertmanager_sends_is_read_alert_by_alert() {
    let (read, wrong) = webhook(&recorded!("am-mixed.json"), Origin::Alertmanager, now()).unwrap();
    assert_eq!(wrong, []);
    let seen: Vec<(&str, bool)> = read.iter().map(|one| (one.labels.get("instance").unwrap_or("-"), fires(one))).collect();
    assert_eq!(seen.iter().filter(|(_, fires)| *fires).count(), 1, "the group fires, two of its alerts are over: {seen:?}");
    assert_eq!(read.len(), 3);
    for one in &read {
        assert_eq!(one.fingerprint, Fingerprint::of(one.labels.iter()), "as Alertmanager computes it");
        assert!(one.name.is_some() && one.links.contains_key("generator") && one.links.contains_key("sender"));
    }
}

#[test]
fn fingerprints_are_those_that_alertmanager_sent() {
    let vectors = recorded!("fingerprints.json");
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() > 15);
    for vector in vectors {
        let labels = texts(vector.get("labels"), "labels").unwrap();
        let computed = Fingerprint::of(labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        assert_eq!(computed.as_str(), vector["fingerprint"].as_str().unwrap(), "{labels:?}");
    }
}

#[test]
fn odd_texts_stay_as_they_are() {
    let (read, _) = webhook(&recorded!("am-odd.json"), Origin::Alertmanager, now()).unwrap();
    assert!(read[0].labels.iter().any(|(_, value)| value.contains('\n')));
    assert!(!read[0].links.contains_key("generator"), "an empty address is none");
    let (read, _) = webhook(&recorded!("am-firing.json"), Origin::Alertmanager, now()).unwrap();
    assert!(read[0].annotations.iter().any(|(_, value)| value.contains('<')));
}

#[test]
fn of_prometheus_only_the_end_tells_whether_it_fires() {
    let (read, wrong) = direct(&recorded!("prom-mixed.json"), now()).unwrap();
    assert_eq!(wrong, []);
    let over: Vec<bool> = read.iter().map(|one| !fires(one)).collect();
    assert_eq!(over.iter().filter(|over| **over).count(), 2);
    let (read, _) = direct(&recorded!("prom-firing.json"), at("2026-11-23T05:05:20Z")).unwrap();
    assert!(read.iter().all(|one| matches!(one.report.said, Said::Firing { until: Some(_) })));
    let none = serde_json::json!([{ "labels": { "alertname": "A" } }]);
    let (read, _) = direct(&none, now()).unwrap();
    assert_eq!(read[0].report.said, Said::Firing { until: Some(now().plus(PROMISE_DEFAULT)) });
    assert_eq!(read[0].report.starts_at, now());
    assert_eq!(direct(&Value::Null, now()).unwrap().0, []);
}

#[test]
fn one_bad_alert_does_not_take_the_others_with_it() {
    let body = serde_json::json!([
        { "labels": { "alertname": "Good" } },
        { "labels": { "alertname": { "a": 1 } } },
        { "labels": {} },
        { "labels": { "alertname": "A" }, "startsAt": "yesterday" },
        7,
        { "labels": { "alertname": "Also", "count": 7, "empty": "" }, "annotations": null, "startsAt": "0001-01-01T00:00:00Z" },
    ]);
    let (read, wrong) = direct(&body, now()).unwrap();
    assert_eq!(read.iter().map(|one| one.name.as_deref().unwrap()).collect::<Vec<_>>(), ["Good", "Also"]);
    assert_eq!((read[1].labels.get("count"), read[1].labels.get("empty")), (Some("7"), None));
    let places: Vec<&str> = wrong.iter().map(|wrong| wrong.place.as_str()).collect();
    assert_eq!(places, ["[1].labels.alertname", "[2].labels", "[3].startsAt", "[4]"]);
}

#[test]
fn what_is_no_webhook_is_refused_with_its_place() {
    let place = |body: Value| webhook(&body, Origin::Alertmanager, now()).unwrap_err().place;
    assert_eq!(place(serde_json::json!([])), "");
    assert_eq!(place(serde_json::json!({ "alerts": {} })), "alerts");
    assert!(direct(&serde_json::json!({}), now()).is_err());
    let body = serde_json::json!({ "alerts": [{ "status": "ok", "labels": { "alertname": "A" } }] });
    let (read, wrong) = webhook(&body, Origin::Grafana, now()).unwrap();
    assert_eq!((read.len(), wrong[0].place.as_str()), (0, "alerts[0].status"));
}

#[test]
fn what_grafana_calls_an_alert_by_is_taken_as_it_is() {
    let body = serde_json::json!({ "version": "1", "orgId": 1, "title": "x", "alerts": [{
        "status": "firing", "labels": { "alertname": "Disk filling", "grafana_folder": "Storage" }, "annotations": {},
        "startsAt": "2026-11-23T14:00:10+09:00", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": "f723b6e644b64cab",
        "silenceURL": "https://grafana.example/silence", "dashboardURL": "", "panelURL": "javascript:alert(1)", "values": null,
    }]});
    let (read, wrong) = webhook(&body, Origin::Grafana, now()).unwrap();
    assert_eq!(wrong, []);
    assert_eq!(read[0].fingerprint.as_str(), "f723b6e644b64cab");
    assert_eq!(read[0].report.starts_at, at("2026-11-23T05:00:10Z"));
    assert_eq!(read[0].links.keys().collect::<Vec<_>>(), ["silence"], "what is no address of a page is no link");
}

fn from_script(body: Value) -> Result<Reported, Wrong> {
    let Value::Object(map) = body else { panic!() };
    script(&map, now())
}

#[test]
fn a_script_needs_a_name_and_no_more() {
    let plain = from_script(serde_json::json!({ "name": "BackupFailed" })).unwrap();
    assert_eq!((plain.name.as_deref(), plain.report.said), (Some("BackupFailed"), Said::Firing { until: None }));
    let graver = from_script(serde_json::json!({ "name": "BackupFailed", "severity": "critical" })).unwrap();
    assert_eq!(plain.fingerprint, graver.fingerprint, "how grave it is makes no other trouble of it");
    let other = from_script(serde_json::json!({ "name": "BackupFailed", "labels": { "host": "db-1" } })).unwrap();
    assert_ne!(plain.fingerprint, other.fingerprint);
    let keyed = from_script(serde_json::json!({ "name": "X", "key": "nightly", "status": "resolved" })).unwrap();
    assert_eq!((keyed.fingerprint.as_str(), keyed.report.said), ("nightly", Said::Resolved { at: now() }));
    for (bad, place) in [
        (serde_json::json!({}), "name"),
        (serde_json::json!({ "name": "X", "status": "down" }), "status"),
        (serde_json::json!({ "name": "X", "sevrity": "critical" }), "sevrity"),
        (serde_json::json!({ "name": "X", "key": "two words" }), "key"),
        (serde_json::json!({ "name": "X", "summary": "x".repeat(4_001) }), "summary"),
        (serde_json::json!({ "name": "X", "labels": ["a"] }), "labels"),
    ] {
        assert_eq!(from_script(bad).unwrap_err().place, place);
    }
}
