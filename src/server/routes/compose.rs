//! `/stacks/{name}/compose.yaml` and `compose.override.yaml`: a stack as Compose files, for `curl` and scripts.
//!
//! Called by the router, behind the same authentication as `/graphql`. A response must be the file or a JSON error.

use axum::{
    Extension,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, VARY},
    },
    response::{IntoResponse, Response},
};
use tokio::time::timeout;

use crate::{
    access::Access,
    app::{Rendering, Reveal},
    budget::{Exceeded, chunks::Chunks},
    compose::Mode,
    error::{Error, INTERNAL_FAILURE, Result},
    server::{
        Service, etag,
        graphql::{refuse, unavailable},
        transport::body::AnswerBody,
    },
};

/// The stack name from the path, or why it cannot be decoded.
type StackName = Result<Path<String>, PathRejection>;

/// Handler of `/stacks/{name}/compose.yaml`.
pub(in crate::server) async fn file(
    State(service): State<Service>,
    Extension(access): Extension<Access>,
    method: Method,
    name: StackName,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let rendering = QueryParams::read(query.as_deref().unwrap_or_default());
    answer(&service, access, &method, name, rendering, &headers, false).await
}

/// Handler of `/stacks/{name}/compose.override.yaml`.
pub(in crate::server) async fn layer(
    State(service): State<Service>,
    Extension(access): Extension<Access>,
    method: Method,
    name: StackName,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let rendering = QueryParams::read(query.as_deref().unwrap_or_default());
    let rendering = rendering.map(|how| Rendering { mode: Mode::Layered, ..how });
    answer(&service, access, &method, name, rendering, &headers, true).await
}

/// Reads the parameters in the query of the URL. Unknown parameters are ignored.
struct QueryParams;

impl QueryParams {
    fn read(query: &str) -> Result<Rendering, &'static str> {
        let mut how = Rendering::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*key, &*value) {
                ("mode", "flat") => how.mode = Mode::Flat,
                ("mode", "layered") => how.mode = Mode::Layered,
                ("mode", _) => return Err("`mode` is flat or layered."),
                ("reveal", "true") => how.reveal = Reveal::InFile,
                ("reveal", "false") => how.reveal = Reveal::Nowhere,
                ("reveal", _) => return Err("`reveal` is true or false."),
                _ => {}
            }
        }
        Ok(how)
    }
}

/// Renders the stack and returns the upper layer or the whole file, with an ETag.
async fn answer(
    service: &Service,
    access: Access,
    method: &Method,
    name: StackName,
    rendering: Result<Rendering, &'static str>,
    headers: &HeaderMap,
    upper: bool,
) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut answer = refuse(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "This can only be read: send GET.");
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    let how = match rendering {
        Ok(how) => how,
        Err(message) => return refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", message),
    };
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let budget = service.budget();
    let app = service.app.for_caller_within(access, budget.clone());
    let found = match timeout(service.limits.request_timeout(), app.compose_stack(&name, how)).await {
        Ok(Ok(Some(found))) => found,
        Ok(Ok(None)) => return refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such stack."),
        Ok(Err(cause)) => return failed(&cause),
        Err(_) => return failed(&Exceeded::Time.into()),
    };
    let tag = format!("\"{}\"", found.hash);
    // Revealed secrets must not be cached. Everything else is revalidated on each request, and mostly has not changed.
    let cache_control = match how.reveal {
        Reveal::Nowhere => etag::ASK_AGAIN,
        Reveal::InFile | Reveal::Beside => "no-store",
    };
    let caching_headers = [(ETAG, tag.clone()), (CACHE_CONTROL, cache_control.to_owned())];
    if etag::matches(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, caching_headers).into_response();
    }
    let text = if upper { found.layer.unwrap_or_default() } else { found.text };
    // A browser shows text, and would download anything else.
    let media_type = if is_page(headers) { "text/plain; charset=utf-8" } else { "application/yaml" };
    (
        caching_headers,
        [(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, "inline"), (VARY, "accept")],
        AnswerBody::of(Chunks::from_bytes(text.into_bytes(), &budget)),
    )
        .into_response()
}

/// Whether the client asks for a page, as a browser does for an address that is typed in.
fn is_page(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let mut ranges = lines.flat_map(|line| line.split(','));
    ranges.any(|range| range.split(';').next().is_some_and(|range| range.trim().eq_ignore_ascii_case("text/html")))
}

/// The response to an error of the use case.
fn failed(cause: &Error) -> Response {
    match cause {
        Error::Forbidden(reason) => refuse(StatusCode::FORBIDDEN, "FORBIDDEN", reason),
        Error::Exceeded(exceeded @ Exceeded::Time) => {
            refuse(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", &exceeded.to_string())
        }
        Error::Exceeded(exceeded) => refuse(StatusCode::UNPROCESSABLE_ENTITY, "LIMIT_EXCEEDED", &exceeded.to_string()),
        // The stack cannot be rendered in its current state.
        Error::BadRequest(bad) if !bad.limit => refuse(StatusCode::CONFLICT, "BAD_REQUEST", &bad.message),
        Error::Unavailable(cause) | Error::Busy(cause) => {
            tracing::warn!(%cause, "the database is not available");
            unavailable()
        }
        cause => {
            tracing::error!(%cause, "a request failed inside");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", INTERNAL_FAILURE)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::server::routes::compose::*;

    #[test]
    fn the_query_says_how() {
        let read = |query| QueryParams::read(query).map(|how| (how.mode, how.reveal));
        assert_eq!(read(""), Ok((Mode::Flat, Reveal::Nowhere)));
        assert_eq!(read("mode=layered&reveal=true&x=y"), Ok((Mode::Layered, Reveal::InFile)));
        assert!(read("mode=LAYERED").is_err() && read("reveal=1").is_err());
    }
}
