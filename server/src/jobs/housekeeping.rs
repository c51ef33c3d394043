//! Every second: let time pass for the rules. Every minute: condense results. Every ten: delete what is past its time.

use std::sync::Arc;
use std::time::Duration;

use store::retention::{Horizon, Place, Slice};

use crate::service::monitoring::Monitoring;

const TICK: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const CLEAN_UP: Duration = Duration::from_secs(600);
/// Results of a minute may still be on their way this long after it: the longest check, and the batch they are committed with.
const SETTLING: Duration = Duration::from_secs(120);

/// Lets time pass.
pub(crate) async fn tick(monitoring: Arc<Monitoring>) {
    let mut next = monitoring.clock.elapsed();
    loop {
        next += TICK;
        monitoring.clock.sleep_until(next).await;
        monitoring.tick();
        next = next.max(monitoring.clock.elapsed());
    }
}

/// Alerts that are over are kept for so long; those of incidents for ever.
const ALERTS_KEPT: Duration = Duration::from_secs(400 * 86_400);
/// So many are deleted at once.
const ALERTS_FORGOTTEN_AT_ONCE: u32 = 5_000;

/// Condenses results.
pub(crate) async fn roll_up(monitoring: Arc<Monitoring>) {
    loop {
        monitoring.writer.roll_up(monitoring.clock.now().minus(SETTLING));
        monitoring.clock.sleep_until(monitoring.clock.elapsed() + MINUTE).await;
    }
}

/// Deletes and forgets.
pub(crate) async fn clean_up(monitoring: Arc<Monitoring>) {
    loop {
        monitoring.clock.sleep_until(monitoring.clock.elapsed() + CLEAN_UP).await;
        monitoring.prune();
        let retention = monitoring.state().config.retention;
        let now = monitoring.clock.now();
        let horizon =
            Horizon { raw: now.minus(retention.raw), minute: now.minus(retention.minute), hour: now.minus(retention.hour) };
        let expired = monitoring.writer.transact(
            move |transaction| Box::pin(async move { transaction.delete_expired(now).await }),
            monitoring.clock.sleep_until(monitoring.clock.elapsed() + CLEAN_UP),
        );
        if let Err(error) = expired.await {
            tracing::warn!(%error, "could not delete sessions and links that are over; trying again later");
        }
        let forgotten = monitoring.writer.transact(
            move |transaction| {
                Box::pin(async move { transaction.forget_alerts(now.minus(ALERTS_KEPT), ALERTS_FORGOTTEN_AT_ONCE).await })
            },
            monitoring.clock.sleep_until(monitoring.clock.elapsed() + CLEAN_UP),
        );
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "could not delete alerts that are long over; trying again later");
        }
        let mut place = Place::default();
        loop {
            match monitoring.writer.retain(horizon, place).await {
                Ok(Slice { deleted, next }) => {
                    tracing::debug!(deleted, "deleted what was past its time");
                    let Some(next) = next else { break };
                    place = next;
                }
                Err(error) => {
                    tracing::warn!(%error, "could not delete what is past its time; trying again later");
                    break;
                }
            }
        }
    }
}
