//! Audiences: which callers may use introspection, the pages, the schema file and the metrics.
//!
//! A setting, which the server enforces. It must not decide what else a key may do.

use std::{fmt, str::FromStr};

use crate::access::Role;

/// The callers that may use a part of the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// All clients; keys are ignored.
    #[default]
    Open,
    /// Callers that may send GraphQL requests: those with any key if keys are required, otherwise all clients.
    Keys,
    /// The same with at least this role. If no key is required, every client has all roles.
    Role(Role),
    /// No caller.
    Off,
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

/// The audience of each part.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_survives_as_a_word() {
        let roles = Role::ALL.map(Audience::Role);
        for audience in [Audience::Open, Audience::Keys, Audience::Off].into_iter().chain(roles) {
            assert_eq!(audience.to_string().parse(), Ok(audience));
        }
        assert!("".parse::<Audience>().is_err() && "Admin".parse::<Audience>().is_err());
    }
}
