//! What people type for a time, and what it means on Friday, 19 April 2024, 00:40 in Tokyo.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn now() -> Timestamp {
    at("2024-04-19T00:40:00+09:00")
}

#[track_caller]
fn means(text: &str, moment: &str, precision: Precision) {
    let understood = understand(text, now(), &tokyo());
    assert_eq!(understood, Ok(Understood { at: at(moment), precision }), "{text}");
}

#[track_caller]
fn is_refused(text: &str, key: &str) {
    let refused = understand(text, now(), &tokyo()).expect_err(text);
    assert_eq!(refused.key(), key, "{text}: {refused}");
}

#[test]
fn a_time_without_a_day_is_the_latest_that_is_not_to_come() {
    means("22:36", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("00:25", "2024-04-19T00:25:00+09:00", Precision::Minute);
    means("0:44", "2024-04-19T00:44:00+09:00", Precision::Minute);
    means("0:46", "2024-04-18T00:46:00+09:00", Precision::Minute);
    means("22:36:10", "2024-04-18T22:36:10+09:00", Precision::Exact);
}

#[test]
fn a_span_is_counted_from_now() {
    means("-5m", "2024-04-19T00:35:00+09:00", Precision::Minute);
    means("+2m", "2024-04-19T00:42:00+09:00", Precision::Minute);
    means("-1h30m", "2024-04-18T23:10:00+09:00", Precision::Minute);
    means("-90s", "2024-04-19T00:38:30+09:00", Precision::Exact);
    means("5 min ago", "2024-04-19T00:35:00+09:00", Precision::Minute);
    means("1時間30分前", "2024-04-18T23:10:00+09:00", Precision::Minute);
    means("5分くらい前", "2024-04-19T00:35:00+09:00", Precision::About);
}

#[test]
fn nothing_and_words_for_it_are_now() {
    for text in ["", "  ", "now", "今", "いま", "NOW "] {
        means(text, "2024-04-19T00:40:00+09:00", Precision::Exact);
    }
}

#[test]
fn days_are_named_in_both_languages() {
    means("昨日 23:10", "2024-04-18T23:10:00+09:00", Precision::Minute);
    means("yesterday 23:10", "2024-04-18T23:10:00+09:00", Precision::Minute);
    means("おととい 8:00", "2024-04-17T08:00:00+09:00", Precision::Minute);
    means("today 0:10", "2024-04-19T00:10:00+09:00", Precision::Minute);
    means("4月18日(木) 22時36分", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("4/18 22:36", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("12/31 23:59", "2023-12-31T23:59:00+09:00", Precision::Minute);
    means("2/29 12:00", "2024-02-29T12:00:00+09:00", Precision::Minute);
}

#[test]
fn whatever_a_keyboard_types_is_read() {
    means("２２：３６", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("２０２４－０４－１８　２２：３６　ＪＳＴ", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("午後10時半", "2024-04-18T22:30:00+09:00", Precision::Minute);
    means("10:36 pm", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("12:05 am", "2024-04-19T00:05:00+09:00", Precision::Minute);
}

#[test]
fn a_zone_that_is_written_wins() {
    means("2024-04-18 22:36 JST", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("2024-04-18 13:36 UTC", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("2024-04-18T13:36:00Z", "2024-04-18T22:36:00+09:00", Precision::Exact);
    means("2024-04-18T22:36:00.250+09:00", "2024-04-18T22:36:00.250+09:00", Precision::Exact);
    means("2024-04-18 15:36 Europe/Berlin", "2024-04-18T22:36:00+09:00", Precision::Minute);
    means("13:36 UTC", "2024-04-18T22:36:00+09:00", Precision::Minute);
}

#[test]
fn about_is_understood_before_and_behind() {
    for text in ["~22:36", "22:36頃", "約22:36", "about 22:36", "22時36分ごろ", "22:36 前後"] {
        means(text, "2024-04-18T22:36:00+09:00", Precision::About);
    }
}

#[test]
fn what_is_refused_says_why() {
    for text in ["soon", "36", "22:3", "04/18/2024 22:36", "22:36 to 22:40", "22時間前の話", "12:34:56:78"] {
        let key = understand(text, now(), &tokyo()).expect_err(text).key();
        assert!(["invalid-when", "invalid-when-zone"].contains(&key), "{text}: {key}");
    }
    is_refused("25:10", "invalid-when-day");
    is_refused("22:61", "invalid-when-day");
    is_refused("2024-02-30 22:36", "invalid-when-day");
    is_refused("2/30 22:36", "invalid-when-day");
    is_refused("+6m", "invalid-when-future");
    is_refused("2024-04-20 22:36", "invalid-when-future");
    is_refused("1923-04-18 22:36", "invalid-when-past");
    is_refused("-999999h", "invalid-when-past");
    is_refused("22:36 IST", "invalid-when-zone");
    is_refused("22:36 Europe/Nowhere", "invalid-when-zone");
}

#[test]
fn an_ambiguous_zone_is_said_to_be_one() {
    let refused = understand("22:36 CST", now(), &tokyo()).unwrap_err();
    assert!(refused.to_string().contains("several time zones"), "{refused}");
}

#[test]
fn a_time_that_comes_twice_is_written_with_its_offset() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let [first, second] = [at("2023-10-29T02:30:00+02:00"), at("2023-10-29T02:30:00+01:00")];
    assert_eq!(written(first, Precision::Minute, &berlin), "2023-10-29 02:30 +02:00");
    assert_eq!(written(second, Precision::Minute, &berlin), "2023-10-29 02:30 +01:00");
    assert_eq!(understand("2023-10-29 02:30", now(), &berlin).unwrap().at, first);
}

proptest! {
    #[test]
    fn what_is_written_is_understood_as_the_same_moment(
        ms in at("1950-01-01T00:00:00Z").as_ms()..now().as_ms(),
        zone in prop::sample::select(vec!["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
        precision in prop::sample::select(vec![Precision::Exact, Precision::Minute, Precision::About]),
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let step = if precision == Precision::Exact { 1000 } else { 60_000 };
        let moment = Timestamp::from_ms(ms.div_euclid(step) * step);
        let understood = understand(&written(moment, precision, &zone), now(), &zone).unwrap();
        prop_assert_eq!(understood.at, moment);
        let is_whole_minute = moment.as_ms() % 60_000 == 0;
        let expected = if precision == Precision::Exact && is_whole_minute { Precision::Minute } else { precision };
        prop_assert_eq!(understood.precision, expected);
    }

    #[test]
    fn no_text_is_too_strange(text in ".{0,60}") {
        let _ = understand(&text, now(), &tokyo());
    }

    #[test]
    fn nearly_times_are_never_far_ahead_nor_far_back(text in "[-+~0-9０-９:：時分秒半前後約頃年月日/. TZJSTapm昨日()]{0,24}") {
        if let Ok(understood) = understand(&text, now(), &tokyo()) {
            prop_assert!(understood.at <= now().plus(FUTURE_MAX));
            prop_assert!(!is_too_long_ago(understood.at, now()));
        }
    }
}
