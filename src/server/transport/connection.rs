//! Serves the HTTP/1.1 requests of one connection, and closes it when the service stops.
//!
//! Run by the accept loop, as one task for each connection. An error here must not reach the accept loop.

use std::{error::Error, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::HttpBody as Body,
    http::{HeaderValue, header::CONNECTION},
};
use hyper::{
    body::Incoming,
    server::conn::http1::{self, UpgradeableConnection},
    service::{HttpService, Service, service_fn},
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

/// Longest head of a request, and most bytes of a response buffered for a slow client.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
/// How long a stopping service still accepts requests on open connections: one may be on its way.
const STOPPING_REQUEST_TIMEOUT: Duration = Duration::from_millis(250);
/// How long a stopping service waits for the rest of a request's head.
const STOPPING_HEAD_TIMEOUT: Duration = Duration::from_secs(1);

/// Request extension that says whether the service is stopping.
#[derive(Clone, Debug)]
pub(in crate::server) struct Stopping(pub(in crate::server) watch::Receiver<bool>);

impl Stopping {
    pub(in crate::server) fn is_true(&self) -> bool {
        *self.0.borrow()
    }
}

/// Serves requests until the client disconnects, a timeout expires, or the service stops.
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
    // The timeouts of `TimeoutIo` are shorter. This one makes hyper poll the socket between requests.
    builder.timer(TokioTimer::new()).header_read_timeout(limits.idle + limits.head).max_buf_size(MAX_BUFFER_BYTES);
    let socket = TokioIo::new(TimeoutIo::new(stream, Arc::clone(&activity), &limits, heads.clone()));
    let inner = TowerToHyperService::new(router);
    let (activities, stops) = (Arc::clone(&activity), stopping.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let running = activities.begin_request();
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
    // On the heap, so that an upgraded connection does not keep its memory.
    let connection = Box::pin(builder.serve_connection(socket, service).with_upgrades());
    serve(connection, stopping, &activity).await;
    let Some(upgrade) = activity.session() else { return };
    let session = upgrade.await;
    if let Some(session) = session {
        session.await;
    }
}

/// Serves requests of a connection, and lets it end when the service stops.
async fn serve<S, B>(
    mut connection: Pin<Box<UpgradeableConnection<TokioIo<TimeoutIo<TcpStream>>, S>>>,
    mut stopping: Stopping,
    activity: &Activity,
) where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    tokio::select! {
        done = connection.as_mut() => return log_end(done),
        _ = stopping.0.wait_for(|stopping| *stopping) => {}
    }
    if let Ok(done) = timeout(STOPPING_REQUEST_TIMEOUT, connection.as_mut()).await {
        return log_end(done);
    }
    connection.as_mut().graceful_shutdown();
    loop {
        match timeout(STOPPING_HEAD_TIMEOUT, connection.as_mut()).await {
            Ok(done) => return log_end(done),
            Err(_) if activity.is_busy() => {}
            Err(_) => return,
        }
    }
}

/// Logs how a connection ended, at the level `debug`: clients that disconnect or send nonsense are normal.
fn log_end(done: Result<(), hyper::Error>) {
    if let Err(cause) = done {
        tracing::debug!(%cause, "a connection ended early");
    }
}
