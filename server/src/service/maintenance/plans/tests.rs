//! Windows begin and end on time, take their time out of uptime, and hold alerts until their end.

use domain::component::Combine;
use domain::text::LocalizedText;
use domain::time::Change;
use domain::uptime::tally;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn utc(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

/// Midnight before the work.
fn midnight() -> Timestamp {
    utc("2026-11-29T00:00:00Z")
}

fn hours(count: u32) -> Timestamp {
    midnight().plus(HOUR * count)
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn component(name: &str) -> ComponentSpec {
    ComponentSpec {
        slug: slug(name),
        name: LocalizedText::Same(name.to_owned()),
        group: None,
        description: None,
        depends_on: Vec::new(),
        is_public: true,
        combine: Combine::default(),
        renamed_from: None,
        incidents: None,
    }
}

/// Two hours of work on `web`, once, from 02:00 UTC.
fn record(key: i64) -> Maintenance {
    Maintenance {
        key,
        id: Uuid::from_u128(u128::from(key.unsigned_abs())),
        title: LocalizedText::Same(format!("Work {key}")),
        description: None,
        starts: at(2),
        zone: "UTC".to_owned(),
        duration: HOUR * 2,
        rule: None,
        components: vec![slug("web")],
        excludes_uptime: true,
        holds_alerts: true,
        created_at: midnight(),
        updated_at: midnight(),
        cancelled_at: None,
        version: 1,
    }
}

fn at(hour: i8) -> DateTime {
    date(2026, 11, 29).at(hour, 0, 0, 0)
}

fn plans(records: impl IntoIterator<Item = Maintenance>) -> Plans {
    let mut plans = Plans::default();
    let all = records.into_iter().map(|record| Planned::new(record, midnight())).collect();
    plans.load(all, Vec::new(), midnight());
    plans
}

/// What is on disk of a window of the plan with this key.
fn stored(key: i64, from: u32, until: u32, completed_at: Option<Timestamp>) -> StoredWindow {
    StoredWindow {
        maintenance_key: key,
        starts_at: hours(from),
        ends_at: hours(until),
        components: vec![slug("web")],
        excludes_uptime: true,
        completed_at,
    }
}

fn range(from: u32, until: u32) -> TimeRange {
    TimeRange::new(hours(from), hours(until))
}

#[test]
fn a_window_begins_when_it_is_due_and_ends_when_it_is_over() {
    let mut plans = plans([record(1)]);
    let web = component("web");
    let state = |plans: &Plans, now| plans.states(now)[0].status;
    assert_eq!(plans.pass(hours(1), |_| false), Passed::default());
    assert_eq!((plans.in_progress_since(&web, hours(1)), state(&plans, hours(1))), (None, MaintenanceStatus::Scheduled));
    assert_eq!(plans.pass(hours(2), |_| false).components, [slug("web")]);
    assert_eq!(plans.in_progress_since(&web, hours(3)), Some(hours(2)));
    assert_eq!(state(&plans, hours(3)), MaintenanceStatus::InProgress);
    assert_eq!(plans.in_progress_since(&component("db"), hours(3)), None);
    assert_eq!(plans.pass(hours(3), |_| false), Passed::default(), "it begins once");
    assert_eq!(plans.in_progress_since(&web, hours(4)), None, "the clock ends it, whoever looks first");
    assert_eq!(plans.pass(hours(4), |_| false).components, [slug("web")]);
    assert_eq!(plans.pass(hours(5), |_| false), Passed::default());
    assert_eq!(plans.states(hours(5))[0].window, Some(range(2, 4)));
    assert_eq!(plans.ended_at(&web, hours(5)), Some(hours(4)));
}

#[test]
fn a_window_that_passed_while_nobody_ran_is_not_made_up_for() {
    let mut plans = plans([record(1)]);
    assert_eq!(plans.pass(hours(4), |_| false), Passed::default());
    assert!(plans.excluded(&component("web")).is_empty());
    assert_eq!(plans.states(hours(4))[0].status, MaintenanceStatus::Completed);
}

#[test]
fn a_window_that_is_found_late_began_when_it_was_planned() {
    let mut plans = plans([record(1)]);
    plans.pass(hours(3), |_| false);
    assert_eq!(plans.in_progress_since(&component("web"), hours(3)), Some(hours(2)));
}

#[test]
fn what_was_cancelled_does_not_begin_and_what_has_begun_goes_on() {
    let cancelled = |key| Maintenance { cancelled_at: Some(hours(1)), ..record(key) };
    let mut before = plans([cancelled(1)]);
    assert_eq!(before.pass(hours(3), |_| false), Passed::default());
    assert!(before.ahead(hours(1)).all(|(_, windows)| windows.is_empty()));
    let mut during = plans([record(1)]);
    during.pass(hours(2), |_| false);
    during.put(Planned::new(cancelled(1), hours(3)), hours(3));
    assert_eq!(during.states(hours(3))[0].status, MaintenanceStatus::InProgress);
}

#[test]
fn alerts_wait_for_the_end_and_what_is_still_in_trouble_rings_then() {
    let mut plans = plans([record(1)]);
    let web = component("web");
    assert!(!plans.holds_alerts(&web, hours(1)));
    plans.pass(hours(2), |_| false);
    assert!(plans.holds_alerts(&web, hours(3)) && !plans.holds_alerts(&component("db"), hours(3)));
    let passed = plans.pass(hours(4), |slug| slug.as_str() == "web");
    assert!(!plans.holds_alerts(&web, hours(4)));
    assert_eq!(passed.rings, BTreeSet::from([slug("web")]));
    assert_eq!(plans.unkept()[0].still_in_trouble, [slug("web")]);
}

#[test]
fn what_was_not_held_has_rung_before() {
    let mut plans = plans([Maintenance { holds_alerts: false, ..record(1) }]);
    plans.pass(hours(2), |_| true);
    assert!(!plans.holds_alerts(&component("web"), hours(3)));
    assert!(plans.pass(hours(4), |_| true).rings.is_empty());
}

#[test]
fn other_work_on_the_same_component_goes_on_holding() {
    let longer = Maintenance { duration: HOUR * 5, ..record(2) };
    let mut plans = plans([longer, record(1)]);
    plans.pass(hours(2), |_| true);
    assert!(plans.pass(hours(4), |_| true).rings.is_empty());
    assert_eq!(plans.pass(hours(7), |_| true).rings.len(), 1);
}

#[test]
fn news_are_held_only_of_outages() {
    for status in Status::ALL {
        let expected = match status {
            Status::Operational => News::Good,
            Status::DegradedPerformance | Status::PartialOutage | Status::MajorOutage => News::Held,
            _ => News::Bad,
        };
        assert_eq!(News::of(status, true), expected);
        let rings = if status == Status::Operational { News::Good } else { News::Bad };
        assert_eq!(News::of(status, false), rings);
    }
}

#[test]
fn only_windows_that_are_to_be_left_out_of_uptime_are() {
    let counted = Maintenance { excludes_uptime: false, starts: at(6), ..record(2) };
    let overlapping = Maintenance { starts: at(3), ..record(3) };
    let mut plans = plans([overlapping, counted, record(1)]);
    for hour in 2..10 {
        plans.pass(hours(hour), |_| false);
    }
    let excluded = plans.excluded(&component("web"));
    assert_eq!(excluded, [range(2, 5)], "what overlaps is one");
    let history = [Change { at: hours(0), state: Status::MajorOutage }];
    let measured = tally(&history, &excluded, &[range(0, 10)])[0];
    assert_eq!((measured.maintenance_ms, measured.major_ms), (3 * 3_600_000, 7 * 3_600_000));
}

#[test]
fn what_goes_on_is_left_out_as_far_as_it_is_asked_for() {
    let mut plans = plans([record(1)]);
    plans.pass(hours(2), |_| false);
    let history = [Change { at: hours(0), state: Status::Operational }];
    let measured = tally(&history, &plans.excluded(&component("web")), &[range(0, 3)])[0];
    assert_eq!((measured.operational_ms, measured.maintenance_ms), (2 * 3_600_000, 3_600_000));
}

#[test]
fn work_ended_by_a_person_is_over_from_then_on() {
    let mut plans = plans([record(1)]);
    let web = component("web");
    plans.pass(hours(2), |_| false);
    let key = (1, hours(2));
    let passed = plans.end(key, hours(3), vec![slug("web")]);
    assert_eq!(passed.rings.len(), 1);
    assert_eq!(plans.excluded(&web), [range(2, 3)]);
    assert_eq!(plans.in_progress_since(&web, hours(3)), None);
    assert_eq!(plans.pass(hours(3), |_| true), Passed::default(), "it does not begin again");
}

#[test]
fn a_component_that_was_renamed_keeps_its_maintenance() {
    let mut plans = plans([record(1)]);
    plans.pass(hours(2), |_| false);
    let renamed = ComponentSpec { renamed_from: Some(slug("web")), ..component("site") };
    assert_eq!(plans.excluded(&renamed), [range(2, 4)]);
    assert!(plans.holds_alerts(&renamed, hours(3)));
}

#[test]
fn a_plan_that_is_changed_in_its_window_has_the_next_one_after_it() {
    let mut plans = plans([record(1)]);
    plans.pass(hours(2), |_| false);
    plans.put(Planned::new(Maintenance { starts: at(3), ..record(1) }, hours(3)), hours(3));
    assert_eq!(plans.pass(hours(3), |_| false), Passed::default(), "one at a time");
    plans.pass(hours(4), |_| false);
    assert_eq!(plans.in_progress_since(&component("web"), hours(4)), Some(hours(3)));
}

#[test]
fn what_comes_again_shows_its_next_windows_and_some_after() {
    let daily = Maintenance { rule: Some("FREQ=DAILY".to_owned()), ..record(1) };
    let plans = plans([daily]);
    let state = &plans.states(hours(1))[0];
    assert_eq!((state.window, &state.next[..]), (Some(range(2, 4)), &[range(26, 28), range(50, 52), range(74, 76)][..]));
    let (_, ahead) = plans.ahead(hours(1)).next().unwrap();
    assert_eq!(ahead.len(), AHEAD_MAX);
}

#[test]
fn the_next_window_is_known_however_far_away_it_is() {
    let rule = Some("FREQ=YEARLY;INTERVAL=4".to_owned());
    let seldom = Planned::new(Maintenance { rule, ..record(1) }, hours(24));
    assert_eq!(seldom.ahead(hours(24)), [TimeRange::new(utc("2030-11-29T02:00:00Z"), utc("2030-11-29T04:00:00Z"))]);
    let far = Planned::new(Maintenance { starts: date(2031, 1, 1).at(0, 0, 0, 0), ..record(2) }, midnight());
    assert_eq!(far.ahead(midnight()).len(), 1);
}

#[test]
fn a_plan_that_cannot_be_understood_has_no_windows_and_stops_nothing() {
    let broken = Maintenance { zone: "Nowhere/Town".to_owned(), ..record(2) };
    let mut plans = plans([broken, record(1)]);
    assert_eq!(plans.pass(hours(2), |_| false).components.len(), 1);
    assert_eq!(plans.states(hours(2))[0].window, None);
}

#[test]
fn what_was_stored_goes_on_after_a_start() {
    let mut plans = Plans::default();
    plans.load(vec![Planned::new(record(1), hours(3))], vec![stored(1, 2, 4, None)], hours(3));
    assert_eq!(plans.in_progress_since(&component("web"), hours(3)), Some(hours(2)));
    assert!(plans.holds_alerts(&component("web"), hours(3)), "as the plan says");
    assert!(plans.unkept().is_empty());
    plans.pass(hours(3), |_| false);
    assert_eq!(plans.begun().count(), 1, "it has begun before");
    plans.pass(hours(9), |_| false);
    assert_eq!(plans.unkept().len(), 1, "its end is to be kept");
}

#[test]
fn reading_again_forgets_nothing_that_is_not_on_disk_yet() {
    let mut plans = plans([record(2), record(1)]);
    let again = |plans: &mut Plans, windows| {
        let all = [record(2), record(1)].map(|record| Planned::new(record, midnight()));
        plans.load(Vec::from(all), windows, midnight());
    };
    plans.pass(hours(2), |_| false);
    again(&mut plans, Vec::new());
    assert_eq!(plans.unkept().len(), 2, "both have begun, and nobody has kept it");
    again(&mut plans, vec![stored(1, 2, 4, None)]);
    assert_eq!(plans.unkept().len(), 1);
    plans.note_kept(2, hours(2), Kept::Begin);
    plans.pass(hours(4), |_| true);
    again(&mut plans, vec![stored(1, 2, 4, None), stored(2, 2, 4, Some(hours(4)))]);
    let unkept = plans.unkept();
    assert_eq!((unkept.len(), unkept[0].window.maintenance_key), (1, 1), "that one is over is on disk, of the other it is not");
    assert_eq!(unkept[0].still_in_trouble, [slug("web")]);
}

#[test]
fn what_is_known_is_read_again_after_a_day_and_when_in_doubt() {
    let mut plans = plans([]);
    assert!(!plans.is_stale(hours(23)) && plans.is_stale(hours(24)));
    assert!(plans.is_stale(midnight().minus(HOUR)), "a clock that was set back");
    plans.doubt();
    assert!(plans.is_stale(hours(1)));
}

#[test]
fn what_is_over_makes_room() {
    let many = (1..=i64::from(MAINTENANCES_MAX)).rev().map(|key| match key {
        7 => Maintenance { starts: date(2026, 11, 1).at(0, 0, 0, 0), ..record(key) },
        _ => record(key),
    });
    let mut plans = plans(many);
    plans.put(Planned::new(record(5_000), midnight()), midnight());
    assert_eq!(plans.states(midnight()).len(), MAINTENANCES_MAX as usize);
    assert_eq!((plans.record(7), plans.record(5_000).map(|record| record.key)), (None, Some(5_000)));
}

proptest! {
    #[test]
    fn whenever_it_is_looked_a_component_is_under_maintenance_exactly_within_its_windows(
        looks in prop::collection::btree_set(0_u32..600, 1..40),
        length in 1_u32..20,
    ) {
        let daily = Maintenance { rule: Some("FREQ=DAILY".to_owned()), duration: HOUR * length, ..record(1) };
        let mut plans = plans([daily]);
        let web = component("web");
        for look in looks {
            let now = midnight().plus(Duration::from_secs(u64::from(look) * 1_800));
            plans.pass(now, |_| false);
            let into_day = look % 48;
            // From 02:00 on; what is longer than until midnight goes on into the next day, but not into the first.
            let since_start = if into_day >= 4 { into_day - 4 } else { into_day + 44 };
            let is_within = since_start < length * 2 && (look >= 48 || into_day >= 4);
            prop_assert_eq!(plans.in_progress_since(&web, now).is_some(), is_within);
            let excluded: u64 = plans.excluded(&web).iter().map(|range| range.ms()).sum();
            prop_assert_eq!(excluded % (u64::from(length) * 3_600_000), 0);
        }
    }
}
