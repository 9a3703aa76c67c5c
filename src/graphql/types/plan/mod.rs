//! `Plan`: what a change would do, told before.
//!
//! Reached through `Query.plan`, and through the error of a change whose plan is not true any more. It must not compute
//! effects.

pub(in crate::graphql) mod affected;
pub(in crate::graphql) mod change;
mod effect;

use std::sync::Arc;

use async_graphql::{
    Context, Object, Result, SimpleObject,
    connection::{Connection, DefaultConnectionName, DefaultEdgeName, EmptyFields},
};
use chrono::{DateTime, Utc};

use self::effect::Effect;
use crate::{
    app::{self, Summary},
    error::Problem,
    graphql::{
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        lists::in_memory,
        types::{
            conflict::{Conflict, Severity},
            user_error::UserError,
        },
    },
    read::cursor::PageArgs,
};

/// A page of effects.
type EffectConnection = Connection<String, Effect, EmptyFields, EmptyFields, DefaultConnectionName, DefaultEdgeName>;

fn count(number: usize) -> i32 {
    int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// How much a change does.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PlanSummary {
    /// Containers that are new.
    containers_created: i32,
    /// Containers that are made anew, with another configuration or under another name.
    containers_recreated: i32,
    /// Containers that go.
    containers_removed: i32,
    /// Entries that differ, in the effective configuration of instances and in templates.
    entries: i32,
    /// Effects that are `DESTRUCTIVE`.
    destructive: i32,
    /// Effects that are a `CAUTION`.
    cautions: i32,
    /// All effects.
    effects: i32,
}

impl From<Summary> for PlanSummary {
    fn from(summary: Summary) -> Self {
        Self {
            containers_created: count(summary.created),
            containers_recreated: count(summary.recreated),
            containers_removed: count(summary.removed),
            entries: count(summary.entries),
            destructive: count(summary.destructive),
            cautions: count(summary.cautions),
            effects: count(summary.effects),
        }
    }
}

/// See the description of the type.
#[derive(Clone)]
pub(in crate::graphql) struct Plan {
    plan: app::Plan,
    problems: Vec<Problem>,
}

impl Plan {
    pub(in crate::graphql) fn new(plan: app::Plan) -> Self {
        Self { plan, problems: Vec::new() }
    }

    /// What was done: there is nothing left to make happen.
    pub(in crate::graphql) fn done(plan: app::Plan) -> Self {
        Self::new(app::Plan { token: None, ..plan })
    }

    /// The plan of a change that would be refused.
    pub(in crate::graphql) fn refused(plan: app::Plan, problems: Vec<Problem>) -> Self {
        Self { plan: app::Plan { token: None, ..plan }, problems }
    }
}

#[Object]
/// What a change would do. Nothing is written: the change is made by the code that writes, compared with what was before,
/// and rolled back.
impl Plan {
    /// Makes the change happen with these effects only: give it as `planToken`. Null when there are errors, and when the
    /// change has been made.
    async fn token(&self) -> Option<&str> {
        self.plan.token.as_deref()
    }

    /// Until when the token is valid: for 15 minutes.
    async fn valid_until(&self) -> DateTime<Utc> {
        self.plan.valid_until
    }

    /// Whether any effect is `DESTRUCTIVE`.
    async fn destructive(&self) -> bool {
        self.plan.effects.is_destructive()
    }

    /// How much the change does.
    async fn summary(&self) -> PlanSummary {
        self.plan.effects.summary().into()
    }

    /// What the change does, in the order of the names of the objects. Pages have 1 to 100 rows, 20 when nothing is said.
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn effects(
        &self,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only effects of this severity.")] severity: Option<Severity>,
    ) -> Result<EffectConnection> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let list = &self.plan.effects.list;
        let severity = severity.map(app::Severity::from);
        let is_wanted = |place: usize| severity.is_none_or(|wanted| list[place].severity == wanted);
        Ok(in_memory::connection(list.len(), is_wanted, &slice, |place| Effect::from(list[place].clone())))
    }

    /// The conflicts that the change makes, of the instances whose claims it changes.
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn new_conflicts(&self, ctx: &Context<'_>) -> Result<Vec<Conflict>> {
        let effects = &self.plan.effects;
        ctx.loaders().note_planned(&effects.stacks, &effects.templates);
        Conflict::list(Some(Arc::new(effects.new_conflicts.clone())), ctx.app().budget())
    }

    /// The conflicts that the change solves.
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn solved_conflicts(&self, ctx: &Context<'_>) -> Result<Vec<Conflict>> {
        Conflict::list(Some(Arc::new(self.plan.effects.solved_conflicts.clone())), ctx.app().budget())
    }

    /// What would have to be put right; then the change does nothing, and there is nothing else. A path begins with the
    /// name of the mutation in `change`.
    async fn user_errors(&self) -> Vec<UserError> {
        self.problems.iter().cloned().map(UserError::from).collect()
    }
}
