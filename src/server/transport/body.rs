//! The body of an answer: pieces that stay charged to the budget of their request until the client has taken them.
//!
//! Made by the handlers. It must never keep the thread to itself: what packs answers takes as much as it is given.

use std::{
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use crate::budget::{Budget, chunks::Chunks};

/// Longest part of a piece that is handed out at once, in bytes.
const LONGEST_FRAME: usize = 128 * 1024;
/// After so many bytes other tasks have their turn.
const BYTES_BETWEEN_YIELDS: usize = 256 * 1024;

/// A body in pieces.
pub(in crate::server) struct AnswerBody {
    /// What is left of the piece that is being handed out.
    current: Bytes,
    pieces: vec::IntoIter<Vec<u8>>,
    left: u64,
    budget: Budget,
    since_yield: usize,
}

/// A piece that is charged until it is dropped.
struct Piece {
    bytes: Vec<u8>,
    budget: Budget,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.budget.release(self.bytes.capacity());
    }
}

impl AnswerBody {
    /// The body for what was written. Everything that it was made from has been dropped.
    pub(in crate::server) fn of(chunks: Chunks) -> Body {
        let chunks = chunks.alone();
        let left = u64::try_from(chunks.len()).unwrap_or(u64::MAX);
        let Chunks { pieces, budget } = chunks;
        Body::new(Self { current: Bytes::new(), pieces: pieces.into_iter(), left, budget, since_yield: 0 })
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.since_yield >= BYTES_BETWEEN_YIELDS {
            self.since_yield = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.current.is_empty() {
            let Some(bytes) = self.pieces.next() else { return Poll::Ready(None) };
            self.current = Bytes::from_owner(Piece { bytes, budget: self.budget.clone() });
        }
        let length = self.current.len().min(LONGEST_FRAME);
        let frame = self.current.split_to(length);
        self.left -= u64::try_from(length).unwrap_or(0);
        self.since_yield += length;
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
