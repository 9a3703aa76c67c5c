//! The stored forms of entities that commands return, for replays under an idempotency key.
//!
//! Used by the outputs of the use cases. A form must not change under the same version, except for new fields with a
//! default, because older rows still have to be readable. A new column does not compile until it is added to its form
//! here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    db::{
        entities::{ApiKeyModel, InstanceModel, StackModel, TemplateModel},
        idempotency::keys::StoredOutcome,
    },
    ids::{AnyId, InstanceId, StackId, TemplateId},
    kinds::Argv,
};

/// Defines forms with the fields of an entity, and the conversions in both directions.
macro_rules! forms {
    ($( $(#[$doc:meta])* $form:ident of $model:ident { $( $(#[$how:meta])* $field:ident : $type:ty, )+ }
        $( => without { $( $unstored:ident = $empty:expr, )+ } )? )+) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        pub struct $form {
            $( $(#[$how])* $field: $type, )+
        }

        impl From<&$model> for $form {
            fn from(row: &$model) -> Self {
                let $model { $( $field, )+ $( $( $unstored: _, )+ )? } = row.clone();
                Self { $( $field, )+ }
            }
        }

        impl From<$form> for $model {
            fn from(form: $form) -> Self {
                let $form { $( $field, )+ } = form;
                Self { $( $field, )+ $( $( $unstored: $empty, )+ )? }
            }
        }
    )+ };
}

forms! {
    /// The stored form of a stack.
    StackForm of StackModel {
        id: StackId,
        name: String,
        description: String,
        network_name: Option<String>,
        enabled: bool,
        revision: i64,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        deleted_at: Option<DateTime<Utc>>,
    }
    /// The stored form of an instance.
    InstanceForm of InstanceModel {
        id: InstanceId,
        stack_id: StackId,
        instance_id: String,
        template_service_id: TemplateId,
        container_name: String,
        description: String,
        enabled: bool,
        revision: i64,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        deleted_at: Option<DateTime<Utc>>,
        deleted_with_stack: bool,
        override_count: i32,
    }
    /// The stored form of a template.
    TemplateForm of TemplateModel {
        id: TemplateId,
        name: String,
        description: String,
        category: String,
        image_name: String,
        image_tag: String,
        command: Option<Argv>,
        entrypoint: Option<Argv>,
        user: Option<String>,
        working_dir: Option<String>,
        restart_policy: String,
        enabled: bool,
        revision: i64,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    }
    /// The stored form of an API key, without its hash.
    ApiKeyForm of ApiKeyModel {
        id: i64,
        name: String,
        role: String,
        hint: String,
        limited: bool,
        created_at: DateTime<Utc>,
        expires_at: Option<DateTime<Utc>>,
        revoked_at: Option<DateTime<Utc>>,
    } => without {
        lookup = String::new(),
        verifier = String::new(),
    }
}

/// Implements [`StoredOutcome`] for entities, which must still exist on replay.
macro_rules! rows {
    ($( $model:ident => $form:ident, $subject:ident; )+) => { $(
        impl StoredOutcome for $model {
            type Form = $form;
            fn to_form(&self) -> Option<$form> {
                Some(self.into())
            }
            fn from_form(form: $form) -> Option<Self> {
                Some(form.into())
            }
            fn subject(&self) -> Option<AnyId> {
                Some(AnyId::$subject(self.id))
            }
        }
    )+ };
}

rows! {
    StackModel => StackForm, Stack;
    InstanceModel => InstanceForm, Instance;
    TemplateModel => TemplateForm, Template;
}

/// Implements [`StoredOutcome`] for the ids of purged objects. They have no subject, because there is nothing left to
/// read.
macro_rules! purged {
    ($( $id:ident ),+) => { $(
        impl StoredOutcome for $id {
            type Form = $id;
            fn to_form(&self) -> Option<$id> {
                Some(*self)
            }
            fn from_form(form: $id) -> Option<Self> {
                Some(form)
            }
            fn subject(&self) -> Option<AnyId> {
                None
            }
        }
    )+ };
}

purged!(StackId, InstanceId);

/// A template as it was before a command deleted it. It has no subject, because there is nothing left to read.
#[derive(Clone, Debug)]
pub struct DeletedTemplate(pub TemplateModel);

impl StoredOutcome for DeletedTemplate {
    type Form = TemplateForm;
    fn to_form(&self) -> Option<TemplateForm> {
        Some((&self.0).into())
    }
    fn from_form(form: TemplateForm) -> Option<Self> {
        Some(Self(form.into()))
    }
    fn subject(&self) -> Option<AnyId> {
        None
    }
}
