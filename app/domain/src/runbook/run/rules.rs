//! What may be done next in a run, and when it may end.

use super::fold::{Mark, Trail};
use super::plan::{Plan, PlanStep};
use super::{Deed, EVENTS_MAX, Event, Outcome, Progress, REASON_CHARS_MIN, RunState, Stand};
use crate::runbook::StepId;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// To which step; none: to the run as a whole.
    pub step: Option<&'a StepId>,
    /// What.
    pub deed: Deed,
    /// Who, as events name them.
    pub actor: &'a str,
    /// The answer to a decision.
    pub answer: Option<&'a str>,
    /// The reason, or the note.
    pub text: &'a str,
}

/// Why something may not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The run has ended.
    #[error("the run has ended; begin another one")]
    Finished,
    /// The step is not there.
    #[error("the version that is followed has no such step; look at the run again")]
    NoSuchStep,
    /// By the decisions taken it is not on the way.
    #[error("by the decisions taken this step is not on the way; answer them otherwise to come here")]
    NotApplicable,
    /// It stands there already.
    #[error("the step stands so already; take that back first")]
    Already,
    /// There is nothing to answer.
    #[error("the step asks nothing; tick it")]
    NotADecision,
    /// It is answered, not ticked.
    #[error("the step is a decision; choose one of its answers")]
    IsDecision,
    /// It follows from the steps below it.
    #[error("the step follows from those below it; tick them")]
    IsGroup,
    /// Steps below it are not settled.
    #[error("steps below this one are not settled; see to them first")]
    ChildrenOpen,
    /// It has no such answer.
    #[error("the decision has no such answer; choose one that it has")]
    NoSuchAnswer,
    /// It led back as often as it may.
    #[error("the decision has led back as often as it may; choose another answer, or end the run")]
    LoopOver,
    /// It needs a reason.
    #[error("say why, in at least {REASON_CHARS_MIN} characters")]
    NoReason,
    /// Nothing was done that could be taken back.
    #[error("nothing was done here that could be taken back")]
    NothingToUndo,
    /// Nothing waits for a second person, or no probe sees it.
    #[error("nothing waits to be confirmed here")]
    NothingToConfirm,
    /// Who did it confirms it.
    #[error("somebody else has to confirm it; if nobody is there, say why, in at least {REASON_CHARS_MIN} characters")]
    SamePerson,
    /// So many steps are not settled.
    #[error("{0} steps are not settled; do them, skip them, or give the run up")]
    Unfinished(usize),
    /// So many steps were done and not taken back.
    #[error("{0} steps were done and not taken back; take them back, or say why not, in at least {REASON_CHARS_MIN} characters")]
    Unpaired(usize),
    /// Too much happened.
    #[error("a run holds at most {EVENTS_MAX} events; end it and begin another one")]
    TooManyEvents,
}

impl Refusal {
    /// The key of the message for people.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Finished => "refused-run-finished",
            Self::NoSuchStep => "refused-run-no-such-step",
            Self::NotApplicable => "refused-run-not-applicable",
            Self::Already => "refused-run-already",
            Self::NotADecision => "refused-run-not-a-decision",
            Self::IsDecision => "refused-run-is-decision",
            Self::IsGroup => "refused-run-is-group",
            Self::ChildrenOpen => "refused-run-children-open",
            Self::NoSuchAnswer => "refused-run-no-such-answer",
            Self::LoopOver => "refused-run-loop-over",
            Self::NoReason => "refused-run-no-reason",
            Self::NothingToUndo => "refused-run-nothing-to-undo",
            Self::NothingToConfirm => "refused-run-nothing-to-confirm",
            Self::SamePerson => "refused-run-same-person",
            Self::Unfinished(_) => "refused-run-unfinished",
            Self::Unpaired(_) => "refused-run-unpaired",
            Self::TooManyEvents => "refused-run-too-many-events",
        }
    }
}

/// Whether a wish may be granted where the run stands now. Of the end, [`may_finish`] decides; whether the answer of a phone that was away
/// still fits, [`is_stale`].
pub fn may(plan: &Plan, progress: &Progress, events: &[Event], wish: &Wish<'_>) -> Result<(), Refusal> {
    if progress.is_finished {
        return Err(Refusal::Finished);
    }
    if events.len() >= EVENTS_MAX {
        return Err(Refusal::TooManyEvents);
    }
    let Some(id) = wish.step else {
        let is_allowed = wish.deed.is_of_run() || matches!(wish.deed, Deed::Note | Deed::Wrong);
        return if is_allowed { Ok(()) } else { Err(Refusal::NoSuchStep) };
    };
    let place = plan.place(id).filter(|_| !wish.deed.is_of_run()).ok_or(Refusal::NoSuchStep)?;
    match wish.deed {
        // Only what the runbook names a probe for can be seen by one.
        Deed::Verify if plan.steps[place].verify.is_none() => Err(Refusal::NothingToConfirm),
        Deed::Tick | Deed::Verify => tickable(plan, progress, place),
        deed if deed.moves_step() => may_move(plan, progress, events, wish, place),
        _ => Ok(()),
    }
}

/// True when a step can be ticked, or a decision answered, as things stand.
pub fn may_tick(plan: &Plan, progress: &Progress, place: usize) -> bool {
    let step = &plan.steps[place];
    if progress.is_finished {
        false
    } else if step.is_decision() {
        step.answers.iter().any(|(answer, _)| answerable(plan, progress, place, answer).is_ok())
    } else {
        tickable(plan, progress, place).is_ok()
    }
}

fn tickable(plan: &Plan, progress: &Progress, place: usize) -> Result<(), Refusal> {
    let step = &plan.steps[place];
    // What was done before a decision took it off the way can still be taken back.
    let is_owed = || progress.unpaired.iter().any(|done| plan.steps[*done].undo == Some(place));
    match progress.steps[place].stand {
        _ if step.is_group => Err(Refusal::IsGroup),
        Stand::NotApplicable if !is_owed() => Err(Refusal::NotApplicable),
        _ if step.is_decision() => Err(Refusal::IsDecision),
        Stand::Done | Stand::Verified | Stand::Awaiting => Err(Refusal::Already),
        _ if plan.below(place).any(|below| !progress.steps[below].stand.is_settled()) => Err(Refusal::ChildrenOpen),
        _ => Ok(()),
    }
}

fn answerable(plan: &Plan, progress: &Progress, place: usize, answer: &str) -> Result<(), Refusal> {
    let (step, standing) = (&plan.steps[place], &progress.steps[place]);
    if standing.stand == Stand::NotApplicable {
        return Err(Refusal::NotApplicable);
    }
    let target = step.target(answer).ok_or(Refusal::NoSuchAnswer)?;
    if target <= place {
        let is_left = progress.loops[place] < step.max.unwrap_or(0);
        return if is_left { Ok(()) } else { Err(Refusal::LoopOver) };
    }
    if standing.answer.as_deref() == Some(answer) { Err(Refusal::Already) } else { Ok(()) }
}

/// Everything that moves a step but a tick.
fn may_move(plan: &Plan, progress: &Progress, events: &[Event], wish: &Wish<'_>, place: usize) -> Result<(), Refusal> {
    let (step, standing) = (&plan.steps[place], &progress.steps[place]);
    let stand = standing.stand;
    if step.is_group {
        return Err(Refusal::IsGroup);
    }
    if stand == Stand::NotApplicable {
        return Err(Refusal::NotApplicable);
    }
    match (step.is_decision(), wish.deed) {
        (true, Deed::Answer) => return answerable(plan, progress, place, wish.answer.unwrap_or_default()),
        (false, Deed::Answer) => return Err(Refusal::NotADecision),
        (true, Deed::Untick) | (false, _) => {}
        (true, _) => return Err(Refusal::IsDecision),
    }
    let is_done = matches!(stand, Stand::Done | Stand::Verified | Stand::Awaiting);
    let (needs_reason, without) = match wish.deed {
        Deed::Untick if stand == Stand::Open => return Err(Refusal::NothingToUndo),
        Deed::Skip if is_done || stand == Stand::Skipped => return Err(Refusal::Already),
        Deed::Fail if stand == Stand::Failed => return Err(Refusal::Already),
        Deed::Confirm if stand != Stand::Awaiting => return Err(Refusal::NothingToConfirm),
        Deed::Confirm => (who(events, standing.seq) == Some(wish.actor), Refusal::SamePerson),
        Deed::Skip => (step.is_critical, Refusal::NoReason),
        _ => (true, Refusal::NoReason),
    };
    if needs_reason && !is_reason(wish.text) { Err(without) } else { Ok(()) }
}

/// Who did the event at a place.
fn who(events: &[Event], seq: Option<i64>) -> Option<&str> {
    events.iter().rfind(|event| Some(event.seq) == seq).map(|event| event.actor.as_str())
}

fn is_reason(text: &str) -> bool {
    text.trim().chars().count() >= REASON_CHARS_MIN
}

/// Whether the run may end so. `text` is what is said about it.
pub fn may_finish(plan: &Plan, progress: &Progress, outcome: Outcome, text: &str) -> Result<(), Refusal> {
    if progress.is_finished {
        return Err(Refusal::Finished);
    }
    let is_open = |place: &usize| !plan.steps[*place].is_group && !progress.steps[*place].stand.is_settled();
    let open = (0..plan.steps.len()).filter(is_open).count();
    if outcome.state() == RunState::Done && open > 0 {
        return Err(Refusal::Unfinished(open));
    }
    if is_reason(text) {
        Ok(())
    } else if !progress.unpaired.is_empty() {
        Err(Refusal::Unpaired(progress.unpaired.len()))
    } else if outcome == Outcome::Aborted {
        Err(Refusal::NoReason)
    } else {
        Ok(())
    }
}

/// True when a wish to move a step (none: to end the run) was made without knowing what another has done to it since: they moved it, a
/// rebase changed or removed it, or they ended the run. One's own ticks are always known: a phone sends a queue of them. For what moves
/// nothing (notes, output) this is not asked.
pub fn is_stale(plan: &Plan, events: &[Event], wish_step: Option<&StepId>, actor: &str, expected_seq: i64) -> bool {
    let place = wish_step.and_then(|id| plan.place(id));
    let mut trail = Trail::new(plan);
    events.iter().any(|event| {
        let moved = trail.take(event);
        // A queue holds no rebase: one's own was made on another device.
        let is_unknown = event.seq > expected_seq && (event.actor != actor || event.deed == Deed::Rebase);
        is_unknown
            && match event.deed {
                Deed::Finish => true,
                Deed::Rebase => wish_step.is_some_and(|id| place.is_none() || event.changed.contains(id)),
                _ => place.is_some_and(|place| moved.contains(&place)),
            }
    })
}

/// The ids for [`Event::changed`] of a rebase: those whose text has changed, and those that the events would settle in the new version
/// although they are not settled in the old one. That happens when a decision that led back no longer does: what it had opened again must
/// not turn out ticked.
pub fn to_recheck(before: &Plan, after: &Plan, changed: &[StepId], events: &[Event]) -> Vec<StepId> {
    let (mut old, mut new) = (Trail::new(before), Trail::new(after));
    for event in events {
        old.take(event);
        new.take(event);
    }
    let is_open = |mark: &Mark| matches!(mark.stand, Stand::Open | Stand::Recheck);
    let comes_back = |place: usize, id: &StepId| {
        let was_open = before.place(id).is_some_and(|place| is_open(old.mark(place)));
        was_open && !is_open(new.mark(place))
    };
    let is_named = |(place, step): &(usize, &PlanStep)| changed.contains(&step.id) || comes_back(*place, &step.id);
    after.steps.iter().enumerate().filter(is_named).map(|(_, step)| step.id.clone()).collect()
}

#[cfg(test)]
mod tests;
