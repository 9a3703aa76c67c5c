//! What a client sends: the parameters of a request, from a body or from the query of a URL.
//!
//! Used by the handler. It must never read more than it is told to, and never look into the document.

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

/// The parameters of a request. Keys that it does not have are ignored.
#[derive(Debug)]
pub(super) struct Params {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Map<String, Value>,
}

/// A request that could not be read.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) status: StatusCode,
    /// A stable word, for the metrics.
    pub(super) reason: &'static str,
    pub(super) code: &'static str,
    pub(super) message: String,
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

/// The body as it is written; a key that is there twice is refused.
#[derive(Deserialize)]
struct Written {
    query: Option<Plain>,
    #[serde(rename = "operationName")]
    operation_name: Option<Plain>,
    variables: Option<Plain>,
    extensions: Option<Plain>,
}

impl Params {
    /// From the body of a POST.
    pub(super) async fn from_body(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Self, Bad> {
        content_type(headers)?;
        // Only its document tells whether it is an import; how much all bodies hold together is bounded elsewhere.
        let most = limits.max_body.max(limits.max_import);
        let length =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
        if length.is_some_and(|length: usize| length > most) {
            return Err(too_long(limits.max_body));
        }
        let body = whole(body, most).await?.ok_or_else(|| too_long(limits.max_body))?;
        let text = std::str::from_utf8(&body).map_err(|_| Bad::request("utf8", "The body is not UTF-8."))?;
        if text.trim_start().starts_with('[') {
            return Err(Bad::request("batch", "Several requests in one are not taken: send one object."));
        }
        few_values(text, limits)?;
        let written: Written = serde_json::from_str(text).map_err(|cause| {
            let what = no_json(&cause);
            Bad::request("json", format!("The body is no JSON object of a GraphQL request: {what}."))
        })?;
        let params = Self::new(written)?;
        if body.len() > limits.max_body && !params.query.contains("importCompose") {
            return Err(too_long(limits.max_body));
        }
        Ok(params)
    }

    /// From the query of a URL.
    pub(super) fn from_query(query: &str, limits: &Limits) -> Result<Self, Bad> {
        let mut written = Written { query: None, operation_name: None, variables: None, extensions: None };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            // The decoder puts a sign where the bytes were no text.
            if value.contains('\u{fffd}') {
                return Err(Bad::request("utf8", format!("The parameter {} is not UTF-8.", shown(&key))));
            }
            let object = |value: Cow<'_, str>| match value.trim() {
                "" => Ok(Plain(Value::Null)),
                text => few_values(text, limits).and_then(|()| {
                    serde_json::from_str(text).map_err(|cause| {
                        let what = no_json(&cause);
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

/// Only what a page of another site cannot send without asking first: plain text, forms and files are refused.
fn content_type(headers: &HeaderMap) -> Result<(), Bad> {
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

/// What is wrong with a text, and where. The parser's own words show no text where it is not JSON, and may show some of it
/// where it is another sort of JSON.
fn no_json(cause: &serde_json::Error) -> String {
    let words = cause.to_string();
    if cause.is_data() && !words.starts_with("duplicate field") {
        return format!("it is something else, at line {} column {}", cause.line(), cause.column());
    }
    words
}

fn few_values(text: &str, limits: &Limits) -> Result<(), Bad> {
    let most = limits.max_values;
    if values::count(text) <= most {
        return Ok(());
    }
    Err(Bad {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        reason: "values",
        code: "LIMIT_EXCEEDED",
        message: format!("The request has more than {most} values; the setting --max-values allows more."),
    })
}

fn too_long(most: usize) -> Bad {
    Bad {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        reason: "body_too_large",
        code: "LIMIT_EXCEEDED",
        message: format!("The body has more than {most} bytes; the setting --max-body allows more."),
    }
}

/// The whole of a body, piece by piece and no further than allowed; none when it is longer. The pieces are copied: kept as
/// they come, each of them would hold on to a buffer of its connection, and a slow client sends them byte by byte.
async fn whole(mut body: Body, most: usize) -> Result<Option<Vec<u8>>, Bad> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Bad::request("body", "The body did not arrive whole."))?;
        let Ok(piece) = frame.into_data() else { continue };
        if whole.len() + piece.len() > most {
            return Ok(None);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(Some(whole))
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
