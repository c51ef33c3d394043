//! Asks `self_check` regularly, so that a lost uplink rings and its return is noticed even when no probe fails.

use std::sync::Arc;
use std::time::Duration;

use probe::Resolver;

use crate::service::monitoring::Monitoring;
use crate::service::uplink::Uplink;

const EVERY: Duration = Duration::from_secs(10);

pub(crate) async fn run(monitoring: Arc<Monitoring>, uplink: Arc<Uplink>, resolver: Arc<Resolver>) {
    loop {
        let since = monitoring.clock.elapsed();
        let is_up = uplink.is_up_since(since, &resolver).await;
        monitoring.uplink_is(is_up);
        monitoring.clock.sleep_until(monitoring.clock.elapsed() + EVERY).await;
    }
}
