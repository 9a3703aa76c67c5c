//! The contents of an override file.

use serde_json::{Value, json};

use super::{render, text};
use crate::support::{TestApp, both};

both!(
    an_instance_that_says_nothing_needs_no_override,
    only_what_an_instance_says_is_in_the_override,
    a_tag_names_the_version_that_it_needs,
    the_lower_file_asks_for_nothing_that_is_overridden,
);

async fn layers(t: &TestApp) -> (String, String) {
    let rendered = render(t, "shop", "LAYERED", false).await;
    (text(&rendered["text"]), text(&rendered["override"]))
}

const HEAD: &str = "# Written by DevArch: the overrides of the instances of the stack shop.\n";

async fn an_instance_that_says_nothing_needs_no_override(t: &TestApp) {
    t.web().await;
    assert_eq!(layers(t).await.1, format!("{HEAD}services: {{}}\n"));
}

async fn only_what_an_instance_says_is_in_the_override(t: &TestApp) {
    t.web().await;
    let overrides = json!({
        "ports": [{ "containerPort": 9000, "hostPort": 9000 }],
        "volumes": [{ "source": "/srv", "target": "/data" }],
        "envVars": [{ "key": "MODE", "value": "prod" }, { "key": "NEW", "value": null }],
        "configFiles": [{ "filePath": "/etc/a.conf", "content": "mine\n" }],
        "settings": { "imageTag": "2.0", "command": ["run"] },
    });
    t.set("web", overrides).await;
    let expected = "services:
  web:
    image: acme/app:2.0
    command:
      - run
    ports:
      - target: 9000
        published: \"9000\"
        protocol: tcp
    volumes:
      - type: bind
        source: /srv
        target: /data
        bind:
          create_host_path: true
    environment:
      MODE: prod
      NEW: null
volumes:
  web_data: !reset null
configs:
  web_etc-a.conf:
    content: |
      mine
";
    let (lower, upper) = layers(t).await;
    assert_eq!(upper, format!("{HEAD}# It needs Docker Compose 2.18.0 or later.\n{expected}"));
    assert!(lower.contains("    image: acme/app:1.0\n"), "{lower}");
}

async fn a_tag_names_the_version_that_it_needs(t: &TestApp) {
    t.web().await;
    let version = async |steps: Value| {
        t.patch("web", json!([{ "reset": { "all": true } }])).await;
        t.patch("web", steps).await;
        let (_, upper) = layers(t).await;
        upper.strip_prefix(HEAD).unwrap().lines().next().unwrap().to_owned()
    };
    assert_eq!(version(json!([{ "set": { "label": { "key": "a", "value": "b" } } }])).await, "services:");
    let reset = "# It needs Docker Compose 2.18.0 or later.";
    assert_eq!(version(json!([{ "remove": { "envVar": "MODE" } }])).await, reset);
    let whole = "# It needs Docker Compose 2.24.4 or later.";
    assert_eq!(version(json!([{ "remove": { "port": { "containerPort": 443 } } }])).await, whole);
}

async fn the_lower_file_asks_for_nothing_that_is_overridden(t: &TestApp) {
    t.shop().await;
    let template = json!({
        "template": { "name": "postgres" },
        "configFiles": [{ "filePath": "/a", "content": "${NEEDED:?by nobody}", "isTemplate": true }],
        "envVars": [{ "key": "OLD", "value": "PLANTED-1", "isSecret": true }, { "key": "KEPT", "value": "PLANTED-2", "isSecret": true }],
    });
    t.done("updateTemplate", template, "").await;
    let overrides = json!({
        "configFiles": [{ "filePath": "/a", "content": "x" }],
        "envVars": [{ "key": "OLD", "value": "plain" }, { "key": "KEPT", "value": "PLANTED-3", "isSecret": true }],
    });
    t.set("db", overrides).await;
    let (lower, upper) = layers(t).await;
    assert!(!lower.contains("NEEDED") && !lower.contains("DB__OLD") && lower.contains("DB__KEPT"), "{lower}");
    assert!(upper.contains("      OLD: plain\n") && !upper.contains("KEPT: "), "{upper}");
    // Even with revealed secrets, the template's own secret is not written.
    let rendered = render(t, "shop", "LAYERED", true).await.to_string();
    assert!(!rendered.contains("PLANTED-1") && !rendered.contains("PLANTED-2") && rendered.contains("PLANTED-3"));
}
