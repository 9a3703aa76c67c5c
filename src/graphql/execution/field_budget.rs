//! What happens around every field: its value is charged to the budget of the request, and an error gets its whole path,
//! which the framework cuts where the error goes up through a list.
//!
//! An extension of the schema, which sees every field. It must never change what is answered, except where an error says it
//! comes from, and that nothing more is resolved once the budget is exceeded.

use std::sync::{Arc, OnceLock};

use async_graphql::{
    PathSegment, QueryPathSegment, Response, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};
use async_graphql_value::Value as Argument;

use crate::{app::App, budget::Budget, error::Error, graphql::execution::to_error::to_graphql_error};

/// The key under which an error carries its path on its way up.
const KEY: &str = "wholePath";

/// What a field costs beside its value, in bytes: its place in the answer, and the future that resolves it.
const FIELD_OVERHEAD: usize = 512;

/// Makes the extension.
pub(in crate::graphql) struct AroundFields;

impl ExtensionFactory for AroundFields {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Request::default())
    }
}

/// One request.
#[derive(Default)]
struct Request {
    budget: OnceLock<Budget>,
}

impl Request {
    fn budget(&self, ctx: &ExtensionContext<'_>) -> &Budget {
        self.budget.get_or_init(|| ctx.data_opt::<App>().map(|app| app.budget().clone()).unwrap_or_default())
    }
}

/// How much memory the value of a leaf takes; that of an object was charged field by field.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::List(items) => items.iter().map(|item| size_of::<Value>() + size(item)).sum(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| 2 * size_of::<Value>() + key.len() + size(value)).sum()
        }
        _ => 0,
    }
}

/// How much memory an argument takes; variables have been put in before.
fn argument_size(value: &Argument) -> usize {
    size_of::<Argument>()
        + match value {
            Argument::String(text) => text.len(),
            Argument::List(items) => items.iter().map(argument_size).sum(),
            Argument::Object(fields) => fields.iter().map(|(key, value)| 64 + key.len() + argument_size(value)).sum(),
            _ => 0,
        }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Request {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let node = info.path_node;
        let (is_leaf, position) = (info.field.selection_set.node.items.is_empty(), info.field.name.pos);
        let budget = self.budget(ctx);
        let charge = |bytes| {
            budget.charge(bytes).map_err(|exceeded| to_graphql_error(Error::from(exceeded)).into_server_error(position))
        };
        // A resolver has its arguments for itself as long as it runs.
        let arguments: usize = info.field.arguments.iter().map(|(_, value)| argument_size(&value.node)).sum();
        let done = match charge(FIELD_OVERHEAD + arguments) {
            Ok(()) => next.run(ctx, info).await,
            Err(exceeded) => Err(exceeded),
        };
        budget.release(arguments);
        let done = done.and_then(|value| {
            charge(value.as_ref().filter(|_| is_leaf).map_or(0, size))?;
            Ok(value)
        });
        done.map_err(|mut error| {
            let extensions = error.extensions.get_or_insert_default();
            // The innermost field that fails is asked first.
            if extensions.get(KEY).is_none() {
                let mut path = Vec::new();
                let mut here = Some(node);
                while let Some(place) = here {
                    path.push(match place.segment {
                        QueryPathSegment::Index(index) => Value::from(index),
                        QueryPathSegment::Name(name) => Value::from(name),
                    });
                    here = place.parent;
                }
                path.reverse();
                extensions.set(KEY, Value::List(path));
            }
            error
        })
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, name: Option<&str>, next: NextExecute<'_>) -> Response {
        let mut response = next.run(ctx, name).await;
        for error in &mut response.errors {
            let Some(extensions) = &mut error.extensions else { continue };
            let Some(Value::List(path)) = extensions.get(KEY) else { continue };
            let segment = |part: &Value| match part {
                Value::Number(index) => index.as_u64().and_then(|n| usize::try_from(n).ok()).map(PathSegment::Index),
                Value::String(name) => Some(PathSegment::Field(name.clone())),
                _ => None,
            };
            error.path = path.iter().filter_map(segment).collect();
            extensions.unset(KEY);
        }
        response
    }
}
