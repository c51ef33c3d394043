//! Tests of matchers and types.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn labels(pairs: &[(&str, &str)]) -> Pairs {
    Pairs::labels(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn matcher(text: &str) -> Matcher {
    text.parse().unwrap()
}

fn kind(slug: &str, matchers: &[&str]) -> AlertType {
    AlertType {
        slug: slug.parse().unwrap(),
        name: LocalizedText::Same(slug.to_owned()),
        names: BTreeSet::new(),
        matchers: matchers.iter().map(|text| matcher(text)).collect(),
        severity: None,
        component: ComponentRule::default(),
        runbook: None,
        waiver: None,
        incident: AutoIncident::Suggest,
    }
}

#[test]
fn matchers_are_those_of_alertmanager() {
    let disk = labels(&[("alertname", "DiskFull"), ("instance", "db-1:9100"), ("quoted", "a\"b\\c\nd")]);
    for good in [
        "alertname=DiskFull",
        " alertname = \"DiskFull\" ",
        "alertname!=\"Other\"",
        "instance=~\"db-.*\"",
        "instance=~\"db-\\d:9100\"",
        "instance!~\"web-.*\"",
        "nothing=\"\"",
        "nothing!=x",
        "nothing=~\".*\"",
        "quoted=\"a\\\"b\\\\c\\nd\"",
    ] {
        assert!(matcher(good).matches(&disk), "{good}");
        assert!(matcher(&matcher(good).to_string()).matches(&disk), "{good}, written again");
    }
    for other in ["alertname=Disk", "instance=~\"db\"", "instance=~\"b-1:9100\"", "nothing=~\".+\"", "alertname!~\"Disk.*\""] {
        assert!(!matcher(other).matches(&disk), "{other}: the whole value is meant");
    }
}

#[test]
fn what_is_no_matcher_says_why() {
    let long = format!("a=\"{}\"", "x".repeat(LABEL_CHARS_MAX + 1));
    for (text, error) in [
        ("", MatcherError::Operator),
        ("alertname", MatcherError::Operator),
        ("a!b", MatcherError::Operator),
        ("=x", MatcherError::Label),
        ("a=\"x", MatcherError::Quotes),
        ("a=\"x\" y", MatcherError::Quotes),
        ("a=x\"", MatcherError::Quotes),
        (&long, MatcherError::Value),
    ] {
        assert_eq!(text.parse::<Matcher>(), Err(error), "{text}");
    }
    assert!(matches!("a=~\"(\"".parse::<Matcher>(), Err(MatcherError::Pattern(_))));
    assert!(matches!("a=~\"(a{1000}){1000}\"".parse::<Matcher>(), Err(MatcherError::Pattern(_))), "too large");
}

#[test]
fn the_most_particular_type_is_meant() {
    let types = [
        kind("any", &["alertname=~\".+\""]),
        kind("disk-b", &["alertname=DiskFull"]),
        kind("disk-a", &["alertname=DiskFull"]),
        kind("disk-db", &["alertname=DiskFull", "job=db"]),
        kind("by-hand", &[]),
    ];
    let meant = |pairs: &[(&str, &str)]| of(&types, &labels(pairs)).map(|kind| kind.slug.to_string());
    assert_eq!(meant(&[("alertname", "DiskFull"), ("job", "db")]).as_deref(), Some("disk-db"));
    // All three have one matcher: the first by slug.
    assert_eq!(meant(&[("alertname", "DiskFull")]).as_deref(), Some("any"));
    assert_eq!(meant(&[("alertname", "Other")]).as_deref(), Some("any"));
    assert_eq!(meant(&[("job", "db")]), None);
    let reversed: Vec<AlertType> = types.iter().rev().cloned().collect();
    assert_eq!(of(&reversed, &labels(&[("alertname", "DiskFull")])).map(|kind| kind.slug.as_str()), Some("any"));
}

#[test]
fn what_an_alert_is_about_is_a_component_that_is_known() {
    let is_known = |slug: &Slug| slug.as_str() == "web";
    let rule = ComponentRule::default();
    assert_eq!(rule.component(&labels(&[("job", "Web")]), is_known).unwrap().as_str(), "web");
    assert_eq!(rule.component(&labels(&[("component", "nothing"), ("service", "web")]), is_known).unwrap().as_str(), "web");
    assert_eq!(rule.component(&labels(&[("job", "; rm -rf /")]), is_known), None);
    let fixed = |slug: &str| ComponentRule::Fixed(slug.parse().unwrap()).component(&Pairs::default(), is_known);
    assert!(fixed("web").is_some() && fixed("gone").is_none());
}

#[test]
fn severities_are_understood_in_the_usual_words() {
    assert_eq!(severity_of("critical"), Some(Severity::Sev1));
    assert_eq!(severity_of(" Warning "), Some(Severity::Sev3));
    assert_eq!(severity_of("sev2"), Some(Severity::Sev2));
    assert_eq!(severity_of("purple"), None);
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_is_written(text in "[a-z=!~\"\\\\. ]{0,20}") {
        if let Ok(read) = text.parse::<Matcher>() {
            let written = read.to_string();
            prop_assert_eq!(written.parse::<Matcher>().map(|again| again.to_string()), Ok(written));
        }
    }

    #[test]
    fn equal_means_equal(value in ".{1,40}") {
        let pairs = Pairs::labels(BTreeMap::from([("a".to_owned(), value.clone())]));
        prop_assert!(Matcher::equal("a", &value).matches(&pairs));
        prop_assert!(!Matcher::equal("b", &value).matches(&pairs));
    }
}

#[test]
fn a_name_is_a_condition_however_it_is_written() {
    let named = AlertType { names: BTreeSet::from(["disk-full".to_owned()]), ..kind("b-named", &[]) };
    let narrower = AlertType { names: named.names.clone(), ..kind("c-narrower", &["cluster=\"home\""]) };
    let types = [kind("a-any", &["cluster=\"home\""]), named, narrower];
    let found = |pairs: &[(&str, &str)]| of(&types, &labels(pairs)).map(|kind| kind.slug.to_string());
    assert_eq!(found(&[("alertname", "Disk_Full")]).as_deref(), Some("b-named"));
    assert_eq!(found(&[("alertname", "disk-full"), ("cluster", "home")]).as_deref(), Some("c-narrower"));
    assert_eq!(found(&[("alertname", "other"), ("cluster", "home")]).as_deref(), Some("a-any"));
    assert_eq!(found(&[("alertname", "other")]), None);
}
