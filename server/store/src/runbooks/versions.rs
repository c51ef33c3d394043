//! Texts of runbooks in every version that was ever read, and who reviewed them. A version is written once and never changed.

use std::collections::{BTreeMap, HashMap};

use domain::text::{Language, Slug};
use domain::time::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::{Review, Version, VersionHead};
use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

/// Most versions of one runbook that are read at once, the newest: years of edits.
pub const VERSIONS_LISTED_MAX: u32 = 500;
/// Most runbooks of which something is read at once: far more than anybody could look after.
pub(super) const RUNBOOKS_READ_MAX: u32 = 10_000;

const READ: &str = "read a version of a runbook";
const KEEP: &str = "keep a version of a runbook";
const REVIEW: &str = "keep a review of a runbook";
const READ_REVIEWS: &str = "read the reviews of runbooks";

// Of version `v` of runbook `b`, in the order in which `read_head` reads them.
macro_rules! version_columns {
    () => {
        "v.key, b.slug, v.number, v.sha256, v.created_at"
    };
}
pub(super) use version_columns;

// Versions with these columns.
macro_rules! select_versions {
    () => {
        concat!("SELECT ", version_columns!(), " FROM runbook_version AS v JOIN runbook AS b ON b.key = v.runbook_key WHERE ")
    };
}

pub(super) fn read_head(columns: &mut Columns<'_>) -> Result<VersionHead, StoreError> {
    Ok(VersionHead {
        key: columns.value()?,
        runbook: columns.parsed("a slug of a runbook")?,
        number: columns.value()?,
        sha256: read_hash(columns.value()?)?,
        created_at: columns.moment()?,
    })
}

fn read_hash(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    let unknown = |_| StoreError::UnknownValue { what: "a hash of a runbook", value: format!("{} bytes", bytes.len()) };
    bytes.try_into().map_err(unknown)
}

fn read_row(row: &SqliteRow) -> Result<VersionHead, StoreError> {
    read_head(&mut Columns::new(row, READ))
}

/// A version with its texts, once its head was read.
async fn whole(connection: &mut SqliteConnection, head: Option<VersionHead>) -> Result<Option<Version>, StoreError> {
    let Some(head) = head else { return Ok(None) };
    let rows = sqlx::query("SELECT language, source FROM runbook_text WHERE version_key = ? ORDER BY language")
        .bind(head.key)
        .fetch_all(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    let text = |row: &SqliteRow| -> Result<(Language, String), StoreError> {
        let mut columns = Columns::new(row, READ);
        Ok((columns.named("a language", Language::from_tag)?, columns.value()?))
    };
    let texts = rows.iter().map(text).collect::<Result<_, _>>()?;
    Ok(Some(Version { head, texts }))
}

/// The key of a runbook, which is made if it is new.
async fn runbook_key(connection: &mut SqliteConnection, runbook: &Slug, at: Timestamp) -> Result<i64, StoreError> {
    sqlx::query("INSERT INTO runbook (slug, created_at) VALUES (?, ?) ON CONFLICT (slug) DO NOTHING")
        .bind(runbook.as_str())
        .bind(at.as_ms())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing(KEEP))?;
    sqlx::query_scalar("SELECT key FROM runbook WHERE slug = ?")
        .bind(runbook.as_str())
        .fetch_one(connection)
        .await
        .map_err(StoreError::doing(KEEP))
}

impl Store {
    /// The versions of a runbook, the newest number first; at most [`VERSIONS_LISTED_MAX`].
    pub async fn runbook_versions(&self, runbook: &Slug) -> Result<Vec<VersionHead>, StoreError> {
        let rows = sqlx::query(concat!(select_versions!(), "b.slug = ? ORDER BY v.number DESC LIMIT ?"))
            .bind(runbook.as_str())
            .bind(i64::from(VERSIONS_LISTED_MAX))
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
        rows.iter().map(read_row).collect()
    }

    /// The version of a runbook with this number.
    pub async fn runbook_version(&self, runbook: &Slug, number: i64) -> Result<Option<Version>, StoreError> {
        let mut reader = self.reader().await?;
        let row = sqlx::query(concat!(select_versions!(), "b.slug = ? AND v.number = ?"))
            .bind(runbook.as_str())
            .bind(number)
            .fetch_optional(&mut *reader)
            .await
            .map_err(StoreError::doing(READ))?;
        let head = row.as_ref().map(read_row).transpose()?;
        whole(&mut reader, head).await
    }

    /// The version with this key.
    pub async fn runbook_version_by_key(&self, key: i64) -> Result<Option<Version>, StoreError> {
        let mut reader = self.reader().await?;
        let row = sqlx::query(concat!(select_versions!(), "v.key = ?"))
            .bind(key)
            .fetch_optional(&mut *reader)
            .await
            .map_err(StoreError::doing(READ))?;
        let head = row.as_ref().map(read_row).transpose()?;
        whole(&mut reader, head).await
    }

    /// The version of a runbook that was last taken into use. It need not be the one with the largest number: who puts an old text back
    /// has the old version again.
    pub async fn current_version(&self, runbook: &Slug) -> Result<Option<Version>, StoreError> {
        let mut reader = self.reader().await?;
        let row = sqlx::query(concat!(select_versions!(), "b.slug = ? AND v.key = b.current_version_key"))
            .bind(runbook.as_str())
            .fetch_optional(&mut *reader)
            .await
            .map_err(StoreError::doing(READ))?;
        let head = row.as_ref().map(read_row).transpose()?;
        whole(&mut reader, head).await
    }

    /// The newest review of each runbook that has one.
    pub async fn newest_reviews(&self) -> Result<HashMap<Slug, Review>, StoreError> {
        let rows = sqlx::query(
            "SELECT b.slug, v.number, w.at, w.actor_name, w.note FROM runbook AS b
             JOIN runbook_review AS w ON w.key = (
                 SELECT key FROM runbook_review WHERE runbook_key = b.key ORDER BY at DESC, key DESC LIMIT 1)
             JOIN runbook_version AS v ON v.key = w.version_key ORDER BY w.at DESC LIMIT ?",
        )
        .bind(i64::from(RUNBOOKS_READ_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ_REVIEWS))?;
        let review = |row: &SqliteRow| -> Result<(Slug, Review), StoreError> {
            let mut columns = Columns::new(row, READ_REVIEWS);
            let runbook = columns.parsed("a slug of a runbook")?;
            let (version, at) = (columns.value()?, columns.moment()?);
            Ok((runbook, Review { version, at, actor_name: columns.value()?, note: columns.value()? }))
        };
        rows.iter().map(review).collect()
    }
}

impl Transaction<'_> {
    /// Keeps a version of a runbook, with the next number, and says whether it is new. Texts with this hash that were kept before are
    /// the version that they were then.
    pub async fn keep_version(
        &mut self,
        runbook: &Slug,
        texts: &BTreeMap<Language, String>,
        sha256: [u8; 32],
        at: Timestamp,
    ) -> Result<(VersionHead, bool), StoreError> {
        let connection = self.connection();
        let runbook_key = runbook_key(connection, runbook, at).await?;
        let known = sqlx::query(concat!(select_versions!(), "v.runbook_key = ? AND v.sha256 = ?"))
            .bind(runbook_key)
            .bind(sha256.as_slice())
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::doing(READ))?;
        if let Some(known) = known {
            return Ok((read_row(&known)?, false));
        }
        let number: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM runbook_version WHERE runbook_key = ?")
            .bind(runbook_key)
            .fetch_one(&mut *connection)
            .await
            .map_err(StoreError::doing(KEEP))?;
        let inserted = sqlx::query("INSERT INTO runbook_version (runbook_key, number, sha256, created_at) VALUES (?, ?, ?, ?)")
            .bind(runbook_key)
            .bind(number)
            .bind(sha256.as_slice())
            .bind(at.as_ms())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::doing(KEEP))?;
        let key = inserted.last_insert_rowid();
        for (language, source) in texts {
            sqlx::query("INSERT INTO runbook_text (version_key, language, source) VALUES (?, ?, ?)")
                .bind(key)
                .bind(language.tag())
                .bind(source.as_str())
                .execute(&mut *connection)
                .await
                .map_err(StoreError::doing(KEEP))?;
        }
        Ok((VersionHead { key, runbook: runbook.clone(), number, sha256, created_at: at }, true))
    }

    /// Notes that a version is the one in use from now on; gives the number of the one that was.
    pub async fn use_version(&mut self, version: &VersionHead) -> Result<Option<i64>, StoreError> {
        let connection = self.connection();
        let former: Option<i64> = sqlx::query_scalar(
            "SELECT v.number FROM runbook AS b JOIN runbook_version AS v ON v.key = b.current_version_key WHERE b.slug = ?",
        )
        .bind(version.runbook.as_str())
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::doing(READ))?;
        if former != Some(version.number) {
            sqlx::query(
                "UPDATE runbook SET current_version_key = ?1
                 WHERE key = (SELECT runbook_key FROM runbook_version WHERE key = ?1)",
            )
            .bind(version.key)
            .execute(connection)
            .await
            .map_err(StoreError::doing(KEEP))?;
        }
        Ok(former)
    }

    /// Notes that somebody found a version good. False when there is no such version; then nothing happens.
    pub async fn review_runbook(
        &mut self,
        runbook: &Slug,
        version: i64,
        at: Timestamp,
        actor_name: &str,
        note: &str,
    ) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO runbook_review (runbook_key, version_key, at, actor_name, note)
             SELECT v.runbook_key, v.key, ?3, ?4, ?5 FROM runbook_version AS v JOIN runbook AS b ON b.key = v.runbook_key
             WHERE b.slug = ?1 AND v.number = ?2",
        )
        .bind(runbook.as_str())
        .bind(version)
        .bind(at.as_ms())
        .bind(actor_name)
        .bind(note)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(REVIEW))?;
        Ok(inserted.rows_affected() > 0)
    }
}
