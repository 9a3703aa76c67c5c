//! What a connection is doing, as its requests tell its socket and the accept loop.
//!
//! Shared by all three, one for each connection. It must never know what is asked.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::server::transport::response_memory::ResponseMemory;

/// Most connections that may keep a larger buffer.
const STRETCHED: usize = 128;

/// Memory of requests that come in; a clone counts the same.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct Heads {
    /// Bytes of heads that are not complete.
    pub(in crate::server) bytes: Arc<AtomicUsize>,
    /// Connections with a larger buffer.
    pub(in crate::server) stretched: Arc<AtomicUsize>,
}

impl Heads {
    /// Whether a connection with a larger buffer should end with its answer.
    pub(in crate::server) fn are_stretched(&self) -> bool {
        self.stretched.load(Ordering::Relaxed) > STRETCHED
    }
}

/// What a connection is doing, told to its socket by its requests.
#[derive(Debug)]
pub(in crate::server) struct Activity {
    pub(in crate::server) begun: AtomicU64,
    running: AtomicUsize,
    receiving: AtomicUsize,
    pub(in crate::server) writing: AtomicBool,
    pub(in crate::server) stretched: AtomicBool,
    unread: OnceLock<ResponseMemory>,
    made: Instant,
    /// When it was last of use, in milliseconds from then.
    used: AtomicU64,
}

impl Activity {
    pub(in crate::server) fn new() -> Self {
        Self {
            begun: AtomicU64::default(),
            running: AtomicUsize::default(),
            receiving: AtomicUsize::default(),
            writing: AtomicBool::default(),
            stretched: AtomicBool::default(),
            unread: OnceLock::new(),
            made: Instant::now(),
            used: AtomicU64::default(),
        }
    }

    fn use_now(&self) {
        let since = u64::try_from(self.made.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.used.store(since, Ordering::Relaxed);
    }

    /// When it was last of use, if it could end without anything being lost that has been received whole.
    pub(in crate::server) fn waits_since(&self) -> Option<Instant> {
        let receiving = self.receiving.load(Ordering::Relaxed) > 0;
        let waits = receiving || self.running.load(Ordering::Relaxed) == 0;
        let waits = waits && !self.writing.load(Ordering::Relaxed);
        waits.then(|| self.made + Duration::from_millis(self.used.load(Ordering::Relaxed)))
    }

    /// A body is awaited until the returned value is dropped.
    pub(in crate::server) fn receive(self: &Arc<Self>) -> Receiving {
        self.receiving.fetch_add(1, Ordering::Relaxed);
        Receiving(Arc::clone(self))
    }

    /// Where its answers are counted until they are taken.
    pub(in crate::server) fn answers_count_in(&self, unread: &ResponseMemory) {
        self.unread.get_or_init(|| unread.clone());
    }

    /// Whether its connection keeps a larger buffer.
    pub(in crate::server) fn is_stretched(&self) -> bool {
        self.stretched.load(Ordering::Relaxed)
    }

    pub(in crate::server) fn has_to_hurry(&self) -> bool {
        self.unread.get().is_some_and(ResponseMemory::is_above_soft_limit)
    }

    /// A request runs until the returned value is dropped.
    pub(in crate::server) fn begin(self: &Arc<Self>) -> Running {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.running.fetch_add(1, Ordering::Relaxed);
        self.use_now();
        Running(Arc::clone(self))
    }

    /// Whether a request runs, or the client has not taken all of its answer.
    pub(in crate::server) fn is_busy(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0 || self.writing.load(Ordering::Relaxed)
    }
}

/// A request that runs.
pub(in crate::server) struct Running(Arc<Activity>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.use_now();
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request whose body is not complete.
pub(in crate::server) struct Receiving(Arc<Activity>);

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.receiving.fetch_sub(1, Ordering::Relaxed);
    }
}
