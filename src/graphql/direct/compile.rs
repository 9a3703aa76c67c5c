//! Compiles a validated operation to a direct plan.
//!
//! Called once for each operation of a document. It must not guess: an operation with a field, a directive or an
//! argument that it does not know has no plan, and is left to the executor.

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
    db::direct::{Column, Projection, RowSet},
    fields::{INSTANCE, STACK, TEMPLATE},
    kinds::{
        Shape,
        plain::{FieldColumn, PLAIN_KINDS},
    },
};

/// Compiles the plan of an operation; `None` when the executor has to answer it.
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

/// The merged fields of an object with one response key: the key, the first field, and the selections of all.
type Merged<'a> = (&'a Name, &'a Field, Vec<&'a SelectionSet>);

impl<'a> Compiler<'a> {
    /// The fields of an object in the order of the response, each compiled by `make`.
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
        // If all fragments are on other types, the object has no field.
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
                    if inline.type_condition.as_ref().is_none_or(|condition| self.is(object, condition)) {
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

    /// Whether the type condition of a fragment applies to the type `object`.
    fn is(&self, object: &Name, condition: &Name) -> bool {
        object == condition || self.schema.is_subtype(condition, object)
    }

    fn root(&self, field: &'a Field, sets: &[&'a SelectionSet]) -> Option<Root> {
        let mut read = Read { projection: Projection::new(), stack: Argument::Given(Value::Null), list: None };
        let root = match field.name.as_str() {
            "__typename" => return Some(Root::Typename(Self::typename(&self.operation.selection_set))),
            "stack" => {
                read.stack = self.argument(field, "name")?;
                let fields = self.fields(sets, |field, inside| self.stack(field, sets, inside, &mut read))?;
                read.projection = read.projection.placed();
                Root::Stack(Box::new(read), fields)
            }
            "instance" => {
                read.stack = self.argument(field, "stack")?;
                let fields =
                    self.fields(sets, |field, inside| self.instance(field, sets, inside, &mut read.projection))?;
                read.projection = read.projection.placed();
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
            return Self::scalar(field, sets, STACK, |shown| read.projection.column(RowSet::STACK, shown))
                .map(StackField::Scalar);
        }
        if read.list.is_some() {
            // The list is selected twice, under two response keys.
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
        let projection = &mut read.projection;
        let fields = self.fields(inside, |field, deeper| self.list(field, inside, deeper, projection));
        fields.map(StackField::Instances)
    }

    fn list(
        &self,
        field: &'a Field,
        sets: &[&'a SelectionSet],
        inside: &[&'a SelectionSet],
        projection: &mut Projection,
    ) -> Option<ListField> {
        Some(match field.name.as_str() {
            "__typename" => ListField::Typename(Self::typename(sets.first()?)),
            "totalCount" => {
                projection.count();
                ListField::TotalCount
            }
            "pageInfo" => ListField::PageInfo(self.fields(inside, |field, _| {
                Some(match field.name.as_str() {
                    "__typename" => PageField::Typename(Self::typename(inside.first()?)),
                    "hasNextPage" => PageField::HasNext,
                    "hasPreviousPage" => PageField::HasPrevious,
                    "startCursor" => PageField::Start,
                    "endCursor" => PageField::End,
                    _ => return None,
                })
            })?),
            "nodes" => {
                ListField::Nodes(self.fields(inside, |field, deeper| self.instance(field, inside, deeper, projection))?)
            }
            "edges" => ListField::Edges(self.fields(inside, |field, deeper| {
                Some(match field.name.as_str() {
                    "__typename" => EdgeField::Typename(Self::typename(inside.first()?)),
                    "cursor" => EdgeField::Cursor,
                    "node" => EdgeField::Node(
                        self.fields(deeper, |field, deepest| self.instance(field, deeper, deepest, projection))?,
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
        projection: &mut Projection,
    ) -> Option<InstanceField> {
        let scalars = |of, column: &mut dyn FnMut(FieldColumn) -> Column| {
            self.fields(inside, |field, _| Self::scalar(field, inside, of, &mut *column))
        };
        Some(match field.name.as_str() {
            "template" => InstanceField::Template(scalars(TEMPLATE, &mut |shown| projection.of_template(shown))?),
            "stack" => InstanceField::Stack(scalars(STACK, &mut |shown| projection.column(RowSet::STACK, shown))?),
            "effectiveConfig" => {
                let base = Base::new(projection);
                let fields = self.fields(inside, |field, deeper| self.effective(field, inside, deeper, projection))?;
                InstanceField::Effective(Box::new(EffectiveConfig { fields, base }))
            }
            name => match PLAIN_KINDS.iter().find(|kind| kind.field == name) {
                Some(kind) if kind.shape != Shape::Fields => {
                    let part = projection.kind(kind);
                    let fields = self.fields(inside, |field, _| {
                        if field.name == "__typename" {
                            return Some(Scalar::Typename(Self::typename(inside.first()?)));
                        }
                        let shown = kind.find(&field.name)?;
                        Some(Scalar::Column(projection.column(part, shown), shown.form))
                    });
                    InstanceField::Entries(part, kind.shape, fields?)
                }
                Some(_) => return None,
                None => InstanceField::Scalar(Self::scalar(field, sets, INSTANCE, |shown| {
                    projection.column(RowSet::INSTANCE, shown)
                })?),
            },
        })
    }

    fn effective(
        &self,
        field: &'a Field,
        sets: &[&'a SelectionSet],
        inside: &[&'a SelectionSet],
        projection: &mut Projection,
    ) -> Option<EffectiveField> {
        Some(match field.name.as_str() {
            "__typename" => EffectiveField::Typename(Self::typename(sets.first()?)),
            "settings" => EffectiveField::Settings(self.fields(inside, |field, deeper| {
                if field.name == "__typename" {
                    return Some(SettingEntry::Typename(Self::typename(inside.first()?)));
                }
                let parts = self.fields(deeper, |field, _| {
                    Some(match field.name.as_str() {
                        "__typename" => SettingPart::Typename(Self::typename(deeper.first()?)),
                        "value" => SettingPart::Value,
                        "origin" => SettingPart::Origin,
                        "shadows" => SettingPart::Shadows,
                        _ => return None,
                    })
                });
                Some(SettingEntry::Setting(SettingColumns::new(&field.name, projection)?, parts?))
            })?),
            name => match PLAIN_KINDS.iter().find(|kind| kind.field == name) {
                Some(kind) => {
                    let entries = Entries::new(kind, projection)?;
                    let fields = self.fields(inside, |field, deeper| {
                        let shown = |field: &Field| kind.find(&field.name);
                        Some(match field.name.as_str() {
                            "__typename" => EntryField::Typename(Self::typename(inside.first()?)),
                            "origin" => EntryField::Origin,
                            "shadows" => EntryField::Shadows(self.fields(deeper, |field, _| {
                                Some(match field.name.as_str() {
                                    "__typename" => Shadow::Typename(Self::typename(deeper.first()?)),
                                    _ => Shadow::FieldColumn(entries.field(shown(field)?, projection)),
                                })
                            })?),
                            _ => EntryField::FieldColumn(entries.field(shown(field)?, projection)),
                        })
                    });
                    EffectiveField::Entries(entries, fields?)
                }
                None => EffectiveField::Value(SettingColumns::new(name, projection)?),
            },
        })
    }

    /// Compiles a field of an object whose values are all in one row.
    fn scalar(
        field: &'a Field,
        sets: &[&'a SelectionSet],
        of: &[FieldColumn],
        mut column: impl FnMut(FieldColumn) -> Column,
    ) -> Option<Scalar> {
        if field.name == "__typename" {
            return Some(Scalar::Typename(Self::typename(sets.first()?)));
        }
        let shown = of.iter().find(|shown| shown.field == field.name.as_str())?;
        Some(Scalar::Column(column(*shown), shown.form))
    }

    fn typename(set: &SelectionSet) -> Box<str> {
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

/// The value of a literal; `None` for floats, enum values, lists and objects.
fn literal(value: &Literal) -> Option<Value> {
    Some(match value {
        Literal::Null => Value::Null,
        Literal::Boolean(flag) => Value::Bool(*flag),
        Literal::String(text) => Value::from(text.as_str()),
        Literal::Int(number) => Value::from(number.as_str().parse::<i32>().ok()?),
        _ => return None,
    })
}
