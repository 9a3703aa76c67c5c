//! Settings (image, command and others): overridden field by field, and the origin of each value.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    without_overrides_every_setting_is_the_templates,
    each_setting_is_overridden_alone,
    what_can_be_missing_can_be_removed,
    nobody_has_to_set_what_the_image_knows,
    a_step_touches_only_the_settings_that_it_gives,
    a_whole_collection_says_everything_about_settings,
    bad_values_are_refused_as_those_of_templates_are,
    arguments_keep_their_boundaries,
);

/// A setting: its word in rules, its field, the template's value and another one.
fn settings() -> Vec<(&'static str, &'static str, Value, Value)> {
    vec![
        ("IMAGE_NAME", "imageName", json!("acme/app"), json!("registry.example.com:5000/acme/other")),
        ("IMAGE_TAG", "imageTag", json!("1.0"), json!(format!("sha256:{}", "0a".repeat(32)))),
        ("COMMAND", "command", json!(["serve", "a b"]), json!(["run", "--flag", ""])),
        ("ENTRYPOINT", "entrypoint", json!(["/bin/app"]), json!(["/bin/sh", "-c"])),
        ("USER", "user", json!("app"), json!("1000:1000")),
        ("WORKING_DIR", "workingDir", json!("/srv"), json!("/opt/app")),
        ("RESTART_POLICY", "restartPolicy", json!("always"), json!("on-failure:3")),
    ]
}

const FIELDS: &str = "imageName imageTag command entrypoint user workingDir restartPolicy";

/// The settings that would run, each with its value, its origin and what it shadows; the scalars say the same.
async fn effective(t: &TestApp) -> Value {
    let sources = FIELDS.split(' ').map(|field| format!("{field} {{ value origin shadows }} ")).collect::<String>();
    let mut seen = t.see("web", &format!("effectiveConfig {{ {FIELDS} settings {{ {sources} }} }}")).await;
    let seen = &mut seen["effectiveConfig"];
    let settings = seen["settings"].take();
    for field in FIELDS.split(' ') {
        assert_eq!(seen[field], settings[field]["value"], "{field}");
    }
    settings
}

/// The effective settings of an instance without overrides.
fn inherited() -> Value {
    let settings = settings().into_iter().map(|(_, field, value, _)| {
        (field.to_owned(), json!({ "value": value, "origin": "TEMPLATE", "shadows": null }))
    });
    Value::Object(settings.collect())
}

/// The settings that the instance overrides.
async fn own(t: &TestApp) -> Value {
    let mut own = t.see("web", &format!("settings {{ {FIELDS} }}")).await["settings"].take();
    own.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    own
}

fn set(settings: Value) -> Value {
    json!([{ "set": { "setting": settings } }])
}

async fn without_overrides_every_setting_is_the_templates(t: &TestApp) {
    t.web().await;
    assert_eq!((effective(t).await, own(t).await), (inherited(), json!({})));
}

async fn each_setting_is_overridden_alone(t: &TestApp) {
    t.web().await;
    for (word, field, template, other) in settings() {
        let mut expected = inherited();
        expected[field] = json!({ "value": other, "origin": "INSTANCE", "shadows": template });
        let revision = t.patch("web", set(json!({ field: other }))).await;
        assert_eq!((effective(t).await, own(t).await), (expected.clone(), json!({ field: other })), "{field}");
        assert_eq!(t.patch("web", set(json!({ field: other }))).await, revision, "{field}");
        let seen = t.see("web", "overrideCount overrideDiff { key change from { ... on Setting { field value } } to { ... on Setting { value } } }").await;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let change = json!({
            "key": field, "change": "CHANGED", "from": [{ "field": word, "value": text(&template) }],
            "to": [{ "value": text(&other) }],
        });
        assert_eq!(seen, json!({ "overrideCount": 1, "overrideDiff": [change] }), "{field}");

        t.patch("web", set(json!({ field: template }))).await;
        expected[field] = json!({ "value": template, "origin": "INSTANCE", "shadows": template });
        assert_eq!(effective(t).await, expected, "{field}");
        let stats = t.see("web", "overrideStats { redundant } overrideDiff { key }").await;
        assert_eq!(stats, json!({ "overrideStats": { "redundant": 1 }, "overrideDiff": [] }), "{field}");

        t.patch("web", json!([{ "reset": { "entry": { "setting": word } } }])).await;
        assert_eq!((effective(t).await, own(t).await), (inherited(), json!({})), "{field}");
    }
}

async fn what_can_be_missing_can_be_removed(t: &TestApp) {
    t.web().await;
    for (word, field, template, other) in settings() {
        let remove = json!([{ "remove": { "setting": word } }]);
        if ["imageName", "imageTag", "restartPolicy"].contains(&field) {
            assert_eq!(
                t.patch_refused("web", remove).await,
                [code("INVALID_VALUE", "input.operations.0.remove.setting")]
            );
            continue;
        }
        t.patch("web", set(json!({ field: other }))).await;
        t.patch("web", remove).await;
        let mut expected = inherited();
        expected[field] = json!({ "value": null, "origin": "INSTANCE", "shadows": template });
        assert_eq!((effective(t).await, own(t).await), (expected, json!({})), "{field}");
        let seen = t.see("web", "overrideRules { kind action key } effectiveConfig { removed { kind key by entry { ... on Setting { field } } } }").await;
        let rule = json!({ "kind": "SETTING", "action": "REMOVE", "key": field });
        let removed = json!({ "kind": "SETTING", "key": field, "by": "REMOVE", "entry": { "field": word } });
        assert_eq!(seen, json!({ "overrideRules": [rule], "effectiveConfig": { "removed": [removed] } }));
        t.patch("web", json!([{ "reset": { "kind": "SETTING" } }])).await;
        assert_eq!(effective(t).await, inherited(), "{field}");
    }
    let refused = t.patch_refused("web", json!([{ "replace": "SETTING" }])).await;
    assert_eq!(refused, [code("INVALID_VALUE", "input.operations.0.replace")]);
}

async fn nobody_has_to_set_what_the_image_knows(t: &TestApp) {
    t.stack("shop").await;
    t.done("createTemplate", json!({ "name": "app", "imageName": "app" }), "").await;
    t.app_instance("web").await;
    let text = |value: Value, origin: &str| json!({ "value": value, "origin": origin, "shadows": null });
    let mut expected = json!({
        "imageName": text(json!("app"), "TEMPLATE"), "imageTag": text(json!("latest"), "TEMPLATE"),
        "command": text(json!(null), "TEMPLATE"), "entrypoint": text(json!(null), "TEMPLATE"),
        "user": text(json!(null), "TEMPLATE"), "workingDir": text(json!(null), "TEMPLATE"),
        "restartPolicy": text(json!("unless-stopped"), "TEMPLATE"),
    });
    assert_eq!(effective(t).await, expected);
    t.patch("web", set(json!({ "user": "me" }))).await;
    expected["user"] = text(json!("me"), "INSTANCE");
    assert_eq!(effective(t).await, expected);
    assert_eq!(t.see("web", "overrideDiff { change }").await["overrideDiff"], json!([{ "change": "ADDED" }]));
}

async fn a_step_touches_only_the_settings_that_it_gives(t: &TestApp) {
    t.web().await;
    t.patch("web", set(json!({ "imageTag": "2", "user": "me" }))).await;
    t.patch("web", json!([{ "remove": { "setting": "COMMAND" } }])).await;
    let revision = t.patch("web", set(json!({ "imageTag": "3", "workingDir": "/w" }))).await;
    assert_eq!(own(t).await, json!({ "imageTag": "3", "user": "me", "workingDir": "/w" }));
    assert_eq!(effective(t).await["command"]["value"], json!(null), "still removed");
    // Null is equivalent to an absent field.
    assert_eq!(t.patch("web", set(json!({ "imageTag": null, "command": null }))).await, revision);
    assert_eq!(t.patch("web", set(json!({}))).await, revision);
    t.patch("web", set(json!({ "command": ["x"] }))).await;
    assert_eq!(effective(t).await["command"]["value"], json!(["x"]));
    assert_eq!(t.see("web", "overrideRules { key }").await["overrideRules"], json!([]));
}

async fn a_whole_collection_says_everything_about_settings(t: &TestApp) {
    t.web().await;
    let whole = json!({ "imageTag": "2", "user": "me", "command": null });
    let revision = t.set("web", json!({ "settings": whole })).await;
    assert_eq!(own(t).await, json!({ "imageTag": "2", "user": "me" }));
    assert_eq!(t.set("web", json!({ "settings": whole })).await, revision);
    assert_eq!(t.set("web", json!({})).await, revision);
    t.patch("web", json!([{ "remove": { "setting": "COMMAND" } }, { "remove": { "setting": "ENTRYPOINT" } }])).await;
    t.set("web", json!({ "settings": { "workingDir": "/w", "command": ["x"] } })).await;
    assert_eq!(own(t).await, json!({ "workingDir": "/w", "command": ["x"] }));
    let rules = t.see("web", "overrideRules { key }").await["overrideRules"].take();
    assert_eq!(rules, json!([{ "key": "entrypoint" }]), "removals of other settings stay");
    for nothing in [json!(null), json!({}), json!({ "user": null })] {
        t.patch("web", json!([{ "remove": { "setting": "USER" } }, { "set": { "setting": { "imageTag": "9" } } }]))
            .await;
        t.set("web", json!({ "settings": nothing })).await;
        assert_eq!((effective(t).await, own(t).await), (inherited(), json!({})), "{nothing}");
    }
}

async fn bad_values_are_refused_as_those_of_templates_are(t: &TestApp) {
    t.web().await;
    for (field, bad, better) in [
        ("imageName", json!(""), None),
        ("imageName", json!("acme/app:2"), Some("acme/app")),
        ("imageName", json!("Acme/App"), Some("acme/app")),
        ("imageName", json!("a b"), None),
        ("imageTag", json!(""), Some("latest")),
        ("imageTag", json!("a b"), Some("latest")),
        ("imageTag", json!("sha256:12"), Some("latest")),
        ("command", json!(["a\0"]), None),
        ("command", json!(["x".repeat(65_536)]), None),
        ("entrypoint", json!(["a", "\0"]), None),
        ("user", json!(""), None),
        ("user", json!("a\nb"), None),
        ("user", json!("u".repeat(256)), None),
        ("workingDir", json!(""), Some("/")),
        ("workingDir", json!("srv"), Some("/srv")),
        ("workingDir", json!("/a\0"), None),
        ("restartPolicy", json!(""), Some("unless-stopped")),
        ("restartPolicy", json!("sometimes"), Some("unless-stopped")),
        ("restartPolicy", json!("on-failure:"), Some("unless-stopped")),
    ] {
        let mut template = json!({ "name": "new", "imageName": "x" });
        template[field] = bad.clone();
        let instance = TestApp::by_name("shop", "web");
        let overrides = json!({ "settings": { field: bad } });
        let create = json!({
            "stack": { "name": "shop" }, "template": { "name": "app" }, "name": "new", "overrides": overrides,
        });
        let mut messages = Vec::new();
        for (mutation, input, path) in [
            ("createTemplate", template, format!("input.{field}")),
            ("createInstance", create, format!("input.overrides.settings.{field}")),
            (
                "setInstanceOverrides",
                json!({ "instance": instance, "overrides": overrides }),
                format!("input.overrides.settings.{field}"),
            ),
            (
                "patchInstanceOverrides",
                json!({ "instance": instance, "operations": set(json!({ field: bad })) }),
                format!("input.operations.0.set.setting.{field}"),
            ),
        ] {
            let payload = t.mutate(mutation, input, "").await;
            assert_eq!(TestApp::codes(&payload), [code("INVALID_VALUE", &path)], "{mutation} {bad}");
            assert_eq!(payload["userErrors"][0]["suggestion"], json!(better), "{mutation} {field} {bad}");
            messages.push(payload["userErrors"][0]["message"].clone());
        }
        messages.dedup();
        assert_eq!(messages.len(), 1, "{messages:?}");
        if let Some(better) = better {
            t.patch("web", set(json!({ field: better }))).await;
        }
    }
}

async fn arguments_keep_their_boundaries(t: &TestApp) {
    t.web().await;
    for arguments in [
        json!([]),
        json!([""]),
        json!(["sh", "-c", "a b \"c\" 'd' $E $$ \\ ü\n"]),
        json!(["[\"CMD\"]"]),
        json!(["x".repeat(65_535)]),
    ] {
        t.patch("web", set(json!({ "command": arguments, "entrypoint": arguments }))).await;
        assert_eq!(own(t).await, json!({ "command": arguments, "entrypoint": arguments }));
        let seen = effective(t).await;
        assert_eq!((&seen["command"]["value"], &seen["entrypoint"]["value"]), (&arguments, &arguments));
    }
}
