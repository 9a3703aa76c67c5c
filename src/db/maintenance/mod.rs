//! What happens to a database as a whole: the lock for migrations, and backups of the SQLite file.
//!
//! Called by the command line. It must not run while requests are served, but for the backup.

pub mod file;
pub(in crate::db) mod migration_lock;
