//! Stories of runs, and what holds for every run.

pub(crate) mod made;
mod vectors;

use proptest::prelude::*;

use self::made::{any_open_run, any_run, event, events, plan};
use super::*;
use crate::runbook::run::rules::may_tick;

const PLAIN: &[&str] = &["look", "stop undo=start", "start", "end"];
const BRANCHES: &[&str] = &[
    "scope several>common one>pods over>again",
    "pods when=scope:one",
    "log when=scope:one",
    "common when=scope:several",
    "changed yes>back no>keep when=scope:one",
    "back when=changed:yes",
    "keep when=changed:no",
    "again",
];
const NESTED: &[&str] = &["net", "  ping", "  route code", "    hop", "    name", "prepare code", "  copy", "  stop", "end"];
const LOOP: &[&str] = &["look", "try undo=put-back", "worked yes>put-back again>try max=2", "put-back", "end"];

/// One letter for each step: `.` open, `?` awaits somebody, `x` done, `v` verified, `s` skipped, `f` failed, `r` to be looked at again,
/// `-` not applicable.
fn letters(progress: &Progress) -> String {
    let letter = |standing: &Standing| match standing.stand {
        Stand::Open => '.',
        Stand::Awaiting => '?',
        Stand::Done => 'x',
        Stand::Verified => 'v',
        Stand::Skipped => 's',
        Stand::Failed => 'f',
        Stand::Recheck => 'r',
        Stand::NotApplicable => '-',
    };
    progress.steps.iter().map(letter).collect()
}

fn after(lines: &[&str], told: &[&str]) -> Progress {
    fold(&plan(lines), &events(told))
}

fn joined<'a>(told: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [told, more].concat()
}

fn story(lines: &[&str], told: &[&str]) -> String {
    letters(&after(lines, told))
}

#[test]
fn a_run_begins_with_its_first_step_and_goes_on_with_the_next() {
    let begun = after(PLAIN, &[]);
    assert_eq!((letters(&begun).as_str(), begun.total, begun.settled, begun.current), ("....", 4, 0, Some(0)));
    let on = after(PLAIN, &["tick look", "skip stop", "fail start"]);
    assert_eq!((letters(&on).as_str(), on.settled, on.current), ("xsf.", 2, Some(2)), "what failed is not settled");
    assert_eq!(on.steps[1].seq, Some(2));
    let over = after(PLAIN, &["tick look", "skip stop", "verify start", "tick end"]);
    assert_eq!((letters(&over).as_str(), over.settled, over.current), ("xsvx", 4, None));
    let ended = after(PLAIN, &["tick look", "finish", "tick stop"]);
    assert_eq!((letters(&ended).as_str(), ended.current, ended.is_finished), ("x...", None, true), "nothing follows the end");
}

#[test]
fn a_step_for_two_people_waits_for_the_second() {
    let lines = &["wipe two undo=restore", "restore", "end"];
    let waits = after(lines, &["tick wipe"]);
    assert_eq!((letters(&waits).as_str(), waits.settled, waits.current), ("?..", 0, Some(0)));
    assert_eq!(waits.unpaired, [0], "it was done, confirmed or not");
    let confirmed = after(lines, &["tick wipe", "confirm wipe by=b"]);
    assert_eq!((letters(&confirmed).as_str(), confirmed.steps[0].seq, confirmed.current), ("x..", Some(2), Some(1)));
    assert_eq!(story(lines, &["confirm wipe"]), "...", "nothing is confirmed before it was done");
}

#[test]
fn an_answer_takes_the_other_ways_away_and_another_answer_brings_them_back() {
    assert_eq!(story(BRANCHES, &[]), "........", "while nothing is decided nothing is ruled out");
    assert_eq!(story(BRANCHES, &["answer scope one"]), "x..-....");
    assert_eq!(story(BRANCHES, &["answer scope several"]), "x--.---.");
    let told = ["answer scope one", "tick pods", "answer changed no"];
    assert_eq!(story(BRANCHES, &told), "xx.-x-..");
    let away = after(BRANCHES, &joined(&told, &["answer scope over"]));
    assert_eq!(letters(&away), "x------.");
    assert_eq!(away.steps[4].answer.as_deref(), Some("no"), "an answer is not forgotten while nobody asks");
    assert_eq!((away.total, away.settled, away.current), (2, 1, Some(7)));
    assert_eq!(story(BRANCHES, &joined(&told, &["answer scope over", "answer scope one"])), "xx.-x-..");
    assert_eq!(story(BRANCHES, &joined(&told, &["untick scope"])), ".x..x-..", "an answer that was taken back is forgotten");
}

#[test]
fn a_group_follows_from_its_steps_and_a_parent_with_a_command_comes_after_them() {
    let begun = after(NESTED, &[]);
    assert_eq!((begun.total, begun.current), (8, Some(1)));
    assert_eq!(after(NESTED, &["tick ping"]).current, Some(3), "what is below a command comes before it");
    let below = after(NESTED, &["tick ping", "tick hop", "skip name"]);
    assert_eq!((letters(&below).as_str(), below.current), (".x.xs....", Some(2)));
    let group = after(NESTED, &["tick ping", "tick hop", "skip name", "tick route"]);
    assert_eq!((letters(&group).as_str(), group.current), ("xxxxs....", Some(6)));
    assert_eq!(group.steps[0].seq, None);
    assert_eq!(story(NESTED, &["tick net"]), ".........", "nobody ticks a group");
}

#[test]
fn a_jump_into_a_group_makes_it_apply() {
    let lines = &["first a>inner b>out", "group", "  outer", "  inner", "out", "last"];
    assert_eq!(story(lines, &["answer first a"]), "x.-...");
    assert_eq!(story(lines, &["answer first a", "tick inner"]), "xx-x..");
    assert_eq!(story(lines, &["answer first b"]), "x---..");
}

#[test]
fn an_answer_that_leads_back_opens_everything_on_the_way_again() {
    let again = after(LOOP, &["tick look", "tick try", "answer worked again"]);
    assert_eq!((letters(&again).as_str(), again.current), ("x....", Some(1)));
    assert_eq!(again.loops, [0, 0, 1, 0, 0]);
    assert_eq!(again.unpaired, [1], "what was tried was done all the same");
    assert_eq!((again.steps[1].seq, again.steps[3].seq), (Some(3), None));
    let on = after(LOOP, &["tick look", "tick try", "answer worked again", "tick try", "answer worked yes"]);
    assert_eq!((letters(&on).as_str(), on.current), ("xxx..", Some(3)));
    assert_eq!(on.loops, [0, 0, 1, 0, 0], "an answer that leads ahead is no loop");
}

#[test]
fn what_was_done_is_paired_when_its_undo_is_done_after_it() {
    let unpaired = |told: &[&str]| after(PLAIN, told).unpaired;
    assert_eq!(unpaired(&["tick stop"]), [1]);
    assert_eq!(unpaired(&["tick stop", "skip start"]), [1], "an undo that is left out takes nothing back");
    assert!(unpaired(&["tick stop", "tick start"]).is_empty());
    assert!(unpaired(&["tick stop", "untick stop"]).is_empty(), "it was not done after all");
    assert_eq!(unpaired(&["tick stop", "tick start", "untick start"]), [1]);
    assert_eq!(unpaired(&["tick start", "tick stop"]), [1]);
    assert_eq!(story(PLAIN, &["tick stop", "tick start", "fail stop", "tick stop"]), ".xr.", "its undo is to be done again");
}

#[test]
fn a_group_takes_back_when_all_of_it_is_done() {
    let lines = &["stop undo=restore", "restore", "  one", "  two", "end"];
    assert_eq!(after(lines, &["tick stop", "tick one"]).unpaired, [0]);
    assert!(after(lines, &["tick stop", "tick one", "tick two"]).unpaired.is_empty());
    assert_eq!(story(lines, &["tick stop", "tick one", "tick two", "tick stop"]), "x.rr.");
}

#[test]
fn an_undo_of_what_is_not_on_the_way_is_not_either_unless_it_was_done() {
    let lines = &["which a>one b>two", "one undo=fix when=which:a", "two when=which:b", "fix", "end"];
    assert_eq!(story(lines, &[]), ".....");
    assert_eq!(story(lines, &["answer which b"]), "x-.-.");
    let told = ["answer which a", "tick one", "answer which b"];
    let owed = after(lines, &told);
    assert_eq!((letters(&owed).as_str(), owed.unpaired.as_slice()), ("x-.-.", &[1][..]));
    assert!(may_tick(&plan(lines), &owed, 3), "what was done can be taken back");
    let paid = after(lines, &joined(&told, &["tick fix"]));
    assert!(paid.unpaired.is_empty() && !may_tick(&plan(lines), &paid, 3));
}

#[test]
fn a_rebase_asks_to_look_again_at_what_has_changed() {
    let told = ["answer scope one", "tick pods", "skip log", "rebase scope,pods,log,again,gone"];
    let rebased = after(BRANCHES, &told);
    assert_eq!(letters(&rebased), ".rr.....", "a decision is asked anew, an open step stays open");
    assert_eq!((rebased.steps[0].answer.as_deref(), rebased.steps[1].seq), (None, Some(4)));
    assert_eq!(story(BRANCHES, &joined(&told, &["tick pods"])), ".xr.....");
    assert_eq!(story(PLAIN, &["tick gone", "tick look"]), "x...", "a step that was removed is history");
}

#[test]
fn a_step_that_became_something_else_begins_anew() {
    let old = ["tick worked", "answer look yes", "answer worked maybe"];
    assert_eq!(story(LOOP, &old), ".....");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_events_give_a_progress_that_adds_up((plan, events) in any_run()) {
        let progress = fold(&plan, &events);
        prop_assert_eq!(progress.steps.len(), plan.steps.len());
        prop_assert!(progress.settled <= progress.total);
        let is_over = progress.settled == progress.total || progress.is_finished;
        prop_assert_eq!(progress.current.is_none(), is_over, "{}", letters(&progress));
        if let Some(current) = progress.current {
            prop_assert!(!plan.steps[current].is_group && !progress.steps[current].stand.is_settled());
        }
    }

    #[test]
    fn answering_back_and_forth_leaves_everything_before_the_decision(
        (plan, events) in any_open_run(),
        choice in any::<prop::sample::Index>(),
    ) {
        let decisions: Vec<usize> = (0..plan.steps.len()).filter(|place| plan.steps[*place].is_decision()).collect();
        prop_assume!(!decisions.is_empty());
        let decision = *choice.get(&decisions);
        let id = &plan.steps[decision].id;
        let told = |answers: &[&str]| {
            let answers = answers.iter().zip(1_000..).map(|(answer, seq)| event(seq, &format!("answer {id} {answer}")));
            fold(&plan, &events.iter().cloned().chain(answers).collect::<Vec<_>>())
        };
        let (yes, no, back) = (told(&["yes"]), told(&["yes", "no"]), told(&["yes", "no", "yes"]));
        // What the decision is a part of follows from it.
        for before in (0..decision).filter(|place| plan.steps[*place].end <= decision) {
            prop_assert_eq!(&yes.steps[before], &no.steps[before]);
        }
        prop_assert_eq!(letters(&yes), letters(&back));
    }

    #[test]
    fn what_is_ticked_and_unticked_is_open((plan, events) in any_open_run(), choice in any::<prop::sample::Index>()) {
        let progress = fold(&plan, &events);
        let is_tickable = |place: &usize| {
            let is_on_the_way = progress.steps[*place].stand != Stand::NotApplicable;
            is_on_the_way && !plan.steps[*place].is_decision() && may_tick(&plan, &progress, *place)
        };
        let tickable: Vec<usize> = (0..plan.steps.len()).filter(is_tickable).collect();
        prop_assume!(!tickable.is_empty());
        let place = *choice.get(&tickable);
        let id = &plan.steps[place].id;
        let more = [event(1_000, &format!("tick {id}")), event(1_001, &format!("untick {id}"))];
        let progress = fold(&plan, &[&events[..], &more[..]].concat());
        prop_assert_eq!(progress.steps[place].stand, Stand::Open);
        prop_assert!(!progress.unpaired.contains(&place));
    }

    /// The same said without a machine: of a step and of its undo the last that was done to it counts.
    #[test]
    fn a_step_is_unpaired_exactly_when_it_was_done_and_its_undo_was_not_after_it((plan, events) in any_open_run()) {
        let progress = fold(&plan, &events);
        let last_done = |place: usize| {
            let mut of_it = events.iter().filter(|event| event.step.as_ref() == Some(&plan.steps[place].id));
            let says_so = |event: &&Event| matches!(event.deed, Deed::Tick | Deed::Verify | Deed::Untick);
            of_it.rfind(says_so).filter(|event| event.deed != Deed::Untick).map(|event| event.seq)
        };
        let is_plain = |place: usize| !plan.steps[place].is_group && !plan.steps[place].is_decision();
        for (place, step) in plan.steps.iter().enumerate() {
            let Some(undo) = step.undo.filter(|undo| is_plain(place) && is_plain(*undo)) else { continue };
            let is_unpaired = last_done(place).is_some_and(|done| last_done(undo).is_none_or(|undone| undone < done));
            prop_assert_eq!(progress.unpaired.contains(&place), is_unpaired, "step {} of {}", place, letters(&progress));
        }
    }
}
