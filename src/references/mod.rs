//! References in values: `${{orders-db.POSTGRES_PASSWORD}}`, `${{self.PORT}}`, `${{shared.DOMAIN}}`,
//! `${{orders-db:hostPort(5432)}}`.
//!
//! Pure: text, and what the instances of a stack offer, become resolved text. It must not load anything, and must not know
//! which kind of entry a text belongs to.

#[cfg(test)]
mod laws;
mod resolve;
mod resolved;
mod text;
mod values;

pub use self::{
    resolve::Resolver,
    resolved::{Piece, Resolved, ResolvedSegment, State, Trouble},
    text::{
        MalformedReference, Of, PortRef, Reference, Segment, What, escaped, has_references, parse, renamed, with_names,
        without_references,
    },
    values::{InstanceValues, PortValue, StackValues, Variable},
};
