//! Copying an instance with every override, inside its stack.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    access::Permission,
    app::{App, InstanceRef, find, instances::naming, overrides::effective},
    db::{
        Command, StoredOutcome, Tx,
        entities::InstanceModel,
        idempotency::outcomes::InstanceForm,
        queries::{
            copies::{self, Copied},
            instances::{self, NewInstance},
        },
    },
    error::{Code, Error, Problem, Problems, Result},
    ids::AnyId,
    kinds::{Port, Protocol},
    name::{MAX_CONTAINER_NAME, Name, container_name},
};

/// What is copied, and as what.
#[derive(Clone, Debug, Hash)]
pub struct DuplicateInstance {
    /// The source.
    pub instance: InstanceRef,
    /// The copy's name; without one `{name}-copy`, `{name}-copy-2` … is chosen.
    pub name: Option<String>,
    /// The source's revision that the decision was made from.
    pub expected_revision: Option<i64>,
}

/// The copy.
#[derive(Clone, Debug)]
pub struct Duplicated {
    /// The new instance.
    pub instance: InstanceModel,
    /// Host ports that it now shares with its source.
    pub shared: Vec<SharedHostPort>,
}

/// A host port that the copy and its source both want: they cannot run at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedHostPort {
    /// Address of the host.
    pub host_ip: String,
    /// Port of the host.
    pub host_port: i32,
    /// Transport protocol.
    pub protocol: Protocol,
    /// The source's name.
    pub source: String,
}

/// A copy as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DuplicatedForm {
    instance: InstanceForm,
    shared: Vec<SharedHostPort>,
}

impl StoredOutcome for Duplicated {
    type Form = DuplicatedForm;
    fn to_form(&self) -> Option<DuplicatedForm> {
        Some(DuplicatedForm { instance: (&self.instance).into(), shared: self.shared.clone() })
    }
    fn from_form(DuplicatedForm { instance, shared }: DuplicatedForm) -> Option<Self> {
        Some(Self { instance: instance.into(), shared })
    }
    /// The source is of the same stack.
    fn subject(&self) -> Option<AnyId> {
        self.instance.subject()
    }
}

/// How often another name is chosen when somebody else was quicker.
pub(in crate::app) const ATTEMPTS: usize = 20;

impl App {
    /// Copies description, enabled and every override, all or nothing.
    pub async fn duplicate_instance(&self, input: DuplicateInstance) -> Result<Duplicated> {
        if input.name.is_some() {
            return self.write_name(&input).await;
        }
        for _ in 0..ATTEMPTS {
            match self.write(&input).await {
                Err(Error::InstanceTaken { .. }) => {}
                done => return done,
            }
        }
        let message = "Every proposed name was taken by somebody else first; give the copy a name.";
        Err(Error::refused(Problem::new(Code::NameTaken, &["input", "name"], message)))
    }
}

impl Command for DuplicateInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = Duplicated;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Duplicated> {
        let mut problems = Problems::default();
        // Held for the whole copy: no writer can change one half of the source between two statements.
        let found = problems.keep(find::instance(tx, &self.instance).await?);
        let given = match &self.name {
            Some(raw) => naming::instance_names(tx, found.as_ref().map(|(stack, _)| stack), raw, &mut problems).await?,
            None => None,
        };
        problems.finish()?;
        let Some((stack, source)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(source.id), source.revision, self.expected_revision)?;
        let (name, container_name) = match given {
            Some(names) => names,
            None => free_copy(tx, &stack.name, &source.instance_id).await?,
        };
        let new = NewInstance {
            stack: stack.id,
            template: source.template_service_id,
            name: name.clone(),
            container_name,
            description: source.description.clone(),
            enabled: source.enabled,
            override_count: source.override_count,
        };
        let instance = instances::insert(tx, new, now).await.map_err(naming::taken(&stack.name, &name))?;
        copies::copy(tx, Copied::Instance { from: source.id, to: instance.id }).await?;
        let shared = shared_host_ports(tx, &[source]).await?;
        Ok(Duplicated { instance, shared })
    }
}

async fn free_copy(tx: &Tx, stack: &str, source: &str) -> Result<(Name, String)> {
    let free = naming::free_name(tx, stack, source, "copy").await?;
    let free = free.map(|name| (name.clone(), container_name(stack, name.as_str())));
    free.ok_or_else(|| {
        let message = format!(
            "The stack's name leaves no room for the name of a copy: the container name has at most \
             {MAX_CONTAINER_NAME} characters."
        );
        Error::refused(Problem::new(Code::ContainerNameTooLong, &["input", "name"], message))
    })
}

/// The fixed host ports of instances that are copied, in the order of the instances; of those whose ports cannot be
/// read there are none.
pub(in crate::app) async fn shared_host_ports(tx: &Tx, sources: &[InstanceModel]) -> Result<Vec<SharedHostPort>> {
    let mut shared = Vec::new();
    for (source, ports) in sources.iter().zip(effective::load::<Port>(tx, sources).await?) {
        let ports = match ports {
            Ok(ports) => ports,
            Err(row) => {
                tracing::error!(%row, "shared host ports are not known");
                continue;
            }
        };
        shared.extend(ports.merge().values().into_iter().filter_map(|port| {
            Some(SharedHostPort {
                host_port: port.host_port.fixed()?,
                host_ip: port.host_ip.clone(),
                protocol: port.protocol,
                source: source.instance_id.clone(),
            })
        }));
    }
    Ok(shared)
}
