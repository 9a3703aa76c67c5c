//! `devarch import`, and a folder as the catalogue.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use devarch::{
    app::{CatalogReport, templates::catalog},
    db::DbUrl,
};
use serde_json::json;

use crate::support::{TestApp, both};

both!(files_are_imported_without_the_service, a_folder_of_files_is_the_catalogue);

pub(super) fn devarch(t: &TestApp, folder: &Path, arguments: &[&str]) -> Output {
    devarch_with(t, folder, arguments, &[])
}

/// Runs the program with variables of the environment.
pub(super) fn devarch_with(t: &TestApp, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let url = match &t.url {
        DbUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        DbUrl::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command
        .args(["--database-url", &url, "--log", "error"])
        .args(arguments)
        .current_dir(folder)
        .envs(variables.iter().copied());
    command.output().unwrap()
}

/// The lines of standard output; the command has succeeded.
pub(super) fn lines(done: &Output) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
    text(&done.stdout).lines().map(str::to_owned).collect()
}

async fn files_are_imported_without_the_service(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "compose.yaml",
        "services:\n  web:\n    image: nginx:${TAG}\n    user: ${WHO}\n    networks: [x]\n  db: { image: postgres }\n",
    );
    write("over.yaml", "services:\n  web:\n    labels: { a: b }\n");
    write("vars.env", "# who it runs as\nWHO='web user'\nTAG=0\n");
    let arguments = [
        "import",
        "compose.yaml",
        "--override",
        "over.yaml",
        "--stack",
        "shop",
        "--prefix",
        "my-",
        "--env-file",
        "vars.env",
        "--var",
        "TAG=1.29",
    ];
    let dry = devarch(t, folder.path(), &[arguments.as_slice(), &["--dry-run"]].concat());
    let told = [
        "stack created: shop",
        "templates created: my-web, my-db",
        "instances created: web, db",
        "lost: compose.yaml:5: services.web.networks.x: There is no network x.",
    ];
    let read = "read: compose.yaml, over.yaml, vars.env";
    let expected = [&[read, "Nothing has been written; this is what would happen."], told.as_slice()].concat();
    assert_eq!(lines(&dry), expected);
    assert_eq!(t.data("{ templates { totalCount } }", json!({})).await["templates"]["totalCount"], 0);
    let expected = [&[read], told.as_slice(), &["next: devarch up shop"]].concat();
    assert_eq!(lines(&devarch(t, folder.path(), &arguments)), expected);
    let web = t.imported("my-web").await;
    assert_eq!((&web["imageTag"], &web["user"]), (&json!("1.29"), &json!("web user")));
    let query = "{ instance(stack: \"shop\", name: \"web\") { labels { key value } } }";
    assert_eq!(t.data(query, json!({})).await["instance"]["labels"], json!([{ "key": "a", "value": "b" }]));
    let again = lines(&devarch(t, folder.path(), &arguments));
    assert_eq!(
        again[1..4],
        ["stack unchanged: shop", "templates unchanged: my-web, my-db", "instances unchanged: web, db"]
    );

    for (arguments, code, message) in [
        (vec!["import", "nowhere.yaml"], 1, "devarch: cannot read nowhere.yaml: "),
        (vec!["import", "--stack", "a", "--templates-only"], 2, "devarch: "),
        (vec!["import", "compose.yaml", "--var", "TAG"], 2, "devarch: "),
        (
            vec!["import", "compose.yaml", "--prefix", "my-", "--var", "TAG=2"],
            1,
            "devarch: nothing was imported:\n  There is a template `my-web`",
        ),
    ] {
        let done = devarch(t, folder.path(), &arguments);
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.starts_with(message), "{arguments:?}: {said}");
    }
}

async fn a_folder_of_files_is_the_catalogue(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "shop.yaml",
        "x-devarch: { category: mine }\nservices:\n  shop-web: { image: 'nginx:1', networks: [x] }\n  shop-db: { image: postgres }\n",
    );
    write("cache.yml", "services: { cache: { image: redis } }\n");
    write("notes.txt", "not a file of the catalogue");
    let load = async || t.app.load_catalog(&catalog::folder(folder.path()).unwrap()).await.unwrap();
    let report = |created, updated, unchanged| CatalogReport { created, updated, unchanged, left_alone: 0 };
    assert_eq!(load().await, report(3, 0, 0));
    let query = "{ templates { nodes { name category imageTag } } }";
    let template =
        |name: &str, category: &str, tag: &str| json!({ "name": name, "category": category, "imageTag": tag });
    let all = |tag: &str| {
        json!([
            template("cache", "", "latest"),
            template("shop-db", "mine", "latest"),
            template("shop-web", "mine", tag)
        ])
    };
    assert_eq!(t.data(query, json!({})).await["templates"]["nodes"], all("1"));
    assert_eq!(load().await, report(0, 0, 3));
    write(
        "shop.yaml",
        "x-devarch: { category: mine }\nservices:\n  shop-web: { image: 'nginx:2' }\n  shop-db: { image: postgres }\n",
    );
    let changed = load().await;
    assert_eq!((changed.created, changed.left_alone), (0, 0), "{changed:?}");
    assert_eq!(t.data(query, json!({})).await["templates"]["nodes"], all("2"));
    write("again.yaml", "services: { cache: { image: x } }\n");
    let refused = t.app.load_catalog(&catalog::folder(folder.path()).unwrap()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "catalogue file cache.yml, line 0: the template cache is in the file again.yaml as well"
    );
    assert!(catalog::folder(&folder.path().join("nowhere")).is_err());
}
