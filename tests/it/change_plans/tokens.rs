//! Tokens: a change happens if its effects are those of the plan.

use serde_json::{Value, json};

use super::{end, plan, with_token};
use crate::support::{TestApp, both, code};

both!(
    unrelated_edits_do_not_spoil_a_plan,
    related_edits_spoil_a_plan,
    a_token_is_for_one_caller_one_input_and_fifteen_minutes,
    a_repeated_request_gets_its_outcome,
    plans_and_writers_at_once,
);

async fn patch(t: &TestApp, name: &str, key: &str, value: &str) {
    let operations = json!([{ "set": { "envVar": { "key": key, "value": value } } }]);
    let input = json!({ "instance": TestApp::by_name("shop", name), "operations": operations });
    t.done("patchInstanceOverrides", input, "instance { id }").await;
}

fn delete(name: &str) -> Value {
    json!({ "instance": TestApp::by_name("shop", name) })
}

async fn unrelated_edits_do_not_spoil_a_plan(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "app").await;
    let planned = plan(t, "softDeleteInstance", &delete("db")).await;
    patch(t, "app", "A", "1").await;
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "description": "x" }), "stack { id }").await;
    t.stack("other").await;
    let edit = json!({ "template": { "name": "postgres" }, "description": "Another text." });
    t.done("updateTemplate", edit, "template { id }").await;
    let input = with_token(&delete("db"), &planned["token"]);
    t.done("softDeleteInstance", input, "instance { id }").await;
}

async fn related_edits_spoil_a_plan(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "app").await;
    let mut planned = plan(t, "softDeleteInstance", &delete("db")).await;
    let spoilers: [(&str, Value); 4] = [
        (
            "patchInstanceOverrides",
            json!({ "instance": TestApp::by_name("shop", "db"), "operations": [{ "set": { "label": { "key": "a", "value": "b" } } }] }),
        ),
        (
            "patchInstanceOverrides",
            json!({ "instance": TestApp::by_name("shop", "app"), "operations": [{ "set": { "dependency": { "instance": TestApp::by_name("shop", "db") } } }] }),
        ),
        ("updateTemplate", json!({ "template": { "name": "postgres" }, "imageTag": "18" })),
        ("updateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "description": "the only copy" })),
    ];
    for (mutation, spoiler) in spoilers {
        t.done(mutation, spoiler.clone(), "__typename").await;
        let before = end(t).await;
        let input = with_token(&delete("db"), &planned["token"]);
        let selection = "userErrors { ... on PlanChangedError { plan { token destructive effects(first: 100) { nodes { message } } } } }";
        let mut refused = t.mutate("softDeleteInstance", input, selection).await;
        assert_eq!(TestApp::codes(&refused), [code("PLAN_CHANGED", "input.planToken")], "{spoiler}");
        assert_eq!(end(t).await, before, "nothing is written");
        planned = refused["userErrors"][0]["plan"].take();
        assert_eq!(planned["destructive"], true);
    }
    // The new plan comes with the error, and binds.
    let input = with_token(&delete("db"), &planned["token"]);
    t.done("softDeleteInstance", input, "instance { id }").await;
}

async fn a_token_is_for_one_caller_one_input_and_fifteen_minutes(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "app").await;
    let planned = plan(t, "softDeleteInstance", &delete("db")).await;
    let token = &planned["token"];
    let changed = [code("PLAN_CHANGED", "input.planToken")];
    assert_eq!(t.refused("softDeleteInstance", with_token(&delete("app"), token)).await, changed);
    for wrong in ["", "x", "ü", "AAAA"] {
        assert_eq!(t.refused("softDeleteInstance", with_token(&delete("db"), &json!(wrong))).await, changed);
    }
    // A plan of one mutation is none of another.
    let renamed = json!({ "instance": TestApp::by_name("shop", "db"), "name": "x" });
    assert_eq!(t.refused("renameInstance", with_token(&renamed, token)).await, changed);
    // Another caller.
    let key = json!({ "name": "ci", "role": "EDITOR" });
    let key = t.done("createApiKey", key, "token").await["token"].as_str().unwrap().to_owned();
    let other = t.behind(devarch::server::AuthMode::Keys, None).showing(Some(&key));
    assert_eq!(other.refused("softDeleteInstance", with_token(&delete("db"), token)).await, changed);
    let theirs = plan(&other, "softDeleteInstance", &delete("db")).await;
    assert_eq!(t.refused("softDeleteInstance", with_token(&delete("db"), &theirs["token"])).await, changed);
    // A plan takes what the mutation takes.
    let purge = json!({ "change": { "purgeStack": { "stack": { "name": "shop" } } } });
    let refused = other.graphql("query ($change: ChangeInput!) { plan(change: $change) { token } }", purge).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    t.skip_time(15 * 60 * 1000);
    assert_eq!(t.refused("softDeleteInstance", with_token(&delete("db"), token)).await, changed);
    let planned = plan(t, "softDeleteInstance", &delete("db")).await;
    t.skip_time(14 * 60 * 1000);
    t.done("softDeleteInstance", with_token(&delete("db"), &planned["token"]), "instance { id }").await;
}

async fn a_repeated_request_gets_its_outcome(t: &TestApp) {
    t.shop().await;
    let planned = plan(t, "softDeleteInstance", &delete("db")).await;
    let mut input = with_token(&delete("db"), &planned["token"]);
    input["idempotencyKey"] = json!("once");
    let first = t.done("softDeleteInstance", input.clone(), "instance { id }").await;
    assert_eq!(t.done("softDeleteInstance", input, "instance { id }").await, first);
}

async fn plans_and_writers_at_once(t: &TestApp) {
    t.shop().await;
    // Each takes the token of its own plan; of those for one name exactly one wins, whatever other clients plan meanwhile.
    let made = t
        .at_once(12, async |t: TestApp, number: usize| {
            let input = json!({ "instance": TestApp::by_name("shop", "db"), "name": format!("db-{}", number % 3) });
            let query = "query ($change: ChangeInput!) { plan(change: $change) { token userErrors { code } } }";
            let body = json!({ "query": query, "variables": { "change": { "renameInstance": input } } }).to_string();
            let answer: Value = serde_json::from_str(&TestApp::text(t.send(t.post(body)).await).await).unwrap();
            let token = answer["data"]["plan"]["token"].clone();
            if token.is_null() {
                return false;
            }
            let payload = t.try_mutate("renameInstance", with_token(&input, &token), "instance { name }").await;
            payload.is_some_and(|payload| payload["userErrors"] == json!([]))
        })
        .await;
    assert_eq!(made.into_iter().filter(|done| *done).count(), 1);
}
