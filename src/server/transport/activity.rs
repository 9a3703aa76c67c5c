//! The state of a connection, as seen by its socket and by the accept loop.
//!
//! There is one for each connection, updated by its requests and its socket. It must not depend on what is requested.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::server::transport::response_memory::ResponseMemory;

/// Most connections that may keep an enlarged read buffer.
const MAX_STRETCHED_CONNECTIONS: usize = 128;

/// Memory used by request heads on all connections. Clones share the counters.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct Heads {
    /// Bytes of incomplete heads.
    pub(in crate::server) bytes: Arc<AtomicUsize>,
    /// Number of connections with an enlarged read buffer.
    pub(in crate::server) stretched: Arc<AtomicUsize>,
}

impl Heads {
    /// Whether connections with an enlarged buffer should close after their next response.
    pub(in crate::server) fn are_stretched(&self) -> bool {
        self.stretched.load(Ordering::Relaxed) > MAX_STRETCHED_CONNECTIONS
    }
}

/// What a connection does after an upgrade: waits for its socket, and returns the session that uses it.
pub(in crate::server) type Upgrade = BoxFuture<'static, Option<BoxFuture<'static, ()>>>;

/// The state of one connection.
pub(in crate::server) struct Activity {
    /// Number of requests that have begun.
    pub(in crate::server) begun: AtomicU64,
    running: AtomicUsize,
    receiving: AtomicUsize,
    /// Whether the socket waits for the client to take bytes of a response.
    pub(in crate::server) writing: AtomicBool,
    /// Whether the connection has an enlarged read buffer.
    pub(in crate::server) stretched: AtomicBool,
    /// Whether the connection has left HTTP behind.
    pub(in crate::server) upgraded: AtomicBool,
    /// What the connection does after an upgrade.
    session: Mutex<Option<Upgrade>>,
    /// Number of open subscriptions.
    streams: AtomicUsize,
    response_memory: OnceLock<ResponseMemory>,
    opened_at: Instant,
    /// When a request last began or ended, in milliseconds since `opened_at`.
    last_used: AtomicU64,
}

impl Activity {
    pub(in crate::server) fn new() -> Self {
        Self {
            begun: AtomicU64::default(),
            running: AtomicUsize::default(),
            receiving: AtomicUsize::default(),
            writing: AtomicBool::default(),
            stretched: AtomicBool::default(),
            upgraded: AtomicBool::default(),
            session: Mutex::default(),
            streams: AtomicUsize::default(),
            response_memory: OnceLock::new(),
            opened_at: Instant::now(),
            last_used: AtomicU64::default(),
        }
    }

    /// Records that a request begins or ends now.
    fn touch(&self) {
        let since = u64::try_from(self.opened_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_used.store(since, Ordering::Relaxed);
    }

    /// Since when the connection waits for its client; `None` if closing it would lose a request that arrived
    /// completely, or end a stream.
    pub(in crate::server) fn waits_since(&self) -> Option<Instant> {
        let receiving = self.receiving.load(Ordering::Relaxed) > 0;
        let waits = receiving || self.running.load(Ordering::Relaxed) == 0 && !self.streams();
        let waits = waits && !self.writing.load(Ordering::Relaxed);
        waits.then(|| self.last_used())
    }

    /// Since when the connection only has open subscriptions. Its client can go on after the last event.
    pub(in crate::server) fn streams_since(&self) -> Option<Instant> {
        let streams = self.streams() && self.running.load(Ordering::Relaxed) == 0;
        streams.then(|| self.last_used())
    }

    fn last_used(&self) -> Instant {
        self.opened_at + Duration::from_millis(self.last_used.load(Ordering::Relaxed))
    }

    fn streams(&self) -> bool {
        self.streams.load(Ordering::Relaxed) > 0
    }

    /// Marks that a subscription is open, until the returned value is dropped.
    pub(in crate::server) fn stream(self: &Arc<Self>) -> Streaming {
        self.streams.fetch_add(1, Ordering::Relaxed);
        self.touch();
        Streaming(Arc::clone(self))
    }

    /// Sets what the connection does after the response that upgrades it.
    pub(in crate::server) fn upgrade(&self, session: Upgrade) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }

    /// What the connection does now that it was upgraded.
    pub(in crate::server) fn session(&self) -> Option<Upgrade> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Marks that a request body is being received, until the returned value is dropped.
    pub(in crate::server) fn receive(self: &Arc<Self>) -> Receiving {
        self.receiving.fetch_add(1, Ordering::Relaxed);
        Receiving(Arc::clone(self))
    }

    /// Sets the memory that the responses of this connection are counted in.
    pub(in crate::server) fn answers_count_in(&self, response_memory: &ResponseMemory) {
        self.response_memory.get_or_init(|| response_memory.clone());
    }

    /// Whether the connection has an enlarged read buffer.
    pub(in crate::server) fn is_stretched(&self) -> bool {
        self.stretched.load(Ordering::Relaxed)
    }

    /// Whether memory is short, so that slow clients are closed sooner.
    pub(in crate::server) fn has_to_hurry(&self) -> bool {
        self.response_memory.get().is_some_and(ResponseMemory::is_above_soft_limit)
    }

    /// Marks that a request runs, until the returned value is dropped.
    pub(in crate::server) fn begin_request(self: &Arc<Self>) -> Running {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.running.fetch_add(1, Ordering::Relaxed);
        self.touch();
        Running(Arc::clone(self))
    }

    /// Whether a request runs, the client has not taken all of a response, or the connection waits for no request.
    pub(in crate::server) fn is_busy(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0
            || self.writing.load(Ordering::Relaxed)
            || self.streams()
            || self.upgraded.load(Ordering::Relaxed)
    }
}

/// A running request; dropped when its response is ready.
pub(in crate::server) struct Running(Arc<Activity>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.touch();
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An open subscription; dropped when it ends.
pub(in crate::server) struct Streaming(Arc<Activity>);

impl Drop for Streaming {
    fn drop(&mut self) {
        self.0.touch();
        self.0.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request whose body is incomplete; dropped when the body ends.
pub(in crate::server) struct Receiving(Arc<Activity>);

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.receiving.fetch_sub(1, Ordering::Relaxed);
    }
}
