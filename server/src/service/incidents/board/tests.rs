//! What memory holds of incidents, and what of a change anybody outside may notice.

use std::collections::BTreeMap;

use domain::incident::Impact;
use domain::incident::work::{EntryKind, Precision, Severity, Source, State};
use domain::text::LocalizedText;
use store::audit::ActorKind;
use store::incidents::{EntryContent, IncidentFacts};
use uuid::Uuid;

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_ms(minute * 60_000)
}

fn slug(name: &str) -> Slug {
    name.parse().unwrap()
}

/// A site with a component for everybody and one for nobody.
fn config() -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("yagura.yaml");
    let components = "components:\n  - slug: web\n    name: Web\n  - slug: vault\n    name: Vault\n    public: false\n";
    std::fs::write(&path, format!("site:\n  name: S\n{components}")).unwrap();
    crate::config::load(&path, &|_| None).unwrap().config
}

/// An incident that people work on and everybody may see: INC-`10 * n`, `n` outside.
fn incident(n: i64) -> Incident {
    Incident {
        key: 100 * n,
        id: Uuid::from_u128(n.unsigned_abs().into()),
        number: 10 * n,
        public_number: Some(n),
        facts: IncidentFacts {
            title: LocalizedText::Same("Disk full".to_owned()),
            kind: IncidentKind::Incident,
            state: State::Investigating,
            severity: Severity::Sev2,
            impact: Impact::Major,
            is_public: true,
            shows_metrics: false,
            zone: "UTC".to_owned(),
            lead: None,
            scribe: None,
            comms: None,
            stated_duration: None,
            next_update_due_at: None,
            opened_at: at(0),
            resolved_at: None,
        },
        made_public_at: Some(at(1)),
        merged_into: None,
        created_at: at(0),
        updated_at: at(1),
        version: 1,
    }
}

fn changed(n: i64, change: impl FnOnce(&mut Incident)) -> Incident {
    let mut incident = incident(n);
    change(&mut incident);
    incident
}

fn over(n: i64) -> Incident {
    changed(n, |incident| incident.facts.state = State::Resolved)
}

fn period(name: &str, status: Status, from: i64, until: Option<i64>) -> Affected {
    Affected { component: slug(name), status, from: at(from), until: until.map(at) }
}

fn row(seq: i64, visibility: Visibility, body: &str) -> Entry {
    Entry {
        key: seq,
        id: Uuid::from_u128(seq.unsigned_abs().into()),
        incident_key: 100,
        seq,
        occurred_at: at(seq),
        precision: Precision::Exact,
        recorded_at: at(seq),
        kind: EntryKind::Note,
        source: Source::Human,
        actor_kind: ActorKind::User,
        actor_id: "1".to_owned(),
        actor_name: "mika".to_owned(),
        content: EntryContent::Words { body: body.to_owned(), rejected: Vec::new(), hypothesis: None },
        is_starred: false,
        visibility,
        annotation: None,
        revision: 1,
        deleted_at: None,
        op: None,
    }
}

fn story(incident: &Incident, affected: &[Affected], entries: Vec<Entry>) -> PublicStory {
    let (incident, affected) = (incident.clone(), affected.to_vec());
    PublicStory { incident, affected, entries, moments: BTreeMap::new(), updates: Vec::new() }
}

/// The incident as it is read again, with rows that the public may see or hear of.
fn reread(incident: &Incident, affected: &[Affected], entries: Vec<Entry>) -> Reread {
    let story = public_number(incident).map(|_| story(incident, affected, entries));
    Reread { incident: incident.clone(), affected: affected.to_vec(), story }
}

/// A board on which there is one incident. The other values are put there too, one after the other; says which of them were news.
fn news(rereads: Vec<Reread>) -> Vec<bool> {
    let (mut board, config) = (Board::default(), config());
    rereads.into_iter().map(|one| board.put(vec![one], Vec::new(), &config)).collect()
}

#[test]
fn what_only_the_desk_can_see_is_no_news_outside() {
    let web = [period("web", Status::MajorOutage, 0, None)];
    let both = [web[0].clone(), period("vault", Status::MajorOutage, 0, None)];
    let first = incident(1);
    let touched = changed(1, |incident| {
        incident.facts.severity = Severity::Sev1;
        incident.facts.lead = Some(7);
        incident.updated_at = at(9);
        incident.version = 2;
    });
    let withheld = |body: &str| vec![row(1, Visibility::Redacted, body)];
    let is_news = news(vec![
        reread(&first, &web, withheld("the key was ABC")),
        reread(&touched, &web, withheld("the key was ABC")),
        reread(&touched, &both, withheld("the key was ABC")),
        reread(&touched, &both, withheld("a key was lost")),
    ]);
    assert_eq!(is_news, [true, false, false, false]);
}

#[test]
fn what_everybody_can_see_is_news() {
    let web = [period("web", Status::MajorOutage, 0, None)];
    let rows = |body: &str| vec![row(1, Visibility::Public, body)];
    let first = incident(1);
    let renamed = changed(1, |incident| incident.facts.title = LocalizedText::Same("Disk broken".to_owned()));
    let promised = changed(1, |incident| incident.facts.next_update_due_at = Some(at(30)));
    let is_news = news(vec![
        reread(&first, &[], Vec::new()),
        reread(&first, &web, Vec::new()),
        reread(&first, &web, rows("we look into it")),
        reread(&first, &web, rows("we looked into it")),
        reread(&first, &web, vec![row(1, Visibility::Redacted, "we looked into it")]),
        reread(&renamed, &web, Vec::new()),
        reread(&promised, &web, Vec::new()),
        reread(&over(1), &web, Vec::new()),
    ]);
    assert_eq!(is_news, [true; 8]);
}

#[test]
fn an_incident_that_is_internal_is_never_news_outside_and_one_that_was_withdrawn_is_gone() {
    let internal = changed(1, |incident| (incident.facts.is_public, incident.public_number) = (false, None));
    let drill = changed(1, |incident| incident.facts.kind = IncidentKind::Drill);
    let web = [period("web", Status::MajorOutage, 0, None)];
    assert_eq!(news(vec![reread(&internal, &web, Vec::new()), reread(&drill, &web, Vec::new())]), [false, false]);
    let (mut board, config) = (Board::default(), config());
    board.put(vec![reread(&incident(1), &web, Vec::new())], Vec::new(), &config);
    assert!(board.story(1).is_some() && board.heads().len() == 1);
    let withdrawn = changed(1, |incident| incident.facts.is_public = false);
    assert!(board.put(vec![reread(&withdrawn, &web, Vec::new())], Vec::new(), &config));
    assert!(board.story(1).is_none() && board.heads().is_empty());
    assert_eq!(board.declared(&slug("web"), at(5)), None);
    assert_eq!(board.active().len(), 1, "people still work on it");
}

#[test]
fn the_worst_that_is_declared_counts_since_it_was() {
    let (mut board, config) = (Board::default(), config());
    let one = [
        period("web", Status::MajorOutage, 0, Some(2)),
        period("web", Status::PartialOutage, 2, None),
        period("vault", Status::MajorOutage, 0, None),
    ];
    let two = [period("web", Status::PartialOutage, 1, None), period("web", Status::MajorOutage, 8, None)];
    let drill = changed(3, |incident| incident.facts.kind = IncidentKind::Drill);
    let all = [(incident(1), &one[..]), (incident(2), &two[..]), (drill, &one[2..])];
    board.put(all.iter().map(|(incident, affected)| reread(incident, affected, Vec::new())).collect(), Vec::new(), &config);
    assert_eq!(board.declared(&slug("web"), at(5)), Some((Status::PartialOutage, at(1))), "of equals the first");
    assert_eq!(board.declared(&slug("web"), at(8)), Some((Status::MajorOutage, at(8))), "from when it begins");
    assert_eq!(board.declared(&slug("mail"), at(8)), None);
    board.put(vec![reread(&over(2), &two, Vec::new())], Vec::new(), &config);
    assert_eq!(board.declared(&slug("web"), at(8)), Some((Status::PartialOutage, at(2))), "what is over declares nothing");
    assert_eq!(board.in_incidents(), [(slug("web"), 10), (slug("vault"), 10)], "drills take care of nothing");
}

#[test]
fn stories_are_held_while_people_work_on_them_and_for_the_newest() {
    let (mut board, config) = (Board::default(), config());
    let last = i64::from(STORIES_MAX) + 3;
    let all = (1..=last).map(|n| reread(&if n == 1 { incident(n) } else { over(n) }, &[], Vec::new()));
    board.put(all.collect(), Vec::new(), &config);
    assert_eq!(board.heads().len() as i64, last);
    assert!(board.heads().is_sorted_by_key(|head| Reverse(head.public_number)), "the newest first");
    let held: Vec<i64> = (1..=last).filter(|n| board.story(*n).is_some()).collect();
    assert_eq!(held, [1].into_iter().chain(4..=last).collect::<Vec<_>>(), "the first is still worked on");
}

#[test]
fn reading_all_again_is_news_only_if_it_differs() {
    let (mut board, config) = (Board::default(), config());
    let one = incident(1);
    let all = |head: &Incident, redirects: &[(i64, i64)]| All {
        heads: vec![head.clone()],
        stories: vec![story(head, &[], Vec::new())],
        redirects: redirects.to_vec(),
        active: vec![ActiveIncident { incident: head.clone(), affected: Vec::new() }],
        marks: Vec::new(),
    };
    assert!(board.load(all(&one, &[]), &config));
    board.doubt();
    assert!(!board.load(all(&one, &[]), &config) && !board.is_in_doubt());
    assert!(board.load(all(&one, &[(7, 1)]), &config));
    assert_eq!((board.redirect(7), board.redirect(1)), (Some(1), None));
    assert!(board.load(all(&changed(1, |incident| incident.facts.impact = Impact::Minor), &[(7, 1)]), &config));
    assert!(board.load(All::default(), &config) && board.heads().is_empty());
}

#[test]
fn an_outage_is_seen_and_decided_about_once() {
    let mut board = Board::default();
    let outage = (slug("web"), at(3));
    board.seen(outage.clone(), at(4));
    board.seen(outage.clone(), at(9));
    assert!(board.mark(&outage).is_some_and(|mark| mark.seen_at == at(4)) && !board.is_decided(&outage));
    board.decided(outage.clone(), at(5));
    board.decided(outage.clone(), at(9));
    assert!(board.mark(&outage).is_some_and(|mark| mark.dismissed_at == Some(at(5)) && mark.seen_at == at(4)));
    board.forget(at(4));
    assert!(board.mark(&outage).is_none());
}
