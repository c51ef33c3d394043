//! What an incident has to do with others: related ones, and those that turn out to be the same.

use domain::incident::machine::MachineEvent;
use domain::incident::work::IncidentKind;
use domain::time::Timestamp;
use store::incidents::{ENTRIES_MAX, EVIDENCE_MAX, Incident, IncidentFacts, UPDATES_MAX};
use store::{StoreError, Transaction};

use super::super::Deed;
use super::periods::end_all;
use super::steps::{done, must_read, note, writable};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Outcome};
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

impl Desk {
    /// Says that two incidents have to do with one another, or no longer. It stands with both, so it takes the right to change both.
    pub(crate) async fn relate_incidents(
        &self,
        caller: &Caller,
        number: i64,
        other: i64,
        is_related: bool,
    ) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        if number == other {
            return Err(Problem::invalid("other", "invalid-number"));
        }
        let by = caller.clone();
        let related = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { relate(transaction, &by, (number, other), is_related, now).await })
        });
        self.taken_up(related.await, &[number, other]).await?;
        Ok(())
    }

    /// Merges an incident into another one, which has all its rows, files, updates and runs from then on.
    pub(crate) async fn merge_incident(&self, caller: &Caller, number: i64, into: i64) -> Result<(), Problem> {
        must_read(caller, self.now())?;
        if number == into {
            return Err(Problem::Refused("refused-merge-self"));
        }
        let by = caller.clone();
        let merged = self.change(caller, None, move |transaction, now| {
            Box::pin(async move { merge(transaction, &by, (number, into), now).await })
        });
        let (from_key, target) = self.taken_up(merged.await, &[number, into]).await?;
        self.monitoring.state().alerts.moved(from_key, target);
        Ok(())
    }
}

/// The incident whose number somebody typed.
async fn typed(transaction: &mut Transaction<'_>, by: &Caller, number: i64, now: Timestamp) -> Result<Incident, Problem> {
    writable(transaction, by, number, Deed::Respond, now).await.map_err(|problem| match problem {
        Problem::NotFound(_) => Problem::invalid("other", "invalid-number"),
        problem => problem,
    })
}

async fn relate(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (number, other): (i64, i64),
    is_related: bool,
    now: Timestamp,
) -> Outcome<Nothing> {
    let one = writable(transaction, by, number, Deed::Respond, now).await?;
    let other = typed(transaction, by, other, now).await?;
    let is_news = if is_related {
        transaction.relate_incidents(one.key, other.key).await.map_err(|error| match error {
            StoreError::Full { .. } => Problem::Refused("refused-too-many-related"),
            other => other.into(),
        })?
    } else {
        transaction.unrelate_incidents(one.key, other.key).await?
    };
    if !is_news {
        return Ok((Nothing {}, Vec::new()));
    }
    for (key, number) in [(one.key, other.number), (other.key, one.number)] {
        note(transaction, by, key, MachineEvent::Related { number, is_related }, now).await?;
        transaction.touch_incident(key, now).await?;
    }
    let action = if is_related { "incident.related" } else { "incident.unrelated" };
    let number = |is_there: bool| is_there.then_some(other.number);
    let done = done(action, &one).changed("related", number(!is_related), number(is_related));
    Ok((Nothing {}, vec![done]))
}

/// The key of what was merged, and the key and the number of where it is now.
type Merged = (i64, (i64, i64));

async fn merge(transaction: &mut Transaction<'_>, by: &Caller, (number, into): (i64, i64), now: Timestamp) -> Outcome<Merged> {
    let from = writable(transaction, by, number, Deed::Respond, now).await?;
    let target = typed(transaction, by, into, now).await?;
    if from.facts.is_public && !target.facts.is_public {
        return Err(Problem::Refused("refused-merge-public"));
    }
    if (from.facts.kind == IncidentKind::Drill) != (target.facts.kind == IncidentKind::Drill) {
        return Err(Problem::Refused("refused-merge-drill"));
    }
    // What is internal does not become public by being put elsewhere: what was told of it, and what it affects, would.
    if target.facts.is_public && !from.facts.is_public {
        if transaction.count_updates(from.key).await? > 0 {
            return Err(Problem::Refused("refused-merge-told"));
        }
        transaction.hide_incident(from.key).await?;
    }
    if !target.facts.state.is_active() && !transaction.open_runs_of(from.key).await?.is_empty() {
        return Err(Problem::Refused("refused-runs-open"));
    }
    // Its story would lose what it tells of.
    if transaction.postmortem_of(from.key).await?.is_some() {
        return Err(Problem::Refused("refused-postmortem-merge-incident"));
    }
    fits(transaction, from.key, target.key).await?;
    // Whoever has the target's form open does not know of what came with the other: their form is old from here on.
    let is_active = target.facts.state.is_active();
    let due = [from.facts.next_update_due_at, target.facts.next_update_due_at].into_iter().flatten().min();
    let facts = IncidentFacts { next_update_due_at: due.filter(|_| is_active), ..target.facts };
    let updated = transaction.update_incident(target.key, target.version, &facts, now).await?;
    updated.ok_or(Problem::Conflict)?;
    transaction.merge_incident(from.key, target.key, now).await?;
    transaction.move_runs(from.key, target.key).await?;
    transaction.move_action_items(from.key, target.key).await?;
    if !is_active {
        let mut affected = transaction.affected(target.key).await?;
        end_all(&mut affected, facts.resolved_at.unwrap_or(now));
        transaction.set_affected(target.key, &affected).await?;
    }
    note(transaction, by, target.key, MachineEvent::Absorbed { number: from.number }, now).await?;
    let done = done("incident.merged", &from).changed("merged_into", None, Some(target.number));
    Ok(((from.key, (target.key, target.number)), vec![done]))
}

/// Refuses what would be more together than one incident may have.
async fn fits(transaction: &mut Transaction<'_>, from_key: i64, into_key: i64) -> Result<(), Problem> {
    let entries = transaction.count_entries(from_key).await? + transaction.count_entries(into_key).await?;
    if entries > i64::from(ENTRIES_MAX) {
        return Err(Problem::Refused("refused-too-many-entries"));
    }
    let updates = transaction.count_updates(from_key).await? + transaction.count_updates(into_key).await?;
    if updates > i64::from(UPDATES_MAX) {
        return Err(Problem::Refused("refused-too-many-updates"));
    }
    let files = transaction.count_evidence(from_key).await? + transaction.count_evidence(into_key).await?;
    if files > i64::from(EVIDENCE_MAX) { Err(Problem::Refused("refused-too-many-files")) } else { Ok(()) }
}
