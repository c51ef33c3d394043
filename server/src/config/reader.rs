//! Reading values out of the tree: mappings with known keys, texts with their placeholders filled in, booleans, numbers, lists.
//!
//! Nothing here stops at a mistake: it is noted, `None` comes back, and the reading goes on, so that all come out at once.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::excerpt::SHOWN_LINE_BYTES_MAX;
use super::mistake::{Mistake, Position};
use super::names::Names;
use super::tree::{Key, Kind, Node};
use super::{Sources, substitute};

/// Most searches for what was meant. Each compares with every known name, which must not be done for 20,000 wrong ones.
const SUGGESTIONS_MAX: usize = 50;
/// How alike (Jaro-Winkler, 0..=1) a suggestion must be.
const LIKENESS_MIN: f64 = 0.8;
/// Longest quotation of the file in a message, in characters.
const QUOTED_CHARS_MAX: usize = 60;

/// A value together with its name, e.g. `probes[2].timeout`.
#[derive(Clone)]
pub(super) struct Item<'n> {
    pub(super) node: &'n Node,
    pub(super) path: String,
}

impl<'n> Item<'n> {
    /// Its place.
    pub(super) fn at(&self) -> Position {
        self.node.start
    }

    /// Its text as it stands there, before anything is filled in. Empty if it is none.
    pub(super) fn raw(&self) -> &'n str {
        if let Kind::Scalar { text, .. } = &self.node.kind { text } else { "" }
    }

    /// The path of `key` in it.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Its elements, if it is a list.
    pub(super) fn elements(&self) -> Option<Vec<Item<'n>>> {
        let Kind::List(nodes) = &self.node.kind else { return None };
        let item = |(index, node): (usize, &'n std::rc::Rc<Node>)| Item { node, path: format!("{}[{index}]", self.path) };
        Some(nodes.iter().enumerate().map(item).collect())
    }
}

/// A text with its placeholders filled in.
pub(super) struct Text<'n> {
    pub(super) item: Item<'n>,
    /// The value. When `is_substituted`, it must not get into any message.
    pub(super) value: String,
    /// Something in it came from a variable or a file.
    pub(super) is_substituted: bool,
}

/// A mapping whose keys are known. Unknown and repeated ones were reported when it was opened.
pub(super) struct Fields<'n> {
    pub(super) item: Item<'n>,
    entries: HashMap<&'n str, (&'n Key, &'n Node)>,
    /// Known keys that somebody seems to have meant. That they are missing needs no second mistake.
    misspelt: Vec<String>,
}

impl<'n> Fields<'n> {
    /// The value of `key`, if it is there.
    pub(super) fn get(&self, key: &'static str) -> Option<Item<'n>> {
        let (_, node) = self.entries.get(key)?;
        Some(Item { node, path: self.item.path_of(key) })
    }

    /// Where `key` itself stands.
    pub(super) fn key_at(&self, key: &'static str) -> Option<Position> {
        self.entries.get(key).map(|(key, _)| key.at)
    }

    /// True when an unknown key looks like `key`.
    pub(super) fn has_misspelt(&self, key: &str) -> bool {
        self.misspelt.iter().any(|meant| meant == key)
    }

    /// The value of `key`, whose absence is a mistake.
    pub(super) fn require(&self, reader: &mut Reader<'_>, key: &'static str) -> Option<Item<'n>> {
        let found = self.get(key);
        if found.is_none() && !self.has_misspelt(key) {
            reader.report(Mistake::new(self.item.at(), self.item.path.clone(), format!("the key `{key}` is missing")));
        }
        found
    }
}

/// What the reading needs and gathers.
pub(super) struct Reader<'a> {
    sources: &'a dyn Sources,
    folder: &'a Path,
    lines: Vec<&'a str>,
    mistakes: Vec<Mistake>,
    /// Files by resolved path, each read once: the text, or why there is none.
    files: HashMap<PathBuf, Result<String, String>>,
    /// Verdicts on certificates and keys by file, since one file often serves many probes.
    pub(super) pem_verdicts: HashMap<(PathBuf, PathBuf), Result<(), String>>,
    /// What is called how, for the checks of the whole.
    pub(super) names: Names,
    suggestions_left: Cell<usize>,
}

impl<'a> Reader<'a> {
    /// A reader of `text`, for which other files are sought from `folder` on.
    pub(super) fn new(text: &'a str, folder: &'a Path, sources: &'a dyn Sources) -> Self {
        Self {
            sources,
            folder,
            lines: text.lines().collect(),
            mistakes: Vec::new(),
            files: HashMap::new(),
            pem_verdicts: HashMap::new(),
            names: Names::default(),
            suggestions_left: Cell::new(SUGGESTIONS_MAX),
        }
    }

    /// The mistakes, and the files that were looked at.
    pub(super) fn finish(self) -> (Vec<Mistake>, HashMap<PathBuf, Result<String, String>>) {
        (self.mistakes, self.files)
    }

    /// Notes a mistake.
    pub(super) fn report(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// Notes a mistake at `item`.
    pub(super) fn wrong(&mut self, item: &Item<'_>, problem: impl Into<String>, expected: impl Into<String>) {
        self.report(Mistake::new(item.at(), item.path.clone(), problem).expected(expected));
    }

    /// Notes that `text` is not what it should be, quoting it only if all of it stands in the file.
    pub(super) fn wrong_text(&mut self, text: &Text<'_>, expected: impl Into<String>) {
        self.wrong(&text.item, found_text(text), expected);
    }

    /// The one of `known` that `wrong` is most like.
    pub(super) fn suggest<'k>(&self, wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
        let left = self.suggestions_left.get().checked_sub(1)?;
        self.suggestions_left.set(left);
        let wrong = wrong.to_lowercase();
        let likeness = |name: &str| {
            let name = name.to_lowercase();
            // Jaro-Winkler thinks little of two letters exchanged in a short word.
            let is_one_slip = name.len() > 2 && strsim::osa_distance(&wrong, &name) == 1;
            strsim::jaro_winkler(&wrong, &name).max(if is_one_slip { LIKENESS_MIN } else { 0.0 })
        };
        let scored = known.into_iter().map(|name| (likeness(name), name));
        let best = scored.filter(|(score, _)| *score >= LIKENESS_MIN).max_by(|a, b| a.0.total_cmp(&b.0));
        best.map(|(_, name)| name.to_owned())
    }

    /// Opens a mapping of which all keys are in `known`.
    pub(super) fn fields<'n>(&mut self, item: Item<'n>, known: &[&str]) -> Option<Fields<'n>> {
        let entries = self.entries(&item)?;
        let (mut taken, mut misspelt) = (HashMap::new(), Vec::new());
        for (key, node) in entries {
            if known.contains(&key.text.as_str()) {
                taken.insert(key.text.as_str(), (key, node));
                continue;
            }
            let mistake = Mistake::new(key.at, item.path_of(&quote(&key.text)), format!("unknown key `{}`", quote(&key.text)));
            let free = known.iter().copied().filter(|name| !entries_has(&item, name));
            self.report(match self.suggest(&key.text, free) {
                Some(meant) => {
                    misspelt.push(meant.clone());
                    mistake.suggest(Some(meant))
                }
                None if key.text == "<<" => mistake.expected("no merge keys: they are not part of YAML 1.2"),
                None => mistake.expected(one_of(known)),
            });
        }
        Some(Fields { item, entries: taken, misspelt })
    }

    /// The entries of a mapping with free keys, each key once.
    pub(super) fn entries<'n>(&mut self, item: &Item<'n>) -> Option<Vec<(&'n Key, &'n Node)>> {
        let Kind::Map(entries) = &item.node.kind else {
            self.wrong(item, found(item.node), "a mapping of keys to values");
            return None;
        };
        let mut lines: HashMap<&str, usize> = HashMap::new();
        let mut once = Vec::with_capacity(entries.len());
        for (key, node) in entries {
            match lines.insert(&key.text, key.at.line) {
                None => once.push((key, &**node)),
                Some(line) => {
                    let problem = format!("the key `{}` was already given on line {line}", quote(&key.text));
                    self.report(Mistake::new(key.at, item.path_of(&quote(&key.text)), problem));
                }
            }
        }
        Some(once)
    }

    /// The elements of a list. Nothing at all is an empty list: what remains when every element is commented out.
    pub(super) fn list<'n>(&mut self, item: &Item<'n>) -> Vec<Item<'n>> {
        if item.node.is_null() {
            return Vec::new();
        }
        item.elements().unwrap_or_else(|| {
            self.wrong(item, found(item.node), "a list");
            Vec::new()
        })
    }

    /// A text, its placeholders filled in.
    pub(super) fn text<'n>(&mut self, item: Item<'n>) -> Option<Text<'n>> {
        let Kind::Scalar { text, .. } = &item.node.kind else {
            self.wrong(&item, found(item.node), "a text");
            return None;
        };
        if item.node.is_null() {
            self.wrong(&item, "nothing stands here", "a text; leave the key out if there is none");
            return None;
        }
        let mut problems = Vec::new();
        let filled = substitute::fill(text, &mut |source| self.look_up(source, &item.path), &mut problems);
        let is_whole = problems.is_empty();
        for (offset, mistake) in problems {
            let at = self.position_in(item.node, offset);
            self.report(Mistake { at, path: item.path.clone(), ..mistake });
        }
        is_whole.then_some(Text { item, value: filled.value, is_substituted: filled.is_substituted })
    }

    /// What [`Self::text`] makes of a text, if it finds nothing wrong with it. Notes no mistake.
    pub(super) fn peek(&mut self, item: &Item<'_>) -> Option<String> {
        let Kind::Scalar { text, .. } = &item.node.kind else { return None };
        let mut problems = Vec::new();
        let filled = substitute::fill(text, &mut |source| self.look_up(source, &item.path), &mut problems);
        problems.is_empty().then_some(filled.value)
    }

    /// What is filled in at the path of keys `place`.
    fn look_up(&mut self, source: substitute::Source<'_>, place: &str) -> Result<String, String> {
        match source {
            substitute::Source::Variable(name) => {
                if let Some(reason) = self.sources.refuse_variable(name, place) {
                    return Err(format!("`${{{}}}` {reason}", quote(name)));
                }
                self.sources.variable(name).ok_or_else(|| format!("the environment variable `{name}` is not set"))
            }
            substitute::Source::File(path) => {
                let (_, content) = self.file(path, place);
                content
                    .map(|text| text.strip_suffix('\n').map_or(text.as_str(), |t| t.strip_suffix('\r').unwrap_or(t)).to_owned())
            }
        }
    }

    /// `path` from the folder of the configuration on.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        resolve(self.folder, path)
    }

    /// The resolved path of the file `path`, and its text or why there is none. It is named at the path of keys `place`.
    pub(super) fn file(&mut self, path: &str, place: &str) -> (PathBuf, Result<String, String>) {
        let resolved = self.resolve(path);
        let sources = self.sources;
        // Not kept with the texts: the file may be good for another place.
        if let Some(reason) = sources.refuse_file(&resolved, place) {
            return (resolved, Err(format!("the file `{}` {reason}", quote(path))));
        }
        let read = || sources.file(&resolved).map_err(|error| format!("the file `{}` cannot be read: {error}", quote(path)));
        let content = self.files.entry(resolved.clone()).or_insert_with(read).clone();
        (resolved, content)
    }

    /// A text that is parsed by its type, whose error tells what was expected.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, item: Item<'_>) -> Option<T> {
        let text = self.text(item)?;
        match text.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(Mistake::new(text.item.at(), text.item.path.clone(), format!("{}: {error}", found_text(&text))));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, item: Item<'_>) -> Option<bool> {
        let text = self.text(item)?;
        match text.value.as_str() {
            "true" => return Some(true),
            "false" => return Some(false),
            other => {
                let meant = match other.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "true" | "1" => Some("true"),
                    "no" | "off" | "false" | "0" => Some("false"),
                    _ => None,
                };
                let mistake = Mistake::new(text.item.at(), text.item.path.clone(), found_text(&text));
                self.report(mistake.expected("`true` or `false`").suggest(meant.map(str::to_owned)));
            }
        }
        None
    }

    /// A whole number from `min` to `max`.
    pub(super) fn integer(&mut self, item: Item<'_>, min: u32, max: u32) -> Option<u32> {
        let text = self.text(item)?;
        let number = text.value.parse::<u32>().ok().filter(|number| (min..=max).contains(number) && is_number_like(&text));
        if number.is_none() {
            self.wrong_text(&text, format!("a whole number from {min} to {max}"));
        }
        number
    }

    /// A number from 0 to 1.
    pub(super) fn fraction(&mut self, item: Item<'_>) -> Option<f64> {
        let text = self.text(item)?;
        let number = text.value.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number) && is_number_like(&text));
        if number.is_none() {
            self.wrong_text(&text, "a number from 0 to 1");
        }
        number
    }

    /// The place of the character number `offset` (from 0) of a text: exact if the file shows the text as it is, without escapes
    /// and line breaks, else the beginning of it.
    pub(super) fn position_in(&self, node: &Node, offset: usize) -> Position {
        let (Kind::Scalar { text, is_plain }, start) = (&node.kind, node.start) else { return node.start };
        let quote = usize::from(!is_plain);
        let line = self.lines.get(start.line.saturating_sub(1)).filter(|line| line.len() <= SHOWN_LINE_BYTES_MAX);
        let shown = line.map(|line| line.chars().skip(start.column - 1 + quote));
        match shown {
            Some(shown) if shown.clone().take(text.chars().count()).eq(text.chars()) => {
                Position { line: start.line, column: start.column + quote + offset }
            }
            _ => start,
        }
    }
}

/// `path` from `folder` on. Collecting the parts drops `.`, so that `ca.pem` and `./ca.pem` are one file.
pub(super) fn resolve(folder: &Path, path: &str) -> PathBuf {
    folder.join(path).components().collect()
}

fn entries_has(item: &Item<'_>, name: &str) -> bool {
    matches!(&item.node.kind, Kind::Map(entries) if entries.iter().any(|(key, _)| key.text == name))
}

/// Quotes make a text of a number, except around a placeholder, which needs them inside of `{…}`.
fn is_number_like(text: &Text<'_>) -> bool {
    text.is_substituted || matches!(text.item.node.kind, Kind::Scalar { is_plain: true, .. })
}

/// What stands there, in words that betray no value.
pub(super) fn found(node: &Node) -> &'static str {
    match &node.kind {
        _ if node.is_null() => "nothing stands here",
        Kind::Scalar { .. } => "found a text",
        Kind::List(_) => "found a list",
        Kind::Map(_) => "found a mapping",
    }
}

/// The text, unless something in it came from elsewhere.
pub(super) fn found_text(text: &Text<'_>) -> String {
    if text.is_substituted {
        return "found what its `${…}` gives".to_owned();
    }
    let is_plain = matches!(text.item.node.kind, Kind::Scalar { is_plain: true, .. });
    let quotes = if is_plain { "" } else { "\"" };
    format!("found `{quotes}{}{quotes}`", quote(&text.value))
}

/// `text` as it can stand in a message: one line, not long, nothing that steers a terminal.
pub(super) fn quote(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED_CHARS_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() {
        quoted.push('…');
    }
    quoted
}

/// `one of a, b, c`.
pub(super) fn one_of(names: &[&str]) -> String {
    match names {
        [name] => format!("`{name}`"),
        _ => format!("one of `{}`", names.join("`, `")),
    }
}
