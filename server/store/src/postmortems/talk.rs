//! What people say about a postmortem: reviews and comments.

use domain::postmortem::Verdict;
use domain::postmortem::anchor::Anchor;
use domain::text::Language;
use domain::time::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use super::{COMMENTS_MAX, Comment, NewComment, REVIEWS_READ_MAX, Review};
use crate::columns::Columns;
use crate::{StoreError, Transaction};

const READ: &str = "read what was said about a postmortem";
const KEEP: &str = "keep what was said about a postmortem";

pub(super) async fn reviews_of(connection: &mut SqliteConnection, key: i64) -> Result<Vec<Review>, StoreError> {
    let rows = sqlx::query(
        "SELECT revision_number, verdict, note, actor_id, actor_name, is_own, at FROM postmortem_review WHERE postmortem_key = ?
         ORDER BY at DESC, key DESC LIMIT ?",
    )
    .bind(key)
    .bind(i64::from(REVIEWS_READ_MAX))
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    let review = |row: &SqliteRow| {
        let mut columns = Columns::new(row, READ);
        Ok(Review {
            revision: columns.value()?,
            verdict: columns.named("a verdict", Verdict::from_name)?,
            note: columns.value()?,
            actor_id: columns.value()?,
            actor_name: columns.value()?,
            is_own: columns.value()?,
            at: columns.moment()?,
        })
    };
    rows.iter().map(review).collect()
}

fn read_comment(row: &SqliteRow) -> Result<Comment, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Comment {
        key: columns.value()?,
        id: columns.parsed("an id of a comment")?,
        parent: columns.value()?,
        revision: columns.value()?,
        language: columns.named("a language", Language::from_tag)?,
        anchor: columns.named_if_any("a passage", |text| serde_json::from_str::<Anchor>(text).ok())?,
        body: columns.value()?,
        actor_name: columns.value()?,
        created_at: columns.moment()?,
        resolved: columns.moment_if_any()?.zip(columns.value()?),
    })
}

// In the order in which `read_comment` reads them.
macro_rules! comment_columns {
    () => {
        "key, id, parent_key, revision_number, language, anchor, body, actor_name, created_at, resolved_at, resolved_by"
    };
}

pub(super) async fn comments_of(connection: &mut SqliteConnection, key: i64) -> Result<Vec<Comment>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        comment_columns!(),
        " FROM postmortem_comment WHERE postmortem_key = ? ORDER BY created_at, key LIMIT ?"
    ))
    .bind(key)
    .bind(i64::from(COMMENTS_MAX))
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(read_comment).collect()
}

impl Transaction<'_> {
    /// Reviews of a postmortem, the newest first.
    pub async fn postmortem_reviews(&mut self, postmortem_key: i64) -> Result<Vec<Review>, StoreError> {
        reviews_of(self.connection(), postmortem_key).await
    }

    /// Keeps a review.
    pub async fn append_postmortem_review(&mut self, postmortem_key: i64, review: &Review) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO postmortem_review (postmortem_key, revision_number, verdict, note, actor_id, actor_name, is_own, at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(postmortem_key)
        .bind(review.revision)
        .bind(review.verdict.name())
        .bind(review.note.as_str())
        .bind(review.actor_id.as_str())
        .bind(review.actor_name.as_str())
        .bind(review.is_own)
        .bind(review.at.as_ms())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(KEEP))?;
        Ok(())
    }

    /// The comment of a postmortem with this id.
    pub async fn postmortem_comment(&mut self, postmortem_key: i64, id: Uuid) -> Result<Option<Comment>, StoreError> {
        let row =
            sqlx::query(concat!("SELECT ", comment_columns!(), " FROM postmortem_comment WHERE postmortem_key = ? AND id = ?"))
                .bind(postmortem_key)
                .bind(id.to_string())
                .fetch_optional(self.connection())
                .await
                .map_err(StoreError::doing(READ))?;
        row.as_ref().map(read_comment).transpose()
    }

    /// Keeps a comment. One more than [`COMMENTS_MAX`] is [`StoreError::Full`].
    pub async fn append_comment(&mut self, postmortem_key: i64, new: &NewComment) -> Result<(), StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM postmortem_comment WHERE postmortem_key = ?")
            .bind(postmortem_key)
            .fetch_one(self.connection())
            .await
            .map_err(StoreError::doing(READ))?;
        if count >= i64::from(COMMENTS_MAX) {
            return Err(StoreError::Full { what: "comments on one postmortem", limit: COMMENTS_MAX });
        }
        sqlx::query(
            "INSERT INTO postmortem_comment (id, postmortem_key, parent_key, revision_number, language, anchor, body, actor_id,
                 actor_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.to_string())
        .bind(postmortem_key)
        .bind(new.parent)
        .bind(new.revision)
        .bind(new.language.tag())
        .bind(new.anchor.as_ref().and_then(|anchor| serde_json::to_string(anchor).ok()))
        .bind(new.body.as_str())
        .bind(new.actor_id.as_str())
        .bind(new.actor_name.as_str())
        .bind(new.at.as_ms())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(KEEP))?;
        Ok(())
    }

    /// Notes that a comment was seen to, or was not after all.
    pub async fn resolve_comment(&mut self, key: i64, resolved: Option<(Timestamp, &str)>) -> Result<(), StoreError> {
        sqlx::query("UPDATE postmortem_comment SET resolved_at = ?, resolved_by = ? WHERE key = ?")
            .bind(resolved.map(|(at, _)| at.as_ms()))
            .bind(resolved.map(|(_, by)| by))
            .bind(key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(KEEP))?;
        Ok(())
    }
}
