//! Every second: what rings, what belongs together, and what is to be said to the people on duty. Nothing in here waits for the disk.

use std::sync::Arc;
use std::time::Duration;

use probe::clock::Clock;

use crate::service::desk::Desk;

const EVERY: Duration = Duration::from_secs(1);

/// Looks for ever.
pub(crate) async fn run(desk: Arc<Desk>, clock: Arc<dyn Clock>) {
    let mut next = clock.elapsed();
    loop {
        desk.turn_alerts();
        next = (next + EVERY).max(clock.elapsed());
        clock.sleep_until(next).await;
    }
}
