//! The migrations of the database, on SQLite and PostgreSQL.
//!
//! Called by `devarch migrate` and `devarch serve`, and by every test. They must not depend on the code of the service:
//! a released migration never changes, while entities and rules do.

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
mod m0011_storage_names;
mod m0012_compose_details;
mod m0013_networks;
mod m0014_change_log;
mod m0015_change_horizons;
mod m0016_forks;
mod m0017_owned_entries;
mod m0018_plans;
mod m0019_claims;
mod m0020_stack_env_vars;
mod m0021_escape_references;
mod m0022_generated_secrets;
mod m0023_referring_domains;
mod tables;

pub use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};

/// Each migration runs in one transaction, including the record that it was applied. Otherwise an interrupted migration
/// could not be repeated. SQLite needs an explicit setting for that.
const WHOLE: Option<bool> = Some(true);

/// All migrations, oldest first.
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
            Box::new(m0011_storage_names::Migration),
            Box::new(m0012_compose_details::Migration),
            Box::new(m0013_networks::Migration),
            Box::new(m0014_change_log::Migration),
            Box::new(m0015_change_horizons::Migration),
            Box::new(m0016_forks::Migration),
            Box::new(m0017_owned_entries::Migration),
            Box::new(m0018_plans::Migration),
            Box::new(m0019_claims::Migration),
            Box::new(m0020_stack_env_vars::Migration),
            Box::new(m0021_escape_references::Migration),
            Box::new(m0022_generated_secrets::Migration),
            Box::new(m0023_referring_domains::Migration),
        ]
    }
}
