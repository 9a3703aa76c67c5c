//! A socket that gives up: on a client that sends no request in time, and on one that takes nothing of its answer.
//!
//! Used by each connection. It must never cut off a client that is waiting for us.

use std::{
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use crate::server::transport::activity::{Activity, Heads};

/// Bytes of a request's head that are always taken: more than nearly all requests have.
const FREE: usize = 4 * 1024;
/// Bytes that all heads under way may have beyond that.
const BUDGET: usize = 8 * 1024 * 1024;

/// How much of its answer a client takes at least, and over how long a time that is measured.
struct Floor {
    /// In bytes a second.
    rate: u64,
    over: Duration,
    /// How long it may take nothing at all; none for the setting.
    nothing: Option<Duration>,
}

/// How fast the answer to a request is taken.
#[derive(Clone, Copy, Default)]
struct Measured {
    /// The number of the request.
    request: u64,
    /// How long the client has been waited for.
    waited: Duration,
    /// What all answers together had taken when that began, in bytes.
    taken: u64,
}

/// What a client may have taken before the system says so, in bytes: a third of the send buffer, which Linux doubles.
const UNSEEN: u128 = 192 * 1024;

/// What a client takes at least: a line of 256 kbit/s does.
const FLOOR: Floor = Floor { rate: 32 * 1024, over: Duration::from_secs(30), nothing: None };
/// The same while memory is short.
const FLOOR_WHEN_SHORT: Floor =
    Floor { rate: 128 * 1024, over: Duration::from_secs(5), nothing: Some(Duration::from_secs(2)) };
/// How often a socket that waits looks whether it has to hurry.
const LOOK: Duration = Duration::from_millis(500);

/// A read of so many bytes makes a connection keep a larger buffer for as long as it lives.
const STRETCH: usize = 8 * 1024;
/// A socket with time limits. A limit that is reached is an error, and the connection ends with it.
pub(in crate::server) struct TimeoutIo<S> {
    socket: S,
    activity: Arc<Activity>,
    head: Duration,
    idle: Duration,
    write: Duration,
    /// The request, by number, whose first byte is awaited (`false`) or has come (`true`).
    awaited: (u64, bool),
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
    /// Since when nothing is taken.
    stuck: Option<Instant>,
    /// Bytes that were taken.
    taken: u64,
    /// How fast the answer is taken.
    measured: Measured,
    /// Bytes of the head under way, those that count against the budget, and the budget.
    pending: (usize, usize, Heads),
}

impl<S> Drop for TimeoutIo<S> {
    fn drop(&mut self) {
        self.forget_head();
        if self.activity.is_stretched() {
            self.pending.2.stretched.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl<S> TimeoutIo<S> {
    pub(in crate::server) fn new(
        socket: S,
        activity: Arc<Activity>,
        limits: &crate::server::TransportLimits,
        heads: Heads,
    ) -> Self {
        let (head, idle, write) = (limits.head, limits.idle, limits.write);
        Self {
            socket,
            activity,
            head,
            idle,
            write,
            awaited: (0, false),
            reading: None,
            writing: None,
            stuck: None,
            taken: 0,
            measured: Measured::default(),
            pending: (0, 0, heads),
        }
    }

    fn forget_head(&mut self) {
        self.pending.2.bytes.fetch_sub(self.pending.1, Ordering::Relaxed);
        (self.pending.0, self.pending.1) = (0, 0);
    }

    /// Counts bytes of a head; fails when there are too many of all.
    fn count_head(&mut self, bytes: usize) -> io::Result<()> {
        if self.activity.is_busy() {
            self.forget_head();
            return Ok(());
        }
        let (read, spent, heads) = &mut self.pending;
        *read += bytes;
        let more = read.saturating_sub(FREE).saturating_sub(*spent);
        *spent += more;
        if more > 0 && heads.bytes.fetch_add(more, Ordering::Relaxed) + more > BUDGET {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        Ok(())
    }

    /// Fails when a request's head is late.
    fn poll_late_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.activity.is_busy() {
            self.reading = None;
            self.forget_head();
            return Poll::Pending;
        }
        let begun = self.activity.begun.load(Ordering::Relaxed);
        if self.awaited.0 != begun {
            self.awaited = (begun, false);
            self.reading = None;
            self.forget_head();
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

    /// Fails when nothing has been taken for too long, or too little.
    fn poll_stuck(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let now = Instant::now();
        let begun = self.activity.begun.load(Ordering::Relaxed);
        let stuck = *self.stuck.get_or_insert(now);
        if self.measured.request != begun {
            self.measured = Measured { request: begun, waited: Duration::ZERO, taken: self.taken };
        }
        loop {
            let now = Instant::now();
            let floor = if self.activity.has_to_hurry() { FLOOR_WHEN_SHORT } else { FLOOR };
            if now >= stuck + floor.nothing.unwrap_or(self.write).min(self.write)
                || self.takes_too_little(now - self.stuck.unwrap_or(now), &floor)
            {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let look = LOOK.min(self.write);
            let timer = self.writing.get_or_insert_with(|| Box::pin(sleep_until(now + look)));
            ready!(timer.as_mut().poll(cx));
            self.writing = None;
        }
    }

    fn count_taken(&mut self, done: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = done {
            self.taken += u64::try_from(*bytes).unwrap_or(0);
        }
    }

    /// Whether the client has taken less than it must; what is measured begins anew each time it was enough.
    fn takes_too_little(&mut self, stuck: Duration, floor: &Floor) -> bool {
        // Only the time in which the client was waited for.
        let waited = self.measured.waited + stuck;
        if waited < floor.over {
            return false;
        }
        let enough = u128::from(floor.rate) * waited.as_millis() / 1000;
        let taken = u128::from(self.taken - self.measured.taken) + UNSEEN;
        self.measured = Measured { waited: Duration::ZERO, taken: self.taken, ..self.measured };
        // What this wait has lasted so far is judged now.
        self.stuck = Some(Instant::now());
        taken < enough
    }

    fn watched<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_pending() {
            self.activity.writing.store(true, Ordering::Relaxed);
            return self.poll_stuck(cx).map(Err);
        }
        self.activity.writing.store(false, Ordering::Relaxed);
        if let Some(stuck) = self.stuck.take() {
            self.measured.waited += stuck.elapsed();
        }
        self.writing = None;
        done
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimeoutIo<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        match Pin::new(&mut self.socket).poll_read(cx, into) {
            Poll::Pending => self.poll_late_head(cx),
            done => {
                let bytes = into.filled().len() - before;
                if bytes >= STRETCH && !self.activity.stretched.swap(true, Ordering::Relaxed) {
                    self.pending.2.stretched.fetch_add(1, Ordering::Relaxed);
                }
                if bytes > 0 {
                    self.has_read();
                    self.count_head(bytes)?;
                }
                done
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimeoutIo<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write(cx, from);
        self.count_taken(&done);
        self.watched(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write_vectored(cx, from);
        self.count_taken(&done);
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
