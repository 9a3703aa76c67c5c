//! Typed access to what a request carries.
//!
//! Used by every resolver. It must never hold state of its own.

use async_graphql::Context;

use super::loaders::Loaders;
use crate::app::App;

/// What resolvers find in their context.
pub(super) trait ContextExt {
    /// The use cases.
    fn app(&self) -> &App;
    /// The loaders of this request.
    fn loaders(&self) -> &Loaders;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }
}

/// A count or revision as GraphQL's 32-bit integer.
pub(super) fn int(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
