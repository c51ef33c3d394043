//! Gives ids to steps that have none, so that nobody has to think of any. Everything else in the source stays as it is.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::comment::{id_span, inner};
use super::{Block, Document, SOURCE_BYTES_MAX, SectionKind, Span, Step, StepId, parse};

/// Most words of a title that go into an id.
const WORDS_MAX: usize = 4;
/// Longest part of an id that comes from a title, in characters.
const NAME_CHARS_MAX: usize = 24;
/// The signs behind it, as in base32.
const SIGNS: [char; 32] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y',
    'z', '2', '3', '4', '5', '6', '7',
];
/// How many endings there are: three signs. A runbook has far fewer steps, so one is always free.
const ENDINGS: u32 = 32 * 32 * 32;
/// How often a source is looked at again. A comment can make a step of what was code before, as deep as steps nest.
const ROUNDS_MAX: usize = 8;

/// How many steps have no id.
pub fn missing(document: &Document) -> usize {
    document.steps.iter().filter(|step| step.id.is_none()).count()
}

/// The source with an id for each step that has none: behind the first line of its title, or where its comment lacks it. `like` is the same
/// checklist in another language: where both are of the same shape, its ids are taken. A source stays as it is if it would become too large.
///
/// No step that is there is lost. To Markdown a box without words ends before the next line, and one with a comment takes that in, a fence
/// or an empty item with it: where that would happen, boxes without words get no id (the lint says so), and the others do.
pub fn write(source: &str, like: Option<&Document>, random: &mut dyn FnMut() -> u32) -> String {
    let mut text = source.to_owned();
    for _ in 0..ROUNDS_MAX {
        let (document, spots) = parse::read(&text);
        if missing(&document) == 0 {
            break;
        }
        let like = like.filter(|like| has_same_shape(&document, like));
        let mut keeps = |which: Which| {
            let written = with_ids((&text, which), &document, &spots, like, random);
            let is_kept = written.len() <= SOURCE_BYTES_MAX && keeps_steps((&text, &document), &written);
            (is_kept && written != text).then_some(written)
        };
        let Some(written) = keeps(Which::All).or_else(|| keeps(Which::WithWords)) else { break };
        text = written;
    }
    text
}

/// Which of the steps without an id get one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// Those with words behind the box, where a comment takes in no line that it did not have before.
    WithWords,
}

impl Which {
    fn has(self, source: &str, step: &Step) -> bool {
        self == Self::All || !(step.title.is_empty() || source[step.span.start..step.title_span.start].contains('\n'))
    }
}

/// True when every step is still one, on its line: comments add none. There may be more between them.
fn keeps_steps((source, document): (&str, &Document), written: &str) -> bool {
    let after = lines_of_steps(written, &parse::parse(written));
    let mut after = after.into_iter();
    lines_of_steps(source, document).into_iter().all(|line| after.any(|other| other == line))
}

/// On which lines steps begin, counted from 0, in order.
fn lines_of_steps(source: &str, document: &Document) -> Vec<usize> {
    let (mut at, mut line) = (0, 0);
    let steps = document.steps.iter().map(|step| {
        line += source[at..step.span.start].matches('\n').count();
        at = step.span.start;
        line
    });
    steps.collect()
}

/// True when steps stand in the same order, under the same parents and headings, with as many commands, and no ids that differ.
fn has_same_shape(one: &Document, other: &Document) -> bool {
    one.steps.len() == other.steps.len()
        && one.steps.iter().zip(&other.steps).all(|(a, b)| {
            let agree = a.id.is_none() || b.id.is_none() || a.id == b.id;
            agree && a.parent == b.parent && kind_of(one, a) == kind_of(other, b) && commands(a) == commands(b)
        })
}

fn kind_of(document: &Document, step: &Step) -> Option<SectionKind> {
    document.sections.get(step.section).map(|section| section.kind)
}

fn commands(step: &Step) -> usize {
    step.blocks.iter().filter(|block| matches!(block, Block::Code { .. })).count()
}

/// One look: what goes where, and the source with all of it.
fn with_ids(
    (source, which): (&str, Which),
    document: &Document,
    spots: &[usize],
    like: Option<&Document>,
    random: &mut dyn FnMut() -> u32,
) -> String {
    let mut taken: HashSet<String> = document.steps.iter().filter_map(|step| step.id.as_ref()).map(ToString::to_string).collect();
    let mut edits = Vec::new();
    for (place, step) in document.steps.iter().enumerate().filter(|(_, step)| step.id.is_none()) {
        if !which.has(source, step) {
            continue;
        }
        let known = like.and_then(|like| like.steps.get(place)?.id.as_ref()).map(StepId::to_string);
        let known = known.filter(|id| !taken.contains(id));
        let Some(id) = known.or_else(|| new_id(&name(document, step), &taken, random)) else { continue };
        let edit = step.comment_span.as_ref().and_then(|comment| in_comment(source, comment, &id));
        let edit = edit.or_else(|| spots.get(place).map(|&spot| (spot..spot, format!(" <!-- s:{id} -->"))));
        edits.extend(edit);
        taken.insert(id);
    }
    edits.sort_by_key(|(span, _)| span.start);
    edited(source, &edits)
}

/// Puts an id into a comment that has none, or one that is none.
fn in_comment(source: &str, comment: &Span, id: &str) -> Option<(Span, String)> {
    let (at, text) = inner(source, comment)?;
    let span = id_span(text)?;
    Some((at + span.start..at + span.end, id.to_owned()))
}

/// A source with these pieces replaced, which are in order.
fn edited(source: &str, edits: &[(Span, String)]) -> String {
    let added: usize = edits.iter().map(|(_, text)| text.len()).sum();
    let mut written = String::with_capacity(source.len() + added);
    let mut at = 0;
    for (span, text) in edits {
        // Titles lie apart, so this never happens; and if it did, one step would wait for the next round.
        if span.start < at {
            continue;
        }
        written.push_str(&source[at..span.start]);
        written.push_str(text);
        at = span.end;
    }
    written.push_str(&source[at..]);
    written
}

/// What an id begins with: the first words of the title, as far as they are ASCII; else what the section is for.
fn name(document: &Document, step: &Step) -> String {
    let from_title = kebab(&step.title);
    if !from_title.is_empty() {
        return from_title;
    }
    let from_heading = match document.sections.get(step.section) {
        Some(section) if section.kind == SectionKind::Other => kebab(&section.heading),
        Some(section) if section.kind != SectionKind::Preamble => section.kind.name().to_owned(),
        _ => String::new(),
    };
    if from_heading.is_empty() { "step".to_owned() } else { from_heading }
}

/// The first ASCII words of a text, in small letters with hyphens between.
fn kebab(text: &str) -> String {
    // `don't` is one word.
    let text = text.replace(['\'', '’'], "");
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut kebab = String::new();
    for word in words.take(WORDS_MAX) {
        if kebab.is_empty() {
            kebab.extend(word.chars().take(NAME_CHARS_MAX));
        } else if kebab.len() + "-".len() + word.len() <= NAME_CHARS_MAX {
            kebab.push('-');
            kebab.push_str(word);
        } else {
            break;
        }
    }
    kebab.make_ascii_lowercase();
    kebab
}

/// An id that begins with `name` and is not taken. None only if all are.
fn new_id(name: &str, taken: &HashSet<String>, random: &mut dyn FnMut() -> u32) -> Option<String> {
    let first = random();
    let endings = (0..ENDINGS).map(|number| ending(first.wrapping_add(number)));
    endings.map(|ending| format!("{name}-{ending}")).find(|id| !taken.contains(id))
}

/// Three signs.
fn ending(number: u32) -> String {
    [10_u32, 5, 0].into_iter().map(|shift| SIGNS[(number >> shift) as usize % SIGNS.len()]).collect()
}
