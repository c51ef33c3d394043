//! Output and pictures that were kept with steps of runs. What a file holds is read only when somebody asks for that file.

use std::collections::HashMap;

use domain::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::{RUN_FILES_MAX, RunFileHead};
use crate::columns::Columns;
use crate::overwrite::overwrite_what_goes;
use crate::{Store, StoreError, Transaction};

/// What [`RUN_FILES_MAX`] limits.
const FILES: &str = "files of one run";

const READ: &str = "read a file of a run";
const CHANGE: &str = "change a file of a run";

/// A file to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRunFile {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// The key of its run.
    pub run_key: i64,
    /// The place of the event that it belongs to.
    pub seq: i64,
    /// What it is called.
    pub name: String,
    /// What it is, as found out from its bytes.
    pub media_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// The present.
    pub created_at: Timestamp,
    /// Who adds it.
    pub actor_name: String,
}

// In the order in which `read_head` reads them.
macro_rules! head_columns {
    () => {
        "f.id, f.seq, f.name, f.media_type, f.bytes, f.created_at, f.actor_name, f.deleted_at"
    };
}

fn read_head(columns: &mut Columns<'_>) -> Result<RunFileHead, StoreError> {
    Ok(RunFileHead {
        id: columns.parsed("an id of a file")?,
        seq: columns.value()?,
        name: columns.value()?,
        media_type: columns.value()?,
        bytes: columns.value()?,
        created_at: columns.moment()?,
        actor_name: columns.value()?,
        deleted_at: columns.moment_if_any()?,
    })
}

/// What is known of the files of each of these runs, in order of time, also of those that were deleted. `run_keys` are a JSON list.
pub(super) async fn heads_of_each(
    connection: &mut SqliteConnection,
    run_keys: &str,
) -> Result<HashMap<i64, Vec<RunFileHead>>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT f.run_key, ",
        head_columns!(),
        " FROM run_evidence AS f WHERE f.run_key IN (SELECT value FROM json_each(?)) ORDER BY f.run_key, f.created_at, f.key"
    ))
    .bind(run_keys)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    let mut all: HashMap<i64, Vec<RunFileHead>> = HashMap::new();
    for row in &rows {
        let mut columns = Columns::new(row, READ);
        let run_key = columns.value()?;
        all.entry(run_key).or_default().push(read_head(&mut columns)?);
    }
    Ok(all)
}

/// How many files a run has, without those that were deleted: they take no room.
async fn count(connection: &mut SqliteConnection, run_key: i64) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT COUNT(*) FROM run_evidence WHERE run_key = ? AND deleted_at IS NULL")
        .bind(run_key)
        .fetch_one(connection)
        .await
        .map_err(StoreError::doing("count the files of a run"))
}

/// The file of a run with this id, unless it was deleted.
async fn kept_head(connection: &mut SqliteConnection, run_key: i64, id: Uuid) -> Result<Option<RunFileHead>, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        head_columns!(),
        " FROM run_evidence AS f WHERE f.run_key = ? AND f.id = ? AND f.deleted_at IS NULL"
    ))
    .bind(run_key)
    .bind(id.to_string())
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    row.as_ref().map(|row| read_head(&mut Columns::new(row, READ))).transpose()
}

impl Store {
    /// A file of the run with this number, and its bytes; none when it was deleted.
    pub async fn run_file(&self, number: i64, id: Uuid) -> Result<Option<(RunFileHead, Vec<u8>)>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            head_columns!(),
            ", f.content FROM run_evidence AS f JOIN run AS r ON r.key = f.run_key
             WHERE f.id = ? AND f.deleted_at IS NULL AND r.number = ?"
        ))
        .bind(id.to_string())
        .bind(number)
        .fetch_optional(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::new(&row, READ);
        Ok(Some((read_head(&mut columns)?, columns.value()?)))
    }
}

impl Transaction<'_> {
    /// Keeps a file with an event of its run. One more than [`RUN_FILES_MAX`] is [`StoreError::Full`].
    pub async fn insert_run_file(&mut self, new: &NewRunFile) -> Result<RunFileHead, StoreError> {
        let connection = self.connection();
        if count(connection, new.run_key).await? >= i64::from(RUN_FILES_MAX) {
            return Err(StoreError::Full { what: FILES, limit: RUN_FILES_MAX });
        }
        let sha256: [u8; 32] = Sha256::digest(&new.content).into();
        let bytes = i64::try_from(new.content.len()).unwrap_or(i64::MAX);
        overwrite_what_goes(connection, true, CHANGE).await?;
        let inserted = sqlx::query(
            "INSERT INTO run_evidence (id, run_key, seq, name, media_type, bytes, sha256, created_at, actor_name, content)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.to_string())
        .bind(new.run_key)
        .bind(new.seq)
        .bind(new.name.as_str())
        .bind(new.media_type.as_str())
        .bind(bytes)
        .bind(sha256.as_slice())
        .bind(new.created_at.as_ms())
        .bind(new.actor_name.as_str())
        .bind(new.content.as_slice())
        .execute(&mut *connection)
        .await;
        overwrite_what_goes(connection, false, CHANGE).await?;
        inserted.map_err(StoreError::doing("keep a file of a run"))?;
        Ok(RunFileHead {
            id: new.id,
            seq: new.seq,
            name: new.name.clone(),
            media_type: new.media_type.clone(),
            bytes,
            created_at: new.created_at,
            actor_name: new.actor_name.clone(),
            deleted_at: None,
        })
    }

    /// Deletes a file: its bytes are gone, and that it was there stays. None when there is no such file, or no more.
    pub async fn delete_run_file(&mut self, run_key: i64, id: Uuid, at: Timestamp) -> Result<Option<RunFileHead>, StoreError> {
        let connection = self.connection();
        let Some(head) = kept_head(connection, run_key, id).await? else { return Ok(None) };
        overwrite_what_goes(connection, true, CHANGE).await?;
        let deleted = sqlx::query("UPDATE run_evidence SET deleted_at = ?, content = x'' WHERE run_key = ? AND id = ?")
            .bind(at.as_ms())
            .bind(run_key)
            .bind(id.to_string())
            .execute(&mut *connection)
            .await;
        overwrite_what_goes(connection, false, CHANGE).await?;
        deleted.map_err(StoreError::doing(CHANGE))?;
        Ok(Some(RunFileHead { deleted_at: Some(at), ..head }))
    }

    /// How many files a run has, without those that were deleted.
    pub async fn count_run_files(&mut self, run_key: i64) -> Result<i64, StoreError> {
        count(self.connection(), run_key).await
    }
}
