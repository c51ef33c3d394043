//! What watches a component and what it saw, without saying of what.

use domain::probe::heartbeat::HeartbeatPhase;
use domain::probe::observation::{CauseKind, Phases, Verdict};
use domain::probe::review::Review;
use domain::time::Timestamp;

/// What kind of look a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// An HTTP request.
    Http,
    /// A TCP connection.
    Tcp,
    /// It calls us.
    Heartbeat(HeartbeatPhase),
}

/// A check and what it saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCheck {
    /// Its kind.
    pub kind: CheckKind,
    /// Its newest result.
    pub last: Option<PublicResult>,
    /// Its results of the last 24 hours; `None` while they cannot be read.
    pub day: Option<Review>,
}

/// A result, without its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicResult {
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub verdict: Verdict,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// The kind of trouble.
    pub cause: Option<CauseKind>,
    /// How long each phase took. All `None` for a result from before the newest start of Yagura.
    pub phases: Phases,
}
