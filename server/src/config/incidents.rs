//! `incidents`: what an outage does when its component says nothing, what severities are called, and texts to begin public updates with.

use std::collections::HashSet;

use domain::incident::IncidentStatus;
use domain::incident::work::{AutoIncident, Severity};
use domain::text::{LocalizedText, Slug};

use super::mistake::Mistake;
use super::reader::{Item, Reader};
use super::sections::optional;
use super::values::{self, NAME_CHARS_MAX, code};

/// Most templates: what fits under a thumb.
const TEMPLATES_MAX: usize = 50;
/// Longest text of a template, in characters.
const TEMPLATE_CHARS_MAX: usize = 2_000;

/// How incidents are worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentSettings {
    /// What an outage does, unless its component says something else.
    pub auto: AutoIncident,
    /// What each severity is called, the gravest first.
    pub severities: [LocalizedText; 4],
    /// Texts to begin public updates with, beside our own.
    pub templates: Vec<UpdateTemplate>,
}

/// A text to begin a public update with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateTemplate {
    /// Its name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
    /// The status that it is for.
    pub status: IncidentStatus,
    /// The text, Markdown.
    pub text: LocalizedText,
}

impl Default for IncidentSettings {
    fn default() -> Self {
        let each = |ja: &str, en: &str| LocalizedText::Each { ja: ja.to_owned(), en: en.to_owned() };
        let severities = [
            each("SEV1 緊急", "SEV1 critical"),
            each("SEV2 重大", "SEV2 major"),
            each("SEV3 軽度", "SEV3 minor"),
            each("SEV4 軽微", "SEV4 trivial"),
        ];
        Self { auto: AutoIncident::Suggest, severities, templates: Vec::new() }
    }
}

impl IncidentSettings {
    /// What a severity is called.
    pub const fn label(&self, severity: Severity) -> &LocalizedText {
        &self.severities[severity as usize]
    }
}

/// What an outage does.
pub(super) fn auto(reader: &mut Reader<'_>, item: Item<'_>) -> Option<AutoIncident> {
    let choices: Vec<(&'static str, AutoIncident)> = AutoIncident::ALL.iter().map(|auto| (auto.name(), *auto)).collect();
    values::choice(reader, item, &choices)
}

/// `incidents`.
pub(super) fn incidents(reader: &mut Reader<'_>, item: Item<'_>) -> Option<IncidentSettings> {
    let fields = reader.fields(item, &["auto", "severities", "templates"])?;
    let defaults = IncidentSettings::default();
    let auto = optional(&fields, "auto", |item| auto(reader, item));
    let severities = optional(&fields, "severities", |item| severities(reader, item));
    let templates = optional(&fields, "templates", |item| templates(reader, &item));
    Some(IncidentSettings {
        auto: auto?.unwrap_or(defaults.auto),
        severities: severities?.unwrap_or(defaults.severities),
        templates: templates?.unwrap_or_default(),
    })
}

/// Those that are not named keep their labels.
fn severities(reader: &mut Reader<'_>, item: Item<'_>) -> Option<[LocalizedText; 4]> {
    let fields = reader.fields(item, &["sev1", "sev2", "sev3", "sev4"])?;
    let mut labels = IncidentSettings::default().severities;
    let mut is_good = true;
    for severity in Severity::ALL {
        match optional(&fields, severity.name(), |item| values::localized(reader, item, NAME_CHARS_MAX)) {
            Some(Some(label)) => labels[*severity as usize] = label,
            Some(None) => {}
            None => is_good = false,
        }
    }
    is_good.then_some(labels)
}

fn templates(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<UpdateTemplate>> {
    let elements = reader.list(item);
    if elements.len() > TEMPLATES_MAX {
        reader.wrong(item, format!("{} templates are given", elements.len()), format!("at most {TEMPLATES_MAX}"));
        return None;
    }
    let count = elements.len();
    let (mut seen, mut templates) = (HashSet::new(), Vec::new());
    for element in elements {
        let place = (element.at(), element.path.clone());
        let Some(template) = template(reader, element) else { continue };
        if seen.insert(template.slug.clone()) {
            templates.push(template);
        } else {
            let problem = format!("{} was already given", code(template.slug.as_str()));
            reader.report(Mistake::new(place.0, place.1, problem));
        }
    }
    (templates.len() == count).then_some(templates)
}

fn template(reader: &mut Reader<'_>, item: Item<'_>) -> Option<UpdateTemplate> {
    const STATUSES: [(&str, IncidentStatus); 4] = [
        ("investigating", IncidentStatus::Investigating),
        ("identified", IncidentStatus::Identified),
        ("monitoring", IncidentStatus::Monitoring),
        ("resolved", IncidentStatus::Resolved),
    ];
    let fields = reader.fields(item, &["slug", "name", "status", "text"])?;
    let slug = fields.require(reader, "slug").and_then(|item| slug(reader, item));
    let name = fields.require(reader, "name").and_then(|item| values::localized(reader, item, NAME_CHARS_MAX));
    let status = fields.require(reader, "status").and_then(|item| values::choice(reader, item, &STATUSES));
    let text = fields.require(reader, "text").and_then(|item| values::localized(reader, item, TEMPLATE_CHARS_MAX));
    Some(UpdateTemplate { slug: slug?, name: name?, status: status?, text: text? })
}

fn slug(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Slug> {
    let text = reader.text(item)?;
    let Ok(slug) = text.value.parse() else {
        reader.wrong_text(&text, "a slug: a-z, 0-9 and single hyphens between them");
        return None;
    };
    Some(slug)
}
