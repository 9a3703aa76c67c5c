//! The use case `forkStack`: copies a stack so that the copy and everything live can run at the same time.
//!
//! Called by the resolvers and the command line. Forks are made one after the other, in the order of a row lock, so that
//! no two of them take the same host port or domain.

mod copied;
mod domains;
pub(in crate::app) mod lease;
mod port_map;
mod ports;
mod secrets;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::copied::Copying;
pub use self::{
    lease::{Lease, RenewLease},
    port_map::MappedPort,
    ports::ReservedPorts,
};
use crate::{
    access::{Permission, change::ChangeAction},
    app::{
        App, StackRef, Warned, find,
        instances::duplicate::ATTEMPTS,
        stacks::{
            container_names::{self, DependentInstances, Naming},
            duplicate::{all_taken, no_room},
        },
    },
    db::{
        Command, StoredOutcome, Tx,
        entities::{ForkModel, StackModel},
        queries::{
            copies::forks::{self, LeaseTerm, NewFork},
            page::{Page, Slice},
            stack_instances::{self, NewCopies},
            stacks::{self, ByName, RowLock},
        },
    },
    error::{Code, Error, Problem, Problems, Result},
    fields::StackValues,
    ids::{AnyId, StackId},
    name::{Name, NameOf, suggest},
};

/// What happens to the host ports that the source publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortPolicy {
    /// The fork gets free ones.
    Reallocate,
    /// The fork has the same ones.
    Keep,
    /// The fork's ports are chosen when it starts.
    Drop,
}

/// What happens to secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretPolicy {
    /// The fork has the same ones.
    Copy,
    /// The fork gets new random ones.
    Generate,
    /// The fork has none.
    Unset,
}

/// The input of [`App::fork_stack`].
#[derive(Clone, Debug, Hash)]
pub struct ForkStack {
    /// The source.
    pub stack: StackRef,
    /// The name of the fork. Without one, it is made of the source's name and the key.
    pub name: Option<String>,
    /// The key under which the fork is found again.
    pub key: Option<String>,
    /// What happens to host ports.
    pub ports: PortPolicy,
    /// The first and the last port that the fork may get.
    pub port_range: Option<(i32, i32)>,
    /// The size of a block of ports that the fork gets for itself.
    pub port_block: Option<i32>,
    /// Ports that the fork does not get.
    pub avoid_ports: Vec<i32>,
    /// What is put behind the first label of each domain.
    pub domain_suffix: Option<String>,
    /// What happens to secrets.
    pub secrets: SecretPolicy,
    /// The span of its lease.
    pub expires_in: Option<TimeDelta>,
}

/// A fork.
#[derive(Clone, Debug)]
pub struct Forked {
    /// The stack.
    pub stack: StackModel,
    /// Whether it is new.
    pub created: bool,
    /// Its published ports beside those of its source.
    pub ports: Vec<MappedPort>,
    /// The first and the last port of its block.
    pub block: Option<(i32, i32)>,
}

impl Forked {
    /// The host ports as lines of an `.env` file.
    pub fn environment(&self) -> String {
        port_map::environment(&self.stack.name, &self.ports)
    }
}

/// The stored form of [`Forked`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForkedForm {
    stack: <StackModel as StoredOutcome>::Form,
    created: bool,
    ports: Vec<MappedPort>,
    block: Option<(i32, i32)>,
}

impl StoredOutcome for Forked {
    type Form = ForkedForm;
    fn to_form(&self) -> Option<ForkedForm> {
        let stack = self.stack.to_form()?;
        Some(ForkedForm { stack, created: self.created, ports: self.ports.clone(), block: self.block })
    }
    fn from_form(ForkedForm { stack, created, ports, block }: ForkedForm) -> Option<Self> {
        Some(Self { stack: StackModel::from_form(stack)?, created, ports, block })
    }
    fn subject(&self) -> Option<AnyId> {
        self.stack.subject()
    }
}

/// The longest key, in bytes: that of a path.
const MAX_KEY: usize = 4096;
/// The largest block.
const MAX_BLOCK: i32 = 10_000;

impl App {
    /// Reserves ports of the host, which neither a fork nor a suggestion gets.
    #[must_use]
    pub fn reserving(mut self, ports: ReservedPorts) -> Self {
        self.reserved_ports = Arc::new(ports);
        self
    }

    /// Copies a stack with its live instances and their overrides; all or nothing. Host ports, domains, names, volumes and
    /// networks of the copy are its own. With a key that a live fork of the stack has, returns that fork.
    pub async fn fork_stack(&self, input: ForkStack) -> Result<Warned<Forked>> {
        let work = Work { app: self, input: &input };
        if input.name.is_some() {
            return self.write_stack_name(&work, Naming::Copy).await;
        }
        for _ in 0..ATTEMPTS {
            match self.write(&work).await {
                Err(Error::StackTaken { .. }) => {}
                done => return done,
            }
        }
        Err(all_taken())
    }

    /// The rows of those of the stacks that are forks.
    pub async fn load_forks(&self, stacks: &[StackId]) -> Result<HashMap<StackId, ForkModel>> {
        Ok(forks::load(&self.reader(), stacks).await?)
    }

    /// The same page of the live forks of each stack, sorted by name.
    pub async fn load_fork_pages(
        &self,
        sources: &[StackId],
        slice: &Slice<ByName>,
    ) -> Result<HashMap<StackId, Page<StackModel>>> {
        Ok(forks::pages(&self.reader(), sources, slice).await?)
    }

    /// The number of live forks of each stack. Stacks without any are missing.
    pub async fn count_forks(&self, sources: &[StackId]) -> Result<HashMap<StackId, i64>> {
        Ok(forks::counts(&self.reader(), sources).await?)
    }
}

/// The input with what the service itself knows.
struct Work<'w> {
    app: &'w App,
    input: &'w ForkStack,
}

impl Command for Work<'_> {
    const PERMISSION: Permission = Permission::NEW_STACK;
    type Output = Warned<Forked>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<Forked>> {
        let input = self.input;
        let mut problems = Problems::default();
        check(input, &mut problems);
        let lease = match input.expires_in.map(|span| lease::term(span, now)) {
            Some(term) => problems.keep(term),
            None => None,
        };
        // The exclusive lock also keeps out writers of the stack's instances, so nothing changes between two
        // statements; and other forks under the same key.
        let found = problems.keep(find::stack(tx, &input.stack, RowLock::Exclusive).await?);
        let given = match &input.name {
            Some(raw) => container_names::name(tx, found.as_ref(), Naming::Copy, raw, &mut problems).await?,
            None => None,
        };
        problems.finish()?;
        let Some(source) = found else { return Err(Error::Internal("a stack is missing".into())) };
        if let Some(key) = &input.key
            && let Some(fork) = forks::by_key(tx, source.id, key).await?
            && let Some(stack) = stacks::find(tx, fork.stack_id, RowLock::Exclusive).await?
        {
            return again(tx, &source, stack, lease).await;
        }
        forks::lock(tx).await?;
        let name = match given {
            Some(name) => name,
            None => free_name(tx, &source, input.key.as_deref()).await?,
        };
        self.create(tx, now, &source, &name, lease).await
    }
}

impl Work<'_> {
    async fn create(
        &self,
        tx: &Tx,
        now: DateTime<Utc>,
        source: &StackModel,
        name: &Name,
        lease: Option<LeaseTerm>,
    ) -> Result<Warned<Forked>> {
        // Read first, so that the ports of the fork itself are not among those that are taken.
        let copying = Copying::read(tx, self.app, self.input, source).await?;
        let taken = container_names::taken(source.id, name);
        let stack = stacks::insert(tx, name.as_str(), StackValues::from(source).copied(), now).await;
        let stack = stack.map_err(&taken)?;
        tx.log().copied_as(&stack, source, ChangeAction::Fork);
        let how = NewCopies { action: ChangeAction::Fork, secrets: copying.secrets(), now };
        let copies = stack_instances::copy(tx, source.id, stack.id, name.as_str(), how).await.map_err(taken)?;
        let (ports, block, warnings) = copying.write(tx, now, &stack, &copies).await?;
        let new = NewFork { stack: stack.id, source: source.id, key: self.input.key.as_deref(), lease, block };
        forks::insert(tx, new, now).await?;
        Ok(Warned { value: Forked { stack, created: true, ports, block }, warnings })
    }
}

/// The answer to a request for a fork that is there already. Its lease never ends earlier than before.
async fn again(tx: &Tx, source: &StackModel, stack: StackModel, lease: Option<LeaseTerm>) -> Result<Warned<Forked>> {
    let fork = forks::find(tx, stack.id).await?;
    let ends = fork.as_ref().and_then(|fork| fork.expires_at);
    if let (Some(ends), Some(term)) = (ends, lease)
        && term.ends > ends
    {
        lease::renew(tx, &stack, term).await?;
    }
    let block = fork.and_then(|fork| fork.block_first.zip(fork.block_last));
    let ports = port_map::pair(&copied::ports_of(tx, source.id).await?, &copied::ports_of(tx, stack.id).await?);
    Ok(Warned::none(Forked { stack, created: false, ports, block }))
}

/// Notes what is wrong with an input, whatever the stack.
fn check(input: &ForkStack, problems: &mut Problems) {
    let mut note = |code, path: &[&str], message: String, suggestion: Option<String>| {
        problems.push(Problem::new(code, path, message).suggest(suggestion));
    };
    if let Some(key) = &input.key {
        if key.is_empty() || key.contains('\0') {
            let message = "A key is a text of 1 to 4096 bytes without NUL characters.".to_owned();
            note(Code::InvalidValue, &["input", "key"], message, None);
        } else if key.len() > MAX_KEY {
            let message = format!("{} bytes are too long; at most {MAX_KEY} are allowed.", key.len());
            note(Code::LimitExceeded, &["input", "key"], message, None);
        }
    }
    let is_port = |port: i32| (1..=ports::LAST_PORT).contains(&port);
    if let Some((from, to)) = input.port_range
        && (!is_port(from) || !is_port(to) || from > to)
    {
        let message = "A range is two ports, 1 to 65535, the lower one first.".to_owned();
        note(Code::InvalidValue, &["input", "portRange"], message, None);
    }
    if let Some(size) = input.port_block.filter(|size| !(1..=MAX_BLOCK).contains(size)) {
        let nearest = size.clamp(1, MAX_BLOCK);
        let message = format!("A block has 1 to {MAX_BLOCK} ports.");
        note(Code::InvalidValue, &["input", "portBlock"], message, Some(nearest.to_string()));
    }
    let place = [("portRange", input.port_range.is_some()), ("portBlock", input.port_block.is_some())];
    for (field, _) in place.iter().filter(|(_, given)| *given && input.ports != PortPolicy::Reallocate) {
        let message = "Only a fork that gets new ports takes them from a range or a block.".to_owned();
        note(Code::InvalidValue, &["input", field], message, None);
    }
    for (index, _) in input.avoid_ports.iter().enumerate().filter(|(_, port)| !is_port(**port)) {
        let message = "This is no port, 1 to 65535.".to_owned();
        note(Code::InvalidValue, &["input", "avoidPorts", &index.to_string()], message, None);
    }
    if let Some(problem) = input.domain_suffix.as_deref().and_then(domains::check) {
        problems.push(problem);
    }
}

/// A name for a fork: of the last part of the key, such as that of a path.
fn proposed(source: &str, key: Option<&str>) -> String {
    let separators = ['/', '\\'];
    let last = key.and_then(|key| key.trim_end_matches(separators).rsplit(separators).next()).unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ');
    // What separates words stays visible.
    let words: String = last.chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
    let word = suggest(NameOf::Instance, &words);
    if !last.contains(|c: char| c.is_ascii_alphanumeric()) || word == source {
        format!("{source}-fork")
    } else if word.strip_prefix(source).is_some_and(|rest| rest.starts_with('-')) {
        word
    } else {
        format!("{source}-{word}")
    }
}

async fn free_name(tx: &Tx, source: &StackModel, key: Option<&str>) -> Result<Name> {
    let dependents = DependentInstances::load(tx, source.id, Naming::Copy).await?;
    dependents.free(tx, &proposed(&source.name, key), "").await?.ok_or_else(no_room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_the_last_part_of_the_key() {
        for (key, expected) in [
            (None, "shop-fork"),
            (Some("/home/me/src/shop-feature-x"), "shop-feature-x"),
            (Some("/home/me/src/Feature_X/"), "shop-feature-x"),
            (Some("C:\\src\\feature.x"), "shop-feature-x"),
            (Some("/home/me/src/shop"), "shop-fork"),
            (Some("shopping"), "shop-shopping"),
            (Some("///"), "shop-fork"),
            (Some("日本"), "shop-fork"),
            (Some("pull request 7"), "shop-pull-request-7"),
        ] {
            assert_eq!(proposed("shop", key), expected, "{key:?}");
        }
    }
}
