//! Checks of free text in the fields of stacks, templates and instances.
//!
//! Called by the use cases. It must not access the database.

use crate::error::{Code, Problem, Result};

/// The maximum length of a description, in characters.
const MAX_DESCRIPTION: usize = 4096;

/// Checks a description.
pub(super) fn description(text: &str) -> Result<(), Problem> {
    let path = ["input", "description"];
    let length = text.chars().count();
    if length > MAX_DESCRIPTION {
        let message = format!("The description has {length} characters; at most {MAX_DESCRIPTION} are allowed.");
        return Err(Problem::new(Code::LimitExceeded, &path, message));
    }
    if text.contains('\0') {
        let problem = Problem::new(Code::InvalidValue, &path, "A NUL character cannot be stored.");
        return Err(problem.suggest(text.replace('\0', "")));
    }
    Ok(())
}

/// Refuses null for a field that may be absent but not null.
pub(super) fn not_null<T: Clone>(field: &str, value: Option<&Option<T>>) -> Result<Option<T>, Problem> {
    match value {
        Some(None) => {
            let message = "Null is no value here; leave the field out to keep what there is.";
            Err(Problem::new(Code::InvalidValue, &["input", field], message))
        }
        Some(Some(value)) => Ok(Some(value.clone())),
        None => Ok(None),
    }
}
