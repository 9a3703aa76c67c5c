//! Paths in files that lie in other folders: they are made relative to the folder of the project.
//!
//! Called when all files are parsed. It must not access the files of the host.

use super::file::Parsed;
use crate::{
    kinds::compose::{is_host_path, split_mount},
    yaml::{Map, Node, Value},
};

/// The folder of a file; empty for the current one.
pub fn folder(name: &str) -> &str {
    match name.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

/// A path relative to a folder, without `.` and without `..` where possible.
pub fn joined(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') || folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if whole.starts_with('/') => {}
            part => parts.push(part),
        }
    }
    let root = if whole.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

/// The way from one folder to another; empty if they are the same. Without a way the other folder itself.
pub(super) fn way(from: &str, to: &str) -> String {
    let (from, to) = (joined("", from), joined("", to));
    if from.starts_with('/') != to.starts_with('/') {
        return to;
    }
    let (from, to) = (parts(&from), parts(&to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if from[common..].contains(&"..") {
        // The names of the folders above are not known.
        return to.join("/");
    }
    let up = from[common..].iter().map(|_| "..");
    up.chain(to[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// Makes the paths of a file relative to the project. `way` leads from the project to the folder of the file.
/// In an included file a build without a context is in the folder of the file, too.
pub(super) fn relocate(parsed: &mut Parsed, way: &str, is_included: bool) {
    if way.is_empty() {
        return;
    }
    for (_, service) in parsed.services.iter_mut() {
        if let Value::Map(service) = &mut service.value {
            relocate_service(service, way, is_included);
        }
    }
    for definitions in [&mut parsed.definitions.configs, &mut parsed.definitions.secrets] {
        for (_, definition) in definitions.iter_mut() {
            if let Value::Map(definition) = &mut definition.value {
                relocate_key(definition, "file", way);
            }
        }
    }
}

fn relocate_service(service: &mut Map, way: &str, is_included: bool) {
    match service.get_mut("build").map(|node| &mut node.value) {
        Some(Value::Text(context)) => *context = moved_context(context, way),
        Some(Value::Map(build)) => {
            if is_included && build.get("context").is_none_or(|node| node.value == Value::Null) {
                build.set("context", Node::text(moved(".", way)));
            } else {
                relocate_context(build.get_mut("context"), way);
            }
            match build.get_mut("additional_contexts").map(|node| &mut node.value) {
                Some(Value::Map(contexts)) => {
                    contexts.iter_mut().for_each(|(_, context)| relocate_context(Some(context), way));
                }
                Some(Value::List(contexts)) => contexts.iter_mut().for_each(|item| {
                    if let Value::Text(text) = &mut item.value
                        && let Some((name, context)) = text.split_once('=')
                    {
                        *text = format!("{name}={}", moved_context(context, way));
                    }
                }),
                _ => {}
            }
            match build.get_mut("ssh").map(|node| &mut node.value) {
                Some(Value::Map(keys)) => keys.iter_mut().for_each(|(_, path)| relocate_text(Some(path), way)),
                Some(Value::List(keys)) => keys.iter_mut().for_each(|item| {
                    if let Value::Text(text) = &mut item.value
                        && let Some((name, path)) = text.split_once('=')
                    {
                        *text = format!("{name}={}", moved(path, way));
                    }
                }),
                _ => {}
            }
        }
        _ => {}
    }
    for attribute in ["env_file", "label_file"] {
        match service.get_mut(attribute).map(|node| &mut node.value) {
            Some(Value::List(files)) => files.iter_mut().for_each(|item| match &mut item.value {
                Value::Map(map) => relocate_key(map, "path", way),
                _ => relocate_text(Some(item), way),
            }),
            Some(Value::Map(map)) => relocate_key(map, "path", way),
            Some(Value::Text(path)) => *path = moved(path, way),
            _ => {}
        }
    }
    if let Some(Value::List(mounts)) = service.get_mut("volumes").map(|node| &mut node.value) {
        for mount in mounts.iter_mut() {
            relocate_mount(mount, way);
        }
    }
    if let Some(Value::Map(develop)) = service.get_mut("develop").map(|node| &mut node.value)
        && let Some(Value::List(watched)) = develop.get_mut("watch").map(|node| &mut node.value)
    {
        for item in watched.iter_mut() {
            if let Value::Map(map) = &mut item.value {
                relocate_key(map, "path", way);
            }
        }
    }
}

fn relocate_mount(mount: &mut Node, way: &str) {
    match &mut mount.value {
        Value::Map(map) if map.get("type").and_then(Node::scalar).as_deref() == Some("bind") => {
            relocate_key(map, "source", way);
        }
        Value::Text(text) => {
            let Ok(short) = split_mount(text) else { return };
            if short.source.starts_with('.') {
                let options = if short.options.is_empty() { String::new() } else { format!(":{}", short.options) };
                *text = format!("{}:{}{options}", moved(&short.source, way), short.target);
            }
        }
        _ => {}
    }
}

fn relocate_key(map: &mut Map, key: &str, way: &str) {
    relocate_text(map.get_mut(key), way);
}

fn relocate_text(node: Option<&mut Node>, way: &str) {
    if let Some(Value::Text(path)) = node.map(|node| &mut node.value) {
        *path = moved(path, way);
    }
}

fn relocate_context(node: Option<&mut Node>, way: &str) {
    if let Some(Value::Text(context)) = node.map(|node| &mut node.value) {
        *context = moved_context(context, way);
    }
}

/// The path of a build context, which may be the address of another place.
fn moved_context(context: &str, way: &str) -> String {
    let remote = ["https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:"];
    if context.contains("://") || remote.iter().any(|prefix| context.starts_with(prefix)) {
        return context.to_owned();
    }
    moved(context, way)
}

/// A relative path, seen from the project.
fn moved(path: &str, way: &str) -> String {
    if path.is_empty() || is_host_path(path) && !path.starts_with('.') {
        return path.to_owned();
    }
    let moved = joined(way, path);
    if moved.starts_with("../") || moved == ".." || moved.starts_with('/') {
        moved
    } else if moved.is_empty() {
        ".".to_owned()
    } else {
        format!("./{moved}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_leads_from_folder_to_folder() {
        for (from, to, expected) in [
            ("", "", ""),
            ("", "parts", "parts"),
            ("a", "a/b", "b"),
            ("a/b", "a", ".."),
            ("a/b", "a/c/d", "../c/d"),
            ("a", "", ".."),
            ("./a", "a", ""),
            ("/x/a", "/x/b", "../b"),
            ("..", "../a", "a"),
        ] {
            assert_eq!(way(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn relative_paths_are_moved_and_no_others() {
        for (path, expected) in [
            ("./data", "./parts/data"),
            ("data", "./parts/data"),
            ("../shared", "./shared"),
            ("../../up", "../up"),
            (".", "./parts"),
            ("..", "."),
            ("/abs", "/abs"),
            ("~/home", "~/home"),
            ("C:\\work", "C:\\work"),
            ("", ""),
        ] {
            assert_eq!(moved(path, "parts"), expected, "{path}");
        }
        for remote in ["https://example.com/a.git", "docker-image://x", "service:base", "git@example.com:a"] {
            assert_eq!(moved_context(remote, "parts"), remote);
        }
    }
}
