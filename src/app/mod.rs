//! The use cases: what people can do, with the rules of the domain; one transaction each.
//!
//! Called by the resolvers, the catalogue and the command line. They must never know GraphQL, HTTP or SQL.

mod create_instance;
mod create_stack;
mod create_template;
mod duplicate_instance;
mod duplicate_stack;
mod find;
mod load_catalog;
mod naming;
mod obstacles;
mod purge_instance;
mod purge_stack;
mod read;
mod rename_stack;
mod restore_instance;
mod restore_stack;
mod set_instance_overrides;
mod soft_delete_instance;
mod soft_delete_stack;
mod stack_naming;
mod text;
mod trashed;
mod update_instance;
mod update_stack;

pub use create_instance::CreateInstance;
pub use create_stack::CreateStack;
pub use create_template::CreateTemplate;
pub use duplicate_instance::{DuplicateInstance, Duplicated, SharedHostPort};
pub use duplicate_stack::{DuplicateStack, DuplicatedStack};
pub use find::{InstanceRef, StackRef, TemplateRef};
pub use load_catalog::{CatalogReport, LoadError};
pub use purge_instance::PurgeInstance;
pub use purge_stack::PurgeStack;
pub use rename_stack::RenameStack;
pub use restore_instance::RestoreInstance;
pub use restore_stack::RestoreStack;
pub use set_instance_overrides::SetInstanceOverrides;
pub use soft_delete_instance::SoftDeleteInstance;
pub use soft_delete_stack::SoftDeleteStack;
pub use update_instance::UpdateInstance;
pub use update_stack::UpdateStack;

use crate::{
    clock::Clock,
    db::{Db, Work},
    error::Result,
};

/// The service, without its doors; a clone shares everything.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    clock: Clock,
}

impl App {
    /// Over a migrated database.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    async fn write<W: Work>(&self, work: &W) -> Result<W::Output> {
        self.db.write(work, self.clock.now()).await
    }

    /// The database, for readiness and figures.
    pub fn db(&self) -> &Db {
        &self.db
    }
}
