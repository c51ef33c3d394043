//! What must hold when things break: a locked database, a file that is gone, a process that is killed.

use std::time::Duration;

use sqlx::Connection;
use tests::eventually;
use tests::process::Process;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};

const TOKEN: &str = "5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10";

fn with_heartbeat(config: &str) -> String {
    format!("{config}  - slug: job\n    component: web\n    heartbeat: {{token: {TOKEN}, period: 1h, grace: 10m}}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_locked_for_a_minute_stops_no_check_loses_nothing_and_the_page_stands() {
    let target = Target::start().await;
    let server = TestServer::start(&with_heartbeat(&one_component(&target))).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    let checks_before = target.requests();

    let mut other = server.database().await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    for _ in 0..6 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    assert_eq!(target.requests() - checks_before, 6, "checks went on");
    assert!(server.get("/en/").await.body.contains("is operational"), "no false down, and the page is served");
    eventually("it is said that the database cannot be written", || async {
        server.get("/readyz").await.body.contains("cannot be written").then_some(())
    })
    .await;
    assert_eq!(server.metric("yagura_database_writable").await, Some(0.0));

    // A heartbeat that cannot be committed is told to come again, five seconds of the clock later.
    let answer = server.while_time_passes(server.get(&format!("/ping/{TOKEN}"))).await;
    assert_eq!(answer.status, 503);
    assert!(!answer.header("retry-after").is_empty());

    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    eventually("everything is written", || async {
        let rows = server
            .count(
                "SELECT COUNT(*) FROM result WHERE cause IS NULL AND probe_key = (SELECT key FROM probe WHERE slug = 'web-http')",
            )
            .await;
        (rows >= 7).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT COUNT(*) FROM ping").await, 0, "what was refused was not kept behind the sender's back");
    assert_eq!(server.get(&format!("/ping/{TOKEN}")).await.status, 200);
    assert_eq!(server.count("SELECT COUNT(*) FROM outage").await, 0);
    assert_eq!(server.metric("yagura_results_dropped_total").await, Some(0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_shown_at_once_while_the_database_is_locked() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    let mut other = server.database().await;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    target.set(Behaviour::Error);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    eventually("the outage is stored afterwards", || async {
        (server.count("SELECT COUNT(*) FROM outage WHERE ended_at IS NULL").await == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_stands_when_the_database_file_is_gone() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    for name in ["yagura.db", "yagura.db-wal", "yagura.db-shm"] {
        let _ = std::fs::remove_file(server.data().join(name));
    }
    target.set(Behaviour::Error);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/ja/", |page| page.contains("停止しています")).await;
    for (path, words) in [
        ("/en/components/web", "Major outage"),
        ("/en/history", "Major outage"),
        ("/en/history.atom", "Major outage"),
        ("/api/v2/summary.json", "major_outage"),
        ("/en/components/web/badges/status.svg", "Major outage"),
        ("/en/embed", "is down"),
    ] {
        let answer = server.get(path).await;
        assert!(answer.status == 200 && answer.body.contains(words), "{path}: {}", answer.body);
    }
}

/// Rows in the file of a process, read by another connection.
async fn rows(process: &Process, query: &'static str) -> i64 {
    let file = process.folder.path().join("data").join(store::FILE_NAME);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(5));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_nothing_that_was_answered() {
    let target = Target::start().await;
    let mut process = Process::start(&with_heartbeat(&one_component(&target)));
    let http = tests::http::client().build().unwrap();
    let mut answered = 0;
    for round in 0..3 {
        // Killed in the middle of a stream of calls, at another place each time.
        for _ in 0..(5 + round * 7) {
            let answer = http.get(format!("{}/ping/{TOKEN}/log", process.url)).send().await.unwrap();
            answered += i64::from(answer.status() == 200);
        }
        let url = format!("{}/ping/{TOKEN}/log", process.url);
        let racing = tokio::spawn({
            let http = http.clone();
            async move { http.get(url).send().await.is_ok_and(|answer| answer.status() == 200) }
        });
        process.kill_and_restart();
        answered += i64::from(racing.await.unwrap());
        let kept = rows(&process, "SELECT COUNT(*) FROM ping").await;
        assert!(kept >= answered, "{answered} were answered, {kept} are kept");
        answered = kept;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_outage_outlives_kill_9_with_its_first_start() {
    let target = Target::start().await;
    target.set(Behaviour::Error);
    // Real time here: the process has its own clock. One bad result confirms, so this takes seconds.
    let config = one_component(&target).replace(
        "every: 10s\n    timeout: 5s\n    confirm: {down: 2, up: 2}",
        "every: 5s\n    timeout: 2s\n    confirm: {down: 1, up: 1}",
    );
    let mut process = Process::start(&config);
    let started_at = eventually("the outage is stored", || async {
        let started = rows(&process, "SELECT COALESCE(MIN(started_at), 0) FROM outage").await;
        (started > 0).then_some(started)
    })
    .await;
    process.kill_and_restart();
    let before = target.requests();
    eventually("it is checked again", || async { (target.requests() > before).then_some(()) }).await;
    assert_eq!(rows(&process, "SELECT COUNT(*) FROM outage").await, 1);
    assert_eq!(rows(&process, "SELECT started_at FROM outage WHERE ended_at IS NULL").await, started_at);
    target.set(Behaviour::Ok);
    eventually("it ends", || async {
        (rows(&process, "SELECT COUNT(*) FROM outage WHERE ended_at IS NOT NULL").await == 1).then_some(())
    })
    .await;
    assert_eq!(rows(&process, "SELECT started_at FROM outage").await, started_at);
}
