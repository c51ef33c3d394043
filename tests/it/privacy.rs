//! Public pages hold nothing private. Every secret place of the configuration gets a marker of its own, and no public answer may
//! contain any of them.

use std::time::Duration;

use tests::server::TestServer;
use tests::target::{Behaviour, Target};

/// Every kind of public address.
const PUBLIC: [&str; 56] = [
    "/",
    "/en/",
    "/ja/",
    "/history",
    "/en/history",
    "/ja/history",
    "/components/{slug}",
    "/en/components/{slug}",
    "/ja/components/{slug}",
    "/incidents/1",
    "/ja/incidents/1",
    "/postmortems",
    "/en/postmortems",
    "/postmortems/none",
    "/ja/postmortems/none.json",
    "/nope",
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/components.json",
    "/api/v2/incidents.json",
    "/api/v2/incidents/unresolved.json",
    "/api/v2/scheduled-maintenances.json",
    "/api/v2/scheduled-maintenances/upcoming.json",
    "/api/v2/scheduled-maintenances/active.json",
    "/ja/api/v2/summary.json",
    "/history.atom",
    "/history.atom?granularity=update",
    "/en/history.rss",
    "/ja/feed.json",
    "/feed.json?granularity=update",
    "/components/{slug}/history.atom",
    "/components/{slug}/history.rss",
    "/en/components/{slug}/feed.json",
    "/components/{slug}/results.csv",
    "/badges/status.svg",
    "/badges/status.json",
    "/components/{slug}/badges/status.svg",
    "/components/{slug}/badges/uptime-24h.svg",
    "/components/{slug}/badges/latency.json",
    "/ja/components/{slug}/badges/uptime-90d.json",
    "/embed",
    "/en/embed?theme=dark",
    "/embed.js",
    "/maintenance.ics",
    "/ja/maintenance.ics",
    "/manifest.webmanifest",
    "/ja/manifest.webmanifest",
    "/sitemap.xml",
    "/robots.txt",
    "/icon.svg",
    "/icon-unknown.svg",
    "/healthz",
    "/readyz",
    "/api/",
    "/api/problems",
    "/api/openapi.json",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_public_answer_holds_a_url_header_body_token_cause_or_private_name() {
    let target = Target::start().await;
    let address = target.address;
    let config = format!(
        "site: {{name: Public site}}\n\
         components:\n\
         \x20 - {{slug: shown, name: Shown, depends_on: [secretive]}}\n\
         \x20 - {{slug: secretive, name: marker-private-name, description: marker-private-description, public: false}}\n\
         probes:\n\
         \x20 - slug: marker-probe-slug\n    component: shown\n    every: 10s\n    timeout: 5s\n    confirm: {{down: 1, up: 1}}\n    http:\n      \
         url: http://{address}/marker-path?key=marker-query\n      headers: {{X-Marker-Header: marker-header-value}}\n      body: marker-body\n      \
         method: POST\n      auth: {{bearer: marker-bearer}}\n      conditions: ['[BODY] == marker-condition']\n\
         \x20 - slug: secretive-probe\n    component: secretive\n    every: 10s\n    timeout: 5s\n    confirm: {{down: 1, up: 1}}\n    \
         http: {{url: \"http://{address}/\"}}\n\
         \x20 - slug: job\n    component: shown\n    heartbeat: {{token: marker-token-0123456789, period: 1h}}\n"
    );
    let server = TestServer::start(&config).await;
    target.set(Behaviour::Error);
    server.first_check(&target).await;
    server.post("/api/push/marker-token-0123456789?status=down&msg=marker-message", "").await;
    server.page_where("/en/", |page| page.contains("down")).await;
    let mut bodies = Vec::new();
    let components: serde_json::Value = serde_json::from_str(&server.get("/api/v2/components.json").await.body).unwrap();
    assert_eq!(components["components"].as_array().unwrap().len(), 1, "only the public one");
    let metric = format!("/metrics-display/{}/day.json", components["components"][0]["id"].as_str().unwrap());
    for path in PUBLIC.iter().map(|path| path.replace("{slug}", "shown")).chain([metric]) {
        let answer = server.get(&path).await;
        // There is no public incident and no postmortem, so their addresses lead nowhere.
        let leads_nowhere = path == "/nope" || path.ends_with("/incidents/1") || path.contains("/none");
        assert_eq!(answer.status, if leads_nowhere { 404 } else { 200 }, "{path}");
        bodies.push((path, format!("{:?} {}", answer.headers, answer.body)));
    }
    for path in PUBLIC.iter().filter(|path| path.contains("{slug}")).map(|path| path.replace("{slug}", "secretive")) {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        bodies.push((path, format!("{:?} {}", answer.headers, answer.body)));
    }
    for (path, body) in bodies {
        let body = body.to_lowercase();
        assert!(!body.contains("marker-"), "{path} shows something private: {body}");
        assert!(!body.contains(&address.to_string()), "{path} shows where the target is");
        assert!(!body.contains("secretive"), "{path} shows a hidden component's slug");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn public_pages_are_the_same_bytes_whatever_cookies_come_with_the_request() {
    let target = Target::start().await;
    let server = TestServer::start(&tests::server::one_component(&target)).await;
    for path in PUBLIC.iter().map(|path| path.replace("{slug}", "web")) {
        let plain = server.get(&path).await;
        let with = server.get_with(&path, &[("cookie", "session=abc; id=1"), ("authorization", "Bearer x")]).await;
        assert_eq!(plain.body, with.body, "{path}");
        assert!(!with.headers.contains_key("set-cookie"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn not_even_that_something_private_changed_is_told() {
    let target = Target::start().await;
    let config = tests::server::one_component(&target).replace("slug: web, ", "slug: web, public: false, ");
    let server = TestServer::start(&config).await;
    let version = async || {
        let page = server.get("/en/").await.body;
        page.split("data-version=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    // Memory takes back what was measured before the start, which makes the page anew once.
    tests::eventually("the start is over", || async {
        let before = version().await;
        server.clock.advance(Duration::from_secs(1));
        (version().await == before).then_some(())
    })
    .await;
    let before = version().await;
    server.first_check(&target).await;
    target.set(Behaviour::Error);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    tests::eventually("the outage is kept", || async { (server.count("SELECT COUNT(*) FROM outage").await == 1).then_some(()) })
        .await;
    assert_eq!(version().await, before);
    assert!(!server.get("/en/history").await.body.contains("Major outage"));
}
