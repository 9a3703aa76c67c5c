//! The cost of pages whose values have references, and that what is kept of a stack never outlives a change.

use serde_json::{Value, json};

use super::{APP, DB, instance, set_variables, shop, values};
use crate::support::{TestApp, both};

both!(a_page_of_resolved_values_costs_two_statements, what_a_stack_offers_is_read_again_after_each_change,);

const PAGE: &str = "query ($stack: String!) { stack(name: $stack) { instances(first: 100) { nodes { name effectiveConfig { \
                    command envVars { key value isSecret isSet text state segments { __typename ... on TextSegment { text } \
                    ... on ReferenceSegment { text value isSecret reason } } } labels { key value } } } } } }";

async fn a_page_of_resolved_values_costs_two_statements(t: &TestApp) {
    shop(t).await;
    // Two instances, ten, and thirty.
    let (mut there, mut costs) = (0, Vec::new());
    for n in [2, 10, 30] {
        for more in there..n {
            let vars = json!([
                { "key": "DSN", "value": "postgresql://${{orders-db.USER}}:${{orders-db.PASSWORD}}@${{orders-db:host}}" },
                { "key": "NEXT", "value": "${{self.DSN}} ${{app.HOST}}" },
            ]);
            instance(t, &format!("more-{more}"), "web", json!({ "envVars": vars })).await;
        }
        there = n;
        // Another page each time, so that no response is kept.
        let page = PAGE.replace("100", &(100 - n).to_string());
        let (cost, data) = t.cost(&page, json!({ "stack": "shop" })).await;
        let executed = t.cost_by_executor(&page, json!({ "stack": "shop" })).await;
        assert_eq!(executed.1, data);
        costs.push(cost);
        let text = data.to_string();
        assert!(text.contains("orders-live") && !text.contains("s3cret"), "{text}");
    }
    assert!(costs.iter().all(|cost| *cost == costs[0] && *cost <= 16), "{costs:?}");
    // Nothing has changed since: the rows, and the version of the stack.
    let (cost, data) = t.cost(PAGE, json!({ "stack": "shop" })).await;
    assert_eq!(cost, 2);
    assert_eq!(t.cost_by_executor(PAGE, json!({ "stack": "shop" })).await.1, data);
    // Without references, the rows alone.
    let keys = "query ($stack: String!) { stack(name: $stack) { instances { nodes { effectiveConfig { envVars { key origin } } } } } }";
    assert_eq!(t.cost(keys, json!({ "stack": "shop" })).await.0, 1);
}

/// The value of the only variable of an instance.
async fn value(t: &TestApp, name: &str, key: &str) -> Value {
    values(t, "shop", name).await[key].clone()
}

async fn what_a_stack_offers_is_read_again_after_each_change(t: &TestApp) {
    shop(t).await;
    instance(
        t,
        "reader",
        "web",
        json!({ "envVars": [{ "key": "ALL", "value": "${{orders-db.DATABASE}} ${{orders-db:port(5432)}}" }] }),
    )
    .await;
    assert_eq!(value(t, "reader", "ALL").await, "orders-live 5432");
    // An override of the target.
    let key = |name: &str| json!({ "stack": "shop", "name": name });
    let operations = json!([{ "set": { "envVar": { "key": "USER", "value": "other" } } }]);
    t.done("patchInstanceOverrides", json!({ "instance": { "byName": key(DB) }, "operations": operations }), "").await;
    assert_eq!(value(t, "reader", "ALL").await, "other-live 5432");
    // What it inherits from its template.
    let operations = json!([{ "remove": { "envVar": "USER" } }]);
    let input = json!({ "template": { "name": "postgres" }, "envVars": [{ "key": "USER", "value": "template" }] });
    t.done("updateTemplate", input, "").await;
    t.done("patchInstanceOverrides", json!({ "instance": { "byName": key(DB) }, "operations": operations }), "").await;
    let reset = json!([{ "reset": { "entry": { "envVar": "USER" } } }]);
    t.done("patchInstanceOverrides", json!({ "instance": { "byName": key(DB) }, "operations": reset }), "").await;
    assert_eq!(value(t, "reader", "ALL").await, "template-live 5432");
    let input = json!({ "template": { "name": "postgres" }, "envVars": [{ "key": "USER", "value": "edited" }] });
    t.done("updateTemplate", input, "").await;
    assert_eq!(value(t, "reader", "ALL").await, "edited-live 5432");
    // A variable of the stack, and a rename.
    let vars = json!([{ "key": "ZONE", "value": "a" }]);
    t.done("setSharedVars", json!({ "stack": { "name": "shop" }, "vars": vars }), "").await;
    set_variables(t, APP, json!([{ "key": "ZONE_NAME", "value": "in ${{shared.ZONE}} by ${{orders-db:host}}" }])).await;
    assert_eq!(value(t, APP, "ZONE_NAME").await, "in a by orders-db");
    let vars = json!([{ "key": "ZONE", "value": "b" }]);
    t.done("setSharedVars", json!({ "stack": { "name": "shop" }, "vars": vars }), "").await;
    t.done("renameInstance", json!({ "instance": { "byName": key(DB) }, "name": "db" }), "").await;
    assert_eq!(value(t, APP, "ZONE_NAME").await, "in b by db");
    // The payload of a change shows the change.
    let input = json!({
        "instance": { "byName": key("db") },
        "operations": [{ "set": { "envVar": { "key": "USER", "value": "again" } } }],
    });
    let selection = "instance { stack { instance(name: \"reader\") { effectiveConfig { envVars { key value } } } } }";
    let done = t.done("patchInstanceOverrides", input, selection).await;
    let found = &done["instance"]["stack"]["instance"]["effectiveConfig"]["envVars"];
    assert!(found.to_string().contains("again-live 5432"), "{found}");
}
