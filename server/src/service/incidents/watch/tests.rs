//! What is written of outages, and how long they are remembered.

use domain::time::Change;
use proptest::prelude::*;

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_ms(minute * 60_000)
}

fn slug() -> Slug {
    "web".parse().unwrap()
}

fn outage(segments: &[(i64, Status)], ended: Option<(i64, OutageEnd)>) -> Outage {
    let change = |(minute, state): &(i64, Status)| Change { at: at(*minute), state: *state };
    let segments: Vec<Change<Status>> = segments.iter().map(change).collect();
    let worst = segments.iter().map(|change| change.state).max_by_key(|status| status.concern()).unwrap();
    Outage { started_at: segments[0].at, ended: ended.map(|(minute, end)| (at(minute), end)), worst, segments }
}

fn down(status: Status) -> MachineEvent {
    MachineEvent::ComponentDown { component: "web".to_owned(), status }
}

fn told(facts: &[Fact]) -> Vec<(Timestamp, MachineEvent)> {
    facts.iter().map(|fact| (fact.at, fact.event.clone())).collect()
}

#[test]
fn an_outage_is_told_from_its_beginning_to_its_end() {
    let whole = outage(
        &[(1, Status::DegradedPerformance), (3, Status::Unknown), (4, Status::MajorOutage)],
        Some((9, OutageEnd::Recovered)),
    );
    let component = || "web".to_owned();
    let expected = [
        (at(1), down(Status::DegradedPerformance)),
        (at(2), MachineEvent::OutageConfirmed { component: component() }),
        (at(4), down(Status::MajorOutage)),
        (at(9), MachineEvent::ComponentUp { component: component() }),
    ];
    assert_eq!(told(&facts_of(&slug(), &whole, Some(at(2)))), expected);
}

#[test]
fn not_knowing_for_a_while_is_no_news() {
    let status = Status::MajorOutage;
    let facts = facts_of(&slug(), &outage(&[(1, status), (3, Status::Unknown), (4, status)], None), None);
    assert_eq!(told(&facts), [(at(1), down(status))]);
}

#[test]
fn what_nobody_watches_any_more_did_not_recover() {
    let unwatched = outage(&[(1, Status::MajorOutage)], Some((5, OutageEnd::Unwatched)));
    assert_eq!(facts_of(&slug(), &unwatched, None).len(), 1);
}

#[test]
fn that_it_failed_comes_before_that_it_is_known() {
    let facts = facts_of(&slug(), &outage(&[(1, Status::MajorOutage)], None), Some(at(1)));
    assert!(matches!(facts[0].event, MachineEvent::ComponentDown { .. }));
}

#[test]
fn an_outage_that_turns_out_to_have_begun_earlier_is_told_once() {
    let (later, earlier) = (outage(&[(3, Status::MajorOutage)], None), outage(&[(2, Status::MajorOutage)], None));
    let ops = |outage: &Outage| facts_of(&slug(), outage, Some(at(5))).into_iter().map(|fact| fact.op).collect::<Vec<_>>();
    assert_eq!(ops(&later), ops(&earlier));
    assert!(ops(&later).iter().all(|op| op.contains(' ')), "nobody else can call a row so");
}

#[test]
fn outages_are_forgotten_that_are_old_or_too_many_but_never_one_that_goes_on() {
    let now = at(1_000_000);
    let old = now.minus(PAGE_HORIZON);
    assert_eq!(horizon(now, vec![at(1), now], None), old);
    assert_eq!(horizon(now, vec![at(1), now], Some(at(1))), at(1));
    let many: Vec<Timestamp> = (0..=i64::from(OUTAGE_MARKS_MAX)).map(|n| Timestamp::from_ms(now.as_ms() - n)).collect();
    assert_eq!(horizon(now, many.clone(), None), Timestamp::from_ms(now.as_ms() - i64::from(OUTAGE_MARKS_MAX)));
    assert_eq!(horizon(now, many, Some(at(7))), at(7));
}

proptest! {
    #[test]
    fn facts_are_in_order_of_time_and_each_has_a_name_of_its_own(
        statuses in prop::collection::vec(0_usize..4, 1..12),
        seen in prop::option::of(0_i64..20),
        ended in prop::option::of(12_i64..20),
    ) {
        let all = [Status::MajorOutage, Status::PartialOutage, Status::DegradedPerformance, Status::Unknown];
        let segments: Vec<(i64, Status)> = statuses.iter().enumerate().map(|(minute, n)| (minute as i64, all[*n])).collect();
        let outage = outage(&segments, ended.map(|minute| (minute, OutageEnd::Recovered)));
        let facts = facts_of(&slug(), &outage, seen.map(at));
        prop_assert!(facts.is_sorted_by_key(|fact| fact.at));
        let names: HashSet<&String> = facts.iter().map(|fact| &fact.op).collect();
        prop_assert_eq!(names.len(), facts.len());
    }
}
