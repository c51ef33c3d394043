//! Which runbooks may help in an incident: those of its components, of what their probes see, of its severity, and, once it is over, those
//! for afterwards.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::incident::work::Severity;
use domain::probe::observation::{CauseKind, Observation, Verdict};
use domain::probe::spec::{ActionSpec, CheckSpec, ProbeSpec};
use domain::runbook::front_matter::{FrontMatter, Offer};
use domain::text::Slug;
use domain::time::Timestamp;
use store::incidents::{Affected, Incident};

use crate::service::desk::Desk;
use crate::service::maintenance::concerns;
use crate::service::monitoring::State;

/// More than this is no help: whoever is woken up picks from what fits on a phone.
const OFFERED_MAX: usize = 6;
/// A certificate that ends within this time is the likely reason when its probe fails.
const CERTIFICATE_SOON: Duration = Duration::from_secs(30 * 86_400);
/// The name under which alerts about a component that is down lead to a runbook,
const DOWN: &str = "component-down";
/// about a heartbeat that does not come,
const MISSED: &str = "heartbeat-missed";
/// and about a certificate that ends.
const EXPIRING: &str = "certificate-expiring";

/// What an incident is like, as far as runbooks go.
#[derive(Debug, Default)]
struct Situation {
    /// Slugs of what it affects, those of before a renaming too.
    components: HashSet<Slug>,
    /// Keys of alerts that it stands for.
    alerts: Vec<&'static str>,
    severity: Option<Severity>,
    is_over: bool,
}

/// Why a runbook is offered, the likeliest help first; part of a message key.
const REASONS: [&str; 4] = ["component", "alert", "severity", "state"];

impl Situation {
    /// Why this runbook may help, as a place in [`REASONS`].
    fn reason(&self, slug: &Slug, front: &FrontMatter, by_alert: &HashMap<String, Slug>) -> Option<usize> {
        // What was replaced is still there for whoever looks for it.
        if front.replaced_by.is_some() {
            return None;
        }
        if self.is_over {
            return front.offered.iter().any(|offer| matches!(offer, Offer::Resolved)).then_some(3);
        }
        let is_for = |offer: &Offer| matches!(offer, Offer::Severity(severity) if Some(*severity) == self.severity);
        if front.components.iter().any(|component| self.components.contains(component)) {
            Some(0)
        } else if self.alerts.iter().any(|alert| by_alert.get(*alert) == Some(slug)) {
            Some(1)
        } else {
            front.offered.iter().any(is_for).then_some(2)
        }
    }
}

/// What a probe rings with that is down.
pub(in crate::service) fn alert_of_probe(probe: &ProbeSpec, last: Option<&Observation>, now: Timestamp) -> &'static str {
    let by_kind = if matches!(probe.check, CheckSpec::Heartbeat(_)) { MISSED } else { DOWN };
    last.and_then(|last| alert_of(probe, last, now)).unwrap_or(by_kind)
}

/// What its probe sees of a component, as the name of an alert.
fn alert_of(probe: &ProbeSpec, last: &Observation, now: Timestamp) -> Option<&'static str> {
    let is_failing = matches!(last.verdict, Verdict::Down | Verdict::Degraded);
    match &probe.check {
        CheckSpec::Heartbeat(_) => is_failing.then_some(MISSED),
        CheckSpec::Active(active) => {
            let ActionSpec::Http(http) = &active.action else { return None };
            let is_tls = last.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::Tls);
            let ends_soon = last.certificate_expires_at.is_some_and(|end| end < now.plus(CERTIFICATE_SOON));
            let is_https = http.url.expose().starts_with("https://");
            (is_failing && is_https && (is_tls || ends_soon)).then_some(EXPIRING)
        }
    }
}

/// Slugs of what is affected and alerts that stand for it.
fn seen(state: &State, affected: &[Slug], now: Timestamp) -> (HashSet<Slug>, Vec<&'static str>) {
    let mut components: HashSet<Slug> = affected.iter().cloned().collect();
    for spec in state.config.components.iter().filter(|spec| concerns(affected, spec)) {
        components.insert(spec.slug.clone());
        components.extend(spec.renamed_from.clone());
    }
    let mut alerts = Vec::new();
    if !components.is_empty() {
        alerts.push(DOWN);
        for watched in state.probes.values() {
            let Some(probe) = state.config.probes.get(watched.index) else { continue };
            let last = watched.last.as_ref().filter(|_| components.contains(&probe.component));
            alerts.extend(last.and_then(|last| alert_of(probe, last, now)));
        }
    }
    (components, alerts)
}

/// Runbooks that fit, the likeliest first, then by name.
fn fitting<'r>(
    runbooks: impl Iterator<Item = (&'r Slug, &'r FrontMatter)>,
    by_alert: &HashMap<String, Slug>,
    situation: &Situation,
) -> Vec<(Slug, &'static str)> {
    let reason = |(slug, front): (&'r Slug, &'r FrontMatter)| Some((situation.reason(slug, front, by_alert)?, slug));
    let mut fitting: Vec<(usize, &Slug)> = runbooks.filter_map(reason).collect();
    fitting.sort_unstable();
    fitting.into_iter().take(OFFERED_MAX).map(|(place, slug)| (slug.clone(), REASONS[place])).collect()
}

impl Desk {
    /// Runbooks that may help in an incident, the likeliest first, each with why: what is affected is `affected`. Costs no query.
    pub(crate) fn offered_runbooks(&self, incident: &Incident, affected: &[Affected]) -> Vec<(Slug, &'static str)> {
        let is_over = !incident.facts.state.is_active();
        let slugs: Vec<Slug> = affected.iter().map(|period| period.component.clone()).collect();
        let (components, alerts) = if is_over {
            // Nothing has to be found out or mended any more.
            (HashSet::new(), Vec::new())
        } else {
            seen(&self.monitoring.state(), &slugs, self.now())
        };
        let situation = Situation { components, alerts, severity: Some(incident.facts.severity), is_over };
        let library = self.library();
        let in_use = library.runbooks.iter().filter_map(|(slug, runbook)| Some((slug, runbook.current.as_ref()?.front())));
        fitting(in_use, &library.by_alert, &situation)
    }
}

#[cfg(test)]
mod tests {
    use domain::probe::observation::Cause;

    use super::*;
    use crate::config::{Sources, parse};

    fn slug(name: &str) -> Slug {
        name.parse().unwrap()
    }

    fn front(components: &[&str], offered: Vec<Offer>) -> FrontMatter {
        FrontMatter { components: components.iter().map(|name| slug(name)).collect(), offered, ..FrontMatter::default() }
    }

    /// Runbooks that fit, with why.
    fn offered(all: &[(&str, FrontMatter)], situation: &Situation) -> Vec<(String, &'static str)> {
        let all: Vec<(Slug, &FrontMatter)> = all.iter().map(|(name, front)| (slug(name), front)).collect();
        let by_alert = HashMap::from([(DOWN.to_owned(), slug("is-down"))]);
        let fitting = fitting(all.iter().map(|(slug, front)| (slug, *front)), &by_alert, situation);
        fitting.into_iter().map(|(slug, why)| (String::from(slug), why)).collect()
    }

    fn situation(severity: Severity, is_over: bool) -> Situation {
        Situation { components: HashSet::from([slug("web")]), alerts: vec![DOWN], severity: Some(severity), is_over }
    }

    #[test]
    fn the_likeliest_help_comes_first_and_each_once() {
        let gravest = || Offer::Severity(Severity::Sev1);
        let all = [
            ("a-gravest", front(&[], vec![gravest()])),
            ("is-down", front(&[], vec![gravest()])),
            ("of-another", front(&["db"], Vec::new())),
            ("of-web", front(&["db", "web"], vec![gravest()])),
            ("afterwards", front(&[], vec![Offer::Resolved])),
        ];
        let pair = |name: &str, why: &'static str| (name.to_owned(), why);
        let at_worst = offered(&all, &situation(Severity::Sev1, false));
        assert_eq!(at_worst, [pair("of-web", "component"), pair("is-down", "alert"), pair("a-gravest", "severity")]);
        let less = offered(&all, &situation(Severity::Sev3, false));
        assert_eq!(less, [pair("of-web", "component"), pair("is-down", "alert")]);
        assert_eq!(offered(&all, &situation(Severity::Sev1, true)), [pair("afterwards", "state")]);
    }

    #[test]
    fn what_was_replaced_is_not_offered_and_never_more_than_six_are() {
        let replaced = FrontMatter { replaced_by: Some(slug("newer")), ..front(&["web"], Vec::new()) };
        assert!(offered(&[("older", replaced)], &situation(Severity::Sev1, false)).is_empty());
        let many = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, front(&["web"], Vec::new())));
        assert_eq!(offered(&many, &situation(Severity::Sev1, false)).len(), OFFERED_MAX);
    }

    /// Nothing beside the text itself.
    struct Nothing;

    impl Sources for Nothing {
        fn variable(&self, _name: &str) -> Option<String> {
            None
        }

        fn file(&self, _path: &std::path::Path) -> std::io::Result<String> {
            Err(std::io::Error::other("there is none"))
        }
    }

    #[test]
    fn what_a_probe_sees_stands_for_an_alert() {
        let text = "
site: {name: Test}
components: [{slug: web, name: Web}]
probes:
  - {slug: secure, component: web, http: {url: 'https://web.example.org/'}}
  - {slug: plain, component: web, http: {url: 'http://web.example.org/'}}
  - {slug: beat, component: web, heartbeat: {token: 0123456789abcdef0123, period: 1h}}
";
        let probes = parse(text, "yagura.yaml", &Nothing).unwrap().config.probes;
        let now = Timestamp::from_ms(1_000_000);
        let tls = Observation::failed(now, Cause::new(CauseKind::Tls, "expired"));
        let refused = Observation::failed(now, Cause::new(CauseKind::Connect, "refused"));
        let soon = Observation { certificate_expires_at: Some(now.plus(CERTIFICATE_SOON / 2)), ..refused.clone() };
        let up = Observation::new(now, Verdict::Up);
        let alerts = |probe: usize| [&tls, &refused, &soon, &up].map(|last| alert_of(&probes[probe], last, now));
        assert_eq!(alerts(0), [Some(EXPIRING), None, Some(EXPIRING), None]);
        assert_eq!(alerts(1), [None; 4]);
        assert_eq!(alerts(2), [Some(MISSED), Some(MISSED), Some(MISSED), None]);
    }
}
