//! Everybody may know what was made public, and of nothing else that it is there.

use super::super::public::PublicStory;
use super::*;

async fn public_story(database: &Database, public_number: i64) -> Option<PublicStory> {
    database.store.public_story(public_number).await.unwrap()
}

fn numbers<'i>(incidents: impl IntoIterator<Item = &'i Incident>) -> Vec<Option<i64>> {
    incidents.into_iter().map(|incident| incident.public_number).collect()
}

async fn merge(database: &Database, from: &Incident, into: &Incident) {
    let (from, into) = (from.key, into.key);
    database.write(move |t| Box::pin(async move { t.merge_incident(from, into, at(100)).await })).await.unwrap();
}

#[tokio::test]
async fn a_public_story_has_no_internal_and_no_deleted_row() {
    let database = open().await;
    let one = incident_of(&database, 1, public_facts("one"), vec![affected("web", 1, None)]).await;
    let seen = |visibility: Visibility, n: u128| NewEntry { visibility, ..row(n, 5, "words") };
    let public = append(&database, &one, seen(Visibility::Public, 1)).await;
    let internal = append(&database, &one, seen(Visibility::Internal, 2)).await;
    let redacted = append(&database, &one, seen(Visibility::Redacted, 3)).await;
    let deleted = append(&database, &one, seen(Visibility::Public, 4)).await;
    mark(&database, &one, Marker::Detected, Some(&internal)).await;
    mark(&database, &one, Marker::Mitigated, Some(&deleted)).await;
    let told = tell(&database, &one, 9, "We look into it", None).await;
    assert!(delete(&database, &deleted, 1).await);
    let story = public_story(&database, 1).await.unwrap();
    assert_eq!(story.incident, one);
    assert_eq!(story.affected, [affected("web", 1, None)]);
    assert_eq!(story.entries, [public, redacted]);
    assert_eq!(story.moments.into_iter().collect::<Vec<_>>(), [(Marker::Detected, at(5))]);
    assert_eq!(story.updates, [told]);
}

#[tokio::test]
async fn internal_ones_drills_and_merged_ones_are_not_told_of_whatever_numbers_they_have() {
    let database = open().await;
    let kept = incident(&database, 1, public_facts("kept")).await;
    let withdrawn = incident(&database, 2, public_facts("withdrawn")).await;
    update(&database, &withdrawn, facts("withdrawn")).await.unwrap();
    incident(&database, 3, IncidentFacts { kind: IncidentKind::Drill, ..public_facts("exercise") }).await;
    let merged = incident(&database, 4, public_facts("merged")).await;
    merge(&database, &merged, &kept).await;
    incident(&database, 5, facts("internal")).await;
    let newest = incident(&database, 6, public_facts("newest")).await;
    assert_eq!(newest.public_number, Some(5));
    assert_eq!(numbers(&database.store.public_incidents().await.unwrap()), [Some(5), Some(1)]);
    for number in [2, 3, 4, 6] {
        assert_eq!(public_story(&database, number).await, None, "{number}");
    }
    let stories = database.store.public_stories(50).await.unwrap();
    assert_eq!(numbers(stories.iter().map(|story| &story.incident)), [Some(5), Some(1)]);
}

#[tokio::test]
async fn stories_are_those_that_are_worked_on_and_the_newest_others() {
    let database = open().await;
    let over = |title: &str| IncidentFacts { state: State::Resolved, ..public_facts(title) };
    incident(&database, 1, over("old")).await;
    incident(&database, 2, public_facts("goes on")).await;
    incident(&database, 3, over("newer")).await;
    incident(&database, 4, over("newest")).await;
    let told = async |newest: u32| {
        let stories = database.store.public_stories(newest).await.unwrap();
        numbers(stories.iter().map(|story| &story.incident))
    };
    assert_eq!(told(0).await, [Some(2)]);
    assert_eq!(told(1).await, [Some(4), Some(2)]);
    assert_eq!(told(9).await, [Some(4), Some(3), Some(2), Some(1)]);
}

#[tokio::test]
async fn a_merged_incident_leads_to_where_it_is_now_if_everybody_may_know_of_both() {
    let database = open().await;
    let last = incident(&database, 1, public_facts("last")).await;
    let middle = incident(&database, 2, public_facts("middle")).await;
    let first = incident(&database, 3, public_facts("first")).await;
    let withdrawn = incident(&database, 4, public_facts("withdrawn")).await;
    let withdrawn = update(&database, &withdrawn, facts("withdrawn")).await.unwrap();
    let internal = incident(&database, 5, facts("internal")).await;
    merge(&database, &first, &middle).await;
    merge(&database, &middle, &last).await;
    merge(&database, &withdrawn, &last).await;
    merge(&database, &internal, &last).await;
    assert_eq!(database.store.public_redirects().await.unwrap(), [(3, 1), (2, 1)]);
    let last = database.store.incident(1).await.unwrap().unwrap();
    update(&database, &last, facts("last")).await.unwrap();
    assert!(database.store.public_redirects().await.unwrap().is_empty());
}
