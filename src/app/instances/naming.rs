//! Names of instances: checks the length of the container name, reports conflicts, and suggests free names.
//!
//! Called by the use cases that give an instance a name. It must not decide that a name is free: only the unique index
//! of the database does. Lookups only improve messages and suggestions.

use sea_orm::DbErr;

use crate::{
    app::App,
    db::{
        Command, Session,
        entities::StackModel,
        queries::{
            instances, stack_instances,
            stacks::{self, RowLock},
        },
    },
    error::{Code, Detail, Error, Problem, Problems, Result, Unique},
    ids::{AnyId, InstanceId},
    name::{Name, NameOf, container_name, cut, numbered, room_for_instance, suggest},
};

/// Returns the name and the container name of an instance. Notes a problem, with a suggestion that the stack would
/// accept, if one of them is invalid.
pub(in crate::app) async fn instance_names(
    db: &impl Session,
    stack: Option<&StackModel>,
    raw: &str,
    problems: &mut Problems,
) -> Result<Option<(Name, String)>> {
    let parsed = Name::parse(NameOf::Instance, raw).map_err(|error| Problem::name(&["input", "name"], error));
    let (Some(stack), name) = (stack, parsed.as_ref().ok().cloned()) else {
        problems.keep(parsed);
        return Ok(None);
    };
    match parsed.and_then(|name| container(&stack.name, name.as_str())) {
        Ok(container) => Ok(name.zip(Some(container))),
        Err(problem) => {
            let wanted = problem.suggestion.clone().unwrap_or_default();
            problems.push(problem.suggest(suggest_free_name(db, &stack.name, &wanted).await?));
            Ok(None)
        }
    }
}

/// Returns a free name similar to `wanted`, which is a valid name, that fits into the stack.
async fn suggest_free_name(db: &impl Session, stack: &str, wanted: &str) -> Result<Option<String>> {
    let room = room_for_instance(stack);
    let fitting = suggest(NameOf::Instance, cut(wanted, room));
    if fitting.len() <= room && !instances::container_is_taken(db, &container_name(stack, &fitting)).await? {
        return Ok(Some(fitting));
    }
    Ok(free_name(db, stack, wanted, "").await?.map(|free| free.to_string()))
}

/// Returns the container name of an instance, or the problem that it would be too long, which suggests the name itself.
pub(in crate::app) fn container(stack: &str, name: &str) -> Result<String, Problem> {
    let room = room_for_instance(stack);
    let length = name.len();
    if length <= room {
        return Ok(container_name(stack, name));
    }
    let left = match room {
        0 => "leaves no character".to_owned(),
        1 => "leaves 1 character".to_owned(),
        n => format!("leaves {n} characters"),
    };
    let message = format!(
        "The container name devarch-{stack}-{name} would have more than 63 characters: the stack's name {left} for \
         the instance's name, which has {length}."
    );
    Err(Problem::new(Code::ContainerNameTooLong, &["input", "name"], message).suggest(name.to_string()))
}

/// Returns the first of `base-word`, `base-word-2` … that no live instance of the stack has.
pub(in crate::app) async fn free_name(db: &impl Session, stack: &str, base: &str, word: &str) -> Result<Option<Name>> {
    let room = room_for_instance(stack);
    // Every suggestion starts with the shortest prefix of `base` that may be used.
    let shortest = cut(base, room.saturating_sub(word.len() + 8)).to_owned();
    let taken = stack_instances::container_names(db, &container_name(stack, &shortest), None).await?;
    let mut proposals = (1..).map_while(|n| numbered(base, word, n, room));
    let free = proposals
        .find(|name| !taken.contains(&container_name(stack, name)) && Name::parse(NameOf::Instance, name).is_ok());
    Ok(free.and_then(|name| Name::parse(NameOf::Instance, &name).ok()))
}

/// The problem that an instance of the stack has the name.
pub(in crate::app) fn name_taken(stack: &str, name: &str, holder: Option<InstanceId>) -> Problem {
    let message = format!("The stack `{stack}` already has an instance `{name}`.");
    let detail = holder.map_or(Detail::None, |holder| Detail::Holder(AnyId::Instance(holder)));
    Problem::new(Code::NameTaken, &["input", "name"], message).with(detail)
}

/// The problem that an instance of any stack has the container name.
pub(in crate::app) fn container_taken(container: &str, holder: InstanceId, name: &str, stack: &str) -> Problem {
    let message = format!("The container name {container} belongs to the instance `{name}` of the stack `{stack}`.");
    let problem = Problem::new(Code::ContainerNameTaken, &["input", "name"], message);
    problem.with(Detail::Holder(AnyId::Instance(holder)))
}

/// The problem that an instance outside the caller's scope has the container name. It discloses nothing else.
pub(in crate::app) fn container_taken_elsewhere(container: &str) -> Problem {
    Problem::new(Code::ContainerNameTaken, &["input", "name"], format!("The container name {container} is taken."))
}

/// Converts a violation of a unique index of instances into [`Error::InstanceTaken`].
pub(in crate::app) fn taken<'a>(stack: &'a str, name: &'a Name) -> impl Fn(DbErr) -> Error + 'a {
    move |cause| match Error::from(cause) {
        Error::Conflict(Unique::InstanceName | Unique::ContainerName) => {
            Error::InstanceTaken { stack: stack.to_owned(), name: name.clone() }
        }
        other => other,
    }
}

impl App {
    /// Runs a command that gives an instance a name. If a unique index refuses the name, the error names the holder and
    /// suggests a free name.
    pub(in crate::app) async fn write_name<W: Command>(&self, work: &W) -> Result<W::Output> {
        match self.write(work).await {
            Err(Error::InstanceTaken { stack, name }) => Err(self.instance_name_taken(&stack, &name).await?),
            done => done,
        }
    }

    async fn instance_name_taken(&self, stack: &str, name: &Name) -> Result<Error> {
        let db = &self.reader();
        let container = container_name(stack, name.as_str());
        let holder = instances::find_by_container(db, &container).await?;
        let holder_stack = match &holder {
            Some(holder) => stacks::find(db, holder.stack_id, RowLock::None).await?,
            None => None,
        };
        if holder.is_none() && instances::container_is_taken(db, &container).await? {
            let free = free_name(db, stack, name.as_str(), "").await?;
            let problem = container_taken_elsewhere(&container);
            return Ok(Error::refused(problem.suggest(free.map(|free| free.to_string()))));
        }
        let elsewhere = holder_stack.as_ref().filter(|found| found.name != stack).zip(holder.as_ref());
        let problem = match elsewhere {
            Some((other, holder)) => container_taken(&container, holder.id, &holder.instance_id, &other.name),
            None => name_taken(stack, name.as_str(), holder.map(|holder| holder.id)),
        };
        let free = free_name(db, stack, name.as_str(), "").await?;
        Ok(Error::refused(problem.suggest(free.map(|free| free.to_string()))))
    }
}
