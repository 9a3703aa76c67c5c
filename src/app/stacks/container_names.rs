//! Names of stacks that have instances: whether the container names that follow are short enough and free.
//!
//! Called by the use cases that rename, restore or copy a stack. It must never decide by looking that a name is free:
//! that is the database's unique indexes; looking only makes messages and proposals.

use std::collections::HashSet;

use sea_orm::DbErr;

use crate::{
    access::Scope,
    app::{
        App,
        instances::naming::{container_taken, container_taken_elsewhere},
    },
    db::{
        Command, Session,
        entities::StackModel,
        queries::{
            stack_instances::{self, Clash, Members},
            stacks,
        },
    },
    error::{Code, Detail, Error, Problem, Problems, Result, Unique},
    ids::{AnyId, StackId},
    name::{MAX_CONTAINER_NAME, MAX_NAME, Name, NameOf, container_name, cut, numbered},
};

const PATH: [&str; 2] = ["input", "name"];

/// Why a stack gets a name; it decides which instances follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Naming {
    /// Its live instances follow.
    Rename,
    /// Those that went into the trash with it follow.
    Restore,
    /// Copies of its live instances get names; itself keeps all it has.
    Copy,
}

impl Naming {
    fn members(self) -> Members {
        match self {
            Self::Rename | Self::Copy => Members::Live,
            Self::Restore => Members::TrashedWithStack,
        }
    }

    /// Whether the stack's own live instances give up their names.
    fn moves(self) -> bool {
        self != Self::Copy
    }
}

/// The instances whose container names follow from the name that a stack gets.
pub(in crate::app) struct Followers {
    stack: StackId,
    naming: Naming,
    names: Vec<String>,
}

impl Followers {
    /// The instances as they are at this moment.
    pub(in crate::app) async fn load(db: &impl Session, stack: StackId, naming: Naming) -> Result<Self> {
        Ok(Self { stack, naming, names: stack_instances::names(db, stack, naming.members()).await? })
    }

    /// The instance with the longest name, of several the oldest.
    fn longest(&self) -> Option<&str> {
        self.names.iter().rev().max_by_key(|name| name.len()).map(String::as_str)
    }

    /// How long a name of the stack can be.
    fn room(&self) -> usize {
        let taken = self.longest().map_or(0, |longest| container_name("", longest).len());
        MAX_NAME.min(MAX_CONTAINER_NAME.saturating_sub(taken))
    }

    /// The first of `base-word`, `base-word-2` … (without a word `base`, `base-2` …) that no live stack has, and whose
    /// container names nobody has, at this moment.
    pub(in crate::app) async fn free(&self, db: &impl Session, base: &str, word: &str) -> Result<Option<Name>> {
        let room = self.room();
        // Everything that any proposal can collide with starts with the shortest cut of the base.
        let shortest = cut(base, room.saturating_sub(word.len() + 8));
        let taken: HashSet<String> = stacks::names(db, shortest).await?.into_iter().collect();
        let except = self.naming.moves().then_some(self.stack);
        let prefix = container_name(shortest, "");
        let containers = stack_instances::container_names(db, prefix.trim_end_matches('-'), except).await?;
        let bare = word.is_empty().then(|| cut(base, room).to_owned());
        let numbered = (1..).map_while(|n| numbered(base, word, n, room));
        let mut proposals = bare.into_iter().chain(numbered).filter_map(|name| Name::parse(NameOf::Stack, &name).ok());
        let follower_taken = |name: &str| self.names.iter().any(|f| containers.contains(&container_name(name, f)));
        Ok(proposals.find(|name| !taken.contains(name.as_str()) && !follower_taken(name.as_str())))
    }
}

/// The name that a stack is to get; or notes the problem with it, with one that would be accepted at this moment.
pub(in crate::app) async fn name(
    db: &impl Session,
    stack: Option<&StackModel>,
    naming: Naming,
    raw: &str,
    problems: &mut Problems,
) -> Result<Option<Name>> {
    let parsed = Name::parse(NameOf::Stack, raw).map_err(|error| Problem::name(&PATH, error));
    let Some(stack) = stack else { return Ok(problems.keep(parsed)) };
    let followers = Followers::load(db, stack.id, naming).await?;
    let fitting = parsed.and_then(|name| match too_long(name.as_str(), followers.longest()) {
        Some(problem) => Err(problem.suggest(name.to_string())),
        None => Ok(name),
    });
    match fitting {
        Ok(name) => Ok(Some(name)),
        Err(problem) => {
            let wanted = problem.suggestion.clone().unwrap_or_default();
            problems.push(problem.suggest(followers.free(db, &wanted, "").await?.map(|free| free.to_string())));
            Ok(None)
        }
    }
}

/// The problem that a container name would be too long.
pub(in crate::app) fn too_long(stack: &str, longest: Option<&str>) -> Option<Problem> {
    let container = container_name(stack, longest?);
    let over = container.len().checked_sub(MAX_CONTAINER_NAME).filter(|over| *over > 0)?;
    let message = format!(
        "The container name {container} would have {} characters, {over} too many: the instance `{}` has the longest \
         name in the stack.",
        container.len(),
        longest?
    );
    Some(Problem::new(Code::ContainerNameTooLong, &PATH, message))
}

/// The problem that a live stack has a name; the stack itself shows only when it is within reach.
pub(in crate::app) fn name_taken(name: &str, holder: StackId, scope: &Scope) -> Problem {
    let problem = Problem::new(Code::NameTaken, &PATH, format!("There is already a stack `{name}`."));
    if scope.sees(holder) { problem.with(Detail::Holder(AnyId::Stack(holder))) } else { problem }
}

/// The problem that a container name is taken; by whom shows only when that one is within reach.
pub(in crate::app) fn clash(clash: &Clash, scope: &Scope) -> Problem {
    if !scope.sees(clash.holder_stack_id) {
        return container_taken_elsewhere(&clash.container);
    }
    container_taken(&clash.container, clash.holder, &clash.holder_name, &clash.holder_stack)
}

/// Marks a refusal by one of the unique indexes of stacks and instances as what it is.
pub(in crate::app) fn taken(stack: StackId, name: &Name) -> impl Fn(DbErr) -> Error {
    move |cause| match Error::from(cause) {
        Error::Conflict(Unique::StackName | Unique::InstanceName | Unique::ContainerName) => {
            Error::StackTaken { stack, name: name.clone() }
        }
        other => other,
    }
}

impl App {
    /// A write that gives a stack a name: when the database refuses it, the problem says who holds what and which name
    /// is free.
    pub(in crate::app) async fn write_stack_name<W: Command>(&self, work: &W, naming: Naming) -> Result<W::Output> {
        match self.write(work).await {
            Err(Error::StackTaken { stack, name }) => Err(self.stack_taken(stack, &name, naming).await?),
            done => done,
        }
    }

    async fn stack_taken(&self, stack: StackId, name: &Name, naming: Naming) -> Result<Error> {
        let db = &self.reader();
        let free = Followers::load(db, stack, naming).await?.free(db, name.as_str(), "").await?;
        let free = free.map(|free| free.to_string());
        let scope = &self.access().scope;
        if let Some(holder) = stacks::holder_of_name(db, name.as_str()).await? {
            return Ok(Error::refused(name_taken(name.as_str(), holder, scope).suggest(free)));
        }
        let found =
            stack_instances::clashes(db, &[stack], naming.members(), Some(name.as_str()), naming.moves()).await?;
        if found.is_empty() {
            let message = format!("Somebody had the name `{name}`, or a container name that follows, until now.");
            return Ok(Error::refused(Problem::new(Code::NameTaken, &PATH, message).suggest(free)));
        }
        Ok(Error::Refused(found.iter().map(|found| clash(found, scope).suggest(free.clone())).collect()))
    }
}
