//! The use cases: what people can do, with the rules of the domain; one transaction each.
//!
//! Called by the resolvers, the catalogue and the command line. They must never know GraphQL, HTTP or SQL.

mod claims;
mod conflicts;
mod create_instance;
mod create_stack;
mod create_template;
mod dependencies;
mod duplicate_instance;
mod effective;
mod find;
mod ledger;
mod load_catalog;
mod naming;
mod patch_instance_overrides;
mod read;
mod restore_instance;
mod set_instance_overrides;
mod soft_delete_instance;
mod soft_delete_stack;
mod suggest_host_port;
mod text;
mod update_instance;
mod update_stack;

pub use claims::ClaimKind;
pub use conflicts::Conflict;
pub use create_instance::CreateInstance;
pub use create_stack::CreateStack;
pub use create_template::CreateTemplate;
pub use duplicate_instance::{DuplicateInstance, Duplicated, SharedHostPort};
pub use effective::Layers;
pub use find::{StackRef, TemplateRef};
pub use load_catalog::{CatalogReport, LoadError};
pub use patch_instance_overrides::PatchInstanceOverrides;
pub use restore_instance::RestoreInstance;
pub use set_instance_overrides::SetInstanceOverrides;
pub use soft_delete_instance::SoftDeleteInstance;
pub use soft_delete_stack::SoftDeleteStack;
pub use update_instance::UpdateInstance;
pub use update_stack::UpdateStack;

pub use crate::reference::InstanceRef;

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
