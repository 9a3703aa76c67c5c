//! The change log: the contents of its changes, and past states.

mod changes;
mod compare;
mod imports;
pub(crate) mod law;
mod points;
mod since;
mod undo;

use serde_json::{Value, json};

use crate::support::{Sample, TestApp, samples};

/// The overrides of an instance, those of every kind, as fields of `Instance` and of `InstanceVersion`.
fn collections() -> String {
    let of_kind = |sample: &Sample| match sample.field {
        "settings" => "settings { imageName imageTag command entrypoint user workingDir restartPolicy } ".to_owned(),
        "envVars" => "envVars { key value isSecret isSet } ".to_owned(),
        // The other instance is shown as it is today.
        "dependencies" => "dependencies { condition } ".to_owned(),
        field => format!("{field} {{ {} }} ", sample.columns),
    };
    samples("").iter().map(of_kind).collect()
}

/// The effective configuration with its origins, that of every kind.
fn effective() -> String {
    let of_kind = |sample: &Sample| match sample.field {
        "settings" => {
            "settings { imageTag { value origin shadows } command { value origin shadows } user { value origin } } "
                .to_owned()
        }
        "dependencies" => "dependencies { condition origin } ".to_owned(),
        field => format!("{field} {{ {} origin }} ", sample.columns),
    };
    let kinds: String = samples("").iter().map(of_kind).collect();
    format!("effectiveConfig {{ imageName restartPolicy {kinds} removed {{ kind key by }} }} ")
}

/// Everything that an instance and its past states show alike.
fn instance_fields() -> String {
    format!(
        "name description enabled containerName revision overrideRules {{ kind action key }} {}{}",
        collections(),
        effective()
    )
}

/// The id of the last change.
pub(crate) async fn last_change(t: &TestApp) -> String {
    let found = t.data("{ changes(first: 1) { nodes { id } } }", json!({})).await;
    found["changes"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

/// The history of an instance of the shop.
async fn history(t: &TestApp, name: &str, selection: &str) -> Vec<Value> {
    let query = format!(
        "query ($name: String!) {{ instance(stack: \"shop\", name: $name) {{ history(first: 100) {{ nodes {{ {selection} }} }} }} }}"
    );
    let mut found = t.data(&query, json!({ "name": name })).await;
    std::mem::take(found["instance"]["history"]["nodes"].as_array_mut().unwrap())
}
