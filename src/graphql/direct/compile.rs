//! From a validated operation to its plan, where all it asks for can be answered directly.
//!
//! Run once for each document. It must never guess: a field, a directive or an argument that it does not know leaves the
//! operation to the executor.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    ast::{OperationType, Value as Literal},
    executable::{Field, Operation, Selection, SelectionSet},
};
use serde_json::Value;

use super::{
    effective::{
        Base, EffectiveConfig, EffectiveField, Entries, EntryField, SettingColumns, SettingEntry, SettingPart, Shadow,
    },
    plan::{
        Argument, EdgeField, Fields, InstanceField, ListArguments, ListField, PageField, Plan, Read, Root, Scalar,
        StackField,
    },
};
use crate::{
    db::direct::{Column, INSTANCE, Projection, RowSet, STACK, TEMPLATE},
    kinds::{
        Shape,
        plain::{FieldColumn, PLAIN_KINDS},
    },
};

/// The plan of an operation; `None` when the executor answers it.
pub(super) fn compile(schema: &Schema, document: &ExecutableDocument, operation: &Operation) -> Option<Plan> {
    if operation.operation_type != OperationType::Query || !operation.directives.is_empty() {
        return None;
    }
    let compiler = Compiler { schema, document, operation };
    let roots = compiler.fields(&[&operation.selection_set], |field, sets| compiler.root(field, sets))?;
    roots.iter().any(|(_, root)| !matches!(root, Root::Typename(_))).then_some(Plan { roots })
}

struct Compiler<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    operation: &'a Operation,
}

/// The fields of an answer that have one key, and so are the same: the first, and the selections of all.
type Merged<'a> = (&'a Name, &'a Field, Vec<&'a SelectionSet>);

impl<'a> Compiler<'a> {
    /// The fields of an object in the order of the answer, each made by `make`.
    fn fields<F>(
        &self,
        sets: &[&'a SelectionSet],
        mut make: impl FnMut(&'a Field, &[&'a SelectionSet]) -> Option<F>,
    ) -> Option<Fields<F>> {
        let mut merged = Vec::new();
        let mut known = HashMap::new();
        for set in sets {
            self.collect(&set.ty, set, &mut merged, &mut known)?;
        }
        // Fragments on other types may leave nothing to answer.
        if merged.is_empty() {
            return None;
        }
        let made = merged.iter().map(|(key, field, sets)| Some((format!("\"{key}\":").into(), make(field, sets)?)));
        made.collect()
    }

    fn collect(
        &self,
        object: &Name,
        set: &'a SelectionSet,
        merged: &mut Vec<Merged<'a>>,
        known: &mut HashMap<&'a Name, usize>,
    ) -> Option<()> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    if !field.directives.is_empty() {
                        return None;
                    }
                    let key = field.response_key();
                    let at = *known.entry(key).or_insert_with(|| {
                        merged.push((key, field, Vec::new()));
                        merged.len() - 1
                    });
                    merged[at].2.push(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    if !inline.directives.is_empty() {
                        return None;
                    }
                    if inline.type_condition.as_ref().is_none_or(|wanted| self.is(object, wanted)) {
                        self.collect(object, &inline.selection_set, merged, known)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = spread.fragment_def(self.document)?;
                    if !spread.directives.is_empty() || !fragment.directives.is_empty() {
                        return None;
                    }
                    if self.is(object, fragment.type_condition()) {
                        self.collect(object, &fragment.selection_set, merged, known)?;
                    }
                }
            }
        }
        Some(())
    }

    /// Whether an object of one type passes the condition of a fragment.
    fn is(&self, object: &Name, wanted: &Name) -> bool {
        object == wanted || self.schema.is_subtype(wanted, object)
    }

    fn root(&self, field: &'a Field, sets: &[&'a SelectionSet]) -> Option<Root> {
        let mut read = Read { wanted: Projection::new(), stack: Argument::Given(Value::Null), list: None };
        let root = match field.name.as_str() {
            "__typename" => return Some(Root::Typename(self.typename(&self.operation.selection_set))),
            "stack" => {
                read.stack = self.argument(field, "name")?;
                let fields = self.fields(sets, |field, inside| self.stack(field, sets, inside, &mut read))?;
                read.wanted = read.wanted.placed();
                Root::Stack(Box::new(read), fields)
            }
            "instance" => {
                read.stack = self.argument(field, "stack")?;
                let fields = self.fields(sets, |field, inside| self.instance(field, sets, inside, &mut read.wanted))?;
                read.wanted = read.wanted.placed();
                Root::Instance(Box::new(read), self.argument(field, "name")?, fields)
            }
            _ => return None,
        };
        Some(root)
    }

    fn stack(
        &self,
        field: &'a Field,
        sets: &[&'a SelectionSet],
        inside: &[&'a SelectionSet],
        read: &mut Read,
    ) -> Option<StackField> {
        if field.name != "instances" {
            return self
                .scalar(field, sets, STACK, |shown| read.wanted.column(RowSet::STACK, shown))
                .map(StackField::Scalar);
        }
        if read.list.is_some() {
            // Twice, under two keys.
            return None;
        }
        let argument = |name| self.argument(field, name);
        read.list = Some(ListArguments {
            first: argument("first")?,
            after: argument("after")?,
            last: argument("last")?,
            before: argument("before")?,
            search: argument("search")?,
            enabled: argument("enabled")?,
        });
        let wanted = &mut read.wanted;
        let fields = self.fields(inside, |field, deeper| self.list(field, inside, deeper, wanted));
        fields.map(StackField::Instances)
    }

    fn list(
        &self,
        field: &'a Field,
        sets: &[&'a SelectionSet],
        inside: &[&'a SelectionSet],
        wanted: &mut Projection,
    ) -> Option<ListField> {
        Some(match field.name.as_str() {
            "__typename" => ListField::Typename(self.typename(sets.first()?)),
            "totalCount" => {
                wanted.count();
                ListField::TotalCount
            }
            "pageInfo" => ListField::PageInfo(self.fields(inside, |field, _| {
                Some(match field.name.as_str() {
                    "__typename" => PageField::Typename(self.typename(inside.first()?)),
                    "hasNextPage" => PageField::HasNext,
                    "hasPreviousPage" => PageField::HasPrevious,
                    "startCursor" => PageField::Start,
                    "endCursor" => PageField::End,
                    _ => return None,
                })
            })?),
            "nodes" => {
                ListField::Nodes(self.fields(inside, |field, deeper| self.instance(field, inside, deeper, wanted))?)
            }
            "edges" => ListField::Edges(self.fields(inside, |field, deeper| {
                Some(match field.name.as_str() {
                    "__typename" => EdgeField::Typename(self.typename(inside.first()?)),
                    "cursor" => EdgeField::Cursor,
                    "node" => EdgeField::Node(
                        self.fields(deeper, |field, deepest| self.instance(field, deeper, deepest, wanted))?,
                    ),
                    _ => return None,
                })
            })?),
            _ => return None,
        })
    }

    fn instance(
        &self,
        field: &'a Field,
        sets: &[&'a SelectionSet],
        inside: &[&'a SelectionSet],
        wanted: &mut Projection,
    ) -> Option<InstanceField> {
        let scalars = |of, column: &mut dyn FnMut(FieldColumn) -> Column| {
            self.fields(inside, |field, _| self.scalar(field, inside, of, &mut *column))
        };
        Some(match field.name.as_str() {
            "template" => InstanceField::Template(scalars(TEMPLATE, &mut |shown| wanted.of_template(shown))?),
            "stack" => InstanceField::Stack(scalars(STACK, &mut |shown| wanted.column(RowSet::STACK, shown))?),
            "effectiveConfig" => {
                let base = Base::new(wanted);
                let fields = self.fields(inside, |field, deeper| self.effective(field, inside, deeper, wanted))?;
                InstanceField::Effective(Box::new(EffectiveConfig { fields, base }))
            }
            name => match PLAIN_KINDS.iter().find(|kind| kind.field == name) {
                Some(kind) if kind.shape != Shape::Fields => {
                    let part = wanted.kind(kind);
                    let fields = self.fields(inside, |field, _| {
                        if field.name == "__typename" {
                            return Some(Scalar::Typename(self.typename(inside.first()?)));
                        }
                        let shown = kind.find(&field.name)?;
                        Some(Scalar::Column(wanted.column(part, shown), shown.form))
                    });
                    InstanceField::Entries(part, kind.shape, fields?)
                }
                Some(_) => return None,
                None => InstanceField::Scalar(
                    self.scalar(field, sets, INSTANCE, |shown| wanted.column(RowSet::INSTANCE, shown))?,
                ),
            },
        })
    }

    fn effective(
        &self,
        field: &'a Field,
        sets: &[&'a SelectionSet],
        inside: &[&'a SelectionSet],
        wanted: &mut Projection,
    ) -> Option<EffectiveField> {
        Some(match field.name.as_str() {
            "__typename" => EffectiveField::Typename(self.typename(sets.first()?)),
            "settings" => EffectiveField::Settings(self.fields(inside, |field, deeper| {
                if field.name == "__typename" {
                    return Some(SettingEntry::Typename(self.typename(inside.first()?)));
                }
                let parts = self.fields(deeper, |field, _| {
                    Some(match field.name.as_str() {
                        "__typename" => SettingPart::Typename(self.typename(deeper.first()?)),
                        "value" => SettingPart::Value,
                        "origin" => SettingPart::Origin,
                        "shadows" => SettingPart::Shadows,
                        _ => return None,
                    })
                });
                Some(SettingEntry::Setting(SettingColumns::new(&field.name, wanted)?, parts?))
            })?),
            name => match PLAIN_KINDS.iter().find(|kind| kind.field == name) {
                Some(kind) => {
                    let entries = Entries::new(kind, wanted)?;
                    let fields = self.fields(inside, |field, deeper| {
                        let shown = |field: &Field| kind.find(&field.name);
                        Some(match field.name.as_str() {
                            "__typename" => EntryField::Typename(self.typename(inside.first()?)),
                            "origin" => EntryField::Origin,
                            "shadows" => EntryField::Shadows(self.fields(deeper, |field, _| {
                                Some(match field.name.as_str() {
                                    "__typename" => Shadow::Typename(self.typename(deeper.first()?)),
                                    _ => Shadow::FieldColumn(entries.field(shown(field)?, wanted)),
                                })
                            })?),
                            _ => EntryField::FieldColumn(entries.field(shown(field)?, wanted)),
                        })
                    });
                    EffectiveField::Entries(entries, fields?)
                }
                None => EffectiveField::Value(SettingColumns::new(name, wanted)?),
            },
        })
    }

    /// A field of an object that has all its values in one row.
    fn scalar(
        &self,
        field: &'a Field,
        sets: &[&'a SelectionSet],
        of: &[FieldColumn],
        mut column: impl FnMut(FieldColumn) -> Column,
    ) -> Option<Scalar> {
        if field.name == "__typename" {
            return Some(Scalar::Typename(self.typename(sets.first()?)));
        }
        let shown = of.iter().find(|shown| shown.field == field.name.as_str())?;
        Some(Scalar::Column(column(*shown), shown.form))
    }

    fn typename(&self, set: &SelectionSet) -> Box<str> {
        format!("\"{}\"", set.ty).into()
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Argument> {
        let Some(given) = field.specified_argument_by_name(name) else { return Some(Argument::Given(Value::Null)) };
        let Literal::Variable(variable) = &**given else { return literal(given).map(Argument::Given) };
        let declared = self.operation.variables.iter().find(|declared| declared.name == *variable)?;
        let default = declared.default_value.as_ref().map_or(Some(Value::Null), |value| literal(value))?;
        Some(Argument::Variable(variable.as_str().into(), default))
    }
}

/// A value that stands in the document, if it is a plain one.
fn literal(value: &Literal) -> Option<Value> {
    Some(match value {
        Literal::Null => Value::Null,
        Literal::Boolean(flag) => Value::Bool(*flag),
        Literal::String(text) => Value::from(text.as_str()),
        Literal::Int(number) => Value::from(number.as_str().parse::<i32>().ok()?),
        _ => return None,
    })
}
