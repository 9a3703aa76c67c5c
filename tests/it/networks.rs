//! Networks of a stack: what is refused, what is rendered, and how overrides of them are copied and taken away.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    what_no_network_can_have_is_refused,
    names_are_suggested_that_would_be_accepted,
    networks_are_stored_in_one_form,
    a_network_goes_through_copy_removal_and_replacement,
    networks_belong_to_their_stack,
    the_oldest_definition_counts,
    external_networks_and_shared_aliases_are_warned_about,
);

const COLUMNS: &str = "networks { name aliases isExternal options definition }";

fn network(name: &str, more: &Value) -> Value {
    let mut network = json!({ "name": name, "aliases": [], "isExternal": false, "options": null, "definition": null });
    for (key, value) in more.as_object().unwrap() {
        network[key] = value.clone();
    }
    network
}

async fn networks(t: &TestApp, name: &str) -> Value {
    t.see(name, COLUMNS).await["networks"].take()
}

/// A rendered stack: its file, and its warnings as `instance: message`.
async fn rendered(t: &TestApp, stack: &str) -> (Value, Vec<String>) {
    let query = "query ($name: String!) { stack(name: $name) { compose { text warnings { instance message } } } }";
    let found = t.data(query, json!({ "name": stack })).await["stack"]["compose"].take();
    let file = devarch::yaml::read(found["text"].as_str().unwrap(), 0).unwrap().to_json();
    let warnings = found["warnings"].as_array().unwrap().iter();
    let warnings = warnings
        .map(|one| format!("{}: {}", one["instance"].as_str().unwrap_or_default(), one["message"].as_str().unwrap()));
    (file, warnings.collect())
}

/// A stack `shop` with the instances `web` and `db` of a template without any entries.
async fn plain(t: &TestApp) {
    t.stack("shop").await;
    t.done("createTemplate", json!({ "name": "app", "imageName": "acme/app" }), "").await;
    t.app_instance("web").await;
    t.app_instance("db").await;
}

/// Tries to set one network.
async fn refused(t: &TestApp, network: Value) -> Value {
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "overrides": { "networks": [network] } });
    t.mutate("setInstanceOverrides", input, "").await
}

async fn what_no_network_can_have_is_refused(t: &TestApp) {
    plain(t).await;
    let many: Vec<String> = (0..101).map(|n| format!("a{n}")).collect();
    for (network, what, place) in [
        (json!({ "name": "a", "aliases": ["ok", "a b"] }), "INVALID_VALUE", "aliases.1"),
        (json!({ "name": "a", "aliases": [""] }), "INVALID_VALUE", "aliases.0"),
        (json!({ "name": "a", "aliases": many }), "LIMIT_EXCEEDED", "aliases"),
        (json!({ "name": "a", "options": [] }), "INVALID_VALUE", "options"),
        (json!({ "name": "a", "options": { "aliases": ["b"] } }), "INVALID_VALUE", "options"),
        (json!({ "name": "a", "options": { "ipv4_address": 5 } }), "INVALID_VALUE", "options"),
        (json!({ "name": "a", "definition": { "external": true } }), "INVALID_VALUE", "definition"),
        (json!({ "name": "a", "definition": { "ipam": [] } }), "INVALID_VALUE", "definition"),
        (json!({ "name": "a", "definition": { "driver": "\u{0}" } }), "INVALID_VALUE", "definition"),
        (json!({ "name": "a", "definition": { "driver": "x".repeat(70_000) } }), "LIMIT_EXCEEDED", "definition"),
        (json!({ "name": "a", "isExternal": true, "definition": { "internal": true } }), "INVALID_VALUE", "definition"),
        (json!({ "name": "default", "isExternal": true }), "INVALID_VALUE", "isExternal"),
    ] {
        let payload = refused(t, network.clone()).await;
        let place = format!("input.overrides.networks.0.{place}");
        assert_eq!(TestApp::codes(&payload), [code(what, &place)], "{network}: {payload}");
    }
    let removal = json!([{ "remove": { "network": "a/b" } }]);
    assert_eq!(t.patch_refused("web", removal).await, [code("INVALID_VALUE", "input.operations.0.remove.network")]);
}

async fn names_are_suggested_that_would_be_accepted(t: &TestApp) {
    plain(t).await;
    for (name, suggested) in [
        ("", json!(null)),
        ("a b", json!("ab")),
        ("é", json!(null)),
        ("external.lan", json!("lan")),
        ("external.external.lan", json!("lan")),
        ("external.", json!(null)),
        (&"x".repeat(256), json!("x".repeat(255))),
    ] {
        let payload = refused(t, json!({ "name": name })).await;
        assert_eq!(TestApp::codes(&payload), [code("INVALID_VALUE", "input.overrides.networks.0.name")], "{name}");
        assert_eq!(payload["userErrors"][0]["suggestion"], suggested, "{name}");
        if let Some(name) = suggested.as_str() {
            t.set("web", json!({ "networks": [{ "name": name }] })).await;
        }
    }
    // Of an external network this is the name on the host.
    t.set("web", json!({ "networks": [{ "name": "external.lan", "isExternal": true }] })).await;
    let payload = refused(t, json!({ "name": "a", "aliases": ["a b"] })).await;
    assert_eq!(payload["userErrors"][0]["suggestion"], "ab");
}

async fn networks_are_stored_in_one_form(t: &TestApp) {
    plain(t).await;
    let given = json!([{ "name": "b", "aliases": ["x", "y", "x"], "options": {}, "definition": { "internal": true, "driver": "bridge" } }]);
    let revision = t.set("web", json!({ "networks": given })).await;
    let definition = json!({ "driver": "bridge", "internal": true });
    assert_eq!(
        networks(t, "web").await,
        json!([network("b", &json!({ "aliases": ["x", "y"], "definition": definition }))])
    );
    assert_eq!(t.set("web", json!({ "networks": given })).await, revision, "the same again changes nothing");
}

async fn a_network_goes_through_copy_removal_and_replacement(t: &TestApp) {
    plain(t).await;
    let of_template = json!([{ "name": "front" }, { "name": "back", "definition": { "internal": true } }]);
    t.done("updateTemplate", json!({ "template": { "name": "app" }, "networks": of_template }), "").await;
    t.patch("web", json!([{ "set": { "network": { "name": "front", "aliases": ["www"] } } }])).await;
    t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "web") }), "").await;
    assert_eq!(networks(t, "web-copy").await, networks(t, "web").await);
    let effective = "effectiveConfig { networks { name aliases origin shadows { name aliases } } }";
    let seen = t.see("web", effective).await["effectiveConfig"]["networks"].take();
    let expected = json!([
        { "name": "back", "aliases": [], "origin": "TEMPLATE", "shadows": [] },
        { "name": "front", "aliases": ["www"], "origin": "INSTANCE", "shadows": [{ "name": "front", "aliases": [] }] },
    ]);
    assert_eq!(seen, expected);
    let joined = async || rendered(t, "shop").await.0["services"]["web"].get("networks").cloned();
    assert_eq!(joined().await, Some(json!({ "back": {}, "front": { "aliases": ["www"] } })));
    t.patch("web", json!([{ "remove": { "network": "back" } }])).await;
    assert_eq!(joined().await, Some(json!({ "front": { "aliases": ["www"] } })));
    t.patch("web", json!([{ "replace": "NETWORK" }, { "reset": { "entry": { "network": "front" } } }])).await;
    assert_eq!(joined().await, None, "without any it joins the network of the stack");
}

async fn networks_belong_to_their_stack(t: &TestApp) {
    plain(t).await;
    let given = json!([{ "name": "front", "definition": { "internal": true, "labels": { "l": "$x" } } }, { "name": "default" },
        { "name": "lan", "isExternal": true, "options": { "interface_name": "$e" } }]);
    t.set("web", json!({ "networks": given })).await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "lab" }), "").await;
    for stack in ["shop", "lab"] {
        let (file, _) = rendered(t, stack).await;
        let expected = json!({
            "default": { "name": format!("devarch-{stack}-net") },
            "external.lan": { "external": true, "name": "lan" },
            "front": { "name": format!("devarch-{stack}_front"), "internal": true, "labels": { "l": "$$x" } },
        });
        assert_eq!(file["networks"], expected);
        let joined = json!({ "default": {}, "external.lan": { "interface_name": "$$e" }, "front": {} });
        assert_eq!(file["services"]["web"]["networks"], joined);
        assert_eq!(file["services"]["db"].get("networks"), None);
    }
}

async fn the_oldest_definition_counts(t: &TestApp) {
    plain(t).await;
    let defined = |definition: Value| json!({ "networks": [{ "name": "n", "definition": definition }] });
    let definition = async || rendered(t, "shop").await.0["networks"]["n"].take();
    let told = "db: It defines the network n otherwise than an older instance, whose definition is used.";
    let all = ["one that says nothing", "the same", "another"];
    for (what, web, db, internal, warnings) in [
        (all[0], json!(null), json!({ "internal": true }), true, &[][..]),
        (all[1], json!({ "internal": true }), json!({ "internal": true }), true, &[]),
        (all[2], json!({ "internal": true }), json!({ "internal": false }), true, &[told]),
    ] {
        t.set("web", defined(web)).await;
        t.set("db", defined(db)).await;
        assert_eq!(definition().await, json!({ "name": "devarch-shop_n", "internal": internal }), "{what}");
        assert_eq!(rendered(t, "shop").await.1, warnings, "{what}");
    }
}

async fn external_networks_and_shared_aliases_are_warned_about(t: &TestApp) {
    plain(t).await;
    t.set("web", json!({ "networks": [{ "name": "lan", "isExternal": true }] })).await;
    let outside =
        "web: It joins the network lan of the host: what else is in that network reaches it, and is reached by it.";
    assert_eq!(rendered(t, "shop").await.1, [outside]);
    // The name of another instance of the network, and an alias that another one has as well.
    let default = |aliases: Value| json!({ "networks": [{ "name": "default", "aliases": aliases }] });
    t.set("web", default(json!(["db", "pg", "web"]))).await;
    t.set("db", default(json!(["pg"]))).await;
    let expected = [
        "web: Its alias db in the network default also leads to db: either of them may answer.",
        "db: Its alias pg in the network default also leads to web: either of them may answer.",
    ];
    assert_eq!(rendered(t, "shop").await.1, expected);
    t.set("db", json!({ "networks": [{ "name": "other", "aliases": ["pg"] }] })).await;
    assert_eq!(rendered(t, "shop").await.1, [""; 0], "another network is another place");
    let host = json!([{ "set": { "attribute": { "name": "network_mode", "value": "none" } } }]);
    t.patch("db", host).await;
    let told = "db: It has networks and a network_mode: Compose refuses it. Remove one of them.";
    assert!(rendered(t, "shop").await.1.contains(&told.to_owned()));
}
