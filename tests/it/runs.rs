//! Runs from the first tick to the end: what is kept, once and in order; what must not be overwritten, skipped or closed; who may.

use std::fs;
use std::time::Duration;

use domain::account::{Role, Scope};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::eventually;
use tests::server::{Answer, TestServer, one_component};
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

use crate::incidents::Program;

/// A runbook with everything that a run can meet.
const DISK_FULL: &str = r#"---
id: disk-full
title: { ja: "ディスクが一杯", en: "Disk full" }
lang: en
alerts: [NodeFilesystemFull]
components: [web]
severity_hint: sev2
needs: [ssh]
owner: ops
review_every: 90d
drill_every: 180d
params:
  - { name: node, label: { ja: "ノード", en: "Node" }, from: "labels.node", required: true }
  - { name: path, label: { ja: "パス", en: "Path" }, from: "labels.path", pattern: "^[a-z/][a-z ;/]{0,40}$", required: false }
  - { name: host, label: { ja: "ホスト", en: "Host" }, from: "component.host", required: false }
  - { name: token, label: { ja: "トークン", en: "Token" }, required: false, secret: true }
estimated: 10m
---
# disk-full

## Meaning

A disk has no room left.

## Impact

Writes fail.

## Diagnosis

- [ ] Look at `df` <!-- s:look -->
  ```sh
  ping -c 1 -- {{node}} && df -h -- {{path}}
  ```
  ```expect
  One line for each disk.
  ```
- [ ] Is it the log? <!-- s:kind decision yes=stop no=grow -->

## Mitigation

- [ ] Stop the writer <!-- s:stop critical undo=start when=kind:yes -->
- [ ] Start the writer again <!-- s:start when=kind:yes -->
- [ ] Make the disk larger <!-- s:grow confirm=two-person when=kind:no -->

## Verification

- [ ] It is reached again <!-- s:up verify=probe:web-http -->
  ```sh
  curl -fsS --header "$TOKEN" -- http://{{host}}/
  ```
  ```expect
  The page.
  ```
"#;

/// A server whose only runbooks are in a folder of the test.
struct Site {
    target: Target,
    server: TestServer,
    folder: TempDir,
}

impl Site {
    async fn start() -> Self {
        let (target, folder) = (Target::start().await, TempDir::new().unwrap());
        fs::write(folder.path().join("disk-full.en.md"), DISK_FULL).unwrap();
        let twice = DISK_FULL.replace("id: disk-full", "id: broken").replace("s:start", "s:stop");
        fs::write(folder.path().join("broken.en.md"), twice).unwrap();
        let runbooks = format!("runbooks: {{folder: \"{}\", bundled: none}}\n", folder.path().display());
        let server = TestServer::start(&format!("{}{runbooks}", one_component(&target))).await;
        Self { target, server, folder }
    }
}

/// Begins a run of the runbook; gives its number.
async fn begin(program: &Program<'_>, more: Value) -> i64 {
    let mut body = json!({"runbook": "disk-full"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    program.post("/api/v1/runs", body).await["number"].as_i64().unwrap()
}

async fn run(program: &Program<'_>, number: i64) -> Value {
    program.get(&format!("/api/v1/runs/{number}")).await
}

/// Where a step stands.
async fn stand(program: &Program<'_>, number: i64, step: &str) -> String {
    let run = run(program, number).await;
    let found = run["steps"].as_array().unwrap().iter().find(|one| one["step"] == step);
    found.unwrap_or_else(|| panic!("{step} in {run}"))["stand"].as_str().unwrap().to_owned()
}

fn event(deed: &str, step: &str, seen: i64, more: Value) -> Value {
    let mut body = json!({"op": uuid::Uuid::now_v7(), "deed": deed, "step": step, "expected_seq": seen});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn send(program: &Program<'_>, number: i64, body: &Value) -> Answer {
    program.ask("POST", &format!("/api/v1/runs/{number}/events"), body).await
}

/// Sends an event twice, as a phone on a bad network does; it is kept once. Gives where its step stands then.
async fn does(program: &Program<'_>, number: i64, deed: &str, step: &str, more: Value) -> Value {
    let seen = run(program, number).await["seq"].as_i64().unwrap();
    let body = event(deed, step, seen, more);
    let answers = [send(program, number, &body).await, send(program, number, &body).await];
    let [first, again] = answers.map(|answer| {
        assert_eq!(answer.status, 200, "{deed} {step}: {}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()
    });
    assert_eq!((&first["seq"], &first["stand"], &first["is_new"]), (&json!(seen + 1), &again["stand"], &json!(true)));
    assert_eq!((&again["seq"], &again["is_new"]), (&json!(seen + 1), &json!(false)), "it is kept once");
    first["stand"].clone()
}

async fn finish(program: &Program<'_>, number: i64, outcome: &str, text: &str) -> Answer {
    let seen = run(program, number).await["seq"].clone();
    let body = json!({"op": uuid::Uuid::now_v7(), "outcome": outcome, "text": text, "expected_seq": seen});
    program.ask("POST", &format!("/api/v1/runs/{number}/finish"), &body).await
}

/// Rows of runs in a timeline, in order: what happened, or what was done to which step.
async fn rows(program: &Program<'_>, incident: i64) -> Vec<String> {
    let incident = program.incident(incident).await;
    let rows = incident["timeline"].as_array().unwrap().iter().filter(|row| row["kind"] == "step");
    let row = |row: &Value| {
        assert_eq!((&row["source"], &row["visibility"]), (&json!("system"), &json!("internal")), "{row}");
        let event = &row["event"];
        match event["event"].as_str().unwrap() {
            "run_step" => format!("{} {}", event["deed"].as_str().unwrap(), event["step"].as_str().unwrap()),
            other => other.to_owned(),
        }
    };
    rows.map(row).collect()
}

fn problem(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_begins_with_what_is_known_and_takes_no_hostile_value() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let incident = program.open("Full", json!({"components": {"web": "major_outage"}})).await;
    let labels = json!({"node": "web-1; reboot", "path": "a; reboot", "other": "x"});
    let number = begin(&program, json!({"incident": incident, "labels": labels})).await;
    let begun = run(&program, number).await;
    assert_eq!(
        begun["params"],
        json!({"host": "127.0.0.1", "path": "a; reboot"}),
        "a label that does not look right is left out"
    );
    assert_eq!((&begun["mode"], &begun["version"], &begun["incident"]), (&json!("live"), &json!(1), &json!(incident)));
    assert_eq!((&begun["current"], &begun["settled"]), (&json!("look"), &json!(0)));

    let path = format!("/api/v1/runs/{number}/params");
    let give = async |op: &str, params: Value| program.ask("POST", &path, &json!({"op": op, "params": params})).await;
    for (name, value) in [("node", "$(reboot)"), ("node", "a\nb"), ("token", "abc"), ("unknown", "abc")] {
        let refused = give("bad", json!({name: value})).await;
        let field = problem(&refused)["errors"][0]["field"].clone();
        assert_eq!((refused.status, field), (422, json!(format!("param_{name}"))), "{value}");
    }
    for _ in 0..2 {
        assert_eq!(give("good", json!({"node": "web-1"})).await.status, 204);
    }
    let given = run(&program, number).await;
    assert_eq!((&given["params"]["node"], &given["seq"]), (&json!("web-1"), &json!(1)), "sent twice, given once");
    does(&program, number, "tick", "look", json!({})).await;
    let used = run(&program, number).await["events"][1]["params"].clone();
    assert_eq!(used, json!({"node": "web-1", "path": "a; reboot"}), "with the values that its command has");

    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    let page = responder.get(&format!("/desk/runs/{number}?view=list")).await.body.replace("&#x27;", "'").replace("&#39;", "'");
    assert!(page.contains("'a; reboot'"), "what goes into a shell is quoted");
    assert!(!page.contains("web-1; reboot"));
    let again = json!({"runbook": "disk-full", "incident": incident});
    let key = [("idempotency-key", "begin-1")];
    let answers =
        [program.with("POST", "/api/v1/runs", &key, &again).await, program.with("POST", "/api/v1/runs", &key, &again).await];
    assert_eq!((answers[0].status, &answers[0].body), (201, &answers[1].body), "sent twice, begun once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_followed_is_refused() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let drill = program.open("Exercise", json!({"kind": "drill"})).await;
    let asked = async |body: Value| program.ask("POST", "/api/v1/runs", &body).await;
    for (field, body) in [
        ("runbook", json!({"runbook": "no-such"})),
        ("incident", json!({"runbook": "disk-full", "incident": 99})),
        ("mode", json!({"runbook": "disk-full", "mode": "game"})),
        ("mode", json!({"runbook": "disk-full", "mode": "live", "incident": drill})),
        ("component", json!({"runbook": "disk-full", "component": "no-such"})),
    ] {
        let refused = asked(body.clone()).await;
        assert_eq!((refused.status, &problem(&refused)["errors"][0]["field"]), (422, &json!(field)), "{body}");
    }
    let broken = asked(json!({"runbook": "broken"})).await;
    assert!(broken.status == 409 && broken.body.contains("mistakes"), "{}", broken.body);
    let number = begin(&program, json!({"incident": drill})).await;
    assert_eq!(run(&program, number).await["mode"], "drill", "a run in a drill is one");
    let unknown = send(&program, number, &event("tick", "no-such", 0, json!({}))).await;
    assert_eq!((unknown.status, &problem(&unknown)["errors"][0]["code"]), (422, &json!("invalid-step")));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tick_is_a_row_of_the_timeline_once_and_in_order() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let incident = program.open("Full", json!({})).await;
    let number = begin(&program, json!({"incident": incident})).await;
    let early = json!({"occurred_at": "2020-01-01T00:00:00Z"});
    assert_eq!(does(&program, number, "tick", "look", early).await, "done");
    assert_eq!(does(&program, number, "copied", "look", json!({"text": "df -h"})).await, "done");
    assert_eq!(does(&program, number, "answer", "kind", json!({"answer": "yes"})).await, "done");
    assert_eq!(does(&program, number, "fail", "stop", json!({"text": "it hangs"})).await, "failed");
    assert_eq!(does(&program, number, "tick", "stop", json!({})).await, "done");
    assert_eq!(does(&program, number, "untick", "stop", json!({"text": "it came back"})).await, "open");
    assert_eq!(does(&program, number, "note", "stop", json!({"text": "it is the other disk"})).await, "open");
    assert_eq!(does(&program, number, "skip", "up", json!({})).await, "skipped");
    let told = ["run_started", "tick look", "answer kind", "fail stop", "tick stop", "untick stop", "note stop", "skip up"];
    assert_eq!(rows(&program, incident).await, told);
    let whole = program.incident(incident).await;
    let tick = whole["timeline"].as_array().unwrap().iter().find(|row| row["event"]["deed"] == "tick").unwrap();
    let begun = run(&program, number).await;
    assert_eq!(tick["occurred_at"], begun["started_at"], "nothing happened before it began, whatever a phone says");
    assert_eq!((&tick["event"]["title"], &tick["actor"]), (&json!("Look at df"), &json!("incidents:write")));
    assert_eq!(site.server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'run.step'").await, 7, "copying is no step");
    let found = program.get("/api/v1/incidents/search?q=other%20disk").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_did_to_the_same_step_is_not_overwritten() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let number = begin(&program, json!({})).await;
    let mut other = Visitor::with_role(&site.server, Role::Responder).await;
    let path = format!("/api/v1/runs/{number}/events");
    assert_eq!(other.json("POST", &path, &event("fail", "look", 0, json!({"text": "no answer"}))).await.status, 200);
    let late = send(&program, number, &event("tick", "look", 0, json!({}))).await;
    assert_eq!((late.status, &problem(&late)["state"]["stand"]), (409, &json!("failed")), "{}", late.body);
    assert_eq!(stand(&program, number, "look").await, "failed");
    let elsewhere = send(&program, number, &event("answer", "kind", 0, json!({"answer": "no"}))).await;
    assert_eq!(elsewhere.status, 200, "another step is no matter of theirs: {}", elsewhere.body);
    assert_eq!(send(&program, number, &event("note", "look", 0, json!({"text": "seen too"}))).await.status, 200);
    assert_eq!(send(&program, number, &event("tick", "look", 1, json!({}))).await.status, 200, "now they know");
    let queue = event("untick", "look", 1, json!({"text": "too early"}));
    assert_eq!(send(&program, number, &queue).await.status, 200, "what one did oneself is always known");
}

#[tokio::test(flavor = "multi_thread")]
async fn reasons_second_people_and_answers_are_asked_for() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let number = begin(&program, json!({})).await;
    does(&program, number, "tick", "look", json!({})).await;
    assert_eq!(send(&program, number, &event("untick", "look", 1, json!({}))).await.status, 422);
    assert_eq!(does(&program, number, "answer", "kind", json!({"answer": "yes"})).await, "done");
    let critical = send(&program, number, &event("skip", "stop", 9, json!({"text": " "}))).await;
    let error = problem(&critical)["errors"][0].clone();
    assert_eq!((critical.status, &error["field"], &error["code"]), (422, &json!("text"), &json!("invalid-reason")));
    assert_eq!(does(&program, number, "skip", "stop", json!({"text": "it is stopped"})).await, "skipped");
    assert_eq!(send(&program, number, &event("tick", "grow", 9, json!({}))).await.status, 409, "it is not on the way");

    assert_eq!(does(&program, number, "answer", "kind", json!({"answer": "no"})).await, "done", "another answer");
    assert_eq!(stand(&program, number, "stop").await, "not_applicable");
    assert_eq!(does(&program, number, "tick", "grow", json!({})).await, "awaiting");
    let own = send(&program, number, &event("confirm", "grow", 9, json!({}))).await;
    assert!(own.status == 409 && own.body.contains("Somebody else"), "{}", own.body);
    let mut other = Visitor::with_role(&site.server, Role::Responder).await;
    let confirm = event("confirm", "grow", 9, json!({}));
    assert_eq!(other.json("POST", &format!("/api/v1/runs/{number}/events"), &confirm).await.status, 200);
    assert_eq!(stand(&program, number, "grow").await, "done");
    assert_eq!(send(&program, number, &event("answer", "kind", 9, json!({"answer": "perhaps"}))).await.status, 422);
    assert_eq!(does(&program, number, "answer", "kind", json!({"answer": "yes"})).await, "done", "back again");
    assert_eq!(stand(&program, number, "stop").await, "skipped", "what was done there is not forgotten");
    let secret = json!({"text": "password=correct-horse-battery"});
    let warned = send(&program, number, &event("note", "", 9, secret)).await;
    assert!(warned.status == 422 && warned.body.contains("invalid-secret"), "{}", warned.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_when_all_is_settled_and_taken_back_and_its_incident_after_it() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let incident = program.open("Full", json!({})).await;
    let number = begin(&program, json!({"incident": incident})).await;
    does(&program, number, "tick", "look", json!({})).await;
    does(&program, number, "answer", "kind", json!({"answer": "yes"})).await;
    does(&program, number, "tick", "stop", json!({})).await;
    let open = finish(&program, number, "resolved", "").await;
    assert!(open.status == 409 && open.body.contains("not settled"), "{}", open.body);
    does(&program, number, "skip", "start", json!({})).await;
    does(&program, number, "skip", "up", json!({})).await;
    assert_eq!(run(&program, number).await["unpaired"], json!(["stop"]));
    let unpaired = finish(&program, number, "resolved", "").await;
    assert!(unpaired.status == 409 && unpaired.body.contains("undone"), "{}", unpaired.body);
    assert_eq!(finish(&program, number, "won", "").await.status, 422);

    assert_eq!(program.to_state(incident, "resolved", "").await.status, 200);
    let early = program.to_state(incident, "closed", "").await;
    assert!(early.status == 409 && early.body.contains("runbook"), "{}", early.body);
    let late = json!({"op": "end-1", "outcome": "resolved", "text": "the writer stays off", "expected_seq": 0});
    assert_eq!(program.ask("POST", &format!("/api/v1/runs/{number}/finish"), &late).await.status, 204, "all of it was their own");
    assert_eq!(program.ask("POST", &format!("/api/v1/runs/{number}/finish"), &late).await.status, 204, "sent again");
    let ended = run(&program, number).await;
    assert_eq!((&ended["state"], &ended["outcome"], &ended["outcome_text"]), (&json!("done"), &json!("resolved"), &late["text"]));
    assert_eq!(send(&program, number, &event("note", "", 9, json!({"text": "one more thing"}))).await.status, 409);
    let rows = rows(&program, incident).await;
    assert_eq!(rows.iter().filter(|row| *row == "run_finished").count(), 1, "{rows:?}");
    assert_eq!(program.to_state(incident, "closed", "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_no_run_before_somebody_says_so() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let incident = program.open("Full", json!({})).await;
    let number = begin(&program, json!({"incident": incident})).await;
    does(&program, number, "tick", "look", json!({})).await;
    does(&program, number, "answer", "kind", json!({"answer": "yes"})).await;
    does(&program, number, "tick", "stop", json!({})).await;
    // Time will pass, and no probe shall meddle.
    site.target.set(Behaviour::Error);
    let edited = DISK_FULL.replace("One line for each disk.", "One line for each disk, none above 90 %.").replace(
        "- [ ] Start the writer again",
        "- [ ] Tell those who wait <!-- s:tell when=kind:yes -->\n- [ ] Start the writer again",
    );
    fs::write(site.folder.path().join("disk-full.en.md"), edited).unwrap();
    let before = eventually("the newer version is known", || async {
        site.server.clock.advance(Duration::from_secs(1));
        Some(run(&program, number).await).filter(|run| run["newer_version"] == 2)
    })
    .await;
    assert_eq!((&before["version"], before["steps"].as_array().unwrap().len()), (&json!(1), 6), "it goes on as it was");
    let path = format!("/api/v1/runs/{number}/rebase");
    for _ in 0..2 {
        let body = json!({"op": "rebase-1", "to": 2, "expected_seq": before["seq"]});
        let rebased = program.ask("POST", &path, &body).await;
        assert_eq!(rebased.status, 204, "{}", rebased.body);
    }
    for (step, stands) in [("look", "recheck"), ("kind", "done"), ("stop", "done"), ("tell", "open"), ("start", "open")] {
        assert_eq!(stand(&program, number, step).await, stands, "{step}");
    }
    for to in [1, 2, 3] {
        let body = json!({"op": format!("rebase-to-{to}"), "to": to, "expected_seq": 99});
        assert_eq!(program.ask("POST", &path, &body).await.status, 409, "version {to} is not newer, or not there");
    }
    let whole = program.incident(incident).await;
    let row = whole["timeline"].as_array().unwrap().iter().find(|row| row["event"]["event"] == "run_rebased").unwrap();
    let event = &row["event"];
    assert_eq!((&event["from"], &event["to"], &event["rechecks"]), (&json!(1), &json!(2), &json!(1)));
    assert_eq!(does(&program, number, "tick", "look", json!({})).await, "done", "looked at once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_go_along_when_incidents_are_merged() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let [one, other] = [program.open("One", json!({})).await, program.open("Other", json!({})).await];
    let number = begin(&program, json!({"incident": one})).await;
    program.post(&format!("/api/v1/incidents/{one}/merge"), json!({"into": other})).await;
    assert_eq!(run(&program, number).await["incident"], other);
    does(&program, number, "tick", "look", json!({})).await;
    assert_eq!(rows(&program, other).await, ["run_started", "tick look"]);
    let late = begin(&program, json!({"incident": one})).await;
    assert_eq!(run(&program, late).await["incident"], other, "whoever does not know of the merger");
    let listed = program.get(&format!("/api/v1/runs?incident={other}")).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_respond_or_have_a_role_follow_runbooks() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let mut viewer = Visitor::with_role(&site.server, Role::Viewer).await;
    let me: Value = serde_json::from_str(&viewer.get("/api/v1/me").await.body).unwrap();
    let number = begin(&program, json!({})).await;
    let path = format!("/api/v1/runs/{number}/events");
    assert_eq!(viewer.get(&format!("/api/v1/runs/{number}")).await.status, 200, "they may look");
    assert_eq!(viewer.json("POST", &path, &event("tick", "look", 0, json!({}))).await.status, 403);
    assert_eq!(viewer.json("POST", "/api/v1/runs", &json!({"runbook": "disk-full"})).await.status, 403);
    let rows = format!("Bearer {}", Visitor::key_with_scope(&site.server, Scope::WriteTimeline).await);
    let chat = Program { server: &site.server, key: rows };
    assert_eq!(send(&chat, number, &event("tick", "look", 0, json!({}))).await.status, 403, "writing rows is not following");

    let incident = program.open("Full", json!({"scribe": me["name"]})).await;
    let begun = viewer.json("POST", "/api/v1/runs", &json!({"runbook": "disk-full", "incident": incident})).await;
    assert_eq!(begun.status, 201, "a role in the incident is enough: {}", begun.body);
    let number = problem(&begun)["number"].clone();
    let ticked = viewer.json("POST", &format!("/api/v1/runs/{number}/events"), &event("tick", "look", 0, json!({}))).await;
    assert_eq!(ticked.status, 200, "{}", ticked.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_says_when_a_step_is_done() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    site.server.first_check(&site.target).await;
    let incident = program.open("Full", json!({})).await;
    let number = begin(&program, json!({"incident": incident})).await;
    let checked = site.target.requests();
    eventually("the probe was up three times", || async {
        site.server.clock.advance(Duration::from_secs(1));
        (stand(&program, number, "up").await == "verified").then_some(())
    })
    .await;
    assert!(site.target.requests() >= checked + 3, "three results of after it began");
    let event = run(&program, number).await["events"][0].clone();
    assert_eq!((&event["actor"], &event["text"]), (&json!("Yagura"), &json!("probe web-http")));
    assert_eq!(rows(&program, incident).await, ["run_started", "verify up"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn output_is_kept_with_its_step_and_can_be_deleted() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let incident = program.open("Full", json!({})).await;
    let number = begin(&program, json!({"incident": incident})).await;
    let path = format!("/api/v1/runs/{number}/files");
    let output = json!({"op": "out-1", "step": "look", "text": "/dev/sda1  100%\n"});
    let id = program.post(&path, output.clone()).await["id"].as_str().unwrap().to_owned();
    assert_eq!(program.post(&path, output).await["id"], id.as_str(), "sent twice, kept once");
    let secret = json!({"op": "out-2", "step": "look", "text": "password=correct-horse-battery"});
    let warned = program.ask("POST", &path, &secret).await;
    assert_eq!((warned.status, &problem(&warned)["errors"][0]["field"]), (422, &json!("text")));
    let kept = run(&program, number).await["files"].clone();
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["name"], &kept[0]["seq"]), (1, &json!("output.txt"), &json!(1)));
    assert_eq!(program.ask("GET", &format!("{path}/{id}"), &json!({})).await.body, "/dev/sda1  100%\n");
    assert_eq!(program.ask("DELETE", &format!("{path}/{id}"), &json!({})).await.status, 204);
    assert_eq!(program.ask("GET", &format!("{path}/{id}"), &json!({})).await.status, 404);
    let after = run(&program, number).await;
    assert_eq!((&after["files"], after["events"].as_array().unwrap().len()), (&json!([]), 1), "that it was there stays");
    assert_eq!(rows(&program, incident).await, ["run_started", "output look"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_who_else_is_there() {
    let site = Site::start().await;
    let program = Program::new(&site.server).await;
    let number = begin(&program, json!({})).await;
    let path = format!("/api/v1/runs/{number}/presence");
    let mut one = Visitor::with_role(&site.server, Role::Responder).await;
    let mut other = Visitor::with_role(&site.server, Role::Viewer).await;
    assert_eq!(one.json("POST", &path, &json!({"step": "look"})).await.body, json!({"people": []}).to_string());
    let seen: Value = serde_json::from_str(&other.json("POST", &path, &json!({})).await.body).unwrap();
    assert_eq!((seen["people"].as_array().unwrap().len(), &seen["people"][0]["step"]), (1, &json!("look")), "{seen}");
    site.server.clock.advance(Duration::from_secs(46));
    let alone: Value = serde_json::from_str(&other.json("POST", &path, &json!({})).await.body).unwrap();
    assert_eq!(alone["people"], json!([]), "who says nothing for 45 s is gone");
    assert_eq!(one.json("POST", "/api/v1/runs/99/presence", &json!({})).await.status, 404);
}
