//! Phones: ntfy (`binwiederhier/ntfy:docs/publish.md`), Gotify (`gotify/server:api/message.go`), Pushover (`pushover.net/api`).

use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::text::Secret;
use serde_json::json;

use super::{Request, below};
use crate::Message;
use crate::text::{Unit, fit, line};

/// JSON goes to the server itself, not to the topic. What is longer becomes a file.
pub(super) fn ntfy(url: &str, topic: &Secret, token: Option<&Secret>, message: &Message) -> Request {
    const TITLE_MAX: usize = 250;
    const TEXT_MAX: usize = 3_500;
    let (priority, tag) = match (message.say, message.severity) {
        (Say::Over, _) => (3, "white_check_mark"),
        (Say::Acknowledged, _) => (2, "hammer_and_wrench"),
        (_, Severity::Sev1) => (5, "rotating_light"),
        (_, Severity::Sev2) => (4, "warning"),
        (_, Severity::Sev3) => (3, "warning"),
        (_, Severity::Sev4) => (2, "information_source"),
    };
    let body = json!({
        "topic": topic.expose(), "title": fit(&line(&message.title), TITLE_MAX, Unit::Bytes), "priority": priority, "tags": [tag],
        "message": fit(&message.plain(), TEXT_MAX, Unit::Bytes), "click": message.url,
        "actions": [{ "action": "view", "label": line(&message.link), "url": message.url, "clear": true }],
    });
    let request = Request::new(below(url, ""), &body);
    match token {
        Some(token) => request.with("authorization", format!("Bearer {}", token.expose())),
        None => request,
    }
}

/// Plain text: in Markdown an image would be loaded by itself.
pub(super) fn gotify(url: &str, token: &Secret, message: &Message) -> Request {
    const TEXT_MAX: usize = 8_000;
    let priority = match (message.say, message.severity) {
        (Say::Over | Say::Acknowledged, _) => 4,
        (_, Severity::Sev1) => 10,
        (_, Severity::Sev2) => 8,
        (_, Severity::Sev3) => 5,
        (_, Severity::Sev4) => 2,
    };
    let text = format!("{}\n\n{}", message.plain(), message.url);
    let body = json!({
        "title": line(&message.title), "message": fit(text.trim(), TEXT_MAX, Unit::Bytes), "priority": priority,
        "extras": { "client::display": { "contentType": "text/plain" }, "client::notification": { "click": { "url": message.url } } },
    });
    Request::new(below(url, "message"), &body).with("x-gotify-key", token.expose())
}

/// The phone rings once for each message: repeating is done here. So no message is an emergency, which would ring on after it is over.
pub(super) fn pushover(url: &str, (token, user): (&Secret, &Secret), message: &Message) -> Request {
    const TITLE_MAX: usize = 250;
    const TEXT_MAX: usize = 1_000;
    const LINK_MAX: usize = 100;
    let priority = match (message.say, message.severity) {
        (Say::Over | Say::Acknowledged, _) | (_, Severity::Sev3) => 0,
        (_, Severity::Sev1 | Severity::Sev2) => 1,
        (_, Severity::Sev4) => -1,
    };
    // An empty text is refused.
    let text = message.plain();
    let text = if text.is_empty() { line(&message.title) } else { text };
    let body = json!({
        "token": token.expose(), "user": user.expose(), "title": fit(&line(&message.title), TITLE_MAX, Unit::Characters),
        "message": fit(&text, TEXT_MAX, Unit::Characters), "priority": priority, "url": message.url,
        "url_title": fit(&line(&message.link), LINK_MAX, Unit::Characters), "timestamp": message.at.as_ms().div_euclid(1_000),
    });
    Request::new(below(url, "1/messages.json"), &body)
}
