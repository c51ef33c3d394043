//! Who is told of an alert, and when: pure. A *route* leads alerts to channels; for each alert and channel it is known what was said last, and
//! [`due`] says what is to be said now. Asked again and again it says each thing once, whatever happened in between.
//!
//! What stands under another alert is not told: who is told of the first one finds it there. A little is waited before the first word, since
//! what explains an alert often comes right after it.

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use crate::incident::work::Severity;
use crate::text::Slug;
use crate::time::Timestamp;

/// When a route is open: from one time of day to another, which may be on the next day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// From this time on.
    pub from: Time,
    /// Until this time; not after `from`: of the day after.
    pub until: Time,
    /// On these days, by the day on which it begins. Empty: on every day.
    pub days: Vec<Weekday>,
    /// Where.
    pub zone: TimeZone,
}

impl Hours {
    /// True at this moment.
    pub fn is_open(&self, now: Timestamp) -> bool {
        let here = now.to_jiff().to_zoned(self.zone.clone());
        let begins_on = |weekday: Weekday| self.days.is_empty() || self.days.contains(&weekday);
        let time = here.time();
        if self.from < self.until {
            return self.from <= time && time < self.until && begins_on(here.weekday());
        }
        // Over midnight: the morning belongs to the day before.
        (self.from <= time && begins_on(here.weekday())) || (time < self.until && begins_on(here.weekday().previous()))
    }
}

/// How often it is said again while nobody takes it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// So long after the first word; each time twice as long after the one before.
    pub first: Duration,
    /// But never longer than this.
    pub longest: Duration,
    /// So often at most; 0: never.
    pub times: u32,
}

impl Default for Repeat {
    fn default() -> Self {
        Self { first: Duration::from_secs(5 * 60), longest: Duration::from_secs(60 * 60), times: 20 }
    }
}

impl Repeat {
    /// How long to wait before saying it for the time after `said` times.
    fn pause(&self, said: u32) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(said.saturating_sub(1)));
        doubled.min(self.longest)
    }
}

/// Which alerts go where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Slugs of channels.
    pub channels: Vec<Slug>,
    /// Those of one of these severities; empty: of each.
    pub severities: Vec<Severity>,
    /// Those about one of these components; empty: about anything or nothing.
    pub components: Vec<Slug>,
    /// Those of one of these types; empty: of any or none.
    pub kinds: Vec<Slug>,
    /// When it is open; none: always.
    pub hours: Option<Hours>,
    /// How often it is said again.
    pub repeat: Repeat,
}

/// What is waited for before something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BellRule {
    /// So long after an alert began: what explains it may be on its way.
    pub gather: Duration,
    /// So long after an alert came out from under another one: what followed the other may end a little later than it.
    pub settle: Duration,
}

impl Default for BellRule {
    fn default() -> Self {
        Self { gather: Duration::from_secs(10), settle: Duration::from_secs(120) }
    }
}

/// An alert as far as telling of it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own, and they come in every combination")]
pub struct Ringing {
    /// How grave it is.
    pub severity: Severity,
    /// What it is about.
    pub component: Option<Slug>,
    /// Its type.
    pub kind: Option<Slug>,
    /// When it was first heard of, by our clock.
    pub heard_at: Timestamp,
    /// Since when it stands for itself, if it was under another one before.
    pub alone_since: Option<Timestamp>,
    /// True while it is under another one.
    pub is_under: bool,
    /// True while work is planned on what it is about.
    pub is_held: bool,
    /// True while it turns too often to be told of each time.
    pub is_flapping: bool,
    /// True while somebody looks after it.
    pub is_acknowledged: bool,
    /// True while it fires.
    pub fires: bool,
}

/// What was said last of an alert on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// How often it was said to fire since it was last said to be over.
    pub times: u32,
    /// True when it was said to be over.
    pub is_over: bool,
    /// True when it was said that somebody looks after it.
    pub is_acknowledged: bool,
}

/// Something to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Say {
    /// It fires.
    Fires,
    /// It still does, and nobody looks after it; for this time.
    Again(u32),
    /// Somebody looks after it.
    Acknowledged,
    /// It is over.
    Over,
}

impl Say {
    /// The name in JSON, the database and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fires => "fires",
            Self::Again(_) => "again",
            Self::Acknowledged => "acknowledged",
            Self::Over => "over",
        }
    }

    /// What has this name, where `times` says how often it was said to fire with this time.
    pub fn from_name(name: &str, times: u32) -> Option<Self> {
        [Self::Fires, Self::Again(times.saturating_sub(1)), Self::Acknowledged, Self::Over]
            .into_iter()
            .find(|say| say.name() == name)
    }
}

impl Route {
    /// True when an alert goes this way at this moment.
    pub fn takes(&self, alert: &Ringing, now: Timestamp) -> bool {
        let is_among = |all: &[Slug], one: &Option<Slug>| all.is_empty() || one.as_ref().is_some_and(|one| all.contains(one));
        (self.severities.is_empty() || self.severities.contains(&alert.severity))
            && is_among(&self.components, &alert.component)
            && is_among(&self.kinds, &alert.kind)
            && self.hours.as_ref().is_none_or(|hours| hours.is_open(now))
    }
}

/// How a channel is to repeat an alert, if any route leads there now: the most insistent of those that do.
pub fn routed<'r>(routes: &'r [Route], channel: &Slug, alert: &Ringing, now: Timestamp) -> Option<&'r Repeat> {
    let open = routes.iter().filter(|route| route.channels.contains(channel) && route.takes(alert, now));
    open.map(|route| &route.repeat).min_by_key(|repeat| (repeat.times == 0, repeat.first, repeat.longest))
}

/// What is to be said of an alert on a channel. `repeat`: how, if a route leads there now; `told`: what was said last.
///
/// Who was told that it fires is told the rest whatever the routes say meanwhile: that somebody looks after it, and that it is over.
pub fn due(alert: &Ringing, repeat: Option<&Repeat>, told: Option<&Told>, rule: &BellRule, now: Timestamp) -> Option<Say> {
    let knows = told.filter(|told| !told.is_over);
    if !alert.fires {
        // One that flaps will fire again: that it is over is said once it is calm.
        return knows.filter(|_| !alert.is_flapping).map(|_| Say::Over);
    }
    if let Some(told) = knows {
        if alert.is_acknowledged {
            return (!told.is_acknowledged).then_some(Say::Acknowledged);
        }
        // What came under another one is repeated there.
        let repeat = repeat.filter(|repeat| told.times <= repeat.times && !alert.is_under && !alert.is_held)?;
        return (now.since(told.at) >= repeat.pause(told.times) && told.at <= now).then_some(Say::Again(told.times));
    }
    if repeat.is_none() || alert.is_under || alert.is_held || alert.is_acknowledged {
        return None;
    }
    // Who was told that it was over is told that it fires again; of one that flaps only when it has been quiet since.
    if told.is_some() && alert.is_flapping {
        return None;
    }
    let heard = now.since(alert.heard_at) >= rule.gather;
    let settled = alert.alone_since.is_none_or(|since| now.since(since) >= rule.settle);
    (heard && settled).then_some(Say::Fires)
}

impl Told {
    /// What is known after something was said.
    #[must_use]
    pub fn after(told: Option<&Self>, say: Say, now: Timestamp) -> Self {
        let before = told.copied().filter(|told| !told.is_over);
        let times = before.map_or(0, |told| told.times);
        match say {
            Say::Fires | Say::Again(_) => Self { at: now, times: times + 1, is_over: false, is_acknowledged: false },
            Say::Acknowledged => Self { at: now, times, is_over: false, is_acknowledged: true },
            Say::Over => Self { at: now, times: 0, is_over: true, is_acknowledged: false },
        }
    }
}
