//! Compares what Docker Compose resolves from the files with what it resolves from the rendered stack.
//!
//! Names that a stack gives anew are brought into one form, and what a note names is left out, at its very path.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    forms::{common, distance, implied, leave_out, leave_out_implied, stripped},
    networks,
};

/// A path without the names that differ from model to model.
pub(super) fn kind_of(path: &str) -> String {
    let mut parts = path.split('.');
    let part = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.skip(1).map(|part| if part.parse::<usize>().is_ok() { "N" } else { part }).collect();
    format!("{part}.*{}", rest.iter().take(2).map(|part| format!(".{part}")).collect::<String>())
}

/// The differences that no note names.
pub(super) fn differences(
    original: &Value,
    rendered: &Value,
    notes: &[&Value],
    given: &BTreeMap<String, String>,
    root: &str,
) -> BTreeSet<String> {
    let report = Report::new(notes);
    let mut different = BTreeSet::new();
    let nothing = Map::new();
    let services = original["services"].as_object().unwrap_or(&nothing);
    let names: BTreeMap<&str, String> = services.keys().map(|key| (key.as_str(), report.instance(key))).collect();
    let mut expected = BTreeSet::new();
    for (key, service) in services {
        let name = &names[key.as_str()];
        let Some(found) = rendered["services"].get(name) else {
            let reporting = ["", ".image", ".scale", ".deploy.replicas"];
            if !reporting.iter().any(|part| report.exactly(&format!("services.{key}{part}"))) {
                different.insert(format!("services.{key} is missing"));
            }
            continue;
        };
        expected.insert(name.clone());
        let own = |path: &str| path.strip_prefix(&format!("services.{key}.")).map(str::to_owned);
        let notes: Vec<String> = report.paths.iter().filter_map(|path| own(path)).collect();
        let exempt = reported_contents(service, &report);
        let context = Context { key, name, notes: &notes, report: &report, names: &names, given, root, exempt };
        let (wanted, found) = (context.original(service, original), context.rendered(found, rendered));
        context.compare(wanted, found, &mut different);
    }
    for name in rendered["services"].as_object().unwrap_or(&nothing).keys() {
        if !expected.contains(name) {
            different.insert(format!("the service {name} is in no file"));
        }
    }
    sharing(original, rendered, &report, &mut different);
    networks::definitions(original, rendered, &report, &mut different);
    different
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// The notes of an import.
pub(super) struct Report {
    paths: BTreeSet<String>,
    instances: BTreeMap<String, String>,
    /// Networks that the stack's own one takes the place of.
    pub(super) folded: BTreeSet<String>,
    /// Networks of the host that no service joins.
    pub(super) outside: BTreeSet<String>,
}

impl Report {
    fn new(notes: &[&Value]) -> Self {
        let text = |note: &Value, field: &str| note[field].as_str().unwrap().to_owned();
        let paths = notes.iter().map(|note| text(note, "path")).collect();
        let renamed = notes.iter().filter_map(|note| {
            let (path, reason) = (text(note, "path"), text(note, "reason"));
            let name = reason.strip_prefix("The instance is called ")?.split([',', ':']).next()?.to_owned();
            Some((path.strip_prefix("services.")?.to_owned(), name))
        });
        let networks = |words: &str| -> BTreeSet<String> {
            let of = notes.iter().filter(|note| text(note, "reason").contains(words));
            of.filter_map(|note| Some(text(note, "path").strip_prefix("networks.")?.to_owned())).collect()
        };
        let (folded, outside) = (networks("All services share it"), networks("is outside the stack. To join it"));
        Self { paths, instances: renamed.collect(), folded, outside }
    }

    pub(super) fn exactly(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    fn instance(&self, key: &str) -> String {
        self.instances.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }
}

pub(super) struct Context<'a> {
    pub(super) key: &'a str,
    pub(super) name: &'a str,
    /// The paths of the notes about the service, without its name.
    notes: &'a [String],
    pub(super) report: &'a Report,
    names: &'a BTreeMap<&'a str, String>,
    /// The variables that are given.
    given: &'a BTreeMap<String, String>,
    root: &'a str,
    /// The targets of configs of whose content a note tells.
    exempt: BTreeSet<String>,
}

/// The targets of the configs of a service on whose content there is a note.
fn reported_contents(service: &Value, report: &Report) -> BTreeSet<String> {
    let uses = service["configs"].as_array().into_iter().flatten();
    let report = uses.filter(|used| {
        let source = used["source"].as_str().unwrap();
        ["content", "environment"].iter().any(|part| report.exactly(&format!("configs.{source}.{part}")))
    });
    report
        .map(|used| absolute(used["target"].as_str().unwrap_or_else(|| used["source"].as_str().unwrap()), ""))
        .collect()
}

fn absolute(target: &str, folder: &str) -> String {
    if target.starts_with('/') { target.to_owned() } else { format!("{folder}/{target}") }
}

/// How a volume is made. The driver `local` is the default.
fn made(defined: &Value) -> Value {
    let mut made = Map::new();
    for part in ["driver", "driver_opts", "labels"] {
        if !is_empty(&defined[part]) {
            made.insert(part.to_owned(), defined[part].clone());
        }
    }
    if made.len() == 1 && made.get("driver") == Some(&json!("local")) {
        made.clear();
    }
    stripped(Some(Value::Object(made)))
}

/// Volumes that services share in the files and not in the stack, or the other way round.
fn sharing(original: &Value, rendered: &Value, report: &Report, different: &mut BTreeSet<String>) {
    let mounts = |file: &Value, service: &str| -> BTreeMap<String, String> {
        let list = file["services"][service]["volumes"].as_array().cloned().unwrap_or_default();
        let named = list.iter().filter(|mount| mount["type"] == "volume" && mount["source"].is_string());
        let name =
            |mount: &Value| file["volumes"][mount["source"].as_str().unwrap()]["name"].as_str().unwrap().to_owned();
        named.map(|mount| (mount["target"].as_str().unwrap().to_owned(), name(mount))).collect()
    };
    let mut pairs = Vec::new();
    for key in original["services"].as_object().into_iter().flatten().map(|(key, _)| key) {
        let found = mounts(rendered, &report.instance(key));
        for (target, name) in mounts(original, key) {
            pairs.extend(found.get(&target).map(|found| (key.clone(), name, found.clone())));
        }
    }
    for (key, name, found) in &pairs {
        for (other, other_name, other_found) in &pairs {
            if (name == other_name) != (found == other_found) {
                different.insert(format!("services.{key} and {other} share {name} and {other_name} otherwise"));
            }
        }
    }
}

impl Context<'_> {
    pub(super) fn has(&self, path: &str) -> bool {
        self.notes.iter().any(|note| note == path)
    }

    fn begins(&self, path: &str) -> bool {
        self.notes.iter().any(|note| note.starts_with(path))
    }

    fn instance(&self, key: &str) -> String {
        self.names.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// What the files say, with the names that a stack gives.
    fn original(&self, service: &Value, file: &Value) -> Map<String, Value> {
        let mut service = service.as_object().unwrap().clone();
        let implied = implied(&service);
        self.leave_out_reported(&mut service);
        leave_out_implied(&mut service, &implied);
        self.rename(&mut service);
        self.files(&mut service, file);
        self.leave_out_reported(&mut service);
        self.mounts(&mut service, |source| {
            let defined = &file["volumes"][source];
            let name = defined["name"].as_str().unwrap_or(source);
            if defined["external"] == true {
                return format!("external {name}");
            }
            let made = made(defined);
            if name != format!("{}_{source}", file["name"].as_str().unwrap_or_default()) {
                return format!("host {name} {made}");
            }
            let own = source.strip_prefix(&format!("{}_", self.key)).filter(|rest| !rest.is_empty());
            format!("own {} {made}", own.unwrap_or(source))
        });
        networks::of_files(&mut service, self, file);
        if service.contains_key("image") {
            let image = service["image"].as_str().unwrap().to_owned();
            let last = image.rsplit('/').next().unwrap().to_owned();
            if !last.contains([':', '@']) {
                service["image"] = json!(format!("{image}:latest"));
            }
        }
        service.entry("restart").or_insert_with(|| json!("no"));
        if service.get("scale") == Some(&json!(1)) {
            service.remove("scale");
        }
        common(service)
    }

    /// What is rendered, with names brought into the same form.
    fn rendered(&self, service: &Value, file: &Value) -> Map<String, Value> {
        let mut service = service.as_object().unwrap().clone();
        let implied = implied(&service);
        self.leave_out_reported(&mut service);
        leave_out_implied(&mut service, &implied);
        service.remove("container_name");
        service.remove("x-devarch");
        if let Some(labels) = service.get_mut("labels").and_then(Value::as_object_mut) {
            labels.retain(|key, _| !key.starts_with("devarch."));
        }
        // The image of a build has a name of its own, which is reported at `build`.
        if self.has("build") || self.has("image") {
            service.remove("image");
        }
        self.files(&mut service, file);
        self.leave_out_reported(&mut service);
        self.mounts(&mut service, |source| {
            let (defined, made) = (&file["volumes"][source], made(&file["volumes"][source]));
            let (scope, _) = source.split_once('.').unwrap_or((source, ""));
            match scope {
                "external" => format!("external {}", defined["name"].as_str().unwrap_or_default()),
                "host" => format!("host {} {made}", defined["name"].as_str().unwrap_or_default()),
                // Whether services share it is compared for all of them at once.
                "stack" => format!("own {} {made}", source.trim_start_matches("stack.")),
                _ => {
                    let own = source.strip_prefix(&format!("{}_", self.name)).unwrap_or(source);
                    let own = own.strip_prefix(&format!("{}_", self.key)).unwrap_or(own);
                    format!("own {own} {made}")
                }
            }
        });
        networks::of_stack(&mut service, self);
        common(service)
    }

    /// Names of services in references.
    fn rename(&self, service: &mut Map<String, Value>) {
        for attribute in ["network_mode", "pid", "ipc", "uts", "cgroup"] {
            if let Some(name) =
                service.get(attribute).and_then(Value::as_str).and_then(|text| text.strip_prefix("service:"))
            {
                service[attribute] = json!(format!("service:{}", self.instance(name)));
            }
        }
        for item in service.get_mut("volumes_from").and_then(Value::as_array_mut).into_iter().flatten() {
            let text = item.as_str().unwrap().to_owned();
            let (name, rest) =
                text.split_once(':').map_or((text.as_str(), ""), |(name, _)| (name, &text[name.len()..]));
            *item = json!(format!("{}{rest}", self.instance(name)));
        }
        if let Some(Value::Object(contexts)) =
            service.get_mut("build").and_then(|build| build.get_mut("additional_contexts"))
        {
            for context in contexts.values_mut() {
                if let Some(name) = context.as_str().and_then(|text| text.strip_prefix("service:")) {
                    *context = json!(format!("service:{}", self.instance(name)));
                }
            }
        }
        if let Some(Value::Object(needed)) = service.get_mut("depends_on") {
            let renamed = std::mem::take(needed).into_iter().map(|(name, how)| (self.instance(&name), how));
            *needed = renamed.collect();
        }
        if self.begins("links.") {
            service.remove("links");
        }
    }

    /// Configs with their contents, and files of the host as mounts, which is what Compose makes of them.
    fn files(&self, service: &mut Map<String, Value>, file: &Value) {
        let (mut mounts, mut of_shell) = (Vec::new(), Vec::new());
        for (attribute, folder) in [("secrets", "/run/secrets"), ("configs", "")] {
            let Some(Value::Array(uses)) = service.remove(attribute) else { continue };
            let mut kept = Vec::new();
            for used in uses {
                let source = used["source"].as_str().unwrap();
                let target = used["target"].as_str().unwrap_or(source);
                let target = absolute(target, folder);
                let defined = &file[attribute][source];
                match (defined["file"].as_str(), &defined["content"]) {
                    (Some(path), _) => mounts.push(json!({ "type": "bind", "source": path, "target": target,
                        "read_only": true, "bind": { "create_host_path": true } })),
                    (None, content) => {
                        // A variable as the content: Compose prints its name only.
                        let variable = defined["environment"].as_str();
                        let of_variable = variable.and_then(|name| self.given.get(name).map(String::as_str));
                        // The one variable of the shell that the judges have.
                        let of_variable = of_variable.or_else(|| (variable? == "HOME").then_some("/root"));
                        let of_variable = of_variable.map(|text| json!(text.replace('$', "$$")));
                        let content = of_variable.as_ref().unwrap_or(content);
                        let content = if self.exempt.contains(&target) { &Value::Null } else { content };
                        let mode = used["mode"].as_str().unwrap_or("0444").trim_start_matches('0').to_owned();
                        let held = json!({ "target": target, "content": content, "mode": mode, "uid": used["uid"], "gid": used["gid"] });
                        // A secret of the shell is held as a config with the variable.
                        if attribute == "secrets" && variable.is_some() { of_shell.push(held) } else { kept.push(held) }
                    }
                }
            }
            if !kept.is_empty() {
                service.insert(attribute.to_owned(), json!(kept));
            }
        }
        if !of_shell.is_empty() {
            let configs = service.entry("configs").or_insert_with(|| json!([]));
            configs.as_array_mut().unwrap().extend(of_shell);
        }
        if !mounts.is_empty() {
            let volumes = service.entry("volumes").or_insert_with(|| json!([]));
            volumes.as_array_mut().unwrap().extend(mounts);
        }
    }

    fn mounts(&self, service: &mut Map<String, Value>, name: impl Fn(&str) -> String) {
        for mount in service.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
            let source = mount["source"].as_str().unwrap_or_default().to_owned();
            let map = mount.as_object_mut().unwrap();
            match map["type"].as_str().unwrap() {
                "volume" if source.is_empty() => drop(map.remove("source")),
                "volume" => drop(map.insert("source".to_owned(), json!(name(&source)))),
                // Paths are compared without the folder of the test.
                _ if !source.is_empty() => {
                    let place = source.strip_prefix(self.root).unwrap_or(&source);
                    map.insert("source".to_owned(), json!(place));
                }
                _ => {}
            }
        }
    }

    /// Leaves out what the notes name.
    fn leave_out_reported(&self, service: &mut Map<String, Value>) {
        // These attributes are one each, with two names.
        let pairs = [
            ("cpus", "deploy.resources.limits.cpus"),
            ("mem_limit", "deploy.resources.limits.memory"),
            ("scale", "deploy.replicas"),
        ];
        let mut whole = Value::Object(std::mem::take(service));
        for note in self.notes {
            leave_out(&mut whole, &note.split('.').collect::<Vec<_>>());
            // In the rendered file a service is called as its instance.
            for (key, instance) in self.names {
                if let Some(rest) = note.strip_prefix(&format!("depends_on.{key}")) {
                    leave_out(&mut whole, &format!("depends_on.{instance}{rest}").split('.').collect::<Vec<_>>());
                }
            }
            for (a, b) in pairs.iter().filter(|(a, b)| note == a || note == b) {
                leave_out(&mut whole, &[a]);
                leave_out(&mut whole, &b.split('.').collect::<Vec<_>>());
            }
        }
        if let Value::Object(map) = whole {
            *service = map;
        }
    }

    fn compare(&self, mut wanted: Map<String, Value>, mut found: Map<String, Value>, different: &mut BTreeSet<String>) {
        let mut loose: BTreeMap<String, usize> = BTreeMap::new();
        for note in self.notes {
            let parts: Vec<&str> = note.split('.').collect();
            if let [attribute, number] = parts.as_slice()
                && number.parse::<usize>().is_ok()
            {
                *loose.entry((*attribute).to_owned()).or_default() += 1;
            }
        }
        let keys: BTreeSet<String> = wanted.keys().chain(found.keys()).cloned().collect();
        for key in keys {
            let (a, b) = (stripped(wanted.remove(&key)), stripped(found.remove(&key)));
            if a == b {
                continue;
            }
            let allowed = loose.get(&key).copied().unwrap_or_default();
            if allowed > 0 && distance(&a, &b) <= allowed {
                continue;
            }
            different.insert(format!("services.{}.{key}: {a} -> {b}", self.key));
        }
    }
}
