//! Converts an application error to a top-level GraphQL error: a code and a message for the client, the cause for the
//! log.
//!
//! Used by every resolver that can fail. The cause of an internal error must not reach the client.

use std::borrow::Borrow;

use async_graphql::{Error as GraphqlError, ErrorExtensions};

use crate::{
    budget::Exceeded,
    error::{DATABASE_UNAVAILABLE, Error, INTERNAL_FAILURE},
};

/// Converts an error to a top-level error, and logs internal ones. User errors belong in a payload instead.
pub(in crate::graphql) fn to_graphql_error(error: impl Borrow<Error>) -> GraphqlError {
    let (code, message) = match error.borrow() {
        Error::BadRequest(bad) if bad.limit => ("LIMIT_EXCEEDED", bad.message.clone()),
        Error::BadRequest(bad) => ("BAD_REQUEST", bad.message.clone()),
        Error::Exceeded(exceeded @ Exceeded::Time) => ("TIMEOUT", exceeded.to_string()),
        Error::Exceeded(exceeded) => ("LIMIT_EXCEEDED", exceeded.to_string()),
        Error::Forbidden(reason) => ("FORBIDDEN", reason.clone()),
        Error::Unavailable(cause) | Error::Busy(cause) => {
            tracing::warn!(%cause, "the database is not available");
            ("UNAVAILABLE", DATABASE_UNAVAILABLE.to_owned())
        }
        cause => {
            tracing::error!(%cause, "a request failed inside");
            ("INTERNAL", INTERNAL_FAILURE.to_owned())
        }
    };
    GraphqlError::new(message).extend_with(|_, extensions| extensions.set("code", code))
}
