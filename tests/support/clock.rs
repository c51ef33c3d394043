//! A clock that stands still until it is moved.

use std::time::Duration;

use domain::time::Timestamp;
use probe::clock::{Clock, Waiting};
use tokio::sync::watch;

/// Where tests begin: 2026-04-12T03:00:00Z, noon in Tokyo.
pub const START: Timestamp = Timestamp::from_ms(1_775_962_800_000);

/// A clock that tests move.
#[derive(Clone, Debug)]
pub struct ManualClock {
    started: Timestamp,
    slept: watch::Sender<Duration>,
    elapsed: watch::Sender<Duration>,
}

impl ManualClock {
    /// A clock that stands at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self { started: at, slept: watch::Sender::new(Duration::ZERO), elapsed: watch::Sender::new(Duration::ZERO) }
    }

    /// Lets this machine sleep: the wall clock goes on, nothing else does.
    pub fn sleep(&self, by: Duration) {
        self.slept.send_modify(|slept| *slept += by);
    }

    /// Moves the clock; whoever slept until then wakes.
    pub fn advance(&self, by: Duration) {
        self.elapsed.send_modify(|elapsed| *elapsed += by);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::at(START)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.started.plus(*self.elapsed.borrow() + *self.slept.borrow())
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.borrow()
    }

    fn sleep_until(&self, moment: Duration) -> Waiting {
        let mut elapsed = self.elapsed.subscribe();
        Box::pin(async move {
            // Ends only when the clock is gone, and then nobody needs to wake.
            let _ = elapsed.wait_for(|elapsed| *elapsed >= moment).await;
        })
    }
}
