//! The generator of operations, from the schema and from the objects of a database.
//!
//! Called by the tests of this folder. It must not send a request, except to read the names, ids and cursors of objects.

mod fragments;
mod grow;
mod operation;
mod pools;
mod scope;
mod types;
mod values;
mod whole;

pub(super) use self::{
    grow::{Grower, Shown},
    operation::{Head, Operation, Selection, Written},
    pools::Pools,
    scope::Scope,
    types::Types,
    whole::whole,
};
