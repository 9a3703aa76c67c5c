//! Wrong keys, counted for each address: who tries many has to wait.
//!
//! Used by the doorkeeper. It must never grow without bound, whoever tries.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::server::client_address::network;

/// Wrong keys that an address may show in a while.
const ALLOWED: u32 = 20;
/// That while, in seconds.
const WHILE: i64 = 60;
/// Most addresses that are remembered.
const MOST: usize = 10_000;

/// The wrong keys of one address.
#[derive(Clone, Copy)]
struct Tried {
    since: DateTime<Utc>,
    times: u32,
}

impl Tried {
    /// Seconds until they are forgotten.
    fn left(self, now: DateTime<Utc>) -> i64 {
        (self.since + TimeDelta::seconds(WHILE) - now).num_milliseconds().div_euclid(1000) + 1
    }

    fn is_past(self, now: DateTime<Utc>) -> bool {
        now - self.since >= TimeDelta::seconds(WHILE)
    }
}

/// Wrong keys by address.
#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<Option<IpAddr>, Tried>>);

impl Attempts {
    /// How many seconds an address has to wait before it may show a key again, if it has to.
    pub(super) fn wait(&self, from: Option<IpAddr>, now: DateTime<Utc>) -> Option<i64> {
        let tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = tried.get(&from.map(network)).filter(|tried| tried.times >= ALLOWED && !tried.is_past(now))?;
        Some(tried.left(now).clamp(1, WHILE))
    }

    /// Notes a wrong key.
    pub(super) fn failed(&self, from: Option<IpAddr>, now: DateTime<Utc>) {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = from.map(network);
        if tried.len() >= MOST && !tried.contains_key(&from) {
            tried.retain(|_, tried| !tried.is_past(now));
            if tried.len() >= MOST {
                // All are recent: the oldest one is forgotten.
                let oldest = tried.iter().min_by_key(|(_, tried)| tried.since).map(|(from, _)| *from);
                oldest.map(|oldest| tried.remove(&oldest));
            }
        }
        let known = tried.entry(from).or_insert(Tried { since: now, times: 0 });
        if known.is_past(now) {
            *known = Tried { since: now, times: 0 };
        }
        known.times = known.times.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    #[test]
    fn an_address_waits_after_many_wrong_keys_and_is_forgiven() {
        let attempts = Attempts::default();
        let from = Some("2001:db8::1".parse().unwrap());
        for n in 0..i64::from(ALLOWED) {
            assert_eq!(attempts.wait(from, at(n)), None);
            attempts.failed(from, at(n));
        }
        assert!(attempts.wait(from, at(20)).is_some_and(|left| (1..=WHILE).contains(&left)));
        assert!(attempts.wait(Some("2001:db8::2".parse().unwrap()), at(20)).is_some(), "the same network");
        assert_eq!(attempts.wait(Some("2001:db8:0:1::1".parse().unwrap()), at(20)), None);
        assert_eq!(attempts.wait(Some("192.0.2.1".parse().unwrap()), at(20)), None);
        assert_eq!(attempts.wait(from, at(WHILE)), None);
        attempts.failed(from, at(WHILE));
        assert_eq!(attempts.wait(from, at(WHILE)), None);
    }

    #[test]
    fn many_addresses_are_not_remembered_for_ever() {
        let attempts = Attempts::default();
        for n in 0..u32::try_from(MOST + 50).unwrap() {
            attempts.failed(Some(IpAddr::V4(n.into())), at(i64::from(n) / 1000));
        }
        assert_eq!(attempts.0.lock().unwrap().len(), MOST);
    }
}
