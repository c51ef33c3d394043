//! What is to be said: asks the rules (`domain::alert::bell`) of every alert and channel, and remembers what was said.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::alert::bell::{Ringing, Say, Told, due, routed};
use domain::text::Slug;
use domain::time::Timestamp;
use store::alerts::Alert;
use store::notifications::Notification;

use crate::config::NotificationSettings;

/// What was said last on a channel.
#[derive(Clone, Copy, Debug)]
struct Heard {
    told: Told,
    /// How many were said.
    ordinal: u32,
}

/// When what happened to an alert, by our clock.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Since when this occurrence of it is known: when it began by its source's clock …
    starts_at: Timestamp,
    /// … and by ours.
    heard_at: Timestamp,
    is_under: bool,
    alone_since: Option<Timestamp>,
}

/// Something to be said.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) alert: Arc<Alert>,
    pub(super) channel: Slug,
    pub(super) say: Say,
    /// How many were said of this alert on this channel, with this one.
    pub(super) ordinal: u32,
    /// How often it was said to fire, with this time.
    pub(super) times: u32,
}

/// What was said to whom.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    heard: HashMap<i64, HashMap<Slug, Heard>>,
    paces: HashMap<i64, Pace>,
}

impl Bell {
    /// Takes what is on disk, at the start: alerts with when they were last heard of, and what was said last.
    pub(super) fn recall(&mut self, alerts: &[Arc<Alert>], last: impl IntoIterator<Item = Notification>) {
        for alert in alerts {
            let heard_at = alert.course.received_at;
            let pace = Pace { starts_at: alert.course.starts_at, heard_at, is_under: alert.above.is_some(), alone_since: None };
            self.paces.insert(alert.number, pace);
        }
        for new in last {
            let heard = Heard { told: new.told(), ordinal: new.ordinal };
            self.heard.entry(new.alert).or_default().insert(new.channel, heard);
        }
    }

    /// What is to be said now, which counts as said. `is_held`: whether work is planned on a component.
    pub(super) fn turn<'a>(
        &mut self,
        alerts: impl Iterator<Item = &'a Arc<Alert>>,
        settings: &NotificationSettings,
        is_held: impl Fn(&Slug) -> bool,
        now: Timestamp,
    ) -> Vec<Due> {
        let mut all = Vec::new();
        let mut known: HashSet<i64> = HashSet::with_capacity(self.paces.len());
        for alert in alerts {
            known.insert(alert.number);
            let pace = self.pace(alert, now);
            let heard = self.heard.get(&alert.number);
            // Most alerts are under others or over, and nobody was told of them: nothing is to be said either.
            if heard.is_none() && (!alert.course.is_firing() || alert.above.is_some()) {
                continue;
            }
            let ringing = ringing(alert, pace, &is_held);
            for spec in &settings.channels {
                let before = heard.and_then(|heard| heard.get(&spec.slug));
                let repeat = routed(&settings.routes, &spec.slug, &ringing, now);
                let told = before.map(|before| before.told);
                let Some(say) = due(&ringing, repeat, told.as_ref(), &settings.rule, now) else { continue };
                let after = Told::after(told.as_ref(), say, now);
                let ordinal = before.map_or(0, |before| before.ordinal) + 1;
                all.push((spec.slug.clone(), Heard { told: after, ordinal }, say, Arc::clone(alert)));
            }
        }
        self.paces.retain(|number, _| known.contains(number));
        self.heard.retain(|number, _| known.contains(number));
        let said = |(channel, heard, say, alert): (Slug, Heard, Say, Arc<Alert>)| {
            self.heard.entry(alert.number).or_default().insert(channel.clone(), heard);
            Due { alert, channel, say, ordinal: heard.ordinal, times: heard.told.times }
        };
        all.into_iter().map(said).collect()
    }

    /// When what happened to an alert.
    fn pace(&mut self, alert: &Alert, now: Timestamp) -> Pace {
        let is_under = alert.above.is_some();
        let starts_at = alert.course.starts_at;
        let new = Pace { starts_at, heard_at: now, is_under, alone_since: None };
        let pace = self.paces.entry(alert.number).or_insert(new);
        // Each occurrence is waited for anew.
        if pace.starts_at != starts_at {
            pace.starts_at = starts_at;
            pace.heard_at = now;
        }
        if pace.is_under && !is_under {
            pace.alone_since = Some(now);
        }
        pace.is_under = is_under;
        *pace
    }
}

/// An alert as the rules want it.
fn ringing(alert: &Alert, pace: Pace, is_held: impl Fn(&Slug) -> bool) -> Ringing {
    Ringing {
        severity: alert.severity,
        component: alert.component.clone(),
        kind: alert.kind.clone(),
        heard_at: pace.heard_at,
        alone_since: pace.alone_since,
        is_under: pace.is_under,
        is_held: alert.component.as_ref().is_some_and(is_held),
        is_flapping: alert.is_flapping,
        is_acknowledged: alert.acknowledged.is_some(),
        fires: alert.course.is_firing(),
    }
}
