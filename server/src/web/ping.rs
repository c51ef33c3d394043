//! Calls of heartbeats, the way Healthchecks.io takes them (`/ping/<uuid>[/start|/fail|/log|/<exit code>]`) and the way Uptime Kuma
//! does (`/api/push/<token>?status=up`). "OK" is said once the call is on disk; if that takes too long, 503, and senders try again.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::probe::heartbeat::{PING_BODY_BYTES_MAX, Ping, RUN_ID_CHARS_MAX, Signal};
use futures::StreamExt;
use serde::Deserialize;
use uuid::Uuid;

use super::Web;
use crate::service::monitoring::PingOutcome;

/// Query of Healthchecks.io's addresses.
#[derive(Debug, Deserialize)]
pub(super) struct PingQuery {
    rid: Option<String>,
}

/// Query of Uptime Kuma's address.
#[derive(Debug, Deserialize)]
pub(super) struct PushQuery {
    status: Option<String>,
    msg: Option<String>,
    ping: Option<String>,
}

pub(super) async fn bare(
    State(web): State<Web>,
    Path(token): Path<String>,
    Query(query): Query<PingQuery>,
    body: Body,
) -> Response {
    healthchecks(&web, &token, Signal::Success, query, body).await
}

pub(super) async fn with_action(
    State(web): State<Web>,
    Path((token, action)): Path<(String, String)>,
    Query(query): Query<PingQuery>,
    body: Body,
) -> Response {
    let signal = match action.as_str() {
        "start" => Signal::Start,
        "fail" => Signal::Fail,
        "log" => Signal::Log,
        code if code.bytes().all(|byte| byte.is_ascii_digit()) => match code.parse() {
            Ok(code) => Signal::Exit(code),
            Err(_) => return plain(StatusCode::BAD_REQUEST, "invalid url format"),
        },
        _ => return plain(StatusCode::NOT_FOUND, "not found"),
    };
    healthchecks(&web, &token, signal, query, body).await
}

async fn healthchecks(web: &Web, token: &str, signal: Signal, query: PingQuery, body: Body) -> Response {
    // Only what is a UUID can be called this way; so is it with Healthchecks.io. In whatever way it is written, it is the same.
    let known = Uuid::try_parse(token).ok().and_then(|uuid| web.monitoring.heartbeat_token(uuid));
    let Some(token) = known else { return plain(StatusCode::NOT_FOUND, "not found") };
    if query.rid.as_deref().is_some_and(|rid| rid.len() > RUN_ID_CHARS_MAX || Uuid::try_parse(rid).is_err()) {
        return plain(StatusCode::BAD_REQUEST, "invalid uuid format");
    }
    // The moment of a call is when all of it is here; so calls that overlap are in the order in which they are kept.
    let body = first_bytes(body).await;
    let ping = Ping { at: web.monitoring.clock.now(), signal, run_id: query.rid };
    match web.monitoring.pinged(&token, ping, body).await {
        PingOutcome::Kept => plain(StatusCode::OK, "OK"),
        PingOutcome::UnknownToken => plain(StatusCode::NOT_FOUND, "not found"),
        PingOutcome::NotKept(error) => {
            tracing::warn!(%error, "a heartbeat's call could not be kept; its sender was told to try again");
            retry(plain(StatusCode::SERVICE_UNAVAILABLE, "not kept, try again"))
        }
    }
}

pub(super) async fn push(State(web): State<Web>, Path(token): Path<String>, Query(query): Query<PushQuery>) -> Response {
    // As in Uptime Kuma: anything but `up` is down, and no status at all is up.
    let is_up = query.status.as_deref().is_none_or(|status| matches!(status, "" | "up"));
    let said = [query.msg, query.ping.map(|ms| format!("ping: {ms} ms"))].into_iter().flatten().collect::<Vec<_>>().join("\n");
    let mut body = said.into_bytes();
    body.truncate(PING_BODY_BYTES_MAX);
    let ping = Ping { at: web.monitoring.clock.now(), signal: if is_up { Signal::Success } else { Signal::Fail }, run_id: None };
    let (status, body) = match web.monitoring.pinged(&token, ping, body).await {
        PingOutcome::Kept => (StatusCode::OK, serde_json::json!({"ok": true})),
        PingOutcome::UnknownToken => {
            (StatusCode::NOT_FOUND, serde_json::json!({"ok": false, "msg": "Monitor not found or not active."}))
        }
        PingOutcome::NotKept(error) => {
            tracing::warn!(%error, "a heartbeat's call could not be kept; its sender was told to try again");
            let body = serde_json::json!({"ok": false, "msg": "Not kept, try again."});
            return retry((StatusCode::SERVICE_UNAVAILABLE, axum::Json(body)).into_response());
        }
    };
    (status, axum::Json(body)).into_response()
}

/// The first bytes of a body, as many as are kept; the rest is not read.
async fn first_bytes(body: Body) -> Vec<u8> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(Ok(chunk)) = stream.next().await {
        bytes.extend(chunk.iter().take(PING_BODY_BYTES_MAX - bytes.len()));
        if bytes.len() == PING_BODY_BYTES_MAX {
            break;
        }
    }
    bytes
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let limit = (HeaderName::from_static("ping-body-limit"), HeaderValue::from(PING_BODY_BYTES_MAX));
    let anywhere = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, [limit, anywhere, fresh], text).into_response()
}

fn retry(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}
