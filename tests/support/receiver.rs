//! A receiver of notifications that keeps what it gets, and fails, hangs or asks for patience on command.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    /// Takes it.
    Takes,
    /// 503.
    Fails,
    /// 429, and asks to be left alone for a minute.
    IsBusy,
    /// 400.
    Refuses,
    /// Never answers.
    Hangs,
}

/// A message that it got.
#[derive(Clone, Debug)]
pub struct Got {
    /// What it is called.
    pub id: String,
    /// What it says.
    pub body: Value,
    /// True when it was taken.
    pub was_taken: bool,
}

impl Got {
    /// Its title.
    pub fn title(&self) -> &str {
        self.body["data"]["title"].as_str().unwrap_or_default()
    }

    /// Its type: `alert.fires`.
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default()
    }
}

#[derive(Debug)]
struct Shared {
    answering: Mutex<Answering>,
    got: Mutex<Vec<Got>>,
}

/// A running receiver.
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let answering = *locked(&shared.answering);
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    locked(&shared.got).push(Got { id, body, was_taken: answering == Answering::Takes });
    match answering {
        Answering::Takes => StatusCode::NO_CONTENT.into_response(),
        Answering::Fails => (StatusCode::SERVICE_UNAVAILABLE, "not now").into_response(),
        Answering::IsBusy => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "60")]).into_response(),
        Answering::Refuses => (StatusCode::BAD_REQUEST, "never").into_response(),
        Answering::Hangs => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            StatusCode::NO_CONTENT.into_response()
        }
    }
}

impl Receiver {
    /// Starts one that takes everything.
    ///
    /// # Panics
    /// When this machine has no free port.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared { answering: Mutex::new(Answering::Takes), got: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { address, shared, task }
    }

    /// What it does from now on.
    pub fn set(&self, answering: Answering) {
        *locked(&self.shared.answering) = answering;
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// All that it got, in order.
    pub fn got(&self) -> Vec<Got> {
        locked(&self.shared.got).clone()
    }

    /// What it took, in order.
    pub fn took(&self) -> Vec<Got> {
        self.got().into_iter().filter(|got| got.was_taken).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
