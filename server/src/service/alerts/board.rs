//! Alerts in memory: those that fire, and those that were over a little while ago. What is decided here is left with the writer in the same
//! order; nothing here waits for the disk, so a bell does not either. Pure but for that: times are passed in.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::alert::label::{Fingerprint, Pairs};
use domain::alert::occurrence::{Course, FlapRule, Received, Report, Said};
use domain::alert::record::{Event, Origin};
use domain::alert::storm::{self, Firing, StormRule};
use domain::incident::work::Severity;
use domain::runbook::front_matter::alert_key;
use domain::text::Slug;
use domain::time::Timestamp;
use store::alerts::{Alert, AlertChange, NewAlertEvent};

use super::own::OWN;
use super::types::Kinds;
use crate::config::Config;
use crate::service::caller::Caller;
use crate::service::desk::{Done, audit_row};
use crate::service::runbooks::Library;

/// Most alerts of one source in memory: those that fire, and those that began and ended within an hour. A source that invents a new label with
/// every report must fill neither memory nor disk. What Yagura sees itself, and what people raise, is not counted.
pub(crate) const OF_SOURCE_MAX: usize = 5_000;
/// What is over stays in memory for so long at least: reports of it that come again are known without asking the disk.
const KEPT_AFTER: Duration = Duration::from_secs(3600);
/// What an alert is called that has no name.
const UNNAMED: &str = "unnamed";

/// What an alert is, by its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) kind: Option<Slug>,
    pub(crate) severity: Severity,
    pub(crate) component: Option<Slug>,
}

/// A report of a trouble with what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reported {
    pub(crate) origin: Origin,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) name: Option<String>,
    pub(crate) labels: Pairs,
    pub(crate) annotations: Pairs,
    pub(crate) links: BTreeMap<String, String>,
    pub(crate) report: Report,
}

/// Who reports something, when, and by which rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender<'s> {
    pub(super) by: &'s Caller,
    /// The name under which its alerts are kept.
    pub(super) source: &'s str,
    pub(super) rule: &'s FlapRule,
    pub(super) now: Timestamp,
}

/// Alerts, as far as they are in memory.
#[derive(Debug, Default)]
pub(crate) struct AlertBoard {
    /// By number.
    alerts: BTreeMap<i64, Arc<Alert>>,
    by_identity: HashMap<(String, Fingerprint), i64>,
    /// How many are here of each source.
    of_source: HashMap<String, usize>,
    last_number: i64,
    /// True when they may be folded otherwise than they are.
    is_unfolded: bool,
    folded_at: Option<Timestamp>,
    /// Those that began again while nobody worked on their incident.
    anew: HashSet<i64>,
    /// The desk's version at which what Yagura sees itself was last looked at.
    pub(super) looked_at: Option<u64>,
    /// By what it was said what each of them is.
    sorted_by: Option<(Arc<Config>, Arc<Library>)>,
}

/// What reports did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) changes: Vec<AlertChange>,
    /// True when somebody who looks sees something else than a higher count.
    pub(crate) is_news: bool,
    /// Reports of new alerts that were not taken, because too many fire.
    pub(crate) refused: usize,
}

impl Outcome {
    fn add(&mut self, change: AlertChange) {
        self.is_news |= !change.events.is_empty();
        self.changes.push(change);
    }
}

/// Something that happened to an alert at `at`, and is learned of `now`.
pub(crate) fn event(event: Event, by: &Caller, at: Timestamp, now: Timestamp) -> NewAlertEvent {
    let (actor_kind, _) = by.actor();
    NewAlertEvent {
        event,
        occurred_at: at,
        recorded_at: now,
        actor_kind,
        actor_name: by.name().to_owned(),
        number: None,
        text: None,
    }
}

/// A row of the audit log about an alert.
pub(super) fn done(action: &'static str, alert: &Alert) -> Done {
    Done::new(action, "alert", alert.number, &alert.name)
}

impl AlertBoard {
    /// Takes what is on disk, at the start.
    pub(super) fn recall(&mut self, alerts: Vec<Alert>, last_number: i64) {
        self.last_number = last_number.max(self.last_number);
        for alert in alerts {
            self.put(alert);
        }
        self.is_unfolded = true;
    }

    /// Takes alerts that are over and were found on disk, unless something newer is known of them.
    pub(super) fn remember(&mut self, alerts: Vec<Alert>) {
        for alert in alerts {
            if !self.by_identity.contains_key(&(alert.source.clone(), alert.fingerprint.clone())) {
                self.put(alert);
            }
        }
    }

    fn put(&mut self, alert: Alert) {
        let identity = (alert.source.clone(), alert.fingerprint.clone());
        let newest = self.by_identity.entry(identity).or_insert(alert.number);
        *newest = alert.number.max(*newest);
        let source = alert.source.clone();
        if self.alerts.insert(alert.number, Arc::new(alert)).is_none() {
            *self.of_source.entry(source).or_default() += 1;
        }
    }

    /// The one with this number.
    pub(crate) fn get(&self, number: i64) -> Option<&Arc<Alert>> {
        self.alerts.get(&number)
    }

    /// True when reports of this trouble are known of.
    pub(super) fn knows(&self, source: &str, fingerprint: &Fingerprint) -> bool {
        self.by_identity.contains_key(&(source.to_owned(), fingerprint.clone()))
    }

    /// The newest one of an identity.
    pub(super) fn newest(&self, source: &str, fingerprint: &Fingerprint) -> Option<&Arc<Alert>> {
        self.alerts.get(self.by_identity.get(&(source.to_owned(), fingerprint.clone()))?)
    }

    /// Those that fire, by number.
    pub(crate) fn firing(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.alerts.values().filter(|alert| alert.course.is_firing())
    }

    /// All that are here, by number.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.alerts.values()
    }

    /// A number that no alert has.
    fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// Takes a report of a source.
    pub(super) fn report(&mut self, sender: Sender<'_>, reported: Reported, sort: Sort, outcome: &mut Outcome) {
        let Sender { by, source, rule, now } = sender;
        let mut report = reported.report.believed(now);
        let known = self.newest(source, &reported.fingerprint).cloned();
        // A script says that all is well whether or not it ever said otherwise.
        if reported.origin == Origin::Script && matches!(report.said, Said::Resolved { .. }) {
            let Some(fires) = known.as_ref().filter(|known| known.course.is_firing()) else { return };
            report.starts_at = fires.course.starts_at;
        }
        if let Some(known) = known {
            let mut alert = (*known).clone();
            match alert.course.receive(report, rule, now) {
                Received::Nothing => return,
                Received::Another => {}
                received => return self.received(sender, (alert, received), (reported, sort), outcome),
            }
        }
        let here = self.of_source.get(source).copied().unwrap_or_default();
        if here >= OF_SOURCE_MAX && source != OWN {
            outcome.refused += 1;
            return;
        }
        let Reported { origin, fingerprint, name, labels, annotations, links, .. } = reported;
        let name = name.unwrap_or_else(|| UNNAMED.to_owned());
        let course = Course::begin(report, now);
        let alert = Alert {
            number: self.next_number(),
            source: source.to_owned(),
            origin,
            fingerprint,
            name_key: alert_key(&name),
            is_flapping: course.is_flapping(rule, now),
            labels,
            annotations,
            links,
            name,
            kind: sort.kind,
            severity: sort.severity,
            component: sort.component,
            above: None,
            incident: None,
            acknowledged: None,
            ended_by: None,
            course,
        };
        let mut events = vec![event(Event::Began, by, alert.course.starts_at, now)];
        let began = done("alert.began", &alert).changed("severity", None, Some(alert.severity)).changed(
            "component",
            None,
            alert.component.as_ref(),
        );
        let mut audit = vec![audit_row(by, began, now)];
        if let Some(at) = alert.course.ended_at {
            events.push(event(Event::Ended, by, at, now));
            audit.push(audit_row(by, done("alert.ended", &alert), now));
        }
        self.is_unfolded = true;
        self.put(alert.clone());
        outcome.add(AlertChange { alert, events, audit });
    }

    fn received(
        &mut self,
        Sender { by, rule, now, .. }: Sender<'_>,
        (mut alert, received): (Alert, Received),
        (reported, sort): (Reported, Sort),
        outcome: &mut Outcome,
    ) {
        // What a source says of a trouble changes with it; that it is over says nothing of what it was.
        if alert.course.is_firing() {
            if let Some(name) = reported.name {
                alert.name_key = alert_key(&name);
                alert.name = name;
            }
            alert.annotations = reported.annotations;
            alert.labels = reported.labels;
            alert.links = reported.links;
            (alert.kind, alert.severity, alert.component) = (sort.kind, sort.severity, sort.component);
        }
        let was_flapping = alert.is_flapping;
        alert.is_flapping = alert.course.is_flapping(rule, now);
        let (mut events, mut audit) = (Vec::new(), Vec::new());
        let turned = match received {
            Received::Reopened => {
                alert.ended_by = None;
                self.anew.insert(alert.number);
                // Whoever took on what was over does not know that it begins again. One that flaps was never over.
                if !was_flapping && alert.acknowledged.take().is_some() {
                    events.push(event(Event::Unacknowledged, &Caller::system(), alert.course.starts_at, now));
                }
                Some((Event::Reopened, "alert.reopened", alert.course.starts_at))
            }
            Received::Ended => Some((Event::Ended, "alert.ended", alert.course.ended_at.unwrap_or(now))),
            _ => None,
        };
        if let Some((what, action, at)) = turned {
            self.is_unfolded = true;
            // Turns of one that flaps are counted in the alert itself.
            if !was_flapping {
                events.push(event(what, by, at, now));
                audit.push(audit_row(by, done(action, &alert), now));
            }
            if alert.is_flapping && !was_flapping {
                events.push(event(Event::Flapping, &Caller::system(), at, now));
            }
        }
        self.put(alert.clone());
        outcome.add(AlertChange { alert, events, audit });
    }

    /// Changes one as somebody decided; nothing if `work` says so.
    pub(crate) fn change(
        &mut self,
        number: i64,
        work: impl FnOnce(&mut Alert) -> Option<(Vec<NewAlertEvent>, Vec<Done>)>,
        by: &Caller,
        now: Timestamp,
    ) -> Option<AlertChange> {
        let mut alert = (**self.alerts.get(&number)?).clone();
        let (events, done) = work(&mut alert)?;
        self.is_unfolded = true;
        self.put(alert.clone());
        let audit = done.into_iter().map(|done| audit_row(by, done, now)).collect();
        Some(AlertChange { alert, events, audit })
    }

    /// Lets them be folded again when that was long ago.
    pub(super) fn fold_again_after(&mut self, long: Duration, now: Timestamp) {
        self.is_unfolded |= self.folded_at.is_none_or(|at| now.since(at) >= long || at > now);
    }

    /// Notes that an incident was merged into another one, which is on disk already.
    pub(crate) fn moved(&mut self, from_key: i64, into: (i64, i64)) {
        for alert in self.alerts.values_mut().filter(|alert| alert.incident.is_some_and(|(key, _)| key == from_key)) {
            Arc::make_mut(alert).incident = Some(into);
        }
    }

    /// True for one that began again after its incident was over: to the people who worked on that it is another one.
    pub(super) fn is_anew(&self, number: i64) -> bool {
        self.anew.contains(&number)
    }

    /// Notes on which incidents people work: what began again meanwhile is part of them.
    pub(super) fn worked_on(&mut self, is_active: impl Fn(i64) -> bool) {
        let alerts = &self.alerts;
        self.anew.retain(|number| alerts.get(number).is_some_and(|alert| alert.incident.is_some_and(|(key, _)| !is_active(key))));
    }

    /// Notes to which incident one belongs, which is on disk already.
    pub(crate) fn joined(&mut self, number: i64, incident: Option<(i64, i64)>) {
        self.anew.remove(&number);
        if let Some(alert) = self.alerts.get_mut(&number) {
            Arc::make_mut(alert).incident = incident;
        }
    }

    /// Ends what flapped and is calm now, or says so of what goes on.
    pub(super) fn calm(&mut self, rule: &FlapRule, now: Timestamp, outcome: &mut Outcome) {
        let calm = |alert: &&Arc<Alert>| alert.is_flapping && !alert.course.is_flapping(rule, now);
        let calm: Vec<i64> = self.alerts.values().filter(calm).map(|alert| alert.number).collect();
        for number in calm {
            let by = Caller::system();
            let change = self.change(
                number,
                |alert| {
                    alert.is_flapping = false;
                    let mut events = vec![event(Event::Calm, &by, now, now)];
                    events.extend(alert.course.ended_at.map(|at| event(Event::Ended, &by, at, now)));
                    Some((events, Vec::new()))
                },
                &by,
                now,
            );
            change.into_iter().for_each(|change| outcome.add(change));
        }
    }

    /// True when they may be folded otherwise than they are.
    pub(super) const fn is_unfolded(&self) -> bool {
        self.is_unfolded
    }

    /// Puts those of one cause under one of them. `depends_on`: what each component depends on.
    pub(super) fn fold(
        &mut self,
        depends_on: &HashMap<Slug, Vec<Slug>>,
        rule: &StormRule,
        group_labels: &[String],
        (now, is_shy): (Timestamp, impl Fn(&Alert) -> bool),
        outcome: &mut Outcome,
    ) {
        self.is_unfolded = false;
        self.folded_at = Some(now);
        let firing = |alert: &Arc<Alert>| Firing {
            number: alert.number,
            began_at: alert.course.began_at,
            component: alert.component.clone(),
            group: Some(group(alert, group_labels)),
            severity: alert.severity,
            is_shy: is_shy(alert),
        };
        let firing: Vec<Firing> = self.firing().map(firing).collect();
        let under = storm::fold(&firing, depends_on, rule);
        let by = Caller::system();
        for Firing { number, .. } in firing {
            let above = under.get(&number).copied();
            let Some(alert) = self.alerts.get_mut(&number).filter(|alert| alert.above != above) else { continue };
            let alert = Arc::make_mut(alert);
            let before = std::mem::replace(&mut alert.above, above);
            let (what, number) = match (above, before) {
                (Some((head, _)), _) => (Event::Folded, Some(head)),
                (None, before) => (Event::Unfolded, before.map(|(head, _)| head)),
            };
            let events = vec![NewAlertEvent { number, ..event(what, &by, now, now) }];
            outcome.add(AlertChange { alert: alert.clone(), events, audit: Vec::new() });
        }
    }

    /// Says anew what those are that fire, when another configuration or another runbook says so.
    pub(super) fn sort_anew(&mut self, kinds: &Kinds, outcome: &mut Outcome) {
        let by = (&kinds.config, &kinds.library);
        let is_same = |(config, library): &(Arc<Config>, Arc<Library>)| Arc::ptr_eq(config, by.0) && Arc::ptr_eq(library, by.1);
        if self.sorted_by.as_ref().is_some_and(is_same) {
            return;
        }
        self.sorted_by = Some((Arc::clone(by.0), Arc::clone(by.1)));
        // What depends on what may be different too.
        self.is_unfolded = true;
        for alert in self.alerts.values_mut() {
            // What somebody raised is what they said that it is.
            if !alert.course.is_firing() || alert.origin == Origin::Person {
                continue;
            }
            let given = alert.kind.as_ref().filter(|_| alert.origin == Origin::Probe);
            let sort = kinds.sort(&alert.labels, given);
            if (&sort.kind, sort.severity, &sort.component) == (&alert.kind, alert.severity, &alert.component) {
                continue;
            }
            let alert = Arc::make_mut(alert);
            (alert.kind, alert.severity, alert.component) = (sort.kind, sort.severity, sort.component);
            outcome.is_news = true;
            outcome.changes.push(AlertChange { alert: alert.clone(), events: Vec::new(), audit: Vec::new() });
        }
    }

    /// Forgets what has been over for long.
    pub(super) fn prune(&mut self, rule: &FlapRule, now: Timestamp) {
        let before = now.minus(KEPT_AFTER.max(rule.reopen_within).max(rule.window));
        let is_past = |alert: &Arc<Alert>| alert.course.ended_at.is_some_and(|at| at.max(alert.course.received_at) < before);
        // What somebody ended by hand while a probe still sees it stays known: else it would ring anew.
        let is_silenced = |alert: &Arc<Alert>| alert.ended_by.is_some() && matches!(alert.origin, Origin::Probe | Origin::Tower);
        let gone = |alert: &Arc<Alert>| is_past(alert) && !is_silenced(alert);
        let gone: Vec<i64> = self.alerts.values().filter(|alert| gone(alert)).map(|alert| alert.number).collect();
        for number in gone {
            let Some(alert) = self.alerts.remove(&number) else { continue };
            if let Some(here) = self.of_source.get_mut(&alert.source) {
                *here = here.saturating_sub(1);
            }
            let identity = (alert.source.clone(), alert.fingerprint.clone());
            if self.by_identity.get(&identity) == Some(&number) {
                self.by_identity.remove(&identity);
            }
        }
    }
}

/// What an alert belongs to: a cluster, by its labels; else its source.
fn group(alert: &Alert, group_labels: &[String]) -> String {
    let labelled = group_labels.iter().find_map(|name| Some((name, alert.labels.get(name)?)));
    labelled.map_or_else(|| format!(" {}", alert.source), |(name, value)| format!("{name}={value}"))
}

#[cfg(test)]
mod tests;
