//! The use cases: what people can do, with the rules of the domain; one transaction each.
//!
//! Called by the resolvers, the catalogue and the command line. They must never know GraphQL, HTTP or SQL.

mod api_keys;
mod claims;
mod compose_stack;
mod conflicts;
mod create_instance;
mod create_stack;
mod create_template;
mod delete_template;
mod dependencies;
mod duplicate_instance;
mod duplicate_stack;
mod effective;
mod find;
mod import;
mod keep_secrets;
mod ledger;
mod load_catalog;
mod naming;
mod obstacles;
mod patch_instance_overrides;
mod preview_template_edit;
mod purge_instance;
mod purge_stack;
mod read;
mod rename_stack;
mod restore_instance;
mod restore_stack;
mod reveal_secret;
mod secret_keys;
mod set_instance_overrides;
mod soft_delete_instance;
mod soft_delete_stack;
mod stack_naming;
mod suggest_host_port;
mod template_edit;
mod template_values;
mod text;
mod trashed;
mod update_instance;
mod update_stack;
mod update_template;

pub use api_keys::{CreateApiKey, CreatedKey, ListedKey, RevokeApiKey};
pub use claims::ClaimKind;
pub use compose_stack::{ComposeFile, Rendering};
pub use conflicts::Conflict;
pub use create_instance::CreateInstance;
pub use create_stack::CreateStack;
pub use create_template::CreateTemplate;
pub use delete_template::DeleteTemplate;
pub use duplicate_instance::{DuplicateInstance, Duplicated, SharedHostPort};
pub use duplicate_stack::{DuplicateStack, DuplicatedStack};
pub use effective::Layers;
pub use find::{StackRef, TemplateRef};
pub use import::{ImportCompose, ImportReport, ImportedAs, OnConflict, Outcome};
pub use load_catalog::{CatalogReport, LoadError};
pub use patch_instance_overrides::PatchInstanceOverrides;
pub use preview_template_edit::EditPreview;
pub use purge_instance::PurgeInstance;
pub use purge_stack::PurgeStack;
pub use rename_stack::RenameStack;
pub use restore_instance::RestoreInstance;
pub use restore_stack::RestoreStack;
pub use reveal_secret::RevealSecret;
pub use secret_keys::{KeyStatus, Rotation};
pub use set_instance_overrides::SetInstanceOverrides;
pub use soft_delete_instance::SoftDeleteInstance;
pub use soft_delete_stack::SoftDeleteStack;
pub use template_edit::TemplateEdit;
pub use update_instance::UpdateInstance;
pub use update_stack::UpdateStack;
pub use update_template::UpdateTemplate;

pub use crate::reference::InstanceRef;

use std::sync::{Arc, atomic::Ordering};

use chrono::{DateTime, Utc};

use crate::{
    access::{Access, Need},
    budget::Budget,
    cancellation::Cancellation,
    clock::Clock,
    db::{Db, Reader, Statements, Tx, Work, entities::InstanceModel, instances::AtOnce},
    error::{Error, Result},
    once::Once,
};

/// The service, without its doors, as one who asks may use it; a clone shares everything.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    clock: Clock,
    access: Access,
    once: Option<Arc<Once>>,
    cancellation: Cancellation,
    statements: Statements,
}

impl App {
    /// Over a migrated database, for the service itself: it may do everything.
    pub fn new(db: Db, clock: Clock) -> Self {
        let (cancellation, statements) = (Cancellation::default(), Statements::default());
        Self { db, clock, access: Access::full(), once: None, cancellation, statements }
    }

    /// The same service for one request of a caller, without limits of memory and time.
    pub fn acting(&self, access: Access) -> Self {
        self.acting_within(access, Budget::default())
    }

    /// The same service for one request of a caller, which may use what its budget has.
    pub fn acting_within(&self, access: Access, budget: Budget) -> Self {
        let (db, clock) = (self.db.current(), self.clock.clone());
        let (cancellation, statements) = (Cancellation::default(), Statements::within(budget));
        Self { db, clock, access, once: None, cancellation, statements }
    }

    /// What the request may use.
    pub fn budget(&self) -> &Budget {
        self.statements.budget()
    }

    /// The same for one change, which is made once however often it is asked for.
    pub fn once(&self, once: Once) -> Self {
        Self { once: Some(Arc::new(once)), ..self.clone() }
    }

    /// The same for a query that is answered by the standby, if there is one and it is not behind.
    pub async fn at_standby(&self) -> Option<Self> {
        Some(Self { db: self.db.at_standby().await?, ..self.clone() })
    }

    /// The same for a request that can be over before its work is done.
    pub fn cancelled_by(&self, cancellation: Cancellation) -> Self {
        Self { cancellation, ..self.clone() }
    }

    /// Whether anybody waits for the request.
    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// Who asks.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// How many statements have run for this one; transactions' own words are not counted.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The one check that every use case passes: whether who asks may do such a thing at all. What is out of reach does
    /// not exist for the queries of [`App::reader`] and of transactions.
    fn allow(&self, need: Need) -> Result<()> {
        self.access.lacks(need).map_or(Ok(()), |reason| Err(Error::Forbidden(reason)))
    }

    /// Whether the caller may reveal the secrets of what is within reach. One who may not must not be able to compare
    /// them either: see [`EnvVar::never_compared`](crate::kinds::EnvVar::never_compared).
    fn reveals(&self) -> bool {
        self.access.lacks(Need::ADMINISTER).is_none()
    }

    /// The same for templates, which all stacks share.
    fn reveals_templates(&self) -> bool {
        self.access.lacks(Need::ADMINISTER_ALL).is_none()
    }

    /// The way to a change, in a transaction.
    async fn write<W: Work>(&self, work: &W) -> Result<W::Output> {
        self.allow(W::NEEDS)?;
        self.db.write(work, self.once.as_deref(), self.clock.now(), &self.access.scope, &self.statements).await
    }

    /// The only other way: the same in one statement, for what a use case `W` does most; none when it did nothing.
    async fn write_at_once<W: Work>(&self, new: &AtOnce<'_>) -> Result<Option<InstanceModel>> {
        self.allow(W::NEEDS)?;
        if self.once.is_some() {
            return Ok(None);
        }
        self.db.create_at_once(new, self.clock.now(), &self.access.scope, &self.statements).await
    }

    /// The only way to a read.
    fn reader(&self) -> Reader {
        self.db.reader(&self.access.scope, &self.statements)
    }

    /// The only way to several reads of one state.
    async fn snapshot(&self) -> Result<Tx> {
        self.db.snapshot(&self.access.scope, &self.statements).await
    }

    /// The database, for readiness and figures.
    pub fn db(&self) -> &Db {
        &self.db
    }
}
