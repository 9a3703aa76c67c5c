//! What subscriptions that are the same share: the execution of an event, and its response.
//!
//! Used by `subscription.rs`. Subscriptions are the same if they have the same document, variables and reach. A response must
//! not be shared between different reaches.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Response, parser::types::ExecutableDocument};
use axum::body::Bytes;
use quick_cache::{Weighter, sync};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

use super::batch;
use crate::{
    access::{Access, Scope},
    app::FeedItem,
    budget::{Budget, Exceeded},
    document::Checked,
    graphql::{EventRun, executable, execute_events, locate},
    read::Plans,
    server::{
        Service,
        graphql::{add_codes, completed, over, panicked, values},
        middleware::outcome::Outcome,
        transport::body::pieces,
    },
};

/// Most bytes of the responses that are kept for subscriptions that have not sent them yet.
const MAX_PAYLOAD_BYTES: u64 = 8 * 1024 * 1024;
/// Number of responses that are kept, about.
const PAYLOADS: usize = 4096;
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
    /// What makes a subscription the same as others.
    pub(super) digest: Digest,
    document: Document,
    query: Digest,
    /// The length of the last response.
    last_bytes: AtomicUsize,
}

/// The document of a subscription, and what its client has sent with it.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) checked: Arc<Checked<Plans>>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Map<String, Value>,
}

impl Spec {
    /// `text` is that of the document.
    pub(super) fn new(service: &Service, access: Access, text: &str, document: Document) -> Self {
        let mut hash = Sha256::new();
        let variables = Value::from(document.variables.clone()).to_string();
        for part in [text, document.operation_name.as_deref().unwrap_or_default(), &variables] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        Self::of_query(service, access, hash.finalize().into(), document)
    }

    /// The same for a caller with another access.
    pub(super) fn for_access(&self, access: Access) -> Self {
        Self::of_query(&self.service, access, self.query, self.document.clone())
    }

    fn of_query(service: &Service, access: Access, query: Digest, document: Document) -> Self {
        let (service, reach) = (service.clone(), reach(&access));
        let digest = Sha256::new().chain_update(query).chain_update(reach).finalize().into();
        Self { service, access, reach, digest, document, query, last_bytes: AtomicUsize::new(0) }
    }

    /// The length that a response to it has, about.
    pub(super) fn expected_bytes(&self) -> usize {
        self.last_bytes.load(Ordering::Relaxed)
    }

    /// Executes the document for an event. Returns the response, and whether it is worth another try.
    async fn execute(&self, item: &FeedItem) -> (Bytes, bool) {
        let service = &self.service;
        service.live.0.figures.executed();
        let budget = service.budget();
        let Document { checked, operation_name, variables } = &self.document;
        let mut response = match service.documents.operation(checked, operation_name.as_deref()) {
            Err(refusal) => Response::from_errors(crate::server::graphql::errors(&refusal)),
            Ok(parts) => {
                let executable = || executable(parts, variables, &budget);
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
                locate(&mut response.errors, parts, variables);
                response
            }
        };
        add_codes(&mut response);
        let mut outcome = Outcome::default();
        let json = values((response, Vec::new()), true, None, &mut outcome, &budget).await;
        let is_away = outcome.codes.iter().any(|code| WORTH_REPEATING.contains(&code.as_str()));
        self.last_bytes.store(json.len(), Ordering::Relaxed);
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
    pub(super) async fn response(self: Arc<Self>, item: FeedItem) -> Bytes {
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

/// What accesses that reach the same have in common.
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
    pub(super) fn new(digest: &Digest, item: &FeedItem) -> Self {
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
