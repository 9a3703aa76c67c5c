//! Names of stacks that have instances: checks that the derived container names are short enough, and suggests free
//! names.
//!
//! Called by the use cases that rename, restore or copy a stack. It must not decide that a name is free: only the
//! unique indexes of the database do. Lookups only improve messages and suggestions.

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
            stack_instances::{self, Clash, StackMembers},
            stacks,
        },
    },
    error::{Code, Detail, Error, Problem, Problems, Result, Unique},
    ids::{AnyId, StackId},
    name::{MAX_CONTAINER_NAME, MAX_NAME, Name, NameOf, container_name, cut, numbered},
};

const PATH: [&str; 2] = ["input", "name"];

/// Why a stack gets a name, which decides whose container names are derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Naming {
    /// The container names of its live instances.
    Rename,
    /// The container names of the instances that were trashed together with it.
    Restore,
    /// The container names of the copies of its live instances. The stack itself keeps its name.
    Copy,
}

impl Naming {
    fn members(self) -> StackMembers {
        match self {
            Self::Rename | Self::Copy => StackMembers::Live,
            Self::Restore => StackMembers::TrashedWithStack,
        }
    }

    /// Whether the stack's own live instances give up their container names.
    fn frees_own_names(self) -> bool {
        self != Self::Copy
    }
}

/// The instances whose container names are derived from a new name of their stack.
pub(in crate::app) struct DependentInstances {
    stack: StackId,
    naming: Naming,
    names: Vec<String>,
}

impl DependentInstances {
    /// Loads the instances.
    pub(in crate::app) async fn load(db: &impl Session, stack: StackId, naming: Naming) -> Result<Self> {
        Ok(Self { stack, naming, names: stack_instances::names(db, stack, naming.members()).await? })
    }

    /// The longest name among the instances; of equally long ones the oldest.
    fn longest(&self) -> Option<&str> {
        self.names.iter().rev().max_by_key(|name| name.len()).map(String::as_str)
    }

    /// The maximum length of a name for the stack.
    fn max_length(&self) -> usize {
        let taken = self.longest().map_or(0, |longest| container_name("", longest).len());
        MAX_NAME.min(MAX_CONTAINER_NAME.saturating_sub(taken))
    }

    /// Returns the first of `base-word`, `base-word-2` … (with an empty `word`: `base`, `base-2` …) that is not the
    /// name of a live stack, and whose container names are free.
    pub(in crate::app) async fn free(&self, db: &impl Session, base: &str, word: &str) -> Result<Option<Name>> {
        let max_length = self.max_length();
        // Every suggestion starts with the shortest prefix of `base` that may be used.
        let shortest = cut(base, max_length.saturating_sub(word.len() + 8));
        let taken: HashSet<String> = stacks::names(db, shortest).await?.into_iter().collect();
        let except = self.naming.frees_own_names().then_some(self.stack);
        let prefix = container_name(shortest, "");
        let containers = stack_instances::container_names(db, prefix.trim_end_matches('-'), except).await?;
        let bare = word.is_empty().then(|| cut(base, max_length).to_owned());
        let numbered = (1..).map_while(|n| numbered(base, word, n, max_length));
        let mut proposals = bare.into_iter().chain(numbered).filter_map(|name| Name::parse(NameOf::Stack, &name).ok());
        let follower_taken = |name: &str| self.names.iter().any(|f| containers.contains(&container_name(name, f)));
        Ok(proposals.find(|name| !taken.contains(name.as_str()) && !follower_taken(name.as_str())))
    }
}

/// Checks a new name of a stack. Notes a problem with a suggestion if the name is invalid or makes a container name too
/// long.
pub(in crate::app) async fn name(
    db: &impl Session,
    stack: Option<&StackModel>,
    naming: Naming,
    raw: &str,
    problems: &mut Problems,
) -> Result<Option<Name>> {
    let parsed = Name::parse(NameOf::Stack, raw).map_err(|error| Problem::name(&PATH, error));
    let Some(stack) = stack else { return Ok(problems.keep(parsed)) };
    let followers = DependentInstances::load(db, stack.id, naming).await?;
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

/// The problem that a derived container name would be too long.
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

/// The problem that a live stack has the name. It names the holder only if the caller can see it.
pub(in crate::app) fn name_taken(name: &str, holder: Option<StackId>, scope: &Scope) -> Problem {
    let problem = Problem::new(Code::NameTaken, &PATH, format!("There is already a stack `{name}`."));
    match holder.filter(|holder| scope.sees(*holder)) {
        Some(holder) => problem.with(Detail::Holder(AnyId::Stack(holder))),
        None => problem,
    }
}

/// The problem that a container name is taken. It names the holder only if the caller can see it.
pub(in crate::app) fn clash(clash: &Clash, scope: &Scope) -> Problem {
    if !scope.sees(clash.holder_stack_id) {
        return container_taken_elsewhere(&clash.container);
    }
    container_taken(&clash.container, clash.holder, &clash.holder_name, &clash.holder_stack)
}

/// Converts a violation of a unique index of stacks or instances into [`Error::StackTaken`].
pub(in crate::app) fn taken(stack: StackId, name: &Name) -> impl Fn(DbErr) -> Error {
    move |cause| match Error::from(cause) {
        Error::Conflict(Unique::StackName | Unique::InstanceName | Unique::ContainerName) => {
            Error::StackTaken { stack, name: name.clone() }
        }
        other => other,
    }
}

impl App {
    /// Runs a command that gives a stack a name, and perhaps its instances. If a unique index refuses a name, the error
    /// names the holder and suggests a free name.
    pub(in crate::app) async fn write_stack_name<W: Command>(&self, work: &W, naming: Naming) -> Result<W::Output> {
        match self.write_name(work).await {
            Err(Error::StackTaken { stack, name }) => Err(self.stack_taken(stack, &name, naming).await?),
            done => done,
        }
    }

    async fn stack_taken(&self, stack: StackId, name: &Name, naming: Naming) -> Result<Error> {
        let db = &self.reader();
        let free = DependentInstances::load(db, stack, naming).await?.free(db, name.as_str(), "").await?;
        let free = free.map(|free| free.to_string());
        let scope = &self.access().scope;
        if let Some(holder) = stacks::holder_of_name(db, name.as_str()).await? {
            return Ok(Error::refused(name_taken(name.as_str(), Some(holder), scope).suggest(free)));
        }
        let found =
            stack_instances::clashes(db, &[stack], naming.members(), Some(name.as_str()), naming.frees_own_names())
                .await?;
        if found.is_empty() {
            let message = format!("Another caller had the name `{name}`, or a container name that follows, until now.");
            return Ok(Error::refused(Problem::new(Code::NameTaken, &PATH, message).suggest(free)));
        }
        Ok(Error::Refused(found.iter().map(|found| clash(found, scope).suggest(free.clone())).collect()))
    }
}
