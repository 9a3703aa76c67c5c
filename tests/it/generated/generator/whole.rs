//! Operations that select everything: each field of the objects with ids, and each list at the root, with all that is
//! below them.
//!
//! Sent before the random operations, so that every field is compared in every run. They must not go beyond the next
//! object with an id.

use apollo_compiler::ast::FieldDefinition;

use super::{
    grow::Grower,
    operation::{Head, Operation, Selection, Written},
    pools::Pools,
    scope::Scope,
    types::Types,
    values::Place,
};
use crate::{generated::data::MAIN, support::Rng};

/// Rows of each list: the costs of all that is below one are high.
const ROWS: &str = "10";

/// An operation for each field of `Query` that shows no object with an id, and of each object with an id.
pub(in crate::generated) fn whole(rng: &mut Rng, types: &Types, pools: &Pools) -> Vec<Operation> {
    let shown = super::grow::Shown::default();
    let mut operations = Vec::new();
    for of in ["Query", "Stack", "Template", "Instance"] {
        for field in types.fields(of) {
            let mut grower = Grower::new(rng, types, pools, &shown);
            let Some(selection) = grower.everything_in(of, field) else { continue };
            let root = match of {
                "Stack" => page("Query", "stacks", selection),
                "Template" => page("Query", "templates", selection),
                "Instance" => {
                    let main = Written { text: format!("\"{MAIN}\""), variables: Vec::new() };
                    let list = page("Stack", "instances", selection);
                    Selection::field("Query", "stack", vec![list]).with("name", main)
                }
                _ => selection,
            };
            operations.push(grower.finish(Operation { roots: vec![root], ..Operation::default() }));
        }
    }
    operations
}

/// The first rows of a list, with one field and the name of each.
fn page(of: &str, list: &str, selection: Selection) -> Selection {
    let Head::Field { of: node, .. } = &selection.head else { unreachable!("it is a field") };
    let nodes = vec![Selection::field(node, "name", Vec::new()), selection.clone()];
    let first = Written { text: ROWS.to_owned(), variables: Vec::new() };
    let nodes = Selection::field(&format!("{node}Connection"), "nodes", nodes);
    Selection::field(of, list, vec![nodes]).with("first", first)
}

impl Grower<'_> {
    /// A field with all that is below it; `None` where that is a whole object with an id.
    fn everything_in(&mut self, of: &str, field: &FieldDefinition) -> Option<Selection> {
        let inside = field.ty.inner_named_type().as_str();
        let is_object = self.types.is_node(inside) || inside == "Node";
        if of == "Query" && is_object {
            return None;
        }
        let below = if is_object { vec![Selection::field(inside, "id", Vec::new())] } else { self.everything(inside) };
        let mut selection = Selection::field(of, &field.name, below);
        for argument in field.arguments.iter().filter(|argument| argument.is_required()) {
            let place = Place { of: inside, field: &field.name, argument: &argument.name };
            selection = selection.with(&argument.name, self.argument(place, argument));
        }
        Some(selection)
    }

    /// All fields of a type, and of the objects that it can be.
    fn everything(&mut self, of: &str) -> Vec<Selection> {
        let types = self.types;
        let mut set: Vec<Selection> =
            types.fields(of).into_iter().filter_map(|field| self.everything_in(of, field)).collect();
        if types.is_object(of) || types.is_leaf(of) {
            return set;
        }
        for object in types.possible(of) {
            let own = types.fields(object).into_iter().filter(|field| types.field(of, &field.name).is_none());
            let inside: Vec<Selection> = own
                .filter_map(|field| {
                    let selection = self.everything_in(object, field)?;
                    let others = types.possible(of).iter().filter_map(|other| types.field(other, &field.name));
                    // One key stands for one type of value.
                    let is_shared = others.into_iter().any(|other| other.ty != field.ty);
                    Some(if is_shared { selection.under(&format!("of{object}")) } else { selection })
                })
                .collect();
            set.push(Selection { head: Head::Inline(Some(object.clone())), directives: Vec::new(), inside });
        }
        set.push(self.typename(of, &mut Scope::default()));
        set
    }
}
