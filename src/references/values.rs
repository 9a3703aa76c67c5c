//! What the instances of a stack offer to references: variables, ports, domains and names, as they are in effect.

use std::collections::{BTreeMap, HashMap};

use zeroize::Zeroizing;

/// A variable in effect, with the text as written.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The text, which may contain references; `None` if there is no value.
    pub text: Option<Zeroizing<String>>,
    /// Whether it is a secret.
    pub is_secret: bool,
}

/// A port in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortValue {
    /// The port inside the container.
    pub container_port: i32,
    /// The protocol in lower case.
    pub protocol: &'static str,
    /// The port of the host; `None` if the engine chooses it.
    pub host_port: Option<i32>,
}

/// What one instance offers.
#[derive(Clone, Debug)]
pub struct InstanceValues {
    /// Its id.
    pub id: i64,
    /// Its name, which is its host name on the network of the stack.
    pub name: String,
    /// Whether it is enabled.
    pub is_enabled: bool,
    /// The name of its container.
    pub container_name: String,
    /// Its variables by key.
    pub variables: BTreeMap<String, Variable>,
    /// Its ports, sorted.
    pub ports: Vec<PortValue>,
    /// Its domains as written, sorted. They may contain references.
    pub domains: Vec<String>,
}

/// What a stack offers.
#[derive(Clone, Debug, Default)]
pub struct StackValues {
    instances: Vec<InstanceValues>,
    places: HashMap<String, usize>,
    shared: BTreeMap<String, Variable>,
}

impl StackValues {
    /// Collects what the live instances of a stack offer, and the variables of the stack.
    pub fn new(instances: Vec<InstanceValues>, shared: BTreeMap<String, Variable>) -> Self {
        let places = instances.iter().enumerate().map(|(place, instance)| (instance.name.clone(), place)).collect();
        Self { instances, places, shared }
    }

    /// The place of an instance.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The instance at a place.
    pub(super) fn at(&self, place: usize) -> &InstanceValues {
        &self.instances[place]
    }

    /// An instance by its name.
    pub fn instance(&self, name: &str) -> Option<&InstanceValues> {
        Some(self.at(self.place(name)?))
    }

    /// All instances.
    pub fn instances(&self) -> &[InstanceValues] {
        &self.instances
    }

    /// The memory that it takes, in bytes.
    pub fn heap_size(&self) -> usize {
        let text = |text: &String| size_of::<String>() + text.len();
        let variables = |all: &BTreeMap<String, Variable>| {
            let one = |(key, one): (&String, &Variable)| {
                text(key) + size_of::<Variable>() + one.text.as_ref().map_or(0, |text| text.len())
            };
            all.iter().map(one).sum::<usize>()
        };
        let instance = |one: &InstanceValues| {
            let names = 2 * one.name.len() + one.container_name.len();
            let ports = size_of_val(one.ports.as_slice());
            size_of::<InstanceValues>()
                + names
                + variables(&one.variables)
                + ports
                + one.domains.iter().map(text).sum::<usize>()
        };
        self.instances.iter().map(instance).sum::<usize>() + variables(&self.shared)
    }

    /// The variables of the stack.
    pub fn shared(&self) -> &BTreeMap<String, Variable> {
        &self.shared
    }
}

/// The scheme of the URL of a port that is known for a protocol; `http` for every other one.
const SCHEMES: &[(u16, &str)] = &[
    (443, "https"),
    (8443, "https"),
    (3306, "mysql"),
    (4222, "nats"),
    (5432, "postgresql"),
    (5672, "amqp"),
    (6379, "redis"),
    (1883, "mqtt"),
    (11211, "memcached"),
    (27017, "mongodb"),
];

/// The scheme of the URL of a port.
pub(super) fn scheme(port: u16, protocol: &str) -> &str {
    let known = || SCHEMES.iter().find(|(number, _)| *number == port).map_or("http", |(_, scheme)| *scheme);
    if protocol == "tcp" { known() } else { protocol }
}
