//! What the linter finds, and what it passes over: one mistake at a time in a runbook that has none.

use proptest::prelude::*;

use super::*;
use crate::runbook::parse::parse;
use crate::runbook::run::fold::tests::made::document;
use crate::runbook::run::plan::Plan;
use crate::runbook::run::reach::applicable;
use crate::runbook::{SOURCE_BYTES_MAX, STEPS_MAX};

/// A runbook in which nothing is wrong.
const GOOD: &str = r#"---
id: web-down
title: { ja: "ウェブが落ちた", en: "The web is down" }
lang: en
alerts: [http_down, http_slow]
owner: ops
params:
  - { name: host, pattern: "^[a-z0-9][a-z0-9.-]{0,62}$", default: web-1, required: true }
  - { name: token, secret: true }
---
# web-down

## Meaning

Nobody sees anything. Press <kbd>F5</kbd> to be sure.<br>Then go on.

## Diagnosis

- [ ] Does it answer? <!-- s:answers needs=ssh verify=probe:web -->
  ```sh
  curl -sS -H "authorization: {{token}}" https://{{host}}/ # don't retry
  ping {{host}}
  ```
  ```expect
  200
  ```
- [ ] Is its disk full? <!-- s:full decision yes=stop no=restart -->

## Mitigation

- [ ] Stop the timer <!-- s:stop undo=start when=full:yes -->
- [ ] Wipe the cache <!-- s:wipe risk=destructive when=full:yes -->
- [ ] Restart it <!-- s:restart risk=low -->
- [ ] Start the timer <!-- s:start when=full:yes -->

## Verification

Look at the page.

- [ ] Has it gone quiet? <!-- s:quiet timer=5m -->
"#;

fn found(source: &str, file_name: Option<&str>) -> Vec<Finding> {
    lint(source, &parse(source), file_name)
}

fn codes(source: &str) -> Vec<Code> {
    found(source, None).into_iter().map(|finding| finding.code).collect()
}

/// The good runbook with something replaced.
fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(GOOD.to_owned(), |source, (from, to)| {
        assert!(source.contains(from), "{from:?} is not there");
        source.replacen(from, to, 1)
    })
}

/// What makes each mistake.
const MISTAKES: &[(Code, &[(&str, &str)])] = &[
    (Code::FrontYaml, &[("[http_down, http_slow]", "[http_down, http_slow")]),
    (Code::FrontKeyUnknown, &[("owner: ops", "owner: ops\nwoner: ops")]),
    (Code::FrontValue, &[("lang: en", "lang: tlh")]),
    (Code::ParamTwice, &[("- { name: token", "- { name: host }\n  - { name: token")]),
    (Code::ParamPattern, &[("[a-z0-9][a-z0-9.-]{0,62}", "[a-z0-9")]),
    (Code::ParamDefault, &[("default: web-1", "default: WEB")]),
    (Code::ParamFrom, &[("default: web-1", "from: \"stars.sign\"")]),
    (Code::ParamName, &[("name: token", "name: \"to ken\"")]),
    (Code::AttributeUnknown, &[("needs=ssh", "nedes=ssh")]),
    (Code::AttributeValue, &[("risk=low", "risk=tiny")]),
    (Code::IdShape, &[("s:quiet", "s:Quiet_It")]),
    (
        Code::TooDeep,
        &[(
            "- [ ] Restart it <!-- s:restart risk=low -->",
            "- [ ] Restart it <!-- s:restart risk=low -->\n  - [ ] a <!-- s:a -->\n    - [ ] b <!-- s:b -->\n      - [ ] c <!-- s:c -->",
        )],
    ),
    (Code::FrontIdMissing, &[("id: web-down\n", "")]),
    (Code::TitleMissing, &[("title: { ja: \"ウェブが落ちた\", en: \"The web is down\" }\n", "")]),
    (Code::LanguageMissing, &[("lang: en\n", "")]),
    (Code::OwnerMissing, &[("owner: ops\n", "")]),
    (Code::NoSteps, &[("## Diagnosis", "## Before"), ("## Mitigation", "## Then")]),
    (Code::VerificationMissing, &[("## Verification", "## Afterwards")]),
    (Code::StepOutside, &[("Press <kbd>", "\n\n- [ ] Sleep <!-- s:sleep -->\n\nPress <kbd>")]),
    (Code::Ticked, &[("- [ ] Stop", "- [x] Stop")]),
    (Code::WordsMissing, &[("- [ ] Stop the", "- [ ] <!-- s:none -->\n- [ ] Stop the")]),
    (Code::IdMissing, &[(" <!-- s:quiet timer=5m -->", "")]),
    (Code::IdTwice, &[("s:quiet", "s:stop")]),
    (Code::TargetMissing, &[("no=restart", "no=reboot")]),
    (Code::TargetSelf, &[("no=restart", "no=full")]),
    (Code::LoopWithoutMax, &[("no=restart", "no=answers")]),
    (Code::AnswerTwice, &[("no=restart", "no=restart no=stop")]),
    (Code::DecisionFewAnswers, &[(" no=restart", "")]),
    (Code::Unreachable, &[("yes=stop", "yes=restart")]),
    (Code::UndoMissing, &[("undo=start", "undo=begin")]),
    (Code::UndoSelf, &[("undo=start", "undo=stop")]),
    (Code::UndoBefore, &[("undo=start", "undo=answers")]),
    (Code::WhenMissing, &[("s:start when=full:yes", "s:start when=fool:yes")]),
    (Code::WhenNotDecision, &[("s:start when=full:yes", "s:start when=stop:yes")]),
    (Code::WhenAnswer, &[("s:start when=full:yes", "s:start when=full:maybe")]),
    (Code::WhenAhead, &[("s:answers", "s:answers when=full:yes")]),
    (Code::DestructiveUnverified, &[("s:answers needs=ssh", "s:answers risk=destructive")]),
    (Code::CodeLanguage, &[("```sh", "```")]),
    (Code::ExpectMissing, &[("  ```expect\n  200\n  ```\n", "")]),
    (Code::ProseJump, &[("Look at the page.", "Does it hang? Go to step 2.")]),
    (Code::ParamUnknown, &[("ping {{host}}", "ping {{hots}}")]),
    (Code::ParamUnused, &[("ping {{host}}", "ping web"), ("https://{{host}}/", "https://web/")]),
    (Code::ParamInQuotes, &[("ping {{host}}", "ping \"{{host}}\"")]),
    (Code::ParamDash, &[("[a-z0-9][a-z0-9.-]{0,62}", "[a-z0-9.-]{1,63}")]),
    (Code::VerifyShape, &[("probe:web", "http:web")]),
    (Code::HtmlRaw, &[("Look at the page.", "Look at <b>the</b> page.")]),
];

#[test]
fn nothing_is_found_in_a_good_runbook() {
    assert_eq!(found(GOOD, Some("web-down.en.md")), []);
    assert_eq!(found(GOOD, Some("runbooks/web-down.md")), []);
    assert_eq!(found(&GOOD.replace('\n', "\r\n"), None), []);
}

#[test]
fn each_mistake_is_found_where_it_is_made() {
    for (code, changes) in MISTAKES {
        let source = with(changes);
        let found = found(&source, None);
        let of_code: Vec<&Finding> = found.iter().filter(|finding| finding.code == *code).collect();
        assert!(!of_code.is_empty(), "{code:?} was not found, but {found:?}");
        for finding in of_code {
            assert_eq!(finding.level, code.level());
            assert!(source.get(finding.span.clone()).is_some(), "{finding:?}");
            assert!(finding.args.iter().all(|(_, value)| !value.is_empty()), "{finding:?}");
        }
    }
}

#[test]
fn every_kind_of_finding_is_looked_for() {
    let elsewhere = [
        Code::FrontMissing,
        // Made by the reader of comments, which has a test for it.
        Code::CommentUnreadable,
        Code::TooManySteps,
        Code::TooLarge,
        Code::FileName,
        Code::SectionLong,
    ];
    for code in Code::ALL {
        let is_in_table = MISTAKES.iter().any(|(known, _)| known == code) || LANGUAGES.iter().any(|(known, _)| known == code);
        assert!(is_in_table || elsewhere.contains(code), "no test for {code:?}");
    }
}

#[test]
fn a_text_without_a_head_lacks_that_and_not_each_of_its_keys() {
    let found = codes(GOOD.split_once("---\n# ").unwrap().1);
    assert!(found.contains(&Code::FrontMissing));
    for code in [Code::FrontIdMissing, Code::TitleMissing, Code::LanguageMissing, Code::OwnerMissing] {
        assert!(!found.contains(&code), "{code:?}");
    }
}

#[test]
fn what_is_too_much_is_said() {
    let step = |place: usize| format!("- [ ] Look <!-- s:look-{place} -->\n");
    let steps = |count: usize| format!("{GOOD}{}", (0..count).map(step).collect::<String>());
    assert!(codes(&steps(8)).is_empty());
    assert_eq!(codes(&steps(9)), [Code::SectionLong]);
    assert!(codes(&steps(STEPS_MAX)).contains(&Code::TooManySteps));
    let large = codes(&format!("{GOOD}\n{}", "word ".repeat(SOURCE_BYTES_MAX / 5)));
    assert!(large.contains(&Code::TooLarge), "{large:?}");
}

#[test]
fn the_head_and_the_name_of_the_file_agree() {
    let table: &[(&str, &[&str])] = &[
        ("web-down.ja.md", &["lang"]),
        ("web-up.md", &["id"]),
        ("web-down.fr.md", &["id"]),
        ("/a/web-up.ja.md", &["id", "lang"]),
    ];
    for (name, keys) in table {
        let found = found(GOOD, Some(name));
        let said: Vec<&str> = found.iter().filter_map(|finding| Some(finding.args.first()?.1.as_str())).collect();
        assert_eq!(said, *keys, "{name}");
        assert!(found.iter().all(|finding| finding.code == Code::FileName));
        assert_eq!(position(GOOD, found[0].span.start).0, if keys[0] == "id" { 2 } else { 4 });
    }
}

#[test]
fn a_loop_that_ends_is_none_to_speak_of() {
    let source = with(&[("no=restart", "no=restart again=answers max=3")]);
    assert_eq!(codes(&source), []);
}

#[test]
fn a_finding_in_a_command_stands_at_its_placeholder() {
    let source = with(&[("ping {{host}}", "ping '{{host}}'")]);
    let found = found(&source, None);
    assert_eq!(&source[found[0].span.clone()], "{{host}}");
    assert_eq!(position(&source, found[0].span.start), (22, 9));
}

#[test]
fn warnings_are_left_out_before_mistakes_are() {
    let tags = "<b>".repeat(2 * FINDINGS_MAX);
    let source = format!("{}- [ ] no id\n", with(&[("Look at the page.", tags.as_str())]));
    let found = found(&source, None);
    assert_eq!(found.len(), FINDINGS_MAX);
    assert_eq!(found.last().map(|finding| finding.code), Some(Code::IdMissing));
}

/// What makes the Japanese text differ.
const LANGUAGES: &[(Code, &[(&str, &str)])] = &[
    (Code::OtherSteps, &[("- [ ] Restart it <!-- s:restart risk=low -->\n", "")]),
    (Code::OtherSteps, &[("s:restart ", "s:restarted ")]),
    (Code::OtherOrder, &[("s:stop ", "s:x "), ("s:wipe ", "s:stop "), ("s:x ", "s:wipe ")]),
    (Code::OtherOrder, &[("- [ ] Wipe", "  - [ ] Wipe")]),
    (Code::OtherFlags, &[("risk=low", "risk=high")]),
    (Code::OtherCode, &[("ping {{host}}", "ping -c 3 {{host}}")]),
    (Code::OtherFront, &[("owner: ops", "owner: me")]),
    (Code::OtherSections, &[("## Meaning", "## Impact")]),
    (Code::OtherSections, &[("## Meaning", "## Other\n\n## Meaning")]),
];

fn differences(changes: &[(&str, &str)]) -> Vec<Finding> {
    let mut all = vec![("lang: en", "lang: ja")];
    all.extend(changes);
    let other = with(&all);
    lint_languages((GOOD, &parse(GOOD)), (&other, &parse(&other)))
}

#[test]
fn languages_differ_in_words_only() {
    let words: &[(&str, &str)] = &[
        ("# don't retry", "# 再試行しない"),
        ("Look at the page.", "ページを見ます。"),
        ("Stop the timer", "タイマーを止める"),
        ("[http_down, http_slow]", "[http_slow, http_down]"),
        ("  200\n", "  200 と表示される\n"),
        ("# web-down\n", ""),
    ];
    assert_eq!(differences(words), []);
    for (code, changes) in LANGUAGES {
        let found = differences(changes);
        assert!(found.iter().any(|finding| finding.code == *code), "{code:?} was not found, but {found:?}");
    }
    let missing = &differences(LANGUAGES[0].1)[0];
    assert_eq!(missing.args, [("id", "restart".to_owned()), ("language", "ja".to_owned())]);
}

/// What runbooks are made of, good and bad.
const PIECES: &[&str] = &[
    "---\n",
    "id: a\n",
    "lang: en\n",
    "params:\n  - { name: x, pattern: \"[-a]+\" }\n",
    "## Diagnosis\n",
    "## Verification\n",
    "- [ ] a ",
    "  - [x] b ",
    "      - [ ] c ",
    "<!-- s:a -->\n",
    "<!-- s:b decision x=a y=b when=b:x undo=a -->\n",
    "<!-- s:c risk=destructive when=b:y verify=probe:{{x}} -->\n",
    "<!-- s:",
    "  ```sh\n",
    "  ```expect\n",
    "  ```\n",
    "~~~\n",
    "    code {{x}}\n",
    "{{x}} ",
    "{{",
    "'",
    "\"",
    "$(",
    "`",
    "<<E\n",
    "\\",
    "<b>",
    "<!--",
    "-->",
    "if so, go to step 3. ",
    "手順 3 へ",
    "\r\n",
    "\u{feff}",
    "\n",
];

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Steps with decisions that lead ahead, conditions and undos, as lines for [`document`], and an answer for each.
fn any_lines() -> impl Strategy<Value = Vec<(String, &'static str)>> {
    prop::collection::vec(any::<[u8; 6]>(), 1..12).prop_map(|rows| {
        let count = rows.len();
        let mut decisions = Vec::new();
        let mut depth = 0;
        let mut lines = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            let [shape, ahead, other, when, undo, answer] = row.map(usize::from);
            let mut line = format!("{}s{place}", "  ".repeat(depth));
            depth = (shape % 3).min(depth + 1);
            if when % 3 == 0 && !decisions.is_empty() {
                let asked = decisions[when / 3 % decisions.len()];
                line = format!("{line}{}", format_args!(" when=s{asked}:{}", ["yes", "no"][when % 2]));
            }
            if ahead % 3 == 0 && place + 1 < count {
                let target = |byte: usize| place + 1 + byte % (count - place - 1);
                line = format!("{line}{}", format_args!(" yes>s{} no>s{}", target(ahead / 3), target(other)));
                decisions.push(place);
            } else if other % 2 == 0 {
                line.push_str(" code");
            }
            if undo % 4 == 0 && place + 1 < count {
                line = format!("{line}{}", format_args!(" undo=s{}", place + 1 + undo / 4 % (count - place - 1)));
            }
            lines.push((line, ["yes", "no"][answer % 2]));
        }
        lines
    })
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any_text(), other in any_text()) {
        let (one, two) = (parse(&text), parse(&other));
        let found = lint(&text, &one, Some("a.en.md"));
        prop_assert!(found.is_sorted_by_key(|finding| finding.span.start));
        for finding in &found {
            prop_assert!(text.get(finding.span.clone()).is_some(), "{:?}", finding);
        }
        if found.iter().all(|finding| finding.level == Level::Warning) {
            prop_assert!(Plan::of(&one).is_ok(), "what has no mistakes can be followed");
        }
        for finding in lint_languages((&text, &one), (&other, &two)) {
            prop_assert!(other.get(finding.span.clone()).is_some(), "{:?}", finding);
        }
        let same = lint_languages((&text, &one), (&text, &one));
        prop_assert!(same.is_empty(), "{:?}", same);
    }

    #[test]
    fn a_place_is_where_counting_comes_to(text in "(a|あ|\n|\r\n|🙂){0,40}", offset in 0_usize..140) {
        let (mut line, mut column) = (1, 1);
        for (at, c) in text.char_indices() {
            if at + c.len_utf8() > offset {
                break;
            }
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        prop_assert_eq!(position(&text, offset), (line, column));
    }

    #[test]
    fn a_step_that_some_answers_lead_to_is_reached(lines in any_lines()) {
        let (lines, given): (Vec<String>, Vec<&str>) = lines.into_iter().unzip();
        let document = document(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let Ok(plan) = Plan::of(&document) else { return Ok(()) };
        let answers: Vec<Option<String>> =
            plan.steps.iter().zip(given).map(|(step, answer)| step.is_decision().then(|| answer.to_owned())).collect();
        let applies = applicable(&plan, &answers);
        // Titles of made-up steps all stand at one place, so each gets its own.
        let mut placed = document.clone();
        for (place, step) in placed.steps.iter_mut().enumerate() {
            step.title_span = place..place;
        }
        let source = "x".repeat(lines.len());
        let found = lint(&source, &placed, None);
        for finding in found.iter().filter(|finding| finding.code == Code::Unreachable) {
            prop_assert!(!applies[finding.span.start], "{:?} in {:?}", lines[finding.span.start], lines);
        }
    }
}
