//! The budget of a request: its memory and time, charged as bytes are allocated.
//!
//! Created by the server for each request, and passed by the use cases to the database and by the resolvers to the
//! response. It must not know what the bytes are for.
//!
//! Memory is counted twice, for the request and for the process. The first [`SMALL`] bytes of a request do not count
//! for the process, so that small requests are served however much the large ones use.

pub mod cancellation;
pub mod chunks;
pub mod import;
pub mod large_work;
use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use tokio::time::Instant;

/// The memory of a request that does not count for the process, in bytes.
pub const SMALL: usize = 256 * 1024;
/// How much memory a request reserves from the process at a time, in bytes.
const RESERVATION_STEP_BYTES: usize = 1024 * 1024;
/// The number of charged bytes, or of charges, between two checks of the clock.
const BYTES_BETWEEN_CLOCK_CHECKS: usize = 64 * 1024;
const CHARGES_BETWEEN_CLOCK_CHECKS: u64 = 256;
/// For how long after a refusal memory is regarded as short.
const SHORTAGE_DURATION: Duration = Duration::from_secs(2);
/// The memory of a request, in bytes, from which on its computations run on the thread pool of [`large_work`].
pub const LARGE: usize = 256 * 1024;

/// Why a request is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// It needs more memory than one request may use.
    #[error(
        "The request needs more than {limit} bytes of memory; ask for fewer fields, aliases or rows. The setting \
         --request-memory allows more."
    )]
    RequestMemory {
        /// The limit in bytes.
        limit: usize,
    },
    /// All requests together need more memory than the process has for them.
    #[error(
        "There is no memory left for a request of this size while others run; try again in a moment, or ask for fewer \
         fields, aliases or rows."
    )]
    ProcessMemory,
    /// Its deadline has passed.
    #[error("The request took too long and was given up.")]
    Time,
}

impl Exceeded {
    /// Whether the reason is a lack of memory.
    pub fn is_of_memory(self) -> bool {
        self != Self::Time
    }
}

/// The memory of all requests together. Clones share the count.
#[derive(Clone, Debug)]
pub struct ProcessMemory(Arc<Process>);

#[derive(Debug)]
struct Process {
    limit: usize,
    used: AtomicUsize,
    made: Instant,
    /// Milliseconds from `made` to the last refusal, plus one; 0 if there was none.
    refused: AtomicU64,
}

impl ProcessMemory {
    /// Creates a count with a limit of `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Process { limit, used: AtomicUsize::new(0), made: Instant::now(), refused: AtomicU64::new(0) }))
    }

    /// The number of bytes reserved.
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Whether a request was recently refused for lack of memory.
    pub fn is_short(&self) -> bool {
        let refused = self.0.refused.load(Ordering::Relaxed);
        refused > 0 && self.now() < refused + u64::try_from(SHORTAGE_DURATION.as_millis()).unwrap_or(u64::MAX)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.made.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }

    fn reserve(&self, bytes: usize) -> bool {
        let taken = self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|used| *used <= self.0.limit)
        });
        if taken.is_err() {
            self.0.refused.store(self.now(), Ordering::Relaxed);
        }
        taken.is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The budget of one request. Clones share the count.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Request>);

#[derive(Debug)]
struct Request {
    /// `None` for the service itself.
    limit: Option<usize>,
    used: AtomicUsize,
    /// The number of bytes reserved from the process.
    reserved: Mutex<usize>,
    /// [`SMALL`] plus the reserved bytes. Up to here no reservation is needed.
    covered: AtomicUsize,
    charges: AtomicU64,
    time_checked_at: AtomicUsize,
    exceeded: AtomicU8,
    /// Whether a large computation is expected, whatever the memory.
    computes_much: AtomicBool,
    deadline: Option<Instant>,
    process: ProcessMemory,
}

impl Default for Budget {
    /// An unlimited budget, for the service itself.
    fn default() -> Self {
        static UNLIMITED: LazyLock<Budget> =
            LazyLock::new(|| Budget::build(None, &ProcessMemory::new(usize::MAX), None));
        UNLIMITED.clone()
    }
}

impl Budget {
    /// Creates a budget of `limit` bytes from those of the process, with an optional deadline.
    pub fn new(limit: usize, process: &ProcessMemory, deadline: Option<Instant>) -> Self {
        Self::build(Some(limit), process, deadline)
    }

    fn build(limit: Option<usize>, process: &ProcessMemory, deadline: Option<Instant>) -> Self {
        Self(Arc::new(Request {
            limit,
            used: AtomicUsize::new(0),
            reserved: Mutex::new(0),
            covered: AtomicUsize::new(SMALL),
            charges: AtomicU64::new(0),
            time_checked_at: AtomicUsize::new(0),
            exceeded: AtomicU8::new(0),
            computes_much: AtomicBool::new(false),
            deadline,
            process: process.clone(),
        }))
    }

    /// Charges memory that is about to be allocated. After the first failure it always fails.
    pub fn charge(&self, bytes: usize) -> Result<(), Exceeded> {
        let Some(limit) = self.0.limit else { return Ok(()) };
        if let Some(exceeded) = self.exceeded() {
            return Err(exceeded);
        }
        let used = self.0.used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if used > limit {
            return Err(self.fail(Exceeded::RequestMemory { limit }));
        }
        if used > self.0.covered.load(Ordering::Relaxed) && !self.cover(used) {
            return Err(self.fail(Exceeded::ProcessMemory));
        }
        let charges = self.0.charges.fetch_add(1, Ordering::Relaxed);
        let since = used.saturating_sub(self.0.time_checked_at.load(Ordering::Relaxed));
        if since >= BYTES_BETWEEN_CLOCK_CHECKS
            || charges % CHARGES_BETWEEN_CLOCK_CHECKS == CHARGES_BETWEEN_CLOCK_CHECKS - 1
        {
            self.0.time_checked_at.store(used, Ordering::Relaxed);
            self.check_time()?;
        }
        Ok(())
    }

    /// Fails if the deadline has passed.
    pub fn check_time(&self) -> Result<(), Exceeded> {
        match self.0.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(self.fail(Exceeded::Time)),
            _ => Ok(()),
        }
    }

    /// Reserves from the process what is missing for `used` bytes.
    fn cover(&self, used: usize) -> bool {
        let mut reserved = self.0.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = used.saturating_sub(SMALL).div_ceil(RESERVATION_STEP_BYTES) * RESERVATION_STEP_BYTES;
        let missing = wanted.saturating_sub(*reserved);
        if missing > 0 && !self.0.process.reserve(missing) {
            return false;
        }
        *reserved += missing;
        self.0.covered.store(SMALL + *reserved, Ordering::Relaxed);
        true
    }

    /// Releases memory that was charged.
    pub fn release(&self, bytes: usize) {
        let before =
            self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| Some(used.saturating_sub(bytes)));
        let used = before.unwrap_or_default().saturating_sub(bytes);
        self.0.time_checked_at.fetch_min(used, Ordering::Relaxed);
        if !self.is_limited()
            || self.0.covered.load(Ordering::Relaxed) < used.saturating_add(SMALL + 2 * RESERVATION_STEP_BYTES)
        {
            return;
        }
        let mut reserved = self.0.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        let needed = self.0.used.load(Ordering::Relaxed).saturating_sub(SMALL).div_ceil(RESERVATION_STEP_BYTES)
            * RESERVATION_STEP_BYTES;
        let surplus = reserved.saturating_sub(needed);
        *reserved -= surplus;
        self.0.covered.store(SMALL + *reserved, Ordering::Relaxed);
        self.0.process.give_back(surplus);
    }

    /// Whether there are limits.
    pub fn is_limited(&self) -> bool {
        self.0.limit.is_some()
    }

    /// The number of bytes charged now.
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Releases memory until only `used` bytes are charged, because everything that was allocated since has been
    /// dropped.
    pub fn release_to(&self, used: usize) {
        self.release(self.used().saturating_sub(used));
    }

    /// Why the request is stopped, if it is.
    pub fn exceeded(&self) -> Option<Exceeded> {
        match self.0.exceeded.load(Ordering::Relaxed) {
            1 => Some(Exceeded::RequestMemory { limit: self.0.limit.unwrap_or(usize::MAX) }),
            2 => Some(Exceeded::ProcessMemory),
            3 => Some(Exceeded::Time),
            _ => None,
        }
    }

    fn fail(&self, exceeded: Exceeded) -> Exceeded {
        let number = match exceeded {
            Exceeded::RequestMemory { .. } => 1,
            Exceeded::ProcessMemory => 2,
            Exceeded::Time => 3,
        };
        // The first reason counts.
        let _ = self.0.exceeded.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed);
        self.exceeded().unwrap_or(exceeded)
    }

    /// Announces a large computation although little memory is used so far.
    pub fn expect_large(&self) {
        self.0.computes_much.store(true, Ordering::Relaxed);
    }

    /// Whether a computation for this request may keep a thread busy for long.
    pub fn is_large(&self) -> bool {
        self.is_limited() && (self.used() >= LARGE || self.0.computes_much.load(Ordering::Relaxed))
    }

    /// Whether the request is a query, which has a deadline and is stopped when the budget is exceeded. A command may
    /// hold locks, and is always finished.
    pub fn is_of_query(&self) -> bool {
        self.0.deadline.is_some()
    }

    /// Runs a future to its end, or until the budget of a query is exceeded. Then the future is dropped, with
    /// everything that it has read.
    pub async fn until_exceeded<T>(&self, work: impl Future<Output = T>) -> Result<T, Exceeded> {
        let mut work = pin!(work);
        let done = poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.is_of_query() && self.exceeded().is_some() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        match (done.await, self.exceeded().filter(|_| self.is_of_query())) {
            (Some(done), None) => Ok(done),
            (_, exceeded) => Err(exceeded.unwrap_or(Exceeded::Time)),
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let reserved = *self.reserved.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.process.give_back(reserved);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn budget(limit: usize, process: &ProcessMemory) -> Budget {
        Budget::new(limit, process, Some(Instant::now() + Duration::from_mins(1)))
    }

    #[test]
    fn small_requests_need_nothing_of_the_process() {
        let process = ProcessMemory::new(0);
        let small = budget(usize::MAX, &process);
        assert_eq!(small.charge(SMALL), Ok(()));
        assert_eq!(small.charge(1), Err(Exceeded::ProcessMemory));
        assert_eq!(small.charge(0), Err(Exceeded::ProcessMemory), "a request that was refused stays so");
        assert!(process.is_short());
        assert_eq!(budget(usize::MAX, &process).charge(SMALL), Ok(()));
    }

    #[test]
    fn time_is_looked_at_while_bytes_are_charged() {
        let process = ProcessMemory::new(usize::MAX);
        let late = Budget::new(usize::MAX, &process, Some(Instant::now()));
        assert_eq!(late.charge(BYTES_BETWEEN_CLOCK_CHECKS), Err(Exceeded::Time));
        let late = Budget::new(usize::MAX, &process, Some(Instant::now()));
        let charged = (0..1_000_000).take_while(|_| late.charge(1).is_ok()).count();
        assert_eq!(charged as u64, CHARGES_BETWEEN_CLOCK_CHECKS - 1);
    }

    proptest! {
        /// A request never reserves more than it uses plus a few steps, and releases everything in the end.
        #[test]
        fn what_is_taken_is_given_back(steps in prop::collection::vec((any::<bool>(), 0_usize..5_000_000), 1..60)) {
            let process = ProcessMemory::new(64 * RESERVATION_STEP_BYTES);
            {
                let request = budget(32 * RESERVATION_STEP_BYTES, &process);
                let mut used = 0_usize;
                for (more, bytes) in steps {
                    if more {
                        if request.charge(bytes).is_err() {
                            prop_assert!(used + bytes > 32 * RESERVATION_STEP_BYTES);
                            break;
                        }
                        used += bytes;
                    } else {
                        let bytes = bytes.min(used);
                        request.release(bytes);
                        used -= bytes;
                    }
                    prop_assert_eq!(request.used(), used);
                    prop_assert!(process.used() + SMALL >= used);
                    prop_assert!(process.used() <= used + 3 * RESERVATION_STEP_BYTES);
                }
            }
            prop_assert_eq!(process.used(), 0);
        }
    }
}
