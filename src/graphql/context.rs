//! Typed access to what a request carries.
//!
//! Used by every resolver. It must never hold state of its own.

use std::borrow::Cow;

use async_graphql::Context;

use super::{inputs::Keyed, loaders::Loaders};
use crate::{
    app::App,
    error::{Error, Result},
    once::Once,
};

/// The idempotency key of a whole request, which has one change only.
#[derive(Clone, Debug)]
pub struct RequestKey(pub String);

/// What resolvers find in their context.
pub(super) trait ContextExt {
    /// The use cases.
    fn app(&self) -> &App;
    /// The use cases for the change of this field: once only, if its input or the request has an idempotency key.
    fn change(&self, input: &impl Keyed) -> Result<Cow<'_, App>>;
    /// The loaders of this request.
    fn loaders(&self) -> &Loaders;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn change(&self, input: &impl Keyed) -> Result<Cow<'_, App>> {
        let app = self.app();
        let of_request = || self.data_opt::<RequestKey>().map(|key| key.0.as_str());
        let Some(key) = input.idempotency_key().or_else(of_request) else { return Ok(Cow::Borrowed(app)) };
        // As it was sent: what the input type has made of it cannot be told apart any more.
        let unread = |cause: &str| Error::Internal(format!("the input of a change cannot be read again: {cause}"));
        let arguments = self.field().arguments().map_err(|cause| unread(&cause.message))?;
        let input = arguments.into_iter().find(|(name, _)| name == "input").map(|(_, value)| value.into_json());
        let input = input.transpose().map_err(|cause| unread(&cause.to_string()))?.unwrap_or_default();
        let once = Once::new(key, app.access(), self.field().name(), input).map_err(Error::refused)?;
        Ok(Cow::Owned(app.once(once)))
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }
}

/// A count or revision as GraphQL's 32-bit integer.
pub(super) fn int(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
