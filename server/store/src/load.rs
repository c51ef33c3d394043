//! What a restart needs, and what pages may ask: histories, outages, the newest results and calls.

use std::collections::HashMap;

use domain::component::Status;
use domain::outage::{self, Outage, OutageEnd};
use domain::probe::confirm::ProbeState;
use domain::probe::heartbeat::Ping;
use domain::probe::observation::{CauseKind, Verdict};
use domain::time::{Change, Timestamp};
use domain::tower::{ComponentKey, ProbeKey};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::{Store, StoreError, codes};

/// A component's stored past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentPast {
    /// Its history since the horizon, with the state that held there.
    pub history: Vec<Change<Status>>,
    /// Its outages that reach past the horizon, by ordinal.
    pub outages: Vec<(u32, Outage)>,
    /// The ordinal of its next outage.
    pub next_ordinal: u32,
}

/// A result as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResult {
    /// When the execution started.
    pub at: Timestamp,
    /// What it says.
    pub verdict: Verdict,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// HTTP status or exit code.
    pub code: Option<u16>,
    /// Why it was not up.
    pub cause: Option<CauseKind>,
    /// The cause in words. Never public.
    pub detail: Option<String>,
}

pub(crate) fn moment(row: &SqliteRow, index: usize) -> Result<Timestamp, sqlx::Error> {
    row.try_get(index).map(Timestamp::from_ms)
}

impl Store {
    /// When Yagura last watched, if it ever did.
    pub async fn alive_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let doing = StoreError::doing("read when Yagura last watched");
        let row = sqlx::query("SELECT value FROM mark WHERE name = 'alive_at'").fetch_optional(self.readers()).await;
        row.and_then(|row| row.map(|row| moment(&row, 0)).transpose()).map_err(doing)
    }

    /// The past of every component, from `horizon` on (open outages in full).
    pub async fn component_pasts(&self, horizon: Timestamp) -> Result<HashMap<ComponentKey, ComponentPast>, StoreError> {
        let doing = || StoreError::doing("read the components' histories");
        let mut pasts: HashMap<ComponentKey, ComponentPast> = HashMap::new();
        let rows = sqlx::query(
            "SELECT component_key, ordinal, started_at, ended_at, ended_by, worst FROM outage
             WHERE ended_at IS NULL OR ended_at >= ? ORDER BY component_key, ordinal",
        )
        .bind(horizon.as_ms())
        .fetch_all(self.readers())
        .await
        .map_err(doing())?;
        for row in &rows {
            let (key, ordinal, outage) = outage_row(row)?;
            pasts.entry(key).or_default().outages.push((ordinal, outage));
        }
        let rows = sqlx::query("SELECT component_key, MAX(ordinal) FROM outage GROUP BY component_key")
            .fetch_all(self.readers())
            .await
            .map_err(doing())?;
        for row in &rows {
            let key = ComponentKey(row.try_get(0).map_err(doing())?);
            let highest: i64 = row.try_get(1).map_err(doing())?;
            pasts.entry(key).or_default().next_ordinal = u32::try_from(highest).unwrap_or(u32::MAX - 1) + 1;
        }
        // From the horizon, or from the start of the outage that was open there; and the state that held at that moment.
        let rows = sqlx::query(
            "WITH base AS (
                 SELECT key, MIN(?1, COALESCE((SELECT MIN(started_at) FROM outage
                     WHERE component_key = key AND (ended_at IS NULL OR ended_at >= ?1)), ?1)) AS since FROM component)
             SELECT s.component_key, s.at, s.status FROM base CROSS JOIN component_state AS s ON s.component_key = base.key
             WHERE s.at >= COALESCE((SELECT MAX(at) FROM component_state WHERE component_key = base.key AND at <= base.since), base.since)
             ORDER BY s.component_key, s.at",
        )
        .bind(horizon.as_ms())
        .fetch_all(self.readers())
        .await
        .map_err(doing())?;
        for row in &rows {
            let key = ComponentKey(row.try_get(0).map_err(doing())?);
            let state = codes::to_status(row.try_get(2).map_err(doing())?)?;
            pasts.entry(key).or_default().history.push(Change { at: moment(row, 1).map_err(doing())?, state });
        }
        for past in pasts.values_mut() {
            past.next_ordinal = past.next_ordinal.max(1);
            fill_segments(past);
        }
        Ok(pasts)
    }

    /// The believed histories of every probe since `since`, each with the state that held there.
    pub async fn probe_histories(&self, since: Timestamp) -> Result<HashMap<ProbeKey, Vec<Change<ProbeState>>>, StoreError> {
        let doing = || StoreError::doing("read the probes' histories");
        let rows = sqlx::query(
            "SELECT s.probe_key, s.at, s.state FROM probe CROSS JOIN probe_state AS s ON s.probe_key = probe.key
             WHERE s.at >= COALESCE((SELECT MAX(at) FROM probe_state WHERE probe_key = probe.key AND at <= ?1 AND state <> 3), ?1)
             ORDER BY s.probe_key, s.at",
        )
        .bind(since.as_ms())
        .fetch_all(self.readers())
        .await
        .map_err(doing())?;
        let mut histories: HashMap<ProbeKey, Vec<Change<ProbeState>>> = HashMap::new();
        for row in &rows {
            let key = ProbeKey(row.try_get(0).map_err(doing())?);
            let state = codes::to_state(row.try_get(2).map_err(doing())?)?;
            histories.entry(key).or_default().push(Change { at: moment(row, 1).map_err(doing())?, state });
        }
        Ok(histories)
    }

    /// The newest results of every probe that are not later than `until`, at most `count` each, oldest first.
    pub async fn newest_results(&self, count: u32, until: Timestamp) -> Result<HashMap<ProbeKey, Vec<StoredResult>>, StoreError> {
        let doing = || StoreError::doing("read the newest results");
        // As a list and not as a range: for a range SQLite builds a filter over all results first, which takes longer than all else.
        let rows = sqlx::query(
            "SELECT r.probe_key, r.at, r.verdict, r.duration_us, r.code, r.cause, d.text
             FROM probe CROSS JOIN result AS r ON r.probe_key = probe.key LEFT JOIN result_detail AS d ON d.key = r.detail_key
             WHERE probe.removed_at IS NULL
             AND r.at IN (SELECT at FROM result WHERE probe_key = probe.key AND at <= ?2 ORDER BY at DESC LIMIT ?1)
             ORDER BY r.probe_key, r.at",
        )
        .bind(i64::from(count))
        .bind(until.as_ms())
        .fetch_all(self.readers())
        .await
        .map_err(doing())?;
        let mut results: HashMap<ProbeKey, Vec<StoredResult>> = HashMap::new();
        for row in &rows {
            let key = ProbeKey(row.try_get(0).map_err(doing())?);
            results.entry(key).or_default().push(result_row(row)?);
        }
        Ok(results)
    }

    /// Results of one probe in `[from, until)`, oldest first; the newest `limit` of them.
    pub async fn results(
        &self,
        probe: ProbeKey,
        from: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<StoredResult>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.probe_key, r.at, r.verdict, r.duration_us, r.code, r.cause, d.text
             FROM result AS r LEFT JOIN result_detail AS d ON d.key = r.detail_key
             WHERE r.probe_key = ? AND r.at >= ? AND r.at < ? ORDER BY r.at DESC LIMIT ?",
        )
        .bind(probe.0)
        .bind(from.as_ms())
        .bind(until.as_ms())
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing("read results"))?;
        rows.iter().rev().map(result_row).collect()
    }

    /// The newest calls of every heartbeat that mean something (logs left out), at least `count` each and back to its newest success,
    /// oldest first.
    pub async fn newest_pings(&self, count: u32) -> Result<HashMap<ProbeKey, Vec<Ping>>, StoreError> {
        let doing = || StoreError::doing("read the newest calls of heartbeats");
        let rows = sqlx::query(
            "SELECT p.probe_key, p.at, p.signal, p.exit_code, p.run_id FROM probe CROSS JOIN ping AS p ON p.probe_key = probe.key
             WHERE p.signal <> 3 AND p.at >= MIN(
                 COALESCE((SELECT at FROM ping WHERE probe_key = probe.key AND signal <> 3 ORDER BY at DESC LIMIT 1 OFFSET ?), 0),
                 COALESCE((SELECT MAX(at) FROM ping WHERE probe_key = probe.key AND (signal = 1 OR (signal = 4 AND exit_code = 0))), 0))
             ORDER BY p.probe_key, p.at, p.key",
        )
        .bind(i64::from(count) - 1)
        .fetch_all(self.readers())
        .await
        .map_err(doing())?;
        let mut pings: HashMap<ProbeKey, Vec<Ping>> = HashMap::new();
        for row in &rows {
            let read = |row: &SqliteRow| -> Result<_, sqlx::Error> {
                Ok((row.try_get::<i64, _>(0)?, moment(row, 1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?))
            };
            let (key, at, signal, exit_code, run_id) = read(row).map_err(doing())?;
            pings.entry(ProbeKey(key)).or_default().push(Ping { at, signal: codes::to_signal(signal, exit_code)?, run_id });
        }
        Ok(pings)
    }

    /// The newest calls of one heartbeat with what the sender said and how long the job ran (ms), newest first.
    pub async fn pings(&self, probe: ProbeKey, limit: u32) -> Result<Vec<(Ping, Option<u64>, Vec<u8>)>, StoreError> {
        let doing = || StoreError::doing("read the calls of a heartbeat");
        let rows = sqlx::query(
            "SELECT at, signal, exit_code, run_id, run_ms, body FROM ping WHERE probe_key = ? ORDER BY at DESC, key DESC LIMIT ?",
        )
        .bind(probe.0)
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(doing())?;
        rows.iter()
            .map(|row| {
                let signal = codes::to_signal(row.try_get(1).map_err(doing())?, row.try_get(2).map_err(doing())?)?;
                let run_id = row.try_get(3).map_err(doing())?;
                let run_ms: Option<i64> = row.try_get(4).map_err(doing())?;
                let body: Option<Vec<u8>> = row.try_get(5).map_err(doing())?;
                let ping = Ping { at: moment(row, 0).map_err(doing())?, signal, run_id };
                Ok((ping, run_ms.and_then(|ms| u64::try_from(ms).ok()), body.unwrap_or_default()))
            })
            .collect()
    }
}

pub(crate) fn outage_row(row: &SqliteRow) -> Result<(ComponentKey, u32, Outage), StoreError> {
    let read = || -> Result<_, sqlx::Error> {
        let ended: (Option<i64>, Option<i64>) = (row.try_get(3)?, row.try_get(4)?);
        Ok((row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?, moment(row, 2)?, ended, row.try_get::<i64, _>(5)?))
    };
    let (key, ordinal, started_at, ended, worst) = read().map_err(StoreError::doing("read outages"))?;
    let ended = match ended {
        (Some(at), by) => Some((Timestamp::from_ms(at), by.map_or(Ok(OutageEnd::Recovered), codes::to_outage_end)?)),
        (None, _) => None,
    };
    let outage = Outage { started_at, ended, worst: codes::to_status(worst)?, segments: Vec::new() };
    Ok((ComponentKey(key), u32::try_from(ordinal).unwrap_or(u32::MAX), outage))
}

/// The severities within an outage stand in the component's history; cutting that anew gives them.
fn fill_segments(past: &mut ComponentPast) {
    let cut = outage::cut(&past.history);
    for (_, stored) in &mut past.outages {
        if let Some(same) = cut.iter().find(|outage| outage.started_at == stored.started_at) {
            stored.segments.clone_from(&same.segments);
        }
    }
}

fn result_row(row: &SqliteRow) -> Result<StoredResult, StoreError> {
    let read = || -> Result<_, sqlx::Error> {
        let duration_us: Option<i64> = row.try_get(3)?;
        let code: Option<i64> = row.try_get(4)?;
        let cause: Option<i64> = row.try_get(5)?;
        let stored = StoredResult {
            at: moment(row, 1)?,
            verdict: Verdict::Unknown,
            duration_us: duration_us.and_then(|us| u64::try_from(us).ok()),
            code: code.and_then(|code| u16::try_from(code).ok()),
            cause: cause.and_then(|number| u8::try_from(number).ok()).and_then(CauseKind::from_number),
            detail: row.try_get(6)?,
        };
        Ok((stored, row.try_get::<i64, _>(2)?))
    };
    let (stored, verdict) = read().map_err(StoreError::doing("read results"))?;
    Ok(StoredResult { verdict: codes::to_verdict(verdict)?, ..stored })
}
