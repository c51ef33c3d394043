//! Checks by name: who is to blame when a name server denies, fails or keeps silent.
//!
//! Nothing here may ask the machine's own name servers.

use std::net::SocketAddr;
use std::sync::Arc;

use domain::probe::observation::{CauseKind, Observation, Verdict};
use domain::probe::spec::ActionSpec;
use probe::Resolver;

use crate::fake::{Fake, asks_for_aaaa, dns_answer};
use crate::{AMPLE, OK, SHORT, assert_down, assert_ended, http, run_with};

async fn run_named(name_server: &Fake, url: &str) -> Observation {
    let resolver = Arc::new(Resolver::with_name_servers(&[name_server.address], SHORT).unwrap());
    run_with(ActionSpec::Http(Box::new(http(url))), AMPLE, resolver).await
}

#[tokio::test]
async fn a_name_that_is_not_there_is_down_but_silent_name_servers_are_unknown() {
    let denies = Fake::dns(|question| Some(dns_answer(question, 3, &[]))).await;
    let seen = run_named(&denies, "http://web.test/").await;
    assert_down(&seen, CauseKind::Dns, "NXDOMAIN");
    assert!(seen.phases.resolve_us.is_some() && seen.phases.connect_us.is_none());

    let fails = Fake::dns(|question| Some(dns_answer(question, 2, &[]))).await;
    assert_down(&run_named(&fails, "http://web.test/").await, CauseKind::Dns, "SERVFAIL");

    let empty = Fake::dns(|question| Some(dns_answer(question, 0, &[]))).await;
    assert_down(&run_named(&empty, "http://web.test/").await, CauseKind::Dns, "no address");

    let refuses = Fake::dns(|question| Some(dns_answer(question, 5, &[]))).await;
    assert_ended(&run_named(&refuses, "http://web.test/").await, Verdict::Unknown, CauseKind::Resolver, "");

    let silent = Fake::dns(|_| None).await;
    assert_ended(&run_named(&silent, "http://web.test/").await, Verdict::Unknown, CauseKind::Resolver, "web.test");

    let resolver = Arc::new(Resolver::with_name_servers(&[silent.address], AMPLE).unwrap());
    let observation = run_with(ActionSpec::Http(Box::new(http("http://web.test/"))), SHORT, resolver).await;
    assert_ended(&observation, Verdict::Unknown, CauseKind::Resolver, "200ms");
}

#[tokio::test]
async fn a_name_whose_own_servers_are_dead_is_down_when_ours_answer_for_others() {
    // Ours keeps silent about the name, as one does that waits for servers that are dead, and answers for the root.
    let ours = Fake::dns(|question| (question[12] == 0).then(|| dns_answer(question, 0, &[]))).await;
    assert_down(&run_named(&ours, "http://web.test/").await, CauseKind::Dns, "answer for others");
}

#[tokio::test]
async fn a_name_server_that_is_gone_is_our_own_trouble() {
    let gone = UdpPort::free().await;
    let resolver = Arc::new(Resolver::with_name_servers(&[gone.0], SHORT).unwrap());
    let observation = run_with(ActionSpec::Http(Box::new(http("http://web.test/"))), AMPLE, resolver).await;
    assert_ended(&observation, Verdict::Unknown, CauseKind::Resolver, "web.test");
}

/// A UDP port on which nobody listens.
struct UdpPort(SocketAddr);

impl UdpPort {
    async fn free() -> Self {
        Self(tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap())
    }
}

#[tokio::test]
async fn a_dead_ipv6_address_does_not_hide_ipv4() {
    let names = Fake::dns(|question| {
        let dead = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        Some(if asks_for_aaaa(question) { dns_answer(question, 0, &dead) } else { dns_answer(question, 0, &[127, 0, 0, 1]) })
    })
    .await;
    let server = Fake::http(&[OK]).await;
    let seen = run_named(&names, &format!("http://web.test:{}/", server.address.port())).await;
    assert_eq!((seen.verdict, seen.address), (Verdict::Up, Some(server.address.ip())), "{seen:?}");
}

#[tokio::test]
async fn one_failing_name_server_does_not_hide_a_good_one() {
    let fails = Fake::dns(|question| Some(dns_answer(question, 2, &[]))).await;
    let knows = Fake::dns(|question| {
        Some(if asks_for_aaaa(question) { dns_answer(question, 0, &[]) } else { dns_answer(question, 0, &[127, 0, 0, 1]) })
    })
    .await;
    let server = Fake::http(&[OK]).await;
    let resolver = Arc::new(Resolver::with_name_servers(&[fails.address, knows.address], AMPLE).unwrap());
    let url = format!("http://web.test:{}/", server.address.port());
    let observation = run_with(ActionSpec::Http(Box::new(http(&url))), AMPLE, resolver).await;
    assert_eq!(observation.verdict, Verdict::Up, "{observation:?}");
}
