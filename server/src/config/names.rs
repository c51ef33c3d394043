//! What things are called and who calls them so: unique slugs and tokens, references that lead somewhere, dependencies that do
//! not go round. Noted while reading, checked at the end, so that the order of the file does not matter.
//!
//! Things made at the desk have their names beside those of the file ([`Names::of_file`]).
//!
//! Slugs are printed: they stand in public addresses, also when one was filled in from a variable.

use std::collections::{HashMap, HashSet};

use domain::probe::spec::CheckSpec;
use domain::text::Slug;

use super::Config;
use super::mistake::{Mistake, Position};
use super::reader::{Item, Reader};
use super::values::code;

/// Most names of a dependency cycle that are printed.
const CYCLE_NAMES_MAX: usize = 12;

/// What a slug is the name of. Each sort has names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    Group,
    Component,
    Probe,
    AlertType,
    Channel,
}

impl Sort {
    fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Component => "component",
            Self::Probe => "probe",
            Self::AlertType => "alert type",
            Self::Channel => "channel",
        }
    }
}

/// Where something is said. What the file says, when things of the desk are read, is on line 0.
#[derive(Default)]
struct Place {
    at: Position,
    path: String,
}

impl From<&Item<'_>> for Place {
    fn from(item: &Item<'_>) -> Self {
        Self { at: item.at(), path: item.path.clone() }
    }
}

struct Rename {
    sort: Sort,
    from: Slug,
    to: Option<Slug>,
    place: Place,
}

struct Dependency {
    from: Slug,
    to: Slug,
    place: Place,
}

/// All names and their uses.
#[derive(Default)]
pub(super) struct Names {
    /// What is read was made at the desk: messages name no lines.
    pub(super) is_desk: bool,
    defined: HashMap<(Sort, Slug), Place>,
    references: Vec<(Sort, Slug, Place)>,
    renames: Vec<Rename>,
    dependencies: Vec<Dependency>,
    /// Where each token of a heartbeat stands.
    tokens: HashMap<String, String>,
    /// The probes that are heartbeats.
    heartbeats: HashSet<Slug>,
    /// The heartbeat that is called after a backup.
    backup_heartbeat: Option<(Slug, Place)>,
}

impl Names {
    /// The names of the configuration file, for things that are made at the desk beside it. Its dependencies are not among them:
    /// nothing in the file can depend on what is made at the desk, so none of them can close a circle.
    pub(super) fn of_file(config: &Config) -> Self {
        let groups = config.groups.iter().map(|group| (Sort::Group, &group.slug));
        let components = config.components.iter().map(|component| (Sort::Component, &component.slug));
        let probes = config.probes.iter().map(|probe| (Sort::Probe, &probe.slug));
        let types = config.alerts.types.iter().map(|one| (Sort::AlertType, &one.slug));
        let defined = groups.chain(components).chain(probes).chain(types);
        let former = |sort, from: Option<Slug>, to: &Slug| {
            from.map(|from| Rename { sort, from, to: Some(to.clone()), place: Place::default() })
        };
        let components = config.components.iter();
        let components = components.filter_map(|one| former(Sort::Component, one.renamed_from.clone(), &one.slug));
        let probes = config.probes.iter().filter_map(|one| former(Sort::Probe, one.renamed_from.clone(), &one.slug));
        let tokens = config.probes.iter().filter_map(|probe| match &probe.check {
            CheckSpec::Heartbeat(heartbeat) => Some((heartbeat.token.expose().to_owned(), String::new())),
            CheckSpec::Active(_) => None,
        });
        Self {
            is_desk: true,
            defined: defined.map(|(sort, slug)| ((sort, slug.clone()), Place::default())).collect(),
            renames: components.chain(probes).collect(),
            tokens: tokens.collect(),
            ..Self::default()
        }
    }

    /// `slug` is the name of something. A second thing of that name is a mistake.
    pub(super) fn define(&mut self, sort: Sort, slug: &Slug, item: &Item<'_>) -> Result<(), Mistake> {
        // The path and not the position tells two things apart: aliases share their position.
        let first = self.defined.entry((sort, slug.clone())).or_insert_with(|| item.into());
        if first.path == item.path {
            return Ok(());
        }
        let place = match (self.is_desk, first.at.line) {
            (false, line) => format!(", on line {line}"),
            (true, 0) => " in the configuration file".to_owned(),
            (true, _) => " at the desk".to_owned(),
        };
        let problem = format!("the {} {} already exists{place}", sort.word(), code(slug.as_str()));
        Err(Mistake::new(item.at(), item.path.clone(), problem).expected("another slug"))
    }

    /// `slug` is used as the name of something.
    pub(super) fn refer(&mut self, sort: Sort, slug: &Slug, item: &Item<'_>) {
        self.references.push((sort, slug.clone(), item.into()));
    }

    /// What is called `to` was called `from`.
    pub(super) fn rename(&mut self, sort: Sort, from: &Slug, to: Option<&Slug>, item: &Item<'_>) {
        self.renames.push(Rename { sort, from: from.clone(), to: to.cloned(), place: item.into() });
    }

    /// The component `from` depends on `to`.
    pub(super) fn depend(&mut self, from: &Slug, to: &Slug, item: &Item<'_>) {
        self.dependencies.push(Dependency { from: from.clone(), to: to.clone(), place: item.into() });
    }

    /// The probe `slug` is a heartbeat.
    pub(super) fn note_heartbeat(&mut self, slug: &Slug) {
        self.heartbeats.insert(slug.clone());
    }

    /// The heartbeat `slug` is called after each backup.
    pub(super) fn call_after_backup(&mut self, slug: &Slug, item: &Item<'_>) {
        self.backup_heartbeat = Some((slug.clone(), item.into()));
    }

    /// A heartbeat has this token. A second one with it is a mistake that does not show it.
    pub(super) fn token(&mut self, token: &str, item: &Item<'_>) -> Result<(), Mistake> {
        let first = self.tokens.entry(token.to_owned()).or_insert_with(|| item.path.clone());
        if *first == item.path {
            return Ok(());
        }
        let problem = if self.is_desk {
            "this is also the token of another heartbeat".to_owned()
        } else {
            format!("this is also the token `{first}`")
        };
        Err(Mistake::new(item.at(), item.path.clone(), problem).expected("a token of its own for each heartbeat"))
    }
}

/// Reports what only the whole shows.
pub(super) fn check(reader: &mut Reader<'_>) {
    let names = std::mem::take(&mut reader.names);
    check_renames(reader, &names);
    let renamed: HashMap<_, _> = names.renames.iter().map(|rename| ((rename.sort, &rename.from), rename.to.as_ref())).collect();
    for (sort, slug, place) in &names.references {
        if names.defined.contains_key(&(*sort, slug.clone())) {
            continue;
        }
        let problem = format!("there is no {} {}", sort.word(), code(slug.as_str()));
        let mistake = Mistake::new(place.at, place.path.clone(), problem);
        reader.report(if let Some(Some(to)) = renamed.get(&(*sort, slug)) {
            mistake.expected(format!("its new name, {}", code(to.as_str())))
        } else {
            let same_sort = names.defined.keys().filter(|(other, _)| other == sort).map(|(_, slug)| slug.as_str());
            let mut known: Vec<_> = same_sort.collect();
            known.sort_unstable();
            mistake.suggest(reader.suggest(slug.as_str(), known))
        });
    }
    if let Some((slug, place)) = &names.backup_heartbeat {
        check_heartbeat(reader, &names, slug, place);
    }
    check_cycles(reader, &names.dependencies);
}

/// What is no probe at all is not quoted: somebody may have put the heartbeat's token there.
fn check_heartbeat(reader: &mut Reader<'_>, names: &Names, slug: &Slug, place: &Place) {
    if names.heartbeats.contains(slug) {
        return;
    }
    let mistake = |problem: String| Mistake::new(place.at, place.path.clone(), problem);
    reader.report(if names.defined.contains_key(&(Sort::Probe, slug.clone())) {
        let problem = format!("the probe {} is no heartbeat", code(slug.as_str()));
        mistake(problem).expected("the slug of a probe with `heartbeat`")
    } else {
        let mut known: Vec<_> = names.heartbeats.iter().map(Slug::as_str).collect();
        known.sort_unstable();
        mistake("there is no such heartbeat among `probes`".to_owned()).suggest(reader.suggest(slug.as_str(), known))
    });
}

/// A former name must be free and taken over by one heir only: else it is not clear whose the history is.
fn check_renames(reader: &mut Reader<'_>, names: &Names) {
    let mut heirs: HashMap<(Sort, &Slug), usize> = HashMap::new();
    for Rename { sort, from, place, .. } in &names.renames {
        let mistake = |problem: String| Mistake::new(place.at, place.path.clone(), problem);
        if let Some(first) = names.defined.get(&(*sort, from.clone())) {
            if names.is_desk {
                // The renames are the file's, and of its own names none is in the way of them: this one was made at the desk.
                let problem = format!("the configuration file gave the history of {} to another slug", code(from.as_str()));
                reader.report(Mistake::new(first.at, first.path.clone(), problem).expected("a slug without a history"));
                continue;
            }
            let problem = format!("a {} {} still exists, on line {}", sort.word(), code(from.as_str()), first.at.line);
            reader.report(mistake(problem).expected("a name that is no longer used"));
        } else if let Some(line) = heirs.insert((*sort, from), place.at.line) {
            reader.report(mistake(format!("the history of {} is already taken over on line {line}", code(from.as_str()))));
        }
    }
}

/// Dependencies as numbers: `edges[i]` are the successors of component `i`, each with its dependency.
struct Graph<'n> {
    names: Vec<&'n Slug>,
    edges: Vec<Vec<(usize, &'n Dependency)>>,
}

impl<'n> Graph<'n> {
    fn new(dependencies: &'n [Dependency]) -> Self {
        let mut graph = Self { names: Vec::new(), edges: Vec::new() };
        let mut numbers = HashMap::new();
        for dependency in dependencies {
            let [from, to] = [&dependency.from, &dependency.to].map(|slug| {
                *numbers.entry(slug).or_insert_with(|| {
                    graph.names.push(slug);
                    graph.edges.push(Vec::new());
                    graph.names.len() - 1
                })
            });
            graph.edges[from].push((to, dependency));
        }
        graph
    }
}

/// Depth first, without recursion: a chain may be as long as the file. Each dependency that closes a circle is reported once.
fn check_cycles(reader: &mut Reader<'_>, dependencies: &[Dependency]) {
    let graph = Graph::new(dependencies);
    let mut is_done = vec![false; graph.names.len()];
    // Where a component is on the way that is being walked.
    let mut depth: Vec<Option<usize>> = vec![None; graph.names.len()];
    for root in 0..graph.names.len() {
        if is_done[root] {
            continue;
        }
        // Component, and the number of its next dependency to follow.
        let mut way = vec![(root, 0)];
        depth[root] = Some(0);
        while let Some((at, next)) = way.last_mut() {
            let at = *at;
            let Some((to, dependency)) = graph.edges[at].get(*next).copied() else {
                is_done[at] = true;
                depth[at] = None;
                way.pop();
                continue;
            };
            *next += 1;
            if let Some(start) = depth[to] {
                let circle: Vec<_> = way[start..].iter().map(|(number, _)| graph.names[*number]).collect();
                reader.report(cycle_mistake(&circle, &dependency.place));
            } else if !is_done[to] {
                depth[to] = Some(way.len());
                way.push((to, 0));
            }
        }
    }
}

fn cycle_mistake(circle: &[&Slug], place: &Place) -> Mistake {
    let problem = if let [only] = circle {
        format!("{} depends on itself", code(only.as_str()))
    } else {
        let mut shown: Vec<&str> = circle.iter().take(CYCLE_NAMES_MAX).map(|slug| slug.as_str()).collect();
        if circle.len() > CYCLE_NAMES_MAX {
            shown.push("…");
        }
        shown.push(circle[0].as_str());
        format!("the dependencies go round: {}", shown.join(" → "))
    };
    Mistake::new(place.at, place.path.clone(), problem).expected("dependencies without a circle")
}
