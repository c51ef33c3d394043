//! Channels: where the people on duty are told, with the secrets that it takes. An address of a webhook is a secret itself.

use domain::text::Secret;
use percent_encoding::percent_decode_str;
use url::{Position, Url};

use crate::mail::{Addresses, Server};

/// Where and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Any program, by the Standard Webhooks specification.
    Webhook {
        /// Its address.
        url: Secret,
        /// The bytes with which what is sent is signed, so that the program knows that it came from here.
        key: Option<Secret>,
    },
    /// E-mail.
    Mail {
        /// By which server.
        server: Box<Server>,
        /// From whom to whom.
        addresses: Addresses,
    },
    /// Slack, by an incoming webhook.
    Slack {
        /// Its address.
        url: Secret,
    },
    /// Discord, by a webhook.
    Discord {
        /// Its address.
        url: Secret,
    },
    /// Microsoft Teams, by a workflow.
    Teams {
        /// Its address.
        url: Secret,
    },
    /// Mattermost, by an incoming webhook.
    Mattermost {
        /// Its address.
        url: Secret,
    },
    /// Telegram, by a bot.
    Telegram {
        /// Where its API is: `https://api.telegram.org`.
        url: String,
        /// The bot's token.
        token: Secret,
        /// Whom: a number, or `@channel`.
        chat: String,
        /// The topic of a forum.
        topic: Option<i64>,
    },
    /// ntfy.
    Ntfy {
        /// The server, such as `https://ntfy.sh`.
        url: String,
        /// The topic; on an open server who knows it can read along.
        topic: Secret,
        /// An access token.
        token: Option<Secret>,
    },
    /// Gotify.
    Gotify {
        /// The server.
        url: String,
        /// The token of an application.
        token: Secret,
    },
    /// Pushover.
    Pushover {
        /// Where its API is: `https://api.pushover.net`.
        url: String,
        /// The token of an application.
        token: Secret,
        /// The key of a user or group.
        user: Secret,
    },
    /// PagerDuty, by Events API v2.
    PagerDuty {
        /// Where its API is: `https://events.pagerduty.com`.
        url: String,
        /// The integration's key.
        key: Secret,
    },
    /// Misskey: a note.
    Misskey {
        /// The server.
        url: String,
        /// A token with the permission `write:notes`.
        token: Secret,
        /// Ids of those who shall see it, a direct note; empty: followers see it.
        to: Vec<String>,
    },
    /// An Apprise API server, for all the rest.
    Apprise {
        /// The address that ends in `/notify/<key>`.
        url: Secret,
        /// Which of the targets that are configured there; none: all.
        tag: Option<String>,
    },
}

impl Channel {
    /// The name of the kind, in the configuration.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Mail { .. } => "mail",
            Self::Slack { .. } => "slack",
            Self::Discord { .. } => "discord",
            Self::Teams { .. } => "teams",
            Self::Mattermost { .. } => "mattermost",
            Self::Telegram { .. } => "telegram",
            Self::Ntfy { .. } => "ntfy",
            Self::Gotify { .. } => "gotify",
            Self::Pushover { .. } => "pushover",
            Self::PagerDuty { .. } => "pagerduty",
            Self::Misskey { .. } => "misskey",
            Self::Apprise { .. } => "apprise",
        }
    }

    /// Everything about it that nobody may read, the longest first, and what is left of an address where it is repeated in part.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let secrets: Vec<&Secret> = match self {
            Self::Webhook { url, key } => std::iter::once(url).chain(key).collect(),
            Self::Mail { server, .. } => server.login.iter().map(|(_, password)| password).collect(),
            Self::Slack { url }
            | Self::Discord { url }
            | Self::Teams { url }
            | Self::Mattermost { url }
            | Self::Apprise { url, .. } => vec![url],
            Self::Telegram { token, .. } | Self::Gotify { token, .. } | Self::Misskey { token, .. } => vec![token],
            Self::Ntfy { topic, token, .. } => std::iter::once(topic).chain(token).collect(),
            Self::Pushover { token, user, .. } => vec![token, user],
            Self::PagerDuty { key, .. } => vec![key],
        };
        let mut all: Vec<String> = secrets.into_iter().flat_map(|secret| parts(secret.expose())).collect();
        all.sort_by_key(|part| std::cmp::Reverse(part.len()));
        all.dedup();
        all
    }
}

/// Shorter parts of an address are words that say nothing: `api`, `v1`, `hooks`.
const PART_BYTES_MIN: usize = 6;

/// A secret, and if it is an address what it consists of, as written and as meant.
fn parts(secret: &str) -> Vec<String> {
    let mut parts = vec![secret.to_owned()];
    if let Ok(url) = Url::parse(secret) {
        let after_host = &url[Position::BeforePath..Position::AfterQuery];
        let words = after_host.split(['/', '?', '&', '=']).chain([url.username()]);
        let words = words.flat_map(|word| [word.to_owned(), percent_decode_str(word).decode_utf8_lossy().into_owned()]);
        parts.push(after_host.to_owned());
        parts.extend(url.password().map(str::to_owned));
        parts.extend(words.filter(|word| word.len() >= PART_BYTES_MIN));
    }
    parts.retain(|part| part.len() > 1);
    parts
}
