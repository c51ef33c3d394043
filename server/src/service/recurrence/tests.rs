//! Which rules are refused and why, and that windows are where people expect them when clocks change.

use std::time::Duration;

use domain::maintenance::{Plan, Recurrence};
use domain::time::{TimeRange, Timestamp};
use jiff::civil::{DateTime, date};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span};
use proptest::prelude::*;

use super::{COUNT_MAX, RecurrenceError, WINDOWS_MAX, check, windows};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

fn plan(zone: &str, starts: &str, duration: Duration, rule: &str) -> Plan {
    let recurrence = (!rule.is_empty()).then(|| rule.parse::<Recurrence>().unwrap());
    Plan::new(starts.parse().unwrap(), TimeZone::get(zone).unwrap(), duration, recurrence).unwrap()
}

fn utc(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

/// The starts of the windows between two moments, as `2026-03-29T01:00`.
fn starts(plan: &Plan, from: &str, until: &str) -> Vec<String> {
    let windows = windows(plan, utc(from), utc(until), 1_000);
    windows.iter().map(|window| window.from().to_jiff().strftime("%Y-%m-%dT%H:%M").to_string()).collect()
}

/// Why an hour of work from a Sunday in January on cannot come again so.
fn refusal(rule: &str) -> RecurrenceError {
    check(&plan("Europe/Berlin", "2026-01-04T02:00", minutes(60), rule)).unwrap_err()
}

#[test]
fn sundays_at_four_stay_at_four_when_clocks_change() {
    let berlin = plan("Europe/Berlin", "2026-01-04T04:00", minutes(120), "FREQ=WEEKLY;BYDAY=SU");
    check(&berlin).unwrap();
    let spring = ["2026-03-22T03:00", "2026-03-29T02:00", "2026-04-05T02:00"];
    assert_eq!(starts(&berlin, "2026-03-20T00:00:00Z", "2026-04-06T00:00:00Z"), spring);
    let autumn = ["2026-10-18T02:00", "2026-10-25T03:00", "2026-11-01T03:00"];
    assert_eq!(starts(&berlin, "2026-10-17T00:00:00Z", "2026-11-02T00:00:00Z"), autumn);

    let new_york = plan("America/New_York", "2026-01-04T01:30", minutes(30), "FREQ=WEEKLY;BYDAY=SU");
    let spring = ["2026-03-01T06:30", "2026-03-08T06:30", "2026-03-15T05:30"];
    assert_eq!(starts(&new_york, "2026-02-28T00:00:00Z", "2026-03-16T00:00:00Z"), spring);
    let autumn = ["2026-10-25T05:30", "2026-11-01T05:30", "2026-11-08T06:30"];
    assert_eq!(starts(&new_york, "2026-10-24T00:00:00Z", "2026-11-09T00:00:00Z"), autumn);

    let tokyo = plan("Asia/Tokyo", "2026-01-04T03:00", minutes(60), "FREQ=WEEKLY;BYDAY=SU");
    let spring = ["2026-03-28T18:00", "2026-04-04T18:00"];
    assert_eq!(starts(&tokyo, "2026-03-28T00:00:00Z", "2026-04-05T00:00:00Z"), spring);
}

#[test]
fn a_start_that_clocks_leave_out_is_later_that_night_only() {
    let berlin = plan("Europe/Berlin", "2026-01-04T02:30", minutes(60), "FREQ=WEEKLY;BYDAY=SU");
    let spring = ["2026-03-22T01:30", "2026-03-29T01:30", "2026-04-05T00:30"];
    assert_eq!(starts(&berlin, "2026-03-20T00:00:00Z", "2026-04-06T00:00:00Z"), spring);
    let new_york = plan("America/New_York", "2026-01-04T02:30", minutes(60), "FREQ=WEEKLY;BYDAY=SU");
    let spring = ["2026-03-01T07:30", "2026-03-08T07:30", "2026-03-15T06:30"];
    assert_eq!(starts(&new_york, "2026-02-28T00:00:00Z", "2026-03-16T00:00:00Z"), spring);
}

#[test]
fn a_start_that_comes_twice_is_the_first() {
    let berlin = plan("Europe/Berlin", "2026-01-04T02:30", minutes(60), "FREQ=WEEKLY;BYDAY=SU");
    let autumn = ["2026-10-18T00:30", "2026-10-25T00:30", "2026-11-01T01:30"];
    assert_eq!(starts(&berlin, "2026-10-17T00:00:00Z", "2026-11-02T00:00:00Z"), autumn);
}

#[test]
fn hourly_work_skips_the_hour_that_clocks_leave_out() {
    let berlin = plan("Europe/Berlin", "2026-03-29T00:30", minutes(30), "FREQ=HOURLY");
    let night = ["2026-03-28T23:30", "2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"];
    assert_eq!(starts(&berlin, "2026-03-28T20:00:00Z", "2026-03-29T03:00:00Z"), night);
}

#[test]
fn a_day_that_is_left_out_puts_nothing_out_of_order() {
    // Samoa went from the 29th to the 31st of December.
    let apia = plan("Pacific/Apia", "2011-12-29T00:00", minutes(10), "FREQ=HOURLY");
    let windows = windows(&apia, utc("2011-12-29T12:00:00Z"), utc("2012-01-01T00:00:00Z"), 1_000);
    assert_eq!(windows.len(), 60);
    for pair in windows.windows(2) {
        assert_eq!(pair[1].from().since(pair[0].from()), minutes(60));
    }
}

#[test]
fn the_first_sunday_of_each_month() {
    let first = plan("UTC", "2026-01-01T03:00", minutes(60), "FREQ=MONTHLY;BYDAY=1SU");
    check(&first).unwrap();
    let expected = ["2026-01-04T03:00", "2026-02-01T03:00", "2026-03-01T03:00", "2026-04-05T03:00"];
    assert_eq!(starts(&first, "2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z"), expected);
    assert_eq!(starts(&first, "2056-02-01T00:00:00Z", "2056-03-01T00:00:00Z"), ["2056-02-06T03:00"]);
}

#[test]
fn a_count_is_counted_from_the_start() {
    let thrice = plan("UTC", "2026-01-01T02:00", minutes(60), "FREQ=DAILY;COUNT=3");
    check(&thrice).unwrap();
    let all = ["2026-01-01T02:00", "2026-01-02T02:00", "2026-01-03T02:00"];
    assert_eq!(starts(&thrice, "2025-01-01T00:00:00Z", "2030-01-01T00:00:00Z"), all);
    assert_eq!(starts(&thrice, "2026-01-03T00:00:00Z", "2030-01-01T00:00:00Z"), all[2..]);
    assert!(starts(&thrice, "2029-01-01T00:00:00Z", "2030-01-01T00:00:00Z").is_empty());
}

#[test]
fn until_is_a_moment_at_which_a_window_may_still_begin() {
    let count = |until: &str| {
        let plan = plan("Asia/Tokyo", "2026-01-01T02:00", minutes(60), &format!("FREQ=DAILY;UNTIL={until}"));
        check(&plan).unwrap();
        starts(&plan, "2025-12-01T00:00:00Z", "2030-01-01T00:00:00Z").len()
    };
    assert_eq!(count("20260102T170000Z"), 3, "02:00 on the 3rd in Tokyo");
    assert_eq!(count("20260102T165959Z"), 2);
    assert_eq!(count("20260103T020000"), 3, "on the wall in Tokyo");
    assert_eq!(count("20260103T015959"), 2);
    assert_eq!(count("20260103"), 3, "all of the 3rd in Tokyo");
}

#[test]
fn an_old_plan_keeps_its_step() {
    let every_seven = plan("UTC", "1971-02-03T04:05", minutes(60), "FREQ=HOURLY;INTERVAL=7");
    let step = minutes(7 * 60);
    let found = windows(&every_seven, utc("2026-01-01T00:00:00Z"), utc("2026-02-01T00:00:00Z"), 1_000);
    assert!((106..=107).contains(&found.len()), "{}", found.len());
    for window in found {
        let passed = window.from().since(utc("1971-02-03T04:05:00Z"));
        assert_eq!(passed.as_secs() % step.as_secs(), 0);
    }
    let leap_day = plan("UTC", "1972-02-29T04:00", minutes(60), "FREQ=YEARLY");
    assert_eq!(starts(&leap_day, "2025-01-01T00:00:00Z", "2033-01-01T00:00:00Z"), ["2028-02-29T04:00", "2032-02-29T04:00"]);
    let last_day = plan("UTC", "1971-01-31T04:00", minutes(60), "FREQ=MONTHLY");
    let long_months = ["2026-01-31T04:00", "2026-03-31T04:00", "2026-05-31T04:00"];
    assert_eq!(starts(&last_day, "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"), long_months);
}

#[test]
fn a_window_counts_when_any_of_it_is_in_the_span() {
    let daily = plan("UTC", "2026-01-01T02:00", minutes(60), "FREQ=DAILY");
    let once = plan("UTC", "2026-01-02T02:00", minutes(60), "");
    for plan in [daily, once] {
        let count = |from, until| starts(&plan, from, until).len();
        assert_eq!(count("2026-01-02T02:59:59Z", "2026-01-02T03:30:00Z"), 1, "it is still going on");
        assert_eq!(count("2026-01-02T03:00:00Z", "2026-01-02T03:30:00Z"), 0, "it has just ended");
        assert_eq!(count("2026-01-02T01:00:00Z", "2026-01-02T02:00:00Z"), 0, "it begins then");
        assert_eq!(count("2026-01-02T01:00:00Z", "2026-01-02T02:00:01Z"), 1);
        assert_eq!(count("2026-01-02T02:30:00Z", "2026-01-02T02:30:00Z"), 0, "nothing is in no time");
    }
}

#[test]
fn no_more_windows_are_given_than_asked_for() {
    let hourly = plan("UTC", "2026-01-01T02:00", minutes(30), "FREQ=HOURLY");
    let ever = utc("9999-01-01T00:00:00Z");
    let first = windows(&hourly, utc("2026-01-05T00:00:00Z"), ever, 2);
    let half_an_hour = |from| TimeRange::new(utc(from), utc(from).plus(minutes(30)));
    assert_eq!(first, [half_an_hour("2026-01-05T00:00:00Z"), half_an_hour("2026-01-05T01:00:00Z")]);
    assert_eq!(windows(&hourly, utc("2026-01-05T00:00:00Z"), ever, usize::MAX).len(), WINDOWS_MAX);
    assert!(windows(&hourly, utc("2026-01-05T00:00:00Z"), ever, 0).is_empty());
    let forever = windows(&hourly, Timestamp::from_ms(i64::MIN), Timestamp::from_ms(i64::MAX), 1);
    assert_eq!(forever[0].from(), utc("2026-01-01T02:00:00Z"));
}

#[test]
fn work_that_comes_again_too_early_in_the_short_night_ends_there() {
    let daily = plan("Europe/Berlin", "2026-01-01T12:00", minutes(23 * 60 + 30), "FREQ=DAILY");
    check(&daily).unwrap();
    let found = windows(&daily, utc("2026-03-28T11:00:00Z"), utc("2026-03-29T10:00:00Z"), 10);
    assert_eq!(found, [TimeRange::new(utc("2026-03-28T11:00:00Z"), utc("2026-03-29T10:00:00Z"))]);
}

#[test]
fn work_must_be_done_before_it_comes_again() {
    let daily = |duration| check(&plan("UTC", "2026-01-01T02:00", duration, "FREQ=DAILY"));
    assert_eq!(daily(DAY.saturating_sub(minutes(1))), Ok(()));
    assert_eq!(daily(DAY), Err(RecurrenceError::Overlap { duration: DAY, distance: DAY }));
    // Ten days apart, but one where the months meet.
    let thirds = plan("UTC", "2026-01-01T02:00", DAY, "FREQ=MONTHLY;BYMONTHDAY=1,11,21,31");
    assert_eq!(check(&thirds), Err(RecurrenceError::Overlap { duration: DAY, distance: DAY }));
}

#[test]
fn work_comes_at_most_every_hour() {
    assert_eq!(refusal("FREQ=SECONDLY"), RecurrenceError::Frequency("SECONDLY".to_owned()));
    assert_eq!(refusal("FREQ=MINUTELY;INTERVAL=120"), RecurrenceError::Frequency("MINUTELY".to_owned()));
    assert_eq!(refusal("FREQ=DAILY;BYMINUTE=0,30"), RecurrenceError::Minutes("0,30".to_owned()));
    assert_eq!(refusal("FREQ=DAILY;BYSECOND=30"), RecurrenceError::Seconds("30".to_owned()));
    check(&plan("UTC", "2026-01-01T02:00", minutes(59), "FREQ=HOURLY;BYMINUTE=15;BYSECOND=0")).unwrap();
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    for interval in ["0", "-1", "65536", "X"] {
        assert_eq!(refusal(&format!("FREQ=DAILY;INTERVAL={interval}")), RecurrenceError::Interval(interval.to_owned()));
    }
    let too_many = (COUNT_MAX + 1).to_string();
    for count in ["0", "99999999", "99999999999999999999", "X", too_many.as_str()] {
        assert_eq!(refusal(&format!("FREQ=DAILY;COUNT={count}")), RecurrenceError::Count(count.to_owned()));
    }
    for until in ["20261301", "2026", "20260101T250000Z", "20260101Z", "+2260101", "TTTTTTTT"] {
        assert_eq!(refusal(&format!("FREQ=DAILY;UNTIL={until}")), RecurrenceError::Until(until.to_owned()));
    }
    assert_eq!(refusal("FREQ=DAILY;COUNT=2;UNTIL=20270101"), RecurrenceError::TwoEnds);
    for rule in ["FREQ=DAILY;BYHOUR=24", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYYEARDAY=0", "FREQ=WEEKLY;BYMONTHDAY=1"] {
        let refused = refusal(rule);
        assert!(matches!(refused, RecurrenceError::Rule(_)), "{rule}: {refused}");
    }
}

#[test]
fn what_would_be_taken_for_something_else_is_refused() {
    assert_eq!(refusal("FREQ=DAILY;BYEASTER=1"), RecurrenceError::Unknown("BYEASTER".to_owned()));
    for day in ["XX", "S", "1-SU", "0SU", "99999SU", "SUN"] {
        assert_eq!(refusal(&format!("FREQ=MONTHLY;BYDAY=MO,{day}")), RecurrenceError::Day(day.to_owned()));
    }
    for days in ["0", "-0", "1,00"] {
        assert_eq!(refusal(&format!("FREQ=MONTHLY;BYMONTHDAY={days}")), RecurrenceError::MonthDay(days.to_owned()));
    }
    assert_eq!(refusal("FREQ=YEARLY;BYWEEKNO=20"), RecurrenceError::WeekWithoutDay("20".to_owned()));
    assert_eq!(refusal("FREQ=WEEKLY;BYDAY=2SU"), RecurrenceError::NumberedDay("2SU".to_owned()));
    assert_eq!(refusal("FREQ=MONTHLY;BYDAY=MO,1SU"), RecurrenceError::MixedDays("MO,1SU".to_owned()));
}

#[test]
fn a_rule_that_never_comes_is_refused_soon() {
    for rule in [
        "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
        "FREQ=WEEKLY;BYDAY=SU;BYSETPOS=2",
        "FREQ=DAILY;UNTIL=20260103",
    ] {
        assert_eq!(refusal(rule), RecurrenceError::Never, "{rule}");
    }
    check(&plan("UTC", "2026-01-01T02:00", minutes(60), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO")).unwrap();
}

#[test]
fn a_refused_rule_has_no_windows_and_a_plan_without_one_is_fine() {
    let refused = plan("UTC", "2026-01-01T02:00", minutes(60), "FREQ=SECONDLY");
    assert!(starts(&refused, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z").is_empty());
    assert_eq!(check(&plan("UTC", "2026-01-01T02:00", minutes(60), "")), Ok(()));
}

#[test]
fn every_refusal_says_what_to_write() {
    for rule in ["FREQ=SECONDLY", "FREQ=DAILY;BYHOUR=24", "FREQ=WEEKLY;BYDAY=2SU", "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2"] {
        let text = refusal(rule).to_string();
        assert!(text.contains("`FREQ=WEEKLY;BYDAY=SU`"), "{text}");
        assert!(!text.contains(".;") && !text.ends_with('.'), "{text}");
    }
}

const ZONES: [&str; 8] = [
    "UTC",
    "Asia/Tokyo",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
];

/// Rules that leave the time of day to the plan.
const ONCE_A_DAY: [&str; 13] = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;UNTIL=20100101",
    "FREQ=WEEKLY;BYDAY=SU",
    "FREQ=WEEKLY;BYDAY=SU;COUNT=30",
    "FREQ=WEEKLY;BYDAY=MO,FR;INTERVAL=2",
    "FREQ=WEEKLY;BYDAY=SA,SU;INTERVAL=3;WKST=SU",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=1SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=5",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
];

fn any_plan(rules: Vec<&'static str>) -> impl Strategy<Value = Plan> {
    let day = (0_i64..3_000).prop_map(|days| date(2005, 1, 1).saturating_add(Span::new().days(days)));
    let start = (day, 0_i8..24, 0_i8..60).prop_map(|(day, hour, minute)| day.at(hour, minute, 0, 0));
    let zone = prop::sample::select(ZONES.to_vec());
    (zone, start, 5_u64..24 * 60, prop::sample::select(rules)).prop_map(|(zone, start, length, rule)| {
        let recurrence = Some(rule.parse().unwrap());
        Plan::new(start, TimeZone::get(zone).unwrap(), minutes(length), recurrence).unwrap()
    })
}

/// A span that begins from 50 days before a plan's start to four years after it.
fn any_span() -> impl Strategy<Value = (i64, u64)> {
    (-50 * 24 * 3600_i64..1_400 * 24 * 3600, 1_u64..100 * 24 * 3600)
}

fn span_of(plan: &Plan, (offset_s, length_s): (i64, u64)) -> TimeRange {
    let from = Timestamp::from_ms(plan.first_window().from().as_ms() + offset_s * 1000);
    TimeRange::new(from, from.plus(Duration::from_secs(length_s)))
}

/// True when the window begins later than its wall time, because clocks left that out.
fn fell_in_gap(plan: &Plan, start: Timestamp, local: DateTime) -> bool {
    // A long gap around midnight ends on the next day.
    let days = [local.date(), local.date().yesterday().unwrap()];
    days.into_iter().map(|day| plan.zone().to_ambiguous_timestamp(day.to_datetime(plan.starts().time()))).any(|reading| {
        matches!(reading.offset(), AmbiguousOffset::Gap { .. }) && reading.compatible().unwrap() == start.to_jiff()
    })
}

/// Parts for rules that nobody would write.
const ODD_PARTS: [&str; 30] = [
    "INTERVAL=2",
    "INTERVAL=5",
    "INTERVAL=65535",
    "COUNT=1",
    "COUNT=1000",
    "UNTIL=20300101",
    "BYHOUR=0",
    "BYHOUR=0,12,23",
    "BYMINUTE=59",
    "BYSECOND=0",
    "BYDAY=SU",
    "BYDAY=1SU",
    "BYDAY=-1FR,2MO",
    "BYDAY=53SU",
    "BYDAY=MO,TU,WE,TH,FR",
    "BYMONTH=2",
    "BYMONTH=1,6,12",
    "BYMONTHDAY=31",
    "BYMONTHDAY=-1",
    "BYMONTHDAY=-31,29,30",
    "BYYEARDAY=366",
    "BYYEARDAY=-366,1,100",
    "BYWEEKNO=53",
    "BYWEEKNO=1",
    "BYWEEKNO=-53,-1,20",
    "BYSETPOS=1",
    "BYSETPOS=-1,5",
    "BYSETPOS=366",
    "WKST=SU",
    "WKST=TH",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn windows_are_in_order_apart_in_the_span_and_at_the_plans_time(plan in any_plan(ONCE_A_DAY.to_vec()), span in any_span()) {
        let span = span_of(&plan, span);
        let windows = windows(&plan, span.from(), span.until(), 1_000);
        for window in &windows {
            prop_assert!(window.from() < span.until() && span.from() < window.until());
            prop_assert!(!window.is_empty() && window.ms() <= plan.duration().as_millis() as u64);
            let local = plan.zone().to_datetime(window.from().to_jiff());
            prop_assert!(local.time() == plan.starts().time() || fell_in_gap(&plan, window.from(), local), "{}", local);
        }
        for pair in windows.windows(2) {
            prop_assert!(pair[0].until() <= pair[1].from());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_span_has_the_same_windows_as_when_all_are_counted_from_the_start(
        plan in any_plan([&ONCE_A_DAY[..], &["FREQ=HOURLY;INTERVAL=7", "FREQ=HOURLY;INTERVAL=36;BYMONTH=1,2,3"][..]].concat()),
        span in any_span(),
    ) {
        let span = span_of(&plan, span);
        let all = windows(&plan, plan.first_window().from(), span.until(), WINDOWS_MAX);
        let expected: Vec<TimeRange> = all.into_iter().filter(|window| window.until() > span.from()).collect();
        prop_assert_eq!(windows(&plan, span.from(), span.until(), WINDOWS_MAX), expected);
    }
}

proptest! {
    // Few, because one that never comes takes long without optimization.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_rule_makes_it_fail(
        frequency in prop::sample::select(vec!["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        parts in prop::sample::subsequence(ODD_PARTS.to_vec(), 0..5),
        start in (1970_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day).at(23, 30, 0, 0)),
    ) {
        let rule = format!("FREQ={frequency};{}", parts.join(";"));
        if let Ok(recurrence) = rule.parse::<Recurrence>() {
            let plan = Plan::new(start, TimeZone::UTC, minutes(30), Some(recurrence)).unwrap();
            if check(&plan).is_ok() {
                let later = start.saturating_add(SignedDuration::from_hours(24 * 4_000));
                let from = Timestamp::from_jiff(TimeZone::UTC.to_timestamp(later).unwrap());
                for pair in windows(&plan, from, from.plus(DAY * 1_000), 100).windows(2) {
                    prop_assert!(pair[0].until() <= pair[1].from());
                }
            }
        }
    }
}
