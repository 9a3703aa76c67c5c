//! A session: what the messages of one WebSocket do.
//!
//! Run on the task of the connection. It must not read further messages while a client does not take what it gets, and
//! must not be held up by one operation.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll, ready},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use serde_json::{Map, Value};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{Instant, Sleep, sleep_until, timeout},
};

use super::{
    Context,
    frames::{Failure, Frames, Incoming},
    message::{self, Message},
    operation::{Done, Operation, refusal},
};
use crate::{
    access::Access,
    app::FeedItem,
    server::{
        graphql::{Bad, Params},
        live::{
            keys::{self, KeyState},
            subscription::Subscription,
        },
        middleware::admission::MessageAdmission,
        transport::activity::Streaming,
    },
};

/// Most bytes of a `connection_init`.
const MAX_INIT_BYTES: usize = 16 * 1024;
/// While more bytes wait to be sent, no further events are made.
const MAX_WAITING_BYTES: usize = 16 * 1024;
/// Heartbeats without any sign of the client after which it is gone.
const MAX_SILENT_BEATS: u32 = 3;
/// How long a client may take to end the connection.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// An open subscription of a session.
struct Subscribed {
    id: Box<str>,
    prefix: Bytes,
    subscription: Subscription,
    _streaming: Streaming,
}

/// What a session has to do next.
enum Step {
    Message(String, MessageAdmission),
    Close(u16, &'static str),
    End,
}

/// A caller that is known.
struct Caller {
    access: Access,
    key: watch::Receiver<KeyState>,
}

/// The state of a session.
pub(super) struct Session<S> {
    context: Context,
    frames: Frames<S>,
    caller: Option<Access>,
    subscriptions: Vec<Subscribed>,
    operations: FuturesUnordered<BoxFuture<'static, (String, Done)>>,
    /// The ids of operations whose results the client waits for.
    running: Vec<String>,
    /// Since when there is nothing but the connection.
    idle_since: Instant,
    deadline: Option<Pin<Box<Sleep>>>,
    beat_at: Instant,
    silent_beats: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Serves a WebSocket until it is closed.
    pub(super) async fn run(context: Context, socket: S, read: Vec<u8>, admission: MessageAdmission) {
        let mut stopping = context.stopping.clone();
        let now = Instant::now();
        let mut session = Self {
            frames: Frames::new(socket, read, MAX_INIT_BYTES, admission),
            context,
            caller: None,
            subscriptions: Vec::new(),
            operations: FuturesUnordered::new(),
            running: Vec::new(),
            idle_since: now,
            deadline: None,
            beat_at: now,
            silent_beats: 0,
        };
        let (code, reason) = session.serve(&mut stopping).await;
        // Before the client is told, so that it finds a free place when it comes back.
        session.subscriptions.clear();
        session.operations.clear();
        if code > 0 {
            session.frames.send_close(code, &reason);
        }
        drop(timeout(CLOSE_TIMEOUT, poll_fn(|cx| session.frames.poll_close(cx))).await);
    }

    /// Serves messages and events. Returns the code and the reason with which the WebSocket is closed; the code 0 if it is
    /// gone.
    async fn serve(&mut self, stopping: &mut watch::Receiver<bool>) -> (u16, String) {
        let mut key = None;
        if !self.context.speaks {
            return (4406, "Subprotocol not acceptable".to_owned());
        }
        loop {
            let step = tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return (1012, "Service Restart".to_owned()),
                state = keys::changed(&mut key) => {
                    match state {
                        KeyState::Valid(access) => {
                            self.subscriptions.iter_mut().for_each(|one| one.subscription.rescope(&access));
                            self.caller = Some(access);
                        }
                        KeyState::Refused => return (4403, "Forbidden".to_owned()),
                    }
                    continue;
                }
                step = poll_fn(|cx| self.poll_step(cx)) => step,
            };
            let (text, admission) = match step {
                Step::Message(text, admission) => (text, admission),
                Step::Close(code, reason) => return (code, reason.to_owned()),
                Step::End => return (0, String::new()),
            };
            let message = match Message::read(&text, &self.context.service.limits) {
                Ok(message) => message,
                Err("Message too long") => return (1009, "Message too long".to_owned()),
                Err(invalid) => return (4400, invalid.to_owned()),
            };
            drop(text);
            let closes = match message {
                Message::Init(_) if self.caller.is_some() => {
                    Some((4429, "Too many initialisation requests".to_owned()))
                }
                // On the heap, as it happens once.
                Message::Init(payload) => match Box::pin(self.initialise(payload)).await {
                    Ok(caller) => {
                        (self.caller, key) = (Some(caller.access), Some(caller.key));
                        None
                    }
                    Err(closes) => Some(closes),
                },
                Message::Ping(payload) => {
                    self.frames.send_text([message::pong(payload)]);
                    None
                }
                Message::Pong => None,
                Message::Complete(id) => {
                    self.complete(&id);
                    None
                }
                Message::Subscribe(id, params) => self.subscribe(id, params, admission),
            };
            if let Some(closes) = closes {
                return closes;
            }
        }
    }

    /// Authenticates the caller.
    async fn initialise(&mut self, payload: Map<String, Value>) -> Result<Caller, (u16, String)> {
        let live = &self.context.service.live.0;
        let shown = message::authorization(&payload).map(HeaderValue::from_str);
        let (access, shown) = match (shown, self.context.caller.take()) {
            (None, Some(caller)) => caller,
            (Some(Err(_)), _) => return Err((4403, "Forbidden".to_owned())),
            (shown, _) => {
                let shown = shown.and_then(Result::ok);
                let admitted = live.authenticator.authenticate(shown.as_ref(), self.context.from).await;
                admitted.map_err(|refusal| match refusal.status() {
                    StatusCode::UNAUTHORIZED => (4403, "Forbidden".to_owned()),
                    StatusCode::TOO_MANY_REQUESTS => (4403, "Forbidden: too many wrong keys".to_owned()),
                    _ => (1013, "Try again later".to_owned()),
                })?
            }
        };
        let (limits, key) = (&self.context.service.limits, live.keys.watch(&shown, &access));
        self.frames.set_limit(limits.max_body.max(limits.max_import));
        self.frames.send_text([message::ACK]);
        Ok(Caller { access, key })
    }

    fn complete(&mut self, id: &str) {
        self.subscriptions.retain(|one| &*one.id != id);
        self.running.retain(|one| one != id);
    }

    /// Begins an operation. Returns how the WebSocket is closed if it may not.
    fn subscribe(
        &mut self,
        id: String,
        params: Result<Params, Bad>,
        admission: MessageAdmission,
    ) -> Option<(u16, String)> {
        let Some(access) = self.caller.clone() else { return Some((4401, "Unauthorized".to_owned())) };
        if self.running.contains(&id) || self.subscriptions.iter().any(|one| *one.id == *id) {
            return Some((4409, format!("Subscriber for {id} already exists")));
        }
        let most = self.context.service.live.0.limits.per_connection;
        if self.subscriptions.len() + self.operations.len() >= most {
            let message = format!(
                "This WebSocket has {most} operations; complete one first. The setting --max-subscriptions-per-connection \
                 allows more."
            );
            self.frames.send_text([message::error(&id, &[refusal(&message, "LIMIT_EXCEEDED")])]);
            return None;
        }
        let operation = Operation {
            service: Arc::clone(&self.context.service),
            access,
            id: self.context.id.clone(),
            received: std::time::Instant::now(),
        };
        self.running.push(id.clone());
        let running = self.context.activity.begin_request();
        self.operations.push(Box::pin(async move {
            let done = operation.run(params, admission).await;
            drop(running);
            (id, done)
        }));
        None
    }

    /// Sends what can be sent, until there is something to do.
    fn poll_step(&mut self, cx: &mut TaskContext<'_>) -> Poll<Step> {
        loop {
            match self.frames.poll_flush(cx) {
                Poll::Ready(Err(_)) => return Poll::Ready(Step::End),
                Poll::Pending if self.frames.waiting() > MAX_WAITING_BYTES => {
                    // A stopping service and the timeouts of the socket go on.
                    return Poll::Pending;
                }
                _ => {}
            }
            if let Poll::Ready(incoming) = self.frames.poll_incoming(cx) {
                return Poll::Ready(match incoming {
                    Ok(Incoming::Text(text, admission)) => Step::Message(text, admission),
                    Ok(Incoming::Binary) => Step::Close(4400, "Message is not a text"),
                    Ok(Incoming::Close) => Step::Close(1000, ""),
                    Ok(Incoming::End) | Err(Failure::Io) => Step::End,
                    Err(Failure::Protocol) => Step::Close(1002, "Protocol error"),
                    Err(Failure::NotUtf8) => Step::Close(1007, "Message is not UTF-8"),
                    Err(Failure::TooLong) => Step::Close(1009, "Message too long"),
                    Err(Failure::Busy) => Step::Close(1013, "Try again later"),
                });
            }
            let mut has_sent = false;
            while self.frames.waiting() <= MAX_WAITING_BYTES && self.poll_result(cx).is_ready() {
                has_sent = true;
            }
            match self.poll_events(cx) {
                Poll::Ready(Some(step)) => return Poll::Ready(step),
                Poll::Ready(None) => has_sent = true,
                Poll::Pending => {}
            }
            if !has_sent && (self.frames.waiting() == 0 || self.frames.poll_flush(cx).is_pending()) {
                return self.poll_deadline(cx);
            }
        }
    }

    /// Takes the result of an operation.
    fn poll_result(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        if self.operations.is_empty() {
            return Poll::Pending;
        }
        let Some((id, done)) = ready!(self.operations.poll_next_unpin(cx)) else { return Poll::Pending };
        let Some(at) = self.running.iter().position(|one| *one == id) else { return Poll::Ready(()) };
        self.running.swap_remove(at);
        self.idle_since = Instant::now();
        match done {
            Done::Result(parts) => {
                let mut all = vec![message::next_prefix(&id)];
                all.extend(parts);
                all.push(message::SUFFIX);
                self.frames.send_text(all);
                self.frames.send_text([message::complete(&id)]);
            }
            Done::Errors(errors) => self.frames.send_text([message::error(&id, &errors)]),
            Done::Opened(subscription) => {
                if self.subscriptions.is_empty() {
                    (self.beat_at, self.silent_beats) = (Instant::now(), 0);
                }
                self.subscriptions.reserve_exact(1);
                self.subscriptions.push(Subscribed {
                    prefix: message::next_prefix(&id),
                    id: id.into(),
                    subscription: *subscription,
                    _streaming: self.context.activity.stream(),
                });
            }
        }
        Poll::Ready(())
    }

    /// Sends events. Ready if any was sent, or if there is something to do.
    fn poll_events(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Step>> {
        let (mut at, mut has_sent) = (0, false);
        while let Some(one) = self.subscriptions.get_mut(at) {
            if self.frames.waiting() > MAX_WAITING_BYTES {
                // The others come first the next time.
                self.subscriptions.rotate_left(at);
                return Poll::Ready(None);
            }
            let mut is_complete = false;
            match one.subscription.poll_event(cx) {
                Poll::Pending => {
                    at += 1;
                    continue;
                }
                Poll::Ready(Some(event)) => {
                    let is_beat = matches!(event.item, FeedItem::Heartbeat { .. });
                    self.frames.send_text([one.prefix.clone(), event.json, message::SUFFIX]);
                    is_complete |= one.subscription.is_complete();
                    if is_beat && self.is_gone() {
                        return Poll::Ready(Some(Step::End));
                    }
                }
                Poll::Ready(None) => is_complete = true,
            }
            has_sent = true;
            if is_complete {
                let one = self.subscriptions.swap_remove(at);
                self.frames.send_text([message::complete(&one.id)]);
                self.idle_since = Instant::now();
            }
        }
        if has_sent { Poll::Ready(None) } else { Poll::Pending }
    }

    /// Pings the client with the heartbeats of its subscriptions. Returns whether it has been silent for too long.
    fn is_gone(&mut self) -> bool {
        if self.frames.take_heard() {
            self.silent_beats = 0;
        }
        let now = Instant::now();
        if now - self.beat_at < self.context.service.app.feed().heartbeat() / 2 {
            return false;
        }
        self.beat_at = now;
        self.silent_beats += 1;
        self.frames.send_ping();
        self.silent_beats > MAX_SILENT_BEATS
    }

    /// Waits for the next time limit.
    fn poll_deadline(&mut self, cx: &mut TaskContext<'_>) -> Poll<Step> {
        let live = &self.context.service.live.0;
        let is_idle = self.subscriptions.is_empty() && self.operations.is_empty();
        let (at, step) = match (self.caller.is_none(), self.frames.incomplete_since()) {
            (true, _) => (self.idle_since + live.limits.init, Step::Close(4408, "Connection initialisation timeout")),
            (false, Some(since)) => (since + live.message, Step::Close(4400, "Message did not arrive in time")),
            (false, None) if is_idle => (self.idle_since + live.idle, Step::Close(1000, "Idle")),
            _ => {
                self.deadline = None;
                return Poll::Pending;
            }
        };
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if deadline.deadline() != at {
            deadline.as_mut().reset(at);
        }
        deadline.poll_unpin(cx).map(|()| step)
    }
}
