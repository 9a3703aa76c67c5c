//! Past states of instances and stacks.
//!
//! Called by the resolvers. It must not write, and must not merge entries itself.

use std::{collections::HashMap, sync::Arc};

use crate::{
    access::change::Subject,
    app::{
        App, Layers,
        history::point::{self, PointRef},
        overrides::references,
    },
    db::{
        Tx,
        change_log::past::{Point, Undo},
        entities::{ChangeModel, InstanceModel, StackModel, TemplateModel},
        queries::{instances, rules, stack_instances, stacks, templates},
        repeated,
    },
    error::{Error, Result, Unreadable},
    fields::TemplateValues,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{
        Cardinality, Dependency, EnvVar, OfInstance, OfStack, OfTemplate, Rules, Setting, SharedVar, for_each_kind,
        for_each_template_kind,
    },
    references::StackValues,
};

/// The layers of one kind, or the row that cannot be read.
pub(in crate::app) type PastKind<K> = Result<Layers<K>, Unreadable>;

macro_rules! past_layers {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entries of an instance, of its stack and of its template at a point, by kind, with secrets still encrypted.
        #[derive(Clone, Debug)]
        pub struct PastLayers {
            $( $(#[$doc])* pub $field: PastKind<crate::kinds::$kind>, )+
        }
    };
}
for_each_kind!(past_layers);

/// A kind of which past layers can be taken.
pub trait OfPast: crate::db::entries::Mergeable {
    /// The layers of this kind.
    fn of(layers: &PastLayers) -> &PastKind<Self>;
}

macro_rules! of_past {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
        impl OfPast for crate::kinds::$kind {
            fn of(layers: &PastLayers) -> &PastKind<Self> {
                &layers.$field
            }
        }
    )+ };
}
for_each_kind!(of_past);

/// An instance as it was.
#[derive(Clone, Debug)]
pub struct PastInstance {
    /// Its row, with the fields of that time.
    pub row: Arc<InstanceModel>,
    /// The name of its stack.
    pub stack_name: String,
    /// The name of its template.
    pub template_name: String,
    /// Its rules.
    pub rules: Arc<Rules>,
    /// Its entries, and those of its stack and its template.
    pub layers: Arc<PastLayers>,
    /// The change that made it what it was; `None` if that is older than the log.
    pub made_by: Option<ChangeModel>,
    /// The point.
    pub point: Point,
}

/// A stack as it was.
#[derive(Clone, Debug)]
pub struct PastStack {
    /// Its row, with the fields of that time.
    pub row: Arc<StackModel>,
    /// Its variables, with secrets still encrypted; or the row that cannot be read.
    pub shared_vars: Result<Arc<Vec<SharedVar>>, Unreadable>,
    /// Its live instances, oldest first.
    pub instances: Vec<Arc<PastInstance>>,
    /// The change that made it what it was; `None` if that is older than the log.
    pub made_by: Option<ChangeModel>,
    /// The point.
    pub point: Point,
}

impl PastStack {
    /// What it and its instances offered to references. Secrets are still encrypted.
    pub fn values(&self) -> StackValues {
        let offered = self.instances.iter().map(|instance| {
            let PastLayers { env_vars, ports, domains, .. } = &*instance.layers;
            references::offered(
                &instance.row,
                references::entries(env_vars.clone()).iter(),
                references::entries(ports.clone()).iter(),
                references::entries(domains.clone()).iter(),
            )
        });
        references::of_stack(offered.collect(), self.shared_vars.as_ref().map_or(&[], |vars| vars.as_slice()))
    }
}

impl App {
    /// Instances at a point. Those that did not exist then, or were in the trash, are missing. Reads one state of the
    /// database.
    pub async fn instances_at(
        &self,
        ids: &[InstanceId],
        at: &PointRef,
    ) -> Result<HashMap<InstanceId, Result<PastInstance>>> {
        repeated!(self.read_instances_at(ids, at))
    }

    async fn read_instances_at(
        &self,
        ids: &[InstanceId],
        at: &PointRef,
    ) -> Result<HashMap<InstanceId, Result<PastInstance>>> {
        let tx = self.snapshot().await?;
        let mut of_stack: HashMap<StackId, Vec<InstanceModel>> = HashMap::new();
        for row in instances::load(&tx, ids).await? {
            of_stack.entry(row.stack_id).or_default().push(row);
        }
        let stack_ids: Vec<StackId> = of_stack.keys().copied().collect();
        let mut found = HashMap::new();
        for stack in stacks::load(&tx, &stack_ids).await? {
            let rows = of_stack.remove(&stack.id).unwrap_or_default();
            let oldest = rows.iter().map(|row| row.created_at).min().unwrap_or(stack.created_at);
            let point = match point::expect_logged(&tx, self.now(), at, oldest).await {
                Ok(()) => point::resolve(&tx, self.now(), stack.id, at).await,
                Err(refusal) => Err(refusal),
            };
            match point {
                Ok(point) => {
                    let (past, _) = past_instances(&tx, &stack, rows, point).await?;
                    found.extend(past.into_iter().map(|instance| (instance.row.id, Ok(instance))));
                }
                Err(Error::BadRequest(bad)) => {
                    found.extend(rows.iter().map(|row| (row.id, Err(Error::BadRequest(bad.clone())))));
                }
                Err(cause) => return Err(cause),
            }
        }
        Ok(found)
    }

    /// A stack at a point; `None` if it did not exist then, or was in the trash. Reads one state of the database.
    pub async fn stack_at(&self, id: StackId, at: &PointRef) -> Result<Option<PastStack>> {
        repeated!(self.read_stack_at(id, at))
    }

    async fn read_stack_at(&self, id: StackId, at: &PointRef) -> Result<Option<PastStack>> {
        let tx = self.snapshot().await?;
        let Some(row) = stacks::load(&tx, &[id]).await?.into_iter().next() else { return Ok(None) };
        point::expect_logged(&tx, self.now(), at, row.created_at).await?;
        let point = point::resolve(&tx, self.now(), id, at).await?;
        past_stack(&tx, &row, point).await
    }
}

/// A stack at a point, as part of a transaction.
pub(in crate::app) async fn past_stack(tx: &Tx, now: &StackModel, point: Point) -> Result<Option<PastStack>> {
    let subject = Subject::Stack(now.id);
    let all = stack_instances::all(tx, now.id).await?;
    let (mut instances, undo) = past_instances(tx, now, all, point).await?;
    if !undo.existed(subject) || undo.was_trashed(subject, now.deleted_at.is_some()) {
        return Ok(None);
    }
    instances.sort_by_key(|instance| (instance.row.created_at, instance.row.id));
    let shared_vars = undo.entries::<OfStack, SharedVar>(tx, &[now.id]).await?.take(now.id).map(Arc::new);
    Ok(Some(PastStack {
        row: Arc::new(undo.object(now)),
        shared_vars,
        instances: instances.into_iter().map(Arc::new).collect(),
        made_by: undo.made_by(subject).cloned(),
        point,
    }))
}

/// The instances of a stack at a point, those that were live then. Also returns what was undone.
pub(in crate::app) async fn past_instances(
    tx: &Tx,
    stack: &StackModel,
    now: Vec<InstanceModel>,
    point: Point,
) -> Result<(Vec<PastInstance>, Undo)> {
    let mut template_ids: Vec<TemplateId> = now.iter().map(|row| row.template_service_id).collect();
    template_ids.sort_unstable();
    template_ids.dedup();
    let subjects: Vec<Subject> = std::iter::once(Subject::Stack(stack.id))
        .chain(now.iter().map(|row| Subject::Instance(row.id)))
        .chain(template_ids.iter().map(|id| Subject::Template(*id)))
        .collect();
    let undo = Undo::load(tx, point, &subjects).await?;
    let is_trashed = |row: &InstanceModel| row.deleted_at.is_some();
    let live = |row: &InstanceModel| {
        let subject = Subject::Instance(row.id);
        undo.existed(subject) && !undo.was_trashed(subject, is_trashed(row))
    };
    let rows: Vec<InstanceModel> = now.into_iter().filter(live).collect();
    let ids: Vec<InstanceId> = rows.iter().map(|row| row.id).collect();
    let templates: HashMap<TemplateId, TemplateModel> =
        templates::load(tx, &template_ids).await?.into_iter().map(|row| (row.id, undo.object(&row))).collect();
    let rules_now = rules::load(tx, &ids).await?;
    let no_rules = Rules::new();
    let rules: HashMap<InstanceId, Arc<Rules>> =
        ids.iter().map(|id| (*id, Arc::new(undo.rules(*id, rules_now.get(id).unwrap_or(&no_rules))))).collect();
    let shared = undo.entries::<OfStack, SharedVar>(tx, &[stack.id]).await?.take(stack.id);
    let shared = shared.map(|vars| Arc::new(vars.iter().filter_map(SharedVar::injected).collect()));
    let mut layers = all_layers(tx, &undo, &rows, (&templates, &shared), &rules).await?;
    let stack_name = undo.object(stack).name;
    let found = rows
        .iter()
        .filter_map(|row| {
            let template = templates.get(&row.template_service_id)?;
            Some(PastInstance {
                row: Arc::new(live_row(undo.object(row))),
                stack_name: stack_name.clone(),
                template_name: template.name.clone(),
                rules: Arc::clone(rules.get(&row.id)?),
                layers: Arc::new(layers.remove(&row.id)?),
                made_by: undo.made_by(Subject::Instance(row.id)).cloned(),
                point,
            })
        })
        .collect();
    Ok((found, undo))
}

/// The row of an instance that was live.
fn live_row(row: InstanceModel) -> InstanceModel {
    InstanceModel { deleted_at: None, deleted_with_stack: false, ..row }
}

/// Loads the entries of templates for each kind. Settings are fields of the template, and there are no dependencies.
struct TemplateEntries;

impl TemplateEntries {
    fn settings(template: &TemplateModel) -> Vec<Setting> {
        TemplateValues::from(template).settings().into_entries()
    }

    fn dependencies(_: &TemplateModel) -> Vec<Dependency> {
        Vec::new()
    }
}

macro_rules! template_layers {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entries of templates, by kind. The kinds without tables for templates are missing.
        #[derive(Default)]
        struct OfTemplates {
            $( $field: HashMap<TemplateId, Result<Arc<Vec<crate::kinds::$kind>>, Unreadable>>, )+
        }

        impl OfTemplates {
            async fn load(tx: &Tx, undo: &Undo, ids: &[TemplateId]) -> Result<Self> {
                let mut all = Self::default();
                $(
                    let mut loaded = undo.entries::<OfTemplate, crate::kinds::$kind>(tx, ids).await?;
                    all.$field = ids.iter().map(|id| (*id, loaded.take(*id).map(Arc::new))).collect();
                )+
                Ok(all)
            }
        }
    };
}
for_each_template_kind!(template_layers);

macro_rules! of_kind {
    ($templates:ident, $template:ident, settings) => {
        Ok(Arc::new(TemplateEntries::settings($template)))
    };
    ($templates:ident, $template:ident, dependencies) => {
        Ok(Arc::new(TemplateEntries::dependencies($template)))
    };
    ($templates:ident, $template:ident, $field:ident) => {
        $templates.$field.get(&$template.id).cloned().unwrap_or_else(|| Ok(Arc::default()))
    };
}

/// What the instances of a stack share of a kind.
macro_rules! shared_of {
    ($shared:ident, env_vars) => {
        $shared.clone()
    };
    ($shared:ident, $field:ident) => {
        Ok(Arc::default())
    };
}

/// The injected variables of a stack, or the row that cannot be read.
type SharedVars = Result<Arc<Vec<EnvVar>>, Unreadable>;

macro_rules! instance_layers {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The layers of all kinds for each instance. The number of statements does not depend on the number of instances.
        async fn all_layers(
            tx: &Tx,
            undo: &Undo,
            instances: &[InstanceModel],
            (templates, shared): (&HashMap<TemplateId, TemplateModel>, &SharedVars),
            rules: &HashMap<InstanceId, Arc<Rules>>,
        ) -> Result<HashMap<InstanceId, PastLayers>> {
            let ids: Vec<InstanceId> = instances.iter().map(|row| row.id).collect();
            let template_ids: Vec<TemplateId> = templates.keys().copied().collect();
            let of_templates = OfTemplates::load(tx, undo, &template_ids).await?;
            $( let mut $field = undo.entries::<OfInstance, crate::kinds::$kind>(tx, &ids).await?; )+
            let mut all = HashMap::new();
            for row in instances {
                let (Some(template), Some(rules)) = (templates.get(&row.template_service_id), rules.get(&row.id)) else {
                    continue;
                };
                all.insert(row.id, PastLayers { $(
                    $field: {
                        let inherited: Result<Arc<Vec<crate::kinds::$kind>>, Unreadable> =
                            of_kind!(of_templates, template, $field);
                        let shared: Result<Arc<Vec<crate::kinds::$kind>>, Unreadable> = shared_of!(shared, $field);
                        inherited.and_then(|inherited| {
                            let (shared, own) = (shared?, $field.take(row.id)?);
                            Ok(Layers::new([inherited, shared, Arc::new(own)], rules))
                        })
                    },
                )+ });
            }
            Ok(all)
        }
    };
}
for_each_kind!(instance_layers);
