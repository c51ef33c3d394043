//! What another site makes a browser send is refused (CSRF): by `Sec-Fetch-Site`, or else `Origin`, of every request that changes something
//! (tower-http's layer, after Go's `CrossOriginProtection`). Programs send neither header and show a key.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::Web;

/// Makes the answer; `desk::show::explain` and the API put theirs in its place.
pub(super) type Refuse = fn(ProtectionError) -> Response<Body>;

fn refuse(_: ProtectionError) -> Response<Body> {
    let mut response = Response::new(Body::from("this came from another site\n"));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The layer. A proxy may call us by another name than the browser does, so the site's own address is good too.
pub(super) fn layer(web: &Web) -> CsrfLayer<Refuse> {
    let url = web.monitoring.state().config.site.url.clone();
    let layer = CsrfLayer::new();
    let layer = match url.map(|url| url.origin().ascii_serialization()) {
        // What the configuration takes as the site's address is an origin, so this is no mistake.
        Some(origin) => layer.add_trusted_origin(origin).unwrap_or_default(),
        None => layer,
    };
    layer.with_rejection_response(refuse as Refuse)
}
