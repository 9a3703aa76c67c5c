//! Answers that wait in memory until their clients take them: there is room for so many bytes, and who takes none makes
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
const MUCH: usize = 12 * 1024 * 1024;
/// Bytes from which on no more requests are taken.
const TOO_MUCH: usize = 32 * 1024 * 1024;

/// How many bytes wait; a clone counts the same ones. Longer answers are counted by the memory of the process.
#[derive(Clone, Debug)]
pub(in crate::server) struct Unread {
    bytes: Arc<AtomicUsize>,
    memory: ProcessMemory,
}

impl Unread {
    pub(in crate::server) fn new(memory: &ProcessMemory) -> Self {
        Self { bytes: Arc::default(), memory: memory.clone() }
    }

    /// Whether there is not much room left.
    pub(in crate::server) fn is_much(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > MUCH || self.memory.is_short()
    }
}

/// Counted until it is dropped.
struct Weight(Unread, usize);

impl Weight {
    fn new(of: &Unread, bytes: usize) -> Self {
        of.bytes.fetch_add(bytes, Ordering::Relaxed);
        Self(of.clone(), bytes)
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.0.bytes.fetch_sub(self.1, Ordering::Relaxed);
    }
}

/// Bytes that are counted as long as anybody holds them, the connection included.
struct Weighed(Bytes, #[expect(dead_code, reason = "held, not read")] Weight);

impl AsRef<[u8]> for Weighed {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// An answer's body whose frames are counted from the moment they are there.
struct Counted {
    body: Body,
    unread: Unread,
    /// What has not become a frame yet.
    rest: Option<Weight>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let unread = self.unread.clone();
        let weighed = |bytes: Bytes| {
            let weight = Weight::new(&unread, bytes.len());
            Bytes::from_owner(Weighed(bytes, weight))
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
pub(in crate::server) async fn weigh(State(unread): State<Unread>, request: Request, next: Next) -> Response {
    if unread.bytes.load(Ordering::Relaxed) > TOO_MUCH {
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
        let rest = Some(Weight::new(&unread, bytes));
        Body::new(Counted { body, unread, rest })
    })
}
