//! The use cases on API keys: create, list and revoke them, and authenticate a caller.
//!
//! Called by the resolvers, the command line and the server. They must not log a key, and must not store one in clear
//! text.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    access::{
        Access, Permission, Role, Scope,
        api_key::{ApiKey, KeyDigest},
    },
    app::{App, StackRef, find},
    db::{
        Command, StoredOutcome, Tx,
        entities::ApiKeyModel,
        idempotency::outcomes::ApiKeyForm,
        queries::{
            api_keys::{self, FoundKey, NewKey},
            stacks::RowLock,
        },
    },
    error::{Code, Error, Problem, Problems, Result, Unique},
    ids::{AnyId, StackId},
    name::{Name, NameOf},
};

/// The maximum number of stacks to which a key can be limited.
const MAX_STACKS: usize = 100;

/// The input of [`App::create_api_key`].
#[derive(Clone, Debug, Hash)]
pub struct CreateApiKey {
    /// The name, which appears in the log and is used to revoke the key.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The stacks to which the key is limited; `None` for all stacks.
    pub stacks: Option<Vec<StackRef>>,
    /// When the key expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether changes that can destroy something need the token of a plan.
    pub requires_plan: bool,
}

/// An API key without its secret.
#[derive(Clone, Debug)]
pub struct ListedKey {
    /// The row.
    pub row: ApiKeyModel,
    /// The role.
    pub role: Role,
    /// The stacks to which the key is limited; `None` for all stacks.
    pub stacks: Option<Vec<StackId>>,
}

/// A new key. Its text is returned once and cannot be read again.
#[derive(Clone, Debug)]
pub struct CreatedKey {
    /// The key.
    pub key: ApiKey,
    /// Its entry in the list of keys.
    pub listed: ListedKey,
}

/// The input of [`App::revoke_api_key`].
#[derive(Clone, Debug, Hash)]
pub struct RevokeApiKey {
    /// The name of the key.
    pub name: String,
}

/// The stored form of [`ListedKey`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListedKeyForm {
    row: ApiKeyForm,
    role: Role,
    stacks: Option<Vec<StackId>>,
}

impl StoredOutcome for ListedKey {
    type Form = ListedKeyForm;
    fn to_form(&self) -> Option<ListedKeyForm> {
        Some(ListedKeyForm { row: (&self.row).into(), role: self.role, stacks: self.stacks.clone() })
    }
    fn from_form(ListedKeyForm { row, role, stacks }: ListedKeyForm) -> Option<Self> {
        Some(Self { row: row.into(), role, stacks })
    }
    /// Keys belong to no stack, and callers that may manage keys see all stacks.
    fn subject(&self) -> Option<AnyId> {
        None
    }
}

/// Stores the key itself, encrypted, so that a client that lost the response can repeat the request.
impl StoredOutcome for CreatedKey {
    type Form = (String, ListedKeyForm);
    const SECRET: bool = true;
    fn to_form(&self) -> Option<Self::Form> {
        Some((self.key.reveal(), self.listed.to_form()?))
    }
    fn from_form((key, listed): Self::Form) -> Option<Self> {
        Some(Self { key: ApiKey::parse(&key)?, listed: ListedKey::from_form(listed)? })
    }
    fn subject(&self) -> Option<AnyId> {
        None
    }
}

struct Create<'a> {
    wanted: &'a CreateApiKey,
    key: &'a ApiKey,
}

impl App {
    /// Creates a key.
    pub async fn create_api_key(&self, input: CreateApiKey) -> Result<CreatedKey> {
        let key = ApiKey::generate(self.db.random())
            .map_err(|cause| Error::Failed { message: format!("no random numbers: {cause}"), source: cause.into() })?;
        match self.write(&Create { wanted: &input, key: &key }).await {
            Err(Error::Conflict(Unique::KeyName)) => {
                let message =
                    format!("There is already a key `{}`; revoke it first, or choose another name.", input.name);
                Err(Error::refused(Problem::new(Code::NameTaken, &["input", "name"], message)))
            }
            done => done,
        }
    }

    /// All keys, including revoked and expired ones, oldest first.
    pub async fn api_keys(&self) -> Result<Vec<ListedKey>> {
        self.allow(Permission::ADMINISTER_ALL)?;
        api_keys::all(&self.reader()).await?.into_iter().map(|(row, stacks)| listed(row, stacks)).collect()
    }

    /// Revokes a key, with immediate effect.
    pub async fn revoke_api_key(&self, input: RevokeApiKey) -> Result<ListedKey> {
        self.write(&input).await
    }

    /// Whether a key was ever created. Needs no permission, because it decides whether authentication is required.
    pub async fn has_keys(&self) -> Result<bool> {
        Ok(api_keys::any(&self.reader()).await?)
    }

    /// Returns the access of a key; `None` if the key is unknown, revoked or expired.
    pub async fn holder(&self, key: &ApiKey) -> Result<Option<Access>> {
        let digest = key.digest();
        let found = api_keys::find(&self.reader(), &digest).await?;
        self.access_of(&digest, &found)
    }

    /// Returns the access of each key, as [`App::holder`] does, with one statement.
    pub async fn holders(&self, keys: &[ApiKey]) -> Result<Vec<Option<Access>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let digests: Vec<KeyDigest> = keys.iter().map(ApiKey::digest).collect();
        let lookups: Vec<String> = digests.iter().map(KeyDigest::lookup).collect();
        let mut found: HashMap<String, Vec<FoundKey>> = HashMap::new();
        for row in api_keys::find_all(&self.reader(), &lookups).await? {
            found.entry(row.lookup.clone()).or_default().push(row);
        }
        let rows = |lookup| found.get(lookup).map(Vec::as_slice).unwrap_or_default();
        digests.iter().zip(&lookups).map(|(digest, lookup)| self.access_of(digest, rows(lookup))).collect()
    }

    /// The access of a key, from the rows that were found by its digest.
    fn access_of(&self, digest: &KeyDigest, found: &[FoundKey]) -> Result<Option<Access>> {
        let Some(first) = found.first().filter(|row| digest.verify(&row.verifier)) else { return Ok(None) };
        if first.expires_at.is_some_and(|end| end <= self.clock.now()) {
            return Ok(None);
        }
        let role = role(&first.role)?;
        let scope = if first.limited {
            let mut stacks: Vec<StackId> = found.iter().filter_map(|row| row.stack_id).collect();
            stacks.sort_unstable();
            Scope::Stacks(stacks.into())
        } else {
            Scope::Everything
        };
        let (key, key_id, requires_plan) = (Some(Arc::from(first.name.as_str())), Some(first.id), first.requires_plan);
        Ok(Some(Access { role, scope, key, key_id, requires_plan }))
    }
}

fn role(text: &str) -> Result<Role> {
    text.parse().map_err(|_| Error::Internal(format!("a key has the unknown role {text}")))
}

fn listed(row: ApiKeyModel, stacks: Vec<StackId>) -> Result<ListedKey> {
    Ok(ListedKey { role: role(&row.role)?, stacks: row.limited.then_some(stacks), row })
}

impl Command for Create<'_> {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = CreatedKey;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<CreatedKey> {
        let mut problems = Problems::default();
        let name = Name::parse(NameOf::Key, &self.wanted.name);
        let name = problems.keep(name.map_err(|error| Problem::name(&["input", "name"], error)));
        let stacks = match &self.wanted.stacks {
            Some(wanted) => Some(resolve_stacks(tx, wanted, &mut problems).await?),
            None => None,
        };
        if self.wanted.expires_at.is_some_and(|end| end <= now) {
            let message = "The key would have ended already.";
            problems.push(Problem::new(Code::InvalidValue, &["input", "expiresAt"], message));
        }
        problems.finish()?;
        let Some(name) = name else { return Err(Error::Internal("a key has no name".into())) };
        let digest = self.key.digest();
        let new = NewKey {
            name: name.as_str(),
            role: self.wanted.role.as_str(),
            hint: self.key.hint(),
            lookup: digest.lookup(),
            verifier: digest.verifier(),
            stacks: stacks.as_deref(),
            requires_plan: self.wanted.requires_plan,
            expires_at: self.wanted.expires_at,
        };
        let listed = listed(api_keys::insert(tx, new, now).await?, stacks.unwrap_or_default())?;
        Ok(CreatedKey { key: self.key.clone(), listed })
    }
}

/// Resolves the stacks to which a key is limited, each once.
async fn resolve_stacks(tx: &Tx, wanted: &[StackRef], problems: &mut Problems) -> Result<Vec<StackId>> {
    if wanted.is_empty() || wanted.len() > MAX_STACKS {
        let message = format!("A key is limited to 1 to {MAX_STACKS} stacks; leave `stacks` out for all of them.");
        problems.push(Problem::new(Code::LimitExceeded, &["input", "stacks"], message));
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (at, stack) in wanted.iter().enumerate() {
        let stack = find::stack(tx, stack, RowLock::Shared).await?.map_err(|mut problem| {
            // The index in the list replaces the single `stack` in the path of the problem.
            problem.path.splice(1..2, ["stacks".to_owned(), at.to_string()]);
            problem
        });
        found.extend(problems.keep(stack).map(|stack| stack.id));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

impl Command for RevokeApiKey {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = ListedKey;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<ListedKey> {
        let revoked = if find::storable(&self.name) { api_keys::revoke(tx, &self.name, now).await? } else { None };
        let Some(revoked) = revoked else {
            let message = format!("There is no key `{}` that could be revoked.", find::shown(&self.name));
            return Err(Error::refused(Problem::new(Code::NotFound, &["input", "name"], message)));
        };
        let all = api_keys::all(tx).await?;
        let stacks = all.into_iter().find(|(row, _)| row.id == revoked.id).map(|(_, stacks)| stacks);
        listed(revoked, stacks.unwrap_or_default())
    }
}
