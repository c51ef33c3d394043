//! What may be planned, when it is, and what becomes of windows that overlap.

use jiff::civil::{DateTime, date};
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

fn range(from: i64, until: i64) -> TimeRange {
    TimeRange::new(at(from), at(until))
}

fn utc(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn once(starts: DateTime, duration: Duration) -> Result<Plan, PlanError> {
    Plan::new(starts, berlin(), duration, None)
}

#[test]
fn work_takes_from_five_minutes_to_seven_days() {
    let starts = date(2026, 7, 1).at(2, 0, 0, 0);
    assert!(once(starts, DURATION_MIN).is_ok());
    assert!(once(starts, DURATION_MAX).is_ok());
    let short = Duration::from_secs(4 * 60);
    assert_eq!(once(starts, short), Err(PlanError::TooShort(short)));
    let long = DURATION_MAX + Duration::from_secs(60);
    assert_eq!(once(starts, long), Err(PlanError::TooLong(long)));
}

#[test]
fn work_is_planned_in_whole_minutes() {
    assert_eq!(once(date(2026, 7, 1).at(2, 0, 1, 0), HOUR), Err(PlanError::Seconds));
    assert_eq!(once(date(2026, 7, 1).at(2, 0, 0, 1), HOUR), Err(PlanError::Seconds));
    assert_eq!(once(date(2026, 7, 1).at(2, 0, 0, 0), Duration::from_secs(3601)), Err(PlanError::Seconds));
    assert_eq!(once(date(2026, 7, 1).at(2, 0, 0, 0), Duration::from_millis(3_600_001)), Err(PlanError::Seconds));
}

#[test]
fn work_is_planned_in_years_that_are_known_and_zones_that_have_a_name() {
    assert_eq!(once(date(1969, 12, 31).at(2, 0, 0, 0), HOUR), Err(PlanError::Year(1969)));
    assert_eq!(once(date(9001, 1, 1).at(2, 0, 0, 0), HOUR), Err(PlanError::Year(9001)));
    let fixed = TimeZone::fixed(Offset::constant(2));
    assert_eq!(Plan::new(date(2026, 7, 1).at(2, 0, 0, 0), fixed, HOUR, None), Err(PlanError::NamelessZone));
    assert_eq!(once(date(2026, 7, 1).at(2, 0, 0, 0), HOUR).unwrap().zone_name(), "Europe/Berlin");
}

#[test]
fn a_window_is_as_long_as_the_work_whatever_the_clocks_do() {
    let window = |starts, hours: u32| once(starts, HOUR * hours).unwrap().first_window();
    let spring = window(date(2026, 3, 29).at(1, 30, 0, 0), 2);
    assert_eq!((spring.from(), spring.until()), (utc("2026-03-29T00:30:00Z"), utc("2026-03-29T02:30:00Z")));
    let autumn = window(date(2026, 10, 25).at(1, 30, 0, 0), 2);
    assert_eq!((autumn.from(), autumn.until()), (utc("2026-10-24T23:30:00Z"), utc("2026-10-25T01:30:00Z")));
}

#[test]
fn a_start_that_clocks_leave_out_is_later_and_one_that_comes_twice_is_the_first() {
    let from = |starts| once(starts, HOUR).unwrap().first_window().from();
    assert_eq!(from(date(2026, 3, 29).at(2, 30, 0, 0)), utc("2026-03-29T01:30:00Z"), "03:30 in summer time");
    assert_eq!(from(date(2026, 10, 25).at(2, 30, 0, 0)), utc("2026-10-25T00:30:00Z"), "02:30 in summer time");
}

#[test]
fn a_rule_is_kept_in_upper_case_without_its_name() {
    let rule: Recurrence = " rrule:freq=weekly;ByDay=su,-1mo; ".parse().unwrap();
    assert_eq!(rule.as_str(), "FREQ=WEEKLY;BYDAY=SU,-1MO");
    assert_eq!(rule.part("BYDAY"), Some("SU,-1MO"));
    assert_eq!(rule.part("DAY"), None);
    assert_eq!(rule.parts().count(), 2);
}

#[test]
fn a_text_that_is_no_rule_is_refused() {
    let error = |text: &str| text.parse::<Recurrence>().unwrap_err();
    assert_eq!(error(""), RuleError::Empty);
    assert_eq!(error(" RRULE:; "), RuleError::Empty);
    assert_eq!(error(&"x".repeat(10_000)), RuleError::TooLong(10_000));
    assert_eq!(error("BYDAY=SU"), RuleError::NoFrequency);
    assert_eq!(error("FREQ=DAILY;freq=WEEKLY"), RuleError::Twice("FREQ".to_owned()));
    for wrong in [
        "every Sunday",
        "FREQ",
        "FREQ=",
        "=DAILY",
        "FREQ=DAILY;;COUNT=2",
        "FREQ=DAILY\nDTSTART:20260101",
        "FREQ=DAILY;BYDAY=日",
        "RRULE:RRULE:FREQ=DAILY",
        "FREQ=DAILY;X:Y=1",
        "ＦＲＥＱ=DAILY",
        "日本語",
    ] {
        assert_eq!(error(wrong), RuleError::Shape, "{wrong}");
    }
}

#[test]
fn work_is_scheduled_then_in_progress_then_completed() {
    let status = |now, ended_early: Option<i64>| status_at(range(100, 200), at(now), ended_early.map(at));
    assert_eq!(status(99, None), MaintenanceStatus::Scheduled);
    assert_eq!(status(100, None), MaintenanceStatus::InProgress);
    assert_eq!(status(199, None), MaintenanceStatus::InProgress);
    assert_eq!(status(200, None), MaintenanceStatus::Completed);
    assert_eq!(status(149, Some(150)), MaintenanceStatus::InProgress);
    assert_eq!(status(150, Some(150)), MaintenanceStatus::Completed);
    assert_eq!(status(200, Some(300)), MaintenanceStatus::Completed, "an end after the window does not prolong it");
    assert_eq!(status(60, Some(50)), MaintenanceStatus::Completed, "it was over before it began");
}

#[test]
fn windows_that_overlap_or_touch_become_one() {
    assert_eq!(merged(vec![range(5, 7), range(1, 3), range(3, 4), range(9, 9), range(6, 8)]), [range(1, 4), range(5, 8)]);
    assert_eq!(merged(vec![range(1, 9), range(2, 3)]), [range(1, 9)]);
    assert!(merged(Vec::new()).is_empty());
}

fn ranges() -> impl Strategy<Value = Vec<TimeRange>> {
    prop::collection::vec((0_i64..100, 0_i64..20).prop_map(|(from, length)| range(from, from + length)), 0..12)
}

proptest! {
    #[test]
    fn merged_windows_are_in_order_apart_and_cover_the_same_time(windows in ranges()) {
        let merged = merged(windows.clone());
        for window in &merged {
            prop_assert!(!window.is_empty());
        }
        for pair in merged.windows(2) {
            prop_assert!(pair[0].until() < pair[1].from());
        }
        let covers = |windows: &[TimeRange], ms| windows.iter().any(|window| window.from() <= at(ms) && at(ms) < window.until());
        for ms in 0..120 {
            prop_assert_eq!(covers(&windows, ms), covers(&merged, ms), "at {}", ms);
        }
        prop_assert_eq!(super::merged(merged.clone()), merged);
    }

    #[test]
    fn a_status_never_goes_back(from in 0_i64..100, length in 0_i64..50, ended in prop::option::of(0_i64..200)) {
        let rank = |now| status_at(range(from, from + length), at(now), ended.map(at)) as u8;
        for now in 0..200 {
            prop_assert!(rank(now) <= rank(now + 1));
        }
        prop_assert_eq!(rank(from + length), MaintenanceStatus::Completed as u8);
    }

    #[test]
    fn no_text_makes_a_rule_that_is_not_one(text in "\\PC{0,40}|[A-Z=;,0-9 :-]{0,40}") {
        if let Ok(rule) = text.parse::<Recurrence>() {
            prop_assert!(rule.part("FREQ").is_some());
            prop_assert!(rule.as_str().is_ascii());
            prop_assert_eq!(rule.as_str().parse::<Recurrence>(), Ok(rule.clone()));
        }
    }
}
