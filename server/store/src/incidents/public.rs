//! What everybody may know of incidents, as public pages read it: nothing of those that are internal, of drills, or of those that are now
//! part of another one.

use std::collections::BTreeMap;

use domain::incident::work::Marker;
use domain::time::Timestamp;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::records::{active_states, affected_of, incident_columns, read_incident};
use super::{Affected, Entry, Incident, Update, timeline, updates};
use crate::columns::Columns;
use crate::{Store, StoreError};

/// Most public incidents that are told of, the newest: decades of a large installation, and few enough to be kept in memory.
pub const TOLD_MAX: u32 = 10_000;

const READ: &str = "read public incidents";

/// What everybody may know of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicStory {
    /// The incident.
    pub incident: Incident,
    /// What it affects, in order of time.
    pub affected: Vec<Affected>,
    /// The rows that are public or redacted and were not deleted, in order. What a redacted one says is for nobody outside.
    pub entries: Vec<Entry>,
    /// The moments that figures are computed from.
    pub moments: BTreeMap<Marker, Timestamp>,
    /// What the public was told, in order of number.
    pub updates: Vec<Update>,
}

// True when everybody may know of incident `i`.
macro_rules! is_told {
    () => {
        "(i.is_public AND i.kind <> 'drill' AND i.merged_into IS NULL AND i.public_number IS NOT NULL)"
    };
}

async fn story_of(connection: &mut SqliteConnection, incident: Incident) -> Result<PublicStory, StoreError> {
    let key = incident.key;
    let markers = timeline::markers_of(connection, key).await?;
    Ok(PublicStory {
        affected: affected_of(connection, key).await?,
        entries: timeline::told_entries_of(connection, key).await?,
        moments: markers.into_iter().map(|(marker, (_, at))| (marker, at)).collect(),
        updates: updates::updates_of(connection, key).await?,
        incident,
    })
}

impl Store {
    /// The incidents that everybody may know of, the newest public number first; at most [`TOLD_MAX`].
    pub async fn public_incidents(&self) -> Result<Vec<Incident>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            incident_columns!(),
            " FROM incident AS i WHERE ",
            is_told!(),
            " ORDER BY i.public_number DESC LIMIT ?"
        ))
        .bind(i64::from(TOLD_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        rows.iter().map(read_incident).collect()
    }

    /// What everybody may know of the incident with this public number, all of it as it is at one moment.
    pub async fn public_story(&self, public_number: i64) -> Result<Option<PublicStory>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let row = sqlx::query(concat!(
            "SELECT ",
            incident_columns!(),
            " FROM incident AS i WHERE i.public_number = ? AND ",
            is_told!()
        ))
        .bind(public_number)
        .fetch_optional(&mut *snapshot)
        .await
        .map_err(StoreError::doing(READ))?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(story_of(&mut snapshot, read_incident(&row)?).await?))
    }

    /// What everybody may know of all public incidents that are worked on and of the newest others, the newest public number first, all of
    /// it as it is at one moment; at most [`TOLD_MAX`].
    pub async fn public_stories(&self, newest: u32) -> Result<Vec<PublicStory>, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin().await.map_err(StoreError::doing(READ))?;
        let rows = sqlx::query(concat!(
            "SELECT ",
            incident_columns!(),
            " FROM incident AS i WHERE ",
            is_told!(),
            " AND (i.state IN (SELECT value FROM json_each(?1)) OR i.key IN (SELECT i.key FROM incident AS i WHERE ",
            is_told!(),
            " ORDER BY i.public_number DESC LIMIT ?2)) ORDER BY i.public_number DESC LIMIT ?3"
        ))
        .bind(active_states())
        .bind(i64::from(newest))
        .bind(i64::from(TOLD_MAX))
        .fetch_all(&mut *snapshot)
        .await
        .map_err(StoreError::doing(READ))?;
        let mut stories = Vec::with_capacity(rows.len());
        for row in &rows {
            stories.push(story_of(&mut snapshot, read_incident(row)?).await?);
        }
        Ok(stories)
    }

    /// Public numbers of incidents that were merged, each with that of the incident it is part of now, the newest first; at most
    /// [`TOLD_MAX`]. One that was withdrawn before, or is part of one that nobody outside may know of, is not there.
    pub async fn public_redirects(&self) -> Result<Vec<(i64, i64)>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT f.public_number, i.public_number FROM incident AS f JOIN incident AS i ON i.key = f.merged_into
             WHERE f.public_number IS NOT NULL AND f.is_public AND f.kind <> 'drill' AND ",
            is_told!(),
            " ORDER BY f.public_number DESC LIMIT ?"
        ))
        .bind(i64::from(TOLD_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let read = |row: &SqliteRow| -> Result<_, StoreError> {
            let mut columns = Columns::new(row, READ);
            Ok((columns.value()?, columns.value()?))
        };
        rows.iter().map(read).collect()
    }
}
