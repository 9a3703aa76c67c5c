//! WebSockets with the subprotocol `graphql-transport-ws`: the handshake.
//!
//! Called by the GraphQL handler. `frames.rs` is the WebSocket itself, `message.rs` the messages of the subprotocol, and
//! `session.rs` what they do. A session runs on the task of its connection, so that the limits of connections count it.

mod frames;
mod message;
mod operation;
mod session;

use std::sync::Arc;

use axum::{
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
        },
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use tokio::{net::TcpStream, sync::watch};
use tower_http::request_id::RequestId;

use self::session::Session;
use crate::{
    access::Access,
    server::{
        Service,
        graphql::refuse,
        middleware::{
            admission::{AdmissionControl, MessageAdmission},
            auth::Shown,
            client_address::ClientAddress,
            request_id,
        },
        transport::{activity::Activity, connection::Stopping, timeout_io::TimeoutIo},
    },
};

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// What the key of a client is hashed with.
const ACCEPT_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Whether a request asks for a WebSocket.
pub(in crate::server) fn is_upgrade(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::GET && has_token(headers, UPGRADE, "websocket") && has_token(headers, CONNECTION, "upgrade")
}

/// Whether a list in a header has a token.
fn has_token(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
}

/// Answers the handshake, and leaves the session to the connection. `caller` is the access of a caller that has shown its
/// key in a header.
pub(in crate::server) fn upgrade(
    service: &Service,
    caller: Option<Access>,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Response {
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let refusal = refuse(StatusCode::UPGRADE_REQUIRED, "BAD_REQUEST", "WebSockets take the version 13.");
        return ([(SEC_WEBSOCKET_VERSION, "13"), (UPGRADE, "websocket")], refusal).into_response();
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok()).map(str::trim);
    let Some(key) = key.filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)) else {
        return refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "The header Sec-WebSocket-Key is 16 bytes in base64.");
    };
    let (Some(on_upgrade), Some(activity), Some(admission)) = (
        extensions.get::<OnUpgrade>().cloned(),
        extensions.get::<Arc<Activity>>().cloned(),
        extensions.get::<AdmissionControl>(),
    ) else {
        return refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "This connection cannot become a WebSocket.");
    };
    let speaks = has_token(headers, SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    let shown = extensions.get::<Shown>().cloned();
    let context = Context {
        service: Arc::new(service.clone()),
        caller: caller.zip(shown),
        from: extensions.get::<ClientAddress>().map(|address| address.0),
        id: extensions.get::<RequestId>().map(|id| request_id::text(id).into()),
        stopping: extensions.get::<Stopping>().map_or_else(|| watch::channel(false).1, |stopping| stopping.0.clone()),
        activity: Arc::clone(&activity),
        speaks,
    };
    let admission = MessageAdmission::new(admission);
    activity.upgrade(Box::pin(async move {
        let upgraded = on_upgrade.await.ok()?;
        let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<TimeoutIo<TcpStream>>>().ok()?;
        context.activity.upgraded.store(true, std::sync::atomic::Ordering::Relaxed);
        // A copy, because what was read is a part of a large buffer.
        let session: BoxFuture<'static, ()> =
            Box::pin(Session::run(context, io.into_inner(), read_buf.to_vec(), admission));
        Some(session)
    }));
    let accept = STANDARD.encode(Sha1::new().chain_update(key).chain_update(ACCEPT_GUID).finalize());
    let headers = [
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&accept).unwrap_or(HeaderValue::from_static(""))),
    ];
    let mut answer = (StatusCode::SWITCHING_PROTOCOLS, headers).into_response();
    if speaks {
        answer.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    answer
}

/// What a session knows of its connection.
struct Context {
    service: Arc<Service>,
    /// A caller that has shown its key in a header of the handshake.
    caller: Option<(Access, Shown)>,
    from: Option<std::net::IpAddr>,
    id: Option<Box<str>>,
    stopping: watch::Receiver<bool>,
    activity: Arc<Activity>,
    /// Whether the client speaks the subprotocol.
    speaks: bool,
}
