//! Finding a free host port.
//!
//! Called by the resolver of `suggestHostPort`. It must never reserve anything: somebody else may take the port next.

use std::collections::HashSet;

use crate::{
    app::{App, conflicts::claim::Resource},
    db::queries::claims::{self, PortRange},
    error::{Error, Result},
    kinds::{Port, Protocol},
};

/// Below it are the ports of the system, suggested only when one of them is asked for.
const FIRST_ORDINARY: i32 = 1024;
const LAST: i32 = 65535;
/// How many numbers are looked at first; then twice as many, and so on.
const WINDOW: i32 = 1000;

impl App {
    /// The free port closest to `near` from there upwards, else from there downwards; none when all are taken.
    pub async fn suggest_host_port(&self, near: i32, protocol: Protocol) -> Result<Option<i32>> {
        if !(1..=LAST).contains(&near) {
            return Err(Error::bad_request(format!("`near` is a port, 1 to {LAST}, not {near}.")));
        }
        let mut size = WINDOW;
        let mut first = near;
        while first <= LAST {
            let last = first.saturating_add(size - 1).min(LAST);
            let range = PortRange { first, last, protocol };
            if let Some(free) = self.first_free(range, (first..=last).collect()).await? {
                return Ok(Some(free));
            }
            (first, size) = (last + 1, size * 2);
        }
        let lowest = if near < FIRST_ORDINARY { 1 } else { FIRST_ORDINARY };
        let mut size = WINDOW;
        let mut last = near - 1;
        while last >= lowest {
            let first = (last - size + 1).max(lowest);
            let range = PortRange { first, last, protocol };
            if let Some(free) = self.first_free(range, (first..=last).rev().collect()).await? {
                return Ok(Some(free));
            }
            (last, size) = (first - 1, size * 2);
        }
        Ok(None)
    }

    /// The first of `numbers`, which are those of the range, that nobody claims: at most five statements.
    async fn first_free(&self, range: PortRange, numbers: Vec<i32>) -> Result<Option<i32>> {
        let db = &self.reader();
        let named: HashSet<i32> = claims::named_host_ports(db, range).await?.into_iter().collect();
        // A number that no row names is free; those before it are only when no row that names them is in effect.
        let unnamed = numbers.iter().position(|number| !named.contains(number)).unwrap_or(numbers.len());
        let before = &numbers[..unnamed];
        let (Some(first), Some(last)) = (before.iter().min(), before.iter().max()) else {
            return Ok(numbers.first().copied());
        };
        let candidates = claims::by_host_port_range(db, PortRange { first: *first, last: *last, ..range }).await?;
        let mut taken = HashSet::new();
        if !candidates.is_empty() {
            let rules = self.rules_of(&candidates).await?;
            for claim in self.claims::<Port>(&candidates, &rules).await?.values().flat_map(|claims| claims.iter()) {
                if let Resource::HostPort { number, protocol } = claim.resource
                    && protocol == range.protocol
                {
                    taken.insert(number);
                }
            }
        }
        Ok(numbers.into_iter().find(|number| !taken.contains(number)))
    }
}
