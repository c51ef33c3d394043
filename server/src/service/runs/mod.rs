//! Runs: somebody follows a runbook, and every tick is kept, once and in order, with its row in the timeline of the incident.
//!
//! Code map: [`wanted`] is what is typed and what is told. `start` begins a run, `values` knows what commands are filled in with, `events`
//! keeps what is done step by step, `ends` has other versions and the end, `files` output and pictures. `record` is what all of them share
//! within their transaction. `verify` looks every second whether probes say that a step is done, `presence` knows who else is here,
//! `offered` which runbooks may help in an incident, `words` makes plain text of titles. This file reads, and decides who may do what.
//!
//! What may follow what is for `domain::runbook::run` to say; here it is asked, and what it allows is kept.

mod ends;
mod events;
mod files;
mod offered;
mod presence;
mod record;
mod start;
mod values;
mod verify;
mod wanted;
mod words;

use std::sync::{Arc, Mutex};

use domain::account::Permission;
use domain::runbook::compare::{Compared, compare};
use domain::runbook::run::fold::fold;
use domain::runbook::run::rules::Refusal;
use domain::runbook::run::{Event, Progress, RunState};
use domain::runbook::{Document, StepId};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use store::incidents::Incident;
use store::runbooks::runs::RunFilter;
use store::runbooks::{Run, RunEvent, RunStory};

pub(super) use self::offered::alert_of_probe;
use self::presence::Presence;
use self::verify::Verifying;
pub(crate) use self::wanted::{EventWanted, FileWanted, FinishWanted, RunFound, RunWanted};
use self::words::plain_title;
use super::caller::Caller;
use super::desk::Desk;
use super::incidents::{Deed as IncidentDeed, permitted};
use super::problem::Problem;
use super::runbooks::Edition;

/// A run in a list: what it follows, and where it stands.
pub(crate) type Listed = (Run, Arc<Edition>, Progress);

/// What is known of runs beside what is on disk.
#[derive(Debug, Default)]
pub(crate) struct RunWatch {
    presence: Mutex<Presence>,
    verifying: tokio::sync::Mutex<Verifying>,
}

/// What a run follows.
#[derive(Clone, Debug)]
struct Followed {
    edition: Arc<Edition>,
}

impl Followed {
    /// What the runbook is called.
    fn title(&self) -> LocalizedText {
        in_each(|language| plain_title(&self.edition.title(language)))
    }

    /// What a step says, as plain text; of the run as a whole, or a step that is not there: what the runbook is called.
    fn title_of(&self, step: Option<&StepId>) -> LocalizedText {
        let said = |language, id: &StepId| {
            let document = &self.edition.in_language(language).1.document;
            document.step(id).map(|step| plain_title(&step.title))
        };
        let Some(id) = step.filter(|id| said(Language::En, id).is_some()) else { return self.title() };
        in_each(|language| said(language, id).unwrap_or_default())
    }
}

/// A text in each language; one, where both are the same.
fn in_each(said: impl Fn(Language) -> String) -> LocalizedText {
    let (ja, en) = (said(Language::Ja), said(Language::En));
    if ja == en { LocalizedText::Same(en) } else { LocalizedText::Each { ja, en } }
}

/// Refuses who may not do anything in a run: in an incident a role is enough, without one it takes what every response takes.
fn must_run(by: &Caller, incident: Option<&Incident>, now: Timestamp) -> Result<(), Problem> {
    match incident {
        Some(incident) => permitted(by, incident, IncidentDeed::Run, now),
        None => by.must(Permission::Respond, now),
    }
}

/// Which permission is looked at once more when it is the turn of a change; where a role in an incident may be enough, the change asks.
const fn asked_again(run: &Run) -> Option<Permission> {
    if run.incident.is_none() { Some(Permission::Respond) } else { None }
}

/// What the rules refuse, as whoever asked is told.
fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NoReason => Problem::invalid("text", "invalid-reason"),
        Refusal::NoSuchStep => Problem::invalid("step", "invalid-step"),
        Refusal::NoSuchAnswer => Problem::invalid("answer", "invalid-answer"),
        other => Problem::Refused(other.key()),
    }
}

fn for_rules(events: &[RunEvent]) -> Vec<Event> {
    events.iter().map(RunEvent::for_rules).collect()
}

fn texts(edition: &Edition) -> Vec<(&str, &Document)> {
    edition.texts.values().map(|text| (text.source.as_str(), &text.document)).collect()
}

/// What became of each step from one version to another.
fn compared(before: &Edition, after: &Edition) -> Vec<Compared> {
    compare(&texts(before), &texts(after))
}

impl Desk {
    /// True when they may begin runs and do something in them, in an incident or without one.
    pub(crate) fn may_run(&self, caller: &Caller, incident: Option<&Incident>) -> bool {
        must_run(caller, incident, self.now()).is_ok()
    }

    /// True when they may do something in a run; with the title of its incident, if it has one.
    pub(crate) async fn place_in(&self, caller: &Caller, run: &Run) -> Result<(bool, Option<LocalizedText>), Problem> {
        let incident = match run.incident {
            Some((_, number)) => self.store.incident(number).await?,
            None => None,
        };
        Ok((self.may_run(caller, incident.as_ref()), incident.map(|incident| incident.facts.title)))
    }

    /// A run with all its events, what it follows, and where it stands.
    pub(crate) async fn run(&self, caller: &Caller, number: i64) -> Result<RunFound, Problem> {
        caller.must(Permission::Read, self.now())?;
        let story = self.store.run_story(number).await?.ok_or(Problem::NotFound("run"))?;
        let edition = self.edition(story.run.version.key).await?;
        let progress = fold(&edition.plan, &for_rules(&story.events));
        let newer = self.current_edition(&story.run.version.runbook);
        let newer = newer.filter(|newer| story.run.state == RunState::Active && newer.head.number > story.run.version.number);
        Ok(RunFound { story, edition, progress, newer })
    }

    /// Runs that meet a filter, the newest first, each with what it follows and where it stands.
    pub(crate) async fn run_list(&self, caller: &Caller, filter: &RunFilter) -> Result<Vec<Listed>, Problem> {
        caller.must(Permission::Read, self.now())?;
        let stories = self.store.run_stories(filter).await?;
        self.listed(stories).await
    }

    /// A page of [`Self::run_list`], and the number before which the next one begins; none: there is no next one. What cannot be followed any
    /// more is left out of its page and ends none.
    pub(crate) async fn run_page(&self, caller: &Caller, filter: &RunFilter) -> Result<(Vec<Listed>, Option<i64>), Problem> {
        caller.must(Permission::Read, self.now())?;
        let one_more = RunFilter { limit: filter.limit.saturating_add(1), ..filter.clone() };
        let mut stories = self.store.run_stories(&one_more).await?;
        let limit = filter.limit as usize;
        let has_more = stories.len() > limit;
        stories.truncate(limit);
        let next = stories.last().filter(|_| has_more).map(|story| story.run.number);
        Ok((self.listed(stories).await?, next))
    }

    async fn listed(&self, stories: Vec<RunStory>) -> Result<Vec<Listed>, Problem> {
        let mut list = Vec::with_capacity(stories.len());
        for RunStory { run, events, .. } in stories {
            let Some(edition) = self.followable(run.version.key).await? else { continue };
            let progress = fold(&edition.plan, &for_rules(&events));
            list.push((run, edition, progress));
        }
        Ok(list)
    }

    /// The version with this key; none if it can no longer be followed, which only a change of the rules can make so: one such run must not
    /// keep all others from being shown.
    pub(crate) async fn followable(&self, version_key: i64) -> Result<Option<Arc<Edition>>, Problem> {
        match self.edition(version_key).await {
            Ok(edition) => Ok(Some(edition)),
            Err(Problem::Refused(_)) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// The version of a runbook that is in use.
    fn current_edition(&self, runbook: &Slug) -> Option<Arc<Edition>> {
        self.library().runbooks.get(runbook)?.current.clone()
    }

    /// The run with this number and what it follows, for somebody who may do something in it: who may not is told so before anything
    /// they sent is read.
    async fn run_for(&self, caller: &Caller, number: i64) -> Result<(Run, Followed), Problem> {
        let now = self.now();
        caller.must(Permission::Read, now)?;
        let run = self.store.run(number).await?.ok_or(Problem::NotFound("run"))?;
        let incident = match run.incident {
            Some((_, number)) => self.store.incident(number).await?,
            None => None,
        };
        must_run(caller, incident.as_ref(), now)?;
        let edition = self.edition(run.version.key).await?;
        Ok((run, Followed { edition }))
    }

    /// Lets pages know of a change in a run, which stands in the timeline of its incident too.
    async fn run_changed<T: Send>(&self, outcome: Result<T, Problem>, incident: Option<i64>) -> Result<T, Problem> {
        if let Some(number) = incident {
            return self.taken_up(outcome, &[number]).await;
        }
        // What the database could not answer may have been kept all the same.
        if matches!(outcome, Ok(_) | Err(Problem::Store(_))) {
            self.monitoring.changed_inside();
        }
        outcome
    }
}
