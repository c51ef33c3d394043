//! Feeds the reader of runbooks with whatever a fuzzer thinks of: no text may make it panic, and none may be lost. Run by `make fuzz`
//! (`cargo xtask fuzz`), which builds it so that libFuzzer sees which code each text reaches.
#![no_main]

use std::ops::Range;

use domain::runbook::lint::{lint, lint_languages};
use domain::runbook::run::fold::fold;
use domain::runbook::run::plan::Plan;
use domain::runbook::run::rules::{may, may_finish, Wish};
use domain::runbook::run::{Deed, Event, Outcome};
use domain::runbook::{compare, ids, params, parse, Block, Document, Part};
use domain::time::Timestamp;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let document = parse::parse(text);
    nothing_is_lost(text, &document);
    for finding in lint(text, &document, Some("some.en.md")) {
        assert!(text.get(finding.span.clone()).is_some(), "{finding:?} is of no place in the text");
    }
    lint_languages((text, &document), (text, &document));
    let canonical = parse::canonical(text);
    assert_eq!(parse::canonical(&canonical), canonical);
    ids_are_written_once(text, &document);
    for one in compare::compare(&[(text, &document)], &[(text, &document)]) {
        assert_eq!(one.change, compare::Change::Kept, "{one:?}");
    }
    commands_are_filled(&document);
    if let Ok(plan) = Plan::of(&document) {
        follow(&plan, bytes);
    }
});

/// Every letter and digit stands in a part of what was read.
fn nothing_is_lost(text: &str, document: &Document) {
    let mut spans: Vec<Range<usize>> = vec![document.front.span.clone()];
    for section in &document.sections {
        spans.push(section.span.clone());
        spans.extend(section.parts.iter().filter_map(|part| match part {
            Part::Prose { span, .. } => Some(span.clone()),
            Part::Step(_) => None,
        }));
    }
    for step in &document.steps {
        spans.push(step.title_span.clone());
        spans.extend(step.comment_span.clone());
        spans.extend(step.blocks.iter().map(|block| match block {
            Block::Prose { span, .. } | Block::Code { span, .. } | Block::Expect { span, .. } => span.clone(),
        }));
    }
    spans.sort_by_key(|span| span.start);
    let mut covered = 0;
    for span in spans.into_iter().chain(std::iter::once(text.len()..text.len())) {
        if span.start > covered {
            let between = &text[covered..span.start];
            // The box of a step is no text: `- [x] `.
            let lost = between.replace("[x]", "").replace("[X]", "");
            assert!(!lost.chars().any(char::is_alphabetic), "lost: {between:?} of {text:?}");
        }
        covered = covered.max(span.end);
    }
}

/// Steps get ids, each one of its own, and nothing else changes.
fn ids_are_written_once(text: &str, document: &Document) {
    let mut number = 0_u32;
    let mut random = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        number
    };
    let written = ids::write(text, None, &mut random);
    let again = parse::parse(&written);
    // Comments add no lines, and every step is still one on its own. There may be more: what was code, where words were missing.
    let lines = |text: &str, document: &Document| -> Vec<usize> {
        document.steps.iter().map(|step| text[..step.span.start].matches('\n').count()).collect()
    };
    let mut after = lines(&written, &again).into_iter();
    let is_kept = lines(text, document).into_iter().all(|line| after.any(|other| other == line));
    assert!(is_kept, "{text:?}\nbecame\n{written:?}");
    // A box without words may not be able to take a comment, or bring out more steps than are looked for.
    let has_words = document.steps.iter().chain(&again.steps).all(|step| !step.title.is_empty());
    if has_words {
        assert_eq!(ids::missing(&again), 0, "{text:?}\nbecame\n{written:?}");
        assert_eq!(ids::write(&written, None, &mut random), written);
    }
}

fn commands_are_filled(document: &Document) {
    let params = &document.front.params;
    let facts =
        params::Facts { labels: [("instance".to_owned(), "a; rm -rf '/'".to_owned())].into(), ..params::Facts::default() };
    let values = params::collect(params, &facts);
    for step in &document.steps {
        for block in &step.blocks {
            if let Block::Code { language, code, .. } = block {
                let pieces = params::fill(language.as_deref(), code, params, &values);
                let _ = params::copyable(language.as_deref(), &pieces);
            }
        }
    }
}

/// Follows the runbook as the bytes say.
fn follow(plan: &Plan, bytes: &[u8]) {
    let mut events: Vec<Event> = Vec::new();
    for (at, byte) in bytes.iter().rev().take(40).enumerate() {
        if plan.steps.is_empty() {
            return;
        }
        let place = usize::from(*byte) % plan.steps.len();
        let step = &plan.steps[place];
        let deed = Deed::ALL[usize::from(byte / 16) % Deed::ALL.len()];
        let answer = step.answers.get(at % step.answers.len().max(1)).map(|(answer, _)| answer.clone());
        let progress = fold(plan, &events);
        let actor = if byte % 3 == 0 { "user:1" } else { "user:2" };
        let wish = Wish { step: Some(&step.id), deed, actor, answer: answer.as_deref(), text: "because" };
        if may(plan, &progress, &events, &wish).is_ok() {
            events.push(Event {
                seq: events.len() as i64 + 1,
                step: Some(step.id.clone()),
                deed,
                actor: actor.to_owned(),
                occurred_at: Timestamp::from_ms(at as i64),
                answer,
                changed: Vec::new(),
            });
        }
        let after = fold(plan, &events);
        assert!(after.settled <= after.total);
        let _ = may_finish(plan, &after, Outcome::Resolved, "");
    }
}
