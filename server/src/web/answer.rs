//! A body that is kept in memory and how it is sent: compressed as the client likes it, with an ETag, or as "not modified".

use std::io::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// For CDNs: fresh for seconds, and old bytes rather than none when this server is slow or gone.
const CACHING: HeaderValue =
    HeaderValue::from_static("public, max-age=0, s-maxage=5, stale-while-revalidate=30, stale-if-error=86400");
/// What is not there now may be there in a moment.
const NO_CACHING: HeaderValue = HeaderValue::from_static("no-cache");
/// In seconds, to who asked for what cannot be read now.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// True when the client has the representation with this strong tag (RFC 9110, section 13.1.2).
pub(super) fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes())
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

/// A body before it is compressed, and what is said about it.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) text: String,
    /// The content security policy; `None` for what is no page: that gets the one that allows nothing.
    pub(super) policy: Option<HeaderValue>,
    /// True for what scripts of other sites may read.
    pub(super) is_for_everybody: bool,
    /// False when something of it could not be read: it is made again soon.
    pub(super) is_whole: bool,
}

impl Document {
    /// A document that other programs read: status 200, readable from anywhere.
    pub(super) fn data(content_type: &'static str, text: String) -> Self {
        Self { status: StatusCode::OK, content_type, text, policy: None, is_for_everybody: true, is_whole: true }
    }

    /// What tells a program that something is wrong (RFC 9457).
    pub(super) fn problem(status: StatusCode, detail: &str) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let body = serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
        Self { status, is_whole: false, ..Self::data("application/problem+json", body.to_string()) }
    }
}

/// A body as it is sent, in each form.
#[derive(Debug)]
pub(super) struct Kept {
    status: StatusCode,
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    etags: [HeaderValue; 3],
    headers: HeaderMap,
}

impl Kept {
    /// Compresses; takes milliseconds.
    pub(super) fn new(document: Document) -> std::io::Result<Self> {
        let Document { status, content_type, text, policy, is_for_everybody, is_whole: _ } = document;
        let (brotli, gzip) = (brotli(text.as_bytes())?, gzip(text.as_bytes())?);
        let mut hash = Sha256::new();
        hash.update(content_type);
        hash.update(&text);
        let hash = hash.finalize().iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        let mut headers = HeaderMap::with_capacity(12);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(header::CACHE_CONTROL, if status == StatusCode::OK { CACHING } else { NO_CACHING });
        headers.extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if is_for_everybody {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        // Hexadecimal digits and a suffix of ours are always a header's value.
        let etag =
            |suffix: &str| HeaderValue::from_str(&format!("\"{hash}{suffix}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        let etags = [etag("-br"), etag("-gz"), etag("")];
        Ok(Self { status, plain: text.into(), brotli: brotli.into(), gzip: gzip.into(), etags, headers })
    }

    /// The body as it was made.
    pub(super) fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// Its content security policy.
    pub(super) fn policy(&self) -> Option<HeaderValue> {
        self.headers.get(header::CONTENT_SECURITY_POLICY).cloned()
    }

    /// Bytes of memory, about.
    pub(super) fn bytes(&self) -> usize {
        self.plain.len() + self.brotli.len() + self.gzip.len()
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let (body, coding, etag) = match Encoding::accepted(headers) {
            Encoding::Brotli => (&self.brotli, Some("br"), &self.etags[0]),
            Encoding::Gzip => (&self.gzip, Some("gzip"), &self.etags[1]),
            Encoding::Plain => (&self.plain, None, &self.etags[2]),
        };
        let is_known = self.status == StatusCode::OK && is_known(headers, etag);
        let mut response = Response::new(if is_known { Body::empty() } else { Body::from(body.clone()) });
        *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { self.status };
        *response.headers_mut() = self.headers.clone();
        response.headers_mut().insert(header::ETAG, etag.clone());
        if let Some(coding) = coding.filter(|_| !is_known) {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

/// Quality 5 is the last that costs less than a round trip saves. What repeats in a page repeats within 256 kB; the usual window of 4 MB
/// would only take memory.
fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::with_capacity(bytes.len() / 4);
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, lgwin: 18, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 4), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tag_of_the_form_that_would_be_sent_is_known() {
        let etag = HeaderValue::from_static("\"abc-br\"");
        let is_known_as = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            }
            is_known(&headers, &etag)
        };
        for known in [&["\"abc-br\""][..], &["W/\"abc-br\""], &["\"x\", \"abc-br\""], &["\"x\"", "\"abc-br\""], &["*"]] {
            assert!(is_known_as(known), "{known:?}");
        }
        for other in [&[][..], &["\"abc\""], &["\"abc-gz\""], &["abc-br"], &["\"xabc-brx\""]] {
            assert!(!is_known_as(other), "{other:?}");
        }
    }
}
