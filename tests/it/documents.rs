//! What other programs read, over HTTP: the Statuspage API, feeds, badges, the widget, and the small files. Their content is tested
//! where it is made; here, that every address answers as it should, whatever is asked of it.

use std::time::Duration;

use serde_json::Value;
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};

const API: [&str; 8] = [
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/components.json",
    "/api/v2/incidents.json",
    "/api/v2/incidents/unresolved.json",
    "/api/v2/scheduled-maintenances.json",
    "/api/v2/scheduled-maintenances/upcoming.json",
    "/api/v2/scheduled-maintenances/active.json",
];
const FEEDS: [(&str, &str); 3] =
    [("history.atom", "application/atom+xml"), ("history.rss", "application/rss+xml"), ("feed.json", "application/feed+json")];

async fn json(server: &TestServer, path: &str) -> Value {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

async fn down(server: &TestServer, target: &Target) {
    server.first_check(target).await;
    target.set(Behaviour::Error);
    server.next_check(target, Duration::from_secs(10)).await;
    server.next_check(target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_can_be_read_from_anywhere_is_known_again_and_has_its_language() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let feeds = FEEDS.iter().flat_map(|(file, _)| [format!("/{file}"), format!("/components/web/{file}")]);
    let feeds = feeds.flat_map(|path| [format!("{path}?granularity=update"), path]);
    let others = [
        "/manifest.webmanifest",
        "/components/web/badges/status.svg",
        "/components/web/badges/uptime-90d.json",
        "/badges/status.svg",
    ];
    for path in API.map(str::to_owned).into_iter().chain(feeds).chain(others.map(str::to_owned)) {
        for prefix in ["", "/ja", "/en"] {
            let path = format!("{prefix}{path}");
            let first = server.get(&path).await;
            assert_eq!(first.status, 200, "{path}");
            assert_eq!(first.header("access-control-allow-origin"), "*", "{path}");
            assert!(first.header("cache-control").starts_with("public"), "{path}");
            let again = server.get_with(&path, &[("if-none-match", first.header("etag"))]).await;
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        }
    }
    for (file, content_type) in FEEDS {
        assert_eq!(server.get(&format!("/{file}")).await.header("content-type"), content_type);
    }
    assert!(server.get("/ja/history.atom").await.body.contains("xml:lang=\"ja\""));
    assert!(server.get("/history.atom").await.body.contains("xml:lang=\"ja\""), "the site's own language");
    assert!(server.get("/en/components/web/history.rss").await.body.contains("<language>en</language>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_in_the_api_and_the_feeds_and_ends_there_under_the_same_id() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let empty = json(&server, "/en/feed.json").await;
    assert_eq!(empty["items"], Value::Array(Vec::new()));
    down(&server, &target).await;
    let component = &json(&server, "/en/api/v2/summary.json").await["components"][0];
    assert_eq!((component["status"].as_str(), component["name"].as_str()), (Some("major_outage"), Some("Web")));
    assert_eq!(json(&server, "/api/v2/status.json").await["status"]["indicator"], "critical");
    let open = json(&server, "/en/feed.json").await["items"][0].clone();
    let link = open["url"].as_str().unwrap();
    let (page, anchor) = link.split_once('#').unwrap();
    let history =
        server.get(page.split_once("//").unwrap().1.split_once('/').map(|(_, path)| format!("/{path}")).unwrap().as_str()).await;
    assert!(history.status == 200 && history.body.contains(&format!("id=\"{anchor}\"")), "the link leads to the outage");

    target.set(Behaviour::Ok);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;
    let ended = json(&server, "/en/feed.json").await["items"][0].clone();
    assert_eq!((&ended["id"], &ended["date_published"]), (&open["id"], &open["date_published"]));
    assert!(ended["date_modified"].as_str() > open["date_modified"].as_str());
    assert_eq!(json(&server, "/api/v2/summary.json").await["components"][0]["status"], "operational");
    let changes = json(&server, "/en/feed.json?granularity=update").await["items"].as_array().unwrap().len();
    assert_eq!(changes, 2, "it began, it ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_stay_when_a_component_is_renamed_and_when_the_server_starts_again() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    let ids = async |server: &TestServer| {
        let summary = json(server, "/api/v2/summary.json").await;
        let component = summary["components"][0].clone();
        (summary["page"]["id"].to_string(), component["id"].to_string(), component["created_at"].to_string())
    };
    let before = ids(&server).await;
    assert_eq!(before.0.len(), 14, "12 characters in quotes");
    server.stop().await;
    server.write_config(
        &one_component(&target)
            .replace("slug: web,", "slug: site, renamed_from: web,")
            .replace("component: web\n", "component: site\n"),
    );
    server.restart_after(Duration::from_secs(5)).await;
    assert_eq!(ids(&server).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn response_times_are_given_for_a_day_a_week_and_four_weeks() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    for _ in 0..30 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    let id = json(&server, "/api/v2/components.json").await["components"][0]["id"].as_str().unwrap().to_owned();
    for period in ["day", "week", "month"] {
        let metric = json(&server, &format!("/metrics-display/{id}/{period}.json")).await;
        assert_eq!(metric["period"]["identifier"], period);
    }
    let path = format!("/metrics-display/{id}/day.json");
    eventually("minutes are condensed and served", || async {
        server.clock.advance(Duration::from_secs(61));
        let metric = json(&server, &path).await;
        (!metric["metrics"][0]["data"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;
    for path in ["/metrics-display/nobody/day.json", &format!("/metrics-display/{id}/year.json")] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_single_result_can_be_counted() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    down(&server, &target).await;
    let csv = eventually("the results are written", || async {
        server.clock.advance(Duration::from_secs(61));
        let csv = server.get("/en/components/web/results.csv").await.body;
        (csv.lines().count() >= 4).then_some(csv)
    })
    .await;
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["check", "at", "result", "cause", "took_ms"]);
    let told: Vec<_> = lines[1..].iter().rev().take(3).map(|line| (line[0], line[2], line[3])).collect();
    assert_eq!(told, [("1", "up", ""), ("1", "down", "condition"), ("1", "down", "condition")], "the newest first");
    assert!(server.get("/en/components/web").await.body.contains("results.csv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latency_of_the_last_day_is_on_the_page_also_after_a_restart() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("p50 ")).await;
    // What is measured from here on is no response time.
    target.set(Behaviour::Error);
    server.restart_after(Duration::from_secs(2)).await;
    server.page_where("/en/components/web", |page| page.contains("p50 ")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn badges_grant_wishes_and_refuse_nonsense_with_words() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    down(&server, &target).await;
    let badge = server.get("/en/components/web/badges/status.svg?label=hello%20%3Cb%3E&style=flat-square&color=green").await;
    assert_eq!(badge.header("content-type"), "image/svg+xml; charset=utf-8");
    assert!(badge.body.contains("hello &lt;b&gt;") && badge.body.contains("Major outage"), "{}", badge.body);
    let shields = json(&server, "/en/components/web/badges/status.json").await;
    assert_eq!((&shields["schemaVersion"], &shields["message"]), (&1.into(), &"Major outage".into()));
    for (path, status) in [
        ("/components/web/badges/status.svg?color=url(x)", 400),
        ("/components/web/badges/status.svg?style=loud", 400),
        ("/components/web/badges/uptime-1y.svg", 404),
        ("/components/nobody/badges/status.svg", 404),
        ("/badges/latency.svg", 404),
        ("/components/web/badges/%ff", 404),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{path}");
    }
    assert_eq!(
        server.get("/badges/status.svg?label=a&label=b&utm_source=x").await.status,
        200,
        "what nobody knows is passed over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_widget_may_stand_in_other_peoples_pages() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for path in ["/embed", "/en/embed?theme=dark", "/ja/embed?theme=light"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors *"), "{path}");
    }
    for path in ["/", "/en/", "/en/history", "/en/components/web", "/nope", "/en/history.atom", "/badges/status.svg", "/embed.js"]
    {
        let policy = server.get(path).await;
        assert!(policy.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    assert_eq!(server.get("/embed?theme=pink").await.status, 400);
    let oembed = json(&server, &format!("/oembed?maxwidth=abc&url={}", server.url("/en/"))).await;
    assert_eq!((&oembed["version"], &oembed["type"]), (&"1.0".into(), &"rich".into()));
    assert_eq!(server.get("/oembed?url=https://example.org/").await.status, 404);
    assert_eq!(server.get("/oembed").await.status, 400);
    assert_eq!(server.get("/oembed?format=xml&url=x").await.status, 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_goes_back_month_by_month_to_the_first_that_was_watched_and_no_further() {
    let target = Target::start().await;
    let mut server = TestServer::start(&one_component(&target)).await;
    down(&server, &target).await;
    target.set(Behaviour::Ok);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    let began = server.now().to_jiff().strftime("%Y-%m").to_string();
    server.restart_after(Duration::from_secs(200 * 24 * 3600)).await;
    let now = server.get("/en/history").await.body;
    assert!(!now.contains("class=\"outage ") && now.contains(">Older<"), "nothing in the last three months; a way back");
    let old = server.get(&format!("/en/history/{began}")).await;
    assert!(
        old.body.contains("Major outage") && old.body.contains("id=\"web-1\""),
        "what memory no longer holds is read: {}",
        old.body
    );
    assert!(old.body.contains(">Newer<") && !old.body.contains(">Older<"));
    for path in ["/en/history/1999-01", "/en/history/2999-01", "/en/history/2026-13", "/en/history/x", "/en/history/2026-01/x"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
    let rendered = server.metric("yagura_pages_rendered_total").await;
    for year in 1970..2000 {
        server.get(&format!("/en/history/{year}-01")).await;
    }
    assert_eq!(server.metric("yagura_pages_rendered_total").await, rendered, "made-up months are one page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_in_one_language_offers_no_other() {
    let target = Target::start().await;
    let config = one_component(&target).replace("time_zone: Asia/Tokyo", "time_zone: Asia/Tokyo, languages: [en]");
    let server = TestServer::start(&config).await;
    for path in ["/ja/", "/ja", "/ja/history", "/ja/embed", "/ja/api/v2/summary.json", "/ja/badges/status.svg"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
    assert!(server.get_with("/", &[("accept-language", "ja")]).await.body.contains("<html lang=\"en\""));
    assert!(!server.get("/sitemap.xml").await.body.contains("/ja/"));
    assert!(!server.get("/embed.js").await.body.contains("ja"));
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_find_every_page_and_a_page_finds_all_its_files() {
    let target = Target::start().await;
    let config =
        one_component(&target).replace("time_zone: Asia/Tokyo", "time_zone: Asia/Tokyo, url: \"https://status.example.org\"");
    let server = TestServer::start(&config).await;
    assert!(server.get("/robots.txt").await.body.contains("Sitemap: https://status.example.org/sitemap.xml"));
    let sitemap = server.get("/sitemap.xml").await.body;
    for page in ["/en/", "/ja/history", "/en/components/web"] {
        assert!(sitemap.contains(&format!("https://status.example.org{page}")), "{page}");
    }
    let page = server.get("/en/").await.body;
    let is_file = |value: &&str| value.starts_with("/pkg/") || value.starts_with("/icon") || value.ends_with(".webmanifest");
    let attributes = page.split(['"', '\'']).filter(is_file);
    let files: Vec<&str> = attributes.collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(server.get(file).await.status, 200, "{file}");
    }
    assert!(page.contains("<meta property=\"og:image\" content=\"https://status.example.org/og-"), "{page}");
    for status in ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance", "unknown"] {
        for language in ["ja", "en"] {
            let picture = server.get(&format!("/og-{status}-{language}.png")).await;
            assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"), "{status} {language}");
        }
        assert_eq!(server.get(&format!("/icon-{status}.svg")).await.status, 200);
    }
    assert_eq!(server.get("/favicon.ico").await.header("location"), "/icon-192.png");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_pass_over_queries_and_answer_head_without_a_body() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for path in ["/en/?fbclid=1&fbclid=2", "/en/components/web?theme=a&theme=b", "/en/history?granularity=x"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    assert_eq!(server.get("/feed.json?granularity=x").await.status, 400);
    for path in ["/en/", "/api/v2/summary.json", "/badges/status.svg"] {
        let head = server.send("HEAD", path, &[], Vec::new()).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    let nothing = server.get("/api/v2/nothing.json").await;
    assert_eq!((nothing.status, nothing.header("content-type")), (404, "application/problem+json"));
}
