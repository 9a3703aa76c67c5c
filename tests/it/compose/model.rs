//! What Compose must resolve a stack to, computed from its effective configuration.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{stacks::TEMPLATES, text};
use crate::support::TestApp;

const EFFECTIVE: &str = "{ stack(name: \"shop\") { storageName instances { nodes { name containerName storageName effectiveConfig {
    imageName imageTag command entrypoint user workingDir restartPolicy
    ports { hostIp hostPort containerPort protocol } volumes { volumeType source target readOnly isExternal scope options definition }
    envVars { key value isSecret isSet } labels { key value }
    healthcheck { test intervalSeconds timeoutSeconds retries startPeriodSeconds startIntervalSeconds }
    configFiles { filePath content fileMode isTemplate } resourceLimits { cpu memory } attributes { name value }
    networks { name aliases isExternal options definition }
    dependencies { condition required restart instance { name } } } } } } }";

/// Sorts keys, and lists whose order Compose ignores; keeps all other lists.
pub(super) fn as_sets(value: &Value) -> Value {
    fn sorted(value: &Value, key: &str) -> Value {
        match value {
            Value::Object(map) => {
                let entries = map.iter().map(|(key, value)| (key.clone(), sorted(value, key)));
                entries.collect::<BTreeMap<_, _>>().into_iter().collect()
            }
            Value::Array(list) if !["command", "entrypoint", "test"].contains(&key) => {
                let mut list: Vec<Value> = list.iter().map(|value| sorted(value, "")).collect();
                list.sort_by_key(Value::to_string);
                list.into()
            }
            other => other.clone(),
        }
    }
    sorted(value, "")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A text as Compose prints it: with every `$` doubled, so that its output is a valid file.
fn shown(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace('$', "$$").into(),
        Value::Array(list) => list.iter().map(shown).collect(),
        other => other.clone(),
    }
}

/// The values of an object, as Compose prints them.
fn shown_values(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), shown_values(value))).collect(),
        other => shown(other),
    }
}

fn absolute(path: &Value) -> String {
    let path = path.as_str().unwrap();
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// The bits of a file mode, which Compose prints with a leading zero.
fn mode(text: &Value) -> u32 {
    u32::from_str_radix(text.as_str().unwrap(), 8).unwrap()
}

fn duration(seconds: &Value) -> String {
    let seconds = seconds.as_i64().unwrap();
    let (hours, minutes, seconds) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn bytes(memory: &str) -> String {
    let (number, unit) = memory.split_at(memory.len() - 1);
    let power = "bkmgt".find(unit).unwrap();
    (number.parse::<u64>().unwrap() << (10 * power)).to_string()
}

/// The parts of a service that the effective configuration determines, and their values. `secret` is the value that
/// each secret variable was set to.
fn expected(instance: &Value, storage: &Value, folder: &str, secret: &dyn Fn(&str) -> Value) -> Value {
    let config = &instance["effectiveConfig"];
    let tag = config["imageTag"].as_str().unwrap();
    let joint = if tag.starts_with("sha256:") { '@' } else { ':' };
    let ports = list(&config["ports"]).iter().map(|port| {
        let mut map = json!({ "mode": "ingress", "target": port["containerPort"],
            "protocol": port["protocol"].as_str().unwrap().to_lowercase() });
        if let Some(host) = port["hostPort"].as_i64() {
            map["published"] = json!(host.to_string());
        }
        if port["hostIp"] != "0.0.0.0" {
            map["host_ip"] = port["hostIp"].clone();
        }
        map
    });
    let mounts = list(&config["volumes"]).iter().map(|volume| {
        let source = volume["source"].as_str().unwrap();
        let kind = volume["volumeType"].as_str().unwrap().to_lowercase();
        let mut map = json!({ "type": kind, "target": shown(&json!(absolute(&volume["target"]))) });
        map["source"] = match (kind.as_str(), volume["scope"].as_str().unwrap()) {
            ("image", _) | ("volume", "HOST") => json!(source),
            ("volume", _) if source.is_empty() => json!(null),
            ("volume", "STACK") => json!(format!("{}_{source}", storage.as_str().unwrap())),
            ("volume", _) => json!(format!("{}_{source}", instance["storageName"].as_str().unwrap())),
            ("bind", _) => shown(&json!(source.replace("./", &format!("{folder}/")))),
            _ => json!(null),
        };
        map["read_only"] = volume["readOnly"].clone();
        map["options"] = match &volume["options"] {
            Value::Null => json!({}),
            options => shown_values(options),
        };
        if kind == "bind" {
            // Compose prints nothing for false.
            match map["options"]["bind"]["create_host_path"].as_bool() {
                Some(false) => drop(map["options"]["bind"].as_object_mut().unwrap().remove("create_host_path")),
                _ => map["options"]["bind"]["create_host_path"] = json!(true),
            }
        }
        map["definition"] = match &volume["definition"] {
            Value::Null => json!({}),
            definition => shown_values(definition),
        };
        map
    });
    let environment = list(&config["envVars"]).iter().map(|var| {
        let key = var["key"].as_str().unwrap();
        let hidden = var["isSecret"] == true && var["isSet"] == true;
        (key.to_owned(), shown(&if hidden { secret(key) } else { var["value"].clone() }))
    });
    // Compose doubles each `$` in the keys of its output, too, although it does not interpolate keys.
    let key = |label: &Value| text(&shown(&label["key"]));
    let labels = list(&config["labels"]).iter().map(|label| (key(label), shown(&label["value"])));
    // Engines would mount a folder for an empty file, so it is left out.
    let files = list(&config["configFiles"]).iter().filter(|file| file["content"] != "").map(|file| {
        let content = file["content"].as_str().unwrap();
        let resolved = TEMPLATES.iter().find(|(template, _)| file["isTemplate"] == true && *template == content);
        let content = resolved.map_or(content, |(_, resolved)| resolved);
        json!([shown(&json!(absolute(&file["filePath"]))), mode(&file["fileMode"]), shown(&json!(content))])
    });
    let health = match &config["healthcheck"] {
        Value::Null => json!(null),
        check => {
            let mut map = json!({ "test": shown(&check["test"]), "interval": duration(&check["intervalSeconds"]), "timeout":
                duration(&check["timeoutSeconds"]), "start_period": duration(&check["startPeriodSeconds"]) });
            // Engines take 0 for their default.
            if check["retries"] != 0 {
                map["retries"] = check["retries"].clone();
            }
            if !check["startIntervalSeconds"].is_null() {
                map["start_interval"] = json!(duration(&check["startIntervalSeconds"]));
            }
            map
        }
    };
    let needed = list(&config["dependencies"]).iter().map(|dependency| {
        let condition = dependency["condition"].as_str().unwrap().to_lowercase();
        let mut map = json!({ "condition": condition, "required": dependency["required"] });
        if dependency["restart"] == true {
            map["restart"] = json!(true);
        }
        (dependency["instance"]["name"].as_str().unwrap().to_owned(), map)
    });
    let limits = &config["resourceLimits"];
    // Empty values count as absent, and Compose's JSON omits values of the files' own.
    let own = |one: &Value| one["name"].as_str().is_some_and(|name| name.starts_with("x-"));
    let attributes = list(&config["attributes"]).iter();
    let attributes = attributes.filter(|one| ![json!([]), json!({})].contains(&one["value"]) && !own(one));
    json!({
        "project": "devarch-shop",
        "image": format!("{}{joint}{tag}", config["imageName"].as_str().unwrap()),
        "container_name": instance["containerName"],
        "command": shown(&config["command"]), "entrypoint": shown(&config["entrypoint"]),
        "user": shown(&config["user"]), "working_dir": shown(&config["workingDir"]), "restart": config["restartPolicy"],
        "ports": ports.collect::<Vec<_>>(), "volumes": mounts.collect::<Vec<_>>(),
        "environment": environment.collect::<Map<_, _>>(), "labels": labels.collect::<Map<_, _>>(),
        "configs": files.collect::<Vec<_>>(), "healthcheck": health, "depends_on": needed.collect::<Map<_, _>>(),
        "cpus": limits["cpu"].as_str().map(|cpu| cpu.parse::<f64>().unwrap()),
        "memory": limits["memory"].as_str().map(bytes),
        "attributes": attributes.map(|one| one["name"].clone()).collect::<Vec<_>>(),
        "network": "devarch-shop-net", "networks": networks(list(&config["networks"])),
    })
}

/// The networks of a service by their names on the host, each with what the service says about it.
fn networks(all: &[Value]) -> Value {
    let joined = all.iter().map(|network| {
        let name = network["name"].as_str().unwrap();
        let host = match (network["isExternal"].as_bool().unwrap(), name) {
            (true, name) => name.to_owned(),
            (false, "default") => "devarch-shop-net".to_owned(),
            (false, name) => format!("devarch-shop_{name}"),
        };
        let mut own = network["options"].as_object().cloned().unwrap_or_default();
        if !list(&network["aliases"]).is_empty() {
            own.insert("aliases".to_owned(), network["aliases"].clone());
        }
        (host, deep_shown(&Value::Object(own)))
    });
    let joined: Map<String, Value> = joined.collect();
    if joined.is_empty() { json!({ "devarch-shop-net": {} }) } else { joined.into() }
}

/// All texts of an object as Compose prints them.
fn deep_shown(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), deep_shown(value))).collect(),
        other => shown(other),
    }
}

/// The same parts in the output of Compose.
fn found(file: &Value, name: &str, attributes: &Value) -> Value {
    let service = &file["services"][name];
    let or = |part: &str, empty: Value| service.get(part).cloned().unwrap_or(empty);
    let mounts = list(&service["volumes"]).iter().map(|mount| {
        let defined = match (mount["type"].as_str(), mount["source"].as_str()) {
            (Some("volume"), Some(key)) => Some(&file["volumes"][key]),
            _ => None,
        };
        let source = match (mount["type"].as_str(), defined) {
            (Some("volume"), defined) => defined.map(|defined| defined["name"].clone()),
            _ => mount.get("source").cloned(),
        };
        let only = |from: Option<&Value>, parts: &[&str]| {
            let parts = parts.iter().filter_map(|part| Some(((*part).to_owned(), from?.get(*part)?.clone())));
            parts.collect::<Map<_, _>>()
        };
        json!({ "type": mount["type"], "target": mount["target"], "source": source,
                "read_only": mount["read_only"].as_bool().unwrap_or_default(),
                "options": only(Some(mount), &["bind", "consistency", "image", "tmpfs", "volume"]),
                "definition": only(defined, &["driver", "driver_opts", "labels"]) })
    });
    let files = list(&service["configs"]).iter().map(|used| {
        let content = &file["configs"][used["source"].as_str().unwrap()]["content"];
        json!([used["target"], mode(&used["mode"]), content])
    });
    // Compose leaves out a network that no service joins.
    let default = file["networks"].get("default").map_or(json!("devarch-shop-net"), |network| network["name"].clone());
    let joined = service["networks"].as_object().into_iter().flatten().map(|(key, own)| {
        let own = if own.is_null() { json!({}) } else { own.clone() };
        (file["networks"][key]["name"].as_str().unwrap().to_owned(), own)
    });
    let mut labels = or("labels", json!({}));
    // It stands for everything else.
    assert_eq!(labels.as_object_mut().unwrap().remove("devarch.config_hash").unwrap().as_str().unwrap().len(), 32);
    let there = |name: &&Value| service.get(name.as_str().unwrap()).is_some();
    let limits = &service["deploy"]["resources"]["limits"];
    json!({
        "project": file["name"], "image": service["image"], "container_name": service["container_name"],
        "command": service["command"], "entrypoint": service["entrypoint"],
        "user": service["user"], "working_dir": service["working_dir"], "restart": service["restart"],
        "ports": or("ports", json!([])), "volumes": mounts.collect::<Vec<_>>(),
        "environment": or("environment", json!({})), "labels": labels,
        "configs": files.collect::<Vec<_>>(), "healthcheck": service["healthcheck"], "depends_on": or("depends_on", json!({})),
        "cpus": limits["cpus"].as_f64(), "memory": limits["memory"],
        "attributes": list(attributes).iter().filter(there).cloned().collect::<Vec<_>>(),
        "network": default, "networks": joined.collect::<Map<_, _>>(),
    })
}

/// Compares the output of Compose with the effective configuration of every instance of the shop.
pub(super) async fn hold(t: &TestApp, file: &Value, folder: &str, secret: impl Fn(&str, &str) -> Value) {
    let stack = t.data(EFFECTIVE, json!({})).await;
    let instances = list(&stack["stack"]["instances"]["nodes"]);
    assert_eq!(file["services"].as_object().unwrap().len(), instances.len());
    for instance in instances {
        let name = instance["name"].as_str().unwrap();
        let expected = expected(instance, &stack["stack"]["storageName"], folder, &|key| secret(name, key));
        let found = found(file, name, &expected["attributes"]);
        for (part, expected) in as_sets(&expected).as_object().unwrap() {
            assert_eq!(as_sets(&found)[part], *expected, "{part} of {name} in {file}");
        }
    }
}
