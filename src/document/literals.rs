//! Validates the literals of a document where apollo-compiler does not: `@oneOf` inputs, duplicate input fields,
//! variables inside lists and objects, variables whose default is null, `DateTime` values, and numbers out of range.
//!
//! Called by [`Documents`](super::Documents) for documents that apollo-compiler has found valid. It must not validate
//! the values of variables: `coerce` does.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition},
    executable::{Selection, SelectionSet},
    schema::{ExtendedType, InputObjectType},
};

use super::{MAX_ERRORS, Refusal, RejectionKind, ValidationError, date_time, inputs::number, shortened};

struct LiteralCheck<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    /// The variables of the current operation.
    variables: &'a [Node<VariableDefinition>],
    /// Fragments that have been checked for the current operation.
    seen: HashSet<&'a str>,
    mistakes: Vec<ValidationError>,
}

/// Whether an input is a `@oneOf` input, of which exactly one field must be given.
pub(super) fn is_one_of(input: &InputObjectType) -> bool {
    input.directives.has("oneOf")
}

/// Refuses a document with an invalid literal.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Result<(), Refusal> {
    let mut literals = LiteralCheck { schema, document, variables: &[], seen: HashSet::new(), mistakes: Vec::new() };
    for operation in document.operations.iter() {
        literals.variables = &operation.variables;
        literals.seen.clear();
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                literals.value(&variable.ty, default);
            }
        }
        literals.directives(&operation.directives);
        literals.selections(&operation.selection_set);
    }
    literals.mistakes.truncate(MAX_ERRORS);
    if literals.mistakes.is_empty() {
        return Ok(());
    }
    Err(Refusal { kind: RejectionKind::Validation, reason: "validation", mistakes: literals.mistakes })
}

impl<'a> LiteralCheck<'a> {
    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.directives(&field.directives);
                    self.arguments(&field.arguments, &field.definition.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    self.selections(&inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    let name = spread.fragment_name.as_str();
                    if let Some(fragment) = self.document.fragments.get(name)
                        && self.seen.insert(name)
                    {
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, given: &DirectiveList) {
        let schema = self.schema;
        for directive in given {
            if let Some(definition) = schema.directive_definitions.get(&directive.name) {
                self.arguments(&directive.arguments, &definition.arguments);
            }
        }
    }

    fn arguments(&mut self, given: &[Node<Argument>], known: &[Node<InputValueDefinition>]) {
        for argument in given {
            if let Some(definition) = known.iter().find(|known| known.name == argument.name) {
                self.variable(&definition.ty, definition.default_value.is_some(), &argument.value);
                self.value(&definition.ty, &argument.value);
            }
        }
    }

    fn value(&mut self, expected: &Type, value: &Node<Value>) {
        match &**value {
            Value::List(items) => {
                let inside = if expected.is_list() { expected.item_type() } else { expected };
                for item in items {
                    self.variable(inside, false, item);
                    self.value(inside, item);
                }
            }
            Value::Object(fields) => self.object(expected, fields, value),
            Value::String(text) if expected.inner_named_type() == "DateTime" => {
                if let Some(what) = date_time::validation_error(text) {
                    self.validation_error(value, format!("The value {what}"));
                }
            }
            Value::Int(_) | Value::Float(_) if expected.inner_named_type() == "DateTime" => {
                self.validation_error(value, "The type \"DateTime\" takes a text.".to_owned());
            }
            Value::String(_) | Value::Variable(_) | Value::Null => {}
            _ if expected.inner_named_type() == "ChangeCursor" => {
                self.validation_error(value, "The type \"ChangeCursor\" takes a text.".to_owned());
            }
            Value::Int(written) => self.number(written.as_str(), value),
            Value::Float(written) => self.number(written.as_str(), value),
            _ => {}
        }
    }

    fn object(&mut self, expected: &Type, fields: &[(Name, Node<Value>)], value: &Node<Value>) {
        let schema = self.schema;
        let input = match schema.types.get(expected.inner_named_type()) {
            Some(ExtendedType::InputObject(input)) => Some(input),
            // A custom scalar accepts any object.
            _ => None,
        };
        if let Some(input) = input.filter(|input| is_one_of(input)) {
            self.one_of(input, fields, value);
        }
        let mut names = HashSet::new();
        for (name, value) in fields {
            if !names.insert(name) {
                self.validation_error(value, format!("There can be only one input field named \"{name}\"."));
            }
            match input.map(|input| input.fields.get(name)) {
                Some(Some(field)) => {
                    self.variable(&field.ty, field.default_value.is_some(), value);
                    self.value(&field.ty, value);
                }
                Some(None) => {}
                None => self.value(expected, value),
            }
        }
    }

    fn number(&mut self, written: &str, value: &Node<Value>) {
        if number(written).is_none() {
            self.validation_error(
                value,
                "The number is beyond what a floating-point number of 64 bits can hold.".to_owned(),
            );
        }
    }

    /// Checks that a variable is allowed at its position, also inside a list or an object, and also if its default is
    /// null.
    fn variable(&mut self, place: &Type, place_has_default: bool, value: &Node<Value>) {
        let Value::Variable(name) = &**value else { return };
        let Some(variable) = self.variables.iter().find(|known| known.name == *name) else { return };
        let has_default = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
        let fits = if place.is_non_null() && !variable.ty.is_non_null() {
            (has_default || place_has_default) && variable.ty.is_assignable_to(&place.clone().nullable())
        } else {
            variable.ty.is_assignable_to(place)
        };
        if !fits {
            let given = &variable.ty;
            self.validation_error(
                value,
                format!("Variable \"${name}\" of type \"{given}\" used in position expecting type \"{place}\"."),
            );
        }
    }

    fn one_of(&mut self, input: &InputObjectType, fields: &[(Name, Node<Value>)], value: &Node<Value>) {
        let of = &input.name;
        let message = match fields {
            [(name, value)] => match &**value {
                Value::Null => format!("Field \"{of}.{name}\" must be non-null."),
                Value::Variable(variable) => {
                    let nullable =
                        self.variables.iter().find(|known| known.name == *variable && !known.ty.is_non_null());
                    let Some(nullable) = nullable else { return };
                    format!(
                        "Variable \"${variable}\" is of type \"{}\" but must be non-nullable to be used for OneOf Input \
                         Object \"{of}\".",
                        nullable.ty
                    )
                }
                _ => return,
            },
            _ => format!("OneOf Input Object \"{of}\" must specify exactly one key."),
        };
        self.validation_error(value, message);
    }

    fn validation_error(&mut self, at: &Node<Value>, message: String) {
        let place = at.line_column_range(&self.document.sources).map(|range| (range.start.line, range.start.column));
        self.mistakes.push(ValidationError { message: shortened(&message), location: place });
    }
}
