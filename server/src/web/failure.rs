//! The page for our own failures. It is fixed text: whatever failed must not be needed for it, and nobody who sees it should think that
//! the services are down.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const STYLE: &str = "body{max-width:36rem;margin:15vh auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color:#16191d;background:#fff}\
h1,h2{font-size:1.25rem;line-height:1.3;margin:2rem 0 .5rem}p{margin:.5rem 0}a{color:#0b5cad}\
@media(prefers-color-scheme:dark){body{color:#e8ebef;background:#12151a}a{color:#7db8f5}}";

fn page() -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>500</title><style>{STYLE}</style></head><body>\
         <main><div><h1>This page cannot be shown right now</h1>\
         <p>The status page itself has failed here. What it watches may be fine: this says nothing about it.</p>\
         <p>Please try again in a minute, or see the <a href=\"/\">front page</a>.</p></div>\
         <div lang=\"ja\"><h2>このページは今表示できません</h2>\
         <p>ステータスページ自体の不具合です。見張っているサービスは正常かもしれません。</p>\
         <p>1 分ほどしてから再度お試しになるか、<a href=\"/\">トップページ</a>をご覧ください。</p></div></main></body></html>"
    )
}

/// Status 500.
pub(super) fn internal() -> Response {
    let mut response = Response::new(Body::from(page()));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'");
    headers.extend(HeaderValue::from_str(&policy).ok().map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    response
}

/// When a handler panics. The panic itself is in the log.
pub(super) fn after_panic(_: Box<dyn std::any::Any + Send>) -> Response {
    internal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_failures_says_in_both_languages_that_the_services_may_be_fine() {
        let response = internal();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert!(page().contains("What it watches may be fine") && page().contains("正常かもしれません"));
    }
}
