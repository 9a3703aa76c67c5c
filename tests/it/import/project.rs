//! First contact: `devarch import` in the folder of a project finds its files and its name as Docker Compose does, and
//! ends with a stack that renders.

use std::{fs, path::Path};

use devarch::{
    app::templates::catalog,
    private_file::{self, Readers},
};
use serde_json::json;

use super::{
    command::{devarch, devarch_with, lines},
    file, outcomes, with,
};
use crate::support::{TestApp, both};

both!(
    a_project_is_found_in_its_folder,
    a_project_is_found_by_its_variables,
    a_project_is_called_as_in_compose,
    linked_files_are_read_with_their_own_variables,
    templates_of_a_stack_collide_with_no_others,
    a_refusal_says_what_to_type,
);

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

async fn a_project_is_found_in_its_folder(t: &TestApp) {
    for name in ["redis", "postgres", "nginx"] {
        t.done("createTemplate", json!({ "name": name, "imageName": "of-the-catalogue" }), "").await;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("My_Blog");
    // The program looks for it in its own folder otherwise.
    let key = folder.path().join("key").display().to_string();
    let new = lines(&devarch(t, folder.path(), &["secrets", "new-key"])).join("\n");
    private_file::replace(Path::new(&key), new.as_bytes(), Readers::Owner).unwrap();
    let devarch = |t: &TestApp, folder: &Path, arguments: &[&str]| {
        devarch_with(t, folder, arguments, &[("DEVARCH_SECRETS_KEY_FILE", key.as_str())])
    };
    let compose = "services:\n  redis: { image: 'redis:${TAG}' }\n  postgres: { image: 'postgres:16' }\n  nginx: { image: nginx }\n";
    write(&place, "docker-compose.yml", compose);
    write(&place, "compose.override.yaml", "services:\n  nginx: { labels: { a: b } }\n");
    write(&place, ".env", "TAG=7\n");
    write(&place, "deep/er/x", "");
    let first = lines(&devarch(t, &place, &["import"]));
    assert_eq!(
        first,
        [
            "read: docker-compose.yml, compose.override.yaml, .env",
            "stack created: my-blog",
            "templates created: my-blog-redis, my-blog-postgres, my-blog-nginx",
            "instances created: redis, postgres, nginx",
            "next: devarch up my-blog",
        ]
    );
    let rendered = lines(&devarch(t, &place, &["compose", "my-blog"])).join("\n");
    assert!(rendered.contains("image: redis:7") && rendered.contains("a: b"), "{rendered}");
    // From a folder below, and with the name of the file: the same.
    let below = lines(&devarch(t, &place.join("deep/er"), &["import", "--dry-run"]));
    assert_eq!(below[0], "read: ../../docker-compose.yml, ../../compose.override.yaml, ../../.env");
    assert_eq!(below[2], "stack unchanged: my-blog");
    let named = lines(&devarch(t, folder.path(), &["import", "My_Blog/docker-compose.yml", "--stack", "other"]));
    assert_eq!(named[..2], ["read: My_Blog/docker-compose.yml, My_Blog/.env", "stack created: other"]);
    let only = lines(&devarch(t, &place, &["import", "--templates-only", "--prefix", "only-"]));
    assert_eq!(only[1], "templates created: only-redis, only-postgres, only-nginx");
    // A file that compose.yaml takes precedence over is not read.
    write(&place, "compose.yaml", "services: { web: { image: web } }\n");
    fs::remove_file(place.join("compose.override.yaml")).unwrap();
    assert_eq!(lines(&devarch(t, &place, &["import", "--dry-run"]))[0], "read: compose.yaml, .env");
    let empty = folder.path().join("empty");
    fs::create_dir_all(&empty).unwrap();
    let none = devarch(t, &empty, &["import"]);
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(said.starts_with("devarch: no Compose file is here") && said.contains("devarch import FILE"), "{said}");
}

async fn a_project_is_found_by_its_variables(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    write(place, "base.yaml", "services: { web: { image: 'nginx:${A}${B}' } }\n");
    write(place, "prod.yaml", "services: { web: { user: root } }\n");
    write(place, "a.env", "A=1\nB=1\n");
    write(place, "b.env", "B=${A}2\n");
    let variables = [
        ("COMPOSE_FILE", "base.yaml:prod.yaml"),
        ("COMPOSE_ENV_FILES", "a.env,b.env"),
        ("COMPOSE_PROJECT_NAME", "first"),
    ];
    let done = lines(&devarch_with(t, place, &["import"], &variables));
    assert_eq!(done[..2], ["read: base.yaml, prod.yaml, a.env, b.env", "stack created: first"]);
    let query = "{ instance(stack: \"first\", name: \"web\") { effectiveConfig { imageTag user } } }";
    let found = t.data(query, json!({})).await["instance"]["effectiveConfig"].take();
    assert_eq!(found, json!({ "imageTag": "112", "user": "root" }));
    // The same variables in `.env`, with another separator.
    write(
        place,
        ".env",
        "COMPOSE_FILE=base.yaml;prod.yaml\nCOMPOSE_PATH_SEPARATOR=;\nCOMPOSE_PROJECT_NAME=second\nA=x\nB=y\n",
    );
    let done = lines(&devarch(t, place, &["import"]));
    assert_eq!(done[..2], ["read: base.yaml, prod.yaml, .env", "stack created: second"]);
    let without = [("COMPOSE_DISABLE_ENV_FILE", "1"), ("COMPOSE_FILE", "base.yaml")];
    let done = lines(&devarch_with(t, place, &["import", "--stack", "third", "--var", "A=1"], &without));
    assert_eq!(done[..2], ["read: base.yaml", "stack created: third"]);
    assert!(done.iter().any(|line| line.contains("The variable B is not given")), "{done:?}");
}

async fn a_project_is_called_as_in_compose(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("folder.v2");
    let service = "services: { web: { image: nginx, environment: { P: '${COMPOSE_PROJECT_NAME}' } } }\n";
    let stack = |arguments: &[&str], variables: &[(&str, &str)]| {
        let arguments = [&["import", "--dry-run"], arguments].concat();
        let done = lines(&devarch_with(t, &place, &arguments, variables));
        done.iter().find_map(|line| line.strip_prefix("stack created: ").map(str::to_owned)).unwrap()
    };
    write(&place, "compose.yaml", service);
    assert_eq!(stack(&[], &[]), "folderv2");
    write(&place, "compose.yaml", &format!("name: My ${{KIND:-shop}}_1\n{service}"));
    assert_eq!(stack(&[], &[]), "myshop-1");
    write(&place, "compose.override.yaml", "name: later\n");
    assert_eq!(stack(&[], &[]), "later");
    assert_eq!(stack(&[], &[("COMPOSE_PROJECT_NAME", "env")]), "env");
    assert_eq!(stack(&["--stack", "flag"], &[("COMPOSE_PROJECT_NAME", "env")]), "flag");
    lines(&devarch(t, &place, &["import"]));
    assert_eq!(t.imported("later-web").await["envVars"][0]["value"], "later");
}

async fn linked_files_are_read_with_their_own_variables(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    write(
        place,
        "compose.yaml",
        "include: [inc/more.yaml, { path: other/own.yaml, env_file: other.env }]\nservices:\n  web: { extends: { file: \
         parts/base.yaml, service: base } }\n",
    );
    write(place, "parts/base.yaml", "services: { base: { image: 'nginx:${TAG}', volumes: ['./d:/d'] } }\n");
    write(place, "inc/more.yaml", "include: [deep/deep.yaml]\nservices: { more: { image: 'a:${TAG}${OWN}' } }\n");
    write(place, "inc/.env", "OWN=${TAG}x\nTAG=inner\n");
    write(place, "inc/deep/deep.yaml", "services: { deep: { image: 'b:${OWN}', volumes: ['./d:/d'] } }\n");
    write(place, "other/own.yaml", "services: { own: { image: 'c:${OWN-unset}' } }\n");
    write(place, "other.env", "OWN=other\n");
    write(place, ".env", "TAG=1\n");
    let done = lines(&devarch(t, place, &["import", "--stack", "s"]));
    let read: std::collections::BTreeSet<&str> = done[0].strip_prefix("read: ").unwrap().split(", ").collect();
    let all = [
        "compose.yaml",
        "parts/base.yaml",
        "inc/more.yaml",
        "inc/deep/deep.yaml",
        "other/own.yaml",
        ".env",
        "inc/.env",
        "other.env",
    ];
    assert_eq!(read, all.into_iter().collect());
    assert!(done.iter().all(|line| !line.starts_with("lost: ")), "{done:?}");
    for (template, tag) in [("s-web", "1"), ("s-more", "11x"), ("s-deep", "1x"), ("s-own", "other")] {
        assert_eq!(t.imported(template).await["imageTag"], tag, "{template}");
    }
    assert_eq!(t.imported("s-web").await["volumes"][0]["source"], "./parts/d");
    assert_eq!(t.imported("s-deep").await["volumes"][0]["source"], "./inc/deep/d");
    // What is not there is told.
    write(place, "lonely.yaml", "include: [nowhere.yaml]\nservices: { a: { image: x } }\n");
    let done = lines(&devarch(t, place, &["import", "lonely.yaml", "--stack", "t"]));
    assert!(
        done.iter().any(|line| line.starts_with("lost: lonely.yaml:1: include.0: The file nowhere.yaml")),
        "{done:?}"
    );
}

async fn templates_of_a_stack_collide_with_no_others(t: &TestApp) {
    t.app.load_catalog(&catalog::built_in()).await.unwrap();
    let text = "services: { redis: { image: 'redis:5' }, postgres: { image: 'postgres:9' } }";
    let input = json!({ "files": [{ "text": text }], "stack": { "name": "blog" } });
    for outcome in ["CREATED", "UNCHANGED"] {
        let report = t.import(input.clone()).await;
        assert_eq!(outcomes(&report["templates"]), [("blog-redis", outcome), ("blog-postgres", outcome)]);
    }
    // By id as well, and not where the caller says otherwise.
    let stack = t.data("{ stack(name: \"blog\") { id } }", json!({})).await["stack"]["id"].take();
    let report = t.import(json!({ "files": [{ "text": text }], "stack": { "id": stack } })).await;
    assert_eq!(outcomes(&report["templates"])[0], ("blog-redis", "UNCHANGED"));
    let plain = with(file(text), json!({ "stack": { "name": "other" } }));
    assert_eq!(t.import_refused(plain).await[0].0, "NAME_TAKEN");
    let own = json!({ "files": [{ "text": text }], "stack": { "name": "third" }, "templatePrefix": "my-" });
    assert_eq!(outcomes(&t.import(own).await["templates"])[0], ("my-redis", "CREATED"));
}

async fn a_refusal_says_what_to_type(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let done = devarch(t, folder.path(), &[&["import", "compose.yaml", "--stack", "s"], arguments].concat());
        assert_eq!(done.status.code(), Some(1));
        String::from_utf8(done.stderr).unwrap()
    };
    write(folder.path(), "compose.yaml", "services: { web: { image: 'nginx:1' } }\n");
    lines(&devarch(t, folder.path(), &["import", "--stack", "s"]));
    write(folder.path(), "compose.yaml", "services: { web: { image: 'nginx:2' } }\n");
    let changed = said(&[]);
    assert!(
        changed.contains("--on-conflict skip or --on-conflict update") && changed.contains("--prefix"),
        "{changed}"
    );
    let other = said(&["--prefix", "other-"]);
    assert!(other.contains("--on-conflict skip") && other.contains("--prefix") && other.contains("--stack"), "{other}");
    write(folder.path(), "compose.yaml", "services: { web: { image: 'nginx:${TAG:?set it}' } }\n");
    let required = said(&[]);
    assert!(required.contains("the variable TAG must be given (--var TAG=…): set it."), "{required}");
    for arguments in
        [vec!["--on-conflict", "update", "--var", "TAG=3"], vec!["--on-conflict", "skip", "--var", "TAG=4"]]
    {
        lines(&devarch(t, folder.path(), &[&["import", "--stack", "s"], arguments.as_slice()].concat()));
    }
}
