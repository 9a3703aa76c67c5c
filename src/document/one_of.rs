//! Inputs of which exactly one field is given, where a document writes them out: the validation that we use does not know
//! them yet.
//!
//! Called by [`Documents`](super::Documents) on valid documents. Inputs that come as variables are looked at with the
//! variables.

use apollo_compiler::{
    ExecutableDocument, Node, Schema,
    ast::{Argument, Type, Value},
    executable::{Selection, SelectionSet},
    schema::{ExtendedType, InputObjectType},
};

use super::{MAX_ERRORS, Mistake, Refusal, Sort, shortened};

struct Look<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    mistakes: Vec<Mistake>,
}

/// Whether exactly one field has to be given.
pub(super) fn is_one_of(input: &InputObjectType) -> bool {
    input.directives.has("oneOf")
}

/// Refuses a document that gives none, several, or null of them.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Result<(), Refusal> {
    let mut look = Look { schema, document, mistakes: Vec::new() };
    for operation in document.operations.iter() {
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                look.value(&variable.ty, default, &[]);
            }
        }
        look.selections(&operation.selection_set, &operation.variables);
    }
    // Variables of fragments belong to the operations that spread them: what is nullable there is looked at with them.
    for fragment in document.fragments.values() {
        look.selections(&fragment.selection_set, &[]);
    }
    look.mistakes.truncate(MAX_ERRORS);
    if look.mistakes.is_empty() {
        return Ok(());
    }
    Err(Refusal { sort: Sort::Validation, reason: "validation", mistakes: look.mistakes })
}

type Variables = [Node<apollo_compiler::ast::VariableDefinition>];

impl Look<'_> {
    fn selections(&mut self, set: &SelectionSet, variables: &Variables) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments, &field.definition.arguments, variables);
                    self.selections(&field.selection_set, variables);
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set, variables),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn arguments(
        &mut self,
        given: &[Node<Argument>],
        known: &[Node<apollo_compiler::ast::InputValueDefinition>],
        variables: &Variables,
    ) {
        for argument in given {
            if let Some(definition) = known.iter().find(|known| known.name == argument.name) {
                self.value(&definition.ty, &argument.value, variables);
            }
        }
    }

    fn value(&mut self, expected: &Type, value: &Node<Value>, variables: &Variables) {
        match &**value {
            Value::List(items) => {
                let inside = if expected.is_list() { expected.item_type() } else { expected };
                items.iter().for_each(|item| self.value(inside, item, variables));
            }
            Value::Object(fields) => {
                let Some(ExtendedType::InputObject(input)) = self.schema.types.get(expected.inner_named_type()) else {
                    return;
                };
                if is_one_of(input) {
                    self.one_of(input, fields, value, variables);
                }
                for (name, value) in fields {
                    if let Some(field) = input.fields.get(name) {
                        self.value(&field.ty, value, variables);
                    }
                }
            }
            _ => {}
        }
    }

    fn one_of(
        &mut self,
        input: &InputObjectType,
        fields: &[(apollo_compiler::Name, Node<Value>)],
        value: &Node<Value>,
        variables: &Variables,
    ) {
        let message = match fields {
            [(name, value)] => match &**value {
                Value::Null => format!("Field \"{}.{name}\" must be non-null.", input.name),
                Value::Variable(variable) => {
                    let nullable =
                        variables.iter().find(|known| known.name == *variable).filter(|known| !known.ty.is_non_null());
                    let Some(nullable) = nullable else { return };
                    format!(
                        "Variable \"${variable}\" is of type \"{}\" but must be non-nullable to be used for OneOf Input \
                         Object \"{}\".",
                        nullable.ty, input.name
                    )
                }
                _ => return,
            },
            _ => format!("OneOf Input Object \"{}\" must specify exactly one key.", input.name),
        };
        let place = value.line_column_range(&self.document.sources).map(|range| (range.start.line, range.start.column));
        self.mistakes.push(Mistake { message: shortened(&message), location: place });
    }
}
