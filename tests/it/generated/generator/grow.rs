//! The generator: makes operations from the schema.
//!
//! Called for every operation that is compared. It must use nothing but the generator of random numbers to decide, so
//! that every run is the same.

use std::collections::BTreeMap;

use apollo_compiler::ast::FieldDefinition;

use super::{
    fragments::Style,
    operation::{Fragment, Head, Operation, Selection, Variable},
    pools::Pools,
    scope::Scope,
    types::Types,
    values::Place,
};
use crate::support::Rng;

/// How much more often than the others a field of `Query` is chosen.
const ROOTS: [(&str, usize); 8] = [
    ("stack", 5),
    ("instance", 5),
    ("stacks", 3),
    ("template", 3),
    ("templates", 3),
    ("node", 3),
    ("nodes", 3),
    ("trash", 3),
];
/// How deep fields are nested below the root; the limit is 12.
pub(super) const DEPTH: usize = 9;
/// Fields after which selection sets have one field only.
pub(super) const FIELDS: usize = 35;

/// How many answers have shown a field, by `Type.field`.
pub(in crate::generated) type Shown = BTreeMap<String, usize>;

/// Makes one operation.
pub(in crate::generated) struct Grower<'a> {
    pub(in crate::generated) rng: &'a mut Rng,
    pub(in crate::generated) types: &'a Types,
    pub(in crate::generated) pools: &'a Pools,
    shown: &'a Shown,
    pub(in crate::generated) variables: Vec<Variable>,
    pub(super) fragments: Vec<(Fragment, Scope)>,
    pub(super) style: Style,
    pub(super) fields: usize,
    aliases: usize,
    pub(super) directives: usize,
}

impl<'a> Grower<'a> {
    pub(in crate::generated) fn new(rng: &'a mut Rng, types: &'a Types, pools: &'a Pools, shown: &'a Shown) -> Self {
        let style = Style::any(rng);
        let (variables, fragments) = (Vec::new(), Vec::new());
        Self { rng, types, pools, shown, variables, fragments, style, fields: 0, aliases: 0, directives: 0 }
    }

    /// True once in so many times.
    pub(in crate::generated) fn chance(&mut self, of: usize) -> bool {
        self.rng.below(of) == 0
    }

    /// A query.
    pub(in crate::generated) fn query(mut self) -> Operation {
        let mut scope = Scope::default();
        let mut roots = Vec::new();
        let count = [1, 1, 1, 2, 3][self.rng.below(5)];
        while roots.len() < count {
            let name = self.root_field();
            let definition = self.types.field("Query", &name).unwrap();
            roots.extend(self.field("Query", definition, DEPTH, &mut scope));
            if self.chance(16) {
                roots.push(Selection::field("Query", "__typename", Vec::new()));
            }
        }
        if self.chance(20) {
            roots = vec![self.fragment("Query", roots, scope)];
        }
        let mut operation = Operation { roots, ..Operation::default() };
        if self.chance(2) {
            operation.name = Some("Generated");
            operation.beside = self.chance(8).then_some(" query Beside { viewer { role } }");
        }
        self.finish(operation)
    }

    /// The operation with the fragments and variables that its selections use.
    pub(in crate::generated) fn finish(self, operation: Operation) -> Operation {
        let fragments = self.fragments.into_iter().map(|(fragment, _)| fragment).collect();
        Operation { fragments, variables: self.variables, ..operation }
    }

    fn root_field(&mut self) -> String {
        let names = self.types.fields("Query").into_iter().flat_map(|field| {
            let weight = ROOTS.iter().find(|(name, _)| field.name == *name).map_or(1, |(_, weight)| *weight);
            std::iter::repeat_n(field.name.to_string(), weight)
        });
        let names: Vec<String> = names.collect();
        if self.chance(4) {
            // One that few answers have shown.
            let fields = self.types.fields("Query");
            let some = [0; 3].map(|_| fields[self.rng.below(fields.len())].name.to_string());
            let shown = |name: &String| self.shown.get(&format!("Query.{name}")).copied().unwrap_or_default();
            return some.into_iter().min_by_key(shown).unwrap();
        }
        names[self.rng.below(names.len())].clone()
    }

    /// The selections of an object of this type.
    pub(in crate::generated) fn set(&mut self, of: &str, depth: usize, scope: &mut Scope) -> Vec<Selection> {
        let few = if self.types.fields(of).len() > 12 { 7 } else { 4 };
        let most = if self.fields > FIELDS { 1 } else { few };
        let count = 1 + self.rng.below(most);
        let mut set = Vec::new();
        for _ in 0..count {
            let selection = match self.rng.below(14) {
                0 => Some(self.typename(of, scope)),
                1 if self.style.fragments => self.inline(of, depth, scope),
                2 if self.style.fragments => self.spread(of, depth, scope),
                3 => self.again(of, &set, depth, scope),
                _ => self.any_field(of, depth, scope),
            };
            set.extend(selection);
        }
        if set.is_empty() {
            set.push(self.typename(of, scope));
        }
        set
    }

    pub(super) fn typename(&mut self, of: &str, scope: &mut Scope) -> Selection {
        let field = Selection::field(of, "__typename", Vec::new());
        if self.chance(4) {
            return field.under(&self.alias());
        }
        // No field has this name, so the key stands for nothing else.
        scope.enter("__typename", "__typename: String!");
        field
    }

    /// A key that is used nowhere else.
    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("a{}", self.aliases)
    }

    fn any_field(&mut self, of: &str, depth: usize, scope: &mut Scope) -> Option<Selection> {
        let deep = depth > 1 && self.fields <= FIELDS;
        let types = self.types;
        let mut fields = types.fields(of);
        if !types.is_object(of) && (fields.is_empty() || self.chance(2)) {
            // What an interface or a union has is in its objects.
            return self.inline(of, depth, scope);
        }
        fields.retain(|field| deep || types.is_leaf(field.ty.inner_named_type()));
        if fields.is_empty() {
            // Every field has selections: the shallowest way on.
            fields = types.fields(of);
            fields.truncate(usize::from(depth > 0) * fields.len());
        }
        if fields.is_empty() {
            return None;
        }
        let mut definition = fields[self.rng.below(fields.len())];
        if !self.chance(3) {
            // Rather one with more below it that few answers have shown.
            let others = [0, 1].map(|_| fields[self.rng.below(fields.len())]);
            for other in others {
                if self.need(of, other) > self.need(of, definition) {
                    definition = other;
                }
            }
        }
        self.field(of, definition, depth, scope)
    }

    /// How much there is in a field and below it that few answers have shown.
    fn need(&self, of: &str, field: &FieldDefinition) -> f64 {
        let need = |shown: Option<&usize>| 1.0 / (1.0 + shown.copied().unwrap_or_default() as f64);
        let below = self.types.below(field).iter().map(|name| need(self.shown.get(name)));
        need(self.shown.get(&format!("{of}.{}", field.name))) + below.sum::<f64>()
    }

    /// A field with arguments and selections, under a key that is free for it.
    fn field(&mut self, of: &str, definition: &FieldDefinition, depth: usize, scope: &mut Scope) -> Option<Selection> {
        self.fields += 1;
        let inside = definition.ty.inner_named_type().as_str();
        let mut arguments = Vec::new();
        for argument in &definition.arguments {
            let often = match argument.name.as_str() {
                // A list in a list is kept short.
                "first" if depth < DEPTH => 1,
                // Both are refused.
                "last" if arguments.iter().any(|(name, _)| name == "first") => 30,
                _ => 6,
            };
            if argument.is_required() || self.chance(often) {
                let place = Place { of: inside, field: &definition.name, argument: &argument.name };
                arguments.push((argument.name.to_string(), self.argument(place, argument)));
            }
        }
        let leaf = self.types.is_leaf(inside);
        let name = definition.name.to_string();
        let mut head = Head::Field { of: of.to_owned(), alias: None, name, arguments, leaf };
        let shared =
            leaf && self.types.is_object(of) && self.chance(12) && share_a_key(of, &mut head, definition, scope);
        if !shared && (self.chance(6) || scope.enter(&definition.name, &signature(&head, definition)).is_none()) {
            let fresh = self.alias();
            if let Head::Field { alias, .. } = &mut head {
                *alias = Some(fresh);
            }
        }
        self.with_selections(head, definition, depth, scope)
    }

    fn with_selections(
        &mut self,
        head: Head,
        definition: &FieldDefinition,
        depth: usize,
        scope: &mut Scope,
    ) -> Option<Selection> {
        let Head::Field { alias, name, leaf, .. } = &head else { return None };
        let mut inside = Vec::new();
        if !leaf {
            let key = alias.as_ref().unwrap_or(name).clone();
            let deeper = scope.enter(&key, &signature(&head, definition))?;
            inside = self.set(definition.ty.inner_named_type(), depth.saturating_sub(1), deeper);
        }
        let directives = self.conditions();
        Some(Selection { head, directives, inside })
    }

    /// A field of this set once more, with other selections.
    fn again(&mut self, of: &str, set: &[Selection], depth: usize, scope: &mut Scope) -> Option<Selection> {
        let fields: Vec<&Head> =
            set.iter().map(|selection| &selection.head).filter(|head| matches!(head, Head::Field { .. })).collect();
        let head = fields.get(self.rng.below(fields.len().max(1))).copied()?.clone();
        let Head::Field { name, .. } = &head else { return None };
        match self.types.field(of, name) {
            Some(definition) => self.with_selections(head.clone(), definition, depth, scope),
            None => Some(Selection { head, directives: self.conditions(), inside: Vec::new() }),
        }
    }
}

/// What a response key stands for: the field with its arguments and its type.
fn signature(head: &Head, definition: &FieldDefinition) -> String {
    let Head::Field { arguments, .. } = head else { return String::new() };
    let each: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}: {}", value.text)).collect();
    format!("{}({}): {}", definition.name, each.join(", "), definition.ty)
}

/// Gives a field a key that fields of other objects have, too; false if another field of this object has it.
fn share_a_key(of: &str, head: &mut Head, definition: &FieldDefinition, scope: &mut Scope) -> bool {
    let kind = definition.ty.to_string().replace('!', "0").replace(['[', ']'], "_");
    let key = format!("same{kind}");
    // One field of each type of object, and the same type of value for all.
    let is_free = scope.enter(&format!("{of} {key}"), &signature(head, definition)).is_some();
    if is_free && let Head::Field { alias, .. } = head {
        scope.enter(&key, &kind);
        *alias = Some(key);
    }
    is_free
}
