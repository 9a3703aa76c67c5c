//! Direct plans: write the response of a frequent form of query straight from rows, without the executor.
//!
//! Called by the server before the executor. A plan must not give another response than the executor, byte for byte.
//!
//! The executor makes a future, a value and several allocations for each field of each row, which take most of the
//! time of a large response. A plan is compiled once from the validated selection; a request then takes one statement
//! for each root field, and one pass over its rows. Queries that no plan covers, and all failures, are left to the
//! executor, so that only the executor reports errors. Tests compare the bytes of both.

mod compile;
mod effective;
mod plan;
mod response_cache;
mod write;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value};

pub use self::response_cache::ResponseCache;
use self::{
    plan::{ListArguments, Plan, Root},
    response_cache::Key,
    write::Rows,
};
use crate::{
    app::App,
    budget::{
        Exceeded,
        chunks::{ChunkWriter, Chunks},
        large_work,
    },
    db::{
        direct::{InstanceSelection, Version},
        queries::{
            instances::{ByAge, InstanceFilter},
            page::Slice,
        },
    },
    error::Result,
    graphql::lists::connection::{PageArgs, searchable},
};

/// The plans of the operations of a document, by name.
#[derive(Debug)]
pub struct Plans(Vec<Named>);

#[derive(Debug)]
struct Named {
    name: Option<Box<str>>,
    /// A number that no other plan of this process has; part of the key of cached responses.
    number: u64,
    plan: Arc<Plan>,
}

static NEXT_PLAN_NUMBER: AtomicU64 = AtomicU64::new(0);

impl Plans {
    /// Compiles a plan for each operation of a document that a plan can answer.
    pub fn new(schema: &Schema, document: &ExecutableDocument) -> Self {
        let plans = document.operations.iter().filter_map(|operation| {
            let plan = Arc::new(compile::compile(schema, document, operation)?);
            let name = operation.name.as_ref().map(|name| name.as_str().into());
            Some(Named { name, number: NEXT_PLAN_NUMBER.fetch_add(1, Ordering::Relaxed), plan })
        });
        Self(plans.collect())
    }

    /// The whole response to an operation with coerced variables; `None` when the executor has to answer it. Fails only
    /// if the budget of the request is exceeded.
    pub async fn answer(
        &self,
        app: &App,
        response_cache: &ResponseCache,
        operation: Option<&str>,
        variables: &Map<String, Value>,
    ) -> Result<Option<Chunks>, Exceeded> {
        let Some(named) = self.0.iter().find(|named| named.name.as_deref() == operation) else { return Ok(None) };
        let budget = app.budget();
        match cached_or_new(named, app, response_cache, variables).await {
            Ok(answer) => Ok(answer),
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

/// The cached response if its version is still current, otherwise a new one, which is then cached.
async fn cached_or_new(
    named: &Named,
    app: &App,
    response_cache: &ResponseCache,
    variables: &Map<String, Value>,
) -> Result<Option<Chunks>> {
    let only = named.plan.only_stack().filter(|_| response_cache.keep());
    let Some(stack) = only.and_then(|stack| stack.value(variables).as_str()) else {
        return Ok(write_answer(&named.plan, app, variables).await?.map(|(answer, _)| answer));
    };
    let key = Key::new(named.number, variables, &app.access().scope);
    if let Some(known) = response_cache.get(&key)
        && app.version(stack).await? == Some(known.version)
        && let Some(answer) = known.answer(app.budget())?
    {
        return Ok(Some(Chunks::whole(answer, app.budget())));
    }
    let Some((answer, version)) = write_answer(&named.plan, app, variables).await? else { return Ok(None) };
    if let (Some(version), Some(answer)) = (version, answer.in_one_piece()) {
        response_cache.put(key, version, answer);
    }
    Ok(Some(answer))
}

/// Writes the response, and returns it with the version of the last stack that was read; `None` if an argument is
/// invalid, which the executor reports.
async fn write_answer(
    plan: &Arc<Plan>,
    app: &App,
    variables: &Map<String, Value>,
) -> Result<Option<(Chunks, Option<Version>)>> {
    let budget = app.budget();
    let mut out = ChunkWriter::new(budget);
    let mut version = None;
    out.extend_from_slice(b"{\"data\":");
    let mut separator = b'{';
    for (at, (key, root)) in plan.roots.iter().enumerate() {
        out.push(separator);
        separator = b',';
        out.extend_from_slice(key.as_bytes());
        let (read, name) = match root {
            Root::Typename(name) => {
                write::raw(&mut out, name)?;
                continue;
            }
            Root::Stack(read, _) => (read, None),
            Root::Instance(read, name, _) => (read, Some(name.value(variables).as_str())),
        };
        let Some(stack) = read.stack.value(variables).as_str() else { return Ok(None) };
        let listed = match &read.list {
            None => None,
            Some(list) => match page(list, variables) {
                None => return Ok(None),
                listed => listed,
            },
        };
        let members = match (name, &listed) {
            (Some(Some(name)), _) => InstanceSelection::One(name),
            (Some(None), _) => return Ok(None),
            (None, Some((filter, slice))) => InstanceSelection::Page(filter, slice),
            (None, None) => InstanceSelection::None,
        };
        let before = budget.used();
        let rows = app.rows(&read.projection, stack, members).await?;
        // Includes the slots that sorting needs: one for each row.
        let of_rows = budget.used().saturating_sub(before) + size_of_val(rows.as_slice());
        let slice = listed.map(|(_, slice)| slice);
        let (plan, budget_of_rows) = (Arc::clone(plan), budget.clone());
        let writing = move || -> Result<(ChunkWriter, Option<Version>)> {
            match &plan.roots[at].1 {
                Root::Typename(_) => Ok((out, None)),
                Root::Stack(read, fields) => {
                    let rows = Rows::new(&read.projection, &rows, &budget_of_rows)?;
                    let version = rows.version()?;
                    rows.stack(fields, slice.as_ref(), &mut out)?;
                    Ok((out, version))
                }
                Root::Instance(read, _, fields) => {
                    let rows = Rows::new(&read.projection, &rows, &budget_of_rows)?;
                    let version = rows.version()?;
                    rows.instance(fields, &mut out)?;
                    Ok((out, version))
                }
            }
        };
        (out, version) = large_work::compute(budget, writing).await?;
        budget.release(of_rows);
    }
    out.extend_from_slice(b"}}");
    Ok(Some((out.finish()?, version)))
}

/// The filter and the slice of a list from its arguments; `None` if an argument is invalid, or if no row can match.
fn page(list: &ListArguments, variables: &Map<String, Value>) -> Option<(InstanceFilter, Slice<ByAge>)> {
    let number = |argument: &plan::Argument| match argument.value(variables) {
        Value::Null => Some(None),
        value => Some(Some(i32::try_from(value.as_i64()?).ok()?)),
    };
    let text = |argument: &plan::Argument| match argument.value(variables) {
        Value::Null => Some(None),
        value => Some(Some(value.as_str()?.to_owned())),
    };
    let enabled = match list.enabled.value(variables) {
        Value::Null => None,
        value => Some(value.as_bool()?),
    };
    let page = PageArgs {
        first: number(&list.first)?,
        after: text(&list.after)?,
        last: number(&list.last)?,
        before: text(&list.before)?,
    };
    let search = searchable(text(&list.search)?)?;
    Some((InstanceFilter { search, enabled }, page.slice().ok()?))
}
