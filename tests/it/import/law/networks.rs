//! Compares the networks that services join, their names in them, and how the networks are defined.
//!
//! Used by the comparison.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    compare::{Context, Report},
    forms::stripped,
};

/// Brings the networks that a service of the files joins into the form of [`of_stack`].
pub(super) fn of_files(service: &mut Map<String, Value>, context: &Context<'_>, file: &Value) {
    let networks = service.remove("networks");
    // Which of the two a service has is reported at `network_mode`.
    if service.contains_key("network_mode") || context.has("network_mode") {
        return;
    }
    let mut joined: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (key, own) in networks.iter().filter_map(Value::as_object).flatten() {
        let defined = &file["networks"][key];
        let place = match key.as_str() {
            key if context.report.outside.contains(key) => continue,
            _ if defined["external"] == true => format!("external {}", defined["name"].as_str().unwrap()),
            key if key == "default" || context.report.folded.contains(key) => "default".to_owned(),
            key => format!("own {key}"),
        };
        let there = joined.entry(place).or_default();
        for (option, value) in own.as_object().into_iter().flatten() {
            match (there.get_mut(option), value) {
                (Some(Value::Array(there)), Value::Array(more)) => there.extend(more.iter().cloned()),
                _ => drop(there.insert(option.clone(), value.clone())),
            }
        }
    }
    if joined.is_empty() {
        joined.insert("default".to_owned(), Map::new());
    }
    let names = names(context, file);
    let joined = joined.into_iter().map(|(place, mut own)| {
        let aliases = own.entry("aliases").or_insert_with(|| json!([]));
        aliases.as_array_mut().unwrap().extend(names.iter().map(|name| json!(name)));
        (place, comparable(&Value::Object(own)))
    });
    service.insert("networks".to_owned(), joined.collect());
}

/// Brings the networks that a rendered service joins into one form.
pub(super) fn of_stack(service: &mut Map<String, Value>, context: &Context<'_>) {
    let networks = service.remove("networks");
    if service.contains_key("network_mode") || context.has("network_mode") {
        return;
    }
    let joined = networks.iter().filter_map(Value::as_object).flatten().map(|(key, own)| {
        let place = match (key.as_str(), key.strip_prefix("external.")) {
            (_, Some(host)) => format!("external {host}"),
            ("default", _) => "default".to_owned(),
            (key, _) => format!("own {key}"),
        };
        (place, comparable(own))
    });
    service.insert("networks".to_owned(), joined.collect());
}

/// What a service says about a network, with its aliases as a set. That it joins the network counts by itself.
fn comparable(own: &Value) -> Value {
    let mut own = own.as_object().cloned().unwrap_or_default();
    let aliases = own.remove("aliases").unwrap_or_default();
    let aliases: BTreeSet<&str> = aliases.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    own.insert("aliases".to_owned(), json!(aliases));
    own.insert("joined".to_owned(), json!(true));
    own.into()
}

/// The names under which others find a service in Compose, and that are not the name of its instance.
fn names(context: &Context<'_>, file: &Value) -> BTreeSet<String> {
    let services = file["services"].as_object().unwrap();
    let container = services[context.key]["container_name"].as_str();
    let mut names = BTreeSet::from([context.key.to_owned()]);
    names.extend(container.map(str::to_owned));
    let mut links: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for service in services.values() {
        for attribute in ["links", "external_links"] {
            for link in service[attribute].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let Some((name, alias)) = link.split_once(':') else { continue };
                let target = match attribute {
                    "links" => Some(name),
                    _ => {
                        services.iter().find(|(_, other)| other["container_name"] == name).map(|(key, _)| key.as_str())
                    }
                };
                if let Some(target) = target.filter(|_| name != alias && !services.contains_key(alias)) {
                    links.entry(alias.to_owned()).or_default().insert(target);
                }
            }
        }
    }
    // A name that would lead to several services is reported at the link.
    names.extend(links.into_iter().filter(|(_, to)| *to == BTreeSet::from([context.key])).map(|(alias, _)| alias));
    names.remove(context.name);
    names
}

/// Compares how networks are defined.
pub(super) fn definitions(original: &Value, rendered: &Value, report: &Report, different: &mut BTreeSet<String>) {
    for (key, defined) in original["networks"].as_object().into_iter().flatten() {
        if report.outside.contains(key) {
            continue;
        }
        let host = defined["name"].as_str().unwrap_or_default();
        let is_external = defined["external"] == true;
        let place = if is_external { format!("external.{host}") } else { key.clone() };
        let wanted = options(defined, key, report);
        if report.folded.contains(key) {
            let plain = [json!(null), json!({ "driver": "bridge" }), json!({ "driver": "default" })];
            if !plain.contains(&wanted) {
                different.insert(format!("networks.{key}: {wanted} is folded"));
            }
            continue;
        }
        // Whether services join it is compared with the services.
        let Some(found) = rendered["networks"].get(&place) else { continue };
        let name = found["name"].as_str().unwrap_or_default();
        let is_named = match (is_external, key.as_str()) {
            (true, _) => name == host,
            (false, "default") => name.starts_with("devarch-") && name.ends_with("-net"),
            (false, key) => name.starts_with("devarch-") && name.ends_with(&format!("_{key}")),
        };
        let found = options(found, key, report);
        if wanted != found || !is_named {
            different.insert(format!("networks.{key}: {wanted} -> {found} called {name}"));
        }
    }
}

/// A definition without names, and without what is reported.
fn options(defined: &Value, key: &str, report: &Report) -> Value {
    let mut options = defined.as_object().cloned().unwrap_or_default();
    options.retain(|option, _| option != "name" && !report.exactly(&format!("networks.{key}.{option}")));
    stripped(Some(options.into()))
}
