//! The memory budget of each request: a request beyond it is refused, and other requests are still served.

use axum::{body::Body, http::Request};
use devarch::{limits::Limits, server::ByExecutor};
use serde_json::{Value, json};

use crate::support::{Engine, TestApp, both};

both!(
    an_answer_beyond_the_budget_is_refused,
    rows_beyond_the_budget_are_refused,
    a_rendered_file_beyond_the_budget_is_refused,
    what_is_shared_by_aliases_counts_once,
    small_requests_are_answered_while_memory_is_short,
    memory_is_free_again_when_an_answer_is_taken,
    a_change_whose_payload_is_too_large_is_made_and_said,
    large_parts_are_read_row_by_row,
    many_large_computations_take_turns_and_all_end,
    previews_of_edits_count,
    arguments_count_wherever_they_are_used,
);

const KIB: usize = 1024;

/// A stack `fat` of so many instances of a template with one config file.
async fn fat(t: &TestApp, instances: usize, bytes: usize) {
    t.stack("fat").await;
    let files = json!([{ "filePath": "/etc/fat.conf", "content": "\"x\"\n".repeat(bytes / 4) }]);
    t.done("createTemplate", json!({ "name": "fat", "imageName": "fat", "configFiles": files }), "").await;
    for n in 0..instances {
        let input = json!({ "stack": { "name": "fat" }, "template": { "name": "fat" }, "name": format!("i{n}") });
        t.done("createInstance", input, "").await;
    }
}

/// The same application with other budgets, and without the limit of cost.
fn with_memory(t: &TestApp, request_memory: u64, memory: u64) -> TestApp {
    t.with_limits(Limits { request_memory, memory, max_cost: u64::MAX, ..Limits::default() })
}

fn aliased(field: &str, times: usize) -> String {
    (0..times).map(|n| format!("a{n}: {field} ")).collect()
}

/// The only error of an answer without data.
async fn refusal(t: &TestApp, query: &str) -> String {
    let answer = t.graphql(query, json!({})).await;
    assert_eq!(answer["data"], Value::Null, "{query}");
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{query}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{query}");
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

fn contents(times: usize) -> String {
    let files = format!("configFiles {{ {} }}", aliased("content", times));
    format!("{{ stack(name: \"fat\") {{ instances(first: 100) {{ nodes {{ effectiveConfig {{ {files} }} }} }} }} }}")
}

async fn an_answer_beyond_the_budget_is_refused(t: &TestApp) {
    fat(t, 3, 64 * KIB).await;
    let t = &with_memory(t, 2, 64);
    assert_eq!(t.data(&contents(1), json!({})).await["stack"]["instances"]["nodes"].as_array().unwrap().len(), 3);
    let message = refusal(t, &contents(40)).await;
    assert!(message.contains("2097152 bytes") && message.contains("--request-memory"), "{message}");
    // The other ways that lead to as much.
    refusal(t, &format!("{{ template(name: \"fat\") {{ configFiles {{ {} }} }} }}", aliased("content", 55))).await;
    let nested = format!("instances {{ nodes {{ template {{ configFiles {{ {} }} }} }} }}", aliased("content", 20));
    refusal(t, &format!("{{ template(name: \"fat\") {{ {nested} }} }}")).await;
}

async fn rows_beyond_the_budget_are_refused(t: &TestApp) {
    fat(t, 4, 4).await;
    for n in 0..4 {
        let overrides = json!({ "configFiles": [{ "filePath": "/own", "content": "y".repeat(512 * KIB) }] });
        let input = json!({ "instance": TestApp::by_name("fat", &format!("i{n}")), "overrides": overrides });
        t.done("setInstanceOverrides", input, "").await;
    }
    let query = "{ stack(name: \"fat\") { instances { nodes { configFiles { content } } } } }";
    refusal(&with_memory(t, 1, 64), query).await;
    refusal(&with_memory(t, 64, 1), query).await;
    assert!(t.data(query, json!({})).await.to_string().len() > 2000 * KIB);
}

async fn a_rendered_file_beyond_the_budget_is_refused(t: &TestApp) {
    fat(t, 8, 128 * KIB).await;
    let small = &with_memory(t, 2, 64);
    refusal(small, "{ stack(name: \"fat\") { compose { hash } } }").await;
    refusal(small, "{ stack(name: \"fat\") { compose(mode: LAYERED) { warnings { message } } } }").await;
    let ask = || Request::get("/stacks/fat/compose.yaml").body(Body::empty()).unwrap();
    let answer = small.send(ask()).await;
    assert_eq!(answer.status(), 422);
    let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    let answer = t.send(ask()).await;
    assert_eq!(answer.status(), 200);
    assert!(TestApp::text(answer).await.len() > 1000 * KIB);
}

/// A file is rendered once however often it is selected; only the response grows.
async fn what_is_shared_by_aliases_counts_once(t: &TestApp) {
    fat(t, 4, 64 * KIB).await;
    let t = &with_memory(t, 4, 64);
    t.data(&format!("{{ stack(name: \"fat\") {{ {} }} }}", aliased("compose { hash }", 30)), json!({})).await;
    let files = format!("effectiveConfig {{ {} }}", aliased("configFiles { filePath }", 30));
    let query = format!("{{ stack(name: \"fat\") {{ instances {{ nodes {{ {files} }} }} }} }}");
    t.data(&query, json!({})).await;
}

async fn small_requests_are_answered_while_memory_is_short(t: &TestApp) {
    fat(t, 3, 64 * KIB).await;
    let t = &with_memory(t, 64, 12);
    // Responses that no client reads.
    let ask = || t.send(t.post(json!({ "query": contents(20) }).to_string()));
    let held = [ask().await, ask().await];
    assert!(held.iter().all(|answer| answer.status() == 200));
    let message = refusal(t, &contents(20)).await;
    assert!(message.contains("try again"), "{message}");
    t.data("{ stacks { totalCount nodes { name } } }", json!({})).await;
    t.done("updateStack", json!({ "stack": { "name": "fat" }, "description": "while memory is short" }), "").await;
    drop(held);
    t.data(&contents(20), json!({})).await;
}

async fn memory_is_free_again_when_an_answer_is_taken(t: &TestApp) {
    fat(t, 3, 64 * KIB).await;
    let t = &with_memory(t, 8, 8);
    for _ in 0..20 {
        t.data(&contents(5), json!({})).await;
        refusal(t, &contents(59)).await;
    }
}

async fn a_change_whose_payload_is_too_large_is_made_and_said(t: &TestApp) {
    fat(t, 1, 64 * KIB).await;
    let small = &with_memory(t, 1, 64);
    let selection = format!("instance {{ effectiveConfig {{ configFiles {{ {} }} }} }}", aliased("content", 50));
    let query = format!(
        "mutation {{ updateInstance(input: {{ instance: {{ byName: {{ stack: \"fat\", name: \"i0\" }} }}, description: \"new\" }}) \
         {{ {selection} userErrors {{ code }} }} }}"
    );
    let answer = small.graphql(&query, json!({})).await;
    assert_eq!(answer["data"]["updateInstance"], Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("look before you repeat it"), "{message}");
    let found = t.data("{ instance(stack: \"fat\", name: \"i0\") { description } }", json!({})).await;
    assert_eq!(found["instance"]["description"], "new");
}

/// More clients than threads for large work, whose requests render files; and mutations that select one.
async fn many_large_computations_take_turns_and_all_end(t: &TestApp) {
    fat(t, 8, 64 * KIB).await;
    // The minute below is what counts; a loaded machine must not end single requests before.
    let t = &t.with_limits(Limits { request_timeout: 60, ..Limits::default() });
    let done = t.at_once(10, async |t: TestApp, n: usize| {
        let started = std::time::Instant::now();
        for _ in 0..3 {
            if n < 3 {
                let input = json!({ "stack": { "name": "fat" }, "description": format!("{n}") });
                t.done("updateStack", input, "stack { compose { hash } }").await;
            } else {
                let query = "{ stack(name: \"fat\") { compose { text } layered: compose(mode: LAYERED) { hash } } }";
                let answer = t.send(t.post(json!({ "query": query }).to_string())).await;
                let text = TestApp::text(answer).await;
                assert!(text.len() > 500 * KIB, "{}", &text[..text.len().min(300)]);
            }
        }
        started.elapsed()
    });
    let slowest = tokio::time::timeout(std::time::Duration::from_mins(1), done).await.expect("all of them end");
    assert_eq!(slowest.len(), 10);
}

async fn previews_of_edits_count(t: &TestApp) {
    fat(t, 4, 64 * KIB).await;
    let affected = "affected(edit: { configFiles: [] }) { instances { instance { stack { name } } changes { key } } }";
    let query = |times| format!("{{ template(name: \"fat\") {{ {} }} }}", aliased(affected, times));
    t.data(&query(2), json!({})).await;
    refusal(&with_memory(t, 4, 64), &query(50)).await;
}

async fn arguments_count_wherever_they_are_used(t: &TestApp) {
    fat(t, 1, 4).await;
    let small = &with_memory(t, 4, 64);
    let edit = json!({ "configFiles": [{ "filePath": "/x", "content": "x".repeat(300 * KIB) }] });
    let ask = async |times| {
        let fields = aliased("affected(edit: $edit) { affectedCount }", times);
        let query = format!("query ($edit: TemplateEditInput!) {{ template(name: \"fat\") {{ {fields} }} }}");
        small.graphql(&query, json!({ "edit": edit })).await
    };
    let answer = ask(1).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let answer = ask(40).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{answer}");
}

/// More than SQLite packs into one value.
async fn large_parts_are_read_row_by_row(t: &TestApp) {
    fat(t, 6, 4).await;
    for n in 0..6 {
        let overrides =
            json!({ "configFiles": [{ "filePath": "/own", "content": format!("{n}").repeat(1000 * KIB) }] });
        let input = json!({ "instance": TestApp::by_name("fat", &format!("i{n}")), "overrides": overrides });
        t.done("setInstanceOverrides", input, "").await;
    }
    let query = "{ stack(name: \"fat\") { instances { nodes { name configFiles { content } envVars { key } } } } }";
    let (statements, data) = t.cost(query, json!({})).await;
    assert_eq!(statements, if t.engine == Engine::Sqlite { 2 } else { 1 });
    for (n, node) in data["stack"]["instances"]["nodes"].as_array().unwrap().iter().enumerate() {
        let content = node["configFiles"][0]["content"].as_str().unwrap();
        assert!(content.len() == 1000 * KIB && content.starts_with(&n.to_string()), "instance {n}");
    }
    let mut request = t.post(json!({ "query": query }).to_string());
    request.extensions_mut().insert(ByExecutor);
    let executed: Value = serde_json::from_str(&TestApp::text(t.send(request).await).await).unwrap();
    assert_eq!(executed["data"], data);
}
