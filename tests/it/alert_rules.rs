//! What alerts, incidents and people do to one another: what is graver is never hidden, what begins again is not taken for over, and what one
//! person said another one is told.

use std::time::Duration;

use domain::account::Role;
use serde_json::{Value, json};
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

use crate::alerts::{RECORDED, Site, TYPES, firing, resolved, webhook};
use crate::incidents::Program;

/// The number of the incident of the alert `index`, once it has one for which `is_it`.
async fn incident_of(site: &Site, index: usize, is_it: impl Fn(i64) -> bool) -> i64 {
    eventually("the alert is part of it", || async {
        site.second().await;
        site.alerts().await[index]["incident"].as_i64().filter(|number| is_it(*number))
    })
    .await
}

async fn until_told(site: &Site, incident: i64, row: &str) {
    let viewer = Visitor::with_role(&site.server, Role::Viewer).await;
    eventually(row, || async {
        site.second().await;
        viewer.clone().get(&format!("/desk/incidents/{incident}")).await.body.contains(row).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_graver_stands_first_and_opens_its_incident() {
    let site = Site::start(TYPES).await;
    let small = firing("CertExpiresSoon", json!({ "component": "web", "severity": "info" }), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(&[small])).await;
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    responder.post("/desk/alerts/1/acknowledge", &[]).await;
    let grave = firing("DiskFull", json!({}), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(&[grave])).await;
    let alerts = site.alerts().await;
    assert_eq!(alerts[0]["above"], 2, "the trivial one stands under the grave one: {alerts:?}");
    assert!(alerts[1]["above"].is_null());
    assert_eq!(incident_of(&site, 1, |_| true).await, 1);
    assert!(site.alerts().await[0]["incident"].is_null(), "what is trivial is no part of it by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_after_its_incident_opens_none_and_what_begins_again_does() {
    let site = Site::start(TYPES).await;
    let program = Program::new(&site.server).await;
    let disk = firing("DiskFull", json!({}), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&disk))).await;
    assert_eq!(incident_of(&site, 0, |_| true).await, 1);
    assert_eq!(program.to_state(1, "resolved", "").await.status, 200);
    for _ in 0..3 {
        site.second().await;
    }
    assert_eq!(site.server.count("SELECT COUNT(*) FROM incident").await, 1, "people said that it is over");
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    let page = responder.get("/desk/alerts/1").await.body;
    assert!(page.contains("Open an incident"), "people may open another one: {page}");
    site.taken("/hooks/alertmanager", &webhook(&[resolved(disk, "2026-11-23T05:00:20Z")])).await;
    site.server.clock.advance(Duration::from_secs(60));
    site.taken("/hooks/alertmanager", &webhook(&[firing("DiskFull", json!({}), "2026-11-23T05:01:00Z")])).await;
    assert_eq!(incident_of(&site, 0, |number| number != 1).await, 2, "it began again");
    until_told(&site, 2, "ALERT-1 fires: DiskFull").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_goes_along_when_its_incident_is_merged() {
    let site = Site::start("").await;
    let odd = firing("Odd", json!({}), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&odd))).await;
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    responder.post("/desk/alerts/1/incident", &[]).await;
    let program = Program::new(&site.server).await;
    let target = program.open("The whole of it", json!({})).await;
    program.post("/api/v1/incidents/1/merge", json!({ "into": target })).await;
    let row = responder.get("/desk/alerts").await.body;
    assert!(row.contains(&format!("INC-{target}")), "also in memory: {row}");
    site.taken("/hooks/alertmanager", &webhook(&[resolved(odd, "2026-11-23T05:00:11Z")])).await;
    until_told(&site, target, "ALERT-1 is over: Odd").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_it_on_one_is_told_that_it_is_taken() {
    let site = Site::start("").await;
    site.taken("/hooks/alertmanager", &webhook(&[firing("Odd", json!({}), RECORDED)])).await;
    let mut one = Visitor::with_role(&site.server, Role::Responder).await;
    assert_eq!(one.post("/desk/alerts/1/acknowledge", &[]).await.status, 303);
    let program = Program::new(&site.server).await;
    let other = program.ask("PUT", "/api/v1/alerts/1/acknowledgement", &json!({})).await;
    assert!(other.status == 409 && other.body.contains("taken this alert on already"), "{} {}", other.status, other.body);
    assert_eq!(one.post("/desk/alerts/1/end", &[]).await.status, 303);
    let late = one.post("/desk/alerts/1/acknowledge", &[]).await;
    let page = one.get(late.header("location")).await.body;
    assert!(page.contains("This alert is over already"), "{}", late.header("location"));
}

/// A server whose only component is down, and rings.
async fn down() -> (TestServer, Target) {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    target.set(Behaviour::Error);
    for _ in 0..2 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    rings(&server, true).await;
    (server, target)
}

async fn rings(server: &TestServer, is: bool) {
    eventually(if is { "it rings" } else { "it does not ring" }, || async {
        server.clock.advance(Duration::from_millis(500));
        let fires = server.count("SELECT COUNT(*) FROM alert WHERE ended_at IS NULL AND component = 'web'").await;
        (fires == i64::from(is)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_shall_not_ring_is_silent_and_rings_when_it_shall_again() {
    let (server, target) = down().await;
    let config = one_component(&target);
    let silent = config.replace("    every:", "    alert: none\n    every:");
    assert_ne!(config, silent);
    server.write_config(&silent);
    rings(&server, false).await;
    server.write_config(&config);
    rings(&server, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_ended_stays_silent_while_it_is_down_also_after_hours_and_a_restart() {
    let (mut server, target) = down().await;
    let program = Program::new(&server).await;
    program.post("/api/v1/alerts/1/end", json!({})).await;
    let all = async |server: &TestServer| server.count("SELECT COUNT(*) FROM alert").await;
    for _ in 0..5 {
        server.next_check(&target, Duration::from_secs(3600)).await;
        server.while_time_passes(tokio::time::sleep(Duration::from_millis(60))).await;
    }
    assert_eq!(all(&server).await, 1, "nobody needs to be told of what they know");
    server.restart_after(Duration::from_secs(25 * 3600)).await;
    server.while_time_passes(tokio::time::sleep(Duration::from_millis(60))).await;
    let alert: Value = Program::new(&server).await.get("/api/v1/alerts/1").await;
    assert!(!alert["alert"]["ended_at"].is_null());
    assert_eq!(all(&server).await, 1);
    target.set(Behaviour::Ok);
    for _ in 0..2 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    target.set(Behaviour::Error);
    for _ in 0..2 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    rings(&server, true).await;
}
