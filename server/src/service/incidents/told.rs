//! Which incidents the public is told of, and since when: the one place that decides it, for pages, feeds and the API. Pure.

use std::collections::HashSet;
use std::time::Duration;

use domain::incident::work::{IncidentKind, Marker};
use domain::text::Slug;
use domain::time::Timestamp;
use store::incidents::Incident;
use store::incidents::public::PublicStory;

use crate::config::Config;
use crate::service::monitoring::State;

/// What requests ask first of incidents, kept apart so that no visitor waits for the state.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Public numbers of those that have a page.
    pub(crate) numbers: HashSet<i64>,
    /// When the first of them began.
    pub(crate) first_at: Option<Timestamp>,
}

impl Told {
    pub(crate) fn of(state: &State) -> Self {
        let told = || state.incidents.heads().iter().filter_map(|head| Some((head, public_number(head)?)));
        let begun = told().map(|(head, number)| began_at(&state.config, head, state.incidents.story(number).as_deref()));
        Self { first_at: begun.min(), numbers: told().map(|(_, number)| number).collect() }
    }
}

/// The number of an incident's page, if it has one: internal ones, drills and those that were merged into another have none, whatever
/// numbers they once got.
pub(crate) fn public_number(incident: &Incident) -> Option<i64> {
    let is_told = incident.facts.is_public && incident.facts.kind != IncidentKind::Drill && incident.merged_into.is_none();
    incident.public_number.filter(|_| is_told)
}

/// The place in the configuration of the component that is called so, or was before it was renamed, if it is public.
pub(crate) fn public_component(config: &Config, slug: &Slug) -> Option<usize> {
    let all = &config.components;
    let index = all.iter().position(|spec| spec.slug == *slug);
    let index = index.or_else(|| all.iter().position(|spec| spec.renamed_from.as_ref() == Some(slug)))?;
    all[index].is_public.then_some(index)
}

/// When an incident began to matter: its marker, else when the first public component was affected, else when somebody began to work on
/// it, which is all that is known without its story.
pub(crate) fn began_at(config: &Config, incident: &Incident, story: Option<&PublicStory>) -> Timestamp {
    let marked = story.and_then(|story| story.moments.get(&Marker::ImpactStart).copied());
    let affected = || {
        let all = story.into_iter().flat_map(|story| &story.affected);
        all.filter(|affected| public_component(config, &affected.component).is_some()).map(|affected| affected.from).min()
    };
    marked.or_else(affected).unwrap_or(incident.facts.opened_at)
}

/// Work on an incident begins so long before it is written down at most; what began earlier is a story that is told afterwards.
pub(crate) const STORY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// True for an incident that was written down long after it was over for those who worked on it: nothing that probes see now belongs to
/// it, and it takes no outage of today upon itself.
pub(crate) fn is_told_afterwards(incident: &Incident) -> bool {
    incident.created_at.since(incident.facts.opened_at) > STORY_AFTER
}
