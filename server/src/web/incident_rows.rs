//! Incidents and suggestions as rows of lists, for *Now* and the desk's list: names in the place of slugs and keys.

use std::collections::HashMap;

use app::data::desk::{IncidentRow, SuggestionRow};
use domain::incident::suggest::Suggestion;
use domain::incident::work::Severity;
use domain::text::{Language, Slug};
use store::incidents::records::ActiveIncident;
use store::incidents::{Affected, Incident};

use super::Web;

/// What rows need to know of the rest of the world.
pub(in crate::web) struct Known {
    pub(in crate::web) language: Language,
    /// Components: slug and name.
    components: HashMap<Slug, String>,
    /// People: key and name.
    pub(in crate::web) people: HashMap<i64, String>,
    /// What severities are called.
    severities: Vec<(Severity, String)>,
}

impl Known {
    /// Names in a language. `people` may be empty when they cannot be read: then nobody is named.
    pub(in crate::web) fn new(web: &Web, language: Language, people: HashMap<i64, String>) -> Self {
        let whole = web.desk.configuration.whole();
        let components = whole.config.components.iter().map(|spec| (spec.slug.clone(), spec.name.get(language).to_owned()));
        let label = |severity: &Severity| (*severity, whole.config.incidents.label(*severity).get(language).to_owned());
        Self { language, components: components.collect(), people, severities: Severity::ALL.iter().map(label).collect() }
    }

    /// The name of a component; one that is gone has only its slug left.
    pub(in crate::web) fn component(&self, slug: &str) -> String {
        let known = slug.parse::<Slug>().ok().and_then(|slug| self.components.get(&slug).cloned());
        known.unwrap_or_else(|| slug.to_owned())
    }

    /// Severities with their names.
    pub(in crate::web) fn severities(&self) -> Vec<(Severity, String)> {
        self.severities.clone()
    }

    /// The name of somebody.
    pub(in crate::web) fn person(&self, key: Option<i64>) -> Option<String> {
        key.and_then(|key| self.people.get(&key).cloned())
    }

    /// One incident.
    pub(in crate::web) fn incident(&self, incident: &Incident, affected: &[Affected]) -> IncidentRow {
        let facts = &incident.facts;
        let mut components: Vec<String> = Vec::new();
        for one in affected {
            let name = self.component(one.component.as_str());
            if !components.contains(&name) {
                components.push(name);
            }
        }
        let label = self.severities.iter().find(|(severity, _)| *severity == facts.severity);
        IncidentRow {
            number: incident.number,
            title: facts.title.get(self.language).to_owned(),
            kind: facts.kind,
            state: facts.state,
            severity: facts.severity,
            severity_label: label.map(|(_, label)| label.clone()).unwrap_or_default(),
            impact: facts.impact,
            is_public: facts.is_public,
            opened_at: facts.opened_at,
            resolved_at: facts.resolved_at,
            next_update_due_at: facts.next_update_due_at,
            components,
            lead: self.person(facts.lead),
        }
    }

    /// Those that people work on, the gravest first, then the oldest.
    pub(in crate::web) fn active(&self, mut active: Vec<ActiveIncident>) -> Vec<IncidentRow> {
        active.sort_by_key(|one| (one.incident.facts.severity, one.incident.facts.opened_at, one.incident.number));
        active.iter().map(|one| self.incident(&one.incident, &one.affected)).collect()
    }

    /// What Yagura suggests.
    pub(in crate::web) fn suggestions(&self, suggestions: Vec<Suggestion>) -> Vec<SuggestionRow> {
        let row = |suggestion: Suggestion| SuggestionRow {
            id: suggestion.id(),
            components: suggestion
                .outages
                .iter()
                .map(|outage| (self.component(outage.component.as_str()), outage.status, outage.started_at))
                .collect(),
            suspects: suggestion
                .suspects
                .iter()
                .map(|suspect| (self.component(suspect.component.as_str()), suspect.failing, suspect.dependants))
                .collect(),
            since: suggestion.since,
            joins: suggestion.joins,
        };
        suggestions.into_iter().map(row).collect()
    }
}
