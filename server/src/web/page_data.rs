//! What pages read, out of the state in memory. Here everything private stays behind: the structs of `app` have no place for it.

use std::sync::Arc;
use std::time::Duration;

use app::data::{
    CheckKind, ComponentPage, PageData, PageError, PublicCheck, PublicComponent, PublicDay, PublicGroup, PublicOutage,
    PublicResult, PublicSite, StatusPage, Summary,
};
use domain::component::Status;
use domain::probe::heartbeat::HeartbeatPhase;
use domain::probe::spec::{ActionSpec, CheckSpec};
use domain::text::Language;
use domain::time::{TimeRange, Timestamp};
use domain::tower::{ComponentWatch, ProbeMachine};
use domain::uptime::{self, Tally};
use jiff::civil::Date;

use crate::config::{ComponentSpec, Config};
use crate::service::monitoring::{Monitoring, State};

/// Days of a bar.
const DAYS: u16 = 90;
/// Outages on a component's page; a flapping component has thousands.
const OUTAGES_MAX: usize = 50;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Reads for pages.
pub(super) struct Reader(pub(super) Arc<Monitoring>);

/// True when a page about this component may be shown.
pub(super) fn is_public(monitoring: &Monitoring, slug: &str) -> bool {
    let config = Arc::clone(&monitoring.state().config);
    config.components.iter().any(|component| component.is_public && component.slug.as_str() == slug)
}

#[async_trait::async_trait]
impl PageData for Reader {
    async fn status(&self, language: Language) -> StatusPage {
        let now = self.0.clock.now();
        let version = self.0.version();
        let (config, shown) = loop {
            let config = Arc::clone(&self.0.state().config);
            if let Some(shown) = self.public_components(&config, language, now) {
                break (config, shown);
            }
        };
        let summary = summarize(&shown);
        let uplink_lost_since = self.0.state().uplink_lost_since;
        let groups = grouped(&config, language, shown);
        StatusPage { version, taken_at: now, summary, uplink_lost_since, groups, weights: config.uptime }
    }

    async fn component(&self, language: Language, slug: &str) -> Result<ComponentPage, PageError> {
        let now = self.0.clock.now();
        let version = self.0.version();
        let state = self.0.state();
        let is_it = |spec: &ComponentSpec| spec.is_public && spec.slug.as_str() == slug;
        let index = state.config.components.iter().position(is_it).ok_or(PageError::NotFound)?;
        let days = uptime::days_until(now, DAYS, &state.config.site.time_zone);
        let shown = component(&state, index, language, &days).ok_or(PageError::NotFound)?;
        let watch = state.tower.component(state.components[index].key).ok_or(PageError::NotFound)?;
        let history = watch.history.changes();
        let over = |days: u32| uptime::tally(history, &[], &[TimeRange::new(now.minus(DAY * days), now)])[0];
        let outages = watch.outages.iter().rev().take(OUTAGES_MAX).map(|(_, outage)| PublicOutage {
            started_at: outage.started_at,
            ended: outage.ended,
            worst: outage.worst,
            segments: outage.segments.clone(),
        });
        Ok(ComponentPage {
            version,
            taken_at: now,
            component: shown,
            spans: [over(1), over(7), over(30), over(90)],
            weights: state.config.uptime,
            outages: outages.collect(),
            outages_left_out: watch.outages.len().saturating_sub(OUTAGES_MAX),
            checks: checks(&state, watch, now),
        })
    }

    fn site(&self, language: Language) -> PublicSite {
        let site = &self.0.state().config.site;
        PublicSite {
            name: site.name.get(language).to_owned(),
            description: site.description.as_ref().map(|description| description.get(language).to_owned()),
            languages: site.languages.clone(),
            time_zone: site.time_zone.clone(),
        }
    }
}

impl Reader {
    /// Every public component with its place in the configuration. The state is let go between two of them: with thousands, the days
    /// of all take long enough to make checks late. `None` when the configuration changed on the way.
    fn public_components(
        &self,
        config: &Arc<Config>,
        language: Language,
        now: Timestamp,
    ) -> Option<Vec<(usize, PublicComponent)>> {
        let days = uptime::days_until(now, DAYS, &config.site.time_zone);
        let mut shown = Vec::with_capacity(config.components.len());
        for index in (0..config.components.len()).filter(|index| config.components[*index].is_public) {
            let state = self.0.state();
            if !Arc::ptr_eq(&state.config, config) {
                return None;
            }
            shown.extend(component(&state, index, language, &days).map(|component| (index, component)));
        }
        Some(shown)
    }
}

fn component(state: &State, index: usize, language: Language, days: &[(Date, TimeRange)]) -> Option<PublicComponent> {
    let spec = &state.config.components[index];
    let watched = &state.components[index];
    let watch = state.tower.component(watched.key)?;
    // The time before it was watched is no time in which nothing was known of it.
    let since = watched.watched_since;
    let ranges: Vec<TimeRange> =
        days.iter().map(|(_, day)| TimeRange::new(day.from().max(since), day.until().max(since))).collect();
    let tallies = uptime::tally(watch.history.changes(), &[], &ranges);
    let mut whole = Tally::default();
    tallies.iter().for_each(|tally| whole.add(tally));
    let checked_at = watch.probes.iter().filter_map(|key| state.probes.get(key)?.last.as_ref().map(|last| last.at)).max();
    Some(PublicComponent {
        slug: spec.slug.as_str().to_owned(),
        name: spec.name.get(language).to_owned(),
        description: spec.description.as_ref().map(|description| description.get(language).to_owned()),
        status: watch.status(),
        since: watch
            .outages
            .last()
            .map(|(_, outage)| outage)
            .filter(|o| o.ended.is_none())
            .map(|o| o.started_at)
            .or(watch.status_since()),
        watched_since: watched.watched_since,
        checked_at,
        days: days.iter().zip(tallies).map(|((date, _), tally)| PublicDay { date: *date, tally }).collect(),
        tally: whole,
        troubled_dependencies: troubled(state, spec, language),
    })
}

/// Names of public components that this one depends on and that are in trouble.
fn troubled(state: &State, spec: &ComponentSpec, language: Language) -> Vec<String> {
    let of = spec.depends_on.iter().filter_map(|slug| {
        let index = state.config.components.iter().position(|component| component.slug == *slug && component.is_public)?;
        let status = state.tower.component(state.components[index].key)?.status();
        status.is_outage().then(|| state.config.components[index].name.get(language).to_owned())
    });
    of.collect()
}

fn summarize(shown: &[(usize, PublicComponent)]) -> Summary {
    let all = || shown.iter().map(|(_, component)| component);
    let worst = all().map(|component| component.status).max_by_key(|status| status.concern()).unwrap_or(Status::Unknown);
    let affected = || all().filter(|component| component.status == worst);
    // Trouble is as old as its oldest part; all being well is as old as the last recovery.
    let since = if worst == Status::Operational {
        affected().filter_map(|component| component.since).max()
    } else {
        affected().filter_map(|component| component.since).min()
    };
    Summary { worst, total: shown.len(), affected: affected().count(), since }
}

fn grouped(config: &Config, language: Language, shown: Vec<(usize, PublicComponent)>) -> Vec<PublicGroup> {
    let mut groups: Vec<PublicGroup> = config
        .groups
        .iter()
        .map(|group| PublicGroup {
            slug: group.slug.as_str().to_owned(),
            name: Some(group.name.get(language).to_owned()),
            components: Vec::new(),
        })
        .collect();
    let mut ungrouped = PublicGroup { slug: String::new(), name: None, components: Vec::new() };
    for (index, component) in shown {
        let group = config.components[index].group.as_ref();
        let place = group.and_then(|slug| groups.iter_mut().find(|group| group.slug == slug.as_str()));
        place.unwrap_or(&mut ungrouped).components.push(component);
    }
    groups.push(ungrouped);
    groups.retain(|group| !group.components.is_empty());
    groups
}

fn checks(state: &State, watch: &ComponentWatch, now: Timestamp) -> Vec<PublicCheck> {
    let mut watched: Vec<_> = watch.probes.iter().filter_map(|key| Some((*key, state.probes.get(key)?))).collect();
    watched.sort_by_key(|(_, probe)| probe.index);
    let shown = watched.into_iter().map(|(key, probe)| {
        let kind = match &state.config.probes[probe.index].check {
            CheckSpec::Active(active) => match active.action {
                ActionSpec::Http(_) => CheckKind::Http,
                ActionSpec::Tcp(_) => CheckKind::Tcp,
            },
            CheckSpec::Heartbeat(_) => CheckKind::Heartbeat(match state.tower.probe(key) {
                Some(ProbeMachine::Heartbeat(machine)) => machine.phase(now),
                _ => HeartbeatPhase::New,
            }),
        };
        let last = probe.last.as_ref().map(|last| PublicResult {
            at: last.at,
            verdict: last.verdict,
            duration_us: last.duration_us,
            cause: last.cause.as_ref().map(|cause| cause.kind),
        });
        PublicCheck { kind, last }
    });
    shown.collect()
}
