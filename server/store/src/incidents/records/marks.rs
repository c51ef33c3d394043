//! Outages that were seen: each is written down and suggested once, and one that somebody dismissed is not suggested again.

use domain::text::Slug;
use domain::time::Timestamp;
use sqlx::sqlite::SqliteRow;

use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

/// Most outages that are remembered at once, the newest: days of a large installation in flames, and few enough to be kept in memory.
pub const OUTAGE_MARKS_MAX: u32 = 10_000;

const READ: &str = "read which outages were seen";
const CHANGE: &str = "remember an outage";

/// An outage that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageMark {
    /// Of which component.
    pub component: Slug,
    /// When it began, which identifies it.
    pub started_at: Timestamp,
    /// When it was seen.
    pub seen_at: Timestamp,
    /// When somebody said that it needs no incident.
    pub dismissed_at: Option<Timestamp>,
}

fn outage_mark(row: &SqliteRow) -> Result<OutageMark, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(OutageMark {
        component: columns.parsed("a slug")?,
        started_at: columns.moment()?,
        seen_at: columns.moment()?,
        dismissed_at: columns.moment_if_any()?,
    })
}

impl Store {
    /// The outages that were seen, the newest first; at most [`OUTAGE_MARKS_MAX`].
    pub async fn outage_marks(&self) -> Result<Vec<OutageMark>, StoreError> {
        let rows = sqlx::query(
            "SELECT component, started_at, seen_at, dismissed_at FROM outage_mark ORDER BY started_at DESC, component LIMIT ?",
        )
        .bind(i64::from(OUTAGE_MARKS_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        rows.iter().map(outage_mark).collect()
    }
}

impl Transaction<'_> {
    /// Remembers that an outage was seen. False when it was seen before; then everything stays as it is.
    pub async fn mark_outage(&mut self, component: &Slug, started_at: Timestamp, seen_at: Timestamp) -> Result<bool, StoreError> {
        let inserted =
            sqlx::query("INSERT INTO outage_mark (component, started_at, seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                .bind(component.as_str())
                .bind(started_at.as_ms())
                .bind(seen_at.as_ms())
                .execute(self.connection())
                .await
                .map_err(StoreError::doing(CHANGE))?;
        Ok(inserted.rows_affected() > 0)
    }

    /// Remembers that an outage needs no incident. False when it was never seen, or was dismissed before.
    pub async fn dismiss_outage(&mut self, component: &Slug, started_at: Timestamp, at: Timestamp) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE outage_mark SET dismissed_at = ? WHERE component = ? AND started_at = ? AND dismissed_at IS NULL",
        )
        .bind(at.as_ms())
        .bind(component.as_str())
        .bind(started_at.as_ms())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        Ok(updated.rows_affected() > 0)
    }

    /// Forgets the outages that were seen before `before`; gives how many. One that still goes on would be seen anew: let `before` be no
    /// later than the beginning of the oldest of those.
    pub async fn forget_outage_marks(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let deleted = sqlx::query("DELETE FROM outage_mark WHERE seen_at < ?")
            .bind(before.as_ms())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing("forget outages that were seen"))?;
        Ok(deleted.rows_affected())
    }
}
