//! Global ids: each has one valid spelling, and reveals nothing about the rows of other callers.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use devarch::{
    error::Error,
    ids::{AnyId, GlobalId, StackId},
    server::AuthMode,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::key;
use crate::support::{TestApp, both, number};

both!(
    an_id_has_one_spelling,
    ids_do_not_count_what_others_create,
    copies_of_a_stack_keep_the_order_of_their_sources,
    a_key_that_was_drawn_twice_is_drawn_again,
);

async fn an_id_has_one_spelling(t: &TestApp) {
    t.shop().await;
    let query = "query ($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } node(id: $id) { id } }";
    let found = t.data("{ stack(name: \"shop\") { id instances { nodes { id template { id } } } } }", json!({})).await;
    let instance = &found["stack"]["instances"]["nodes"][0];
    for id in [&found["stack"]["id"], &instance["id"], &instance["template"]["id"]] {
        let id = id.as_str().unwrap();
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
        let (tag, raw) = text.split_once(':').unwrap();
        let same = t.data(query, json!({ "ids": [id], "id": id })).await;
        assert_eq!(same, json!({ "nodes": [{ "id": id }], "node": { "id": id } }));
        let mut others: Vec<String> =
            [format!("{tag}:0{raw}"), format!("{tag}:+{raw}"), format!("{tag}: {raw}"), format!("{tag}:{raw} ")]
                .map(|text| URL_SAFE_NO_PAD.encode(text))
                .to_vec();
        others.extend([format!("{id}="), format!("{id}=="), format!("{id}\n"), format!(" {id}")]);
        for other in others {
            let found = t.data(query, json!({ "ids": [id, other], "id": other })).await;
            assert_eq!(found, json!({ "nodes": [{ "id": id }, null], "node": null }), "{other}");
            for (field, input) in [
                ("updateStack", json!({ "stack": { "id": other }, "description": "x" })),
                ("updateInstance", json!({ "instance": { "id": other }, "description": "x" })),
            ] {
                assert_eq!(t.refused(field, input).await[0].0, "NOT_FOUND", "{field} {other}");
            }
        }
    }
}

async fn ids_do_not_count_what_others_create(t: &TestApp) {
    t.template("postgres").await;
    t.stack("mine").await;
    t.stack("theirs").await;
    let shown = key(t, "limited", "EDITOR", Some(&["mine"])).await;
    let limited = t.behind(AuthMode::Keys, Some(&shown));
    t.freeze_time();
    let mut distances = Vec::new();
    let mut last = number(&limited.instance("mine", "first").await["id"]);
    for round in 0..20 {
        for foreign in 0..round % 4 {
            t.instance("theirs", &format!("i-{round}-{foreign}")).await;
        }
        let next = number(&limited.instance("mine", &format!("i-{round}")).await["id"]);
        assert!(next > last, "keys grow with time");
        distances.push((next - last, i64::from(round % 4) + 1));
        last = next;
    }
    let told = distances.iter().filter(|(distance, rows)| distance == rows).count();
    assert!(told < 5, "distances and rows: {distances:?}");
    // A limited key sees no other number that grows with the rows of others.
    let stacks: Vec<i64> = {
        let found = t.data("{ stacks { nodes { id } } }", json!({})).await;
        found["stacks"]["nodes"].as_array().unwrap().iter().map(|stack| number(&stack["id"])).collect()
    };
    assert!(stacks.iter().all(|id| *id > 1 << 40), "{stacks:?}");
}

async fn copies_of_a_stack_keep_the_order_of_their_sources(t: &TestApp) {
    t.freeze_time();
    t.template("postgres").await;
    t.stack("shop").await;
    let names: Vec<String> = (0..12).map(|n| format!("i{}", (n * 7) % 12)).collect();
    for name in &names {
        t.instance("shop", name).await;
    }
    let copy = t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "stack { id }").await;
    // Rows created afterwards have larger ids.
    t.instance("copy", "last").await;
    let query = "query ($id: ID!) { node(id: $id) { ... on Stack { instances { nodes { name id } } } } }";
    let found = t.data(query, json!({ "id": copy["stack"]["id"] })).await;
    let nodes = found["node"]["instances"]["nodes"].as_array().unwrap();
    let copied: Vec<&str> = nodes.iter().map(|node| node["name"].as_str().unwrap()).collect();
    assert_eq!(copied, names.iter().map(String::as_str).chain(["last"]).collect::<Vec<_>>());
    assert!(nodes.windows(2).all(|two| number(&two[0]["id"]) < number(&two[1]["id"])));
}

async fn a_key_that_was_drawn_twice_is_drawn_again(t: &TestApp) {
    let stack: Value = t.stack("shop").await;
    let raw = number(&stack["id"]);
    assert_eq!(AnyId::decode(stack["id"].as_str().unwrap()), Some(AnyId::Stack(StackId(raw))));
    assert_eq!(StackId(raw).encode(), stack["id"].as_str().unwrap());
    let again = format!(
        "INSERT INTO stacks (id, name, description, enabled, revision, created_at, updated_at) SELECT id, 'other', description, \
         enabled, revision, created_at, updated_at FROM stacks WHERE id = {raw}"
    );
    let refused = t.db.writer().execute_unprepared(&again).await.unwrap_err();
    // The transaction is run again, and generates another id.
    assert!(matches!(Error::from(refused), Error::Busy(_)));
}
