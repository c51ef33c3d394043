//! Rows of timelines with all their revisions, and markers that point at them. A row is never taken out: one that was deleted says so.

use std::collections::BTreeMap;

use domain::incident::work::{EntryKind, HypothesisState, Marker, Precision, Source, Visibility};
use domain::time::Timestamp;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use super::search::{self, Indexed};
use super::{Entry, EntryChange, EntryContent, EntryRevision, NewEntry};
use crate::audit::ActorKind;
use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

/// What [`ENTRIES_MAX`](super::ENTRIES_MAX) limits.
pub(super) const ROWS: &str = "rows of one timeline";

const READ: &str = "read a timeline";
const APPEND: &str = "write a row of a timeline";
const CHANGE: &str = "change a row of a timeline";
const READ_REVISIONS: &str = "read the revisions of a row";
const READ_MARKERS: &str = "read the markers of an incident";
const CHANGE_MARKER: &str = "move a marker";

/// What became of a row that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It was written.
    New(Entry),
    /// It was there before, sent under the same name; this is what it is now.
    Known(Entry),
}

// In the order in which `read_entry` reads them.
macro_rules! entry_columns {
    () => {
        "e.key, e.id, e.incident_key, e.seq, e.occurred_at, e.precision, e.recorded_at, e.kind, e.source, e.actor_kind, e.actor_id,
         e.actor_name, e.content, e.is_starred, e.visibility, e.annotation, e.revision, e.deleted_at, e.op"
    };
}

/// What a row says as it stands in the table.
fn content_to_json(content: &EntryContent) -> String {
    match content {
        EntryContent::Words { body, rejected, hypothesis } => {
            json!({ "body": body, "rejected": rejected, "hypothesis": hypothesis.map(HypothesisState::name) }).to_string()
        }
        EntryContent::Machine(event) => json!({ "machine": event }).to_string(),
    }
}

/// What a row says, as [`content_to_json`] writes it.
fn content_from_json(text: &str) -> Option<EntryContent> {
    let mut content: Value = serde_json::from_str(text).ok()?;
    if let Some(event) = content.get_mut("machine") {
        return serde_json::from_value(event.take()).ok().map(EntryContent::Machine);
    }
    let rejected = content.get("rejected")?.as_array()?.iter().map(|one| Some(one.as_str()?.to_owned()));
    let hypothesis = match content.get("hypothesis")? {
        Value::Null => None,
        state => Some(HypothesisState::from_name(state.as_str()?)?),
    };
    Some(EntryContent::Words {
        body: content.get("body")?.as_str()?.to_owned(),
        rejected: rejected.collect::<Option<_>>()?,
        hypothesis,
    })
}

fn read_entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Entry {
        key: columns.value()?,
        id: columns.parsed("an id of a row")?,
        incident_key: columns.value()?,
        seq: columns.value()?,
        occurred_at: columns.moment()?,
        precision: columns.named("a precision", Precision::from_name)?,
        recorded_at: columns.moment()?,
        kind: columns.named("a kind of row", EntryKind::from_name)?,
        source: columns.named("a source", Source::from_name)?,
        actor_kind: columns.named("a kind of actor", ActorKind::from_name)?,
        actor_id: columns.value()?,
        actor_name: columns.value()?,
        content: columns.named("the content of a row", content_from_json)?,
        is_starred: columns.value()?,
        visibility: columns.named("a visibility", Visibility::from_name)?,
        annotation: columns.value()?,
        revision: columns.value()?,
        deleted_at: columns.moment_if_any()?,
        op: columns.value()?,
    })
}

fn read_revision(row: &SqliteRow) -> Result<EntryRevision, StoreError> {
    let mut columns = Columns::new(row, READ_REVISIONS);
    Ok(EntryRevision {
        revision: columns.value()?,
        occurred_at: columns.moment()?,
        precision: columns.named("a precision", Precision::from_name)?,
        kind: columns.named("a kind of row", EntryKind::from_name)?,
        content: columns.named("the content of a row", content_from_json)?,
        at: columns.moment()?,
        actor_name: columns.value()?,
    })
}

async fn by_key(connection: &mut SqliteConnection, key: i64) -> Result<Option<Entry>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", entry_columns!(), " FROM timeline_entry AS e WHERE e.key = ?"))
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    row.as_ref().map(read_entry).transpose()
}

async fn by_op(connection: &mut SqliteConnection, incident_key: i64, op: &str) -> Result<Option<Entry>, StoreError> {
    let row =
        sqlx::query(concat!("SELECT ", entry_columns!(), " FROM timeline_entry AS e WHERE e.incident_key = ? AND e.op = ?"))
            .bind(incident_key)
            .bind(op)
            .fetch_optional(connection)
            .await
            .map_err(StoreError::doing(READ))?;
    row.as_ref().map(read_entry).transpose()
}

/// The timeline of an incident in order, deleted rows too.
pub(super) async fn entries_of(connection: &mut SqliteConnection, incident_key: i64) -> Result<Vec<Entry>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        entry_columns!(),
        " FROM timeline_entry AS e WHERE e.incident_key = ? ORDER BY e.occurred_at, e.seq"
    ))
    .bind(incident_key)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(read_entry).collect()
}

/// The rows of a timeline that may be told of to everybody, in order.
pub(super) async fn told_entries_of(connection: &mut SqliteConnection, incident_key: i64) -> Result<Vec<Entry>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        entry_columns!(),
        " FROM timeline_entry AS e WHERE e.incident_key = ? AND e.visibility IN ('public', 'redacted') AND e.deleted_at IS NULL
         ORDER BY e.occurred_at, e.seq"
    ))
    .bind(incident_key)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(read_entry).collect()
}

/// The row that each marker points at, by its key, and when that happened. A marker at a row that was deleted is none.
pub(super) async fn markers_of(
    connection: &mut SqliteConnection,
    incident_key: i64,
) -> Result<BTreeMap<Marker, (i64, Timestamp)>, StoreError> {
    let rows = sqlx::query(
        "SELECT m.marker, m.entry_key, e.occurred_at FROM marker AS m JOIN timeline_entry AS e ON e.key = m.entry_key
         WHERE m.incident_key = ? AND e.deleted_at IS NULL",
    )
    .bind(incident_key)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ_MARKERS))?;
    let read = |row: &SqliteRow| -> Result<_, StoreError> {
        let mut columns = Columns::new(row, READ_MARKERS);
        Ok((columns.named("a marker", Marker::from_name)?, (columns.value()?, columns.moment()?)))
    };
    rows.iter().map(read).collect()
}

/// How many rows a timeline has, deleted ones too.
pub(super) async fn count(connection: &mut SqliteConnection, incident_key: i64) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT COUNT(*) FROM timeline_entry WHERE incident_key = ?")
        .bind(incident_key)
        .fetch_one(connection)
        .await
        .map_err(StoreError::doing("count the rows of a timeline"))
}

/// Brings the index up to what a row says.
async fn index(connection: &mut SqliteConnection, entry: &Entry) -> Result<(), StoreError> {
    let what = Indexed::Entry(entry.key);
    if entry.deleted_at.is_some() {
        return search::remove(connection, what).await;
    }
    let mut texts: Vec<&str> = match &entry.content {
        EntryContent::Words { body, rejected, .. } => {
            std::iter::once(body.as_str()).chain(rejected.iter().map(String::as_str)).collect()
        }
        EntryContent::Machine(event) => event.words(),
    };
    texts.extend(entry.annotation.as_deref());
    texts.retain(|text| !text.is_empty());
    search::put(connection, what, entry.incident_key, &entry.id.to_string(), entry.occurred_at, &texts.join("\n")).await
}

/// Keeps a row as it is, before it becomes something else.
async fn keep_revision(connection: &mut SqliteConnection, key: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO timeline_revision (entry_key, revision, occurred_at, precision, kind, content, at, actor_name)
         SELECT key, revision, occurred_at, precision, kind, content, changed_at, changed_by FROM timeline_entry WHERE key = ?",
    )
    .bind(key)
    .execute(connection)
    .await
    .map_err(StoreError::doing("keep a revision of a row"))?;
    Ok(())
}

impl Store {
    /// A row as it is and as it once was, the newest revision first; none when there is no such row.
    pub async fn entry_revisions(&self, entry: Uuid) -> Result<Vec<EntryRevision>, StoreError> {
        let rows = sqlx::query(
            "SELECT revision, occurred_at, precision, kind, content, changed_at, changed_by FROM timeline_entry WHERE id = ?1
             UNION ALL
             SELECT r.revision, r.occurred_at, r.precision, r.kind, r.content, r.at, r.actor_name
             FROM timeline_revision AS r JOIN timeline_entry AS e ON e.key = r.entry_key WHERE e.id = ?1
             ORDER BY 1 DESC",
        )
        .bind(entry.to_string())
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ_REVISIONS))?;
        rows.iter().map(read_revision).collect()
    }
}

impl Transaction<'_> {
    /// Writes a row, behind all others of the same moment. One whose `op` is there already is not written again, whatever it says. How many
    /// rows there may be is for others to say: what Yagura itself has to write down must not fail on it.
    pub async fn append_entry(&mut self, incident_key: i64, new: &NewEntry) -> Result<Appended, StoreError> {
        let connection = self.connection();
        if let Some(op) = &new.op
            && let Some(known) = by_op(connection, incident_key, op).await?
        {
            return Ok(Appended::Known(known));
        }
        let inserted = sqlx::query(
            "INSERT INTO timeline_entry (id, incident_key, seq, occurred_at, precision, recorded_at, kind, source, actor_kind, actor_id,
                 actor_name, content, is_starred, visibility, changed_at, changed_by, op)
             VALUES (?1, ?2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM timeline_entry WHERE incident_key = ?2), ?3, ?4, ?5, ?6, ?7, ?8,
                 ?9, ?10, ?11, ?12, ?13, ?5, ?10, ?14)",
        )
        .bind(new.id.to_string())
        .bind(incident_key)
        .bind(new.occurred_at.as_ms())
        .bind(new.precision.name())
        .bind(new.recorded_at.as_ms())
        .bind(new.kind.name())
        .bind(new.source.name())
        .bind(new.actor_kind.name())
        .bind(new.actor_id.as_str())
        .bind(new.actor_name.as_str())
        .bind(content_to_json(&new.content))
        .bind(new.is_starred)
        .bind(new.visibility.name())
        .bind(new.op.as_deref())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing(APPEND))?;
        let entry = by_key(connection, inserted.last_insert_rowid()).await?;
        let entry = entry.ok_or_else(|| StoreError::doing(APPEND)(sqlx::Error::RowNotFound))?;
        index(connection, &entry).await?;
        Ok(Appended::New(entry))
    }

    /// The row of an incident with this id.
    pub async fn entry(&mut self, incident_key: i64, id: Uuid) -> Result<Option<Entry>, StoreError> {
        let row =
            sqlx::query(concat!("SELECT ", entry_columns!(), " FROM timeline_entry AS e WHERE e.incident_key = ? AND e.id = ?"))
                .bind(incident_key)
                .bind(id.to_string())
                .fetch_optional(self.connection())
                .await
                .map_err(StoreError::doing(READ))?;
        row.as_ref().map(read_entry).transpose()
    }

    /// Changes a row and keeps what it was, unless it is no longer at `revision` or was deleted: then nothing happens and it gives none. What
    /// Yagura wrote cannot be made to say something else.
    pub async fn change_entry(
        &mut self,
        key: i64,
        revision: i64,
        change: &EntryChange,
        actor_name: &str,
        at: Timestamp,
    ) -> Result<Option<Entry>, StoreError> {
        let connection = self.connection();
        let Some(before) = by_key(connection, key).await? else { return Ok(None) };
        if before.revision != revision || before.deleted_at.is_some() {
            return Ok(None);
        }
        keep_revision(connection, key).await?;
        // What says the same stays as it stands there to the byte, though another version of Yagura may have written it.
        let content = (change.content != before.content).then(|| content_to_json(&change.content));
        sqlx::query(
            "UPDATE timeline_entry SET occurred_at = ?2, precision = ?3, kind = ?4, content = COALESCE(?5, content), is_starred = ?6,
                 visibility = ?7, annotation = ?8, revision = revision + 1, changed_at = ?9, changed_by = ?10
             WHERE key = ?1",
        )
        .bind(key)
        .bind(change.occurred_at.as_ms())
        .bind(change.precision.name())
        .bind(change.kind.name())
        .bind(content)
        .bind(change.is_starred)
        .bind(change.visibility.name())
        .bind(change.annotation.as_deref())
        .bind(at.as_ms())
        .bind(actor_name)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing(CHANGE))?;
        let after = by_key(connection, key).await?;
        if let Some(after) = &after {
            index(connection, after).await?;
        }
        Ok(after)
    }

    /// Says that a row was deleted, unless it is no longer at `revision` or was deleted before: then nothing happens and it gives false. What
    /// it said stays in its revisions.
    pub async fn delete_entry(&mut self, key: i64, revision: i64, actor_name: &str, at: Timestamp) -> Result<bool, StoreError> {
        let connection = self.connection();
        let Some(before) = by_key(connection, key).await? else { return Ok(false) };
        if before.revision != revision || before.deleted_at.is_some() {
            return Ok(false);
        }
        keep_revision(connection, key).await?;
        sqlx::query(
            "UPDATE timeline_entry SET deleted_at = ?2, changed_at = ?2, changed_by = ?3, revision = revision + 1 WHERE key = ?1",
        )
        .bind(key)
        .bind(at.as_ms())
        .bind(actor_name)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing("delete a row of a timeline"))?;
        search::remove(connection, Indexed::Entry(key)).await?;
        Ok(true)
    }

    /// Brings a deleted row back with the words it had, which are again those of whoever wrote them. False when it is no longer at
    /// `revision`, or is not deleted; then nothing happens.
    pub async fn restore_entry(&mut self, key: i64, revision: i64, at: Timestamp) -> Result<bool, StoreError> {
        let connection = self.connection();
        let Some(before) = by_key(connection, key).await? else { return Ok(false) };
        if before.revision != revision || before.deleted_at.is_none() {
            return Ok(false);
        }
        keep_revision(connection, key).await?;
        // A deleted row is not changed: the revision before is the one that was deleted.
        sqlx::query(
            "UPDATE timeline_entry SET deleted_at = NULL, changed_at = ?2, revision = revision + 1, changed_by = COALESCE(
                 (SELECT actor_name FROM timeline_revision WHERE entry_key = ?1 AND revision = ?3), changed_by)
             WHERE key = ?1",
        )
        .bind(key)
        .bind(at.as_ms())
        .bind(revision - 1)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing("restore a row of a timeline"))?;
        if let Some(after) = by_key(connection, key).await? {
            index(connection, &after).await?;
        }
        Ok(true)
    }

    /// The key of the row that each marker points at, and when that happened. A marker at a row that was deleted is none.
    pub async fn markers(&mut self, incident_key: i64) -> Result<BTreeMap<Marker, (i64, Timestamp)>, StoreError> {
        markers_of(self.connection(), incident_key).await
    }

    /// Lets a marker point at a row, or at none.
    pub async fn set_marker(&mut self, incident_key: i64, marker: Marker, entry_key: Option<i64>) -> Result<(), StoreError> {
        let query = match entry_key {
            Some(entry_key) => sqlx::query(
                "INSERT INTO marker (incident_key, marker, entry_key) VALUES (?, ?, ?)
                 ON CONFLICT (incident_key, marker) DO UPDATE SET entry_key = excluded.entry_key",
            )
            .bind(incident_key)
            .bind(marker.name())
            .bind(entry_key),
            None => {
                sqlx::query("DELETE FROM marker WHERE incident_key = ? AND marker = ?").bind(incident_key).bind(marker.name())
            }
        };
        query.execute(self.connection()).await.map_err(StoreError::doing(CHANGE_MARKER))?;
        Ok(())
    }

    /// How many rows a timeline has, deleted ones too.
    pub async fn count_entries(&mut self, incident_key: i64) -> Result<i64, StoreError> {
        count(self.connection(), incident_key).await
    }
}
