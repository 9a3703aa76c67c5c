//! Compares two stacks, or two states of one: which instances are only on one side, and what differs in the others.
//!
//! Called by the resolvers. It must not tell a caller whether two secrets are the same, unless the caller may reveal them.

mod values;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use self::values::{Opening, SharedValues, Values, differences};
use crate::{
    access::{Permission, Scope},
    app::{
        App, ImportCompose, StackRef,
        compose::import,
        find,
        history::{
            point::{self, PointRef},
            version::{self, PastInstance, PastStack},
        },
    },
    compose::Note,
    db::{Command, Tx, change_log::past::Point, entities::StackModel, not_stored, repeated},
    error::{Error, Result},
    ids::InstanceId,
    kinds::AnyChange,
};

/// A side of a comparison.
#[derive(Clone, Debug)]
pub enum SideRef {
    /// A live stack as it is.
    Now(StackRef),
    /// A stack as it was at a point.
    At(StackRef, PointRef),
    /// What an import would make into a new stack.
    Document(Box<ImportCompose>),
}

/// A field with its values on both sides.
pub type FieldDifference = (&'static str, String, String);

/// An instance that differs.
#[derive(Clone, Debug)]
pub struct ChangedInstance {
    /// The instance on both sides.
    pub sides: [Arc<PastInstance>; 2],
    /// The fields that differ.
    pub fields: Vec<FieldDifference>,
    /// The entries of the effective configuration that differ.
    pub entries: Vec<AnyChange>,
}

/// The differences between two sides.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The fields of the stacks that differ.
    pub fields: Vec<FieldDifference>,
    /// The variables of the stacks that differ.
    pub shared_vars: Vec<AnyChange>,
    /// The instances without a counterpart, for each side.
    pub only: [Vec<Arc<PastInstance>>; 2],
    /// The instances that differ from their counterparts.
    pub changed: Vec<ChangedInstance>,
    /// What the documents say and an import does not hold as it stands there.
    pub notes: Vec<Note>,
}

impl App {
    /// Compares two sides, each as of one moment. Instances of one stack are paired by identity; those of two by name, then by
    /// their template if it has one instance without a counterpart on each side.
    pub async fn compare(&self, a: SideRef, b: SideRef) -> Result<Comparison> {
        let (mut a, mut b) = (self.side(a).await?, self.side(b).await?);
        let mut comparison = compare(&a, &b)?;
        comparison.notes = [&mut a, &mut b].into_iter().filter_map(|side| side.notes.take()).flatten().collect();
        Ok(comparison)
    }

    async fn side(&self, side: SideRef) -> Result<Side> {
        match side {
            SideRef::Now(wanted) => self.stored(&wanted, PointRef::Positions(Point::NOW)).await,
            SideRef::At(wanted, at) => self.stored(&wanted, at).await,
            SideRef::Document(document) => self.document(*document).await,
        }
    }

    async fn stored(&self, wanted: &StackRef, at: PointRef) -> Result<Side> {
        repeated!(self.read_stored(wanted, at.clone()))
    }

    async fn read_stored(&self, wanted: &StackRef, at: PointRef) -> Result<Side> {
        let tx = self.snapshot().await?;
        let row = find::live_stack(&tx, wanted).await?;
        point::expect_logged(&tx, self.now(), &at, row.created_at).await?;
        let point = point::resolve(&tx, self.now(), row.id, &at).await?;
        let past = version::past_stack(&tx, &row, point).await?;
        let past = past.ok_or_else(|| {
            Error::bad_request(format!(
                "The stack `{}` did not exist then, or was in the trash.",
                find::shown(&row.name)
            ))
        })?;
        Side::new(&tx, past, self.reveals(), self.reveals_templates())
    }

    /// What a document would make, in a transaction that is rolled back.
    async fn document(&self, mut document: ImportCompose) -> Result<Side> {
        // Names that nothing else has.
        let name = format!("compare-{:016x}", self.db.random().distinct());
        let prefix = format!("{name}-");
        document.request.prefix = Some(prefix.clone());
        document.stack = Some(StackRef::Name(name));
        let found = self.trial(document).await.map_err(|error| match error {
            // A query has no user errors.
            Error::Refused(problems) => {
                let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
                Error::bad_request(format!("The document cannot be read: {}", messages.join(" ")))
            }
            other => other,
        });
        let mut side = found?;
        for instance in &mut side.stack.instances {
            // The name that the document gives it.
            if let Some(instance) = Arc::get_mut(instance)
                && let Some(own) = instance.template_name.strip_prefix(&prefix)
            {
                instance.template_name = own.to_owned();
            }
        }
        Ok(side)
    }

    async fn trial(&self, document: ImportCompose) -> Result<Side> {
        let (import, notes) = import::prepare(self, document).await?;
        let work = Trial { import, reveals: self.reveals() };
        let by = (&Scope::Everything, &self.author);
        let side = Box::pin(self.db.write(&work, None, self.now(), by, &self.statements)).await?;
        Ok(Side { notes: Some(notes), ..side })
    }
}

/// Imports a document into a new stack, reads it, and rolls everything back.
struct Trial {
    import: import::Import,
    reveals: bool,
}

impl Command for Trial {
    /// Everything is rolled back.
    const PERMISSION: Permission = Permission::READ;
    type Output = Side;

    fn is_dry_run(&self) -> bool {
        true
    }

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Side> {
        let stack = self.import.made(tx, now).await?;
        let stack: StackModel = stack.ok_or_else(|| Error::bad_request("The document has no services."))?;
        let past = version::past_stack(tx, &stack, Point::NOW).await?;
        let past = past.ok_or_else(|| Error::Internal("an imported stack is not there".to_owned()))?;
        // The secrets are those of the caller's own document.
        Side::new(tx, past, self.reveals, true)
    }
}

/// A side of a comparison.
struct Side {
    stack: PastStack,
    /// What a document says and an import does not hold as it stands there; `None` for a stack.
    notes: Option<Vec<Note>>,
    values: HashMap<InstanceId, Values>,
    shared: SharedValues,
}

not_stored!(Side);

impl Side {
    fn new(tx: &Tx, stack: PastStack, reveals: bool, reveals_templates: bool) -> Result<Self> {
        let of_instance = |instance: &Arc<PastInstance>| {
            let opening = Opening { tx, own: reveals, inherited: reveals_templates };
            Ok((instance.row.id, Values::of(instance, opening)?))
        };
        let values = stack.instances.iter().map(of_instance).collect::<Result<_>>()?;
        let opening = Opening { tx, own: reveals, inherited: reveals_templates };
        let shared = SharedValues::of(&stack, opening)?;
        Ok(Self { stack, notes: None, values, shared })
    }
}

fn differing(fields: Vec<FieldDifference>) -> Vec<FieldDifference> {
    fields.into_iter().filter(|(_, from, to)| from != to).collect()
}

/// Pairs the instances of both sides: those of one stack by identity, those of two by name and by template.
fn pairs(a: &PastStack, b: &PastStack) -> Vec<[Arc<PastInstance>; 2]> {
    let mut pairs: Vec<[Arc<PastInstance>; 2]> = Vec::new();
    let mut taken: HashSet<InstanceId> = HashSet::new();
    let mut rest: Vec<&Arc<PastInstance>> = a.instances.iter().collect();
    let is_same_stack = a.row.id == b.row.id;
    let is_pair: fn(&PastInstance, &PastInstance) -> bool =
        if is_same_stack { |a, b| a.row.id == b.row.id } else { |a, b| a.row.instance_id == b.row.instance_id };
    rest.retain(|instance| {
        let other = b.instances.iter().find(|other| !taken.contains(&other.row.id) && is_pair(instance, other));
        if let Some(other) = other {
            taken.insert(other.row.id);
            pairs.push([Arc::clone(instance), Arc::clone(other)]);
        }
        other.is_none()
    });
    if is_same_stack {
        return pairs;
    }
    let of_template = |instances: &[&Arc<PastInstance>], instance: &PastInstance| {
        instances.iter().filter(|other| other.row.template_service_id == instance.row.template_service_id).count()
    };
    let others: Vec<&Arc<PastInstance>> = b.instances.iter().filter(|other| !taken.contains(&other.row.id)).collect();
    for instance in &rest {
        let other = others.iter().find(|it| it.row.template_service_id == instance.row.template_service_id);
        if let Some(other) = other
            && (of_template(&rest, instance), of_template(&others, instance)) == (1, 1)
        {
            pairs.push([Arc::clone(instance), Arc::clone(other)]);
        }
    }
    pairs
}

fn compare(a: &Side, b: &Side) -> Result<Comparison> {
    let pairs = pairs(&a.stack, &b.stack);
    // Both sides name an instance as the first one does.
    let mut names: [HashMap<InstanceId, String>; 2] = Default::default();
    for (side, stack) in [&a.stack, &b.stack].into_iter().enumerate() {
        let own = stack.instances.iter().map(|instance| (instance.row.id, instance.row.instance_id.clone()));
        names[side] = own.collect();
    }
    for [first, second] in &pairs {
        names[1].insert(second.row.id, first.row.instance_id.clone());
    }
    let row = |side: &Side| side.stack.row.clone();
    let (first, second) = (row(a), row(b));
    let mut comparison = Comparison::default();
    // A document has no fields and no variables of a stack.
    if a.notes.is_none() && b.notes.is_none() {
        comparison.fields = differing(vec![
            ("name", first.name.clone(), second.name.clone()),
            ("description", first.description.clone(), second.description.clone()),
            ("enabled", first.enabled.to_string(), second.enabled.to_string()),
        ]);
        comparison.shared_vars = a.shared.changes_to(&b.shared);
    }
    for (side, stack) in [&a.stack, &b.stack].into_iter().enumerate() {
        let is_paired = |instance: &Arc<PastInstance>| pairs.iter().any(|pair| Arc::ptr_eq(&pair[side], instance));
        comparison.only[side] = stack.instances.iter().filter(|it| !is_paired(it)).cloned().collect();
    }
    let missing = || Error::Internal("an instance has no configuration".to_owned());
    for [before, after] in pairs {
        let fields = differing(vec![
            ("name", before.row.instance_id.clone(), after.row.instance_id.clone()),
            ("description", before.row.description.clone(), after.row.description.clone()),
            ("enabled", before.row.enabled.to_string(), after.row.enabled.to_string()),
        ]);
        let first = a.values.get(&before.row.id).ok_or_else(missing)?;
        let second = b.values.get(&after.row.id).ok_or_else(missing)?;
        let entries = differences(first, second, &names);
        if !fields.is_empty() || !entries.is_empty() {
            comparison.changed.push(ChangedInstance { sides: [before, after], fields, entries });
        }
    }
    Ok(comparison)
}
