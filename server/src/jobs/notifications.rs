//! Sends what is to be said to the people on duty: one message at a time on each channel, each in a task of its own, so that one that hangs delays
//! no other.

use std::sync::Arc;
use std::time::Duration;

use notify::answer::Answer;
use notify::send::{Sender, TIMEOUT};
use probe::clock::Clock;
use tokio::task::JoinSet;

use crate::service::desk::Desk;
use crate::service::notifications::Sending;

/// How often it is looked for what is to be tried again.
const EVERY: Duration = Duration::from_secs(1);
/// Longest that one attempt may take, whatever it does.
const PATIENCE: Duration = TIMEOUT.saturating_mul(3);

/// Sends for ever.
pub(crate) async fn run(desk: Arc<Desk>, clock: Arc<dyn Clock>, sender: Sender) {
    // Dropped with this task: what was under way is sent again after the next start.
    let mut under_way = JoinSet::new();
    loop {
        for sending in desk.sendings() {
            under_way.spawn(deliver(Arc::clone(&desk), sender.clone(), sending));
        }
        while under_way.try_join_next().is_some() {}
        tokio::select! {
            () = desk.outbox_woken() => {}
            () = clock.sleep_until(clock.elapsed() + EVERY) => {}
        }
    }
}

async fn deliver(desk: Arc<Desk>, sender: Sender, sending: Sending) {
    let answer = match sending.channel.clone() {
        None => Answer::Refused("there is no such channel any more".to_owned()),
        Some(channel) => {
            let (message, now) = (sending.message.clone(), desk.now());
            // In a task of its own: whatever goes wrong in there, the channel is free again.
            let attempt = tokio::spawn(async move { sender.send(&channel, &message, now).await });
            let abort = attempt.abort_handle();
            match tokio::time::timeout(PATIENCE, attempt).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => Answer::Later(None, format!("the attempt ended by a fault of Yagura: {error}")),
                Err(tokio::time::error::Elapsed { .. }) => {
                    abort.abort();
                    Answer::Later(None, "no answer came in time".to_owned())
                }
            }
        }
    };
    desk.delivered(sending, &answer).await;
}
