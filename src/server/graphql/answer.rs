//! Responses: turns what the GraphQL engine returns into a status, headers and JSON.
//!
//! Used by the handler and by the middleware in front of it. It must not reveal the cause of an internal error.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::{
    Extension, Json,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;
use tower_http::request_id::RequestId;

use super::{
    negotiate::MediaType,
    run::{LOOK_FIRST, over},
};
use crate::{
    budget::{
        Budget, Exceeded,
        chunks::{ChunkWriter, Chunks},
        large_work,
    },
    document::{MAX_ERRORS, Refusal, shortened},
    error::DATABASE_UNAVAILABLE,
    graphql::number_of_written,
    server::{
        middleware::{outcome::Outcome, request_id},
        transport::body::AnswerBody,
    },
};

/// Codes of internal errors. Their cause is logged under the request id.
pub(in crate::server) const OURS: [&str; 2] = ["INTERNAL", "UNAVAILABLE"];

/// Writes the response of the executor as JSON, with the JSON of the objects that plans have written. `began` is false
/// if the request was refused before anything ran. A response that exceeds the budget becomes an error.
pub(in crate::server) async fn values(
    (mut response, objects): (GraphqlResponse, Vec<Vec<u8>>),
    began: bool,
    id: Option<RequestId>,
    outcome: &mut Outcome,
    budget: &Budget,
) -> Chunks {
    limit_errors(&mut response.errors, id.as_ref());
    outcome.codes = codes(&response.errors);
    let answer_budget = budget.clone();
    let written = large_work::compute(budget, move || write(&response, &objects, began, &answer_budget)).await;
    match written {
        Ok(written) => written,
        Err(exceeded) => {
            let mut refusal = over(exceeded);
            if outcome.kind == Some("mutation") {
                for error in &mut refusal.errors {
                    error.message = format!("{} {LOOK_FIRST}", error.message);
                }
            }
            outcome.codes = codes(&refusal.errors);
            write(&refusal, &[], true, &Budget::default()).unwrap_or_else(|_| Chunks::from_bytes(Vec::new(), budget))
        }
    }
}

/// The distinct codes of errors, sorted.
fn codes(errors: &[ServerError]) -> Vec<String> {
    let mut codes: Vec<String> = errors.iter().filter_map(code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn write(response: &GraphqlResponse, objects: &[Vec<u8>], began: bool, budget: &Budget) -> Result<Chunks, Exceeded> {
    let mut out = ChunkWriter::new(budget);
    let written = if !objects.is_empty() {
        splice(&mut out, response, objects)
    } else if began {
        serde_json::to_writer(&mut out, response)
    } else {
        // A request that did not run has no `data`, not even null.
        serde_json::to_writer(&mut out, &json!({ "errors": response.errors }))
    };
    match written {
        Err(cause) if out.check().is_ok() => {
            tracing::error!(%cause, "an answer cannot be written as JSON");
            let mut out = ChunkWriter::new(&Budget::default());
            out.extend_from_slice(UNWRITABLE.as_bytes());
            out.finish()
        }
        _ => out.finish(),
    }
}

/// Writes a response with the JSON of the objects that plans have written.
fn splice(out: &mut ChunkWriter, response: &GraphqlResponse, objects: &[Vec<u8>]) -> serde_json::Result<()> {
    out.extend_from_slice(b"{\"data\":");
    splice_value(out, &response.data, objects)?;
    if !response.errors.is_empty() {
        out.extend_from_slice(b",\"errors\":");
        serde_json::to_writer(&mut *out, &response.errors)?;
    }
    out.push(b'}');
    Ok(())
}

fn splice_value(out: &mut ChunkWriter, value: &Value, objects: &[Vec<u8>]) -> serde_json::Result<()> {
    if let Some(object) = number_of_written(value).and_then(|number| objects.get(number)) {
        out.extend_from_slice(object);
        return Ok(());
    }
    match value {
        Value::Object(fields) => {
            let mut sign = b'{';
            for (key, value) in fields {
                out.push(sign);
                sign = b',';
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                splice_value(out, value, objects)?;
            }
            if fields.is_empty() {
                out.push(b'{');
            }
            out.push(b'}');
            Ok(())
        }
        // Objects of payloads are not in lists.
        plain => serde_json::to_writer(&mut *out, plain),
    }
}

/// The response when a response cannot be written as JSON.
const UNWRITABLE: &str =
    r#"{"data":null,"errors":[{"message":"Something went wrong inside.","extensions":{"code":"INTERNAL"}}]}"#;

/// The HTTP response with a body that has been written.
pub(super) fn written(status: StatusCode, json: Chunks, media_type: MediaType, outcome: Outcome) -> Response {
    let content_type = HeaderValue::from_static(media_type.with_charset());
    (status, [(CONTENT_TYPE, content_type)], Extension(outcome), AnswerBody::of(json)).into_response()
}

/// Shortens messages, limits the number of errors, and adds the request id to internal errors.
pub(in crate::server) fn limit_errors(errors: &mut Vec<ServerError>, id: Option<&RequestId>) {
    let all = errors.len();
    errors.truncate(MAX_ERRORS);
    for error in errors.iter_mut() {
        error.message = shortened(&error.message);
        if let (Some(id), Some(code)) = (id, code(error))
            && OURS.contains(&code.as_str())
        {
            error.extensions.get_or_insert_default().set("requestId", request_id::text(id));
        }
    }
    let more = all - errors.len();
    if let Some(last) = errors.last_mut().filter(|_| more > 0) {
        last.extensions.get_or_insert_default().set("omittedErrors", i64::try_from(more).unwrap_or(i64::MAX));
    }
}

/// The `extensions.code` of an error, if it has one.
pub(in crate::server) fn code(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// Adds a code to an error.
pub(in crate::server) fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// The errors of a response to a document that was rejected.
pub(in crate::server) fn errors(refusal: &Refusal) -> Vec<ServerError> {
    let error = |mistake: &crate::document::ValidationError| {
        let place = mistake.location.map(|(line, column)| async_graphql::Pos { line, column });
        coded(ServerError::new(&mistake.message, place), refusal.kind.code())
    };
    refusal.mistakes.iter().map(error).collect()
}

/// A JSON error response to the whole request. The log and the metrics derive the reason from the status, unless the
/// handler sets one.
pub(in crate::server) fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "message": shortened(message), "extensions": { "code": code } }] });
    let outcome = Outcome { codes: vec![code.to_owned()], ..Outcome::default() };
    (status, Extension(outcome), Json(body)).into_response()
}

/// The answer while the database cannot be used: it is worth trying again.
pub(in crate::server) fn unavailable() -> Response {
    let refusal = refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", DATABASE_UNAVAILABLE);
    ([(RETRY_AFTER, "1")], refusal).into_response()
}
