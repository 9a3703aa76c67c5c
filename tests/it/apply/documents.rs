//! The document of a stack: its form, and what is wrong with one.

use serde_json::json;

use super::{apply, apply_nothing, document, outcomes, plain, refused, said, text_of, with, yaml};
use crate::support::{TestApp, both};

both!(
    a_document_has_what_the_stack_sets,
    json_is_the_same,
    a_document_makes_a_stack,
    errors_have_their_lines,
    templates_and_dependencies_have_to_exist,
    an_unreadable_row_fails_its_stack_alone,
);

async fn a_document_has_what_the_stack_sets(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "api").await;
    let mut overrides = TestApp::overrides();
    overrides["dependencies"] = json!([{ "instance": TestApp::by_name("shop", "db"), "condition": "SERVICE_HEALTHY" }]);
    t.set("api", overrides).await;
    t.patch(
        "api",
        json!([{ "remove": { "label": "org.example.tier" } }, { "replace": "DOMAIN" },
        { "remove": { "setting": "USER" } }, { "remove": { "port": { "containerPort": 1 } } }]),
    )
    .await;
    t.patch("db", json!([{ "remove": { "healthcheck": true } }])).await;
    t.done("updateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "enabled": false }), "").await;
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "description": "The shop:\nall of it" }), "").await;
    let expected = r#"devarch: 1
stack: shop
description: |-
  The shop:
  all of it
instances:
  api:
    template: postgres
    overrides:
      ports:
        - hostPort: 15432
          containerPort: 5432
        - containerPort: 9187
      volumes:
        - volumeType: VOLUME
          source: orders
          target: /var/lib/postgresql/data
      envVars:
        - key: POSTGRES_DB
          value: orders
        - key: POSTGRES_PASSWORD
          isSecret: true
      labels:
        - key: team
          value: orders
      domains:
        - domain: orders.localhost
      healthcheck:
        test:
          - CMD
          - pg_isready
          - "-d"
          - "or ders"
        intervalSeconds: 5
      configFiles:
        - filePath: /etc/app.conf
          content: |
            a=$b
          fileMode: "0600"
          isTemplate: true
      resourceLimits:
        cpu: "0.5"
        memory: "512m"
      attributes:
        - name: cap_add
          value:
            - SYS_NICE
            - "$x"
      networks:
        - name: data
          aliases:
            - orders
          options:
            priority: 5
          definition:
            internal: true
      settings:
        imageTag: "18"
        command:
          - postgres
          - "-c"
          - "fsync=off"
      dependencies:
        - instance: db
          condition: SERVICE_HEALTHY
    removed:
      ports:
        - containerPort: 1
          protocol: TCP
      labels:
        - org.example.tier
      settings:
        - USER
    replaced:
      - domains
  db:
    template: postgres
    enabled: false
    removed:
      healthcheck: true
"#;
    assert_eq!(yaml(t, "shop").await, expected);
}

async fn json_is_the_same(t: &TestApp) {
    t.web().await;
    t.set("web", TestApp::overrides()).await;
    let text = text_of(t, "shop", "JSON").await;
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["devarch", "stack", "instances"]);
    assert_eq!(json, devarch::yaml::read(&yaml(t, "shop").await, 0).unwrap().to_json());
    apply_nothing(t, document("shop", "me", &text)).await;
    // Escapes that YAML does not have.
    let emoji = r#"{"devarch": 1, "description": "\ud83d\ude00\/", "instances": {}}"#;
    apply(t, document("shop", "me", emoji)).await;
    assert_eq!(said(t, "shop").await["description"], "😀/");
}

async fn a_document_makes_a_stack(t: &TestApp) {
    plain(t).await;
    let text = "
devarch: 1
stack: called otherwise elsewhere
description: new
enabled: false
instances:
  web:
    template: plain
    description: the front
    enabled: false
    overrides:
      labels: [{ key: c, value: '3' }]
      dependencies: [{ instance: db, condition: SERVICE_STARTED }]
    removed: { labels: [a] }
  db: { template: plain, replaced: [labels] }
";
    let applied = apply(t, with(document("shop", "git:shop", text), json!({ "message": "first" }))).await;
    assert_eq!((&applied["created"], &applied["changed"]), (&json!(true), &json!(true)));
    assert_eq!(outcomes(&applied), ["web CREATED", "db CREATED"]);
    let found = said(t, "shop").await;
    assert_eq!((&found["description"], &found["enabled"]), (&json!("new"), &json!(false)));
    let web = found["instances"]["nodes"].as_array().unwrap().iter().find(|it| it["name"] == "web").unwrap().clone();
    assert_eq!((&web["description"], &web["enabled"]), (&json!("the front"), &json!(false)));
    assert_eq!(web["dependencies"], json!([{ "condition": "SERVICE_STARTED", "instance": { "name": "db" } }]));
    assert_eq!(super::labels(t, "web").await, "b=1 c=3 -a");
    assert_eq!(super::labels(t, "db").await, "-*");
    let log = "{ stack(name: \"shop\") { revision history { nodes { action message cause { action } } } } }";
    let log = t.data(log, json!({})).await["stack"].take();
    assert_eq!(log["revision"], 1);
    let nodes = log["history"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 3);
    assert!(nodes.iter().all(|change| change["action"] == "APPLY" && change["message"] == "first"), "{log}");
    assert_eq!(nodes.iter().filter(|change| change["cause"]["action"] == "APPLY").count(), 2);
    apply_nothing(t, document("shop", "git:shop", text)).await;
}

async fn errors_have_their_lines(t: &TestApp) {
    plain(t).await;
    t.stack("shop").await;
    let text = "devarch: 1
descriptoin: x
enabled: maybe
instances:
  Web:
    template: plain
  web:
    templates: plain
    overrides:
      ports:
        - containerPort: high
        - containerPort: 70000
          hostIp: nowhere
          odd: 1
      envVars:
        - key: A
          value: 1
        - key: A
          value: x
        - value: x
      label: []
      healthcheck: { test: [CMD, x], retries: -1 }
    removed:
      labels: [a, a]
      settings: [IMAGE_TAG, NOTHING]
    replaced: [labels, settings, labels]
";
    let expected = [
        "INVALID_VALUE line 2: descriptoin: There is no such key here; it is one of devarch, stack, sharedVars, instances, description, enabled.",
        "INVALID_VALUE line 3: enabled: The field is not of this type: this is text.",
        "INVALID_VALUE line 11: instances.web.overrides.ports.0.containerPort: This has to be a whole number, and is text.",
        "INVALID_VALUE line 14: instances.web.overrides.ports.1.odd: There is no such key here; it is one of hostIp, hostPort, containerPort, protocol.",
        "INVALID_VALUE line 17: instances.web.overrides.envVars.0.value: This has to be text, which is written in quotes here, and is a number.",
        "INVALID_VALUE line 20: instances.web.overrides.envVars.2.key: This is missing.",
        "INVALID_VALUE line 7: instances.web.template: This is missing: the name of the template.",
        "INVALID_VALUE line 25: instances.web.removed.settings.0: This setting always has a value; set another one, or reset it.",
    ];
    let found = refused(t, document("shop", "me", text)).await;
    for wanted in expected {
        assert!(found.iter().any(|error| error == wanted), "{wanted} is not in {found:#?}");
    }
    for part in [
        "line 5: instances.Web:",
        "line 8: instances.web.templates:",
        "line 21: instances.web.overrides.label:",
        "line 22: instances.web.overrides.healthcheck.retries:",
        "DUPLICATE_KEY line 24: instances.web.removed.labels.1:",
        "line 25: instances.web.removed.settings.1: This has to be one of IMAGE_NAME",
        "line 26: instances.web.replaced.1:",
        "DUPLICATE_KEY line 26: instances.web.replaced.2:",
    ] {
        assert!(found.iter().any(|error| error.contains(part)), "{part} is not in {found:#?}");
    }
    for (text, message) in [
        ("", "INVALID_VALUE A document is a mapping, and this is nothing."),
        ("instances: {}", "INVALID_VALUE line 1: A document begins with its version: `devarch: 1`."),
        ("devarch: 2", "INVALID_VALUE line 1: devarch: This is not a version that this service reads. Try `1`."),
        ("devarch: 1\ninstances:\n  a: {}\n  a: {}\n", "INVALID_VALUE line 4: the key `a` is there twice"),
        ("devarch: 1\n---\ndevarch: 1\n", "INVALID_VALUE line 3: A document ends before the next `---`."),
        (
            "devarch: 1\ninstances: [a]",
            "INVALID_VALUE line 2: instances: This has to be a mapping with the name of each instance.",
        ),
    ] {
        assert_eq!(refused(t, document("shop", "me", text)).await, [message], "{text}");
    }
    let errors = t.refused("applyStack", document("shop", "me", "devarch: 2")).await;
    assert_eq!(errors, [crate::support::code("INVALID_VALUE", "input.source.document")]);
    for (owner, code) in [("", "INVALID_VALUE"), ("a\nb", "INVALID_VALUE"), (&*"x".repeat(101), "LIMIT_EXCEEDED")] {
        let errors = t.refused("applyStack", document("shop", owner, "devarch: 1")).await;
        assert_eq!(errors, [crate::support::code(code, "input.owner")], "{owner}");
    }
    let bomb = "devarch: 1\na: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
    assert!(refused(t, document("shop", "me", bomb)).await[0].starts_with("LIMIT_EXCEEDED"));
    let name = refused(t, document("Not a name", "me", "devarch: 1")).await;
    assert!(name[0].starts_with("NAME_INVALID"), "{name:?}");
}

async fn templates_and_dependencies_have_to_exist(t: &TestApp) {
    plain(t).await;
    t.shop().await;
    let text = "devarch: 1
instances:
  db: { template: plain }
  web: { template: nowhere }
  api: { template: plain, overrides: { dependencies: [{ instance: gone }] } }
";
    assert_eq!(
        refused(t, document("shop", "me", text)).await,
        [
            "INVALID_VALUE line 3: instances.db.template: The instance `db` is made from another template, which it keeps: \
             delete it before, or give this one another name.",
            "NOT_FOUND line 4: instances.web.template: There is no template `nowhere`.",
        ]
    );
    let text =
        "devarch: 1\ninstances:\n  api: { template: plain, overrides: { dependencies: [{ instance: gone }] } }\n";
    assert_eq!(
        refused(t, document("shop", "me", text)).await,
        ["NOT_FOUND line 3: instances.api: It depends on `gone`, and there is no such instance."]
    );
    let circle = "devarch: 1\ninstances:\n  a: { template: plain, overrides: { dependencies: [{ instance: b }] } }\n  b: { template: plain, overrides: { dependencies: [{ instance: a }] } }\n";
    let errors = refused(t, document("shop", "me", circle)).await;
    assert_eq!(errors, ["DEPENDENCY_CYCLE These instances would wait for each other: a, b."]);
    // Instances that the document does not have can be depended on.
    let text = "devarch: 1\ninstances:\n  api: { template: plain, overrides: { dependencies: [{ instance: db }] } }\n";
    apply(t, document("shop", "me", text)).await;
    let long = "x".repeat(60);
    let errors =
        refused(t, document("shop", "me", &format!("devarch: 1\ninstances: {{ {long}: {{ template: plain }} }}")))
            .await;
    assert!(errors[0].starts_with(&format!("CONTAINER_NAME_TOO_LONG line 2: instances.{long}: ")), "{errors:?}");
}

async fn an_unreadable_row_fails_its_stack_alone(t: &TestApp) {
    t.shop().await;
    t.stack("blog").await;
    t.set("db", json!({ "ports": [{ "containerPort": 80 }] })).await;
    t.sql("UPDATE instance_ports SET protocol = 'odd'").await;
    t.new_versions().await;
    let query = "{ good: stack(name: \"blog\") { document } bad: stack(name: \"shop\") { document } }";
    let answer = t.graphql(query, json!({})).await;
    let error = &answer["errors"][0];
    assert_eq!((&error["path"], &error["extensions"]["code"]), (&json!(["bad", "document"]), &json!("BAD_REQUEST")));
    assert!(error["message"].as_str().unwrap().contains("ports of the instance `db`"), "{error}");
    let errors = refused(t, document("shop", "me", "devarch: 1\ninstances: { db: { template: postgres } }")).await;
    assert!(errors[0].contains("`db` cannot be compared"), "{errors:?}");
}
