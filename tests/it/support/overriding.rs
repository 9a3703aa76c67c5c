//! A template with entries of every kind, and helpers to change and read the overrides of its instances.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{Code, TestApp};

impl TestApp {
    /// A stack `shop` with two instances of the template `app`, which has entries of every kind: `web`, and `db`
    /// for it to depend on. Returns the id of `db`.
    pub(crate) async fn web(&self) -> String {
        self.stack("shop").await;
        let template = json!({
            "name": "app", "imageName": "acme/app", "imageTag": "1.0", "command": ["serve", "a b"],
            "entrypoint": ["/bin/app"], "user": "app", "workingDir": "/srv", "restartPolicy": "always",
            "ports": [
                { "containerPort": 80, "hostPort": 8081 }, { "containerPort": 80, "hostPort": 8080 },
                { "containerPort": 443 },
            ],
            "volumes": [
                { "volumeType": "TMPFS", "target": "/tmp" },
                { "volumeType": "VOLUME", "source": "data", "target": "/data" },
            ],
            "envVars": [{ "key": "TOKEN", "value": "t0p", "isSecret": false }, { "key": "MODE", "value": "dev" }],
            "labels": [{ "key": "tier", "value": "web" }, { "key": "team", "value": "core" }],
            "domains": [{ "domain": "www.localhost" }, { "domain": "app.localhost", "proxyPort": 80 }],
            "healthcheck": { "test": ["CMD", "true"], "retries": 7 },
            "configFiles": [
                { "filePath": "/etc/b.conf", "content": "b", "fileMode": "0600" },
                { "filePath": "/etc/a.conf", "content": "a" },
            ],
            "resourceLimits": { "cpu": "1", "memory": "256m" },
            "attributes": [{ "name": "init", "value": true }, { "name": "cap_add", "value": ["NET_ADMIN"] }],
            "networks": [{ "name": "front", "definition": { "internal": true } }, { "name": "back", "options": { "priority": 5 } }],
        });
        self.done("createTemplate", template, "").await;
        self.app_instance("web").await;
        self.app_instance("db").await
    }

    /// Another instance of the template `app` in the shop; its id.
    pub(crate) async fn app_instance(&self, name: &str) -> String {
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": "app" }, "name": name });
        let made = self.done("createInstance", input, "instance { id }").await;
        made["instance"]["id"].as_str().unwrap().to_owned()
    }

    /// Applies operations to an instance of the shop, which must succeed; returns its revision.
    pub(crate) async fn patch(&self, name: &str, operations: Value) -> i64 {
        let input = json!({ "instance": Self::by_name("shop", name), "operations": operations });
        let done = self.done("patchInstanceOverrides", input, "instance { revision }").await;
        done["instance"]["revision"].as_i64().unwrap()
    }

    /// Applies operations to an instance of the shop, which must be refused.
    pub(crate) async fn patch_refused(&self, name: &str, operations: Value) -> Vec<Code> {
        let input = json!({ "instance": Self::by_name("shop", name), "operations": operations });
        self.refused("patchInstanceOverrides", input).await
    }

    /// Writes whole collections of an instance of the shop; returns its revision.
    pub(crate) async fn set(&self, name: &str, overrides: Value) -> i64 {
        let input = json!({ "instance": Self::by_name("shop", name), "overrides": overrides });
        let done = self.done("setInstanceOverrides", input, "instance { revision }").await;
        done["instance"]["revision"].as_i64().unwrap()
    }

    /// Reads an instance of the shop.
    pub(crate) async fn see(&self, name: &str, selection: &str) -> Value {
        let query = format!("query ($name: String!) {{ instance(stack: \"shop\", name: $name) {{ {selection} }} }}");
        self.data(&query, json!({ "name": name })).await["instance"].take()
    }

    /// Changes rows with SQL.
    pub(crate) async fn sql(&self, statement: &str) {
        self.writes_by_hand();
        self.db.writer().execute_unprepared(statement).await.unwrap();
    }

    /// The text that a query in SQL returns in its first row.
    pub(crate) async fn text_of(&self, query: &str) -> String {
        let db = self.db.writer();
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }

    /// Gives templates, and everything, a new version: what was changed with SQL makes cached responses stale.
    pub(crate) async fn new_versions(&self) {
        let part = 1000 + self.db.random().below(i32::MAX - 1000);
        self.sql(&format!("INSERT INTO changes (stack_id, part, count) VALUES (0, {part}, 1), (-1, {part}, 1)")).await;
    }
}

/// A sample of a kind: an entry that the template `app` has, and one that it does not have.
pub(crate) struct Sample {
    /// The field of the collection.
    pub(crate) field: &'static str,
    /// The kind as it is answered.
    pub(crate) kind: &'static str,
    /// The field of an entry or of a key in a step.
    pub(crate) step: &'static str,
    /// The GraphQL type of an entry.
    type_name: &'static str,
    pub(crate) columns: &'static str,
    /// The key, as a step takes it and as a rule shows it.
    pub(crate) key: (Value, String),
    /// The template's entries with the key, and its other ones, sorted; the others all sort behind.
    pub(crate) first: Vec<Value>,
    pub(crate) rest: Vec<Value>,
    /// An override with the key.
    pub(crate) own: Value,
    /// A key that the template does not have.
    pub(crate) stranger: (Value, String),
}

/// A sample of every kind.
#[expect(clippy::too_many_lines, reason = "a list")]
pub(crate) fn samples(db: &str) -> Vec<Sample> {
    let port = |host: Value, container: i32| json!({ "hostIp": "0.0.0.0", "hostPort": host, "containerPort": container, "protocol": "TCP" });
    let volume = |kind: &str, source: &str, target: &str| json!({ "volumeType": kind, "source": source, "target": target, "readOnly": false, "isExternal": false });
    let file = |path: &str, content: &str, mode: &str| json!({ "filePath": path, "content": content, "fileMode": mode, "isTemplate": false });
    let check = |test: &str, retries: i32| json!({ "test": ["CMD", test], "intervalSeconds": 30, "timeoutSeconds": 10, "retries": retries, "startPeriodSeconds": 0 });
    let network = |name: &str, aliases: Value, options: Value, definition: Value| json!({ "name": name, "aliases": aliases, "isExternal": false, "options": options, "definition": definition });
    let word = |text: &str| (json!(text), text.to_owned());
    let sample = |(field, kind, step, type_name), columns, key, first, rest, own, stranger| Sample {
        field,
        kind,
        step,
        type_name,
        columns,
        key,
        first,
        rest,
        own,
        stranger,
    };
    vec![
        sample(
            ("ports", "PORT", "port", "Port"),
            "hostIp hostPort containerPort protocol",
            (json!({ "containerPort": 80 }), "80/tcp".to_owned()),
            vec![port(json!(8080), 80), port(json!(8081), 80)],
            vec![port(json!(null), 443)],
            port(json!(18080), 80),
            (json!({ "containerPort": 80, "protocol": "UDP" }), "80/udp".to_owned()),
        ),
        sample(
            ("volumes", "VOLUME", "volume", "Volume"),
            "volumeType source target readOnly isExternal",
            word("/data"),
            vec![volume("VOLUME", "data", "/data")],
            vec![volume("TMPFS", "", "/tmp")],
            volume("BIND", "/srv/data", "/data"),
            word("/other"),
        ),
        sample(
            ("envVars", "ENV_VAR", "envVar", "EnvVar"),
            "key value isSecret",
            word("MODE"),
            vec![json!({ "key": "MODE", "value": "dev", "isSecret": false })],
            vec![json!({ "key": "TOKEN", "value": "t0p", "isSecret": false })],
            json!({ "key": "MODE", "value": null, "isSecret": true }),
            word("mode"),
        ),
        sample(
            ("labels", "LABEL", "label", "Label"),
            "key value",
            word("team"),
            vec![json!({ "key": "team", "value": "core" })],
            vec![json!({ "key": "tier", "value": "web" })],
            json!({ "key": "team", "value": "shop" }),
            word("Team"),
        ),
        sample(
            ("domains", "DOMAIN", "domain", "Domain"),
            "domain proxyPort",
            word("app.localhost"),
            vec![json!({ "domain": "app.localhost", "proxyPort": 80 })],
            vec![json!({ "domain": "www.localhost", "proxyPort": null })],
            json!({ "domain": "app.localhost", "proxyPort": 443 }),
            word("other.localhost"),
        ),
        sample(
            ("healthcheck", "HEALTHCHECK", "healthcheck", "Healthcheck"),
            "test intervalSeconds timeoutSeconds retries startPeriodSeconds",
            (json!(true), "*".to_owned()),
            vec![check("true", 7)],
            vec![],
            check("false", 1),
            (json!(null), String::new()),
        ),
        sample(
            ("configFiles", "CONFIG_FILE", "configFile", "ConfigFile"),
            "filePath content fileMode isTemplate",
            word("/etc/a.conf"),
            vec![file("/etc/a.conf", "a", "0644")],
            vec![file("/etc/b.conf", "b", "0600")],
            file("/etc/a.conf", "mine", "0400"),
            word("etc/a.conf"),
        ),
        sample(
            ("resourceLimits", "RESOURCE_LIMITS", "resourceLimits", "ResourceLimits"),
            "cpu memory",
            (json!(true), "*".to_owned()),
            vec![json!({ "cpu": "1", "memory": "256m" })],
            vec![],
            json!({ "cpu": "0.5", "memory": null }),
            (json!(null), String::new()),
        ),
        sample(
            ("attributes", "ATTRIBUTE", "attribute", "Attribute"),
            "name value",
            word("cap_add"),
            vec![json!({ "name": "cap_add", "value": ["NET_ADMIN"] })],
            vec![json!({ "name": "init", "value": true })],
            json!({ "name": "cap_add", "value": [] }),
            word("hostname"),
        ),
        sample(
            ("networks", "NETWORK", "network", "Network"),
            "name aliases isExternal options definition",
            word("back"),
            vec![network("back", json!([]), json!({ "priority": 5 }), json!(null))],
            vec![network("front", json!([]), json!(null), json!({ "internal": true }))],
            network("back", json!(["api", "old_api"]), json!(null), json!({ "driver_opts": { "a": "$b" } })),
            word("default"),
        ),
        // Of the settings this looks at the command alone.
        sample(
            ("settings", "SETTING", "setting", "Setting"),
            "field value",
            (json!("COMMAND"), "command".to_owned()),
            vec![json!({ "value": ["serve", "a b"] })],
            vec![],
            json!({ "value": ["run", ""] }),
            (json!(null), String::new()),
        ),
        sample(
            ("dependencies", "DEPENDENCY", "dependency", "Dependency"),
            "condition instance { name }",
            (json!({ "id": db }), db.to_owned()),
            vec![],
            vec![],
            json!({ "condition": "SERVICE_HEALTHY", "instance": { "name": "db" } }),
            (json!(null), String::new()),
        ),
    ]
}

impl Sample {
    /// Whether an inherited entry can be removed.
    pub(crate) fn removes(&self) -> bool {
        self.step != "dependency"
    }

    /// Whether the inherited collection can be replaced.
    pub(crate) fn replaces(&self) -> bool {
        self.removes() && self.step != "setting"
    }

    /// A step that sets an entry.
    pub(crate) fn set(&self, entry: &Value) -> Value {
        let given = match self.step {
            "setting" => json!({ "command": entry["value"] }),
            "dependency" => json!({ "instance": TestApp::by_name("shop", "db"), "condition": entry["condition"] }),
            _ => entry.clone(),
        };
        json!({ "set": { self.step: given } })
    }

    /// The effective entries, as they are asked for.
    pub(crate) fn shown(&self) -> String {
        let Self { field, columns, .. } = self;
        format!("{field} {{ {columns} origin shadows {{ {columns} }} }} ")
    }

    /// An entry of any kind, as it is asked for; `value` has another type in each kind.
    pub(crate) fn any(&self) -> String {
        let Self { type_name, columns, field, .. } = self;
        format!("... on {type_name} {{ {} }} ", columns.replace("value", &format!("{field}Value: value")))
    }

    /// The overrides of an instance of this kind, and their effect; it must not override any other kind.
    pub(crate) async fn look(&self, t: &TestApp, name: &str) -> Value {
        let Self { field, columns, type_name, .. } = self;
        let entry = format!("... on {type_name} {{ {columns} }}");
        let (own, effective) = match self.step {
            "setting" => {
                ("settings { command }".to_owned(), "settings { command { value origin shadows } }".to_owned())
            }
            _ => (format!("{field} {{ {columns} }}"), self.shown()),
        };
        let mut seen = t
            .see(
                name,
                &format!(
                    "overrideCount {own} overrideRules {{ kind action key }}
                     overrideStats {{ total removed redundant dead
                         byKind {{ kind total removed redundant dead replaced }} }}
                     overrideDiff {{ kind key change from {{ {entry} }} to {{ {entry} }} }}
                     effectiveConfig {{ {effective} removed {{ kind key by entry {{ {entry} }} }} }}"
                ),
            )
            .await;
        let mut stats = list(seen["overrideStats"]["byKind"].take());
        let total = |of: &str| stats.first().map_or(json!(0), |stats| stats[of].clone());
        for of in ["total", "removed", "redundant", "dead"] {
            assert_eq!(seen["overrideStats"][of], total(of), "{field}: {of}");
        }
        assert_eq!(seen["overrideCount"], total("total"), "{field}");
        assert!(stats.len() <= 1);
        let of_kind = |mut seen: Value| {
            assert_eq!(seen["kind"].take(), self.kind);
            seen.as_object_mut().unwrap().remove("kind");
            seen
        };
        let entries = |seen: Value| list(seen).into_iter().map(|entry| self.entry(entry)).collect::<Vec<_>>();
        let rules = list(seen["overrideRules"].take()).into_iter().map(of_kind);
        let removed = list(seen["effectiveConfig"]["removed"].take()).into_iter().map(of_kind);
        let diff = list(seen["overrideDiff"].take()).into_iter().map(of_kind);
        let effective = list(seen["effectiveConfig"][field].take()).into_iter().filter_map(|mut entry| {
            if self.step == "setting" {
                entry = entry["command"].take();
                let nothing = entry["value"].is_null();
                entry["shadows"] = json!(
                    list(json!([entry["shadows"]]))
                        .into_iter()
                        .filter(|s| !s.is_null())
                        .map(|value| json!({ "value": value }))
                        .collect::<Vec<_>>()
                );
                if nothing {
                    return None;
                }
            }
            let (origin, shadows) = (entry["origin"].take(), entry["shadows"].take());
            entry.as_object_mut().unwrap().retain(|field, _| !["origin", "shadows"].contains(&field.as_str()));
            (origin != "SYSTEM").then(|| json!([entry, origin, shadows]))
        });
        json!({
            "own": entries(seen[field].take()),
            "rules": rules.map(|r| json!([r["action"], r["key"]])).collect::<Vec<_>>(),
            "effective": effective.collect::<Vec<_>>(),
            "removed": removed.map(|mut r| json!([r["key"], r["by"], self.entry(r["entry"].take())])).collect::<Vec<_>>(),
            "stats": stats.pop().map(of_kind),
            "diff": diff.map(|mut d| json!([d["key"], d["change"], entries(d["from"].take()), entries(d["to"].take())]))
                .collect::<Vec<_>>(),
        })
    }

    /// An entry in the form of the sample; nothing of a setting that is not there.
    fn entry(&self, entry: Value) -> Value {
        match (self.step, &entry["value"]) {
            ("setting", Value::Null) => json!({ "value": entry["command"] }),
            ("setting", value) => json!({ "value": serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap() }),
            _ => entry,
        }
    }

    /// What `look` returns for an instance without overrides.
    pub(crate) fn untouched(&self) -> Value {
        let effective: Vec<_> =
            self.first.iter().chain(&self.rest).map(|entry| json!([entry, "TEMPLATE", []])).collect();
        json!({ "own": [], "rules": [], "effective": effective, "removed": [], "stats": null, "diff": [] })
    }
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(entries) => entries,
        one if one
            .as_object()
            .is_some_and(|fields| fields.len() == 1 && fields.get("command") == Some(&Value::Null)) =>
        {
            Vec::new()
        }
        one => vec![one],
    }
}
