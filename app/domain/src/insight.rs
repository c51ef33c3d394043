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
/// So many incidents of a component are named.
pub const NUMBERS_MAX: usize = 10;
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

/// How many incidents, and how long they lasted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// How many.
    pub incidents: usize,
    /// How long, in milliseconds. What goes on still adds nothing to it.
    pub ms: u64,
}

impl Part {
    fn add(&mut self, ms: u64) {
        self.incidents += 1;
        self.ms = self.ms.saturating_add(ms);
    }
}

/// Incidents of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentSum {
    /// Which; none: of all that are not named. An incident that affected several of those counts once for each.
    pub component: Option<Slug>,
    /// In all months.
    pub all: Part,
    /// In each month.
    pub months: Vec<Part>,
    /// Numbers of the newest, at most [`NUMBERS_MAX`].
    pub numbers: Vec<i64>,
}

/// Incidents of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseSum {
    /// Which; none: nobody wrote it down yet.
    pub cause: Option<Cause>,
    /// In all months.
    pub all: Part,
    /// In each month.
    pub months: Vec<Part>,
}

/// What they add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Insight {
    /// Months in order, those without an incident too, and what began in each.
    pub months: Vec<(Month, Part)>,
    /// Components, the one with the most time first.
    pub components: Vec<ComponentSum>,
    /// Causes, the most frequent first, and last the incidents without a known one, if there are any.
    pub causes: Vec<CauseSum>,
    /// Incidents that go on, or whose end nobody knows.
    pub ongoing: usize,
    /// How long things took: which, and how that is distributed; none: nobody marked it.
    pub spreads: Vec<(&'static str, Option<Spread>)>,
    /// Components with several incidents.
    pub repeats: Vec<ComponentSum>,
    /// How many action items are in each stage.
    pub stages: Vec<(Stage, usize)>,
    /// Of those that were made before the last 30 days, how many are done, and how many there are.
    pub follow_through: (usize, usize),
    /// All of them.
    pub all: Part,
}

/// How many action items there are of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageCount {
    /// Which.
    pub stage: Stage,
    /// Whether they were made before the last 30 days.
    pub is_old: bool,
    /// How many.
    pub count: usize,
}

/// Adds up incidents of the months from `first` to `last`.
pub fn sum(all: &[Known], (first, last): (Month, Month), zone: &TimeZone, items: &[StageCount]) -> Insight {
    let mut insight = Insight::default();
    let mut month = first;
    while month <= last {
        insight.months.push((month, Part::default()));
        month = month.back(-1);
    }
    let none = vec![Part::default(); insight.months.len()];
    let mut of_component: BTreeMap<&Slug, ComponentSum> = BTreeMap::new();
    let mut of_cause: BTreeMap<Option<Cause>, CauseSum> = BTreeMap::new();
    let mut values: [Vec<u64>; 3] = Default::default();
    for known in all {
        let began = Month::of(known.began_at, zone);
        let Some(place) = insight.months.iter().position(|(month, _)| *month == began) else { continue };
        let ms = known.lasted_ms.unwrap_or(0);
        insight.all.add(ms);
        insight.months[place].1.add(ms);
        insight.ongoing += usize::from(known.lasted_ms.is_none());
        let empty = || CauseSum { cause: known.cause, all: Part::default(), months: none.clone() };
        let of = of_cause.entry(known.cause).or_insert_with(empty);
        of.all.add(ms);
        of.months[place].add(ms);
        for component in &known.components {
            let empty = || ComponentSum {
                component: Some(component.clone()),
                all: Part::default(),
                months: none.clone(),
                numbers: Vec::new(),
            };
            let of = of_component.entry(component).or_insert_with(empty);
            of.all.add(ms);
            of.months[place].add(ms);
            of.numbers.push(known.number);
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
        sum.numbers.truncate(NUMBERS_MAX);
    }
    components.sort_by_key(|sum| Reverse((sum.all.ms, sum.all.incidents)));
    let mut repeats: Vec<ComponentSum> = components.iter().filter(|sum| sum.all.incidents >= REPEATS_MIN).cloned().collect();
    repeats.sort_by_key(|sum| Reverse((sum.all.incidents, sum.all.ms)));
    repeats.truncate(COMPONENTS_MAX);
    if components.len() > COMPONENTS_MAX {
        let mut rest = ComponentSum { component: None, all: Part::default(), months: none, numbers: Vec::new() };
        for sum in components.split_off(COMPONENTS_MAX) {
            let parts = rest.months.iter_mut().chain([&mut rest.all]).zip(sum.months.iter().chain([&sum.all]));
            for (into, part) in parts {
                *into = Part { incidents: into.incidents + part.incidents, ms: into.ms.saturating_add(part.ms) };
            }
        }
        components.push(rest);
    }
    let mut causes: Vec<CauseSum> = of_cause.into_values().collect();
    causes.sort_by_key(|sum| (sum.cause.is_none(), Reverse((sum.all.incidents, sum.all.ms))));
    let spreads = MEASURES.iter().zip(&values).map(|(measure, values)| (measure.name(), spread(values))).collect();
    let counted = |wanted: &dyn Fn(&StageCount) -> bool| items.iter().filter(|item| wanted(item)).map(|item| item.count).sum();
    let stages = Stage::ALL.iter().map(|stage| (*stage, counted(&|item| item.stage == *stage))).collect();
    let done = counted(&|item| item.is_old && matches!(item.stage, Stage::Done | Stage::Verified));
    // What nobody will do is decided, and no promise that is kept or broken.
    let promised = counted(&|item| item.is_old && item.stage != Stage::WontDo);
    Insight { components, causes, spreads, repeats, stages, follow_through: (done, promised), ..insight }
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
        let item = |stage, is_old| StageCount { stage, is_old, count: 1 };
        let items = [item(Stage::Verified, true), item(Stage::Open, true), item(Stage::Open, false), item(Stage::WontDo, true)];
        let insight = sum(&all, months(), &TimeZone::UTC, &items);
        let told = |parts: &[Part]| parts.iter().map(|part| (part.incidents, part.ms / 60_000)).collect::<Vec<_>>();
        let of_months: Vec<Part> = insight.months.iter().map(|(_, part)| *part).collect();
        assert_eq!(told(&of_months), [(1, 30), (0, 0), (2, 100)]);
        let components: Vec<_> =
            insight.components.iter().map(|sum| (sum.component.as_ref().unwrap().as_str(), sum.all.ms / 60_000)).collect();
        assert_eq!(components, [("db", 90), ("web", 40)]);
        assert_eq!(told(&insight.components[1].months), [(1, 30), (0, 0), (1, 10)]);
        let causes: Vec<_> = insight.causes.iter().map(|sum| (sum.cause, told(&sum.months))).collect();
        let expected = [(Some(Cause::Capacity), vec![(1, 30), (0, 0), (1, 10)]), (None, vec![(0, 0), (0, 0), (1, 90)])];
        assert_eq!(causes, expected, "the unknown last");
        assert_eq!((insight.ongoing, insight.all.incidents, insight.repeats.len()), (0, 3, 1));
        assert_eq!(insight.follow_through, (1, 2), "what was decided against is no promise");
        let detect = insight.spreads[0].1.unwrap();
        assert_eq!((detect.n, detect.median, detect.mean), (3, 120_000, None), "no mean of three");
        assert_eq!(insight.spreads[2].1, None);
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(sum(&all, months(), &zone, &[]).months[1].1.incidents, 1, "a month begins where people live");
    }

    #[test]
    fn components_beyond_those_that_are_named_are_added_up() {
        let all: Vec<Known> =
            (0..COMPONENTS_MAX + 3).map(|n| known(1, "2026-02-01T00:00:00Z", n as u64 + 1, &format!("c-{n}"), None)).collect();
        let insight = sum(&all, months(), &TimeZone::UTC, &[]);
        let rest = insight.components.last().unwrap();
        assert_eq!((insight.components.len(), rest.component.as_ref()), (COMPONENTS_MAX + 1, None));
        assert_eq!((rest.all, rest.months[1]), (Part { incidents: 3, ms: 360_000 }, rest.all), "those with the least time");
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
            prop_assert_eq!(insight.months.iter().map(|(_, part)| part.incidents).sum::<usize>(), all.len());
            prop_assert_eq!(insight.months.iter().map(|(_, part)| part.ms).sum::<u64>(), 300_000 * all.len() as u64);
        }
    }
}
