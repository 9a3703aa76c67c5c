//! `Types`: the schema, with what the generator needs to know about its types.
//!
//! Made once for a test. It must not choose anything.

use std::collections::BTreeMap;

use apollo_compiler::{Node, Schema, ast::FieldDefinition, schema::ExtendedType, validation::Valid};

/// The schema and the possible objects of each type that has selections.
pub(in crate::generated) struct Types {
    pub(in crate::generated) schema: Valid<Schema>,
    possible: BTreeMap<String, Vec<String>>,
    /// The fields of a type and below it, up to the next object with an id, as `Type.field`.
    below: BTreeMap<String, Vec<String>>,
}

impl Types {
    /// Reads the schema file of the repository.
    pub(in crate::generated) fn read() -> Self {
        let text = include_str!("../../../../schema.graphql");
        let schema = Schema::parse_and_validate(text, "schema.graphql").unwrap();
        let mut possible: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, of) in schema.types.iter().filter(|(name, _)| !name.starts_with("__")) {
            match of {
                ExtendedType::Object(object) => {
                    possible.entry(name.to_string()).or_default().push(name.to_string());
                    for interface in &object.implements_interfaces {
                        possible.entry(interface.name.to_string()).or_default().push(name.to_string());
                    }
                }
                ExtendedType::Union(union) => {
                    let members = union.members.iter().map(|member| member.name.to_string());
                    possible.entry(name.to_string()).or_default().extend(members);
                }
                _ => {}
            }
        }
        let mut types = Self { schema, possible, below: BTreeMap::new() };
        let up_to_nodes = |inside: &str| !types.is_node(inside) && inside != "Node";
        types.below = types.possible.keys().map(|of| (of.clone(), types.walk(of, up_to_nodes))).collect();
        types
    }

    /// The fields below a field that is no object with an id, as `Type.field`.
    pub(in crate::generated) fn below(&self, field: &FieldDefinition) -> &[String] {
        let inside = field.ty.inner_named_type().as_str();
        self.below.get(inside).filter(|_| !self.is_node(inside) && inside != "Node").map_or(&[], Vec::as_slice)
    }

    /// The objects that a type can be; none for a type without selections.
    pub(in crate::generated) fn possible(&self, of: &str) -> &[String] {
        self.possible.get(of).map_or(&[], Vec::as_slice)
    }

    /// The types on which a fragment can be spread where there is an object of this type.
    pub(in crate::generated) fn overlapping(&self, of: &str) -> Vec<&str> {
        let here = self.possible(of);
        let overlap = self.possible.iter().filter(|(_, objects)| objects.iter().any(|object| here.contains(object)));
        overlap.map(|(name, _)| name.as_str()).collect()
    }

    /// Whether it is an object, and not an interface or a union.
    pub(in crate::generated) fn is_object(&self, of: &str) -> bool {
        self.schema.get_object(of).is_some()
    }

    /// Whether objects of this type have ids.
    pub(in crate::generated) fn is_node(&self, of: &str) -> bool {
        self.is_object(of) && self.possible("Node").iter().any(|name| name == of)
    }

    /// Whether values of this type have no selections.
    pub(in crate::generated) fn is_leaf(&self, of: &str) -> bool {
        self.possible(of).is_empty()
    }

    /// A field of an object or an interface.
    pub(in crate::generated) fn field(&self, of: &str, name: &str) -> Option<&Node<FieldDefinition>> {
        self.fields(of).into_iter().find(|field| field.name == name)
    }

    /// The fields of an object or an interface, without plans of changes: their tokens change with the time, and new objects
    /// have another id each time. `change_plans` tests them.
    pub(in crate::generated) fn fields(&self, of: &str) -> Vec<&Node<FieldDefinition>> {
        let all: Vec<&Node<FieldDefinition>> = match &self.schema.types[of] {
            ExtendedType::Object(object) => object.fields.values().map(|field| &field.node).collect(),
            ExtendedType::Interface(interface) => interface.fields.values().map(|field| &field.node).collect(),
            _ => Vec::new(),
        };
        all.into_iter().filter(|field| field.ty.inner_named_type() != "Plan").collect()
    }

    /// Every field that queries can reach, as `Type.field`.
    pub(in crate::generated) fn fields_of_queries(&self) -> Vec<String> {
        self.walk("Query", |_| true)
    }

    /// The fields of a type, and of the types of those fields that `goes_on` accepts.
    fn walk(&self, of: &str, goes_on: impl Fn(&str) -> bool) -> Vec<String> {
        let (mut found, mut open, mut known) = (Vec::new(), vec![of.to_owned()], Vec::new());
        while let Some(of) = open.pop() {
            if known.contains(&of) {
                continue;
            }
            let objects = self.possible(&of).iter().filter(|object| goes_on(object));
            open.extend(objects.cloned());
            for field in self.fields(&of) {
                found.push(format!("{of}.{}", field.name));
                let inside = field.ty.inner_named_type().as_str();
                open.extend(Some(inside).filter(|inside| goes_on(inside)).map(str::to_owned));
            }
            known.push(of);
        }
        found
    }
}
