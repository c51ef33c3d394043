//! Runbooks and runs come back as they were kept, and nothing that happened in a run is lost.

mod files;
mod runs;
mod versions;

use domain::incident::Impact;
use domain::incident::work::{IncidentKind, Severity, State};
use domain::text::LocalizedText;

use super::runs::KeptEvent;
use super::*;
use crate::StoreError;
use crate::incidents::{Incident, IncidentFacts};
use crate::testing::{Database, at, open};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn step(id: &str) -> StepId {
    id.parse().unwrap()
}

fn texts(ja: &str, en: &str) -> BTreeMap<Language, String> {
    BTreeMap::from([(Language::Ja, ja.to_owned()), (Language::En, en.to_owned())])
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Keeps texts whose hash and time say `n`.
async fn keep_texts(database: &Database, runbook: &str, n: u8, texts: BTreeMap<Language, String>) -> (VersionHead, bool) {
    let runbook = slug(runbook);
    let kept =
        database.write(move |t| Box::pin(async move { t.keep_version(&runbook, &texts, [n; 32], at(i64::from(n))).await }));
    kept.await.unwrap()
}

/// Keeps a version that is not there yet.
async fn version(database: &Database, runbook: &str, n: u8) -> VersionHead {
    let (head, is_new) = keep_texts(database, runbook, n, texts("手順", "Steps")).await;
    assert!(is_new, "{head:?} was there before");
    head
}

/// A run whose id says `n`.
fn new_run(n: u128, version: &VersionHead) -> NewRun {
    NewRun {
        id: Uuid::from_u128(n),
        version_key: version.key,
        incident_key: None,
        alert: None,
        mode: Mode::Live,
        component: None,
        params: BTreeMap::new(),
        actor_kind: ActorKind::User,
        actor_id: "ann-1".to_owned(),
        actor_name: "Ann".to_owned(),
        started_at: at(100),
    }
}

async fn begin(database: &Database, new: NewRun) -> Run {
    database.write(move |t| Box::pin(async move { t.insert_run(&new).await })).await.unwrap()
}

async fn try_end(database: &Database, run: &Run, outcome: Outcome, ended: i64) -> Result<(), StoreError> {
    let key = run.key;
    let end = RunEnd { at: at(ended), outcome, text: Some("over".to_owned()), right_runbook: None };
    database.write(move |t| Box::pin(async move { t.end_run(key, outcome.state(), &end).await })).await
}

async fn end(database: &Database, run: &Run, outcome: Outcome, ended: i64) {
    try_end(database, run, outcome, ended).await.unwrap();
}

/// A tick of a step under the name `op`.
fn tick(run: &Run, op: &str, of: &str) -> NewRunEvent {
    NewRunEvent {
        step: Some(step(of)),
        deed: Deed::Tick,
        actor_kind: ActorKind::User,
        actor_id: "ann-1".to_owned(),
        actor_name: "Ann".to_owned(),
        occurred_at: at(110),
        recorded_at: at(120),
        op: op.to_owned(),
        answer: None,
        text: None,
        params: BTreeMap::new(),
        changed: Vec::new(),
        version_key: run.version.key,
    }
}

async fn send(database: &Database, run: &Run, new: NewRunEvent) -> KeptEvent {
    let key = run.key;
    database.write(move |t| Box::pin(async move { t.append_run_event(key, &new).await })).await.unwrap()
}

/// Writes an event that is not there yet.
async fn append(database: &Database, run: &Run, new: NewRunEvent) -> RunEvent {
    match send(database, run, new).await {
        KeptEvent::New(event) => event,
        KeptEvent::Known(event) => panic!("{event:?} was there before"),
    }
}

async fn story(database: &Database, number: i64) -> RunStory {
    database.store.run_story(number).await.unwrap().unwrap()
}

/// Keeps an incident whose id says `n`.
async fn incident(database: &Database, n: u128) -> Incident {
    let facts = IncidentFacts {
        title: LocalizedText::Same(format!("trouble {n}")),
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
    };
    let id = Uuid::from_u128(n);
    database.write(move |t| Box::pin(async move { t.insert_incident(id, &facts, &[], at(20)).await })).await.unwrap()
}

/// That somebody who has the file can do none of this.
async fn assert_refused(database: &Database, statements: &[&'static str]) {
    for &statement in statements {
        let outcome = database.run(statement).await;
        assert!(outcome.is_err(), "{statement}");
    }
}
