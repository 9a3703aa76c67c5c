//! The accept loop: takes connections, up to a limit, and sees them off when the service stops.
//!
//! Called by `devarch serve` and by tests. It must never end, nor spin, because one connection could not be taken.

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

/// First and longest pause after the system could not give us a connection, for instance because it has no file
/// descriptor left.
const ACCEPT_PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_secs(1)];

/// Serves until `stop` says so; then takes no new connections and gives running requests their grace. A second word
/// ends them at once, which is an error.
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
    connections.add_last(listener);
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

/// The next connection, whatever it takes.
async fn accept(listener: &TcpListener, pause: &mut Duration) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => {
                *pause = ACCEPT_PAUSES[0];
                return accepted;
            }
            Err(cause) if is_the_clients(&cause) => {}
            Err(cause) => {
                tracing::error!(%cause, "cannot take a connection, trying again in {pause:?}");
                let now = *pause;
                *pause = (now * 2).min(ACCEPT_PAUSES[1]);
                sleep(now).await;
            }
        }
    }
}

/// Gone before we could take it.
fn is_the_clients(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(cause.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// What the system keeps of an answer for a client, in bytes: small enough that slow progress is seen, and much more than a
/// line to a far client holds.
const SEND_BUFFER: usize = 256 * 1024;

/// An open connection, from outside.
struct ConnectionEntry {
    from: IpAddr,
    activity: Arc<Activity>,
    task: AbortHandle,
}

/// The open connections.
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
        // ResponseCache are whole when they are written: there is nothing to wait for.
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection without TCP_NODELAY");
        }
        // The system reports that a client has taken something by thirds of this.
        if let Err(cause) = socket2::SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER) {
            tracing::debug!(%cause, "a connection without a send buffer of its own size");
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

    /// Who has come through before the auth_mode closes is answered. The system itself is asked: the runtime may not have
    /// heard yet that somebody has come.
    fn add_last(&mut self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        loop {
            match listener.accept() {
                Ok((stream, peer)) => {
                    let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                    if let Ok(stream) = stream {
                        self.add(stream, peer);
                    }
                }
                Err(cause) if is_the_clients(&cause) => {}
                Err(_) => return,
            }
        }
    }

    /// Ends a connection that waits for something of its client's: of those from the address that has most of them, the
    /// one that has waited longest. False when all are at work.
    fn evict(&mut self) -> bool {
        self.entries.retain(|entry| !entry.task.is_finished());
        let waiting = self.entries.iter().enumerate();
        let waiting = waiting.filter_map(|(at, entry)| Some((entry.from, entry.activity.waits_since()?, at)));
        let waiting: Vec<(IpAddr, Instant, usize)> = waiting.collect();
        let mut floods = HashMap::<IpAddr, usize>::new();
        for (from, ..) in &waiting {
            *floods.entry(*from).or_default() += 1;
        }
        let first = waiting.iter().min_by_key(|(from, since, _)| (Reverse(floods[from]), *since));
        let Some((.., at)) = first.copied() else { return false };
        self.entries.swap_remove(at).task.abort();
        true
    }
}
