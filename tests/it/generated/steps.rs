//! A sequence of mutations: each of the schema, done and refused.
//!
//! Used by the comparison of payloads. A step must not depend on the selections of the ones before.

use serde_json::{Value, json};

use crate::support::TestApp;

/// Stands for the id of the last change before a step.
pub(super) const LAST_CHANGE: &str = "the last change";

/// The mutations of a round, with their inputs. Names are different in each round.
pub(super) fn steps(round: usize) -> Vec<(&'static str, Value)> {
    let (stack, other) = (format!("s{round}"), format!("r{round}"));
    let mut steps = instances(&stack);
    steps.extend(templates(&stack, round));
    steps.extend([
        ("updateStack", json!({ "stack": { "name": stack }, "description": "ü \"\n\u{2028}", "enabled": false })),
        ("updateStack", json!({ "stack": { "name": stack }, "enabled": true, "expectedRevision": 1 })),
        (
            "setSharedVars",
            json!({ "stack": { "name": stack }, "vars": [
                { "key": "SHARED", "value": "ü \"\n", "locked": true }, { "key": "S", "value": "t0p", "isSecret": true, "inject": "ON_REFERENCE" },
            ] }),
        ),
        ("setSharedVars", json!({ "stack": { "name": stack }, "vars": [{ "key": "" }, { "key": "A" }, { "key": "A" }] })),
        ("setSharedVars", json!({ "stack": { "name": "nowhere" }, "vars": [] })),
        ("renameStack", json!({ "stack": { "name": stack }, "name": "shop" })),
        ("renameStack", json!({ "stack": { "name": stack }, "name": "Not a name" })),
        ("renameStack", json!({ "stack": { "name": stack }, "name": other })),
        ("duplicateStack", json!({ "stack": { "name": other }, "name": format!("c{round}") })),
        ("forkStack", json!({ "stack": { "name": other }, "key": "k", "secrets": "GENERATE", "expiresIn": "P1D" })),
        ("forkStack", json!({ "stack": { "name": other }, "key": "k", "portBlock": 9000 })),
        ("forkStack", json!({ "stack": { "name": other }, "ports": "DROP", "portBlock": 3 })),
        ("renewLease", json!({ "stack": { "name": format!("{other}-k") }, "expiresIn": "PT1H" })),
        ("renewLease", json!({ "stack": { "name": other }, "expiresIn": "PT1H" })),
        ("softDeleteStack", json!({ "stack": { "name": format!("{other}-k") } })),
        ("softDeleteStack", json!({ "stack": { "name": other } })),
        ("createStack", json!({ "name": other })),
        ("restoreStack", json!({ "stack": { "name": other } })),
        ("restoreStack", json!({ "stack": { "name": other }, "name": stack })),
        ("softDeleteStack", json!({ "stack": { "name": other } })),
        ("purgeStack", json!({ "stack": { "name": other } })),
    ]);
    steps.extend(imports(round));
    steps.extend([
        ("createApiKey", json!({ "name": format!("k{round}"), "role": "READER", "stacks": [{ "name": stack }] })),
        ("createApiKey", json!({ "name": format!("k{round}"), "role": "READER", "stacks": [{ "name": "nowhere" }] })),
        ("revokeApiKey", json!({ "name": format!("k{round}") })),
    ]);
    steps
}

fn instances(stack: &str) -> Vec<(&'static str, Value)> {
    let of = |name: &str| json!({ "instance": TestApp::by_name(stack, name) });
    let with = |name: &str, field: &str, value: Value| {
        let mut input = of(name);
        input[field] = value;
        input
    };
    let new = |template: &str, name: &str, overrides: Value| json!({ "stack": { "name": stack }, "template": { "name": template }, "name": name, "overrides": overrides });
    let operations = json!([
        { "remove": { "port": { "containerPort": 5432 } } }, { "replace": "LABEL" }, { "remove": { "setting": "USER" } },
        { "set": { "envVar": { "key": "NEW", "value": "a\"\n", "isSecret": true } } }, { "remove": { "healthcheck": true } },
        { "set": { "dependency": { "instance": TestApp::by_name(stack, "app") } } },
    ]);
    vec![
        ("createStack", json!({ "name": stack })),
        ("createStack", json!({ "name": stack })),
        ("createInstance", new("postgres", "db", Value::Null)),
        ("createInstance", new("app", "app", TestApp::overrides())),
        ("createInstance", new("app", "app", Value::Null)),
        (
            "createInstance",
            new("app", "next", json!({ "ports": [{ "containerPort": 0 }], "envVars": [{ "key": "" }] })),
        ),
        ("patchInstanceOverrides", with("db", "operations", operations)),
        (
            "patchInstanceOverrides",
            with("db", "operations", json!([{ "set": { "label": { "key": "devarch.x", "value": "" } } }])),
        ),
        ("patchInstanceOverrides", with("app", "operations", json!([{ "reset": { "kind": "PORT" } }]))),
        (
            "setInstanceOverrides",
            with("app", "overrides", json!({ "dependencies": [{ "instance": TestApp::by_name(stack, "db") }] })),
        ),
        ("setInstanceOverrides", with("app", "overrides", TestApp::overrides())),
        ("updateInstance", with("app", "description", json!("quotes \" and\nlines"))),
        ("updateInstance", with("app", "enabled", json!(false))),
        ("updateInstance", with("app", "expectedRevision", json!(1))),
        ("duplicateInstance", with("db", "name", json!("copy"))),
        ("duplicateInstance", with("app", "name", json!("app-2"))),
        ("duplicateInstance", with("db", "name", json!("app"))),
        ("renameInstance", with("copy", "name", json!("copied"))),
        ("renameInstance", with("copied", "name", json!("db"))),
        ("softDeleteInstance", of("app")),
        ("softDeleteInstance", of("app")),
        ("createInstance", new("app", "app", Value::Null)),
        ("restoreInstance", of("app")),
        ("restoreInstance", with("app", "name", json!("app-back"))),
        ("softDeleteInstance", of("copied")),
        ("purgeInstance", of("copied")),
        ("restoreVersion", with("db", "at", json!({ "ago": "PT0S" }))),
        ("restoreVersion", with("db", "at", json!({ "ago": "P9000D" }))),
        ("restoreVersion", json!({ "stack": { "name": stack }, "at": { "ago": "PT0S" } })),
        ("revertChange", json!({ "change": LAST_CHANGE })),
        ("redactChange", json!({ "change": LAST_CHANGE, "reason": "a value that should not be there" })),
        ("revertChange", json!({ "change": "nonsense", "resolutions": [{ "key": "a", "take": "KEEP" }] })),
        ("redactChange", json!({ "change": "Q2hhbmdlOjE", "reason": "" })),
        ("revealSecret", with("db", "key", json!("NEW"))),
        ("revealSecret", with("db", "key", json!("NOT_THERE"))),
    ]
}

fn templates(stack: &str, round: usize) -> Vec<(&'static str, Value)> {
    let name = format!("t{round}");
    let of = |template: &str| json!({ "template": { "name": template } });
    let mut new = TestApp::entries();
    new["name"] = json!(name);
    new["imageName"] = json!("redis");
    let labels = json!([{ "key": "round", "value": stack }, { "key": "odd", "value": "\u{1} ü" }]);
    vec![
        ("createTemplate", new.clone()),
        ("createTemplate", new),
        ("updateTemplate", json!({ "template": { "name": "app" }, "labels": labels, "user": null })),
        ("updateTemplate", json!({ "template": { "name": "app" }, "expectedRevision": 1, "name": "other" })),
        ("updateTemplate", json!({ "template": { "name": name }, "name": "postgres" })),
        ("deleteTemplate", of("app")),
        ("deleteTemplate", of("nowhere")),
        ("deleteTemplate", of(&name)),
    ]
}

fn imports(round: usize) -> Vec<(&'static str, Value)> {
    let text = "services:\n  web:\n    image: nginx:${TAG:-1}\n    ports: [\"8080:80\"]\n    depends_on: [db]\n    build: .\n  \
                db:\n    image: postgres\n    environment: { A: \"ü\", B: }\n    x-odd: { f: [0.1, 1e21] }\n";
    let import = |text: &str| json!({ "files": [{ "text": text }], "stack": { "name": format!("i{round}") } });
    let with = |field: &str, value: Value| {
        let mut input = import(&text.replace("\"ü\"", "changed"));
        input[field] = value;
        input["templatePrefix"] = json!(format!("p{round}-"));
        input
    };
    let apply = |source: Value, owner: &str| json!({ "stack": format!("a{round}"), "source": source, "owner": owner });
    // The stack is there already for an import into it.
    vec![
        ("createStack", json!({ "name": format!("i{round}") })),
        ("createStack", json!({ "name": format!("a{round}") })),
        ("importCompose", with("dryRun", json!(true))),
        ("importCompose", with("onConflict", json!("FAIL"))),
        ("importCompose", with("onConflict", json!("UPDATE"))),
        ("importCompose", with("onConflict", json!("SKIP"))),
        ("importCompose", import("services: [")),
        ("applyStack", apply(json!({ "compose": [{ "text": text }] }), "a")),
        ("applyStack", apply(json!({ "compose": [{ "text": text.replace("\"ü\"", "changed") }] }), "b")),
        (
            "applyStack",
            apply(json!({ "document": "devarch: 1\ninstances: { db: { template: nowhere, odd: 1 } }" }), "a"),
        ),
    ]
}
