//! Components as the public sees them: status, days, uptime, latency.

use domain::component::Status;
use domain::time::Timestamp;
use domain::uptime::{Tally, Weights};
use jiff::civil::Date;

/// The state of everything, for one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The status that wants most attention.
    pub worst: Status,
    /// Public components.
    pub total: usize,
    /// How many of them have that status.
    pub affected: usize,
    /// How many have any of the others that are not operational, by concern, the greatest first: what the sentence about the worst
    /// does not say.
    pub others: [(Status, usize); 4],
    /// Since when it is so.
    pub since: Option<Timestamp>,
}

/// Components that stand together.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicGroup {
    /// Slug, for its place on the page.
    pub slug: String,
    /// Its stable public id: 12 characters of base32.
    pub id: String,
    /// Its name; `None` for those without a group.
    pub name: Option<String>,
    /// In the order of the configuration; never empty.
    pub components: Vec<PublicComponent>,
}

impl PublicGroup {
    /// The status that wants most attention among its components.
    pub fn worst(&self) -> Status {
        self.components.iter().map(|component| component.status).max_by_key(|s| s.concern()).unwrap_or(Status::Unknown)
    }
}

/// A component in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicComponent {
    /// Its slug.
    pub slug: String,
    /// Its stable public id: 12 characters of base32. Stays when the slug changes.
    pub id: String,
    /// Its name in the page's language.
    pub name: String,
    /// A line about it.
    pub description: Option<String>,
    /// Its status.
    pub status: Status,
    /// Since when it has it.
    pub since: Option<Timestamp>,
    /// When it was first watched.
    pub watched_since: Timestamp,
    /// When it was last checked, or last called.
    pub checked_at: Option<Timestamp>,
    /// The last 90 days in the site's zone, oldest first. The time before it was watched is in none of them.
    pub days: Vec<PublicDay>,
    /// Over 24 hours, 7 days, 30 days and 90 days, in that order; the time before it was watched is in none of them.
    pub uptimes: [Tally; 4],
    /// How long its checks took in the last 24 hours; `None` when nothing was measured.
    pub latency: Option<PublicLatency>,
    /// Names of components it depends on that are in trouble: they may explain its state.
    pub troubled_dependencies: Vec<String>,
}

/// The spans of [`PublicComponent::uptimes`], in milliseconds.
const SPANS_MS: [u64; 4] = [86_400_000, 7 * 86_400_000, 30 * 86_400_000, 90 * 86_400_000];

impl PublicComponent {
    /// Uptime over one of the four spans; `None` when less than half of it is known.
    pub fn uptime(&self, span: usize, weights: Weights) -> Option<f64> {
        self.uptimes[span].uptime_over(SPANS_MS[span], weights)
    }
}

/// One day of a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublicDay {
    /// Which day, in the site's zone.
    pub date: Date,
    /// How long each status lasted.
    pub tally: Tally,
}

/// How long the checks of a component took in the last 24 hours, those that were up or degraded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicLatency {
    /// Half of them took at most this, in microseconds.
    pub p50_us: u64,
    /// 95 % of them took at most this, in microseconds.
    pub p95_us: u64,
    /// The median of each hour of these 24, oldest first, in microseconds; `None` for hours without any.
    pub hours: Vec<Option<u64>>,
}
