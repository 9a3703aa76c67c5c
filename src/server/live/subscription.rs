//! One subscription: a stream of changes, each executed with the document of the subscription.
//!
//! Used by the transports. What subscriptions that are the same share is in `spec.rs`.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use async_graphql::ServerError;
use axum::body::Bytes;
use futures_util::Stream;
use tokio::{task::JoinHandle, time::Instant};
use tower_http::request_id::RequestId;

use super::{
    Live, Open,
    spec::{Document, PayloadKey, Spec},
};
use crate::{
    access::Access,
    app::{Changes, FeedItem},
    graphql::{Followed, follow, locate},
    server::{
        Service,
        graphql::{Prepared, completed, limit_errors},
        middleware::metrics::subscriptions::Transport,
    },
};

/// Most events of a subscription that are made at the same time. One after the other, they would take a round trip to the
/// database each.
const MAX_AHEAD: usize = 16;
/// After a longer response, the next event is made when that one has been sent: a slow client costs little memory.
const MAX_BYTES_AHEAD: usize = 4 * 1024;

/// The response to an event.
enum Json {
    Known(Bytes),
    /// It is made on a task of its own: others may wait for it, and must not wait for the client of this subscription.
    Running(JoinHandle<Bytes>),
}

impl Json {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Bytes> {
        match self {
            Self::Known(json) => Poll::Ready(json.clone()),
            Self::Running(task) => match ready!(Pin::new(task).poll(cx)) {
                Ok(json) => Poll::Ready(json),
                Err(cause) => match cause.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The process ends.
                    Err(_) => Poll::Pending,
                },
            },
        }
    }
}

/// An event that is ready to be sent.
pub(super) struct Event {
    /// The item with its cursor.
    pub(super) item: FeedItem,
    /// The response.
    pub(super) json: Bytes,
}

/// Why a subscription was not opened.
pub(super) enum Refused {
    /// Too many are open.
    Full,
    /// Its arguments are wrong, or the database is away.
    Errors(Vec<ServerError>),
}

/// An open subscription.
pub(super) struct Subscription {
    spec: Arc<Spec>,
    changes: Changes,
    /// The next events, in their order.
    next: VecDeque<(FeedItem, Json)>,
    /// Bytes of the last response.
    last_bytes: usize,
    /// Whether it ends with the next event.
    ends: bool,
    open: Open,
}

impl Subscription {
    /// Opens a subscription. `last` is the cursor of the last event that the client has, which wins over its argument.
    pub(super) async fn open(
        service: &Service,
        access: Access,
        prepared: Prepared,
        last: Option<String>,
        transport: Transport,
        id: Option<&RequestId>,
    ) -> Result<Self, Refused> {
        let Some(mut open) = service.live.open(transport) else { return Err(Refused::Full) };
        let Prepared { checked, operation_name, chosen, query, .. } = prepared;
        let mut variables = chosen.variables;
        let parts = match service.documents.operation(&checked, operation_name.as_deref()) {
            Ok(parts) => parts,
            Err(refusal) => return Err(Refused::Errors(crate::server::graphql::errors(&refusal))),
        };
        let app = service.app.for_caller_within(access.clone(), service.budget());
        let following = async { Ok(follow(&app, parts, &variables, last).await) };
        let followed = match completed(service, Instant::now(), following).await {
            Ok(Ok(followed)) => Ok(followed),
            Ok(Err(error)) => Err(vec![error]),
            Err(response) => Err(response.errors),
        };
        let Followed { changes, after_variable } = followed.map_err(|mut errors| {
            locate(&mut errors, parts, &variables);
            limit_errors(&mut errors, id);
            Refused::Errors(errors)
        })?;
        // Where a stream has begun makes no difference to its events.
        if let Some(name) = after_variable.filter(|name| is_used_once(&query, name)) {
            variables.remove(&name);
        }
        let spec = Spec::new(service, access, &query, Document { checked, operation_name, variables });
        open.count();
        let spec = service.live.shared(spec);
        Ok(Self { spec, changes, next: VecDeque::new(), last_bytes: 0, ends: false, open })
    }

    /// The cursor after which the stream began.
    pub(super) fn start(&self) -> &str {
        self.changes.start()
    }

    /// Goes on with another access. The client is told to fetch anew.
    pub(super) fn rescope(&mut self, access: &Access) {
        self.next.clear();
        self.ends = !self.changes.rescope(access);
        self.spec = self.live().shared(self.spec.for_access(access.clone()));
    }

    fn live(&self) -> &Live {
        &self.open.live
    }

    /// The next event; `None` when the subscription is complete.
    pub(super) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let is_over = self.look_ahead(cx);
        let Some((_, json)) = self.next.front_mut() else {
            return if is_over { Poll::Ready(None) } else { Poll::Pending };
        };
        let json = ready!(json.poll(cx));
        let Some((item, _)) = self.next.pop_front() else { return Poll::Ready(None) };
        self.last_bytes = json.len();
        if self.next.is_empty() {
            // An idle subscription holds no memory.
            self.next = VecDeque::new();
        }
        let (figures, transport) = (&self.live().0.figures, self.open.transport);
        figures.sent(transport);
        if let FeedItem::Resync { reason, .. } = &item {
            figures.resynced(*reason);
        }
        Poll::Ready(Some(Event { item, json }))
    }

    /// Begins to make the next events. Returns whether there are no more.
    fn look_ahead(&mut self, cx: &mut Context<'_>) -> bool {
        let most = if self.last_bytes > MAX_BYTES_AHEAD { 1 } else { MAX_AHEAD };
        while self.next.len() < most {
            let item = match Pin::new(&mut self.changes).poll_next(cx) {
                Poll::Pending => return false,
                Poll::Ready(None) => return true,
                Poll::Ready(Some(item)) => item,
            };
            if self.ends && !matches!(item, FeedItem::Resync { .. }) {
                return true;
            }
            let json = match self.live().0.payloads.get(&PayloadKey::new(&self.spec.digest, &item)) {
                Some(known) => Json::Known(known),
                None => Json::Running(tokio::spawn(Arc::clone(&self.spec).response(item.clone()))),
            };
            self.next.push_back((item, json));
            if self.ends {
                return false;
            }
        }
        false
    }

    /// Whether the last event was its last one.
    pub(super) fn is_complete(&self) -> bool {
        self.ends && self.next.is_empty()
    }
}

/// Whether a document uses a variable only once beside its declaration. It may use it less often: comments and texts count.
fn is_used_once(query: &str, name: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let variable = format!("${name}");
    let found = query.match_indices(&variable);
    let whole = found.filter(|(at, _)| !query.as_bytes().get(at + variable.len()).copied().is_some_and(is_name));
    whole.count() == 2
}

#[cfg(test)]
mod tests {
    use crate::server::live::subscription::*;

    #[test]
    fn a_variable_is_counted_as_a_whole_name() {
        let query =
            "subscription ($a: ChangeCursor, $ab: Int, $c: Int) { changes(after: $a) { x(y: [$ab, $ab, $c]) } }";
        assert_eq!(["a", "ab", "c", "d"].map(|name| is_used_once(query, name)), [true, false, true, false]);
    }
}
