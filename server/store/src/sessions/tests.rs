//! Sessions stay few, and a link is good once.

use domain::account::Role;

use super::*;
use crate::testing::{Database, at, open};

fn of(user_key: i64, n: u8, state: SessionState) -> Session {
    Session {
        id: Uuid::from_u128(n.into()),
        user_key,
        state,
        created_at: at(1),
        last_seen_at: at(n.into()),
        expires_at: at(1_000),
        confirmed_at: at(1),
        address: Some("192.0.2.7".to_owned()),
        user_agent: None,
    }
}

async fn insert(database: &Database, n: u8, session: Session) {
    database.write(move |t| Box::pin(async move { t.insert_session(&[n; 32], &session).await })).await.unwrap();
}

/// The numbers of the sessions that somebody has at the time 2.
async fn listed(database: &Database, user_key: i64) -> Vec<u128> {
    database.store.sessions(user_key, at(2)).await.unwrap().iter().map(|session| session.id.as_u128()).collect()
}

#[tokio::test]
async fn a_session_is_found_by_its_token_with_whose_it_is() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    insert(&database, 5, of(mika, 5, SessionState::Open)).await;
    let (session, user) = database.store.session(&[5; 32]).await.unwrap().unwrap();
    assert_eq!(session, of(mika, 5, SessionState::Open));
    assert_eq!((user.key, user.last_seen_at), (mika, Some(at(5))));
    assert_eq!(database.store.session(&[6; 32]).await.unwrap(), None);
    database
        .write(|t| {
            Box::pin(async move {
                t.touch_session(&[5; 32], at(70), at(2_000)).await?;
                t.confirm_session(&[5; 32], at(60)).await
            })
        })
        .await
        .unwrap();
    let (session, _) = database.store.session(&[5; 32]).await.unwrap().unwrap();
    let touched =
        Session { last_seen_at: at(70), expires_at: at(2_000), confirmed_at: at(60), ..of(mika, 5, SessionState::Open) };
    assert_eq!(session, touched);
}

#[tokio::test]
async fn the_longest_unused_session_goes_when_there_are_too_many() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    let ken = database.user("ken", Role::Viewer).await;
    insert(&database, 200, of(ken, 200, SessionState::Open)).await;
    for n in 1..=52 {
        insert(&database, n, of(mika, n, SessionState::Open)).await;
    }
    let seen = listed(&database, mika).await;
    assert_eq!(seen, (3..=52).rev().collect::<Vec<u128>>());
    assert_eq!(listed(&database, ken).await, [200]);
    let old_clock = Session { last_seen_at: at(0), ..of(mika, 60, SessionState::Open) };
    insert(&database, 60, old_clock).await;
    assert!(database.store.session(&[60; 32]).await.unwrap().is_some(), "the one that was just opened is never the one to go");
    assert_eq!(listed(&database, mika).await.len(), 50);
}

#[tokio::test]
async fn who_only_knows_a_password_throws_nobody_out() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    insert(&database, 1, of(mika, 1, SessionState::Open)).await;
    for n in 2..=60 {
        insert(&database, n, of(mika, n, SessionState::SecondFactor)).await;
    }
    assert_eq!(listed(&database, mika).await, [1], "and what waits for the second factor is no place where one is signed in");
    assert!(database.store.session(&[2; 32]).await.unwrap().is_none());
    let (waiting, user) = database.store.session(&[60; 32]).await.unwrap().unwrap();
    assert_eq!((waiting.state, user.last_seen_at), (SessionState::SecondFactor, Some(at(1))));
}

#[tokio::test]
async fn sessions_end_one_by_one_or_all_but_one() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    let ken = database.user("ken", Role::Viewer).await;
    insert(&database, 100, of(ken, 100, SessionState::Open)).await;
    for n in 1..=5 {
        insert(&database, n, of(mika, n, SessionState::Open)).await;
    }
    let by_id = |key: i64, n: u128| {
        database.write(move |t| Box::pin(async move { t.delete_session_by_id(key, Uuid::from_u128(n)).await }))
    };
    assert!(!by_id(ken, 1).await.unwrap(), "it is not theirs");
    assert!(by_id(mika, 1).await.unwrap());
    assert!(!by_id(mika, 1).await.unwrap());
    let by_token = || database.write(|t| Box::pin(async move { t.delete_session(&[2; 32]).await }));
    assert!(by_token().await.unwrap());
    assert!(!by_token().await.unwrap());
    let ended = database.write(move |t| Box::pin(async move { t.delete_sessions(mika, Some(&[4; 32])).await })).await;
    assert_eq!(ended.unwrap(), 2);
    assert_eq!(listed(&database, mika).await, [4]);
    assert_eq!(database.write(move |t| Box::pin(async move { t.delete_sessions(mika, None).await })).await.unwrap(), 1);
    assert_eq!(listed(&database, ken).await, [100]);
}

#[tokio::test]
async fn what_is_over_is_not_listed_and_goes() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    insert(&database, 1, of(mika, 1, SessionState::Open)).await;
    insert(&database, 2, Session { expires_at: at(2_000), ..of(mika, 2, SessionState::Open) }).await;
    database.write(move |t| Box::pin(async move { t.insert_link(&[9; 32], Some(mika), at(1), at(1_000)).await })).await.unwrap();
    let listed = database.store.sessions(mika, at(1_000)).await.unwrap();
    assert_eq!(listed.iter().map(|session| session.id.as_u128()).collect::<Vec<_>>(), [2]);
    assert!(database.store.session(&[1; 32]).await.unwrap().is_some(), "whoever asks compares times");
    let delete = |now: i64| database.write(move |t| Box::pin(async move { t.delete_expired(at(now)).await }));
    assert_eq!(delete(999).await.unwrap(), 0);
    assert_eq!(delete(1_000).await.unwrap(), 2);
    assert!(database.store.session(&[1; 32]).await.unwrap().is_none());
    assert!(database.store.session(&[2; 32]).await.unwrap().is_some());
}

async fn link(database: &Database, n: u8, user_key: Option<i64>) {
    database.write(move |t| Box::pin(async move { t.insert_link(&[n; 32], user_key, at(1), at(1_000)).await })).await.unwrap();
}

async fn take(database: &Database, n: u8, now: i64) -> Option<TakenLink> {
    database.write(move |t| Box::pin(async move { t.take_link(&[n; 32], at(now)).await })).await.unwrap()
}

#[tokio::test]
async fn a_link_is_good_once() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    link(&database, 1, Some(mika)).await;
    let seen = database.store.link(&[1; 32], at(999)).await.unwrap().unwrap();
    assert_eq!((seen.user.map(|user| user.key), seen.expires_at), (Some(mika), at(1_000)));
    assert_eq!(take(&database, 1, 999).await, Some(TakenLink { user_key: Some(mika) }));
    assert_eq!(take(&database, 1, 999).await, None);
    assert_eq!(database.store.link(&[1; 32], at(999)).await.unwrap(), None);
}

#[tokio::test]
async fn a_link_that_is_over_opens_nothing() {
    let database = open().await;
    link(&database, 1, None).await;
    assert_eq!(database.store.link(&[1; 32], at(1_000)).await.unwrap(), None);
    assert_eq!(take(&database, 1, 1_000).await, None);
    assert_eq!(take(&database, 1, 999).await, Some(TakenLink { user_key: None }), "asking too late does not use it up");
}

#[tokio::test]
async fn only_the_newest_link_for_an_account_is_good() {
    let database = open().await;
    let mika = database.user("mika", Role::Viewer).await;
    let ken = database.user("ken", Role::Viewer).await;
    for (n, user_key) in [(1, Some(mika)), (2, Some(ken)), (3, None), (4, Some(mika)), (5, None)] {
        link(&database, n, user_key).await;
    }
    assert_eq!(take(&database, 1, 2).await, None);
    assert_eq!(take(&database, 3, 2).await, None);
    assert_eq!(database.store.link(&[5; 32], at(2)).await.unwrap().unwrap().user, None);
    assert_eq!(take(&database, 4, 2).await, Some(TakenLink { user_key: Some(mika) }));
    assert_eq!(database.write(move |t| Box::pin(async move { t.delete_links(ken).await })).await.unwrap(), 1);
    assert_eq!(take(&database, 2, 2).await, None);
    assert_eq!(take(&database, 5, 2).await, Some(TakenLink { user_key: None }));
}
