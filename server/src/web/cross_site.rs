//! What another site makes a browser send is refused (CSRF): by `Sec-Fetch-Site`, or else `Origin`, of every request that changes something
//! (tower-http's layer, after Go's `CrossOriginProtection`). Programs send neither header and show a key.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tower::{Layer, Service};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::Web;

/// Makes the answer; `desk::show::explain` and the API put theirs in its place.
type Refuse = fn(ProtectionError) -> Response;

fn refuse(_: ProtectionError) -> Response {
    let mut response = Response::new(Body::from("this came from another site\n"));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Middleware. A proxy may call us by another name than the browser does, so the site's own address is good too: the one that it has now.
pub(super) async fn guard(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut guarded = layer(&web).layer(next);
    let Ok(response) = guarded.call(request).await;
    response
}

/// For each request anew: the address changes with the configuration, and making one costs next to nothing.
fn layer(web: &Web) -> CsrfLayer<Refuse> {
    let origin = web.monitoring.state().config.site.url.as_ref().map(|url| url.origin().ascii_serialization());
    let layer = match origin {
        // What the configuration takes as the site's address is an origin, so this is no mistake.
        Some(origin) => CsrfLayer::new().add_trusted_origin(origin).unwrap_or_default(),
        None => CsrfLayer::new(),
    };
    layer.with_rejection_response(refuse as Refuse)
}
