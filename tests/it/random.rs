//! Random operations on one instance, compared with a small model.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Rng, TestApp, both};

both!(two_hundred_random_steps_do_what_the_model_does);

/// One kind: entries are pairs of a key and a value, and a key can have several.
#[derive(Default)]
struct Model {
    template: Vec<(String, Value)>,
    own: Vec<(String, Value)>,
    removed: BTreeSet<String>,
    replaced: bool,
}

impl Model {
    fn reset(&mut self) {
        *self = Self { template: std::mem::take(&mut self.template), ..Self::default() };
    }

    fn forget(&mut self, key: &str) {
        self.own.retain(|(other, _)| other != key);
        self.removed.remove(key);
    }

    fn set(&mut self, key: &str, value: Value) {
        let place = self.own.iter().position(|(other, _)| other == key).unwrap_or(self.own.len());
        self.forget(key);
        self.own.insert(place, (key.to_owned(), value));
    }

    fn remove(&mut self, key: &str) {
        self.forget(key);
        self.removed.insert(key.to_owned());
    }

    fn write(&mut self, entries: Vec<(String, Value)>) {
        if entries.is_empty() {
            return self.reset();
        }
        self.removed.retain(|key| entries.iter().all(|(set, _)| set != key));
        self.own = entries;
    }

    /// The effective entries: by key, the values sorted.
    fn effective(&self) -> BTreeMap<String, Vec<String>> {
        let mut effective: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let inherited = self.template.iter().filter(|(key, _)| {
            !self.replaced && !self.removed.contains(key) && self.own.iter().all(|(own, _)| own != key)
        });
        for (key, value) in inherited.chain(&self.own) {
            effective.entry(key.clone()).or_default().push(value.to_string());
        }
        for values in effective.values_mut() {
            values.sort();
        }
        effective
    }
}

/// The two kinds under test: variables, and ports, of which several can have the same key.
const KINDS: [(&str, &str, &str); 2] = [("envVars", "ENV_VAR", "envVar"), ("ports", "PORT", "port")];

fn key(kind: usize, n: usize) -> String {
    [["A", "B", "C", "D"], ["1/tcp", "1/udp", "2/tcp", "10/tcp"]][kind][n].to_owned()
}

/// An entry, and a key, as a step takes them.
fn entry(kind: usize, key: &str, value: &Value) -> Value {
    match key.split_once('/') {
        None => json!({ "key": key, "value": value, "isSecret": kind == 1 }),
        Some((port, protocol)) => {
            let port: i32 = port.parse().unwrap();
            json!({ "containerPort": port, "protocol": protocol.to_uppercase(), "hostPort": value })
        }
    }
}

fn key_of(key: &str) -> Value {
    let mut whole = entry(0, key, &json!(null));
    whole.as_object_mut().unwrap().remove("hostPort");
    if key.contains('/') { whole } else { json!(key) }
}

/// Key and value of an entry in a response.
fn pair(kind: usize, seen: &Value) -> (String, Value) {
    if kind == 0 {
        return (seen["key"].as_str().unwrap().to_owned(), seen["value"].clone());
    }
    let protocol = seen["protocol"].as_str().unwrap().to_lowercase();
    (format!("{}/{protocol}", seen["containerPort"]), seen["hostPort"].clone())
}

fn value(kind: usize, rng: &mut Rng) -> Value {
    let n = rng.below(4);
    if n == 0 {
        json!(null)
    } else if kind == 0 {
        json!(n.to_string())
    } else {
        json!(8000 + n)
    }
}

/// Generates a random step, and applies it to the model.
fn step(models: &mut [Model; 2], rng: &mut Rng) -> Value {
    let kind = rng.below(2);
    let (_, word, field) = KINDS[kind];
    let model = &mut models[kind];
    let key = key(kind, rng.below(4));
    match rng.below(20) {
        0..8 => {
            let value = value(kind, rng);
            model.set(&key, value.clone());
            json!({ "set": { field: entry(kind, &key, &value) } })
        }
        8..13 => {
            model.remove(&key);
            json!({ "remove": { field: key_of(&key) } })
        }
        13..17 => {
            model.forget(&key);
            json!({ "reset": { "entry": { field: key_of(&key) } } })
        }
        17 => {
            model.replaced = true;
            json!({ "replace": word })
        }
        18 => {
            model.reset();
            json!({ "reset": { "kind": word } })
        }
        _ => {
            models.iter_mut().for_each(Model::reset);
            json!({ "reset": { "all": true } })
        }
    }
}

/// Generates a random whole collection, and applies it to the model.
fn collection(models: &mut [Model; 2], rng: &mut Rng) -> Value {
    let kind = rng.below(2);
    let mut entries: Vec<(String, Value)> = Vec::new();
    for _ in 0..rng.below(4) {
        let new = (key(kind, rng.below(4)), value(kind, rng));
        // Several ports can have one key, but no entry is there twice.
        if entries.iter().all(|old| old != &new && (kind == 1 || old.0 != new.0)) {
            entries.push(new);
        }
    }
    let given: Vec<Value> = entries.iter().map(|(key, value)| entry(kind, key, value)).collect();
    models[kind].write(entries);
    json!({ KINDS[kind].0: given })
}

async fn compare(t: &TestApp, models: &[Model; 2], history: &str) {
    let columns = ["key value", "containerPort protocol hostPort"];
    let of = |extra: &str| format!("envVars {{ {} {extra} }} ports {{ {} {extra} }}", columns[0], columns[1]);
    let seen = t
        .see("web", &format!("{} overrideRules {{ kind action key }} effectiveConfig {{ {} }}", of(""), of("origin")))
        .await;
    for (kind, model) in models.iter().enumerate() {
        let (field, word, _) = KINDS[kind];
        let own: Vec<_> = seen[field].as_array().unwrap().iter().map(|seen| pair(kind, seen)).collect();
        assert_eq!(own, model.own, "{history}");
        let rules = seen["overrideRules"].as_array().unwrap().iter().filter(|rule| rule["kind"] == word);
        let (replaced, removed): (Vec<_>, Vec<_>) = rules.partition(|rule| rule["action"] == "REPLACE");
        assert_eq!(replaced.len(), usize::from(model.replaced), "{history}");
        let removed: Vec<&str> = removed.iter().map(|rule| rule["key"].as_str().unwrap()).collect();
        assert_eq!(removed.len(), model.removed.len(), "{history}");
        assert_eq!(removed.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), model.removed, "{history}");

        let mut effective: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in seen["effectiveConfig"][field].as_array().unwrap() {
            let (key, value) = pair(kind, entry);
            let own = model.own.iter().any(|(own, _)| *own == key);
            assert_eq!(entry["origin"], if own { "INSTANCE" } else { "TEMPLATE" }, "{history}");
            effective.entry(key).or_default().push(value.to_string());
        }
        for values in effective.values_mut() {
            values.sort();
        }
        assert_eq!(effective, model.effective(), "{history}");
    }
}

async fn two_hundred_random_steps_do_what_the_model_does(t: &TestApp) {
    t.stack("shop").await;
    let template = |kind: usize, entries: &[(usize, Value)]| Model {
        template: entries.iter().map(|(n, value)| (key(kind, *n), value.clone())).collect(),
        ..Model::default()
    };
    let mut models = [
        template(0, &[(0, json!("a")), (1, json!(null)), (3, json!("d"))]),
        template(1, &[(0, json!(9001)), (0, json!(9002)), (1, json!(null)), (3, json!(9003))]),
    ];
    let mut input = json!({ "name": "app", "imageName": "app" });
    for (kind, model) in models.iter().enumerate() {
        input[KINDS[kind].0] = model.template.iter().map(|(key, value)| entry(kind, key, value)).collect();
    }
    t.done("createTemplate", input, "").await;
    t.app_instance("web").await;

    let mut rng = Rng(2026);
    let mut taken = 0;
    while taken < 200 {
        let history = if rng.below(8) == 0 {
            let collection = collection(&mut models, &mut rng);
            t.set("web", collection.clone()).await;
            taken += 1;
            collection
        } else {
            let steps: Value = (0..=rng.below(4)).map(|_| step(&mut models, &mut rng)).collect();
            t.patch("web", steps.clone()).await;
            taken += steps.as_array().unwrap().len();
            steps
        };
        compare(t, &models, &format!("after {taken} steps, the last {history}")).await;
    }
}
