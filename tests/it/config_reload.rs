//! Changes of the configuration file are taken up without a restart; broken ones are not, and said.

use std::time::Duration;

use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};

const LOOK: Duration = Duration::from_secs(2);

/// Moves the clock until the change is seen on the page.
async fn taken_up(server: &TestServer, path: &str, test: impl Fn(&str) -> bool) -> String {
    eventually("the change is taken up", || async {
        server.clock.advance(LOOK);
        let page = server.get(path).await.body;
        test(&page).then_some(page)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_taken_up_and_history_goes_on() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    server.write_config(&one_component(&target).replace("en: Web", "en: Renamed for people"));
    taken_up(&server, "/en/", |page| page.contains("Renamed for people") && page.contains("is operational")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_leaves_the_old_configuration_in_force_and_is_said() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.write_config("site: {name: Broken}\nprobess: []\n");
    eventually("it is said", || async {
        server.clock.advance(LOOK);
        server.get("/readyz").await.body.contains("has mistakes").then_some(())
    })
    .await;
    assert!(server.get("/en/").await.body.contains(">Test</a>"), "the old one is in force");
    assert_eq!(server.metric("yagura_configuration_valid").await, Some(0.0));
    server.write_config(&one_component(&target));
    eventually("mended, it is well again", || async {
        server.clock.advance(LOOK);
        (!server.get("/readyz").await.body.contains("has mistakes")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_leaves_ends_its_outage_unwatched_and_resumes_when_it_returns() {
    let target = Target::start().await;
    let config = one_component(&target);
    let server = TestServer::start(&config).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    target.set(Behaviour::Error);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is down")).await;

    server.write_config("site: {name: Test}\n");
    taken_up(&server, "/en/", |page| page.contains("Nothing is shown here yet")).await;
    assert_eq!(server.get("/en/components/web").await.status, 404, "it is hidden");
    eventually("its outage ended unwatched", || async {
        (server.count("SELECT COUNT(*) FROM outage WHERE ended_by = 1").await == 1).then_some(())
    })
    .await;

    target.set(Behaviour::Ok);
    server.write_config(&config);
    let page = taken_up(&server, "/en/components/web", |page| page.contains("No longer watched since")).await;
    assert!(page.contains("Major outage"), "its past is still there: {page}");
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM component").await, 1, "the same component, not a second one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_component_takes_its_history_along() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    let watched_since = server.count("SELECT watched_since FROM component").await;
    let renamed = one_component(&target)
        .replace("slug: web,", "slug: site, renamed_from: web,")
        .replace("component: web", "component: site");
    server.clock.advance(Duration::from_secs(100));
    server.write_config(&renamed);
    taken_up(&server, "/en/components/site", |page| page.contains("Operational")).await;
    assert_eq!(server.count("SELECT watched_since FROM component WHERE slug = 'site'").await, watched_since);
    assert_eq!(server.count("SELECT COUNT(*) FROM component").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_while_yagura_was_stopped_is_taken_up_at_its_start() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    target.set(Behaviour::Error);
    server.first_check(&target).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
    server.write_config("site: {name: Test}\n");
    let stopped_at = server.now().as_ms();
    server.restart_after(Duration::from_secs(3600)).await;
    eventually("the outage ended when watching did", || async {
        let ended = server.count("SELECT COALESCE(MAX(ended_at), 0) FROM outage WHERE ended_by = 1").await;
        (ended > 0).then(|| assert!((stopped_at - 5_000..=stopped_at).contains(&ended), "{ended} {stopped_at}"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_whose_members_changed_while_yagura_was_stopped_was_not_up_meanwhile() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    let second = format!(
        "  - {{slug: web-tcp, component: web, every: 10s, timeout: 5s, tcp: {{host: 127.0.0.1, port: {}}}}}\n",
        target.address.port()
    );
    server.write_config(&(one_component(&target) + &second));
    server.restart_after(Duration::from_secs(8 * 3600)).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    eventually("the night is unknown", || async {
        let unknown_ms = server
            .count(
                "SELECT COALESCE(MAX(next - at), 0) FROM
                 (SELECT at, status, LEAD(at) OVER (ORDER BY at) AS next FROM component_state) WHERE status = 5",
            )
            .await;
        (unknown_ms >= 8 * 3_600_000).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_becomes_a_heartbeat_begins_anew() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    server.write_config(
        "site: {name: Test}\ncomponents: [{slug: web, name: Web}]\nprobes:\n  - slug: web-http\n    component: web\n    \
         heartbeat: {token: a-token-of-some-length, period: 1h}\n",
    );
    let page = taken_up(&server, "/en/components/web", |page| page.contains("has never called")).await;
    assert!(page.contains("Unknown") && !page.contains("status-word operational"), "what never called is not green: {page}");
    server.page_where("/en/", |page| page.contains("is not known")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_probes_start_without_a_gap_in_what_is_known() {
    let target = Target::start().await;
    let components: Vec<String> = (0..12).map(|n| format!("  - {{slug: c{n}, name: C{n}}}\n")).collect();
    let url = target.url();
    let probes =
        (0..12).map(|n| format!("  - {{slug: p{n}, component: c{n}, every: 60s, timeout: 10s, http: {{url: \"{url}\"}}}}\n"));
    let config =
        format!("site: {{name: Test}}\ncomponents:\n{}probes:\n{}", components.concat(), probes.collect::<Vec<_>>().concat());
    let server = TestServer::start(&config).await;
    server.clock.advance(LOOK);
    eventually("all ran once", || async { (target.requests() >= 12).then_some(()) }).await;
    server.page_where("/en/", |page| page.contains("All 12 components are operational")).await;
    // Second by second through three intervals: nobody may be forgotten long enough to become unknown.
    for _ in 0..180 {
        server.clock.advance(Duration::from_secs(1));
        let due = server.metric("yagura_checks_started_total").await.unwrap();
        eventually("what is due has run", || async { (target.requests() as f64 >= due).then_some(()) }).await;
    }
    assert_eq!(
        server.count("SELECT COUNT(*) FROM component_state WHERE status = 5 AND at > (SELECT MIN(at) FROM result)").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_was_cut_off_half_way_is_made_up_for_and_no_outage_is_overwritten() {
    let target = Target::start().await;
    let config = one_component(&target);
    let mut server = TestServer::start(&config).await;
    target.set(Behaviour::Error);
    server.first_check(&target).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
    server.stop().await;
    // As a process leaves it that was killed between taking up the roster and keeping what follows from it.
    let mut database = server.database().await;
    for half in ["UPDATE component SET removed_at = 1", "UPDATE probe SET removed_at = 1"] {
        sqlx::query(half).execute(&mut database).await.unwrap();
    }
    server.write_config("site: {name: Test}\n");
    server.restart_after(Duration::from_secs(60)).await;
    eventually("the outage ends unwatched after all", || async {
        (server.count("SELECT COUNT(*) FROM outage WHERE ended_by = 1").await == 1).then_some(())
    })
    .await;
    server.write_config(&config);
    taken_up(&server, "/en/components/web", |page| page.contains("No longer watched since")).await;
    for _ in 0..2 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    eventually("the next outage is another one", || async {
        (server.count("SELECT COUNT(*) FROM outage").await == 2).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT COUNT(*) FROM outage WHERE ended_at IS NULL").await, 1);
}
