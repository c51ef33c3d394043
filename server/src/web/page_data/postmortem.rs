//! Postmortems as everybody reads them, out of what memory holds; what a publication that is not the newest says is read when its page is made.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::data::{
    ImpactBar, PageError, PostmortemContent, PostmortemList, PostmortemPage, PostmortemRow, PostmortemText, PostmortemView,
    PublicEdit, TextChanges,
};
use domain::component::Status;
use domain::postmortem::Content;
use domain::postmortem::compare::compare;
use domain::postmortem::frozen::{ImpactRow, Record};
use domain::text::Language;
use domain::time::{TimeRange, Timestamp};
use store::postmortems::{Publication, PublicationHead};

use super::Reader;
use crate::service::incidents::told::public_number;
use crate::service::postmortems::board::Told;
use crate::service::public_id::public_id;
use crate::web::feeds::{ENTRIES_MAX, PostmortemEntry};
use crate::web::postmortem_text::{Reading, body, first_words, headings, told};
use crate::web::{Web, words_in, zone_named};

/// Characters of a description.
const DESCRIPTION_CHARS: usize = 160;
/// Components whose bars are shown.
const BARS_MAX: usize = 30;
/// An impact that is shorter is shown within so much time.
const SPAN_MIN: Duration = Duration::from_secs(3600);
/// What bars show before and behind the impact, as a part of it.
const MARGIN: u32 = 12;

/// True when there is such a page.
pub(in crate::web) fn has_postmortem(web: &Web, slug: &str, view: PostmortemView) -> bool {
    if !web.monitoring.offer().postmortems.contains(slug) {
        return false;
    }
    let state = web.monitoring.state();
    match view {
        PostmortemView::Newest => true,
        PostmortemView::Version(number) => {
            state.postmortems.published(slug).is_some_and(|told| told.history.iter().any(|edit| edit.number == number))
        }
        PostmortemView::Changes(number) => {
            let has = |told: &Arc<Told>| {
                told.history.iter().any(|edit| edit.number == number) && told.history.iter().any(|edit| edit.number < number)
            };
            state.postmortems.published(slug).is_some_and(has)
        }
    }
}

/// True when it can be read now.
pub(in crate::web) fn has_published(web: &Web, slug: &str) -> bool {
    web.monitoring.offer().postmortems.contains(slug) && web.monitoring.state().postmortems.published(slug).is_some()
}

fn edit(head: &PublicationHead) -> PublicEdit {
    PublicEdit {
        number: head.number,
        at: head.published_at,
        message: head.message.clone(),
        is_minor: head.is_minor,
        analysis: head.analysis,
    }
}

/// What components were like: what probes saw, else what people say.
fn bars(record: &Record, language: Language, is_there: impl Fn(&str) -> bool) -> (Vec<ImpactBar>, Option<TimeRange>) {
    let known = || record.impact.iter().chain(&record.measured);
    let from = known().map(|row| row.from).min();
    let until = known().filter_map(|row| row.until).max();
    let Some((from, until)) = from.zip(until).filter(|(from, until)| from < until) else { return (Vec::new(), None) };
    let lasted = until.since(from).max(SPAN_MIN);
    // Ends are of no meaning, so they are whole minutes.
    let minute = |at: Timestamp| Timestamp::from_ms(at.as_ms() - at.as_ms().rem_euclid(60_000));
    let span = TimeRange::new(minute(from.minus(lasted / MARGIN)), minute(until.plus(lasted / MARGIN)));
    let mut order: Vec<&ImpactRow> = Vec::new();
    for row in &record.impact {
        if !order.iter().any(|known| known.slug == row.slug) {
            order.push(row);
        }
    }
    let bar = |first: &&ImpactRow| {
        let of = |rows: &[ImpactRow]| {
            let stretch = |row: &ImpactRow| {
                let range = TimeRange::new(row.from, row.until.unwrap_or(span.until())).intersect(span);
                (range, row.status)
            };
            let rows = rows.iter().filter(|row| row.slug == first.slug).map(stretch);
            rows.filter(|(range, status)| !range.is_empty() && *status != Status::Operational).collect::<Vec<_>>()
        };
        let measured = of(&record.measured);
        let is_measured = !measured.is_empty();
        ImpactBar {
            slug: is_there(first.slug.as_str()).then(|| first.slug.to_string()),
            name: first.name.get(language).to_owned(),
            stretches: if is_measured { measured } else { of(&record.impact) },
            is_measured,
        }
    };
    (order.iter().take(BARS_MAX).map(bar).collect(), Some(span))
}

fn recovered(record: &Record) -> Option<u64> {
    record.stated_ms.or_else(|| record.metrics.iter().find(|metric| metric.name == "recover").map(|metric| metric.ms))
}

/// Of what was taken back nothing is told but that it was: its title may have been the reason.
fn retracted_row(language: Language, told: &Told) -> Option<PostmortemRow> {
    let at = told.newest.head.published_at;
    Some(PostmortemRow {
        slug: told.postmortem.facts.slug.as_ref()?.to_string(),
        title: words_in(language).get("postmortem-retracted-title"),
        language,
        began_at: at,
        recovered_ms: None,
        components: Vec::new(),
        analysis: told.newest.head.analysis,
        published_at: at,
        updated_at: at,
        is_retracted: true,
    })
}

impl Reader {
    pub(super) fn postmortem_list(&self, language: Language) -> PostmortemList {
        let version = self.web.monitoring.version();
        let all: Vec<Arc<Told>> = self.web.monitoring.state().postmortems.all().to_vec();
        let row = |told: &Arc<Told>| {
            if told.is_retracted() {
                return retracted_row(language, told);
            }
            let (title_language, title) = told.newest.content.title.best(language);
            let record = &told.newest.record;
            let published_at = told.history.last()?.published_at;
            let mut components: Vec<String> = Vec::new();
            for row in &record.impact {
                let name = row.name.get(language);
                if !components.iter().any(|known| known == name) {
                    components.push(name.to_owned());
                }
            }
            let began = record.impact.iter().map(|row| row.from).min();
            let began = began.or_else(|| record.timeline.iter().map(|row| row.at).min());
            Some(PostmortemRow {
                slug: told.postmortem.facts.slug.as_ref()?.to_string(),
                title: title.to_owned(),
                language: title_language,
                began_at: began.unwrap_or(published_at),
                recovered_ms: recovered(record),
                components,
                analysis: told.newest.head.analysis,
                published_at,
                updated_at: told.newest.head.published_at,
                is_retracted: false,
            })
        };
        let mut rows: Vec<PostmortemRow> = all.iter().filter_map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.began_at));
        PostmortemList { version, rows }
    }

    /// The one at this address, and what is shown of it.
    pub(super) async fn postmortem_page(
        &self,
        language: Language,
        slug: &str,
        view: PostmortemView,
    ) -> Result<PostmortemPage, PageError> {
        let version = self.web.monitoring.version();
        let (told, incident) = {
            let state = self.web.monitoring.state();
            let told = Arc::clone(state.postmortems.told(slug).ok_or(PageError::NotFound)?);
            let heads = state.incidents.heads();
            let head = heads.iter().find(|head| head.key == told.postmortem.incident_key);
            let incident = head.and_then(|head| Some((public_number(head)?, head.facts.title.get(language).to_owned())));
            (told, incident)
        };
        let newest = &told.newest;
        let history: Vec<PublicEdit> = told.history.iter().map(edit).collect();
        if told.is_retracted() {
            let reason = told.postmortem.facts.reason.as_ref().map(|(reason, _)| reason.clone()).unwrap_or_default();
            let shown = edit(&newest.head);
            let title = words_in(language).get("postmortem-retracted-title");
            let (description, content) = (String::new(), PostmortemContent::Retracted(reason));
            return Ok(PostmortemPage { version, slug: slug.to_owned(), title, description, incident, history, shown, content });
        }
        let title = newest.content.title.best(language).1.to_owned();
        let publication = match view {
            PostmortemView::Newest => newest.clone(),
            PostmortemView::Version(number) | PostmortemView::Changes(number) => self.publication(&told, slug, number).await?,
        };
        let pictures = format!("/postmortems/{slug}/files/");
        let (own, source) = publication.content.body.best(language);
        let reading = Reading::new(own, &pictures);
        let description = first_words(&reading, source, DESCRIPTION_CHARS);
        let content = match view {
            PostmortemView::Changes(number) => {
                // The one before it that can still be read.
                let earlier =
                    told.history.iter().map(|head| head.number).find(|known| *known < number).ok_or(PageError::NotFound)?;
                let before = self.publication(&told, slug, earlier).await?;
                let after = publication.content.clone();
                let reading_language = language;
                let compared = tokio::task::spawn_blocking(move || {
                    let reading = Reading::new(reading_language, "");
                    public_changes(&reading, &before.content, &after)
                });
                PostmortemContent::Changes(compared.await.map_err(|_| PageError::Unavailable)?)
            }
            PostmortemView::Newest | PostmortemView::Version(_) => {
                let record = &publication.record;
                let offer = self.web.monitoring.offer();
                // Headings, dates and words of blocks are in the page's language; what people wrote is in its own.
                let (bars, span) = bars(record, language, |slug| offer.slugs.contains(slug));
                PostmortemContent::Text(Box::new(PostmortemText {
                    language: own,
                    zone: zone_named(&record.zone),
                    figures: record.metrics.iter().map(|metric| (metric.name.clone(), metric.ms)).collect(),
                    stated_ms: record.stated_ms,
                    bars,
                    span,
                    pieces: body(&reading, source, record),
                    outline: headings(&reading, source),
                }))
            }
        };
        let title = match view {
            PostmortemView::Newest => title,
            _ => publication.content.title.best(language).1.to_owned(),
        };
        let shown = edit(&publication.head);
        Ok(PostmortemPage { version, slug: slug.to_owned(), title, description, incident, history, shown, content })
    }

    async fn publication(&self, told: &Told, slug: &str, number: i64) -> Result<Publication, PageError> {
        if told.newest.head.number == number {
            return Ok(told.newest.clone());
        }
        match self.web.desk.public_publication(slug, number).await {
            Ok(Some(publication)) => Ok(publication),
            Ok(None) => Err(PageError::NotFound),
            Err(error) => {
                tracing::warn!(%error, slug, number, "a publication cannot be read");
                Err(PageError::Unavailable)
            }
        }
    }

    /// Public addresses of postmortems and when each last changed, for search engines.
    pub(in crate::web) fn postmortem_paths(&self) -> Vec<(String, Option<Timestamp>)> {
        let state = self.web.monitoring.state();
        let told = state.postmortems.all().iter().filter(|told| !told.is_retracted());
        let path = |told: &Arc<Told>| {
            let slug = told.postmortem.facts.slug.as_ref()?;
            Some((format!("/postmortems/{slug}"), Some(told.newest.head.published_at)))
        };
        told.filter_map(path).collect()
    }

    /// Postmortems as feeds tell of them.
    pub(in crate::web) fn postmortem_entries(&self, language: Language, component: Option<&str>) -> Vec<PostmortemEntry> {
        let (all, ids) = {
            let state = self.web.monitoring.state();
            let ids: HashMap<String, String> = state
                .config
                .components
                .iter()
                .zip(&state.components)
                .filter(|(spec, _)| spec.is_public)
                .map(|(spec, watched)| (spec.slug.to_string(), watched.public_id.clone()))
                .collect();
            (state.postmortems.all().to_vec(), ids)
        };
        let entry = |told: &Arc<Told>| {
            let slug = told.postmortem.facts.slug.as_ref()?.to_string();
            let newest = &told.newest;
            let mut component_ids: Vec<String> =
                newest.record.impact.iter().filter_map(|row| ids.get(row.slug.as_str()).cloned()).collect();
            component_ids.sort_unstable();
            component_ids.dedup();
            if component.is_some_and(|wanted| !component_ids.iter().any(|id| id == wanted)) {
                return None;
            }
            let (own, source) = newest.content.body.best(language);
            let reading = Reading::new(own, "");
            Some(PostmortemEntry {
                id: public_id("postmortem", &told.postmortem.id.to_string()),
                slug,
                title: newest.content.title.best(language).1.to_owned(),
                description: first_words(&reading, source, DESCRIPTION_CHARS),
                edits: told.history.iter().map(|edit| (edit.number, edit.published_at, edit.message.clone())).collect(),
                component_ids,
            })
        };
        let mut told: Vec<Arc<Told>> = all.into_iter().filter(|told| !told.is_retracted()).collect();
        told.sort_by_key(|told| std::cmp::Reverse(told.newest.head.published_at));
        told.iter().filter_map(entry).take(ENTRIES_MAX).collect()
    }
}

/// What changed, without what is withheld in either.
fn public_changes(reading: &Reading<'_>, before: &Content, after: &Content) -> Vec<TextChanges> {
    Language::ALL
        .into_iter()
        .flat_map(|language| {
            let pair = |field: &'static str, old: &str, new: &str| TextChanges {
                field,
                language,
                parts: compare(&told(reading, old), &told(reading, new)),
            };
            [
                pair("title", before.title.get(language), after.title.get(language)),
                pair("body", before.body.get(language), after.body.get(language)),
            ]
        })
        .collect()
}
