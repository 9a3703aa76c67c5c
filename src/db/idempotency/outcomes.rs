//! The stored forms of rows that changes give back: under an idempotency key they are shown again as they were.
//!
//! Used by the outcomes of the use cases. A form must never change under the same version, but for fields with a default:
//! rows of yesterday have to be read tomorrow. A new column does not compile until it is decided here what older rows say.

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

/// Forms that have the fields of a row, each written out on both sides.
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
    /// A stack as it was.
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
    /// An instance as it was.
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
    /// A template as it was.
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
    /// An API key as it was, without its hash.
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

/// Outcomes that are a row, which has to be there still.
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

/// Outcomes that are the key of something that is gone for good: nothing can be read with it.
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

/// A template that a change has deleted, as it was: it reads nothing, for there is nothing left.
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
