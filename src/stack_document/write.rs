//! Writes a document: with the same data the same bytes, instances by name and entries by key.
//!
//! Called by the use cases. It must not write a secret.

use super::{DocumentInstance, Field, Format, StackDocument, VERSION, VERSION_KEY};
use crate::{
    fields::{Editable, InstanceValues, StackValues},
    kinds::{
        Kind, SharedVar,
        plain::document::{write_overrides, write_shared_vars},
    },
    yaml::{self, Map, Node},
};

/// Writes a document. Fields with their initial values are left out. Dependencies have to be by name.
pub fn write(document: &StackDocument, format: Format) -> String {
    let mut map = Map::new();
    map.set(VERSION_KEY, i32::try_from(VERSION).unwrap_or_default());
    if let Some(name) = &document.stack {
        map.set("stack", name.as_str());
    }
    let initial = StackValues::default();
    fields(&document.fields, StackValues::EDITABLE, |column| initial.get(column), &mut map);
    if let Some(vars) = write_shared_vars(&document.shared_vars) {
        map.set(SharedVar::FIELD, vars);
    }
    let mut instances: Vec<&DocumentInstance> = document.instances.iter().collect();
    instances.sort_by(|a, b| a.name.cmp(&b.name));
    let instances: Map = instances.into_iter().map(|instance| (instance.name.clone(), node(instance))).collect();
    map.set("instances", instances);
    match format {
        Format::Yaml => yaml::write(&map),
        Format::Json => {
            let mut text = format!("{:#}", Node::from(map).to_json());
            text.push('\n');
            text
        }
    }
}

fn node(instance: &DocumentInstance) -> Node {
    let mut map = Map::new();
    map.set("template", instance.template.as_str());
    let initial = InstanceValues::default();
    fields(&instance.fields, InstanceValues::EDITABLE, |column| initial.get(column), &mut map);
    let nodes = write_overrides(&instance.overrides);
    for (key, kinds) in [("overrides", nodes.overrides), ("removed", nodes.removed)] {
        if !kinds.is_empty() {
            map.set(key, kinds);
        }
    }
    if !nodes.replaced.is_empty() {
        map.set("replaced", nodes.replaced);
    }
    map.into()
}

/// Writes the fields that do not have their initial values.
fn fields(fields: &[Field], editable: &[Editable], initial: impl Fn(&str) -> Option<serde_json::Value>, to: &mut Map) {
    for field in editable {
        let value = fields.iter().find(|(column, _)| *column == field.column).map(|(_, value)| value);
        if let Some(value) = value.filter(|value| initial(field.column).as_ref() != Some(*value)) {
            to.set(field.field, Node::from(value));
        }
    }
}
