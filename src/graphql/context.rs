//! Typed access to what a request carries.
//!
//! Used by every resolver. It must never hold state of its own.

use std::{borrow::Cow, hash::Hash};

use async_graphql::Context;

use super::{inputs::Keyed, loaders::Loaders};
use crate::{
    app::App,
    error::{Error, Result},
    idempotency::IdempotentRequest,
};

/// The idempotency key of a whole request, which has one change only.
#[derive(Clone, Debug)]
pub struct RequestKey(pub String);

/// What resolvers find in their context.
pub(super) trait ContextExt {
    /// The use cases.
    fn app(&self) -> &App;
    /// The use cases for the change of this field, and the command that its input stands for: once only, if the input or
    /// the request has an idempotency key.
    fn change<C: Hash>(&self, input: impl Keyed + Into<C>) -> Result<(Cow<'_, App>, C)>;
    /// The loaders of this request.
    fn loaders(&self) -> &Loaders;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn change<C: Hash>(&self, input: impl Keyed + Into<C>) -> Result<(Cow<'_, App>, C)> {
        let app = self.app();
        let own = input.idempotency_key().map(str::to_owned);
        let command = input.into();
        let of_request = || self.data_opt::<RequestKey>().map(|key| key.0.clone());
        let Some(key) = own.or_else(of_request) else { return Ok((Cow::Borrowed(app), command)) };
        let once = IdempotentRequest::new(&key, app.access(), self.field().name(), &command).map_err(Error::refused)?;
        Ok((Cow::Owned(app.once(once)), command))
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }
}

/// A count or revision as GraphQL's 32-bit integer.
pub(super) fn int(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
