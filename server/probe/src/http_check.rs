//! The HTTP check: request, redirects, and the conditions on the answer.
//!
//! It must never follow more redirects than allowed, and never say that something held that was not looked at.

use std::sync::Arc;
use std::time::Instant;

use domain::probe::condition::{Body, Condition, Seen};
use domain::probe::observation::{Cause, CauseKind};
use domain::probe::spec::{HttpSpec, REDIRECTS_MAX};
use domain::time::Timestamp;
use rustls::ClientConfig;

use crate::connect::Dialer;
use crate::exchange::{Answer, Wanted, is_redirect, over_http1, over_http2};
use crate::outgoing::Outgoing;
use crate::trace::{Trace, micros};
use crate::{Finding, ProberError, tls};

/// An HTTP check with everything parsed.
pub(crate) struct HttpCheck {
    first: Outgoing,
    /// There for `http://` too: a redirect may lead to `https://`.
    tls: Arc<ClientConfig>,
    redirects_max: u8,
    conditions: Vec<Condition>,
    degraded: Vec<Condition>,
    wanted: Wanted,
}

impl HttpCheck {
    pub(crate) fn new(spec: &HttpSpec) -> Result<Self, ProberError> {
        let redirects_max = spec.redirects_max.min(REDIRECTS_MAX);
        let needs_body = spec.conditions.iter().chain(&spec.degraded).any(Condition::needs_body);
        Ok(Self {
            first: Outgoing::new(spec)?,
            tls: tls::client_config(&spec.tls)?,
            redirects_max,
            conditions: spec.conditions.clone(),
            degraded: spec.degraded.clone(),
            wanted: Wanted { redirects: redirects_max > 0, body: needs_body },
        })
    }

    /// Executes the check once. `started` is when the whole execution began, which is what `[RESPONSE_TIME]` counts from.
    pub(crate) async fn run(
        &self,
        dialer: Dialer<'_>,
        trace: &mut Trace,
        at: Timestamp,
        started: Instant,
    ) -> Result<Finding, Cause> {
        let mut answer = self.one_exchange(&self.first, dialer, trace).await?;
        let mut next: Outgoing;
        let mut current = &self.first;
        while self.wanted.redirects && is_redirect(answer.status) {
            if trace.redirects == self.redirects_max {
                let detail =
                    format!("redirected more than {} times, last with status {}", self.redirects_max, answer.status.as_u16());
                return Err(Cause::new(CauseKind::Redirect, detail));
            }
            next = current.redirected(answer.status, answer.location.as_ref())?;
            current = &next;
            trace.redirects += 1;
            answer = self.one_exchange(current, dialer, trace).await?;
        }
        trace.end();
        self.judge(answer, trace, at, started)
    }

    async fn one_exchange(&self, request: &Outgoing, dialer: Dialer<'_>, trace: &mut Trace) -> Result<Answer, Cause> {
        let stream = dialer.connect(trace, &request.host, request.port).await?;
        if !request.is_tls {
            return over_http1(trace, stream, request, self.wanted).await;
        }
        let stream = tls::handshake(trace, &self.tls, &request.host, stream).await?;
        if stream.get_ref().1.alpn_protocol() == Some(tls::ALPN_H2) {
            over_http2(trace, stream, request, self.wanted).await
        } else {
            over_http1(trace, stream, request, self.wanted).await
        }
    }

    fn judge(&self, answer: Answer, trace: &Trace, at: Timestamp, started: Instant) -> Result<Finding, Cause> {
        let body = answer.body.map(Body::new);
        let seen = Seen {
            status: Some(answer.status.as_u16()),
            response_time_us: micros(started.elapsed()),
            ip: trace.address,
            connected: true,
            certificate_expires_in_ms: trace.certificate_expires_at.map(|expiry| expiry.as_ms().saturating_sub(at.as_ms())),
            body: body.as_ref(),
        };
        if let Some(cause) = unmet(&self.conditions, &seen) {
            return Err(cause);
        }
        Ok(unmet(&self.degraded, &seen).map_or(Finding::Good, Finding::Degraded))
    }
}

/// All conditions that did not hold, in one cause; `None` if all held.
fn unmet(conditions: &[Condition], seen: &Seen<'_>) -> Option<Cause> {
    let told: Vec<String> =
        conditions.iter().filter_map(|condition| condition.check(seen).err()).map(|unmet| unmet.to_string()).collect();
    (!told.is_empty()).then(|| Cause::new(CauseKind::Condition, told.join("; ")))
}
