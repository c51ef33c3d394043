//! Public pages as bytes in memory. A visitor costs no query and, nearly always, no rendering: a page is rendered again when something
//! confirmed changed (at most twice a second), else after a minute, and only if somebody asks. While one request renders, the others
//! get the bytes from before.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use app::data::{Assets, PageContext, PageData};
use app::shell::Document;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use domain::text::Language;
use http_body_util::BodyExt;
use leptos::prelude::provide_context;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::{FluentMessages, Web, assets, page_data, security};

/// At most this often a page is rendered again because something changed. Half a second, so that with the pause after which an open
/// page asks again a change is on it within a second, also when somebody else had it rendered just before.
const RENDER_INTERVAL_MIN: Duration = Duration::from_millis(500);
/// After this long its figures (times, percentages) are old.
const RENDER_INTERVAL_MAX: Duration = Duration::from_secs(60);
/// Pages in memory; enough for 1,000 components in two languages. Beyond it, those asked for least recently go.
const PAGES_MAX: usize = 2_500;
/// Largest page that is taken from the renderer: 3,000 components are about 6 MB.
const PAGE_BYTES_MAX: usize = 32 * 1024 * 1024;

const DOCUMENT_END: &str = "</html>";

/// A public page in one language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Page {
    Front(Language),
    Component(Language, String),
    Missing(Language),
}

impl Page {
    /// The page at a path without a language.
    pub(super) fn of_path(language: Language, path: &str) -> Self {
        match path.strip_prefix("/components/") {
            Some(slug) => Self::Component(language, slug.to_owned()),
            None => Self::Front(language),
        }
    }

    fn language(&self) -> Language {
        match self {
            Self::Front(language) | Self::Component(language, _) | Self::Missing(language) => *language,
        }
    }

    /// Its path without a language.
    fn path(&self) -> String {
        match self {
            Self::Front(_) => "/".to_owned(),
            Self::Component(_, slug) => format!("/components/{slug}"),
            // No route has this path, so the router shows what it shows for such.
            Self::Missing(_) => "/missing/page".to_owned(),
        }
    }
}

/// How a body may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// The smallest form that `Accept-Encoding` allows.
    pub(super) fn accepted(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let allows = |name: &str| {
            accepted.split(',').any(|coding| {
                let mut parts = coding.split(';').map(str::trim);
                parts.next() == Some(name) && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
            })
        };
        if allows("br") {
            Self::Brotli
        } else if allows("gzip") {
            Self::Gzip
        } else {
            Self::Plain
        }
    }
}

/// A page as it is sent.
#[derive(Debug)]
struct Rendered {
    version: u64,
    at: Duration,
    status: StatusCode,
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    hash: String,
    policy: HeaderValue,
}

#[derive(Debug, Default)]
struct Entry {
    rendered: RwLock<Option<Arc<Rendered>>>,
    rendering: Mutex<()>,
    asked_at_ms: std::sync::atomic::AtomicU64,
}

/// All pages that were asked for.
#[derive(Debug)]
pub(crate) struct PageCache {
    entries: RwLock<HashMap<Page, Arc<Entry>>>,
    assets: Arc<Assets>,
    renderings: std::sync::atomic::AtomicU64,
}

impl Default for PageCache {
    fn default() -> Self {
        // Leptos spawns on tokio; a second server in one process (tests) finds that done.
        let _ = any_spawner::Executor::init_tokio();
        Self { entries: RwLock::default(), assets: Arc::new(assets::names()), renderings: std::sync::atomic::AtomicU64::new(0) }
    }
}

impl PageCache {
    /// How often a page was rendered since the start.
    pub(super) fn renderings(&self) -> u64 {
        self.renderings.load(Ordering::Relaxed)
    }

    /// The build of the assets that pages name.
    pub(super) fn build(&self) -> &str {
        &self.assets.build
    }

    /// Answers a request for a page.
    pub(super) async fn answer(&self, web: &Web, page: Page, headers: &HeaderMap) -> Response {
        // Whatever is asked for that is not there is one page, not a page each: nobody can fill the memory with made-up names.
        let page = match page {
            Page::Component(language, slug) if !page_data::is_public(&web.monitoring, &slug) => Page::Missing(language),
            page => page,
        };
        match self.rendered(web, page).await {
            Some(rendered) => respond(&rendered, headers),
            None => unavailable(),
        }
    }

    async fn rendered(&self, web: &Web, page: Page) -> Option<Arc<Rendered>> {
        let now = web.monitoring.clock.elapsed();
        let entry = self.entry(&page);
        entry.asked_at_ms.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let known = entry.rendered.read().unwrap_or_else(PoisonError::into_inner).clone();
        let is_fresh = |rendered: &Rendered| {
            let age = now.saturating_sub(rendered.at);
            age < RENDER_INTERVAL_MIN || (rendered.version >= web.monitoring.version() && age < RENDER_INTERVAL_MAX)
        };
        if known.as_deref().is_some_and(is_fresh) {
            return known;
        }
        let _rendering = match entry.rendering.try_lock() {
            Ok(guard) => guard,
            Err(_) if known.is_some() => return known,
            Err(_) => entry.rendering.lock().await,
        };
        let newest = entry.rendered.read().unwrap_or_else(PoisonError::into_inner).clone();
        if newest.as_deref().is_some_and(is_fresh) {
            return newest;
        }
        self.renderings.fetch_add(1, Ordering::Relaxed);
        match render(web, &page, Arc::clone(&self.assets)).await {
            Ok(rendered) => {
                let rendered = Arc::new(rendered);
                *entry.rendered.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&rendered));
                Some(rendered)
            }
            Err(problem) => {
                tracing::error!(?page, problem, "a page could not be rendered");
                newest
            }
        }
    }

    fn entry(&self, page: &Page) -> Arc<Entry> {
        if let Some(entry) = self.entries.read().unwrap_or_else(PoisonError::into_inner).get(page) {
            return Arc::clone(entry);
        }
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= PAGES_MAX {
            let oldest =
                entries.iter().min_by_key(|(_, entry)| entry.asked_at_ms.load(Ordering::Relaxed)).map(|(page, _)| page.clone());
            oldest.and_then(|page| entries.remove(&page));
        }
        Arc::clone(entries.entry(page.clone()).or_default())
    }
}

async fn render(web: &Web, page: &Page, assets: Arc<Assets>) -> Result<Rendered, String> {
    let at = web.monitoring.clock.elapsed();
    let version = web.monitoring.version();
    let status = Arc::new(AtomicU16::new(200));
    let context = PageContext {
        language: page.language(),
        data: Arc::new(page_data::Reader(Arc::clone(&web.monitoring))) as Arc<dyn PageData>,
        messages: Arc::new(FluentMessages),
        assets,
        path: if matches!(page, Page::Missing(_)) { "/".to_owned() } else { page.path() },
        status: Arc::clone(&status),
    };
    let uri = format!("/{}{}", page.language().tag(), page.path());
    let request = Request::builder().uri(uri).body(Body::empty()).map_err(|error| error.to_string())?;
    let handler = leptos_axum::render_app_async_with_context(move || provide_context(context.clone()), Document);
    let response = handler(request).await;
    let body = http_body_util::Limited::new(response.into_body(), PAGE_BYTES_MAX).collect().await;
    let html = body.map_err(|error| error.to_string())?.to_bytes();
    let mut html = String::from_utf8(html.to_vec()).map_err(|error| error.to_string())?;
    // What Leptos puts behind the document serves resources that hydrate; islands have none, and a nonce would change the bytes.
    html.truncate(html.rfind(DOCUMENT_END).map_or(html.len(), |end| end + DOCUMENT_END.len()));
    let policy = security::policy(&html);
    let plain = Bytes::from(html);
    let (brotli, gzip) = tokio::task::spawn_blocking({
        let plain = plain.clone();
        move || -> std::io::Result<(Vec<u8>, Vec<u8>)> { Ok((brotli(&plain)?, gzip(&plain)?)) }
    })
    .await
    .map_err(|error| error.to_string())?
    .map_err(|error| error.to_string())?;
    let hash = Sha256::digest(&plain).iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    let status = StatusCode::from_u16(status.load(Ordering::Relaxed)).unwrap_or(StatusCode::OK);
    Ok(Rendered { version, at, status, plain, brotli: brotli.into(), gzip: gzip.into(), hash, policy })
}

/// Quality 5 is the last that costs less than a round trip saves.
fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::with_capacity(bytes.len() / 4);
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 4), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn respond(rendered: &Rendered, headers: &HeaderMap) -> Response {
    let (body, coding, suffix) = match Encoding::accepted(headers) {
        Encoding::Brotli => (rendered.brotli.clone(), Some("br"), "-br"),
        Encoding::Gzip => (rendered.gzip.clone(), Some("gzip"), "-gz"),
        Encoding::Plain => (rendered.plain.clone(), None, ""),
    };
    let matches = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = rendered.status == StatusCode::OK && matches.is_some_and(|known| known.contains(&rendered.hash));
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(body) });
    *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { rendered.status };
    let into = response.headers_mut();
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    into.insert(header::CONTENT_SECURITY_POLICY, rendered.policy.clone());
    into.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let caching = if rendered.status == StatusCode::OK {
        "public, max-age=0, s-maxage=5, stale-while-revalidate=30, stale-if-error=86400"
    } else {
        "no-cache"
    };
    into.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    into.extend(HeaderValue::from_str(&format!("\"{}{suffix}\"", rendered.hash)).ok().map(|etag| (header::ETAG, etag)));
    if let Some(coding) = coding.filter(|_| !is_known) {
        into.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// The page for our own failures. It is fixed text: whatever failed must not be needed for it.
const FAILURE: &str = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<title>500</title><h1>This page cannot be shown right now</h1><p>Yagura itself failed here; what it watches may be fine. \
Please try again in a minute.</p><div lang=\"ja\"><h2>このページは今表示できません</h2><p>Yagura 自身の不具合です。\
見張っているサービスは正常かもしれません。1 分ほどしてから再度お試しください。</p></div>";

/// When the very first rendering of a page fails.
fn unavailable() -> Response {
    let mut response = Response::new(Body::from(FAILURE));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// When a handler panics. The panic itself is in the log.
pub(super) fn after_panic(_: Box<dyn std::any::Any + Send>) -> Response {
    unavailable()
}
