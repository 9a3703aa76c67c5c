//! The history of the database, step by step, on SQLite and PostgreSQL.
//!
//! Called by `devarch migrate` and `devarch serve`, and by every test. It must never know the code of the
//! service: a step that has been released stays as it is when entities and rules move on.

mod m0001_base;
mod m0002_instance_overrides;
mod m0003_trash_and_catalogue;
mod m0004_copy_on_write;
mod m0005_secrets;
mod m0006_api_keys;
mod m0007_attributes;
mod m0008_override_count;
mod m0009_changes;
mod m0010_idempotency_keys;
mod tables;

pub use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Each step is one transaction, with the note that it was taken: one that is broken off halfway would stand in its own way
/// for ever. On SQLite that has to be asked for.
const WHOLE: Option<bool> = Some(true);

/// All steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_base::Migration),
            Box::new(m0002_instance_overrides::Migration),
            Box::new(m0003_trash_and_catalogue::Migration),
            Box::new(m0004_copy_on_write::Migration),
            Box::new(m0005_secrets::Migration),
            Box::new(m0006_api_keys::Migration),
            Box::new(m0007_attributes::Migration),
            Box::new(m0008_override_count::Migration),
            Box::new(m0009_changes::Migration),
            Box::new(m0010_idempotency_keys::Migration),
        ]
    }
}
