//! The files inside the program: page assets with a hash in their names (kept by browsers for ever), and a few fixed ones.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;

use super::answer::{Encoding, is_known};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One embedded file and its compressed forms.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// What pages load.
pub(super) fn names() -> app::data::Assets {
    let islands = JS.zip(WASM).map(|(js, wasm)| (js.to_owned(), wasm.to_owned()));
    let desk_islands = DESK_JS.zip(DESK_WASM).map(|(js, wasm)| (js.to_owned(), wasm.to_owned()));
    app::data::Assets {
        css: CSS.map(str::to_owned),
        islands,
        desk_css: DESK_CSS.map(str::to_owned),
        desk_islands,
        postmortem_css: POSTMORTEM_CSS.map(str::to_owned),
        editor_script: EDITOR_SCRIPT.map(str::to_owned),
        desk_script: DESK_SCRIPT.map(str::to_owned),
        build: BUILD.to_owned(),
    }
}

/// The desk's service worker. It has one address for ever, by which browsers ask for it again; what it may reach is said here, since a worker
/// goes by the policy of its own script.
pub(super) fn worker(headers: &HeaderMap) -> Option<Response> {
    let mut response = file(DESK_WORKER?, headers)?;
    let into = response.headers_mut();
    into.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    into.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"),
    );
    Some(response)
}

/// The file at this path.
pub(super) fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = ASSETS.iter().find(|asset| asset.path == path)?;
    let is_hashed = path.starts_with("/pkg/");
    let (bytes, encoding) = match Encoding::accepted(headers) {
        Encoding::Brotli if asset.brotli.is_some() => (asset.brotli.unwrap_or_default(), Some("br")),
        Encoding::Brotli | Encoding::Gzip if asset.gzip.is_some() => (asset.gzip.unwrap_or_default(), Some("gzip")),
        _ => (asset.plain, None),
    };
    let etag = HeaderValue::from_str(&format!("\"{BUILD}{}\"", encoding.unwrap_or_default())).ok()?;
    let unchanged = is_known(headers, &etag);
    let mut response = Response::new(Body::from(Bytes::from_static(if unchanged { b"" } else { bytes })));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let into = response.headers_mut();
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    into.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let caching = if is_hashed { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    into.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    into.insert(header::ETAG, etag);
    if let Some(encoding) = encoding.filter(|_| !unchanged) {
        into.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}
