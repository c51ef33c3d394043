//! Stories and properties of the whole machine.

use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::outage::OutageEnd;
use crate::probe::spec::ConfirmAfter;

const A: ProbeKey = ProbeKey(1);
const B: ProbeKey = ProbeKey(2);
const C: ComponentKey = ComponentKey(1);

fn s(seconds: i64) -> Timestamp {
    Timestamp::from_ms(seconds * 1000)
}

fn active(down: u32, up: u32) -> ProbeMachine {
    let after = ConfirmAfter { down: NonZeroU32::new(down).unwrap(), up: NonZeroU32::new(up).unwrap() };
    ProbeMachine::Active(Confirmation::new(after, Duration::from_secs(10), Duration::from_secs(5)))
}

/// A component of two probes, confirmed after three bad and two good results.
fn tower(combine: Combine) -> Tower {
    let mut tower = Tower::default();
    let watch = ComponentWatch {
        combine,
        probes: vec![A, B],
        member_since: s(0),
        history: Track::default(),
        outages: Vec::new(),
        next_ordinal: 1,
    };
    tower.put_probe(A, C, active(3, 2));
    tower.put_probe(B, C, active(2, 1));
    tower.put_component(C, watch, None, s(1));
    tower
}

/// What a store that only ever applies effects would hold.
#[derive(Default)]
struct Stored {
    history: Vec<Change<Status>>,
    outages: std::collections::BTreeMap<u32, Outage>,
}

impl Stored {
    fn apply(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::ProbeHistory { .. } => {}
                Effect::ComponentHistory { from, changes, .. } => {
                    self.history.retain(|change| change.at < from);
                    self.history.extend(changes);
                }
                Effect::OutageChanged { ordinal, outage, .. } => {
                    self.outages.insert(ordinal, outage);
                }
                Effect::OutageRemoved { ordinal, .. } => {
                    self.outages.remove(&ordinal);
                }
            }
        }
    }
}

#[test]
fn the_outage_starts_at_the_first_bad_result_of_whichever_probe_saw_it_first() {
    let mut tower = tower(Combine::Standard);
    let mut stored = Stored::default();
    for second in [0, 10] {
        stored.apply(tower.observe(A, s(second), Verdict::Up));
        stored.apply(tower.observe(B, s(second + 1), Verdict::Up));
    }
    stored.apply(tower.observe(A, s(20), Verdict::Down));
    stored.apply(tower.observe(B, s(21), Verdict::Down));
    stored.apply(tower.observe(A, s(30), Verdict::Down));
    assert!(stored.outages.is_empty());
    stored.apply(tower.observe(B, s(31), Verdict::Down));
    assert_eq!(stored.outages[&1].started_at, s(21), "B is believed first");
    assert_eq!(stored.outages[&1].worst, Status::PartialOutage);
    stored.apply(tower.observe(A, s(40), Verdict::Down));
    let outage = &stored.outages[&1];
    assert_eq!(outage.started_at, s(20), "then A says it began a second earlier");
    assert_eq!(
        outage.segments,
        vec![Change { at: s(20), state: Status::PartialOutage }, Change { at: s(21), state: Status::MajorOutage },]
    );
    stored.apply(tower.observe(B, s(41), Verdict::Up));
    stored.apply(tower.observe(A, s(50), Verdict::Up));
    stored.apply(tower.observe(A, s(60), Verdict::Up));
    assert_eq!(stored.outages.len(), 1);
    assert_eq!(stored.outages[&1].ended, Some((s(50), OutageEnd::Recovered)));
}

#[test]
fn a_component_that_leaves_ends_its_outage_unwatched_and_comes_back_unknown() {
    let mut tower = tower(Combine::Worst);
    let mut stored = Stored::default();
    for second in [0, 10, 20] {
        stored.apply(tower.observe(A, s(second), Verdict::Down));
    }
    stored.apply(tower.drop_component(C, s(25)));
    assert_eq!(stored.outages[&1].ended, Some((s(25), OutageEnd::Unwatched)));
    assert_eq!(stored.history.last().unwrap().state, Status::Unwatched);
    assert!(tower.component(C).is_none());
    assert_eq!(tower.observe(A, s(30), Verdict::Up), vec![]);
}

#[test]
fn a_component_whose_members_changed_while_nobody_watched_was_not_up_meanwhile() {
    let mut tower = Tower::default();
    tower.put_probe(A, C, active(3, 2));
    let history = Track::from_changes(vec![Change { at: s(0), state: Status::Operational }]);
    let watch = ComponentWatch {
        combine: Combine::Standard,
        probes: vec![A],
        member_since: s(500),
        history,
        outages: Vec::new(),
        next_ordinal: 1,
    };
    let mut stored = Stored { history: vec![Change { at: s(0), state: Status::Operational }], ..Stored::default() };
    stored.apply(tower.put_component(C, watch, Some(s(100)), s(500)));
    assert_eq!(stored.history.last(), Some(&Change { at: s(100), state: Status::Unknown }));
}

#[test]
fn a_probe_that_never_reported_does_not_hide_the_others() {
    let mut tower = tower(Combine::Standard);
    tower.observe(A, s(0), Verdict::Up);
    assert_eq!(tower.component(C).unwrap().status(), Status::Operational);
    tower.tick(s(100));
    assert_eq!(tower.component(C).unwrap().status(), Status::Unknown, "but one that went silent does");
}

#[test]
fn new_members_do_not_rewrite_the_past() {
    let mut tower = tower(Combine::Standard);
    let mut stored = Stored::default();
    for second in [0, 10, 20, 30] {
        stored.apply(tower.observe(A, s(second), Verdict::Up));
        stored.apply(tower.observe(B, s(second), Verdict::Up));
    }
    stored.apply(tower.set_members(C, Combine::Standard, vec![A], false, s(35)));
    tower.drop_probe(B);
    for second in [40, 50, 60] {
        stored.apply(tower.observe(A, s(second), Verdict::Down));
    }
    assert_eq!(stored.outages[&1].started_at, s(40));
    assert_eq!(stored.outages[&1].worst, Status::MajorOutage, "A is all there is");
    assert_eq!(stored.history, tower.component(C).unwrap().history.changes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever comes in whatever order: the component's history is the combination of its probes' histories, its outages are
    /// those of its history, and a store that applied the effects holds the same, also when the machine forgets on its way.
    #[test]
    fn effects_history_and_outages_agree(
        steps in prop::collection::vec((any::<bool>(), 0_usize..5, 1_i64..25), 1..60),
        combine in prop::sample::select(vec![Combine::Standard, Combine::Worst, Combine::Best]),
        forgets in any::<bool>(),
    ) {
        let mut tower = tower(combine);
        let mut complete = tower.clone();
        let mut stored = Stored::default();
        let mut now = 0;
        for (is_a, what, pause) in steps {
            now += pause;
            let probe = if is_a { A } else { B };
            let verdict = [Verdict::Up, Verdict::Down, Verdict::Degraded, Verdict::Unknown].get(what);
            for (machine, store) in [(&mut tower, Some(&mut stored)), (&mut complete, None)] {
                let effects = match verdict {
                    Some(verdict) => machine.observe(probe, s(now), *verdict),
                    None => machine.tick(s(now)),
                };
                if let Some(store) = store {
                    store.apply(effects);
                }
            }
            if forgets {
                tower.prune(s(now - 30));
            }
        }
        let component = complete.component(C).unwrap();
        for second in 0..=now {
            let states = [A, B].iter().filter_map(|probe| complete.probe(*probe).unwrap().believed_at(s(second)));
            let expected = combine.status(states);
            let at = component.history.at(s(second)).unwrap_or(Status::Unknown);
            prop_assert_eq!(at, expected, "at {} s", second);
        }
        prop_assert_eq!(&stored.history, component.history.changes());
        let cut = outage::cut(component.history.changes());
        prop_assert_eq!(stored.outages.values().cloned().collect::<Vec<_>>(), cut);
    }
}
