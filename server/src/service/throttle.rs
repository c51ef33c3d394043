//! How often somebody may try: to sign in, to show a code, to open a link. By address and by account, with the time at which the next
//! attempt may be made. The counting is the crate `governor`'s (a leaking bucket per key); this gives it our clock and keeps it small.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::ops::Add;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as Ticker, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use probe::clock::Clock;
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// Addresses and accounts that are kept apart; beyond that all that are new share what is left of one.
const KEYS_MAX: usize = 100_000;

/// A moment of our clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

impl Add<Nanos> for Moment {
    type Output = Self;

    fn add(self, other: Nanos) -> Self {
        Self(self.0 + Duration::from(other))
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

#[derive(Clone)]
struct Ours(Arc<dyn Clock>);

impl Ticker for Ours {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(self.0.elapsed())
    }
}

type Key = [u8; 16];

/// One limit over many keys.
pub(crate) struct Throttle(RateLimiter<Key, DashMapStateStore<Key>, Ours, NoOpMiddleware<Moment>>);

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("keys", &self.0.len()).finish()
    }
}

impl Throttle {
    /// `burst` attempts at once, then one per `every`.
    fn new(clock: &Arc<dyn Clock>, burst: u32, every: Duration) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(every).unwrap_or(Quota::per_minute(burst)).allow_burst(burst);
        Self(RateLimiter::new(quota, DashMapStateStore::default(), Ours(Arc::clone(clock))))
    }

    fn check(&self, key: Key) -> Result<(), Problem> {
        if self.0.len() >= KEYS_MAX {
            self.0.retain_recent();
        }
        let key = if self.0.len() >= KEYS_MAX { Key::default() } else { key };
        self.0.check_key(&key).map_err(|refused| {
            // In whole seconds, and never none.
            let wait = refused.wait_time_from(self.0.clock().now());
            Problem::TooMany(Duration::from_secs(wait.as_secs() + 1))
        })
    }
}

/// Every limit.
#[derive(Debug)]
pub(crate) struct Throttles {
    addresses: Throttle,
    accounts: Throttle,
    second_factors: Throttle,
    runs: Throttle,
}

fn key(kind: &str, value: &str) -> Key {
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(value).finalize();
    let mut key = Key::default();
    key.copy_from_slice(&hash[..16]);
    key
}

impl Throttles {
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            // A team behind one address may all sign in at nine.
            addresses: Throttle::new(clock, 20, Duration::from_secs(6)),
            // Ten guesses at once and one a minute after that: 1,450 a day against a password of twelve characters.
            accounts: Throttle::new(clock, 10, Duration::from_secs(60)),
            // Six digits: five at once and one each half minute leave a guesser 0.3 % a day, and no code is good twice.
            second_factors: Throttle::new(clock, 5, Duration::from_secs(30)),
            // Runs beside the rhythm: a person who looks again and again, and no load on the target.
            runs: Throttle::new(clock, 3, Duration::from_secs(5)),
        }
    }

    /// An attempt from an address. Of an IPv6 address the network counts: whoever has one address of it has them all.
    pub(crate) fn address(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        let text = match address {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => address.to_string(),
                None => format!("{:x?}", &address.segments()[..4]),
            },
        };
        self.addresses.check(key("address", &text))
    }

    /// An attempt at the account of this name, whether there is one or not.
    pub(crate) fn account(&self, name: &str) -> Result<(), Problem> {
        self.accounts.check(key("account", name))
    }

    /// A run of a probe beside its rhythm.
    pub(crate) fn probe(&self, slug: &str) -> Result<(), Problem> {
        self.runs.check(key("probe", slug))
    }

    /// An attempt at the second factor of an account.
    pub(crate) fn second_factor(&self, account: i64) -> Result<(), Problem> {
        self.second_factors.check(key("second-factor", &account.to_string()))
    }
}
