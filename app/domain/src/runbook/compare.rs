//! What became of each step between two versions. Steps are matched by their ids and by nothing else: similar texts may mean opposite things.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::{Block, Document, Flags, SectionKind, Step, StepId};
use crate::text::Language;
use crate::words::words;

words! {
    /// What became of a step.
    Change {
        /// It is the same, where it was.
        Kept = "kept",
        /// Its text, a command or what is to be known of it is another.
        Changed = "changed",
        /// It is the same, elsewhere.
        Moved = "moved",
        /// It was not there before.
        New = "new",
        /// It is there no longer.
        Removed = "removed",
    }
}

/// A step of either version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its id.
    pub id: StepId,
    /// What became of it.
    pub change: Change,
    /// Its place in the older document of the same language as the first newer one; in the first older one, if there is none.
    pub before: Option<usize>,
    /// Its place in the first newer document.
    pub after: Option<usize>,
}

/// A fingerprint of what a step says: title, blocks, attributes. White space that nobody sees and the steps below it do not count.
pub fn content_hash(document: &Document, step: usize) -> [u8; 32] {
    let step = &document.steps[step];
    let mut hasher = Sha256::new();
    put(&mut hasher, "title", &flowing(&step.title));
    for block in &step.blocks {
        match block {
            Block::Prose { markdown, .. } => put(&mut hasher, "prose", &flowing(markdown)),
            Block::Code { language, code, .. } => {
                put(&mut hasher, "language", language.as_deref().unwrap_or_default());
                put(&mut hasher, "code", &lined(code));
            }
            Block::Expect { text, .. } => put(&mut hasher, "expect", &lined(text)),
        }
    }
    put_flags(&mut hasher, &step.flags);
    hasher.finalize().into()
}

/// What became of each step, in the order of the newer version; those that went stand where they were. Each is all languages of one
/// version, with the same steps in each, as the linter holds. A step is kept when every language that both versions have says the same; it
/// is changed when no language is in both, because nobody can know.
pub fn compare(before: &[(&str, &Document)], after: &[(&str, &Document)]) -> Vec<Compared> {
    let Some(&(_, newer)) = after.first() else {
        return before.first().map(|&(_, older)| Identified::new(older).all(Change::Removed)).unwrap_or_default();
    };
    let Some(older) = of_language(before, newer.front.language).or_else(|| before.first().map(|&(_, older)| older)) else {
        return Identified::new(newer).all(Change::New);
    };
    let in_both = after.iter().filter_map(|(_, newer)| Some((of_language(before, newer.front.language)?, *newer)));
    let pairs: Vec<_> = in_both.map(|(older, newer)| (Identified::new(older), Identified::new(newer))).collect();
    let (older, newer) = (Identified::new(older), Identified::new(newer));
    let common: Vec<usize> = newer.in_order().filter_map(|(id, _)| older.place(id)).collect();
    let mut orders = keep_order(&common).into_iter();
    let mut gone = older.gone(&newer);
    let mut all = gone.remove(&None::<&StepId>).unwrap_or_default();
    for (id, place) in newer.in_order() {
        let was = older.place(id);
        let change = match was {
            None => Change::New,
            Some(was) => {
                let keeps_order = orders.next().unwrap_or(true);
                if !is_same(&pairs, id) {
                    Change::Changed
                } else if keeps_order && stands(older.document, was) == stands(newer.document, place) {
                    Change::Kept
                } else {
                    Change::Moved
                }
            }
        };
        all.push(Compared { id: id.clone(), change, before: was, after: Some(place) });
        all.extend(gone.remove(&Some(id)).unwrap_or_default());
    }
    all
}

/// How much two texts have in common, from 0 to 1: the Sørensen–Dice coefficient of pairs of neighbouring characters, spaces left out, which
/// needs no words and so suits Japanese too. Good for suggestions and for nothing else: “scale down” and “scale up” are very similar.
pub fn similar(text: &str, other: &str) -> f64 {
    let (text, other) = (letters_of(text), letters_of(other));
    if text == other {
        return 1.0;
    }
    let (text, other) = (pairs_of(&text), pairs_of(&other));
    let total: usize = text.values().chain(other.values()).sum();
    let common: usize = text.iter().map(|(pair, count)| other.get(pair).map_or(0, |other| *count.min(other))).sum();
    if total == 0 { 0.0 } else { 2.0 * common as f64 / total as f64 }
}

/// Which of these places need not move so that all are in order: one of the longest rising sequences.
pub(super) fn keep_order(places: &[usize]) -> Vec<bool> {
    // Of each length so far: where the sequence of that length ends whose last place is the smallest.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        previous.push(length.checked_sub(1).map(|before| ends[before]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut stays = vec![false; places.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        stays[at] = true;
        next = previous[at];
    }
    stays
}

/// Where each id stands first.
pub(super) fn places(document: &Document) -> HashMap<&StepId, usize> {
    let mut places = HashMap::new();
    for (place, step) in document.steps.iter().enumerate() {
        if let Some(id) = &step.id {
            places.entry(id).or_insert(place);
        }
    }
    places
}

/// The id of the step above this one.
pub(super) fn parent_id(document: &Document, place: usize) -> Option<&StepId> {
    document.steps[place].parent.and_then(|parent| document.steps[parent].id.as_ref())
}

fn of_language<'a>(texts: &[(&str, &'a Document)], language: Option<Language>) -> Option<&'a Document> {
    texts.iter().map(|&(_, document)| document).find(|document| document.front.language == language)
}

/// Where a step belongs.
fn stands(document: &Document, place: usize) -> (Option<&StepId>, Option<SectionKind>) {
    let section = document.sections.get(document.steps[place].section);
    (parent_id(document, place), section.map(|section| section.kind))
}

fn is_same(pairs: &[(Identified<'_>, Identified<'_>)], id: &StepId) -> bool {
    let hash = |text: &Identified<'_>| text.place(id).map(|place| content_hash(text.document, place));
    !pairs.is_empty() && pairs.iter().all(|(older, newer)| hash(older) == hash(newer))
}

/// A document and where each id stands first.
struct Identified<'a> {
    document: &'a Document,
    places: HashMap<&'a StepId, usize>,
}

impl<'a> Identified<'a> {
    fn new(document: &'a Document) -> Self {
        Self { document, places: places(document) }
    }

    fn place(&self, id: &StepId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// Each id once, in order.
    fn in_order(&self) -> impl Iterator<Item = (&'a StepId, usize)> {
        let steps = self.document.steps.iter().enumerate();
        let named = steps.filter_map(|(place, step): (usize, &'a Step)| Some((step.id.as_ref()?, place)));
        named.filter(move |(id, place)| self.place(id) == Some(*place))
    }

    /// All of them, as new or as removed.
    fn all(&self, change: Change) -> Vec<Compared> {
        let is_new = change == Change::New;
        let compared = |(id, place): (&StepId, usize)| Compared {
            id: id.clone(),
            change,
            before: (!is_new).then_some(place),
            after: is_new.then_some(place),
        };
        self.in_order().map(compared).collect()
    }

    /// What is no longer there, by the step before it that still is.
    fn gone(&self, newer: &Identified<'_>) -> HashMap<Option<&'a StepId>, Vec<Compared>> {
        let mut gone: HashMap<Option<&StepId>, Vec<Compared>> = HashMap::new();
        let mut behind = None;
        for (id, place) in self.in_order() {
            if newer.places.contains_key(id) {
                behind = Some(id);
            } else {
                let removed = Compared { id: id.clone(), change: Change::Removed, before: Some(place), after: None };
                gone.entry(behind).or_default().push(removed);
            }
        }
        gone
    }
}

/// A piece with its name and length, so that no two lists of pieces look alike.
fn put(hasher: &mut Sha256, name: &str, text: &str) {
    for part in [name, text] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
}

fn put_flags(hasher: &mut Sha256, flags: &Flags) {
    put(hasher, "risk", flags.risk.map_or("", super::Risk::name));
    put(hasher, "critical", if flags.is_critical { "yes" } else { "" });
    put(hasher, "two-person", if flags.is_two_person { "yes" } else { "" });
    put(hasher, "timer", &flags.timer.map(|timer| timer.as_millis().to_string()).unwrap_or_default());
    put(hasher, "undo", flags.undo.as_ref().map_or("", StepId::as_str));
    if let Some((asked, answer)) = &flags.when {
        put(hasher, "when", asked.as_str());
        put(hasher, "when-answer", answer);
    }
    let needs: BTreeSet<&str> = flags.needs.iter().map(|need| need.name()).collect();
    for need in needs {
        put(hasher, "need", need);
    }
    put(hasher, "verify", flags.verify.as_deref().unwrap_or_default());
    if let Some(decision) = &flags.decision {
        put(hasher, "max", &decision.max.map(|max| max.to_string()).unwrap_or_default());
        for (answer, target) in &decision.answers {
            put(hasher, "answer", answer);
            put(hasher, "target", target.as_str());
        }
    }
}

/// Text that is broken into lines where it fits.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text whose lines and indentation count.
fn lined(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

fn letters_of(text: &str) -> Vec<char> {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// How often each pair of neighbours is there.
fn pairs_of(letters: &[char]) -> HashMap<&[char], usize> {
    let mut counts = HashMap::new();
    for pair in letters.windows(2) {
        *counts.entry(pair).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
