//! Rows are written once, change only for those who have seen them as they are, and keep all that they ever said.

use super::*;

fn body(entry: &Entry) -> &str {
    match &entry.content {
        EntryContent::Words { body, .. } => body,
        EntryContent::Machine(_) => "",
    }
}

/// What the rows of the first incident say, in order.
async fn bodies(database: &Database) -> Vec<String> {
    story(database, 1).await.entries.iter().map(|entry| body(entry).to_owned()).collect()
}

/// Number, author and text of each revision.
async fn revisions(database: &Database, entry: &Entry) -> Vec<(i64, String, EntryContent)> {
    let all = database.store.entry_revisions(entry.id).await.unwrap();
    all.into_iter().map(|revision| (revision.revision, revision.actor_name, revision.content)).collect()
}

#[tokio::test]
async fn a_row_comes_back_as_it_was_written() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let decided = EntryContent::Words {
        body: "再起動する\n\"now\"".to_owned(),
        rejected: vec!["wait".to_owned(), "待つ".to_owned()],
        hypothesis: Some(HypothesisState::Refuted),
    };
    let new = NewEntry { content: decided.clone(), is_starred: true, op: Some("op-1".to_owned()), ..row(1, 5, "") };
    let kept = append(&database, &one, new).await;
    assert_eq!((kept.content.clone(), kept.seq, kept.revision, kept.is_starred), (decided, 1, 1, true));
    assert_eq!((kept.recorded_at, kept.actor_name.as_str(), kept.op.as_deref()), (at(50), "Ann", Some("op-1")));
    let event = MachineEvent::StateChanged { from: State::Triage, to: State::Resolved, reason: Some("over".to_owned()) };
    let machine = append(&database, &one, machine_row(2, 4, event.clone())).await;
    assert_eq!(machine.content, EntryContent::Machine(event));
    assert_eq!(story(&database, 1).await.entries, [machine, kept.clone()]);
    let (key, id) = (one.key, kept.id);
    let found = database.write(move |t| Box::pin(async move { t.entry(key, id).await })).await.unwrap();
    assert_eq!(found, Some(kept));
    let elsewhere = database.write(move |t| Box::pin(async move { t.entry(key + 1, id).await })).await.unwrap();
    assert_eq!(elsewhere, None);
}

#[tokio::test]
async fn a_row_that_is_sent_again_is_kept_once() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let other = incident(&database, 2, facts("other")).await;
    let named = |n: u128, body: &str| NewEntry { op: Some("phone-7".to_owned()), ..row(n, 5, body) };
    let first = append(&database, &one, named(1, "once")).await;
    assert_eq!(send(&database, one.key, named(2, "again")).await, Appended::Known(first.clone()));
    let changed = try_change(&database, &first, 1, EntryChange { content: words("better"), ..as_it_is(&first) }).await;
    let changed = changed.unwrap().unwrap();
    assert_eq!(send(&database, one.key, named(3, "again")).await, Appended::Known(changed), "as it is now");
    assert_eq!(bodies(&database).await, ["better"]);
    append(&database, &other, named(4, "in another incident the name is free")).await;
    append(&database, &one, row(5, 6, "without a name")).await;
    append(&database, &one, row(6, 7, "without a name")).await;
    let key = one.key;
    assert_eq!(database.write(move |t| Box::pin(async move { t.count_entries(key).await })).await.unwrap(), 3);
}

#[tokio::test]
async fn rows_are_in_order_of_time_and_those_of_the_same_minute_as_they_were_written() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    for (n, occurred, body) in [(9, 60, "b"), (3, 60, "c"), (7, 120, "e"), (1, 60, "d"), (5, 0, "a")] {
        append(&database, &one, row(n, occurred, body)).await;
    }
    assert_eq!(bodies(&database).await, ["a", "b", "c", "d", "e"]);
    let entries = story(&database, 1).await.entries;
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [5, 1, 2, 4, 3]);
    let moved = EntryChange { occurred_at: at(200), ..as_it_is(&entries[1]) };
    assert!(try_change(&database, &entries[1], 1, moved).await.unwrap().is_some());
    assert_eq!(bodies(&database).await, ["a", "c", "d", "e", "b"]);
}

#[tokio::test]
async fn who_changes_a_row_that_is_no_longer_as_it_was_changes_nothing() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let first = append(&database, &one, row(1, 5, "first")).await;
    let to = |body: &str| EntryChange { content: words(body), annotation: Some("said later".to_owned()), ..as_it_is(&first) };
    let second = try_change(&database, &first, 1, to("second")).await.unwrap().unwrap();
    assert_eq!((second.revision, second.annotation.as_deref()), (2, Some("said later")));
    assert_eq!((second.actor_name.as_str(), second.recorded_at), ("Ann", at(50)), "who wrote it, and when, stays");
    assert_eq!(try_change(&database, &first, 1, to("third")).await.unwrap(), None);
    assert!(!delete(&database, &first, 1).await);
    assert!(!restore(&database, &first, 2).await, "it is not deleted");
    assert_eq!(story(&database, 1).await.entries, [second]);
    let expected = [(2, "Bob".to_owned(), words("second")), (1, "Ann".to_owned(), words("first"))];
    assert_eq!(revisions(&database, &first).await, expected);
    assert!(database.store.entry_revisions(Uuid::nil()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_deleted_row_keeps_its_text_and_comes_back_with_it() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let entry = append(&database, &one, row(1, 5, "text")).await;
    assert!(delete(&database, &entry, 1).await);
    assert!(!delete(&database, &entry, 2).await, "it is deleted already");
    let gone = story(&database, 1).await.entries.remove(0);
    assert_eq!((gone.deleted_at, gone.revision), (Some(at(70)), 2));
    let deleted = [(2, "Cid".to_owned(), words("text")), (1, "Ann".to_owned(), words("text"))];
    assert_eq!(revisions(&database, &entry).await, deleted);
    let change = EntryChange { content: words("other"), ..as_it_is(&entry) };
    assert_eq!(try_change(&database, &entry, 2, change).await.unwrap(), None);
    assert!(!restore(&database, &entry, 1).await, "whoever restores it has not seen that");
    assert!(restore(&database, &entry, 2).await);
    let back = story(&database, 1).await.entries.remove(0);
    assert_eq!((back.deleted_at, back.revision, body(&back)), (None, 3, "text"));
    assert_eq!(revisions(&database, &entry).await[0], (3, "Ann".to_owned(), words("text")));
    assert!(database.run("DELETE FROM timeline_entry").await.is_err());
}

#[tokio::test]
async fn what_was_once_written_down_cannot_be_made_otherwise() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let entry = append(&database, &one, row(1, 5, "text")).await;
    try_change(&database, &entry, 1, EntryChange { content: words("new"), ..as_it_is(&entry) }).await.unwrap();
    for statement in [
        "UPDATE timeline_entry SET actor_name = 'Bob'",
        "UPDATE timeline_entry SET recorded_at = 1",
        "UPDATE timeline_revision SET content = '{}'",
        "DELETE FROM timeline_revision",
        "INSERT OR REPLACE INTO timeline_revision SELECT * FROM timeline_revision",
    ] {
        assert!(database.run(statement).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn what_yagura_wrote_can_be_starred_shown_and_annotated_but_says_what_it_said() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let entry = append(&database, &one, machine_row(1, 5, MachineEvent::Opened { by_rule: true })).await;
    for change in [
        EntryChange { content: words("I did it"), ..as_it_is(&entry) },
        EntryChange { content: EntryContent::Machine(MachineEvent::Opened { by_rule: false }), ..as_it_is(&entry) },
        EntryChange { occurred_at: at(6), ..as_it_is(&entry) },
        EntryChange { precision: Precision::About, ..as_it_is(&entry) },
        EntryChange { kind: EntryKind::Note, ..as_it_is(&entry) },
    ] {
        assert!(try_change(&database, &entry, 1, change).await.is_err());
    }
    let key = entry.key;
    let deleted = database.write(move |t| Box::pin(async move { t.delete_entry(key, 1, "Bob", at(9)).await }));
    assert!(deleted.await.is_err());
    assert_eq!(story(&database, 1).await.entries, std::slice::from_ref(&entry), "and nothing of it was kept");
    let wanted = EntryChange {
        is_starred: true,
        visibility: Visibility::Public,
        annotation: Some("by the rule of the night".to_owned()),
        ..as_it_is(&entry)
    };
    let changed = try_change(&database, &entry, 1, wanted.clone()).await.unwrap().unwrap();
    assert_eq!((as_it_is(&changed), changed.revision), (wanted, 2));
}

#[tokio::test]
async fn a_marker_points_at_one_row_and_at_none_that_was_deleted() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let early = append(&database, &one, row(1, 5, "early")).await;
    let late = append(&database, &one, row(2, 6, "late")).await;
    let key = one.key;
    let markers = || database.write(move |t| Box::pin(async move { t.markers(key).await }));
    mark(&database, &one, Marker::Detected, Some(&early)).await;
    mark(&database, &one, Marker::Detected, Some(&late)).await;
    mark(&database, &one, Marker::Mitigated, Some(&late)).await;
    let both = [(Marker::Detected, (late.key, at(6))), (Marker::Mitigated, (late.key, at(6)))];
    assert_eq!(markers().await.unwrap().into_iter().collect::<Vec<_>>(), both);
    mark(&database, &one, Marker::Mitigated, None).await;
    let expected = MarkedEntry { marker: Marker::Detected, entry_key: late.key };
    assert_eq!(story(&database, 1).await.markers, [expected]);
    assert!(delete(&database, &late, 1).await);
    assert!(markers().await.unwrap().is_empty());
    assert!(restore(&database, &late, 2).await);
    assert_eq!(story(&database, 1).await.markers, [expected]);
}
