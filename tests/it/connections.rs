//! Connections, timeouts, limits and headers, over real sockets.

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
        let served =
            Served::start(guarded(Router::new().route("/boom", get(boom)), Router::new(), &impatient()), impatient())
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

#[test]
fn clients_that_send_nothing_half_a_head_or_no_second_request_are_cut_off() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let served = Served::impatient(t).await;
        let mut silent = served.connect().await;
        let (after, _) = closed(&mut silent).await;
        assert!(after >= 250 * MS && after < 800 * MS, "{after:?}");

        let mut slow = served.connect().await;
        let start = Instant::now();
        for byte in PAGE.bytes() {
            if slow.write_all(&[byte]).await.is_err() {
                break;
            }
            sleep(50 * MS).await;
        }
        let after = start.elapsed();
        assert!(after < 900 * MS, "a byte now and then does not help: {after:?}");

        let mut idle = served.connect().await;
        assert_eq!(ask(&mut idle, PAGE).await.0, 200);
        sleep(500 * MS).await;
        assert_eq!(ask(&mut idle, PAGE).await.0, 200, "idle is not slow");
        let (after, _) = closed(&mut idle).await;
        assert!(after >= 800 * MS && after < 3000 * MS, "{after:?}");
    });
}

#[test]
fn a_body_that_is_late_gets_408() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let served = Served::impatient(t).await;
        let mut stream = served.connect().await;
        let start = Instant::now();
        let head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{";
        let (status, head, body) = ask(&mut stream, head).await;
        let after = start.elapsed();
        assert!(after >= 350 * MS && after < 3000 * MS, "{after:?}");
        assert!(head.contains("connection: close"), "{head}");
        let code = serde_json::from_str::<Value>(&body).unwrap()["errors"][0]["extensions"]["code"].take();
        assert_eq!((status, code.as_str()), (408, Some("TIMEOUT")));
    });
}

#[test]
fn a_client_that_never_reads_is_cut_off() {
    run(Engine::Sqlite, async |_: &TestApp| {
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let big = move || {
            let held = Arc::clone(&held);
            async move {
                let chunk = axum::body::Bytes::from(vec![b'x'; 1 << 20]);
                axum::body::Body::from_stream(futures_util::stream::repeat_with(move || {
                    let _ = &held;
                    Ok::<_, io::Error>(chunk.clone())
                }))
            }
        };
        let traffic = TransportLimits { write: 300 * MS, ..impatient() };
        let router = guarded(Router::new().route("/big", get(big)), Router::new(), &traffic);
        let served = Served::start(router, traffic).await;
        let before = Arc::strong_count(&alive);
        let mut stream = served.connect().await;
        stream.write_all(b"GET /big HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        sleep(150 * MS).await;
        assert!(Arc::strong_count(&alive) > before, "the answer is under way");
        sleep(1500 * MS).await;
        assert_eq!(Arc::strong_count(&alive), before, "the answer was given up");
    });
}

#[test]
fn connections_beyond_the_limit_are_closed_at_once() {
    run(Engine::Sqlite, async |_: &TestApp| {
        let traffic = TransportLimits { head: 20_000 * MS, in_flight: 100, ..impatient() };
        let (router, gate) = held(&traffic);
        let served = Served::start(router, traffic).await;
        let mut open = Vec::new();
        for _ in 0..8 {
            let mut stream = served.connect().await;
            stream.write_all(format!("{HELD}ab").as_bytes()).await.unwrap();
            open.push(stream);
        }
        sleep(100 * MS).await;
        let (after, said) = closed(&mut served.connect().await).await;
        assert!(after < 1000 * MS && said.is_empty(), "{after:?} {said}");
        gate.add_permits(8);
        for stream in &mut open {
            assert_eq!(answer(stream).await.0, 200, "what runs is not disturbed");
        }
        assert_eq!(ask(&mut served.connect().await, PAGE).await.0, 200);
    });
}

#[test]
fn connections_that_wait_make_room_for_new_ones_the_longest_first() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let slow = Duration::from_secs(20);
        let traffic = TransportLimits { head: slow, idle: slow, body: slow, ..impatient() };
        let served = Served::start(t.router_with(&traffic), traffic).await;
        let mut open = Vec::new();
        // Some that send nothing, some half a head, and some half a body.
        let body = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{";
        for n in 0..8 {
            let mut stream = served.connect().await;
            stream.write_all([&b""[..], b"GET / HT", body.as_bytes()][n % 3]).await.unwrap();
            sleep(20 * MS).await;
            open.push(stream);
        }
        let mut kept = served.connect().await;
        assert_eq!(ask(&mut kept, PAGE).await.0, 200);
        for stream in open.drain(..6) {
            sleep(20 * MS).await;
            assert_eq!(ask(&mut served.connect().await, PAGE).await.0, 200);
            drop(stream);
        }
        assert_eq!(ask(&mut kept, PAGE).await.0, 200, "it was used last");
    });
}

#[test]
fn many_long_heads_do_not_fill_the_memory() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let slow = Duration::from_secs(20);
        let traffic = TransportLimits { head: slow, idle: slow, connections: 1000, ..impatient() };
        let served = Served::start(t.router_with(&traffic), traffic).await;
        let half = format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: {}", "a".repeat(60_000));
        let mut open = Vec::new();
        for _ in 0..200 {
            let mut stream = served.connect().await;
            drop(stream.write_all(half.as_bytes()).await);
            open.push(stream);
        }
        sleep(300 * MS).await;
        let mut cut_off = 0;
        for stream in &mut open {
            cut_off += usize::from(timeout(5 * MS, stream.read(&mut [0; 10])).await.is_ok());
        }
        assert!((30..130).contains(&cut_off), "8 MiB are taken, 12 MB were sent: {cut_off}");
        assert_eq!(ask(&mut served.connect().await, PAGE).await.0, 200);
        drop(open);
        sleep(100 * MS).await;
        // Complete heads are accepted; only a limited number of connections keep their larger buffers.
        let whole = format!("{half}\r\n\r\n");
        let (mut idle, mut ended) = (Vec::new(), 0);
        for _ in 0..200 {
            let mut stream = served.connect().await;
            let (status, head, _) = ask(&mut stream, &whole).await;
            assert_eq!(status, 200);
            ended += usize::from(head.contains("connection: close"));
            idle.push(stream);
        }
        assert!((60..80).contains(&ended), "128 may stay: {ended}");
    });
}

#[test]
fn answers_that_nobody_reads_are_given_up_and_others_are_served() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let traffic = TransportLimits { connections: 1000, in_flight: 100, ..impatient() };
        let served = Served::start(t.router_with(&traffic), traffic).await;
        let post = |query: &str| {
            let body = format!("{{\"query\":\"{query}\"}}");
            format!(
                "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        let one = "__schema { types { name description fields { name description type { name } args { name description } } } }";
        let long = post(&format!("{{ {one} a: {one} b: {one} }}"));
        let mut open = Vec::new();
        for _ in 0..120 {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(4096).unwrap();
            let mut stream = socket.connect(served.address).await.unwrap();
            drop(stream.write_all(long.as_bytes()).await);
            open.push(stream);
        }
        sleep(4000 * MS).await;
        let (status, _, body) = ask(&mut served.connect().await, &post("{ __typename }")).await;
        assert_eq!(status, 200, "{body}");
        drop(open);
    });
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
    (guarded(routes, Router::new().route("/healthz", get(async || "alive")), traffic), gate)
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

#[test]
fn a_stop_closes_what_is_idle_and_lets_what_runs_finish() {
    run(Engine::Sqlite, async |_: &TestApp| {
        let traffic = TransportLimits { idle: 20_000 * MS, head: 20_000 * MS, ..impatient() };
        let (router, gate) = held(&traffic);
        let served = Served::start(router, traffic).await;
        let (mut idle, mut fresh, mut running) =
            (served.connect().await, served.connect().await, served.connect().await);
        assert_eq!(ask(&mut idle, PAGE).await.0, 200);
        running.write_all(format!("{HELD}ab").as_bytes()).await.unwrap();
        sleep(100 * MS).await;
        served.stop.send(()).await.unwrap();
        assert!(closed(&mut idle).await.0 < 1000 * MS);
        assert!(closed(&mut fresh).await.0 < 1000 * MS);
        assert!(TcpStream::connect(served.address).await.is_err(), "no new connections");
        gate.add_permits(1);
        let (status, head, _) = answer(&mut running).await;
        assert!(status == 200 && head.contains("connection: close"), "{status} {head}");
        timeout(1000 * MS, served.done).await.expect("the server ends").unwrap().unwrap();
    });
}

#[test]
fn who_has_come_before_the_stop_is_answered() {
    run(Engine::Sqlite, async |t: &TestApp| {
        use std::io::{Read, Write};
        let traffic = TransportLimits { connections: 1000, ..impatient() };
        for _ in 0..5 {
            let served = Served::start(t.router_with(&traffic), traffic.clone()).await;
            // The system accepts these; the runtime has no time to be notified of them before it stops.
            let mut streams: Vec<std::net::TcpStream> = (0..20)
                .map(|_| {
                    let mut stream = std::net::TcpStream::connect(served.address).unwrap();
                    stream.write_all(PAGE.as_bytes()).unwrap();
                    stream
                })
                .collect();
            served.stop.send(()).await.unwrap();
            served.done.await.unwrap().unwrap();
            for stream in &mut streams {
                let mut said = String::new();
                stream.read_to_string(&mut said).unwrap();
                assert!(said.starts_with("HTTP/1.1 200"), "{said}");
            }
        }
    });
}

#[test]
fn a_second_stop_and_the_end_of_the_grace_end_what_runs() {
    run(Engine::Sqlite, async |_: &TestApp| {
        for (grace, stops) in [(20_000, 2), (300, 1)] {
            let traffic = TransportLimits { grace: grace * MS, ..impatient() };
            let (router, _gate) = held(&traffic);
            let served = Served::start(router, traffic).await;
            let mut running = served.connect().await;
            running.write_all(format!("{HELD}ab").as_bytes()).await.unwrap();
            sleep(100 * MS).await;
            for _ in 0..stops {
                served.stop.send(()).await.unwrap();
            }
            let done = timeout(2000 * MS, served.done).await.expect("the server ends").unwrap();
            assert_eq!(done.is_err(), stops == 2, "{done:?}");
            assert!(closed(&mut running).await.1.is_empty());
        }
    });
}

/// A client with a small receive buffer, so that the server notices how much it reads.
async fn narrow(served: &Served, request: &str) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(32 * 1024).unwrap();
    let mut stream = socket.connect(served.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[test]
fn while_memory_is_short_slow_readers_get_all_and_those_that_take_nothing_are_cut_off() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let files = serde_json::json!([{ "filePath": "/fat", "content": "x".repeat(1 << 20) }]);
        let input = serde_json::json!({ "name": "fat", "imageName": "fat", "configFiles": files });
        t.done("createTemplate", input, "").await;
        // Memory for two of the responses, not for three.
        let t = &t.with_limits(Limits { memory: 10, ..Limits::default() });
        let traffic = TransportLimits { connections: 100, in_flight: 50, idle: 20_000 * MS, ..impatient() };
        let served = Served::start(t.router_with(&traffic), traffic).await;
        let query = "{ template(name: \\\"fat\\\") { configFiles { a: content b: content } } }";
        let body = format!("{{\"query\":\"{query}\"}}");
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stalled = narrow(&served, &request).await;
        // Both answers at a time would be too much while they are made.
        sleep(500 * MS).await;
        let mut steady = narrow(&served, &request).await;
        let reading = tokio::spawn(async move {
            // About 600 KiB a second.
            let (mut seen, mut part) = (0, vec![0; 30 * 1024]);
            loop {
                match steady.read(&mut part).await.unwrap() {
                    0 => return seen,
                    read => seen += read,
                }
                sleep(50 * MS).await;
            }
        });
        sleep(300 * MS).await;
        let started = Instant::now();
        // Other requests of the same size make memory short.
        let mut refusals = 0;
        while started.elapsed() < 3500 * MS {
            let (status, _, body) = ask(&mut served.connect().await, &request).await;
            assert_eq!(status, 200);
            refusals += usize::from(body.contains("LIMIT_EXCEEDED"));
            sleep(200 * MS).await;
        }
        assert!(refusals > 0);
        let taken = reading.await.unwrap();
        assert!(taken > 2 << 20, "the steady client has got {taken} bytes");
        let mut rest = Vec::new();
        drop(timeout(2000 * MS, stalled.read_to_end(&mut rest)).await.expect("the stalled client was cut off"));
        assert!(rest.len() < 2 << 20, "the stalled client has got {} bytes", rest.len());
    });
}
