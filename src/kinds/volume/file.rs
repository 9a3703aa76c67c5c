//! Reads the mounts of a Compose file, in the short and the long form, with the volumes that the file defines.
//!
//! Used by the kind. It must not render anything.

use super::{DEFINITION, OPTIONS, Volume, VolumeScope, VolumeType};
use crate::{
    kinds::{
        JsonValue,
        compose::{ReadEntry, Reading, ShortMount, Use, has_drive, is_host_path, labels, split_mount},
        values::{
            UnknownWord,
            json::{Part, Parts},
        },
    },
    name::is_given,
    yaml::{Map, Node, Value},
};

/// Reads the mounts of a service.
pub(super) fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Volume>> {
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

/// The source of a volume of a service that was rendered with this key, and its scope. The inverse of the
/// keys that rendering gives.
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
    is_given(beginning).then_some((source, scope))
}

/// A volume that the file defines.
struct Defined {
    source: String,
    scope: VolumeScope,
    is_external: bool,
    definition: Option<JsonValue>,
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
fn definition(defined: Option<&Map>) -> Option<JsonValue> {
    let mut kept = Map::new();
    for (part, _) in DEFINITION {
        let Some(node) = defined.and_then(|map| map.get(part)) else { continue };
        let node = if *part == "labels" { labels(node) } else { node.clone() };
        let is_empty =
            node.as_map().is_some_and(Map::is_empty) || matches!(&node.value, Value::Text(text) if text.is_empty());
        if node.value != Value::Null && !is_empty {
            kept.set(*part, node);
        }
    }
    let is_default = kept.len() == 1 && kept.get("driver").and_then(Node::scalar).as_deref() == Some("local");
    (!kept.is_empty() && !is_default).then(|| JsonValue::of_node(&kept.into()))
}

/// A mount of a volume of the file, of an anonymous volume, or of a path.
fn mount_of(source: &str, target: String, from: &Reading<'_>) -> Result<Volume, String> {
    if source.is_empty() {
        return Ok(Volume::mount(VolumeType::Volume, String::new(), target));
    }
    if is_host_path(source) {
        return Ok(Volume::mount(VolumeType::Bind, source.to_owned(), target));
    }
    let Defined { source, scope, is_external, definition } = volume_of_file(source, from)?;
    Ok(Volume { is_external, scope, definition, ..Volume::mount(VolumeType::Volume, source, target) })
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
    volume.options = (!said.is_empty()).then(|| JsonValue::of_node(&said.into()));
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
        let node = match inner {
            Part::Value(_) => node,
            Part::Object(inner) => known_parts(node, inner, &format!("{part}.{name}"), from),
        };
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
        VolumeType::Bind | VolumeType::Tmpfs | VolumeType::Image => Volume::mount(kind, source, target),
    };
    let options = (!options.is_empty()).then(|| JsonValue::of_node(&options.into()));
    Ok(Volume { read_only, options, ..volume })
}

/// The options of one group that can be held; the others are lost. Words for true and false become that.
fn known_parts(node: Node, known: Parts, part: &str, from: &mut Reading<'_>) -> Node {
    let Value::Map(map) = node.value else { return Node::null() };
    let mut kept = Map::new();
    for (key, node) in map {
        let node = if key == "labels" { labels(&node) } else { node };
        let Some((_, kind)) = known.iter().find(|(known, _)| *known == key) else {
            from.lose(&format!("{part}.{key}"), node.at, "This cannot be held.");
            continue;
        };
        let is_flag = matches!(kind, Part::Value(shapes) if shapes.contains('b'));
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
        let volume = Volume { read_only: true, ..Volume::mount(VolumeType::Bind, source, target) };
        found.push(from.found(&part, at, volume));
    }
    if !others.is_empty() {
        from.service.set(attribute, others);
    }
}
