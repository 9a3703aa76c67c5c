//! Timeouts of connections, the limit of their number, and the memory of responses that wait for their clients.

use super::*;

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
        let router = guarded(Router::new().route("/big", get(big)), Router::new(), Random::system(), &traffic);
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
