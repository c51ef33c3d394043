//! Every route.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use domain::text::Language;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::page_cache::{self, Page};
use super::{Web, assets, events, health, language, metrics, ping, security};

/// Longest a sender may take over its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// All of HTTP.
pub(crate) fn router(web: Web) -> Router {
    Router::new()
        // Public pages, by language and negotiated.
        .route("/", get(negotiated))
        .route("/components/{slug}", get(negotiated))
        .route("/{language}/", get(front))
        .route("/{language}/components/{slug}", get(component))
        // Live changes.
        .route("/api/v1/events", get(events::stream))
        // Heartbeats: Healthchecks.io's and Uptime Kuma's ways.
        .route("/ping/{token}", any(ping::bare))
        .route("/ping/{token}/{action}", any(ping::with_action))
        .route("/api/push/{token}", any(ping::push))
        // For operators.
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::expose))
        // Files, and everything that leads nowhere.
        .fallback(file_or_nothing)
        .layer(CatchPanicLayer::custom(page_cache::after_panic))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(middleware::from_fn(security::headers))
        .with_state(web)
}

async fn negotiated(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    let language = language::negotiate(&web.languages(), &headers);
    let page = Page::of_path(language, uri.path());
    let mut response = web.pages.answer(&web, page, &headers).await;
    // The same address in another language is another page.
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    response
}

async fn front(State(web): State<Web>, Path(tag): Path<String>, headers: HeaderMap) -> Response {
    prefixed(web, &tag, "/", headers).await
}

async fn component(State(web): State<Web>, Path((tag, slug)): Path<(String, String)>, headers: HeaderMap) -> Response {
    prefixed(web, &tag, &format!("/components/{slug}"), headers).await
}

async fn prefixed(web: Web, tag: &str, path: &str, headers: HeaderMap) -> Response {
    let offered = web.languages();
    let page = match Language::from_tag(tag).filter(|language| offered.contains(language)) {
        Some(language) => Page::of_path(language, path),
        None => Page::Missing(language::negotiate(&offered, &headers)),
    };
    web.pages.answer(&web, page, &headers).await
}

async fn file_or_nothing(State(web): State<Web>, method: axum::http::Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != axum::http::Method::GET && method != axum::http::Method::HEAD {
        return (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response();
    }
    if let Some(response) = assets::file(uri.path(), &headers) {
        return response;
    }
    // `/ja` and `/en` are the pages with a slash behind them.
    if let Some(language) = Language::from_tag(uri.path().trim_matches('/')) {
        return axum::response::Redirect::permanent(&format!("/{}/", language.tag())).into_response();
    }
    let language = language::negotiate(&web.languages(), &headers);
    web.pages.answer(&web, Page::Missing(language), &headers).await
}

impl Web {
    fn languages(&self) -> Vec<Language> {
        self.monitoring.state().config.site.languages.clone()
    }
}
