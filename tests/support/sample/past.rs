//! The past of a sample component and what its checks saw, made up but plausible. Pure: the same keys and the same present always give
//! the same past.

use std::time::Duration;

use domain::component::Status;
use domain::probe::confirm::Track;
use domain::probe::observation::{CauseKind, Verdict};
use domain::time::{Change, Timestamp};

use super::Story;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// One check a minute.
const CHECK_MS: i64 = 60_000;

/// How far back outages lie: what the public page shows.
const SPREAD: Duration = Duration::from_secs(90 * 24 * 3_600);
/// So long before the present nothing happens but what the story tells: a restart reads the newest results again, and they must agree.
const QUIET: Duration = Duration::from_secs(4 * 3_600);
/// Outages per component; one of these, by chance.
const OUTAGES: [u32; 9] = [0, 1, 1, 2, 2, 3, 3, 4, 5];
/// Courses of outages: statuses and their minutes, which are stretched by chance.
const COURSES: [&[(Status, u32)]; 8] = [
    &[(Status::MajorOutage, 4)],
    &[(Status::MajorOutage, 11)],
    &[(Status::DegradedPerformance, 35)],
    &[(Status::PartialOutage, 26)],
    &[(Status::MajorOutage, 9), (Status::DegradedPerformance, 22)],
    &[(Status::DegradedPerformance, 140), (Status::PartialOutage, 15)],
    &[(Status::PartialOutage, 12), (Status::MajorOutage, 48), (Status::DegradedPerformance, 30)],
    &[(Status::MajorOutage, 95), (Status::Unknown, 20), (Status::MajorOutage, 210)],
];
/// A night on which every third component was away together, and how many minutes.
const SHARED_AGO: Duration = Duration::from_secs(6 * 24 * 3_600 + 5 * 3_600);
const SHARED: &[(Status, u32)] = &[(Status::MajorOutage, 38), (Status::DegradedPerformance, 12)];
/// When Yagura itself was away: days ago, and for how many minutes.
const GAPS: [(u32, u32); 3] = [(71, 190), (38, 6), (9, 52)];
/// What [`Story::Mixed`] shows beside operational components.
const MIXED: [Status; 5] =
    [Status::DegradedPerformance, Status::PartialOutage, Status::MajorOutage, Status::UnderMaintenance, Status::Unknown];

/// A number that looks like chance (SplitMix64).
fn chance(key: i64, salt: u64) -> u64 {
    let mut bits = key.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// From 0 up to 1.
fn share(key: i64, salt: u64) -> f64 {
    (chance(key, salt) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The status in which the past of a component ends; `index` is its place among `count`.
pub(super) fn present(index: usize, count: usize, story: Story) -> Status {
    match story {
        Story::AllUp => Status::Operational,
        Story::Unknown => Status::Unknown,
        Story::OneDown => {
            if index == count / 4 {
                Status::MajorOutage
            } else {
                Status::Operational
            }
        }
        Story::Mixed => {
            let place = |n: usize| (n + 1) * count / (MIXED.len() + 1);
            (0..MIXED.len()).find(|n| place(*n) == index).map_or(Status::Operational, |n| MIXED[n])
        }
    }
}

/// How long the present status has lasted.
fn lasted(status: Status) -> Duration {
    match status {
        Status::Operational | Status::Unwatched => Duration::ZERO,
        Status::DegradedPerformance => MINUTE * 48,
        Status::PartialOutage => MINUTE * 130,
        Status::MajorOutage => MINUTE * 23,
        Status::UnderMaintenance => MINUTE * 35,
        Status::Unknown => MINUTE * 41,
    }
}

/// How long ago the site began.
pub(super) const BEGAN: Duration = Duration::from_secs(400 * 24 * 3_600);

/// For how long a component has been watched: most for longer than the page looks back, a few for a month, one since this morning.
fn age(index: usize) -> Duration {
    match index {
        18 => HOUR * 5,
        _ if index % 9 == 7 => DAY * 30,
        _ => BEGAN,
    }
}

/// What lies over a component's good time.
#[derive(Clone, Copy)]
struct Span {
    from: Timestamp,
    until: Timestamp,
    status: Status,
}

fn course(begins_at: Timestamp, course: &[(Status, u32)], stretch: f64) -> Vec<Span> {
    let mut from = begins_at;
    let mut spans = Vec::with_capacity(course.len());
    for (status, minutes) in course {
        let until = from.plus((MINUTE * *minutes).mul_f64(stretch));
        spans.push(Span { from, until, status: *status });
        from = until;
    }
    spans
}

/// Each outage has a slot of the time to itself, and begins in its first nine tenths.
fn outages(component: i64, now: Timestamp) -> Vec<Span> {
    let count = OUTAGES[(chance(component, 1) % OUTAGES.len() as u64) as usize];
    let slots = (0..count).flat_map(|n| {
        let slot = SPREAD.saturating_sub(QUIET) / count;
        let salt = 1_000 + u64::from(n) * 10;
        let begins_at = now.minus(SPREAD).plus(slot * n + slot.mul_f64(share(component, salt) * 0.9));
        let which = COURSES[(chance(component, salt + 1) % COURSES.len() as u64) as usize];
        course(begins_at, which, 0.6 + share(component, salt + 2))
    });
    slots.collect()
}

/// The history since `since`; of spans that overlap, the last one counts.
fn history(since: Timestamp, spans: &[Span], now: Timestamp) -> Vec<Change<Status>> {
    let ends = spans.iter().flat_map(|span| [span.from, span.until]);
    let mut moments: Vec<Timestamp> = ends.chain([since]).filter(|at| *at >= since && *at <= now).collect();
    moments.sort_unstable();
    moments.dedup();
    let mut changes: Vec<Change<Status>> = Vec::with_capacity(moments.len());
    for at in moments {
        let covering = spans.iter().rev().find(|span| span.from <= at && at < span.until);
        let state = covering.map_or(Status::Operational, |span| span.status);
        if changes.last().is_none_or(|last| last.state != state) {
            changes.push(Change { at, state });
        }
    }
    changes
}

/// What a check saw.
pub(super) struct Seen {
    pub(super) verdict: Verdict,
    pub(super) duration_us: Option<u64>,
    pub(super) code: Option<u16>,
    pub(super) cause: Option<CauseKind>,
}

/// The past of one component.
pub(super) struct Past {
    /// Since when it has been watched.
    pub(super) since: Timestamp,
    pub(super) history: Track<Status>,
    now: Timestamp,
}

impl Past {
    /// The past of the component with this key and place, which ends in `present`.
    pub(super) fn new(component: i64, index: usize, present: Status, now: Timestamp) -> Self {
        let since = now.minus(age(index));
        let mut spans = outages(component, now);
        if index.is_multiple_of(3) {
            spans.extend(course(now.minus(SHARED_AGO), SHARED, 1.0));
        }
        for (days_ago, minutes) in GAPS {
            spans.extend(course(now.minus(DAY * days_ago), &[(Status::Unknown, minutes)], 1.0));
        }
        if present != Status::Operational {
            spans.push(Span { from: now.minus(lasted(present)), until: now.plus(DAY), status: present });
        }
        Self { since, history: Track::from_changes(history(since, &spans, now)), now }
    }

    /// What a check of the probe at this moment saw; `None` when there was none.
    pub(super) fn seen(&self, probe: i64, at: Timestamp) -> Option<Seen> {
        let took_us = duration_us(probe, at);
        let seen = match self.history.at(at)? {
            Status::Operational | Status::UnderMaintenance => {
                Seen { verdict: Verdict::Up, duration_us: Some(took_us), code: Some(200), cause: None }
            }
            Status::DegradedPerformance => Seen {
                verdict: Verdict::Degraded,
                duration_us: Some(took_us * 7),
                code: Some(200),
                cause: Some(CauseKind::Condition),
            },
            Status::PartialOutage | Status::MajorOutage => failure(probe, took_us),
            // What lasts until now was looked at in vain; before, Yagura itself was away.
            Status::Unknown if self.now.since(at) < HOUR => {
                Seen { verdict: Verdict::Unknown, duration_us: None, code: None, cause: Some(CauseKind::Resolver) }
            }
            Status::Unknown | Status::Unwatched => return None,
        };
        Some(seen)
    }
}

/// Each probe fails in its own way.
fn failure(probe: i64, took_us: u64) -> Seen {
    let (duration_us, code, cause) = match probe % 3 {
        0 => (10_000_000, None, CauseKind::Timeout),
        1 => (took_us / 20, None, CauseKind::Connect),
        _ => (took_us, Some(503), CauseKind::Condition),
    };
    Seen { verdict: Verdict::Down, duration_us: Some(duration_us), code, cause: Some(cause) }
}

/// How long a good check takes: each target has its own pace, the evening is busier than the morning, and a few take much longer.
fn duration_us(probe: i64, at: Timestamp) -> u64 {
    let pace_us = 18_000.0 + 160_000.0 * share(probe, 2).powi(2);
    // Busiest at nine in the evening in Tokyo, which is noon in UTC.
    let hour = at.as_seconds().rem_euclid(86_400) as f64 / 3_600.0;
    let busy = 1.0 + 0.35 * ((hour - 12.0) / 24.0 * std::f64::consts::TAU).cos();
    let luck = share(probe, at.as_ms().unsigned_abs());
    let delay = if luck > 0.985 { 4.0 } else { 1.0 };
    (pace_us * busy * (0.85 + 0.35 * luck) * delay) as u64
}

/// When the checks of a probe in `[from, until)` took place: one in each minute, at a second of its own.
pub(super) fn moments(probe: i64, from: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> {
    let phase = (chance(probe, 3) % CHECK_MS.unsigned_abs()) as i64;
    let first = (from.as_ms() - phase + CHECK_MS - 1).div_euclid(CHECK_MS);
    (first..).map(move |n| Timestamp::from_ms(n * CHECK_MS + phase)).take_while(move |at| *at < until)
}
