//! The periods in which an incident affects components: how they begin, follow one another and end. Pure.

use domain::component::Status;
use domain::incident::machine::MachineEvent;
use domain::text::Slug;
use domain::time::{TimeRange, Timestamp};
use store::incidents::Affected;

/// What an incident declares of a component now: the worst of what goes on.
pub(in crate::service::incidents) fn declared(affected: &[Affected], component: &Slug) -> Option<Status> {
    let open = affected.iter().filter(|period| period.component == *component && period.until.is_none());
    open.map(|period| period.status).max_by_key(|status| status.concern())
}

/// Declares that a component has this status from `at` on. What went on of it ends then; what had not begun by then is replaced. Gives
/// what there is to be told, if it is news.
pub(in crate::service::incidents) fn declare(
    affected: &mut Vec<Affected>,
    component: &Slug,
    status: Status,
    at: Timestamp,
) -> Option<MachineEvent> {
    let after = Some(status).filter(|status| *status != Status::Operational);
    if declared(affected, component) == after {
        return None;
    }
    let mut ended = None;
    affected.retain_mut(|period| {
        if period.component != *component || period.until.is_some() {
            return true;
        }
        let had_begun = period.from < at;
        if had_begun {
            period.until = Some(at);
            ended = Some(period.clone());
        }
        had_begun
    });
    if let Some(status) = after {
        let begun = Affected { component: component.clone(), status, from: at, until: None };
        affected.push(begun.clone());
        return Some(told(begun));
    }
    Some(ended.map_or_else(|| MachineEvent::ComponentCleared { component: component.to_string() }, told))
}

/// Declares that exactly these components are affected, from `at` on.
pub(super) fn declare_all(affected: &mut Vec<Affected>, wanted: &[(Slug, Status)], at: Timestamp) -> Vec<MachineEvent> {
    let mut left_out: Vec<Slug> = Vec::new();
    for period in affected.iter().filter(|period| period.until.is_none()) {
        let is_wanted = wanted.iter().any(|(component, _)| *component == period.component);
        if !is_wanted && !left_out.contains(&period.component) {
            left_out.push(period.component.clone());
        }
    }
    let over = left_out.into_iter().map(|component| (component, Status::Operational));
    let declared: Vec<(Slug, Status)> = over.chain(wanted.iter().cloned()).collect();
    declared.iter().filter_map(|(component, status)| declare(affected, component, *status, at)).collect()
}

/// Sets right what an incident that is over affected: exactly these components. One that is new was affected while it lasted; one whose
/// status is another had that from its first period to its last; one that is left out never was.
pub(super) fn correct_past(affected: &mut Vec<Affected>, wanted: &[(Slug, Status)], lasted: TimeRange) -> Vec<MachineEvent> {
    let mut events = Vec::new();
    let mut cleared: Vec<Slug> = Vec::new();
    affected.retain(|period| {
        let is_wanted = wanted.iter().any(|(component, _)| *component == period.component);
        if !is_wanted && !cleared.contains(&period.component) {
            cleared.push(period.component.clone());
        }
        is_wanted
    });
    events.extend(cleared.into_iter().map(|component| MachineEvent::ComponentCleared { component: component.to_string() }));
    for (component, status) in wanted {
        let of_it = || affected.iter().filter(|period| period.component == *component);
        if of_it().next_back().is_some_and(|newest| newest.status == *status) {
            continue;
        }
        let from = of_it().map(|period| period.from).min().unwrap_or(lasted.from());
        let until = of_it().filter_map(|period| period.until).max().unwrap_or(lasted.until());
        let past = Affected { component: component.clone(), status: *status, from, until: Some(until) };
        affected.retain(|period| period.component != *component);
        affected.push(past.clone());
        events.push(told(past));
    }
    events
}

/// Ends whatever goes on.
pub(in crate::service::incidents) fn end_all(affected: &mut [Affected], at: Timestamp) {
    for period in affected.iter_mut().filter(|period| period.until.is_none()) {
        period.until = Some(at.max(period.from));
    }
}

fn told(Affected { component, status, from, until }: Affected) -> MachineEvent {
    MachineEvent::ComponentAffected { component: component.to_string(), status, from, until }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_ms(minute * 60_000)
    }

    fn slug(name: &str) -> Slug {
        name.parse().unwrap()
    }

    fn period(name: &str, status: Status, from: i64, until: Option<i64>) -> Affected {
        Affected { component: slug(name), status, from: at(from), until: until.map(at) }
    }

    #[test]
    fn a_worse_status_begins_where_the_one_before_it_ends() {
        let mut affected = vec![period("web", Status::DegradedPerformance, 0, None), period("db", Status::MajorOutage, 0, None)];
        let event = declare(&mut affected, &slug("web"), Status::MajorOutage, at(5)).unwrap();
        assert_eq!(
            affected,
            [
                period("web", Status::DegradedPerformance, 0, Some(5)),
                period("db", Status::MajorOutage, 0, None),
                period("web", Status::MajorOutage, 5, None),
            ]
        );
        let (component, status) = ("web".to_owned(), Status::MajorOutage);
        assert_eq!(event, MachineEvent::ComponentAffected { component, status, from: at(5), until: None });
    }

    #[test]
    fn what_is_declared_already_is_no_news() {
        let mut affected = vec![period("web", Status::MajorOutage, 0, None)];
        let before = affected.clone();
        assert_eq!(declare(&mut affected, &slug("web"), Status::MajorOutage, at(5)), None);
        assert_eq!(declare(&mut affected, &slug("db"), Status::Operational, at(5)), None);
        assert_eq!(affected, before);
    }

    #[test]
    fn operational_ends_what_went_on() {
        let mut affected = vec![period("web", Status::MajorOutage, 0, None)];
        let event = declare(&mut affected, &slug("web"), Status::Operational, at(9)).unwrap();
        assert_eq!(affected, [period("web", Status::MajorOutage, 0, Some(9))]);
        assert!(matches!(event, MachineEvent::ComponentAffected { until: Some(_), .. }));
        assert_eq!(declared(&affected, &slug("web")), None);
    }

    #[test]
    fn what_had_not_begun_by_then_never_was() {
        let mut affected = vec![period("web", Status::MajorOutage, 10, None)];
        let event = declare(&mut affected, &slug("web"), Status::Operational, at(9)).unwrap();
        assert_eq!(event, MachineEvent::ComponentCleared { component: "web".to_owned() });
        assert!(affected.is_empty());
        let mut affected = vec![period("web", Status::MajorOutage, 10, None)];
        declare(&mut affected, &slug("web"), Status::PartialOutage, at(4));
        assert_eq!(affected, [period("web", Status::PartialOutage, 4, None)]);
    }

    #[test]
    fn of_several_that_go_on_the_worst_counts_and_all_end() {
        let mut affected = vec![period("web", Status::PartialOutage, 0, None), period("web", Status::UnderMaintenance, 1, None)];
        assert_eq!(declared(&affected, &slug("web")), Some(Status::PartialOutage));
        declare(&mut affected, &slug("web"), Status::Operational, at(2));
        assert!(affected.iter().all(|period| period.until == Some(at(2))));
    }

    #[test]
    fn a_list_says_which_components_are_affected_and_which_no_longer() {
        let mut affected = vec![period("db", Status::MajorOutage, 0, None), period("web", Status::MajorOutage, 0, None)];
        let wanted = [(slug("web"), Status::MajorOutage), (slug("mail"), Status::DegradedPerformance)];
        let events = declare_all(&mut affected, &wanted, at(3));
        assert_eq!(events.len(), 2, "one ended, one began, one went on");
        assert_eq!(declared(&affected, &slug("db")), None);
        assert_eq!(declared(&affected, &slug("mail")), Some(Status::DegradedPerformance));
        assert!(declare_all(&mut affected, &wanted, at(4)).is_empty());
    }

    #[test]
    fn what_an_incident_that_is_over_affected_is_set_right() {
        let mut affected = Vec::new();
        let lasted = TimeRange::new(at(1), at(9));
        let web = [(slug("web"), Status::MajorOutage)];
        assert_eq!(correct_past(&mut affected, &web, lasted).len(), 1);
        assert!(correct_past(&mut affected, &web, lasted).is_empty(), "nothing is said twice");
        assert_eq!(affected, [period("web", Status::MajorOutage, 1, Some(9))]);

        let mut affected = vec![
            period("web", Status::MajorOutage, 2, Some(4)),
            period("db", Status::MajorOutage, 2, Some(3)),
            period("web", Status::DegradedPerformance, 4, Some(6)),
        ];
        assert!(
            correct_past(&mut affected, &[(slug("web"), Status::DegradedPerformance), (slug("db"), Status::MajorOutage)], lasted)
                .is_empty()
        );
        assert_eq!(affected.len(), 3, "periods that are right stay as they are");
        let events = correct_past(&mut affected, &[(slug("web"), Status::PartialOutage)], lasted);
        assert_eq!(affected, [period("web", Status::PartialOutage, 2, Some(6))]);
        assert_eq!(events[0], MachineEvent::ComponentCleared { component: "db".to_owned() });
        assert_eq!(events.len(), 2);
    }

    #[test]
    fn the_end_of_all_ends_what_goes_on_and_nothing_before_it_began() {
        let mut affected = vec![
            period("a", Status::MajorOutage, 0, Some(2)),
            period("b", Status::MajorOutage, 0, None),
            period("c", Status::MajorOutage, 9, None),
        ];
        end_all(&mut affected, at(5));
        let ends: Vec<_> = affected.iter().map(|period| period.until.unwrap()).collect();
        assert_eq!(ends, [at(2), at(5), at(9)]);
    }
}
