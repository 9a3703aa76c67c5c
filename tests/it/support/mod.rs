//! Test support: an application on a database of its own, and helpers to use it.

mod app;
mod claims;
mod counts;
mod database;
mod ids;
mod overriding;
mod rng;
mod service;
mod template;
mod wire;

pub(crate) use app::{COLLECTIONS, Code, MORE_COLLECTIONS, TestApp, code};
pub(crate) use database::{Engine, run, seeded};
pub(crate) use ids::number;
pub(crate) use overriding::{Sample, samples};
pub(crate) use rng::Rng;
pub(crate) use service::Service;
pub(crate) use wire::Wire;

/// Registers a named test function for both databases: `both! { renaming_keeps_the_id }`.
macro_rules! both {
    ($( $name:ident ),+ $(,)?) => { $(
        mod $name {
            #[test]
            fn sqlite() {
                crate::support::run(crate::support::Engine::Sqlite, super::$name);
            }
            #[test]
            fn postgres() {
                crate::support::run(crate::support::Engine::Postgres, super::$name);
            }
        }
    )+ };
}
pub(crate) use both;

/// A setting of a test: a number in an environment variable.
pub(crate) fn number_setting(name: &str) -> Option<u64> {
    std::env::vars().find(|(known, _)| known == name).and_then(|(_, number)| number.parse().ok())
}
