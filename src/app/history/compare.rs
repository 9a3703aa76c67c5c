//! Compares two stacks, or two states of one: which instances are only on one side, and what differs in the others.
//!
//! Called by the resolvers. It must not tell a caller whether two secrets are the same, unless the caller may reveal them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

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
    db::{
        Command, Tx,
        change_log::past::Point,
        entities::StackModel,
        entries::Source,
        not_stored,
        queries::stacks::{self, RowLock},
    },
    error::{Error, Result},
    ids::InstanceId,
    kinds::{AnyChange, AnyEntry, Change, Dependency, Kind, OfInstance, OfTemplate, Registered, diff, for_each_kind},
    reference::InstanceRef,
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
    /// The instances without a counterpart, for each side.
    pub only: [Vec<Arc<PastInstance>>; 2],
    /// The instances that differ from their counterparts.
    pub changed: Vec<ChangedInstance>,
}

impl App {
    /// Compares two sides, each as of one moment. Instances of one stack are paired by identity; those of two by name, then by
    /// their template if it has one instance without a counterpart on each side.
    pub async fn compare(&self, a: SideRef, b: SideRef) -> Result<Comparison> {
        let (a, b) = (self.side(a).await?, self.side(b).await?);
        compare(&a, &b)
    }

    async fn side(&self, side: SideRef) -> Result<Side> {
        match side {
            SideRef::Now(wanted) => self.stored(&wanted, PointRef::Positions(Point::NOW)).await,
            SideRef::At(wanted, at) => self.stored(&wanted, at).await,
            SideRef::Document(document) => self.document(*document).await,
        }
    }

    async fn stored(&self, wanted: &StackRef, at: PointRef) -> Result<Side> {
        let tx = self.snapshot().await?;
        let found = match wanted {
            StackRef::Id(None) => None,
            StackRef::Id(Some(id)) => stacks::load(&tx, &[*id]).await?.into_iter().next(),
            StackRef::Name(name) if find::storable(name) => stacks::find_by_name(&tx, name, RowLock::None).await?,
            StackRef::Name(_) => None,
        };
        let missing = || {
            Error::bad_request(match wanted {
                StackRef::Id(_) => "No stack has this id.".to_owned(),
                StackRef::Name(name) => format!("There is no stack `{}`.", find::shown(name)),
            })
        };
        let row = found.ok_or_else(missing)?;
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
        document.request.prefix = Some(format!("{name}-"));
        document.stack = Some(StackRef::Name(name));
        self.trial(document).await.map_err(|error| match error {
            // A query has no user errors.
            Error::Refused(problems) => {
                let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
                Error::bad_request(format!("The document cannot be read: {}", messages.join(" ")))
            }
            other => other,
        })
    }

    async fn trial(&self, document: ImportCompose) -> Result<Side> {
        let (import, _) = import::prepare(self, document).await?;
        let work = Trial { import, reveals: self.reveals() };
        let by = (&Scope::Everything, &self.author);
        self.db.write(&work, None, self.now(), by, &self.statements).await
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
        Ok(Side { is_document: true, ..Side::new(tx, past, self.reveals, true)? })
    }
}

/// A side of a comparison, with its secrets decrypted or left out.
struct Side {
    stack: PastStack,
    /// Whether it is a document, which has no fields of a stack.
    is_document: bool,
    values: HashMap<InstanceId, Effective>,
}

not_stored!(Side);

impl Side {
    fn new(tx: &Tx, stack: PastStack, reveals: bool, reveals_templates: bool) -> Result<Self> {
        let is_document = false;
        let values = stack
            .instances
            .iter()
            .map(|instance| Ok((instance.row.id, Effective::of(tx, instance, reveals, reveals_templates)?)));
        let values = values.collect::<Result<_>>()?;
        Ok(Self { stack, is_document, values })
    }
}

/// Removes the secret of an entry, so that it equals every other one.
fn without_secret<K: Kind>(entries: &mut [K]) {
    for entry in entries.iter_mut().filter(|entry| entry.holds_secret()) {
        let mut columns: Map<String, Value> = entry.to_log();
        columns.remove("value");
        if let Some(plain) = K::from_log(&columns) {
            *entry = plain;
        }
    }
}

macro_rules! effective {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The effective entries of an instance by kind.
        struct Effective {
            $( $field: Vec<crate::kinds::$kind>, )+
        }

        impl Effective {
            fn of(tx: &Tx, past: &PastInstance, reveals: bool, reveals_templates: bool) -> Result<Self> {
                let (id, template) = (past.row.id, past.row.template_service_id);
                Ok(Self { $( $field: {
                    let layers = past.layers.$field.as_ref().map_err(|row| Error::from(row.clone()))?;
                    let (mut own, mut inherited) = ((*layers.own).clone(), (*layers.template).clone());
                    match reveals {
                        true => <crate::kinds::$kind as Source<OfInstance>>::open(tx, id, &mut own)?,
                        false => without_secret(&mut own),
                    }
                    match reveals_templates {
                        true => <crate::kinds::$kind as Source<OfTemplate>>::open(tx, template, &mut inherited)?,
                        false => without_secret(&mut inherited),
                    }
                    let layers = crate::app::Layers::new(Arc::new(inherited), Arc::new(own), &past.rules);
                    layers.merge().values().into_iter().cloned().collect()
                }, )+ })
            }

            fn differences(&self, other: &Self, names: &[HashMap<InstanceId, String>; 2]) -> Vec<AnyChange> {
                let mut all = Vec::new();
                $( {
                    let sides = [&self.$field, &other.$field];
                    let [from, to] = [0, 1].map(|side| canonical!(sides[side], &names[side], $field));
                    all.extend(changes(&from, sides[0], &to, sides[1]));
                } )+
                all
            }
        }
    };
}

/// Entries in a form that is the same on both sides: a dependency is meant by name.
macro_rules! canonical {
    ($entries:expr, $names:expr, dependencies) => {
        by_name($entries, $names)
    };
    ($entries:expr, $names:expr, $field:ident) => {
        $entries.clone()
    };
}
for_each_kind!(effective);

fn by_name(entries: &[Dependency], names: &HashMap<InstanceId, String>) -> Vec<Dependency> {
    let named = |dependency: &Dependency| {
        let name = dependency.depends_on.known().and_then(|id| names.get(&id));
        let depends_on = match name {
            Some(name) => InstanceRef::Name { stack: String::new(), name: name.clone() },
            None => dependency.depends_on.clone(),
        };
        Dependency { depends_on, ..dependency.clone() }
    };
    entries.iter().map(named).collect()
}

/// The differences between entries in their canonical form, shown as they are.
fn changes<K: Registered + Into<AnyEntry>>(from: &[K], shown_from: &[K], to: &[K], shown_to: &[K]) -> Vec<AnyChange> {
    let shown = |entries: Vec<&K>, canonical: &[K], shown: &[K]| -> Vec<AnyEntry> {
        let place = |entry: &K| canonical.iter().position(|known| std::ptr::eq(known, entry));
        entries.into_iter().filter_map(|entry| Some(shown.get(place(entry)?)?.clone().into())).collect()
    };
    let (before, after): (Vec<&K>, Vec<&K>) = (from.iter().collect(), to.iter().collect());
    let differing = diff(&before, &after).into_iter().map(|change| {
        let Change { key, from: before, to: after } = change;
        AnyChange {
            kind: K::KIND,
            // A dependency is meant by the name of the instance alone.
            key: key.to_string().trim_start_matches('/').to_owned(),
            from: shown(before, from, shown_from),
            to: shown(after, to, shown_to),
        }
    });
    differing.collect()
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
    if !a.is_document && !b.is_document {
        comparison.fields = differing(vec![
            ("name", first.name.clone(), second.name.clone()),
            ("description", first.description.clone(), second.description.clone()),
            ("enabled", first.enabled.to_string(), second.enabled.to_string()),
        ]);
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
        let entries = first.differences(second, &names);
        if !fields.is_empty() || !entries.is_empty() {
            comparison.changed.push(ChangedInstance { sides: [before, after], fields, entries });
        }
    }
    Ok(comparison)
}
