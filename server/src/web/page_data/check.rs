//! What watches a component and what it saw, out of the state and, for single results, out of the store.

use app::data::{CheckKind, PublicCheck, PublicResult};
use domain::probe::heartbeat::HeartbeatPhase;
use domain::probe::spec::{ActionSpec, CheckSpec};
use domain::time::Timestamp;
use domain::tower::{ComponentWatch, ProbeKey, ProbeMachine};

use crate::service::monitoring::State;
use crate::service::past::Past;

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

/// Adds the results of the last 24 hours, as far as they can be read: all at once, so that a component of many checks does not wait
/// for each in turn.
pub(super) async fn with_day(past: &Past, checks: Vec<(ProbeKey, PublicCheck)>, now: Timestamp) -> Vec<PublicCheck> {
    let complete = checks.into_iter().map(|(key, check)| async move {
        let day = past.day(key, now).await.map(|day| (*day).clone());
        PublicCheck { day, ..check }
    });
    futures::future::join_all(complete).await
}
