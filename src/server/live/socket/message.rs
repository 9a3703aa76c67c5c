//! The messages of the subprotocol `graphql-transport-ws`.
//!
//! Read and written by the session. They must not be accepted in another form than the protocol has.

use async_graphql::ServerError;
use axum::body::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    limits::Limits,
    server::graphql::{Bad, Params, Plain, check_value_count, takes_files},
};

/// Longest id of an operation, in bytes.
const MAX_ID_BYTES: usize = 255;

/// A message of a client.
#[derive(Debug)]
pub(super) enum Message {
    Init(Map<String, Value>),
    Ping(Option<Value>),
    Pong,
    /// An operation; refused if it is no GraphQL request.
    Subscribe(String, Result<Params, Bad>),
    Complete(String),
}

/// Why a message is invalid: a short text for the client.
pub(super) type Invalid = &'static str;

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    id: Option<Plain>,
    payload: Option<Plain>,
}

impl Message {
    /// Reads a message. Fields that the protocol does not have are ignored.
    pub(super) fn read(text: &str, limits: &Limits) -> Result<Self, Invalid> {
        let values = check_value_count(text, limits);
        if text.len() > limits.max_body && !takes_files(text) {
            return Err("Message too long");
        }
        if values.is_err() {
            return Err("Message with too many values");
        }
        let Written { kind, id, payload } =
            serde_json::from_str(text).map_err(|_| "Message is not a JSON object of the protocol")?;
        let payload = payload.map(|Plain(payload)| payload).filter(|payload| !payload.is_null());
        let id = match id.map(|Plain(id)| id) {
            Some(Value::String(id)) if id.len() > MAX_ID_BYTES => return Err("Message has a too long id"),
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            _ => None,
        };
        let object = |payload: Option<Value>| match payload {
            None => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err("Message payload must be an object or null"),
        };
        match (kind.as_str(), id) {
            ("connection_init", _) => object(payload).map(Self::Init),
            ("ping", _) => object(payload.clone()).map(|_| Self::Ping(payload)),
            ("pong", _) => object(payload).map(|_| Self::Pong),
            ("subscribe" | "complete", None) => Err("Message needs a non-empty id"),
            ("subscribe", Some(id)) => match payload {
                Some(Value::Object(object)) if object.get("query").is_some_and(Value::is_string) => {
                    Ok(Self::Subscribe(id, Params::from_object(object)))
                }
                _ => Err("Message needs a payload with a query"),
            },
            ("complete", Some(id)) => Ok(Self::Complete(id)),
            _ => Err("Message has an unknown type"),
        }
    }
}

/// The key in the payload of a `connection_init`, as the value of a header `Authorization`.
pub(super) fn authorization(payload: &Map<String, Value>) -> Option<&str> {
    let direct = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let in_headers = payload.get("headers").and_then(Value::as_object);
    let in_headers = in_headers.and_then(|of| of.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization")));
    direct.or(in_headers).and_then(|(_, value)| value.as_str())
}

pub(super) const ACK: Bytes = Bytes::from_static(br#"{"type":"connection_ack"}"#);

/// `pong` with the payload of the ping.
pub(super) fn pong(payload: Option<Value>) -> Bytes {
    match payload {
        None => Bytes::from_static(br#"{"type":"pong"}"#),
        Some(payload) => Bytes::from(format!(r#"{{"type":"pong","payload":{payload}}}"#)),
    }
}

/// The beginning of every `next` of an operation.
pub(super) fn next_prefix(id: &str) -> Bytes {
    Bytes::from(format!(r#"{{"id":{},"type":"next","payload":"#, Value::from(id)))
}

/// The end of a message with a payload.
pub(super) const SUFFIX: Bytes = Bytes::from_static(b"}");

/// `complete`.
pub(super) fn complete(id: &str) -> Bytes {
    Bytes::from(format!(r#"{{"id":{},"type":"complete"}}"#, Value::from(id)))
}

/// `error`, which ends an operation.
pub(super) fn error(id: &str, errors: &[ServerError]) -> Bytes {
    let errors = serde_json::to_string(errors).unwrap_or_else(|_| "[]".to_owned());
    Bytes::from(format!(r#"{{"id":{},"type":"error","payload":{errors}}}"#, Value::from(id)))
}
