//! Dependencies: instances that have to be started before another one.

use std::{collections::HashSet, fmt, str::FromStr};

use sea_orm::DeriveValueType;

use super::{
    Brief, Kind,
    compose::{ReadEntry, Reading, Rendered},
    kind,
    values::UnknownWord,
};
use crate::{
    error::Problems,
    ids::InstanceId,
    reference::InstanceRef,
    yaml::{At, Map, Node, Value},
};

/// What has to be true of the other instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum, DeriveValueType)]
#[graphql(name = "DependencyCondition")]
#[sea_orm(value_type = "String")]
pub enum Condition {
    /// It has been started, the default.
    ServiceStarted,
    /// Its healthcheck has succeeded.
    ServiceHealthy,
    /// It has ended without an error.
    ServiceCompletedSuccessfully,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServiceStarted => "service_started",
            Self::ServiceHealthy => "service_healthy",
            Self::ServiceCompletedSuccessfully => "service_completed_successfully",
        })
    }
}

impl FromStr for Condition {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "service_started" => Ok(Self::ServiceStarted),
            "service_healthy" => Ok(Self::ServiceHealthy),
            "service_completed_successfully" => Ok(Self::ServiceCompletedSuccessfully),
            _ => {
                Err(UnknownWord::new("condition", "service_started, service_healthy or service_completed_successfully"))
            }
        }
    }
}

kind! {
    /// Another instance of the stack that is started before this one. It is meant by its id: a rename changes nothing.
    #[graphql(complex)]
    pub struct Dependency in ("instance_dependencies"), input "DependencyInput" {
        /// The other instance: of the same stack, and not one that waits for this one, directly or through others.
        #[graphql(name = "instance", skip_output)]
        pub depends_on: InstanceRef,
        /// What has to be true of it.
        #[graphql(default_with = "Condition::ServiceStarted")]
        pub condition: Condition,
        /// False when this one starts with a warning only where the other one cannot be started.
        #[graphql(default = true)]
        pub required: bool,
        /// True when Compose restarts this one after it has restarted the other one.
        #[graphql(default = false)]
        pub restart: bool,
    }
}

/// The use case resolves and checks the target, because it knows the stack.
impl Kind for Dependency {
    const FIELD: &'static str = "dependencies";
    const REFERS_BY: Option<&'static str> = Some("depends_on");
    const KEY_SQL: &'static str = "CAST(depends_on AS TEXT)";
    const BRIEF_SQL: &'static str = "condition || CASE WHEN required THEN '' ELSE ', not required' END \
        || CASE WHEN restart THEN ', restarts with it' ELSE '' END";
    /// The id as a number; a key in the API is a global id.
    const ROW_KEY: &'static str = "depends_on";
    type Key = InstanceRef;
    type Set = Vec<Self>;

    fn row_key(text: &str) -> Option<InstanceRef> {
        text.parse().ok().map(|id| InstanceId(id).into())
    }

    fn row_identity(&self) -> String {
        self.depends_on.known().map_or_else(|| self.depends_on.to_string(), |id| id.0.to_string())
    }

    fn key(&self) -> InstanceRef {
        self.depends_on.clone()
    }

    /// The condition, and what differs from the defaults: `service_healthy, not required`.
    fn brief(&self) -> Brief<'_> {
        let more = [(!self.required, ", not required"), (self.restart, ", restarts with it")];
        let more: String = more.into_iter().filter_map(|(is_so, text)| is_so.then_some(text)).collect();
        Brief::made(format!("{}{more}", self.condition))
    }

    fn validate_key(_: &InstanceRef, _: &mut Problems) {}

    fn validate(&self, _: &mut Problems) {}

    fn refuses_rule(_: Option<&InstanceRef>) -> Option<&'static str> {
        Some("No template brings dependencies; reset them instead.")
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let mut needed: Vec<(String, &Self)> = Vec::new();
        for dependency in entries {
            let other = dependency.depends_on.known().and_then(|id| to.around.instances.get(&id).cloned());
            match other {
                Some((name, true)) => needed.push((name, dependency)),
                Some((name, false)) => {
                    to.warn(format!("It depends on {name}, which is disabled: the dependency is left out."));
                }
                None => to.warn("It depends on an instance that is in the trash: the dependency is left out."),
            }
        }
        needed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let needed = needed.into_iter().map(|(name, dependency)| {
            let mut map = Map::from_iter([("condition".to_owned(), Node::text(dependency.condition.to_string()))]);
            // The defaults of Compose.
            if dependency.restart {
                map.set("restart", true);
            }
            if !dependency.required {
                map.set("required", false);
            }
            (name, Node::from(map))
        });
        let needed: Map = needed.collect();
        if !needed.is_empty() {
            to.service.set("depends_on", needed);
        }
    }

    /// Reads `depends_on`, and `links`, which are dependencies too.
    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let mut found: Vec<ReadEntry<Self>> = Vec::new();
        if let Some(node) = from.take("depends_on") {
            let needed: Vec<(String, Node)> = match node.value {
                Value::Map(map) => map.into_iter().collect(),
                Value::List(list) => list.into_iter().filter_map(|item| Some((item.scalar()?, item))).collect(),
                _ => {
                    from.lose("depends_on", node.at, "This is not a list or a mapping.");
                    Vec::new()
                }
            };
            for (name, node) in needed {
                let (part, at) = (format!("depends_on.{name}"), node.at);
                let mut requirement = Requirement::default();
                if let Value::Map(mut map) = node.value {
                    if let Some(word) = map.take("condition").and_then(|node| node.scalar()) {
                        match word.parse::<Condition>() {
                            Ok(read) => requirement.condition = read,
                            Err(error) => from.lose(&part, at, error.about(&word)),
                        }
                    }
                    let mut flag = |key: &str| map.take(key).and_then(|node| node.as_bool());
                    requirement.required = flag("required").unwrap_or(true);
                    requirement.restart = flag("restart").unwrap_or(false);
                    from.lose_rest(&part, map);
                }
                add_dependency(&name, requirement, &part, at, &mut found, from);
            }
        }
        let mut needed: HashSet<InstanceRef> = found.iter().map(|found| found.entry.depends_on.clone()).collect();
        for (index, node) in from.take_list("links").into_iter().enumerate() {
            let (part, at) = (format!("links.{index}"), node.at);
            let Some(link) = node.scalar() else { continue };
            let (name, alias) = link.split_once(':').unwrap_or((&link, &link));
            if from.services.dropped.contains(name) || !from.services.instances.contains_key(name) {
                from.instance_of(name, &part, at);
                continue;
            }
            if alias == name {
                from.change(&part, at, "A link is held as a dependency.");
            } else if from.services.is_link_alias(name, alias) {
                let reason = format!("A link is held as a dependency, and {alias} as an alias of {name}.");
                from.change(&part, at, reason);
            } else {
                from.lose(&part, at, format!("The alias {alias} cannot be held: something else has this name."));
                from.change(&part, at, "A link is held as a dependency.");
            }
            let same = InstanceRef::Name { stack: String::new(), name: instance_name(name, from) };
            if needed.insert(same) {
                // As Compose does it for links.
                let requirement = Requirement { restart: true, ..Requirement::default() };
                add_dependency(name, requirement, &part, at, &mut found, from);
            }
        }
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        (1..9i64, any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(id, healthy, required, restart)| Self {
                required,
                restart,
                depends_on: InstanceId(id).into(),
                condition: if healthy { Condition::ServiceHealthy } else { Condition::ServiceStarted },
            })
            .boxed()
    }
}

/// The name of the instance for a service of the file.
fn instance_name(name: &str, from: &Reading<'_>) -> String {
    from.services.instances.get(name).cloned().unwrap_or_else(|| name.to_owned())
}

/// What a service requires of another one.
struct Requirement {
    condition: Condition,
    required: bool,
    restart: bool,
}

impl Default for Requirement {
    fn default() -> Self {
        Self { condition: Condition::ServiceStarted, required: true, restart: false }
    }
}

fn add_dependency(
    name: &str,
    Requirement { condition, required, restart }: Requirement,
    part: &str,
    at: At,
    found: &mut Vec<ReadEntry<Dependency>>,
    from: &mut Reading<'_>,
) {
    let Some(instance) = from.instance_of(name, part, at) else { return };
    if from.services.disabled.contains(name) {
        let reason = format!("The instance of {name} is disabled: the dependency is held, but not rendered.");
        from.change(part, at, reason);
    }
    // The stack into which the file is imported.
    let depends_on = InstanceRef::Name { stack: String::new(), name: instance };
    found.push(from.found(part, at, Dependency { depends_on, condition, required, restart }));
}
