# Short names for common commands: `just` lists them. Each recipe also works without just.

set positional-arguments

# Lists the recipes.
default:
    @just --list --unsorted

# Runs the service, with data/devarch.db and the built-in catalogue, at http://127.0.0.1:8080/.
run *args:
    cargo run --locked -- "$@"

# Checks that everything compiles, without building it.
check:
    cargo check --workspace --all-targets --locked

# Runs every test, on SQLite and on PostgreSQL. Arguments go to the test runner.
test *args:
    .ci/test "$@"

# Runs the tests whose name contains NAME, on SQLite only; needs cargo-nextest and no PostgreSQL.
test-one name:
    cargo nextest run --workspace --locked -E 'test({{ name }}) and not test(/::postgres$/)'

# Runs all tests that need no PostgreSQL; needs cargo-nextest.
test-sqlite:
    cargo nextest run --workspace --locked -E 'not test(/::postgres$/)'

# Runs the linter as CI does, with and without the feature `otel`.
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo clippy --all-targets --locked --features otel -- -D warnings

# Formats the code.
fmt:
    cargo fmt --all

# Writes schema.graphql. Read the difference before you commit it.
schema:
    cargo run --locked -- schema > schema.graphql.new
    mv schema.graphql.new schema.graphql
    git diff --stat -- schema.graphql

# Runs real clients (Apollo, urql, Relay, GraphiQL in a browser) against the service.
clients:
    .ci/clients

# Injects faults into the service, its database, its disk and its network under load, a few times each.
faults *args:
    cargo build --locked --package devarch --package ledger
    tests/faults/run --short "$@"

# Runs services on a Patroni cluster that fails over: two scenarios.
cluster *args:
    cargo build --locked --package devarch --package ledger
    tests/cluster/run --short "$@"

# Starts what is rendered on a real container engine, and compares what runs with what the service says.
engine *args:
    cargo build --locked --package devarch
    tests/engine/run target/debug/devarch "$@"

# Measures what a request costs, with a build of the profile `dist`.
bench *args:
    benches/load "$@"

# Checks the licences, sources and advisories of the dependencies; needs cargo-deny.
audit:
    cargo deny --locked --config .config/deny.toml check --allow duplicate

# Runs the whole check, as CI does.
ci:
    .ci/run
