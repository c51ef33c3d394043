//! Heads, good and bad.

use proptest::prelude::*;

use super::*;
use crate::runbook::params::{ComponentField, Pattern, Source};

const FULL: &str = r#"---
id: etcd-quorum
title: { ja: "etcd クォーラム喪失", en: "etcd quorum lost" }
lang: ja
alerts: [etcdNoLeader, k8s_write_stalled]
components: [etcd-cp]
severity_hint: sev1
style: do-confirm
needs: [ssh, console]
applies_to: { kubernetes: ">=1.28", etcd: ">=3.5" }
owner: ops
review_every: 90d
drill_every: 180d
params:
  - { name: node, label: {ja: "ノード"}, from: "labels.instance", pattern: "^[A-Za-z0-9.-]{1,63}$", required: true }
  - name: endpoint
    label: Endpoint
    default: "https://127.0.0.1:2379"
    from: component.url
  - { name: token, secret: true }
estimated: 1h30m
visibility: public
offered: [sev1, resolved]
replaced_by: etcd-restore
weight: 3
runme: { id: x }
---
# etcd-quorum
"#;

fn slug_of(text: &str) -> Slug {
    text.parse().unwrap()
}

/// The findings of a head with these lines: code, what stands there, and the arguments.
fn findings(lines: &str) -> Vec<(&'static str, String, String)> {
    let source = format!("---\n{lines}\n---\n# a\n");
    let found = read(&source).1.into_iter().map(|finding| {
        let args: Vec<String> = finding.args.into_iter().map(|(_, value)| value).collect();
        (finding.code.name(), source[finding.span].to_owned(), args.join(" / "))
    });
    found.collect()
}

fn found(code: &'static str, place: &str, args: &str) -> (&'static str, String, String) {
    (code, place.to_owned(), args.to_owned())
}

#[test]
fn a_full_head_is_read() {
    let (front, findings) = read(FULL);
    assert!(findings.is_empty(), "{findings:?}");
    let days = |count: u64| Some(Duration::from_hours(count * 24));
    assert_eq!(front.id, Some(slug_of("etcd-quorum")));
    assert_eq!(
        front.title,
        Some(LocalizedText::Each { ja: "etcd クォーラム喪失".to_owned(), en: "etcd quorum lost".to_owned() })
    );
    assert_eq!(front.language, Some(Language::Ja));
    assert_eq!(front.alerts, ["etcdNoLeader", "k8s_write_stalled"]);
    assert_eq!(front.components, [slug_of("etcd-cp")]);
    assert_eq!((front.severity_hint, front.style), (Some(Severity::Sev1), Style::DoConfirm));
    assert_eq!(front.needs, [Need::Ssh, Need::Console]);
    assert_eq!(
        front.applies_to,
        [("kubernetes", ">=1.28"), ("etcd", ">=3.5")].map(|(name, versions)| (name.to_owned(), versions.to_owned()))
    );
    assert_eq!(front.owner.as_deref(), Some("ops"));
    assert_eq!((front.review_every, front.drill_every), (days(90), days(180)));
    assert_eq!(front.estimated, Some(Duration::from_mins(90)));
    assert!(front.is_public);
    assert_eq!(front.offered, [Offer::Severity(Severity::Sev1), Offer::Resolved]);
    assert_eq!(front.replaced_by, Some(slug_of("etcd-restore")));
    assert!(front.unknown.is_empty());
    assert_eq!(&FULL[front.span.end..], "# etcd-quorum\n");
    assert_eq!(front.span.start, 0);
}

#[test]
fn parameters_are_read() {
    let params = read(FULL).0.params;
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(names, ["node", "endpoint", "token"]);
    assert_eq!(params[0].label, Some(LocalizedText::Same("ノード".to_owned())));
    assert_eq!(params[0].from, Some(Source::Label("instance".to_owned())));
    assert_eq!(params[0].pattern.as_ref().map(Pattern::as_str), Some("^[A-Za-z0-9.-]{1,63}$"));
    assert!(params[0].is_required && !params[0].is_secret && FULL[params[0].span.clone()].starts_with("{ name: node"));
    assert_eq!(params[1].default.as_deref(), Some("https://127.0.0.1:2379"));
    assert_eq!(params[1].from, Some(Source::Component(ComponentField::Url)));
    assert!(FULL[params[1].span.clone()].ends_with("from: component.url"), "{:?}", &FULL[params[1].span.clone()]);
    assert!(params[2].is_secret && params[2].pattern.is_none());
}

#[test]
fn a_head_stands_at_the_very_beginning_and_has_an_end() {
    for (source, yaml, body) in [
        ("---\na: 1\n---\nb", Some("a: 1\n"), "b"),
        ("\u{feff}---\r\na: 1\r\n--- \r\nb", Some("a: 1\r\n"), "b"),
        ("---\n---", Some(""), ""),
        ("---\na: 1\n---", Some("a: 1\n"), ""),
        ("---\na: 1\n ---\nb", None, "---\na: 1\n ---\nb"),
        ("---\na: 1\n", None, "---\na: 1\n"),
        ("\n---\na: 1\n---\n", None, "\n---\na: 1\n---\n"),
        ("----\na: 1\n----\n", None, "----\na: 1\n----\n"),
        ("\u{feff}# a", None, "# a"),
        ("", None, ""),
    ] {
        let (found, start) = split(source);
        assert_eq!((found.map(|yaml| &source[yaml]), &source[start..]), (yaml, body), "{source:?}");
    }
}

#[test]
fn a_head_that_is_none_is_one_finding() {
    for (source, code) in [
        ("# a\n", Code::FrontMissing),
        ("---\n---\n", Code::FrontMissing),
        ("---\n# only a comment\n---\n", Code::FrontMissing),
        ("---\na: [\n---\n", Code::FrontYaml),
        ("---\n- a\n---\n", Code::FrontYaml),
        ("---\njust text\n---\n", Code::FrontYaml),
    ] {
        let (front, findings) = read(source);
        let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [code], "{source:?}");
        assert_eq!(front, FrontMatter { span: front.span.clone(), ..FrontMatter::default() });
    }
    let long = format!("---\nowner: \"{}\"\n---\n", "a".repeat(BYTES_MAX));
    assert_eq!(read(&long).1.len(), 1);
}

#[test]
fn what_is_wrong_is_told_where_it_stands_and_the_rest_is_read() {
    assert_eq!(findings("id: Ä_b\nowner: ops"), [found("front-value", "Ä_b", "id / a-z 0-9 -")]);
    assert_eq!(findings("ttle: あ\nid: a"), [found("front-key-unknown", "ttle", "ttle")]);
    assert_eq!(
        findings("needs: [ssh, あ, vpn]"),
        [found("front-value", "あ", "needs / [vpn, ssh, console, lan, physical, phone-ok]")]
    );
    assert_eq!(findings("review_every: 90\nstyle: readdo").len(), 2);
    assert_eq!(findings("visibility: secret"), [found("front-value", "secret", "visibility / public | internal")]);
    assert_eq!(findings("title: { ja: あ, fr: b }"), [found("front-key-unknown", "fr", "title.fr")]);
    assert_eq!(findings("title: []").len(), 1);
    assert_eq!(findings("applies_to: [a]").len(), 1);
    assert_eq!(findings("id: a\nid: b"), [found("front-yaml", "id", "the key `id` stands there twice")]);
    assert_eq!(findings("owner: \"a\\nb\"").len(), 1);
    let (front, _) = read("---\nid: a\nttle: b\nid: c\nneeds: [ssh, boat, vpn]\nalerts: Foo\ntitle: { en: A }\n---\n");
    assert_eq!((front.id, front.unknown), (Some(slug_of("a")), vec!["ttle".to_owned()]));
    assert_eq!((front.needs, front.alerts), (vec![Need::Ssh, Need::Vpn], vec!["Foo".to_owned()]));
    assert_eq!(front.title, Some(LocalizedText::Same("A".to_owned())));
}

#[test]
fn a_key_without_value_is_as_good_as_none() {
    let keys = "id:\ntitle:\nlang: ~\nalerts:\ncomponents: null\nseverity_hint:\nstyle:\nneeds:\napplies_to:\nowner:\nreview_every:\nparams:";
    assert!(findings(keys).is_empty(), "{:?}", findings(keys));
}

#[test]
fn parameters_that_are_none_are_told() {
    let param = |text: &str| findings(&format!("params:\n  - {text}"));
    assert_eq!(param("{ name: 1a }"), [found("param-name", "1a", "1a")]);
    assert_eq!(param("{ label: a }"), [found("param-name", "{ label: a }", "")]);
    assert_eq!(param("{ name: a, pattern: '(' }").first().map(|finding| finding.0), Some("param-pattern"));
    assert_eq!(param("{ name: a, pattern: '(', default: '...' }").len(), 1);
    assert_eq!(param("{ name: a, pattern: '[0-9]+', default: あ }"), [found("param-default", "あ", "a")]);
    assert_eq!(param("{ name: a, default: b, secret: true }"), [found("param-default", "b", "a")]);
    assert_eq!(param("{ name: a, from: labels }"), [found("param-from", "labels", "a / labels")]);
    assert_eq!(param("{ name: a, required: yes }"), [found("front-value", "yes", "params.required / true | false")]);
    assert_eq!(param("{ name: a, patern: b }"), [found("front-key-unknown", "patern", "params.patern")]);
    assert_eq!(param("{ name: a }\n  - { name: a }"), [found("param-twice", "{ name: a }", "a")]);
    assert_eq!(param("{ name: a-b }\n  - { name: A_B }"), [found("param-twice", "{ name: A_B }", "A_B")]);
    assert_eq!(param("a").len(), 1);
    assert_eq!(findings("params: { a: b }").len(), 1);
    let (front, _) =
        read("---\nparams:\n  - { name: a, default: '$(id)', from: x }\n  - { name: b, default: hunter2, secret: true }\n---\n");
    assert!(front.params.iter().all(|param| param.default.is_none() && param.from.is_none()));
    let many: Vec<String> = (0..60).map(|number| format!("  - {{ name: p{number} }}\n")).collect();
    assert_eq!(findings(&format!("params:\n{}", many.concat())).len(), 1);
}

#[test]
fn names_of_alerts_are_compared_without_case() {
    assert_eq!(alert_key(" Backup_Overdue"), "backup-overdue");
    assert_eq!(alert_key("KubeAPIDown"), "kubeapidown");
}

/// Pieces of heads.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = vec![
        "---\n",
        "---",
        "\r\n",
        "\n",
        "id: a\n",
        "title: {",
        "}",
        "[",
        "]",
        "- ",
        "  - { name: a",
        ", pattern: '",
        "'",
        "\"",
        ": ",
        "params:\n",
        "&a ",
        "*a",
        "あ",
        "\t",
        "\u{feff}",
        "# x\n",
        "needs: [ssh, boat]\n",
        "|\n",
        "  b\n",
        "<<: ",
        "!x ",
        "? ",
        "...\n",
        "%",
        "\\x07",
        "default: 1",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_head_is_too_strange(text in prop_oneof![any::<String>(), pieces()]) {
        for source in [text.clone(), format!("---\n{text}\n---\n{text}")] {
            let (front, findings) = read(&source);
            prop_assert!(source.get(front.span.clone()).is_some());
            prop_assert_eq!(front.span.end, if front.span.is_empty() { 0 } else { split(&source).1 });
            for finding in findings {
                prop_assert!(source.get(finding.span.clone()).is_some(), "{:?} of {:?}", finding, source);
            }
            for param in front.params {
                prop_assert!(source.get(param.span).is_some());
            }
        }
    }
}
