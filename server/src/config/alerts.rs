//! `alerts`: when alerts are one, and when many of them are a storm; and `alert_types`: the kinds of trouble that are known, each with the
//! runbook for it, or with why it has none.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use domain::alert::kind::{ComponentRule, Matcher};
use domain::alert::label::NAME_CHARS_MAX as LABEL_NAME_CHARS_MAX;
use domain::alert::occurrence::FlapRule;
use domain::alert::storm::StormRule;
use domain::incident::work::{AutoIncident, Severity};
use domain::runbook::front_matter::alert_key;
use domain::text::{LocalizedText, Slug};
use jiff::civil::Date;

use super::incidents::auto;
use super::mistake::Mistake;
use super::names::Sort;
use super::reader::{Fields, Item, Reader, Text};
use super::sections::optional;
use super::values::{self, NAME_CHARS_MAX};

/// Most types of alerts.
const TYPES_MAX: usize = 500;
/// Most names, matchers or labels of one.
const CONDITIONS_MAX: usize = 50;
/// Longest reason of a waiver, in characters.
const REASON_CHARS_MAX: usize = 500;
/// Longest time for which anything here counts.
const SPAN_MAX: Duration = Duration::from_hours(24);
/// Shortest.
const SPAN_MIN: Duration = Duration::from_secs(1);
/// Most turns that flapping can take: more are not remembered.
const TURNS_MAX: u32 = 30;
/// Fewest alerts that are a storm.
const STORM_MIN: u32 = 2;
/// Most that it can take.
const STORM_MAX: u32 = 1_000;
/// Labels that say which cluster something is of, if none is named.
const CLUSTER_LABELS: [&str; 1] = ["cluster"];

/// How alerts become one thing to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSettings {
    /// When occurrences are one alert, and when that flaps.
    pub flap: FlapRule,
    /// When many of one group are a storm.
    pub storm: StormRule,
    /// Labels that name the group: the first that is there counts.
    pub group_labels: Vec<String>,
    /// Labels that name the component, where a type says nothing else.
    pub component: ComponentRule,
    /// The types that are known.
    pub types: Vec<AlertTypeSpec>,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            flap: FlapRule::default(),
            storm: StormRule::default(),
            group_labels: CLUSTER_LABELS.map(str::to_owned).to_vec(),
            component: ComponentRule::default(),
            types: Vec::new(),
        }
    }
}

/// A kind of trouble, as it is configured. What is left out is taken from its runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertTypeSpec {
    /// Its name, unique among types.
    pub slug: Slug,
    /// What it is called.
    pub name: Option<LocalizedText>,
    /// What its alerts are called, as `alert_key` writes names; empty, and without matchers: as its runbook says.
    pub names: BTreeSet<String>,
    /// What must hold of its labels.
    pub matchers: Vec<Matcher>,
    /// How grave it is.
    pub severity: Option<Severity>,
    /// What it is about.
    pub component: Option<ComponentRule>,
    /// The runbook for it. One of this and `waiver` is there.
    pub runbook: Option<Slug>,
    /// Why it has none.
    pub waiver: Option<WaiverSpec>,
    /// What it does to incidents; none: as `incidents.auto` says.
    pub incidents: Option<AutoIncident>,
}

/// Why a type may be without a runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverSpec {
    /// Why.
    pub reason: String,
    /// The last day on which that holds, in the site's zone.
    pub until: Date,
}

/// `alerts`.
pub(super) fn alerts(reader: &mut Reader<'_>, item: Item<'_>) -> Option<AlertSettings> {
    let fields = reader.fields(item, &["reopen_within", "flapping", "storm", "component_labels"])?;
    let defaults = AlertSettings::default();
    let reopen = optional(&fields, "reopen_within", |item| values::duration(reader, item, Duration::ZERO, SPAN_MAX));
    let flapping = optional(&fields, "flapping", |item| flapping(reader, item));
    let storm = optional(&fields, "storm", |item| storm(reader, item));
    let component = optional(&fields, "component_labels", |item| labels(reader, &item));
    let (turns, window) = flapping?.unwrap_or((defaults.flap.turns, defaults.flap.window));
    let (storm, group_labels) = storm?.unwrap_or((defaults.storm, defaults.group_labels));
    Some(AlertSettings {
        flap: FlapRule { reopen_within: reopen?.unwrap_or(defaults.flap.reopen_within), window, turns },
        storm,
        group_labels,
        component: component?.map_or(defaults.component, ComponentRule::Label),
        types: Vec::new(),
    })
}

fn flapping(reader: &mut Reader<'_>, item: Item<'_>) -> Option<(usize, Duration)> {
    let fields = reader.fields(item, &["turns", "within"])?;
    let defaults = FlapRule::default();
    let turns = optional(&fields, "turns", |item| reader.integer(item, 2, TURNS_MAX));
    let within = optional(&fields, "within", |item| values::duration(reader, item, SPAN_MIN, SPAN_MAX));
    Some((turns?.map_or(defaults.turns, |turns| turns as usize), within?.unwrap_or(defaults.window)))
}

fn storm(reader: &mut Reader<'_>, item: Item<'_>) -> Option<(StormRule, Vec<String>)> {
    let fields = reader.fields(item, &["alerts", "within", "labels"])?;
    let defaults = StormRule::default();
    let at_least = optional(&fields, "alerts", |item| reader.integer(item, STORM_MIN, STORM_MAX));
    let within = optional(&fields, "within", |item| values::duration(reader, item, SPAN_MIN, SPAN_MAX));
    let labels = optional(&fields, "labels", |item| labels(reader, &item));
    let rule = StormRule {
        at_least: at_least?.map_or(defaults.at_least, |count| count as usize),
        within: within?.unwrap_or(defaults.within),
    };
    Some((rule, labels?.unwrap_or_else(|| CLUSTER_LABELS.map(str::to_owned).to_vec())))
}

/// Some texts: one, or a list of them.
fn texts<'n>(reader: &mut Reader<'_>, item: &Item<'n>, what: &str) -> Option<Vec<Text<'n>>> {
    let Some(elements) = item.elements() else { return values::non_empty(reader, item.clone()).map(|text| vec![text]) };
    if elements.is_empty() || elements.len() > CONDITIONS_MAX {
        reader.wrong(item, format!("{} {what} are given", elements.len()), format!("1 to {CONDITIONS_MAX}"));
        return None;
    }
    let count = elements.len();
    let read: Vec<Text<'n>> = elements.into_iter().filter_map(|element| values::non_empty(reader, element)).collect();
    (read.len() == count).then_some(read)
}

fn labels(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<String>> {
    let all = texts(reader, item, "labels")?;
    let count = all.len();
    let mut labels = Vec::new();
    for text in all {
        if text.value.chars().count() > LABEL_NAME_CHARS_MAX {
            reader.wrong_text(&text, format!("the name of a label, of at most {LABEL_NAME_CHARS_MAX} characters"));
        } else {
            labels.push(text.value);
        }
    }
    (labels.len() == count).then_some(labels)
}

/// `alert_types`.
pub(super) fn types(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<AlertTypeSpec>> {
    let elements = reader.list(item);
    if elements.len() > TYPES_MAX {
        reader.wrong(item, format!("{} types are given", elements.len()), format!("at most {TYPES_MAX}"));
        return None;
    }
    let count = elements.len();
    let types: Vec<AlertTypeSpec> = elements.into_iter().filter_map(|element| alert_type(reader, element)).collect();
    (types.len() == count).then_some(types)
}

fn alert_type(reader: &mut Reader<'_>, item: Item<'_>) -> Option<AlertTypeSpec> {
    let known =
        ["slug", "name", "alerts", "match", "severity", "component", "component_labels", "runbook", "waiver", "incidents"];
    let fields = reader.fields(item, &known)?;
    let slug = slug(reader, &fields);
    let name = optional(&fields, "name", |item| values::localized(reader, item, NAME_CHARS_MAX));
    let names = optional(&fields, "alerts", |item| texts(reader, &item, "names"));
    let matchers = optional(&fields, "match", |item| matchers(reader, &item));
    let severity = optional(&fields, "severity", |item| severity(reader, item));
    let component = component(reader, &fields);
    let runbook = optional(&fields, "runbook", |item| runbook(reader, item));
    let waiver = optional(&fields, "waiver", |item| waiver(reader, item));
    let incidents = optional(&fields, "incidents", |item| auto(reader, item));
    let (runbook, waiver) = (runbook?, waiver?);
    if runbook.is_none() && waiver.is_none() && !fields.has_misspelt("runbook") && !fields.has_misspelt("waiver") {
        reader.wrong(
            &fields.item,
            "this type has no runbook, and it is not said why",
            "`runbook: <slug>`, or `waiver: {reason: …, until: 2027-01-31}`",
        );
        return None;
    }
    let names = names?.unwrap_or_default();
    Some(AlertTypeSpec {
        slug: slug?,
        name: name?,
        names: names.iter().map(|text| alert_key(&text.value)).collect(),
        matchers: matchers?.unwrap_or_default(),
        severity: severity?,
        component: component?,
        runbook,
        waiver,
        incidents: incidents?,
    })
}

/// Its own, or that of its runbook.
fn slug(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Slug> {
    let given = fields.get("slug").or_else(|| fields.get("runbook"));
    let Some(item) = given else { return fields.require(reader, "slug").and(None) };
    let slug = values::own_slug(reader, item.clone(), Sort::AlertType)?;
    if slug.as_str() == NO_TYPE {
        reader.wrong(&item, "this name means that there is none", "another slug");
        return None;
    }
    Some(slug)
}

/// What probes say that ring for nobody.
pub(super) const NO_TYPE: &str = "none";

fn runbook(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Slug> {
    let text = reader.text(item)?;
    let slug = text.value.parse().ok();
    if slug.is_none() {
        reader.wrong_text(&text, "the slug of a runbook");
    }
    slug
}

pub(super) fn severity(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Severity> {
    let choices: Vec<(&'static str, Severity)> = Severity::ALL.iter().map(|severity| (severity.name(), *severity)).collect();
    values::choice(reader, item, &choices)
}

#[expect(clippy::option_option, reason = "the outer one is whether reading went well, as everywhere in this module")]
fn component(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Option<ComponentRule>> {
    let fixed = optional(fields, "component", |item| values::reference(reader, item, Sort::Component));
    let by_label = optional(fields, "component_labels", |item| labels(reader, &item));
    match (fixed?, by_label?) {
        (Some(_), Some(_)) => {
            let at = fields.key_at("component_labels").unwrap_or_default();
            let problem = "both `component` and `component_labels` are given";
            reader.report(Mistake::new(at, fields.item.path_of("component_labels"), problem).expected("one of them"));
            None
        }
        (Some(slug), None) => Some(Some(ComponentRule::Fixed(slug))),
        (None, Some(labels)) => Some(Some(ComponentRule::Label(labels))),
        (None, None) => Some(None),
    }
}

/// Matchers: one, or a list of them, each once.
pub(super) fn matchers(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<Matcher>> {
    let all = texts(reader, item, "matchers")?;
    let count = all.len();
    let (mut seen, mut matchers) = (HashSet::new(), Vec::new());
    for text in all {
        match text.value.parse::<Matcher>() {
            Ok(matcher) if seen.insert(matcher.to_string()) => matchers.push(matcher),
            Ok(_) => reader.report(Mistake::new(text.item.at(), text.item.path, "this matcher was already given")),
            // The words of an error about a pattern may repeat it.
            Err(error) if !text.is_substituted => {
                reader.wrong(
                    &text.item,
                    format!("this is no matcher: {error}"),
                    "one as in Alertmanager: `severity=\"critical\"`",
                );
            }
            Err(_) => reader.wrong_text(&text, "a matcher as in Alertmanager: `severity=\"critical\"`"),
        }
    }
    (matchers.len() == count).then_some(matchers)
}

fn waiver(reader: &mut Reader<'_>, item: Item<'_>) -> Option<WaiverSpec> {
    let fields = reader.fields(item, &["reason", "until"])?;
    let reason = fields.require(reader, "reason").and_then(|item| {
        let text = values::non_empty(reader, item)?;
        if text.value.chars().count() > REASON_CHARS_MAX {
            reader.wrong(&text.item, "the reason is too long", format!("at most {REASON_CHARS_MAX} characters"));
            return None;
        }
        Some(text.value)
    });
    let until = fields.require(reader, "until").and_then(|item| {
        let text = reader.text(item)?;
        let date = text.value.trim().parse::<Date>().ok();
        if date.is_none() {
            reader.wrong_text(&text, "the last day on which it holds, such as `2027-01-31`");
        }
        date
    });
    Some(WaiverSpec { reason: reason?, until: until? })
}
