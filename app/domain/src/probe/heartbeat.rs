//! A probe turned round: the watched thing must call in on time. This machine says, from the calls that came, what is believed.
//!
//! A call is *expected* by the schedule; from then it is *late*, and `grace` after that it is *missed*: down, from that deadline on.
//! A reported failure is down at once. A job that said it started must finish within `grace`. Time in which Yagura itself could not
//! be called is not held against the job: a call that may have been lost in it makes the heartbeat unknown, not down, until the next
//! one would have been missed as well.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::confirm::{ProbeState, Track};
use super::spec::{HeartbeatSchedule, HeartbeatSpec};
use crate::time::Timestamp;

/// Longest body of a call that is kept, in bytes (Healthchecks.io keeps as much).
pub const PING_BODY_BYTES_MAX: usize = 10_000;
/// Longest run identifier that is kept, in characters (a UUID has 36).
pub const RUN_ID_CHARS_MAX: usize = 36;

/// What a call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The job starts.
    Start,
    /// The job is done and went well.
    Success,
    /// The job failed.
    Fail,
    /// Something to keep, which changes nothing.
    Log,
    /// The job ended with this exit code; 0 is success.
    Exit(u8),
}

impl Signal {
    /// True when the call says that all is well.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Success | Self::Exit(0))
    }

    /// True when the call says that the job failed.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Fail | Self::Exit(1..))
    }
}

/// One call, as the machine needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub signal: Signal,
    /// Pairs a start with its end (`rid`).
    pub run_id: Option<String>,
}

/// Where a heartbeat stands; finer than [`ProbeState`], for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeartbeatPhase {
    /// It never called.
    New,
    /// It called, and the next call is not yet expected.
    OnTime,
    /// A call is expected and not yet missed.
    Late,
    /// The deadline has passed.
    Missed,
    /// The newest report was a failure.
    Failed,
    /// A call may have been lost while Yagura was away.
    Unsure,
}

/// What a call brought about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PingEffect {
    /// From when on the believed history changed.
    pub changed_from: Option<Timestamp>,
    /// How long the job ran, if this ended a run whose start was reported. Milliseconds.
    pub run_ms: Option<u64>,
}

/// The machine of one heartbeat.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    schedule: HeartbeatSchedule,
    grace: Duration,
    last_success: Option<Timestamp>,
    last_failure: Option<Timestamp>,
    running: Vec<(Timestamp, Option<String>)>,
    /// When Yagura could not be called, if that was after the last report and a call may have been lost in it. Without an end while
    /// it still cannot.
    deaf: Option<(Timestamp, Option<Timestamp>)>,
    /// Made anew whenever what it is made of changes: searching a cron expression is too slow for every tick.
    deadlines: Option<Deadlines>,
    track: Track<ProbeState>,
    evaluated_at: Option<Timestamp>,
}

/// When the next call is expected and from when on its absence means something.
#[derive(Clone, Copy, Debug)]
struct Deadlines {
    /// When it is expected; `None` while only a run without a success before it is known.
    due: Option<Timestamp>,
    /// From when on it is missing, by the calls alone.
    deadline: Timestamp,
    /// From when on it is missed for sure; `None` while Yagura cannot be called.
    certain: Option<Timestamp>,
}

/// Starts without an end that are remembered; older ones are forgotten first, and the job is then late by its schedule anyway.
const RUNNING_MAX: usize = 16;

impl Heartbeat {
    /// A heartbeat that never called.
    pub fn new(spec: &HeartbeatSpec) -> Self {
        Self {
            schedule: spec.schedule.clone(),
            grace: spec.grace,
            last_success: None,
            last_failure: None,
            running: Vec::new(),
            deaf: None,
            deadlines: None,
            track: Track::default(),
            evaluated_at: None,
        }
    }

    /// Goes on after a restart: `track` is the believed history as stored, `pings` the newest stored calls in order of time.
    pub fn restore(spec: &HeartbeatSpec, track: Track<ProbeState>, pings: &[Ping]) -> Self {
        let mut heartbeat = Self::new(spec);
        for ping in pings {
            heartbeat.note(ping);
        }
        heartbeat.refresh();
        heartbeat.evaluated_at = pings.last().map(|ping| ping.at).max(track.last().map(|change| change.at));
        heartbeat.track = track;
        heartbeat
    }

    /// Takes over new settings; what is known stays.
    pub fn reconfigure(&mut self, spec: &HeartbeatSpec) {
        self.schedule = spec.schedule.clone();
        self.grace = spec.grace;
        self.refresh();
    }

    /// Yagura could not be called from `from` to `until`, or cannot be called since `from`. It matters only if a call was to be
    /// expected then: within `grace` of its time, or while a run was to end.
    pub fn was_deaf(&mut self, from: Timestamp, until: Option<Timestamp>) {
        let from = self.deaf.map_or(from, |(earlier, _)| earlier.min(from));
        self.deaf = None;
        self.refresh();
        let Some(Deadlines { due, deadline, .. }) = self.deadlines else { return };
        let expected_from = match (due, self.running.first()) {
            (_, Some((started_at, _))) => *started_at,
            (Some(due), None) => due.minus(self.grace),
            (None, None) => deadline,
        };
        if from < deadline && until.is_none_or(|until| until > expected_from) {
            self.deaf = Some((from, until));
            self.refresh();
        }
    }

    /// Takes one call.
    pub fn ping(&mut self, ping: &Ping) -> PingEffect {
        let before = self.tick(ping.at);
        let run_ms = self.note(ping);
        self.refresh();
        let after = self.settle(ping.at);
        PingEffect { changed_from: [before, after].into_iter().flatten().min(), run_ms }
    }

    fn note(&mut self, ping: &Ping) -> Option<u64> {
        match ping.signal {
            Signal::Log => return None,
            Signal::Start => {
                self.running.retain(|(_, id)| *id != ping.run_id);
                if self.running.len() == RUNNING_MAX {
                    self.running.remove(0);
                }
                self.running.push((ping.at, ping.run_id.clone()));
                return None;
            }
            Signal::Success | Signal::Exit(0) => {
                self.last_success = Some(ping.at);
                self.last_failure = None;
            }
            Signal::Fail | Signal::Exit(_) => self.last_failure = Some(ping.at),
        }
        self.deaf = None;
        // A run that ended also ends those that began before it: they crashed, and nobody will report them any more. An end that
        // names no known run ends them all.
        let ended = self.running.iter().find(|(_, id)| *id == ping.run_id).map(|(started_at, _)| *started_at);
        let last = if ping.signal.is_failure() { ping.at } else { ended.unwrap_or(ping.at) };
        self.running.retain(|(started_at, _)| *started_at > last);
        let started_at = ended?;
        Some(u64::try_from(ping.at.since(started_at).as_millis()).unwrap_or(u64::MAX))
    }

    /// Lets time pass. Gives the moment from which the believed history changed.
    pub fn tick(&mut self, now: Timestamp) -> Option<Timestamp> {
        // Between two evaluations the state can turn twice: unsure at the deadline, missed at the one after.
        let turns = [self.deadlines.map(|at| at.deadline), self.deadlines.and_then(|at| at.certain)];
        let mut earliest = None;
        for turn in turns.into_iter().flatten().filter(|turn| *turn <= now) {
            if self.evaluated_at.is_none_or(|seen| turn > seen) {
                earliest = earliest.or(self.settle(turn));
            }
        }
        earliest.or(self.settle(now))
    }

    fn settle(&mut self, at: Timestamp) -> Option<Timestamp> {
        self.evaluated_at = Some(self.evaluated_at.map_or(at, |seen| seen.max(at)));
        let state = match self.phase(at) {
            HeartbeatPhase::New => return None,
            HeartbeatPhase::Unsure => ProbeState::Unknown,
            HeartbeatPhase::OnTime | HeartbeatPhase::Late => ProbeState::Up,
            HeartbeatPhase::Missed | HeartbeatPhase::Failed => ProbeState::Down,
        };
        self.track.set_from(at, state).then_some(at)
    }

    /// Where it stands at `now`, given the calls so far.
    pub fn phase(&self, now: Timestamp) -> HeartbeatPhase {
        if self.last_failure.is_some() {
            return HeartbeatPhase::Failed;
        }
        let Some(Deadlines { due, deadline, certain }) = self.deadlines else { return HeartbeatPhase::New };
        if certain.is_some_and(|certain| now >= certain) {
            HeartbeatPhase::Missed
        } else if now >= deadline {
            HeartbeatPhase::Unsure
        } else if due.is_some_and(|due| now >= due) {
            HeartbeatPhase::Late
        } else {
            HeartbeatPhase::OnTime
        }
    }

    /// When the last good report came.
    pub fn last_success(&self) -> Option<Timestamp> {
        self.last_success
    }

    /// Since when the job has been running, if it said so and has not ended.
    pub fn running_since(&self) -> Option<Timestamp> {
        self.running.first().map(|(at, _)| *at)
    }

    /// When the next call is expected.
    pub fn due(&self) -> Option<Timestamp> {
        self.deadlines?.due
    }

    fn refresh(&mut self) {
        let due = self.last_success.and_then(|at| self.due_after(at));
        let by_run = self.running.first().map(|(started_at, _)| started_at.plus(self.grace));
        let by_schedule = due.map(|due| due.plus(self.grace));
        self.deadlines = [by_schedule, by_run].into_iter().flatten().min().map(|deadline| {
            let certain = match self.deaf {
                None => Some(deadline),
                Some((_, None)) => None,
                Some((_, Some(until))) => {
                    let next = self.due_after(until).map_or(deadline, |due| due.plus(self.grace));
                    Some(deadline.max(next))
                }
            };
            Deadlines { due, deadline, certain }
        });
    }

    fn due_after(&self, moment: Timestamp) -> Option<Timestamp> {
        match &self.schedule {
            HeartbeatSchedule::Period(period) => Some(moment.plus(*period)),
            HeartbeatSchedule::Cron { cron, time_zone } => {
                let from = moment.to_jiff().to_zoned(time_zone.clone());
                let next = cron.find_next_occurrence(&from, false).ok()?;
                Some(Timestamp::from_jiff(next.timestamp()))
            }
        }
    }

    /// What is believed to have held at `at`; `None` before the first call.
    pub fn believed_at(&self, at: Timestamp) -> Option<ProbeState> {
        self.track.at(at)
    }

    /// What is believed to have held at `at`.
    pub fn state_at(&self, at: Timestamp) -> ProbeState {
        self.believed_at(at).unwrap_or(ProbeState::Unknown)
    }

    /// When the believed state last changed.
    pub fn turned_at(&self) -> Option<Timestamp> {
        self.track.last().map(|change| change.at)
    }

    /// Adds every moment after `from` at which the believed state changes.
    pub fn boundaries_after(&self, from: Timestamp, into: &mut Vec<Timestamp>) {
        into.extend(self.track.after(from).iter().map(|change| change.at));
    }

    /// No later call can change anything before this moment.
    pub fn settled_until(&self) -> Option<Timestamp> {
        self.evaluated_at
    }

    /// Forgets history before `horizon`, but for what holds there.
    pub fn prune(&mut self, horizon: Timestamp) {
        self.track.prune(horizon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Secret;

    const HOUR: Duration = Duration::from_secs(3600);

    fn hours(n: f64) -> Timestamp {
        Timestamp::from_ms((n * 3_600_000.0) as i64)
    }

    fn daily() -> Heartbeat {
        let schedule = HeartbeatSchedule::Period(24 * HOUR);
        Heartbeat::new(&HeartbeatSpec { token: Secret::new("t".into()), schedule, grace: HOUR, watchdog: Vec::new() })
    }

    fn ping(at: f64, signal: Signal) -> Ping {
        Ping { at: hours(at), signal, run_id: None }
    }

    #[test]
    fn a_job_that_calls_stays_up_and_one_that_stops_is_down_from_its_deadline() {
        let mut job = daily();
        assert_eq!(job.phase(hours(0.0)), HeartbeatPhase::New);
        assert_eq!(job.ping(&ping(1.0, Signal::Success)).changed_from, Some(hours(1.0)));
        assert_eq!(job.phase(hours(24.9)), HeartbeatPhase::OnTime);
        assert_eq!(job.phase(hours(25.5)), HeartbeatPhase::Late);
        assert_eq!(job.tick(hours(25.5)), None, "late is not down");
        assert_eq!(job.tick(hours(30.0)), Some(hours(26.0)), "down from the deadline, however late we looked");
        assert_eq!(job.state_at(hours(25.9)), ProbeState::Up);
        assert_eq!(job.state_at(hours(26.0)), ProbeState::Down);
        assert_eq!(job.ping(&ping(31.0, Signal::Success)).changed_from, Some(hours(31.0)));
        assert_eq!(job.state_at(hours(31.0)), ProbeState::Up);
    }

    #[test]
    fn a_reported_failure_is_down_at_once_and_the_next_success_is_recovery() {
        let mut job = daily();
        job.ping(&ping(0.0, Signal::Success));
        job.ping(&ping(5.0, Signal::Exit(3)));
        assert_eq!(job.state_at(hours(5.0)), ProbeState::Down);
        job.ping(&ping(6.0, Signal::Exit(0)));
        assert_eq!(job.state_at(hours(6.0)), ProbeState::Up);
    }

    #[test]
    fn a_run_is_measured_and_one_that_never_ends_is_missed() {
        let mut job = daily();
        job.ping(&ping(0.0, Signal::Success));
        job.ping(&ping(10.0, Signal::Start));
        assert_eq!(job.running_since(), Some(hours(10.0)));
        assert_eq!(job.ping(&ping(10.5, Signal::Success)).run_ms, Some(1_800_000));
        job.ping(&ping(20.0, Signal::Start));
        assert_eq!(job.tick(hours(22.0)), Some(hours(21.0)));
        assert_eq!(job.state_at(hours(21.0)), ProbeState::Down);
    }

    #[test]
    fn run_ids_pair_overlapping_runs() {
        let mut job = daily();
        let with = |at, signal, id: &str| Ping { at: hours(at), signal, run_id: Some(id.into()) };
        job.ping(&with(1.0, Signal::Start, "a"));
        job.ping(&with(1.5, Signal::Start, "b"));
        assert_eq!(job.ping(&with(2.0, Signal::Success, "a")).run_ms, Some(3_600_000));
        assert_eq!(job.ping(&with(2.0, Signal::Success, "b")).run_ms, Some(1_800_000));
        assert_eq!(job.ping(&with(2.5, Signal::Success, "c")).run_ms, None);
    }

    #[test]
    fn a_call_that_may_have_been_lost_while_we_were_away_is_unknown_not_down() {
        let mut job = daily();
        job.ping(&ping(1.0, Signal::Success));
        job.was_deaf(hours(20.0), Some(hours(25.5)));
        assert_eq!(job.tick(hours(40.0)), Some(hours(26.0)));
        assert_eq!(job.state_at(hours(40.0)), ProbeState::Unknown);
        job.tick(hours(51.0));
        assert_eq!(job.state_at(hours(50.4)), ProbeState::Unknown);
        assert_eq!(job.state_at(hours(50.5)), ProbeState::Down, "the next one is missing as well");
    }

    #[test]
    fn a_short_absence_at_another_time_excuses_nothing() {
        let mut job = daily();
        job.ping(&ping(1.0, Signal::Success));
        job.was_deaf(hours(3.0), Some(hours(3.1)));
        job.tick(hours(26.5));
        assert_eq!(job.state_at(hours(26.0)), ProbeState::Down, "the call was not due then");
    }

    #[test]
    fn while_nobody_can_call_nothing_is_missed() {
        let mut job = daily();
        job.ping(&ping(1.0, Signal::Success));
        job.was_deaf(hours(24.5), None);
        job.tick(hours(40.0));
        assert_eq!(job.state_at(hours(30.0)), ProbeState::Unknown);
        job.was_deaf(hours(24.5), Some(hours(40.0)));
        job.tick(hours(64.0));
        assert_eq!(job.state_at(hours(64.0)), ProbeState::Unknown);
        job.tick(hours(65.0));
        assert_eq!(job.state_at(hours(65.0)), ProbeState::Down);
    }

    #[test]
    fn a_run_that_crashed_does_not_keep_the_job_down() {
        let mut job = daily();
        let with = |at, signal, id: &str| Ping { at: hours(at), signal, run_id: Some(id.into()) };
        job.ping(&with(1.0, Signal::Start, "crashed"));
        job.ping(&with(3.0, Signal::Start, "next"));
        assert_eq!(job.state_at(hours(2.5)), ProbeState::Down, "it did not end within its grace");
        job.ping(&with(3.5, Signal::Success, "next"));
        assert_eq!(job.phase(hours(10.0)), HeartbeatPhase::OnTime);
        job.ping(&with(20.0, Signal::Start, "again"));
        job.ping(&ping(20.5, Signal::Success));
        assert_eq!(job.phase(hours(30.0)), HeartbeatPhase::OnTime, "a success that names no run ends them all");
    }

    #[test]
    fn a_cron_schedule_is_read_in_its_zone_across_a_change_of_clocks() {
        let time_zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let cron = Box::new("30 3 * * *".parse().unwrap());
        let schedule = HeartbeatSchedule::Cron { cron, time_zone };
        let mut job =
            Heartbeat::new(&HeartbeatSpec { token: Secret::new("t".into()), schedule, grace: HOUR, watchdog: Vec::new() });
        let at = |text: &str| Timestamp::from_jiff(text.parse().unwrap());
        job.ping(&Ping { at: at("2026-03-28T02:31:00Z"), signal: Signal::Success, run_id: None });
        assert_eq!(job.due(), Some(at("2026-03-29T01:30:00Z")), "summer time began: 03:30 is an hour earlier in UTC");
    }
}
