//! Messages sent to real servers on this machine: one that takes them, ones that fail, answer 429, lead elsewhere, hang up, or are not there.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::text::Secret;
use domain::time::Timestamp;
use notify::Message;
use notify::answer::Answer;
use notify::channel::Channel;
use notify::send::Sender;
use tokio::net::TcpListener;

type Seen = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

async fn taken(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> &'static str {
    seen.lock().unwrap().push((headers, body));
    "ok"
}

async fn slowly() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "42")], "slow down").into_response()
}

async fn elsewhere() -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [("location", "/taken")]).into_response()
}

/// A server with a door for each way to answer.
async fn server() -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let router = Router::new()
        .route("/taken", post(taken))
        .route("/taken/message", post(taken))
        .route("/fails", post(|| async { (StatusCode::BAD_GATEWAY, "secret-token-in-an-answer ".repeat(100_000)) }))
        .route("/slowly", post(slowly))
        .route("/elsewhere", post(elsewhere))
        .with_state(Arc::clone(&seen));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, seen)
}

fn message() -> Message {
    Message {
        key: "alert-7-oncall-1".to_owned(),
        alert: Some(7),
        say: Say::Fires,
        severity: Severity::Sev2,
        title: "ディスクが一杯".to_owned(),
        text: "2% left".to_owned(),
        facts: Vec::new(),
        url: "https://status.example.org/desk/alerts/7".to_owned(),
        link: "Open".to_owned(),
        at: Timestamp::from_ms(1_790_000_000_000),
    }
}

fn hook(url: &str) -> Channel {
    Channel::Webhook {
        url: Secret::new(url.to_owned()),
        key: Some(Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())),
    }
}

async fn send(channel: &Channel) -> Answer {
    Sender::new().unwrap().send(channel, &message(), Timestamp::from_ms(1_790_000_001_000)).await
}

#[tokio::test]
async fn what_is_taken_came_as_it_was_made() {
    let (address, seen) = server().await;
    assert_eq!(send(&hook(&format!("http://{address}/taken"))).await, Answer::Taken);
    let gotify = Channel::Gotify { url: format!("http://{address}/taken/"), token: Secret::new("A1".to_owned()) };
    assert_eq!(send(&gotify).await, Answer::Taken);
    let seen = seen.lock().unwrap();
    let (headers, body) = &seen[0];
    assert!(headers["content-type"] == "application/json" && headers["webhook-id"] == "alert-7-oncall-1");
    assert!(
        headers["webhook-signature"].to_str().unwrap().starts_with("v1,")
            && headers["user-agent"].to_str().unwrap().starts_with("Yagura/")
    );
    assert!(std::str::from_utf8(body).unwrap().contains("ディスクが一杯"));
    assert_eq!(seen[1].0["x-gotify-key"], "A1");
}

#[tokio::test]
async fn what_fails_says_whether_to_try_again_and_never_where_it_went() {
    let (address, seen) = server().await;
    let at = |path: &str| hook(&format!("http://{address}/{path}?token=hidden"));
    let Answer::Later(None, why) = send(&at("fails")).await else { panic!("it may come back") };
    assert!(why.contains("502") && why.len() < 400, "what it says is cut: {}", why.len());
    assert_eq!(send(&at("slowly")).await, Answer::Later(Some(Duration::from_secs(42)), "status 429: slow down".to_owned()));
    assert!(matches!(send(&at("elsewhere")).await, Answer::Refused(why) if why.contains("307")));
    assert!(seen.lock().unwrap().is_empty(), "nothing is sent on to where a service leads");
    assert!(matches!(send(&at("nothing-here")).await, Answer::Refused(why) if why.contains("404")));
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let Answer::Later(None, why) = send(&hook(&format!("http://{gone}/x?token=hidden"))).await else {
        panic!("it may come back")
    };
    assert!(!why.contains("hidden") && !why.contains("token"), "{why}");
    assert!(matches!(send(&hook("no address")).await, Answer::Refused(_)));
}

#[tokio::test]
async fn one_that_hangs_up_in_the_middle_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    assert!(matches!(send(&hook(&format!("http://{address}/"))).await, Answer::Later(None, _)));
}
