//! Checks of texts of clients: free texts that they set, null where it is refused, and texts that they search for.
//!
//! Called by the use cases. It must not access the database.

use crate::{
    db::entries::search::MAX_SEARCHED,
    error::{Code, Error, Problem, Problems, Result},
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

/// The text of a search, without spaces around it.
pub(super) fn searched(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::bad_request("There is no text to search for."));
    }
    if text.contains('\0') {
        return Err(Error::bad_request("No text has a NUL character."));
    }
    let length = text.chars().count();
    if length > MAX_SEARCHED {
        return Err(Error::limit(format!("A text to search for has at most {MAX_SEARCHED} characters, not {length}.")));
    }
    Ok(text)
}
