//! Events come once and in order and are never changed; runs are found by what is asked of them.

use domain::runbook::run::EVENTS_MAX;

use super::super::runs::RunFilter;
use super::super::uses::RunbookUse;
use super::*;

async fn in_incident(database: &Database, n: u128, version: &VersionHead, incident: &Incident) -> Run {
    begin(database, NewRun { incident_key: Some(incident.key), ..new_run(n, version) }).await
}

async fn merge(database: &Database, from: &Incident, into: &Incident) {
    let (from, into) = (from.key, into.key);
    database.write(move |t| Box::pin(async move { t.merge_incident(from, into, at(200)).await })).await.unwrap();
}

async fn open_runs(database: &Database, incident: &Incident) -> Vec<i64> {
    let key = incident.key;
    database.write(move |t| Box::pin(async move { t.open_runs_of(key).await })).await.unwrap()
}

async fn numbers(database: &Database, filter: RunFilter) -> Vec<i64> {
    database.store.runs(&filter).await.unwrap().iter().map(|run| run.number).collect()
}

fn numbers_of(stories: &[RunStory]) -> Vec<i64> {
    stories.iter().map(|story| story.run.number).collect()
}

#[tokio::test]
async fn a_run_comes_back_as_it_was_kept() {
    let database = open().await;
    let followed = version(&database, "restart", 1).await;
    let trouble = incident(&database, 1).await;
    let new = NewRun {
        incident_key: Some(trouble.key),
        mode: Mode::Drill,
        component: Some(slug("web")),
        params: values(&[("host", "web-1"), ("名前", "it's \"quoted\"")]),
        actor_kind: ActorKind::Key,
        ..new_run(1, &followed)
    };
    let run = begin(&database, new.clone()).await;
    assert_eq!((run.id, run.number, run.last_seq, run.state), (new.id, 1, 0, RunState::Active));
    assert_eq!((run.version.clone(), run.incident), (followed.clone(), Some((trouble.key, trouble.number))));
    assert_eq!((run.mode, run.component.clone(), run.params.clone()), (new.mode, new.component, new.params));
    assert_eq!((run.actor_kind, run.actor_id.as_str(), run.actor_name.as_str()), (ActorKind::Key, "ann-1", "Ann"));
    assert_eq!((run.started_at, run.finished_at, run.outcome, run.right_runbook.clone()), (at(100), None, None, None));
    let found = database.write(|t| Box::pin(async move { Ok((t.run(1).await?, t.run(2).await?)) })).await.unwrap();
    assert_eq!(found, (Some(run.clone()), None));
    assert_eq!(database.store.run(1).await.unwrap(), Some(run.clone()));
    assert_eq!(database.store.run(2).await.unwrap(), None);
    assert_eq!(database.store.run_story(2).await.unwrap(), None);
    assert_eq!(story(&database, 1).await, RunStory { run, events: Vec::new(), files: Vec::new() });
    assert_eq!(begin(&database, new_run(2, &followed)).await.number, 2);
    let unknown = NewRun { version_key: followed.key + 1, ..new_run(3, &followed) };
    assert!(database.write(move |t| Box::pin(async move { t.insert_run(&unknown).await })).await.is_err());
}

#[tokio::test]
async fn the_events_of_a_run_come_in_the_order_in_which_they_were_written() {
    let database = open().await;
    let followed = version(&database, "restart", 1).await;
    let run = begin(&database, new_run(1, &followed)).await;
    let other = begin(&database, new_run(2, &followed)).await;
    let late = append(&database, &run, NewRunEvent { occurred_at: at(119), ..tick(&run, "a", "look") }).await;
    append(&database, &other, tick(&other, "z", "look")).await;
    let early = append(&database, &run, NewRunEvent { occurred_at: at(101), ..tick(&run, "b", "act") }).await;
    let answer = NewRunEvent {
        deed: Deed::Answer,
        answer: Some("yes".to_owned()),
        text: Some("`systemctl restart`\n再起動".to_owned()),
        params: values(&[("host", "web-1")]),
        ..tick(&run, "c", "choose")
    };
    let answered = append(&database, &run, answer.clone()).await;
    let rebase = NewRunEvent {
        step: None,
        deed: Deed::Rebase,
        actor_kind: ActorKind::System,
        changed: vec![step("look"), step("act")],
        ..tick(&run, "d", "look")
    };
    let rebased = append(&database, &run, rebase.clone()).await;
    assert_eq!((answered.content.clone(), rebased.content.clone()), (answer, rebase));
    let all = vec![late, early, answered, rebased];
    assert_eq!(all.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let key = run.key;
    let read = database.write(move |t| Box::pin(async move { t.run_events(key).await })).await.unwrap();
    assert_eq!(read, all);
    let whole = story(&database, 1).await;
    assert_eq!((whole.run.last_seq, whole.events), (4, all));
    assert_eq!(story(&database, 2).await.events.len(), 1);
}

#[tokio::test]
async fn an_event_that_is_sent_again_is_kept_once() {
    let database = open().await;
    let followed = version(&database, "restart", 1).await;
    let run = begin(&database, new_run(1, &followed)).await;
    let first = append(&database, &run, tick(&run, "phone-7", "look")).await;
    append(&database, &run, tick(&run, "phone-8", "act")).await;
    let again = NewRunEvent { deed: Deed::Skip, ..tick(&run, "phone-7", "act") };
    assert_eq!(send(&database, &run, again).await, KeptEvent::Known(first), "as it was then");
    let whole = story(&database, 1).await;
    assert_eq!((whole.run.last_seq, whole.events.len()), (2, 2));
    let other = begin(&database, new_run(2, &followed)).await;
    assert_eq!(append(&database, &other, tick(&other, "phone-7", "look")).await.seq, 1, "in another run the name is free");
}

#[tokio::test]
async fn a_run_has_only_so_many_events_but_can_always_end() {
    let database = open().await;
    let run = begin(&database, new_run(1, &version(&database, "restart", 1).await)).await;
    let (key, note) = (run.key, NewRunEvent { deed: Deed::Note, ..tick(&run, "", "look") });
    let filled = database.write(move |t| {
        Box::pin(async move {
            for n in 0..EVENTS_MAX {
                t.append_run_event(key, &NewRunEvent { op: format!("op-{n}"), ..note.clone() }).await?;
            }
            Ok(())
        })
    });
    filled.await.unwrap();
    let more = |op: &str, deed: Deed| {
        let new = NewRunEvent { deed, ..tick(&run, op, "look") };
        database.write(move |t| Box::pin(async move { t.append_run_event(key, &new).await }))
    };
    assert!(matches!(more("one-more", Deed::Tick).await, Err(StoreError::Full { limit: 2_000, .. })));
    assert!(matches!(more("op-3", Deed::Tick).await, Ok(KeptEvent::Known(_))), "what is known is no more");
    assert!(matches!(more("end", Deed::Finish).await, Ok(KeptEvent::New(_))));
    assert!(matches!(more("end-again", Deed::Finish).await, Err(StoreError::Full { .. })));
    assert_eq!(story(&database, 1).await.run.last_seq, 2_001);
}

#[tokio::test]
async fn what_happened_in_a_run_cannot_be_made_otherwise() {
    let database = open().await;
    let run = begin(&database, new_run(1, &version(&database, "restart", 1).await)).await;
    append(&database, &run, tick(&run, "a", "look")).await;
    let same_op = "INSERT OR REPLACE INTO run_event (run_key, seq, deed, actor_kind, actor_id, actor_name, occurred_at, recorded_at, op,
                       version_key)
                   SELECT run_key, 9, 'skip', actor_kind, actor_id, actor_name, occurred_at, recorded_at, op, version_key FROM run_event";
    let statements = [
        "UPDATE run_event SET actor_name = 'Bob'",
        "UPDATE run_event SET occurred_at = 1",
        "UPDATE OR REPLACE run_event SET seq = 2",
        "DELETE FROM run_event",
        "INSERT OR REPLACE INTO run_event SELECT * FROM run_event",
        same_op,
        "DELETE FROM run",
    ];
    let before = story(&database, 1).await;
    assert_refused(&database, &statements).await;
    assert_eq!(story(&database, 1).await, before);
}

#[tokio::test]
async fn a_run_goes_on_with_another_version_of_its_runbook_but_not_with_another_runbook() {
    let database = open().await;
    let first = version(&database, "restart", 1).await;
    let second = version(&database, "restart", 2).await;
    let other = version(&database, "fail-over", 1).await;
    let run = begin(&database, new_run(1, &first)).await;
    let follow = |key: i64, version: &VersionHead| {
        let version_key = version.key;
        database.write(move |t| Box::pin(async move { t.set_run_version(key, version_key).await }))
    };
    follow(run.key, &second).await.unwrap();
    assert_eq!(story(&database, 1).await.run.version, second);
    assert!(follow(run.key, &other).await.is_err());
    assert!(follow(run.key + 1, &first).await.is_err());
    assert_eq!(story(&database, 1).await.run.version, second);
}

#[tokio::test]
async fn values_that_are_given_later_take_the_place_of_all_before() {
    let database = open().await;
    let followed = version(&database, "restart", 1).await;
    let run = begin(&database, NewRun { params: values(&[("host", "web-1")]), ..new_run(1, &followed) }).await;
    let (key, given) = (run.key, values(&[("host", "web-2"), ("port", "443")]));
    let kept = given.clone();
    database.write(move |t| Box::pin(async move { t.set_run_params(key, &kept).await })).await.unwrap();
    assert_eq!(story(&database, 1).await.run.params, given);
}

#[tokio::test]
async fn a_run_ends_once() {
    let database = open().await;
    let run = begin(&database, new_run(1, &version(&database, "restart", 1).await)).await;
    let ended = RunEnd {
        at: at(150),
        outcome: Outcome::WrongRunbook,
        text: Some("別の手順".to_owned()),
        right_runbook: Some(slug("fail-over")),
    };
    let (key, given) = (run.key, ended.clone());
    database.write(move |t| Box::pin(async move { t.end_run(key, RunState::Aborted, &given).await })).await.unwrap();
    let is = story(&database, 1).await.run;
    assert_eq!((is.state, is.finished_at, is.outcome), (RunState::Aborted, Some(at(150)), Some(Outcome::WrongRunbook)));
    assert_eq!((is.outcome_text.clone(), is.right_runbook.clone()), (ended.text, ended.right_runbook));
    assert!(try_end(&database, &run, Outcome::Resolved, 160).await.is_err());
    assert_eq!(story(&database, 1).await.run, is);
}

#[tokio::test]
async fn a_list_has_what_meets_every_part_of_its_filter_the_newest_first() {
    let database = open().await;
    let restart = version(&database, "restart", 1).await;
    let fail_over = version(&database, "fail-over", 1).await;
    let (first, second) = (incident(&database, 1).await, incident(&database, 2).await);
    let over = in_incident(&database, 1, &restart, &first).await;
    in_incident(&database, 2, &fail_over, &first).await;
    begin(&database, NewRun { mode: Mode::Drill, ..new_run(3, &restart) }).await;
    begin(&database, NewRun { mode: Mode::Rehearsal, ..new_run(4, &fail_over) }).await;
    in_incident(&database, 5, &restart, &second).await;
    end(&database, &over, Outcome::Resolved, 150).await;
    let all = RunFilter::default;
    assert_eq!(numbers(&database, all()).await, [5, 4, 3, 2, 1]);
    assert_eq!(numbers(&database, RunFilter { limit: 2, ..all() }).await, [5, 4]);
    assert_eq!(numbers(&database, RunFilter { before: Some(3), ..all() }).await, [2, 1]);
    assert_eq!(numbers(&database, RunFilter { state: Some(RunState::Active), ..all() }).await, [5, 4, 3, 2]);
    assert_eq!(numbers(&database, RunFilter { state: Some(RunState::Done), ..all() }).await, [1]);
    assert_eq!(numbers(&database, RunFilter { is_live: Some(true), ..all() }).await, [5, 2, 1]);
    assert_eq!(numbers(&database, RunFilter { is_live: Some(false), ..all() }).await, [4, 3]);
    assert_eq!(numbers(&database, RunFilter { incident: Some(9), ..all() }).await, [0; 0]);
    let of_restart = || RunFilter { runbook: Some(slug("restart")), ..all() };
    assert_eq!(numbers(&database, of_restart()).await, [5, 3, 1]);
    assert_eq!(numbers(&database, RunFilter { is_live: Some(true), before: Some(5), ..of_restart() }).await, [1]);
    assert_eq!(numbers(&database, RunFilter { state: Some(RunState::Active), ..of_restart() }).await, [5, 3]);
    let in_first = || RunFilter { incident: Some(first.number), ..all() };
    assert_eq!(numbers(&database, in_first()).await, [2, 1]);
    assert_eq!(numbers(&database, RunFilter { runbook: Some(slug("restart")), ..in_first() }).await, [1]);
    assert_eq!(numbers(&database, RunFilter { runbook: Some(slug("unknown")), ..all() }).await, [0; 0]);
}

#[tokio::test]
async fn runs_are_read_with_all_that_happened_in_them() {
    let database = open().await;
    let followed = version(&database, "restart", 1).await;
    let over = begin(&database, new_run(1, &followed)).await;
    let on = begin(&database, new_run(2, &followed)).await;
    begin(&database, NewRun { mode: Mode::Drill, ..new_run(3, &followed) }).await;
    end(&database, &over, Outcome::Resolved, 150).await;
    append(&database, &over, tick(&over, "a", "look")).await;
    let event = append(&database, &on, tick(&on, "a", "look")).await;
    let going_on = RunFilter { state: Some(RunState::Active), ..RunFilter::default() };
    let active = database.store.run_stories(&going_on).await.unwrap();
    assert_eq!(numbers_of(&active), [3, 2]);
    assert_eq!((active[0].events.len(), active[1].events.as_slice()), (0, [event].as_slice()));
    let rows = database.store.active_runs().await.unwrap();
    assert_eq!(rows, active.iter().map(|story| story.run.clone()).collect::<Vec<_>>());
    let both = database.store.stories_of_runs(&[over.key, on.key]).await.unwrap();
    assert_eq!(both, [story(&database, 2).await, story(&database, 1).await], "whatever their order and state");
    assert!(database.store.stories_of_runs(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn live_runs_and_drills_of_a_runbook_are_read_apart_the_newest_first() {
    let database = open().await;
    let first = version(&database, "restart", 1).await;
    let other = version(&database, "fail-over", 1).await;
    let live = begin(&database, new_run(1, &first)).await;
    begin(&database, NewRun { mode: Mode::Drill, ..new_run(2, &first) }).await;
    begin(&database, NewRun { mode: Mode::Rehearsal, ..new_run(3, &first) }).await;
    begin(&database, new_run(4, &other)).await;
    let second = version(&database, "restart", 2).await;
    begin(&database, new_run(5, &second)).await;
    let event = append(&database, &live, tick(&live, "a", "look")).await;
    let restart = slug("restart");
    let newest = async |is_live: bool, limit: u32| database.store.newest_runs(&restart, is_live, limit).await.unwrap();
    let lived = newest(true, 20).await;
    assert_eq!(numbers_of(&lived), [5, 1], "whichever version they follow");
    assert_eq!((lived[0].events.len(), lived[1].events.as_slice()), (0, [event].as_slice()));
    assert_eq!(numbers_of(&newest(false, 20).await), [3, 2]);
    assert_eq!(numbers_of(&newest(true, 1).await), [5]);
    assert!(database.store.newest_runs(&slug("unknown"), true, 20).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_runbook_was_drilled_when_a_drill_came_to_its_end() {
    let database = open().await;
    let restart = version(&database, "restart", 1).await;
    let fail_over = version(&database, "fail-over", 1).await;
    version(&database, "never-run", 1).await;
    let started = |n: u128, version: &VersionHead, mode: Mode, started: i64| {
        begin(&database, NewRun { mode, started_at: at(started), ..new_run(n, version) })
    };
    started(1, &restart, Mode::Live, 300).await;
    started(2, &restart, Mode::Live, 200).await;
    let drill = started(3, &restart, Mode::Drill, 400).await;
    let given_up = started(4, &restart, Mode::Drill, 500).await;
    let rehearsal = started(5, &fail_over, Mode::Rehearsal, 600).await;
    started(6, &fail_over, Mode::Drill, 700).await;
    end(&database, &drill, Outcome::Resolved, 450).await;
    end(&database, &given_up, Outcome::Aborted, 550).await;
    end(&database, &rehearsal, Outcome::Resolved, 650).await;
    let uses = database.store.runbook_uses().await.unwrap();
    let expected = [
        RunbookUse { runbook: slug("fail-over"), used_at: None, drilled_at: None },
        RunbookUse { runbook: slug("restart"), used_at: Some(at(300)), drilled_at: Some(at(450)) },
    ];
    assert_eq!(uses, expected);
    for known in expected {
        assert_eq!(database.store.runbook_use(&known.runbook).await.unwrap(), Some(known));
    }
    for nothing in ["never-run", "unknown"] {
        assert_eq!(database.store.runbook_use(&slug(nothing)).await.unwrap(), None, "{nothing}");
    }
}

#[tokio::test]
async fn runs_go_along_when_their_incident_is_merged_into_another_one() {
    let database = open().await;
    let followed = version(&database, "restart", 1).await;
    let (into, from) = (incident(&database, 1).await, incident(&database, 2).await);
    let ours = in_incident(&database, 1, &followed, &into).await;
    let theirs = in_incident(&database, 2, &followed, &from).await;
    let over = in_incident(&database, 3, &followed, &from).await;
    begin(&database, new_run(4, &followed)).await;
    append(&database, &theirs, tick(&theirs, "a", "look")).await;
    end(&database, &over, Outcome::Mitigated, 150).await;
    assert_eq!((open_runs(&database, &into).await, open_runs(&database, &from).await), (vec![1], vec![2]));
    let before = story(&database, 2).await;
    merge(&database, &from, &into).await;
    assert_eq!((open_runs(&database, &into).await, open_runs(&database, &from).await), (vec![1, 2], Vec::new()));
    let moved = Run { incident: Some((into.key, into.number)), ..theirs };
    assert_eq!(story(&database, 2).await, RunStory { run: Run { last_seq: 1, ..moved }, ..before });
    assert_eq!(story(&database, 1).await.run, ours);
    for number in [into.number, from.number] {
        let filter = RunFilter { incident: Some(number), ..RunFilter::default() };
        assert_eq!(numbers(&database, filter).await, [3, 2, 1], "also asked for by the number that it had before");
    }
    assert_eq!(story(&database, 4).await.run.incident, None);
}
