//! That what is internal exists nowhere in public, over generated incidents: everything that everybody gets of them is made twice, with
//! what is internal and without, and has to be the same.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use app::data::{PublicSite, StatusPage, Summary};
use domain::component::Status;
use domain::incident::Impact;
use domain::incident::machine::MachineEvent;
use domain::incident::work::{EntryKind, IncidentKind, Marker, Precision, Role, Severity, Source as Origin, State as Work};
use domain::text::LocalizedText;
use domain::tower::ComponentKey;
use domain::uptime::Weights;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::select;
use store::audit::ActorKind;
use store::incidents::{Affected, IncidentFacts, NewUpdate, UpdateChange};
use uuid::Uuid;

use super::*;
use crate::config::{self, Sources};
use crate::web::feeds::{self, Format, Granularity};
use crate::web::statuspage::Document;

/// Stands in every place that is not for everybody. No hash of ours has a hyphen.
const SECRET: &str = "hush-hush";
/// The slug that the hidden component had before.
const SECRET_BEFORE: &str = "hush-hush-before";
/// 1999-09-09T00:00:00Z: the moment of everything that is not for everybody.
const SECRET_MS: i64 = 936_835_200_000;
/// What nothing public may contain, in lower case.
const SECRETS: [&str; 5] = [SECRET, "936835200000", "1999-09-09", "september 1999", "1999年9月"];

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_ms(1_776_000_000_000 + minutes * 60_000)
}

fn secret_at() -> Timestamp {
    Timestamp::from_ms(SECRET_MS)
}

struct Nothing;

impl Sources for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, _: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A public component and a hidden one.
fn configured() -> (Arc<Config>, Vec<WatchedComponent>) {
    let text = format!(
        "site: {{name: Site, time_zone: Asia/Tokyo}}\ncomponents:\n- {{slug: web, name: Web}}\n\
         - {{slug: {SECRET}, name: {SECRET} room, public: false, renamed_from: {SECRET_BEFORE}}}\n"
    );
    let config = config::parse(&text, "yagura.yaml", &Nothing).unwrap().config;
    let watched = |key: i64| WatchedComponent {
        key: ComponentKey(key),
        public_id: public_id("component", &key.to_string()),
        watched_since: at(0),
    };
    (Arc::new(config), vec![watched(1), watched(2)])
}

/// What an incident is to the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    Public,
    Internal,
    /// It was public once.
    Withdrawn,
    /// However it came to have a number and to be called public.
    Drill,
    Merged,
}

/// What tests choose of an incident.
#[derive(Clone, Copy, Debug)]
struct Seed {
    nature: Nature,
    work: Work,
    /// Of those that are over: whether memory holds the story.
    is_in_memory: bool,
    shows_metrics: bool,
    has_marker: bool,
    opened_min: i64,
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let natures = vec![Nature::Public, Nature::Public, Nature::Internal, Nature::Withdrawn, Nature::Drill, Nature::Merged];
    let seed = (select(natures), select(Work::ALL.to_vec()), any::<[bool; 3]>(), 0_i64..100_000);
    let seed = seed.prop_map(|(nature, work, [is_in_memory, shows_metrics, has_marker], opened_min)| Seed {
        nature,
        work,
        is_in_memory,
        shows_metrics,
        has_marker,
        opened_min,
    });
    prop::collection::vec(seed, 0..7)
}

fn entry(number: i64, visibility: Visibility, content: EntryContent) -> Entry {
    Entry {
        key: number,
        id: Uuid::from_u128(number as u128),
        incident_key: 1,
        seq: number,
        occurred_at: if visibility == Visibility::Internal { secret_at() } else { at(number) },
        precision: Precision::Minute,
        recorded_at: secret_at(),
        kind: EntryKind::Note,
        source: Origin::Human,
        actor_kind: ActorKind::User,
        actor_id: SECRET.to_owned(),
        actor_name: SECRET.to_owned(),
        content,
        is_starred: true,
        visibility,
        annotation: Some(SECRET.to_owned()),
        revision: 3,
        deleted_at: None,
        op: Some(SECRET.to_owned()),
    }
}

fn words(body: &str) -> EntryContent {
    EntryContent::Words { body: body.to_owned(), rejected: vec![SECRET.to_owned()], hypothesis: None }
}

/// Rows of every kind, also such as the store would not give.
fn entries(said: &str) -> Vec<Entry> {
    use Visibility::{Internal, Public, Redacted};
    let hidden = || SECRET_BEFORE.to_owned();
    let machine = |event| EntryContent::Machine(event);
    let role = MachineEvent::RoleChanged { role: Role::Lead, from: None, to: Some(SECRET.to_owned()) };
    let from = secret_at();
    let affected = MachineEvent::ComponentAffected { component: hidden(), status: Status::MajorOutage, from, until: None };
    let down = MachineEvent::ComponentDown { component: SECRET.to_owned(), status: Status::MajorOutage };
    let seen = MachineEvent::ComponentDown { component: "web".to_owned(), status: Status::PartialOutage };
    let mut gone = entry(9, Public, words(SECRET));
    gone.deleted_at = Some(secret_at());
    vec![
        entry(1, Internal, words(SECRET)),
        entry(2, Redacted, words(SECRET)),
        entry(3, Public, words(said)),
        entry(4, Public, machine(role)),
        entry(5, Public, machine(affected)),
        entry(6, Public, machine(down)),
        entry(7, Redacted, machine(MachineEvent::ComponentUp { component: hidden() })),
        entry(8, Public, machine(seen)),
        gone,
        entry(10, Public, machine(MachineEvent::Absorbed { number: SECRET_MS })),
    ]
}

fn updates(said: &str, opened_at: Timestamp) -> Vec<Update> {
    let change =
        |slug: &str| UpdateChange { component: slug.parse().unwrap(), before: Status::Operational, after: Status::MajorOutage };
    let update = |number: i64, status: IncidentStatus, corrects: Option<i64>| Update {
        number,
        content: NewUpdate {
            id: Uuid::from_u128(number as u128),
            status,
            body: LocalizedText::Same(format!("{said}, *{number}*")),
            changes: ["web", SECRET, SECRET_BEFORE, "gone"].map(change).to_vec(),
            author: SECRET.to_owned(),
            published_at: opened_at.plus(Duration::from_secs(number as u64 * 60)),
            display_at: opened_at,
            corrects,
        },
    };
    vec![update(1, IncidentStatus::Investigating, None), update(2, IncidentStatus::Monitoring, Some(1))]
}

fn made(place: usize, seed: &Seed) -> PublicStory {
    let number = 1 + place as i64;
    let (nature, opened_at) = (seed.nature, at(seed.opened_min));
    let said = if nature == Nature::Public { format!("Told {number}") } else { SECRET.to_owned() };
    let facts = IncidentFacts {
        title: LocalizedText::Same(said.clone()),
        kind: if nature == Nature::Drill { IncidentKind::Drill } else { IncidentKind::Incident },
        state: seed.work,
        severity: Severity::Sev1,
        impact: Impact::Major,
        is_public: !matches!(nature, Nature::Internal | Nature::Withdrawn),
        shows_metrics: seed.shows_metrics,
        zone: "Asia/Tokyo".to_owned(),
        lead: Some(SECRET_MS),
        scribe: None,
        comms: Some(SECRET_MS),
        stated_duration: Some(Duration::from_secs(8_400)),
        next_update_due_at: Some(opened_at),
        opened_at,
        resolved_at: (!seed.work.is_active()).then(|| opened_at.plus(Duration::from_secs(3_600))),
    };
    let incident = Incident {
        key: SECRET_MS,
        id: Uuid::from_u128(number as u128),
        number: SECRET_MS,
        public_number: (nature != Nature::Internal).then_some(number),
        facts,
        made_public_at: (nature != Nature::Internal).then_some(opened_at),
        merged_into: (nature == Nature::Merged).then_some(SECRET_MS),
        created_at: secret_at(),
        updated_at: secret_at(),
        version: SECRET_MS,
    };
    let affected = |slug: &str, from: Timestamp| Affected {
        component: slug.parse().unwrap(),
        status: Status::PartialOutage,
        from,
        until: None,
    };
    let moments = if seed.has_marker {
        BTreeMap::from([(Marker::ImpactStart, opened_at), (Marker::Detected, opened_at.plus(Duration::from_secs(1_260)))])
    } else {
        BTreeMap::new()
    };
    PublicStory {
        incident,
        affected: vec![affected(SECRET, secret_at()), affected("web", opened_at), affected(SECRET_BEFORE, secret_at())],
        entries: entries(&said),
        moments,
        updates: updates(&said, opened_at),
    }
}

/// All that is not for everybody is another.
fn changed_inside(story: PublicStory) -> PublicStory {
    let mut story = story;
    story.incident.facts.severity = Severity::Sev4;
    story.incident.facts.lead = None;
    story.incident.version += 1;
    story.incident.updated_at = at(7);
    story.affected.retain(|affected| affected.component.as_str() == "web");
    story.entries.retain(|entry| entry.visibility != Visibility::Internal && entry.deleted_at.is_none());
    for entry in &mut story.entries {
        entry.actor_name.clear();
        entry.annotation = None;
        entry.revision += 1;
        if entry.visibility == Visibility::Redacted {
            entry.content = words("something else");
        }
    }
    for update in &mut story.updates {
        update.content.author.clear();
        update.content.changes.retain(|change| change.component.as_str() == "web");
    }
    story
}

fn site() -> PublicSite {
    PublicSite {
        id: "cccccccccccc".to_owned(),
        base: "https://status.example.org".to_owned(),
        name: "Site".to_owned(),
        description: None,
        languages: Language::ALL.to_vec(),
        time_zone: TimeZone::get("Asia/Tokyo").unwrap(),
        created_at: at(0),
    }
}

fn front(incidents: Vec<PublicIncident>) -> StatusPage {
    StatusPage {
        version: 1,
        taken_at: at(0),
        summary: Summary { worst: Status::Unknown, total: 0, affected: 0, others: [(Status::Unknown, 0); 4], since: None },
        uplink_lost_since: None,
        groups: Vec::new(),
        weights: Weights::default(),
        outages: Vec::new(),
        outages_left_out: 0,
        incidents,
        maintenances: Vec::new(),
    }
}

/// Everything that everybody gets of these incidents, in one text. Each goes with whether memory holds its story; `numbers` are asked for.
fn everything(stories: &[(PublicStory, bool)], numbers: i64) -> String {
    let (config, components) = configured();
    let mut heads: Vec<Incident> = stories.iter().map(|(story, _)| story.incident.clone()).collect();
    heads.sort_by_key(|head| Reverse(head.public_number));
    let numbered = |story: &PublicStory| Some((story.incident.public_number?, Arc::new(story.clone())));
    let stored: HashMap<i64, Arc<PublicStory>> = stories.iter().filter_map(|(story, _)| numbered(story)).collect();
    let kept: HashMap<i64, Arc<PublicStory>> =
        stories.iter().filter(|(_, is_in_memory)| *is_in_memory).filter_map(|(story, _)| numbered(story)).collect();
    let story = Box::new(|number: i64| kept.get(&number).cloned());
    let memory = Memory { config: &config, components: &components, heads: &heads, story, postmortem: Box::new(|_| None) };
    let site = site();
    let mut text = format!("{:?}\n", paths(&memory));
    for language in Language::ALL {
        let page = front(Selection::listed(&memory).incidents(language, LISTED_UPDATES_MAX));
        let _ = writeln!(text, "{page:?}");
        for (document, _) in Document::ALL {
            let _ = writeln!(text, "{}", document.json(&site, &page));
        }
        let source = feeds::Source {
            site: &site,
            text: &super::words(language),
            zone: &site.time_zone,
            path: "/".to_owned(),
            component: None,
            outages: Vec::new(),
            incidents: &page.incidents,
            maintenances: &page.maintenances,
            postmortems: Vec::new(),
        };
        for format in Format::ALL {
            for granularity in [Granularity::Event, Granularity::Update] {
                let _ = writeln!(text, "{}", feeds::feed(format, granularity, &source));
            }
        }
        let all_time = TimeRange::new(Timestamp::from_ms(0), Timestamp::from_ms(i64::MAX));
        let (begun, left_out) = Selection::begun_within(&memory, all_time);
        let _ = writeln!(text, "{left_out} {:?}", begun.incidents(language, MONTH_UPDATES_MAX));
        for number in 0..=numbers {
            let page = Selection::one(&memory, number).and_then(|mut selection| {
                if !selection.is_whole() {
                    selection.put(PublicStory::clone(&stored[&number]));
                }
                selection.page(language, 1, at(0))
            });
            let _ = writeln!(text, "{number}: {page:?}");
        }
    }
    text
}

/// Of those that people work on memory holds the story, always.
fn with_place(story: PublicStory, seed: &Seed) -> (PublicStory, bool) {
    (story, seed.is_in_memory || seed.work.is_active())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_internal_exists_nowhere_in_public(seeds in seeds()) {
        let numbers = 1 + seeds.len() as i64;
        let all: Vec<_> = seeds.iter().enumerate().map(|(place, seed)| with_place(made(place, seed), seed)).collect();
        let is_public = |(place, _): &(usize, &(PublicStory, bool))| seeds[*place].nature == Nature::Public;
        let public: Vec<_> = all.iter().enumerate().filter(is_public).map(|(_, story)| story.clone()).collect();
        let shown = everything(&all, numbers);
        let lower = shown.to_lowercase();
        for secret in SECRETS {
            prop_assert!(!lower.contains(secret), "{secret} is in {shown}");
        }
        prop_assert_eq!(&shown, &everything(&public, numbers));
        for (place, seed) in seeds.iter().enumerate() {
            let is_told = shown.contains(&format!("Told {}", place + 1));
            prop_assert_eq!(is_told, seed.nature == Nature::Public);
        }
    }

    #[test]
    fn nothing_that_changes_inside_changes_anything_outside(seeds in seeds()) {
        let numbers = 1 + seeds.len() as i64;
        let all: Vec<_> = seeds.iter().enumerate().map(|(place, seed)| with_place(made(place, seed), seed)).collect();
        let changed: Vec<_> = all.iter().map(|(story, is_in_memory)| (changed_inside(story.clone()), *is_in_memory)).collect();
        prop_assert_eq!(everything(&all, numbers), everything(&changed, numbers));
    }
}

fn told_of(seed: Seed, statuses: &[(IncidentStatus, i64, Option<i64>)]) -> PublicIncident {
    let mut story = made(0, &seed);
    let first = story.updates[0].clone();
    let told = (1_i64..).zip(statuses).map(|(number, (status, minute, corrects))| {
        let content = NewUpdate { status: *status, display_at: at(*minute), corrects: *corrects, ..first.content.clone() };
        Update { number, content }
    });
    story.updates = told.collect();
    let (config, components) = configured();
    let heads = [story.incident.clone()];
    let story = Arc::new(story);
    let story = Box::new(move |_: i64| Some(Arc::clone(&story)));
    let memory = Memory { config: &config, components: &components, heads: &heads, story, postmortem: Box::new(|_| None) };
    Selection::listed(&memory).incidents(Language::En, LISTED_UPDATES_MAX).remove(0)
}

fn public_in(work: Work) -> Seed {
    Seed { nature: Nature::Public, work, is_in_memory: true, shows_metrics: true, has_marker: true, opened_min: 0 }
}

#[test]
fn it_was_over_when_that_was_first_told_whatever_is_corrected_later() {
    use IncidentStatus::{Investigating, Monitoring, Postmortem, Resolved};
    let told = [(Investigating, 5, None), (Monitoring, 10, None), (Monitoring, 12, None), (Resolved, 20, None)];
    let later = [(Resolved, 500, Some(2)), (Postmortem, 900, None)];
    let incident = told_of(public_in(Work::Closed), &[&told[..], &later[..]].concat());
    assert_eq!((incident.monitoring_at, incident.resolved_at), (Some(at(10)), Some(at(20))));
    assert_eq!((incident.status, incident.updates[0].number, incident.next_update_due_at), (Postmortem, 6, None));
}

#[test]
fn what_began_again_and_ended_without_a_word_was_over_when_its_record_says() {
    use IncidentStatus::{Investigating, Resolved};
    let incident = told_of(public_in(Work::Resolved), &[(Resolved, 20, None), (Investigating, 30, None)]);
    assert_eq!((incident.resolved_at, incident.status), (Some(at(60)), Resolved));
    let incident = told_of(public_in(Work::Identified), &[(IncidentStatus::Monitoring, 20, None)]);
    assert_eq!((incident.monitoring_at, incident.resolved_at, incident.is_open()), (None, None, true));
}
