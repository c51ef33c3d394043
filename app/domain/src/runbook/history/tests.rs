//! How long steps took, and when a runbook is due for something.

use super::*;
use crate::runbook::run::fold::tests::made::{event, plan};

const DAY_S: u64 = 24 * 60 * 60;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_ms(seconds * 1000)
}

/// Events in the order in which they came in, each with its time in seconds.
fn run(start_s: i64, events: &[(i64, &str)]) -> (Timestamp, Vec<Event>) {
    let made = (1..).zip(events).map(|(seq, (at_s, line))| Event { occurred_at: at(*at_s), ..event(seq, line) });
    (at(start_s), made.collect())
}

/// Of each step: seconds, skipped, failed, runs.
fn told(times: &[StepTime]) -> Vec<(Vec<u64>, usize, usize, usize)> {
    times.iter().map(|time| (time.ms.iter().map(|ms| ms / 1000).collect(), time.skipped, time.failed, time.runs)).collect()
}

#[test]
fn a_step_takes_from_the_end_of_the_one_before() {
    let plan = plan(&["look", "ask yes>copy no>end", "copy", "end"]);
    let runs = [
        run(100, &[(110, "tick look"), (130, "answer ask yes"), (135, "note copy"), (190, "tick copy"), (191, "tick gone")]),
        run(500, &[(503, "tick look"), (504, "answer ask no"), (510, "tick end")]),
    ];
    assert_eq!(
        told(&times(&plan, &runs)),
        [(vec![3, 10], 0, 0, 2), (vec![1, 20], 0, 0, 2), (vec![60], 0, 0, 1), (vec![6], 0, 0, 1)],
    );
}

#[test]
fn what_was_sent_late_stands_where_it_happened() {
    let plan = plan(&["look", "copy"]);
    let runs = [run(0, &[(50, "tick copy by=b"), (20, "tick look")])];
    assert_eq!(told(&times(&plan, &runs)), [(vec![20], 0, 0, 1), (vec![30], 0, 0, 1)]);
}

#[test]
fn only_what_a_step_came_to_in_the_end_counts() {
    let plan = plan(&["look", "copy", "tell", "end"]);
    let runs = [run(
        0,
        &[
            (5, "tick look"),
            (6, "untick look"),
            (15, "tick look"),
            (20, "fail copy"),
            (50, "tick copy"),
            (51, "skip tell"),
            (52, "skip end"),
            (53, "untick end"),
        ],
    )];
    let expected = [(vec![10], 0, 0, 1), (vec![30], 0, 1, 1), (vec![], 1, 0, 1), (vec![], 0, 0, 1)];
    assert_eq!(told(&times(&plan, &runs)), expected);
}

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * DAY_S)
}

fn on_day(day: u64) -> Timestamp {
    Timestamp::from_ms(0).plus(Duration::from_secs(day * DAY_S))
}

#[test]
fn a_runbook_is_due_when_its_time_is_over() {
    let front = FrontMatter { review_every: Some(days(90)), drill_every: Some(days(180)), ..FrontMatter::default() };
    let told = |used: &Use, day: u64| stale(&front, on_day(0), used, &Language::ALL, 0, 0, on_day(day));
    let unused = Use::default();
    assert_eq!(told(&unused, 89), []);
    assert_eq!(told(&unused, 90), [Stale::ReviewDue { days: 0 }]);
    assert_eq!(told(&unused, 200), [Stale::NeverDrilled, Stale::ReviewDue { days: 110 }]);
    let used = Use { reviewed_at: Some(on_day(100)), drilled_at: Some(on_day(10)), ..Use::default() };
    assert_eq!(told(&used, 189), []);
    assert_eq!(told(&used, 193), [Stale::DrillDue { days: 3 }, Stale::ReviewDue { days: 3 }]);
}

#[test]
fn what_people_met_in_runs_is_said() {
    let told = |recent: &[(usize, usize)]| {
        let used = Use { recent: recent.to_vec(), ..Use::default() };
        stale(&FrontMatter::default(), on_day(0), &used, &Language::ALL, 0, 0, on_day(0))
    };
    assert_eq!(told(&[(3, 0)]), [], "once is chance");
    assert_eq!(told(&[(1, 0), (2, 0), (0, 0), (0, 0)]), [Stale::OftenSkipped { runs: 2 }]);
    assert_eq!(told(&[(1, 0), (2, 0), (0, 0), (0, 0), (0, 0)]), []);
    assert_eq!(told(&[(0, 2), (0, 1)]), [Stale::WrongNotes { n: 3 }]);
}

#[test]
fn the_gravest_is_said_first() {
    let front = FrontMatter { review_every: Some(days(1)), drill_every: Some(days(1)), ..FrontMatter::default() };
    let used = Use { recent: vec![(1, 1), (1, 0)], ..Use::default() };
    let all = stale(&front, on_day(0), &used, &[Language::En], 2, 3, on_day(9));
    assert!(all.is_sorted());
    let words: Vec<_> = all.iter().map(|stale| (stale.key(), stale.number(), stale.name())).collect();
    let expected = [
        ("stale-mistakes", Some(2), None),
        ("stale-wrong-notes", Some(1), None),
        ("stale-often-skipped", Some(2), None),
        ("stale-never-drilled", None, None),
        ("stale-review-due", Some(8), None),
        ("stale-language-missing", None, Some("ja")),
        ("stale-warnings", Some(3), None),
    ];
    assert_eq!(words, expected);
}

#[test]
fn what_was_replaced_is_due_for_nothing() {
    let other: Slug = "other".parse().unwrap();
    let front = FrontMatter { review_every: Some(days(1)), replaced_by: Some(other.clone()), ..FrontMatter::default() };
    let all = stale(&front, on_day(0), &Use::default(), &[], 0, 9, on_day(99));
    assert_eq!(all, [Stale::Replaced(other)]);
    assert_eq!((all[0].key(), all[0].name()), ("stale-replaced", Some("other")));
}
