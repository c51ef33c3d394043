//! What is learnt from the runs of a runbook: how long its steps take, where people leave it, and what about it needs a look.

use std::collections::HashMap;
use std::time::Duration;

use super::StepId;
use super::front_matter::FrontMatter;
use super::run::plan::Plan;
use super::run::{Deed, Event};
use crate::text::{Language, Slug};
use crate::time::Timestamp;

const DAY_MS: u128 = 24 * 60 * 60 * 1000;
/// In how many of the recent runs steps must have been left out or have failed before it is said: once is chance.
const TROUBLED_RUNS_MIN: usize = 2;

/// Figures of a step over some runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTime {
    /// Its id.
    pub id: StepId,
    /// How long it took, in milliseconds, once for each run in which it was done; the shortest first.
    pub ms: Vec<u64>,
    /// In how many runs it was left out.
    pub skipped: usize,
    /// In how many runs it failed.
    pub failed: usize,
    /// In how many runs something was done about it.
    pub runs: usize,
}

/// What became of a step in one run.
#[derive(Default)]
struct Past {
    /// How long it took, if it was done.
    ms: Option<u64>,
    is_skipped: bool,
    has_failed: bool,
}

/// Figures of each step of a plan. A step took from the last step before it, or from the start of the run, to its own end. That is what
/// counts for one person; of several who work at once, each waits for the other's steps too.
pub fn times(plan: &Plan, runs: &[(Timestamp, Vec<Event>)]) -> Vec<StepTime> {
    let blank = |id: &StepId| StepTime { id: id.clone(), ms: Vec::new(), skipped: 0, failed: 0, runs: 0 };
    let mut times: Vec<StepTime> = plan.steps.iter().map(|step| blank(&step.id)).collect();
    for (started_at, events) in runs {
        let pasts = pasts(*started_at, events);
        for time in &mut times {
            let Some(past) = pasts.get(&time.id) else { continue };
            time.runs += 1;
            time.skipped += usize::from(past.is_skipped);
            time.failed += usize::from(past.has_failed);
            time.ms.extend(past.ms);
        }
    }
    for time in &mut times {
        time.ms.sort_unstable();
    }
    times
}

/// One run. Events that were sent late stand where they happened.
fn pasts(started_at: Timestamp, events: &[Event]) -> HashMap<&StepId, Past> {
    let mut moves: Vec<&Event> = events.iter().filter(|event| event.deed.moves_step()).collect();
    moves.sort_by_key(|event| (event.occurred_at, event.seq));
    let mut pasts: HashMap<&StepId, Past> = HashMap::new();
    let mut before = started_at;
    for event in moves {
        let Some(id) = &event.step else { continue };
        let past = pasts.entry(id).or_default();
        let took_ms = u64::try_from(event.occurred_at.since(before).as_millis()).unwrap_or(u64::MAX);
        match event.deed {
            Deed::Tick | Deed::Answer | Deed::Verify => *past = Past { ms: Some(took_ms), is_skipped: false, ..*past },
            Deed::Skip => *past = Past { ms: None, is_skipped: true, ..*past },
            Deed::Fail => *past = Past { ms: None, is_skipped: false, has_failed: true },
            Deed::Untick => *past = Past { ms: None, is_skipped: false, ..*past },
            _ => {}
        }
        // Taking a tick back ends no step, so the time goes on from where it was.
        if event.deed != Deed::Untick {
            before = event.occurred_at;
        }
    }
    pasts
}

/// How a runbook was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// When somebody last said that it was reviewed.
    pub reviewed_at: Option<Timestamp>,
    /// When it was last practised.
    pub drilled_at: Option<Timestamp>,
    /// When it was last followed because something was wrong.
    pub used_at: Option<Timestamp>,
    /// Of the last five such runs: how many steps were left out or failed, and how many notes say that it is wrong.
    pub recent: Vec<(usize, usize)>,
}

/// Something about a runbook that needs a look; the gravest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stale {
    /// Its files have this many mistakes, so an earlier version is in use, or none.
    Mistakes(usize),
    /// In recent runs, people noted this often that it is wrong.
    WrongNotes {
        /// How often.
        n: usize,
    },
    /// Steps were left out or failed in this many of the recent runs.
    OftenSkipped {
        /// In how many.
        runs: usize,
    },
    /// It is to be practised and never was.
    NeverDrilled,
    /// It should have been practised.
    DrillDue {
        /// So many days ago.
        days: u64,
    },
    /// It should have been reviewed.
    ReviewDue {
        /// So many days ago.
        days: u64,
    },
    /// Another one has taken its place.
    Replaced(Slug),
    /// It cannot be read in this language.
    LanguageMissing(Language),
    /// This much in its files could be better.
    Warnings(usize),
}

impl Stale {
    /// The key of its words.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Mistakes(_) => "stale-mistakes",
            Self::WrongNotes { .. } => "stale-wrong-notes",
            Self::OftenSkipped { .. } => "stale-often-skipped",
            Self::NeverDrilled => "stale-never-drilled",
            Self::DrillDue { .. } => "stale-drill-due",
            Self::ReviewDue { .. } => "stale-review-due",
            Self::Replaced(_) => "stale-replaced",
            Self::LanguageMissing(_) => "stale-language-missing",
            Self::Warnings(_) => "stale-warnings",
        }
    }

    /// The argument `n` of its words, a number.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Mistakes(n) | Self::Warnings(n) | Self::WrongNotes { n } | Self::OftenSkipped { runs: n } => {
                u64::try_from(*n).ok()
            }
            Self::DrillDue { days } | Self::ReviewDue { days } => Some(*days),
            Self::NeverDrilled | Self::Replaced(_) | Self::LanguageMissing(_) => None,
        }
    }

    /// The argument `name` of its words: a slug, or the tag of a language.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Replaced(slug) => Some(slug.as_str()),
            Self::LanguageMissing(language) => Some(language.tag()),
            _ => None,
        }
    }
}

/// What about a runbook needs a look, the gravest first. `read_at` is since when it is known. One that was replaced is never due for
/// anything: nobody shall spend time on it.
pub fn stale(
    front: &FrontMatter,
    read_at: Timestamp,
    used: &Use,
    languages: &[Language],
    errors: usize,
    warnings: usize,
    now: Timestamp,
) -> Vec<Stale> {
    let mut found = Vec::new();
    if errors > 0 {
        found.push(Stale::Mistakes(errors));
    }
    if let Some(slug) = &front.replaced_by {
        found.push(Stale::Replaced(slug.clone()));
        return found;
    }
    let wrong: usize = used.recent.iter().map(|(_, wrong)| wrong).sum();
    if wrong > 0 {
        found.push(Stale::WrongNotes { n: wrong });
    }
    let troubled = used.recent.iter().filter(|(left_out, _)| *left_out > 0).count();
    if troubled >= TROUBLED_RUNS_MIN && troubled * 2 >= used.recent.len() {
        found.push(Stale::OftenSkipped { runs: troubled });
    }
    let overdue = |since: Option<Timestamp>, every: Option<Duration>| overdue_days(since.unwrap_or(read_at), every?, now);
    if let Some(days) = overdue(used.drilled_at, front.drill_every) {
        found.push(if used.drilled_at.is_some() { Stale::DrillDue { days } } else { Stale::NeverDrilled });
    }
    if let Some(days) = overdue(used.reviewed_at, front.review_every) {
        found.push(Stale::ReviewDue { days });
    }
    let missing = Language::ALL.into_iter().filter(|language| !languages.contains(language));
    found.extend(missing.map(Stale::LanguageMissing));
    if warnings > 0 {
        found.push(Stale::Warnings(warnings));
    }
    found
}

/// For how many whole days something that is to be done every so often is overdue; none while it is not.
fn overdue_days(last: Timestamp, every: Duration, now: Timestamp) -> Option<u64> {
    let due = last.plus(every);
    (now >= due).then(|| u64::try_from(now.since(due).as_millis() / DAY_MS).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
