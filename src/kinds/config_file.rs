//! Files written into a container before it starts.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{
    Brief, Kind, Stamp,
    check::{check_path, check_text},
    clean_path,
    compose::{EXTENSION, ReadEntry, Reading, Rendered, Use, has_variables, is_interpolable, literal, unescaped},
    kind,
};
use crate::{
    error::Problems,
    yaml::{Map, Node, Value},
};

/// The maximum size of a file's content, in bytes: 1 MiB.
pub const MAX_CONTENT: usize = 1_048_576;

kind! {
    /// A file written into the container before it starts.
    pub struct ConfigFile in ("service_config_files", "instance_config_files"), input "ConfigFileInput" {
        /// Path inside the container, without `..`; at most 1024 bytes.
        pub file_path: String,
        /// Content, at most 1 MiB.
        pub content: String,
        /// Permissions, octal.
        #[graphql(default = "0644")]
        pub file_mode: String,
        /// True when `${VARIABLE}` in the content is to be replaced when the stack starts.
        #[graphql(default)]
        pub is_template: bool,
        /// When the file was first written here.
        #[graphql(skip_input)]
        pub created_at: Stamp,
        /// When the file was last changed here.
        #[graphql(skip_input)]
        pub updated_at: Stamp,
    }
}

impl Kind for ConfigFile {
    const FIELD: &'static str = "configFiles";
    const KEY_SQL: &'static str = "file_path";
    const BRIEF_SQL: &'static str = "content";
    const LONG_COLUMN: Option<&'static str> = Some("content");
    const LASTING: &'static [&'static str] = &["created_at"];
    const REFERENCE_FIELDS: &'static [&'static str] = &["content"];
    const REFERS_IF: Option<&'static str> = Some("isTemplate");
    const IS_INTERPOLATED: bool = true;
    type Key = String;
    type Set = Vec<Self>;

    fn long_bytes(&self) -> usize {
        self.content.len()
    }

    fn key(&self) -> String {
        self.file_path.clone()
    }

    fn brief(&self) -> Brief<'_> {
        Brief::of(&self.content)
    }

    fn normalize(&mut self) {
        Self::normalize_key(&mut self.file_path);
    }

    fn normalize_key(path: &mut String) {
        *path = clean_path(path);
    }

    fn validate_key(path: &String, at: &mut Problems) {
        check_path(at, path, 1024);
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("filePath", |at| Self::validate_key(&self.file_path, at));
        check_text(at, "content", &self.content, MAX_CONTENT);
        let octal = |mode: &str| {
            (3..=5).contains(&mode.len())
                && u16::from_str_radix(mode, 8).is_ok_and(|bits| bits <= 0o7777)
                && !mode.starts_with('+')
        };
        if !octal(&self.file_mode) {
            let digits: String = self.file_mode.chars().filter(char::is_ascii_digit).collect();
            let suggestion = if octal(&digits) { digits } else { "0644".to_owned() };
            at.invalid(
                "fileMode",
                "The mode is three to five octal digits up to 07777, such as 0644.",
                Some(suggestion),
            );
        }
    }

    fn stamp(&mut self, now: DateTime<Utc>, stored: Option<&Self>) {
        self.created_at = stored.map_or(Stamp(now), |stored| stored.created_at);
        self.updated_at = stored.filter(|stored| *stored == self).map_or(Stamp(now), |stored| stored.updated_at);
    }

    /// Of templates only: other contents are given to the container as they are.
    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        if self.is_template { vec![("content", self.content.as_str().into())] } else { Vec::new() }
    }

    fn replace_reference_texts(&mut self, replace: &mut dyn FnMut(&str) -> String) {
        if self.is_template {
            self.content = replace(&self.content);
        }
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let (mut used, mut empty) = (Vec::new(), Vec::new());
        for file in entries {
            // Compose handles a config without content as a file of the host without a path: it would mount the folder
            // of the project, with its `.env`, into the container.
            if file.content.is_empty() {
                to.warn(format!(
                    "Its config file {} is empty and left out, because Compose would mount a folder of the host instead: \
                     give it an empty line.",
                    file.file_path
                ));
                let mut map = Map::new();
                map.set("target", literal(&file.file_path));
                map.set("mode", file.file_mode.as_str());
                if file.is_template {
                    map.set("template", true);
                }
                empty.push(Node::from(map));
                continue;
            }
            let key = config_key(to, &file.file_path);
            let mut definition = Map::new();
            definition
                .set("content", if file.is_template { to.template(&file.content) } else { literal(&file.content) });
            if file.is_template {
                definition.set(EXTENSION, Map::from_iter([("template".to_owned(), Node::from(true))]));
            }
            to.configs.set(key.as_str(), definition);
            let mut map = Map::new();
            map.set("source", key);
            map.set("target", literal(&absolute(&file.file_path)));
            map.set("mode", file.file_mode.as_str());
            used.push(Node::from(map));
        }
        if !used.is_empty() {
            to.service.set("configs", used);
        }
        if !empty.is_empty() {
            to.extension.set(EMPTY_FILES, empty);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let mut found = Vec::new();
        for (index, node) in from.take_list("configs").into_iter().enumerate() {
            let (part, at) = (format!("configs.{index}"), node.at);
            let read = Use::read(node).and_then(|used| {
                let defined = from.file.configs.get(&used.source).and_then(Node::as_map);
                let defined = defined.ok_or_else(|| format!("There is no config {}.", used.source))?;
                // Each use has its own copy of the content.
                let size = defined.get("content").map_or(0, |content| content.weight().1);
                if !from.charge(1, size) {
                    return Err("There is no room for it.".to_owned());
                }
                let (content, is_template) = content(defined)?;
                Ok((content, is_template, used))
            });
            let (content, is_template, used) = match read {
                Ok(read) => read,
                Err(reason) => {
                    from.lose(&part, at, reason);
                    continue;
                }
            };
            let file = Self {
                file_path: used.target.unwrap_or_else(|| format!("/{}", used.source)),
                content,
                file_mode: used.mode.unwrap_or_else(|| "0444".to_owned()),
                is_template,
                created_at: Stamp::default(),
                updated_at: Stamp::default(),
            };
            from.lose_rest(&part, used.rest);
            found.push(from.found(&part, at, file));
        }
        found.extend(secrets(from));
        found.extend(empty_files(from));
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("/[a-c]{1,2}(/[a-c]{1,2}){0,2}", "[a-z\n]{0,5}", "0[67]00", any::<bool>())
            .prop_map(|(file_path, content, file_mode, is_template)| Self {
                file_path,
                content,
                file_mode,
                is_template,
                created_at: Stamp::default(),
                updated_at: Stamp::default(),
            })
            .boxed()
    }
}

/// The part of `x-devarch` with the files that are left out because they are empty.
const EMPTY_FILES: &str = "empty_files";

/// The files that were left out of a rendered file because they are empty.
fn empty_files(from: &mut Reading<'_>) -> Vec<ReadEntry<ConfigFile>> {
    let mut found = Vec::new();
    let Some(Node { value: Value::List(list), .. }) = from.extension.take(EMPTY_FILES) else { return found };
    for (index, node) in list.into_iter().enumerate() {
        let (part, at) = (format!("x-devarch.{EMPTY_FILES}.{index}"), node.at);
        let says = |key: &str| node.as_map().and_then(|map| map.get(key));
        let Some(file_path) = says("target").and_then(Node::scalar) else {
            from.lose(&part, at, "An empty file needs its target.");
            continue;
        };
        let file = ConfigFile {
            file_path,
            content: String::new(),
            file_mode: says("mode").and_then(Node::scalar).unwrap_or_else(|| "0444".to_owned()),
            is_template: says("template").and_then(Node::as_bool) == Some(true),
            created_at: Stamp::default(),
            updated_at: Stamp::default(),
        };
        found.push(from.found(&part, at, file));
    }
    found
}

/// Secrets whose content is a variable of the shell are held as config files with that variable, so that the content is
/// never stored.
fn secrets(from: &mut Reading<'_>) -> Vec<ReadEntry<ConfigFile>> {
    let mut found = Vec::new();
    for (index, node) in from.take_list("secrets").into_iter().enumerate() {
        let (part, at) = (format!("secrets.{index}"), node.at);
        let read = Use::read(node).ok().and_then(|used| {
            let defined = from.file.secrets.get(&used.source)?.as_map()?;
            Some((defined.get("environment")?.scalar()?, used))
        });
        let Some((variable, used)) = read.filter(|(variable, _)| is_interpolable(&format!("${{{variable}}}"))) else {
            from.lose(&part, at, "Only secrets that are files of the host or variables can be held.");
            continue;
        };
        let reason = format!("It is held as a config file with the variable {variable}, which has to be set.");
        from.change(&part, at, reason);
        let name = used.target.unwrap_or_else(|| used.source.clone());
        let file = ConfigFile {
            file_path: if name.starts_with('/') { name } else { format!("/run/secrets/{name}") },
            content: format!("${{{variable}:?the secret {}}}", used.source.replace(['}', '$'], "")),
            file_mode: used.mode.unwrap_or_else(|| "0444".to_owned()),
            is_template: true,
            created_at: Stamp::default(),
            updated_at: Stamp::default(),
        };
        from.lose_rest(&part, used.rest);
        found.push(from.found(&part, at, file));
    }
    found
}

/// A relative path starts at the root, as in Compose.
fn absolute(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// A key that no other file of the stack has.
fn config_key(to: &Rendered<'_>, path: &str) -> String {
    let word = path.trim_start_matches('/').replace(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c), "-");
    // Names of instances contain no underscore.
    let base = format!("{}_{word}", to.instance);
    let mut keys = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}_{number}")));
    keys.find(|key| to.configs.get(key).is_none()).unwrap_or(base)
}

/// The content of a config, and whether variables are interpolated in it.
fn content(defined: &Map) -> Result<(String, bool), String> {
    let marked = defined.get(EXTENSION).and_then(Node::as_map).and_then(|map| map.get("template"));
    let marked = marked.and_then(Node::as_bool) == Some(true);
    if let Some(Node { value: Value::Text(text), .. }) = defined.get("content") {
        let is_template = marked || has_variables(text);
        return Ok((if is_template { text.clone() } else { unescaped(text) }, is_template));
    }
    if let Some(variable) = defined.get("environment").and_then(Node::scalar) {
        return Ok((format!("${{{variable}}}"), true));
    }
    Err("The content of this config is not in the file.".to_owned())
}
