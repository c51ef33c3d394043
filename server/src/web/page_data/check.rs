//! What watches a component and what it saw, out of the state and, for single results, out of the store.

use std::time::Duration;

use app::data::{CheckKind, PublicCheck, PublicResult};
use domain::probe::heartbeat::HeartbeatPhase;
use domain::probe::review::Review;
use domain::probe::spec::{ActionSpec, CheckSpec};
use domain::time::{TimeRange, Timestamp};
use domain::tower::{ComponentWatch, ProbeKey, ProbeMachine};

use crate::service::monitoring::State;
use crate::service::past::Past;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Slices of a day's chart: five minutes each.
const COLUMNS: usize = 288;
/// Runs of equal results in a day's table; a flapping check has thousands.
const RUNS_MAX: usize = 200;

/// The checks of a component in the order of the configuration, their days still missing.
pub(super) fn of(state: &State, watch: &ComponentWatch, now: Timestamp) -> Vec<(ProbeKey, PublicCheck)> {
    let mut watched: Vec<_> = watch.probes.iter().filter_map(|key| Some((*key, state.probes.get(key)?))).collect();
    watched.sort_by_key(|(_, probe)| probe.index);
    let shown = watched.into_iter().map(|(key, probe)| {
        let kind = match &state.config.probes[probe.index].check {
            CheckSpec::Active(active) => match active.action {
                ActionSpec::Http(_) => CheckKind::Http,
                ActionSpec::Tcp(_) => CheckKind::Tcp,
            },
            CheckSpec::Heartbeat(_) => CheckKind::Heartbeat(match state.tower.probe(key) {
                Some(ProbeMachine::Heartbeat(machine)) => machine.phase(now),
                _ => HeartbeatPhase::New,
            }),
        };
        let last = probe.last.as_ref().map(|last| PublicResult {
            at: last.at,
            verdict: last.verdict,
            duration_us: last.duration_us,
            cause: last.cause.as_ref().map(|cause| cause.kind),
            phases: last.phases,
        });
        (key, PublicCheck { kind, last, day: None })
    });
    shown.collect()
}

/// Adds the results of the last 24 hours, as far as they can be read.
pub(super) async fn with_day(past: &Past, checks: Vec<(ProbeKey, PublicCheck)>, now: Timestamp) -> Vec<PublicCheck> {
    // Up to and with what began in this millisecond.
    let span = TimeRange::new(now.minus(DAY), now.plus(Duration::from_millis(1)));
    let mut complete = Vec::with_capacity(checks.len());
    for (key, check) in checks {
        let day = match past.results(key, span).await {
            Ok(results) => Some(Review::new(span, &results, COLUMNS, RUNS_MAX)),
            Err(error) => {
                tracing::warn!(%error, "a page is rendered without its single results");
                None
            }
        };
        complete.push(PublicCheck { day, ..check });
    }
    complete
}
