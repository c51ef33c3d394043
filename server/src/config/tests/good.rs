//! What good files become.

use std::num::{NonZeroU16, NonZeroU32};
use std::path::PathBuf;
use std::time::Duration;

use domain::component::Combine;
use domain::probe::reach::Reach;
use domain::probe::spec::{
    ActionSpec, ActiveSpec, CheckSpec, ConfirmAfter, HeartbeatSchedule, HttpAuth, HttpSpec, ProbeSpec, TcpSpec,
};
use domain::text::{Language, LocalizedText, Secret};

use super::super::values::{parse_duration, show_duration};
use super::super::{Config, Retention, SelfCheckTarget, load};
use super::{CERTIFICATE, Fake, KEY, SITE, fake, good, parse};
use domain::uptime::Weights;

const EXAMPLE: &str = include_str!("../../../../example/yagura.yaml");

const FULL: &str = r#"
site:
  name: {ja: 例, en: Example}
  description: >
    Folded
    text.
  url: https://status.example.org
  time_zone: asia/tokyo
  languages: [en, ja]
uptime: {partial_outage: 0.5, degraded_performance: .1}
retention: {raw: 1h, minute: 1d12h, hour: 90d}
self_check: [one.one.one.one:443, "[2001:db8::1]:53"]
groups:
  - {slug: web, name: Web}
components:
  - slug: blog
    name: Blog
    group: web
    description: {ja: ブログ, en: The blog}
    depends_on: [db]
    public: false
    combine: worst
    renamed_from: old-blog
  - {slug: db, name: 12}
probes:
  - slug: blog-http
    component: blog
    every: 30s
    timeout: 10s
    confirm: {down: 5}
    outside: false
    renamed_from: blog-web
    http:
      url: "https://例え.jp/health?key=${TOKEN}#top"
      method: POST
      headers: {Accept: application/json, X-Key: "k-${TOKEN}-$${TOKEN}"}
      body: "a$b"
      auth: {basic: {user: u, password: "${file:/run/secrets/p}"}}
      redirects: 0
      tls: {skip_verify: true, ca: ./ca.pem, certificate: ca.pem, key: /etc/yagura/key.pem}
      conditions: ["[STATUS] == 200"]
      degraded: ["[RESPONSE_TIME] < 800"]
  - slug: db-tcp
    component: db
    every: 8s
    tcp: {host: "::1", port: "${PORT}", send: "hi\r\n", expect: SSH}
  - {slug: defaults, component: db, http: {url: "http://h"}}
  - {slug: beat, component: db, heartbeat: {token: "${TOKEN}", period: 24h, grace: 1h}}
  - {slug: beat-cron, component: db, heartbeat: {token: 0123456789abcdef, cron: "0 3 * * *"}}
"#;

fn http(probe: &ProbeSpec) -> (&ActiveSpec, &HttpSpec) {
    match &probe.check {
        CheckSpec::Active(active) => match &active.action {
            ActionSpec::Http(http) => (active, http),
            ActionSpec::Tcp(_) => panic!("not HTTP"),
        },
        CheckSpec::Heartbeat(_) => panic!("not active"),
    }
}

#[test]
fn every_key_of_the_general_part_is_read() {
    let Config { site, uptime, retention, self_check, groups, components, .. } = good(FULL).config;
    assert_eq!(site.name, LocalizedText::Each { ja: "例".to_owned(), en: "Example".to_owned() });
    assert_eq!(site.description, Some(LocalizedText::Same("Folded text.".to_owned())));
    assert_eq!(site.url.unwrap().as_str(), "https://status.example.org/");
    assert_eq!(site.time_zone_name, "Asia/Tokyo");
    assert_eq!(site.time_zone.iana_name(), Some("Asia/Tokyo"));
    assert_eq!(site.languages, [Language::En, Language::Ja]);
    assert_eq!(uptime, Weights { partial_outage: 0.5, degraded_performance: 0.1 });
    let hours = Duration::from_hours;
    assert_eq!(retention, Retention { raw: hours(1), minute: hours(36), hour: hours(90 * 24) });
    let port = |number| NonZeroU16::new(number).unwrap();
    let target = |host: &str, number| SelfCheckTarget { host: host.to_owned(), port: port(number) };
    assert_eq!(self_check, [target("one.one.one.one", 443), target("2001:db8::1", 53)]);
    assert_eq!(groups[0].slug.as_str(), "web");
    let blog = &components[0];
    assert_eq!((blog.slug.as_str(), blog.is_public, blog.combine), ("blog", false, Combine::Worst));
    assert_eq!(blog.group.as_ref().unwrap().as_str(), "web");
    assert_eq!(blog.depends_on[0].as_str(), "db");
    assert_eq!(blog.renamed_from.as_ref().unwrap().as_str(), "old-blog");
    let db = &components[1];
    assert_eq!(db.name, LocalizedText::Same("12".to_owned()));
    assert_eq!((db.is_public, db.combine, db.group.as_ref()), (true, Combine::Standard, None));
}

#[test]
fn every_key_of_a_probe_is_read() {
    let probes = good(FULL).config.probes;
    let (active, spec) = http(&probes[0]);
    assert_eq!((active.every, active.timeout, active.is_outside), (Duration::from_secs(30), Duration::from_secs(10), false));
    let count = |number| NonZeroU32::new(number).unwrap();
    assert_eq!(probes[0].confirm, ConfirmAfter { down: count(5), up: count(2) });
    assert_eq!(probes[0].renamed_from.as_ref().unwrap().as_str(), "blog-web");
    assert_eq!(spec.url.expose(), "https://xn--r8jz45g.jp/health?key=hunter2hunter2hunter2");
    assert_eq!((spec.method.as_str(), spec.redirects_max), ("POST", 0));
    let header = |name: &str, value: &str| (name.to_owned(), Secret::new(value.to_owned()));
    assert_eq!(spec.headers, [header("Accept", "application/json"), header("X-Key", "k-hunter2hunter2hunter2-${TOKEN}")]);
    assert_eq!(spec.body, Some(Secret::new("a$b".to_owned())));
    assert_eq!(spec.auth, Some(HttpAuth::Basic { user: "u".to_owned(), password: Secret::new("hunter2".to_owned()) }));
    assert!(spec.tls.skip_verify);
    assert_eq!(spec.tls.ca_pem.as_deref(), Some(CERTIFICATE));
    assert_eq!(spec.tls.client.as_ref().unwrap().key_pem.expose(), KEY);
    assert_eq!(spec.conditions, ["[STATUS] == 200".parse().unwrap()]);
    assert_eq!(spec.degraded, ["[RESPONSE_TIME] < 800".parse().unwrap()]);
}

#[test]
fn what_a_placeholder_gives_and_what_a_query_says_is_not_shown() {
    let shown = |url: &str| {
        let config = good(&super::http(&format!("url: \"{url}\""))).config;
        http(&config.probes[0]).1.shown_url.clone()
    };
    for (url, expected) in [
        ("https://example.org", "https://example.org/"),
        ("https://例え.jp/health?key=x#top", "https://xn--r8jz45g.jp/health?…"),
        ("https://example.org/a#token=x", "https://example.org/a"),
        ("https://${TOKEN}.example.org/a/${SLUG}/b", "https://….example.org/a/…/b"),
        ("https://${TOKEN}/a?b=${TOKEN}&c=d", "https://…/a?…"),
        ("https://h:${PORT}/$${a}", "https://h:…/${a}"),
        ("${BASE}&d=swordfish", "…"),
        ("${BASE}#a", "…"),
        ("${BASE}/a:b?c=swordfish", "…/a:b?…"),
    ] {
        assert_eq!(shown(url), expected, "{url}");
    }
    let tcp = |host: &str| {
        let config = good(&super::probes(&format!("- {{slug: p, component: blog, tcp: {{host: \"{host}\", port: 1}}}}"))).config;
        let CheckSpec::Active(active) = config.probes.into_iter().next().unwrap().check else { panic!("not active") };
        let ActionSpec::Tcp(tcp) = active.action else { panic!("not TCP") };
        (tcp.host, tcp.shown_host)
    };
    assert_eq!(tcp("[::1]"), ("::1".to_owned(), "::1".to_owned()));
    assert_eq!(tcp("db.${TOKEN}"), ("db.hunter2hunter2hunter2".to_owned(), "db.…".to_owned()));
}

#[test]
fn the_other_kinds_and_the_defaults() {
    let probes = good(FULL).config.probes;
    let CheckSpec::Active(active) = &probes[1].check else { panic!("not active") };
    // The default is half of a short interval.
    assert_eq!((active.every, active.timeout, active.is_outside), (Duration::from_secs(8), Duration::from_secs(4), true));
    assert_eq!(active.reach, Reach::Anywhere);
    let tcp = TcpSpec {
        host: "::1".to_owned(),
        shown_host: "::1".to_owned(),
        port: NonZeroU16::new(8080).unwrap(),
        send: Some(Secret::new("hi\r\n".to_owned())),
        expect: Some("SSH".to_owned()),
    };
    assert_eq!(active.action, ActionSpec::Tcp(tcp));

    let (active, spec) = http(&probes[2]);
    assert_eq!((active.every, active.timeout), (Duration::from_mins(1), Duration::from_secs(10)));
    assert_eq!(probes[2].confirm, ConfirmAfter::default());
    assert_eq!((spec.method.as_str(), spec.redirects_max), ("GET", 10));
    assert_eq!(spec.conditions, ["[STATUS] < 400".parse().unwrap()]);
    assert!(spec.degraded.is_empty() && spec.headers.is_empty() && spec.tls.ca_pem.is_none());

    let CheckSpec::Heartbeat(beat) = &probes[3].check else { panic!("not a heartbeat") };
    assert_eq!((beat.token.expose(), beat.grace), ("hunter2hunter2hunter2", Duration::from_hours(1)));
    assert_eq!(beat.schedule, HeartbeatSchedule::Period(Duration::from_hours(24)));
    let CheckSpec::Heartbeat(beat) = &probes[4].check else { panic!("not a heartbeat") };
    assert_eq!(beat.grace, Duration::from_mins(5));
    let HeartbeatSchedule::Cron { time_zone, .. } = &beat.schedule else { panic!("not cron") };
    assert_eq!(time_zone.iana_name(), Some("Asia/Tokyo"), "the site's");
}

#[test]
fn little_is_enough() {
    let config = good(SITE).config;
    assert_eq!(config.site.languages, Language::ALL);
    assert_eq!(config.site.time_zone_name, "UTC");
    assert_eq!((config.uptime, config.retention), (Weights::default(), Retention::default()));
    // What remains when every element is commented out.
    assert_eq!(good(&format!("{SITE}groups:\ncomponents:\nprobes: []\n")).config, config);
}

#[test]
fn anchors_may_be_used() {
    let text = format!(
        "{SITE}components: [{{slug: a, name: A}}]\nprobes:\n\
         - {{slug: x, component: a, confirm: &c {{down: 7}}, http: &h {{url: http://x}}}}\n\
         - {{slug: y, component: a, confirm: *c, http: *h}}\n"
    );
    let probes = good(&text).config.probes;
    assert_eq!((&probes[0].check, probes[0].confirm), (&probes[1].check, probes[1].confirm));
}

#[test]
fn the_fingerprint_is_of_all_texts() {
    let text = format!("{SITE}  description: ${{file:d.txt}}\n");
    let with = |description| parse(&text, "conf/y.yaml", &Fake::with(&[], &[("conf/d.txt", description)])).unwrap();
    let (a, b) = (with("one"), with("two"));
    assert_eq!(a.files_read, [PathBuf::from("conf/y.yaml"), PathBuf::from("conf/d.txt")]);
    assert_eq!(a.fingerprint, with("one").fingerprint);
    assert_ne!(a.fingerprint, b.fingerprint);
}

#[test]
fn a_file_is_loaded_with_what_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("yagura.yaml");
    std::fs::write(&path, "site: {name: \"${NAME} ${file:second.txt}\"}\n").unwrap();
    std::fs::write(folder.path().join("second.txt"), "of it\r\n").unwrap();
    let loaded = load(&path, &|name| (name == "NAME").then(|| "Name".to_owned())).unwrap();
    assert_eq!(loaded.config.site.name, LocalizedText::Same("Name of it".to_owned()));
    assert_eq!(loaded.files_read, [path, folder.path().join("second.txt")]);
}

#[test]
fn the_example_is_good() {
    let config = good(EXAMPLE).config;
    assert_eq!((config.groups.len(), config.components.len(), config.probes.len()), (2, 3, 3));
    assert_eq!(good(&EXAMPLE.replace('\n', "\r\n")).config, config);
}

#[test]
fn the_example_is_good_with_all_its_comments() {
    // Lines that begin with `#` and three spaces are configuration, others with `# ` are prose.
    let lines = EXAMPLE.lines().map(|line| if line.starts_with("#   ") { &line[2..] } else { line });
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut sources = fake();
    for variable in ["MISSKEY_TOKEN", "NTFY_TOPIC", "SMTP_PASSWORD", "WEBHOOK_KEY"] {
        sources.variables.insert(variable, "t");
    }
    for (path, text) in [("ca", CERTIFICATE), ("yagura", CERTIFICATE), ("yagura-key", KEY)] {
        sources.files.insert(format!("/etc/yagura/etcd/{path}.pem").leak(), text);
    }
    let config = parse(&text, "/etc/yagura/yagura.yaml", &sources).unwrap_or_else(|errors| panic!("{errors}")).config;
    assert_eq!((config.components.len(), config.probes.len()), (6, 7));
    assert_eq!((config.notifications.channels.len(), config.notifications.routes.len()), (3, 2));
}

#[test]
fn durations_are_read_and_shown() {
    for (text, ms) in [("500ms", 500), ("30s", 30_000), ("1h30m", 5_400_000), ("7d", 604_800_000), ("1d2h3m4s5ms", 93_784_005)] {
        assert_eq!(parse_duration(text), Ok(Duration::from_millis(ms)), "{text}");
        assert_eq!(show_duration(Duration::from_millis(ms)), text);
    }
    for bad in ["", "5", "s", "1.5h", "-1s", "5 s", "1m1h", "1s1s", "5S", "5秒", "99999999999999999999s", "999999999999999d"] {
        assert_eq!(parse_duration(bad), Err(()), "{bad}");
    }
}
