//! Which kinds of trouble are known, and what is to be done about one: types as they are configured, filled up from their runbooks; and which
//! runbook is for an alert.

use std::collections::HashSet;
use std::sync::Arc;

use domain::alert::kind::{self, AlertType, ComponentRule, Waiver, severity_of};
use domain::alert::label::{ALERT_NAME, Pairs, SEVERITY};
use domain::alert::record::Origin;
use domain::incident::work::{AutoIncident, Severity};
use domain::runbook::front_matter::alert_key;
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use store::alerts::Alert;

use super::board::Sort;
use crate::config::{AlertTypeSpec, Config, WaiverSpec};
use crate::service::desk::Desk;
use crate::service::runbooks::{Library, Runbook};

/// How grave it is if nobody says so.
const SEVERITY_DEFAULT: Severity = Severity::Sev3;
/// Annotations in which others link their runbooks, in the order in which they are asked.
const RUNBOOK_ANNOTATIONS: [&str; 4] = ["runbook_url", "runbook", "runbook_url_internal", "documentation"];
/// Longest summary, in characters; all of it stands on the page of the alert.
const SUMMARY_CHARS_MAX: usize = 300;
/// Annotations that say in a sentence what is wrong, the first that is there.
const SUMMARIES: [&str; 3] = ["summary", "message", "description"];
/// Longest address that is offered as a link, in bytes.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// What is known of kinds of trouble at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Kinds {
    pub(crate) types: Vec<AlertType>,
    pub(crate) config: Arc<Config>,
    pub(crate) library: Arc<Library>,
    components: HashSet<Slug>,
}

/// What is to be followed for an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// A runbook of ours, in use.
    Runbook(Slug),
    /// The page of somebody else.
    Elsewhere(String),
    /// Nothing.
    Nothing,
}

/// The end of the last day on which a waiver holds.
fn waiver(spec: &WaiverSpec, zone: &TimeZone) -> Waiver {
    let last = spec.until.to_datetime(Time::midnight()).to_zoned(zone.clone());
    let end = last.and_then(|day| day.tomorrow()).map(|next| Timestamp::from_jiff(next.timestamp()));
    // Past the end of the calendar it holds for ever.
    Waiver { reason: spec.reason.clone(), until: end.unwrap_or(Timestamp::from_ms(i64::MAX)) }
}

/// A type as it is configured, with what it leaves out taken from its runbook.
fn filled(spec: &AlertTypeSpec, config: &Config, library: &Library) -> AlertType {
    let runbook = spec.runbook.as_ref().and_then(|slug| library.runbooks.get(slug));
    let edition = runbook.and_then(|runbook| runbook.current.as_ref());
    let says_nothing = spec.names.is_empty() && spec.matchers.is_empty();
    let names = if says_nothing { edition.map(|edition| edition.alerts()).unwrap_or_default() } else { spec.names.clone() };
    let title = |language| edition.map_or_else(|| spec.slug.to_string(), |edition| edition.title(language));
    let name = spec.name.clone().unwrap_or_else(|| {
        let (ja, en) = (title(Language::Ja), title(Language::En));
        if ja == en { LocalizedText::Same(en) } else { LocalizedText::Each { ja, en } }
    });
    AlertType {
        slug: spec.slug.clone(),
        name,
        names,
        matchers: spec.matchers.clone(),
        severity: spec.severity.or_else(|| edition.and_then(|edition| edition.front().severity_hint)),
        component: spec.component.clone().unwrap_or_else(|| config.alerts.component.clone()),
        runbook: spec.runbook.clone(),
        waiver: spec.waiver.as_ref().map(|spec| waiver(spec, &config.site.time_zone)),
        incident: spec.incidents.unwrap_or(config.incidents.auto),
    }
}

impl Kinds {
    pub(super) fn new(config: Arc<Config>, library: Arc<Library>) -> Self {
        let types = config.alerts.types.iter().map(|spec| filled(spec, &config, &library)).collect();
        let components = config.components.iter().map(|spec| spec.slug.clone()).collect();
        Self { types, config, library, components }
    }

    /// The type with this slug.
    pub(crate) fn named(&self, slug: &Slug) -> Option<&AlertType> {
        self.types.iter().find(|kind| kind.slug == *slug)
    }

    /// The runbook that is bound to a name, if it can be followed.
    fn bound(&self, name_key: &str) -> Option<&Arc<Runbook>> {
        let runbook = self.library.runbooks.get(self.library.by_alert.get(name_key)?)?;
        runbook.current.is_some().then_some(runbook)
    }

    /// What an alert with these labels is. `given`: the type that whoever raised it named.
    pub(crate) fn sort(&self, labels: &Pairs, given: Option<&Slug>) -> Sort {
        let kind = given.and_then(|slug| self.named(slug)).or_else(|| kind::of(&self.types, labels));
        let hint = || {
            let runbook = self.bound(&alert_key(labels.get(ALERT_NAME)?))?;
            runbook.current.as_ref()?.front().severity_hint
        };
        let severity = kind.and_then(|kind| kind.severity).or_else(|| severity_of(labels.get(SEVERITY)?)).or_else(hint);
        let rule: &ComponentRule = kind.map_or(&self.config.alerts.component, |kind| &kind.component);
        Sort {
            kind: kind.map(|kind| kind.slug.clone()),
            severity: severity.unwrap_or(SEVERITY_DEFAULT),
            component: rule.component(labels, |slug| self.components.contains(slug)),
        }
    }

    /// What is to be followed for an alert: the runbook of its type, or the one that is bound to its name, or what its source links.
    pub(crate) fn remedy(&self, alert: &Alert) -> Remedy {
        let is_usable = |slug: &&Slug| self.library.runbooks.get(*slug).is_some_and(|runbook| runbook.current.is_some());
        let of_type = alert.kind.as_ref().and_then(|slug| self.named(slug)).and_then(|kind| kind.runbook.as_ref());
        if let Some(slug) = of_type.filter(is_usable) {
            return Remedy::Runbook(slug.clone());
        }
        if let Some(runbook) = self.bound(&alert.name_key) {
            return Remedy::Runbook(runbook.slug.clone());
        }
        let links = RUNBOOK_ANNOTATIONS.iter().filter_map(|name| alert.annotations.get(name));
        links.into_iter().find_map(address).map_or(Remedy::Nothing, Remedy::Elsewhere)
    }

    /// What its type does to incidents. What no type is known of is for people to decide on.
    pub(super) fn auto_incident(&self, alert: &Alert) -> AutoIncident {
        let kind = alert.kind.as_ref().and_then(|slug| self.named(slug));
        kind.map_or(AutoIncident::Suggest, |kind| kind.incident)
    }

    /// What an alert is called: as its type, what Yagura sees itself as the runbook for it, else as its source calls it.
    pub(crate) fn title(&self, alert: &Alert, language: Language) -> String {
        if let Some(kind) = alert.kind.as_ref().and_then(|slug| self.named(slug)) {
            return kind.name.get(language).to_owned();
        }
        let is_own = matches!(alert.origin, Origin::Probe | Origin::Tower);
        let edition = self.bound(&alert.name_key).filter(|_| is_own).and_then(|runbook| runbook.current.as_ref());
        edition.map_or_else(|| alert.name.clone(), |edition| edition.title(language))
    }
}

/// What a source says of an alert, in a sentence.
pub(crate) fn summary(annotations: &Pairs) -> Option<String> {
    let said = SUMMARIES.iter().find_map(|name| annotations.get(name))?;
    let cut: String = said.trim().chars().take(SUMMARY_CHARS_MAX).collect();
    let is_cut = cut.len() < said.trim().len();
    (!cut.is_empty()).then(|| if is_cut { format!("{cut}…") } else { cut })
}

/// An address that may be offered as a link: what anybody may have written must not be a script.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > ADDRESS_BYTES_MAX {
        return None;
    }
    let url = url::Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.password().is_none()).then(|| url.to_string())
}

impl Desk {
    /// What is known of kinds of trouble now.
    pub(crate) fn kinds(&self) -> Kinds {
        let config = Arc::clone(&self.monitoring.state().config);
        Kinds::new(config, self.library())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(all: &[(&str, &str)]) -> Pairs {
        Pairs::annotations(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_is_said_first_is_a_sentence_and_never_a_book() {
        assert_eq!(summary(&pairs(&[("description", "long"), ("summary", " short ")])).as_deref(), Some("short"));
        assert_eq!(summary(&pairs(&[("runbook_url", "x")])), None);
        let long = "あ".repeat(400);
        assert_eq!(summary(&pairs(&[("summary", &long)])).unwrap().chars().count(), SUMMARY_CHARS_MAX + 1);
    }
}
