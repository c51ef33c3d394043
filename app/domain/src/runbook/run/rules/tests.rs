//! What is granted and what is not, and that whoever does what is next comes to the end.

use proptest::prelude::*;

use super::*;
use crate::runbook::run::TEXT_CHARS_MAX;
use crate::runbook::run::fold::fold;
use crate::runbook::run::fold::tests::made::{any_open_run, any_run, event, events, id, plan};

const LINES: &[&str] = &[
    "look",
    "wipe critical",
    "stop undo=start",
    "build two",
    "ask yes>all no>start again>look max=1",
    "all",
    "  one",
    "  two code verify",
    "    below",
    "start",
];

/// An attempt after what was told, written as an event: `tick look`, `confirm build by=b`, `note`.
fn attempt(told: &[&str], line: &str, text: &str) -> Result<(), Refusal> {
    let (plan, events) = (plan(LINES), events(told));
    let Event { step, deed, actor, answer, .. } = event(0, line);
    let wish = Wish { step: step.as_ref(), deed, actor: &actor, answer: answer.as_deref(), text };
    may(&plan, &fold(&plan, &events), &events, &wish)
}

#[test]
fn a_step_is_done_once() {
    assert_eq!(attempt(&[], "tick look", ""), Ok(()));
    assert_eq!(attempt(&["tick look"], "tick look", ""), Err(Refusal::Already));
    assert_eq!(attempt(&["tick look"], "skip look", ""), Err(Refusal::Already));
    assert_eq!(attempt(&["tick build"], "tick build by=b", ""), Err(Refusal::Already), "it is confirmed, not done twice");
    assert_eq!(attempt(&["skip look"], "skip look", ""), Err(Refusal::Already));
    for before in ["skip look", "fail look", "untick look"] {
        assert_eq!(attempt(&[before], "tick look", ""), Ok(()), "{before}");
    }
    assert_eq!(attempt(&["tick look", "rebase look"], "tick look", ""), Ok(()), "it was looked at again");
}

#[test]
fn skipping_what_is_critical_failing_and_taking_back_need_a_reason() {
    assert_eq!(attempt(&[], "skip look", ""), Ok(()));
    let (nothing, done): (&[&str], &[&str]) = (&[], &["tick look"]);
    for (told, line) in [(nothing, "skip wipe"), (nothing, "fail look"), (done, "fail look"), (done, "untick look")] {
        for text in ["", "  no  ", "\u{3000}ab\n"] {
            assert_eq!(attempt(told, line, text), Err(Refusal::NoReason), "{line} {text:?}");
        }
        for text in ["did", " 壊れた "] {
            assert_eq!(attempt(told, line, text), Ok(()), "{line} {text:?}");
        }
    }
    assert_eq!(attempt(&[], "untick look", "because"), Err(Refusal::NothingToUndo));
    assert_eq!(attempt(&["fail look"], "fail look", "because"), Err(Refusal::Already));
}

#[test]
fn a_second_person_confirms_or_there_is_a_reason() {
    assert_eq!(attempt(&["tick build"], "confirm build by=b", ""), Ok(()));
    assert_eq!(attempt(&["tick build"], "confirm build", "ab"), Err(Refusal::SamePerson));
    assert_eq!(attempt(&["tick build"], "confirm build", "nobody else is here"), Ok(()));
    assert_eq!(attempt(&[], "confirm build by=b", ""), Err(Refusal::NothingToConfirm));
    assert_eq!(attempt(&["tick build", "confirm build by=b"], "confirm build by=b", ""), Err(Refusal::NothingToConfirm));
    assert_eq!(attempt(&["tick build"], "fail build by=b", "it is still there"), Ok(()), "who looks may see otherwise");
}

#[test]
fn a_decision_is_answered_and_nothing_else_is() {
    assert_eq!(attempt(&[], "answer ask yes", ""), Ok(()));
    assert_eq!(attempt(&["answer ask yes"], "answer ask yes", ""), Err(Refusal::Already));
    assert_eq!(attempt(&["answer ask yes"], "answer ask no", ""), Ok(()));
    assert_eq!(attempt(&[], "answer ask maybe", ""), Err(Refusal::NoSuchAnswer));
    assert_eq!(attempt(&[], "answer ask", ""), Err(Refusal::NoSuchAnswer));
    assert_eq!(attempt(&[], "answer look yes", ""), Err(Refusal::NotADecision));
    for line in ["tick ask", "skip ask", "fail ask", "confirm ask"] {
        assert_eq!(attempt(&[], line, "because"), Err(Refusal::IsDecision), "{line}");
    }
    assert_eq!(attempt(&["answer ask yes"], "untick ask", "because"), Ok(()));
}

#[test]
fn a_decision_leads_back_as_often_as_it_may() {
    assert_eq!(attempt(&["tick look"], "answer ask again", ""), Ok(()));
    assert_eq!(attempt(&["tick look", "answer ask again", "tick look"], "answer ask again", ""), Err(Refusal::LoopOver));
    assert_eq!(attempt(&["tick look", "answer ask again", "tick look"], "answer ask yes", ""), Ok(()));
}

#[test]
fn groups_follow_and_a_command_comes_after_what_is_below() {
    assert_eq!(attempt(&[], "tick all", ""), Err(Refusal::IsGroup));
    assert_eq!(attempt(&[], "skip all", ""), Err(Refusal::IsGroup));
    assert_eq!(attempt(&[], "tick two", ""), Err(Refusal::ChildrenOpen));
    assert_eq!(attempt(&[], "verify two", ""), Err(Refusal::ChildrenOpen));
    assert_eq!(attempt(&["fail below"], "tick two", ""), Err(Refusal::ChildrenOpen));
    assert_eq!(attempt(&["skip below"], "tick two", ""), Ok(()));
    assert_eq!(attempt(&["tick below"], "verify two", ""), Ok(()));
    assert_eq!(attempt(&[], "verify look", ""), Err(Refusal::NothingToConfirm), "no probe sees it");
}

#[test]
fn what_is_not_on_the_way_is_left_alone_but_may_be_noted() {
    let told = ["answer ask no"];
    for line in ["tick one", "skip one", "fail one", "untick one", "answer one yes"] {
        assert_eq!(attempt(&told, line, "because"), Err(Refusal::NotApplicable), "{line}");
    }
    for line in ["note one", "wrong one", "output one", "copied one", "note", "wrong", "params"] {
        assert_eq!(attempt(&told, line, "because"), Ok(()), "{line}");
    }
    for line in ["tick gone", "note gone", "tick", "copied"] {
        assert_eq!(attempt(&[], line, "because"), Err(Refusal::NoSuchStep), "{line}");
    }
}

#[test]
fn a_run_holds_so_many_events() {
    let told = vec!["note look"; EVENTS_MAX];
    assert_eq!(attempt(&told[1..], "tick look", ""), Ok(()));
    assert_eq!(attempt(&told, "tick look", ""), Err(Refusal::TooManyEvents));
}

fn ends(told: &[&str], outcome: Outcome, text: &str) -> Result<(), Refusal> {
    let plan = plan(&["look", "stop undo=start", "start"]);
    may_finish(&plan, &fold(&plan, &events(told)), outcome, text)
}

#[test]
fn a_run_is_done_when_nothing_is_left_and_is_given_up_with_a_reason() {
    for outcome in [Outcome::Resolved, Outcome::Mitigated, Outcome::NoEffect] {
        assert_eq!(ends(&["tick look"], outcome, "because"), Err(Refusal::Unfinished(2)));
        assert_eq!(ends(&["tick look", "tick stop", "tick start"], outcome, ""), Ok(()));
        assert_eq!(ends(&["tick look", "fail stop", "tick start"], outcome, ""), Err(Refusal::Unfinished(1)));
    }
    assert_eq!(ends(&[], Outcome::Aborted, "no"), Err(Refusal::NoReason));
    assert_eq!(ends(&[], Outcome::Aborted, "not needed"), Ok(()));
    assert_eq!(ends(&[], Outcome::WrongRunbook, ""), Ok(()));
    assert_eq!(ends(&["finish"], Outcome::Aborted, "because"), Err(Refusal::Finished));
}

#[test]
fn what_was_not_taken_back_needs_a_reason_whatever_came_of_it() {
    let told = ["tick look", "tick stop", "skip start"];
    for outcome in Outcome::ALL {
        assert_eq!(ends(&told, *outcome, " "), Err(Refusal::Unpaired(1)), "{}", outcome.name());
        assert_eq!(ends(&told, *outcome, "it stays off"), Ok(()), "{}", outcome.name());
    }
}

/// True when what `a` wants to do to a step is stale, who saw everything up to `seen`.
fn stale(told: &[&str], step: &str, seen: i64) -> bool {
    is_stale(&plan(LINES), &events(told), Some(&id(step)), "a", seen)
}

#[test]
fn only_what_another_did_to_the_step_makes_a_wish_stale() {
    assert!(!stale(&["tick look", "untick look", "tick look"], "look", 0), "one's own events are known");
    assert!(stale(&["tick look by=b"], "look", 0));
    assert!(!stale(&["tick look by=b"], "look", 1), "it was seen");
    assert!(!stale(&["tick look by=b"], "wipe", 0), "it was another step");
    assert!(!stale(&["note look by=b", "copied look by=b", "output look by=b"], "look", 0), "that moved nothing");
    assert!(stale(&["tick look by=b", "tick look"], "look", 0), "what came in between was not known");
}

#[test]
fn what_moves_several_steps_makes_wishes_about_all_of_them_stale() {
    let told = ["tick look", "answer ask again by=b"];
    assert!(stale(&told, "look", 1) && stale(&told, "ask", 1));
    assert!(!stale(&told, "wipe", 1), "it was open and is open");
    assert!(stale(&["tick stop", "tick start", "tick stop by=b"], "start", 2), "its undo is to be done again");
}

#[test]
fn a_rebase_that_changed_or_removed_the_step_and_the_end_make_a_wish_stale() {
    let told = ["rebase look by=b"];
    assert!(stale(&told, "look", 0), "the text was another one");
    assert!(!stale(&told, "look", 1) && !stale(&told, "wipe", 0));
    assert!(stale(&told, "gone", 0));
    assert!(stale(&["rebase look"], "look", 0), "one's own, on another device");
    assert!(stale(&["finish by=b"], "look", 0) && !stale(&["finish"], "look", 0));
    let of_run = |told: &[&str]| is_stale(&plan(LINES), &events(told), None, "a", 0);
    assert!(of_run(&["finish by=b"]) && !of_run(&["tick look by=b", "rebase look by=b"]));
}

#[test]
fn a_rebase_names_what_would_come_back_as_done() {
    let old = plan(&["try", "worked again>try yes>end max=3", "end"]);
    let new = plan(&["try", "worked yes>end no>end", "end"]);
    let told = events(&["tick try", "answer worked again"]);
    assert_eq!(to_recheck(&old, &new, &[id("worked")], &told), [id("try"), id("worked")]);
    let again = events(&["tick try", "answer worked again", "tick try"]);
    assert_eq!(to_recheck(&old, &new, &[id("worked")], &again), [id("worked")], "it was done after that");
    assert!(to_recheck(&old, &old, &[id("gone")], &told).is_empty());
}

#[test]
fn every_refusal_has_a_key_of_its_own_and_words() {
    let all = [
        Refusal::Finished,
        Refusal::NoSuchStep,
        Refusal::NotApplicable,
        Refusal::Already,
        Refusal::NotADecision,
        Refusal::IsDecision,
        Refusal::IsGroup,
        Refusal::ChildrenOpen,
        Refusal::NoSuchAnswer,
        Refusal::LoopOver,
        Refusal::NoReason,
        Refusal::NothingToUndo,
        Refusal::NothingToConfirm,
        Refusal::SamePerson,
        Refusal::Unfinished(2),
        Refusal::Unpaired(1),
        Refusal::TooManyEvents,
    ];
    let keys: std::collections::BTreeSet<_> = all.iter().map(|refusal| refusal.key()).collect();
    assert_eq!(keys.len(), all.len());
    for refusal in all {
        assert!(refusal.key().starts_with("refused-run-") && !refusal.to_string().is_empty());
    }
    assert_eq!(Refusal::Unfinished(2).to_string(), "2 steps are not settled; do them, skip them, or give the run up");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Ticks, confirms and answers what is next until nothing is: every time it is granted, and it comes to an end.
    #[test]
    fn whoever_does_what_is_next_comes_to_the_end((plan, mut events) in any_open_run()) {
        for seq in 1_000.. {
            let progress = fold(&plan, &events);
            let Some(place) = progress.current else {
                prop_assert_eq!(may_finish(&plan, &progress, Outcome::Resolved, "all of it"), Ok(()));
                break;
            };
            prop_assert!(seq < 2_000, "{:?}", progress);
            prop_assert!(progress.steps[place].stand == Stand::Awaiting || may_tick(&plan, &progress, place));
            let step = &plan.steps[place];
            let line = match step.answers.iter().find(|(_, target)| *target > place) {
                Some((answer, _)) => format!("answer {} {answer}", step.id),
                None if progress.steps[place].stand == Stand::Awaiting => format!("confirm {}", step.id),
                None => format!("tick {}", step.id),
            };
            let next = event(seq, &line);
            let Event { step, deed, actor, answer, .. } = &next;
            let wish = Wish { step: step.as_ref(), deed: *deed, actor, answer: answer.as_deref(), text: "alone" };
            prop_assert_eq!(may(&plan, &progress, &events, &wish), Ok(()));
            events.push(next);
        }
    }

    #[test]
    fn a_finished_run_refuses_everything(
        (plan, events) in any_run(),
        place in any::<prop::sample::Index>(),
        is_of_step in any::<bool>(),
    ) {
        let events = [&events[..], &[event(1_000, "finish")][..]].concat();
        let progress = fold(&plan, &events);
        let place = place.index(plan.steps.len());
        let text = "x".repeat(TEXT_CHARS_MAX);
        for deed in Deed::ALL {
            let step = is_of_step.then(|| &plan.steps[place].id);
            let wish = Wish { step, deed: *deed, actor: "b", answer: Some("yes"), text: &text };
            prop_assert_eq!(may(&plan, &progress, &events, &wish), Err(Refusal::Finished));
        }
        for outcome in Outcome::ALL {
            prop_assert_eq!(may_finish(&plan, &progress, *outcome, &text), Err(Refusal::Finished));
        }
        prop_assert!(!may_tick(&plan, &progress, place));
    }

    #[test]
    fn may_tick_says_what_may_says((plan, events) in any_run()) {
        let progress = fold(&plan, &events);
        for (place, step) in plan.steps.iter().enumerate() {
            let wish = |deed, answer| Wish { step: Some(&step.id), deed, actor: "b", answer, text: "" };
            let is_granted = |wish: Wish<'_>| may(&plan, &progress, &events, &wish).is_ok();
            let is_answered = step.answers.iter().any(|(answer, _)| is_granted(wish(Deed::Answer, Some(answer.as_str()))));
            prop_assert_eq!(may_tick(&plan, &progress, place), is_answered || is_granted(wish(Deed::Tick, None)));
        }
    }
}
