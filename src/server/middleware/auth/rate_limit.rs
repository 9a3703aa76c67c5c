//! The rate limit of wrong API keys, counted for each client address.
//!
//! Used by the authenticator, which calls it only after a key was looked up and not found: a valid key is never refused
//! here. It must not grow without bound.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter as KeyedLimiter, clock::Clock as GovernorClock, middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};

use crate::{clock::Clock, server::middleware::client_address::network};

/// Wrong keys that an address may send at once; after that, one a minute.
const BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// The longest time to wait, in seconds.
const MAX_WAIT: u64 = 60;
/// Most addresses that are counted separately. All others share one allowance.
const MAX_ADDRESSES: usize = 10_000;

/// What a wrong key means for its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The address has not reached the limit.
    Within,
    /// The address is beyond the limit, and the log has not said so for a minute; the seconds to wait.
    First(u64),
    /// The address is beyond the limit; the seconds to wait.
    Beyond(u64),
}

type ByAddress =
    KeyedLimiter<Option<IpAddr>, HashMapStateStore<Option<IpAddr>>, ServiceClock, NoOpMiddleware<Duration>>;

/// The wrong keys of each address.
pub(super) struct RateLimiter {
    clock: ServiceClock,
    failures: ByAddress,
    /// Limits the warnings in the log.
    warnings: ByAddress,
}

impl RateLimiter {
    /// A rate limiter that has not counted anything.
    pub(super) fn new(clock: Clock) -> Self {
        let clock = ServiceClock(clock);
        let limiter = |burst| {
            let quota = Quota::per_minute(NonZeroU32::MIN).allow_burst(burst);
            KeyedLimiter::hashmap_with_clock(quota, clock.clone())
        };
        Self { failures: limiter(BURST), warnings: limiter(NonZeroU32::MIN), clock }
    }

    /// Counts a wrong key; `from` is `None` where the address is unknown.
    pub(super) fn failed(&self, from: Option<IpAddr>) -> Verdict {
        let from = from.map(network);
        let Err(refused) = self.failures.check_key(&slot(&self.failures, from)) else { return Verdict::Within };
        let seconds = (refused.wait_time_from(self.clock.now()).as_secs() + 1).min(MAX_WAIT);
        match self.warnings.check_key(&slot(&self.warnings, from)) {
            Ok(()) => Verdict::First(seconds),
            Err(_) => Verdict::Beyond(seconds),
        }
    }
}

/// The key under which an address is counted: its own, or the shared one if there are too many addresses already.
fn slot(limiter: &ByAddress, from: Option<IpAddr>) -> Option<IpAddr> {
    if limiter.len() >= MAX_ADDRESSES {
        limiter.retain_recent();
    }
    from.filter(|_| limiter.len() < MAX_ADDRESSES)
}

/// The clock of the service, as the time since the epoch.
#[derive(Clone)]
struct ServiceClock(Clock);

impl GovernorClock for ServiceClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.now().signed_duration_since(chrono::DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use chrono::DateTime;

    use crate::server::middleware::auth::rate_limit::*;

    /// A rate limiter, and the clock it runs by, in milliseconds.
    fn rate_limiter() -> (RateLimiter, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(1_700_000_000_000));
        let clock = Arc::clone(&now);
        let clock = Clock::from_fn(move || DateTime::from_timestamp_millis(clock.load(Ordering::Relaxed)).unwrap());
        (RateLimiter::new(clock), now)
    }

    #[test]
    fn an_address_waits_after_many_wrong_keys_and_is_forgiven() {
        let (rate_limit, clock) = rate_limiter();
        let from = Some("2001:db8::1".parse().unwrap());
        for _ in 0..BURST.get() {
            assert_eq!(rate_limit.failed(from), Verdict::Within);
            clock.fetch_add(1000, Ordering::Relaxed);
        }
        assert_eq!(rate_limit.failed(from), Verdict::First(41));
        let same_network = Some("2001:db8::2".parse().unwrap());
        assert_eq!(rate_limit.failed(same_network), Verdict::Beyond(41));
        assert_eq!(rate_limit.failed(Some("2001:db8:0:1::1".parse().unwrap())), Verdict::Within);
        assert_eq!(rate_limit.failed(Some("192.0.2.1".parse().unwrap())), Verdict::Within);
        assert_eq!(rate_limit.failed(None), Verdict::Within);
        clock.fetch_add(40_000, Ordering::Relaxed);
        assert_eq!(rate_limit.failed(from), Verdict::Within);
        assert_eq!(rate_limit.failed(from), Verdict::Beyond(60), "one for each period");
        clock.fetch_add(20 * 60_000, Ordering::Relaxed);
        for _ in 0..BURST.get() {
            assert_eq!(rate_limit.failed(from), Verdict::Within, "everything is forgiven");
        }
        assert_eq!(rate_limit.failed(from), Verdict::First(60));
    }

    #[test]
    fn many_addresses_are_not_remembered_for_ever() {
        let (rate_limit, clock) = rate_limiter();
        let many = u32::try_from(MAX_ADDRESSES + 50).unwrap();
        for n in 0..many {
            rate_limit.failed(Some(IpAddr::V4(n.into())));
            clock.fetch_add(1, Ordering::Relaxed);
        }
        assert_eq!(rate_limit.failures.len(), MAX_ADDRESSES + 1, "and the shared one");
        let other = Some("203.0.113.9".parse().unwrap());
        assert!(matches!(rate_limit.failed(other), Verdict::First(_)), "the others share one allowance");
        clock.fetch_add(110_000, Ordering::Relaxed);
        assert_eq!(rate_limit.failed(other), Verdict::Within, "as soon as some are forgotten it has its own");
        assert!(rate_limit.failures.len() < MAX_ADDRESSES);
    }
}
