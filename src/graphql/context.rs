//! Typed access to the context data of a request: its `App`, its loaders and its idempotency key.
//!
//! Used by every resolver. It must not have state of its own.

use std::{borrow::Cow, hash::Hash};

use async_graphql::Context;

use super::{inputs::IdempotentInput, loaders::Loaders};
use crate::{
    app::{App, FeedItem},
    error::{Error, Result},
    idempotency::{IdempotentRequest, planned_request},
};

/// The idempotency key from the header of a request, which then has exactly one mutation.
#[derive(Clone, Debug)]
pub struct RequestKey(pub String);

/// Extension of the resolver context.
pub(super) trait ContextExt {
    /// The use cases.
    fn app(&self) -> &App;
    /// Converts the input of a mutation to its command, and returns the `App` to run it with: an idempotent one if the
    /// input or the request has an idempotency key.
    fn change<C: Hash>(&self, input: impl IdempotentInput + Into<C>) -> Result<(Cow<'_, App>, C)>;
    /// The loaders of this request.
    fn loaders(&self) -> &Loaders;
    /// The event that is executed.
    fn event(&self) -> &FeedItem;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn change<C: Hash>(&self, input: impl IdempotentInput + Into<C>) -> Result<(Cow<'_, App>, C)> {
        let app = match input.message() {
            Some(message) => Cow::Owned(self.app().with_message(message)?),
            None => Cow::Borrowed(self.app()),
        };
        let key_of_input = input.idempotency_key().map(str::to_owned);
        let (token, may_need_plan) = (input.plan_token().map(str::to_owned), input.may_need_plan());
        let command = input.into();
        let app = match (&token, may_need_plan && app.access().requires_plan) {
            (None, false) => app,
            _ => {
                let request = planned_request(app.access(), self.field().name(), &command);
                Cow::Owned(app.bound_to_plan(token.as_deref(), &request)?)
            }
        };
        let key_of_request = || self.data_opt::<RequestKey>().map(|key| key.0.clone());
        let Some(key) = key_of_input.or_else(key_of_request) else { return Ok((app, command)) };
        let once = IdempotentRequest::new(&key, app.access(), self.field().name(), &command).map_err(Error::refused)?;
        Ok((Cow::Owned(app.with_idempotency(once)), command))
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }

    fn event(&self) -> &FeedItem {
        self.data_unchecked()
    }
}

/// A count or revision as GraphQL's 32-bit integer.
pub(super) fn int(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
