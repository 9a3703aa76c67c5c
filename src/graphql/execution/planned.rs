//! Objects of payloads that a read plan writes instead of the resolvers.
//!
//! Used by the payloads of mutations. Without a plan, or if it fails, the object is resolved as usual.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, QueryPathSegment, ServerResult, Value, indexmap::IndexMap,
    parser::types::Field, registry::Registry,
};

use crate::{
    app::App,
    graphql::types::{instance::Instance, stack::Stack, template::Template},
    read::payload::PayloadPlans,
};

/// The key of the object that stands for what a plan has written. No response key contains this character.
const WRITTEN: &str = "\0written";

/// An object with a number in the database.
pub(in crate::graphql) trait Stored {
    /// The number.
    fn number(&self) -> i64;
}

impl Stored for Stack {
    fn number(&self) -> i64 {
        self.0.id.0
    }
}

impl Stored for Instance {
    fn number(&self) -> i64 {
        self.0.id.0
    }
}

impl Stored for Template {
    fn number(&self) -> i64 {
        self.0.id.0
    }
}

/// An object that a plan may write.
#[derive(Debug)]
pub(in crate::graphql) struct Planned<T>(pub(in crate::graphql) T);

impl<T: OutputType + Stored> OutputType for Planned<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        if let Some(number) = written(ctx, self.0.number()).await {
            return Ok(Value::Object(IndexMap::from_iter([(Name::new(WRITTEN), Value::from(number))])));
        }
        self.0.resolve(ctx, field).await
    }
}

/// Lets the plan of the current field write an object; `None` if there is none, or it fails.
async fn written(ctx: &ContextSelectionSet<'_>, id: i64) -> Option<usize> {
    let plans = ctx.data_opt::<std::sync::Arc<PayloadPlans>>()?;
    let here = ctx.path_node.as_ref()?;
    let (QueryPathSegment::Name(field), Some(above)) = (here.segment, here.parent) else { return None };
    let (QueryPathSegment::Name(root), None) = (above.segment, above.parent) else { return None };
    plans.write(ctx.data_opt::<App>()?, root, field, id).await
}

/// The number of what a plan has written, if a value stands for it.
pub fn number_of_written(value: &Value) -> Option<usize> {
    match value {
        Value::Object(fields) => match fields.first()? {
            (key, Value::Number(number)) if key == WRITTEN => usize::try_from(number.as_u64()?).ok(),
            _ => None,
        },
        _ => None,
    }
}
