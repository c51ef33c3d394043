//! Planned work: who plans, changes, cancels and ends it, and what the passing of time does: windows begin, hold alerts and end, and
//! what is still in trouble then rings.
//!
//! `plans` holds what is planned in memory and decides, `wanted` reads what somebody typed. Whoever changes anything waits for their
//! turn, so that memory and disk never cross. A window that passed entirely while Yagura was not running is not made up for: nobody
//! knows whether the work was done.

mod plans;
mod wanted;

use std::slice;

use domain::account::Permission;
use domain::component::Status;
use domain::text::{Language, Slug};
use domain::time::{TimeRange, Timestamp};
use domain::tower::Tower;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::StoreError;
use store::maintenances::{MAINTENANCES_MAX, Maintenance, MaintenanceChange, NewMaintenance, StoredWindow};
use uuid::Uuid;

use self::plans::{Begun, FAR, Kept, Passed, Planned};
pub(crate) use self::plans::{MaintenanceState, News, Plans, concerns};
pub(crate) use self::wanted::MaintenanceWanted;
use super::caller::Caller;
use super::desk::{Desk, Done};
use super::monitoring::{PAGE_HORIZON, State, WatchedComponent};
use super::problem::Problem;
use super::recurrence;
use super::sign_in::Nothing;
use crate::config::Config;

/// Windows that a preview shows.
const PREVIEW_WINDOWS: usize = 8;

/// A plan that was made or changed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Saved {
    id: Uuid,
    key: i64,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Saved {
    fn record(self, plan: MaintenanceChange) -> Maintenance {
        Maintenance {
            key: self.key,
            id: self.id,
            title: plan.title,
            description: plan.description,
            starts: plan.starts,
            zone: plan.zone,
            duration: plan.duration,
            rule: plan.rule,
            components: plan.components,
            excludes_uptime: plan.excludes_uptime,
            holds_alerts: plan.holds_alerts,
            created_at: self.created_at,
            updated_at: self.updated_at,
            cancelled_at: None,
            version: self.version,
        }
    }
}

impl Desk {
    /// Reads what is planned and what has begun of it, after the start and before the first page.
    pub(crate) async fn load_plans(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.read_plans(now).await?;
        self.pass(now);
        Ok(())
    }

    /// Every plan and how far it is, the newest plan first.
    pub(crate) fn maintenances(&self, caller: &Caller) -> Result<Vec<MaintenanceState>, Problem> {
        let now = self.now();
        caller.must(Permission::Read, now)?;
        Ok(self.monitoring.state().plans.states(now))
    }

    /// One plan and how far it is.
    pub(crate) fn maintenance(&self, caller: &Caller, id: Uuid) -> Result<MaintenanceState, Problem> {
        let now = self.now();
        caller.must(Permission::Read, now)?;
        self.monitoring.state().plans.state(id, now).ok_or(Problem::NotFound("maintenance"))
    }

    /// The next windows of what somebody is about to plan; of it only what says when it is has to be right.
    pub(crate) fn preview(&self, wanted: &MaintenanceWanted) -> Result<Vec<TimeRange>, Problem> {
        let now = self.now();
        let plan = wanted.plan(now).map_err(Problem::Invalid)?;
        Ok(match plan.recurrence() {
            None => vec![plan.first_window()],
            Some(_) => recurrence::windows(&plan, now, now.plus(FAR), PREVIEW_WINDOWS),
        })
    }

    /// Plans work; gives its id.
    pub(crate) async fn plan_maintenance(&self, caller: &Caller, wanted: MaintenanceWanted) -> Result<Uuid, Problem> {
        caller.must(Permission::PlanMaintenance, self.now())?;
        let turn = self.maintenance_turn();
        let _turn = turn.lock().await;
        if let Some(Saved { id, .. }) = self.done_before(caller).await? {
            return Ok(id);
        }
        let plan = self.readable(&wanted)?;
        let (id, kept) = (Uuid::now_v7(), plan.clone());
        let saved: Saved = self
            .change(caller, Some(Permission::PlanMaintenance), move |transaction, now| {
                Box::pin(async move {
                    if transaction.count_maintenances().await? >= i64::from(MAINTENANCES_MAX) {
                        return Err(Problem::Refused("refused-too-many-plans"));
                    }
                    let new = NewMaintenance { id, plan: kept, created_at: now };
                    let key = transaction.insert_maintenance(&new).await?;
                    let done = noted(done("maintenance.planned", id, &new.plan), None, &new.plan);
                    Ok((Saved { id, key, version: 1, created_at: now, updated_at: now }, vec![done]))
                })
            })
            .await
            .inspect_err(|_| self.doubt())?;
        self.take_up(saved.record(plan)).await;
        Ok(id)
    }

    /// Changes a plan; gives its new version. A window that has begun goes on as it was.
    pub(crate) async fn change_maintenance(
        &self,
        caller: &Caller,
        id: Uuid,
        version: i64,
        wanted: MaintenanceWanted,
    ) -> Result<i64, Problem> {
        caller.must(Permission::PlanMaintenance, self.now())?;
        let turn = self.maintenance_turn();
        let _turn = turn.lock().await;
        if let Some(Saved { version, .. }) = self.done_before(caller).await? {
            return Ok(version);
        }
        let plan = self.readable(&wanted)?;
        let kept = plan.clone();
        let saved: Saved = self
            .change(caller, Some(Permission::PlanMaintenance), move |transaction, now| {
                Box::pin(async move {
                    let known = transaction.maintenance(id).await?.ok_or(Problem::NotFound("maintenance"))?;
                    if known.cancelled_at.is_some() {
                        return Err(Problem::Refused("refused-cancelled"));
                    }
                    if !transaction.update_maintenance(known.key, version, &kept, now).await? {
                        return Err(Problem::Conflict);
                    }
                    let (key, created_at) = (known.key, known.created_at);
                    let done = noted(done("maintenance.changed", id, &kept), Some(&plan_in(known)), &kept);
                    Ok((Saved { id, key, version: version + 1, created_at, updated_at: now }, vec![done]))
                })
            })
            .await
            .inspect_err(|_| self.doubt())?;
        self.take_up(saved.record(plan)).await;
        Ok(saved.version)
    }

    /// Cancels a plan: nothing of it begins any more. A window that has begun goes on to its end.
    pub(crate) async fn cancel_maintenance(&self, caller: &Caller, id: Uuid, version: i64) -> Result<(), Problem> {
        caller.must(Permission::PlanMaintenance, self.now())?;
        let turn = self.maintenance_turn();
        let _turn = turn.lock().await;
        if self.done_before::<Saved>(caller).await?.is_some() {
            return Ok(());
        }
        let saved: Saved = self
            .change(caller, Some(Permission::PlanMaintenance), move |transaction, now| {
                Box::pin(async move {
                    let known = transaction.maintenance(id).await?.ok_or(Problem::NotFound("maintenance"))?;
                    if known.cancelled_at.is_some() {
                        return Err(Problem::Refused("refused-cancelled"));
                    }
                    if !transaction.cancel_maintenance(known.key, version, now).await? {
                        return Err(Problem::Conflict);
                    }
                    let (key, created_at) = (known.key, known.created_at);
                    let done = done("maintenance.cancelled", id, &plan_in(known));
                    Ok((Saved { id, key, version: version + 1, created_at, updated_at: now }, vec![done]))
                })
            })
            .await
            .inspect_err(|_| self.doubt())?;
        let known = self.monitoring.state().plans.find(id).cloned();
        if let Some(known) = known {
            let Saved { version, updated_at, .. } = saved;
            self.take_up(Maintenance { version, updated_at, cancelled_at: Some(updated_at), ..known }).await;
        }
        Ok(())
    }

    /// Ends the window of a plan that goes on.
    pub(crate) async fn end_maintenance(&self, caller: &Caller, id: Uuid) -> Result<(), Problem> {
        caller.must(Permission::PlanMaintenance, self.now())?;
        let turn = self.maintenance_turn();
        let _turn = turn.lock().await;
        if self.done_before::<Nothing>(caller).await?.is_some() {
            return Ok(());
        }
        let now = self.now();
        let (title, begun, in_trouble) = {
            let state = self.monitoring.state();
            let record = state.plans.find(id).ok_or(Problem::NotFound("maintenance"))?;
            let begun = state.plans.going_on(record.key, now).ok_or(Problem::Refused("refused-not-in-progress"))?;
            let is_in_trouble = |slug: &&Slug| outage_of(&state.config, &state.components, &state.tower, slug).is_some();
            let in_trouble: Vec<Slug> = begun.components().iter().filter(is_in_trouble).cloned().collect();
            (title_of(record), begun.clone(), in_trouble)
        };
        if begun.kept == Kept::Nothing {
            // It has just begun, by itself.
            self.keep_window(begun.clone()).await.inspect_err(|_| self.doubt())?;
        }
        let (key, starts_at) = (begun.window.maintenance_key, begun.window.starts_at);
        let done = ended(id, &title, now, &in_trouble);
        self.change(caller, Some(Permission::PlanMaintenance), move |transaction, _| {
            Box::pin(async move {
                if !transaction.end_window(key, starts_at, now, now).await? {
                    return Err(Problem::Conflict);
                }
                Ok((Nothing {}, vec![done]))
            })
        })
        .await
        .inspect_err(|_| self.doubt())?;
        let passed = self.monitoring.state().plans.end((key, starts_at), now, in_trouble);
        self.tell(&passed);
        Ok(())
    }

    /// Lets time pass for planned work; called every second.
    pub(crate) async fn turn_maintenance(&self) {
        let turn = self.maintenance_turn();
        let _turn = turn.lock().await;
        let now = self.now();
        let is_stale = self.monitoring.state().plans.is_stale(now);
        if is_stale && let Err(error) = self.read_plans(now).await {
            tracing::warn!(%error, "planned work cannot be read again; what is known of it stays, trying again");
        }
        self.pass_and_keep(now).await;
    }

    fn maintenance_turn(&self) -> std::sync::Arc<tokio::sync::Mutex<()>> {
        self.monitoring.state().plans.turn()
    }

    /// A change that failed may have been kept all the same: what is on disk is read again.
    fn doubt(&self) {
        self.monitoring.state().plans.doubt();
    }

    fn readable(&self, wanted: &MaintenanceWanted) -> Result<MaintenanceChange, Problem> {
        let whole = self.configuration.whole();
        wanted.read(|slug| whole.config.components.iter().any(|spec| spec.slug == *slug), self.now())
    }

    async fn read_plans(&self, now: Timestamp) -> Result<(), StoreError> {
        let since = now.minus(PAGE_HORIZON);
        let (records, windows) = tokio::try_join!(self.store.maintenances(), self.store.maintenance_windows(since))?;
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            all.push(Planned::new(record, now));
            // Hundreds of rules take a while, and checks must go on.
            tokio::task::yield_now().await;
        }
        self.monitoring.state().plans.load(all, windows, now);
        Ok(())
    }

    /// Puts a plan in force that is on disk.
    async fn take_up(&self, record: Maintenance) {
        let now = self.now();
        let id = record.id;
        let components = record.components.clone();
        let planned = Planned::new(record, now);
        let is_visible = {
            let mut state = self.monitoring.state();
            let before = state.plans.find(id).is_some_and(|known| has_public(&state.config, &known.components));
            state.plans.put(planned, now);
            before || has_public(&state.config, &components)
        };
        if is_visible {
            self.monitoring.changed();
        }
        // A window may be due at once: work is planned when it begins, too.
        self.pass_and_keep(now).await;
    }

    async fn pass_and_keep(&self, now: Timestamp) {
        self.pass(now);
        let unkept = self.monitoring.state().plans.unkept();
        for begun in unkept {
            if let Err(error) = self.keep_window(begun).await {
                tracing::warn!(%error, "that planned work began or ended is not on disk yet; trying again");
                break;
            }
        }
    }

    fn pass(&self, now: Timestamp) {
        let passed = {
            let mut state = self.monitoring.state();
            let State { plans, config, components, tower, .. } = &mut *state;
            let (config, components, tower) = (&*config, &*components, &*tower);
            plans.pass(now, |slug| outage_of(config, components, tower, slug).is_some())
        };
        self.tell(&passed);
    }

    /// Rings for what was held back and is not over, and tells pages.
    fn tell(&self, passed: &Passed) {
        let (is_visible, rings) = {
            let state = self.monitoring.state();
            let outage = |slug: &Slug| outage_of(&state.config, &state.components, &state.tower, slug);
            let rings: Vec<_> = passed.rings.iter().filter_map(|slug| Some((slug, outage(slug)?))).collect();
            (has_public(&state.config, &passed.components), rings)
        };
        for (slug, (status, since)) in rings {
            let status = status.name();
            tracing::warn!(component = %slug, status, since = %since, "still in trouble at the end of maintenance");
        }
        if is_visible {
            self.monitoring.changed();
        }
    }

    /// Keeps that a window began, that it ended, or both.
    async fn keep_window(&self, begun: Begun) -> Result<(), Problem> {
        let Begun { window, kept, still_in_trouble, .. } = begun;
        let (key, starts_at) = (window.maintenance_key, window.starts_at);
        let named = self.monitoring.state().plans.record(key).map(|record| (record.id, title_of(record)));
        // Plans with a window that goes on are always known.
        let Some((id, title)) = named else { return Ok(()) };
        let now_kept = if window.completed_at.is_some() { Kept::End } else { Kept::Begin };
        self.change(&Caller::system(), None, move |transaction, _| {
            Box::pin(async move {
                let mut done = Vec::new();
                let open = StoredWindow { completed_at: None, ..window.clone() };
                // What an attempt before this one kept is not noted twice.
                if kept == Kept::Nothing && transaction.begin_window(&open).await? {
                    done.push(began(id, &title, &open));
                }
                if let Some(completed_at) = window.completed_at
                    && transaction.end_window(key, starts_at, window.ends_at, completed_at).await?
                {
                    done.push(ended(id, &title, window.ends_at, &still_in_trouble));
                }
                Ok((Nothing {}, done))
            })
        })
        .await?;
        self.monitoring.state().plans.note_kept(key, starts_at, now_kept);
        Ok(())
    }
}

/// The status of the component with this slug, and since when it is in an outage; `None` while it is in none.
fn outage_of(config: &Config, watched: &[WatchedComponent], tower: &Tower, slug: &Slug) -> Option<(Status, Timestamp)> {
    let index = config.components.iter().position(|spec| concerns(slice::from_ref(slug), spec))?;
    let watch = tower.component(watched.get(index)?.key)?;
    let (_, newest) = watch.outages.last().filter(|(_, outage)| outage.ended.is_none())?;
    Some((watch.status(), newest.started_at))
}

/// True when everybody may know of work on these components.
fn has_public(config: &Config, components: &[Slug]) -> bool {
    config.components.iter().any(|spec| spec.is_public && concerns(components, spec))
}

/// What the log calls a plan.
fn title_of(record: &Maintenance) -> String {
    record.title.get(Language::En).to_owned()
}

fn done(action: &'static str, id: Uuid, plan: &MaintenanceChange) -> Done {
    Done::new(action, "maintenance", id, plan.title.get(Language::En))
}

fn began(id: Uuid, title: &str, window: &StoredWindow) -> Done {
    Done::new("maintenance.began", "maintenance", id, title)
        .changed("starts_at", None, Some(window.starts_at.to_string()))
        .changed("ends_at", None, Some(window.ends_at.to_string()))
}

fn ended(id: Uuid, title: &str, at: Timestamp, still_in_trouble: &[Slug]) -> Done {
    let still_in_trouble: Vec<&str> = still_in_trouble.iter().map(Slug::as_str).collect();
    Done::new("maintenance.ended", "maintenance", id, title).changed("ended_at", None, Some(at.to_string())).changed(
        "still_in_trouble",
        Vec::new(),
        still_in_trouble,
    )
}

/// What a plan says, without what the store adds.
fn plan_in(record: Maintenance) -> MaintenanceChange {
    let Maintenance { title, description, starts, zone, duration, rule, components, excludes_uptime, holds_alerts, .. } = record;
    MaintenanceChange { title, description, starts, zone, duration, rule, components, excludes_uptime, holds_alerts }
}

/// What a plan says, as the log tells it.
fn facts(plan: &MaintenanceChange) -> [(&'static str, Value); 11] {
    let description = |language| plan.description.as_ref().map(|text| text.get(language));
    let components: Vec<&str> = plan.components.iter().map(Slug::as_str).collect();
    [
        ("title_ja", json!(plan.title.get(Language::Ja))),
        ("title_en", json!(plan.title.get(Language::En))),
        ("description_ja", json!(description(Language::Ja))),
        ("description_en", json!(description(Language::En))),
        ("components", json!(components)),
        ("starts", json!(plan.starts.to_string())),
        ("zone", json!(plan.zone)),
        ("minutes", json!(plan.duration.as_secs() / 60)),
        ("rule", json!(plan.rule)),
        ("excludes_uptime", json!(plan.excludes_uptime)),
        ("holds_alerts", json!(plan.holds_alerts)),
    ]
}

/// Notes what a plan says that it did not say before.
fn noted(done: Done, before: Option<&MaintenanceChange>, after: &MaintenanceChange) -> Done {
    let before = before.map(facts);
    facts(after).into_iter().enumerate().fold(done, |done, (place, (name, value))| {
        let earlier = before.as_ref().map_or(Value::Null, |facts| facts[place].1.clone());
        done.changed(name, earlier, value)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::text::LocalizedText;

    use super::*;

    fn plan() -> MaintenanceChange {
        MaintenanceChange {
            title: LocalizedText::Same("A new disk".to_owned()),
            description: None,
            starts: jiff::civil::date(2026, 11, 29).at(2, 0, 0, 0),
            zone: "Asia/Tokyo".to_owned(),
            duration: Duration::from_secs(7_200),
            rule: None,
            components: vec!["web".parse().unwrap()],
            excludes_uptime: true,
            holds_alerts: true,
        }
    }

    #[test]
    fn the_log_tells_what_a_change_of_a_plan_changed() {
        let after = MaintenanceChange { duration: Duration::from_secs(10_800), holds_alerts: false, ..plan() };
        let done = noted(done("maintenance.changed", Uuid::nil(), &after), Some(&plan()), &after);
        assert_eq!(done.change, json!({"minutes": [120, 180], "holds_alerts": [true, false]}));
    }

    #[test]
    fn the_log_tells_what_was_still_in_trouble_at_the_end() {
        let at = Timestamp::from_ms(0);
        let quiet = ended(Uuid::nil(), "x", at, &[]);
        assert!(quiet.change.get("still_in_trouble").is_none());
        let troubled = ended(Uuid::nil(), "x", at, &["web".parse().unwrap()]);
        assert_eq!(troubled.change["still_in_trouble"], json!([[], ["web"]]));
    }
}
