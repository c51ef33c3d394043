//! Writes alerts: as they are now, with what happened to make them so. The same change twice would be two events, so whoever leaves one with
//! the writer leaves it once; the writer does it once.

use domain::text::Slug;
use domain::time::Timestamp;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;

use super::{AlertChange, NewAlertEvent};
use crate::{StoreError, Transaction};

const KEEP: &str = "keep an alert";
const APPEND: &str = "write down what happened to an alert";
const MOVE: &str = "give an alert to an incident";

/// Keeps an alert and what happened to it.
pub(crate) async fn keep(connection: &mut SqliteConnection, change: &AlertChange) -> Result<(), StoreError> {
    let alert = &change.alert;
    let course = &alert.course;
    let turns: Vec<i64> = course.turns.iter().map(|at| at.as_ms()).collect();
    // Its incident is decided about on disk, with the incident: what memory knows of it may be older.
    sqlx::query(
        "INSERT INTO alert (number, source, origin, fingerprint, began_at, starts_at, ended_at, received_at, received, promised_until, turns,
             is_flapping, is_cut, labels, annotations, links, name, name_key, type, severity, component, above, because, acknowledged_at,
             acknowledged_by, ended_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (number) DO UPDATE SET starts_at = excluded.starts_at, ended_at = excluded.ended_at,
             received_at = excluded.received_at, received = excluded.received, promised_until = excluded.promised_until,
             turns = excluded.turns, is_flapping = excluded.is_flapping, is_cut = excluded.is_cut, labels = excluded.labels,
             annotations = excluded.annotations, links = excluded.links, name = excluded.name, name_key = excluded.name_key,
             type = excluded.type, severity = excluded.severity, component = excluded.component, above = excluded.above,
             because = excluded.because, acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
             ended_by = excluded.ended_by",
    )
    .bind(alert.number)
    .bind(alert.source.as_str())
    .bind(alert.origin.name())
    .bind(alert.fingerprint.as_str())
    .bind(course.began_at.as_ms())
    .bind(course.starts_at.as_ms())
    .bind(course.ended_at.map(Timestamp::as_ms))
    .bind(course.received_at.as_ms())
    .bind(i64::try_from(course.received).unwrap_or(i64::MAX))
    .bind(course.promised_until.map(Timestamp::as_ms))
    .bind(json!(turns).to_string())
    .bind(alert.is_flapping)
    .bind(alert.labels.is_cut() || alert.annotations.is_cut())
    .bind(json!(alert.labels.as_map()).to_string())
    .bind(json!(alert.annotations.as_map()).to_string())
    .bind(json!(alert.links).to_string())
    .bind(alert.name.as_str())
    .bind(alert.name_key.as_str())
    .bind(alert.kind.as_ref().map(Slug::as_str))
    .bind(alert.severity.name())
    .bind(alert.component.as_ref().map(Slug::as_str))
    .bind(alert.above.map(|(number, _)| number))
    .bind(alert.above.map(|(_, because)| because.name()))
    .bind(alert.acknowledged.as_ref().map(|(at, _)| at.as_ms()))
    .bind(alert.acknowledged.as_ref().map(|(_, by)| by.as_str()))
    .bind(alert.ended_by.as_deref())
    .execute(&mut *connection)
    .await
    .map_err(StoreError::doing(KEEP))?;
    for event in &change.events {
        append(connection, alert.number, event).await?;
    }
    let mut transaction = Transaction::over(connection);
    for row in &change.audit {
        transaction.append_audit(row).await?;
    }
    Ok(())
}

async fn append(connection: &mut SqliteConnection, number: i64, new: &NewAlertEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO alert_event (alert_number, seq, event, occurred_at, recorded_at, actor_kind, actor_name, number, text)
         VALUES (?1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM alert_event WHERE alert_number = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(number)
    .bind(new.event.name())
    .bind(new.occurred_at.as_ms())
    .bind(new.recorded_at.as_ms())
    .bind(new.actor_kind.name())
    .bind(new.actor_name.as_str())
    .bind(new.number)
    .bind(new.text.as_deref())
    .execute(connection)
    .await
    .map_err(StoreError::doing(APPEND))?;
    Ok(())
}

impl Transaction<'_> {
    /// Makes an alert part of an incident, and writes that down as `event`.
    pub async fn join_alert(&mut self, number: i64, incident_key: i64, event: &NewAlertEvent) -> Result<(), StoreError> {
        sqlx::query("UPDATE alert SET incident_key = ? WHERE number = ?")
            .bind(incident_key)
            .bind(number)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(MOVE))?;
        append(self.connection(), number, event).await
    }

    /// Gives all alerts of an incident to another one.
    pub async fn move_alerts(&mut self, from_incident_key: i64, into_incident_key: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE alert SET incident_key = ? WHERE incident_key = ?")
            .bind(into_incident_key)
            .bind(from_incident_key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(MOVE))?;
        Ok(())
    }

    /// Deletes alerts that ended before a moment and belong to no incident, with what happened to them; at most `limit`, the oldest first.
    /// Gives how many.
    pub async fn forget_alerts(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let deleted = sqlx::query(
            "DELETE FROM alert WHERE number IN (
                 SELECT number FROM alert WHERE ended_at < ? AND incident_key IS NULL ORDER BY ended_at LIMIT ?)",
        )
        .bind(before.as_ms())
        .bind(i64::from(limit))
        .execute(self.connection())
        .await
        .map_err(StoreError::doing("forget alerts"))?;
        Ok(deleted.rows_affected())
    }
}
