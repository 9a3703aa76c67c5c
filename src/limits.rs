//! Limits on requests, and timeouts of the database: their settings, and the defaults.
//!
//! Read by the server, the validation of documents, and the database layer. It must not enforce a limit itself.

use std::time::Duration;

use clap::Args;

/// Limits of a GraphQL request.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits of a request")]
pub struct Limits {
    /// Most bytes of a request's body. A config file of 1 MiB with every byte escaped fits into the default.
    #[arg(
        long,
        env = "DEVARCH_MAX_BODY",
        default_value_t = Limits::DEFAULT.max_body,
        global = true,
        value_name = "BYTES"
    )]
    pub max_body: usize,

    /// Most bytes of the body of a request that imports Compose files.
    #[arg(
        long,
        env = "DEVARCH_MAX_IMPORT",
        default_value_t = Limits::DEFAULT.max_import,
        global = true,
        value_name = "BYTES"
    )]
    pub max_import: usize,

    /// Most bytes of a document.
    #[arg(
        long,
        env = "DEVARCH_MAX_DOCUMENT",
        default_value_t = Limits::DEFAULT.max_document,
        global = true,
        value_name = "BYTES"
    )]
    pub max_document: usize,

    /// Most tokens of a document: names, values and punctuation.
    #[arg(
        long,
        env = "DEVARCH_MAX_TOKENS",
        default_value_t = Limits::DEFAULT.max_tokens,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_tokens: usize,

    /// Deepest nesting of `{`, `[` and `(` in a document, 1 to 200.
    #[arg(
        long,
        env = "DEVARCH_MAX_NESTING",
        default_value_t = Limits::DEFAULT.max_nesting,
        global = true,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=200)
    )]
    pub max_nesting: u64,

    /// Deepest nesting of fields; those of introspection do not count.
    #[arg(
        long,
        env = "DEVARCH_MAX_DEPTH",
        default_value_t = Limits::DEFAULT.max_depth,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_depth: usize,

    /// Most fields of an operation, with every fragment counted where it is spread.
    #[arg(
        long,
        env = "DEVARCH_MAX_SELECTIONS",
        default_value_t = Limits::DEFAULT.max_selections,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_selections: usize,

    /// Most aliases of an operation, counted in the same way.
    #[arg(
        long,
        env = "DEVARCH_MAX_ALIASES",
        default_value_t = Limits::DEFAULT.max_aliases,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_aliases: usize,

    /// Most directives of an operation, counted in the same way.
    #[arg(
        long,
        env = "DEVARCH_MAX_DIRECTIVES",
        default_value_t = Limits::DEFAULT.max_directives,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_directives: usize,

    /// Most fields at the root of a query.
    #[arg(
        long,
        env = "DEVARCH_MAX_ROOT_FIELDS",
        default_value_t = Limits::DEFAULT.max_root_fields,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_root_fields: usize,

    /// Most changes in a mutation.
    #[arg(
        long,
        env = "DEVARCH_MAX_MUTATIONS",
        default_value_t = Limits::DEFAULT.max_mutations,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_mutations: usize,

    /// Most values that the answer could have: a field in a list counts as often as the page has rows (`first`, `last`,
    /// else 20), in a list without pages as often as that may well be: 500 times in a collection such as the ports.
    #[arg(
        long,
        env = "DEVARCH_MAX_COST",
        default_value_t = Limits::DEFAULT.max_cost,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_cost: u64,

    /// Most values in the JSON of a request, the variables included.
    #[arg(
        long,
        env = "DEVARCH_MAX_VALUES",
        default_value_t = Limits::DEFAULT.max_values,
        global = true,
        value_name = "NUMBER"
    )]
    pub max_values: usize,

    /// Memory that one request may use for the rows it reads and the answer it gives, in MiB, 1 to 65536.
    #[arg(
        long,
        env = "DEVARCH_REQUEST_MEMORY",
        default_value_t = Limits::DEFAULT.request_memory,
        global = true,
        value_name = "MIB",
        value_parser = clap::value_parser!(u64).range(1..=65_536)
    )]
    pub request_memory: u64,

    /// Memory that all requests together may use in this way, in MiB, 1 to 65536. The first 256 KiB of each are not counted.
    #[arg(
        long,
        env = "DEVARCH_MEMORY",
        default_value_t = Limits::DEFAULT.memory,
        global = true,
        value_name = "MIB",
        value_parser = clap::value_parser!(u64).range(1..=65_536)
    )]
    pub memory: u64,

    /// Seconds after which a request that is not done is given up, 1 to 3600. A change that has begun is finished all
    /// the same.
    #[arg(
        long,
        env = "DEVARCH_REQUEST_TIMEOUT",
        default_value_t = Limits::DEFAULT.request_timeout,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub request_timeout: u64,
}

impl Limits {
    /// The default limits.
    pub const DEFAULT: Self = Self {
        max_body: 2_162_688,
        max_import: 16_777_216,
        max_document: 100_000,
        max_tokens: 4000,
        max_nesting: 40,
        max_depth: 12,
        max_selections: 2000,
        max_aliases: 60,
        max_directives: 60,
        max_root_fields: 40,
        max_mutations: 10,
        max_cost: 2_000_000,
        max_values: 40_000,
        request_memory: 64,
        memory: 64,
        request_timeout: 10,
    };

    /// Timeout of a request.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout)
    }

    /// Memory of one request, in bytes.
    pub fn request_memory(&self) -> usize {
        bytes(self.request_memory)
    }

    /// Fails when two limits contradict each other; the message names them.
    pub fn check(&self) -> Result<(), String> {
        let (one, all) = (self.request_memory, self.memory);
        if one <= all {
            return Ok(());
        }
        Err(format!(
            "--request-memory ({one} MiB) is more than --memory ({all} MiB), which all requests share: raise --memory, or \
             lower --request-memory"
        ))
    }

    /// Memory of all requests, in bytes.
    pub fn memory(&self) -> usize {
        bytes(self.memory)
    }
}

fn bytes(mib: u64) -> usize {
    usize::try_from(mib.saturating_mul(1024 * 1024)).unwrap_or(usize::MAX)
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How long the database may take.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Timeouts of the database")]
pub struct DatabaseTimeouts {
    /// Seconds that one statement may take on PostgreSQL, 1 to 3600; the server stops it. Migrations take what they need.
    #[arg(
        long,
        env = "DEVARCH_STATEMENT_TIMEOUT",
        default_value_t = DatabaseTimeouts::DEFAULT.statement_timeout,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub statement_timeout: u64,

    /// Seconds that a statement waits for what another transaction holds, 1 to 3600.
    #[arg(
        long,
        env = "DEVARCH_LOCK_TIMEOUT",
        default_value_t = DatabaseTimeouts::DEFAULT.lock_timeout,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub lock_timeout: u64,

    /// Seconds that a request waits for a free connection, 1 to 3600.
    #[arg(
        long,
        env = "DEVARCH_POOL_TIMEOUT",
        default_value_t = DatabaseTimeouts::DEFAULT.pool_timeout,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub pool_timeout: u64,
}

impl DatabaseTimeouts {
    /// The default timeouts.
    pub const DEFAULT: Self = Self { statement_timeout: 5, lock_timeout: 2, pool_timeout: 2 };

    /// How long a request waits for a free connection.
    pub fn pool_wait(&self) -> Duration {
        Duration::from_secs(self.pool_timeout)
    }
}

impl Default for DatabaseTimeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_may_not_have_more_memory_than_all() {
        let limits = |request_memory, memory| Limits { request_memory, memory, ..Limits::default() };
        assert_eq!(limits(64, 64).check(), Ok(()));
        let refused = limits(100, 50).check().unwrap_err();
        assert!(refused.contains("--request-memory (100 MiB)") && refused.contains("--memory (50 MiB)"), "{refused}");
    }
}
