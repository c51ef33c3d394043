//! What tests lean on: a server within this process whose clock they move, the real program as a process, services that misbehave on
//! command, and waiting for things to happen instead of for time to pass.

pub mod clock;
pub mod http;
pub mod process;
pub mod receiver;
pub mod sample;
pub mod server;
pub mod target;
pub mod visitor;
pub mod weight;

use std::time::Duration;

/// Longest that anything may take to happen on a machine under load. Nothing is ever expected to take this long; it only ends tests
/// that would hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until `ask` gives an answer.
///
/// # Panics
/// When it has not after 30 s; `what` says what was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(tokio::time::error::Elapsed { .. }) => panic!("it did not happen: {what}"),
    }
}
