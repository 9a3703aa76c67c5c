//! `Node`: the interface of objects with a global id.
//!
//! Used by `node`, `nodes` and the user errors that refer to an object. It must not show a deleted object as a live
//! one.

use async_graphql::{Context, ID, Interface, Result};

use crate::{
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{ChangeKey, InstanceKey, StackKey, TemplateKey},
        types::{
            history::{
                change::Change,
                version::{InstanceVersion, StackVersion},
            },
            instance::Instance,
            stack::Stack,
            template::Template,
        },
    },
    ids::{AnyId, ChangeId, GlobalId, VersionId},
};

/// Anything with an opaque global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque global id; it stays the same for ever."))]
pub(in crate::graphql) enum Node {
    Stack(Stack),
    Template(Template),
    Instance(Instance),
    Change(Change),
    InstanceVersion(InstanceVersion),
    StackVersion(StackVersion),
}

/// Finds anything by its global id: a live object, a change, or a past state.
pub(in crate::graphql) async fn find_any(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    if let Some(id) = AnyId::decode(id) {
        return find(ctx, id).await;
    }
    if let Some(id) = ChangeId::decode(id) {
        let found = ctx.loaders().load(ChangeKey(id)).await.map_err(to_graphql_error)?;
        return Ok(found.map(|row| Node::Change(Change(row))));
    }
    match VersionId::decode(id) {
        Some(id) if id.tag == "StackVersion" => Ok(StackVersion::find(ctx, &id).await?.map(Node::StackVersion)),
        Some(id) => Ok(InstanceVersion::find(ctx, &id).await?.map(Node::InstanceVersion)),
        None => Ok(None),
    }
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
