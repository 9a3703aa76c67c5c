//! The use case `duplicateInstance`: copies an instance with its overrides within its stack.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    access::Permission,
    app::{
        App, InstanceRef, Warning, find,
        instances::naming,
        overrides::effective,
        warnings::{CopyOf, shared_by_copies},
    },
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
    fields::InstanceValues,
    ids::AnyId,
    kinds::{Port, Protocol},
    name::{MAX_CONTAINER_NAME, Name, container_name},
};

/// The input of [`App::duplicate_instance`].
#[derive(Clone, Debug, Hash)]
pub struct DuplicateInstance {
    /// The source.
    pub instance: InstanceRef,
    /// The name of the copy. Without one, `{name}-copy`, `{name}-copy-2` … are tried.
    pub name: Option<String>,
    /// The expected revision of the source.
    pub expected_revision: Option<i64>,
}

/// The result of [`App::duplicate_instance`].
#[derive(Clone, Debug)]
pub struct Duplicated {
    /// The copy.
    pub instance: InstanceModel,
    /// The host ports that the copy shares with its source.
    pub shared: Vec<SharedHostPort>,
    /// Warnings about everything else that they share.
    pub warnings: Vec<Warning>,
}

/// A host port that a copy shares with its source, so that both cannot run at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedHostPort {
    /// The address on the host.
    pub host_ip: String,
    /// The port on the host.
    pub host_port: i32,
    /// The transport protocol.
    pub protocol: Protocol,
    /// The name of the source.
    pub source: String,
}

/// The stored form of [`Duplicated`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DuplicatedForm {
    instance: InstanceForm,
    shared: Vec<SharedHostPort>,
    /// Earlier versions did not store warnings.
    #[serde(default)]
    warnings: Vec<Warning>,
}

impl StoredOutcome for Duplicated {
    type Form = DuplicatedForm;
    fn to_form(&self) -> Option<DuplicatedForm> {
        let (shared, warnings) = (self.shared.clone(), self.warnings.clone());
        Some(DuplicatedForm { instance: (&self.instance).into(), shared, warnings })
    }
    fn from_form(DuplicatedForm { instance, shared, warnings }: DuplicatedForm) -> Option<Self> {
        Some(Self { instance: instance.into(), shared, warnings })
    }
    /// The source belongs to the same stack, so the copy alone decides.
    fn subject(&self) -> Option<AnyId> {
        self.instance.subject()
    }
}

/// The maximum number of generated names to try, if other transactions take them first.
pub(in crate::app) const ATTEMPTS: usize = 20;

impl App {
    /// Copies an instance with the values that clients set and all its overrides; all or nothing.
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
        let message = "Every proposed name was taken by another request first; give the copy a name.";
        Err(Error::refused(Problem::new(Code::NameTaken, &["input", "name"], message)))
    }
}

impl Command for DuplicateInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = Duplicated;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Duplicated> {
        let mut problems = Problems::default();
        // Locked for the whole copy, so that the source does not change between two statements.
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
            values: InstanceValues::from(&source).copied(),
            override_count: source.override_count,
        };
        let instance = instances::insert(tx, new, now).await.map_err(naming::taken(&stack.name, &name))?;
        copies::copy(tx, Copied::Instance { from: source.id, to: instance.id }).await?;
        let sources = [source];
        let shared = shared_host_ports(tx, &sources).await?;
        let warnings = shared_by_copies(tx, &sources, CopyOf::Instance).await?;
        Ok(Duplicated { instance, shared, warnings })
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

/// The fixed host ports of the copied instances, in the order of the instances. Instances whose ports cannot be read
/// are skipped.
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
