//! The loaders of a request run on the request's own task, and only when its resolvers can go no further.
//!
//! A loader that waits a millisecond tears batches (resolving a long list takes longer) and costs every request that
//! millisecond; one that starts at once on another thread batches nothing. Here the resolvers run until all of them
//! wait; by then every key is known. So the number of statements depends on the shape of the query alone.
//! Used by `execute`. It must never know what is loaded.

use std::{
    future::poll_fn,
    mem,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use async_graphql::runtime::Timer;
use futures_util::{
    StreamExt,
    future::{BoxFuture, ready},
    stream::FuturesUnordered,
    task::{FutureObj, Spawn, SpawnError},
};

use crate::budget::{self, Budget};

type Queue = Arc<Mutex<Vec<FutureObj<'static, ()>>>>;

/// What the loaders of one request have to do.
#[derive(Clone, Default)]
pub(super) struct RequestTasks(Queue);

impl RequestTasks {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs the request and what its loaders spawn, until the request is done. What computes much for its budget takes turns
    /// with others that do, away from the thread that serves all other requests.
    pub(super) async fn drive<F: Future>(self, request: F, budget: &Budget) -> F::Output {
        let mut request = pin!(request);
        let mut running = FuturesUnordered::new();
        let mut turn = None;
        poll_fn(|cx| {
            if !budget.is_large() {
                return self.advance(request.as_mut(), &mut running, cx, budget);
            }
            if !budget.takes_turns() {
                return budget::aside(|| self.advance(request.as_mut(), &mut running, cx, budget));
            }
            let mut waiting = turn.take().unwrap_or_else(|| Box::pin(budget.computing().acquire_owned()));
            let Poll::Ready(permit) = waiting.as_mut().poll(cx) else {
                turn = Some(waiting);
                return Poll::Pending;
            };
            let advanced = budget::aside(|| self.advance(request.as_mut(), &mut running, cx, budget));
            drop(permit);
            advanced
        })
        .await
    }

    /// Lets everything go on until nothing can, or until it turns out that much is to be computed.
    fn advance<F: Future>(
        &self,
        mut request: Pin<&mut F>,
        running: &mut FuturesUnordered<FutureObj<'static, ()>>,
        cx: &mut Context<'_>,
        budget: &Budget,
    ) -> Poll<F::Output> {
        let was_large = budget.is_large();
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
            if budget.is_large() != was_large {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
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
