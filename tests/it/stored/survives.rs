//! Values at and beyond each limit, of every kind and every stored text: what is accepted survives reading by both
//! executors, writing it back, copies of instance and stack, rendering and importing, backup and restore.

use std::collections::{BTreeMap, BTreeSet};

use devarch::{
    db::{Db, DbUrl, maintenance::file},
    kinds::FIELDS,
    limits::DatabaseTimeouts,
};
use serde_json::{Value, json};

use super::samples::{lists, singles, texts};
use crate::support::{COLLECTIONS, Engine, MORE_COLLECTIONS, TestApp, both};

both!(what_is_accepted_survives, texts_of_stacks_instances_and_templates_survive);

fn selection() -> String {
    format!("{COLLECTIONS} {MORE_COLLECTIONS}")
}

/// All overrides of an instance, in the form of an input, with revealed secrets.
async fn said(t: &TestApp, stack: &str, name: &str) -> Value {
    let query = format!(
        "query ($stack: String!, $name: String!) {{ instance(stack: $stack, name: $name) {{ {} }} }}",
        selection()
    );
    let found = t.data(&query, json!({ "stack": stack, "name": name })).await["instance"].take();
    let mut found = t.unmasked(stack, name, found).await;
    let settings = found["settings"].as_object_mut().unwrap();
    settings.retain(|_, value| !value.is_null());
    found.as_object_mut().unwrap().remove("dependencies");
    found
}

/// The problems of a write: the place in its list and the code of each. It never fails in any other way than by saying
/// what is wrong with the input; none where the request itself is refused.
async fn problems(t: &TestApp, overrides: &Value) -> Option<Vec<(Option<usize>, String)>> {
    let query = "mutation ($input: SetInstanceOverridesInput!) { setInstanceOverrides(input: $input) { userErrors { code message path } } }";
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "overrides": overrides });
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let answer = t.send(t.post(body)).await;
    let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
    if let Some(error) = answer["errors"].get(0) {
        let code = error["extensions"]["code"].as_str().unwrap();
        assert!(["BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED"].contains(&code), "{answer}");
        return None;
    }
    let errors = answer["data"]["setInstanceOverrides"]["userErrors"].as_array().unwrap();
    let problem = |error: &Value| {
        assert!(error["path"][0] == "input" && error["message"] != "", "{error}");
        let place = error["path"][3].as_str().and_then(|place| place.parse().ok());
        (place, error["code"].as_str().unwrap().to_owned())
    };
    Some(errors.iter().map(problem).collect())
}

/// Reads the stored values, and checks that writing them back changes nothing.
async fn read_and_given_back(t: &TestApp, kind: &str) -> Value {
    let mut stored = said(t, "shop", "web").await[kind].take();
    for entry in stored.as_array_mut().into_iter().flatten() {
        entry.as_object_mut().unwrap().remove("isSet");
    }
    let before = t.see("web", "revision").await;
    assert_eq!(problems(t, &json!({ kind: stored })).await, Some(Vec::new()), "{kind}: what is read is refused");
    assert_eq!(t.see("web", "revision").await, before, "{kind}: what is read is something else");
    stored
}

/// The identity of an entry of a list in a rendered file, where paths are absolute.
fn key(kind: &str, entry: &Value) -> String {
    let field = match kind {
        "envVars" | "labels" => "key",
        "volumes" => "target",
        "configFiles" => "filePath",
        "domains" => "domain",
        "attributes" | "networks" => "name",
        _ => "containerPort",
    };
    match (field, entry[field].as_str()) {
        ("target" | "filePath", Some(path)) => path.trim_start_matches('/').to_owned(),
        _ => entry[field].to_string(),
    }
}

/// Takes entries with distinct keys from the front, as many as fit into one request.
fn batch(kind: &str, pending: &mut Vec<Value>) -> Vec<Value> {
    let (mut bytes, mut keys, mut batch, mut rest) = (0, BTreeSet::new(), Vec::new(), Vec::new());
    for entry in pending.drain(..) {
        let length = entry.to_string().len();
        let fits = batch.is_empty() || bytes + length < 1_300_000 && batch.len() < 400;
        if fits && keys.insert(key(kind, &entry)) {
            bytes += length;
            batch.push(entry);
        } else {
            rest.push(entry);
        }
    }
    *pending = rest;
    batch
}

/// Accepted collections of one kind, as they are read; refused entries are left out.
async fn accepted_lists(t: &TestApp, kind: &str, mut pending: Vec<Value>) -> Vec<Value> {
    let (mut collections, all, mut accepted) = (Vec::new(), pending.len(), 0);
    while !pending.is_empty() {
        let mut wanted = batch(kind, &mut pending);
        loop {
            let found = problems(t, &json!({ kind: wanted })).await.expect("a request that is understood");
            if found.is_empty() {
                break;
            }
            let at = |duplicate: bool| {
                let of_sort = found.iter().filter(move |(_, code)| (code == "DUPLICATE_KEY") == duplicate);
                of_sort.map(|(place, _)| place.expect("a place in the list")).collect::<BTreeSet<usize>>()
            };
            let (refused, later) = (at(false), at(true));
            let mut sound = Vec::new();
            for (place, entry) in wanted.into_iter().enumerate() {
                if later.contains(&place) && !refused.contains(&place) {
                    pending.push(entry);
                } else if !refused.contains(&place) {
                    sound.push(entry);
                }
            }
            wanted = sound;
        }
        accepted += wanted.len();
        if !wanted.is_empty() {
            collections.push(read_and_given_back(t, kind).await);
        }
    }
    assert!(accepted >= 10 && accepted < all, "{kind}: {accepted} of {all} were accepted");
    collections
}

/// The same for a kind with at most one entry: each candidate alone.
async fn accepted_singles(t: &TestApp, kind: &str, candidates: Vec<Value>) -> Vec<Value> {
    let (mut found, all) = (Vec::new(), candidates.len());
    for candidate in candidates {
        if problems(t, &json!({ kind: candidate })).await.is_some_and(|problems| problems.is_empty()) {
            found.push(read_and_given_back(t, kind).await);
        }
    }
    assert!(found.len() >= 5 && found.len() < all, "{kind}: {} of {all} were accepted", found.len());
    // Each of them would be an instance of its own; a few of each sort are enough from here on.
    let step = found.len().div_ceil(10);
    found.into_iter().step_by(step).collect()
}

/// The effective configuration in the form of a file: paths are absolute, and the service's own labels are left out.
async fn effective(t: &TestApp, stack: &str, name: &str) -> Value {
    let query = format!(
        "query ($stack: String!, $name: String!) {{ instance(stack: $stack, name: $name) {{ effectiveConfig {{ {COLLECTIONS}
         resourceLimits {{ cpu memory }} attributes {{ name value }}
         networks {{ name aliases isExternal options definition }} imageName imageTag command entrypoint user workingDir
         restartPolicy }} }} }}"
    );
    let mut found = t.data(&query, json!({ "stack": stack, "name": name })).await["instance"]["effectiveConfig"].take();
    found["labels"].as_array_mut().unwrap().retain(|label| !label["key"].as_str().unwrap().starts_with("devarch."));
    for var in found["envVars"].as_array_mut().unwrap() {
        if var["isSecret"] == true && var["isSet"] == true {
            let key = var["key"].as_str().unwrap().to_owned();
            var["value"] = t.reveal(json!({ "instance": TestApp::by_name(stack, name) }), &key).await;
        }
    }
    found
}

async fn what_is_accepted_survives(t: &TestApp) {
    assert_eq!(FIELDS.len(), lists().len() + singles().len() + 1, "every kind but dependencies has candidates");
    t.stack("shop").await;
    t.done("createTemplate", json!({ "name": "app", "imageName": "acme/app", "restartPolicy": "no" }), "").await;
    t.app_instance("web").await;
    let mut accepted = BTreeMap::new();
    for (kind, candidates) in lists() {
        accepted.insert(kind, accepted_lists(t, kind, candidates).await);
    }
    for (kind, candidates) in singles() {
        accepted.insert(kind, accepted_singles(t, kind, candidates).await);
    }
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    let mut names = Vec::new();
    for n in 0..accepted.values().map(Vec::len).max().unwrap() {
        let name = format!("g{n}");
        t.app_instance(&name).await;
        for (kind, collections) in &accepted {
            if let Some(collection) = collections.get(n) {
                t.set(&name, json!({ *kind: collection })).await;
            }
        }
        names.push(name);
    }
    let mut all = BTreeMap::new();
    for name in &names {
        all.insert(name.clone(), (said(t, "shop", name).await, effective(t, "shop", name).await));
        let made = t
            .done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", name) }), "instance { name }")
            .await;
        let copy = made["instance"]["name"].as_str().unwrap();
        assert_eq!(said(t, "shop", copy).await, all[name].0, "{name} duplicated");
        t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", copy) }), "").await;
    }
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "lab" }), "").await;
    for name in &names {
        assert_eq!(said(t, "lab", name).await, all[name].0, "{name} in a duplicated stack");
    }
    t.done("softDeleteStack", json!({ "stack": { "name": "lab" } }), "").await;
    rendered_and_imported(t, &all).await;
    backed_up_and_restored(t, &all).await;
}

/// The overrides of each instance, and its effective configuration.
type All = BTreeMap<String, (Value, Value)>;

async fn rendered_and_imported(t: &TestApp, all: &All) {
    let query = "{ stack(name: \"shop\") { compose(revealSecrets: true) { text } } }";
    let file = t.data(query, json!({})).await["stack"]["compose"]["text"].take();
    let input = json!({ "files": [{ "text": file }], "stack": { "name": "back" }, "allowExternalNetworks": true });
    let done = t.done("importCompose", input, "losses { path reason line }").await;
    let losses = done["losses"].as_array().unwrap();
    assert!(losses.is_empty(), "{:?}", losses.iter().take(5).collect::<Vec<_>>());
    for (name, (_, expected)) in all {
        let found = effective(t, "back", name).await;
        for (kind, expected) in expected.as_object().unwrap() {
            let (Some(found), Some(expected)) = (found[kind].as_array(), expected.as_array()) else {
                assert_eq!(found[kind], *expected, "{name}: {kind}");
                continue;
            };
            assert_eq!(found.len(), expected.len(), "{name}: {kind}");
            for (found, expected) in found.iter().zip(expected) {
                assert_eq!(found, expected, "{name}: {kind}");
            }
        }
    }
    // The layers are equivalent to the flat file; here it is enough that they can be read.
    let layered = "{ stack(name: \"shop\") { compose(mode: LAYERED, revealSecrets: true) { text override } } }";
    let layered = t.data(layered, json!({})).await["stack"]["compose"].take();
    for part in ["text", "override"] {
        devarch::yaml::read(layered[part].as_str().unwrap(), 0).unwrap_or_else(|error| panic!("{part}: {error:?}"));
    }
}

async fn backed_up_and_restored(t: &TestApp, all: &All) {
    let (Engine::Sqlite, DbUrl::Sqlite(path)) = (t.engine, &t.url) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (copy, restored) = (folder.path().join("copy.db"), folder.path().join("restored.db"));
    file::back_up(path, &copy).await.unwrap();
    file::restore_copy(&copy, &restored, "before").await.unwrap();
    let db = Db::connect(&DbUrl::Sqlite(restored), 2, &DatabaseTimeouts::default())
        .await
        .unwrap()
        .with_vault(t.db.vault().clone());
    let other = t.with_database(db.clone());
    for (name, (expected, _)) in all {
        assert_eq!(said(&other, "shop", name).await, *expected, "{name} restored");
    }
    db.close().await;
}

async fn texts_of_stacks_instances_and_templates_survive(t: &TestApp) {
    t.stack("shop").await;
    t.done("createTemplate", json!({ "name": "app", "imageName": "a" }), "").await;
    t.app_instance("web").await;
    let long = ["x".repeat(4096), "x".repeat(4097), "é".repeat(4096), "x".repeat(63), "x".repeat(64)];
    let (mut accepted, mut refused) = (0, 0);
    for text in texts().into_iter().filter(|text| text.len() < 60_000).chain(long) {
        let instance = json!({ "instance": TestApp::by_name("shop", "web"), "description": text });
        let stack = json!({ "stack": { "name": "shop" }, "description": text });
        let template = json!({ "template": { "name": "app" }, "description": text, "category": text });
        for (mutation, input, field) in [
            ("updateInstance", instance, "instance"),
            ("updateStack", stack, "stack"),
            ("updateTemplate", template, "template"),
        ] {
            let payload = t.mutate(mutation, input, &format!("{field} {{ description }}")).await;
            if payload["userErrors"] == json!([]) {
                accepted += 1;
                assert_eq!(payload[field]["description"], text, "{mutation}");
                let query = "{ instance(stack: \"shop\", name: \"web\") { description stack { description } template { description category } } }";
                let seen = t.data(query, json!({})).await["instance"].take();
                let seen = if field == "instance" { &seen["description"] } else { &seen[field]["description"] };
                assert_eq!(*seen, text, "{mutation}");
            } else {
                refused += 1;
            }
        }
    }
    assert!(accepted > 100 && refused > 5, "{accepted} were accepted, {refused} were not");
}
