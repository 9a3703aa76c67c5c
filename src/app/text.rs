//! Checks of the values that clients set: free texts, and null where it is refused.
//!
//! Called by the use cases. It must not access the database.

use crate::{
    error::{Code, Problem, Problems, Result},
    fields::FreeText,
};

/// Checks free texts.
pub(super) fn check(texts: Vec<FreeText<'_>>, problems: &mut Problems) {
    for text in texts {
        problems.keep(free_text(text));
    }
}

/// Checks a free text.
pub(super) fn free_text(FreeText { field, text, most }: FreeText<'_>) -> Result<(), Problem> {
    let path = ["input", field];
    let length = text.chars().count();
    if length > most {
        let message = format!("The {field} has {length} characters; at most {most} are allowed.");
        return Err(Problem::new(Code::LimitExceeded, &path, message));
    }
    if text.contains('\0') {
        let problem = Problem::new(Code::InvalidValue, &path, "A NUL character cannot be stored.");
        return Err(problem.suggest(text.replace('\0', "")));
    }
    Ok(())
}

/// Refuses null for fields that may be absent but not null.
pub(super) fn refuse_nulls(fields: Vec<&str>, problems: &mut Problems) {
    for field in fields {
        let message = "Null is no value here; leave the field out to keep what there is.";
        problems.push(Problem::new(Code::InvalidValue, &["input", field], message));
    }
}
