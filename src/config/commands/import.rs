//! The arguments of `devarch import`.
//!
//! Part of the settings, used by `cli`. It must not read a file.

use std::path::PathBuf;

use clap::Args;

use super::{Place, variable};

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
    /// A variable of a service that stays plain although its name looks like that of a secret, such as
    /// POSTGRES_PASSWORD. May be given several times.
    #[arg(long, value_name = "KEY")]
    pub plain: Vec<String>,
    /// Where the stack is made.
    #[command(flatten)]
    pub place: Place,
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
