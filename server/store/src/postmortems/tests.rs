//! Postmortems come back as they were kept; what was written once is never changed, and what somebody types is never older than before.

use domain::postmortem::Texts;
use domain::text::Language;

use super::*;
use crate::StoreError;
use crate::incidents::tests::facts as incident_facts;
use crate::postmortems::revisions::hash;
use crate::testing::{Database, at, open};

fn facts() -> PostmortemFacts {
    PostmortemFacts {
        slug: None,
        state: State::Draft,
        analysis: Analysis::Preliminary,
        cause: Cause::Unknown,
        owner: None,
        no_actions: None,
        retracted: 0,
        reason: None,
    }
}

fn content(ja: &str) -> Content {
    Content {
        title: Texts { ja: "夜の障害".to_owned(), en: String::new() },
        body: Texts { ja: ja.to_owned(), en: String::new() },
        only: None,
    }
}

fn revision(base: Option<i64>, ja: &str) -> NewRevision {
    NewRevision {
        base,
        content: content(ja),
        message: "初版".to_owned(),
        is_minor: false,
        author_id: "1".to_owned(),
        author_name: "mika".to_owned(),
        created_at: at(30),
    }
}

/// A postmortem of an incident of its own.
async fn postmortem(database: &Database) -> Postmortem {
    let write = database.write(|t| {
        Box::pin(async move {
            let incident = t.insert_incident(Uuid::now_v7(), &incident_facts("NFS"), &[], at(20)).await?;
            t.insert_postmortem(incident.key, Uuid::now_v7(), &facts(), at(25)).await
        })
    });
    write.await.unwrap()
}

async fn append(database: &Database, key: i64, new: NewRevision) -> Result<RevisionHead, StoreError> {
    database.write(move |t| Box::pin(async move { t.append_revision(key, &new).await })).await
}

#[tokio::test]
async fn a_postmortem_comes_back_with_everything_about_it() {
    let database = open().await;
    let made = postmortem(&database).await;
    assert_eq!((made.number, made.version), (1, 1));
    append(&database, made.key, revision(None, "一")).await.unwrap();
    append(&database, made.key, revision(Some(1), "二")).await.unwrap();
    let publication = NewPublication {
        revision: 2,
        record: Record { zone: "Asia/Tokyo".to_owned(), ..Record::default() },
        analysis: Analysis::Final,
        message: "公開".to_owned(),
        is_minor: false,
        decided: vec!["no-actions".to_owned()],
        at: at(40),
        by: "mika".to_owned(),
    };
    let key = made.key;
    let published = database.write(move |t| Box::pin(async move { t.append_publication(key, &publication).await })).await;
    assert_eq!(published.unwrap(), 1);
    let story = database.store.postmortem_story(1).await.unwrap().unwrap();
    assert_eq!(story.revisions.iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
    let newest = story.newest.unwrap();
    assert_eq!((newest.content.body.get(Language::Ja), newest.head.sha256), ("二", hash(&content("二"))));
    let all = database.store.published_postmortems().await.unwrap();
    assert_eq!((all.len(), all[0].newest.record.zone.as_str()), (1, "Asia/Tokyo"));
    assert_eq!(all[0].newest.content, content("二"));
    let listed = database.store.postmortems(&[State::Draft], None, 10).await.unwrap();
    assert_eq!(listed[0].content_title.as_ref().unwrap().ja, "夜の障害");
    assert_eq!((listed[0].newest, listed[0].published_at, listed[0].incident.number), (Some(2), Some(at(40)), 1));
    assert!(database.store.postmortems(&[State::Waived], None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_written_once_is_not_changed() {
    let database = open().await;
    let made = postmortem(&database).await;
    append(&database, made.key, revision(None, "一")).await.unwrap();
    assert!(database.run("UPDATE postmortem_revision SET message = 'x'").await.is_err());
    assert!(database.run("DELETE FROM postmortem_revision").await.is_err());
    let (key, version) = (made.key, made.version);
    let change = |version| {
        let facts = PostmortemFacts { state: State::InReview, ..facts() };
        database.write(move |t| Box::pin(async move { t.update_postmortem(key, version, &facts, at(50)).await }))
    };
    assert_eq!(change(version).await.unwrap().unwrap().version, 2);
    assert_eq!(change(version).await.unwrap(), None, "somebody changed it since");
}

#[tokio::test]
async fn what_was_typed_earlier_never_takes_the_place_of_what_was_typed_later() {
    let database = open().await;
    let made = postmortem(&database).await;
    let user = database.user("mika", domain::account::Role::Maintainer).await;
    let put = |text: &str, typed: i64| {
        let buffer =
            Buffer { base: None, content: content(text), message: String::new(), typed_at: at(typed), saved_at: at(typed + 1) };
        let key = made.key;
        database.write(move |t| Box::pin(async move { t.put_buffer(key, user, &buffer).await }))
    };
    put("新しい", 100).await.unwrap();
    put("古い", 90).await.unwrap();
    let kept = database.store.buffer(made.key, user).await.unwrap().unwrap();
    assert_eq!((kept.content.body.ja.as_str(), kept.base), ("新しい", None));
    let key = made.key;
    database.write(move |t| Box::pin(async move { t.drop_buffer(key, user).await })).await.unwrap();
    assert_eq!(database.store.buffer(made.key, user).await.unwrap(), None);
}
