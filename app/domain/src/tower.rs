//! Everything that is watched, as one pure machine: results, calls and the passing of time go in, effects come out.
//!
//! A probe's believed history can change backwards, but never before its *settled* moment (the start of an unconfirmed run). Each
//! change recomputes the component's history from there, and the outages from that. Effects say exactly which rows to replace, so
//! what is stored and what is in memory are the same function of the results.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::component::{Combine, Status};
use crate::outage::{self, Outage};
use crate::probe::confirm::{Confirmation, ProbeState, Track};
use crate::probe::heartbeat::{Heartbeat, Ping, PingEffect};
use crate::probe::observation::Verdict;
use crate::time::{Change, Timestamp};

/// A probe's number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProbeKey(pub i64);

/// A component's number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ComponentKey(pub i64);

/// The machine of one probe.
#[derive(Clone, Debug)]
pub enum ProbeMachine {
    /// We go and look.
    Active(Confirmation),
    /// It calls us.
    Heartbeat(Box<Heartbeat>),
}

impl ProbeMachine {
    /// What is believed to have held at `at`; `None` while nothing had ever been believed.
    pub fn believed_at(&self, at: Timestamp) -> Option<ProbeState> {
        match self {
            Self::Active(machine) => machine.believed_at(at),
            Self::Heartbeat(machine) => machine.believed_at(at),
        }
    }

    /// What is believed to have held at `at`.
    pub fn state_at(&self, at: Timestamp) -> ProbeState {
        self.believed_at(at).unwrap_or(ProbeState::Unknown)
    }

    /// Since when it is believed to be down, or since when it is no longer; `None` while it never was.
    pub fn down_turned_at(&self) -> Option<Timestamp> {
        match self {
            Self::Active(machine) => machine.down_turned_at(),
            Self::Heartbeat(machine) => machine.turned_at(),
        }
    }

    /// True when it is believed to have been up all the time from one moment to another.
    pub fn was_up(&self, from: Timestamp, until: Timestamp) -> bool {
        let mut moments = vec![from, until];
        self.boundaries_after(from, &mut moments);
        moments.into_iter().filter(|at| *at <= until).all(|at| self.believed_at(at) == Some(ProbeState::Up))
    }

    fn boundaries_after(&self, from: Timestamp, into: &mut Vec<Timestamp>) {
        match self {
            Self::Active(machine) => machine.boundaries_after(from, into),
            Self::Heartbeat(machine) => machine.boundaries_after(from, into),
        }
    }

    fn settled_until(&self) -> Option<Timestamp> {
        match self {
            Self::Active(machine) => machine.settled_until(),
            Self::Heartbeat(machine) => machine.settled_until(),
        }
    }

    fn prune(&mut self, horizon: Timestamp) {
        match self {
            Self::Active(machine) => machine.prune(horizon),
            Self::Heartbeat(machine) => machine.prune(horizon),
        }
    }

    fn tick(&mut self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Active(machine) => machine.tick(now),
            Self::Heartbeat(machine) => machine.tick(now),
        }
    }

    fn history_from(&self, from: Timestamp) -> Vec<Change<ProbeState>> {
        let before = self.believed_at(Timestamp::from_ms(from.as_ms() - 1));
        let mut moments = vec![from];
        self.boundaries_after(from, &mut moments);
        moments.sort_unstable();
        let mut track = Track::default();
        for at in moments {
            track.set_from(at, self.state_at(at));
        }
        let mut changes = track.changes().to_vec();
        if changes.first().is_some_and(|first| first.at == from && Some(first.state) == before) {
            changes.remove(0);
        }
        changes
    }
}

/// One watched component.
#[derive(Clone, Debug)]
pub struct ComponentWatch {
    /// How its probes' states make its status.
    pub combine: Combine,
    /// Its probes.
    pub probes: Vec<ProbeKey>,
    /// Since when it consists of these probes, combined this way; its history before is not touched any more.
    pub member_since: Timestamp,
    /// Its history, as far back as the page needs it.
    pub history: Track<Status>,
    /// Its outages by ordinal, oldest first, as far back as the history.
    pub outages: Vec<(u32, Outage)>,
    /// The ordinal of its next outage, from 1.
    pub next_ordinal: u32,
}

impl ComponentWatch {
    /// The newest status.
    pub fn status(&self) -> Status {
        self.history.last().map_or(Status::Unknown, |change| change.state)
    }

    /// Since when the newest status holds, as far as is kept.
    pub fn status_since(&self) -> Option<Timestamp> {
        self.history.last().map(|change| change.at)
    }
}

/// What must be stored and told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A probe's history from `from` on is now `changes`.
    ProbeHistory {
        /// Whose.
        probe: ProbeKey,
        /// All stored changes at or after this moment are replaced.
        from: Timestamp,
        /// By these.
        changes: Vec<Change<ProbeState>>,
    },
    /// A component's history from `from` on is now `changes`.
    ComponentHistory {
        /// Whose.
        component: ComponentKey,
        /// All stored changes at or after this moment are replaced.
        from: Timestamp,
        /// By these.
        changes: Vec<Change<Status>>,
    },
    /// An outage began, changed or ended.
    OutageChanged {
        /// Whose.
        component: ComponentKey,
        /// Its number within the component, from 1.
        ordinal: u32,
        /// As it is now.
        outage: Outage,
    },
    /// An outage turned out to be a part of another one.
    OutageRemoved {
        /// Whose.
        component: ComponentKey,
        /// Its number within the component.
        ordinal: u32,
    },
}

/// Everything that is watched.
#[derive(Clone, Debug, Default)]
pub struct Tower {
    probes: HashMap<ProbeKey, (ComponentKey, ProbeMachine)>,
    components: HashMap<ComponentKey, ComponentWatch>,
}

impl Tower {
    /// The watched component with this number.
    pub fn component(&self, key: ComponentKey) -> Option<&ComponentWatch> {
        self.components.get(&key)
    }

    /// The machine of the probe with this number.
    pub fn probe(&self, key: ProbeKey) -> Option<&ProbeMachine> {
        self.probes.get(&key).map(|(_, machine)| machine)
    }

    /// The component that a probe belongs to.
    pub fn component_of(&self, key: ProbeKey) -> Option<ComponentKey> {
        self.probes.get(&key).map(|(component, _)| *component)
    }

    /// The machine of the probe with this number, to be reconfigured.
    pub fn probe_mut(&mut self, key: ProbeKey) -> Option<&mut ProbeMachine> {
        self.probes.get_mut(&key).map(|(_, machine)| machine)
    }

    /// Begins or goes on to watch a component, whose probes have been put in before. If it begins now (it is new, has returned, or
    /// its members changed while nobody watched), its history says so: unknown since `blind_since`, when watching stopped, and from
    /// now on what its members say.
    pub fn put_component(
        &mut self,
        key: ComponentKey,
        watch: ComponentWatch,
        blind_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let begins = watch.member_since == now;
        self.components.insert(key, watch);
        let mut effects = Vec::new();
        if begins {
            if let (Some(since), Some(component)) = (blind_since, self.components.get_mut(&key))
                && !matches!(component.history.at(since), None | Some(Status::Unwatched))
            {
                let mut tail = Track::default();
                tail.set_from(since, Status::Unknown);
                replace_tail(key, component, since, &tail, &mut effects);
            }
            self.recompute(key, now, &mut effects);
        }
        effects
    }

    /// Yagura could not be called from `from` to `until`, or cannot be called since: heartbeats are not blamed for it.
    pub fn was_deaf(&mut self, from: Timestamp, until: Option<Timestamp>) {
        for (_, machine) in self.probes.values_mut() {
            if let ProbeMachine::Heartbeat(machine) = machine {
                machine.was_deaf(from, until);
            }
        }
    }

    /// Every watched component.
    pub fn components(&self) -> impl Iterator<Item = ComponentKey> {
        self.components.keys().copied()
    }

    /// Begins or goes on to watch a probe, or moves it to another component.
    pub fn put_probe(&mut self, key: ProbeKey, component: ComponentKey, machine: ProbeMachine) {
        self.probes.insert(key, (component, machine));
    }

    /// Says which probes make a component from `now` on, and how; the history before stays as it is.
    /// `is_anew` when a member is not what it was although it has the same key.
    pub fn set_members(
        &mut self,
        key: ComponentKey,
        combine: Combine,
        probes: Vec<ProbeKey>,
        is_anew: bool,
        now: Timestamp,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(component) = self.components.get_mut(&key) else { return effects };
        if is_anew || component.combine != combine || component.probes != probes {
            component.combine = combine;
            component.member_since = now;
            component.probes = probes;
            self.recompute(key, now, &mut effects);
        }
        effects
    }

    /// Says that a restored probe's history differs from the stored one since `from`.
    pub fn restored(&mut self, key: ProbeKey, from: Timestamp) -> Vec<Effect> {
        let Some(component) = self.probes.get(&key).map(|(component, _)| *component) else { return Vec::new() };
        self.probe_changed(key, component, from)
    }

    /// Stops watching a probe. Its component must be given its new members.
    pub fn drop_probe(&mut self, key: ProbeKey) {
        self.probes.remove(&key);
    }

    /// Stops watching a component at `now`: what is open ends unwatched, and the time until it comes back is nobody's.
    pub fn drop_component(&mut self, key: ComponentKey, now: Timestamp) -> Vec<Effect> {
        let Some(mut component) = self.components.remove(&key) else { return Vec::new() };
        self.probes.retain(|_, (of, _)| *of != key);
        let mut tail = Track::default();
        tail.set_from(now, Status::Unwatched);
        let mut effects = Vec::new();
        replace_tail(key, &mut component, now, &tail, &mut effects);
        effects
    }

    /// Takes one result of an active probe.
    pub fn observe(&mut self, probe: ProbeKey, at: Timestamp, verdict: Verdict) -> Vec<Effect> {
        let Some((component, ProbeMachine::Active(machine))) = self.probes.get_mut(&probe) else { return Vec::new() };
        let component = *component;
        let Some(from) = machine.observe(at, verdict) else { return Vec::new() };
        self.probe_changed(probe, component, from)
    }

    /// Takes one call of a heartbeat.
    pub fn ping(&mut self, probe: ProbeKey, ping: &Ping) -> (PingEffect, Vec<Effect>) {
        let Some((component, ProbeMachine::Heartbeat(machine))) = self.probes.get_mut(&probe) else {
            return (PingEffect::default(), Vec::new());
        };
        let component = *component;
        let effect = machine.ping(ping);
        let effects = effect.changed_from.map(|from| self.probe_changed(probe, component, from)).unwrap_or_default();
        (effect, effects)
    }

    /// Lets time pass for every probe.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut turned: Vec<_> = self
            .probes
            .iter_mut()
            .filter_map(|(key, (component, machine))| machine.tick(now).map(|from| (*key, *component, from)))
            .collect();
        turned.sort_unstable();
        turned.into_iter().flat_map(|(probe, component, from)| self.probe_changed(probe, component, from)).collect()
    }

    /// Forgets what lies before `horizon`, but for what holds there and what may still change.
    pub fn prune(&mut self, horizon: Timestamp) {
        let mut settled: HashMap<ComponentKey, Timestamp> = HashMap::new();
        for (key, component) in &mut self.components {
            let moments = component.probes.iter().filter_map(|probe| self.probes.get(probe)?.1.settled_until());
            let unsettled_from = moments.min().unwrap_or(component.member_since);
            settled.insert(*key, unsettled_from);
            // What stood just before a change is needed to see that the change is none.
            let horizon = horizon.min(Timestamp::from_ms(unsettled_from.as_ms() - 1));
            let open_since = component.outages.iter().find(|(_, outage)| outage.touches(horizon)).map(|(_, o)| o.started_at);
            let horizon = open_since.map_or(horizon, |since| since.min(horizon));
            component.history.prune(horizon);
            component.outages.retain(|(_, outage)| outage.touches(horizon));
        }
        for (component, machine) in self.probes.values_mut() {
            if let Some(moment) = settled.get(component) {
                machine.prune(Timestamp::from_ms(moment.as_ms() - 1));
            }
        }
    }

    fn probe_changed(&mut self, probe: ProbeKey, component: ComponentKey, from: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::with_capacity(3);
        if let Some((_, machine)) = self.probes.get(&probe) {
            effects.push(Effect::ProbeHistory { probe, from, changes: machine.history_from(from) });
        }
        self.recompute(component, from, &mut effects);
        effects
    }

    /// Makes a component's history from `from` on again out of its probes' histories.
    fn recompute(&mut self, key: ComponentKey, from: Timestamp, effects: &mut Vec<Effect>) {
        let Some(component) = self.components.get_mut(&key) else { return };
        let from = from.max(component.member_since);
        let machines: Vec<_> = component.probes.iter().filter_map(|probe| self.probes.get(probe)).map(|(_, m)| m).collect();
        let mut moments = vec![from];
        for machine in &machines {
            machine.boundaries_after(from, &mut moments);
        }
        moments.sort_unstable();
        moments.dedup();
        let mut tail = Track::default();
        for at in moments {
            tail.set_from(at, component.combine.status(machines.iter().filter_map(|machine| machine.believed_at(at))));
        }
        replace_tail(key, component, from, &tail, effects);
    }
}

/// Puts `tail` in the place of a component's history from `from` on, and cuts its outages anew where that changed anything.
fn replace_tail(
    key: ComponentKey,
    component: &mut ComponentWatch,
    from: Timestamp,
    tail: &Track<Status>,
    effects: &mut Vec<Effect>,
) {
    let before = component.history.changes().to_vec();
    for change in tail.changes() {
        component.history.set_from(change.at, change.state);
    }
    if component.history.changes() == before {
        return;
    }
    let changes = component.history.changes();
    let stored_from = changes.partition_point(|change| change.at < from);
    effects.push(Effect::ComponentHistory { component: key, from, changes: changes[stored_from..].to_vec() });

    let first_affected = component.outages.iter().position(|(_, outage)| outage.touches(from)).unwrap_or(component.outages.len());
    let cut_from = component.outages.get(first_affected).map_or(from, |(_, outage)| outage.started_at.min(from));
    let start = changes.partition_point(|change| change.at < cut_from);
    let fresh = outage::cut(&changes[start..]);
    let stale = component.outages.split_off(first_affected);
    let mut stale = stale.into_iter();
    for outage in fresh {
        let known = stale.next();
        let ordinal = known.as_ref().map_or_else(
            || {
                component.next_ordinal += 1;
                component.next_ordinal - 1
            },
            |(ordinal, _)| *ordinal,
        );
        if known.is_none_or(|(_, known)| known != outage) {
            effects.push(Effect::OutageChanged { component: key, ordinal, outage: outage.clone() });
        }
        component.outages.push((ordinal, outage));
    }
    effects.extend(stale.map(|(ordinal, _)| Effect::OutageRemoved { component: key, ordinal }));
}

#[cfg(test)]
mod tests;
