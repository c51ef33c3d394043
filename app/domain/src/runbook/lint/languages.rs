//! Where two languages of a runbook differ. They are one version: a run that begins in one is read in the other as well.

use std::collections::HashMap;

use super::{Code, Finding, flags_span, in_order, shell};
use crate::runbook::compare::{keep_order, parent_id, places};
use crate::runbook::front_matter::FrontMatter;
use crate::runbook::{Block, Document, Flags, Section, SectionKind, Span, Step, StepId};
use crate::text::Language;

/// Where `other` differs from `one` in what must be the same. Places are those in `other`.
pub fn lint_languages(one: (&str, &Document), other: (&str, &Document)) -> Vec<Finding> {
    let (_, one) = one;
    let (_, other) = other;
    let mut found = Vec::new();
    look_at_heads(&one.front, &other.front, &mut found);
    look_at_sections(one, other, &mut found);
    let pair = Pair { one, other, in_one: places(one), in_other: places(other) };
    pair.look_at_missing(&mut found);
    pair.look_at_order(&mut found);
    pair.look_at_steps(&mut found);
    in_order(found)
}

fn look_at_heads(one: &FrontMatter, other: &FrontMatter, found: &mut Vec<Finding>) {
    let same = [
        ("id", one.id == other.id),
        ("alerts", sorted(&one.alerts) == sorted(&other.alerts)),
        ("components", sorted(&one.components) == sorted(&other.components)),
        ("severity_hint", one.severity_hint == other.severity_hint),
        ("style", one.style == other.style),
        ("needs", sorted(&one.needs) == sorted(&other.needs)),
        ("applies_to", sorted(&one.applies_to) == sorted(&other.applies_to)),
        ("owner", one.owner == other.owner),
        ("review_every", one.review_every == other.review_every),
        ("drill_every", one.drill_every == other.drill_every),
        ("params", has_same_params(one, other)),
        ("estimated", one.estimated == other.estimated),
        ("visibility", one.is_public == other.is_public),
        ("offered", one.offered == other.offered),
        ("replaced_by", one.replaced_by == other.replaced_by),
    ];
    let differing = same.into_iter().filter(|(_, is_same)| !is_same);
    found.extend(differing.map(|(key, _)| Finding::new(Code::OtherFront, other.span.clone(), vec![("key", key.to_owned())])));
}

fn sorted<T: Ord>(list: &[T]) -> Vec<&T> {
    let mut sorted: Vec<&T> = list.iter().collect();
    sorted.sort();
    sorted
}

/// Labels may differ: they are for people.
fn has_same_params(one: &FrontMatter, other: &FrontMatter) -> bool {
    one.params.len() == other.params.len()
        && one.params.iter().zip(&other.params).all(|(one, other)| {
            one.name == other.name
                && one.from == other.from
                && one.default == other.default
                && one.pattern == other.pattern
                && one.is_required == other.is_required
                && one.is_secret == other.is_secret
        })
}

/// The kinds of sections, in order. What stands before the first heading may be there in one only.
fn look_at_sections(one: &Document, other: &Document, found: &mut Vec<Finding>) {
    let (of_one, of_other) = (headed(one), headed(other));
    let alike = of_one.iter().zip(&of_other).take_while(|(one, other)| one.kind == other.kind).count();
    if alike < of_one.len().max(of_other.len()) {
        // Where one lacks sections at its end, its last one is pointed at.
        let place = of_other.get(alike).or(of_other.last());
        let span = place.map_or(0..0, |section| section.span.clone());
        found.push(Finding::new(Code::OtherSections, span, Vec::new()));
    }
}

fn headed(document: &Document) -> Vec<&Section> {
    document.sections.iter().filter(|section| section.kind != SectionKind::Preamble).collect()
}

/// Two documents whose steps can be found by their ids.
struct Pair<'a> {
    one: &'a Document,
    other: &'a Document,
    in_one: HashMap<&'a StepId, usize>,
    in_other: HashMap<&'a StepId, usize>,
}

impl<'a> Pair<'a> {
    /// Steps of `other` that have an id which is in both, the first of each id, in order: id, place in `one`, place in `other`.
    fn common(&self) -> impl Iterator<Item = (&'a StepId, usize, usize)> {
        self.other.steps.iter().enumerate().filter_map(move |(place, step)| {
            let id = step.id.as_ref()?;
            let is_first = self.in_other.get(id) == Some(&place);
            Some((id, *self.in_one.get(id).filter(|_| is_first)?, place))
        })
    }

    fn look_at_missing(&self, found: &mut Vec<Finding>) {
        let finding = |id: &StepId, span: Span, lacking: Option<Language>| {
            let language = lacking.map_or("", Language::tag).to_owned();
            Finding::new(Code::OtherSteps, span, vec![("id", id.to_string()), ("language", language)])
        };
        // What `other` lacks is missed behind the step that it has of those before.
        let mut behind = self.other.front.span.end..self.other.front.span.end;
        for id in self.one.steps.iter().filter_map(|step| step.id.as_ref()) {
            match self.in_other.get(id) {
                Some(&place) => behind = self.other.steps[place].title_span.clone(),
                None => found.push(finding(id, behind.clone(), self.other.front.language)),
            }
        }
        for step in &self.other.steps {
            if let Some(id) = step.id.as_ref().filter(|id| !self.in_one.contains_key(id)) {
                found.push(finding(id, step.title_span.clone(), self.one.front.language));
            }
        }
    }

    /// Steps that stand elsewhere: as few as explain the difference, and those below another parent or in another section.
    fn look_at_order(&self, found: &mut Vec<Finding>) {
        let in_one: Vec<usize> = self.common().map(|(_, in_one, _)| in_one).collect();
        for ((id, in_one, in_other), keeps_order) in self.common().zip(keep_order(&in_one)) {
            let has_parent = parent_id(self.one, in_one) == parent_id(self.other, in_other);
            let has_section = section_kind(self.one, in_one) == section_kind(self.other, in_other);
            if !(keeps_order && has_parent && has_section) {
                let span = self.other.steps[in_other].title_span.clone();
                found.push(Finding::new(Code::OtherOrder, span, vec![("id", id.to_string())]));
            }
        }
    }

    fn look_at_steps(&self, found: &mut Vec<Finding>) {
        for (id, in_one, in_other) in self.common() {
            let (one, other) = (&self.one.steps[in_one], &self.other.steps[in_other]);
            let mut add = |code: Code, span: Span| found.push(Finding::new(code, span, vec![("id", id.to_string())]));
            if comparable(&one.flags) != comparable(&other.flags) {
                add(Code::OtherFlags, flags_span(other));
            }
            if commands(one) != commands(other) {
                add(Code::OtherCode, command_span(other));
            }
        }
    }
}

fn section_kind(document: &Document, place: usize) -> Option<SectionKind> {
    document.sections.get(document.steps[place].section).map(|section| section.kind)
}

/// What must be at hand has no order.
fn comparable(flags: &Flags) -> Flags {
    let mut flags = flags.clone();
    flags.needs.sort();
    flags
}

/// The shell code of a step without its comments, which are in the reader's language.
fn commands(step: &Step) -> Vec<String> {
    let shell_code = step.blocks.iter().filter_map(|block| match block {
        Block::Code { language: Some(language), code, .. } if shell::is_shell(language) => Some((language, code)),
        _ => None,
    });
    shell_code.map(|(language, code)| shell::without_comments(code, shell::has_prompts(language))).collect()
}

fn command_span(step: &Step) -> Span {
    let first = step.blocks.iter().find_map(|block| match block {
        Block::Code { language: Some(language), span, .. } if shell::is_shell(language) => Some(span.clone()),
        _ => None,
    });
    first.unwrap_or_else(|| step.title_span.clone())
}
