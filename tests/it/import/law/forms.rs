//! Brings what Docker Compose resolves into one form, in which equal services are equal values.
//!
//! Used by the comparison.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::import::with_default_checks;

/// The dependencies that other attributes imply.
pub(super) fn implied(service: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = ["network_mode", "pid", "ipc", "uts", "cgroup"]
        .iter()
        .filter_map(|attribute| service.get(*attribute)?.as_str()?.strip_prefix("service:").map(str::to_owned))
        .collect();
    let list = service.get("volumes_from").and_then(Value::as_array).into_iter().flatten();
    names.extend(list.filter_map(|item| Some(item.as_str()?.split(':').next()?.to_owned())));
    names
}

pub(super) fn leave_out_implied(service: &mut Map<String, Value>, names: &[String]) {
    let Some(needed) = service.get_mut("depends_on").and_then(Value::as_object_mut) else { return };
    needed.retain(|name, how| !names.contains(name) || how["condition"] != "service_started");
}

/// Parts of both sides that have several forms.
pub(super) fn common(mut service: Map<String, Value>) -> Map<String, Value> {
    if let Some(check) = service.get_mut("healthcheck").and_then(Value::as_object_mut) {
        if check.get("disable") == Some(&json!(true)) || check.get("test") == Some(&json!(["NONE"])) {
            *check = Map::from_iter([("disable".to_owned(), json!(true))]);
        } else {
            with_default_checks(check);
        }
    }
    for (old, new) in [("cpus", "cpus"), ("mem_limit", "memory")] {
        if let Some(limit) = service.remove(old) {
            let deploy = service.entry("deploy").or_insert_with(|| json!({}));
            deploy["resources"]["limits"][new] = limit;
        }
    }
    if let Some(deploy) = service.get_mut("deploy")
        && deploy["replicas"] == 1
    {
        deploy.as_object_mut().unwrap().remove("replicas");
    }
    for map in ["labels", "environment"] {
        if service.get(map).is_some_and(is_empty_map) {
            service.remove(map);
        }
    }
    service
}

fn is_empty_map(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

/// Leaves out what a note names. A number in the path stands for every entry of a list, because files are merged.
pub(super) fn leave_out(value: &mut Value, path: &[&str]) {
    match (value, path) {
        // One entry of a list: counted by the caller.
        (_, [] | [_]) if path.first().is_none_or(|part| part.parse::<usize>().is_ok()) => {}
        (Value::Array(list), [number, rest @ ..]) if number.parse::<usize>().is_ok() => {
            for item in list.iter_mut() {
                leave_out(item, rest);
            }
        }
        (Value::Object(map), _) => {
            // A key may contain dots.
            for length in (1..=path.len()).rev() {
                let key = path[..length].join(".");
                if length == path.len() {
                    map.remove(&key);
                } else if let Some(inner) = map.get_mut(&key) {
                    leave_out(inner, &path[length..]);
                }
            }
        }
        _ => {}
    }
}

/// A value without empty parts, with lists in one order.
pub(super) fn stripped(value: Option<Value>) -> Value {
    match value.unwrap_or_default() {
        Value::Object(map) => {
            let kept = map.into_iter().map(|(key, value)| (key, stripped(Some(value))));
            // In the order of the keys, so that equal entries of lists are written alike and sorted alike.
            let kept: BTreeMap<String, Value> = kept.filter(|(_, value)| !is_empty_part(value)).collect();
            if kept.is_empty() { Value::Null } else { Value::Object(kept.into_iter().collect()) }
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.into_iter().map(|item| stripped(Some(item))).collect();
            // The order of commands counts, and their entries are texts.
            if list.iter().all(Value::is_object) {
                list.sort_by_key(Value::to_string);
            }
            Value::Array(list)
        }
        plain => plain,
    }
}

fn is_empty_part(value: &Value) -> bool {
    value.is_null() && !value.is_array() || value.as_object().is_some_and(Map::is_empty)
}

/// How many entries differ.
pub(super) fn distance(a: &Value, b: &Value) -> usize {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().filter(|key| a.get(*key) != b.get(*key)).count()
        }
        _ => {
            let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
            let (a, b) = (list(a), list(b));
            let missing = |a: &[Value], b: &[Value]| a.iter().filter(|item| !b.contains(item)).count();
            missing(&a, &b).max(missing(&b, &a))
        }
    }
}
