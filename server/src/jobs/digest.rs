//! Once a week, what is left to do: looked at every minute, in a loop of its own, since a channel that does not answer takes its time.

use std::sync::Arc;
use std::time::Duration;

use probe::clock::Clock;

use crate::service::desk::Desk;

const EVERY: Duration = Duration::from_secs(60);

/// Looks for ever.
pub(crate) async fn run(desk: Arc<Desk>, clock: Arc<dyn Clock>) {
    let mut next = clock.elapsed();
    loop {
        if let Err(error) = desk.send_digest().await {
            tracing::warn!(%error, "the digest cannot be made; trying again in a minute");
        }
        next = (next + EVERY).max(clock.elapsed());
        clock.sleep_until(next).await;
    }
}
