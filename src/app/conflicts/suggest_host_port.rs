//! Finds a free host port.
//!
//! Called by the resolver of `suggestHostPort`. It must not reserve the port; another client may take it next.

use std::collections::HashSet;

use crate::{
    app::{App, conflicts::claim::Resource},
    db::queries::claims::{self, PortRange},
    error::{Error, Result},
    kinds::{Port, Protocol},
};

/// The first port that is not privileged. Privileged ports are suggested only if the client asks near one.
const FIRST_UNPRIVILEGED_PORT: i32 = 1024;
const LAST_PORT: i32 = 65535;
/// The number of ports in the first range to search. Each further range is twice as large.
const INITIAL_RANGE_SIZE: i32 = 1000;

impl App {
    /// Returns the closest free port from `near` upwards, or else downwards; `None` if all are taken. Reserved ports count as
    /// taken.
    pub async fn suggest_host_port(&self, near: i32, protocol: Protocol) -> Result<Option<i32>> {
        if !(1..=LAST_PORT).contains(&near) {
            return Err(Error::bad_request(format!("`near` is a port, 1 to {LAST_PORT}, not {near}.")));
        }
        let mut size = INITIAL_RANGE_SIZE;
        let mut first = near;
        while first <= LAST_PORT {
            let last = first.saturating_add(size - 1).min(LAST_PORT);
            let range = PortRange { first, last, protocol };
            if let Some(free) = self.first_free(range, (first..=last).collect()).await? {
                return Ok(Some(free));
            }
            (first, size) = (last + 1, size * 2);
        }
        let lowest = if near < FIRST_UNPRIVILEGED_PORT { 1 } else { FIRST_UNPRIVILEGED_PORT };
        let mut size = INITIAL_RANGE_SIZE;
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

    /// Returns the first of `numbers`, the ports of the range, that no instance claims. Runs at most five statements.
    async fn first_free(&self, range: PortRange, mut numbers: Vec<i32>) -> Result<Option<i32>> {
        numbers.retain(|number| !self.reserved_ports.contains(*number));
        let db = &self.reader();
        let named: HashSet<i32> = claims::named_host_ports(db, range).await?.into_iter().collect();
        // The first port that no row names is free for certain. An earlier one is free only if no row that names it is
        // in effect.
        let unnamed = numbers.iter().position(|number| !named.contains(number)).unwrap_or(numbers.len());
        let before = &numbers[..unnamed];
        let (Some(first), Some(last)) = (before.iter().min(), before.iter().max()) else {
            return Ok(numbers.first().copied());
        };
        let candidates = claims::by_host_port_range(db, PortRange { first: *first, last: *last, ..range }).await?;
        let mut taken = HashSet::new();
        if !candidates.is_empty() {
            let rules = self.rules_of(&self.reader(), &candidates).await?;
            for claim in self
                .claims::<Port>(&self.reader(), &candidates, &rules)
                .await?
                .values()
                .flat_map(|claims| claims.iter())
            {
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
