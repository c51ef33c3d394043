//! Whole checks against real servers on the loopback, well-behaved and not.
//!
//! No test waits for the clock or asserts how long something took.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod fake;
mod names;
mod reach;
mod tcp;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::probe::observation::{CauseKind, Observation, Verdict};
use domain::probe::reach::Reach;
use domain::probe::spec::{ActionSpec, ActiveSpec, HttpAuth, HttpSpec, TlsSpec};
use domain::text::Secret;
use domain::time::Timestamp;
use fake::{Fake, request_head};
use probe::{Prober, Resolver};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// For targets that are expected to answer.
const AMPLE: Duration = Duration::from_secs(20);
/// For targets that are expected not to.
const SHORT: Duration = Duration::from_millis(200);
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
/// 2026-04-12.
const NOW: Timestamp = Timestamp::from_ms(1_776_000_000_000);

fn http(url: &str) -> HttpSpec {
    HttpSpec {
        url: Secret::new(url.to_owned()),
        shown_url: url.to_owned(),
        method: "GET".to_owned(),
        headers: Vec::new(),
        body: None,
        auth: None,
        redirects_max: 3,
        tls: TlsSpec::default(),
        conditions: vec!["[STATUS] < 400".parse().unwrap()],
        degraded: Vec::new(),
    }
}

fn resolver() -> Arc<Resolver> {
    Arc::new(Resolver::from_system_or_local().unwrap().0)
}

async fn run_with(action: ActionSpec, timeout: Duration, resolver: Arc<Resolver>) -> Observation {
    run_within(Reach::Anywhere, action, timeout, resolver).await
}

async fn run_within(reach: Reach, action: ActionSpec, timeout: Duration, resolver: Arc<Resolver>) -> Observation {
    let spec = ActiveSpec { every: Duration::from_mins(1), timeout, is_outside: true, reach, action };
    let observation = Prober::new(&spec, resolver).unwrap().run(NOW).await;
    assert_eq!(observation.at, NOW);
    assert_eq!(observation.cause.is_none(), observation.verdict == Verdict::Up, "{observation:?}");
    assert!(observation.duration_us.is_some());
    observation
}

async fn run(spec: HttpSpec) -> Observation {
    run_with(ActionSpec::Http(Box::new(spec)), AMPLE, resolver()).await
}

async fn run_short(spec: HttpSpec) -> Observation {
    run_with(ActionSpec::Http(Box::new(spec)), SHORT, resolver()).await
}

#[track_caller]
fn assert_ended(observation: &Observation, verdict: Verdict, kind: CauseKind, says: &str) {
    let cause = observation.cause.as_ref().expect("it was up");
    assert_eq!((observation.verdict, cause.kind), (verdict, kind), "{cause:?}");
    assert!(cause.detail.contains(says), "{:?} does not say {says:?}", cause.detail);
}

#[track_caller]
fn assert_down(observation: &Observation, kind: CauseKind, says: &str) {
    assert_ended(observation, Verdict::Down, kind, says);
}

/// The address of a port that refuses.
async fn refused_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_good_answer_is_up_and_everything_about_it_is_told() {
    let server = Fake::http(&[OK]).await;
    let mut spec = http(&server.url("/health?x=1#top"));
    spec.conditions.push("[BODY] == hello".parse().unwrap());
    spec.auth = Some(HttpAuth::Bearer(Secret::new("hunter2".to_owned())));
    let seen = run(spec).await;
    assert_eq!((seen.verdict, seen.code, seen.http_version, seen.body_bytes), (Verdict::Up, Some(200), Some(11), Some(5)));
    assert_eq!(seen.address, Some(server.address.ip()));
    assert!(seen.phases.resolve_us.is_none() && seen.phases.tls_us.is_none());
    assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some() && seen.phases.transfer_us.is_some());
    let head = &server.heads()[0];
    assert!(head.starts_with("get /health?x=1 http/1.1\r\n"), "{head}");
    for line in [&format!("host: {}", server.address), "user-agent: yagura/", "accept: */*", "authorization: bearer hunter2"] {
        assert!(head.contains(line), "{head}");
    }
}

#[tokio::test]
async fn conditions_decide_between_up_degraded_and_down() {
    let server = Fake::http(&["HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"]).await;
    assert_down(&run(http(&server.url("/"))).await, CauseKind::Condition, "500");

    let server = Fake::http(&[OK]).await;
    let mut spec = http(&server.url("/"));
    spec.degraded = vec!["[RESPONSE_TIME] < 0".parse().unwrap()];
    let seen = run(spec).await;
    assert_ended(&seen, Verdict::Degraded, CauseKind::Condition, "RESPONSE_TIME");
    assert_eq!(seen.code, Some(200));

    let mut spec = http(&server.url("/"));
    spec.conditions = vec!["[STATUS] == 201".parse().unwrap(), "[BODY] == bye".parse().unwrap()];
    let seen = run(spec).await;
    assert_down(&seen, CauseKind::Condition, "STATUS");
    assert_down(&seen, CauseKind::Condition, "; ");
    assert_down(&seen, CauseKind::Condition, "BODY");
}

#[tokio::test]
async fn a_target_that_hangs_is_down_and_let_go() {
    let (gone, mut was_let_go) = mpsc::unbounded_channel();
    let server = Fake::tcp(move |mut stream| {
        let gone = gone.clone();
        async move {
            request_head(&mut stream).await;
            // Ends only when the other side closes.
            let _ = stream.read_u8().await;
            let _ = gone.send(());
        }
    })
    .await;
    let seen = run_short(http(&server.url("/"))).await;
    assert_down(&seen, CauseKind::Timeout, "waiting for the first byte");
    assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some());
    tokio::time::timeout(AMPLE, was_let_go.recv()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_head_or_a_body_that_never_ends_runs_into_the_timeout() {
    let server = Fake::tcp(|mut stream| async move {
        request_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Slow: ").await;
        std::future::pending::<()>().await;
    })
    .await;
    assert_down(&run_short(http(&server.url("/"))).await, CauseKind::Timeout, "first byte");

    let server = Fake::tcp(|mut stream| async move {
        request_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal").await;
        std::future::pending::<()>().await;
    })
    .await;
    let seen = run_short(http(&server.url("/"))).await;
    assert_down(&seen, CauseKind::Timeout, "reading the answer");
    assert_eq!((seen.code, seen.body_bytes), (Some(200), Some(3)));
}

#[tokio::test]
async fn connections_that_break_are_the_targets_fault() {
    let reset = Fake::tcp(|mut stream| async move {
        request_head(&mut stream).await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    assert_down(&run(http(&reset.url("/"))).await, CauseKind::Protocol, "reset");

    let closed = Fake::http(&[""]).await;
    assert_down(&run(http(&closed.url("/"))).await, CauseKind::Protocol, "closed");

    let cut = Fake::http(&["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"]).await;
    assert_down(&run(http(&cut.url("/"))).await, CauseKind::Protocol, "");

    let hangs_up = Fake::tcp(|stream| async move { drop(stream) }).await;
    assert_down(&run(http(&hangs_up.url("/"))).await, CauseKind::Protocol, "");

    let speaks_first = Fake::tcp(|mut stream| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH\r\n").await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    assert_down(&run(http(&speaks_first.url("/"))).await, CauseKind::Protocol, "");

    let other = Fake::http(&["220 mail.test ESMTP\r\n"]).await;
    assert_down(&run(http(&other.url("/"))).await, CauseKind::Protocol, "not HTTP");

    let nobody = refused_address().await;
    assert_down(&run(http(&format!("http://{nobody}/"))).await, CauseKind::Connect, "refused");
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let server = Fake::tcp(|mut stream| async move {
        request_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    assert_down(&run(http(&server.url("/"))).await, CauseKind::Protocol, "");
}

#[tokio::test]
async fn a_body_without_end_matters_only_if_it_is_looked_at() {
    let server = Fake::tcp(|mut stream| async move {
        request_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let seen = run(http(&server.url("/"))).await;
    assert_eq!((seen.verdict, seen.body_bytes), (Verdict::Up, Some(1024 * 1024)));

    let mut spec = http(&server.url("/"));
    spec.degraded = vec!["[BODY] == hello".parse().unwrap()];
    assert_down(&run(spec).await, CauseKind::BodyTooLarge, "1048576");
}

#[tokio::test]
async fn redirects_are_followed_as_far_as_allowed() {
    let hop = "HTTP/1.1 302 Found\r\nLocation: next\r\nContent-Length: 0\r\n\r\n";
    let server = Fake::http(&[hop, hop, hop, OK]).await;
    let seen = run(http(&server.url("/a/b"))).await;
    assert_eq!((seen.verdict, seen.redirects, seen.code), (Verdict::Up, 3, Some(200)));
    assert!(server.heads()[3].starts_with("get /a/next "));

    let looping = Fake::http(&[hop]).await;
    let seen = run(http(&looping.url("/"))).await;
    assert_down(&seen, CauseKind::Redirect, "more than 3 times");
    assert_eq!((seen.redirects, looping.heads().len()), (3, 4));

    let taken_as_it_is = Fake::http(&[hop]).await;
    let mut spec = http(&taken_as_it_is.url("/"));
    spec.redirects_max = 0;
    spec.conditions = vec!["[STATUS] == 302".parse().unwrap()];
    assert_eq!(run(spec).await.verdict, Verdict::Up);

    let nowhere = Fake::http(&["HTTP/1.1 301 Moved\r\nLocation: gopher://x/\r\n\r\n"]).await;
    assert_down(&run(http(&nowhere.url("/"))).await, CauseKind::Redirect, "leads nowhere");
}

#[tokio::test]
async fn secrets_do_not_follow_a_redirect_to_another_origin() {
    let elsewhere = Fake::http(&[OK]).await;
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\n\r\n", elsewhere.url("/in"));
    let server = Fake::http(&[&answer]).await;
    let mut spec = http(&server.url("/"));
    spec.auth = Some(HttpAuth::Basic { user: "u".to_owned(), password: Secret::new("p".to_owned()) });
    spec.headers = vec![
        ("Cookie".to_owned(), Secret::new("id=hunter2".to_owned())),
        ("X-Key".to_owned(), Secret::new("hunter2".to_owned())),
    ];
    assert_eq!(run(spec).await.verdict, Verdict::Up);
    let (first, second) = (&server.heads()[0], &elsewhere.heads()[0]);
    assert!(first.contains("authorization: basic ") && first.contains("cookie: ") && first.contains("x-key: "), "{first}");
    assert!(!second.contains("authorization") && !second.contains("hunter2"), "{second}");
    assert!(second.contains(&format!("host: {}", elsewhere.address)), "{second}");
}
