//! The cancellation state of a request.
//!
//! Set by the server, and checked by long work that can stop halfway. It must not know what is stopped.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

const ABANDONED: u8 = 1;
const CANCELLED: u8 = 2;

/// The state of one request, which only moves forward. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicU8>);

impl Cancellation {
    /// Marks the request as cancelled: its client has been told that it has ended.
    pub fn cancel(&self) {
        self.0.fetch_max(CANCELLED, Ordering::Relaxed);
    }

    /// Returns a guard that marks the request as abandoned when it is dropped, because the client has disconnected.
    pub fn abandon_on_drop(&self) -> AbandonOnDrop {
        AbandonOnDrop(self.clone())
    }

    /// Whether the client has been told that the request has ended.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CANCELLED
    }

    /// Whether no client waits for the response any more, for whatever reason.
    pub fn is_abandoned(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ABANDONED
    }
}

/// See [`Cancellation::abandon_on_drop`].
#[derive(Debug)]
pub struct AbandonOnDrop(Cancellation);

impl Drop for AbandonOnDrop {
    fn drop(&mut self) {
        self.0.0.fetch_max(ABANDONED, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use crate::budget::cancellation::*;

    #[test]
    fn a_request_that_is_over_stays_so() {
        let request = Cancellation::default();
        assert!(!request.is_abandoned() && !request.is_cancelled());
        drop(request.clone().abandon_on_drop());
        assert!(request.is_abandoned() && !request.is_cancelled());
        request.cancel();
        drop(request.abandon_on_drop());
        assert!(request.is_abandoned() && request.is_cancelled());
    }
}
