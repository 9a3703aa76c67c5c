//! API keys that require plans.

use serde_json::{Value, json};

use super::{plan, with_token};
use crate::support::{TestApp, both, code};

both!(such_a_key_destroys_nothing_without_a_plan);

async fn such_a_key_destroys_nothing_without_a_plan(t: &TestApp) {
    t.shop().await;
    let key = json!({ "name": "agent", "role": "ADMIN", "requirePlan": true });
    let made = t.done("createApiKey", key, "token apiKey { requirePlan }").await;
    assert_eq!(made["apiKey"]["requirePlan"], true);
    let token = made["token"].as_str().unwrap().to_owned();
    let agent = t.behind(devarch::server::AuthMode::Keys, None).showing(Some(&token));
    let viewer = agent.data("{ viewer { requirePlan } apiKeys { name requirePlan } }", json!({})).await;
    assert_eq!(viewer["viewer"]["requirePlan"], true);
    assert_eq!(viewer["apiKeys"], json!([{ "name": "agent", "requirePlan": true }]));
    let (stack, db) = (json!({ "name": "shop" }), TestApp::by_name("shop", "db"));
    let destructive: [(&str, Value); 11] = [
        ("renameStack", json!({ "stack": stack, "name": "store" })),
        ("softDeleteStack", json!({ "stack": stack })),
        ("purgeStack", json!({ "stack": stack })),
        ("updateTemplate", json!({ "template": { "name": "postgres" }, "imageTag": "18" })),
        ("deleteTemplate", json!({ "template": { "name": "postgres" } })),
        ("renameInstance", json!({ "instance": db, "name": "data" })),
        ("softDeleteInstance", json!({ "instance": db })),
        ("purgeInstance", json!({ "instance": db })),
        ("revertChange", json!({ "change": "Q2hhbmdlOjE" })),
        ("restoreVersion", json!({ "stack": stack, "at": { "ago": "PT0S" } })),
        ("applyStack", json!({ "stack": "shop", "owner": "git", "source": { "document": "devarch: 1" } })),
    ];
    for (mutation, input) in destructive {
        assert_eq!(agent.refused(mutation, input).await, [code("PLAN_REQUIRED", "input.planToken")], "{mutation}");
    }
    // A name given to an update is a rename, and an import may edit templates.
    let file = json!([{ "name": "compose.yaml", "text": "services: { postgres: { image: 'postgres:18' } }" }]);
    for (mutation, input) in [
        ("updateInstance", json!({ "instance": db, "name": "data" })),
        ("importCompose", json!({ "files": file, "onConflict": "UPDATE" })),
    ] {
        assert_eq!(agent.refused(mutation, input).await, [code("PLAN_REQUIRED", "input.planToken")], "{mutation}");
    }
    agent.done("updateInstance", json!({ "instance": db, "description": "orders" }), "instance { id }").await;
    agent.done("importCompose", json!({ "files": file, "onConflict": "UPDATE", "dryRun": true }), "").await;
    // What adds needs no plan.
    agent.done("createInstance", TestApp::new_instance("shop", "app"), "instance { id }").await;
    let input = json!({ "instance": db });
    let planned = plan(&agent, "softDeleteInstance", &input).await;
    agent.done("softDeleteInstance", with_token(&input, &planned["token"]), "instance { id }").await;
}
