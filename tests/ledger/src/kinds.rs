//! The kinds of overrides that the ledger writes: converts entries to inputs, and reads them from responses.
//!
//! Used by operations and states. An entry is a place such as `env/K1` and a number; every value is made from the
//! number, so that values of two writes are never equal, and a mixture of both is detected. It must not depend on
//! instances.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The overrides of an instance: place and value.
pub(crate) type Says = BTreeMap<String, String>;

/// The kinds, as the places begin, and as the fields of the inputs are called.
pub(crate) const KINDS: [(&str, &str, &str); 8] = [
    ("port", "ports", "PORT"),
    ("volume", "volumes", "VOLUME"),
    ("env", "envVars", "ENV_VAR"),
    ("label", "labels", "LABEL"),
    ("domain", "domains", "DOMAIN"),
    ("health", "healthcheck", "HEALTHCHECK"),
    ("config", "configFiles", "CONFIG_FILE"),
    ("setting", "settings", "SETTING"),
];

/// The places of a kind.
pub(crate) fn places(kind: &str) -> &'static [&'static str] {
    match kind {
        "port" => &["port/1000", "port/1001"],
        "volume" => &["volume//v0", "volume//v1"],
        "env" => &["env/K0", "env/K1", "env/K2", "env/S0"],
        "label" => &["label/l0", "label/l1"],
        "domain" => &["domain/d0.test", "domain/d1.test"],
        "health" => &["health/"],
        "config" => &["config//etc/f0", "config//etc/f1"],
        _ => &["setting/IMAGE_TAG"],
    }
}

/// The selection that [`read`] needs, and everything else that can be read of an instance.
pub(crate) const SHOWN: &str = "fragment I on Instance { id name description enabled containerName revision createdAt deletedAt \
                         overrideCount stack { name } template { name } \
                         ports { hostIp hostPort containerPort protocol } \
                         volumes { volumeType source target readOnly isExternal } \
                         envVars { key value isSecret isSet } labels { key value } domains { domain proxyPort } \
                         healthcheck { test intervalSeconds timeoutSeconds retries startPeriodSeconds } \
                         configFiles { filePath content fileMode isTemplate } settings { imageTag } \
                         overrideRules { kind key action } }";

fn port(number: u64) -> u64 {
    1 + number % 65_535
}

/// The kind of a place, and the key behind it.
pub(crate) fn split(place: &str) -> (&str, &str) {
    place.split_once('/').unwrap_or((place, ""))
}

/// The value at a place, as answers show it.
pub(crate) fn value(place: &str, number: u64) -> String {
    match split(place).0 {
        "port" | "domain" => port(number).to_string(),
        "env" if place == "env/S0" => "(secret)".into(),
        "config" => content(number),
        _ => number.to_string(),
    }
}

/// Sometimes long enough to fill a page of the database.
fn content(number: u64) -> String {
    let lines = if number.is_multiple_of(10) { 300 } else { 3 };
    format!("{number}\n").repeat(lines)
}

/// The entry in an input.
pub(crate) fn entry(place: &str, number: u64) -> Value {
    let (kind, key) = split(place);
    match kind {
        "port" => json!({ "hostPort": port(number), "containerPort": key.parse::<u64>().unwrap_or(1) }),
        "volume" => json!({ "volumeType": "VOLUME", "source": number.to_string(), "target": key }),
        "env" => json!({ "key": key, "value": number.to_string(), "isSecret": place == "env/S0" }),
        "label" => json!({ "key": key, "value": number.to_string() }),
        "domain" => json!({ "domain": key, "proxyPort": port(number) }),
        "health" => json!({ "test": ["CMD", "true", number.to_string()] }),
        "config" => json!({ "filePath": key, "content": content(number) }),
        _ => json!({ "imageTag": number.to_string() }),
    }
}

/// The key of an entry in an input, by the name that the API has for the kind.
pub(crate) fn key(place: &str) -> Value {
    let (kind, key) = split(place);
    match kind {
        "port" => json!({ "port": { "containerPort": key.parse::<u64>().unwrap_or(1) } }),
        "volume" => json!({ "volume": key }),
        "env" => json!({ "envVar": key }),
        "label" => json!({ "label": key }),
        "domain" => json!({ "domain": key }),
        "health" => json!({ "healthcheck": true }),
        "config" => json!({ "configFile": key }),
        _ => json!({ "setting": key }),
    }
}

/// The same with the entry in place of the key.
pub(crate) fn keyed_entry(place: &str, number: u64) -> Value {
    let mut named = key(place);
    if let Some(only) = named.as_object_mut().and_then(|one| one.values_mut().next()) {
        *only = entry(place, number);
    }
    named
}

/// Whole collections in an input; `number` fills every place.
pub(crate) fn collections<'a>(places: impl IntoIterator<Item = &'a str>, emptied: &[String], number: u64) -> Value {
    let mut found = serde_json::Map::new();
    for (kind, field, _) in KINDS.iter().filter(|(kind, ..)| emptied.iter().any(|emptied| emptied == kind)) {
        found.insert((*field).into(), if matches!(*kind, "health" | "setting") { Value::Null } else { json!([]) });
    }
    for place in places {
        let kind = split(place).0;
        let Some((_, field, _)) = KINDS.iter().find(|(name, ..)| *name == kind) else { continue };
        if matches!(kind, "health" | "setting") {
            found.insert((*field).into(), entry(place, number));
        } else if let Some(list) = found.entry(*field).or_insert_with(|| json!([])).as_array_mut() {
            list.push(entry(place, number));
        }
    }
    Value::Object(found)
}

/// The overrides of an instance, from a response with everything in [`SHOWN`]. Unexpected entries get a place as well,
/// so that they are detected.
pub(crate) fn read(instance: &Value) -> Says {
    let mut says = Says::new();
    let list = |field: &str| instance[field].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut put = |place: String, value: String| {
        // Two entries in one place: both are recorded.
        let place = if says.contains_key(&place) { format!("{place} again") } else { place };
        says.insert(place, value);
    };
    for one in list("ports") {
        let odd = one["hostIp"] != "0.0.0.0" || one["protocol"] != "TCP";
        put(format!("port/{}", one["containerPort"]), if odd { one.to_string() } else { text(&one["hostPort"]) });
    }
    for one in list("volumes") {
        let odd = one["volumeType"] != "VOLUME" || one["readOnly"] == true || one["isExternal"] == true;
        put(format!("volume/{}", text(&one["target"])), if odd { one.to_string() } else { text(&one["source"]) });
    }
    for one in list("envVars") {
        let secret = one["isSecret"] == true && one["isSet"] == true && one["value"].is_null();
        put(format!("env/{}", text(&one["key"])), if secret { "(secret)".into() } else { text(&one["value"]) });
    }
    for one in list("labels") {
        put(format!("label/{}", text(&one["key"])), text(&one["value"]));
    }
    for one in list("domains") {
        put(format!("domain/{}", text(&one["domain"])), text(&one["proxyPort"]));
    }
    if let Some(one) = instance.get("healthcheck").filter(|one| !one.is_null()) {
        let odd = one["test"][0] != "CMD" || one["intervalSeconds"] != 30 || one["retries"] != 3;
        put("health/".into(), if odd { one.to_string() } else { text(&one["test"][2]) });
    }
    for one in list("configFiles") {
        let odd = one["fileMode"] != "0644" || one["isTemplate"] == true;
        put(format!("config/{}", text(&one["filePath"])), if odd { one.to_string() } else { text(&one["content"]) });
    }
    if let Some(tag) = instance["settings"]["imageTag"].as_str() {
        put("setting/IMAGE_TAG".into(), tag.to_owned());
    }
    for one in list("overrideRules") {
        put(format!("rule/{}/{}", text(&one["kind"]), text(&one["key"])), text(&one["action"]));
    }
    says
}

/// The place of the rule that removes an inherited entry.
pub(crate) fn removal(place: &str) -> String {
    let (kind, key) = split(place);
    let name = KINDS.iter().find(|(one, ..)| *one == kind).map_or("", |(_, _, name)| name);
    let key = match kind {
        "port" => format!("{key}/tcp"),
        "health" => "*".into(),
        _ => key.into(),
    };
    format!("rule/{name}/{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_is_what_is_read() {
        let all: Vec<&str> = KINDS.iter().flat_map(|(kind, ..)| places(kind)).copied().collect();
        let mut shown = collections(all.iter().copied(), &[], 70_000);
        for port in shown["ports"].as_array_mut().unwrap() {
            port["hostIp"] = json!("0.0.0.0");
            port["protocol"] = json!("TCP");
        }
        for (field, extra) in [("intervalSeconds", 30), ("retries", 3)] {
            shown["healthcheck"][field] = json!(extra);
        }
        for file in shown["configFiles"].as_array_mut().unwrap() {
            file["fileMode"] = json!("0644");
        }
        let secret = shown["envVars"].as_array_mut().unwrap().last_mut().unwrap();
        (secret["value"], secret["isSet"]) = (Value::Null, json!(true));
        let wanted: Says = all.iter().map(|place| ((*place).to_owned(), value(place, 70_000))).collect();
        assert_eq!(read(&shown), wanted);
    }
}
