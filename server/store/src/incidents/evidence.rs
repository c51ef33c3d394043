//! Files that belong to rows of timelines. What one holds is read only when somebody asks for that file.

use domain::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use super::{EVIDENCE_MAX, EvidenceHead};
use crate::columns::Columns;
use crate::overwrite::overwrite_what_goes;
use crate::{Store, StoreError, Transaction};

/// What [`EVIDENCE_MAX`] limits.
pub(super) const FILES: &str = "files of one incident";

const READ: &str = "read a file of an incident";
const CHANGE: &str = "change a file of an incident";

/// A file to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvidence {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// The key of the row it belongs to.
    pub entry_key: i64,
    /// The key of that row's incident.
    pub incident_key: i64,
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
        "f.id, f.entry_key, f.name, f.media_type, f.bytes, f.sha256, f.created_at, f.actor_name, f.deleted_at"
    };
}

fn read_head(columns: &mut Columns<'_>) -> Result<EvidenceHead, StoreError> {
    Ok(EvidenceHead {
        id: columns.parsed("an id of a file")?,
        entry_key: columns.value()?,
        name: columns.value()?,
        media_type: columns.value()?,
        bytes: columns.value()?,
        sha256: read_hash(&columns.value::<Vec<u8>>()?)?,
        created_at: columns.moment()?,
        actor_name: columns.value()?,
        deleted_at: columns.moment_if_any()?,
    })
}

fn read_hash(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    let unknown = |_| StoreError::UnknownValue { what: "a hash of a file", value: format!("{} bytes", bytes.len()) };
    bytes.try_into().map_err(unknown)
}

/// What is known of the files of an incident, in order of time, also of those that were deleted.
pub(super) async fn heads_of(connection: &mut SqliteConnection, incident_key: i64) -> Result<Vec<EvidenceHead>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        head_columns!(),
        " FROM evidence AS f WHERE f.incident_key = ? ORDER BY f.created_at, f.key"
    ))
    .bind(incident_key)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(|row: &SqliteRow| read_head(&mut Columns::new(row, READ))).collect()
}

/// How many files an incident has, without those that were deleted: they take no room.
pub(super) async fn count(connection: &mut SqliteConnection, incident_key: i64) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT COUNT(*) FROM evidence WHERE incident_key = ? AND deleted_at IS NULL")
        .bind(incident_key)
        .fetch_one(connection)
        .await
        .map_err(StoreError::doing("count the files of an incident"))
}

/// The file of an incident with this id, unless it was deleted.
async fn kept_head(connection: &mut SqliteConnection, incident_key: i64, id: Uuid) -> Result<Option<EvidenceHead>, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        head_columns!(),
        " FROM evidence AS f WHERE f.incident_key = ? AND f.id = ? AND f.deleted_at IS NULL"
    ))
    .bind(incident_key)
    .bind(id.to_string())
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    row.as_ref().map(|row| read_head(&mut Columns::new(row, READ))).transpose()
}

impl Store {
    /// A file of the incident with this number, or of the one into which that was merged, and its bytes; none when it was deleted.
    pub async fn evidence(&self, number: i64, id: Uuid) -> Result<Option<(EvidenceHead, Vec<u8>)>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            head_columns!(),
            ", f.content FROM evidence AS f JOIN incident AS i ON i.key = f.incident_key
             WHERE f.id = ?2 AND f.deleted_at IS NULL
             AND (i.number = ?1 OR i.key = (SELECT merged_into FROM incident WHERE number = ?1))"
        ))
        .bind(number)
        .bind(id.to_string())
        .fetch_optional(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::new(&row, READ);
        Ok(Some((read_head(&mut columns)?, columns.value()?)))
    }
}

impl Transaction<'_> {
    /// Keeps a file. One more than [`EVIDENCE_MAX`] is [`StoreError::Full`].
    pub async fn insert_evidence(&mut self, new: &NewEvidence) -> Result<EvidenceHead, StoreError> {
        let connection = self.connection();
        if count(connection, new.incident_key).await? >= i64::from(EVIDENCE_MAX) {
            return Err(StoreError::Full { what: FILES, limit: EVIDENCE_MAX });
        }
        let sha256: [u8; 32] = Sha256::digest(&new.content).into();
        let bytes = i64::try_from(new.content.len()).unwrap_or(i64::MAX);
        overwrite_what_goes(connection, true, CHANGE).await?;
        let inserted = sqlx::query(
            "INSERT INTO evidence (id, incident_key, entry_key, name, media_type, bytes, sha256, created_at, actor_name, content)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.to_string())
        .bind(new.incident_key)
        .bind(new.entry_key)
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
        inserted.map_err(StoreError::doing("keep a file of an incident"))?;
        Ok(EvidenceHead {
            id: new.id,
            entry_key: new.entry_key,
            name: new.name.clone(),
            media_type: new.media_type.clone(),
            bytes,
            sha256,
            created_at: new.created_at,
            actor_name: new.actor_name.clone(),
            deleted_at: None,
        })
    }

    /// Deletes a file: its bytes are gone, and that it was there stays. None when there is no such file, or no more.
    pub async fn delete_evidence(
        &mut self,
        incident_key: i64,
        id: Uuid,
        at: Timestamp,
    ) -> Result<Option<EvidenceHead>, StoreError> {
        let connection = self.connection();
        let Some(head) = kept_head(connection, incident_key, id).await? else { return Ok(None) };
        overwrite_what_goes(connection, true, CHANGE).await?;
        let deleted = sqlx::query("UPDATE evidence SET deleted_at = ?, content = NULL WHERE incident_key = ? AND id = ?")
            .bind(at.as_ms())
            .bind(incident_key)
            .bind(id.to_string())
            .execute(&mut *connection)
            .await;
        overwrite_what_goes(connection, false, CHANGE).await?;
        deleted.map_err(StoreError::doing(CHANGE))?;
        Ok(Some(EvidenceHead { deleted_at: Some(at), ..head }))
    }

    /// How many files an incident has, without those that were deleted.
    pub async fn count_evidence(&mut self, incident_key: i64) -> Result<i64, StoreError> {
        count(self.connection(), incident_key).await
    }
}
