//! A made-up quarter of a year: checks with now and then something wrong, played through the same rules as real ones.

use std::future::pending;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::probe::observation::{Cause, CauseKind, Observation, Verdict};
use domain::time::Timestamp;
use probe::clock::{Clock, Waiting};
use store::StoreError;
use store::roster::Roster;

use crate::config::Config;
use crate::service::monitoring::Monitoring;

/// How much of a past there is: what the public page shows, and a little more.
pub(super) const LENGTH: Duration = Duration::from_secs(92 * 24 * 3600);
/// A check every so often, as the configuration says.
const EVERY: Duration = Duration::from_secs(5 * 60);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Results are condensed until so long before the present of the demo.
const SETTLED: Duration = Duration::from_secs(2 * 60);

/// Something that was wrong: with which component, how many days ago, from which minute of the day, for how many minutes, and how bad.
const TROUBLE: [(&str, u64, u64, u64, Verdict); 12] = [
    ("pasokey", 81, 605, 25, Verdict::Down),
    ("misskey-staging", 81, 605, 30, Verdict::Down),
    ("mail", 67, 130, 45, Verdict::Degraded),
    ("web-sites", 58, 1_210, 95, Verdict::Down),
    ("nfs", 44, 182, 15, Verdict::Down),
    ("pasokey", 44, 185, 20, Verdict::Down),
    ("misskey-staging", 44, 185, 20, Verdict::Down),
    ("web-sites", 44, 190, 15, Verdict::Degraded),
    ("object-storage", 31, 840, 140, Verdict::Degraded),
    ("argocd", 19, 75, 35, Verdict::Down),
    ("dns", 12, 300, 10, Verdict::Down),
    ("mail", 5, 1_015, 60, Verdict::Degraded),
];

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(super) struct MovedClock {
    began: Timestamp,
    now: AtomicI64,
}

impl MovedClock {
    pub(super) fn at(now: Timestamp) -> Self {
        Self { began: now, now: AtomicI64::new(now.as_ms()) }
    }

    fn move_to(&self, now: Timestamp) {
        self.now.store(now.as_ms(), Ordering::Relaxed);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.now.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        self.now().since(self.began)
    }

    /// Nobody waits by this clock: it is moved by whoever plays.
    fn sleep_until(&self, _: Duration) -> Waiting {
        Box::pin(pending())
    }
}

/// A number that looks like chance (SplitMix64).
fn chance(key: u64) -> u64 {
    let mut bits = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// What a check sees: how it was, and how long it took.
fn seen(component: &str, place: u64, step: u64, at: Timestamp, now: Timestamp) -> Observation {
    let ago = now.since(at);
    let (days, minute) = (ago.as_secs() / DAY.as_secs(), (DAY.as_secs() - 1 - ago.as_secs() % DAY.as_secs()) / 60);
    let is_now = |(whose, day, from, long, _): &&(&str, u64, u64, u64, Verdict)| {
        *whose == component && *day == days && (*from..from + long).contains(&minute)
    };
    let verdict = TROUBLE.iter().find(is_now).map_or(Verdict::Up, |(.., verdict)| *verdict);
    let noise = chance(place.wrapping_mul(1_000_003).wrapping_add(step));
    // Tens of milliseconds, slower in the evening, and now and then much slower.
    let evening = if (1_080..1_320).contains(&minute) { 14_000 } else { 0 };
    let spike = if noise.is_multiple_of(151) { 90_000 } else { 0 };
    let slow = if verdict == Verdict::Degraded { 900_000 } else { 0 };
    let took = 22_000 + place * 6_000 + noise % 9_000 + evening + spike + slow;
    let cause = match verdict {
        Verdict::Down => Some(Cause::new(CauseKind::Timeout, "no answer within 5 s")),
        Verdict::Degraded => Some(Cause::new(CauseKind::Condition, "[RESPONSE_TIME] < 500ms")),
        Verdict::Up | Verdict::Unknown => None,
    };
    let seen = Observation::new(at, verdict);
    let (duration_us, code) = if verdict == Verdict::Down { (None, None) } else { (Some(took), Some(200)) };
    Observation { duration_us, code, cause, ..seen }
}

/// Plays the checks of [`LENGTH`] before `now`.
pub(super) async fn play(
    monitoring: &Monitoring,
    roster: &Roster,
    config: &Config,
    clock: &MovedClock,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut at = clock.now();
    let mut step = 0;
    let mut next_commit = at.plus(DAY);
    while at <= now {
        clock.move_to(at);
        for (place, (spec, enrolled)) in config.probes.iter().zip(&roster.probes).enumerate() {
            let place = place as u64;
            // Each at its own second, as real ones are.
            let own = at.plus(Duration::from_secs(place * 7));
            if own <= now {
                monitoring.observed(enrolled.key, seen(spec.component.as_str(), place, step, own, now));
            }
        }
        if at >= next_commit {
            // More than memory holds would be lost.
            monitoring.writer.commit(Vec::new(), pending()).await?;
            monitoring.writer.roll_up(at.minus(SETTLED));
            next_commit = next_commit.plus(DAY);
        }
        at = at.plus(EVERY);
        step += 1;
    }
    clock.move_to(now);
    monitoring.writer.alive(now);
    monitoring.writer.commit(Vec::new(), pending()).await?;
    monitoring.writer.roll_up(now.minus(SETTLED));
    monitoring.writer.commit(Vec::new(), pending()).await
}
