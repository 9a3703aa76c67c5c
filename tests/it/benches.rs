//! Checks the inputs of `benches/load`: its database can be filled, and its documents are answered without errors.

#[expect(dead_code, reason = "the test fills a database; the program around it is not called")]
#[path = "../../benches/seed.rs"]
mod seed;

use clap::Parser;
use serde_json::{Value, json};

use crate::support::{COLLECTIONS, TestApp, both};

both!(what_is_measured_is_answered);

const READS: [&str; 4] = [
    include_str!("../../benches/queries/q1.graphql"),
    include_str!("../../benches/queries/q2.graphql"),
    include_str!("../../benches/queries/q4.graphql"),
    include_str!("../../benches/queries/q5.graphql"),
];

async fn what_is_measured_is_answered(t: &TestApp) {
    let wanted = ["seed", "--database-url", "sqlite://none", "--stacks", "2", "--instances", "3"];
    let wanted = seed::Arguments::try_parse_from(wanted).unwrap();
    seed::fill(t.db.writer(), &wanted).await.unwrap();
    seed::finish(t.db.writer()).await.unwrap();

    let mut variables = json!({ "stack": "stack-00002", "first": 100, "search": "inst", "name": "inst-0003" });
    for document in READS {
        let nodes = t.data(document, variables.clone()).await["stack"]["instances"]["nodes"].take();
        assert_eq!(nodes.as_array().unwrap().len(), 3, "{nodes}");
        if document.contains("overrideCount") {
            assert!(nodes.as_array().unwrap().iter().all(|node| node["overrideCount"] == 22), "{nodes}");
        }
    }
    let one = t.data(include_str!("../../benches/queries/q3.graphql"), variables.take()).await["instance"].take();
    assert_eq!(one["configFiles"][0]["content"].as_str().unwrap().len(), 1024);

    let input = json!({ "stack": { "name": "stack-00002" }, "template": { "name": "template-07" }, "name": "new" });
    let new = made(t, include_str!("../../benches/queries/m1.graphql"), input).await;
    assert_eq!(new["name"], "new");
    let input = json!({ "instance": { "byName": { "stack": "stack-00002", "name": "inst-0003" } }, "name": "copy" });
    let copy = made(t, include_str!("../../benches/queries/m2.graphql"), input).await;
    assert_eq!(copy["overrideCount"], 22);

    // The API would have accepted the inserted rows.
    let columns = COLLECTIONS.replace(" isSet", "");
    let query = format!("{{ instance(stack: \"stack-00002\", name: \"inst-0003\") {{ {columns} }} }}");
    let overrides = t.data(&query, Value::Null).await["instance"].take();
    let input = json!({ "instance": TestApp::by_name("stack-00002", "inst-0003"), "overrides": overrides });
    t.done("setInstanceOverrides", input, "").await;
}

/// The instance that a document's change made.
async fn made(t: &TestApp, document: &str, input: Value) -> Value {
    let mut data = t.data(document, json!({ "input": input })).await;
    let payload = data.as_object_mut().unwrap().values_mut().next().unwrap();
    assert_eq!(payload["userErrors"], json!([]));
    payload["instance"].take()
}
