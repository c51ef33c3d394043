//! Planned work as everybody sees it: ahead, while it goes on and when it is over; in the calendar, in uptime, and nowhere at all when
//! it concerns nothing public. Plans are put into the database as the desk leaves them there.

use std::time::Duration;

use domain::time::Timestamp;
use serde_json::Value;
use tests::clock::START;
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(3600);

/// A plan as it is stored. Its start is on the clock of Tokyo, where it is noon when tests begin.
#[derive(Clone, Copy, Debug)]
struct Plan {
    title: &'static str,
    components: &'static str,
    starts: &'static str,
    minutes: i64,
    rule: Option<&'static str>,
    excludes_uptime: bool,
    cancelled_at: Option<i64>,
}

const PLAN: Plan = Plan {
    title: r#"{"ja": "ディスク交換", "en": "A new disk"}"#,
    components: "web",
    starts: "2026-04-12T13:00",
    minutes: 60,
    rule: None,
    excludes_uptime: true,
    cancelled_at: None,
};

/// Stops the server, puts plans into its database, and starts it again after a while.
async fn plan(server: &mut TestServer, plans: &[Plan], away: Duration) {
    server.stop().await;
    let mut database = server.database().await;
    for plan in plans {
        sqlx::query(
            "INSERT INTO maintenance (id, title, description, starts, zone, duration_ms, rule, components, excludes_uptime,
                 holds_alerts, created_at, updated_at, cancelled_at)
             VALUES (?, ?, '\"Slower for a while.\"', ?, 'Asia/Tokyo', ?, ?, ?, ?, 1, ?, ?, ?)",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(plan.title)
        .bind(plan.starts)
        .bind(plan.minutes * 60_000)
        .bind(plan.rule)
        .bind(plan.components)
        .bind(plan.excludes_uptime)
        .bind(START.as_ms())
        .bind(START.as_ms())
        .bind(plan.cancelled_at)
        .execute(&mut database)
        .await
        .unwrap();
    }
    sqlx::Connection::close(database).await.unwrap();
    server.restart_after(away).await;
}

async fn json(server: &TestServer, path: &str) -> Value {
    serde_json::from_str(&server.get(path).await.body).unwrap()
}

fn at(minutes: u64) -> Timestamp {
    START.plus(Duration::from_secs(minutes * 60))
}

fn stamp(at: Timestamp) -> String {
    format!("datetime=\"{at}\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn planned_work_is_shown_ahead_while_it_goes_on_and_when_it_is_over() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    plan(&mut server, &[PLAN], Duration::from_secs(1)).await;

    let page = server.page_where("/en/", |page| page.contains("A new disk")).await;
    assert!(page.contains("Scheduled") && page.contains("Affects Web") && page.contains("Slower for a while."), "{page}");
    assert!(page.contains(&stamp(at(60))) && page.contains(&stamp(at(120))), "from when until when");
    assert!(!page.contains("Planned work on"), "it has not begun");
    assert!(server.get("/ja/").await.body.contains("ディスク交換"));
    let component = server.get("/en/components/web").await.body;
    assert!(component.contains("A new disk"), "{component}");
    let upcoming = json(&server, "/en/api/v2/scheduled-maintenances/upcoming.json").await;
    assert_eq!(upcoming["scheduled_maintenances"][0]["name"], "A new disk");

    server.clock.advance(HOUR);
    let page = server.page_where("/en/", |page| page.contains("Planned work on one component")).await;
    assert!(page.contains("In progress") && page.contains("status-word under_maintenance"), "{page}");
    let summary = json(&server, "/en/api/v2/summary.json").await;
    assert_eq!(summary["components"][0]["status"], "under_maintenance");
    assert_eq!(summary["status"]["indicator"], "maintenance");
    assert_eq!(summary["scheduled_maintenances"][0]["status"], "in_progress");
    assert_eq!(summary["scheduled_maintenances"][0]["incident_updates"].as_array().unwrap().len(), 2);
    let badge = json(&server, "/en/components/web/badges/status.json").await;
    assert_eq!(badge["message"], "Maintenance");
    assert!(server.get("/en/feed.json").await.body.contains("A new disk"));

    server.clock.advance(HOUR);
    let page = server.page_where("/en/", |page| page.contains("Completed")).await;
    assert!(page.contains("A new disk") && !page.contains("Planned work on"), "{page}");
    assert!(!server.get("/en/components/web").await.body.contains("A new disk"), "it is over");
    eventually("what happened is on disk", || async {
        let windows = "SELECT COUNT(*) FROM maintenance_window WHERE completed_at >= ends_at AND ends_at - starts_at = 3600000";
        let noted = "SELECT COUNT(*) FROM audit_log WHERE action IN ('maintenance.began', 'maintenance.ended')";
        (server.count(windows).await == 1 && server.count(noted).await == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn planned_work_is_a_calendar_in_each_language() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    let empty = server.get("/maintenance.ics").await;
    assert_eq!((empty.status, empty.header("content-type")), (200, "text/calendar; charset=utf-8"));
    assert!(empty.body.starts_with("BEGIN:VCALENDAR\r\n") && !empty.body.contains("VEVENT"));
    let cancelled = Plan { title: "\"Called off\"", starts: "2026-04-13T13:00", cancelled_at: Some(START.as_ms()), ..PLAN };
    plan(&mut server, &[PLAN, cancelled], Duration::from_secs(1)).await;

    let calendar = server.page_where("/en/maintenance.ics", |calendar| calendar.contains("BEGIN:VEVENT")).await;
    for line in ["SUMMARY:A new disk", "DTSTART:20260412T040000Z", "DTEND:20260412T050000Z", "STATUS:CONFIRMED", "SEQUENCE:0"] {
        assert!(calendar.contains(&format!("\r\n{line}\r\n")), "{line} is missing: {calendar}");
    }
    let unfolded = calendar.replace("\r\n ", "");
    assert!(unfolded.contains("DESCRIPTION:Slower for a while.\\n\\nAffects Web\r\n"), "{calendar}");
    assert!(unfolded.contains("/en/#maintenance-"), "it leads to the page: {calendar}");
    assert!(!calendar.contains("Called off"), "what will not be done is not there");
    assert!(server.get("/maintenance.ics").await.body.contains("SUMMARY:ディスク交換"), "in the site's own language");
    let first = server.get("/en/maintenance.ics").await;
    let again = server.get_with("/en/maintenance.ics", &[("if-none-match", first.header("etag"))]).await;
    assert_eq!(again.status, 304);

    server.clock.advance(HOUR);
    server.page_where("/en/", |page| page.contains("Planned work on one component")).await;
    server.clock.advance(HOUR);
    let over = server.page_where("/en/maintenance.ics", |calendar| calendar.contains("\r\nSEQUENCE:1\r\n")).await;
    assert!(over.contains("SUMMARY:A new disk"), "what is over stays for a while");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_work_that_comes_again_the_page_shows_the_next_and_the_calendar_all() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    plan(&mut server, &[Plan { rule: Some("FREQ=DAILY"), ..PLAN }], Duration::from_secs(1)).await;
    let page = server.page_where("/en/", |page| page.contains("A new disk")).await;
    assert_eq!(page.matches("<h3>A new disk").count(), 1, "{page}");
    assert_eq!(server.get("/maintenance.ics").await.body.matches("BEGIN:VEVENT").count(), 60);
    server.clock.advance(HOUR + Duration::from_secs(60));
    let page = server.page_where("/en/", |page| page.contains("In progress")).await;
    assert_eq!(page.matches("<h3>A new disk").count(), 2, "the one that goes on, and the next: {page}");
}

/// Uptime over 24 hours after two hours of outage within five hours of planned work.
async fn uptime_after_an_outage_in_planned_work(excludes_uptime: bool) -> f64 {
    let target = Target::start().await;
    let config = one_component(&target).replace("every: 10s", "every: 1h");
    let mut server = TestServer::start(&config).await;
    server.first_check(&target).await;
    let work = Plan { starts: "2026-04-13T00:30", minutes: 5 * 60, excludes_uptime, ..PLAN };
    let checked = target.requests();
    plan(&mut server, &[work], Duration::from_secs(1)).await;
    eventually("it is checked again", || async { (target.requests() > checked).then_some(()) }).await;
    for _ in 0..13 {
        server.next_check(&target, HOUR).await;
    }
    server.page_where("/en/", |page| page.contains("Planned work on one component")).await;
    target.set(Behaviour::Error);
    server.next_check(&target, HOUR).await;
    server.next_check(&target, HOUR).await;
    eventually("the outage is confirmed", || async { (server.count("SELECT COUNT(*) FROM outage").await == 1).then_some(()) })
        .await;
    assert!(server.get("/en/").await.body.contains("Planned work on one component"), "it is not shown as an outage");
    target.set(Behaviour::Ok);
    server.next_check(&target, HOUR).await;
    server.next_check(&target, HOUR).await;
    eventually("the outage is over", || async {
        (server.count("SELECT COUNT(*) FROM outage WHERE ended_at IS NOT NULL").await == 1).then_some(())
    })
    .await;
    server.next_check(&target, HOUR).await;
    server.page_where("/en/", |page| page.contains("The one component is operational")).await;
    let badge = json(&server, "/en/components/web/badges/uptime-24h.json").await;
    let message = badge["message"].as_str().unwrap().to_owned();
    let number: String = message.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    number.parse().unwrap_or_else(|_| panic!("no figure: {message}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn planned_work_is_left_out_of_uptime_if_that_was_chosen() {
    let excluded = uptime_after_an_outage_in_planned_work(true).await;
    assert!((excluded - 100.0).abs() < f64::EPSILON, "{excluded}");
    let counted = uptime_after_an_outage_in_planned_work(false).await;
    assert!((80.0..95.0).contains(&counted), "two hours of eighteen: {counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passed_while_nobody_looked_is_not_made_up_for_and_what_goes_on_began_when_it_was_planned() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    let missed = Plan { starts: "2026-04-12T12:10", minutes: 10, ..PLAN };
    let still = Plan { starts: "2026-04-12T12:30", minutes: 120, ..PLAN };
    plan(&mut server, &[missed, still], HOUR).await;
    server.page_where("/en/", |page| page.contains("Planned work on one component")).await;
    eventually("its beginning is on disk", || async {
        (server.count("SELECT COUNT(*) FROM maintenance_window").await == 1).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT starts_at FROM maintenance_window").await, at(30).as_ms());
    server.restart_after(Duration::from_secs(60)).await;
    server.page_where("/en/", |page| page.contains("Planned work on one component")).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'maintenance.began'").await, 1, "it began once");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_private_components_is_nowhere_and_changes_nothing() {
    let target = Target::start().await;
    let config = one_component(&target).replace("slug: web, ", "slug: web, public: false, ");
    let mut server = TestServer::start(&config).await;
    plan(&mut server, &[Plan { title: "\"marker-title\"", ..PLAN }], Duration::from_secs(1)).await;
    let version = async || {
        let page = server.get("/en/").await.body;
        page.split("data-version=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    // Memory takes back what was measured before the start, which makes the page anew once.
    eventually("the start is over", || async {
        let before = version().await;
        server.clock.advance(Duration::from_secs(1));
        (version().await == before).then_some(())
    })
    .await;
    let before = version().await;
    let hidden = async || {
        let paths = ["/en/", "/ja/", "/maintenance.ics", "/api/v2/summary.json", "/api/v2/scheduled-maintenances.json"];
        for path in paths.into_iter().chain(["/history.atom", "/feed.json?granularity=update", "/sitemap.xml", "/embed"]) {
            let body = server.get(path).await.body;
            assert!(!body.contains("marker"), "{path}: {body}");
        }
    };
    hidden().await;
    server.clock.advance(HOUR + Duration::from_secs(600));
    eventually("it has begun", || async { (server.count("SELECT COUNT(*) FROM maintenance_window").await == 1).then_some(()) })
        .await;
    hidden().await;
    assert_eq!(version().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_work_that_concerns_private_components_too_only_the_public_ones_are_named() {
    let target = Target::start().await;
    let config =
        one_component(&target).replace("components:\n", "components:\n  - {slug: cellar, name: Marker, public: false}\n");
    let mut server = TestServer::start(&config).await;
    plan(&mut server, &[Plan { components: "cellar web", ..PLAN }], Duration::from_secs(1)).await;
    server.page_where("/en/", |page| page.contains("Affects Web")).await;
    let paths = ["/en/", "/en/components/web", "/en/maintenance.ics", "/en/api/v2/summary.json", "/en/feed.json"];
    for path in paths {
        let body = server.get(path).await.body;
        assert!(body.contains("A new disk"), "{path}: {body}");
        assert!(!body.contains("cellar") && !body.contains("Marker"), "{path}: {body}");
    }
    let summary = json(&server, "/en/api/v2/summary.json").await;
    assert_eq!(summary["scheduled_maintenances"][0]["components"].as_array().unwrap().len(), 1);
}
