//! What an instance waits for before it is started.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;

use super::{Kind, kind, values::UnknownWord};
use crate::{error::Problems, reference::InstanceRef};

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
            _ => Err(UnknownWord::new(
                "condition",
                text,
                "service_started, service_healthy or service_completed_successfully",
            )),
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
    }
}

/// Where it leads is checked by the use case, which knows the stack.
impl Kind for Dependency {
    const FIELD: &'static str = "dependencies";
    const REFERS_BY: Option<&'static str> = Some("depends_on");
    type Key = InstanceRef;
    type Set = Vec<Self>;

    fn key(&self) -> InstanceRef {
        self.depends_on.clone()
    }

    fn validate_key(_: &InstanceRef, _: &mut Problems) {}

    fn validate(&self, _: &mut Problems) {}

    fn refuses_rule(_: Option<&InstanceRef>) -> Option<&'static str> {
        Some("No template brings dependencies; reset them instead.")
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        (1..9i64, any::<bool>())
            .prop_map(|(id, healthy)| Self {
                depends_on: crate::ids::InstanceId(id).into(),
                condition: if healthy { Condition::ServiceHealthy } else { Condition::ServiceStarted },
            })
            .boxed()
    }
}
