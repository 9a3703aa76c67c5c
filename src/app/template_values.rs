//! What the values and collections of a template take.
//!
//! Called by the use cases that create or edit one, and by the catalogue through them. It must never ask what is
//! stored.

use super::{find::storable, text};
use crate::{
    db::templates::TemplateValues,
    error::{Problem, Problems},
    kinds::Collections,
    name::{Name, NameOf},
};

/// Normalizes the collections and notes everything wrong with a template; gives back its name when that is sound.
pub(super) fn check(values: &TemplateValues, collections: &mut Collections, problems: &mut Problems) -> Option<Name> {
    let name = Name::parse(NameOf::Template, &values.name);
    let name = problems.keep(name.map_err(|error| Problem::name(&["input", "name"], error)));
    problems.keep(text::description(&values.description));
    let mut at = Problems::at(&["input"]);
    check_values(values, &mut at);
    collections.check(&mut at);
    problems.append(at);
    name
}

/// Notes what an image, a user or a policy does not take.
fn check_values(values: &TemplateValues, at: &mut Problems) {
    let plain = |text: &str, max: usize| text.chars().count() <= max && !text.chars().any(char::is_control);
    if !plain(&values.category, 63) {
        at.invalid("category", "A category has at most 63 characters, no control characters.", None);
    }
    if let Err((message, suggestion)) = image_name(&values.image_name) {
        at.invalid("imageName", message, suggestion);
    }
    if !is_tag(&values.image_tag) {
        let message = "A tag takes letters, digits, `_`, `.` and `-`, 128 at most; or a digest sha256:… of 64 \
                       hexadecimal digits.";
        at.invalid("imageTag", message, Some("latest".to_owned()));
    }
    for (field, argv) in [("command", &values.command), ("entrypoint", &values.entrypoint)] {
        if let Some(argv) = argv
            && (argv.0.iter().any(|argument| !storable(argument))
                || argv.0.iter().map(|argument| argument.len() + 1).sum::<usize>() > 65_536)
        {
            at.invalid(field, "The arguments have 64 KiB at most in all, and no NUL characters.", None);
        }
    }
    if values.user.as_deref().is_some_and(|user| user.is_empty() || !plain(user, 255)) {
        at.invalid("user", "The user is a name or number, with `:group` if wanted; null for the image's own.", None);
    }
    if values.working_dir.as_deref().is_some_and(|dir| !dir.starts_with('/') || !plain(dir, 4096)) {
        let absolute = values.working_dir.as_deref().filter(|dir| plain(dir, 4095)).map(|dir| format!("/{dir}"));
        at.invalid("workingDir", "The working directory is an absolute path of the container.", absolute);
    }
    if !is_restart_policy(&values.restart_policy) {
        let message = "The restart policy is no, always, unless-stopped, on-failure or on-failure:TIMES.";
        at.invalid("restartPolicy", message, Some("unless-stopped".to_owned()));
    }
}

/// An image reference without tag or digest.
fn image_name(name: &str) -> Result<(), (&'static str, Option<String>)> {
    const MESSAGE: &str = "An image is [registry[:port]/]path, lower-case letters, digits, `.`, `_`, `-` and `/`, 255 \
                           characters at most.";
    let path_ok = |path: &str| {
        path.split('/').all(|part| {
            let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
            let bytes = part.as_bytes();
            !bytes.is_empty()
                && legal(bytes[0])
                && legal(bytes[bytes.len() - 1])
                && bytes.iter().all(|c| legal(*c) || matches!(c, b'.' | b'_' | b'-'))
        })
    };
    let registry_ok = |registry: &str| {
        let (host, port) = registry.split_once(':').unwrap_or((registry, "1"));
        !host.is_empty()
            && host.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-'))
            && (1..=5).contains(&port.len())
            && port.bytes().all(|c| c.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    };
    let whole_ok = |name: &str| {
        name.len() <= 255
            && match name.split_once('/') {
                Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
                    registry_ok(first) && path_ok(rest)
                }
                _ => path_ok(name),
            }
    };
    if whole_ok(name) {
        return Ok(());
    }
    let bare = name.split('@').next().unwrap_or_default();
    let bare = match bare.rsplit_once(':') {
        Some((head, tail)) if !tail.contains('/') => head,
        _ => bare,
    };
    if whole_ok(bare) {
        return Err(("The image's tag or digest belongs into imageTag.", Some(bare.to_owned())));
    }
    Err((MESSAGE, Some(bare.trim().to_lowercase()).filter(|bare| whole_ok(bare))))
}

fn is_tag(tag: &str) -> bool {
    if let Some(digest) = tag.strip_prefix("sha256:") {
        return digest.len() == 64 && digest.bytes().all(|c| c.is_ascii_hexdigit());
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=128).contains(&tag.len()) && tag.starts_with(word) && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn is_restart_policy(policy: &str) -> bool {
    match policy.strip_prefix("on-failure:") {
        Some(times) => (1..=5).contains(&times.len()) && times.bytes().all(|c| c.is_ascii_digit()),
        None => ["no", "always", "unless-stopped", "on-failure"].contains(&policy),
    }
}
