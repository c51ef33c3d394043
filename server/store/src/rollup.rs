//! Condenses results: per minute, hour and day, how many of each verdict and the distribution of latencies (of executions that were
//! up or degraded). Each bucket is a pure function of the finer ones below it, so a rollup that is repeated changes nothing, and one
//! that was interrupted is simply made again. Percentiles are those of [`domain::latency`], which can be added up.

use domain::latency::Latencies;
use domain::time::{TimeRange, Timestamp};
use domain::tower::ProbeKey;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::apply::set_mark;
use crate::{Store, StoreError, transaction};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Time condensed in one transaction, so that nobody waits long for the writer.
const SLICE_MS: i64 = 5 * MINUTE_MS;
/// Probes whose buckets are merged at a time: 500 probes have 30,000 minutes in an hour.
const PROBES_AT_A_TIME: i64 = 500;
/// A mark that lies further ahead than this was set by a clock that was wrong.
const MARK_AHEAD_MAX_MS: i64 = HOUR_MS;

/// Width of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketSize {
    /// 60 s.
    Minute,
    /// 3,600 s.
    Hour,
    /// 86,400 s, aligned to UTC.
    Day,
}

impl BucketSize {
    /// Width in seconds, as stored.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    const fn ms(self) -> i64 {
        self.seconds() * 1000
    }
}

/// Counts and latencies over a span.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Results that were up.
    pub n_up: u64,
    /// Degraded.
    pub n_degraded: u64,
    /// Down.
    pub n_down: u64,
    /// Unknown.
    pub n_unknown: u64,
    /// Of those that were up or degraded.
    pub latencies: Latencies,
}

impl Summary {
    fn clear(&mut self) {
        (self.n_up, self.n_degraded, self.n_down, self.n_unknown) = (0, 0, 0, 0);
        self.latencies.clear();
    }

    fn is_empty(&self) -> bool {
        self.n_up + self.n_degraded + self.n_down + self.n_unknown == 0
    }
}

const DOING: &str = "condense results";

/// Condenses one slice of what ended before `until`: its minutes, and with the last minute of an hour or a day that too. True when
/// more is left to do.
pub(crate) async fn roll_up(connection: &mut SqliteConnection, until: Timestamp) -> Result<bool, StoreError> {
    let doing = || StoreError::doing(DOING);
    let until = until.as_ms().div_euclid(MINUTE_MS) * MINUTE_MS;
    let mark: Option<i64> = sqlx::query_scalar("SELECT value FROM mark WHERE name = 'rolled_up_until'")
        .fetch_optional(&mut *connection)
        .await
        .map_err(doing())?;
    let from = match mark {
        Some(mark) if mark <= until + MARK_AHEAD_MAX_MS => mark,
        _ => {
            // Before the oldest result there is nothing to condense: no need to walk through years of it.
            let oldest: Option<i64> = sqlx::query_scalar(
                "SELECT MIN(oldest) FROM (SELECT (SELECT MIN(at) FROM result WHERE probe_key = key) AS oldest FROM probe)",
            )
            .fetch_one(&mut *connection)
            .await
            .map_err(doing())?;
            let Some(oldest) = oldest else { return Ok(false) };
            oldest.div_euclid(MINUTE_MS) * MINUTE_MS
        }
    };
    if from >= until {
        return Ok(false);
    }
    let slice_end = ((from.div_euclid(SLICE_MS) + 1) * SLICE_MS).min(until);
    transaction::begin(connection).await?;
    let outcome = roll_up_slice(connection, from, slice_end).await;
    transaction::end(connection, outcome).await?;
    Ok(slice_end < until)
}

async fn roll_up_slice(connection: &mut SqliteConnection, from: i64, end: i64) -> Result<(), StoreError> {
    minutes_from_results(connection, from, end).await?;
    if end.rem_euclid(HOUR_MS) == 0 {
        merge(connection, BucketSize::Minute, BucketSize::Hour, end).await?;
    }
    if end.rem_euclid(DAY_MS) == 0 {
        merge(connection, BucketSize::Hour, BucketSize::Day, end).await?;
    }
    set_mark(connection, "rolled_up_until", end).await
}

async fn minutes_from_results(connection: &mut SqliteConnection, from: i64, until: i64) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT r.probe_key, r.at, r.verdict, r.duration_us FROM probe CROSS JOIN result AS r ON r.probe_key = probe.key
         WHERE r.at >= ? AND r.at < ? ORDER BY r.probe_key, r.at",
    )
    .bind(from)
    .bind(until)
    .fetch_all(&mut *connection)
    .await
    .map_err(StoreError::doing(DOING))?;
    let mut current: Option<(i64, i64)> = None;
    let mut summary = Summary::default();
    for row in &rows {
        let read = || -> Result<(i64, i64, i64, Option<i64>), sqlx::Error> {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?))
        };
        let (probe, at, verdict, duration_us) = read().map_err(StoreError::doing(DOING))?;
        let bucket = (probe, at.div_euclid(MINUTE_MS) * MINUTE_MS);
        if current != Some(bucket) {
            if let Some(done) = current {
                upsert(connection, BucketSize::Minute, done, &summary).await?;
            }
            summary.clear();
            current = Some(bucket);
        }
        match verdict {
            0 => summary.n_up += 1,
            1 => summary.n_degraded += 1,
            2 => summary.n_down += 1,
            _ => summary.n_unknown += 1,
        }
        if let (0 | 1, Some(duration)) = (verdict, duration_us.and_then(|us| u64::try_from(us).ok())) {
            summary.latencies.record(duration);
        }
    }
    match current {
        Some(done) => upsert(connection, BucketSize::Minute, done, &summary).await,
        None => Ok(()),
    }
}

/// Makes the coarse bucket that ends at `end` out of the fine ones in it, a few probes at a time.
async fn merge(connection: &mut SqliteConnection, fine: BucketSize, coarse: BucketSize, end: i64) -> Result<(), StoreError> {
    let doing = || StoreError::doing(DOING);
    let start = end - coarse.ms();
    let mut after = i64::MIN;
    loop {
        let probes: Vec<i64> = sqlx::query_scalar("SELECT key FROM probe WHERE key > ? ORDER BY key LIMIT ?")
            .bind(after)
            .bind(PROBES_AT_A_TIME)
            .fetch_all(&mut *connection)
            .await
            .map_err(doing())?;
        let Some(last) = probes.last().copied() else { return Ok(()) };
        let rows = sqlx::query(
            "SELECT probe_key, n_up, n_degraded, n_down, n_unknown, latencies FROM probe
             CROSS JOIN rollup ON size_s = ? AND probe_key = probe.key
             WHERE probe.key > ? AND probe.key <= ? AND bucket_at >= ? AND bucket_at < ? ORDER BY probe_key",
        )
        .bind(fine.seconds())
        .bind(after)
        .bind(last)
        .bind(start)
        .bind(end)
        .fetch_all(&mut *connection)
        .await
        .map_err(doing())?;
        let mut current: Option<i64> = None;
        let mut summary = Summary::default();
        for row in &rows {
            let probe: i64 = row.try_get(0).map_err(doing())?;
            if let Some(done) = current.replace(probe).filter(|done| *done != probe) {
                upsert(connection, coarse, (done, start), &summary).await?;
                summary.clear();
            }
            add_row(&mut summary, row, 1)?;
        }
        if let Some(done) = current {
            upsert(connection, coarse, (done, start), &summary).await?;
        }
        after = last;
    }
}

fn add_row(summary: &mut Summary, row: &sqlx::sqlite::SqliteRow, first: usize) -> Result<(), StoreError> {
    let count = |index: usize| -> Result<u64, StoreError> {
        let count: i64 = row.try_get(index).map_err(StoreError::doing(DOING))?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    summary.n_up += count(first)?;
    summary.n_degraded += count(first + 1)?;
    summary.n_down += count(first + 2)?;
    summary.n_unknown += count(first + 3)?;
    let latencies: Vec<u8> = row.try_get(first + 4).map_err(StoreError::doing(DOING))?;
    summary
        .latencies
        .merge_encoded(&latencies)
        .map_err(|error| StoreError::UnknownValue { what: "a latency histogram", value: error.to_string() })
}

async fn upsert(
    connection: &mut SqliteConnection,
    size: BucketSize,
    (probe, bucket_at): (i64, i64),
    summary: &Summary,
) -> Result<(), StoreError> {
    if summary.is_empty() {
        return Ok(());
    }
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO rollup (size_s, probe_key, bucket_at, n_up, n_degraded, n_down, n_unknown, latencies)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET n_up = excluded.n_up, n_degraded = excluded.n_degraded, n_down = excluded.n_down,
             n_unknown = excluded.n_unknown, latencies = excluded.latencies",
    )
    .bind(size.seconds())
    .bind(probe)
    .bind(bucket_at)
    .bind(count(summary.n_up))
    .bind(count(summary.n_degraded))
    .bind(count(summary.n_down))
    .bind(count(summary.n_unknown))
    .bind(summary.latencies.encode())
    .execute(connection)
    .await
    .map_err(StoreError::doing(DOING))?;
    Ok(())
}

impl Store {
    /// The sum of a probe's buckets of one size that start within `range`.
    pub async fn summary(&self, probe: ProbeKey, size: BucketSize, range: TimeRange) -> Result<Summary, StoreError> {
        let rows = sqlx::query(
            "SELECT n_up, n_degraded, n_down, n_unknown, latencies FROM rollup
             WHERE size_s = ? AND probe_key = ? AND bucket_at >= ? AND bucket_at < ?",
        )
        .bind(size.seconds())
        .bind(probe.0)
        .bind(range.from().as_ms())
        .bind(range.until().as_ms())
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing("read rollups"))?;
        let mut summary = Summary::default();
        for row in &rows {
            add_row(&mut summary, row, 0)?;
        }
        Ok(summary)
    }
}
