//! The commands that list and copy stacks.
//!
//! Called by `cli::run`. They must not contain rules of the domain.

mod fork;
mod list;
mod listening;

pub(super) use self::{
    fork::{fork, list as forks},
    list::list,
};
