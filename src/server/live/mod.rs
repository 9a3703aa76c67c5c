//! Subscriptions: streams of events over WebSockets and as server-sent events.
//!
//! The GraphQL handler hands over requests that are one. `subscription.rs` is one subscription, `spec.rs` and `batch.rs` make
//! the responses to its events, `socket/` and `sse.rs` transport them. An idle subscription must hold no permit, no memory
//! of the request limits, and no timer.

mod batch;
mod keys;
pub(in crate::server) mod socket;
mod spec;
pub(in crate::server) mod sse;
mod subscription;

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub(in crate::server) use self::socket::is_upgrade;
use self::{
    batch::Batches,
    keys::Keys,
    spec::{Digest, Payloads, Spec},
};
use crate::{
    graphql::{EventSchema, event_schema},
    server::{
        TransportLimits,
        middleware::{
            auth::Authenticator,
            metrics::subscriptions::{SubscriptionFigures, Transport},
        },
    },
};

/// Limits on subscriptions.
#[derive(Clone, Debug)]
pub struct SubscriptionLimits {
    /// Most open subscriptions.
    pub all: usize,
    /// Most open subscriptions and running operations of one WebSocket.
    pub per_connection: usize,
    /// How long a WebSocket may take until its `connection_init`.
    pub init: Duration,
    /// How often the API keys of open subscriptions are checked again.
    pub recheck: Duration,
}

impl Default for SubscriptionLimits {
    fn default() -> Self {
        Self { all: 10_000, per_connection: 100, init: Duration::from_secs(10), recheck: Duration::from_secs(2) }
    }
}

/// What all subscriptions share. Clones share it.
#[derive(Clone)]
pub(in crate::server) struct Live(Arc<Shared>);

struct Shared {
    schema: LazyLock<EventSchema>,
    specs: Mutex<HashMap<Digest, Weak<Spec>>>,
    payloads: Payloads,
    batches: Batches,
    open: AtomicUsize,
    limits: SubscriptionLimits,
    /// Timeout until the next message of a WebSocket without subscriptions.
    idle: Duration,
    /// Timeout of a message that has begun.
    message: Duration,
    authenticator: Authenticator,
    keys: Keys,
    figures: SubscriptionFigures,
}

impl Live {
    pub(in crate::server) fn new(
        limits: SubscriptionLimits,
        traffic: &TransportLimits,
        authenticator: Authenticator,
        figures: SubscriptionFigures,
    ) -> Self {
        let keys = Keys::new(authenticator.clone(), limits.recheck);
        Self(Arc::new(Shared {
            schema: LazyLock::new(event_schema),
            specs: Mutex::default(),
            payloads: spec::payloads(),
            batches: Batches::default(),
            open: AtomicUsize::new(0),
            limits,
            idle: traffic.idle,
            message: traffic.body,
            authenticator,
            keys,
            figures,
        }))
    }

    /// A place for one more subscription; `None` if all are taken.
    fn open(&self, transport: Transport) -> Option<Open> {
        let taken = self
            .0
            .open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| (open < self.0.limits.all).then_some(open + 1));
        if taken.is_err() {
            self.0.figures.refused(transport);
            return None;
        }
        Some(Open { live: self.clone(), transport, is_counted: false })
    }

    /// The one copy of a specification that is in use.
    fn shared(&self, spec: Spec) -> Arc<Spec> {
        let mut specs = self.0.specs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = specs.get(&spec.digest).and_then(Weak::upgrade) {
            return known;
        }
        // The map is cleared when it has grown to twice what it held after the last time.
        if specs.len() == specs.capacity() {
            specs.retain(|_, spec| spec.strong_count() > 0);
        }
        let spec = Arc::new(spec);
        specs.insert(spec.digest, Arc::downgrade(&spec));
        spec
    }
}

/// The place of an open subscription, given back when it is dropped.
struct Open {
    live: Live,
    transport: Transport,
    is_counted: bool,
}

impl Open {
    /// Counts the subscription in the metrics, because it has begun.
    fn count(&mut self) {
        self.is_counted = true;
        self.live.0.figures.opened(self.transport);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.live.0.open.fetch_sub(1, Ordering::Relaxed);
        if self.is_counted {
            self.live.0.figures.closed(self.transport);
        }
    }
}
