//! For whom a part of the service is there: introspection, the pages, the schema's file, the figures.
//!
//! Set on the command line, asked by layers around routes and by the GraphQL handler. It must never decide what a key may
//! do beyond that.

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
    /// Why a caller whom the service has let in is not one of them, if so.
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

/// Lets a request through to a part that is there for who asks. What is switched off looks as if it had never been.
pub(in crate::server) async fn admit(
    State((keeper, audience)): State<(Authenticator, Audience)>,
    request: Request,
    next: Next,
) -> Response {
    match audience {
        Audience::Open => next.run(request).await,
        Audience::Off => status::nothing_here().await,
        Audience::Keys | Audience::Role(_) => {
            keeper
                .let_in(request, next, |access| {
                    Some(refuse(StatusCode::FORBIDDEN, "FORBIDDEN", &audience.lacks(access)?))
                })
                .await
        }
    }
}
