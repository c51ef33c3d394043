//! A service fails and recovers, and Yagura with it: what the page says, and since when.

use std::time::Duration;

use domain::time::Timestamp;
use probe::clock::Clock;
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};

const EVERY: Duration = Duration::from_secs(10);

/// Drives checks until the newest start of one was noted, and gives its moment.
async fn checked_at(server: &TestServer, target: &Target) -> Timestamp {
    server.next_check(target, EVERY).await;
    server.now()
}

async fn up(server: &TestServer, target: &Target) {
    server.first_check(target).await;
    server.page_where("/en/", |page| page.contains("The one component is operational")).await;
}

fn stamp(at: Timestamp) -> String {
    format!("datetime=\"{at}\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_shown_with_its_first_bad_moment_and_its_first_good_one() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    up(&server, &target).await;

    target.set(Behaviour::Error);
    let first_bad = checked_at(&server, &target).await;
    assert!(server.get("/en/").await.body.contains("is operational"), "one bad result is no outage");
    checked_at(&server, &target).await;
    let page = server.page_where("/en/", |page| page.contains("One component of 1 is down")).await;
    assert!(page.contains(&stamp(first_bad)), "it began at the first bad result");

    target.set(Behaviour::Ok);
    let first_good = checked_at(&server, &target).await;
    checked_at(&server, &target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    let page = server.page_where("/en/components/web", |page| page.contains("Ended")).await;
    assert!(page.contains(&stamp(first_bad)) && page.contains(&stamp(first_good)), "both ends to the millisecond");

    eventually("the outage is stored", || async {
        let rows = server.count("SELECT COUNT(*) FROM outage WHERE ended_at IS NOT NULL AND ended_by = 0").await;
        (rows == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_outage_survives_a_restart_and_the_time_nobody_watched_is_unknown() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    up(&server, &target).await;
    target.set(Behaviour::Close);
    let first_bad = checked_at(&server, &target).await;
    let last_bad = checked_at(&server, &target).await;
    server.page_where("/en/", |page| page.contains("is down")).await;

    let checks_before = target.requests();
    server.restart_after(Duration::from_secs(600)).await;
    eventually("it is checked right away", || async { (target.requests() > checks_before).then_some(()) }).await;
    let resumed = server.now();
    server.page_where("/en/", |page| page.contains("is down")).await;
    let page = server.page_where("/en/components/web", |page| page.contains("so far")).await;
    assert!(page.contains(&stamp(first_bad)));
    assert!(page.contains(&format!("{}", last_bad.plus(EVERY))), "unknown from when the next check was due");
    assert!(page.contains(&stamp(resumed)), "until the first check after the restart");
    let outages = server.count("SELECT COUNT(*) FROM outage").await;
    assert_eq!(outages, 1, "one outage, not two");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_did_not_reach_the_disk_is_found_again_in_the_results_that_did() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    up(&server, &target).await;
    target.set(Behaviour::Error);
    let first_bad = checked_at(&server, &target).await;
    checked_at(&server, &target).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
    server.stop().await;
    let mut database = server.database().await;
    for lost in ["DELETE FROM outage", "DELETE FROM component_state WHERE status = 3", "DELETE FROM probe_state WHERE state = 2"]
    {
        sqlx::query(lost).execute(&mut database).await.unwrap();
    }
    server.restart_after(Duration::from_secs(1)).await;
    let page = server.page_where("/en/", |page| page.contains("is down")).await;
    assert!(page.contains(&stamp(first_bad)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_on_the_page_half_a_second_later_although_it_was_rendered_just_before() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    up(&server, &target).await;
    target.set(Behaviour::Error);
    checked_at(&server, &target).await;
    // The first probe's checks fall on whole intervals. Just before the next one a page is asked for the first time, hence rendered.
    let elapsed = server.clock.elapsed();
    let next = EVERY * u32::try_from(elapsed.as_secs() / EVERY.as_secs() + 1).unwrap();
    server.clock.advance(next.saturating_sub(elapsed + Duration::from_millis(100)));
    assert!(server.get("/ja/components/web").await.body.contains("正常"), "rendered while all was still well");
    server.clock.advance(Duration::from_millis(100));
    eventually("the outage is confirmed", || async {
        let metrics = server.get("/metrics").await.body;
        metrics.contains("component=\"web\",status=\"major_outage\"").then_some(())
    })
    .await;
    server.clock.advance(Duration::from_millis(400));
    let page = server.get("/ja/components/web").await.body;
    assert!(page.contains("summary major_outage"), "the rest of the second is for the open page's own pause");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_is_degraded_and_not_down() {
    let target = Target::start().await;
    let config = one_component(&target).replace("http: {url:", "http: {degraded: ['[BODY] != slow'], url:");
    let server = TestServer::start(&config).await;
    up(&server, &target).await;
    target.set(Behaviour::Slow);
    checked_at(&server, &target).await;
    checked_at(&server, &target).await;
    server.page_where("/en/", |page| page.contains("One component of 1 is degraded")).await;
    assert_eq!(server.metric("probe_success{probe=\"web-http\",component=\"web\"}").await, Some(1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_stops_reporting_turns_unknown_by_itself() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    up(&server, &target).await;
    // The clock jumps over many intervals, as when a machine slept: checks were due and did not run.
    server.clock.advance(Duration::from_secs(3600));
    server.page_where("/en/components/web", |page| page.contains("Unknown")).await;
    eventually("the missed checks are counted", || async {
        server.metric("yagura_checks_missed_total").await.filter(|missed| *missed > 300.0)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_become_rollups_with_percentiles_and_old_ones_go() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    up(&server, &target).await;
    for _ in 0..12 {
        checked_at(&server, &target).await;
    }
    server.clock.advance(Duration::from_secs(24 * 3600));
    eventually("minutes, hours and days are there", || async {
        let sizes = server.count("SELECT COUNT(DISTINCT size_s) FROM rollup WHERE n_up > 0").await;
        server.clock.advance(Duration::from_secs(60));
        (sizes == 3).then_some(())
    })
    .await;
    server.clock.advance(Duration::from_secs(3 * 24 * 3600));
    eventually("raw results past two days are gone", || async {
        server.clock.advance(Duration::from_secs(60));
        let oldest = server.count("SELECT COALESCE(MIN(at), 0) FROM result").await;
        (oldest > tests::clock::START.as_ms() + 24 * 3_600_000).then_some(())
    })
    .await;
    assert!(server.count("SELECT COUNT(*) FROM rollup WHERE size_s = 86400").await > 0, "days stay");
}
