//! The data that generated operations read: every kind of object and of entry, with text that is difficult to write.
//!
//! Called once for each test. It must not contain anything that differs from run to run, except ids.

use serde_json::{Value, json};

use crate::support::TestApp;

/// Quotes, escapes, control characters, characters of every length in UTF-8, and what ends lines in JavaScript.
const AWKWARD: &str =
    "a\"b\\c/\u{8}\u{c}\n\r\t\u{1f} ü € 😀 \u{2028}\u{2029} </script> $x ${Y} \u{fffd}\u{200d}\u{feff}";

/// The stack that has instances of every sort.
pub(super) const MAIN: &str = "shop";

/// The stack whose instances refer to each other, and that has fewer than a page of them.
pub(super) const REFERRING: &str = "zoo";

/// Fills an empty database.
pub(super) async fn fill(t: &TestApp) {
    templates(t).await;
    for (name, description) in
        [("shop", ""), ("blog", AWKWARD), ("empty", ""), ("gone", ""), ("attic", ""), ("zoo", "z")]
    {
        t.done("createStack", json!({ "name": name, "description": description }), "").await;
    }
    special_instances(t).await;
    plain_instances(t).await;
    dependencies(t).await;
    references(t).await;
    trash(t).await;
    let fork =
        json!({ "stack": { "name": "zoo" }, "name": "zoo-2", "key": "k", "expiresIn": "P3000D", "ports": "DROP" });
    t.done("forkStack", fork, "").await;
    // The description is that already, so only its owner is new.
    let owned =
        json!({ "stack": "zoo", "owner": "git:\"ü\"", "source": { "document": "devarch: 1\ndescription: z\n" } });
    t.done("applyStack", owned, "").await;
    let ended = json!({ "name": "ended", "role": "READER", "expiresAt": "2030-01-31T12:00:00Z", "stacks": [{ "name": "zoo" }] });
    t.done("createApiKey", ended, "").await;
    t.done("revokeApiKey", json!({ "name": "ended" }), "").await;
    t.done("updateStack", json!({ "stack": { "name": "blog" }, "enabled": false }), "").await;
}

/// Variables of stacks, and references to and from them: with a value, to a secret, to a disabled instance, and broken.
async fn references(t: &TestApp) {
    for stack in ["blog", REFERRING] {
        let vars = json!([{ "key": "DOMAIN", "value": "ü.test" }, { "key": "SALT", "value": "s3cret", "isSecret": true },
            { "key": "LATER", "value": "https://${{shared.DOMAIN}}", "inject": "ON_REFERENCE" }]);
        t.done("setSharedVars", json!({ "stack": { "name": stack }, "vars": vars }), "").await;
        let mut input = TestApp::new_instance(stack, "refers");
        input["overrides"] = json!({
            "envVars": [{ "key": "URL", "value": "x ${{db:host}}:${{db:port(5432)}} ${{shared.LATER}}" },
                { "key": "SALTED", "value": "${{shared.SALT}} $${{" }, { "key": "OWN", "value": "${{self.URL}}" },
                { "key": "LOST", "value": "${{spare:url(9187)}}" }, { "key": "OFF", "value": "${{off.POSTGRES_DB}}" }],
            "labels": [{ "key": "at", "value": "${{self.OWN}}" }],
            "domains": [{ "domain": "${{db:host}}.Refers", "proxyPort": 80 }, { "domain": "x.${{spare:host}}" }],
            "settings": { "command": ["serve", "${{db:container}}"] },
        });
        for name in ["spare", "off"] {
            t.done("createInstance", TestApp::new_instance(stack, name), "").await;
        }
        t.done("createInstance", input, "").await;
        let off = json!({ "instance": TestApp::by_name(stack, "off"), "enabled": false });
        t.done("updateInstance", off, "").await;
        t.done("softDeleteInstance", json!({ "instance": TestApp::by_name(stack, "spare") }), "").await;
    }
}

async fn templates(t: &TestApp) {
    t.template("postgres").await;
    let more = json!({ "template": { "name": "postgres" }, "user": "999",
        "ports": [{ "hostPort": 20000, "containerPort": 5432 }, { "hostPort": 3000, "containerPort": 5432, "hostIp": "127.0.0.1" },
            { "containerPort": 5432, "protocol": "UDP" }, { "containerPort": 9187 }, { "containerPort": 80 }],
        "envVars": [{ "key": "DRAWN", "generate": { "length": 12 } }, { "key": "POSTGRES_DB", "value": "all" }, { "key": "POSTGRES_PASSWORD", "value": "devarch", "isSecret": true },
            { "key": "b" }, { "key": "a", "value": "" }, { "key": "Z", "value": "ü" }],
        "attributes": [{ "name": "cap_add", "value": ["NET_ADMIN"] }, { "name": "x-f", "value": 0.1 }],
        "networks": [{ "name": "default", "aliases": ["pg"] }, { "name": "proxy", "isExternal": true }],
        "resourceLimits": { "cpu": "2" } });
    t.done("updateTemplate", more, "").await;
    let mut app = TestApp::entries();
    for (field, value) in [
        ("name", json!("app")),
        ("imageName", json!("acme/app")),
        ("command", json!(["serve", "a b", ""])),
        ("entrypoint", json!(["/bin/sh", "-c"])),
        ("workingDir", json!("/srv")),
        ("restartPolicy", json!("on-failure:3")),
        ("category", json!("web \"ü\"")),
    ] {
        app[field] = value;
    }
    t.done("createTemplate", app, "").await;
    let odd = json!({ "name": "odd", "imageName": "odd", "description": AWKWARD, "category": "database",
        "labels": [{ "key": "k", "value": AWKWARD }], "envVars": [{ "key": "A", "value": AWKWARD }],
        "configFiles": [{ "filePath": "/odd ü", "content": AWKWARD.repeat(40), "isTemplate": true }],
        "volumes": [{ "volumeType": "VOLUME", "source": "v", "target": "/v", "scope": "STACK",
            "options": { "volume": { "nocopy": true, "subpath": AWKWARD } }, "definition": { "labels": { "k": AWKWARD } } }],
        "healthcheck": { "test": ["CMD", AWKWARD, ""], "startIntervalSeconds": 5 } });
    t.done("createTemplate", odd, "").await;
    for name in ["bare", "unused", "spare"] {
        t.done("createTemplate", json!({ "name": name, "imageName": "registry.example.com/x/y" }), "").await;
    }
}

/// `web-1` to `web-9`: without overrides, with all, with removed entries, replaced kinds and settings, and disabled.
async fn plain_instances(t: &TestApp) {
    for n in 1..=9 {
        let name = format!("web-{n}");
        let mut input = TestApp::new_instance("shop", &name);
        if n % 2 == 0 {
            input["overrides"] = TestApp::overrides();
        }
        t.done("createInstance", input, "").await;
        if n > 5 {
            let replaced = ["LABEL", "PORT", "ENV_VAR", "ATTRIBUTE"][n - 6];
            t.patch(&name, json!([
                { "remove": { "port": { "containerPort": 5432 } } }, { "remove": { "envVar": "b" } },
                { "remove": { "envVar": "NEVER_THERE" } }, { "replace": replaced }, { "remove": { "healthcheck": true } },
                { "set": { "setting": { "user": "root", "entrypoint": [] } } }, { "remove": { "setting": "COMMAND" } },
                { "remove": { "attribute": "x-f" } }, { "set": { "envVar": { "key": "a", "value": "shadows" } } },
            ]))
            .await;
        }
        if n % 3 == 0 {
            let input = json!({ "instance": TestApp::by_name("shop", &name), "enabled": false });
            t.done("updateInstance", input, "").await;
        }
    }
}

/// Instances with text and attributes that are difficult to write, and instances of other templates and stacks.
async fn special_instances(t: &TestApp) {
    let awkward = json!({
        "envVars": [{ "key": "A", "value": AWKWARD }, { "key": "DRAWN", "generate": {} }, { "key": "B", "value": null }, { "key": "C", "value": "" },
            { "key": "D", "isSecret": true, "value": "s3cret" }, { "key": "E", "isSecret": true }],
        "labels": [{ "key": "ü \"l\"".replace(' ', "-"), "value": AWKWARD }],
        "configFiles": [{ "filePath": "/odd", "content": format!("{AWKWARD}{}", "x".repeat(3000)) }],
        "attributes": [{ "name": "ulimits", "value": { "z": [1, -2.5, 1e300, null, true, "\u{1}"], "a": {} } },
            { "name": "x-n", "value": [0.1, -0.0, 1e-7, 9_007_199_254_740_993_i64, 1.0, 1e21, "1.0", { "a": { "b": [[]] } }] }],
        "healthcheck": { "test": ["CMD", AWKWARD, ""], "startIntervalSeconds": 5 },
        "settings": { "command": [AWKWARD], "workingDir": "/ü" },
    });
    let shadows = json!({
        "labels": [{ "key": "org.example.tier", "value": "own" }],
        "domains": [{ "domain": "db.localhost", "proxyPort": 1 }],
        "configFiles": [{ "filePath": "/etc/postgresql/extra.conf", "content": "" }],
        "settings": { "imageName": "own", "restartPolicy": "no", "entrypoint": ["own", ""] },
    });
    for (stack, template, name, overrides) in [
        ("shop", "postgres", "odd", awkward.clone()),
        ("shop", "odd", "odder", awkward),
        ("shop", "app", "app", TestApp::overrides()),
        ("shop", "postgres", "shadows", shadows),
        ("shop", "bare", "bare", Value::Null),
        ("blog", "app", "web-1", Value::Null),
        ("blog", "postgres", "db", TestApp::overrides()),
        ("zoo", "postgres", "db", TestApp::overrides()),
        ("zoo", "odd", "odd", Value::Null),
        ("gone", "postgres", "db", TestApp::overrides()),
        ("gone", "app", "app", Value::Null),
    ] {
        let mut input = json!({ "stack": { "name": stack }, "template": { "name": template }, "name": name });
        input["overrides"] = overrides;
        if name == "odd" {
            input["description"] = json!(AWKWARD);
        }
        t.done("createInstance", input, "").await;
    }
}

/// Dependencies: on live instances, and on one that `trash` deletes.
async fn dependencies(t: &TestApp) {
    for name in ["waited-for", "old", "older"] {
        t.instance("shop", name).await;
    }
    let on =
        |name: &str, condition: &str| json!({ "instance": TestApp::by_name("shop", name), "condition": condition });
    t.set("web-1", json!({ "dependencies": [on("web-2", "SERVICE_HEALTHY"), on("old", "SERVICE_STARTED")] })).await;
    let of_web_2 = json!({ "set": { "dependency": on("waited-for", "SERVICE_COMPLETED_SUCCESSFULLY") } });
    t.patch("web-2", json!([of_web_2, { "remove": { "volume": "/var/lib/postgresql/data" } }])).await;
    t.set("older", json!({ "dependencies": [on("web-2", "SERVICE_STARTED")] })).await;
}

/// Instances and stacks in the trash: some could be restored, the names of others are taken.
async fn trash(t: &TestApp) {
    for name in ["old", "older"] {
        t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", name) }), "").await;
    }
    t.instance("shop", "older").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("blog", "web-1") }), "").await;
    for name in ["gone", "attic"] {
        t.done("softDeleteStack", json!({ "stack": { "name": name } }), "").await;
    }
    t.stack("attic").await;
}
