//! Checks that several kinds need: text that both databases can store, and paths inside a container.
//!
//! Called by the kinds. It must never know which field it looks at.

use crate::error::{Code, Problems};

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
pub(crate) fn check_path(at: &mut Problems, field: &str, path: &str) {
    check_text(at, field, path, 4096);
    let without_climbing = || {
        let kept: Vec<&str> = path.split('/').filter(|part| *part != "..").collect();
        Some(clean_path(&kept.join("/"))).filter(|path| !path.is_empty() && path != "/")
    };
    if path.is_empty() || path == "/" {
        at.invalid(field, "The path is empty; it names a place inside the container, such as /etc/app.conf.", None);
    } else if path.split('/').any(|part| part == "..") {
        at.invalid(field, "The path climbs out with `..`; name the place directly.", without_climbing());
    } else if path.contains(|c: char| c.is_control() && c != '\0') {
        let clean: String = path.chars().filter(|c| !c.is_control()).collect();
        at.invalid(field, "The path has control characters.", Some(clean).filter(|path| !path.is_empty()));
    } else if path.contains('\\') || path.starts_with('~') || path.as_bytes().get(1) == Some(&b':') {
        let message = "The path is not one of the container: use forward slashes, absolute or relative, \
                       without a home directory or a drive.";
        let kept = path.trim_start_matches('~').replace('\\', "/");
        let kept = kept.split_once(':').map_or(kept.as_str(), |(_, rest)| rest);
        at.invalid(field, message, Some(clean_path(kept)).filter(|path| !path.is_empty() && path != "/"));
    }
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
