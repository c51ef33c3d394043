//! Alerts in incidents: one opens an incident or becomes part of one, and what it does from then on stands in the timeline.

use std::collections::HashMap;

use domain::account::Permission;
use domain::alert::record::{Event, Origin};
use domain::component::Status;
use domain::incident::Impact;
use domain::incident::machine::MachineEvent;
use domain::incident::work::{IncidentKind, Marker, Severity, State as WorkState};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use store::Transaction;
use store::alerts::{Alert, NewAlertEvent};
use store::incidents::{Affected, Incident, IncidentFacts};
use uuid::Uuid;

use super::Deed;
use super::record::{append, declare, done, note, noted, writable};
use super::watch::Fact;
use crate::service::alerts::Kinds;
use crate::service::caller::{Caller, Who};
use crate::service::desk::{Desk, Done, Outcome};
use crate::service::monitoring::State;
use crate::service::problem::Problem;

/// Turns of an alert that are told at once, the newest.
const TURNS_TOLD: usize = 6;
/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// Components of incidents that people work on now, each with the number of the incident.
pub(in crate::service) fn components_in_incidents(state: &State) -> Vec<(Slug, i64)> {
    super::suggestions::in_incidents(state)
}

/// What alerts of this incident did, as far as it shall stand in its timeline.
pub(super) fn facts_of_alerts(state: &State, incident_key: i64) -> Vec<Fact> {
    let here = state.alerts.all().filter(|alert| alert.incident.is_some_and(|(key, _)| key == incident_key));
    here.flat_map(|alert| facts_of(alert)).collect()
}

/// What one alert did. Turns of one that flaps are counted in the alert, not told one by one.
fn facts_of(alert: &Alert) -> Vec<Fact> {
    let number = alert.number;
    let mut turns = alert.course.last_turns();
    if alert.is_flapping {
        // That it fires is told; how often it turns stands in the alert.
        turns.truncate(1);
    }
    let old = turns.len().saturating_sub(TURNS_TOLD);
    let turn = |(at, begins): (Timestamp, bool)| {
        let name = alert.name.clone();
        let (what, event) = if begins {
            ("began", MachineEvent::AlertBegan { alert: number, name })
        } else {
            ("ended", MachineEvent::AlertEnded { alert: number, name })
        };
        Fact::new(format!("alert {number} {what} {}", at.as_ms()), at, event)
    };
    turns.drain(old..).map(turn).collect()
}

/// How bad what it is about is thought to be. That users notice is for probes and people to say.
const fn declared(severity: Severity) -> (Status, Impact) {
    match severity {
        Severity::Sev1 => (Status::MajorOutage, Impact::Critical),
        Severity::Sev2 => (Status::PartialOutage, Impact::Major),
        Severity::Sev3 | Severity::Sev4 => (Status::DegradedPerformance, Impact::Minor),
    }
}

/// What an incident is called that an alert opened: as its type, and what it is about.
fn title(kinds: &Kinds, alert: &Alert) -> LocalizedText {
    let in_language = |language: Language| {
        let spec = alert.component.as_ref().and_then(|slug| kinds.config.components.iter().find(|spec| spec.slug == *slug));
        let what = kinds.title(alert, language);
        let title = spec.map_or_else(|| what.clone(), |spec| format!("{}: {what}", spec.name.get(language)));
        title.chars().filter(|c| !c.is_control()).take(TITLE_CHARS_MAX).collect::<String>()
    };
    let (ja, en) = (in_language(Language::Ja), in_language(Language::En));
    if ja == en { LocalizedText::Same(en) } else { LocalizedText::Each { ja, en } }
}

fn facts(kinds: &Kinds, alert: &Alert, by: &Caller, now: Timestamp) -> IncidentFacts {
    IncidentFacts {
        title: title(kinds, alert),
        kind: IncidentKind::Incident,
        // One that is opened by rule is for somebody to look at first.
        state: if by.who == Who::System { WorkState::Triage } else { WorkState::Investigating },
        severity: alert.severity,
        impact: declared(alert.severity).1,
        is_public: false,
        shows_metrics: false,
        zone: kinds.config.site.time_zone_name.clone(),
        lead: None,
        scribe: None,
        comms: None,
        stated_duration: None,
        next_update_due_at: None,
        opened_at: now,
        resolved_at: None,
    }
}

fn joined(by: &Caller, incident: &Incident, now: Timestamp) -> NewAlertEvent {
    let (actor_kind, _) = by.actor();
    NewAlertEvent {
        event: Event::Joined,
        occurred_at: now,
        recorded_at: now,
        actor_kind,
        actor_name: by.name().to_owned(),
        number: Some(incident.number),
        text: None,
    }
}

fn alert_done(alert: i64, name: &str, incident: i64) -> Done {
    Done::new("alert.joined", "alert", alert, name).changed("incident", None, Some(incident))
}

/// The alert, if it is in no incident that people work on. One that is in such a one says in which.
async fn free(transaction: &mut Transaction<'_>, number: i64) -> Result<Result<Alert, i64>, Problem> {
    let alert = transaction.alert(number).await?.ok_or(Problem::NotFound("alert"))?;
    let Some((_, incident)) = alert.incident else { return Ok(Ok(alert)) };
    let known = transaction.incident(incident).await?;
    let is_worked_on = known.is_some_and(|known| known.facts.state.is_active() && known.merged_into.is_none());
    Ok(if is_worked_on { Err(incident) } else { Ok(alert) })
}

/// What a new incident affects by an alert.
fn affected(alert: &Alert) -> Vec<Affected> {
    let period = |component: &Slug| Affected {
        component: component.clone(),
        status: declared(alert.severity).0,
        from: alert.course.began_at,
        until: None,
    };
    alert.component.iter().map(period).collect()
}

async fn open(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (number, facts): (i64, IncidentFacts),
    now: Timestamp,
) -> Outcome<i64> {
    let alert = match free(transaction, number).await? {
        Ok(alert) => alert,
        Err(incident) => return Ok((incident, Vec::new())),
    };
    let affected = affected(&alert);
    let incident = transaction.insert_incident(Uuid::now_v7(), &facts, &affected, now).await?;
    let mut markers: HashMap<Marker, i64> = HashMap::new();
    for fact in facts_of(&alert) {
        let is_first = matches!(fact.event, MachineEvent::AlertBegan { .. });
        let row = append(transaction, incident.key, &fact.entry(now)).await?;
        if is_first {
            // What a probe saw first was not known then; what a source reports is.
            let marker = if alert.origin == Origin::Probe { Marker::ImpactStart } else { Marker::Detected };
            markers.insert(marker, row.key);
        }
    }
    let by_rule = by.who == Who::System;
    let row = note(transaction, by, incident.key, MachineEvent::Opened { by_rule }, now).await?;
    if !by_rule {
        markers.insert(Marker::Acknowledged, row.key);
    }
    for (marker, key) in markers {
        transaction.set_marker(incident.key, marker, Some(key)).await?;
    }
    transaction.join_alert(number, incident.key, &joined(by, &incident, now)).await?;
    let opened = noted(done("incident.opened", &incident), None, (&facts, &affected), &HashMap::new());
    Ok((incident.number, vec![opened, alert_done(number, &alert.name, incident.number)]))
}

async fn join(transaction: &mut Transaction<'_>, by: &Caller, number: i64, into: i64, now: Timestamp) -> Outcome<i64> {
    let alert = match free(transaction, number).await? {
        Ok(alert) => alert,
        // People may say that it belongs elsewhere; what joins by itself stays.
        Err(incident) if incident == into || by.who == Who::System => return Ok((incident, Vec::new())),
        Err(_) => transaction.alert(number).await?.ok_or(Problem::NotFound("alert"))?,
    };
    let incident = writable(transaction, by, into, Deed::Respond, now).await?;
    if !incident.facts.state.is_active() {
        return Err(Problem::Refused("refused-incident-over"));
    }
    // Somebody who puts it there says that it is part of it; what joins by itself is about what the incident affects already.
    if by.who != Who::System
        && let Some(component) = &alert.component
    {
        let mut after = transaction.affected(incident.key).await?;
        if !after.iter().any(|period| period.component == *component && period.until.is_none()) {
            let status = declared(alert.severity).0;
            let events: Vec<MachineEvent> = declare(&mut after, component, status, alert.course.began_at).into_iter().collect();
            let updated = transaction.update_incident(incident.key, incident.version, &incident.facts, now).await?;
            updated.ok_or(Problem::Conflict)?;
            transaction.set_affected(incident.key, &after).await?;
            for event in events {
                note(transaction, by, incident.key, event, now).await?;
            }
        }
    }
    for fact in facts_of(&alert) {
        transaction.append_entry(incident.key, &fact.entry(now)).await?;
    }
    transaction.touch_incident(incident.key, now).await?;
    transaction.join_alert(number, incident.key, &joined(by, &incident, now)).await?;
    Ok((incident.number, vec![alert_done(number, &alert.name, incident.number)]))
}

impl Desk {
    /// Opens an incident for an alert; gives its number, or that of the one in which the alert is already.
    pub(crate) async fn open_for_alert(&self, caller: &Caller, number: i64) -> Result<i64, Problem> {
        let now = self.now();
        caller.must(Permission::Respond, now)?;
        let turn = self.monitoring.state().incidents.turn();
        let _turn = turn.lock().await;
        if let Some(known) = self.done_before(caller).await? {
            return Ok(known);
        }
        let found = self.alert(&Caller::system(), number).await?;
        let facts = facts(&found.kinds, &found.alert, caller, now);
        let by = caller.clone();
        let opened = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move { open(transaction, &by, (number, facts), now).await })
        });
        self.alert_joined(number, opened.await).await
    }

    /// Makes an alert part of an incident; gives the number of that, or of the one in which it is already.
    pub(crate) async fn join_incident(&self, caller: &Caller, number: i64, incident: i64) -> Result<i64, Problem> {
        caller.must(Permission::Read, self.now())?;
        let into = self.where_now(caller, incident).await.map_err(|problem| match problem {
            Problem::NotFound(_) => Problem::invalid("incident", "invalid-number"),
            other => other,
        })?;
        let by = caller.clone();
        let joined = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { join(transaction, &by, number, into, now).await })
        });
        self.alert_joined(number, joined.await).await
    }

    async fn alert_joined(&self, alert: i64, outcome: Result<i64, Problem>) -> Result<i64, Problem> {
        // What failed may have been kept all the same.
        let number = outcome.inspect_err(|_| self.monitoring.state().incidents.doubt())?;
        if let Some(incident) = self.store.incident(number).await? {
            self.monitoring.state().alerts.joined(alert, Some((incident.key, incident.number)));
        }
        self.incident_changed(&[number]).await;
        Ok(number)
    }
}
