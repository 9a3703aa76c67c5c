//! Clients that disconnect while the service waits for its database: no connection is left inside a
//! transaction, and the acknowledged changes of others are durable.

use std::time::{Duration, Instant};

use axum::{body::Body, http::Request};
use devarch::{
    db::{Db, DbUrl},
    limits::DatabaseTimeouts,
    server::ByExecutor,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::support::{Engine, TestApp, Wire, both, run};

both!(a_version_never_comes_back);

/// How long a remaining transaction may take to end.
const CLEAN_UP: Duration = Duration::from_secs(5);
/// How long a query may take while mutations are blocked.
const MAX_READ_TIME: Duration = Duration::from_secs(1);

/// The first value of the first column, as text.
async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Waits until no transaction of this database is idle.
async fn no_transaction_is_left(t: &TestApp, after: &str) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let begun = Instant::now();
    while number(t.db.writer(), sql).await > 0 {
        assert!(begun.elapsed() < CLEAN_UP, "a transaction is left open after {after}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// The application behind a network.
async fn behind(t: &TestApp, wire: &Wire, connections: u32) -> TestApp {
    let db = Db::connect(wire.url(), connections, &DatabaseTimeouts::default()).await.unwrap();
    t.on(db.with_vault(t.db.vault().clone()))
}

/// A request of every type: its name, and how to make the n-th one.
type Sort = (&'static str, fn(&TestApp, usize) -> Request<Body>);

const SORTS: [Sort; 7] = [
    ("compose.yaml", |_, _| Request::get("/stacks/shop/compose.yaml").body(Body::empty()).unwrap()),
    ("a query with plans", |t, n| {
        query(t, &format!("{{ stack(name: \"shop\") {{ d{n}: description instances {{ totalCount }} }} }}"))
    }),
    ("a query of the executor", |t, _| {
        let mut request =
            query(t, "{ stack(name: \"shop\") { compose { hash } instances { nodes { name labels { key } } } } }");
        request.extensions_mut().insert(ByExecutor);
        request
    }),
    ("a list", |t, _| query(t, "{ stacks { nodes { name } } }")),
    ("createInstance", |t, n| {
        let new = format!("stack: {{ name: \"shop\" }}, template: {{ name: \"postgres\" }}, name: \"cut-{n}\"");
        query(t, &format!("mutation {{ createInstance(input: {{ {new} }}) {{ userErrors {{ code }} }} }}"))
    }),
    ("updateStack", |t, n| {
        query(
            t,
            &format!(
                "mutation {{ updateStack(input: {{ stack: {{ name: \"shop\" }}, description: \"{n}\" }}) {{ userErrors {{ code }} }} }}"
            ),
        )
    }),
    ("createApiKey", |t, n| {
        query(
            t,
            &format!(
                "mutation {{ createApiKey(input: {{ name: \"k{n}\", role: READER }}) {{ userErrors {{ code }} }} }}"
            ),
        )
    }),
];

fn query(t: &TestApp, text: &str) -> Request<Body> {
    t.post(json!({ "query": text }).to_string())
}

/// The client disconnects while the service waits for the reply to its first message to the database, its second, and
/// so on, until the request ends with fewer messages. After each, another client makes a change.
async fn goes_away_at_every_message(t: &TestApp, connections: u32) {
    t.shop().await;
    let wire = Wire::to(&t.url, Duration::ZERO).await;
    let there = behind(t, &wire, connections).await;
    let (mut made, mut cuts) = (0, 0);
    for (what, request) in SORTS {
        let mut n = 0;
        loop {
            let moment = format!("{what} was cut off at message {n} ({connections} connections)");
            wire.keep_answer_to_message(n);
            let (own, request) = (there.clone(), request(&there, n));
            let mut asked = tokio::spawn(async move { own.send(request).await });
            let is_answered = tokio::select! {
                done = &mut asked => {
                    let text = TestApp::text(done.unwrap()).await;
                    assert!(!text.contains("\"errors\""), "{moment}: {text}");
                    true
                }
                () = wire.wait_until_kept(1) => false,
            };
            // The client disconnects before the database replies.
            if !is_answered {
                asked.abort();
                let _ = asked.await;
            }
            wire.release();
            no_transaction_is_left(t, &moment).await;
            if is_answered {
                break;
            }
            cuts += 1;
            // An acknowledged change must be visible to every client.
            let name = format!("kept-{made}");
            made += 1;
            let payload = there.mutate("createInstance", TestApp::new_instance("shop", &name), "").await;
            assert_eq!(payload["userErrors"], json!([]), "{moment}");
            let seen =
                t.data(&format!("{{ instance(stack: \"shop\", name: \"{name}\") {{ name }} }}"), json!({})).await;
            assert_eq!(seen["instance"]["name"], name, "lost after {moment}");
            n += 1;
        }
        assert!(n > 0, "{what} asks nothing of the database");
    }
    assert!(cuts > 30, "{cuts}");
    there.db.clone().close().await;
    let live = "SELECT count(*) FROM service_instances WHERE instance_id LIKE 'kept-%'";
    assert_eq!(number(t.db.writer(), live).await, made);
}

#[test]
fn a_client_that_goes_away_leaves_no_transaction_open() {
    run(Engine::Postgres, async |t: &TestApp| goes_away_at_every_message(t, 4).await);
}

#[test]
fn a_client_that_goes_away_leaves_no_transaction_open_on_the_only_connection() {
    run(Engine::Postgres, async |t: &TestApp| goes_away_at_every_message(t, 1).await);
}

#[test]
fn a_connection_that_comes_back_inside_a_transaction_is_closed() {
    run(Engine::Postgres, async |t: &TestApp| {
        t.stack("shop").await;
        let db = Db::connect(&t.url, 1, &DatabaseTimeouts::default()).await.unwrap();
        // Whatever left the transaction open.
        for left in ["BEGIN", "BEGIN; SELECT 1/0"] {
            let _ = db.writer().execute_unprepared(left).await;
            let there = t.on(db.clone());
            let changed = json!({ "stack": { "name": "shop" }, "description": left });
            there.done("updateStack", changed, "").await;
            no_transaction_is_left(t, left).await;
            let seen = t.data("{ stack(name: \"shop\") { description } }", json!({})).await;
            assert_eq!(seen["stack"]["description"], left);
        }
        db.close().await;
    });
}

/// A failover to a standby without the last change, or a restore: the tables are in an earlier state, and are changed
/// again.
async fn a_version_never_comes_back(t: &TestApp) {
    t.shop().await;
    let text = "{ instance(stack: \"shop\", name: \"db\") { description } }";
    let describe = async |text: &str| {
        let input = json!({ "instance": TestApp::by_name("shop", "db"), "description": text });
        t.done("updateInstance", input, "").await;
    };
    let rows = |sql: &str| Statement::from_string(t.db.writer().get_database_backend(), sql);
    for n in 0..20 {
        describe(&format!("before {n}")).await;
        let before =
            t.db.writer()
                .query_all_raw(rows("SELECT CAST(stack_id AS BIGINT), CAST(part AS BIGINT), count FROM changes"));
        let before = before.await.unwrap();
        describe(&format!("lost {n}")).await;
        // Twice: the second request fills the cache.
        for _ in 0..2 {
            assert_eq!(t.data(text, json!({})).await["instance"]["description"], format!("lost {n}"));
        }
        let mut back =
            vec![format!("UPDATE service_instances SET description = 'before {n}'"), "DELETE FROM changes".to_owned()];
        for row in before {
            let [stack, part, count] = [0, 1, 2].map(|at| row.try_get_by_index::<i64>(at).unwrap());
            back.push(format!("INSERT INTO changes (stack_id, part, count) VALUES ({stack}, {part}, {count})"));
        }
        for sql in back {
            t.db.writer().execute_unprepared(&sql).await.unwrap();
        }
        describe(&format!("real {n}")).await;
        assert_eq!(t.data(text, json!({})).await["instance"]["description"], format!("real {n}"));
    }
}

/// Replaces `pg_is_in_recovery` in a schema that is first in the search path, so that a server claims to be a standby.
async fn say_standby(t: &TestApp, is_standby: bool) {
    let sql = format!(
        "CREATE OR REPLACE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT {is_standby}'"
    );
    t.db.writer().execute_unprepared(&sql).await.unwrap();
}

#[test]
fn a_primary_that_was_demoted_is_away() {
    run(Engine::Postgres, async |t: &TestApp| {
        t.shop().await;
        let DbUrl::Postgres(url) = &t.url else { panic!("no server") };
        let url: DbUrl = format!("{url}?options=-c%20search_path%3Dpublic%2Cpg_catalog").parse().unwrap();
        say_standby(t, false).await;
        let db = Db::connect(&url, 4, &DatabaseTimeouts::default()).await.unwrap();
        db.watch();
        let there = t.on(db.with_vault(t.db.vault().clone()));
        let read = "{ stack(name: \"shop\") { name } }";
        let change = "mutation { updateStack(input: { stack: { name: \"shop\" }, description: \"x\" }) { userErrors { code } } }";
        let ask = async |text: &str| -> Value {
            let answer = TestApp::text(there.send(query(&there, text)).await).await;
            serde_json::from_str(&answer).unwrap()
        };
        let ready = async || there.send(Request::get("/readyz").body(Body::empty()).unwrap()).await.status().as_u16();
        for _ in 0..2 {
            assert_eq!(ready().await, 200);
            assert_eq!(ask(read).await["data"]["stack"]["name"], "shop");
            say_standby(t, true).await;
            assert_eq!(ready().await, 503);
            let refused = Db::connect(&url, 1, &DatabaseTimeouts::default()).await.unwrap_err().to_string();
            assert!(refused.contains("is a standby"), "{refused}");
            sleep(Duration::from_millis(1500)).await;
            for text in [read, change, read] {
                assert_eq!(ask(text).await["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{text}");
            }
            assert_eq!(ready().await, 503);
            say_standby(t, false).await;
            let back = Instant::now();
            while ready().await != 200 || ask(change).await["data"]["updateStack"]["userErrors"] != json!([]) {
                assert!(back.elapsed() < CLEAN_UP, "it is not used again");
                sleep(Duration::from_millis(20)).await;
            }
        }
    });
}

/// As with an unresponsive synchronous standby: COMMIT, and a mutation in one statement, never end.
#[test]
fn changes_that_wait_in_their_commit_keep_no_read_waiting() {
    run(Engine::Postgres, async |t: &TestApp| {
        t.shop().await;
        // Each in its own stack, so that none waits for the row locks of another.
        for n in 0..16 {
            t.stack(&format!("s{n}")).await;
        }
        let wire = Wire::to(&t.url, Duration::ZERO).await;
        let there = behind(t, &wire, 4).await;
        wire.keep_answers_to(&["COMMIT\0", "INSERT INTO changes"]);
        let changes: Vec<_> = (0..16)
            .map(|n| {
                let (field, more) =
                    [("createInstance", "template: { name: \"postgres\" }, name: \"x\""), ("updateStack", "description: \"x\"")][n % 2];
                let text = format!("mutation {{ {field}(input: {{ stack: {{ name: \"s{n}\" }}, {more} }}) {{ userErrors {{ code }} }} }}");
                let own = there.clone();
                tokio::spawn(async move { TestApp::text(own.send(query(&own, &text)).await).await })
            })
            .collect();
        // Two transactions, and two in one statement.
        timeout(CLEAN_UP, wire.wait_until_kept(4)).await.expect("changes wait");
        let mut slowest = Duration::ZERO;
        for n in 0..10 {
            for (what, sort) in &SORTS[..4] {
                let begun = Instant::now();
                let answer = there.send(sort(&there, n)).await;
                assert_eq!(answer.status(), 200, "{what}");
                let text = TestApp::text(answer).await;
                assert!(!text.contains("UNAVAILABLE"), "{what}: {text}");
                slowest = slowest.max(begun.elapsed());
                assert!(begun.elapsed() < MAX_READ_TIME, "{what}: {:?}", begun.elapsed());
            }
            let ready = there.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
            assert_eq!(ready.status(), 200);
        }
        wire.release();
        for change in changes {
            // Those that got no connection in time have failed.
            let text = change.await.unwrap();
            assert!(text.contains("\"userErrors\":[]") || text.contains("UNAVAILABLE"), "{text}");
        }
        no_transaction_is_left(t, "changes that waited").await;
    });
}

#[test]
fn a_slow_network_is_no_pooler() {
    run(Engine::Postgres, async |t: &TestApp| {
        t.shop().await;
        // 400 ms for a round trip.
        let wire = Wire::to(&t.url, Duration::from_millis(200)).await;
        let begun = Instant::now();
        let db = Db::connect(wire.url(), 4, &DatabaseTimeouts::default()).await.unwrap();
        assert!(db.is_ready().await.unwrap());
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        // Nor does it count as unavailable.
        db.watch();
        sleep(Duration::from_secs(3)).await;
        assert!(db.is_ready().await.unwrap());
        drop(db.current());
    });
}

#[test]
fn the_limits_of_a_connection_are_in_force() {
    run(Engine::Postgres, async |t: &TestApp| {
        let limits = "SELECT count(*) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', \
                      'idle_in_transaction_session_timeout') AND setting <> '0'";
        assert_eq!(t.db.writer().get_database_backend(), DbBackend::Postgres);
        assert_eq!(number(t.db.writer(), limits).await, 3);
    });
}
