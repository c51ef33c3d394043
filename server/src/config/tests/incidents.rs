//! The section `incidents`, and what a component says of its own incidents.

use domain::incident::IncidentStatus;
use domain::incident::work::{AutoIncident, Severity};
use domain::text::{Language, LocalizedText};

use super::super::IncidentSettings;
use super::{SITE, good, mistakes, read};

const EXAMPLE: &str = include_str!("../../../../example/yagura.yaml");

/// A template that is good.
const POWER: &str = "{slug: power, name: Power cut, status: identified, text: We have no power.}";

/// `SITE` with a section `incidents` that holds `text`, from line 3, column 13 on.
fn incidents(text: &str) -> String {
    format!("{SITE}incidents: {{{text}}}\n")
}

/// `SITE` with one template on line 5, from column 5 on.
fn template(text: &str) -> String {
    format!("{SITE}incidents:\n  templates:\n  - {{{text}}}\n")
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(mistakes(text), expected, "in:\n{text}");
}

#[test]
fn without_the_section_incidents_are_suggested_and_severities_have_our_labels() {
    let settings = good(SITE).config.incidents;
    assert_eq!(settings, IncidentSettings::default());
    assert_eq!((settings.auto, settings.templates.len()), (AutoIncident::Suggest, 0));
    assert_eq!(settings.label(Severity::Sev1).get(Language::En), "SEV1 critical");
    assert_eq!(settings.label(Severity::Sev4).get(Language::Ja), "SEV4 軽微");
    assert_eq!(good(&incidents("")).config.incidents, settings, "an empty section says nothing");
    assert_eq!(good(&incidents("templates: ")).config.incidents, settings, "nor does an empty list");
}

#[test]
fn severities_that_are_not_named_keep_their_labels() {
    let settings = good(&incidents("severities: {sev1: {ja: 全停止, en: Everything is down}, sev3: Slow}")).config.incidents;
    let in_english = |severity| settings.label(severity).get(Language::En).to_owned();
    assert_eq!(
        [Severity::Sev1, Severity::Sev2, Severity::Sev3, Severity::Sev4].map(in_english),
        ["Everything is down", "SEV2 major", "Slow", "SEV4 trivial"]
    );
    assert_eq!(settings.label(Severity::Sev1).get(Language::Ja), "全停止");
}

#[test]
fn templates_are_read_in_their_order() {
    let other = "{slug: back, name: {ja: 復旧, en: Back}, status: resolved, text: {ja: 戻りました。, en: We are back.}}";
    let templates = good(&incidents(&format!("templates: [{POWER}, {other}]"))).config.incidents.templates;
    let slugs: Vec<&str> = templates.iter().map(|template| template.slug.as_str()).collect();
    assert_eq!(slugs, ["power", "back"]);
    assert_eq!((templates[0].status, templates[1].status), (IncidentStatus::Identified, IncidentStatus::Resolved));
    assert_eq!(templates[0].text, LocalizedText::Same("We have no power.".to_owned()));
    assert_eq!((templates[1].name.get(Language::Ja), templates[1].text.get(Language::En)), ("復旧", "We are back."));
}

#[test]
fn what_a_component_says_of_its_incidents_goes_before_the_section() {
    let auto = |section: &str| {
        let components = "components:\n  - {slug: a, name: A}\n  - {slug: b, name: B, incidents: open}\n";
        let config = good(&format!("{SITE}{section}{components}")).config;
        config.components.iter().map(|component| config.auto_incident(component)).collect::<Vec<_>>()
    };
    assert_eq!(auto(""), [AutoIncident::Suggest, AutoIncident::Open]);
    assert_eq!(auto("incidents: {auto: never}\n"), [AutoIncident::Never, AutoIncident::Open]);
}

#[test]
fn the_section_of_the_example_is_good_with_its_comments() {
    let section = EXAMPLE.lines().skip_while(|line| *line != "incidents:").take_while(|line| !line.is_empty());
    let section: String = section.flat_map(|line| [line.strip_prefix("# ").unwrap_or(line), "\n"]).collect();
    let settings = good(&format!("{SITE}{section}")).config.incidents;
    assert_eq!((settings.auto, settings.templates.len()), (AutoIncident::Suggest, 1));
    assert_ne!(settings, IncidentSettings::default());
}

#[test]
fn words_that_are_none_and_keys_that_are_unknown_are_told() {
    check(
        &incidents("auto: opens, severities: {critical: X}"),
        &[
            "3:19: incidents.auto: found `opens`; expected one of `never`, `suggest`, `open`; did you mean `open`?",
            "3:39: incidents.severities.critical: unknown key `critical`; expected one of `sev1`, `sev2`, `sev3`, `sev4`",
        ],
    );
    check(
        &incidents("severities: {sev1: {ja: 緊急}, sev2: \"\"}"),
        &[
            "3:32: incidents.severities.sev1: the key `en` is missing",
            "3:48: incidents.severities.sev2: the text is empty; expected something to read",
        ],
    );
    check(&format!("{SITE}incidents: often\n"), &["3:12: incidents: found a text; expected a mapping of keys to values"]);
}

#[test]
fn a_component_that_says_something_else_is_told() {
    check(
        &format!("{SITE}components:\n  - {{slug: a, name: A, incidents: opens}}\n"),
        &["4:35: components[0].incidents: found `opens`; expected one of `never`, `suggest`, `open`; did you mean `open`?"],
    );
}

#[test]
fn templates_that_cannot_be_are_told() {
    check(
        &template("slug: power, name: P, status: postmortem, text: T"),
        &["5:36: incidents.templates[0].status: found `postmortem`; \
           expected one of `investigating`, `identified`, `monitoring`, `resolved`"],
    );
    check(
        &template("slug: Power!, name: P, status: resolved, text: T"),
        &["5:12: incidents.templates[0].slug: found `Power!`; expected a slug: a-z, 0-9 and single hyphens between them"],
    );
    check(&template("slug: power, name: P, status: resolved"), &["5:5: incidents.templates[0]: the key `text` is missing"]);
    let long = "x".repeat(2_001);
    check(
        &template(&format!("slug: power, name: P, status: resolved, text: {long}")),
        &["5:52: incidents.templates[0].text: the text has 2001 characters; expected at most 2000"],
    );
    let longest = good(&template(&format!("slug: power, name: P, status: resolved, text: {}", &long[1..]))).config;
    assert_eq!(longest.incidents.templates[0].text.get(Language::En).len(), 2_000);
}

#[test]
fn a_template_has_its_slug_for_itself_and_there_are_at_most_fifty() {
    check(
        &format!("{SITE}incidents:\n  templates:\n  - {POWER}\n  - {POWER}\n"),
        &["6:5: incidents.templates[1]: `power` was already given"],
    );
    let many = |count: usize| {
        let templates: Vec<String> = (0..count).map(|number| POWER.replace("power", &format!("power-{number}"))).collect();
        incidents(&format!("templates: [{}]", templates.join(", ")))
    };
    assert_eq!(good(&many(50)).config.incidents.templates.len(), 50);
    check(&many(51), &["3:24: incidents.templates: 51 templates are given; expected at most 50"]);
}

#[test]
fn a_secret_put_where_a_word_belongs_is_not_printed() {
    let broken = [
        incidents("auto: \"${TOKEN}\""),
        incidents("severities: {\"${TOKEN}\": X}"),
        template("slug: \"${SLUG}\", name: P, status: resolved, text: T"),
        template("slug: power, name: P, status: \"${TOKEN}\", text: T"),
    ];
    for text in broken {
        let errors = read(&text).expect_err(&text).to_string();
        assert!(!errors.to_lowercase().contains("hunter2"), "a secret is shown by:\n{errors}");
    }
}
