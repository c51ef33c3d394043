//! `GET /api/v1/events`: tells open pages that something confirmed changed. Each message is `<version> <build>`; the page then asks for
//! itself again, from memory.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use tokio_stream::wrappers::WatchStream;

use super::Web;

/// Open streams; more are told to come back. Each costs a few kilobytes.
const STREAMS_MAX: usize = 10_000;
/// Proxies close connections on which nothing is said.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

static OPEN: AtomicUsize = AtomicUsize::new(0);

struct Slot;

impl Slot {
    fn take() -> Option<Self> {
        let before = OPEN.fetch_add(1, Ordering::Relaxed);
        let slot = Self;
        (before < STREAMS_MAX).then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) async fn stream(State(web): State<Web>) -> Response {
    let Some(slot) = Slot::take() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], "too many open pages\n").into_response();
    };
    let build = web.pages.build().to_owned();
    let stopping = web.stopping.clone();
    let messages = WatchStream::new(web.monitoring.changes()).map(move |version| {
        let _held = &slot;
        Ok::<_, Infallible>(Event::default().data(format!("{version} {build}")))
    });
    let messages = messages.take_until(async move { stopping.cancelled().await });
    let mut response = Sse::new(messages).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would otherwise hold messages back until its buffer is full.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
