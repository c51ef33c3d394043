//! Heartbeats over HTTP, the way their senders call.

use std::time::Duration;

use tests::eventually;
use tests::server::TestServer;

const TOKEN: &str = "5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10";
const RUN: &str = "2f0c8a51-7e11-4c0a-a0de-7f6a5b4c3d2e";

async fn server() -> TestServer {
    let config = format!(
        "site: {{name: Test}}\ncomponents:\n  - {{slug: backup, name: Backup}}\nprobes:\n  - slug: backup-call\n    component: backup\n    \
         heartbeat: {{token: {TOKEN}, period: 1h, grace: 10m}}\n"
    );
    TestServer::start(&config).await
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread")]
async fn a_job_calls_is_late_is_missed_and_comes_back() {
    let server = server().await;
    server.page_where("/en/components/backup", |page| page.contains("has never called")).await;
    let answer = server.get(&format!("/ping/{TOKEN}")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "OK"));
    assert_eq!(answer.header("ping-body-limit"), "10000");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let called_at = server.now();
    server.page_where("/en/components/backup", |page| page.contains("Operational") && page.contains("on time")).await;
    server.clock.advance(HOUR + Duration::from_secs(120));
    server.page_where("/en/components/backup", |page| page.contains("Operational") && page.contains("late")).await;
    server.clock.advance(Duration::from_secs(600));
    // Down, and from the deadline on, not from when it was noticed.
    let deadline = called_at.plus(HOUR).plus(Duration::from_secs(600)).to_string();
    server.page_where("/en/components/backup", |page| page.contains("missed") && page.contains(&deadline)).await;
    assert_eq!(server.post(&format!("/ping/{TOKEN}"), "done").await.status, 200);
    server.page_where("/en/components/backup", |page| page.contains("Operational") && page.contains("Ended")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_paired_by_its_id_measured_and_its_words_are_kept_up_to_the_limit() {
    let server = server().await;
    assert_eq!(server.get(&format!("/ping/{TOKEN}/start?rid={RUN}")).await.status, 200);
    server.clock.advance(Duration::from_secs(90));
    let words = "x".repeat(25_000);
    assert_eq!(server.post(&format!("/ping/{TOKEN}/0?rid={RUN}"), words).await.status, 200);
    assert_eq!(server.count("SELECT run_ms FROM ping ORDER BY key DESC LIMIT 1").await, 90_000);
    assert_eq!(server.count("SELECT LENGTH(body) FROM ping ORDER BY key DESC LIMIT 1").await, 10_000);
    server.page_where("/en/components/backup", |page| page.contains("90.00 s")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_down_at_once_and_logs_change_nothing() {
    let server = server().await;
    server.get(&format!("/ping/{TOKEN}")).await;
    assert_eq!(server.post(&format!("/ping/{TOKEN}/log"), "half way").await.status, 200);
    server.page_where("/en/", |page| page.contains("is operational")).await;
    assert_eq!(server.get(&format!("/ping/{TOKEN}/3")).await.status, 200);
    server.page_where("/en/", |page| page.contains("is down")).await;
    assert_eq!(server.count("SELECT exit_code FROM ping ORDER BY key DESC LIMIT 1").await, 3);
    server.send("HEAD", &format!("/ping/{TOKEN}"), &[], Vec::new()).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    server.get(&format!("/ping/{TOKEN}/fail")).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uptime_kumas_push_address_works_too() {
    let server = server().await;
    let answer = server.get(&format!("/api/push/{TOKEN}?status=up&msg=OK&ping=12.5")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"ok\":true}"));
    server.page_where("/en/", |page| page.contains("is operational")).await;
    server.get(&format!("/api/push/{TOKEN}?status=down&msg=disk%20full")).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
    let unknown = server.get("/api/push/nobody-has-this-token").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("Monitor not found or not active."));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_missed_while_the_machine_slept_are_unknown_not_down() {
    let server = server().await;
    server.get(&format!("/ping/{TOKEN}")).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    server.clock.advance(Duration::from_secs(2));
    server.get("/en/").await;
    server.clock.sleep(10 * HOUR);
    server.page_where("/en/components/backup", |page| page.contains("may have called while Yagura was away")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_logs_and_a_restart_do_not_make_yagura_forget_the_last_success() {
    let mut server = server().await;
    server.get(&format!("/ping/{}", TOKEN.to_uppercase())).await;
    for _ in 0..30 {
        server.post(&format!("/ping/{TOKEN}/log"), "still here").await;
    }
    server.restart_after(Duration::from_secs(1)).await;
    server.page_where("/en/components/backup", |page| page.contains("on time")).await;
    for _ in 0..8 {
        server.clock.advance(Duration::from_secs(600));
        server.get("/en/").await;
    }
    server.page_where("/en/components/backup", |page| page.contains("missed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_calls_are_refused_as_senders_know_it() {
    let server = server().await;
    for (path, status, body) in [
        ("/ping/00000000-0000-4000-8000-000000000000".to_owned(), 404, "not found"),
        ("/ping/not-a-uuid".to_owned(), 404, "not found"),
        (format!("/ping/{TOKEN}/256"), 400, "invalid url format"),
        (format!("/ping/{TOKEN}/start?rid=nonsense"), 400, "invalid uuid format"),
        (format!("/ping/{TOKEN}/unheard-of"), 404, "not found"),
    ] {
        let answer = server.get(&path).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path}");
    }
    assert_eq!(server.count("SELECT COUNT(*) FROM ping").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_missed_while_yagura_was_away_are_unknown_not_down() {
    let mut server = server().await;
    server.get(&format!("/ping/{TOKEN}")).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    // It was to call again after an hour, when nobody was there.
    server.restart_after(2 * HOUR).await;
    server.page_where("/en/components/backup", |page| page.contains("may have called while Yagura was away")).await;
    server.clock.advance(HOUR + Duration::from_secs(601));
    eventually("the next one is missing too", || async {
        server.clock.advance(Duration::from_secs(1));
        server.get("/en/").await.body.contains("is down").then_some(())
    })
    .await;
}
