//! The accept loop: accepts connections up to a limit, and closes them when the service stops.
//!
//! Called by `devarch serve` and by tests. It must not end, nor spin, because one connection could not be accepted.

use std::{
    cmp::Reverse,
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep},
};

use crate::server::{
    TransportLimits,
    middleware::client_address::network,
    transport::{
        activity::{Activity, Heads},
        connection::{self, Stopping},
    },
};

/// The first and the longest pause after `accept` failed, for instance because no file descriptor is left.
const ACCEPT_PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_secs(1)];

/// Serves until a message arrives on `stop`; then accepts no new connections, and lets running requests finish within
/// the grace period. A second message ends them at once, and is an error.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: TransportLimits,
    mut stop: mpsc::Receiver<()>,
) -> io::Result<()> {
    let (stopping, seen) = watch::channel(false);
    let mut connections = ConnectionSet {
        router,
        limits: Arc::new(limits),
        stopping: Stopping(seen),
        open: JoinSet::new(),
        entries: Vec::new(),
        heads: Heads::default(),
        full: false,
    };
    let mut pause = ACCEPT_PAUSES[0];
    loop {
        tokio::select! {
            Some(()) = stop.recv() => break,
            Some(_) = connections.open.join_next(), if !connections.open.is_empty() => {}
            (stream, peer) = accept(&listener, &mut pause) => connections.add(stream, peer),
        }
    }
    connections.drain(listener);
    stopping.send_replace(true);
    let grace = connections.limits.grace;
    let mut open = connections.open;
    tokio::select! {
        () = async { while open.join_next().await.is_some() {} } => Ok(()),
        () = sleep(grace) => {
            tracing::warn!(connections = open.len(), "some requests did not finish in time");
            open.shutdown().await;
            Ok(())
        }
        Some(()) = stop.recv() => {
            let cut_off = open.len();
            open.shutdown().await;
            Err(io::Error::other(format!("asked twice to stop, {cut_off} connections were cut off")))
        }
    }
}

/// Accepts the next connection; pauses and tries again when that fails.
async fn accept(listener: &TcpListener, pause: &mut Duration) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => {
                *pause = ACCEPT_PAUSES[0];
                return accepted;
            }
            Err(cause) if is_client_error(&cause) => {}
            Err(cause) => {
                tracing::error!(%cause, "cannot take a connection, trying again in {pause:?}");
                let now = *pause;
                *pause = (now * 2).min(ACCEPT_PAUSES[1]);
                sleep(now).await;
            }
        }
    }
}

/// Whether `accept` failed only because the client was gone already.
fn is_client_error(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(cause.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Size of the socket's send buffer. It is small enough to notice slow progress, and exceeds the bandwidth-delay
/// product of a distant client.
const SEND_BUFFER_BYTES: usize = 256 * 1024;

/// How long the system waits until a client confirms what it was sent. The timeouts of a client that only reads slowly are
/// shorter.
#[cfg(target_os = "linux")]
const VANISHED_CLIENT_TIMEOUT: Duration = Duration::from_mins(1);

/// What the accept loop knows of an open connection.
struct ConnectionEntry {
    from: IpAddr,
    activity: Arc<Activity>,
    task: AbortHandle,
}

/// The set of open connections.
struct ConnectionSet {
    router: Router,
    limits: Arc<TransportLimits>,
    stopping: Stopping,
    open: JoinSet<()>,
    entries: Vec<ConnectionEntry>,
    heads: Heads,
    full: bool,
}

impl ConnectionSet {
    /// Spawns the task of a connection. When the set is full, one that waits is evicted first; if none waits, the new
    /// connection is dropped.
    fn add(&mut self, stream: TcpStream, peer: SocketAddr) {
        while self.open.try_join_next().is_some() {}
        let full = self.open.len() >= self.limits.connections;
        if full && !self.full {
            let connections = self.open.len();
            tracing::warn!(connections, "no more connections: those that wait longest make room for new ones");
        }
        self.full = full;
        if full && !self.evict() {
            return;
        }
        // Responses are written in large pieces, so delaying small packets gains nothing.
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection without TCP_NODELAY");
        }
        // The system reports the socket as writable whenever a third of this buffer is free.
        if let Err(cause) = socket2::SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES) {
            tracing::debug!(%cause, "a connection without a send buffer of its own size");
        }
        // A client that has vanished takes no heartbeat, and nothing else may be sent to it for long.
        #[cfg(target_os = "linux")]
        if let Err(cause) = socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(VANISHED_CLIENT_TIMEOUT)) {
            tracing::debug!(%cause, "a connection without a timeout of its own for vanished clients");
        }
        let (router, limits, stopping) = (self.router.clone(), Arc::clone(&self.limits), self.stopping.clone());
        let (activity, heads) = (Arc::new(Activity::new()), self.heads.clone());
        let seen = Arc::clone(&activity);
        let task = self.open.spawn(connection::run(stream, peer.ip(), router, limits, stopping, activity, heads));
        if self.entries.len() >= 2 * self.limits.connections {
            self.entries.retain(|entry| !entry.task.is_finished());
        }
        self.entries.push(ConnectionEntry { from: network(peer.ip()), activity: seen, task });
    }

    /// Accepts the connections that are still in the listener's queue when the service stops. It calls the system
    /// directly, because the runtime may not have been notified of them yet.
    fn drain(&mut self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        loop {
            match listener.accept() {
                Ok((stream, peer)) => {
                    let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                    if let Ok(stream) = stream {
                        self.add(stream, peer);
                    }
                }
                Err(cause) if is_client_error(&cause) => {}
                Err(_) => return,
            }
        }
    }

    /// Closes a connection that waits for its client: of those from the network with most waiting connections, the one
    /// that has waited longest. If none waits, one that has only subscriptions, which its client can take up again.
    /// Returns false if there is none.
    fn evict(&mut self) -> bool {
        self.entries.retain(|entry| !entry.task.is_finished());
        let longest = self.longest(Activity::waits_since).or_else(|| self.longest(Activity::streams_since));
        let Some(at) = longest else { return false };
        self.entries.swap_remove(at).task.abort();
        true
    }

    /// The connection that has waited longest, of the network with most connections that wait.
    fn longest(&self, since: impl Fn(&Activity) -> Option<Instant>) -> Option<usize> {
        let waiting = self.entries.iter().enumerate();
        let waiting = waiting.filter_map(|(at, entry)| Some((entry.from, since(&entry.activity)?, at)));
        let waiting: Vec<(IpAddr, Instant, usize)> = waiting.collect();
        let mut waiting_per_network = HashMap::<IpAddr, usize>::new();
        for (from, ..) in &waiting {
            *waiting_per_network.entry(*from).or_default() += 1;
        }
        let first = waiting.iter().min_by_key(|(from, since, _)| (Reverse(waiting_per_network[from]), *since));
        first.map(|(.., at)| *at)
    }
}
