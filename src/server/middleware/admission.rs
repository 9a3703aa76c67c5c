//! What a request may take before it runs: a place among those in flight, and its body in time.
//!
//! A layer around everything but health and metrics. A body is waited for without a place, so that slow senders keep
//! nobody out; what they send meanwhile has a budget.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Error,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONNECTION, RETRY_AFTER},
    },
    middleware::Next,
    response::Response,
};
use http_body::{Frame, SizeHint};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};

use crate::server::{
    TransportLimits,
    graphql::refuse,
    transport::activity::{Activity, Receiving},
};

/// Bytes of each body that are always taken: more than nearly all requests have.
const FREE_BODY_BYTES: usize = 4 * 1024;
/// The first bytes of a body cost three times as much: the connection keeps buffers of that size as well.
const BUFFERED_BODY_BYTES: usize = 16 * 1024;
/// Bytes that all requests under way may have sent beyond that, until they are answered.
const BODY_BUDGET_BYTES: usize = 8 * 1024 * 1024;
/// A body that is longer than this can only be an import: one at a time has as much room as imports may have, beside the
/// budget.
const LARGE_BODY_BYTES: usize = 2_200_000;

/// AdmissionControl for requests; a clone counts the same ones.
#[derive(Clone)]
pub(in crate::server) struct AdmissionControl {
    free: Arc<Semaphore>,
    spent: Arc<AtomicUsize>,
    large: Arc<Semaphore>,
    patience: Duration,
}

impl AdmissionControl {
    pub(in crate::server) fn new(limits: &TransportLimits) -> Self {
        let free = Arc::new(Semaphore::new(limits.in_flight));
        Self { free, spent: Arc::default(), large: Arc::new(Semaphore::new(1)), patience: limits.body }
    }
}

/// Why a request cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// All places are taken; the body is complete, so the connection may go on.
    TooManyRequests,
    /// The budget is spent, and there is more of the body to come.
    BodyBudgetExceeded,
    Late,
}

/// What a request holds, shared by its body and the layer.
struct Admission {
    place: Option<OwnedSemaphorePermit>,
    refused: Option<Refused>,
    /// The room of the one large body.
    large: Option<OwnedSemaphorePermit>,
    /// Bytes of the budget, and the budget.
    spent: usize,
    budget: Arc<AtomicUsize>,
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.budget.fetch_sub(self.spent, Ordering::Relaxed);
    }
}

/// What a request holds until all of its work is done: in the extensions of the request. Whoever goes on working after
/// the answer keeps a clone.
#[derive(Clone)]
pub(in crate::server) struct Permit {
    /// Only kept.
    _held: Arc<Mutex<Admission>>,
}

/// Runs a request when there is a place for it.
pub(in crate::server) async fn admit(
    State(places): State<AdmissionControl>,
    mut request: Request,
    next: Next,
) -> Response {
    let held = Admission { place: None, refused: None, large: None, spent: 0, budget: Arc::clone(&places.spent) };
    let held = Arc::new(Mutex::new(held));
    request.extensions_mut().insert(Permit { _held: Arc::clone(&held) });
    let activity = request.extensions().get::<Arc<Activity>>().cloned();
    let (head, body) = request.into_parts();
    let mut body = Watched {
        timer: Box::pin(sleep(places.patience)),
        body,
        places,
        held: Arc::clone(&held),
        read: 0,
        done: false,
        receiving: None,
    };
    if body.body.is_end_stream() && body.enter().is_err() {
        return busy();
    }
    if let Some(activity) = activity.filter(|_| !body.body.is_end_stream()) {
        body.receiving = Some(activity.receive());
    }
    let answer = next.run(Request::from_parts(head, Body::new(body))).await;
    let refused = held.lock().ok().and_then(|held| held.refused);
    match refused {
        None => answer,
        Some(Refused::TooManyRequests) => busy(),
        // What it has sent goes with the connection.
        Some(Refused::BodyBudgetExceeded) => closing(busy()),
        Some(Refused::Late) => {
            let message = "The body of the request did not come in time.";
            closing(refuse(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message))
        }
    }
}

pub(in crate::server) fn busy() -> Response {
    let message = "The service is busy; try again in a moment.";
    let mut answer = refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// The rest of the body is not waited for.
fn closing(mut answer: Response) -> Response {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// A body that must come in time, and that takes a place when it is complete.
struct Watched {
    body: Body,
    places: AdmissionControl,
    held: Arc<Mutex<Admission>>,
    timer: Pin<Box<Sleep>>,
    read: usize,
    done: bool,
    /// Until it is complete, its connection may have to make room.
    receiving: Option<Receiving>,
}

impl Watched {
    fn refuse(&self, why: Refused) -> Error {
        if let Ok(mut held) = self.held.lock() {
            held.refused = Some(why);
        }
        Error::new(match why {
            Refused::TooManyRequests | Refused::BodyBudgetExceeded => "the service is busy",
            Refused::Late => "the body is late",
        })
    }

    /// Takes a place; it is free again when the request has been answered and nothing of it runs any more.
    fn enter(&self) -> Result<(), Error> {
        let place =
            Arc::clone(&self.places.free).try_acquire_owned().map_err(|_| self.refuse(Refused::TooManyRequests))?;
        if let Ok(mut held) = self.held.lock() {
            held.place = Some(place);
        }
        Ok(())
    }

    /// Counts what has been read against the budget.
    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.read += bytes;
        let Ok(mut held) = self.held.lock() else { return Ok(()) };
        if self.read > LARGE_BODY_BYTES && held.large.is_none() {
            held.large = Arc::clone(&self.places.large).try_acquire_owned().ok();
            if held.large.is_some() {
                self.places.spent.fetch_sub(std::mem::take(&mut held.spent), Ordering::Relaxed);
            }
        }
        if held.large.is_some() {
            return Ok(());
        }
        let cost = self.read + 2 * self.read.min(BUFFERED_BODY_BYTES);
        let more = cost.saturating_sub(FREE_BODY_BYTES).saturating_sub(held.spent);
        held.spent += more;
        drop(held);
        if self.places.spent.fetch_add(more, Ordering::Relaxed) + more > BODY_BUDGET_BYTES && more > 0 {
            return Err(self.refuse(Refused::BodyBudgetExceeded));
        }
        Ok(())
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.done {
            return Poll::Ready(None);
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            ready!(self.timer.as_mut().poll(cx));
            self.done = true;
            return Poll::Ready(Some(Err(self.refuse(Refused::Late))));
        };
        let counted = match &frame {
            Some(Ok(frame)) => self.count(frame.data_ref().map_or(0, Bytes::len)),
            _ => Ok(()),
        };
        let is_last = frame.is_none() || self.body.is_end_stream();
        let entered = counted.and_then(|()| if is_last { self.enter() } else { Ok(()) });
        self.done = is_last || entered.is_err();
        if self.done {
            self.receiving = None;
        }
        match entered {
            Ok(()) => Poll::Ready(frame),
            Err(refused) => Poll::Ready(Some(Err(refused))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.done || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
