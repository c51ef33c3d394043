//! What happens to alerts by itself, every second: what Yagura sees is reported, what flapped and is calm is said to be, alerts of one cause are
//! put under one of them, those of components that an incident is about join it, and an incident is opened where a type says so.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::alert::record::Origin;
use domain::incident::work::{AutoIncident, Severity};
use domain::text::Slug;
use domain::time::Timestamp;
use store::StoreError;
use store::alerts::Alert;

use super::board::Outcome;
use super::types::Kinds;
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::incidents::components_in_incidents;
use crate::service::monitoring::State;
use crate::service::problem::Problem;

/// What ended so recently is recalled at the start: it may begin again, and be the same.
const RECALL: Duration = Duration::from_secs(24 * 3600);
/// After so long alerts are folded again although none of them changed.
const FOLDED_FOR: Duration = Duration::from_secs(60);
/// Alerts that join incidents within a second.
const JOINED_AT_ONCE: usize = 50;

/// True for what may be an incident of its own, or part of one: it fires, stands for itself, belongs to none that people work on, and nobody
/// planned it.
fn is_free(state: &State, alert: &Alert, now: Timestamp) -> bool {
    alert.course.is_firing()
        && alert.incident.is_none_or(|(key, _)| !state.incidents.is_active(key))
        && alert.above.is_none()
        && !state.holds_alert(alert.component.as_ref(), now)
}

impl State {
    /// True while work is planned on what an alert is about, and alerts about it wait.
    pub(crate) fn holds_alert(&self, component: Option<&Slug>, now: Timestamp) -> bool {
        let Some(component) = component else { return false };
        let spec = self.config.components.iter().find(|spec| spec.slug == *component);
        spec.is_some_and(|spec| self.plans.holds_alerts(spec, now))
    }

    /// The components on which work is planned now, and alerts about them wait.
    pub(in crate::service) fn held_components(&self, now: Timestamp) -> HashSet<Slug> {
        let held = self.config.components.iter().filter(|spec| self.plans.holds_alerts(spec, now));
        held.map(|spec| spec.slug.clone()).collect()
    }
}

/// What is to be done about alerts: which join which incident, and which open one.
fn due(state: &State, kinds: &Kinds, now: Timestamp) -> (Vec<(i64, i64)>, Vec<i64>) {
    // Of several incidents about one component the newest is meant.
    let about: HashMap<Slug, i64> = components_in_incidents(state).into_iter().collect();
    let of_kind: HashMap<&Slug, i64> = state
        .alerts
        .firing()
        .filter_map(|alert| Some((alert.kind.as_ref()?, alert.incident.filter(|(key, _)| state.incidents.is_active(*key))?.1)))
        .collect();
    let (mut joins, mut opens) = (Vec::new(), Vec::new());
    let mut opened: HashSet<Option<Slug>> = HashSet::new();
    for alert in state.alerts.firing().filter(|alert| is_free(state, alert, now)) {
        // What is trivial, or of a type that shall never be an incident, is put into one by people only.
        let auto = kinds.auto_incident(alert);
        let may_join = auto != AutoIncident::Never && alert.severity < Severity::Sev4;
        let same = || alert.kind.as_ref().filter(|_| auto == AutoIncident::Open).and_then(|kind| of_kind.get(kind));
        if may_join && let Some(number) = alert.component.as_ref().and_then(|component| about.get(component)).or_else(same) {
            joins.push((alert.number, *number));
            continue;
        }
        // What probes see is suggested, or opened, with the outage that it makes.
        let opens_one = alert.origin != Origin::Probe
            && (alert.incident.is_none() || state.alerts.is_anew(alert.number))
            && alert.acknowledged.is_none()
            && auto == AutoIncident::Open
            && alert.kind.is_some();
        // Of several about one component the first opens it and the others join.
        if opens_one && (alert.component.is_none() || opened.insert(alert.component.clone())) {
            opens.push(alert.number);
        }
    }
    joins.truncate(JOINED_AT_ONCE);
    opens.truncate(1);
    (joins, opens)
}

impl Desk {
    /// Reads alerts, after the start and before the first report.
    pub(crate) async fn load_alerts(&self) -> Result<(), StoreError> {
        let since = self.now().minus(RECALL);
        let (alerts, last) = tokio::try_join!(self.store.recalled_alerts(since), self.store.last_alert_number())?;
        self.monitoring.state().alerts.recall(alerts, last);
        Ok(())
    }

    /// Lets time pass for alerts, and tells people what is to be told; called every second. Waits for nothing: no bell hangs on the disk.
    pub(crate) fn turn_alerts(self: &Arc<Self>) {
        let now = self.now();
        let kinds = self.kinds();
        let mut is_news = self.report_own(&kinds, now);
        {
            let mut state = self.monitoring.state();
            let rule = state.config.alerts.flap;
            let mut outcome = Outcome::default();
            state.alerts.calm(&rule, now, &mut outcome);
            state.alerts.sort_anew(&kinds, &mut outcome);
            // What is held, and of what there is no news, changes with time alone.
            state.alerts.fold_again_after(FOLDED_FOR, now);
            state.fold_alerts(now, &mut outcome);
            // What is not on disk yet must not be forgotten.
            if !self.writer.health().is_stuck {
                state.alerts.prune(&rule, now);
            }
            is_news |= outcome.is_news;
            self.leave(outcome.changes);
        }
        if is_news {
            self.monitoring.changed_inside();
        }
        self.ring(&kinds, now);
    }

    /// Puts alerts into incidents, and opens incidents for alerts where their types say so; called every second.
    pub(crate) async fn bring_alerts_to_incidents(&self) {
        if let Err(error) = self.work_incidents(&self.kinds(), self.now()).await {
            tracing::warn!(%error, "alerts are not in their incidents yet; trying again");
        }
    }

    async fn work_incidents(&self, kinds: &Kinds, now: Timestamp) -> Result<(), Problem> {
        let (joins, opens) = {
            let mut state = self.monitoring.state();
            let state = &mut *state;
            state.alerts.worked_on(|key| state.incidents.is_active(key));
            due(state, kinds, now)
        };
        let by = Caller::system();
        for (alert, incident) in joins {
            match self.join_incident(&by, alert, incident).await {
                Err(problem @ (Problem::Busy | Problem::Store(_))) => return Err(problem),
                // The others do not wait for this one.
                Err(error) => tracing::debug!(%error, alert, incident, "an alert does not join an incident"),
                Ok(_) => {}
            }
        }
        for alert in opens {
            match self.open_for_alert(&by, alert).await {
                Err(problem @ (Problem::Busy | Problem::Store(_))) => return Err(problem),
                Err(error) => tracing::warn!(%error, alert, "an alert opens no incident"),
                Ok(number) => tracing::info!(number, alert, "an alert opened an incident by rule"),
            }
        }
        Ok(())
    }
}
