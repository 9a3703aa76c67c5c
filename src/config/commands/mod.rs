//! The commands of the command line and their arguments.
//!
//! Part of the settings, run by `cli`. It must not run a command.

mod examples;
mod fork;
mod import;
mod place;
mod render;
mod run;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;

pub use self::{
    fork::{Fork, Forks, PortSpan, Secrecy, Span},
    import::{Import, OnConflict},
    place::{ClientKey, Given, Place, ServerUrl, Target},
    render::Render,
    run::{EngineProgram, Run},
};
use super::Expiry;
use crate::access::Role;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Migrate the database, load the catalogue and serve. This is the default.
    #[command(after_help = examples::SERVE)]
    Serve,
    /// Make templates of Compose files, and instances of them in a stack.
    #[command(after_help = examples::IMPORT)]
    Import(Import),
    /// Start a stack with your own `docker compose` or `podman compose`.
    ///
    /// Calls `up --detach --remove-orphans`. Secrets reach it in environment variables, and are written to no file.
    #[command(after_help = examples::UP)]
    Up {
        /// The stack, and how it is run.
        #[command(flatten)]
        run: Run,
        /// Stay attached to the containers, and stop them when it ends.
        #[arg(long)]
        foreground: bool,
    },
    /// Stop a stack and remove its containers and network.
    ///
    /// Calls `down --remove-orphans`. Volumes stay, unless `-- --volumes` is given. A stack that was deleted or renamed is
    /// found by its old name.
    #[command(after_help = examples::DOWN)]
    Down(Run),
    /// List the containers of a stack.
    #[command(after_help = examples::PS)]
    Ps(Run),
    /// Print what the containers of a stack have written; `-- --follow` goes on.
    #[command(after_help = examples::LOGS)]
    Logs(Run),
    /// Pull the images of a stack.
    #[command(after_help = examples::PULL)]
    Pull(Run),
    /// Print a stack as a Compose file; warnings go to standard error.
    #[command(after_help = examples::COMPOSE)]
    Compose(Render),
    /// List stacks, with their instances and conflicts.
    #[command(after_help = examples::STACKS)]
    Stacks(Stacks),
    /// Copy a stack so that the copy can run beside everything else.
    ///
    /// Host ports, domains, names, volumes and networks are its own. Ports on which programs of this machine listen are
    /// left out.
    #[command(after_help = examples::FORK)]
    Fork(Fork),
    /// List forks, with their sources, leases and keys.
    #[command(after_help = examples::FORKS)]
    Forks(Forks),
    /// Tell what `apply` would do, and change nothing.
    ///
    /// Exit code 0 when nothing would change, 2 when something would.
    #[command(after_help = examples::PLAN)]
    Plan(PlanFiles),
    /// Make stacks be what files say: Compose files, or documents of stacks.
    ///
    /// Documents have the key `devarch`. Only what the owner keeps in the files changes.
    #[command(after_help = examples::APPLY)]
    Apply(Apply),
    /// Print the latest changes of a stack or of an instance: who made them, when, why, and what was before.
    #[command(after_help = examples::LOG)]
    Log(LogOf),
    /// Print the Compose file of a stack as it was.
    #[command(after_help = examples::SHOW)]
    Show(Show),
    /// Print what differs between two stacks, two states of one, or a stack and a Compose file.
    ///
    /// Exit code 0 when nothing differs, 2 when something does.
    #[command(after_help = examples::DIFF)]
    Diff(Diff),
    /// Undo a change. What has changed since is a conflict; then nothing is undone.
    #[command(after_help = examples::REVERT)]
    Revert(Revert),
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
    /// Copy an SQLite database into a new file: the state of one moment.
    ///
    /// A service may be running on it meanwhile.
    #[command(after_help = examples::BACKUP)]
    Backup {
        /// The new file.
        file: PathBuf,
    },
    /// Put a backup in the place of an SQLite database on which nothing is running.
    #[command(after_help = examples::RESTORE)]
    Restore {
        /// The backup.
        file: PathBuf,
        /// Put aside the database that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Change the database's schema.
    Migrate {
        /// Which way.
        #[command(subcommand)]
        direction: Migrate,
    },
    /// Print the GraphQL schema, or compare it with a file.
    #[command(after_help = examples::SCHEMA)]
    Schema {
        /// Compare with this file: exit code 1 and the difference when the file is out of date.
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
    },
    /// Ask the service of --listen whether it is ready: exit code 0 when it is. For container health checks.
    Healthcheck,
    /// Print what completes commands and options in a shell.
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or write one for each command into a folder.
    #[command(after_help = examples::MAN)]
    Man {
        /// Write `devarch.1`, `devarch-import.1` and so on into this folder.
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
}

/// Whose stacks are listed.
#[derive(Clone, Debug, Args)]
pub struct Stacks {
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
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

/// What to do with API keys.
#[derive(Clone, Debug, Subcommand)]
pub enum Key {
    /// Create a key and print it; it cannot be read again.
    #[command(after_help = examples::KEY_CREATE)]
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
        /// Write the key into this new file, which only its owner can read, instead of printing it: for --key-file and
        /// DEVARCH_KEY_FILE.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
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

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a variable is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
