//! References of a service to other services and to containers: they follow the names that these have here, or are lost.
//!
//! Called before the kinds read a service. It must not keep a reference that Compose would refuse.

use crate::{
    kinds::{compose::Reading, network::is_alias},
    yaml::{At, Node, Value},
};

/// Attributes that name a service or a container whose namespace is shared.
const NAMESPACES: [&str; 5] = ["cgroup", "ipc", "network_mode", "pid", "uts"];

/// Rewrites the references of a service.
pub(super) fn rewrite(from: &mut Reading<'_>) {
    for attribute in NAMESPACES {
        let Some(node) = from.service.get(attribute) else { continue };
        let (Some(value), at) = (node.scalar(), node.at) else { continue };
        let Some(target) = Target::of(&value) else { continue };
        match resolve(&target, attribute, at, from) {
            Resolved::Instance(name) => {
                from.service.set(attribute, Node { at, ..Node::text(format!("service:{name}")) });
            }
            Resolved::Unchanged => {}
            Resolved::Lost => drop(from.service.take(attribute)),
        }
    }
    list("volumes_from", from, |item| {
        let (reference, is_container) = match item.strip_prefix("container:") {
            Some(rest) => (rest, true),
            None => (item, false),
        };
        let (name, rest) = reference.split_at(reference.find(':').unwrap_or(reference.len()));
        let target = if is_container { Target::Container(name.to_owned()) } else { Target::Service(name.to_owned()) };
        Some((target, rest.to_owned()))
    });
    external_links(from);
    contexts(from);
}

/// What a reference names.
enum Target {
    Service(String),
    Container(String),
}

impl Target {
    fn of(value: &str) -> Option<Self> {
        match value.split_once(':')? {
            ("service", name) => Some(Self::Service(name.to_owned())),
            ("container", name) => Some(Self::Container(name.to_owned())),
            _ => None,
        }
    }
}

/// What becomes of a reference.
enum Resolved {
    /// It leads to this instance.
    Instance(String),
    /// It leads outside of the import, and stays as it is.
    Unchanged,
    /// It leads nowhere, which has been reported.
    Lost,
}

/// Finds out what a reference leads to.
fn resolve(target: &Target, part: &str, at: At, from: &mut Reading<'_>) -> Resolved {
    let service = match target {
        Target::Service(name) => name.clone(),
        Target::Container(name) => match from.services.containers.get(name).cloned() {
            None => return Resolved::Unchanged,
            Some(service) => {
                if from.services.instances.contains_key(&service) {
                    from.change(part, at, format!("The container {name} is held as the service that it belongs to."));
                }
                service
            }
        },
    };
    let Some(instance) = from.instance_of(&service, part, at) else { return Resolved::Lost };
    if from.services.disabled.contains(&service) {
        from.lose(part, at, format!("The instance of {service} is disabled: nothing can share with it."));
        return Resolved::Lost;
    }
    Resolved::Instance(instance)
}

/// Rewrites each entry of a list. `split` gives the target of an entry and what follows it.
fn list(attribute: &str, from: &mut Reading<'_>, split: impl Fn(&str) -> Option<(Target, String)>) {
    let Some(Value::List(items)) = from.service.get(attribute).map(|node| node.value.clone()) else { return };
    let mut kept = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let (part, at) = (format!("{attribute}.{index}"), item.at);
        match item.scalar().and_then(|text| split(&text)) {
            None => kept.push(item),
            Some((target, rest)) => match resolve(&target, &part, at, from) {
                Resolved::Instance(name) => kept.push(Node { at, ..Node::text(format!("{name}{rest}")) }),
                Resolved::Unchanged => kept.push(item),
                Resolved::Lost => {}
            },
        }
    }
    replace(attribute, kept, from);
}

fn replace(attribute: &str, kept: Vec<Node>, from: &mut Reading<'_>) {
    match from.service.get_mut(attribute) {
        Some(_) if kept.is_empty() => drop(from.service.take(attribute)),
        Some(node) => node.value = Value::List(kept),
        None => {}
    }
}

/// Links to containers of the import are left out: the names of the containers are aliases in the network.
fn external_links(from: &mut Reading<'_>) {
    let attribute = "external_links";
    let Some(Value::List(items)) = from.service.get(attribute).map(|node| node.value.clone()) else { return };
    let mut kept = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let text = item.scalar().unwrap_or_default();
        let (name, alias) = text.split_once(':').unwrap_or((&text, &text));
        let part = format!("{attribute}.{index}");
        match from.services.containers.get(name) {
            None => kept.push(item),
            Some(service) if name == alias && is_alias(name) || from.services.is_link_alias(service, alias) => {
                from.change(&part, item.at, format!("The container {name} has the alias {alias} in its networks."));
            }
            Some(_) => {
                let reason = format!("The container {name} is called otherwise here, and {alias} cannot be its alias.");
                from.lose(&part, item.at, reason);
            }
        }
    }
    replace(attribute, kept, from);
}

/// Rewrites the contexts of a build that are the images of other services.
fn contexts(from: &mut Reading<'_>) {
    let part = "build.additional_contexts";
    let Some(Value::Map(build)) = from.service.get("build").map(|node| &node.value) else { return };
    let Some(mut contexts) = build.get("additional_contexts").cloned() else { return };
    match &mut contexts.value {
        Value::Map(map) => {
            for (name, mut node) in std::mem::take(map) {
                if context(&mut node, &format!("{part}.{name}"), from) {
                    map.set(name, node);
                }
            }
        }
        Value::List(list) => {
            for (index, item) in std::mem::take(list).into_iter().enumerate() {
                let text = item.scalar().unwrap_or_default();
                let Some((name, value)) = text.split_once('=') else {
                    list.push(item);
                    continue;
                };
                let mut node = Node { at: item.at, ..Node::text(value) };
                if context(&mut node, &format!("{part}.{index}"), from) {
                    let value = node.scalar().unwrap_or_default();
                    list.push(Node { at: item.at, ..Node::text(format!("{name}={value}")) });
                }
            }
        }
        _ => return,
    }
    if let Some(Value::Map(build)) = from.service.get_mut("build").map(|node| &mut node.value) {
        build.set("additional_contexts", contexts);
    }
}

/// Rewrites one context; false if it is lost.
fn context(node: &mut Node, part: &str, from: &mut Reading<'_>) -> bool {
    let Some(name) = node.scalar().and_then(|text| text.strip_prefix("service:").map(str::to_owned)) else {
        return true;
    };
    match from.instance_of(&name, part, node.at) {
        Some(_) if from.services.disabled.contains(&name) => {
            from.lose(part, node.at, format!("The instance of {name} is disabled: its image is not built."));
            false
        }
        Some(instance) => {
            node.value = Value::Text(format!("service:{instance}"));
            true
        }
        None => false,
    }
}
