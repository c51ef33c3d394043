//! Watching: CPU, memory and punctuality with many probes against a local service, which runs in this process and is not counted.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::Row;
use crate::program::{Serving, config};

/// A service that answers every request at once.
async fn service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 2048];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok").await;
            });
        }
    });
    url
}

pub(crate) async fn rows(probes: u32, every_s: u32, during: Duration) -> Vec<Row> {
    let url = service().await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("yagura.yaml");
    std::fs::write(&file, config(probes, every_s, &url)).unwrap();
    let serving = Serving::start(&file, &folder.path().join("data")).await;
    // The first execution of every probe comes in a rush after the start; after one interval all have found their rhythm.
    tokio::time::sleep(Duration::from_secs(u64::from(probes / 500 + every_s))).await;
    let (cpu_before, started_before) = (serving.cpu(), serving.metric("yagura_checks_started_total").await);
    tokio::time::sleep(during).await;
    let cpu = serving.cpu().saturating_sub(cpu_before).as_secs_f64() / during.as_secs_f64() * 100.0;
    let started = serving.metric("yagura_checks_started_total").await - started_before;
    let missed = serving.metric("yagura_checks_missed_total").await;
    let late = |value: f64| format!("{:.1} ms", value * 1000.0);
    let p50 = late(serving.metric("yagura_check_lateness_p50_seconds").await);
    let p99 = late(serving.metric("yagura_check_lateness_p99_seconds").await);
    let resident = serving.resident_mib();
    serving.stop();
    let due = f64::from(probes) * during.as_secs_f64() / f64::from(every_s);
    let name = format!("{probes} HTTP probes every {every_s} s");
    vec![
        Row::new(
            format!("{name}: CPU of one core"),
            format!("{cpu:.1} %"),
            "aim 3 % at 1,000 every 30 s; Uptime Kuma 19 % at 20 s",
        ),
        Row::new(format!("{name}: resident memory"), format!("{resident:.0} MiB"), "Uptime Kuma 964 MB"),
        Row::new(
            format!("{name}: a check starts late by, p50 / p99"),
            format!("{p50} / {p99}"),
            format!("aim 100 ms; {:.1} % of the due checks ran, {missed} missed", started / due * 100.0),
        ),
    ]
}
