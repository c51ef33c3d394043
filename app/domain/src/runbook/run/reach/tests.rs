//! Ways through a plan, and that the walk comes to what one simple way comes to once everything is decided.

use proptest::prelude::*;

use super::*;
use crate::runbook::run::fold::tests::made::{STEPS_MAX, any_plan, plan};

/// Ids of the steps that apply, with these answers.
fn ways(lines: &[&str], given: &[(&str, &str)]) -> String {
    let plan = plan(lines);
    let mut answers = vec![None; plan.steps.len()];
    for (step, answer) in given {
        answers[plan.place(&step.parse().unwrap()).unwrap()] = Some((*answer).to_owned());
    }
    let applies = applicable(&plan, &answers);
    let names = plan.steps.iter().zip(applies).filter(|(_, applies)| *applies).map(|(step, _)| step.id.as_str());
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_jump_leaves_out_what_it_jumps_over() {
    let lines = &["ask yes>c no>d", "b", "c", "d"];
    assert_eq!(ways(lines, &[]), "ask c d", "nothing leads to b");
    assert_eq!(ways(lines, &[("ask", "yes")]), "ask c d");
    assert_eq!(ways(lines, &[("ask", "no")]), "ask d");
    assert_eq!(ways(lines, &[("ask", "maybe")]), "ask c d", "an answer that it does not have is none");
}

#[test]
fn an_answer_that_leads_back_leads_nowhere_ahead() {
    let lines = &["try", "worked again>try yes>end max=3", "unseen", "end"];
    assert_eq!(ways(lines, &[("worked", "again")]), "try worked end");
    assert_eq!(ways(&["try", "worked again>try max=3", "end"], &[]), "try worked end", "there is always a way on");
}

#[test]
fn a_condition_on_a_decision_that_is_not_asked_is_not_met() {
    let lines = &["ask yes>more no>end", "more yes>this no>end when=ask:yes", "this when=more:yes", "that when=ask:no", "end"];
    assert_eq!(ways(lines, &[]), "ask more this that end");
    assert_eq!(ways(lines, &[("more", "yes"), ("ask", "no")]), "ask end");
    assert_eq!(ways(lines, &[("more", "yes"), ("ask", "yes")]), "ask more this end");
}

#[test]
fn a_condition_rules_out_everything_below() {
    let lines = &["ask yes>group no>group", "group when=ask:yes", "  one", "    deep code", "    two when=ask:no", "end"];
    assert_eq!(ways(lines, &[]), "ask group one deep two end");
    assert_eq!(ways(lines, &[("ask", "yes")]), "ask group one deep end");
    assert_eq!(ways(lines, &[("ask", "no")]), "ask end");
}

#[test]
fn a_jump_below_what_is_ruled_out_goes_on_behind_it() {
    let lines = &["ask in>inner out>end", "group when=ask:out", "  outer", "  inner", "behind", "end"];
    assert_eq!(ways(lines, &[("ask", "in")]), "ask behind end");
}

#[test]
fn what_lies_behind_a_decision_that_may_be_ruled_out_applies() {
    let lines = &["ask yes>more no>more", "more a>far b>far when=ask:yes", "near", "far"];
    assert_eq!(ways(lines, &[]), "ask more near far", "with `no` near is next");
    assert_eq!(ways(lines, &[("ask", "yes")]), "ask more far");
    assert_eq!(ways(lines, &[("ask", "no")]), "ask near far");
}

#[test]
fn a_decision_comes_before_the_steps_below_it() {
    let lines = &["ask in>inner out>end", "  outer", "  inner", "end"];
    assert_eq!(ways(lines, &[("ask", "in")]), "ask inner end");
    assert_eq!(ways(lines, &[("ask", "out")]), "ask end");
    let jumped = &["first a>inner b>end", "ask in>inner out>end", "  inner", "end"];
    assert_eq!(ways(jumped, &[("first", "a")]), "first inner end", "a question that was jumped over is not asked");
}

/// Every decision answered by a byte; where `is_open` says so, not.
fn answers(plan: &Plan, bytes: &[u8], is_open: impl Fn(u8) -> bool) -> Vec<Option<String>> {
    let steps = plan.steps.iter().enumerate().zip(bytes);
    let given = steps.map(|((place, step), byte)| {
        let ahead: Vec<&String> = step.answers.iter().filter(|(_, target)| *target > place).map(|(answer, _)| answer).collect();
        let answer = ahead.get(usize::from(*byte) % ahead.len().max(1))?;
        (!is_open(*byte)).then(|| (*answer).clone())
    });
    given.collect()
}

/// The way through a plan in which everything is decided, step by step.
fn walked(plan: &Plan, answers: &[Option<String>]) -> Vec<bool> {
    let mut applies = vec![false; plan.steps.len()];
    let mut is_met = Vec::new();
    let mut at = 0;
    for (place, step) in plan.steps.iter().enumerate() {
        let is_so = |(asked, answer): &(usize, String)| applies[*asked] && answers[*asked].as_ref() == Some(answer);
        let mut taken = (0..plan.steps.len()).filter(|taken| plan.steps[*taken].undo == Some(place)).peekable();
        let is_wanted = taken.peek().is_none() || taken.any(|taken| taken >= place || applies[taken]);
        is_met.push(is_wanted && step.when.as_ref().is_none_or(is_so));
        if place != at {
            continue;
        }
        let above: Vec<usize> = std::iter::successors(Some(place), |at| plan.steps[*at].parent).collect();
        if let Some(barred) = above.iter().rfind(|at| !is_met[**at]) {
            at = plan.steps[*barred].end;
            continue;
        }
        at = answers[place].as_ref().and_then(|answer| step.target(answer)).unwrap_or(place + 1);
        if !step.is_group {
            applies[place] = true;
            above.iter().filter(|at| !plan.steps[**at].is_decision()).for_each(|at| applies[*at] = true);
        }
    }
    applies
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_answer_never_makes_a_step_apply_that_did_not(plan in any_plan(), bytes in any::<[u8; STEPS_MAX]>()) {
        let open = answers(&plan, &bytes, |byte| byte.is_multiple_of(2));
        let before = applicable(&plan, &open);
        for (place, step) in plan.steps.iter().enumerate().filter(|(place, _)| open[*place].is_none()) {
            for (answer, _) in step.answers.iter().filter(|(_, target)| *target > place) {
                let mut more = open.clone();
                more[place] = Some(answer.clone());
                let after = applicable(&plan, &more);
                for (at, (did, does)) in before.iter().zip(&after).enumerate() {
                    prop_assert!(*did || !*does, "step {} by {} of {}", at, answer, place);
                }
            }
        }
    }

    #[test]
    fn once_everything_is_decided_there_is_one_way(plan in any_plan(), bytes in any::<[u8; STEPS_MAX]>()) {
        let decided = answers(&plan, &bytes, |_| false);
        prop_assert_eq!(applicable(&plan, &decided), walked(&plan, &decided));
    }
}
