//! Telling the public: an update, what it says of components, and the state that follows from it, in one transaction. What was published
//! is never changed; an update can correct an earlier one.

use std::collections::HashSet;

use domain::component::Status;
use domain::incident::machine::MachineEvent;
use domain::incident::work::{IncidentKind, Marker, Precision, State};
use domain::text::{LocalizedText, Slug};
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::{Incident, NewEntry, NewUpdate, UPDATES_MAX, UpdateChange};
use uuid::Uuid;

use super::Deed;
use super::read::UpdateRead;
use super::record::{Shift, append, declare, declared, done, end_all, mark_if_unset, note, writable, zone_of};
use super::timeline::machine_entry;
use super::wanted::UpdateWanted;
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Outcome};
use crate::service::problem::Problem;

/// What is to be published.
struct Publication {
    read: UpdateRead,
    display_at: Timestamp,
    precision: Precision,
    corrects: Option<i64>,
    makes_public: bool,
    /// Components of which an outage goes on.
    in_trouble: HashSet<Slug>,
}

impl Desk {
    /// Tells the public; gives the number of the update.
    pub(crate) async fn publish_update(&self, caller: &Caller, number: i64, wanted: UpdateWanted) -> Result<i64, Problem> {
        let now = self.now();
        let incident = self.incident_for(caller, number, Deed::Tell).await?;
        let zone = zone_of(&incident.facts, "display_at")?;
        let (read, (display_at, precision)) = wanted.read_at(&self.known_here(), &zone, now)?;
        let (corrects, makes_public, in_trouble) = (wanted.corrects, wanted.make_public, self.in_trouble());
        let publication = Publication { read, display_at, precision, corrects, makes_public, in_trouble };
        let by = caller.clone();
        let published = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { publish(transaction, &by, number, publication, now).await })
        });
        self.taken_up(published.await, &[number]).await
    }

    /// What an update would say, for a look before it is published.
    pub(crate) fn check_update(&self, wanted: &UpdateWanted) -> Result<LocalizedText, Problem> {
        Ok(wanted.read(&self.known_here())?.body)
    }
}

async fn publish(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    publication: Publication,
    now: Timestamp,
) -> Outcome<i64> {
    let Publication { read, display_at, precision, corrects, makes_public, in_trouble } = publication;
    let incident = writable(transaction, by, number, Deed::Tell, now).await?;
    let key = incident.key;
    let becomes_public = may_be_told(&incident, makes_public)?;
    let told_before = transaction.count_updates(key).await?;
    if told_before >= i64::from(UPDATES_MAX) {
        return Err(Problem::Refused("refused-too-many-updates"));
    }
    if let Some(corrected) = corrects
        && transaction.update_numbered(key, corrected).await?.is_none()
    {
        return Err(Problem::invalid("corrects", "invalid-number"));
    }

    // What follows from it for components and the state.
    let affected_before = transaction.affected(key).await?;
    let mut affected = affected_before.clone();
    let (mut changes, mut events) = (Vec::new(), Vec::new());
    for (component, after) in read.components {
        let before = declared(&affected, &component).unwrap_or(Status::Operational);
        if let Some(event) = declare(&mut affected, &component, after, display_at) {
            events.push(event);
            changes.push(UpdateChange { component, before, after });
        }
    }
    let mut facts = incident.facts.clone();
    facts.is_public |= becomes_public;
    // Who sets an earlier update right does not say how things stand now.
    let is_newest = corrects.is_none_or(|corrected| corrected == told_before);
    let (from, to) = (facts.state, State::of_public(read.status));
    // When it says it is of: told long afterwards, an incident is not over only then.
    let has_moved = is_newest && to.public() != from.public();
    if has_moved && !from.is_active() && to.is_active() {
        // That it begins again takes a reason, which no update has.
        return Err(Problem::Refused("refused-update-reopens"));
    }
    let shift = has_moved.then(|| {
        let at = display_at.clamp(facts.opened_at.min(now), now);
        Shift { from, to, reason: None, at, precision }
    });
    if let Some(shift) = &shift {
        shift.apply(&mut facts, &mut affected);
    }
    if !facts.state.is_active() {
        // What is over affects nothing, whatever its last update says of components.
        end_all(&mut affected, facts.resolved_at.unwrap_or(now));
    }
    // Who sets an earlier update right takes no promise back.
    let promised = if is_newest { read.next_update.map(|until_then| now.plus(until_then)) } else { facts.next_update_due_at };
    facts.next_update_due_at = promised.filter(|_| facts.state.is_active());

    let after = if facts == incident.facts && affected == affected_before {
        transaction.touch_incident(key, now).await?;
        incident
    } else {
        transaction.update_incident(key, incident.version, &facts, now).await?.ok_or(Problem::Conflict)?
    };
    if affected != affected_before {
        transaction.set_affected(key, &affected).await?;
    }
    let mut all_done = Vec::new();
    if becomes_public {
        note(transaction, by, key, MachineEvent::VisibilityChanged { is_public: true }, now).await?;
        all_done.push(done("incident.published", &after));
    }
    for event in events {
        append(transaction, key, &NewEntry { precision, ..machine_entry(by, event, display_at, now) }).await?;
    }
    if let Some(shift) = shift {
        shift.write(transaction, by, key, &affected, &in_trouble, now).await?;
        all_done.push(done("incident.moved", &after).changed("state", from, to));
    }

    let mut told = done("update.published", &after);
    for UpdateChange { component, before, after } in &changes {
        told = told.changed(component.as_str(), Some(before.name()), Some(after.name()));
    }
    let status = read.status;
    let author = by.name().to_owned();
    let id = Uuid::now_v7();
    let new = NewUpdate { id, status, body: read.body, changes, author, published_at: now, display_at, corrects };
    let number = transaction.append_update(key, &new).await?.number;
    let event = MachineEvent::UpdatePublished { status, number, corrects };
    let row = append(transaction, key, &NewEntry { precision, ..machine_entry(by, event, display_at, now) }).await?;
    mark_if_unset(transaction, key, Marker::FirstPublicUpdate, row.key).await?;
    all_done.push(told.changed("number", None, Some(number)).changed("corrects", None, corrects));
    Ok((number, all_done))
}

/// Whether the incident becomes public with an update; refuses what the public must not be told of.
fn may_be_told(incident: &Incident, makes_public: bool) -> Result<bool, Problem> {
    match (incident.facts.is_public, makes_public) {
        (true, _) => Ok(false),
        (false, false) => Err(Problem::Refused("refused-not-public")),
        (false, true) if incident.facts.kind == IncidentKind::Drill => Err(Problem::Refused("refused-drill-public")),
        (false, true) => Ok(true),
    }
}
