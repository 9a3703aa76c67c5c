//! The history of imports, and their undoing.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(an_import_is_one_change, an_import_into_a_stack_is_undone);

const FILE: &str = "services:\n  web:\n    image: web:2\n  cache:\n    image: cache:1\n    depends_on: [web]\n";

fn into_shop(text: &str) -> Value {
    json!({ "files": [{ "text": text }], "templatePrefix": "", "stack": { "name": "shop" }, "onConflict": "UPDATE" })
}

/// The changes of everything since the start, without those before the import.
async fn changes(t: &TestApp) -> Vec<Value> {
    let query =
        "{ changes(first: 50, actions: [IMPORT]) { nodes { id action subjectKind subjectName cause { id } } } }";
    t.data(query, json!({})).await["changes"]["nodes"].as_array().unwrap().clone()
}

async fn live(t: &TestApp) -> Value {
    t.data("{ stacks { nodes { name instances { nodes { name template { imageTag } } } } } }", json!({})).await["stacks"]
        ["nodes"]
        .take()
}

fn names<'c>(changes: &'c [Value], kind: &str) -> Vec<&'c str> {
    let of_kind = changes.iter().filter(|change| change["subjectKind"] == kind);
    let mut names: Vec<&str> = of_kind.map(|change| change["subjectName"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

async fn an_import_is_one_change(t: &TestApp) {
    t.done("importCompose", into_shop(FILE), "").await;
    let found = changes(t).await;
    let kinds = ["STACK", "INSTANCE", "TEMPLATE"].map(|kind| names(&found, kind));
    assert_eq!(kinds, [vec!["shop"], vec!["cache", "web"], vec!["cache", "web"]]);
    let cause = found.iter().find(|change| change["subjectKind"] == "STACK").unwrap();
    for change in &found {
        let expected = if change["id"] == cause["id"] { Value::Null } else { json!({ "id": cause["id"] }) };
        assert_eq!(change["cause"], expected, "{change}");
    }
    // The caused changes are in two parts of the log, and no page repeats or misses one.
    let query = "query ($id: ID!, $after: String) { node(id: $id) { ... on Change { causes(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } } }";
    let (mut caused, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = t.data(query, json!({ "id": cause["id"], "after": after })).await["node"]["causes"].take();
        caused.push(page["nodes"][0]["id"].clone());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(caused.len(), 4);
    caused.push(cause["id"].clone());
    assert!(found.iter().all(|change| caused.contains(&change["id"])), "{caused:?}");
    // What changes nothing is no change.
    t.done("importCompose", into_shop(FILE), "").await;
    assert_eq!(changes(t).await.len(), found.len());
    t.done("revertChange", json!({ "change": cause["id"] }), "").await;
    assert_eq!(live(t).await, json!([]));
}

async fn an_import_into_a_stack_is_undone(t: &TestApp) {
    t.done("importCompose", into_shop("services:\n  web:\n    image: web:1\n"), "").await;
    let before = changes(t).await.len();
    t.done("importCompose", into_shop(FILE), "").await;
    let found = changes(t).await;
    let added = &found[..found.len() - before];
    let kinds = ["STACK", "INSTANCE", "TEMPLATE"].map(|kind| names(added, kind));
    assert_eq!(kinds, [vec!["shop"], vec!["cache"], vec!["cache", "web"]]);
    let cause = added.iter().find(|change| change["subjectKind"] == "STACK").unwrap();
    t.done("revertChange", json!({ "change": cause["id"] }), "").await;
    // Other stacks may use the templates, so they stay as the import has made them.
    let expected =
        json!([{ "name": "shop", "instances": { "nodes": [{ "name": "web", "template": { "imageTag": "2" } }] } }]);
    assert_eq!(live(t).await, expected);
}
