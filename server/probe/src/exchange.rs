//! One request and its answer over a connection that is already open, by HTTP/1.1 or HTTP/2.
//!
//! It must never leave anything running behind, and never keep more of an answer than `BODY_BYTES_MAX`.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use domain::probe::observation::{Cause, CauseKind};
use domain::probe::spec::BODY_BYTES_MAX;
use http::header::{HeaderValue, LOCATION};
use http::{Response, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

use crate::outgoing::Outgoing;
use crate::trace::{Phase, Trace};
use crate::{classify, tls};

/// How much an HTTP/2 peer may send before we have read it, in bytes.
const HTTP2_WINDOW_BYTES: u32 = 256 * 1024;

/// What of an answer is wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// Redirects are for following: their body is not read.
    pub(crate) redirects: bool,
    /// The body is looked at, hence kept whole.
    pub(crate) body: bool,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<HeaderValue>,
    /// The body if it was wanted.
    pub(crate) body: Option<Vec<u8>>,
}

/// Sends `request` over `stream` and reads the answer, by HTTP/1.1.
pub(crate) async fn over_http1<S>(trace: &mut Trace, stream: S, request: &Outgoing, wanted: Wanted) -> Result<Answer, Cause>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    trace.begin(Phase::FirstByte);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| cause_of(&error))?;
    let exchange = async {
        let response = sender.send_request(request.for_http1()).await.map_err(|error| cause_of(&error))?;
        read(trace, response, wanted).await
    };
    beside(connection, exchange).await
}

/// Sends `request` over `stream` and reads the answer, by HTTP/2.
pub(crate) async fn over_http2<S>(trace: &mut Trace, stream: S, request: &Outgoing, wanted: Wanted) -> Result<Answer, Cause>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    trace.begin(Phase::FirstByte);
    let nursery = Nursery::default();
    let _ends_with_us = AbortOnDrop(nursery.clone());
    let (mut sender, connection) = http2::Builder::new(nursery)
        .initial_stream_window_size(HTTP2_WINDOW_BYTES)
        .initial_connection_window_size(HTTP2_WINDOW_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| cause_of(&error))?;
    let exchange = async {
        let response = sender.send_request(request.for_http2()).await.map_err(|error| cause_of(&error))?;
        read(trace, response, wanted).await
    };
    beside(connection, exchange).await
}

/// Polls the connection along with the exchange over it, in the same task: when that is dropped, both are gone.
async fn beside<C: Future, E: Future>(connection: C, exchange: E) -> E::Output {
    let mut connection = pin!(connection);
    let mut exchange = pin!(exchange);
    let mut is_open = true;
    poll_fn(|context| {
        // Its error also reaches the exchange, and what was already read is still to be had there.
        if is_open && connection.as_mut().poll(context).is_ready() {
            is_open = false;
        }
        exchange.as_mut().poll(context)
    })
    .await
}

async fn read(trace: &mut Trace, response: Response<Incoming>, wanted: Wanted) -> Result<Answer, Cause> {
    trace.begin(Phase::Transfer);
    let status = response.status();
    trace.code = Some(status.as_u16());
    trace.http_version = match response.version() {
        Version::HTTP_10 => Some(10),
        Version::HTTP_11 => Some(11),
        Version::HTTP_2 => Some(20),
        _ => None,
    };
    trace.body_bytes = None;
    let location = response.headers().get(LOCATION).cloned();
    if wanted.redirects && is_redirect(status) {
        return Ok(Answer { status, location, body: None });
    }

    let mut body = response.into_body();
    let announced = body.size_hint().exact();
    if wanted.body && announced.is_some_and(|bytes| bytes > BODY_BYTES_MAX as u64) {
        return Err(too_large());
    }
    let capacity = if wanted.body { announced.map_or(0, |bytes| bytes as usize) } else { 0 };
    let mut kept = Vec::with_capacity(capacity);
    let mut count = 0;
    trace.body_bytes = Some(0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| cause_of(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        let is_too_much = data.len() > BODY_BYTES_MAX - count;
        count = (count + data.len()).min(BODY_BYTES_MAX);
        trace.body_bytes = Some(count as u64);
        if is_too_much {
            if wanted.body {
                return Err(too_large());
            }
            // Nobody looks at it, and enough has come to see that it does come.
            break;
        }
        if wanted.body {
            kept.extend_from_slice(data);
        }
    }
    Ok(Answer { status, location, body: wanted.body.then_some(kept) })
}

/// Whether browsers follow it.
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn too_large() -> Cause {
    Cause::new(CauseKind::BodyTooLarge, format!("the answer has more than {BODY_BYTES_MAX} bytes and a condition needs it"))
}

fn cause_of(error: &hyper::Error) -> Cause {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return tls::tls_cause(io).unwrap_or_else(|| classify::broken(io, "during the exchange"));
        }
        source = inner.source();
    }
    let detail = if error.is_incomplete_message() {
        "the connection was closed before the answer was complete".to_owned()
    } else if error.is_parse() {
        format!("what came is not HTTP: {error}")
    } else if let Some(source) = error.source() {
        format!("{error}: {source}")
    } else {
        error.to_string()
    };
    Cause::new(CauseKind::Protocol, detail)
}

/// Where hyper's HTTP/2 puts the tasks it needs.
#[derive(Clone, Default)]
struct Nursery(Arc<Mutex<JoinSet<()>>>);

impl<F> Executor<F> for Nursery
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, task: F) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(async move {
            task.await;
        });
    }
}

/// The tasks hold the nursery themselves, so it would outlive us; ending them frees it.
struct AbortOnDrop(Nursery);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}
