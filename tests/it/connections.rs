//! Connections and what surrounds every request, over real sockets.

use std::net::SocketAddr;

use axum::{Router, routing::get};
use devarch::server::{guarded, serve};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::support::{Engine, TestApp, run};

/// A server on a port of its own.
struct Served {
    address: SocketAddr,
    _task: JoinHandle<()>,
}

impl Served {
    async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = std::future::pending();
        let task = tokio::spawn(async move { serve(listener, router, stop, std::time::Duration::ZERO).await.unwrap() });
        Self { address, _task: task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// One answer: status, headers in lower case, body. The body's length is told by its header.
async fn answer(stream: &mut TcpStream) -> (u16, String, String) {
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head
                .split("content-length: ")
                .nth(1)
                .map_or(0, |rest| rest.lines().next().unwrap().trim().parse::<usize>().unwrap());
            if body.len() >= length {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return (status, head, body.to_owned());
            }
        }
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap();
        assert_ne!(read, 0, "the connection was closed after {text:?}");
        seen.extend(&part[..read]);
    }
}

async fn ask(stream: &mut TcpStream, request: &str) -> (u16, String, String) {
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

#[test]
fn every_answer_has_the_id_of_its_request() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let served = Served::start(t.router()).await;
        let mut stream = served.connect().await;
        for (line, status) in [("GET /", 200), ("GET /nowhere", 404), ("PUT /graphql", 405), ("POST /graphql", 415)] {
            let given = format!("{line} HTTP/1.1\r\nhost: x\r\nx-request-id: mine-1\r\n\r\n");
            let (seen, head, _) = ask(&mut stream, &given).await;
            assert_eq!(seen, status, "{line}");
            assert!(head.contains("x-request-id: mine-1"), "{line}: {head}");
            let (_, head, _) =
                ask(&mut stream, &format!("{line} HTTP/1.1\r\nhost: x\r\nx-request-id: a b\r\n\r\n")).await;
            let id = head.split("x-request-id: ").nth(1).unwrap().lines().next().unwrap().to_owned();
            assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}: {id}");
        }
    });
}

#[test]
fn a_panic_is_one_masked_answer_and_the_connection_lives() {
    run(Engine::Sqlite, async |_: &TestApp| {
        async fn boom() -> String {
            panic!("the password is hunter2")
        }
        let served = Served::start(guarded(Router::new().route("/boom", get(boom)))).await;
        let mut stream = served.connect().await;
        for id in ["first", "second"] {
            let request = format!("GET /boom HTTP/1.1\r\nhost: x\r\nx-request-id: {id}\r\n\r\n");
            let (status, head, body) = ask(&mut stream, &request).await;
            assert_eq!(status, 500);
            assert!(head.contains("application/json") && !body.contains("hunter2"), "{head} {body}");
            let extensions = serde_json::from_str::<Value>(&body).unwrap()["errors"][0]["extensions"].take();
            assert_eq!(extensions, serde_json::json!({ "code": "INTERNAL", "requestId": id }));
        }
    });
}
