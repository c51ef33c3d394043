//! What is checked and how: the configuration of one probe, already parsed and known to be sound.

use std::num::{NonZeroU16, NonZeroU32};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::condition::Condition;
use super::reach::Reach;
use crate::alert::kind::Matcher;
use crate::text::{Secret, Slug};

/// Shortest interval between two executions.
pub const EVERY_MIN: Duration = Duration::from_secs(5);
/// Longest interval between two executions.
pub const EVERY_MAX: Duration = Duration::from_secs(24 * 3600);
/// Most bytes of an answer that are read.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Most redirects that may be allowed.
pub const REDIRECTS_MAX: u8 = 20;
/// Most results in a row that `confirm` may ask for.
pub const CONFIRM_MAX: u32 = 100;

/// How many results in a row are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfirmAfter {
    /// Bad results in a row before an outage is confirmed.
    pub down: NonZeroU32,
    /// Good results in a row before recovery is confirmed.
    pub up: NonZeroU32,
}

impl Default for ConfirmAfter {
    fn default() -> Self {
        Self { down: NonZeroU32::new(3).unwrap_or(NonZeroU32::MIN), up: NonZeroU32::new(2).unwrap_or(NonZeroU32::MIN) }
    }
}

/// One configured probe.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeSpec {
    /// Its name, unique among all probes.
    pub slug: Slug,
    /// The component whose state it contributes to.
    pub component: Slug,
    /// The slug it had before, whose history it takes over.
    pub renamed_from: Option<Slug>,
    /// How many results in a row are believed.
    pub confirm: ConfirmAfter,
    /// What rings when it is down.
    pub alert: ProbeAlert,
    /// What is checked.
    pub check: CheckSpec,
}

/// What rings when a probe is down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProbeAlert {
    /// An alert that is named by what fails: `component-down`, `heartbeat-missed`, `certificate-expiring`.
    #[default]
    ByCause,
    /// One of this type.
    Type(Slug),
    /// None.
    Off,
}

/// The kinds of probe.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckSpec {
    /// We go and look, at an interval.
    Active(ActiveSpec),
    /// The watched thing calls us.
    Heartbeat(HeartbeatSpec),
}

/// A probe that goes and looks.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveSpec {
    /// Time between the starts of two executions.
    pub every: Duration,
    /// Limit over the whole execution; always shorter than `every`.
    pub timeout: Duration,
    /// False for targets that are reached without our uplink: their results stay valid while `self_check` fails.
    pub is_outside: bool,
    /// Where it may go, also by redirects.
    pub reach: Reach,
    /// What is done.
    pub action: ActionSpec,
}

/// What an active probe does.
#[derive(Clone, Debug, PartialEq)]
pub enum ActionSpec {
    /// An HTTP request.
    Http(Box<HttpSpec>),
    /// A TCP connection.
    Tcp(TcpSpec),
}

/// An HTTP request and what its answer must be.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpSpec {
    /// Absolute `http://` or `https://` URL. May carry secrets, hence never shown.
    pub url: Secret,
    /// The URL as it may be shown: without user information and query, and with `…` in the place of what a placeholder filled in.
    pub shown_url: String,
    /// Method, an upper-case token such as `GET`.
    pub method: String,
    /// Extra headers: name and value.
    pub headers: Vec<(String, Secret)>,
    /// Request body.
    pub body: Option<Secret>,
    /// `Authorization`.
    pub auth: Option<HttpAuth>,
    /// Redirects followed before the check fails; 0 takes the redirect itself as the answer.
    pub redirects_max: u8,
    /// TLS options.
    pub tls: TlsSpec,
    /// All must hold, else the result is down. The configuration supplies `[STATUS] < 400` when none is given.
    pub conditions: Vec<Condition>,
    /// All should hold, else the result is degraded.
    pub degraded: Vec<Condition>,
}

/// How to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpAuth {
    /// RFC 7617.
    Basic {
        /// Name, without a colon.
        user: String,
        /// Password.
        password: Secret,
    },
    /// RFC 6750.
    Bearer(Secret),
}

/// TLS options. PEM texts are already read and known to parse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSpec {
    /// Accept any certificate. Its expiry is still reported.
    pub skip_verify: bool,
    /// PEM certificates trusted *instead of* the public roots.
    pub ca_pem: Option<String>,
    /// Client certificate chain and private key, PEM.
    pub client: Option<ClientCertificate>,
}

/// A client's own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// PEM chain, leaf first.
    pub chain_pem: String,
    /// PEM private key.
    pub key_pem: Secret,
}

/// A TCP connection and what may be said over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpSpec {
    /// Host name or address. May be filled in by a placeholder, hence never shown.
    pub host: String,
    /// The host as it may be shown: with `…` in the place of what a placeholder filled in.
    pub shown_host: String,
    /// Port.
    pub port: NonZeroU16,
    /// Sent after connecting.
    pub send: Option<Secret>,
    /// Text that must appear in what comes back (within [`BODY_BYTES_MAX`]).
    pub expect: Option<String>,
}

/// A probe turned round.
#[derive(Clone, Debug, PartialEq)]
pub struct HeartbeatSpec {
    /// The secret the sender shows: a UUID (`/ping/<uuid>`, `/api/push/<uuid>`) or another token (`/api/push/<token>` only).
    pub token: Secret,
    /// When a call is expected.
    pub schedule: HeartbeatSchedule,
    /// How long after the expected time a call is still good.
    pub grace: Duration,
    /// Alerts that count as its call, such as Prometheus' `Watchdog`, which fires as long as the whole chain works. Empty: none does.
    pub watchdog: Vec<Matcher>,
}

/// When a heartbeat is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum HeartbeatSchedule {
    /// At most this long after the last call.
    Period(Duration),
    /// At each time of a cron expression (five fields) in a time zone.
    Cron {
        /// The parsed expression.
        cron: Box<croner::Cron>,
        /// The zone its fields are read in.
        time_zone: TimeZone,
    },
}
