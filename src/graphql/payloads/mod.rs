//! Payloads of the mutations: the created or changed object, or the user errors.
//!
//! Made by `mutation.rs`. A payload must not contain both.

mod apply;
mod fork;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Result, SimpleObject};

pub(super) use self::{apply::ApplyStackPayload, fork::ForkStackPayload};
use crate::{
    access::change::ChangeAction,
    app::{self, Undone, Warned},
    db::{
        change_log::history::{ChangeFilter, Whose},
        entities::{ChangeModel, InstanceModel, StackModel, TemplateModel},
        queries::page::Slice,
    },
    error::{Error, Result as AppResult},
    graphql::{
        context::ContextExt,
        execution::{planned::Planned, to_error::to_graphql_error},
        loaders::{HistoryPageOf, InstanceKey, StackKey, TemplateKey},
        types::{history::change::Change, instance::Instance, stack::Stack, template::Template, user_error::UserError},
    },
    ids::{AnyId, GlobalId, InstanceId, StackId},
};

/// What was undone, as it is after the commit.
#[derive(Default)]
struct Undoing {
    change: Option<Change>,
    stack: Option<Stack>,
    instance: Option<Instance>,
    template: Option<Template>,
}

impl Undoing {
    /// Reads what was undone. The change is the last one of the object, if that does one of these actions.
    async fn read(ctx: &Context<'_>, actions: &[ChangeAction], of: AnyId) -> Result<Self> {
        let mut found = Self::default();
        let slice = Slice { limit: 1, backwards: false, after: None, before: None };
        let page = HistoryPageOf { whose: Whose::Subject(of.into()), filter: ChangeFilter::default(), slice };
        let loaders = ctx.loaders();
        let last = loaders.load(page).await.map_err(to_graphql_error)?.and_then(|page| page.rows.into_iter().next());
        let is_new = |row: &Arc<ChangeModel>| row.action.parse().is_ok_and(|action| actions.contains(&action));
        found.change = last.filter(is_new).map(Change);
        match of {
            AnyId::Stack(id) => found.stack = loaders.load(StackKey(id)).await.map_err(to_graphql_error)?.map(Stack),
            AnyId::Template(id) => {
                found.template = loaders.load(TemplateKey(id)).await.map_err(to_graphql_error)?.map(Template);
            }
            AnyId::Instance(id) => {
                let row = loaders.load(InstanceKey(id)).await.map_err(to_graphql_error)?;
                if let Some(row) = &row {
                    let stack = loaders.load(StackKey(row.stack_id)).await.map_err(to_graphql_error)?;
                    found.stack = stack.map(Stack);
                }
                found.instance = row.map(Instance);
            }
        }
        Ok(found)
    }
}

macro_rules! undoing_payloads {
    ($( $(#[$doc:meta])* $name:ident by $actions:expr; )+) => { $(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $name {
            /// The new change; null when there was nothing to do.
            change: Option<Change>,
            /// The stack, if something of it or of its instances was undone.
            stack: Option<Stack>,
            /// The instance, if something of it was undone.
            instance: Option<Instance>,
            /// The template, if something of it was undone.
            template: Option<Template>,
            /// What to know about it.
            warnings: Vec<Warning>,
            /// What has to be put right; empty when it was done.
            user_errors: Vec<UserError>,
        }

        impl $name {
            pub(super) async fn from_result(ctx: &Context<'_>, done: AppResult<Warned<Undone>>) -> Result<Self> {
                let WithWarnings { value, warnings, user_errors } = WithWarnings::from_result(done)?;
                let found = match value {
                    Some(Undone(of)) => Undoing::read(ctx, $actions, of).await?,
                    None => Undoing::default(),
                };
                let Undoing { change, stack, instance, template } = found;
                Ok(Self { change, stack, instance, template, warnings, user_errors })
            }
        }
    )+ };
}
undoing_payloads! {
    /// What `revertChange` did.
    RevertChangePayload by &[ChangeAction::Revert, ChangeAction::SoftDelete, ChangeAction::Restore];
    /// What `restoreVersion` did.
    RestoreVersionPayload by &[ChangeAction::RestoreVersion];
    /// What `redactChange` did.
    RedactChangePayload by &[ChangeAction::Redact];
}

/// Splits a result into its value and the user errors. Any other error is a top-level error.
pub(super) fn from_result<T>(done: AppResult<T>) -> Result<(Option<T>, Vec<UserError>)> {
    match done {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Error::Refused(problems)) => Ok((None, problems.into_iter().map(UserError::from).collect())),
        Err(error) => Err(to_graphql_error(error)),
    }
}

/// The parts of a payload with warnings.
struct WithWarnings<T> {
    value: Option<T>,
    warnings: Vec<Warning>,
    user_errors: Vec<UserError>,
}

impl<T> WithWarnings<T> {
    fn from_result(done: AppResult<Warned<T>>) -> Result<Self> {
        let (done, user_errors) = from_result(done)?;
        let (value, warnings) = done.map(|done| (done.value, done.warnings)).unzip();
        let warnings = warnings.unwrap_or_default().into_iter().map(Warning::from).collect();
        Ok(Self { value, warnings, user_errors })
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
    /// What `setSharedVars` did.
    SetSharedVarsPayload {
        /// The stack as it is now; null when there are errors.
        stack: Stack of StackModel
    }
    /// What `renewLease` did.
    RenewLeasePayload {
        /// The fork with its lease; null when there are errors.
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
            /// What to know before it is started.
            warnings: Vec<Warning>,
            /// What has to be put right; empty when it was done.
            user_errors: Vec<UserError>,
        }

        impl $name {
            pub(super) fn from_result(done: AppResult<Warned<$model>>) -> Result<Self> {
                let WithWarnings { value, warnings, user_errors } = WithWarnings::from_result(done)?;
                Ok(Self { $field: value.map($type::from).map(Planned), warnings, user_errors })
            }
        }
    )+ };
}

warned_payloads! {
    /// What `duplicateStack` did.
    DuplicateStackPayload {
        /// The new stack; null when there are errors.
        stack: Stack of StackModel
    }
    /// What `renameStack` did.
    RenameStackPayload {
        /// The stack under its new name; null when there are errors.
        stack: Stack of StackModel
    }
    /// What `duplicateInstance` did.
    DuplicateInstancePayload {
        /// The new instance; null when there are errors.
        instance: Instance of InstanceModel
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
                let WithWarnings { value: id, warnings, user_errors } = WithWarnings::from_result(done)?;
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
    /// Containers of the former name may still be running.
    StillRunning,
    /// What a template had is another thing now, so an instance overrides it to run as it did.
    TemplateChanged,
    /// Two instances use or join a network of the host, or networks that want the same addresses.
    NetworkShared,
    /// A fork does not have a domain of its source: with the suffix it is taken, or too long.
    DomainLeftOut,
    /// An instance stays although the files that were applied do not have it: it is disabled, as no service of a file is.
    NotInSource,
}

/// Something to know about what was done.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Warning {
    /// What it is about; stable.
    code: WarningCode,
    /// A sentence for people.
    message: String,
}

impl From<app::Warning> for Warning {
    fn from(warning: app::Warning) -> Self {
        Self { code: warning.code.into(), message: warning.message }
    }
}
