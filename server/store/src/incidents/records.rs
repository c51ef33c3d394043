//! Incidents themselves: what is said of them and what they affect.
//!
//! Code map: this file reads and keeps them; `relations` says which belong together, `merge` makes one of two, `marks` remembers which
//! outages were seen.

mod marks;
mod merge;
mod relations;

use std::collections::HashMap;
use std::time::Duration;

use domain::component::Status;
use domain::incident::Impact;
use domain::incident::metrics::Moments;
use domain::incident::work::{IncidentKind, Marker, Severity, State};
use domain::text::Slug;
use domain::time::Timestamp;
use serde_json::json;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Connection, Sqlite};
use uuid::Uuid;

pub use self::marks::{OUTAGE_MARKS_MAX, OutageMark};
pub use self::relations::RELATED_MAX;
use super::search::{self, Indexed};
use super::{Affected, Incident, IncidentFacts, IncidentStory, MarkedEntry, evidence, timeline, updates};
use crate::columns::{self, Columns};
use crate::{Store, StoreError, Transaction};

/// Most incidents that are read at once, whatever is asked for: many pages of a list.
pub const LISTED_MAX: u32 = 1_000;
/// Incidents that are read unless somebody says how many: one page of a list.
const LISTED: u32 = 50;
/// Most incidents that count as being worked on, the newest: far more than anybody works on, and few enough to be kept in memory.
pub const ACTIVE_MAX: u32 = 1_000;

const READ: &str = "read an incident";
const CHANGE: &str = "change an incident";
const READ_AFFECTED: &str = "read what an incident affects";
const CHANGE_AFFECTED: &str = "change what an incident affects";

/// Which incidents are asked for: those that meet all that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentFilter {
    /// In one of these states; none: in any.
    pub states: Vec<State>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// Of this kind.
    pub kind: Option<IncidentKind>,
    /// That affect this component, or did.
    pub component: Option<Slug>,
    /// That everybody may see, or not.
    pub is_public: Option<bool>,
    /// With a smaller number than this.
    pub before: Option<i64>,
    /// At most so many; never more than [`LISTED_MAX`].
    pub limit: u32,
}

impl Default for IncidentFilter {
    /// The newest, of every kind.
    fn default() -> Self {
        Self { states: Vec::new(), severity: None, kind: None, component: None, is_public: None, before: None, limit: LISTED }
    }
}

/// An incident that is worked on, and what it affects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveIncident {
    /// The incident.
    pub incident: Incident,
    /// What it affects, in order of time.
    pub affected: Vec<Affected>,
}

// In the order in which `read_incident` reads them.
macro_rules! incident_columns {
    () => {
        "i.key, i.id, i.number, i.public_number, i.title, i.kind, i.state, i.severity, i.impact, i.is_public, i.shows_metrics,
         i.zone, i.lead, i.scribe, i.comms, i.stated_duration_ms, i.next_update_due_at, i.opened_at, i.resolved_at, i.made_public_at,
         i.merged_into, i.created_at, i.updated_at, i.version"
    };
}
pub(super) use incident_columns;

// True when incident `i` meets the filter that `filtered` binds, and was not merged into another one.
macro_rules! meets_filter {
    () => {
        "i.merged_into IS NULL AND (?1 = '[]' OR i.state IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR i.severity = ?2)
         AND (?3 IS NULL OR i.kind = ?3) AND (?4 IS NULL OR i.is_public = ?4) AND (?5 IS NULL OR EXISTS (
             SELECT 1 FROM incident_component AS c WHERE c.incident_key = i.key AND c.component = ?5))"
    };
}
pub(super) use meets_filter;

/// A query with what is asked of it.
pub(super) type Asked<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Binds the first five parameters.
pub(super) fn filtered<'q>(query: Asked<'q>, filter: &IncidentFilter) -> Asked<'q> {
    query
        .bind(state_names(filter.states.iter().copied()))
        .bind(filter.severity.map(Severity::name))
        .bind(filter.kind.map(IncidentKind::name))
        .bind(filter.is_public)
        .bind(filter.component.as_ref().map(Slug::as_str))
}

/// As SQLite's `json_each` reads them.
fn state_names(states: impl Iterator<Item = State>) -> String {
    json!(states.map(State::name).collect::<Vec<_>>()).to_string()
}

/// The states in which people work on an incident, as `json_each` reads them.
pub(super) fn active_states() -> String {
    state_names(State::ALL.iter().copied().filter(|state| state.is_active()))
}

pub(super) fn read_incident(row: &SqliteRow) -> Result<Incident, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Incident {
        key: columns.value()?,
        id: columns.parsed("an incident's id")?,
        number: columns.value()?,
        public_number: columns.value()?,
        facts: IncidentFacts {
            title: columns.named("a text", columns::text_from_json)?,
            kind: columns.named("a kind of incident", IncidentKind::from_name)?,
            state: columns.named("a state of an incident", State::from_name)?,
            severity: columns.named("a severity", Severity::from_name)?,
            impact: columns.named("an impact", Impact::from_name)?,
            is_public: columns.value()?,
            shows_metrics: columns.value()?,
            zone: columns.value()?,
            lead: columns.value()?,
            scribe: columns.value()?,
            comms: columns.value()?,
            stated_duration: columns.value::<Option<i64>>()?.map(|ms| Duration::from_millis(ms.unsigned_abs())),
            next_update_due_at: columns.moment_if_any()?,
            opened_at: columns.moment()?,
            resolved_at: columns.moment_if_any()?,
        },
        made_public_at: columns.moment_if_any()?,
        merged_into: columns.value()?,
        created_at: columns.moment()?,
        updated_at: columns.moment()?,
        version: columns.value()?,
    })
}

/// Whose it is, and what it says.
fn read_affected(row: &SqliteRow) -> Result<(i64, Affected), StoreError> {
    let mut columns = Columns::new(row, READ_AFFECTED);
    let incident_key = columns.value()?;
    let affected = Affected {
        component: columns.parsed("a slug")?,
        status: columns.named("a status", Status::from_name)?,
        from: columns.moment()?,
        until: columns.moment_if_any()?,
    };
    Ok((incident_key, affected))
}

async fn by_number(connection: &mut SqliteConnection, number: i64) -> Result<Option<Incident>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", incident_columns!(), " FROM incident AS i WHERE i.number = ?"))
        .bind(number)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    row.as_ref().map(read_incident).transpose()
}

async fn by_key(connection: &mut SqliteConnection, key: i64) -> Result<Option<Incident>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", incident_columns!(), " FROM incident AS i WHERE i.key = ?"))
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    row.as_ref().map(read_incident).transpose()
}

/// What each of these incidents affects, in order of time.
async fn affected_of_each(connection: &mut SqliteConnection, keys: &[i64]) -> Result<HashMap<i64, Vec<Affected>>, StoreError> {
    let rows = sqlx::query(
        "SELECT incident_key, component, status, from_at, until_at FROM incident_component
         WHERE incident_key IN (SELECT value FROM json_each(?)) ORDER BY incident_key, from_at, key",
    )
    .bind(json!(keys).to_string())
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ_AFFECTED))?;
    let mut all: HashMap<i64, Vec<Affected>> = HashMap::new();
    for row in &rows {
        let (key, affected) = read_affected(row)?;
        all.entry(key).or_default().push(affected);
    }
    Ok(all)
}

/// What one incident affects, in order of time.
pub(super) async fn affected_of(connection: &mut SqliteConnection, key: i64) -> Result<Vec<Affected>, StoreError> {
    Ok(affected_of_each(connection, &[key]).await?.remove(&key).unwrap_or_default())
}

impl Store {
    /// The incident with this number.
    pub async fn incident(&self, number: i64) -> Result<Option<Incident>, StoreError> {
        by_number(&mut *self.reader().await?, number).await
    }

    /// The number of the incident with this key.
    pub async fn incident_number(&self, key: i64) -> Result<Option<i64>, StoreError> {
        Ok(by_key(&mut *self.reader().await?, key).await?.map(|incident| incident.number))
    }

    /// Everything about the incident with this number, all of it as it is at one moment.
    pub async fn incident_story(&self, number: i64) -> Result<Option<IncidentStory>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let Some(incident) = by_number(&mut snapshot, number).await? else { return Ok(None) };
        let key = incident.key;
        let marked = |(marker, (entry_key, _))| MarkedEntry { marker, entry_key };
        let absorbed = sqlx::query_scalar("SELECT number FROM incident WHERE merged_into = ? ORDER BY number");
        Ok(Some(IncidentStory {
            affected: affected_of(&mut snapshot, key).await?,
            entries: timeline::entries_of(&mut snapshot, key).await?,
            markers: timeline::markers_of(&mut snapshot, key).await?.into_iter().map(marked).collect(),
            updates: updates::updates_of(&mut snapshot, key).await?,
            evidence: evidence::heads_of(&mut snapshot, key).await?,
            related: relations::related(&mut snapshot, key).await?,
            absorbed: absorbed.bind(key).fetch_all(&mut *snapshot).await.map_err(StoreError::doing(READ))?,
            incident,
        }))
    }

    /// Incidents that meet a filter, the newest number first, without those that were merged into another one.
    pub async fn incidents(&self, filter: &IncidentFilter) -> Result<Vec<Incident>, StoreError> {
        let query = sqlx::query(concat!(
            "SELECT ",
            incident_columns!(),
            " FROM incident AS i WHERE i.number < ?6 AND ",
            meets_filter!(),
            " ORDER BY i.number DESC LIMIT ?7"
        ));
        let rows = filtered(query, filter)
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(i64::from(filter.limit.min(LISTED_MAX)))
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
        rows.iter().map(read_incident).collect()
    }

    /// The moments that markers of these incidents stand for, by key.
    pub async fn moments_of(&self, keys: &[i64]) -> Result<HashMap<i64, Moments>, StoreError> {
        let rows = sqlx::query(
            "SELECT m.incident_key, m.marker, e.occurred_at FROM marker AS m JOIN timeline_entry AS e ON e.key = m.entry_key
             WHERE m.incident_key IN (SELECT value FROM json_each(?)) AND e.deleted_at IS NULL",
        )
        .bind(json!(keys).to_string())
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let mut all: HashMap<i64, Moments> = HashMap::new();
        for row in &rows {
            let mut columns = Columns::new(row, READ);
            let key: i64 = columns.value()?;
            let marker = columns.named("a marker", Marker::from_name)?;
            all.entry(key).or_default().insert(marker, columns.moment()?);
        }
        Ok(all)
    }

    /// What each of these incidents affects, by key, in order of time.
    pub async fn incidents_affected(&self, keys: &[i64]) -> Result<HashMap<i64, Vec<Affected>>, StoreError> {
        affected_of_each(&mut *self.reader().await?, keys).await
    }

    /// The incidents that are worked on, the newest number first, without those that were merged into another one; at most
    /// [`ACTIVE_MAX`].
    pub async fn active_incidents(&self) -> Result<Vec<ActiveIncident>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let rows = sqlx::query(concat!(
            "SELECT ",
            incident_columns!(),
            " FROM incident AS i WHERE i.state IN (SELECT value FROM json_each(?)) AND i.merged_into IS NULL
             ORDER BY i.number DESC LIMIT ?"
        ))
        .bind(active_states())
        .bind(i64::from(ACTIVE_MAX))
        .fetch_all(&mut *snapshot)
        .await
        .map_err(StoreError::doing(READ))?;
        let incidents = rows.iter().map(read_incident).collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<i64> = incidents.iter().map(|incident| incident.key).collect();
        let mut affected = affected_of_each(&mut snapshot, &keys).await?;
        let active = incidents.into_iter().map(|incident| {
            let affected = affected.remove(&incident.key).unwrap_or_default();
            ActiveIncident { incident, affected }
        });
        Ok(active.collect())
    }
}

/// Binds the first fifteen parameters.
fn with_facts<'q>(query: Asked<'q>, facts: &IncidentFacts) -> Asked<'q> {
    query
        .bind(columns::text_to_json(&facts.title))
        .bind(facts.kind.name())
        .bind(facts.state.name())
        .bind(facts.severity.name())
        .bind(facts.impact.name())
        .bind(facts.is_public)
        .bind(facts.shows_metrics)
        .bind(facts.zone.as_str())
        .bind(facts.lead)
        .bind(facts.scribe)
        .bind(facts.comms)
        .bind(facts.stated_duration.map(columns::duration_ms))
        .bind(facts.next_update_due_at.map(Timestamp::as_ms))
        .bind(facts.opened_at.as_ms())
        .bind(facts.resolved_at.map(Timestamp::as_ms))
}

impl Transaction<'_> {
    /// The incident with this number.
    pub async fn incident(&mut self, number: i64) -> Result<Option<Incident>, StoreError> {
        by_number(self.connection(), number).await
    }

    /// The incident with this key.
    pub async fn incident_by_key(&mut self, key: i64) -> Result<Option<Incident>, StoreError> {
        by_key(self.connection(), key).await
    }

    /// Keeps a new incident, with the next number; one that is public from the beginning gets its public number too.
    pub async fn insert_incident(
        &mut self,
        id: Uuid,
        facts: &IncidentFacts,
        affected: &[Affected],
        at: Timestamp,
    ) -> Result<Incident, StoreError> {
        let query = sqlx::query(
            "INSERT INTO incident (title, kind, state, severity, impact, is_public, shows_metrics, zone, lead, scribe, comms,
                 stated_duration_ms, next_update_due_at, opened_at, resolved_at, created_at, updated_at, id, number,
                 public_number, made_public_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16, ?17,
                 (SELECT COALESCE(MAX(number), 0) + 1 FROM incident),
                 CASE WHEN ?6 THEN (SELECT COALESCE(MAX(public_number), 0) + 1 FROM incident) END, CASE WHEN ?6 THEN ?16 END)",
        );
        let inserted = with_facts(query, facts)
            .bind(at.as_ms())
            .bind(id.to_string())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing("keep an incident"))?;
        let key = inserted.last_insert_rowid();
        self.set_affected(key, affected).await?;
        let kept = self.changed_incident(key).await?;
        kept.ok_or_else(|| StoreError::doing(READ)(sqlx::Error::RowNotFound))
    }

    /// Changes what is said of an incident, unless it is no longer at `version`: then nothing happens and it gives none. When it
    /// becomes public for the first time it gets its public number, which it keeps for ever.
    pub async fn update_incident(
        &mut self,
        key: i64,
        version: i64,
        facts: &IncidentFacts,
        at: Timestamp,
    ) -> Result<Option<Incident>, StoreError> {
        let query = sqlx::query(
            "UPDATE incident SET title = ?1, kind = ?2, state = ?3, severity = ?4, impact = ?5, is_public = ?6,
                 shows_metrics = ?7, zone = ?8, lead = ?9, scribe = ?10, comms = ?11, stated_duration_ms = ?12,
                 next_update_due_at = ?13, opened_at = ?14, resolved_at = ?15, updated_at = ?16, version = version + 1,
                 public_number = CASE WHEN ?6 AND public_number IS NULL
                     THEN (SELECT COALESCE(MAX(public_number), 0) + 1 FROM incident) ELSE public_number END,
                 made_public_at = CASE WHEN ?6 AND made_public_at IS NULL THEN ?16 ELSE made_public_at END
             WHERE key = ?17 AND version = ?18",
        );
        let updated = with_facts(query, facts)
            .bind(at.as_ms())
            .bind(key)
            .bind(version)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        if updated.rows_affected() == 0 { Ok(None) } else { self.changed_incident(key).await }
    }

    /// An incident whose facts were just written, once the index knows its title.
    async fn changed_incident(&mut self, key: i64) -> Result<Option<Incident>, StoreError> {
        let Some(incident) = by_key(self.connection(), key).await? else { return Ok(None) };
        let title = search::both(&incident.facts.title);
        let (at, now_in) = (incident.facts.opened_at, incident.merged_into.unwrap_or(key));
        search::put(self.connection(), Indexed::Title(key), now_in, "", at, &title).await?;
        Ok(Some(incident))
    }

    /// Notes that something of an incident changed that no version counts: its timeline, a file, what the public was told.
    pub async fn touch_incident(&mut self, key: i64, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE incident SET updated_at = ? WHERE key = ?")
            .bind(at.as_ms())
            .bind(key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }

    /// What an incident affects, in order of time.
    pub async fn affected(&mut self, key: i64) -> Result<Vec<Affected>, StoreError> {
        affected_of(self.connection(), key).await
    }

    /// Replaces what an incident affects. The version is not counted here: who changes this changes the incident with it.
    pub async fn set_affected(&mut self, key: i64, affected: &[Affected]) -> Result<(), StoreError> {
        let doing = || StoreError::doing(CHANGE_AFFECTED);
        sqlx::query("DELETE FROM incident_component WHERE incident_key = ?")
            .bind(key)
            .execute(self.connection())
            .await
            .map_err(doing())?;
        for one in affected {
            sqlx::query(
                "INSERT INTO incident_component (incident_key, component, status, from_at, until_at) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(key)
            .bind(one.component.as_str())
            .bind(one.status.name())
            .bind(one.from.as_ms())
            .bind(one.until.map(Timestamp::as_ms))
            .execute(self.connection())
            .await
            .map_err(doing())?;
        }
        Ok(())
    }
}
