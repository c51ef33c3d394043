//! When Yagura's own uplink is gone, everything outside looks down; it must not be believed.

use std::time::Duration;

use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn while_the_self_check_fails_results_from_outside_are_unknown_and_one_alert_says_so() {
    let target = Target::start().await;
    let uplink = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = uplink.local_addr().unwrap();
    let config = one_component(&target).replace("components:", &format!("self_check: [\"{address}\"]\ncomponents:"));
    let server = TestServer::start(&config).await;
    server.first_check(&target).await;
    server.page_where("/en/", |page| page.contains("is operational")).await;

    drop(uplink);
    target.set(Behaviour::Error);
    for _ in 0..3 {
        server.next_check(&target, Duration::from_secs(10)).await;
    }
    let page = server.page_where("/en/", |page| page.contains("is not known")).await;
    assert!(page.contains("Yagura itself has lost its connection"), "the page says why");
    assert_eq!(server.metric("yagura_uplink_up").await, Some(0.0));
    eventually("one alert is stored", || async {
        (server.count("SELECT COUNT(*) FROM alert WHERE name = 'uplink-lost' AND ended_at IS NULL").await == 1).then_some(())
    })
    .await;
    assert_eq!(server.count("SELECT COUNT(*) FROM outage").await, 0);

    let _back = TcpListener::bind(address).await.unwrap();
    target.set(Behaviour::Ok);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is operational") && !page.contains("lost its connection")).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM alert").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_self_check_answers_down_is_down() {
    let target = Target::start().await;
    let uplink = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = one_component(&target)
        .replace("components:", &format!("self_check: [\"{}\"]\ncomponents:", uplink.local_addr().unwrap()));
    let server = TestServer::start(&config).await;
    target.set(Behaviour::Error);
    server.first_check(&target).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("is down")).await;
}
