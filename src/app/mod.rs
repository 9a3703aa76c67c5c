//! The use cases: what people can do, with the rules of the domain; one transaction each.
//!
//! Called by the resolvers, the catalogue and the command line. They must never know GraphQL, HTTP or SQL.

mod access;
mod compose;
mod conflicts;
mod find;
mod instances;
mod overrides;
mod read;
mod stacks;
pub mod templates;
mod text;
mod trash;

pub use crate::app::access::api_keys::{CreateApiKey, CreatedKey, ListedKey, RevokeApiKey};
pub use crate::app::access::reveal_secret::RevealSecret;
pub use crate::app::access::secret_keys::{KeyStatus, Rotation};
pub use crate::app::compose::import::{ImportCompose, ImportReport, ImportedAs, OnConflict, Outcome};
pub use crate::app::compose::render::{ComposeFile, Rendering};
pub use crate::app::conflicts::claim::ClaimKind;
pub use crate::app::conflicts::find::Conflict;
pub use crate::app::instances::create::CreateInstance;
pub use crate::app::instances::duplicate::{DuplicateInstance, Duplicated, SharedHostPort};
pub use crate::app::instances::purge::PurgeInstance;
pub use crate::app::instances::restore::RestoreInstance;
pub use crate::app::instances::soft_delete::SoftDeleteInstance;
pub use crate::app::instances::update::UpdateInstance;
pub use crate::app::overrides::effective::Layers;
pub use crate::app::overrides::patch::PatchInstanceOverrides;
pub use crate::app::overrides::set::SetInstanceOverrides;
pub use crate::app::stacks::create::CreateStack;
pub use crate::app::stacks::duplicate::{DuplicateStack, DuplicatedStack};
pub use crate::app::stacks::purge::PurgeStack;
pub use crate::app::stacks::rename::RenameStack;
pub use crate::app::stacks::restore::RestoreStack;
pub use crate::app::stacks::soft_delete::SoftDeleteStack;
pub use crate::app::stacks::update::UpdateStack;
pub use crate::app::templates::create::CreateTemplate;
pub use crate::app::templates::delete::DeleteTemplate;
pub use crate::app::templates::edit::TemplateEdit;
pub use crate::app::templates::load_catalog::{CatalogReport, LoadError};
pub use crate::app::templates::preview_edit::EditPreview;
pub use crate::app::templates::update::UpdateTemplate;
pub use find::{StackRef, TemplateRef};

pub use crate::reference::InstanceRef;

use std::sync::{Arc, atomic::Ordering};

use chrono::{DateTime, Utc};

use crate::{
    access::{Access, Permission},
    budget::{Budget, cancellation::Cancellation},
    clock::Clock,
    db::{Command, Db, Reader, Statements, Tx, entities::InstanceModel, queries::instances::SingleStatementCreate},
    error::{Error, Result},
    idempotency::IdempotentRequest,
};

/// The service, without its doors, as one who asks may use it; a clone shares everything.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    clock: Clock,
    access: Access,
    once: Option<Arc<IdempotentRequest>>,
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
    pub fn once(&self, once: IdempotentRequest) -> Self {
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

    /// The clock that everything runs by.
    pub fn clock(&self) -> &Clock {
        &self.clock
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
    fn allow(&self, need: Permission) -> Result<()> {
        self.access.lacks(need).map_or(Ok(()), |reason| Err(Error::Forbidden(reason)))
    }

    /// Whether the caller may reveal the secrets of what is within reach. One who may not must not be able to compare
    /// them either: see [`EnvVar::never_compared`](crate::kinds::EnvVar::never_compared).
    fn reveals(&self) -> bool {
        self.access.lacks(Permission::ADMINISTER).is_none()
    }

    /// The same for templates, which all stacks share.
    fn reveals_templates(&self) -> bool {
        self.access.lacks(Permission::ADMINISTER_ALL).is_none()
    }

    /// The way to a change, in a transaction.
    async fn write<W: Command>(&self, work: &W) -> Result<W::Output> {
        self.allow(W::PERMISSION)?;
        self.db.write(work, self.once.as_deref(), self.clock.now(), &self.access.scope, &self.statements).await
    }

    /// The only other way: the same in one statement, for what a use case `W` does most; none when it did nothing.
    async fn write_at_once<W: Command>(&self, new: &SingleStatementCreate<'_>) -> Result<Option<InstanceModel>> {
        self.allow(W::PERMISSION)?;
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
