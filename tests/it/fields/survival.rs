//! What clients set survives: every field gets a value that is not the initial one, and is compared after each change.

use serde_json::{Map, Value, json};

use super::{INSTANCES, Object, STACKS, TEMPLATES, with};
use crate::support::{TestApp, both, code};

both!(
    what_is_set_in_an_instance_survives,
    what_is_set_in_a_stack_survives,
    what_is_set_in_a_template_survives,
    null_resets_a_field_or_is_refused,
);

/// The values that clients set in an instance of any stack, and its revision.
async fn instance(t: &TestApp, stack: &str, name: &str) -> (Value, Value) {
    let selection = INSTANCES.selection();
    let query = format!(
        "query ($stack: String!, $name: String!) {{ instance(stack: $stack, name: $name) {{ revision {selection} }} }}"
    );
    parts(t.data(&query, json!({ "stack": stack, "name": name })).await["instance"].take())
}

async fn stack(t: &TestApp, name: &str) -> (Value, Value) {
    let query = format!("query ($name: String!) {{ stack(name: $name) {{ revision {} }} }}", STACKS.selection());
    parts(t.data(&query, json!({ "name": name })).await["stack"].take())
}

async fn template(t: &TestApp, name: &str) -> (Value, Value) {
    let query = format!("query ($name: String!) {{ template(name: $name) {{ revision {} }} }}", TEMPLATES.selection());
    parts(t.data(&query, json!({ "name": name })).await["template"].take())
}

fn parts(mut object: Value) -> (Value, Value) {
    let revision = object.as_object_mut().unwrap().remove("revision").unwrap();
    (object, revision)
}

/// Updates an object twice with all samples. The second time changes nothing.
async fn set(t: &TestApp, object: Object, of: Value, samples: &Map<String, Value>) {
    let mutation = format!("update{}", object.name);
    let field = object.name.to_lowercase();
    let selection = format!("{field} {{ revision {} }}", object.selection());
    let input = with(of, object, samples, |_| true);
    let (values, revision) = parts(t.done(&mutation, input.clone(), &selection).await[&field].take());
    assert_eq!(values, json!(samples), "{mutation}");
    let again = parts(t.done(&mutation, input, &selection).await[&field].take());
    assert_eq!(again, (values, revision), "{mutation} with the same values");
}

async fn what_is_set_in_an_instance_survives(t: &TestApp) {
    t.shop().await;
    let (initial, _) = instance(t, "shop", "db").await;
    let samples = INSTANCES.samples(t, &initial).await;
    let created = INSTANCES.either(&samples, &initial, |editable| editable.is_created);
    // In one statement, and in a transaction.
    for (name, overrides) in [("one", json!({})), ("two", TestApp::overrides())] {
        let mut input = with(TestApp::new_instance("shop", name), INSTANCES, &samples, |editable| editable.is_created);
        input["overrides"] = overrides;
        t.done("createInstance", input, "").await;
        assert_eq!(instance(t, "shop", name).await.0, created, "createInstance {name}");
    }
    let db = TestApp::by_name("shop", "db");
    set(t, INSTANCES, json!({ "instance": db }), &samples).await;
    let all = json!(samples);
    t.done("setInstanceOverrides", json!({ "instance": db, "overrides": TestApp::overrides() }), "").await;
    assert_eq!(instance(t, "shop", "db").await.0, all, "setInstanceOverrides");
    t.done("renameInstance", json!({ "instance": db, "name": "main" }), "").await;
    assert_eq!(instance(t, "shop", "main").await.0, all, "renameInstance");
    let main = TestApp::by_name("shop", "main");
    let copied = INSTANCES.either(&samples, &initial, |editable| editable.is_copied);
    t.done("duplicateInstance", json!({ "instance": main, "name": "copy" }), "").await;
    assert_eq!(instance(t, "shop", "copy").await.0, copied, "duplicateInstance");
    t.done("softDeleteInstance", json!({ "instance": main }), "").await;
    t.done("restoreInstance", json!({ "instance": main, "name": "again" }), "").await;
    assert_eq!(instance(t, "shop", "again").await.0, all, "restoreInstance");
    let shop = json!({ "name": "shop" });
    t.done("duplicateStack", json!({ "stack": shop, "name": "mall" }), "").await;
    assert_eq!(instance(t, "mall", "again").await.0, copied, "duplicateStack");
    t.done("renameStack", json!({ "stack": shop, "name": "store" }), "").await;
    assert_eq!(instance(t, "store", "again").await.0, all, "renameStack");
    t.done("softDeleteStack", json!({ "stack": { "name": "store" } }), "").await;
    t.done("restoreStack", json!({ "stack": { "name": "store" } }), "").await;
    assert_eq!(instance(t, "store", "again").await.0, all, "restoreStack");
}

async fn what_is_set_in_a_stack_survives(t: &TestApp) {
    t.shop().await;
    let (initial, _) = stack(t, "shop").await;
    let samples = STACKS.samples(t, &initial).await;
    let input = with(json!({ "name": "new" }), STACKS, &samples, |editable| editable.is_created);
    t.done("createStack", input, "").await;
    let created = STACKS.either(&samples, &initial, |editable| editable.is_created);
    assert_eq!(stack(t, "new").await.0, created, "createStack");
    set(t, STACKS, json!({ "stack": { "name": "shop" } }), &samples).await;
    let all = json!(samples);
    t.done("renameStack", json!({ "stack": { "name": "shop" }, "name": "store" }), "").await;
    assert_eq!(stack(t, "store").await.0, all, "renameStack");
    t.done("duplicateStack", json!({ "stack": { "name": "store" }, "name": "mall" }), "").await;
    let copied = STACKS.either(&samples, &initial, |editable| editable.is_copied);
    assert_eq!(stack(t, "mall").await.0, copied, "duplicateStack");
    t.done("softDeleteStack", json!({ "stack": { "name": "store" } }), "").await;
    t.done("restoreStack", json!({ "stack": { "name": "store" }, "name": "shop" }), "").await;
    assert_eq!(stack(t, "shop").await.0, all, "restoreStack");
    let file = "services: { web: { image: nginx } }";
    t.done("importCompose", json!({ "files": [{ "text": file }], "stack": { "name": "shop" } }), "").await;
    assert_eq!(stack(t, "shop").await.0, all, "importCompose");
}

async fn what_is_set_in_a_template_survives(t: &TestApp) {
    let minimal = json!({ "name": "app", "imageName": "app" });
    let id = t.done("createTemplate", minimal, "template { id }").await["template"]["id"].take();
    let (initial, _) = template(t, "app").await;
    let samples = TEMPLATES.samples(t, &initial).await;
    let all = json!(samples);
    let name = all["name"].as_str().unwrap();
    let mut input = with(json!({}), TEMPLATES, &samples, |editable| editable.is_created);
    input["name"] = json!("new");
    t.done("createTemplate", input, "").await;
    let mut created = TEMPLATES.either(&samples, &initial, |editable| editable.is_created);
    created["name"] = json!("new");
    assert_eq!(template(t, "new").await.0, created, "createTemplate");
    t.stack("shop").await;
    let instance = json!({ "stack": { "name": "shop" }, "template": { "name": "app" }, "name": name });
    t.done("createInstance", instance, "").await;
    set(t, TEMPLATES, json!({ "template": { "id": id } }), &samples).await;
    assert_eq!(template(t, name).await.0, all, "updateTemplate");
    // An instance shows its template in a direct plan, too.
    let selection = TEMPLATES.selection();
    let query =
        format!("query ($name: String!) {{ instance(stack: \"shop\", name: $name) {{ template {{ {selection} }} }} }}");
    assert_eq!(t.data(&query, json!({ "name": name })).await["instance"]["template"], all);
    // A file that says nothing but the settings leaves the rest.
    let file = format!("services: {{ {name}: {{ image: other }} }}");
    let mut input = json!({ "files": [{ "text": file }], "stack": { "name": "shop" }, "onConflict": "UPDATE" });
    input["templatePrefix"] = json!("");
    t.done("importCompose", input, "").await;
    let (imported, _) = template(t, name).await;
    for (field, sample) in samples {
        if !SETTINGS.contains(&field.as_str()) {
            assert_eq!(imported[&field], sample, "importCompose: {field}");
        }
    }
}

/// The fields that an import takes from the service, given or not.
const SETTINGS: [&str; 7] = ["imageName", "imageTag", "command", "entrypoint", "user", "workingDir", "restartPolicy"];

async fn null_resets_a_field_or_is_refused(t: &TestApp) {
    t.shop().await;
    for (object, of) in [
        (STACKS, json!({ "stack": { "name": "shop" } })),
        (INSTANCES, json!({ "instance": TestApp::by_name("shop", "db") })),
        (TEMPLATES, json!({ "template": { "name": "postgres" } })),
    ] {
        let (mutation, one) = (format!("update{}", object.name), object.name.to_lowercase());
        let selection = format!("{one} {{ {} }}", object.selection());
        for field in object.editable.iter().map(|editable| editable.field) {
            let mut input = of.clone();
            input[field] = json!(null);
            let payload = t.mutate(&mutation, input, &selection).await;
            if payload["userErrors"] == json!([]) {
                let value = &payload[&one][field];
                assert!([json!(null), json!(""), json!(0)].contains(value), "{mutation} with {field}: null");
            } else {
                assert_eq!(TestApp::codes(&payload), [code("INVALID_VALUE", &format!("input.{field}"))], "{payload}");
            }
        }
    }
}
