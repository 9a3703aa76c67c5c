//! The commands of the command line and their arguments.
//!
//! Part of the settings, run by `cli`. It must not run a command.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Expiry, Fork, Forks, Place, Run};
use crate::access::Role;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Migrate the database, load the catalogue and serve. This is the default.
    Serve,
    /// Change the database's schema.
    Migrate {
        /// Which way.
        #[command(subcommand)]
        direction: Migrate,
    },
    /// Print the GraphQL schema, or compare it with a file.
    Schema {
        /// Compare with this file: exit code 1 and the difference when the file is out of date.
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
    },
    /// Print a stack as a Compose file; warnings go to standard error.
    Compose {
        /// The stack's name.
        stack: String,
        /// Make two files, for Docker Compose: what the templates say, and what the instances say differently.
        #[arg(long, requires = "output")]
        layered: bool,
        /// Write compose.yaml, and compose.override.yaml with --layered, into this folder instead of printing.
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
        /// Write secrets out instead of asking for a variable each.
        #[arg(long)]
        reveal_secrets: bool,
    },
    /// Start a stack with the user's own `docker compose` or `podman compose`: `up --detach --remove-orphans`. Secrets
    /// reach it in environment variables, and are written to no file.
    Up {
        /// The stack, and how it is run.
        #[command(flatten)]
        run: Run,
        /// Stay attached to the containers, and stop them when it ends.
        #[arg(long)]
        foreground: bool,
    },
    /// Stop a stack and remove its containers and network: `down --remove-orphans`. Volumes stay, unless `-- --volumes` is
    /// given. A stack that was deleted or renamed is found by its old name.
    Down(Run),
    /// List the containers of a stack.
    Ps(Run),
    /// Print what the containers of a stack have written; `-- --follow` goes on.
    Logs(Run),
    /// Pull the images of a stack.
    Pull(Run),
    /// Print the latest changes of a stack or of an instance: who made them, when, why, and what was before.
    Log(LogOf),
    /// Print the Compose file of a stack as it was.
    Show(Show),
    /// Print what differs between two stacks, two states of one, or a stack and a Compose file. Exit code 0 when nothing
    /// differs, 2 when something does.
    Diff(Diff),
    /// Undo a change. What has changed since is a conflict; then nothing is undone.
    Revert(Revert),
    /// Copy a stack so that the copy can run beside everything else: host ports, domains, names, volumes and networks are
    /// its own. Ports on which programs of this machine listen are left out.
    Fork(Fork),
    /// List forks, with their sources, leases and keys.
    Forks(Forks),
    /// Make stacks be what files say: Compose files, or documents of stacks, which have the key `devarch`. Only what the owner
    /// keeps in the files changes.
    Apply(Apply),
    /// Tell what `apply` would do, and change nothing. Exit code 0 when nothing would change, 2 when something would.
    Plan(PlanFiles),
    /// Create, list and revoke API keys.
    Key {
        /// What to do.
        #[command(subcommand)]
        what: Key,
    },
    /// Look after the keys with which secrets are encrypted.
    Secrets {
        /// What to do.
        #[command(subcommand)]
        what: Secrets,
    },
    /// Read Compose files into templates, and on request into instances of a stack.
    Import(Import),
    /// Copy an SQLite database into a new file, also while a service is running on it: the state of one moment.
    Backup {
        /// The new file.
        file: PathBuf,
    },
    /// Put a backup in the place of an SQLite database on which nothing is running.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Put aside the database that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Ask a running service whether it is ready: exit code 0 when it is. For container health checks.
    Healthcheck,
}

/// Whose changes are printed.
#[derive(Clone, Debug, Args)]
pub struct LogOf {
    /// The stack's name.
    pub stack: String,
    /// Only the changes of this instance.
    #[arg(long, value_name = "NAME")]
    pub instance: Option<String>,
    /// Only changes of entries with this key, such as `5432/tcp` or the name of a variable.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Only changes made with the API key of this name.
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// At most so many changes, 1 to 100.
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
}

/// Which past state is printed.
#[derive(Clone, Debug, Args)]
pub struct Show {
    /// The stack's name.
    pub stack: String,
    /// When: the id of a change, a time such as 2026-11-27T10:00:00Z, or so long ago, such as 15m, 2h, 3d or P2D.
    #[arg(long, value_name = "POINT")]
    pub at: String,
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
}

/// What is compared.
#[derive(Clone, Debug, Args)]
pub struct Diff {
    /// A stack by its name, a stack at a point such as `shop@2d` or `shop@CHANGE`, or the path of a Compose file.
    pub a: String,
    /// The other side.
    pub b: String,
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
}

/// What happens to what the owner has applied before and the files do not have any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Pruning {
    /// It is removed.
    Owned,
    /// It stays.
    None,
}

/// Files that say what stacks are to be, and for whom.
#[derive(Clone, Debug, Args)]
pub struct StackFiles {
    /// Compose files, documents of stacks, or folders with a document for each stack.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The stack's name. A document names its stack itself.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
    /// Who keeps the files, such as `git:shop-repo`.
    #[arg(long, value_name = "NAME")]
    pub owner: String,
    /// What happens to what the owner has applied before and the files do not have any more.
    #[arg(long, value_name = "WHAT", default_value = "owned")]
    pub prune: Pruning,
    /// Take over what other owners have otherwise.
    #[arg(long)]
    pub take: bool,
    /// A variable that Compose files refer to. May be given several times.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
}

/// What is applied.
#[derive(Clone, Debug, Args)]
pub struct Apply {
    /// The files.
    #[command(flatten)]
    pub what: StackFiles,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Apply only if it does what this token's plan has told. For one stack.
    #[arg(long, value_name = "TOKEN")]
    pub plan_token: Option<String>,
}

/// What is planned.
#[derive(Clone, Debug, Args)]
pub struct PlanFiles {
    /// The files.
    #[command(flatten)]
    pub what: StackFiles,
    /// Print the token of each plan, for `devarch apply --plan-token`.
    #[arg(long)]
    pub token: bool,
}

/// Which change is undone.
#[derive(Clone, Debug, Args)]
pub struct Revert {
    /// The id of the change, as `devarch log` prints it.
    pub change: String,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
    /// What has changed since and keeps its value, such as `env_var/PORT` or `field/name`. May be given several times.
    #[arg(long, value_name = "KIND/KEY")]
    pub keep: Vec<String>,
    /// What has changed since and is undone all the same.
    #[arg(long, value_name = "KIND/KEY")]
    pub revert: Vec<String>,
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
}

/// What happens to a template or an instance of the same name that differs from the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OnConflict {
    /// Nothing is imported.
    Fail,
    /// It stays as it is.
    Skip,
    /// It becomes what the file defines.
    Update,
}

/// What to import.
#[derive(Clone, Debug, Args)]
pub struct Import {
    /// Compose files whose services become templates, with the files that they include or extend. Without any, the files
    /// that `docker compose` finds: those of COMPOSE_FILE, or compose.yaml and compose.override.yaml in this folder or in
    /// one above.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A file that is laid over them, as `docker compose -f … -f …` does it: what it changes becomes overrides. May be
    /// given several times.
    #[arg(long = "override", value_name = "FILE")]
    pub overrides: Vec<PathBuf>,
    /// Make an instance of every service in this stack, which is made if it does not exist. Without it the stack is called
    /// as the project is in `docker compose`: by COMPOSE_PROJECT_NAME, by `name:` in the files, or by the folder.
    #[arg(long, value_name = "NAME", conflicts_with = "templates_only")]
    pub stack: Option<String>,
    /// Make templates, and no stack.
    #[arg(long)]
    pub templates_only: bool,
    /// Let services join the external networks that the files name, outside their stack. Otherwise these are losses.
    #[arg(long)]
    pub external_networks: bool,
    /// Only tell what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// What happens to a template or an instance of the same name that differs from the file.
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub on_conflict: OnConflict,
    /// What the names of all templates start with, such as `shop-`; empty for the names of the services. Without it they
    /// start with the name of the stack.
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,
    /// A variable that the files refer to. May be given several times. Of the environment only COMPOSE_FILE,
    /// COMPOSE_PATH_SEPARATOR, COMPOSE_PROJECT_NAME, COMPOSE_ENV_FILES and COMPOSE_DISABLE_ENV_FILE are looked at.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
    /// A file with such variables, one NAME=VALUE a line; may be given several times. Without it `.env` beside the files.
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
    /// What the environment says about the project.
    #[command(flatten)]
    pub compose: ComposeEnvironment,
}

/// The variables of the environment by which `docker compose` finds a project.
#[derive(Clone, Debug, Default, Args)]
pub struct ComposeEnvironment {
    /// The files.
    #[arg(id = "compose_files", long = "compose-file", env = "COMPOSE_FILE", hide = true)]
    pub files: Option<String>,
    /// What separates them.
    #[arg(id = "compose_separator", long = "compose-path-separator", env = "COMPOSE_PATH_SEPARATOR", hide = true)]
    pub separator: Option<String>,
    /// The name of the project.
    #[arg(id = "compose_project_name", long = "compose-project-name", env = "COMPOSE_PROJECT_NAME", hide = true)]
    pub project_name: Option<String>,
    /// Files with variables, separated by commas.
    #[arg(id = "compose_env_files", long = "compose-env-files", env = "COMPOSE_ENV_FILES", hide = true)]
    pub env_files: Option<String>,
    /// Whether `.env` is not read.
    #[arg(
        id = "compose_no_env_file",
        long = "compose-disable-env-file",
        env = "COMPOSE_DISABLE_ENV_FILE",
        hide = true
    )]
    pub no_env_file: Option<String>,
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a variable is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What to do with API keys.
#[derive(Clone, Debug, Subcommand)]
pub enum Key {
    /// Create a key and print it; it cannot be read again.
    Create {
        /// Its name: for the log, and to revoke it.
        #[arg(long)]
        name: String,
        /// What it lets its holder do: reader (reads; secrets are masked), editor (also changes stacks and instances),
        /// admin (also changes templates, purges, reveals secrets, manages keys).
        #[arg(long)]
        role: Role,
        /// Limit it to these stacks; all others look as if they did not exist.
        #[arg(long, value_name = "NAME", num_args = 1..)]
        stack: Vec<String>,
        /// When it ends: after a time such as 12h, 30d or 8w, or at a moment such as 2030-01-31 or
        /// 2030-01-31T12:00:00Z. Without it the key works until it is revoked.
        #[arg(long, value_name = "WHEN")]
        expires: Option<Expiry>,
        /// Changes that can destroy something need the token of a plan, as for agents and scripts.
        #[arg(long)]
        require_plan: bool,
    },
    /// List all keys, revoked and expired ones included.
    List,
    /// Revoke a key. Requests with it are refused at once.
    Revoke {
        /// Its name.
        name: String,
    },
}

/// What to do with the keys for secrets.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Secrets {
    /// Print a new key, as a line of a key file.
    NewKey,
    /// Put a new key into the key file and encrypt all secrets with it. It may be interrupted at any moment: the next
    /// call goes on. The service may run meanwhile.
    Rotate,
    /// List the keys and how many secrets are encrypted with each.
    Status,
}

/// Which way to migrate.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Migrate {
    /// Apply every migration that is missing.
    Up,
    /// Revert the last migration, or all of them. Data that only the reverted steps can hold is lost.
    Down {
        /// Revert every migration, down to an empty database.
        #[arg(long)]
        all: bool,
    },
    /// List the migrations and whether they are applied.
    Status,
}
