//! A host port that nobody claims. Nothing is written, so it can be taken by the time it is used.

use std::{collections::HashSet, ops::RangeInclusive};

use super::{App, effective};
use crate::{
    db::claims,
    error::{Error, Result},
    kinds::{Port, Protocol},
};

/// How many numbers are looked at with one question to the database.
const WINDOW: i32 = 1000;
/// Below it, ports are for those who may.
const PRIVILEGED: i32 = 1024;

impl App {
    /// The port at or above `near` that is closest to it and that no live instance claims, enabled or not, on any
    /// address; else the closest below. Ports below 1024 only for who asks near them.
    pub async fn suggest_host_port(&self, near: i32, protocol: Protocol) -> Result<Option<i32>> {
        if !(1..=65535).contains(&near) {
            return Err(Error::bad_request(format!("near is a port, 1 to 65535, not {near}.")));
        }
        let mut from = near;
        while from <= 65535 {
            let to = from.saturating_add(WINDOW - 1).min(65535);
            let claimed = self.claimed(from..=to, protocol).await?;
            if let Some(free) = (from..=to).find(|port| !claimed.contains(port)) {
                return Ok(Some(free));
            }
            from = to + 1;
        }
        let least = if near < PRIVILEGED { 1 } else { PRIVILEGED };
        let mut to = near - 1;
        while to >= least {
            let from = (to - WINDOW + 1).max(least);
            let claimed = self.claimed(from..=to, protocol).await?;
            if let Some(free) = (from..=to).rev().find(|port| !claimed.contains(port)) {
                return Ok(Some(free));
            }
            to = from - 1;
        }
        Ok(None)
    }

    /// The host ports of a range that are claimed.
    async fn claimed(&self, range: RangeInclusive<i32>, protocol: Protocol) -> Result<HashSet<i32>> {
        let db = self.db.reader();
        let instances = claims::of_host_ports(db, *range.start(), *range.end()).await?;
        let mut claimed = HashSet::new();
        for ports in effective::load::<Port>(db, &instances).await? {
            let merged = ports.merge();
            let ports = merged.values().into_iter().filter(|port| port.protocol == protocol);
            claimed.extend(ports.filter_map(|port| port.host_port.fixed()));
        }
        Ok(claimed)
    }
}
