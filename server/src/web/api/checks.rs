//! What a probe does, as the API takes it: the keys of the configuration file, typed for the document. Whether the values can be is for the
//! reader of the configuration to say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A probe. Exactly one of `http`, `tcp` and `heartbeat` says what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProbeBody {
    /// What it is called, for ever: `a-z`, `0-9` and single hyphens. Needed to make one; in a change it may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) slug: Option<String>,
    /// Slug of the component it watches.
    component: String,
    /// Time between two executions, like `30s`; `5s` to `24h`, usually `60s`. Not for heartbeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<String>,
    /// Limit of one execution, like `5s`; shorter than `every`. Not for heartbeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<String>,
    /// How many results in a row are believed. Not for heartbeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm: Option<ConfirmAfter>,
    /// False for targets that are reached without Yagura's own uplink. Not for heartbeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    outside: Option<bool>,
    /// It asks for a URL and looks at the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<HttpCheck>,
    /// It connects to a port.
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<TcpCheck>,
    /// It waits to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat: Option<HeartbeatCheck>,
}

/// How many results in a row are believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmAfter {
    /// Bad ones until it is down; usually 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    down: Option<u32>,
    /// Good ones until it is up again; usually 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    up: Option<u32>,
}

/// An HTTP request and what its answer must be. Secrets are never sent as they are: write `${NAME}` of what `desk.references` in the
/// configuration file lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpCheck {
    /// With `http://` or `https://`.
    url: String,
    /// In capitals; `GET` when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Names and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<BTreeMap<String, String>>,
    /// Sent with the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// How it shows who it is: one of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<HttpAuth>,
    /// Redirects that are followed; 0 to 20, usually 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    redirects: Option<u32>,
    /// How certificates are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<TlsOptions>,
    /// All must hold, else it is down: `[STATUS] == 200`, `[RESPONSE_TIME] < 500`, `[BODY].health == ok`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<Vec<String>>,
    /// All should hold, else it is degraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    degraded: Option<Vec<String>>,
}

/// How a request shows who it is: `basic` or `bearer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpAuth {
    /// User and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    basic: Option<BasicAuth>,
    /// `${NAME}` of a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    bearer: Option<String>,
}

/// User and password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BasicAuth {
    /// The user.
    user: String,
    /// `${NAME}` of the password.
    password: String,
}

/// How certificates are looked at. Files are those that `desk.references` lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsOptions {
    /// Believe any certificate. It may still be judged by `[CERTIFICATE_EXPIRATION]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_verify: Option<bool>,
    /// A file with authorities to believe.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<String>,
    /// A file with the client's certificate; `key` beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    /// A file with the client's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// A TCP connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TcpCheck {
    /// A name or an address.
    host: String,
    /// 1 to 65535.
    port: u16,
    /// Said after connecting.
    #[serde(skip_serializing_if = "Option::is_none")]
    send: Option<String>,
    /// Text that must come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<String>,
}

/// When calls are due: `period` or `cron`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HeartbeatCheck {
    /// At most so long after the call before, like `24h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    /// Five fields: minute, hour, day, month, day of the week.
    #[serde(skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    /// The zone of `cron`, like `Asia/Tokyo`; the site's when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    /// How late a call may be, like `30m`; usually `5m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    grace: Option<String>,
    /// The secret in the address that is called, 16 to 128 characters. Left out, Yagura makes one, and keeps the one there was. Only those
    /// who may configure see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_probe_is_handed_on_as_the_file_would_have_it() {
        let bodies = [
            json!({"slug": "web", "component": "web", "every": "30s", "timeout": "5s", "confirm": {"down": 2, "up": 1}, "outside": false,
                "http": {"url": "https://a/", "method": "POST", "headers": {"X-Key": "${KEY}"}, "body": "x", "auth": {"bearer": "${T}"},
                "redirects": 3, "tls": {"skip_verify": true}, "conditions": ["[STATUS] == 200"], "degraded": ["[RESPONSE_TIME] < 500"]}}),
            json!({"component": "web", "tcp": {"host": "db", "port": 5432, "send": "x", "expect": "y"}}),
            json!({"component": "web", "heartbeat": {"cron": "0 3 * * *", "time_zone": "Asia/Tokyo", "grace": "10m"}}),
        ];
        for body in bodies {
            let read: ProbeBody = serde_json::from_value(body.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), body);
        }
        assert!(serde_json::from_value::<ProbeBody>(json!({"component": "web", "htttp": {}})).is_err());
        let key: Result<HttpCheck, _> = serde_json::from_value(json!({"url": "https://a/", "metod": Value::Null}));
        assert!(key.is_err());
    }
}
