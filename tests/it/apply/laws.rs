//! Laws, on generated stacks with every kind: what was exported changes nothing, and makes the same stack elsewhere.

use serde_json::json;

use super::{apply, apply_nothing, compose, document, flat, text_of, yaml};
use crate::{
    compose::stacks,
    history::law,
    support::{Rng, TestApp, both, number_setting, samples},
};

both!(exports_of_generated_stacks_change_nothing, exports_change_nothing_after_random_changes);

/// How many stacks are generated.
const STACKS: u64 = 12;

/// Applies what was exported, in each form, by an owner who has applied nothing and by one who has.
async fn exports_change_nothing(t: &TestApp, stack: &str, what: &str) {
    for format in ["YAML", "JSON"] {
        let text = text_of(t, stack, format).await;
        for owner in ["new", "known"] {
            apply_nothing(t, document(stack, owner, &text)).await;
            assert_eq!(text_of(t, stack, format).await, text, "{what}");
        }
    }
    let file = flat(t, stack).await;
    for owner in ["file", "known"] {
        let before = yaml(t, stack).await;
        let applied = apply(t, compose(stack, owner, &file)).await;
        assert_eq!(yaml(t, stack).await, before, "{what}: {owner}: {applied}\n{file}");
        assert_eq!(applied["changed"], false, "{what}: {applied}\n{file}");
    }
}

/// Applies the document of a stack to another one, which must be the same then.
async fn makes_the_same(t: &TestApp, stack: &str, other: &str, what: &str) {
    apply(t, document(other, "known", &yaml(t, stack).await)).await;
    let token = t.done("createApiKey", json!({ "name": other, "role": "READER" }), "token").await["token"].clone();
    // For a reader all secrets are the same.
    let reader = t.behind(devarch::server::AuthMode::Keys, token.as_str());
    let query =
        "query ($a: String!, $b: String!) { diffStacks(a: { stack: { name: $a } }, b: { stack: { name: $b } }) {
        fields { field } onlyInA { name } onlyInB { name } changed { name fields { field } entries { kind key } } } }";
    let found = reader.data(query, json!({ "a": stack, "b": other })).await["diffStacks"].take();
    let expected = json!({ "fields": [{ "field": "name" }], "onlyInA": [], "onlyInB": [], "changed": [] });
    assert_eq!(found, expected, "{what}");
    // Apart from its name, and from secrets that nothing is stored of there.
    let comparable = |text: String| {
        let lines = text.lines().filter(|line| !line.starts_with("stack: ") && line.trim() != "value: null");
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(comparable(yaml(t, other).await), comparable(yaml(t, stack).await), "{what}");
    exports_change_nothing(t, other, what).await;
}

async fn exports_of_generated_stacks_change_nothing(t: &TestApp) {
    for seed in 0..number_setting("DEVARCH_GENERATED_STACKS").unwrap_or(STACKS) {
        stacks::make(t, &mut stacks::Rng::new(seed)).await;
        let what = format!("seed {seed}");
        exports_change_nothing(t, "shop", &what).await;
        makes_the_same(t, "shop", &format!("copy-{seed}"), &what).await;
        for stack in ["shop".to_owned(), format!("copy-{seed}")] {
            let found = t.data("query ($name: String!) { stack(name: $name) { id } }", json!({ "name": stack })).await;
            t.done("softDeleteStack", json!({ "stack": { "name": stack } }), "").await;
            t.done("purgeStack", json!({ "stack": { "id": found["stack"]["id"] } }), "").await;
        }
        for template in ["first", "second"] {
            t.done("deleteTemplate", json!({ "template": { "name": template } }), "").await;
        }
    }
}

async fn exports_change_nothing_after_random_changes(t: &TestApp) {
    let seed = number_setting("DEVARCH_SEED").unwrap_or(3);
    let mut rng = Rng(seed);
    let db = t.web().await;
    let samples = samples(&db);
    let id = t.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]["id"].as_str().unwrap().to_owned();
    let query = "query ($id: ID!) { node(id: $id) { ... on Stack { name } } }";
    for round in 0..number_setting("DEVARCH_STEPS").unwrap_or(12) {
        for _ in 0..3 {
            law::change(t, &mut rng, &samples, &id).await;
        }
        let name = t.data(query, json!({ "id": id })).await["node"]["name"].as_str().unwrap().to_owned();
        exports_change_nothing(t, &name, &format!("seed {seed}, round {round}")).await;
    }
    let name = t.data(query, json!({ "id": id })).await["node"]["name"].as_str().unwrap().to_owned();
    makes_the_same(t, &name, "another", &format!("seed {seed}")).await;
}
