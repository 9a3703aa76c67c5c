//! Stored outcomes have all fields, and those of earlier versions are read with the initial values of later fields.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{INSTANCES, Object, STACKS, TEMPLATES, with};
use crate::support::{TestApp, both};

both!(a_replay_has_every_field, an_outcome_without_a_later_field_has_its_initial_value);

/// An update of each object with a key, under which nothing is stored yet.
async fn updates(t: &TestApp) -> Vec<(Object, Value, Value)> {
    t.shop().await;
    let mut updates = Vec::new();
    for (object, of) in [
        (STACKS, json!({ "stack": { "name": "shop" } })),
        (INSTANCES, json!({ "instance": TestApp::by_name("shop", "db") })),
        (TEMPLATES, json!({ "template": { "name": "postgres" } })),
    ] {
        let mut untouched = of.clone();
        untouched["idempotencyKey"] = json!(format!("first {}", object.name));
        let initial = update(t, object, untouched).await;
        let samples = object.samples(t, &initial).await;
        let mut input = with(of, object, &samples, |_| true);
        input["idempotencyKey"] = json!(object.name);
        updates.push((object, input, json!(samples)));
    }
    updates
}

async fn update(t: &TestApp, object: Object, input: Value) -> Value {
    let one = object.name.to_lowercase();
    let selection = format!("{one} {{ {} }}", object.selection());
    t.done(&format!("update{}", object.name), input, &selection).await[&one].take()
}

async fn a_replay_has_every_field(t: &TestApp) {
    for (object, input, samples) in updates(t).await {
        assert_eq!(update(t, object, input.clone()).await, samples, "{}", object.name);
        assert_eq!(update(t, object, input).await, samples, "a replay for {}", object.name);
    }
}

/// Fields that a row of any version has, because an object must be created with them.
const REQUIRED: [&str; 2] = ["name", "imageName"];

async fn an_outcome_without_a_later_field_has_its_initial_value(t: &TestApp) {
    for (object, input, samples) in updates(t).await {
        update(t, object, input.clone()).await;
        let db = t.db.writer();
        let sql = "SELECT outcome FROM idempotency_keys WHERE outcome IS NOT NULL ORDER BY created_at DESC LIMIT 1";
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
        let text: String = row.try_get_by_index(0).unwrap();
        for editable in object.editable.iter().filter(|editable| !REQUIRED.contains(&editable.field)) {
            let mut earlier: Value = serde_json::from_str(&text).unwrap();
            earlier["outcome"].as_object_mut().unwrap().remove(editable.column).unwrap();
            let earlier = earlier.to_string().replace('\'', "''");
            let escaped = text.replace('\'', "''");
            t.sql(&format!("UPDATE idempotency_keys SET outcome = '{earlier}' WHERE outcome = '{escaped}'")).await;
            let again = update(t, object, input.clone()).await;
            for (field, sample) in samples.as_object().unwrap() {
                let is_initial = again[field] != *sample;
                assert_eq!(is_initial, field == editable.field, "{}.{field}: {again}", object.name);
            }
            t.sql(&format!("UPDATE idempotency_keys SET outcome = '{escaped}' WHERE outcome = '{earlier}'")).await;
        }
    }
}
