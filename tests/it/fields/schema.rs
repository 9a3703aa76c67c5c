//! The schema has the fields of the registry, and no other plain ones.

use std::collections::BTreeSet;

use devarch::fields::{ColumnFormat, FieldColumn};
use serde_json::{Value, json};

use super::{INSTANCES, STACKS, TEMPLATES};
use crate::support::{Engine, TestApp, run};

#[test]
fn every_plain_field_is_in_the_registry() {
    run(Engine::Sqlite, fields);
}

#[test]
fn every_field_of_clients_is_an_input() {
    run(Engine::Sqlite, inputs);
}

/// Fields that are plain in the schema and not in the registry, with the reason.
const COMPUTED: [(&str, &str, &str); 5] = [
    ("Stack", "changeCursor", "the end of the change log"),
    ("Stack", "conflictCount", "conflicts are computed"),
    ("Stack", "instanceCount", "counted when it is asked for"),
    ("Stack", "forkKey", "only forks have one, in a table of their own"),
    ("Stack", "owners", "they are in a table of their own"),
];

/// Plain fields of the inputs that no column holds, or that a use case of its own writes.
const BY_HAND: [(&str, &str, &str); 9] = [
    ("CreateStackInput", "name", "unique; renameStack changes it, because the containers follow"),
    ("CreateInstanceInput", "name", "unique; the container name is derived from it"),
    ("UpdateInstanceInput", "name", "unique; the container name is derived from it"),
    ("UpdateStackInput", "expectedRevision", "a condition of the update"),
    ("UpdateInstanceInput", "expectedRevision", "a condition of the update"),
    ("UpdateTemplateInput", "expectedRevision", "a condition of the update"),
    ("*", "idempotencyKey", "belongs to the request"),
    ("*", "message", "belongs to the change"),
    ("*", "planToken", "belongs to the request"),
];

const TYPE: &str = "type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The type at the end of wrappers.
fn named(of: &Value) -> &Value {
    if of["ofType"].is_null() { of } else { named(&of["ofType"]) }
}

fn is_plain(of: &Value) -> bool {
    ["SCALAR", "ENUM"].contains(&named(&of["type"])["kind"].as_str().unwrap())
}

fn name(of: &Value) -> String {
    of["name"].as_str().unwrap().to_owned()
}

/// The scalar in which a column is shown.
fn scalar(column: &FieldColumn) -> &'static str {
    if column.field == "restartPolicy" {
        return "RestartPolicy";
    }
    match column.format {
        ColumnFormat::Id(_) => "ID",
        ColumnFormat::Int | ColumnFormat::Long | ColumnFormat::NonZero => "Int",
        ColumnFormat::Text | ColumnFormat::Words => "String",
        ColumnFormat::Flag => "Boolean",
        ColumnFormat::Time => "DateTime",
        ColumnFormat::Word(_) | ColumnFormat::Json | ColumnFormat::Cursor => {
            panic!("no plain field is shown in this format: {column:?}")
        }
    }
}

async fn fields(t: &TestApp) {
    let query =
        format!("query ($name: String!) {{ __type(name: $name) {{ fields {{ name args {{ name }} {TYPE} }} }} }}");
    for object in [STACKS, INSTANCES, TEMPLATES] {
        let mut of = t.data(&query, json!({ "name": object.name })).await["__type"]["fields"].take();
        let fields = of.as_array_mut().unwrap();
        for field in fields.iter().filter(|field| is_plain(field) && field["args"] == json!([])) {
            let (name, of) = (name(field), object.name);
            let is_computed = COMPUTED.iter().any(|(object, field, _)| (*object, *field) == (of, &name));
            let is_registered = object.columns.iter().any(|column| column.field == name);
            assert!(
                is_registered != is_computed,
                "{of}.{name} belongs either into src/fields/ or into COMPUTED with a reason"
            );
        }
        for column in object.columns {
            let of = format!("{}.{}", object.name, column.field);
            let field = fields.iter().find(|field| field["name"] == column.field);
            let field = field.unwrap_or_else(|| panic!("{of} is not in the schema"));
            assert_eq!(named(&field["type"])["name"], scalar(column), "{of}");
        }
    }
}

async fn inputs(t: &TestApp) {
    let query = format!("query ($name: String!) {{ __type(name: $name) {{ inputFields {{ name {TYPE} }} }} }}");
    for object in [STACKS, INSTANCES, TEMPLATES] {
        for input in object.inputs {
            let mut of = t.data(&query, json!({ "name": input })).await["__type"]["inputFields"].take();
            let found: BTreeSet<String> =
                of.as_array_mut().unwrap().iter().filter(|of| is_plain(of)).map(name).collect();
            let is_create = input == object.inputs[0];
            let registered = object.editable.iter().filter(|editable| editable.is_created || !is_create);
            let by_hand = BY_HAND.iter().filter(|(of, _, _)| ["*", input].contains(of)).map(|(_, field, _)| *field);
            let expected: BTreeSet<String> =
                registered.map(|editable| editable.field).chain(by_hand).map(str::to_owned).collect();
            assert_eq!(found, expected, "{input}: a field of clients is in src/fields/, any other in BY_HAND");
        }
    }
}
