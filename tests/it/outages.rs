//! Outages of the database: requests fail at once, and the service recovers automatically.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use devarch::{
    db::{Db, DbUrl},
    limits::DatabaseTimeouts,
};
use sea_orm::{ConnectionTrait, sqlx::Connection};
use serde_json::{Value, json};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::support::{Engine, TestApp, both};

both!(
    a_network_that_swallows_everything_keeps_nobody_waiting,
    a_primary_that_moves_to_another_server_is_followed,
    a_proxy_that_closes_at_once_is_an_outage,
    what_a_full_disk_refuses_leaves_nothing_behind,
);

/// The longest time of a request during an outage, and until mutations work again after it.
const SLOWEST: Duration = Duration::from_secs(3);
const RECOVERY: Duration = Duration::from_secs(5);

/// The state of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    /// Drops all packets, and closes nothing.
    Swallows,
    /// Closes new and existing connections at once.
    Closes,
}

/// A network between the service and its database.
struct Network {
    port: u16,
    way: watch::Sender<Way>,
}

impl Network {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (way, is_now) = watch::channel(Way::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server.clone(), is_now.clone()));
            }
        });
        Self { port, way }
    }
}

async fn pass(mut client: TcpStream, server: String, mut way: watch::Receiver<Way>) {
    if *way.borrow() == Way::Closes {
        return;
    }
    if way.wait_for(|way| *way == Way::Open).await.is_err() {
        return;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => return,
        _ = async { way.wait_for(|way| *way != Way::Open).await.is_ok() } => {}
    }
    // Dropped bytes are lost.
    let swallows = *way.borrow() == Way::Swallows;
    if swallows {
        std::future::pending::<()>().await;
    }
}

/// The application behind such a network, with a health probe of the database.
async fn behind(t: &TestApp) -> Option<(TestApp, Network)> {
    // SQLite is never unavailable.
    let DbUrl::Postgres(url) = &t.url else { return None };
    let (head, name) = url.rsplit_once('/').unwrap();
    let server = head.rsplit_once('@').unwrap().1;
    let network = Network::to(server.to_owned()).await;
    let url = format!("{}@127.0.0.1:{}/{name}", head.rsplit_once('@').unwrap().0, network.port);
    let db = Db::connect(&url.parse().unwrap(), 4, &DatabaseTimeouts::default()).await.unwrap();
    db.watch();
    Some((t.on(db.with_vault(t.db.vault().clone())), network))
}

async fn ask(t: &TestApp, query: &str) -> Value {
    let asked = Instant::now();
    let request = Request::post("/graphql").header("content-type", "application/json");
    let answer = t.send(request.body(Body::from(json!({ "query": query }).to_string())).unwrap()).await;
    assert!(asked.elapsed() < SLOWEST, "{query}: {:?}", asked.elapsed());
    serde_json::from_str(&TestApp::text(answer).await).unwrap()
}

fn create(name: &str) -> String {
    format!("mutation {{ createStack(input: {{ name: \"{name}\" }}) {{ stack {{ name }} userErrors {{ code }} }} }}")
}

/// A port that nothing listens on.
async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

async fn a_primary_that_moves_to_another_server_is_followed(t: &TestApp) {
    let DbUrl::Postgres(url) = &t.url else {
        assert_eq!(t.engine, Engine::Sqlite);
        return;
    };
    let (head, name) = url.rsplit_once('/').unwrap();
    let (user, server) = head.rsplit_once('@').unwrap();
    // Three addresses; which of them lead to the server changes.
    let (first, second, closed) =
        (Network::to(server.to_owned()).await, Network::to(server.to_owned()).await, closed_port().await);
    second.way.send(Way::Swallows).unwrap();
    let url = format!(
        "{user}@127.0.0.1:{closed},127.0.0.1:{},127.0.0.1:{}/{name}?target_session_attrs=read-write",
        second.port, first.port
    );
    let begun = Instant::now();
    let db = Db::connect(&url.parse().unwrap(), 4, &DatabaseTimeouts::default()).await.unwrap();
    assert!(begun.elapsed() < SLOWEST, "{:?}", begun.elapsed());
    db.watch();
    let there = t.on(db.with_vault(t.db.vault().clone()));
    assert_eq!(ask(&there, &create("before")).await["data"]["createStack"]["userErrors"], json!([]));
    let addresses =
        [(&first, &second, Way::Closes), (&second, &first, Way::Swallows), (&first, &second, Way::Swallows)];
    for (n, (from, to, how)) in addresses.into_iter().enumerate() {
        to.way.send(Way::Open).unwrap();
        from.way.send(how).unwrap();
        let moved = Instant::now();
        loop {
            let answer = ask(&there, &create(&format!("after-{n}"))).await;
            if answer["data"]["createStack"]["userErrors"] == json!([]) {
                break;
            }
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
            assert!(moved.elapsed() < RECOVERY, "{answer}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let all_closed = format!("{user}@127.0.0.1:{closed},localhost:{closed}/{name}");
    let error = Db::connect(&all_closed.parse().unwrap(), 4, &DatabaseTimeouts::default()).await.unwrap_err();
    let told = error.to_string();
    assert!(told.contains(&format!("127.0.0.1:{closed}, localhost:{closed}")), "{told}");
}

async fn away_and_back(t: &TestApp, how: Way) {
    let Some((there, network)) = behind(t).await else {
        assert_eq!(t.engine, Engine::Sqlite);
        return;
    };
    assert_eq!(ask(&there, &create("before")).await["data"]["createStack"]["userErrors"], json!([]));
    for outage in 0..2 {
        network.way.send(how).unwrap();
        // Many at once: more than there are connections.
        let there_too = Arc::new(there.clone());
        let asked: Vec<_> = (0..12)
            .map(|n| {
                let there = Arc::clone(&there_too);
                let query = if n % 2 == 0 { create(&format!("n{n}")) } else { "{ stacks { nodes { name } } }".into() };
                tokio::spawn(async move { ask(&there, &query).await })
            })
            .collect();
        for one in asked {
            let answer = one.await.unwrap();
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
        }
        let unready = there.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
        assert_eq!(unready.status(), 503);
        network.way.send(Way::Open).unwrap();
        let back = Instant::now();
        loop {
            let answer = ask(&there, &create(&format!("after-{outage}"))).await;
            if answer["data"]["createStack"]["userErrors"] == json!([]) {
                break;
            }
            assert!(back.elapsed() < RECOVERY, "{answer}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // On every connection, not on one by chance.
        for _ in 0..20 {
            let answer = ask(&there, "{ stack(name: \"before\") { name } }").await;
            assert_eq!(answer["data"]["stack"]["name"], "before", "{answer}");
        }
    }
}

async fn a_network_that_swallows_everything_keeps_nobody_waiting(t: &TestApp) {
    away_and_back(t, Way::Swallows).await;
}

async fn a_proxy_that_closes_at_once_is_an_outage(t: &TestApp) {
    away_and_back(t, Way::Closes).await;
}

async fn what_a_full_disk_refuses_leaves_nothing_behind(t: &TestApp) {
    // PostgreSQL ends such transactions itself.
    if t.engine == Engine::Postgres {
        return;
    }
    t.shop().await;
    let other = t.another().await;
    for round in 0..5 {
        // Limits the file to its current size.
        t.db.writer().execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        let big = "x".repeat(500_000);
        let config = json!([{ "filePath": "/etc/big", "content": big }]);
        let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": { "configFiles": config } });
        let query =
            "mutation ($i: SetInstanceOverridesInput!) { setInstanceOverrides(input: $i) { userErrors { code } } }";
        let answer = t.graphql(query, json!({ "i": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
        assert!(!answer.to_string().contains("disk"), "{answer}");
        let connection = t.db.writer().get_sqlite_connection_pool().acquire().await.unwrap();
        assert!(!connection.is_in_transaction());
        drop(connection);
        t.db.writer().execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
        let name = format!("after-{round}");
        assert_eq!(ask(t, &create(&name)).await["data"]["createStack"]["userErrors"], json!([]));
        // Not only on the connection that wrote it.
        let query = format!("{{ stack(name: \"{name}\") {{ name }} }}");
        assert_eq!(ask(&other, &query).await["data"]["stack"]["name"], name);
    }
}

/// The first connection to a new file gives it its write-ahead log, for which SQLite does not wait by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_may_be_opened_by_many_at_once() {
    for round in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let url: DbUrl = format!("sqlite://{}/new.db", folder.path().display()).parse().unwrap();
        let opened = (0..8).map(|_| {
            let url = url.clone();
            tokio::spawn(
                async move { Db::connect(&url, 1, &DatabaseTimeouts::default()).await.map_err(|e| e.to_string()) },
            )
        });
        for one in opened.collect::<Vec<_>>() {
            let db = one.await.unwrap().unwrap_or_else(|error| panic!("round {round}: {error}"));
            db.close().await;
        }
    }
}
