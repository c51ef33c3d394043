//! What was made at the desk, laid over the file's configuration: groups, components and probes, read by the same readers as those
//! of the file and appended to them. All of it fits, or nothing is taken up.
//!
//! What holds for it and not for the file stands in [`super::made_rules`].

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use domain::probe::reach::Reach;
use domain::probe::spec::CheckSpec;
use domain::text::Slug;
use serde::de::IgnoredAny;

use super::made_rules::{self, Listed};
use super::mistake::{ConfigErrors, Mistake, Position};
use super::names::{self, Names};
use super::reader::{Item, Reader};
use super::tree::{self, Node};
use super::values::code;
use super::{Config, PROBES_MAX, probes, sections};

/// Largest body of something made at the desk, in bytes. A probe with every key and 100 conditions has a quarter of it.
pub const MADE_BYTES_MAX: usize = 64 * 1024;

/// What can be made at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MadeKind {
    /// One of `groups`.
    Group,
    /// One of `components`.
    Component,
    /// One of `probes`.
    Probe,
}

impl MadeKind {
    /// `group`, `component` or `probe`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Component => "component",
            Self::Probe => "probe",
        }
    }
}

/// Something made at the desk.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    /// What it is.
    pub kind: MadeKind,
    /// What it is called; the body says the same.
    pub slug: Slug,
    /// As it would stand in the file, as JSON.
    pub body: String,
}

impl fmt::Debug for Made {
    /// Without the body: it may hold the token of a heartbeat.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("kind", &self.kind).field("slug", &self.slug).finish_non_exhaustive()
    }
}

/// A mistake in something made at the desk, without a secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeMistake {
    /// What it is.
    pub kind: MadeKind,
    /// What it is called.
    pub slug: Slug,
    /// The place within it as a path of keys, e.g. `http.url`. Empty for all of it.
    pub path: String,
    /// What was found, a phrase without a full stop.
    pub problem: String,
    /// What was expected there.
    pub expected: Option<String>,
}

impl fmt::Display for MadeMistake {
    /// The message alone, without what it is about.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.problem)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        Ok(())
    }
}

/// The configuration `base` of the file with everything in `made` after what it has. `folder` is that of the file; environment
/// variables are asked of `env`. The mistakes come in the order of `made`.
pub fn overlay(
    base: &Config,
    made: &[Made],
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, Vec<MadeMistake>> {
    let sources = Listed::new(&base.desk.references, folder, env);
    // There is no text whose lines could be shown: a place is a path of keys.
    let mut reader = Reader::new("", folder, &sources);
    reader.names = Names::of_file(base);
    let reach = Reach::Guarded { allowed: base.desk.networks.clone() };
    let mut config = base.clone();
    let mut probes = base.probes.len();
    let mut first_unread = None;
    for (number, thing) in made.iter().enumerate() {
        probes += usize::from(thing.kind == MadeKind::Probe);
        if thing.kind == MadeKind::Probe && probes > PROBES_MAX {
            // Once is enough: what comes after it is in the same case.
            if probes == PROBES_MAX + 1 {
                let mistake = Mistake::new(Position::default(), number.to_string(), "this probe is one too many");
                let expected = format!("at most {PROBES_MAX} in the configuration file and at the desk together");
                reader.report(mistake.expected(expected));
            }
        } else if read(&mut reader, number, thing, &reach, &mut config).is_none() {
            first_unread = first_unread.or(Some(number));
        }
    }
    names::check(&mut reader);
    let (mut mistakes, _) = reader.finish();
    if mistakes.is_empty()
        && let Some(number) = first_unread
    {
        // A reader gave up without saying why: our own fault, but not to be passed over.
        let problem = "this cannot be used, for a reason that was not noted";
        mistakes.push(Mistake::new(Position::default(), number.to_string(), problem));
    }
    if mistakes.is_empty() {
        return Ok(config);
    }
    let mut mistakes: Vec<_> = mistakes.into_iter().filter_map(|mistake| attributed(made, mistake)).collect();
    mistakes.sort_by_key(|(number, _)| *number);
    Err(mistakes.into_iter().map(|(_, mistake)| mistake).collect())
}

/// Reads one thing and appends it. Its paths begin with its number, by which its mistakes are found again.
fn read(reader: &mut Reader<'_>, number: usize, thing: &Made, reach: &Reach, config: &mut Config) -> Option<()> {
    let path = number.to_string();
    let root = tree_of(reader, &path, &thing.body)?;
    let item = Item { node: &root, path };
    made_rules::check(reader, &item, &thing.slug, reach);
    match thing.kind {
        MadeKind::Group => config.groups.push(sections::group(reader, item)?),
        MadeKind::Component => config.components.push(sections::component(reader, item)?),
        MadeKind::Probe => {
            let mut probe = probes::probe(reader, item, &config.site.time_zone)?;
            if let CheckSpec::Active(active) = &mut probe.check {
                active.reach = reach.clone();
            }
            config.probes.push(probe);
        }
    }
    config.made.insert((thing.kind, thing.slug.clone()));
    Some(())
}

fn tree_of(reader: &mut Reader<'_>, path: &str, body: &str) -> Option<Rc<Node>> {
    let mistake = |problem: String| Mistake::new(Position::default(), path, problem);
    if body.len() > MADE_BYTES_MAX {
        let expected = format!("at most {} KiB", MADE_BYTES_MAX / 1024);
        reader.report(mistake(format!("this has {} bytes", body.len())).expected(expected));
        return None;
    }
    // YAML can do more: aliases, tags, several spellings of one thing. Nothing of it has a place here.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(body) {
        reader.report(mistake(format!("this is not JSON: {error}")));
        return None;
    }
    tree::parse(body).unwrap_or_else(|error| {
        reader.report(Mistake { path: path.to_owned(), ..error });
        None
    })
}

/// Whose mistake it is, by the number that its path begins with.
fn attributed(made: &[Made], mistake: Mistake) -> Option<(usize, MadeMistake)> {
    let Mistake { path, problem, expected, suggestion, .. } = mistake;
    let (number, path) = path.split_once('.').unwrap_or((path.as_str(), ""));
    // Every path begins with one; were it not so, the mistake would still have to be told.
    let number: usize = number.parse().unwrap_or_default();
    let Made { kind, slug, .. } = made.get(number)?;
    let problem = match suggestion {
        Some(meant) => format!("{problem} (did you mean `{meant}`?)"),
        None => problem,
    };
    Some((number, MadeMistake { kind: *kind, slug: slug.clone(), path: path.to_owned(), problem, expected }))
}

/// The mistakes of things made at the desk, at least one, as mistakes of the configuration file `file` that they do not fit (any
/// more): it cannot be taken up until one or the other is changed. The caller knows which other files were read.
pub fn conflicts(errors: &[MadeMistake], file: &str) -> ConfigErrors {
    let mistakes = errors.iter().map(|error| {
        let MadeMistake { kind, slug, path, problem, expected } = error;
        let place = if path.is_empty() { String::new() } else { format!(" (at `{path}`)") };
        let thing = format!("the {} {}, made at the desk,", kind.name(), code(slug.as_str()));
        let mistake = Mistake::new(Position::default(), "", format!("{thing} does not fit this file{place}: {problem}"));
        mistake.expected(match expected {
            // Two things have one name.
            _ if path == "slug" => "one of the two to be renamed or removed, here or at the desk".to_owned(),
            Some(expected) => format!("{expected}; change it at the desk, or change this file"),
            None => "it to be changed at the desk, or this file to be changed".to_owned(),
        })
    });
    ConfigErrors { file: file.to_owned(), mistakes: mistakes.collect(), files_read: vec![PathBuf::from(file)] }
}
