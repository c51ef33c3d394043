//! When a run of results is believed: the confirmation machine of one probe.
//!
//! Two thresholds are watched by two identical two-state machines: "not up" (degraded or worse) and "down". Each turns bad after
//! `confirm.down` bad results in a row and good after `confirm.up` good ones; the turn takes effect at the **first** result of the
//! run that confirmed it, so an outage starts when trouble was first seen, not when we were sure. The very first good result of a
//! probe needs no confirmation.
//!
//! Unknown results neither confirm nor interrupt a run. They, and time in which no result came although one was due, lie over the
//! history as "unknown": what was not seen is not up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::observation::Verdict;
use super::spec::ConfirmAfter;
use crate::time::{Change, Timestamp};

/// How long after a result was due it may still be on its way before its time counts as unknown (delivery, not network: the
/// check's own timeout comes on top).
pub const DELIVERY_GRACE: Duration = Duration::from_secs(2);

/// What is believed of a probe's target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeState {
    /// Confirmed good.
    Up,
    /// Confirmed slow or otherwise degraded.
    Degraded,
    /// Confirmed down.
    Down,
    /// Nothing is known.
    Unknown,
}

/// A piecewise constant history, changed only from some point on. Before its first change nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track<S> {
    changes: Vec<Change<S>>,
}

impl<S> Default for Track<S> {
    fn default() -> Self {
        Self { changes: Vec::new() }
    }
}

impl<S: Copy + PartialEq> Track<S> {
    /// A history from its stored changes, which must be in order of time.
    pub fn from_changes(changes: Vec<Change<S>>) -> Self {
        debug_assert!(changes.is_sorted_by(|a, b| a.at < b.at), "changes are in order of time");
        Self { changes }
    }

    /// All changes, oldest first.
    pub fn changes(&self) -> &[Change<S>] {
        &self.changes
    }

    /// The newest state.
    pub fn last(&self) -> Option<Change<S>> {
        self.changes.last().copied()
    }

    /// What held at `at`.
    pub fn at(&self, at: Timestamp) -> Option<S> {
        let after = self.changes.partition_point(|change| change.at <= at);
        after.checked_sub(1).map(|index| self.changes[index].state)
    }

    /// The changes after `at`, without one at `at` itself.
    pub fn after(&self, at: Timestamp) -> &[Change<S>] {
        &self.changes[self.changes.partition_point(|change| change.at <= at)..]
    }

    /// From `at` on, `state` holds; what stood there is replaced. True when that changed anything.
    pub fn set_from(&mut self, at: Timestamp, state: S) -> bool {
        let keep = self.changes.partition_point(|change| change.at < at);
        if self.changes[..keep].last().is_some_and(|change| change.state == state) {
            let changed = self.changes.len() > keep;
            self.changes.truncate(keep);
            return changed;
        }
        if self.changes.len() == keep + 1 && self.changes[keep] == (Change { at, state }) {
            return false;
        }
        self.changes.truncate(keep);
        self.changes.push(Change { at, state });
        true
    }

    /// Forgets all changes at or after `at`.
    pub fn cut(&mut self, at: Timestamp) {
        self.changes.truncate(self.changes.partition_point(|change| change.at < at));
    }

    /// Forgets all before `horizon` but the state that holds there.
    pub fn prune(&mut self, horizon: Timestamp) {
        let past = self.changes.partition_point(|change| change.at <= horizon);
        if past > 1 {
            self.changes.drain(..past - 1);
        }
    }
}

/// One threshold: confirmed good or bad, and the run that may turn it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Threshold {
    is_bad: Option<bool>,
    run_since: Option<Timestamp>,
    run_length: u32,
}

impl Threshold {
    fn observe(&mut self, at: Timestamp, bad: bool, after: ConfirmAfter) -> Option<Change<bool>> {
        if self.is_bad == Some(bad) {
            self.run_since = None;
            self.run_length = 0;
            return None;
        }
        let since = *self.run_since.get_or_insert(at);
        self.run_length += 1;
        let needed = match (self.is_bad, bad) {
            (None, false) => 1,
            (_, true) => after.down.get(),
            (Some(_), false) => after.up.get(),
        };
        // A first good result ends a run of bad ones that confirmed nothing; it begins where it stands, not where they did.
        let start = if self.is_bad.is_none() && !bad { at } else { since };
        if self.run_length < needed {
            return None;
        }
        *self = Self { is_bad: Some(bad), run_since: None, run_length: 0 };
        Some(Change { at: start, state: bad })
    }
}

/// The confirmation machine of one active probe.
#[derive(Clone, Debug)]
pub struct Confirmation {
    after: ConfirmAfter,
    every: Duration,
    timeout: Duration,
    not_up: Threshold,
    down: Threshold,
    not_up_track: Track<bool>,
    down_track: Track<bool>,
    unknown_track: Track<bool>,
    last_at: Option<Timestamp>,
    /// When the next result is due, by the interval that held when the newest one came.
    next_due: Option<Timestamp>,
}

/// A clock that is set back by more than this is believed to have been wrong before; by less, to be wrong now.
pub const CLOCK_STEP_MAX: Duration = Duration::from_secs(300);

impl Confirmation {
    /// A machine that has seen nothing.
    pub fn new(after: ConfirmAfter, every: Duration, timeout: Duration) -> Self {
        Self {
            after,
            every,
            timeout,
            not_up: Threshold::default(),
            down: Threshold::default(),
            not_up_track: Track::default(),
            down_track: Track::default(),
            unknown_track: Track::default(),
            last_at: None,
            next_due: None,
        }
    }

    /// A machine that goes on after a restart: `changes` is the believed history as it was stored (in order of time), `results`
    /// are the newest stored results (in order of time), of which those since the last believed change are folded again. Beside
    /// it, from when on its history differs from the stored one: a turn that was believed but not yet stored comes to light here.
    pub fn restore(
        after: ConfirmAfter,
        every: Duration,
        timeout: Duration,
        changes: &[Change<ProbeState>],
        results: &[Change<Verdict>],
    ) -> (Self, Option<Timestamp>) {
        let mut machine = Self::new(after, every, timeout);
        for change in changes {
            match change.state {
                ProbeState::Unknown => {
                    machine.unknown_track.set_from(change.at, true);
                    continue;
                }
                ProbeState::Up => machine.believe(change.at, false, false),
                ProbeState::Degraded => machine.believe(change.at, true, false),
                ProbeState::Down => machine.believe(change.at, true, true),
            }
            machine.unknown_track.set_from(change.at, false);
        }
        // Since when the newest belief holds; a stretch of unknown within it does not end it.
        let mut believed: Option<Change<ProbeState>> = None;
        for change in changes.iter().filter(|change| change.state != ProbeState::Unknown) {
            if believed.is_none_or(|before| before.state != change.state) {
                believed = Some(*change);
            }
        }
        let believed_since = believed.map(|change| change.at);
        // The newest change ends what the history knows; results before it are already in it.
        let fresh = results.iter().filter(|result| believed_since.is_none_or(|since| result.at >= since));
        let differs_from = fresh.filter_map(|result| machine.observe(result.at, result.state)).min();
        (machine, differs_from)
    }

    fn believe(&mut self, at: Timestamp, not_up: bool, down: bool) {
        self.not_up.is_bad = Some(not_up);
        self.down.is_bad = Some(down);
        self.not_up_track.set_from(at, not_up);
        self.down_track.set_from(at, down);
    }

    /// Takes over new settings; what is believed stays.
    pub fn reconfigure(&mut self, after: ConfirmAfter, every: Duration, timeout: Duration) {
        self.after = after;
        self.every = every;
        self.timeout = timeout;
    }

    /// Takes one result. Gives the moment from which the believed history changed, if it did.
    /// Results not later than the newest one are ignored: a probe runs one execution at a time.
    pub fn observe(&mut self, at: Timestamp, verdict: Verdict) -> Option<Timestamp> {
        let rewound = self.last_at.filter(|last| *last > at.plus(CLOCK_STEP_MAX)).map(|_| self.rewind(at));
        if self.last_at.is_some_and(|last| at <= last) {
            return None;
        }
        let mut changed = self.tick(at);
        changed = [changed, rewound].into_iter().flatten().min();
        let mut note = |from: Timestamp| changed = Some(changed.map_or(from, |earlier| earlier.min(from)));
        let (is_not_up, is_down) = match verdict {
            Verdict::Up => (false, false),
            Verdict::Degraded => (true, false),
            Verdict::Down => (true, true),
            Verdict::Unknown => {
                if self.unknown_track.set_from(at, true) {
                    note(at);
                }
                self.seen(at);
                return changed;
            }
        };
        if self.unknown_track.last().is_some_and(|last| last.state) && self.unknown_track.set_from(at, false) {
            note(at);
        }
        if let Some(turn) = self.not_up.observe(at, is_not_up, self.after) {
            self.not_up_track.set_from(turn.at, turn.state);
            note(turn.at);
        }
        if let Some(turn) = self.down.observe(at, is_down, self.after) {
            self.down_track.set_from(turn.at, turn.state);
            note(turn.at);
        }
        self.seen(at);
        changed
    }

    fn seen(&mut self, at: Timestamp) {
        self.last_at = Some(at);
        self.next_due = Some(at.plus(self.every));
    }

    /// The clock was far ahead when the newest results were stamped, and is right now: what they say of times after `at` is void.
    fn rewind(&mut self, at: Timestamp) -> Timestamp {
        let before = Timestamp::from_ms(at.as_ms() - 1);
        for (threshold, track) in [(&mut self.not_up, &mut self.not_up_track), (&mut self.down, &mut self.down_track)] {
            *threshold = Threshold { is_bad: track.at(before), run_since: None, run_length: 0 };
            track.cut(at);
        }
        self.unknown_track.cut(at);
        self.last_at = None;
        self.next_due = None;
        at
    }

    /// Lets time pass: when a result is overdue, the time since it was due is unknown.
    pub fn tick(&mut self, now: Timestamp) -> Option<Timestamp> {
        let due = self.next_due?;
        let overdue = now > due.plus(self.timeout).plus(DELIVERY_GRACE);
        (overdue && self.unknown_track.at(due) != Some(true) && self.unknown_track.set_from(due, true)).then_some(due)
    }

    /// When the newest result was, if there was one.
    pub fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// What is believed to have held at `at`; `None` while nothing had ever been believed.
    pub fn believed_at(&self, at: Timestamp) -> Option<ProbeState> {
        let believed = match (self.not_up_track.at(at), self.down_track.at(at)) {
            (_, Some(true)) => ProbeState::Down,
            (Some(true), _) => ProbeState::Degraded,
            (Some(false), _) => ProbeState::Up,
            (None, _) => return None,
        };
        Some(if self.unknown_track.at(at) == Some(true) { ProbeState::Unknown } else { believed })
    }

    /// What is believed to have held at `at`.
    pub fn state_at(&self, at: Timestamp) -> ProbeState {
        self.believed_at(at).unwrap_or(ProbeState::Unknown)
    }

    /// When it was last believed to have gone down, or no longer to be down.
    pub fn down_turned_at(&self) -> Option<Timestamp> {
        self.down_track.last().map(|change| change.at)
    }

    /// Adds every moment after `from` at which the believed state may change.
    pub fn boundaries_after(&self, from: Timestamp, into: &mut Vec<Timestamp>) {
        for track in [&self.not_up_track, &self.down_track, &self.unknown_track] {
            into.extend(track.after(from).iter().map(|change| change.at));
        }
    }

    /// No later call can change anything before this moment.
    pub fn settled_until(&self) -> Option<Timestamp> {
        let next_due = self.next_due?;
        let runs = [self.not_up.run_since, self.down.run_since];
        runs.into_iter().flatten().chain([next_due]).min()
    }

    /// Forgets history before `horizon`, but for what holds there.
    pub fn prune(&mut self, horizon: Timestamp) {
        for track in [&mut self.not_up_track, &mut self.down_track, &mut self.unknown_track] {
            track.prune(horizon);
        }
    }
}

#[cfg(test)]
mod tests;
