//! Coerces the variables of a request, before anything runs: an invalid value must not be found after earlier mutations
//! of the same document have run.
//!
//! Called by [`Documents`](super::Documents). The rules are those of the specification; every message contains the path
//! of the value. Messages must not contain a value, which may be a secret.

use apollo_compiler::{
    Schema,
    ast::{Type, Value as Literal},
    executable::Operation,
    schema::{ExtendedType, InputObjectType},
};
use serde_json::{Map, Value};

use super::{
    MAX_ERRORS, Refusal, RejectionKind, ValidationError, date_time, inputs::Inputs, literals::is_one_of, shortened,
};
use crate::near::nearest;

/// Coerces the variables of an operation, defaults included: the specification's `CoerceVariableValues`. An absent
/// variable without a default stays absent; variables that the operation does not declare are ignored.
pub(super) fn variables(
    schema: &Schema,
    operation: &Operation,
    mut given: Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    // Defaults contain no variables.
    let none = Map::new();
    let mut coerce = Coerce { schema, defaults: Inputs::new(schema, &none), mistakes: Vec::new() };
    let mut values = Map::new();
    for variable in &operation.variables {
        let name = variable.name.as_str();
        let path = format!("${name}");
        match given.remove(name) {
            Some(value) => {
                values.insert(name.to_owned(), coerce.value(&variable.ty, value, &path));
            }
            None => {
                if let Some(value) = coerce.absent(&variable.ty, variable.default_value.as_deref(), &path) {
                    values.insert(name.to_owned(), value);
                }
            }
        }
    }
    coerce.mistakes.truncate(MAX_ERRORS);
    if coerce.mistakes.is_empty() {
        return Ok(values);
    }
    Err(Refusal { kind: RejectionKind::BadRequest, reason: "variables", mistakes: coerce.mistakes })
}

struct Coerce<'a> {
    schema: &'a Schema,
    /// Evaluates default values.
    defaults: Inputs<'a>,
    mistakes: Vec<ValidationError>,
}

impl Coerce<'_> {
    /// The default of an absent value, if it has one.
    fn absent(&mut self, expected: &Type, default: Option<&Literal>, path: &str) -> Option<Value> {
        if default.is_none() && expected.is_non_null() {
            self.validation_error(path, format!("of the required type \"{expected}\" was not provided."));
        }
        self.defaults.default_value(expected, default)
    }

    fn validation_error(&mut self, path: &str, what: String) -> Value {
        self.mistakes
            .push(ValidationError { message: shortened(&format!("Variable \"{path}\" {what}")), location: None });
        Value::Null
    }

    fn value(&mut self, expected: &Type, value: Value, path: &str) -> Value {
        if value.is_null() {
            if expected.is_non_null() {
                return self.validation_error(path, format!("of the type \"{expected}\" must not be null."));
            }
            return Value::Null;
        }
        match expected {
            Type::List(inside) | Type::NonNullList(inside) => match value {
                Value::Array(items) => {
                    let items = items.into_iter().enumerate();
                    items.map(|(at, item)| self.value(inside, item, &format!("{path}[{at}]"))).collect()
                }
                // A single value is coerced to a list with one item.
                one => Value::Array(vec![self.value(inside, one, path)]),
            },
            Type::Named(name) | Type::NonNullNamed(name) => match self.schema.types.get(name) {
                Some(ExtendedType::Scalar(_)) => self.scalar(name.as_str(), value, path),
                Some(ExtendedType::Enum(known)) => match value.as_str() {
                    Some(word) if known.values.keys().any(|value| value == word) => value,
                    _ => {
                        let words: Vec<&str> = known.values.keys().map(|word| word.as_str()).collect();
                        self.validation_error(path, format!("is no {name}: it takes {}.", words.join(", ")))
                    }
                },
                Some(ExtendedType::InputObject(input)) => match value {
                    Value::Object(fields) => self.object(input, fields, path),
                    _ => self.validation_error(path, format!("is no object, as the type \"{name}\" is.")),
                },
                _ => self.validation_error(path, format!("has the type \"{name}\", which no input has.")),
            },
        }
    }

    fn scalar(&mut self, name: &str, value: Value, path: &str) -> Value {
        match (name, &value) {
            ("Int", Value::Number(number)) => match as_i32(number) {
                Some(number) => Value::from(number),
                None => {
                    self.validation_error(path, "is no whole number of 32 bits, as the type \"Int\" is.".to_owned())
                }
            },
            ("Float", Value::Number(_)) | ("String" | "ID", Value::String(_)) | ("Boolean", Value::Bool(_)) => value,
            ("ID", Value::Number(number)) if number.is_i64() || number.is_u64() => Value::String(number.to_string()),
            ("Int" | "Float" | "String" | "ID" | "Boolean", _) => {
                self.validation_error(path, format!("is {}, and the type \"{name}\" does not take that.", sort(&value)))
            }
            ("ChangeCursor", Value::String(_)) => value,
            ("ChangeCursor", _) => {
                self.validation_error(path, format!("is {}, and the type \"{name}\" takes a text.", sort(&value)))
            }
            // `DateTime` is a string with a format of its own; other scalars accept any value.
            ("DateTime", _) => match date_time::validation_error(value.as_str().unwrap_or_default()) {
                Some(what) => self.validation_error(path, what.to_owned()),
                None => value,
            },
            _ => value,
        }
    }

    fn object(&mut self, input: &InputObjectType, mut fields: Map<String, Value>, path: &str) -> Value {
        if is_one_of(input) && !(fields.len() == 1 && fields.values().all(|value| !value.is_null())) {
            return self.validation_error(
                path,
                format!("of the type \"{}\" takes exactly one field, and not null.", input.name),
            );
        }
        let mut values = Map::new();
        for (name, definition) in &input.fields {
            let path = format!("{path}.{name}");
            match fields.remove(name.as_str()) {
                Some(value) => {
                    values.insert(name.to_string(), self.value(&definition.ty, value, &path));
                }
                None => {
                    if let Some(value) = self.absent(&definition.ty, definition.default_value.as_deref(), &path) {
                        values.insert(name.to_string(), value);
                    }
                }
            }
        }
        if let Some(unknown) = fields.keys().next() {
            let unknown: String = unknown.chars().filter(|c| !c.is_control()).take(64).collect();
            let near = nearest(&unknown, input.fields.keys().map(|name| name.as_str()));
            let meant = near.map_or_else(String::new, |near| format!(" Did you mean \"{near}\"?"));
            self.validation_error(
                path,
                format!("has a field \"{unknown}\", which the type \"{}\" does not have.{meant}", input.name),
            );
        }
        Value::Object(values)
    }
}

/// An integer of 32 bits; 3.0 is one, too.
fn as_i32(number: &serde_json::Number) -> Option<i32> {
    if let Some(number) = number.as_i64() {
        return i32::try_from(number).ok();
    }
    let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
    let fits = (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the range")]
    fits.then_some(number as i32)
}

fn sort(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
