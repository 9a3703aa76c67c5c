//! A stop: what is idle is closed, and what runs finishes within the grace.

use super::*;

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
