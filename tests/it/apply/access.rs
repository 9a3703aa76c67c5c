//! Who may apply what.

use devarch::server::AuthMode;
use serde_json::{Value, json};

use super::{apply, compose, document, outcomes, plain};
use crate::support::{TestApp, both};

both!(a_key_of_a_stack_applies_to_it, new_stacks_and_templates_take_more, owners_of_other_stacks_are_not_shown);

async fn key(t: &TestApp, role: &str, stacks: Value) -> TestApp {
    let scope = if stacks.is_null() { "all" } else { "some" };
    let name = format!("{}-{scope}", role.to_lowercase());
    let input = json!({ "name": name, "role": role, "stacks": stacks });
    let token = t.done("createApiKey", input, "token").await["token"].clone();
    t.behind(AuthMode::Keys, token.as_str())
}

async fn forbidden(t: &TestApp, input: Value) -> String {
    let query = "mutation ($input: ApplyStackInput!) { applyStack(input: $input) { changed userErrors { code } } }";
    let answer = t.graphql(query, json!({ "input": input })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

async fn a_key_of_a_stack_applies_to_it(t: &TestApp) {
    plain(t).await;
    t.stack("shop").await;
    t.stack("other").await;
    let editor = key(t, "EDITOR", json!([{ "name": "shop" }])).await;
    let text = "devarch: 1\ninstances: { web: { template: plain } }";
    assert_eq!(outcomes(&apply(&editor, document("shop", "ci", text)).await), ["web CREATED"]);
    // Compose files as well, as long as no template is needed.
    let file = "services: { web: { image: busybox, labels: { c: '3' } } }";
    assert_eq!(outcomes(&apply(&editor, compose("shop", "ci", file)).await), ["web UPDATED"]);
    t.done("createTemplate", json!({ "name": "shop-api", "imageName": "api" }), "").await;
    let file = format!("{}, api: {{ image: api }} }}", file.strip_suffix(" }").unwrap());
    assert_eq!(outcomes(&apply(&editor, compose("shop", "ci", &file)).await), ["web UNCHANGED", "api CREATED"]);
    // Other stacks do not exist.
    let messages = [
        forbidden(&editor, document("other", "ci", text)).await,
        forbidden(&editor, document("nowhere", "ci", text)).await,
    ];
    assert_eq!(messages[0], messages[1]);
    let reader = key(t, "READER", json!([{ "name": "shop" }])).await;
    forbidden(&reader, document("shop", "ci", text)).await;
}

async fn new_stacks_and_templates_take_more(t: &TestApp) {
    plain(t).await;
    let editor = key(t, "EDITOR", Value::Null).await;
    let text = "devarch: 1\ninstances: { web: { template: plain } }";
    apply(&editor, document("shop", "ci", text)).await;
    forbidden(&editor, compose("shop", "ci", "services: { new: { image: nginx } }")).await;
    let limited = key(t, "ADMIN", json!([{ "name": "shop" }])).await;
    forbidden(&limited, compose("shop", "ci", "services: { new: { image: nginx } }")).await;
    assert_eq!(t.data("{ templates { totalCount } }", json!({})).await["templates"]["totalCount"], 1);
    let admin = key(t, "ADMIN", Value::Null).await;
    apply(&admin, compose("shop", "ci", "services: { new: { image: nginx } }")).await;
}

async fn owners_of_other_stacks_are_not_shown(t: &TestApp) {
    plain(t).await;
    let text = "devarch: 1\ninstances: { web: { template: plain } }";
    apply(t, document("shop", "one", text)).await;
    apply(t, document("blog", "two", text)).await;
    let reader = key(t, "READER", json!([{ "name": "shop" }])).await;
    let found = reader.data("{ stacks { nodes { name owners document } } }", json!({})).await;
    let text = super::yaml(t, "shop").await;
    assert_eq!(found["stacks"]["nodes"], json!([{ "name": "shop", "owners": ["one"], "document": text }]));
}
