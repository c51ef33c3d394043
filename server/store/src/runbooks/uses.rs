//! When runbooks were last followed, and last practised.

use domain::text::Slug;
use domain::time::Timestamp;
use sqlx::sqlite::SqliteRow;

use super::versions::RUNBOOKS_READ_MAX;
use crate::columns::Columns;
use crate::{Store, StoreError};

const READ_USES: &str = "read when runbooks were used";

/// When a runbook was last followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookUse {
    /// Which.
    pub runbook: Slug,
    /// When the newest live run began, whatever came of it.
    pub used_at: Option<Timestamp>,
    /// When a drill last came to its end. One that was given up or still goes on is none, and no rehearsal is.
    pub drilled_at: Option<Timestamp>,
}

// When runbooks were last followed, in the order in which `read_use` reads it.
macro_rules! select_uses {
    ($which:literal) => {
        concat!(
            "SELECT b.slug, MAX(CASE WHEN r.mode = 'live' THEN r.started_at END),
                 MAX(CASE WHEN r.mode = 'drill' AND r.state = 'done' THEN r.finished_at END)
             FROM run AS r JOIN runbook AS b ON b.key = r.runbook_key ",
            $which,
            " GROUP BY b.key ORDER BY b.slug LIMIT ?"
        )
    };
}

fn read_use(row: &SqliteRow) -> Result<RunbookUse, StoreError> {
    let mut columns = Columns::new(row, READ_USES);
    Ok(RunbookUse {
        runbook: columns.parsed("a slug of a runbook")?,
        used_at: columns.moment_if_any()?,
        drilled_at: columns.moment_if_any()?,
    })
}

impl Store {
    /// When each runbook that was ever run was last followed.
    pub async fn runbook_uses(&self) -> Result<Vec<RunbookUse>, StoreError> {
        let query = sqlx::query(select_uses!("")).bind(i64::from(RUNBOOKS_READ_MAX));
        let rows = query.fetch_all(self.readers()).await.map_err(StoreError::doing(READ_USES))?;
        rows.iter().map(read_use).collect()
    }

    /// When one runbook was last followed; none: it never was.
    pub async fn runbook_use(&self, runbook: &Slug) -> Result<Option<RunbookUse>, StoreError> {
        let query = sqlx::query(select_uses!("WHERE r.runbook_key = (SELECT key FROM runbook WHERE slug = ?)"));
        let row = query.bind(runbook.as_str()).bind(1_i64).fetch_optional(self.readers()).await;
        row.map_err(StoreError::doing(READ_USES))?.as_ref().map(read_use).transpose()
    }
}
