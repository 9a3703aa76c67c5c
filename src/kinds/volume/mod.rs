//! Storage mounted into the container.

mod file;

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;

pub use self::file::rendered_storage;
use super::{
    Brief, JsonValue, Kind,
    check::{MAX_TEXT, check_path, check_text},
    clean_path,
    compose::{ReadEntry, Reading, Rendered, literal, literal_tree},
    kind,
    values::{
        UnknownWord,
        json::{Part, Parts, check_details, normalize_details},
    },
};
use crate::{
    error::Problems,
    yaml::{Map, Node, Value},
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
    /// The contents of an image.
    Image,
}

impl fmt::Display for VolumeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bind => "bind",
            Self::Volume => "volume",
            Self::Tmpfs => "tmpfs",
            Self::Image => "image",
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
            "image" => Ok(Self::Image),
            _ => Err(UnknownWord::new("volume type", "bind, volume, tmpfs or image")),
        }
    }
}

/// Which instances use the same volume of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum VolumeScope {
    /// Each instance has its own, which stays its own through every rename.
    Instance,
    /// All instances of the stack that name it with this scope.
    Stack,
    /// Every container on the host that uses a volume of exactly this name.
    Host,
}

impl fmt::Display for VolumeScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Instance => "instance",
            Self::Stack => "stack",
            Self::Host => "host",
        })
    }
}

impl FromStr for VolumeScope {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "instance" => Ok(Self::Instance),
            "stack" => Ok(Self::Stack),
            "host" => Ok(Self::Host),
            _ => Err(UnknownWord::new("volume scope", "instance, stack or host")),
        }
    }
}

kind! {
    /// Storage mounted at a path of the container.
    pub struct Volume in ("service_volumes", "instance_volumes"), input "VolumeInput" {
        /// What stands behind the mount.
        #[graphql(default_with = "VolumeType::Bind")]
        pub volume_type: VolumeType,
        /// Path of the host (bind), name of the volume (volume; empty for an anonymous one), the image (image), or empty
        /// (tmpfs).
        #[graphql(default)]
        pub source: String,
        /// Path inside the container.
        pub target: String,
        /// True when the container may not write to it.
        #[graphql(default)]
        pub read_only: bool,
        /// True when the volume exists already and is shared: its name is then used as it is, and its scope is `HOST`.
        #[graphql(default)]
        pub is_external: bool,
        /// Which instances use the same volume of the engine; other mounts have the scope `INSTANCE`.
        #[graphql(default_with = "VolumeScope::Instance")]
        pub scope: VolumeScope,
        /// How it is mounted, as in Compose's long form, at most 8 KiB: an object with `consistency`, `bind` (`propagation`,
        /// `recursive`, `selinux`, `create_host_path`, true by default), `volume` (`nocopy`, `subpath`, `labels`),
        /// `tmpfs` (`size`, `mode`) and `image` (`subpath`).
        pub options: Option<JsonValue>,
        /// How a named volume is made, as in Compose, at most 8 KiB: an object with `driver`, `driver_opts` and `labels`.
        pub definition: Option<JsonValue>,
    }
}

impl Volume {
    /// A mount with the default of every field that is not given.
    fn mount(volume_type: VolumeType, source: String, target: String) -> Self {
        let scope = VolumeScope::Instance;
        let (read_only, is_external, options, definition) = (false, false, None, None);
        Self { volume_type, source, target, read_only, is_external, scope, options, definition }
    }

    /// Whether it is a volume of the engine with a name.
    fn is_named(&self) -> bool {
        self.volume_type == VolumeType::Volume && !self.source.is_empty()
    }

    /// The name of the engine's volume, if it is one that the instance or its stack has for itself, from their storage
    /// names. An anonymous volume has no name.
    pub fn stored_as(&self, storage: StorageNames<'_>) -> Option<String> {
        let beginning = match self.scope {
            VolumeScope::Instance => storage.instance,
            VolumeScope::Stack => storage.stack,
            VolumeScope::Host => return None,
        };
        (self.is_named() && !self.is_external).then(|| format!("{beginning}_{}", self.source))
    }
}

/// The storage names of an instance and of its stack.
#[derive(Clone, Copy, Debug)]
pub struct StorageNames<'a> {
    /// That of the instance.
    pub instance: &'a str,
    /// That of its stack.
    pub stack: &'a str,
}

impl Kind for Volume {
    const FIELD: &'static str = "volumes";
    const KEY_SQL: &'static str = "target";
    const BRIEF_SQL: &'static str = "CASE WHEN volume_type IN ('bind', 'volume', 'named') THEN '' ELSE volume_type || ' ' END \
        || CASE WHEN source = '' THEN '' ELSE source || ':' END || target || CASE WHEN read_only THEN ':ro' ELSE '' END \
        || CASE WHEN is_external THEN ', external' WHEN scope = 'instance' THEN '' ELSE ', of the ' || scope END \
        || COALESCE(', options ' || options, '') || COALESCE(', definition ' || definition, '')";
    const LONG_COLUMN: Option<&'static str> = Some("source");
    type Key = String;
    type Set = Vec<Self>;

    fn long_bytes(&self) -> usize {
        self.source.len()
    }

    fn key(&self) -> String {
        self.target.clone()
    }

    /// Compose's short form, with the details as JSON: `data:/var/lib/data:ro`. Of tmpfs and images the type is told.
    fn brief(&self) -> Brief<'_> {
        let mut text = match self.volume_type {
            VolumeType::Bind | VolumeType::Volume => String::new(),
            other => format!("{other} "),
        };
        if !self.source.is_empty() {
            text += &format!("{}:", self.source);
        }
        text += &self.target;
        if self.read_only {
            text += ":ro";
        }
        match (self.is_external, self.scope) {
            (true, _) => text += ", external",
            (false, VolumeScope::Instance) => {}
            (false, scope) => text += &format!(", of the {scope}"),
        }
        for (name, details) in [("options", &self.options), ("definition", &self.definition)] {
            if let Some(details) = details {
                text += &format!(", {name} {details}");
            }
        }
        Brief::made(text)
    }

    fn normalize(&mut self) {
        Self::normalize_key(&mut self.target);
        if self.is_external {
            self.scope = VolumeScope::Host;
        }
        normalize_details(&mut self.options);
        normalize_details(&mut self.definition);
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
            VolumeType::Image if self.source.is_empty() => {
                at.invalid("source", "An image mount needs its image.", None);
            }
            VolumeType::Tmpfs if !self.source.is_empty() => {
                at.invalid("source", "A tmpfs mount has no source.", Some(String::new()));
            }
            _ => {}
        }
        if self.is_external && self.volume_type != VolumeType::Volume {
            at.invalid("isExternal", "Only a volume of the engine can be external.", Some("false".to_owned()));
        } else if self.scope != VolumeScope::Instance && !self.is_external && !self.is_named() {
            at.invalid("scope", "Only a named volume of the engine can be shared.", Some("INSTANCE".to_owned()));
        }
        check_details(at, "options", self.options.as_ref(), OPTIONS);
        check_details(at, "definition", self.definition.as_ref(), DEFINITION);
        if self.definition.is_some() && (self.is_external || !self.is_named()) {
            let message = "Only a named volume that is made with the stack can have a definition.";
            at.invalid("definition", message, None);
        }
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let mut volumes = Vec::new();
        for volume in entries {
            let mut map = Map::new();
            map.set("type", volume.volume_type.to_string());
            match volume.volume_type {
                VolumeType::Bind | VolumeType::Image => map.set("source", literal(&volume.source)),
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
            let options = volume.options.as_ref().map(|options| literal_tree(&Node::from(&options.0)));
            for (key, node) in options.as_ref().and_then(Node::as_map).into_iter().flat_map(Map::iter) {
                map.set(key, node.clone());
            }
            if volume.volume_type == VolumeType::Bind {
                let mut bind = map.take("bind").and_then(|node| node.as_map().cloned()).unwrap_or_default();
                if bind.get("create_host_path").is_none() {
                    // The short form of Compose creates a missing directory too.
                    bind.set("create_host_path", true);
                }
                map.set("bind", bind);
            }
            volumes.push(Node::from(map));
        }
        if !volumes.is_empty() {
            to.service.set("volumes", volumes);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        file::read(from)
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        let target = "/[a-c]{1,2}(/[a-c]{1,2}){0,2}";
        let scope = proptest::sample::select(vec![VolumeScope::Instance, VolumeScope::Stack, VolumeScope::Host]);
        let json = |json: serde_json::Value| proptest::option::of(Just(JsonValue(json)));
        let options = json(serde_json::json!({ "volume": { "nocopy": true } }));
        (target, "[a-z]{1,3}", any::<bool>(), any::<bool>(), scope, options)
            .prop_map(|(target, source, read_only, is_external, scope, options)| Self {
                read_only,
                is_external,
                scope: if is_external { VolumeScope::Host } else { scope },
                options,
                // The same for each use of a volume.
                definition: (!is_external && source.len() > 1).then(|| {
                    JsonValue(serde_json::json!({ "driver": "nfs", "driver_opts": { "a": "$b", "source": source } }))
                }),
                ..Self::mount(VolumeType::Volume, source, target)
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

/// The options of a mount.
const OPTIONS: Parts = &[
    (
        "bind",
        Part::Object(&[
            ("create_host_path", Part::Value("bs")),
            ("propagation", Part::Value("s")),
            ("recursive", Part::Value("s")),
            ("selinux", Part::Value("s")),
        ]),
    ),
    ("consistency", Part::Value("s")),
    ("image", Part::Object(&[("subpath", Part::Value("s"))])),
    ("tmpfs", Part::Object(&[("mode", Part::Value("ns")), ("size", Part::Value("ns"))])),
    (
        "volume",
        Part::Object(&[("labels", Part::Value("o")), ("nocopy", Part::Value("bs")), ("subpath", Part::Value("s"))]),
    ),
];

/// The definition of a volume.
const DEFINITION: Parts =
    &[("driver", Part::Value("s")), ("driver_opts", Part::Value("o")), ("labels", Part::Value("o"))];

/// Adds a named volume to the file and returns its key. A volume of an instance has the storage name of the instance,
/// which no rename changes; one of the stack has that of the stack.
fn named(volume: &Volume, to: &mut Rendered<'_>) -> String {
    let mut definition = match volume.definition.as_ref().map(|definition| literal_tree(&Node::from(&definition.0))) {
        Some(Node { value: Value::Map(map), .. }) => map,
        _ => Map::new(),
    };
    let source = &volume.source;
    // Names of instances contain neither dots nor underscores, so keys of different scopes differ.
    let key = match volume.scope {
        _ if volume.is_external => format!("external.{source}"),
        VolumeScope::Host => format!("host.{source}"),
        VolumeScope::Stack => format!("stack.{source}"),
        VolumeScope::Instance => format!("{}_{source}", to.instance),
    };
    if volume.is_external {
        definition.set("external", true);
    }
    let storage = StorageNames { instance: to.storage_name, stack: &to.around.storage_name };
    definition.set("name", volume.stored_as(storage).unwrap_or_else(|| source.clone()));
    to.volumes.set(key.as_str(), definition);
    key
}
