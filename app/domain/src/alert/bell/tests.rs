//! Tests of who is told when, as stories: a moment and what is said.

use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_ms(seconds * 1_000)
}

fn slug(name: &str) -> Slug {
    name.parse().unwrap()
}

fn ringing() -> Ringing {
    Ringing {
        severity: Severity::Sev1,
        component: Some(slug("web")),
        kind: None,
        heard_at: at(0),
        alone_since: None,
        is_under: false,
        is_held: false,
        is_flapping: false,
        is_acknowledged: false,
        fires: true,
    }
}

const REPEAT: Repeat = Repeat { first: Duration::from_secs(300), longest: Duration::from_secs(900), times: 4 };

/// Asks at each moment and gives what was said, with when.
fn story(moments: impl IntoIterator<Item = (i64, Ringing)>) -> Vec<(i64, Say)> {
    let (mut told, mut said) = (None, Vec::new());
    for (second, alert) in moments {
        while let Some(say) = due(&alert, Some(&REPEAT), told.as_ref(), &BellRule::default(), at(second)) {
            told = Some(Told::after(told.as_ref(), say, at(second)));
            said.push((second, say));
        }
    }
    said
}

#[test]
fn it_is_said_once_after_a_little_while_and_then_more_and_more_rarely() {
    let said = story((0..7_200).map(|second| (second, ringing())));
    let expected = [(10, Say::Fires), (310, Say::Again(1)), (910, Say::Again(2)), (1_810, Say::Again(3)), (2_710, Say::Again(4))];
    assert_eq!(said, expected, "5, 10, 15 and 15 minutes later, and then no more");
}

#[test]
fn who_takes_it_on_ends_the_repetitions_and_who_lets_it_go_begins_them_again() {
    let taken = Ringing { is_acknowledged: true, ..ringing() };
    let said = story([(10, ringing()), (60, taken.clone()), (5_000, taken), (5_001, ringing())]);
    assert_eq!(said, [(10, Say::Fires), (60, Say::Acknowledged), (5_001, Say::Again(1))]);
}

#[test]
fn what_is_over_is_said_to_those_who_knew_and_to_nobody_else() {
    let over = Ringing { fires: false, ..ringing() };
    assert_eq!(story([(10, ringing()), (20, over.clone()), (30, over.clone())]), [(10, Say::Fires), (20, Say::Over)]);
    assert!(story([(5, ringing()), (9, over)]).is_empty(), "what came and went in a moment wakes nobody");
}

#[test]
fn what_fires_again_is_said_again_and_what_flaps_is_not() {
    let over = Ringing { fires: false, ..ringing() };
    let again = story([(10, ringing()), (20, over.clone()), (40, ringing())]);
    assert_eq!(again, [(10, Say::Fires), (20, Say::Over), (40, Say::Fires)]);
    let flaps = |fires| Ringing { is_flapping: true, fires, ..ringing() };
    let said = story([(10, ringing()), (20, over), (30, flaps(true)), (40, flaps(false)), (50, flaps(true)), (60, ringing())]);
    assert_eq!(said, [(10, Say::Fires), (20, Say::Over), (60, Say::Fires)]);
    let known = story([(10, ringing()), (30, flaps(false)), (40, flaps(true)), (50, Ringing { fires: false, ..ringing() })]);
    assert_eq!(known, [(10, Say::Fires), (50, Say::Over)], "that it is over is said once, when it is calm");
}

#[test]
fn what_is_under_another_is_not_told_and_comes_out_after_it_has_settled() {
    let under = Ringing { is_under: true, ..ringing() };
    let out = Ringing { alone_since: Some(at(600)), ..ringing() };
    let said = story([(5, ringing()), (15, under.clone()), (500, under), (600, out.clone()), (719, out.clone()), (720, out)]);
    assert_eq!(said, [(720, Say::Fires)]);
}

#[test]
fn while_work_is_planned_nobody_is_told_and_afterwards_they_are() {
    let held = Ringing { is_held: true, ..ringing() };
    assert_eq!(story([(100, held.clone()), (3_000, held), (3_001, ringing())]), [(3_001, Say::Fires)]);
}

fn route(channel: &str) -> Route {
    Route {
        channels: vec![slug(channel)],
        severities: Vec::new(),
        components: Vec::new(),
        kinds: Vec::new(),
        hours: None,
        repeat: REPEAT,
    }
}

#[test]
fn routes_take_what_they_name() {
    let to = |route: Route, alert: &Ringing| routed(&[route], &slug("phone"), alert, at(0)).is_some();
    assert!(to(route("phone"), &ringing()));
    assert!(!to(route("mail"), &ringing()));
    assert!(to(Route { severities: vec![Severity::Sev1], ..route("phone") }, &ringing()));
    assert!(!to(Route { severities: vec![Severity::Sev2, Severity::Sev3], ..route("phone") }, &ringing()));
    assert!(!to(Route { components: vec![slug("db")], ..route("phone") }, &ringing()));
    assert!(!to(Route { components: vec![slug("web")], ..route("phone") }, &Ringing { component: None, ..ringing() }));
    assert!(!to(Route { kinds: vec![slug("disk")], ..route("phone") }, &ringing()));
    let calmer = Route { repeat: Repeat { times: 0, ..REPEAT }, ..route("phone") };
    assert_eq!(
        routed(&[calmer, route("phone")], &slug("phone"), &ringing(), at(0)),
        Some(&REPEAT),
        "the most insistent one counts"
    );
}

#[test]
fn hours_may_go_over_midnight_and_belong_to_the_day_on_which_they_begin() {
    let time = |hour| Time::constant(hour, 0, 0, 0);
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let moment = |text: &str| Timestamp::from_jiff(text.parse().unwrap());
    let nights = Hours { from: time(22), until: time(7), days: vec![Weekday::Friday], zone: zone.clone() };
    // 2026-11-20 is a Friday.
    for (moment_of_it, is_open) in [
        ("2026-11-20T21:59:59+09:00", false),
        ("2026-11-20T22:00:00+09:00", true),
        ("2026-11-21T06:59:59+09:00", true),
        ("2026-11-21T07:00:00+09:00", false),
        ("2026-11-20T06:00:00+09:00", false),
        ("2026-11-21T23:00:00+09:00", false),
    ] {
        assert_eq!(nights.is_open(moment(moment_of_it)), is_open, "{moment_of_it}");
    }
    let days = Hours { from: time(9), until: time(18), days: Vec::new(), zone: zone.clone() };
    assert!(days.is_open(moment("2026-11-22T12:00:00+09:00")) && !days.is_open(moment("2026-11-22T18:00:00+09:00")));
    let always = Hours { from: time(0), until: time(0), days: Vec::new(), zone };
    assert!(always.is_open(moment("2026-11-22T12:00:00+09:00")) && always.is_open(moment("2026-11-22T00:00:00+09:00")));
}

#[test]
fn a_route_that_opens_later_is_told_then_and_one_that_closed_is_told_the_end() {
    let rule = BellRule::default();
    assert_eq!(due(&ringing(), None, None, &rule, at(1_000)), None);
    assert_eq!(due(&ringing(), Some(&REPEAT), None, &rule, at(1_001)), Some(Say::Fires));
    let told = Told::after(None, Say::Fires, at(1_001));
    assert_eq!(due(&ringing(), None, Some(&told), &rule, at(90_000)), None);
    assert_eq!(due(&Ringing { fires: false, ..ringing() }, None, Some(&told), &rule, at(90_000)), Some(Say::Over));
}

/// Whatever an alert goes through, at moments that only go on.
fn course() -> impl Strategy<Value = Vec<(i64, Ringing)>> {
    let one = (0..400_i64, any::<[bool; 5]>());
    prop::collection::vec(one, 0..60).prop_map(|all| {
        let mut now = 0;
        all.into_iter()
            .map(|(pause, [is_under, is_held, is_flapping, is_acknowledged, fires])| {
                now += pause;
                (now, Ringing { is_under, is_held, is_flapping, is_acknowledged, fires, ..ringing() })
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn asked_twice_nothing_is_said_twice_and_every_end_follows_a_beginning(course in course()) {
        let twice = course.iter().flat_map(|one| [one.clone(), one.clone()]);
        let said = story(twice);
        prop_assert_eq!(&said, &story(course));
        let mut is_known = false;
        for (_, say) in said {
            match say {
                Say::Fires => { prop_assert!(!is_known); is_known = true; }
                Say::Over => { prop_assert!(is_known); is_known = false; }
                Say::Again(_) | Say::Acknowledged => prop_assert!(is_known),
            }
        }
    }
}
