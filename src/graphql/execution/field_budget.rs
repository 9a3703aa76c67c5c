//! Schema extension that charges the value of every field to the budget of the request, and gives every error its full
//! path, which async-graphql truncates when an error propagates through a list.
//!
//! Called by async-graphql around every field. It must not change a response, except for the paths of errors, and
//! except that nothing more is resolved once the budget is exceeded.

use std::sync::{Arc, OnceLock};

use async_graphql::{
    PathSegment, QueryPathSegment, Response, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};
use async_graphql_value::Value as Argument;

use crate::{app::App, budget::Budget, error::Error, graphql::execution::to_error::to_graphql_error};

/// The extension of an error that contains its path while it propagates.
const PATH_EXTENSION: &str = "wholePath";

/// The memory that a field takes besides its value, in bytes: its entry in the response, and the future that resolves
/// it.
const FIELD_OVERHEAD: usize = 512;

/// The factory of the extension.
pub(in crate::graphql) struct AroundFields;

impl ExtensionFactory for AroundFields {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Request::default())
    }
}

/// The extension of one request.
#[derive(Default)]
struct Request {
    budget: OnceLock<Budget>,
}

impl Request {
    fn budget(&self, ctx: &ExtensionContext<'_>) -> &Budget {
        self.budget.get_or_init(|| ctx.data_opt::<App>().map(|app| app.budget().clone()).unwrap_or_default())
    }
}

/// The memory that the value of a leaf takes, in bytes. The fields of an object are charged one by one.
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

/// The memory that an argument takes, in bytes. Its variables have been resolved.
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
        // A resolver owns a copy of its arguments while it runs.
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
            // The innermost failing field is visited first, so an existing path is the full one.
            if extensions.get(PATH_EXTENSION).is_none() {
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
                extensions.set(PATH_EXTENSION, Value::List(path));
            }
            error
        })
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, name: Option<&str>, next: NextExecute<'_>) -> Response {
        let mut response = next.run(ctx, name).await;
        for error in &mut response.errors {
            let Some(extensions) = &mut error.extensions else { continue };
            let Some(Value::List(path)) = extensions.get(PATH_EXTENSION) else { continue };
            let segment = |part: &Value| match part {
                Value::Number(index) => index.as_u64().and_then(|n| usize::try_from(n).ok()).map(PathSegment::Index),
                Value::String(name) => Some(PathSegment::Field(name.clone())),
                _ => None,
            };
            error.path = path.iter().filter_map(segment).collect();
            extensions.unset(PATH_EXTENSION);
        }
        response
    }
}
