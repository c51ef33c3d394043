//! Makes one incident of two: everything of the one goes to the other, and the one only says where it is now.

use domain::time::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::super::search::{TITLES_FROM, UPDATES_FROM};
use super::super::{ENTRIES_MAX, EVIDENCE_MAX, UPDATES_MAX, evidence, timeline, updates};
use crate::{StoreError, Transaction};

const MERGE: &str = "merge two incidents";

/// What is done, in this order. `?1` is the incident that goes, `?2` the one that stays; `?3` and `?4` are the largest `seq` and the largest
/// number of an update in the latter; `?5` is the present; `?6` and `?7` are where updates and titles begin in the index.
const STEPS: [&str; 17] = [
    // The index, while one still sees whose everything is.
    "UPDATE incident_search SET incident_key = ?2 WHERE rowid IN (SELECT key FROM timeline_entry WHERE incident_key = ?1)",
    "UPDATE incident_search SET incident_key = ?2, place_id = CAST(place_id + ?4 AS TEXT)
     WHERE rowid IN (SELECT key + ?6 FROM status_update WHERE incident_key = ?1)",
    "UPDATE incident_search SET incident_key = ?2
     WHERE rowid IN (SELECT key + ?7 FROM incident WHERE key = ?1 OR merged_into = ?1)",
    // Whoever sends a row again is answered by the one that was there first.
    "UPDATE timeline_entry SET op = NULL WHERE incident_key = ?1
     AND op IN (SELECT op FROM timeline_entry WHERE incident_key = ?2 AND op IS NOT NULL)",
    "UPDATE timeline_entry SET incident_key = ?2, seq = seq + ?3 WHERE incident_key = ?1",
    // A marker at a row that was deleted gives way.
    "DELETE FROM marker WHERE incident_key = ?1 AND marker IN (
         SELECT m.marker FROM marker AS m JOIN timeline_entry AS e ON e.key = m.entry_key
         WHERE m.incident_key = ?2 AND e.deleted_at IS NULL)",
    "UPDATE OR REPLACE marker SET incident_key = ?2 WHERE incident_key = ?1",
    "UPDATE status_update SET incident_key = ?2, number = number + ?4, corrects = corrects + ?4 WHERE incident_key = ?1",
    "UPDATE evidence SET incident_key = ?2 WHERE incident_key = ?1",
    // What both say of a component is said once.
    "DELETE FROM incident_component WHERE incident_key = ?1 AND EXISTS (
         SELECT 1 FROM incident_component AS o WHERE o.incident_key = ?2 AND o.component = incident_component.component
         AND o.status = incident_component.status AND o.from_at = incident_component.from_at
         AND o.until_at IS incident_component.until_at)",
    "UPDATE incident_component SET incident_key = ?2 WHERE incident_key = ?1",
    "INSERT INTO incident_relation (a_key, b_key)
     SELECT MIN(other, ?2), MAX(other, ?2) FROM (
         SELECT b_key AS other FROM incident_relation WHERE a_key = ?1 UNION SELECT a_key FROM incident_relation WHERE b_key = ?1)
     WHERE other <> ?2 ON CONFLICT DO NOTHING",
    "DELETE FROM incident_relation WHERE a_key = ?1",
    "DELETE FROM incident_relation WHERE b_key = ?1",
    "UPDATE incident SET merged_into = ?2 WHERE merged_into = ?1",
    "UPDATE incident SET merged_into = ?2, updated_at = ?5, version = version + 1 WHERE key = ?1",
    "UPDATE incident SET updated_at = ?5, version = version + 1 WHERE key = ?2",
];

async fn largest(connection: &mut SqliteConnection, query: &'static str, key: i64) -> Result<i64, StoreError> {
    sqlx::query_scalar(query).bind(key).fetch_one(connection).await.map_err(StoreError::doing(MERGE))
}

impl Transaction<'_> {
    /// Makes every row of an incident internal and forgets what it affects, so that nothing of it becomes public where it goes.
    pub async fn hide_incident(&mut self, key: i64) -> Result<(), StoreError> {
        for step in [
            "UPDATE timeline_entry SET visibility = 'internal' WHERE incident_key = ?",
            "DELETE FROM incident_component WHERE incident_key = ?",
        ] {
            sqlx::query(step).bind(key).execute(self.connection()).await.map_err(StoreError::doing(MERGE))?;
        }
        Ok(())
    }

    /// Merges an incident into another one: rows in their order, behind those of the same moment; markers that the other does not have;
    /// files; updates, numbered behind the other's; what it affects; relations; what was merged into it before; alerts; and runs, also those that
    /// go on. Counts the versions of both. More than there may be of anything in one incident is [`StoreError::Full`].
    pub async fn merge_incident(&mut self, from_key: i64, into_key: i64, at: Timestamp) -> Result<(), StoreError> {
        let connection = self.connection();
        let (mut entries, mut told, mut files) = (0, 0, 0);
        for key in [from_key, into_key] {
            entries += timeline::count(connection, key).await?;
            told += updates::count(connection, key).await?;
            files += evidence::count(connection, key).await?;
        }
        for (count, what, limit) in [
            (entries, timeline::ROWS, ENTRIES_MAX),
            (told, updates::UPDATES, UPDATES_MAX),
            (files, evidence::FILES, EVIDENCE_MAX),
        ] {
            if count > i64::from(limit) {
                return Err(StoreError::Full { what, limit });
            }
        }
        let seq = "SELECT COALESCE(MAX(seq), 0) FROM timeline_entry WHERE incident_key = ?";
        let seq = largest(connection, seq, into_key).await?;
        let number = "SELECT COALESCE(MAX(number), 0) FROM status_update WHERE incident_key = ?";
        let number = largest(connection, number, into_key).await?;
        for step in STEPS {
            sqlx::query(step)
                .bind(from_key)
                .bind(into_key)
                .bind(seq)
                .bind(number)
                .bind(at.as_ms())
                .bind(UPDATES_FROM)
                .bind(TITLES_FROM)
                .execute(&mut *connection)
                .await
                .map_err(StoreError::doing(MERGE))?;
        }
        self.move_runs(from_key, into_key).await?;
        self.move_alerts(from_key, into_key).await
    }
}
