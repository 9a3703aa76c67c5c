//! Losses and changes of imports: each is reported with its file, line and path.

use serde_json::json;

use super::{file, outcomes, places, with};
use crate::support::{TestApp, both};

both!(
    everything_that_is_lost_is_told,
    what_is_held_in_another_form_is_told,
    variables_are_put_in_or_told,
    what_cannot_be_read_is_refused_with_its_place,
    names_that_do_not_fit_are_changed_and_told,
);

async fn everything_that_is_lost_is_told(t: &TestApp) {
    let text = "\
services:
  web:
    image: nginx
    networks: [front, back]
    scale: 3
    unknown_word: 1
    ports: ['8000-8010:80', '70000:1', { target: 90, published: 91, app_protocol: http }]
    volumes: ['nope:/x', 'aa:/y:z', { type: bind, source: ./b, target: /b, bind: { propagation: rslave } }]
    environment: { '1A': x, L: [1] }
    labels: { devarch.mine: x }
    healthcheck: { test: [CMD, x], start_interval: 1s, interval: soon }
    secrets: [s]
    configs: [missing]
    deploy: { replicas: 3 }
    depends_on: [ghost]
    command: echo a && echo b
  noimage:
    image: Not An Image
volumes:
  aa: { driver: nfs, labels: { x: y } }
  unused: {}
networks:
  front: {}
secrets:
  s: { external: true }
include: [other.yaml]
";
    let report = t.import(with(file(text), json!({ "stack": { "name": "shop" } }))).await;
    let expected = [
        "4 services.web.networks.back",
        "5 services.web.scale",
        "6 services.web.unknown_word",
        "7 services.web.ports.0",
        "7 services.web.ports.2.app_protocol",
        "7 services.web.ports.1",
        "8 services.web.volumes.0",
        "9 services.web.environment.L",
        "9 services.web.environment.1A",
        "10 services.web.labels.devarch.mine",
        "11 services.web.healthcheck.interval",
        "12 services.web.secrets.0",
        "13 services.web.configs.0",
        "14 services.web.deploy.replicas",
        "15 services.web.depends_on.ghost",
        "16 services.web.command",
        "17 services.noimage",
        "18 services.noimage.image",
        "21 volumes.unused",
        "26 include.0",
    ];
    let mut found = places(&report["losses"]);
    let mut wanted: Vec<String> = expected.iter().map(|&place| place.to_owned()).collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted, "{report:#}");
    assert_eq!(report["lossCount"], expected.len());
    assert_eq!(outcomes(&report["instances"]), [("web", "CREATED")]);
    for note in report["losses"].as_array().unwrap() {
        assert!(note["reason"].as_str().unwrap().len() > 10 && note["file"] == "compose.yaml", "{note}");
    }
}

async fn what_is_held_in_another_form_is_told(t: &TestApp) {
    let text = "version: '3'\nname: mine\nservices:\n  a:\n    build: ./a\n    container_name: x\n    links: [b]\n    \
                networks: [default]\n  b:\n    image: nginx\n    healthcheck: { test: [CMD, x], interval: 1500ms }\n";
    let report = t.import(with(file(text), json!({ "stack": { "name": "shop" }, "templatePrefix": "mine-" }))).await;
    assert_eq!(report["losses"], json!([]));
    assert_eq!(
        places(&report["changes"]),
        [
            "1 version",
            "2 name",
            "5 services.a.build",
            "6 services.a.container_name",
            "7 services.a.links.0",
            "11 services.b.healthcheck.interval",
        ],
        "{report:#}"
    );
    // What is built has a name of its own, so that two projects do not share it.
    let built = t.imported("mine-a").await;
    assert_eq!(built["imageName"], "devarch.built/a");
    assert_eq!(built["attributes"], json!([{ "name": "build", "value": "./a" }]));
}

async fn variables_are_put_in_or_told(t: &TestApp) {
    let text = "services:\n  web:\n    image: \"nginx:${TAG:-1}\"\n    user: ${WHO}\n    environment:\n      A: \
                \"${GIVEN}\"\n      B: ${B}\n      C: \"x${MISSING}y\"\n      D: $$D\n    labels: ['l=${GIVEN}']\n";
    let given = json!({ "variables": [{ "name": "GIVEN", "value": "g$1" }, { "name": "WHO", "value": "root" }] });
    let report = t.import(with(file(text), given)).await;
    assert_eq!(places(&report["losses"]), ["8 services.web.environment.C"]);
    assert_eq!(places(&report["changes"]), ["7 services.web.environment.B"]);
    let web = t.imported("web").await;
    let values: Vec<&serde_json::Value> = web["envVars"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
    assert_eq!(values, [&json!("g$1"), &json!(null), &json!("xy"), &json!("$D")]);
    assert_eq!(
        (&web["imageTag"], &web["user"], &web["labels"][0]["value"]),
        (&json!("1"), &json!("root"), &json!("g$1"))
    );
}

async fn what_cannot_be_read_is_refused_with_its_place(t: &TestApp) {
    let message = |text: &str| format!("compose.yaml, {text}");
    for (text, expected) in [
        ("services: [", "line 1: This is not YAML: unclosed bracket '['."),
        ("- a\n", "line 1: A Compose file is a mapping, not a list."),
        ("services: x\n", "line 1: `services` is a mapping, not text."),
        (
            "services:\n  a:\n    image: ${X:?set it}\n",
            "line 3: services.a.image: the variable X must be given (--var X=…): set it.",
        ),
        (
            "services:\n  a:\n    image: x\n    user: a${\n",
            "line 4: services.a.user: a `${` names no variable here; write `$${` for the text itself.",
        ),
        ("services:\n  a: { image: x }\n  a: { image: y }\n", "line 3: This is not YAML: the key `a` is there twice."),
    ] {
        assert_eq!(t.import_refused(file(text)).await, [("INVALID_VALUE".to_owned(), message(expected))], "{text}");
    }
    // The errors of all files are reported.
    let files = json!({ "files": [{ "text": "[" }, { "name": "b.yaml", "text": "]" }], "overrides": [{ "name": "c.yaml", "text": "x: *y" }] });
    let refused = t.import_refused(files).await;
    assert_eq!(refused.len(), 3, "{refused:?}");
    let twice = json!({ "files": [{ "text": "services: { a: { image: x } }" }, { "name": "b.yaml", "text": "services: { a: { image: y } }" }] });
    assert!(t.import_refused(twice).await[0].1.starts_with("b.yaml, line 1: The service a is there twice"));
    let nothing = t.data("{ templates { totalCount } }", json!({})).await;
    assert_eq!(nothing["templates"]["totalCount"], 0);
}

async fn names_that_do_not_fit_are_changed_and_told(t: &TestApp) {
    let text = "services:\n  My_App: { image: x, depends_on: [All] }\n  my-app: { image: y }\n  All: { image: z }\n  q: { image: z }\n";
    let report = t.import(with(file(text), json!({ "stack": { "name": "shop" } }))).await;
    let instances: Vec<&str> = outcomes(&report["instances"]).into_iter().map(|(name, _)| name).collect();
    assert_eq!(instances[1], "my-app");
    assert_eq!(instances.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{report}");
    // Other services still find them by these names.
    assert_eq!(places(&report["losses"]), [""; 0]);
    assert_eq!(report["changeCount"], 5, "{report}");
    let query = "{ instance(stack: \"shop\", name: \"my-app-2\") { dependencies { instance { name } } } }";
    let found = t.data(query, json!({})).await;
    assert_eq!(found["instance"]["dependencies"][0]["instance"]["name"].as_str(), Some(instances[2]), "{found}");
}
