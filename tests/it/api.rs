//! The API over HTTP: it is what it promised to be, and nobody gets in without showing who they are. What each operation does is tested
//! where it is made.
//!
//! After a change that is meant, `YAGURA_UPDATE_CONTRACT=1 cargo test -p tests --test it api` writes the promise anew; the difference is for
//! the review.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::server::{Answer, TestServer, one_component};
use tests::target::Target;

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

fn contract() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/openapi.json")
}

/// Method and path of every operation, with something in the place of each parameter, and whether nobody in particular may ask.
fn operations() -> Vec<(String, String, bool)> {
    let document: Value = serde_json::from_str(&server::web::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        let path = path.replace("{slug}", "web").replace("{id}", NOBODY).replace("{session}", NOBODY);
        let path = path
            .replace("{number}", "1")
            .replace("{other}", "2")
            .replace("{marker}", "detected")
            .replace("{key}", "alert-1-phone-1");
        assert!(!path.contains('{'), "{path} has a parameter that this test does not know");
        let methods = methods.as_object().unwrap().clone();
        methods.into_iter().map(move |(method, operation)| {
            (method.to_uppercase(), path.clone(), operation["security"] == serde_json::json!([{}]))
        })
    });
    operations.collect()
}

fn problem(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["status"], answer.status);
    body["type"].as_str().unwrap().trim_start_matches("/api/problems#").to_owned()
}

#[test]
fn the_api_is_what_it_promised_to_be() {
    let present = server::web::openapi();
    if std::env::var_os("YAGURA_UPDATE_CONTRACT").is_some_and(|value| value == "1") {
        fs::write(contract(), &present).unwrap();
    }
    let promised = fs::read_to_string(contract()).unwrap_or_default();
    let differing = promised.lines().zip(present.lines()).position(|(promised, present)| promised != present);
    let line = differing.unwrap_or(promised.lines().count().min(present.lines().count())) + 1;
    assert!(
        promised == present,
        "the API is another one from line {line} of {} on: run with YAGURA_UPDATE_CONTRACT=1",
        contract().display()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_key_or_a_session() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for (method, path, is_for_anybody) in operations() {
        let answer = server.send(&method, &path, &[("if-match", "\"1\"")], Vec::new()).await;
        let kind = problem(&answer);
        if is_for_anybody {
            assert_ne!(answer.status, 401, "{method} {path}");
        } else {
            assert_eq!((answer.status, kind.as_str()), (401, "signed-out"), "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_good_is_refused_and_at_last_slowed_down() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut statuses = Vec::new();
    for _ in 0..25 {
        let headers = [("authorization", "Bearer ygr_0123456789012345678901234567890123456789012")];
        statuses.push(server.get_with("/api/v1/me", &headers).await.status);
    }
    assert_eq!(statuses[0], 401);
    assert_eq!(statuses[24], 429, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_before_any_handler_is_a_problem_too() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    assert_eq!(problem(&server.get("/api/v1/nothing").await), "not-found");
    assert_eq!(problem(&server.send("PATCH", "/api/v1/me", &[], Vec::new()).await), "method-not-allowed");
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://example.org")];
    let answer = server.send("POST", "/api/v1/components", &foreign, b"{}".to_vec()).await;
    assert_eq!((answer.status, problem(&answer).as_str()), (403, "cross-site"));
    let start = "/api/v1/passkeys/sign-in/start";
    let json = [("content-type", "application/json")];
    assert_eq!(problem(&server.send("POST", start, &json, vec![b' '; 150_000]).await), "too-large");
    assert_eq!(problem(&server.send("POST", start, &json, b"{".to_vec()).await), "bad-request");
    assert_eq!(
        problem(&server.send("POST", start, &[("content-type", "text/plain")], b"{}".to_vec()).await),
        "unsupported-media-type"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_is_for_everybody() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let page = server.get("/api/").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(page.body.contains("/api/v1/components/{slug}"));
    assert!(server.get("/api/problems").await.body.contains("id=\"version-differs\""));
    let document = server.get("/api/openapi.json").await;
    assert_eq!(document.header("access-control-allow-origin"), "*");
    let document: Value = serde_json::from_str(&document.body).unwrap();
    assert_eq!(document, serde_json::from_str::<Value>(&server::web::openapi()).unwrap());
}
