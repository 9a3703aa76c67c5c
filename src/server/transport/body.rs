//! Response bodies whose pieces stay charged to the budget of their request until the client has taken them.
//!
//! Made by the handlers. A body must not occupy its thread: it yields regularly, because the compression layer reads as
//! much as it is given.

use std::{
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use crate::budget::{Budget, chunks::Chunks};

/// Longest frame, in bytes.
const MAX_FRAME_BYTES: usize = 128 * 1024;
/// After this many bytes the body yields to other tasks.
const BYTES_BETWEEN_YIELDS: usize = 256 * 1024;

/// A response body in pieces.
pub(in crate::server) struct AnswerBody {
    /// The rest of the current piece.
    current: Bytes,
    pieces: vec::IntoIter<Vec<u8>>,
    /// Bytes that have not been handed out.
    left: u64,
    budget: Budget,
    since_yield: usize,
}

/// A piece that releases its charge when it is dropped.
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

/// The pieces of what was written, each charged until it is dropped. Everything that they were made from must have been
/// dropped.
pub(in crate::server) fn pieces(chunks: Chunks) -> Vec<Bytes> {
    let Chunks { pieces, budget } = chunks.alone();
    pieces.into_iter().map(|bytes| Bytes::from_owner(Piece { bytes, budget: budget.clone() })).collect()
}

impl AnswerBody {
    /// Makes the body of written JSON or text. Everything that it was made from must have been dropped.
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
        let length = self.current.len().min(MAX_FRAME_BYTES);
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
