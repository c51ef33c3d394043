//! What happens to alerts by itself, every second: what Yagura sees is reported, what flapped and is calm is said to be, alerts of one cause are
//! put under one of them, those of components that an incident is about join it, and an incident is opened where a type says so.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::alert::record::Origin;
use domain::incident::work::AutoIncident;
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
/// Alerts that join incidents within a second.
const JOINED_AT_ONCE: usize = 50;

/// True for what may be an incident of its own, or part of one: it fires, stands for itself, belongs to none, and nobody planned it.
fn is_free(state: &State, alert: &Alert, now: Timestamp) -> bool {
    alert.course.is_firing()
        && alert.incident.is_none()
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
}

/// What is to be done about alerts: which join which incident, and which open one.
fn due(state: &State, kinds: &Kinds, now: Timestamp) -> (Vec<(i64, i64)>, Vec<i64>) {
    let about: HashMap<Slug, i64> = components_in_incidents(state).into_iter().collect();
    let (mut joins, mut opens) = (Vec::new(), Vec::new());
    let mut opened: HashSet<Option<Slug>> = HashSet::new();
    for alert in state.alerts.firing().filter(|alert| is_free(state, alert, now)) {
        if let Some(number) = alert.component.as_ref().and_then(|component| about.get(component)) {
            joins.push((alert.number, *number));
            continue;
        }
        // What probes see is suggested, or opened, with the outage that it makes.
        let opens_one = alert.origin != Origin::Probe
            && alert.acknowledged.is_none()
            && kinds.auto_incident(alert) == AutoIncident::Open
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

    /// Lets time pass for alerts; called every second.
    pub(crate) async fn turn_alerts(&self) {
        let turn = self.monitoring.state().alerts.turn();
        let _turn = turn.lock().await;
        let now = self.now();
        let kinds = self.kinds();
        let mut is_news = self.report_own(&kinds, now);
        {
            let mut state = self.monitoring.state();
            let rule = state.config.alerts.flap;
            let mut outcome = Outcome::default();
            state.alerts.calm(&rule, now, &mut outcome);
            state.alerts.sort_anew(&kinds, &mut outcome);
            state.fold_alerts(now, &mut outcome);
            state.alerts.prune(&rule, now);
            is_news |= outcome.is_news;
            self.leave(outcome.changes);
        }
        if is_news {
            self.monitoring.changed_inside();
        }
        if let Err(error) = self.work_incidents(&kinds, now).await {
            tracing::warn!(%error, "alerts are not in their incidents yet; trying again");
        }
    }

    async fn work_incidents(&self, kinds: &Kinds, now: Timestamp) -> Result<(), Problem> {
        let (joins, opens) = due(&self.monitoring.state(), kinds, now);
        let by = Caller::system();
        for (alert, incident) in joins {
            self.join_incident(&by, alert, incident).await?;
        }
        for alert in opens {
            let number = self.open_for_alert(&by, alert).await?;
            tracing::info!(number, alert, "an alert opened an incident by rule");
        }
        Ok(())
    }
}
