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
}

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
        let believed_since = changes.iter().rev().find(|change| change.state != ProbeState::Unknown).map(|change| change.at);
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
        if self.last_at.is_some_and(|last| at <= last) {
            return None;
        }
        let mut changed = self.tick(at);
        let mut note = |from: Timestamp| changed = Some(changed.map_or(from, |earlier| earlier.min(from)));
        let (is_not_up, is_down) = match verdict {
            Verdict::Up => (false, false),
            Verdict::Degraded => (true, false),
            Verdict::Down => (true, true),
            Verdict::Unknown => {
                if self.unknown_track.set_from(at, true) {
                    note(at);
                }
                self.last_at = Some(at);
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
        self.last_at = Some(at);
        changed
    }

    /// Lets time pass: when a result is overdue, the time since it was due is unknown.
    pub fn tick(&mut self, now: Timestamp) -> Option<Timestamp> {
        let due = self.last_at?.plus(self.every);
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

    /// Adds every moment after `from` at which the believed state may change.
    pub fn boundaries_after(&self, from: Timestamp, into: &mut Vec<Timestamp>) {
        for track in [&self.not_up_track, &self.down_track, &self.unknown_track] {
            into.extend(track.after(from).iter().map(|change| change.at));
        }
    }

    /// No later call can change anything before this moment.
    pub fn settled_until(&self) -> Option<Timestamp> {
        let next_due = self.last_at?.plus(self.every);
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
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;

    const EVERY: Duration = Duration::from_secs(10);
    const TIMEOUT: Duration = Duration::from_secs(5);

    fn after(down: u32, up: u32) -> ConfirmAfter {
        ConfirmAfter { down: NonZeroU32::new(down).unwrap(), up: NonZeroU32::new(up).unwrap() }
    }

    fn at(n: usize) -> Timestamp {
        Timestamp::from_ms(n as i64 * 10_000)
    }

    /// Feeds one letter per interval (`u`p, `d`own, de`g`raded, `?` unknown, space: nothing came) and spells the believed history,
    /// one letter per interval, as it is known at the end.
    fn story(down: u32, up: u32, letters: &str) -> String {
        let mut machine = Confirmation::new(after(down, up), EVERY, TIMEOUT);
        feed(&mut machine, letters);
        spell(&machine, letters.len())
    }

    fn feed(machine: &mut Confirmation, letters: &str) {
        for (n, letter) in letters.chars().enumerate() {
            if let Some(verdict) = verdict(letter) {
                machine.observe(at(n), verdict);
            }
        }
    }

    fn verdict(letter: char) -> Option<Verdict> {
        match letter {
            'u' => Some(Verdict::Up),
            'g' => Some(Verdict::Degraded),
            'd' => Some(Verdict::Down),
            '?' => Some(Verdict::Unknown),
            _ => None,
        }
    }

    fn spell(machine: &Confirmation, count: usize) -> String {
        (0..count)
            .map(|n| match machine.state_at(at(n)) {
                ProbeState::Up => 'U',
                ProbeState::Degraded => 'G',
                ProbeState::Down => 'D',
                ProbeState::Unknown => '-',
            })
            .collect()
    }

    #[test]
    fn an_outage_begins_at_the_first_bad_result_of_the_run_and_ends_at_the_first_good_one() {
        assert_eq!(story(3, 2, "uudd"), "UUUU", "two bad results confirm nothing");
        assert_eq!(story(3, 2, "uuddd"), "UUDDD");
        assert_eq!(story(3, 2, "uudddu"), "UUDDDD", "one good result is not recovery");
        assert_eq!(story(3, 2, "uuddduu"), "UUDDDUU");
        assert_eq!(story(3, 2, "uuduuu"), "UUUUUU", "a blip is no outage");
        assert_eq!(story(1, 1, "udu"), "UDU");
    }

    #[test]
    fn the_first_good_result_is_believed_and_a_bad_start_is_confirmed_first() {
        assert_eq!(story(3, 2, "u"), "U");
        assert_eq!(story(3, 2, "dd"), "--");
        assert_eq!(story(3, 2, "ddd"), "DDD");
        assert_eq!(story(3, 2, "ddu"), "--U");
    }

    #[test]
    fn slow_is_not_down_but_counts_as_not_up() {
        assert_eq!(story(3, 2, "uggg"), "UGGG");
        assert_eq!(story(3, 2, "ugdd"), "UGGG", "three results that are not up, only two of them down");
        assert_eq!(story(3, 2, "ugddd"), "UGDDD", "the outage keeps its degraded start");
        assert_eq!(story(3, 2, "udddgg"), "UDDDGG");
        assert_eq!(story(3, 2, "udddgguu"), "UDDDGGUU");
    }

    #[test]
    fn unknown_neither_confirms_nor_interrupts_and_is_never_up() {
        assert_eq!(story(3, 2, "uu?u"), "UU-U");
        assert_eq!(story(3, 2, "ud?dd"), "UD-DD");
        assert_eq!(story(3, 2, "ddd??d"), "DDD--D", "an outage goes on behind what we could not see");
    }

    #[test]
    fn time_without_results_is_unknown_from_when_the_next_was_due() {
        assert_eq!(story(3, 2, "uu    u"), "UU----U");
        assert_eq!(story(3, 2, "ddd   d"), "DDD---D");
        assert_eq!(story(3, 2, "ddd   u"), "DDD---D", "after a gap one good result is still not recovery");
        assert_eq!(story(3, 2, "ddd   uu"), "DDD---UU");
        let mut machine = Confirmation::new(after(3, 2), EVERY, TIMEOUT);
        feed(&mut machine, "uu");
        assert_eq!(machine.tick(at(2)), None);
        assert_eq!(machine.tick(Timestamp::from_ms(27_001)), Some(at(2)));
        assert_eq!(machine.tick(Timestamp::from_ms(27_002)), None, "said once");
    }

    /// The definition, written without a machine: results that say something, one threshold at a time.
    fn oracle(down: usize, up: usize, letters: &str) -> String {
        let known: Vec<(usize, u8)> = letters
            .chars()
            .enumerate()
            .filter_map(|(n, c)| match c {
                'u' => Some((n, 0)),
                'g' => Some((n, 1)),
                'd' => Some((n, 2)),
                _ => None,
            })
            .collect();
        let threshold = |level: u8| -> Vec<Option<bool>> {
            let bad: Vec<bool> = known.iter().map(|(_, l)| *l >= level).collect();
            let mut believed = vec![None; bad.len()];
            let mut current = None;
            let mut i = 0;
            while i < bad.len() {
                let need = match (current, bad[i]) {
                    (None, false) => 1,
                    (_, true) => down,
                    (Some(_), false) => up,
                };
                let run = bad[i..].iter().take_while(|b| **b == bad[i]).count();
                if current != Some(bad[i]) && run >= need {
                    current = Some(bad[i]);
                }
                believed[i] = current;
                i += 1;
            }
            believed
        };
        let (not_up, is_down) = (threshold(1), threshold(2));
        let mut spelled = vec!['-'; letters.len()];
        for (index, (n, _)) in known.iter().enumerate() {
            spelled[*n] = match (is_down[index], not_up[index]) {
                (Some(true), _) => 'D',
                (_, Some(true)) => 'G',
                (_, Some(false)) => 'U',
                (_, None) => '-',
            };
        }
        spelled.into_iter().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_machine_agrees_with_the_definition(letters in "[ugd?]{0,40}", down in 1_u32..5, up in 1_u32..5) {
            prop_assert_eq!(story(down, up, &letters), oracle(down as usize, up as usize, &letters));
        }

        #[test]
        fn nothing_before_the_settled_moment_ever_changes(head in "[ugd? ]{1,20}", tail in "[ugd? ]{0,20}", down in 1_u32..5, up in 1_u32..5) {
            let mut machine = Confirmation::new(after(down, up), EVERY, TIMEOUT);
            feed(&mut machine, &head);
            if let Some(settled) = machine.settled_until() {
                let before = spell(&machine, head.len());
                let settled_count = (0..head.len()).filter(|n| at(*n) < settled).count();
                for (n, letter) in tail.chars().enumerate() {
                    let changed = verdict(letter).and_then(|verdict| machine.observe(at(head.len() + n), verdict));
                    prop_assert!(changed.is_none_or(|from| from >= settled));
                }
                prop_assert_eq!(&spell(&machine, head.len())[..settled_count], &before[..settled_count]);
            }
        }

        #[test]
        fn a_restart_between_any_two_results_changes_nothing(
            letters in "[ugd]{1,30}", cut in 0_usize..30, lost in 0_usize..4, down in 1_u32..5, up in 1_u32..5,
        ) {
            let cut = cut.min(letters.len());
            // What was believed last may not have reached the disk.
            let kept = cut.saturating_sub(lost);
            let mut machine = Confirmation::new(after(down, up), EVERY, TIMEOUT);
            feed(&mut machine, &letters[..cut]);
            let stored: Vec<_> = {
                let mut earlier = Confirmation::new(after(down, up), EVERY, TIMEOUT);
                feed(&mut earlier, &letters[..kept]);
                let mut track = Track::default();
                for n in 0..kept {
                    track.set_from(at(n), earlier.state_at(at(n)));
                }
                track.changes().to_vec()
            };
            let results: Vec<_> = letters[..cut].chars().enumerate()
                .map(|(n, c)| Change { at: at(n), state: verdict(c).unwrap() }).collect();
            let (mut again, differs_from) = Confirmation::restore(after(down, up), EVERY, TIMEOUT, &stored, &results);
            let stored = Track::from_changes(stored);
            for n in 0..cut {
                let same = stored.at(at(n)).unwrap_or(ProbeState::Unknown) == again.state_at(at(n));
                prop_assert!(same || differs_from.is_some_and(|from| from <= at(n)), "a difference at {} goes unsaid", n);
            }
            for (n, letter) in letters.chars().enumerate().skip(cut) {
                again.observe(at(n), verdict(letter).unwrap());
                machine.observe(at(n), verdict(letter).unwrap());
            }
            prop_assert_eq!(spell(&again, letters.len()), spell(&machine, letters.len()));
        }
    }
}
