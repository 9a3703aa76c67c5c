//! For whom a part of the service is there: introspection, the pages, the schema's file, the figures.
//!
//! Set on the command line, asked by layers around routes and by the GraphQL handler. It must never decide what a key may
//! do beyond that.

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

/// For whom something is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// For everybody; keys are not looked at.
    #[default]
    Open,
    /// For whoever may send GraphQL requests: with any key where keys are required, otherwise for everybody.
    Keys,
    /// The same with at least this role. Where no key is required, everybody has all of them.
    Role(Role),
    /// For nobody.
    Off,
}

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

/// For whom each part is there.
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
