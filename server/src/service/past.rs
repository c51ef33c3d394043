//! What pages show of the past and memory does not hold: single results, outages of long ago, medians by slice. Asked for only when a
//! page is rendered, never for a visitor. Whatever cannot be read is left out by whoever asks: the page stands without a database.

use std::sync::Arc;
use std::time::Duration;

use domain::outage::Outage;
use domain::probe::review::Seen;
use domain::time::{TimeRange, Timestamp};
use domain::tower::{ComponentKey, ProbeKey};
pub(crate) use store::rollup::BucketSize as Grain;
use store::{Store, StoreError};

use crate::service::monitoring::Monitoring;

/// A probe runs at most every 5 s: 17,280 results a day, and some for clocks that were set.
const RESULTS_MAX: u32 = 20_000;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// After a failure the latencies of the last day are asked for again.
const RETRY: Duration = Duration::from_secs(10);

/// Reads the past.
#[derive(Clone, Debug)]
pub(crate) struct Past(Store);

impl Past {
    pub(crate) fn new(store: Store) -> Self {
        Self(store)
    }

    /// Results of one probe within `span`, oldest first.
    pub(crate) async fn results(&self, probe: ProbeKey, span: TimeRange) -> Result<Vec<Seen>, StoreError> {
        let stored = self.0.results(probe, span.from(), span.until(), RESULTS_MAX).await?;
        let seen = stored.into_iter().map(|result| Seen {
            at: result.at,
            verdict: result.verdict,
            cause: result.cause,
            duration_us: result.duration_us,
        });
        Ok(seen.collect())
    }

    /// Outages of `components` that began within `range`, the newest first, at most `limit`, and how many there are in all.
    pub(crate) async fn outages(
        &self,
        components: &[ComponentKey],
        range: TimeRange,
        limit: u32,
    ) -> Result<(Vec<(ComponentKey, u32, Outage)>, u64), StoreError> {
        let outages = self.0.outages_begun(components, range, limit).await?;
        Ok((outages, self.0.count_outages_begun(components, range).await?))
    }

    /// Medians of the probes together in `count` slices from `from` on, in microseconds; from the buckets of `grain`.
    pub(crate) async fn medians(
        &self,
        probes: &[ProbeKey],
        grain: Grain,
        from: Timestamp,
        slice_s: u32,
        count: usize,
    ) -> Result<Vec<Option<u64>>, StoreError> {
        self.0.medians(probes, grain, from, slice_s, count).await
    }

    /// After a start: gives the last day's latencies back to memory. Not part of the start itself, which must be quick; until this is
    /// done pages say that nothing was measured.
    pub(crate) async fn recall_latencies(self, monitoring: Arc<Monitoring>) {
        let until = monitoring.clock.now();
        loop {
            let mut buckets = Vec::new();
            match self.0.latencies_since(until.minus(DAY), until, |bucket| buckets.push(bucket)).await {
                Ok(()) => {
                    monitoring.recall_latencies(buckets.into_iter().map(|bucket| (bucket.component, bucket.at, bucket.encoded)));
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "the latencies of the last day cannot be read; trying again");
                    monitoring.clock.sleep_until(monitoring.clock.elapsed() + RETRY).await;
                }
            }
        }
    }
}
