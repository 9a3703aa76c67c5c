//! Limits the complexity of a document, with every fragment counted at each spread: fragments that spread each other
//! can double the size with every line.
//!
//! Called by [`Documents`](super::Documents) before validation, whose time depends on the size. Each fragment is
//! measured once, however often it is spread. It must not expand fragments.

use std::collections::HashMap;

use apollo_compiler::ast::{Definition, Document, FragmentDefinition, OperationType, Selection};

use super::Refusal;
use crate::limits::Limits;

/// List fields of introspection that lead from one type to others; nesting multiplies their sizes.
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
/// How deep these lists may be nested; the queries of tools nest them once.
const INTROSPECTION_DEPTH: usize = 2;
/// How often a document may select `__schema`; each is a long response.
const MAX_SCHEMA_FIELDS: usize = 3;

/// The size of a selection.
#[derive(Clone, Copy, Default)]
struct Size {
    fields: usize,
    aliases: usize,
    directives: usize,
    /// Nesting depth of fields, without introspection.
    depth: usize,
    /// Nesting depth of the list fields of introspection.
    lists: usize,
    /// How often `__schema` is selected.
    schemas: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.depth = self.depth.max(other.depth);
        self.lists = self.lists.max(other.lists);
        self.schemas = self.schemas.saturating_add(other.schemas);
    }
}

/// The state of a fragment.
#[derive(Clone, Copy)]
enum FragmentSize {
    /// It is being measured. A fragment found in this state spreads itself, which validation refuses.
    Open,
    Done(Size),
}

struct Measure<'a> {
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    known: HashMap<&'a str, FragmentSize>,
}

impl<'a> Measure<'a> {
    fn selections(&mut self, selections: &'a [Selection], introspection: bool) -> Size {
        let mut size = Size::default();
        for selection in selections {
            size.add(match selection {
                Selection::Field(field) => {
                    let introspection = introspection || matches!(field.name.as_str(), "__schema" | "__type");
                    let mut inside = self.selections(&field.selection_set, introspection);
                    inside.fields = inside.fields.saturating_add(1);
                    inside.aliases = inside.aliases.saturating_add(usize::from(field.alias.is_some()));
                    inside.directives = inside.directives.saturating_add(field.directives.len());
                    inside.depth += usize::from(!introspection);
                    let list = introspection && INTROSPECTION_LISTS.contains(&field.name.as_str());
                    inside.lists += usize::from(list);
                    inside.schemas = inside.schemas.saturating_add(usize::from(field.name == "__schema"));
                    inside
                }
                Selection::InlineFragment(inline) => {
                    let introspection = introspection || inline.type_condition.as_deref().is_some_and(introspective);
                    let mut inside = self.selections(&inline.selection_set, introspection);
                    inside.directives = inside.directives.saturating_add(inline.directives.len());
                    inside
                }
                Selection::FragmentSpread(spread) => {
                    let mut inside = self.fragment(spread.fragment_name.as_str());
                    inside.directives = inside.directives.saturating_add(spread.directives.len());
                    inside
                }
            });
        }
        size
    }

    fn fragment(&mut self, name: &str) -> Size {
        let Some((name, fragment)) = self.fragments.get_key_value(name).map(|(name, found)| (*name, *found)) else {
            return Size::default();
        };
        match self.known.get(name) {
            Some(FragmentSize::Done(size)) => return *size,
            Some(FragmentSize::Open) => return Size::default(),
            None => {}
        }
        self.known.insert(name, FragmentSize::Open);
        let size = self.selections(&fragment.selection_set, introspective(fragment.type_condition.as_str()));
        self.known.insert(name, FragmentSize::Done(size));
        size
    }
}

fn introspective(name: &str) -> bool {
    name.starts_with("__")
}

/// Refuses a document that exceeds a limit. All its operations count together, because all of them are validated.
pub(super) fn complexity(document: &Document, limits: &Limits) -> Result<(), Refusal> {
    let mut fragments = HashMap::new();
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition {
            fragments.insert(fragment.name.as_str(), &**fragment);
        }
    }
    let names: Vec<&str> = fragments.keys().copied().collect();
    let mut complexity = Measure { fragments, known: HashMap::new() };
    let mut total = Size::default();
    for definition in &document.definitions {
        let Definition::OperationDefinition(operation) = definition else { continue };
        let mut size = complexity.selections(&operation.selection_set, false);
        size.directives = size.directives.saturating_add(operation.directives.len());
        total.add(size);
        let roots = complexity.roots(&operation.selection_set);
        let (most, what, reason, setting) = match operation.operation_type {
            OperationType::Mutation => (limits.max_mutations, "changes in a mutation", "mutations", "max-mutations"),
            _ => (limits.max_root_fields, "fields at the root", "root_fields", "max-root-fields"),
        };
        if roots > most {
            return Err(Refusal::limit(reason, what, most, setting));
        }
    }
    // Fragments that are not spread are validated, too.
    let unused = names.into_iter().map(|name| complexity.fragment(name)).max_by_key(|size| size.fields);
    total.fields = total.fields.max(unused.map_or(0, |size| size.fields));
    for (size, most, what, reason, setting) in [
        (
            total.fields,
            limits.max_selections,
            "fields, with every fragment counted where it is spread",
            "selections",
            "max-selections",
        ),
        (total.aliases, limits.max_aliases, "aliases", "aliases", "max-aliases"),
        (total.directives, limits.max_directives, "directives", "directives", "max-directives"),
        (total.depth, limits.max_depth, "levels of fields", "depth", "max-depth"),
    ] {
        if size > most {
            return Err(Refusal::limit(reason, what, most, setting));
        }
    }
    if total.lists > INTROSPECTION_DEPTH {
        let message = format!("Introspection may lead from type to type {INTROSPECTION_DEPTH} times, not more.");
        return Err(Refusal::one(super::RejectionKind::Limit, "introspection", message));
    }
    if total.schemas > MAX_SCHEMA_FIELDS {
        let message = format!("The schema may be asked for {MAX_SCHEMA_FIELDS} times in a request, not more.");
        return Err(Refusal::one(super::RejectionKind::Limit, "introspection", message));
    }
    Ok(())
}

impl<'a> Measure<'a> {
    /// The number of root fields, with fragments resolved. Each fragment is counted once.
    fn roots(&self, selections: &'a [Selection]) -> usize {
        let mut known = HashMap::new();
        self.count_roots(selections, &mut known)
    }

    fn count_roots(&self, selections: &'a [Selection], known: &mut HashMap<&'a str, usize>) -> usize {
        let mut roots = 0usize;
        for selection in selections {
            roots = roots.saturating_add(match selection {
                Selection::Field(_) => 1,
                Selection::InlineFragment(inline) => self.count_roots(&inline.selection_set, known),
                Selection::FragmentSpread(spread) => {
                    match self.fragments.get_key_value(spread.fragment_name.as_str()) {
                        None => 0,
                        Some((name, fragment)) => match known.get(name) {
                            Some(count) => *count,
                            None => {
                                known.insert(name, 0);
                                let count = self.count_roots(&fragment.selection_set, known);
                                known.insert(name, count);
                                count
                            }
                        },
                    }
                }
            });
        }
        roots
    }
}
