//! Concurrent writers: unique names, copies during changes, and lost updates.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

/// How often fifty clients create the same name; how many copies are made concurrently; how many clients add one, and
/// how often each. The full run uses 200, 1,000, 100 and 100.
const ROUNDS: usize = 3;
const COPIES: usize = 60;
const ADDERS: usize = 20;
const EACH: usize = 1;

both!(
    copies_beside_a_writer_that_changes_every_kind_are_never_torn,
    one_of_fifty_creates_gets_the_name,
    one_of_twenty_renames_gets_the_name,
    one_of_twenty_restores_gets_the_name,
    changes_made_from_the_current_revision_are_never_lost,
    nothing_lives_on_in_a_stack_that_is_deleted_meanwhile,
    overrides_stay_counted_whatever_comes_between,
);

/// Asserts that one payload is a success and all others are `NAME_TAKEN`.
fn assert_one_gets_the_name(payloads: &[Value]) {
    let (done, refused): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
    assert_eq!(done.len(), 1);
    for payload in refused {
        assert_eq!(TestApp::codes(payload), [code("NAME_TAKEN", "input.name")]);
    }
}

/// How many live instances the database holds that meet a condition.
async fn live(t: &TestApp, condition: &str) -> i64 {
    let db = &t.db.unscoped();
    let sql = format!(
        "SELECT COUNT(*) AS found FROM service_instances i JOIN stacks s ON s.id = i.stack_id WHERE i.deleted_at IS \
         NULL AND {condition}"
    );
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get("", "found").unwrap()
}

async fn one_of_fifty_creates_gets_the_name(t: &TestApp) {
    t.shop().await;
    for round in 0..ROUNDS {
        let create = |t: TestApp, _| async move {
            t.mutate("createInstance", TestApp::new_instance("shop", &format!("x{round}")), "").await
        };
        assert_one_gets_the_name(&t.at_once(50, create).await);
        assert_eq!(live(t, &format!("i.instance_id = 'x{round}'")).await, 1);
    }
}

/// Overrides of every kind, all with the same marker.
fn marked(mark: &str, port: i32) -> Value {
    json!({
        "ports": [{ "containerPort": port }, { "containerPort": port + 1 }],
        "volumes": [{ "volumeType": "VOLUME", "source": mark, "target": "/data" }],
        "envVars": [{ "key": "MARK", "value": mark }, { "key": "SECRET", "value": mark, "isSecret": true }],
        "labels": [{ "key": "mark", "value": mark }],
        "domains": [{ "domain": format!("{mark}.localhost") }],
        "healthcheck": { "test": ["CMD", mark] },
        "configFiles": [{ "filePath": "/mark", "content": mark }],
        "settings": { "imageTag": mark },
        "resourceLimits": { "memory": if mark == "one" { "1g" } else { "2g" } },
        "attributes": [{ "name": "x-mark", "value": mark }],
    })
}

async fn copies_beside_a_writer_that_changes_every_kind_are_never_torn(t: &TestApp) {
    const SHOWN: &str = "ports { containerPort } volumes { source } envVars { key value isSecret } labels { value } \
        domains { domain } healthcheck { test } configFiles { content } settings { imageTag } resourceLimits { memory } \
        attributes { value } overrideCount";
    t.shop().await;
    let write = async |t: &TestApp, n: usize| {
        let overrides = if n.is_multiple_of(2) { marked("one", 1000) } else { marked("two", 2000) };
        let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": overrides });
        t.done("setInstanceOverrides", input, &format!("instance {{ {SHOWN} }}")).await["instance"].take()
    };
    let states = [write(t, 0).await, write(t, 1).await];
    let copying = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let writer = {
        let (t, copying) = (t.clone(), copying.clone());
        tokio::spawn(async move {
            let mut n = 0_usize;
            while copying.load(std::sync::atomic::Ordering::Relaxed) {
                let overrides = if n.is_multiple_of(2) { marked("one", 1000) } else { marked("two", 2000) };
                let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": overrides });
                // A request that waits too long is sent again.
                t.try_mutate("setInstanceOverrides", input, "").await;
                n += 1;
            }
            n
        })
    };
    let copies = t
        .at_once(COPIES, |t: TestApp, n| async move {
            let input = json!({ "instance": TestApp::by_name("shop", "db"), "idempotencyKey": format!("copy {n}") });
            loop {
                if let Some(payload) = t.try_mutate("duplicateInstance", input.clone(), "instance { name }").await {
                    assert_eq!(payload["userErrors"], json!([]));
                    return payload["instance"]["name"].as_str().unwrap().to_owned();
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        })
        .await;
    copying.store(false, std::sync::atomic::Ordering::Relaxed);
    assert!(writer.await.unwrap() > 0);
    let names: std::collections::BTreeSet<&String> = copies.iter().collect();
    assert_eq!(names.len(), COPIES);
    assert_eq!(live(t, "i.instance_id LIKE 'db-copy%'").await, COPIES as i64);
    for name in copies {
        let seen = t.see(&name, SHOWN).await;
        assert!(states.contains(&seen), "{name} is torn: {seen}");
    }
}

async fn one_of_twenty_renames_gets_the_name(t: &TestApp) {
    t.shop().await;
    for n in 0..20 {
        t.instance("shop", &format!("db-{n}")).await;
    }
    let rename = |t: TestApp, n| async move {
        let instance = TestApp::by_name("shop", &format!("db-{n}"));
        t.mutate("renameInstance", json!({ "instance": instance, "name": "x" }), "").await
    };
    assert_one_gets_the_name(&t.at_once(20, rename).await);
    assert_eq!(live(t, "i.instance_id = 'x'").await, 1);
    assert_eq!(live(t, "i.instance_id LIKE 'db-%'").await, 19);
}

async fn one_of_twenty_restores_gets_the_name(t: &TestApp) {
    t.shop().await;
    let mut trashed = Vec::new();
    for _ in 0..20 {
        let id = t.instance("shop", "x").await["id"].take();
        t.done("softDeleteInstance", json!({ "instance": { "id": id } }), "").await;
        trashed.push(id);
    }
    let restore = |t: TestApp, n: usize| {
        let input = json!({ "instance": { "id": trashed[n] } });
        async move { t.mutate("restoreInstance", input, "").await }
    };
    assert_one_gets_the_name(&t.at_once(20, restore).await);
    assert_eq!(live(t, "i.instance_id = 'x'").await, 1);
}

/// Increments the number in the description with `expectedRevision`, and tries again until no other write came between.
async fn add_one(t: TestApp, _: usize) {
    const READ: &str = "{ instance(stack: \"shop\", name: \"db\") { description revision } }";
    loop {
        let read = t.data(READ, json!({})).await["instance"].take();
        let sum = read["description"].as_str().unwrap().parse().unwrap_or(0) + 1;
        let input = json!({
            "instance": TestApp::by_name("shop", "db"), "description": sum.to_string(),
            "expectedRevision": read["revision"],
        });
        match TestApp::codes(&t.mutate("updateInstance", input, "").await).as_slice() {
            [] => return,
            errors => assert_eq!(errors, [code("STALE_REVISION", "input.expectedRevision")]),
        }
    }
}

async fn changes_made_from_the_current_revision_are_never_lost(t: &TestApp) {
    t.shop().await;
    let add = |t: TestApp, n| async move {
        for _ in 0..EACH {
            add_one(t.clone(), n).await;
        }
    };
    t.at_once(ADDERS, add).await;
    let after = t.data("{ instance(stack: \"shop\", name: \"db\") { description revision } }", json!({})).await;
    assert_eq!(after["instance"], json!({ "description": (ADDERS * EACH).to_string(), "revision": ADDERS * EACH + 1 }));
}

async fn nothing_lives_on_in_a_stack_that_is_deleted_meanwhile(t: &TestApp) {
    let db = t.shop().await;
    let trashed = t.instance("shop", "old").await;
    t.done("softDeleteInstance", json!({ "instance": { "id": trashed["id"] } }), "").await;
    let payloads = t
        .at_once(24, |t: TestApp, n| {
            let (db, trashed) = (db["id"].clone(), trashed["id"].clone());
            async move {
                if n == 9 {
                    return t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
                }
                match n % 3 {
                    0 => t.mutate("createInstance", TestApp::new_instance("shop", &format!("x-{n}")), "").await,
                    1 => t.mutate("duplicateInstance", json!({ "instance": { "id": db } }), "").await,
                    _ => t.mutate("restoreInstance", json!({ "instance": { "id": trashed } }), "").await,
                }
            }
        })
        .await;
    for (error, _) in payloads.iter().flat_map(TestApp::codes) {
        assert_eq!(error, "NOT_FOUND");
    }
    assert_eq!(live(t, "s.deleted_at IS NOT NULL").await, 0);
}

/// Dependencies go with what is purged, while others write, reset and copy them.
async fn overrides_stay_counted_whatever_comes_between(t: &TestApp) {
    t.shop().await;
    let mut steps = Vec::new();
    let mut trashed = Vec::new();
    for n in 0..6 {
        let id = t.instance("shop", &format!("x-{n}")).await["id"].take();
        steps.push(json!({ "set": { "dependency": { "instance": { "id": id } } } }));
        trashed.push(id);
    }
    t.patch("db", json!(steps)).await;
    for id in &trashed {
        t.done("softDeleteInstance", json!({ "instance": { "id": id } }), "").await;
    }
    t.at_once(18, |t: TestApp, n| {
        let gone = json!({ "id": trashed[n / 3] });
        async move {
            match n % 3 {
                0 => t.done("purgeInstance", json!({ "instance": gone }), "").await,
                1 if n / 3 % 2 == 0 => {
                    let label = json!({ "set": { "label": { "key": format!("l{n}"), "value": "" } } });
                    let reset = json!({ "reset": { "entry": { "dependency": gone } } });
                    let input = json!({ "instance": TestApp::by_name("shop", "db"), "operations": [label, reset] });
                    t.mutate("patchInstanceOverrides", input, "").await
                }
                1 => t.mutate("duplicateStack", json!({ "stack": { "name": "shop" } }), "").await,
                _ => t.mutate("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "db") }), "").await,
            }
        }
    })
    .await;
    let seen = t.see("db", "overrideCount labels { key } dependencies { condition }").await;
    assert_eq!((&seen["overrideCount"], &seen["dependencies"]), (&json!(3), &json!([])), "{seen}");
}
