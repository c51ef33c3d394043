//! Which incidents belong together.

use domain::text::LocalizedText;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::columns::{self, Columns};
use crate::{StoreError, Transaction};

/// Most incidents that belong to one: more would tell nobody anything.
pub const RELATED_MAX: u32 = 100;

const READ_RELATED: &str = "read which incidents belong together";
const CHANGE_RELATED: &str = "change which incidents belong together";

/// A relation as it stands in the table: the older of the two first.
fn pair(a_key: i64, b_key: i64) -> (i64, i64) {
    (a_key.min(b_key), a_key.max(b_key))
}

/// Numbers and titles of the incidents that belong to this one.
pub(super) async fn related(connection: &mut SqliteConnection, key: i64) -> Result<Vec<(i64, LocalizedText)>, StoreError> {
    let rows = sqlx::query(
        "SELECT i.number, i.title FROM incident_relation AS r
         JOIN incident AS i ON i.key = CASE WHEN r.a_key = ?1 THEN r.b_key ELSE r.a_key END
         WHERE r.a_key = ?1 OR r.b_key = ?1 ORDER BY i.number",
    )
    .bind(key)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ_RELATED))?;
    let read = |row: &SqliteRow| -> Result<_, StoreError> {
        let mut columns = Columns::new(row, READ_RELATED);
        Ok((columns.value()?, columns.named("a text", columns::text_from_json)?))
    };
    rows.iter().map(read).collect()
}

impl Transaction<'_> {
    /// Says that two incidents belong together. False when that was said before, or it is one and the same.
    pub async fn relate_incidents(&mut self, a_key: i64, b_key: i64) -> Result<bool, StoreError> {
        if a_key == b_key || self.are_related(a_key, b_key).await? {
            return Ok(false);
        }
        for key in [a_key, b_key] {
            let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM incident_relation WHERE a_key = ?1 OR b_key = ?1")
                .bind(key)
                .fetch_one(self.connection())
                .await
                .map_err(StoreError::doing(READ_RELATED))?;
            if count >= i64::from(RELATED_MAX) {
                return Err(StoreError::Full { what: "incidents that belong to this one", limit: RELATED_MAX });
            }
        }
        let (a_key, b_key) = pair(a_key, b_key);
        sqlx::query("INSERT INTO incident_relation (a_key, b_key) VALUES (?, ?)")
            .bind(a_key)
            .bind(b_key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE_RELATED))?;
        Ok(true)
    }

    /// Says that two incidents do not belong together. False when nobody said they do.
    pub async fn unrelate_incidents(&mut self, a_key: i64, b_key: i64) -> Result<bool, StoreError> {
        let (a_key, b_key) = pair(a_key, b_key);
        let deleted = sqlx::query("DELETE FROM incident_relation WHERE a_key = ? AND b_key = ?")
            .bind(a_key)
            .bind(b_key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE_RELATED))?;
        Ok(deleted.rows_affected() > 0)
    }

    /// True when somebody said that two incidents belong together.
    pub async fn are_related(&mut self, a_key: i64, b_key: i64) -> Result<bool, StoreError> {
        let (a_key, b_key) = pair(a_key, b_key);
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM incident_relation WHERE a_key = ? AND b_key = ?)")
            .bind(a_key)
            .bind(b_key)
            .fetch_one(self.connection())
            .await
            .map_err(StoreError::doing(READ_RELATED))
    }
}
