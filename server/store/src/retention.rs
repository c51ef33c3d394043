//! Deletes what is older than the configuration keeps, a few thousand rows at a time: a slice a call, each its own transaction, so
//! that results never queue up behind a great clean-up. Days, outages and believed histories are kept for ever.

use domain::time::Timestamp;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use crate::StoreError;

/// Rows of one table and probe that one slice deletes at most.
const ROWS_PER_PROBE: i64 = 2_000;
/// A slice stops after the probe with which it has deleted this many.
const ROWS_PER_SLICE: u64 = 5_000;

/// Before when each kind of row goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Raw results.
    pub raw: Timestamp,
    /// Buckets of a minute.
    pub minute: Timestamp,
    /// Buckets of an hour.
    pub hour: Timestamp,
}

const DOING: &str = "delete what is past its time";

/// Deletes one slice and gives how many rows went; 0 when nothing is left to delete.
pub(crate) async fn delete_slice(connection: &mut SqliteConnection, horizon: Horizon) -> Result<u64, StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::doing(DOING))?;
    let probes: Vec<i64> = sqlx::query_scalar("SELECT key FROM probe ORDER BY key")
        .fetch_all(&mut *transaction)
        .await
        .map_err(StoreError::doing(DOING))?;
    let mut deleted = 0;
    for probe in probes {
        deleted += delete_of_probe(&mut transaction, probe, horizon).await.map_err(StoreError::doing(DOING))?;
        if deleted >= ROWS_PER_SLICE {
            break;
        }
    }
    // Details outlive the results that have them by nothing: both are deleted by the same horizon.
    deleted += sqlx::query("DELETE FROM result_detail WHERE last_used_at < ? AND key IN (SELECT key FROM result_detail ORDER BY last_used_at LIMIT ?)")
        .bind(horizon.raw.as_ms())
        .bind(ROWS_PER_PROBE)
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::doing(DOING))?
        .rows_affected();
    transaction.commit().await.map_err(StoreError::doing(DOING))?;
    Ok(deleted)
}

async fn delete_of_probe(connection: &mut SqliteConnection, probe: i64, horizon: Horizon) -> Result<u64, sqlx::Error> {
    // The oldest come first in the tree; the last row of the slice bounds the range that goes.
    let results = sqlx::query(
        "DELETE FROM result WHERE probe_key = ?1 AND at < ?2
         AND at <= COALESCE((SELECT at FROM result WHERE probe_key = ?1 ORDER BY at LIMIT 1 OFFSET ?3), ?2)",
    )
    .bind(probe)
    .bind(horizon.raw.as_ms())
    .bind(ROWS_PER_PROBE)
    .execute(&mut *connection)
    .await?;
    let mut deleted = results.rows_affected();
    for (size_s, before) in [(60, horizon.minute), (3_600, horizon.hour)] {
        let buckets = sqlx::query(
            "DELETE FROM rollup WHERE size_s = ?4 AND probe_key = ?1 AND bucket_at < ?2 AND bucket_at <= COALESCE(
                 (SELECT bucket_at FROM rollup WHERE size_s = ?4 AND probe_key = ?1 ORDER BY bucket_at LIMIT 1 OFFSET ?3), ?2)",
        )
        .bind(probe)
        .bind(before.as_ms())
        .bind(ROWS_PER_PROBE)
        .bind(size_s)
        .execute(&mut *connection)
        .await?;
        deleted += buckets.rows_affected();
    }
    Ok(deleted)
}
