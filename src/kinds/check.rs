//! Checks of whole collections, and those that several kinds need: text that both databases can store, and paths
//! inside a container.
//!
//! Called by the use cases and by the kinds. It must never know which field it looks at.

use std::collections::HashSet;

use super::{Cardinality, Kind, MAX_ENTRIES, Shape};
use crate::error::{Code, Problems};

/// Normalizes a collection that came from outside and notes everything wrong with it, entry by entry.
pub fn check<K: Kind>(entries: &mut [K], at: &mut Problems) {
    at.enter(K::FIELD, |at| {
        if entries.len() > MAX_ENTRIES {
            let message = format!("{} entries are too many; at most {MAX_ENTRIES} are allowed.", entries.len());
            at.note(Code::LimitExceeded, message, None);
            return;
        }
        let mut seen = HashSet::new();
        for (index, entry) in entries.iter_mut().enumerate() {
            entry.normalize();
            let duplicate = !seen.insert(entry.identity());
            let look = |at: &mut Problems| {
                entry.validate(at);
                if duplicate {
                    at.note(Code::DuplicateKey, "An earlier entry of this collection has the same key.", None);
                }
            };
            if K::Set::SHAPE == Shape::List { at.enter(index.to_string(), look) } else { look(at) }
        }
    });
}

/// Normalizes entries that came one by one and notes everything wrong with them.
pub fn check_entries<K: Kind>(entries: &mut [K], at: &mut Problems) {
    for entry in entries {
        entry.normalize();
        entry.validate(at);
    }
}

/// Longest free text of a field that is not a file's content, in bytes.
pub(crate) const MAX_TEXT: usize = 65_536;

/// Notes text that cannot be stored: a NUL byte, or more than `max` bytes.
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

/// A path without `.` parts and doubled or trailing slashes; `..` is kept for the check that refuses it.
pub(crate) fn clean_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let joined = parts.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

/// Notes a path (already cleaned) that does not name a place inside the container.
pub(crate) fn check_path(at: &mut Problems, path: &str, max: usize) {
    if path.len() > max {
        let message = format!("{} bytes are too long; at most {max} are allowed.", path.len());
        at.note(Code::LimitExceeded, message, None);
    }
    if let Some(message) = misnamed(path) {
        at.note(Code::InvalidValue, message, mended(path).filter(|path| path.len() <= max));
    }
}

/// Why a path names no place inside the container.
fn misnamed(path: &str) -> Option<&'static str> {
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

/// The path without everything that [`misnamed`] finds in it; taking one thing away can bring the next one to light.
fn mended(path: &str) -> Option<String> {
    let plain: String = path.chars().filter(|c| !c.is_control()).collect();
    let plain = plain.replace('\\', "/");
    let kept: Vec<&str> = plain.split('/').filter(|part| *part != "..").collect();
    let joined = kept.join("/");
    let mut rest = joined.trim_start_matches('~');
    while rest.starts_with('~') || rest.as_bytes().get(1) == Some(&b':') {
        rest = rest.trim_start_matches('~');
        rest = rest.split_once(':').map_or(rest, |(_, rest)| rest);
    }
    Some(clean_path(rest)).filter(|path| misnamed(path).is_none())
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
