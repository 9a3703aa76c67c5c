//! A key that is limited to some stacks sees nothing of the others, in any field of the schema.

use devarch::{limits::Limits, server::AuthMode};
use serde_json::{Value, json};

use super::{error_code, everything::Schema, key};
use crate::support::{TestApp, both, code};

both!(
    no_answer_depends_on_what_is_out_of_reach,
    an_id_out_of_reach_is_like_one_that_never_was,
    who_holds_a_name_shows_only_within_reach,
    what_stands_in_the_way_of_a_restore_shows_only_within_reach,
    a_key_outlives_its_stacks_and_then_reaches_nothing,
    a_limited_key_follows_its_stack_through_a_rename,
);

/// What is asked of a plan: no token, which depends on the time.
const PLAN: &str = "{ destructive summary { effects entries } effects { nodes { __typename severity message subject { id } ... on ConfigEffect
    { edits { kind key } fields { field from to } } } } newConflicts { message holder { id } holderCount } solvedConflicts { message }
    userErrors { message } }";

/// What is asked of a search.
const FOUND: &str = "{ edges { cursor node { node { __typename id } stack { id name } kind key text origin } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";

/// Documents for every field of `Query`. A new field has to be added, or the test fails.
fn documents(schema: &Schema) -> Vec<String> {
    let ask = |field: &str, inside: &str| match field {
        "node" => vec!["node(id: $mine)".to_owned()],
        "nodes" => vec!["nodes(ids: [$mine, $instance])".to_owned()],
        "stack" => vec!["stack(name: \"mine\")".to_owned(), "stack(name: \"theirs\")".to_owned()],
        "stacks" => {
            vec!["stacks".to_owned(), "stacks(search: \"t\", enabled: true)".to_owned(), "stacks(last: 5)".to_owned()]
        }
        "template" => vec!["template(name: \"postgres\")".to_owned()],
        "templates" => vec!["templates".to_owned()],
        "instance" => vec![
            "instance(stack: \"mine\", name: \"db\")".to_owned(),
            "instance(stack: \"theirs\", name: \"db\")".to_owned(),
        ],
        "stackByRef" => ["id: $mine", "name: \"mine\"", "name: \"theirs\""]
            .map(|wanted| format!("stackByRef(ref: {{ {wanted} }})"))
            .to_vec(),
        "templateByRef" => vec!["templateByRef(ref: { name: \"postgres\" })".to_owned()],
        "instanceByRef" => [
            "id: $instance",
            "byName: { stack: \"mine\", name: \"db\" }",
            "byName: { stack: \"theirs\", name: \"db\" }",
        ]
        .map(|wanted| format!("instanceByRef(ref: {{ {wanted} }})"))
        .to_vec(),
        "trash" | "viewer" | "apiKeys" | "changeCursor" | "categories" | "version" => vec![field.to_owned()],
        "changes" => vec!["changes".to_owned(), "changes(last: 5, actions: [CREATE])".to_owned()],
        "search" => ["text: \"t\"", "text: \"15432\", kinds: [PORT]", "text: \"orders\"", "text: \"E\", first: 1"]
            .map(|arguments| format!("search({arguments})"))
            .to_vec(),
        "suggestHostPort" => vec!["suggestHostPort(near: 15432)".to_owned()],
        "diffStacks" => {
            vec!["diffStacks(a: { stack: { name: \"mine\" } }, b: { document: \"services: {}\" })".to_owned()]
        }
        "plan" => {
            vec![
                "plan(change: { updateInstance: { instance: { byName: { stack: \"mine\", name: \"db\" } }, description: \"x\" } })"
                    .to_owned(),
            ]
        }
        other => panic!("say how `{other}` (of the type {inside}) is asked"),
    };
    let mut documents = Vec::new();
    for (field, inside) in schema.fields("Query") {
        let below = match inside {
            "Int" | "String" | "ChangeCursor" => String::new(),
            // Below it are objects that the other fields show with everything.
            "Plan" => PLAN.to_owned(),
            "SearchResultConnection" => FOUND.to_owned(),
            _ if field.ends_with("ByRef") => "{ __typename id name }".to_owned(),
            inside => schema.everything(inside),
        };
        documents.extend(ask(field, inside).into_iter().map(|asked| {
            let used = ["$mine", "$instance"].into_iter().filter(|name| asked.contains(name));
            let declared: Vec<String> = used.map(|name| format!("{name}: ID!")).collect();
            let variables = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
            format!("query {variables} {{ {asked} {below} }}")
        }));
    }
    documents
}

async fn answers(t: &TestApp, documents: &[String], variables: &Value) -> Vec<Value> {
    let mut answers = Vec::new();
    for document in documents {
        let mut answer = t.graphql(document, variables.clone()).await;
        // `FORBIDDEN` is a valid result; an error in the document is not.
        assert!(matches!(error_code(&answer), None | Some("FORBIDDEN")), "{document}: {answer}");
        if let Some(errors) = answer.get_mut("errors").and_then(Value::as_array_mut) {
            for error in errors {
                error["locations"].take();
            }
        }
        answers.push(answer);
    }
    answers
}

/// A stack with an instance that claims every kind of resource, a disabled one, and deleted ones.
async fn furnish(t: &TestApp, stack: &str) -> Value {
    let id = t.stack(stack).await["id"].take();
    t.instance(stack, "db").await;
    let overrides = json!({ "instance": TestApp::by_name(stack, "db"), "overrides": {
        "ports": [{ "containerPort": 5432, "hostPort": 15432 }], "domains": [{ "domain": "orders.localhost" }],
        "volumes": [{ "volumeType": "BIND", "source": "/srv/data", "target": "/data" }],
    } });
    t.done("setInstanceOverrides", overrides, "").await;
    t.instance(stack, "old").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name(stack, "old") }), "").await;
    id
}

async fn no_answer_depends_on_what_is_out_of_reach(t: &TestApp) {
    // Documents that select everything exceed the usual limits.
    let t = &t.with_limits(Limits {
        max_aliases: 10_000,
        max_depth: 100,
        max_selections: 10_000,
        max_cost: u64::MAX,
        max_tokens: 100_000,
        request_timeout: 120,
        ..Limits::default()
    });
    t.template("postgres").await;
    let mine = furnish(t, "mine").await;
    let instance =
        t.data("{ instance(stack: \"mine\", name: \"db\") { id } }", json!({})).await["instance"]["id"].take();
    let variables = json!({ "mine": mine, "instance": instance });
    let schema = Schema::load(t).await;
    let documents = documents(&schema);
    let mut callers = Vec::new();
    for role in super::ROLES {
        let key = key(t, &role.to_lowercase(), role, Some(&["mine"])).await;
        let caller = t.behind(AuthMode::Keys, Some(&key));
        let before = answers(&caller, &documents, &variables).await;
        callers.push((caller, before));
    }
    let alone = answers(t, &documents, &variables).await;

    furnish(t, "theirs").await;
    t.stack("theirs-too").await;
    t.instance("theirs-too", "db").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "theirs-too" } }), "").await;

    for (caller, before) in callers {
        for ((document, before), after) in
            documents.iter().zip(before).zip(answers(&caller, &documents, &variables).await)
        {
            assert_eq!(after, before, "{document}");
        }
    }
    // Control: a key for all stacks sees a difference in nearly all documents.
    let with_theirs = answers(t, &documents, &variables).await;
    let different = alone.iter().zip(&with_theirs).filter(|(before, after)| before != after).count();
    assert!(different >= 12, "{different} of {}", documents.len());
}

async fn an_id_out_of_reach_is_like_one_that_never_was(t: &TestApp) {
    t.template("postgres").await;
    t.stack("mine").await;
    let theirs = furnish(t, "theirs").await;
    let found = t.data("{ instance(stack: \"theirs\", name: \"db\") { id } }", json!({})).await;
    let instance = &found["instance"]["id"];
    let key = key(t, "limited", "READER", Some(&["mine"])).await;
    let caller = t.behind(AuthMode::Keys, Some(&key));
    let query = "query ($ids: [ID!]!, $stack: ID!) { nodes(ids: $ids) { id } node(id: $stack) { id } }";
    let found = caller.data(query, json!({ "ids": [theirs, instance], "stack": theirs })).await;
    assert_eq!(found, json!({ "nodes": [null, null], "node": null }));
}

async fn who_holds_a_name_shows_only_within_reach(t: &TestApp) {
    t.template("postgres").await;
    for stack in ["a", "a-b", "c"] {
        t.stack(stack).await;
    }
    t.instance("a-b", "x").await;
    let key = key(t, "limited", "EDITOR", Some(&["a", "c"])).await;
    let caller = t.behind(AuthMode::Keys, Some(&key));
    // The container name of `b-x` in `a` is that of `x` in `a-b`.
    let input = TestApp::new_instance("a", "b-x");
    let refused = caller.mutate("createInstance", input, "").await;
    assert_eq!(TestApp::codes(&refused), [code("CONTAINER_NAME_TAKEN", "input.name")]);
    let error = &refused["userErrors"][0];
    assert_eq!(error["message"], "The container name devarch-a-b-x is taken.");
    assert_eq!(error["suggestion"], "b-x-2");
    // A stack's name that is taken by a stack out of reach.
    let refused = caller.mutate("renameStack", json!({ "stack": { "name": "c" }, "name": "a-b" }), "").await;
    let error = &refused["userErrors"][0];
    assert_eq!((&error["code"], &error["__typename"]), (&json!("NAME_TAKEN"), &json!("InputError")));
    assert_eq!(error["suggestion"], "a-b-2");
    // Within reach the holder is named.
    let refused = caller.mutate("renameStack", json!({ "stack": { "name": "c" }, "name": "a" }), "").await;
    assert_eq!(refused["userErrors"][0]["__typename"], "NameTakenError");
    // A stack whose instances would take the container names of others.
    t.instance("c", "b-x").await;
    caller.done("softDeleteStack", json!({ "stack": { "name": "a" } }), "").await;
    let refused = caller.mutate("renameStack", json!({ "stack": { "name": "c" }, "name": "a" }), "").await;
    assert_eq!(refused["userErrors"][0]["message"], "The container name devarch-a-b-x is taken.");
}

async fn what_stands_in_the_way_of_a_restore_shows_only_within_reach(t: &TestApp) {
    t.template("postgres").await;
    t.stack("a").await;
    t.stack("keep").await;
    t.instance("a", "b-x").await;
    let shown = key(t, "limited", "EDITOR", Some(&["a", "keep"])).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("a", "b-x") }), "").await;
    t.stack("a-b").await;
    t.instance("a-b", "x").await;
    let caller = t.behind(AuthMode::Keys, Some(&shown));
    let trash = "{ trash { instances { nodes { obstacles { code message holder { id } } } }
                   stacks { nodes { obstacles { code message holder { id } } } } } }";
    let of_instance = caller.data(trash, json!({})).await["trash"]["instances"]["nodes"][0]["obstacles"][0].take();
    let hidden = json!({ "code": "CONTAINER_NAME_TAKEN", "message": "The container name devarch-a-b-x is taken.", "holder": null });
    assert_eq!(of_instance, hidden);
    // A stack in the trash whose name another stack has taken.
    t.done("softDeleteStack", json!({ "stack": { "name": "keep" } }), "").await;
    t.stack("keep").await;
    let of_stack = caller.data(trash, json!({})).await["trash"]["stacks"]["nodes"][0]["obstacles"][0].take();
    assert_eq!((&of_stack["code"], &of_stack["holder"]), (&json!("NAME_TAKEN"), &Value::Null));
    let told = t.data(trash, json!({})).await;
    assert!(told["trash"]["stacks"]["nodes"][0]["obstacles"][0]["holder"].is_object(), "{told}");
}

async fn a_key_outlives_its_stacks_and_then_reaches_nothing(t: &TestApp) {
    t.stack("mine").await;
    t.stack("theirs").await;
    let key = key(t, "limited", "READER", Some(&["mine"])).await;
    let caller = t.behind(AuthMode::Keys, Some(&key));
    let seen = "{ stacks { totalCount nodes { name } } viewer { role stacks { name } } }";
    let found = caller.data(seen, json!({})).await;
    assert_eq!(found["viewer"], json!({ "role": "READER", "stacks": [{ "name": "mine" }] }));
    t.done("softDeleteStack", json!({ "stack": { "name": "mine" } }), "").await;
    t.done("purgeStack", json!({ "stack": { "name": "mine" } }), "").await;
    let found = caller.data(seen, json!({})).await;
    assert_eq!(found["stacks"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(found["viewer"]["stacks"], json!([]));
}

async fn a_limited_key_follows_its_stack_through_a_rename(t: &TestApp) {
    t.stack("mine").await;
    let key = key(t, "limited", "EDITOR", Some(&["mine"])).await;
    let caller = t.behind(AuthMode::Keys, Some(&key));
    caller.done("renameStack", json!({ "stack": { "name": "mine" }, "name": "ours" }), "").await;
    assert_eq!(caller.data("{ stacks { nodes { name } } }", json!({})).await["stacks"]["nodes"][0]["name"], "ours");
    // Its old name does not exist any more.
    t.stack("mine").await;
    assert_eq!(caller.data("{ stack(name: \"mine\") { id } }", json!({})).await["stack"], Value::Null);
}
