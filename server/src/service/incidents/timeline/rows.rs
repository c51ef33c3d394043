//! Changes of rows and markers within one transaction.

use domain::incident::machine::MachineEvent;
use domain::incident::work::{Marker, Visibility};
use domain::time::Timestamp;
use store::Transaction;
use store::incidents::timeline::Appended;
use store::incidents::{ENTRIES_MAX, Entry, EntryChange, EntryContent, Incident};
use uuid::Uuid;

use super::super::read::EntryRead;
use super::super::record::{done, editable, marker_moved, note, writable, zone_of};
use super::super::wanted::{EntryChoice, EntryEdit};
use super::super::{Deed, permitted};
use super::human_entry;
use crate::service::caller::Caller;
use crate::service::desk::{Done, Outcome};
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

pub(in crate::service::incidents) async fn add(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    read: Vec<EntryRead>,
    now: Timestamp,
) -> Outcome<Vec<Uuid>> {
    let incident = writable(transaction, by, number, Deed::Write, now).await?;
    if read.iter().any(|row| row.visibility != Visibility::Internal) {
        may_show(by, &incident, now)?;
    }
    let mut ids = Vec::with_capacity(read.len());
    let mut added = Vec::new();
    for row in read {
        let entry = match transaction.append_entry(incident.key, &human_entry(by, row, now)).await? {
            Appended::New(entry) => {
                added.push(entry.id);
                entry
            }
            Appended::Known(entry) => entry,
        };
        ids.push(entry.id);
    }
    let done = match added.as_slice() {
        [] => return Ok((ids, Vec::new())),
        [id] => about("entry.added", *id, &incident),
        // Who wrote each of them stands beside it in the timeline.
        several => done("entry.added", &incident).changed("entries", 0, several.len()),
    };
    // Counted afterwards: what was sent before takes no room.
    if transaction.count_entries(incident.key).await? > i64::from(ENTRIES_MAX) {
        return Err(Problem::Refused("refused-too-many-entries"));
    }
    transaction.touch_incident(incident.key, now).await?;
    Ok((ids, vec![done]))
}

/// Refuses whoever may write rows but not tell the public.
fn may_show(by: &Caller, incident: &Incident, now: Timestamp) -> Result<(), Problem> {
    permitted(by, incident, Deed::Tell, now).map_err(|_| Problem::invalid("visibility", "invalid-visibility-role"))
}

pub(super) async fn change(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (id, revision): (Uuid, i64),
    edit: &EntryEdit,
    now: Timestamp,
) -> Outcome<i64> {
    let incident = editable(transaction, by, number, now).await?;
    let entry = current(transaction, &incident, (id, revision)).await?;
    let zone = zone_of(&incident.facts, "at")?;
    let (wanted, markers) = edit.read(&entry, &zone, now)?;
    // Words that the public reads are its matter too.
    let is_public = entry.visibility == Visibility::Public && wanted.content != entry.content;
    if wanted.visibility != entry.visibility || is_public {
        may_show(by, &incident, now)?;
    }
    // Before the row changes: its markers move with it.
    let pointed = transaction.markers(incident.key).await?;
    let mut done = Vec::new();
    let mut after = revision;
    if wanted != as_it_is(&entry) {
        let changed = transaction.change_entry(entry.key, revision, &wanted, by.name(), now).await?;
        after = changed.ok_or(Problem::Conflict)?.revision;
        done.push(noted(about("entry.changed", id, &incident), &entry, &wanted));
    }
    for marker in Marker::ALL.iter().copied() {
        let before = pointed.get(&marker).copied();
        let is_here = before.is_some_and(|(key, _)| key == entry.key);
        let is_wanted = markers.contains(&marker);
        let has_moved = is_here && is_wanted && entry.occurred_at != wanted.occurred_at;
        if is_here != is_wanted || has_moved {
            let target = (marker, is_wanted.then_some(entry.key));
            let moved = (before.map(|(_, at)| at), is_wanted.then_some(wanted.occurred_at));
            done.push(point(transaction, by, &incident, target, moved, now).await?);
        }
    }
    if !done.is_empty() {
        transaction.touch_incident(incident.key, now).await?;
    }
    Ok((after, done))
}

pub(super) async fn star(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (id, revision): (Uuid, i64),
    is_starred: bool,
    now: Timestamp,
) -> Outcome<Nothing> {
    let incident = editable(transaction, by, number, now).await?;
    let entry = current(transaction, &incident, (id, revision)).await?;
    if entry.is_starred == is_starred {
        return Ok((Nothing {}, Vec::new()));
    }
    let wanted = EntryChange { is_starred, ..as_it_is(&entry) };
    let changed = transaction.change_entry(entry.key, revision, &wanted, by.name(), now).await?;
    changed.ok_or(Problem::Conflict)?;
    transaction.touch_incident(incident.key, now).await?;
    Ok((Nothing {}, vec![noted(about("entry.changed", id, &incident), &entry, &wanted)]))
}

/// Lets rows stand out and be read by others, all or none. One that stays as it is may have been changed meanwhile; one that does not may not.
pub(super) async fn choose(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    choices: &[EntryChoice],
    now: Timestamp,
) -> Outcome<Nothing> {
    let incident = editable(transaction, by, number, now).await?;
    let mut all = Vec::new();
    for choice in choices {
        let entry = found(transaction, &incident, choice.id).await?;
        let own = choice.visibility.unwrap_or(entry.visibility);
        // What is chosen for all is for rows of which nobody chose anything else, and never shows what is withheld.
        let is_for_all = matches!(entry.content, EntryContent::Words { .. })
            && own == entry.visibility
            && entry.visibility != Visibility::Redacted;
        let visibility = choice.of_people.filter(|_| is_for_all).unwrap_or(own);
        let wanted = EntryChange { is_starred: choice.is_starred, visibility, ..as_it_is(&entry) };
        if wanted == as_it_is(&entry) || entry.deleted_at.is_some() {
            continue;
        }
        if wanted.visibility != entry.visibility {
            may_show(by, &incident, now)?;
        }
        let changed = transaction.change_entry(entry.key, choice.revision, &wanted, by.name(), now).await?;
        changed.ok_or(Problem::Conflict)?;
        all.push(noted(about("entry.changed", choice.id, &incident), &entry, &wanted));
    }
    if !all.is_empty() {
        transaction.touch_incident(incident.key, now).await?;
    }
    Ok((Nothing {}, all))
}

pub(super) async fn delete(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (id, revision): (Uuid, i64),
    now: Timestamp,
) -> Outcome<Nothing> {
    let incident = editable(transaction, by, number, now).await?;
    let entry = found(transaction, &incident, id).await?;
    if matches!(entry.content, EntryContent::Machine(_)) {
        return Err(Problem::Refused("refused-machine-row"));
    }
    if entry.deleted_at.is_some() {
        return Ok((Nothing {}, Vec::new()));
    }
    if entry.revision != revision {
        return Err(Problem::Conflict);
    }
    // First the markers: the row is still there for them to be found.
    let pointed = transaction.markers(incident.key).await?;
    let mut done = vec![about("entry.deleted", id, &incident)];
    for (marker, (key, at)) in pointed {
        if key == entry.key {
            done.push(point(transaction, by, &incident, (marker, None), (Some(at), None), now).await?);
        }
    }
    if !transaction.delete_entry(entry.key, revision, by.name(), now).await? {
        return Err(Problem::Conflict);
    }
    transaction.touch_incident(incident.key, now).await?;
    Ok((Nothing {}, done))
}

pub(super) async fn restore(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (id, revision): (Uuid, i64),
    now: Timestamp,
) -> Outcome<Nothing> {
    let incident = editable(transaction, by, number, now).await?;
    let entry = found(transaction, &incident, id).await?;
    if entry.deleted_at.is_none() {
        return Ok((Nothing {}, Vec::new()));
    }
    if entry.revision != revision || !transaction.restore_entry(entry.key, revision, now).await? {
        return Err(Problem::Conflict);
    }
    transaction.touch_incident(incident.key, now).await?;
    Ok((Nothing {}, vec![about("entry.restored", id, &incident)]))
}

pub(super) async fn set_marker(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (marker, id): (Marker, Option<Uuid>),
    now: Timestamp,
) -> Outcome<Nothing> {
    let incident = editable(transaction, by, number, now).await?;
    let before = transaction.markers(incident.key).await?.get(&marker).copied();
    let target = match id {
        None => None,
        Some(id) => Some(found(transaction, &incident, id).await?),
    };
    if target.as_ref().is_some_and(|entry| entry.deleted_at.is_some()) {
        return Err(Problem::Refused("refused-deleted-row"));
    }
    let (key, at) = (target.as_ref().map(|entry| entry.key), target.as_ref().map(|entry| entry.occurred_at));
    if before.map(|(key, _)| key) == key {
        return Ok((Nothing {}, Vec::new()));
    }
    let moved = (before.map(|(_, at)| at), at);
    let done = point(transaction, by, &incident, (marker, key), moved, now).await?;
    transaction.touch_incident(incident.key, now).await?;
    Ok((Nothing {}, vec![done]))
}

/// Lets a marker point at a row, or nowhere, and writes down which moment it stood for and which it stands for.
async fn point(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    incident: &Incident,
    (marker, entry_key): (Marker, Option<i64>),
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    now: Timestamp,
) -> Result<Done, Problem> {
    transaction.set_marker(incident.key, marker, entry_key).await?;
    note(transaction, by, incident.key, MachineEvent::MarkerMoved { marker, from, to }, now).await?;
    Ok(marker_moved(incident, marker, from, to))
}

async fn found(transaction: &mut Transaction<'_>, incident: &Incident, id: Uuid) -> Result<Entry, Problem> {
    transaction.entry(incident.key, id).await?.ok_or(Problem::NotFound("entry"))
}

/// The row, if it is still as whoever changes it saw it.
async fn current(transaction: &mut Transaction<'_>, incident: &Incident, (id, revision): (Uuid, i64)) -> Result<Entry, Problem> {
    let entry = found(transaction, incident, id).await?;
    if entry.deleted_at.is_some() {
        return Err(Problem::Refused("refused-deleted-row"));
    }
    if entry.revision == revision { Ok(entry) } else { Err(Problem::Conflict) }
}

fn as_it_is(entry: &Entry) -> EntryChange {
    EntryChange {
        occurred_at: entry.occurred_at,
        precision: entry.precision,
        kind: entry.kind,
        content: entry.content.clone(),
        is_starred: entry.is_starred,
        visibility: entry.visibility,
        annotation: entry.annotation.clone(),
    }
}

fn about(action: &'static str, id: Uuid, incident: &Incident) -> Done {
    Done::new(action, "entry", id, format!("INC-{}", incident.number))
}

/// Notes what changed of a row. Texts stand in its revisions; the log only says that they are others.
fn noted(done: Done, before: &Entry, after: &EntryChange) -> Done {
    let shown = |is_same: bool| if is_same { "(before)" } else { "(after)" };
    let has_same_text = before.content == after.content;
    let has_same_annotation = before.annotation == after.annotation;
    done.changed("occurred_at", before.occurred_at.to_string(), after.occurred_at.to_string())
        .changed("precision", before.precision, after.precision)
        .changed("kind", before.kind, after.kind)
        .changed("text", "(before)", shown(has_same_text))
        .changed("annotation", "(before)", shown(has_same_annotation))
        .changed("is_starred", before.is_starred, after.is_starred)
        .changed("visibility", before.visibility, after.visibility)
}
