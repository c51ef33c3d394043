//! What the public was told of incidents: numbered, and never changed.

use domain::component::Status;
use domain::incident::IncidentStatus;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::search::{self, Indexed};
use super::{NewUpdate, UPDATES_MAX, Update, UpdateChange};
use crate::columns::{self, Columns};
use crate::{StoreError, Transaction};

/// What [`UPDATES_MAX`] limits.
pub(super) const UPDATES: &str = "public updates of one incident";

const READ: &str = "read what the public was told";

// In the order in which `read_update` reads them.
macro_rules! update_columns {
    () => {
        "u.number, u.id, u.status, u.body, u.changes, u.author, u.published_at, u.display_at, u.corrects"
    };
}

/// What became of components, as it stands in the table.
fn changes_to_json(changes: &[UpdateChange]) -> String {
    let one = |change: &UpdateChange| {
        let (before, after) = (change.before.name(), change.after.name());
        json!({ "component": change.component.as_str(), "before": before, "after": after })
    };
    Value::Array(changes.iter().map(one).collect()).to_string()
}

/// What became of components, as [`changes_to_json`] writes it.
fn changes_from_json(text: &str) -> Option<Vec<UpdateChange>> {
    let one = |change: &Value| {
        let text = |name: &str| change.get(name)?.as_str();
        Some(UpdateChange {
            component: text("component")?.parse().ok()?,
            before: Status::from_name(text("before")?)?,
            after: Status::from_name(text("after")?)?,
        })
    };
    serde_json::from_str::<Vec<Value>>(text).ok()?.iter().map(one).collect()
}

fn read_update(row: &SqliteRow) -> Result<Update, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Update {
        number: columns.value()?,
        content: NewUpdate {
            id: columns.parsed("an id of an update")?,
            status: columns.named("a public status", IncidentStatus::from_name)?,
            body: columns.named("a text", columns::text_from_json)?,
            changes: columns.named("changes of components", changes_from_json)?,
            author: columns.value()?,
            published_at: columns.moment()?,
            display_at: columns.moment()?,
            corrects: columns.value()?,
        },
    })
}

/// What the public was told of an incident, in order of number.
pub(super) async fn updates_of(connection: &mut SqliteConnection, incident_key: i64) -> Result<Vec<Update>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        update_columns!(),
        " FROM status_update AS u WHERE u.incident_key = ? ORDER BY u.published_at, u.number"
    ))
    .bind(incident_key)
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(read_update).collect()
}

/// How often the public was told of an incident.
pub(super) async fn count(connection: &mut SqliteConnection, incident_key: i64) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT COUNT(*) FROM status_update WHERE incident_key = ?")
        .bind(incident_key)
        .fetch_one(connection)
        .await
        .map_err(StoreError::doing("count what the public was told"))
}

impl Transaction<'_> {
    /// Keeps what the public is told, with the next number. One more than [`UPDATES_MAX`] is [`StoreError::Full`].
    pub async fn append_update(&mut self, incident_key: i64, new: &NewUpdate) -> Result<Update, StoreError> {
        let connection = self.connection();
        let before = count(connection, incident_key).await?;
        if before >= i64::from(UPDATES_MAX) {
            return Err(StoreError::Full { what: UPDATES, limit: UPDATES_MAX });
        }
        // They are numbered without gaps, and none is ever taken out.
        let number = before + 1;
        let inserted = sqlx::query(
            "INSERT INTO status_update (id, incident_key, number, status, body, changes, author, published_at, display_at, corrects)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.to_string())
        .bind(incident_key)
        .bind(number)
        .bind(new.status.name())
        .bind(columns::text_to_json(&new.body))
        .bind(changes_to_json(&new.changes))
        .bind(new.author.as_str())
        .bind(new.published_at.as_ms())
        .bind(new.display_at.as_ms())
        .bind(new.corrects)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing("keep what the public is told"))?;
        let what = Indexed::Update(inserted.last_insert_rowid());
        let text = search::both(&new.body);
        search::put(connection, what, incident_key, &number.to_string(), new.display_at, &text).await?;
        Ok(Update { number, content: new.clone() })
    }

    /// The update of an incident with this number.
    pub async fn update_numbered(&mut self, incident_key: i64, number: i64) -> Result<Option<Update>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            update_columns!(),
            " FROM status_update AS u WHERE u.incident_key = ? AND u.number = ?"
        ))
        .bind(incident_key)
        .bind(number)
        .fetch_optional(self.connection())
        .await
        .map_err(StoreError::doing(READ))?;
        row.as_ref().map(read_update).transpose()
    }

    /// How often the public was told of an incident.
    pub async fn count_updates(&mut self, incident_key: i64) -> Result<i64, StoreError> {
        count(self.connection(), incident_key).await
    }
}
