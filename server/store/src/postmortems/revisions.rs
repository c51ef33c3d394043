//! Texts of postmortems: revisions and publications, which are written once, and what people are typing.

use domain::postmortem::frozen::Record;
use domain::postmortem::{Analysis, Content};
use domain::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::{Buffer, NewPublication, NewRevision, Publication, PublicationHead, REVISIONS_MAX, Revision, RevisionHead};
use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

const READ: &str = "read a revision of a postmortem";
const KEEP: &str = "keep a revision of a postmortem";
const BUFFER: &str = "keep what somebody types";
const PUBLISH: &str = "keep a publication of a postmortem";

fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::UnknownValue { what, value: error.to_string() })
}

pub(super) fn content_from_json(text: &str) -> Result<Content, StoreError> {
    from_json("a text of a postmortem", text)
}

/// As the columns have it.
fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What a revision is known by.
pub fn hash(content: &Content) -> [u8; 32] {
    Sha256::digest(content.canonical()).into()
}

// In the order in which `read_head` reads them.
macro_rules! head_columns {
    () => {
        "r.number, r.base_number, r.message, r.is_minor, r.author_id, r.author_name, r.created_at, r.sha256"
    };
}

fn read_head(columns: &mut Columns<'_>) -> Result<RevisionHead, StoreError> {
    Ok(RevisionHead {
        number: columns.value()?,
        base: columns.value()?,
        message: columns.value()?,
        is_minor: columns.value()?,
        author_id: columns.value()?,
        author_name: columns.value()?,
        created_at: columns.moment()?,
        sha256: {
            let bytes: &[u8] = columns.value()?;
            let unknown = |_| StoreError::UnknownValue { what: "a hash of a revision", value: format!("{} bytes", bytes.len()) };
            bytes.try_into().map_err(unknown)?
        },
    })
}

pub(super) async fn heads_of(connection: &mut SqliteConnection, key: i64) -> Result<Vec<RevisionHead>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        head_columns!(),
        " FROM postmortem_revision AS r WHERE r.postmortem_key = ? ORDER BY r.number DESC LIMIT ?"
    ))
    .bind(key)
    .bind(i64::from(REVISIONS_MAX))
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(|row| read_head(&mut Columns::new(row, READ))).collect()
}

/// The revision with this number, or the newest.
async fn revision_of(connection: &mut SqliteConnection, key: i64, number: Option<i64>) -> Result<Option<Revision>, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        head_columns!(),
        ", r.content FROM postmortem_revision AS r WHERE r.postmortem_key = ?1 AND r.number = COALESCE(?2,
             (SELECT MAX(number) FROM postmortem_revision WHERE postmortem_key = ?1))"
    ))
    .bind(key)
    .bind(number)
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = Columns::new(&row, READ);
    Ok(Some(Revision { head: read_head(&mut columns)?, content: content_from_json(columns.value()?)? }))
}

pub(super) async fn newest_of(connection: &mut SqliteConnection, key: i64) -> Result<Option<Revision>, StoreError> {
    revision_of(connection, key, None).await
}

// In the order in which `read_publication` reads them.
macro_rules! publication_columns {
    () => {
        "b.number, b.revision_number, b.analysis, b.message, b.is_minor, b.published_at, b.published_by"
    };
}

fn read_publication(columns: &mut Columns<'_>) -> Result<PublicationHead, StoreError> {
    Ok(PublicationHead {
        number: columns.value()?,
        revision: columns.value()?,
        analysis: columns.named("an analysis", Analysis::from_name)?,
        message: columns.value()?,
        is_minor: columns.value()?,
        published_at: columns.moment()?,
        published_by: columns.value()?,
    })
}

pub(super) async fn publications_of(connection: &mut SqliteConnection, key: i64) -> Result<Vec<PublicationHead>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        publication_columns!(),
        " FROM postmortem_publication AS b WHERE b.postmortem_key = ? ORDER BY b.number DESC LIMIT ?"
    ))
    .bind(key)
    .bind(i64::from(REVISIONS_MAX))
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(|row| read_publication(&mut Columns::new(row, READ))).collect()
}

pub(super) async fn publication_of(
    connection: &mut SqliteConnection,
    key: i64,
    number: i64,
) -> Result<Option<Publication>, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        publication_columns!(),
        ", r.content, b.record FROM postmortem_publication AS b JOIN postmortem_revision AS r
             ON r.postmortem_key = b.postmortem_key AND r.number = b.revision_number
         WHERE b.postmortem_key = ? AND b.number = ?"
    ))
    .bind(key)
    .bind(number)
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = Columns::new(&row, READ);
    Ok(Some(Publication {
        head: read_publication(&mut columns)?,
        content: content_from_json(columns.value()?)?,
        record: from_json::<Record>("a record of a postmortem", columns.value()?)?,
    }))
}

/// Who is typing, by key, and when they last did.
pub(super) async fn typing(connection: &mut SqliteConnection, key: i64) -> Result<Vec<(i64, Timestamp)>, StoreError> {
    let rows = sqlx::query("SELECT user_key, saved_at FROM postmortem_buffer WHERE postmortem_key = ? ORDER BY saved_at DESC");
    let rows = rows.bind(key).fetch_all(connection).await.map_err(StoreError::doing(READ))?;
    let read = |row: &SqliteRow| {
        let mut columns = Columns::new(row, READ);
        Ok((columns.value()?, columns.moment()?))
    };
    rows.iter().map(read).collect()
}

async fn buffer_of(connection: &mut SqliteConnection, key: i64, user: i64) -> Result<Option<Buffer>, StoreError> {
    let row = sqlx::query(
        "SELECT base_number, content, message, typed_at, saved_at FROM postmortem_buffer WHERE postmortem_key = ? AND user_key = ?",
    );
    let row = row.bind(key).bind(user).fetch_optional(connection).await.map_err(StoreError::doing(READ))?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = Columns::new(&row, READ);
    Ok(Some(Buffer {
        base: Some(columns.value::<i64>()?).filter(|number| *number > 0),
        content: content_from_json(columns.value()?)?,
        message: columns.value()?,
        typed_at: columns.moment()?,
        saved_at: columns.moment()?,
    }))
}

impl Store {
    /// The revision of a postmortem with this number.
    pub async fn revision(&self, postmortem_key: i64, number: i64) -> Result<Option<Revision>, StoreError> {
        revision_of(&mut *self.reader().await?, postmortem_key, Some(number)).await
    }

    /// The publication of a postmortem with this number.
    pub async fn publication(&self, postmortem_key: i64, number: i64) -> Result<Option<Publication>, StoreError> {
        publication_of(&mut *self.reader().await?, postmortem_key, number).await
    }

    /// What somebody typed into a postmortem and did not save.
    pub async fn buffer(&self, postmortem_key: i64, user: i64) -> Result<Option<Buffer>, StoreError> {
        buffer_of(&mut *self.reader().await?, postmortem_key, user).await
    }
}

impl Transaction<'_> {
    /// The revision of a postmortem with this number.
    pub async fn revision(&mut self, postmortem_key: i64, number: i64) -> Result<Option<Revision>, StoreError> {
        revision_of(self.connection(), postmortem_key, Some(number)).await
    }

    /// The newest revision of a postmortem.
    pub async fn newest_revision(&mut self, postmortem_key: i64) -> Result<Option<Revision>, StoreError> {
        newest_of(self.connection(), postmortem_key).await
    }

    /// Revisions of a postmortem after the one with this number, the newest first.
    pub async fn revisions_since(&mut self, postmortem_key: i64, number: i64) -> Result<Vec<RevisionHead>, StoreError> {
        let mut all = heads_of(self.connection(), postmortem_key).await?;
        all.retain(|head| head.number > number);
        Ok(all)
    }

    /// The publication of a postmortem with this number.
    pub async fn publication(&mut self, postmortem_key: i64, number: i64) -> Result<Option<Publication>, StoreError> {
        publication_of(self.connection(), postmortem_key, number).await
    }

    /// Publications of a postmortem, the newest first.
    pub async fn publications(&mut self, postmortem_key: i64) -> Result<Vec<PublicationHead>, StoreError> {
        publications_of(self.connection(), postmortem_key).await
    }

    /// Keeps a revision, with the next number. One more than [`REVISIONS_MAX`] is [`StoreError::Full`].
    pub async fn append_revision(&mut self, postmortem_key: i64, new: &NewRevision) -> Result<RevisionHead, StoreError> {
        let number: i64 =
            sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM postmortem_revision WHERE postmortem_key = ?")
                .bind(postmortem_key)
                .fetch_one(self.connection())
                .await
                .map_err(StoreError::doing(KEEP))?;
        if number > i64::from(REVISIONS_MAX) {
            return Err(StoreError::Full { what: "revisions of one postmortem", limit: REVISIONS_MAX });
        }
        let sha256 = hash(&new.content);
        sqlx::query(
            "INSERT INTO postmortem_revision (postmortem_key, number, base_number, content, message, is_minor, author_id,
                 author_name, created_at, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(postmortem_key)
        .bind(number)
        .bind(new.base)
        .bind(to_json(&new.content))
        .bind(new.message.as_str())
        .bind(new.is_minor)
        .bind(new.author_id.as_str())
        .bind(new.author_name.as_str())
        .bind(new.created_at.as_ms())
        .bind(sha256.as_slice())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(KEEP))?;
        Ok(RevisionHead {
            number,
            base: new.base,
            message: new.message.clone(),
            is_minor: new.is_minor,
            author_id: new.author_id.clone(),
            author_name: new.author_name.clone(),
            created_at: new.created_at,
            sha256,
        })
    }

    /// Keeps a publication, with the next number.
    pub async fn append_publication(&mut self, postmortem_key: i64, new: &NewPublication) -> Result<i64, StoreError> {
        let number: i64 =
            sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM postmortem_publication WHERE postmortem_key = ?")
                .bind(postmortem_key)
                .fetch_one(self.connection())
                .await
                .map_err(StoreError::doing(PUBLISH))?;
        sqlx::query(
            "INSERT INTO postmortem_publication (postmortem_key, number, revision_number, record, analysis, message, is_minor,
                 decided, published_at, published_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(postmortem_key)
        .bind(number)
        .bind(new.revision)
        .bind(to_json(&new.record))
        .bind(new.analysis.name())
        .bind(new.message.as_str())
        .bind(new.is_minor)
        .bind(json!(new.decided).to_string())
        .bind(new.at.as_ms())
        .bind(new.by.as_str())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(PUBLISH))?;
        Ok(number)
    }

    /// Keeps what somebody typed, unless something that they typed later is kept already; then it gives false.
    pub async fn put_buffer(&mut self, postmortem_key: i64, user: i64, buffer: &Buffer) -> Result<bool, StoreError> {
        let kept = sqlx::query(
            "INSERT INTO postmortem_buffer (postmortem_key, user_key, base_number, content, message, typed_at, saved_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (postmortem_key, user_key) DO UPDATE SET base_number = ?3, content = ?4,
             message = ?5, typed_at = ?6, saved_at = ?7 WHERE excluded.typed_at >= postmortem_buffer.typed_at",
        )
        .bind(postmortem_key)
        .bind(user)
        .bind(buffer.base.unwrap_or(0))
        .bind(to_json(&buffer.content))
        .bind(buffer.message.as_str())
        .bind(buffer.typed_at.as_ms())
        .bind(buffer.saved_at.as_ms())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(BUFFER))?;
        Ok(kept.rows_affected() > 0)
    }

    /// Forgets what somebody typed: it was saved, or thrown away.
    pub async fn drop_buffer(&mut self, postmortem_key: i64, user: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM postmortem_buffer WHERE postmortem_key = ? AND user_key = ?")
            .bind(postmortem_key)
            .bind(user)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(BUFFER))?;
        Ok(())
    }
}
