//! `SharedVar`: a variable of a stack, with what refers to it.
//!
//! Reached through `Stack.sharedVars` and the targets of references. Of past states, and in the log, a variable has no stack
//! that it could be asked of, so it is answered as stored. It must not resolve references.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Object, ObjectType, OutputType, Positioned, Result, ServerResult,
    Value,
    connection::{Connection, ConnectionNameType, DefaultEdgeName, EmptyFields},
    parser::types::Field,
    registry::{MetaType, Registry},
    resolver_utils::resolve_container,
};

use crate::{
    db::queries::page::Slice,
    graphql::{
        config::{references::UsedReference, shared::Shared},
        context::ContextExt,
        execution::to_error::to_graphql_error,
        lists::in_memory::{self, ByPlace},
        loaders::ReferencesOf,
    },
    ids::StackId,
    kinds::SharedVar,
    read::cursor::PageArgs,
    references::{Of, What},
};

/// The name of the connection.
pub(in crate::graphql) struct ReferenceUseConnectionName;

impl ConnectionNameType for ReferenceUseConnectionName {
    fn type_name<T: OutputType>() -> String {
        "ReferenceUseConnection".to_owned()
    }
}

/// A page of references.
type ReferenceUseConnection =
    Connection<String, UsedReference, EmptyFields, EmptyFields, ReferenceUseConnectionName, DefaultEdgeName>;

/// A variable of a stack as it is.
pub(in crate::graphql) struct LiveSharedVar {
    var: Shared<SharedVar>,
    used: Used,
}

impl LiveSharedVar {
    pub(in crate::graphql) fn new(stack: StackId, var: Shared<SharedVar>) -> Self {
        let used = Used { stack, key: var.key.clone() };
        Self { var, used }
    }
}

/// What refers to a variable.
struct Used {
    stack: StackId,
    key: String,
}

#[Object]
impl Used {
    /// The references to it in the effective configurations of the stack's live instances, oldest instance first. Pages have 1
    /// to 100 rows, 20 when nothing is said. Null where the variable is a part of a change or of a past state.
    async fn used_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Option<Result<ReferenceUseConnection>> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error);
        Some(match slice {
            Ok(slice) => self.page(ctx, &slice).await,
            Err(error) => Err(error),
        })
    }
}

impl Used {
    async fn page(&self, ctx: &Context<'_>, slice: &Slice<ByPlace>) -> Result<ReferenceUseConnection> {
        let found = ctx.loaders().load(ReferencesOf(self.stack)).await.map_err(to_graphql_error)?;
        let is_it = |what: &What| matches!(what, What::Variable(key) if *key == self.key);
        let uses = found.iter().flat_map(|found| &found.uses);
        let uses: Vec<_> = uses.filter(|one| one.reference.of == Of::Shared && is_it(&one.reference.what)).collect();
        Ok(in_memory::connection(uses.len(), |_| true, slice, |place| UsedReference::from(uses[place])))
    }
}

impl OutputType for LiveSharedVar {
    fn type_name() -> Cow<'static, str> {
        SharedVar::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = SharedVar::create_type_info(registry);
        let used = registry.create_fake_output_type::<Used>();
        let var = registry.types.get_mut(&*SharedVar::type_name());
        if let (Some(MetaType::Object { fields, .. }), MetaType::Object { fields: more, .. }) = (var, used) {
            fields.extend(more);
        }
        name
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for LiveSharedVar {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match self.used.resolve_field(ctx).await? {
            Some(value) => Ok(Some(value)),
            None => self.var.resolve_field(ctx).await,
        }
    }
}

impl ObjectType for LiveSharedVar {}
