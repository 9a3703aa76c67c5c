//! Storage names: data follows the instance, and never a name that another instance had.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    no_change_of_names_changes_a_storage_name,
    no_storage_name_is_given_twice,
    a_purge_names_the_volumes_that_stay,
    a_rename_of_a_stack_says_how_to_end_what_runs,
    copies_say_what_they_share,
    a_lost_volume_of_a_template_is_warned_about_in_preview_and_update,
    a_repeated_request_warns_again,
    a_row_without_a_storage_name_has_one_of_its_own,
);

/// The storage name of an instance of the shop, as the API and the rendered file have it.
async fn storage(t: &TestApp, stack: &str, name: &str) -> String {
    let query = "query ($stack: String!, $name: String!) { stack(name: $stack) { compose { text }
        instance(name: $name) { storageName } } }";
    let found = t.data(query, json!({ "stack": stack, "name": name })).await["stack"].take();
    let storage = found["instance"]["storageName"].as_str().unwrap().to_owned();
    let text = found["compose"]["text"].as_str().unwrap();
    let file = devarch::yaml::read(text, 0).unwrap().to_json();
    assert_eq!(file["volumes"][format!("{name}_data")], json!({ "name": format!("{storage}_data") }), "{text}");
    storage
}

async fn rename(t: &TestApp, stack: &str, from: &str, to: &str) {
    t.done("renameInstance", json!({ "instance": TestApp::by_name(stack, from), "name": to }), "").await;
}

async fn no_change_of_names_changes_a_storage_name(t: &TestApp) {
    t.template("postgres").await;
    t.stack("shop").await;
    for name in ["orders", "billing"] {
        t.instance("shop", name).await;
    }
    let (orders, billing) = (storage(t, "shop", "orders").await, storage(t, "shop", "billing").await);
    assert!(orders.starts_with("devarch-shop-orders.") && orders != billing, "{orders}");
    // Exchanged names.
    for (from, to) in [("orders", "tmp"), ("billing", "orders"), ("tmp", "billing")] {
        rename(t, "shop", from, to).await;
    }
    assert_eq!((storage(t, "shop", "billing").await, storage(t, "shop", "orders").await), (orders.clone(), billing));
    let of_stack =
        async |name: &str| t.data(&format!("{{ stack(name: \"{name}\") {{ storageName }} }}"), json!({})).await;
    let before = of_stack("shop").await;
    t.done("renameStack", json!({ "stack": { "name": "shop" }, "name": "store" }), "").await;
    assert_eq!(storage(t, "store", "billing").await, orders);
    assert_eq!(of_stack("store").await, before);
    // Through the trash, under another name.
    let deleted = t
        .done("softDeleteInstance", json!({ "instance": TestApp::by_name("store", "billing") }), "instance { id }")
        .await;
    t.done("restoreInstance", json!({ "instance": { "id": deleted["instance"]["id"] }, "name": "again" }), "").await;
    assert_eq!(storage(t, "store", "again").await, orders);
    let deleted = t.done("softDeleteStack", json!({ "stack": { "name": "store" } }), "stack { id }").await;
    t.done("restoreStack", json!({ "stack": { "id": deleted["stack"]["id"] }, "name": "shop" }), "").await;
    assert_eq!(storage(t, "shop", "again").await, orders);
}

async fn no_storage_name_is_given_twice(t: &TestApp) {
    t.template("postgres").await;
    let mut seen = BTreeSet::new();
    for round in 0..3 {
        t.stack("shop").await;
        t.instance("shop", "db").await;
        // With an override, a transaction makes it; without one, a single statement does on PostgreSQL.
        let mut input = TestApp::new_instance("shop", "web");
        input["overrides"] = json!({ "labels": [{ "key": "a", "value": "b" }] });
        t.done("createInstance", input, "").await;
        t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "name": "copy" }), "").await;
        t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "twin" }), "").await;
        for stack in ["shop", "twin"] {
            for name in ["db", "web", "copy"] {
                assert!(seen.insert(storage(t, stack, name).await), "{stack} {name} in round {round}");
            }
            let own = t.data(&format!("{{ stack(name: \"{stack}\") {{ storageName }} }}"), json!({})).await;
            assert!(seen.insert(own["stack"]["storageName"].as_str().unwrap().to_owned()), "{stack}");
        }
        for stack in ["shop", "twin"] {
            t.done("softDeleteStack", json!({ "stack": { "name": stack } }), "").await;
            t.done("purgeStack", json!({ "stack": { "name": stack } }), "purgedId").await;
        }
    }
    assert_eq!(seen.len(), 24);
}

async fn a_purge_names_the_volumes_that_stay(t: &TestApp) {
    t.template("postgres").await;
    t.stack("shop").await;
    let mut volumes = Vec::new();
    for name in ["a", "b"] {
        t.instance("shop", name).await;
        volumes.push(format!("{}_data", storage(t, "shop", name).await));
    }
    let external = json!([{ "volumeType": "VOLUME", "source": "pgdata", "target": "/var/lib/postgresql/data", "isExternal": true }]);
    t.instance("shop", "c").await;
    t.set("c", json!({ "volumes": external })).await;
    let purge = async |name: &str| {
        let instance = json!({ "instance": TestApp::by_name("shop", name) });
        t.done("softDeleteInstance", instance.clone(), "").await;
        t.done("purgeInstance", instance, "purgedId warnings { code message }").await["warnings"].take()
    };
    let message = |volumes: &str| {
        json!([{ "code": "VOLUME_LEFT_BEHIND", "message": format!(
            "These volumes stay on the hosts where it ran, and nothing will use them again: {volumes}. Remove them with `docker \
             volume rm`."
        ) }])
    };
    assert_eq!(purge("a").await, message(&volumes[0]));
    assert_eq!(purge("c").await, json!([]), "an external volume is not its own");
    t.instance("shop", "d").await;
    volumes.push(format!("{}_data", storage(t, "shop", "d").await));
    // The stack keeps what its instances share until it is purged itself.
    let shared = json!({ "volumes": [{ "volumeType": "VOLUME", "source": "up", "target": "/up", "scope": "STACK" }] });
    for name in ["e", "f"] {
        t.instance("shop", name).await;
        t.set(name, shared.clone()).await;
        volumes.push(format!("{}_data", storage(t, "shop", name).await));
    }
    assert_eq!(purge("e").await, message(&volumes.remove(volumes.len() - 2)));
    let own = t.data("{ stack(name: \"shop\") { storageName } }", json!({})).await["stack"]["storageName"].take();
    volumes.push(format!("{}_up", own.as_str().unwrap()));
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "d") }), "").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    let purged =
        t.done("purgeStack", json!({ "stack": { "name": "shop" } }), "purgedId warnings { code message }").await;
    let mut left = volumes.split_off(1);
    left.sort();
    assert_eq!(purged["warnings"], message(&left.join(", ")), "those in the trash are purged with it");
}

async fn a_rename_of_a_stack_says_how_to_end_what_runs(t: &TestApp) {
    t.stack("shop").await;
    let rename = async |from: &str, to: &str| {
        let input = json!({ "stack": { "name": from }, "name": to });
        t.done("renameStack", input, "warnings { code message }").await["warnings"].take()
    };
    let warnings = rename("shop", "store").await;
    assert_eq!((warnings[0]["code"].as_str(), warnings[1].as_str()), (Some("STILL_RUNNING"), None));
    assert!(warnings[0]["message"].as_str().unwrap().contains("`docker compose -p devarch-shop down`"), "{warnings}");
    assert_eq!(rename("store", "store").await, json!([]));
}

async fn copies_say_what_they_share(t: &TestApp) {
    t.template("redis").await;
    t.stack("shop").await;
    let volumes = json!([
        { "source": "/srv/shared", "target": "/shared" },
        { "source": "/srv/read", "target": "/read", "readOnly": true },
        { "source": "./here", "target": "/here" },
        { "volumeType": "VOLUME", "source": "ext", "target": "/ext", "isExternal": true },
        { "volumeType": "VOLUME", "source": "named", "target": "/named", "scope": "HOST" },
        { "volumeType": "VOLUME", "source": "ours", "target": "/ours", "scope": "STACK" },
        { "volumeType": "VOLUME", "source": "own", "target": "/own" },
    ]);
    let overrides = json!({ "volumes": volumes, "domains": [{ "domain": "a.localhost" }],
                            "ports": [{ "hostPort": 7001, "containerPort": 6379 }] });
    let input =
        json!({ "stack": { "name": "shop" }, "template": { "name": "redis" }, "name": "a", "overrides": overrides });
    t.done("createInstance", input, "").await;
    let short = |warnings: &Value| {
        let short = warnings.as_array().unwrap().iter().map(|warning| {
            let message = warning["message"].as_str().unwrap();
            let what = message.split_once(" mount ").or(message.split_once(" domain ")).map_or("", |(_, rest)| rest);
            format!("{} {}", warning["code"].as_str().unwrap(), what.split([',', ':']).next().unwrap())
        });
        short.collect::<Vec<_>>()
    };
    let instance = json!({ "instance": TestApp::by_name("shop", "a") });
    let copy = t.done("duplicateInstance", instance, "warnings { code message }").await;
    let everywhere = ["VOLUME_SHARED ext", "VOLUME_SHARED named"];
    let mut expected = vec!["HOST_PORT_SHARED "];
    expected.extend(everywhere);
    let domains = ["DOMAIN_SHARED a.localhost", "DOMAIN_SHARED db.localhost"];
    expected.extend(["VOLUME_SHARED ./here", "VOLUME_SHARED /srv/shared"]);
    expected.extend(domains);
    assert_eq!(short(&copy["warnings"]), expected, "{copy}");
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "a-copy") }), "").await;
    let copy = t.done("duplicateStack", json!({ "stack": { "name": "shop" } }), "warnings { code message }").await;
    let mut expected = vec!["HOST_PORT_SHARED "];
    expected.extend(everywhere);
    expected.push("VOLUME_SHARED /srv/shared");
    expected.extend(domains);
    assert_eq!(short(&copy["warnings"]), expected, "a relative path of another stack is another folder: {copy}");
}

async fn a_lost_volume_of_a_template_is_warned_about_in_preview_and_update(t: &TestApp) {
    t.template("postgres").await;
    t.stack("shop").await;
    for name in ["a", "b", "own"] {
        t.instance("shop", name).await;
    }
    let target = "/var/lib/postgresql/data";
    t.set("own", json!({ "volumes": [{ "source": "/srv", "target": target }] })).await;
    let names = [format!("{}_data", storage(t, "shop", "a").await), format!("{}_data", storage(t, "shop", "b").await)];
    let volumes = |source: &str, read_only: bool| json!([{ "volumeType": "VOLUME", "source": source, "target": target, "readOnly": read_only }]);
    let message = format!(
        "The template mounts the volume at {target} no longer: its instances start without the data, which stays in {}, {}.",
        names[0], names[1]
    );
    let expected = json!([{ "code": "VOLUME_LEFT_BEHIND", "message": message }]);
    for (edit, expected) in
        [(volumes("data", true), json!([])), (volumes("data2", false), expected.clone()), (json!([]), expected)]
    {
        let query = "query ($edit: TemplateEditInput!) { template(name: \"postgres\") { affected(edit: $edit) { warnings { code message } } } }";
        let before = t.data(query, json!({ "edit": { "volumes": edit } })).await;
        assert_eq!(before["template"]["affected"]["warnings"], expected, "{edit}");
    }
    let input = json!({ "template": { "name": "postgres" }, "volumes": volumes("data2", false) });
    let done = t.done("updateTemplate", input.clone(), "warnings { code message }").await;
    assert_eq!(done["warnings"][0]["message"], message);
    assert_eq!(t.done("updateTemplate", input, "warnings { code }").await["warnings"], json!([]), "nothing changes");
}

async fn a_repeated_request_warns_again(t: &TestApp) {
    t.shop().await;
    let input = json!({ "stack": { "name": "shop" }, "name": "store", "idempotencyKey": "k1" });
    let selection = "stack { id name } warnings { code message }";
    let first = t.done("renameStack", input.clone(), selection).await;
    assert_eq!(t.done("renameStack", input, selection).await, first);
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("store", "db") }), "").await;
    let input = json!({ "instance": TestApp::by_name("store", "db"), "idempotencyKey": "k2" });
    let first = t.done("purgeInstance", input.clone(), "purgedId warnings { code message }").await;
    assert_eq!(first["warnings"][0]["code"], "VOLUME_LEFT_BEHIND");
    assert_eq!(t.done("purgeInstance", input, "purgedId warnings { code message }").await, first);
    // An outcome of an earlier version has a copy beside its host ports.
    t.instance("store", "db").await;
    let input = json!({ "instance": TestApp::by_name("store", "db"), "idempotencyKey": "k3" });
    let first = t.done("duplicateInstance", input.clone(), "instance { id } warnings { code }").await;
    assert!(!first["warnings"].as_array().unwrap().is_empty(), "{first}");
    t.sql(
        "UPDATE idempotency_keys SET outcome = replace(replace(outcome, '\"outcome\":{\"value\":{', \
         '\"outcome\":{\"instance\":{'), '\"warnings\":', '\"shared\":') WHERE outcome LIKE '%db-copy%'",
    )
    .await;
    let older = t.done("duplicateInstance", input, "instance { id } warnings { code }").await;
    assert_eq!((&older["instance"], &older["warnings"]), (&first["instance"], &json!([])));
    // That of a purge is the id alone.
    t.sql("UPDATE idempotency_keys SET outcome = '{\"version\":1,\"outcome\":7}' WHERE outcome LIKE '%VOLUME_LEFT_BEHIND%'").await;
    let input = json!({ "instance": TestApp::by_name("store", "db"), "idempotencyKey": "k2" });
    let older = t.done("purgeInstance", input, "purgedId warnings { code }").await;
    assert_eq!((older["purgedId"].is_string(), &older["warnings"]), (true, &json!([])));
}

async fn a_row_without_a_storage_name_has_one_of_its_own(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "web").await;
    // As a server of an earlier version inserts them while both run.
    t.sql("UPDATE service_instances SET storage_name = ''").await;
    t.sql("UPDATE stacks SET storage_name = ''").await;
    t.count_again().await;
    let (db, web) = (storage(t, "shop", "db").await, storage(t, "shop", "web").await);
    assert!(db != web && db.starts_with("devarch.") && web.starts_with("devarch."), "{db} {web}");
    let own = t.data("{ stack(name: \"shop\") { storageName } }", json!({})).await["stack"]["storageName"].take();
    assert!(own.as_str().unwrap().starts_with("devarch."), "{own}");
}
