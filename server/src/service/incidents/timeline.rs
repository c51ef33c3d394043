//! The timeline of an incident: rows are added, edited by revision, starred, deleted and restored, and markers point at them. What Yagura
//! wrote stays what it is; it can be starred, hidden and annotated.
//!
//! `rows` does it within a transaction.

pub(super) mod rows;

use domain::incident::machine::MachineEvent;
use domain::incident::paste::LINES_MAX;
use domain::incident::work::{Marker, Precision, Source, Visibility};
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::{ENTRIES_MAX, EntryContent, EntryRevision, NewEntry};
use uuid::Uuid;

use super::Deed;
use super::read::{self, EntryRead};
use super::record::{must_read, zone_of};
use super::wanted::{EntryChoice, EntryEdit, EntryWanted};
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::problem::Problem;

/// A row that Yagura writes: `event` happened at `at` and is written down `now`. Whoever is the reason for it stands beside it.
pub(in crate::service) fn machine_entry(caller: &Caller, event: MachineEvent, at: Timestamp, now: Timestamp) -> NewEntry {
    let (actor_kind, actor_id) = caller.actor();
    NewEntry {
        id: Uuid::now_v7(),
        occurred_at: at,
        precision: Precision::Exact,
        recorded_at: now,
        kind: event.kind(),
        source: Source::System,
        actor_kind,
        actor_id,
        actor_name: caller.name().to_owned(),
        content: EntryContent::Machine(event),
        visibility: Visibility::Internal,
        is_starred: false,
        op: None,
    }
}

/// Writes into the timeline of an incident what was done elsewhere. One that is full takes no more rows; what was done stays where it was done all
/// the same, and nobody is held up in the middle of it.
pub(in crate::service) async fn tell_beside(
    transaction: &mut Transaction<'_>,
    incident_key: i64,
    row: &NewEntry,
) -> Result<(), Problem> {
    if transaction.count_entries(incident_key).await? < i64::from(ENTRIES_MAX) {
        transaction.append_entry(incident_key, row).await?;
        transaction.touch_incident(incident_key, row.recorded_at).await?;
    }
    Ok(())
}

/// A row that somebody writes, to be kept.
pub(super) fn human_entry(caller: &Caller, read: EntryRead, now: Timestamp) -> NewEntry {
    let EntryRead { occurred_at, precision, kind, content, visibility, is_starred, op, source } = read;
    let (actor_kind, actor_id) = caller.actor();
    NewEntry {
        id: Uuid::now_v7(),
        occurred_at,
        precision,
        recorded_at: now,
        kind,
        source,
        actor_kind,
        actor_id,
        actor_name: caller.name().to_owned(),
        content,
        visibility,
        is_starred,
        op,
    }
}

impl Desk {
    /// Adds rows, all or none; gives their ids in the same order. One that was sent before under the same name is there once.
    pub(crate) async fn add_entries(&self, caller: &Caller, number: i64, wanted: Vec<EntryWanted>) -> Result<Vec<Uuid>, Problem> {
        let now = self.now();
        let incident = self.incident_for(caller, number, Deed::Write).await?;
        if wanted.len() > LINES_MAX {
            return Err(Problem::Refused("refused-too-many-entries"));
        }
        let zone = zone_of(&incident.facts, "at")?;
        let read = read::entries(&wanted, &zone, now)?;
        let by = caller.clone();
        let added = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { rows::add(transaction, &by, number, read, now).await })
        });
        self.taken_up(added.await, &[number]).await
    }

    /// Changes a row and which markers point at it; gives its new revision.
    pub(crate) async fn change_entry(
        &self,
        caller: &Caller,
        number: i64,
        id: Uuid,
        revision: i64,
        edit: EntryEdit,
    ) -> Result<i64, Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let changed = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { rows::change(transaction, &by, number, (id, revision), &edit, now).await })
        });
        self.taken_up(changed.await, &[number]).await
    }

    /// Lets a row stand out, or no longer.
    pub(crate) async fn star_entry(
        &self,
        caller: &Caller,
        number: i64,
        id: Uuid,
        revision: i64,
        is_starred: bool,
    ) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let starred = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { rows::star(transaction, &by, number, (id, revision), is_starred, now).await })
        });
        self.taken_up(starred.await, &[number]).await?;
        Ok(())
    }

    /// Lets rows stand out and be read by others, or no longer; all or none.
    pub(crate) async fn choose_entries(&self, caller: &Caller, number: i64, choices: Vec<EntryChoice>) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let chosen = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { rows::choose(transaction, &by, number, &choices, now).await })
        });
        self.taken_up(chosen.await, &[number]).await?;
        Ok(())
    }

    /// Deletes a row of a person: its place stays, and what it said in its revisions. Markers point at it no longer.
    pub(crate) async fn delete_entry(&self, caller: &Caller, number: i64, id: Uuid, revision: i64) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let deleted = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { rows::delete(transaction, &by, number, (id, revision), now).await })
        });
        self.taken_up(deleted.await, &[number]).await?;
        Ok(())
    }

    /// Takes a deletion back.
    pub(crate) async fn restore_entry(&self, caller: &Caller, number: i64, id: Uuid, revision: i64) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let restored = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { rows::restore(transaction, &by, number, (id, revision), now).await })
        });
        self.taken_up(restored.await, &[number]).await?;
        Ok(())
    }

    /// Lets a marker point at a row, or nowhere.
    pub(crate) async fn set_marker(
        &self,
        caller: &Caller,
        number: i64,
        marker: Marker,
        entry: Option<Uuid>,
    ) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        let by = caller.clone();
        let set = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { rows::set_marker(transaction, &by, number, (marker, entry), now).await })
        });
        self.taken_up(set.await, &[number]).await?;
        Ok(())
    }

    /// How a row once was, the newest first.
    pub(crate) async fn entry_revisions(&self, caller: &Caller, number: i64, id: Uuid) -> Result<Vec<EntryRevision>, Problem> {
        must_read(caller, self.now())?;
        let story = self.store.incident_story(number).await?.ok_or(Problem::NotFound("incident"))?;
        if !story.entries.iter().any(|entry| entry.id == id) {
            return Err(Problem::NotFound("entry"));
        }
        Ok(self.store.entry_revisions(id).await?)
    }
}
