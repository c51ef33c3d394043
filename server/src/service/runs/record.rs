//! What every change of a run shares within its transaction: the run as it is at that moment, its next event, and the row of the
//! incident's timeline that tells of it.

use std::collections::BTreeMap;

use domain::incident::machine::MachineEvent;
use domain::runbook::StepId;
use domain::runbook::run::{Deed, Event};
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::{Incident, NewEntry};
use store::runbooks::runs::KeptEvent;
use store::runbooks::{NewRunEvent, Run, RunEvent};

use super::{for_rules, must_run};
use crate::service::caller::Caller;
use crate::service::desk::Done;
use crate::service::incidents::{machine_entry, tell_beside};
use crate::service::problem::Problem;
use crate::service::runbooks::Edition;

/// A run as it is when it is the turn of a change.
pub(super) struct Opened {
    pub(super) run: Run,
    /// Its incident.
    pub(super) incident: Option<Incident>,
    pub(super) events: Vec<RunEvent>,
}

/// Who does something, as events name them.
pub(super) fn actor(by: &Caller) -> String {
    let (kind, id) = by.actor();
    format!("{}:{id}", kind.name())
}

/// A row of the audit log about a run.
pub(super) fn done(action: &'static str, run: &Run) -> Done {
    Done::new(action, "run", run.number, &run.version.runbook)
}

/// Writes down in the timeline of an incident what happened in a run, under the place that it has there: it stands there once. `at` is when
/// it happened.
pub(super) async fn tell(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    incident: &Incident,
    (number, seq): (i64, i64),
    event: MachineEvent,
    (at, now): (Timestamp, Timestamp),
) -> Result<(), Problem> {
    let row = NewEntry { op: Some(format!("run {number} {seq}")), ..machine_entry(by, event, at, now) };
    tell_beside(transaction, incident.key, &row).await
}

impl Opened {
    /// The run as it is now, if they may do something in it.
    pub(super) async fn read(
        transaction: &mut Transaction<'_>,
        by: &Caller,
        number: i64,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let run = transaction.run(number).await?.ok_or(Problem::NotFound("run"))?;
        let incident = match run.incident {
            Some((_, number)) => transaction.incident(number).await?,
            None => None,
        };
        must_run(by, incident.as_ref(), now)?;
        let events = transaction.run_events(run.key).await?;
        Ok(Self { run, incident, events })
    }

    /// The run went on with another version in the moment since that was read: whoever asks again finds the new one.
    pub(super) fn must_follow(&self, edition: &Edition) -> Result<(), Problem> {
        if self.run.version.key == edition.head.key { Ok(()) } else { Err(Problem::Busy) }
    }

    /// The event that was sent before under this name. One that was another event then is refused: what it says would be lost.
    pub(super) fn known(&self, op: &str, is_same: impl Fn(&NewRunEvent) -> bool) -> Result<Option<&RunEvent>, Problem> {
        let known = self.events.iter().find(|event| event.content.op == op);
        if known.is_some_and(|known| !is_same(&known.content)) { Err(Problem::KeyReused) } else { Ok(known) }
    }

    /// What the rules look at.
    pub(super) fn for_rules(&self) -> Vec<Event> {
        for_rules(&self.events)
    }

    /// An event with nothing but who, what and when. It happened within the run, whatever a clock elsewhere says.
    pub(super) fn event(
        &self,
        by: &Caller,
        op: String,
        (deed, step): (Deed, Option<StepId>),
        (at, now): (Option<Timestamp>, Timestamp),
    ) -> NewRunEvent {
        let (actor_kind, actor_id) = by.actor();
        NewRunEvent {
            step,
            deed,
            actor_kind,
            actor_id,
            actor_name: by.name().to_owned(),
            occurred_at: at.unwrap_or(now).min(now).max(self.run.started_at),
            recorded_at: now,
            op,
            answer: None,
            text: None,
            params: BTreeMap::new(),
            changed: Vec::new(),
            version_key: self.run.version.key,
        }
    }

    /// Keeps an event, and tells of it in the timeline of the incident, if there is one; gives it as it is kept.
    pub(super) async fn append(
        &self,
        transaction: &mut Transaction<'_>,
        by: &Caller,
        new: NewRunEvent,
        told: Option<MachineEvent>,
    ) -> Result<RunEvent, Problem> {
        let kept = match transaction.append_run_event(self.run.key, &new).await? {
            KeptEvent::New(event) | KeptEvent::Known(event) => event,
        };
        if let (Some(incident), Some(event)) = (&self.incident, told) {
            let moments = (new.occurred_at, new.recorded_at);
            tell(transaction, by, incident, (self.run.number, kept.seq), event, moments).await?;
        }
        Ok(kept)
    }
}
