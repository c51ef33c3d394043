//! Action items: what is left to do after an incident. Made, changed, and moved from open to proven; what is put off comes back, what is proven is
//! verified by itself, and what was proven and happened again is opened again.
//!
//! Code map: [`wanted`] reads what is typed, `watch` looks every minute, `digest` tells channels once a week. This file reads and changes.

mod digest;
mod proofs;
pub(crate) mod wanted;
mod watch;

use std::time::Duration;

use domain::account::Permission;
use domain::action_item::{ActionError, Bound, Duty, Proof, Reason, Stage, Standing, Step};
use domain::insight::StageCount;
use domain::postmortem::frozen::ActionRow;
use domain::time::Timestamp;
use jiff::civil::Date;
use store::Transaction;
use store::action_items::{Earlier, Item, ItemEvent, ItemFacts, ItemFilter, NewItem, Origin};
use uuid::Uuid;

pub(crate) use self::wanted::{ItemWanted, StepWanted};
pub(crate) use self::watch::ActionWatch;
use super::caller::Caller;
use super::desk::{Desk, Done, Outcome};
use super::problem::Problem;

/// Earlier items that are shown with an incident.
const KIN_MAX: u32 = 50;
/// Earlier incidents that are shown with one; who looks for more looks in the list.
const EARLIER_MAX: u32 = 10;
/// An item is judged by whether it is done after so long.
const JUDGED_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

/// An item as postmortems show it.
pub(super) fn row(item: &Item) -> ActionRow {
    let facts = &item.facts;
    let (until, why) = match &facts.standing {
        Standing::Deferred { until, reason } => (Some(until.to_string()), Some(reason.as_str().to_owned())),
        Standing::WontDo { reason, .. } => (None, Some(reason.as_str().to_owned())),
        _ => (None, None),
    };
    ActionRow {
        number: item.number,
        text: facts.text.clone(),
        kind: facts.kind,
        horizon: facts.horizon,
        priority: facts.priority,
        stage: facts.standing.stage(),
        due: facts.due.map(|due| due.to_string()),
        until,
        why,
    }
}

/// What an item asks of people.
pub(crate) const fn duty(facts: &ItemFacts) -> Duty {
    Duty { priority: facts.priority, horizon: facts.horizon, has_owner: facts.owner.is_some(), due: facts.due }
}

fn done(action: &'static str, number: i64, text: &str) -> Done {
    let name: String = text.chars().take(80).collect();
    Done::new(action, "action_item", number, name)
}

/// What the rules refuse, as whoever asked is told.
pub(super) fn refused(error: &ActionError) -> Problem {
    match error {
        ActionError::Reason => Problem::invalid("reason", "invalid-postmortem-reason"),
        ActionError::NotFromThere(_) => Problem::Refused("refused-action-stage"),
        ActionError::NotToCome(_) => Problem::invalid("until", "invalid-action-until"),
        ActionError::NoDuty(_) => Problem::invalid("priority", "invalid-duty"),
        ActionError::NobodyAccepts => Problem::invalid("accepted_by", "invalid-accepted-by"),
    }
}

/// Where a new item comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct From {
    pub(crate) origin: Origin,
    /// The number of its incident.
    pub(crate) incident: Option<i64>,
    /// The number of its run.
    pub(crate) run: Option<i64>,
}

impl Desk {
    /// Today, in the site's zone.
    pub(crate) fn today(&self) -> Date {
        self.now().to_jiff().to_zoned(self.monitoring.offer().time_zone.clone()).date()
    }

    /// Items that meet a filter, the newest first.
    pub(crate) async fn action_items(&self, caller: &Caller, filter: &ItemFilter) -> Result<Vec<Item>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.action_items(filter).await?)
    }

    /// How many items of each stage there are.
    pub(crate) async fn count_action_items(&self, caller: &Caller) -> Result<Vec<StageCount>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.count_action_items(self.now().minus(JUDGED_AFTER)).await?)
    }

    /// One item, what became of it, and what proves it now, if something does.
    pub(crate) async fn action_item(
        &self,
        caller: &Caller,
        number: i64,
    ) -> Result<(Item, Vec<ItemEvent>, Vec<(Bound, Option<Proof>)>), Problem> {
        caller.must(Permission::Read, self.now())?;
        let item = self.store.action_item(number).await?.ok_or(Problem::NotFound("action item"))?;
        let events = self.store.action_events(item.key).await?;
        let proofs = self.proofs(&item).await?;
        Ok((item, events, proofs))
    }

    /// Earlier incidents that have to do with one, the newest first, and their items, those with something left first.
    pub(crate) async fn kin(&self, caller: &Caller, incident: i64) -> Result<(Vec<Earlier>, Vec<Item>), Problem> {
        caller.must(Permission::Read, self.now())?;
        let incident = self.store.incident(incident).await?.ok_or(Problem::NotFound("incident"))?;
        let affected = self.store.incidents_affected(&[incident.key]).await?.remove(&incident.key).unwrap_or_default();
        let mut components: Vec<_> = affected.into_iter().map(|affected| affected.component).collect();
        components.sort_unstable();
        components.dedup();
        let mut items = self.store.items_of_kin(incident.key, &components, KIN_MAX).await?;
        // What comes of the incident itself, and what is of later ones, is no history of it.
        items.retain(|item| item.incident.as_ref().is_some_and(|(number, _)| *number < incident.number));
        items.sort_by_key(|item| !matches!(item.facts.standing.stage(), Stage::Open | Stage::InProgress | Stage::Deferred));
        Ok((self.store.incidents_of_kin(incident.key, &components, EARLIER_MAX).await?, items))
    }

    /// Items whose day has passed and that are not done, the most pressing first.
    pub(crate) async fn overdue_items(&self, caller: &Caller) -> Result<Vec<Item>, Problem> {
        let stages = vec![Stage::Open, Stage::InProgress, Stage::Deferred];
        let today = self.today();
        let mut items = self.action_items(caller, &ItemFilter { stages, ..ItemFilter::default() }).await?;
        items.retain(|item| duty(&item.facts).is_overdue(&item.facts.standing, today));
        items.sort_by_key(|item| (item.facts.due, item.facts.priority, item.number));
        Ok(items)
    }

    /// Makes an item; gives its number.
    pub(crate) async fn make_item(&self, caller: &Caller, from: From, wanted: ItemWanted) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let facts = self.read_item(&wanted, &[]).await?;
        let by = caller.clone();
        let made = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move { make(transaction, &by, from, facts, now).await })
        });
        let number = made.await?;
        self.monitoring.changed_inside();
        Ok(number)
    }

    /// Changes what is said of an item; gives its version.
    pub(crate) async fn change_item(
        &self,
        caller: &Caller,
        number: i64,
        version: i64,
        wanted: ItemWanted,
    ) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let before = self.store.action_item(number).await?.map(|item| item.facts.bound).unwrap_or_default();
        let facts = self.read_item(&wanted, &before).await?;
        let by = caller.clone();
        let changed = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                let item = unchanged(transaction, number, version).await?;
                let facts = ItemFacts { standing: item.facts.standing.clone(), ..facts };
                if facts == item.facts {
                    return Ok((version, Vec::new()));
                }
                keep(transaction, &by, &item, &facts, None, now).await?;
                let done = done("action_item.changed", number, &facts.text)
                    .changed("text", item.facts.text.clone(), facts.text.clone())
                    .changed("due", item.facts.due.map(|day| day.to_string()), facts.due.map(|day| day.to_string()))
                    .changed("priority", item.facts.priority.name(), facts.priority.name())
                    .changed("horizon", item.facts.horizon.name(), facts.horizon.name());
                Ok((version + 1, vec![done]))
            })
        });
        let version = changed.await?;
        self.monitoring.changed_inside();
        Ok(version)
    }

    /// Does something with an item: begins it, says that it is done, puts it off …; gives its version.
    pub(crate) async fn step_item(&self, caller: &Caller, number: i64, version: i64, wanted: StepWanted) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let step = wanted.read(caller.name())?;
        let today = self.today();
        let by = caller.clone();
        let stepped = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                let item = unchanged(transaction, number, version).await?;
                let standing = item.facts.standing.after(step.clone(), today).map_err(|error| refused(&error))?;
                let facts = ItemFacts { standing, ..item.facts.clone() };
                let note = match &step {
                    Step::Reopen(Some(reason)) => Some(reason.as_str().to_owned()),
                    _ => None,
                };
                keep(transaction, &by, &item, &facts, note, now).await?;
                let (before, after) = (item.facts.standing.stage().name(), facts.standing.stage().name());
                let done = done("action_item.moved", number, &facts.text).changed("stage", before, after);
                Ok((version + 1, vec![done]))
            })
        });
        let version = stepped.await?;
        self.monitoring.changed_inside();
        Ok(version)
    }
}

async fn unchanged(transaction: &mut Transaction<'_>, number: i64, version: i64) -> Result<Item, Problem> {
    let item = transaction.action_item(number).await?.ok_or(Problem::NotFound("action item"))?;
    if item.version == version { Ok(item) } else { Err(Problem::Conflict) }
}

/// Keeps a change, with what became of it.
pub(super) async fn keep(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    item: &Item,
    facts: &ItemFacts,
    note: Option<String>,
    now: Timestamp,
) -> Result<(), Problem> {
    if !transaction.update_action_item(item.key, item.version, facts, now).await? {
        return Err(Problem::Conflict);
    }
    let standing = (facts.standing != item.facts.standing).then(|| facts.standing.clone());
    let event = ItemEvent { at: now, actor_name: by.name().to_owned(), standing, note };
    transaction.append_action_event(item.key, &event).await?;
    Ok(())
}

/// Makes an item within a transaction.
pub(super) async fn make(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    from: From,
    facts: ItemFacts,
    now: Timestamp,
) -> Outcome<i64> {
    let incident_key = match from.incident {
        Some(number) => Some(transaction.incident(number).await?.ok_or(Problem::NotFound("incident"))?.key),
        None => None,
    };
    let text = facts.text.clone();
    let new = NewItem {
        id: Uuid::now_v7(),
        facts,
        origin: from.origin,
        incident_key,
        run: from.run,
        at: now,
        by: by.name().to_owned(),
    };
    let item = transaction.insert_action_item(&new).await?;
    let done = done("action_item.made", item.number, &text).changed("incident", None, from.incident);
    Ok((item.number, vec![done]))
}

/// A reason that Yagura gives.
fn own_reason(words: &str) -> Option<Reason> {
    Reason::new(words).ok()
}
