//! Server-sent events, as the protocol "GraphQL over SSE" has them in distinct connections mode: one response is the
//! stream of one operation.
//!
//! Called by the GraphQL handler. The `id` of an event is its cursor, so that a browser goes on where it was.

use std::{convert::Infallible, future::poll_fn, sync::Arc, time::Duration};

use async_graphql::ServerError;
use axum::{
    Extension,
    body::{Body, Bytes},
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::sync::watch;
use tower_http::request_id::RequestId;

use super::{
    keys::{self, KeyState},
    subscription::{Event, Refused, Subscription},
};
use crate::{
    access::Access,
    app::FeedItem,
    budget::chunks::Chunks,
    server::{
        Service,
        graphql::{Prepared, code, refuse},
        middleware::{
            auth::Shown,
            metrics::subscriptions::Transport,
            outcome::{Outcome, Timing},
        },
        transport::{
            activity::{Activity, Streaming},
            body::pieces,
            connection::Stopping,
        },
    },
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Prevents that a proxy buffers the stream.
const NO_BUFFERING: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");
/// The end of a stream. A browser ignores events without data.
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

/// Shorter responses are sent in one piece.
const MIN_PIECE_BYTES: usize = 16 * 1024;

/// A response to a query, a mutation or an invalid request: one event.
pub(in crate::server) fn once(json: Chunks, outcome: Outcome) -> Response {
    let before = Bytes::from_static(b"event: next\ndata: ");
    let after = [Bytes::from_static(b"\n\n"), Bytes::from_static(COMPLETE)];
    let is_short = json.len() < MIN_PIECE_BYTES;
    let parts: Vec<Bytes> = std::iter::once(before).chain(pieces(json)).chain(after).collect();
    let body = if is_short {
        Body::from(parts.concat())
    } else {
        Body::from_stream(stream::iter(parts.into_iter().map(Ok::<_, Infallible>)))
    };
    response(body, outcome)
}

fn response(body: Body, outcome: Outcome) -> Response {
    let headers = [(CONTENT_TYPE, "text/event-stream; charset=utf-8"), (CACHE_CONTROL, "no-store"), NO_BUFFERING];
    (StatusCode::OK, headers, Extension(outcome), body).into_response()
}

/// The stream of a subscription.
pub(in crate::server) async fn subscribe(
    service: &Service,
    access: Access,
    prepared: Prepared,
    extensions: &Extensions,
    headers: &HeaderMap,
) -> Response {
    let mut outcome = Outcome {
        operation: prepared.chosen.name.clone(),
        kind: Some(prepared.chosen.kind.as_str()),
        timing: Some(Timing { document: prepared.took(), execution: Duration::ZERO }),
        ..Outcome::default()
    };
    let last = match headers.get(LAST_EVENT_ID).map(HeaderValue::to_str) {
        None => None,
        Some(Ok(last)) => Some(last.trim().to_owned()).filter(|last| !last.is_empty()),
        Some(Err(_)) => {
            return refuse(
                StatusCode::BAD_REQUEST,
                "BAD_REQUEST",
                "The header Last-Event-ID is no cursor of an event.",
            );
        }
    };
    let id = extensions.get::<RequestId>();
    let shown = extensions.get::<Shown>().cloned().unwrap_or(Shown(None));
    let key = service.live.0.keys.watch(&shown, &access);
    let transport = Transport::EventStream;
    let subscription = match Subscription::open(service, access, prepared, last, transport, id).await {
        Ok(subscription) => subscription,
        Err(Refused::Full) => return full(service),
        Err(Refused::Errors(errors)) => return failed(&errors, outcome),
    };
    outcome.statements = Some(1);
    let head = format!(": open\nretry: 1000\nid: {}\n\n", subscription.start());
    let state = Open {
        subscription,
        key: Some(key),
        stopping: extensions.get::<Stopping>().cloned(),
        _streaming: extensions.get::<Arc<Activity>>().map(|activity| activity.stream()),
    };
    let events = stream::unfold(Some(state), next).map(Ok::<_, Infallible>);
    let head = stream::iter([Ok(Bytes::from(head))]);
    response(Body::from_stream(head.chain(events)), outcome)
}

/// The response when too many subscriptions are open.
fn full(service: &Service) -> Response {
    let most = service.live.0.limits.all;
    let message =
        format!("There are {most} open subscriptions; try again later. The setting --max-subscriptions allows more.");
    ([(RETRY_AFTER, "10")], refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", &message)).into_response()
}

/// The response to a subscription that cannot begin.
fn failed(errors: &[ServerError], mut outcome: Outcome) -> Response {
    outcome.codes = errors.iter().filter_map(code).collect();
    let json = json!({ "errors": errors }).to_string();
    once(Chunks::from_bytes(json.into_bytes(), &crate::budget::Budget::default()), outcome)
}

/// An open stream.
struct Open {
    subscription: Subscription,
    key: Option<watch::Receiver<KeyState>>,
    stopping: Option<Stopping>,
    _streaming: Option<Streaming>,
}

/// The next piece of a stream. A stream of a service that stops ends without `complete`, so that its client comes back.
async fn next(state: Option<Open>) -> Option<(Bytes, Option<Open>)> {
    let mut state = state?;
    loop {
        let event = tokio::select! {
            biased;
            () = stopped(&mut state.stopping) => return None,
            key = keys::changed(&mut state.key) => {
                match key {
                    KeyState::Valid(access) => state.subscription.rescope(&access),
                    KeyState::Refused => return Some((Bytes::from_static(COMPLETE), None)),
                }
                continue;
            }
            event = poll_fn(|cx| state.subscription.poll_event(cx)) => event,
        };
        let Some(event) = event else { return Some((Bytes::from_static(COMPLETE), None)) };
        let mut text = as_text(&event);
        if state.subscription.is_complete() {
            text.extend_from_slice(COMPLETE);
            return Some((text.into(), None));
        }
        return Some((text.into(), Some(state)));
    }
}

fn as_text(event: &Event) -> Vec<u8> {
    let cursor = event.item.cursor();
    let mut text = Vec::with_capacity(event.json.len() + cursor.len() + 64);
    if matches!(event.item, FeedItem::Heartbeat { .. }) {
        // For clients that ignore the event.
        text.extend_from_slice(b":\n");
    }
    for part in [b"event: next\nid: ".as_slice(), cursor.as_bytes(), b"\ndata: ", &event.json, b"\n\n"] {
        text.extend_from_slice(part);
    }
    text
}

/// Waits until the service stops.
async fn stopped(stopping: &mut Option<Stopping>) {
    if let Some(stopping) = stopping
        && stopping.0.wait_for(|stopping| *stopping).await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}
