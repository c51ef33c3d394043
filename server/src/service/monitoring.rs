//! What is watched right now: takes results and calls, lets the rules judge them, and leaves what must be kept with the writer.
//!
//! All state is in memory behind one lock that is never held across an await: a result costs microseconds here, and neither a probe
//! nor an alert ever waits for the disk. Pages read the same state.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use domain::latency::LatencyDay;
use domain::probe::confirm::{CLOCK_STEP_MAX, ProbeState};
use domain::probe::heartbeat::Ping;
use domain::probe::observation::{Cause, CauseKind, Observation, Verdict};
use domain::probe::spec::CheckSpec;
use domain::text::{Language, Slug};
use domain::time::Timestamp;
use domain::tower::{ComponentKey, Effect, ProbeKey, Tower};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use probe::clock::Clock;
use store::writer::{Change, KeptPing, KeptResult};
use store::{StoreError, WriterHandle};
use tokio::sync::watch;
use uuid::Uuid;

use super::alerts::AlertBoard;
use super::incidents::Board;
use super::incidents::told::Told;
use super::maintenance::{News, Plans};
use super::postmortems::board::Board as PostmortemBoard;
use crate::config::Config;

/// How long a heartbeat's sender waits for the commit before it is told to try again.
const PING_COMMIT_LIMIT: Duration = Duration::from_secs(5);
/// How far back pages look: 90 days and one more for the time zone, and three whole months, which have up to 92 days.
pub(crate) const PAGE_HORIZON: Duration = Duration::from_secs(93 * 24 * 3600);

/// A probe with what it last saw.
#[derive(Clone, Debug)]
pub(crate) struct WatchedProbe {
    pub(crate) slug: Slug,
    /// Its place in the configuration's list.
    pub(crate) index: usize,
    pub(crate) last: Option<Observation>,
}

/// A component as it is configured and stored.
#[derive(Clone, Debug)]
pub(crate) struct WatchedComponent {
    pub(crate) key: ComponentKey,
    /// What the public knows it by.
    pub(crate) public_id: String,
    pub(crate) watched_since: Timestamp,
}

/// Everything in memory.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Arc<Config>,
    /// What the world knows this installation by; a UUIDv7.
    pub(crate) site: Uuid,
    pub(crate) tower: Tower,
    /// In the order of the configuration.
    pub(crate) components: Vec<WatchedComponent>,
    pub(crate) probes: HashMap<ProbeKey, WatchedProbe>,
    /// How long checks took in the last 24 hours.
    pub(crate) latencies: HashMap<ComponentKey, LatencyDay>,
    /// Tokens of heartbeats.
    pub(crate) tokens: HashMap<String, ProbeKey>,
    /// Planned work, which is shown in the place of statuses and holds alerts.
    pub(crate) plans: Plans,
    /// Incidents that people work on, and what the public may see of all of them.
    pub(crate) incidents: Board,
    /// What rings.
    pub(crate) alerts: AlertBoard,
    /// Postmortems that everybody can read.
    pub(crate) postmortems: PostmortemBoard,
    pub(crate) uplink_lost_since: Option<Timestamp>,
    pub(crate) backup_late_since: Option<Timestamp>,
    /// Both clocks at the newest tick: when the wall clock has run ahead of the other, this machine slept.
    pub(crate) ticked_at: Option<(Timestamp, Duration)>,
}

/// What every request asks first, kept apart so that no visitor ever waits for the state: what is offered and public.
#[derive(Debug)]
pub(crate) struct Offer {
    /// The site's languages, the first its own.
    pub(crate) languages: Vec<Language>,
    /// Slugs of public components.
    pub(crate) slugs: HashSet<String>,
    /// Their numbers.
    pub(crate) keys: HashSet<ComponentKey>,
    /// Public ids of public components.
    pub(crate) public_ids: HashSet<String>,
    /// When the first of the public components was first watched.
    pub(crate) first_watched: Option<Timestamp>,
    /// The site's zone.
    pub(crate) time_zone: TimeZone,
    /// Whose word about the client's address is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Which incidents the public is told of.
    pub(crate) incidents: Told,
    /// Public addresses of postmortems that were ever published.
    pub(crate) postmortems: HashSet<String>,
}

impl Offer {
    fn of(state: &State) -> Self {
        let public = || state.config.components.iter().zip(&state.components).filter(|(spec, _)| spec.is_public);
        Self {
            languages: state.config.site.languages.clone(),
            slugs: public().map(|(spec, _)| spec.slug.to_string()).collect(),
            keys: public().map(|(_, component)| component.key).collect(),
            public_ids: public().map(|(_, component)| component.public_id.clone()).collect(),
            first_watched: public().map(|(_, component)| component.watched_since).min(),
            time_zone: state.config.site.time_zone.clone(),
            trusted_proxies: state.config.trusted_proxies.clone(),
            incidents: Told::of(state),
            postmortems: state
                .postmortems
                .all()
                .iter()
                .filter_map(|one| one.postmortem.facts.slug.as_ref())
                .map(ToString::to_string)
                .collect(),
        }
    }
}

/// This much more of the wall clock than of the other is sleep (or a correction), and not inaccuracy.
const SLEPT_MIN: Duration = Duration::from_secs(10);

/// Takes what is seen and says what is believed.
#[derive(Debug)]
pub(crate) struct Monitoring {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) writer: WriterHandle,
    state: Mutex<State>,
    offer: RwLock<Arc<Offer>>,
    version: watch::Sender<u64>,
    /// Counts what only the desk can see too.
    desk_version: watch::Sender<u64>,
}

/// What became of a heartbeat's call.
#[derive(Debug)]
pub(crate) enum PingOutcome {
    /// It is on disk.
    Kept,
    /// Nobody has this token.
    UnknownToken,
    /// It could not be kept in time; the sender should try again.
    NotKept(StoreError),
}

impl Monitoring {
    pub(crate) fn new(clock: Arc<dyn Clock>, writer: WriterHandle, state: State) -> Self {
        // A version grows across restarts too: an open page compares it with the one it was rendered for.
        let [version, desk_version] = [(), ()].map(|()| watch::Sender::new(version_after(0, clock.now())));
        let offer = RwLock::new(Arc::new(Offer::of(&state)));
        Self { clock, writer, state: Mutex::new(state), offer, version, desk_version }
    }

    /// What is offered and public. Costs next to nothing.
    pub(crate) fn offer(&self) -> Arc<Offer> {
        Arc::clone(&self.offer.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says that something else is offered: another configuration is in force, or the public is told something else of incidents.
    pub(crate) fn offered_anew(&self) {
        let offer = Arc::new(Offer::of(&self.state()));
        *self.offer.write().unwrap_or_else(PoisonError::into_inner) = offer;
        self.changed();
    }

    /// The state, to be read or changed quickly.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held would have been a panic of the rules; what they left is still the best there is.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the newest confirmed change.
    pub(crate) fn version(&self) -> u64 {
        *self.version.borrow()
    }

    /// Wakes whenever something confirmed changed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Says that something changed that everybody can see.
    pub(crate) fn changed(&self) {
        let now = self.clock.now();
        self.version.send_modify(|version| *version = version_after(*version, now));
        self.changed_inside();
    }

    /// The number of the newest change that the desk can see.
    pub(crate) fn desk_version(&self) -> u64 {
        *self.desk_version.borrow()
    }

    /// Wakes whenever something changed that the desk can see.
    pub(crate) fn desk_changes(&self) -> watch::Receiver<u64> {
        self.desk_version.subscribe()
    }

    /// Says that something changed that only the desk can see: nobody outside learns even that it did.
    pub(crate) fn changed_inside(&self) {
        let now = self.clock.now();
        self.desk_version.send_modify(|version| *version = version_after(*version, now));
    }

    /// The token of the heartbeat that has this UUID, as the configuration writes it.
    pub(crate) fn heartbeat_token(&self, uuid: Uuid) -> Option<String> {
        let state = self.state();
        let written = [uuid.hyphenated().to_string(), uuid.simple().to_string()];
        written.into_iter().flat_map(|token| [token.to_uppercase(), token]).find(|token| state.tokens.contains_key(token))
    }

    /// True when a probe reaches its target over our own uplink.
    pub(crate) fn is_outside(&self, probe: ProbeKey) -> bool {
        let state = self.state();
        let spec = state.probes.get(&probe).and_then(|watched| state.config.probes.get(watched.index));
        spec.is_some_and(|spec| matches!(&spec.check, CheckSpec::Active(active) if active.is_outside))
    }

    /// Takes a result of an active probe.
    pub(crate) fn observed(&self, probe: ProbeKey, observation: Observation) {
        let mut state = self.state();
        let Some(watched) = state.probes.get_mut(&probe) else { return };
        // A wall clock that was set back a little must not make two results one; after a great step the rules begin anew from here.
        let mut observation = observation;
        let last = watched.last.as_ref().map(|last| last.at);
        if let Some(last) = last.filter(|last| *last <= observation.at.plus(CLOCK_STEP_MAX)) {
            observation.at = observation.at.max(Timestamp::from_ms(last.as_ms() + 1));
        }
        let (at, verdict) = (observation.at, observation.verdict);
        let kept = KeptResult::new(probe, &observation);
        let took_us = observation.duration_us.filter(|_| matches!(verdict, Verdict::Up | Verdict::Degraded));
        let is_first = watched.last.replace(observation).is_none();
        let component = state.tower.component_of(probe);
        if let (Some(took_us), Some(component)) = (took_us, component) {
            state.latencies.entry(component).or_default().record(at, took_us);
        }
        let effects = state.tower.observe(probe, at, verdict);
        self.writer.result(kept);
        self.keep(&state, &effects);
        drop(state);
        self.follow_up(effects, component.filter(|_| is_first));
    }

    /// Takes a call of a heartbeat and returns when it is on disk.
    pub(crate) async fn pinged(&self, token: &str, ping: Ping, body: Vec<u8>) -> PingOutcome {
        let (kept, effects) = {
            let mut state = self.state();
            let Some(probe) = state.tokens.get(token).copied() else { return PingOutcome::UnknownToken };
            let (effect, effects) = state.tower.ping(probe, &ping);
            if ping.signal.is_success() || ping.signal.is_failure() {
                let mut observation =
                    Observation::new(ping.at, if ping.signal.is_success() { Verdict::Up } else { Verdict::Down });
                observation.duration_us = effect.run_ms.map(|ms| ms.saturating_mul(1000));
                if let domain::probe::heartbeat::Signal::Exit(code) = ping.signal {
                    observation.code = Some(u16::from(code));
                }
                if ping.signal.is_failure() {
                    observation.cause = Some(Cause::new(CauseKind::ReportedFailure, "the sender reported failure"));
                }
                self.writer.result(KeptResult::new(probe, &observation));
                if let Some(watched) = state.probes.get_mut(&probe) {
                    watched.last = Some(observation);
                }
            }
            self.keep(&state, &effects);
            (KeptPing { probe, ping, run_ms: effect.run_ms, body }, effects)
        };
        self.follow_up(effects, None);
        let limit = self.clock.sleep_until(self.clock.elapsed() + PING_COMMIT_LIMIT);
        match self.writer.commit(vec![Change::Ping(kept)], limit).await {
            Ok(()) => PingOutcome::Kept,
            Err(error) => PingOutcome::NotKept(error),
        }
    }

    /// Takes back the latencies of before the start. The state is let go after each component, lest checks wait for it.
    pub(crate) fn recall_latencies(&self, days: HashMap<ComponentKey, LatencyDay>) {
        for (component, day) in days {
            let mut state = self.state();
            if state.tower.component(component).is_some() {
                state.latencies.entry(component).or_default().absorb(&day);
            }
        }
        self.changed();
    }

    /// Lets time pass: overdue results become unknown, missed heartbeats down.
    pub(crate) fn tick(&self) {
        let now = self.clock.now();
        self.writer.alive(now);
        let elapsed = self.clock.elapsed();
        let mut state = self.state();
        if let Some((before, elapsed_before)) = state.ticked_at.replace((now, elapsed))
            && now.since(before) > elapsed.saturating_sub(elapsed_before) + SLEPT_MIN
        {
            // Whoever called while this machine slept was not heard.
            tracing::warn!(from = %before, until = %now, "this machine slept, or its clock was set forward");
            state.tower.was_deaf(before, Some(now));
        }
        let effects = state.tower.tick(now);
        for effect in &effects {
            let Effect::ProbeHistory { probe, changes, .. } = effect else { continue };
            let is_heartbeat = matches!(state.tower.probe(*probe), Some(domain::tower::ProbeMachine::Heartbeat(_)));
            let missed = changes.iter().find(|change| is_heartbeat && change.state == ProbeState::Down);
            if let Some(missed) = missed {
                let cause = Cause::new(CauseKind::Missed, "no call came before the deadline");
                let observation = Observation::failed(missed.at, cause);
                self.writer.result(KeptResult::new(*probe, &observation));
                if let Some(watched) = state.probes.get_mut(probe) {
                    watched.last = Some(observation);
                }
            }
        }
        self.keep(&state, &effects);
        drop(state);
        self.follow_up(effects, None);
    }

    /// Forgets what no page shows any more.
    pub(crate) fn prune(&self) {
        let horizon = self.clock.now().minus(PAGE_HORIZON);
        self.state().tower.prune(horizon);
    }

    /// Begins or ends the alert that Yagura's own uplink is gone.
    pub(crate) fn uplink_is(&self, is_up: bool) {
        let now = self.clock.now();
        let mut state = self.state();
        let (started_at, ended_at) = match (state.uplink_lost_since, is_up) {
            (None, false) => (now, None),
            (Some(since), true) => (since, Some(now)),
            _ => return,
        };
        state.uplink_lost_since = if is_up { None } else { Some(now) };
        // Heartbeats from outside cannot arrive either.
        state.tower.was_deaf(started_at, ended_at);
        drop(state);
        notify::log(&notify::Notification { alert_type: notify::UPLINK_LOST, started_at, ended_at });
        self.changed();
    }

    /// Leaves effects with the writer, in the order in which the rules gave them.
    fn keep(&self, _held: &MutexGuard<'_, State>, effects: &[Effect]) {
        if !effects.is_empty() {
            self.writer.changes(effects.iter().cloned().map(Change::Effect));
        }
    }

    /// Tells pages and the log. `first_of` is a component of which a probe has just seen something for the first time.
    fn follow_up(&self, effects: Vec<Effect>, first_of: Option<ComponentKey>) {
        // Outside, not even that something private changed is told.
        let offer = self.offer();
        let is_visible = effects.iter().any(|effect| match effect {
            Effect::ProbeHistory { .. } => false,
            Effect::ComponentHistory { component, .. }
            | Effect::OutageChanged { component, .. }
            | Effect::OutageRemoved { component, .. } => offer.keys.contains(component),
        });
        if is_visible || first_of.is_some_and(|component| offer.keys.contains(&component)) {
            self.changed();
        } else if !effects.is_empty() || first_of.is_some() {
            self.changed_inside();
        }
        for effect in effects {
            let Effect::ComponentHistory { component, changes, .. } = effect else { continue };
            let Some(newest) = changes.last() else { continue };
            let named = self.named(component).map(|(slug, is_held)| (String::from(slug), is_held));
            let (slug, is_held) = named.unwrap_or_default();
            let (status, since) = (newest.state.name(), newest.at);
            match News::of(newest.state, is_held) {
                News::Good => tracing::info!(component = slug, since = %since, "operational"),
                News::Held => tracing::info!(component = slug, status, since = %since, "status changed; held during maintenance"),
                News::Bad => tracing::warn!(component = slug, status, since = %since, "status changed"),
            }
        }
    }

    /// The name of a component, and whether alerts about it wait.
    fn named(&self, key: ComponentKey) -> Option<(Slug, bool)> {
        let state = self.state();
        let index = state.components.iter().position(|component| component.key == key)?;
        let spec = state.config.components.get(index)?;
        Some((spec.slug.clone(), state.plans.holds_alerts(spec, self.clock.now())))
    }
}

fn version_after(version: u64, now: Timestamp) -> u64 {
    u64::try_from(now.as_ms()).unwrap_or(0).max(version + 1)
}
