//! How mistakes are printed: like a compiler's, all at once, and without a secret.

use super::{SITE, http, probes, read};

#[test]
fn all_mistakes_come_at_once_and_look_like_a_compilers() {
    let text = "\
site:
  nmae: S
  time_zone: Mars
groups:
  - {slug: web, name: Web, colour: red}
components:
  - slug: ブログ
    name: 火の見やぐら
  - {slug: db, name: DB, group: wbe}
probes:
  - {slug: p, component: dbx, every: 5, tcp: {host: h, port: 0}}
  - {slug: p, component: db, tcp: {host: h}}
";
    let errors = read(text).unwrap_err();
    assert_eq!(errors.mistakes.len(), 10);
    assert_eq!(
        errors.to_string(),
        "\
/etc/yagura/yagura.yaml:2:3: site.nmae: unknown key `nmae`; did you mean `name`?
    2 |   nmae: ···
      |   ^
/etc/yagura/yagura.yaml:3:14: site.time_zone: found `Mars`, not a known time zone; \
expected an IANA name such as `Asia/Tokyo` or `UTC`
    3 |   time_zone: Mars
      |              ^
/etc/yagura/yagura.yaml:5:28: groups[0].colour: unknown key `colour`; expected one of `slug`, `name`
    5 |   - {slug: web, name: Web, colour: ···}
      |                            ^
/etc/yagura/yagura.yaml:7:11: components[0].slug: found `ブログ`: \
a slug consists of a-z, 0-9 and single hyphens between them, like `web-front-2`
    7 |   - slug: ブログ
      |           ^
/etc/yagura/yagura.yaml:9:33: components[1].group: there is no group `wbe`; did you mean `web`?
    9 |   - {slug: db, name: DB, group: wbe}
      |                                 ^
/etc/yagura/yagura.yaml:11:26: probes[0].component: there is no component `dbx`; did you mean `db`?
   11 |   - {slug: p, component: dbx, every: 5, tcp: {host: h, port: 0}}
      |                          ^
/etc/yagura/yagura.yaml:11:38: probes[0].every: found `5`, a number without a unit; \
expected a duration with a unit (ms, s, m, h, d); did you mean `5s`?
   11 |   - {slug: p, component: dbx, every: 5, tcp: {host: h, port: 0}}
      |                                      ^
/etc/yagura/yagura.yaml:11:62: probes[0].tcp.port: found `0`; expected a whole number from 1 to 65535
   11 |   - {slug: p, component: dbx, every: 5, tcp: {host: h, port: 0}}
      |                                                              ^
/etc/yagura/yagura.yaml:12:12: probes[1].slug: the probe `p` already exists, on line 11; expected another slug
   12 |   - {slug: p, component: db, tcp: {host: h}}
      |            ^
/etc/yagura/yagura.yaml:12:35: probes[1].tcp: the key `port` is missing
   12 |   - {slug: p, component: db, tcp: {host: h}}
      |                                   ^"
    );
}

#[test]
fn the_mark_stands_below_wide_characters() {
    let errors = read("site: {name: 火の見, naem: x}\n").unwrap_err().to_string();
    assert!(errors.ends_with("    1 | site: {name: 火の見, naem: ···}\n      |                      ^"), "{errors}");
}

/// However a secret got into the file, and whatever is wrong beside it, it is not printed.
#[test]
fn secrets_are_never_printed() {
    let secret = "hunter2";
    let broken = [
        http("url: http://h, auth: {bearer: hunter2, bearer: hunter2x}"),
        http("url: http://h, auth: {bearre: hunter2}"),
        http("url: http://h, auth: {basic: {user: u, pasword: hunter2}}"),
        http("url: http://h, auth: hunter2"),
        http("url: http://h, ahut: {bearer: hunter2}"),
        http("url: http://h, bearer: hunter2"),
        http("url: http://h, headers: {X-Key: \"hunter2é\"}, frobnicate: [hunter2]"),
        http("url: http://h, headers: {X-Key: \"hunter2\"}, redirects: -1"),
        http("url: http://h, headers: hunter2"),
        http("url: \"ftp://h?key=hunter2\""),
        http("url: \"http://u:hunter2@h\""),
        http("url: \"${TOKEN}\""),
        http("url: http://h, method: \"${TOKEN}\", redirects: \"${TOKEN}\", conditions: [\"[STATUS] ~ ${TOKEN}\"]"),
        http("url: http://h, body: \"hunter2\", every: 5"),
        http("url: http://h, tls: {ca: junk.pem, key: junk.pem}"),
        http("url: http://h, tls: {certificate: ca.pem, key: junk.pem}"),
        probes("- {slug: p, component: blog, heartbeat: {token: hunter2, period: 1h}}"),
        probes("- {slug: p, component: blog, heartbeat: {tokne: hunter2hunter2hunter2, period: 1h}}"),
        probes("- {slug: p, component: blog, heartbeat: hunter2hunter2hunter2}"),
        probes(
            "- {slug: p, component: blog, every: \"${TOKEN}\", tcp: {host: \"x ${TOKEN}\", port: \"${TOKEN}\", send: hunter2}}",
        ),
        probes("- {slug: \"${TOKEN} \", component: \"${TOKEN} \", heartbeat: {token: \"${TOKEN} \", cron: \"${TOKEN}\"}}"),
        format!("{SITE}  time_zone: \"${{TOKEN}}\"\n  url: \"${{TOKEN}}\"\n  languages: [\"${{TOKEN}}\"]\n"),
        http("url: http://h, tls: {certificate: ca.pem, key: \"-----BEGIN PRIVATE KEY----- hunter2\"}"),
        // Not YAML at all.
        "a:\n  password: \"hunter2\n".to_owned(),
        "a: {token: hunter2\nb: [hunter2\n".to_owned(),
        "headers:\n  X-Key: 'hunter2' x\n".to_owned(),
        "\"hunter2\" \"hunter2\"\n".to_owned(),
        "password: !hunter2 x\n".to_owned(),
        "password: *hunter2\n".to_owned(),
        probes("- auth: {bearer: |\n    hunter2\n  }"),
    ];
    for text in broken {
        let errors = read(&text).expect_err(&text).to_string();
        assert!(!errors.contains(secret), "a secret is shown by:\n{errors}");
        let debug = format!("{:?}", read(&text));
        assert!(!debug.contains(secret), "a secret is in:\n{debug}");
    }
    assert!(!format!("{:?}", read(&http("url: http://h, auth: {bearer: hunter2}"))).contains(secret));
}
