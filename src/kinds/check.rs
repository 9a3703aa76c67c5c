//! Checks of whole collections, and checks that several kinds share: storable texts, and paths inside a container.
//!
//! Called by the use cases and by the kinds. It must not know which field it checks.

use std::collections::HashSet;

use super::{Cardinality, Kind, MAX_ENTRIES, MAX_KIND_BYTES, Shape};
use crate::{
    error::{Code, Problems},
    references::{MalformedReference, parse},
};

/// Normalizes a collection from an input and notes all problems of its entries.
pub fn check<K: Kind>(entries: &mut [K], at: &mut Problems) {
    at.enter(K::FIELD, |at| check_all(entries, at));
}

/// As [`check`], for a collection in a field of another name.
pub fn check_all<K: Kind>(entries: &mut [K], at: &mut Problems) {
    if entries.len() > MAX_ENTRIES {
        let message = format!("{} entries are too many; at most {MAX_ENTRIES} are allowed.", entries.len());
        at.note(Code::LimitExceeded, message, None);
        return;
    }
    let (mut seen, mut bytes) = (HashSet::new(), 0);
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.normalize();
        bytes += entry.long_bytes();
        let duplicate = !seen.insert(entry.identity());
        let look = |at: &mut Problems| {
            check_entry(entry, at);
            if duplicate {
                at.note(Code::DuplicateKey, "An earlier entry of this collection has the same key.", None);
            }
        };
        if K::Set::SHAPE == Shape::List { at.enter(index.to_string(), look) } else { look(at) }
    }
    if bytes > MAX_KIND_BYTES {
        at.note(Code::LimitExceeded, too_many_bytes(bytes), None);
    }
}

/// The message for a collection that exceeds its size.
pub(crate) fn too_many_bytes(bytes: usize) -> String {
    format!("The entries have {bytes} bytes of text in all; at most {MAX_KIND_BYTES} are allowed.")
}

/// Notes all problems of a normalized entry, including values that the database would change.
pub fn check_entry<K: Kind>(entry: &K, at: &mut Problems) {
    let before = at.count();
    entry.validate(at);
    check_references(entry, at);
    if at.count() == before
        && let Some(column) = entry.lost_column()
    {
        at.invalid(&camel(column), "This value cannot be stored: it would not be read as it was written.", None);
    }
}

/// Notes each reference that cannot be read. What it leads to is checked when the entry is written.
fn check_references<K: Kind>(entry: &K, at: &mut Problems) {
    for (field, text) in entry.reference_texts() {
        for MalformedReference { at: place, message } in parse(&text).1 {
            at.invalid(field, format!("{message} It is at character {place}."), None);
        }
    }
}

/// The API field of a column: its name in camel case.
fn camel(column: &str) -> String {
    let mut words = column.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_ascii_uppercase() + tail
    })
}

/// Normalizes entries of an input and notes all their problems.
pub fn check_entries<K: Kind>(entries: &mut [K], at: &mut Problems) {
    for entry in entries {
        entry.normalize();
        check_entry(entry, at);
    }
}

/// The maximum size of a free text other than a file's content, in bytes.
pub(crate) const MAX_TEXT: usize = 65_536;

/// Notes a text that cannot be stored: it has a NUL character or more than `max` bytes.
pub(crate) fn check_text(at: &mut Problems, field: &str, text: &str, max: usize) {
    at.enter(field, |at| {
        if text.len() > max {
            at.note(
                Code::LimitExceeded,
                format!("{} bytes are too long; at most {max} are allowed.", text.len()),
                None,
            );
        }
        if text.contains('\0') {
            at.note(Code::InvalidValue, "A NUL character cannot be stored.", Some(text.replace('\0', "")));
        }
    });
}

/// Removes `.` parts and repeated or trailing slashes from a path. Keeps `..`, which is refused later.
pub(crate) fn clean_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let joined = parts.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

/// Notes a problem if a cleaned path does not name a place inside the container.
pub(crate) fn check_path(at: &mut Problems, path: &str, max: usize) {
    if path.len() > max {
        let message = format!("{} bytes are too long; at most {max} are allowed.", path.len());
        at.note(Code::LimitExceeded, message, None);
    }
    if let Some(message) = path_problem(path) {
        at.note(Code::InvalidValue, message, suggest_path(path).filter(|path| path.len() <= max));
    }
}

/// Why a path does not name a place inside the container.
fn path_problem(path: &str) -> Option<&'static str> {
    if path.is_empty() || path == "/" {
        Some("The path is empty; it names a place inside the container, such as /etc/app.conf.")
    } else if path.split('/').any(|part| part == "..") {
        Some("The path climbs out with `..`; name the place directly.")
    } else if path.contains(char::is_control) {
        Some("The path has control characters.")
    } else if path.contains('\\') || path.starts_with('~') || path.as_bytes().get(1) == Some(&b':') {
        Some(
            "The path is not one of the container: use forward slashes, absolute or relative, without a home \
             directory or a drive.",
        )
    } else {
        None
    }
}

/// Suggests a path without anything that [`path_problem`] finds. Removing one thing may reveal another.
fn suggest_path(path: &str) -> Option<String> {
    let plain: String = path.chars().filter(|c| !c.is_control()).collect();
    let plain = plain.replace('\\', "/");
    let kept: Vec<&str> = plain.split('/').filter(|part| *part != "..").collect();
    let joined = kept.join("/");
    let mut rest = joined.trim_start_matches('~');
    while rest.starts_with('~') || rest.as_bytes().get(1) == Some(&b':') {
        rest = rest.trim_start_matches('~');
        rest = rest.split_once(':').map_or(rest, |(_, rest)| rest);
    }
    Some(clean_path(rest)).filter(|path| path_problem(path).is_none())
}

/// Notes a port outside 1 to 65535.
pub(crate) fn check_port(at: &mut Problems, field: &str, port: i32) {
    if !(1..=65535).contains(&port) {
        at.invalid(field, format!("{port} is not a port; ports are 1 to 65535."), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_without_changing_what_they_name() {
        for (raw, clean) in
            [("/a//b/./c/", "/a/b/c"), ("./conf/x", "conf/x"), ("/", "/"), ("", ""), ("/a/../b", "/a/../b")]
        {
            assert_eq!(clean_path(raw), clean, "{raw}");
        }
    }
}
