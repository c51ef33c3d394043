//! Postmortems themselves: what is said of them, and lists of them.

use domain::incident::work::{Severity, State as WorkState};
use domain::postmortem::{Analysis, Cause, Content, State};
use domain::text::Slug;
use domain::time::Timestamp;
use serde_json::json;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use super::{IncidentHead, LISTED_MAX, Listed, Postmortem, PostmortemFacts, PostmortemStory, Published, files, revisions, talk};
use crate::columns::{self, Columns};
use crate::{Store, StoreError, Transaction};

const READ: &str = "read a postmortem";
const CHANGE: &str = "change a postmortem";

// In the order in which `read_postmortem` reads them.
macro_rules! postmortem_columns {
    () => {
        "p.key, p.id, p.number, p.incident_key, p.slug, p.state, p.analysis, p.cause, p.owner, p.no_actions, p.retracted, p.reason,
         p.reason_by, p.created_at, p.updated_at, p.version"
    };
}

fn read_postmortem(columns: &mut Columns<'_>) -> Result<Postmortem, StoreError> {
    Ok(Postmortem {
        key: columns.value()?,
        id: columns.parsed("a postmortem's id")?,
        number: columns.value()?,
        incident_key: columns.value()?,
        facts: PostmortemFacts {
            slug: columns.named_if_any("a slug", |text| text.parse().ok())?,
            state: columns.named("a state of a postmortem", State::from_name)?,
            analysis: columns.named("an analysis", Analysis::from_name)?,
            cause: columns.named("a cause", Cause::from_name)?,
            owner: columns.value()?,
            no_actions: columns.value()?,
            retracted: columns.value()?,
            reason: columns.value::<Option<String>>()?.zip(columns.value()?),
        },
        created_at: columns.moment()?,
        updated_at: columns.moment()?,
        version: columns.value()?,
    })
}

/// Which postmortem is meant.
#[derive(Clone, Copy, Debug)]
enum By {
    Number(i64),
    Key(i64),
    Incident(i64),
}

async fn one(connection: &mut SqliteConnection, by: By) -> Result<Option<Postmortem>, StoreError> {
    let (number, key, incident) = match by {
        By::Number(number) => (Some(number), None, None),
        By::Key(key) => (None, Some(key), None),
        By::Incident(key) => (None, None, Some(key)),
    };
    let row = sqlx::query(concat!(
        "SELECT ",
        postmortem_columns!(),
        " FROM postmortem AS p WHERE p.number = ?1 OR p.key = ?2 OR p.incident_key = ?3"
    ))
    .bind(number)
    .bind(key)
    .bind(incident)
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    row.as_ref().map(|row| read_postmortem(&mut Columns::new(row, READ))).transpose()
}

fn read_listed(row: &SqliteRow) -> Result<Listed, StoreError> {
    let mut columns = Columns::new(row, READ);
    let postmortem = read_postmortem(&mut columns)?;
    let newest: Option<i64> = columns.value()?;
    let content: Option<String> = columns.value()?;
    let content: Option<Content> = content.as_deref().map(revisions::content_from_json).transpose()?;
    Ok(Listed {
        postmortem,
        content_title: content.map(|content| content.title),
        newest,
        published_at: columns.moment_if_any()?,
        incident: IncidentHead {
            number: columns.value()?,
            title: columns.named("a text", columns::text_from_json)?,
            severity: columns.named("a severity", Severity::from_name)?,
            state: columns.named("a state of an incident", WorkState::from_name)?,
            opened_at: columns.moment()?,
            resolved_at: columns.moment_if_any()?,
        },
    })
}

impl Store {
    /// The postmortem with this number.
    pub async fn postmortem(&self, number: i64) -> Result<Option<Postmortem>, StoreError> {
        one(&mut *self.reader().await?, By::Number(number)).await
    }

    /// The postmortem of the incident with this key.
    pub async fn postmortem_of(&self, incident_key: i64) -> Result<Option<Postmortem>, StoreError> {
        one(&mut *self.reader().await?, By::Incident(incident_key)).await
    }

    /// Postmortems in these states (none: in any), the newest number first and smaller than `before`; at most `limit`.
    pub async fn postmortems(&self, states: &[State], before: Option<i64>, limit: u32) -> Result<Vec<Listed>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            postmortem_columns!(),
            ", r.number, CASE WHEN r.key IS NULL THEN NULL ELSE json_object('title', json_extract(r.content, '$.title'),
                 'body', json_object('ja', '', 'en', ''), 'only', NULL) END,
             (SELECT MAX(published_at) FROM postmortem_publication WHERE postmortem_key = p.key),
             i.number, i.title, i.severity, i.state, i.opened_at, i.resolved_at
             FROM postmortem AS p JOIN incident AS i ON i.key = p.incident_key
             LEFT JOIN postmortem_revision AS r ON r.postmortem_key = p.key
                 AND r.number = (SELECT MAX(number) FROM postmortem_revision WHERE postmortem_key = p.key)
             WHERE (?1 = '[]' OR p.state IN (SELECT value FROM json_each(?1))) AND p.number < ?2 ORDER BY p.number DESC LIMIT ?3"
        ))
        .bind(json!(states.iter().map(|state| state.name()).collect::<Vec<_>>()).to_string())
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit.min(LISTED_MAX)))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        rows.iter().map(read_listed).collect()
    }

    /// Incidents that are over, of one of these severities, without a postmortem, the newest first; drills need none. `over_by`: only those that were
    /// over then.
    pub async fn incidents_without_postmortem(
        &self,
        severities: &[Severity],
        over_by: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<IncidentHead>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.number, i.title, i.severity, i.state, i.opened_at, i.resolved_at FROM incident AS i
             WHERE i.severity IN (SELECT value FROM json_each(?1)) AND i.kind <> 'drill' AND i.merged_into IS NULL
               AND i.state IN ('resolved', 'closed') AND NOT EXISTS (SELECT 1 FROM postmortem WHERE incident_key = i.key)
               AND (?3 IS NULL OR i.resolved_at <= ?3) ORDER BY i.number DESC LIMIT ?2",
        )
        .bind(json!(severities.iter().map(|severity| severity.name()).collect::<Vec<_>>()).to_string())
        .bind(i64::from(limit.min(LISTED_MAX)))
        .bind(over_by.map(Timestamp::as_ms))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let head = |row: &SqliteRow| {
            let mut columns = Columns::new(row, READ);
            Ok(IncidentHead {
                number: columns.value()?,
                title: columns.named("a text", columns::text_from_json)?,
                severity: columns.named("a severity", Severity::from_name)?,
                state: columns.named("a state of an incident", WorkState::from_name)?,
                opened_at: columns.moment()?,
                resolved_at: columns.moment_if_any()?,
            })
        };
        rows.iter().map(head).collect()
    }

    /// Everything about one postmortem, as it is at one moment.
    pub async fn postmortem_story(&self, number: i64) -> Result<Option<PostmortemStory>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let Some(postmortem) = one(&mut snapshot, By::Number(number)).await? else { return Ok(None) };
        let key = postmortem.key;
        let incident_number = sqlx::query_scalar("SELECT number FROM incident WHERE key = ?");
        let incident_number = incident_number.bind(postmortem.incident_key).fetch_one(&mut *snapshot).await;
        Ok(Some(PostmortemStory {
            incident_number: incident_number.map_err(StoreError::doing(READ))?,
            revisions: revisions::heads_of(&mut snapshot, key).await?,
            newest: revisions::newest_of(&mut snapshot, key).await?,
            publications: revisions::publications_of(&mut snapshot, key).await?,
            reviews: talk::reviews_of(&mut snapshot, key).await?,
            comments: talk::comments_of(&mut snapshot, key).await?,
            files: files::heads_of(&mut snapshot, key).await?,
            typing: revisions::typing(&mut snapshot, key).await?,
            postmortem,
        }))
    }

    /// The number of the incident of the postmortem with this number.
    pub async fn incident_of_postmortem(&self, number: i64) -> Result<Option<i64>, StoreError> {
        sqlx::query_scalar("SELECT i.number FROM postmortem AS p JOIN incident AS i ON i.key = p.incident_key WHERE p.number = ?")
            .bind(number)
            .fetch_optional(self.readers())
            .await
            .map_err(StoreError::doing(READ))
    }

    /// Number and version of every postmortem that was ever published, in the order of [`Store::published_postmortems`]: whether something changed
    /// is known from these without reading a text.
    pub async fn published_versions(&self) -> Result<Vec<(i64, i64)>, StoreError> {
        sqlx::query_as(
            "SELECT number, version FROM postmortem AS p
             WHERE EXISTS (SELECT 1 FROM postmortem_publication WHERE postmortem_key = p.key) ORDER BY number DESC LIMIT ?",
        )
        .bind(i64::from(LISTED_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))
    }

    /// Every postmortem that was ever published, the newest number first, with its newest publication; at most [`LISTED_MAX`].
    pub async fn published_postmortems(&self) -> Result<Vec<Published>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let rows = sqlx::query(concat!(
            "SELECT ",
            postmortem_columns!(),
            " FROM postmortem AS p WHERE EXISTS (SELECT 1 FROM postmortem_publication WHERE postmortem_key = p.key)
             ORDER BY p.number DESC LIMIT ?"
        ))
        .bind(i64::from(LISTED_MAX))
        .fetch_all(&mut *snapshot)
        .await
        .map_err(StoreError::doing(READ))?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let postmortem = read_postmortem(&mut Columns::new(row, READ))?;
            all.extend(published(&mut snapshot, postmortem).await?);
        }
        Ok(all)
    }

    /// The same of one, if it was ever published.
    pub async fn published_postmortem(&self, number: i64) -> Result<Option<Published>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        match one(&mut snapshot, By::Number(number)).await? {
            Some(postmortem) => published(&mut snapshot, postmortem).await,
            None => Ok(None),
        }
    }
}

async fn published(connection: &mut SqliteConnection, postmortem: Postmortem) -> Result<Option<Published>, StoreError> {
    let history = revisions::publications_of(connection, postmortem.key).await?;
    let Some(head) = history.first() else { return Ok(None) };
    let Some(newest) = revisions::publication_of(connection, postmortem.key, head.number).await? else { return Ok(None) };
    Ok(Some(Published { postmortem, history, newest }))
}

impl Transaction<'_> {
    /// The postmortem with this number.
    pub async fn postmortem(&mut self, number: i64) -> Result<Option<Postmortem>, StoreError> {
        one(self.connection(), By::Number(number)).await
    }

    /// The postmortem of the incident with this key.
    pub async fn postmortem_of(&mut self, incident_key: i64) -> Result<Option<Postmortem>, StoreError> {
        one(self.connection(), By::Incident(incident_key)).await
    }

    /// Keeps a new postmortem, with the next number.
    pub async fn insert_postmortem(
        &mut self,
        incident_key: i64,
        id: Uuid,
        facts: &PostmortemFacts,
        at: Timestamp,
    ) -> Result<Postmortem, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO postmortem (id, number, incident_key, slug, state, analysis, cause, owner, no_actions, reason, reason_by,
                 created_at, updated_at)
             VALUES (?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM postmortem), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        )
        .bind(id.to_string())
        .bind(incident_key)
        .bind(facts.slug.as_ref().map(Slug::as_str))
        .bind(facts.state.name())
        .bind(facts.analysis.name())
        .bind(facts.cause.name())
        .bind(facts.owner)
        .bind(facts.no_actions.as_deref())
        .bind(facts.reason.as_ref().map(|(reason, _)| reason.as_str()))
        .bind(facts.reason.as_ref().map(|(_, by)| by.as_str()))
        .bind(at.as_ms())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing("keep a postmortem"))?;
        let kept = one(self.connection(), By::Key(inserted.last_insert_rowid())).await?;
        kept.ok_or_else(|| StoreError::doing(READ)(sqlx::Error::RowNotFound))
    }

    /// Changes what is said of a postmortem, unless it is no longer at `version`: then nothing happens and it gives none.
    pub async fn update_postmortem(
        &mut self,
        key: i64,
        version: i64,
        facts: &PostmortemFacts,
        at: Timestamp,
    ) -> Result<Option<Postmortem>, StoreError> {
        let updated = sqlx::query(
            "UPDATE postmortem SET slug = ?1, state = ?2, analysis = ?3, cause = ?4, owner = ?5, no_actions = ?6, reason = ?7,
                 reason_by = ?8, updated_at = ?9, retracted = ?12, version = version + 1 WHERE key = ?10 AND version = ?11",
        )
        .bind(facts.slug.as_ref().map(Slug::as_str))
        .bind(facts.state.name())
        .bind(facts.analysis.name())
        .bind(facts.cause.name())
        .bind(facts.owner)
        .bind(facts.no_actions.as_deref())
        .bind(facts.reason.as_ref().map(|(reason, _)| reason.as_str()))
        .bind(facts.reason.as_ref().map(|(_, by)| by.as_str()))
        .bind(at.as_ms())
        .bind(key)
        .bind(version)
        .bind(facts.retracted)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        if updated.rows_affected() == 0 { Ok(None) } else { one(self.connection(), By::Key(key)).await }
    }

    /// True when another postmortem has this public address.
    pub async fn is_slug_taken(&mut self, slug: &Slug, by_other_than: i64) -> Result<bool, StoreError> {
        let taken: Option<i64> = sqlx::query_scalar("SELECT key FROM postmortem WHERE slug = ? AND key <> ?")
            .bind(slug.as_str())
            .bind(by_other_than)
            .fetch_optional(self.connection())
            .await
            .map_err(StoreError::doing(READ))?;
        Ok(taken.is_some())
    }
}
