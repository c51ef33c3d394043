//! Folds what a source says of one trouble into one alert, whatever comes twice, late or in another order.
//!
//! A source says *it fires since s* or *what fired since s is over since e*. Of all that it said about one fingerprint, what holds is the
//! newest occurrence, and of that its end if it has one: the greatest by (`s`, is over). So a report that is sent again, after a restart or out
//! of order, changes nothing. Nothing ends by silence: a source that promised to say it again and does not leaves the alert *stale*.
//!
//! An occurrence that begins soon after the one before ended belongs to the same alert; when that happens often, the alert *flaps*.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::time::Timestamp;

/// Turns that are remembered: more within a window say nothing new.
const TURNS_MAX: usize = 32;
/// How far ahead of us the clock of a source may be, so that the future of one that is wrong does not stand above all that comes.
pub const AHEAD_MAX: Duration = Duration::from_secs(300);

/// What a source says of a trouble, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Since when it fires, or fired.
    pub starts_at: Timestamp,
    /// Whether it still does.
    pub said: Said,
}

/// Whether it fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It does.
    Firing {
        /// Until when the source promises to say it again.
        until: Option<Timestamp>,
    },
    /// It is over.
    Resolved {
        /// Since when.
        at: Timestamp,
    },
}

impl Report {
    /// What can be believed of it at `now`: nothing began or ended later than [`AHEAD_MAX`] from now, or ended before it began.
    #[must_use]
    pub fn believed(self, now: Timestamp) -> Self {
        let latest = now.plus(AHEAD_MAX);
        let starts_at = self.starts_at.min(latest);
        let said = match self.said {
            Said::Resolved { at } => Said::Resolved { at: at.min(latest).max(starts_at) },
            firing @ Said::Firing { .. } => firing,
        };
        Self { starts_at, said }
    }
}

/// When occurrences are one alert, and when that flaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlapRule {
    /// An occurrence that begins so soon after the one before ended is the same alert.
    pub reopen_within: Duration,
    /// Turns are counted over so long.
    pub window: Duration,
    /// From so many turns on it flaps. Beginning is one, ending is one.
    pub turns: usize,
}

impl Default for FlapRule {
    fn default() -> Self {
        Self { reopen_within: Duration::from_secs(15 * 60), window: Duration::from_secs(60 * 60), turns: 6 }
    }
}

/// The course of one trouble, from its first report on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// When its first occurrence began.
    pub began_at: Timestamp,
    /// When the newest one began.
    pub starts_at: Timestamp,
    /// When that ended.
    pub ended_at: Option<Timestamp>,
    /// When it was last heard of, by our clock.
    pub received_at: Timestamp,
    /// How often it was said to fire.
    pub received: u64,
    /// Until when the source promised to say it again.
    pub promised_until: Option<Timestamp>,
    /// When it began and ended, the newest last, as many as [`FlapRule`] can ask for.
    pub turns: Vec<Timestamp>,
}

/// What a report did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It fires as before: counted.
    Repeated,
    /// It fires again.
    Reopened,
    /// It ended.
    Ended,
    /// Known already, or of an earlier occurrence: nothing.
    Nothing,
    /// It is another occurrence, long after this one: an alert of its own.
    Another,
}

impl Course {
    /// What a first report makes; it may tell of one that is over already.
    pub fn begin(report: Report, now: Timestamp) -> Self {
        let Report { starts_at, said } = report;
        let (ended_at, received, promised_until) = match said {
            Said::Firing { until } => (None, 1, until),
            Said::Resolved { at } => (Some(at), 0, None),
        };
        let turns = [starts_at].into_iter().chain(ended_at).collect();
        Self { began_at: starts_at, starts_at, ended_at, received_at: now, received, promised_until, turns }
    }

    /// Takes up another report.
    pub fn receive(&mut self, report: Report, rule: &FlapRule, now: Timestamp) -> Received {
        let Report { starts_at, said } = report;
        if starts_at < self.starts_at || (starts_at == self.starts_at && self.ended_at.is_some()) {
            return Received::Nothing;
        }
        let is_new = starts_at > self.starts_at;
        if is_new && self.ended_at.is_some_and(|ended_at| starts_at.since(ended_at) > rule.reopen_within) {
            return Received::Another;
        }
        self.received_at = now;
        self.starts_at = starts_at;
        let was_over = self.ended_at.take().is_some();
        if was_over {
            self.turn(starts_at);
        }
        match said {
            Said::Firing { until } => {
                self.received = self.received.saturating_add(1);
                self.promised_until = until;
                if was_over { Received::Reopened } else { Received::Repeated }
            }
            Said::Resolved { at } => {
                self.ended_at = Some(at);
                self.promised_until = None;
                self.turn(at);
                // One that came and went between two reports leaves it as over as it was.
                Received::Ended
            }
        }
    }

    /// Ends it, as somebody decided at `at`, whatever its source says.
    pub fn end(&mut self, at: Timestamp) {
        let at = at.max(self.starts_at);
        self.ended_at = Some(at);
        self.promised_until = None;
        self.turn(at);
    }

    /// When it last began to fire and when it was over, the oldest first, as far as is remembered: true where it began.
    pub fn last_turns(&self) -> Vec<(Timestamp, bool)> {
        let newest_first = self.turns.iter().rev().zip(std::iter::successors(Some(self.is_firing()), |began| Some(!began)));
        let mut turns: Vec<(Timestamp, bool)> = newest_first.map(|(at, began)| (*at, began)).collect();
        turns.reverse();
        turns
    }

    fn turn(&mut self, at: Timestamp) {
        self.turns.push(at);
        let old = self.turns.len().saturating_sub(TURNS_MAX);
        self.turns.drain(..old);
    }

    /// True while it fires.
    pub const fn is_firing(&self) -> bool {
        self.ended_at.is_none()
    }

    /// True when it turned too often lately to be told of each time.
    pub fn is_flapping(&self, rule: &FlapRule, now: Timestamp) -> bool {
        let since = now.minus(rule.window);
        self.turns.iter().filter(|at| **at > since).count() >= rule.turns
    }

    /// True when the source promised to say it again by now and did not: it may be over, and nobody says so.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.is_firing() && self.promised_until.is_some_and(|until| until < now)
    }
}
