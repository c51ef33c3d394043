//! Tests of how reports become an alert.

use proptest::prelude::*;

use super::*;

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_ms(seconds * 1000)
}

const fn firing(since: i64) -> Report {
    Report { starts_at: at(since), said: Said::Firing { until: None } }
}

const fn over(since: i64, until: i64) -> Report {
    Report { starts_at: at(since), said: Said::Resolved { at: at(until) } }
}

/// An alert of these reports, each received a second after the one before, and what each did.
fn folded(reports: &[Report]) -> (Course, Vec<Received>) {
    let rule = FlapRule::default();
    let mut alert = Course::begin(reports[0], at(1_000));
    let rest = reports[1..].iter().zip(1_001..);
    let did = rest.map(|(report, now)| alert.receive(*report, &rule, at(now))).collect();
    (alert, did)
}

#[test]
fn an_alert_every_twenty_seconds_for_an_hour_is_one_with_a_counter() {
    let (alert, did) = folded(&vec![firing(0); 180]);
    assert_eq!((alert.received, alert.starts_at, alert.is_firing()), (180, at(0), true));
    assert!(did.iter().all(|did| *did == Received::Repeated));
    assert!(!alert.is_flapping(&FlapRule::default(), at(3600)));
}

#[test]
fn what_is_sent_again_after_the_end_changes_nothing() {
    let (alert, did) = folded(&[firing(0), over(0, 60), firing(0), over(0, 60), over(0, 90)]);
    assert_eq!(did, [Received::Ended, Received::Nothing, Received::Nothing, Received::Nothing]);
    assert_eq!((alert.ended_at, alert.received), (Some(at(60)), 1));
}

#[test]
fn an_end_that_comes_before_its_beginning_is_one() {
    let (alert, did) = folded(&[over(0, 60), firing(0)]);
    assert_eq!((did.as_slice(), alert.ended_at), ([Received::Nothing].as_slice(), Some(at(60))));
}

#[test]
fn what_comes_back_soon_is_the_same_and_later_another() {
    let within = i64::try_from(FlapRule::default().reopen_within.as_secs()).unwrap();
    let (alert, did) = folded(&[firing(0), over(0, 60), firing(60 + within)]);
    assert_eq!((did[1], alert.began_at, alert.starts_at), (Received::Reopened, at(0), at(60 + within)));
    let (alert, did) = folded(&[firing(0), over(0, 60), firing(61 + within)]);
    assert_eq!((did[1], alert.ended_at), (Received::Another, Some(at(60))));
}

#[test]
fn an_end_that_was_lost_is_made_up_for_by_the_next_beginning() {
    let (alert, did) = folded(&[firing(0), firing(600), over(0, 300)]);
    assert_eq!(did, [Received::Repeated, Received::Nothing]);
    assert_eq!((alert.began_at, alert.starts_at, alert.is_firing()), (at(0), at(600), true));
}

#[test]
fn what_turns_often_flaps_and_calms_down() {
    let rule = FlapRule::default();
    let (alert, _) = folded(&[firing(0), over(0, 60), firing(120), over(120, 180), firing(240)]);
    assert!(!alert.is_flapping(&rule, at(300)));
    let (alert, _) = folded(&[firing(0), over(0, 60), firing(120), over(120, 180), firing(240), over(240, 300)]);
    assert!(alert.is_flapping(&rule, at(301)));
    assert!(!alert.is_flapping(&rule, at(3600)), "the first turn is an hour ago");
}

#[test]
fn nothing_ends_by_silence() {
    let promised = Report { starts_at: at(0), said: Said::Firing { until: Some(at(300)) } };
    let (alert, _) = folded(&[promised]);
    assert!(!alert.is_stale(at(300)) && alert.is_stale(at(301)) && alert.is_firing());
    let (alert, _) = folded(&[promised, firing(0)]);
    assert!(!alert.is_stale(at(9_999)), "its newest report promises nothing");
    let (alert, _) = folded(&[promised, over(0, 200)]);
    assert!(!alert.is_stale(at(9_999)));
}

#[test]
fn a_clock_that_is_wrong_is_not_believed() {
    let now = at(0);
    let latest = now.plus(AHEAD_MAX);
    assert_eq!(firing(9_999_999).believed(now).starts_at, latest);
    assert_eq!(over(10, 5).believed(now).said, Said::Resolved { at: at(10) }, "nothing ends before it begins");
    assert_eq!(over(10, 9_999_999).believed(now).said, Said::Resolved { at: latest });
}

fn reports() -> impl Strategy<Value = Vec<Report>> {
    // Each occurrence has one end.
    let report = (0..8_i64, any::<bool>());
    prop::collection::vec(report.prop_map(|(since, is_over)| if is_over { over(since, since + 1) } else { firing(since) }), 1..30)
}

proptest! {
    #[test]
    fn neither_order_nor_repetition_matters(reports in reports(), seed in prop::collection::vec(any::<prop::sample::Index>(), 60)) {
        let (alert, _) = folded(&reports);
        // All of them at least once, in another order.
        let mut mixed: Vec<Report> = seed.iter().map(|index| *index.get(&reports)).collect();
        mixed.extend(reports.iter().rev());
        let (other, _) = folded(&mixed);
        prop_assert_eq!((alert.starts_at, alert.ended_at), (other.starts_at, other.ended_at));
    }

    #[test]
    fn what_is_remembered_has_bounds(reports in prop::collection::vec((0..10_000_i64, any::<bool>()), 1..200)) {
        let reports: Vec<Report> =
            reports.into_iter().map(|(since, is_over)| if is_over { over(since, since + 1) } else { firing(since) }).collect();
        let (alert, _) = folded(&reports);
        prop_assert!(alert.turns.len() <= TURNS_MAX);
        prop_assert!(alert.ended_at.is_none_or(|end| end >= alert.starts_at) && alert.began_at == reports[0].starts_at);
    }
}

#[test]
fn turns_are_known_from_the_end() {
    let (mut alert, _) = folded(&[firing(0), over(0, 60), firing(70)]);
    assert_eq!(alert.last_turns(), [(at(0), true), (at(60), false), (at(70), true)]);
    alert.end(at(65));
    assert_eq!((alert.ended_at, alert.last_turns().len()), (Some(at(70)), 4), "nothing ends before it began");
    assert!(!alert.is_firing());
}
