//! A file comes back until it is deleted; then it still says that it was there, and its bytes are nowhere any more.

use std::fs;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::super::files::NewRunFile;
use super::*;

/// A file of an event whose id says `n`.
fn new_file(run: &Run, event: &RunEvent, n: u128, content: &[u8]) -> NewRunFile {
    NewRunFile {
        id: Uuid::from_u128(n),
        run_key: run.key,
        seq: event.seq,
        name: "出力.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        content: content.to_vec(),
        created_at: at(130),
        actor_name: "Ann".to_owned(),
    }
}

async fn try_attach(database: &Database, new: NewRunFile) -> Result<RunFileHead, StoreError> {
    database.write(move |t| Box::pin(async move { t.insert_run_file(&new).await })).await
}

async fn delete(database: &Database, run: &Run, id: Uuid) -> Option<RunFileHead> {
    let key = run.key;
    database.write(move |t| Box::pin(async move { t.delete_run_file(key, id, at(140)).await })).await.unwrap()
}

async fn count(database: &Database, run: &Run) -> i64 {
    let key = run.key;
    database.write(move |t| Box::pin(async move { t.count_run_files(key).await })).await.unwrap()
}

/// A run with one event.
async fn run_with_event(database: &Database) -> (Run, RunEvent) {
    let run = begin(database, new_run(1, &version(database, "restart", 1).await)).await;
    let event = append(database, &run, NewRunEvent { deed: Deed::Output, ..tick(&run, "a", "look") }).await;
    (run, event)
}

/// The bytes of the database, once everything that was written stands in its file and nowhere else.
async fn bytes_on_disk(database: &Database) -> Vec<u8> {
    let options = SqliteConnectOptions::new().filename(database.store.path()).busy_timeout(Duration::from_secs(5));
    let mut connection = options.connect().await.unwrap();
    let (busy, _, _): (i64, i64, i64) =
        sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(busy, 0);
    fs::read(database.store.path()).unwrap()
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn a_file_comes_back_until_it_is_deleted_and_then_it_still_says_that_it_was_there() {
    let database = open().await;
    let (run, event) = run_with_event(&database).await;
    let head = try_attach(&database, new_file(&run, &event, 7, b"abc")).await.unwrap();
    assert_eq!((head.bytes, head.seq, head.name.as_str(), head.deleted_at), (3, 1, "出力.txt", None));
    assert_eq!(story(&database, 1).await.files, std::slice::from_ref(&head));
    assert_eq!(database.store.run_file(1, head.id).await.unwrap(), Some((head.clone(), b"abc".to_vec())));
    assert_eq!(database.store.run_file(2, head.id).await.unwrap(), None, "it is not of that run");
    assert_eq!(database.store.run_file(1, Uuid::nil()).await.unwrap(), None);
    assert_eq!(count(&database, &run).await, 1);
    let gone = RunFileHead { deleted_at: Some(at(140)), ..head.clone() };
    assert_eq!(delete(&database, &run, Uuid::nil()).await, None);
    assert_eq!(delete(&database, &run, head.id).await, Some(gone.clone()));
    assert_eq!(delete(&database, &run, head.id).await, None);
    assert_eq!(database.store.run_file(1, head.id).await.unwrap(), None);
    assert_eq!(story(&database, 1).await.files, [gone]);
    assert_eq!(count(&database, &run).await, 0);
}

#[tokio::test]
async fn a_file_belongs_to_an_event_that_is_there() {
    let database = open().await;
    let (run, event) = run_with_event(&database).await;
    let elsewhere = NewRunFile { seq: event.seq + 1, ..new_file(&run, &event, 7, b"abc") };
    assert!(try_attach(&database, elsewhere).await.is_err());
}

#[tokio::test]
async fn the_bytes_of_every_deleted_file_are_nowhere_any_more() {
    let database = open().await;
    let (run, event) = run_with_event(&database).await;
    // So long that the beginnings of both do not fit in one page.
    let secrets = ["first-secret-0815;", "second-secret-4711;"];
    for (n, secret) in (10..).zip(secrets) {
        let content = secret.repeat(2_000);
        try_attach(&database, new_file(&run, &event, n, content.as_bytes())).await.unwrap();
    }
    let before = bytes_on_disk(&database).await;
    assert!(secrets.iter().all(|secret| holds(&before, secret)));
    for n in [10, 11] {
        assert!(delete(&database, &run, Uuid::from_u128(n)).await.is_some());
    }
    let after = bytes_on_disk(&database).await;
    let left: Vec<_> = secrets.iter().filter(|secret| holds(&after, secret)).collect();
    assert!(left.is_empty(), "{left:?} can still be read");
    assert!(holds(&after, "出力.txt"), "what else is known of it stays");
}

#[tokio::test]
async fn a_run_has_only_so_many_files_and_a_deleted_one_makes_room() {
    let database = open().await;
    let (run, event) = run_with_event(&database).await;
    for n in 1..=u128::from(RUN_FILES_MAX) {
        try_attach(&database, new_file(&run, &event, n, b"a")).await.unwrap();
    }
    let one_more = || new_file(&run, &event, 1_000, b"a");
    let refused = try_attach(&database, one_more()).await;
    assert!(matches!(refused, Err(StoreError::Full { limit: RUN_FILES_MAX, .. })), "{refused:?}");
    assert!(delete(&database, &run, Uuid::from_u128(5)).await.is_some());
    try_attach(&database, one_more()).await.unwrap();
    assert_eq!((count(&database, &run).await, story(&database, 1).await.files.len()), (200, 201));
}
