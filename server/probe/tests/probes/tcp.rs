//! Checks by TCP, and of our own uplink.
//!
//! Nothing here may leave the loopback.

use std::net::SocketAddr;
use std::num::NonZeroU16;

use domain::probe::observation::{CauseKind, Verdict};
use domain::probe::spec::{ActionSpec, TcpSpec};
use domain::text::Secret;
use probe::{Target, uplink_is_up};
use tokio::io::AsyncWriteExt;

use crate::fake::Fake;
use crate::{AMPLE, OK, SHORT, assert_down, refused_address, resolver, run_with};

pub(crate) fn tcp(address: SocketAddr, send: Option<&str>, expect: Option<&str>) -> ActionSpec {
    ActionSpec::Tcp(TcpSpec {
        host: address.ip().to_string(),
        shown_host: address.ip().to_string(),
        port: NonZeroU16::new(address.port()).unwrap(),
        send: send.map(|text| Secret::new(text.to_owned())),
        expect: expect.map(str::to_owned),
    })
}

#[tokio::test]
async fn tcp_checks_connect_say_and_listen() {
    let echo = Fake::tcp(|mut stream| async move {
        let (mut reading, mut writing) = stream.split();
        let _ = tokio::io::copy(&mut reading, &mut writing).await;
    })
    .await;
    assert_eq!(run_with(tcp(echo.address, None, None), AMPLE, resolver()).await.verdict, Verdict::Up);
    let seen = run_with(tcp(echo.address, Some("PING\r\n"), Some("ING\r")), AMPLE, resolver()).await;
    assert_eq!((seen.verdict, seen.body_bytes), (Verdict::Up, Some(6)), "{seen:?}");
    let seen = run_with(tcp(echo.address, Some("PING\r\n"), Some("PONG")), SHORT, resolver()).await;
    assert_down(&seen, CauseKind::Timeout, "reading");

    let greets = Fake::tcp(|mut stream| async move {
        for part in ["220 ma", "il.te", "st\r\n\x1b"] {
            let _ = stream.write_all(part.as_bytes()).await;
            let _ = stream.flush().await;
        }
    })
    .await;
    assert_eq!(run_with(tcp(greets.address, None, Some("mail.test")), AMPLE, resolver()).await.verdict, Verdict::Up);
    let seen = run_with(tcp(greets.address, None, Some("421")), AMPLE, resolver()).await;
    assert_down(&seen, CauseKind::Expect, "\"220 mail.test\\r\\n\\u{1b}\" came");

    let talks = Fake::tcp(|mut stream| async move { while stream.write_all(&[b'x'; 8192]).await.is_ok() {} }).await;
    let seen = run_with(tcp(talks.address, None, Some("y")), AMPLE, resolver()).await;
    assert_down(&seen, CauseKind::Expect, "not in the first MiB");
    assert_eq!(seen.body_bytes, Some(1024 * 1024));

    let refused = refused_address().await;
    assert_down(&run_with(tcp(refused, None, None), AMPLE, resolver()).await, CauseKind::Connect, "refused");
}

#[tokio::test]
async fn one_target_that_answers_is_enough_for_the_uplink() {
    let server = Fake::http(&[OK]).await;
    let target = |address: SocketAddr| Target { host: address.ip().to_string(), port: address.port() };
    let (up, refused) = (target(server.address), target(refused_address().await));
    let resolver = resolver();
    assert!(uplink_is_up(&[refused.clone(), up], &resolver, AMPLE).await);
    assert!(!uplink_is_up(&[refused], &resolver, AMPLE).await);
    assert!(uplink_is_up(&[], &resolver, AMPLE).await);
}
