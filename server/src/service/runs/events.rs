//! What is done in a run step by step, and values that are given on the way. Each is one transaction with the row of the timeline and that
//! of the audit log; sent twice, it is kept once.

use std::collections::{BTreeMap, BTreeSet};

use domain::action_item::{ActionKind, Horizon, Priority, Standing};
use domain::incident::machine::MachineEvent;
use domain::runbook::params::{Values, used};
use domain::runbook::run::fold::fold;
use domain::runbook::run::plan::Plan;
use domain::runbook::run::rules::{Wish, is_stale, may};
use domain::runbook::run::{Deed, Event, Stand};
use domain::runbook::{Block, StepId};
use domain::text::Language;
use domain::time::Timestamp;
use store::Transaction;
use store::action_items::{ItemFacts, Origin};
use store::runbooks::{NewRunEvent, Run, RunEvent};

use super::record::{Opened, actor, done};
use super::values::given;
use super::wanted::{EventRead, EventWanted, Kept, op_of};
use super::{Followed, asked_again, refused};
use crate::service::action_items::{From, make};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Done, Outcome};
use crate::service::problem::Problem;
use crate::service::runbooks::Edition;
use crate::service::sign_in::Nothing;

impl Desk {
    /// Keeps what was done in a run.
    pub(crate) async fn run_event(&self, caller: &Caller, number: i64, wanted: EventWanted) -> Result<Kept, Problem> {
        let (run, followed) = self.run_for(caller, number).await?;
        let read = wanted.read()?;
        // Nothing that anybody sees changes when a command is copied.
        let is_told = read.deed != Deed::Copied;
        let by = caller.clone();
        let kept = self.change(caller, asked_again(&run), move |transaction, now| {
            Box::pin(async move { keep(transaction, &by, number, read, &followed, now).await })
        });
        let kept = kept.await;
        if is_told { self.run_changed(kept, run.incident.map(|(_, number)| number)).await } else { kept }
    }

    /// Fills in values that were missing, or others.
    pub(crate) async fn give_params(
        &self,
        caller: &Caller,
        number: i64,
        op: &str,
        typed: BTreeMap<String, String>,
    ) -> Result<(), Problem> {
        let (run, followed) = self.run_for(caller, number).await?;
        let values = given(&followed.edition.front().params, &typed);
        let (op, values) = match (op_of(op), values) {
            (Ok(op), Ok(values)) => (op, values),
            (op, values) => {
                return Err(Problem::Invalid(op.err().into_iter().chain(values.err().into_iter().flatten()).collect()));
            }
        };
        let by = caller.clone();
        let given = self.change(caller, asked_again(&run), move |transaction, now| {
            Box::pin(async move { give(transaction, &by, number, (op, values), &followed, now).await })
        });
        self.run_changed(given.await, run.incident.map(|(_, number)| number)).await?;
        Ok(())
    }
}

/// Where a step stands after these events.
fn stand_of(plan: &Plan, events: &[Event], step: Option<&StepId>) -> Option<Stand> {
    let place = plan.place(step?)?;
    fold(plan, events).steps.get(place).map(|standing| standing.stand)
}

/// The values that a step's commands are filled in with, in any language. Secret ones are not among those that are known.
fn filled_in(edition: &Edition, step: &StepId, values: &Values) -> Values {
    let params = &edition.front().params;
    let steps = edition.texts.values().filter_map(|text| text.document.step(step));
    let codes = steps.flat_map(|step| &step.blocks).filter_map(|block| match block {
        Block::Code { code, .. } => Some(code.as_str()),
        Block::Prose { .. } | Block::Expect { .. } => None,
    });
    let names: BTreeSet<String> = codes.flat_map(|code| used(code, params)).map(|(name, _)| name).collect();
    values.iter().filter(|(name, _)| names.contains(*name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What the rules say of an event that comes after these; an error is why it is not kept.
fn judge(plan: &Plan, events: &[Event], read: &EventRead, actor: &str) -> Result<(), Problem> {
    // A note is no older for what others did meanwhile.
    if read.deed.moves_step() && is_stale(plan, events, read.step.as_ref(), actor, read.expected_seq) {
        return Err(Problem::Conflict);
    }
    let progress = fold(plan, events);
    let text = read.text.as_deref().unwrap_or_default();
    let wish = Wish { step: read.step.as_ref(), deed: read.deed, actor, answer: read.answer.as_deref(), text };
    may(plan, &progress, events, &wish).map_err(refused)
}

/// Keeps one event, if the rules allow it.
pub(super) async fn keep(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    read: EventRead,
    followed: &Followed,
    now: Timestamp,
) -> Outcome<Kept> {
    let opened = Opened::read(transaction, by, number, now).await?;
    opened.must_follow(&followed.edition)?;
    let (plan, mut events) = (&followed.edition.plan, opened.for_rules());
    let is_same = |known: &NewRunEvent| {
        (&known.step, known.deed, &known.answer, &known.text) == (&read.step, read.deed, &read.answer, &read.text)
    };
    if let Some(known) = opened.known(&read.op, is_same)? {
        let stand = stand_of(plan, &events, known.content.step.as_ref());
        return Ok((Kept { seq: known.seq, stand, is_new: false }, Vec::new()));
    }
    let actor = actor(by);
    judge(plan, &events, &read, &actor)?;
    let owed = owes(plan, &events, &read);
    let EventRead { op, step, deed, answer, text, occurred_at, expected_seq } = read;
    let told = (deed != Deed::Copied).then(|| MachineEvent::RunStep {
        run: opened.run.number,
        step: step.as_ref().map(ToString::to_string).unwrap_or_default(),
        title: followed.title_of(step.as_ref()),
        deed,
        answer: answer.clone(),
        text: text.clone(),
    });
    let mut params = step.as_ref().map(|step| filled_in(&followed.edition, step, &opened.run.params)).unwrap_or_default();
    // Values that somebody else gave meanwhile are not those with which it was done.
    let is_unseen = |event: &RunEvent| {
        event.seq > expected_seq
            && event.content.deed == Deed::Params
            && event.for_rules().actor != actor
            && event.content.params.keys().any(|name| params.contains_key(name))
    };
    if opened.events.iter().any(is_unseen) {
        match deed {
            Deed::Tick | Deed::Confirm | Deed::Fail => return Err(Problem::Conflict),
            _ => params.clear(),
        }
    }
    let blank = opened.event(by, op, (deed, step.clone()), (occurred_at, now));
    let new = NewRunEvent { answer: answer.clone(), text, params, ..blank };
    let kept = opened.append(transaction, by, new, told).await?;
    events.push(kept.for_rules());
    let stand = stand_of(plan, &events, step.as_ref());
    let follow_up =
        if owed { Some(left_to_undo(transaction, by, &opened.run, followed, step.as_ref(), now).await?) } else { None };
    let done = (deed != Deed::Copied).then(|| {
        done("run.step", &opened.run)
            .changed("seq", None, Some(kept.seq))
            .changed("step", None, step)
            .changed("deed", None, Some(deed))
            .changed("answer", None, answer)
    });
    Ok((Kept { seq: kept.seq, stand, is_new: true }, done.into_iter().chain(follow_up).collect()))
}

/// True when a step is left out that undoes something that was done.
fn owes(plan: &Plan, events: &[Event], read: &EventRead) -> bool {
    let place = read.step.as_ref().filter(|_| read.deed == Deed::Skip).and_then(|step| plan.place(step));
    place.is_some_and(|place| fold(plan, events).unpaired.iter().any(|done| plan.steps[*done].undo == Some(place)))
}

/// What was not undone is to be undone after the night.
async fn left_to_undo(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    run: &Run,
    followed: &Followed,
    step: Option<&StepId>,
    now: Timestamp,
) -> Result<Done, Problem> {
    let title = followed.title_of(step);
    let text: String = format!("{} / {} (RUN-{})", title.get(Language::Ja), title.get(Language::En), run.number);
    let text = if title.get(Language::Ja) == title.get(Language::En) {
        format!("{} (RUN-{})", title.get(Language::En), run.number)
    } else {
        text
    };
    let facts = ItemFacts {
        text: text.chars().take(500).collect(),
        kind: ActionKind::Repair,
        horizon: Horizon::Now,
        priority: Priority::P2,
        owner: None,
        due: None,
        url: None,
        bound: Vec::new(),
        standing: Standing::Open,
    };
    let from = From { origin: Origin::Run, incident: run.incident.map(|(_, number)| number), run: Some(run.number) };
    let (_, mut done) = make(transaction, by, from, facts, now).await?;
    // It makes exactly one row of the audit log.
    done.pop().ok_or(Problem::Busy)
}

async fn give(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (op, values): (String, Values),
    followed: &Followed,
    now: Timestamp,
) -> Outcome<Nothing> {
    let opened = Opened::read(transaction, by, number, now).await?;
    opened.must_follow(&followed.edition)?;
    let before = &opened.run.params;
    let is_there = values.iter().all(|(name, value)| before.get(name) == Some(value));
    if is_there || opened.known(&op, |known| known.deed == Deed::Params && known.params == values)?.is_some() {
        return Ok((Nothing {}, Vec::new()));
    }
    let (plan, events, actor) = (&followed.edition.plan, opened.for_rules(), actor(by));
    let wish = Wish { step: None, deed: Deed::Params, actor: &actor, answer: None, text: "" };
    may(plan, &fold(plan, &events), &events, &wish).map_err(refused)?;
    let mut params = before.clone();
    params.extend(values.clone());
    let new = NewRunEvent { params: values.clone(), ..opened.event(by, op, (Deed::Params, None), (None, now)) };
    opened.append(transaction, by, new, None).await?;
    transaction.set_run_params(opened.run.key, &params).await?;
    let mut done = done("run.params", &opened.run);
    for (name, value) in &values {
        done = done.changed(name, before.get(name), Some(value));
    }
    Ok((Nothing {}, vec![done]))
}
