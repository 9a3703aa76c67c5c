//! `TimeoutIo`: a socket with timeouts for clients that send a request head too slowly, or take their response too
//! slowly.
//!
//! Used by each connection. It must not close a connection whose client is waiting for the service.

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

/// Bytes of each request head that are not charged to the budget. Nearly all heads are shorter.
const FREE_HEAD_BYTES: usize = 4 * 1024;
/// Budget for the incomplete heads of all connections, in bytes.
const HEAD_BUDGET_BYTES: usize = 8 * 1024 * 1024;

/// The lowest rate at which a client must take its response.
struct MinRate {
    bytes_per_second: u64,
    /// How long the rate is measured.
    over: Duration,
    /// Timeout of a client that takes no byte at all; `None` for the setting.
    stalled: Option<Duration>,
}

/// A measurement of how fast a response is taken.
#[derive(Clone, Copy, Default)]
struct Measured {
    /// The number of the request.
    request: u64,
    /// How long the socket has waited for the client.
    waited: Duration,
    /// Bytes of all responses that had been taken when the measurement began.
    taken: u64,
}

/// Bytes that a client may have taken before the system reports it: a third of the send buffer, which Linux doubles.
const UNREPORTED_BYTES: u128 = 192 * 1024;

/// The lowest rate usually allowed; a line of 256 kbit/s is fast enough.
const MIN_RATE: MinRate = MinRate { bytes_per_second: 32 * 1024, over: Duration::from_secs(30), stalled: None };
/// The lowest rate allowed while memory is short.
const MIN_RATE_WHEN_SHORT: MinRate =
    MinRate { bytes_per_second: 128 * 1024, over: Duration::from_secs(5), stalled: Some(Duration::from_secs(2)) };
/// How often a waiting socket checks whether memory is short.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// A read of this many bytes makes hyper enlarge the read buffer for the rest of the connection.
const STRETCH_BYTES: usize = 8 * 1024;

/// A socket with timeouts. An expired timeout is an error, which ends the connection.
pub(in crate::server) struct TimeoutIo<S> {
    socket: S,
    activity: Arc<Activity>,
    head: Duration,
    idle: Duration,
    write: Duration,
    /// The number of the next request, and whether its first byte has arrived.
    awaited: (u64, bool),
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
    /// Since when the client takes nothing.
    stuck: Option<Instant>,
    /// Bytes that clients have taken.
    taken: u64,
    /// The current measurement of how fast the response is taken.
    measured: Measured,
    /// Bytes of the incomplete head, those of them charged to the budget, and the counters of all connections.
    pending: (usize, usize, Heads),
}

impl<S> Drop for TimeoutIo<S> {
    fn drop(&mut self) {
        self.release_head();
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

    /// Releases the charge of a head that is complete.
    fn release_head(&mut self) {
        self.pending.2.bytes.fetch_sub(self.pending.1, Ordering::Relaxed);
        (self.pending.0, self.pending.1) = (0, 0);
    }

    /// Charges bytes of a head; fails when the budget of all heads is exceeded.
    fn count_head(&mut self, bytes: usize) -> io::Result<()> {
        if self.activity.is_busy() {
            self.release_head();
            return Ok(());
        }
        let (read, spent, heads) = &mut self.pending;
        *read += bytes;
        let more = read.saturating_sub(FREE_HEAD_BYTES).saturating_sub(*spent);
        *spent += more;
        if more > 0 && heads.bytes.fetch_add(more, Ordering::Relaxed) + more > HEAD_BUDGET_BYTES {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        Ok(())
    }

    /// Fails when a request's head does not arrive in time.
    fn poll_late_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.activity.is_busy() {
            self.reading = None;
            self.release_head();
            return Poll::Pending;
        }
        let begun = self.activity.begun.load(Ordering::Relaxed);
        if self.awaited.0 != begun {
            self.awaited = (begun, false);
            self.reading = None;
            self.release_head();
        }
        let limit = if begun == 0 || self.awaited.1 { self.head } else { self.idle };
        let timer = self.reading.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Records that bytes have arrived. They belong to a request's head unless a request runs. The timeout of a head is
    /// not restarted by further bytes.
    fn has_read(&mut self) {
        let begun = self.activity.begun.load(Ordering::Relaxed);
        if !self.activity.is_busy() && self.awaited != (begun, true) {
            // The timeout of the first request on a connection runs since the connection was opened.
            if begun > 0 {
                self.reading = None;
            }
            self.awaited = (begun, true);
        }
    }

    /// Fails when the client has taken nothing for too long, or takes its response too slowly.
    fn poll_stuck(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let now = Instant::now();
        let begun = self.activity.begun.load(Ordering::Relaxed);
        let stuck = *self.stuck.get_or_insert(now);
        if self.measured.request != begun {
            self.measured = Measured { request: begun, waited: Duration::ZERO, taken: self.taken };
        }
        loop {
            let now = Instant::now();
            let min_rate = if self.activity.has_to_hurry() { MIN_RATE_WHEN_SHORT } else { MIN_RATE };
            if now >= stuck + min_rate.stalled.unwrap_or(self.write).min(self.write)
                || self.takes_too_little(now - self.stuck.unwrap_or(now), &min_rate)
            {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let interval = CHECK_INTERVAL.min(self.write);
            let timer = self.writing.get_or_insert_with(|| Box::pin(sleep_until(now + interval)));
            ready!(timer.as_mut().poll(cx));
            self.writing = None;
        }
    }

    fn count_taken(&mut self, done: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = done {
            self.taken += u64::try_from(*bytes).unwrap_or(0);
        }
    }

    /// Whether the client was slower than the lowest rate. A new measurement begins when it was fast enough.
    fn takes_too_little(&mut self, stuck: Duration, min_rate: &MinRate) -> bool {
        // Counts only the time in which the socket waited for the client.
        let waited = self.measured.waited + stuck;
        if waited < min_rate.over {
            return false;
        }
        let enough = u128::from(min_rate.bytes_per_second) * waited.as_millis() / 1000;
        let taken = u128::from(self.taken - self.measured.taken) + UNREPORTED_BYTES;
        self.measured = Measured { waited: Duration::ZERO, taken: self.taken, ..self.measured };
        // The current wait has been counted up to now.
        self.stuck = Some(Instant::now());
        taken < enough
    }

    /// Applies the write timeouts to the result of a write.
    fn with_write_timeout<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
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
                if bytes >= STRETCH_BYTES && !self.activity.stretched.swap(true, Ordering::Relaxed) {
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
        self.with_write_timeout(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.socket).poll_write_vectored(cx, from);
        self.count_taken(&done);
        self.with_write_timeout(cx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.socket).poll_shutdown(cx);
        self.with_write_timeout(cx, done)
    }
}
