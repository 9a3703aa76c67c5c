//! Admission control: bounds the requests in flight, the bytes of request bodies in memory, and the time to send a
//! body.
//!
//! A layer around all routes but health checks and metrics. A request must not take a permit before its body is
//! complete, so that slow clients do not block others.

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
    time::{Sleep, sleep, timeout},
};

use crate::server::{
    TransportLimits,
    graphql::refuse,
    transport::activity::{Activity, Receiving},
};

/// Bytes of each body that are not charged to the budget. Nearly all bodies are shorter.
const FREE_BODY_BYTES: usize = 4 * 1024;
/// This many bytes of a body are charged three times, because the connection keeps buffers of that size as well.
const BUFFERED_BODY_BYTES: usize = 16 * 1024;
/// Budget for the bodies of all requests that have not been answered, in bytes.
const BODY_BUDGET_BYTES: usize = 8 * 1024 * 1024;
/// How long an operation of a WebSocket waits for a permit.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(2);
/// A longer body can only be an import. One such body at a time is exempt from the budget.
const LARGE_BODY_BYTES: usize = 2_200_000;

/// The permits and the budget that all requests share. Clones share the same counters.
#[derive(Clone)]
pub(in crate::server) struct AdmissionControl {
    in_flight: Arc<Semaphore>,
    /// Bytes charged to the budget by all requests.
    spent: Arc<AtomicUsize>,
    large: Arc<Semaphore>,
    body_timeout: Duration,
}

impl AdmissionControl {
    pub(in crate::server) fn new(limits: &TransportLimits) -> Self {
        let in_flight = Arc::new(Semaphore::new(limits.in_flight));
        Self { in_flight, spent: Arc::default(), large: Arc::new(Semaphore::new(1)), body_timeout: limits.body }
    }
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// All permits are taken. The body is complete, so the connection can be reused.
    TooManyRequests,
    /// The budget for bodies is used up, and the body is not complete.
    BodyBudgetExceeded,
    /// The body did not arrive in time.
    Late,
}

/// The permits and the charged bytes of one request, shared by its body and the middleware.
struct Admission {
    permit: Option<OwnedSemaphorePermit>,
    refused: Option<Refused>,
    /// The permit for the one large body.
    large: Option<OwnedSemaphorePermit>,
    /// Bytes that this request has charged to the budget.
    spent: usize,
    /// Bytes that all requests have charged to the budget.
    budget: Arc<AtomicUsize>,
}

impl Admission {
    fn new(control: &AdmissionControl) -> Self {
        Self { permit: None, refused: None, large: None, spent: 0, budget: Arc::clone(&control.spent) }
    }

    /// Charges a body of which this many bytes have been read. Returns false if the budget is exceeded.
    fn charge(&mut self, read: usize, control: &AdmissionControl) -> bool {
        if read > LARGE_BODY_BYTES && self.large.is_none() {
            self.large = Arc::clone(&control.large).try_acquire_owned().ok();
            if self.large.is_some() {
                control.spent.fetch_sub(std::mem::take(&mut self.spent), Ordering::Relaxed);
            }
        }
        if self.large.is_some() {
            return true;
        }
        let cost = read + 2 * read.min(BUFFERED_BODY_BYTES);
        let more = cost.saturating_sub(FREE_BODY_BYTES).saturating_sub(self.spent);
        self.spent += more;
        control.spent.fetch_add(more, Ordering::Relaxed) + more <= BODY_BUDGET_BYTES || more == 0
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.budget.fetch_sub(self.spent, Ordering::Relaxed);
    }
}

/// Request extension that keeps the permits of a request until all of its work is done. A task that continues after the
/// response must keep a clone.
#[derive(Clone)]
pub(in crate::server) struct Permit {
    /// Never read; dropped with the last clone.
    _held: Arc<Mutex<Admission>>,
}

/// The admission of a message of a WebSocket, as if it were the body of a request.
pub(in crate::server) struct MessageAdmission {
    control: AdmissionControl,
    admission: Admission,
}

impl MessageAdmission {
    pub(in crate::server) fn new(control: &AdmissionControl) -> Self {
        Self { control: control.clone(), admission: Admission::new(control) }
    }

    /// The admission of the next message.
    pub(in crate::server) fn next(&self) -> Self {
        Self::new(&self.control)
    }

    /// Charges a message of which this many bytes have been read. Returns false if the budget is exceeded.
    pub(in crate::server) fn charge(&mut self, read: usize) -> bool {
        self.admission.charge(read, &self.control)
    }

    /// Waits for a permit for the operation in the message; `None` if too many requests run for too long. An operation
    /// waits, because clients do not repeat one that was refused, and many of them may come back at the same moment.
    pub(in crate::server) async fn admit(mut self) -> Option<Permit> {
        let permit = Arc::clone(&self.control.in_flight).acquire_owned();
        self.admission.permit = Some(timeout(PERMIT_TIMEOUT, permit).await.ok()?.ok()?);
        Some(Permit { _held: Arc::new(Mutex::new(self.admission)) })
    }
}

/// Middleware that runs a request if there is a permit for it, and answers 503 or 408 otherwise.
pub(in crate::server) async fn admit(
    State(admission): State<AdmissionControl>,
    mut request: Request,
    next: Next,
) -> Response {
    let held = Arc::new(Mutex::new(Admission::new(&admission)));
    request.extensions_mut().insert(Permit { _held: Arc::clone(&held) });
    request.extensions_mut().insert(admission.clone());
    let activity = request.extensions().get::<Arc<Activity>>().cloned();
    let (head, body) = request.into_parts();
    let mut body = AdmittedBody {
        timer: Box::pin(sleep(admission.body_timeout)),
        body,
        admission,
        held: Arc::clone(&held),
        read: 0,
        done: false,
        receiving: None,
    };
    if body.body.is_end_stream() && body.acquire().is_err() {
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
        // The rest of the body cannot be read, so the connection ends.
        Some(Refused::BodyBudgetExceeded) => closing(busy()),
        Some(Refused::Late) => {
            let message = "The body of the request did not come in time.";
            closing(refuse(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message))
        }
    }
}

/// The response to a request that cannot be admitted: 503 with `Retry-After`.
pub(in crate::server) fn busy() -> Response {
    let message = "The service is busy; try again in a moment.";
    let mut answer = refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// Makes the connection close after this response, because the rest of the request body is not read.
fn closing(mut answer: Response) -> Response {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// A request body that must arrive in time, and that takes a permit when it is complete.
struct AdmittedBody {
    body: Body,
    admission: AdmissionControl,
    held: Arc<Mutex<Admission>>,
    timer: Pin<Box<Sleep>>,
    /// Bytes read so far.
    read: usize,
    done: bool,
    /// Until the body is complete, its connection may be evicted.
    receiving: Option<Receiving>,
}

impl AdmittedBody {
    fn refuse(&self, why: Refused) -> Error {
        if let Ok(mut held) = self.held.lock() {
            held.refused = Some(why);
        }
        Error::new(match why {
            Refused::TooManyRequests | Refused::BodyBudgetExceeded => "the service is busy",
            Refused::Late => "the body is late",
        })
    }

    /// Takes a permit. It is released when the request has been answered and none of its tasks runs any more.
    fn acquire(&self) -> Result<(), Error> {
        let permit = Arc::clone(&self.admission.in_flight)
            .try_acquire_owned()
            .map_err(|_| self.refuse(Refused::TooManyRequests))?;
        if let Ok(mut held) = self.held.lock() {
            held.permit = Some(permit);
        }
        Ok(())
    }

    /// Charges bytes that have been read to the budget.
    fn charge(&mut self, bytes: usize) -> Result<(), Error> {
        self.read += bytes;
        let Ok(mut held) = self.held.lock() else { return Ok(()) };
        let is_charged = held.charge(self.read, &self.admission);
        drop(held);
        if is_charged { Ok(()) } else { Err(self.refuse(Refused::BodyBudgetExceeded)) }
    }
}

impl HttpBody for AdmittedBody {
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
        let charged = match &frame {
            Some(Ok(frame)) => self.charge(frame.data_ref().map_or(0, Bytes::len)),
            _ => Ok(()),
        };
        let is_last = frame.is_none() || self.body.is_end_stream();
        let acquired = charged.and_then(|()| if is_last { self.acquire() } else { Ok(()) });
        self.done = is_last || acquired.is_err();
        if self.done {
            self.receiving = None;
        }
        match acquired {
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
