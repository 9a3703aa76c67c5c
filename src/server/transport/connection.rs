//! One connection: its requests, its patience, and its end.
//!
//! Run by the accept loop, one task each. It must never outlive the service, and never fail it.

use std::{net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderValue, header::CONNECTION},
};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, sync::watch, time::timeout};

use crate::server::{
    TransportLimits,
    middleware::client_address::ClientAddress,
    transport::{
        activity::{Activity, Heads},
        timeout_io::TimeoutIo,
    },
};

/// Longest head of a request, and most that waits in memory for a client that reads slowly, in bytes.
const BUFFER: usize = 64 * 1024;
/// How long a stopping service still answers on connections that were idle: a request may be on its way.
const LAST_WORD: Duration = Duration::from_millis(250);
/// How long a stopping service waits for the rest of a request's head.
const HALF_A_REQUEST: Duration = Duration::from_secs(1);

/// Whether the service is stopping.
#[derive(Clone, Debug)]
pub(in crate::server) struct Stopping(pub(in crate::server) watch::Receiver<bool>);

impl Stopping {
    pub(in crate::server) fn is_true(&self) -> bool {
        *self.0.borrow()
    }
}

/// Serves requests until the client goes, wears out our patience, or the service stops.
pub(in crate::server) async fn run(
    stream: TcpStream,
    peer: IpAddr,
    router: Router,
    limits: Arc<TransportLimits>,
    stopping: Stopping,
    activity: Arc<Activity>,
    heads: Heads,
) {
    let mut builder = http1::Builder::new();
    // The socket's own patience is shorter; this one makes the connection look at the socket between requests.
    builder.timer(TokioTimer::new()).header_read_timeout(limits.idle + limits.head).max_buf_size(BUFFER);
    let socket = TokioIo::new(TimeoutIo::new(stream, Arc::clone(&activity), &limits, heads.clone()));
    let inner = TowerToHyperService::new(router);
    let (activities, stops) = (Arc::clone(&activity), stopping.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let running = activities.begin();
        let address = ClientAddress::of(peer, request.headers(), &limits.trusted_proxies);
        request.extensions_mut().insert(address);
        request.extensions_mut().insert(Arc::clone(&activities));
        request.extensions_mut().insert(stops.clone());
        let (answered, stops) = (inner.call(request), stops.clone());
        let (activity, heads) = (Arc::clone(&activities), heads.clone());
        async move {
            let mut answer = answered.await;
            if let Ok(answer) = &mut answer
                && (stops.is_true() || activity.is_stretched() && heads.are_stretched())
            {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            drop(running);
            answer
        }
    });
    let mut connection = pin!(builder.serve_connection(socket, service));
    let mut stop = stopping.0.clone();
    tokio::select! {
        done = connection.as_mut() => return ended(done),
        _ = stop.wait_for(|stopping| *stopping) => {}
    }
    if let Ok(done) = timeout(LAST_WORD, connection.as_mut()).await {
        return ended(done);
    }
    connection.as_mut().graceful_shutdown();
    loop {
        match timeout(HALF_A_REQUEST, connection.as_mut()).await {
            Ok(done) => return ended(done),
            Err(_) if activity.is_busy() => {}
            Err(_) => return,
        }
    }
}

/// That clients go away or send nonsense is nothing to worry about.
fn ended(done: Result<(), hyper::Error>) {
    if let Err(cause) = done {
        tracing::debug!(%cause, "a connection ended early");
    }
}
