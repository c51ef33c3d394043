//! Timelines in the shapes in which people write them.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::incident::when;

const NOW: &str = "2024-04-19T03:00:00Z";

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn moment_of(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

fn pasted(text: &str) -> Vec<PastedLine> {
    read(text, date(2024, 4, 18), &tokyo(), moment_of(NOW))
}

/// The rows as one would write them in Tokyo, and problems by their keys.
fn readings(text: &str) -> Vec<String> {
    let shown = |line: PastedLine| match line.reading {
        Reading::Row { at, precision, body } => format!("{} {body}", when::written(at, precision, &tokyo())),
        Reading::Unreadable(problem) => problem.key().to_owned(),
    };
    pasted(text).into_iter().map(shown).collect()
}

#[test]
fn a_time_is_read_in_every_usual_shape() {
    let shapes = [
        "2024-04-18 22:36 JST 起きた",
        "2024/04/18 22:36 起きた",
        "2024-04-18T22:36+09:00 起きた",
        "2024-04-18T13:36Z 起きた",
        "2024-04-18 13:36 (UTC) 起きた",
        "22:36 起きた",
        "22:36 JST 起きた",
        "２２：３６　起きた",
        "22時36分 起きた",
        "22時36分、起きた",
        "午後10時36分 起きた",
        "10:36 pm 起きた",
        "4月18日 22:36 起きた",
        "2024年4月18日(木) 22時36分 起きた",
        "4/18 22:36 起きた",
        "4/18(木) 22:36 起きた",
        "- 22:36 起きた",
        "* 22:36 起きた",
        "・22:36 起きた",
        "1. 22:36 起きた",
        "12) 22:36 起きた",
        "- [x] 22:36 起きた",
        "> 22:36 起きた",
        "### 22:36 起きた",
        "[22:36] 起きた",
        "(22:36) 起きた",
        "【22:36】起きた",
        "**22:36** 起きた",
        "- **22:36 JST** 起きた",
        "**22:36** JST - 起きた",
        "`22:36` 起きた",
        "22:36 - 起きた",
        "22:36 — 起きた",
        "22:36 -> 起きた",
        "22:36: 起きた",
        "22:36：起きた",
        "22:36, 起きた",
        "22:36\t起きた",
        "2024-04-18\t22:36\t起きた",
        "| 22:36 | 起きた |",
        "| 22:36 | 起きた | |",
        "| 3 | 22:36 | 起きた |",
        "| 2024-04-18 | 22:36 | 起きた |",
        "| **22:36** | 起きた |",
    ];
    for shape in shapes {
        assert_eq!(readings(shape), ["2024-04-18 22:36 起きた"], "{shape}");
    }
}

#[test]
fn how_exactly_a_time_was_written_is_kept() {
    let shapes = [
        "~22:36 x",
        "〜22:36 x",
        "約22:36 x",
        "about 22:36 x",
        "22:36頃 x",
        "22時36分ごろ x",
        "22:36 JST 頃 x",
        "22:36〜 x",
        "～22:36 x",
    ];
    for shape in shapes {
        assert_eq!(readings(shape), ["~2024-04-18 22:36 x"], "{shape}");
    }
    assert_eq!(readings("22:36:10 x"), ["2024-04-18 22:36:10 x"]);
    assert_eq!(readings("2024-04-18T13:36:10.500Z x"), ["2024-04-18 22:36:10 x"]);
}

#[test]
fn what_is_behind_the_time_stays_as_it_was_written() {
    let cases = [
        ("22:36〜22:40 x", "〜22:40 x"),
        ("22:36 - 22:40 x", "- 22:40 x"),
        ("2024-04-18 09:00-10:00 保守", "-10:00 保守"),
        ("22:36 -1 になった", "-1 になった"),
        ("22:36 ~/bin/restart を実行", "~/bin/restart を実行"),
        ("22:36 *強調* した", "*強調* した"),
        ("22:36「ログ」を見る", "「ログ」を見る"),
        ("22:36 OK と返る", "OK と返る"),
        ("| 22:36 | a | b |", "a | b"),
    ];
    for (line, wanted) in cases {
        match &pasted(line)[0].reading {
            Reading::Row { body, .. } => assert_eq!(body, wanted, "{line}"),
            Reading::Unreadable(problem) => panic!("{line}: {problem:?}"),
        }
    }
}

#[test]
fn a_day_is_carried_on_and_a_heading_with_one_begins_it() {
    let text = "2024-04-17 22:00 a\n22:10 b\n\n## 4月18日(木)\n09:00 c\n2024年4月19日\n08:00 d\n4/18\n07:00 e";
    let wanted = [
        "2024-04-17 22:00 a",
        "2024-04-17 22:10 b",
        "paste-heading",
        "2024-04-18 09:00 c",
        "paste-heading",
        "2024-04-19 08:00 d",
        "paste-heading",
        "2024-04-18 07:00 e",
    ];
    assert_eq!(readings(text), wanted);
    let numbers: Vec<usize> = pasted(text).iter().map(|line| line.number).collect();
    assert_eq!(numbers, [1, 2, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_day_without_a_year_is_the_nearest() {
    let lines = read("12/31 23:50 a\n1/1 00:10 b", date(2024, 1, 1), &tokyo(), moment_of(NOW));
    let at = |index: usize| match lines[index].reading {
        Reading::Row { at, .. } => at,
        Reading::Unreadable(problem) => panic!("{problem:?}"),
    };
    assert_eq!(at(0), moment_of("2023-12-31T14:50:00Z"));
    assert_eq!(at(1), moment_of("2023-12-31T15:10:00Z"));
}

#[test]
fn midnight_is_crossed_where_the_clock_goes_clearly_back() {
    let wanted = ["2024-04-18 23:58 a", "2024-04-19 00:02 b", "2024-04-18 23:59 c", "2024-04-19 00:05 d", "2024-04-19 00:04 e"];
    assert_eq!(readings("23:58 a\n00:02 b\n23:59 c\n00:05 d\n00:04 e"), wanted);
    // A written day wins.
    assert_eq!(readings("23:58 a\n2024-04-18 00:02 b"), ["2024-04-18 23:58 a", "2024-04-18 00:02 b"]);
    // What would be to come was written out of order.
    assert_eq!(readings("4/19 11:50 a\n01:00 b"), ["2024-04-19 11:50 a", "2024-04-19 01:00 b"]);
}

#[test]
fn rows_of_different_zones_may_follow_each_other() {
    let wanted = ["2024-04-18 23:50 a", "2024-04-18 23:55 b", "2024-04-19 00:05 c", "2024-04-19 00:10 d"];
    assert_eq!(readings("23:50 JST a\n14:55 UTC b\n00:05 c\n15:10Z d"), wanted);
}

#[test]
fn what_is_no_row_is_said_to_be_none() {
    let cases = [
        ("続きの行です", "paste-no-time"),
        ("3時間後に復旧した", "paste-no-time"),
        ("3/4 の Pod が落ちた", "paste-no-time"),
        ("10:20:30:40 は住所", "paste-no-time"),
        ("25:00 x", "paste-no-such-time"),
        ("2024-02-30 10:00 x", "paste-no-such-time"),
        ("22:36 CST x", "paste-no-such-time"),
        ("0224-04-18 22:36 x", "paste-no-such-time"),
        ("22:36", "paste-no-text"),
        ("| 22:36 | |", "paste-no-text"),
        ("# タイムライン", "paste-heading"),
        ("時間 説明", "paste-heading"),
        ("---", "paste-heading"),
        ("2024-04-19 12:06 x", "paste-too-late"),
    ];
    for (line, wanted) in cases {
        assert_eq!(readings(line), [wanted], "{line}");
    }
    assert_eq!(readings("2024-04-19 12:05 x"), ["2024-04-19 12:05 x"], "five minutes ahead");
}

#[test]
fn a_table_has_a_head_and_a_rule() {
    let text = "| いつ | 何 |\n|---|:--|\n| 22:36 | a |\n| | b |";
    assert_eq!(readings(text), ["paste-heading", "paste-heading", "2024-04-18 22:36 a", "paste-no-time"]);
}

/// The times of the incident of pasokey on 2024-04-18, as its write-up has them, with two rows of the same minute.
const PASOKEY: [&str; 32] = [
    "18 22:36", "18 22:38", "18 23:10", "18 23:12", "18 23:15", "18 23:16", "18 23:18", "18 23:21", "18 23:25", "18 23:36",
    "18 23:38", "18 23:39", "18 23:41", "18 23:44", "18 23:45", "18 23:52", "18 23:54", "18 23:56", "18 23:58", "19 00:02",
    "19 00:05", "19 00:09", "19 00:10", "19 00:13", "19 00:16", "19 00:18", "19 00:21", "19 00:21", "19 00:25", "19 00:31",
    "19 00:33", "19 00:34",
];

#[test]
fn the_timeline_of_pasokey_goes_in_at_once_with_its_days_or_without() {
    let wanted: Vec<String> = PASOKEY.iter().enumerate().map(|(index, at)| format!("2024-04-{at} 出来事 {index}")).collect();
    let full: Vec<String> = PASOKEY.iter().enumerate().map(|(index, at)| format!("2024-04-{at} JST 出来事 {index}")).collect();
    assert_eq!(readings(&format!("{}\n", full.join("\n"))), wanted);
    let short: Vec<String> = PASOKEY.iter().enumerate().map(|(index, at)| format!("- {} 出来事 {index}", &at[3..])).collect();
    assert_eq!(readings(&short.join("\r\n")), wanted);
    let with_head = readings(&format!("時間\t説明\n{}", full.join("\n").replace(" JST ", " JST\t")));
    assert_eq!(with_head[0], "paste-heading");
    assert_eq!(with_head[1..], wanted);
}

fn zones() -> impl Strategy<Value = TimeZone> {
    prop::sample::select(vec!["Asia/Tokyo", "UTC", "America/New_York", "Europe/London"])
        .prop_map(|name| TimeZone::get(name).unwrap())
}

/// Lines of the pieces that lines are made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "22:36",
            "-",
            "|",
            "\n",
            "\r\n",
            " ",
            "4/18",
            "2024-04-18",
            "T",
            "Z",
            "+09:00",
            "頃",
            "〜",
            "**",
            "[",
            "]",
            "1.",
            "#",
            "22時",
            "36分",
            "月",
            "9999-12-31",
            "99:99",
            "JST",
            "23:59",
            "00:00",
            "約",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_line_that_is_not_blank_is_there_once_in_order_and_unchanged(
        text in prop_oneof![any::<String>(), pieces()], zone in zones(),
    ) {
        let lines = read(&text, date(2024, 4, 18), &zone, moment_of(NOW));
        let wanted: Vec<(usize, &str)> =
            text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(index, line)| (index + 1, line)).collect();
        let given: Vec<(usize, &str)> = lines.iter().map(|line| (line.number, line.source.as_str())).collect();
        prop_assert_eq!(given, wanted);
        for line in &lines {
            if let Reading::Row { at, body, .. } = &line.reading {
                prop_assert!(!is_too_late(*at, moment_of(NOW)));
                prop_assert!(!body.is_empty() && line.source.contains(body.as_str()));
            }
        }
    }

    #[test]
    fn rows_that_yagura_wrote_are_read_back(
        rows in prop::collection::vec((0_i64..1_700_000_000, prop::sample::select(Precision::ALL.to_vec()), "[a-zあ-ん]{2,9}( [a-zあ-ん]{1,9}){0,3}"), 1..20),
        zone in zones(),
    ) {
        // From 1972 on, when offsets were whole quarters of an hour.
        let rows: Vec<(Timestamp, Precision, String)> = rows.into_iter().map(|(s, precision, body)| {
            let unit_s = if precision == Precision::Exact { 1 } else { 60 };
            (Timestamp::from_ms((s / unit_s * unit_s + 63_072_000) * 1000), precision, format!("「{body}」"))
        }).collect();
        let text: Vec<String> =
            rows.iter().map(|(at, precision, body)| format!("{} {body}", when::written(*at, *precision, &zone))).collect();
        let lines = read(&text.join("\n"), date(2024, 4, 18), &zone, moment_of("2026-01-01T00:00:00Z"));
        prop_assert_eq!(lines.len(), rows.len());
        for (line, (at, precision, body)) in lines.iter().zip(rows) {
            let Reading::Row { at: read_at, precision: read_precision, body: read_body } = &line.reading else {
                return Err(TestCaseError::fail(format!("{line:?}")));
            };
            prop_assert_eq!((*read_at, read_body), (at, &body));
            // Whole minutes have no seconds, by which they would be known to be exact.
            prop_assert!(*read_precision == precision || precision == Precision::Exact);
        }
    }
}
