//! All syntaxes of Compose files, and what they are imported as.

use serde_json::{Value, json};

use super::{file, outcomes, places};
use crate::support::{TestApp, both};

both!(
    every_syntax_is_held,
    short_and_long_forms_are_the_same,
    anchors_merge_keys_and_extends_are_followed,
    services_of_other_files_are_extended,
    further_attributes_are_kept_as_they_are,
    files_of_the_host_are_mounts,
    a_secret_is_sealed_before_it_is_written,
);

const ALL: &str = r#"
x-devarch: { category: web, description: The shop. }
services:
  web:
    image: registry.example:5000/acme/web:1.4
    entrypoint: ["/bin/run", "a b"]
    command: serve --name "the shop" '$$HOME'
    user: "1000:1000"
    working_dir: /srv
    restart: on-failure:3
    ports:
      - "8080:80"
      - 127.0.0.1:5000:5000/udp
      - "[::1]:81:81"
      - 3000-3001
    volumes:
      - data:/var/lib/data
      - ./conf:/etc/web:ro
      - shared:/shared
      - /scratch
      - type: tmpfs
        target: /run
    environment:
      PLAIN: value
      NUMBER: 0755
      FLAG: true
      DOLLAR: a$$b
      SHELL_HAS_IT:
    labels:
      com.example.team: "shop"
    healthcheck:
      test: curl -f http://localhost/ || exit 1
      interval: 1m30s
      timeout: 5s
      retries: 4
      start_period: 20s
    configs:
      - source: site
        target: /etc/site.conf
        mode: 0440
    deploy:
      resources:
        limits: { cpus: "0.50", memory: 512M }
    x-devarch:
      domains: [{ domain: shop.example, proxy_port: 80 }]
volumes:
  data: {}
  shared: { external: true, name: team-data }
configs:
  site:
    content: |
      listen 80;
      root $$root;
"#;

async fn every_syntax_is_held(t: &TestApp) {
    let report = t.import(file(ALL)).await;
    assert_eq!(outcomes(&report["templates"]), [("web", "CREATED")]);
    assert_eq!((&report["losses"], &report["changes"]), (&json!([]), &json!([])));
    let port = |host_ip: &str, host: Option<u16>, container: u16, protocol: &str| json!({ "hostIp": host_ip, "hostPort": host, "containerPort": container, "protocol": protocol });
    let mount = |kind: &str, source: &str, target: &str, read_only: bool, external: bool| json!({ "volumeType": kind, "source": source, "target": target, "readOnly": read_only, "isExternal": external });
    let variable = |key: &str, value: Option<&str>| json!({ "key": key, "value": value, "isSecret": false, "isSet": value.is_some() });
    let expected = json!({
        "imageName": "registry.example:5000/acme/web", "imageTag": "1.4",
        "entrypoint": ["/bin/run", "a b"], "command": ["serve", "--name", "the shop", "$HOME"],
        "user": "1000:1000", "workingDir": "/srv", "restartPolicy": "on-failure:3",
        "description": "The shop.", "category": "web",
        "ports": [
            port("0.0.0.0", Some(8080), 80, "TCP"), port("127.0.0.1", Some(5000), 5000, "UDP"),
            port("::1", Some(81), 81, "TCP"), port("0.0.0.0", None, 3000, "TCP"), port("0.0.0.0", None, 3001, "TCP"),
        ],
        "volumes": [
            mount("VOLUME", "data", "/var/lib/data", false, false), mount("BIND", "./conf", "/etc/web", true, false),
            mount("VOLUME", "team-data", "/shared", false, true), mount("VOLUME", "", "/scratch", false, false),
            mount("TMPFS", "", "/run", false, false),
        ],
        "envVars": [
            variable("PLAIN", Some("value")), variable("NUMBER", Some("493")), variable("FLAG", Some("true")),
            variable("DOLLAR", Some("a$b")), variable("SHELL_HAS_IT", None),
        ],
        "labels": [{ "key": "com.example.team", "value": "shop" }],
        "domains": [{ "domain": "shop.example", "proxyPort": 80 }],
        "healthcheck": {
            "test": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"],
            "intervalSeconds": 90, "timeoutSeconds": 5, "retries": 4, "startPeriodSeconds": 20,
        },
        "configFiles": [{ "filePath": "/etc/site.conf", "content": "listen 80;\nroot $root;\n", "fileMode": "0440", "isTemplate": false }],
        "resourceLimits": { "cpu": "0.5", "memory": "512m" },
        "attributes": [],
        "networks": [],
    });
    assert_eq!(t.imported("web").await, expected);
}

async fn short_and_long_forms_are_the_same(t: &TestApp) {
    let service = |name: &str, rest: &str| format!("  {name}:\n    image: nginx\n{rest}");
    let short = service(
        "short",
        "    ports: ['127.0.0.1:8080:80/udp']\n    volumes: ['d:/d:ro', './x:/x']\n    environment: [A=1, B, C=]\n    \
         labels: [l=v, e]\n    command: a b\n    healthcheck: { test: [CMD, x], disable: true }\n    mem_limit: 1g\n    \
         cpus: 0.25\n",
    )
    .replace("'d:/d:ro'", "'dd:/d:ro'");
    let long = service(
        "long",
        "    ports: [{ target: 80, published: 8080, host_ip: 127.0.0.1, protocol: udp, mode: host }]\n    \
         volumes:\n      - { type: volume, source: dd, target: /d/, read_only: true }\n      - { type: bind, source: ./x, \
         target: /x, bind: { create_host_path: true } }\n    environment: { A: 1, B: , C: '' }\n    labels: { l: v, e: '' \
         }\n    command: [a, b]\n    healthcheck: { test: [NONE] }\n    deploy: { resources: { limits: { memory: 1024mb, \
         cpus: '0.25' } } }\n",
    );
    let report = t.import(file(&format!("services:\n{short}{long}volumes:\n  dd:\n"))).await;
    assert_eq!(places(&report["losses"]), ["14 services.long.ports.0.mode"], "{report}");
    assert_eq!(t.imported("short").await, t.imported("long").await);
    assert_eq!(t.imported("short").await["healthcheck"]["test"], json!(["NONE"]));
}

async fn anchors_merge_keys_and_extends_are_followed(t: &TestApp) {
    let text = "x-common: &common\n  image: acme/app:2\n  environment: &env { A: 1, B: 2 }\nservices:\n  base:\n    <<: \
                *common\n    command: [a]\n    labels: [x=1]\n  api:\n    extends: base\n    command: [b]\n    environment: \
                { <<: *env, B: 3 }\n    labels: { y: 2 }\n";
    let report = t.import(file(text)).await;
    assert_eq!((&report["losses"], places(&report["changes"])), (&json!([]), vec!["1 x-common".to_owned()]));
    let api = t.imported("api").await;
    let pairs = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{}={}", one["key"].as_str().unwrap(), one["value"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!((api["imageName"].as_str(), &api["command"]), (Some("acme/app"), &json!(["b"])));
    assert_eq!(
        (pairs(&api["envVars"]), pairs(&api["labels"])),
        (vec!["A=1".into(), "B=3".into()], vec!["x=1".into(), "y=2".into()])
    );
    assert_eq!(t.imported("base").await["command"], json!(["a"]));
}

async fn services_of_other_files_are_extended(t: &TestApp) {
    let common = "services:\n  base:\n    image: acme/app\n    ports: ['80']\n";
    let main = "services:\n  web:\n    extends: { file: ./common.yml, service: base }\n    ports: ['81']\n  lost:\n    \
                image: x\n    extends: { file: elsewhere.yml, service: a }\n";
    let files =
        json!({ "files": [{ "name": "compose.yaml", "text": main }, { "name": "common.yml", "text": common }] });
    let report = t.import(files).await;
    assert_eq!(outcomes(&report["templates"]), [("web", "CREATED"), ("lost", "CREATED")]);
    assert_eq!(report["losses"][0]["reason"], "The file elsewhere.yml is not given.", "{report}");
    assert_eq!(
        (&report["changes"][0]["file"], &report["changes"][0]["path"]),
        (&json!("common.yml"), &json!("services.base"))
    );
    let web = t.imported("web").await;
    assert_eq!((&web["ports"][0]["containerPort"], &web["ports"][1]["containerPort"]), (&json!(80), &json!(81)));
    // Cycles are cut off.
    let circle = "services:\n  a: { image: x, extends: b }\n  b: { image: y, extends: a }\n";
    let report = t.import(file(circle)).await;
    assert!(report["losses"][0]["reason"].as_str().unwrap().contains("extend each other"), "{report}");
}

async fn further_attributes_are_kept_as_they_are(t: &TestApp) {
    let text = "services:\n  vpn:\n    image: wireguard\n    cap_add: [NET_ADMIN]\n    sysctls: { net.a: 1 }\n    \
                extra_hosts: ['a:1.2.3.4']\n    ulimits: { nofile: { soft: 1, hard: 2 } }\n    tty: true\n    \
                stop_grace_period: 1m\n    hostname: x$$y\n    x-mine: [1, null]\n    deploy: { replicas: 1, labels: { b: \
                '1' }, resources: { reservations: { memory: 1g } } }\n";
    let report = t.import(file(text)).await;
    assert_eq!((&report["losses"], &report["changes"]), (&json!([]), &json!([])));
    assert_eq!(
        t.imported("vpn").await["attributes"],
        json!([
            { "name": "cap_add", "value": ["NET_ADMIN"] },
            { "name": "sysctls", "value": { "net.a": 1 } },
            { "name": "extra_hosts", "value": ["a:1.2.3.4"] },
            { "name": "ulimits", "value": { "nofile": { "hard": 2, "soft": 1 } } },
            { "name": "tty", "value": true },
            { "name": "stop_grace_period", "value": "1m" },
            { "name": "hostname", "value": "x$y" },
            { "name": "x-mine", "value": [1, null] },
            { "name": "deploy", "value": { "labels": { "b": "1" }, "resources": { "reservations": { "memory": "1g" } } } },
        ])
    );
}

async fn files_of_the_host_are_mounts(t: &TestApp) {
    let text = "services:\n  db:\n    image: postgres\n    secrets: [password, { source: password, target: /etc/pw }]\n    \
                configs: [conf, { source: inline, target: /i }, { source: of_shell, target: /s }]\nsecrets:\n  password: { file: db/password.txt \
                }\nconfigs:\n  conf: { file: ./db.conf }\n  inline: { content: 'a ${B} c' }\n  of_shell: { environment: TOKEN }\n";
    let report = t.import(file(text)).await;
    assert_eq!(report["losses"], json!([]));
    let db = t.imported("db").await;
    let mounts: Vec<String> = db["volumes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!("{} {} {}", one["source"].as_str().unwrap(), one["target"].as_str().unwrap(), one["readOnly"])
        })
        .collect();
    assert_eq!(
        mounts,
        ["./db/password.txt /run/secrets/password true", "./db/password.txt /etc/pw true", "./db.conf /conf true"]
    );
    // Variables in a content are interpolated when the stack starts.
    assert_eq!(
        db["configFiles"],
        json!([
            { "filePath": "/i", "content": "a ${B} c", "fileMode": "0444", "isTemplate": true },
            { "filePath": "/s", "content": "${TOKEN}", "fileMode": "0444", "isTemplate": true },
        ])
    );
}

async fn a_secret_is_sealed_before_it_is_written(t: &TestApp) {
    let text = |value: &str| {
        format!(
            "services:\n  db:\n    image: postgres\n    environment: {{ PW: {value}, A: 1 }}\n    x-devarch: {{ secrets: [PW] }}\n"
        )
    };
    t.import(file(&text("hunter-77"))).await;
    let stored = t.db.writer();
    let rows = sea_orm::ConnectionTrait::query_all_raw(
        stored,
        sea_orm::Statement::from_string(
            sea_orm::ConnectionTrait::get_database_backend(stored),
            "SELECT value FROM service_env_vars",
        ),
    )
    .await
    .unwrap();
    let values: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert!(values.iter().all(|value| !value.contains("hunter")) && values.len() == 2, "{values:?}");
    assert_eq!(
        t.imported("db").await["envVars"][0],
        json!({ "key": "PW", "value": null, "isSecret": true, "isSet": true })
    );
    // Without a value, or as a reference to a variable that is not given, the stored secret is kept.
    for unsaid in ["", "\"${DB__PW:?the secret PW of db}\""] {
        let report = t.import(file(&text(unsaid))).await;
        assert_eq!(outcomes(&report["templates"]), [("db", "UNCHANGED")], "{unsaid}: {report}");
    }
    let other = t.import(super::with(file(&text("other-88")), json!({ "onConflict": "UPDATE" }))).await;
    assert_eq!(outcomes(&other["templates"]), [("db", "UPDATED")]);
    // A text around a variable is a value of its own, which lacks the variable.
    let part = t.import(super::with(file(&text("\"a${NOPE}b\"")), json!({ "onConflict": "UPDATE" }))).await;
    assert_eq!(places(&part["losses"]), ["4 services.db.environment.PW"], "{part}");
    assert_eq!(outcomes(&part["templates"]), [("db", "UPDATED")]);
}
