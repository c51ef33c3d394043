//! Puts alerts of one cause under one of them, so that a storm is one thing to look at and one thing to be woken by. Nothing is lost: what is
//! under another is still there, and comes out when that ends.
//!
//! Two reasons: a component depends, at however many removes, on one that rings too, or rings twice itself; or very many alerts of one group
//! (of a cluster, say) begin within a short time. What comes of it depends on which alerts there are, and not on the order in which they came.
//!
//! Nothing hides what is graver than itself, nor what begins long after it: that is another trouble, and whoever took on the first one does not
//! know of it.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;
use std::time::Duration;

use crate::incident::work::Severity;
use crate::text::Slug;
use crate::time::Timestamp;

/// An alert that fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// What it is known by.
    pub number: i64,
    /// Since when.
    pub began_at: Timestamp,
    /// What it is about.
    pub component: Option<Slug>,
    /// What it belongs to by its labels: a cluster.
    pub group: Option<String>,
    /// How grave it is.
    pub severity: Severity,
    /// True for what nobody is told of, or of what nobody knows whether it still fires: it stands for nothing else.
    pub is_shy: bool,
}

impl Firing {
    /// Who stands for others comes first: the gravest, and of these the first.
    const fn rank(&self) -> (bool, Severity, Timestamp, i64) {
        (self.is_shy, self.severity, self.began_at, self.number)
    }

    /// True when knowing of this one is knowing of the other.
    fn explains(&self, other: &Self) -> bool {
        (!self.is_shy || other.is_shy) && self.severity <= other.severity && other.began_at.since(self.began_at) <= EXPLAINS_FOR
    }
}

/// What begins so much later than an alert is not because of it.
pub const EXPLAINS_FOR: Duration = Duration::from_secs(60 * 60);

/// When many alerts of one group are a storm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StormRule {
    /// From so many on.
    pub at_least: usize,
    /// When each began so soon after the one before.
    pub within: Duration,
}

impl Default for StormRule {
    fn default() -> Self {
        Self { at_least: 10, within: Duration::from_secs(5 * 60) }
    }
}

/// Why an alert is under another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Its component depends on the other's.
    Dependency,
    /// Both are about one component.
    Component,
    /// Both are part of a storm.
    Storm,
}

impl Because {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Dependency, Self::Component, Self::Storm];

    /// The name in JSON, the database and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dependency => "dependency",
            Self::Component => "component",
            Self::Storm => "storm",
        }
    }

    /// The reason with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|because| because.name() == name)
    }
}

/// Which alert each is under, and why. Those that stand for themselves are not in it; none is under one that is under another.
///
/// `depends_on` says of each component on which it depends. In a circle nothing is the cause of anything: there the gravest alert stands for
/// all, and of several the first.
pub fn fold<S: BuildHasher>(
    firing: &[Firing],
    depends_on: &HashMap<Slug, Vec<Slug>, S>,
    rule: &StormRule,
) -> BTreeMap<i64, (i64, Because)> {
    let mut under = by_component(firing, depends_on);
    let heads = by_storm(firing, &under, rule);
    // What stands for others is taken up by a storm with all that is under it.
    for (above, _) in under.values_mut() {
        *above = heads.get(above).copied().unwrap_or(*above);
    }
    under.extend(heads.into_iter().map(|(number, head)| (number, (head, Because::Storm))));
    under
}

/// By what depends on what.
fn by_component<S: BuildHasher>(firing: &[Firing], depends_on: &HashMap<Slug, Vec<Slug>, S>) -> BTreeMap<i64, (i64, Because)> {
    let mut first: HashMap<&Slug, &Firing> = HashMap::new();
    for alert in firing {
        let Some(component) = &alert.component else { continue };
        let known = first.entry(component).or_insert(alert);
        if alert.rank() < known.rank() {
            *known = alert;
        }
    }
    // Which of those that ring each one depends on.
    let below: HashMap<&Slug, Vec<&Slug>> =
        first.keys().map(|component| (*component, reached(component, depends_on, &first))).collect();
    let depends = |one: &Slug, other: &Slug| below.get(one).is_some_and(|below| below.contains(&other));
    // In a circle each depends on each: there the first one counts.
    let is_above = |component: &Slug, other: &Slug| {
        let (one, another) = (first[component], first[other]);
        another.explains(one) && (!depends(other, component) || another.rank() < one.rank())
    };
    let is_root = |component: &Slug| !below[component].iter().any(|other| is_above(component, other));
    let roots: HashSet<&Slug> = first.keys().copied().filter(|component| is_root(component)).collect();
    let mut under = BTreeMap::new();
    for alert in firing {
        let Some(component) = &alert.component else { continue };
        let candidates = below[component].iter().copied().chain([component]).filter(|other| roots.contains(other));
        let heads = candidates.map(|root| first[root]).filter(|head| head.number != alert.number && head.explains(alert));
        // One that stands for itself stays so: in a circle the others may stand beside it.
        let stands = roots.contains(component) && first[component].number == alert.number;
        if let Some(head) = heads.min_by_key(|head| head.rank()).filter(|_| !stands) {
            let is_own = head.component.as_ref() == Some(component);
            under.insert(alert.number, (head.number, if is_own { Because::Component } else { Because::Dependency }));
        }
    }
    under
}

/// The components that ring on which one depends, itself left out.
fn reached<'a, S: BuildHasher>(
    from: &Slug,
    depends_on: &'a HashMap<Slug, Vec<Slug>, S>,
    ringing: &HashMap<&Slug, &Firing>,
) -> Vec<&'a Slug> {
    let mut seen: HashSet<&Slug> = HashSet::new();
    let mut waiting: Vec<&Slug> = depends_on.get(from).into_iter().flatten().collect();
    while let Some(component) = waiting.pop() {
        if component != from && seen.insert(component) {
            waiting.extend(depends_on.get(component).into_iter().flatten());
        }
    }
    seen.into_iter().filter(|component| ringing.contains_key(component)).collect()
}

/// For each alert that stands for itself and is part of a storm, the gravest of them. All alerts of a group make its storm, also those that
/// are under others.
fn by_storm(firing: &[Firing], under: &BTreeMap<i64, (i64, Because)>, rule: &StormRule) -> BTreeMap<i64, i64> {
    let mut groups: BTreeMap<&str, Vec<&Firing>> = BTreeMap::new();
    for alert in firing {
        if let Some(group) = &alert.group {
            groups.entry(group).or_default().push(alert);
        }
    }
    let mut heads = BTreeMap::new();
    for alerts in groups.values_mut() {
        alerts.sort_by_key(|alert| (alert.began_at, alert.number));
        for burst in alerts.chunk_by(|one, next| next.began_at.since(one.began_at) <= rule.within) {
            let alone = || burst.iter().filter(|alert| !under.contains_key(&alert.number));
            if burst.len() >= rule.at_least
                && let Some(head) = alone().min_by_key(|alert| alert.rank())
            {
                let others = alone().filter(|alert| alert.number != head.number && head.severity <= alert.severity);
                heads.extend(others.map(|alert| (alert.number, head.number)));
            }
        }
    }
    heads
}
