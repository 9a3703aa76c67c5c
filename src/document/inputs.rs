//! Coerces the literals of a document to values of their types, and substitutes variables.
//!
//! Used for the defaults of variables, for the cost of a request, and to make the executor's document. It must be
//! called only with a validated document and coerced variables.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{DirectiveList, Type, Value as Literal},
    schema::{ExtendedType, InputObjectType},
};
use serde_json::{Map, Number, Value};

/// The schema and the variables of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    schema: &'a Schema,
    variables: &'a Map<String, Value>,
}

impl<'a> Inputs<'a> {
    /// `variables` are coerced, as in [`Chosen`](super::Chosen).
    pub fn new(schema: &'a Schema, variables: &'a Map<String, Value>) -> Self {
        Self { schema, variables }
    }

    /// The value of an argument or of an input field. `None` for a variable without a value, which counts as absent.
    pub fn value(&self, expected: &Type, literal: &Literal) -> Option<Value> {
        Some(match (literal, expected) {
            (Literal::Variable(name), _) => return self.variables.get(name.as_str()).cloned(),
            (Literal::Null, _) => Value::Null,
            (Literal::List(items), Type::List(inside) | Type::NonNullList(inside)) => {
                // An item of a list cannot be absent.
                items.iter().map(|item| self.value(inside, item).unwrap_or_default()).collect()
            }
            // A single value is coerced to a list with one item.
            (one, Type::List(inside) | Type::NonNullList(inside)) => {
                Value::Array(vec![self.value(inside, one).unwrap_or_default()])
            }
            (literal, Type::Named(name) | Type::NonNullNamed(name)) => self.named(name, literal),
        })
    }

    fn named(&self, name: &Name, literal: &Literal) -> Value {
        match (self.schema.types.get(name), literal) {
            (Some(ExtendedType::InputObject(input)), Literal::Object(fields)) => self.object(input, fields),
            (_, Literal::Int(number)) if name == "ID" => Value::from(number.as_str()),
            _ => self.untyped(literal),
        }
    }

    fn object(&self, input: &InputObjectType, fields: &[(Name, Node<Literal>)]) -> Value {
        let mut values = Map::new();
        for (name, definition) in &input.fields {
            let given = fields.iter().find(|(given, _)| given == name);
            let value = given.and_then(|(_, literal)| self.value(&definition.ty, literal));
            let value = value.or_else(|| self.default_value(&definition.ty, definition.default_value.as_deref()));
            if let Some(value) = value {
                values.insert(name.to_string(), value);
            }
        }
        Value::Object(values)
    }

    /// The default value of an argument, of a variable or of an input field.
    pub(super) fn default_value(&self, expected: &Type, default: Option<&Literal>) -> Option<Value> {
        default.and_then(|default| self.value(expected, default))
    }

    /// The value of a scalar or enum literal, without coercion.
    fn untyped(&self, literal: &Literal) -> Value {
        match literal {
            Literal::Null => Value::Null,
            Literal::Boolean(flag) => Value::Bool(*flag),
            Literal::String(text) => Value::from(text.as_str()),
            Literal::Enum(word) => Value::from(word.as_str()),
            Literal::Int(number) => self::number(number.as_str()).map_or(Value::Null, Value::Number),
            Literal::Float(number) => self::number(number.as_str()).map_or(Value::Null, Value::Number),
            Literal::Variable(name) => self.variables.get(name.as_str()).cloned().unwrap_or_default(),
            Literal::List(items) => items.iter().map(|item| self.untyped(item)).collect(),
            Literal::Object(fields) => {
                let given = fields.iter().filter(|(_, value)| {
                    value.as_variable().is_none_or(|name| self.variables.contains_key(name.as_str()))
                });
                Value::Object(given.map(|(name, value)| (name.to_string(), self.untyped(value))).collect())
            }
        }
    }

    /// Finds a null where the type does not allow it: its path, and the type at that path.
    pub(super) fn null_place<'t>(&self, expected: &'t Type, value: &Value, place: &str) -> Option<(String, &'t Type)>
    where
        'a: 't,
    {
        match (expected, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => Some((place.to_owned(), expected)),
            (Type::List(inside) | Type::NonNullList(inside), Value::Array(items)) => {
                items.iter().enumerate().find_map(|(at, item)| self.null_place(inside, item, &format!("{place}[{at}]")))
            }
            (Type::Named(name) | Type::NonNullNamed(name), Value::Object(fields)) => {
                let Some(ExtendedType::InputObject(input)) = self.schema.types.get(name) else { return None };
                input.fields.iter().find_map(|(name, field)| {
                    self.null_place(&field.ty, fields.get(name.as_str())?, &format!("{place}.{name}"))
                })
            }
            _ => None,
        }
    }

    /// Whether `@skip` and `@include` keep a selection in the operation. `None` if a condition is null, which
    /// validation cannot exclude: a variable with a default may be given as null.
    pub fn includes(&self, directives: &DirectiveList) -> Option<bool> {
        let mut included = true;
        for directive in directives {
            let wanted = match directive.name.as_str() {
                "skip" => false,
                "include" => true,
                _ => continue,
            };
            included &= self.untyped(directive.specified_argument_by_name("if")?).as_bool()? == wanted;
        }
        Some(included)
    }
}

/// Parses a number of a document; `None` if it is out of range.
pub(super) fn number(text: &str) -> Option<Number> {
    text.parse().ok()
}
