//! Where time comes from. Everything that waits for a moment or stamps one takes a [`Clock`], so that tests can move it.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::time::Timestamp;

/// A future without a name.
pub type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The present, and waiting for a later one.
pub trait Clock: Debug + Send + Sync {
    /// The wall clock. May jump; only stamps results.
    fn now(&self) -> Timestamp;
    /// Time since this clock was made. Never jumps; schedules go by it.
    fn elapsed(&self) -> Duration;
    /// Returns once [`Clock::elapsed`] has reached `moment`.
    fn sleep_until(&self, moment: Duration) -> Waiting;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep_until(&self, moment: Duration) -> Waiting {
        Box::pin(tokio::time::sleep_until((self.started + moment).into()))
    }
}
