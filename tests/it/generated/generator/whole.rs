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
use crate::{
    generated::data::{MAIN, REFERRING},
    support::Rng,
};

/// Rows of each list, the most that is allowed: the costs of all that is below one are high.
const ROWS: [&str; 4] = ["10", "5", "2", "1"];
/// Lists of objects inside each other below a field, behind which there is one more object. References lead to more of both,
/// which costs too much.
const LISTS: usize = 2;

/// An operation for each field of `Query` that shows no object with an id, and of each object with an id: for instances of a
/// stack without references, and of one with references.
pub(in crate::generated) fn whole(
    rng: &mut Rng,
    types: &Types,
    pools: &Pools,
    allow: &impl Fn(&Operation) -> bool,
) -> Vec<Operation> {
    let shown = super::grow::Shown::default();
    let mut operations = Vec::new();
    let (all, stacks) = (["Query", "Stack", "Template", "Instance", "Instance"], [MAIN, MAIN, MAIN, MAIN, REFERRING]);
    for (of, stack) in all.into_iter().zip(stacks) {
        for field in types.fields(of) {
            let mut grower = Grower::new(rng, types, pools, &shown);
            let Some(selection) = grower.everything_in(of, field, &mut Vec::new()) else { continue };
            let root = |rows| match of {
                "Stack" => page("Query", "stacks", selection.clone(), rows),
                "Template" => page("Query", "templates", selection.clone(), rows),
                "Instance" => {
                    let name = Written { text: format!("\"{stack}\""), variables: Vec::new() };
                    let list = page("Stack", "instances", selection.clone(), rows);
                    Selection::field("Query", "stack", vec![list]).with("name", name)
                }
                _ => selection.clone(),
            };
            let mut operation = grower.finish(Operation::default());
            for rows in ROWS {
                operation.roots = vec![root(rows)];
                if allow(&operation) {
                    break;
                }
            }
            operations.push(operation);
        }
    }
    operations
}

/// The first rows of a list, with one field and the name of each.
fn page(of: &str, list: &str, selection: Selection, rows: &str) -> Selection {
    let Head::Field { of: node, .. } = &selection.head else { unreachable!("it is a field") };
    let nodes = vec![Selection::field(node, "name", Vec::new()), selection.clone()];
    let first = Written { text: rows.to_owned(), variables: Vec::new() };
    let nodes = Selection::field(&format!("{node}Connection"), "nodes", nodes);
    Selection::field(of, list, vec![nodes]).with("first", first)
}

impl Grower<'_> {
    /// A field with all that is below it; `None` where that is a whole object with an id, a type that
    /// it is itself below, or one list or object too many. `above` has the types around it, and whether each is in a list.
    fn everything_in(
        &mut self,
        of: &str,
        field: &FieldDefinition,
        above: &mut Vec<(String, bool)>,
    ) -> Option<Selection> {
        let inside = field.ty.inner_named_type().as_str();
        let is_leaf = self.types.is_leaf(inside);
        let is_list = field.ty.is_list() && !is_leaf;
        let is_full = above.iter().filter(|(_, is_list)| *is_list).count() == LISTS;
        let is_behind = is_full && above.last().is_some_and(|(_, is_list)| !is_list);
        if above.iter().any(|(type_, _)| type_ == inside) || (is_full && is_list) || (is_behind && !is_leaf) {
            return None;
        }
        let is_object = self.types.is_node(inside) || inside == "Node";
        if of == "Query" && is_object {
            return None;
        }
        let below = match is_object {
            true => vec![Selection::field(inside, "id", Vec::new())],
            false => {
                above.push((inside.to_owned(), is_list));
                let below = self.everything(inside, above);
                above.pop();
                below
            }
        };
        if below.is_empty() && !is_leaf {
            return None;
        }
        let mut selection = Selection::field(of, &field.name, below);
        for argument in field.arguments.iter().filter(|argument| argument.is_required()) {
            let place = Place { of: inside, field: &field.name, argument: &argument.name };
            selection = selection.with(&argument.name, self.argument(place, argument));
        }
        Some(selection)
    }

    /// All fields of a type, and of the objects that it can be.
    fn everything(&mut self, of: &str, above: &mut Vec<(String, bool)>) -> Vec<Selection> {
        let types = self.types;
        let mut set: Vec<Selection> =
            types.fields(of).into_iter().filter_map(|field| self.everything_in(of, field, above)).collect();
        if types.is_object(of) || types.is_leaf(of) {
            return set;
        }
        for object in types.possible(of) {
            let own = types.fields(object).into_iter().filter(|field| types.field(of, &field.name).is_none());
            let inside: Vec<Selection> = own
                .filter_map(|field| {
                    let selection = self.everything_in(object, field, above)?;
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
