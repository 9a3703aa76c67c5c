//! ResponseCache: from what the framework gives to status, headers and JSON.
//!
//! Used by the handler and by the layers in front of it. It must never let a cause out.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::{
    Extension, Json,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
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
    server::{
        middleware::{outcome::Outcome, request_id},
        transport::body::AnswerBody,
    },
};

/// Codes of errors whose cause is in the log, under the request's id.
pub(super) const OURS: [&str; 2] = ["INTERNAL", "UNAVAILABLE"];

/// The answer to a request as it goes out; `began` says whether anything was run. An answer for which there is no memory
/// becomes one that says so.
pub(super) async fn values(
    mut response: GraphqlResponse,
    began: bool,
    id: Option<RequestId>,
    outcome: &mut Outcome,
    budget: &Budget,
) -> Chunks {
    tidy(&mut response.errors, id.as_ref());
    outcome.codes = codes(&response.errors);
    let of_answer = budget.clone();
    let written = large_work::compute(budget, move || write(&response, began, &of_answer)).await;
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
            write(&refusal, true, &Budget::default()).unwrap_or_else(|_| Chunks::whole(Vec::new(), budget))
        }
    }
}

fn codes(errors: &[ServerError]) -> Vec<String> {
    let mut codes: Vec<String> = errors.iter().filter_map(code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn write(response: &GraphqlResponse, began: bool, budget: &Budget) -> Result<Chunks, Exceeded> {
    let mut out = ChunkWriter::new(budget);
    let written = if began {
        serde_json::to_writer(&mut out, response)
    } else {
        // It has no data, not even null.
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

/// What is answered when an answer cannot be written.
const UNWRITABLE: &str =
    r#"{"data":null,"errors":[{"message":"Something went wrong inside.","extensions":{"code":"INTERNAL"}}]}"#;

/// An answer that was written as it goes out.
pub(super) fn written(status: StatusCode, json: Chunks, media_type: MediaType, outcome: Outcome) -> Response {
    let content_type = HeaderValue::from_static(media_type.with_charset());
    (status, [(CONTENT_TYPE, content_type)], Extension(outcome), AnswerBody::of(json)).into_response()
}

/// Short, few, and with the id under which the log tells more.
fn tidy(errors: &mut Vec<ServerError>, id: Option<&RequestId>) {
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

/// The code of an error, if it has one.
pub(super) fn code(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// The same error with a code.
pub(super) fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// What is wrong with a document, as the errors of an answer.
pub(super) fn errors(refusal: &Refusal) -> Vec<ServerError> {
    let error = |mistake: &crate::document::ValidationError| {
        let place = mistake.location.map(|(line, column)| async_graphql::Pos { line, column });
        coded(ServerError::new(&mistake.message, place), refusal.sort.code())
    };
    refusal.mistakes.iter().map(error).collect()
}

/// A refusal of the request as a whole; the status tells the log why, unless the handler says more.
pub(in crate::server) fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "message": shortened(message), "extensions": { "code": code } }] });
    let outcome = Outcome { codes: vec![code.to_owned()], ..Outcome::default() };
    (status, Extension(outcome), Json(body)).into_response()
}
