//! `GET /desk/events`: tells open pages of the desk that something they may show has changed, also what the public cannot see. Each message is
//! `<version> <build>`; the page then asks for itself again. Ends when the session does.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::account::Permission;
use futures::StreamExt;
use tokio_stream::wrappers::WatchStream;

use super::super::Web;
use super::show::Answer;
use super::visit::Visit;
use crate::service::problem::Problem;

/// Open streams of all people together.
const STREAMS_MAX: usize = 1_000;
/// Proxies close connections on which nothing is said.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// A stream ends by itself after so long, and the browser opens another: whoever was signed out meanwhile does not get one.
const LENGTH: Duration = Duration::from_secs(5 * 60);

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

pub(super) async fn stream(State(web): State<Web>, visit: Visit) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    let slot = Slot::take().ok_or(Problem::Busy)?;
    let build = web.pages.build().to_owned();
    let (stopping, clock) = (web.stopping.clone(), web.monitoring.clock.clone());
    let end = clock.elapsed() + LENGTH;
    let messages = WatchStream::new(web.monitoring.desk_changes()).map(move |version| {
        let _held = &slot;
        Ok::<_, Infallible>(Event::default().data(format!("{version} {build}")))
    });
    let messages = messages.take_until(Box::pin(async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            () = clock.sleep_until(end) => {}
        }
    }));
    let mut response = Sse::new(messages).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // nginx would otherwise hold messages back until its buffer is full.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
