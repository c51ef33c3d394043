//! What pages read, out of the state in memory. Here everything private stays behind: the structs of `app` have no place for it.

mod check;
mod component;
mod history;
mod incident;
mod maintenance;
mod metric;
mod postmortem;
mod results;
mod runbook;

use std::sync::Arc;
use std::time::Duration;

use app::data::{
    ComponentPage, HistoryPage, IncidentPage, OutageOf, PageData, PageError, PostmortemList, PostmortemPage, PostmortemView,
    PublicComponent, PublicGroup, PublicSite, RunbookList, RunbookText, StatusPage, Summary,
};
use domain::component::Status;
use domain::incident::MaintenanceStatus;
use domain::month::Month;
use domain::outage::Outage;
use domain::text::Language;
use domain::time::Timestamp;
use domain::uptime;

use self::component::{OUTAGES_MAX, public_component, public_outage};
pub(super) use self::postmortem::{has_postmortem, has_published};
use super::Web;
use super::snapshot::Wanted;
use crate::config::{ComponentSpec, Config};
use crate::service::monitoring::{Monitoring, Offer, State};
use crate::service::public_id::public_id;

/// Days of a bar.
const DAYS: u16 = 90;
/// The front page shows the outages of so many days,
const RECENT: Duration = Duration::from_secs(14 * 24 * 3600);
/// and of these at most so many; all are on the history page.
const RECENT_MAX: usize = 20;
/// The second day of 1970: addresses know no month before that year, in no zone.
const EARLIEST: Timestamp = Timestamp::from_ms(86_400_000);

/// Reads for pages.
pub(super) struct Reader {
    web: Web,
}

/// True when a page about this component may be shown.
pub(super) fn is_public(monitoring: &Monitoring, slug: &str) -> bool {
    monitoring.offer().slugs.contains(slug)
}

/// True when a public component has this id.
pub(super) fn is_public_id(monitoring: &Monitoring, id: &str) -> bool {
    monitoring.offer().public_ids.contains(id)
}

/// True when the incident with this number has a page.
pub(super) fn is_told(monitoring: &Monitoring, number: i64) -> bool {
    monitoring.offer().incidents.numbers.contains(&number)
}

/// True when this runbook may be read by everybody.
pub(super) fn is_public_runbook(web: &Web, slug: &str) -> bool {
    runbook::public(&web.desk.library(), slug).is_some()
}

/// The number of the incident into which the one with this number was merged, if that has a page.
pub(super) fn merged_into(monitoring: &Monitoring, number: i64) -> Option<i64> {
    let other = monitoring.state().incidents.redirect(number)?;
    is_told(monitoring, other).then_some(other)
}

/// When the history begins: with the first public component that was watched or the first public incident, and not in a future that a
/// wrong clock once saw.
fn history_from(offer: &Offer, now: Timestamp) -> Timestamp {
    let first = offer.first_watched.into_iter().chain(offer.incidents.first_at).min();
    first.unwrap_or(now).max(EARLIEST).min(now)
}

/// True when the public could have seen something in this month.
pub(super) fn has_month(monitoring: &Monitoring, month: Month) -> bool {
    let (offer, now) = (monitoring.offer(), monitoring.clock.now());
    (Month::of(history_from(&offer, now), &offer.time_zone)..=Month::of(now, &offer.time_zone)).contains(&month)
}

#[async_trait::async_trait]
impl PageData for Reader {
    async fn status(&self, language: Language) -> Arc<StatusPage> {
        self.web.snapshots.get(&self.web, language, Wanted::Newest)
    }

    async fn component(&self, language: Language, slug: &str) -> Result<ComponentPage, PageError> {
        let now = self.web.monitoring.clock.now();
        let version = self.web.monitoring.version();
        let zone = self.web.monitoring.offer().time_zone.clone();
        let days = uptime::days_until(now, DAYS, &zone);
        let (page, probes) = {
            let state = self.web.monitoring.state();
            let is_it = |spec: &ComponentSpec| spec.is_public && spec.slug.as_str() == slug;
            let index = state.config.components.iter().position(is_it).ok_or(PageError::NotFound)?;
            let component = public_component(&state, index, language, &days, now).ok_or(PageError::NotFound)?;
            let watch = state.tower.component(state.components[index].key).ok_or(PageError::NotFound)?;
            let mut maintenances = maintenance::public_maintenances(&state, &maintenance::words(language), now);
            maintenances.retain(|one| one.status != MaintenanceStatus::Completed && one.component_ids.contains(&component.id));
            maintenances.reverse();
            let page = ComponentPage {
                version,
                taken_at: now,
                component,
                weights: state.config.uptime,
                outages: watch.outages.iter().rev().take(OUTAGES_MAX).map(public_outage).collect(),
                outages_left_out: watch.outages.len().saturating_sub(OUTAGES_MAX),
                maintenances,
                checks: Vec::new(),
            };
            (page, check::of(&state, watch, now))
        };
        Ok(ComponentPage { checks: check::with_day(&self.web.past, probes, now).await, ..page })
    }

    async fn history(&self, language: Language, until: Option<Month>) -> Result<HistoryPage, PageError> {
        self.history_page(language, until).await
    }

    async fn incident(&self, language: Language, number: i64) -> Result<IncidentPage, PageError> {
        self.incident_page(language, number).await
    }

    async fn postmortems(&self, language: Language) -> PostmortemList {
        self.postmortem_list(language)
    }

    async fn postmortem(&self, language: Language, slug: &str, view: PostmortemView) -> Result<PostmortemPage, PageError> {
        self.postmortem_page(language, slug, view).await
    }

    async fn runbooks(&self, language: Language) -> RunbookList {
        runbook::list(&self.web, language)
    }

    async fn runbook(&self, language: Language, slug: &str) -> Result<RunbookText, PageError> {
        runbook::text(&self.web, language, slug).ok_or(PageError::NotFound)
    }

    fn site(&self, language: Language) -> PublicSite {
        let state = self.web.monitoring.state();
        let site = &state.config.site;
        PublicSite {
            id: public_id("site", &state.site.to_string()),
            base: site.base(Some(self.web.address)),
            name: site.name.get(language).to_owned(),
            description: site.description.as_ref().map(|description| description.get(language).to_owned()),
            languages: site.languages.clone(),
            time_zone: site.time_zone.clone(),
            created_at: began_at(&state),
        }
    }
}

/// When this installation began: its id is a UUID that says so.
fn began_at(state: &State) -> Timestamp {
    let (seconds, nanoseconds) = state.site.get_timestamp().map_or((0, 0), |made| made.to_unix());
    let ms = i64::try_from(seconds).unwrap_or(0) * 1000 + i64::from(nanoseconds / 1_000_000);
    Timestamp::from_ms(ms)
}

/// Where the site is found, without a slash at the end.
pub(super) fn site_base(web: &Web) -> String {
    web.monitoring.state().config.site.base(Some(web.address))
}

fn newest_first(outages: &mut [OutageOf]) {
    outages.sort_by(|a, b| b.outage.started_at.cmp(&a.outage.started_at).then_with(|| a.slug.cmp(&b.slug)));
}

/// Public components with their places in the configuration, and their outages.
type Shown = (Vec<(usize, PublicComponent)>, Vec<OutageOf>);

impl Reader {
    pub(super) fn new(web: &Web) -> Self {
        Self { web: web.clone() }
    }

    /// What the front page shows, out of the state.
    pub(super) fn take(&self, language: Language) -> StatusPage {
        let now = self.web.monitoring.clock.now();
        let version = self.web.monitoring.version();
        let (config, shown, mut outages) = loop {
            let config = Arc::clone(&self.web.monitoring.state().config);
            if let Some((shown, outages)) = self.public_components(&config, language, now) {
                break (config, shown, outages);
            }
        };
        let summary = summarize(&shown);
        let (uplink_lost_since, maintenances) = {
            let state = self.web.monitoring.state();
            (state.uplink_lost_since, maintenance::public_maintenances(&state, &maintenance::words(language), now))
        };
        newest_first(&mut outages);
        let outages_left_out = outages.len().saturating_sub(RECENT_MAX);
        outages.truncate(RECENT_MAX);
        StatusPage {
            version,
            taken_at: now,
            summary,
            uplink_lost_since,
            groups: grouped(&config, language, shown),
            weights: config.uptime,
            outages,
            outages_left_out,
            incidents: self.listed_incidents(language),
            maintenances,
        }
    }

    /// Every public component, and the outages of all that touch the last days. The state is let go between two of them: with
    /// thousands, the days of all take long enough to make checks late. `None` when the configuration changed on the way.
    fn public_components(&self, config: &Arc<Config>, language: Language, now: Timestamp) -> Option<Shown> {
        let days = uptime::days_until(now, DAYS, &config.site.time_zone);
        let mut shown = Vec::with_capacity(config.components.len());
        let mut outages = Vec::new();
        for index in (0..config.components.len()).filter(|index| config.components[*index].is_public) {
            let state = self.web.monitoring.state();
            if !Arc::ptr_eq(&state.config, config) {
                return None;
            }
            shown.extend(public_component(&state, index, language, &days, now).map(|component| (index, component)));
            outages.extend(component::outages_since(&state, index, language, now.minus(RECENT)));
        }
        Some((shown, outages))
    }

    /// Outages that memory holds, those of the last 90 days, that `is_wanted`: of one public component or of all, of each the newest
    /// `limit`, and how many more there are. The state is let go between two components.
    fn outages_in_memory(
        &self,
        language: Language,
        slug: Option<&str>,
        since: Timestamp,
        limit: usize,
        is_wanted: impl Fn(&Outage) -> bool,
    ) -> (Vec<OutageOf>, usize) {
        let config = Arc::clone(&self.web.monitoring.state().config);
        let (mut outages, mut left_out) = (Vec::new(), 0);
        for (index, spec) in config.components.iter().enumerate() {
            if !spec.is_public || slug.is_some_and(|slug| spec.slug.as_str() != slug) {
                continue;
            }
            let state = self.web.monitoring.state();
            // A configuration that changes on the way makes the page anew anyway.
            if Arc::ptr_eq(&state.config, &config) {
                let (newest, more) = component::newest_outages(&state, index, language, since, limit, &is_wanted);
                outages.extend(newest);
                left_out += more;
            }
        }
        (outages, left_out)
    }

    /// The outages of the last 90 days that changed last, of one public component or of all, at most `limit`.
    pub(super) fn newest_outages(&self, language: Language, slug: Option<&str>, limit: usize) -> Vec<OutageOf> {
        let (mut outages, _) = self.outages_in_memory(language, slug, Timestamp::from_ms(0), limit, |_| true);
        outages.sort_by_key(|of| std::cmp::Reverse(of.outage.updated_at()));
        outages.truncate(limit);
        outages
    }
}

fn summarize(shown: &[(usize, PublicComponent)]) -> Summary {
    let all = || shown.iter().map(|(_, component)| component);
    let worst = all().map(|component| component.status).max_by_key(|status| status.concern()).unwrap_or(Status::Unknown);
    let affected = || all().filter(|component| component.status == worst);
    let count = |status| all().filter(|component| component.status == status && status != worst).count();
    let others = [Status::PartialOutage, Status::DegradedPerformance, Status::Unknown, Status::UnderMaintenance];
    // Trouble is as old as its oldest part; all being well is as old as the last recovery.
    let since = if worst == Status::Operational {
        affected().filter_map(|component| component.since).max()
    } else {
        affected().filter_map(|component| component.since).min()
    };
    let others = others.map(|status| (status, count(status)));
    Summary { worst, total: shown.len(), affected: affected().count(), others, since }
}

fn grouped(config: &Config, language: Language, shown: Vec<(usize, PublicComponent)>) -> Vec<PublicGroup> {
    let mut groups: Vec<PublicGroup> = config
        .groups
        .iter()
        .map(|group| PublicGroup {
            slug: group.slug.as_str().to_owned(),
            id: public_id("group", group.slug.as_str()),
            name: Some(group.name.get(language).to_owned()),
            components: Vec::new(),
        })
        .collect();
    let mut ungrouped = PublicGroup { slug: String::new(), id: String::new(), name: None, components: Vec::new() };
    for (index, component) in shown {
        let group = config.components[index].group.as_ref();
        let place = group.and_then(|slug| groups.iter_mut().find(|group| group.slug == slug.as_str()));
        place.unwrap_or(&mut ungrouped).components.push(component);
    }
    groups.push(ungrouped);
    groups.retain(|group| !group.components.is_empty());
    groups
}
