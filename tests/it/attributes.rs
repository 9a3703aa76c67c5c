//! Further attributes of a Compose service: valid names and shapes, and that any JSON is returned unchanged.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    names_are_those_that_nothing_else_holds,
    values_have_a_shape_that_compose_takes,
    any_json_comes_back_as_it_was_given,
    the_order_of_keys_means_nothing,
    an_attribute_goes_through_copy_removal_and_replacement,
);

async fn attributes(t: &TestApp, name: &str) -> Value {
    t.see(name, "attributes { name value }").await["attributes"].take()
}

/// Tries to set one attribute; the first error.
async fn refused(t: &TestApp, name: &str, value: Value) -> Value {
    let overrides = json!({ "attributes": [{ "name": name, "value": value }] });
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "overrides": overrides });
    t.mutate("setInstanceOverrides", input, "").await
}

async fn names_are_those_that_nothing_else_holds(t: &TestApp) {
    t.web().await;
    let not_kept = "This is not an attribute of a Compose service";
    for (name, message) in [
        ("ports", "This attribute is held by ports."),
        ("environment", "This attribute is held by envVars."),
        ("image", "This attribute is held by settings.imageName and settings.imageTag."),
        ("mem_limit", "This attribute is held by resourceLimits.memory."),
        ("networks", "This attribute is held by networks."),
        ("container_name", not_kept),
        ("CAP_ADD", not_kept),
        ("x-", not_kept),
        ("x-devarch", not_kept),
        ("x-a\u{0}", not_kept),
        ("", not_kept),
        (&format!("x-{}", "a".repeat(62)), not_kept),
    ] {
        let payload = refused(t, name, json!("x")).await;
        assert_eq!(
            TestApp::codes(&payload),
            [code("INVALID_VALUE", "input.overrides.attributes.0.name")],
            "{name}: {payload}"
        );
        let told = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(told.starts_with(message), "{name}: {told}");
    }
    let removal = json!([{ "remove": { "attribute": "ports" } }]);
    let expected = [code("INVALID_VALUE", "input.operations.0.remove.attribute")];
    assert_eq!(t.patch_refused("web", removal).await, expected);
}

async fn values_have_a_shape_that_compose_takes(t: &TestApp) {
    t.web().await;
    let long = "x".repeat(70_000);
    for (name, value, what, message) in [
        ("cap_add", json!("NET_ADMIN"), "INVALID_VALUE", "Compose takes a list here."),
        ("init", json!(1), "INVALID_VALUE", "Compose takes true or false or text here."),
        ("ulimits", json!([]), "INVALID_VALUE", "Compose takes an object here."),
        ("shm_size", json!(true), "INVALID_VALUE", "Compose takes a number or text here."),
        ("deploy", json!({ "replicas": 2 }), "INVALID_VALUE", "An instance is one container: replicas is 1."),
        (
            "deploy",
            json!({ "resources": { "limits": { "cpus": "1" } } }),
            "INVALID_VALUE",
            "Limits of CPUs and memory are held by resourceLimits.",
        ),
        ("x-a", json!({ "a": ["\u{0}"] }), "INVALID_VALUE", "A NUL character cannot be stored."),
        ("x-a", json!(long), "LIMIT_EXCEEDED", "70002 bytes are too long; at most 65536 are allowed."),
    ] {
        let payload = refused(t, name, value).await;
        let expected = [code(what, "input.overrides.attributes.0.value")];
        assert_eq!(TestApp::codes(&payload), expected, "{name}: {payload}");
        assert_eq!(payload["userErrors"][0]["message"], message, "{name}");
    }
    t.set("web", json!({ "attributes": [{ "name": "deploy", "value": { "replicas": 1 } }] })).await;
}

async fn any_json_comes_back_as_it_was_given(t: &TestApp) {
    t.web().await;
    for value in [
        json!(false),
        json!(-7),
        json!(1.5),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("a \"b\" $c\n\u{1f600}"),
        json!([]),
        json!([1, "1", null, [true]]),
        json!({}),
        json!({ "a b": { "c": [{ "d": 1 }] }, "": null }),
    ] {
        t.set("web", json!({ "attributes": [{ "name": "x-a", "value": value }] })).await;
        assert_eq!(attributes(t, "web").await, json!([{ "name": "x-a", "value": value }]));
    }
    // The same written into the document.
    let mutation = "mutation { setInstanceOverrides(input: { instance: { byName: { stack: \"shop\", name: \"web\" } }
        overrides: { attributes: [{ name: \"ulimits\", value: { nofile: { soft: 1024, hard: 2048 } } }] } })
        { instance { attributes { value } } userErrors { message } } }";
    let done = t.data(mutation, json!({})).await;
    let value = &done["setInstanceOverrides"]["instance"]["attributes"][0]["value"];
    assert_eq!(*value, json!({ "nofile": { "soft": 1024, "hard": 2048 } }));
}

async fn the_order_of_keys_means_nothing(t: &TestApp) {
    t.web().await;
    let body = |value: &str| {
        let mutation = "mutation ($input: SetInstanceOverridesInput!) { setInstanceOverrides(input: $input) \
                        { instance { revision attributes { value } } } }";
        let overrides = format!("{{ \"attributes\": [{{ \"name\": \"x-a\", \"value\": {value} }}] }}");
        let instance = TestApp::by_name("shop", "web");
        let variables = format!("{{ \"input\": {{ \"instance\": {instance}, \"overrides\": {overrides} }} }}");
        format!("{{ \"query\": {}, \"variables\": {variables} }}", json!(mutation))
    };
    for given in ["{ \"b\": { \"d\": 1, \"c\": 2 }, \"a\": 3 }", "{ \"a\": 3, \"b\": { \"c\": 2, \"d\": 1 } }"] {
        let answer = TestApp::text(t.send(t.post(body(given))).await).await;
        assert!(answer.contains("{\"a\":3,\"b\":{\"c\":2,\"d\":1}}"), "{answer}");
        assert!(answer.contains("\"revision\":2"), "{answer}");
    }
}

async fn an_attribute_goes_through_copy_removal_and_replacement(t: &TestApp) {
    t.web().await;
    let own = json!([{ "name": "cap_add", "value": ["SYS_NICE"] }, { "name": "hostname", "value": "w" }]);
    t.set("web", json!({ "attributes": own })).await;
    t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "web") }), "").await;
    assert_eq!(attributes(t, "web-copy").await, own);
    let effective = "effectiveConfig { attributes { name value origin shadows { value } } }";
    let seen = t.see("web", effective).await["effectiveConfig"]["attributes"].take();
    let expected = json!([
        { "name": "cap_add", "value": ["SYS_NICE"], "origin": "INSTANCE", "shadows": [{ "value": ["NET_ADMIN"] }] },
        { "name": "hostname", "value": "w", "origin": "INSTANCE", "shadows": [] },
        { "name": "init", "value": true, "origin": "TEMPLATE", "shadows": [] },
    ]);
    assert_eq!(seen, expected);
    let names = async || {
        let seen = t.see("web", "effectiveConfig { attributes { name } }").await;
        let seen = seen["effectiveConfig"]["attributes"].as_array().unwrap().clone();
        seen.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    t.patch("web", json!([{ "remove": { "attribute": "init" } }])).await;
    assert_eq!(names().await, "cap_add hostname");
    t.patch("web", json!([{ "replace": "ATTRIBUTE" }, { "reset": { "entry": { "attribute": "hostname" } } }])).await;
    assert_eq!(names().await, "cap_add");
    t.set("web", json!({ "attributes": [] })).await;
    assert_eq!(names().await, "cap_add init");
}
