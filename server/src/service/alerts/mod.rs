//! Alerts: what rings, as one thing for each trouble, with the runbook for it and whoever looks after it.
//!
//! Code map: [`board`] is what memory holds, and decides what reports do; [`types`] knows the kinds of trouble and finds the runbook. `own`
//! reports what probes, heartbeats and Yagura itself see; `watch` looks every second: folds, joins incidents and opens them by rule
//! (`incidents/alerts.rs`). This file takes reports and what people decide.
//!
//! Reports are taken in memory first and then left with the writer: "taken" is answered after the commit, but what is known, and what rings,
//! does not wait for it. A report that could not be committed in time is answered as busy; it is not lost as long as Yagura runs, and when its
//! source sends it again nothing changes.

pub(crate) mod board;
mod own;
#[cfg(test)]
mod tests;
pub(crate) mod types;
mod watch;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use domain::account::Permission;
use domain::alert::label::{ALERT_NAME, Fingerprint, Pairs, SEVERITY};
use domain::alert::occurrence::{Report, Said};
use domain::alert::record::{Event, Origin};
use domain::incident::work::Severity;
use domain::probe::heartbeat::{Ping, Signal};
use domain::probe::spec::CheckSpec;
use domain::text::Slug;
use domain::time::Timestamp;
use store::StoreError;
use store::alerts::{Alert, AlertChange, AlertEvent, AlertFilter, NewAlertEvent, RangName};
use store::writer::Change;

pub(super) use self::board::event;
pub(crate) use self::board::{AlertBoard, Reported};
use self::board::{Outcome, Sender, done};
use self::own::OWN;
pub(crate) use self::types::{Kinds, Remedy, address, summary};
use super::caller::{Caller, Who};
use super::desk::{Desk, Done};
use super::monitoring::{PingOutcome, State};
use super::problem::{Invalid, Problem};

/// How long a source waits for the commit before it is told to try again.
const COMMIT_LIMIT: Duration = Duration::from_secs(5);
/// How long it is looked on disk for what was known before.
const READ_LIMIT: Duration = Duration::from_secs(2);
/// Longest name that somebody gives an alert, in characters.
const NAME_CHARS_MAX: usize = 128;
/// Longest words that somebody says of it, in characters.
const SUMMARY_CHARS_MAX: usize = 1_000;
/// The label and the name of what Prometheus rings with as long as all is well.
const WATCHDOG: &str = "Watchdog";

/// What became of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// How many were taken.
    pub(crate) received: usize,
    /// How many of them said something new.
    pub(crate) changed: usize,
    /// How many were calls for heartbeats.
    pub(crate) heartbeats: usize,
}

/// An alert that somebody raises.
#[derive(Clone, Debug, Default)]
pub(crate) struct AlertWanted {
    /// Slug of its type; empty: none.
    pub(crate) kind: String,
    /// What it is called; may be empty with a type.
    pub(crate) name: String,
    /// Empty: as its type says.
    pub(crate) severity: String,
    /// Slug; empty: none, or as its type says.
    pub(crate) component: String,
    pub(crate) summary: String,
    /// What whoever asks calls this request: the same one twice is one alert.
    pub(crate) request: String,
}

/// An alert with everything that is known of it.
#[derive(Clone, Debug)]
pub(crate) struct AlertFound {
    pub(crate) alert: Alert,
    pub(crate) events: Vec<AlertEvent>,
    /// Those under it, the newest first.
    pub(crate) under: Vec<Alert>,
    pub(crate) kinds: Kinds,
}

impl State {
    /// What each component depends on.
    pub(super) fn dependencies(&self) -> HashMap<Slug, Vec<Slug>> {
        self.config.components.iter().map(|spec| (spec.slug.clone(), spec.depends_on.clone())).collect()
    }

    /// Puts alerts of one cause under one of them, where that may have changed.
    fn fold_alerts(&mut self, now: Timestamp, outcome: &mut Outcome) {
        if !self.alerts.is_unfolded() {
            return;
        }
        let depends_on = self.dependencies();
        let settings = &self.config.alerts;
        // Nobody is told of what is held, and nobody knows whether what is stale still fires.
        let held: HashSet<Slug> = self.held_components(now);
        let is_shy = |alert: &Alert| {
            alert.course.is_stale(now) || alert.component.as_ref().is_some_and(|component| held.contains(component))
        };
        self.alerts.fold(&depends_on, &settings.storm, &settings.group_labels, (now, is_shy), outcome);
    }
}

impl Desk {
    /// Leaves what happened with the writer and tells pages. Whoever calls this held the state when it happened, so that changes are left in
    /// their order.
    pub(super) fn leave(&self, changes: Vec<AlertChange>) {
        if !changes.is_empty() {
            self.writer.changes(changes.into_iter().map(|change| Change::Alert(Box::new(change))));
        }
    }

    /// Returns when everything that was left is on disk.
    ///
    /// `dropped`: how many changes had been given up before. What is refused for good, or pushed out, was not kept.
    async fn kept(&self, dropped: u64) -> Result<(), Problem> {
        let limit = self.ledger.clock.sleep_until(self.ledger.clock.elapsed() + COMMIT_LIMIT);
        self.writer.commit(Vec::new(), limit).await?;
        if self.dropped() == dropped { Ok(()) } else { Err(Problem::Busy) }
    }

    /// How many changes the writer has given up.
    fn dropped(&self) -> u64 {
        self.writer.health().changes_dropped
    }

    /// The heartbeats that an alert calls.
    fn called_by(&self, labels: &Pairs) -> Vec<String> {
        let state = self.monitoring.state();
        let called = state.config.probes.iter().filter_map(|probe| match &probe.check {
            CheckSpec::Heartbeat(heartbeat) if !heartbeat.watchdog.is_empty() => {
                heartbeat.watchdog.iter().all(|matcher| matcher.matches(labels)).then(|| heartbeat.token.expose().to_owned())
            }
            _ => None,
        });
        called.collect()
    }

    /// Takes what a source reports, and returns when it is on disk.
    pub(crate) async fn take_reports(&self, caller: &Caller, reports: Vec<Reported>) -> Result<Taken, Problem> {
        let now = self.now();
        caller.must(Permission::SendAlerts, now)?;
        let source = source_of(caller).to_owned();
        let dropped = self.dropped();
        let mut taken = Taken { received: reports.len(), ..Taken::default() };
        let mut troubles = Vec::with_capacity(reports.len());
        let mut calls: Vec<String> = Vec::new();
        for reported in reports {
            let heartbeats = self.called_by(&reported.labels);
            let is_watchdog = !heartbeats.is_empty() || reported.name.as_deref() == Some(WATCHDOG);
            if !is_watchdog {
                troubles.push(reported);
            } else if matches!(reported.report.said, Said::Firing { .. }) {
                taken.heartbeats += heartbeats.len();
                calls.extend(heartbeats);
            }
        }
        calls.sort_unstable();
        calls.dedup();
        let known = self.known_before(&source, &troubles).await;
        let kinds = self.kinds();
        let outcome = {
            let mut state = self.monitoring.state();
            let mut outcome = Outcome::default();
            let rule = state.config.alerts.flap;
            state.alerts.remember(known);
            let sender = Sender { by: caller, source: &source, rule: &rule, now };
            for reported in troubles {
                let sort = kinds.sort(&reported.labels, None);
                state.alerts.report(sender, reported, sort, &mut outcome);
            }
            state.fold_alerts(now, &mut outcome);
            self.leave(std::mem::take(&mut outcome.changes));
            outcome
        };
        taken.changed = usize::from(outcome.is_news);
        if outcome.is_news {
            self.monitoring.changed_inside();
        }
        for token in calls {
            let ping = Ping { at: now, signal: Signal::Success, run_id: None };
            let said = format!("{WATCHDOG} from {source}");
            if let PingOutcome::NotKept(error) = self.monitoring.pinged(&token, ping, said.into_bytes()).await {
                return Err(error.into());
            }
        }
        self.kept(dropped).await?;
        if outcome.refused > 0 {
            tracing::error!(source, refused = outcome.refused, "more alerts than are taken of one source; look what it sends");
            return Err(Problem::Busy);
        }
        Ok(taken)
    }

    /// Number of the newest alert that a source knows by this, and whether it fires.
    pub(crate) fn newest_alert(&self, caller: &Caller, fingerprint: &Fingerprint) -> Option<(i64, bool)> {
        let state = self.monitoring.state();
        let alert = state.alerts.newest(source_of(caller), fingerprint)?;
        Some((alert.number, alert.course.is_firing()))
    }

    /// Alerts on disk of troubles that memory does not know: what was over long ago and is sent once more is nothing new.
    async fn known_before(&self, source: &str, reports: &[Reported]) -> Vec<Alert> {
        let unknown: Vec<Fingerprint> = {
            let state = self.monitoring.state();
            let unknown = reports.iter().filter(|reported| !state.alerts.knows(source, &reported.fingerprint));
            unknown.map(|reported| reported.fingerprint.clone()).collect()
        };
        if unknown.is_empty() {
            return Vec::new();
        }
        // That it rings is more than whether it rang before.
        let limit = self.ledger.clock.sleep_until(self.ledger.clock.elapsed() + READ_LIMIT);
        let known = tokio::select! {
            biased;
            known = self.store.newest_alerts(source, &unknown) => known,
            () = limit => Err(StoreError::TooSlow),
        };
        known.unwrap_or_else(|error| {
            tracing::warn!(%error, "it cannot be read whether alerts were known before");
            Vec::new()
        })
    }

    /// Raises an alert by hand; gives its number.
    pub(crate) async fn raise_alert(&self, caller: &Caller, wanted: AlertWanted) -> Result<i64, Problem> {
        let now = self.now();
        caller.must(Permission::Respond, now)?;
        let kinds = self.kinds();
        let (_, asker) = caller.actor();
        let reported = by_hand(&kinds, &wanted, &asker, now)?;
        let dropped = self.dropped();
        let given: Option<Slug> = wanted.kind.trim().parse().ok();
        let fingerprint = reported.fingerprint.clone();
        let mut sort = kinds.sort(&reported.labels, given.as_ref());
        // What somebody says of this one counts more than what is said of its type.
        sort.severity = Severity::from_name(wanted.severity.trim()).unwrap_or(sort.severity);
        sort.component = wanted.component.trim().parse().ok().or(sort.component);
        let number = {
            let mut state = self.monitoring.state();
            let mut outcome = Outcome::default();
            // The same request again is the same alert, whatever became of it.
            if let Some(known) = state.alerts.newest(OWN, &fingerprint) {
                return Ok(known.number);
            }
            let rule = state.config.alerts.flap;
            let sender = Sender { by: caller, source: OWN, rule: &rule, now };
            state.alerts.report(sender, reported, sort, &mut outcome);
            state.fold_alerts(now, &mut outcome);
            self.leave(outcome.changes);
            let raised = state.alerts.newest(OWN, &fingerprint).map(|alert| alert.number);
            raised.ok_or(Problem::Busy)?
        };
        self.monitoring.changed_inside();
        self.kept(dropped).await?;
        Ok(number)
    }

    /// Does something to an alert that fires or has just ended, and returns when it is on disk.
    async fn decide(
        &self,
        caller: &Caller,
        number: i64,
        work: impl FnOnce(&mut Alert, Timestamp) -> Result<Option<(Vec<NewAlertEvent>, Vec<Done>)>, &'static str> + Send,
    ) -> Result<(), Problem> {
        let now = self.now();
        caller.must(Permission::Respond, now)?;
        let dropped = self.dropped();
        let is_here = self.monitoring.state().alerts.get(number).is_some();
        if !is_here {
            let known = self.store.alert(number).await?;
            return Err(known.map_or(Problem::NotFound("alert"), |_| Problem::Refused("refused-alert-over")));
        }
        {
            let mut state = self.monitoring.state();
            let mut outcome = Outcome::default();
            let mut refusal = None;
            let work = |alert: &mut Alert| {
                work(alert, now).unwrap_or_else(|key| {
                    refusal = Some(key);
                    None
                })
            };
            outcome.changes.extend(state.alerts.change(number, work, caller, now));
            if let Some(key) = refusal {
                return Err(Problem::Refused(key));
            }
            state.fold_alerts(now, &mut outcome);
            self.leave(outcome.changes);
        }
        self.monitoring.changed_inside();
        self.kept(dropped).await
    }

    /// Somebody takes an alert on: the others are not told of it again.
    pub(crate) async fn acknowledge_alert(&self, caller: &Caller, number: i64) -> Result<(), Problem> {
        let by = caller.clone();
        self.decide(caller, number, move |alert, now| {
            if !alert.course.is_firing() {
                return Err("refused-alert-ended");
            }
            match &alert.acknowledged {
                // Who taps twice is told the same twice.
                Some((_, name)) if name == by.name() => return Ok(None),
                Some(_) => return Err("refused-alert-taken"),
                None => {}
            }
            alert.acknowledged = Some((now, by.name().to_owned()));
            Ok(Some((vec![event(Event::Acknowledged, &by, now, now)], vec![done("alert.acknowledged", alert)])))
        })
        .await
    }

    /// Whoever took it on no longer looks after it.
    pub(crate) async fn unacknowledge_alert(&self, caller: &Caller, number: i64) -> Result<(), Problem> {
        let by = caller.clone();
        self.decide(caller, number, move |alert, now| {
            if alert.acknowledged.take().is_none() {
                return Ok(None);
            }
            Ok(Some((vec![event(Event::Unacknowledged, &by, now, now)], vec![done("alert.unacknowledged", alert)])))
        })
        .await
    }

    /// Somebody says that it is over. When its source says that it begins again, it rings again.
    pub(crate) async fn end_alert(&self, caller: &Caller, number: i64) -> Result<(), Problem> {
        let by = caller.clone();
        self.decide(caller, number, move |alert, now| {
            if !alert.course.is_firing() {
                return Ok(None);
            }
            end(alert, now);
            alert.ended_by = Some(by.name().to_owned());
            Ok(Some((vec![event(Event::EndedByHand, &by, now, now)], vec![done("alert.ended", alert)])))
        })
        .await
    }

    /// The alerts that fire, by number. Costs no query.
    pub(crate) fn firing_alerts(&self, caller: &Caller) -> Result<Vec<Alert>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.monitoring.state().alerts.firing().map(|alert| (**alert).clone()).collect())
    }

    /// Alerts that meet a filter, the newest first, those on disk.
    pub(crate) async fn alert_list(&self, caller: &Caller, filter: &AlertFilter) -> Result<Vec<Alert>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.alerts(filter).await?)
    }

    /// One alert with what happened to it, and those under it.
    pub(crate) async fn alert(&self, caller: &Caller, number: i64) -> Result<AlertFound, Problem> {
        caller.must(Permission::Read, self.now())?;
        let in_memory = self.monitoring.state().alerts.get(number).map(|alert| (**alert).clone());
        // What fires is told even if the disk does not answer.
        let (alert, events) = if let Some(alert) = in_memory {
            (alert, self.store.alert_events(number).await.unwrap_or_default())
        } else {
            let alert = self.store.alert(number).await?.ok_or(Problem::NotFound("alert"))?;
            (alert, self.store.alert_events(number).await?)
        };
        let filter = AlertFilter { above: Some(number), limit: store::alerts::ALERTS_LISTED_MAX, ..AlertFilter::default() };
        let under = self.store.alerts(&filter).await.unwrap_or_default();
        Ok(AlertFound { alert, events, under, kinds: self.kinds() })
    }

    /// What rang since a moment, by name.
    pub(crate) async fn rang_since(&self, caller: &Caller, since: Timestamp) -> Result<Vec<RangName>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.rang_since(since).await?)
    }
}

/// What a source is called: keys by their name, so that one that is made anew goes on where the one before ended.
fn source_of(caller: &Caller) -> &str {
    match &caller.who {
        Who::Key { name, .. } => name,
        _ => "",
    }
}

/// Makes an alert be over.
fn end(alert: &mut Alert, at: Timestamp) {
    alert.course.end(at);
    alert.is_flapping = false;
}

/// What somebody reports who raises an alert by hand.
fn by_hand(kinds: &Kinds, wanted: &AlertWanted, asker: &str, now: Timestamp) -> Result<Reported, Problem> {
    let mut wrong = Vec::new();
    let kind = match wanted.kind.trim() {
        "" => None,
        slug => {
            let found = slug.parse::<Slug>().ok().filter(|slug| kinds.named(slug).is_some());
            if found.is_none() {
                wrong.push(Invalid::new("kind", "invalid-alert-type"));
            }
            found
        }
    };
    let name = match (wanted.name.trim(), &kind) {
        ("", Some(kind)) => kind.to_string(),
        ("", None) => {
            wrong.push(Invalid::new("name", "invalid-alert-name"));
            String::new()
        }
        (name, _) => name.to_owned(),
    };
    if name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        wrong.push(Invalid::new("name", "invalid-alert-name"));
    }
    let severity = wanted.severity.trim();
    if !severity.is_empty() && Severity::from_name(severity).is_none() {
        wrong.push(Invalid::new("severity", "invalid-severity"));
    }
    let component = wanted.component.trim();
    let is_component = |text: &str| kinds.config.components.iter().any(|spec| spec.slug.as_str() == text);
    if !component.is_empty() && !is_component(component) {
        wrong.push(Invalid::new("component", "invalid-component"));
    }
    let summary = wanted.summary.trim();
    if summary.chars().count() > SUMMARY_CHARS_MAX {
        wrong.push(Invalid::new("summary", "invalid-alert-summary"));
    }
    let request = wanted.request.trim();
    let fingerprint = match request {
        "" => format!("hand:{}", uuid::Uuid::now_v7()),
        request => format!("hand:{}", Fingerprint::of([("asker", asker), ("request", request)])),
    };
    let fingerprint: Fingerprint = fingerprint.parse().map_err(|_| Problem::invalid("request", "invalid-op"))?;
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    let pairs = |all: &[(&str, &str)]| {
        let pairs = all.iter().filter(|(_, value)| !value.is_empty());
        pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
    };
    Ok(Reported {
        origin: Origin::Person,
        fingerprint,
        labels: Pairs::labels(pairs(&[(ALERT_NAME, &name), (SEVERITY, severity), ("component", component)])),
        annotations: Pairs::annotations(pairs(&[("summary", summary)])),
        links: BTreeMap::new(),
        name: Some(name),
        report: Report { starts_at: now, said: Said::Firing { until: None } },
    })
}
