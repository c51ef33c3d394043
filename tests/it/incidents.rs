//! Incidents from the outage that suggests one to the page that tells of it: what is kept, who sees it, and what can be taken back.

use std::time::Duration;

use domain::account::{Role, Scope};
use serde_json::{Value, json};
use tests::eventually;
use tests::server::{Answer, TestServer, one_component};
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

const EVERY: Duration = Duration::from_secs(10);

/// A program with a key that may do all with incidents.
pub(crate) struct Program<'s> {
    pub(crate) server: &'s TestServer,
    pub(crate) key: String,
}

impl<'s> Program<'s> {
    pub(crate) async fn new(server: &'s TestServer) -> Self {
        let key = format!("Bearer {}", Visitor::key_with_scope(server, Scope::WriteIncidents).await);
        Self { server, key }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.with(method, path, &[], body).await
    }

    pub(crate) async fn with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json"), ("authorization", self.key.as_str())];
        all.extend_from_slice(headers);
        let sent = if method == "GET" { Vec::new() } else { body.to_string().into_bytes() };
        self.server.send(method, path, &all, sent).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &json!({})).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.ask("POST", path, &body).await;
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    /// Opens an incident; gives its number.
    pub(crate) async fn open(&self, title: &str, more: Value) -> i64 {
        let mut body = json!({"title": title, "severity": "sev3", "impact": "minor"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/api/v1/incidents", body).await["number"].as_i64().unwrap()
    }

    pub(crate) async fn row(&self, number: i64, body: Value) -> String {
        let added = self.post(&format!("/api/v1/incidents/{number}/timeline"), body).await;
        added["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn incident(&self, number: i64) -> Value {
        self.get(&format!("/api/v1/incidents/{number}")).await
    }

    /// Moves it to another state, whatever its version is.
    pub(crate) async fn to_state(&self, number: i64, state: &str, reason: &str) -> Answer {
        let version = format!("\"{}\"", self.incident(number).await["version"]);
        let body = json!({"state": state, "reason": reason});
        self.with("POST", &format!("/api/v1/incidents/{number}/state"), &[("if-match", &version)], &body).await
    }
}

/// What stands in a timeline: the events of Yagura's rows and the texts of people's, in order.
pub(crate) fn told(incident: &Value) -> Vec<String> {
    let rows = incident["timeline"].as_array().unwrap().iter();
    rows.map(|row| row["event"]["event"].as_str().or(row["body"].as_str()).unwrap_or("deleted").to_owned()).collect()
}

fn two_that_depend(target: &Target, auto: &str) -> String {
    format!(
        "site: {{name: Test, time_zone: Asia/Tokyo}}\nincidents: {{auto: {auto}}}\ncomponents:\n  - {{slug: storage, name: Storage}}\n  \
         - {{slug: web, name: Web, depends_on: [storage]}}\n  - {{slug: other, name: Other}}\nprobes:\n{}",
        ["storage", "web"]
            .map(|slug| format!(
                "  - slug: {slug}-http\n    component: {slug}\n    every: 10s\n    timeout: 5s\n    confirm: {{down: 1, up: 1}}\n    \
                 http: {{url: \"{}\"}}\n",
                target.url()
            ))
            .join("")
    )
}

/// Lets checks run until `done` gives something.
async fn while_checks_run<T>(server: &TestServer, what: &str, done: impl AsyncFn() -> Option<T>) -> T {
    eventually(what, || async {
        server.clock.advance(Duration::from_secs(1));
        done().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn outages_that_belong_together_are_one_suggestion_with_the_suspect_first() {
    let target = Target::start().await;
    let server = TestServer::start(&two_that_depend(&target, "suggest")).await;
    let program = Program::new(&server).await;
    server.first_check(&target).await;
    target.set(Behaviour::Error);
    let suggestions = async || {
        let all = program.get("/api/v1/suggestions").await["items"].as_array().unwrap().clone();
        all.first().filter(|one| one["components"].as_array().is_some_and(|all| all.len() == 2)).cloned().map(|one| (all, one))
    };
    let (all, suggestion) = while_checks_run(&server, "both are in one suggestion", suggestions).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(suggestion["suspects"][0]["component"], "storage");
    assert_eq!((&suggestion["suspects"][0]["failing"], &suggestion["suspects"][0]["dependants"]), (&json!(1), &json!(1)));

    let path = format!("/api/v1/suggestions/{}/accept", suggestion["id"].as_str().unwrap());
    let number = program.post(&path, json!({})).await["number"].as_i64().unwrap();
    let incident = program.incident(number).await;
    let told = told(&incident);
    for event in ["component_down", "outage_confirmed", "opened"] {
        assert!(told.iter().any(|row| row == event), "{event}: {told:?}");
    }
    assert_eq!(incident["components"].as_array().unwrap().len(), 2);
    for marker in ["impact_start", "detected", "acknowledged"] {
        assert!(incident["markers"][marker].is_string(), "{marker}: {}", incident["markers"]);
    }
    assert_eq!(program.get("/api/v1/suggestions").await["items"], json!([]), "it is being worked on");
    assert_eq!(program.ask("POST", &path, &json!({})).await.status, 409, "it is gone");

    target.set(Behaviour::Ok);
    while_checks_run(&server, "that both are back is written down", async || {
        let told = self::told(&program.incident(number).await);
        (told.iter().filter(|row| *row == "component_up").count() == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggestion_that_was_dismissed_stays_away_also_after_a_restart() {
    let target = Target::start().await;
    let mut server = TestServer::start(&two_that_depend(&target, "suggest")).await;
    let key = {
        let program = Program::new(&server).await;
        server.first_check(&target).await;
        target.set(Behaviour::Error);
        let both = async || {
            let all = program.get("/api/v1/suggestions").await["items"].as_array().unwrap().clone();
            all.into_iter().find(|one| one["components"].as_array().is_some_and(|all| all.len() == 2))
        };
        let suggestion = while_checks_run(&server, "both are suggested", both).await;
        program.post(&format!("/api/v1/suggestions/{}/dismiss", suggestion["id"].as_str().unwrap()), json!({})).await;
        assert_eq!(program.get("/api/v1/suggestions").await["items"], json!([]));
        program.key
    };
    server.restart_after(Duration::from_secs(1)).await;
    let program = Program { server: &server, key };
    assert_eq!(program.get("/api/v1/suggestions").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_configuration_says_so_an_incident_opens_by_itself() {
    let target = Target::start().await;
    let server = TestServer::start(&two_that_depend(&target, "open")).await;
    let program = Program::new(&server).await;
    server.first_check(&target).await;
    target.set(Behaviour::Error);
    let opened = async || program.get("/api/v1/incidents").await["items"].as_array().unwrap().first().cloned();
    let incident = while_checks_run(&server, "an incident is open", opened).await;
    assert_eq!(incident["is_public"], false, "public is an act of a person");
    let whole = while_checks_run(&server, "both components are in it", async || {
        let whole = program.incident(incident["number"].as_i64().unwrap()).await;
        (whole["components"].as_array().unwrap().len() == 2).then_some(whole)
    })
    .await;
    assert!(whole["markers"]["acknowledged"].is_null(), "nobody has seen it yet: {}", whole["markers"]);
    let opened = whole["timeline"].as_array().unwrap().iter().find(|row| row["event"]["event"] == "opened").unwrap();
    assert_eq!(opened["event"]["by_rule"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_move_has_a_row_and_the_rows_that_yagura_wrote_stay() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({"components": {"web": "major_outage"}})).await;
    for (state, reason) in [("identified", ""), ("investigating", ""), ("mitigated", ""), ("resolved", ""), ("closed", "")] {
        let answer = program.to_state(number, state, reason).await;
        assert_eq!(answer.status, 200, "{state}: {}", answer.body);
    }
    assert_eq!(program.to_state(number, "investigating", "").await.status, 422, "what is over begins again with a reason only");
    assert_eq!(program.to_state(number, "investigating", "it is back").await.status, 200);
    assert_eq!(program.to_state(number, "closed", "").await.status, 409, "it is not over");
    let incident = program.incident(number).await;
    assert_eq!(told(&incident).iter().filter(|row| *row == "state_changed").count(), 6);
    assert!(incident["components"][0]["until"].is_string(), "resolving ended it: {}", incident["components"]);
    assert_eq!(incident["resolved_at"], Value::Null, "it goes on");
    assert_eq!(server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'incident.moved'").await, 6);

    let row = incident["timeline"].as_array().unwrap().iter().find(|row| row["event"]["event"] == "opened").unwrap();
    let path = format!("/api/v1/incidents/{number}/timeline/{}", row["id"].as_str().unwrap());
    let gone = program.with("DELETE", &path, &[("if-match", "\"1\"")], &json!({})).await;
    assert_eq!(gone.status, 409, "{}", gone.body);
    let change = json!({"at": "2020-01-01 00:00", "kind": "note", "body": "forged", "visibility": "internal", "is_starred": true,
                        "annotation": "by whom?"});
    let changed = program.with("PUT", &path, &[("if-match", "\"1\"")], &change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let after: Value = serde_json::from_str(&changed.body).unwrap();
    assert_eq!((&after["event"], &after["occurred_at"], &after["kind"]), (&row["event"], &row["occurred_at"], &row["kind"]));
    assert_eq!((&after["is_starred"], &after["annotation"]), (&json!(true), &json!("by whom?")));
    let stays = program.to_state(number, "investigating", "").await;
    assert!(stays.status == 200 && !stays.body.is_empty(), "it is there already: {}", stays.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_kept_once_changed_by_revision_and_comes_back() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    let row = json!({"body": "first text", "kind": "observation", "op": "phone-1", "at": "-5m"});
    let id = program.row(number, row.clone()).await;
    assert_eq!(program.row(number, row).await, id, "sent again");
    let path = format!("/api/v1/incidents/{number}/timeline/{id}");
    let change = |body: &str| json!({"at": "-5m", "kind": "action", "body": body, "visibility": "internal", "is_starred": false});
    assert_eq!(program.with("PUT", &path, &[("if-match", "\"1\"")], &change("second text")).await.status, 200);
    assert_eq!(program.with("PUT", &path, &[("if-match", "\"1\"")], &change("stale text")).await.status, 412);
    let revisions = program.get(&format!("{path}/revisions")).await;
    let texts: Vec<_> = revisions["items"].as_array().unwrap().iter().map(|one| one["body"].clone()).collect();
    assert_eq!(texts, ["second text", "first text"], "{revisions}");
    assert_eq!(program.with("DELETE", &path, &[("if-match", "\"2\"")], &json!({})).await.status, 204);
    assert!(!told(&program.incident(number).await).contains(&"second text".to_owned()));
    let found = program.get("/api/v1/incidents/search?q=second").await;
    assert_eq!(found["items"], json!([]), "what was deleted is not found");
    assert_eq!(program.with("POST", &format!("{path}/restore"), &[("if-match", "\"3\"")], &json!({})).await.status, 204);
    assert!(told(&program.incident(number).await).contains(&"second text".to_owned()));
    let found = program.get("/api/v1/incidents/search?q=second").await;
    assert_eq!(found["items"][0]["row"], id.as_str(), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_all_at_once_and_secrets_are_warned_about() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    let path = format!("/api/v1/incidents/{number}/timeline");
    let refused = program.ask("POST", &path, &json!({"body": " ", "kind": "probe", "at": "+6m", "visibility": "all"})).await;
    assert_eq!(refused.status, 422);
    let problem: Value = serde_json::from_str(&refused.body).unwrap();
    let fields: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    for field in ["body", "kind", "at", "visibility"] {
        assert!(fields.contains(&field), "{field}: {problem}");
    }
    let secret = json!({"body": "ran with password=correct-horse-battery and it worked"});
    let warned = program.ask("POST", &path, &secret).await;
    assert!(warned.status == 422 && warned.body.contains("invalid-secret"), "{}", warned.body);
    let mut kept = secret;
    kept["keep_secrets"] = json!(true);
    program.row(number, kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_internal_is_nowhere_and_what_is_told_is_everywhere() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    server.first_check(&target).await;
    let public = [
        "/en/",
        "/ja/",
        "/en/history",
        "/api/v2/summary.json",
        "/api/v2/incidents.json",
        "/history.atom",
        "/feed.json",
        "/sitemap.xml",
    ];
    let mut before = Vec::new();
    for path in public {
        before.push(server.get(path).await.body);
    }
    let hidden = program.open("Hidden trouble", json!({"components": {"web": "major_outage"}})).await;
    program.row(hidden, json!({"body": "hidden row", "visibility": "public"})).await;
    server.clock.advance(Duration::from_secs(2));
    for (path, before) in public.into_iter().zip(before) {
        let now = server.get(path).await.body;
        assert!(!now.contains("Hidden") && !now.contains("hidden row"), "{path}");
        assert_eq!(now.contains("major_outage"), before.contains("major_outage"), "{path}: the component is as it was");
    }
    assert_eq!(server.get("/en/incidents/1").await.body, server.get("/en/incidents/77").await.body, "like one that never was");

    let number = program.open("Told trouble", json!({"components": {"web": "partial_outage"}})).await;
    program.row(number, json!({"body": "internal row"})).await;
    program.row(number, json!({"body": "row for all", "visibility": "public"})).await;
    let update = json!({"status": "identified", "body": {"ja": "原因が分かりました", "en": "We know <b>why</b>"}, "make_public": true,
                        "components": {"web": "degraded_performance"}, "next_update_minutes": 30});
    let path = format!("/api/v1/incidents/{number}/updates");
    let one_language = json!({"status": "identified", "body": {"en": "Only this"}, "make_public": true});
    assert_eq!(program.ask("POST", &path, &one_language).await.status, 422, "the other language is missing");
    program.post(&path, update).await;
    let page = server.page_where("/en/", |page| page.contains("Told trouble")).await;
    assert!(page.contains("We know &lt;b&gt;why&lt;/b&gt;") && page.contains("status-word degraded_performance"), "{page}");
    assert!(page.contains("href=\"/en/incidents/1\""), "the first that was ever public");
    assert!(server.get("/ja/").await.body.contains("原因が分かりました"));
    let shown = server.get("/en/incidents/1").await.body;
    assert!(shown.contains("row for all") && !shown.contains("internal row"), "{shown}");
    let summary: Value = serde_json::from_str(&server.get("/en/api/v2/summary.json").await.body).unwrap();
    assert_eq!(summary["incidents"][0]["name"], "Told trouble");
    assert_eq!(summary["incidents"][0]["status"], "identified");
    assert_eq!(summary["components"][0]["status"], "degraded_performance");
    assert!(server.get("/en/history.atom").await.body.contains("Told trouble"));
    assert!(server.get("/en/history").await.body.contains("Told trouble"));
    let incident = program.incident(number).await;
    assert_eq!(
        (&incident["state"], &incident["is_public"], &incident["public_number"]),
        (&json!("identified"), &json!(true), &json!(1))
    );
    assert!(incident["next_update_due_at"].is_string() && incident["markers"]["first_public_update"].is_string());

    let correction = json!({"status": "identified", "body": {"ja": "訂正です", "en": "To correct this"}, "corrects": 1});
    program.post(&path, correction).await;
    let shown = server.page_where("/en/incidents/1", |page| page.contains("To correct this")).await;
    assert!(shown.contains("We know"), "what was told stays");
    assert_eq!(
        program.ask("POST", &format!("/api/v1/incidents/{number}/visibility"), &json!({"is_public": false})).await.status,
        204
    );
    server.page_where("/en/", |page| !page.contains("Told trouble")).await;
    assert_eq!(server.get("/en/incidents/1").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_is_never_public_and_a_merged_incident_leads_on() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let drill = program.open("An exercise", json!({"kind": "drill"})).await;
    let visibility = |number: i64| format!("/api/v1/incidents/{number}/visibility");
    assert_eq!(program.ask("POST", &visibility(drill), &json!({"is_public": true})).await.status, 409);

    let (first, second) = (program.open("First", json!({})).await, program.open("Second", json!({})).await);
    program.row(first, json!({"body": "row of the first"})).await;
    for number in [first, second] {
        assert_eq!(program.ask("POST", &visibility(number), &json!({"is_public": true})).await.status, 204);
    }
    let merge = |number: i64, into: i64| (format!("/api/v1/incidents/{number}/merge"), json!({"into": into}));
    let (path, body) = merge(first, first);
    assert_eq!(program.ask("POST", &path, &body).await.status, 409);
    let (path, body) = merge(first, second);
    assert_eq!(program.ask("POST", &path, &body).await.status, 204);
    assert!(told(&program.incident(second).await).contains(&"row of the first".to_owned()));
    assert_eq!(program.ask("GET", &format!("/api/v1/incidents/{first}"), &json!({})).await.status, 409);
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let led = responder.get(&format!("/desk/incidents/{first}")).await;
    assert_eq!((led.status, led.header("location")), (303, format!("/desk/incidents/{second}").as_str()));
    let led = server.get("/en/incidents/1").await;
    assert_eq!((led.status, led.header("location")), (301, "/en/incidents/2"));
    let related = format!("/api/v1/incidents/{second}/related/{drill}");
    assert_eq!(program.ask("PUT", &related, &json!({})).await.status, 204);
    assert_eq!(program.incident(drill).await["related"], json!([second]), "from both sides");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_role_in_an_incident_may_do_what_that_needs() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut viewer = Visitor::with_role(&server, Role::Viewer).await;
    let account: Value = serde_json::from_str(&viewer.get("/api/v1/account").await.body).unwrap();
    let name = account["name"].as_str().unwrap().to_owned();
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({"scribe": name})).await;
    let other = program.open("Another", json!({})).await;
    let row = json!({"body": "written by the scribe"});
    let path = |number: i64| format!("/api/v1/incidents/{number}/timeline");
    assert_eq!(viewer.json("POST", &path(number), &row).await.status, 201);
    assert_eq!(viewer.json("POST", &path(other), &row).await.status, 403);
    let update = json!({"status": "identified", "body": {"ja": "あ", "en": "a"}, "make_public": true});
    assert_eq!(viewer.json("POST", &format!("/api/v1/incidents/{number}/updates"), &update).await.status, 403);
    let foreign = program.with("POST", &path(number), &[("yagura-user", "somebody else")], &row).await;
    assert_eq!(foreign.status, 401, "what waited in the name of somebody else is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_that_was_written_elsewhere_is_read_and_figures_follow_from_markers() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("2024", json!({"began": "2024-04-18 22:36 JST", "stated_minutes": 140})).await;
    let text = "22:36 found out\n23:58 lost the machine\n00:21 one\n00:21 two\n00:34 back\nno time here";
    let read = program.post(&format!("/api/v1/incidents/{number}/paste"), json!({"text": text, "day": "2024-04-18"})).await;
    let lines = read["items"].as_array().unwrap();
    assert_eq!(lines.len(), 6, "{read}");
    assert_eq!(lines[4]["at"], "2024-04-19 00:34", "midnight was crossed");
    assert!(lines[5]["problem"].is_string() && lines[5]["source"] == "no time here");
    let mut ids = Vec::new();
    for line in &lines[..5] {
        ids.push(program.row(number, json!({"body": line["body"], "at": line["at"]})).await);
    }
    let start =
        program.row(number, json!({"body": "the server hung", "at": "2024-04-18 22:15 JST", "kind": "observation"})).await;
    for (marker, row) in [("impact_start", &start), ("detected", &ids[0]), ("impact_end", &ids[4])] {
        let path = format!("/api/v1/incidents/{number}/markers/{marker}");
        assert_eq!(program.ask("PUT", &path, &json!({"row": row})).await.status, 204);
    }
    let incident = program.incident(number).await;
    let figure = |name: &str| {
        let figures = incident["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["name"] == name).unwrap()["ms"].as_i64().map(|ms| ms / 60_000)
    };
    assert_eq!((figure("detect"), figure("recover"), figure("mitigate")), (Some(21), Some(139), None));
    assert_eq!(incident["stated_minutes"], 140);
    let told: Vec<String> = told(&incident).into_iter().filter(|row| !row.contains('_') && row != "opened").collect();
    assert_eq!(told, ["the server hung", "found out", "lost the machine", "one", "two", "back"]);
}

/// The checksum of a chunk of PNG (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_kept_without_its_metadata_and_nothing_else_is_a_picture() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    let id = program.row(number, json!({"body": "see the picture"})).await;
    let path = format!("/api/v1/incidents/{number}/timeline/{id}/evidence");
    let base64 = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    // A picture of one point with a comment in it.
    let mut png = include_bytes!("../../public/icon-192.png").to_vec();
    let end = png.len() - 12;
    let mut comment = vec![0, 0, 0, 11];
    comment.extend_from_slice(b"tEXtplace\0here!");
    comment.extend_from_slice(&crc32(&comment[4..]).to_be_bytes());
    png.splice(end..end, comment);
    let sent = json!({"name": "screen.png", "content": base64(&png)});
    let answer = program.ask("POST", &path, &sent).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let file: Value = serde_json::from_str(&answer.body).unwrap();
    let shown = format!("/api/v1/incidents/{number}/evidence/{}", file["id"].as_str().unwrap());
    let kept = program.ask("GET", &shown, &json!({})).await;
    assert!(kept.status == 200 && !kept.body.contains("place"), "its comment is gone");
    for (name, content) in [("page.html", &b"\x00<script>"[..]), ("empty.txt", b"")] {
        let refused = program.ask("POST", &path, &json!({"name": name, "content": base64(content)})).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.body);
    }
    let log = program.ask("POST", &path, &json!({"name": "boot.log", "content": base64(b"token=abcdefghijkl\n")})).await;
    assert!(log.status == 422 && log.body.contains("invalid-secret"), "{}", log.body);
    let mut viewer = Visitor::with_role(&server, Role::Viewer).await;
    let page = viewer.get(&shown.replace("/api/v1", "/desk")).await;
    assert_eq!((page.status, page.header("content-type")), (200, "image/png"));
    assert!(page.header("content-security-policy").contains("sandbox"));
    assert_eq!(program.ask("DELETE", &shown, &json!({})).await.status, 204);
    assert_eq!(program.ask("GET", &shown, &json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_goes_to_the_one_open_incident_and_a_restart_loses_nothing() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    let (key, number) = {
        let program = Program::new(&server).await;
        let note = json!({"text": "restarted nginx", "kind": "action", "op": "deploy-7"});
        assert_eq!(program.ask("POST", "/api/v1/notes", &note).await.status, 409, "none is open");
        let number = program.open("Hung", json!({"components": {"web": "major_outage"}})).await;
        assert_eq!(program.post("/api/v1/notes", note.clone()).await["number"], number);
        program.post("/api/v1/notes", note).await;
        assert_eq!(told(&program.incident(number).await).iter().filter(|row| *row == "restarted nginx").count(), 1);
        assert_eq!(
            program.ask("POST", &format!("/api/v1/incidents/{number}/visibility"), &json!({"is_public": true})).await.status,
            204
        );
        program.open("Another", json!({})).await;
        let refused = program.ask("POST", "/api/v1/notes", &json!({"text": "which one?"})).await;
        assert_eq!(refused.status, 409, "{}", refused.body);
        (program.key, number)
    };
    server.restart_after(EVERY).await;
    let program = Program { server: &server, key };
    assert!(told(&program.incident(number).await).contains(&"restarted nginx".to_owned()));
    server.page_where("/en/", |page| page.contains("Hung") && !page.contains("Another")).await;
}
