//! The writer: how fast, and how many bytes a result takes in the file.

use std::time::{Duration, Instant};

use domain::probe::observation::Verdict;
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use store::writer::KeptResult;
use store::{Store, Writer};

use crate::Row;

/// Results in the measurement: a million, of 1,000 probes every 30 s, in the order in which they would come.
const RESULTS: u64 = 1_000_000;
const PROBES: u64 = 1_000;
const START_MS: i64 = 1_790_000_000_000;

fn result(n: u64) -> KeptResult {
    let (round, probe) = (n / PROBES, n % PROBES);
    let at = START_MS + (round * 30_000 + probe * 30) as i64;
    let duration_us = 20_000 + (n.wrapping_mul(2_654_435_761) >> 16) % 200_000;
    KeptResult {
        probe: ProbeKey(probe as i64 + 1),
        at: Timestamp::from_ms(at),
        verdict: Verdict::Up,
        duration_us: Some(duration_us),
        code: Some(200),
        cause: None,
        detail: None,
    }
}

async fn open(path: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

pub(crate) async fn rows() -> Vec<Row> {
    let folder = tempfile::TempDir::new().unwrap();
    let (store, connection) = Store::open(folder.path()).await.unwrap();
    let file = store.path().to_owned();
    let empty = std::fs::metadata(&file).unwrap().len();
    let (writer, handle) = Writer::new(connection);
    let writer = tokio::spawn(writer.run(Duration::from_secs(60)));
    let started = Instant::now();
    for n in 0..RESULTS {
        handle.result(result(n));
        // A second's worth of a very large installation at a time, and no more than may wait.
        if n % 50_000 == 49_999 {
            handle.commit(Vec::new(), std::future::pending()).await.unwrap();
        }
    }
    handle.commit(Vec::new(), std::future::pending()).await.unwrap();
    let ours = RESULTS as f64 / started.elapsed().as_secs_f64();
    handle.close();
    writer.await.unwrap();
    let mut connection = open(&file).await;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.unwrap();
    let bytes = std::fs::metadata(&file).unwrap().len() - empty;
    connection.close().await.unwrap();

    // The reference: the same rows into a table of the same shape, one statement each, in one transaction, without waiting for the disk.
    let mut bare = SqliteConnectOptions::new()
        .filename(folder.path().join("bare.db"))
        .create_if_missing(true)
        .pragma("synchronous", "OFF")
        .connect()
        .await
        .unwrap();
    sqlx::query("CREATE TABLE r (p INTEGER, at INTEGER, v INTEGER, d INTEGER, c INTEGER, PRIMARY KEY (p, at)) WITHOUT ROWID")
        .execute(&mut bare)
        .await
        .unwrap();
    let count = RESULTS / 10;
    let started = Instant::now();
    let mut transaction = bare.begin().await.unwrap();
    for n in 0..count {
        let row = result(n);
        sqlx::query("INSERT INTO r VALUES (?, ?, 0, ?, 200)")
            .bind(row.probe.0)
            .bind(row.at.as_ms())
            .bind(row.duration_us.unwrap_or_default() as i64)
            .execute(&mut *transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
    let plain = count as f64 / started.elapsed().as_secs_f64();
    vec![
        Row::new(
            "writer, results per second on disk (`synchronous=FULL`)",
            format!("{ours:.0}"),
            format!("{:.1} × a bare insert per row without sync ({plain:.0})", ours / plain),
        ),
        Row::new(
            "bytes per raw result in the file",
            format!("{:.1}", bytes as f64 / RESULTS as f64),
            "aim 30; Uptime Kuma 136, Kener 139",
        ),
    ]
}
