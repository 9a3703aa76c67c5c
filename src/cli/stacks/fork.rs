//! `devarch fork` and `devarch forks`: copies of stacks that run beside each other, with or without the service.
//!
//! Called by `cli::run`. It must not decide which ports a fork gets: it only says which ones this machine uses.

use std::{fmt::Write as _, path::Path};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::listening;
use crate::{
    app::{App, ForkStack, Lease, PortPolicy, SecretPolicy, StackRef, Warned},
    cli::{
        Failure,
        compose::refuse_foreign,
        print, print_error, reserved_ports,
        source::{Access, Page, Remote, Source, UserError},
        warn,
    },
    clock::Clock,
    config::{Fork, Forks, Secrecy, Settings},
    db::{
        Db,
        queries::{
            page::Slice,
            stacks::{ByName, StackFilter},
        },
    },
    error::{Error, Result},
    private_file::{self, Readers},
};

/// How a file with the ports of a fork begins.
const BEGINNING: &str = "DEVARCH_STACK=";

/// The stacks of one request.
const PAGE: u64 = 100;

/// A fork as the user sees it.
#[derive(Deserialize)]
struct Forked {
    stack: Named,
    created: bool,
    environment: String,
    warnings: Vec<Message>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

/// Makes a fork, or finds it again.
pub(in crate::cli) async fn fork(settings: &Settings, wanted: Fork) -> Result<(), Failure> {
    // Before a fork is made that could not be told.
    if let Some(file) = wanted.write_env.as_deref().filter(|_| !wanted.force) {
        refuse_foreign(file, BEGINNING)?;
    }
    let source = Source::open(settings, &wanted.place, Access::Write).await?;
    let done = match &source {
        Source::Database(db) => {
            let app = App::new(db.clone(), Clock::system()).reserving(reserved_ports(settings));
            app.fork_stack(input(&wanted)).await.map(shown).map_err(reasons)
        }
        Source::Server(remote) => forked_by(remote, &wanted).await,
    };
    let missing = if done.is_err() { source.missing_stack(&wanted.stack).await } else { None };
    source.close().await;
    let forked = done.map_err(|reasons| missing.unwrap_or(reasons))?;
    for warning in &forked.warnings {
        warn(&warning.message);
    }
    match &wanted.write_env {
        None => print(&forked.environment),
        Some(file) => {
            write(file, &forked.environment)?;
            print(&format!("{}\n", forked.stack.name));
        }
    }
    let (name, origin) = (&forked.stack.name, &wanted.stack);
    print_error(&match forked.created {
        true => format!("{name} is a new fork of {origin}; start it with `devarch up {name}`"),
        false => format!("{name} is the fork of {origin} under this key"),
    });
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    let written = private_file::replace(file, text.as_bytes(), Readers::AsBefore);
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// All reasons for a refusal in one line.
fn reasons(error: Error) -> String {
    match error {
        Error::Refused(problems) => {
            let told = problems.into_iter().map(|it| UserError::new(it.message, it.path, it.suggestion));
            UserError::all(&told.collect::<Vec<_>>(), " ")
        }
        other => other.to_string(),
    }
}

fn input(wanted: &Fork) -> ForkStack {
    ForkStack {
        stack: StackRef::Name(wanted.stack.clone()),
        name: wanted.name.clone(),
        key: wanted.key.clone(),
        ports: PortPolicy::Reallocate,
        port_range: wanted.ports.map(|ports| (ports.first.into(), ports.last.into())),
        port_block: wanted.block.map(i32::from),
        avoid_ports: listening::ports(),
        domain_suffix: wanted.domain_suffix.clone(),
        secrets: match wanted.secrets {
            Secrecy::Copy => SecretPolicy::Copy,
            Secrecy::Generate => SecretPolicy::Generate,
            Secrecy::Unset => SecretPolicy::Unset,
        },
        expires_in: wanted.expires.map(|span| span.0),
    }
}

fn shown(done: Warned<crate::app::Forked>) -> Forked {
    let Warned { value, warnings } = done;
    Forked {
        environment: value.environment(),
        created: value.created,
        stack: Named { name: value.stack.name },
        warnings: warnings.into_iter().map(|warning| Message { message: warning.message }).collect(),
    }
}

const FORK: &str = "mutation ($input: ForkStackInput!) { forkStack(input: $input) { stack { name } created environment
    warnings { message } userErrors { message path suggestion } } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForkData {
    fork_stack: ForkPayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForkPayload {
    stack: Option<Named>,
    created: bool,
    environment: String,
    warnings: Vec<Message>,
    user_errors: Vec<UserError>,
}

async fn forked_by(remote: &Remote, wanted: &Fork) -> Result<Forked, String> {
    let secrets = match wanted.secrets {
        Secrecy::Copy => "COPY",
        Secrecy::Generate => "GENERATE",
        Secrecy::Unset => "UNSET",
    };
    let input = json!({
        "stack": { "name": wanted.stack },
        "name": wanted.name,
        "key": wanted.key,
        "portRange": wanted.ports.map(|ports| json!({ "from": ports.first, "to": ports.last })),
        "portBlock": wanted.block,
        "avoidPorts": listening::ports(),
        "domainSuffix": wanted.domain_suffix,
        "secrets": secrets,
        "expiresIn": wanted.expires.map(|span| format!("PT{}S", span.0.num_seconds())),
    });
    let data: ForkData = remote.send(FORK, json!({ "input": input })).await.map_err(|error| error.message)?;
    let ForkPayload { stack, created, environment, warnings, user_errors } = data.fork_stack;
    let stack = stack.ok_or_else(|| UserError::all(&user_errors, " "))?;
    Ok(Forked { stack, created, environment, warnings })
}

/// A line of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    name: String,
    forked_from: Option<Named>,
    fork_key: Option<String>,
    lease: Option<LeaseData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeaseData {
    expires_at: DateTime<Utc>,
    is_ending: bool,
}

impl Line {
    /// Whether anything tells that it is a fork. One whose source was purged may have neither a key nor a lease.
    fn is_fork(&self) -> bool {
        self.forked_from.is_some() || self.fork_key.is_some() || self.lease.is_some()
    }
}

/// Lists the live forks of a stack, or of all stacks.
pub(in crate::cli) async fn list(settings: &Settings, wanted: Forks) -> Result<(), Failure> {
    let source = Source::open(settings, &wanted.place, Access::Read).await?;
    let found = match &source {
        Source::Database(db) => lines_of(db, wanted.stack.as_deref()).await.map_err(|error| error.to_string()),
        Source::Server(remote) => lines_by(remote, wanted.stack.as_deref()).await,
    };
    let missing = match (&found, &wanted.stack) {
        (Ok(None), Some(stack)) => source.no_stack(stack).await,
        _ => String::new(),
    };
    source.close().await;
    let lines = found?.ok_or(missing)?;
    print(&text(&lines));
    Ok(())
}

fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for Line { name, forked_from, fork_key, lease } in lines {
        let source = forked_from.as_ref().map_or("-", |source| source.name.as_str());
        let lease = lease.as_ref().map_or("no lease".to_owned(), |lease| {
            let until = lease.expires_at.format("until %F %R UTC");
            if lease.is_ending { format!("{until}, soon") } else { until.to_string() }
        });
        let key = fork_key.as_deref().unwrap_or_default().escape_debug();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", format!("{name:24} {source:24} {lease:32} {key}").trim_end());
    }
    text
}

/// The forks in a database; `None` if there is no such stack.
async fn lines_of(db: &Db, of: Option<&str>) -> Result<Option<Vec<Line>>> {
    let app = App::new(db.clone(), Clock::system());
    let source = match of {
        None => None,
        Some(name) => match app.stack(name).await? {
            Some(stack) => Some(stack.id),
            None => return Ok(None),
        },
    };
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let slice = Slice { limit: PAGE, backwards: false, after, before: None };
        let page = match source {
            None => app.stacks(&StackFilter::default(), &slice).await?,
            Some(source) => match app.load_fork_pages(&[source], &slice).await?.remove(&source) {
                Some(page) => page,
                None => return Ok(Some(lines)),
            },
        };
        let ids: Vec<_> = page.rows.iter().map(|stack| stack.id).collect();
        let forks = app.load_forks(&ids).await?;
        let sources: Vec<_> = forks.values().filter_map(|fork| fork.source_id).collect();
        let sources = app.load_stacks(&sources).await?;
        after = page.rows.last().map(|stack| ByName(stack.name.clone()));
        for stack in page.rows {
            let Some(fork) = forks.get(&stack.id) else { continue };
            let source = fork.source_id.and_then(|id| sources.get(&id));
            let lease = Lease::of(fork, app.now());
            let line = Line {
                name: stack.name,
                forked_from: source.map(|source| Named { name: source.name.clone() }),
                fork_key: fork.fork_key.clone(),
                lease: lease.map(|lease| LeaseData { expires_at: lease.expires_at, is_ending: lease.is_ending }),
            };
            lines.extend(Some(line).filter(Line::is_fork));
        }
        if !page.has_next {
            return Ok(Some(lines));
        }
    }
}

const FORKS: &str = "query ($stack: String!, $after: String) { stack(name: $stack) { forks(first: 100, after: $after) {
    nodes { name forkedFrom { name } forkKey lease { expiresAt isEnding } } pageInfo { hasNextPage endCursor } } } }";
const STACKS: &str = "query ($after: String) { stacks(first: 100, after: $after) {
    nodes { name forkedFrom { name } forkKey lease { expiresAt isEnding } } pageInfo { hasNextPage endCursor } } }";

#[derive(Deserialize)]
struct StackData {
    stack: Option<ForksData>,
}

#[derive(Deserialize)]
struct ForksData {
    forks: Page<Line>,
}

#[derive(Deserialize)]
struct StacksData {
    stacks: Page<Line>,
}

/// The forks on a running service; `None` if there is no such stack.
async fn lines_by(remote: &Remote, of: Option<&str>) -> Result<Option<Vec<Line>>, String> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let page = match of {
            None => {
                let sent = remote.send::<StacksData>(STACKS, json!({ "after": after })).await;
                sent.map_err(|error| error.message)?.stacks
            }
            Some(stack) => {
                let sent = remote.send::<StackData>(FORKS, json!({ "stack": stack, "after": after })).await;
                match sent.map_err(|error| error.message)?.stack {
                    Some(found) => found.forks,
                    None => return Ok(None),
                }
            }
        };
        let (found, next) = page.split();
        lines.extend(found.into_iter().filter(Line::is_fork));
        after = next;
        if after.is_none() {
            return Ok(Some(lines));
        }
    }
}
