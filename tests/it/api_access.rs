//! Who may do what by the API: every operation with every role, every scope, and without either. One that is missing here fails the test.

use std::collections::BTreeSet;

use domain::account::{Role, Scope};
use serde_json::json;
use tests::server::{TestServer, one_component};
use tests::target::Target;
use tests::visitor::Visitor;

/// Who may use an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Anybody,
    KeyOrSession,
    /// Only people, for themselves.
    Session,
    /// People with this role or a higher one, keys with this scope or `admin`.
    Least(Role, Scope),
}

use Who::{Anybody, KeyOrSession, Session};

const READ: Who = Who::Least(Role::Viewer, Scope::Read);
const OPERATE: Who = Who::Least(Role::Responder, Scope::OperateProbes);
const WRITE: Who = Who::Least(Role::Responder, Scope::WriteTimeline);
const RESPOND: Who = Who::Least(Role::Responder, Scope::WriteIncidents);
const CONFIGURE: Who = Who::Least(Role::Maintainer, Scope::WriteConfiguration);
const PLAN: Who = Who::Least(Role::Maintainer, Scope::WriteMaintenance);
const AUDIT: Who = Who::Least(Role::Maintainer, Scope::Admin);
const OWN: Who = Who::Least(Role::Owner, Scope::Admin);

const TABLE: [(&str, &str, Who); 114] = [
    ("GET", "/api/v1/account", Session),
    ("PUT", "/api/v1/account/language", Session),
    ("DELETE", "/api/v1/account/passkeys/{id}", Session),
    ("PUT", "/api/v1/account/password", Session),
    ("POST", "/api/v1/account/recovery-codes", Session),
    ("GET", "/api/v1/account/sessions", Session),
    ("DELETE", "/api/v1/account/sessions", Session),
    ("DELETE", "/api/v1/account/sessions/{id}", Session),
    ("PUT", "/api/v1/account/totp", Session),
    ("DELETE", "/api/v1/account/totp", Session),
    ("POST", "/api/v1/account/totp/offer", Session),
    ("GET", "/api/v1/alerts", READ),
    ("POST", "/api/v1/alerts", RESPOND),
    ("GET", "/api/v1/alerts/{number}", READ),
    ("PUT", "/api/v1/alerts/{number}/acknowledgement", RESPOND),
    ("DELETE", "/api/v1/alerts/{number}/acknowledgement", RESPOND),
    ("POST", "/api/v1/alerts/{number}/end", RESPOND),
    ("POST", "/api/v1/alerts/{number}/incident", RESPOND),
    ("GET", "/api/v1/audit", AUDIT),
    ("GET", "/api/v1/channels", READ),
    ("POST", "/api/v1/channels/{slug}/test", CONFIGURE),
    ("GET", "/api/v1/components", READ),
    ("POST", "/api/v1/components", CONFIGURE),
    ("GET", "/api/v1/components/{slug}", READ),
    ("PUT", "/api/v1/components/{slug}", CONFIGURE),
    ("DELETE", "/api/v1/components/{slug}", CONFIGURE),
    ("GET", "/api/v1/groups", READ),
    ("POST", "/api/v1/groups", CONFIGURE),
    ("GET", "/api/v1/groups/{slug}", READ),
    ("PUT", "/api/v1/groups/{slug}", CONFIGURE),
    ("DELETE", "/api/v1/groups/{slug}", CONFIGURE),
    ("GET", "/api/v1/incidents", READ),
    ("POST", "/api/v1/incidents", RESPOND),
    ("GET", "/api/v1/incidents/search", READ),
    ("GET", "/api/v1/incidents/{number}", READ),
    ("PUT", "/api/v1/incidents/{number}", RESPOND),
    ("GET", "/api/v1/incidents/{number}/evidence/{id}", READ),
    ("DELETE", "/api/v1/incidents/{number}/evidence/{id}", RESPOND),
    ("PUT", "/api/v1/incidents/{number}/markers/{marker}", RESPOND),
    ("DELETE", "/api/v1/incidents/{number}/markers/{marker}", RESPOND),
    ("POST", "/api/v1/incidents/{number}/merge", RESPOND),
    ("POST", "/api/v1/incidents/{number}/paste", READ),
    ("PUT", "/api/v1/incidents/{number}/related/{other}", RESPOND),
    ("DELETE", "/api/v1/incidents/{number}/related/{other}", RESPOND),
    ("POST", "/api/v1/incidents/{number}/state", RESPOND),
    ("POST", "/api/v1/incidents/{number}/timeline", WRITE),
    ("PUT", "/api/v1/incidents/{number}/timeline/{id}", RESPOND),
    ("DELETE", "/api/v1/incidents/{number}/timeline/{id}", RESPOND),
    ("POST", "/api/v1/incidents/{number}/timeline/{id}/evidence", WRITE),
    ("POST", "/api/v1/incidents/{number}/timeline/{id}/restore", RESPOND),
    ("GET", "/api/v1/incidents/{number}/timeline/{id}/revisions", READ),
    ("POST", "/api/v1/incidents/{number}/updates", RESPOND),
    ("POST", "/api/v1/incidents/{number}/updates/preview", RESPOND),
    ("POST", "/api/v1/incidents/{number}/visibility", RESPOND),
    ("GET", "/api/v1/keys", OWN),
    ("POST", "/api/v1/keys", OWN),
    ("DELETE", "/api/v1/keys/{id}", OWN),
    ("GET", "/api/v1/maintenance", READ),
    ("POST", "/api/v1/maintenance", PLAN),
    ("POST", "/api/v1/maintenance/preview", PLAN),
    ("GET", "/api/v1/maintenance/{id}", READ),
    ("PUT", "/api/v1/maintenance/{id}", PLAN),
    ("DELETE", "/api/v1/maintenance/{id}", PLAN),
    ("POST", "/api/v1/maintenance/{id}/end", PLAN),
    ("GET", "/api/v1/me", KeyOrSession),
    ("POST", "/api/v1/notes", WRITE),
    ("GET", "/api/v1/notifications", READ),
    ("POST", "/api/v1/notifications/{key}/resend", RESPOND),
    ("GET", "/api/v1/now", READ),
    ("POST", "/api/v1/passkeys/confirm/finish", Session),
    ("POST", "/api/v1/passkeys/confirm/start", Session),
    ("POST", "/api/v1/passkeys/register/finish", Session),
    ("POST", "/api/v1/passkeys/register/start", Session),
    ("POST", "/api/v1/passkeys/sign-in/finish", Anybody),
    ("POST", "/api/v1/passkeys/sign-in/start", Anybody),
    ("GET", "/api/v1/people", OWN),
    ("POST", "/api/v1/people", OWN),
    ("GET", "/api/v1/people/{id}", OWN),
    ("PUT", "/api/v1/people/{id}", OWN),
    ("POST", "/api/v1/people/{id}/disable", OWN),
    ("POST", "/api/v1/people/{id}/enable", OWN),
    ("POST", "/api/v1/people/{id}/link", OWN),
    ("GET", "/api/v1/people/{id}/sessions", OWN),
    ("DELETE", "/api/v1/people/{id}/sessions", OWN),
    ("DELETE", "/api/v1/people/{id}/sessions/{session}", OWN),
    ("DELETE", "/api/v1/people/{id}/totp", OWN),
    ("GET", "/api/v1/probes", READ),
    ("POST", "/api/v1/probes", CONFIGURE),
    ("GET", "/api/v1/probes/{slug}", READ),
    ("PUT", "/api/v1/probes/{slug}", CONFIGURE),
    ("DELETE", "/api/v1/probes/{slug}", CONFIGURE),
    ("POST", "/api/v1/probes/{slug}/pause", OPERATE),
    ("GET", "/api/v1/probes/{slug}/results", READ),
    ("POST", "/api/v1/probes/{slug}/resume", OPERATE),
    ("POST", "/api/v1/probes/{slug}/run", OPERATE),
    ("GET", "/api/v1/runbooks", READ),
    ("POST", "/api/v1/runbooks/lint", READ),
    ("GET", "/api/v1/runbooks/{slug}", READ),
    ("POST", "/api/v1/runbooks/{slug}/review", CONFIGURE),
    ("GET", "/api/v1/runs", READ),
    ("POST", "/api/v1/runs", RESPOND),
    ("GET", "/api/v1/runs/{number}", READ),
    ("POST", "/api/v1/runs/{number}/events", RESPOND),
    ("POST", "/api/v1/runs/{number}/files", RESPOND),
    ("GET", "/api/v1/runs/{number}/files/{id}", READ),
    ("DELETE", "/api/v1/runs/{number}/files/{id}", RESPOND),
    ("POST", "/api/v1/runs/{number}/finish", RESPOND),
    ("POST", "/api/v1/runs/{number}/params", RESPOND),
    ("POST", "/api/v1/runs/{number}/presence", READ),
    ("POST", "/api/v1/runs/{number}/rebase", RESPOND),
    ("GET", "/api/v1/suggestions", READ),
    ("POST", "/api/v1/suggestions/{id}/accept", RESPOND),
    ("POST", "/api/v1/suggestions/{id}/dismiss", RESPOND),
    ("GET", "/api/v1/times", READ),
];

#[test]
fn every_operation_stands_in_the_table() {
    let document: serde_json::Value = serde_json::from_str(&server::web::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let operations: BTreeSet<(String, String)> = paths
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone())))
        .collect();
    let table: BTreeSet<(String, String)> =
        TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let missing: Vec<_> = operations.difference(&table).collect();
    let gone: Vec<_> = table.difference(&operations).collect();
    assert!(missing.is_empty() && gone.is_empty(), "missing in the table: {missing:?}; no operation any more: {gone:?}");
}

/// A path whose parts are things that are not there, but for the incident, the probe and its component.
fn filled(path: &str) -> String {
    path.replace("{number}", "1")
        .replace("{other}", "2")
        .replace("{marker}", "detected")
        .replace(
            "{slug}",
            if path.contains("/probes/") {
                "web-http"
            } else if path.contains("/runbooks/") {
                "component-down"
            } else {
                "web"
            },
        )
        .replace("{id}", "01890a5d-ac96-774b-bcce-b302099a8057")
        .replace("{session}", "01890a5d-ac96-774b-bcce-b302099a8058")
        .replace("/incidents/search", "/incidents/search?q=hung")
        .replace("/api/v1/times", "/api/v1/times?text=now")
}

/// A body that the operation can read.
fn body(method: &str, path: &str) -> serde_json::Value {
    let ceremony = "01890a5d-ac96-774b-bcce-b302099a8059";
    match (method, path) {
        ("GET" | "DELETE", _) => json!({}),
        (_, "/api/v1/incidents" | "/api/v1/incidents/{number}") => json!({"title": "T", "severity": "sev3", "impact": "none"}),
        ("POST", "/api/v1/alerts") => json!({"name": "Hung"}),
        (_, path) if path.starts_with("/api/v1/alerts") => json!({}),
        (_, "/api/v1/runbooks/lint") => json!({"source": "# Nothing"}),
        (_, path) if path.ends_with("/review") => json!({"version": 1}),
        (_, "/api/v1/runs") => json!({"runbook": "component-down", "incident": 1}),
        (_, "/api/v1/runs/{number}/events") => json!({"op": "a", "deed": "note", "expected_seq": 0, "text": "seen"}),
        (_, "/api/v1/runs/{number}/files") => json!({"op": "b", "step": "no-such-step", "text": "seen"}),
        (_, "/api/v1/runs/{number}/finish") => json!({"op": "c", "outcome": "aborted", "expected_seq": 0}),
        (_, "/api/v1/runs/{number}/params") => json!({"op": "d", "params": {}}),
        (_, "/api/v1/runs/{number}/presence") => json!({}),
        (_, "/api/v1/runs/{number}/rebase") => json!({"op": "e", "to": 99, "expected_seq": 0}),
        (_, "/api/v1/notes") => json!({"text": "seen", "incident": 1}),
        (_, path) if path.ends_with("/state") => json!({"state": "identified"}),
        (_, path) if path.ends_with("/visibility") => json!({"is_public": false}),
        (_, path) if path.ends_with("/merge") => json!({"into": 99}),
        (_, path) if path.ends_with("/paste") => json!({"text": "22:36 seen", "day": "2024-04-18"}),
        (_, path) if path.ends_with("/timeline") => json!({"body": "seen"}),
        (_, path) if path.ends_with("/timeline/{id}") => {
            json!({"at": "22:36", "kind": "note", "body": "seen", "visibility": "internal", "is_starred": false})
        }
        (_, path) if path.ends_with("/evidence") => json!({"name": "a.txt", "content": "YQ=="}),
        (_, path) if path.contains("/updates") => json!({"status": "investigating", "body": {"ja": "調査", "en": "Looking"}}),
        (_, path) if path.contains("/markers/") => json!({"row": "01890a5d-ac96-774b-bcce-b302099a8057"}),
        (_, "/api/v1/components" | "/api/v1/groups") => json!({"slug": "fresh", "name": "Fresh"}),
        (_, path) if path.starts_with("/api/v1/components") || path.starts_with("/api/v1/groups") => json!({"name": "Fresh"}),
        ("POST", "/api/v1/probes") => json!({"slug": "fresh", "component": "web", "tcp": {"host": "example.org", "port": 1}}),
        ("PUT", "/api/v1/probes/{slug}") => json!({"component": "web", "tcp": {"host": "example.org", "port": 1}}),
        (_, "/api/v1/maintenance" | "/api/v1/maintenance/preview" | "/api/v1/maintenance/{id}") => {
            json!({"title": "T", "components": ["web"], "starts": "2030-01-01T00:00", "duration_minutes": 60})
        }
        (_, "/api/v1/keys") => json!({"name": "k", "scopes": ["read"]}),
        (_, "/api/v1/people" | "/api/v1/people/{id}") => json!({"name": "fresh", "role": "viewer"}),
        (_, "/api/v1/account/password") => json!({"current": "a", "password": "a quite different one"}),
        (_, "/api/v1/account/language") => json!({"language": "en"}),
        (_, "/api/v1/account/totp") => json!({"code": "000000"}),
        (_, "/api/v1/passkeys/register/finish") => json!({"ceremony": ceremony, "credential": {}, "name": "n"}),
        (_, path) if path.ends_with("/finish") => json!({"ceremony": ceremony, "credential": {}}),
        _ => json!({}),
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
enum Asker {
    Nobody,
    Person(Role),
    Key(Scope),
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_further_than_their_role_or_scope_goes() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let admin = format!("Bearer {}", Visitor::key_with_scope(&server, Scope::Admin).await);
    let opened = json!({"title": "Hung", "severity": "sev3", "impact": "none"}).to_string().into_bytes();
    let headers = [("content-type", "application/json"), ("authorization", admin.as_str())];
    assert_eq!(server.send("POST", "/api/v1/incidents", &headers, opened).await.status, 201);
    let raised = json!({"name": "Hung"}).to_string().into_bytes();
    assert_eq!(server.send("POST", "/api/v1/alerts", &headers, raised).await.status, 201);
    let begun = json!({"runbook": "component-down", "incident": 1}).to_string().into_bytes();
    assert_eq!(server.send("POST", "/api/v1/runs", &headers, begun).await.status, 201);
    let people = Role::ALL.map(Asker::Person);
    let keys = Scope::ALL.map(Asker::Key);
    for asker in [Asker::Nobody].into_iter().chain(people).chain(keys) {
        for (method, path, who) in TABLE {
            let mut visitor = Visitor::new(&server);
            let mut headers =
                vec![("content-type", "application/json"), ("sec-fetch-site", "same-origin"), ("if-match", "\"1\"")];
            let key;
            match asker {
                Asker::Nobody => {}
                Asker::Person(role) => visitor = Visitor::with_role(&server, role).await,
                Asker::Key(scope) => {
                    key = format!("Bearer {}", Visitor::key_with_scope(&server, scope).await);
                    headers.push(("authorization", &key));
                }
            }
            let sent = body(method, path);
            let sent = if method == "GET" { Vec::new() } else { sent.to_string().into_bytes() };
            let answer = visitor.send(method, &filled(path), &headers, sent).await;
            let what = format!("{asker:?} {method} {path}: {} {}", answer.status, answer.body);
            assert!(answer.status < 500, "{what}");
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            if answer.status >= 400 {
                assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
            }
            let may = match (who, asker) {
                (Anybody, _) | (KeyOrSession, Asker::Person(_) | Asker::Key(_)) | (Session, Asker::Person(_)) => true,
                (Who::Least(role, _), Asker::Person(has)) => has >= role,
                (Who::Least(_, scope), Asker::Key(has)) => {
                    has == scope
                        || has == Scope::Admin
                        || (scope == Scope::Read && has != Scope::WriteAlerts)
                        || (has == Scope::WriteIncidents && scope == Scope::WriteTimeline)
                }
                _ => false,
            };
            match asker {
                _ if may => assert!(!matches!(answer.status, 401 | 403), "{what}"),
                Asker::Nobody => assert_eq!(answer.status, 401, "{what}"),
                _ => assert_eq!(answer.status, 403, "{what}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_twice_is_done_once() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let key = format!("Bearer {}", Visitor::key_with_scope(&server, Scope::Admin).await);
    let ask = async |path: &str, idempotency: &str, body: serde_json::Value| {
        let headers = [("content-type", "application/json"), ("authorization", &key), ("idempotency-key", idempotency)];
        server.send("POST", path, &headers, body.to_string().into_bytes()).await
    };
    let component = json!({"slug": "shop", "name": "Shop"});
    for _ in 0..2 {
        let made = ask("/api/v1/components", "one", component.clone()).await;
        assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{}", made.body);
    }
    let other = ask("/api/v1/components", "one", json!({"slug": "other", "name": "Other"})).await;
    assert!(other.status == 409 && other.body.contains("key-reused"), "{}", other.body);
    let made = ask("/api/v1/keys", "two", json!({"name": "ci", "scopes": ["read"]})).await;
    assert!(made.body.contains("ygr_"), "{}", made.body);
    let again = ask("/api/v1/keys", "two", json!({"name": "ci", "scopes": ["read"]})).await;
    assert!(again.status == 201 && !again.body.contains("ygr_"), "a key is shown once: {}", again.body);
    assert_eq!(server.count("SELECT COUNT(*) FROM api_key").await, 2);
    assert_eq!(server.count("SELECT COUNT(*) FROM audit_log WHERE action IN ('component.made', 'key.made')").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_when_it_was_to_end_and_at_once_when_it_is_revoked() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let admin = format!("Bearer {}", Visitor::key_with_scope(&server, Scope::Admin).await);
    let ask = async |method: &str, path: &str, key: &str, body: serde_json::Value| {
        let headers = [("content-type", "application/json"), ("authorization", key)];
        let sent = if method == "GET" { Vec::new() } else { body.to_string().into_bytes() };
        server.send(method, path, &headers, sent).await
    };
    let expires_at = server.now().plus(std::time::Duration::from_secs(3600)).to_string();
    let wanted = json!({"name": "short", "scopes": ["read"], "expires_at": expires_at});
    let made = ask("POST", "/api/v1/keys", &admin, wanted).await;
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let short = format!("Bearer {}", made["key"].as_str().unwrap());
    assert_eq!(ask("GET", "/api/v1/now", &short, json!({})).await.status, 200);
    server.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(ask("GET", "/api/v1/now", &short, json!({})).await.status, 401);
    let kept = server.count("SELECT COUNT(*) FROM api_key WHERE hash IS NOT NULL AND name = 'short'").await;
    assert_eq!(kept, 1);
    let made = ask("POST", "/api/v1/keys", &admin, json!({"name": "other", "scopes": ["read"]})).await;
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let other = format!("Bearer {}", made["key"].as_str().unwrap());
    assert_eq!(ask("GET", "/api/v1/now", &other, json!({})).await.status, 200);
    let path = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(ask("DELETE", &path, &admin, json!({})).await.status, 204);
    assert_eq!(ask("GET", "/api/v1/now", &other, json!({})).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_a_page_at_a_time_and_nothing_is_left_out() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let admin = format!("Bearer {}", Visitor::key_with_scope(&server, Scope::Admin).await);
    for number in 0..5 {
        let body = json!({"slug": format!("shop-{number}"), "name": "Shop"}).to_string();
        let headers = [("content-type", "application/json"), ("authorization", admin.as_str())];
        assert_eq!(server.send("POST", "/api/v1/components", &headers, body.into_bytes()).await.status, 201);
    }
    for (path, expected) in [("/api/v1/components", 6), ("/api/v1/audit", 5)] {
        let (mut seen, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let page = server.get_with(&format!("{path}?limit=2&cursor={cursor}"), &[("authorization", &admin)]).await;
            let page: serde_json::Value = serde_json::from_str(&page.body).unwrap();
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(ToString::to_string));
            let Some(next) = page["next_cursor"].as_str() else { break };
            next.clone_into(&mut cursor);
        }
        assert_eq!(seen.len(), expected, "{path}");
    }
}
