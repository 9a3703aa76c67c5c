//! `POST /graphql`.
//!
//! Every answer is JSON. It must never run a document that could not be read.

use async_graphql::{Request, Response as GraphqlResponse, ServerError, Value};
use axum::{
    Extension, Json,
    body::{Body, to_bytes},
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, ALLOW, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    Service,
    nesting::{MAX_NESTING, too_deep},
    request_id::RequestId,
    variables::misfit,
};
use crate::{access::Access, graphql::execute};

/// Longest body, in bytes: a file of 1 MiB in which every byte is escaped once, and the JSON around it.
const MAX_BODY: usize = 2 * 1_048_576 + 65_536;
/// Codes of errors whose cause is in the log, under the request's id.
const OURS: [&str; 2] = ["INTERNAL", "UNAVAILABLE"];
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// Reads, runs and answers one request.
pub(super) async fn handle(
    State(service): State<Service>,
    Extension(access): Extension<Access>,
    Extension(RequestId(id)): Extension<RequestId>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(JSON) {
        let message = "Send the request as application/json.";
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message);
    }
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        let message = format!("The body is longer than {MAX_BODY} bytes.");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "LIMIT_EXCEEDED", &message);
    };
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(cause) => {
            let message = format!("The body is not a GraphQL request: {cause}.");
            return refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", &message);
        }
    };
    if request.query.trim().is_empty() {
        return refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "The request has no query.");
    }
    if too_deep(&request.query) {
        let message = format!("The document nests deeper than {MAX_NESTING} brackets.");
        return refuse(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", &message);
    }
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = if accepts.contains(GRAPHQL_RESPONSE) { GRAPHQL_RESPONSE } else { JSON };
    let mut response = run(&service, access, request).await;
    for error in &mut response.errors {
        if let Some(extensions) = &mut error.extensions
            && extensions.get("code").is_some_and(|code| OURS.iter().any(|ours| *code == Value::from(*ours)))
        {
            extensions.set("requestId", id.clone());
        }
    }
    answer(response, media_type)
}

async fn run(service: &Service, access: Access, mut request: Request) -> GraphqlResponse {
    let document = match async_graphql::parser::parse_query(&request.query) {
        Ok(document) => document,
        Err(error) => return GraphqlResponse::from_errors(vec![coded(error.into(), "GRAPHQL_PARSE_FAILED")]),
    };
    if let Some(message) = misfit(&document, request.operation_name.as_deref(), &request.variables) {
        return GraphqlResponse::from_errors(vec![coded(ServerError::new(message, None), "BAD_REQUEST")]);
    }
    request.set_parsed_query(document);
    let mut response = execute(&service.schema, service.app.acting(access), request).await;
    for error in &mut response.errors {
        let known = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
        if !known {
            let code = if error.path.is_empty() { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_REQUEST" };
            *error = coded(error.clone(), code);
        }
    }
    response
}

fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

fn answer(response: GraphqlResponse, media_type: &'static str) -> Response {
    // A request that never ran is the client's mistake; clients of plain JSON expect 200 all the same.
    let never_ran = !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
    let status = if never_ran && media_type == GRAPHQL_RESPONSE { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut answer = if never_ran {
        // It has no data, not even null.
        Json(json!({ "errors": response.errors })).into_response()
    } else {
        async_graphql_axum::GraphQLResponse::from(response).into_response()
    };
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

pub(super) fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
    (status, Json(body)).into_response()
}

/// Any other method.
pub(super) async fn post_only() -> Response {
    let message = "Send GraphQL requests with POST.";
    let mut answer = refuse(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", message);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    answer
}
