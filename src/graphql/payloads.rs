//! Payloads of the mutations: the created or changed object, or the user errors.
//!
//! Made by `mutation.rs`. A payload must not contain both.

use async_graphql::{Enum, ID, Result, SimpleObject};

use crate::{
    app::{self, Duplicated, DuplicatedStack, SharedHostPort, Warned},
    db::entities::{InstanceModel, StackModel, TemplateModel},
    error::{Error, Result as AppResult},
    graphql::{
        execution::{planned::Planned, to_error::to_graphql_error},
        types::{instance::Instance, stack::Stack, template::Template, user_error::UserError},
    },
    ids::{GlobalId, InstanceId, StackId},
};

/// Splits a result into its value and the user errors. Any other error is a top-level error.
pub(super) fn from_result<T>(done: AppResult<T>) -> Result<(Option<T>, Vec<UserError>)> {
    match done {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Error::Refused(problems)) => Ok((None, problems.into_iter().map(UserError::from).collect())),
        Err(error) => Err(to_graphql_error(error)),
    }
}

macro_rules! payloads {
    ($( $(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident : $type:ident of $model:ty } )+) => { $(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $name {
            $(#[$field_doc])*
            $field: Option<Planned<$type>>,
            /// What has to be put right; empty when it was done.
            user_errors: Vec<UserError>,
        }

        impl $name {
            pub(super) fn from_result(done: AppResult<$model>) -> Result<Self> {
                let (value, user_errors) = from_result(done)?;
                Ok(Self { $field: value.map($type::from).map(Planned), user_errors })
            }
        }
    )+ };
}

payloads! {
    /// What `createStack` did.
    CreateStackPayload {
        /// The new stack; null when there are errors.
        stack: Stack of StackModel
    }
    /// What `updateStack` did.
    UpdateStackPayload {
        /// The stack as it is now; null when there are errors.
        stack: Stack of StackModel
    }
    /// What `softDeleteStack` did.
    SoftDeleteStackPayload {
        /// The stack, now in the trash; keep its id to restore it. Null when there are errors.
        stack: Stack of StackModel
    }
    /// What `restoreStack` did.
    RestoreStackPayload {
        /// The stack, live again; null when there are errors.
        stack: Stack of StackModel
    }
    /// What `createTemplate` did.
    CreateTemplatePayload {
        /// The new template; null when there are errors.
        template: Template of TemplateModel
    }
    /// What `deleteTemplate` did.
    DeleteTemplatePayload {
        /// The template as it was, without its entries: they are gone with it, so its collections are empty here. Null
        /// when there are errors.
        template: Template of TemplateModel
    }
    /// What `createInstance` did.
    CreateInstancePayload {
        /// The new instance; null when there are errors.
        instance: Instance of InstanceModel
    }
    /// What `updateInstance` did.
    UpdateInstancePayload {
        /// The instance as it is now; null when there are errors.
        instance: Instance of InstanceModel
    }
    /// What `renameInstance` did.
    RenameInstancePayload {
        /// The instance under its new name; null when there are errors.
        instance: Instance of InstanceModel
    }
    /// What `softDeleteInstance` did.
    SoftDeleteInstancePayload {
        /// The instance, now in the trash; keep its id to restore it. Null when there are errors.
        instance: Instance of InstanceModel
    }
    /// What `restoreInstance` did.
    RestoreInstancePayload {
        /// The instance, live again; null when there are errors.
        instance: Instance of InstanceModel
    }
    /// What `setInstanceOverrides` did.
    SetInstanceOverridesPayload {
        /// The instance with its overrides as they are now; null when there are errors.
        instance: Instance of InstanceModel
    }
    /// What `patchInstanceOverrides` did.
    PatchInstanceOverridesPayload {
        /// The instance with its overrides as they are now; null when there are errors.
        instance: Instance of InstanceModel
    }
}

macro_rules! warned_payloads {
    ($( $(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident : $type:ident of $model:ty } )+) => { $(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $name {
            $(#[$field_doc])*
            $field: Option<Planned<$type>>,
            /// What to know before it is started again.
            warnings: Vec<Warning>,
            /// What has to be put right; empty when it was done.
            user_errors: Vec<UserError>,
        }

        impl $name {
            pub(super) fn from_result(done: AppResult<Warned<$model>>) -> Result<Self> {
                let (done, user_errors) = from_result(done)?;
                let (value, warnings) = done.map(|done| (done.value, done.warnings)).unzip();
                let warnings = warnings.unwrap_or_default().into_iter().map(Warning::from).collect();
                Ok(Self { $field: value.map($type::from).map(Planned), warnings, user_errors })
            }
        }
    )+ };
}

warned_payloads! {
    /// What `renameStack` did.
    RenameStackPayload {
        /// The stack under its new name; null when there are errors.
        stack: Stack of StackModel
    }
    /// What `updateTemplate` did.
    UpdateTemplatePayload {
        /// The template as it is now; null when there are errors.
        template: Template of TemplateModel
    }
}

macro_rules! purge_payloads {
    ($( $(#[$doc:meta])* $name:ident of $id:ty )+) => { $(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $name {
            /// The global id that nothing has any more; null when there are errors.
            purged_id: Option<ID>,
            /// What is left of it outside the database.
            warnings: Vec<Warning>,
            /// What has to be put right; empty when it was done.
            user_errors: Vec<UserError>,
        }

        impl $name {
            pub(super) fn from_result(done: AppResult<Warned<$id>>) -> Result<Self> {
                let (done, user_errors) = from_result(done)?;
                let (id, warnings) = done.map(|done| (done.value, done.warnings)).unzip();
                let warnings = warnings.unwrap_or_default().into_iter().map(Warning::from).collect();
                Ok(Self { purged_id: id.map(|id| id.encode().into()), warnings, user_errors })
            }
        }
    )+ };
}

purge_payloads! {
    /// What `purgeStack` did.
    PurgeStackPayload of StackId
    /// What `purgeInstance` did.
    PurgeInstancePayload of InstanceId
}

/// What `duplicateInstance` did.
#[derive(SimpleObject)]
pub(super) struct DuplicateInstancePayload {
    /// The new instance; null when there are errors.
    instance: Option<Planned<Instance>>,
    /// What to know before the copy is started.
    warnings: Vec<Warning>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl DuplicateInstancePayload {
    pub(super) fn from_result(done: AppResult<Duplicated>) -> Result<Self> {
        let (value, user_errors) = from_result(done)?;
        let Some(Duplicated { instance, shared, warnings }) = value else {
            return Ok(Self { instance: None, warnings: Vec::new(), user_errors });
        };
        let warnings = shared.into_iter().map(Warning::from).chain(warnings.into_iter().map(Warning::from)).collect();
        Ok(Self { instance: Some(Planned(Instance::from(instance))), warnings, user_errors })
    }
}

/// What `duplicateStack` did.
#[derive(SimpleObject)]
pub(super) struct DuplicateStackPayload {
    /// The new stack; null when there are errors.
    stack: Option<Planned<Stack>>,
    /// What to know before the copy is started.
    warnings: Vec<Warning>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl DuplicateStackPayload {
    pub(super) fn from_result(done: AppResult<DuplicatedStack>) -> Result<Self> {
        let (value, user_errors) = from_result(done)?;
        let Some(DuplicatedStack { stack, source, shared, warnings }) = value else {
            return Ok(Self { stack: None, warnings: Vec::new(), user_errors });
        };
        let ports = shared.iter().map(|shared| Warning::between_stacks(shared, &stack.name, &source));
        let warnings = ports.chain(warnings.into_iter().map(Warning::from)).collect();
        Ok(Self { stack: Some(Planned(Stack::from(stack))), warnings, user_errors })
    }
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "app::WarningCode")]
pub(in crate::graphql) enum WarningCode {
    /// Two instances want the same port of the host: only one of them can run at a time.
    HostPortShared,
    /// Two instances write to the same folder of the host, or to the same external volume.
    VolumeShared,
    /// Two instances have the same domain, under which a gateway finds only one of them.
    DomainShared,
    /// Volumes with data are left on the hosts where the instance ran, and nothing uses them any more.
    VolumeLeftBehind,
    /// What was started under the former name keeps running.
    StillRunning,
}

/// Something that was done but deserves a look.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Warning {
    /// What it is about; stable.
    code: WarningCode,
    /// A sentence for people.
    message: String,
}

impl Warning {
    fn shared(SharedHostPort { host_ip, host_port, protocol, .. }: &SharedHostPort, both: &str) -> Self {
        let host = if host_ip.contains(':') { format!("[{host_ip}]") } else { host_ip.clone() };
        let message = format!(
            "Both {both} publish {host}:{host_port}/{protocol}; give one of them another host port before both run."
        );
        Self { code: WarningCode::HostPortShared, message }
    }

    fn between_stacks(shared: &SharedHostPort, copy: &str, source: &str) -> Self {
        let name = &shared.source;
        Self::shared(shared, &format!("`{name}` of the stack `{copy}` and `{name}` of the stack `{source}`"))
    }
}

impl From<app::Warning> for Warning {
    fn from(warning: app::Warning) -> Self {
        Self { code: warning.code.into(), message: warning.message }
    }
}

impl From<SharedHostPort> for Warning {
    fn from(shared: SharedHostPort) -> Self {
        Self::shared(&shared, &format!("the copy and `{}`", shared.source))
    }
}
