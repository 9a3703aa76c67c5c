//! Response memory: counts the bytes of responses that their clients have not taken yet.
//!
//! A layer around GraphQL requests. Above the soft limit slow clients are closed sooner (`timeout_io.rs`), above the
//! hard limit requests are refused. It must not cut a response short itself.

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

/// Above this many bytes, slow clients are closed sooner.
const SOFT_LIMIT_BYTES: usize = 12 * 1024 * 1024;
/// Above this many bytes, new requests are refused.
const HARD_LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// The number of bytes that wait in short responses. Clones share the counter. Longer responses are charged to the
/// memory of the process.
#[derive(Clone, Debug)]
pub(in crate::server) struct ResponseMemory {
    bytes: Arc<AtomicUsize>,
    memory: ProcessMemory,
}

impl ResponseMemory {
    pub(in crate::server) fn new(memory: &ProcessMemory) -> Self {
        Self { bytes: Arc::default(), memory: memory.clone() }
    }

    /// Whether memory is short.
    pub(in crate::server) fn is_above_soft_limit(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > SOFT_LIMIT_BYTES || self.memory.is_short()
    }
}

/// Bytes that are counted until this is dropped.
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

/// Bytes that are counted until the last reference to them is dropped, which may be the connection's.
struct Reserved(Bytes, #[expect(dead_code, reason = "held, not read")] Reservation);

impl AsRef<[u8]> for Reserved {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A response body whose frames are counted.
struct CountedBody {
    body: Body,
    memory_in_use: ResponseMemory,
    /// The reservation for bytes that are not in a frame yet.
    rest: Option<Reservation>,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let memory_in_use = self.memory_in_use.clone();
        let weighed = |bytes: Bytes| {
            let weight = Reservation::new(&memory_in_use, bytes.len());
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

/// Middleware that runs a request if response memory is below the hard limit, and answers 503 otherwise.
pub(in crate::server) async fn reserve(
    State(memory_in_use): State<ResponseMemory>,
    request: Request,
    next: Next,
) -> Response {
    if memory_in_use.bytes.load(Ordering::Relaxed) > HARD_LIMIT_BYTES {
        return busy();
    }
    if let Some(activity) = request.extensions().get::<Arc<Activity>>() {
        activity.answers_count_in(&memory_in_use);
    }
    let answer = next.run(request).await;
    answer.map(|body| {
        let bytes = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
        if bytes > SMALL {
            return body;
        }
        let rest = Some(Reservation::new(&memory_in_use, bytes));
        Body::new(CountedBody { body, memory_in_use, rest })
    })
}
