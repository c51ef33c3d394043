//! What is made at the desk, laid over the file's configuration.

use std::collections::HashSet;
use std::path::Path;

use domain::probe::spec::{ActiveSpec, CheckSpec};
use domain::text::{LocalizedText, Slug};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::{Config, MADE_BYTES_MAX, Made, MadeKind, MadeMistake, PROBES_MAX, conflicts, overlay};
use super::{CERTIFICATE, KEY, good};

use MadeKind::{Component, Group, Probe};

/// The file beside which things are made.
const FILE: &str = r#"
site: {name: S, time_zone: Asia/Tokyo}
desk:
  networks: [10.0.0.0/8, 127.0.0.53]
  references: [TOKEN, LOCAL, NOT_SET, "file:secret.txt", "file:ca.pem", file:./key.pem]
groups: [{slug: web, name: Web}]
components:
  - {slug: blog, name: Blog, group: web}
  - {slug: store, name: Store, renamed_from: shop}
probes:
  - {slug: blog-tcp, component: blog, tcp: {host: 127.0.0.1, port: 80}}
  - {slug: beat, component: blog, heartbeat: {token: 0123456789abcdef, period: 1h}}
"#;

fn variable(name: &str) -> Option<String> {
    let value = match name {
        "TOKEN" | "HIDDEN" => "hunter2",
        "LOCAL" => "127.0.0.1",
        _ => return None,
    };
    Some(value.to_owned())
}

/// The file, and the folder it stands in.
pub(super) struct Given {
    pub(super) base: Config,
    pub(super) folder: TempDir,
}

impl Given {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("secret.txt", "hunter2\n"),
            ("hidden.txt", "hunter2\n"),
            ("ca.pem", CERTIFICATE),
            ("key.pem", KEY),
            ("hidden.pem", CERTIFICATE),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Self { base: good(FILE).config, folder }
    }

    pub(super) fn overlay(&self, made: &[Made]) -> Result<Config, Vec<MadeMistake>> {
        overlay(&self.base, made, self.folder.path(), &variable)
    }

    #[track_caller]
    pub(super) fn good(&self, made: &[Made]) -> Config {
        self.overlay(made).unwrap_or_else(|errors| panic!("{errors:#?}"))
    }

    /// `slug: message` of each mistake.
    #[track_caller]
    pub(super) fn told(&self, made: &[Made]) -> Vec<String> {
        let Err(errors) = self.overlay(made) else { panic!("no mistake was found in {made:?}") };
        errors.iter().map(|error| format!("{}: {error}", error.slug)).collect()
    }

    #[track_caller]
    pub(super) fn check(&self, made: &[Made], expected: &[&str]) {
        assert_eq!(self.told(made), expected);
    }
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

pub(super) fn made(kind: MadeKind, name: &str, body: &Value) -> Made {
    Made { kind, slug: slug(name), body: body.to_string() }
}

fn component(name: &str, depends_on: &[&str]) -> Made {
    made(Component, name, &json!({"slug": name, "name": "A", "depends_on": depends_on}))
}

/// A probe `name` of the component `blog`, with one more key.
pub(super) fn probe(name: &str, key: &str, value: Value) -> Made {
    let mut body = json!({"slug": name, "component": "blog"});
    body[key] = value;
    made(Probe, name, &body)
}

pub(super) fn http(value: Value) -> Made {
    probe("p", "http", value)
}

pub(super) fn active(config: &Config, index: usize) -> &ActiveSpec {
    match &config.probes[index].check {
        CheckSpec::Active(active) => active,
        CheckSpec::Heartbeat(_) => panic!("a heartbeat"),
    }
}

#[test]
fn what_is_made_comes_after_what_the_file_has() {
    let given = Given::new();
    let token = "00000000-0000-4000-8000-000000000000";
    let all = [
        probe("up", "heartbeat", json!({"token": token, "cron": "0 3 * * *"})),
        made(
            Component,
            "api",
            &json!({"slug": "api", "name": {"ja": "窓口", "en": "API"}, "group": "inner", "depends_on": ["blog"]}),
        ),
        made(Group, "inner", &json!({"slug": "inner", "name": "Inner \"things\"\n\u{1f525}"})),
        made(Probe, "api-http", &json!({"slug": "api-http", "component": "api", "every": "30s", "http": {"url": "https://h/"}})),
    ];
    let Config { groups, components, probes, made: from_desk, .. } = given.good(&all);
    let slugs: Vec<&str> = groups.iter().map(|group| group.slug.as_str()).collect();
    assert_eq!(slugs, ["web", "inner"]);
    assert_eq!(groups[1].name, LocalizedText::Same("Inner \"things\"\n\u{1f525}".to_owned()));
    let slugs: Vec<&str> = components.iter().map(|component| component.slug.as_str()).collect();
    assert_eq!(slugs, ["blog", "store", "api"]);
    assert_eq!(components[2].name, LocalizedText::Each { ja: "窓口".to_owned(), en: "API".to_owned() });
    let slugs: Vec<&str> = probes.iter().map(|probe| probe.slug.as_str()).collect();
    assert_eq!(slugs, ["blog-tcp", "beat", "up", "api-http"]);
    let expected = [(Group, "inner"), (Component, "api"), (Probe, "up"), (Probe, "api-http")];
    let expected: HashSet<_> = expected.into_iter().map(|(kind, name)| (kind, slug(name))).collect();
    assert_eq!(from_desk, expected);
}

#[test]
fn without_anything_made_the_file_stands_as_it_is() {
    let given = Given::new();
    assert_eq!(given.good(&[]), given.base);
    let config = given.good(&[component("api", &[])]);
    assert_eq!(Config { components: given.base.components.clone(), made: given.base.made.clone(), ..config }, given.base);
}

#[test]
fn a_name_is_given_once() {
    let given = Given::new();
    let all = [
        made(Group, "web", &json!({"slug": "web", "name": "W"})),
        component("blog", &[]),
        probe("beat", "tcp", json!({"host": "h", "port": 1})),
        component("twice", &[]),
        component("twice", &[]),
        // Of another kind: no mistake.
        made(Group, "blog", &json!({"slug": "blog", "name": "W"})),
        component("shop", &[]),
        made(Component, "known", &json!({"slug": "other", "name": "A"})),
    ];
    given.check(
        &all,
        &[
            "web: slug: the group `web` already exists in the configuration file; expected another slug",
            "blog: slug: the component `blog` already exists in the configuration file; expected another slug",
            "beat: slug: the probe `beat` already exists in the configuration file; expected another slug",
            "twice: slug: the component `twice` already exists at the desk; expected another slug",
            "shop: slug: the configuration file gave the history of `shop` to another slug; expected a slug without a history",
            "known: slug: the slug is `other`, but this is known as `known`; expected the same in both places",
        ],
    );
}

#[test]
fn what_is_made_takes_over_no_history() {
    let given = Given::new();
    let renamed = json!({"slug": "a", "name": "A", "component": "blog", "renamed_from": "old", "tcp": {"host": "h", "port": 1}});
    let mut component = renamed.clone();
    component.as_object_mut().unwrap().retain(|key, _| !["component", "tcp"].contains(&key.as_str()));
    let mut probe = renamed;
    probe.as_object_mut().unwrap().remove("name");
    let expected = "a: renamed_from: what is made at the desk takes over no history; expected no `renamed_from`";
    given.check(&[made(Component, "a", &component), made(Probe, "a", &probe)], &[expected, expected]);
}

#[test]
fn references_lead_somewhere_and_not_round() {
    let given = Given::new();
    let all = [
        made(Component, "lost", &json!({"slug": "lost", "name": "A", "group": "wbe", "depends_on": ["lost", "shop"]})),
        made(Probe, "p", &json!({"slug": "p", "component": "blogg", "tcp": {"host": "h", "port": 1}})),
        component("a", &["b", "blog"]),
        component("b", &["a"]),
    ];
    given.check(
        &all,
        &[
            "lost: group: there is no group `wbe` (did you mean `web`?)",
            "lost: depends_on[1]: there is no component `shop`; expected its new name, `store`",
            "lost: depends_on[0]: `lost` depends on itself; expected dependencies without a circle",
            "p: component: there is no component `blogg` (did you mean `blog`?)",
            "b: depends_on[0]: the dependencies go round: a → b → a; expected dependencies without a circle",
        ],
    );
}

#[test]
fn tokens_of_heartbeats_are_written_out_and_differ() {
    let given = Given::new();
    let beat = |name: &str, token: &str| probe(name, "heartbeat", json!({"token": token, "period": "1h"}));
    let other = "this is also the token of another heartbeat; expected a token of its own for each heartbeat";
    let expected = [
        format!("a: heartbeat.token: {other}"),
        format!("c: heartbeat.token: {other}"),
        "d: heartbeat.token: `${TOKEN}` may not be used here; \
         a placeholder may stand in path, query, headers, body, `auth` and `tls` of a request, and in what is sent by TCP"
            .to_owned(),
    ];
    let all = [
        beat("a", "0123456789abcdef"),
        beat("b", "fedcba9876543210"),
        beat("c", "fedcba9876543210"),
        beat("d", "${TOKEN}${TOKEN}"),
    ];
    let mut told = given.told(&all);
    // Both placeholders are told.
    told.dedup();
    assert_eq!(told, expected);
}

#[test]
fn there_are_no_more_probes_than_allowed_in_both_together() {
    let mut given = Given::new();
    let one = given.base.probes[0].clone();
    given.base.probes = vec![one; PROBES_MAX - 1];
    let tcp = || json!({"host": "h", "port": 1});
    let all = ["a", "b", "c"].map(|name| probe(name, "tcp", tcp()));
    assert_eq!(given.good(&all[..1]).probes.len(), PROBES_MAX);
    given.check(
        &all,
        &["b: this probe is one too many; expected at most 20000 in the configuration file and at the desk together"],
    );
}

#[test]
fn a_body_is_json_and_not_large() {
    let given = Given::new();
    let raw = |body: &str| Made { kind: Group, slug: slug("g"), body: body.to_owned() };
    let long = format!(r#"{{"slug": "g", "name": "{}"}}"#, "x".repeat(MADE_BYTES_MAX));
    let bodies = ["", "{slug: g, name: G}", "null", "[]", r#"{"slug": "g", "slug": "g", "name": "G"}"#, long.as_str()];
    let told: Vec<String> = bodies.iter().flat_map(|body| given.told(&[raw(body)])).collect();
    assert_eq!(
        told,
        [
            "g: this is not JSON: EOF while parsing a value at line 1 column 0",
            "g: this is not JSON: key must be a string at line 1 column 2",
            "g: nothing stands here; expected a mapping of keys to values",
            "g: found a list; expected a mapping of keys to values",
            "g: slug: the key `slug` was already given on line 1",
            "g: this has 65561 bytes; expected at most 64 KiB",
        ]
    );
    let deep = format!(r#"{{"slug": {}{}}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(given.told(&[raw(&deep)]), ["g: values are nested more than 32 deep"]);
    assert_eq!(given.told(&[raw(&"[".repeat(MADE_BYTES_MAX))]).len(), 1);
}

#[test]
fn all_mistakes_come_at_once_and_in_the_order_of_what_was_made() {
    let given = Given::new();
    let all = [
        probe("z", "http", json!({"url": "ftp://h", "auth": {"bearer": "swordfish"}, "tls": {"skip_verify": "maybe"}})),
        made(Group, "g", &json!({"slug": "g", "nmae": "G"})),
        probe("a", "http", json!({"url": "http://127.0.0.1/", "redirects": 21})),
    ];
    let errors = given.overlay(&all).unwrap_err();
    let places: Vec<_> = errors.iter().map(|error| (error.kind, error.slug.as_str(), error.path.as_str())).collect();
    let expected = [
        (Probe, "z", "http.auth.bearer"),
        (Probe, "z", "http.url"),
        (Probe, "z", "http.tls.skip_verify"),
        (Group, "g", "nmae"),
        (Probe, "a", "http.url"),
        (Probe, "a", "http.redirects"),
    ];
    assert_eq!(places, expected);
    assert!(errors.iter().all(|error| !format!("{error:?}").contains("swordfish")));
}

#[test]
fn a_file_that_does_not_fit_what_was_made_is_told_with_what_to_do() {
    let given = Given::new();
    let all =
        [component("blog", &[]), made(Probe, "p", &json!({"slug": "p", "component": "gone", "tcp": {"host": "h", "port": 1}}))];
    let errors = conflicts(&given.overlay(&all).unwrap_err(), "conf/yagura.yaml");
    assert_eq!(errors.files_read, [Path::new("conf/yagura.yaml")]);
    assert_eq!(
        errors.to_string(),
        "conf/yagura.yaml: the component `blog`, made at the desk, does not fit this file (at `slug`): \
         the component `blog` already exists in the configuration file; \
         expected one of the two to be renamed or removed, here or at the desk\n\
         conf/yagura.yaml: the probe `p`, made at the desk, does not fit this file (at `component`): \
         there is no component `gone`; expected it to be changed at the desk, or this file to be changed"
    );
}

/// Anything that could stand in a body, much of it at places where it means something.
fn anything() -> impl Strategy<Value = Value> {
    let texts = prop::sample::select(vec![
        "",
        "p",
        "blog",
        "web",
        "1h",
        "0 3 * * *",
        "h",
        "http://h/",
        "http://127.0.0.1/",
        "http://h/?token=${TOKEN}",
        "http://${TOKEN}:${TOKEN}@h/",
        "${TOKEN}",
        "${HIDDEN}",
        "${file:secret.txt}",
        "${file:hidden.txt}",
        "x${TOKEN}\n",
        "[STATUS] == ${TOKEN}",
        "[STATUS] == 200",
        "${",
        "$${TOKEN}",
        "ca.pem",
        "0123456789abcdef",
        "\u{0}\u{202e}\u{85}火",
    ]);
    let texts = prop_oneof![4 => texts.prop_map(Value::from), 1 => any::<String>().prop_map(Value::from)];
    let others = prop_oneof![any::<i64>().prop_map(Value::from), any::<bool>().prop_map(Value::from), Just(Value::Null)];
    let leaf = prop_oneof![4 => texts, 1 => others];
    let keys = "slug name component group depends_on http url method headers X-Token body auth basic user password bearer tls ca \
                certificate key conditions tcp host port send heartbeat token period cron time_zone every timeout renamed_from ja en \
                tokne";
    let keys = prop::sample::select(keys.split(' ').collect::<Vec<_>>());
    leaf.prop_recursive(5, 64, 8, move |inner| {
        let entries = prop::collection::vec((keys.clone(), inner.clone()), 0..8);
        let map = entries.prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Value>());
        prop_oneof![3 => map, 1 => prop::collection::vec(inner, 0..4).prop_map(Value::from)]
    })
}

/// What any place of a body may hold.
fn probe_with(http: Value, tcp: Value, other: Value) -> Value {
    json!({"slug": "p", "component": other.clone(), "http": http, "tcp": tcp, "heartbeat": other.clone(), "confirm": other})
}

fn kinds() -> impl Strategy<Value = MadeKind> {
    prop::sample::select(vec![Group, Component, Probe])
}

/// Lays `bodies` over the file. Whatever is in them, this ends, and tells no secret.
fn try_all(given: &Given, kind: MadeKind, bodies: Vec<String>) -> Result<(), TestCaseError> {
    let made: Vec<_> = bodies.into_iter().map(|body| Made { kind, slug: slug("p"), body }).collect();
    match given.overlay(&made) {
        Ok(config) => prop_assert_eq!(config.made.len(), made.len()),
        Err(errors) => {
            prop_assert!(!errors.is_empty());
            let shown = format!("{errors:?} {}", conflicts(&errors, "f"));
            prop_assert!(!shown.contains("hunter2"), "{}", shown);
            let is_harmless = |c: char| !c.is_control() || c == '\n';
            prop_assert!(errors.iter().all(|error| error.to_string().chars().all(is_harmless)), "{}", shown);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_body_makes_it_panic_and_no_message_tells_a_secret(
        kind in kinds(), whole in anything(), http in anything(), tcp in anything(), other in anything(),
    ) {
        let given = Given::new();
        try_all(&given, kind, vec![whole.to_string(), probe_with(http.clone(), tcp, other).to_string()])?;
        try_all(&given, Probe, vec![json!({"slug": "p", "component": "blog", "http": http}).to_string()])?;
    }

    #[test]
    fn no_text_that_is_hardly_json_makes_it_panic(
        kind in kinds(), text in any::<String>(), cut in 0_usize..400, into in "[\\[\\]{}:,\"&*!|>%@#\\\\ \n\t-]{0,6}",
    ) {
        let given = Given::new();
        let whole = json!({
            "slug": "p", "component": "blog",
            "http": {"url": "http://h/?key=${TOKEN}", "headers": {"X-Token": "${TOKEN}"}, "conditions": ["[STATUS] == 200"]},
        });
        let whole = whole.to_string();
        let cut = cut.min(whole.len());
        let torn = format!("{}{into}{}", &whole[..cut], &whole[cut..]);
        try_all(&given, kind, vec![text])?;
        try_all(&given, kind, vec![torn, whole[..cut].to_owned()])?;
    }
}
