//! Events that wait for their execution, which are executed together.
//!
//! Used by `spec.rs`. Executions of the same access share loaders, so that a statement reads for all of them: under load,
//! when more events wait, each costs less. A batch must not delay a response until all are there.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::Response;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::Instant,
};

use super::spec::{Digest, Spec};
use crate::{
    graphql::{EventRun, execute_events},
    server::graphql::completed,
};

/// Batches that run at the same time. The other events wait: a change of a template may concern every subscription.
const BATCHES: usize = 4;
/// Most events of a batch.
const MAX_EVENTS: usize = 64;
/// Most bytes that the responses of a batch are expected to have together: they share the budget of one request.
const MAX_BYTES: usize = 256 * 1024;

/// The events that wait, by the access of their subscriptions.
pub(super) struct Batches {
    waiting: Mutex<HashMap<Digest, VecDeque<Waiting>>>,
    permits: Arc<Semaphore>,
}

struct Waiting {
    run: EventRun,
    bytes: usize,
}

impl Default for Batches {
    fn default() -> Self {
        Self { waiting: Mutex::default(), permits: Arc::new(Semaphore::new(BATCHES)) }
    }
}

impl Batches {
    /// A place among those that execute. For an event that is executed by itself.
    pub(super) async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// Adds an event of a subscription that follows with the same access as others in the batch.
    fn add(&self, access: &Digest, waiting: Waiting) {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(*access).or_default().push_back(waiting);
    }

    /// The events of the next batch.
    fn take(&self, access: &Digest) -> Vec<EventRun> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waiting) = all.get_mut(access) else { return Vec::new() };
        let (mut runs, mut bytes) = (Vec::new(), 0);
        while let Some(next) = waiting.front() {
            bytes += next.bytes;
            if !runs.is_empty() && (bytes > MAX_BYTES || runs.len() == MAX_EVENTS) {
                break;
            }
            runs.extend(waiting.pop_front().map(|waiting| waiting.run));
        }
        if waiting.is_empty() {
            all.remove(access);
        }
        runs
    }
}

/// Executes an event together with others that wait. `None` if the batch has failed: the event is to be executed by itself.
pub(super) async fn execute(spec: &Spec, run: impl FnOnce(oneshot::Sender<Response>) -> EventRun) -> Option<Response> {
    let batches = &spec.service.live.0.batches;
    let (sender, response) = oneshot::channel();
    batches.add(&spec.reach, Waiting { run: run(sender), bytes: spec.expected_bytes() });
    tokio::pin!(response);
    tokio::select! {
        biased;
        // Another batch has taken it along.
        done = &mut response => return done.ok(),
        permit = batches.permit() => {
            let (service, access, reach) = (spec.service.clone(), spec.access.clone(), spec.reach);
            // On a task of its own, because the event of this one may be done before the others.
            tokio::spawn(async move {
                let _permit = permit;
                let runs = service.live.0.batches.take(&reach);
                if !runs.is_empty() {
                    let app = service.app.for_caller_within(access, service.budget());
                    let run = execute_events(&service.live.0.schema, app, runs);
                    // What had no response is executed again, by itself.
                    drop(completed(&service, Instant::now(), run).await);
                }
            });
        }
    }
    response.await.ok()
}
