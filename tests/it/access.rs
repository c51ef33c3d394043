//! Who may do what: every route of the desk with every role, and signed out. A route that is missing here fails the test.

use std::collections::BTreeSet;

use domain::account::Role;
use tests::server::{TestServer, one_component};
use tests::target::Target;
use tests::visitor::Visitor;

/// The least who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Least {
    Anybody,
    SignedIn,
    Role(Role),
}

use Least::{Anybody, SignedIn};

const VIEWER: Least = Least::Role(Role::Viewer);
const RESPONDER: Least = Least::Role(Role::Responder);
const MAINTAINER: Least = Least::Role(Role::Maintainer);
const OWNER: Least = Least::Role(Role::Owner);

/// Signing out stands last: it ends the session that asks.
const TABLE: [(&str, &str, Least); 155] = [
    ("GET", "/desk", Anybody),
    ("GET", "/desk/", VIEWER),
    ("GET", "/desk/sign-in", Anybody),
    ("POST", "/desk/sign-in", Anybody),
    ("GET", "/desk/sign-in/code", Anybody),
    ("POST", "/desk/sign-in/code", Anybody),
    ("GET", "/desk/set-up/{token}", Anybody),
    ("POST", "/desk/set-up/{token}", Anybody),
    ("POST", "/desk/language", Anybody),
    ("GET", "/desk/confirm", SignedIn),
    ("POST", "/desk/confirm", SignedIn),
    ("GET", "/desk/account", SignedIn),
    ("POST", "/desk/account/password", SignedIn),
    ("POST", "/desk/account/language", SignedIn),
    ("GET", "/desk/account/totp", SignedIn),
    ("POST", "/desk/account/totp", SignedIn),
    ("POST", "/desk/account/totp/remove", SignedIn),
    ("POST", "/desk/account/recovery-codes", SignedIn),
    ("POST", "/desk/account/passkeys/{id}/remove", SignedIn),
    ("POST", "/desk/account/sessions/{id}/end", SignedIn),
    ("POST", "/desk/account/sign-out-others", SignedIn),
    ("GET", "/desk/events", VIEWER),
    ("GET", "/desk/alerts", VIEWER),
    ("GET", "/desk/alerts/new", RESPONDER),
    ("POST", "/desk/alerts/new", RESPONDER),
    ("GET", "/desk/alerts/{number}", VIEWER),
    ("POST", "/desk/alerts/{number}/acknowledge", RESPONDER),
    ("POST", "/desk/alerts/{number}/unacknowledge", RESPONDER),
    ("POST", "/desk/alerts/{number}/end", RESPONDER),
    ("POST", "/desk/alerts/{number}/incident", RESPONDER),
    ("POST", "/desk/alerts/{number}/runs", RESPONDER),
    ("GET", "/desk/notifications", VIEWER),
    ("POST", "/desk/notifications/{key}/resend", RESPONDER),
    ("POST", "/desk/channels/{slug}/test", MAINTAINER),
    ("GET", "/desk/incidents", VIEWER),
    ("GET", "/desk/incidents/new", RESPONDER),
    ("POST", "/desk/incidents/new", RESPONDER),
    ("GET", "/desk/incidents/{number}", VIEWER),
    ("GET", "/desk/incidents/{number}/edit", RESPONDER),
    ("POST", "/desk/incidents/{number}/edit", RESPONDER),
    ("POST", "/desk/incidents/{number}/state", RESPONDER),
    ("POST", "/desk/incidents/{number}/public", RESPONDER),
    ("POST", "/desk/incidents/{number}/internal", RESPONDER),
    ("POST", "/desk/incidents/{number}/relate", RESPONDER),
    ("POST", "/desk/incidents/{number}/unrelate", RESPONDER),
    ("POST", "/desk/incidents/{number}/merge", RESPONDER),
    ("POST", "/desk/incidents/{number}/entries", RESPONDER),
    ("GET", "/desk/incidents/{number}/entries/{id}", VIEWER),
    ("POST", "/desk/incidents/{number}/entries/{id}", RESPONDER),
    ("POST", "/desk/incidents/{number}/entries/{id}/star", RESPONDER),
    ("POST", "/desk/incidents/{number}/entries/{id}/delete", RESPONDER),
    ("POST", "/desk/incidents/{number}/entries/{id}/restore", RESPONDER),
    ("POST", "/desk/incidents/{number}/entries/{id}/evidence", RESPONDER),
    ("GET", "/desk/incidents/{number}/evidence/{id}", VIEWER),
    ("POST", "/desk/incidents/{number}/evidence/{id}/delete", RESPONDER),
    ("GET", "/desk/incidents/{number}/entries/choose", RESPONDER),
    ("POST", "/desk/incidents/{number}/entries/choose", RESPONDER),
    ("GET", "/desk/incidents/{number}/paste", RESPONDER),
    ("POST", "/desk/incidents/{number}/paste", RESPONDER),
    ("GET", "/desk/incidents/{number}/updates/new", RESPONDER),
    ("POST", "/desk/incidents/{number}/updates/new", RESPONDER),
    ("POST", "/desk/suggestions/accept", RESPONDER),
    ("POST", "/desk/suggestions/dismiss", RESPONDER),
    ("GET", "/desk/runbooks", VIEWER),
    ("GET", "/desk/runbooks/write", VIEWER),
    ("POST", "/desk/runbooks/write", VIEWER),
    ("GET", "/desk/runbooks/for/{component}/{alert}", VIEWER),
    ("GET", "/desk/runbooks/{slug}", VIEWER),
    ("GET", "/desk/runbooks/{slug}/diff", VIEWER),
    ("GET", "/desk/runbooks/{slug}/run", RESPONDER),
    ("POST", "/desk/runbooks/{slug}/run", RESPONDER),
    ("POST", "/desk/runbooks/{slug}/review", MAINTAINER),
    ("GET", "/desk/coverage", VIEWER),
    ("POST", "/desk/incidents/{number}/runs", RESPONDER),
    ("GET", "/desk/runs/{number}", VIEWER),
    ("POST", "/desk/runs/{number}/steps/{step}", RESPONDER),
    ("POST", "/desk/runs/{number}/steps/{step}/evidence", RESPONDER),
    ("GET", "/desk/runs/{number}/evidence/{id}", VIEWER),
    ("POST", "/desk/runs/{number}/evidence/{id}/delete", RESPONDER),
    ("POST", "/desk/runs/{number}/params", RESPONDER),
    ("POST", "/desk/runs/{number}/notes", RESPONDER),
    ("GET", "/desk/runs/{number}/rebase", RESPONDER),
    ("POST", "/desk/runs/{number}/rebase", RESPONDER),
    ("POST", "/desk/runs/{number}/finish", RESPONDER),
    ("GET", "/desk/components", VIEWER),
    ("GET", "/desk/components/new", MAINTAINER),
    ("POST", "/desk/components/new", MAINTAINER),
    ("GET", "/desk/components/{slug}/edit", MAINTAINER),
    ("POST", "/desk/components/{slug}/edit", MAINTAINER),
    ("POST", "/desk/components/{slug}/remove", MAINTAINER),
    ("GET", "/desk/probes/new", MAINTAINER),
    ("POST", "/desk/probes/new", MAINTAINER),
    ("GET", "/desk/probes/{slug}", VIEWER),
    ("GET", "/desk/probes/{slug}/edit", MAINTAINER),
    ("POST", "/desk/probes/{slug}/edit", MAINTAINER),
    ("POST", "/desk/probes/{slug}/remove", MAINTAINER),
    ("POST", "/desk/probes/{slug}/pause", RESPONDER),
    ("POST", "/desk/probes/{slug}/resume", RESPONDER),
    ("POST", "/desk/probes/{slug}/run", RESPONDER),
    ("GET", "/desk/maintenance", VIEWER),
    ("GET", "/desk/maintenance/new", MAINTAINER),
    ("POST", "/desk/maintenance/new", MAINTAINER),
    ("GET", "/desk/maintenance/{id}/edit", MAINTAINER),
    ("POST", "/desk/maintenance/{id}/edit", MAINTAINER),
    ("POST", "/desk/maintenance/{id}/cancel", MAINTAINER),
    ("POST", "/desk/maintenance/{id}/end", MAINTAINER),
    ("GET", "/desk/people", OWNER),
    ("POST", "/desk/people", OWNER),
    ("GET", "/desk/people/{id}", OWNER),
    ("POST", "/desk/people/{id}", OWNER),
    ("POST", "/desk/people/{id}/link", OWNER),
    ("POST", "/desk/people/{id}/disable", OWNER),
    ("POST", "/desk/people/{id}/enable", OWNER),
    ("POST", "/desk/people/{id}/sign-out", OWNER),
    ("POST", "/desk/people/{id}/sessions/{session}/end", OWNER),
    ("POST", "/desk/people/{id}/totp/remove", OWNER),
    ("GET", "/desk/keys", OWNER),
    ("POST", "/desk/keys", OWNER),
    ("POST", "/desk/keys/{id}/revoke", OWNER),
    ("GET", "/desk/audit", MAINTAINER),
    ("GET", "/desk/postmortems", VIEWER),
    ("GET", "/desk/postmortems/import", RESPONDER),
    ("POST", "/desk/postmortems/import", RESPONDER),
    ("GET", "/desk/postmortems/{number}", VIEWER),
    ("GET", "/desk/postmortems/{number}/edit", RESPONDER),
    ("POST", "/desk/postmortems/{number}/edit", RESPONDER),
    ("POST", "/desk/postmortems/{number}/buffer", RESPONDER),
    ("POST", "/desk/postmortems/{number}/preview", RESPONDER),
    ("POST", "/desk/postmortems/{number}/merge", RESPONDER),
    ("POST", "/desk/postmortems/{number}/discard", RESPONDER),
    ("POST", "/desk/postmortems/{number}/restore", RESPONDER),
    ("POST", "/desk/postmortems/{number}/files", RESPONDER),
    ("GET", "/desk/postmortems/{number}/files/{id}", VIEWER),
    ("GET", "/desk/postmortems/{number}/mentions", RESPONDER),
    ("GET", "/desk/postmortems/{number}/compare", VIEWER),
    ("POST", "/desk/postmortems/{number}/submit", RESPONDER),
    ("POST", "/desk/postmortems/{number}/review", RESPONDER),
    ("POST", "/desk/postmortems/{number}/comments", RESPONDER),
    ("POST", "/desk/postmortems/{number}/comments/{id}/resolve", RESPONDER),
    ("POST", "/desk/postmortems/{number}/comments/{id}/reopen", RESPONDER),
    ("POST", "/desk/postmortems/{number}/facts", RESPONDER),
    ("POST", "/desk/postmortems/{number}/retract", MAINTAINER),
    ("GET", "/desk/postmortems/{number}/publish", VIEWER),
    ("POST", "/desk/postmortems/{number}/publish", MAINTAINER),
    ("GET", "/desk/incidents/{number}/postmortem", RESPONDER),
    ("POST", "/desk/incidents/{number}/postmortem", RESPONDER),
    ("POST", "/desk/incidents/{number}/postmortem/waive", MAINTAINER),
    ("GET", "/desk/action-items", VIEWER),
    ("GET", "/desk/action-items/new", RESPONDER),
    ("POST", "/desk/action-items/new", RESPONDER),
    ("GET", "/desk/action-items/{number}", VIEWER),
    ("POST", "/desk/action-items/{number}", RESPONDER),
    ("POST", "/desk/action-items/{number}/step", RESPONDER),
    ("GET", "/desk/insight", VIEWER),
    ("GET", "/desk/insight.csv", VIEWER),
];
const LAST: (&str, &str) = ("POST", "/desk/sign-out");

#[test]
fn every_route_of_the_desk_stands_in_the_table() {
    let routes: BTreeSet<(String, String)> =
        server::web::desk_routes().into_iter().map(|(method, path)| (method.to_string(), path.to_owned())).collect();
    let table: BTreeSet<(String, String)> = TABLE
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .chain([LAST])
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    let missing: Vec<_> = routes.difference(&table).collect();
    let gone: Vec<_> = table.difference(&routes).collect();
    assert!(missing.is_empty() && gone.is_empty(), "missing in the table: {missing:?}; no route any more: {gone:?}");
}

/// A path whose parts are things that are not there, but for the incident, the probe and its component.
fn filled(path: &str) -> String {
    path.replace("{token}", "no-such-token")
        .replace("{number}", "1")
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
        .replace("{component}", "kubernetes")
        .replace("{alert}", "KubePodCrashLooping")
        .replace("{step}", "look")
        .replace("{id}", "01890a5d-ac96-774b-bcce-b302099a8057")
        .replace("{session}", "01890a5d-ac96-774b-bcce-b302099a8058")
}

/// An incident, so that what may be done with one can be asked for.
async fn open_incident(server: &TestServer) {
    let mut responder = Visitor::with_role(server, Role::Responder).await;
    let fields = [("title_en", "Hung"), ("kind", "incident"), ("severity", "sev3"), ("impact", "none"), ("zone", "Asia/Tokyo")];
    let answer = responder.post("/desk/incidents/new", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/incidents/1?done=incident-opened"), "{}", answer.body);
    // And an alert, for what may be done with one.
    let answer = responder.post("/desk/alerts/new", &[("name", "Hung")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/alerts/1?done=alert-raised"), "{}", answer.body);
    // And a run, for what may be done with one.
    let answer = responder.post("/desk/incidents/1/runs", &[("runbook", "component-down")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/runs/1"), "{}", answer.body);
    // And a postmortem and an action item.
    let answer = responder.post("/desk/incidents/1/postmortem", &[("template", "team")]).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/desk/postmortems/1/edit?done=postmortem-begun"),
        "{}",
        answer.body
    );
    let fields = [
        ("text", "Watch it"),
        ("kind", "detect"),
        ("horizon", "mid"),
        ("priority", "p2"),
        ("owner", ""),
        ("due", ""),
        ("url", ""),
    ];
    let answer = responder.post("/desk/action-items/new", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/action-items/1?done=action-made"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_further_than_their_role_goes() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    open_incident(&server).await;
    for role in [None, Some(Role::Viewer), Some(Role::Responder), Some(Role::Maintainer), Some(Role::Owner)] {
        for (method, path, least) in TABLE {
            let mut visitor = match role {
                None => Visitor::new(&server),
                Some(role) => Visitor::with_role(&server, role).await,
            };
            let path = filled(path);
            let answer = match (method, path.as_str()) {
                // Its body has no end.
                ("GET", "/desk/events") => visitor.send("HEAD", &path, &[], Vec::new()).await,
                ("GET", path) => visitor.get(path).await,
                (_, path) => visitor.post(path, &[]).await,
            };
            let to = answer.header("location").to_owned();
            let what = format!("{role:?} {method} {path}: {} {to}", answer.status);
            assert!(answer.status < 500, "{what}\n{}", answer.body);
            if path != "/desk" {
                assert_eq!(answer.header("cache-control"), "no-store", "{what}");
                assert_eq!(answer.header("x-frame-options"), "DENY", "{what}");
                assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{what}");
            }
            let is_sent_to_sign_in = answer.status == 303 && to.starts_with("/desk/sign-in?");
            let may = match least {
                Anybody => true,
                SignedIn => role.is_some(),
                Least::Role(least) => role.is_some_and(|role| role >= least),
            };
            match (may, role) {
                (true, _) => assert!(answer.status != 403 && (least == Anybody || !is_sent_to_sign_in), "{what}"),
                (false, None) => assert!(is_sent_to_sign_in, "{what}"),
                (false, Some(_)) => assert_eq!(answer.status, 403, "{what}"),
            }
        }
    }
    let mut visitor = Visitor::with_role(&server, Role::Viewer).await;
    assert_eq!(visitor.post(LAST.1, &[]).await.status, 303);
    assert_eq!(visitor.get("/desk/account").await.status, 303, "signed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_another_site_sends_is_done() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for (method, path, _) in TABLE.iter().filter(|(method, ..)| *method == "POST") {
        for forged in
            [&[("sec-fetch-site", "cross-site")][..], &[("sec-fetch-site", "same-site")], &[("origin", "https://evil.example")]]
        {
            let mut owner = Visitor::with_role(&server, Role::Owner).await;
            let answer = owner.send(method, &filled(path), forged, Vec::new()).await;
            assert_eq!(answer.status, 403, "{path} {forged:?}");
            assert!(answer.body.contains("did not come from here"), "{path}: {}", answer.body);
        }
    }
    assert_eq!(server.count("SELECT COUNT(*) FROM audit_log").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_large_or_no_forms_are_refused_in_words() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for (method, path, _) in TABLE.iter().filter(|(method, ..)| *method == "POST") {
        let mut owner = Visitor::with_role(&server, Role::Owner).await;
        let form = ("content-type", "application/x-www-form-urlencoded");
        let own = ("sec-fetch-site", "same-origin");
        for (headers, body) in [
            (&[form, own][..], b"a=".iter().copied().chain(std::iter::repeat_n(b'x', 200_000)).collect::<Vec<u8>>()),
            (&[form, own], vec![0xff, 0xfe, b'=', 0]),
            (&[("content-type", "application/json"), own], b"{}".to_vec()),
            (&[own], b"%%%".to_vec()),
        ] {
            let answer = owner.send(method, &filled(path), headers, body).await;
            assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.body);
        }
    }
}
