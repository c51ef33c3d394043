//! Steps within a transaction that several changes of an incident share: finding it and asking whether they may, the rows that Yagura
//! writes, and moving the state.

use std::collections::HashSet;

use domain::account::Permission;
use domain::incident::machine::MachineEvent;
use domain::incident::work::{IncidentKind, Marker, Precision, State};
use domain::text::{Language, Slug};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::Transaction;
use store::incidents::timeline::Appended;
use store::incidents::{Affected, Entry, Incident, IncidentFacts, NewEntry};

use super::super::timeline::machine_entry;
use super::super::{Deed, permitted};
use super::periods;
use crate::service::caller::{Caller, Who};
use crate::service::desk::Done;
use crate::service::postmortems::EXPECTED;
use crate::service::problem::Problem;

/// The incident as it is now, if they may do this to it and it was not merged into another one.
pub(in crate::service::incidents) async fn writable(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    deed: Deed,
    now: Timestamp,
) -> Result<Incident, Problem> {
    let incident = transaction.incident(number).await?.ok_or(Problem::NotFound("incident"))?;
    permitted(by, &incident, deed, now)?;
    if incident.merged_into.is_some() { Err(Problem::Refused("refused-merged")) } else { Ok(incident) }
}

/// The same for changes of rows that are there. The scope that lets a program write rows lets it append, no more.
pub(in crate::service::incidents) async fn editable(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    now: Timestamp,
) -> Result<Incident, Problem> {
    let deed = if matches!(by.who, Who::User(_)) { Deed::Write } else { Deed::Respond };
    writable(transaction, by, number, deed, now).await
}

/// Refuses who may not even read: nobody outside learns which numbers there are.
pub(in crate::service::incidents) fn must_read(by: &Caller, now: Timestamp) -> Result<(), Problem> {
    by.must(Permission::Read, now)
}

/// In which times of an incident are understood.
pub(in crate::service::incidents) fn zone_of(facts: &IncidentFacts, field: &str) -> Result<TimeZone, Problem> {
    TimeZone::get(&facts.zone).map_err(|_| Problem::invalid(field, "invalid-when-zone"))
}

/// A row of the audit log about an incident.
pub(in crate::service::incidents) fn done(action: &'static str, incident: &Incident) -> Done {
    Done::new(action, "incident", incident.number, incident.facts.title.get(Language::En))
}

/// A row of the audit log about a marker that points elsewhere now.
pub(in crate::service::incidents) fn marker_moved(
    incident: &Incident,
    marker: Marker,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Done {
    let [from, to] = [from, to].map(|at| at.map(|at| at.to_string()));
    done("marker.moved", incident).changed(marker.name(), from, to)
}

/// Keeps a row; gives it as it is kept.
pub(in crate::service::incidents) async fn append(
    transaction: &mut Transaction<'_>,
    incident_key: i64,
    new: &NewEntry,
) -> Result<Entry, Problem> {
    match transaction.append_entry(incident_key, new).await? {
        Appended::New(entry) | Appended::Known(entry) => Ok(entry),
    }
}

/// Writes down what happens now.
pub(in crate::service::incidents) async fn note(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    incident_key: i64,
    event: MachineEvent,
    now: Timestamp,
) -> Result<Entry, Problem> {
    append(transaction, incident_key, &machine_entry(by, event, now, now)).await
}

/// Lets a marker point at a row, unless it points at one already.
pub(in crate::service::incidents) async fn mark_if_unset(
    transaction: &mut Transaction<'_>,
    incident_key: i64,
    marker: Marker,
    entry_key: i64,
) -> Result<(), Problem> {
    if !transaction.markers(incident_key).await?.contains_key(&marker) {
        transaction.set_marker(incident_key, marker, Some(entry_key)).await?;
    }
    Ok(())
}

/// Takes the markers of the end away: it was none. Where users were better off at another moment than it was over, that stays.
async fn unmark_end(transaction: &mut Transaction<'_>, incident_key: i64) -> Result<(), Problem> {
    let markers = transaction.markers(incident_key).await?;
    let row = |marker: Marker| markers.get(&marker).map(|(key, _)| *key);
    if row(Marker::ImpactEnd) == row(Marker::Resolved) {
        transaction.set_marker(incident_key, Marker::ImpactEnd, None).await?;
    }
    transaction.set_marker(incident_key, Marker::Resolved, None).await?;
    Ok(())
}

/// A change of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::service::incidents) struct Shift {
    pub(in crate::service::incidents) from: State,
    pub(in crate::service::incidents) to: State,
    pub(in crate::service::incidents) reason: Option<String>,
    /// When it is said to be.
    pub(in crate::service::incidents) at: Timestamp,
    pub(in crate::service::incidents) precision: Precision,
}

impl Shift {
    /// What it does to what is said of the incident, and to what that affects.
    pub(in crate::service::incidents) fn apply(&self, facts: &mut IncidentFacts, affected: &mut [Affected]) {
        facts.state = self.to;
        match (self.from.is_active(), self.to.is_active()) {
            (true, false) => {
                facts.resolved_at = Some(self.at);
                facts.next_update_due_at = None;
                periods::end_all(affected, self.at);
            }
            (false, true) => facts.resolved_at = None,
            (true, true) | (false, false) => {}
        }
    }

    /// Writes its row and lets the markers that it stands for point there; refuses to close, or to call none, what a runbook is still followed in.
    /// `in_trouble`: components of which an outage goes on.
    pub(in crate::service::incidents) async fn write(
        self,
        transaction: &mut Transaction<'_>,
        by: &Caller,
        incident_key: i64,
        affected: &[Affected],
        in_trouble: &HashSet<Slug>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let Self { from, to, reason, at, precision } = self;
        // Nothing is left to do in what is closed, or was none.
        if matches!(to, State::Closed | State::Cancelled) && !transaction.open_runs_of(incident_key).await?.is_empty() {
            return Err(Problem::Refused("refused-runs-open"));
        }
        if to == State::Closed {
            must_be_told(transaction, incident_key).await?;
        }
        let event = MachineEvent::StateChanged { from, to, reason };
        let row = append(transaction, incident_key, &NewEntry { precision, ..machine_entry(by, event, at, now) }).await?;
        if !from.is_active() && to.is_active() {
            unmark_end(transaction, incident_key).await?;
        }
        // Nobody had taken on what was opened by rule.
        if from == State::Triage && to != State::Cancelled {
            mark_if_unset(transaction, incident_key, Marker::Acknowledged, row.key).await?;
        }
        let marker = match to {
            State::Identified => Marker::CauseIdentified,
            State::Mitigated => Marker::Mitigated,
            State::Resolved if from.is_active() => Marker::Resolved,
            _ => return Ok(()),
        };
        mark_if_unset(transaction, incident_key, marker, row.key).await?;
        // While a probe still sees trouble, users may too.
        let is_quiet = !affected.iter().any(|period| in_trouble.contains(&period.component));
        if to == State::Resolved && is_quiet {
            mark_if_unset(transaction, incident_key, Marker::ImpactEnd, row.key).await?;
        }
        Ok(())
    }
}

/// Refuses to close what still owes its story (domain-model.md, "incident"): one that is grave has a postmortem that was published, or somebody said
/// why there is none; and one that was begun is brought to an end.
async fn must_be_told(transaction: &mut Transaction<'_>, incident_key: i64) -> Result<(), Problem> {
    let Some(incident) = transaction.incident_by_key(incident_key).await? else { return Ok(()) };
    let is_told = match transaction.postmortem_of(incident_key).await? {
        Some(postmortem) => !postmortem.facts.state.is_under_way() || !transaction.publications(postmortem.key).await?.is_empty(),
        None => !EXPECTED.contains(&incident.facts.severity) || incident.facts.kind == IncidentKind::Drill,
    };
    if is_told { Ok(()) } else { Err(Problem::Refused("refused-postmortem-open")) }
}

#[cfg(test)]
mod tests {
    use domain::component::Status;
    use domain::incident::Impact;
    use domain::incident::work::Severity;
    use domain::text::LocalizedText;

    use super::*;

    fn facts(state: State) -> IncidentFacts {
        IncidentFacts {
            title: LocalizedText::Same("x".to_owned()),
            kind: IncidentKind::Incident,
            state,
            severity: Severity::Sev2,
            impact: Impact::Major,
            is_public: false,
            shows_metrics: false,
            zone: "UTC".to_owned(),
            lead: None,
            scribe: None,
            comms: None,
            stated_duration: None,
            next_update_due_at: Some(Timestamp::from_ms(9)),
            opened_at: Timestamp::from_ms(0),
            resolved_at: (!state.is_active()).then_some(Timestamp::from_ms(1)),
        }
    }

    fn shift(from: State, to: State) -> (IncidentFacts, Vec<Affected>) {
        let (component, status) = ("web".parse().unwrap(), Status::MajorOutage);
        let mut affected = vec![Affected { component, status, from: Timestamp::from_ms(0), until: None }];
        let mut facts = facts(from);
        Shift { from, to, reason: None, at: Timestamp::from_ms(5), precision: Precision::Exact }.apply(&mut facts, &mut affected);
        (facts, affected)
    }

    #[test]
    fn what_is_over_affects_nothing_and_promises_nothing() {
        for to in [State::Resolved, State::Cancelled] {
            let (facts, affected) = shift(State::Mitigated, to);
            assert_eq!((facts.state, facts.resolved_at, facts.next_update_due_at), (to, Some(Timestamp::from_ms(5)), None));
            assert_eq!(affected[0].until, Some(Timestamp::from_ms(5)));
        }
    }

    #[test]
    fn reopening_takes_the_end_back_and_closing_leaves_it_where_it_was() {
        assert_eq!(shift(State::Resolved, State::Investigating).0.resolved_at, None);
        for (from, to) in [(State::Resolved, State::Closed), (State::Closed, State::Resolved)] {
            assert_eq!(shift(from, to).0.resolved_at, Some(Timestamp::from_ms(1)));
        }
    }

    #[test]
    fn between_active_states_nothing_else_changes() {
        let (after, affected) = shift(State::Identified, State::Mitigated);
        assert_eq!(after, IncidentFacts { state: State::Mitigated, ..facts(State::Identified) });
        assert_eq!(affected[0].until, None);
    }
}
