//! The registry of plain fields: it has all of them, and what clients set survives whatever is done to the object.

mod replays;
mod schema;
mod survival;

use devarch::fields::{Editable, FieldColumn, INSTANCE, InstanceValues, STACK, StackValues, TEMPLATE, TemplateValues};
use serde_json::{Map, Value, json};

use crate::support::TestApp;

/// An object of the registry.
#[derive(Clone, Copy)]
struct Object {
    /// Its type in the API.
    name: &'static str,
    /// The inputs that create and update it.
    inputs: [&'static str; 2],
    columns: &'static [FieldColumn],
    editable: &'static [Editable],
}

const STACKS: Object = Object {
    name: "Stack",
    inputs: ["CreateStackInput", "UpdateStackInput"],
    columns: STACK,
    editable: StackValues::EDITABLE,
};
const INSTANCES: Object = Object {
    name: "Instance",
    inputs: ["CreateInstanceInput", "UpdateInstanceInput"],
    columns: INSTANCE,
    editable: InstanceValues::EDITABLE,
};
const TEMPLATES: Object = Object {
    name: "Template",
    inputs: ["CreateTemplateInput", "UpdateTemplateInput"],
    columns: TEMPLATE,
    editable: TemplateValues::EDITABLE,
};

/// Fields of clients whose rule refuses the general samples, with a value that it accepts.
const SAMPLES: [(&str, &str); 7] = [
    ("name", "another-name"),
    ("category", "samples"),
    ("imageName", "example.org/sample"),
    ("imageTag", "1.2.3"),
    ("user", "1000:1000"),
    ("workingDir", "/srv"),
    ("restartPolicy", "on-failure:3"),
];

impl Object {
    /// A selection of all fields that clients set.
    fn selection(self) -> String {
        self.editable.iter().map(|editable| editable.field).collect::<Vec<_>>().join(" ")
    }

    /// A value for each field that clients set, other than in the object that was created without any.
    async fn samples(self, t: &TestApp, initial: &Value) -> Map<String, Value> {
        let query = "query ($name: String!) { __type(name: $name) { inputFields { name type { kind name } } } }";
        let mut of = t.data(query, json!({ "name": self.inputs[1] })).await["__type"]["inputFields"].take();
        let kinds = of.as_array_mut().unwrap();
        let sample = |field: &str| {
            let kind = &kinds.iter().find(|of| of["name"] == field).unwrap()["type"];
            if let Some((_, sample)) = SAMPLES.iter().find(|(known, _)| *known == field) {
                return json!(sample);
            }
            match (kind["kind"].as_str(), kind["name"].as_str()) {
                (_, Some("String")) => json!(format!("A sample of {field}: “$x”\n")),
                (_, Some("Int")) => json!(7),
                (_, Some("Boolean")) => json!(initial[field] == false),
                (Some("LIST"), _) => json!(["a", "b c"]),
                _ => panic!("{}.{field} has no sample: add one for {kind}", self.inputs[1]),
            }
        };
        let samples: Map<String, Value> =
            self.editable.iter().map(|editable| (editable.field.to_owned(), sample(editable.field))).collect();
        for (field, sample) in &samples {
            assert_ne!(sample, &initial[field], "the sample of {}.{field} is the initial value", self.name);
        }
        samples
    }

    /// Some of the values, with those of `other` for the rest.
    fn either(self, values: &Map<String, Value>, other: &Value, which: fn(&Editable) -> bool) -> Value {
        let value = |editable: &Editable| {
            let value = if which(editable) { &values[editable.field] } else { &other[editable.field] };
            (editable.field.to_owned(), value.clone())
        };
        Value::Object(self.editable.iter().map(value).collect())
    }
}

/// An input with the given values, all or those for which `which` holds.
fn with(mut input: Value, object: Object, values: &Map<String, Value>, which: fn(&Editable) -> bool) -> Value {
    for editable in object.editable.iter().filter(|editable| which(editable)) {
        input[editable.field] = values[editable.field].clone();
    }
    input
}
