//! What a change does: warnings about what was done, and plans, which tell what would be done.
//!
//! A plan runs the change itself, by the code that writes, and compares what it touches before and after it. Then it rolls
//! everything back; with a token, the change commits if its effects are those that the token binds.

mod effect;
mod find;
mod instances;
mod references;
mod state;
mod token;
mod values;
pub(in crate::app) mod warnings;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};

pub use self::effect::{
    ContainerAction, DataAction, Effect, EffectKind, Effects, FieldEffect, ReferenceAction, Severity, Summary,
};
use self::token::Bound;
use crate::{
    access::Permission,
    app::{App, conflicts::keep::keep},
    db::{Command, Tx, queries::api_keys},
    error::{Code, Detail, Error, Problem, Result},
};

/// What a change would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The effects.
    pub effects: Arc<Effects>,
    /// The token that lets the change happen with these effects.
    pub token: Option<String>,
    /// Until when the token is valid.
    pub valid_until: DateTime<Utc>,
}

/// What happens to a change besides being done.
#[derive(Clone, Debug, Default)]
pub(super) enum Planning {
    /// It is done.
    #[default]
    Off,
    /// It is planned, and rolled back.
    Only(PlanSlot, Request),
    /// It is done if its effects are those of a plan.
    Bound(Request, Arc<str>),
    /// It is done, if its effects are those of a plan when there is a token, and its plan is told.
    Told(PlanSlot, Option<(Request, Arc<str>)>),
}

/// A hash of the caller, the mutation and its input.
pub(super) type Request = Arc<str>;

/// Where a plan is put.
#[derive(Clone, Debug, Default)]
pub struct PlanSlot(Arc<Mutex<Option<Plan>>>);

impl PlanSlot {
    fn put(&self, plan: Plan) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
    }

    /// Takes the plan; `None` if nothing was planned.
    pub fn take(&self) -> Option<Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Planning {
    pub(super) fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }
}

impl App {
    /// Binds the application to a plan: a change is rolled back, and the slot gets its plan. `request` is the hash of the
    /// caller, the mutation and its input.
    #[must_use]
    pub fn planning(&self, slot: &PlanSlot, request: &str) -> Self {
        let planning = Planning::Only(slot.clone(), Arc::from(request));
        Self { planning, idempotent_request: None, ..self.clone() }
    }

    /// Binds the application to the token of a plan: a change is refused if its effects are others. Without a token it is
    /// refused for callers whose key requires plans.
    pub fn bound_to_plan(&self, token: Option<&str>, request: &str) -> Result<Self> {
        match token {
            Some(token) => {
                let planning = Planning::Bound(Arc::from(request), Arc::from(token));
                Ok(Self { planning, ..self.clone() })
            }
            None if self.access.requires_plan => {
                let message =
                    "This key requires plans: ask `plan` for the same change, and repeat it with `planToken`.";
                Err(Error::refused(Problem::new(Code::PlanRequired, &["input", "planToken"], message)))
            }
            None => Ok(self.clone()),
        }
    }

    /// Lets the slot have the plan of a change that is made.
    #[must_use]
    pub fn telling_plan(&self, slot: &PlanSlot) -> Self {
        let bound = match &self.planning {
            Planning::Bound(request, token) => Some((Arc::clone(request), Arc::clone(token))),
            Planning::Off | Planning::Only(..) | Planning::Told(..) => None,
        };
        Self { planning: Planning::Told(slot.clone(), bound), ..self.clone() }
    }

    /// The plan of something that changes nothing.
    pub fn empty_plan(&self) -> Plan {
        Plan { effects: Arc::default(), token: None, valid_until: self.now() + token::LIFE }
    }

    /// Runs a command, plans it, and does what was asked for.
    pub(super) async fn write_planned<W: Command>(&self, work: &W) -> Result<W::Output> {
        let planned = Planned { app: self, work };
        let by = (&self.access.scope, &self.author);
        let request = self.idempotent_request.as_deref();
        let done = self.db.write(&planned, request, self.clock.now(), by, &self.statements).await;
        let is_changed = |error: &Error| match error {
            Error::Refused(problems) => problems.iter().any(|problem| problem.code == Code::PlanChanged),
            _ => false,
        };
        let count = match (&self.planning, &done) {
            (_, Err(error)) if is_changed(error) => Some(&self.plan_counts.changed),
            (Planning::Only(..), Ok(_)) => Some(&self.plan_counts.made),
            (Planning::Bound(..) | Planning::Told(_, Some(_)), Ok(_)) => Some(&self.plan_counts.kept),
            _ => None,
        };
        if let Some(count) = count {
            count.fetch_add(1, Ordering::Relaxed);
        }
        done
    }
}

/// The number of plans since the start, by what became of them. Clones of the application share it.
#[derive(Debug, Default)]
pub struct PlanCounts {
    /// Made.
    pub made: AtomicU64,
    /// Kept by the change that they are bound to.
    pub kept: AtomicU64,
    /// Changed meanwhile, so that the change was refused.
    pub changed: AtomicU64,
}

/// A command whose effects are found before it commits.
struct Planned<'a, W> {
    app: &'a App,
    work: &'a W,
}

impl<W: Command> Command for Planned<'_, W> {
    const PERMISSION: Permission = W::PERMISSION;
    type Output = W::Output;

    fn is_dry_run(&self) -> bool {
        self.work.is_dry_run() || matches!(self.app.planning, Planning::Only(..))
    }

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<W::Output> {
        let output = self.work.run(tx, now).await?;
        // Also of a dry run: its effects include conflicts.
        keep(tx).await?;
        let effects = {
            // What is committed is what was before, because this transaction holds its locks.
            let before = self.app.snapshot().await?;
            Arc::new(find::find(self.app, &before, tx).await?)
        };
        let key = api_keys::plan_key(tx).await?;
        let plan = |request: &str| {
            let valid_until = now + token::LIFE;
            let bound = Bound { request, effects: &effects.bound };
            Plan { effects: Arc::clone(&effects), token: token::sign(&key, valid_until, bound), valid_until }
        };
        let check = |request: &str, token: &str| {
            if token::is_valid(&key, token, now, Bound { request, effects: &effects.bound }) {
                return Ok(());
            }
            let message = "The effects of this change are not those of the plan, or the plan is older than 15 minutes: \
                           look at `plan`, and repeat the change with its token.";
            let problem = Problem::new(Code::PlanChanged, &["input", "planToken"], message);
            Err(Error::refused(problem.with(Detail::Plan(Arc::new(plan(request))))))
        };
        match &self.app.planning {
            Planning::Off => {}
            Planning::Only(slot, request) => slot.put(plan(request)),
            Planning::Bound(request, token) => check(request, token)?,
            Planning::Told(slot, bound) => {
                if let Some((request, token)) = bound {
                    check(request, token)?;
                }
                slot.put(plan(""));
            }
        }
        Ok(output)
    }
}
