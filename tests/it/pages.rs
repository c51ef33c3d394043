//! Public pages over HTTP: languages, caching, security headers, what is there without a script.

use std::time::Duration;

use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_offered_in_both_languages_and_negotiated_without_a_prefix() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let (ja, en) = (server.get("/ja/").await, server.get("/en/").await);
    assert!(ja.body.contains("<html lang=\"ja\"") && ja.body.contains("ウェブ"));
    assert!(en.body.contains("<html lang=\"en\"") && en.body.contains("Web"));
    for (accept, cookie, expected) in
        [("en", "", "en"), ("ja-JP,en;q=0.5", "", "ja"), ("ja", "language=en", "en"), ("fr", "", "ja")]
    {
        let answer = server.get_with("/components/web", &[("accept-language", accept), ("cookie", cookie)]).await;
        assert!(answer.body.contains(&format!("<html lang=\"{expected}\"")), "{accept} {cookie}");
        let vary: Vec<_> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.join(",").contains("Accept-Language, Cookie"));
    }
    assert_eq!(server.get("/ja").await.header("location"), "/ja/");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_lead_nowhere_say_so_in_words_and_with_404() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for path in ["/en/components/nope", "/en/nope", "/fr/", "/components/%00", "/wp-login.php", "/en/components/web/more"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("id=\"content\""), "{path} has a designed page");
    }
    assert_eq!(server.post("/nope", "x").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_page_is_answered_with_304_and_compressed_ones_decode_to_the_same() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let first = server.get("/en/").await;
    let again = server.get_with("/en/", &[("if-none-match", first.header("etag"))]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert!(first.header("cache-control").contains("stale-if-error"));
    for coding in ["br", "gzip"] {
        let answer = server.get_with("/en/", &[("accept-encoding", coding)]).await;
        assert_eq!(answer.header("content-encoding"), coding);
        assert!(answer.body_bytes < first.body_bytes / 2);
    }
    let refused = server.get_with("/en/", &[("accept-encoding", "br;q=0, identity")]).await;
    assert_eq!(refused.header("content-encoding"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_cost_no_rendering() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.get("/en/").await;
    let before = server.metric("yagura_pages_rendered_total").await.unwrap();
    for _ in 0..50 {
        server.get("/en/").await;
    }
    assert_eq!(server.metric("yagura_pages_rendered_total").await, Some(before));
    server.clock.advance(Duration::from_secs(61));
    server.get("/en/").await;
    let after = server.metric("yagura_pages_rendered_total").await.unwrap();
    assert!(after > before, "figures older than a minute are made anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_names_do_not_fill_the_memory() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for n in 0..40 {
        assert_eq!(server.get(&format!("/en/components/made-up-{n}")).await.status, 404);
    }
    assert_eq!(server.metric("yagura_pages_rendered_total").await, Some(1.0), "one page for all of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_its_security_headers_and_pages_allow_only_their_own_scripts() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    for path in ["/", "/en/", "/en/components/web", "/nope", "/metrics", "/healthz", "/icon.svg"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.header("referrer-policy").is_empty(), "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
    }
    let page = server.get("/en/").await;
    let inline = page.body.matches("<script").count() - page.body.matches("<script src").count();
    assert_eq!(page.header("content-security-policy").matches("'sha256-").count(), inline);
    assert!(!page.body.contains("style=\"") && !page.body.contains("onclick"), "nothing inline that the policy forbids");
    assert!(!page.body.contains("nonce"), "the same bytes for everybody");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_configuration_says_how_to_begin() {
    let server = TestServer::start("site: {name: New}\n").await;
    let page = server.get("/en/").await.body;
    assert!(page.contains("Nothing is shown here yet") && page.contains("components:"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_hears_of_changes() {
    use futures::StreamExt;
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let answer = tests::http::client().build().unwrap().get(server.url("/api/v1/events")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut stream = Box::pin(answer.bytes_stream());
    let mut next_version = async || {
        loop {
            let message = String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
            // Comments keep the connection alive and say nothing.
            let Some(data) = message.trim().strip_prefix("data: ") else { continue };
            return data.split(' ').next().unwrap().parse::<u64>().unwrap();
        }
    };
    let first = next_version().await;
    server.first_check(&target).await;
    target.set(Behaviour::Error);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    assert!(next_version().await > first);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_speak_blackbox_exporters_names() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    server.first_check(&target).await;
    let labels = "{probe=\"web-http\",component=\"web\"}";
    tests::eventually("the result is exposed", || async { server.metric(&format!("probe_success{labels}")).await }).await;
    assert_eq!(server.metric(&format!("probe_http_status_code{labels}")).await, Some(200.0));
    assert!(server.metric(&format!("probe_duration_seconds{labels}")).await.unwrap() > 0.0);
    let metrics = server.get("/metrics").await.body;
    for phase in ["resolve", "connect", "tls", "processing", "transfer"] {
        assert!(
            metrics.contains(&format!("probe_http_duration_seconds{{probe=\"web-http\",component=\"web\",phase=\"{phase}\"}}"))
        );
    }
    assert!(metrics.contains("yagura_component_status{component=\"web\",status=\"operational\"} 1"));
    assert_eq!(server.metric("yagura_checks_missed_total").await, Some(0.0));
}
