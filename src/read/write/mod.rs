//! Writes the JSON of a response from the rows of a read plan.
//!
//! Called for each request that a plan answers. It must fail for a row that the executor could not read, so that the
//! request is left to the executor.

mod effective;
mod json;
mod layers;
mod references;
mod reports;

use std::collections::HashMap;

use self::json::{column, list, object, quoted, raw};
pub(super) use self::{json::int, references::References};
use super::{
    plan::{
        EdgeField, EntryField, Field, Fields, ListField, NodesShape, PageField, Plan, PreviewField, Root, SettingField,
        TrashField,
    },
    rows::{Object, Rows, malformed_row},
};
use crate::{
    budget::chunks::ChunkWriter,
    db::{
        queries::page::Page,
        read_model::{Column, NodeArgument, NodeId, Place, Row, RowSet},
    },
    error::Result,
    ids::AnyId,
    kinds::{Shape, plain::ColumnFormat},
};

/// The values of a field that the executor has computed, by the id of the object; a root field has the id 0.
pub(super) type ComputedValues = HashMap<i64, Vec<u8>>;

/// Writes a response.
pub(super) struct Writer<'w, 'a> {
    pub(super) plan: &'w Plan,
    pub(super) rows: &'w Rows<'a>,
    pub(super) arguments: &'w [NodeArgument],
    /// The ids of the root fields `node` and `nodes`.
    pub(super) ids: &'w [Vec<Option<AnyId>>],
    pub(super) computed: &'w [ComputedValues],
    pub(super) references: &'w References<'w>,
}

impl<'a> Writer<'_, 'a> {
    /// Writes all root fields.
    pub(super) fn roots(&self, out: &mut ChunkWriter) -> Result<()> {
        object(out, &self.plan.roots, |out, root| match root {
            Root::Typename(name) => raw(out, name),
            Root::One(..) | Root::Named(..) | Root::Either(_) => match self.only(root) {
                Some((found, fields)) => self.object(out, found, fields),
                None => raw(out, "null"),
            },
            Root::Nodes(number, shape, of_type) => {
                let ids = self.ids.get(*number).ok_or_else(|| malformed_row("no ids"))?;
                match shape {
                    NodesShape::One => self.node(out, ids.first().copied().flatten(), of_type),
                    NodesShape::Many => list(out, ids, |out, id| self.node(out, *id, of_type)),
                }
            }
            Root::List(node, fields) => self.list(out, *node, 0, fields),
            Root::Trash(fields) => object(out, fields, |out, field| match field {
                TrashField::Typename(name) => raw(out, name),
                TrashField::List(node, fields) => self.list(out, *node, 0, fields),
            }),
            Root::Cursor(set) => {
                let (_, _, row) = self.rows.entries(*set, 0).first().ok_or_else(|| malformed_row("no cursor"))?;
                self.column(out, row, set.third(), ColumnFormat::Cursor)
            }
            Root::Computed(number) => self.computed(out, *number, 0),
        })
    }

    /// The object of a root that finds one at most, with its fields.
    fn only<'r>(&'r self, root: &'r Root) -> Option<(&'r Object<'a>, &'r Fields<Field>)> {
        match root {
            Root::One(node, fields) => Some((self.rows.only(*node)?, fields)),
            Root::Named(stack, node, fields) => {
                let stack = self.rows.only(*stack)?;
                Some((self.rows.of_parent(*node, stack.id).first()?, fields))
            }
            Root::Either(roots) => roots.iter().find_map(|root| self.only(root)),
            _ => None,
        }
    }

    fn node(&self, out: &mut ChunkWriter, id: Option<AnyId>, of_type: &[(NodeId, Fields<Field>); 3]) -> Result<()> {
        let [stacks, instances, templates] = of_type;
        let ((node, fields), id) = match id {
            None => return raw(out, "null"),
            Some(AnyId::Stack(id)) => (stacks, id.0),
            Some(AnyId::Instance(id)) => (instances, id.0),
            Some(AnyId::Template(id)) => (templates, id.0),
        };
        self.one(out, self.rows.find(*node, id), fields)
    }

    /// Writes an object, or null.
    pub(super) fn one(&self, out: &mut ChunkWriter, found: Option<&Object<'a>>, fields: &Fields<Field>) -> Result<()> {
        match found {
            Some(found) => self.object(out, found, fields),
            None => raw(out, "null"),
        }
    }

    fn list(&self, out: &mut ChunkWriter, node: NodeId, parent: i64, fields: &Fields<ListField>) -> Result<()> {
        let page = self.rows.page(node, parent, &self.arguments[node.number()]);
        object(out, fields, |out, field| match field {
            ListField::Typename(name) => raw(out, name),
            ListField::TotalCount => json::json(out, &int(self.rows.total(node, parent))),
            ListField::PageInfo(fields) => self.page_info(out, node, &page, fields),
            ListField::Nodes(fields) => list(out, &page.rows, |out, found| self.object(out, found, fields)),
            ListField::Edges(fields) => list(out, &page.rows, |out, found| {
                object(out, fields, |out, field| match field {
                    EdgeField::Typename(name) => raw(out, name),
                    EdgeField::Cursor => quoted(out, &self.rows.cursor(node, found)?),
                    EdgeField::Node(fields) => self.object(out, found, fields),
                })
            }),
        })
    }

    fn page_info(
        &self,
        out: &mut ChunkWriter,
        node: NodeId,
        page: &Page<&Object<'a>>,
        fields: &Fields<PageField>,
    ) -> Result<()> {
        let flag = |flag| if flag { "true" } else { "false" };
        let cursor = |out: &mut ChunkWriter, found: Option<&&Object<'a>>| match found {
            Some(found) => quoted(out, &self.rows.cursor(node, found)?),
            None => raw(out, "null"),
        };
        object(out, fields, |out, field| match field {
            PageField::Typename(name) => raw(out, name),
            PageField::HasNext => raw(out, flag(page.has_next)),
            PageField::HasPrevious => raw(out, flag(page.has_previous)),
            PageField::Start => cursor(out, page.rows.first()),
            PageField::End => cursor(out, page.rows.last()),
        })
    }

    pub(super) fn object(&self, out: &mut ChunkWriter, found: &Object<'a>, fields: &Fields<Field>) -> Result<()> {
        out.budget().check_time()?;
        object(out, fields, |out, field| self.field(out, found, field))
    }

    fn field(&self, out: &mut ChunkWriter, found: &Object<'a>, field: &Field) -> Result<()> {
        match field {
            Field::Typename(name) => raw(out, name),
            Field::Column(at, format) => self.column(out, found.row, *at, *format),
            Field::Same(fields) => self.object(out, found, fields),
            Field::Of(node, key, fields) => self.object(out, &self.of(*node, *key, found)?, fields),
            Field::Named(node, fields) => self.one(out, self.rows.of_parent(*node, found.id).first(), fields),
            Field::Number(set) => {
                let count = match self.rows.entries(*set, found.id) {
                    [(_, count, _), ..] => *count,
                    [] => 0,
                };
                json::json(out, &int(count))
            }
            Field::List(node, fields) => self.list(out, *node, found.id, fields),
            Field::Entries(set, shape, fields) => match (shape, self.rows.entries(*set, found.id)) {
                (Shape::List, own) => list(out, own, |out, (_, _, row)| self.entry(out, row, fields)),
                (_, []) => raw(out, "null"),
                (_, [(_, _, row), ..]) => self.entry(out, row, fields),
            },
            Field::Settings(set, fields) => self.settings(out, *set, found.id, fields),
            Field::Effective(config) => self.effective(out, found, config),
            Field::Rules(columns, fields) => self.rules(out, found, columns, fields),
            Field::Stats(report) => self.stats(out, found, report),
            Field::Diff(report) => self.diff(out, found, report),
            Field::Preview(template, key, fields) => object(out, fields, |out, field| match field {
                PreviewField::Typename(name) => raw(out, name),
                PreviewField::Column(at, format) => self.column(out, found.row, *at, *format),
                PreviewField::TemplateName(at) => {
                    self.column(out, self.of(*template, *key, found)?.row, *at, ColumnFormat::Text)
                }
            }),
            Field::Computed(number) => self.computed(out, *number, found.id),
        }
    }

    /// The object to which a column refers, which a foreign key guarantees.
    pub(super) fn of(&self, node: NodeId, key: Column, found: &Object<'a>) -> Result<Object<'a>> {
        let id = Row::some(found.row.number(self.place(key))?)?;
        if self.rows.tree.get(node).is_joined {
            return Ok(found.joined(id));
        }
        self.rows.find(node, id).copied().ok_or_else(|| malformed_row("a reference to nothing"))
    }

    fn entry(&self, out: &mut ChunkWriter, row: &Row, fields: &Fields<EntryField>) -> Result<()> {
        object(out, fields, |out, field| match field {
            EntryField::Typename(name) => raw(out, name),
            EntryField::Column(at, format) => self.column(out, row, *at, *format),
            EntryField::Instance(node, key, fields) => {
                let id = Row::some(row.number(self.place(*key))?)?;
                self.one(out, self.rows.find(*node, id), fields)
            }
        })
    }

    fn settings(&self, out: &mut ChunkWriter, set: RowSet, owner: i64, fields: &Fields<SettingField>) -> Result<()> {
        object(out, fields, |out, shown| match shown {
            SettingField::Typename(name) => raw(out, name),
            SettingField::Value { word, field, value, format } => {
                // Of several rows for one setting, which only SQL by hand can have written, the last one counts.
                for (_, _, row) in self.rows.entries(set, owner).iter().rev() {
                    if row.text(self.place(*field))? == Some(word) {
                        return self.column(out, row, *value, *format);
                    }
                }
                raw(out, "null")
            }
        })
    }

    fn computed(&self, out: &mut ChunkWriter, number: usize, id: i64) -> Result<()> {
        let value = self.computed.get(number).and_then(|computed| computed.get(&id));
        out.extend_from_slice(value.ok_or_else(|| malformed_row("no computed value"))?);
        Ok(out.check()?)
    }

    pub(super) fn place(&self, column: Column) -> Place {
        self.rows.tree.columns().place(column)
    }

    /// Writes the value of a column in its format.
    pub(super) fn column(&self, out: &mut ChunkWriter, row: &Row, at: Column, format: ColumnFormat) -> Result<()> {
        debug_assert!(self.rows.tree.columns().has(row, at), "a column of another row set");
        column(out, row, self.place(at), format)
    }
}
