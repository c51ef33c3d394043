//! Made-up documents, plans and events: from lines that can be read, and from arbitrary bytes.

use proptest::prelude::*;

use crate::runbook::front_matter::FrontMatter;
use crate::runbook::run::plan::Plan;
use crate::runbook::run::{Deed, Event};
use crate::runbook::{Block, Decision, Document, Flags, Section, SectionKind, Step, StepId};
use crate::time::Timestamp;

/// Most steps of an arbitrary plan.
pub(crate) const STEPS_MAX: usize = 14;

pub(crate) fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

/// What a step of a made-up document has.
pub(crate) struct Given {
    id: StepId,
    depth: usize,
    has_code: bool,
    flags: Flags,
}

impl Given {
    /// An id with two spaces before it for each step above; behind it `code`, `critical`, `two`, `verify`, `undo=step`, `when=step:answer`,
    /// `max=2`, and an answer with its target as `yes>step`.
    fn of(line: &str) -> Self {
        let depth = (line.len() - line.trim_start().len()) / 2 + 1;
        let mut words = line.split_whitespace();
        let mut given = Self { id: id(words.next().unwrap()), depth, has_code: false, flags: Flags::default() };
        for word in words {
            given.add(word);
        }
        given
    }

    fn add(&mut self, word: &str) {
        let flags = &mut self.flags;
        let (key, value) = word.split_once(['=', '>']).unwrap_or((word, ""));
        match key {
            "code" => self.has_code = true,
            "critical" => flags.is_critical = true,
            "two" => flags.is_two_person = true,
            "verify" => flags.verify = Some("probe:web".to_owned()),
            "undo" => flags.undo = Some(id(value)),
            "when" => flags.when = value.split_once(':').map(|(step, answer)| (id(step), answer.to_owned())),
            "max" => flags.decision.get_or_insert_default().max = value.parse().ok(),
            answer => flags.decision.get_or_insert_default().answers.push((answer.to_owned(), id(value))),
        }
    }
}

pub(crate) fn document_of(given: Vec<Given>) -> Document {
    let mut above = Vec::new();
    let mut steps = Vec::new();
    for (place, Given { id, depth, has_code, flags }) in given.into_iter().enumerate() {
        above.truncate(depth - 1);
        let parent = above.last().copied();
        above.push(place);
        let code = Block::Code { language: Some("sh".to_owned()), code: "true\n".to_owned(), span: 0..0 };
        steps.push(Step {
            id: Some(id),
            span: 0..0,
            title: "Do it".to_owned(),
            title_span: 0..0,
            comment_span: None,
            section: 0,
            parent,
            depth,
            is_ticked: false,
            blocks: if has_code { vec![code] } else { Vec::new() },
            flags,
        });
    }
    let section = Section { kind: SectionKind::Mitigation, heading: "Mitigation".to_owned(), span: 0..0, parts: Vec::new() };
    Document { front: FrontMatter::default(), sections: vec![section], steps, mistakes: Vec::new() }
}

pub(crate) fn document(lines: &[&str]) -> Document {
    document_of(lines.iter().map(|line| Given::of(line)).collect())
}

pub(crate) fn plan(lines: &[&str]) -> Plan {
    Plan::of(&document(lines)).unwrap()
}

/// An event of `a`, or of whoever `by=` names: `tick copy`, `answer worked yes`, `rebase copy,look`, `confirm wipe by=b`, `finish`.
pub(crate) fn event(seq: i64, line: &str) -> Event {
    let (line, actor) = line.split_once(" by=").unwrap_or((line, "a"));
    let mut words = line.split_whitespace();
    let deed = Deed::from_name(words.next().unwrap()).unwrap();
    let step = words.next();
    let changed = step.filter(|_| deed == Deed::Rebase).into_iter().flat_map(|ids| ids.split(',')).map(id).collect();
    Event {
        seq,
        step: step.filter(|_| !deed.is_of_run()).map(id),
        deed,
        actor: actor.to_owned(),
        occurred_at: Timestamp::from_ms(0),
        answer: words.next().map(str::to_owned),
        changed,
    }
}

pub(crate) fn events(lines: &[&str]) -> Vec<Event> {
    (1..).zip(lines).map(|(seq, line)| event(seq, line)).collect()
}

/// Any plan that can be followed: nested, with decisions, conditions, loops and undos.
pub(crate) fn any_plan() -> impl Strategy<Value = Plan> {
    prop::collection::vec(any::<[u8; 6]>(), 1..=STEPS_MAX).prop_filter_map("no step is its own undo", |bytes| plan_of(&bytes))
}

fn plan_of(bytes: &[[u8; 6]]) -> Option<Plan> {
    let count = bytes.len();
    let named = |place: usize| id(&format!("s{place}"));
    let mut depth = 0;
    let mut decisions = Vec::new();
    let mut given = Vec::with_capacity(count);
    for (place, bytes) in bytes.iter().enumerate() {
        let [shape, yes, no, back, when, undo] = bytes.map(usize::from);
        depth = 1 + (shape % 3).min(depth);
        let mut flags =
            Flags { is_critical: shape.is_multiple_of(5), is_two_person: shape.is_multiple_of(7), ..Flags::default() };
        if when.is_multiple_of(3) && !decisions.is_empty() {
            let answer = if when.is_multiple_of(2) { "yes" } else { "no" };
            flags.when = Some((named(decisions[when / 3 % decisions.len()]), answer.to_owned()));
        }
        if yes.is_multiple_of(3) && place + 1 < count {
            let ahead = |byte: usize| named(place + 1 + byte % (count - place - 1));
            let answers = vec![("yes".to_owned(), ahead(yes / 3)), ("no".to_owned(), ahead(no))];
            let mut decision = Decision { answers, max: None };
            if back.is_multiple_of(2) {
                decision.answers.push(("again".to_owned(), named(back / 2 % (place + 1))));
                decision.max = Some(2);
            }
            flags.decision = Some(decision);
            decisions.push(place);
        }
        if undo.is_multiple_of(4) {
            flags.undo = Some(named(undo / 4 % count));
        }
        given.push(Given { id: named(place), depth, has_code: no.is_multiple_of(2), flags });
    }
    Plan::of(&document_of(given)).ok()
}

/// What happens in arbitrary runs; what keeps them going more often than what does not.
const DEEDS: [Deed; 16] = [
    Deed::Tick,
    Deed::Tick,
    Deed::Tick,
    Deed::Answer,
    Deed::Answer,
    Deed::Answer,
    Deed::Untick,
    Deed::Skip,
    Deed::Fail,
    Deed::Confirm,
    Deed::Verify,
    Deed::Note,
    Deed::Copied,
    Deed::Params,
    Deed::Rebase,
    Deed::Finish,
];

/// Arbitrary bytes as events in a run of this plan, possible or not.
pub(crate) fn events_of(plan: &Plan, bytes: &[[u8; 4]]) -> Vec<Event> {
    let made = |(seq, bytes): (i64, &[u8; 4])| {
        let [deed, step, answer, actor] = bytes.map(usize::from);
        let deed = DEEDS[deed % DEEDS.len()];
        let deed = if deed == Deed::Finish && !actor.is_multiple_of(8) { Deed::Note } else { deed };
        let step_at = |byte: usize| plan.steps.get(byte % (plan.steps.len() + 1));
        let named = |byte: usize| step_at(byte).map_or_else(|| id("gone"), |step| step.id.clone());
        let said = ["yes", "no", "again", "yes", "no", "gone"][answer % 6];
        Event {
            seq,
            step: (!deed.is_of_run()).then(|| named(step)),
            deed,
            actor: ["a", "b"][actor % 2].to_owned(),
            occurred_at: Timestamp::from_ms(0),
            answer: (deed == Deed::Answer).then(|| said.to_owned()),
            changed: if deed == Deed::Rebase { vec![named(step), named(answer)] } else { Vec::new() },
        }
    };
    (1..).zip(bytes).map(made).collect()
}

/// Any plan and anything that may or may not happen when it is followed.
pub(crate) fn any_run() -> impl Strategy<Value = (Plan, Vec<Event>)> {
    let bytes = prop::collection::vec(any::<[u8; 4]>(), 0..60);
    (any_plan(), bytes).prop_map(|(plan, bytes)| {
        let events = events_of(&plan, &bytes);
        (plan, events)
    })
}

/// The same, and nobody ends it.
pub(crate) fn any_open_run() -> impl Strategy<Value = (Plan, Vec<Event>)> {
    any_run().prop_map(|(plan, mut events)| {
        events.retain(|event| event.deed != Deed::Finish);
        (plan, events)
    })
}
