//! Comments of steps, read and written.

use proptest::prelude::*;

use super::*;

fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

/// The problems of a comment: what kind, and what the comment says there.
fn problems(text: &str) -> Vec<(&'static str, String)> {
    let comment = read(text);
    let shown = comment.problems.iter().map(|problem| (problem.finding(0).code.name(), text[problem.span.clone()].to_owned()));
    shown.collect()
}

#[test]
fn a_comment_says_all_there_is() {
    let text = " s:go risk=destructive critical confirm=two-person timer=1h30m undo=back when=which:held needs=ssh,phone-ok verify=probe:{{probe}} ";
    let comment = read(text);
    assert!(comment.problems.is_empty(), "{comment:?}");
    assert_eq!(comment.id, Some(id("go")));
    let expected = Flags {
        risk: Some(Risk::Destructive),
        is_critical: true,
        is_two_person: true,
        timer: Some(Duration::from_secs(5_400)),
        undo: Some(id("back")),
        when: Some((id("which"), "held".to_owned())),
        needs: vec![Need::Ssh, Need::PhoneOk],
        verify: Some("probe:{{probe}}".to_owned()),
        decision: None,
    };
    assert_eq!(comment.flags, expected);
}

#[test]
fn a_decision_has_answers_in_order_wherever_its_word_stands() {
    for text in ["s:which decision yes=act はい=back max=3", "s:which yes=act max=3 はい=back decision"] {
        let comment = read(text);
        assert!(comment.problems.is_empty(), "{comment:?}");
        let answers = vec![("yes".to_owned(), id("act")), ("はい".to_owned(), id("back"))];
        assert_eq!(comment.flags.decision, Some(Decision { answers, max: Some(3) }));
    }
}

#[test]
fn only_what_begins_with_an_s_and_a_colon_is_of_a_step() {
    for text in ["s:a", " s:a critical ", "\n\ts:", "s: a"] {
        assert!(is_step_comment(text), "{text:?}");
    }
    for text in ["", "critical", "not checked: s:a", "S:a", "s :a"] {
        assert!(!is_step_comment(text), "{text:?}");
        assert_eq!(read(text).problems.len(), 1, "{text:?}");
    }
}

#[test]
fn a_missing_id_is_no_problem_of_the_comment_but_a_strange_one_is() {
    assert_eq!(read(" s: critical ").id, None);
    assert!(problems(" s: critical ").is_empty());
    assert!(read(" s: critical ").flags.is_critical);
    assert_eq!(problems(" s:Copy_Data critical"), [("id-shape", "Copy_Data".to_owned())]);
    assert_eq!(problems("s:データ"), [("id-shape", "データ".to_owned())]);
}

#[test]
fn every_problem_is_told_with_its_place_and_the_rest_is_read() {
    let text = "s:a risk=huge crtical timer=0m needs=ssh,boat yes=b critical=1 max=3 verify= when=b confirm=me undo=B timer";
    let expected = [
        ("attribute-value", "risk=huge"),
        ("attribute-unknown", "crtical"),
        ("attribute-value", "timer=0m"),
        ("attribute-value", "needs=ssh,boat"),
        ("attribute-unknown", "yes=b"),
        ("attribute-value", "critical=1"),
        ("attribute-value", "max=3"),
        ("attribute-value", "verify="),
        ("attribute-value", "when=b"),
        ("attribute-value", "confirm=me"),
        ("attribute-value", "undo=B"),
        ("attribute-value", "timer"),
    ];
    assert_eq!(problems(text), expected.map(|(code, place)| (code, place.to_owned())));
    assert_eq!(read(text).flags.needs, [Need::Ssh]);
    assert_eq!(
        problems("s:a decision yes=B max=0 no"),
        [
            ("attribute-value", "yes=B".to_owned()),
            ("attribute-value", "max=0".to_owned()),
            ("attribute-unknown", "no".to_owned()),
        ]
    );
    assert_eq!(problems("s:a risk=low risk=high"), [("attribute-value", "risk=high".to_owned())]);
    assert_eq!(read("s:a risk=low risk=high").flags.risk, Some(Risk::Low));
}

#[test]
fn a_comment_without_end_is_not_read_to_its_end() {
    let comment = read(&format!("s:a {}", "x ".repeat(10_000)));
    assert_eq!(comment.problems.len(), WORDS_MAX + 1);
}

fn ids() -> impl Strategy<Value = StepId> {
    "[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}".prop_map(|text| id(&text))
}

fn answers() -> impl Strategy<Value = String> {
    let is_own = |answer: &String| ![CRITICAL, DECISION].contains(&answer.as_str()) && !ATTRIBUTES.contains(&answer.as_str());
    "[a-zあ-ん][a-z0-9あ-ん-]{0,12}".prop_filter("a name of its own", is_own)
}

fn flags() -> impl Strategy<Value = Flags> {
    let decision = (prop::collection::vec((answers(), ids()), 0..4), prop::option::of(1..=LOOPS_MAX))
        .prop_map(|(answers, max)| Decision { answers, max });
    let firsts = (
        prop::option::of(prop::sample::select(Risk::ALL.to_vec())),
        any::<bool>(),
        any::<bool>(),
        prop::option::of((1..=TIMER_MAX.as_secs()).prop_map(Duration::from_secs)),
    );
    let others = (
        prop::option::of(ids()),
        prop::option::of((ids(), answers())),
        prop::sample::subsequence(Need::ALL.to_vec(), 0..=Need::ALL.len()),
        prop::option::of("probe:[a-z{}-]{1,12}"),
        prop::option::of(decision),
    );
    (firsts, others).prop_map(|((risk, is_critical, is_two_person, timer), (undo, when, needs, verify, decision))| Flags {
        risk,
        is_critical,
        is_two_person,
        timer,
        undo,
        when,
        needs,
        verify,
        decision,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(id in ids(), flags in flags()) {
        let written = write(&id, &flags);
        let (_, text) = inner(&written, &(0..written.len())).unwrap();
        prop_assert_eq!(read(text), Comment { id: Some(id), flags, problems: Vec::new() });
    }

    #[test]
    fn no_comment_is_too_strange(
        text in prop_oneof![any::<String>(), "( ?(s:|a|=|:|,|max|3|decision|needs|when|timer|あ|\u{3000}|ssh|critical)){0,16}"],
    ) {
        for problem in read(&text).problems {
            prop_assert!(text.get(problem.span).is_some());
        }
    }
}
