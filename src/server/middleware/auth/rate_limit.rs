//! Wrong keys, counted for each address: an address that shows many is told to wait. Only keys that were looked up and not
//! found are counted, so a valid one is never kept out.
//!
//! Used by the authenticator. It must never grow without bound, whoever tries.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::server::middleware::client_address::network;

/// Wrong keys that an address may show in a while.
const MAX_FAILURES: u32 = 20;
/// That while, in seconds.
const WINDOW: i64 = 60;
/// Most addresses that are remembered.
const MAX_ADDRESSES: usize = 10_000;

/// The wrong keys of one address.
#[derive(Clone, Copy)]
struct Failures {
    since: DateTime<Utc>,
    times: u32,
}

impl Failures {
    /// Seconds until they are forgotten.
    fn left(self, now: DateTime<Utc>) -> i64 {
        (self.since + TimeDelta::seconds(WINDOW) - now).num_milliseconds().div_euclid(1000) + 1
    }

    fn is_past(self, now: DateTime<Utc>) -> bool {
        now - self.since >= TimeDelta::seconds(WINDOW)
    }
}

/// What a wrong key means for its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is one of those that may happen.
    Within,
    /// It is the first of too many; how many seconds to wait.
    First(i64),
    /// There have been too many already; how many seconds to wait.
    Beyond(i64),
}

/// Wrong keys by address.
#[derive(Default)]
pub(super) struct RateLimiter(Mutex<HashMap<Option<IpAddr>, Failures>>);

impl RateLimiter {
    /// Notes a wrong key.
    pub(super) fn failed(&self, from: Option<IpAddr>, now: DateTime<Utc>) -> Verdict {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = from.map(network);
        if tried.len() >= MAX_ADDRESSES && !tried.contains_key(&from) {
            tried.retain(|_, tried| !tried.is_past(now));
            if tried.len() >= MAX_ADDRESSES {
                // All are recent: the oldest one is forgotten.
                let oldest = tried.iter().min_by_key(|(_, tried)| tried.since).map(|(from, _)| *from);
                oldest.map(|oldest| tried.remove(&oldest));
            }
        }
        let known = tried.entry(from).or_insert(Failures { since: now, times: 0 });
        if known.is_past(now) {
            *known = Failures { since: now, times: 0 };
        }
        known.times = known.times.saturating_add(1);
        let seconds = known.left(now).clamp(1, WINDOW);
        match known.times {
            ..=MAX_FAILURES => Verdict::Within,
            times if times == MAX_FAILURES + 1 => Verdict::First(seconds),
            _ => Verdict::Beyond(seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::auth::rate_limit::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    #[test]
    fn an_address_waits_after_many_wrong_keys_and_is_forgiven() {
        let rate_limit = RateLimiter::default();
        let from = Some("2001:db8::1".parse().unwrap());
        for n in 0..i64::from(MAX_FAILURES) {
            assert_eq!(rate_limit.failed(from, at(n)), Verdict::Within);
        }
        assert_eq!(rate_limit.failed(from, at(20)), Verdict::First(41));
        let same_network = Some("2001:db8::2".parse().unwrap());
        assert_eq!(rate_limit.failed(same_network, at(20)), Verdict::Beyond(41));
        assert_eq!(rate_limit.failed(Some("2001:db8:0:1::1".parse().unwrap()), at(20)), Verdict::Within);
        assert_eq!(rate_limit.failed(Some("192.0.2.1".parse().unwrap()), at(20)), Verdict::Within);
        assert_eq!(rate_limit.failed(from, at(WINDOW)), Verdict::Within);
    }

    #[test]
    fn many_addresses_are_not_remembered_for_ever() {
        let rate_limit = RateLimiter::default();
        for n in 0..u32::try_from(MAX_ADDRESSES + 50).unwrap() {
            rate_limit.failed(Some(IpAddr::V4(n.into())), at(i64::from(n) / 1000));
        }
        assert_eq!(rate_limit.0.lock().unwrap().len(), MAX_ADDRESSES);
    }
}
