//! Secrets that are generated: one for each instance, drawn once, and kept.

use devarch::{app::templates::catalog::CatalogFile, server::AuthMode, vault::Vault};
use serde_json::{Value, json};

use super::of;
use crate::support::{TestApp, both, code};

both!(
    every_instance_has_one_of_its_own_and_keeps_it,
    it_is_drawn_anew_when_that_is_asked_for,
    copies_have_it_and_forks_as_asked,
    what_refers_to_it_has_it,
    files_and_documents_ask_for_it,
    a_file_with_its_value_changes_nothing,
    a_file_tells_an_editor_nothing_about_it,
    what_equals_it_stays_equal_in_a_fork,
    it_compares_by_what_is_asked_for,
    a_new_catalogue_leaves_instances_their_passwords,
    what_cannot_be_generated_is_refused,
    a_rotation_of_keys_changes_none,
    the_history_brings_it_back,
);

const KEY: &str = "PASSWORD";

/// A template with a generated secret, and two stacks with an instance of it each.
async fn two_stacks(t: &TestApp, asked: Value) {
    let vars = json!([{ "key": KEY, "generate": asked }, { "key": "USER", "value": "admin" }]);
    let template = json!({ "name": "db", "imageName": "postgres", "envVars": vars });
    t.done("createTemplate", template, "").await;
    for stack in ["shop", "lab"] {
        t.stack(stack).await;
        let input = json!({ "stack": { "name": stack }, "template": { "name": "db" }, "name": "db" });
        t.done("createInstance", input, "").await;
    }
}

/// The value in an instance.
async fn value(t: &TestApp, stack: &str, name: &str) -> String {
    t.reveal(of(stack, name), KEY).await.as_str().unwrap_or_default().to_owned()
}

async fn patch(t: &TestApp, name: &str, operation: Value) {
    t.patch(name, json!([operation])).await;
}

async fn every_instance_has_one_of_its_own_and_keeps_it(t: &TestApp) {
    two_stacks(t, json!({ "length": 24 })).await;
    let (shop, lab) = (value(t, "shop", "db").await, value(t, "lab", "db").await);
    assert_ne!(shop, lab);
    for value in [&shop, &lab] {
        assert!(value.len() == 24 && value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value}");
    }
    let of_template = json!({ "template": { "name": "db" } });
    assert_eq!(t.reveal(of_template, KEY).await, Value::Null, "a template has no value, and its root is not shown");
    let seen = "overrideCount effectiveConfig { envVars { key value isSecret isSet origin state text \
                generate { length alphabet } } }";
    let found = t.see("db", seen).await;
    let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let expected = json!({
        "key": KEY, "value": null, "isSecret": true, "isSet": true, "origin": "TEMPLATE", "state": "RESOLVED", "text": null,
        "generate": { "length": 24, "alphabet": alphabet },
    });
    assert_eq!((&found["overrideCount"], &found["effectiveConfig"]["envVars"][0]), (&json!(0), &expected));

    // Renames, overrides that are reset, the trash, and an edit of the template that has nothing to do with it.
    t.done("renameInstance", json!({ "instance": TestApp::by_name("shop", "db"), "name": "store" }), "").await;
    t.done("renameStack", json!({ "stack": { "name": "shop" }, "name": "mall" }), "").await;
    assert_eq!(value(t, "mall", "store").await, shop);
    t.done("renameStack", json!({ "stack": { "name": "mall" }, "name": "shop" }), "").await;
    patch(t, "store", json!({ "set": { "envVar": { "key": KEY, "value": "mine", "isSecret": true } } })).await;
    assert_eq!(value(t, "shop", "store").await, "mine");
    patch(t, "store", json!({ "reset": { "entry": { "envVar": KEY } } })).await;
    assert_eq!(value(t, "shop", "store").await, shop);
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "store") }), "").await;
    t.done("restoreInstance", json!({ "instance": TestApp::by_name("shop", "store") }), "").await;
    let vars = json!([{ "key": "USER", "value": "root" }, { "key": KEY, "generate": { "length": 24 } }]);
    t.done("updateTemplate", json!({ "template": { "name": "db" }, "envVars": vars }), "").await;
    assert_eq!((value(t, "shop", "store").await, value(t, "lab", "db").await), (shop.clone(), lab));
    // What was sent back as it was read is kept as well.
    let vars = json!([{ "key": KEY, "isSecret": true }]);
    t.done("updateTemplate", json!({ "template": { "name": "db" }, "envVars": vars }), "").await;
    assert_eq!(value(t, "shop", "store").await, shop);
}

async fn it_is_drawn_anew_when_that_is_asked_for(t: &TestApp) {
    two_stacks(t, json!({})).await;
    let first = value(t, "shop", "db").await;
    // An override that asks for the same changes nothing.
    patch(t, "db", json!({ "set": { "envVar": { "key": KEY, "generate": {} } } })).await;
    assert_eq!(value(t, "shop", "db").await, first);
    patch(t, "db", json!({ "set": { "envVar": { "key": KEY, "generate": {}, "value": null } } })).await;
    let second = value(t, "shop", "db").await;
    assert_ne!(second, first);
    // From then on it is kept.
    patch(t, "db", json!({ "set": { "envVar": { "key": KEY, "isSecret": true } } })).await;
    patch(t, "db", json!({ "set": { "envVar": { "key": KEY, "generate": {} } } })).await;
    assert_eq!(value(t, "shop", "db").await, second);
    patch(t, "db", json!({ "set": { "envVar": { "key": KEY, "generate": { "length": 12, "alphabet": "ab" } } } }))
        .await;
    let third = value(t, "shop", "db").await;
    assert!(third.len() == 12 && third.bytes().all(|byte| b"ab".contains(&byte)), "{third}");
    // An instance can have one where its template has none.
    patch(t, "db", json!({ "set": { "envVar": { "key": "OTHER", "generate": {} } } })).await;
    assert_eq!(t.reveal(of("shop", "db"), "OTHER").await.as_str().unwrap().len(), 32);
    patch(t, "db", json!({ "reset": { "all": true } })).await;
    assert_eq!(value(t, "shop", "db").await, first);
}

async fn copies_have_it_and_forks_as_asked(t: &TestApp) {
    two_stacks(t, json!({})).await;
    patch(t, "db", json!({ "set": { "envVar": { "key": "OTHER", "generate": {} } } })).await;
    let (old, other) = (value(t, "shop", "db").await, t.reveal(of("shop", "db"), "OTHER").await);
    t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "name": "twin" }), "").await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "").await;
    let fork = async |source: &str, name: &str, secrets: &str| {
        let input = json!({ "stack": { "name": source }, "name": name, "secrets": secrets });
        t.done("forkStack", input, "").await;
    };
    fork("shop", "same", "COPY").await;
    fork("same", "again", "COPY").await;
    fork("shop", "new", "GENERATE").await;
    fork("same", "newer", "GENERATE").await;
    fork("shop", "bare", "UNSET").await;
    for (stack, name) in [("shop", "twin"), ("copy", "db"), ("copy", "twin"), ("same", "db"), ("again", "db")] {
        assert_eq!(value(t, stack, name).await, old, "{stack}");
        assert_eq!(t.reveal(of(stack, name), "OTHER").await, other, "{stack}");
        let all = json!({ "instance": TestApp::by_name(stack, name), "operations": [{ "reset": { "all": true } }] });
        t.done("patchInstanceOverrides", all, "").await;
        assert_eq!(value(t, stack, name).await, old, "{stack} keeps it through a reset");
    }
    let mut seen = vec![old];
    for stack in ["new", "newer"] {
        let new = value(t, stack, "db").await;
        assert!(new.len() == 32 && !seen.contains(&new));
        assert_eq!(value(t, stack, "twin").await, new, "what was the same still is");
        seen.push(new);
    }
    assert_ne!(t.reveal(of("new", "db"), "OTHER").await, other);
    for key in [KEY, "OTHER"] {
        assert_eq!(t.reveal(of("bare", "db"), key).await, Value::Null);
    }
    let seen =
        "{ instance(stack: \"bare\", name: \"db\") { effectiveConfig { envVars { key isSet generate { length } } } } }";
    let bare = t.data(seen, json!({})).await["instance"]["effectiveConfig"]["envVars"][1].take();
    assert_eq!(bare, json!({ "key": KEY, "isSet": false, "generate": null }));
}

/// The environment of a service in the Compose file of a stack, with its secrets.
async fn revealed(t: &TestApp, stack: &str, name: &str) -> Value {
    let query = "query ($stack: String!) { stack(name: $stack) { compose(revealSecrets: true) { text warnings { message } } } }";
    let compose = t.data(query, json!({ "stack": stack })).await["stack"]["compose"].take();
    assert_eq!(compose["warnings"], json!([]));
    let file = crate::compose::read(compose["text"].as_str().unwrap());
    file["services"][name]["environment"].clone()
}

async fn what_refers_to_it_has_it(t: &TestApp) {
    two_stacks(t, json!({})).await;
    assert_eq!(revealed(t, "shop", "db").await[KEY], value(t, "shop", "db").await, "without references as well");
    let app = json!({ "stack": { "name": "shop" }, "template": { "name": "db" }, "name": "app" });
    t.done("createInstance", app, "").await;
    let url = "postgres://${{self.USER}}:${{db.PASSWORD}}@${{db:host}}";
    t.set("app", json!({ "envVars": [{ "key": "URL", "value": url }] })).await;
    let found = t.see("app", "effectiveConfig { envVars { key value isSecret state } }").await;
    let expected = json!({ "key": "URL", "value": null, "isSecret": true, "state": "RESOLVED" });
    assert_eq!(found["effectiveConfig"]["envVars"][1], expected);
    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "fork", "secrets": "GENERATE" }), "").await;
    for stack in ["shop", "fork"] {
        let password = value(t, stack, "db").await;
        assert_eq!(revealed(t, stack, "app").await["URL"], format!("postgres://admin:{password}@db"), "{stack}");
        assert_ne!(revealed(t, stack, "app").await[KEY], password);
    }
    let url = format!("postgres://admin:{}@db", value(t, "shop", "db").await);
    assert_eq!(t.reveal(of("shop", "app"), "URL").await, url, "as it is there");
    let file = t.data("{ stack(name: \"shop\") { compose { text variables { name } } } }", json!({})).await;
    let compose = &file["stack"]["compose"];
    assert!(!compose["text"].as_str().unwrap().contains(&value(t, "shop", "db").await));
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "db") }), "").await;
    let mut input = of("shop", "app");
    input["key"] = json!("URL");
    assert_eq!(t.refused("revealSecret", input).await, [code("NOT_FOUND", "input.key")], "it has no value any more");
    assert_eq!(compose["variables"], json!([{ "name": "APP__PASSWORD" }, { "name": "DB__PASSWORD" }]));
}

async fn files_and_documents_ask_for_it(t: &TestApp) {
    let file = "services:\n  db:\n    image: postgres\n    environment: { USER: admin, PASSWORD: }\n    x-devarch: { generate: \
                { PASSWORD: { length: 20 }, TOKEN: {}, BAD: { length: 2 }, WORSE: 24 } }\n";
    let import = |stack: &str, text: &str| json!({ "stack": { "name": stack }, "files": [{ "name": "compose.yaml", "text": text }] });
    let report = t.done("importCompose", import("shop", file), "losses { path reason }").await;
    let lost: Vec<&str> =
        report["losses"].as_array().unwrap().iter().map(|loss| loss["path"].as_str().unwrap()).collect();
    assert_eq!(lost, ["services.db.x-devarch.generate.BAD", "services.db.x-devarch.generate.WORSE"]);
    let first = value(t, "shop", "db").await;
    assert_eq!((first.len(), t.reveal(of("shop", "db"), "TOKEN").await.as_str().unwrap().len()), (20, 32));
    // Importing it again changes nothing, and another stack has another one.
    t.done("importCompose", import("shop", file), "").await;
    assert_eq!(value(t, "shop", "db").await, first);
    t.done("importCompose", import("lab", file), "").await;
    assert_ne!(value(t, "lab", "db").await, first);

    patch(t, "db", json!({ "set": { "envVar": { "key": "OWN", "generate": { "length": 9 } } } })).await;
    let own = t.reveal(of("shop", "db"), "OWN").await;
    let query = "{ stack(name: \"shop\") { document(format: YAML) } }";
    let document = t.data(query, json!({})).await["stack"]["document"].take();
    let text = document.as_str().unwrap();
    assert!(
        text.contains("- key: OWN\n          isSecret: true\n          generate:\n            length: 9\n"),
        "{text}"
    );
    assert!(!text.contains(own.as_str().unwrap()));
    let apply = json!({ "stack": "shop", "owner": "test", "source": { "document": text } });
    let applied = t.done("applyStack", apply, "created changed").await;
    assert_eq!(applied, json!({ "created": false, "changed": false, "userErrors": [] }));
    assert_eq!(t.reveal(of("shop", "db"), "OWN").await, own);
}

async fn a_file_with_its_value_changes_nothing(t: &TestApp) {
    two_stacks(t, json!({})).await;
    let password = value(t, "shop", "db").await;
    let query = "{ stack(name: \"shop\") { compose(revealSecrets: true) { text } } }";
    let text = t.data(query, json!({})).await["stack"]["compose"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains(&password), "{text}");
    let input = |text: &str| json!({ "stack": "shop", "owner": "test", "source": { "compose": [{ "name": "compose.yaml", "text": text }] } });
    for _ in 0..2 {
        t.done("applyStack", input(&text), "").await;
        let found = t.see("db", "overrideCount envVars { key }").await;
        assert_eq!(found, json!({ "overrideCount": 0, "envVars": [] }));
    }
    // Another value is an override.
    t.done("applyStack", input(&text.replace(&password, "another-one")), "").await;
    assert_eq!(value(t, "shop", "db").await, "another-one");
    assert_ne!(value(t, "lab", "db").await, "another-one");
}

async fn a_file_tells_an_editor_nothing_about_it(t: &TestApp) {
    two_stacks(t, json!({})).await;
    let password = value(t, "shop", "db").await;
    let query = "{ stack(name: \"shop\") { compose(revealSecrets: true) { text } } }";
    let text = t.data(query, json!({})).await["stack"]["compose"]["text"].as_str().unwrap().to_owned();
    let token = t.done("createApiKey", json!({ "name": "e", "role": "EDITOR" }), "token").await["token"].clone();
    let editor = t.behind(AuthMode::Keys, token.as_str());
    let mut told = Vec::new();
    for guess in [password.clone(), "another-one".to_owned()] {
        let source = json!({ "compose": [{ "name": "compose.yaml", "text": text.replace(&password, &guess) }] });
        let change = json!({ "applyStack": { "stack": "shop", "owner": "test", "source": source } });
        let query = "query ($change: ChangeInput!) { plan(change: $change) { effects(first: 20) { nodes { __typename message } } } }";
        told.push(editor.data(query, json!({ "change": change })).await);
    }
    assert_eq!(told[0], told[1], "a right guess looks like a wrong one");
    assert!(told[0].to_string().contains("ConfigEffect"), "{}", told[0]);
}

async fn what_equals_it_stays_equal_in_a_fork(t: &TestApp) {
    two_stacks(t, json!({})).await;
    let input = json!({ "stack": { "name": "shop" }, "template": { "name": "db" }, "name": "app" });
    t.done("createInstance", input, "").await;
    let password = value(t, "shop", "db").await;
    let secret = |key: &str, value: &str| json!({ "key": key, "value": value, "isSecret": true });
    let url = format!("postgres://admin:{password}@db");
    t.set("app", json!({ "envVars": [secret("DB_PASSWORD", &password), secret("URL", &url)] })).await;
    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "fork", "secrets": "GENERATE" }), "").await;
    let new = value(t, "fork", "db").await;
    assert_ne!(new, password);
    assert_eq!(t.reveal(of("fork", "app"), "DB_PASSWORD").await, new);
    assert_eq!(t.reveal(of("fork", "app"), "URL").await, format!("postgres://admin:{new}@db"));
    assert_ne!(value(t, "fork", "app").await, new, "another one is another one");
}

async fn it_compares_by_what_is_asked_for(t: &TestApp) {
    two_stacks(t, json!({ "length": 20 })).await;
    let vars = json!([{ "key": KEY, "generate": { "length": 20 } }, { "key": "USER", "value": "admin" }]);
    t.done("createTemplate", json!({ "name": "other", "imageName": "postgres", "envVars": vars }), "").await;
    t.stack("third").await;
    let input = json!({ "stack": { "name": "third" }, "template": { "name": "other" }, "name": "db" });
    t.done("createInstance", input, "").await;
    let query = "query ($b: String!) { diffStacks(a: { stack: { name: \"shop\" } }, b: { stack: { name: $b } }) {
        changed { entries { key from { ... on EnvVar { generate { length } } } } } } }";
    for stack in ["lab", "third"] {
        let found = t.data(query, json!({ "b": stack })).await["diffStacks"]["changed"].take();
        assert!(!found.to_string().contains(KEY), "{stack}: {found}");
    }
    let other = json!([{ "key": KEY, "generate": { "length": 21 } }]);
    t.done(
        "setInstanceOverrides",
        json!({ "instance": TestApp::by_name("lab", "db"), "overrides": { "envVars": other } }),
        "",
    )
    .await;
    let found = t.data(query, json!({ "b": "lab" })).await["diffStacks"]["changed"][0]["entries"].take();
    assert_eq!(found, json!([{ "key": KEY, "from": [{ "generate": { "length": 20 } }] }]));
}

fn catalogue(environment: &str, extension: &str) -> CatalogFile {
    let text =
        format!("services:\n  db:\n    image: postgres\n    environment: {environment}\n    x-devarch: {extension}\n");
    CatalogFile { file: "db.yaml".to_owned(), text }
}

async fn a_new_catalogue_leaves_instances_their_passwords(t: &TestApp) {
    let before = catalogue("{ PASSWORD: devarch, TOKEN: t, AUTH: u/devarch }", "{ secrets: [PASSWORD, TOKEN, AUTH] }");
    t.app.load_catalog(&[before]).await.unwrap();
    t.stack("shop").await;
    let vars = |vars: Value| json!({ "envVars": vars });
    for (name, overrides) in [
        ("plain", json!({})),
        ("trashed", json!({})),
        ("own", vars(json!([{ "key": KEY, "value": "mine", "isSecret": true }]))),
        ("less", json!({})),
    ] {
        let mut input = json!({ "stack": { "name": "shop" }, "template": { "name": "db" }, "name": name });
        input["overrides"] = overrides;
        t.done("createInstance", input, "").await;
    }
    patch(t, "less", json!({ "remove": { "envVar": KEY } })).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "trashed") }), "").await;

    let asked = "{ references: true, generate: { PASSWORD: {}, TOKEN: {} } }";
    let after = catalogue("{ PASSWORD: , TOKEN: , AUTH: \"u/$${{self.PASSWORD}}\" }", asked);
    t.app.load_catalog(&[after]).await.unwrap();
    t.done("restoreInstance", json!({ "instance": TestApp::by_name("shop", "trashed") }), "").await;
    for (name, password) in [("plain", "devarch"), ("trashed", "devarch"), ("own", "mine")] {
        assert_eq!(value(t, "shop", name).await, password, "{name}");
        assert_eq!(t.reveal(of("shop", name), "TOKEN").await, "t", "{name}");
        assert_eq!(t.reveal(of("shop", name), "AUTH").await, "u/devarch", "{name}: it named the password itself");
    }
    let found = t.see("less", "effectiveConfig { envVars { key } }").await;
    assert_eq!(found["effectiveConfig"]["envVars"], json!([{ "key": "AUTH" }, { "key": "TOKEN" }]));
    let auth = format!("u/{}", value(t, "shop", "own").await);
    assert_ne!(t.reveal(of("shop", "own"), "AUTH").await, auth);
    // An instance that is new has one of its own, and so has one that is reset.
    let input = json!({ "stack": { "name": "shop" }, "template": { "name": "db" }, "name": "new" });
    t.done("createInstance", input, "").await;
    assert_eq!(value(t, "shop", "new").await.len(), 32);
    patch(t, "plain", json!({ "reset": { "all": true } })).await;
    assert_eq!(value(t, "shop", "plain").await.len(), 32);
    assert_ne!(value(t, "shop", "plain").await, value(t, "shop", "new").await);
    // The next catalogue finds what it has to keep.
    let next = catalogue("{ PASSWORD: , TOKEN: , MORE: x }", asked);
    let kept = value(t, "shop", "new").await;
    t.app.load_catalog(&[next]).await.unwrap();
    assert_eq!(value(t, "shop", "new").await, kept);
}

async fn what_cannot_be_generated_is_refused(t: &TestApp) {
    t.shop().await;
    for (given, codes) in [
        (json!({ "generate": { "length": 7 } }), vec![("INVALID_VALUE", "generate.length")]),
        (json!({ "generate": { "length": 129 } }), vec![("INVALID_VALUE", "generate.length")]),
        (json!({ "generate": { "alphabet": "a" } }), vec![("INVALID_VALUE", "generate.alphabet")]),
        (json!({ "generate": { "alphabet": "abca" } }), vec![("INVALID_VALUE", "generate.alphabet")]),
        (json!({ "generate": { "alphabet": "ab$" } }), vec![("INVALID_VALUE", "generate.alphabet")]),
        (json!({ "generate": { "alphabet": "äb" } }), vec![("INVALID_VALUE", "generate.alphabet")]),
        (json!({ "generate": {}, "value": "x" }), vec![("INVALID_VALUE", "value")]),
        (json!({ "generate": {}, "value": "0".repeat(64) }), vec![("INVALID_VALUE", "value")]),
        (
            json!({ "generate": { "length": 0, "alphabet": "" }, "value": "x", "isSecret": true }),
            vec![("INVALID_VALUE", "value")],
        ),
    ] {
        let mut var = given.clone();
        var["key"] = json!(KEY);
        let input = json!({ "instance": TestApp::by_name("shop", "db"), "operations": [{ "set": { "envVar": var } }] });
        let expected: Vec<_> =
            codes.iter().map(|(of, path)| code(of, &format!("input.operations.0.set.envVar.{path}"))).collect();
        assert_eq!(t.refused("patchInstanceOverrides", input).await, expected, "{given}");
    }
    assert_eq!(t.see("db", "overrideCount").await, json!({ "overrideCount": 0 }));
    let vars = json!([{ "key": "A", "value": "x" }, { "key": KEY, "value": "0".repeat(64), "generate": {} }]);
    let input = json!({ "name": "other", "imageName": "x", "envVars": vars });
    assert_eq!(t.refused("createTemplate", input).await, [code("INVALID_VALUE", "input.envVars.1.value")]);
}

async fn a_rotation_of_keys_changes_none(t: &TestApp) {
    let (_folder, file, t) = super::keys::with_file(t);
    t.app.unlock_secrets().await.unwrap();
    two_stacks(&t, json!({})).await;
    let before = (value(&t, "shop", "db").await, value(&t, "lab", "db").await);
    Vault::add_to_file(&file).unwrap();
    t.app.rotate_secrets().await.unwrap();
    assert_eq!((value(&t, "shop", "db").await, value(&t, "lab", "db").await), before);
}

async fn the_history_brings_it_back(t: &TestApp) {
    two_stacks(t, json!({})).await;
    patch(t, "db", json!({ "set": { "envVar": { "key": "OWN", "generate": { "length": 11 } } } })).await;
    let own = t.reveal(of("shop", "db"), "OWN").await;
    patch(t, "db", json!({ "reset": { "all": true } })).await;
    let last = t.data("{ changes(first: 1) { nodes { id edits { key from { ... on EnvVar { isSet value generate { length } } } } } } }", json!({}));
    let last = last.await["changes"]["nodes"][0].take();
    assert_eq!(
        last["edits"],
        json!([{ "key": "OWN", "from": [{ "isSet": true, "value": null, "generate": { "length": 11 } }] }])
    );
    t.done("revertChange", json!({ "change": last["id"] }), "").await;
    assert_eq!(t.reveal(of("shop", "db"), "OWN").await, own);
}
