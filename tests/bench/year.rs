//! Starting with what a year leaves behind: days, 400 days of hours, a week of minutes, two days of raw results, outages.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::program::{Serving, config, path};
use crate::{Row, setting};

/// Fills the database as a year of checks every 30 s would have. Latency histograms have the size that real ones have (two bytes a
/// bucket and up: 25 buckets for an hour, two or three for a minute), with nothing in them.
async fn fill(file: &Path, now_ms: i64) {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .pragma("synchronous", "OFF")
        .pragma("cache_size", "-262144")
        .connect()
        .await
        .unwrap();
    let minute = now_ms / 60_000 * 60_000;
    let series =
        |name: &str, count: i64| format!("{name}(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM {name} WHERE n + 1 < {count})");
    let rollup = |size_s: i64, count: i64, results: i64, blob: usize| {
        let until = now_ms / (size_s * 1000) * size_s * 1000;
        format!(
            "WITH RECURSIVE {} INSERT OR REPLACE INTO rollup SELECT {size_s}, probe.key, {until} - ({count} - n) * {size_s}000, \
             {results}, 0, 0, 0, zeroblob({blob}) FROM probe CROSS JOIN s ORDER BY probe.key, n",
            series("s", count)
        )
    };
    let statements = [
        format!(
            "WITH RECURSIVE {} INSERT OR IGNORE INTO result SELECT probe.key, {minute} - (5760 - n) * 30000 + probe.key % 30000, 0, \
             20000 + (probe.key * 7919 + n * 104729) % 200000, 200, NULL, NULL FROM probe CROSS JOIN s ORDER BY probe.key, n",
            series("s", 5_760)
        ),
        rollup(60, 10_080, 2, 6),
        rollup(3_600, 9_600, 120, 50),
        rollup(86_400, 365, 2_880, 80),
        // Twelve outages of 20 minutes per component and year.
        format!(
            "WITH RECURSIVE {} INSERT OR IGNORE INTO outage SELECT component.key, n + 1, 'o-' || component.key || '-' || n, \
             {minute} - (12 - n) * 2592000000, {minute} - (12 - n) * 2592000000 + 1200000, 0, 3 FROM component CROSS JOIN s",
            series("s", 12)
        ),
        format!("UPDATE component SET watched_since = {minute} - 31536000000, member_since = {minute} - 31536000000"),
        "DELETE FROM component_state".to_owned(),
        "DELETE FROM probe_state".to_owned(),
        format!("INSERT INTO component_state SELECT key, {minute} - 31536000000, 0 FROM component"),
        "INSERT INTO component_state SELECT component_key, started_at, 3 FROM outage".to_owned(),
        "INSERT INTO component_state SELECT component_key, ended_at, 0 FROM outage".to_owned(),
        format!("INSERT INTO probe_state SELECT key, {minute} - 31536000000, 0 FROM probe"),
        "INSERT INTO probe_state SELECT p.key, started_at, 2 FROM outage JOIN probe AS p USING (component_key)".to_owned(),
        "INSERT INTO probe_state SELECT p.key, ended_at, 0 FROM outage JOIN probe AS p USING (component_key)".to_owned(),
        format!("INSERT OR REPLACE INTO mark VALUES ('alive_at', {now_ms}), ('rolled_up_until', {minute})"),
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    ];
    for statement in statements {
        // The numbers in these texts are ours.
        sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }
    SqliteConnection::close(connection).await.unwrap();
}

pub(crate) async fn rows(probes: u32) -> Vec<Row> {
    let folder = tempfile::TempDir::new().unwrap();
    let (file, data) = (folder.path().join("yagura.yaml"), folder.path().join("data"));
    // A port where nobody listens would be an outage; no check falls due while this measures.
    std::fs::write(&file, config(probes, 86_400, "http://127.0.0.1:9/")).unwrap();
    let empty = Serving::start(&file, &data).await;
    let empty_start = empty.first_page_after;
    empty.stop();
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let started = Instant::now();
    fill(&data.join(store::FILE_NAME), now_ms).await;
    let bytes = std::fs::metadata(data.join(store::FILE_NAME)).unwrap().len();
    eprintln!("bench: {:.2} GB generated in {:.0} s", bytes as f64 / 1e9, started.elapsed().as_secs_f64());

    let bare = {
        let started = Instant::now();
        let _ = Command::new(path()).arg("--version").output().unwrap();
        started.elapsed()
    };
    let mut starts = Vec::new();
    let mut resident = 0.0;
    for _ in 0..setting("YAGURA_BENCH_STARTS", 5) {
        let serving = Serving::start(&file, &data).await;
        starts.push(serving.first_page_after);
        resident = serving.resident_mib();
        serving.stop();
    }
    starts.sort();
    let median = starts[starts.len() / 2];
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    vec![
        Row::new(format!("a year of {probes} probes on disk"), format!("{:.2} GB", bytes as f64 / 1e9), "aim 2 GB"),
        Row::new(
            format!("start to first served page, {probes} components, a year of data (median of {})", starts.len()),
            format!("{:.0} ms", ms(median)),
            format!(
                "{:.1} × without data ({:.0} ms); bare process {:.0} ms",
                ms(median) / ms(empty_start),
                ms(empty_start),
                ms(bare)
            ),
        ),
        Row::new(
            format!("resident memory then, with 90 days of {probes} components"),
            format!("{resident:.0} MiB"),
            "aim 64 MiB",
        ),
    ]
}
