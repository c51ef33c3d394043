//! The list that is gone through before a postmortem is published: what keeps it from being published, what somebody has to decide, and hints. Pure.

#[cfg(test)]
mod tests;

use std::ops::Range;

use domain::postmortem::blameless::{self, Hint};
use domain::postmortem::block::{Block, BlockKind, Mistake, Piece, pieces};
use domain::postmortem::frozen::Record;
use domain::postmortem::scan::{Found, FoundKind, Known, scan};
use domain::postmortem::{Content, withheld};
use domain::text::Language;

use super::record::Gathered;

/// Characters shown before and behind what was found.
const AROUND: usize = 24;

/// How much a point matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// It is as it should be.
    Fine,
    /// Somebody may think about it.
    Hint,
    /// Somebody has to say that it is meant so.
    Decide,
    /// It has to be mended first.
    Blocks,
}

impl Weight {
    /// The name in message keys and style sheets.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Hint => "hint",
            Self::Decide => "decide",
            Self::Blocks => "blocks",
        }
    }
}

/// Words that were found, with what stands around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// Where it stands: the language of the text, or none for what blocks show.
    pub(crate) language: Option<Language>,
    /// What it seems to be: key of a message.
    pub(crate) key: &'static str,
    pub(crate) before: String,
    pub(crate) words: String,
    pub(crate) after: String,
}

/// A point of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// Its name: `check-…` in messages, and what forms send when somebody decides.
    pub(crate) key: &'static str,
    pub(crate) weight: Weight,
    /// How many there are of what it speaks of.
    pub(crate) count: usize,
    pub(crate) found: Vec<Excerpt>,
}

/// What a postmortem is checked with.
pub(crate) struct Checked<'c> {
    /// In the languages in which it will be read.
    pub(crate) content: &'c Content,
    /// What its blocks show, and no more.
    pub(crate) gathered: &'c Gathered,
    /// Names of people who work here.
    pub(crate) people: Vec<String>,
    /// The site's languages.
    pub(crate) languages: &'c [Language],
    /// True when there are action items, or a reason why not.
    pub(crate) is_followed_up: bool,
    pub(crate) open_comments: usize,
    pub(crate) is_incident_public: bool,
    pub(crate) is_incident_over: bool,
}

fn excerpt(text: &str, range: &Range<usize>, language: Option<Language>, key: &'static str) -> Excerpt {
    let before: Vec<char> = text[..range.start].chars().rev().take_while(|c| *c != '\n').take(AROUND).collect();
    let after: String = text[range.end..].chars().take_while(|c| *c != '\n').take(AROUND).collect();
    let words = text[range.clone()].split('\n').next().unwrap_or_default().to_owned();
    Excerpt { language, key, before: before.into_iter().rev().collect(), words, after }
}

const fn found_key(kind: FoundKind) -> &'static str {
    match kind {
        FoundKind::Secret => "found-secret",
        FoundKind::Address => "found-address",
        FoundKind::Email => "found-email",
        FoundKind::Person => "found-person",
        FoundKind::Label => "found-label",
        FoundKind::Inside => "found-inside",
    }
}

/// What everybody would read in blocks, in these languages: each text by itself, and once.
fn told_by_blocks(record: &Record, languages: &[Language]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        if !all.iter().any(|known| known == text) {
            all.push(text.to_owned());
        }
    };
    for language in languages {
        for said in record.timeline.iter().filter_map(|row| row.said.as_ref()) {
            add(said.body.get(*language));
            said.rejected.iter().for_each(|rejected| add(rejected));
        }
        record.updates.iter().for_each(|update| add(update.body.get(*language)));
    }
    for action in &record.actions {
        add(&action.text);
        action.why.iter().for_each(|why| add(why));
    }
    all
}

/// Blocks of all texts of a postmortem, and lines that look like blocks and are none.
fn blocks(content: &Content) -> (Vec<Block>, Vec<(Language, Mistake)>) {
    let (mut blocks, mut mistakes) = (Vec::new(), Vec::new());
    for language in content.body.languages() {
        let (all, wrong) = pieces(content.body.get(language));
        blocks.extend(all.into_iter().filter_map(|piece| match piece {
            Piece::Block(block, _) => Some(block),
            Piece::Text(_) => None,
        }));
        mistakes.extend(wrong.into_iter().map(|mistake| (language, mistake)));
    }
    (blocks, mistakes)
}

/// What of a record a postmortem with this text tells everybody.
pub(crate) fn told_by(content: &Content, record: &Record, shows_figures: bool) -> Record {
    record.narrowed(&blocks(content).0, shows_figures)
}

impl Checked<'_> {
    /// The languages in which it will be read.
    fn meant(&self) -> Vec<Language> {
        match self.content.only {
            Some(only) => vec![only],
            None => self.languages.to_vec(),
        }
    }

    /// Every point, what weighs most first.
    pub(crate) fn points(&self) -> Vec<Point> {
        let (blocks, mistakes) = blocks(self.content);
        let has = |kind: BlockKind| blocks.iter().any(|block| block.kind == kind);
        let mut points = vec![self.title(), self.languages(), self.scan(), self.unclosed(), self.actions(), self.hints()];
        let mistakes = mistakes.into_iter().map(|(language, mistake)| Excerpt {
            language: Some(language),
            key: mistake.problem.key(),
            before: String::new(),
            words: mistake.text,
            after: String::new(),
        });
        points.push(point("blocks", Weight::Blocks, mistakes.collect()));
        let internal = if has(BlockKind::Timeline) { self.gathered.internal.len() } else { 0 };
        points.push(counted("internal-rows", Weight::Hint, internal));
        let runs = if has(BlockKind::Runs) { self.gathered.internal_runs } else { 0 };
        points.push(counted("internal-runs", Weight::Hint, runs));
        points.push(counted("comments", Weight::Decide, self.open_comments));
        points.push(counted("internal-incident", Weight::Decide, usize::from(!self.is_incident_public)));
        points.push(counted("open-incident", Weight::Decide, usize::from(!self.is_incident_over)));
        points.sort_by_key(|point| std::cmp::Reverse(point.weight));
        points
    }

    fn title(&self) -> Point {
        let missing = self.meant().iter().filter(|language| !self.content.title.has(**language)).count();
        counted("title", Weight::Blocks, missing)
    }

    fn languages(&self) -> Point {
        let missing = self.meant().iter().filter(|language| !self.content.body.has(**language)).count();
        counted("languages", Weight::Blocks, missing)
    }

    fn actions(&self) -> Point {
        counted("actions", Weight::Blocks, usize::from(!self.is_followed_up))
    }

    fn scan(&self) -> Point {
        let Gathered { labels, inside, .. } = self.gathered;
        let known = Known { people: self.people.clone(), labels: labels.clone(), inside: inside.clone() };
        let mut found = Vec::new();
        let mut look = |text: &str, language: Option<Language>| {
            found.extend(
                scan(text, &known).into_iter().map(|Found { kind, range }| excerpt(text, &range, language, found_key(kind))),
            );
        };
        for language in self.meant() {
            look(self.content.title.get(language), Some(language));
            look(self.content.body.get(language), Some(language));
        }
        for text in told_by_blocks(&self.gathered.record, &self.meant()) {
            look(&text, None);
        }
        point("scan", Weight::Decide, found)
    }

    fn unclosed(&self) -> Point {
        let of = |text: &str, language: Option<Language>| {
            let line = |number: usize| Excerpt {
                language,
                key: "found-unclosed",
                before: String::new(),
                words: text.lines().nth(number - 1).unwrap_or_default().chars().take(80).collect(),
                after: String::new(),
            };
            withheld::unclosed(text).into_iter().map(line).collect::<Vec<_>>()
        };
        let meant = self.meant();
        let own = meant.iter().flat_map(|language| {
            let (title, body) = (self.content.title.get(*language), self.content.body.get(*language));
            [of(title, Some(*language)), of(body, Some(*language))].concat()
        });
        let told = told_by_blocks(&self.gathered.record, &meant);
        point("unclosed", Weight::Decide, own.chain(told.iter().flat_map(|text| of(text, None))).collect())
    }

    fn hints(&self) -> Point {
        let of = |language: Language| {
            let text = self.content.body.get(language);
            let hints = blameless::hints(text).into_iter();
            hints.map(|Hint { range, key }| excerpt(text, &range, Some(language), key)).collect::<Vec<_>>()
        };
        point("blameless", Weight::Hint, self.meant().into_iter().flat_map(of).collect())
    }
}

fn point(key: &'static str, weight: Weight, found: Vec<Excerpt>) -> Point {
    Point { key, weight: if found.is_empty() { Weight::Fine } else { weight }, count: found.len(), found }
}

const fn counted(key: &'static str, weight: Weight, count: usize) -> Point {
    Point { key, weight: if count == 0 { Weight::Fine } else { weight }, count, found: Vec::new() }
}

/// What keeps it from being published: points that block, and points that nobody decided about.
pub(crate) fn in_the_way(points: &[Point], decided: &[String]) -> Vec<&'static str> {
    let is_in_the_way = |point: &&Point| match point.weight {
        Weight::Blocks => true,
        Weight::Decide => !decided.iter().any(|key| key == point.key),
        Weight::Fine | Weight::Hint => false,
    };
    points.iter().filter(is_in_the_way).map(|point| point.key).collect()
}
