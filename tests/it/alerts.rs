//! Alerts from the report to the runbook: what comes in by every door, what becomes one, what repeats and restarts change, and who may.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::account::{Role, Scope};
use domain::time::Timestamp;
use serde_json::{Value, json};
use tests::clock::ManualClock;
use tests::eventually;
use tests::server::{Answer, TestServer};
use tests::visitor::Visitor;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::incidents::Program;

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../data/alerts/", $name))
    };
}

/// When what was recorded was sent.
pub(crate) const RECORDED: &str = "2026-11-23T05:00:10Z";

fn moment(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

pub(crate) const TYPES: &str = "
alert_types:
  - runbook: component-down
  - {slug: disk, name: {ja: ディスク, en: Disk is full}, alerts: DiskFull, severity: sev1, component: web, runbook: node-open-files, incidents: open}
  - {slug: known, match: 'alertname=\"Known\"', waiver: {reason: It mends itself, until: 2030-01-01}}
";

/// A server at the time of the recordings, whose component nobody asks about.
pub(crate) struct Site {
    pub(crate) server: TestServer,
    /// The header of a key that may report.
    pub(crate) sender: String,
}

impl Site {
    pub(crate) async fn start(more: &str) -> Self {
        let site = "site: {name: {ja: 試験, en: Test}, time_zone: Asia/Tokyo}";
        let config = format!("{site}\ncomponents:\n  - {{slug: web, name: {{ja: ウェブ, en: Web}}}}\n{more}");
        let server = TestServer::start_with(&config, ManualClock::at(moment(RECORDED))).await;
        let sender = format!("Bearer {}", Visitor::key_with_scope(&server, Scope::WriteAlerts).await);
        Self { server, sender }
    }

    pub(crate) async fn report(&self, path: &str, body: &str) -> Answer {
        let headers = [("content-type", "application/json"), ("authorization", self.sender.as_str())];
        self.server.send("POST", path, &headers, body.as_bytes().to_vec()).await
    }

    pub(crate) async fn taken(&self, path: &str, body: &str) {
        let answer = self.report(path, body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{}", answer.body);
    }

    /// All alerts, the oldest first.
    pub(crate) async fn alerts(&self) -> Vec<Value> {
        let program = Program::new(&self.server).await;
        let mut items = program.get("/api/v1/alerts").await["items"].as_array().unwrap().clone();
        items.reverse();
        items
    }

    pub(crate) async fn one(&self, number: i64) -> Value {
        Program::new(&self.server).await.get(&format!("/api/v1/alerts/{number}")).await
    }

    pub(crate) async fn events(&self, number: i64) -> Vec<String> {
        let whole = self.one(number).await;
        whole["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }

    /// Lets a second pass, and what is done every second be done.
    pub(crate) async fn second(&self) {
        self.server.while_time_passes(tokio::time::sleep(Duration::from_millis(60))).await;
    }
}

pub(crate) fn firing(name: &str, labels: Value, starts_at: &str) -> Value {
    let mut all = json!({ "alertname": name });
    all.as_object_mut().unwrap().extend(labels.as_object().unwrap().clone());
    json!({ "status": "firing", "labels": all, "annotations": { "summary": format!("{name} is wrong") }, "startsAt": starts_at,
            "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus.example/graph" })
}

pub(crate) fn resolved(mut alert: Value, ends_at: &str) -> Value {
    alert["status"] = json!("resolved");
    alert["endsAt"] = json!(ends_at);
    alert
}

pub(crate) fn webhook(alerts: &[Value]) -> String {
    json!({ "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": "firing", "receiver": "yagura", "alerts": alerts }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_alertmanager_really_sends_is_one_alert_for_each_trouble_and_a_replay_changes_nothing() {
    let site = Site::start(TYPES).await;
    for body in [recorded!("am-firing.json"), recorded!("am-mixed.json"), recorded!("am-resolved.json")] {
        site.taken("/hooks/alertmanager", body).await;
    }
    let alerts = site.alerts().await;
    assert_eq!(alerts.len(), 3, "three troubles: {alerts:?}");
    assert!(
        alerts
            .iter()
            .all(|alert| alert["name"] == "DiskFull" && alert["severity"] == "sev1" && alert["runbook"] == "node-open-files")
    );
    assert!(alerts.iter().all(|alert| alert["component"] == "web" && alert["type"] == "disk"));
    let (before, began) = (alerts.clone(), site.events(1).await);
    for body in [recorded!("am-mixed.json"), recorded!("am-firing.json"), recorded!("am-resolved.json")] {
        site.server.clock.advance(Duration::from_secs(10));
        site.taken("/hooks/alertmanager", body).await;
    }
    let after = site.alerts().await;
    assert_eq!(after[..3], before[..], "the same requests, in another order, changed something");
    assert_eq!(site.events(1).await, began);
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_can_report_directly_and_means_the_same_alerts() {
    let site = Site::start("").await;
    site.taken("/api/v2/alerts", recorded!("prom-firing.json")).await;
    let first = site.alerts().await;
    assert!(first.iter().all(|alert| alert["ended_at"].is_null()), "{first:?}");
    assert!(first.iter().all(|alert| alert["fingerprint"].as_str().unwrap().len() == 16));
    // A minute later nobody has said it again: it may be over, and nobody says so.
    site.server.clock.advance(Duration::from_secs(600));
    let stale = site.alerts().await;
    assert!(stale.iter().all(|alert| alert["is_stale"] == true && alert["ended_at"].is_null()), "{stale:?}");
    site.taken("/api/v2/alerts", recorded!("prom-mixed.json")).await;
    let over = site.alerts().await.iter().filter(|alert| !alert["ended_at"].is_null()).count();
    assert_eq!(over, 2);
    // A restart of Prometheus begins everything anew, without an end: it is the same trouble.
    let program = Program::new(&site.server).await;
    let before = program.get("/api/v1/alerts?firing=true").await["items"].as_array().unwrap().len();
    site.taken("/api/v2/alerts", recorded!("prom-restart.json")).await;
    assert!(program.get("/api/v1/alerts?firing=true").await["items"].as_array().unwrap().len() <= before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_a_truncated_group_goes_on() {
    let site = Site::start("").await;
    let all: Vec<Value> =
        ["a", "b", "c"].map(|host| firing("HostDown", json!({ "host": host }), "2026-11-23T05:00:00Z")).to_vec();
    site.taken("/hooks/alertmanager", &webhook(&all)).await;
    let cut = json!({ "version": "4", "truncatedAlerts": 2, "status": "resolved",
        "alerts": [resolved(all[0].clone(), "2026-11-23T05:00:05Z")] });
    site.taken("/hooks/alertmanager", &cut.to_string()).await;
    let fires: Vec<bool> = site.alerts().await.iter().map(|alert| alert["ended_at"].is_null()).collect();
    assert_eq!(fires, [false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_key_for_it_reports_nothing_and_a_key_for_it_reads_nothing() {
    let site = Site::start("").await;
    let body = webhook(&[firing("A", json!({}), RECORDED)]);
    let read = format!("Bearer {}", Visitor::key_with_scope(&site.server, Scope::Read).await);
    for path in ["/hooks/alertmanager", "/hooks/grafana", "/hooks/alert", "/api/v2/alerts"] {
        let without = site.server.send("POST", path, &[("content-type", "application/json")], body.clone().into_bytes()).await;
        assert_eq!(without.status, 401, "{path}");
        assert!(without.header("www-authenticate").contains("Bearer"));
        let other = site.server.send("POST", path, &[("authorization", read.as_str())], body.clone().into_bytes()).await;
        assert_eq!((other.status, other.header("content-type")), (403, "application/problem+json"), "{path}");
    }
    assert_eq!(site.server.count("SELECT COUNT(*) FROM alert").await, 0);
    let reads = site.server.get_with("/api/v1/alerts", &[("authorization", &site.sender)]).await;
    assert_eq!(reads.status, 403, "whoever sends alerts has no need to read: {}", reads.body);
    // The way of those who have only a user name and a password.
    let key = site.sender.trim_start_matches("Bearer ");
    let basic = format!("Basic {}", STANDARD.encode(format!("alertmanager:{key}")));
    let answer = site.server.send("POST", "/hooks/alertmanager", &[("authorization", &basic)], body.into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The beginning of the answer to a request whose body never comes: a client that is refused early may not hear it while it still sends.
async fn answered_at_once(site: &Site, header: &str) -> String {
    let url = site.server.url("");
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v2/alerts HTTP/1.1\r\nhost: {address}\r\nauthorization: {}\r\ncontent-type: application/json\r\n{header}\r\n\r\n",
        site.sender
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_with_its_place_and_the_rest_is_taken() {
    let site = Site::start("").await;
    let good = firing("Good", json!({}), RECORDED);
    let bad = json!({ "status": "firing", "labels": { "alertname": ["x"] } });
    let answer = site.report("/hooks/alertmanager", &webhook(&[good, bad])).await;
    assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"));
    assert!(answer.body.contains("alerts[1].labels.alertname"), "{}", answer.body);
    assert_eq!(site.alerts().await.len(), 1, "the good one was taken");
    for (path, body, said) in [
        ("/hooks/alertmanager", "{", "no JSON"),
        ("/hooks/alertmanager", "[]", "an object with `alerts`"),
        ("/api/v2/alerts", "{}", "a list of alerts"),
        ("/hooks/alert", "{\"nmae\": \"A\"}", "nmae"),
        ("/hooks/alert", "7", "an object with `name`"),
    ] {
        let answer = site.report(path, body).await;
        assert!(answer.status == 400 && answer.body.contains(said), "{path} {body}: {} {}", answer.status, answer.body);
    }
    let refused = answered_at_once(&site, "content-length: 4194304").await;
    assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");
    assert_eq!(site.server.get_with("/hooks/alertmanager", &[("authorization", &site.sender)]).await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_reports_with_a_line_of_curl_and_says_that_it_is_over() {
    let site = Site::start("").await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("authorization", site.sender.as_str())];
    let send = async |body: &str| site.server.send("POST", "/hooks/alert", &form, body.as_bytes().to_vec()).await;
    let well = send("name=BackupFailed&status=resolved").await;
    assert_eq!(well.body, "{\"alert\":null,\"firing\":false}", "all is well, and always was");
    let first = send("name=BackupFailed&severity=critical&component=web&summary=no+space&label.host=db-1").await;
    assert_eq!(first.body, "{\"alert\":1,\"firing\":true}");
    site.server.clock.advance(Duration::from_secs(60));
    assert_eq!(send("name=BackupFailed&component=web&label.host=db-1").await.body, "{\"alert\":1,\"firing\":true}");
    let over = send("name=BackupFailed&component=web&label.host=db-1&status=resolved").await;
    assert_eq!(over.body, "{\"alert\":1,\"firing\":false}");
    let again = send("name=BackupFailed&component=web&label.host=db-1&status=resolved").await;
    assert_eq!(again.body, "{\"alert\":1,\"firing\":false}");
    let alert = &site.alerts().await[0];
    assert_eq!((alert["received"].as_u64(), alert["component"].as_str()), (Some(2), Some("web")));
    assert_eq!(site.events(1).await, ["began", "ended"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rings_every_twenty_seconds_for_an_hour_is_one_alert_with_a_counter() {
    let site = Site::start("").await;
    let start = moment(RECORDED);
    for turn in 0..180_u64 {
        let starts_at = start.plus(Duration::from_secs(turn * 20));
        let alert = firing("Flaps", json!({}), &starts_at.to_string());
        site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&alert))).await;
        site.server.clock.advance(Duration::from_secs(10));
        let ended = resolved(alert, &starts_at.plus(Duration::from_secs(10)).to_string());
        site.taken("/hooks/alertmanager", &webhook(&[ended])).await;
        site.server.clock.advance(Duration::from_secs(10));
    }
    let alerts = site.alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!((alerts[0]["received"].as_u64(), alerts[0]["is_flapping"].as_bool()), (Some(180), Some(true)));
    let events = site.events(1).await;
    assert!(events.len() < 10 && events.contains(&"flapping".to_owned()), "each turn is counted, not told: {events:?}");
    // An hour of quiet, and it is calm and over.
    site.server.clock.advance(Duration::from_secs(3600));
    eventually("it is calm", || async {
        site.server.clock.advance(Duration::from_secs(1));
        (site.events(1).await.last()? == "ended").then_some(())
    })
    .await;
    assert_eq!(site.alerts().await[0]["is_flapping"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_of_one_cluster_stand_under_the_first_and_come_out_when_it_ends() {
    let site = Site::start("").await;
    let all: Vec<Value> = (0..246)
        .map(|n| firing("NodeDown", json!({ "cluster": "home", "node": format!("n{n}") }), "2026-11-23T05:00:00Z"))
        .collect();
    site.taken("/hooks/alertmanager", &webhook(&all)).await;
    assert_eq!(site.server.count("SELECT COUNT(*) FROM alert WHERE above IS NULL").await, 1, "one stands for all");
    assert_eq!(site.server.count("SELECT COUNT(*) FROM alert WHERE above = 1 AND because = 'storm'").await, 245);
    let mut viewer = Visitor::with_role(&site.server, Role::Viewer).await;
    let page = viewer.get("/desk/alerts").await.body;
    assert!(page.contains("246 alerts, folded into 1") && page.contains("245 more under it"), "what is folded is said");
    assert!(viewer.get("/desk/alerts/200").await.body.contains("Part of one storm"), "and each is still there");
    site.taken("/hooks/alertmanager", &webhook(&[resolved(all[0].clone(), "2026-11-23T05:00:09Z")])).await;
    assert_eq!(
        site.server.count("SELECT COUNT(*) FROM alert WHERE above = 2 AND ended_at IS NULL").await,
        244,
        "another stands for the rest"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn restarts_lose_nothing_and_repeat_nothing() {
    let mut site = Site::start("").await;
    let alert = firing("DiskFull", json!({ "host": "db-1" }), "2026-11-23T05:00:00Z");
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&alert))).await;
    let before = site.alerts().await;
    site.server.restart_after(Duration::from_secs(30)).await;
    assert_eq!(site.alerts().await, before);
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&alert))).await;
    let ended = resolved(alert, "2026-11-23T05:00:20Z");
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&ended))).await;
    // Weeks later somebody plays it back.
    site.server.restart_after(Duration::from_secs(30 * 86_400)).await;
    site.taken("/hooks/alertmanager", &webhook(&[ended])).await;
    let after = site.alerts().await;
    assert_eq!((after.len(), after[0]["received"].as_u64()), (1, Some(2)));
    assert_eq!(site.events(1).await, ["began", "ended"]);
    let new = firing("DiskFull", json!({ "host": "db-1" }), "2026-12-23T05:00:00Z");
    site.taken("/hooks/alertmanager", &webhook(&[new])).await;
    assert_eq!(site.alerts().await.iter().map(|alert| alert["number"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watchdog_calls_its_heartbeat_and_is_never_an_alert() {
    let config = "site: {name: Test}\ncomponents:\n  - {slug: chain, name: Chain}\nprobes:\n  - slug: chain-watchdog\n    component: chain\n    \
                  heartbeat: {token: 5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10, period: 5m, grace: 1m, watchdog: ['alertname=\"Watchdog\"', prometheus=lab]}\n";
    let server = TestServer::start(config).await;
    let sender = format!("Bearer {}", Visitor::key_with_scope(&server, Scope::WriteAlerts).await);
    let now = server.now().to_string();
    let send = async |alerts: &[Value]| {
        let headers = [("authorization", sender.as_str())];
        assert_eq!(server.send("POST", "/hooks/alertmanager", &headers, webhook(alerts).into_bytes()).await.status, 200);
    };
    send(&[firing("Watchdog", json!({ "prometheus": "other" }), &now)]).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM ping").await, 0, "that of another Prometheus calls nobody");
    send(&[firing("Watchdog", json!({ "prometheus": "lab" }), &now)]).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM ping").await, 1);
    server.page_where("/en/", |page| page.contains("is operational")).await;
    send(&[resolved(firing("Watchdog", json!({ "prometheus": "lab" }), &now), &now)]).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM ping").await, 1, "its end is no call");
    assert_eq!(server.count("SELECT COUNT(*) FROM alert").await, 0);
    // The chain is broken: nobody calls, and that rings.
    server.clock.advance(Duration::from_secs(400));
    eventually("the missed call rings", || async {
        server.clock.advance(Duration::from_secs(1));
        let count = server.count("SELECT COUNT(*) FROM alert WHERE name = 'heartbeat-missed' AND ended_at IS NULL").await;
        (count == 1).then_some(())
    })
    .await;
}
