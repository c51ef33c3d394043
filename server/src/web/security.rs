//! Headers that every answer carries. Pages bring their own content security policy (our inline scripts are in it by hash); all
//! else gets one that allows nothing.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// The policy for a page: its own files, and exactly the inline scripts that are ours, by their SHA-256 (CSP level 3, section 2.3). They
/// are not looked for in the page: a script that somebody got into it must not be allowed by that.
pub(super) fn policy(scripts: &[String]) -> HeaderValue {
    let mut hashes = String::new();
    for script in scripts {
        hashes.push_str(" 'sha256-");
        STANDARD.encode_string(Sha256::digest(script), &mut hashes);
        hashes.push('\'');
    }
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self'; connect-src 'self'; \
         manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
