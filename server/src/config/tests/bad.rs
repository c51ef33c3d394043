//! What is said about bad files: place and words.

use super::super::load;
use super::{SITE, http, mistakes, probes};

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(mistakes(text), expected, "in:\n{text}");
}

#[test]
fn what_is_not_a_configuration() {
    check("", &["1:1: the file is empty; expected at least `site: {name: …}`"]);
    check("# only a comment\n", &["1:1: the file is empty; expected at least `site: {name: …}`"]);
    check("~", &["1:1: the file is empty; expected at least `site: {name: …}`"]);
    check("hello", &["1:1: found a text; expected a mapping with `site`, `components`, `probes`, …"]);
    check("groups: []", &["1:1: the key `site` is missing"]);
    check(
        "site: {name: S}\n---\nsite: {name: S}\n",
        &["2:1: a second YAML document begins here; expected one document in the file"],
    );
    check("site: !secret {name: S}\n", &["1:7: YAML tags (`!…`) have no meaning here; expected the value alone"]);
}

#[test]
fn yaml_errors_have_a_place_and_a_hint() {
    check("site:\n  name: [a\ngroups: []\n", &["3:7: not valid YAML: illegal placement of ':' indicator"]);
    check(
        &http("url: http://h, conditions: [[STATUS] == 200]"),
        &["6:74: not valid YAML: while parsing a flow sequence, expected ',' or ']'; \
           expected a condition in quotes, like `- \"[STATUS] == 200\"`"],
    );
    let [message] = &mistakes("probes:\n- http:\n    conditions:\n    - [STATUS] == 200\n")[..] else { panic!("one mistake") };
    assert!(message.ends_with("expected a condition in quotes, like `- \"[STATUS] == 200\"`"), "{message}");
    let [message] = &mistakes("site: {name: ${NAME}}\n")[..] else { panic!("one mistake") };
    assert!(message.ends_with("expected `${…}` in quotes inside of `{…}` and `[…]`"), "{message}");
}

#[test]
fn keys() {
    check("site: {nam: S}\n", &["1:8: site.nam: unknown key `nam`; did you mean `name`?"]);
    check(
        "site: {name: S, frobnicate: 1}\n",
        &["1:17: site.frobnicate: unknown key `frobnicate`; \
             expected one of `name`, `description`, `url`, `time_zone`, `languages`"],
    );
    check("site: {name: S}\nsite: {name: T}\n", &["2:1: site: the key `site` was already given on line 1"]);
    check("site: {}\n", &["1:7: site: the key `name` is missing"]);
    check("site: S\n", &["1:7: site: found a text; expected a mapping of keys to values"]);
    check(
        "site: {[a]: b}\n",
        &["1:8: a list or mapping stands where a key should be; \
         expected a plain key; a text that begins with `[`, `{` or `${` must stand in quotes"],
    );
    check(
        &probes("- {slug: p, component: blog, tiemout: 5s, tcp: {host: h, port: 1}}"),
        &["6:30: probes[0].tiemout: unknown key `tiemout`; did you mean `timeout`?"],
    );
    // The misspelt kind is one mistake, not two.
    check(
        &probes("- {slug: p, component: blog, htpp: {url: http://h}}"),
        &["6:30: probes[0].htpp: unknown key `htpp`; did you mean `http`?"],
    );
}

#[test]
fn the_site() {
    check("site: {name: \"\"}\n", &["1:14: site.name: the text is empty; expected something to read"]);
    check("site: {name: {ja: あ}}\n", &["1:14: site.name: the key `en` is missing"]);
    check("site:\n  name:\n", &["2:7: site.name: nothing stands here; expected a text; leave the key out if there is none"]);
    check(
        &format!("{SITE}  url: https://h/status\n"),
        &["3:8: site.url: the address has a path or a query; expected only scheme and host, as in `https://status.example.org`"],
    );
    check(
        &format!("{SITE}  time_zone: Asia/Tokio\n"),
        &["3:14: site.time_zone: found `Asia/Tokio`, not a known time zone; \
         expected an IANA name such as `Asia/Tokyo` or `UTC`; did you mean `Asia/Tokyo`?"],
    );
    check(
        &format!("{SITE}  languages: [ja, jp, ja]\n"),
        &["3:19: site.languages[1]: found `jp`; expected one of `ja`, `en`", "3:23: site.languages[2]: `ja` was already given"],
    );
    check(
        &format!("{SITE}uptime: {{partial_outage: 2, degraded_performance: \"0.1\"}}\n"),
        &[
            "3:26: uptime.partial_outage: found `2`; expected a number from 0 to 1",
            "3:51: uptime.degraded_performance: found `\"0.1\"`; expected a number from 0 to 1",
        ],
    );
    check(
        &format!("{SITE}retention: {{raw: 10m}}\n"),
        &["3:18: retention.raw: found `10m`; expected a duration from 1h to 3660d"],
    );
    check(
        &format!("{SITE}retention: {{raw: 8d}}\n"),
        &["3:18: retention.raw: `minute` (7d) is shorter than `raw` (8d); \
             expected `minute` to be kept at least as long as `raw`"],
    );
    check(
        &format!("{SITE}self_check: [a:1, b:1, c:1, d:1]\n"),
        &["3:13: self_check: 4 targets are given; expected 1 to 3, or no `self_check` at all"],
    );
    check(
        &format!("{SITE}self_check: [example.org, \"::1\", a:0]\n"),
        &[
            "3:14: self_check[0]: found `example.org`; expected host and port such as `example.org:443` or `[2001:db8::1]:443`",
            "3:27: self_check[1]: found `\"::1\"`; expected host and port such as `example.org:443` or `[2001:db8::1]:443`",
            "3:34: self_check[2]: found `a:0`; expected host and port such as `example.org:443` or `[2001:db8::1]:443`",
        ],
    );
}

#[test]
fn components_and_their_names() {
    check(
        &format!("{SITE}components:\n- {{slug: Blog, name: B}}\n"),
        &["4:10: components[0].slug: found `Blog`: \
             a slug consists of a-z, 0-9 and single hyphens between them, like `web-front-2`"],
    );
    check(
        &format!("{SITE}components:\n- {{slug: a, name: A}}\n- {{slug: a, name: B}}\n"),
        &["5:10: components[1].slug: the component `a` already exists, on line 4; expected another slug"],
    );
    check(
        &format!(
            "{SITE}groups: [{{slug: web, name: W}}]\ncomponents:\n\
             - {{slug: a, name: A, group: wed, public: yes, combine: beste}}\n"
        ),
        &[
            "5:29: components[0].group: there is no group `wed`; did you mean `web`?",
            "5:42: components[0].public: found `yes`; expected `true` or `false`; did you mean `true`?",
            "5:56: components[0].combine: found `beste`; expected one of `standard`, `worst`, `best`; did you mean `best`?",
        ],
    );
    check(
        &format!(
            "{SITE}components:\n- {{slug: a, name: A, renamed_from: b}}\n- {{slug: b, name: B, renamed_from: c}}\n\
             - {{slug: d, name: D, renamed_from: c}}\n"
        ),
        &[
            "4:36: components[0].renamed_from: a component `b` still exists, on line 5; expected a name that is no longer used",
            "6:36: components[2].renamed_from: the history of `c` is already taken over on line 5",
        ],
    );
    check(
        &format!(
            "{SITE}components:\n- {{slug: a, name: A, renamed_from: old}}\nprobes:\n\
             - {{slug: p, component: old, tcp: {{host: h, port: 1}}}}\n"
        ),
        &["6:24: probes[0].component: there is no component `old`; expected its new name, `a`"],
    );
}

#[test]
fn dependencies_must_not_go_round() {
    let components = "components:\n- {slug: a, name: A, depends_on: [b, d]}\n- {slug: b, name: B, depends_on: [c]}\n\
                      - {slug: c, name: C, depends_on: [d, a]}\n- {slug: d, name: D}\n\
                      - {slug: e, name: E, depends_on: [e, d, d]}\n";
    check(
        &format!("{SITE}{components}"),
        &[
            "6:38: components[2].depends_on[1]: the dependencies go round: a → b → c → a; expected dependencies without a circle",
            "8:35: components[4].depends_on[0]: `e` depends on itself; expected dependencies without a circle",
            "8:41: components[4].depends_on[2]: `d` was already given",
        ],
    );
}

#[test]
fn probes_of_every_kind() {
    check(
        &probes("- {slug: p, component: blok}"),
        &[
            "6:3: probes[0]: it is not said what to check; expected one of the keys `http`, `tcp` and `heartbeat`",
            "6:24: probes[0].component: there is no component `blok`; did you mean `blog`?",
        ],
    );
    check(
        &probes("- {slug: p, component: blog, http: {url: http://h}, tcp: {host: h, port: 1}}"),
        &["6:53: probes[0].tcp: this probe is already one of kind `http`; expected one kind per probe"],
    );
    check(
        &probes("- {slug: p, component: blog, every: 30, timeout: soon, confirm: {down: 0}, tcp: {host: h, port: 1}}"),
        &[
            "6:37: probes[0].every: found `30`, a number without a unit; \
         expected a duration with a unit (ms, s, m, h, d); did you mean `30s`?",
            "6:50: probes[0].timeout: found `soon`; expected a duration such as `500ms`, `30s`, `5m`, `1h30m` or `7d`",
            "6:72: probes[0].confirm.down: found `0`; expected a whole number from 1 to 100",
        ],
    );
    check(
        &probes("- {slug: p, component: blog, every: 1s, timeout: 1m, tcp: {host: h, port: 1}}"),
        &["6:37: probes[0].every: found `1s`; expected a duration from 5s to 1d"],
    );
    check(
        &probes("- {slug: p, component: blog, timeout: 1m, tcp: {host: h, port: 1}}"),
        &["6:39: probes[0].timeout: a timeout of 1m is not shorter than `every` (1m, the default); \
         expected an execution to end before the next one begins"],
    );
    check(
        &probes("- {slug: p, component: blog, tcp: {host: \"h:22\", port: 70000}}"),
        &[
            "6:42: probes[0].tcp.host: found `\"h:22\"`; expected the host alone; the port stands under `port`",
            "6:56: probes[0].tcp.port: found `70000`; expected a whole number from 1 to 65535",
        ],
    );
}

#[test]
fn heartbeats() {
    check(
        &probes("- {slug: p, component: blog, every: 5s, confirm: {up: 1}, heartbeat: {token: 0123456789abcdef, period: 1h}}"),
        &[
            "6:30: probes[0].every: a heartbeat has no `every`: the watched thing calls us; \
         expected `period` or `cron`, and `grace`, under `heartbeat`",
            "6:41: probes[0].confirm: a heartbeat has no `confirm`: it is judged once, when its deadline passes; \
         expected a longer `grace` to be more patient",
        ],
    );
    let beat = |text: &str| probes(&format!("- {{slug: p, component: blog, heartbeat: {{{text}}}}}"));
    check(
        &beat("token: 0123456789abcdef"),
        &["6:41: probes[0].heartbeat: it is not said when calls are due; expected one of the keys `period` and `cron`"],
    );
    check(
        &beat("token: short, period: 1h, time_zone: UTC"),
        &[
            "6:49: probes[0].heartbeat.token: the token has 5 characters; expected 16 to 128, best a UUID from `uuidgen`",
            "6:68: probes[0].heartbeat.time_zone: `time_zone` has no meaning beside `period`; expected it only beside `cron`",
        ],
    );
    check(
        &beat("token: \"hunter2 hunter2 hunter2\", period: 1h, cron: \"0 3 * *\""),
        &[
            "6:49: probes[0].heartbeat.token: the token holds other characters than it may; \
         expected only letters, digits, `-` and `_`, since it stands in an address",
            "6:94: probes[0].heartbeat.cron: found `\"0 3 * *\"`; \
         expected five fields (minute, hour, day, month, weekday) such as `0 3 * * *`",
            "6:94: probes[0].heartbeat.cron: both `period` and `cron` are given; expected one of them",
        ],
    );
    check(
        &beat("token: 0123456789abcdef, cron: \"0 0 31 2 *\""),
        &["6:73: probes[0].heartbeat.cron: found `\"0 0 31 2 *\"`, which never comes round; expected a day that exists"],
    );
    let [message] = &mistakes(&beat("token: 0123456789abcdef, cron: \"61 0 1 1 *\""))[..] else { panic!("one mistake") };
    assert!(message.starts_with("6:73: probes[0].heartbeat.cron: found `\"61 0 1 1 *\"` ("), "{message}");
    let twice = "- {slug: p, component: blog, heartbeat: {token: 0123456789abcdef, period: 1h}}";
    check(
        &probes(&format!("{twice}\n{}", twice.replace("slug: p", "slug: q"))),
        &["7:49: probes[1].heartbeat.token: this is also the token `probes[0].heartbeat.token`; \
         expected a token of its own for each heartbeat"],
    );
}

#[test]
fn http_requests() {
    let address = "expected an address such as `https://example.org/health`";
    check(
        &http("url: ftp://h"),
        &[&format!("6:42: probes[0].http.url: the address begins neither with `http://` nor with `https://`; {address}")],
    );
    check(&http("url: h"), &[&format!("6:42: probes[0].http.url: not an address: relative URL without a base; {address}")]);
    check(&http("url: \"http://\""), &[&format!("6:42: probes[0].http.url: not an address: empty host; {address}")]);
    check(
        &http("url: http://u:hunter2@h"),
        &["6:42: probes[0].http.url: the address holds a user or a password; \
         expected them elsewhere; a probe has `auth: {basic: {user: …, password: …}}`"],
    );
    check(
        &http("url: http://h, method: get, redirects: 21"),
        &[
            "6:60: probes[0].http.method: found `get`; expected an HTTP method in capitals, such as `GET`; did you mean `GET`?",
            "6:76: probes[0].http.redirects: found `21`; expected a whole number from 0 to 20",
        ],
    );
    check(
        &http("url: http://h, headers: {A B: x, Connection: close, X: \"a\\nb\", Y: y, y: z}"),
        &[
            "6:62: probes[0].http.headers.A B: this cannot be the name of a header",
            "6:70: probes[0].http.headers.Connection: the header `Connection` is set by Yagura itself",
            "6:92: probes[0].http.headers.X: the value cannot be sent in a header; \
         expected a text without line breaks and control characters",
            "6:106: probes[0].http.headers.y: the header `y` was already given (case makes no difference)",
        ],
    );
    check(
        &http("url: http://h, auth: {basic: {user: \"a:b\", password: x}}"),
        &["6:73: probes[0].http.auth.basic.user: the user holds a colon; \
         expected a name without one: it ends the name on the wire (RFC 7617)"],
    );
    check(
        &http("url: http://h, auth: {bearer: x, basic: {user: u}}"),
        &[
            "6:58: probes[0].http.auth: both `basic` and `bearer` are given; expected one of them",
            "6:77: probes[0].http.auth.basic: the key `password` is missing",
        ],
    );
    check(
        &http("url: http://h, conditions: []"),
        &["6:64: probes[0].http.conditions: the list is empty; expected 1 to 50 conditions, or no such key for the default"],
    );
    check(
        &http("url: http://h, tls: {ca: junk.pem, certificate: ca.pem}"),
        &[
            "6:62: probes[0].http.tls.ca: the file holds no certificate; expected PEM as `-----BEGIN …-----` blocks",
            "6:85: probes[0].http.tls.certificate: a client certificate without its key; expected `key` beside `certificate`",
        ],
    );
    check(
        &http("url: http://h, tls: {certificate: ca.pem, key: other.pem}"),
        &["6:71: probes[0].http.tls.certificate: certificate and key do not belong together, \
             or are of a kind that is not supported; \
         expected PEM as `-----BEGIN …-----` blocks"],
    );
    check(
        &http("url: http://h, tls: {ca: none.pem}"),
        &["6:62: probes[0].http.tls.ca: the file `none.pem` cannot be read: not found; expected the path of a PEM file"],
    );
}

#[test]
fn a_condition_is_marked_where_it_is_wrong() {
    let places = |text: &str| mistakes(text).into_iter().map(|m| m.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>();
    // Inside of quotes, the column is that of the character.
    assert_eq!(places(&http("url: http://h, conditions: [\"[STATUS] == 200\", \"[STATUS] = 200\"]")), ["6:94"]);
    // With escapes or placeholders it cannot be told, so the text as a whole is marked.
    assert_eq!(places(&http(r#"url: http://h, conditions: ["\x5bSTATUS] = 200"]"#)), ["6:65"]);
    let [message] = &mistakes(&http("url: http://h, conditions: [\"[STATUS] = ${TOKEN}\"]"))[..] else { panic!("one mistake") };
    assert_eq!(message, "6:65: probes[0].http.conditions[0]: with what its `${…}` gives this is not a condition (character 10)");
}

#[test]
fn placeholders() {
    check(
        "site:\n  name: \"a ${NONE} b ${file:none} $${ok} ${bad name} ${\"\n",
        &[
            "2:12: site.name: the environment variable `NONE` is not set",
            "2:22: site.name: the file `none` cannot be read: not found",
            "2:42: site.name: `${…}` holds neither the name of a variable nor a file; \
         expected `${NAME}`, `${file:/path}`, or `$${` for a literal `${`",
            "2:54: site.name: `${` without `}`; expected `${NAME}`, `${file:/path}`, or `$${` for a literal `${`",
        ],
    );
    check(
        &format!("{SITE}components:\n- {{slug: \"${{SLUG}}\", name: A}}\n"),
        &["4:10: components[0].slug: found what its `${…}` gives: \
         a slug consists of a-z, 0-9 and single hyphens between them, like `web-front-2`"],
    );
    check(
        &http("url: http://h, auth: {bearer: \"${EMPTY}\"}"),
        &["6:67: probes[0].http.auth.bearer: what its `${…}` gives is empty"],
    );
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("y.yaml");
    let name = path.display();
    let message = || load(&path, &|_| None).unwrap_err().to_string();
    assert!(message().starts_with(&format!("{name}: the file cannot be read: ")), "{}", message());
    std::fs::write(&path, b"site:\n  name: \xe3\x81\x82\xff\n").unwrap();
    assert_eq!(message(), format!("{name}:2:10: the file is not UTF-8 from here on; expected UTF-8"));
    std::fs::write(&path, vec![b'#'; super::super::FILE_BYTES_MAX + 1]).unwrap();
    assert_eq!(message(), format!("{name}: the file is larger than 4 MiB"));
}
