//! What senders of alerts send, made into reports: Alertmanager's webhook (version 4) and Grafana's, which is like it
//! (`prometheus/alertmanager:notify/webhook/webhook.go`, `grafana/alerting:receivers/webhook`); the array that Prometheus and vmalert post to
//! `/api/v2/alerts` (`prometheus/prometheus:notifier`); and what scripts send. Pure.
//!
//! Tolerant like Alertmanager: keys that nobody knows are ignored, what is missing is made up for, and one bad alert does not take the others
//! with it. Nothing is ever concluded from what is not in a request: groups may be truncated, and batches are cut at random.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::label::{ALERT_NAME, Fingerprint, Pairs, SEVERITY};
use domain::alert::occurrence::{Report, Said};
use domain::alert::record::Origin;
use domain::time::Timestamp;
use serde_json::{Map, Value};

use crate::service::alerts::{Reported, address};

/// How long something is believed to fire that does not say until when: as Alertmanager's `resolve_timeout`.
const PROMISE_DEFAULT: Duration = Duration::from_secs(5 * 60);
/// Longest words about one alert that a script sends, in characters; annotations are cut, this is refused.
const SCRIPT_CHARS_MAX: usize = 4_000;
/// Keys that scripts may send.
const SCRIPT_KEYS: [&str; 11] =
    ["name", "status", "starts_at", "severity", "component", "summary", "description", "url", "runbook_url", "key", "labels"];
/// Addresses of an alert, and what they are called in here.
const ADDRESSES: [(&str, &str); 4] =
    [("generatorURL", "generator"), ("dashboardURL", "dashboard"), ("panelURL", "panel"), ("silenceURL", "silence")];

/// Something that cannot be read: where it stands, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) place: String,
    pub(super) expected: &'static str,
}

impl Wrong {
    fn new(place: impl Into<String>, expected: &'static str) -> Self {
        Self { place: place.into(), expected }
    }
}

/// What could be read, and what could not.
pub(super) type Read = (Vec<Reported>, Vec<Wrong>);

/// Texts by name. Numbers and truth values are taken as they are written; what is null is not there.
fn texts(given: Option<&Value>, place: &str) -> Result<BTreeMap<String, String>, Wrong> {
    let map = match given {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(Wrong::new(place, "an object of texts")),
    };
    let mut texts = BTreeMap::new();
    for (name, value) in map {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(is_so) => is_so.to_string(),
            Value::Array(_) | Value::Object(_) => return Err(Wrong::new(format!("{place}.{name}"), "a text")),
        };
        texts.insert(name.clone(), text);
    }
    Ok(texts)
}

/// A moment. Go's zero time, an empty text and null mean that there is none.
fn moment(given: Option<&Value>, place: &str) -> Result<Option<Timestamp>, Wrong> {
    let text = match given {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim(),
        Some(_) => return Err(Wrong::new(place, "a time such as 2026-11-22T03:04:05Z")),
    };
    if text.is_empty() || text.starts_with("0001-01-01T") {
        return Ok(None);
    }
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(|at| Some(Timestamp::from_jiff(at))).map_err(|_| Wrong::new(place, "a time such as 2026-11-22T03:04:05Z"))
}

fn links(alert: &Map<String, Value>, sender: Option<&str>) -> BTreeMap<String, String> {
    let given = ADDRESSES.iter().filter_map(|(key, name)| Some((*name, alert.get(*key)?.as_str()?)));
    let all = given.chain(sender.map(|sender| ("sender", sender)));
    all.filter_map(|(name, text)| Some((name.to_owned(), address(text)?))).collect()
}

/// One element of a list of alerts. `said`: whether it fires, by what stands in it.
fn one(
    value: &Value,
    place: &str,
    origin: Origin,
    sender: Option<&str>,
    now: Timestamp,
    said: impl FnOnce(&Map<String, Value>, Option<Timestamp>) -> Result<Said, Wrong>,
) -> Result<Reported, Wrong> {
    let Value::Object(alert) = value else { return Err(Wrong::new(place, "an object with `labels`")) };
    let labels = texts(alert.get("labels"), &format!("{place}.labels"))?;
    let labels: BTreeMap<String, String> = labels.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if labels.is_empty() {
        return Err(Wrong::new(format!("{place}.labels"), "at least one label"));
    }
    let annotations = texts(alert.get("annotations"), &format!("{place}.annotations"))?;
    let starts_at = moment(alert.get("startsAt"), &format!("{place}.startsAt"))?.unwrap_or(now);
    let ends_at = moment(alert.get("endsAt"), &format!("{place}.endsAt"))?;
    let said = said(alert, ends_at)?;
    let given = alert.get("fingerprint").and_then(Value::as_str).and_then(|text| text.parse::<Fingerprint>().ok());
    // What was cut to fit is part of what it is known by.
    let computed = || Fingerprint::of(labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let fingerprint = given.unwrap_or_else(computed);
    let labels = Pairs::labels(labels);
    Ok(Reported {
        origin,
        fingerprint,
        name: labels.get(ALERT_NAME).map(str::to_owned),
        annotations: Pairs::annotations(annotations),
        links: links(alert, sender),
        labels,
        report: Report { starts_at, said },
    })
}

/// The body of a webhook of Alertmanager, or of Grafana.
pub(super) fn webhook(body: &Value, origin: Origin, now: Timestamp) -> Result<Read, Wrong> {
    let Value::Object(message) = body else { return Err(Wrong::new("", "an object with `alerts`, as a webhook sends it")) };
    let Some(Value::Array(alerts)) = message.get("alerts") else { return Err(Wrong::new("alerts", "a list of alerts")) };
    let sender = message.get("externalURL").and_then(Value::as_str);
    let (mut read, mut wrong) = (Vec::with_capacity(alerts.len()), Vec::new());
    for (index, alert) in alerts.iter().enumerate() {
        let place = format!("alerts[{index}]");
        let taken = one(alert, &place, origin, sender, now, |alert, ends_at| {
            // Each alert's own status counts: that of the group is of all that were not cut off.
            match alert.get("status").and_then(Value::as_str) {
                Some("firing") => Ok(Said::Firing { until: None }),
                Some("resolved") => Ok(Said::Resolved { at: ends_at.unwrap_or(now) }),
                _ => Err(Wrong::new(format!("{place}.status"), "`firing` or `resolved`")),
            }
        });
        match taken {
            Ok(reported) => read.push(reported),
            Err(error) => wrong.push(error),
        }
    }
    Ok((read, wrong))
}

/// The body that Prometheus and vmalert post: a list, in which only the end tells whether something fires. An end that lies ahead is until
/// when they promise to say it again.
pub(super) fn direct(body: &Value, now: Timestamp) -> Result<Read, Wrong> {
    let alerts = match body {
        Value::Array(alerts) => alerts.as_slice(),
        Value::Null => &[],
        _ => return Err(Wrong::new("", "a list of alerts, as Prometheus sends it to Alertmanager")),
    };
    let (mut read, mut wrong) = (Vec::with_capacity(alerts.len()), Vec::new());
    for (index, alert) in alerts.iter().enumerate() {
        let taken = one(alert, &format!("[{index}]"), Origin::Alertmanager, None, now, |_, ends_at| {
            Ok(match ends_at {
                Some(at) if at <= now => Said::Resolved { at },
                Some(at) => Said::Firing { until: Some(at) },
                None => Said::Firing { until: Some(now.plus(PROMISE_DEFAULT)) },
            })
        });
        match taken {
            Ok(reported) => read.push(reported),
            Err(error) => wrong.push(error),
        }
    }
    Ok((read, wrong))
}

/// What a script says of one trouble, as JSON or as the fields of a form.
pub(super) fn script(body: &Map<String, Value>, now: Timestamp) -> Result<Reported, Wrong> {
    if let Some(unknown) = body.keys().find(|key| !SCRIPT_KEYS.contains(&key.as_str())) {
        let expected = "one of name, status, starts_at, severity, component, summary, description, url, runbook_url, key, labels";
        return Err(Wrong::new(unknown.clone(), expected));
    }
    let text = |key: &'static str| match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= SCRIPT_CHARS_MAX => {
            Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
        }
        Some(_) => Err(Wrong::new(key, "a text of at most 4,000 characters")),
    };
    let name = text("name")?.ok_or(Wrong::new("name", "what the trouble is called, such as DiskFull"))?;
    let said = match text("status")?.as_deref() {
        None | Some("firing") => Said::Firing { until: None },
        Some("resolved") => Said::Resolved { at: now },
        Some(_) => return Err(Wrong::new("status", "`firing` or `resolved`; left out: `firing`")),
    };
    let mut labels = texts(body.get("labels"), "labels")?;
    labels.insert(ALERT_NAME.to_owned(), name.clone());
    labels.extend(text("component")?.map(|component| ("component".to_owned(), component)));
    labels.retain(|_, value| !value.is_empty());
    // How grave it is may change while it goes on: it stays the same trouble.
    let known_by =
        || Fingerprint::of(labels.iter().filter(|(name, _)| *name != SEVERITY).map(|(name, value)| (&**name, &**value)));
    let fingerprint = match text("key")? {
        None => known_by(),
        Some(key) => key.parse().map_err(|_| Wrong::new("key", "1 to 128 visible ASCII characters without spaces"))?,
    };
    labels.extend(text("severity")?.map(|severity| (SEVERITY.to_owned(), severity)));
    let mut annotations = BTreeMap::new();
    for key in ["summary", "description", "runbook_url"] {
        annotations.extend(text(key)?.map(|text| (key.to_owned(), text)));
    }
    let url = text("url")?.and_then(|text| address(&text));
    Ok(Reported {
        origin: Origin::Script,
        fingerprint,
        name: Some(name),
        labels: Pairs::labels(labels),
        annotations: Pairs::annotations(annotations),
        links: url.map(|url| ("generator".to_owned(), url)).into_iter().collect(),
        // Most scripts know no beginning: it is the same trouble as long as it fires.
        report: Report { starts_at: moment(body.get("starts_at"), "starts_at")?.unwrap_or(now), said },
    })
}

#[cfg(test)]
mod tests;
