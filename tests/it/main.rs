//! Integration tests: every one goes through the real router, on both databases where a database is involved.
//!
//! Run them with `.ci/test`, which brings a PostgreSQL when `TEST_DATABASE_URL` names none.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod cli;
mod conflicts;
mod duplicate;
mod house;
mod http;
mod instances;
mod kinds;
mod lifecycle;
mod lists;
mod migrations;
mod overrides;
mod races;
mod scale;
mod schema;
mod stacks;
mod statements;
mod templates;
mod tour;
mod values;
