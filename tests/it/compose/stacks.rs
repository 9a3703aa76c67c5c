//! Generates stacks from a seed: every kind, in every way that an instance can differ from its template.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::text::TRAPS;
use crate::support::{self, TestApp};

/// The random numbers of one stack.
pub(crate) struct Rng(support::Rng);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(support::Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1)))
    }

    fn below(&mut self, n: usize) -> usize {
        self.0.below(n)
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn text(&mut self) -> String {
        self.one(&TRAPS).to_owned()
    }

    /// Up to three entries, no two with the same key.
    fn some(&mut self, mut entry: impl FnMut(&mut Self) -> (String, Value)) -> Vec<Value> {
        let mut keys = HashSet::new();
        let entries: Vec<(String, Value)> = (0..self.below(4)).map(|_| entry(self)).collect();
        entries.into_iter().filter(|(key, _)| keys.insert(key.clone())).map(|(_, entry)| entry).collect()
    }
}

/// Templated contents of config files, and what Compose resolves them to.
pub(super) const TEMPLATES: [(&str, &str); 3] =
    [("a=${NOT_SET:-x y}\n", "a=x y\n"), ("$$HOME\n", "$HOME\n"), ("${NOT_SET-}end", "end")];

fn attribute(rng: &mut Rng) -> (String, Value) {
    let words = |rng: &mut Rng, of: &[&str]| {
        let words: Vec<String> = (0..rng.below(3)).map(|_| rng.one(of).to_owned()).collect();
        let mut seen = HashSet::new();
        json!(words.into_iter().filter(|word| seen.insert(word.clone())).collect::<Vec<_>>())
    };
    let (name, value) = match rng.below(16) {
        0 => ("cap_add", words(rng, &["NET_ADMIN", "SYS_NICE", "SYS_TIME"])),
        1 => ("hostname", json!(rng.one(&["a", "b", "a$b"]))),
        2 => (
            "ulimits",
            rng.one(&[json!({ "nofile": 1024 }), json!({ "nofile": { "soft": 1, "hard": 2 } }), json!({ "nproc": 9 })]),
        ),
        3 => ("dns", rng.one(&[json!("1.1.1.1"), json!("8.8.8.8"), json!(["1.1.1.1", "9.9.9.9"])])),
        4 => ("extra_hosts", words(rng, &["a:10.0.0.1", "b:10.0.0.2", "c:host-gateway"])),
        5 => ("tmpfs", rng.one(&[json!("/run"), json!(["/run", "/tmp/x"]), json!(["/tmp/y"])])),
        6 => ("sysctls", rng.one(&[json!({ "net.core.somaxconn": 1024 }), json!({ "net.ipv4.ip_forward": "1" })])),
        7 => {
            let logging = [
                json!({ "driver": "json-file", "options": { "max-size": "1m", "tag": "$x" } }),
                json!({ "driver": "json-file", "options": { "max-file": "2" } }),
                json!({ "driver": "none" }),
            ];
            ("logging", rng.one(&logging))
        }
        8 => ("init", json!(rng.below(2) == 0)),
        9 => ("stop_grace_period", json!(rng.one(&["1m30s", "5s"]))),
        10 => {
            ("x-a", rng.one(&[json!({ "k": ["$", 1, true] }), json!([1, 2]), json!([1, 2, 3]), json!("a"), json!({})]))
        }
        11 => ("security_opt", words(rng, &["no-new-privileges:true", "apparmor:unconfined"])),
        12 => {
            let deploy = [
                json!({ "replicas": 1, "labels": { "a": "b" } }),
                json!({ "labels": { "a": "c", "d": "e" }, "resources": { "reservations": { "memory": "64m" } } }),
                json!({ "restart_policy": { "condition": "any", "max_attempts": 3 }, "resources": { "limits": { "pids": 9 } } }),
            ];
            ("deploy", rng.one(&deploy))
        }
        13 => ("shm_size", rng.one(&[json!("64m"), json!(1_048_576)])),
        14 => ("annotations", rng.one(&[json!({ "a": "b" }), json!({ "a": "c$", "d": "e" }), json!(["a=b"])])),
        _ => ("expose", words(rng, &["80", "443"])),
    };
    (name.to_owned(), json!({ "name": name, "value": value }))
}

fn network(rng: &mut Rng) -> (String, Value) {
    let aliases: Vec<&str> = ["api", "old_api", "Api.x"].into_iter().filter(|_| rng.below(2) == 0).collect();
    let options = rng.one(&[
        json!(null),
        json!({ "priority": 5 }),
        json!({ "priority": 6, "interface_name": "e$x", "driver_opts": { "a": "b" } }),
        json!({ "driver_opts": { "a": "c", "d": "$e" }, "mac_address": "02:42:ac:11:65:43" }),
    ]);
    let definition = rng.one(&[
        json!(null),
        json!({ "internal": true }),
        json!({ "driver": "bridge", "driver_opts": { "a": "$b" }, "labels": { "l": "m" } }),
        json!({ "driver_opts": { "a": "c", "d": "e" }, "labels": ["x=y", "l=n"], "attachable": false }),
        json!({ "ipam": { "config": [{ "subnet": "10.7.0.0/24" }] } }),
        json!({ "ipam": { "config": [{ "subnet": "10.7.0.0/24", "gateway": "10.7.0.1" }, { "subnet": "10.8.0.0/24" }] } }),
    ]);
    let (name, is_external) =
        rng.one(&[("default", false), ("front", false), ("back", false), ("a.b", false), ("proxy", true)]);
    let definition = if is_external { json!(null) } else { definition };
    let network = json!({ "name": name, "aliases": aliases, "isExternal": is_external, "options": options, "definition": definition });
    (name.to_owned(), network)
}

/// How a volume is made, the same wherever it is mounted.
pub(super) fn definition(source: &str) -> Value {
    match source {
        "uploads" => json!({ "driver": "local", "driver_opts": { "o": "addr=$x", "type": "nfs" } }),
        "old_data" => json!({ "labels": { "a": "b" } }),
        _ => json!(null),
    }
}

/// Every kind that templates have, or some of them.
fn collections(rng: &mut Rng) -> Value {
    let mut made = json!({});
    let often = |rng: &mut Rng| rng.below(3) > 0;
    if often(rng) {
        made["ports"] = json!(rng.some(|rng| {
            let (container, host) = (rng.one(&[80, 443, 8080]), rng.one(&[json!(null), json!(8080), json!(8081)]));
            let (ip, protocol) = (rng.one(&["0.0.0.0", "127.0.0.1", "::1"]), rng.one(&["TCP", "TCP", "UDP"]));
            let port = json!({ "containerPort": container, "hostPort": host, "hostIp": ip, "protocol": protocol });
            (port.to_string(), port)
        }));
    }
    if often(rng) {
        made["volumes"] = json!(rng.some(|rng| {
            let target = rng.one(&["/a", "/b c", "/d/$e", "rel"]);
            let (kind, source) = rng.one(&[
                ("VOLUME", "data"),
                ("VOLUME", ""),
                ("BIND", "/srv/$x"),
                ("BIND", "./y"),
                ("TMPFS", ""),
                ("IMAGE", "busybox:1"),
                ("EXTERNAL", "shared.1"),
                ("STACK", "uploads"),
                ("HOST", "old_data"),
            ]);
            let (external, scope) =
                (kind == "EXTERNAL", if ["STACK", "HOST"].contains(&kind) { kind } else { "INSTANCE" });
            let kind = if external || scope != "INSTANCE" { "VOLUME" } else { kind };
            let options = match kind {
                "BIND" => rng.one(&[
                    json!(null),
                    json!({ "bind": { "create_host_path": false } }),
                    json!({ "bind": { "propagation": "rslave", "selinux": "z" }, "consistency": "cached" }),
                ]),
                "VOLUME" => rng.one(&[
                    json!(null),
                    json!({ "volume": { "nocopy": true, "subpath": "$a/b" } }),
                    json!({ "bind": { "selinux": "Z" } }),
                ]),
                "TMPFS" => rng.one(&[json!(null), json!({ "tmpfs": { "mode": 1023, "size": "67108864" } })]),
                _ => json!(null),
            };
            let volume = json!({ "volumeType": kind, "source": source, "target": target, "isExternal": external,
                                 "readOnly": rng.below(3) == 0, "scope": scope, "options": options,
                                 "definition": definition(source) });
            (target.to_owned(), volume)
        }));
    }
    if often(rng) {
        made["envVars"] = json!(rng.some(|rng| {
            let key = rng.one(&["A", "B", "C.d", "C-d", "E_f", "E:f"]);
            let value = if rng.below(6) == 0 { json!(null) } else { json!(rng.text()) };
            let secret = value != "***" && rng.below(4) == 0;
            (key.to_owned(), json!({ "key": key, "value": value, "isSecret": secret }))
        }));
    }
    if often(rng) {
        made["labels"] = json!(rng.some(|rng| {
            let key = rng.one(&["a", "b.c/d", "e=f", "$g", "no"]);
            (key.to_owned(), json!({ "key": key, "value": rng.text() }))
        }));
    }
    if often(rng) {
        made["domains"] = json!(rng.some(|rng| {
            let domain = rng.one(&["a.localhost", "b.localhost"]);
            (domain.to_owned(), json!({ "domain": domain, "proxyPort": rng.one(&[json!(null), json!(80)]) }))
        }));
    }
    if often(rng) {
        let tests = [json!(["CMD", "sh", "-c", "a $b"]), json!(["CMD-SHELL", "x && y"]), json!(["NONE"])];
        made["healthcheck"] = json!({ "test": rng.one(&tests), "intervalSeconds": rng.one(&[1, 90, 3600]),
            "timeoutSeconds": 5, "retries": rng.below(4), "startPeriodSeconds": rng.one(&[0, 61]),
            "startIntervalSeconds": rng.one(&[json!(null), json!(2)]) });
    }
    if often(rng) {
        made["configFiles"] = json!(rng.some(|rng| {
            let path = rng.one(&["/etc/a b", "/etc/a-b", "/etc/$c", "rel/d"]);
            let template = rng.below(3) == 0;
            let content = if template { rng.one(&TEMPLATES).0.to_owned() } else { rng.text() };
            let mode = rng.one(&["0644", "0400", "755"]);
            (path.to_owned(), json!({ "filePath": path, "content": content, "isTemplate": template, "fileMode": mode }))
        }));
    }
    if often(rng) {
        let limits = [json!({ "cpu": "0.5" }), json!({ "memory": "64m" }), json!({ "cpu": "2", "memory": "1g" })];
        made["resourceLimits"] = rng.one(&limits);
    }
    if often(rng) {
        made["attributes"] = json!(rng.some(attribute));
    }
    if often(rng) {
        made["networks"] = json!(rng.some(network));
    }
    made
}

/// Some settings, with the same fields for templates and instances.
fn settings(rng: &mut Rng) -> Value {
    let mut made = json!({});
    let digest = format!("sha256:{}", "0a".repeat(32));
    for (field, values) in [
        ("imageName", vec![json!("nginx"), json!("registry.example:5000/acme/api")]),
        ("imageTag", vec![json!("1.29"), json!(digest), json!(format!("1.29@{digest}"))]),
        ("command", vec![json!([]), json!([rng.text(), rng.text()])]),
        ("entrypoint", vec![json!(["/bin/sh", "-c"])]),
        ("user", vec![json!("0:0"), json!("a$b")]),
        ("workingDir", vec![json!("/srv/$x")]),
        ("restartPolicy", vec![json!("no"), json!("on-failure:3"), json!("always")]),
    ] {
        if rng.below(2) == 0 {
            made[field] = rng.one(&values);
        }
    }
    made
}

/// A stack `shop` with four instances of two templates.
pub(crate) async fn make(t: &TestApp, rng: &mut Rng) {
    t.stack("shop").await;
    for template in ["first", "second"] {
        let mut input = collections(rng);
        for (field, value) in settings(rng).as_object().unwrap() {
            input[field] = value.clone();
        }
        input["name"] = json!(template);
        if input["imageName"].is_null() {
            input["imageName"] = json!("postgres");
        }
        t.done("createTemplate", input, "").await;
    }
    let names = ["web", "a-b", "0", "db"];
    for (number, name) in names.iter().enumerate() {
        let mut overrides = if rng.below(5) == 0 { json!({}) } else { collections(rng) };
        let own = settings(rng);
        if rng.below(2) == 0 && own != json!({}) {
            overrides["settings"] = own;
        }
        let mut needed = Vec::new();
        for other in &names[..number] {
            let condition = rng.one(&["SERVICE_STARTED", "SERVICE_HEALTHY", "SERVICE_COMPLETED_SUCCESSFULLY"]);
            if rng.below(3) == 0 {
                needed.push(json!({ "instance": TestApp::by_name("shop", other), "condition": condition,
                                     "required": rng.below(3) > 0, "restart": rng.below(3) == 0 }));
            }
        }
        overrides["dependencies"] = json!(needed);
        let template = rng.one(&["first", "second"]);
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": template }, "name": name, "overrides": overrides });
        t.done("createInstance", input, "").await;
        take_away(t, rng, name).await;
    }
}

/// Removes some inherited entries, and replaces some kinds.
async fn take_away(t: &TestApp, rng: &mut Rng, name: &str) {
    let removals = [
        json!({ "port": { "containerPort": 80 } }),
        json!({ "volume": "/a" }),
        json!({ "envVar": "A" }),
        json!({ "label": "a" }),
        json!({ "healthcheck": true }),
        json!({ "configFile": "/etc/a b" }),
        json!({ "resourceLimits": true }),
        json!({ "attribute": "cap_add" }),
        json!({ "network": "front" }),
        json!({ "setting": "COMMAND" }),
    ];
    let kinds = [
        "PORT",
        "VOLUME",
        "ENV_VAR",
        "LABEL",
        "DOMAIN",
        "HEALTHCHECK",
        "CONFIG_FILE",
        "RESOURCE_LIMITS",
        "ATTRIBUTE",
        "NETWORK",
    ];
    let steps: Vec<Value> = (0..rng.below(4))
        .map(|_| match rng.below(3) {
            0 => json!({ "replace": rng.one(&kinds) }),
            _ => json!({ "remove": rng.one(&removals) }),
        })
        .collect();
    t.patch(name, json!(steps)).await;
}
