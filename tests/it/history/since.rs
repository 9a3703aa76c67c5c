//! `since`: the change that made an effective value what it is.

use std::collections::BTreeMap;

use devarch::ids::{ChangeId, GlobalId};
use serde_json::{Value, json};

use crate::{
    history::{last_change, law},
    support::{Rng, TestApp, both, number_setting, samples},
};

both!(a_value_is_what_it_is_since_its_change, since_is_the_change_of_the_layer_that_won);

/// The entries of a kind with the same key, and their change.
#[derive(Clone, Debug, Default, PartialEq)]
struct Entries {
    shown: Vec<Value>,
    since: Option<i64>,
}

/// The effective entries of each instance, by the id of the instance, kind and key.
async fn entries(t: &TestApp, stack: &str) -> BTreeMap<(String, &'static str, String), Entries> {
    let query = "query ($id: ID!) { node(id: $id) { ... on Stack { sharedVars { key value isSecret inject locked } instances(first: 100) { nodes { id effectiveConfig {
        ports { containerPort protocol hostPort origin since { id } } envVars { key value isSecret origin since { id } }
        labels { key value origin since { id } } domains { domain proxyPort origin since { id } }
        settings { imageTag { value origin since { id } } user { value origin since { id } } } } } } } } }";
    let mut found = t.data(query, json!({ "id": stack })).await["node"].take();
    let shared = found["sharedVars"].take();
    let shared = |key: &Value| shared.as_array().unwrap().iter().find(|var| var["key"] == *key).cloned();
    let found = found["instances"]["nodes"].take();
    let mut all: BTreeMap<(String, &'static str, String), Entries> = BTreeMap::new();
    for instance in found.as_array().unwrap() {
        let id = instance["id"].as_str().unwrap();
        let config = &instance["effectiveConfig"];
        let mut add = |kind: &'static str, key: String, entry: &Value| {
            let mut entry = entry.clone();
            let since = entry.as_object_mut().unwrap().remove("since").unwrap();
            let since = since["id"].as_str().map(|id| ChangeId::decode(id).unwrap().0);
            let known = all.entry((id.to_owned(), kind, key)).or_default();
            known.shown.push(entry);
            known.since = since;
        };
        for (kind, key) in [("envVars", "key"), ("labels", "key"), ("domains", "domain")] {
            for entry in config[kind].as_array().unwrap() {
                let mut entry = entry.clone();
                // Of what is inherited, each change of the stack's variable counts, also of its lock.
                if kind == "envVars" && entry["origin"] != "INSTANCE" {
                    entry["shared"] = shared(&entry["key"]).unwrap_or_default();
                }
                add(kind, entry[key].as_str().unwrap().to_owned(), &entry);
            }
        }
        for port in config["ports"].as_array().unwrap() {
            add("ports", format!("{}/{}", port["containerPort"], port["protocol"]), port);
        }
        for field in ["imageTag", "user"] {
            add("settings", field.to_owned(), &config["settings"][field]);
        }
    }
    all
}

/// Whether a value is that of a secret, which is never shown.
fn is_hidden(entries: &Entries) -> bool {
    entries.shown.iter().any(|entry| entry["isSecret"] == true || entry["shared"]["isSecret"] == true)
}

async fn a_value_is_what_it_is_since_its_change(t: &TestApp) {
    let seed = number_setting("DEVARCH_SEED").unwrap_or(11);
    let mut rng = Rng(seed);
    let db = t.web().await;
    let samples = samples(&db);
    let stack = t.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]["id"].as_str().unwrap().to_owned();
    let number = async || ChangeId::decode(&last_change(t).await).unwrap().0;
    let mut noted = vec![(number().await, entries(t, &stack).await)];
    for _ in 0..number_setting("DEVARCH_STEPS").unwrap_or(40) {
        law::change(t, &mut rng, &samples, &stack).await;
        let last = number().await;
        if noted.last().is_some_and(|(known, _)| *known != last) {
            noted.push((last, entries(t, &stack).await));
        }
    }
    let mut checked = 0;
    let (_, now) = noted.last().unwrap().clone();
    for (of, last) in &now {
        let since = last.since.unwrap_or_else(|| panic!("{of:?} was made within the log"));
        // A cause and what it causes are one step.
        let step = noted.iter().position(|(change, _)| *change >= since).unwrap();
        for (change, state) in &noted[step..] {
            if let Some(then) = state.get(of) {
                assert_eq!(then.shown, last.shown, "{of:?} since {since}, at {change}, seed {seed}");
            }
        }
        let is_system = last.shown.iter().any(|entry| entry["origin"] == "SYSTEM");
        if step > 0 && !is_hidden(last) && !is_system {
            let before = noted[step - 1].1.get(of).map(|then| &then.shown);
            assert_ne!(before, Some(&last.shown), "{of:?} was the same before {since}, seed {seed}");
            checked += 1;
        }
    }
    assert!(checked > 5, "{checked} values changed");
}

async fn since_is_the_change_of_the_layer_that_won(t: &TestApp) {
    t.web().await;
    let message = async || {
        let query = "{ instance(stack: \"shop\", name: \"web\") { effectiveConfig { labels { key since { message } }
            settings { imageTag { since { message } } } } version(at: { ago: \"PT0S\" }) { effectiveConfig { labels { key since {
            message } } } } } }";
        let found = t.data(query, json!({})).await["instance"].take();
        let of = |config: &Value| {
            let labels = config["labels"].as_array().unwrap();
            labels.iter().find(|label| label["key"] == "tier").map(|label| label["since"]["message"].clone())
        };
        let (now, past) = (of(&found["effectiveConfig"]), of(&found["version"]["effectiveConfig"]));
        assert_eq!(now, past);
        (now, found["effectiveConfig"]["settings"]["imageTag"]["since"]["message"].clone())
    };
    let patch = async |operations: Value, message: &str| {
        let input =
            json!({ "instance": TestApp::by_name("shop", "web"), "operations": operations, "message": message });
        t.done("patchInstanceOverrides", input, "instance { id }").await;
    };
    let template = async |value: &str, tag: &str, message: &str| {
        let input = json!({ "template": { "name": "app" }, "labels": [{ "key": "tier", "value": value }], "imageTag": tag,
            "message": message });
        t.done("updateTemplate", input, "template { id }").await;
    };
    template("a", "2", "the template").await;
    assert_eq!(message().await, (Some(json!("the template")), json!("the template")));
    patch(json!([{ "set": { "label": { "key": "tier", "value": "b" } } }]), "an override").await;
    template("c", "2", "the template again").await;
    assert_eq!(message().await, (Some(json!("an override")), json!("the template")));
    patch(json!([{ "reset": { "entry": { "label": "tier" } } }]), "a reset").await;
    assert_eq!(message().await, (Some(json!("a reset")), json!("the template")));
    patch(json!([{ "replace": "LABEL" }]), "nothing").await;
    assert_eq!(message().await.0, None);
    patch(json!([{ "reset": { "kind": "LABEL" } }, { "set": { "setting": { "imageTag": "9" } } }]), "all").await;
    assert_eq!(message().await, (Some(json!("all")), json!("all")));
}
