//! Finds a free host port.
//!
//! Called by the resolver of `suggestHostPort`. It must not reserve the port; another client may take it next.

use crate::{
    app::App,
    db::queries::claims::free_ports,
    error::{Error, Result},
    kinds::Protocol,
};

/// The first port that is not privileged. Privileged ports are suggested only if the client asks near one.
const FIRST_UNPRIVILEGED_PORT: i32 = 1024;
const LAST_PORT: i32 = 65535;
/// The number of ports in the first range to search. Each further range is four times as large.
const INITIAL_RANGE_SIZE: i32 = 100;

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
            if let Some(free) = self.first_free(protocol, (first..=last).collect()).await? {
                return Ok(Some(free));
            }
            (first, size) = (last + 1, size * 4);
        }
        let lowest = if near < FIRST_UNPRIVILEGED_PORT { 1 } else { FIRST_UNPRIVILEGED_PORT };
        let mut size = INITIAL_RANGE_SIZE;
        let mut last = near - 1;
        while last >= lowest {
            let first = (last - size + 1).max(lowest);
            if let Some(free) = self.first_free(protocol, (first..=last).rev().collect()).await? {
                return Ok(Some(free));
            }
            (last, size) = (first - 1, size * 4);
        }
        Ok(None)
    }

    /// Returns the first of `numbers` that no instance claims. Runs one statement.
    async fn first_free(&self, protocol: Protocol, mut numbers: Vec<i32>) -> Result<Option<i32>> {
        numbers.retain(|number| !self.reserved_ports.contains(*number));
        if numbers.is_empty() {
            return Ok(None);
        }
        let place = free_ports::first_free(&self.reader(), &numbers, protocol).await?;
        Ok(place.and_then(|place| numbers.get(place).copied()))
    }
}
