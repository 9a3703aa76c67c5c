//! The effective configuration: the laws of merging through the API, and two scenarios.

use serde_json::{Value, json};

use crate::support::{MORE_COLLECTIONS, TestApp, both, samples};

both!(
    nothing_said_is_the_template_and_the_labels_of_the_system,
    row_order_means_nothing,
    what_is_set_and_reset_leaves_no_trace,
    replaced_is_only_what_is_said,
    every_kind_that_is_replaced_is_listed_as_removed,
    a_port_that_must_not_be_published_is_removed_and_comes_back,
    a_variable_that_the_template_gets_later_is_inherited,
    an_edited_template_shows_at_once_in_every_instance_that_does_not_override_it,
    a_removal_waits_for_what_the_template_brings_later,
    the_labels_of_the_system_follow_names_and_cannot_be_taken_away,
    rows_written_by_hand_do_not_pass_for_the_systems,
    a_template_with_two_ports_of_one_key_is_overridden_by_one,
    two_ports_of_one_key_override_one,
    a_port_belongs_to_its_protocol,
    a_host_port_that_is_chosen_at_start_is_null,
    a_new_instance_shows_its_overrides_in_the_same_answer,
);

/// The whole effective configuration.
fn everything() -> String {
    let kinds =
        samples("").iter().filter(|sample| sample.step != "setting").map(|sample| sample.shown()).collect::<String>();
    format!(
        "effectiveConfig {{ {kinds} imageName imageTag command entrypoint user workingDir restartPolicy settings {{ command \
         {{ value origin shadows }} imageTag {{ value origin shadows }} }}"
    )
}

async fn effective(t: &TestApp, name: &str) -> Value {
    // Each selection has a plan of its own, which is compared with the executor.
    t.see(name, &format!("{} }}", everything())).await;
    t.see(name, &format!("{} removed {{ kind key by }} }}", everything())).await["effectiveConfig"].take()
}

/// The pairs of keys and values of variables that would run.
async fn variables(t: &TestApp, name: &str) -> Value {
    let seen = t.see(name, "effectiveConfig { envVars { key value } }").await;
    let pairs = seen["effectiveConfig"]["envVars"].as_array().unwrap().iter().map(|e| json!([e["key"], e["value"]]));
    pairs.collect()
}

/// Host port, container port and origin of the ports that would run, and how many each shadows.
async fn ports(t: &TestApp) -> Value {
    let seen =
        t.see("web", "effectiveConfig { ports { hostPort containerPort protocol origin shadows { hostPort } } }").await;
    let ports = seen["effectiveConfig"]["ports"].as_array().unwrap().iter().map(|port| {
        let shadows: Value =
            port["shadows"].as_array().unwrap().iter().map(|shadow| shadow["hostPort"].clone()).collect();
        json!([port["hostPort"], port["containerPort"], port["protocol"], port["origin"], shadows])
    });
    ports.collect()
}

async fn nothing_said_is_the_template_and_the_labels_of_the_system(t: &TestApp) {
    let db = t.web().await;
    let seen = effective(t, "web").await;
    let of_template = |mut entry: Value, origin: &str| {
        entry["origin"] = json!(origin);
        entry["shadows"] = json!([]);
        entry
    };
    for sample in samples(&db).into_iter().filter(|sample| !["settings", "labels"].contains(&sample.field)) {
        let expected: Vec<_> =
            sample.first.iter().chain(&sample.rest).map(|e| of_template(e.clone(), "TEMPLATE")).collect();
        let found =
            if seen[sample.field].is_object() { json!([seen[sample.field]]) } else { seen[sample.field].clone() };
        assert_eq!(found, json!(expected), "{}", sample.field);
    }
    let label = |key: &str, value: &str, origin: &str| of_template(json!({ "key": key, "value": value }), origin);
    let id = t.see("web", "id").await["id"].as_str().unwrap().to_owned();
    let labels = [
        label("devarch.id", &id, "SYSTEM"),
        label("devarch.instance_id", "web", "SYSTEM"),
        label("devarch.managed_by", "devarch", "SYSTEM"),
        label("devarch.stack_id", "shop", "SYSTEM"),
        label("devarch.template_service_id", "app", "SYSTEM"),
        label("team", "core", "TEMPLATE"),
        label("tier", "web", "TEMPLATE"),
    ];
    assert_eq!(seen["labels"], json!(labels));
    assert_eq!((&seen["imageName"], &seen["removed"]), (&json!("acme/app"), &json!([])));
    let said = t.see("web", &format!("overrideRules {{ key }} overrideDiff {{ key }} overrideStats {{ total byKind {{ kind }} }} {MORE_COLLECTIONS}")).await;
    assert_eq!((&said["overrideRules"], &said["overrideDiff"]), (&json!([]), &json!([])));
    assert_eq!(said["overrideStats"], json!({ "total": 0, "byKind": [] }));
}

async fn row_order_means_nothing(t: &TestApp) {
    t.web().await;
    let mut overrides = TestApp::overrides();
    overrides["ports"] = json!([
        { "containerPort": 80, "hostPort": 3 }, { "containerPort": 9 }, { "containerPort": 80, "hostPort": 1 },
        { "containerPort": 80, "hostPort": 1, "hostIp": "::1" }, { "containerPort": 80 },
    ]);
    t.set("web", overrides.clone()).await;
    let expected = effective(t, "web").await;
    for turns in 1..5 {
        for list in overrides.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut) {
            list.reverse();
            let places = turns % list.len();
            list.rotate_left(places);
        }
        t.set("web", overrides.clone()).await;
        assert_eq!(effective(t, "web").await.to_string(), expected.to_string());
    }
    // Nor does the order of the template's rows.
    t.set("web", json!({ "ports": [], "envVars": [] })).await;
    let expected = effective(t, "web").await;
    for table in ["service_ports", "service_env_vars", "service_labels", "service_volumes"] {
        t.sql(&format!("UPDATE {table} SET id = 1000 - id")).await;
    }
    assert_eq!(effective(t, "web").await.to_string(), expected.to_string());
}

async fn what_is_set_and_reset_leaves_no_trace(t: &TestApp) {
    let db = t.web().await;
    let untouched = effective(t, "web").await;
    for sample in samples(&db) {
        let reset = json!([{ "reset": { "entry": { sample.step: sample.key.0 } } }]);
        t.patch("web", json!([sample.set(&sample.own)])).await;
        assert_ne!(effective(t, "web").await, untouched, "{}", sample.field);
        t.patch("web", reset.clone()).await;
        assert_eq!(effective(t, "web").await, untouched, "{}", sample.field);
        if sample.removes() {
            t.patch("web", json!([{ "remove": { sample.step: sample.key.0 } }])).await;
            assert_ne!(effective(t, "web").await, untouched, "{}", sample.field);
            t.patch("web", reset).await;
            assert_eq!(effective(t, "web").await, untouched, "{}", sample.field);
        }
        if sample.replaces() {
            t.patch("web", json!([{ "replace": sample.kind }, { "reset": { "kind": sample.kind } }])).await;
            assert_eq!(effective(t, "web").await, untouched, "{}", sample.field);
        }
    }
    let all: Vec<Value> = samples(&db).iter().map(|sample| sample.set(&sample.own)).collect();
    t.patch("web", json!(all)).await;
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    assert_eq!(effective(t, "web").await, untouched);
}

async fn replaced_is_only_what_is_said(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "replace": "ENV_VAR" }])).await;
    assert_eq!(variables(t, "web").await, json!([]), "a collection can be replaced with nothing");
    t.set("web", json!({ "envVars": [{ "key": "Z", "value": "1" }, { "key": "A", "value": "2" }] })).await;
    assert_eq!(variables(t, "web").await, json!([["A", "2"], ["Z", "1"]]));
    t.sql("INSERT INTO service_env_vars (service_id, key, value) SELECT id, 'NEW', 'x' FROM services").await;
    t.new_versions().await;
    assert_eq!(variables(t, "web").await, json!([["A", "2"], ["Z", "1"]]));
    t.set("web", json!({ "envVars": [] })).await;
    assert_eq!(variables(t, "web").await, json!([["MODE", "dev"], ["NEW", "x"], ["TOKEN", "t0p"]]));
}

async fn every_kind_that_is_replaced_is_listed_as_removed(t: &TestApp) {
    let db = t.web().await;
    let kinds: Vec<_> = samples(&db).into_iter().filter(|sample| sample.replaces()).collect();
    t.patch("web", kinds.iter().rev().map(|sample| json!({ "replace": sample.kind })).collect()).await;
    let seen = effective(t, "web").await;
    let removed = seen["removed"].as_array().unwrap();
    let of: Vec<&str> = removed.iter().map(|removed| removed["kind"].as_str().unwrap()).collect();
    let expected: Vec<&str> =
        kinds.iter().flat_map(|sample| vec![sample.kind; sample.first.len() + sample.rest.len()]).collect();
    assert_eq!(of, expected, "kind by kind, whatever the order of the steps");
    assert!(removed.iter().all(|removed| removed["by"] == "REPLACE"));
    assert_eq!(
        (&seen["healthcheck"], &seen["resourceLimits"], &seen["ports"]),
        (&json!(null), &json!(null), &json!([]))
    );
    assert_eq!(seen["labels"].as_array().unwrap().len(), 5, "those of the system");
}

async fn a_port_that_must_not_be_published_is_removed_and_comes_back(t: &TestApp) {
    t.shop().await;
    let ports = "effectiveConfig { ports { containerPort origin } removed { kind key by entry { ... on Port { containerPort } } } }";
    let inherited = json!({ "ports": [{ "containerPort": 5432, "origin": "TEMPLATE" }], "removed": [] });
    assert_eq!(t.see("db", ports).await["effectiveConfig"], inherited);
    t.patch("db", json!([{ "remove": { "port": { "containerPort": 5432 } } }])).await;
    let removed = json!({ "kind": "PORT", "key": "5432/tcp", "by": "REMOVE", "entry": { "containerPort": 5432 } });
    assert_eq!(t.see("db", ports).await["effectiveConfig"], json!({ "ports": [], "removed": [removed] }));
    assert_eq!(t.see("db", "ports { hostPort } overrideCount").await, json!({ "ports": [], "overrideCount": 0 }));
    // Another instance of the template still publishes it.
    t.instance("shop", "other").await;
    assert_eq!(t.see("other", ports).await["effectiveConfig"], inherited);
    t.patch("db", json!([{ "reset": { "entry": { "port": { "containerPort": 5432 } } } }])).await;
    assert_eq!(t.see("db", ports).await["effectiveConfig"], inherited);
}

async fn a_variable_that_the_template_gets_later_is_inherited(t: &TestApp) {
    t.shop().await;
    let password = json!({ "key": "POSTGRES_PASSWORD", "value": "mine", "isSecret": false });
    t.set("db", json!({ "envVars": [password] })).await;
    // The SQL does what `updateTemplate` would do to the row.
    t.sql("INSERT INTO service_env_vars (service_id, key, value) SELECT id, 'POSTGRES_DB', 'orders' FROM services")
        .await;
    let expected = json!([["POSTGRES_DB", "orders"], ["POSTGRES_PASSWORD", "mine"], ["POSTGRES_USER", "postgres"]]);
    assert_eq!(variables(t, "db").await, expected);
    assert_eq!(t.see("db", "revision").await["revision"], 2, "the instance itself has not changed");
    assert_eq!(
        t.see("db", "overrideDiff { key change }").await["overrideDiff"],
        json!([{ "key": "POSTGRES_PASSWORD", "change": "CHANGED" }])
    );
}

async fn an_edited_template_shows_at_once_in_every_instance_that_does_not_override_it(t: &TestApp) {
    t.web().await;
    t.app_instance("third").await;
    t.patch("web", json!([{ "set": { "envVar": { "key": "MODE", "value": "mine" } } }])).await;
    t.patch("db", json!([{ "set": { "setting": { "imageTag": "9" } } }])).await;
    t.sql("UPDATE service_env_vars SET value = 'prod' WHERE key = 'MODE'").await;
    t.sql("UPDATE services SET image_tag = '2.0'").await;
    t.sql("UPDATE service_ports SET host_port = 8443 WHERE container_port = 443").await;
    let seen = "effectiveConfig { imageTag envVars { value shadows { value } } ports { hostPort } }";
    for (name, tag, mode) in [("web", "2.0", "mine"), ("db", "9", "prod"), ("third", "2.0", "prod")] {
        let seen = t.see(name, seen).await["effectiveConfig"].take();
        assert_eq!((&seen["imageTag"], &seen["envVars"][0]["value"]), (&json!(tag), &json!(mode)), "{name}");
        assert_eq!(seen["ports"][2]["hostPort"], 8443, "{name}");
        let shadows = if name == "web" { json!([{ "value": "prod" }]) } else { json!([]) };
        assert_eq!(seen["envVars"][0]["shadows"], shadows, "{name}");
    }
}

async fn a_removal_waits_for_what_the_template_brings_later(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "remove": { "envVar": "NEW" } }])).await;
    assert_eq!(
        t.see("web", "overrideStats { dead removed }").await["overrideStats"],
        json!({ "dead": 1, "removed": 0 })
    );
    t.sql("INSERT INTO service_env_vars (service_id, key, value) SELECT id, 'NEW', 'x' FROM services").await;
    t.new_versions().await;
    assert_eq!(variables(t, "web").await, json!([["MODE", "dev"], ["TOKEN", "t0p"]]));
    assert_eq!(
        t.see("web", "overrideStats { dead removed }").await["overrideStats"],
        json!({ "dead": 0, "removed": 1 })
    );
}

async fn the_labels_of_the_system_follow_names_and_cannot_be_taken_away(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "replace": "LABEL" }])).await;
    t.done("renameInstance", json!({ "instance": TestApp::by_name("shop", "web"), "name": "api" }), "").await;
    let seen = t.see("api", "effectiveConfig { labels { key value origin } } overrideDiff { key }").await;
    let label = |key: &str, value: &str| json!({ "key": format!("devarch.{key}"), "value": value, "origin": "SYSTEM" });
    let id = t.see("api", "id").await["id"].as_str().unwrap().to_owned();
    let expected = [
        label("id", &id),
        label("instance_id", "api"),
        label("managed_by", "devarch"),
        label("stack_id", "shop"),
        label("template_service_id", "app"),
    ];
    assert_eq!(seen["effectiveConfig"]["labels"], json!(expected));
    assert_eq!(seen["overrideDiff"], json!([{ "key": "team" }, { "key": "tier" }]), "the system changes nothing");
}

async fn rows_written_by_hand_do_not_pass_for_the_systems(t: &TestApp) {
    t.web().await;
    t.sql("INSERT INTO service_labels (service_id, key, value) SELECT id, 'devarch.stack_id', 'x' FROM services").await;
    t.sql("INSERT INTO instance_labels (instance_id, key, value) SELECT id, 'devarch.instance_id', 'x' FROM service_instances").await;
    t.count_again().await;
    let seen = t.see("web", "effectiveConfig { labels { key value } }").await;
    let labels = seen["effectiveConfig"]["labels"].as_array().unwrap();
    assert_eq!(labels.len(), 7, "{labels:?}");
    assert_eq!((&labels[1]["value"], &labels[3]["value"]), (&json!("web"), &json!("shop")));
}

async fn a_template_with_two_ports_of_one_key_is_overridden_by_one(t: &TestApp) {
    t.web().await;
    let both = json!([
        [8080, 80, "TCP", "TEMPLATE", []],
        [8081, 80, "TCP", "TEMPLATE", []],
        [null, 443, "TCP", "TEMPLATE", []]
    ]);
    assert_eq!(ports(t).await, both);
    t.patch("web", json!([{ "set": { "port": { "containerPort": 80, "hostPort": 8081 } } }])).await;
    let one = json!([[8081, 80, "TCP", "INSTANCE", [8080, 8081]], [null, 443, "TCP", "TEMPLATE", []]]);
    assert_eq!(ports(t).await, one);
    let stats = t.see("web", "overrideStats { redundant }").await;
    assert_eq!(stats["overrideStats"]["redundant"], 0, "without it there would be two");
    t.patch("web", json!([{ "remove": { "port": { "containerPort": 80, "protocol": "TCP" } } }])).await;
    assert_eq!(ports(t).await, json!([[null, 443, "TCP", "TEMPLATE", []]]));
    let removed = t.see("web", "effectiveConfig { removed { key } }").await;
    assert_eq!(removed["effectiveConfig"]["removed"], json!([{ "key": "80/tcp" }, { "key": "80/tcp" }]));
}

async fn two_ports_of_one_key_override_one(t: &TestApp) {
    t.web().await;
    t.set(
        "web",
        json!({ "ports": [{ "containerPort": 443, "hostPort": 9443 }, { "containerPort": 443, "hostPort": 8443 }] }),
    )
    .await;
    let expected = json!([
        [8080, 80, "TCP", "TEMPLATE", []],
        [8081, 80, "TCP", "TEMPLATE", []],
        [8443, 443, "TCP", "INSTANCE", [null]],
        [9443, 443, "TCP", "INSTANCE", [null]],
    ]);
    assert_eq!(ports(t).await, expected);
}

async fn a_port_belongs_to_its_protocol(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "set": { "port": { "containerPort": 443, "protocol": "UDP", "hostPort": 443 } } }])).await;
    let expected = json!([
        [8080, 80, "TCP", "TEMPLATE", []],
        [8081, 80, "TCP", "TEMPLATE", []],
        [null, 443, "TCP", "TEMPLATE", []],
        [443, 443, "UDP", "INSTANCE", []],
    ]);
    assert_eq!(ports(t).await, expected);
    t.patch("web", json!([{ "remove": { "port": { "containerPort": 443, "protocol": "UDP" } } }])).await;
    assert_eq!(ports(t).await.as_array().unwrap().len(), 3, "TCP is still there");
    assert_eq!(t.see("web", "overrideRules { key }").await["overrideRules"], json!([{ "key": "443/udp" }]));
}

async fn a_host_port_that_is_chosen_at_start_is_null(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "set": { "port": { "containerPort": 80, "hostPort": null } } }])).await;
    assert_eq!(ports(t).await[0], json!([null, 80, "TCP", "INSTANCE", [8080, 8081]]));
    t.patch("web", json!([{ "set": { "port": { "containerPort": 443 } } }])).await;
    let seen = t.see("web", "overrideStats { redundant } overrideDiff { key }").await;
    assert_eq!(seen, json!({ "overrideStats": { "redundant": 1 }, "overrideDiff": [{ "key": "80/tcp" }] }));
}

async fn a_new_instance_shows_its_overrides_in_the_same_answer(t: &TestApp) {
    t.web().await;
    let input = json!({
        "stack": { "name": "shop" }, "template": { "name": "app" }, "name": "new", "overrides": TestApp::overrides(),
    });
    let made =
        t.done("createInstance", input, &format!("instance {{ {} removed {{ kind key by }} }} }}", everything())).await;
    assert_eq!(made["instance"]["effectiveConfig"], effective(t, "new").await);
    assert_eq!(made["instance"]["effectiveConfig"]["imageTag"], "18");
}
