//! Small documents that are made for each request, out of memory: badges (their looks are wishes of the asker, so there is no end of
//! them), oEmbed, the embedding script, robots.txt and the icons of states.

use app::data::PageData;
use app::i18n::Text;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::component::Status;
use domain::text::Language;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

use super::badges::{Badge, What, Wishes};
use super::page_data::Reader;
use super::{FluentMessages, Web, embed, site_files};

const SVG: &str = "image/svg+xml; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// An answer that anybody may read from anywhere and keep for a little while.
fn answer(content_type: &'static str, seconds: u32, text: String, headers: &HeaderMap) -> Response {
    let hash = Sha256::digest(&text).iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    let etag = format!("\"{hash}\"");
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let into = response.headers_mut();
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    into.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    into.extend(HeaderValue::from_str(&format!("public, max-age={seconds}")).ok().map(|value| (header::CACHE_CONTROL, value)));
    into.extend(HeaderValue::from_str(&etag).ok().map(|etag| (header::ETAG, etag)));
    response
}

/// An error that says what was wrong (RFC 9457).
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "application/problem+json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (status, headers, body.to_string()).into_response()
}

fn words(language: Language) -> Text {
    Text::new(Arc::new(FluentMessages), language)
}

/// What a badge's file name asks for: the kind of badge, and whether as a picture.
fn badge_file(file: &str) -> Option<(What, bool)> {
    let (name, is_picture) =
        file.strip_suffix(".svg").map(|name| (name, true)).or(file.strip_suffix(".json").map(|name| (name, false)))?;
    Some((What::from_name(name)?, is_picture))
}

fn drawn(badge: Result<Badge, super::badges::BadgeError>, is_picture: bool, headers: &HeaderMap) -> Response {
    /// A badge on somebody's page may be this old, in seconds.
    const KEPT_S: u32 = 60;
    match badge {
        Ok(badge) if is_picture => answer(SVG, KEPT_S, badge.svg(), headers),
        Ok(badge) => answer(JSON, KEPT_S, badge.shields(), headers),
        Err(error) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

const NO_BADGE: &str = "there is no such badge; there are status, uptime-24h, uptime-7d, uptime-30d, uptime-90d and latency, each as .svg \
    and, for shields.io, as .json";
const NO_COMPONENT: &str = "there is no such component";

/// `/badges/{file}`, `/{language}/badges/{file}`: the state of everything.
pub(super) async fn site_badge(web: &Web, language: Language, file: &str, wishes: &Wishes, headers: &HeaderMap) -> Response {
    match badge_file(file) {
        Some((What::Status, is_picture)) => {
            let summary = Reader::new(web).status(language).await.summary;
            drawn(Badge::of_site(summary, &words(language), wishes), is_picture, headers)
        }
        _ => problem(StatusCode::NOT_FOUND, "there is no such badge; of the whole site there are status.svg and status.json"),
    }
}

/// `/components/{slug}/badges/{file}`, also by language.
pub(super) fn component_badge(
    web: &Web,
    language: Language,
    (slug, file): (&str, &str),
    wishes: &Wishes,
    headers: &HeaderMap,
) -> Response {
    let Some((what, is_picture)) = badge_file(file) else { return problem(StatusCode::NOT_FOUND, NO_BADGE) };
    let Some((component, weights)) = Reader::new(web).public_component(language, slug) else {
        return problem(StatusCode::NOT_FOUND, NO_COMPONENT);
    };
    drawn(Badge::of(what, &component, weights, &words(language), wishes), is_picture, headers)
}

/// Query of `/oembed` (oEmbed 1.0, section 2.2).
#[derive(Debug, Deserialize)]
pub(super) struct OembedQuery {
    url: Option<String>,
    format: Option<String>,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
}

pub(super) async fn oembed(State(web): State<Web>, Query(query): Query<OembedQuery>, headers: HeaderMap) -> Response {
    if query.format.as_deref().is_some_and(|format| format != "json") {
        return problem(StatusCode::NOT_IMPLEMENTED, "only `format=json` is offered");
    }
    let Some(url) = query.url else {
        return problem(StatusCode::BAD_REQUEST, "`url` is missing: the address of a page of this site");
    };
    let site = Reader::new(&web).site(web.default_language());
    match embed::oembed(&site.base, &site.name, &url, (query.maxwidth, query.maxheight)) {
        Ok(body) => answer(JSON, 3_600, body, &headers),
        Err(error) => problem(StatusCode::NOT_FOUND, &error.to_string()),
    }
}

pub(super) async fn embed_script(State(web): State<Web>, headers: HeaderMap) -> Response {
    let site = Reader::new(&web).site(web.default_language());
    answer("text/javascript; charset=utf-8", 3_600, embed::script(&site.base), &headers)
}

pub(super) async fn robots(State(web): State<Web>, headers: HeaderMap) -> Response {
    let site = Reader::new(&web).site(web.default_language());
    answer("text/plain; charset=utf-8", 3_600, site_files::robots(&site.base), &headers)
}

/// `/icon-{status}.svg`; nothing when the path is no such one.
pub(super) fn icon(path: &str, headers: &HeaderMap) -> Option<Response> {
    let status = Status::from_name(path.strip_prefix("/icon-")?.strip_suffix(".svg")?)?;
    Some(answer(SVG, 86_400, site_files::favicon(status), headers))
}

/// The path's slug and file, for badges of components.
pub(super) type OfComponent = Path<(String, String)>;
