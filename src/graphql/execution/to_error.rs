//! From a failure to a top-level error: a code and a sentence for the client, the cause for the log.
//!
//! Used by every resolver that can fail. Nothing of the cause may reach the client.

use std::borrow::Borrow;

use async_graphql::{Error as GraphqlError, ErrorExtensions};

use crate::{
    budget::Exceeded,
    error::{DATABASE_UNAVAILABLE, Error, INTERNAL_FAILURE},
};

/// The top-level error of a failure. What a person can put right never comes here: it belongs into a payload.
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
