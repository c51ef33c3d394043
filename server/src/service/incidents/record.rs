//! Incidents themselves: opened, changed, moved from state to state and made public. Each change is one transaction with a row of the
//! timeline for each thing that changed, and its row in the audit log; what changes nothing leaves no trace.
//!
//! `others` relates and merges incidents; `steps` holds what changes share within their transaction, `periods` the rules for what an
//! incident affects, `told` how changes are told.

mod others;
mod periods;
mod steps;
mod told;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::account::Permission;
use domain::account::name::UserName;
use domain::incident::machine::MachineEvent;
use domain::incident::when::Understood;
use domain::incident::work::{EntryKind, IncidentKind, Marker, MoveError, Precision, Source, State, Visibility};
use domain::text::{Language, Slug};
use domain::time::{TimeRange, Timestamp};
use store::Transaction;
use store::incidents::{Affected, EntryContent, Incident, IncidentFacts, NewEntry};
use uuid::Uuid;

pub(super) use self::periods::{declare, declared, end_all};
pub(super) use self::steps::{Shift, append, done, editable, mark_if_unset, marker_moved, must_read, note, writable, zone_of};
pub(super) use self::told::noted;
use self::told::{Names, differences};
use super::Deed;
use super::read::{EntryRead, IncidentRead, Known, Opening, reason};
use super::timeline::{human_entry, machine_entry};
use super::told::is_told_afterwards;
use super::wanted::IncidentWanted;
use crate::service::caller::{Caller, Who};
use crate::service::desk::{Desk, Outcome};
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

/// Whoever opens an incident so long after it began tells of the past: when somebody took it on is then not known from that.
const BACKDATED_FROM: Duration = Duration::from_secs(5 * 60);

impl Desk {
    /// Opens an incident; gives its number.
    pub(crate) async fn open_incident(&self, caller: &Caller, wanted: IncidentWanted) -> Result<i64, Problem> {
        let now = self.now();
        caller.must(Permission::Respond, now)?;
        let known = self.known_for(&wanted, None).await?;
        let (read, opening) = wanted.read_new(&known, now)?;
        let (by, names) = (caller.clone(), self.people_names().await?);
        let number = self
            .change(caller, Some(Permission::Respond), move |transaction, now| {
                Box::pin(async move { open(transaction, &by, (read, opening), &names, now).await })
            })
            .await?;
        self.incident_changed(&[number]).await;
        Ok(number)
    }

    /// Changes what is said of an incident and what it affects; gives its new version.
    pub(crate) async fn change_incident(
        &self,
        caller: &Caller,
        number: i64,
        version: i64,
        wanted: IncidentWanted,
    ) -> Result<i64, Problem> {
        let incident = self.incident_for(caller, number, Deed::Respond).await?;
        let known = self.known_for(&wanted, Some(&incident)).await?;
        let read = wanted.read(&known)?;
        let language = known.languages.first().copied().unwrap_or(Language::En);
        let (by, names) = (caller.clone(), self.people_names().await?);
        let changed = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { change(transaction, &by, (number, version), &read, (&names, language), now).await })
        });
        self.taken_up(changed.await, &[number]).await
    }

    /// Moves an incident to another state; gives its new version.
    pub(crate) async fn move_incident(
        &self,
        caller: &Caller,
        number: i64,
        version: i64,
        (to, typed_reason, at): (&str, &str, &str),
    ) -> Result<i64, Problem> {
        let incident = self.incident_for(caller, number, Deed::Respond).await?;
        let to = State::from_name(to.trim()).ok_or_else(|| Problem::invalid("to", "invalid-state"))?;
        let reason = reason(typed_reason)?;
        let at = if at.trim().is_empty() { None } else { Some(self.understand_time(at, &incident.facts.zone, None)?) };
        let (by, in_trouble) = (caller.clone(), self.in_trouble());
        let moved = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { move_to(transaction, &by, (number, version), (to, reason, at), &in_trouble, now).await })
        });
        self.taken_up(moved.await, &[number]).await
    }

    /// Makes an incident public, or internal again.
    pub(crate) async fn set_incident_public(&self, caller: &Caller, number: i64, is_public: bool) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let set = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { set_public(transaction, &by, number, is_public, now).await })
        });
        self.taken_up(set.await, &[number]).await?;
        Ok(())
    }

    /// Lets pages know of a change. What the database could not answer may have been kept all the same.
    pub(in crate::service) async fn taken_up<T: Send>(&self, outcome: Result<T, Problem>, numbers: &[i64]) -> Result<T, Problem> {
        if matches!(outcome, Ok(_) | Err(Problem::Store(_))) {
            self.incident_changed(numbers).await;
        }
        outcome
    }

    /// What there is for everybody to name.
    pub(super) fn known_here(&self) -> Known {
        let whole = self.configuration.whole();
        Known {
            components: whole.config.components.iter().map(|spec| spec.slug.clone()).collect(),
            people: HashMap::new(),
            zone: whole.config.site.time_zone_name.clone(),
            languages: whole.config.site.languages.clone(),
        }
    }

    /// The same with the people who can have a role: those who can sign in, and those who have one already. What an incident affects
    /// stays known when it is configured no longer.
    async fn known_for(&self, wanted: &IncidentWanted, incident: Option<&Incident>) -> Result<Known, Problem> {
        let mut known = self.known_here();
        let facts = incident.map(|incident| &incident.facts);
        let roles = [
            (&wanted.lead, facts.and_then(|facts| facts.lead)),
            (&wanted.scribe, facts.and_then(|facts| facts.scribe)),
            (&wanted.comms, facts.and_then(|facts| facts.comms)),
        ];
        for (typed, holder) in roles {
            let Ok(name) = typed.parse::<UserName>() else { continue };
            let Some(user) = self.store.user_by_name(&name).await? else { continue };
            if user.disabled_at.is_none() || holder == Some(user.key) {
                known.people.insert(name.key(), user.key);
            }
        }
        if let Some(incident) = incident {
            let affected = self.store.incidents_affected(&[incident.key]).await?;
            known.components.extend(affected.into_values().flatten().map(|period| period.component));
        }
        Ok(known)
    }

    /// Components of which an outage goes on, by every slug that they are known by.
    pub(super) fn in_trouble(&self) -> HashSet<Slug> {
        let state = self.monitoring.state();
        let mut in_trouble = HashSet::new();
        for (spec, watched) in state.config.components.iter().zip(&state.components) {
            let newest = state.tower.component(watched.key).and_then(|watch| watch.outages.last());
            if newest.is_some_and(|(_, outage)| outage.ended.is_none()) {
                in_trouble.insert(spec.slug.clone());
                in_trouble.extend(spec.renamed_from.clone());
            }
        }
        in_trouble
    }
}

impl IncidentRead {
    /// What is kept of it for a new incident.
    fn opened(&self, at: Timestamp) -> IncidentFacts {
        IncidentFacts {
            title: self.title.clone(),
            kind: self.kind,
            state: State::Investigating,
            severity: self.severity,
            impact: self.impact,
            is_public: false,
            shows_metrics: self.shows_metrics,
            zone: self.zone.clone(),
            lead: self.lead,
            scribe: self.scribe,
            comms: self.comms,
            stated_duration: self.stated_duration,
            next_update_due_at: None,
            opened_at: at,
            resolved_at: None,
        }
    }

    /// What is kept of it for one that is there: how far the work is, and who may see it, stays as it was.
    fn onto(&self, before: &IncidentFacts) -> IncidentFacts {
        IncidentFacts {
            state: before.state,
            is_public: before.is_public,
            next_update_due_at: before.next_update_due_at,
            resolved_at: before.resolved_at,
            ..self.opened(before.opened_at)
        }
    }
}

async fn open(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (read, opening): (IncidentRead, Opening),
    names: &Names,
    now: Timestamp,
) -> Outcome<i64> {
    let Opening { began, precision, body } = opening;
    let facts = read.opened(began);
    let periods = read.components.into_iter().map(|(component, status)| Affected { component, status, from: began, until: None });
    let affected: Vec<Affected> = periods.collect();
    let incident = transaction.insert_incident(Uuid::now_v7(), &facts, &affected, now).await?;
    let opened = MachineEvent::Opened { by_rule: by.who == Who::System };
    let row = NewEntry { precision, ..machine_entry(by, opened, began, now) };
    let row = append(transaction, incident.key, &row).await?;
    if let Some(body) = body {
        let first = EntryRead {
            occurred_at: began,
            precision,
            kind: EntryKind::Observation,
            content: EntryContent::Words { body, rejected: Vec::new(), hypothesis: None },
            visibility: Visibility::Internal,
            is_starred: false,
            op: None,
            source: source_of(by),
        };
        append(transaction, incident.key, &human_entry(by, first, now)).await?;
    }
    if now.since(began) <= BACKDATED_FROM {
        transaction.set_marker(incident.key, Marker::Acknowledged, Some(row.key)).await?;
    }
    let done = noted(done("incident.opened", &incident), None, (&facts, &affected), names);
    Ok((incident.number, vec![done]))
}

async fn change(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (number, version): (i64, i64),
    read: &IncidentRead,
    (names, language): (&Names, Language),
    now: Timestamp,
) -> Outcome<i64> {
    let incident = writable(transaction, by, number, Deed::Respond, now).await?;
    if incident.version != version {
        return Err(Problem::Conflict);
    }
    let before = &incident.facts;
    if before.is_public && read.kind == IncidentKind::Drill {
        return Err(Problem::Refused("refused-public-drill"));
    }
    let facts = read.onto(before);
    let affected_before = transaction.affected(incident.key).await?;
    let mut affected = affected_before.clone();
    let mut events = differences(before, &facts, names, language);
    events.extend(if facts.state.is_active() {
        // A story that is told afterwards is not of today.
        let from = if is_told_afterwards(&incident) { facts.opened_at } else { now };
        periods::declare_all(&mut affected, &read.components, from)
    } else {
        let lasted = TimeRange::new(facts.opened_at, facts.resolved_at.unwrap_or(now));
        periods::correct_past(&mut affected, &read.components, lasted)
    });
    if facts == *before && affected == affected_before {
        return Ok((version, Vec::new()));
    }
    let after = transaction.update_incident(incident.key, version, &facts, now).await?.ok_or(Problem::Conflict)?;
    if affected != affected_before {
        transaction.set_affected(incident.key, &affected).await?;
    }
    for event in events {
        note(transaction, by, incident.key, event, now).await?;
    }
    let earlier = Some((before, affected_before.as_slice()));
    let done = noted(done("incident.changed", &after), earlier, (&facts, &affected), names);
    Ok((after.version, vec![done]))
}

async fn move_to(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (number, version): (i64, i64),
    (to, reason, at): (State, Option<String>, Option<Understood>),
    in_trouble: &HashSet<Slug>,
    now: Timestamp,
) -> Outcome<i64> {
    let incident = writable(transaction, by, number, Deed::Respond, now).await?;
    if incident.version != version {
        return Err(Problem::Conflict);
    }
    let from = incident.facts.state;
    match from.may_become(to, reason.as_deref().unwrap_or_default()) {
        Ok(()) => {}
        Err(MoveError::Same) => return Ok((version, Vec::new())),
        Err(MoveError::NotFromThere(..)) => return Err(Problem::Refused("refused-state")),
        Err(MoveError::NoReason) => return Err(Problem::invalid("reason", "invalid-reason")),
    }
    // Before it began it cannot be over.
    let (moment, precision) = at.map_or((now, Precision::Exact), |at| (at.at, at.precision));
    let moment = moment.clamp(incident.facts.opened_at.min(now), now);
    let shift = Shift { from, to, reason: reason.clone(), at: moment, precision };
    let mut facts = incident.facts.clone();
    let affected_before = transaction.affected(incident.key).await?;
    let mut affected = affected_before.clone();
    shift.apply(&mut facts, &mut affected);
    let after = transaction.update_incident(incident.key, version, &facts, now).await?.ok_or(Problem::Conflict)?;
    if affected != affected_before {
        transaction.set_affected(incident.key, &affected).await?;
    }
    shift.write(transaction, by, incident.key, &affected, in_trouble, now).await?;
    let done = done("incident.moved", &after).changed("state", from, to).changed("reason", None, reason);
    Ok((after.version, vec![done]))
}

async fn set_public(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    is_public: bool,
    now: Timestamp,
) -> Outcome<Nothing> {
    let incident = writable(transaction, by, number, Deed::Respond, now).await?;
    if incident.facts.is_public == is_public {
        return Ok((Nothing {}, Vec::new()));
    }
    if is_public && incident.facts.kind == IncidentKind::Drill {
        return Err(Problem::Refused("refused-drill-public"));
    }
    let facts = IncidentFacts { is_public, ..incident.facts };
    transaction.update_incident(incident.key, incident.version, &facts, now).await?.ok_or(Problem::Conflict)?;
    let event = MachineEvent::VisibilityChanged { is_public };
    note(transaction, by, incident.key, event, now).await?;
    let action = if is_public { "incident.published" } else { "incident.withdrawn" };
    Ok((Nothing {}, vec![done(action, &Incident { facts, ..incident })]))
}

/// Where what they write comes from.
fn source_of(by: &Caller) -> Source {
    match by.who {
        Who::User(_) | Who::Nobody => Source::Human,
        Who::Key { .. } => Source::Api,
        Who::Shell { .. } => Source::Cli,
        Who::System => Source::System,
    }
}
