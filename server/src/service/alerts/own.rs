//! What probes and heartbeats see, and what is wrong with Yagura itself, as alerts. Looked up every second from what is believed, so that it
//! comes out right whenever Yagura was started in between.

use std::collections::{BTreeMap, HashMap};

use domain::alert::label::{ALERT_NAME, Fingerprint, Pairs};
use domain::alert::occurrence::{Report, Said};
use domain::alert::record::{Event, Origin};
use domain::probe::confirm::ProbeState;
use domain::probe::observation::Observation;
use domain::probe::spec::{ProbeAlert, ProbeSpec};
use domain::text::Slug;
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use store::alerts::Alert;

use super::board::{Outcome, Reported, Sender, done, event};
use super::types::Kinds;
use super::{Desk, end};
use crate::service::caller::Caller;
use crate::service::monitoring::State;
use crate::service::runs::alert_of_probe;

/// Who reports what Yagura sees itself.
pub(super) const OWN: &str = "";
/// How Yagura's own troubles are known.
const TOWER: &str = "tower:";
/// How probes are known: by what does not change when they are renamed.
const PROBE: &str = "probe:";

/// A report with the type that the configuration names for it.
type Typed = (Reported, Option<Slug>);

fn identity(kind: &str, id: impl std::fmt::Display) -> Fingerprint {
    format!("{kind}{id}").parse().expect("a number or a slug, and letters before it, is a fingerprint")
}

fn pairs(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The alert that a probe rings with.
fn of_probe(key: ProbeKey, spec: &ProbeSpec, last: Option<&Observation>, report: Report, now: Timestamp) -> Typed {
    let (name, kind) = match &spec.alert {
        ProbeAlert::Type(slug) => (slug.to_string(), Some(slug.clone())),
        ProbeAlert::ByCause | ProbeAlert::Off => (alert_of_probe(spec, last, now).to_owned(), None),
    };
    let labels = pairs(&[(ALERT_NAME, &name), ("component", spec.component.as_str()), ("probe", spec.slug.as_str())]);
    let detail = last.and_then(|last| last.cause.as_ref()).map(|cause| cause.detail.clone());
    let annotations = detail.map(|detail| pairs(&[("summary", &detail)])).unwrap_or_default();
    let reported = Reported {
        origin: Origin::Probe,
        fingerprint: identity(PROBE, key.0),
        name: Some(name),
        labels: Pairs::labels(labels),
        annotations: Pairs::annotations(annotations),
        links: BTreeMap::new(),
        report,
    };
    (reported, kind)
}

/// True when what is down now may ring although an alert of it is over: somebody may have ended that by hand, and then it rings again when it
/// has been up in between. What ended for another reason, as when nobody watched it for a while, rings.
fn may_ring_again(over: &Alert, turned_at: Timestamp) -> bool {
    over.course.starts_at < turned_at || over.ended_by.is_none()
}

/// The first moment after the end of an alert.
fn after_end(over: &Alert) -> Timestamp {
    Timestamp::from_ms(over.course.ended_at.unwrap_or(over.course.starts_at).as_ms() + 1)
}

/// What is to be said of probes: what is down and does not ring, what rings and is down no longer.
fn of_probes(state: &State, now: Timestamp) -> Vec<Typed> {
    let mut all = Vec::new();
    for (key, watched) in &state.probes {
        let Some(spec) = state.config.probes.get(watched.index).filter(|spec| spec.alert != ProbeAlert::Off) else { continue };
        let Some(machine) = state.tower.probe(*key) else { continue };
        let Some(turned_at) = machine.down_turned_at() else { continue };
        let ringing = state.alerts.newest(OWN, &identity(PROBE, key.0));
        let rings = ringing.is_some_and(|alert| alert.course.is_firing());
        let said = match machine.state_at(now) {
            // Somebody may have ended it by hand: it rings again when it has been up in between.
            ProbeState::Down if !rings && ringing.is_none_or(|alert| may_ring_again(alert, turned_at)) => {
                Said::Firing { until: None }
            }
            ProbeState::Up | ProbeState::Degraded if rings => Said::Resolved { at: turned_at },
            _ => continue,
        };
        // An end says when it began as it was told before.
        let starts_at = match (said, ringing) {
            (Said::Resolved { .. }, Some(alert)) => alert.course.starts_at,
            (_, Some(alert)) => turned_at.max(after_end(alert)),
            _ => turned_at,
        };
        all.push(of_probe(*key, spec, watched.last.as_ref(), Report { starts_at, said }, now));
    }
    all
}

/// What is to be said of Yagura itself.
fn of_tower(state: &State, now: Timestamp) -> Vec<Typed> {
    let troubles = [(notify::UPLINK_LOST, state.uplink_lost_since), (notify::BACKUP_LATE, state.backup_late_since)];
    let mut all = Vec::new();
    for (name, since) in troubles {
        let fingerprint = identity(TOWER, name);
        let ringing = state.alerts.newest(OWN, &fingerprint);
        let rings = ringing.is_some_and(|alert| alert.course.is_firing());
        let report = match (since, ringing) {
            (Some(since), _) if !rings && ringing.is_none_or(|alert| alert.course.starts_at < since) => {
                Report { starts_at: since, said: Said::Firing { until: None } }
            }
            (None, Some(alert)) if rings => Report { starts_at: alert.course.starts_at, said: Said::Resolved { at: now } },
            _ => continue,
        };
        let reported = Reported {
            origin: Origin::Tower,
            fingerprint,
            name: Some(name.to_owned()),
            labels: Pairs::labels(pairs(&[(ALERT_NAME, name)])),
            annotations: Pairs::default(),
            links: BTreeMap::new(),
            report,
        };
        all.push((reported, None));
    }
    all
}

/// Numbers of alerts of probes that nobody watches any more, or that shall not ring.
fn unwatched(state: &State) -> Vec<i64> {
    let rings: HashMap<String, bool> = state
        .probes
        .iter()
        .map(|(key, watched)| {
            let spec = state.config.probes.get(watched.index);
            (format!("{PROBE}{}", key.0), spec.is_some_and(|spec| spec.alert != ProbeAlert::Off))
        })
        .collect();
    let firing = state.alerts.firing().filter(|alert| alert.origin == Origin::Probe);
    let gone = firing.filter(|alert| !rings.get(alert.fingerprint.as_str()).copied().unwrap_or_default());
    gone.map(|alert| alert.number).collect()
}

impl Desk {
    /// Takes what Yagura sees itself.
    pub(super) fn report_own(&self, kinds: &Kinds, now: Timestamp) -> bool {
        // Nothing that is seen changes without the desk hearing of it.
        let version = self.monitoring.desk_version();
        let mut state = self.monitoring.state();
        if state.alerts.looked_at.replace(version) == Some(version) {
            return false;
        }
        let reports: Vec<Typed> = of_tower(&state, now).into_iter().chain(of_probes(&state, now)).collect();
        let gone = unwatched(&state);
        if reports.is_empty() && gone.is_empty() {
            return false;
        }
        let by = Caller::system();
        let rule = state.config.alerts.flap;
        let mut outcome = Outcome::default();
        for (reported, kind) in reports {
            let sort = kinds.sort(&reported.labels, kind.as_ref());
            let sender = Sender { by: &by, source: OWN, rule: &rule, now };
            state.alerts.report(sender, reported, sort, &mut outcome);
        }
        for number in gone {
            let change = state.alerts.change(
                number,
                |alert| {
                    end(alert, now);
                    Some((vec![event(Event::Unwatched, &by, now, now)], vec![done("alert.ended", alert)]))
                },
                &by,
                now,
            );
            outcome.is_news |= change.is_some();
            outcome.changes.extend(change);
        }
        state.fold_alerts(now, &mut outcome);
        self.leave(outcome.changes);
        outcome.is_news
    }
}
