//! Incidents as everybody sees them: on pages, in the Statuspage API and in feeds. Made of what the public was told and of nothing else:
//! no internal row, no role, no person, no component that is not public gets in here, and neither does when any of these changed.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use app::data::{
    IncidentPage, PageError, PublicAffected, PublicComponentChange, PublicIncident, PublicMetric, PublicRow, PublicUpdate,
};
use app::i18n::Text;
use domain::incident::IncidentStatus;
use domain::incident::metrics::measure;
use domain::incident::work::Visibility;
use domain::text::{Language, Slug};
use domain::time::{TimeRange, Timestamp};
use store::incidents::public::PublicStory;
use store::incidents::{Entry, EntryContent, Incident, Update};

use super::Reader;
use super::maintenance::words;
use crate::config::{ComponentSpec, Config};
use crate::service::incidents::told::{began_at, public_component, public_number};
use crate::service::incidents::words::machine_words;
use crate::service::monitoring::{State, WatchedComponent};
use crate::service::public_id::public_id;
use crate::web::markdown;
use crate::web::markup::escape;

/// Incidents on the front page, in feeds and in the API,
const LISTED_MAX: usize = 50;
/// and updates of each of them, the newest: as many as an entry of a feed shows. The incident's page has all.
const LISTED_UPDATES_MAX: usize = 50;
/// Incidents of one month in the history,
const MONTH_MAX: usize = 100;
/// and updates of each of them: the one with which it ended.
const MONTH_UPDATES_MAX: usize = 1;
/// Stories of a month that are read out of the store, the newest; of what is left memory's head is told. Each may be as long as a
/// timeline is.
const MONTH_READ_MAX: usize = 30;
/// Incidents that search engines are told of, the newest.
const SITEMAP_MAX: usize = 500;
/// Rows of a timeline on a page: all that can be pasted at once.
const ROWS_MAX: usize = 2_000;

/// What memory holds of incidents.
struct Memory<'s> {
    config: &'s Arc<Config>,
    components: &'s [WatchedComponent],
    /// The newest first.
    heads: &'s [Incident],
    story: Box<dyn Fn(i64) -> Option<Arc<PublicStory>> + 's>,
    /// The address of the postmortem of the incident with this key, if that was published.
    postmortem: Box<dyn Fn(i64) -> Option<String> + 's>,
}

impl<'s> Memory<'s> {
    fn of(state: &'s State) -> Self {
        let story = Box::new(move |number| state.incidents.story(number));
        let postmortem =
            Box::new(move |key| Some(state.postmortems.of_incident(key)?.postmortem.facts.slug.as_ref()?.to_string()));
        Self { config: &state.config, components: &state.components, heads: state.incidents.heads(), story, postmortem }
    }

    /// Those that have a page, with its number.
    fn told(&self) -> impl Iterator<Item = (i64, &'s Incident)> {
        self.heads.iter().filter_map(|head| Some((public_number(head)?, head)))
    }

    fn story(&self, number: i64) -> Option<Arc<PublicStory>> {
        (self.story)(number).filter(|story| public_number(&story.incident) == Some(number))
    }
}

/// An incident that is to be told.
struct Selected {
    number: i64,
    head: Incident,
    /// `None` for one that is over for so long that memory does not hold it.
    story: Option<Arc<PublicStory>>,
}

impl Selected {
    fn incident(&self) -> &Incident {
        self.story.as_deref().map_or(&self.head, |story| &story.incident)
    }

    /// In order of number.
    fn updates(&self) -> &[Update] {
        self.story.as_deref().map_or(&[][..], |story| &story.updates[..])
    }
}

/// Incidents taken out of memory: the state is let go before they are put into words.
struct Selection {
    config: Arc<Config>,
    /// Public ids of the components, in the order of the configuration.
    public_ids: Vec<String>,
    selected: Vec<Selected>,
    /// Addresses of postmortems, by the key of the incident.
    postmortems: HashMap<i64, String>,
}

impl Selection {
    fn new(memory: &Memory<'_>, selected: Vec<Selected>) -> Self {
        let public_ids = if selected.is_empty() {
            Vec::new()
        } else {
            memory.components.iter().map(|component| component.public_id.clone()).collect()
        };
        let slug = |one: &Selected| Some((one.head.key, (memory.postmortem)(one.head.key)?));
        let postmortems = selected.iter().filter_map(slug).collect();
        Self { config: Arc::clone(memory.config), public_ids, selected, postmortems }
    }

    /// What the front page shows: all that are open and, of those that memory holds, the newest; the newest first.
    fn listed(memory: &Memory<'_>) -> Self {
        let in_memory = memory.told().filter_map(|(number, head)| {
            let story = memory.story(number)?;
            Some(Selected { number, head: head.clone(), story: Some(story) })
        });
        let mut selected: Vec<Selected> = in_memory.collect();
        // Stable: within the open ones and within the others the newest stay first.
        selected.sort_by_key(|one| !one.incident().facts.state.is_active());
        selected.truncate(LISTED_MAX);
        selected.sort_by_key(|one| Reverse(one.number));
        Self::new(memory, selected)
    }

    /// Those that began within a span, the newest first, and how many of them are left out.
    fn begun_within(memory: &Memory<'_>, range: TimeRange) -> (Self, usize) {
        let begun = memory.told().map(|(number, head)| {
            let story = memory.story(number);
            let at = began_at(memory.config, head, story.as_deref());
            (at, number, head, story)
        });
        let mut begun: Vec<_> = begun.filter(|(at, ..)| range.from() <= *at && *at < range.until()).collect();
        begun.sort_by_key(|(at, number, ..)| Reverse((*at, *number)));
        let left_out = begun.len().saturating_sub(MONTH_MAX);
        begun.truncate(MONTH_MAX);
        let selected = begun.into_iter().map(|(_, number, head, story)| Selected { number, head: head.clone(), story });
        (Self::new(memory, selected.collect()), left_out)
    }

    /// The one with this number, if it has a page.
    fn one(memory: &Memory<'_>, number: i64) -> Option<Self> {
        let (_, head) = memory.told().find(|(told, _)| *told == number)?;
        Some(Self::new(memory, vec![Selected { number, head: head.clone(), story: memory.story(number) }]))
    }

    /// False while a story is missing that memory did not hold.
    fn is_whole(&self) -> bool {
        self.selected.iter().all(|one| one.story.is_some())
    }

    /// Numbers of those whose story is missing, in order.
    fn missing(&self) -> impl Iterator<Item = i64> {
        self.selected.iter().filter(|one| one.story.is_none()).map(|one| one.number)
    }

    /// Takes a story that was read elsewhere. One that is not public any more is passed over.
    fn put(&mut self, story: PublicStory) {
        let number = public_number(&story.incident);
        if let Some(one) = self.selected.iter_mut().find(|one| Some(one.number) == number) {
            one.story = Some(Arc::new(story));
        }
    }

    /// As lists show them, with their newest updates.
    fn incidents(&self, language: Language, updates_max: usize) -> Vec<PublicIncident> {
        self.selected.iter().map(|one| self.incident(one, language, updates_max)).collect()
    }

    /// The page of the only one, if its story is there.
    fn page(&self, language: Language, version: u64, taken_at: Timestamp) -> Option<IncidentPage> {
        let one = self.selected.first()?;
        let story = one.story.as_deref()?;
        let facts = &story.incident.facts;
        let figures = measure(&story.moments).into_iter().filter_map(|measured| {
            // A negative one says that its markers are in the wrong order: the desk's business.
            let ms = measured.ms.filter(|ms| *ms >= 0)?;
            Some(PublicMetric { name: measured.measure.name(), ms, from: measured.from, until: measured.until })
        });
        let stated = facts.stated_duration.filter(|_| facts.shows_metrics);
        Some(IncidentPage {
            version,
            taken_at,
            incident: self.incident(one, language, usize::MAX),
            affected: self.affected(story, language),
            rows: self.rows(story, &words(language)),
            metrics: if facts.shows_metrics { figures.collect() } else { Vec::new() },
            stated_ms: stated.map(|stated| u64::try_from(stated.as_millis()).unwrap_or(u64::MAX)),
        })
    }

    fn incident(&self, one: &Selected, language: Language, updates_max: usize) -> PublicIncident {
        let (incident, updates, story) = (one.incident(), one.updates(), one.story.as_deref());
        let facts = &incident.facts;
        let is_open = facts.state.is_active();
        let is_told_of = updates.last().is_some_and(|newest| newest.content.status == IncidentStatus::Postmortem);
        let status = if !is_open && is_told_of { IncidentStatus::Postmortem } else { facts.state.public() };
        let updated_at = updated_at(incident, updates);
        let is_over = |status: IncidentStatus| matches!(status, IncidentStatus::Resolved | IncidentStatus::Postmortem);
        let told_over = told_since(updates, is_over).filter(|(_, is_so_still)| *is_so_still).map(|(at, _)| at);
        let watched_since = told_since(updates, |status| status == IncidentStatus::Monitoring).map(|(at, _)| at);
        let is_worked_on = matches!(status, IncidentStatus::Investigating | IncidentStatus::Identified);
        PublicIncident {
            id: public_id("incident", &incident.id.to_string()),
            number: one.number,
            name: facts.title.get(language).to_owned(),
            status,
            impact: facts.impact,
            started_at: began_at(&self.config, incident, story),
            created_at: made_public_at(incident),
            updated_at,
            monitoring_at: watched_since.filter(|_| !is_worked_on),
            resolved_at: (!is_open).then(|| told_over.or(facts.resolved_at).unwrap_or(updated_at)),
            next_update_due_at: facts.next_update_due_at.filter(|_| is_open),
            updates: updates.iter().rev().take(updates_max).map(|update| self.update(update, language)).collect(),
            component_ids: story.map(|story| self.component_ids(story)).unwrap_or_default(),
            postmortem: self.postmortems.get(&incident.key).cloned(),
        }
    }

    fn update(&self, update: &Update, language: Language) -> PublicUpdate {
        let content = &update.content;
        let body = content.body.get(language);
        let changes = content.changes.iter().filter_map(|change| {
            let (spec, public_id) = self.component(&change.component)?;
            let (component_id, name) = (public_id.to_owned(), spec.name.get(language).to_owned());
            Some(PublicComponentChange { component_id, name, before: change.before, after: change.after })
        });
        PublicUpdate {
            id: public_id("update", &content.id.to_string()),
            status: content.status,
            number: update.number,
            corrects: content.corrects,
            body: markdown::plain(body),
            html: markdown::html(body),
            created_at: content.published_at,
            display_at: content.display_at,
            changes: changes.collect(),
        }
    }

    /// A component and its public id, if it is public.
    fn component(&self, slug: &Slug) -> Option<(&ComponentSpec, &str)> {
        let place = public_component(&self.config, slug)?;
        Some((&self.config.components[place], self.public_ids.get(place)?.as_str()))
    }

    fn component_ids(&self, story: &PublicStory) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for affected in &story.affected {
            if let Some((_, id)) = self.component(&affected.component)
                && !ids.iter().any(|known| known == id)
            {
                ids.push(id.to_owned());
            }
        }
        ids
    }

    fn affected(&self, story: &PublicStory, language: Language) -> Vec<PublicAffected> {
        let public = story.affected.iter().filter_map(|affected| {
            let (spec, _) = self.component(&affected.component)?;
            Some(PublicAffected {
                slug: spec.slug.as_str().to_owned(),
                name: spec.name.get(language).to_owned(),
                status: affected.status,
                from: affected.from,
                until: affected.until,
            })
        });
        let mut affected: Vec<PublicAffected> = public.collect();
        affected.sort_by_key(|one| one.from);
        affected
    }

    fn rows(&self, story: &PublicStory, text: &Text) -> Vec<PublicRow> {
        let mut entries: Vec<&Entry> = story.entries.iter().filter(|entry| entry.deleted_at.is_none()).collect();
        entries.sort_by_key(|entry| (entry.occurred_at, entry.seq));
        entries.into_iter().filter_map(|entry| self.row(entry, text)).take(ROWS_MAX).collect()
    }

    fn row(&self, entry: &Entry, text: &Text) -> Option<PublicRow> {
        if matches!(&entry.content, EntryContent::Machine(event) if event.is_for_the_desk()) {
            return None;
        }
        let (kind, html) = match entry.visibility {
            Visibility::Internal => return None,
            Visibility::Redacted => (None, None),
            Visibility::Public => (Some(entry.kind), Some(self.row_html(&entry.content, text)?)),
        };
        let id = public_id("entry", &entry.id.to_string());
        Some(PublicRow { id, at: entry.occurred_at, precision: entry.precision, kind, html })
    }

    /// What a public row says; `None` where even that it was written says something that is not public.
    fn row_html(&self, content: &EntryContent, text: &Text) -> Option<String> {
        match content {
            EntryContent::Words { body, .. } => Some(markdown::html(body)),
            EntryContent::Machine(event) => {
                let name = |slug: &str| {
                    let (spec, _) = self.component(&slug.parse().ok()?)?;
                    Some(spec.name.get(text.language()).to_owned())
                };
                let words = machine_words(text, event, &self.config.site.time_zone, &name)?;
                Some(format!("<p>{}</p>", escape(&words)))
            }
        }
    }
}

/// When an incident was made public; there is none that is public and was not.
fn made_public_at(incident: &Incident) -> Timestamp {
    incident.made_public_at.unwrap_or(incident.facts.opened_at)
}

/// When the newest thing happened that the public knows of. Not when the record changed: nobody outside shall see that somebody writes.
fn updated_at(incident: &Incident, updates: &[Update]) -> Timestamp {
    let published = updates.iter().map(|update| update.content.published_at).max();
    let resolved = incident.facts.resolved_at.filter(|_| !incident.facts.state.is_active());
    published.into_iter().chain(resolved).fold(made_public_at(incident), Ord::max)
}

/// When the newest run of updates began in which `is_it` is true, by what they say they are of, and whether it goes on. What follows
/// within the run, a correction or a supplement, does not move it.
fn told_since(updates: &[Update], is_it: impl Fn(IncidentStatus) -> bool) -> Option<(Timestamp, bool)> {
    let runs = updates.chunk_by(|a, b| is_it(a.content.status) == is_it(b.content.status));
    let (place, run) = runs.rev().enumerate().find(|(_, run)| is_it(run[0].content.status))?;
    Some((run[0].content.display_at, place == 0))
}

impl Reader {
    /// What the front page shows of them.
    pub(super) fn listed_incidents(&self, language: Language) -> Vec<PublicIncident> {
        let selection = Selection::listed(&Memory::of(&self.web.monitoring.state()));
        selection.incidents(language, LISTED_UPDATES_MAX)
    }

    /// Those that began within a month, the newest first, and how many of them are left out. Where the store does not answer, what
    /// memory knows of them is told: what they are called and how they ended.
    pub(super) async fn incidents_begun(&self, language: Language, month: TimeRange) -> (Vec<PublicIncident>, usize) {
        let (mut selection, left_out) = self.begun(month);
        let missing: Vec<i64> = selection.missing().take(MONTH_READ_MAX).collect();
        if !missing.is_empty() {
            match self.web.past.public_stories(&missing).await {
                Ok(stories) => stories.into_iter().for_each(|story| selection.put(story)),
                Err(error) => tracing::warn!(%error, "public incidents of a month are told without what was said of them"),
            }
        }
        (selection.incidents(language, MONTH_UPDATES_MAX), left_out)
    }

    fn begun(&self, month: TimeRange) -> (Selection, usize) {
        Selection::begun_within(&Memory::of(&self.web.monitoring.state()), month)
    }

    fn selected(&self, number: i64) -> Option<Selection> {
        Selection::one(&Memory::of(&self.web.monitoring.state()), number)
    }

    /// The page of an incident: of those that are open and the newest from memory, of the others out of the store.
    pub(super) async fn incident_page(&self, language: Language, number: i64) -> Result<IncidentPage, PageError> {
        let (now, version) = (self.web.monitoring.clock.now(), self.web.monitoring.version());
        let mut selection = self.selected(number).ok_or(PageError::NotFound)?;
        if !selection.is_whole() {
            match self.web.past.public_story(number).await {
                Ok(Some(story)) => selection.put(story),
                Ok(None) => return Err(PageError::NotFound),
                Err(error) => {
                    tracing::warn!(%error, number, "a public incident cannot be read");
                    return Err(PageError::Unavailable);
                }
            }
        }
        selection.page(language, version, now).ok_or(PageError::NotFound)
    }

    /// Paths, without a language, of the newest incidents, and when each last changed as far as memory knows.
    pub(in super::super) fn incident_paths(&self) -> Vec<(String, Option<Timestamp>)> {
        paths(&Memory::of(&self.web.monitoring.state()))
    }
}

fn paths(memory: &Memory<'_>) -> Vec<(String, Option<Timestamp>)> {
    let newest = memory.told().take(SITEMAP_MAX).map(|(number, _)| {
        let changed_at = memory.story(number).map(|story| updated_at(&story.incident, &story.updates));
        (format!("/incidents/{number}"), changed_at)
    });
    newest.collect()
}

#[cfg(test)]
mod tests;
