//! Every two seconds: have runbooks changed?

use std::sync::Arc;
use std::time::Duration;

use probe::clock::Clock;

use crate::service::desk::Desk;

const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks for ever.
pub(crate) async fn run(desk: Arc<Desk>, clock: Arc<dyn Clock>) {
    loop {
        clock.sleep_until(clock.elapsed() + LOOK_EVERY).await;
        desk.look_at_runbooks().await;
    }
}
