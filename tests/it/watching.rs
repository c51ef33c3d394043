//! What is watched, as people at the desk decide it: components and probes beside the file's, pauses, runs, and what they may not reach.

use std::time::Duration;

use domain::account::Role;
use sqlx::Connection;
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

const LOOK: Duration = Duration::from_secs(2);

fn with_networks(target: &Target) -> String {
    format!("desk: {{networks: [127.0.0.1], references: [SHOP_TOKEN]}}\n{}", one_component(target))
}

const SHOP: [(&str, &str); 5] =
    [("slug", "shop"), ("name_en", "Shop"), ("name_ja", "店"), ("public", "yes"), ("combine", "standard")];

fn probe<'a>(url: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("slug", "shop-http"),
        ("component", "shop"),
        ("kind", "http"),
        ("every", "10s"),
        ("timeout", "5s"),
        ("confirm_down", "1"),
        ("confirm_up", "1"),
        ("method", "GET"),
        ("url", url),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more);
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_with_a_probe_is_made_watched_changed_and_removed() {
    let (target, shop) = (Target::start().await, Target::start().await);
    let mut server = TestServer::start(&with_networks(&target)).await;
    {
        let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
        let made = maintainer.post("/desk/components/new", &SHOP).await;
        assert_eq!(made.status, 303, "{}", made.body);
        let again = maintainer.post("/desk/components/new", &SHOP).await;
        assert!(again.status == 422 && again.body.contains("value=\"Shop\""), "{}", again.body);
        let made = maintainer.post("/desk/probes/new", &probe(&shop.url(), &[])).await;
        assert_eq!((made.status, made.header("location")), (303, "/desk/probes/shop-http?done=saved"), "{}", made.body);
        server.clock.advance(Duration::from_secs(2));
        eventually("it is checked", || async { (shop.requests() > 0).then_some(()) }).await;
        server.page_where("/en/components/shop", |page| page.contains("Operational")).await;
    }
    // It is there after a restart, and a change is in force at once.
    server.restart_after(Duration::from_secs(1)).await;
    server.page_where("/en/components/shop", |page| page.contains("Shop")).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    let page = maintainer.get("/desk/probes/shop-http/edit").await.body;
    let version = Visitor::field(&page, "version");
    assert_eq!(version, "1");
    let other = Target::start().await;
    let url = other.url();
    let changed = maintainer.post("/desk/probes/shop-http/edit", &probe(&url, &[("version", "1")])).await;
    assert_eq!(changed.status, 303, "{}", changed.body);
    server.clock.advance(Duration::from_secs(12));
    eventually("the other target is asked", || async {
        server.clock.advance(Duration::from_secs(1));
        (other.requests() > 0).then_some(())
    })
    .await;
    let stale = maintainer.post("/desk/probes/shop-http/edit", &probe(&url, &[("version", "1")])).await;
    assert_eq!(stale.status, 422, "somebody changed it meanwhile");
    let needed = maintainer.post("/desk/components/shop/remove", &[("version", "1")]).await;
    assert_eq!(needed.header("location"), "/desk/components?refused=needed");
    assert_eq!(maintainer.post("/desk/probes/shop-http/remove", &[("version", "2")]).await.status, 303);
    assert_eq!(maintainer.post("/desk/components/shop/remove", &[("version", "1")]).await.status, 303);
    assert_eq!(server.get("/en/components/shop").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_file_has_is_read_only_and_a_slug_in_both_leaves_the_running_configuration() {
    let target = Target::start().await;
    let server = TestServer::start(&with_networks(&target)).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    assert_eq!(maintainer.get("/desk/probes/web-http/edit").await.status, 404);
    let taken = maintainer.post("/desk/components/new", &[("slug", "web"), ("name_en", "Web"), ("combine", "standard")]).await;
    assert!(taken.status == 422 && taken.body.contains("configuration file"), "{}", taken.body);
    assert_eq!(maintainer.post("/desk/components/new", &SHOP).await.status, 303);
    server.write_config(&with_networks(&target).replace("- {slug: web,", "- {slug: shop, name: Other}\n  - {slug: web,"));
    eventually("it is said", || async {
        server.clock.advance(LOOK);
        server.get("/readyz").await.body.contains("has mistakes").then_some(())
    })
    .await;
    assert!(server.get("/en/components/shop").await.body.contains("Shop"), "the one before stays in force");
    assert!(maintainer.get("/desk/").await.body.contains("configuration"), "and Now says it");
    server.write_config(&with_networks(&target));
    eventually("mended, it is well again", || async {
        server.clock.advance(LOOK);
        (!server.get("/readyz").await.body.contains("has mistakes")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_made_here_reach_nothing_of_this_machine_and_keep_no_secret() {
    let target = Target::start().await;
    let guarded = with_networks(&target).replace("networks: [127.0.0.1], ", "");
    let server = TestServer::start(&guarded).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    maintainer.post("/desk/components/new", &SHOP).await;
    for (url, more, words) in [
        (target.url(), &[][..], "loopback"),
        ("http://169.254.169.254/".to_owned(), &[], "metadata"),
        ("https://example.org/".to_owned(), &[("headers", "Authorization: Bearer hunter2hunter2")], "secret"),
        ("https://example.org/?token=hunter2hunter2".to_owned(), &[], "secret"),
        ("https://example.org/${HOME}".to_owned(), &[], "may not be used here"),
    ] {
        let refused = maintainer.post("/desk/probes/new", &probe(&url, more)).await;
        assert_eq!(refused.status, 422, "{url} {more:?}");
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    // A name that leads here is refused when it is resolved, and no connection is made.
    let url = target.url().replace("127.0.0.1", "localhost");
    let made = maintainer.post("/desk/probes/new", &probe(&url, &[])).await;
    assert_eq!(made.status, 303, "{}", made.body);
    server.clock.advance(Duration::from_secs(2));
    server.first_check(&target).await;
    let before = target.requests();
    let run = maintainer.post("/desk/probes/shop-http/run", &[]).await;
    assert!(run.body.contains("may not be reached"), "{}", run.body);
    assert_eq!(target.requests(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_stops_the_checks_until_its_end_and_is_nobodys_outage() {
    let target = Target::start().await;
    let mut server = TestServer::start(&with_networks(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let cookie = responder.cookie.clone();
    let paused = responder.post("/desk/probes/web-http/pause", &[("until", "1h"), ("reason", "moving house")]).await;
    assert_eq!(paused.status, 303, "{}", paused.body);
    assert!(responder.get("/desk/").await.body.contains("moving house"));
    target.set(Behaviour::Error);
    let before = target.requests();
    server.clock.advance(Duration::from_secs(600));
    server.page_where("/en/", |page| page.contains("not known")).await;
    assert_eq!(target.requests(), before, "it is not checked");
    assert_eq!(responder.post("/desk/probes/web-http/run", &[]).await.header("location"), "/desk/probes/web-http?refused=paused");
    server.restart_after(Duration::from_secs(60)).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM outage").await, 0);
    target.set(Behaviour::Ok);
    server.clock.advance(Duration::from_secs(3000));
    eventually("it goes on by itself", || async {
        server.clock.advance(LOOK);
        (target.requests() > before).then_some(())
    })
    .await;
    let mut responder = Visitor::new(&server);
    responder.cookie = cookie;
    eventually("the pause is over", || async {
        (!responder.clone().get("/desk/").await.body.contains("moving house")).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'probe.resumed' AND actor_kind = 'system'").await, 1);
    responder.post("/desk/probes/web-http/pause", &[("until", "open"), ("reason", "")]).await;
    assert_eq!(responder.post("/desk/probes/web-http/resume", &[]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_is_run_now_and_what_it_sees_counts() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    let before = target.requests();
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let seen = responder.post("/desk/probes/web-http/run", &[]).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert_eq!(target.requests(), before + 1);
    eventually("both are kept", || async {
        (server.count("SELECT COUNT(*) FROM result WHERE probe_key = (SELECT key FROM probe WHERE slug = 'web-http')").await >= 2)
            .then_some(())
    })
    .await;
    for _ in 0..2 {
        responder.post("/desk/probes/web-http/run", &[]).await;
    }
    let refused = responder.post("/desk/probes/web-http/run", &[]).await;
    assert_eq!(refused.status, 429, "nobody is a load on the target");
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_made_here_gets_its_address_which_only_maintainers_see() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    maintainer.post("/desk/components/new", &SHOP).await;
    let fields = [
        ("slug", "job"),
        ("component", "shop"),
        ("kind", "heartbeat"),
        ("schedule", "period"),
        ("period", "1h"),
        ("grace", "5m"),
    ];
    let made = maintainer.post("/desk/probes/new", &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let page = maintainer.get("/desk/probes/job").await.body;
    let token: String = page.split("/ping/").nth(1).unwrap().chars().take(36).collect();
    assert_eq!(server.get(&format!("/ping/{token}")).await.body, "OK");
    server.page_where("/en/components/shop", |page| page.contains("Operational")).await;
    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    assert!(!responder.get("/desk/probes/job").await.body.contains(&token));
    assert!(!maintainer.get("/desk/audit").await.body.contains(&token), "nor does the log tell it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_is_in_force_although_its_sender_has_gone() {
    let target = Target::start().await;
    let server = TestServer::start(&with_networks(&target)).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    let mut other = server.database().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let gone = tokio::time::timeout(Duration::from_secs(1), maintainer.post("/desk/components/new", &SHOP)).await;
    assert!(gone.is_err(), "it waited for the disk and went away");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    server.page_where("/en/components/shop", |page| page.contains("Shop")).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM definition WHERE slug = 'shop'").await, 1);
    assert_eq!(maintainer.post("/desk/components/shop/remove", &[("version", "1")]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_although_nobody_heard_of_it_is_taken_up() {
    let target = Target::start().await;
    let server = TestServer::start(&with_networks(&target)).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    // As a commit that takes longer than its sender waits: told that it is not done, and then it is.
    let mut other = server.database().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let late = "INSERT INTO definition (kind, slug, body, ordinal, created_at, updated_at)
                VALUES ('component', 'shop', '{\"slug\": \"shop\", \"name\": \"Shop\"}', 0, 0, 0)";
    sqlx::query(late).execute(&mut other).await.unwrap();
    let told = server.while_time_passes(maintainer.post("/desk/components/new", &SHOP)).await;
    assert_eq!(told.status, 503, "{}", told.body);
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    server.page_where("/en/components/shop", |page| page.contains("Shop")).await;
    let again = maintainer.post("/desk/components/new", &SHOP).await;
    assert_eq!(again.status, 422, "its slug is known to be taken: {}", again.body);
    assert_eq!(maintainer.post("/desk/components/shop/remove", &[("version", "1")]).await.status, 303);
    assert_eq!(maintainer.post("/desk/components/new", &SHOP).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_sent_twice_at_once_is_done_once() {
    let target = Target::start().await;
    let server = TestServer::start(&with_networks(&target)).await;
    let maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin"), ("idempotency-key", "one")];
    let body = br#"{"slug": "inner", "name": "Inner"}"#;
    let (mut one, mut two) = (maintainer.clone(), maintainer);
    let (first, second) = tokio::join!(
        one.send("POST", "/api/v1/groups", &headers, body.to_vec()),
        two.send("POST", "/api/v1/groups", &headers, body.to_vec()),
    );
    assert_eq!((first.status, second.status), (201, 201), "{} {}", first.body, second.body);
    assert_eq!(first.header("etag"), second.header("etag"));
    assert_eq!(server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'group.made'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_in_both_that_is_removed_at_the_desk_lets_the_file_in() {
    let target = Target::start().await;
    let server = TestServer::start(&with_networks(&target)).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    assert_eq!(maintainer.post("/desk/components/new", &SHOP).await.status, 303);
    server.write_config(&with_networks(&target).replace("- {slug: web,", "- {slug: shop, name: Other}\n  - {slug: web,"));
    eventually("it is said", || async {
        server.clock.advance(LOOK);
        server.get("/readyz").await.body.contains("has mistakes").then_some(())
    })
    .await;
    let removed = maintainer.post("/desk/components/shop/remove", &[("version", "1")]).await;
    assert_eq!(removed.status, 303, "{}", removed.body);
    eventually("the file is in force", || async {
        server.clock.advance(LOOK);
        let is_well = !server.get("/readyz").await.body.contains("has mistakes");
        (is_well && server.get("/en/components/shop").await.body.contains("Other")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_in_the_way_of_nobody_who_pauses_something_else() {
    let target = Target::start().await;
    let config = with_networks(&target).replace("references: [SHOP_TOKEN]", "references: [\"file:secret.txt\"]");
    let server = TestServer::start(&config).await;
    let secret = server.config_path().with_file_name("secret.txt");
    std::fs::write(&secret, "hunter2\n").unwrap();
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    maintainer.post("/desk/components/new", &SHOP).await;
    maintainer.post("/desk/components/new", &[("slug", "spare"), ("name_en", "Spare"), ("combine", "standard")]).await;
    let url = target.url();
    let made = maintainer.post("/desk/probes/new", &probe(&url, &[("headers", "X-Key: ${file:secret.txt}")])).await;
    assert_eq!(made.status, 303, "{}", made.body);
    std::fs::remove_file(secret).unwrap();

    let mut responder = Visitor::with_role(&server, Role::Responder).await;
    let paused = responder.post("/desk/probes/web-http/pause", &[("until", "1h"), ("reason", "moving house")]).await;
    assert_eq!(paused.header("location"), "/desk/probes/web-http?done=paused", "{}", paused.body);
    let resumed = responder.post("/desk/probes/web-http/resume", &[]).await;
    assert_eq!(resumed.header("location"), "/desk/probes/web-http?done=resumed", "{}", resumed.body);

    let headers = [("if-match", "\"1\""), ("sec-fetch-site", "same-origin")];
    let spare = maintainer.send("DELETE", "/api/v1/components/spare", &headers, Vec::new()).await;
    assert!(spare.status == 422 && spare.body.contains("shop-http"), "nothing needs it; that is not why: {}", spare.body);
    let shop = maintainer.post("/desk/components/shop/remove", &[("version", "1")]).await;
    assert_eq!(shop.header("location"), "/desk/components?refused=needed");
    assert_eq!(maintainer.post("/desk/probes/shop-http/remove", &[("version", "1")]).await.status, 303, "that mends it");
    assert_eq!(maintainer.send("DELETE", "/api/v1/components/spare", &headers, Vec::new()).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_is_made_again_is_not_paused_because_the_one_before_was() {
    let (target, shop) = (Target::start().await, Target::start().await);
    let server = TestServer::start(&with_networks(&target)).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    maintainer.post("/desk/components/new", &SHOP).await;
    let url = shop.url();
    assert_eq!(maintainer.post("/desk/probes/new", &probe(&url, &[])).await.status, 303);
    assert_eq!(maintainer.post("/desk/probes/shop-http/pause", &[("until", "1h"), ("reason", "")]).await.status, 303);
    assert_eq!(maintainer.post("/desk/probes/shop-http/remove", &[("version", "1")]).await.status, 303);
    assert_eq!(maintainer.post("/desk/probes/new", &probe(&url, &[])).await.status, 303);
    let before = shop.requests();
    eventually("it is checked", || async {
        server.clock.advance(Duration::from_secs(1));
        (shop.requests() > before).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_is_opened_and_saved_unchanged_sends_what_it_sent() {
    let target = Target::start().await;
    let server = TestServer::start(&with_networks(&target)).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    maintainer.post("/desk/components/new", &SHOP).await;
    let url = target.url();
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap();
    let check = serde_json::json!({"host": "127.0.0.1", "port": port.parse::<u16>().unwrap(), "send": "PING\r\n"});
    let made = serde_json::json!({"slug": "cache", "component": "shop", "every": "60s", "tcp": check});
    let answer = maintainer.json("POST", "/api/v1/probes", &made).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let page = maintainer.get("/desk/probes/cache/edit").await.body;
    assert!(page.contains("PING"), "{page}");
    let fields = [
        ("version", "1"),
        ("component", "shop"),
        ("kind", "tcp"),
        ("every", "60s"),
        ("host", "127.0.0.1"),
        ("port", port),
        ("send", "PING\r\n"),
    ];
    let saved = maintainer.post("/desk/probes/cache/edit", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let known: serde_json::Value = serde_json::from_str(&maintainer.get("/api/v1/probes/cache").await.body).unwrap();
    assert_eq!(known["definition"]["tcp"], check);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_placeholder_fills_in_is_shown_to_nobody() {
    let target = Target::start().await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "hunter2hunter2").unwrap();
    let placeholder = format!("${{file:{}}}", file.display());
    let url = format!("{}{placeholder}/health?key={placeholder}", target.url());
    let server = TestServer::start(&one_component(&target).replace(&target.url(), &url)).await;
    server.first_check(&target).await;
    let mut viewer = Visitor::with_role(&server, Role::Viewer).await;
    for path in ["/desk/probes/web-http", "/api/v1/probes/web-http"] {
        let shown = viewer.get(path).await.body;
        assert!(shown.contains("/…/health?…") && !shown.contains("hunter2"), "{shown}");
    }
}
