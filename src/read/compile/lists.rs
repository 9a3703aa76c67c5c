//! Compiles lists: connections, pages of the trash, and their page arguments.
//!
//! Used by the compiler. It must not compile the fields of objects itself.

use apollo_compiler::executable::Field;

use super::{Compiler, Sets, argument, typename};
use crate::{
    db::read_model::NodeId,
    read::plan::{self, EdgeField, Fields, ListField, NodeArguments, PageArguments, PageField},
};

impl<'a> Compiler<'a> {
    /// The list of the instances of each object of a node.
    pub(super) fn members(&mut self, parent: NodeId, field: &'a Field, sets: Sets<'_, 'a>) -> Option<plan::Field> {
        let node = self.tree.members(parent);
        let arguments = NodeArguments::Instances(page(field), argument(field, "enabled"));
        self.argue(node, arguments);
        Some(plan::Field::List(node, self.connection("Instance", node, sets)?))
    }

    /// A connection of objects of a type.
    pub(super) fn connection(&mut self, of: &str, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<ListField>> {
        let name = format!("{of}Connection");
        self.fields(&name, sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "nodes" => ListField::Nodes(own.object(of, node, sets)?),
                "edges" => ListField::Edges(own.edges(of, node, sets)?),
                _ => own.list(&name, node, field, sets)?,
            })
        })
    }

    /// A page of objects in the trash, each inside an object of the type `of`.
    pub(super) fn trashed(&mut self, of: &str, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<ListField>> {
        let name = format!("{of}Page");
        self.fields(&name, sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "nodes" => ListField::Nodes(own.fields(of, sets, |own, field, sets| {
                    Some(match field.name.as_str() {
                        "__typename" => plan::Field::Typename(typename(of)),
                        "stack" => plan::Field::Same(own.stack(node, sets)?),
                        "instance" => plan::Field::Same(own.instance(node, sets)?),
                        "instanceCount" => plan::Field::Number(own.tree.trashed_members(node)),
                        // The obstacles to a restore.
                        _ => return None,
                    })
                })?),
                _ => own.list(&name, node, field, sets)?,
            })
        })
    }

    /// A field that all lists have.
    fn list(&mut self, of: &str, node: NodeId, field: &'a Field, sets: Sets<'_, 'a>) -> Option<ListField> {
        Some(match field.name.as_str() {
            "__typename" => ListField::Typename(typename(of)),
            "totalCount" => {
                self.tree.count(node);
                ListField::TotalCount
            }
            "pageInfo" => ListField::PageInfo(self.fields("PageInfo", sets, |_, field, _| {
                Some(match field.name.as_str() {
                    "__typename" => PageField::Typename(typename("PageInfo")),
                    "hasNextPage" => PageField::HasNext,
                    "hasPreviousPage" => PageField::HasPrevious,
                    "startCursor" => PageField::Start,
                    "endCursor" => PageField::End,
                    _ => return None,
                })
            })?),
            _ => return None,
        })
    }

    fn edges(&mut self, of: &str, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<EdgeField>> {
        let name = format!("{of}Edge");
        self.fields(&name, sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => EdgeField::Typename(typename(&name)),
                "cursor" => EdgeField::Cursor,
                "node" => EdgeField::Node(own.object(of, node, sets)?),
                _ => return None,
            })
        })
    }
}

/// The page arguments of a list.
pub(super) fn page(field: &Field) -> PageArguments {
    PageArguments {
        first: argument(field, "first"),
        after: argument(field, "after"),
        last: argument(field, "last"),
        before: argument(field, "before"),
        search: argument(field, "search"),
    }
}
