//! What pages show of the past and memory does not hold: single results, outages and incidents of long ago, medians by slice. Asked for
//! only when a page is rendered, never for a visitor, and never waited for long: a page shows the present state whatever the disk does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::latency::LatencyDay;
use domain::outage::Outage;
use domain::probe::review::{Review, Seen};
use domain::time::{TimeRange, Timestamp};
use domain::tower::{ComponentKey, ProbeKey};
use store::incidents::public::PublicStory;
pub(crate) use store::rollup::BucketSize as Grain;
use store::{Store, StoreError};
use tokio::sync::Semaphore;

use crate::service::monitoring::Monitoring;

/// Results of a day that are read: the newest. A probe runs at most every 5 s, 17,280 times a day; a heartbeat may be called more often.
const RESULTS_MAX: u32 = 20_000;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Slices of a day's chart: five minutes each.
const COLUMNS: usize = 288;
/// Runs of equal results in a day's table; a flapping check has thousands.
const STRETCHES_MAX: usize = 200;
/// A day that was read is shown again for so long before it is read again,
const DAY_FRESH: Duration = Duration::from_secs(30);
/// and, when it cannot be read, for so long before it is left out.
const DAY_USABLE: Duration = Duration::from_secs(600);
/// Days kept, about 24 kB each.
const DAYS_MAX: usize = 500;
/// Days that are read at the same time; the other readers are for everything else.
const READING_MAX: usize = 2;
/// How long a reading may take.
const PATIENCE: Duration = Duration::from_millis(500);
/// After a failure the latencies of the last day are asked for again.
const RETRY: Duration = Duration::from_secs(10);

/// Why something of the past is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PastError {
    /// The database says so.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database does not answer.
    #[error("the database did not answer within {} ms", PATIENCE.as_millis())]
    Slow,
}

/// Days that were read, and when.
type Days = HashMap<ProbeKey, (Timestamp, Arc<Review>)>;

/// Reads the past. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    store: Store,
    days: Arc<Mutex<Days>>,
    reading: Arc<Semaphore>,
}

impl Past {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, days: Arc::default(), reading: Arc::new(Semaphore::new(READING_MAX)) }
    }

    /// The results of one probe within the 24 hours before `now`; `None` when they cannot be read.
    pub(crate) async fn day(&self, probe: ProbeKey, now: Timestamp) -> Option<Arc<Review>> {
        let known = self.days.lock().unwrap_or_else(PoisonError::into_inner).get(&probe).cloned();
        let is_within = |(at, _): &&(Timestamp, Arc<Review>), age| *at <= now && now.since(*at) < age;
        if let Some((_, day)) = known.as_ref().filter(|known| is_within(known, DAY_FRESH)) {
            return Some(Arc::clone(day));
        }
        match patiently(self.read_day(probe, now)).await {
            Ok(day) => {
                let day = Arc::new(day);
                let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
                if days.len() >= DAYS_MAX {
                    let oldest = days.iter().min_by_key(|(_, (at, _))| *at).map(|(probe, _)| *probe);
                    oldest.and_then(|oldest| days.remove(&oldest));
                }
                days.insert(probe, (now, Arc::clone(&day)));
                Some(day)
            }
            Err(error) => {
                tracing::warn!(%error, "a page is rendered without its newest single results");
                known.as_ref().filter(|known| is_within(known, DAY_USABLE)).map(|(_, day)| Arc::clone(day))
            }
        }
    }

    /// Every result of one probe within the 24 hours before `now`, oldest first: the newest 20,000.
    pub(crate) async fn results(&self, probe: ProbeKey, now: Timestamp) -> Result<Vec<Seen>, PastError> {
        patiently(self.read_results(probe, day_before(now))).await
    }

    async fn read_results(&self, probe: ProbeKey, span: TimeRange) -> Result<Vec<Seen>, StoreError> {
        // Never closed. Whoever waits for a place here waits within the same patience.
        let _place = self.reading.acquire().await.ok();
        let stored = self.store.results(probe, span.from(), span.until(), RESULTS_MAX).await?;
        let seen = stored.into_iter().map(|result| Seen {
            at: result.at,
            verdict: result.verdict,
            cause: result.cause,
            duration_us: result.duration_us,
        });
        Ok(seen.collect())
    }

    async fn read_day(&self, probe: ProbeKey, now: Timestamp) -> Result<Review, StoreError> {
        let span = day_before(now);
        let seen = self.read_results(probe, span).await?;
        // With more calls than are read, the day that is shown is shorter, and says so.
        let is_whole = seen.len() < RESULTS_MAX as usize;
        let from = seen.first().filter(|_| !is_whole).map_or(span.from(), |first| first.at);
        Ok(Review::new(TimeRange::new(from, span.until()), &seen, COLUMNS, STRETCHES_MAX))
    }

    /// Outages of `components` that began within `range`, the newest first, at most `limit`, and how many there are in all.
    pub(crate) async fn outages(
        &self,
        components: &[ComponentKey],
        range: TimeRange,
        limit: u32,
    ) -> Result<(Vec<(ComponentKey, u32, Outage)>, u64), PastError> {
        patiently(async {
            let outages = self.store.outages_begun(components, range, limit).await?;
            Ok((outages, self.store.count_outages_begun(components, range).await?))
        })
        .await
    }

    /// What may be told of the incident with this public number; `None` when nothing may.
    pub(crate) async fn public_story(&self, number: i64) -> Result<Option<PublicStory>, PastError> {
        patiently(self.store.public_story(number)).await
    }

    /// The same of several incidents, without those of which nothing may be told. All of them together are not waited for longer than
    /// one.
    pub(crate) async fn public_stories(&self, numbers: &[i64]) -> Result<Vec<PublicStory>, PastError> {
        patiently(async {
            let mut stories = Vec::with_capacity(numbers.len());
            for number in numbers {
                stories.extend(self.store.public_story(*number).await?);
            }
            Ok(stories)
        })
        .await
    }

    /// Medians of the probes together in `count` slices from `from` on, in microseconds; from the buckets of `grain`.
    pub(crate) async fn medians(
        &self,
        probes: &[ProbeKey],
        grain: Grain,
        from: Timestamp,
        slice_s: u32,
        count: usize,
    ) -> Result<Vec<Option<u64>>, PastError> {
        patiently(self.store.medians(probes, grain, from, slice_s, count)).await
    }

    /// After a start: gives the last day's latencies back to memory. Not part of the start itself, which must be quick; until this is
    /// done pages say that nothing was measured.
    pub(crate) async fn recall_latencies(self, monitoring: Arc<Monitoring>) {
        let until = monitoring.clock.now();
        loop {
            let mut days: HashMap<ComponentKey, LatencyDay> = HashMap::new();
            let read = self.store.latencies_since(until.minus(DAY), until, |bucket| {
                if let Err(error) = days.entry(bucket.component).or_default().put(bucket.at, &bucket.encoded) {
                    tracing::warn!(%error, at = %bucket.at, "a stored latency histogram is passed over");
                }
            });
            match read.await {
                Ok(()) => return monitoring.recall_latencies(days),
                Err(error) => {
                    tracing::warn!(%error, "the latencies of the last day cannot be read; trying again");
                    monitoring.clock.sleep_until(monitoring.clock.elapsed() + RETRY).await;
                }
            }
        }
    }
}

/// The 24 hours before a moment, up to and with what began in its millisecond.
fn day_before(now: Timestamp) -> TimeRange {
    TimeRange::new(now.minus(DAY), now.plus(Duration::from_millis(1)))
}

/// Waits so long as a page can wait. By the machine's own clock: how long a disk may take has nothing to do with the time of day.
async fn patiently<T>(reading: impl Future<Output = Result<T, StoreError>>) -> Result<T, PastError> {
    Ok(tokio::time::timeout(PATIENCE, reading).await.map_err(|_| PastError::Slow)??)
}
