//! Incidents in memory: what pages for everybody are made of, all incidents that people work on, and the outages that were looked at. A
//! visitor costs no query. Pure: what is on disk is read by others, and whoever changes it there has it read again.
//!
//! Of every public incident there is its head. Its story is here while people work on it and for the newest; older ones are read when
//! somebody asks for them.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::component::Status;
use domain::incident::work::{IncidentKind, Marker, Visibility};
use domain::text::Slug;
use domain::time::Timestamp;
use store::incidents::public::PublicStory;
use store::incidents::records::{ActiveIncident, OutageMark};
use store::incidents::{Affected, Entry, Incident};
use tokio::sync::Mutex;

use super::told::{is_told_afterwards, public_component, public_number};
use super::watch::Memory;
use crate::config::Config;

/// Stories of incidents that are here although they are over, the newest: as many as the front page and feeds tell of.
pub(super) const STORIES_MAX: u32 = 50;

/// An outage: its component and when it began.
pub(super) type OutageId = (Slug, Timestamp);

/// Everything that is on disk, as far as it is kept here.
#[derive(Debug, Default)]
pub(super) struct All {
    /// Public ones, the newest first.
    pub(super) heads: Vec<Incident>,
    pub(super) stories: Vec<PublicStory>,
    pub(super) redirects: Vec<(i64, i64)>,
    pub(super) active: Vec<ActiveIncident>,
    pub(super) marks: Vec<OutageMark>,
}

/// An incident as it is on disk now.
#[derive(Debug)]
pub(super) struct Reread {
    pub(super) incident: Incident,
    pub(super) affected: Vec<Affected>,
    /// If it is public.
    pub(super) story: Option<PublicStory>,
}

/// Incidents, as far as they are in memory.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Held by whoever decides by what is here and changes what is on disk.
    turn: Arc<Mutex<()>>,
    /// Held by whoever reads what is on disk and puts it here, so that what is older never comes later.
    reading: Arc<Mutex<()>>,
    /// Public ones, the newest first.
    heads: Vec<Incident>,
    /// By public number.
    stories: HashMap<i64, Arc<PublicStory>>,
    /// Public number of one that was merged, and of the one it is part of now.
    redirects: HashMap<i64, i64>,
    /// By number.
    active: Vec<ActiveIncident>,
    marks: HashMap<OutageId, OutageMark>,
    is_in_doubt: bool,
    /// What whoever looks every second remembers.
    pub(super) memory: Memory,
}

impl Board {
    pub(super) fn turn(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.turn)
    }

    pub(super) fn reading(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.reading)
    }

    /// Says that nobody knows whether this is what is on disk: it must be read again.
    pub(in crate::service) fn doubt(&mut self) {
        self.is_in_doubt = true;
    }

    pub(super) fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// Takes all that is on disk. True when everybody can see something else now.
    pub(super) fn load(&mut self, all: All, config: &Config) -> bool {
        let All { heads, stories, redirects, active, marks } = all;
        let numbered = |story: PublicStory| Some((public_number(&story.incident)?, Arc::new(story)));
        let stories: HashMap<i64, Arc<PublicStory>> = stories.into_iter().filter_map(numbered).collect();
        let redirects: HashMap<i64, i64> = redirects.into_iter().collect();
        let is_alike = self.redirects == redirects
            && self.heads.len() == heads.len()
            && self.heads.iter().zip(&heads).all(|(before, after)| are_heads_alike(before, after))
            && self.stories.len() == stories.len()
            && stories
                .iter()
                .all(|(number, after)| self.stories.get(number).is_some_and(|before| are_told_alike(config, before, after)));
        self.heads = heads;
        self.stories = stories;
        self.redirects = redirects;
        self.active = active;
        self.active.sort_unstable_by_key(|known| known.incident.number);
        self.marks = marks.into_iter().map(|mark| ((mark.component.clone(), mark.started_at), mark)).collect();
        self.is_in_doubt = false;
        self.trim();
        !is_alike
    }

    /// Takes incidents as they are on disk now, and all redirects. True when everybody can see something else now.
    pub(super) fn put(&mut self, reread: Vec<Reread>, redirects: Vec<(i64, i64)>, config: &Config) -> bool {
        let redirects: HashMap<i64, i64> = redirects.into_iter().collect();
        let mut is_news = self.redirects != redirects;
        self.redirects = redirects;
        for one in reread {
            is_news |= self.put_one(one, config);
        }
        self.trim();
        is_news
    }

    fn put_one(&mut self, reread: Reread, config: &Config) -> bool {
        let Reread { incident, affected, story } = reread;
        let key = incident.key;
        self.active.retain(|known| known.incident.key != key);
        if incident.facts.state.is_active() && incident.merged_into.is_none() {
            let place = self.active.partition_point(|known| known.incident.number < incident.number);
            self.active.insert(place, ActiveIncident { incident, affected });
        }
        let place = self.heads.iter().position(|head| head.key == key);
        let head = place.map(|place| self.heads.remove(place));
        let before = head.as_ref().and_then(|head| self.stories.remove(&head.public_number?));
        let told = story.and_then(|story| Some((public_number(&story.incident)?, story)));
        let Some((number, story)) = told else { return head.is_some() };
        let place = self.heads.partition_point(|head| head.public_number > Some(number));
        self.heads.insert(place, story.incident.clone());
        // Of an old one that is not in memory only the head is known. That something internal of it changed is told to nobody; what
        // changed of its public rows is on its page when that is next made, within a minute.
        let is_alike = match (before, &head) {
            (Some(before), _) => are_told_alike(config, &before, &story),
            (None, Some(head)) => are_heads_alike(head, &story.incident),
            (None, None) => false,
        };
        self.stories.insert(number, Arc::new(story));
        !is_alike
    }

    /// Lets go of stories that are over and were overtaken by newer ones.
    fn trim(&mut self) {
        let is_kept = |(place, head): &(usize, &Incident)| *place < STORIES_MAX as usize || head.facts.state.is_active();
        let kept = self.heads.iter().enumerate().filter(is_kept).filter_map(|(_, head)| head.public_number);
        let kept: HashSet<i64> = kept.collect();
        self.stories.retain(|number, _| kept.contains(number));
    }

    /// Every public incident, the newest first.
    pub(crate) fn heads(&self) -> &[Incident] {
        &self.heads
    }

    /// What everybody may know of the incident with this public number, if it is in memory.
    pub(crate) fn story(&self, public_number: i64) -> Option<Arc<PublicStory>> {
        self.stories.get(&public_number).cloned()
    }

    /// The public number of the incident that the one with this public number was merged into.
    pub(crate) fn redirect(&self, public_number: i64) -> Option<i64> {
        self.redirects.get(&public_number).copied()
    }

    /// All that people work on, by number.
    pub(crate) fn active(&self) -> &[ActiveIncident] {
        &self.active
    }

    /// True while people work on the incident with this key.
    pub(crate) fn is_active(&self, key: i64) -> bool {
        self.active.iter().any(|active| active.incident.key == key)
    }

    /// The worst that public incidents declare of a component, and since when.
    pub(crate) fn declared(&self, slug: &Slug, now: Timestamp) -> Option<(Status, Timestamp)> {
        let public = self.active.iter().filter(|active| public_number(&active.incident).is_some());
        let declared = public.flat_map(|active| &active.affected);
        let goes_on = declared.filter(|period| period.component == *slug && period.until.is_none() && period.from <= now);
        let worst = goes_on.max_by_key(|period| (period.status.concern(), Reverse(period.from)))?;
        Some((worst.status, worst.from))
    }

    /// Components of incidents that people work on, each with the number of its incident. What is affected no longer is still worked on.
    pub(super) fn in_incidents(&self) -> Vec<(Slug, i64)> {
        let mut all: Vec<(Slug, i64)> = Vec::new();
        let mut seen: HashSet<(&Slug, i64)> = HashSet::new();
        let is_of_now = |incident: &Incident| incident.facts.kind != IncidentKind::Drill && !is_told_afterwards(incident);
        for active in self.active.iter().filter(|active| is_of_now(&active.incident)) {
            for period in &active.affected {
                if seen.insert((&period.component, active.incident.number)) {
                    all.push((period.component.clone(), active.incident.number));
                }
            }
        }
        all
    }

    /// What is known of an outage that was looked at.
    pub(super) fn mark(&self, outage: &OutageId) -> Option<&OutageMark> {
        self.marks.get(outage)
    }

    /// Every outage that was looked at.
    pub(super) fn marks(&self) -> impl Iterator<Item = &OutageMark> {
        self.marks.values()
    }

    /// True for an outage about which somebody has decided.
    pub(super) fn is_decided(&self, outage: &OutageId) -> bool {
        self.mark(outage).is_some_and(|mark| mark.dismissed_at.is_some())
    }

    /// Notes that an outage was seen, if nobody did before.
    pub(super) fn seen(&mut self, outage: OutageId, at: Timestamp) {
        let (component, started_at) = outage.clone();
        self.marks.entry(outage).or_insert(OutageMark { component, started_at, seen_at: at, dismissed_at: None });
    }

    /// Notes that somebody has decided about an outage.
    pub(super) fn decided(&mut self, outage: OutageId, at: Timestamp) {
        self.seen(outage.clone(), at);
        if let Some(mark) = self.marks.get_mut(&outage) {
            mark.dismissed_at.get_or_insert(at);
        }
    }

    /// Forgets outages that began before a moment.
    pub(super) fn forget(&mut self, before: Timestamp) {
        self.marks.retain(|(_, started_at), _| *started_at >= before);
    }
}

/// True when everybody is told the same of both incidents themselves. Who works on one, how grave it is for them and when it was last
/// touched is told to nobody outside.
fn are_heads_alike(before: &Incident, after: &Incident) -> bool {
    let told = |incident: &Incident| {
        let facts = &incident.facts;
        (
            (incident.public_number, incident.made_public_at),
            (facts.title.clone(), facts.state, facts.impact),
            (facts.opened_at, facts.resolved_at),
            facts.next_update_due_at.filter(|_| facts.state.is_active()),
            facts.shows_metrics.then_some(facts.stated_duration),
        )
    };
    told(before) == told(after)
}

/// True when nobody outside can tell the one from the other. Not even that something internal changed is told: neither that a row was
/// written that is not public, nor that what is withheld says something else.
fn are_told_alike(config: &Config, before: &PublicStory, after: &PublicStory) -> bool {
    let affected = |story: &PublicStory| {
        let public = story.affected.iter().filter(|period| public_component(config, &period.component).is_some());
        public.cloned().collect::<Vec<Affected>>()
    };
    // When it began is told of every incident.
    let moments = |story: &PublicStory| {
        let shows_all = story.incident.facts.shows_metrics;
        let told = story.moments.iter().filter(|(marker, _)| shows_all || **marker == Marker::ImpactStart);
        told.map(|(marker, at)| (*marker, *at)).collect::<Vec<(Marker, Timestamp)>>()
    };
    are_heads_alike(&before.incident, &after.incident)
        && before.updates == after.updates
        && affected(before) == affected(after)
        && moments(before) == moments(after)
        && before.entries.len() == after.entries.len()
        && before.entries.iter().zip(&after.entries).all(|(before, after)| are_rows_alike(before, after))
}

fn are_rows_alike(before: &Entry, after: &Entry) -> bool {
    let place = |entry: &Entry| (entry.id, entry.seq, entry.occurred_at, entry.precision, entry.visibility);
    let is_withheld = after.visibility == Visibility::Redacted;
    place(before) == place(after) && (is_withheld || (before.kind == after.kind && before.content == after.content))
}

#[cfg(test)]
mod tests;
