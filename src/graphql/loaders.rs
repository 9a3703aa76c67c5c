//! Data loaders: batch the reads of all resolvers of a request, with one key type for each sort of read.
//!
//! Used by the object types. They must not decide what the absence of a row means.

use std::{
    collections::HashMap,
    convert::identity,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    mem::{Discriminant, discriminant},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::dataloader::{DataLoader, Loader};

use crate::{
    app::{App, ComposeFile, Conflict, Edits, PastInstance, PastStack, PointRef, Rendering, Sides, StackReferences},
    db::{
        change_log::{
            cursor::LogEnd,
            history::{ByPosition, ChangeFilter, Whose},
            past::Point,
            since::LastChanges,
        },
        entities::{ChangeModel, ForkModel, InstanceModel, StackModel, TemplateModel},
        entries::{Loaded, Source},
        queries::{
            instances::{ByAge, InstanceFilter, Parent},
            page::{Page, Slice},
            stacks::ByName,
        },
    },
    error::{Error, Problem, Unreadable},
    graphql::execution::tasks::{NoDelay, RequestTasks},
    ids::{ChangeId, InstanceId, StackId, TemplateId},
    kinds::{Owner, Rules},
    references::StackValues,
    stack_document::Format,
};

type Answer<K, V> = Result<HashMap<K, V>, Arc<Error>>;

/// The loaders of one request. They do not cache: a mutation must not return data that was read before it. Clones share
/// their batches.
#[derive(Clone)]
pub(super) struct Loaders {
    reader: Arc<DataLoader<Reader>>,
    planned: Arc<Mutex<Planned>>,
}

/// The stacks and templates of plans, which may be in no table.
#[derive(Default)]
struct Planned {
    stacks: HashMap<StackId, Arc<StackModel>>,
    templates: HashMap<TemplateId, Arc<TemplateModel>>,
}

impl Loaders {
    pub(super) fn new(app: App, tasks: &RequestTasks) -> Self {
        // A batch starts only when all keys are known, so its size needs no limit: the pages of a request bound it.
        let reader = DataLoader::new(Reader(app), tasks.clone(), NoDelay).max_batch_size(usize::MAX);
        Self { reader: Arc::new(reader), planned: Arc::default() }
    }

    /// Notes the stacks and templates of a plan, for what it shows of instances that do not exist yet.
    pub(super) fn note_planned(&self, stacks: &[StackModel], templates: &[TemplateModel]) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.stacks.extend(stacks.iter().map(|row| (row.id, Arc::new(row.clone()))));
        planned.templates.extend(templates.iter().map(|row| (row.id, Arc::new(row.clone()))));
    }

    /// A stack of a plan.
    pub(super) fn planned_stack(&self, id: StackId) -> Option<Arc<StackModel>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).stacks.get(&id).cloned()
    }

    /// A template of a plan.
    pub(super) fn planned_template(&self, id: TemplateId) -> Option<Arc<TemplateModel>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).templates.get(&id).cloned()
    }

    /// The entries of one kind that an owner has.
    pub(super) async fn entries<O: Owner, K: Source<O>>(&self, owner: O::Id) -> Result<Arc<Vec<K>>, Arc<Error>> {
        match self.load(EntriesOf::<O, K>::new(owner)).await? {
            None => Ok(Arc::default()),
            Some(found) => found.map_err(|row| Arc::new(row.into())),
        }
    }

    /// Loads one value, in one batch with all other keys of its type.
    pub(super) async fn load<K>(&self, key: K) -> Result<Option<<Reader as Loader<K>>::Value>, Arc<Error>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Reader: Loader<K, Error = Arc<Error>>,
    {
        self.reader.load_one(key).await
    }
}

/// Reads the values through the use cases.
pub(super) struct Reader(App);

/// Keys that are an id, and their loaders: one call of a use case takes all ids and gives a value for each.
macro_rules! loaders_by_id {
    ($( $(#[$doc:meta])+ $key:ident($id:ty) -> $value:ty: $load:ident, $wrap:expr; )+) => { $(
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) struct $key(pub(super) $id);

        impl Loader<$key> for Reader {
            type Value = $value;
            type Error = Arc<Error>;
            async fn load(&self, keys: &[$key]) -> Answer<$key, $value> {
                let ids: Vec<$id> = keys.iter().map(|key| key.0).collect();
                let found = self.0.$load(&ids).await?;
                Ok(found.into_iter().map(|(id, value)| ($key(id), $wrap(value))).collect())
            }
        }
    )+ };
}

loaders_by_id! {
    /// A stack by its key, trashed or not.
    StackKey(StackId) -> Arc<StackModel>: load_stacks, Arc::new;
    /// A template by its key.
    TemplateKey(TemplateId) -> Arc<TemplateModel>: load_templates, Arc::new;
    /// An instance by its key, trashed or not.
    InstanceKey(InstanceId) -> Arc<InstanceModel>: load_instances, Arc::new;
    /// What an instance removes from its template.
    RulesOf(InstanceId) -> Arc<Rules>: load_rules, Arc::new;
    /// A change.
    ChangeKey(ChangeId) -> Arc<ChangeModel>: load_changes, Arc::new;
    /// What a change has changed.
    EditsOf(ChangeId) -> Arc<Edits>: load_edits, Arc::new;
    /// The conflicts of an instance.
    ConflictsOf(InstanceId) -> Arc<Vec<Conflict>>: conflicts_of, Arc::new;
    /// The conflicts of a stack's live, enabled instances.
    StackConflictsOf(StackId) -> Arc<Vec<Conflict>>: conflicts_of_stacks, Arc::new;
    /// What the live instances of a stack offer to references.
    ValuesOf(StackId) -> Arc<StackValues>: stack_values, identity;
    /// The references in the live instances of a stack.
    ReferencesOf(StackId) -> Arc<StackReferences>: references_of_stacks, Arc::new;
    /// What is known of a stack that is a fork.
    ForkOf(StackId) -> Arc<ForkModel>: load_forks, Arc::new;
    /// The owners of entries of a stack.
    OwnersOf(StackId) -> Vec<String>: load_owners, identity;
    /// The number of live forks of a stack.
    ForkCountOf(StackId) -> i64: count_forks, identity;
    /// The number of instances that are restored with a trashed stack.
    TrashedMembersOf(StackId) -> i64: count_trashed_members, identity;
    /// The obstacles to restoring a stack.
    StackObstaclesOf(StackId) -> Vec<Problem>: stack_obstacles, identity;
    /// The obstacles to restoring an instance.
    InstanceObstaclesOf(InstanceId) -> Vec<Problem>: instance_obstacles, identity;
}

/// A stack as Compose files.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ComposeOf {
    pub(super) stack: StackId,
    pub(super) how: Rendering,
}
/// The document of a stack.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct DocumentOf {
    pub(super) stack: StackId,
    pub(super) format: Format,
}
/// A page of the instances of a stack or template.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct InstancePageOf<P> {
    pub(super) parent: P,
    pub(super) filter: InstanceFilter,
    pub(super) slice: Slice<ByAge>,
}
/// The number of instances of a stack or template.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct InstanceCountOf<P> {
    pub(super) parent: P,
    pub(super) filter: InstanceFilter,
}

/// A page of the live forks of a stack.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct ForkPageOf {
    pub(super) source: StackId,
    pub(super) slice: Slice<ByName>,
}

/// A page of the changes of one list.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct HistoryPageOf {
    pub(super) whose: Whose,
    pub(super) filter: ChangeFilter,
    pub(super) slice: Slice<ByPosition>,
}
/// The last changes of the entries of an instance and its template.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LastChangesOf(pub(super) Sides);
/// The end of the change log for a stack, until an end of the whole log, which all keys of a request share.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct LogEndOf {
    pub(super) until: Arc<LogEnd>,
    pub(super) stack: StackId,
}
/// The epoch of the change log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EpochKey;
/// An instance as it was at a point.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct InstanceVersionOf {
    pub(super) instance: InstanceId,
    pub(super) at: PointRef,
}
/// A stack as it was at a point.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct StackVersionOf {
    pub(super) stack: StackId,
    pub(super) at: PointRef,
}

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
    /// Shared, because many instances of a list have the same template. An unreadable row fails only for its owner.
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

impl Loader<ComposeOf> for Reader {
    /// A stack that cannot be rendered fails alone.
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

impl Loader<DocumentOf> for Reader {
    /// A stack that has no document fails alone.
    type Value = Result<String, Arc<Error>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[DocumentOf]) -> Answer<DocumentOf, Self::Value> {
        let mut answers = HashMap::new();
        for format in [Format::Yaml, Format::Json] {
            let stacks: Vec<StackId> = keys.iter().filter(|key| key.format == format).map(|key| key.stack).collect();
            if stacks.is_empty() {
                continue;
            }
            let texts = self.0.stack_documents(&stacks, format).await?;
            let answer = |(stack, text): (StackId, Result<String, Error>)| {
                (DocumentOf { stack, format }, text.map_err(Arc::new))
            };
            answers.extend(texts.into_iter().map(answer));
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

impl Loader<ForkPageOf> for Reader {
    type Value = Page<Arc<StackModel>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[ForkPageOf]) -> Answer<ForkPageOf, Page<Arc<StackModel>>> {
        let mut questions: HashMap<&Slice<ByName>, Vec<StackId>> = HashMap::new();
        for key in keys {
            questions.entry(&key.slice).or_default().push(key.source);
        }
        let mut answers = HashMap::new();
        for (slice, sources) in questions {
            for (source, page) in self.0.load_fork_pages(&sources, slice).await? {
                answers.insert(ForkPageOf { source, slice: slice.clone() }, page.map(Arc::new));
            }
        }
        Ok(answers)
    }
}

impl Loader<HistoryPageOf> for Reader {
    type Value = Page<Arc<ChangeModel>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[HistoryPageOf]) -> Answer<HistoryPageOf, Page<Arc<ChangeModel>>> {
        /// Pages of lists of the same sort, with the same filter.
        type Question<'q> = (&'q ChangeFilter, &'q Slice<ByPosition>, Discriminant<Whose>);
        let mut questions: HashMap<Question<'_>, Vec<Whose>> = HashMap::new();
        for key in keys {
            questions.entry((&key.filter, &key.slice, discriminant(&key.whose))).or_default().push(key.whose);
        }
        let mut answers = HashMap::new();
        for ((filter, slice, _), lists) in questions {
            for (whose, page) in self.0.history(&lists, filter, slice).await? {
                let key = HistoryPageOf { whose, filter: filter.clone(), slice: slice.clone() };
                answers.insert(key, page.map(Arc::new));
            }
        }
        Ok(answers)
    }
}

impl Loader<EpochKey> for Reader {
    type Value = i64;
    type Error = Arc<Error>;
    async fn load(&self, _: &[EpochKey]) -> Answer<EpochKey, i64> {
        Ok(HashMap::from([(EpochKey, self.0.epoch().await?)]))
    }
}

impl Loader<LogEndOf> for Reader {
    type Value = LogEnd;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[LogEndOf]) -> Answer<LogEndOf, LogEnd> {
        let Some(first) = keys.first() else { return Ok(HashMap::new()) };
        let stacks: Vec<StackId> = keys.iter().map(|key| key.stack).collect();
        let found = self.0.log_end_of_stacks(&first.until, &stacks).await?;
        let key = |stack| LogEndOf { until: Arc::clone(&first.until), stack };
        Ok(found.into_iter().map(|(stack, end)| (key(stack), end)).collect())
    }
}

impl Loader<LastChangesOf> for Reader {
    /// Shared by all instances that were asked for.
    type Value = Arc<LastChanges>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[LastChangesOf]) -> Answer<LastChangesOf, Self::Value> {
        let sides: Vec<Sides> = keys.iter().map(|key| key.0).collect();
        let found = self.0.last_changes(&sides).await?;
        let found: HashMap<Point, Arc<LastChanges>> =
            found.into_iter().map(|(point, known)| (point, Arc::new(known))).collect();
        Ok(keys.iter().filter_map(|key| Some((*key, Arc::clone(found.get(&key.0.point)?)))).collect())
    }
}

impl Loader<InstanceVersionOf> for Reader {
    /// A state that cannot be read fails alone.
    type Value = Result<Arc<PastInstance>, Arc<Error>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[InstanceVersionOf]) -> Answer<InstanceVersionOf, Self::Value> {
        let mut questions: HashMap<&PointRef, Vec<InstanceId>> = HashMap::new();
        for key in keys {
            questions.entry(&key.at).or_default().push(key.instance);
        }
        let mut answers = HashMap::new();
        for (at, instances) in questions {
            for (instance, found) in self.0.instances_at(&instances, at).await? {
                let key = InstanceVersionOf { instance, at: at.clone() };
                answers.insert(key, found.map(Arc::new).map_err(Arc::new));
            }
        }
        Ok(answers)
    }
}

impl Loader<StackVersionOf> for Reader {
    /// A state that cannot be read fails alone.
    type Value = Result<Arc<PastStack>, Arc<Error>>;
    type Error = Arc<Error>;
    async fn load(&self, keys: &[StackVersionOf]) -> Answer<StackVersionOf, Self::Value> {
        let mut answers = HashMap::new();
        for key in keys {
            if let Some(found) = self.0.stack_at(key.stack, &key.at).await.transpose() {
                answers.insert(key.clone(), found.map(Arc::new).map_err(Arc::new));
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
