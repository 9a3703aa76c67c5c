//! `Node`: the interface of objects with a global id.
//!
//! Used by `node`, `nodes` and the user errors that refer to an object. It must not show a deleted object as a live
//! one.

use async_graphql::{Context, ID, Interface, Result};

use crate::{
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{InstanceKey, StackKey, TemplateKey},
        types::{instance::Instance, stack::Stack, template::Template},
    },
    ids::AnyId,
};

/// Anything with an opaque global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque global id; it stays the same for ever."))]
pub(in crate::graphql) enum Node {
    Stack(Stack),
    Template(Template),
    Instance(Instance),
}

/// Finds the live object with this id.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: AnyId) -> Result<Option<Node>> {
    let loaders = ctx.loaders();
    let found = match id {
        AnyId::Stack(id) => {
            let found = loaders.load(StackKey(id)).await.map_err(to_graphql_error)?;
            found.filter(|stack| stack.deleted_at.is_none()).map(|row| Node::Stack(Stack(row)))
        }
        AnyId::Template(id) => {
            loaders.load(TemplateKey(id)).await.map_err(to_graphql_error)?.map(|row| Node::Template(Template(row)))
        }
        AnyId::Instance(id) => {
            let found = loaders.load(InstanceKey(id)).await.map_err(to_graphql_error)?;
            found.filter(|instance| instance.deleted_at.is_none()).map(|row| Node::Instance(Instance(row)))
        }
    };
    Ok(found)
}
