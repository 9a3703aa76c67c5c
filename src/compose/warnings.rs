//! Warnings about a rendered file, besides those of the kinds: what Compose refuses, and dependencies and ports without
//! effect.
//!
//! Called by the renderer. It is pure, and must not prevent a file from being rendered.

use std::collections::{HashMap, HashSet};

use super::render::Member;
use crate::{
    ids::InstanceId,
    kinds::{
        Condition, DEFAULT_NETWORK, Network,
        compose::{Warning, is_interpolable},
    },
    references::without_references,
};

/// Attributes by which a container shares a namespace of another container or of the host.
const SHARED: [&str; 3] = ["ipc", "network_mode", "pid"];

/// The warnings about an instance.
pub(super) fn of(member: &Member, members: &[Member], known: &HashMap<InstanceId, (String, bool)>) -> Vec<Warning> {
    let mut messages = Vec::new();
    if is_address(&member.name) {
        messages.push(format!(
            "Its name looks like an IP address: other instances reach it as {} only.",
            member.container_name
        ));
    }
    for attribute in &member.effective.attributes {
        let Some(value) = attribute.value.0.as_str().filter(|_| SHARED.contains(&attribute.name.as_str())) else {
            continue;
        };
        match value.strip_prefix("service:") {
            Some(other) if members.iter().all(|member| member.name != other) => messages.push(format!(
                "Its {} is that of the service {other}, which is not in the file: Compose refuses it.",
                attribute.name
            )),
            None if attribute.name == "network_mode" => messages.push(format!(
                "Its network_mode {value} takes it out of the stack's network: other instances do not find it by name."
            )),
            _ => {}
        }
    }
    for network in member.effective.networks.iter().filter(|network| network.is_external) {
        messages.push(format!(
            "It joins the network {} of the host: what else is in that network reaches it, and is reached by it.",
            network.name
        ));
    }
    if !member.effective.networks.is_empty() && has_network_mode(member) {
        messages.push("It has networks and a network_mode: Compose refuses it. Remove one of them.".to_owned());
    }
    let is_read_only = member.effective.attributes.iter().any(|it| it.name == "read_only" && is_true(&it.value.0));
    if is_read_only && member.effective.config_files.iter().any(|file| !file.content.is_empty()) {
        messages.push(
            "It is read_only and has config files, whose contents Compose writes into the container: Compose does not \
             start it. Mount the files from the host instead."
                .to_owned(),
        );
    }
    for dependency in &member.effective.dependencies {
        if dependency.condition != Condition::ServiceHealthy {
            continue;
        }
        let name = dependency.depends_on.known().and_then(|id| known.get(&id)).map(|(name, _)| name.as_str());
        let Some(other) = members.iter().find(|other| Some(other.name.as_str()) == name) else { continue };
        match other.effective.healthcheck.first().map(|check| check.test.0.as_slice()) {
            None => messages.push(format!(
                "It waits until {0} is healthy, and {0} has no healthcheck: unless the image brings one, it never starts.",
                other.name
            )),
            Some([none]) if none == "NONE" => messages.push(format!(
                "It waits until {0} is healthy, and the healthcheck of {0} is switched off: it never starts.",
                other.name
            )),
            Some(_) => {}
        }
    }
    for file in &member.effective.config_files {
        let path = &file.file_path;
        if file.is_template && !is_interpolable(&without_references(&file.content)) {
            messages.push(format!(
                "Its config file {path} is a template with a `${{` that names no variable: Compose refuses it. Write \
                 `$${{` for a plain one."
            ));
        }
    }
    messages.into_iter().map(|message| Warning { instance: Some(member.name.clone()), message }).collect()
}

/// The most shared aliases of an instance that have a warning each.
const MAX_ALIASES_NAMED: usize = 20;

fn has_network_mode(member: &Member) -> bool {
    member.effective.attributes.iter().any(|attribute| attribute.name == "network_mode")
}

/// The warnings about aliases that another instance has in the same network: as its name, or as an alias too.
pub(super) fn of_names(members: &[Member]) -> Vec<Warning> {
    let joined = |member: &Member| -> Vec<String> {
        match member.effective.networks.as_slice() {
            [] if has_network_mode(member) => Vec::new(),
            [] => vec![DEFAULT_NETWORK.to_owned()],
            networks => networks.iter().map(Network::file_key).collect(),
        }
    };
    if members.iter().all(|member| member.effective.networks.iter().all(|network| network.aliases.0.is_empty())) {
        return Vec::new();
    }
    let mut names: HashSet<(String, &str)> = HashSet::new();
    let mut holders: HashMap<(String, &str), &str> = HashMap::new();
    for member in members {
        names.extend(joined(member).into_iter().map(|network| (network, member.name.as_str())));
    }
    let mut warnings = Vec::new();
    for member in members {
        let mut shared = 0;
        for network in &member.effective.networks {
            for alias in network.aliases.0.iter().filter(|alias| **alias != member.name) {
                let name = (network.file_key(), alias.as_str());
                let other = match names.contains(&name) {
                    true => Some(alias.as_str()),
                    false => holders.get(&name).copied(),
                };
                match other {
                    None => drop(holders.insert(name, &member.name)),
                    Some(other) => {
                        shared += 1;
                        if shared <= MAX_ALIASES_NAMED {
                            let message = format!(
                                "Its alias {alias} in the network {} also leads to {other}: either of them may answer.",
                                network.name
                            );
                            warnings.push(Warning { instance: Some(member.name.clone()), message });
                        }
                    }
                }
            }
        }
        if shared > MAX_ALIASES_NAMED {
            let message = format!("{} more of its aliases also lead to other instances.", shared - MAX_ALIASES_NAMED);
            warnings.push(Warning { instance: Some(member.name.clone()), message });
        }
    }
    warnings
}

/// Whether Compose takes a value for true.
fn is_true(value: &serde_json::Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")))
}

/// Whether C libraries read a name as an IPv4 address, a single number, so that they never look it up.
fn is_address(name: &str) -> bool {
    let (digits, radix) = match (name.strip_prefix("0x"), name.strip_prefix('0')) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) if !digits.is_empty() => (digits, 8),
        _ => (name, 10),
    };
    u32::from_str_radix(digits, radix).is_ok()
}
