//! Whole paths of errors: the framework cuts the path of an error that goes up through a list to the place in the list.
//!
//! An extension of the schema, which sees every field fail from the inside outwards. It must never change what is
//! answered, except where an error says it comes from.

use std::sync::Arc;

use async_graphql::{
    PathSegment, QueryPathSegment, Response, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};

/// The key under which an error carries its path on its way up.
const KEY: &str = "wholePath";

/// Makes the extension.
pub(super) struct WholePaths;

impl ExtensionFactory for WholePaths {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Carry)
    }
}

struct Carry;

#[async_graphql::async_trait::async_trait]
impl Extension for Carry {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let node = info.path_node;
        let done = next.run(ctx, info).await;
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
