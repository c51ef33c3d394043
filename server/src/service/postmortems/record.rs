//! What live blocks say, made of the record of the incident: what everybody may read, apart from what only the desk sees.

use std::sync::Arc;

use app::i18n::Text;
use domain::incident::metrics::{Moments, measure};
use domain::incident::work::{Marker, Visibility};
use domain::outage::OutageEnd;
use domain::postmortem::frozen::{ActionRow, ImpactRow, MetricRow, Record, RunRow, Said, TimelineRow, UpdateRow};
use domain::text::{Language, LocalizedText};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::action_items::{Item, ItemFilter};
use store::incidents::{Entry, EntryContent, IncidentStory};
use store::runbooks::runs::RunFilter;

use crate::config::Config;
use crate::messages::FluentMessages;
use crate::service::action_items::row;
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::incidents::told::public_component;
use crate::service::incidents::words::machine_words;
use crate::service::problem::Problem;
use crate::service::runs::Listed;

/// Rows of a timeline that a postmortem shows.
const ROWS_MAX: usize = 2_000;
/// Runs of one incident that it shows.
const RUNS_MAX: u32 = 100;
/// Outages that probes saw meanwhile that it shows.
const MEASURED_MAX: usize = 200;

/// What blocks say, and what they would say if everything were public.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    /// For everybody.
    pub(crate) record: Record,
    /// Rows that only the desk sees, in order of time.
    pub(crate) internal: Vec<TimelineRow>,
    /// Runs of runbooks that are not public.
    pub(crate) internal_runs: usize,
    /// Values of labels of the incident's alerts, which should not be read outside.
    pub(crate) labels: Vec<String>,
    /// What only the desk knows: words of rows that are internal or withheld, and names of components and runbooks that are not public.
    pub(crate) inside: Vec<String>,
}

/// A fact in both languages.
fn facts_words(content: &EntryContent, config: &Config, zone: &TimeZone) -> Option<LocalizedText> {
    match content {
        EntryContent::Words { body, .. } => Some(LocalizedText::Same(body.clone())),
        EntryContent::Machine(event) => {
            let words = |language: Language| {
                let text = Text::new(Arc::new(FluentMessages), language);
                let name = |slug: &str| {
                    let place = public_component(config, &slug.parse().ok()?)?;
                    Some(config.components[place].name.get(language).to_owned())
                };
                machine_words(&text, event, zone, &name)
            };
            Some(LocalizedText::Each { ja: words(Language::Ja)?, en: words(Language::En)? })
        }
    }
}

fn timeline_row(entry: &Entry, markers: Vec<Marker>, is_told: bool, config: &Config, zone: &TimeZone) -> Option<TimelineRow> {
    let said = if is_told {
        let (rejected, hypothesis) = match &entry.content {
            EntryContent::Words { rejected, hypothesis, .. } => (rejected.clone(), *hypothesis),
            EntryContent::Machine(_) => (Vec::new(), None),
        };
        Some(Said { kind: entry.kind, body: facts_words(&entry.content, config, zone)?, rejected, hypothesis, markers })
    } else {
        None
    };
    Some(TimelineRow { at: entry.occurred_at, precision: entry.precision, is_starred: entry.is_starred, said })
}

/// Rows for everybody, and those for the desk alone.
fn timeline(story: &IncidentStory, config: &Config, zone: &TimeZone) -> (Vec<TimelineRow>, Vec<TimelineRow>) {
    let (mut told, mut internal) = (Vec::new(), Vec::new());
    let is_shown = |entry: &&Entry| {
        // Of what Yagura notes by itself only what people made public or marked belongs into a story.
        let is_inside = match &entry.content {
            EntryContent::Machine(event) => entry.visibility == Visibility::Internal || event.is_for_the_desk(),
            EntryContent::Words { .. } => false,
        };
        entry.deleted_at.is_none() && !is_inside
    };
    for entry in story.entries.iter().filter(is_shown).take(ROWS_MAX) {
        let markers = story.markers.iter().filter(|marked| marked.entry_key == entry.key).map(|marked| marked.marker).collect();
        match entry.visibility {
            Visibility::Public => told.extend(timeline_row(entry, markers, true, config, zone)),
            Visibility::Redacted => told.extend(timeline_row(entry, markers, false, config, zone)),
            Visibility::Internal => internal.extend(timeline_row(entry, markers, true, config, zone)),
        }
    }
    (told, internal)
}

/// Words of rows that are internal or withheld, and names of components that are not public.
fn inside(story: &IncidentStory, config: &Config) -> Vec<String> {
    let rows = story.entries.iter().filter(|entry| entry.deleted_at.is_none() && entry.visibility != Visibility::Public);
    let words = rows.filter_map(|entry| match &entry.content {
        EntryContent::Words { body, .. } => Some(body.clone()),
        EntryContent::Machine(_) => None,
    });
    let names = config.components.iter().filter(|spec| !spec.is_public);
    let names = names.flat_map(|spec| Language::ALL.map(|language| spec.name.get(language).to_owned()));
    let mut all: Vec<String> = words.chain(names).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn moments(story: &IncidentStory) -> Moments {
    let of = |marked: &store::incidents::MarkedEntry| {
        let entry = story.entries.iter().find(|entry| entry.key == marked.entry_key && entry.deleted_at.is_none())?;
        Some((marked.marker, entry.occurred_at))
    };
    story.markers.iter().filter_map(of).collect()
}

fn impact(story: &IncidentStory, config: &Config) -> Vec<ImpactRow> {
    let row = |affected: &store::incidents::Affected| {
        let spec = &config.components[public_component(config, &affected.component)?];
        let (slug, name) = (spec.slug.clone(), spec.name.clone());
        Some(ImpactRow { slug, name, status: affected.status, from: affected.from, until: affected.until })
    };
    story.affected.iter().filter_map(row).collect()
}

fn run_row((run, edition, progress): &Listed, is_public: bool) -> Option<RunRow> {
    if !is_public {
        return None;
    }
    let title = |language| edition.title(language);
    Some(RunRow {
        slug: Some(run.version.runbook.clone()),
        title: LocalizedText::Each { ja: title(Language::Ja), en: title(Language::En) },
        version: run.version.number,
        started_at: run.started_at,
        finished_at: run.finished_at,
        outcome: run.outcome.map(|outcome| outcome.name().to_owned()),
        settled: progress.settled as u32,
        total: progress.total as u32,
    })
}

/// When the impact of an incident began and ended; what has not ended ends `now`.
fn impact_span(story: &IncidentStory, now: Timestamp) -> (Timestamp, Timestamp) {
    let moments = moments(story);
    let facts = &story.incident.facts;
    let began = moments.get(&Marker::ImpactStart).copied().unwrap_or(facts.opened_at);
    (began, moments.get(&Marker::ImpactEnd).copied().or(facts.resolved_at).unwrap_or(now))
}

/// What the record of an incident itself says, and its action items: without runs, and without what probes saw.
pub(crate) fn gathered(story: &IncidentStory, config: &Config, items: &[Item]) -> Gathered {
    let zone = TimeZone::get(&story.incident.facts.zone).unwrap_or(TimeZone::UTC);
    let (timeline, internal) = timeline(story, config, &zone);
    let metrics = measure(&moments(story)).into_iter().filter_map(|one| {
        // A negative one says that its markers are in the wrong order: the desk's business.
        let ms = u64::try_from(one.ms?).ok()?;
        Some(MetricRow { name: one.measure.name().to_owned(), ms, from: one.from, until: one.until })
    });
    let mut actions: Vec<ActionRow> = items.iter().map(row).collect();
    actions.sort_by_key(|action| action.number);
    let updates = story.updates.iter().map(|update| UpdateRow {
        at: update.content.display_at,
        status: update.content.status,
        body: update.content.body.clone(),
    });
    let stated = story.incident.facts.stated_duration;
    let record = Record {
        impact: impact(story, config),
        measured: Vec::new(),
        metrics: metrics.collect(),
        stated_ms: stated.map(|stated| u64::try_from(stated.as_millis()).unwrap_or(u64::MAX)),
        timeline,
        updates: updates.collect(),
        runs: Vec::new(),
        actions,
        zone: story.incident.facts.zone.clone(),
    };
    Gathered { record, internal, inside: inside(story, config), ..Gathered::default() }
}

impl Desk {
    /// What blocks of the postmortem of an incident say now.
    pub(crate) async fn gather(&self, caller: &Caller, incident: i64) -> Result<Gathered, Problem> {
        let story = self.store.incident_story(incident).await?.ok_or(Problem::NotFound("incident"))?;
        let config = Arc::clone(&self.monitoring.state().config);
        let of_incident = ItemFilter { incident_key: Some(story.incident.key), ..ItemFilter::default() };
        let items = self.store.action_items(&of_incident).await?;
        let mut gathered = gathered(&story, &config, &items);
        let (began, ended) = impact_span(&story, self.now());
        gathered.record.measured = self.measured(&gathered.record.impact, began, ended);
        let filter = RunFilter { incident: Some(incident), limit: RUNS_MAX, ..RunFilter::default() };
        let runs = self.run_list(caller, &filter).await?;
        let library = self.library();
        let is_public = |run: &Listed| library.runbooks.get(&run.0.version.runbook).is_some_and(|runbook| runbook.is_public);
        gathered.record.runs = runs.iter().filter_map(|run| run_row(run, is_public(run))).collect();
        gathered.record.runs.sort_by_key(|run| run.started_at);
        gathered.internal_runs = runs.len() - gathered.record.runs.len();
        let private =
            library.runbooks.values().filter(|runbook| !runbook.is_public).filter_map(|runbook| runbook.current.as_ref());
        gathered.inside.extend(private.flat_map(|edition| Language::ALL.map(|language| edition.title(language))));
        gathered.labels = self.labels_of(story.incident.number).await?;
        Ok(gathered)
    }

    /// Outages that probes saw of these components between two moments, as far as memory reaches back.
    fn measured(&self, impact: &[ImpactRow], from: Timestamp, until: Timestamp) -> Vec<ImpactRow> {
        let state = self.monitoring.state();
        let mut rows = Vec::new();
        for (spec, watched) in state.config.components.iter().zip(&state.components) {
            if !impact.iter().any(|row| row.slug == spec.slug) {
                continue;
            }
            let outages = state.tower.component(watched.key).map(|watch| watch.outages.as_slice()).unwrap_or_default();
            for (_, outage) in outages.iter().filter(|(_, outage)| outage.started_at <= until && outage.touches(from)) {
                let ended = outage.ended.and_then(|(at, end)| (end == OutageEnd::Recovered).then_some(at));
                let (slug, name, status) = (spec.slug.clone(), spec.name.clone(), outage.worst);
                rows.push(ImpactRow { slug, name, status, from: outage.started_at, until: ended });
            }
        }
        rows.sort_by_key(|row| row.from);
        rows.truncate(MEASURED_MAX);
        rows
    }

    /// Values of labels of the alerts of an incident: names of machines and the like.
    async fn labels_of(&self, incident: i64) -> Result<Vec<String>, Problem> {
        let filter = store::alerts::AlertFilter {
            incident: Some(incident),
            limit: store::alerts::ALERTS_LISTED_MAX,
            ..Default::default()
        };
        let alerts = self.store.alerts(&filter).await?;
        let values = alerts.iter().flat_map(|alert| alert.labels.iter());
        // What an alert is called and how grave it is says nothing of what is inside.
        let is_telling = |name: &str| !matches!(name, "alertname" | "severity" | "component" | "job" | "env" | "team");
        let mut all: Vec<String> = values.filter(|(name, _)| is_telling(name)).map(|(_, value)| value.to_owned()).collect();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }
}
