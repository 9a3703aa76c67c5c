//! Variables that cannot fit, found before anything runs: the framework looks at a variable only when a resolver asks
//! for it, and by then earlier mutations of the same document are done.
//!
//! Called by the GraphQL handler. Values inside input objects are the framework's.

use async_graphql::{
    Value, Variables,
    parser::types::{BaseType, DocumentOperations, ExecutableDocument, OperationDefinition},
};

/// What is wrong with the variables of the operation that is to run, if anything is.
pub(super) fn misfit(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> Option<String> {
    let operation = chosen(document, operation_name)?;
    operation.variable_definitions.iter().find_map(|definition| {
        let (name, expected) = (definition.node.name.node.as_str(), &definition.node.var_type.node);
        let given = variables.iter().find(|(given, _)| given.as_str() == name).map(|(_, value)| value);
        match (given, &expected.base) {
            (None, _) if !expected.nullable && definition.node.default_value.is_none() => {
                Some(format!("The variable ${name} of the type {expected} is missing."))
            }
            (Some(Value::Null), _) if !expected.nullable => {
                Some(format!("The variable ${name} of the type {expected} must not be null."))
            }
            (Some(Value::Number(number)), BaseType::Named(base))
                if base == "Int" && number.as_i64().is_none_or(|number| i32::try_from(number).is_err()) =>
            {
                Some(format!("The variable ${name} is not a 32-bit integer."))
            }
            _ => None,
        }
    })
}

fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name).map(|found| &found.node),
        (DocumentOperations::Multiple(operations), None) => operations.values().next().map(|found| &found.node),
    }
}
