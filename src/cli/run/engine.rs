//! The user's own `docker compose` or `podman compose`, as a child process.
//!
//! Called with a rendered stack. It must not write the file or a secret to disk, and must not print a secret.
//!
//! The file goes to the standard input of the engine (`-f -`). All engines resolve relative paths and `.env` in the
//! current folder then, as for a file in it; for a temporary file, `podman-compose` would resolve them beside that file
//! and has no option against it. Nothing is left behind, however the command ends. In return, an engine cannot ask the
//! user anything.

use std::{
    env,
    ffi::OsString,
    io,
    process::{ExitCode, ExitStatus, Stdio},
    time::Duration,
};

// The process of tokio, not of the standard library: the end of the child, signals and a limit of time are awaited together.
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

use super::variables::Variable;
use crate::{
    cli::{Failure, print_error},
    config::EngineProgram,
};

/// The programs that are tried, in this order.
const PROGRAMS: [&str; 4] = ["docker compose", "docker-compose", "podman compose", "podman-compose"];

/// How long a program may take to tell its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(20);

/// The exit code of a process that a signal has ended is this and the number of the signal, as shells do it.
const SIGNAL_EXIT: i32 = 128;

/// A program that works.
pub(super) struct Engine {
    program: EngineProgram,
    is_podman_compose: bool,
}

/// What the engine is called with.
#[derive(Default)]
pub(super) struct Call<'a> {
    /// The name of the project.
    pub(super) project: &'a str,
    /// The file; without one, the engine finds the containers of the project by themselves.
    pub(super) file: Option<String>,
    /// The profiles whose services are taken as well.
    pub(super) profiles: &'a [String],
    /// The command with its own arguments.
    pub(super) verb: &'a [&'a str],
    /// The arguments that the user adds.
    pub(super) arguments: &'a [OsString],
    /// The variables that the file requires.
    pub(super) variables: &'a [String],
    /// Those of them to set.
    pub(super) environment: Vec<Variable>,
}

impl Engine {
    /// The program that the user wants, or the first one that works.
    pub(super) async fn find(wanted: Option<&EngineProgram>) -> Result<Self, Failure> {
        if let Some(program) = wanted {
            let unusable = |reason| Failure::InvalidSettings(format!("cannot use the engine `{program}`: {reason}"));
            return Self::try_program(program.clone()).await.map_err(unusable);
        }
        for program in PROGRAMS.into_iter().filter_map(|program| program.parse::<EngineProgram>().ok()) {
            if let Ok(engine) = Self::try_program(program).await {
                print_error(&format!("using {}", engine.program));
                return Ok(engine);
            }
        }
        Err(Failure::InvalidSettings(format!(
            "none of {} works: install Docker with its plugin Compose, or podman-compose, or name a program with --engine",
            PROGRAMS.join(", ")
        )))
    }

    /// Asks a program for its version: it may be missing, or lack the part that reads Compose files.
    async fn try_program(program: EngineProgram) -> Result<Self, String> {
        let mut command = command(&program, &[]);
        command.arg("version").stdin(Stdio::null()).kill_on_drop(true);
        let told = match tokio::time::timeout(VERSION_TIMEOUT, command.output()).await {
            Ok(Ok(told)) if told.status.success() => told,
            Ok(Ok(told)) => return Err(format!("`{program} version` fails ({})", told.status)),
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => return Err(format!("`{program} version` does not end")),
        };
        // `podman compose` calls one of several programs, and all of them tell their own names.
        let is_podman_compose = String::from_utf8_lossy(&told.stdout).contains("podman-compose");
        Ok(Self { program, is_podman_compose })
    }

    /// Whether it is `podman-compose`, by whatever name it was called.
    pub(super) fn is_podman_compose(&self) -> bool {
        self.is_podman_compose
    }

    /// A file for a project that has none any more: `podman-compose` does nothing without one, and would take one that
    /// it finds in the current folder.
    pub(super) fn file_of_nothing(&self) -> Option<String> {
        self.is_podman_compose.then(|| "services: {}\n".to_owned())
    }

    /// Whether there are containers of a project, running or not. If that cannot be told, there may be some.
    pub(super) async fn has_containers(&self, project: &str) -> bool {
        let mut command = command(&self.program, &[]);
        command.args(["-p", project]);
        match self.is_podman_compose {
            true => command.args(["-f", "-", "ps", "--quiet"]),
            false => command.args(["ps", "--all", "--quiet"]),
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let Ok(mut child) = command.spawn() else { return true };
        if let Some(mut stdin) = child.stdin.take() {
            drop(stdin.write_all(self.file_of_nothing().unwrap_or_default().as_bytes()).await);
        }
        match child.wait_with_output().await {
            Ok(told) if told.status.success() => !told.stdout.trim_ascii().is_empty(),
            _ => true,
        }
    }

    /// Runs the engine, and returns its exit code. Its output goes where that of this process goes.
    pub(super) async fn call(&self, call: Call<'_>) -> Result<ExitCode, String> {
        let mut command = command(&self.program, call.variables);
        // Always with the name: a variable COMPOSE_PROJECT_NAME would take precedence over the one in the file.
        command.args(["-p", call.project]);
        if call.file.is_some() {
            command.args(["-f", "-"]);
        }
        for profile in call.profiles {
            command.args(["--profile", profile]);
        }
        command.args(call.verb).args(call.arguments);
        for (name, value) in &call.environment {
            command.env(name, value.as_str());
        }
        command.stdin(if call.file.is_some() { Stdio::piped() } else { Stdio::null() });
        let failed = |error: io::Error| format!("cannot run {}: {error}", self.program);
        // Before the child is there: a signal must not end this process and leave the child behind.
        let mut signals = Signals::new().map_err(failed)?;
        let mut child = command.spawn().map_err(failed)?;
        drop((command, call.environment));
        let writing = child.stdin.take().zip(call.file).map(|(mut stdin, text)| {
            // An engine that does not read to the end has its reasons, and its own message.
            tokio::spawn(async move { drop(stdin.write_all(text.as_bytes()).await) })
        });
        let ended = signals.wait(&mut child).await;
        if let Some(writing) = writing {
            writing.abort();
        }
        Ok(exit_code(ended.map_err(failed)?))
    }
}

/// A command without the settings of DevArch, which are not for containers: the URL of its database holds a password.
/// The instance `devarch-x` has secrets whose variables begin alike: those to `keep` stay.
fn command(program: &EngineProgram, keep: &[String]) -> Command {
    let mut command = Command::new(&program.program);
    command.args(&program.arguments);
    let is_own = |name: &OsString| {
        let name = name.to_string_lossy();
        (name == "DATABASE_URL" || name.starts_with("DEVARCH_")) && !keep.iter().any(|kept| *kept == name)
    };
    for name in env::vars_os().map(|(name, _)| name).filter(is_own) {
        command.env_remove(name);
    }
    command
}

fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or_else(|| signal.map(|signal: i32| SIGNAL_EXIT + signal)).unwrap_or(1);
    // Windows has longer codes; what is not 0 must stay so.
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

/// The signals that this process gets while the engine runs. Ctrl-C reaches the engine from the terminal, which sends it
/// to both; passing it on as well would be a second one, by which engines stop at once. SIGTERM and SIGHUP are
/// passed on.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn wait(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        loop {
            tokio::select! {
                ended = child.wait() => return ended,
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => pass_on(child, rustix::process::Signal::TERM)?,
                _ = self.hangup.recv() => pass_on(child, rustix::process::Signal::HUP)?,
            }
        }
    }
}

/// Sends a signal to the engine.
#[cfg(unix)]
fn pass_on(child: &Child, signal: rustix::process::Signal) -> io::Result<()> {
    let id = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    Ok(id.map_or(Ok(()), |id| rustix::process::kill_process(id, signal))?)
}

/// Ctrl-C reaches the engine from the console.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn wait(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        loop {
            tokio::select! {
                ended = child.wait() => return ended,
                stopped = tokio::signal::ctrl_c() => stopped?,
            }
        }
    }
}
