//! Plans and windows come back as they were kept, and what is over makes room.

use super::*;
use crate::testing::{Database, at, open};

fn each(ja: &str, en: &str) -> LocalizedText {
    LocalizedText::Each { ja: ja.to_owned(), en: en.to_owned() }
}

fn plan() -> MaintenanceChange {
    MaintenanceChange {
        title: each("ディスク交換", "A new disk"),
        description: Some(LocalizedText::Same("\"quoted\"\n{\"ja\": 1}".to_owned())),
        starts: jiff::civil::date(2026, 11, 29).at(2, 0, 0, 0),
        zone: "Asia/Tokyo".to_owned(),
        duration: Duration::from_secs(2 * 3600),
        rule: Some("FREQ=WEEKLY;BYDAY=SU".to_owned()),
        components: vec!["web".parse().unwrap(), "db-2".parse().unwrap()],
        excludes_uptime: true,
        holds_alerts: false,
    }
}

fn once() -> MaintenanceChange {
    MaintenanceChange { rule: None, description: None, components: Vec::new(), excludes_uptime: false, ..plan() }
}

/// Keeps a plan whose id says `n`; gives its key.
async fn insert(database: &Database, n: u128, plan: MaintenanceChange) -> i64 {
    let new = NewMaintenance { id: Uuid::from_u128(n), plan, created_at: at(5) };
    database.write(move |t| Box::pin(async move { t.insert_maintenance(&new).await })).await.unwrap()
}

async fn read(database: &Database, n: u128) -> Maintenance {
    database.store.maintenance(Uuid::from_u128(n)).await.unwrap().unwrap()
}

async fn count(database: &Database) -> i64 {
    database.write(|t| Box::pin(async move { t.count_maintenances().await })).await.unwrap()
}

fn window_of(maintenance_key: i64, starts: i64, ends: i64) -> StoredWindow {
    StoredWindow {
        maintenance_key,
        starts_at: at(starts),
        ends_at: at(ends),
        components: vec!["web".parse().unwrap()],
        excludes_uptime: true,
        completed_at: None,
    }
}

async fn begin(database: &Database, window: StoredWindow) -> bool {
    database.write(move |t| Box::pin(async move { t.begin_window(&window).await })).await.unwrap()
}

async fn end(database: &Database, key: i64, starts: i64, ends: i64) -> bool {
    database.write(move |t| Box::pin(async move { t.end_window(key, at(starts), at(ends), at(ends)).await })).await.unwrap()
}

#[tokio::test]
async fn a_plan_comes_back_as_it_was_made() {
    let database = open().await;
    let key = insert(&database, 1, plan()).await;
    insert(&database, 2, once()).await;
    let expected = Maintenance {
        key,
        id: Uuid::from_u128(1),
        title: plan().title,
        description: plan().description,
        starts: plan().starts,
        zone: plan().zone,
        duration: plan().duration,
        rule: plan().rule,
        components: plan().components,
        excludes_uptime: true,
        holds_alerts: false,
        created_at: at(5),
        updated_at: at(5),
        cancelled_at: None,
        version: 1,
    };
    assert_eq!(read(&database, 1).await, expected);
    let all = database.store.maintenances().await.unwrap();
    assert_eq!(all, [read(&database, 2).await, expected.clone()]);
    assert_eq!((all[0].rule.as_ref(), all[0].description.as_ref(), all[0].components.len()), (None, None, 0));
    let id = expected.id;
    let seen = database.write(move |t| Box::pin(async move { t.maintenance(id).await })).await.unwrap();
    assert_eq!(seen, Some(expected));
    assert_eq!(database.store.maintenance(Uuid::nil()).await.unwrap(), None);
}

#[tokio::test]
async fn a_local_time_stands_in_the_table_to_the_minute() {
    let database = open().await;
    insert(&database, 1, plan()).await;
    assert_eq!(database.run("UPDATE maintenance SET zone = 'UTC' WHERE starts = '2026-11-29T02:00'").await.unwrap(), 1);
}

#[tokio::test]
async fn a_plan_that_has_changed_meanwhile_or_was_cancelled_stays_as_it_is() {
    let database = open().await;
    let key = insert(&database, 1, plan()).await;
    let update = |version: i64| {
        let change = MaintenanceChange { title: LocalizedText::Same("later".to_owned()), ..once() };
        database.write(move |t| Box::pin(async move { t.update_maintenance(key, version, &change, at(9)).await }))
    };
    let cancel =
        |version: i64| database.write(move |t| Box::pin(async move { t.cancel_maintenance(key, version, at(20)).await }));
    assert!(update(1).await.unwrap());
    assert!(!update(1).await.unwrap());
    assert!(!cancel(1).await.unwrap());
    let changed = read(&database, 1).await;
    assert_eq!((changed.version, changed.updated_at, changed.rule), (2, at(9), None));
    assert_eq!(changed.title, LocalizedText::Same("later".to_owned()));
    assert!(cancel(2).await.unwrap());
    assert!(!cancel(3).await.unwrap());
    assert!(!update(3).await.unwrap());
    let cancelled = read(&database, 1).await;
    assert_eq!((cancelled.version, cancelled.cancelled_at, cancelled.updated_at), (3, Some(at(20)), at(20)));
}

#[tokio::test]
async fn a_window_begins_once_and_ends_once() {
    let database = open().await;
    let key = insert(&database, 1, plan()).await;
    assert!(begin(&database, window_of(key, 100, 200)).await);
    assert!(!begin(&database, window_of(key, 100, 900)).await);
    assert!(begin(&database, window_of(key, 50, 80)).await);
    assert!(end(&database, key, 100, 150).await);
    assert!(!end(&database, key, 100, 160).await);
    assert!(!end(&database, key, 300, 400).await);
    let ended = StoredWindow { ends_at: at(150), completed_at: Some(at(150)), ..window_of(key, 100, 200) };
    assert_eq!(database.store.maintenance_windows(at(0)).await.unwrap(), [window_of(key, 50, 80), ended.clone()]);
    assert_eq!(database.store.maintenance_windows(at(150)).await.unwrap(), [ended]);
    assert!(database.store.maintenance_windows(at(151)).await.unwrap().is_empty());
    let nobodys = window_of(99, 1, 2);
    assert!(database.write(move |t| Box::pin(async move { t.begin_window(&nobodys).await })).await.is_err());
}

#[tokio::test]
async fn what_is_over_does_not_count() {
    let database = open().await;
    let repeated = insert(&database, 1, plan()).await;
    let single = insert(&database, 2, once()).await;
    assert_eq!(count(&database).await, 2);
    for key in [repeated, single] {
        begin(&database, window_of(key, 100, 200)).await;
    }
    assert_eq!(count(&database).await, 2);
    for key in [repeated, single] {
        end(&database, key, 100, 200).await;
    }
    assert_eq!(count(&database).await, 1, "what comes again is not over");
    let moved = database.write(move |t| Box::pin(async move { t.update_maintenance(single, 1, &once(), at(300)).await }));
    assert!(moved.await.unwrap());
    assert_eq!(count(&database).await, 2, "nor what was put off");
    begin(&database, window_of(repeated, 400, 500)).await;
    database.write(move |t| Box::pin(async move { t.cancel_maintenance(repeated, 1, at(450)).await })).await.unwrap();
    assert_eq!(count(&database).await, 2, "nor what was cancelled and still goes on");
    end(&database, repeated, 400, 460).await;
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn there_are_only_so_many_plans_ahead_and_all_of_them_are_read() {
    let database = open().await;
    let limit = u128::from(MAINTENANCES_MAX);
    let filled = database.write(move |t| {
        Box::pin(async move {
            for n in 1..=limit {
                let new = NewMaintenance { id: Uuid::from_u128(n), plan: plan(), created_at: at(5) };
                t.insert_maintenance(&new).await?;
            }
            Ok(())
        })
    });
    filled.await.unwrap();
    let insert_another = || {
        let new = NewMaintenance { id: Uuid::from_u128(limit + 1), plan: plan(), created_at: at(5) };
        database.write(move |t| Box::pin(async move { t.insert_maintenance(&new).await }))
    };
    assert!(matches!(insert_another().await.unwrap_err(), StoreError::Full { limit: MAINTENANCES_MAX, .. }));
    let cancelled = read(&database, limit).await.key;
    database.write(move |t| Box::pin(async move { t.cancel_maintenance(cancelled, 1, at(6)).await })).await.unwrap();
    insert_another().await.unwrap();
    let all = database.store.maintenances().await.unwrap();
    assert_eq!(all.len(), MAINTENANCES_MAX as usize);
    assert!(all.iter().all(|one| one.cancelled_at.is_none()), "what is over gives way");
    assert!(all.is_sorted_by_key(|one| Reverse(one.key)));
}
