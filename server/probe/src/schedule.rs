//! Runs every probe at its interval. One task per probe: a slow target delays nobody else, and a probe never runs twice at a time.
//!
//! Starts are spread over the interval by the golden ratio, which keeps any number of probes apart without knowing how many there
//! will be. A new probe also runs once right away (within a few seconds, spread too), so that a fresh page is not empty for an hour.
//! Starts that were due and did not happen are counted, and how late each start was is measured.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::latency::Latencies;
use domain::probe::observation::Observation;
use domain::probe::spec::ActiveSpec;
use domain::tower::ProbeKey;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::{Prober, ProberError, Resolver};

/// First executions are spread over at least this long.
const WARM_UP_MIN: Duration = Duration::from_secs(2);
/// First executions per second, at most: 10,000 probes take 20 s to have all run once.
const WARM_UP_PER_SECOND: u32 = 500;

/// Takes an observation where it is needed next. The probe's next execution waits for it, others do not.
pub type Deliver = Arc<dyn Fn(ProbeKey, Observation) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How punctual the checks are.
#[derive(Debug, Default)]
pub struct Punctuality {
    started: AtomicU64,
    missed: AtomicU64,
    lateness: Mutex<Latencies>,
}

impl Punctuality {
    /// Executions started.
    pub fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    /// Executions that were due and did not run.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    /// How late starts were, in microseconds: the quantile `ratio` (0 to 1). `None` before the first.
    pub fn lateness_us(&self, ratio: f64) -> Option<u64> {
        self.lateness.lock().unwrap_or_else(PoisonError::into_inner).quantile_us(ratio)
    }

    fn note(&self, late: Duration) {
        self.started.fetch_add(1, Ordering::Relaxed);
        let late_us = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
        self.lateness.lock().unwrap_or_else(PoisonError::into_inner).record(late_us);
    }
}

struct Running {
    spec: ActiveSpec,
    prober: Arc<Prober>,
    share: f64,
    task: JoinHandle<()>,
}

/// Runs probes. Dropping it stops them all.
pub struct Scheduler {
    clock: Arc<dyn Clock>,
    resolver: Arc<Resolver>,
    deliver: Deliver,
    punctuality: Arc<Punctuality>,
    running: HashMap<ProbeKey, Running>,
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler").field("running", &self.running.len()).finish_non_exhaustive()
    }
}

impl Scheduler {
    /// A scheduler that runs nothing yet.
    pub fn new(clock: Arc<dyn Clock>, resolver: Arc<Resolver>, deliver: Deliver) -> Self {
        Self { clock, resolver, deliver, punctuality: Arc::default(), running: HashMap::new() }
    }

    /// How punctual the checks are.
    pub fn punctuality(&self) -> Arc<Punctuality> {
        Arc::clone(&self.punctuality)
    }

    /// Prepares probers for what is wanted, without starting any: an error here leaves everything as it is.
    pub fn prepare(&self, wanted: Vec<(ProbeKey, ActiveSpec)>) -> Result<Prepared, (ProbeKey, ProberError)> {
        let mut prepared = Vec::with_capacity(wanted.len());
        for (key, spec) in wanted {
            let is_same = self.running.get(&key).is_some_and(|running| running.spec == spec);
            let prober =
                if is_same { None } else { Some(Prober::new(&spec, Arc::clone(&self.resolver)).map_err(|error| (key, error))?) };
            prepared.push((key, spec, prober));
        }
        Ok(Prepared(prepared))
    }

    /// Runs exactly what was prepared: unchanged probes go on undisturbed, changed ones begin anew, the others stop.
    pub fn switch_to(&mut self, Prepared(prepared): Prepared) {
        let mut before = std::mem::take(&mut self.running);
        let count = u32::try_from(prepared.len()).unwrap_or(u32::MAX);
        let warm_up = WARM_UP_MIN.max(Duration::from_secs(u64::from(count / WARM_UP_PER_SECOND)));
        for (index, (key, spec, prober)) in prepared.into_iter().enumerate() {
            let kept = before.remove(&key);
            let running = match (prober, kept) {
                (None, Some(kept)) => kept,
                (Some(prober), kept) => {
                    if let Some(kept) = kept {
                        kept.task.abort();
                    }
                    let share = spread(index);
                    let first = warm_up.min(spec.every).mul_f64(share);
                    self.begin(key, spec, Arc::new(prober), share, first)
                }
                // `prepare` leaves the prober out only for one that runs, and nothing stops between the two.
                (None, None) => continue,
            };
            self.running.insert(key, running);
        }
        for gone in before.into_values() {
            gone.task.abort();
        }
    }
}

impl Scheduler {
    /// Starts a probe's task; its first execution comes after `first`.
    fn begin(&self, key: ProbeKey, spec: ActiveSpec, prober: Arc<Prober>, share: f64, first: Duration) -> Running {
        let task = tokio::spawn(run(Loop {
            key,
            prober: Arc::clone(&prober),
            every: spec.every,
            first: self.clock.elapsed() + first,
            phase: spec.every.mul_f64(share),
            clock: Arc::clone(&self.clock),
            deliver: Arc::clone(&self.deliver),
            punctuality: Arc::clone(&self.punctuality),
        }));
        Running { spec, prober, share, task }
    }

    /// One more execution of a probe that runs, now, beside its rhythm: the observation goes where all go, and is given back too.
    pub fn run_now(&self, key: ProbeKey) -> Option<impl Future<Output = Observation> + Send + use<>> {
        let prober = Arc::clone(&self.running.get(&key)?.prober);
        let (clock, deliver) = (Arc::clone(&self.clock), Arc::clone(&self.deliver));
        Some(async move {
            let observation = prober.run(clock.now()).await;
            deliver(key, observation.clone()).await;
            observation
        })
    }

    /// The watchdog: a probe whose task has ended (it can only have panicked) is started again, and what it missed is counted.
    /// Gives how many there were.
    pub fn revive(&mut self) -> usize {
        let dead: Vec<ProbeKey> =
            self.running.iter().filter(|(_, running)| running.task.is_finished()).map(|(key, _)| *key).collect();
        for key in &dead {
            let Some(Running { spec, prober, share, .. }) = self.running.remove(key) else { continue };
            self.punctuality.missed.fetch_add(1, Ordering::Relaxed);
            let running = self.begin(*key, spec, prober, share, Duration::ZERO);
            self.running.insert(*key, running);
        }
        dead.len()
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        for running in self.running.values() {
            running.task.abort();
        }
    }
}

/// Probers that are ready to run.
pub struct Prepared(Vec<(ProbeKey, ActiveSpec, Option<Prober>)>);

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Prepared").field(&self.0.len()).finish()
    }
}

/// Where in the interval the `index`-th probe starts, from 0 up to 1: multiples of the golden ratio never bunch.
fn spread(index: usize) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    (index as f64 * GOLDEN).fract()
}

struct Loop {
    key: ProbeKey,
    prober: Arc<Prober>,
    every: Duration,
    first: Duration,
    phase: Duration,
    clock: Arc<dyn Clock>,
    deliver: Deliver,
    punctuality: Arc<Punctuality>,
}

async fn run(Loop { key, prober, every, first, phase, clock, deliver, punctuality }: Loop) {
    let mut due = first;
    loop {
        clock.sleep_until(due).await;
        punctuality.note(clock.elapsed().saturating_sub(due));
        let observation = prober.run(clock.now()).await;
        deliver(key, observation).await;
        let next = if due == first { next_in_phase(first, every, phase) } else { due + every };
        let (next, missed) = skip_missed(next, clock.elapsed(), every);
        punctuality.missed.fetch_add(missed, Ordering::Relaxed);
        due = next;
    }
}

/// The first moment of the form `phase + n · every` after the warm-up execution. With a phase within the interval that is never more
/// than an interval later, or the time between would count as unwatched.
fn next_in_phase(first: Duration, every: Duration, phase: Duration) -> Duration {
    let Some(since) = first.checked_sub(phase) else { return phase };
    let steps = since.as_nanos() / every.as_nanos().max(1) + 1;
    phase + every * u32::try_from(steps).unwrap_or(u32::MAX)
}

/// The newest start that is due, or the next if none is, and how many before it did not happen. One that is late still runs.
fn skip_missed(next: Duration, now: Duration, every: Duration) -> (Duration, u64) {
    let missed = now.saturating_sub(next).as_nanos() / every.as_nanos().max(1);
    (next + every * u32::try_from(missed).unwrap_or(u32::MAX), u64::try_from(missed).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_spread_and_never_bunched() {
        for count in [2_usize, 10, 1_000] {
            let mut starts: Vec<f64> = (0..count).map(spread).collect();
            starts.sort_by(f64::total_cmp);
            let mut gaps: Vec<f64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
            gaps.push(1.0 - starts[count - 1] + starts[0]);
            let largest = gaps.iter().copied().fold(0.0, f64::max);
            assert!(largest < 2.7 / count as f64, "{count} probes leave a gap of {largest}");
        }
    }

    #[test]
    fn what_was_missed_is_counted_and_the_phase_kept() {
        let s = Duration::from_secs;
        assert_eq!(skip_missed(s(20), s(15), s(10)), (s(20), 0));
        assert_eq!(skip_missed(s(20), s(22), s(10)), (s(20), 0), "late, but it runs");
        assert_eq!(skip_missed(s(20), s(41), s(10)), (s(40), 2));
        assert_eq!(next_in_phase(s(1), s(30), s(7)), s(7));
        assert_eq!(next_in_phase(s(100), s(30), s(7)), s(127));
        assert_eq!(next_in_phase(s(7), s(30), s(7)), s(37));
    }

    #[test]
    fn no_probe_is_left_alone_for_longer_than_its_interval() {
        for every in [5, 30, 60, 3_600, 86_400].map(Duration::from_secs) {
            for index in 0..200 {
                for started_at in [0_u64, 1, 17, 86_399].map(Duration::from_secs) {
                    let first = started_at + WARM_UP_MIN.min(every).mul_f64(spread(index));
                    let next = next_in_phase(first, every, every.mul_f64(spread(index)));
                    assert!(next > first && next <= first + every, "{index}: {first:?} then {next:?}, every {every:?}");
                }
            }
        }
    }
}
