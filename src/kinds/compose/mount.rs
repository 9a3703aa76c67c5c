//! The short form of a mount, taken apart as Compose does it.
//!
//! Used where mounts are read and where files are merged. It must not know which volumes there are.

/// A mount of the short form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortMount {
    /// A path of the host or the name of a volume; empty for an anonymous volume.
    pub source: String,
    /// The path inside the container.
    pub target: String,
    /// The options, separated by commas.
    pub options: String,
}

/// Splits `[SOURCE:]TARGET[:OPTIONS]`. The colon behind a single letter belongs to a drive of Windows.
pub fn split_mount(text: &str) -> Result<ShortMount, String> {
    let refuse = || Err("A mount is TARGET, SOURCE:TARGET or SOURCE:TARGET:OPTIONS.".to_owned());
    if text.is_empty() {
        return refuse();
    }
    if text.len() <= 2 {
        return Ok(ShortMount { target: text.to_owned(), ..ShortMount::default() });
    }
    let mut parts: Vec<&str> = Vec::new();
    let mut start = 0;
    for (place, _) in text.match_indices(':') {
        if !is_letter(&text[start..place]) {
            parts.push(&text[start..place]);
            start = place + 1;
        }
    }
    parts.push(&text[start..]);
    if parts.iter().any(|part| part.is_empty()) {
        return refuse();
    }
    let (source, target, options) = match parts.as_slice() {
        [target] => ("", *target, ""),
        [source, target] => (*source, *target, ""),
        [source, target, options] => (*source, *target, *options),
        _ => return refuse(),
    };
    Ok(ShortMount { source: source.to_owned(), target: target.to_owned(), options: options.to_owned() })
}

/// Whether the source of a mount is a path of the host, not the name of a volume.
pub fn is_host_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || has_drive(source)
}

/// Whether a path begins with a drive of Windows.
pub fn has_drive(path: &str) -> bool {
    path.split_once(':').is_some_and(|(drive, _)| is_letter(drive))
}

fn is_letter(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_taken_apart_as_compose_does_it() {
        // Checked with Docker Compose 2.40.
        for (text, source, target, options) in [
            ("/anonymous", "", "/anonymous", ""),
            ("data:/d", "data", "/d", ""),
            ("./a:/b:ro,z", "./a", "/b", "ro,z"),
            ("C:\\work:/work", "C:\\work", "/work", ""),
            ("D:/media:/media:ro", "D:/media", "/media", "ro"),
            ("\\\\wsl$\\x:/x", "\\\\wsl$\\x", "/x", ""),
            ("//c/Users/x:/u", "//c/Users/x", "/u", ""),
            ("/b", "", "/b", ""),
            // A volume whose name is one letter is taken for a drive.
            ("d:/data", "", "d:/data", ""),
        ] {
            let expected =
                ShortMount { source: source.to_owned(), target: target.to_owned(), options: options.to_owned() };
            assert_eq!(split_mount(text), Ok(expected), "{text}");
        }
        for wrong in ["", "aa::/b", ":/b", "aa:/b:ro:x"] {
            assert!(split_mount(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_of_the_host_is_no_name() {
        for path in ["./a", "/a", "~/a", "\\\\wsl$\\x", "C:\\work", "d:/x"] {
            assert!(is_host_path(path), "{path}");
        }
        for name in ["data", "a", "a.b", "a-b"] {
            assert!(!is_host_path(name), "{name}");
        }
    }
}
