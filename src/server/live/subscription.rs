//! One subscription: a stream of changes, each executed with the document of the subscription.
//!
//! Used by the transports. Subscriptions with the same document, variables and reach share one execution and one
//! response for each event, whatever their number. A response must not be shared between different reaches.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use async_graphql::{Response, ServerError, parser::types::ExecutableDocument};
use axum::body::Bytes;
use futures_util::Stream;
use quick_cache::{Weighter, sync};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, sleep},
};
use tower_http::request_id::RequestId;

use super::{
    Live, Open,
    batch::{self, LastBytes},
};
use crate::{
    access::{Access, Scope},
    app::{Changes, FeedItem},
    budget::{Budget, Exceeded},
    document::Checked,
    graphql::{EventRun, Followed, executable, execute_events, follow, locate},
    read::Plans,
    server::{
        Service,
        graphql::{Prepared, add_codes, completed, limit_errors, over, panicked, values},
        middleware::{metrics::subscriptions::Transport, outcome::Outcome},
        transport::body::pieces,
    },
};

/// Most bytes of the responses that are kept for subscriptions that have not sent them yet.
const MAX_PAYLOAD_BYTES: u64 = 8 * 1024 * 1024;
/// Number of responses that are kept, about.
const PAYLOADS: usize = 4096;
/// Most events of a subscription that are made at the same time. One after the other, they would take a round trip to the
/// database each.
const MAX_AHEAD: usize = 16;
/// After a longer response, the next event is made when that one has been sent: a slow client costs little memory.
const MAX_BYTES_AHEAD: usize = 4 * 1024;
/// Pauses before an event is executed again because the database was away.
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];
/// The codes of responses that are worth another execution.
const WORTH_REPEATING: [&str; 2] = ["UNAVAILABLE", "TIMEOUT"];

/// What makes subscriptions the same.
pub(super) type Digest = [u8; 32];

/// What subscriptions that are the same share.
pub(super) struct Spec {
    pub(super) service: Service,
    pub(super) access: Access,
    /// What accesses that reach the same have in common.
    pub(super) reach: Digest,
    /// The length of its last response.
    pub(super) bytes: LastBytes,
    checked: Arc<Checked<Plans>>,
    operation_name: Option<String>,
    variables: Map<String, Value>,
    query: Digest,
    pub(super) digest: Digest,
}

impl Spec {
    /// The same for a caller with another access.
    fn for_access(&self, access: Access) -> Self {
        let (digest, reach) = (digest(&self.query, &access), reach(&access));
        Self {
            service: self.service.clone(),
            access,
            reach,
            bytes: LastBytes::default(),
            checked: Arc::clone(&self.checked),
            operation_name: self.operation_name.clone(),
            variables: self.variables.clone(),
            query: self.query,
            digest,
        }
    }

    /// Executes the document for an event. Returns the response, and whether it is worth another try.
    async fn execute(&self, item: &FeedItem) -> (Bytes, bool) {
        let service = &self.service;
        service.live.0.figures.executed();
        let budget = service.budget();
        let mut response = match service.documents.operation(&self.checked, self.operation_name.as_deref()) {
            Err(refusal) => Response::from_errors(crate::server::graphql::errors(&refusal)),
            Ok(parts) => {
                let executable = || executable(parts, &self.variables, &budget);
                let mut response = match executable() {
                    Err(exceeded) => over(exceeded),
                    Ok(document) => {
                        let run = |done| EventRun { document, event: item.clone(), done };
                        match batch::execute(self, run).await {
                            Some(response) => response,
                            None => self.execute_alone(executable, item, &budget).await,
                        }
                    }
                };
                locate(&mut response.errors, parts, &self.variables);
                response
            }
        };
        add_codes(&mut response);
        let mut outcome = Outcome::default();
        let json = values((response, Vec::new()), true, None, &mut outcome, &budget).await;
        let is_away = outcome.codes.iter().any(|code| WORTH_REPEATING.contains(&code.as_str()));
        self.bytes.set(json.len());
        let mut pieces = pieces(json);
        let json = match pieces.len() {
            1 => pieces.remove(0),
            _ => Bytes::from(pieces.concat()),
        };
        (json, is_away)
    }

    /// Executes the document with the budget and the time of a whole request.
    async fn execute_alone(
        &self,
        document: impl Fn() -> Result<ExecutableDocument, Exceeded>,
        item: &FeedItem,
        budget: &Budget,
    ) -> Response {
        let service = &self.service;
        let live = &service.live.0;
        let _permit = live.batches.permit().await;
        let app = service.app.for_caller_within(self.access.clone(), budget.clone());
        let run = async {
            let (done, response) = oneshot::channel();
            let run = EventRun { document: document()?, event: item.clone(), done };
            execute_events(&live.schema, app, vec![run]).await?;
            Ok(response.await.ok())
        };
        let response = completed(service, Instant::now(), run).await;
        response.unwrap_or_else(Some).unwrap_or_else(panicked)
    }

    async fn execute_until_there(&self, item: &FeedItem) -> Bytes {
        for pause in PAUSES {
            let (json, is_away) = self.execute(item).await;
            if !is_away {
                return json;
            }
            sleep(pause).await;
        }
        self.execute(item).await.0
    }

    /// The response to an event: the one that another subscription has made, or is making, or a new one.
    async fn response(self: Arc<Self>, item: FeedItem) -> Bytes {
        let payloads = &self.service.live.0.payloads;
        let key = PayloadKey::new(&self.digest, &item);
        match payloads.get_value_or_guard_async(&key).await {
            Ok(known) => known,
            Err(guard) => {
                let json = self.execute_until_there(&item).await;
                drop(guard.insert(json.clone()));
                json
            }
        }
    }
}

fn digest(query: &Digest, access: &Access) -> Digest {
    let mut hash = Sha256::new();
    hash.update(query);
    hash.update(reach(access));
    hash.finalize().into()
}

fn reach(access: &Access) -> Digest {
    let mut hash = Sha256::new();
    hash.update(access.role.as_str());
    if let Scope::Stacks(stacks) = &access.scope {
        hash.update(b"\0");
        stacks.iter().for_each(|stack| hash.update(stack.0.to_le_bytes()));
    }
    hash.finalize().into()
}

/// An event of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PayloadKey {
    digest: Digest,
    kind: u8,
    number: i64,
    cursor: u64,
}

impl PayloadKey {
    fn new(digest: &Digest, item: &FeedItem) -> Self {
        let mut cursor = DefaultHasher::new();
        item.cursor().hash(&mut cursor);
        let (kind, number) = match item {
            FeedItem::Change(change) => (0, change.id.0),
            FeedItem::Heartbeat { at, .. } => (1, at.timestamp_micros()),
            FeedItem::Resync { reason, .. } => (2, *reason as i64),
        };
        Self { digest: *digest, kind, number, cursor: cursor.finish() }
    }
}

#[derive(Clone)]
pub(super) struct ByBytes;

impl Weighter<PayloadKey, Bytes> for ByBytes {
    fn weight(&self, _: &PayloadKey, json: &Bytes) -> u64 {
        json.len() as u64 + 128
    }
}

/// Responses to events, for subscriptions that have not sent them yet.
pub(super) type Payloads = sync::Cache<PayloadKey, Bytes, ByBytes>;

pub(super) fn payloads() -> Payloads {
    sync::Cache::with_weighter(PAYLOADS, MAX_PAYLOAD_BYTES, ByBytes)
}

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
        let query: Digest = {
            let mut hash = Sha256::new();
            let texts = [
                query.as_str(),
                operation_name.as_deref().unwrap_or_default(),
                &Value::from(variables.clone()).to_string(),
            ];
            for text in texts {
                hash.update(text.len().to_le_bytes());
                hash.update(text);
            }
            hash.finalize().into()
        };
        let (digest, reach, bytes) = (digest(&query, &access), reach(&access), LastBytes::default());
        let spec =
            Spec { service: service.clone(), access, reach, bytes, checked, operation_name, variables, query, digest };
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
