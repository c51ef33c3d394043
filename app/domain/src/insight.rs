//! What incidents add up to over months: how many and how long, by component and cause; how long it took to detect, to respond, to recover; what
//! comes back; and what became of action items. Pure: incidents are given, and the zone in which months begin.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::action_item::Stage;
use crate::incident::metrics::{Measure, Moments, Spread, measure, spread};
use crate::month::Month;
use crate::postmortem::Cause;
use crate::text::Slug;
use crate::time::Timestamp;

/// Components that are named; the others are added up.
pub const COMPONENTS_MAX: usize = 20;
/// An offender has at least so many incidents.
pub const REPEATS_MIN: usize = 2;
/// What is looked at of each incident.
const MEASURES: [Measure; 3] = [Measure::Detect, Measure::Respond, Measure::Recover];

/// What is known of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub number: i64,
    /// When it began to matter.
    pub began_at: Timestamp,
    /// How long it mattered, in milliseconds; none: nobody knows yet.
    pub lasted_ms: Option<u64>,
    /// The components that it affected, each once.
    pub components: Vec<Slug>,
    /// What brought it about; none: there is no postmortem.
    pub cause: Option<Cause>,
    /// Its markers.
    pub moments: Moments,
}

/// Incidents of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthSum {
    /// Which.
    pub month: Month,
    /// How many began in it.
    pub incidents: usize,
    /// How long they lasted, in milliseconds.
    pub ms: u64,
    /// How many of each cause.
    pub causes: BTreeMap<Cause, usize>,
}

/// Incidents of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentSum {
    /// Which; none: of all that are not named.
    pub component: Option<Slug>,
    /// How many.
    pub incidents: usize,
    /// How long they lasted, in milliseconds.
    pub ms: u64,
    /// Numbers of the newest, at most ten.
    pub numbers: Vec<i64>,
}

/// What they add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Insight {
    /// Months in order, those without an incident too.
    pub months: Vec<MonthSum>,
    /// Components, the one with the most time first.
    pub components: Vec<ComponentSum>,
    /// How many of each cause, the most frequent first; incidents without a postmortem have none and are not in it.
    pub causes: Vec<(Cause, usize, u64)>,
    /// Incidents without a known cause.
    pub uncaused: usize,
    /// How long things took: which, and how that is distributed; none: nobody marked it.
    pub spreads: Vec<(&'static str, Option<Spread>)>,
    /// Components with several incidents.
    pub repeats: Vec<ComponentSum>,
    /// How many action items are in each stage.
    pub stages: Vec<(Stage, usize)>,
    /// Of those that were made before the last 30 days, how many are done, and how many there are.
    pub follow_through: (usize, usize),
    /// How many incidents there are.
    pub incidents: usize,
}

/// Adds up incidents of the months from `first` to `last`. `items`: stage of each action item, and whether it is older than 30 days.
pub fn sum(all: &[Known], (first, last): (Month, Month), zone: &TimeZone, items: &[(Stage, bool)]) -> Insight {
    let mut months: Vec<MonthSum> = Vec::new();
    let mut month = first;
    while month <= last {
        months.push(MonthSum { month, incidents: 0, ms: 0, causes: BTreeMap::new() });
        month = month.back(-1);
    }
    let mut of_component: BTreeMap<&Slug, ComponentSum> = BTreeMap::new();
    let mut causes: BTreeMap<Cause, (usize, u64)> = BTreeMap::new();
    let mut values: [Vec<u64>; 3] = Default::default();
    let (mut uncaused, mut incidents) = (0, 0);
    for known in all {
        let began = Month::of(known.began_at, zone);
        let Some(place) = months.iter().position(|sum| sum.month == began) else { continue };
        incidents += 1;
        let ms = known.lasted_ms.unwrap_or(0);
        let sum = &mut months[place];
        sum.incidents += 1;
        sum.ms = sum.ms.saturating_add(ms);
        match known.cause {
            Some(cause) => {
                *sum.causes.entry(cause).or_default() += 1;
                let entry = causes.entry(cause).or_default();
                *entry = (entry.0 + 1, entry.1.saturating_add(ms));
            }
            None => uncaused += 1,
        }
        for component in &known.components {
            let empty = || ComponentSum { component: Some(component.clone()), incidents: 0, ms: 0, numbers: Vec::new() };
            let sum = of_component.entry(component).or_insert_with(empty);
            sum.incidents += 1;
            sum.ms = sum.ms.saturating_add(ms);
            sum.numbers.push(known.number);
        }
        for measured in measure(&known.moments) {
            let Some(place) = MEASURES.iter().position(|wanted| *wanted == measured.measure) else { continue };
            // A negative one says that its markers are in the wrong order.
            values[place].extend(measured.ms.and_then(|ms| u64::try_from(ms).ok()));
        }
    }
    let mut components: Vec<ComponentSum> = of_component.into_values().collect();
    for sum in &mut components {
        sum.numbers.sort_unstable_by(|a, b| b.cmp(a));
        sum.numbers.truncate(10);
    }
    components.sort_by_key(|sum| Reverse((sum.ms, sum.incidents)));
    let mut repeats: Vec<ComponentSum> = components.iter().filter(|sum| sum.incidents >= REPEATS_MIN).cloned().collect();
    repeats.sort_by_key(|sum| Reverse((sum.incidents, sum.ms)));
    repeats.truncate(COMPONENTS_MAX);
    if components.len() > COMPONENTS_MAX {
        let rest = components.split_off(COMPONENTS_MAX);
        let (incidents, ms) = rest.iter().fold((0, 0_u64), |(n, ms), sum| (n + sum.incidents, ms.saturating_add(sum.ms)));
        components.push(ComponentSum { component: None, incidents, ms, numbers: Vec::new() });
    }
    let mut causes: Vec<(Cause, usize, u64)> = causes.into_iter().map(|(cause, (n, ms))| (cause, n, ms)).collect();
    causes.sort_by_key(|(_, n, ms)| std::cmp::Reverse((*n, *ms)));
    let spreads = MEASURES.iter().zip(&values).map(|(measure, values)| (measure.name(), spread(values))).collect();
    let stages = Stage::ALL.iter().map(|stage| (*stage, items.iter().filter(|(known, _)| known == stage).count())).collect();
    let old = || items.iter().filter(|(_, is_old)| *is_old);
    let done = old().filter(|(stage, _)| matches!(stage, Stage::Done | Stage::Verified)).count();
    // What nobody will do is decided, and no promise that is kept or broken.
    let promised = old().filter(|(stage, _)| *stage != Stage::WontDo).count();
    Insight { months, components, causes, uncaused, spreads, repeats, stages, follow_through: (done, promised), incidents }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::incident::work::Marker;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn known(number: i64, began: &str, minutes: u64, component: &str, cause: Option<Cause>) -> Known {
        let began_at = at(began);
        let detected = Timestamp::from_ms(began_at.as_ms() + 60_000 * number);
        Known {
            number,
            began_at,
            lasted_ms: Some(minutes * 60_000),
            components: vec![component.parse().unwrap()],
            cause,
            moments: Moments::from([(Marker::ImpactStart, began_at), (Marker::Detected, detected)]),
        }
    }

    fn months() -> (Month, Month) {
        ("2026-01".parse().unwrap(), "2026-03".parse().unwrap())
    }

    #[test]
    fn incidents_add_up_by_month_component_and_cause() {
        let all = [
            known(1, "2026-01-31T23:30:00Z", 30, "web", Some(Cause::Capacity)),
            known(2, "2026-03-01T00:00:00Z", 90, "db", None),
            known(3, "2026-03-02T00:00:00Z", 10, "web", Some(Cause::Capacity)),
            known(4, "2025-12-31T00:00:00Z", 999, "web", None),
        ];
        let items = [(Stage::Verified, true), (Stage::Open, true), (Stage::Open, false), (Stage::WontDo, true)];
        let insight = sum(&all, months(), &TimeZone::UTC, &items);
        assert_eq!(
            insight.months.iter().map(|sum| (sum.incidents, sum.ms / 60_000)).collect::<Vec<_>>(),
            [(1, 30), (0, 0), (2, 100)]
        );
        let components: Vec<_> =
            insight.components.iter().map(|sum| (sum.component.as_ref().unwrap().as_str(), sum.ms / 60_000)).collect();
        assert_eq!(components, [("db", 90), ("web", 40)]);
        assert_eq!(insight.causes, [(Cause::Capacity, 2, 40 * 60_000)]);
        assert_eq!((insight.uncaused, insight.incidents, insight.repeats.len()), (1, 3, 1));
        assert_eq!(insight.follow_through, (1, 2), "what was decided against is no promise");
        let detect = insight.spreads[0].1.unwrap();
        assert_eq!((detect.n, detect.median, detect.mean), (3, 120_000, None), "no mean of three");
        assert_eq!(insight.spreads[2].1, None);
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(sum(&all, months(), &zone, &[]).months[1].incidents, 1, "a month begins where people live");
    }

    proptest! {
        #[test]
        fn every_incident_is_counted_once(days in prop::collection::vec(0_i64..90, 0..40)) {
            let began = at("2026-01-01T00:00:00Z").as_ms();
            let all: Vec<Known> = days.iter().enumerate().map(|(index, day)| Known {
                began_at: Timestamp::from_ms(began + day * 86_400_000),
                ..known(index as i64, "2026-01-01T00:00:00Z", 5, "web", None)
            }).collect();
            let insight = sum(&all, months(), &TimeZone::UTC, &[]);
            prop_assert_eq!(insight.months.iter().map(|sum| sum.incidents).sum::<usize>(), all.len());
            prop_assert_eq!(insight.months.iter().map(|sum| sum.ms).sum::<u64>(), 300_000 * all.len() as u64);
        }
    }
}
