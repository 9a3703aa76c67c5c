//! The loaders of a request run on the request's own task, and only when its resolvers can go no further.
//!
//! A loader that waits a millisecond tears batches (resolving a long list takes longer) and costs every request that
//! millisecond; one that starts at once on another thread batches nothing. Here the resolvers run until all of them
//! wait; by then every key is known. So the number of statements depends on the shape of the query alone.
//! Used by `execute`. It must never know what is loaded.

use std::{
    future::poll_fn,
    mem,
    pin::Pin,
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

use crate::budget::{Budget, Exceeded, large_work};

type Queue = Arc<Mutex<Vec<FutureObj<'static, ()>>>>;

/// What the loaders of one request have to do.
#[derive(Clone, Default)]
pub(in crate::graphql) struct RequestTasks(Queue);

impl RequestTasks {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs the request and what its loaders spawn, until the request is done. A query goes on elsewhere when it turns out
    /// that much is to be computed, see [`large_work`]; a change stays here.
    pub(in crate::graphql) async fn drive<F>(self, request: F, budget: &Budget) -> Result<F::Output, Exceeded>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let mut driven = Driven { tasks: self, request: Box::pin(request), running: FuturesUnordered::new() };
        let moves = || budget.is_of_query() && budget.is_large();
        match budget.while_it_lasts(poll_fn(|cx| driven.advance(cx, moves))).await? {
            Some(output) => Ok(output),
            None => {
                let budget = budget.clone();
                large_work::run(async move { budget.while_it_lasts(driven.finish()).await }).await
            }
        }
    }
}

/// A request under way, with what its loaders spawned.
struct Driven<F> {
    tasks: RequestTasks,
    request: Pin<Box<F>>,
    running: FuturesUnordered<FutureObj<'static, ()>>,
}

impl<F: Future> Driven<F> {
    async fn finish(mut self) -> F::Output {
        loop {
            if let Some(output) = poll_fn(|cx| self.advance(cx, || false)).await {
                return output;
            }
        }
    }

    /// Lets everything go on until nothing can; `None` when it is to go on elsewhere.
    fn advance(&mut self, cx: &mut Context<'_>, moves: impl Fn() -> bool) -> Poll<Option<F::Output>> {
        loop {
            if moves() {
                return Poll::Ready(None);
            }
            if let Poll::Ready(output) = self.request.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            self.running.extend(self.tasks.take());
            let mut progress = false;
            while let Poll::Ready(Some(())) = self.running.poll_next_unpin(cx) {
                progress = true;
            }
            if !progress {
                return if moves() { Poll::Ready(None) } else { Poll::Pending };
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
pub(in crate::graphql) struct NoDelay;

impl Timer for NoDelay {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}
