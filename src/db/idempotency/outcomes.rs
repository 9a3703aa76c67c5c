//! The stored forms of entities that commands return, for replays under an idempotency key.
//!
//! Used by the outputs of the use cases. A form must not change under the same version, except for new fields with a
//! default, because older rows still have to be readable. The forms of stacks, instances and templates have the columns
//! of the registry of fields; a field that clients set has its initial value in an older row.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    db::{
        entities::{ApiKeyModel, InstanceModel, StackModel, TemplateModel},
        idempotency::keys::StoredOutcome,
    },
    fields::{InstanceValues, StackValues, TemplateValues, instance_fields, stack_fields, template_fields},
    ids::{AnyId, InstanceId, StackId},
};

/// The type of a column in a stored form: optional if there is an initial value, which older rows then take.
macro_rules! form {
    ($type:ty;) => { $type };
    ($type:ty; create Required) => { $type };
    ($type:ty; $($initial:tt)+) => { Option<$type> };
}
/// The column of an entity from a stored form.
macro_rules! restored {
    ($stored:expr, $initial:expr;) => {
        $stored
    };
    ($stored:expr, $initial:expr; create Required) => {
        $stored
    };
    ($stored:expr, $initial:expr; older $older:literal) => {
        $stored.unwrap_or_else(|| $older.into())
    };
    ($stored:expr, $initial:expr; $($given:tt)+) => {
        $stored.unwrap_or($initial)
    };
}

/// Defines the stored form of an entity with all its columns, and the conversions in both directions.
macro_rules! stored_form {
    (($(#[$doc:meta])* $form:ident of $model:ident, $values:ident) $( $column:ident : $type:ty [$($initial:tt)*], )+) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        pub struct $form {
            $( $column: form!($type; $($initial)*), )+
        }

        impl From<&$model> for $form {
            fn from(row: &$model) -> Self {
                let $model { $( $column, )+ } = row.clone();
                Self { $( $column: $column.into(), )+ }
            }
        }

        impl From<$form> for $model {
            fn from(form: $form) -> Self {
                let initial = $values::default();
                Self { $( $column: restored!(form.$column, initial.$column; $($initial)*), )+ }
            }
        }
    };
}
stack_fields!(columns, stored_form,
    /// The stored form of a stack.
    StackForm of StackModel, StackValues
);
instance_fields!(columns, stored_form,
    /// The stored form of an instance.
    InstanceForm of InstanceModel, InstanceValues
);
template_fields!(columns, stored_form,
    /// The stored form of a template.
    TemplateForm of TemplateModel, TemplateValues
);

/// The stored form of an API key, without its hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApiKeyForm {
    id: i64,
    name: String,
    role: String,
    hint: String,
    limited: bool,
    #[serde(default)]
    requires_plan: bool,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<&ApiKeyModel> for ApiKeyForm {
    fn from(row: &ApiKeyModel) -> Self {
        let row = row.clone();
        let ApiKeyModel {
            id,
            name,
            role,
            hint,
            limited,
            requires_plan,
            created_at,
            expires_at,
            revoked_at,
            lookup: _,
            verifier: _,
        } = row;
        Self { id, name, role, hint, limited, requires_plan, created_at, expires_at, revoked_at }
    }
}

impl From<ApiKeyForm> for ApiKeyModel {
    fn from(form: ApiKeyForm) -> Self {
        let ApiKeyForm { id, name, role, hint, limited, requires_plan, created_at, expires_at, revoked_at } = form;
        let (lookup, verifier) = (String::new(), String::new());
        Self { id, name, role, hint, lookup, verifier, limited, requires_plan, created_at, expires_at, revoked_at }
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
