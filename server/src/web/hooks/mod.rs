//! Where others report alerts: Alertmanager, Grafana, Prometheus and vmalert directly, and scripts. Each sender has an API key of its own with
//! the scope `alerts:write`, shown as a bearer token or as the password of basic authentication.
//!
//! 200 is said after the commit. 503 is said when that takes too long, which senders take for "later"; 400 says where something cannot be read,
//! after what could be read was taken. Nobody is sent elsewhere: a redirect would make a GET of what was sent, key and all.

mod read;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::account::Permission;
use domain::alert::record::Origin;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use self::read::{Read, Wrong};
use super::Web;
use super::api::{Failed, Kind};
use super::desk::client_address;
use crate::service::caller::Caller;
use crate::service::problem::Problem;

/// Largest request, in bytes. A group of a thousand alerts has about 500 kB.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Mistakes that are told of at once.
const WRONG_TOLD_MAX: usize = 5;

/// The routes.
pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/hooks/alertmanager", post(alertmanager).put(alertmanager))
        .route("/hooks/grafana", post(grafana).put(grafana))
        .route("/hooks/alert", post(script))
        .route("/api/v2/alerts", post(direct))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// The key that a request shows.
fn key(headers: &HeaderMap) -> Option<String> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, given) = shown.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(given.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

/// Who reports something.
struct Sender(Caller);

impl FromRequestParts<Web> for Sender {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let address = client_address(web, parts);
        let found = match key(&parts.headers) {
            None => Err(Problem::SignedOut),
            Some(key) => match web.desk.key(&key).await {
                Ok(Some(who)) => Ok(who),
                Ok(None) => web.desk.attempt_from(address).and(Err(Problem::SignedOut)),
                Err(error) => Err(error),
            },
        };
        let caller = |who| Caller { who, address, request: Uuid::now_v7(), idempotency: None };
        // Who may not is told so before anything they sent is read.
        let may = found.map(caller).and_then(|caller| caller.must(Permission::SendAlerts, web.desk.now()).map(|()| caller));
        may.map(Self).map_err(|problem| {
            let is_signed_out = matches!(problem, Problem::SignedOut);
            let mut response = Failed::from(problem).into_response();
            if is_signed_out {
                let asks = HeaderValue::from_static("Bearer, Basic realm=\"Yagura\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, asks);
            }
            response
        })
    }
}

async fn bytes(request: Request) -> Result<Bytes, Failed> {
    use axum::extract::FromRequest;
    let too_large = || Failed::new(Kind::TooLarge, "a request has at most 2 MiB; send fewer alerts at once");
    // What says how long it is need not be read first.
    let stated = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|bytes| bytes > BODY_BYTES_MAX as u64) {
        return Err(too_large());
    }
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Failed::new(Kind::BadRequest, "the body did not arrive as a whole"),
    })
}

fn json(bytes: &[u8]) -> Result<Value, Failed> {
    serde_json::from_slice(bytes).map_err(|error| Failed::new(Kind::BadRequest, format!("the body is no JSON: {error}")))
}

fn told(wrong: &[Wrong]) -> Failed {
    let one = |wrong: &Wrong| {
        let place = if wrong.place.is_empty() { "the body".to_owned() } else { format!("`{}`", wrong.place) };
        format!("{place}: expected {}", wrong.expected)
    };
    let mut said: Vec<String> = wrong.iter().take(WRONG_TOLD_MAX).map(one).collect();
    let others = wrong.len().saturating_sub(WRONG_TOLD_MAX);
    said.extend((others > 0).then(|| format!("and {others} more")));
    Failed::new(Kind::BadRequest, said.join("; "))
}

/// Takes what could be read; only then is told what could not.
async fn take(web: &Web, caller: &Caller, read: Result<Read, Wrong>) -> Result<StatusCode, Failed> {
    let (reports, wrong) = read.map_err(|wrong| told(&[wrong]))?;
    web.desk.take_reports(caller, reports).await?;
    if wrong.is_empty() { Ok(StatusCode::OK) } else { Err(told(&wrong)) }
}

async fn alertmanager(State(web): State<Web>, Sender(caller): Sender, request: Request) -> Result<StatusCode, Failed> {
    let body = json(&bytes(request).await?)?;
    take(&web, &caller, read::webhook(&body, Origin::Alertmanager, web.desk.now())).await
}

async fn grafana(State(web): State<Web>, Sender(caller): Sender, request: Request) -> Result<StatusCode, Failed> {
    let body = json(&bytes(request).await?)?;
    take(&web, &caller, read::webhook(&body, Origin::Grafana, web.desk.now())).await
}

async fn direct(State(web): State<Web>, Sender(caller): Sender, request: Request) -> Result<StatusCode, Failed> {
    let body = json(&bytes(request).await?)?;
    take(&web, &caller, read::direct(&body, web.desk.now())).await
}

/// What a script sends: JSON, or fields as `curl -d` sends them; `label.name` is a label.
fn fields(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, Failed> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        return match json(bytes)? {
            Value::Object(map) => Ok(map),
            _ => Err(told(&[Wrong { place: String::new(), expected: "an object with `name`" }])),
        };
    }
    let (mut map, mut labels) = (Map::new(), Map::new());
    for (name, value) in url::form_urlencoded::parse(bytes) {
        match name.strip_prefix("label.") {
            Some(label) => labels.insert(label.to_owned(), Value::from(value.into_owned())),
            None => map.insert(name.into_owned(), Value::from(value.into_owned())),
        };
    }
    if !labels.is_empty() {
        map.insert("labels".to_owned(), Value::Object(labels));
    }
    Ok(map)
}

async fn script(State(web): State<Web>, Sender(caller): Sender, request: Request) -> Result<Response, Failed> {
    let headers = request.headers().clone();
    let fields = fields(&headers, &bytes(request).await?)?;
    let reported = read::script(&fields, web.desk.now()).map_err(|wrong| told(&[wrong]))?;
    let fingerprint = reported.fingerprint.clone();
    web.desk.take_reports(&caller, vec![reported]).await?;
    let alert = web.desk.newest_alert(&caller, &fingerprint);
    let answer = json!({ "alert": alert.as_ref().map(|alert| alert.0), "firing": alert.is_some_and(|alert| alert.1) });
    Ok(Json(answer).into_response())
}
