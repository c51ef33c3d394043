//! Takes up a configuration: at the start, with what is stored, and later, when the file changed. What is unchanged goes on
//! undisturbed; what left ends unwatched and keeps its history; what comes back goes on from where it was.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::component::{Combine, Status};
use domain::probe::confirm::{CLOCK_STEP_MAX, Confirmation, ProbeState, Track};
use domain::probe::heartbeat::{Heartbeat, Ping};
use domain::probe::observation::{Cause, Observation};
use domain::probe::spec::{ActiveSpec, CONFIRM_MAX, CheckSpec, ProbeSpec};
use domain::time::{Change as Turn, Timestamp};
use domain::tower::{ComponentKey, ComponentWatch, Effect, ProbeKey, ProbeMachine, Tower};
use probe::clock::Clock;
use store::load::{ComponentPast, StoredResult};
use store::roster::{EnrolledComponent, Roster, Wanted, WantedComponent, WantedProbe};
use store::writer::Change;
use store::{Store, StoreError, WriterHandle};

use crate::config::Config;
use crate::service::alerts::AlertBoard;
use crate::service::incidents::Board;
use crate::service::maintenance::Plans;
use crate::service::monitoring::{Monitoring, PAGE_HORIZON, State, WatchedComponent, WatchedProbe};
use crate::service::postmortems::board::Board as PostmortemBoard;
use crate::service::public_id::public_id;

/// How far back the probes' own histories are read again: long enough for any run of unconfirmed results.
const PROBE_HORIZON: Duration = Duration::from_secs(3 * 24 * 3600);
/// Calls of a heartbeat that are read again.
const PINGS_READ: u32 = 20;

/// The configuration as the store wants it.
fn wanted(config: &Config, now: Timestamp) -> Wanted {
    let components = config.components.iter().map(|component| WantedComponent {
        slug: component.slug.clone(),
        renamed_from: component.renamed_from.clone(),
        rule: format!("{:?}", component.combine),
    });
    let probes = config.probes.iter().map(|probe| WantedProbe {
        slug: probe.slug.clone(),
        renamed_from: probe.renamed_from.clone(),
        component: probe.component.clone(),
        kind: match probe.check {
            CheckSpec::Active(_) => "active",
            CheckSpec::Heartbeat(_) => "heartbeat",
        },
    });
    Wanted { components: components.collect(), probes: probes.collect(), now }
}

/// What was stored of the probes.
struct ProbePasts {
    histories: HashMap<ProbeKey, Vec<Turn<ProbeState>>>,
    results: HashMap<ProbeKey, Vec<StoredResult>>,
    pings: HashMap<ProbeKey, Vec<Ping>>,
    /// When watching stopped, and when it goes on.
    away: Option<(Timestamp, Timestamp)>,
}

impl ProbePasts {
    /// The machine of a probe, and from when on it knows better than what was stored.
    fn machine(&mut self, key: ProbeKey, spec: &ProbeSpec, is_fresh: bool) -> (ProbeMachine, Option<Timestamp>) {
        let history = if is_fresh { Vec::new() } else { self.histories.remove(&key).unwrap_or_default() };
        match &spec.check {
            CheckSpec::Active(active) if is_fresh => {
                (ProbeMachine::Active(Confirmation::new(spec.confirm, active.every, active.timeout)), None)
            }
            CheckSpec::Active(active) => {
                let stored = self.results.get(&key).map(Vec::as_slice).unwrap_or_default();
                let results: Vec<_> = stored.iter().map(|result| Turn { at: result.at, state: result.verdict }).collect();
                let (machine, differs_from) =
                    Confirmation::restore(spec.confirm, active.every, active.timeout, &history, &results);
                (ProbeMachine::Active(machine), differs_from)
            }
            CheckSpec::Heartbeat(heartbeat) if is_fresh => (ProbeMachine::Heartbeat(Box::new(Heartbeat::new(heartbeat))), None),
            CheckSpec::Heartbeat(heartbeat) => {
                let pings = self.pings.remove(&key).unwrap_or_default();
                let mut machine = Heartbeat::restore(heartbeat, Track::from_changes(history), &pings);
                if let Some((from, until)) = self.away {
                    machine.was_deaf(from, Some(until));
                }
                (ProbeMachine::Heartbeat(Box::new(machine)), None)
            }
        }
    }

    fn last(&self, key: ProbeKey) -> Option<Observation> {
        let stored = self.results.get(&key)?.last()?;
        let cause = stored.cause.map(|kind| Cause::new(kind, stored.detail.clone().unwrap_or_default()));
        let seen = Observation::new(stored.at, stored.verdict);
        Some(Observation { duration_us: stored.duration_us, code: stored.code, cause, ..seen })
    }
}

fn watch(past: ComponentPast, config: &Config, index: usize, probes: Vec<ProbeKey>, member_since: Timestamp) -> ComponentWatch {
    ComponentWatch {
        combine: config.components[index].combine,
        probes,
        member_since,
        history: Track::from_changes(past.history),
        outages: past.outages,
        next_ordinal: past.next_ordinal.max(1),
    }
}

/// Members of every component, found in one pass: with thousands of probes a search per component would be a second of start-up.
fn all_members(roster: &Roster) -> HashMap<ComponentKey, Vec<ProbeKey>> {
    let mut all: HashMap<ComponentKey, Vec<ProbeKey>> = HashMap::new();
    for probe in &roster.probes {
        all.entry(probe.component).or_default().push(probe.key);
    }
    all.values_mut().for_each(|keys| keys.sort_unstable());
    all
}

fn watched_component(enrolled: &EnrolledComponent) -> WatchedComponent {
    let public_id = public_id("component", &enrolled.id.to_string());
    WatchedComponent { key: enrolled.key, public_id, watched_since: enrolled.watched_since }
}

fn tokens(config: &Config, roster: &Roster) -> HashMap<String, ProbeKey> {
    let heartbeats = config.probes.iter().zip(&roster.probes).filter_map(|(spec, enrolled)| match &spec.check {
        CheckSpec::Heartbeat(heartbeat) => Some((heartbeat.token.expose().to_owned(), enrolled.key)),
        CheckSpec::Active(_) => None,
    });
    heartbeats.collect()
}

/// The active probes of a configuration, for the scheduler.
pub(crate) fn schedule(config: &Config, roster: &Roster) -> Vec<(ProbeKey, ActiveSpec)> {
    let active = config.probes.iter().zip(&roster.probes).filter_map(|(spec, enrolled)| match &spec.check {
        CheckSpec::Active(active) => Some((enrolled.key, active.clone())),
        CheckSpec::Heartbeat(_) => None,
    });
    active.collect()
}

/// Starts with what is stored.
pub(crate) async fn begin(
    config: Arc<Config>,
    store: &Store,
    writer: WriterHandle,
    clock: Arc<dyn Clock>,
) -> Result<(Monitoring, Roster), StoreError> {
    let now = clock.now();
    // A mark from the future is the work of a clock that was wrong.
    let alive_at = store.alive_at().await?.map(|at| at.min(now));
    let roster = writer.enrol(wanted(&config, now)).await?;
    let (pasts, histories, results, pings, uplink_lost_since, backup_late_since) = tokio::try_join!(
        store.component_pasts(now.minus(PAGE_HORIZON)),
        store.probe_histories(now.minus(PROBE_HORIZON)),
        store.newest_results(CONFIRM_MAX.min(newest_needed(&config)), now.plus(CLOCK_STEP_MAX)),
        store.newest_pings(PINGS_READ),
        store.open_tower_alert(notify::UPLINK_LOST),
        store.open_tower_alert(notify::BACKUP_LATE),
    )?;
    let mut pasts = pasts;
    let mut probe_pasts = ProbePasts { histories, results, pings, away: alive_at.map(|from| (from, now)) };
    let mut tower = Tower::default();
    let mut restored = Vec::new();
    let mut probes = HashMap::with_capacity(roster.probes.len());
    for (index, (spec, enrolled)) in config.probes.iter().zip(&roster.probes).enumerate() {
        let last = probe_pasts.last(enrolled.key).filter(|_| !enrolled.is_fresh);
        let (machine, differs_from) = probe_pasts.machine(enrolled.key, spec, enrolled.is_fresh);
        tower.put_probe(enrolled.key, enrolled.component, machine);
        restored.extend(differs_from.map(|from| (enrolled.key, from)));
        let watched = WatchedProbe { slug: enrolled.slug.clone(), index, last };
        probes.insert(enrolled.key, watched);
    }
    let mut effects = Vec::new();
    let mut all_members = all_members(&roster);
    for (index, enrolled) in roster.components.iter().enumerate() {
        let past = pasts.remove(&enrolled.key).unwrap_or_default();
        let probes = all_members.remove(&enrolled.key).unwrap_or_default();
        // What was left unwatched begins anew, also if the attempt before this one to begin did not get this far.
        let was_left = past.history.last().is_some_and(|change| change.state == Status::Unwatched);
        let member_since = if was_left { now } else { enrolled.member_since };
        let watch = watch(past, &config, index, probes, member_since);
        effects.extend(tower.put_component(enrolled.key, watch, alive_at, now));
    }
    // What is left has a past and no place in the configuration: it was watched until watching stopped. Told by its history and not
    // by this enrolment, so that an end that was lost with an earlier one is made up for.
    for (gone, past) in pasts {
        if past.history.last().is_none_or(|change| change.state == Status::Unwatched) {
            continue;
        }
        let history = Track::from_changes(past.history);
        let (outages, next_ordinal) = (past.outages, past.next_ordinal.max(1));
        let (combine, member_since) = (Combine::Standard, Timestamp::from_ms(0));
        let left = ComponentWatch { combine, probes: Vec::new(), member_since, history, outages, next_ordinal };
        effects.extend(tower.put_component(gone, left, None, now));
        effects.extend(tower.drop_component(gone, alive_at.unwrap_or(now)));
    }
    for (probe, from) in restored {
        effects.extend(tower.restored(probe, from));
    }
    let components = roster.components.iter().map(watched_component).collect();
    let tokens = tokens(&config, &roster);
    writer.changes(effects.into_iter().map(Change::Effect));
    let state = State {
        config,
        site: roster.site,
        tower,
        components,
        probes,
        latencies: HashMap::new(),
        tokens,
        plans: Plans::default(),
        incidents: Board::default(),
        alerts: AlertBoard::default(),
        postmortems: PostmortemBoard::default(),
        uplink_lost_since,
        backup_late_since,
        ticked_at: None,
    };
    let monitoring = Monitoring::new(clock, writer, state);
    monitoring.tick();
    Ok((monitoring, roster))
}

/// As many results as the most patient probe needs to confirm anything, and as many again for unknown ones between.
fn newest_needed(config: &Config) -> u32 {
    let most = config.probes.iter().map(|probe| probe.confirm.down.get().max(probe.confirm.up.get())).max();
    most.unwrap_or(1).saturating_mul(2)
}

/// Gives everything in a changed configuration its key; the old one stays in force until [`switch_to`].
pub(crate) async fn enrol(monitoring: &Monitoring, config: &Config) -> Result<Roster, StoreError> {
    monitoring.writer.enrol(wanted(config, monitoring.clock.now())).await
}

/// Puts a changed configuration in the place of the old one.
pub(crate) async fn switch_to(
    monitoring: &Monitoring,
    store: &Store,
    config: Arc<Config>,
    roster: &Roster,
) -> Result<(), StoreError> {
    let now = monitoring.clock.now();
    let needs_past = {
        let state = monitoring.state();
        roster.components.iter().any(|component| state.tower.component(component.key).is_none())
    };
    let mut pasts = if needs_past { store.component_pasts(now.minus(PAGE_HORIZON)).await? } else { HashMap::new() };
    let mut state = monitoring.state();
    let mut effects: Vec<Effect> = Vec::new();
    for (index, (spec, enrolled)) in config.probes.iter().zip(&roster.probes).enumerate() {
        let machine = match (state.tower.probe(enrolled.key).cloned(), &spec.check) {
            (Some(ProbeMachine::Active(mut machine)), CheckSpec::Active(active)) => {
                machine.reconfigure(spec.confirm, active.every, active.timeout);
                ProbeMachine::Active(machine)
            }
            (Some(ProbeMachine::Heartbeat(mut machine)), CheckSpec::Heartbeat(heartbeat)) => {
                machine.reconfigure(heartbeat);
                ProbeMachine::Heartbeat(machine)
            }
            (_, CheckSpec::Active(active)) => ProbeMachine::Active(Confirmation::new(spec.confirm, active.every, active.timeout)),
            (_, CheckSpec::Heartbeat(heartbeat)) => ProbeMachine::Heartbeat(Box::new(Heartbeat::new(heartbeat))),
        };
        state.tower.put_probe(enrolled.key, enrolled.component, machine);
        let last = state.probes.remove(&enrolled.key).and_then(|watched| watched.last).filter(|_| !enrolled.is_fresh);
        let watched = WatchedProbe { slug: enrolled.slug.clone(), index, last };
        state.probes.insert(enrolled.key, watched);
    }
    // Told by what is watched and not by this enrolment: one that failed half way is made up for by the next.
    let kept: HashSet<ComponentKey> = roster.components.iter().map(|component| component.key).collect();
    let gone: Vec<ComponentKey> = state.tower.components().filter(|key| !kept.contains(key)).collect();
    for key in gone {
        effects.extend(state.tower.drop_component(key, now));
    }
    let kept: HashSet<ProbeKey> = roster.probes.iter().map(|probe| probe.key).collect();
    let gone: Vec<ProbeKey> = state.probes.keys().filter(|key| !kept.contains(key)).copied().collect();
    for key in gone {
        state.tower.drop_probe(key);
        state.probes.remove(&key);
    }
    // A probe that became another kind is another member, although its slug and key are the same.
    let fresh: HashSet<ComponentKey> = roster.probes.iter().filter(|probe| probe.is_fresh).map(|probe| probe.component).collect();
    let mut all_members = all_members(roster);
    let mut components = Vec::with_capacity(roster.components.len());
    for (index, enrolled) in roster.components.iter().enumerate() {
        let probes = all_members.remove(&enrolled.key).unwrap_or_default();
        if state.tower.component(enrolled.key).is_some() {
            let combine = config.components[index].combine;
            effects.extend(state.tower.set_members(enrolled.key, combine, probes, fresh.contains(&enrolled.key), now));
        } else {
            let past = pasts.remove(&enrolled.key).unwrap_or_default();
            let watch = watch(past, &config, index, probes, now);
            effects.extend(state.tower.put_component(enrolled.key, watch, None, now));
        }
        components.push(watched_component(enrolled));
    }
    let kept: HashSet<ComponentKey> = components.iter().map(|component| component.key).collect();
    state.latencies.retain(|key, _| kept.contains(key));
    state.components = components;
    state.tokens = tokens(&config, roster);
    state.config = config;
    monitoring.writer.changes(effects.into_iter().map(Change::Effect));
    drop(state);
    monitoring.offered_anew();
    Ok(())
}
