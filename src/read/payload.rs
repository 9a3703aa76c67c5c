//! Plans of the objects that a mutation returns: each is read after the commit, in one statement.
//!
//! Prepared by the server before a mutation runs, and used by the resolvers of its payload. If a plan fails, the resolver
//! answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    arguments::Evaluated,
    compile,
    plan::{Plan, Root},
    references,
    rows::{Rows, malformed_row},
    write::{References, Writer},
};
use crate::{
    app::App,
    budget::{chunks::ChunkWriter, large_work},
    db::read_model::{NodeArgument, Wanted},
    document::{Inputs, Parts},
    error::Result,
};

/// The response keys of a root field and of a field of its payload.
pub(super) type PayloadField = (Box<str>, Box<str>);

/// The plans of the objects that an operation returns.
#[derive(Debug)]
pub(super) struct Compiled(Vec<(PayloadField, Arc<Plan>)>);

impl Compiled {
    pub(super) fn new(parts: Parts<'_>, inputs: Inputs<'_>) -> Self {
        let plans = compile::payloads(parts, inputs).into_iter();
        Self(plans.map(|(place, plan)| (place, Arc::new(plan))).collect())
    }
}

/// The plans of the objects that a request returns, and the JSON that they have written.
#[derive(Debug)]
pub struct PayloadPlans {
    plans: HashMap<PayloadField, (Arc<Plan>, Evaluated)>,
    written: Mutex<Vec<Vec<u8>>>,
}

impl PayloadPlans {
    /// `None` if there is no plan.
    pub(super) fn new(compiled: &Compiled, inputs: &Inputs<'_>) -> Option<Self> {
        let plans = compiled.0.iter();
        let plans = plans.filter_map(|(place, plan)| Some((place.clone(), (Arc::clone(plan), plan.evaluate(inputs)?))));
        let plans: HashMap<_, _> = plans.collect();
        (!plans.is_empty()).then_some(Self { plans, written: Mutex::default() })
    }

    /// Writes the object with an id that the payload has in a place. Returns the number of what was written; `None` if
    /// there is no plan, or it fails.
    pub async fn write(&self, app: &App, root: &str, field: &str, id: i64) -> Option<usize> {
        let (plan, arguments) = self.plans.get(&(root.into(), field.into()))?;
        let before = app.budget().used();
        match write(plan, arguments, app, id).await {
            Ok(json) => {
                let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
                written.push(json);
                Some(written.len() - 1)
            }
            Err(cause) => {
                tracing::debug!(%cause, "a payload is left to the executor");
                if app.budget().exceeded().is_none() {
                    app.budget().release_to(before);
                }
                None
            }
        }
    }

    /// Takes the JSON that was written, by number.
    pub fn take_written(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.written.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn write(plan: &Arc<Plan>, arguments: &Evaluated, app: &App, id: i64) -> Result<Vec<u8>> {
    let budget = app.budget();
    let mut nodes = arguments.nodes.clone();
    let Some((_, Root::One(root, _))) = plan.roots.first() else { return Err(malformed_row("no root")) };
    nodes[root.number()] = NodeArgument::Ids(vec![id]);
    let before = budget.used();
    let rows = app.rows(&plan.tree, &nodes, Wanted::OfPrimary).await?;
    let of_rows = budget.used().saturating_sub(before) + size_of_val(rows.as_slice());
    let values = references::values(app, plan, &rows).await?;
    let (plan, own_budget) = (Arc::clone(plan), budget.clone());
    let writing = move || -> Result<Vec<u8>> {
        let rows = Rows::new(&plan.tree, &rows, &own_budget)?;
        let references = References::new(&values);
        let (arguments, references) = (nodes.as_slice(), &references);
        let writer = Writer { plan: &plan, rows: &rows, arguments, ids: &[], computed: &[], references };
        let mut out = ChunkWriter::new(&own_budget);
        let Some((_, Root::One(root, fields))) = plan.roots.first() else { return Err(malformed_row("no root")) };
        // A deleted object has no row; its payload shows it as it was.
        let found = rows.only(*root).ok_or_else(|| malformed_row("gone"))?;
        writer.object(&mut out, found, fields)?;
        Ok(out.finish()?.pieces.concat())
    };
    let json = large_work::compute(budget, writing).await?;
    budget.release(of_rows);
    Ok(json)
}
