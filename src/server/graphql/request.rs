//! Reads the parameters of a GraphQL request from a body or from the query of a URL.
//!
//! Used by the handler. It must not read more than the limits allow, nor parse the document.

use std::borrow::Cow;

use axum::{
    body::Body,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    },
};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{json::Plain, values};
use crate::limits::Limits;

/// The parameters of a GraphQL request. Unknown parameters are ignored.
#[derive(Debug)]
pub(in crate::server) struct Params {
    pub(in crate::server) query: String,
    pub(in crate::server) operation_name: Option<String>,
    pub(in crate::server) variables: Map<String, Value>,
}

/// An error response to a malformed request.
#[derive(Debug)]
pub(in crate::server) struct Bad {
    pub(in crate::server) status: StatusCode,
    /// The label `reason` in the metrics; stable.
    pub(in crate::server) reason: &'static str,
    pub(in crate::server) code: &'static str,
    pub(in crate::server) message: String,
}

impl Bad {
    fn request(reason: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, reason, code: "BAD_REQUEST", message: message.into() }
    }

    fn media_type(message: &str) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self { status, reason: "media_type", code: "BAD_REQUEST", message: message.to_owned() }
    }
}

/// The JSON object in a body. Duplicate keys are an error.
#[derive(Deserialize)]
struct Written {
    query: Option<Plain>,
    #[serde(rename = "operationName")]
    operation_name: Option<Plain>,
    variables: Option<Plain>,
    extensions: Option<Plain>,
}

impl Params {
    /// Reads the parameters from the body of a POST request.
    pub(super) async fn from_body(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Self, Bad> {
        check_content_type(headers)?;
        // Whether the larger limit for imports applies is known only from the document. Admission control bounds the
        // memory of all bodies together.
        let max = limits.max_body.max(limits.max_import);
        let length =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
        if length.is_some_and(|length: usize| length > max) {
            return Err(too_long(limits.max_body));
        }
        let body = read_body(body, max).await?.ok_or_else(|| too_long(limits.max_body))?;
        let text = std::str::from_utf8(&body).map_err(|_| Bad::request("utf8", "The body is not UTF-8."))?;
        if text.trim_start().starts_with('[') {
            return Err(Bad::request("batch", "Several requests in one are not taken: send one object."));
        }
        check_value_count(text, limits)?;
        let written: Written = serde_json::from_str(text).map_err(|cause| {
            let what = json_error(&cause);
            Bad::request("json", format!("The body is no JSON object of a GraphQL request: {what}."))
        })?;
        let params = Self::new(written)?;
        if body.len() > limits.max_body && !takes_files(&params.query) {
            return Err(too_long(limits.max_body));
        }
        Ok(params)
    }

    /// Reads the parameters from a JSON object that is a part of a message.
    pub(in crate::server) fn from_object(mut object: Map<String, Value>) -> Result<Self, Bad> {
        let mut part = |name: &str| object.remove(name).map(Plain);
        let (query, operation_name) = (part("query"), part("operationName"));
        Self::new(Written { query, operation_name, variables: part("variables"), extensions: part("extensions") })
    }

    /// Reads the parameters from the query of a URL.
    pub(super) fn from_query(query: &str, limits: &Limits) -> Result<Self, Bad> {
        let mut written = Written { query: None, operation_name: None, variables: None, extensions: None };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            // The decoder replaces bytes that are not UTF-8 by this character.
            if value.contains('\u{fffd}') {
                return Err(Bad::request("utf8", format!("The parameter {} is not UTF-8.", shown(&key))));
            }
            let object = |value: Cow<'_, str>| match value.trim() {
                "" => Ok(Plain(Value::Null)),
                text => check_value_count(text, limits).and_then(|()| {
                    serde_json::from_str(text).map_err(|cause| {
                        let what = json_error(&cause);
                        Bad::request("json", format!("The parameter {key} is no JSON object: {what}."))
                    })
                }),
            };
            let (place, value) = match &*key {
                "query" => (&mut written.query, Plain(value.into_owned().into())),
                "operationName" => (&mut written.operation_name, Plain(value.into_owned().into())),
                "variables" => (&mut written.variables, object(value)?),
                "extensions" => (&mut written.extensions, object(value)?),
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(Bad::request("json", format!("The parameter {key} is there twice.")));
            }
        }
        Self::new(written)
    }

    fn new(written: Written) -> Result<Self, Bad> {
        let wrong = |key: &str, takes: &str| Bad::request("parameters", format!("`{key}` is {takes}."));
        let query = match written.query.map(|Plain(value)| value) {
            Some(Value::String(query)) if !query.trim().is_empty() => query,
            None | Some(Value::Null | Value::String(_)) => {
                return Err(Bad::request("parameters", "The request has no `query`."));
            }
            Some(_) => return Err(wrong("query", "a text")),
        };
        let operation_name = match written.operation_name.map(|Plain(value)| value) {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(_) => return Err(wrong("operationName", "a text or null")),
        };
        let variables = match written.variables.map(|Plain(value)| value) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(variables)) => variables,
            Some(_) => return Err(wrong("variables", "an object or null")),
        };
        match written.extensions.map(|Plain(value)| value) {
            None | Some(Value::Null | Value::Object(_)) => Ok(Self { query, operation_name, variables }),
            Some(_) => Err(wrong("extensions", "an object or null")),
        }
    }
}

/// Accepts only `application/json`, which a page of another origin cannot send without a CORS preflight. Plain text,
/// forms and files are refused.
/// Whether a document may contain a mutation that takes files, for which the larger limit applies.
pub(in crate::server) fn takes_files(document: &str) -> bool {
    ["importCompose", "applyStack"].iter().any(|mutation| document.contains(mutation))
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Bad> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") {
        return Err(Bad::media_type("Send the request as application/json."));
    }
    let charset =
        parts.filter_map(|part| part.split_once('=')).find(|(key, _)| key.trim().eq_ignore_ascii_case("charset"));
    if charset.is_some_and(|(_, charset)| !charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")) {
        return Err(Bad::media_type("Send the request in UTF-8."));
    }
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => Ok(()),
        Some(_) => Err(Bad::media_type("Send the request without compression.")),
    }
}

/// Describes a JSON error with its position. The parser's message quotes the input only if a value has the wrong type,
/// and is replaced then.
fn json_error(cause: &serde_json::Error) -> String {
    let message = cause.to_string();
    if cause.is_data() && !message.starts_with("duplicate field") {
        return format!("it is something else, at line {} column {}", cause.line(), cause.column());
    }
    message
}

/// Checks the number of values in a JSON text before it is parsed.
pub(in crate::server) fn check_value_count(text: &str, limits: &Limits) -> Result<(), Bad> {
    let max = limits.max_values;
    if values::count(text) <= max {
        return Ok(());
    }
    Err(Bad {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        reason: "values",
        code: "LIMIT_EXCEEDED",
        message: format!("The request has more than {max} values; the setting --max-values allows more."),
    })
}

fn too_long(max: usize) -> Bad {
    Bad {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        reason: "body_too_large",
        code: "LIMIT_EXCEEDED",
        message: format!("The body has more than {max} bytes; the setting --max-body allows more."),
    }
}

/// Reads a whole body; `None` when it is longer than allowed. Its frames are copied: each would otherwise keep a buffer
/// of its connection alive, and a slow client sends frames of a few bytes.
async fn read_body(mut body: Body, max: usize) -> Result<Option<Vec<u8>>, Bad> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Bad::request("body", "The body did not arrive whole."))?;
        let Ok(piece) = frame.into_data() else { continue };
        if whole.len() + piece.len() > max {
            return Ok(None);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(Some(whole))
}

/// At most 64 characters of a text, without control characters, for messages.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
