//! Answers: from what the framework gives to status, headers and JSON.
//!
//! Used by the handler and by the layers in front of it. It must never let a cause out.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::{
    Extension, Json,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::negotiate::MediaType;
use crate::{
    document::{MAX_ERRORS, Refusal, shortened},
    server::{outcome::Outcome, request_id::RequestId},
};

/// Codes of errors whose cause is in the log, under the request's id.
pub(super) const OURS: [&str; 2] = ["INTERNAL", "UNAVAILABLE"];

/// The answer to a request; `began` says whether anything was run.
pub(super) fn values(
    mut response: GraphqlResponse,
    began: bool,
    media_type: MediaType,
    id: Option<RequestId>,
    mut outcome: Outcome,
) -> Response {
    tidy(&mut response.errors, id.as_ref());
    outcome.codes = response.errors.iter().filter_map(code).collect();
    outcome.codes.sort_unstable();
    outcome.codes.dedup();
    let status = match (began, media_type) {
        (false, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let mut answer = if began {
        async_graphql_axum::GraphQLResponse::from(response).into_response()
    } else {
        // It has no data, not even null.
        Json(json!({ "errors": response.errors })).into_response()
    };
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type.with_charset()));
    answer.extensions_mut().insert(outcome);
    answer
}

/// An answer that was written as it goes out.
pub(super) fn written(json: Vec<u8>, media_type: MediaType, outcome: Outcome) -> Response {
    let content_type = HeaderValue::from_static(media_type.with_charset());
    ([(CONTENT_TYPE, content_type)], Extension(outcome), json).into_response()
}

/// Short, few, and with the id under which the log tells more.
fn tidy(errors: &mut Vec<ServerError>, id: Option<&RequestId>) {
    let all = errors.len();
    errors.truncate(MAX_ERRORS);
    for error in errors.iter_mut() {
        error.message = shortened(&error.message);
        if let (Some(RequestId(id)), Some(code)) = (id, code(error))
            && OURS.contains(&code.as_str())
        {
            error.extensions.get_or_insert_default().set("requestId", id.clone());
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
    let error = |mistake: &crate::document::Mistake| {
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
