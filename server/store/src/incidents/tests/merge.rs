//! Of two incidents one is made, and nothing of either is lost.

use super::*;

async fn merge(database: &Database, from: &Incident, into: &Incident) -> Result<(), StoreError> {
    let (from, into) = (from.key, into.key);
    database.write(move |t| Box::pin(async move { t.merge_incident(from, into, at(100)).await })).await
}

async fn relate(database: &Database, a: &Incident, b: &Incident) {
    let (a, b) = (a.key, b.key);
    assert!(database.write(move |t| Box::pin(async move { t.relate_incidents(a, b).await })).await.unwrap());
}

#[tokio::test]
async fn everything_of_one_incident_goes_to_the_other() {
    let database = open().await;
    let same = || affected("web", 1, None);
    let into = incident_of(&database, 1, public_facts("into"), vec![same()]).await;
    let from = incident_of(&database, 2, public_facts("from"), vec![same(), affected("db", 2, Some(3))]).await;
    let third = incident(&database, 3, facts("third")).await;
    let ours = append(&database, &into, NewEntry { op: Some("x".to_owned()), ..row(1, 60, "ours") }).await;
    let theirs = append(&database, &from, NewEntry { op: Some("x".to_owned()), ..row(2, 60, "theirs") }).await;
    let earlier = append(&database, &from, NewEntry { op: Some("y".to_owned()), ..row(3, 5, "earlier") }).await;
    mark(&database, &into, Marker::Detected, Some(&ours)).await;
    mark(&database, &from, Marker::Detected, Some(&earlier)).await;
    mark(&database, &from, Marker::Mitigated, Some(&theirs)).await;
    tell(&database, &into, 1, "told ours", None).await;
    tell(&database, &from, 2, "told theirs", None).await;
    tell(&database, &from, 3, "told theirs better", Some(1)).await;
    let file = attach(&database, &theirs, 9).await;
    relate(&database, &from, &third).await;
    relate(&database, &from, &into).await;
    merge(&database, &from, &into).await.unwrap();

    let all = story(&database, 1).await;
    assert_eq!(all.entries.iter().map(|entry| entry.id.as_u128()).collect::<Vec<_>>(), [3, 1, 2], "by time, then ours");
    let ops: Vec<Option<&str>> = all.entries.iter().map(|entry| entry.op.as_deref()).collect();
    assert_eq!(ops, [Some("y"), Some("x"), None]);
    let marked = |marker: Marker, entry: &Entry| MarkedEntry { marker, entry_key: entry.key };
    assert_eq!(all.markers, [marked(Marker::Detected, &ours), marked(Marker::Mitigated, &theirs)]);
    let told: Vec<(i64, Option<i64>)> = all.updates.iter().map(|update| (update.number, update.content.corrects)).collect();
    assert_eq!(told, [(1, None), (2, None), (3, Some(2))]);
    assert_eq!((all.evidence.as_slice(), all.absorbed.as_slice()), ([file.clone()].as_slice(), [2].as_slice()));
    assert_eq!(database.store.evidence(1, file.id).await.unwrap().unwrap().0, file);
    assert_eq!(all.affected, [same(), affected("db", 2, Some(3))], "what both say is said once");
    assert_eq!(all.related, [(3, LocalizedText::Same("third".to_owned()))]);
    assert_eq!((all.incident.version, all.incident.updated_at), (2, at(100)));

    let gone = story(&database, 2).await;
    assert_eq!((gone.incident.merged_into, gone.incident.version), (Some(into.key), 2));
    assert!(gone.entries.is_empty() && gone.markers.is_empty() && gone.updates.is_empty() && gone.evidence.is_empty());
    assert!(gone.affected.is_empty() && gone.related.is_empty());
    let listed = database.store.incidents(&IncidentFilter::default()).await.unwrap();
    assert_eq!(listed.iter().map(|incident| incident.number).collect::<Vec<_>>(), [3, 1]);
    let next = tell(&database, &into, 4, "told once more", None).await;
    assert_eq!(next.number, 4);
    let last = append(&database, &into, row(4, 60, "behind them all")).await;
    assert_eq!(story(&database, 1).await.entries.last(), Some(&last));
}

#[tokio::test]
async fn a_marker_at_a_deleted_row_gives_way() {
    let database = open().await;
    let into = incident(&database, 1, facts("into")).await;
    let from = incident(&database, 2, facts("from")).await;
    let ours = append(&database, &into, row(1, 5, "ours")).await;
    let theirs = append(&database, &from, row(2, 6, "theirs")).await;
    mark(&database, &into, Marker::Detected, Some(&ours)).await;
    mark(&database, &from, Marker::Detected, Some(&theirs)).await;
    assert!(delete(&database, &ours, 1).await);
    merge(&database, &from, &into).await.unwrap();
    assert_eq!(story(&database, 1).await.markers, [MarkedEntry { marker: Marker::Detected, entry_key: theirs.key }]);
}

#[tokio::test]
async fn what_was_merged_before_goes_along() {
    let database = open().await;
    let last = incident(&database, 1, facts("last")).await;
    let middle = incident(&database, 2, facts("middle")).await;
    let first = incident(&database, 3, facts("first")).await;
    append(&database, &first, row(1, 5, "from the first")).await;
    merge(&database, &first, &middle).await.unwrap();
    merge(&database, &middle, &last).await.unwrap();
    let all = story(&database, 1).await;
    assert_eq!((all.absorbed, all.entries.len()), (vec![2, 3], 1));
    let at_first = database.store.incident(3).await.unwrap().unwrap();
    assert_eq!(at_first.merged_into, Some(last.key));
}

#[tokio::test]
async fn an_incident_is_not_merged_into_itself() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    append(&database, &one, row(1, 5, "row")).await;
    assert!(merge(&database, &one, &one).await.is_err());
    let still = story(&database, 1).await;
    assert_eq!((still.incident, still.entries.len()), (one, 1));
}
