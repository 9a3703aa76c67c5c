//! Operations on a whole database: migrations with their lock, and backups of the SQLite file.
//!
//! Called by the command line and before a database is opened. It must not run while requests are served, except for
//! the backup.

pub mod file;
mod migrate;
pub(in crate::db) mod migration_lock;
