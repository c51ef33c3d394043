//! People find what was written, in both languages and however it was typed, and nothing that was deleted.

use super::super::search::{HITS_MAX, Hit, Place, Search};
use super::*;

async fn hits(database: &Database, words: &str, filter: IncidentFilter) -> Vec<Hit> {
    database.store.search_incidents(&Search { words: words.to_owned(), filter }).await.unwrap()
}

/// Where words are found: the number of the incident and the place.
async fn find(database: &Database, words: &str) -> Vec<(i64, Place)> {
    hits(database, words, IncidentFilter::default()).await.iter().map(|hit| (hit.number, hit.place)).collect()
}

fn entry_place(entry: &Entry) -> (i64, Place) {
    (1, Place::Entry(entry.id))
}

#[tokio::test]
async fn two_characters_are_found_and_more_too_in_any_width_and_case() {
    let database = open().await;
    let title = LocalizedText::Each { ja: "ディスク障害".to_owned(), en: "Disk failure".to_owned() };
    let one = incident(&database, 1, IncidentFacts { title, ..facts("") }).await;
    let entry = append(&database, &one, row(1, 30, "ＤＢ１を再起動した。\nNGINX は 100% 動作中")).await;
    let told = tell(&database, &one, 2, "We are Restoring the disks", None).await;
    assert_eq!(told.number, 1);
    for (words, expected) in [
        ("障害", vec![(1, Place::Title)]),
        ("ﾃﾞｨｽｸ", vec![(1, Place::Title)]),
        ("FAILURE 障害", vec![(1, Place::Title)]),
        ("disk", vec![(1, Place::Update(1)), (1, Place::Title)]),
        ("ＲＥＳＴＯＲ", vec![(1, Place::Update(1))]),
        ("調査", vec![(1, Place::Update(1))]),
        ("再起動", vec![entry_place(&entry)]),
        ("を", vec![entry_place(&entry)]),
        ("db1", vec![entry_place(&entry)]),
        ("Ｎｇｉｎｘ\u{3000}db", vec![entry_place(&entry)]),
        ("100%", vec![entry_place(&entry)]),
        ("0%", vec![entry_place(&entry)]),
        ("復旧", Vec::new()),
        ("再起動 障害", Vec::new()),
        ("再起動 failure", Vec::new()),
    ] {
        assert_eq!(find(&database, words).await, expected, "{words}");
    }
    let hit = hits(&database, "nginx", IncidentFilter::default()).await.remove(0);
    assert_eq!((hit.title, hit.at), (one.facts.title, at(30)));
    assert_eq!(hit.text, "ＤＢ１を再起動した。\nNGINX は 100% 動作中", "as it was written");
}

#[tokio::test]
async fn nothing_that_is_typed_has_a_meaning_of_its_own() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    append(&database, &one, row(1, 30, "plain words")).await;
    for words in [
        "",
        " \u{3000}",
        "%",
        "_",
        "_l",
        "\\",
        "pla*",
        "text:plain",
        "\"plain",
        "plain\"\"",
        "NOT zzz",
        "(",
        "^plain",
        "pl\0in -",
    ] {
        assert!(find(&database, words).await.is_empty(), "{words}");
    }
    let odd = append(&database, &one, row(2, 31, "\"quo\"ted\" AND (100%_\\ NEAR")).await;
    for words in ["\"quo\"ted\"", "AND", "(", "%_", "\\", "(100%_\\", "near", "\""] {
        assert_eq!(find(&database, words).await, [entry_place(&odd)], "{words}");
    }
}

#[tokio::test]
async fn what_changed_is_found_as_it_is_now_and_what_was_deleted_not_at_all() {
    let database = open().await;
    let one = incident(&database, 1, facts("former title")).await;
    let entry = append(&database, &one, row(1, 30, "former words")).await;
    let decided =
        EntryContent::Words { body: "later words".to_owned(), rejected: vec!["an option".to_owned()], hypothesis: None };
    let wanted = EntryChange { content: decided, annotation: Some("a remark".to_owned()), ..as_it_is(&entry) };
    try_change(&database, &entry, 1, wanted).await.unwrap().unwrap();
    update(&database, &one, facts("later title")).await.unwrap();
    assert!(find(&database, "former").await.is_empty());
    assert_eq!(find(&database, "later").await, [entry_place(&entry), (1, Place::Title)]);
    assert_eq!(find(&database, "option remark").await, [entry_place(&entry)]);
    assert!(delete(&database, &entry, 2).await);
    for words in ["words", "option", "wo", "former"] {
        assert!(find(&database, words).await.is_empty(), "{words}");
    }
    assert!(restore(&database, &entry, 3).await);
    assert_eq!(find(&database, "words").await, [entry_place(&entry)]);
}

#[tokio::test]
async fn the_words_of_what_yagura_wrote_are_found() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let event = MachineEvent::StateChanged { from: State::Resolved, to: State::Investigating, reason: Some("再発".to_owned()) };
    let entry = append(&database, &one, machine_row(1, 30, event)).await;
    append(&database, &one, machine_row(2, 31, MachineEvent::Opened { by_rule: true })).await;
    assert_eq!(find(&database, "再発").await, [entry_place(&entry)]);
    assert!(find(&database, "opened").await.is_empty(), "that is no word of anybody");
}

#[tokio::test]
async fn a_search_keeps_to_its_filter_and_gives_the_newest_first() {
    let database = open().await;
    let over = IncidentFacts { state: State::Resolved, severity: Severity::Sev1, opened_at: at(1), ..public_facts("nginx") };
    incident_of(&database, 1, over, vec![affected("web", 1, None)]).await;
    let drill = IncidentFacts { kind: IncidentKind::Drill, opened_at: at(2), ..facts("nginx") };
    let two = incident(&database, 2, drill).await;
    append(&database, &two, row(1, 0, "nginx, the earliest")).await;
    let all = IncidentFilter::default;
    let found = async |filter: IncidentFilter| {
        let found = hits(&database, "nginx", filter).await;
        found.iter().map(|hit| (hit.number, hit.at.as_ms())).collect::<Vec<_>>()
    };
    assert_eq!(found(all()).await, [(2, 2), (1, 1), (2, 0)]);
    assert_eq!(found(IncidentFilter { limit: 2, before: Some(1), ..all() }).await, [(2, 2), (1, 1)]);
    assert_eq!(found(IncidentFilter { states: vec![State::Resolved], ..all() }).await, [(1, 1)]);
    assert_eq!(found(IncidentFilter { severity: Some(Severity::Sev1), ..all() }).await, [(1, 1)]);
    assert_eq!(found(IncidentFilter { kind: Some(IncidentKind::Drill), ..all() }).await, [(2, 2), (2, 0)]);
    assert_eq!(found(IncidentFilter { component: Some("web".parse().unwrap()), ..all() }).await, [(1, 1)]);
    assert_eq!(found(IncidentFilter { is_public: Some(false), ..all() }).await, [(2, 2), (2, 0)]);
    let short = hits(&database, "ng", IncidentFilter { is_public: Some(true), ..all() }).await;
    assert_eq!(short.iter().map(|hit| hit.number).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn there_are_never_more_hits_than_anybody_reads() {
    let database = open().await;
    let one = incident(&database, 1, facts("one")).await;
    let key = one.key;
    let write = database.write(move |t| {
        Box::pin(async move {
            for n in 0..=HITS_MAX {
                t.append_entry(key, &row(u128::from(n) + 1, 30, "the same again")).await?;
            }
            Ok(())
        })
    });
    write.await.unwrap();
    for words in ["same", "sa"] {
        let found = hits(&database, words, IncidentFilter { limit: u32::MAX, ..IncidentFilter::default() }).await;
        assert_eq!(found.len(), HITS_MAX as usize);
    }
}

#[tokio::test]
async fn what_was_merged_is_found_where_it_is_now() {
    let database = open().await;
    let into = incident(&database, 1, facts("into")).await;
    let from = incident(&database, 2, facts("formerly")).await;
    tell(&database, &into, 1, "something else", None).await;
    let entry = append(&database, &from, row(1, 30, "the row of it")).await;
    tell(&database, &from, 2, "the update of it", None).await;
    let (from, into) = (from.key, into.key);
    database.write(move |t| Box::pin(async move { t.merge_incident(from, into, at(100)).await })).await.unwrap();
    assert_eq!(find(&database, "formerly").await, [(1, Place::Title)]);
    assert_eq!(find(&database, "of it").await, [(1, Place::Update(2)), entry_place(&entry)]);
}
