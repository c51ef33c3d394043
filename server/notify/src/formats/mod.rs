//! What each service is sent: its address, its headers and its body, made of a channel and a message. Pure. Limits and meanings are those that the
//! services document; each file names its sources. Every text that may come from anywhere is made harmless for the service that shows it.

mod chat;
mod events;
mod push;
#[cfg(test)]
mod tests;

use domain::text::Secret;
use domain::time::Timestamp;
use serde_json::Value;

use crate::Message;
use crate::channel::Channel;

/// A request: always a POST of JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) url: Secret,
    /// Beside those that every request has.
    pub(crate) headers: Vec<(&'static str, Secret)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    fn new(url: impl Into<String>, body: &Value) -> Self {
        Self { url: Secret::new(url.into()), headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Secret::new(value.into())));
        self
    }
}

/// The address of something below a server's own.
fn below(url: &str, path: &str) -> String {
    format!("{}/{path}", url.trim_end_matches('/'))
}

/// What a channel is sent over HTTP; none: it is no service that is reached so. `now`: when this attempt is made.
pub(crate) fn request(channel: &Channel, message: &Message, now: Timestamp) -> Option<Request> {
    Some(match channel {
        Channel::Mail { .. } => return None,
        Channel::Webhook { url, key } => events::webhook(url, key.as_ref(), message, now),
        Channel::Slack { url } => chat::slack(url, message),
        Channel::Discord { url } => chat::discord(url, message),
        Channel::Teams { url } => chat::teams(url, message),
        Channel::Mattermost { url } => chat::mattermost(url, message),
        Channel::Telegram { url, token, chat, topic } => chat::telegram(url, token, (chat, *topic), message),
        Channel::Misskey { url, token, to } => chat::misskey(url, token, to, message),
        Channel::Ntfy { url, topic, token } => push::ntfy(url, topic, token.as_ref(), message),
        Channel::Gotify { url, token } => push::gotify(url, token, message),
        Channel::Pushover { url, token, user } => push::pushover(url, (token, user), message),
        Channel::PagerDuty { url, key } => events::pagerduty(url, key, message),
        Channel::Apprise { url, tag } => events::apprise(url, tag.as_deref(), message),
    })
}
