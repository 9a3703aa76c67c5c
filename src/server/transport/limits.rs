//! How much the service takes from its clients, and how long it waits for them.
//!
//! Made from the settings by `devarch serve`, and by tests. It must never be changed while the service runs.

use std::time::Duration;

use ipnet::IpNet;

/// TransportLimits of connections and requests.
#[derive(Clone, Debug)]
pub struct TransportLimits {
    /// Most connections at a time; then those that wait longest make room. Each may cost some 40 KiB.
    pub connections: usize,
    /// Most requests that run at a time; others are answered with 503.
    pub in_flight: usize,
    /// For a request's line and headers, and for the first byte of a new connection.
    pub head: Duration,
    /// For a request's body, from the end of its headers.
    pub body: Duration,
    /// Until the next request on a connection.
    pub idle: Duration,
    /// For a client that takes nothing of its answer.
    pub write: Duration,
    /// For running requests, once the service stops.
    pub grace: Duration,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for TransportLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            in_flight: 256,
            head: Duration::from_secs(10),
            body: Duration::from_secs(15),
            idle: Duration::from_secs(60),
            write: Duration::from_secs(30),
            grace: Duration::from_secs(20),
            trusted_proxies: Vec::new(),
        }
    }
}
