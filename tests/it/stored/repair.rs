//! An unreadable row can be reset, replaced, written again, copied and deleted.

use serde_json::{Value, json};

use super::{Poison, poisons};
use crate::support::{TestApp, both};

both!(
    an_instance_with_such_a_row_is_repaired_by_every_write,
    a_step_on_another_entry_leaves_such_a_row_alone,
    a_template_with_such_a_row_is_repaired,
    an_import_repairs_templates_and_instances,
    such_a_row_goes_through_copies_and_the_trash,
    a_secret_that_cannot_be_opened_is_replaced,
);

/// Whether everything can be read. Queries run one after the other, because errors of several fields have no fixed
/// order.
async fn is_sound(t: &TestApp, name: &str) -> bool {
    let reports = format!("{{ instance(stack: \"shop\", name: \"{name}\") {{ overrideStats {{ total }} }} }}");
    let sound = t.graphql(&reports, json!({})).await.get("errors").is_none();
    let file = t.graphql("{ stack(name: \"shop\") { compose { hash } } }", json!({})).await;
    assert_eq!(file.get("errors").is_none(), sound, "{file}");
    sound
}

/// The steps and collections that repair an instance.
fn repairs(poison: &Poison) -> Vec<(&'static str, Value)> {
    let Poison { field, kind, step, good, .. } = poison;
    let single = *field == "settings";
    let collection = if single { good.clone() } else { json!([good]) };
    let mut repairs = vec![
        ("patchInstanceOverrides", json!({ "operations": [{ "reset": { "all": true } }] })),
        ("patchInstanceOverrides", json!({ "operations": [{ "reset": { "kind": kind } }] })),
        (
            "patchInstanceOverrides",
            json!({ "operations": [{ "reset": { "kind": kind } }, { "set": { *step: good } }] }),
        ),
        ("setInstanceOverrides", json!({ "overrides": { *field: null } })),
        ("setInstanceOverrides", json!({ "overrides": { *field: collection } })),
    ];
    if let Some(key) = &poison.key {
        repairs.extend([
            ("patchInstanceOverrides", json!({ "operations": [{ "set": { *step: good } }] })),
            ("patchInstanceOverrides", json!({ "operations": [{ "remove": { *step: key } }] })),
            ("patchInstanceOverrides", json!({ "operations": [{ "reset": { "entry": { *step: key } } }] })),
        ]);
    }
    if !single {
        let replace = json!([{ "reset": { "kind": kind } }, { "replace": kind }]);
        repairs.push(("patchInstanceOverrides", json!({ "operations": replace })));
        repairs.push(("setInstanceOverrides", json!({ "overrides": { *field: [] } })));
    }
    repairs
}

async fn an_instance_with_such_a_row_is_repaired_by_every_write(t: &TestApp) {
    t.web().await;
    for poison in poisons() {
        for (mutation, mut input) in repairs(&poison) {
            poison.under_instance(t, "web").await;
            assert!(!is_sound(t, "web").await, "{mutation} {input}");
            input["instance"] = TestApp::by_name("shop", "web");
            let done = t.done(mutation, input.clone(), "instance { revision overrideCount }").await;
            assert!(is_sound(t, "web").await, "{mutation} {input}");
            assert!(done["instance"]["revision"].as_i64().unwrap() > 1);
            t.patch("web", json!([{ "reset": { "all": true } }])).await;
        }
    }
}

async fn a_step_on_another_entry_leaves_such_a_row_alone(t: &TestApp) {
    t.web().await;
    for poison in poisons() {
        poison.under_instance(t, "web").await;
        let other = match poison.step {
            "attribute" => json!({ "name": "x-other", "value": 1 }),
            "network" => json!({ "name": "other" }),
            "port" => json!({ "containerPort": 1 }),
            "volume" => json!({ "volumeType": "TMPFS", "target": "/other" }),
            _ => json!({ "user": "me" }),
        };
        t.patch("web", json!([{ "set": { poison.step: other } }])).await;
        assert!(!is_sound(t, "web").await);
        t.patch("web", json!([{ "reset": { "all": true } }])).await;
        assert_eq!(t.see("web", "overrideCount").await["overrideCount"], 0);
    }
}

async fn a_template_with_such_a_row_is_repaired(t: &TestApp) {
    t.web().await;
    for poison in poisons().iter().filter(|poison| poison.of_templates) {
        for entries in [json!([]), json!(null), json!([poison.good])] {
            poison.under_template(t, "app").await;
            assert!(!is_sound(t, "web").await);
            let input = json!({ "template": { "name": "app" }, poison.field: entries });
            t.done("updateTemplate", input, "").await;
            assert!(is_sound(t, "web").await, "{}", poison.field);
            let empty = json!({ "template": { "name": "app" }, poison.field: [] });
            t.done("updateTemplate", empty, "").await;
        }
        // An edit does not read the collections that it does not change.
        poison.under_template(t, "app").await;
        t.done("updateTemplate", json!({ "template": { "name": "app" }, "labels": [] }), "").await;
        t.done("updateTemplate", json!({ "template": { "name": "app" }, poison.field: [] }), "").await;
        t.done("createTemplate", json!({ "name": "unused", "imageName": "a" }), "").await;
        poison.under_template(t, "unused").await;
        t.done("deleteTemplate", json!({ "template": { "name": "unused" } }), "").await;
    }
}

async fn an_import_repairs_templates_and_instances(t: &TestApp) {
    let file = "services: { web: { image: \"a:1\" } }";
    let import = |conflict: &str| {
        json!({
            "files": [{ "text": file }], "stack": { "name": "shop" }, "templatePrefix": "", "onConflict": conflict,
        })
    };
    t.done("importCompose", import("FAIL"), "").await;
    for poison in poisons() {
        if poison.of_templates {
            poison.under_template(t, "web").await;
            let refused = t.mutate("importCompose", import("SKIP"), "").await;
            let told = refused["userErrors"][0]["message"].as_str().unwrap();
            assert!(told.contains("`web`") && told.contains(poison.field) && !told.contains("planted7"), "{told}");
            assert_eq!(t.refused("importCompose", import("FAIL")).await[0].0, "NAME_TAKEN");
            t.done("importCompose", import("UPDATE"), "").await;
            assert!(is_sound(t, "web").await);
        }
        poison.under_instance(t, "web").await;
        let skipped = t.done("importCompose", import("SKIP"), "instances { outcome }").await;
        assert_eq!(skipped["instances"], json!([{ "outcome": "SKIPPED" }]));
        assert!(!is_sound(t, "web").await);
        t.done("importCompose", import("UPDATE"), "").await;
        assert!(is_sound(t, "web").await);
        let same = t.done("importCompose", import("UPDATE"), "instances { outcome }").await;
        assert_eq!(same["instances"], json!([{ "outcome": "UNCHANGED" }]));
    }
}

async fn such_a_row_goes_through_copies_and_the_trash(t: &TestApp) {
    t.web().await;
    let ids = "instance { id name overrideCount }";
    for (n, poison) in poisons().iter().enumerate() {
        let name = format!("bad-{n}");
        t.app_instance(&name).await;
        poison.under_instance(t, &name).await;
        let instance = json!({ "instance": TestApp::by_name("shop", &name) });
        let copy = t.done("duplicateInstance", instance.clone(), &format!("{ids} warnings {{ message }}")).await;
        assert_eq!(copy["instance"]["overrideCount"], 1);
        let stack = format!("copy-{n}");
        t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": stack }), "warnings { message }").await;
        t.data(
            &format!("{{ instance(stack: \"shop\", name: \"{name}\") {{ deletePreview {{ overrideCount }} }} }}"),
            json!({}),
        )
        .await;
        let gone = t.done("softDeleteInstance", instance.clone(), ids).await;
        let back = json!({ "instance": { "id": gone["instance"]["id"] } });
        t.done("restoreInstance", back.clone(), ids).await;
        t.done("renameInstance", json!({ "instance": back["instance"], "name": format!("other-{n}") }), ids).await;
        t.done("softDeleteInstance", back.clone(), ids).await;
        t.done("purgeInstance", back, "").await;
        t.done("softDeleteStack", json!({ "stack": { "name": stack } }), "stack { id }").await;
        let copied = copy["instance"]["name"].as_str().unwrap();
        t.patch(copied, json!([{ "reset": { "all": true } }])).await;
    }
}

async fn a_secret_that_cannot_be_opened_is_replaced(t: &TestApp) {
    t.web().await;
    let secret = |value: Value| json!([{ "key": "PIN", "value": value, "isSecret": true }]);
    t.set("web", json!({ "envVars": secret(json!("1")) })).await;
    t.sql("UPDATE instance_env_vars SET value = 'devarch.v1.gone.AAAA'").await;
    // Without a value the stored one would be kept, but that cannot be read.
    let keep = json!({ "query": "mutation { setInstanceOverrides(input: { instance: { byName: { stack: \"shop\", name: \"web\" } }, \
        overrides: { envVars: [{ key: \"PIN\", isSecret: true }] } }) { userErrors { message } } }" });
    let answer = TestApp::text(t.send(t.post(keep.to_string())).await).await;
    assert!(answer.contains("INTERNAL") && !answer.contains("AAAA"), "{answer}");
    t.patch("web", json!([{ "set": { "envVar": { "key": "OTHER", "value": "x" } } }])).await;
    t.set("web", json!({ "envVars": secret(json!("2")) })).await;
    assert_eq!(t.reveal(json!({ "instance": TestApp::by_name("shop", "web") }), "PIN").await, "2");
    t.sql("UPDATE instance_env_vars SET value = 'devarch.v1.gone.AAAA'").await;
    t.patch("web", json!([{ "reset": { "kind": "ENV_VAR" } }])).await;
}
