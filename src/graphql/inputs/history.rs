//! Inputs of the mutations that undo.
//!
//! Used by the mutations. They must not check a rule.

use async_graphql::{ID, InputObject};

use super::StackRef;
use crate::{
    access::change::Take,
    app::{PointRef, RedactChange, Resolution, RestoreVersion, Restored, RevertChange},
    error::{Code, Error, Problem, Result},
    graphql::types::history::point::PointInput,
    ids::{ChangeId, GlobalId},
    kinds::OverrideKind,
    reference::InstanceRef,
};

/// The decision of a conflict: whether something that has changed since keeps its value.
#[derive(InputObject)]
pub(in crate::graphql) struct ResolutionInput {
    /// The kind of the entry; null for a field.
    kind: Option<OverrideKind>,
    /// The key of the entry, `*` for a replaced collection, or the name of the field, as the conflict has it.
    key: String,
    /// The value to take.
    take: Take,
}

/// Which change is undone, and how.
#[derive(InputObject)]
pub(in crate::graphql) struct RevertChangeInput {
    /// The id of the change.
    change: ID,
    /// Decisions for what has changed since. Without one, it is a conflict, and nothing is undone.
    #[graphql(default)]
    resolutions: Vec<ResolutionInput>,
    /// Write only when this is still the revision of the subject.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<RevertChangeInput> for RevertChange {
    fn from(input: RevertChangeInput) -> Self {
        let decision = |given: ResolutionInput| Resolution { kind: given.kind, key: given.key, take: given.take };
        Self {
            change: ChangeId::decode(&input.change),
            resolutions: input.resolutions.into_iter().map(decision).collect(),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// What is brought back to what it was, and to when.
#[derive(InputObject)]
pub(in crate::graphql) struct RestoreVersionInput {
    /// The instance that is brought back. Give this or `stack`.
    instance: Option<InstanceRef>,
    /// The stack that is brought back with its instances. Give this or `instance`.
    stack: Option<StackRef>,
    /// The point.
    at: PointInput,
    /// Write only when this is still the revision of the stack or of the instance.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

/// The point and the object of a restoration, as far as they can be read.
#[derive(Hash)]
pub(in crate::graphql) struct GivenRestore(Option<Restored>, Option<PointRef>, Option<i64>);

impl From<RestoreVersionInput> for GivenRestore {
    fn from(input: RestoreVersionInput) -> Self {
        let of = match (input.instance, input.stack) {
            (Some(instance), None) => Some(Restored::Instance(instance)),
            (None, Some(stack)) => Some(Restored::Stack(stack.into())),
            _ => None,
        };
        Self(of, input.at.point().ok(), input.expected_revision.map(i64::from))
    }
}

impl GivenRestore {
    /// The command; refused if it does not say what is restored, or to when.
    pub(in crate::graphql) fn command(self) -> Result<RestoreVersion> {
        let refused =
            |field, message: &str| Error::refused(Problem::new(Code::InvalidValue, &["input", field], message));
        let Self(of, at, expected_revision) = self;
        let of = of.ok_or_else(|| refused("instance", "Give an instance or a stack, and not both."))?;
        let at = at.ok_or_else(|| refused("at", "This is not a cursor of changes."))?;
        Ok(RestoreVersion { of, at, expected_revision })
    }
}

/// Which change loses its values, and why.
#[derive(InputObject)]
pub(in crate::graphql) struct RedactChangeInput {
    /// The id of the change.
    change: ID,
    /// Why its values are removed; it becomes the message of the redaction. At most 500 characters.
    reason: String,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    /// Taken as by every mutation; the reason takes its place.
    message: Option<String>,
}

impl From<RedactChangeInput> for RedactChange {
    fn from(input: RedactChangeInput) -> Self {
        Self { change: ChangeId::decode(&input.change), reason: input.reason }
    }
}

super::keyed!(RedactChangeInput);
super::planned!(must RevertChangeInput, RestoreVersionInput);
