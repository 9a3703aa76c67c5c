//! Copying instances.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, MORE_COLLECTIONS, TestApp, both, code};

both!(
    a_copy_says_everything_its_source_says,
    a_copy_and_its_source_go_their_own_ways,
    copies_are_numbered,
    a_number_that_is_free_again_is_used_again,
    long_names_are_shortened,
    a_generated_name_avoids_containers_of_other_stacks,
    a_given_name_is_used,
    a_given_name_follows_the_rules_of_names,
    shared_host_ports_are_warned_about,
    ports_chosen_at_start_are_not_warned_about,
    fifty_copies_at_once_get_fifty_names,
    copies_of_two_stacks_at_once_never_claim_one_container,
    a_copy_that_fails_halfway_leaves_nothing,
);

/// Copies an instance of the shop that must have a copy.
async fn copy(t: &TestApp, source: &str) -> Value {
    let selection = "instance { id name containerName revision } warnings { code message }";
    t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", source) }), selection).await
}

/// The name of a new copy.
async fn copied_name(t: &TestApp, source: &str) -> String {
    copy(t, source).await["instance"]["name"].as_str().unwrap().to_owned()
}

/// All fields of an instance of the shop but its names.
async fn said(t: &TestApp, name: &str) -> Value {
    let query = format!(
        "query ($name: String!) {{ instance(stack: \"shop\", name: $name) {{ description enabled overrideCount \
         template {{ name }} stack {{ name }} {COLLECTIONS} {MORE_COLLECTIONS} }} }}"
    );
    t.data(&query, json!({ "name": name })).await["instance"].take()
}

/// The shop, whose `db` is disabled, described, and overrides every kind.
async fn full_shop(t: &TestApp) {
    t.shop().await;
    let db = TestApp::by_name("shop", "db");
    t.done("updateInstance", json!({ "instance": db, "description": "Orders", "enabled": false }), "").await;
    t.done("setInstanceOverrides", json!({ "instance": db, "overrides": TestApp::overrides() }), "").await;
}

async fn a_copy_says_everything_its_source_says(t: &TestApp) {
    full_shop(t).await;
    let source = said(t, "db").await;
    let revision = "{ instance(stack: \"shop\", name: \"db\") { revision updatedAt } }";
    let before = t.data(revision, json!({})).await;
    let made = copy(t, "db").await;
    assert_eq!(made["instance"]["name"], "db-copy");
    assert_eq!(made["instance"]["containerName"], "devarch-shop-db-copy");
    assert_eq!(made["instance"]["revision"], 1);
    let copy = said(t, "db-copy").await;
    assert_eq!(copy, source);
    assert_eq!(copy["overrideCount"], 14);
    assert_eq!(copy["envVars"][1]["value"], Value::Null, "a secret");
    let secret = json!({ "instance": TestApp::by_name("shop", "db-copy") });
    assert_eq!(t.reveal(secret, "POSTGRES_PASSWORD").await, "s3cret");
    assert_eq!(said(t, "db").await, source);
    assert_eq!(t.data(revision, json!({})).await, before);
}

async fn a_copy_and_its_source_go_their_own_ways(t: &TestApp) {
    full_shop(t).await;
    copy(t, "db").await;
    let source = said(t, "db").await;
    let nothing = json!({ "ports": [], "volumes": [], "envVars": [], "labels": [], "domains": [], "healthcheck": null,
        "configFiles": [], "resourceLimits": null, "attributes": [], "networks": [], "settings": null });
    let clear = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": nothing });
    t.done("setInstanceOverrides", clear, "").await;
    let describe = json!({ "instance": TestApp::by_name("shop", "db"), "description": "Other", "enabled": true });
    t.done("updateInstance", describe, "").await;
    assert_eq!(said(t, "db").await["overrideCount"], 0);
    assert_eq!(said(t, "db-copy").await, source);
}

async fn copies_are_numbered(t: &TestApp) {
    t.shop().await;
    for expected in ["db-copy", "db-copy-2", "db-copy-3", "db-copy-4"] {
        assert_eq!(copied_name(t, "db").await, expected);
    }
}

async fn a_number_that_is_free_again_is_used_again(t: &TestApp) {
    t.shop().await;
    for _ in 0..3 {
        copy(t, "db").await;
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "db-copy-2") }), "").await;
    assert_eq!(copied_name(t, "db").await, "db-copy-2");
}

async fn long_names_are_shortened(t: &TestApp) {
    t.shop().await;
    // The shop leaves 50 characters. The second name has its hyphen where the first copy is cut.
    for source in ["d".repeat(50), format!("{}-{}", "e".repeat(44), "e".repeat(5))] {
        t.instance("shop", &source).await;
        let mut names = BTreeSet::new();
        for n in 1..=11 {
            let made = copy(t, &source).await;
            let name = made["instance"]["name"].as_str().unwrap().to_owned();
            let end = if n == 1 { "-copy".to_owned() } else { format!("-copy-{n}") };
            assert!(name.ends_with(&end) && !name.contains("--"), "{name}");
            assert!(made["instance"]["containerName"].as_str().unwrap().len() <= 63, "{name}");
            names.insert(name);
        }
        assert_eq!(names.len(), 11);
    }
}

async fn a_generated_name_avoids_containers_of_other_stacks(t: &TestApp) {
    t.shop().await;
    t.stack("shop-db").await;
    t.instance("shop-db", "copy").await;
    assert_eq!(copied_name(t, "db").await, "db-copy-2");
}

async fn a_given_name_is_used(t: &TestApp) {
    full_shop(t).await;
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "name": "reports-db" });
    let made = t.done("duplicateInstance", input, "instance { name containerName revision }").await;
    assert_eq!(
        made["instance"],
        json!({ "name": "reports-db", "containerName": "devarch-shop-reports-db", "revision": 1 })
    );
    assert_eq!(said(t, "reports-db").await, said(t, "db").await);
}

async fn a_given_name_follows_the_rules_of_names(t: &TestApp) {
    t.shop().await;
    t.stack("shop-x").await;
    t.instance("shop-x", "y").await;
    let cases = [
        ("db", "NAME_TAKEN"),
        ("x-y", "CONTAINER_NAME_TAKEN"),
        ("", "NAME_INVALID"),
        ("None", "NAME_RESERVED"),
        (&"d".repeat(51), "CONTAINER_NAME_TOO_LONG"),
    ];
    for (name, expected) in cases {
        let mut input = json!({ "instance": TestApp::by_name("shop", "db"), "name": name });
        let refused = t.mutate("duplicateInstance", input.clone(), "").await;
        assert_eq!(TestApp::codes(&refused), [code(expected, "input.name")], "{name}");
        input["name"] = refused["userErrors"][0]["suggestion"].clone();
        t.done("duplicateInstance", input, "").await;
    }
}

/// An instance `web` of a template that has fixed host ports 8080 and 8443, with ports of its own; the warnings of
/// its copy.
async fn warnings(t: &TestApp, ports: Value) -> Vec<String> {
    t.stack("shop").await;
    let template = json!({
        "name": "web", "imageName": "nginx", "ports": [
            { "containerPort": 80, "hostPort": 8080 }, { "containerPort": 443, "hostPort": 8443 },
            { "containerPort": 9000 },
        ],
    });
    t.done("createTemplate", template, "").await;
    let web = json!({
        "stack": { "name": "shop" }, "template": { "name": "web" }, "name": "web", "overrides": { "ports": ports },
    });
    t.done("createInstance", web, "").await;
    let made = copy(t, "web").await;
    let warnings = made["warnings"].as_array().unwrap();
    assert!(warnings.iter().all(|warning| warning["code"] == "HOST_PORT_SHARED"), "{warnings:?}");
    warnings.iter().map(|warning| warning["message"].as_str().unwrap().to_owned()).collect()
}

async fn shared_host_ports_are_warned_about(t: &TestApp) {
    // 8080 is shadowed twice over; 443 over UDP is another port than the template's.
    let ports = json!([
        { "containerPort": 80, "hostPort": 18080 }, { "containerPort": 80, "hostPort": 28080 },
        { "containerPort": 443, "hostPort": 18443, "protocol": "UDP" }, { "containerPort": 9001 },
    ]);
    let mut found = warnings(t, ports).await;
    for port in ["8443", "18080", "28080", "18443"] {
        let place = found.iter().position(|message| message.split(|c: char| !c.is_ascii_digit()).any(|n| n == port));
        let message = found.remove(place.unwrap_or_else(|| panic!("no warning about {port} in {found:?}")));
        assert!(message.contains("`web`"), "{message}");
    }
    assert_eq!(found, [""; 0]);
}

async fn ports_chosen_at_start_are_not_warned_about(t: &TestApp) {
    let ports = json!([{ "containerPort": 80, "hostPort": null }, { "containerPort": 443 }]);
    assert_eq!(warnings(t, ports).await, [""; 0]);
}

async fn fifty_copies_at_once_get_fifty_names(t: &TestApp) {
    full_shop(t).await;
    let names = t.at_once(50, |t: TestApp, _| async move { copied_name(&t, "db").await }).await;
    let names: BTreeSet<String> = names.into_iter().collect();
    let expected = (2..=50).map(|n| format!("db-copy-{n}")).chain(["db-copy".to_owned()]).collect();
    assert_eq!(names, expected);
    assert_eq!(said(t, "db-copy-37").await, said(t, "db").await);
}

async fn copies_of_two_stacks_at_once_never_claim_one_container(t: &TestApp) {
    t.template("postgres").await;
    // Shortened, both series of names lead to the same containers `devarch-a-b-ccc…-copy`.
    let sources = [("a", format!("b-{}", "c".repeat(51))), ("a-b", format!("{}d", "c".repeat(50)))];
    for (stack, name) in &sources {
        t.stack(stack).await;
        t.instance(stack, name).await;
    }
    let copy = |t: TestApp, n: usize| {
        let (stack, name) = &sources[n % 2];
        let input = json!({ "instance": TestApp::by_name(stack, name) });
        async move {
            let made = t.done("duplicateInstance", input, "instance { containerName }").await;
            made["instance"]["containerName"].as_str().unwrap().to_owned()
        }
    };
    let containers: BTreeSet<String> = t.at_once(20, copy).await.into_iter().collect();
    assert_eq!(containers.len(), 20);
}

async fn a_copy_that_fails_halfway_leaves_nothing(t: &TestApp) {
    full_shop(t).await;
    t.break_table("instance_config_files").await;
    let query = "mutation ($input: DuplicateInstanceInput!) { duplicateInstance(input: $input) { instance { id } } }";
    let answer = t.graphql(query, json!({ "input": { "instance": TestApp::by_name("shop", "db") } })).await;
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["extensions"]["code"], "INTERNAL");
    let text = answer.to_string().to_lowercase();
    for word in ["instance_config_files", "insert", "select", "relation", "no such table"] {
        assert!(!text.contains(word), "{text}");
    }
    let left = t.data("{ stack(name: \"shop\") { instances { totalCount nodes { name } } } }", json!({})).await;
    assert_eq!(left["stack"]["instances"], json!({ "totalCount": 1, "nodes": [{ "name": "db" }] }));
}
