//! Where a probe made in the desk may go: what a name resolves to is judged before it is connected to, also at each redirect.
//!
//! Nothing here may leave the loopback, nor ask the machine's own name servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::probe::observation::{CauseKind, Observation, Verdict};
use domain::probe::reach::Reach;
use domain::probe::spec::ActionSpec;
use probe::Resolver;
use tokio::net::{TcpListener, TcpStream};

use crate::fake::{Fake, asks_for_aaaa, dns_answer};
use crate::tcp::tcp;
use crate::{AMPLE, OK, assert_ended, http, resolver, run_within};

fn guarded(networks: &[&str]) -> Reach {
    Reach::Guarded { allowed: networks.iter().map(|network| network.parse().unwrap()).collect() }
}

async fn run_guarded(networks: &[&str], url: &str) -> Observation {
    run_within(guarded(networks), ActionSpec::Http(Box::new(http(url))), AMPLE, resolver()).await
}

async fn run_named(networks: &[&str], name_server: &Fake, url: &str) -> Observation {
    let resolver = Arc::new(Resolver::with_name_servers(&[name_server.address], AMPLE).unwrap());
    run_within(guarded(networks), ActionSpec::Http(Box::new(http(url))), AMPLE, resolver).await
}

#[track_caller]
fn assert_refused(seen: &Observation, says: &str) {
    assert_ended(seen, Verdict::Unknown, CauseKind::NotAllowed, says);
}

/// Whether nobody has connected so far. Connections are accepted in the order in which they were made, also those that were
/// closed since, so that ours comes first only if there was none before it.
async fn is_untouched(listener: &TcpListener) -> bool {
    let ours = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (_stream, first) = listener.accept().await.unwrap();
    first == ours.local_addr().unwrap()
}

#[tokio::test]
async fn no_connection_is_opened_to_a_refused_address_however_it_is_written() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hosts = [
        ("127.0.0.1", "the address 127.0.0.1 (a loopback address) may not be reached"),
        ("127.1", "127.0.0.1 (a loopback address)"),
        ("0x7f000001", "127.0.0.1 (a loopback address)"),
        ("2130706433", "127.0.0.1 (a loopback address)"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1 (a loopback address)"),
        ("0.0.0.0", "0.0.0.0 (an unspecified address)"),
        ("[::]", ":: (an unspecified address)"),
    ];
    for (host, says) in hosts {
        for scheme in ["http", "https"] {
            let seen = run_guarded(&["192.0.2.0/24"], &format!("{scheme}://{host}:{}/", address.port())).await;
            assert_refused(&seen, says);
            assert_refused(&seen, "desk.networks");
            assert!(seen.address.is_none() && seen.phases.connect_us.is_none(), "{seen:?}");
        }
    }
    let seen = run_within(guarded(&[]), tcp(address, Some("hello"), None), AMPLE, resolver()).await;
    assert_refused(&seen, "127.0.0.1 (a loopback address)");
    assert!(is_untouched(&listener).await);
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = run_guarded(&[], &format!("http://localhost:{port}/")).await;
    assert_refused(&seen, "127.0.0.1 (a loopback address)");
    assert!(seen.phases.resolve_us.is_some() && seen.phases.connect_us.is_none());

    let names = Fake::dns(|question| {
        let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1];
        Some(if asks_for_aaaa(question) { dns_answer(question, 0, &mapped) } else { dns_answer(question, 0, &[]) })
    })
    .await;
    let seen = run_named(&[], &names, &format!("http://web.test:{port}/")).await;
    assert_refused(&seen, "::ffff:127.0.0.1 (a loopback address)");
    assert!(is_untouched(&listener).await);
}

#[tokio::test]
async fn refused_addresses_of_a_name_are_left_out_and_the_others_tried() {
    let names = Fake::dns(|question| {
        let loopback = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        Some(if asks_for_aaaa(question) { dns_answer(question, 0, &loopback) } else { dns_answer(question, 0, &[127, 0, 0, 1]) })
    })
    .await;
    let server = Fake::http(&[OK]).await;
    let url = format!("http://web.test:{}/", server.address.port());
    let seen = run_named(&["127.0.0.1/32"], &names, &url).await;
    assert_eq!((seen.verdict, seen.address), (Verdict::Up, Some(server.address.ip())), "{seen:?}");

    let seen = run_named(&[], &names, &url).await;
    assert_refused(&seen, "127.0.0.1 (a loopback address)");
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn a_redirect_to_a_refused_address_is_refused() {
    let elsewhere = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let location = elsewhere.local_addr().unwrap();
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: http://{location}/\r\nContent-Length: 0\r\n\r\n");
    let server = Fake::http(&[&answer]).await;
    let seen = run_guarded(&["127.0.0.1/32"], &server.url("/")).await;
    assert_refused(&seen, "127.0.0.2 (a loopback address)");
    assert_eq!((seen.redirects, seen.code, server.heads().len()), (1, Some(302), 1));
    assert!(is_untouched(&elsewhere).await);
}

#[tokio::test]
async fn a_name_that_has_turned_to_a_refused_address_is_refused_at_the_next_request() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let names = Fake::dns(|question| {
        if asks_for_aaaa(question) {
            return Some(dns_answer(question, 0, &[]));
        }
        let last = if ASKED.fetch_add(1, Ordering::SeqCst) == 0 { 1 } else { 2 };
        Some(dns_answer(question, 0, &[127, 0, 0, last]))
    })
    .await;
    let server = Fake::http(&["HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n", OK]).await;
    let url = format!("http://web.test:{}/", server.address.port());
    let seen = run_named(&["127.0.0.1/32"], &names, &url).await;
    assert_refused(&seen, "127.0.0.2 (a loopback address)");
    assert_eq!((seen.address, server.heads().len()), (Some(server.address.ip()), 1));
    // One question per request: what was connected to is what was judged, and not what a second question would have brought.
    assert_eq!(ASKED.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_allowed_network_is_reached_and_so_is_everything_without_a_guard() {
    let server = Fake::http(&[OK]).await;
    let by_name = format!("http://localhost:{}/", server.address.port());
    for reach in [guarded(&["127.0.0.0/8"]), Reach::Anywhere] {
        for url in [&server.url("/"), &by_name] {
            let action = ActionSpec::Http(Box::new(http(url)));
            let seen = run_within(reach.clone(), action, AMPLE, resolver()).await;
            assert_eq!((seen.verdict, seen.address), (Verdict::Up, Some(server.address.ip())), "{reach:?} {seen:?}");
        }
        let seen = run_within(reach.clone(), tcp(server.address, None, None), AMPLE, resolver()).await;
        assert_eq!(seen.verdict, Verdict::Up, "{reach:?} {seen:?}");
    }
}
