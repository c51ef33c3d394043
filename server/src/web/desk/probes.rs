//! One probe: what it is, what it saw, run now and pauses; and the form of those that are made here.

use std::collections::HashSet;
use std::time::Duration;

use app::data::desk::{DeskPage, FormState, ProbeEditPage};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::text::Slug;
use domain::time::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use store::definitions::{Definition, DefinitionKind};

use super::super::{Web, overview};
use super::form::{self, Sent, Typed, after};
use super::show::{Answer, done, form_page, query};
use super::visit::Visit;
use super::watching::{at_fields, choices, definition, slug};
use crate::service::problem::Problem;
use crate::service::watching::Wanted;

const HOUR: Duration = Duration::from_secs(3600);
/// "Until tomorrow" ends when people are at work again.
const MORNING: Time = Time::constant(9, 0, 0, 0);

/// Keys of each kind that the form has fields for, and the fields.
const ALWAYS: [(&str, &str); 3] = [("component", "component"), ("every", "every"), ("timeout", "timeout")];
const HTTP: [(&str, &str); 3] = [("url", "url"), ("method", "method"), ("body", "body")];
const TCP: [(&str, &str); 3] = [("host", "host"), ("send", "send"), ("expect", "expect")];
const HEARTBEAT: [(&str, &str); 4] = [("period", "period"), ("cron", "cron"), ("time_zone", "time_zone"), ("grace", "grace")];
/// Those that are sent, or sought, exactly as they are.
const EXACT: [&str; 3] = ["body", "send", "expect"];

fn known_slug(text: &str) -> Result<Slug, Problem> {
    slug(text).map_err(|_| Problem::NotFound("probe"))
}

async fn probe_page(web: &Web, visit: &Visit, slug: &Slug, change: impl FnOnce(&mut app::data::desk::ProbePage)) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Read, visit.now)?;
    let before = query(visit, "before").and_then(|ms| ms.parse().ok()).map(Timestamp::from_ms);
    let may_configure = caller.must(Permission::Configure, visit.now).is_ok();
    let mut shown = overview::probe(web, slug, visit.language, before, may_configure).await?;
    change(&mut shown);
    let form = shown.pause_form.clone();
    form_page(web, visit, &form, DeskPage::Probe(shown)).await
}

pub(super) async fn show(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    probe_page(&web, &visit, &known_slug(&slug)?, |_| ()).await
}

/// Runs it and shows what was seen, in place of a page to go on to: what was seen belongs to this one request.
pub(super) async fn run(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    let slug = known_slug(&slug)?;
    match web.desk.run_probe(&visit.caller()?, &slug).await {
        Ok(seen) => probe_page(&web, &visit, &slug, |page| page.seen_now = Some(overview::result_row(&seen))).await,
        Err(problem) => after(Err::<(), _>(problem), &format!("/desk/probes/{slug}"), "saved"),
    }
}

/// When a pause ends, of what was chosen; `None`: when somebody says so.
fn pause_end(typed: &Typed, now: Timestamp, zone: &TimeZone) -> Result<Option<Timestamp>, Problem> {
    let local = |at: DateTime| {
        let zoned = at.to_zoned(zone.clone()).map_err(|_| Problem::invalid("until_at", "invalid-until"))?;
        Ok(Some(Timestamp::from_jiff(zoned.timestamp())))
    };
    match typed.get("until") {
        "1h" => Ok(Some(now.plus(HOUR))),
        "4h" => Ok(Some(now.plus(HOUR * 4))),
        "tomorrow" => {
            let today = now.to_jiff().to_zoned(zone.clone()).date();
            local(today.tomorrow().map_err(|_| Problem::invalid("until", "invalid-until"))?.to_datetime(MORNING))
        }
        "open" => Ok(None),
        "at" => {
            let at = typed.get("until_at").parse::<DateTime>().map_err(|_| Problem::invalid("until_at", "invalid-until"))?;
            local(at)
        }
        _ => Err(Problem::invalid("until", "invalid-until")),
    }
}

pub(super) async fn pause(State(web): State<Web>, visit: Visit, Path(slug): Path<String>, sent: Sent) -> Answer {
    let (slug, typed) = (known_slug(&slug)?, Typed::from(sent));
    // Before anything is said about what was typed.
    visit.caller()?.must(Permission::OperateProbes, visit.now)?;
    let zone = web.monitoring.offer().time_zone.clone();
    let outcome = match pause_end(&typed, visit.now, &zone) {
        Ok(until) => web.desk.pause(&visit.caller()?, &slug, until, typed.get("reason")).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = outcome else { return Ok(done(&format!("/desk/probes/{slug}"), "paused")) };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    refusal.with(probe_page(&web, &visit, &slug, |page| page.pause_form = form).await)
}

pub(super) async fn resume(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    let slug = known_slug(&slug)?;
    after(web.desk.resume(&visit.caller()?, &slug).await, &format!("/desk/probes/{slug}"), "resumed")
}

async fn edit_page(web: &Web, visit: &Visit, slug: Option<String>, form: FormState) -> Answer {
    visit.caller()?.must(Permission::Configure, visit.now)?;
    let whole = web.desk.configuration.whole();
    let known = match &slug {
        Some(slug) => Some(definition(web, DefinitionKind::Probe, slug)?),
        None => None,
    };
    let shown = ProbeEditPage {
        slug,
        components: choices(web, visit.language),
        references: whole.config.desk.references.iter().map(ToString::to_string).collect(),
        untouched: known.map(|known| untouched(&body_of(&known))).unwrap_or_default(),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::ProbeEdit(shown)).await
}

pub(super) async fn show_new(State(web): State<Web>, visit: Visit) -> Answer {
    let mut form = FormState::default().with("component", query(&visit, "component").unwrap_or_default());
    let presets = [("kind", "http"), ("every", "1m"), ("timeout", "10s"), ("confirm_down", "3"), ("confirm_up", "2")];
    for (name, value) in presets.into_iter().chain([("method", "GET"), ("schedule", "period"), ("grace", "5m")]) {
        form = form.with(name, value);
    }
    edit_page(&web, &visit, None, form).await
}

pub(super) async fn show_edit(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.caller()?.must(Permission::Configure, visit.now)?;
    let known = definition(&web, DefinitionKind::Probe, &slug)?;
    edit_page(&web, &visit, Some(slug), from_definition(&known)).await
}

fn body_of(known: &Definition) -> Value {
    serde_json::from_str(&known.body).unwrap_or_default()
}

/// A leaf as it is typed.
fn typed_as(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn from_definition(known: &Definition) -> FormState {
    let body = body_of(known);
    let kind = ["http", "tcp", "heartbeat"].into_iter().find(|kind| body.get(kind).is_some()).unwrap_or("http");
    let mut form =
        FormState::default().with("slug", known.slug.as_str()).with("version", known.version.to_string()).with("kind", kind);
    let pairs = |of: &Value, keys: &[(&str, &str)]| -> Vec<(String, String)> {
        keys.iter().map(|(key, field)| ((*field).to_owned(), typed_as(&of[*key]))).collect()
    };
    let lines = |list: &Value| list.as_array().into_iter().flatten().map(typed_as).collect::<Vec<_>>().join("\n");
    let mut values = pairs(&body, &ALWAYS);
    values.extend(pairs(&body["confirm"], &[("down", "confirm_down"), ("up", "confirm_up")]));
    values.extend(pairs(&body["http"], &HTTP));
    values.extend(pairs(&body["http"], &[("redirects", "redirects")]));
    values.extend(pairs(&body["tcp"], &TCP));
    values.extend(pairs(&body["tcp"], &[("port", "port")]));
    values.extend(pairs(&body["heartbeat"], &HEARTBEAT));
    let headers = body["http"]["headers"].as_object().into_iter().flatten();
    let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {}", typed_as(value))).collect();
    values.push(("headers".to_owned(), headers.join("\n")));
    values.push(("conditions".to_owned(), lines(&body["http"]["conditions"])));
    values.push(("degraded".to_owned(), lines(&body["http"]["degraded"])));
    let schedule = if body["heartbeat"].get("cron").is_some() { "cron" } else { "period" };
    values.push(("schedule".to_owned(), schedule.to_owned()));
    form.values.extend(values);
    form
}

/// Keys that the form has no field for.
fn untouched(body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |prefix: &str, of: &Value, known: &[&str]| {
        let keys = of.as_object().into_iter().flatten().map(|(key, _)| key);
        found.extend(keys.filter(|key| !known.contains(&key.as_str())).map(|key| format!("{prefix}{key}")));
    };
    look("", body, &["slug", "component", "every", "timeout", "confirm", "http", "tcp", "heartbeat"]);
    look("http.", &body["http"], &["url", "method", "body", "redirects", "headers", "conditions", "degraded"]);
    look("tcp.", &body["tcp"], &["host", "port", "send", "expect"]);
    look("heartbeat.", &body["heartbeat"], &["period", "cron", "time_zone", "grace", "token"]);
    found
}

/// Sets a key, or takes it out when nothing was typed.
fn set(map: &mut Map<String, Value>, key: &str, value: &str) {
    if value.is_empty() { drop(map.remove(key)) } else { drop(map.insert(key.to_owned(), value.into())) }
}

/// Sets a key to what was typed in a field. Of a text that is sent as it is, no space is lost, and one that nobody changed stays what it
/// was: browsers make other line ends of those that it had.
fn set_typed(map: &mut Map<String, Value>, (key, field): (&str, &str), typed: &Typed) {
    if !EXACT.contains(&key) {
        return set(map, key, typed.get(field));
    }
    let value = typed.exact(field);
    let is_changed = |before: &Value| as_browsers_have_it(&typed_as(before)) != as_browsers_have_it(value);
    if map.get(key).is_none_or(is_changed) {
        set(map, key, value);
    }
}

/// A text as a field of a form holds it.
fn as_browsers_have_it(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}

/// Numbers are numbers in the file; what is none stays a text, of which the reader says what is wrong with it.
fn number(text: &str) -> Value {
    text.parse::<u32>().map_or_else(|_| text.into(), Value::from)
}

fn set_number(map: &mut Map<String, Value>, key: &str, value: &str) {
    if value.is_empty() { drop(map.remove(key)) } else { drop(map.insert(key.to_owned(), number(value))) }
}

fn set_lines(map: &mut Map<String, Value>, key: &str, text: &str) {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { drop(map.remove(key)) } else { drop(map.insert(key.to_owned(), lines.into())) }
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// As it would stand in the file: what was there before, with what the form has fields for.
fn to_body(slug: &str, typed: &Typed, before: &Value) -> Result<Value, Problem> {
    let mut body = object(Some(before));
    body.insert("slug".to_owned(), slug.into());
    let kind = typed.get("kind");
    set(&mut body, "component", typed.get("component"));
    for other in ["http", "tcp", "heartbeat"].into_iter().filter(|other| *other != kind) {
        body.remove(other);
    }
    if kind == "heartbeat" {
        // It is called, and judged once: it has no interval of its own.
        for key in ["every", "timeout", "confirm", "outside"] {
            body.remove(key);
        }
    } else {
        set(&mut body, "every", typed.get("every"));
        set(&mut body, "timeout", typed.get("timeout"));
        let mut confirm = object(body.get("confirm"));
        set_number(&mut confirm, "down", typed.get("confirm_down"));
        set_number(&mut confirm, "up", typed.get("confirm_up"));
        if confirm.is_empty() { drop(body.remove("confirm")) } else { drop(body.insert("confirm".to_owned(), confirm.into())) }
    }
    let mut part = object(body.get(kind));
    match kind {
        "http" => {
            HTTP.into_iter().for_each(|pair| set_typed(&mut part, pair, typed));
            set_number(&mut part, "redirects", typed.get("redirects"));
            set_lines(&mut part, "conditions", typed.get("conditions"));
            set_lines(&mut part, "degraded", typed.get("degraded"));
            let headers = headers(typed.get("headers"))?;
            if headers.is_empty() {
                drop(part.remove("headers"));
            } else {
                drop(part.insert("headers".to_owned(), headers.into()));
            }
        }
        "tcp" => {
            TCP.into_iter().for_each(|pair| set_typed(&mut part, pair, typed));
            set_number(&mut part, "port", typed.get("port"));
        }
        "heartbeat" => {
            HEARTBEAT.iter().for_each(|(key, field)| set(&mut part, key, typed.get(field)));
            let unused: &[&str] = if typed.get("schedule") == "cron" { &["period"] } else { &["cron", "time_zone"] };
            unused.iter().for_each(|key| drop(part.remove(*key)));
        }
        _ => return Err(Problem::invalid("kind", "invalid-kind")),
    }
    body.insert(kind.to_owned(), part.into());
    Ok(Value::Object(body))
}

/// One `Name: value` a line, each name once, however it is written.
fn headers(text: &str) -> Result<Map<String, Value>, Problem> {
    let (mut headers, mut names) = (Map::new(), HashSet::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let pair = line.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
        let Some((name, value)) = pair.filter(|(name, _)| names.insert(name.to_ascii_lowercase())) else {
            return Err(Problem::invalid("headers", "invalid-headers"));
        };
        headers.insert(name.to_owned(), value.into());
    }
    Ok(headers)
}

/// Where in the form a mistake belongs.
fn field(path: &str) -> String {
    let path = path.split('[').next().unwrap_or_default();
    match path {
        "confirm.down" | "confirm.up" => path.replace('.', "_"),
        "http" => "url".to_owned(),
        "tcp" => "host".to_owned(),
        "heartbeat" => "schedule".to_owned(),
        _ => match path.split_once('.') {
            Some(("http", rest)) if rest.starts_with("headers") => "headers".to_owned(),
            Some(("http" | "tcp" | "heartbeat", rest)) => rest.to_owned(),
            _ => path.to_owned(),
        },
    }
}

async fn keep(web: &Web, visit: &Visit, known: Option<String>, typed: Typed) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::Configure, visit.now)?;
    let before = match &known {
        Some(slug) => body_of(&definition(web, DefinitionKind::Probe, slug)?),
        None => Value::Null,
    };
    let wanted = slug(known.as_deref().unwrap_or_else(|| typed.get("slug"))).and_then(|slug| {
        let body = to_body(slug.as_str(), &typed, &before)?;
        Ok(Wanted { kind: DefinitionKind::Probe, slug, body, version: known.is_some().then(|| typed.version()) })
    });
    let outcome = match wanted {
        Ok(wanted) => {
            let slug = wanted.slug.clone();
            web.desk.define(&caller, wanted).await.map(|_| slug)
        }
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(slug) => Ok(done(&format!("/desk/probes/{slug}"), "saved")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, at_fields(problem, field), visit)?;
            refusal.with(edit_page(web, visit, known, form).await)
        }
    }
}

pub(super) async fn make(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    keep(&web, &visit, None, sent.into()).await
}

pub(super) async fn change(State(web): State<Web>, visit: Visit, Path(slug): Path<String>, sent: Sent) -> Answer {
    keep(&web, &visit, Some(slug), sent.into()).await
}

pub(super) async fn remove(State(web): State<Web>, visit: Visit, Path(slug): Path<String>, sent: Sent) -> Answer {
    let version = Typed::from(sent).version();
    let slug = known_slug(&slug)?;
    let outcome = web.desk.remove_definition(&visit.caller()?, DefinitionKind::Probe, &slug, version).await;
    after(outcome, "/desk/components", "removed")
}

#[cfg(test)]
mod tests {
    use axum::Form;
    use serde_json::json;

    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        Typed::from(Form(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()))
    }

    #[test]
    fn a_form_that_is_opened_and_sent_unchanged_changes_nothing() {
        let bodies = [
            json!({"slug": "web", "component": "web", "every": "30s", "timeout": "5s", "confirm": {"down": 2, "up": 1}, "outside": false,
                "http": {"url": "https://a/", "method": "POST", "body": "x", "redirects": 3, "headers": {"Accept": "text/html", "X-Key": "${KEY}"},
                "conditions": ["[STATUS] == 200", "[BODY].a == 1"], "degraded": ["[RESPONSE_TIME] < 500"], "tls": {"skip_verify": true}}}),
            json!({"slug": "db", "component": "web", "every": "30s", "timeout": "5s", "tcp": {"host": "db", "port": 5432, "send": "x", "expect": "y"}}),
            json!({"slug": "mail", "component": "web", "tcp": {"host": "mx", "port": 25, "send": "PING\r\n", "expect": "\r+PONG \r\n\n"}}),
            json!({"slug": "soap", "component": "web", "http": {"url": "https://a/", "method": "POST", "body": "\n a: b\r\n\r\n"}}),
            json!({"slug": "job", "component": "web", "heartbeat": {"token": "t", "cron": "0 3 * * *", "time_zone": "Asia/Tokyo", "grace": "10m"}}),
        ];
        for body in bodies {
            let at = Timestamp::from_ms(0);
            let slug: Slug = body["slug"].as_str().unwrap().parse().unwrap();
            let known = Definition {
                kind: DefinitionKind::Probe,
                slug: slug.clone(),
                body: body.to_string(),
                ordinal: 0,
                created_at: at,
                updated_at: at,
                version: 1,
            };
            let form = Typed::from(Form(from_definition(&known).values));
            assert_eq!(to_body(slug.as_str(), &form, &body).unwrap(), body);
        }
    }

    #[test]
    fn what_is_sent_as_it_is_keeps_its_spaces() {
        let before = json!({"slug": "a", "component": "web", "tcp": {"host": "db", "send": "PING\r\n"}});
        let form = typed(&[("kind", "tcp"), ("component", "web"), ("host", " db "), ("send", " QUIT\r\n"), ("expect", "")]);
        let expected = json!({"slug": "a", "component": "web", "tcp": {"host": "db", "send": " QUIT\n"}});
        assert_eq!(to_body("a", &form, &before).unwrap(), expected);
        let form = typed(&[("kind", "tcp"), ("component", "web"), ("host", "db"), ("send", "")]);
        assert_eq!(to_body("a", &form, &before).unwrap()["tcp"], json!({"host": "db"}), "what is emptied is taken out");
    }

    #[test]
    fn a_header_stands_once() {
        assert_eq!(headers("Accept: a\n\n X-A : b:c ").unwrap().len(), 2);
        for wrong in ["Accept: a\nAccept: b", "Accept: a\nACCEPT : b", "Accept"] {
            let Err(Problem::Invalid(all)) = headers(wrong) else { panic!("{wrong} was taken") };
            assert_eq!((all[0].field.as_str(), all[0].key), ("headers", "invalid-headers"));
        }
    }

    #[test]
    fn another_kind_takes_nothing_of_the_one_before_along() {
        let before = json!({"slug": "a", "component": "web", "every": "30s", "http": {"url": "https://a/"}});
        let form = typed(&[("kind", "heartbeat"), ("component", "web"), ("schedule", "period"), ("period", "1h"), ("cron", "x")]);
        let expected = json!({"slug": "a", "component": "web", "heartbeat": {"period": "1h"}});
        assert_eq!(to_body("a", &form, &before).unwrap(), expected);
    }

    #[test]
    fn what_the_form_cannot_show_is_named_and_kept() {
        let body = json!({"slug": "a", "outside": false, "http": {"url": "https://a/", "tls": {}, "auth": {}}});
        assert_eq!(untouched(&body), ["outside", "http.auth", "http.tls"]);
    }

    #[test]
    fn mistakes_stand_beside_their_fields() {
        for (path, expected) in [
            ("http.url", "url"),
            ("http.conditions[1]", "conditions"),
            ("http.headers.X-Key", "headers"),
            ("confirm.down", "confirm_down"),
            ("every", "every"),
            ("heartbeat", "schedule"),
        ] {
            assert_eq!(field(path), expected);
        }
    }

    #[test]
    fn until_tomorrow_is_the_next_morning_of_the_site() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        // 2026-04-12T03:00:00Z, noon in Tokyo.
        let now = Timestamp::from_ms(1_775_962_800_000);
        let until = pause_end(&typed(&[("until", "tomorrow")]), now, &zone).unwrap().unwrap();
        assert_eq!(until.to_string(), "2026-04-13T00:00:00.000Z");
        let at = pause_end(&typed(&[("until", "at"), ("until_at", "2026-04-12T18:30")]), now, &zone).unwrap().unwrap();
        assert_eq!(at.to_string(), "2026-04-12T09:30:00.000Z");
        assert!(pause_end(&typed(&[("until", "open")]), now, &zone).unwrap().is_none());
        assert!(pause_end(&typed(&[("until", "at"), ("until_at", "soon")]), now, &zone).is_err());
    }
}
