//! Computes single fields with the executor, for plans that leave a field to it.
//!
//! Called by the read engine. It must fail for any error, so that the executor answers the whole request and reports it.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, Request, Value as Output,
    indexmap::IndexMap,
    parser::types::{self as executor, DocumentOperations, ExecutableDocument, TypeCondition},
};
use serde_json::{Map, Value};

use crate::{
    app::App,
    db::read_model::Entity,
    document::Parts,
    error::{Error, Result},
    graphql::{Schema, execute, execution::executable::executable},
    ids::{GlobalId, InstanceId, StackId, TemplateId, opaque},
    read::{FieldExecutor, FieldRequest, Path},
};

/// The most objects that one request can name.
const MAX_IDS: usize = 100;
/// The response key of the field.
const FIELD: &str = "field";

/// The executor for one request.
pub struct RequestExecutor<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// The use cases of the request.
    pub app: &'a App,
    /// The operation.
    pub parts: Parts<'a>,
    /// Its variables.
    pub variables: &'a Map<String, Value>,
}

fn at<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}

fn failed(what: &str) -> Error {
    Error::Internal(format!("a field that was left to the executor {what}"))
}

impl FieldExecutor for RequestExecutor<'_> {
    async fn compute(&self, fields: Vec<FieldRequest<'_>>) -> Result<Vec<HashMap<i64, Vec<u8>>>> {
        let document = executable(self.parts, self.variables, self.app.budget())?;
        let DocumentOperations::Single(operation) = document.operations else { return Err(failed("has no operation")) };
        let mut roots = Vec::new();
        for (number, field) in fields.iter().enumerate() {
            let found = find(&operation.node.selection_set.node, field.path);
            let mut found = found.ok_or_else(|| failed("is not in its document"))?.clone();
            found.alias = Some(at(Name::new(FIELD)));
            match &field.owners {
                None => {
                    found.alias = Some(at(key(number, 0)));
                    roots.push(found);
                }
                Some((entity, ids)) => {
                    for (part, ids) in ids.chunks(MAX_IDS).enumerate() {
                        roots.push(nodes(*entity, ids, found.clone(), key(number, part)));
                    }
                }
            }
        }
        // Without objects there is nothing to compute.
        let data = if roots.is_empty() { IndexMap::new() } else { self.run(roots).await? };
        fields.iter().enumerate().map(|(number, field)| values(number, field, &data)).collect()
    }
}

/// The response key of a part of the objects that have a field.
fn key(number: usize, part: usize) -> Name {
    Name::new(format!("f{number}_{part}"))
}

/// The values of a field, by the ids of its objects.
fn values(number: usize, field: &FieldRequest<'_>, data: &IndexMap<Name, Output>) -> Result<HashMap<i64, Vec<u8>>> {
    let mut values = HashMap::new();
    let Some((_, ids)) = &field.owners else {
        values.insert(0, json(data.get(&key(number, 0)))?);
        return Ok(values);
    };
    for (part, ids) in ids.chunks(MAX_IDS).enumerate() {
        let Some(Output::List(objects)) = data.get(&key(number, part)) else { return Err(failed("has no list")) };
        for (id, object) in ids.iter().zip(objects) {
            // An object that was deleted since has no value, so the executor answers the whole request.
            let Output::Object(fields) = object else { return Err(failed("has no object")) };
            values.insert(*id, json(fields.get(FIELD))?);
        }
    }
    Ok(values)
}

impl RequestExecutor<'_> {
    /// Runs a query with some root fields and returns its data.
    async fn run(&self, roots: Vec<executor::Field>) -> Result<IndexMap<Name, Output>> {
        let items = roots.into_iter().map(|root| at(executor::Selection::Field(at(root)))).collect();
        let operation = executor::OperationDefinition {
            ty: executor::OperationType::Query,
            variable_definitions: Vec::new(),
            directives: Vec::new(),
            selection_set: at(executor::SelectionSet { items }),
        };
        let document =
            ExecutableDocument { operations: DocumentOperations::Single(at(operation)), fragments: HashMap::new() };
        let mut request = Request::new(String::new());
        request.set_parsed_query(document);
        let response = execute(self.schema, self.app.clone(), request).await?;
        match response.data {
            Output::Object(data) if response.errors.is_empty() => Ok(data),
            _ => Err(failed("has an error")),
        }
    }
}

/// The root field `nodes` that selects a field of the objects of a type.
fn nodes(entity: Entity, ids: &[i64], field: executor::Field, alias: Name) -> executor::Field {
    let tag = match entity {
        Entity::Stack => StackId::TAG,
        Entity::Instance => InstanceId::TAG,
        Entity::Template => TemplateId::TAG,
    };
    let ids = ids.iter().map(|id| Output::String(opaque(tag, *id))).collect();
    let fragment = executor::InlineFragment {
        type_condition: Some(at(TypeCondition { on: at(Name::new(tag)) })),
        directives: Vec::new(),
        selection_set: at(executor::SelectionSet { items: vec![at(executor::Selection::Field(at(field)))] }),
    };
    let selected = executor::Selection::InlineFragment(at(fragment));
    executor::Field {
        alias: Some(at(alias)),
        name: at(Name::new("nodes")),
        arguments: vec![(at(Name::new("ids")), at(Output::List(ids).into_value()))],
        directives: Vec::new(),
        selection_set: at(executor::SelectionSet { items: vec![at(selected)] }),
    }
}

fn json(value: Option<&Output>) -> Result<Vec<u8>> {
    let value = value.ok_or_else(|| failed("has no value"))?;
    serde_json::to_vec(value).map_err(|_| failed("is no JSON"))
}

/// Finds a field by the types and response keys that lead to it.
fn find<'f>(set: &'f executor::SelectionSet, path: &Path) -> Option<&'f executor::Field> {
    let ((of, key), rest) = path.split_first()?;
    let found = in_set(set, of, key)?;
    if rest.is_empty() { Some(found) } else { find(&found.selection_set.node, rest) }
}

fn in_set<'f>(set: &'f executor::SelectionSet, of: &str, key: &str) -> Option<&'f executor::Field> {
    set.items.iter().find_map(|item| match &item.node {
        executor::Selection::Field(field) if field.node.response_key().node == key => Some(&field.node),
        executor::Selection::InlineFragment(inline) => {
            let on = inline.node.type_condition.as_ref();
            if on.is_none_or(|on| on.node.on.node == of) {
                in_set(&inline.node.selection_set.node, of, key)
            } else {
                None
            }
        }
        _ => None,
    })
}
