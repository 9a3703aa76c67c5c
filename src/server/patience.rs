//! A socket that gives up: on a client that sends no request in time, and on one that takes nothing of its answer.
//!
//! Used by each connection. It must never cut off a client that is waiting for us.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// What a connection is doing, told to its socket by its requests.
#[derive(Debug, Default)]
pub(super) struct Activity {
    begun: AtomicU64,
    running: AtomicUsize,
    writing: AtomicBool,
}

impl Activity {
    /// A request runs until the returned value is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Running {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.running.fetch_add(1, Ordering::Relaxed);
        Running(Arc::clone(self))
    }

    /// Whether a request runs, or the client has not taken all of its answer.
    pub(super) fn is_busy(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0 || self.writing.load(Ordering::Relaxed)
    }
}

/// A request that runs.
pub(super) struct Running(Arc<Activity>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A socket with time limits. A limit that is reached is an error, and the connection ends with it.
pub(super) struct Patient<S> {
    socket: S,
    activity: Arc<Activity>,
    head: Duration,
    idle: Duration,
    write: Duration,
    /// The request, by number, whose first byte is awaited (`false`) or has come (`true`).
    awaited: (u64, bool),
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) fn new(socket: S, activity: Arc<Activity>, limits: &super::Traffic) -> Self {
        let (head, idle, write) = (limits.head, limits.idle, limits.write);
        Self { socket, activity, head, idle, write, awaited: (0, false), reading: None, writing: None }
    }

    /// Fails when a request's head is late.
    fn poll_late_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.activity.is_busy() {
            self.reading = None;
            return Poll::Pending;
        }
        let begun = self.activity.begun.load(Ordering::Relaxed);
        if self.awaited.0 != begun {
            self.awaited = (begun, false);
            self.reading = None;
        }
        let limit = if begun == 0 || self.awaited.1 { self.head } else { self.idle };
        let timer = self.reading.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Bytes have come: of a request's head, unless one runs. The time for a head is not given anew with every byte.
    fn has_read(&mut self) {
        let begun = self.activity.begun.load(Ordering::Relaxed);
        if !self.activity.is_busy() && self.awaited != (begun, true) {
            // The first request of a connection has had its time since the connection was made.
            if begun > 0 {
                self.reading = None;
            }
            self.awaited = (begun, true);
        }
    }

    /// Fails when nothing has been taken for too long.
    fn poll_stuck(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let limit = self.write;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    fn watched<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_pending() {
            self.activity.writing.store(true, Ordering::Relaxed);
            return self.poll_stuck(cx).map(Err);
        }
        self.activity.writing.store(false, Ordering::Relaxed);
        self.writing = None;
        done
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        match Pin::new(&mut self.socket).poll_read(cx, into) {
            Poll::Pending => self.poll_late_head(cx),
            done => {
                if into.filled().len() > before {
                    self.has_read();
                }
                done
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write(cx, from);
        self.watched(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write_vectored(cx, from);
        self.watched(cx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.socket).poll_shutdown(cx);
        self.watched(cx, done)
    }
}
