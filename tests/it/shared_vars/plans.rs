//! Plans of changes of the variables of a stack.

use serde_json::{Value, json};

use super::{env, input, override_with, set, var};
use crate::support::{TestApp, both, code};

both!(
    a_plan_tells_what_every_instance_makes_of_shared_variables,
    a_template_edit_below_a_shared_variable_affects_nothing
);

async fn plan(t: &TestApp, vars: &Value) -> Value {
    let query = "query ($change: ChangeInput!) { plan(change: $change) { token destructive userErrors { code path } newConflicts { value } effects(first: 50)
        { nodes { __typename severity message ... on ConfigEffect { edits { kind key change } } ... on ContainerEffect { action
        containerName } } } } }";
    t.data(query, json!({ "change": { "setSharedVars": input(vars) } })).await["plan"].take()
}

async fn a_plan_tells_what_every_instance_makes_of_shared_variables(t: &TestApp) {
    t.shop().await;
    for name in ["api", "own"] {
        t.instance("shop", name).await;
    }
    override_with(t, "own", var("REGION", "us")).await;
    let vars = json!([var("REGION", "eu")]);
    let planned = plan(t, &vars).await;
    let messages: Vec<&str> = planned["effects"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|effect| effect["message"].as_str().unwrap())
        .collect();
    let expected = [
        "Changes 1 entry of the stack `shop`.",
        "Changes 1 entry of `shop/api`.",
        "The container `devarch-shop-api` of `shop/api` is made anew with another configuration.",
        "Changes 1 entry of `shop/db`.",
        "The container `devarch-shop-db` of `shop/db` is made anew with another configuration.",
    ];
    assert_eq!(messages, expected);
    assert_eq!(
        planned["effects"]["nodes"][0]["edits"],
        json!([{ "kind": "ENV_VAR", "key": "REGION", "change": "ADDED" }])
    );
    assert_eq!((&planned["destructive"], &planned["newConflicts"]), (&json!(true), &json!([])));
    assert_eq!(env(t, "shop", "api").await.len(), 2, "nothing was written");
    let mut bound = input(&vars);
    bound["planToken"] = planned["token"].clone();
    // Another override changes what the change would do.
    patch_own(t).await;
    assert_eq!(t.refused("setSharedVars", bound).await, [code("PLAN_CHANGED", "input.planToken")]);
    let mut bound = input(&vars);
    bound["planToken"] = plan(t, &vars).await["token"].take();
    t.done("setSharedVars", bound, "").await;
    assert_eq!(env(t, "shop", "own").await[2], "REGION=eu STACK");
    let refused = plan(t, &json!([var("", "x")])).await;
    assert_eq!(refused["userErrors"][0]["path"], json!(["change", "setSharedVars", "vars", "0", "key"]));
}

async fn patch_own(t: &TestApp) {
    super::patch(t, "own", json!([{ "reset": { "kind": "ENV_VAR" } }])).await;
}

async fn a_template_edit_below_a_shared_variable_affects_nothing(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("POSTGRES_USER", "shared")])).await;
    let edit = json!({ "envVars": [var("POSTGRES_USER", "new"), { "key": "POSTGRES_PASSWORD", "isSecret": true }] });
    let query = "query ($edit: TemplateEditInput!) { template(name: \"postgres\") { affected(edit: $edit) { affectedCount unaffectedCount } } }";
    let answer = t.graphql(query, json!({ "edit": edit })).await;
    if answer.get("errors").is_none() {
        let affected = &answer["data"]["template"]["affected"];
        assert_eq!((&affected["affectedCount"], &affected["unaffectedCount"]), (&json!(0), &json!(1)));
    }
    let mut change = edit;
    change["template"] = json!({ "name": "postgres" });
    let query = "query ($change: ChangeInput!) { plan(change: $change) { effects { nodes { message } } } }";
    let found =
        t.data(query, json!({ "change": { "updateTemplate": change } })).await["plan"]["effects"]["nodes"].take();
    assert_eq!(found, json!([{ "message": "Changes 1 entry of the template `postgres`." }]));
}
