//! Deletes what is older than the configuration keeps, a few thousand rows at a time: a slice a call, each its own transaction, so
//! that results never queue up behind a great clean-up. Days, outages and believed histories are kept for ever.

use domain::time::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::{StoreError, transaction};

/// Rows of one table and probe that one slice deletes at most.
const ROWS_PER_PROBE: i64 = 2_000;
/// A slice ends with the probe with which it has deleted this many,
const ROWS_PER_SLICE: u64 = 5_000;
/// or after this many probes.
const PROBES_PER_SLICE: i64 = 500;

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

/// What a slice did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Rows deleted.
    pub deleted: u64,
    /// Where the next slice goes on; `None` when all is done.
    pub next: Option<Place>,
}

/// Up to which probe the work is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(i64);

/// Deletes one slice, from `place` on.
pub(crate) async fn delete_slice(connection: &mut SqliteConnection, horizon: Horizon, place: Place) -> Result<Slice, StoreError> {
    transaction::begin(connection).await?;
    let outcome = delete(connection, horizon, place).await.map_err(StoreError::doing(DOING));
    transaction::end(connection, outcome).await
}

async fn delete(connection: &mut SqliteConnection, horizon: Horizon, Place(after): Place) -> Result<Slice, sqlx::Error> {
    let probes: Vec<i64> = sqlx::query_scalar("SELECT key FROM probe WHERE key > ? ORDER BY key LIMIT ?")
        .bind(after)
        .bind(PROBES_PER_SLICE)
        .fetch_all(&mut *connection)
        .await?;
    let mut slice = Slice { deleted: 0, next: None };
    for probe in probes {
        let deleted = delete_of_probe(connection, probe, horizon).await?;
        slice.deleted += deleted;
        // A probe with more than one slice's worth is gone on with before the next one.
        let is_done = deleted < ROWS_PER_PROBE.unsigned_abs();
        slice.next = Some(Place(if is_done { probe } else { probe - 1 }));
        if slice.deleted >= ROWS_PER_SLICE || !is_done {
            break;
        }
    }
    // Details outlive the results that have them by nothing: both are deleted by the same horizon.
    slice.deleted += sqlx::query(
        "DELETE FROM result_detail WHERE key IN (SELECT key FROM result_detail WHERE last_used_at < ? ORDER BY last_used_at LIMIT ?)",
    )
    .bind(horizon.raw.as_ms())
    .bind(ROWS_PER_PROBE)
    .execute(connection)
    .await?
    .rows_affected();
    Ok(slice)
}

async fn delete_of_probe(connection: &mut SqliteConnection, probe: i64, horizon: Horizon) -> Result<u64, sqlx::Error> {
    // The oldest come first in the tree; the last row of the slice bounds the range that goes.
    let results = sqlx::query(
        "DELETE FROM result WHERE probe_key = ?1 AND at < ?2
         AND at <= COALESCE((SELECT at FROM result WHERE probe_key = ?1 AND at < ?2 ORDER BY at LIMIT 1 OFFSET ?3), ?2)",
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
                 (SELECT bucket_at FROM rollup WHERE size_s = ?4 AND probe_key = ?1 AND bucket_at < ?2
                     ORDER BY bucket_at LIMIT 1 OFFSET ?3), ?2)",
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
