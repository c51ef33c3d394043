//! Incidents come back as they were kept, and nothing that was once written down is lost.

mod merge;
mod public;
mod search;
mod timeline;

use domain::account::Role;

use super::evidence::NewEvidence;
use super::records::IncidentFilter;
use super::timeline::Appended;
use super::*;
use crate::StoreError;
use crate::testing::{Database, at, open};

pub(crate) fn facts(title: &str) -> IncidentFacts {
    IncidentFacts {
        title: LocalizedText::Same(title.to_owned()),
        kind: IncidentKind::Incident,
        state: State::Investigating,
        severity: Severity::Sev3,
        impact: Impact::Minor,
        is_public: false,
        shows_metrics: false,
        zone: "Asia/Tokyo".to_owned(),
        lead: None,
        scribe: None,
        comms: None,
        stated_duration: None,
        next_update_due_at: None,
        opened_at: at(10),
        resolved_at: None,
    }
}

fn public_facts(title: &str) -> IncidentFacts {
    IncidentFacts { is_public: true, ..facts(title) }
}

fn affected(component: &str, from: i64, until: Option<i64>) -> Affected {
    Affected { component: component.parse().unwrap(), status: Status::MajorOutage, from: at(from), until: until.map(at) }
}

/// Keeps an incident whose id says `n`.
async fn incident_of(database: &Database, n: u128, facts: IncidentFacts, affected: Vec<Affected>) -> Incident {
    let id = Uuid::from_u128(n);
    database.write(move |t| Box::pin(async move { t.insert_incident(id, &facts, &affected, at(20)).await })).await.unwrap()
}

async fn incident(database: &Database, n: u128, facts: IncidentFacts) -> Incident {
    incident_of(database, n, facts, Vec::new()).await
}

async fn update(database: &Database, before: &Incident, facts: IncidentFacts) -> Option<Incident> {
    let (key, version) = (before.key, before.version);
    database.write(move |t| Box::pin(async move { t.update_incident(key, version, &facts, at(30)).await })).await.unwrap()
}

fn words(body: &str) -> EntryContent {
    EntryContent::Words { body: body.to_owned(), rejected: Vec::new(), hypothesis: None }
}

/// A row whose id says `n`.
fn row(n: u128, occurred: i64, body: &str) -> NewEntry {
    NewEntry {
        id: Uuid::from_u128(n),
        occurred_at: at(occurred),
        precision: Precision::Minute,
        recorded_at: at(50),
        kind: EntryKind::Note,
        source: Source::Human,
        actor_kind: ActorKind::User,
        actor_id: "ann-1".to_owned(),
        actor_name: "Ann".to_owned(),
        content: words(body),
        visibility: Visibility::Internal,
        is_starred: false,
        op: None,
    }
}

fn machine_row(n: u128, occurred: i64, event: MachineEvent) -> NewEntry {
    NewEntry { kind: event.kind(), source: Source::System, content: EntryContent::Machine(event), ..row(n, occurred, "") }
}

async fn send(database: &Database, key: i64, new: NewEntry) -> Appended {
    database.write(move |t| Box::pin(async move { t.append_entry(key, &new).await })).await.unwrap()
}

/// Writes a row that is not there yet.
async fn append(database: &Database, incident: &Incident, new: NewEntry) -> Entry {
    match send(database, incident.key, new).await {
        Appended::New(entry) => entry,
        Appended::Known(entry) => panic!("{entry:?} was there before"),
    }
}

fn as_it_is(entry: &Entry) -> EntryChange {
    EntryChange {
        occurred_at: entry.occurred_at,
        precision: entry.precision,
        kind: entry.kind,
        content: entry.content.clone(),
        is_starred: entry.is_starred,
        visibility: entry.visibility,
        annotation: entry.annotation.clone(),
    }
}

async fn try_change(database: &Database, entry: &Entry, revision: i64, change: EntryChange) -> Result<Option<Entry>, StoreError> {
    let key = entry.key;
    database.write(move |t| Box::pin(async move { t.change_entry(key, revision, &change, "Bob", at(60)).await })).await
}

async fn delete(database: &Database, entry: &Entry, revision: i64) -> bool {
    let key = entry.key;
    database.write(move |t| Box::pin(async move { t.delete_entry(key, revision, "Cid", at(70)).await })).await.unwrap()
}

async fn restore(database: &Database, entry: &Entry, revision: i64) -> bool {
    let key = entry.key;
    database.write(move |t| Box::pin(async move { t.restore_entry(key, revision, at(80)).await })).await.unwrap()
}

async fn mark(database: &Database, incident: &Incident, marker: Marker, entry: Option<&Entry>) {
    let (incident_key, entry_key) = (incident.key, entry.map(|entry| entry.key));
    let set = database.write(move |t| Box::pin(async move { t.set_marker(incident_key, marker, entry_key).await }));
    set.await.unwrap();
}

/// What is told to the public under an id that says `n`.
async fn tell(database: &Database, incident: &Incident, n: u128, body: &str, corrects: Option<i64>) -> Update {
    let key = incident.key;
    let change = UpdateChange { component: "web".parse().unwrap(), before: Status::Operational, after: Status::PartialOutage };
    let new = NewUpdate {
        id: Uuid::from_u128(n),
        status: IncidentStatus::Identified,
        body: LocalizedText::Each { ja: "調査中です".to_owned(), en: body.to_owned() },
        changes: vec![change],
        author: "Ann".to_owned(),
        published_at: at(90),
        display_at: at(85),
        corrects,
    };
    database.write(move |t| Box::pin(async move { t.append_update(key, &new).await })).await.unwrap()
}

/// Keeps a file whose id says `n`.
async fn attach(database: &Database, entry: &Entry, n: u128) -> EvidenceHead {
    let new = NewEvidence {
        id: Uuid::from_u128(n),
        entry_key: entry.key,
        incident_key: entry.incident_key,
        name: "log.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        content: b"abc".to_vec(),
        created_at: at(55),
        actor_name: "Ann".to_owned(),
    };
    database.write(move |t| Box::pin(async move { t.insert_evidence(&new).await })).await.unwrap()
}

async fn story(database: &Database, number: i64) -> IncidentStory {
    database.store.incident_story(number).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_incident_comes_back_as_it_was_kept() {
    let database = open().await;
    let ann = database.user("ann", Role::Responder).await;
    let kept = IncidentFacts {
        title: LocalizedText::Each { ja: "障害".to_owned(), en: "Down".to_owned() },
        lead: Some(ann),
        comms: Some(ann),
        stated_duration: Some(Duration::from_secs(140 * 60)),
        next_update_due_at: Some(at(99)),
        resolved_at: Some(at(98)),
        ..facts("")
    };
    let periods = vec![affected("web", 5, None), affected("db", 3, Some(4))];
    let inserted = incident_of(&database, 1, kept.clone(), periods.clone()).await;
    assert_eq!((inserted.number, inserted.public_number, inserted.version), (1, None, 1));
    assert_eq!(inserted.facts, kept);
    assert_eq!(database.store.incident(1).await.unwrap(), Some(inserted.clone()));
    assert_eq!(database.store.incident(2).await.unwrap(), None);
    let read = story(&database, 1).await;
    assert_eq!(read.incident, inserted);
    assert_eq!(read.affected, [periods[1].clone(), periods[0].clone()], "in order of time");
    let active = database.store.active_incidents().await.unwrap();
    assert_eq!(active.iter().map(|one| (one.incident.number, one.affected.len())).collect::<Vec<_>>(), [(1, 2)]);
}

#[tokio::test]
async fn who_changes_an_incident_that_is_no_longer_as_it_was_changes_nothing() {
    let database = open().await;
    let first = incident(&database, 1, facts("first")).await;
    let second = update(&database, &first, facts("second")).await.unwrap();
    assert_eq!((second.version, second.updated_at), (2, at(30)));
    assert_eq!(update(&database, &first, facts("third")).await, None);
    assert_eq!(database.store.incident(1).await.unwrap(), Some(second));
}

#[tokio::test]
async fn public_numbers_are_given_in_order_of_publication_and_kept_for_ever() {
    let database = open().await;
    let first = incident(&database, 1, facts("first")).await;
    let second = incident(&database, 2, facts("second")).await;
    let third = incident(&database, 3, public_facts("third")).await;
    assert_eq!((third.number, third.public_number, third.made_public_at), (3, Some(1), Some(at(20))));
    let second = update(&database, &second, public_facts("second")).await.unwrap();
    assert_eq!((second.public_number, second.made_public_at), (Some(2), Some(at(30))));
    let second = update(&database, &second, facts("second")).await.unwrap();
    assert_eq!(second.public_number, Some(2), "withdrawn, it keeps its number");
    let first = update(&database, &first, public_facts("first")).await.unwrap();
    assert_eq!(first.public_number, Some(3));
    assert_eq!(update(&database, &second, public_facts("second")).await.unwrap().public_number, Some(2));
}

#[tokio::test]
async fn a_list_has_what_meets_every_part_of_its_filter_the_newest_first() {
    let database = open().await;
    let over = IncidentFacts { state: State::Resolved, severity: Severity::Sev1, ..public_facts("over") };
    incident_of(&database, 1, over, vec![affected("web", 1, Some(2))]).await;
    incident_of(&database, 2, facts("goes on"), vec![affected("web", 1, None), affected("web", 3, None)]).await;
    incident(&database, 3, IncidentFacts { kind: IncidentKind::Drill, ..facts("exercise") }).await;
    let numbers = async |filter: IncidentFilter| {
        let found = database.store.incidents(&filter).await.unwrap();
        found.iter().map(|incident| incident.number).collect::<Vec<_>>()
    };
    let all = IncidentFilter::default;
    assert_eq!(numbers(all()).await, [3, 2, 1]);
    assert_eq!(numbers(IncidentFilter { limit: 2, ..all() }).await, [3, 2]);
    assert_eq!(numbers(IncidentFilter { before: Some(3), ..all() }).await, [2, 1]);
    assert_eq!(numbers(IncidentFilter { states: vec![State::Resolved, State::Closed], ..all() }).await, [1]);
    assert_eq!(numbers(IncidentFilter { severity: Some(Severity::Sev1), ..all() }).await, [1]);
    assert_eq!(numbers(IncidentFilter { kind: Some(IncidentKind::Drill), ..all() }).await, [3]);
    assert_eq!(numbers(IncidentFilter { is_public: Some(false), ..all() }).await, [3, 2]);
    let web = IncidentFilter { component: Some("web".parse().unwrap()), ..all() };
    assert_eq!(numbers(web.clone()).await, [2, 1]);
    assert_eq!(numbers(IncidentFilter { is_public: Some(true), ..web }).await, [1]);
}

#[tokio::test]
async fn an_outage_is_seen_once_and_dismissed_once() {
    let database = open().await;
    let see = |seen: i64| {
        let web: Slug = "web".parse().unwrap();
        database.write(move |t| Box::pin(async move { t.mark_outage(&web, at(5), at(seen)).await }))
    };
    let dismiss = |ms: i64| {
        let web: Slug = "web".parse().unwrap();
        database.write(move |t| Box::pin(async move { t.dismiss_outage(&web, at(5), at(ms)).await }))
    };
    assert!(!dismiss(6).await.unwrap(), "it was never seen");
    assert!(see(7).await.unwrap());
    assert!(!see(8).await.unwrap());
    assert!(dismiss(9).await.unwrap());
    assert!(!dismiss(10).await.unwrap());
    let marks = database.store.outage_marks().await.unwrap();
    assert_eq!(marks.iter().map(|mark| (mark.seen_at, mark.dismissed_at)).collect::<Vec<_>>(), [(at(7), Some(at(9)))]);
    let forget = |before: i64| database.write(move |t| Box::pin(async move { t.forget_outage_marks(at(before)).await }));
    assert_eq!((forget(7).await.unwrap(), forget(8).await.unwrap()), (0, 1));
    assert!(database.store.outage_marks().await.unwrap().is_empty());
}

#[tokio::test]
async fn incidents_belong_together_either_way_round() {
    let database = open().await;
    let (a, b) = (incident(&database, 1, facts("a")).await.key, incident(&database, 2, facts("b")).await.key);
    let relate = |a: i64, b: i64| database.write(move |t| Box::pin(async move { t.relate_incidents(a, b).await }));
    let unrelate = |a: i64, b: i64| database.write(move |t| Box::pin(async move { t.unrelate_incidents(a, b).await }));
    assert!(relate(b, a).await.unwrap());
    assert!(!relate(a, b).await.unwrap(), "that was said before");
    assert!(!relate(a, a).await.unwrap());
    assert_eq!(story(&database, 1).await.related, [(2, LocalizedText::Same("b".to_owned()))]);
    assert_eq!(story(&database, 2).await.related, [(1, LocalizedText::Same("a".to_owned()))]);
    assert!(unrelate(a, b).await.unwrap());
    assert!(!unrelate(a, b).await.unwrap());
    assert!(story(&database, 1).await.related.is_empty());
}

#[tokio::test]
async fn a_file_comes_back_until_it_is_deleted_and_then_it_still_says_that_it_was_there() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let entry = append(&database, &one, row(1, 5, "see the log")).await;
    let head = attach(&database, &entry, 7).await;
    assert_eq!((head.bytes, head.sha256[..4].to_vec()), (3, vec![0xba, 0x78, 0x16, 0xbf]));
    assert_eq!(database.store.evidence(1, head.id).await.unwrap(), Some((head.clone(), b"abc".to_vec())));
    assert_eq!(database.store.evidence(2, head.id).await.unwrap(), None, "it is not of that incident");
    let (key, id) = (one.key, head.id);
    let remove = || database.write(move |t| Box::pin(async move { t.delete_evidence(key, id, at(66)).await }));
    let gone = EvidenceHead { deleted_at: Some(at(66)), ..head };
    assert_eq!(remove().await.unwrap(), Some(gone.clone()));
    assert_eq!(remove().await.unwrap(), None);
    assert_eq!(database.store.evidence(1, id).await.unwrap(), None);
    assert_eq!(story(&database, 1).await.evidence, [gone]);
    assert_eq!(database.run("UPDATE evidence SET name = name WHERE content IS NULL").await.unwrap(), 1);
    assert_eq!(database.write(move |t| Box::pin(async move { t.count_evidence(key).await })).await.unwrap(), 0);
}

#[tokio::test]
async fn what_the_public_was_told_is_numbered_and_never_changed() {
    let database = open().await;
    let one = incident(&database, 1, public_facts("one")).await;
    let first = tell(&database, &one, 1, "We look into it", None).await;
    let second = tell(&database, &one, 2, "We said it wrongly", Some(1)).await;
    assert_eq!((first.number, second.number, second.content.corrects), (1, 2, Some(1)));
    assert_eq!(story(&database, 1).await.updates, [first.clone(), second]);
    let key = one.key;
    let numbered = |number: i64| database.write(move |t| Box::pin(async move { t.update_numbered(key, number).await }));
    assert_eq!((numbered(1).await.unwrap(), numbered(3).await.unwrap()), (Some(first), None));
    assert!(database.run("UPDATE status_update SET author = 'Bob'").await.is_err());
    assert!(database.run("DELETE FROM status_update").await.is_err());
}
