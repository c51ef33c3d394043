//! Planned work, as it was planned, and the windows of it that have begun. When the next one begins is for others to compute.

use std::cmp::Reverse;
use std::time::Duration;

use domain::text::{LocalizedText, Slug};
use domain::time::Timestamp;
use jiff::civil::DateTime;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::columns::{self, Columns};
use crate::{Store, StoreError, Transaction};

/// Plans of which something may still come: far more than anybody announces, and few enough to be read all at once.
pub const MAINTENANCES_MAX: u32 = 1_000;

const READ: &str = "read planned work";
const CHANGE: &str = "change planned work";
const READ_WINDOWS: &str = "read the windows of planned work";
const CHANGE_WINDOW: &str = "begin or end a window of planned work";

/// Planned work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// Its number.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// What it is called.
    pub title: LocalizedText,
    /// What is done, and what one notices of it.
    pub description: Option<LocalizedText>,
    /// When it begins on the wall, at a whole minute; with a rule, from when on the rule counts.
    pub starts: DateTime,
    /// On whose wall: name of a time zone.
    pub zone: String,
    /// How long it takes, in elapsed time.
    pub duration: Duration,
    /// How it comes again (RFC 5545, section 3.3.10); none: it is done once.
    pub rule: Option<String>,
    /// What is worked on.
    pub components: Vec<Slug>,
    /// True when its time is left out of uptime.
    pub excludes_uptime: bool,
    /// True when alerts wait until its end.
    pub holds_alerts: bool,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When the plan was last changed.
    pub updated_at: Timestamp,
    /// From when on nothing of it begins any more.
    pub cancelled_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i64,
}

/// What can be changed of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenanceChange {
    /// What it is called.
    pub title: LocalizedText,
    /// What is done, and what one notices of it.
    pub description: Option<LocalizedText>,
    /// When it begins on the wall. Seconds are not kept.
    pub starts: DateTime,
    /// On whose wall: name of a time zone.
    pub zone: String,
    /// How long it takes, in elapsed time.
    pub duration: Duration,
    /// How it comes again; none: it is done once.
    pub rule: Option<String>,
    /// What is worked on.
    pub components: Vec<Slug>,
    /// True when its time is left out of uptime.
    pub excludes_uptime: bool,
    /// True when alerts wait until its end.
    pub holds_alerts: bool,
}

/// A new plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMaintenance {
    /// What the world shall know it by; a UUIDv7.
    pub id: Uuid,
    /// What is planned.
    pub plan: MaintenanceChange,
    /// The present.
    pub created_at: Timestamp,
}

/// A window that has begun: a fact, whatever becomes of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWindow {
    /// Of which plan.
    pub maintenance_key: i64,
    /// When it began.
    pub starts_at: Timestamp,
    /// When it ends, or ended.
    pub ends_at: Timestamp,
    /// What is worked on, as it stood in the plan when it began.
    pub components: Vec<Slug>,
    /// True when its time is left out of uptime.
    pub excludes_uptime: bool,
    /// When it was found over, by the clock or by a person.
    pub completed_at: Option<Timestamp>,
}

// In the order in which `maintenance` reads them.
macro_rules! maintenance_columns {
    () => {
        "m.key, m.id, m.title, m.description, m.starts, m.zone, m.duration_ms, m.rule, m.components, m.excludes_uptime,
         m.holds_alerts, m.created_at, m.updated_at, m.cancelled_at, m.version"
    };
}

// True for a plan of which nothing can come any more: no window goes on, and it was cancelled, or was to be done once and, since
// the plan was last changed, is done.
macro_rules! is_over {
    () => {
        "(NOT EXISTS (SELECT 1 FROM maintenance_window AS w WHERE w.maintenance_key = m.key AND w.completed_at IS NULL)
          AND (m.cancelled_at IS NOT NULL OR (m.rule IS NULL AND EXISTS (
              SELECT 1 FROM maintenance_window AS w WHERE w.maintenance_key = m.key AND w.completed_at >= m.updated_at))))"
    };
}

fn maintenance(row: &SqliteRow) -> Result<Maintenance, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Maintenance {
        key: columns.value()?,
        id: columns.parsed("an id of planned work")?,
        title: columns.named("a text", columns::text_from_json)?,
        description: columns.named_if_any("a text", columns::text_from_json)?,
        starts: columns.parsed("a local time")?,
        zone: columns.value()?,
        duration: Duration::from_millis(u64::try_from(columns.value::<i64>()?).unwrap_or_default()),
        rule: columns.value()?,
        components: columns.words("a slug", |word| word.parse().ok())?,
        excludes_uptime: columns.value()?,
        holds_alerts: columns.value()?,
        created_at: columns.moment()?,
        updated_at: columns.moment()?,
        cancelled_at: columns.moment_if_any()?,
        version: columns.value()?,
    })
}

fn window(row: &SqliteRow) -> Result<StoredWindow, StoreError> {
    let mut columns = Columns::new(row, READ_WINDOWS);
    Ok(StoredWindow {
        maintenance_key: columns.value()?,
        starts_at: columns.moment()?,
        ends_at: columns.moment()?,
        components: columns.words("a slug", |word| word.parse().ok())?,
        excludes_uptime: columns.value()?,
        completed_at: columns.moment_if_any()?,
    })
}

/// A local time as it stands in the table, to the minute.
fn minute(starts: DateTime) -> String {
    starts.strftime("%Y-%m-%dT%H:%M").to_string()
}

async fn by_id(connection: &mut SqliteConnection, id: Uuid) -> Result<Option<Maintenance>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", maintenance_columns!(), " FROM maintenance AS m WHERE m.id = ?"))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing(READ))?;
    row.as_ref().map(maintenance).transpose()
}

impl Store {
    /// Planned work, the newest plan first: every plan of which something may still come, and of those that are over the newest,
    /// together at most [`MAINTENANCES_MAX`].
    pub async fn maintenances(&self) -> Result<Vec<Maintenance>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            maintenance_columns!(),
            " FROM maintenance AS m ORDER BY ",
            is_over!(),
            ", m.key DESC LIMIT ?"
        ))
        .bind(i64::from(MAINTENANCES_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let mut all = rows.iter().map(maintenance).collect::<Result<Vec<_>, _>>()?;
        all.sort_unstable_by_key(|one| Reverse(one.key));
        Ok(all)
    }

    /// The plan with this id.
    pub async fn maintenance(&self, id: Uuid) -> Result<Option<Maintenance>, StoreError> {
        by_id(&mut *self.reader().await?, id).await
    }

    /// The windows that end, or ended, at `since` or later, the earliest start first.
    pub async fn maintenance_windows(&self, since: Timestamp) -> Result<Vec<StoredWindow>, StoreError> {
        let rows = sqlx::query(
            "SELECT maintenance_key, starts_at, ends_at, components, excludes_uptime, completed_at FROM maintenance_window
             WHERE ends_at >= ? ORDER BY starts_at, maintenance_key",
        )
        .bind(since.as_ms())
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ_WINDOWS))?;
        rows.iter().map(window).collect()
    }
}

impl Transaction<'_> {
    /// The plan with this id.
    pub async fn maintenance(&mut self, id: Uuid) -> Result<Option<Maintenance>, StoreError> {
        by_id(self.connection(), id).await
    }

    /// How many plans there are of which something may still come. Those are the ones that [`MAINTENANCES_MAX`] limits.
    pub async fn count_maintenances(&mut self) -> Result<i64, StoreError> {
        sqlx::query_scalar(concat!("SELECT COUNT(*) FROM maintenance AS m WHERE NOT ", is_over!()))
            .fetch_one(self.connection())
            .await
            .map_err(StoreError::doing("count planned work"))
    }

    /// Keeps a plan; gives its key. One more than [`MAINTENANCES_MAX`] is [`StoreError::Full`].
    pub async fn insert_maintenance(&mut self, new: &NewMaintenance) -> Result<i64, StoreError> {
        if self.count_maintenances().await? >= i64::from(MAINTENANCES_MAX) {
            return Err(StoreError::Full { what: "plans of maintenance", limit: MAINTENANCES_MAX });
        }
        let NewMaintenance { id, plan, created_at } = new;
        let inserted = sqlx::query(
            "INSERT INTO maintenance (id, title, description, starts, zone, duration_ms, rule, components, excludes_uptime,
                 holds_alerts, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        )
        .bind(id.to_string())
        .bind(columns::text_to_json(&plan.title))
        .bind(plan.description.as_ref().map(columns::text_to_json))
        .bind(minute(plan.starts))
        .bind(plan.zone.as_str())
        .bind(columns::duration_ms(plan.duration))
        .bind(plan.rule.as_deref())
        .bind(columns::join(plan.components.iter().map(Slug::as_str)))
        .bind(plan.excludes_uptime)
        .bind(plan.holds_alerts)
        .bind(created_at.as_ms())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing("plan work"))?;
        Ok(inserted.last_insert_rowid())
    }

    /// Changes a plan, unless it is no longer at `version` or was cancelled: then nothing happens and it gives false.
    pub async fn update_maintenance(
        &mut self,
        key: i64,
        version: i64,
        change: &MaintenanceChange,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE maintenance SET title = ?, description = ?, starts = ?, zone = ?, duration_ms = ?, rule = ?, components = ?,
                 excludes_uptime = ?, holds_alerts = ?, updated_at = ?, version = version + 1
             WHERE key = ? AND version = ? AND cancelled_at IS NULL",
        )
        .bind(columns::text_to_json(&change.title))
        .bind(change.description.as_ref().map(columns::text_to_json))
        .bind(minute(change.starts))
        .bind(change.zone.as_str())
        .bind(columns::duration_ms(change.duration))
        .bind(change.rule.as_deref())
        .bind(columns::join(change.components.iter().map(Slug::as_str)))
        .bind(change.excludes_uptime)
        .bind(change.holds_alerts)
        .bind(at.as_ms())
        .bind(key)
        .bind(version)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        Ok(updated.rows_affected() > 0)
    }

    /// Cancels a plan, unless it is no longer at `version` or was cancelled before: then nothing happens and it gives false.
    pub async fn cancel_maintenance(&mut self, key: i64, version: i64, at: Timestamp) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE maintenance SET cancelled_at = ?1, updated_at = ?1, version = version + 1
             WHERE key = ?2 AND version = ?3 AND cancelled_at IS NULL",
        )
        .bind(at.as_ms())
        .bind(key)
        .bind(version)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        Ok(updated.rows_affected() > 0)
    }

    /// Keeps a window that begins. False when it has begun before; then it stays as it is.
    pub async fn begin_window(&mut self, window: &StoredWindow) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO maintenance_window (maintenance_key, starts_at, ends_at, components, excludes_uptime, completed_at)
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(window.maintenance_key)
        .bind(window.starts_at.as_ms())
        .bind(window.ends_at.as_ms())
        .bind(columns::join(window.components.iter().map(Slug::as_str)))
        .bind(window.excludes_uptime)
        .bind(window.completed_at.map(Timestamp::as_ms))
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE_WINDOW))?;
        Ok(inserted.rows_affected() > 0)
    }

    /// Ends a window: when it ended, and when that was found. False when it was found over before, or never began.
    pub async fn end_window(
        &mut self,
        maintenance_key: i64,
        starts_at: Timestamp,
        ends_at: Timestamp,
        completed_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE maintenance_window SET ends_at = ?, completed_at = ?
             WHERE maintenance_key = ? AND starts_at = ? AND completed_at IS NULL",
        )
        .bind(ends_at.as_ms())
        .bind(completed_at.as_ms())
        .bind(maintenance_key)
        .bind(starts_at.as_ms())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE_WINDOW))?;
        Ok(updated.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests;
