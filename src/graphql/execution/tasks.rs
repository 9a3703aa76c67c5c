//! Runs the loaders of a request on the request's own task, and only when all of its resolvers wait.
//!
//! A loader with a delay of a millisecond splits batches (resolving a long list takes longer) and delays every request;
//! one that starts at once on another thread batches nothing. Here the resolvers run until all of them wait, so that
//! all keys are known, and the number of statements depends only on the shape of the query. Used by `graphql::execute`.
//! It must not depend on what is loaded.

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

/// The queue of tasks that the loaders of one request have spawned.
#[derive(Clone, Default)]
pub(in crate::graphql) struct RequestTasks(Queue);

impl RequestTasks {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs the request and the tasks of its loaders until the request is done. A query whose budget becomes large
    /// continues on the threads of [`large_work`]; a mutation stays on this task.
    pub(in crate::graphql) async fn drive<F>(self, request: F, budget: &Budget) -> Result<F::Output, Exceeded>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let mut driven = Driven { tasks: self, request: Box::pin(request), running: FuturesUnordered::new() };
        let should_move = || budget.is_of_query() && budget.is_large();
        match budget.until_exceeded(poll_fn(|cx| driven.advance(cx, should_move))).await? {
            Some(output) => Ok(output),
            None => {
                let budget = budget.clone();
                large_work::run(async move { budget.until_exceeded(driven.finish()).await }).await
            }
        }
    }
}

/// A running request, with the tasks of its loaders.
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

    /// Polls the request and the tasks until none makes progress. Returns `None` when the request is to be moved.
    fn advance(&mut self, cx: &mut Context<'_>, should_move: impl Fn() -> bool) -> Poll<Option<F::Output>> {
        loop {
            if should_move() {
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
                return if should_move() { Poll::Ready(None) } else { Poll::Pending };
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

/// A timer without delay: `RequestTasks` starts a batch when nothing else makes progress.
pub(in crate::graphql) struct NoDelay;

impl Timer for NoDelay {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}
