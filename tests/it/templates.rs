//! Templates and the catalogue.

use devarch::app::{
    CatalogReport, LoadError,
    templates::catalog::{CatalogFile, built_in},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{COLLECTIONS, TestApp, both};

both!(
    a_template_is_created_with_all_its_values,
    values_that_a_template_does_not_take_are_refused_with_better_ones,
    the_edges_of_a_templates_values_are_accepted,
    violations_in_collections_have_their_path_and_nothing_is_written,
    a_taken_template_name_comes_with_its_holder,
    the_built_in_catalogue_loads_once,
    a_changed_file_updates_an_untouched_template,
    what_a_user_made_or_changed_is_left_alone,
    a_malformed_file_loads_nothing,
    servers_that_start_together_load_each_file_once,
);

async fn a_template_is_created_with_all_its_values(t: &TestApp) {
    let own = json!({
        "name": "api", "description": "An API", "category": "backend", "imageName": "ghcr.io/acme/api",
        "imageTag": "1.2", "command": ["serve", "a b", ""], "entrypoint": ["/bin/api"], "user": "1000:1000",
        "workingDir": "/srv", "restartPolicy": "on-failure:3",
    });
    let mut input = own.clone();
    input.as_object_mut().unwrap().extend(TestApp::entries().as_object().unwrap().clone());
    let selection = format!(
        "template {{ id revision enabled createdAt updatedAt name description category imageName imageTag command \
         entrypoint user workingDir restartPolicy {COLLECTIONS} }}"
    );
    let made = t.done("createTemplate", input, &selection).await["template"].take();
    for (field, value) in own.as_object().unwrap() {
        assert_eq!(made[field], *value, "{field}");
    }
    assert_eq!((&made["revision"], &made["enabled"]), (&json!(1), &json!(true)));
    assert_eq!(made["createdAt"], made["updatedAt"]);
    assert_eq!(made["ports"][0]["hostPort"], 15432);
    assert_eq!(made["envVars"].as_array().unwrap().len(), 2);
    assert_eq!(made["healthcheck"]["test"], json!(["CMD", "pg_isready", "-d", "or ders"]));
    assert_eq!(made["configFiles"][0]["content"], "a=$b\n");

    let least = t.done("createTemplate", json!({ "name": "nginx", "imageName": "nginx" }), &selection).await;
    let least = &least["template"];
    for (field, value) in [
        ("imageTag", json!("latest")),
        ("restartPolicy", json!("unless-stopped")),
        ("description", json!("")),
        ("category", json!("")),
        ("command", json!(null)),
        ("user", json!(null)),
        ("workingDir", json!(null)),
        ("ports", json!([])),
        ("healthcheck", json!(null)),
        ("configFiles", json!([])),
    ] {
        assert_eq!(least[field], value, "{field}");
    }
    let query = "query ($id: ID!) { template(name: \"api\") { id } node(id: $id) { ... on Template { name } } }";
    let found = t.data(query, json!({ "id": made["id"] })).await;
    assert_eq!(found, json!({ "template": { "id": made["id"] }, "node": { "name": "api" } }));
}

async fn values_that_a_template_does_not_take_are_refused_with_better_ones(t: &TestApp) {
    let (name, invalid, limit) = ("NAME_INVALID", "INVALID_VALUE", "LIMIT_EXCEEDED");
    let long = "a".repeat(65);
    let cases = [
        ("name", json!(""), name, Some("my-template")),
        ("name", json!("a"), name, Some("a-template")),
        ("name", json!("My SQL"), name, Some("my-sql")),
        ("name", json!(long), name, Some(&long[..64])),
        ("description", json!("x".repeat(4097)), limit, None),
        ("category", json!("x".repeat(64)), invalid, None),
        ("category", json!("a\nb"), invalid, None),
        ("imageName", json!(""), invalid, None),
        ("imageName", json!("postgres:17"), invalid, Some("postgres")),
        ("imageName", json!("ghcr.io/acme/api:1.2"), invalid, Some("ghcr.io/acme/api")),
        ("imageName", json!("localhost:5000/api:1@sha256:ab"), invalid, Some("localhost:5000/api")),
        ("imageName", json!("nginx@sha256:ab"), invalid, Some("nginx")),
        ("imageName", json!("Postgres "), invalid, Some("postgres")),
        ("imageName", json!("a//b"), invalid, None),
        ("imageName", json!("https://ghcr.io/x"), invalid, None),
        ("imageName", json!("a".repeat(256)), invalid, None),
        ("imageTag", json!(""), invalid, Some("latest")),
        ("imageTag", json!("-1"), invalid, Some("latest")),
        ("imageTag", json!("a".repeat(129)), invalid, Some("latest")),
        ("imageTag", json!("sha256:ab"), invalid, Some("latest")),
        ("command", json!(["x".repeat(65_537)]), invalid, None),
        ("user", json!(""), invalid, None),
        ("user", json!("u".repeat(256)), invalid, None),
        ("workingDir", json!("srv"), invalid, Some("/srv")),
        ("workingDir", json!(""), invalid, Some("/")),
        ("restartPolicy", json!("sometimes"), invalid, Some("unless-stopped")),
        ("restartPolicy", json!("on-failure:x"), invalid, Some("unless-stopped")),
        ("restartPolicy", json!("on-failure:+1"), invalid, Some("unless-stopped")),
        ("restartPolicy", json!(format!("on-failure:{}1", "0".repeat(60))), invalid, Some("unless-stopped")),
        ("restartPolicy", json!("Always"), invalid, Some("unless-stopped")),
        ("restartPolicy", json!(""), invalid, Some("unless-stopped")),
    ];
    for (n, (field, value, code, suggestion)) in cases.into_iter().enumerate() {
        let mut input = json!({ "name": format!("t{n}"), "imageName": "nginx" });
        input[field] = value;
        let shown: String = input.to_string().chars().take(120).collect();
        let payload = t.mutate("createTemplate", input.clone(), "template { id }").await;
        let errors = payload["userErrors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{shown} {errors:?}");
        assert_eq!((&errors[0]["code"], &errors[0]["path"]), (&json!(code), &json!(["input", field])), "{shown}");
        assert_eq!(errors[0]["suggestion"], json!(suggestion), "{shown}");
        assert_eq!(payload["template"], json!(null));
        if let Some(suggestion) = suggestion {
            input[field] = json!(suggestion);
            t.done("createTemplate", input, "").await;
        }
    }
}

async fn the_edges_of_a_templates_values_are_accepted(t: &TestApp) {
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let cases = [
        json!({ "name": "a".repeat(64) }),
        json!({ "name": "ab", "category": "é".repeat(63), "user": "ü".repeat(255) }),
        // Only stacks and instances have reserved names.
        json!({ "name": "default", "description": "x".repeat(4096) }),
        json!({ "name": "digest", "imageTag": digest }),
        json!({ "name": "tag", "imageTag": "a".repeat(128), "imageName": "Registry.Example:5000/a/b_c.d-e" }),
        json!({ "name": "no", "restartPolicy": "no", "workingDir": "/", "command": [], "entrypoint": [""] }),
    ];
    for mut input in cases {
        if input.get("imageName").is_none() {
            input["imageName"] = json!("nginx");
        }
        t.done("createTemplate", input, "").await;
    }
}

async fn violations_in_collections_have_their_path_and_nothing_is_written(t: &TestApp) {
    let input = json!({
        "name": "A", "imageName": "nginx:1", "restartPolicy": "x",
        "ports": [{ "containerPort": 80, "hostPort": 0 }, { "containerPort": 0 }],
        "labels": [{ "key": "devarch.stack_id", "value": "1" }],
        "envVars": [{ "key": "A", "value": "" }, { "key": "A", "value": "" }],
        "healthcheck": { "test": [] },
        "configFiles": [{ "filePath": "/../x", "content": "" }],
    });
    let expected = [
        ("NAME_INVALID", "input.name"),
        ("INVALID_VALUE", "input.imageName"),
        ("INVALID_VALUE", "input.restartPolicy"),
        ("INVALID_VALUE", "input.ports.0.hostPort"),
        ("INVALID_VALUE", "input.ports.1.containerPort"),
        ("DUPLICATE_KEY", "input.envVars.1"),
        ("RESERVED_LABEL", "input.labels.0.key"),
        ("INVALID_VALUE", "input.healthcheck.test"),
        ("INVALID_VALUE", "input.configFiles.0.filePath"),
    ];
    let expected = expected.map(|(code, path)| (code.to_owned(), path.to_owned()));
    assert_eq!(t.refused("createTemplate", input).await, expected);
    let many: Value = (1..=501).map(|n| json!({ "containerPort": n })).collect();
    let refused = t.refused("createTemplate", json!({ "name": "many", "imageName": "nginx", "ports": many })).await;
    assert_eq!(refused, [("LIMIT_EXCEEDED".to_owned(), "input.ports".to_owned())]);
    assert_eq!(t.data("{ templates { totalCount } }", json!({})).await["templates"]["totalCount"], 0);
}

async fn a_taken_template_name_comes_with_its_holder(t: &TestApp) {
    let holder = t.template("postgres").await;
    let selection = "taken: userErrors { ... on NameTakenError { holder { id } } }";
    let input = json!({ "name": "postgres", "imageName": "other", "ports": [{ "containerPort": 1 }] });
    let payload = t.mutate("createTemplate", input, selection).await;
    assert_eq!(TestApp::codes(&payload), [("NAME_TAKEN".to_owned(), "input.name".to_owned())]);
    assert_eq!(payload["taken"][0]["holder"]["id"], holder["id"]);
    t.template(payload["userErrors"][0]["suggestion"].as_str().unwrap()).await;
    let found = t.data("{ template(name: \"postgres\") { imageName ports { containerPort } } }", json!({})).await;
    assert_eq!(found["template"], json!({ "imageName": "postgres", "ports": [{ "containerPort": 5432 }] }));
}

async fn the_built_in_catalogue_loads_once(t: &TestApp) {
    let files = built_in();
    let first = t.app.load_catalog(&files).await.unwrap();
    assert!(first.created >= 60, "{first:?}");
    assert_eq!(first, CatalogReport { created: files.len(), ..CatalogReport::default() });
    let query = format!(
        "{{ templates(first: 100) {{ totalCount nodes {{ name revision updatedAt category imageTag {COLLECTIONS} }} }} }}"
    );
    let loaded = t.data(&query, json!({})).await;
    assert_eq!(loaded["templates"]["totalCount"], files.len());
    for template in loaded["templates"]["nodes"].as_array().unwrap() {
        assert_eq!(template["revision"], 1, "{template}");
        assert_ne!(template["category"], "", "{template}");
        // Two stacks that use it must not collide.
        for port in template["ports"].as_array().unwrap() {
            assert_eq!(port["hostPort"], json!(null), "{template}");
        }
    }
    let second = t.app.load_catalog(&files).await.unwrap();
    assert_eq!(second, CatalogReport { unchanged: files.len(), ..CatalogReport::default() });
    assert_eq!(t.data(&query, json!({})).await, loaded);
}

/// A catalogue file of a template `name` with this image tag and one port.
pub(crate) fn file(name: &str, tag: &str) -> CatalogFile {
    let text = format!(
        "x-devarch:\n  category: test\n  description: A test.\nservices:\n  {name}:\n    image: acme/{name}:{tag}\n    \
         ports:\n      - \"80\"\n    environment:\n      TAG: \"{tag}\"\n"
    );
    CatalogFile { file: format!("{name}.yaml"), text }
}

async fn templates(t: &TestApp) -> Value {
    let query =
        "{ templates { nodes { name imageName imageTag revision ports { containerPort } envVars { key value } } } }";
    t.data(query, json!({})).await["templates"]["nodes"].take()
}

fn template(name: &str, tag: &str, revision: i32) -> Value {
    json!({
        "name": name, "imageName": format!("acme/{name}"), "imageTag": tag, "revision": revision,
        "ports": [{ "containerPort": 80 }], "envVars": [{ "key": "TAG", "value": tag }],
    })
}

/// Loads the catalogue and checks the report.
pub(crate) fn report(created: usize, updated: usize, unchanged: usize, left_alone: usize) -> CatalogReport {
    CatalogReport { created, updated, unchanged, left_alone }
}

async fn a_changed_file_updates_an_untouched_template(t: &TestApp) {
    let load = async |files: &[CatalogFile]| t.app.load_catalog(files).await.unwrap();
    assert_eq!(load(&[file("api", "1"), file("web", "1")]).await, report(2, 0, 0, 0));
    assert_eq!(load(&[file("api", "2"), file("web", "1")]).await, report(0, 1, 1, 0));
    assert_eq!(templates(t).await, json!([template("api", "2", 2), template("web", "1", 1)]));
    assert_eq!(load(&[file("api", "2"), file("web", "1")]).await, report(0, 0, 2, 0));
    assert_eq!(load(&[file("api", "3")]).await, report(0, 1, 0, 0));
    // Removing a file deletes nothing.
    assert_eq!(load(&[]).await, report(0, 0, 0, 0));
    assert_eq!(templates(t).await, json!([template("api", "3", 3), template("web", "1", 1)]));
}

async fn what_a_user_made_or_changed_is_left_alone(t: &TestApp) {
    let load = async |files: &[CatalogFile]| t.app.load_catalog(files).await.unwrap();
    t.done("createTemplate", json!({ "name": "api", "imageName": "mine" }), "").await;
    let mine = templates(t).await[0].clone();
    assert_eq!(load(&[file("api", "1"), file("web", "1"), file("old", "1")]).await, report(2, 0, 0, 1));
    assert_eq!(load(&[file("api", "2"), file("web", "1"), file("old", "1")]).await, report(0, 0, 2, 1));

    // An edit, and a deletion.
    t.db.writer().execute_unprepared("UPDATE services SET revision = revision + 1 WHERE name = 'web'").await.unwrap();
    t.db.writer().execute_unprepared("DELETE FROM services WHERE name = 'old'").await.unwrap();
    for tag in ["2", "3"] {
        let done = load(&[file("api", tag), file("web", tag), file("old", tag)]).await;
        assert_eq!(done, report(0, 0, 0, 3), "{tag}");
    }
    assert_eq!(templates(t).await, json!([mine, template("web", "1", 2)]));
    // A template that a user makes under the name of a deleted one is theirs, too.
    t.done("createTemplate", json!({ "name": "old", "imageName": "mine" }), "").await;
    assert_eq!(load(&[file("old", "4")]).await, report(0, 0, 0, 1));
    assert_eq!(templates(t).await[1]["imageName"], "mine");
}

async fn a_malformed_file_loads_nothing(t: &TestApp) {
    t.app.load_catalog(&[file("web", "1")]).await.unwrap();
    let before = templates(t).await;
    let broken = |text: &str| CatalogFile { file: "bad.yaml".to_owned(), text: text.to_owned() };
    let head = "x-devarch: { category: a, description: b }\nservices:\n  bad:\n    image: nginx\n";
    for text in [
        String::new(),
        "services: [".to_owned(),
        "services: {}".to_owned(),
        head.replace("nginx", "\"Not An Image\""),
        head.replace("description: b", &format!("description: {}", "b".repeat(5_000))),
        head.replace("bad:", "api:"),
        format!("{head}    user: \"${{ x\"\n"),
    ] {
        let loaded = t.app.load_catalog(&[file("api", "1"), broken(&text), file("web", "2")]).await;
        let Err(LoadError::File(error)) = loaded else { panic!("{text}: {loaded:?}") };
        assert_eq!(error.file, "bad.yaml", "{text}");
        assert!(!error.message.is_empty(), "{text}");
        assert_eq!(templates(t).await, before, "{text}");
    }
    t.app.load_catalog(&[broken(head)]).await.unwrap();
}

async fn servers_that_start_together_load_each_file_once(t: &TestApp) {
    for tag in ["1", "2"] {
        let reports = t.at_once(6, |t, _| async move { t.app.load_catalog(&[file("api", tag)]).await.unwrap() }).await;
        let written: usize = reports.iter().map(|report| report.created + report.updated).sum();
        assert_eq!(written, 1, "{reports:?}");
    }
    assert_eq!(templates(t).await, json!([template("api", "2", 2)]));
}
