//! The contents of a flat file, byte by byte where it matters.

use serde_json::{Value, json};

use super::{flat, masked, read, render, service, text, warnings};
use crate::support::{TestApp, both};

both!(
    a_stack_becomes_this_file,
    text_is_text_to_every_reader,
    content_keeps_every_byte,
    ports_are_written_out,
    a_healthcheck_is_replaced_switched_off_or_left_to_the_image,
    what_is_removed_or_replaced_is_not_there,
    no_two_instances_share_a_volume,
    an_external_volume_keeps_its_name,
    a_secret_is_a_variable_that_must_be_set,
    the_same_stack_gives_the_same_bytes,
    what_is_left_out_is_said,
    what_waits_in_vain_is_said,
    what_compose_refuses_is_said,
    host_ports_that_meet_are_said,
    a_configuration_has_a_hash,
);

async fn a_stack_becomes_this_file(t: &TestApp) {
    t.web().await;
    t.set("web", TestApp::overrides()).await;
    let on_db = json!({ "instance": TestApp::by_name("shop", "db"), "condition": "SERVICE_HEALTHY" });
    t.set("web", json!({ "dependencies": [on_db] })).await;
    let expected = include_str!("shop.yaml");
    assert_eq!(masked(&flat(t, "shop").await), expected);
    let rendered = render(t, "shop", "FLAT", false).await;
    assert_eq!(rendered["override"], Value::Null);
    assert_eq!(rendered["requiredVariables"], json!(["WEB__POSTGRES_PASSWORD"]));
    assert_eq!(rendered["hash"].as_str().unwrap().len(), 64);
    assert_eq!(rendered["warnings"].as_array().unwrap().len(), 2, "both publish 8080 and 8081");
}

/// Texts that some reader parses as another type unless they are quoted, and texts with line breaks or special columns.
pub(super) const TRAPS: [&str; 44] = [
    "no",
    "NO",
    "y",
    "on",
    "true",
    "null",
    "~",
    "",
    " ",
    "0755",
    "0o17",
    "0x1F",
    "1e3",
    "1_000",
    "12:34:56",
    "1.0",
    "-1",
    ".inf",
    "=",
    "<<",
    "!x",
    "&a",
    "*a",
    "@a",
    "`a`",
    "%a",
    "- a",
    "a: b",
    "a #b",
    "# a",
    "[a]",
    "{a}",
    "a,",
    "'a'",
    "\"a\"",
    "a\\nb",
    "tab\there",
    "a\r\nb",
    " a ",
    "a\n\nb\n\n",
    "\n",
    "é\u{85}\u{2028}\u{feff}\u{1f600}",
    "$HOME ${X:?no} $$",
    "\u{1}\u{7f}",
];

async fn text_is_text_to_every_reader(t: &TestApp) {
    t.web().await;
    let vars = TRAPS.iter().enumerate().map(|(n, trap)| json!({ "key": format!("V{n:02}"), "value": trap }));
    let overrides = json!({
        "envVars": vars.collect::<Vec<_>>(),
        "labels": [{ "key": "no", "value": "no" }, { "key": "a$b", "value": "a$b" }, { "key": "1e3", "value": "" }],
        "settings": { "command": TRAPS.to_vec(), "user": "0:0", "workingDir": "/$a" },
        "attributes": [{ "name": "hostname", "value": "a$b" }, { "name": "x-a", "value": { "k$": ["$", 1, null] } }],
    });
    t.set("web", overrides).await;
    let file = flat(t, "shop").await;
    for line in ["      V00: \"no\"\n", "      V09: \"0755\"\n", "      V12: \"1e3\"\n", "      V14: \"12:34:56\"\n"] {
        assert!(file.contains(line), "{line} in {file}");
    }
    let found = read(&file)["services"]["web"].clone();
    for (n, trap) in TRAPS.iter().enumerate() {
        let doubled = json!(trap.replace('$', "$$"));
        assert_eq!(found["environment"][format!("V{n:02}")], doubled, "{trap:?}");
        assert_eq!(found["command"][n], doubled, "{trap:?}");
    }
    assert_eq!(found["labels"]["a$b"], "a$$b", "Compose leaves keys alone");
    assert_eq!((&found["labels"]["no"], &found["labels"]["1e3"]), (&json!("no"), &json!("")));
    assert_eq!((&found["user"], &found["working_dir"]), (&json!("0:0"), &json!("/$$a")));
    assert_eq!((&found["hostname"], &found["x-a"]), (&json!("a$$b"), &json!({ "k$": ["$$", 1, null] })));
}

async fn content_keeps_every_byte(t: &TestApp) {
    t.web().await;
    let contents = [
        "a\n",
        "a",
        "",
        "\n",
        "\n\n",
        "  leading\n a\n",
        "\ta\n",
        "a\n\n\n",
        "a  \nb \n",
        "a\r\nb\r\n",
        "é\u{1f600}\n$x ${y}\n",
        "---\n...\n",
        "# not a comment\nkey: [\n",
        "\u{feff}bom\n",
        "a\u{2028}b\n",
        " \n",
        "  \n x\n",
    ];
    let files = contents
        .iter()
        .enumerate()
        .map(|(n, content)| json!({ "filePath": format!("/etc/f{n}"), "content": content, "fileMode": "0400" }));
    t.set("web", json!({ "configFiles": files.collect::<Vec<_>>() })).await;
    let file = read(&flat(t, "shop").await);
    for (n, content) in contents.iter().enumerate() {
        let config = &file["configs"][format!("web_etc-f{n}")];
        if content.is_empty() {
            // Compose would mount a folder of the host.
            let left_out = json!([{ "target": format!("/etc/f{n}"), "mode": "0400" }]);
            assert_eq!((config, &file["services"]["web"]["x-devarch"]["empty_files"]), (&Value::Null, &left_out));
            continue;
        }
        assert_eq!(*config, json!({ "content": content.replace('$', "$$") }), "{content:?}");
    }
    let uses = file["services"]["web"]["configs"].as_array().unwrap();
    let used = uses.iter().find(|used| used["target"] == "/etc/f0").unwrap();
    assert_eq!(*used, json!({ "source": "web_etc-f0", "target": "/etc/f0", "mode": "0400" }));
    // A template is put in as it is; a path is text as any other, and two that look alike are two files.
    let files = json!([
        { "filePath": "/etc/a b", "content": "${A:-$$}", "isTemplate": true }, { "filePath": "/etc/a-b", "content": "2" },
        { "filePath": "/etc/$x", "content": "3" },
    ]);
    t.set("web", json!({ "configFiles": files })).await;
    let file = read(&flat(t, "shop").await);
    assert_eq!(file["configs"]["web_etc-a-b"], json!({ "content": "${A:-$$}", "x-devarch": { "template": true } }));
    assert_eq!(file["configs"]["web_etc-a-b_2"], json!({ "content": "2" }));
    assert_eq!(file["services"]["web"]["configs"][0]["target"], "/etc/$$x");
}

async fn ports_are_written_out(t: &TestApp) {
    t.web().await;
    let ports = json!([
        { "containerPort": 53, "hostPort": 5353, "protocol": "UDP", "hostIp": "::1" },
        { "containerPort": 53, "hostPort": 5353, "hostIp": "127.0.0.1" },
        { "containerPort": 54, "protocol": "SCTP" }, { "containerPort": 55, "hostPort": 80, "hostIp": "::" },
    ]);
    t.set("web", json!({ "ports": ports })).await;
    t.patch("web", json!([{ "replace": "PORT" }])).await;
    let expected = json!([
        { "target": 53, "published": "5353", "host_ip": "127.0.0.1", "protocol": "tcp" },
        { "target": 53, "published": "5353", "host_ip": "::1", "protocol": "udp" },
        { "target": 54, "protocol": "sctp" },
        { "target": 55, "published": "80", "host_ip": "::", "protocol": "tcp" },
    ]);
    assert_eq!(service(t, "shop", "web").await["ports"], expected);
}

async fn a_healthcheck_is_replaced_switched_off_or_left_to_the_image(t: &TestApp) {
    t.web().await;
    let check = json!({ "test": ["CMD", "sh", "-c", "a b; $c"], "intervalSeconds": 90, "timeoutSeconds": 3600, "startPeriodSeconds": 3661 });
    t.set("web", json!({ "healthcheck": check })).await;
    let expected = json!({ "test": ["CMD", "sh", "-c", "a b; $$c"], "interval": "1m30s", "timeout": "1h0m0s", "retries": 3,
        "start_period": "1h1m1s" });
    assert_eq!(service(t, "shop", "web").await["healthcheck"], expected);
    t.set("web", json!({ "healthcheck": { "test": ["NONE"] } })).await;
    assert_eq!(service(t, "shop", "web").await["healthcheck"]["test"], json!(["NONE"]));
    t.patch("web", json!([{ "remove": { "healthcheck": true } }])).await;
    assert_eq!(service(t, "shop", "web").await.get("healthcheck"), None);
}

async fn what_is_removed_or_replaced_is_not_there(t: &TestApp) {
    t.web().await;
    let id = t.see("web", "id").await["id"].clone();
    let kinds = [
        "PORT",
        "VOLUME",
        "ENV_VAR",
        "LABEL",
        "DOMAIN",
        "CONFIG_FILE",
        "RESOURCE_LIMITS",
        "ATTRIBUTE",
        "HEALTHCHECK",
        "NETWORK",
    ];
    let steps: Vec<Value> = kinds.iter().map(|kind| json!({ "replace": kind })).collect();
    t.patch("web", json!(steps)).await;
    t.patch("web", json!([{ "remove": { "setting": "COMMAND" } }, { "remove": { "setting": "USER" } }])).await;
    let expected = json!({
        "image": "acme/app:1.0", "container_name": "devarch-shop-web", "entrypoint": ["/bin/app"], "working_dir": "/srv",
        "restart": "always",
        "labels": {
            "devarch.instance_id": "web", "devarch.managed_by": "devarch", "devarch.stack_id": "shop",
            "devarch.template_service_id": "app",
        },
    });
    let mut found = service(t, "shop", "web").await;
    let labels = found["labels"].as_object_mut().unwrap();
    assert_eq!(labels.remove("devarch.id").unwrap(), id);
    assert_eq!(labels.remove("devarch.config_hash").unwrap().as_str().unwrap().len(), 32);
    assert_eq!(found, expected);
    t.patch("db", json!([{ "remove": { "port": { "containerPort": 443 } } }, { "remove": { "envVar": "MODE" } }]))
        .await;
    let db = service(t, "shop", "db").await;
    assert_eq!(db["ports"].as_array().unwrap().len(), 2);
    assert_eq!(db["environment"], json!({ "TOKEN": "t0p" }));
}

async fn no_two_instances_share_a_volume(t: &TestApp) {
    t.template("postgres").await;
    for (stack, name) in [("a-b", "c"), ("a", "b"), ("a", "c")] {
        if name != "c" || stack == "a-b" {
            t.stack(stack).await;
        }
        t.instance(stack, name).await;
    }
    let mut names = Vec::new();
    for stack in ["a", "a-b"] {
        let file = read(&masked(&flat(t, stack).await));
        names.extend(file["volumes"].as_object().unwrap().values().map(|volume| text(&volume["name"])));
        assert_eq!(file["networks"]["default"]["name"], format!("devarch-{stack}-net"));
    }
    assert_eq!(names, ["devarch-a-b.ID_data", "devarch-a-c.ID_data", "devarch-a-b-c.ID_data"]);
}

async fn an_external_volume_keeps_its_name(t: &TestApp) {
    t.web().await;
    let external =
        json!({ "volumeType": "VOLUME", "source": "data", "target": "/data", "isExternal": true, "readOnly": true });
    t.set("web", json!({ "volumes": [external, { "source": "./$x", "target": "srv" }, { "volumeType": "VOLUME", "target": "/anon" }] }))
        .await;
    t.set("db", json!({ "volumes": [external] })).await;
    let file = read(&flat(t, "shop").await);
    assert_eq!(file["volumes"], json!({ "external.data": { "external": true, "name": "data" } }));
    let expected = json!([
        { "type": "volume", "source": "", "target": "/anon" },
        { "type": "volume", "source": "external.data", "target": "/data", "read_only": true },
        { "type": "tmpfs", "target": "/tmp" },
        { "type": "bind", "source": "./$$x", "target": "/srv", "bind": { "create_host_path": true } },
    ]);
    let mounts = file["services"]["web"]["volumes"].as_array().unwrap();
    assert_eq!(mounts.len(), 4);
    assert!(expected.as_array().unwrap().iter().all(|mount| mounts.contains(mount)), "{mounts:?}");
}

async fn a_secret_is_a_variable_that_must_be_set(t: &TestApp) {
    t.web().await;
    let secret = |key: &str, value: Value| json!({ "key": key, "value": value, "isSecret": true });
    let overrides =
        [secret("API.KEY", json!("PLANTED-$1")), secret("API_KEY", json!("PLANTED-2")), secret("UNSET", json!(null))];
    t.set("web", json!({ "envVars": overrides })).await;
    for mode in ["FLAT", "LAYERED"] {
        let rendered = render(t, "shop", mode, false).await;
        assert!(!rendered.to_string().contains("PLANTED"), "{rendered}");
        assert_eq!(rendered["requiredVariables"], json!(["WEB__API_KEY", "WEB__API_KEY_2"]));
        let file = if mode == "FLAT" { &rendered["text"] } else { &rendered["override"] };
        let web = read(&text(file))["services"]["web"].clone();
        assert_eq!(web["environment"]["API.KEY"], "${WEB__API_KEY:?the secret API.KEY of web}");
        assert_eq!(web["environment"]["API_KEY"], "${WEB__API_KEY_2:?the secret API_KEY of web}");
        assert_eq!(web["environment"].get("UNSET"), Some(&Value::Null));
        assert_eq!(web["x-devarch"]["secrets"], json!(["API.KEY", "API_KEY", "UNSET"]));
    }
    let revealed = render(t, "shop", "FLAT", true).await;
    assert_eq!(revealed["requiredVariables"], json!([]));
    let web = read(&text(&revealed["text"]))["services"]["web"].clone();
    assert_eq!(
        (&web["environment"]["API.KEY"], &web["environment"]["API_KEY"]),
        (&json!("PLANTED-$$1"), &json!("PLANTED-2"))
    );
}

async fn the_same_stack_gives_the_same_bytes(t: &TestApp) {
    t.web().await;
    t.set("web", TestApp::overrides()).await;
    let before = render(t, "shop", "LAYERED", false).await;
    assert_eq!(render(t, "shop", "LAYERED", false).await, before);
    // Also with the entries in another order. Rendering writes nothing.
    let mut turned = TestApp::overrides();
    for kind in ["ports", "envVars"] {
        turned[kind].as_array_mut().unwrap().reverse();
    }
    t.set("web", turned).await;
    assert_eq!(render(t, "shop", "LAYERED", false).await, before);
    let revision = t.see("web", "revision updatedAt").await;
    render(t, "shop", "FLAT", true).await;
    assert_eq!(t.see("web", "revision updatedAt").await, revision);
    t.set("web", json!({ "ports": [] })).await;
    assert_ne!(render(t, "shop", "LAYERED", false).await["hash"], before["hash"]);
}

async fn what_is_left_out_is_said(t: &TestApp) {
    t.web().await;
    let on_db = json!({ "instance": TestApp::by_name("shop", "db") });
    t.set("web", json!({ "dependencies": [on_db], "ports": [{ "containerPort": 80 }] })).await;
    t.done("updateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "enabled": false }), "").await;
    let expected = [
        "db: It is disabled: it is left out. Where it still runs, `up --remove-orphans` ends it.",
        "web: It depends on db, which is disabled: the dependency is left out.",
    ];
    assert_eq!(warnings(t, "shop").await, expected);
    let services = read(&flat(t, "shop").await)["services"].clone();
    assert_eq!(services.as_object().unwrap().keys().collect::<Vec<_>>(), ["web"]);
    assert_eq!(services["web"].get("depends_on"), None);
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "enabled": false }), "").await;
    assert_eq!(warnings(t, "shop").await[0], "The stack is disabled; its file starts it all the same.");
    t.stack("numbers").await;
    t.template("postgres").await;
    for (name, is_address) in
        [("012", true), ("0x1f", true), ("7", true), ("1a", false), ("1-2", false), ("0x", false), ("089", false)]
    {
        t.instance("numbers", name).await;
        let told = format!(
            "{name}: Its name looks like an IP address: other instances reach it as devarch-numbers-{name} only."
        );
        assert_eq!(warnings(t, "numbers").await.contains(&told), is_address, "{name}");
    }
    t.stack("empty").await;
    assert_eq!(warnings(t, "empty").await, ["The stack has no enabled instance: there is nothing to start."]);
    assert_eq!(read(&flat(t, "empty").await)["services"], json!({}));
}

async fn what_waits_in_vain_is_said(t: &TestApp) {
    t.web().await;
    let healthy = json!({ "instance": TestApp::by_name("shop", "db"), "condition": "SERVICE_HEALTHY" });
    t.patch("web", json!([{ "replace": "PORT" }, { "set": { "dependency": healthy } }])).await;
    assert_eq!(warnings(t, "shop").await, [""; 0]);
    t.patch("db", json!([{ "set": { "healthcheck": { "test": ["NONE"] } } }])).await;
    let off = "web: It waits until db is healthy, and the healthcheck of db is switched off: it never starts.";
    assert_eq!(warnings(t, "shop").await, [off]);
    t.patch("db", json!([{ "remove": { "healthcheck": true } }])).await;
    let none =
        "web: It waits until db is healthy, and db has no healthcheck: unless the image brings one, it never starts.";
    assert_eq!(warnings(t, "shop").await, [none]);
}

async fn what_compose_refuses_is_said(t: &TestApp) {
    t.web().await;
    t.patch("db", json!([{ "replace": "PORT" }])).await;
    t.patch("web", json!([{ "replace": "NETWORK" }])).await;
    let mode = |value: &str| json!([{ "set": { "attribute": { "name": "network_mode", "value": value } } }]);
    t.patch("web", mode("host")).await;
    let host =
        "web: Its network_mode host takes it out of the stack's network: other instances do not find it by name.";
    assert_eq!(warnings(t, "shop").await, [host]);
    t.patch("web", mode("service:db")).await;
    assert_eq!(warnings(t, "shop").await, [""; 0]);
    t.patch("web", mode("service:nobody")).await;
    let nobody = "web: Its network_mode is that of the service nobody, which is not in the file: Compose refuses it.";
    assert_eq!(warnings(t, "shop").await, [nobody]);
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    let file = |template: bool| json!([{ "set": { "configFile": { "filePath": "/a", "content": "${1}", "isTemplate": template } } }]);
    t.patch("web", file(false)).await;
    assert_eq!(warnings(t, "shop").await, [""; 0]);
    let empty = json!([{ "set": { "configFile": { "filePath": "/a", "content": "" } } }]);
    t.patch("web", empty).await;
    let told = "web: Its config file /a is empty and left out, because Compose would mount a folder of the host instead: \
                give it an empty line.";
    assert_eq!(warnings(t, "shop").await, [told]);
    let mounted = service(t, "shop", "web").await["configs"].to_string();
    assert!(!mounted.contains("\"/a\"") && mounted.contains("/etc/a.conf"), "{mounted}");
    for value in [json!(true), json!("true")] {
        let read_only = json!([{ "set": { "attribute": { "name": "read_only", "value": value } } }]);
        t.patch("web", read_only).await;
        let refused = "web: It is read_only and has config files, whose contents Compose writes into the container: Compose \
                       does not start it. Mount the files from the host instead.";
        assert_eq!(warnings(t, "shop").await, [told, refused]);
    }
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    t.patch(
        "web",
        json!([{ "replace": "CONFIG_FILE" }, { "set": { "attribute": { "name": "read_only", "value": true } } }]),
    )
    .await;
    assert_eq!(warnings(t, "shop").await, [""; 0]);
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    let check = json!({ "test": ["CMD", "true"], "retries": 0 });
    t.patch("web", json!([{ "set": { "healthcheck": check } }])).await;
    let none = "web: Its healthcheck has 0 retries, in place of which engines use their default, 3.";
    assert_eq!(warnings(t, "shop").await, [none]);
    assert_eq!(service(t, "shop", "web").await["healthcheck"].get("retries"), None);
    t.patch("web", json!([{ "reset": { "kind": "HEALTHCHECK" } }])).await;
    t.patch("web", file(true)).await;
    let braces = "web: Its config file /a is a template with a `${` that names no variable: Compose refuses it. Write `$${` for \
                  a plain one.";
    assert_eq!(warnings(t, "shop").await, [braces]);
}

async fn host_ports_that_meet_are_said(t: &TestApp) {
    t.web().await;
    let expected = [
        "db: The host port 0.0.0.0:8080/tcp is also published by web: only one of them can run.",
        "db: The host port 0.0.0.0:8081/tcp is also published by web: only one of them can run.",
    ];
    assert_eq!(warnings(t, "shop").await, expected);
    let on = |ip: &str| json!([{ "containerPort": 80, "hostPort": 8080, "hostIp": ip }]);
    t.set("web", json!({ "ports": on("127.0.0.1") })).await;
    t.set("db", json!({ "ports": on("127.0.0.2") })).await;
    assert_eq!(warnings(t, "shop").await, [""; 0]);
}

async fn a_configuration_has_a_hash(t: &TestApp) {
    t.web().await;
    let hash = async |name: &str, reveal: bool| {
        let rendered = render(t, "shop", "FLAT", reveal).await;
        let label = read(&text(&rendered["text"]))["services"][name]["labels"]["devarch.config_hash"].take();
        let query = "{ stack(name: \"shop\") { compose { services { instance configHash } } } }";
        let services = t.data(query, json!({})).await["stack"]["compose"]["services"].take();
        let shown = services.as_array().unwrap().iter().find(|service| service["instance"] == name).unwrap();
        assert_eq!(shown["configHash"], label);
        text(&label)
    };
    let secret = |value: &str| json!([{ "set": { "envVar": { "key": "PIN", "value": value, "isSecret": true } } }]);
    t.patch("web", secret("1")).await;
    let mut last = hash("web", false).await;
    let other = hash("db", false).await;
    assert_eq!(hash("web", true).await, last, "revealed");
    t.patch("web", secret("2")).await;
    assert_eq!(hash("web", false).await, last, "another value of a secret");
    t.patch("web", json!([{ "set": { "domain": { "domain": "x.localhost" } } }])).await;
    let volume = |definition: Value| json!([{ "set": { "volume": { "volumeType": "VOLUME", "source": "v", "target": "/v", "definition": definition } } }]);
    let network = |definition: Value| json!([{ "set": { "network": { "name": "back", "definition": definition } } }]);
    for step in [
        json!([{ "set": { "envVar": { "key": "PLAIN", "value": "x" } } }]),
        json!([{ "set": { "configFile": { "filePath": "/c", "content": "one" } } }]),
        json!([{ "set": { "configFile": { "filePath": "/c", "content": "two" } } }]),
        volume(json!({ "driver": "a" })),
        volume(json!({ "driver": "b" })),
        network(json!({ "internal": true })),
        network(json!({ "internal": false })),
    ] {
        t.patch("web", step.clone()).await;
        let now = hash("web", false).await;
        assert_ne!(now, last, "{step}");
        last = now;
    }
    t.set("web", json!({ "settings": { "imageTag": "9" } })).await;
    let before = std::mem::replace(&mut last, hash("web", false).await);
    assert_ne!(before, last, "another image");
    assert_eq!(hash("db", false).await, other, "of another instance");
    t.done("renameStack", json!({ "stack": { "name": "shop" }, "name": "store" }), "").await;
    t.done("renameStack", json!({ "stack": { "name": "store" }, "name": "shop" }), "").await;
    assert_eq!(hash("web", false).await, last);
}
