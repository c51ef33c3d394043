//! The rules for things made at the desk that the file's own are free of.

use domain::probe::reach::Reach;
use domain::probe::spec::{ActionSpec, HttpAuth};
use serde_json::{Value, json};

use super::super::MadeKind::{Component, Group, Probe};
use super::super::reader::quote;
use super::made::{Given, active, http, made, probe};
use super::{CERTIFICATE, KEY};

#[test]
fn probes_go_only_where_the_configuration_lets_them() {
    let given = Given::new();
    let config =
        given.good(&[http(json!({"url": "http://localhost/"})), probe("t", "tcp", json!({"host": "10.0.0.1", "port": 1}))]);
    let guarded = Reach::Guarded { allowed: given.base.desk.networks.clone() };
    assert_eq!((&active(&config, 2).reach, &active(&config, 3).reach), (&guarded, &guarded));
    assert_eq!(active(&config, 0).reach, Reach::Anywhere, "the file's own");
    // Allowed by name, or nothing special.
    for url in ["http://127.0.0.53/", "http://192.168.1.1:8080/x", "http://[2001:db8::1]/"] {
        given.good(&[http(json!({"url": url}))]);
    }
}

#[test]
fn an_address_that_no_probe_may_reach_is_told_at_once() {
    let given = Given::new();
    let told = |what: &str, path: &str| {
        format!(
            "p: {path}: this is {what}, where probes made at the desk may not go; \
             expected another address; `desk.networks` in the configuration allows networks"
        )
    };
    let loopback = "a loopback address";
    let urls = [
        ("http://127.0.0.1:8600/", loopback),
        ("http://0x7f.1/", loopback),
        ("http://2130706433/", loopback),
        ("https://[::1]/", loopback),
        ("http://[::ffff:127.0.0.1]/", loopback),
        ("http://169.254.169.254/latest/", "an address of a cloud's metadata service"),
        ("http://169.254.1.1/", "a link-local address"),
        ("http://0/", "an unspecified address"),
    ];
    for (url, what) in urls {
        assert_eq!(given.told(&[http(json!({"url": url}))]), [told(what, "http.url")], "{url}");
    }
    for host in ["127.0.0.1", "::1", "[::1]", "0x7f.1"] {
        let made = probe("p", "tcp", json!({"host": host, "port": 1}));
        assert_eq!(given.told(&[made]), [told(loopback, "tcp.host")], "{host}");
    }
}

#[test]
fn placeholders_are_those_that_the_configuration_lists() {
    let given = Given::new();
    let config = given.good(&[http(json!({
        "url": "https://h/${TOKEN}?key=${file:secret.txt}",
        "auth": {"bearer": "${file:./secret.txt}"},
        "headers": {"X-A": "${TOKEN}", "X-Literal": "$${HIDDEN}"},
    }))]);
    let ActionSpec::Http(http_spec) = &active(&config, 2).action else { panic!("not HTTP") };
    assert_eq!(http_spec.url.expose(), "https://h/hunter2?key=hunter2");
    let Some(HttpAuth::Bearer(token)) = &http_spec.auth else { panic!("no token") };
    assert_eq!((token.expose(), http_spec.headers[1].1.expose()), ("hunter2", "${HIDDEN}"));

    let unlisted = "may not be used here; `desk.references` in the configuration lists what may";
    let hidden = given.folder.path().join("hidden.txt").display().to_string();
    let secret = given.folder.path().join("../secret.txt").display().to_string();
    given.check(
        &[http(json!({
            "url": "https://h/${HIDDEN}/${NOT_SET}",
            "auth": {"bearer": "${file:hidden.txt}"},
            "body": format!("${{file:{hidden}}}${{file:{secret}}}")
        }))],
        &[
            &format!("p: http.url: `${{HIDDEN}}` {unlisted}"),
            "p: http.url: the environment variable `NOT_SET` is not set",
            &format!("p: http.body: the file `{}` {unlisted}", quote(&hidden)),
            &format!("p: http.body: the file `{}` {unlisted}", quote(&secret)),
            &format!("p: http.auth.bearer: the file `hidden.txt` {unlisted}"),
        ],
    );
}

#[test]
fn placeholders_stand_only_where_nothing_shows_them() {
    let given = Given::new();
    let filled = [
        made(Group, "g", &json!({"slug": "g", "name": "${TOKEN}"})),
        made(Component, "c", &json!({"slug": "c", "name": "C", "description": {"ja": "${TOKEN}", "en": "e"}})),
        made(Component, "c", &json!({"slug": "c", "name": "C", "group": "${TOKEN}"})),
        made(Component, "c", &json!({"slug": "c", "name": "C", "depends_on": ["${file:secret.txt}"]})),
        made(Probe, "p", &json!({"slug": "p", "component": "${TOKEN}", "tcp": {"host": "h", "port": 1}})),
        made(Probe, "p", &json!({"slug": "${TOKEN}", "component": "blog", "tcp": {"host": "h", "port": 1}})),
        made(Probe, "p", &json!({"slug": "p", "component": "blog", "every": "${TOKEN}", "tcp": {"host": "h", "port": 1}})),
        http(json!({"url": "http://h", "conditions": ["[BODY] == ${TOKEN}"]})),
        http(json!({"url": "http://h", "degraded": ["[BODY] == ${TOKEN}"]})),
        http(json!({"url": "http://h", "method": "${TOKEN}"})),
        probe("p", "tcp", json!({"host": "h", "port": 1, "expect": "${TOKEN}"})),
        probe("p", "tcp", json!({"host": "${LOCAL}", "port": 1})),
        probe("p", "tcp", json!({"host": "h.${file:secret.txt}", "port": 1})),
    ];
    for thing in filled {
        let told = given.told(std::slice::from_ref(&thing));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("may not be used here; a placeholder may stand in"), "{told:?}");
        assert!(!told[0].contains("hunter2"), "{told:?}");
    }
}

#[test]
fn no_placeholder_says_where_a_request_goes() {
    let given = Given::new();
    let told = "p: http.url: what a `${…}` gives stands before the path of this address; \
                expected scheme, host and port written out; placeholders in path and query";
    for url in [
        "http://${LOCAL}/",
        "http://${TOKEN}.example.org/",
        "http://h${TOKEN}",
        "http://h.${TOKEN}?a=b",
        "http:${LOCAL}/",
        "http:\\\\${LOCAL}\\x",
        "http:/\n/${LOCAL}/",
        "http://h:${file:secret.txt}/",
        "${TOKEN}://h/",
        "${TOKEN}",
    ] {
        let all = given.told(&[http(json!({"url": url}))]);
        assert_eq!(all[0], told, "{url}");
        assert!(!all.iter().any(|told| told.contains("hunter2")), "{url}: {all:?}");
    }
    for url in ["http://h/${TOKEN}", "http://h?a=${TOKEN}", "http://h:80/a/${TOKEN}/b?c=${file:secret.txt}", "http:h\\${TOKEN}"] {
        given.good(&[http(json!({"url": url}))]);
    }
}

#[test]
fn what_is_filled_in_is_not_shown() {
    let given = Given::new();
    let config = given.good(&[http(json!({"url": "http://h/${TOKEN}/a?key=${file:secret.txt}"}))]);
    let ActionSpec::Http(spec) = &active(&config, 2).action else { panic!("not HTTP") };
    assert_eq!((spec.url.expose(), spec.shown_url.as_str()), ("http://h/hunter2/a?key=hunter2", "http://h/…/a?…"));
}

#[test]
fn a_secret_is_only_referred_to() {
    let given = Given::new();
    let told = "a secret stands here as it is; expected `${NAME}` of a variable or file that `desk.references` lists";
    let bare = [
        ("http.auth.bearer", json!({"url": "http://h", "auth": {"bearer": "swordfish"}})),
        ("http.auth.basic.password", json!({"url": "http://h", "auth": {"basic": {"user": "u", "password": "swordfish"}}})),
        ("http.headers.AUTHORIZATION", json!({"url": "http://h", "headers": {"AUTHORIZATION": "Bearer swordfish"}})),
        ("http.headers.Proxy-Authorization", json!({"url": "http://h", "headers": {"Proxy-Authorization": "swordfish"}})),
        ("http.headers.cookie", json!({"url": "http://h", "headers": {"cookie": "a=swordfish"}})),
        ("http.headers.X-Api-Key", json!({"url": "http://h", "headers": {"X-Api-Key": 5_318_008}})),
        ("http.headers.My-SESSION-Id", json!({"url": "http://h", "headers": {"My-SESSION-Id": "$${TOKEN}swordfish"}})),
        ("http.url", json!({"url": "http://h/?a=b&api_key=swordfish"})),
        ("http.url", json!({"url": "http://h/?a=${TOKEN}&Access%54oken=swordfish"})),
        ("http.url", json!({"url": "http://h/${TOKEN}?to${TOKEN}ken=swordfish"})),
        ("http.url", json!({"url": "http://h/#session=swordfish"})),
        ("http.url", json!({"url": "http://h/?token=\u{0}swordfish"})),
    ];
    for (path, body) in bare {
        assert_eq!(given.told(&[http(body)]), [format!("p: {path}: {told}")]);
    }
    let with_user = given.told(&[http(json!({"url": "http://u:swordfish@h/"}))]);
    assert_eq!(with_user.len(), 1);
    assert!(with_user[0].starts_with("p: http.url: the address holds a user or a password"), "{with_user:?}");
    let referred = [
        json!({"url": "http://h", "auth": {"basic": {"user": "u", "password": "${TOKEN}"}}}),
        json!({"url": "http://h", "headers": {"Authorization": "Bearer ${TOKEN}", "X-Session": "${file:secret.txt}"}}),
        json!({"url": "http://h/?token=${TOKEN}&key=&session&keyword=fire&author=basho"}),
        json!({"url": "http://h/", "headers": {"Accept": "text/html", "Author": "basho"}, "body": "key=value"}),
    ];
    for body in referred {
        given.good(&[http(body)]);
    }
}

#[test]
fn certificates_and_keys_are_files_that_the_configuration_lists() {
    let given = Given::new();
    let tls = |tls: Value| http(json!({"url": "https://h/", "tls": tls}));
    let config = given.good(&[tls(json!({"ca": "./ca.pem", "certificate": "ca.pem", "key": "key.pem"}))]);
    let ActionSpec::Http(spec) = &active(&config, 2).action else { panic!("not HTTP") };
    assert_eq!((spec.tls.ca_pem.as_deref(), spec.tls.client.as_ref().unwrap().key_pem.expose()), (Some(CERTIFICATE), KEY));
    let unlisted = "may not be used here; `desk.references` in the configuration lists what may; expected the path of a PEM file";
    given.check(
        &[tls(json!({"ca": "/etc/passwd", "certificate": "hidden.pem", "key": "${TOKEN}"}))],
        &[
            &format!("p: http.tls.ca: the file `/etc/passwd` {unlisted}"),
            &format!("p: http.tls.certificate: the file `hidden.pem` {unlisted}"),
            "p: http.tls.key: the file its `${…}` names cannot be read; expected the path of a PEM file",
        ],
    );
}
