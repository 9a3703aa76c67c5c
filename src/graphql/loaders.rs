//! One reader, one key type per question, one loader for all of them: many resolvers ask, one statement answers.
//!
//! Used by the types. They must never decide what absence means.

use std::{
    collections::HashMap,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use async_graphql::dataloader::{DataLoader, Loader};

use crate::{
    app::{App, ComposeFile, Conflict, Rendering},
    db::{
        entities::{InstanceModel, StackModel, TemplateModel},
        entries::{Loaded, Source},
        queries::{
            instances::{ByAge, InstanceFilter, Parent},
            page::{Page, Slice},
        },
    },
    error::{Error, Problem, Unreadable},
    graphql::execution::tasks::{NoDelay, RequestTasks},
    ids::{InstanceId, StackId, TemplateId},
    kinds::{Owner, Rules},
};

type Answer<K, V> = Result<HashMap<K, V>, Arc<Error>>;

/// The loaders of one request. They keep nothing: a mutation's answer never shows what was read before it.
pub(super) struct Loaders(DataLoader<Reader>);

impl Loaders {
    pub(super) fn new(app: App, tasks: &RequestTasks) -> Self {
        // Sooner than all keys are known is never: a page has at most 100 rows, a request at most a few pages.
        Self(DataLoader::new(Reader(app), tasks.clone(), NoDelay).max_batch_size(usize::MAX))
    }

    /// The entries of one kind that an owner has.
    pub(super) async fn entries<O: Owner, K: Source<O>>(&self, owner: O::Id) -> Result<Arc<Vec<K>>, Arc<Error>> {
        match self.load(EntriesOf::<O, K>::new(owner)).await? {
            None => Ok(Arc::default()),
            Some(found) => found.map_err(|row| Arc::new(row.into())),
        }
    }

    /// The answer to one question; asked together with all others of its sort.
    pub(super) async fn load<K>(&self, key: K) -> Result<Option<<Reader as Loader<K>>::Value>, Arc<Error>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Reader: Loader<K, Error = Arc<Error>>,
    {
        self.0.load_one(key).await
    }
}

/// Answers the questions of the types.
pub(super) struct Reader(App);

/// A stack by its key, trashed or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StackKey(pub(super) StackId);
/// A template by its key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TemplateKey(pub(super) TemplateId);
/// An instance by its key, trashed or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct InstanceKey(pub(super) InstanceId);
/// What an instance takes away from its template.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RulesOf(pub(super) InstanceId);
/// What an instance claims although others hold it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConflictsOf(pub(super) InstanceId);
/// The conflicts of a stack's live, enabled instances.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StackConflictsOf(pub(super) StackId);
/// A stack as Compose files.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ComposeOf {
    pub(super) stack: StackId,
    pub(super) how: Rendering,
}
/// A page of the instances of a stack or template.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct InstancePageOf<P> {
    pub(super) parent: P,
    pub(super) filter: InstanceFilter,
    pub(super) slice: Slice<ByAge>,
}
/// How many instances a stack or template has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct InstanceCountOf<P> {
    pub(super) parent: P,
    pub(super) filter: InstanceFilter,
}

/// How many instances would come back with a trashed stack.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TrashedMembersOf(pub(super) StackId);
/// What stands in the way of restoring a stack.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StackObstaclesOf(pub(super) StackId);
/// What stands in the way of restoring an instance.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct InstanceObstaclesOf(pub(super) InstanceId);

/// The entries of kind `K` that an owner has: one key type for all pairs of owner and kind.
pub(super) struct EntriesOf<O: Owner, K>(O::Id, PhantomData<fn() -> K>);

impl<O: Owner, K> EntriesOf<O, K> {
    pub(super) fn new(owner: O::Id) -> Self {
        Self(owner, PhantomData)
    }
}
impl<O: Owner, K> Clone for EntriesOf<O, K> {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}
impl<O: Owner, K> PartialEq for EntriesOf<O, K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<O: Owner, K> Eq for EntriesOf<O, K> {}
impl<O: Owner, K> Hash for EntriesOf<O, K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<O: Owner, K> fmt::Debug for EntriesOf<O, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntriesOf({:?})", self.0)
    }
}

impl<O: Owner, K: Source<O>> Loader<EntriesOf<O, K>> for Reader {
    /// Shared: many instances of a list have the same template. A row that cannot be read costs its owner only.
    type Value = Result<Arc<Vec<K>>, Unreadable>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[EntriesOf<O, K>]) -> Answer<EntriesOf<O, K>, Self::Value> {
        let owners: Vec<O::Id> = keys.iter().map(|key| key.0).collect();
        let Loaded { entries, unreadable } = self.0.load_entries::<O, K>(&owners).await?;
        let entries = entries.into_iter().map(|(owner, entries)| (owner, Ok(Arc::new(entries))));
        let unreadable = unreadable.into_iter().map(|(owner, row)| (owner, Err(row)));
        Ok(entries.chain(unreadable).map(|(owner, found)| (EntriesOf::new(owner), found)).collect())
    }
}

impl Loader<RulesOf> for Reader {
    type Value = Arc<Rules>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[RulesOf]) -> Answer<RulesOf, Arc<Rules>> {
        let ids: Vec<InstanceId> = keys.iter().map(|key| key.0).collect();
        let found = self.0.load_rules(&ids).await?;
        Ok(found.into_iter().map(|(id, rules)| (RulesOf(id), Arc::new(rules))).collect())
    }
}

impl Loader<StackKey> for Reader {
    type Value = Arc<StackModel>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[StackKey]) -> Answer<StackKey, Arc<StackModel>> {
        let ids: Vec<StackId> = keys.iter().map(|key| key.0).collect();
        Ok(self.0.load_stacks(&ids).await?.into_iter().map(|(id, row)| (StackKey(id), Arc::new(row))).collect())
    }
}

impl Loader<TemplateKey> for Reader {
    type Value = Arc<TemplateModel>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[TemplateKey]) -> Answer<TemplateKey, Arc<TemplateModel>> {
        let ids: Vec<TemplateId> = keys.iter().map(|key| key.0).collect();
        Ok(self.0.load_templates(&ids).await?.into_iter().map(|(id, row)| (TemplateKey(id), Arc::new(row))).collect())
    }
}

impl Loader<InstanceKey> for Reader {
    type Value = Arc<InstanceModel>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[InstanceKey]) -> Answer<InstanceKey, Arc<InstanceModel>> {
        let ids: Vec<InstanceId> = keys.iter().map(|key| key.0).collect();
        Ok(self.0.load_instances(&ids).await?.into_iter().map(|(id, row)| (InstanceKey(id), Arc::new(row))).collect())
    }
}

impl Loader<ConflictsOf> for Reader {
    type Value = Arc<Vec<Conflict>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[ConflictsOf]) -> Answer<ConflictsOf, Arc<Vec<Conflict>>> {
        let ids: Vec<InstanceId> = keys.iter().map(|key| key.0).collect();
        Ok(self.0.conflicts_of(&ids).await?.into_iter().map(|(id, found)| (ConflictsOf(id), Arc::new(found))).collect())
    }
}

impl Loader<StackConflictsOf> for Reader {
    type Value = Arc<Vec<Conflict>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[StackConflictsOf]) -> Answer<StackConflictsOf, Arc<Vec<Conflict>>> {
        let ids: Vec<StackId> = keys.iter().map(|key| key.0).collect();
        let found = self.0.conflicts_of_stacks(&ids).await?;
        Ok(found.into_iter().map(|(id, found)| (StackConflictsOf(id), Arc::new(found))).collect())
    }
}

impl Loader<ComposeOf> for Reader {
    /// A stack that cannot be rendered costs itself only.
    type Value = Result<Arc<ComposeFile>, Arc<Error>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[ComposeOf]) -> Answer<ComposeOf, Self::Value> {
        let mut ways: HashMap<Rendering, Vec<StackId>> = HashMap::new();
        for key in keys {
            ways.entry(key.how).or_default().push(key.stack);
        }
        let mut answers = HashMap::new();
        for (how, stacks) in ways {
            let files = self.0.compose_stacks(&stacks, how).await?;
            let shared = |file: Result<ComposeFile, Error>| file.map(Arc::new).map_err(Arc::new);
            answers.extend(files.into_iter().map(|(stack, file)| (ComposeOf { stack, how }, shared(file))));
        }
        Ok(answers)
    }
}

impl<P: Parent> Loader<InstancePageOf<P>> for Reader {
    type Value = Page<Arc<InstanceModel>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[InstancePageOf<P>]) -> Answer<InstancePageOf<P>, Page<Arc<InstanceModel>>> {
        let mut questions: HashMap<(&InstanceFilter, &Slice<ByAge>), Vec<P>> = HashMap::new();
        for key in keys {
            questions.entry((&key.filter, &key.slice)).or_default().push(key.parent);
        }
        let mut answers = HashMap::new();
        for ((filter, slice), parents) in questions {
            for (parent, page) in self.0.load_instance_pages(&parents, filter, slice).await? {
                let key = InstancePageOf { parent, filter: filter.clone(), slice: slice.clone() };
                answers.insert(key, page.map(Arc::new));
            }
        }
        Ok(answers)
    }
}

impl<P: Parent> Loader<InstanceCountOf<P>> for Reader {
    type Value = i64;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[InstanceCountOf<P>]) -> Answer<InstanceCountOf<P>, i64> {
        let mut questions: HashMap<&InstanceFilter, Vec<P>> = HashMap::new();
        for key in keys {
            questions.entry(&key.filter).or_default().push(key.parent);
        }
        let mut answers = HashMap::new();
        for (filter, parents) in questions {
            for (parent, n) in self.0.count_instances(&parents, filter).await? {
                answers.insert(InstanceCountOf { parent, filter: filter.clone() }, n);
            }
        }
        Ok(answers)
    }
}

impl Loader<TrashedMembersOf> for Reader {
    type Value = i64;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[TrashedMembersOf]) -> Answer<TrashedMembersOf, i64> {
        let ids: Vec<StackId> = keys.iter().map(|key| key.0).collect();
        Ok(self.0.count_trashed_members(&ids).await?.into_iter().map(|(id, n)| (TrashedMembersOf(id), n)).collect())
    }
}

impl Loader<StackObstaclesOf> for Reader {
    type Value = Vec<Problem>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[StackObstaclesOf]) -> Answer<StackObstaclesOf, Vec<Problem>> {
        let ids: Vec<StackId> = keys.iter().map(|key| key.0).collect();
        Ok(self.0.stack_obstacles(&ids).await?.into_iter().map(|(id, found)| (StackObstaclesOf(id), found)).collect())
    }
}

impl Loader<InstanceObstaclesOf> for Reader {
    type Value = Vec<Problem>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[InstanceObstaclesOf]) -> Answer<InstanceObstaclesOf, Vec<Problem>> {
        let ids: Vec<InstanceId> = keys.iter().map(|key| key.0).collect();
        let found = self.0.instance_obstacles(&ids).await?;
        Ok(found.into_iter().map(|(id, found)| (InstanceObstaclesOf(id), found)).collect())
    }
}
