//! The `http` kind of probe: request, authentication, TLS and conditions.

use axum::http::{HeaderName, HeaderValue};
use domain::probe::condition::Condition;
use domain::probe::spec::{ClientCertificate, HttpAuth, HttpSpec, REDIRECTS_MAX, TlsSpec};
use domain::text::Secret;
use url::Url;

use super::mistake::Mistake;
use super::pem;
use super::reader::{Fields, Item, Reader, Text, found, found_text, quote};
use super::sections::optional;
use super::substitute::{self, has_placeholder};
use super::tree::Kind;
use super::values::{self, code};

/// Stands for what is not shown.
pub(super) const HIDDEN: &str = "…";
/// Redirects that are followed when nothing is said.
const REDIRECTS_DEFAULT: u8 = 10;
/// What must hold when nothing is said.
const CONDITION_DEFAULT: &str = "[STATUS] < 400";
/// Most conditions in one list.
const CONDITIONS_MAX: usize = 50;
/// Longest method, in characters.
const METHOD_CHARS_MAX: usize = 32;
/// Methods that are suggested.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
/// Headers that belong to the connection or follow from the body: the HTTP library sets them.
const OWN_HEADERS: [&str; 8] =
    ["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/// `http`.
pub(super) fn http(reader: &mut Reader<'_>, item: Item<'_>) -> Option<HttpSpec> {
    let known = ["url", "method", "headers", "body", "auth", "redirects", "tls", "conditions", "degraded"];
    let fields = reader.fields(item, &known)?;
    let url = fields.require(reader, "url").and_then(|item| {
        let raw = item.raw();
        let url = values::http_url(reader, item)?;
        Some((shown_url(raw, &url), url))
    });
    let method = optional(&fields, "method", |item| method(reader, item));
    let headers = optional(&fields, "headers", |item| headers(reader, &item, fields.get("auth").is_some()));
    let body = optional(&fields, "body", |item| values::secret(reader, item));
    let auth = optional(&fields, "auth", |item| auth(reader, item));
    let redirects = optional(&fields, "redirects", |item| reader.integer(item, 0, u32::from(REDIRECTS_MAX)));
    let tls = optional(&fields, "tls", |item| tls(reader, item));
    let given = optional(&fields, "conditions", |item| conditions(reader, &item));
    let degraded = optional(&fields, "degraded", |item| conditions(reader, &item));
    let conditions = match given? {
        Some(conditions) => conditions,
        None => vec![CONDITION_DEFAULT.parse().ok()?],
    };
    let (shown_url, url) = url?;
    Some(HttpSpec {
        url: Secret::new(url.into()),
        shown_url,
        method: method?.unwrap_or_else(|| "GET".to_owned()),
        headers: headers?.unwrap_or_default(),
        body: body?,
        auth: auth?,
        redirects_max: redirects?.and_then(|number| u8::try_from(number).ok()).unwrap_or(REDIRECTS_DEFAULT),
        tls: tls?.unwrap_or_default(),
        conditions,
        degraded: degraded?.unwrap_or_default(),
    })
}

/// `url`, which stands there as `raw`, as it may be shown to everybody who may look at the probe. Neither holds a user or a password:
/// [`values::http_url`] takes no such address.
fn shown_url(raw: &str, url: &Url) -> String {
    if !has_placeholder(raw) {
        return without_query(url.as_str());
    }
    // What was filled in may be any part of the address, so it is not the address that is taken apart but what stands there.
    let masked: String = substitute::masked(raw, HIDDEN).chars().filter(|c| !c.is_control()).collect();
    if url.query().is_some() && !masked.contains('?') {
        // The query begins in what was filled in, and what stands behind that is part of it.
        return masked.split(HIDDEN).next().unwrap_or_default().to_owned() + HIDDEN;
    }
    without_query(&masked)
}

fn without_query(address: &str) -> String {
    let (shown, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
    if rest.starts_with('?') { format!("{shown}?{HIDDEN}") } else { shown.to_owned() }
}

fn method(reader: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let text = reader.text(item)?;
    let is_token = |c: char| c.is_ascii_uppercase() || c == '-';
    // CONNECT makes a tunnel and has no answer to judge.
    if (1..=METHOD_CHARS_MAX).contains(&text.value.len()) && text.value.chars().all(is_token) && text.value != "CONNECT" {
        return Some(text.value);
    }
    let meant = if text.is_substituted { None } else { reader.suggest(&text.value, METHODS) };
    let mistake = Mistake::new(text.item.at(), text.item.path.clone(), found_text(&text));
    reader.report(mistake.expected("an HTTP method in capitals, such as `GET`").suggest(meant));
    None
}

/// Names and values. `has_auth`: `Authorization` is made elsewhere.
fn headers(reader: &mut Reader<'_>, item: &Item<'_>, has_auth: bool) -> Option<Vec<(String, Secret)>> {
    let entries = reader.entries(item)?;
    let count = entries.len();
    let mut headers: Vec<(String, Secret)> = Vec::new();
    for (key, node) in entries {
        let path = item.path_of(&quote(&key.text));
        let lower = key.text.to_ascii_lowercase();
        let name_problem = if HeaderName::from_bytes(key.text.as_bytes()).is_err() {
            Some("this cannot be the name of a header".to_owned())
        } else if OWN_HEADERS.contains(&lower.as_str()) {
            Some(format!("the header `{}` is set by Yagura itself", key.text))
        } else if headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(&key.text)) {
            Some(format!("the header `{}` was already given (case makes no difference)", key.text))
        } else if has_auth && lower == "authorization" {
            Some("`Authorization` is given here and under `auth`".to_owned())
        } else {
            None
        };
        let value = header_value(reader, Item { node, path: path.clone() });
        match (name_problem, value) {
            (Some(problem), _) => reader.report(Mistake::new(key.at, path, problem)),
            (None, Some(value)) => headers.push((key.text.clone(), value)),
            (None, None) => {}
        }
    }
    (headers.len() == count).then_some(headers)
}

fn header_value(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Secret> {
    let text = reader.text(item)?;
    if HeaderValue::from_str(&text.value).is_ok() {
        return Some(Secret::new(text.value));
    }
    reader.wrong(&text.item, "the value cannot be sent in a header", "a text without line breaks and control characters");
    None
}

fn auth(reader: &mut Reader<'_>, item: Item<'_>) -> Option<HttpAuth> {
    let expected = "`basic: {user: …, password: …}` or `bearer: …`";
    if !matches!(item.node.kind, Kind::Map(_)) {
        reader.wrong(&item, found(item.node), expected);
        return None;
    }
    let fields = reader.fields(item, &["basic", "bearer"])?;
    let basic = fields.get("basic").map(|item| basic(reader, item));
    let bearer = fields.get("bearer").map(|item| {
        let secret = values::secret(reader, item.clone())?;
        // It becomes part of a header.
        let is_sendable = HeaderValue::from_str(secret.expose()).is_ok();
        if !is_sendable {
            reader.wrong(&item, "the token cannot be sent in a header", "a text without line breaks and control characters");
        }
        is_sendable.then_some(HttpAuth::Bearer(secret))
    });
    match (basic, bearer) {
        (Some(auth), None) | (None, Some(auth)) => auth,
        (Some(_), Some(_)) => {
            reader.wrong(&fields.item, "both `basic` and `bearer` are given", "one of them");
            None
        }
        (None, None) => {
            if !fields.has_misspelt("basic") && !fields.has_misspelt("bearer") {
                reader.wrong(&fields.item, "it is not said how to authenticate", expected);
            }
            None
        }
    }
}

fn basic(reader: &mut Reader<'_>, item: Item<'_>) -> Option<HttpAuth> {
    let fields = reader.fields(item, &["user", "password"])?;
    let user = fields.require(reader, "user").and_then(|item| values::non_empty(reader, item));
    let password = fields.require(reader, "password").and_then(|item| values::secret(reader, item));
    let user = user?;
    if user.value.contains(':') {
        reader.wrong(&user.item, "the user holds a colon", "a name without one: it ends the name on the wire (RFC 7617)");
        return None;
    }
    Some(HttpAuth::Basic { user: user.value, password: password? })
}

fn tls(reader: &mut Reader<'_>, item: Item<'_>) -> Option<TlsSpec> {
    let fields = reader.fields(item, &["skip_verify", "ca", "certificate", "key"])?;
    let skip_verify = optional(&fields, "skip_verify", |item| reader.boolean(item));
    let ca_pem = optional(&fields, "ca", |item| pem::authorities(reader, item));
    let client = client(reader, &fields);
    Some(TlsSpec { skip_verify: skip_verify?.unwrap_or(false), ca_pem: ca_pem?, client: client? })
}

/// The client certificate: chain and key, both or neither.
#[expect(clippy::option_option, reason = "the outer one is whether reading went well, as everywhere in this module")]
fn client(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Option<ClientCertificate>> {
    match (fields.get("certificate"), fields.get("key")) {
        (None, None) => Some(None),
        (Some(certificate), Some(key)) => pem::client(reader, certificate, key).map(Some),
        (Some(alone), None) => {
            if !fields.has_misspelt("key") {
                reader.wrong(&alone, "a client certificate without its key", "`key` beside `certificate`");
            }
            None
        }
        (None, Some(alone)) => {
            if !fields.has_misspelt("certificate") {
                reader.wrong(&alone, "a key without its client certificate", "`certificate` beside `key`");
            }
            None
        }
    }
}

fn conditions(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<Condition>> {
    let elements = reader.list(item);
    let count = elements.len();
    if !(1..=CONDITIONS_MAX).contains(&count) {
        // Whoever sees `conditions: []` would think that nothing is required; the default would be a surprise.
        let problem = if count == 0 { "the list is empty".to_owned() } else { format!("{count} conditions are given") };
        reader.wrong(item, problem, format!("1 to {CONDITIONS_MAX} conditions, or no such key for the default"));
        return None;
    }
    let conditions: Vec<_> = elements.into_iter().map(|element| condition(reader, element)).collect();
    conditions.into_iter().collect()
}

fn condition(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Condition> {
    if matches!(item.node.kind, Kind::List(_)) {
        // `- [CONNECTED]` without quotes is a list in YAML.
        reader.wrong(&item, found(item.node), "a condition in quotes, like \"[STATUS] == 200\"");
        return None;
    }
    let text = reader.text(item)?;
    match text.value.parse::<Condition>() {
        Ok(condition) => Some(condition),
        Err(error) => {
            report_condition(reader, &text, &error);
            None
        }
    }
}

fn report_condition(reader: &mut Reader<'_>, text: &Text<'_>, error: &domain::probe::condition::ConditionError) {
    let is_verbatim = matches!(&text.item.node.kind, Kind::Scalar { text: raw, .. } if *raw == text.value);
    let at = if is_verbatim { reader.position_in(text.item.node, error.column.saturating_sub(1)) } else { text.item.at() };
    let problem = if text.is_substituted {
        // The error's own words may repeat what was filled in.
        format!("with what its `${{…}}` gives this is not a condition (character {})", error.column)
    } else {
        format!("{} is not a condition: {error}", code(&text.value))
    };
    reader.report(Mistake::new(at, text.item.path.clone(), problem));
}
