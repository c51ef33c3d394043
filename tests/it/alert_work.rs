//! What becomes of alerts: probes ring, somebody follows the runbook, takes one on, ends it; incidents are opened; what is missing is told.

use std::time::Duration;

use domain::account::{Role, Scope};
use serde_json::json;
use sqlx::Connection;
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

use crate::alerts::{RECORDED, Site, TYPES, firing, resolved, webhook};
use crate::incidents::Program;

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_rings_when_it_is_down_and_ends_when_it_is_up() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    target.set(Behaviour::Error);
    for _ in 0..2 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    let fires = || async { server.count("SELECT COUNT(*) FROM alert WHERE ended_at IS NULL AND component = 'web'").await };
    eventually("it rings", || async {
        server.clock.advance(Duration::from_millis(500));
        (fires().await == 1).then_some(())
    })
    .await;
    let program = Program::new(&server).await;
    let alert = program.get("/api/v1/alerts/1").await["alert"].clone();
    assert_eq!((alert["name"].as_str(), alert["origin"].as_str()), (Some("component-down"), Some("probe")));
    assert_eq!(alert["runbook"], "component-down", "the runbook that ships is found by its name");
    target.set(Behaviour::Ok);
    for _ in 0..2 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    eventually("it is over", || async {
        server.clock.advance(Duration::from_millis(500));
        (fires().await == 0).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT COUNT(*) FROM alert").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tap_opens_the_runbook_with_the_labels_filled_in_and_a_second_tap_follows_the_same_run() {
    let site = Site::start("").await;
    let labels = json!({ "namespace": "shop", "pod": "cart-7d9f", "instance": "db-1:9100" });
    site.taken("/hooks/alertmanager", &webhook(&[firing("KubeAPIDown", labels, RECORDED)])).await;
    let alert = site.alerts().await[0].clone();
    let runbook = alert["runbook"].as_str().unwrap_or_else(|| panic!("a runbook that ships: {alert}")).to_owned();
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    let page = responder.get("/desk/alerts/1").await.body;
    assert!(page.contains("Follow: ") && page.contains("db-1:9100"), "{page}");
    for _ in 0..2 {
        let answer = responder.post("/desk/alerts/1/runs", &[("runbook", &runbook)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/desk/runs/1"), "{}", answer.body);
    }
    let run = Program::new(&site.server).await.get("/api/v1/runs/1").await;
    assert_eq!((run["alert"].as_i64(), run["runbook"].as_str()), (Some(1), Some(runbook.as_str())));
    let params = run["params"].as_object().unwrap();
    assert!(params.values().any(|value| value == "cart-7d9f"), "from the labels: {params:?}");
    assert!(responder.get("/desk/alerts/1").await.body.contains("RUN-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_takes_it_on_lets_it_go_and_says_that_it_is_over() {
    let site = Site::start("").await;
    let alert = firing("Odd", json!({}), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&alert))).await;
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    for (what, shown) in
        [("acknowledge", "is on it"), ("acknowledge", "is on it"), ("unacknowledge", "I am on it"), ("end", "ended by")]
    {
        let answer = responder.post(&format!("/desk/alerts/1/{what}"), &[]).await;
        assert_eq!(answer.status, 303, "{what}: {}", answer.body);
        let page = responder.get("/desk/alerts/1").await.body;
        assert!(page.contains(shown), "{what}: {page}");
    }
    assert_eq!(site.events(1).await, ["began", "acknowledged", "unacknowledged", "ended-by-hand"]);
    let audit = "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'alert.%' AND object_id = '1'";
    assert_eq!(site.server.count(audit).await, 4, "each change once");
    site.server.clock.advance(Duration::from_secs(60));
    site.taken("/hooks/alertmanager", &webhook(&[alert])).await;
    assert!(!site.alerts().await[0]["ended_at"].is_null(), "what somebody ended stays so while its source says the same");
    let anew = firing("Odd", json!({}), "2026-11-23T05:00:50Z");
    site.taken("/hooks/alertmanager", &webhook(&[anew])).await;
    assert!(site.alerts().await[0]["ended_at"].is_null(), "and rings again when it begins again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_opens_incidents_opens_one_and_what_is_about_the_same_joins_it() {
    let site = Site::start(TYPES).await;
    let disk = firing("DiskFull", json!({ "host": "db-1" }), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&disk))).await;
    let program = Program::new(&site.server).await;
    eventually("the incident is open", || async {
        site.second().await;
        (!site.alerts().await[0]["incident"].is_null()).then_some(())
    })
    .await;
    let incident = program.get("/api/v1/incidents/1").await;
    assert_eq!((incident["severity"].as_str(), incident["state"].as_str()), (Some("sev1"), Some("triage")), "{incident}");
    let other = firing("Slow", json!({ "component": "web" }), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(&[other])).await;
    // What is about the same component is under the first, so it is part of it already.
    site.taken("/hooks/alertmanager", &webhook(&[resolved(disk, "2026-11-23T05:00:11Z")])).await;
    eventually("the other one joins", || async {
        site.second().await;
        (site.alerts().await[1]["incident"] == 1).then_some(())
    })
    .await;
    let viewer = Visitor::with_role(&site.server, Role::Viewer).await;
    eventually("the timeline tells it", || async {
        site.second().await;
        let page = viewer.clone().get("/desk/incidents/1").await.body;
        ["ALERT-1 fires: DiskFull", "ALERT-1 is over: DiskFull", "ALERT-2 fires: Slow"]
            .iter()
            .all(|row| page.contains(row))
            .then_some(())
    })
    .await;
    assert_eq!(site.server.count("SELECT COUNT(*) FROM incident").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_opens_an_incident_for_an_alert_once() {
    let site = Site::start("").await;
    site.taken("/hooks/alertmanager", &webhook(&[firing("Odd", json!({ "component": "web" }), RECORDED)])).await;
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    for _ in 0..2 {
        let answer = responder.post("/desk/alerts/1/incident", &[]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/desk/incidents/1?done=alert-joined"), "{}", answer.body);
    }
    let page = responder.get("/desk/incidents/1").await.body;
    assert!(page.contains("Web: Odd") && page.contains("ALERT-1"), "{page}");
    assert_eq!(site.server.count("SELECT COUNT(*) FROM incident").await, 1);
    let raised = responder.post("/desk/alerts/new", &[("name", "Seen by eye"), ("request", "r1")]).await;
    assert_eq!(raised.header("location"), "/desk/alerts/2?done=alert-raised");
    let again = responder.post("/desk/alerts/new", &[("name", "Seen by eye"), ("request", "r1")]).await;
    assert_eq!(again.header("location"), "/desk/alerts/2?done=alert-raised", "the same form is one alert");
    let joined = responder.post("/desk/alerts/2/incident", &[("joins", "yes"), ("incident", "1")]).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/desk/incidents/1?done=alert-joined"), "{}", joined.body);
    let nothing = responder.post("/desk/alerts/new", &[]).await;
    assert!(nothing.status == 422 && nothing.body.contains("Give it a name"), "{}", nothing.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_says_what_rang_without_a_runbook_and_what_needs_none() {
    let more = format!(
        "{TYPES}  - {{slug: gone, alerts: Gone, runbook: no-such-runbook}}\n  - {{slug: expired, alerts: Expired, waiver: {{reason: For a while, until: 2026-01-01}}}}\n"
    );
    let site = Site::start(&more).await;
    let linked = json!({ "status": "firing", "labels": { "alertname": "Linked" }, "startsAt": RECORDED,
        "annotations": { "documentation": "https://docs.example.org/linked" } });
    let all = [
        firing("Mystery", json!({}), RECORDED),
        firing("Known", json!({}), RECORDED),
        linked,
        firing("etcdNoLeader", json!({}), RECORDED),
    ];
    site.taken("/hooks/alertmanager", &webhook(&all)).await;
    let mut viewer = Visitor::with_role(&site.server, Role::Viewer).await;
    let page = viewer.get("/desk/coverage").await.body;
    for shown in [
        "Mystery",
        "Mystery is wrong",
        "https://docs.example.org/linked",
        "no-such-runbook",
        "For a while",
        "It mends itself",
        "- runbook: ",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("etcdNoLeader"), "that has a runbook");
    let stub = viewer.get("/desk/runbooks/for/alert/Mystery").await.body;
    assert!(
        stub.contains("Mystery is wrong") && stub.contains("ALERT-1"),
        "what is known of it stands where it is written: {stub}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_comes_in_is_taken_for_html() {
    let site = Site::start("").await;
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let alert = json!({ "status": "firing", "labels": { "alertname": hostile, hostile: hostile, "component": hostile }, "startsAt": RECORDED,
        "annotations": { "summary": hostile, "runbook_url": "javascript:alert(1)", hostile: hostile }, "generatorURL": "javascript:alert(1)" });
    site.taken("/hooks/alertmanager", &webhook(&[alert])).await;
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    responder.post("/desk/alerts/1/incident", &[]).await;
    for path in ["/desk/", "/desk/alerts", "/desk/alerts/1", "/desk/coverage", "/desk/incidents/1"] {
        let page = responder.get(path).await.body;
        assert!(page.contains("&lt;script&gt;"), "{path}");
        for dangerous in ["<script>alert", "<img src=x", "href=\"javascript:"] {
            assert!(!page.contains(dangerous), "{path}: {dangerous}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_answered_with_later_and_nothing_is_lost() {
    let site = Site::start("").await;
    let mut other = site.server.database().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let body = webhook(&[firing("DiskFull", json!({}), RECORDED)]);
    let answer = site.server.while_time_passes(site.report("/hooks/alertmanager", &body)).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(!answer.header("retry-after").is_empty());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    site.taken("/hooks/alertmanager", &body).await;
    let alerts = site.alerts().await;
    assert_eq!((alerts.len(), alerts[0]["received"].as_u64()), (1, Some(2)), "known from the first report on");
    assert_eq!(site.events(1).await, ["began"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_configuration_says_anew_what_fires() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let sender = format!("Bearer {}", Visitor::key_with_scope(&server, Scope::WriteAlerts).await);
    let body = webhook(&[firing("DiskFull", json!({}), &server.now().to_string())]).into_bytes();
    assert_eq!(server.send("POST", "/hooks/alertmanager", &[("authorization", &sender)], body).await.status, 200);
    assert_eq!(server.count("SELECT COUNT(*) FROM alert WHERE type IS NULL AND severity = 'sev3'").await, 1);
    server.write_config(&format!("{}{TYPES}", one_component(&target).replace("site: {", "site: {description: Anew, ")));
    eventually("it is of its type", || async {
        server.clock.advance(Duration::from_secs(1));
        (server.count("SELECT COUNT(*) FROM alert WHERE type = 'disk' AND severity = 'sev1'").await == 1).then_some(())
    })
    .await;
}
