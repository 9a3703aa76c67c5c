//! Audiences: who may use introspection, the pages, the schema file and the metrics.
//!
//! Set on the command line; checked by middleware and by the GraphQL handler. It must not decide what else a key may
//! do.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use crate::{
    access::Access,
    config::Audience,
    server::{graphql::refuse, middleware::auth::Authenticator, routes::status},
};

impl Audience {
    /// Why an authenticated caller is not in this audience; `None` when it is.
    pub(in crate::server) fn lacks(self, access: &Access) -> Option<String> {
        match self {
            Self::Role(role) if access.role < role => {
                Some(format!("This takes the role {role}; the key has the role {}.", access.role))
            }
            Self::Off => Some("This is switched off.".to_owned()),
            Self::Open | Self::Keys | Self::Role(_) => None,
        }
    }
}

/// Middleware that admits the callers in the audience of a route. A route that is switched off answers 404.
pub(in crate::server) async fn admit(
    State((authenticator, audience)): State<(Authenticator, Audience)>,
    request: Request,
    next: Next,
) -> Response {
    match audience {
        Audience::Open => next.run(request).await,
        Audience::Off => status::nothing_here().await,
        Audience::Keys | Audience::Role(_) => {
            authenticator
                .authenticate_then(request, next, |access| {
                    Some(refuse(StatusCode::FORBIDDEN, "FORBIDDEN", &audience.lacks(access)?))
                })
                .await
        }
    }
}
