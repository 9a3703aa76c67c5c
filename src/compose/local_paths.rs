//! The paths of the user's machine to which a rendered file refers relative to its folder.
//!
//! Called by the command line before an engine gets the file. It must not look whether they exist.

use crate::yaml::{Map, Node, read};

/// The relative paths of mounted folders and files and of build contexts in a rendered file, each with its service.
pub fn local_paths(text: &str) -> Vec<(String, String)> {
    let Ok(file) = read(text, 0) else { return Vec::new() };
    let services = file.as_map().and_then(|file| file.get("services")).and_then(Node::as_map);
    let mut found = Vec::new();
    for (name, service) in services.into_iter().flat_map(Map::iter) {
        let Some(service) = service.as_map() else { continue };
        let mounts = service.get("volumes").and_then(Node::as_list).unwrap_or_default();
        let mounts =
            mounts.iter().filter_map(Node::as_map).filter(|mount| text_of(mount, "type") == Some("bind".to_owned()));
        let mounted = mounts.filter_map(|mount| text_of(mount, "source"));
        let built = service.get("build").and_then(|build| match build.as_map() {
            Some(build) => text_of(build, "context"),
            None => build.scalar(),
        });
        // Only these are in the folder of the project: all others are absolute paths, in the home folder, or elsewhere.
        let is_local = |path: &String| path == "." || path == ".." || path.starts_with("./") || path.starts_with("../");
        for path in mounted.chain(built).filter(is_local) {
            let path = path.replace("$$", "$");
            if !found.contains(&(name.to_owned(), path.clone())) {
                found.push((name.to_owned(), path));
            }
        }
    }
    found
}

fn text_of(map: &Map, key: &str) -> Option<String> {
    map.get(key).and_then(Node::scalar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_of_mounts_and_contexts_are_found() {
        let text = "services:
  web:
    build: { context: ./web }
    volumes:
      - { type: bind, source: ./src, target: /a }
      - { type: bind, source: ./src, target: /b }
      - { type: bind, source: /etc/hosts, target: /c }
      - { type: volume, source: data, target: /d }
      - { type: bind, source: ../co$$t, target: /e }
  api: { build: . }
  other: { build: https://example.com/a.git }
";
        let found: Vec<String> =
            local_paths(text).into_iter().map(|(service, path)| format!("{service} {path}")).collect();
        assert_eq!(found, ["web ./src", "web ../co$t", "web ./web", "api ."]);
        assert_eq!(local_paths("services: ["), []);
        assert_eq!(local_paths("services: { a: { volumes: x, build: [] }, b: 1 }"), []);
    }
}
