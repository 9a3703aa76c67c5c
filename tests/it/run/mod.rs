//! `devarch up`, `down`, `ps`, `logs` and `pull`: the real binary calls an engine that records how it is called.

mod calls;
mod judges;
mod server;
mod settings;
mod signals;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use devarch::db::DbUrl;

use crate::support::TestApp;

/// Secrets that cannot occur by chance; the first one needs every kind of quoting.
const PASSWORD: &str = "PLANTED-a71c $HOME ${X:-y} 'q' \"q\"\n # ä";
const TOKEN: &str = "PLANTED-5d20-token";

/// What the engine of a user does after it has recorded its call.
const PLAIN: &str = "echo the output; echo the error >&2; exit \"${CODE:-0}\"";
const DOCKER: &str = "Docker Compose version v2.40.3";
const PODMAN: &str = "podman-compose version 1.6.0";

/// A folder in which a user works: a project, an engine, and what the engine has recorded.
struct Desk {
    folder: tempfile::TempDir,
    url: String,
}

/// A recorded call.
#[derive(Debug, PartialEq)]
struct Recorded {
    arguments: Vec<String>,
    stdin: String,
    environment: BTreeMap<String, String>,
}

impl Desk {
    fn new(t: &TestApp) -> Self {
        let url = match &t.url {
            DbUrl::Sqlite(file) => format!("sqlite://{}", file.display()),
            DbUrl::Postgres(url) => url.clone(),
        };
        Self { folder: tempfile::tempdir().unwrap(), url }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Writes a program that tells its version, and otherwise records its call and goes on with `then`.
    fn engine(&self, version: &str, then: &str) -> String {
        let folder = self.folder.path().display();
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *version) echo '{version}'; exit 0;; esac\ncd '{folder}' || exit 99\n\
             printf '%s\\n' \"$@\" >argv\nenv -0 >env\ncat >stdin\n{then}\n"
        );
        program(&self.path("engine"), &script);
        self.path("engine").display().to_string()
    }

    /// A stack `shop` with two secrets, a disabled service and a variable of the shell, made from a project's files.
    fn import(&self) {
        let password = serde_json::to_string(&PASSWORD.replace('$', "$$")).unwrap();
        self.write(
            "shop.yaml",
            &format!(
                "services:\n  db:\n    image: postgres:17\n    volumes: [\"data:/var\"]\n    environment: {{ PASSWORD: \
                 {password}, FROM_SHELL: }}\n    x-devarch: {{ secrets: [PASSWORD] }}\n  web:\n    image: nginx:1\n    \
                 environment: {{ API.KEY: \"{TOKEN}\", API_KEY: \"{TOKEN}\" }}\n    x-devarch: {{ secrets: [API.KEY, \
                 API_KEY] }}\n  off:\n    image: busybox\n    scale: 0\nvolumes: {{ data: }}\n"
            ),
        );
        let done = self.devarch(&["import", "shop.yaml", "--stack", "shop"]).output().unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
    }

    /// The program, in the folder and on the database.
    fn devarch(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
        command.args(arguments).current_dir(self.folder.path()).env("DATABASE_URL", &self.url).env_remove("RUST_LOG");
        command
    }

    /// A command that runs, and what it has called.
    fn run(&self, command: &mut Command) -> (Output, Option<Recorded>) {
        for name in ["argv", "env", "stdin"] {
            drop(fs::remove_file(self.path(name)));
        }
        let done = command.stdin(Stdio::null()).output().unwrap();
        let recorded = self.path("argv").exists().then(|| self.recorded());
        (done, recorded)
    }

    fn recorded(&self) -> Recorded {
        let read = |name| fs::read_to_string(self.path(name)).unwrap();
        let variables = read("env");
        let environment = variables.split_terminator('\0').filter_map(|line| line.split_once('='));
        Recorded {
            arguments: read("argv").lines().map(str::to_owned).collect(),
            stdin: read("stdin"),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    /// All files of the folder but the database, its key and the recorded environment.
    fn files(&self) -> String {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let own = |path: &PathBuf| path.is_file() && !path.ends_with("env") && !path.ends_with("shop.yaml");
        files.filter(own).map(|path| fs::read_to_string(path).unwrap()).collect()
    }
}

/// Writes a program.
fn program(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The lines of standard error, without the name of the program.
fn said(done: &Output) -> Vec<String> {
    text(&done.stderr).lines().map(|line| line.strip_prefix("devarch: ").unwrap_or(line).to_owned()).collect()
}
