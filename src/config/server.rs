//! Settings of the HTTP server: connections, requests, proxies and pages of other origins.
//!
//! Part of the settings, used by `devarch serve`. It must not start anything.

use std::time::Duration;

use clap::Args;
use ipnet::IpNet;

use super::{Audience, Audiences, Endpoint, HostName, Origin};

/// Limits of connections and requests.
#[derive(Clone, Debug, Args)]
pub struct ServerLimits {
    /// Most connections at a time, 1 to 65535. Then the one that waits longest for its client makes room for a new one.
    #[arg(
        long,
        env = "DEVARCH_MAX_CONNECTIONS",
        default_value_t = 1024,
        global = true,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub max_connections: u16,

    /// Most requests that run at a time, 1 to 65535. Others are answered with 503.
    #[arg(
        long,
        env = "DEVARCH_MAX_REQUESTS",
        default_value_t = 256,
        global = true,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub max_requests: u16,

    /// Most open subscriptions, 0 to 1000000. Further ones are refused.
    #[arg(
        long,
        env = "DEVARCH_MAX_SUBSCRIPTIONS",
        default_value_t = 10_000,
        global = true,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(..=1_000_000)
    )]
    pub max_subscriptions: u32,

    /// Most open subscriptions and running operations of one WebSocket, 1 to 10000.
    #[arg(
        long,
        env = "DEVARCH_MAX_SUBSCRIPTIONS_PER_CONNECTION",
        default_value_t = 100,
        global = true,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    pub max_subscriptions_per_connection: u32,

    /// Memory for kept answers, in MiB; 0 keeps none. An answer is kept until something of its stack, or a template,
    /// changes; that is asked of the database each time.
    #[arg(
        long,
        env = "DEVARCH_ANSWER_CACHE",
        default_value_t = 16,
        global = true,
        value_name = "MIB",
        value_parser = clap::value_parser!(u64).range(..=65_536)
    )]
    pub answer_cache: u64,

    /// Seconds for a request's line and headers, 1 to 3600.
    #[arg(
        long,
        env = "DEVARCH_HEADER_TIMEOUT",
        default_value_t = 10,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    header_timeout: u64,

    /// Seconds for a request's body, 1 to 3600.
    #[arg(
        long,
        env = "DEVARCH_BODY_TIMEOUT",
        default_value_t = 15,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    body_timeout: u64,

    /// Seconds that a connection may wait for its next request, 1 to 3600.
    #[arg(
        long,
        env = "DEVARCH_IDLE_TIMEOUT",
        default_value_t = 60,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    idle_timeout: u64,

    /// Origins of pages on other sites that may ask from a browser, such as https://dashboard.example, or * for all.
    #[arg(
        long = "cors-origin",
        env = "DEVARCH_CORS_ORIGIN",
        global = true,
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub cors_origins: Vec<Origin>,

    /// Hosts for which the service answers while no API key is required, beside localhost, loopback addresses and the
    /// address it listens on, such as devarch.example; without ports. May be given several times, or with commas.
    #[arg(
        long = "allowed-host",
        env = "DEVARCH_ALLOWED_HOST",
        global = true,
        value_name = "HOST",
        value_delimiter = ','
    )]
    pub allowed_hosts: Vec<HostName>,

    /// For whom `__schema` and `__type` are there: open (every client), keys (every valid API key), at least
    /// reader, editor or admin, or off.
    #[arg(
        long,
        env = "DEVARCH_INTROSPECTION",
        default_value_t = Audience::Open,
        global = true,
        value_name = "AUDIENCE"
    )]
    introspection: Audience,

    /// For whom the dashboard at /, GraphiQL at /graphiql and their files are there: open (every client), keys (every valid API key), at least
    /// reader, editor or admin, or off.
    #[arg(long, env = "DEVARCH_PAGES", default_value_t = Audience::Open, global = true, value_name = "AUDIENCE")]
    pages: Audience,

    /// For whom /schema.graphql is there: open, keys, reader, editor, admin or off.
    #[arg(
        long,
        env = "DEVARCH_SCHEMA_ROUTE",
        default_value_t = Audience::Open,
        global = true,
        value_name = "AUDIENCE"
    )]
    schema_route: Audience,

    /// For whom /metrics is there: open, keys, reader, editor, admin or off.
    #[arg(long, env = "DEVARCH_METRICS", default_value_t = Audience::Open, global = true, value_name = "AUDIENCE")]
    metrics: Audience,

    /// Networks of reverse proxies whose `X-Forwarded-For` is believed, such as 10.0.0.0/8,::1/128.
    #[arg(
        long = "trusted-proxy",
        env = "DEVARCH_TRUSTED_PROXY",
        global = true,
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<IpNet>,

    /// OpenTelemetry collector that gets a trace of each request, over OTLP/HTTP, such as http://127.0.0.1:4318. Other
    /// variables of the standard are read too, such as OTEL_EXPORTER_OTLP_HEADERS. Needs a build with the feature `otel`.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", global = true, value_name = "URL")]
    pub otel_endpoint: Option<Endpoint>,

    /// What the collector calls this service.
    #[arg(long, env = "OTEL_SERVICE_NAME", default_value = "devarch", global = true, value_name = "NAME")]
    pub otel_service_name: String,
}

impl ServerLimits {
    /// Time for a request's line and headers.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout)
    }

    /// Time for a request's body.
    pub fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout)
    }

    /// The audience of each part of the service.
    pub fn audiences(&self) -> Audiences {
        let &Self { introspection, pages, schema_route, metrics, .. } = self;
        Audiences { introspection, pages, schema_route, metrics }
    }

    /// Time for a connection to wait for its next request.
    pub fn idle_timeout(&self) -> Duration {
        Duration::from_secs(self.idle_timeout)
    }
}
