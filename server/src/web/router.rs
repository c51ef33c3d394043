//! Every route.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use domain::text::Language;
use serde::Deserialize;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::badges::Wishes;
use super::embed::Theme;
use super::feeds::Granularity;
use super::page::Page;
use super::statuspage::{Document, MetricPeriod};
use super::{Web, assets, events, failure, health, language, metrics, page_data, ping, security, small};

/// Longest a sender may take over its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// All of HTTP.
pub(crate) fn router(web: Web) -> Router {
    let statuspage = Document::ALL.into_iter().fold(Router::new(), |router, (_, path)| router.route(path, get(fixed)));
    Router::new()
        // Public pages by language; without one the visitor's is found out.
        .route("/", get(negotiated))
        .route("/components/{slug}", get(negotiated))
        .route("/history", get(negotiated))
        .route("/history/{month}", get(negotiated))
        .route("/embed", get(negotiated_embed))
        .route("/{language}/", get(prefixed))
        .route("/{language}/embed", get(prefixed_embed))
        .route("/{language}/badges/{file}", get(prefixed_site_badge))
        .route("/{language}/components/{slug}/badges/{file}", get(prefixed_badge))
        .route("/{language}/{*rest}", get(prefixed))
        // What other programs read: in the site's own language unless one stands before the path.
        .merge(statuspage)
        .route("/metrics-display/{id}/{file}", get(metric))
        .route("/history.atom", get(fixed))
        .route("/history.rss", get(fixed))
        .route("/feed.json", get(fixed))
        .route("/components/{slug}/{file}", get(fixed))
        .route("/components/{slug}/badges/{file}", get(badge))
        .route("/badges/{file}", get(site_badge))
        .route("/manifest.webmanifest", get(fixed))
        .route("/sitemap.xml", get(sitemap))
        .route("/robots.txt", get(small::robots))
        .route("/oembed", get(small::oembed))
        .route("/embed.js", get(small::embed_script))
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
        .layer(CatchPanicLayer::custom(failure::after_panic))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(middleware::from_fn(security::headers))
        .with_state(web)
}

/// Query of feeds and of the embedded page.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    granularity: Option<String>,
    theme: Option<String>,
}

/// Answers the page at a path without a language.
async fn answer(web: &Web, language: Language, path: &str, asked: &Asked, headers: &HeaderMap) -> Response {
    let page = match Page::of_path(language, path) {
        Some(Page::Feed(language, slug, format, _)) => match asked.granularity.as_deref() {
            None | Some("event") => Page::Feed(language, slug, format, Granularity::Event),
            Some("update") => Page::Feed(language, slug, format, Granularity::Update),
            Some(_) => {
                return small::problem(
                    StatusCode::BAD_REQUEST,
                    "`granularity` is `event` (an item per outage) or `update` (per change)",
                );
            }
        },
        page => page.unwrap_or(Page::Missing(language)),
    };
    web.pages.answer(web, page, headers).await
}

/// Says that the same address is another document for other visitors.
fn varies(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    response
}

async fn negotiated(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    let language = language::negotiate(&web.languages(), &headers);
    varies(answer(&web, language, uri.path(), &Asked::default(), &headers).await)
}

async fn fixed(State(web): State<Web>, uri: Uri, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    answer(&web, web.default_language(), uri.path(), &asked, &headers).await
}

/// Splits `/en/history` into language and path; a language that is not offered leads nowhere.
fn split<'a>(web: &Web, uri: &'a Uri) -> Option<(Language, &'a str)> {
    let path = uri.path().strip_prefix('/')?;
    let end = path.find('/')?;
    let language = Language::from_tag(&path[..end]).filter(|language| web.languages().contains(language))?;
    Some((language, &path[end..]))
}

async fn missing(web: &Web, headers: &HeaderMap) -> Response {
    let language = language::negotiate(&web.languages(), headers);
    web.pages.answer(web, Page::Missing(language), headers).await
}

async fn prefixed(State(web): State<Web>, uri: Uri, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match split(&web, &uri) {
        Some((language, path)) => answer(&web, language, path, &asked, &headers).await,
        // What begins with anything else is a file, or nothing.
        None => file_or_nothing(State(web), Method::GET, uri, headers).await,
    }
}

async fn embedded(web: &Web, language: Language, asked: &Asked, headers: &HeaderMap) -> Response {
    match asked.theme.as_deref().map_or(Some(Theme::Auto), Theme::from_name) {
        Some(theme) => web.pages.answer(web, Page::Embed(language, theme), headers).await,
        None => small::problem(StatusCode::BAD_REQUEST, "`theme` is `auto`, `light` or `dark`"),
    }
}

async fn negotiated_embed(State(web): State<Web>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let language = language::negotiate(&web.languages(), &headers);
    varies(embedded(&web, language, &asked, &headers).await)
}

async fn prefixed_embed(State(web): State<Web>, uri: Uri, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match split(&web, &uri) {
        Some((language, _)) => embedded(&web, language, &asked, &headers).await,
        None => missing(&web, &headers).await,
    }
}

async fn site_badge(
    State(web): State<Web>,
    Path(file): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    small::site_badge(&web, web.default_language(), &file, &wishes, &headers).await
}

async fn prefixed_site_badge(
    State(web): State<Web>,
    uri: Uri,
    Path((_, file)): Path<(String, String)>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    match split(&web, &uri) {
        Some((language, _)) => small::site_badge(&web, language, &file, &wishes, &headers).await,
        None => missing(&web, &headers).await,
    }
}

async fn badge(
    State(web): State<Web>,
    Path((slug, file)): small::OfComponent,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    small::component_badge(&web, web.default_language(), (&slug, &file), &wishes, &headers)
}

async fn prefixed_badge(
    State(web): State<Web>,
    uri: Uri,
    Path((_, slug, file)): Path<(String, String, String)>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    match split(&web, &uri) {
        Some((language, _)) => small::component_badge(&web, language, (&slug, &file), &wishes, &headers),
        None => missing(&web, &headers).await,
    }
}

async fn metric(State(web): State<Web>, Path((id, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let period = file.strip_suffix(".json").and_then(MetricPeriod::from_name);
    match period {
        Some(period) if page_data::is_public_id(&web.monitoring, &id) => {
            web.pages.answer(&web, Page::Metric(web.default_language(), id, period), &headers).await
        }
        _ => small::problem(
            StatusCode::NOT_FOUND,
            "there is no such metric; the id is a component's, and the file is day.json, week.json or month.json",
        ),
    }
}

async fn sitemap(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.pages.answer(&web, Page::Sitemap(web.default_language()), &headers).await
}

async fn file_or_nothing(State(web): State<Web>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response();
    }
    if let Some(response) = assets::file(uri.path(), &headers).or_else(|| small::icon(uri.path(), &headers)) {
        return response;
    }
    // Asked for by browsers and feed readers that did not read the page's head.
    if uri.path() == "/favicon.ico" {
        return axum::response::Redirect::temporary("/icon-192.png").into_response();
    }
    // `/ja` and `/en` are the pages with a slash behind them.
    if let Some(language) = Language::from_tag(uri.path().trim_matches('/')) {
        return axum::response::Redirect::permanent(&format!("/{}/", language.tag())).into_response();
    }
    missing(&web, &headers).await
}

impl Web {
    fn languages(&self) -> Vec<Language> {
        self.monitoring.state().config.site.languages.clone()
    }

    /// The site's own language, in which documents without a language in their path are.
    pub(super) fn default_language(&self) -> Language {
        self.languages().first().copied().unwrap_or(Language::En)
    }
}
