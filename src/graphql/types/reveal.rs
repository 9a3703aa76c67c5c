//! The input and the payload of `revealSecret`.
//!
//! Used by `mutation.rs`. The payload must not be cached or stored.

use async_graphql::{InputObject, Result, SimpleObject};
use zeroize::Zeroizing;

use crate::{
    app::RevealSecret,
    error::Result as AppResult,
    graphql::{inputs::TemplateRef, payloads::from_result, types::user_error::UserError},
    reference::InstanceRef,
};

/// Which secret is shown: that of exactly one of an instance and a template.
#[derive(InputObject)]
pub(in crate::graphql) struct RevealSecretInput {
    /// The instance: what would run in it, so its own value or else the template's.
    instance: Option<InstanceRef>,
    /// The template. It takes all stacks within reach, because they share it.
    template: Option<TemplateRef>,
    /// Name of the variable.
    key: String,
    /// Taken as by every mutation. This one changes nothing, so it is done each time.
    idempotency_key: Option<String>,
    /// Taken as by every mutation. This one changes nothing, so the message is checked and not stored.
    message: Option<String>,
}

crate::graphql::inputs::keyed!(RevealSecretInput);

impl From<RevealSecretInput> for RevealSecret {
    fn from(input: RevealSecretInput) -> Self {
        Self { instance: input.instance, template: input.template.map(Into::into), key: input.key }
    }
}

/// What `revealSecret` shows.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RevealSecretPayload {
    /// The value; null when the variable has none (the shell that starts the stack has it), and when there are errors.
    value: Option<String>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl RevealSecretPayload {
    pub(in crate::graphql) fn from_result(done: AppResult<Option<Zeroizing<String>>>) -> Result<Self> {
        let (value, user_errors) = from_result(done)?;
        Ok(Self { value: value.flatten().map(|text| text.to_string()), user_errors })
    }
}
