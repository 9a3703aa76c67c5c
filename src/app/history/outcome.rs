//! The output of the use cases that undo.
//!
//! Stored under idempotency keys. It must not contain a state, because that is read after the commit.

use serde::{Deserialize, Serialize};

use crate::{
    db::StoredOutcome,
    ids::{AnyId, InstanceId, StackId, TemplateId},
};

/// The object of which something was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone(pub AnyId);

/// The stored form of [`Undone`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum UndoneForm {
    /// A stack.
    Stack(StackId),
    /// A template.
    Template(TemplateId),
    /// An instance.
    Instance(InstanceId),
}

impl StoredOutcome for Undone {
    type Form = UndoneForm;
    fn to_form(&self) -> Option<UndoneForm> {
        Some(match self.0 {
            AnyId::Stack(id) => UndoneForm::Stack(id),
            AnyId::Template(id) => UndoneForm::Template(id),
            AnyId::Instance(id) => UndoneForm::Instance(id),
        })
    }
    fn from_form(form: UndoneForm) -> Option<Self> {
        Some(Self(match form {
            UndoneForm::Stack(id) => AnyId::Stack(id),
            UndoneForm::Template(id) => AnyId::Template(id),
            UndoneForm::Instance(id) => AnyId::Instance(id),
        }))
    }
    fn subject(&self) -> Option<AnyId> {
        Some(self.0)
    }
}
