//! How many containers a service has: an instance is one, or none while it is disabled.
//!
//! Called when the layers of a service are merged. It must not leave the number in the service.

use super::FoundService;
use crate::{
    kinds::compose::{NoteKind, Notes},
    yaml::{Map, Node, Value},
};

/// Takes the number of containers out of a service; `None` if it does not say.
pub(super) fn take(service: &mut FoundService, notes: &mut Notes<'_>) -> Option<i64> {
    let below = parts(&mut service.below);
    // The upper layer has the attributes of the lower one as well.
    let whole = service.above.as_mut().map_or(below, parts);
    let mut found = None;
    for (part, node) in [("deploy.replicas", whole.1), ("scale", whole.0)] {
        let Some(node) = node.filter(|node| node.value != Value::Null) else { continue };
        let path = format!("services.{}.{part}", service.key);
        let (number, at) = (node.as_int(), node.at);
        let reason = match number {
            Some(1) => None,
            Some(0) => Some((
                NoteKind::Changed,
                "The file wants no container of it: the instance is disabled, and not rendered.",
            )),
            _ => Some((
                NoteKind::Lost,
                "An instance is one container with a name of its own; make more instances of the template.",
            )),
        };
        if let Some((kind, reason)) = reason {
            notes.push(kind, &path, at, reason);
        }
        found = number.or(found);
    }
    found
}

/// Takes `scale` and `deploy.replicas`.
fn parts(service: &mut Map) -> (Option<Node>, Option<Node>) {
    let replicas = match service.get_mut("deploy").map(|node| &mut node.value) {
        Some(Value::Map(deploy)) => deploy.take("replicas"),
        _ => None,
    };
    (service.take("scale"), replicas)
}
