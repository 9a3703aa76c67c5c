//! Reads from a standby, which never return older data than the primary has. The standby is simulated by another schema
//! of the same server; `tests/faults/` uses a real one.

use devarch::db::{Db, DbUrl};
use devarch::limits::DatabaseTimeouts;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{Engine, TestApp, number, run};

/// The same server with another, empty schema.
async fn beside(t: &TestApp) -> DbUrl {
    t.db.writer().execute_unprepared("CREATE SCHEMA standby").await.unwrap();
    let DbUrl::Postgres(url) = &t.url else { panic!("no server") };
    format!("{url}?options=-c%20search_path%3Dstandby").parse().unwrap()
}

/// Lets the standby catch up with the primary: it gets its versions, which are random.
async fn catch_up(t: &TestApp) {
    for sql in ["DELETE FROM standby.changes", "INSERT INTO standby.changes SELECT * FROM public.changes"] {
        t.db.writer().execute_unprepared(sql).await.unwrap();
    }
}

/// The response to a query of the instance `db`.
async fn seen(t: &TestApp) -> Value {
    t.data("{ instance(stack: \"shop\", name: \"db\") { description } }", json!({})).await["instance"].take()
}

#[test]
fn what_is_not_behind_is_read_from_the_standby() {
    run(Engine::Postgres, async |t: &TestApp| {
        let url = beside(t).await;
        let standby = Db::connect(&url, 2, &DatabaseTimeouts::default()).await.unwrap();
        standby.migrate().await.unwrap();
        let copy = t.with_database(standby.clone().with_vault(t.db.vault().clone()));
        for one in [t, &copy] {
            one.shop().await;
        }
        let id =
            async |one: &TestApp| number(&one.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]["id"]);
        let (own, of_copy) = (id(t).await, id(&copy).await);
        // Ids are drawn at random, and a standby has those of its primary.
        for sql in [
            format!(
                "INSERT INTO stacks (id, name, created_at, updated_at) SELECT {own}, 'tmp', created_at, updated_at FROM stacks \
                 WHERE id = {of_copy}"
            ),
            format!("UPDATE service_instances SET stack_id = {own}"),
            format!("UPDATE changes SET stack_id = {own} WHERE stack_id = {of_copy}"),
            format!("DELETE FROM stacks WHERE id = {of_copy}"),
            format!("UPDATE stacks SET name = 'shop' WHERE id = {own}"),
        ] {
            standby.writer().execute_unprepared(&sql).await.unwrap();
        }
        standby
            .writer()
            .execute_unprepared("UPDATE service_instances SET description = 'of the standby'")
            .await
            .unwrap();
        catch_up(t).await;
        let reading = t.with_database(t.db.clone().with_standby(&url).await.unwrap());
        // Responses of plans. The executor reads from the primary, because the other schema is no real standby.
        let mut n = 0;
        let mut direct = async || {
            // A different document each time, so that none is answered from the cache.
            n += 1;
            let body =
                json!({ "query": format!("{{ i{n}: instance(stack: \"shop\", name: \"db\") {{ description }} }}") });
            let answer = TestApp::text(reading.send(reading.post(body.to_string())).await).await;
            serde_json::from_str::<Value>(&answer).unwrap()["data"][format!("i{n}")]["description"].take()
        };
        assert_eq!(direct().await, "of the standby");
        // A change that the standby does not have yet: through this server, and through another one.
        for (n, writer) in [&reading, t].into_iter().enumerate() {
            let input = json!({ "instance": TestApp::by_name("shop", "db"), "description": format!("new {n}") });
            writer.done("updateInstance", input, "").await;
            assert_eq!(direct().await, format!("new {n}"));
        }
        // It catches up.
        for n in 0..2 {
            let input = json!({ "instance": TestApp::by_name("shop", "db"), "description": format!("late {n}") });
            copy.done("updateInstance", input, "").await;
        }
        // The same number of changes, but different ones.
        assert_eq!(direct().await, "new 1");
        catch_up(t).await;
        assert_eq!(direct().await, "late 1");
        // A change that only the standby has.
        copy.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
        assert_eq!(direct().await, "new 1");
        standby.close().await;
    });
}

#[test]
fn a_standby_that_fails_or_is_none_is_not_read() {
    run(Engine::Postgres, async |t: &TestApp| {
        t.shop().await;
        let nobody: DbUrl = "postgres://nobody@127.0.0.1:1/nothing".parse().unwrap();
        let reading = t.with_database(t.db.clone().with_standby(&nobody).await.unwrap());
        assert_eq!(seen(&reading).await["description"], "");
        let stacks = reading.data("{ stacks { nodes { name } } }", json!({})).await;
        assert_eq!(stacks["stacks"]["nodes"][0]["name"], "shop");
        // There is no table in it.
        let empty = beside(t).await;
        let reading = t.with_database(t.db.clone().with_standby(&empty).await.unwrap());
        assert_eq!(seen(&reading).await["description"], "");
        assert_eq!(reading.db.check_standby().await, Some("it is no standby"));
    });
}
