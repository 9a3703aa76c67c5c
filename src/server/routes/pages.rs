//! GraphiQL and the SDL, from the binary itself: no other host is asked for anything.
//!
//! Opened by people. It must never depend on the database.

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

/// Files as they are without packing, once somebody has asked for them so: one copy for all, however slowly it is read.
static UNPACKED: LazyLock<Mutex<HashMap<&'static str, Bytes>>> = LazyLock::new(Mutex::default);
static SDL: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(schema_text()));

static PAGE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/server/graphiql");

/// Nothing but the page's own files, and this service to talk to. The editor sets styles from code.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// `/`: GraphiQL.
pub(in crate::server) async fn index() -> Response {
    let page = PAGE.get_file("index.html").map(File::contents).unwrap_or_default();
    let headers =
        [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-cache")];
    (headers, page).into_response()
}

/// `/assets/{name}`: a file of the page; its name changes with its content, so it may be kept for ever.
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
    let kept = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "accept-encoding"),
    ];
    if takes_gzip(&headers) {
        return (kept, [(CONTENT_ENCODING, "gzip")], file.contents()).into_response();
    }
    match unpacked(file) {
        Ok(plain) => (kept, plain).into_response(),
        Err(cause) => {
            tracing::error!(%cause, name, "an embedded file cannot be unpacked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whether the client takes gzip: a weight of nought says that it does not.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.split_once('=').map_or(Ok(1.0), |(_, weight)| weight.trim().parse::<f32>());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

fn unpacked(file: &'static File<'static>) -> io::Result<Bytes> {
    let name = file.path().to_str().unwrap_or_default();
    let mut known = UNPACKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(plain) = known.get(name) {
        return Ok(plain.clone());
    }
    let mut plain = Vec::new();
    GzDecoder::new(file.contents()).read_to_end(&mut plain)?;
    let plain = Bytes::from(plain);
    known.insert(name, plain.clone());
    Ok(plain)
}

/// `/schema.graphql`: the SDL.
pub(in crate::server) async fn sdl() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], SDL.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use crate::server::routes::pages::*;

    #[test]
    fn gzip_is_taken_by_who_says_so() {
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
            assert_eq!(takes_gzip(&headers), takes, "{line}");
        }
    }
}
