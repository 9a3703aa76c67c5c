//! The dashboard, GraphiQL and the SDL, embedded in the binary, so that a browser loads nothing from other hosts.
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
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, VARY,
        },
    },
    response::{IntoResponse, Response},
};
use flate2::{
    Compression,
    read::{GzDecoder, GzEncoder},
};
use include_dir::{Dir, File, include_dir};
use sha2::{Digest, Sha256};

use crate::graphql::sdl as schema_text;

/// Decompressed files by name, filled on first use. All responses share one copy, however slowly a client reads it.
static DECOMPRESSED: LazyLock<Mutex<HashMap<&'static str, Bytes>>> = LazyLock::new(Mutex::default);
static SDL: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(schema_text()));

static PAGE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/server/graphiql");
static DASHBOARD: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/dashboard");
/// The files of the dashboard by name.
static DASHBOARD_FILES: LazyLock<HashMap<&'static str, Packed>> = LazyLock::new(|| {
    let files = DASHBOARD.files().filter_map(|file| Some((file.path().to_str()?, Packed::new(file.contents()))));
    files.collect()
});

/// A file whose name does not change with its contents.
struct Packed {
    plain: &'static [u8],
    zipped: Bytes,
    /// Its entity tag: a hash of its contents.
    tag: String,
}

impl Packed {
    fn new(plain: &'static [u8]) -> Self {
        let mut zipped = Vec::new();
        // Reading from memory cannot fail.
        let _ = GzEncoder::new(plain, Compression::best()).read_to_end(&mut zipped);
        let tag = Sha256::digest(plain).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { plain, zipped: zipped.into(), tag }
    }
}

/// Content security policy of the dashboard: only its own files, and requests to this service.
const DASHBOARD_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Content security policy of GraphiQL: only its own files, and requests to this service. The editor sets inline
/// styles.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Handler of `/`: the dashboard.
pub(in crate::server) async fn dashboard(headers: HeaderMap) -> Response {
    packed("index.html", "text/html; charset=utf-8", &headers)
}

/// Handler of `/app.js`: the script of the dashboard.
pub(in crate::server) async fn script(headers: HeaderMap) -> Response {
    packed("app.js", "text/javascript; charset=utf-8", &headers)
}

/// Handler of `/app.css`: the style of the dashboard.
pub(in crate::server) async fn style(headers: HeaderMap) -> Response {
    packed("app.css", "text/css; charset=utf-8", &headers)
}

/// A file of the dashboard. A browser asks each time whether it has changed.
fn packed(name: &str, content_type: &'static str, headers: &HeaderMap) -> Response {
    let Some(file) = DASHBOARD_FILES.get(name) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let is_zipped = accepts_gzip(headers);
    // The packed form is another representation, so it has another tag.
    let tag = format!("\"{}{}\"", file.tag, if is_zipped { "-gzip" } else { "" });
    let common = [(ETAG, tag.as_str()), (CACHE_CONTROL, "no-cache"), (VARY, "accept-encoding")];
    let known = headers.get(IF_NONE_MATCH).and_then(|line| line.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let headers = [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, DASHBOARD_POLICY)];
    match is_zipped {
        true => (common, headers, [(CONTENT_ENCODING, "gzip")], file.zipped.clone()).into_response(),
        false => (common, headers, file.plain).into_response(),
    }
}

/// Handler of `/graphiql`: the GraphiQL page.
pub(in crate::server) async fn graphiql() -> Response {
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
