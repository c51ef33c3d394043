//! What an execution has seen so far. It lives outside the check's future, so it survives when that runs out of time.
//!
//! It only records; it must never judge.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use domain::probe::observation::Phases;
use domain::time::Timestamp;

/// A part of an execution that is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Resolve,
    Connect,
    Tls,
    FirstByte,
    Transfer,
}

impl Phase {
    /// For details: what the check was doing.
    pub(crate) const fn doing(self) -> &'static str {
        match self {
            Self::Resolve => "resolving the name",
            Self::Connect => "connecting",
            Self::Tls => "in the TLS handshake",
            Self::FirstByte => "waiting for the first byte of the answer",
            Self::Transfer => "reading the answer",
        }
    }
}

/// The record of one execution, field by field as in an observation.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) phases: Phases,
    pub(crate) address: Option<IpAddr>,
    pub(crate) code: Option<u16>,
    pub(crate) certificate_expires_at: Option<Timestamp>,
    pub(crate) http_version: Option<u8>,
    pub(crate) body_bytes: Option<u64>,
    pub(crate) redirects: u8,
    current: Option<(Phase, Instant)>,
}

impl Trace {
    /// Ends the phase that is running and begins `phase`.
    pub(crate) fn begin(&mut self, phase: Phase) {
        let now = Instant::now();
        self.end_at(now);
        self.current = Some((phase, now));
    }

    /// Ends the phase that is running, and says which it was. Its time so far counts even when the check failed in it.
    pub(crate) fn end(&mut self) -> Option<Phase> {
        self.end_at(Instant::now())
    }

    fn end_at(&mut self, now: Instant) -> Option<Phase> {
        let (phase, since) = self.current.take()?;
        let sum = match phase {
            Phase::Resolve => &mut self.phases.resolve_us,
            Phase::Connect => &mut self.phases.connect_us,
            Phase::Tls => &mut self.phases.tls_us,
            Phase::FirstByte => &mut self.phases.first_byte_us,
            Phase::Transfer => &mut self.phases.transfer_us,
        };
        let spent = micros(now.saturating_duration_since(since));
        *sum = Some(sum.unwrap_or(0).saturating_add(spent));
        Some(phase)
    }

    /// Notes the expiry of a chain that was shown. With redirects over several hosts the earliest counts: whichever certificate
    /// runs out first breaks the check.
    pub(crate) fn note_expiry(&mut self, expires_at: Timestamp) {
        self.certificate_expires_at = Some(self.certificate_expires_at.map_or(expires_at, |known| known.min(expires_at)));
    }
}

/// Whole microseconds.
pub(crate) fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_summed_and_the_running_one_counts() {
        let mut trace = Trace::default();
        trace.phases.connect_us = Some(u64::MAX - 1);
        trace.begin(Phase::Connect);
        trace.begin(Phase::FirstByte);
        assert!(trace.phases.connect_us >= Some(u64::MAX - 1));
        assert_eq!(trace.phases.first_byte_us, None);
        assert_eq!(trace.end(), Some(Phase::FirstByte));
        assert!(trace.phases.first_byte_us.is_some());
        assert_eq!(trace.end(), None);
    }
}
