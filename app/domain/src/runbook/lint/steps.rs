//! Each step by itself: its id, what it points at, and its blocks.

use std::collections::HashSet;

use super::{Code, Finding, Text, flags_span, shell};
use crate::runbook::{Block, Decision, Step};
use crate::text::Slug;

pub(super) fn look(text: &Text<'_>, found: &mut Vec<Finding>) {
    let mistaken = mistaken_comments(text);
    for (place, step) in text.document.steps.iter().enumerate() {
        if step.is_ticked {
            found.push(Finding::new(Code::Ticked, step.title_span.clone(), Vec::new()));
        }
        if step.title.is_empty() {
            found.push(Finding::new(Code::WordsMissing, step.title_span.clone(), Vec::new()));
        }
        look_at_id(text, place, &mistaken, found);
        if let Some(decision) = &step.flags.decision {
            look_at_decision(text, place, decision, found);
        }
        look_at_undo(text, place, found);
        look_at_when(text, place, found);
        if let Some(verify) = step.flags.verify.as_deref().filter(|verify| !names_a_probe(verify)) {
            found.push(Finding::new(Code::VerifyShape, flags_span(step), vec![("value", verify.to_owned())]));
        }
        look_at_code(step, found);
    }
}

/// Where comments stand whose id the reader could not take; in order.
fn mistaken_comments(text: &Text<'_>) -> Vec<usize> {
    let is_of_id = |finding: &&Finding| matches!(finding.code, Code::IdShape | Code::CommentUnreadable);
    let mut starts: Vec<usize> = text.document.mistakes.iter().filter(is_of_id).map(|finding| finding.span.start).collect();
    starts.sort_unstable();
    starts
}

fn look_at_id(text: &Text<'_>, place: usize, mistaken: &[usize], found: &mut Vec<Finding>) {
    let step = &text.document.steps[place];
    let Some(id) = &step.id else {
        let before = |end: usize| mistaken.partition_point(|start| *start < end);
        if before(step.title_span.start) == before(step.title_span.end) {
            found.push(Finding::new(Code::IdMissing, step.title_span.clone(), Vec::new()));
        }
        return;
    };
    let first = text.place(id).unwrap_or(place);
    if first != place {
        let line = text.line(text.document.steps[first].title_span.start);
        let args = vec![("id", id.to_string()), ("line", line.to_string())];
        found.push(Finding::new(Code::IdTwice, flags_span(step), args));
    }
}

fn look_at_decision(text: &Text<'_>, place: usize, decision: &Decision, found: &mut Vec<Finding>) {
    let step = &text.document.steps[place];
    let mut add = |code: Code, args: Vec<(&'static str, String)>| found.push(Finding::new(code, flags_span(step), args));
    if decision.answers.len() < 2 {
        add(Code::DecisionFewAnswers, Vec::new());
    }
    let mut known = HashSet::new();
    for (answer, target) in &decision.answers {
        if !known.insert(answer) {
            add(Code::AnswerTwice, vec![("answer", answer.clone())]);
        }
        match text.place(target) {
            _ if step.id.as_ref() == Some(target) => add(Code::TargetSelf, Vec::new()),
            None => add(Code::TargetMissing, vec![("id", target.to_string())]),
            Some(ahead) if ahead < place && decision.max.is_none() => add(Code::LoopWithoutMax, vec![("id", target.to_string())]),
            Some(_) => {}
        }
    }
}

fn look_at_undo(text: &Text<'_>, place: usize, found: &mut Vec<Finding>) {
    let step = &text.document.steps[place];
    let Some(undo) = &step.flags.undo else { return };
    let (code, args) = match text.place(undo) {
        _ if step.id.as_ref() == Some(undo) => (Code::UndoSelf, Vec::new()),
        None => (Code::UndoMissing, vec![("id", undo.to_string())]),
        Some(partner) if partner < place => (Code::UndoBefore, vec![("id", undo.to_string())]),
        Some(_) => return,
    };
    found.push(Finding::new(code, flags_span(step), args));
}

fn look_at_when(text: &Text<'_>, place: usize, found: &mut Vec<Finding>) {
    let step = &text.document.steps[place];
    let Some((id, answer)) = &step.flags.when else { return };
    let mut args = vec![("id", id.to_string())];
    let code = match text.place(id) {
        None => Code::WhenMissing,
        Some(asked) => match &text.document.steps[asked].flags.decision {
            None => Code::WhenNotDecision,
            Some(decision) if !decision.answers.iter().any(|(known, _)| known == answer) => {
                args.push(("answer", answer.clone()));
                Code::WhenAnswer
            }
            Some(_) if asked >= place => Code::WhenAhead,
            Some(_) => return,
        },
    };
    found.push(Finding::new(code, flags_span(step), args));
}

/// `probe:` and a slug, of which placeholders may be a part.
fn names_a_probe(verify: &str) -> bool {
    let Some(named) = verify.strip_prefix("probe:") else { return false };
    let mut slug = String::new();
    let mut at = 0;
    for placeholder in shell::placeholders(named) {
        slug.push_str(&named[at..placeholder.span.start]);
        slug.push('x');
        at = placeholder.span.end;
    }
    slug.push_str(&named[at..]);
    slug.parse::<Slug>().is_ok()
}

/// Each block of code says what it is; behind each command stands what it shows, before the next command.
fn look_at_code(step: &Step, found: &mut Vec<Finding>) {
    for (at, block) in step.blocks.iter().enumerate() {
        let Block::Code { language, span, .. } = block else { continue };
        if language.is_none() {
            found.push(Finding::new(Code::CodeLanguage, span.clone(), Vec::new()));
        } else if is_command(block) {
            let behind = &step.blocks[at + 1..];
            let is_expected = |block: &Block| matches!(block, Block::Expect { .. });
            if !behind.iter().take_while(|block| !is_command(block)).any(is_expected) {
                found.push(Finding::new(Code::ExpectMissing, span.clone(), Vec::new()));
            }
        }
    }
}

fn is_command(block: &Block) -> bool {
    matches!(block, Block::Code { language: Some(language), .. } if shell::is_shell(language))
}
