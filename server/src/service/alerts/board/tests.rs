//! Tests of what reports do to alerts in memory: whatever comes in whatever order, each trouble is one alert.

use std::collections::BTreeSet;

use domain::alert::label::ALERT_NAME;
use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_ms(seconds * 1_000)
}

fn reported(name: &str, starts_at: i64, said: Said) -> Reported {
    let labels = BTreeMap::from([(ALERT_NAME.to_owned(), name.to_owned())]);
    Reported {
        origin: Origin::Alertmanager,
        fingerprint: Fingerprint::of([(ALERT_NAME, name)]),
        name: Some(name.to_owned()),
        labels: Pairs::labels(labels),
        annotations: Pairs::default(),
        links: BTreeMap::new(),
        report: Report { starts_at: at(starts_at), said },
    }
}

fn sort() -> Sort {
    Sort { kind: None, severity: Severity::Sev3, component: None }
}

const FIRING: Said = Said::Firing { until: None };

fn report(board: &mut AlertBoard, reported: Reported, now: i64) -> Outcome {
    let mut outcome = Outcome::default();
    let (by, rule) = (Caller::system(), FlapRule::default());
    let sender = Sender { by: &by, source: "source", rule: &rule, now: at(now) };
    board.report(sender, reported, sort(), &mut outcome);
    outcome
}

fn events(outcome: &Outcome) -> Vec<Event> {
    outcome.changes.iter().flat_map(|change| change.events.iter().map(|event| event.event)).collect()
}

#[test]
fn a_trouble_begins_repeats_ends_and_begins_again_as_one_alert() {
    let mut board = AlertBoard::default();
    assert_eq!(events(&report(&mut board, reported("a", 0, FIRING), 1)), [Event::Began]);
    let repeated = report(&mut board, reported("a", 0, FIRING), 60);
    assert!(!repeated.is_news && repeated.changes.len() == 1, "counted and kept, and nobody needs to look");
    assert_eq!(events(&report(&mut board, reported("a", 0, Said::Resolved { at: at(70) }), 75)), [Event::Ended]);
    assert!(report(&mut board, reported("a", 0, Said::Resolved { at: at(70) }), 80).changes.is_empty());
    assert_eq!(events(&report(&mut board, reported("a", 100, FIRING), 101)), [Event::Reopened]);
    assert_eq!(board.firing().count(), 1);
    assert_eq!(board.get(1).unwrap().course.received, 3);
    let other = report(&mut board, reported("b", 100, FIRING), 101);
    assert_eq!(other.changes[0].alert.number, 2);
}

#[test]
fn long_after_its_end_the_same_trouble_is_another_alert() {
    let mut board = AlertBoard::default();
    report(&mut board, reported("a", 0, FIRING), 0);
    report(&mut board, reported("a", 0, Said::Resolved { at: at(10) }), 10);
    let later = report(&mut board, reported("a", 10_000, FIRING), 10_000);
    assert_eq!((later.changes[0].alert.number, events(&later)), (2, vec![Event::Began]));
    assert_eq!(board.newest("source", &Fingerprint::of([(ALERT_NAME, "a")])).unwrap().number, 2);
}

#[test]
fn every_change_tells_the_audit_log_what_turned_and_no_repeat_does() {
    let mut board = AlertBoard::default();
    let actions = |outcome: Outcome| -> Vec<&'static str> {
        outcome.changes.iter().flat_map(|change| change.audit.iter().map(|row| row.action)).collect()
    };
    assert_eq!(actions(report(&mut board, reported("a", 0, FIRING), 0)), ["alert.began"]);
    assert!(actions(report(&mut board, reported("a", 0, FIRING), 5)).is_empty());
    assert_eq!(actions(report(&mut board, reported("a", 0, Said::Resolved { at: at(6) }), 6)), ["alert.ended"]);
    assert_eq!(actions(report(&mut board, reported("b", 0, Said::Resolved { at: at(6) }), 6)), ["alert.began", "alert.ended"]);
}

#[test]
fn more_than_can_be_looked_at_is_refused_and_what_is_known_goes_on() {
    let mut board = AlertBoard::default();
    for n in 0..OF_SOURCE_MAX {
        report(&mut board, reported(&format!("a{n}"), 0, FIRING), 0);
    }
    assert_eq!(report(&mut board, reported("one-more", 0, FIRING), 0).refused, 1);
    assert_eq!(report(&mut board, reported("a7", 0, FIRING), 9).refused, 0);
    report(&mut board, reported("a7", 0, Said::Resolved { at: at(10) }), 10);
    assert_eq!(report(&mut board, reported("one-more", 0, FIRING), 11).refused, 1, "what has just ended is still here");
    board.prune(&FlapRule::default(), at(10 + 3_601));
    assert_eq!(report(&mut board, reported("one-more", 0, FIRING), 3_612).refused, 0, "there is room again");
}

#[test]
fn what_is_long_over_is_forgotten_and_what_fires_never() {
    let mut board = AlertBoard::default();
    report(&mut board, reported("fires", 0, FIRING), 0);
    report(&mut board, reported("over", 0, Said::Resolved { at: at(1) }), 1);
    let rule = FlapRule::default();
    board.prune(&rule, at(3_000));
    assert_eq!(board.all().count(), 2);
    board.prune(&rule, at(4_000));
    assert_eq!(board.all().map(|alert| alert.name.as_str()).collect::<Vec<_>>(), ["fires"]);
    assert!(!board.knows("source", &Fingerprint::of([(ALERT_NAME, "over")])));
}

#[test]
fn those_under_others_come_out_when_the_first_ends() {
    let mut board = AlertBoard::default();
    for n in 0..12 {
        report(&mut board, reported(&format!("a{n}"), n, FIRING), 20);
    }
    let fold = |board: &mut AlertBoard| {
        let mut outcome = Outcome::default();
        board.fold(&HashMap::new(), &StormRule::default(), &["cluster".to_owned()], (at(20), |_: &Alert| false), &mut outcome);
        outcome
    };
    let folded = fold(&mut board);
    assert_eq!(folded.changes.len(), 11);
    assert!(folded.changes.iter().all(|change| change.alert.above.is_some_and(|(head, _)| head == 1)));
    assert!(!board.is_unfolded() && fold(&mut board).changes.is_empty(), "nothing changed since");
    report(&mut board, reported("a0", 0, Said::Resolved { at: at(21) }), 21);
    let anew = fold(&mut board);
    assert!(events(&anew).contains(&Event::Unfolded), "the second stands for itself now");
    let heads: BTreeSet<i64> = board.firing().filter_map(|alert| alert.above).map(|(head, _)| head).collect();
    assert_eq!(heads, BTreeSet::from([2]));
}

/// What a source may say of one of three troubles, as (which, occurrence, is over).
fn said() -> impl Strategy<Value = Vec<(u8, i64, bool)>> {
    prop::collection::vec((0..3_u8, 0..4_i64, any::<bool>()), 0..30)
}

proptest! {
    #[test]
    fn replaying_everything_changes_nothing(said in said()) {
        let mut board = AlertBoard::default();
        let all: Vec<Reported> = said.iter().map(|(which, occurrence, is_over)| {
            let starts_at = occurrence * 100;
            let said = if *is_over { Said::Resolved { at: at(starts_at + 50) } } else { FIRING };
            reported(&format!("a{which}"), starts_at, said)
        }).collect();
        for one in &all {
            report(&mut board, one.clone(), 1_000);
        }
        let seen = |board: &AlertBoard| board.all().map(|alert| {
            (alert.number, alert.course.began_at, alert.course.starts_at, alert.course.ended_at)
        }).collect::<Vec<_>>();
        let before = seen(&board);
        for one in all.iter().chain(all.iter().rev()) {
            prop_assert!(!report(&mut board, one.clone(), 1_001).is_news);
        }
        prop_assert_eq!(seen(&board), before);
        // Numbers are given once, and the newest of each identity is found.
        prop_assert!(board.firing().count() <= 3);
    }
}
