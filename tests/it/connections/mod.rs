//! Connections, timeouts, limits and headers, over real sockets.

mod limits;
mod stop;

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    routing::{get, post},
};
use devarch::{
    limits::Limits,
    random::Random,
    server::{TransportLimits, guarded, serve},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::support::{Engine, TestApp, run};

/// A server on a port of its own.
struct Served {
    address: SocketAddr,
    stop: mpsc::Sender<()>,
    done: JoinHandle<io::Result<()>>,
}

impl Served {
    async fn start(router: Router, traffic: TransportLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = mpsc::channel(2);
        Self { address, stop, done: tokio::spawn(serve(listener, router, traffic, stopped)) }
    }

    /// The service with short timeouts.
    async fn impatient(t: &TestApp) -> Self {
        let traffic = impatient();
        Self::start(t.router_with(&traffic), traffic).await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// One response: status, headers in lower case, body. `Content-Length` determines the length of the body.
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
        let served = Served::impatient(t).await;
        let mut stream = served.connect().await;
        for (line, status) in [("GET /", 200), ("GET /nowhere", 404), ("PUT /graphql", 405), ("POST /graphql", 415)] {
            let given = format!("{line} HTTP/1.1\r\nhost: localhost\r\nx-request-id: mine-1\r\n\r\n");
            let (seen, head, _) = ask(&mut stream, &given).await;
            assert_eq!(seen, status, "{line}");
            assert!(head.contains("x-request-id: mine-1"), "{line}: {head}");
            let (_, head, _) =
                ask(&mut stream, &format!("{line} HTTP/1.1\r\nhost: localhost\r\nx-request-id: a b\r\n\r\n")).await;
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
        let served = Served::start(
            guarded(Router::new().route("/boom", get(boom)), Router::new(), Random::system(), &impatient()),
            impatient(),
        )
        .await;
        let mut stream = served.connect().await;
        for id in ["first", "second"] {
            let request = format!("GET /boom HTTP/1.1\r\nhost: localhost\r\nx-request-id: {id}\r\n\r\n");
            let (status, head, body) = ask(&mut stream, &request).await;
            assert_eq!(status, 500);
            assert!(head.contains("application/json") && !body.contains("hunter2"), "{head} {body}");
            let extensions = serde_json::from_str::<Value>(&body).unwrap()["errors"][0]["extensions"].take();
            assert_eq!(extensions, serde_json::json!({ "code": "INTERNAL", "requestId": id }));
        }
    });
}

const MS: Duration = Duration::from_millis(1);
const PAGE: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Short timeouts, each of a different length.
fn impatient() -> TransportLimits {
    TransportLimits {
        connections: 8,
        in_flight: 2,
        head: 300 * MS,
        body: 400 * MS,
        idle: 900 * MS,
        grace: 5000 * MS,
        ..TransportLimits::default()
    }
}

/// How long it takes until the server closes the connection, and what it sends before.
async fn closed(stream: &mut TcpStream) -> (Duration, String) {
    let (start, mut said) = (Instant::now(), Vec::new());
    // A connection may be reset as well.
    drop(timeout(Duration::from_secs(20), stream.read_to_end(&mut said)).await.expect("the connection is closed"));
    (start.elapsed(), String::from_utf8(said).unwrap())
}

/// Routes whose requests run until the test releases them.
fn held(traffic: &TransportLimits) -> (Router, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let waits = {
        let gate = Arc::clone(&gate);
        move |_: String| async move {
            gate.acquire().await.unwrap().forget();
            "done"
        }
    };
    let routes = Router::new().route("/held", post(waits));
    (guarded(routes, Router::new().route("/healthz", get(async || "alive")), Random::system(), traffic), gate)
}

const HELD: &str = "POST /held HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n";

#[test]
fn beyond_the_requests_in_flight_there_is_503_and_health_still_answers() {
    run(Engine::Sqlite, async |_: &TestApp| {
        let traffic = impatient();
        let (router, gate) = held(&traffic);
        let served = Served::start(router, traffic).await;
        let mut slow = Vec::new();
        for _ in 0..3 {
            let mut stream = served.connect().await;
            stream.write_all(HELD.as_bytes()).await.unwrap();
            slow.push(stream);
        }
        sleep(100 * MS).await;
        let mut running = Vec::new();
        for _ in 0..2 {
            let mut stream = served.connect().await;
            stream.write_all(format!("{HELD}ab").as_bytes()).await.unwrap();
            running.push(stream);
        }
        sleep(100 * MS).await;
        let mut other = served.connect().await;
        let (status, head, body) = ask(&mut other, &format!("{HELD}ab")).await;
        assert_eq!(status, 503, "{body}");
        assert!(head.contains("retry-after: 1") && head.contains("x-request-id: "), "{head}");
        assert!(body.contains("\"UNAVAILABLE\""), "{body}");
        assert_eq!(ask(&mut other, PAGE).await.0, 200);
        gate.add_permits(2);
        for stream in &mut running {
            assert_eq!(answer(stream).await.0, 200, "slow bodies take no places");
        }
        gate.add_permits(1);
        assert_eq!(ask(&mut other, &format!("{HELD}ab")).await.0, 200);
    });
}
