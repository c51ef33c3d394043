//! What happens by itself, every second: outages are remembered once they are seen, what probes saw is written into the incidents that it
//! concerns, an incident is opened where the configuration says so, and what is in doubt is read again.
//!
//! Rows of probes carry a name of their own (`op`), so that each is there once, whenever Yagura was started in between.

use std::collections::{HashMap, HashSet};
use std::slice;
use std::time::Duration;

use domain::component::Status;
use domain::incident::machine::MachineEvent;
use domain::incident::suggest::OpenOutage;
use domain::outage::{Outage, OutageEnd};
use domain::text::Slug;
use domain::time::Timestamp;
use store::incidents::records::{OUTAGE_MARKS_MAX, OutageMark};
use store::incidents::timeline::Appended;
use store::incidents::{ENTRIES_MAX, NewEntry};
use store::{StoreError, Transaction};

use super::alerts::facts_of_alerts;
use super::board::{All, STORIES_MAX};
use super::record::done;
use super::suggestions::in_incidents;
use super::timeline::machine_entry;
use super::told::is_told_afterwards;
use crate::config::ComponentSpec;
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Outcome};
use crate::service::maintenance::concerns;
use crate::service::monitoring::{PAGE_HORIZON, State};
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

/// Everything is read again so often: whoever changed an incident may have hung up before memory heard of it.
const READ_EVERY: Duration = Duration::from_secs(60);
/// Outages of long ago are forgotten so often.
const FORGET_EVERY: Duration = Duration::from_secs(3600);
/// Rows that are written into one incident at once; the others follow a second later.
const ROWS_AT_ONCE: usize = 200;
/// Probes write into a timeline until it has so many rows: a component that flaps for weeks must leave room for people.
const PROBE_ROWS_UNTIL: u32 = ENTRIES_MAX / 2;

/// What whoever looks every second remembers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// When everything was last read, on the clock that is never set.
    read_at: Option<Duration>,
    forgot_at: Option<Duration>,
    /// The desk's version at which every row of probes was written.
    written_at: Option<u64>,
    /// Names of rows that are on disk, by the key of the incident.
    written: HashMap<i64, HashSet<String>>,
}

/// Something that a probe saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What its row is called. People cannot call one so: there are spaces in it.
    op: String,
    pub(super) at: Timestamp,
    pub(super) event: MachineEvent,
}

impl Fact {
    pub(super) const fn new(op: String, at: Timestamp, event: MachineEvent) -> Self {
        Self { op, at, event }
    }

    /// The row that it makes.
    pub(super) fn entry(self, now: Timestamp) -> NewEntry {
        NewEntry { op: Some(self.op), ..machine_entry(&Caller::system(), self.event, self.at, now) }
    }
}

/// What probes saw of an outage, in order of time. `seen_at` is when it was confirmed, if somebody was looking.
pub(super) fn facts_of(slug: &Slug, outage: &Outage, seen_at: Option<Timestamp>) -> Vec<Fact> {
    let component = slug.as_str();
    // Another probe may tell later that it began earlier; when it was seen stays the same.
    let name = seen_at.unwrap_or(outage.started_at).as_ms();
    let mut facts = Vec::new();
    let mut before: Option<Status> = None;
    for change in outage.segments.iter().filter(|change| change.state.is_outage()) {
        let (at, status) = (change.at, change.state);
        let op = match before.replace(status) {
            None => format!("down {component} {name}"),
            Some(same) if same == status => continue,
            Some(_) => format!("status {component} {} {}", at.as_ms(), status.name()),
        };
        facts.push(Fact { op, at, event: MachineEvent::ComponentDown { component: component.to_owned(), status } });
    }
    if let Some(at) = seen_at {
        let event = MachineEvent::OutageConfirmed { component: component.to_owned() };
        facts.push(Fact { op: format!("confirmed {component} {name}"), at, event });
    }
    if let Some((at, OutageEnd::Recovered)) = outage.ended {
        let event = MachineEvent::ComponentUp { component: component.to_owned() };
        facts.push(Fact { op: format!("up {component} {}", at.as_ms()), at, event });
    }
    in_order(&mut facts);
    facts
}

/// By time; of the same moment, that something failed comes before that it is known.
pub(super) fn in_order(facts: &mut [Fact]) {
    let rank = |event: &MachineEvent| match event {
        MachineEvent::ComponentDown { .. } => 0,
        MachineEvent::OutageConfirmed { .. } => 1,
        _ => 2,
    };
    facts.sort_by(|a, b| (a.at, rank(&a.event), &a.op).cmp(&(b.at, rank(&b.event), &b.op)));
}

/// Components by the slugs that they have now: with many outages at once nobody looks through all of them for each.
pub(super) fn by_slug(state: &State) -> HashMap<&Slug, &ComponentSpec> {
    state.config.components.iter().map(|spec| (&spec.slug, spec)).collect()
}

/// What goes on now, of every component.
pub(super) fn open_outages(state: &State) -> Vec<OpenOutage> {
    let all = state.config.components.iter().zip(&state.components);
    let open = all.filter_map(|(spec, watched)| {
        let (_, newest) = state.tower.component(watched.key)?.outages.last()?;
        if newest.ended.is_some() {
            return None;
        }
        let known = newest.segments.iter().rev().map(|change| change.state).find(|status| status.is_outage());
        let (component, started_at) = (spec.slug.clone(), newest.started_at);
        Some(OpenOutage { component, started_at, status: known.unwrap_or(newest.worst), auto: state.config.auto_incident(spec) })
    });
    open.collect()
}

/// What probes saw of the outages of a component that were not over at `from`.
pub(super) fn facts_since(state: &State, component: &Slug, from: Timestamp) -> Vec<Fact> {
    let mut all = state.config.components.iter().zip(&state.components);
    let Some((spec, watched)) = all.find(|(spec, _)| concerns(slice::from_ref(component), spec)) else { return Vec::new() };
    let outages = state.tower.component(watched.key).map(|watch| watch.outages.as_slice()).unwrap_or_default();
    let touching = outages.iter().filter(|(_, outage)| outage.touches(from));
    let facts = touching.flat_map(|(_, outage)| {
        let mark = state.incidents.mark(&(spec.slug.clone(), outage.started_at));
        facts_of(&spec.slug, outage, mark.map(|mark| mark.seen_at))
    });
    facts.collect()
}

/// What is to be remembered of the outages that go on and is not yet: each that is new, and that one is taken care of.
fn fresh_marks(state: &State, now: Timestamp) -> Vec<OutageMark> {
    let open = open_outages(state);
    if open.is_empty() {
        return Vec::new();
    }
    let handled: HashSet<Slug> = in_incidents(state).into_iter().map(|(component, _)| component).collect();
    let specs = by_slug(state);
    let mut fresh = Vec::new();
    for outage in open {
        let OpenOutage { component, started_at, .. } = outage;
        let known = state.incidents.mark(&(component.clone(), started_at));
        let spec = specs.get(&component).copied();
        let earlier = || spec.and_then(|spec| taken_over(state.incidents.marks(), spec, started_at));
        let (seen_at, dismissed_at) = known.or_else(earlier).map_or((now, None), |mark| (mark.seen_at, mark.dismissed_at));
        let dismissed_at = dismissed_at.or_else(|| handled.contains(&component).then_some(now));
        let mark = OutageMark { component, started_at, seen_at, dismissed_at };
        if known != Some(&mark) {
            fresh.push(mark);
        }
    }
    fresh
}

/// What is remembered of an outage that goes on since `started_at`, when it was thought to have begun later: a component has one at a
/// time, so whatever was seen of it since then was this one.
fn taken_over<'m>(
    marks: impl Iterator<Item = &'m OutageMark>,
    spec: &ComponentSpec,
    started_at: Timestamp,
) -> Option<&'m OutageMark> {
    let same = marks.filter(|mark| mark.started_at >= started_at && concerns(slice::from_ref(&mark.component), spec));
    same.min_by_key(|mark| (mark.started_at, mark.seen_at))
}

/// An incident into which something is to be written.
struct Due {
    number: i64,
    key: i64,
    facts: Vec<Fact>,
}

fn due(state: &State) -> Vec<Due> {
    let mut all = Vec::new();
    for active in state.incidents.active().iter().filter(|active| !is_told_afterwards(&active.incident)) {
        let (number, key) = (active.incident.number, active.incident.key);
        let mut since: HashMap<&Slug, Timestamp> = HashMap::new();
        for period in &active.affected {
            let from = since.entry(&period.component).or_insert(period.from);
            *from = period.from.min(*from);
        }
        let written = state.incidents.memory.written.get(&key);
        let is_due = |fact: &Fact| !written.is_some_and(|written| written.contains(&fact.op));
        let facts = since.into_iter().flat_map(|(component, from)| facts_since(state, component, from));
        let mut facts: Vec<Fact> = facts.chain(facts_of_alerts(state, key)).filter(is_due).collect();
        in_order(&mut facts);
        facts.dedup();
        facts.truncate(ROWS_AT_ONCE);
        if !facts.is_empty() {
            all.push(Due { number, key, facts });
        }
    }
    all
}

/// Writes what probes saw, as far as it is not there; true when anything was not.
async fn write(transaction: &mut Transaction<'_>, number: i64, facts: Vec<Fact>, now: Timestamp) -> Outcome<bool> {
    let incident = transaction.incident(number).await?.ok_or(Problem::NotFound("incident"))?;
    let is_worked_on = incident.facts.state.is_active() && incident.merged_into.is_none();
    if !is_worked_on || transaction.count_entries(incident.key).await? >= i64::from(PROBE_ROWS_UNTIL) {
        return Ok((false, Vec::new()));
    }
    let mut added = 0_usize;
    for fact in facts {
        if let Appended::New(_) = transaction.append_entry(incident.key, &fact.entry(now)).await? {
            added += 1;
        }
    }
    if added == 0 {
        return Ok((false, Vec::new()));
    }
    transaction.touch_incident(incident.key, now).await?;
    Ok((true, vec![done("entry.added", &incident).changed("entries", 0, added)]))
}

impl Desk {
    /// Reads incidents, after the start and before the first page.
    pub(crate) async fn load_incidents(&self) -> Result<(), StoreError> {
        let reading = self.monitoring.state().incidents.reading();
        let _reading = reading.lock().await;
        let store = &self.store;
        let (heads, stories, redirects, active, marks) = tokio::try_join!(
            store.public_incidents(),
            store.public_stories(STORIES_MAX),
            store.public_redirects(),
            store.active_incidents(),
            store.outage_marks(),
        )?;
        let elapsed = self.ledger.clock.elapsed();
        let (is_news, is_news_inside) = {
            let mut state = self.monitoring.state();
            let State { incidents, config, .. } = &mut *state;
            let before = incidents.active().to_vec();
            let is_news = incidents.load(All { heads, stories, redirects, active, marks }, config);
            incidents.memory.read_at = Some(elapsed);
            (is_news, before != incidents.active())
        };
        if is_news {
            self.monitoring.offered_anew();
        } else if is_news_inside {
            self.monitoring.changed_inside();
        }
        Ok(())
    }

    /// Lets time pass for incidents; called every second.
    pub(crate) async fn turn_incidents(&self) {
        let turn = self.monitoring.state().incidents.turn();
        let _turn = turn.lock().await;
        let elapsed = self.ledger.clock.elapsed();
        let is_stale = {
            let state = self.monitoring.state();
            let read_at = state.incidents.memory.read_at;
            state.incidents.is_in_doubt() || read_at.is_none_or(|at| elapsed.saturating_sub(at) >= READ_EVERY)
        };
        if is_stale && let Err(error) = self.load_incidents().await {
            tracing::warn!(%error, "incidents cannot be read again; what is known of them stays, trying again");
        }
        let now = self.now();
        let turned = async {
            self.mark_outages(now).await?;
            self.write_rows().await?;
            self.open_by_rule().await?;
            self.forget_outages(now, elapsed).await
        };
        if let Err(error) = turned.await {
            tracing::warn!(%error, "what probes saw of incidents is not on disk yet; trying again");
        }
    }

    /// Remembers the outages that go on. Whoever calls this holds the turn.
    pub(super) async fn mark_outages(&self, now: Timestamp) -> Result<(), Problem> {
        let fresh = fresh_marks(&self.monitoring.state(), now);
        if fresh.is_empty() {
            return Ok(());
        }
        let kept = fresh.clone();
        self.change(&Caller::system(), None, move |transaction, _| {
            Box::pin(async move {
                for OutageMark { component, started_at, seen_at, dismissed_at } in kept {
                    transaction.mark_outage(&component, started_at, seen_at).await?;
                    if let Some(at) = dismissed_at {
                        transaction.dismiss_outage(&component, started_at, at).await?;
                    }
                }
                Ok((Nothing {}, Vec::new()))
            })
        })
        .await?;
        let mut state = self.monitoring.state();
        for OutageMark { component, started_at, seen_at, dismissed_at } in fresh {
            let outage = (component, started_at);
            state.incidents.seen(outage.clone(), seen_at);
            if let Some(at) = dismissed_at {
                state.incidents.decided(outage, at);
            }
        }
        Ok(())
    }

    /// Writes into incidents what probes saw of their components.
    async fn write_rows(&self) -> Result<(), Problem> {
        // Nothing that a row could come of changes without the desk hearing of it.
        let version = self.monitoring.desk_version();
        let all = {
            let mut state = self.monitoring.state();
            let board = &mut state.incidents;
            if board.memory.written_at == Some(version) {
                return Ok(());
            }
            let active: HashSet<i64> = board.active().iter().map(|active| active.incident.key).collect();
            board.memory.written.retain(|key, _| active.contains(key));
            due(&state)
        };
        if all.is_empty() {
            self.monitoring.state().incidents.memory.written_at = Some(version);
            return Ok(());
        }
        for Due { number, key, facts } in all {
            let ops: Vec<String> = facts.iter().map(|fact| fact.op.clone()).collect();
            let caller = Caller::system();
            let written = self.change(&caller, None, move |transaction, now| {
                Box::pin(async move { write(transaction, number, facts, now).await })
            });
            let is_news = match written.await {
                Ok(is_news) => is_news,
                Err(problem @ (Problem::Busy | Problem::Store(_))) => return Err(problem),
                Err(error) => {
                    // The others do not wait for this one.
                    tracing::warn!(%error, number, "what probes saw is not written into an incident");
                    continue;
                }
            };
            self.monitoring.state().incidents.memory.written.entry(key).or_default().extend(ops);
            if is_news {
                self.incident_changed(&[number]).await;
            }
        }
        Ok(())
    }

    /// Forgets outages that no page shows any more, and the oldest when there are too many to remember.
    async fn forget_outages(&self, now: Timestamp, elapsed: Duration) -> Result<(), Problem> {
        let before = {
            let mut state = self.monitoring.state();
            let forgot_at = *state.incidents.memory.forgot_at.get_or_insert(elapsed);
            if elapsed.saturating_sub(forgot_at) < FORGET_EVERY {
                return Ok(());
            }
            let open = open_outages(&state).into_iter().map(|outage| outage.started_at).min();
            let starts = state.incidents.marks().map(|mark| mark.started_at).collect();
            horizon(now, starts, open)
        };
        self.change(&Caller::system(), None, move |transaction, _| {
            Box::pin(async move {
                transaction.forget_outage_marks(before).await?;
                Ok((Nothing {}, Vec::new()))
            })
        })
        .await?;
        let mut state = self.monitoring.state();
        state.incidents.forget(before);
        state.incidents.memory.forgot_at = Some(elapsed);
        Ok(())
    }
}

/// Before which outages are forgotten: never one that goes on, nor what came after the oldest of those (`open`).
fn horizon(now: Timestamp, mut starts: Vec<Timestamp>, open: Option<Timestamp>) -> Timestamp {
    starts.sort_unstable_by(|a, b| b.cmp(a));
    let crowded = starts.get(OUTAGE_MARKS_MAX as usize).copied();
    let before = crowded.map_or(now.minus(PAGE_HORIZON), |at| at.max(now.minus(PAGE_HORIZON)));
    open.map_or(before, |open| open.min(before))
}

#[cfg(test)]
mod tests;
