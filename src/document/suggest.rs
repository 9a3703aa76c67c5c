//! Names of the schema that were probably meant, for what the validator says about unknown ones.
//!
//! Called for each mistake of a document. It must not suggest anything but names of the schema.

use apollo_compiler::{Schema, schema::ExtendedType};

use crate::near::nearest;

/// How the validator tells of a field that its type does not have.
pub(super) const UNKNOWN_FIELD: &str = "does not have a field";
/// How it tells of an argument that its field does not have.
const UNKNOWN_ARGUMENT: &str = "is not supported by";
/// How it tells of a field that an input does not have.
const UNKNOWN_INPUT_FIELD: &str = "does not exist on";

/// The message, with the name that was probably meant.
pub(super) fn with_suggestion(schema: &Schema, message: &str) -> String {
    match suggestion(schema, message) {
        Some(name) => format!("{message}. Did you mean `{name}`?"),
        None => message.to_owned(),
    }
}

fn suggestion<'s>(schema: &'s Schema, message: &str) -> Option<&'s str> {
    // The names stand in backticks: that of the type first, or that of what is unknown.
    let mut named = message.split('`').skip(1).step_by(2);
    let (first, second) = (named.next()?, named.next()?);
    if message.contains(UNKNOWN_FIELD) {
        return nearest(second, fields(schema.types.get(first)?)?);
    }
    if message.contains(UNKNOWN_ARGUMENT) {
        let (of, field) = second.split_once('.')?;
        let arguments = &schema.type_field(of, field).ok()?.arguments;
        return nearest(first, arguments.iter().map(|argument| argument.name.as_str()));
    }
    if message.contains(UNKNOWN_INPUT_FIELD) {
        return match schema.types.get(second)? {
            ExtendedType::InputObject(input) => nearest(first, input.fields.keys().map(|name| name.as_str())),
            ExtendedType::Enum(values) => nearest(first, values.values.keys().map(|name| name.as_str())),
            _ => None,
        };
    }
    None
}

/// The names of the fields of an object or an interface.
fn fields(of: &ExtendedType) -> Option<impl Iterator<Item = &str>> {
    let fields = match of {
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(interface) => &interface.fields,
        _ => return None,
    };
    Some(fields.keys().map(|name| name.as_str()))
}
