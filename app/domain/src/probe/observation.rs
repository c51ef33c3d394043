//! What one execution of a probe saw. An observation is a fact; whether it is believed is [`super::confirm`]'s business.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The result of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every condition held.
    Up,
    /// It answered, but a `degraded` condition did not hold.
    Degraded,
    /// It did not answer as it must.
    Down,
    /// The probe itself failed: nothing is known about the target.
    Unknown,
}

impl Verdict {
    /// Every verdict, in the order of the numbers they are stored as.
    pub const ALL: [Self; 4] = [Self::Up, Self::Degraded, Self::Down, Self::Unknown];

    /// The name used in metrics, JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}

/// What kind of thing went wrong. The numbers are stored: never renumber, only append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum CauseKind {
    /// The whole check took longer than its timeout. Down.
    Timeout = 1,
    /// The name does not resolve: NXDOMAIN, SERVFAIL, no address. Down.
    Dns = 2,
    /// The connection was refused, reset while being made, or the host is unreachable. Down.
    Connect = 3,
    /// The TLS handshake failed: wrong name, expired, unknown issuer, protocol. Down.
    Tls = 4,
    /// The connection broke, or what came back is not the protocol. Down.
    Protocol = 5,
    /// More redirects than allowed, or one that leads nowhere. Down.
    Redirect = 6,
    /// A condition was not met. Down, or degraded if it stood under `degraded`.
    Condition = 7,
    /// The answer is larger than the limit and a condition needs it. Down.
    BodyTooLarge = 8,
    /// The expected text did not come. Down.
    Expect = 9,
    /// A heartbeat did not call in time. Down.
    Missed = 10,
    /// A heartbeat reported failure. Down.
    ReportedFailure = 11,
    /// Our own limits: no file handles, no ports, no buffers. Unknown.
    LocalResources = 12,
    /// Our own network has no route. Unknown.
    LocalNetwork = 13,
    /// Our own resolver does not answer. Unknown.
    Resolver = 14,
    /// Our own uplink is gone (`self_check`). Unknown.
    Uplink = 15,
    /// Our own fault: a task that panicked. Unknown.
    Internal = 16,
    /// No address of the target is one that this probe may reach ([`super::reach`]). Unknown.
    NotAllowed = 17,
}

impl CauseKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Timeout,
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Protocol,
        Self::Redirect,
        Self::Condition,
        Self::BodyTooLarge,
        Self::Expect,
        Self::Missed,
        Self::ReportedFailure,
        Self::LocalResources,
        Self::LocalNetwork,
        Self::Resolver,
        Self::Uplink,
        Self::Internal,
        Self::NotAllowed,
    ];

    /// The number it is stored as.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind stored as `number`.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// What an execution that ended this way says about the target. [`CauseKind::Condition`] may be softened to degraded.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::LocalResources | Self::LocalNetwork | Self::Resolver | Self::Uplink | Self::Internal | Self::NotAllowed => {
                Verdict::Unknown
            }
            _ => Verdict::Down,
        }
    }

    /// The name used in JSON, logs and as the message key `cause-<name>`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::Redirect => "redirect",
            Self::Condition => "condition",
            Self::BodyTooLarge => "body-too-large",
            Self::Expect => "expect",
            Self::Missed => "missed",
            Self::ReportedFailure => "reported-failure",
            Self::LocalResources => "local-resources",
            Self::LocalNetwork => "local-network",
            Self::Resolver => "resolver",
            Self::Uplink => "uplink",
            Self::Internal => "internal",
            Self::NotAllowed => "not-allowed",
        }
    }
}

/// Why an execution was not up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The kind of trouble.
    pub kind: CauseKind,
    /// For people with access to the desk: what exactly, with the value found. May name hosts, so it is never public.
    pub detail: String,
}

impl Cause {
    /// A cause of `kind` with its private detail.
    pub fn new(kind: CauseKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

/// How long each phase of an execution took, in microseconds; `None` for phases that did not take place.
/// With redirects each phase is the sum over all requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// Name to addresses.
    pub resolve_us: Option<u64>,
    /// TCP handshake.
    pub connect_us: Option<u64>,
    /// TLS handshake.
    pub tls_us: Option<u64>,
    /// Request sent until the first byte of the answer's head.
    pub first_byte_us: Option<u64>,
    /// Reading the body.
    pub transfer_us: Option<u64>,
}

impl Phases {
    /// The phases in order, with the label values of blackbox_exporter's `probe_http_duration_seconds{phase}`.
    pub const fn labelled(&self) -> [(&'static str, Option<u64>); 5] {
        [
            ("resolve", self.resolve_us),
            ("connect", self.connect_us),
            ("tls", self.tls_us),
            ("processing", self.first_byte_us),
            ("transfer", self.transfer_us),
        ]
    }
}

/// Everything one execution saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// When the execution started.
    pub at: Timestamp,
    /// What it says about the target.
    pub verdict: Verdict,
    /// How long the whole took, in microseconds; `None` when there is nothing to measure (a missed heartbeat).
    pub duration_us: Option<u64>,
    /// HTTP status of the last answer, or the exit code a heartbeat reported.
    pub code: Option<u16>,
    /// Why it was not up; `None` exactly when the verdict is [`Verdict::Up`].
    pub cause: Option<Cause>,
    /// Time per phase.
    pub phases: Phases,
    /// The address that was connected to.
    pub address: Option<IpAddr>,
    /// The earliest `notAfter` in the certificate chain that was shown.
    pub certificate_expires_at: Option<Timestamp>,
    /// HTTP version of the answer, ten times its number (11, 20).
    pub http_version: Option<u8>,
    /// Bytes of body read (at most the limit).
    pub body_bytes: Option<u64>,
    /// Redirects followed.
    pub redirects: u8,
}

impl Observation {
    /// An observation at `at` with nothing known yet but its verdict.
    pub fn new(at: Timestamp, verdict: Verdict) -> Self {
        Self {
            at,
            verdict,
            duration_us: None,
            code: None,
            cause: None,
            phases: Phases::default(),
            address: None,
            certificate_expires_at: None,
            http_version: None,
            body_bytes: None,
            redirects: 0,
        }
    }

    /// An observation that ended with `cause`, judged by the cause's kind.
    pub fn failed(at: Timestamp, cause: Cause) -> Self {
        Self { cause: Some(cause.clone()), ..Self::new(at, cause.kind.verdict()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_own_number_and_comes_back_from_it() {
        for kind in CauseKind::ALL {
            assert_eq!(CauseKind::from_number(kind.number()), Some(kind));
        }
        assert_eq!(CauseKind::from_number(0), None);
    }
}
