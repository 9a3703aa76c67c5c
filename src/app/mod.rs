//! The use cases: the operations of the service and the rules of the domain, each in one transaction.
//!
//! Called by the resolvers, the server and the command line. They must not depend on GraphQL or HTTP, and must not
//! contain SQL.

mod access;
mod compose;
mod conflicts;
mod effects;
mod find;
mod history;
mod instances;
mod overrides;
mod read;
mod stacks;
pub mod templates;
mod text;
mod trash;

use conflicts::keep::Keeping;
use effects::warnings;
use overrides::{locks::Guarded, values_cache::ValuesCache};

pub use crate::app::access::api_keys::{CreateApiKey, CreatedKey, ListedKey, RevokeApiKey};
pub use crate::app::access::reveal_secret::RevealSecret;
pub use crate::app::access::secret_keys::{KeyStatus, Rotation};
pub use crate::app::compose::import::{ImportCompose, ImportReport, ImportedAs, OnConflict, Outcome};
pub use crate::app::compose::render::{ComposeFile, Rendering, Reveal};
pub use crate::app::conflicts::claim::ClaimKind;
pub use crate::app::conflicts::find::{Conflict, ConflictKind};
pub use crate::app::effects::warnings::{Warned, Warning, WarningCode};
pub use crate::app::effects::{
    ContainerAction, DataAction, Effect, EffectKind, Effects, FieldEffect, Plan, PlanCounts, PlanSlot, ReferenceAction,
    Severity, Summary,
};
pub use crate::app::history::compare::{ChangedInstance, Comparison, FieldDifference, SideRef};
pub use crate::app::history::feed::{Changes, Feed, FeedItem, FeedLimits, FeedRequest, LoggedChange, ResyncReason};
pub use crate::app::history::list::{Edits, FieldEdit, is_creation};
pub use crate::app::history::outcome::Undone;
pub use crate::app::history::point::PointRef;
pub use crate::app::history::redact::RedactChange;
pub use crate::app::history::restore_version::{RestoreVersion, Restored};
pub use crate::app::history::revert::{Resolution, RevertChange};
pub use crate::app::history::since::{EffectiveKey, Sides, since};
pub use crate::app::history::version::{OfPast, PastInstance, PastLayers, PastStack};
pub use crate::app::instances::create::CreateInstance;
pub use crate::app::instances::duplicate::DuplicateInstance;
pub use crate::app::instances::purge::PurgeInstance;
pub use crate::app::instances::restore::RestoreInstance;
pub use crate::app::instances::soft_delete::SoftDeleteInstance;
pub use crate::app::instances::update::UpdateInstance;
pub use crate::app::overrides::effective::Layers;
pub use crate::app::overrides::patch::PatchInstanceOverrides;
pub use crate::app::overrides::references::{ReferenceUse, StackReferences};
pub use crate::app::overrides::set::SetInstanceOverrides;
pub use crate::app::stacks::apply::{Applied, AppliedInstance, AppliedOutcome, ApplySource, ApplyStack, Prune};
pub use crate::app::stacks::create::CreateStack;
pub use crate::app::stacks::duplicate::DuplicateStack;
pub use crate::app::stacks::fork::{
    ForkStack, Forked, Lease, MappedPort, PortPolicy, RenewLease, ReservedPorts, SecretPolicy,
};
pub use crate::app::stacks::purge::PurgeStack;
pub use crate::app::stacks::rename::RenameStack;
pub use crate::app::stacks::restore::RestoreStack;
pub use crate::app::stacks::shared_vars::SetSharedVars;
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
    access::change::{ActorKind, Author, MAX_MESSAGE},
    access::{Access, Permission},
    budget::{Budget, cancellation::Cancellation},
    clock::Clock,
    db::{Command, Db, Reader, Statements, Tx, entities::InstanceModel, queries::instances::SingleStatementCreate},
    error::{Code, Error, Problem, Result},
    idempotency::IdempotentRequest,
};

/// The application, bound to the access of one caller. Clones share everything.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    clock: Clock,
    access: Access,
    feed: Feed,
    idempotent_request: Option<Arc<IdempotentRequest>>,
    planning: effects::Planning,
    author: Author,
    cancellation: Cancellation,
    statements: Statements,
    reserved_ports: Arc<ReservedPorts>,
    plan_counts: Arc<PlanCounts>,
    values: ValuesCache,
}

impl App {
    /// Creates the application of the service itself, with full access, over a migrated database.
    pub fn new(db: Db, clock: Clock) -> Self {
        let (cancellation, statements) = (Cancellation::default(), Statements::default());
        let feed = Feed::new(FeedLimits::default());
        let author = Author::of_kind(ActorKind::CommandLine);
        let (reserved_ports, plan_counts, values) = (Arc::default(), Arc::default(), ValuesCache::default());
        let (access, idempotent_request, planning) = (Access::full(), None, effects::Planning::Off);
        Self {
            db,
            clock,
            access,
            feed,
            idempotent_request,
            planning,
            author,
            cancellation,
            statements,
            reserved_ports,
            plan_counts,
            values,
        }
    }

    /// Binds the application to one request of a caller, without limits of memory and time.
    pub fn for_caller(&self, access: Access) -> Self {
        self.for_caller_within(access, Budget::default())
    }

    /// Binds the application to one request of a caller, with the limits of its budget.
    pub fn for_caller_within(&self, access: Access, budget: Budget) -> Self {
        let (db, clock, feed) = (self.db.current(), self.clock.clone(), self.feed.clone());
        let (cancellation, statements) = (Cancellation::default(), Statements::within(budget));
        let kind = if access.key.is_some() { ActorKind::Key } else { ActorKind::Anonymous };
        let author = Author { name: access.key.clone(), ..Author::of_kind(kind) };
        let (idempotent_request, planning) = (None, effects::Planning::Off);
        let (reserved_ports, plan_counts) = (Arc::clone(&self.reserved_ports), Arc::clone(&self.plan_counts));
        let values = self.values.clone();
        Self {
            db,
            clock,
            access,
            feed,
            idempotent_request,
            planning,
            author,
            cancellation,
            statements,
            reserved_ports,
            plan_counts,
            values,
        }
    }

    /// The budget of the request.
    pub fn budget(&self) -> &Budget {
        self.statements.budget()
    }

    /// Binds the application to an idempotency key: a command runs once, and a repeated request gets its stored
    /// outcome.
    pub fn with_idempotency(&self, request: IdempotentRequest) -> Self {
        Self { idempotent_request: Some(Arc::new(request)), ..self.clone() }
    }

    /// Binds the application to the id of its HTTP request, for the change log.
    #[must_use]
    pub fn in_request(mut self, id: &str) -> Self {
        self.author.request_id = Some(Arc::from(id));
        self
    }

    /// Makes changes with a message, which says why they are made. Refuses one that is too long.
    pub fn with_message(&self, message: &str) -> Result<Self> {
        let message = message.trim();
        let length = message.chars().count();
        let problem = if length > MAX_MESSAGE {
            let text = format!("{length} characters are too long; at most {MAX_MESSAGE} are allowed.");
            Some(Problem::new(Code::LimitExceeded, &["input", "message"], text))
        } else if message.contains('\0') {
            Some(Problem::new(Code::InvalidValue, &["input", "message"], "A NUL character cannot be stored."))
        } else {
            None
        };
        if let Some(problem) = problem {
            return Err(Error::refused(problem));
        }
        let mut app = self.clone();
        app.author.message = Some(message).filter(|message| !message.is_empty()).map(Arc::from);
        Ok(app)
    }

    /// Makes changes as this kind of actor.
    fn acting_as(&self, kind: ActorKind) -> Self {
        Self { author: Author { kind, ..self.author.clone() }, ..self.clone() }
    }

    /// Returns the application for a query that the standby serves; `None` if there is no standby, or if it lags.
    pub async fn on_standby(&self) -> Option<Self> {
        Some(Self { db: self.db.on_standby().await?, ..self.clone() })
    }

    /// Binds the application to a request that may be cancelled.
    pub fn cancelled_by(&self, cancellation: Cancellation) -> Self {
        Self { cancellation, ..self.clone() }
    }

    /// The cancellation state of the request.
    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// The access of the caller.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The clock of the service.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The current time of the clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The number of statements run for this request, without BEGIN, COMMIT and ROLLBACK.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Checks that the caller has a permission. Use cases that need more than reading call it, most of them through
    /// [`App::write`]. The scope is not checked here: objects outside it do not exist for the queries of
    /// [`App::reader`] and of transactions.
    fn allow(&self, need: Permission) -> Result<()> {
        self.access.lacks(need).map_or(Ok(()), |reason| Err(Error::Forbidden(reason)))
    }

    /// Whether the caller may reveal secrets of the stacks in its scope. A caller that may not must not be able to
    /// compare them either: see [`EnvVar::never_compared`](crate::kinds::EnvVar::never_compared).
    fn reveals(&self) -> bool {
        self.access.lacks(Permission::ADMINISTER).is_none()
    }

    /// Whether the caller may reveal secrets of templates, which all stacks share.
    fn reveals_templates(&self) -> bool {
        self.access.lacks(Permission::ADMINISTER_ALL).is_none()
    }

    /// Runs a command in a transaction.
    async fn write<W: Command>(&self, work: &W) -> Result<W::Output> {
        self.allow(W::PERMISSION)?;
        let work = Guarded(work);
        if !self.planning.is_off() {
            return self.write_planned(&work).await;
        }
        self.db
            .write(
                &Keeping(&work),
                self.idempotent_request.as_deref(),
                self.clock.now(),
                (&self.access.scope, &self.author),
                &self.statements,
            )
            .await
    }

    /// Runs the most frequent form of the command `W` in one statement. Returns `None` if that did nothing; the caller
    /// then runs the command in a transaction.
    async fn write_single_statement<W: Command>(
        &self,
        new: &SingleStatementCreate<'_>,
    ) -> Result<Option<InstanceModel>> {
        self.allow(W::PERMISSION)?;
        if self.idempotent_request.is_some() || !self.planning.is_off() {
            return Ok(None);
        }
        let by = (&self.access.scope, &self.author);
        self.db.create_single_statement(new, self.clock.now(), by, &self.statements).await
    }

    /// A reader limited to the caller's scope, for single statements.
    fn reader(&self) -> Reader {
        self.db.reader(&self.access.scope, &self.statements)
    }

    /// A read-only transaction limited to the caller's scope, for several reads of one state.
    async fn snapshot(&self) -> Result<Tx> {
        self.db.snapshot(&self.access.scope, &self.statements).await
    }

    /// The number of plans, for the metrics.
    pub fn plan_counts(&self) -> &Arc<PlanCounts> {
        &self.plan_counts
    }

    /// The database, for readiness checks and metrics.
    pub fn db(&self) -> &Db {
        &self.db
    }
}
