//! GraphiQL and the SDL, from the binary itself: no other host is asked for anything.
//!
//! Opened by people. It must never depend on the database.

use std::io::Read;

use axum::{
    extract::Path,
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use flate2::read::GzDecoder;
use include_dir::{Dir, include_dir};

use crate::graphql::sdl as schema_text;

static PAGE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/server/graphiql");

/// Nothing but the page's own files, and this service to talk to. The editor sets styles from code.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// `/`: GraphiQL.
pub(super) async fn index() -> Response {
    let page = PAGE.get_file("index.html").map(include_dir::File::contents).unwrap_or_default();
    let headers =
        [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-cache")];
    (headers, page).into_response()
}

/// `/assets/{name}`: a file of the page; its name changes with its content, so it may be kept for ever.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = PAGE.get_file(format!("{name}.gz")) else {
        return super::status::nothing_here().await;
    };
    let content_type = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("ttf") => "font/ttf",
        _ => "text/plain; charset=utf-8",
    };
    let kept = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "accept-encoding"),
    ];
    let gzip = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default().contains("gzip");
    if gzip {
        return (kept, [(CONTENT_ENCODING, "gzip")], file.contents()).into_response();
    }
    let mut plain = Vec::new();
    match GzDecoder::new(file.contents()).read_to_end(&mut plain) {
        Ok(_) => (kept, plain).into_response(),
        Err(cause) => {
            tracing::error!(%cause, name, "an embedded file cannot be unpacked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `/schema.graphql`: the SDL.
pub(super) async fn sdl() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], schema_text()).into_response()
}
