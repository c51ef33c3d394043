//! What is suggested together, what is suspected, and that a slow and simple way comes to the same.

use proptest::prelude::*;

use super::*;
use AutoIncident::{Never, Open, Suggest};
use Status::{DegradedPerformance, MajorOutage, PartialOutage};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn outage(component: &str, started_s: i64, status: Status, auto: AutoIncident) -> OpenOutage {
    OpenOutage { component: slug(component), started_at: Timestamp::from_ms(started_s * 1000), status, auto }
}

/// Major outages of these components, all since the same moment, for which an incident is suggested.
fn down(components: &[&str]) -> Vec<OpenOutage> {
    components.iter().map(|component| outage(component, 100, MajorOutage, Suggest)).collect()
}

fn graph(edges: &[(&str, &[&str])]) -> HashMap<Slug, Vec<Slug>> {
    edges.iter().map(|(component, on)| (slug(component), on.iter().map(|other| slug(other)).collect())).collect()
}

fn names(suggestion: &Suggestion) -> Vec<&str> {
    suggestion.outages.iter().map(|outage| outage.component.as_str()).collect()
}

fn suspects(suggestion: &Suggestion) -> Vec<(&str, usize, usize)> {
    suggestion.suspects.iter().map(|suspect| (suspect.component.as_str(), suspect.failing, suspect.dependants)).collect()
}

fn only(suggestions: Vec<Suggestion>) -> Suggestion {
    assert_eq!(suggestions.len(), 1, "{suggestions:#?}");
    suggestions.into_iter().next().unwrap()
}

#[test]
fn outages_of_components_that_depend_on_each_other_are_one_suggestion() {
    let depends_on = graph(&[("web", &["api"]), ("api", &["db"])]);
    let outages = [
        outage("web", 300, PartialOutage, Suggest),
        outage("db", 100, DegradedPerformance, Suggest),
        outage("api", 200, MajorOutage, Suggest),
    ];
    let suggestion = only(suggest(&outages, &depends_on, &[]));
    assert_eq!(names(&suggestion), ["api", "web", "db"], "the worst first");
    assert_eq!(suspects(&suggestion), [("db", 2, 2), ("api", 1, 1)]);
    assert_eq!(suggestion.since, Timestamp::from_ms(100_000));
    assert_eq!(suggestion.id(), "db~100000");
    assert_eq!((suggestion.joins, suggestion.opens), (None, false));
}

#[test]
fn a_healthy_component_between_two_does_not_part_them() {
    let depends_on = graph(&[("web", &["api"]), ("api", &["cache"]), ("cache", &["nfs"])]);
    let suggestion = only(suggest(&down(&["web", "nfs"]), &depends_on, &[]));
    assert_eq!(suspects(&suggestion), [("nfs", 1, 3)]);
}

#[test]
fn strangers_stay_apart_even_over_a_healthy_dependency_or_a_healthy_dependant() {
    let depends_on = graph(&[("blog", &["nfs"]), ("chat", &["nfs"]), ("portal", &["blog", "chat", "shop"])]);
    let suggestions = suggest(&down(&["chat", "shop", "blog"]), &depends_on, &[]);
    assert_eq!(suggestions.iter().map(names).collect::<Vec<_>>(), [["blog"], ["chat"], ["shop"]]);
    assert_eq!(suspects(&suggestions[0]), [("blog", 0, 1)], "nobody else can be suspected");
    let together = only(suggest(&down(&["chat", "blog", "nfs"]), &depends_on, &[]));
    assert_eq!(suspects(&together), [("nfs", 2, 3)]);
}

#[test]
fn what_explains_most_is_suspected_first_and_then_what_explains_it_best() {
    let depends_on = graph(&[
        ("a", &["nfs", "dns"]),
        ("b", &["nfs", "dns", "auth"]),
        ("c", &["nfs"]),
        ("d", &["auth", "net"]),
        ("auth", &["net"]),
    ]);
    let suggestion = only(suggest(&down(&["a", "b", "nfs", "dns", "auth", "net"]), &depends_on, &[]));
    assert_eq!(suspects(&suggestion), [("dns", 2, 2), ("net", 2, 3), ("nfs", 2, 3), ("auth", 1, 2)]);
    // The two that are equal so far: one of them has something failing below it that would explain it.
    let depends_on = graph(&[("a", &["front"]), ("b", &["back"]), ("c", &["front", "back"]), ("back", &["power"])]);
    let suggestion = only(suggest(&down(&["a", "b", "c", "front", "back", "power"]), &depends_on, &[]));
    assert_eq!(suspects(&suggestion), [("power", 3, 3), ("front", 2, 2), ("back", 2, 2)]);
}

#[test]
fn the_worst_trouble_is_suggested_first_then_the_earliest() {
    let outages =
        [outage("a", 300, PartialOutage, Suggest), outage("b", 200, PartialOutage, Suggest), outage("c", 900, MajorOutage, Open)];
    let suggestions = suggest(&outages, &HashMap::new(), &[]);
    assert_eq!(suggestions.iter().map(names).collect::<Vec<_>>(), [["c"], ["b"], ["a"]]);
    assert_eq!(suggestions.iter().map(|suggestion| suggestion.opens).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn what_never_suggests_an_incident_only_comes_along_with_others() {
    let depends_on = graph(&[("web", &["db"])]);
    let quiet = [outage("web", 100, MajorOutage, Never), outage("db", 100, MajorOutage, Never)];
    assert!(suggest(&quiet, &depends_on, &[]).is_empty());
    let mixed = [outage("web", 100, MajorOutage, Never), outage("db", 100, MajorOutage, Suggest)];
    assert_eq!(names(&only(suggest(&mixed, &depends_on, &[]))), ["db", "web"]);
}

#[test]
fn what_belongs_to_an_incident_is_suggested_to_join_it() {
    let depends_on = graph(&[("web", &["api"]), ("api", &["db"])]);
    let outages = down(&["web", "api", "db"]);
    let in_incidents = [(slug("db"), 9), (slug("db"), 7), (slug("web"), 8), (slug("shop"), 1)];
    let suggestion = only(suggest(&outages, &depends_on, &in_incidents));
    assert_eq!(names(&suggestion), ["api"]);
    assert_eq!(suggestion.joins, Some(7), "the lowest of those that have to do with it");
    assert_eq!(suspects(&suggestion), [("db", 2, 2), ("api", 1, 1)], "the cause may be known to the incident already");
    let all = [(slug("db"), 7), (slug("web"), 7), (slug("api"), 7)];
    assert!(suggest(&outages, &depends_on, &all).is_empty(), "all of it is taken care of");
}

#[test]
fn what_is_left_beside_an_incident_must_want_one_itself() {
    let depends_on = graph(&[("web", &["db"])]);
    let outages = [outage("web", 200, MajorOutage, Never), outage("db", 100, MajorOutage, Open)];
    assert!(suggest(&outages, &depends_on, &[(slug("db"), 7)]).is_empty());
}

#[test]
fn circles_do_no_harm() {
    let depends_on = graph(&[("a", &["b", "a"]), ("b", &["c"]), ("c", &["a"])]);
    let suggestion = only(suggest(&down(&["c", "a", "b"]), &depends_on, &[]));
    assert_eq!(suspects(&suggestion), [("a", 2, 2), ("b", 2, 2), ("c", 2, 2)], "nobody depends on itself");
    let alone = only(suggest(&down(&["a"]), &depends_on, &[]));
    assert_eq!(suspects(&alone), [("a", 0, 2)]);
}

#[test]
fn a_thousand_components_in_a_circle_are_no_trouble() {
    let name = |number: usize| slug(&format!("c{}", number % 1000));
    let dependencies = |number: usize| vec![name(number + 1), name(number + 7)];
    let depends_on: HashMap<Slug, Vec<Slug>> = (0..1000).map(|number| (name(number), dependencies(number))).collect();
    let outages: Vec<OpenOutage> = (0..1000).map(|number| outage(name(number).as_str(), 5, MajorOutage, Suggest)).collect();
    let suggestion = only(suggest(&outages, &depends_on, &[]));
    assert_eq!(suggestion.outages.len(), 1000);
    assert!(suggestion.suspects.iter().all(|suspect| (suspect.failing, suspect.dependants) == (999, 999)));
}

/// Components of generated graphs.
const COMPONENTS: usize = 7;

fn name(number: usize) -> Slug {
    slug(&format!("c{number}"))
}

fn edges() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..COMPONENTS, 0..COMPONENTS), 0..10)
}

fn outages() -> impl Strategy<Value = Vec<OpenOutage>> {
    let status = prop::sample::select(vec![DegradedPerformance, PartialOutage, MajorOutage]);
    let of_each = prop::option::of((0_i64..4, status, prop::sample::select(AutoIncident::ALL)));
    prop::collection::vec(of_each, COMPONENTS).prop_map(|of_each| {
        let failing = of_each.into_iter().enumerate().filter_map(|(number, failing)| Some((number, failing?)));
        let outages = failing.map(|(number, (started_s, status, auto))| outage(name(number).as_str(), started_s, status, auto));
        outages.collect::<Vec<_>>()
    })
}

fn in_incidents() -> impl Strategy<Value = Vec<(Slug, i64)>> {
    prop::collection::vec((0..COMPONENTS, 1_i64..4), 0..3)
        .prop_map(|incidents| incidents.into_iter().map(|(component, number)| (name(component), number)).collect::<Vec<_>>())
}

fn depends_on(edges: &[(usize, usize)]) -> HashMap<Slug, Vec<Slug>> {
    let mut graph: HashMap<Slug, Vec<Slug>> = HashMap::new();
    for (from, to) in edges {
        graph.entry(name(*from)).or_default().push(name(*to));
    }
    graph
}

/// The same by closing relations until nothing more is added: which outages belong together, by index.
fn together(edges: &[(usize, usize)], outages: &[OpenOutage]) -> Vec<Vec<bool>> {
    let mut reaches = vec![vec![false; COMPONENTS]; COMPONENTS];
    for (from, to) in edges {
        reaches[*from][*to] = true;
    }
    close(&mut reaches);
    let number = |outage: &OpenOutage| (0..COMPONENTS).find(|number| name(*number) == outage.component).unwrap();
    let belongs = |a: &OpenOutage, b: &OpenOutage| a == b || reaches[number(a)][number(b)] || reaches[number(b)][number(a)];
    let mut belong: Vec<Vec<bool>> = outages.iter().map(|a| outages.iter().map(|b| belongs(a, b)).collect()).collect();
    close(&mut belong);
    belong
}

fn close(relation: &mut [Vec<bool>]) {
    for through in 0..relation.len() {
        for from in 0..relation.len() {
            for to in 0..relation.len() {
                relation[from][to] |= relation[from][through] && relation[through][to];
            }
        }
    }
}

proptest! {
    #[test]
    fn every_outage_that_wants_one_and_has_none_is_in_exactly_one_suggestion(
        links in edges(), outages in outages(), incidents in in_incidents(),
    ) {
        let suggestions = suggest(&outages, &depends_on(&links), &incidents);
        let numbers = |outage: &OpenOutage| -> Vec<i64> {
            incidents.iter().filter(|(component, _)| *component == outage.component).map(|(_, number)| *number).collect()
        };
        for (outage, belong) in outages.iter().zip(together(&links, &outages)) {
            let cluster: Vec<&OpenOutage> =
                outages.iter().zip(belong).filter_map(|(other, belongs)| belongs.then_some(other)).collect();
            let mut left: Vec<&OpenOutage> = cluster.iter().copied().filter(|other| numbers(other).is_empty()).collect();
            let is_wanted = numbers(outage).is_empty() && left.iter().any(|other| other.auto != Never);
            let with_it: Vec<&Suggestion> = suggestions.iter().filter(|suggestion| suggestion.outages.contains(outage)).collect();
            prop_assert_eq!(with_it.len(), usize::from(is_wanted));
            for suggestion in with_it {
                left.sort_by(|a, b| urgency(a).cmp(&urgency(b)));
                prop_assert_eq!(suggestion.outages.iter().collect::<Vec<_>>(), left.clone());
                prop_assert_eq!(suggestion.joins, cluster.iter().flat_map(|other| numbers(other)).min());
                prop_assert_eq!(Some(suggestion.since), left.iter().map(|other| other.started_at).min());
                prop_assert_eq!(suggestion.opens, left.iter().any(|other| other.auto == Open));
                prop_assert!(!suggestion.suspects.is_empty());
                prop_assert!(suggestion.suspects.iter().all(|suspect| suspect.failing <= suspect.dependants));
            }
        }
    }

    #[test]
    fn the_order_of_what_is_passed_in_does_not_matter(
        links in edges(),
        (given, shuffled) in outages().prop_flat_map(|given| (Just(given.clone()), Just(given).prop_shuffle())),
        incidents in in_incidents(),
    ) {
        let links_reversed: Vec<(usize, usize)> = links.iter().rev().copied().collect();
        let incidents_reversed: Vec<(Slug, i64)> = incidents.iter().rev().cloned().collect();
        let suggestions = suggest(&given, &depends_on(&links), &incidents);
        prop_assert_eq!(suggest(&shuffled, &depends_on(&links_reversed), &incidents_reversed), suggestions);
    }

    #[test]
    fn a_suggestion_keeps_its_id_while_its_earliest_outage_lasts(links in edges(), outages in outages()) {
        for suggestion in suggest(&outages, &depends_on(&links), &[]) {
            let is_first = |outage: &OpenOutage| suggestion.id() == format!("{}~{}", outage.component, outage.started_at.as_ms());
            let first = suggestion.outages.iter().find(|outage| is_first(outage)).unwrap();
            prop_assert!(suggestion.outages.iter().all(|outage| outage.started_at >= first.started_at));
            if first.auto == Never {
                continue;
            }
            // Any other outage ends.
            for ended in suggestion.outages.iter().filter(|outage| *outage != first) {
                let rest: Vec<OpenOutage> = outages.iter().filter(|outage| *outage != ended).cloned().collect();
                let later = suggest(&rest, &depends_on(&links), &[]);
                prop_assert!(later.iter().any(|other| other.id() == suggestion.id()));
            }
        }
    }
}
