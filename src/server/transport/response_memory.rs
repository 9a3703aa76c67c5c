//! ResponseCache that wait in memory until their clients take them: there is room for so many bytes, and who takes none makes
//! room for others.
//!
//! A layer around GraphQL requests. What it counts makes sockets impatient (`patience.rs`). It must never cut an answer
//! short by itself.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::{
    Error,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http_body::{Frame, SizeHint};

use crate::{
    budget::{ProcessMemory, SMALL},
    server::{middleware::admission::busy, transport::activity::Activity},
};

/// Bytes from which on slow clients are cut off sooner.
const SOFT_LIMIT_BYTES: usize = 12 * 1024 * 1024;
/// Bytes from which on no more requests are taken.
const HARD_LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// How many bytes wait; a clone counts the same ones. Longer answers are counted by the memory of the process.
#[derive(Clone, Debug)]
pub(in crate::server) struct ResponseMemory {
    bytes: Arc<AtomicUsize>,
    memory: ProcessMemory,
}

impl ResponseMemory {
    pub(in crate::server) fn new(memory: &ProcessMemory) -> Self {
        Self { bytes: Arc::default(), memory: memory.clone() }
    }

    /// Whether there is not much room left.
    pub(in crate::server) fn is_above_soft_limit(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > SOFT_LIMIT_BYTES || self.memory.is_short()
    }
}

/// CountedBody until it is dropped.
struct Reservation(ResponseMemory, usize);

impl Reservation {
    fn new(of: &ResponseMemory, bytes: usize) -> Self {
        of.bytes.fetch_add(bytes, Ordering::Relaxed);
        Self(of.clone(), bytes)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.0.bytes.fetch_sub(self.1, Ordering::Relaxed);
    }
}

/// Bytes that are counted as long as anybody holds them, the connection included.
struct Reserved(Bytes, #[expect(dead_code, reason = "held, not read")] Reservation);

impl AsRef<[u8]> for Reserved {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// An answer's body whose frames are counted from the moment they are there.
struct CountedBody {
    body: Body,
    unread: ResponseMemory,
    /// What has not become a frame yet.
    rest: Option<Reservation>,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let unread = self.unread.clone();
        let weighed = |bytes: Bytes| {
            let weight = Reservation::new(&unread, bytes.len());
            Bytes::from_owner(Reserved(bytes, weight))
        };
        let frame = frame.map(|frame| frame.map(|frame| frame.map_data(weighed)));
        self.rest = None;
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Runs a request when there is room for its answer.
pub(in crate::server) async fn reserve(State(unread): State<ResponseMemory>, request: Request, next: Next) -> Response {
    if unread.bytes.load(Ordering::Relaxed) > HARD_LIMIT_BYTES {
        return busy();
    }
    if let Some(activity) = request.extensions().get::<Arc<Activity>>() {
        activity.answers_count_in(&unread);
    }
    let answer = next.run(request).await;
    answer.map(|body| {
        let bytes = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
        if bytes > SMALL {
            return body;
        }
        let rest = Some(Reservation::new(&unread, bytes));
        Body::new(CountedBody { body, unread, rest })
    })
}
