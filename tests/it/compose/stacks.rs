//! Stacks made up from numbers: every kind, in every way that an instance can differ from its template.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::text::TRAPS;
use crate::support::TestApp;

/// Numbers that are the same in every run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1))
    }

    fn below(&mut self, n: usize) -> usize {
        // Knuth's multiplier; the upper half is good enough.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
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

/// Files whose content is a template, and what Compose makes of them.
pub(super) const TEMPLATES: [(&str, &str); 3] =
    [("a=${NOT_SET:-x y}\n", "a=x y\n"), ("$$HOME\n", "$HOME\n"), ("${NOT_SET-}end", "end")];

fn attribute(dice: &mut Dice) -> (String, Value) {
    let words = |dice: &mut Dice, of: &[&str]| {
        let words: Vec<String> = (0..dice.below(3)).map(|_| dice.one(of).to_owned()).collect();
        let mut seen = HashSet::new();
        json!(words.into_iter().filter(|word| seen.insert(word.clone())).collect::<Vec<_>>())
    };
    let (name, value) = match dice.below(16) {
        0 => ("cap_add", words(dice, &["NET_ADMIN", "SYS_NICE", "SYS_TIME"])),
        1 => ("hostname", json!(dice.one(&["a", "b", "a$b"]))),
        2 => (
            "ulimits",
            dice.one(&[
                json!({ "nofile": 1024 }),
                json!({ "nofile": { "soft": 1, "hard": 2 } }),
                json!({ "nproc": 9 }),
            ]),
        ),
        3 => ("dns", dice.one(&[json!("1.1.1.1"), json!("8.8.8.8"), json!(["1.1.1.1", "9.9.9.9"])])),
        4 => ("extra_hosts", words(dice, &["a:10.0.0.1", "b:10.0.0.2", "c:host-gateway"])),
        5 => ("tmpfs", dice.one(&[json!("/run"), json!(["/run", "/tmp/x"]), json!(["/tmp/y"])])),
        6 => ("sysctls", dice.one(&[json!({ "net.core.somaxconn": 1024 }), json!({ "net.ipv4.ip_forward": "1" })])),
        7 => {
            let logging = [
                json!({ "driver": "json-file", "options": { "max-size": "1m", "tag": "$x" } }),
                json!({ "driver": "json-file", "options": { "max-file": "2" } }),
                json!({ "driver": "none" }),
            ];
            ("logging", dice.one(&logging))
        }
        8 => ("init", json!(dice.below(2) == 0)),
        9 => ("stop_grace_period", json!(dice.one(&["1m30s", "5s"]))),
        10 => {
            ("x-a", dice.one(&[json!({ "k": ["$", 1, true] }), json!([1, 2]), json!([1, 2, 3]), json!("a"), json!({})]))
        }
        11 => ("security_opt", words(dice, &["no-new-privileges:true", "apparmor:unconfined"])),
        12 => {
            let deploy = [
                json!({ "replicas": 1, "labels": { "a": "b" } }),
                json!({ "labels": { "a": "c", "d": "e" }, "resources": { "reservations": { "memory": "64m" } } }),
                json!({ "restart_policy": { "condition": "any", "max_attempts": 3 }, "resources": { "limits": { "pids": 9 } } }),
            ];
            ("deploy", dice.one(&deploy))
        }
        13 => ("shm_size", dice.one(&[json!("64m"), json!(1_048_576)])),
        14 => ("annotations", dice.one(&[json!({ "a": "b" }), json!({ "a": "c$", "d": "e" }), json!(["a=b"])])),
        _ => ("expose", words(dice, &["80", "443"])),
    };
    (name.to_owned(), json!({ "name": name, "value": value }))
}

/// Every kind that templates have, or some of them.
fn collections(dice: &mut Dice) -> Value {
    let mut made = json!({});
    let often = |dice: &mut Dice| dice.below(3) > 0;
    if often(dice) {
        made["ports"] = json!(dice.some(|dice| {
            let (container, host) = (dice.one(&[80, 443, 8080]), dice.one(&[json!(null), json!(8080), json!(8081)]));
            let (ip, protocol) = (dice.one(&["0.0.0.0", "127.0.0.1", "::1"]), dice.one(&["TCP", "TCP", "UDP"]));
            let port = json!({ "containerPort": container, "hostPort": host, "hostIp": ip, "protocol": protocol });
            (port.to_string(), port)
        }));
    }
    if often(dice) {
        made["volumes"] = json!(dice.some(|dice| {
            let target = dice.one(&["/a", "/b c", "/d/$e", "rel"]);
            let (kind, source) = dice.one(&[
                ("VOLUME", "data"),
                ("VOLUME", ""),
                ("BIND", "/srv/$x"),
                ("BIND", "./y"),
                ("TMPFS", ""),
                ("EXTERNAL", "shared.1"),
            ]);
            let (external, kind) = (kind == "EXTERNAL", if kind == "EXTERNAL" { "VOLUME" } else { kind });
            let volume = json!({ "volumeType": kind, "source": source, "target": target, "isExternal": external,
                                 "readOnly": dice.below(3) == 0 });
            (target.to_owned(), volume)
        }));
    }
    if often(dice) {
        made["envVars"] = json!(dice.some(|dice| {
            let key = dice.one(&["A", "B", "C.d", "C-d", "E_f"]);
            let value = if dice.below(6) == 0 { json!(null) } else { json!(dice.text()) };
            let secret = value != "***" && dice.below(4) == 0;
            (key.to_owned(), json!({ "key": key, "value": value, "isSecret": secret }))
        }));
    }
    if often(dice) {
        made["labels"] = json!(dice.some(|dice| {
            let key = dice.one(&["a", "b.c/d", "e=f", "$g", "no"]);
            (key.to_owned(), json!({ "key": key, "value": dice.text() }))
        }));
    }
    if often(dice) {
        made["domains"] = json!(dice.some(|dice| {
            let domain = dice.one(&["a.localhost", "b.localhost"]);
            (domain.to_owned(), json!({ "domain": domain, "proxyPort": dice.one(&[json!(null), json!(80)]) }))
        }));
    }
    if often(dice) {
        let tests = [json!(["CMD", "sh", "-c", "a $b"]), json!(["CMD-SHELL", "x && y"]), json!(["NONE"])];
        made["healthcheck"] = json!({ "test": dice.one(&tests), "intervalSeconds": dice.one(&[1, 90, 3600]),
            "timeoutSeconds": 5, "retries": dice.below(4), "startPeriodSeconds": dice.one(&[0, 61]) });
    }
    if often(dice) {
        made["configFiles"] = json!(dice.some(|dice| {
            let path = dice.one(&["/etc/a b", "/etc/a-b", "/etc/$c", "rel/d"]);
            let template = dice.below(3) == 0;
            let content = if template { dice.one(&TEMPLATES).0.to_owned() } else { dice.text() };
            let mode = dice.one(&["0644", "0400", "755"]);
            (path.to_owned(), json!({ "filePath": path, "content": content, "isTemplate": template, "fileMode": mode }))
        }));
    }
    if often(dice) {
        let limits = [json!({ "cpu": "0.5" }), json!({ "memory": "64m" }), json!({ "cpu": "2", "memory": "1g" })];
        made["resourceLimits"] = dice.one(&limits);
    }
    if often(dice) {
        made["attributes"] = json!(dice.some(attribute));
    }
    made
}

/// Some settings, with the same fields for templates and instances.
fn settings(dice: &mut Dice) -> Value {
    let mut made = json!({});
    let digest = format!("sha256:{}", "0a".repeat(32));
    for (field, values) in [
        ("imageName", vec![json!("nginx"), json!("registry.example:5000/acme/api")]),
        ("imageTag", vec![json!("1.29"), json!(digest)]),
        ("command", vec![json!([]), json!([dice.text(), dice.text()])]),
        ("entrypoint", vec![json!(["/bin/sh", "-c"])]),
        ("user", vec![json!("0:0"), json!("a$b")]),
        ("workingDir", vec![json!("/srv/$x")]),
        ("restartPolicy", vec![json!("no"), json!("on-failure:3"), json!("always")]),
    ] {
        if dice.below(2) == 0 {
            made[field] = dice.one(&values);
        }
    }
    made
}

/// A stack `shop` with four instances of two templates.
pub(super) async fn make(t: &TestApp, dice: &mut Dice) {
    t.stack("shop").await;
    for template in ["first", "second"] {
        let mut input = collections(dice);
        for (field, value) in settings(dice).as_object().unwrap() {
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
        let mut overrides = if dice.below(5) == 0 { json!({}) } else { collections(dice) };
        let own = settings(dice);
        if dice.below(2) == 0 && own != json!({}) {
            overrides["settings"] = own;
        }
        let mut needed = Vec::new();
        for other in &names[..number] {
            let condition = dice.one(&["SERVICE_STARTED", "SERVICE_HEALTHY", "SERVICE_COMPLETED_SUCCESSFULLY"]);
            if dice.below(3) == 0 {
                needed.push(json!({ "instance": TestApp::by_name("shop", other), "condition": condition }));
            }
        }
        overrides["dependencies"] = json!(needed);
        let template = dice.one(&["first", "second"]);
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": template }, "name": name, "overrides": overrides });
        t.done("createInstance", input, "").await;
        take_away(t, dice, name).await;
    }
}

/// Removes some of what is inherited, and ignores some kinds.
async fn take_away(t: &TestApp, dice: &mut Dice, name: &str) {
    let removals = [
        json!({ "port": { "containerPort": 80 } }),
        json!({ "volume": "/a" }),
        json!({ "envVar": "A" }),
        json!({ "label": "a" }),
        json!({ "healthcheck": true }),
        json!({ "configFile": "/etc/a b" }),
        json!({ "resourceLimits": true }),
        json!({ "attribute": "cap_add" }),
        json!({ "setting": "COMMAND" }),
    ];
    let kinds =
        ["PORT", "VOLUME", "ENV_VAR", "LABEL", "DOMAIN", "HEALTHCHECK", "CONFIG_FILE", "RESOURCE_LIMITS", "ATTRIBUTE"];
    let steps: Vec<Value> = (0..dice.below(4))
        .map(|_| match dice.below(3) {
            0 => json!({ "replace": dice.one(&kinds) }),
            _ => json!({ "remove": dice.one(&removals) }),
        })
        .collect();
    t.patch(name, json!(steps)).await;
}
