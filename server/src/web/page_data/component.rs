//! One component, out of the state.

use std::iter;
use std::time::Duration;

use app::data::{OutageOf, PublicComponent, PublicDay, PublicLatency, PublicOutage};
use domain::component::Status;
use domain::outage::Outage;
use domain::text::Language;
use domain::time::{TimeRange, Timestamp};
use domain::uptime;
use jiff::civil::Date;

use crate::config::ComponentSpec;
use crate::service::monitoring::State;

/// Outages on a component's page; a flapping component has thousands.
pub(super) const OUTAGES_MAX: usize = 50;
/// Severities of one outage that are shown; where one probe flaps while another is down there are thousands.
const SEGMENTS_MAX: usize = 50;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The component at this place of the configuration.
pub(super) fn public_component(
    state: &State,
    index: usize,
    language: Language,
    days: &[(Date, TimeRange)],
    now: Timestamp,
) -> Option<PublicComponent> {
    let spec = &state.config.components[index];
    let watched = &state.components[index];
    let watch = state.tower.component(watched.key)?;
    // The time before it was watched is no time in which nothing was known of it.
    let since = watched.watched_since;
    let from_then = |range: TimeRange| TimeRange::new(range.from().max(since), range.until().max(since));
    let ranges: Vec<TimeRange> = days.iter().map(|(_, day)| from_then(*day)).collect();
    let history = watch.history.changes();
    let excluded = state.plans.excluded(spec);
    let tallies = uptime::tally(history, &excluded, &ranges);
    let over = |days: u32| uptime::tally(history, &excluded, &[from_then(TimeRange::new(now.minus(DAY * days), now))])[0];
    let (status, status_since) = shown_status(state, index, now)?;
    let checked_at = watch.probes.iter().filter_map(|key| state.probes.get(key)?.last.as_ref().map(|last| last.at)).max();
    let latency = state.latencies.get(&watched.key).and_then(|day| day.summary(now));
    Some(PublicComponent {
        slug: spec.slug.as_str().to_owned(),
        id: watched.public_id.clone(),
        name: spec.name.get(language).to_owned(),
        description: spec.description.as_ref().map(|description| description.get(language).to_owned()),
        status,
        since: status_since,
        watched_since: watched.watched_since,
        checked_at,
        days: days.iter().zip(tallies).map(|((date, _), tally)| PublicDay { date: *date, tally }).collect(),
        uptimes: [over(1), over(7), over(30), over(90)],
        latency: latency.map(|day| PublicLatency { p50_us: day.p50_us, p95_us: day.p95_us, hours: day.hours }),
        troubled_dependencies: troubled(state, spec, language, now),
    })
}

/// A component's status as everybody sees it, and since when: the worse of what its probes see and what a public incident declares. While
/// there is planned work on it, nothing is said of what its probes see.
fn shown_status(state: &State, index: usize, now: Timestamp) -> Option<(Status, Option<Timestamp>)> {
    let (spec, watched) = (&state.config.components[index], &state.components[index]);
    let watch = state.tower.component(watched.key)?;
    let seen = if let Some(since) = state.plans.in_progress_since(spec, now) {
        (Status::UnderMaintenance, Some(since))
    } else {
        let (status, since) = (watch.status(), watch.status_since());
        // An outage is as old as it is; anything else was not shown before the work was over.
        (status, if status.is_outage() { since } else { since.max(state.plans.ended_at(spec, now)) })
    };
    let slugs = iter::once(&spec.slug).chain(&spec.renamed_from);
    let declared = slugs.filter_map(|slug| state.incidents.declared(slug, now)).max_by_key(|(status, _)| status.concern());
    Some(worse(seen, declared))
}

/// The worse of what probes see and what is declared. An outage in which both agree is as old as who said it first.
fn worse(seen: (Status, Option<Timestamp>), declared: Option<(Status, Timestamp)>) -> (Status, Option<Timestamp>) {
    let (status, since) = seen;
    match declared {
        Some((declared, at)) if declared.concern() > status.concern() => (declared, Some(at)),
        Some((declared, at)) if declared == status && status.is_outage() => {
            (status, Some(since.map_or(at, |since| since.min(at))))
        }
        _ => seen,
    }
}

/// Names of public components that this one depends on and that are in trouble.
fn troubled(state: &State, spec: &ComponentSpec, language: Language, now: Timestamp) -> Vec<String> {
    let of = spec.depends_on.iter().filter_map(|slug| {
        let index = state.config.components.iter().position(|component| component.slug == *slug && component.is_public)?;
        let (status, _) = shown_status(state, index, now)?;
        status.is_outage().then(|| state.config.components[index].name.get(language).to_owned())
    });
    of.collect()
}

/// An outage with its number and its newest segments.
pub(super) fn public_outage((ordinal, outage): &(u32, Outage)) -> PublicOutage {
    let segments_left_out = outage.segments.len().saturating_sub(SEGMENTS_MAX);
    PublicOutage {
        ordinal: *ordinal,
        started_at: outage.started_at,
        ended: outage.ended,
        worst: outage.worst,
        segments: outage.segments[segments_left_out..].to_vec(),
        segments_left_out,
    }
}

/// The outages of the component at this place that touch what is after `since`, the newest first.
pub(super) fn outages_since(state: &State, index: usize, language: Language, since: Timestamp) -> Vec<OutageOf> {
    newest_outages(state, index, language, since, usize::MAX, &|_| true).0
}

/// The newest outages of the component at this place that touch what is after `since` and are wanted, at most `limit`, and how many
/// more there are.
pub(super) fn newest_outages(
    state: &State,
    index: usize,
    language: Language,
    since: Timestamp,
    limit: usize,
    is_wanted: &impl Fn(&Outage) -> bool,
) -> (Vec<OutageOf>, usize) {
    let (spec, watched) = (&state.config.components[index], &state.components[index]);
    let Some(watch) = state.tower.component(watched.key) else { return (Vec::new(), 0) };
    let newest = watch.outages.iter().rev().take_while(|(_, outage)| outage.touches(since));
    let mut wanted = newest.filter(|(_, outage)| is_wanted(outage));
    let shown = wanted.by_ref().take(limit);
    let shown = shown.map(|outage| outage_of(spec, &watched.public_id, language, public_outage(outage))).collect();
    (shown, wanted.count())
}

/// An outage and whose it is.
pub(super) fn outage_of(spec: &ComponentSpec, public_id: &str, language: Language, outage: PublicOutage) -> OutageOf {
    OutageOf {
        slug: spec.slug.as_str().to_owned(),
        component_id: public_id.to_owned(),
        name: spec.name.get(language).to_owned(),
        outage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn what_is_declared_can_only_make_it_worse() {
        use Status::{
            DegradedPerformance as Degraded, MajorOutage as Down, Operational as Fine, PartialOutage as Partial,
            UnderMaintenance as Work, Unknown,
        };
        for (seen, declared, shown, since) in [
            (Fine, Partial, Partial, 7),
            (Unknown, Degraded, Degraded, 7),
            (Unknown, Fine, Unknown, 9),
            (Down, Partial, Down, 9),
            (Down, Down, Down, 7),
            (Fine, Fine, Fine, 9),
            (Work, Fine, Work, 9),
            (Work, Partial, Partial, 7),
        ] {
            assert_eq!(worse((seen, Some(at(9))), Some((declared, at(7)))), (shown, Some(at(since))), "{seen:?} {declared:?}");
        }
        assert_eq!(worse((Down, Some(at(5))), Some((Down, at(7)))), (Down, Some(at(5))));
        assert_eq!(worse((Fine, None), None), (Fine, None));
    }
}
