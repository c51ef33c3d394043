//! Which steps apply, given the answers so far.
//!
//! Steps are walked in order. An open decision leads to all its targets, a step whose condition hangs on an open decision to what lies
//! behind it too: what cannot be ruled out yet applies. So an answer only ever takes steps away, and nothing turns up late at night that
//! was not announced.

use super::plan::Plan;

/// Of each step of the plan whether it applies. `answers` are those given to decisions, by place; one that does not lead ahead counts as none.
pub fn applicable(plan: &Plan, answers: &[Option<String>]) -> Vec<bool> {
    let mut walk = Walk::new(plan, answers);
    for place in 0..plan.steps.len() {
        walk.visit(place);
    }
    walk.is_applicable
}

/// Whether the conditions of a step are met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Guard {
    /// They are not.
    No,
    /// That hangs on a decision that is open.
    Maybe,
    /// They are.
    Yes,
}

struct Walk<'a> {
    plan: &'a Plan,
    answers: &'a [Option<String>],
    /// Of each step: those that it takes back.
    takes_back: Vec<Vec<usize>>,
    /// Of each step walked by: its own conditions, without those of the steps above it.
    guards: Vec<Guard>,
    /// Of each step, and of the end: whether something leads there.
    is_reached: Vec<bool>,
    /// The last place that something leads to so far.
    farthest: usize,
    is_applicable: Vec<bool>,
    /// True where every way goes through the step, or through one below it, and its conditions are met.
    is_certain: Vec<bool>,
}

impl<'a> Walk<'a> {
    fn new(plan: &'a Plan, answers: &'a [Option<String>]) -> Self {
        let count = plan.steps.len();
        let mut takes_back = vec![Vec::new(); count];
        for (place, step) in plan.steps.iter().enumerate() {
            if let Some(undo) = step.undo {
                takes_back[undo].push(place);
            }
        }
        let mut is_reached = vec![false; count + 1];
        is_reached[0] = true;
        Self {
            plan,
            answers,
            takes_back,
            guards: Vec::with_capacity(count),
            is_reached,
            farthest: 0,
            is_applicable: vec![false; count],
            is_certain: vec![false; count],
        }
    }

    /// Walks by a step. Comes to each in order.
    fn visit(&mut self, place: usize) {
        self.guards.push(self.guard_of_when(place).min(self.guard_of_undo(place)));
        if !self.is_reached[place] {
            return;
        }
        let mut barred = None;
        let mut behind = Vec::new();
        // A jump may lead below steps that nothing led to, so the conditions of all of them count; the outermost that says no ends it.
        let mut above = Some(place);
        while let Some(at) = above {
            let step = &self.plan.steps[at];
            match self.guards[at] {
                Guard::No => {
                    barred = Some(at);
                    behind.clear();
                }
                Guard::Maybe => behind.push(step.end),
                Guard::Yes => {}
            }
            above = step.parent;
        }
        if let Some(barred) = barred {
            behind.push(self.plan.steps[barred].end);
        } else {
            self.is_certain[place] = self.farthest == place && behind.is_empty() && !self.plan.steps[place].is_group;
            self.apply(place);
            behind.extend(self.next(place));
        }
        for next in behind {
            self.is_reached[next] = true;
            self.farthest = self.farthest.max(next);
        }
    }

    /// A step applies, and so does what it belongs to. A group applies by this only, a decision above it never.
    fn apply(&mut self, place: usize) {
        if self.plan.steps[place].is_group {
            return;
        }
        self.is_applicable[place] = true;
        let is_certain = self.is_certain[place];
        let mut above = self.plan.steps[place].parent;
        while let Some(at) = above {
            let step = &self.plan.steps[at];
            if !step.is_decision() {
                self.is_applicable[at] = true;
                self.is_certain[at] |= is_certain;
            }
            above = step.parent;
        }
    }

    /// Where a step that applies leads to.
    fn next(&self, place: usize) -> Vec<usize> {
        let step = &self.plan.steps[place];
        if let Some(target) = self.given(place).and_then(|answer| step.target(answer)) {
            return vec![target];
        }
        let targets: Vec<usize> = step.answers.iter().map(|(_, target)| *target).filter(|target| *target > place).collect();
        if targets.is_empty() { vec![place + 1] } else { targets }
    }

    /// The answer that was given to a decision, if it leads ahead.
    fn given(&self, place: usize) -> Option<&'a str> {
        let answer = self.answers.get(place)?.as_deref()?;
        self.plan.steps[place].target(answer).filter(|target| *target > place).map(|_| answer)
    }

    fn guard_of_when(&self, place: usize) -> Guard {
        let Some((asked, answer)) = &self.plan.steps[place].when else { return Guard::Yes };
        match self.given(*asked) {
            _ if !self.is_applicable[*asked] => Guard::No,
            Some(given) if given != answer => Guard::No,
            Some(_) if self.is_certain[*asked] => Guard::Yes,
            _ => Guard::Maybe,
        }
    }

    /// What takes back only steps that do not apply does not apply either. Nothing is said about what takes back a step behind it.
    fn guard_of_undo(&self, place: usize) -> Guard {
        let taken = &self.takes_back[place];
        if taken.is_empty() || taken.iter().any(|&step| step >= place || self.is_certain[step]) {
            Guard::Yes
        } else if taken.iter().any(|&step| self.is_applicable[step]) {
            Guard::Maybe
        } else {
            Guard::No
        }
    }
}

#[cfg(test)]
mod tests;
