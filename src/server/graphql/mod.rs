//! `/graphql`: the handler of GraphQL over HTTP, by the draft specification of the GraphQL Foundation.
//!
//! Called by the router. Every response is JSON, and no request makes it a 500. It must not run an invalid document,
//! nor a mutation sent with GET.

mod answer;
mod json;
mod negotiate;
mod request;
mod run;
mod values;

use std::time::Duration;

use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::ALLOW},
    response::{IntoResponse, Response},
};
use tokio::time::sleep;
use tower_http::request_id::RequestId;

use self::{
    answer::written,
    negotiate::{Accepted, MediaType},
};
pub(super) use self::{
    answer::{code, coded, errors, limit_errors, refuse, unavailable, values},
    json::Plain,
    request::{Bad, Params, check_value_count, takes_files},
    run::{Answer, ChangeOverGet, How, Prepared, Ran, add_codes, completed, over, panicked, prepare, run},
};
use crate::{
    access::Access,
    budget::{Exceeded, large_work},
    server::{
        ByExecutor, Service, etag, live,
        middleware::{outcome::Outcome, request_id},
    },
};

/// The header with the idempotency key of a mutation.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Delay before the response to a request that exceeded its memory, so that clients that repeat it at once leave time
/// for other requests.
const MEMORY_REFUSAL_DELAY: Duration = Duration::from_millis(150);

/// Handles one GraphQL request, or the handshake of a WebSocket.
pub(super) async fn handle(
    State(service): State<Service>,
    access: Option<Extension<Access>>,
    extensions: Extensions,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let access = access.map(|Extension(access)| access);
    if live::is_upgrade(&method, &headers) {
        return live::socket::upgrade(&service, access, &headers, &extensions);
    }
    let Some(access) = access else {
        return refused(StatusCode::UNAUTHORIZED, "unauthenticated", "UNAUTHENTICATED", "Send an API key.");
    };
    let accepted = negotiate::accepted(&headers);
    let Some(media_type) = accepted.media_type.or(accepted.events.then_some(MediaType::Json)) else {
        return refused(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            "BAD_REQUEST",
            &format!(
                "This answers as {}, {} or {}.",
                MediaType::GraphqlResponse.as_str(),
                MediaType::Json.as_str(),
                negotiate::EVENT_STREAM
            ),
        );
    };
    let read = match method {
        Method::GET => Params::from_query(query.as_deref().unwrap_or_default(), &service.limits),
        Method::POST => Params::from_body(&headers, body, &service.limits).await,
        _ => return wrong_method("method", "GET, POST", "Send GraphQL requests with POST or GET."),
    };
    let params = match read {
        Ok(params) => params,
        Err(bad) => return refused(bad.status, bad.reason, bad.code, &bad.message),
    };
    let key = match headers.get(IDEMPOTENCY_KEY).map(HeaderValue::to_str) {
        // The IETF draft of this header puts the key in quotes.
        Some(Ok(key)) => Some(key.trim().trim_matches('"')),
        None => None,
        Some(Err(_)) => {
            let message = "The header Idempotency-Key takes printable characters of ASCII.";
            return refused(StatusCode::BAD_REQUEST, "idempotency_key", "BAD_REQUEST", message);
        }
    };
    let get = method == Method::GET;
    let planned = extensions.get::<ByExecutor>().is_none();
    let request = extensions.get::<RequestId>().map(request_id::text);
    let prepared = match prepare(&service, &access, params, get) {
        Ok(prepared) => prepared,
        Err(ChangeOverGet) => {
            return wrong_method("mutation_over_get", "POST", "A mutation changes something: send it with POST.");
        }
    };
    let how = How { key, request, planned, permit: extensions.get().cloned() };
    let ran = match prepared {
        Err(refusal) => Ran::refused(&refusal),
        Ok(prepared) if prepared.is_subscription() => {
            return subscribe(&service, access, prepared, accepted, &extensions, &headers).await;
        }
        Ok(prepared) => Box::pin(run(&service, access, prepared, how)).await,
    };
    let Ran { answer, began, mut outcome, budget } = ran;
    // A response of the executor may contain revealed secrets; one written by a read plan never does.
    let cache_control = match &answer {
        Answer::Values(response, _) => response.errors.is_empty().then_some("no-store"),
        Answer::Written(_) => Some(etag::ASK_AGAIN),
    };
    let status = match (began, media_type) {
        (false, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let json = match answer {
        Answer::Values(response, written) => {
            values((*response, written), began, extensions.get().cloned(), &mut outcome, &budget).await
        }
        Answer::Written(json) => json,
    };
    if budget.exceeded().is_some_and(Exceeded::is_of_memory) {
        sleep(MEMORY_REFUSAL_DELAY).await;
    }
    if accepted.only_events {
        return live::sse::once(json, outcome);
    }
    match cache_control.filter(|_| get) {
        Some(cache_control) => {
            let tagged = move || (etag::tag(media_type.with_charset(), &json.pieces), json);
            let (tag, json) = large_work::compute(&budget, tagged).await;
            etag::tagged(&headers, &tag, cache_control, || written(status, json, media_type, outcome))
        }
        None => written(status, json, media_type, outcome),
    }
}

/// Answers a subscription with a stream of events, if the client accepts one.
async fn subscribe(
    service: &Service,
    access: Access,
    prepared: Prepared,
    accepted: Accepted,
    extensions: &Extensions,
    headers: &HeaderMap,
) -> Response {
    if !accepted.events {
        let message = "A subscription is answered as text/event-stream, or over a WebSocket.";
        return refused(StatusCode::NOT_ACCEPTABLE, "not_acceptable", "BAD_REQUEST", message);
    }
    live::sse::subscribe(service, access, prepared, extensions, headers).await
}

/// The response to a method that the request must not have.
fn wrong_method(reason: &'static str, allowed: &'static str, message: &str) -> Response {
    let mut answer = refused(StatusCode::METHOD_NOT_ALLOWED, reason, "BAD_REQUEST", message);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// An error response to a request that is refused before its document is validated.
fn refused(status: StatusCode, reason: &'static str, code: &str, message: &str) -> Response {
    let outcome = Outcome { codes: vec![code.to_owned()], refusal: Some(reason), ..Outcome::default() };
    let mut answer = refuse(status, code, message).into_response();
    answer.extensions_mut().insert(outcome);
    answer
}
