//! Every route.

use std::time::Duration;

use app::routes::to;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use domain::text::Language;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::embed::Theme;
use super::feeds::Granularity;
use super::page::Page;
use super::statuspage::{Document, MetricPeriod};
use super::{
    Web, alert_page, api, assets, desk, events, failure, health, hooks, language, metrics, page_data, ping, security, small,
};

/// Longest a sender may take over its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// All of HTTP.
pub(crate) fn router(web: Web) -> Router {
    let statuspage = Document::ALL.into_iter().fold(Router::new(), |router, (_, path)| router.route(path, get(public)));
    Router::new()
        // Public pages. Without a language before the path the visitor's is found out.
        .route("/", get(negotiated))
        .route("/components/{slug}", get(negotiated))
        .route("/history", get(negotiated))
        .route("/history/{month}", get(negotiated))
        .route("/incidents/{number}", get(negotiated))
        .route("/runbooks", get(negotiated))
        .route("/runbooks/{slug}", get(negotiated))
        .route("/runbooks/{component}/{alertname}", get(negotiated))
        .route("/postmortems", get(negotiated))
        .route("/postmortems/{slug}", get(negotiated))
        .route("/postmortems/{slug}/{number}", get(negotiated))
        .route("/postmortems/{slug}/{number}/changes", get(negotiated))
        .route("/postmortems/{slug}/files/{id}", get(small::postmortem_file))
        .route("/embed", get(negotiated))
        // What other programs read: in the site's own language unless one stands before the path.
        .merge(statuspage)
        .route("/metrics-display/{id}/{file}", get(public))
        .route("/history.atom", get(public))
        .route("/history.rss", get(public))
        .route("/feed.json", get(public))
        .route("/components/{slug}/{file}", get(public))
        .route("/components/{slug}/badges/{file}", get(public))
        .route("/badges/{file}", get(public))
        .route("/maintenance.ics", get(public))
        .route("/manifest.webmanifest", get(public))
        .route("/sitemap.xml", get(public))
        .route("/robots.txt", get(small::robots))
        .route("/oembed", get(small::oembed))
        .route("/embed.js", get(small::embed_script))
        // Live changes.
        .route("/api/v1/events", get(events::stream))
        // Heartbeats: Healthchecks.io's and Uptime Kuma's ways.
        .route("/ping/{token}", any(ping::bare))
        .route("/ping/{token}/{action}", any(ping::with_action))
        .route("/api/push/{token}", any(ping::push))
        // Alerts of others.
        .merge(hooks::router())
        // For operators.
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::expose))
        // What people who signed in see and do.
        .merge(desk::router(&web))
        .merge(api::router(&web))
        // All of the public ones with `/ja` or `/en` before them, files, and everything that leads nowhere.
        .fallback(prefixed_or_file)
        .layer(CatchPanicLayer::custom(failure::after_panic))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(middleware::from_fn(security::headers))
        .with_state(web)
}

/// The public thing at a path without a language; `None` when there is none. Queries are read only where they mean something: nobody
/// gets an error for what a mail program hung onto a link.
async fn at(web: &Web, language: Language, path: &str, query: Option<&str>, headers: &HeaderMap) -> Option<Response> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let page = match segments[..] {
        ["badges", file] => return Some(small::site_badge(web, language, file, query, headers)),
        ["components", slug, "badges", file] => {
            return Some(small::component_badge(web, language, (slug, file), query, headers));
        }
        ["metrics-display", id, file] => match file.strip_suffix(".json").and_then(MetricPeriod::from_name) {
            Some(period) if page_data::is_public_id(&web.monitoring, id) => Page::Metric(language, id.to_owned(), period),
            _ => {
                return Some(small::problem(
                    StatusCode::NOT_FOUND,
                    "there is no such metric; the id is a component's, and the file is day.json, week.json or month.json",
                ));
            }
        },
        // `/runbooks/etcd-restore.md` is its text as it was written.
        ["runbooks", file] if let Some(slug) = file.strip_suffix(".md") => return alert_page::source(web, language, slug),
        ["runbooks", component, alert] => {
            if !alert_page::is_name(component) || !alert_page::is_name(alert) {
                return None;
            }
            return Some(match alert_page::bound(web, alert) {
                Some(slug) => found_at(&to::runbook(language, &slug)),
                None => web.pages.alert_stub(web, language, component, alert).await,
            });
        }
        ["embed"] => match small::first(query, "theme").as_deref().map_or(Some(Theme::Auto), Theme::from_name) {
            Some(theme) => Page::Embed(language, theme),
            None => return Some(small::problem(StatusCode::BAD_REQUEST, "`theme` is `auto`, `light` or `dark`")),
        },
        ["sitemap.xml"] => Page::Sitemap(web.default_language()),
        _ => match Page::of_path(language, path)? {
            Page::Feed(language, slug, format, _) => match small::first(query, "granularity").as_deref() {
                None | Some("event") => Page::Feed(language, slug, format, Granularity::Event),
                Some("update") => Page::Feed(language, slug, format, Granularity::Update),
                Some(_) => {
                    let detail = "`granularity` is `event` (an item per outage) or `update` (an item per change)";
                    return Some(small::problem(StatusCode::BAD_REQUEST, detail));
                }
            },
            // What was merged is where the other one is. Whatever else has no page is like any address that leads nowhere: nobody
            // learns whether there is something behind it.
            Page::Incident(language, number) if !page_data::is_told(&web.monitoring, number) => {
                return page_data::merged_into(&web.monitoring, number).map(|other| moved(&to::incident(language, other)));
            }
            page => page,
        },
    };
    Some(web.pages.answer(web, page, headers).await)
}

/// A path of its own, in the language of the visitor.
async fn negotiated(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    let language = language::negotiate(&web.monitoring.offer().languages, &headers);
    match at(&web, language, uri.path(), uri.query(), &headers).await {
        Some(response) => varies(response),
        None => missing(&web, &headers).await,
    }
}

/// A path of its own, in the language of the site.
async fn public(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    match at(&web, web.default_language(), uri.path(), uri.query(), &headers).await {
        Some(response) => response,
        None => missing(&web, &headers).await,
    }
}

async fn prefixed_or_file(State(web): State<Web>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response();
    }
    let path = uri.path();
    let is_offered = |language: &Language| web.monitoring.offer().languages.contains(language);
    let named = path[1..].split_once('/').and_then(|(tag, _)| Language::from_tag(tag)).filter(is_offered);
    if let Some(language) = named
        && let Some(response) = at(&web, language, &path[1 + language.tag().len()..], uri.query(), &headers).await
    {
        return response;
    }
    if let Some(response) = assets::file(path, &headers).or_else(|| small::icon(path, &headers)) {
        return response;
    }
    // `/ja` and `/en` are the pages with a slash behind them.
    if let Some(language) = Language::from_tag(&path[1..]).filter(is_offered) {
        return Redirect::permanent(&format!("/{}/", language.tag())).into_response();
    }
    // Asked for by browsers and feed readers that did not read the page's head.
    if path == "/favicon.ico" {
        return Redirect::temporary("/icon-192.png").into_response();
    }
    if path.starts_with("/api/") {
        return small::problem(StatusCode::NOT_FOUND, "there is nothing at this address");
    }
    missing(&web, &headers).await
}

async fn missing(web: &Web, headers: &HeaderMap) -> Response {
    let language = language::negotiate(&web.monitoring.offer().languages, headers);
    varies(web.pages.answer(web, Page::Missing(language), headers).await)
}

/// The thing is at another address for good. Asked for again each time, because the other one may be withdrawn.
fn moved(address: &str) -> Response {
    let headers = [(header::LOCATION, address), (header::CACHE_CONTROL, "no-cache")];
    (StatusCode::MOVED_PERMANENTLY, headers).into_response()
}

/// The thing is at another address, for now.
fn found_at(address: &str) -> Response {
    let headers = [(header::LOCATION, address), (header::CACHE_CONTROL, "no-cache")];
    (StatusCode::FOUND, headers).into_response()
}

/// Says that the same address is another document for other visitors.
fn varies(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    response
}

impl Web {
    /// The site's own language, in which documents without a language in their path are.
    pub(super) fn default_language(&self) -> Language {
        self.monitoring.offer().languages.first().copied().unwrap_or(Language::En)
    }
}
