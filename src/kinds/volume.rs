//! Storage mounted into the container.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;
use serde_json::Value as Json;

use super::{
    AttributeValue, Kind,
    check::{MAX_TEXT, check_path, check_text},
    clean_path,
    compose::{
        ReadEntry, Reading, Rendered, ShortMount, Use, has_drive, is_host_path, literal, literal_tree, split_mount,
    },
    kind,
    values::UnknownWord,
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

/// Who has a volume of the engine in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum VolumeScope {
    /// Nobody: each instance has its own, which follows it through every rename.
    Instance,
    /// All instances of the stack that name it with this scope.
    Stack,
    /// Everybody on the host who uses a volume of exactly this name.
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
        /// Who has a volume of the engine in common; other mounts have the scope `INSTANCE`.
        #[graphql(default_with = "VolumeScope::Instance")]
        pub scope: VolumeScope,
        /// How it is mounted, in the words of Compose's long form: an object with `consistency`, `bind` (`propagation`,
        /// `recursive`, `selinux`, `create_host_path`, true by default), `volume` (`nocopy`, `subpath`, `labels`),
        /// `tmpfs` (`size`, `mode`) and `image` (`subpath`).
        pub options: Option<AttributeValue>,
        /// How a named volume is made, in the words of Compose: an object with `driver`, `driver_opts` and `labels`.
        pub definition: Option<AttributeValue>,
    }
}

impl Volume {
    /// Whether it is a volume of the engine with a name.
    fn is_named(&self) -> bool {
        self.volume_type == VolumeType::Volume && !self.source.is_empty()
    }

    /// The name of the volume in which an instance with this storage name keeps data that no other instance has; `None`
    /// if the entry is not such a volume. An anonymous volume has no name.
    pub fn stored_as(&self, storage_name: &str) -> Option<String> {
        let own = self.scope == VolumeScope::Instance && self.is_named() && !self.is_external;
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
        if self.is_external {
            self.scope = VolumeScope::Host;
        }
        for json in [&mut self.options, &mut self.definition] {
            json.iter_mut().for_each(AttributeValue::sort);
            *json = json.take().filter(|json| json.0.as_object().is_none_or(|map| !map.is_empty()));
        }
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
        if let Some(options) = &self.options {
            options.check(at, "options");
            check_parts(at, "options", &options.0, OPTIONS);
        }
        if let Some(definition) = &self.definition {
            definition.check(at, "definition");
            if self.is_external || !self.is_named() {
                let message = "Only a named volume that is made with the stack can have a definition.";
                at.invalid("definition", message, None);
            }
            check_parts(at, "definition", &definition.0, DEFINITION);
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
        let mut found = Vec::new();
        for (index, node) in from.take_list("volumes").into_iter().enumerate() {
            let (part, at) = (format!("volumes.{index}"), node.at);
            let read = match node.value {
                Value::Map(map) => parse_long(map, &part, from),
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
        let scope = proptest::sample::select(vec![VolumeScope::Instance, VolumeScope::Stack, VolumeScope::Host]);
        let json = |json: Json| proptest::option::of(Just(AttributeValue(json)));
        let options = json(serde_json::json!({ "volume": { "nocopy": true } }));
        (target, "[a-z]{1,3}", any::<bool>(), any::<bool>(), scope, options)
            .prop_map(|(target, source, read_only, is_external, scope, options)| Self {
                read_only,
                is_external,
                scope: if is_external { VolumeScope::Host } else { scope },
                options,
                // The same for each use of a volume.
                definition: (!is_external && source.len() > 1).then(|| {
                    AttributeValue(
                        serde_json::json!({ "driver": "nfs", "driver_opts": { "a": "$b", "source": source } }),
                    )
                }),
                ..mount(VolumeType::Volume, source, target)
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

/// The parts of an object, each with the parts that it may have itself; without any it is one value.
type Parts = &'static [(&'static str, &'static [&'static str])];

/// The options of a mount.
const OPTIONS: Parts = &[
    ("bind", &["create_host_path", "propagation", "recursive", "selinux"]),
    ("consistency", &[]),
    ("image", &["subpath"]),
    ("tmpfs", &["mode", "size"]),
    ("volume", &["labels", "nocopy", "subpath"]),
];

/// The definition of a volume.
const DEFINITION: Parts = &[("driver", &[]), ("driver_opts", &["*"]), ("labels", &["*"])];

/// Notes parts of an object that Compose does not know, and values that are no single values. `*` stands for any name.
fn check_parts(at: &mut Problems, field: &str, json: &Json, parts: Parts) {
    let is_value = |json: &Json| !json.is_null() && !json.is_array() && !json.is_object();
    let known: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    let Some(object) = json.as_object() else {
        return at.invalid(field, format!("This is an object with {}.", known.join(", ")), None);
    };
    for (name, value) in object {
        let Some((_, inner)) = parts.iter().find(|(known, _)| known == name) else {
            at.invalid(field, format!("There is no `{}`; there are {}.", name.escape_debug(), known.join(", ")), None);
            continue;
        };
        let fits = match (inner, value.as_object()) {
            ([], _) => is_value(value),
            (_, None) => false,
            (inner, Some(object)) => object.iter().all(|(name, value)| match name.as_str() {
                "labels" => value.as_object().is_some_and(|labels| labels.values().all(is_value)),
                name => (inner.contains(&"*") || inner.contains(&name)) && is_value(value),
            }),
        };
        if !fits {
            let shape = match inner {
                [] => "a text or a number".to_owned(),
                ["*"] => "an object of texts and numbers".to_owned(),
                inner => format!("an object with {}", inner.join(", ")),
            };
            at.invalid(field, format!("`{name}` is {shape}."), None);
        }
    }
}

/// Adds a named volume to the file and returns its key. A volume of an instance has the storage name of the instance,
/// which no rename changes; one of the stack has that of the stack.
fn named(volume: &Volume, to: &mut Rendered<'_>) -> String {
    let mut definition = match volume.definition.as_ref().map(|definition| literal_tree(&Node::from(&definition.0))) {
        Some(Node { value: Value::Map(map), .. }) => map,
        _ => Map::new(),
    };
    let source = &volume.source;
    // Names of instances contain neither dots nor underscores, so keys of different scopes differ.
    let (key, name) = match volume.scope {
        _ if volume.is_external => {
            definition.set("external", true);
            (format!("external.{source}"), source.clone())
        }
        VolumeScope::Host => (format!("host.{source}"), source.clone()),
        VolumeScope::Stack => (format!("stack.{source}"), format!("{}_{source}", to.around.storage_name)),
        VolumeScope::Instance => (format!("{}_{source}", to.instance), format!("{}_{source}", to.storage_name)),
    };
    definition.set("name", name);
    to.volumes.set(key.as_str(), definition);
    key
}

/// The source of a volume of a service that was rendered with this key, and its scope. The inverse of [`named`].
fn rendered_key<'k>(service: &str, key: &'k str) -> Option<(&'k str, VolumeScope)> {
    let own =
        key.strip_prefix(service).and_then(|rest| rest.strip_prefix('_')).map(|rest| (rest, VolumeScope::Instance));
    let found = own.or_else(|| Some((key.strip_prefix("stack.")?, VolumeScope::Stack)));
    found.filter(|(rest, _)| !rest.is_empty())
}

/// The source and the scope of a volume of a file that is stored under the storage name of an instance or a stack, from
/// which the file was rendered.
pub fn rendered_storage<'k>(service: &str, key: &'k str, name: &str) -> Option<(&'k str, VolumeScope)> {
    let (source, scope) = rendered_key(service, key)?;
    let beginning = name.strip_suffix(source)?.strip_suffix('_')?;
    beginning.starts_with("devarch-").then_some((source, scope))
}

/// A volume that the file defines.
struct Defined {
    source: String,
    scope: VolumeScope,
    is_external: bool,
    definition: Option<AttributeValue>,
}

/// The volume of the file with this key.
fn volume_of_file(key: &str, from: &Reading<'_>) -> Result<Defined, String> {
    let Some(defined) = from.file.volumes.get(key) else { return Err(format!("There is no volume {key}.")) };
    let says = |part: &str| defined.as_map().and_then(|map| map.get(part));
    // In old files, `external` is a mapping with the name.
    let text = |node: Option<&Node>| node.and_then(Node::scalar).filter(|text| !text.is_empty());
    let old = says("external").and_then(Node::as_map).map(|map| text(map.get("name")));
    let name = text(says("name"));
    if old.is_some() || says("external").and_then(Node::as_bool) == Some(true) {
        let source = old.flatten().or(name).unwrap_or_else(|| key.to_owned());
        return Ok(Defined { source, scope: VolumeScope::Host, is_external: true, definition: None });
    }
    let definition = definition(defined.as_map());
    let (source, scope) = match &name {
        Some(name) => match rendered_storage(from.name, key, name) {
            Some((source, scope)) => (source.to_owned(), scope),
            None => (name.clone(), VolumeScope::Host),
        },
        None if from.services.shared_volumes.contains(key) => (key.to_owned(), VolumeScope::Stack),
        None => {
            // As earlier versions rendered it.
            let own = rendered_key(from.name, key).filter(|(_, scope)| *scope == VolumeScope::Instance);
            (own.map_or(key, |(source, _)| source).to_owned(), VolumeScope::Instance)
        }
    };
    Ok(Defined { source, scope, is_external: false, definition })
}

/// What a definition says beyond names. The driver `local` is the default.
fn definition(defined: Option<&Map>) -> Option<AttributeValue> {
    let mut kept = Map::new();
    for part in ["driver", "driver_opts", "labels"] {
        let Some(node) = defined.and_then(|map| map.get(part)) else { continue };
        let node = if part == "labels" { pairs(node) } else { node.clone() };
        let is_empty =
            node.as_map().is_some_and(Map::is_empty) || matches!(&node.value, Value::Text(text) if text.is_empty());
        if node.value != Value::Null && !is_empty {
            kept.set(part, node);
        }
    }
    let is_default = kept.len() == 1 && kept.get("driver").and_then(Node::scalar).as_deref() == Some("local");
    (!kept.is_empty() && !is_default).then(|| AttributeValue::of_node(&kept.into()))
}

/// Labels as a mapping, whichever form the file has.
fn pairs(node: &Node) -> Node {
    let Some(list) = node.as_list() else { return node.clone() };
    let pair = |item: &Node| {
        let text = item.scalar()?;
        let (key, value) = text.split_once('=').unwrap_or((&text, ""));
        Some((key.to_owned(), Node::text(value)))
    };
    list.iter().filter_map(pair).collect::<Map>().into()
}

/// A mount that is being read.
fn mount(volume_type: VolumeType, source: String, target: String) -> Volume {
    let scope = VolumeScope::Instance;
    let (read_only, is_external, options, definition) = (false, false, None, None);
    Volume { volume_type, source, target, read_only, is_external, scope, options, definition }
}

/// A mount of a volume of the file, of an anonymous volume, or of a path.
fn mount_of(source: &str, target: String, from: &Reading<'_>) -> Result<Volume, String> {
    if source.is_empty() {
        return Ok(mount(VolumeType::Volume, String::new(), target));
    }
    if is_host_path(source) {
        return Ok(mount(VolumeType::Bind, source.to_owned(), target));
    }
    let Defined { source, scope, is_external, definition } = volume_of_file(source, from)?;
    Ok(Volume { is_external, scope, definition, ..mount(VolumeType::Volume, source, target) })
}

/// Parses `[SOURCE:]TARGET[:OPTIONS]`.
fn parse_short(text: &str, part: &str, node: &Node, from: &mut Reading<'_>) -> Result<Volume, String> {
    let ShortMount { source, target, options } = split_mount(text)?;
    if source.is_empty() && has_drive(&target) {
        return Err(
            "Compose takes a single letter before a colon for a drive, not for a volume; use a longer name.".to_owned()
        );
    }
    let mut volume = mount_of(&source, target, from)?;
    let mut said = Map::new();
    let mut set = |part: &str, key: &str, value: Node| {
        let mut map = said.take(part).and_then(|node| node.as_map().cloned()).unwrap_or_default();
        map.set(key, value);
        said.set(part, map);
    };
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" => volume.read_only = true,
            "rw" => volume.read_only = false,
            "z" | "Z" => set("bind", "selinux", Node::text(option)),
            "nocopy" => set("volume", "nocopy", true.into()),
            "rprivate" | "private" | "rshared" | "shared" | "rslave" | "slave" => {
                set("bind", "propagation", Node::text(option));
            }
            _ => from.change(part, node.at, format!("Compose ignores the option `{option}` of a mount.")),
        }
    }
    volume.options = (!said.is_empty()).then(|| AttributeValue::of_node(&said.into()));
    Ok(volume)
}

fn parse_long(mut map: Map, part: &str, from: &mut Reading<'_>) -> Result<Volume, String> {
    let mut text = |key: &str| map.take(key).and_then(|node| node.scalar());
    let kind = text("type").ok_or("A mount needs its type.")?;
    let kind: VolumeType = kind.parse().map_err(|error: UnknownWord| error.about(&kind))?;
    let source = text("source").unwrap_or_default();
    let target = text("target").ok_or("A mount needs its target.")?;
    let read_only = map.take("read_only").is_some_and(|node| node.as_bool() == Some(true));
    let mut options = Map::new();
    for (name, inner) in OPTIONS {
        let Some(node) = map.take(name) else { continue };
        let node = if inner.is_empty() { node } else { known_parts(node, inner, &format!("{part}.{name}"), from) };
        if node.value != Value::Null && !node.as_map().is_some_and(Map::is_empty) {
            options.set(*name, node);
        }
    }
    if kind == VolumeType::Bind {
        // In the long form Compose makes the directory only where the file says so. Here that is the default.
        let mut bind = options.take("bind").and_then(|node| node.as_map().cloned()).unwrap_or_default();
        let is_made = bind.take("create_host_path").and_then(|node| node.as_bool()) == Some(true);
        if !is_made {
            bind.set("create_host_path", false);
        }
        if !bind.is_empty() {
            options.set("bind", bind);
        }
    }
    from.lose_rest(part, map);
    let volume = match kind {
        VolumeType::Volume => mount_of(&source, target, from)?,
        VolumeType::Bind | VolumeType::Tmpfs | VolumeType::Image => mount(kind, source, target),
    };
    let options = (!options.is_empty()).then(|| AttributeValue::of_node(&options.into()));
    Ok(Volume { read_only, options, ..volume })
}

/// The options of one group that can be held; the others are lost. Words for true and false become that.
fn known_parts(node: Node, known: &[&str], part: &str, from: &mut Reading<'_>) -> Node {
    let Value::Map(map) = node.value else { return Node::null() };
    let mut kept = Map::new();
    for (key, node) in map {
        let node = if key == "labels" { pairs(&node) } else { node };
        if !known.contains(&key.as_str()) {
            from.lose(&format!("{part}.{key}"), node.at, "This cannot be held.");
            continue;
        }
        let is_flag = ["create_host_path", "nocopy"].contains(&key.as_str());
        let is_empty = node.value == Value::Null || node.as_map().is_some_and(Map::is_empty);
        match node.as_bool().filter(|_| is_flag) {
            Some(flag) => kept.set(key, flag),
            None if is_empty => {}
            None => kept.set(key, node),
        }
    }
    kept.into()
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
            // Those with contents are config files.
            others.push(node);
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
        let volume = Volume { read_only: true, ..mount(VolumeType::Bind, source, target) };
        found.push(from.found(&part, at, volume));
    }
    if !others.is_empty() {
        from.service.set(attribute, others);
    }
}
