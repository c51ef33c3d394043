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

/// Addresses and accounts that are kept apart; beyond that, until some are forgotten again, all share one.
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
    guesses: Throttle,
    accounts: Throttle,
    second_factors: Throttle,
    confirmations: Throttle,
    keys: Throttle,
    refusals: Throttle,
    runs: Throttle,
}

fn key(kind: &str, value: &str) -> Key {
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(value).finalize();
    let mut key = Key::default();
    key.copy_from_slice(&hash[..16]);
    key
}

/// An address as it is counted. Of an IPv6 address the network counts: whoever has one address of it has them all.
fn network(address: Option<IpAddr>) -> String {
    match address {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => format!("{:x?}", &address.segments()[..4]),
        },
    }
}

impl Throttles {
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        let limit = |burst, every_s| Throttle::new(clock, burst, Duration::from_secs(every_s));
        Self {
            // A team behind one address may all sign in at nine.
            addresses: limit(20, 6),
            // From one network at one account: ten guesses at once and one a minute after that.
            guesses: limit(10, 60),
            // From everywhere at one account: wide, so that a stranger cannot keep its owner out, and still only 8,700 guesses a day
            // against a password of twelve characters.
            accounts: limit(100, 10),
            // Six digits, of which three codes are good at a time: five at once and one each five minutes are 0.1 % a day.
            second_factors: limit(5, 300),
            // Somebody who is signed in and shows once more who they are.
            confirmations: limit(5, 60),
            // Keys that are not good: a script that was forgotten must not keep people from signing in.
            keys: limit(20, 6),
            // Rows of refused sign-ins in the log, which nothing deletes: the first ones, then one an hour.
            refusals: limit(5, 3600),
            // Runs beside the rhythm: a person who looks again and again, and no load on the target.
            runs: limit(3, 5),
        }
    }

    /// An attempt from an address.
    pub(crate) fn address(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.addresses.check(key("address", &network(address)))
    }

    /// A guess at the account of this name, whether there is one or not.
    pub(crate) fn guess(&self, name: &str, address: Option<IpAddr>) -> Result<(), Problem> {
        self.guesses.check(key("guess", &format!("{name}\0{}", network(address))))?;
        self.accounts.check(key("account", name))
    }

    /// An attempt at the second factor of an account.
    pub(crate) fn second_factor(&self, account: i64) -> Result<(), Problem> {
        self.second_factors.check(key("second-factor", &account.to_string()))
    }

    /// Somebody who is signed in shows their password once more.
    pub(crate) fn confirmation(&self, account: i64) -> Result<(), Problem> {
        self.confirmations.check(key("confirmation", &account.to_string()))
    }

    /// A key that is not good, from an address.
    pub(crate) fn wrong_key(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.keys.check(key("key", &network(address)))
    }

    /// True when a refused sign-in at an account still gets a row in the log.
    pub(crate) fn may_note_refusal(&self, account: i64) -> bool {
        self.refusals.check(key("refusal", &account.to_string())).is_ok()
    }

    /// A test of a channel.
    pub(crate) fn channel(&self, slug: &str) -> Result<(), Problem> {
        self.runs.check(key("channel", slug))
    }

    /// A run of a probe beside its rhythm.
    pub(crate) fn probe(&self, slug: &str) -> Result<(), Problem> {
        self.runs.check(key("probe", slug))
    }
}

#[cfg(test)]
mod tests {
    use probe::clock::{SystemClock, Waiting};

    use super::*;

    /// Stands still.
    #[derive(Debug)]
    struct Still(SystemClock);

    impl Clock for Still {
        fn now(&self) -> domain::time::Timestamp {
            self.0.now()
        }

        fn elapsed(&self) -> Duration {
            Duration::from_secs(1_000_000)
        }

        fn sleep_until(&self, moment: Duration) -> Waiting {
            self.0.sleep_until(moment)
        }
    }

    fn throttles() -> Throttles {
        let clock: Arc<dyn Clock> = Arc::new(Still(SystemClock::default()));
        Throttles::new(&clock)
    }

    #[test]
    fn a_stranger_cannot_keep_an_owner_out() {
        let (throttles, stranger) = (throttles(), Some(IpAddr::from([203, 0, 113, 9])));
        let tried = (0..100).take_while(|_| throttles.guess("mika", stranger).is_ok()).count();
        assert_eq!(tried, 10);
        assert!(matches!(throttles.guess("mika", stranger), Err(Problem::TooMany(_))));
        assert!(throttles.guess("mika", Some(IpAddr::from([198, 51, 100, 7]))).is_ok());
        assert!(throttles.confirmation(1).is_ok());
    }

    #[test]
    fn of_an_ipv6_address_the_network_counts() {
        let throttles = throttles();
        let of = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]));
        let tried = (0..100).take_while(|last| throttles.address(of(*last)).is_ok()).count();
        assert_eq!(tried, 20);
        assert!(throttles.address(Some(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]))).is_ok());
    }
}
