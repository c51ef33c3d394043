//! What a runbook says of itself, and which sections it has.

use super::{Code, Finding, Text};
use crate::runbook::{Document, Part, Section, SectionKind, Span};
use crate::text::Language;

/// Most steps of one section at its top. A checklist of five to nine items is followed to its end.
const STEPS_IN_SECTION_MAX: usize = 9;

pub(super) fn look(text: &Text<'_>, file_name: Option<&str>, found: &mut Vec<Finding>) {
    look_at_head(text, found);
    if let Some(file_name) = file_name {
        look_at_file_name(text, file_name, found);
    }
    look_at_sections(text, found);
}

/// What the head lacks. A head that is not there or cannot be read lacks everything; that was said once.
fn look_at_head(text: &Text<'_>, found: &mut Vec<Finding>) {
    let front = &text.document.front;
    let is_read = |finding: &Finding| !matches!(finding.code, Code::FrontMissing | Code::FrontYaml);
    if !text.document.mistakes.iter().all(is_read) {
        return;
    }
    let lacks = [
        ("id", front.id.is_none(), Code::FrontIdMissing),
        ("title", front.title.is_none(), Code::TitleMissing),
        ("lang", front.language.is_none(), Code::LanguageMissing),
        ("owner", front.owner.is_none(), Code::OwnerMissing),
    ];
    let first_line = front.span.start..front.span.end.min(front.span.start + "---".len());
    for (key, is_missing, code) in lacks {
        if is_missing && !is_mistaken(text.document, key) {
            found.push(Finding::new(code, first_line.clone(), Vec::new()));
        }
    }
}

/// True when the value of this key is there and was found to be none.
fn is_mistaken(document: &Document, key: &str) -> bool {
    let is_of_key = |finding: &Finding| {
        finding.code == Code::FrontValue && finding.args.iter().any(|(name, value)| *name == "key" && value == key)
    };
    document.mistakes.iter().any(is_of_key)
}

/// The file is named `slug.ja.md`, `slug.en.md` or `slug.md`, and the head says the same.
fn look_at_file_name(text: &Text<'_>, file_name: &str, found: &mut Vec<Finding>) {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let by_language = stem.rsplit_once('.').and_then(|(slug, tag)| Some((slug, Language::from_tag(tag)?)));
    let (slug, language) = by_language.map_or((stem, None), |(slug, language)| (slug, Some(language)));
    let front = &text.document.front;
    let mut differs = |key: &'static str, value: &str| {
        let args = vec![("key", key.to_owned()), ("value", value.to_owned()), ("file", name.to_owned())];
        found.push(Finding::new(Code::FileName, key_span(text, key), args));
    };
    if let Some(id) = front.id.as_ref().filter(|id| id.as_str() != slug) {
        differs("id", id.as_str());
    }
    if let (Some(said), Some(named)) = (front.language, language)
        && said != named
    {
        differs("lang", said.tag());
    }
}

/// The line of the head that has this key; the whole head, if it stands on none of its own.
fn key_span(text: &Text<'_>, key: &str) -> Span {
    let front = &text.document.front.span;
    let mut at = front.start;
    for line in text.slice(front).split_inclusive('\n') {
        if line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')) {
            return at..at + line.trim_end().len();
        }
        at += line.len();
    }
    front.clone()
}

fn look_at_sections(text: &Text<'_>, found: &mut Vec<Finding>) {
    let document = text.document;
    let mut has_steps = false;
    for section in &document.sections {
        let steps: Vec<usize> = top_steps(section).collect();
        if !section.kind.holds_steps() {
            let outside = steps.iter().filter_map(|&place| document.steps.get(place));
            found.extend(outside.map(|step| Finding::new(Code::StepOutside, step.title_span.clone(), Vec::new())));
        }
        if steps.len() > STEPS_IN_SECTION_MAX {
            found.push(Finding::new(Code::SectionLong, section.span.clone(), vec![("count", steps.len().to_string())]));
        }
        has_steps |= !steps.is_empty() && matches!(section.kind, SectionKind::Diagnosis | SectionKind::Mitigation);
    }
    if !has_steps {
        let body = document.front.span.end;
        found.push(Finding::new(Code::NoSteps, body..body, Vec::new()));
    }
    let mut verifications = document.sections.iter().filter(|section| section.kind == SectionKind::Verification).peekable();
    let heading = verifications.peek().map(|section| section.span.clone());
    if !verifications.any(says_something) {
        let span = heading.unwrap_or(text.source.len()..text.source.len());
        found.push(Finding::new(Code::VerificationMissing, span, Vec::new()));
    }
}

fn top_steps(section: &Section) -> impl Iterator<Item = usize> {
    section.parts.iter().filter_map(|part| match part {
        Part::Step(place) => Some(*place),
        Part::Prose { .. } => None,
    })
}

fn says_something(section: &Section) -> bool {
    section.parts.iter().any(|part| match part {
        Part::Step(_) => true,
        Part::Prose { markdown, .. } => !markdown.trim().is_empty(),
    })
}
