//! Programs that take events: anybody's, by the Standard Webhooks specification (`standard-webhooks/standard-webhooks:spec`); PagerDuty
//! (`PagerDuty/developer-docs:events-API-v2`); an Apprise API server (`caronc/apprise-api`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::text::Secret;
use domain::time::Timestamp;
use hmac::{Hmac, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::{Request, below};
use crate::Message;
use crate::text::{Unit, fit, fit_escaped, line, uncalling};

/// What a key of a webhook begins with when it is written down; the rest is base64.
const KEY_PREFIX: &str = "whsec_";

/// The bytes of a key as it is written down; what is not written so is taken as it is.
fn key_bytes(key: &Secret) -> Vec<u8> {
    let written = key.expose();
    let decoded = written.strip_prefix(KEY_PREFIX).and_then(|rest| STANDARD.decode(rest).ok());
    decoded.unwrap_or_else(|| written.as_bytes().to_vec())
}

/// `v1,` and the signature of id, second and body.
pub(super) fn signature(key: &Secret, id: &str, second: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key_bytes(key)).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{second}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The name stays the same whenever it is tried again, so that it is taken once; the time is that of the attempt.
pub(super) fn webhook(url: &Secret, key: Option<&Secret>, message: &Message, now: Timestamp) -> Request {
    let facts: Map<String, Value> = message.facts.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let status = match (message.alert, message.say) {
        (None, _) => "test",
        (_, Say::Fires | Say::Again(_)) => "firing",
        (_, Say::Acknowledged) => "acknowledged",
        (_, Say::Over) => "resolved",
    };
    let kind = message.alert.map_or_else(|| "test".to_owned(), |_| format!("alert.{}", message.say.name()));
    let body = json!({
        "type": kind, "timestamp": message.at.to_string(),
        "data": { "alert": message.alert, "status": status, "severity": message.severity.name(), "title": message.title,
                  "text": message.text, "facts": facts, "url": message.url },
    });
    let second = now.as_ms().div_euclid(1_000);
    let request =
        Request::new(url.expose(), &body).with("webhook-id", message.key.clone()).with("webhook-timestamp", second.to_string());
    match key {
        Some(key) => {
            let signature = signature(key, &message.key, second, &request.body);
            request.with("webhook-signature", signature)
        }
        None => request,
    }
}

/// One alert there for each alert here: said again, it is the same one.
pub(super) fn pagerduty(url: &str, key: &Secret, message: &Message) -> Request {
    const SUMMARY_MAX: usize = 1_000;
    let action = match message.say {
        Say::Fires | Say::Again(_) => "trigger",
        Say::Acknowledged => "acknowledge",
        Say::Over => "resolve",
    };
    let severity = match message.severity {
        Severity::Sev1 => "critical",
        Severity::Sev2 => "error",
        Severity::Sev3 => "warning",
        Severity::Sev4 => "info",
    };
    let facts: Map<String, Value> = message.facts.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = json!({
        "routing_key": key.expose(), "event_action": action, "dedup_key": message.thread(), "client": "Yagura", "client_url": message.url,
        "payload": { "summary": fit(&line(&message.title), SUMMARY_MAX, Unit::Characters), "source": "yagura", "severity": severity,
                     "timestamp": message.at.to_string(), "custom_details": { "text": message.text, "facts": facts } },
        "links": [{ "href": message.url, "text": line(&message.link) }],
    });
    Request::new(below(url, "v2/enqueue"), &body)
}

/// As plain text, which Apprise makes harmless for its targets; nobody is called by it either.
pub(super) fn apprise(url: &Secret, tag: Option<&str>, message: &Message) -> Request {
    const TEXT_MAX: usize = 4_000;
    let kind = match (message.say, message.severity) {
        (Say::Over, _) => "success",
        (Say::Acknowledged, _) => "info",
        (_, Severity::Sev1 | Severity::Sev2) => "failure",
        _ => "warning",
    };
    let text = fit_escaped(&message.plain(), TEXT_MAX, Unit::Characters, uncalling);
    let mut body = json!({
        "title": line(&message.title).chars().map(uncalling).collect::<String>(), "body": format!("{text}\n{}", message.url),
        "type": kind, "format": "text",
    });
    if let (Some(tag), Some(fields)) = (tag, body.as_object_mut()) {
        fields.insert("tag".to_owned(), json!(tag));
    }
    Request::new(url.expose(), &body)
}
