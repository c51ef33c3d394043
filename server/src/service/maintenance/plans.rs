//! Planned work in memory: plans with the windows that are ahead, and the windows that have begun. Pure: it is told the time, and what
//! it decides is kept and told by others.
//!
//! A window begins and ends here first and is on disk a moment later: whether an alert is held never waits for the disk. Until then
//! the window says how much of it is kept.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::component::Status;
use domain::incident::MaintenanceStatus;
use domain::maintenance::{Plan, Recurrence, merged};
use domain::text::Slug;
use domain::time::{TimeRange, Timestamp};
use jiff::tz::TimeZone;
use store::maintenances::{MAINTENANCES_MAX, Maintenance, StoredWindow};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::config::ComponentSpec;
use crate::service::recurrence;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Windows are known so far ahead,
const EXPANDED_AHEAD: Duration = Duration::from_secs(400 * 24 * 3600);
/// and of a plan at most so many: two months of daily work, and of hourly work more than until they are expanded again.
const AHEAD_MAX: usize = 60;
/// Windows of the last day are known too: at most one an hour, and one that began before.
const BACK_MAX: usize = 25;
/// How far away the next window of what comes seldom is looked for.
pub(super) const FAR: Duration = Duration::from_secs(100 * 366 * 24 * 3600);
/// Windows after the next one that lists show.
const NEXT_SHOWN: usize = 3;

/// True when the component is among those with these slugs; it is known by the one it had before it was renamed, too.
pub(crate) fn concerns(components: &[Slug], spec: &ComponentSpec) -> bool {
    components.iter().any(|slug| *slug == spec.slug || spec.renamed_from.as_ref() == Some(slug))
}

/// What becomes of the news that a component has another status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// All is well again.
    Good,
    /// An outage while alerts are held: it rings at the end of the work, if it is not over by then.
    Held,
    /// It rings.
    Bad,
}

impl News {
    pub(crate) const fn of(status: Status, is_held: bool) -> Self {
        match status {
            Status::Operational => Self::Good,
            _ if is_held && status.is_outage() => Self::Held,
            _ => Self::Bad,
        }
    }
}

/// How much of a window that has begun is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Nothing,
    Begin,
    End,
}

/// A window that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(super) window: StoredWindow,
    /// As it stood in the plan when it began.
    pub(super) holds_alerts: bool,
    pub(super) kept: Kept,
    /// Components that were in an outage when it was found over.
    pub(super) still_in_trouble: Vec<Slug>,
}

impl Begun {
    fn stored(window: StoredWindow, holds_alerts: bool) -> Self {
        let kept = if window.completed_at.is_some() { Kept::End } else { Kept::Begin };
        Self { window, holds_alerts, kept, still_in_trouble: Vec::new() }
    }

    /// From when until when.
    pub(crate) fn range(&self) -> TimeRange {
        TimeRange::new(self.window.starts_at, self.window.ends_at)
    }

    /// What is worked on.
    pub(crate) fn components(&self) -> &[Slug] {
        &self.window.components
    }

    fn is_of(&self, key: i64, starts_at: Timestamp) -> bool {
        self.window.maintenance_key == key && self.window.starts_at == starts_at
    }

    fn goes_on(&self, now: Timestamp) -> bool {
        self.window.completed_at.is_none() && self.window.starts_at <= now && now < self.window.ends_at
    }

    fn is_kept(&self) -> bool {
        match self.kept {
            Kept::Nothing => false,
            Kept::Begin => self.window.completed_at.is_none(),
            Kept::End => true,
        }
    }
}

/// A plan and when it comes.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) record: Maintenance,
    /// In order: those of the last day and those ahead; of what is done once its only one. None of a plan that cannot be understood.
    windows: Vec<TimeRange>,
}

impl Planned {
    pub(super) fn new(record: Maintenance, now: Timestamp) -> Self {
        let windows = match plan_of(&record) {
            Ok(plan) => expand(&plan, now),
            Err(problem) => {
                tracing::error!(id = %record.id, problem, "planned work has no windows, because its plan cannot be understood");
                Vec::new()
            }
        };
        Self { record, windows }
    }

    /// What has not begun and will, as things stand.
    fn ahead(&self, now: Timestamp) -> &[TimeRange] {
        let first = self.windows.partition_point(|window| window.from() <= now);
        if self.record.cancelled_at.is_some() { &[] } else { &self.windows[first..] }
    }

    /// The window in which it should be now.
    fn due(&self, now: Timestamp) -> Option<TimeRange> {
        let first_ahead = self.windows.partition_point(|window| window.from() <= now);
        let newest = *self.windows.get(first_ahead.checked_sub(1)?)?;
        (self.record.cancelled_at.is_none() && now < newest.until()).then_some(newest)
    }
}

/// A stored plan as the rules know it.
fn plan_of(record: &Maintenance) -> Result<Plan, String> {
    let zone = TimeZone::get(&record.zone).map_err(|error| error.to_string())?;
    let rule = record.rule.as_deref().map(str::parse::<Recurrence>).transpose().map_err(|error| error.to_string())?;
    Plan::new(record.starts, zone, record.duration, rule).map_err(|error| error.to_string())
}

fn expand(plan: &Plan, now: Timestamp) -> Vec<TimeRange> {
    if plan.recurrence().is_none() {
        return vec![plan.first_window()];
    }
    let mut windows = recurrence::windows(plan, now.minus(DAY), now.plus(EXPANDED_AHEAD), BACK_MAX + AHEAD_MAX);
    let ahead = windows.partition_point(|window| window.from() <= now);
    if ahead == windows.len() {
        // The one that goes on, perhaps, and the next.
        let seldom = recurrence::windows(plan, now, now.plus(FAR), 2);
        windows.extend(seldom.into_iter().find(|window| window.from() > now));
    }
    windows.truncate(ahead + AHEAD_MAX);
    windows
}

/// What time, or somebody who ended a window, did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// Components on which work began or ended.
    pub(super) components: Vec<Slug>,
    /// Components whose alerts were held until now, and which are in an outage.
    pub(super) rings: BTreeSet<Slug>,
}

/// A plan and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MaintenanceState {
    pub(crate) record: Maintenance,
    pub(crate) status: MaintenanceStatus,
    /// The window that goes on, or the next one, or the last.
    pub(crate) window: Option<TimeRange>,
    /// The first of those after it.
    pub(crate) next: Vec<TimeRange>,
}

/// Everything that is planned, and what has begun of it within the time that pages show.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    /// Held by whoever changes something here and on disk.
    turn: Arc<Mutex<()>>,
    /// The newest plan first.
    all: Vec<Planned>,
    begun: Vec<Begun>,
    /// When all of it was last read.
    read_at: Option<Timestamp>,
}

impl Plans {
    pub(super) fn turn(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.turn)
    }

    /// True when it must be read again, because the windows were expanded a day ago, or because nobody knows what is on disk.
    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        self.read_at.is_none_or(|at| now < at || now.since(at) >= DAY)
    }

    /// Says that somebody changed what is on disk, or did not, without an answer.
    pub(super) fn doubt(&mut self) {
        self.read_at = None;
    }

    /// Takes what is on disk. What is not there yet stays.
    pub(super) fn load(&mut self, all: Vec<Planned>, windows: Vec<StoredWindow>, now: Timestamp) {
        let before = std::mem::take(&mut self.begun);
        self.all = all;
        self.read_at = Some(now);
        let mut begun: Vec<Begun> = windows
            .into_iter()
            .map(|window| {
                let is_it = |known: &&Begun| known.is_of(window.maintenance_key, window.starts_at);
                match before.iter().find(is_it).filter(|_| window.completed_at.is_none()) {
                    Some(known) if known.kept == Kept::Nothing => Begun { kept: Kept::Begin, ..known.clone() },
                    Some(known) => known.clone(),
                    None => {
                        let holds_alerts = self.record(window.maintenance_key).is_some_and(|record| record.holds_alerts);
                        Begun::stored(window, holds_alerts)
                    }
                }
            })
            .collect();
        let is_missing = |known: &Begun| !begun.iter().any(|one| one.is_of(known.window.maintenance_key, known.window.starts_at));
        let unkept: Vec<Begun> = before.into_iter().filter(|known| known.kept == Kept::Nothing && is_missing(known)).collect();
        begun.extend(unkept);
        self.begun = begun;
    }

    /// Puts a plan in, or in the place of what it was before.
    pub(super) fn put(&mut self, planned: Planned, now: Timestamp) {
        match self.all.iter_mut().find(|known| known.record.key == planned.record.key) {
            Some(known) => *known = planned,
            None => self.all.insert(0, planned),
        }
        if self.all.len() > MAINTENANCES_MAX as usize {
            // What is over makes room, the oldest plan first.
            let is_over = |known: &Planned| self.state_of(known, now).status == MaintenanceStatus::Completed;
            if let Some(place) = self.all.iter().rposition(is_over) {
                self.all.remove(place);
            }
        }
    }

    /// The plan with this id.
    pub(super) fn find(&self, id: Uuid) -> Option<&Maintenance> {
        self.all.iter().map(|planned| &planned.record).find(|record| record.id == id)
    }

    pub(super) fn record(&self, key: i64) -> Option<&Maintenance> {
        let place = self.all.binary_search_by_key(&Reverse(key), |planned| Reverse(planned.record.key)).ok()?;
        Some(&self.all[place].record)
    }

    /// Begins what is due and ends what is over.
    pub(super) fn pass(&mut self, now: Timestamp, is_in_outage: impl Fn(&Slug) -> bool) -> Passed {
        let mut over = Vec::new();
        for begun in &mut self.begun {
            if begun.window.completed_at.is_none() && begun.window.ends_at <= now {
                begun.window.completed_at = Some(now);
                begun.still_in_trouble = begun.window.components.iter().filter(|slug| is_in_outage(slug)).cloned().collect();
                over.push(begun.clone());
            }
        }
        let due: Vec<Begun> = self.all.iter().filter_map(|planned| self.due(planned, now)).collect();
        let began = due.iter().flat_map(|begun| begun.window.components.iter().cloned());
        let mut passed = Passed { components: began.collect(), rings: BTreeSet::new() };
        self.begun.extend(due);
        for begun in over {
            passed.rings.extend(self.rings_after(&begun, now));
            passed.components.extend(begun.window.components);
        }
        passed
    }

    /// The window of a plan that has to begin. While an earlier one goes on, because the plan was changed in it, none does.
    fn due(&self, planned: &Planned, now: Timestamp) -> Option<Begun> {
        let (window, record) = (planned.due(now)?, &planned.record);
        let of_plan = |begun: &&Begun| begun.window.maintenance_key == record.key;
        let mut begun = self.begun.iter().filter(of_plan);
        let is_late = begun.any(|begun| begun.goes_on(now) || begun.window.starts_at == window.from());
        (!is_late).then(|| Begun {
            window: StoredWindow {
                maintenance_key: record.key,
                starts_at: window.from(),
                ends_at: window.until(),
                components: record.components.clone(),
                excludes_uptime: record.excludes_uptime,
                completed_at: None,
            },
            holds_alerts: record.holds_alerts,
            kept: Kept::Nothing,
            still_in_trouble: Vec::new(),
        })
    }

    /// Notes that somebody ended a window, on disk too.
    pub(super) fn end(&mut self, (key, starts_at): (i64, Timestamp), now: Timestamp, still_in_trouble: Vec<Slug>) -> Passed {
        let Some(begun) = self.begun.iter_mut().find(|begun| begun.is_of(key, starts_at)) else { return Passed::default() };
        begun.window.ends_at = now;
        begun.window.completed_at = Some(now);
        begun.kept = Kept::End;
        begun.still_in_trouble = still_in_trouble;
        let begun = begun.clone();
        Passed { rings: self.rings_after(&begun, now), components: begun.window.components }
    }

    /// What rings at the end of a window: what is in trouble, unless other work holds its alerts still.
    fn rings_after(&self, over: &Begun, now: Timestamp) -> BTreeSet<Slug> {
        let is_held = |slug: &Slug| {
            let mut others = self.begun.iter().filter(|begun| begun.holds_alerts && begun.goes_on(now));
            others.any(|begun| begun.window.components.contains(slug))
        };
        let rings = over.still_in_trouble.iter().filter(|slug| over.holds_alerts && !is_held(slug));
        rings.cloned().collect()
    }

    /// The window of a plan that goes on.
    pub(super) fn going_on(&self, key: i64, now: Timestamp) -> Option<&Begun> {
        self.begun.iter().find(|begun| begun.window.maintenance_key == key && begun.goes_on(now))
    }

    /// Windows of which something is not on disk.
    pub(super) fn unkept(&self) -> Vec<Begun> {
        self.begun.iter().filter(|begun| !begun.is_kept()).cloned().collect()
    }

    /// Notes how much of a window is on disk.
    pub(super) fn note_kept(&mut self, key: i64, starts_at: Timestamp, kept: Kept) {
        if let Some(begun) = self.begun.iter_mut().find(|begun| begun.is_of(key, starts_at)) {
            begun.kept = kept;
        }
    }

    fn of<'p>(&'p self, spec: &'p ComponentSpec) -> impl Iterator<Item = &'p Begun> {
        self.begun.iter().filter(move |begun| concerns(&begun.window.components, spec))
    }

    /// Since when there is work on a component; `None` while there is none.
    pub(crate) fn in_progress_since(&self, spec: &ComponentSpec, now: Timestamp) -> Option<Timestamp> {
        self.of(spec).filter(|begun| begun.goes_on(now)).map(|begun| begun.window.starts_at).min()
    }

    /// When work on a component last ended.
    pub(crate) fn ended_at(&self, spec: &ComponentSpec, now: Timestamp) -> Option<Timestamp> {
        self.of(spec).map(|begun| begun.window.ends_at).filter(|at| *at <= now).max()
    }

    /// True while alerts about a component wait.
    pub(crate) fn holds_alerts(&self, spec: &ComponentSpec, now: Timestamp) -> bool {
        self.of(spec).any(|begun| begun.holds_alerts && begun.goes_on(now))
    }

    /// What is left out of a component's uptime, as [`domain::uptime::tally`] wants it. What goes on is in it up to its planned end.
    pub(crate) fn excluded(&self, spec: &ComponentSpec) -> Vec<TimeRange> {
        merged(self.of(spec).filter(|begun| begun.window.excludes_uptime).map(Begun::range).collect())
    }

    /// The windows that have begun, with their plans.
    pub(crate) fn begun(&self) -> impl Iterator<Item = (&Maintenance, &Begun)> {
        self.begun.iter().filter_map(|begun| Some((self.record(begun.window.maintenance_key)?, begun)))
    }

    /// Every plan with its windows that have not begun, in their order.
    pub(crate) fn ahead(&self, now: Timestamp) -> impl Iterator<Item = (&Maintenance, &[TimeRange])> {
        self.all.iter().map(move |planned| (&planned.record, planned.ahead(now)))
    }

    /// Every plan and how far it is, the newest plan first.
    pub(crate) fn states(&self, now: Timestamp) -> Vec<MaintenanceState> {
        self.all.iter().map(|planned| self.state_of(planned, now)).collect()
    }

    /// How far the plan with this id is.
    pub(super) fn state(&self, id: Uuid, now: Timestamp) -> Option<MaintenanceState> {
        let planned = self.all.iter().find(|planned| planned.record.id == id)?;
        Some(self.state_of(planned, now))
    }

    fn state_of(&self, planned: &Planned, now: Timestamp) -> MaintenanceState {
        let record = &planned.record;
        let mut ahead = planned.ahead(now).iter().copied();
        let (status, window) = if let Some(begun) = self.going_on(record.key, now) {
            (MaintenanceStatus::InProgress, Some(begun.range()))
        } else if let Some(next) = ahead.next() {
            (MaintenanceStatus::Scheduled, Some(next))
        } else {
            let begun = self.begun.iter().filter(|begun| begun.window.maintenance_key == record.key).map(Begun::range);
            let only = planned.windows.last().copied().filter(|_| record.rule.is_none());
            (MaintenanceStatus::Completed, begun.max_by_key(|range| range.from()).or(only))
        };
        MaintenanceState { record: record.clone(), status, window, next: ahead.take(NEXT_SHOWN).collect() }
    }
}

#[cfg(test)]
mod tests;
