//! The loaders of a request run on the request's own task, and only when its resolvers can go no further.
//!
//! A loader that waits a millisecond tears batches (resolving a long list takes longer) and costs every request that
//! millisecond; one that starts at once on another thread batches nothing. Here the resolvers run until all of them
//! wait; by then every key is known. So the number of statements depends on the shape of the query alone.
//! Used by `execute`. It must never know what is loaded.

use std::{
    future::poll_fn,
    mem,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use async_graphql::runtime::Timer;
use futures_util::{
    StreamExt,
    future::{BoxFuture, ready},
    stream::FuturesUnordered,
    task::{FutureObj, Spawn, SpawnError},
};

type Queue = Arc<Mutex<Vec<FutureObj<'static, ()>>>>;

/// What the loaders of one request have to do.
#[derive(Clone, Default)]
pub(super) struct RequestTasks(Queue);

impl RequestTasks {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs the request and what its loaders spawn, until the request is done.
    pub(super) async fn drive<F: Future>(self, request: F) -> F::Output {
        let mut request = pin!(request);
        let mut running = FuturesUnordered::new();
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(output) = request.as_mut().poll(cx) {
                    return Poll::Ready(output);
                }
                running.extend(self.take());
                let mut progress = false;
                while let Poll::Ready(Some(())) = running.poll_next_unpin(cx) {
                    progress = true;
                }
                if !progress {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

impl Spawn for RequestTasks {
    fn spawn_obj(&self, task: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        Ok(())
    }
}

/// A batch need not wait: it is started when nothing else can be done.
pub(super) struct AtOnce;

impl Timer for AtOnce {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}
