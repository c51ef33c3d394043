//! Every second: which alerts belong to which incidents, has an outage begun that may be an incident, what do probes see of the incidents
//! that people work on, and which steps of the runbooks that they follow do probes say are done?

use std::sync::Arc;
use std::time::Duration;

use probe::clock::Clock;

use crate::service::desk::Desk;

const EVERY: Duration = Duration::from_secs(1);

/// Looks for ever.
pub(crate) async fn run(desk: Arc<Desk>, clock: Arc<dyn Clock>) {
    let mut next = clock.elapsed();
    loop {
        desk.bring_alerts_to_incidents().await;
        desk.turn_incidents().await;
        desk.verify_runs().await;
        desk.turn_postmortems().await;
        desk.turn_action_items().await;
        next = (next + EVERY).max(clock.elapsed());
        clock.sleep_until(next).await;
    }
}
