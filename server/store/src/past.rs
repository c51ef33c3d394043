//! What only pages ask for, and only when they are rendered: outages of long ago, medians over a span, and after a start the latencies
//! of the last hours.

use domain::component::Status;
use domain::latency::Latencies;
use domain::outage::Outage;
use domain::time::{Change, TimeRange, Timestamp};
use domain::tower::{ComponentKey, ProbeKey};
use futures::TryStreamExt;
use sqlx::Row;

use crate::load::{moment, outage_row};
use crate::rollup::BucketSize;
use crate::{Store, StoreError, codes};

/// One stored bucket of latencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatencyBucket {
    /// Whose.
    pub component: ComponentKey,
    /// When the bucket begins.
    pub at: Timestamp,
    /// As [`Latencies::encode`] gives it.
    pub encoded: Vec<u8>,
}

/// As SQLite's `json_each` reads them.
fn keys(components: &[ComponentKey]) -> String {
    let keys: Vec<String> = components.iter().map(|key| key.0.to_string()).collect();
    format!("[{}]", keys.join(","))
}

impl Store {
    /// Outages of `components` that began within `range`, the newest first, at most `limit`.
    pub async fn outages_begun(
        &self,
        components: &[ComponentKey],
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<(ComponentKey, u32, Outage)>, StoreError> {
        let doing = || StoreError::doing("read past outages");
        let rows = sqlx::query(
            "SELECT component_key, ordinal, started_at, ended_at, ended_by, worst FROM outage
             WHERE started_at >= ? AND started_at < ? AND component_key IN (SELECT value FROM json_each(?))
             ORDER BY started_at DESC, component_key LIMIT ?",
        )
        .bind(range.from().as_ms())
        .bind(range.until().as_ms())
        .bind(keys(components))
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(doing())?;
        let mut outages = Vec::with_capacity(rows.len());
        for row in &rows {
            let (key, ordinal, mut outage) = outage_row(row)?;
            outage.segments = self.statuses(key, outage.started_at, outage.ended_at()).await?;
            outages.push((key, ordinal, outage));
        }
        Ok(outages)
    }

    /// How many outages of `components` began within `range`.
    pub async fn count_outages_begun(&self, components: &[ComponentKey], range: TimeRange) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM outage
             WHERE started_at >= ? AND started_at < ? AND component_key IN (SELECT value FROM json_each(?))",
        )
        .bind(range.from().as_ms())
        .bind(range.until().as_ms())
        .bind(keys(components))
        .fetch_one(self.readers())
        .await
        .map_err(StoreError::doing("count past outages"))?;
        Ok(count.unsigned_abs())
    }

    /// A component's statuses from `from` on, before `until`.
    async fn statuses(
        &self,
        component: ComponentKey,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Vec<Change<Status>>, StoreError> {
        let doing = || StoreError::doing("read the statuses of past outages");
        let rows =
            sqlx::query("SELECT at, status FROM component_state WHERE component_key = ? AND at >= ? AND at < ? ORDER BY at")
                .bind(component.0)
                .bind(from.as_ms())
                .bind(until.map_or(i64::MAX, Timestamp::as_ms))
                .fetch_all(self.readers())
                .await
                .map_err(doing())?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in &rows {
            let state = codes::to_status(row.try_get(1).map_err(doing())?)?;
            changes.push(Change { at: moment(row, 0).map_err(doing())?, state });
        }
        Ok(changes)
    }

    /// The medians of several probes together, in microseconds, in `count` slices from `from` on, each `width_s` seconds wide (a whole
    /// multiple of `size`); `None` for slices without results.
    pub async fn medians(
        &self,
        probes: &[ProbeKey],
        size: BucketSize,
        from: Timestamp,
        width_s: u32,
        count: usize,
    ) -> Result<Vec<Option<u64>>, StoreError> {
        let doing = || StoreError::doing("read rollups");
        let per_slice = i64::from(width_s) * 1000;
        let mut slices: Vec<Option<Latencies>> = vec![None; count];
        for probe in probes {
            let mut rows =
                sqlx::query("SELECT bucket_at, latencies FROM rollup WHERE size_s = ? AND probe_key = ? AND bucket_at >= ?")
                    .bind(size.seconds())
                    .bind(probe.0)
                    .bind(from.as_ms())
                    .fetch(self.readers());
            while let Some(row) = rows.try_next().await.map_err(doing())? {
                let at: i64 = row.try_get(0).map_err(doing())?;
                let index = usize::try_from((at - from.as_ms()).div_euclid(per_slice)).unwrap_or(usize::MAX);
                let encoded: &[u8] = row.try_get(1).map_err(doing())?;
                if let Some(slice) = slices.get_mut(index) {
                    let damaged = |error: domain::latency::DamagedHistogram| StoreError::UnknownValue {
                        what: "a latency histogram",
                        value: error.to_string(),
                    };
                    slice.get_or_insert_default().merge_encoded(encoded).map_err(damaged)?;
                }
            }
        }
        Ok(slices.into_iter().map(|slice| slice?.quantile_us(0.5)).collect())
    }

    /// Gives every stored bucket of latencies of active probes since `from` to `take`: hours as far as there are any, then minutes, then
    /// single results that are not condensed yet. What began at `until` or later is left out, and so is a bucket that it is in.
    pub async fn latencies_since(
        &self,
        from: Timestamp,
        until: Timestamp,
        mut take: impl FnMut(LatencyBucket),
    ) -> Result<(), StoreError> {
        let doing = || StoreError::doing("read the latencies of the last day");
        let rolled_up: Option<i64> = sqlx::query_scalar("SELECT value FROM mark WHERE name = 'rolled_up_until'")
            .fetch_optional(self.readers())
            .await
            .map_err(doing())?;
        let hours_until = rolled_up.unwrap_or(0).div_euclid(3_600_000) * 3_600_000;
        let minutes_until = until.as_ms().div_euclid(60_000) * 60_000;
        for (size, from, until) in [
            (BucketSize::Hour, from.as_ms(), hours_until.min(minutes_until - 3_540_000)),
            (BucketSize::Minute, hours_until.max(from.as_ms()), minutes_until),
        ] {
            let mut rows = sqlx::query(
                "SELECT p.component_key, r.bucket_at, r.latencies FROM probe AS p
                 CROSS JOIN rollup AS r ON r.size_s = ? AND r.probe_key = p.key
                 WHERE p.removed_at IS NULL AND p.kind = 'active' AND r.bucket_at >= ? AND r.bucket_at < ?",
            )
            .bind(size.seconds())
            .bind(from)
            .bind(until)
            .fetch(self.readers());
            while let Some(row) = rows.try_next().await.map_err(doing())? {
                take(LatencyBucket {
                    component: ComponentKey(row.try_get(0).map_err(doing())?),
                    at: moment(&row, 1).map_err(doing())?,
                    encoded: row.try_get(2).map_err(doing())?,
                });
            }
        }
        let mut rows = sqlx::query(
            "SELECT p.component_key, r.at, r.duration_us FROM probe AS p CROSS JOIN result AS r ON r.probe_key = p.key
             WHERE p.removed_at IS NULL AND p.kind = 'active' AND r.at >= ? AND r.at < ? AND r.verdict IN (0, 1)
             AND r.duration_us IS NOT NULL",
        )
        .bind(rolled_up.unwrap_or(0).max(from.as_ms()))
        .bind(until.as_ms())
        .fetch(self.readers());
        while let Some(row) = rows.try_next().await.map_err(doing())? {
            let mut one = Latencies::default();
            let duration_us: i64 = row.try_get(2).map_err(doing())?;
            one.record(duration_us.unsigned_abs());
            let component = ComponentKey(row.try_get(0).map_err(doing())?);
            take(LatencyBucket { component, at: moment(&row, 1).map_err(doing())?, encoded: one.encode() });
        }
        Ok(())
    }
}
