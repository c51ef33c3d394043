//! Runs and their events. An event is written once and never changed; where each step stands is computed from them elsewhere.

use std::collections::{BTreeMap, HashMap};

use domain::runbook::StepId;
use domain::runbook::run::{Deed, EVENTS_MAX, Mode, Outcome, RunState};
use domain::text::Slug;
use serde_json::json;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqliteQueryResult, SqliteRow};

use super::versions::{read_head, version_columns};
use super::{NewRun, NewRunEvent, Run, RunEnd, RunEvent, RunStory, files};
use crate::audit::ActorKind;
use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

/// Most runs that are read at once, whatever is asked for: many pages of a list.
pub const RUNS_LISTED_MAX: u32 = 1_000;
/// Runs that are read unless somebody says how many: one page of a list.
const RUNS_LISTED: u32 = 50;
/// Most runs that go on and are looked at, the newest: far more than anybody follows at once.
pub const ACTIVE_RUNS_MAX: u32 = 500;
/// Most runs of one runbook that are read with their events: enough for its history, and few enough to be read for a page.
pub const RUN_STORIES_MAX: u32 = 100;
/// What [`EVENTS_MAX`] limits.
const EVENTS: &str = "events of one run";

const READ: &str = "read a run";
const KEEP: &str = "keep a run";
const CHANGE: &str = "change a run";
const READ_EVENTS: &str = "read the events of a run";
const APPEND: &str = "write an event of a run";

/// Which runs are asked for: those that meet all that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFilter {
    /// In this state.
    pub state: Option<RunState>,
    /// Of this runbook.
    pub runbook: Option<Slug>,
    /// In the incident with this number, or in the one into which that was merged.
    pub incident: Option<i64>,
    /// For the alert with this number.
    pub alert: Option<i64>,
    /// Live ones, or all others: drills and rehearsals.
    pub is_live: Option<bool>,
    /// With a smaller number than this.
    pub before: Option<i64>,
    /// At most so many; never more than [`RUNS_LISTED_MAX`].
    pub limit: u32,
}

impl Default for RunFilter {
    /// The newest of all.
    fn default() -> Self {
        Self { state: None, runbook: None, incident: None, alert: None, is_live: None, before: None, limit: RUNS_LISTED }
    }
}

/// What became of an event that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptEvent {
    /// It was written.
    New(RunEvent),
    /// It was there before, sent under the same name; this is what it said then.
    Known(RunEvent),
}

// In the order in which `read_run` reads them.
macro_rules! select_runs {
    () => {
        concat!(
            "SELECT r.key, r.id, r.number, ",
            version_columns!(),
            ", r.incident_key, i.number, r.mode, r.component, r.params, r.actor_kind, r.actor_id, r.actor_name, r.started_at, r.state,
               r.finished_at, r.outcome, r.outcome_text, r.right_runbook, r.last_seq, r.alert_number
             FROM run AS r JOIN runbook_version AS v ON v.key = r.version_key JOIN runbook AS b ON b.key = r.runbook_key
             LEFT JOIN incident AS i ON i.key = r.incident_key WHERE "
        )
    };
}

// The newest runs that meet a filter. `$indexed` is what an index can find: a filter that may be unset is read row by row.
macro_rules! filtered {
    ($indexed:literal) => {
        concat!(
            select_runs!(),
            $indexed,
            " (?1 IS NULL OR r.state = ?1) AND (?2 IS NULL OR b.slug = ?2) AND (?3 IS NULL OR r.incident_key =
                 (SELECT COALESCE(merged_into, key) FROM incident WHERE number = ?3))
              AND (?4 IS NULL OR (r.mode = 'live') = ?4) AND r.number < ?5 AND (?7 IS NULL OR r.alert_number = ?7)
              ORDER BY r.number DESC LIMIT ?6"
        )
    };
}

// In the order in which `read_event` reads them.
macro_rules! event_columns {
    () => {
        "e.seq, e.step, e.deed, e.actor_kind, e.actor_id, e.actor_name, e.occurred_at, e.recorded_at, e.op, e.answer, e.text, e.params,
         e.changed, e.version_key"
    };
}

/// Values by name as they stand in a column.
fn values_to_json(values: &BTreeMap<String, String>) -> String {
    json!(values).to_string()
}

/// Values by name, as [`values_to_json`] writes them.
fn values_from_json(text: &str) -> Option<BTreeMap<String, String>> {
    serde_json::from_str(text).ok()
}

fn steps_from_json(text: &str) -> Option<Vec<StepId>> {
    serde_json::from_str(text).ok()
}

fn read_run(row: &SqliteRow) -> Result<Run, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Run {
        key: columns.value()?,
        id: columns.parsed("an id of a run")?,
        number: columns.value()?,
        version: read_head(&mut columns)?,
        incident: {
            let (key, number): (Option<i64>, Option<i64>) = (columns.value()?, columns.value()?);
            key.zip(number)
        },
        mode: columns.named("a mode of a run", Mode::from_name)?,
        component: columns.named_if_any("a slug", |text| text.parse().ok())?,
        params: columns.named("values of a run", values_from_json)?,
        actor_kind: columns.named("a kind of actor", ActorKind::from_name)?,
        actor_id: columns.value()?,
        actor_name: columns.value()?,
        started_at: columns.moment()?,
        state: columns.named("a state of a run", RunState::from_name)?,
        finished_at: columns.moment_if_any()?,
        outcome: columns.named_if_any("an outcome of a run", Outcome::from_name)?,
        outcome_text: columns.value()?,
        right_runbook: columns.named_if_any("a slug", |text| text.parse().ok())?,
        last_seq: columns.value()?,
        alert: columns.value()?,
    })
}

fn read_event(columns: &mut Columns<'_>) -> Result<RunEvent, StoreError> {
    Ok(RunEvent {
        seq: columns.value()?,
        content: NewRunEvent {
            step: columns.named_if_any("an id of a step", |text| text.parse().ok())?,
            deed: columns.named("a kind of event", Deed::from_name)?,
            actor_kind: columns.named("a kind of actor", ActorKind::from_name)?,
            actor_id: columns.value()?,
            actor_name: columns.value()?,
            occurred_at: columns.moment()?,
            recorded_at: columns.moment()?,
            op: columns.value()?,
            answer: columns.value()?,
            text: columns.value()?,
            params: columns.named_if_any("values of an event", values_from_json)?.unwrap_or_default(),
            changed: columns.named_if_any("ids of steps", steps_from_json)?.unwrap_or_default(),
            version_key: columns.value()?,
        },
    })
}

async fn by_number(connection: &mut SqliteConnection, number: i64) -> Result<Option<Run>, StoreError> {
    let query = sqlx::query(concat!(select_runs!(), "r.number = ?")).bind(number);
    let row = query.fetch_optional(connection).await.map_err(StoreError::doing(READ))?;
    row.as_ref().map(read_run).transpose()
}

/// The runs with these keys, the newest number first. `run_keys` are a JSON list.
async fn by_keys(connection: &mut SqliteConnection, run_keys: &str) -> Result<Vec<Run>, StoreError> {
    let keyed = concat!(select_runs!(), "r.key IN (SELECT value FROM json_each(?)) ORDER BY r.number DESC");
    let rows = sqlx::query(keyed).bind(run_keys).fetch_all(connection).await.map_err(StoreError::doing(READ))?;
    rows.iter().map(read_run).collect()
}

/// Runs that meet a filter, the newest number first.
async fn listed(connection: &mut SqliteConnection, filter: &RunFilter) -> Result<Vec<Run>, StoreError> {
    let query = if filter.incident.is_some() {
        filtered!("r.incident_key = (SELECT COALESCE(merged_into, key) FROM incident WHERE number = ?3) AND")
    } else if filter.alert.is_some() {
        filtered!("r.alert_number = ?7 AND")
    } else if filter.runbook.is_some() {
        filtered!("r.runbook_key = (SELECT key FROM runbook WHERE slug = ?2) AND")
    } else if filter.state.is_some() {
        filtered!("r.state = ?1 AND")
    } else {
        filtered!("")
    };
    let rows = sqlx::query(query)
        .bind(filter.state.map(RunState::name))
        .bind(filter.runbook.as_ref().map(Slug::as_str))
        .bind(filter.incident)
        .bind(filter.is_live)
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(i64::from(filter.limit.min(RUNS_LISTED_MAX)))
        .bind(filter.alert)
        .fetch_all(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    rows.iter().map(read_run).collect()
}

/// The events of each of these runs in order. `run_keys` are a JSON list.
async fn events_of_each(connection: &mut SqliteConnection, run_keys: &str) -> Result<HashMap<i64, Vec<RunEvent>>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT e.run_key, ",
        event_columns!(),
        " FROM run_event AS e WHERE e.run_key IN (SELECT value FROM json_each(?)) ORDER BY e.run_key, e.seq"
    ))
    .bind(run_keys)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ_EVENTS))?;
    let mut all: HashMap<i64, Vec<RunEvent>> = HashMap::new();
    for row in &rows {
        let mut columns = Columns::new(row, READ_EVENTS);
        let run_key = columns.value()?;
        all.entry(run_key).or_default().push(read_event(&mut columns)?);
    }
    Ok(all)
}

/// Runs with their events and files, in the order in which they are given.
async fn stories_of(connection: &mut SqliteConnection, runs: Vec<Run>) -> Result<Vec<RunStory>, StoreError> {
    let run_keys = json!(runs.iter().map(|run| run.key).collect::<Vec<_>>()).to_string();
    let mut events = events_of_each(connection, &run_keys).await?;
    let mut files = files::heads_of_each(connection, &run_keys).await?;
    let story = |run: Run| RunStory {
        events: events.remove(&run.key).unwrap_or_default(),
        files: files.remove(&run.key).unwrap_or_default(),
        run,
    };
    Ok(runs.into_iter().map(story).collect())
}

async fn by_op(connection: &mut SqliteConnection, run_key: i64, op: &str) -> Result<Option<RunEvent>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", event_columns!(), " FROM run_event AS e WHERE e.run_key = ? AND e.op = ?"))
        .bind(run_key)
        .bind(op)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ_EVENTS))?;
    row.as_ref().map(|row| read_event(&mut Columns::new(row, READ_EVENTS))).transpose()
}

/// Whoever changes a run has just read it: that there is none to change is a fault.
fn changed(outcome: Result<SqliteQueryResult, sqlx::Error>) -> Result<(), StoreError> {
    match outcome {
        Ok(outcome) if outcome.rows_affected() == 0 => Err(StoreError::doing(CHANGE)(sqlx::Error::RowNotFound)),
        Ok(_) => Ok(()),
        Err(error) => Err(StoreError::doing(CHANGE)(error)),
    }
}

impl Store {
    /// Everything about the run with this number, all of it as it is at one moment.
    pub async fn run_story(&self, number: i64) -> Result<Option<RunStory>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let Some(run) = by_number(&mut snapshot, number).await? else { return Ok(None) };
        Ok(stories_of(&mut snapshot, vec![run]).await?.pop())
    }

    /// The run with this number.
    pub async fn run(&self, number: i64) -> Result<Option<Run>, StoreError> {
        by_number(&mut *self.reader().await?, number).await
    }

    /// Runs that meet a filter, the newest number first.
    pub async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>, StoreError> {
        listed(&mut *self.reader().await?, filter).await
    }

    /// Everything about the runs that meet a filter, the newest number first, all of it as it is at one moment.
    pub async fn run_stories(&self, filter: &RunFilter) -> Result<Vec<RunStory>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let runs = listed(&mut snapshot, filter).await?;
        stories_of(&mut snapshot, runs).await
    }

    /// Everything about the runs with these keys, the newest number first, all of it as it is at one moment.
    pub async fn stories_of_runs(&self, run_keys: &[i64]) -> Result<Vec<RunStory>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let runs = by_keys(&mut snapshot, &json!(run_keys).to_string()).await?;
        stories_of(&mut snapshot, runs).await
    }

    /// The runs that go on, the newest number first; at most [`ACTIVE_RUNS_MAX`].
    pub async fn active_runs(&self) -> Result<Vec<Run>, StoreError> {
        self.runs(&RunFilter { state: Some(RunState::Active), limit: ACTIVE_RUNS_MAX, ..RunFilter::default() }).await
    }

    /// The newest runs of a runbook, either live ones or drills and rehearsals, also those that go on, the newest number first; at most
    /// `limit`, and never more than [`RUN_STORIES_MAX`].
    pub async fn newest_runs(&self, runbook: &Slug, is_live: bool, limit: u32) -> Result<Vec<RunStory>, StoreError> {
        let (runbook, limit) = (Some(runbook.clone()), limit.min(RUN_STORIES_MAX));
        self.run_stories(&RunFilter { runbook, is_live: Some(is_live), limit, ..RunFilter::default() }).await
    }
}

impl Transaction<'_> {
    /// Keeps a run that begins, with the next number.
    pub async fn insert_run(&mut self, new: &NewRun) -> Result<Run, StoreError> {
        let connection = self.connection();
        let inserted = sqlx::query(
            "INSERT INTO run (id, number, runbook_key, version_key, incident_key, mode, component, params, actor_kind, actor_id, actor_name,
                 started_at, state, alert_number)
             VALUES (?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM run), (SELECT runbook_key FROM runbook_version WHERE key = ?2), ?2, ?3,
                 ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .bind(new.id.to_string())
        .bind(new.version_key)
        .bind(new.incident_key)
        .bind(new.mode.name())
        .bind(new.component.as_ref().map(Slug::as_str))
        .bind(values_to_json(&new.params))
        .bind(new.actor_kind.name())
        .bind(new.actor_id.as_str())
        .bind(new.actor_name.as_str())
        .bind(new.started_at.as_ms())
        .bind(RunState::Active.name())
        .bind(new.alert)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing(KEEP))?;
        let run_keys = json!([inserted.last_insert_rowid()]).to_string();
        by_keys(connection, &run_keys).await?.pop().ok_or_else(|| StoreError::doing(KEEP)(sqlx::Error::RowNotFound))
    }

    /// The run with this number.
    pub async fn run(&mut self, number: i64) -> Result<Option<Run>, StoreError> {
        by_number(self.connection(), number).await
    }

    /// The events of a run in order.
    pub async fn run_events(&mut self, run_key: i64) -> Result<Vec<RunEvent>, StoreError> {
        let run_keys = json!([run_key]).to_string();
        Ok(events_of_each(self.connection(), &run_keys).await?.remove(&run_key).unwrap_or_default())
    }

    /// Writes an event behind all others of its run. One whose `op` is there already is not written again, whatever it says. One more than
    /// [`EVENTS_MAX`] is [`StoreError::Full`], unless it is the end of the run: a run that is full must not go on for ever.
    pub async fn append_run_event(&mut self, run_key: i64, new: &NewRunEvent) -> Result<KeptEvent, StoreError> {
        const LIMIT: u32 = EVENTS_MAX as u32;
        let connection = self.connection();
        if let Some(known) = by_op(connection, run_key, &new.op).await? {
            return Ok(KeptEvent::Known(known));
        }
        let last_seq: i64 = sqlx::query_scalar("SELECT last_seq FROM run WHERE key = ?")
            .bind(run_key)
            .fetch_one(&mut *connection)
            .await
            .map_err(StoreError::doing(APPEND))?;
        if last_seq >= i64::from(LIMIT) + i64::from(new.deed == Deed::Finish) {
            return Err(StoreError::Full { what: EVENTS, limit: LIMIT });
        }
        let seq = last_seq + 1;
        let steps = || json!(new.changed.iter().map(StepId::as_str).collect::<Vec<_>>()).to_string();
        sqlx::query(
            "INSERT INTO run_event (run_key, seq, step, deed, actor_kind, actor_id, actor_name, occurred_at, recorded_at, op, answer, text,
                 params, changed, version_key)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(run_key)
        .bind(seq)
        .bind(new.step.as_ref().map(StepId::as_str))
        .bind(new.deed.name())
        .bind(new.actor_kind.name())
        .bind(new.actor_id.as_str())
        .bind(new.actor_name.as_str())
        .bind(new.occurred_at.as_ms())
        .bind(new.recorded_at.as_ms())
        .bind(new.op.as_str())
        .bind(new.answer.as_deref())
        .bind(new.text.as_deref())
        .bind((!new.params.is_empty()).then(|| values_to_json(&new.params)))
        .bind((!new.changed.is_empty()).then(steps))
        .bind(new.version_key)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing(APPEND))?;
        let counted = sqlx::query("UPDATE run SET last_seq = ? WHERE key = ?").bind(seq).bind(run_key).execute(connection).await;
        changed(counted)?;
        Ok(KeptEvent::New(RunEvent { seq, content: new.clone() }))
    }

    /// Lets a run follow another version of its runbook from now on.
    pub async fn set_run_version(&mut self, run_key: i64, version_key: i64) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE run SET version_key = ?2
             WHERE key = ?1 AND runbook_key = (SELECT runbook_key FROM runbook_version WHERE key = ?2)",
        )
        .bind(run_key)
        .bind(version_key)
        .execute(self.connection())
        .await;
        changed(outcome)
    }

    /// Replaces the values of a run.
    pub async fn set_run_params(&mut self, run_key: i64, params: &BTreeMap<String, String>) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE run SET params = ? WHERE key = ?").bind(values_to_json(params)).bind(run_key);
        changed(query.execute(self.connection()).await)
    }

    /// Ends a run that goes on.
    pub async fn end_run(&mut self, run_key: i64, state: RunState, end: &RunEnd) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE run SET state = ?, finished_at = ?, outcome = ?, outcome_text = ?, right_runbook = ?
             WHERE key = ? AND finished_at IS NULL",
        )
        .bind(state.name())
        .bind(end.at.as_ms())
        .bind(end.outcome.name())
        .bind(end.text.as_deref())
        .bind(end.right_runbook.as_ref().map(Slug::as_str))
        .bind(run_key)
        .execute(self.connection())
        .await;
        changed(outcome)
    }

    /// The numbers of the runs in an incident that go on, the oldest first; at most [`RUNS_LISTED_MAX`].
    pub async fn open_runs_of(&mut self, incident_key: i64) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar("SELECT number FROM run WHERE incident_key = ? AND state = ? ORDER BY number LIMIT ?")
            .bind(incident_key)
            .bind(RunState::Active.name())
            .bind(i64::from(RUNS_LISTED_MAX))
            .fetch_all(self.connection())
            .await
            .map_err(StoreError::doing(READ))
    }

    /// The number of the run of this runbook for an alert that goes on.
    pub async fn open_run_for_alert(&mut self, alert: i64, runbook: &Slug) -> Result<Option<i64>, StoreError> {
        sqlx::query_scalar(
            "SELECT number FROM run WHERE alert_number = ? AND state = ? AND runbook_key = (SELECT key FROM runbook WHERE slug = ?)
             ORDER BY number LIMIT 1",
        )
        .bind(alert)
        .bind(RunState::Active.name())
        .bind(runbook.as_str())
        .fetch_optional(self.connection())
        .await
        .map_err(StoreError::doing(READ))
    }

    /// Gives all runs of an incident to another one.
    pub async fn move_runs(&mut self, from_incident_key: i64, into_incident_key: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE run SET incident_key = ? WHERE incident_key = ?")
            .bind(into_incident_key)
            .bind(from_incident_key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }
}
