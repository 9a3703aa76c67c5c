//! Storage mounted into the container.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;

use super::{
    Kind,
    check::{MAX_TEXT, check_path, check_text},
    clean_path,
    compose::{ReadEntry, Reading, Rendered, ShortMount, Use, has_drive, is_host_path, literal, split_mount},
    kind,
    values::UnknownWord,
};
use crate::{
    error::Problems,
    yaml::{At, Map, Node, Value},
};

/// What stands behind a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum VolumeType {
    /// A path of the host.
    Bind,
    /// A volume of the container engine; named, or anonymous when the source is empty.
    Volume,
    /// Memory, gone when the container stops.
    Tmpfs,
}

impl fmt::Display for VolumeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bind => "bind",
            Self::Volume => "volume",
            Self::Tmpfs => "tmpfs",
        })
    }
}

impl FromStr for VolumeType {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "bind" => Ok(Self::Bind),
            // Older data uses `named`.
            "volume" | "named" => Ok(Self::Volume),
            "tmpfs" => Ok(Self::Tmpfs),
            _ => Err(UnknownWord::new("volume type", "bind, volume or tmpfs")),
        }
    }
}

kind! {
    /// Storage mounted at a path of the container.
    pub struct Volume in ("service_volumes", "instance_volumes"), input "VolumeInput" {
        /// What stands behind the mount.
        #[graphql(default_with = "VolumeType::Bind")]
        pub volume_type: VolumeType,
        /// Path of the host (bind), name of the volume (volume; empty for an anonymous one), or empty (tmpfs).
        #[graphql(default)]
        pub source: String,
        /// Path inside the container.
        pub target: String,
        /// True when the container may not write to it.
        #[graphql(default)]
        pub read_only: bool,
        /// True when the volume exists already and is shared: its name is then used as it is.
        #[graphql(default)]
        pub is_external: bool,
    }
}

impl Volume {
    /// The name of the volume in which an instance with this storage name keeps data that no other instance has; `None`
    /// if the entry is not such a volume. An anonymous volume has no name.
    pub fn stored_as(&self, storage_name: &str) -> Option<String> {
        let own = self.volume_type == VolumeType::Volume && !self.is_external && !self.source.is_empty();
        own.then(|| format!("{storage_name}_{}", self.source))
    }
}

impl Kind for Volume {
    const FIELD: &'static str = "volumes";
    const KEY_SQL: &'static str = "target";
    const LONG_COLUMN: Option<&'static str> = Some("source");
    type Key = String;
    type Set = Vec<Self>;

    fn long_bytes(&self) -> usize {
        self.source.len()
    }

    fn key(&self) -> String {
        self.target.clone()
    }

    fn normalize(&mut self) {
        Self::normalize_key(&mut self.target);
    }

    fn normalize_key(target: &mut String) {
        *target = clean_path(target);
    }

    fn validate_key(target: &String, at: &mut Problems) {
        check_path(at, target, 4096);
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("target", |at| Self::validate_key(&self.target, at));
        check_text(at, "source", &self.source, MAX_TEXT);
        match self.volume_type {
            VolumeType::Bind if self.source.is_empty() => {
                at.invalid("source", "A bind mount needs a path of the host.", None);
            }
            VolumeType::Volume if self.source.is_empty() && self.is_external => {
                at.invalid("source", "An external volume needs its name.", None);
            }
            VolumeType::Volume if !self.source.is_empty() && !is_volume_name(&self.source) => {
                let message = "A volume name takes letters, digits, `_`, `.` and `-`, the first a letter or digit.";
                let legal: String = self.source.chars().filter(|c| is_volume_char(*c)).collect();
                let legal: String = legal.trim_start_matches(['_', '.', '-']).chars().take(255).collect();
                at.invalid("source", message, Some(legal).filter(|name| !name.is_empty()));
            }
            VolumeType::Tmpfs if !self.source.is_empty() => {
                at.invalid("source", "A tmpfs mount has no source.", Some(String::new()));
            }
            _ => {}
        }
        if self.is_external && self.volume_type != VolumeType::Volume {
            at.invalid("isExternal", "Only a volume of the engine can be external.", Some("false".to_owned()));
        }
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let mut volumes = Vec::new();
        for volume in entries {
            let mut map = Map::new();
            map.set("type", volume.volume_type.to_string());
            match volume.volume_type {
                VolumeType::Bind => map.set("source", literal(&volume.source)),
                VolumeType::Volume if !volume.source.is_empty() => map.set("source", named(volume, to)),
                // An anonymous volume. podman-compose requires the key.
                VolumeType::Volume => map.set("source", ""),
                VolumeType::Tmpfs => {}
            }
            let root = if volume.target.starts_with('/') { "" } else { "/" };
            map.set("target", literal(&format!("{root}{}", volume.target)));
            if volume.read_only {
                map.set("read_only", true);
            }
            if volume.volume_type == VolumeType::Bind {
                // The short form of Compose creates a missing directory too.
                map.set("bind", Map::from_iter([("create_host_path".to_owned(), Node::from(true))]));
            }
            volumes.push(Node::from(map));
        }
        if !volumes.is_empty() {
            to.service.set("volumes", volumes);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let mut found = Vec::new();
        for (index, node) in from.take_list("volumes").into_iter().enumerate() {
            let (part, at) = (format!("volumes.{index}"), node.at);
            let read = match node.value {
                Value::Map(map) => parse_long(map, &part, at, from),
                _ => match node.scalar() {
                    Some(text) => parse_short(&text, &part, &node, from),
                    None => Err("This is not a mount.".to_owned()),
                },
            };
            match read {
                Ok(volume) => found.push(from.found(&part, at, volume)),
                Err(reason) => from.lose(&part, at, reason),
            }
        }
        mounted_files("secrets", &mut found, from);
        mounted_files("configs", &mut found, from);
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        let target = "/[a-c]{1,2}(/[a-c]{1,2}){0,2}";
        (target, "[a-z]{1,3}", any::<bool>(), any::<bool>())
            .prop_map(|(target, source, read_only, is_external)| Self {
                volume_type: VolumeType::Volume,
                source,
                target,
                read_only,
                is_external,
            })
            .boxed()
    }
}

fn is_volume_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn is_volume_name(name: &str) -> bool {
    name.len() <= 255 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_volume_char)
}

/// Adds a named volume to the file and returns its key. A volume of an instance has the storage name of the instance,
/// which no rename changes.
fn named(volume: &Volume, to: &mut Rendered<'_>) -> String {
    if volume.is_external {
        let key = format!("external.{}", volume.source);
        let mut definition = Map::new();
        definition.set("external", true);
        definition.set("name", volume.source.as_str());
        to.volumes.set(key.as_str(), definition);
        return key;
    }
    // Names of instances contain no underscore.
    let key = format!("{}_{}", to.instance, volume.source);
    let mut definition = Map::new();
    definition.set("name", format!("{}_{}", to.storage_name, volume.source));
    to.volumes.set(key.as_str(), definition);
    key
}

/// The name under which a volume of the file is stored, and whether it is external.
fn volume_of_file(key: &str, from: &Reading<'_>) -> Result<(String, bool), String> {
    let Some(defined) = from.file.volumes.get(key) else { return Err(format!("There is no volume {key}.")) };
    let says = |part: &str| defined.as_map().and_then(|map| map.get(part));
    // In old files, `external` is a mapping with the name.
    let name = |node: Option<&Node>| node.and_then(Node::scalar);
    let old = says("external").and_then(Node::as_map).map(|map| name(map.get("name")));
    if old.is_some() || says("external").and_then(Node::as_bool) == Some(true) {
        return Ok((old.flatten().or_else(|| name(says("name"))).unwrap_or_else(|| key.to_owned()), true));
    }
    Ok((source_of_key(from.name, key).unwrap_or(key).to_owned(), false))
}

/// The source of a volume of a service that was rendered with this key. The inverse of [`named`].
fn source_of_key<'k>(service: &str, key: &'k str) -> Option<&'k str> {
    key.strip_prefix(service).and_then(|rest| rest.strip_prefix('_')).filter(|rest| !rest.is_empty())
}

/// Whether a volume of a file is stored under the storage name of an instance, from which the file was rendered.
pub fn is_storage_of(service: &str, key: &str, name: &str) -> bool {
    let source = source_of_key(service, key);
    let beginning = source.and_then(|source| name.strip_suffix(source)).and_then(|rest| rest.strip_suffix('_'));
    beginning.is_some_and(|beginning| beginning.starts_with("devarch-"))
}

fn volume(source: &str, target: String, read_only: bool, from: &Reading<'_>) -> Result<Volume, String> {
    let (volume_type, (source, is_external)) = match source {
        "" => (VolumeType::Volume, (String::new(), false)),
        _ if is_host_path(source) => (VolumeType::Bind, (source.to_owned(), false)),
        _ => (VolumeType::Volume, volume_of_file(source, from)?),
    };
    Ok(Volume { volume_type, source, target, read_only, is_external })
}

/// Parses `[SOURCE:]TARGET[:OPTIONS]`.
fn parse_short(text: &str, part: &str, node: &Node, from: &mut Reading<'_>) -> Result<Volume, String> {
    let ShortMount { source, target, options } = split_mount(text)?;
    if source.is_empty() && has_drive(&target) {
        return Err(
            "Compose takes a single letter before a colon for a drive, not for a volume; use a longer name.".to_owned()
        );
    }
    let mut read_only = false;
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" => read_only = true,
            "rw" => read_only = false,
            _ => from.lose(part, node.at, format!("The option `{option}` of a mount cannot be held.")),
        }
    }
    volume(&source, target, read_only, from)
}

fn parse_long(mut map: Map, part: &str, at: At, from: &mut Reading<'_>) -> Result<Volume, String> {
    let mut text = |key: &str| map.take(key).and_then(|node| node.scalar());
    let kind = text("type").ok_or("A mount needs its type.")?;
    let kind: VolumeType = kind.parse().map_err(|error: UnknownWord| error.about(&kind))?;
    let source = text("source").unwrap_or_default();
    let target = text("target").ok_or("A mount needs its target.")?;
    let read_only = map.take("read_only").is_some_and(|node| node.as_bool() == Some(true));
    let bind = map.take("bind");
    let bind_at = bind.as_ref().map_or(at, |node| node.at);
    let mut bind = match bind.map(|node| node.value) {
        Some(Value::Map(bind)) => bind,
        _ => Map::new(),
    };
    // In the long form Compose makes the directory only where the file says so.
    let made = bind.take("create_host_path");
    if kind == VolumeType::Bind && made.as_ref().and_then(Node::as_bool) != Some(true) {
        let reason = "A directory of the host that is missing is made.";
        from.change(&format!("{part}.bind.create_host_path"), made.map_or(bind_at, |node| node.at), reason);
    }
    from.lose_rest(&format!("{part}.bind"), bind);
    for kind in ["volume", "tmpfs"] {
        if let Some(Node { value: Value::Map(rest), .. }) = map.take(kind) {
            from.lose_rest(&format!("{part}.{kind}"), rest);
        }
    }
    from.lose_rest(part, map);
    match kind {
        VolumeType::Volume if source.is_empty() => volume("", target, read_only, from),
        VolumeType::Volume => {
            let (source, is_external) = volume_of_file(&source, from)?;
            Ok(Volume { volume_type: kind, source, target, read_only, is_external })
        }
        VolumeType::Bind | VolumeType::Tmpfs => {
            Ok(Volume { volume_type: kind, source, target, read_only, is_external: false })
        }
    }
}

/// Secrets and configs that are files on the host are stored as mounts, as Compose does.
fn mounted_files(attribute: &str, found: &mut Vec<ReadEntry<Volume>>, from: &mut Reading<'_>) {
    let mut others = Vec::new();
    for (index, node) in from.take_list(attribute).into_iter().enumerate() {
        let (part, at) = (format!("{attribute}.{index}"), node.at);
        let defined = if attribute == "secrets" { &from.file.secrets } else { &from.file.configs };
        let file = Use::read(node.clone()).ok().and_then(|used| {
            let file = defined.get(&used.source)?.as_map()?.get("file")?.scalar()?;
            Some((used, file))
        });
        let Some((used, file)) = file else {
            if attribute == "configs" {
                others.push(node);
            } else {
                from.lose(&part, at, "Only secrets that are files of the host can be held.");
            }
            continue;
        };
        let target = match used.target {
            Some(target) if target.starts_with('/') => target,
            target => {
                let folder = if attribute == "secrets" { "/run/secrets" } else { "" };
                format!("{folder}/{}", target.unwrap_or_else(|| used.source.clone()))
            }
        };
        let source = if is_host_path(&file) { file } else { format!("./{file}") };
        let rest = used.mode.iter().map(|_| "mode").chain(used.rest.iter().map(|(key, _)| key));
        for key in rest.map(str::to_owned).collect::<Vec<_>>() {
            from.change(&format!("{part}.{key}"), at, "Compose ignores it where the content is a file of the host.");
        }
        from.change(&part, at, format!("It is held as a mount of {source}, which is what Compose makes of it."));
        let volume = Volume { volume_type: VolumeType::Bind, source, target, read_only: true, is_external: false };
        found.push(from.found(&part, at, volume));
    }
    if !others.is_empty() {
        from.service.set(attribute, others);
    }
}
