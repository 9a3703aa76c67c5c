//! Names that links of other services give to a service: in a stack they are aliases of that service.
//!
//! Called when all services are known. It must not give a name that something else has.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::FoundService;
use crate::{
    kinds::{compose::Services, network::is_alias},
    yaml::Node,
};

/// The aliases of services by their keys. A name that leads to different services is left out.
pub(super) fn of_links(found: &[FoundService], context: &Services) -> HashMap<String, Vec<String>> {
    let taken: HashSet<&str> = found.iter().map(|service| service.key.as_str()).collect();
    let instances: HashSet<&str> = context.instances.values().map(String::as_str).collect();
    // `None` for a name that two services would have.
    let mut targets: BTreeMap<String, Option<String>> = BTreeMap::new();
    for service in found {
        for attribute in ["links", "external_links"] {
            let list = service.whole().get(attribute).and_then(Node::as_list).unwrap_or_default();
            for link in list.iter().filter_map(Node::scalar) {
                let Some((name, alias)) = link.split_once(':').filter(|(name, alias)| name != alias) else { continue };
                let target = match attribute {
                    "links" => Some(name.to_owned()),
                    _ => context.containers.get(name).cloned(),
                };
                let Some(target) = target.filter(|target| context.instances.contains_key(target)) else { continue };
                let is_free = !taken.contains(alias)
                    && !instances.contains(alias)
                    && context.containers.get(alias).is_none_or(|other| *other == target);
                if is_free && is_alias(alias) {
                    let known = targets.entry(alias.to_owned()).or_insert_with(|| Some(target.clone()));
                    if known.as_ref() != Some(&target) {
                        *known = None;
                    }
                }
            }
        }
    }
    let mut aliases: HashMap<String, Vec<String>> = HashMap::new();
    for (alias, target) in targets {
        if let Some(target) = target {
            aliases.entry(target).or_default().push(alias);
        }
    }
    aliases
}
