//! What figures over months are made of: the incidents that began in them, each with its cause.

use domain::postmortem::Cause;
use domain::time::{TimeRange, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::columns::Columns;
use crate::{Store, StoreError};

/// Most incidents that are added up: years of several a day.
pub const ADDED_UP_MAX: u32 = 20_000;

const READ: &str = "read incidents of some months";

/// An incident as figures need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedUp {
    /// Its key.
    pub key: i64,
    /// Its number.
    pub number: i64,
    /// When it began to matter: as its marker says, or when it was opened.
    pub began_at: Timestamp,
    /// When it ceased to: as its marker says, or when it was resolved; none while it goes on.
    pub ended_at: Option<Timestamp>,
    /// What its postmortem says brought it about, once something was written.
    pub cause: Option<Cause>,
}

impl Store {
    /// Incidents that began in a span of time, the newest first; drills, false alarms and those that were merged into another one are none. At most
    /// [`ADDED_UP_MAX`].
    pub async fn incidents_that_began(&self, within: TimeRange) -> Result<Vec<AddedUp>, StoreError> {
        let rows = sqlx::query(
            "WITH marked AS (
                 SELECT m.incident_key, m.marker, e.occurred_at FROM marker AS m JOIN timeline_entry AS e ON e.key = m.entry_key
                 WHERE m.marker IN ('impact_start', 'impact_end') AND e.deleted_at IS NULL
             )
             SELECT i.key, i.number, COALESCE(s.occurred_at, i.opened_at) AS began, COALESCE(e.occurred_at, i.resolved_at), p.cause
             FROM incident AS i
             LEFT JOIN marked AS s ON s.incident_key = i.key AND s.marker = 'impact_start'
             LEFT JOIN marked AS e ON e.incident_key = i.key AND e.marker = 'impact_end'
             LEFT JOIN postmortem AS p ON p.incident_key = i.key
                 AND EXISTS (SELECT 1 FROM postmortem_revision AS r WHERE r.postmortem_key = p.key)
             WHERE i.kind = 'incident' AND i.merged_into IS NULL AND i.state <> 'cancelled' AND began >= ?1 AND began < ?2
             ORDER BY began DESC, i.number DESC LIMIT ?3",
        )
        .bind(within.from().as_ms())
        .bind(within.until().as_ms())
        .bind(i64::from(ADDED_UP_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let read = |row: &SqliteRow| {
            let mut columns = Columns::new(row, READ);
            Ok(AddedUp {
                key: columns.value()?,
                number: columns.value()?,
                began_at: columns.moment()?,
                ended_at: columns.moment_if_any()?,
                cause: columns.named_if_any("a cause", Cause::from_name)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
