//! The checks that are made from outside: one execution of a probe in, one [`Observation`] out.
//!
//! It returns outcomes and decides nothing: it must never store, believe, alert or retry, and it must never log or put into a
//! detail what the configuration keeps as a secret (URLs, headers, bodies).

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use domain::probe::observation::{Cause, CauseKind, Observation, Verdict};
use domain::probe::reach::Reach;
use domain::probe::spec::{ActionSpec, ActiveSpec};
use domain::time::Timestamp;
use thiserror::Error;

mod classify;
pub mod clock;
mod connect;
mod exchange;
mod http_check;
mod outgoing;
mod resolve;
pub mod schedule;
mod self_check;
mod tcp_check;
mod tls;
mod trace;

pub use resolve::{Resolver, ResolverError};
pub use self_check::{Target, uplink_is_up};

use connect::Dialer;
use http_check::HttpCheck;
use tcp_check::TcpCheck;
use trace::{Phase, Trace};

/// Why a probe cannot be prepared. The texts name the part of the configuration and never show its value.
#[derive(Debug, Error)]
pub enum ProberError {
    /// The URL does not parse, or is not one a request can be made for.
    #[error("the URL cannot be requested: {0}")]
    Url(&'static str),
    /// The method is not an HTTP token, or is `CONNECT`.
    #[error("`{0}` is not a method that can be sent")]
    Method(String),
    /// A header's name is not a token.
    #[error("`{0}` is not a header name")]
    HeaderName(String),
    /// A header's value has characters that cannot be sent.
    #[error("the value of header `{0}` has characters that cannot be sent")]
    HeaderValue(String),
    /// The host of a TCP check is neither a name nor an address.
    #[error("`{0}` is neither a host name nor an address")]
    Host(String),
    /// A PEM text holds nothing usable.
    #[error("{0} cannot be read: {1}")]
    Pem(&'static str, String),
    /// The TLS options do not fit together.
    #[error("the TLS options cannot be used: {0}")]
    Tls(#[from] rustls::Error),
}

/// How an execution that reached its end went.
pub(crate) enum Finding {
    /// Everything held.
    Good,
    /// It answered as it must, but not as it should.
    Degraded(Cause),
}

/// What is done, with everything prepared that can be prepared once.
enum Action {
    Http(Box<HttpCheck>),
    Tcp(TcpCheck),
}

/// One probe, ready to be executed any number of times, also at once.
pub struct Prober {
    action: Action,
    reach: Reach,
    resolver: Arc<Resolver>,
    timeout: Duration,
}

impl Prober {
    /// Prepares `spec`: URL, headers and TLS are parsed here and not again.
    ///
    /// # Errors
    /// When a part of the configuration cannot be used; see [`ProberError`].
    pub fn new(spec: &ActiveSpec, resolver: Arc<Resolver>) -> Result<Self, ProberError> {
        let action = match &spec.action {
            ActionSpec::Http(http) => Action::Http(Box::new(HttpCheck::new(http)?)),
            ActionSpec::Tcp(tcp) => Action::Tcp(TcpCheck::new(tcp)?),
        };
        Ok(Self { action, reach: spec.reach.clone(), resolver, timeout: spec.timeout })
    }

    /// Executes the probe once; `at` is the present, by which certificates are judged and the observation is dated.
    ///
    /// It ends within the probe's timeout and never panics. When the returned future is dropped, every connection it opened is
    /// closed. Needs a Tokio runtime with time and I/O.
    pub async fn run(&self, at: Timestamp) -> Observation {
        let started = Instant::now();
        let mut trace = Trace::default();
        // Boxed, for it holds the buffers of TLS and HTTP in every state they can be in.
        let check = Box::pin(self.act(&mut trace, at, started));
        let ended = tokio::time::timeout(self.timeout, unless_it_panics(check)).await;
        let duration_us = trace::micros(started.elapsed());
        let phase = trace.end();

        let (verdict, cause) = match ended {
            Ok(Some(Ok(Finding::Good))) => (Verdict::Up, None),
            Ok(Some(Ok(Finding::Degraded(cause)))) => (Verdict::Degraded, Some(cause)),
            Ok(Some(Err(cause))) => (cause.kind.verdict(), Some(cause)),
            Ok(None) => {
                let cause = Cause::new(CauseKind::Internal, "the check panicked");
                (cause.kind.verdict(), Some(cause))
            }
            Err(_) => {
                let cause = timed_out(phase, self.timeout);
                (cause.kind.verdict(), Some(cause))
            }
        };
        let (verdict, cause) = self.in_doubt(verdict, cause).await;
        Observation {
            duration_us: Some(duration_us),
            code: trace.code,
            cause,
            phases: trace.phases,
            address: trace.address,
            certificate_expires_at: trace.certificate_expires_at,
            http_version: trace.http_version,
            body_bytes: trace.body_bytes,
            redirects: trace.redirects,
            ..Observation::new(at, verdict)
        }
    }

    /// Silence of the name servers is ours only if they are silent about everything. If they answer for the root, it is this name's
    /// own servers that are dead, and its users see that too.
    async fn in_doubt(&self, verdict: Verdict, cause: Option<Cause>) -> (Verdict, Option<Cause>) {
        match cause {
            Some(cause) if cause.kind == CauseKind::Resolver && self.resolver.is_answering().await => {
                let detail = format!("{}; our name servers answer for others", cause.detail);
                (Verdict::Down, Some(Cause::new(CauseKind::Dns, detail)))
            }
            cause => (verdict, cause),
        }
    }

    async fn act(&self, trace: &mut Trace, at: Timestamp, started: Instant) -> Result<Finding, Cause> {
        let dialer = Dialer { resolver: &self.resolver, reach: &self.reach };
        match &self.action {
            Action::Http(check) => check.run(dialer, trace, at, started).await,
            Action::Tcp(check) => check.run(dialer, trace).await,
        }
    }
}

/// What running out of time means. Name servers that say nothing at all until then are our own trouble: were it called the
/// target's, one dead resolver would take down every probe whose timeout is shorter than the resolver's own.
fn timed_out(phase: Option<Phase>, limit: Duration) -> Cause {
    match phase {
        Some(Phase::Resolve) => Cause::new(CauseKind::Resolver, format!("no answer from the name servers within {limit:?}")),
        Some(phase) => Cause::new(CauseKind::Timeout, format!("not finished within {limit:?}, {}", phase.doing())),
        None => Cause::new(CauseKind::Timeout, format!("not finished within {limit:?}")),
    }
}

/// The future's output, or `None` if it panicked: an answer that finds a bug in a parser must not end the caller.
async fn unless_it_panics<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_contained() {
        assert!(unless_it_panics(async { panic!("as a parser might") }).await.is_none());
    }

    #[test]
    fn a_prober_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Prober>();
    }

    #[test]
    fn silence_of_our_name_servers_is_not_the_targets_fault() {
        assert_eq!(timed_out(Some(Phase::Resolve), Duration::from_secs(1)).kind, CauseKind::Resolver);
        let cause = timed_out(Some(Phase::Tls), Duration::from_secs(1));
        assert_eq!((cause.kind, cause.detail.as_str()), (CauseKind::Timeout, "not finished within 1s, in the TLS handshake"));
    }
}
