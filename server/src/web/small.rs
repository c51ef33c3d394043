//! Small documents that are made for each request, out of memory: badges (their looks are wishes of the asker, so there is no end of
//! them), oEmbed, the embedding script, robots.txt and the icons of states.

use std::sync::{Arc, Mutex, PoisonError};

use app::data::PageData;
use app::i18n::Text;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::component::Status;
use domain::text::Language;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::answer::{Document, is_known};
use super::badges::{Badge, What, Wishes};
use super::page_data::{Reader, is_public};
use super::snapshot::{self, Wanted};
use super::{FluentMessages, Web, embed, site_files};

const SVG: &str = "image/svg+xml; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// An answer that anybody may read from anywhere and keep for a little while.
fn answer(content_type: &'static str, seconds: u32, text: String, headers: &HeaderMap) -> Response {
    let hash = Sha256::digest(&text).iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    let etag = HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    let mut response = if is_known(headers, &etag) { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let into = response.headers_mut();
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    into.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    into.extend(HeaderValue::from_str(&format!("public, max-age={seconds}")).ok().map(|value| (header::CACHE_CONTROL, value)));
    into.insert(header::ETAG, etag);
    response
}

/// An error that says what was wrong.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let Document { content_type, text, .. } = Document::problem(status, detail);
    let headers: [(HeaderName, &str); 2] = [(header::CONTENT_TYPE, content_type), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (status, headers, text).into_response()
}

/// The first value of a key in a query; the others are passed over, as are keys that nobody knows.
pub(super) fn first(query: Option<&str>, key: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.into_iter().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
}

fn words(language: Language) -> Text {
    Text::new(Arc::new(FluentMessages), language)
}

/// Largest pictures of postmortems that are kept in memory, all together, in bytes: a visitor costs no query.
const PICTURES_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Pictures that were asked for, the newest last: in which postmortem, and by which id.
static PICTURES: Mutex<Vec<(String, Uuid, &'static str, Bytes)>> = Mutex::new(Vec::new());

/// What a picture is, as browsers are told.
fn picture_type(media_type: &str) -> Option<&'static str> {
    ["image/png", "image/jpeg", "image/webp", "image/gif"].into_iter().find(|known| *known == media_type)
}

/// A picture in a postmortem that everybody can read.
pub(super) async fn postmortem_file(State(web): State<Web>, Path((slug, id)): Path<(String, Uuid)>) -> Response {
    let missing = || problem(StatusCode::NOT_FOUND, "there is no such picture");
    // Whether it may be read is asked each time: what was taken back is gone.
    if !super::page_data::has_published(&web, &slug) {
        return missing();
    }
    let known = {
        let kept = PICTURES.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, known, ..)| *known == id && *of == slug).cloned()
    };
    let (media_type, bytes) = match known {
        Some((.., media_type, bytes)) => (media_type, bytes),
        None => match web.desk.public_file(&slug, id).await {
            Ok(Some((head, content))) => {
                let Some(media_type) = picture_type(&head.media_type) else { return missing() };
                let bytes = Bytes::from(content);
                let mut kept = PICTURES.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push((slug, id, media_type, bytes.clone()));
                while kept.iter().map(|(.., bytes)| bytes.len()).sum::<usize>() > PICTURES_BYTES_MAX {
                    kept.remove(0);
                }
                (media_type, bytes)
            }
            Ok(None) => return missing(),
            Err(error) => {
                tracing::warn!(%error, "a picture cannot be read");
                return problem(StatusCode::SERVICE_UNAVAILABLE, "the picture cannot be read right now");
            }
        },
    };
    let mut response = Response::new(axum::body::Body::from(bytes));
    let into = response.headers_mut();
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    into.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    response
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

/// The wishes that a badge's query holds.
fn wishes(query: Option<&str>) -> Wishes {
    let label_color = first(query, "labelColor").or_else(|| first(query, "label_color"));
    Wishes { label: first(query, "label"), color: first(query, "color"), label_color, style: first(query, "style") }
}

/// The badge of everything.
pub(super) fn site_badge(web: &Web, language: Language, file: &str, query: Option<&str>, headers: &HeaderMap) -> Response {
    match badge_file(file) {
        Some((What::Status, is_picture)) => {
            let summary = web.snapshots.get(web, language, Wanted::Recent).summary;
            drawn(Badge::of_site(summary, &words(language), &wishes(query)), is_picture, headers)
        }
        _ => problem(StatusCode::NOT_FOUND, "there is no such badge; of the whole site there are status.svg and status.json"),
    }
}

/// A badge of one component.
pub(super) fn component_badge(
    web: &Web,
    language: Language,
    (slug, file): (&str, &str),
    query: Option<&str>,
    headers: &HeaderMap,
) -> Response {
    let Some((what, is_picture)) = badge_file(file) else { return problem(StatusCode::NOT_FOUND, NO_BADGE) };
    if !is_public(&web.monitoring, slug) {
        return problem(StatusCode::NOT_FOUND, NO_COMPONENT);
    }
    let page = web.snapshots.get(web, language, Wanted::Recent);
    let Some(component) = snapshot::component(&page, slug) else { return problem(StatusCode::NOT_FOUND, NO_COMPONENT) };
    drawn(Badge::of(what, component, page.weights, &words(language), &wishes(query)), is_picture, headers)
}

/// `/oembed` (oEmbed 1.0, section 2.2).
pub(super) async fn oembed(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    let query = uri.query();
    if first(query, "format").is_some_and(|format| format != "json") {
        return problem(StatusCode::NOT_IMPLEMENTED, "only `format=json` is offered");
    }
    let Some(url) = first(query, "url") else {
        return problem(StatusCode::BAD_REQUEST, "`url` is missing: the address of a page of this site");
    };
    let limit = |key| first(query, key).and_then(|pixels| pixels.parse().ok());
    let site = Reader::new(&web).site(web.default_language());
    match embed::oembed(&site, &url, (limit("maxwidth"), limit("maxheight"))) {
        Ok(body) => answer(JSON, 3_600, body, &headers),
        Err(error) => problem(StatusCode::NOT_FOUND, &error.to_string()),
    }
}

pub(super) async fn embed_script(State(web): State<Web>, headers: HeaderMap) -> Response {
    let site = Reader::new(&web).site(web.default_language());
    answer("text/javascript; charset=utf-8", 3_600, embed::script(&site), &headers)
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
