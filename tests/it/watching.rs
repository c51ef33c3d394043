//! What is watched, as people at the desk decide it: components and probes beside the file's, pauses, runs, and what they may not reach.

use std::time::Duration;

use domain::account::Role;
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
