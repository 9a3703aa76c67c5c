//! Limits on connections and concurrent requests, and timeouts.
//!
//! Made from the settings by `devarch serve`, and by tests. They must not change while the service runs.

use std::time::Duration;

use ipnet::IpNet;

/// Limits on connections and concurrent requests, and timeouts.
#[derive(Clone, Debug)]
pub struct TransportLimits {
    /// Most open connections; a further one evicts one that waits. Each may take some 40 KiB.
    pub connections: usize,
    /// Most concurrent requests; others are answered with 503.
    pub in_flight: usize,
    /// Timeout of a request's line and headers, and of the first byte on a new connection.
    pub head: Duration,
    /// Timeout of a request's body, from the end of its headers.
    pub body: Duration,
    /// Timeout until the next request on a connection.
    pub idle: Duration,
    /// Timeout of a client that takes no byte of its response.
    pub write: Duration,
    /// How long running requests may take once the service stops.
    pub grace: Duration,
    /// Networks of proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for TransportLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            in_flight: 256,
            head: Duration::from_secs(10),
            body: Duration::from_secs(15),
            idle: Duration::from_mins(1),
            write: Duration::from_secs(30),
            grace: Duration::from_secs(20),
            trusted_proxies: Vec::new(),
        }
    }
}
