//! Bodies of requests: JSON, read strictly, and the wish that a request that is sent twice is done once.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::super::Web;
use super::caller::Asker;
use super::problem::{Failed, Kind};
use crate::service::caller::{Caller, IdempotencyKey};

/// Longest `Idempotency-Key`.
const KEY_BYTES_MAX: usize = 255;

/// Nothing: an empty body, or `{}`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Empty {}

/// Who asks for a change, and what they sent.
pub(super) struct Asked<T> {
    pub(super) asker: Asker,
    /// Who asks, with the wish that it is done once.
    pub(super) caller: Caller,
    pub(super) body: T,
}

/// A body without a question who sent it.
pub(super) struct JsonBody<T>(pub(super) T);

async fn read(request: Request) -> Result<Bytes, Failed> {
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failed::of(Kind::TooLarge),
        _ => Failed::new(Kind::BadRequest, "the body did not arrive as a whole"),
    })
}

/// Reads JSON. What is empty is an empty object.
fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Failed> {
    let bytes = if bytes.is_empty() {
        &b"{}"[..]
    } else if is_json(headers) {
        bytes
    } else {
        return Err(Failed::of(Kind::UnsupportedMediaType));
    };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, problem) = (error.path().to_string(), error.inner());
        let place = if path == "." { String::new() } else { format!(" at `{path}`") };
        Failed::new(Kind::BadRequest, format!("the body cannot be read{place}: {problem}"))
    })?;
    reader.end().map_err(|error| Failed::new(Kind::BadRequest, format!("the body goes on after its end: {error}")))?;
    Ok(body)
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What the client calls the request, with a hash of what it asks for.
fn idempotency(parts: &Parts, bytes: &[u8]) -> Result<Option<IdempotencyKey>, Failed> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let is_good = |key: &&str| (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let Some(key) = value.to_str().ok().filter(is_good) else {
        return Err(Failed::new(Kind::BadRequest, "Idempotency-Key has 1 to 255 visible ASCII characters, best a UUID"));
    };
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let hash = Sha256::new().chain_update(parts.method.as_str()).chain_update([0]).chain_update(target).chain_update([0]);
    Ok(Some(IdempotencyKey { key: key.to_owned(), request_hash: hash.chain_update(bytes).finalize().into() }))
}

impl<T: DeserializeOwned> FromRequest<Web> for Asked<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failed> {
        let (mut parts, body) = request.into_parts();
        // Who may not ask is told so before anything of theirs is read.
        let asker = Asker::from_request_parts(&mut parts, web).await?;
        let bytes = read(Request::from_parts(parts.clone(), body)).await?;
        let body = parse(&parts.headers, &bytes)?;
        let caller = Caller { idempotency: idempotency(&parts, &bytes)?, ..asker.caller.clone() };
        Ok(Self { asker, caller, body })
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for JsonBody<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &Web) -> Result<Self, Failed> {
        let headers = request.headers().clone();
        Ok(Self(parse(&headers, &read(request).await?)?))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::response::IntoResponse;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        count: u32,
    }

    fn parts(headers: &[(&'static str, &'static str)]) -> Parts {
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.headers = headers.iter().map(|&(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
        parts
    }

    fn mistake(media_type: &'static str, body: &str) -> (u16, String) {
        let failed = parse::<Outer>(&parts(&[("content-type", media_type)]).headers, body.as_bytes()).unwrap_err();
        let said = format!("{failed:?}");
        (failed.into_response().status().as_u16(), said)
    }

    #[test]
    fn a_body_that_cannot_be_read_says_where() {
        let json = "application/json; charset=utf-8";
        let good: Outer = parse(&parts(&[("content-type", json)]).headers, br#"{"inner": {"count": 2}}"#).unwrap();
        assert_eq!(good.inner.count, 2);
        for (body, expected) in [
            (r#"{"inner": {"count": "two"}}"#, "at `inner.count`"),
            (r#"{"inner": {"count": 2, "cuont": 3}}"#, "cuont"),
            (r#"{"inner": {"count": 2}} {}"#, "after its end"),
            (r#"{"inner": "#, "line 1"),
            ("", "missing field `inner`"),
        ] {
            let (status, said) = mistake(json, body);
            assert_eq!(status, 400, "{body}");
            assert!(said.contains(expected), "{body}: {said}");
        }
        assert_eq!(mistake("text/plain", "{}").0, 415);
        assert_eq!(mistake("application/merge-patch+json", "{}").0, 400, "JSON under another name");
    }

    #[test]
    fn nothing_is_an_empty_body() {
        assert!(parse::<Empty>(&HeaderMap::new(), b"").is_ok());
        assert!(parse::<Empty>(&parts(&[("content-type", "application/json")]).headers, b"{\"a\": 1}").is_err());
    }

    #[test]
    fn an_idempotency_key_stands_for_exactly_one_request() {
        let key = |headers: &[(&'static str, &'static str)], bytes: &[u8]| idempotency(&parts(headers), bytes);
        assert!(key(&[], b"").unwrap().is_none());
        let [one, same, other] = [&b"a"[..], b"a", b"b"].map(|bytes| key(&[("idempotency-key", "k1")], bytes).unwrap().unwrap());
        assert_eq!(one, same);
        assert_ne!(one.request_hash, other.request_hash);
        for bad in ["", "a b", "\u{7f}"] {
            let headers = [("idempotency-key", HeaderValue::from_str(bad).unwrap_or(HeaderValue::from_static("a b")))];
            let mut parts = parts(&[]);
            parts.headers = headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value)).collect();
            assert!(idempotency(&parts, b"").is_err(), "{bad:?}");
        }
    }
}
