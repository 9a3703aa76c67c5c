//! DevArch: isolated stacks of services, held by a GraphQL service.
//!
//! The modules, from the outside in: `cli` → `server` → `graphql` → `read` → `app` → `db` → `fields` → `kinds`. The
//! head of each says what it must not know, and `tests/it/architecture.rs` checks which modules each may use.
//! `docs/architecture.md` follows a query, a mutation and an import through them.

#![warn(missing_docs)]

pub mod access;
pub mod app;
pub mod budget;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod config;
pub mod db;
pub mod document;
pub mod error;
pub mod fields;
pub mod graphql;
pub mod idempotency;
pub mod ids;
pub mod kinds;
pub mod limits;
pub mod name;
pub mod near;
pub mod private_file;
pub mod random;
pub mod read;
pub mod reference;
pub mod references;
pub mod server;
pub mod stack_document;
pub mod telemetry;
pub mod vault;
pub mod yaml;
