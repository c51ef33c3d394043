//! Pictures in postmortems. What one holds is read only when somebody asks for it.

use domain::time::Timestamp;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::{FILES_MAX, FileHead};
use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

const READ: &str = "read a picture of a postmortem";
const KEEP: &str = "keep a picture of a postmortem";

/// A picture to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it is, as found out from its bytes.
    pub media_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// The present.
    pub at: Timestamp,
    /// Who adds it.
    pub actor_name: String,
}

fn read_head(columns: &mut Columns<'_>) -> Result<FileHead, StoreError> {
    Ok(FileHead {
        id: columns.parsed("an id of a file")?,
        name: columns.value()?,
        media_type: columns.value()?,
        bytes: columns.value()?,
        created_at: columns.moment()?,
        actor_name: columns.value()?,
    })
}

pub(super) async fn heads_of(connection: &mut SqliteConnection, key: i64) -> Result<Vec<FileHead>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, name, media_type, bytes, created_at, actor_name FROM postmortem_file WHERE postmortem_key = ? ORDER BY key",
    );
    let rows = rows.bind(key).fetch_all(connection).await.map_err(StoreError::doing(READ))?;
    rows.iter().map(|row| read_head(&mut Columns::new(row, READ))).collect()
}

impl Store {
    /// A picture of a postmortem, with its bytes.
    pub async fn postmortem_file(&self, postmortem_key: i64, id: Uuid) -> Result<Option<(FileHead, Vec<u8>)>, StoreError> {
        let row = sqlx::query(
            "SELECT id, name, media_type, bytes, created_at, actor_name, content FROM postmortem_file
             WHERE postmortem_key = ? AND id = ?",
        )
        .bind(postmortem_key)
        .bind(id.to_string())
        .fetch_optional(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::new(&row, READ);
        Ok(Some((read_head(&mut columns)?, columns.value()?)))
    }
}

impl Store {
    /// The same, if it stands in a text that was published after the publication `retracted`, in a language in which that is read.
    pub async fn published_file(
        &self,
        postmortem_key: i64,
        retracted: i64,
        id: Uuid,
    ) -> Result<Option<(FileHead, Vec<u8>)>, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM postmortem_publication AS b JOIN postmortem_revision AS r
                 ON r.postmortem_key = b.postmortem_key AND r.number = b.revision_number
             WHERE b.postmortem_key = ?1 AND b.number > ?3 AND instr(CASE json_extract(r.content, '$.only')
                 WHEN 'ja' THEN json_extract(r.content, '$.body.ja') WHEN 'en' THEN json_extract(r.content, '$.body.en')
                 ELSE r.content END, ?2) > 0 LIMIT 1",
        )
        .bind(postmortem_key)
        .bind(format!("files/{id}"))
        .bind(retracted)
        .fetch_optional(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        match found {
            Some(_) => self.postmortem_file(postmortem_key, id).await,
            None => Ok(None),
        }
    }
}

impl Transaction<'_> {
    /// Keeps a picture. One more than [`FILES_MAX`] is [`StoreError::Full`].
    pub async fn append_postmortem_file(&mut self, postmortem_key: i64, new: &NewFile) -> Result<(), StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM postmortem_file WHERE postmortem_key = ?")
            .bind(postmortem_key)
            .fetch_one(self.connection())
            .await
            .map_err(StoreError::doing(READ))?;
        if count >= i64::from(FILES_MAX) {
            return Err(StoreError::Full { what: "pictures of one postmortem", limit: FILES_MAX });
        }
        sqlx::query(
            "INSERT INTO postmortem_file (id, postmortem_key, name, media_type, bytes, created_at, actor_name, content)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.to_string())
        .bind(postmortem_key)
        .bind(new.name.as_str())
        .bind(new.media_type.as_str())
        .bind(i64::try_from(new.content.len()).unwrap_or(i64::MAX))
        .bind(new.at.as_ms())
        .bind(new.actor_name.as_str())
        .bind(new.content.as_slice())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(KEEP))?;
        Ok(())
    }
}
