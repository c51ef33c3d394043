//! What a document becomes when it is followed, and which documents cannot be.

use super::*;
use crate::runbook::run::fold::tests::made::{document, id, plan};

fn refused(lines: &[&str]) -> PlanError {
    Plan::of(&document(lines)).unwrap_err()
}

#[test]
fn steps_know_what_is_above_and_below_them() {
    let plan = plan(&["net", "  ping", "  route code", "    hop", "end code", "last"]);
    let shape: Vec<_> = plan.steps.iter().map(|step| (step.parent, step.end, step.is_group)).collect();
    let above = [None, Some(0), Some(0), Some(2), None, None];
    let end = [4, 2, 4, 4, 5, 6];
    let is_group = [true, false, false, false, false, false];
    assert_eq!(shape, above.into_iter().zip(end).zip(is_group).map(|((a, b), c)| (a, b, c)).collect::<Vec<_>>());
    assert!(plan.has_children(0) && plan.has_children(2) && !plan.has_children(4));
    assert_eq!(plan.place(&id("hop")), Some(3));
    assert_eq!(plan.place(&id("gone")), None);
}

#[test]
fn ids_become_places() {
    let plan = plan(&["ask yes>stop no>end again>ask max=2", "stop undo=start when=ask:yes two critical verify", "start", "end"]);
    let [ask, stop, ..] = plan.steps.as_slice() else { panic!("four steps") };
    assert_eq!(ask.answers, [("yes".to_owned(), 1), ("no".to_owned(), 3), ("again".to_owned(), 0)]);
    assert_eq!((ask.max, ask.target("no"), ask.target("maybe")), (Some(2), Some(3), None));
    assert_eq!((stop.undo, &stop.when), (Some(2), &Some((0, "yes".to_owned()))));
    assert!(stop.is_two_person && stop.is_critical && stop.verify.is_some() && !stop.is_decision());
}

#[test]
fn a_decision_with_steps_below_it_is_asked_and_no_group() {
    let plan = plan(&["ask in>inner out>end", "  inner", "end"]);
    assert!(plan.has_children(0) && !plan.steps[0].is_group);
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let mut nameless = document(&["one", "two"]);
    nameless.steps[1].id = None;
    assert_eq!(Plan::of(&nameless), Err(PlanError::NoId(2)));
    assert_eq!(refused(&["one", "one"]), PlanError::Twice(id("one")));
    assert_eq!(refused(&["one undo=two"]), PlanError::NoSuchStep { step: id("one"), named: id("two") });
    assert_eq!(refused(&["one", "ask yes>one no>two", "two"]), PlanError::NoMax(id("ask")));
    assert_eq!(refused(&["ask yes>ask no>two", "two"]), PlanError::NoMax(id("ask")));
    let early = refused(&["one when=ask:yes", "ask yes>two no>two", "two"]);
    assert_eq!(early, PlanError::NotBefore { step: id("one"), named: id("ask") });
    let misspelt = PlanError::NoSuchAnswer { step: id("two"), named: id("ask"), answer: "yse".to_owned() };
    assert_eq!(refused(&["ask yes>two no>two", "two when=ask:yse"]), misspelt);
    assert!(matches!(refused(&["one", "two when=one:yes"]), PlanError::NoSuchAnswer { .. }), "who asks nothing has no answer");
}

#[test]
fn nothing_is_its_own_undo_not_even_by_way_of_others() {
    assert_eq!(refused(&["one undo=one"]), PlanError::UndoOfItself(id("one")));
    assert_eq!(refused(&["one undo=two", "two undo=one"]), PlanError::UndoOfItself(id("one")));
    assert_eq!(refused(&["all", "  one", "  two undo=all"]), PlanError::UndoOfItself(id("two")));
    assert!(Plan::of(&document(&["one undo=two", "two undo=three", "three", "four undo=three"])).is_ok());
}

#[test]
fn the_browser_gets_it_as_json_and_it_comes_back() {
    let plan = plan(&["ask yes>end no>end", "run when=ask:yes", "end"]);
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["steps"][0]["answers"], serde_json::json!([["yes", 2], ["no", 2]]));
    assert_eq!(json["steps"][1]["when"], serde_json::json!([0, "yes"]));
    assert_eq!(json["steps"][1]["undo"], serde_json::Value::Null);
    assert_eq!(serde_json::from_value::<Plan>(json).unwrap(), plan);
}
