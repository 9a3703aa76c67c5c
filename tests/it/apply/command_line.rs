//! `devarch apply`, with the real binary: on the database, and on a running service.

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use super::{plain, yaml};
use crate::support::{Service, TestApp, both};
use devarch::db::DbUrl;

both!(files_are_applied_to_the_database, files_are_applied_to_a_service);

/// A folder with files.
struct Repository {
    folder: tempfile::TempDir,
    url: String,
}

impl Repository {
    fn new(t: &TestApp) -> Self {
        let url = match &t.url {
            DbUrl::Sqlite(file) => format!("sqlite://{}", file.display()),
            DbUrl::Postgres(url) => url.clone(),
        };
        Self { folder: tempfile::tempdir().unwrap(), url }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
        command.arg("apply").args(arguments).args(["--database-url", &self.url, "--no-catalog"]);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).output().unwrap()
    }

    /// What a command prints; it must succeed.
    fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.output(arguments);
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// What a command prints when it fails.
    fn fail(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.output(arguments);
        assert_eq!((status.code(), stdout.as_slice()), (Some(1), b"".as_slice()), "{arguments:?}");
        String::from_utf8(stderr).unwrap()
    }
}

/// The story of a repository; `server` are arguments that name a service.
async fn story(t: &TestApp, repository: &Repository, server: &[&str]) {
    plain(t).await;
    let run = |arguments: &[&str]| repository.run(&[arguments, server].concat());
    let fail = |arguments: &[&str]| repository.fail(&[arguments, server].concat());
    let web = "devarch: 1\nstack: shop\ninstances:\n  web:\n    template: plain\n";
    repository.write("stacks/shop.yaml", web);
    repository.write(
        "stacks/blog.json",
        "{\"devarch\": 1, \"stack\": \"blog\", \"instances\": {\"db\": {\"template\": \"plain\"}}}",
    );
    repository.write("stacks/compose.yaml", "services: {}");
    repository.write(
        "compose.yaml",
        "services:\n  api:\n    image: nginx:${TAG}\n    networks: [out]\nnetworks:\n  out: { external: true }\n",
    );
    let done = run(&["stacks", "--owner", "git:it", "--message", "why"]);
    assert_eq!(done, "stack created: blog\ninstance created: db\nstack created: shop\ninstance created: web\n");
    assert_eq!(yaml(t, "shop").await, web);
    assert_eq!(run(&["stacks", "--owner", "git:it"]), "stack unchanged: blog\nstack unchanged: shop\n");

    let compose = ["compose.yaml", "--owner", "compose", "--stack", "shop", "--var", "TAG=2"];
    let done = run(&compose);
    assert!(
        done.starts_with("stack changed: shop\ntemplate created: shop-api\ninstance created: api\nlost: compose.yaml:"),
        "{done}"
    );
    assert_eq!(t.see("api", "effectiveConfig { imageTag }").await["effectiveConfig"]["imageTag"], "2");

    repository.write("stacks/shop.yaml", "devarch: 1\nstack: shop\ninstances:\n  api: { template: shop-api, overrides: { settings: { imageTag: '3' } } }\n");
    let refused = fail(&["stacks/shop.yaml", "--owner", "git:it"]);
    assert!(
        refused.contains("nothing was applied to `shop`:\n  `imageTag` (settings) of the instance `api` belongs to"),
        "{refused}"
    );
    let done = run(&["stacks/shop.yaml", "--owner", "git:it", "--take", "--prune", "none"]);
    assert_eq!(done, "stack changed: shop\ninstance updated: api\n");
    let done = run(&["stacks/shop.yaml", "--owner", "git:it"]);
    assert_eq!(done, "stack changed: shop\ninstance in the trash: web\n");

    for (arguments, message) in [
        (&["stacks/shop.yaml", "compose.yaml"][..], "compose.yaml is a Compose file"),
        (&["compose.yaml"], "give the name of the stack with --stack"),
        (&["stacks", "--stack", "shop"], "--stack is for one document"),
        (&["."], "has no documents of stacks"),
        (&["nowhere.yaml"], "cannot read nowhere.yaml"),
    ] {
        let failed = fail(&[arguments, &["--owner", "git:it"]].concat());
        assert!(failed.contains(message), "{arguments:?}: {failed}");
    }
}

async fn files_are_applied_to_the_database(t: &TestApp) {
    story(t, &Repository::new(t), &[]).await;
}

async fn files_are_applied_to_a_service(t: &TestApp) {
    let repository = Repository::new(t);
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command.args(["--listen", "127.0.0.1:0", "--no-catalog", "--database-url", &repository.url]);
    command.current_dir(repository.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let service = Service::start(command);
    let url = format!("http://{}", service.address);
    story(t, &repository, &["--server", &url]).await;
    service.kill();
}
