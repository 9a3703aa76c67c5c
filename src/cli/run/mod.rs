//! `devarch up`, `down`, `ps`, `logs` and `pull`: renders a stack and calls the user's own engine with the file.
//!
//! Called by `cli::run`. Secrets must reach the engine in environment variables only: not in the file, not in arguments,
//! not on disk.

mod engine;
mod variables;

use std::{path::Path, process::ExitCode};

use self::engine::{Call, Engine};
use super::{
    Failure, print_error,
    source::{Access, Rendered, Source},
    warn, warn_about,
};
use crate::{
    compose::local_paths,
    config::{Run, Settings},
    name::project_name,
};

/// What is done with a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Its containers are started.
    Up {
        /// The command stays attached to them.
        foreground: bool,
    },
    /// Its containers and its network are removed.
    Down,
    /// Its containers are listed.
    Ps,
    /// What its containers have written is printed.
    Logs,
    /// Its images are pulled.
    Pull,
}

impl Verb {
    /// The command of the engine. Containers of instances that have left the file belong to the stack as well: they are
    /// ended with it.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Up { foreground: false } => &["up", "--detach", "--remove-orphans"],
            Self::Up { foreground: true } => &["up", "--remove-orphans"],
            Self::Down => &["down", "--remove-orphans"],
            Self::Ps => &["ps"],
            Self::Logs => &["logs"],
            Self::Pull => &["pull"],
        }
    }

    /// Only what starts containers needs their secrets.
    fn starts(self) -> bool {
        matches!(self, Self::Up { .. })
    }
}

/// Calls the engine with a stack, and returns its exit code.
pub(super) async fn run(settings: &Settings, verb: Verb, wanted: Run) -> Result<ExitCode, Failure> {
    // Without an engine, no database is opened or created.
    let engine = Engine::find(wanted.engine.as_ref()).await?;
    let source = Source::open(settings, &wanted.place, Access::Read).await?;
    let found = source.rendered(&wanted.stack, verb.starts()).await;
    let missing = match &found {
        Ok(None) => source.no_stack(&wanted.stack).await,
        _ => String::new(),
    };
    source.close().await;
    let project = project_name(&wanted.stack);
    let call = Call {
        project: &project,
        profiles: &wanted.profiles,
        verb: verb.arguments(),
        arguments: &wanted.arguments,
        ..Call::default()
    };
    let ended = match found? {
        Some(rendered) => {
            if verb.starts() {
                tell(&rendered, &engine);
            }
            let environment = variables::of(&rendered, verb.starts())?;
            let (variables, file) = (rendered.variables.as_slice(), Some(rendered.text));
            engine.call(Call { file, variables, environment, ..call }).await
        }
        None if verb == Verb::Down => {
            if !engine.has_containers(&project).await {
                return Err(Failure::from(format!("there are no containers of the project {project}, and {missing}")));
            }
            print_error(&format!("ending the containers of the project {project}: {missing}"));
            engine.call(Call { file: engine.file_of_nothing(), ..call }).await
        }
        None => Err(missing),
    };
    Ok(ended?)
}

/// Prints what the user should know before the stack is started.
fn tell(rendered: &Rendered, engine: &Engine) {
    for warning in &rendered.warnings {
        warn_about(warning.instance.as_deref(), &warning.message);
    }
    for (service, path) in local_paths(&rendered.text) {
        if !Path::new(&path).exists() {
            let message = "is not in the current folder: run the command in the folder of the project";
            warn_about(
                Some(&service),
                &format!("{path} {message}, or an engine may make an empty folder of that name"),
            );
        }
    }
    // A line at the margin is a top-level key.
    if engine.is_podman_compose() && rendered.text.lines().any(|line| line == "configs:") {
        warn("podman-compose ignores config files: the containers do not get them");
    }
}
