//! Which steps can be reached at all, and what was looked at before something is destroyed.
//!
//! It is on the safe side: a step is called unreachable only if no answers lead to it. For a document that can be followed it agrees with
//! [`applicable`](crate::runbook::run::reach::applicable); unlike that, it also takes documents that cannot.

use std::collections::{BTreeMap, HashSet};

use super::{Code, Finding, Text, flags_span};
use crate::runbook::{Block, Risk, STEPS_MAX, Step};

/// Decisions, by place, and the answers that they must have.
type Conditions<'a> = BTreeMap<usize, &'a str>;

pub(super) fn look(text: &Text<'_>, found: &mut Vec<Finding>) {
    let steps = &text.document.steps;
    if steps.len() > STEPS_MAX {
        return;
    }
    let conditions = conditions(text);
    if let Some(ways) = ways(text) {
        let passable = passable(text, &conditions);
        let never = (0..steps.len()).filter(|&place| !can_be_reached(text, &ways, &passable, conditions[place].as_ref(), place));
        found.extend(never.map(|place| Finding::new(Code::Unreachable, steps[place].title_span.clone(), Vec::new())));
    }
    for (place, step) in steps.iter().enumerate().filter(|(_, step)| step.flags.risk == Some(Risk::Destructive)) {
        if !is_looked_at_before(steps, &conditions, place) {
            found.push(Finding::new(Code::DestructiveUnverified, flags_span(step), Vec::new()));
        }
    }
}

/// Of each step: its answers and the places that they lead to; none where it is not clear to which step one leads.
fn ways<'a>(text: &Text<'a>) -> Option<Vec<Vec<(&'a str, usize)>>> {
    let steps = &text.document.steps;
    if steps.iter().filter(|step| step.id.is_some()).count() != text.places.len() {
        return None;
    }
    let of_step = |step: &'a Step| {
        let answers = step.flags.decision.iter().flat_map(|decision| &decision.answers);
        answers.map(|(answer, target)| Some((answer.as_str(), text.place(target)?))).collect()
    };
    steps.iter().map(of_step).collect()
}

/// Of each step: which answers it needs, its parents' and its decisions' needs included; none where they contradict each other.
fn conditions<'a>(text: &Text<'a>) -> Vec<Option<Conditions<'a>>> {
    let mut all: Vec<Option<Conditions<'a>>> = Vec::new();
    for (place, step) in text.document.steps.iter().enumerate() {
        let above = step.parent.filter(|parent| *parent < place);
        let mut own = above.map_or_else(|| Some(Conditions::new()), |parent| all[parent].clone());
        if let Some((asked, answer)) = condition(text, place) {
            let asked_under = all[asked].clone();
            own = own.and_then(|own| both(own, asked_under?)).and_then(|own| both(own, Conditions::from([(asked, answer)])));
        }
        all.push(own);
    }
    all
}

/// The decision before a step that its own `when` names, and the answer.
fn condition<'a>(text: &Text<'a>, place: usize) -> Option<(usize, &'a str)> {
    let (id, answer) = text.document.steps[place].flags.when.as_ref()?;
    let asked = text.place(id).filter(|asked| *asked < place)?;
    let decision = text.document.steps[asked].flags.decision.as_ref()?;
    decision.answers.iter().any(|(known, _)| known == answer).then_some((asked, answer.as_str()))
}

/// What meets both; none if nothing can.
fn both<'a>(mut one: Conditions<'a>, other: Conditions<'a>) -> Option<Conditions<'a>> {
    for (asked, answer) in other {
        if one.insert(asked, answer).is_some_and(|before| before != answer) {
            return None;
        }
    }
    Some(one)
}

/// Of each step whether a run may pass it by: it has conditions, or takes something back that may not have been done.
fn passable(text: &Text<'_>, conditions: &[Option<Conditions<'_>>]) -> Vec<bool> {
    let steps = &text.document.steps;
    let undos = steps.iter().filter_map(|step| step.flags.undo.as_ref());
    let undo_places: HashSet<usize> = undos.filter_map(|undo| text.place(undo)).collect();
    let mut all = Vec::with_capacity(steps.len());
    for (place, step) in steps.iter().enumerate() {
        let has_conditions = conditions[place].as_ref().is_none_or(|conditions| !conditions.is_empty());
        let is_below = step.parent.and_then(|parent| all.get(parent).copied()).unwrap_or(false);
        all.push(has_conditions || is_below || undo_places.contains(&place));
    }
    all
}

/// Walks from the first step along all answers but those that the step cannot have. `needs`: what that step needs.
fn can_be_reached(
    text: &Text<'_>,
    ways: &[Vec<(&str, usize)>],
    passable: &[bool],
    needs: Option<&Conditions<'_>>,
    wanted: usize,
) -> bool {
    let Some(needs) = needs else { return false };
    let mut is_reached = vec![false; ways.len()];
    let mut waiting = vec![0];
    while let Some(place) = waiting.pop() {
        if place == wanted {
            return true;
        }
        if place >= ways.len() || std::mem::replace(&mut is_reached[place], true) {
            continue;
        }
        // Whoever is led into a group is in the group.
        waiting.extend(text.document.steps[place].parent);
        let need = needs.get(&place);
        let possible = ways[place].iter().filter(|(answer, _)| need.is_none_or(|need| answer == need));
        waiting.extend(possible.map(|(_, target)| *target));
        let leads_ahead = ways[place].iter().any(|(_, target)| *target > place);
        if !leads_ahead || (need.is_none() && passable[place]) {
            waiting.push(place + 1);
        }
    }
    false
}

/// True when some step before this one, which applies whenever this one does, lets people see how things stand: it says what is to be
/// expected, asks a question, or is seen by Yagura itself.
fn is_looked_at_before(steps: &[Step], conditions: &[Option<Conditions<'_>>], place: usize) -> bool {
    let Some(needs) = &conditions[place] else { return true };
    let applies = |conditions: &Conditions<'_>| conditions.iter().all(|(asked, answer)| needs.get(asked) == Some(answer));
    let before = steps[..place].iter().zip(conditions);
    before.filter(|(step, _)| is_a_look(step)).any(|(_, conditions)| conditions.as_ref().is_some_and(applies))
}

fn is_a_look(step: &Step) -> bool {
    let has_expect = step.blocks.iter().any(|block| matches!(block, Block::Expect { .. }));
    has_expect || step.flags.verify.is_some() || step.flags.decision.is_some()
}
