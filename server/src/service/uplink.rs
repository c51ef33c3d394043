//! Whether our own uplink works. A bad result from outside counts only if it does: when `self_check` says that nothing outside can be
//! reached, what we see proves nothing about others.

use std::sync::Arc;
use std::time::Duration;

use domain::probe::observation::{Cause, CauseKind, Observation, Verdict};
use probe::clock::Clock;
use probe::{Resolver, Target, uplink_is_up};
use tokio::sync::Mutex;

/// Longest one self check takes.
const SELF_CHECK_LIMIT: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug)]
struct Checked {
    /// When it began, by the monotonic clock.
    began: Duration,
    is_up: bool,
}

/// Asks the targets of `self_check`, at most one check at a time; who waits for it shares its answer.
#[derive(Debug)]
pub(crate) struct Uplink {
    clock: Arc<dyn Clock>,
    targets: std::sync::RwLock<Vec<Target>>,
    newest: Mutex<Option<Checked>>,
}

impl Uplink {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, targets: std::sync::RwLock::default(), newest: Mutex::default() }
    }

    /// Takes up other targets.
    pub(crate) fn set_targets(&self, targets: Vec<Target>) {
        *self.targets.write().unwrap_or_else(std::sync::PoisonError::into_inner) = targets;
    }

    /// True when the uplink worked in a check that began no earlier than `since`. True without targets.
    pub(crate) async fn is_up_since(&self, since: Duration, resolver: &Arc<Resolver>) -> bool {
        let targets = self.targets.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if targets.is_empty() {
            return true;
        }
        let mut newest = self.newest.lock().await;
        if let Some(checked) = newest.filter(|checked| checked.began >= since) {
            return checked.is_up;
        }
        let began = self.clock.elapsed();
        let is_up = uplink_is_up(&targets, resolver, SELF_CHECK_LIMIT).await;
        *newest = Some(Checked { began, is_up });
        is_up
    }
}

/// What a bad result is while the uplink is gone: nothing known, with what was seen as its detail.
pub(crate) fn excused(observation: Observation) -> Observation {
    let seen = observation.cause.map(|cause| cause.detail).unwrap_or_default();
    let cause = Cause::new(CauseKind::Uplink, format!("no target of self_check can be reached; seen: {seen}"));
    Observation { verdict: Verdict::Unknown, cause: Some(cause), ..observation }
}
