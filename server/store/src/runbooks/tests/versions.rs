//! A version is written once, numbered, and comes back to the byte.

use super::super::versions::VERSIONS_LISTED_MAX;
use super::*;

async fn review(database: &Database, runbook: &str, version: i64, when: i64, note: &'static str) -> bool {
    let runbook = slug(runbook);
    let kept = database.write(move |t| Box::pin(async move { t.review_runbook(&runbook, version, at(when), "Ann", note).await }));
    kept.await.unwrap()
}

/// Takes a version into use; gives the number of the one before it.
async fn take_up(database: &Database, head: &VersionHead) -> Option<i64> {
    let head = head.clone();
    database.write(move |t| Box::pin(async move { t.use_version(&head).await })).await.unwrap()
}

#[tokio::test]
async fn the_version_in_use_is_remembered_though_it_is_not_the_newest() {
    let database = open().await;
    let first = version(&database, "restart", 1).await;
    let second = version(&database, "restart", 2).await;
    let other = version(&database, "fail-over", 1).await;
    assert_eq!(take_up(&database, &first).await, None);
    assert_eq!(take_up(&database, &second).await, Some(1));
    assert_eq!(take_up(&database, &other).await, None);
    assert_eq!(take_up(&database, &first).await, Some(2));
    assert_eq!(take_up(&database, &first).await, Some(1), "it was in use already");
    for head in [first, other] {
        assert_eq!(database.store.current_version(&head.runbook).await.unwrap().unwrap().head, head);
    }
}

#[tokio::test]
async fn the_texts_of_both_languages_come_back_to_the_byte() {
    let database = open().await;
    let kept = texts(
        "\u{feff}---\r\ntitle: 再起動\r\n---\r\n- [ ] 待つ\u{3000}🔥 <!-- s:wait -->",
        "- [ ] `echo \"it's\\0\"`\t\n\n\u{0}end\n\n",
    );
    let (head, is_new) = keep_texts(&database, "restart", 7, kept.clone()).await;
    assert!(is_new);
    assert_eq!((head.runbook.as_str(), head.number, head.sha256, head.created_at), ("restart", 1, [7; 32], at(7)));
    let whole = Some(Version { head: head.clone(), texts: kept });
    assert_eq!(database.store.runbook_version(&slug("restart"), 1).await.unwrap(), whole);
    assert_eq!(database.store.runbook_version_by_key(head.key).await.unwrap(), whole);
    assert_eq!(database.store.current_version(&slug("restart")).await.unwrap(), None, "nobody took it up");
    assert_eq!(take_up(&database, &head).await, None);
    assert_eq!(database.store.current_version(&slug("restart")).await.unwrap(), whole);
    assert_eq!(database.store.runbook_version(&slug("restart"), 2).await.unwrap(), None);
    assert_eq!(database.store.runbook_version(&slug("other"), 1).await.unwrap(), None);
    assert_eq!(database.store.runbook_version_by_key(head.key + 1).await.unwrap(), None);
    assert_eq!(database.store.current_version(&slug("other")).await.unwrap(), None);
}

#[tokio::test]
async fn a_runbook_may_have_one_language_only() {
    let database = open().await;
    let japanese = BTreeMap::from([(Language::Ja, "手順".to_owned())]);
    let (head, _) = keep_texts(&database, "restart", 1, japanese.clone()).await;
    assert_eq!(database.store.runbook_version_by_key(head.key).await.unwrap().unwrap().texts, japanese);
}

#[tokio::test]
async fn versions_are_numbered_within_their_runbook_and_the_same_texts_are_kept_once() {
    let database = open().await;
    let first = version(&database, "restart", 1).await;
    let second = version(&database, "restart", 2).await;
    let other = version(&database, "fail-over", 1).await;
    assert_eq!((first.number, second.number, other.number), (1, 2, 1), "the same hash in another runbook is another version");
    assert_eq!(keep_texts(&database, "restart", 1, texts("違う", "else")).await, (first.clone(), false), "as it was then");
    assert_eq!(keep_texts(&database, "restart", 2, texts("手順", "Steps")).await, (second.clone(), false));
    assert_eq!(database.store.runbook_versions(&slug("restart")).await.unwrap(), [second.clone(), first]);
    assert_eq!(version(&database, "restart", 3).await.number, 3);
    assert!(database.store.runbook_versions(&slug("unknown")).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_so_many_versions_are_listed() {
    let database = open().await;
    let runbook = slug("restart");
    let kept = database.write(move |t| {
        Box::pin(async move {
            let texts = texts("手順", "Steps");
            for n in 0..=VERSIONS_LISTED_MAX {
                let mut sha256 = [0; 32];
                sha256[..4].copy_from_slice(&n.to_be_bytes());
                t.keep_version(&runbook, &texts, sha256, at(1)).await?;
            }
            Ok(())
        })
    });
    kept.await.unwrap();
    let listed = database.store.runbook_versions(&slug("restart")).await.unwrap();
    let numbers = listed.first().zip(listed.last()).map(|(newest, oldest)| (newest.number, oldest.number));
    assert_eq!((listed.len(), numbers), (500, Some((501, 2))));
}

#[tokio::test]
async fn of_each_runbook_the_newest_review_is_known() {
    let database = open().await;
    version(&database, "restart", 1).await;
    version(&database, "restart", 2).await;
    version(&database, "fail-over", 1).await;
    version(&database, "never-read", 1).await;
    assert!(review(&database, "restart", 2, 50, "good").await);
    assert!(review(&database, "restart", 1, 40, "written down later").await);
    assert!(review(&database, "fail-over", 1, 60, "").await);
    assert!(review(&database, "fail-over", 1, 60, "at the same moment").await);
    assert!(!review(&database, "fail-over", 2, 70, "there is no such version").await);
    assert!(!review(&database, "unknown", 1, 70, "nor such a runbook").await);
    let reviews = database.store.newest_reviews().await.unwrap();
    let expected = |version: i64, when: i64, note: &str| Review {
        version,
        at: at(when),
        actor_name: "Ann".to_owned(),
        note: note.to_owned(),
    };
    assert_eq!(reviews.len(), 2);
    assert_eq!(reviews[&slug("restart")], expected(2, 50, "good"));
    assert_eq!(reviews[&slug("fail-over")], expected(1, 60, "at the same moment"));
}

#[tokio::test]
async fn a_version_cannot_be_changed_deleted_or_replaced() {
    let database = open().await;
    let head = version(&database, "restart", 1).await;
    let statements = [
        "UPDATE runbook_version SET created_at = 9",
        "UPDATE OR REPLACE runbook_version SET number = 2",
        "DELETE FROM runbook_version",
        "INSERT OR REPLACE INTO runbook_version SELECT * FROM runbook_version",
        "INSERT OR REPLACE INTO runbook_version (runbook_key, number, sha256, created_at) SELECT runbook_key, number, zeroblob(32), 9
         FROM runbook_version",
        "INSERT OR REPLACE INTO runbook_version (runbook_key, number, sha256, created_at) SELECT runbook_key, 9, sha256, 9
         FROM runbook_version",
        "UPDATE runbook_text SET source = 'x'",
        "DELETE FROM runbook_text",
        "INSERT OR REPLACE INTO runbook_text SELECT version_key, language, 'x' FROM runbook_text",
        "DELETE FROM runbook",
    ];
    assert_refused(&database, &statements).await;
    let still = database.store.runbook_version_by_key(head.key).await.unwrap().unwrap();
    assert_eq!(still, Version { head, texts: texts("手順", "Steps") });
}
