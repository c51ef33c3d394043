//! What may follow what, what proves an item, and when somebody is reminded.

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2026, 7, 1);

fn reason() -> Reason {
    Reason::new("because").unwrap()
}

fn person() -> Proof {
    Proof::Person { name: "mika".to_owned(), note: reason() }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Begin),
        Just(Step::Finish),
        Just(Step::Verify(person())),
        (-3..400_i32).prop_map(|days| Step::Defer(TODAY.saturating_add(days.days()), reason())),
        prop_oneof![Just("ken"), Just(" ")].prop_map(|name| Step::Decline { reason: reason(), accepted_by: name.to_owned() }),
        Just(Step::Reopen(None)),
        Just(Step::Reopen(Some(reason()))),
    ]
}

fn duty(priority: Priority, horizon: Horizon, due: Option<Date>) -> Duty {
    Duty { priority, horizon, has_owner: true, due }
}

proptest! {
    #[test]
    fn whatever_happens_nothing_is_verified_unproven_or_put_off_into_the_past(steps in prop::collection::vec(step(), 0..20)) {
        let mut standing = Standing::Open;
        for step in steps {
            let before = standing.stage();
            match standing.after(step.clone(), TODAY) {
                Ok(next) => standing = next,
                Err(error) => {
                    prop_assert!(!error.to_string().is_empty());
                    continue;
                }
            }
            match &standing {
                Standing::Verified { .. } => prop_assert_eq!(before, Stage::Done),
                Standing::Deferred { until, .. } => {
                    prop_assert!(*until > TODAY && !standing.comes_back(TODAY) && standing.comes_back(*until));
                }
                Standing::WontDo { accepted_by, .. } => prop_assert!(!accepted_by.trim().is_empty()),
                Standing::Open => {
                    let is_taken_back = matches!(before, Stage::Done | Stage::Verified | Stage::WontDo);
                    prop_assert!(!is_taken_back || step == Step::Reopen(Some(reason())));
                }
                Standing::InProgress | Standing::Done => {}
            }
            let written = serde_json::to_string(&standing).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Standing>(&written).unwrap(), &standing, "{}", written);
            prop_assert!(written.contains(&format!("\"stage\":\"{}\"", standing.stage().name())), "{}", written);
        }
    }

    #[test]
    fn from_everywhere_it_can_be_done_after_all(steps in prop::collection::vec(step(), 0..20)) {
        let standing = steps.into_iter().fold(Standing::Open, |standing, step| standing.after(step, TODAY).unwrap_or(standing));
        let open = if standing == Standing::Open { standing } else { standing.after(Step::Reopen(Some(reason())), TODAY).unwrap() };
        let verified = open.after(Step::Finish, TODAY).and_then(|done| done.after(Step::Verify(person()), TODAY)).unwrap();
        prop_assert_eq!(verified.stage(), Stage::Verified);
    }
}

#[test]
fn what_was_decided_is_undone_only_with_a_reason() {
    let done = Standing::Open.after(Step::Finish, TODAY).unwrap();
    assert_eq!(done.after(Step::Reopen(None), TODAY), Err(ActionError::Reason));
    assert_eq!(done.after(Step::Begin, TODAY), Err(ActionError::NotFromThere(Stage::Done)));
    assert_eq!(Standing::Open.after(Step::Verify(person()), TODAY), Err(ActionError::NotFromThere(Stage::Open)));
    assert_eq!(Standing::InProgress.after(Step::Reopen(None), TODAY), Ok(Standing::Open), "who began may stop");
    assert_eq!(Standing::Open.after(Step::Defer(TODAY, reason()), TODAY), Err(ActionError::NotToCome(TODAY)));
    assert!(Reason::new("  no ").is_err() && Reason::new(&"あ".repeat(REASON_CHARS_MAX + 1)).is_err());
    assert_eq!(Reason::new(" 理由あり ").unwrap().as_str(), "理由あり");
    assert!(serde_json::from_str::<Reason>("\"no\"").is_err(), "what is stored is held to it too");
}

#[test]
fn a_proof_is_younger_than_the_item_and_a_probe_has_been_up_for_a_day() {
    let (made, now) = (Timestamp::from_ms(1_000_000), Timestamp::from_ms(1_000_000_000));
    let slug: Slug = "nfs".parse().unwrap();
    let probe = Bound::Probe(slug.clone());
    let day_ago = now.minus(GREEN_FOR);
    let by_probe = |since| proof(&probe, Seen::UpSince(since), made, now);
    assert_eq!(by_probe(day_ago), Some(Proof::Probe { probe: slug.clone(), since: day_ago }));
    assert_eq!(by_probe(day_ago.plus(Duration::from_millis(1))), None);
    assert_eq!(by_probe(now.plus(GREEN_FOR)), None, "a clock that was wrong proves nothing");
    let later = made.plus(Duration::from_secs(1));
    let runbook = Bound::Runbook(slug.clone());
    assert_eq!(proof(&runbook, Seen::Version(3, made), made, now), None, "that one was there already");
    assert_eq!(proof(&runbook, Seen::Version(4, later), made, now), Some(Proof::Runbook { runbook: slug.clone(), version: 4 }));
    let drill = Bound::Drill(slug.clone());
    assert_eq!(proof(&drill, Seen::DrillEnded(9, later), made, now), Some(Proof::Drill { runbook: slug.clone(), run: 9 }));
    assert_eq!(proof(&drill, Seen::Version(4, later), made, now), None, "another thing");
    assert_eq!(proof(&Bound::Component(slug), Seen::UpSince(day_ago), made, now), None, "only somebody can say that");
}

#[test]
fn what_matters_most_has_an_owner_and_a_day_and_nobody_is_reminded_of_some_day() {
    let yesterday = TODAY.saturating_sub(1.days());
    for priority in Priority::ALL {
        let asks = matches!(priority, Priority::P0 | Priority::P1);
        assert_eq!(duty(*priority, Horizon::Now, None).check().is_err(), asks);
        assert_eq!(Duty { has_owner: false, ..duty(*priority, Horizon::Now, Some(TODAY)) }.check().is_err(), asks);
        assert!(duty(*priority, Horizon::Now, Some(TODAY)).check().is_ok());
    }
    let overdue = |horizon, due, standing: &Standing| duty(Priority::P2, horizon, due).is_overdue(standing, TODAY);
    assert!(overdue(Horizon::Now, Some(yesterday), &Standing::InProgress));
    assert!(!overdue(Horizon::Now, Some(TODAY), &Standing::Open), "today is not too late");
    assert!(!overdue(Horizon::Now, None, &Standing::Open));
    assert!(!overdue(Horizon::Someday, Some(yesterday), &Standing::Open));
    assert!(!overdue(Horizon::Now, Some(yesterday), &Standing::Done));
    let deferred = |until| Standing::Deferred { until, reason: reason() };
    assert!(!overdue(Horizon::Now, Some(yesterday), &deferred(TODAY.saturating_add(1.days()))));
    assert!(overdue(Horizon::Now, Some(yesterday), &deferred(TODAY)), "it is back");
}
