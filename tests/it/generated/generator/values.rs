//! Values of arguments: literals, and variables with and without defaults that are given, absent or null.
//!
//! Called by the generator for each argument and each directive. It must not give a value of another type, except
//! rarely.

use apollo_compiler::{
    ast::{InputValueDefinition, Type},
    schema::{ExtendedType, InputObjectType},
};
use serde_json::{Map, Value, json};

use super::{
    grow::Grower,
    operation::{Variable, Written},
};

/// A value as a literal and as JSON, for a variable. There is no JSON when it contains a variable.
struct Sample {
    literal: Written,
    json: Option<Value>,
}

impl Sample {
    fn new(literal: String, json: Value) -> Self {
        Self { literal: Written { text: literal, variables: Vec::new() }, json: Some(json) }
    }

    fn text(text: String) -> Self {
        // A JSON string is a string of GraphQL.
        Self::new(json!(text).to_string(), json!(text))
    }

    fn json(value: Value) -> Self {
        Self::new(value.to_string(), value)
    }
}

/// Where a value stands: the type that the field has, the field, and the argument or field of an input.
#[derive(Clone, Copy)]
pub(in crate::generated) struct Place<'a> {
    pub(in crate::generated) of: &'a str,
    pub(in crate::generated) field: &'a str,
    pub(in crate::generated) argument: &'a str,
}

impl Grower<'_> {
    /// The value of an argument.
    pub(in crate::generated) fn argument(&mut self, place: Place<'_>, definition: &InputValueDefinition) -> Written {
        let sample = self.sample(place, &definition.ty, 0);
        self.lifted(&definition.ty, definition.default_value.is_some(), sample, 3).literal
    }

    /// The condition of `@skip` or `@include`.
    pub(in crate::generated) fn condition(&mut self) -> Written {
        let flag = self.rng.below(2) == 0;
        let of = Type::NonNullNamed(apollo_compiler::name!("Boolean"));
        self.lifted(&of, false, Sample::json(json!(flag)), 2).literal
    }

    /// The value, which becomes a variable once in `often` times.
    fn lifted(&mut self, of: &Type, has_default: bool, sample: Sample, often: usize) -> Sample {
        let Some(json) = sample.json.clone().filter(|_| self.style.variables && self.rng.below(often) == 0) else {
            return sample;
        };
        let literal = sample.literal.text.clone();
        let nullable = of.clone().nullable();
        let variable = |of: &Type, default: Option<String>, given| Variable { of: of.to_string(), default, given };
        let variable = match self.rng.below(12) {
            0 | 1 => variable(of, Some(literal), None),
            2 if literal != "null" => variable(&nullable, Some(literal), None),
            3 if literal != "null" => variable(&nullable, Some(literal), Some(json)),
            4 if json.is_string() || json.is_i64() => {
                let other = if json.is_i64() { "3" } else { &literal };
                variable(of, Some(other.to_owned()), Some(json))
            }
            5 | 6 if !of.is_non_null() => variable(of, None, None),
            7 if !of.is_non_null() => variable(of, None, Some(Value::Null)),
            8 if !of.is_non_null() && !json.is_null() => variable(&of.clone().non_null(), None, Some(json)),
            9 if has_default => variable(&nullable, None, None),
            10 if self.rng.below(6) == 0 => variable(of, None, Some(Value::Null)),
            11 if self.rng.below(6) == 0 => variable(of, None, Some(json!({ "wrong": [json] }))),
            _ => variable(of, None, Some(json)),
        };
        self.variables.push(variable);
        let number = self.variables.len() - 1;
        Sample { literal: Written { text: format!("$v{number}"), variables: vec![number] }, json: None }
    }

    fn sample(&mut self, place: Place<'_>, of: &Type, depth: usize) -> Sample {
        if !of.is_non_null() && self.rng.below(10) == 0 {
            return Sample::json(Value::Null);
        }
        match of {
            Type::List(inside) | Type::NonNullList(inside) => self.list(place, inside, depth),
            Type::Named(name) | Type::NonNullNamed(name) => match &self.types.schema.types[name] {
                ExtendedType::Enum(words) => {
                    let word = words.values.get_index(self.rng.below(words.values.len())).unwrap().0.to_string();
                    Sample::new(word.clone(), json!(word))
                }
                ExtendedType::InputObject(input) => self.object(input, depth),
                _ => self.scalar(place, name.as_str()),
            },
        }
    }

    fn scalar(&mut self, place: Place<'_>, name: &str) -> Sample {
        match name {
            "Int" => Sample::json(json!(self.number(place.argument))),
            "Boolean" => Sample::json(json!(self.rng.below(2) == 0)),
            "ID" if place.argument == "change" => Sample::text(self.pools.change(self.rng)),
            "ID" => Sample::text(self.pools.id(self.rng)),
            "ChangeCursor" => Sample::text(self.pools.change_cursor(self.rng)),
            "Duration" if self.rng.below(8) > 0 => Sample::text("PT0S".to_owned()),
            "Duration" => Sample::text(self.rng.one_of(&["PT1S", "P9000D", "1h"]).to_owned()),
            "DateTime" => Sample::text(
                self.rng
                    .one_of(&["2099-01-01T00:00:00Z", "2026-01-01T00:00:00.01Z", "1999-12-31T23:59:59+01:00"])
                    .to_owned(),
            ),
            "JSON" => match self.rng.below(3) {
                0 => Sample::new("{a: [1, 2.50, -0.0], b: null}".into(), json!({ "a": [1, 2.5, -0.0], "b": null })),
                1 => Sample::new("[\"SYS_NICE\"]".into(), json!(["SYS_NICE"])),
                _ => Sample::json(json!(true)),
            },
            _ => Sample::text(self.pools.text(self.rng, place.of, place.field, place.argument)),
        }
    }

    /// A number: small for pages, rarely outside of what is allowed.
    fn number(&mut self, argument: &str) -> i32 {
        match argument {
            "first" | "last" if self.rng.below(20) == 0 => [0, -1, 100, 101, i32::MAX][self.rng.below(5)],
            "first" | "last" => 1 + i32::try_from(self.rng.below(6)).unwrap(),
            "near" => [5432, 15432, 1, 65535, 0, 70000][self.rng.below(6)],
            _ => [80, 443, 5432, 9187, 0][self.rng.below(5)],
        }
    }

    fn list(&mut self, place: Place<'_>, inside: &Type, depth: usize) -> Sample {
        let most = if place.argument == "ids" { 9 } else { 3 };
        let items: Vec<Sample> = (0..self.rng.below(most))
            .map(|_| {
                let item = self.sample(place, inside, depth + 1);
                self.lifted(inside, false, item, 8)
            })
            .collect();
        // One item may stand without its list.
        if let [one] = items.as_slice()
            && one.json.is_some()
            && self.rng.below(2) == 0
        {
            return Sample { literal: one.literal.clone(), json: one.json.clone() };
        }
        let each: Vec<&str> = items.iter().map(|item| item.literal.text.as_str()).collect();
        let text = format!("[{}]", each.join(", "));
        let variables = items.iter().flat_map(|item| item.literal.variables.clone()).collect();
        Sample { literal: Written { text, variables }, json: items.into_iter().map(|item| item.json).collect() }
    }

    fn object(&mut self, input: &InputObjectType, depth: usize) -> Sample {
        let one_of = input.directives.has("oneOf");
        let mut chosen = self.rng.below(input.fields.len());
        if input.name == "PointInput" && self.rng.below(4) > 0 {
            // Most points are ones at which there was something.
            chosen = input.fields.get_index_of("ago").unwrap();
        }
        let (mut each, mut variables, mut json) = (Vec::new(), Vec::new(), Some(Map::new()));
        for (at, (name, field)) in input.fields.iter().enumerate() {
            let needed = if one_of { at == chosen } else { field.is_required() };
            if !needed && (one_of || depth > 2 || self.rng.below(6) > 0) {
                continue;
            }
            let place = Place { of: input.name.as_str(), field: "", argument: name.as_str() };
            let of = if one_of { field.ty.as_ref().clone().non_null() } else { field.ty.as_ref().clone() };
            let value = self.sample(place, &of, depth + 1);
            // The field of a `@oneOf` input takes no variable that could be null.
            let value = if one_of { value } else { self.lifted(&of, false, value, 8) };
            each.push(format!("{name}: {}", value.literal.text));
            variables.extend(value.literal.variables);
            json = json.zip(value.json).map(|(mut fields, value)| {
                fields.insert(name.to_string(), value);
                fields
            });
        }
        let text = format!("{{{}}}", each.join(", "));
        Sample { literal: Written { text, variables }, json: json.map(Value::Object) }
    }
}
