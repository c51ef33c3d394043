//! One channel of `notifications.channels`: which kind it is, where it leads, and with which secrets. Addresses of webhooks are secrets too, and
//! stand in no message.

use domain::text::Secret;
use lettre::message::Mailbox;
use notify::channel::Channel;
use notify::mail::{Addresses, Protection, Server};

use super::pem;
use super::reader::{Fields, Item, Reader};
use super::sections::optional;
use super::values;

/// The kinds, by the key under which each is configured.
pub(super) const KINDS: [&str; 13] = [
    "mail",
    "webhook",
    "slack",
    "discord",
    "teams",
    "mattermost",
    "telegram",
    "ntfy",
    "gotify",
    "pushover",
    "pagerduty",
    "misskey",
    "apprise",
];
/// Most people that one channel writes to.
const RECIPIENTS_MAX: usize = 50;
/// Ports where servers take mail, by how the way there is kept secret.
const PORT_START_TLS: u16 = 587;
const PORT_TLS: u16 = 465;
const PORT_PLAIN: u16 = 25;

/// Reads the one kind that is given.
pub(super) fn channel(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Channel> {
    let given: Vec<&'static str> = KINDS.into_iter().filter(|kind| fields.get(kind).is_some()).collect();
    let [kind] = given[..] else {
        let problem = match given[..] {
            [] if KINDS.iter().any(|kind| fields.has_misspelt(kind)) => return None,
            [] => "it is not said where this channel leads".to_owned(),
            _ => format!("`{}` are given", given.join("` and `")),
        };
        reader.wrong(&fields.item, problem, format!("one of `{}`", KINDS.join("`, `")));
        return None;
    };
    let item = fields.get(kind)?;
    match kind {
        "mail" => mail(reader, item),
        "webhook" => {
            let fields = reader.fields(item, &["url", "key"])?;
            let url = address(reader, &fields);
            let key = optional(&fields, "key", |item| values::secret(reader, item));
            Some(Channel::Webhook { url: url?, key: key? })
        }
        "slack" => only_address(reader, item).map(|url| Channel::Slack { url }),
        "discord" => only_address(reader, item).map(|url| Channel::Discord { url }),
        "teams" => only_address(reader, item).map(|url| Channel::Teams { url }),
        "mattermost" => only_address(reader, item).map(|url| Channel::Mattermost { url }),
        "apprise" => {
            let fields = reader.fields(item, &["url", "tag"])?;
            let url = address(reader, &fields);
            let tag = optional(&fields, "tag", |item| text(reader, item));
            Some(Channel::Apprise { url: url?, tag: tag? })
        }
        "telegram" => telegram(reader, item),
        "ntfy" => {
            let fields = reader.fields(item, &["topic", "token", "url"])?;
            let topic = required_secret(reader, &fields, "topic");
            let token = optional(&fields, "token", |item| values::secret(reader, item));
            Some(Channel::Ntfy { url: server(reader, &fields, Some("https://ntfy.sh"))?, topic: topic?, token: token? })
        }
        "gotify" => {
            let fields = reader.fields(item, &["url", "token"])?;
            let token = required_secret(reader, &fields, "token");
            Some(Channel::Gotify { url: server(reader, &fields, None)?, token: token? })
        }
        "pushover" => {
            let fields = reader.fields(item, &["token", "user", "url"])?;
            let (token, user) = (required_secret(reader, &fields, "token"), required_secret(reader, &fields, "user"));
            Some(Channel::Pushover {
                url: server(reader, &fields, Some("https://api.pushover.net"))?,
                token: token?,
                user: user?,
            })
        }
        "pagerduty" => {
            let fields = reader.fields(item, &["key", "url"])?;
            let key = required_secret(reader, &fields, "key");
            Some(Channel::PagerDuty { url: server(reader, &fields, Some("https://events.pagerduty.com"))?, key: key? })
        }
        _ => {
            let fields = reader.fields(item, &["url", "token", "to"])?;
            let token = required_secret(reader, &fields, "token");
            let to = optional(&fields, "to", |item| several(reader, &item, text));
            Some(Channel::Misskey { url: server(reader, &fields, None)?, token: token?, to: to?.unwrap_or_default() })
        }
    }
}

/// A text for a program.
fn text(reader: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    values::non_empty(reader, item).map(|text| text.value)
}

/// One thing, or a list of at most [`RECIPIENTS_MAX`].
fn several<'n, T>(
    reader: &mut Reader<'_>,
    item: &Item<'n>,
    read: impl Fn(&mut Reader<'_>, Item<'n>) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(elements) = item.elements() else { return read(reader, item.clone()).map(|one| vec![one]) };
    if elements.is_empty() || elements.len() > RECIPIENTS_MAX {
        reader.wrong(item, format!("{} are given", elements.len()), format!("1 to {RECIPIENTS_MAX}"));
        return None;
    }
    let count = elements.len();
    let all: Vec<T> = elements.into_iter().filter_map(|element| read(reader, element)).collect();
    (all.len() == count).then_some(all)
}

fn required_secret(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &'static str) -> Option<Secret> {
    fields.require(reader, key).and_then(|item| values::secret(reader, item))
}

/// `url`, where knowing the address is being allowed to send there.
fn address(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Secret> {
    let item = fields.require(reader, "url")?;
    values::http_url(reader, item).map(|url| Secret::new(url.into()))
}

fn only_address(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Secret> {
    let fields = reader.fields(item, &["url"])?;
    address(reader, &fields)
}

/// `url` of a server; `usual`: the one that most people use.
fn server(reader: &mut Reader<'_>, fields: &Fields<'_>, usual: Option<&str>) -> Option<String> {
    match (fields.get("url"), usual) {
        (None, Some(usual)) => Some(usual.to_owned()),
        _ => fields.require(reader, "url").and_then(|item| values::http_url(reader, item)).map(String::from),
    }
}

fn telegram(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Channel> {
    let fields = reader.fields(item, &["token", "chat", "topic", "url"])?;
    let token = required_secret(reader, &fields, "token");
    let chat = fields.require(reader, "chat").and_then(|item| text(reader, item));
    let topic = optional(&fields, "topic", |item| reader.integer(item, 1, u32::MAX));
    let url = server(reader, &fields, Some("https://api.telegram.org"));
    Some(Channel::Telegram { url: url?, token: token?, chat: chat?, topic: topic?.map(i64::from) })
}

/// An address of somebody: `a@example.org`, or `Name <a@example.org>`.
fn mailbox(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Mailbox> {
    let text = values::non_empty(reader, item)?;
    let read = text.value.parse().ok();
    if read.is_none() {
        reader.wrong_text(&text, "an address such as `on-duty@example.org` or `On duty <on-duty@example.org>`");
    }
    read
}

fn mail(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Channel> {
    let fields = reader.fields(item, &["host", "port", "security", "user", "password", "from", "to", "ca"])?;
    let host = fields.require(reader, "host").and_then(|item| values::host(reader, item));
    let port = optional(&fields, "port", |item| values::port(reader, item));
    let choices = [("starttls", Protection::StartTls), ("tls", Protection::Tls), ("none", Protection::None)];
    let protection = optional(&fields, "security", |item| values::choice(reader, item, &choices));
    let user = optional(&fields, "user", |item| text(reader, item));
    let password = optional(&fields, "password", |item| values::secret(reader, item));
    let from = fields.require(reader, "from").and_then(|item| mailbox(reader, item));
    let to = fields.require(reader, "to").and_then(|item| several(reader, &item, mailbox));
    let ca_pem = optional(&fields, "ca", |item| pem::authorities(reader, item));
    let (protection, user, password) = (protection?.unwrap_or_default(), user?, password?);
    if user.is_some() != password.is_some() {
        let problem = if user.is_some() { "a user without a password" } else { "a password without a user" };
        reader.wrong(&fields.item, problem, "both `user` and `password`, or neither");
        return None;
    }
    if protection == Protection::None && password.is_some() {
        reader.wrong(&fields.item, "with `security: none` the password would be sent in the clear", "`starttls` or `tls`");
        return None;
    }
    let usual = match protection {
        Protection::StartTls => PORT_START_TLS,
        Protection::Tls => PORT_TLS,
        Protection::None => PORT_PLAIN,
    };
    let server =
        Server { host: host?, port: port?.map_or(usual, u16::from), protection, login: user.zip(password), ca_pem: ca_pem? };
    Some(Channel::Mail { server: Box::new(server), addresses: Addresses { from: from?, to: to? } })
}
