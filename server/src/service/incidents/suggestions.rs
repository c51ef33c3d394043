//! Incidents that Yagura suggests: outages that go on and that nobody has decided on, those together that belong together. One is accepted,
//! which opens an incident or adds to one that is open, or dismissed; where the configuration says so it is accepted by rule.
//!
//! Whoever decides on an outage holds the turn, so that nobody opens the same incident twice.

use std::collections::{HashMap, HashSet};
use std::slice;

use domain::account::Permission;
use domain::component::Status;
use domain::incident::Impact;
use domain::incident::machine::MachineEvent;
use domain::incident::suggest::{self, OpenOutage, Suggestion};
use domain::incident::work::{IncidentKind, Marker, Severity, State as WorkState};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::{Affected, IncidentFacts};
use uuid::Uuid;

use super::Deed;
use super::record::{append, declare, done, note, noted, writable};
use super::watch::{Fact, by_slug, facts_since, in_order, open_outages};
use crate::config::Config;
use crate::service::caller::{Caller, Who};
use crate::service::desk::{Desk, Done, Outcome};
use crate::service::maintenance::concerns;
use crate::service::monitoring::State;
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

/// Components that a title names.
const NAMED_MAX: usize = 3;
/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// Components of incidents that people work on, by the slugs that they have now, with the numbers of the incidents.
pub(super) fn in_incidents(state: &State) -> Vec<(Slug, i64)> {
    let components = &state.config.components;
    let specs = by_slug(state);
    let renamed = |slug: &Slug| components.iter().find(|spec| concerns(slice::from_ref(slug), spec));
    let now_called = |slug: &Slug| specs.get(slug).copied().or_else(|| renamed(slug));
    let all = state.incidents.in_incidents().into_iter();
    all.filter_map(|(slug, number)| Some((now_called(&slug)?.slug.clone(), number))).collect()
}

/// What is to be decided on. What is worked on already counts too: something else may belong to it.
fn undecided(state: &State, in_incidents: &[(Slug, i64)], now: Timestamp) -> Vec<OpenOutage> {
    let mut outages = open_outages(state);
    let handled: HashSet<&Slug> = in_incidents.iter().map(|(component, _)| component).collect();
    let specs = by_slug(state);
    outages.retain(|outage| {
        let is_handled = handled.contains(&outage.component);
        let spec = || specs.get(&outage.component).copied();
        let is_held = || spec().is_some_and(|spec| state.plans.holds_alerts(spec, now));
        let is_decided = || state.incidents.is_decided(&(outage.component.clone(), outage.started_at));
        is_handled || (!is_decided() && !is_held())
    });
    outages
}

/// The suggestion with this name. Its outage may turn out to have begun earlier than whoever sends the name was told.
fn find(suggestions: Vec<Suggestion>, id: &str) -> Option<Suggestion> {
    let (slug, ms) = id.trim().rsplit_once('~')?;
    let named_at = Timestamp::from_ms(ms.parse().ok()?);
    let is_named = |outage: &OpenOutage| outage.component.as_str() == slug && outage.started_at <= named_at;
    suggestions.into_iter().find(|suggestion| suggestion.outages.iter().any(is_named))
}

/// What an incident is called that nobody has named yet: its components, the worst first.
fn title(config: &Config, outages: &[OpenOutage]) -> LocalizedText {
    let in_language = |language: Language, comma: &str| {
        let name = |outage: &OpenOutage| {
            let spec = config.components.iter().find(|spec| spec.slug == outage.component);
            spec.map_or_else(|| outage.component.to_string(), |spec| spec.name.get(language).to_owned())
        };
        let named = outages.iter().take(NAMED_MAX).map(name).collect::<Vec<_>>().join(comma);
        let others = outages.len().saturating_sub(NAMED_MAX);
        let title = if others == 0 { named } else { format!("{named} +{others}") };
        title.chars().take(TITLE_CHARS_MAX).collect::<String>()
    };
    let (ja, en) = (in_language(Language::Ja, "、"), in_language(Language::En, ", "));
    if ja == en { LocalizedText::Same(en) } else { LocalizedText::Each { ja, en } }
}

/// How grave an incident is thought to be from what probes see. That something is the gravest is for people to say.
const fn gravity(worst: Status) -> (Severity, Impact) {
    match worst {
        Status::MajorOutage => (Severity::Sev2, Impact::Major),
        Status::PartialOutage => (Severity::Sev3, Impact::Minor),
        _ => (Severity::Sev4, Impact::Minor),
    }
}

/// A suggestion that becomes part of an incident, with what probes saw of its outages.
struct Taken {
    outages: Vec<OpenOutage>,
    /// In order of time.
    facts: Vec<Fact>,
}

impl Taken {
    fn of(state: &State, suggestion: Suggestion) -> Self {
        let outages = suggestion.outages;
        let since = |outage: &OpenOutage| facts_since(state, &outage.component, outage.started_at);
        let mut facts: Vec<Fact> = outages.iter().flat_map(since).collect();
        in_order(&mut facts);
        Self { outages, facts }
    }

    fn worst(&self) -> Status {
        self.outages.first().map_or(Status::Unknown, |outage| outage.status)
    }
}

impl Desk {
    /// What may be an incident, the worst first.
    pub(crate) fn suggestions(&self, caller: &Caller) -> Result<Vec<Suggestion>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.suggested())
    }

    fn suggested(&self) -> Vec<Suggestion> {
        let now = self.now();
        let (outages, depends_on, in_incidents) = {
            let state = self.monitoring.state();
            let in_incidents = in_incidents(&state);
            let outages = undecided(&state, &in_incidents, now);
            if outages.is_empty() {
                return Vec::new();
            }
            let components = state.config.components.iter();
            let depends_on: HashMap<Slug, Vec<Slug>> =
                components.map(|spec| (spec.slug.clone(), spec.depends_on.clone())).collect();
            (outages, depends_on, in_incidents)
        };
        suggest::suggest(&outages, &depends_on, &in_incidents)
    }

    /// Makes an incident of a suggestion, or adds it to the one that it belongs to; gives the number of that.
    pub(crate) async fn accept_suggestion(&self, caller: &Caller, id: &str) -> Result<i64, Problem> {
        let now = self.now();
        caller.must(Permission::Respond, now)?;
        let turn = self.monitoring.state().incidents.turn();
        let _turn = turn.lock().await;
        if let Some(number) = self.done_before(caller).await? {
            return Ok(number);
        }
        self.mark_outages(now).await?;
        let suggestion = find(self.suggested(), id).ok_or(Problem::Refused("refused-suggestion-gone"))?;
        self.take(caller, suggestion).await
    }

    /// Lets a suggestion be: its outages are not suggested again.
    pub(crate) async fn dismiss_suggestion(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        let now = self.now();
        caller.must(Permission::Respond, now)?;
        let turn = self.monitoring.state().incidents.turn();
        let _turn = turn.lock().await;
        if self.done_before::<Nothing>(caller).await?.is_some() {
            return Ok(());
        }
        self.mark_outages(now).await?;
        let suggestion = find(self.suggested(), id).ok_or(Problem::Refused("refused-suggestion-gone"))?;
        let (id, outages) = (suggestion.id(), suggestion.outages);
        let decided = outages.clone();
        let dismissed = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                decide(transaction, &outages, now).await?;
                let names: Vec<&str> = outages.iter().map(|outage| outage.component.as_str()).collect();
                Ok((Nothing {}, vec![Done::new("suggestion.dismissed", "suggestion", &id, names.join(", "))]))
            })
        });
        dismissed.await.inspect_err(|_| self.monitoring.state().incidents.doubt())?;
        self.decided(&decided, now);
        self.monitoring.changed_inside();
        Ok(())
    }

    /// Opens incidents where the configuration says so. Whoever calls this holds the turn.
    pub(super) async fn open_by_rule(&self) -> Result<(), Problem> {
        for suggestion in self.suggested() {
            // What everybody reads of is added to by people only.
            let is_for_people = suggestion.joins.is_some_and(|number| self.is_told(number));
            if suggestion.opens && !is_for_people {
                let number = self.take(&Caller::system(), suggestion).await?;
                tracing::info!(number, "an outage became part of an incident by rule");
            }
        }
        Ok(())
    }

    fn is_told(&self, number: i64) -> bool {
        let state = self.monitoring.state();
        state.incidents.active().iter().any(|active| active.incident.number == number && active.incident.facts.is_public)
    }

    /// Makes a suggestion part of an incident; gives the number of that.
    async fn take(&self, by: &Caller, suggestion: Suggestion) -> Result<i64, Problem> {
        let now = self.now();
        let joins = suggestion.joins;
        let (taken, facts) = {
            let state = self.monitoring.state();
            let taken = Taken::of(&state, suggestion);
            let facts = opened(&state.config, &taken, by, now);
            (taken, facts)
        };
        let (outages, caller) = (taken.outages.clone(), by.clone());
        let number = self.change(by, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                match joins {
                    Some(number) => join(transaction, &caller, number, taken, now).await,
                    None => open(transaction, &caller, facts, taken, now).await,
                }
            })
        });
        // What failed may have been kept all the same, and under which number is not known.
        let number = number.await.inspect_err(|_| self.monitoring.state().incidents.doubt())?;
        self.decided(&outages, now);
        self.incident_changed(&[number]).await;
        Ok(number)
    }

    fn decided(&self, outages: &[OpenOutage], now: Timestamp) {
        let mut state = self.monitoring.state();
        for outage in outages {
            state.incidents.decided((outage.component.clone(), outage.started_at), now);
        }
    }
}

/// What is said of an incident that comes of a suggestion. One that is opened by rule is for somebody to look at first.
fn opened(config: &Config, taken: &Taken, by: &Caller, now: Timestamp) -> IncidentFacts {
    let (severity, impact) = gravity(taken.worst());
    IncidentFacts {
        title: title(config, &taken.outages),
        kind: IncidentKind::Incident,
        state: if by.who == Who::System { WorkState::Triage } else { WorkState::Investigating },
        severity,
        impact,
        is_public: false,
        shows_metrics: false,
        zone: config.site.time_zone_name.clone(),
        lead: None,
        scribe: None,
        comms: None,
        stated_duration: None,
        next_update_due_at: None,
        opened_at: now,
        resolved_at: None,
    }
}

async fn open(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    facts: IncidentFacts,
    Taken { outages, facts: seen }: Taken,
    now: Timestamp,
) -> Outcome<i64> {
    let period = |outage: &OpenOutage| Affected {
        component: outage.component.clone(),
        status: outage.status,
        from: outage.started_at,
        until: None,
    };
    let affected: Vec<Affected> = outages.iter().map(period).collect();
    let incident = transaction.insert_incident(Uuid::now_v7(), &facts, &affected, now).await?;
    let by_rule = by.who == Who::System;
    let mut markers: HashMap<Marker, i64> = HashMap::new();
    for fact in seen {
        let marker = match fact.event {
            MachineEvent::ComponentDown { .. } => Some(Marker::ImpactStart),
            MachineEvent::OutageConfirmed { .. } => Some(Marker::Detected),
            _ => None,
        };
        let row = append(transaction, incident.key, &fact.entry(now)).await?;
        if let Some(marker) = marker {
            // Facts come in order of time: the first is meant.
            markers.entry(marker).or_insert(row.key);
        }
    }
    let row = note(transaction, by, incident.key, MachineEvent::Opened { by_rule }, now).await?;
    if !by_rule {
        markers.insert(Marker::Acknowledged, row.key);
    }
    for (marker, key) in markers {
        transaction.set_marker(incident.key, marker, Some(key)).await?;
    }
    decide(transaction, &outages, now).await?;
    let done = noted(done("incident.opened", &incident), None, (&facts, &affected), &HashMap::new());
    Ok((incident.number, vec![done]))
}

async fn join(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    Taken { outages, facts: seen }: Taken,
    now: Timestamp,
) -> Outcome<i64> {
    let incident = writable(transaction, by, number, Deed::Respond, now).await?;
    if !incident.facts.state.is_active() {
        return Err(Problem::Refused("refused-suggestion-gone"));
    }
    let before = transaction.affected(incident.key).await?;
    let mut after = before.clone();
    let declared = outages.iter().map(|outage| declare(&mut after, &outage.component, outage.status, outage.started_at));
    let events: Vec<MachineEvent> = declared.flatten().collect();
    let updated = transaction.update_incident(incident.key, incident.version, &incident.facts, now).await?;
    updated.ok_or(Problem::Conflict)?;
    transaction.set_affected(incident.key, &after).await?;
    for fact in seen {
        append(transaction, incident.key, &fact.entry(now)).await?;
    }
    for event in events {
        note(transaction, by, incident.key, event, now).await?;
    }
    decide(transaction, &outages, now).await?;
    let earlier = Some((&incident.facts, before.as_slice()));
    let done = noted(done("incident.changed", &incident), earlier, (&incident.facts, &after), &HashMap::new());
    Ok((number, vec![done]))
}

/// Remembers that somebody has decided on outages.
async fn decide(transaction: &mut Transaction<'_>, outages: &[OpenOutage], now: Timestamp) -> Result<(), Problem> {
    for outage in outages {
        transaction.mark_outage(&outage.component, outage.started_at, now).await?;
        transaction.dismiss_outage(&outage.component, outage.started_at, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::incident::work::AutoIncident;

    use super::*;

    fn outage(name: &str, started_at: i64, status: Status) -> OpenOutage {
        let (component, started_at) = (name.parse().unwrap(), Timestamp::from_ms(started_at));
        OpenOutage { component, started_at, status, auto: AutoIncident::Suggest }
    }

    fn config() -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("yagura.yaml");
        let web = "  - slug: web\n    name:\n      ja: ウェブ\n      en: Web\n";
        let others = ["db", "mail", "dns", "cdn"].map(|slug| format!("  - slug: {slug}\n    name: {slug}\n")).concat();
        std::fs::write(&path, format!("site:\n  name: S\ncomponents:\n{web}{others}")).unwrap();
        crate::config::load(&path, &|_| None).unwrap().config
    }

    fn titled(names: &[&str]) -> LocalizedText {
        let outages: Vec<OpenOutage> = names.iter().map(|name| outage(name, 0, Status::MajorOutage)).collect();
        title(&config(), &outages)
    }

    #[test]
    fn an_incident_that_nobody_named_is_called_by_its_components() {
        let each = |ja: &str, en: &str| LocalizedText::Each { ja: ja.to_owned(), en: en.to_owned() };
        assert_eq!(titled(&["db"]), LocalizedText::Same("db".to_owned()));
        assert_eq!(titled(&["web", "db"]), each("ウェブ、db", "Web, db"));
        assert_eq!(titled(&["web", "db", "mail", "dns", "cdn"]), each("ウェブ、db、mail +2", "Web, db, mail +2"));
    }

    #[test]
    fn a_suggestion_is_found_by_its_name_though_it_began_earlier_and_never_by_that_of_an_older_outage() {
        let depends_on: HashMap<Slug, Vec<Slug>> = HashMap::new();
        let all = || suggest::suggest(&[outage("web", 5_000, Status::MajorOutage)], &depends_on, &[]);
        assert_eq!(find(all(), "web~5000").unwrap().id(), "web~5000");
        assert!(find(all(), "web~6000").is_some(), "it was thought to have begun later");
        for other in ["web~4000", "db~5000", "web", "web~", "~5000", ""] {
            assert!(find(all(), other).is_none(), "{other}");
        }
    }

    #[test]
    fn what_probes_see_is_never_the_gravest() {
        assert_eq!(gravity(Status::MajorOutage), (Severity::Sev2, Impact::Major));
        assert!(gravity(Status::PartialOutage).0 < gravity(Status::DegradedPerformance).0, "the graver comes first");
    }
}
