//! What one commit does: a batch of results and changes, in one transaction, all or nothing.

use std::fmt::Write as _;

use domain::outage::Outage;
use domain::time::Timestamp;
use domain::tower::{ComponentKey, Effect};
use sqlx::sqlite::SqliteConnection;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::writer::{Change, KeptPing, KeptResult};
use crate::{StoreError, alerts, codes, notifications, transaction};

/// Everything that is committed together.
#[derive(Debug)]
pub(crate) struct Batch {
    results: Vec<KeptResult>,
    changes: Vec<(Vec<Change>, Option<oneshot::Sender<()>>)>,
    alive_at_ms: i64,
}

impl Batch {
    pub(crate) fn new(results: Vec<KeptResult>, alive_at_ms: i64) -> Self {
        Self { results, changes: Vec::new(), alive_at_ms }
    }

    pub(crate) fn push(&mut self, changes: Vec<Change>, sender: Option<oneshot::Sender<()>>) {
        self.changes.push((changes, sender));
    }

    pub(crate) fn results(&self) -> &[KeptResult] {
        &self.results
    }

    /// Leaves out what its sender no longer waits for: they were told that it did not happen.
    pub(crate) fn forget_the_gone(&mut self) {
        self.changes.retain(|(_, sender)| sender.as_ref().is_none_or(|sender| !sender.is_closed()));
    }

    /// The same, one by one.
    pub(crate) fn into_singles(self) -> impl Iterator<Item = Self> {
        let alive_at_ms = self.alive_at_ms;
        let results = self.results.into_iter().map(move |result| Self::new(vec![result], alive_at_ms));
        let changes = self.changes.into_iter().map(move |(changes, sender)| {
            let mut single = Self::new(Vec::new(), alive_at_ms);
            single.push(changes, sender);
            single
        });
        results.chain(changes)
    }

    /// Tells the waiting that it is on disk.
    pub(crate) fn answer(self) {
        for sender in self.changes.into_iter().filter_map(|(_, sender)| sender) {
            let _ = sender.send(());
        }
    }

    pub(crate) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        if self.results.is_empty() && self.changes.is_empty() && self.alive_at_ms == 0 {
            return Ok(());
        }
        transaction::begin(connection).await?;
        let outcome = self.apply(connection).await;
        transaction::end(connection, outcome).await
    }

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        insert_results(connection, &self.results).await?;
        for change in self.changes.iter().flat_map(|(changes, _)| changes) {
            apply(connection, change).await?;
        }
        if self.alive_at_ms > 0 {
            set_mark(connection, "alive_at", self.alive_at_ms).await?;
        }
        Ok(())
    }
}

pub(crate) async fn set_mark(connection: &mut SqliteConnection, name: &'static str, value: i64) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .execute(connection)
        .await
        .map_err(StoreError::doing("set a mark"))?;
    Ok(())
}

/// Rows per statement: few enough for the JSON to stay small, many enough for its cost not to matter.
const ROWS_PER_STATEMENT: usize = 1_000;

async fn insert_results(connection: &mut SqliteConnection, results: &[KeptResult]) -> Result<(), StoreError> {
    for chunk in results.chunks(ROWS_PER_STATEMENT) {
        let mut rows = String::with_capacity(chunk.len() * 40);
        let mut details: Vec<(&str, i64)> = Vec::new();
        rows.push('[');
        for (index, result) in chunk.iter().enumerate() {
            let optional = |value: Option<u64>| value.map_or("null".to_owned(), |value| value.to_string());
            let comma = if index == 0 { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(
                rows,
                "{comma}[{},{},{},{},{},{},{}]",
                result.probe.0,
                result.at.as_ms(),
                codes::verdict(result.verdict),
                optional(result.duration_us),
                optional(result.code.map(u64::from)),
                optional(result.cause.map(|cause| u64::from(cause.number()))),
                result.detail.as_deref().map_or("null".to_owned(), |text| serde_json::Value::from(text).to_string()),
            );
            details.extend(result.detail.as_deref().map(|text| (text, result.at.as_ms())));
        }
        rows.push(']');
        if !details.is_empty() {
            sqlx::query(
                "INSERT INTO result_detail (text, last_used_at) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
                 ON CONFLICT (text) DO UPDATE SET last_used_at = MAX(last_used_at, excluded.last_used_at)",
            )
            .bind(serde_json::json!(details).to_string())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::doing("keep the details of results"))?;
        }
        // Idempotent: the same result twice is one row.
        sqlx::query(
            "INSERT INTO result (probe_key, at, verdict, duration_us, code, cause, detail_key)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                    CASE WHEN value ->> 6 IS NULL THEN NULL ELSE (SELECT key FROM result_detail WHERE text = value ->> 6) END
             FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
        )
        .bind(rows)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::doing("keep results"))?;
    }
    Ok(())
}

async fn apply(connection: &mut SqliteConnection, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::Effect(effect) => apply_effect(connection, effect).await,
        Change::Ping(ping) => insert_ping(connection, ping).await,
        Change::Alert(change) => alerts::keep(connection, change).await,
        Change::Notification(new) => notifications::keep(connection, new).await,
        Change::Delivery(change) => notifications::note(connection, change).await,
    }
}

async fn apply_effect(connection: &mut SqliteConnection, effect: &Effect) -> Result<(), StoreError> {
    match effect {
        Effect::ProbeHistory { probe, from, changes } => {
            let doing = || StoreError::doing("keep a probe's history");
            sqlx::query("DELETE FROM probe_state WHERE probe_key = ? AND at >= ?")
                .bind(probe.0)
                .bind(from.as_ms())
                .execute(&mut *connection)
                .await
                .map_err(doing())?;
            for change in changes {
                sqlx::query("INSERT INTO probe_state (probe_key, at, state) VALUES (?, ?, ?)")
                    .bind(probe.0)
                    .bind(change.at.as_ms())
                    .bind(codes::state(change.state))
                    .execute(&mut *connection)
                    .await
                    .map_err(doing())?;
            }
        }
        Effect::ComponentHistory { component, from, changes } => {
            let doing = || StoreError::doing("keep a component's history");
            sqlx::query("DELETE FROM component_state WHERE component_key = ? AND at >= ?")
                .bind(component.0)
                .bind(from.as_ms())
                .execute(&mut *connection)
                .await
                .map_err(doing())?;
            for change in changes {
                sqlx::query("INSERT INTO component_state (component_key, at, status) VALUES (?, ?, ?)")
                    .bind(component.0)
                    .bind(change.at.as_ms())
                    .bind(codes::status(change.state))
                    .execute(&mut *connection)
                    .await
                    .map_err(doing())?;
            }
        }
        Effect::OutageChanged { component, ordinal, outage } => keep_outage(connection, *component, *ordinal, outage).await?,
        Effect::OutageRemoved { component, ordinal } => {
            sqlx::query("DELETE FROM outage WHERE component_key = ? AND ordinal = ?")
                .bind(component.0)
                .bind(i64::from(*ordinal))
                .execute(connection)
                .await
                .map_err(StoreError::doing("merge two outages"))?;
        }
    }
    Ok(())
}

async fn keep_outage(
    connection: &mut SqliteConnection,
    component: ComponentKey,
    ordinal: u32,
    outage: &Outage,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO outage (component_key, ordinal, id, started_at, ended_at, ended_by, worst) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (component_key, ordinal) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at,
             ended_by = excluded.ended_by, worst = excluded.worst",
    )
    .bind(component.0)
    .bind(i64::from(ordinal))
    .bind(Uuid::now_v7().to_string())
    .bind(outage.started_at.as_ms())
    .bind(outage.ended_at().map(Timestamp::as_ms))
    .bind(outage.ended.map(|(_, by)| codes::outage_end(by)))
    .bind(codes::status(outage.worst))
    .execute(connection)
    .await
    .map_err(StoreError::doing("keep an outage"))?;
    Ok(())
}

/// Newest calls of a heartbeat that are kept; the newest success is kept beside them.
const PINGS_KEPT: i64 = 1_000;
/// Newest calls of which what the sender said is kept: with the largest bodies, 1 MB per heartbeat.
const PING_BODIES_KEPT: i64 = 100;

async fn insert_ping(connection: &mut SqliteConnection, kept: &KeptPing) -> Result<(), StoreError> {
    let (signal, exit_code) = codes::signal(kept.ping.signal);
    let doing = || StoreError::doing("keep a heartbeat's call");
    sqlx::query("INSERT INTO ping (probe_key, at, signal, exit_code, run_id, run_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(kept.probe.0)
        .bind(kept.ping.at.as_ms())
        .bind(signal)
        .bind(exit_code)
        .bind(kept.ping.run_id.as_deref())
        .bind(kept.run_ms.map(|ms| i64::try_from(ms).unwrap_or(i64::MAX)))
        .bind((!kept.body.is_empty()).then_some(kept.body.as_slice()))
        .execute(&mut *connection)
        .await
        .map_err(doing())?;
    sqlx::query(
        "DELETE FROM ping WHERE probe_key = ?1
         AND at < (SELECT at FROM ping WHERE probe_key = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)
         AND key <> COALESCE((SELECT key FROM ping WHERE probe_key = ?1 AND (signal = 1 OR (signal = 4 AND exit_code = 0))
             ORDER BY at DESC LIMIT 1), 0)",
    )
    .bind(kept.probe.0)
    .bind(PINGS_KEPT)
    .execute(&mut *connection)
    .await
    .map_err(doing())?;
    sqlx::query(
        "UPDATE ping SET body = NULL WHERE key = (SELECT key FROM ping WHERE probe_key = ? ORDER BY at DESC, key DESC LIMIT 1 OFFSET ?)",
    )
    .bind(kept.probe.0)
    .bind(PING_BODIES_KEPT)
    .execute(connection)
    .await
    .map_err(doing())?;
    Ok(())
}
