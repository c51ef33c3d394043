//! Takes up a configuration: at the start, with what is stored, and later, when the file changed. What is unchanged goes on
//! undisturbed; what left ends unwatched and keeps its history; what comes back goes on from where it was.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::probe::confirm::{Confirmation, ProbeState, Track};
use domain::probe::heartbeat::{Heartbeat, Ping};
use domain::probe::observation::{Cause, Observation};
use domain::probe::spec::{ActiveSpec, CONFIRM_MAX, CheckSpec, ProbeSpec};
use domain::time::{Change as Turn, Timestamp};
use domain::tower::{ComponentKey, ComponentWatch, Effect, ProbeKey, ProbeMachine, Tower};
use probe::clock::Clock;
use store::load::{ComponentPast, StoredResult};
use store::roster::{Roster, Wanted, WantedComponent, WantedProbe};
use store::writer::Change;
use store::{Store, StoreError, WriterHandle};

use crate::config::Config;
use crate::service::monitoring::{Monitoring, PAGE_HORIZON, State, WatchedComponent, WatchedProbe};

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
    });
    Wanted { components: components.collect(), probes: probes.collect(), now }
}

/// What was stored of the probes.
struct ProbePasts {
    histories: HashMap<ProbeKey, Vec<Turn<ProbeState>>>,
    results: HashMap<ProbeKey, Vec<StoredResult>>,
    pings: HashMap<ProbeKey, Vec<Ping>>,
    deaf_until: Option<Timestamp>,
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
            CheckSpec::Heartbeat(heartbeat) => {
                let pings = self.pings.remove(&key).unwrap_or_default();
                let mut machine = Heartbeat::restore(heartbeat, Track::from_changes(history), &pings);
                if let Some(until) = self.deaf_until {
                    machine.was_deaf_until(until);
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
    let alive_at = store.alive_at().await?;
    let roster = writer.enrol(wanted(&config, now)).await?;
    let (pasts, histories, results, pings, uplink_lost_since) = tokio::try_join!(
        store.component_pasts(now.minus(PAGE_HORIZON)),
        store.probe_histories(now.minus(PROBE_HORIZON)),
        store.newest_results(CONFIRM_MAX.min(newest_needed(&config))),
        store.newest_pings(PINGS_READ),
        store.open_alert(notify::UPLINK_LOST),
    )?;
    let mut pasts = pasts;
    let mut probe_pasts = ProbePasts { histories, results, pings, deaf_until: alive_at.map(|_| now) };
    let mut tower = Tower::default();
    let mut restored = Vec::new();
    let mut probes = HashMap::with_capacity(roster.probes.len());
    for (index, (spec, enrolled)) in config.probes.iter().zip(&roster.probes).enumerate() {
        let last = probe_pasts.last(enrolled.key);
        let (machine, differs_from) = probe_pasts.machine(enrolled.key, spec, enrolled.is_fresh);
        tower.put_probe(enrolled.key, enrolled.component, machine);
        restored.extend(differs_from.map(|from| (enrolled.key, from)));
        let watched = WatchedProbe { slug: enrolled.slug.clone(), index, last };
        probes.insert(enrolled.key, watched);
    }
    let mut effects = Vec::new();
    // What left while nobody watched was watched until then.
    for gone in &roster.gone_components {
        let past = pasts.remove(gone).unwrap_or_default();
        let history = Track::from_changes(past.history);
        let left = ComponentWatch {
            combine: domain::component::Combine::Standard,
            probes: Vec::new(),
            member_since: Timestamp::from_ms(0),
            outages: past.outages,
            next_ordinal: past.next_ordinal.max(1),
            history,
        };
        tower.put_component(*gone, left, now);
        effects.extend(tower.drop_component(*gone, alive_at.unwrap_or(now)));
    }
    let mut all_members = all_members(&roster);
    for (index, enrolled) in roster.components.iter().enumerate() {
        let past = pasts.remove(&enrolled.key).unwrap_or_default();
        let probes = all_members.remove(&enrolled.key).unwrap_or_default();
        let watch = watch(past, &config, index, probes, enrolled.member_since);
        effects.extend(tower.put_component(enrolled.key, watch, now));
    }
    for (probe, from) in restored {
        effects.extend(tower.restored(probe, from));
    }
    let components = roster.components.iter().map(|c| WatchedComponent { key: c.key, watched_since: c.watched_since }).collect();
    let tokens = tokens(&config, &roster);
    writer.changes(effects.into_iter().map(Change::Effect));
    let state = State { config, tower, components, probes, tokens, uplink_lost_since };
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
    let needs_past = roster.components.iter().any(|component| component.has_returned);
    let now = monitoring.clock.now();
    let mut pasts = if needs_past { store.component_pasts(now.minus(PAGE_HORIZON)).await? } else { HashMap::new() };
    let mut state = monitoring.state();
    let mut effects: Vec<Effect> = Vec::new();
    for gone in &roster.gone_components {
        effects.extend(state.tower.drop_component(*gone, now));
    }
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
        let last = state.probes.remove(&enrolled.key).and_then(|watched| watched.last);
        let watched = WatchedProbe { slug: enrolled.slug.clone(), index, last };
        state.probes.insert(enrolled.key, watched);
    }
    for gone in &roster.gone_probes {
        state.tower.drop_probe(*gone);
        state.probes.remove(gone);
    }
    let mut all_members = all_members(roster);
    let mut components = Vec::with_capacity(roster.components.len());
    for (index, enrolled) in roster.components.iter().enumerate() {
        let probes = all_members.remove(&enrolled.key).unwrap_or_default();
        if state.tower.component(enrolled.key).is_some() {
            effects.extend(state.tower.set_members(enrolled.key, config.components[index].combine, probes, now));
        } else {
            let past = pasts.remove(&enrolled.key).unwrap_or_default();
            let watch = watch(past, &config, index, probes, now);
            effects.extend(state.tower.put_component(enrolled.key, watch, now));
        }
        components.push(WatchedComponent { key: enrolled.key, watched_since: enrolled.watched_since });
    }
    state.components = components;
    state.tokens = tokens(&config, roster);
    state.config = config;
    monitoring.writer.changes(effects.into_iter().map(Change::Effect));
    drop(state);
    monitoring.changed();
    Ok(())
}
