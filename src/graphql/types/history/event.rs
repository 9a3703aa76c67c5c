//! `StackEvent`: what a subscription sends.
//!
//! Reached through `Subscription`. Its objects are read when the event is sent, not when the change was made.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, Union};
use chrono::{DateTime, Utc};

use crate::{
    app::{FeedItem, LoggedChange, ResyncReason as Reason},
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::ChangeKey,
        types::{
            history::{change::Change, point::ChangeCursor},
            instance::Instance,
            node::{self, Node},
            stack::Stack,
            template::Template,
        },
    },
    ids::{AnyId, GlobalId},
};

/// What a subscription sends.
#[derive(Union)]
pub(in crate::graphql) enum StackEvent {
    /// Something has changed.
    Change(ChangeEvent),
    /// The stream is alive.
    Heartbeat(HeartbeatEvent),
    /// Changes are missing.
    Resync(ResyncEvent),
}

impl From<&FeedItem> for StackEvent {
    fn from(item: &FeedItem) -> Self {
        match item {
            FeedItem::Change(change) => Self::Change(ChangeEvent(Arc::clone(change))),
            FeedItem::Heartbeat { cursor, at } => {
                Self::Heartbeat(HeartbeatEvent { cursor: Arc::clone(cursor), at: *at })
            }
            FeedItem::Resync { cursor, reason } => {
                Self::Resync(ResyncEvent { cursor: Arc::clone(cursor), reason: (*reason).into() })
            }
        }
    }
}

/// Something has changed.
pub(in crate::graphql) struct ChangeEvent(Arc<LoggedChange>);

#[Object]
/// Something has changed. The objects are shown as they are now, which may be after further changes.
impl ChangeEvent {
    /// The cursor of the change.
    async fn cursor(&self) -> ChangeCursor {
        ChangeCursor(self.0.cursor.clone())
    }

    /// The change. If it was purged meanwhile, only its id, cursor and subject are left, and it has no message.
    async fn change(&self, ctx: &Context<'_>) -> Result<Change> {
        let found = ctx.loaders().load(ChangeKey(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(Change(found.unwrap_or_else(|| Arc::new(self.0.without_log()))))
    }

    /// The stack that the change belongs to, if it is live; null for changes of templates.
    async fn stack(&self, ctx: &Context<'_>) -> Option<Result<Stack>> {
        match node::find(ctx, AnyId::Stack(self.0.stack?)).await {
            Ok(Some(Node::Stack(stack))) => Some(Ok(stack)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// The instance that has changed, if it is live.
    async fn instance(&self, ctx: &Context<'_>) -> Option<Result<Instance>> {
        match node::find(ctx, AnyId::Instance(self.0.instance()?)).await {
            Ok(Some(Node::Instance(instance))) => Some(Ok(instance)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// The template that has changed, if it still exists.
    async fn template(&self, ctx: &Context<'_>) -> Option<Result<Template>> {
        match node::find(ctx, AnyId::Template(self.0.template()?)).await {
            Ok(Some(Node::Template(template))) => Some(Ok(template)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// The objects that the change has deleted, or moved to the trash.
    async fn deleted_ids(&self) -> Vec<ID> {
        let encoded = self.0.deleted.iter().map(|id| match id {
            AnyId::Stack(id) => id.encode(),
            AnyId::Template(id) => id.encode(),
            AnyId::Instance(id) => id.encode(),
        });
        encoded.map(ID).collect()
    }
}

/// Nothing has happened for a while; the stream is alive.
pub(in crate::graphql) struct HeartbeatEvent {
    cursor: Arc<str>,
    at: DateTime<Utc>,
}

#[Object]
/// The stream is alive, and everything up to the cursor has been sent. It comes every 15 seconds.
impl HeartbeatEvent {
    /// The newest cursor.
    async fn cursor(&self) -> ChangeCursor {
        ChangeCursor(self.cursor.to_string())
    }

    /// When it was sent.
    async fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Changes are missing from the stream.
pub(in crate::graphql) struct ResyncEvent {
    cursor: Arc<str>,
    reason: ResyncReason,
}

#[Object]
/// Changes are missing from the stream: fetch anew what you show. The stream goes on from the cursor.
impl ResyncEvent {
    /// The newest cursor.
    async fn cursor(&self) -> ChangeCursor {
        ChangeCursor(self.cursor.to_string())
    }

    /// Why changes are missing.
    async fn reason(&self) -> ResyncReason {
        self.reason
    }
}

/// Why changes are missing from a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Reason")]
pub(in crate::graphql) enum ResyncReason {
    /// The database has another history than before: it was restored from a backup, or a failover lost changes.
    Epoch,
    /// The changes after the cursor are no longer stored, or are more than 10,000.
    TooOld,
    /// The client took the events too slowly.
    TooSlow,
    /// The API key reaches other stacks, or has another role, than before.
    ScopeChanged,
}
