//! What of a document matters for following it: its steps by place, and how they hang together. The browser gets the same, as JSON.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::runbook::{Document, StepId};

/// What is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Steps in order, a parent before its children.
    pub steps: Vec<PlanStep>,
}

/// A step, as far as following goes. Other steps are named by their place in [`Plan::steps`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not depend on each other")]
pub struct PlanStep {
    /// Its id, by which events find it in every version.
    pub id: StepId,
    /// The step right above it.
    pub parent: Option<usize>,
    /// The place behind its last descendant.
    pub end: usize,
    /// True when it has a command of its own.
    pub has_code: bool,
    /// True when it only follows from the steps below it: it has some, no command, and asks nothing.
    pub is_group: bool,
    /// True when leaving it out needs a reason.
    pub is_critical: bool,
    /// True when a second person has to confirm it.
    pub is_two_person: bool,
    /// The step that takes it back.
    pub undo: Option<usize>,
    /// It applies only when that decision was answered so.
    pub when: Option<(usize, String)>,
    /// Of a decision: its answers, and the step that each leads to.
    pub answers: Vec<(String, usize)>,
    /// Of a decision: how often it may lead back.
    pub max: Option<u32>,
    /// How long to wait after it, in seconds.
    pub timer_s: Option<u64>,
    /// Slug of the probe by which Yagura sees that it is done. May hold placeholders.
    pub verify: Option<String>,
}

/// Why a document cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A step has no id; its place, from 1.
    #[error("step {0} has no id; write the missing ones with `yagura runbook ids`")]
    NoId(usize),
    /// Two steps have the same id.
    #[error("two steps have the id `{0}`; give the second one another")]
    Twice(StepId),
    /// A step names another that is not there.
    #[error("step `{step}` names the step `{named}`, which is not there; look for a misspelt id")]
    NoSuchStep {
        /// Which.
        step: StepId,
        /// What it names.
        named: StepId,
    },
    /// A step depends on a decision that is not taken before it.
    #[error("step `{step}` depends on `{named}`, which does not stand before it; move the decision up")]
    NotBefore {
        /// Which.
        step: StepId,
        /// The decision.
        named: StepId,
    },
    /// A step depends on an answer that nobody can give.
    #[error("step `{step}` depends on the answer `{answer}`, which `{named}` does not have; look for a misspelt answer")]
    NoSuchAnswer {
        /// Which.
        step: StepId,
        /// The decision.
        named: StepId,
        /// The answer.
        answer: String,
    },
    /// A decision may lead back for ever.
    #[error("decision `{0}` leads back without `max=`; say how often it may")]
    NoMax(StepId),
    /// A step takes itself back, or what it takes back takes it back. Each tick would ask for the next one, for ever.
    #[error("step `{0}` is its own undo, itself or by way of others; name a step that only takes back")]
    UndoOfItself(StepId),
}

impl Plan {
    /// What is followed when somebody follows this document.
    pub fn of(document: &Document) -> Result<Self, PlanError> {
        let names = Names::of(document)?;
        let mut steps = Vec::with_capacity(document.steps.len());
        for place in 0..document.steps.len() {
            steps.push(names.step(place)?);
        }
        // From the last to the first, so that a step has all that is below it before its parent looks.
        for place in (0..steps.len()).rev() {
            let PlanStep { end, parent, .. } = steps[place];
            if let Some(parent) = parent {
                let above = &mut steps[parent];
                above.end = above.end.max(end);
                above.is_group = !above.has_code && above.answers.is_empty();
            }
        }
        let plan = Self { steps };
        let is_own_undo = |place: &usize| plan.is_own_undo(*place);
        match (0..plan.steps.len()).find(is_own_undo) {
            Some(place) => Err(PlanError::UndoOfItself(plan.steps[place].id.clone())),
            None => Ok(plan),
        }
    }

    /// The place of the step with this id.
    pub fn place(&self, id: &StepId) -> Option<usize> {
        self.steps.iter().position(|step| step.id == *id)
    }

    /// True when steps are below it.
    pub fn has_children(&self, place: usize) -> bool {
        self.steps[place].end > place + 1
    }

    /// Places of the steps to be done below this one, in order. Groups are not among them: they follow from the others.
    pub(super) fn below(&self, place: usize) -> impl Iterator<Item = usize> {
        (place + 1..self.steps[place].end).filter(move |&below| !self.steps[below].is_group)
    }

    /// What is to be done for a step: itself, or what is below a group.
    pub(super) fn parts(&self, place: usize) -> Vec<usize> {
        if self.steps[place].is_group { self.below(place).collect() } else { vec![place] }
    }

    /// True when the undo of a step, or the undo of that, and so on, is the step.
    fn is_own_undo(&self, place: usize) -> bool {
        let undo = |place: usize| self.steps[place].undo.map(|undo| self.parts(undo)).unwrap_or_default();
        let mut ahead = undo(place);
        let mut is_seen = vec![false; self.steps.len()];
        while let Some(next) = ahead.pop() {
            if next == place {
                return true;
            }
            if !is_seen[next] {
                is_seen[next] = true;
                ahead.extend(undo(next));
            }
        }
        false
    }
}

impl PlanStep {
    /// True when it asks a question.
    pub fn is_decision(&self) -> bool {
        !self.answers.is_empty()
    }

    /// The step that an answer leads to.
    pub fn target(&self, answer: &str) -> Option<usize> {
        self.answers.iter().find(|(known, _)| known == answer).map(|(_, target)| *target)
    }
}

/// A document whose steps can be found by their ids.
struct Names<'a> {
    document: &'a Document,
    ids: Vec<&'a StepId>,
    places: HashMap<&'a StepId, usize>,
}

impl<'a> Names<'a> {
    fn of(document: &'a Document) -> Result<Self, PlanError> {
        let mut ids = Vec::with_capacity(document.steps.len());
        let mut places = HashMap::new();
        for (place, step) in document.steps.iter().enumerate() {
            let id = step.id.as_ref().ok_or(PlanError::NoId(place + 1))?;
            if places.insert(id, place).is_some() {
                return Err(PlanError::Twice(id.clone()));
            }
            ids.push(id);
        }
        Ok(Self { document, ids, places })
    }

    fn find(&self, place: usize, named: &StepId) -> Result<usize, PlanError> {
        let missing = || PlanError::NoSuchStep { step: self.ids[place].clone(), named: named.clone() };
        self.places.get(named).copied().ok_or_else(missing)
    }

    /// One step, as if nothing were below it.
    fn step(&self, place: usize) -> Result<PlanStep, PlanError> {
        let step = &self.document.steps[place];
        let id = self.ids[place];
        let flags = &step.flags;
        let decision = flags.decision.as_ref();
        let answers = decision.into_iter().flat_map(|decision| &decision.answers);
        let answers: Vec<_> =
            answers.map(|(answer, target)| Ok((answer.clone(), self.find(place, target)?))).collect::<Result<_, PlanError>>()?;
        let max = decision.and_then(|decision| decision.max);
        if max.is_none() && answers.iter().any(|(_, target)| *target <= place) {
            return Err(PlanError::NoMax(id.clone()));
        }
        let undo = flags.undo.as_ref().map(|undo| self.find(place, undo)).transpose()?;
        let when = flags.when.as_ref().map(|(named, answer)| self.when(place, named, answer)).transpose()?;
        Ok(PlanStep {
            id: id.clone(),
            parent: step.parent,
            end: place + 1,
            has_code: step.has_code(),
            is_group: false,
            is_critical: flags.is_critical,
            is_two_person: flags.is_two_person,
            undo,
            when,
            answers,
            max,
            timer_s: flags.timer.map(|timer| timer.as_secs()),
            verify: flags.verify.clone(),
        })
    }

    fn when(&self, place: usize, named: &StepId, answer: &str) -> Result<(usize, String), PlanError> {
        let asked = self.find(place, named)?;
        let step = || self.ids[place].clone();
        if asked >= place {
            return Err(PlanError::NotBefore { step: step(), named: named.clone() });
        }
        let mut answers = self.document.steps[asked].flags.decision.iter().flat_map(|decision| &decision.answers);
        if answers.any(|(known, _)| known == answer) {
            Ok((asked, answer.to_owned()))
        } else {
            Err(PlanError::NoSuchAnswer { step: step(), named: named.clone(), answer: answer.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests;
