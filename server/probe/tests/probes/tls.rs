//! Checks by TLS: what is trusted, what is told, and HTTP/2.
//!
//! Nothing here may depend on certificates from outside.

use std::time::Duration;

use domain::probe::observation::{CauseKind, Verdict};
use domain::probe::spec::ActionSpec;
use domain::time::Timestamp;
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::fake::{Fake, Identity};
use crate::{AMPLE, OK, assert_down, http, resolver, run, run_short, run_with};

#[tokio::test]
async fn certificates_are_verified_as_asked() {
    let identity = Identity::new("localhost", 2199);
    let server = Fake::https(&identity, OK).await;
    assert_down(&run(http(&server.https_url())).await, CauseKind::Tls, "issuer is not trusted");

    let mut spec = http(&server.https_url());
    spec.tls.skip_verify = true;
    let seen = run(spec).await;
    assert_eq!(seen.verdict, Verdict::Up, "{seen:?}");
    assert_eq!(seen.certificate_expires_at.map(|at| at.to_string()), Some("2199-12-31T00:00:00.000Z".to_owned()));
    assert!(seen.phases.tls_us.is_some() && seen.phases.resolve_us.is_some());

    let mut spec = http(&server.https_url());
    spec.tls.ca_pem = Some(identity.pem());
    spec.conditions.push("[CERTIFICATE_EXPIRATION] > 48h".parse().unwrap());
    assert_eq!(run(spec).await.verdict, Verdict::Up);

    let misnamed = Identity::new("other.test", 2199);
    let server = Fake::https(&misnamed, OK).await;
    let mut spec = http(&server.https_url());
    spec.tls.ca_pem = Some(misnamed.pem());
    assert_down(&run(spec).await, CauseKind::Tls, "not for localhost but for");

    let expired = Identity::new("localhost", 2021);
    let server = Fake::https(&expired, OK).await;
    let mut spec = http(&server.https_url());
    spec.tls.ca_pem = Some(expired.pem());
    let seen = run(spec).await;
    assert_down(&seen, CauseKind::Tls, "expired at 2021-12-31");
    assert_eq!(seen.certificate_expires_at.map(Timestamp::as_seconds), Some(1_640_908_800));
}

#[tokio::test]
async fn targets_that_do_not_speak_tls_are_told_apart() {
    let plain = Fake::tcp(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    })
    .await;
    assert_down(&run(http(&plain.https_url())).await, CauseKind::Tls, "not TLS");

    let closes = Fake::tcp(|mut stream| async move {
        let _ = stream.read_u8().await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    assert_down(&run(http(&closes.https_url())).await, CauseKind::Protocol, "in the TLS handshake");

    let hangs = Fake::tcp(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    assert_down(&run_short(http(&hangs.https_url())).await, CauseKind::Timeout, "in the TLS handshake");
}

/// An HTTP/2 server that answers, or never does; tells when a connection has ended.
async fn http2(identity: &Identity, answers: bool) -> (Fake, mpsc::UnboundedReceiver<()>) {
    let acceptor = identity.acceptor(&[b"h2"]);
    let (ended, has_ended) = mpsc::unbounded_channel();
    let fake = Fake::tcp(move |stream| {
        let (acceptor, ended) = (acceptor.clone(), ended.clone());
        async move {
            let stream = acceptor.accept(stream).await.unwrap();
            let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| async move {
                if !answers {
                    std::future::pending::<()>().await;
                }
                let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
                Ok::<_, std::convert::Infallible>(http::Response::new(Full::new(bytes::Bytes::from(authority))))
            });
            let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
            let _ = ended.send(());
        }
    })
    .await;
    (fake, has_ended)
}

#[tokio::test]
async fn http2_is_spoken_with_those_who_offer_it() {
    let identity = Identity::new("localhost", 2199);
    let (server, mut has_ended) = http2(&identity, true).await;
    let mut spec = http(&server.https_url());
    spec.tls.ca_pem = Some(identity.pem());
    spec.conditions.push(format!("[BODY] == localhost:{}", server.address.port()).parse().unwrap());
    let seen = run(spec).await;
    assert_eq!((seen.verdict, seen.http_version, seen.code), (Verdict::Up, Some(20), Some(200)), "{seen:?}");
    tokio::time::timeout(AMPLE, has_ended.recv()).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_http2_target_that_hangs_is_let_go() {
    let identity = Identity::new("localhost", 2199);
    let (server, mut has_ended) = http2(&identity, false).await;
    let mut spec = http(&server.https_url());
    spec.tls.ca_pem = Some(identity.pem());
    let observation = run_with(ActionSpec::Http(Box::new(spec)), Duration::from_secs(1), resolver()).await;
    assert_down(&observation, CauseKind::Timeout, "first byte");
    tokio::time::timeout(AMPLE, has_ended.recv()).await.unwrap().unwrap();
}
