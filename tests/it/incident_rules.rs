//! What an incident must not do to another one, to the public, to the past, or twice.

use std::time::Duration;

use domain::account::{Role, Scope};
use serde_json::{Value, json};
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

use crate::incidents::{Program, told};

const UPDATE: &str = "We look into it.";
const SAME_SITE: (&str, &str) = ("sec-fetch-site", "same-origin");

async fn publish(program: &Program<'_>, number: i64) {
    let body = json!({"is_public": true});
    assert_eq!(program.ask("POST", &format!("/api/v1/incidents/{number}/visibility"), &body).await.status, 204);
}

async fn tell(program: &Program<'_>, number: i64, body: Value) -> tests::server::Answer {
    let mut whole = json!({"status": "investigating", "body": {"ja": UPDATE, "en": UPDATE}});
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    program.ask("POST", &format!("/api/v1/incidents/{number}/updates"), &whole).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_for_an_incident_that_was_merged_goes_where_that_is_now() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let [one, other] = [program.open("One", json!({})).await, program.open("Other", json!({})).await];
    let row = json!({"body": "typed without a network", "op": "phone-1"});
    program.row(one, row.clone()).await;
    program.post(&format!("/api/v1/incidents/{one}/merge"), json!({"into": other})).await;
    let late = json!({"body": "typed before the merger was known", "op": "phone-2"});
    let added = program.post(&format!("/api/v1/incidents/{one}/timeline"), late).await;
    assert_eq!(added["number"], other);
    program.post(&format!("/api/v1/incidents/{one}/timeline"), row).await;
    let told = told(&program.incident(other).await);
    for text in ["typed without a network", "typed before the merger was known"] {
        assert_eq!(told.iter().filter(|row| *row == text).count(), 1, "{text}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_internal_stays_so_when_it_is_merged_into_a_public_one() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let public = program.open("Public", json!({})).await;
    publish(&program, public).await;
    let internal = program.open("Internal", json!({"components": {"web": "major_outage"}})).await;
    program.row(internal, json!({"body": "names of customers", "visibility": "public"})).await;
    program.post(&format!("/api/v1/incidents/{internal}/merge"), json!({"into": public})).await;
    let whole = program.incident(public).await;
    let row = whole["timeline"].as_array().unwrap().iter().find(|row| row["body"] == "names of customers").unwrap().clone();
    assert_eq!(row["visibility"], "internal");
    assert_eq!(whole["components"], json!([]));
    let page = server.get("/en/incidents/1").await;
    assert!(page.status == 200 && !page.body.contains("names of customers"), "{}", page.body);

    let withdrawn = program.open("Withdrawn", json!({})).await;
    assert_eq!(tell(&program, withdrawn, json!({"make_public": true})).await.status, 201);
    let body = json!({"is_public": false});
    assert_eq!(program.ask("POST", &format!("/api/v1/incidents/{withdrawn}/visibility"), &body).await.status, 204);
    let merged = program.ask("POST", &format!("/api/v1/incidents/{withdrawn}/merge"), &json!({"into": public})).await;
    assert!(merged.status == 409 && merged.body.contains("make it public first"), "{}", merged.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_writes_rows_shows_none_to_the_public() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    publish(&program, number).await;
    let writer =
        Program { server: &server, key: format!("Bearer {}", Visitor::key_with_scope(&server, Scope::WriteTimeline).await) };
    let path = format!("/api/v1/incidents/{number}/timeline");
    for visibility in ["public", "redacted"] {
        let refused = writer.ask("POST", &path, &json!({"body": "look", "visibility": visibility})).await;
        assert!(refused.status == 422 && refused.body.contains("invalid-visibility-role"), "{}", refused.body);
    }
    writer.row(number, json!({"body": "look"})).await;
    assert!(!server.get("/en/incidents/1").await.body.contains("look"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_is_done_once() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let path = format!("/desk/incidents/{number}/updates/new");
    let page = responder.get(&path).await;
    let request = Visitor::field(&page.body, "request");
    let form = |text: &'static str| {
        [
            ("request", request.clone()),
            ("status", "investigating".to_owned()),
            ("body_ja", text.to_owned()),
            ("body_en", text.to_owned()),
        ]
        .into_iter()
        .chain([("make_public", "yes".to_owned())])
        .collect::<Vec<_>>()
    };
    for (text, count) in [(UPDATE, 1), (UPDATE, 1), ("Something else.", 2)] {
        let form = form(text);
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = responder.post(&path, &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(program.incident(number).await["updates"].as_array().unwrap().len(), count, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_is_told_afterwards_takes_no_outage_of_today_and_ends_when_it_ended() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    server.first_check(&target).await;
    let began = "2024-04-18 22:15 JST";
    let number = program.open("A night in April", json!({"began": began, "components": {"web": "major_outage"}})).await;
    target.set(Behaviour::Error);
    eventually("the outage of today is suggested all the same", || async {
        server.clock.advance(Duration::from_secs(1));
        let suggestions = program.get("/api/v1/suggestions").await;
        suggestions["items"].as_array().is_some_and(|all| !all.is_empty()).then_some(())
    })
    .await;
    let rows = told(&program.incident(number).await);
    assert!(!rows.iter().any(|row| row == "component_down"), "{rows:?}");

    let version = format!("\"{}\"", program.incident(number).await["version"]);
    let body = json!({"state": "resolved", "at": "2024-04-19 00:34 JST"});
    let path = format!("/api/v1/incidents/{number}/state");
    let moved = program.with("POST", &path, &[("if-match", &version)], &body).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    let whole = program.incident(number).await;
    let end = "2024-04-18T15:34:00.000Z";
    assert_eq!((&whole["resolved_at"], &whole["components"][0]["until"]), (&json!(end), &json!(end)));

    // That was the wrong component, as it turns out.
    let version = format!("\"{}\"", whole["version"]);
    let body = json!({"title": "A night in April", "severity": "sev2", "impact": "major", "components": {}});
    let changed = program.with("PUT", &format!("/api/v1/incidents/{number}"), &[("if-match", &version)], &body).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(program.incident(number).await["components"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_begun_again_with_a_reason_and_loses_its_end() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({"components": {"web": "major_outage"}})).await;
    assert_eq!(tell(&program, number, json!({"make_public": true, "next_update_minutes": 30})).await.status, 201);
    let promised = program.incident(number).await["next_update_due_at"].clone();
    assert!(promised.is_string());
    assert_eq!(tell(&program, number, json!({"next_update_minutes": 60})).await.status, 201);
    let promised = program.incident(number).await["next_update_due_at"].clone();
    assert_eq!(tell(&program, number, json!({"corrects": 1})).await.status, 201);
    assert_eq!(program.incident(number).await["next_update_due_at"], promised, "an old update set right promises nothing");

    assert_eq!(program.to_state(number, "resolved", "").await.status, 200);
    assert!(program.incident(number).await["markers"]["resolved"].is_string());
    let told = tell(&program, number, json!({"status": "resolved", "components": {"web": "partial_outage"}})).await;
    assert_eq!(told.status, 201, "{}", told.body);
    let periods = program.incident(number).await["components"].clone();
    assert!(periods.as_array().unwrap().iter().all(|period| period["until"].is_string()), "{periods}");
    let again = tell(&program, number, json!({"status": "investigating"})).await;
    assert!(again.status == 409 && again.body.contains("Reopen it first"), "{}", again.body);
    assert_eq!(program.to_state(number, "investigating", "it is back").await.status, 200);
    let markers = program.incident(number).await["markers"].clone();
    assert!(markers["resolved"].is_null() && markers["impact_end"].is_null(), "{markers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_form_of_an_incident_shows_both_and_can_be_sent_again() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let path = format!("/desk/incidents/{number}/edit");
    let version = Visitor::field(&responder.get(&path).await.body, "version");
    let form = |title: &'static str, severity: &'static str, version: &str| {
        let fields =
            [("title_ja", title), ("title_en", title), ("kind", "incident"), ("severity", severity), ("impact", "minor")];
        let own = [("zone".to_owned(), "UTC".to_owned()), ("version".to_owned(), version.to_owned())];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().chain(own).collect::<Vec<_>>()
    };
    let mut send = async |form: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        responder.post(&path, &fields).await
    };
    assert_eq!(send(form("Theirs", "sev1", &version)).await.status, 303);
    let stale = send(form("Mine", "sev3", &version)).await;
    assert_eq!(stale.status, 409);
    for words in ["Now: Theirs", "Now: sev1", "value=\"Mine\""] {
        assert!(stale.body.contains(words), "{words}: {}", stale.body);
    }
    let newest = Visitor::field(&stale.body, "version");
    assert_eq!(send(form("Mine", "sev3", &newest)).await.status, 303);
    assert_eq!(program.incident(number).await["title"], "Mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_form_of_a_row_says_that_it_was_hidden_meanwhile() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    let id = program.row(number, json!({"body": "the name of a customer", "visibility": "public", "at": "-5m"})).await;
    let path = format!("/api/v1/incidents/{number}/timeline/{id}");
    let change =
        json!({"at": "-5m", "kind": "note", "body": "the name of a customer", "visibility": "redacted", "is_starred": true});
    assert_eq!(program.with("PUT", &path, &[("if-match", "\"1\"")], &change).await.status, 200);
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let form = [
        ("revision", "1"),
        ("at", "-5m"),
        ("kind", "note"),
        ("body", "a customer"),
        ("visibility", "public"),
        ("hypothesis", "open"),
    ];
    let stale = responder.post(&format!("/desk/incidents/{number}/entries/{id}"), &form).await;
    assert_eq!(stale.status, 409);
    for words in ["the name of a customer", "a customer</textarea>", "Now: redacted", "Now: yes"] {
        assert!(stale.body.contains(words), "{words}: {}", stale.body);
    }
    assert!(!stale.body.contains("Now: (nothing)"), "{}", stale.body);
}

/// A form with a file or a text, as a browser sends it.
fn multipart(fields: &[(&str, &str)]) -> (&'static str, Vec<u8>) {
    let part =
        |(name, value): &(&str, &str)| format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = fields.iter().map(part).chain(["--limit--\r\n".to_owned()]).collect::<String>();
    ("multipart/form-data; boundary=limit", body.into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_looks_like_a_secret_comes_back_and_can_be_kept_knowingly() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let program = Program::new(&server).await;
    let number = program.open("Hung", json!({})).await;
    let id = program.row(number, json!({"body": "what the log says"})).await;
    let path = format!("/desk/incidents/{number}/entries/{id}/evidence");
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let text = "db password=hunter2-Aq9xZ";
    let fields = [("name", "kubectl get pods"), ("text", text)];
    let (kind, body) = multipart(&fields);
    let refused = responder.send("POST", &path, &[("content-type", kind), SAME_SITE], body).await;
    assert_eq!(refused.status, 422);
    for words in [text, "kubectl get pods", "name=\"keep_secrets\"", "id=\"error-text\""] {
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    let (kind, body) = multipart(&[fields[0], fields[1], ("keep_secrets", "yes")]);
    let kept = responder.send("POST", &path, &[("content-type", kind), SAME_SITE], body).await;
    assert_eq!(kept.status, 303, "{}", kept.body);
    let whole = program.incident(number).await;
    let row = whole["timeline"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).unwrap().clone();
    assert_eq!(
        (&row["evidence"][0]["name"], &row["evidence"][0]["media_type"]),
        (&json!("kubectl get pods"), &json!("text/plain"))
    );
    let nothing = responder.send("POST", &path, &[("content-type", "text/plain"), SAME_SITE], b"x".to_vec()).await;
    assert_eq!(nothing.status, 422, "what is no form says nothing");
}
