//! The sections `trusted_proxies`, `desk` and `backup`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{BackupSettings, DeskSettings, Reference};
use super::{Fake, SITE, good, mistakes, parse, probes, read};

const EXAMPLE: &str = include_str!("../../../../example/yagura.yaml");

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(mistakes(text), expected, "in:\n{text}");
}

/// A probe `p` and a heartbeat `nightly`, and `text` on line 8.
fn with_probes(text: &str) -> String {
    let beat = "- {slug: nightly, component: blog, heartbeat: {token: 0123456789abcdef, period: 1h}}";
    probes(&format!("- {{slug: p, component: blog, tcp: {{host: h, port: 1}}}}\n{beat}\n{text}"))
}

#[test]
fn networks_are_read_and_an_address_is_a_network_of_one() {
    let config = good(&format!("{SITE}trusted_proxies: [10.0.0.0/8, \"::1\", \"fd00::/8\", 192.0.2.7, 0.0.0.0/0]\n")).config;
    let shown: Vec<String> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["10.0.0.0/8", "::1/128", "fd00::/8", "192.0.2.7/32", "0.0.0.0/0"]);
    let hundred: Vec<String> = (0..100).map(|number| format!("10.0.{number}.0/24")).collect();
    assert_eq!(good(&format!("{SITE}trusted_proxies: [{}]\n", hundred.join(", "))).config.trusted_proxies.len(), 100);
}

#[test]
fn without_these_sections_nothing_is_allowed() {
    let config = good(SITE).config;
    assert!(config.trusted_proxies.is_empty() && config.made.is_empty() && config.backup.is_none());
    assert_eq!(config.desk, DeskSettings::default());
    assert_eq!(good(&format!("{SITE}trusted_proxies:\ndesk: {{networks: [], references: }}\n")).config, config);
}

#[test]
fn references_are_names_of_variables_and_files() {
    let lists = "networks: [127.0.0.0/8], references: [NOT_SET, _x1, \"file:/run/secrets/p\", file:own/key]";
    let desk = good(&format!("{SITE}desk: {{{lists}}}\n")).config.desk;
    let file = |path: &str| Reference::File(path.to_owned());
    let variable = |name: &str| Reference::Variable(name.to_owned());
    let references = [variable("NOT_SET"), variable("_x1"), file("/run/secrets/p"), file("own/key")];
    assert_eq!(desk.references, references);
    let shown: Vec<String> = references.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["NOT_SET", "_x1", "file:/run/secrets/p", "file:own/key"]);
    assert_eq!(desk.networks, ["127.0.0.0/8".parse().unwrap()]);
}

#[test]
fn a_changed_file_among_the_references_is_noticed() {
    let text = format!("{SITE}desk: {{references: [file:secret.txt]}}\n");
    let with = |files: &[(&'static str, &'static str)]| parse(&text, "conf/y.yaml", &Fake::with(&[], files)).unwrap();
    let (old, new, none) = (with(&[("conf/secret.txt", "one")]), with(&[("conf/secret.txt", "two")]), with(&[]));
    assert_eq!(old.files_read, [PathBuf::from("conf/y.yaml"), PathBuf::from("conf/secret.txt")]);
    assert_eq!((&old.config, &old.files_read), (&none.config, &none.files_read), "a file that is missing is no mistake of ours");
    assert!(old.fingerprint != new.fingerprint && old.fingerprint != none.fingerprint);
}

#[test]
fn backups_are_read() {
    let backup = |text: &str| good(&with_probes(text)).config.backup.unwrap();
    let hours = Duration::from_hours;
    let folder = PathBuf::from("/etc/yagura/backups");
    let default = BackupSettings { folder, every: hours(24), keep: 7, heartbeat: None };
    assert_eq!(backup("backup: {folder: backups}"), default);
    assert_eq!(backup("backup: {folder: ./backups, heartbeat: nightly}").heartbeat.unwrap().as_str(), "nightly");
    let full = backup("backup: {folder: /srv/b, every: 30d, keep: 1000}");
    assert_eq!((full.folder.as_path(), full.every, full.keep), (Path::new("/srv/b"), hours(30 * 24), 1000));
}

#[test]
fn the_sections_that_stand_in_the_example_as_comments_are_good() {
    let sections = ["# self_check: ", "# trusted_proxies: ", "# desk: ", "# backup: "];
    let mut found = 0;
    let lines = EXAMPLE.lines().map(|line| {
        let is_section = sections.iter().any(|section| line.starts_with(section));
        found += usize::from(is_section);
        if is_section { &line[2..] } else { line }
    });
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let config = good(&text).config;
    assert_eq!(found, sections.len());
    assert_eq!((config.trusted_proxies.len(), config.desk.networks.len(), config.desk.references.len()), (3, 1, 2));
    assert!(config.backup.unwrap().heartbeat.is_some());
}

#[test]
fn networks_that_are_none_are_told() {
    let expected = "expected a network such as `10.0.0.0/8`, or an address";
    check(
        &format!("{SITE}trusted_proxies: [10.0.0.5/8, 10.0.0.0/8, 10.0.0.0/8, \"::g\", example.org]\n"),
        &[
            "3:19: trusted_proxies[0]: found `10.0.0.5/8`, which has bits set beyond its prefix; \
             expected a network or one address; did you mean `10.0.0.0/8`?",
            "3:43: trusted_proxies[2]: this network was already given",
            &format!("3:55: trusted_proxies[3]: found `\"::g\"`; {expected}"),
            &format!("3:62: trusted_proxies[4]: found `example.org`; {expected}"),
        ],
    );
    let many: Vec<String> = (0..101).map(|number| format!("10.0.{number}.0/24")).collect();
    check(
        &format!("{SITE}trusted_proxies: [{}]\n", many.join(", ")),
        &["3:18: trusted_proxies: 101 networks are given; expected at most 100"],
    );
}

#[test]
fn what_things_of_the_desk_may_not_refer_to_is_told() {
    let name = "this is neither the name of a variable nor of a file; expected `NAME` or `file:/path`, without `${…}`";
    let lists = r#"networks: 127.0.0.1, references: ["${TOKEN}", "a b", null, "file:", NAME, NAME, [x]], network: []"#;
    check(
        &format!("{SITE}desk: {{{lists}}}\n"),
        &[
            "3:18: desk.networks: found a text; expected a list",
            &format!("3:42: desk.references[0]: {name}"),
            &format!("3:54: desk.references[1]: {name}"),
            "3:61: desk.references[2]: nothing stands here; expected `NAME` or `file:/path`, without `${…}`",
            &format!("3:67: desk.references[3]: {name}"),
            "3:82: desk.references[5]: this reference was already given",
            "3:88: desk.references[6]: found a list; expected `NAME` or `file:/path`, without `${…}`",
            "3:94: desk.network: unknown key `network`; expected one of `networks`, `references`",
        ],
    );
    let many: Vec<String> = (0..101).map(|number| format!("NAME_{number}")).collect();
    check(
        &format!("{SITE}desk: {{references: [{}]}}\n", many.join(", ")),
        &["3:20: desk.references: 101 references are given; expected at most 100"],
    );
}

#[test]
fn backups_that_cannot_be_are_told() {
    check(
        &with_probes("backup: {every: 30m, keep: 0, heartbeat: p}"),
        &[
            "8:9: backup: the key `folder` is missing",
            "8:17: backup.every: found `30m`; expected a duration from 1h to 30d",
            "8:28: backup.keep: found `0`; expected a whole number from 1 to 1000",
            "8:42: backup.heartbeat: the probe `p` is no heartbeat; expected the slug of a probe with `heartbeat`",
        ],
    );
    check(
        &with_probes("backup: {folder: b, heartbeat: nightli}"),
        &["8:32: backup.heartbeat: there is no such heartbeat among `probes`; did you mean `nightly`?"],
    );
}

#[test]
fn a_secret_put_in_place_of_its_name_is_not_printed() {
    let broken = [
        with_probes("backup: {folder: b, heartbeat: hunter2hunter2}"),
        with_probes("backup: {folder: b, heartbeat: hunter2_HUNTER}"),
        with_probes("backup: {folder: b, heartbeat: \"${TOKEN}\"}"),
        format!("{SITE}desk: {{references: [\"hunter2 hunter2\", [hunter2]]}}\n"),
        format!("{SITE}desk: {{references: hunter2}}\n"),
        format!("{SITE}desk: {{reference: [hunter2]}}\n"),
        format!("{SITE}desk: {{networks: [\"${{TOKEN}}\"]}}\n"),
    ];
    for text in broken {
        let errors = read(&text).expect_err(&text).to_string();
        assert!(!errors.contains("hunter2"), "a secret is shown by:\n{errors}");
    }
}
