//! Which outages belong together, and which component is to be suspected.
//!
//! Two outages belong together when one component depends on the other, at however many removes and whether or not what lies
//! between is in an outage too: a storage that failed two steps below explains a page that is down. What belongs to a third belongs
//! together as well. Two components that merely share a healthy dependency do not: nothing says that their troubles are one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use super::work::AutoIncident;
use crate::component::Status;
use crate::text::Slug;
use crate::time::Timestamp;

/// An outage that goes on. A component has at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOutage {
    /// The component.
    pub component: Slug,
    /// Since when.
    pub started_at: Timestamp,
    /// How bad it is now.
    pub status: Status,
    /// What an outage of this component does.
    pub auto: AutoIncident,
}

/// A component that may be the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The component.
    pub component: Slug,
    /// How many of those that depend on it, at whatever remove, are in an outage.
    pub failing: usize,
    /// How many depend on it, at whatever remove.
    pub dependants: usize,
}

/// An incident that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What would be in it, the worst first; never empty.
    pub outages: Vec<OpenOutage>,
    /// What may be the cause, the likeliest first; never empty. It may be in an incident already.
    pub suspects: Vec<Suspect>,
    /// When the earliest of the outages began.
    pub since: Timestamp,
    /// The number of the incident in which another part of the same trouble is worked on; the lowest, if there are several.
    pub joins: Option<i64>,
    /// True when an incident is to be opened without being asked for.
    pub opens: bool,
}

impl Suggestion {
    /// Its name: `<slug>~<ms>` of its earliest outage. It stays the same while that outage lasts, whatever joins it later.
    pub fn id(&self) -> String {
        let first = self.outages.iter().min_by_key(|outage| (outage.started_at, &outage.component));
        first.map(|outage| format!("{}~{}", outage.component, outage.started_at.as_ms())).unwrap_or_default()
    }
}

/// The incidents that these outages suggest, the worst first. The order of what is passed in does not matter.
///
/// `depends_on` says of each component on which it depends; circles in it do no harm. `in_incidents` are the components of incidents that
/// people work on, with the numbers of these: their outages are taken care of and suggest nothing, but what belongs to them is
/// suggested to join. Outages of components that never suggest an incident come along with others and suggest none by themselves.
///
/// At worst it walks over the whole graph for each outage: thousands of both are fine.
pub fn suggest<S: BuildHasher>(
    outages: &[OpenOutage],
    depends_on: &HashMap<Slug, Vec<Slug>, S>,
    in_incidents: &[(Slug, i64)],
) -> Vec<Suggestion> {
    let mut handled: HashMap<&Slug, i64> = HashMap::new();
    for (component, number) in in_incidents {
        let lowest = handled.entry(component).or_insert(*number);
        *lowest = (*lowest).min(*number);
    }
    let graph = Graph::new(outages, depends_on);
    let clusters = graph.clusters(outages);
    let mut suggestions: Vec<Suggestion> = clusters.iter().filter_map(|cluster| graph.suggestion(cluster, &handled)).collect();
    suggestions.sort_by(|a, b| a.outages.iter().map(urgency).cmp(b.outages.iter().map(urgency)));
    suggestions
}

/// The smaller, the more it wants to be seen first.
fn urgency(outage: &OpenOutage) -> (Reverse<u8>, Timestamp, &Slug) {
    (Reverse(outage.status.concern()), outage.started_at, &outage.component)
}

/// What depends on what, by number.
#[derive(Default)]
struct Graph<'a> {
    numbers: HashMap<&'a Slug, usize>,
    /// On what each depends.
    below: Vec<Vec<usize>>,
    /// What depends on each.
    above: Vec<Vec<usize>>,
    is_failing: Vec<bool>,
}

impl<'a> Graph<'a> {
    fn new<S: BuildHasher>(outages: &'a [OpenOutage], depends_on: &'a HashMap<Slug, Vec<Slug>, S>) -> Self {
        let mut graph = Self::default();
        for (component, dependencies) in depends_on {
            let upper = graph.number(component);
            for dependency in dependencies {
                let lower = graph.number(dependency);
                graph.below[upper].push(lower);
                graph.above[lower].push(upper);
            }
        }
        for outage in outages {
            let number = graph.number(&outage.component);
            graph.is_failing[number] = true;
        }
        graph
    }

    fn number(&mut self, component: &'a Slug) -> usize {
        let next = self.numbers.len();
        let number = *self.numbers.entry(component).or_insert(next);
        if number == next {
            self.below.push(Vec::new());
            self.above.push(Vec::new());
            self.is_failing.push(false);
        }
        number
    }

    /// The outages that belong together.
    ///
    /// A component lies on a path from one that fails to another exactly when one that fails depends on it and it depends on one
    /// that fails, or it fails itself. All that fail above it and below it belong together, so a cluster is what hangs together in
    /// the graph of such components, whichever way its edges point. That takes three walks, however many outages there are.
    fn clusters(&self, outages: &'a [OpenOutage]) -> Vec<Vec<&'a OpenOutage>> {
        let failing: Vec<usize> = (0..self.is_failing.len()).filter(|number| self.is_failing[*number]).collect();
        let is_under = reached(&self.below, &failing);
        let is_over = reached(&self.above, &failing);
        let mut cluster_of: Vec<Option<usize>> = vec![None; self.is_failing.len()];
        for start in failing {
            let mut waiting = vec![start];
            while let Some(number) = waiting.pop() {
                if cluster_of[number].is_none() && is_under[number] && is_over[number] {
                    cluster_of[number] = Some(start);
                    waiting.extend(self.below[number].iter().chain(&self.above[number]));
                }
            }
        }
        let mut clusters: BTreeMap<Option<usize>, Vec<&OpenOutage>> = BTreeMap::new();
        for outage in outages {
            clusters.entry(cluster_of[self.numbers[&outage.component]]).or_default().push(outage);
        }
        clusters.into_values().collect()
    }

    /// What a cluster suggests, if what is left of it wants an incident.
    fn suggestion(&self, cluster: &[&OpenOutage], handled: &HashMap<&Slug, i64>) -> Option<Suggestion> {
        let is_left = |outage: &&&OpenOutage| !handled.contains_key(&outage.component);
        let mut outages: Vec<OpenOutage> = cluster.iter().filter(is_left).map(|outage| (*outage).clone()).collect();
        if outages.iter().all(|outage| outage.auto == AutoIncident::Never) {
            return None;
        }
        outages.sort_by(|a, b| urgency(a).cmp(&urgency(b)));
        let since = outages.iter().map(|outage| outage.started_at).min()?;
        let joins = cluster.iter().filter_map(|outage| handled.get(&outage.component).copied()).min();
        let opens = outages.iter().any(|outage| outage.auto == AutoIncident::Open);
        Some(Suggestion { outages, suspects: self.suspects(cluster), since, joins, opens })
    }

    /// The components of a cluster by what their failure would explain: most failing dependants first; of equals the one of whose
    /// dependants the greater share fails, which is the one with fewer; then one that has nothing failing below it to explain it.
    /// A component that explains no other is none, unless there is no other.
    fn suspects(&self, cluster: &[&OpenOutage]) -> Vec<Suspect> {
        let mut ranked: Vec<(Suspect, bool)> = cluster.iter().map(|outage| self.suspect(&outage.component)).collect();
        if cluster.len() > 1 {
            ranked.retain(|(suspect, _)| suspect.failing > 0);
        }
        ranked.sort_by(|(a, a_is_explained), (b, b_is_explained)| {
            let rank_of_a = (Reverse(a.failing), a.dependants, a_is_explained, &a.component);
            rank_of_a.cmp(&(Reverse(b.failing), b.dependants, b_is_explained, &b.component))
        });
        ranked.into_iter().map(|(suspect, _)| suspect).collect()
    }

    /// A component as a suspect, and whether something below it fails too.
    fn suspect(&self, component: &Slug) -> (Suspect, bool) {
        let number = self.numbers[component];
        let mut suspect = Suspect { component: component.clone(), failing: 0, dependants: 0 };
        for other in others(&self.above, number) {
            suspect.dependants += 1;
            suspect.failing += usize::from(self.is_failing[other]);
        }
        (suspect, others(&self.below, number).any(|other| self.is_failing[other]))
    }
}

/// Which can be reached from `starts` along `edges`; the starts can.
fn reached(edges: &[Vec<usize>], starts: &[usize]) -> Vec<bool> {
    let mut is_reached = vec![false; edges.len()];
    let mut waiting = starts.to_vec();
    while let Some(number) = waiting.pop() {
        if !std::mem::replace(&mut is_reached[number], true) {
            waiting.extend(&edges[number]);
        }
    }
    is_reached
}

/// Which others can be reached from `start` along `edges`.
fn others(edges: &[Vec<usize>], start: usize) -> impl Iterator<Item = usize> {
    let is_other = move |(number, is_reached): (usize, bool)| (is_reached && number != start).then_some(number);
    reached(edges, &[start]).into_iter().enumerate().filter_map(is_other)
}

#[cfg(test)]
mod tests;
