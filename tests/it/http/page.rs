//! The dashboard, GraphiQL and its assets, and the schema as text.

use super::*;

#[test]
fn the_pages_need_no_other_host() {
    run(Engine::Sqlite, pages);
}

#[test]
fn the_files_of_the_dashboard_are_served_plain_and_packed() {
    run(Engine::Sqlite, dashboard);
}

#[test]
fn every_file_of_the_page_is_served_plain_and_packed() {
    run(Engine::Sqlite, files);
}

#[test]
fn the_schema_is_served_as_text() {
    run(Engine::Sqlite, sdl);
}

async fn pages(t: &TestApp) {
    for path in ["/", "/graphiql"] {
        page(t, path).await;
    }
}

async fn dashboard(t: &TestApp) {
    for (path, content_type) in [("/", "text/html"), ("/app.js", "text/javascript"), ("/app.css", "text/css")] {
        let plain = t.send(get(path)).await;
        assert_eq!(text_of(plain.headers(), &header::CONTENT_TYPE), format!("{content_type}; charset=utf-8"));
        assert_eq!(text_of(plain.headers(), &header::CACHE_CONTROL), "no-cache");
        let tag = text_of(plain.headers(), &header::ETAG).to_owned();
        let plain = bytes(plain).await;
        let request = Request::get(path).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
        let packed = t.send(request).await;
        assert_eq!(text_of(packed.headers(), &header::CONTENT_ENCODING), "gzip");
        assert_ne!(text_of(packed.headers(), &header::ETAG), tag);
        let mut unpacked = Vec::new();
        GzDecoder::new(bytes(packed).await.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == plain && !plain.is_empty(), "{path}");
        // It is not sent again to a browser that has it.
        let request = Request::get(path).header(header::IF_NONE_MATCH, &tag).body(Body::empty()).unwrap();
        let known = t.send(request).await;
        assert_eq!(known.status(), 304, "{path}");
        assert!(bytes(known).await.is_empty());
    }
}

async fn page(t: &TestApp, path: &str) {
    let answer = t.send(get(path)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(text_of(answer.headers(), &header::CONTENT_TYPE), "text/html; charset=utf-8");
    let policy = text_of(answer.headers(), &header::CONTENT_SECURITY_POLICY).to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"), "{policy}");
    for word in policy.split([' ', ';']) {
        assert!(!word.contains("://") && !word.contains('.') && word != "*", "the policy names a host: {policy}");
        assert!(!word.contains("unsafe-eval"), "{policy}");
        assert!(path != "/" || !word.contains("unsafe"), "{policy}");
    }
    let html = TestApp::text(answer).await;
    for reference in references(&html) {
        // Relative, so that the page also works below a path prefix of a proxy.
        let own = !reference.starts_with('/') && !reference.contains("://") || reference.starts_with("data:");
        assert!(own, "{reference}");
    }
    assert!(references(&html).iter().any(|reference| reference.ends_with(".js")), "{html}");
}

/// The values of `src` and `href`.
fn references(html: &str) -> Vec<String> {
    let after = |mark: &str| -> Vec<String> {
        html.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    [after(" src=\""), after(" href=\"")].concat()
}

async fn files(t: &TestApp) {
    let html = TestApp::text(t.send(get("/graphiql")).await).await;
    let found = references(&html).into_iter().filter_map(|path| path.strip_prefix('.').map(str::to_owned));
    let mut open: Vec<String> = found.filter(|path| path.starts_with("/assets/")).collect();
    let mut seen = Vec::new();
    while let Some(path) = open.pop() {
        if seen.contains(&path) {
            continue;
        }
        seen.push(path.clone());
        let plain = t.send(get(&path)).await;
        assert_eq!(plain.status(), 200, "{path}");
        let content_type = text_of(plain.headers(), &header::CONTENT_TYPE).to_owned();
        let expected = match path.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "woff2" => "font/woff2",
            "ttf" => "font/ttf",
            other => panic!("{path} is a {other}"),
        };
        assert_eq!(content_type, expected, "{path}");
        assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
        assert!(text_of(plain.headers(), &header::CACHE_CONTROL).contains("immutable"), "{path}");
        let plain = bytes(plain).await;

        let request = Request::get(&path).header(header::ACCEPT_ENCODING, "gzip, br").body(Body::empty()).unwrap();
        let packed = t.send(request).await;
        assert_eq!(text_of(packed.headers(), &header::CONTENT_TYPE), expected);
        assert_eq!(text_of(packed.headers(), &header::CONTENT_ENCODING), "gzip");
        assert_eq!(text_of(packed.headers(), &header::VARY).to_lowercase(), "accept-encoding");
        let mut unpacked = Vec::new();
        GzDecoder::new(bytes(packed).await.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == plain && !plain.is_empty(), "{path}");

        // The files that a script or a style refers to.
        if let Ok(text) = String::from_utf8(plain)
            && (path.ends_with(".js") || path.ends_with(".css"))
        {
            for name in text.split(['"', '\'', '`', '(', ')']).filter_map(asset_name) {
                open.push(format!("/assets/{name}"));
            }
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert_eq!(json_of(t, get("/assets/nothing.js")).await.0, 404);
    assert_eq!(json_of(t, get("/assets/..%2f..%2fmod.rs")).await.0, 404);
}

/// The name of a file with a digest, such as `chunk-4L5RI3VG.js`, when a literal is one.
fn asset_name(literal: &str) -> Option<&str> {
    let name = literal.strip_prefix("./").or_else(|| literal.strip_prefix("./assets/"))?;
    let (stem, extension) = name.rsplit_once('.')?;
    let digest = stem.rsplit_once('-')?.1;
    let fits = digest.len() == 8 && digest.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    (fits && ["js", "css", "woff2", "ttf"].contains(&extension)).then_some(name)
}

async fn sdl(t: &TestApp) {
    let answer = t.send(get("/schema.graphql")).await;
    assert_eq!(answer.status(), 200);
    assert!(text_of(answer.headers(), &header::CONTENT_TYPE).starts_with("text/plain"));
    assert_eq!(TestApp::text(answer).await, devarch::graphql::sdl());
}
