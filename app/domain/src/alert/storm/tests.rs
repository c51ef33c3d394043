//! Tests of what is put under what.

use proptest::prelude::*;

use super::*;

fn slug(name: &str) -> Slug {
    name.parse().unwrap()
}

fn alert(number: i64, began_s: i64, component: Option<&str>, group: Option<&str>) -> Firing {
    Firing {
        number,
        began_at: Timestamp::from_ms(began_s * 1000),
        component: component.map(slug),
        group: group.map(str::to_owned),
        severity: Severity::Sev2,
        is_shy: false,
    }
}

fn graph(edges: &[(&str, &str)]) -> HashMap<Slug, Vec<Slug>> {
    let mut graph: HashMap<Slug, Vec<Slug>> = HashMap::new();
    for (upper, lower) in edges {
        graph.entry(slug(upper)).or_default().push(slug(lower));
    }
    graph
}

fn folded(firing: &[Firing], edges: &[(&str, &str)]) -> Vec<(i64, i64, Because)> {
    let folded = fold(firing, &graph(edges), &StormRule::default());
    folded.into_iter().map(|(number, (above, because))| (number, above, because)).collect()
}

#[test]
fn children_of_a_dead_parent_are_one_thing() {
    let parent = alert(500, 60, Some("switch"), None);
    let names: Vec<String> = (0..245).map(|number| format!("host-{number}")).collect();
    // The children were seen to fail before the parent was.
    let children = names.iter().zip(0..).map(|(name, number)| alert(number, number % 30, Some(name), None));
    let all: Vec<Firing> = children.chain([parent]).collect();
    let edges: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "switch")).collect();
    let folded = folded(&all, &edges);
    assert_eq!(folded.len(), 245);
    assert!(folded.iter().all(|(_, above, because)| (*above, *because) == (500, Because::Dependency)));
}

#[test]
fn a_cause_is_found_though_what_lies_between_does_not_ring() {
    let edges = [("page", "api"), ("api", "db"), ("mail", "db")];
    let ringing = [alert(1, 0, Some("page"), None), alert(2, 5, Some("db"), None), alert(3, 9, Some("dns"), None)];
    assert_eq!(folded(&ringing, &edges), [(1, 2, Because::Dependency)]);
    let siblings = [alert(1, 0, Some("page"), None), alert(2, 5, Some("mail"), None)];
    assert_eq!(folded(&siblings, &edges), [], "a healthy dependency explains nothing");
}

#[test]
fn alerts_of_one_component_are_one_thing() {
    let ringing = [alert(1, 9, Some("web"), None), alert(2, 5, Some("web"), None), alert(3, 5, Some("web"), None)];
    assert_eq!(folded(&ringing, &[]), [(1, 2, Because::Component), (3, 2, Because::Component)]);
}

#[test]
fn in_a_circle_the_first_stands_for_all() {
    let ringing = [alert(1, 9, Some("a"), None), alert(2, 5, Some("b"), None), alert(3, 1, Some("c"), None)];
    let edges = [("a", "b"), ("b", "a"), ("c", "a")];
    assert_eq!(folded(&ringing, &edges), [(1, 2, Because::Dependency), (3, 2, Because::Dependency)]);
}

#[test]
fn many_of_one_cluster_at_once_are_a_storm() {
    let of = |count: i64, step: i64| -> Vec<Firing> {
        (0..count).map(|number| alert(number, number * step, None, Some("prod"))).collect()
    };
    let storm = folded(&of(12, 20), &[]);
    assert_eq!(storm.len(), 11);
    assert!(storm.iter().all(|(_, above, because)| (*above, *because) == (0, Because::Storm)));
    assert!(folded(&of(9, 20), &[]).is_empty(), "a few are not one");
    assert!(folded(&of(12, 301), &[]).is_empty(), "nor are those that come one by one");
}

#[test]
fn a_storm_takes_up_what_stands_for_others() {
    let mut ringing: Vec<Firing> = (0..12).map(|number| alert(number, number, None, Some("prod"))).collect();
    ringing[5].component = Some(slug("db"));
    ringing.push(alert(50, 3, Some("web"), None));
    let folded = folded(&ringing, &[("web", "db")]);
    assert!(folded.iter().all(|(_, above, _)| *above == 0), "{folded:?}");
    assert!(folded.contains(&(50, 0, Because::Dependency)), "{folded:?}");
}

#[test]
fn nothing_hides_what_is_graver_or_another_trouble() {
    let trivial = |number, began| Firing { severity: Severity::Sev4, ..alert(number, began, Some("api"), None) };
    let old = trivial(1, 0);
    let grave = alert(2, 60, Some("api"), None);
    assert_eq!(folded(&[old.clone(), grave.clone()], &[]), [(1, 2, Because::Component)], "the graver one stands for the other");
    let below = Firing { component: Some(slug("db")), ..old.clone() };
    assert_eq!(folded(&[below, grave.clone()], &[("api", "db")]), [], "what is trivial is no cause of what is grave");
    let later = alert(3, 60 + 3_601, Some("api"), None);
    assert_eq!(folded(&[grave.clone(), later], &[]), [], "an hour later it is another trouble");
    let held = Firing { is_shy: true, ..grave.clone() };
    assert_eq!(folded(&[held.clone(), alert(4, 61, Some("api"), None)], &[]), [(2, 4, Because::Component)]);
    let between = [trivial(5, 0), Firing { component: Some(slug("db")), ..grave }, alert(6, 61, Some("page"), None)];
    let edges = [("page", "db"), ("db", "api")];
    assert_eq!(
        folded(&between, &edges),
        [(6, 2, Because::Dependency)],
        "what lies between is the cause where nothing graver is below"
    );
}

proptest! {
    #[test]
    fn what_is_under_another_is_under_one_that_stands_for_itself(
        alerts in prop::collection::vec((0..60_i64, prop::option::of(0..8_u8), prop::option::of(0..2_u8), 0..4_usize, any::<bool>()), 0..40),
        edges in prop::collection::vec((0..8_u8, 0..8_u8), 0..16),
        at_least in 2..8_usize,
        mix in any::<u64>(),
    ) {
        let name = |number: u8| format!("c{number}");
        let firing: Vec<Firing> = alerts.iter().zip(0..).map(|((began, component, group, severity, is_shy), number)| {
            let severity = Severity::ALL[*severity];
            Firing { severity, is_shy: *is_shy, ..alert(number, *began, component.map(name).as_deref(), group.map(name).as_deref()) }
        }).collect();
        let mut depends_on: HashMap<Slug, Vec<Slug>> = HashMap::new();
        for (upper, lower) in &edges {
            depends_on.entry(slug(&name(*upper))).or_default().push(slug(&name(*lower)));
        }
        let rule = StormRule { at_least, within: Duration::from_secs(5) };
        let under = fold(&firing, &depends_on, &rule);
        for (number, (above, _)) in &under {
            prop_assert!(number != above && !under.contains_key(above), "{} is under {}: {:?}", number, above, under);
            prop_assert!(firing.iter().any(|alert| alert.number == *above));
        }
        // Nothing stands for what is graver, or for what somebody shall be told of while nobody is told of it.
        let find = |number: i64| firing.iter().find(|alert| alert.number == number).unwrap();
        for (number, (above, _)) in &under {
            let (one, head) = (find(*number), find(*above));
            prop_assert!(head.severity <= one.severity && (!head.is_shy || one.is_shy), "{:?} hides {:?}", head, one);
        }
        let mut mixed = firing.clone();
        let length = mixed.len().max(1);
        mixed.rotate_left(usize::try_from(mix % length as u64).unwrap() % length);
        mixed.reverse();
        prop_assert_eq!(fold(&mixed, &depends_on, &rule), under);
    }
}
