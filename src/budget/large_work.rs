//! A thread pool for large computations of queries.
//!
//! Used by the server and the resolvers for queries. A command stays on its own task: it may hold locks, and must not
//! wait for a query. The pool has one thread for each core. It keeps the other threads free for small requests, and
//! limits to few threads the memory that the allocator caches for large responses.

use std::{cell::Cell, sync::LazyLock, thread::available_parallelism};

use tokio::{
    runtime::{Builder, Handle, Runtime, RuntimeFlavor},
    task::JoinHandle,
};
use tracing::Instrument;

use crate::budget::Budget;

thread_local! {
    /// Whether this thread belongs to the pool.
    static IS_LARGE: Cell<bool> = const { Cell::new(false) };
}

/// The pool, which is started on first use. `None` if no threads can be created; then computations run on the caller's
/// thread.
static THREADS: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread()
        .worker_threads(available_parallelism().map_or(2, usize::from).max(2))
        .thread_name("large-work")
        .on_thread_start(|| IS_LARGE.set(true))
        .enable_all()
        .build();
    runtime.inspect_err(|cause| tracing::error!(%cause, "no threads for large computations")).ok()
});

/// Aborts the task when it is dropped.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs a future on the pool. Dropping this future aborts it.
///
/// # Panics
///
/// When the work panics: the panic is propagated.
pub async fn run<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let Some(threads) = THREADS.as_ref().filter(|_| !IS_LARGE.get()) else { return work.await };
    let mut task = AbortOnDrop(threads.spawn(work.in_current_span()));
    match (&mut task.0).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => panic!("a large computation ended early: {cancelled}"),
        },
    }
}

/// Runs a computation, on the pool if it is large for this budget.
pub async fn compute<T: Send + 'static>(budget: &Budget, work: impl FnOnce() -> T + Send + 'static) -> T {
    match budget.is_large() && budget.is_of_query() {
        true => run(async move { work() }).await,
        false => in_place(budget, work),
    }
}

/// Runs a computation on this thread, inside a resolver. Other tasks of the thread are moved to other threads
/// meanwhile.
pub fn in_place<T>(budget: &Budget, work: impl FnOnce() -> T) -> T {
    if !budget.is_large() || IS_LARGE.get() {
        return work();
    }
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::AssertUnwindSafe,
        sync::{Arc, atomic::AtomicBool, atomic::Ordering},
        thread,
        time::Duration,
    };

    use futures_util::FutureExt;
    use tokio::time::{Instant, sleep};

    use crate::budget::large_work::*;
    use crate::budget::{LARGE, ProcessMemory};

    fn budget(used: usize, deadline: Option<Instant>) -> Budget {
        let budget = Budget::new(usize::MAX, &ProcessMemory::new(usize::MAX), deadline);
        budget.charge(used).unwrap();
        budget
    }

    #[tokio::test]
    async fn only_large_computations_of_queries_move() {
        let later = Some(Instant::now() + Duration::from_mins(1));
        for (used, deadline, moves) in [(LARGE, later, true), (LARGE - 1, later, false), (LARGE, None, false)] {
            let thread = compute(&budget(used, deadline), || thread::current().id()).await;
            assert_eq!(thread != thread::current().id(), moves, "{used} bytes");
        }
        let nested = run(async { run(async { thread::current().id() }).await == thread::current().id() }).await;
        assert!(nested, "what runs there already stays on its thread");
    }

    #[tokio::test]
    async fn a_future_that_is_dropped_ends_its_work() {
        struct SetOnDrop(Arc<AtomicBool>);
        impl Drop for SetOnDrop {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let ended = Arc::new(AtomicBool::new(false));
        let guard = SetOnDrop(Arc::clone(&ended));
        let work = run(async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        });
        assert!(tokio::time::timeout(Duration::from_millis(10), work).await.is_err());
        while !ended.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn a_panic_goes_on_where_it_is_waited_for() {
        let panicked = AssertUnwindSafe(run(async { panic!("as it should") })).catch_unwind().await.unwrap_err();
        assert_eq!(panicked.downcast_ref::<&str>(), Some(&"as it should"));
    }
}
