//! The API: everything that can be done at the desk, as JSON under `/api/v1`, by the same `service` calls as its pages. Each operation stands
//! once, with its description beside it (`utoipa`), so the document at `/api/openapi.json` cannot differ from what is routed.
//!
//! A handler reads who asks ([`caller`], [`body`]), asks `service::desk`, and answers; what goes wrong leaves as problem+json ([`problem`]).

mod account;
mod account_access;
mod alerts;
mod audit;
mod body;
mod caller;
mod checks;
mod components;
mod definitions;
mod document;
mod groups;
mod incident_actions;
mod incident_updates;
mod incidents;
mod keys;
mod maintenance;
mod me;
mod notifications;
mod now;
mod page;
mod page_schema;
mod paging;
mod passkeys;
mod people;
mod people_access;
mod probe_actions;
mod probes;
mod problem;
mod refusals;
mod run_events;
mod run_files;
mod runbooks;
mod runs;
mod sessions;
mod timeline;
mod timeline_files;
mod timeline_readings;
mod versions;
mod words;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use tower_http::csrf::ProtectionError;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{Web, cross_site, desk};
pub(in crate::web) use problem::{Failed, Kind};

/// Largest body, in bytes: a probe with its own body and a hundred conditions.
const BODY_BYTES_MAX: usize = 128 * 1024;
/// Most of what the framework says about a request that it refuses, in bytes: a sentence.
const REASON_BYTES_MAX: usize = 4 * 1024;

/// Every operation with its description.
fn operations() -> OpenApiRouter<Web> {
    OpenApiRouter::with_openapi(document::frame())
        .merge(me::routes())
        .merge(now::routes())
        .merge(alerts::routes())
        .merge(notifications::routes())
        .merge(incidents::routes())
        .merge(incident_actions::routes())
        .merge(incident_updates::routes())
        .merge(timeline::routes())
        .merge(timeline_files::routes())
        .merge(timeline_readings::routes())
        .merge(runbooks::routes())
        .merge(runs::routes())
        .merge(run_events::routes())
        .merge(run_files::routes())
        .merge(components::routes())
        .merge(groups::routes())
        .merge(probes::routes())
        .merge(probe_actions::routes())
        .merge(maintenance::routes())
        .merge(people::routes())
        .merge(people_access::routes())
        .merge(keys::routes())
        .merge(audit::routes())
        .merge(account::routes())
        .merge(account_access::routes())
        .merge(passkeys::routes())
}

/// What the API can do.
fn document() -> OpenApi {
    operations().into_openapi()
}

/// What the API can do, as an OpenAPI 3.1 document in JSON, for the test that compares it with the one it was.
pub fn openapi() -> String {
    document().to_pretty_json().unwrap_or_default() + "\n"
}

/// The API and its documentation.
pub(in crate::web) fn router(web: &Web) -> Router<Web> {
    let (operations, _) = operations().split_for_parts();
    let operations = operations
        .route("/api/v1/{*rest}", any(nothing_here))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(web.clone(), cross_site::guard))
        .layer(middleware::from_fn(explain));
    Router::new()
        .route("/api", get(without_slash))
        .route("/api/", get(page::show))
        .route("/api/problems", get(page::show_problems))
        .route("/api/openapi.json", get(page::show_document))
        .merge(operations)
}

/// `/api` is `/api/`.
async fn without_slash() -> Response {
    Redirect::permanent("/api/").into_response()
}

/// Whatever leads nowhere.
async fn nothing_here() -> Failed {
    Failed::new(Kind::NotFound, "there is nothing at this address; /api/ lists what there is")
}

/// Puts a problem in the place of what the framework refuses in its own words. Nothing of the API is kept by anybody.
async fn explain(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        response = Failed::of(Kind::CrossSite).into_response();
    } else if is_refusal(&response) {
        response = in_our_words(response).await;
    }
    desk::private(&mut response);
    response
}

/// True for an error that none of our handlers made.
fn is_refusal(response: &Response) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    is_error
        && response.headers().get(header::CONTENT_TYPE).is_none_or(|found| found.as_bytes() != problem::MEDIA_TYPE.as_bytes())
}

/// The same refusal as a problem; what the framework says about the request is its detail.
async fn in_our_words(refusal: Response) -> Response {
    let (parts, body) = refusal.into_parts();
    let kind = Kind::of_status(parts.status);
    let said = axum::body::to_bytes(body, REASON_BYTES_MAX).await.unwrap_or_default();
    // A server's own fault is no business of the client.
    let said = std::str::from_utf8(&said).ok().map(str::trim).filter(|said| !said.is_empty() && parts.status.is_client_error());
    let mut response = said.map_or_else(|| Failed::of(kind), |said| Failed::new(kind, said)).into_response();
    if parts.status == StatusCode::METHOD_NOT_ALLOWED
        && let Some(allowed) = parts.headers.get(header::ALLOW)
    {
        response.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    response
}

/// An answer without content.
fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::body::to_bytes;
    use axum::http::HeaderValue;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;

    fn each(document: &Value) -> Vec<(String, &Value)> {
        let paths = document["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, methods)| {
            methods.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
        });
        operations.collect()
    }

    #[test]
    fn every_operation_says_what_it_does_who_may_and_what_can_go_wrong() {
        let document: Value = serde_json::from_str(&openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let operations = each(&document);
        assert!(operations.len() > 50, "{}", operations.len());
        let tags: BTreeSet<&str> = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
        let mut ids = BTreeSet::new();
        for (name, operation) in operations {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}: its id is taken");
            assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{name}: no summary");
            assert!(operation["description"].as_str().is_some_and(|text| text.contains("eeds")), "{name}: who may?");
            assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{name}: its tag is not described");
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with('2')), "{name}: no success");
            for (status, answer) in answers.iter().filter(|(status, _)| !status.starts_with('2')) {
                assert!(answer["content"].get(problem::MEDIA_TYPE).is_some(), "{name}: {status} is no problem");
            }
        }
    }

    #[test]
    fn whatever_the_document_refers_to_is_in_it() {
        fn look(value: &Value, document: &Value) {
            match value {
                Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
                    Value::String(address) if name == "$ref" => {
                        assert!(document.pointer(address.trim_start_matches('#')).is_some(), "{address} is missing");
                    }
                    other => look(other, document),
                }),
                Value::Array(items) => items.iter().for_each(|item| look(item, document)),
                _ => {}
            }
        }
        let document: Value = serde_json::from_str(&openapi()).unwrap();
        look(&document, &document);
    }

    #[tokio::test]
    async fn what_the_framework_refuses_becomes_a_problem() {
        let router: Router = Router::new()
            .route("/page", get(|_: axum::extract::Query<paging::Paging>| async { "good" }))
            .route("/broken", get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "a secret") }))
            .layer(middleware::from_fn(explain));
        let ask = async |method: &str, path: &str| {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
            let (status, kind) = (response.status().as_u16(), response.headers().get(header::CONTENT_TYPE).cloned());
            (status, kind, String::from_utf8(to_bytes(response.into_body(), 9_000).await.unwrap().to_vec()).unwrap())
        };
        let problem = Some(HeaderValue::from_static(problem::MEDIA_TYPE));
        assert_eq!(ask("GET", "/page?limit=2").await.2, "good");
        let (status, kind, body) = ask("GET", "/page?limt=2").await;
        assert_eq!((status, kind), (400, problem.clone()));
        assert!(body.contains("unknown field `limt`") && body.contains("/api/problems#bad-request"), "{body}");
        let (status, kind, _) = ask("POST", "/page").await;
        assert_eq!((status, kind), (405, problem.clone()));
        let (status, kind, body) = ask("GET", "/broken").await;
        assert_eq!((status, kind), (500, problem));
        assert!(!body.contains("secret"), "{body}");
    }
}
