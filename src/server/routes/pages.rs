//! GraphiQL and the SDL, embedded in the binary, so that a browser loads nothing from other hosts.
//!
//! Called by the router. These routes must not depend on the database.

use std::{
    collections::HashMap,
    io::{self, Read},
    sync::{LazyLock, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::Path,
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use flate2::read::GzDecoder;
use include_dir::{Dir, File, include_dir};

use crate::graphql::sdl as schema_text;

/// Decompressed files by name, filled on first use. All responses share one copy, however slowly a client reads it.
static DECOMPRESSED: LazyLock<Mutex<HashMap<&'static str, Bytes>>> = LazyLock::new(Mutex::default);
static SDL: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(schema_text()));

static PAGE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/server/graphiql");

/// Content security policy of the page: only its own files, and requests to this service. The editor sets inline
/// styles.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Handler of `/`: the GraphiQL page.
pub(in crate::server) async fn index() -> Response {
    let page = PAGE.get_file("index.html").map(File::contents).unwrap_or_default();
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, page).into_response()
}

/// Handler of `/assets/{name}`: a file of the page. Its name changes with its content, so it may be cached for ever.
pub(in crate::server) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = PAGE.get_file(format!("{name}.gz")) else {
        return crate::server::routes::status::nothing_here().await;
    };
    let content_type = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("ttf") => "font/ttf",
        _ => "text/plain; charset=utf-8",
    };
    let caching_headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "accept-encoding"),
    ];
    if accepts_gzip(&headers) {
        return (caching_headers, [(CONTENT_ENCODING, "gzip")], file.contents()).into_response();
    }
    match decompressed(file) {
        Ok(plain) => (caching_headers, plain).into_response(),
        Err(cause) => {
            tracing::error!(%cause, name, "an embedded file cannot be unpacked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whether the client accepts gzip. A quality of 0 means that it does not.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.split_once('=').map_or(Ok(1.0), |(_, weight)| weight.trim().parse::<f32>());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// The decompressed content of a file, from the cache if possible.
fn decompressed(file: &'static File<'static>) -> io::Result<Bytes> {
    let name = file.path().to_str().unwrap_or_default();
    let mut known = DECOMPRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(plain) = known.get(name) {
        return Ok(plain.clone());
    }
    let mut plain = Vec::new();
    GzDecoder::new(file.contents()).read_to_end(&mut plain)?;
    let plain = Bytes::from(plain);
    known.insert(name, plain.clone());
    Ok(plain)
}

/// Handler of `/schema.graphql`: the SDL.
pub(in crate::server) async fn sdl() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], SDL.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use crate::server::routes::pages::*;

    #[test]
    fn gzip_is_sent_to_clients_that_accept_it() {
        for (line, takes) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip; q=0", false),
            ("gzip;q=0.000, br", false),
            ("identity", false),
            ("x-gzippy", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, line.parse().unwrap())]);
            assert_eq!(accepts_gzip(&headers), takes, "{line}");
        }
    }
}
