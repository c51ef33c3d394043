//! Cases to which the browser's `app/desk/steps.js` is held too. `tests/browser/steps.vectors.json` has them with what the rules here give;
//! `YAGURA_UPDATE_VECTORS=1 cargo test -p domain vectors` writes it again.

use std::path::Path;

use serde::Serialize;

use super::made::{event, events, plan};
use crate::runbook::run::fold::fold;
use crate::runbook::run::plan::Plan;
use crate::runbook::run::rules::{Wish, may, may_tick};
use crate::runbook::run::{Deed, Event, Progress, Stand};

const FILE: &str = "../../tests/browser/steps.vectors.json";
/// Largest file. It is looked through in reviews.
const BYTES_MAX: usize = 300_000;
/// Cases that are drawn.
const DRAWN: usize = 200;
/// Most that is tried in a run. Once it has ended, little is allowed.
const ATTEMPTS_MAX: i64 = 100;

const PLANS: [&[&str]; 8] = [
    &["look", "copy critical", "down undo=up", "up", "end verify"],
    &[
        "scope several>common one>pods over>again",
        "pods when=scope:one",
        "common when=scope:several",
        "changed yes>back no>keep when=scope:one",
        "back when=changed:yes undo=again",
        "keep when=changed:no",
        "again",
    ],
    &[
        "net",
        "  ping",
        "  route code",
        "    hop",
        "    name",
        "prepare code",
        "  copy critical",
        "  stop undo=start",
        "start",
        "end",
    ],
    &["look", "try undo=put-back", "worked yes>put-back again>try max=2", "put-back", "end"],
    &["stop two undo=start", "wipe two critical undo=fill", "start verify", "fill two", "well verify"],
    &[
        "first in>inner out>out over>last",
        "group when=first:in",
        "  outer",
        "  inner",
        "  second far>last near>third when=first:in",
        "  third code",
        "    deep",
        "out when=second:near",
        "last",
    ],
    &[
        "which a>one b>two",
        "one undo=fix when=which:a",
        "two undo=fix when=which:b",
        "skip yes>fix no>end",
        "fix",
        "  left",
        "  right",
        "end",
    ],
    &["ask below>below behind>behind", "  below", "  other", "more yes>behind when=ask:below", "unseen", "behind"],
];

const WRITTEN: [(usize, &[&str]); 13] = [
    (0, &[]),
    (0, &["tick look", "skip copy", "tick down", "tick up", "verify end", "finish", "untick look"]),
    (0, &["tick down", "tick up", "tick down", "note up", "fail look", "rebase copy,down,gone", "tick gone"]),
    (1, &["answer scope one", "tick pods", "answer changed yes", "tick back", "answer scope over", "tick again"]),
    (1, &["answer scope one", "answer changed no", "untick scope", "answer scope several", "rebase scope,changed"]),
    (2, &["tick ping", "tick hop", "skip name", "tick route", "tick net", "tick copy", "tick stop", "tick prepare"]),
    (3, &["tick look", "tick try", "answer worked again", "tick try", "answer worked again", "skip try", "answer worked yes"]),
    (3, &["tick look", "tick try", "answer worked yes", "tick put-back", "tick end"]),
    (4, &["tick stop", "confirm stop by=b", "tick wipe", "tick start", "tick stop", "verify well", "confirm start"]),
    (5, &["answer first in", "tick inner", "answer second near", "tick deep", "tick third", "answer second far"]),
    (6, &["answer which a", "tick one", "answer which b", "answer skip yes", "tick left", "tick right", "tick one"]),
    (6, &["answer which b", "tick two", "tick left", "answer skip no", "rebase left,skip"]),
    (7, &["answer ask below", "tick below", "answer more yes", "answer ask behind", "untick ask"]),
];

#[derive(Serialize)]
struct Case<'a> {
    plan: usize,
    events: &'a [Event],
    progress: Shown<'a>,
    /// Places that may be ticked or answered.
    may: Vec<usize>,
}

#[derive(Serialize)]
struct Shown<'a> {
    steps: Vec<ShownStep<'a>>,
    total: usize,
    settled: usize,
    current: Option<usize>,
    unpaired: &'a [usize],
    loops: &'a [u32],
    is_finished: bool,
}

#[derive(Serialize)]
struct ShownStep<'a> {
    stand: Stand,
    seq: Option<i64>,
    answer: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(progress: &'a Progress) -> Self {
        let steps = progress.steps.iter();
        Self {
            steps: steps.map(|step| ShownStep { stand: step.stand, seq: step.seq, answer: step.answer.as_deref() }).collect(),
            total: progress.total,
            settled: progress.settled,
            current: progress.current,
            unpaired: &progress.unpaired,
            loops: &progress.loops,
            is_finished: progress.is_finished,
        }
    }
}

/// Numbers that look drawn and are the same everywhere and always (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // Fits: what is left has 32 bits.
        (mixed >> 32) as usize % count
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Something that somebody may try, more often with the step that is next than with another.
    fn attempt(&mut self, plan: &Plan, progress: &Progress, seq: i64) -> Event {
        let actor = self.of(&["a", "b"]);
        let place = progress.current.filter(|_| self.below(3) > 0).unwrap_or_else(|| self.below(plan.steps.len()));
        let step = &plan.steps[place];
        let other = &plan.steps[self.below(plan.steps.len())].id;
        let kinds = ["tick", "tick", "tick", "answer", "untick", "skip", "fail", "confirm", "verify", "note", "rebase", "finish"];
        let line = match self.of(&kinds) {
            _ if step.is_decision() && self.below(4) > 0 => {
                let (answer, _) = &step.answers[self.below(step.answers.len())];
                format!("answer {} {answer}", step.id)
            }
            "answer" => format!("answer {} gone", step.id),
            "rebase" => format!("rebase {},{other},gone", step.id),
            "finish" if self.below(3) > 0 => "note gone".to_owned(),
            "finish" => "finish".to_owned(),
            deed => format!("{deed} {}", step.id),
        };
        event(seq, &format!("{line} by={actor}"))
    }

    /// A run in which most of what happens is allowed.
    fn run(&mut self, plan: &Plan) -> Vec<Event> {
        let count = 3 + self.below(12);
        let mut events = Vec::new();
        for seq in 1..=ATTEMPTS_MAX {
            if events.len() == count {
                break;
            }
            let progress = fold(plan, &events);
            let tried = self.attempt(plan, &progress, seq);
            let Event { step, deed, actor, answer, .. } = &tried;
            let wish = Wish { step: step.as_ref(), deed: *deed, actor, answer: answer.as_deref(), text: "because" };
            if may(plan, &progress, &events, &wish).is_ok() || self.below(10) == 0 {
                events.push(tried);
            }
        }
        events
    }
}

fn plans() -> Vec<Plan> {
    PLANS.iter().map(|lines| plan(lines)).collect()
}

/// Places in [`PLANS`], and what happened.
fn cases(plans: &[Plan]) -> Vec<(usize, Vec<Event>)> {
    let written = WRITTEN.iter().map(|(place, told)| (*place, events(told)));
    let mut draw = Draw(6);
    let drawn = (0..DRAWN).map(|n| (n % plans.len(), draw.run(&plans[n % plans.len()])));
    written.chain(drawn).collect()
}

fn written(plans: &[Plan]) -> String {
    let case = |(place, events): (usize, Vec<Event>)| {
        let plan = &plans[place];
        let progress = fold(plan, &events);
        let may = (0..plan.steps.len()).filter(|step| may_tick(plan, &progress, *step)).collect();
        serde_json::to_string(&Case { plan: place, events: &events, progress: Shown::of(&progress), may }).unwrap()
    };
    // One case a line, so that a change of the rules can be read.
    let cases: Vec<String> = cases(plans).into_iter().map(case).collect();
    format!("{{\"plans\":{},\"cases\":[\n{}\n]}}\n", serde_json::to_string(plans).unwrap(), cases.join(",\n"))
}

#[test]
fn the_vectors_of_the_browser_are_what_the_rules_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let made = written(&plans());
    assert!(made.len() < BYTES_MAX, "{} bytes; draw shorter runs", made.len());
    if std::env::var_os("YAGURA_UPDATE_VECTORS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{} is not what the rules give; write it again with YAGURA_UPDATE_VECTORS=1", path.display());
}

#[test]
fn the_vectors_have_everything_that_can_come_about() {
    let plans = plans();
    let all: Vec<Progress> = cases(&plans).iter().map(|(place, events)| fold(&plans[*place], events)).collect();
    for stand in Stand::ALL {
        let is_there = |progress: &Progress| progress.steps.iter().any(|step| step.stand == *stand);
        assert!(all.iter().filter(|progress| is_there(progress)).count() >= 3, "{}", stand.name());
    }
    let moves = |deed: &&Deed| deed.moves_step() || matches!(deed, Deed::Rebase | Deed::Finish);
    for deed in Deed::ALL.iter().filter(moves) {
        let times = cases(&plans).iter().flat_map(|(_, events)| events).filter(|event| event.deed == *deed).count();
        assert!(times >= 3, "{}", deed.name());
    }
    assert!(all.iter().any(|progress| progress.loops.iter().any(|times| *times > 1)));
    assert!(all.iter().filter(|progress| !progress.unpaired.is_empty()).count() >= 3);
    assert!(all.iter().any(|progress| progress.current.is_none() && !progress.is_finished));
}
