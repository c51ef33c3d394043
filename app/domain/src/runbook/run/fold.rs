//! Where a run stands, worked out from its events.
//!
//! `app/desk/steps.js` does the same while the browser is offline; `tests/browser/steps.vectors.json` holds both to the same cases.

use std::collections::HashMap;

use super::plan::Plan;
use super::reach::applicable;
use super::{Deed, Event, Progress, Stand, Standing};
use crate::runbook::StepId;

/// Where a run of this plan stands after these events, which come in order of `seq`. Events of steps that the plan does not have are history.
pub fn fold(plan: &Plan, events: &[Event]) -> Progress {
    let mut trail = Trail::new(plan);
    for event in events {
        trail.take(event);
    }
    trail.progress()
}

/// What was done to one step, whether or not it applies: a tick comes back when an answer brings its step back.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Where it stands by what was done to it.
    pub(super) stand: Stand,
    /// The event that made it so.
    pub(super) seq: Option<i64>,
    /// The answer, of a decision.
    pub(super) answer: Option<String>,
    /// The event by which it was last done. It stays when the step is opened again: what was done in the world is still done, and its undo
    /// is still owed.
    pub(super) done_seq: Option<i64>,
}

/// A run, event by event.
pub(super) struct Trail<'a> {
    plan: &'a Plan,
    places: HashMap<&'a StepId, usize>,
    marks: Vec<Mark>,
    loops: Vec<u32>,
    is_finished: bool,
}

impl<'a> Trail<'a> {
    /// Before anything happened.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let count = plan.steps.len();
        Self {
            plan,
            places: plan.steps.iter().enumerate().map(|(place, step)| (&step.id, place)).collect(),
            marks: vec![Mark { stand: Stand::Open, seq: None, answer: None, done_seq: None }; count],
            loops: vec![0; count],
            is_finished: false,
        }
    }

    /// What was done to a step so far.
    pub(super) fn mark(&self, place: usize) -> &Mark {
        &self.marks[place]
    }

    /// Takes in what happened next, and says which steps it moved. Whether it was allowed is not asked: it has happened.
    pub(super) fn take(&mut self, event: &Event) -> Vec<usize> {
        if self.is_finished {
            return Vec::new();
        }
        match event.deed {
            Deed::Finish => {
                self.is_finished = true;
                Vec::new()
            }
            Deed::Rebase => self.rebase(event),
            Deed::Answer => self.answer(event),
            _ => self.step(event),
        }
    }

    /// The step that an event is about. Groups follow from others, so nothing happens to them.
    fn place(&self, event: &Event) -> Option<usize> {
        let place = self.places.get(event.step.as_ref()?).copied()?;
        (!self.plan.steps[place].is_group).then_some(place)
    }

    fn step(&mut self, event: &Event) -> Vec<usize> {
        let Some(place) = self.place(event) else { return Vec::new() };
        let step = &self.plan.steps[place];
        if step.is_decision() && event.deed != Deed::Untick {
            return Vec::new();
        }
        let stand = match event.deed {
            Deed::Tick if step.is_two_person => Stand::Awaiting,
            Deed::Tick => Stand::Done,
            Deed::Verify => Stand::Verified,
            Deed::Confirm if self.marks[place].stand == Stand::Awaiting => Stand::Done,
            Deed::Skip => Stand::Skipped,
            Deed::Fail => Stand::Failed,
            Deed::Untick => Stand::Open,
            _ => return Vec::new(),
        };
        self.set(place, stand, event.seq);
        let mut moved = vec![place];
        match event.deed {
            Deed::Tick | Deed::Verify => {
                self.marks[place].done_seq = Some(event.seq);
                if let Some(undo) = step.undo {
                    moved.extend(self.doubt_undo(undo, event.seq));
                }
            }
            Deed::Untick => self.marks[place].done_seq = None,
            _ => {}
        }
        moved
    }

    /// An answer that leads back opens everything from its target to the decision again.
    fn answer(&mut self, event: &Event) -> Vec<usize> {
        let Some(place) = self.place(event) else { return Vec::new() };
        let Some(answer) = &event.answer else { return Vec::new() };
        let Some(target) = self.plan.steps[place].target(answer) else { return Vec::new() };
        if target > place {
            self.marks[place] =
                Mark { stand: Stand::Done, seq: Some(event.seq), answer: Some(answer.clone()), done_seq: Some(event.seq) };
            return vec![place];
        }
        self.loops[place] = self.loops[place].saturating_add(1);
        let is_moved = |at: &usize| *at == place || self.marks[*at].stand != Stand::Open;
        let moved: Vec<usize> = (target..=place).filter(is_moved).collect();
        for &at in &moved {
            self.set(at, Stand::Open, event.seq);
        }
        moved
    }

    /// Steps whose text has changed are to be looked at again.
    fn rebase(&mut self, event: &Event) -> Vec<usize> {
        let places: Vec<usize> = event.changed.iter().filter_map(|id| self.places.get(id).copied()).collect();
        places.into_iter().filter(|place| self.doubt(*place, event.seq)).collect()
    }

    /// What takes a step back has to be done again once the step was.
    fn doubt_undo(&mut self, undo: usize, seq: i64) -> Vec<usize> {
        let is_done = |mark: &Mark| matches!(mark.stand, Stand::Done | Stand::Verified | Stand::Awaiting);
        let done: Vec<usize> = self.plan.parts(undo).into_iter().filter(|part| is_done(&self.marks[*part])).collect();
        done.into_iter().filter(|part| self.doubt(*part, seq)).collect()
    }

    /// Makes a step that was settled, failed or awaits a second person one to be looked at again; a decision is asked anew.
    fn doubt(&mut self, place: usize, seq: i64) -> bool {
        if matches!(self.marks[place].stand, Stand::Open | Stand::Recheck) {
            return false;
        }
        let stand = if self.plan.steps[place].is_decision() { Stand::Open } else { Stand::Recheck };
        self.set(place, stand, seq);
        true
    }

    fn set(&mut self, place: usize, stand: Stand, seq: i64) {
        let mark = &mut self.marks[place];
        mark.stand = stand;
        mark.seq = Some(seq);
        mark.answer = None;
    }

    /// Where everything stands now.
    pub(super) fn progress(self) -> Progress {
        let plan = self.plan;
        let answers: Vec<Option<String>> = self.marks.iter().map(|mark| mark.answer.clone()).collect();
        let applies = applicable(plan, &answers);
        let unpaired = (0..plan.steps.len()).filter(|place| self.is_unpaired(*place, &applies)).collect();
        let standing = |(mark, applies): (Mark, &bool)| {
            let (stand, seq) = if *applies { (mark.stand, mark.seq) } else { (Stand::NotApplicable, None) };
            Standing { stand, seq, answer: mark.answer }
        };
        let mut steps: Vec<Standing> = self.marks.into_iter().zip(&applies).map(standing).collect();
        for place in (0..steps.len()).filter(|place| applies[*place] && plan.steps[*place].is_group) {
            let is_settled = plan.below(place).all(|below| steps[below].stand.is_settled());
            steps[place].stand = if is_settled { Stand::Done } else { Stand::Open };
        }
        let counted: Vec<usize> = (0..steps.len()).filter(|place| applies[*place] && !plan.steps[*place].is_group).collect();
        let total = counted.len();
        let settled = counted.into_iter().filter(|place| steps[*place].stand.is_settled()).count();
        let current = if self.is_finished { None } else { next_open(plan, &steps) };
        Progress { steps, total, settled, current, unpaired, loops: self.loops, is_finished: self.is_finished }
    }

    /// True when a step was done, and not all that takes it back was done after it.
    fn is_unpaired(&self, place: usize, applies: &[bool]) -> bool {
        let Some((done, undo)) = self.marks[place].done_seq.zip(self.plan.steps[place].undo) else { return false };
        let mut parts = self.plan.parts(undo);
        if self.plan.steps[undo].is_group {
            parts.retain(|part| applies[*part]);
        }
        parts.is_empty() || parts.iter().any(|part| self.marks[*part].done_seq.is_none_or(|undone| undone < done))
    }
}

/// The first step that is not settled; what is below a step with a command of its own comes before it.
fn next_open(plan: &Plan, steps: &[Standing]) -> Option<usize> {
    let is_open = |place: &usize| !plan.steps[*place].is_group && !steps[*place].stand.is_settled();
    let mut first = (0..steps.len()).find(is_open)?;
    while !plan.steps[first].is_decision()
        && let Some(below) = plan.below(first).find(is_open)
    {
        first = below;
    }
    Some(first)
}

#[cfg(test)]
pub(crate) mod tests;
