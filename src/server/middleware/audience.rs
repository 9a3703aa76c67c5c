//! Audiences: who may use introspection, the pages, the schema file and the metrics.
//!
//! Set on the command line; checked by middleware and by the GraphQL handler. It must not decide what else a key may
//! do.

use std::{fmt, str::FromStr};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use crate::{
    access::{Access, Role},
    server::{graphql::refuse, middleware::auth::Authenticator, routes::status},
};

/// Who may use a part of the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Every client. Keys are not checked.
    #[default]
    Open,
    /// Every client that may send GraphQL requests: those with a valid key where keys are required, otherwise all.
    Keys,
    /// Clients whose key has at least this role. Where no key is required, every client has every role.
    Role(Role),
    /// No client.
    Off,
}

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

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Keys => "keys",
            Self::Role(role) => role.as_str(),
            Self::Off => "off",
        })
    }
}

impl FromStr for Audience {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "open" => Ok(Self::Open),
            "keys" => Ok(Self::Keys),
            "off" => Ok(Self::Off),
            role => role.parse().map(Self::Role).map_err(|_| "it is open, keys, reader, editor, admin or off"),
        }
    }
}

/// The audience of each part of the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audiences {
    /// `__schema` and `__type` in documents.
    pub introspection: Audience,
    /// `/` and `/assets/…`.
    pub pages: Audience,
    /// `/schema.graphql`.
    pub schema_route: Audience,
    /// `/metrics`.
    pub metrics: Audience,
}

/// Middleware that lets a request through if its caller is in the audience. A part that is switched off answers 404.
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
                .let_in(request, next, |access| {
                    Some(refuse(StatusCode::FORBIDDEN, "FORBIDDEN", &audience.lacks(access)?))
                })
                .await
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::audience::*;

    #[test]
    fn an_audience_survives_as_a_word() {
        let roles = Role::ALL.map(Audience::Role);
        for audience in [Audience::Open, Audience::Keys, Audience::Off].into_iter().chain(roles) {
            assert_eq!(audience.to_string().parse(), Ok(audience));
        }
        assert!("".parse::<Audience>().is_err() && "Admin".parse::<Audience>().is_err());
    }
}
