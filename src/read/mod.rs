//! The read engine: answers queries from few statements, without the executor.
//!
//! Called by the server before the executor. A plan must not give another response than the executor, byte for byte.
//!
//! The executor makes a future, a value and several allocations for each field of each row, which take most of the
//! time of a response. A plan is compiled once from the validated selection; a request then takes one statement, and
//! one pass over its rows. Fields that are computed beyond rows are left to the executor, one by one; queries that no
//! plan covers, and all failures, are left to it as a whole, so that only the executor reports errors. Tests compare the
//! bytes of both.

mod arguments;
mod compile;
pub mod cursor;
mod directive_variables;
pub mod payload;
mod plan;
mod references;
mod response_cache;
mod rows;
mod write;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value};

pub use self::response_cache::ResponseCache;
use self::{
    arguments::Evaluated,
    directive_variables::DirectiveVariables,
    payload::{Compiled, PayloadPlans},
    plan::{DependsOn, Plan},
    response_cache::Key,
    rows::Rows,
    write::{ComputedValues, References, Writer},
};
use crate::{
    app::App,
    budget::{
        Exceeded,
        chunks::{ChunkWriter, Chunks},
        large_work,
    },
    db::read_model::{Entity, Row, Version, Wanted, versioned},
    document::{Inputs, Parts},
    error::{Error, Result},
};

/// The response keys that lead from the operation to a field, each with the type of its object.
pub type Path = [(Box<str>, Box<str>)];

/// A field that a plan leaves to the executor.
#[derive(Debug)]
pub struct FieldRequest<'p> {
    /// Its place in the operation.
    pub path: &'p Path,
    /// The live objects that have it; `None` for a root field.
    pub owners: Option<(Entity, Vec<i64>)>,
}

/// The executor, as far as plans need it: computes single fields.
pub trait FieldExecutor: Sync {
    /// Computes fields in one run, so that they share what they load. Returns the JSON of each by the id of its object;
    /// the id of a root field is 0. Fails if the executor reports an error.
    fn compute(&self, fields: Vec<FieldRequest<'_>>)
    -> impl Future<Output = Result<Vec<HashMap<i64, Vec<u8>>>>> + Send;
}

/// The plans of the operations of a document, by name.
#[derive(Debug)]
pub struct Plans(Vec<Operation>);

/// Data of an operation for each combination of the values of its variables.
type ByDirectives<T> = Mutex<HashMap<Vec<Option<bool>>, T>>;

/// The plans of an operation.
#[derive(Debug)]
struct Operation {
    name: Option<Box<str>>,
    variables: DirectiveVariables,
    /// `None` where the executor has to answer.
    plans: ByDirectives<Option<Arc<Numbered>>>,
    payloads: ByDirectives<Arc<Compiled>>,
}

/// A plan, with a number that no other plan of this process has; part of the key of cached responses.
#[derive(Debug)]
struct Numbered {
    number: u64,
    plan: Plan,
}

static NEXT_PLAN_NUMBER: AtomicU64 = AtomicU64::new(0);

/// The number of plans that are kept for one operation.
const MAX_PLANS: usize = 64;

impl Plans {
    /// Prepares the operations of a document. Their plans are compiled when they are first used.
    pub fn new(_: &Schema, document: &ExecutableDocument) -> Self {
        let operations = document.operations.iter().map(|operation| Operation {
            name: operation.name.as_ref().map(|name| name.as_str().into()),
            variables: DirectiveVariables::of(document, operation),
            plans: Mutex::default(),
            payloads: Mutex::default(),
        });
        Self(operations.collect())
    }

    /// The whole response to an operation with coerced variables; `None` when the executor has to answer it. Fails only
    /// if the budget of the request is exceeded.
    pub async fn answer(
        &self,
        app: &App,
        response_cache: &ResponseCache,
        executor: &impl FieldExecutor,
        parts: Parts<'_>,
        variables: &Map<String, Value>,
    ) -> Result<Option<Chunks>, Exceeded> {
        let name = parts.operation.name.as_ref().map(|name| name.as_str());
        let Some(operation) = self.0.iter().find(|known| known.name.as_deref() == name) else { return Ok(None) };
        let inputs = Inputs::new(parts.schema, variables);
        let Some(plan) = operation.plan(parts, inputs, variables) else { return Ok(None) };
        let Some(arguments) = plan.plan.evaluate(&inputs) else { return Ok(None) };
        let budget = app.budget();
        let request = PlannedRequest { plan, app, executor, arguments: Arc::new(arguments) };
        match request.cached_or_new(response_cache, variables).await {
            Ok(answer) => Ok(Some(answer)),
            // The executor would exceed the budget as well.
            Err(_) if budget.exceeded().is_some() => Err(budget.exceeded().unwrap_or(Exceeded::Time)),
            Err(cause) => {
                tracing::debug!(%cause, "left to the executor");
                budget.release_to(0);
                Ok(None)
            }
        }
    }
}

impl Plans {
    /// The plans of the objects that a mutation returns; `None` if none of them needs a plan.
    pub fn payloads(&self, parts: Parts<'_>, variables: &Map<String, Value>) -> Option<PayloadPlans> {
        let name = parts.operation.name.as_ref().map(|name| name.as_str());
        let operation = self.0.iter().find(|known| known.name.as_deref() == name)?;
        let inputs = Inputs::new(parts.schema, variables);
        let key = operation.variables.values(variables);
        let mut known = operation.payloads.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_PLANS {
            known.clear();
        }
        let compiled = known.entry(key).or_insert_with(|| Arc::new(Compiled::new(parts, inputs)));
        PayloadPlans::new(compiled, &inputs)
    }
}

impl Operation {
    /// The plan for the values that the conditions have with these variables.
    fn plan(&self, parts: Parts<'_>, inputs: Inputs<'_>, variables: &Map<String, Value>) -> Option<Arc<Numbered>> {
        let key = self.variables.values(variables);
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = plans.get(&key) {
            return known.clone();
        }
        if plans.len() >= MAX_PLANS {
            plans.clear();
        }
        let plan = compile::compile(parts, inputs)
            .map(|plan| Arc::new(Numbered { number: NEXT_PLAN_NUMBER.fetch_add(1, Ordering::Relaxed), plan }));
        plans.insert(key, plan.clone());
        plan
    }
}

/// A request that a plan answers.
struct PlannedRequest<'r, E> {
    plan: Arc<Numbered>,
    app: &'r App,
    executor: &'r E,
    arguments: Arc<Evaluated>,
}

impl<E: FieldExecutor> PlannedRequest<'_, E> {
    /// The cached response if its version is still current, otherwise a new one, which is then cached.
    async fn cached_or_new(&self, response_cache: &ResponseCache, variables: &Map<String, Value>) -> Result<Chunks> {
        let (app, plan) = (self.app, &self.plan.plan);
        // What the executor computes is read after the version, so it is at least as new.
        let is_of_request = plan.computed.iter().any(|field| field.depends_on == DependsOn::Request);
        if !response_cache.keep() || is_of_request {
            return Ok(self.write(Wanted::Rows).await?.0);
        }
        let key = Key::new(self.plan.number, variables, &app.access().scope);
        if let Some(known) = response_cache.get(&key)
            && app.version(versioned(&plan.tree, &self.arguments.nodes)).await? == Some(known.version)
            && let Some(answer) = known.answer(app.budget())?
        {
            return Ok(Chunks::from_bytes(answer, app.budget()));
        }
        let (answer, version) = self.write(Wanted::WithVersion).await?;
        if let (Some(version), Some(answer)) = (version, answer.in_one_piece()) {
            response_cache.put(key, version, answer);
        }
        Ok(answer)
    }

    /// Reads the rows and writes the response. Returns it with the version of the data.
    async fn write(&self, wanted: Wanted) -> Result<(Chunks, Option<Version>)> {
        let (app, budget) = (self.app, self.app.budget());
        let before = budget.used();
        let rows = app.rows(&self.plan.plan.tree, &self.arguments.nodes, wanted).await?;
        let version = Version::of(&self.plan.plan.tree, &rows)?;
        // Includes the slots that sorting needs: one for each row.
        let of_rows = budget.used().saturating_sub(before) + size_of_val(rows.as_slice());
        let computed = self.compute(&rows).await?;
        let values = references::values(app, &self.plan.plan, &rows).await?;
        let mut out = ChunkWriter::new(budget);
        let (plan, arguments) = (Arc::clone(&self.plan), Arc::clone(&self.arguments));
        let budget_of_rows = budget.clone();
        let writing = move || -> Result<ChunkWriter> {
            let Evaluated { nodes, ids } = &*arguments;
            let rows = Rows::new(&plan.plan.tree, &rows, &budget_of_rows)?;
            let references = References::new(&values);
            let (plan, computed) = (&plan.plan, computed.as_slice());
            let writer = Writer { plan, rows: &rows, arguments: nodes, ids, computed, references: &references };
            out.extend_from_slice(b"{\"data\":");
            writer.roots(&mut out)?;
            out.push(b'}');
            Ok(out)
        };
        let out = large_work::compute(budget, writing).await?;
        budget.release(of_rows);
        Ok((out.finish()?, version))
    }

    /// Lets the executor compute the fields that are left to it.
    async fn compute(&self, rows: &[Row]) -> Result<Vec<ComputedValues>> {
        let (plan, budget) = (&self.plan.plan, self.app.budget());
        let mut fields = Vec::with_capacity(plan.computed.len());
        for field in &plan.computed {
            let owners = match field.node {
                None => None,
                Some(node) => {
                    let node = plan.tree.get(node);
                    let (set, place) = (node.set.number(), plan.tree.columns().place(node.set.first()));
                    let mut ids = Vec::new();
                    for row in rows {
                        if usize::try_from(row.part()?).is_ok_and(|part| part == set) {
                            ids.extend(row.number(place)?);
                        }
                    }
                    Some((node.entity, ids))
                }
            };
            fields.push(FieldRequest { path: &field.path, owners });
        }
        if fields.is_empty() {
            return Ok(Vec::new());
        }
        let computed = self.executor.compute(fields).await?;
        let bytes = computed.iter().flat_map(HashMap::values).map(Vec::len).sum();
        budget.charge(bytes).map_err(Error::from)?;
        Ok(computed)
    }
}
